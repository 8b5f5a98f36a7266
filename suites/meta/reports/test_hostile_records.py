"""A record is data from elsewhere: whatever stands in it, comparing it ends in an exit code and harms nothing."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reports import schema
from reports.__main__ import main
from reports.record import LONGEST_LINE
from suites.meta.reports.records import CLAIM, FAILURE, FOOTER, HEADER, START, counted, write
from suites.meta.reports.test_reader import VALUES

DOCUMENTATION = {"kind": "documentation", "name": "torch.add", "sha256": "1", "text": "Adds.", "signature": "(x)"}
HEAD = {**HEADER, "inventory": ["torch"]}
LINES = {line["kind"]: line for line in (HEAD, DOCUMENTATION, START, CLAIM, FOOTER)}
NASTY = st.sampled_from(
    ["../../x", "/etc/passwd", "<img src=x onerror=alert(1)>", "\x1b]0;x\x07", "a\0b", "\ud800", "[", ""]
)
ANY = VALUES | NASTY | st.dictionaries(st.sampled_from([*sorted(HEADER["environment"]), "commit", "reason"]), VALUES)
FIELDS = [
    (kind, name) for kind, fields in schema.FIELDS.items() for name in ("kind", *fields, *schema.LATER.get(kind, {}))
]
IN_A_FOLDER = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100, deadline=None)


def ends_well(folder, capsys, *commands):
    """Run commands; each ends in a documented exit code, with at most one line of complaint, inside its folder."""
    for command in commands:
        status = main(command)
        output, errors = capsys.readouterr()

        assert status in (0, 1, 2, 3)
        assert errors.count("\n") <= 1
        assert not set("\x1b\x9b\r\0\x07\u202e") & set(output + errors)
    assert {path.name for path in folder.iterdir()} <= {"a.jsonl", "b.jsonl", "out", "matrix.html"}
    assert {path.suffix for path in folder.glob("out/*")} <= {".html", ".md", ".xml", ".json"}


def commands(folder, first, second):
    records = [str(first), str(second)]
    compared = ["compare", *records, "--out", str(folder / "out")]
    return compared, ["matrix", *records, "--out", str(folder / "matrix.html")]


@IN_A_FOLDER
@given(field=st.sampled_from(FIELDS), value=ANY, other=st.booleans())
def test_any_value_in_any_field_is_compared_or_refused(tmp_path, capsys, field, value, other):
    kind, name = field
    changed = [{**line, name: value} if line["kind"] == kind else line for line in LINES.values()]
    evil = write(tmp_path / "a.jsonl", *changed)
    good = write(tmp_path / "b.jsonl", *LINES.values())

    ends_well(tmp_path, capsys, *commands(tmp_path, *((evil, good) if other else (good, evil))))


@IN_A_FOLDER
@given(claims=st.lists(st.fixed_dictionaries({}, optional=dict.fromkeys(schema.FIELDS["claim"], ANY)), max_size=3))
def test_any_claims_that_pass_the_reader_are_compared(tmp_path, capsys, claims):
    told = [{**FAILURE, **claim} for claim in claims]
    first = write(tmp_path / "a.jsonl", HEADER, CLAIM, counted([CLAIM]))
    second = write(tmp_path / "b.jsonl", HEADER, *told)

    ends_well(tmp_path, capsys, *commands(tmp_path, first, second))


MONSTERS = {
    "a long line": lambda: b'{"kind": "claim", "message": "' + b"x" * (LONGEST_LINE + 10) + b'"}\n',
    "a line without end": lambda: b" " * (3 * LONGEST_LINE),
    "deep nesting": lambda: (
        json.dumps({**CLAIM, "observations": 0})
        .replace('"observations": 0', '"observations": ' + '{"a":' * 5_000 + "1" + "}" * 5_000)
        .encode()
        + b"\n"
    ),
    "many brackets": lambda: b"[" * 1_000_000 + b"\n",
    "a number without end": lambda: b'{"kind": "claim", "seconds": ' + b"9" * 100_000 + b"}\n",
    "binary": lambda: bytes(range(256)) * 64 + b"\n",
}


@pytest.mark.parametrize("name", MONSTERS)
def test_monsters_are_refused_in_one_line(tmp_path, capsys, name):
    good = write(tmp_path / "a.jsonl", HEADER, CLAIM, counted([CLAIM]))
    (tmp_path / "b.jsonl").write_bytes(json.dumps(HEADER).encode() + b"\n" + MONSTERS[name]())

    assert main(["compare", str(good), str(tmp_path / "b.jsonl")]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_a_foreign_file_is_refused_in_one_line(tmp_path, capsys):
    good = write(tmp_path / "a.jsonl", HEADER, CLAIM, counted([CLAIM]))
    (tmp_path / "b.jsonl").write_text('{"pytest_version": "9.2.0", "$report_type": "SessionStart"}\n')

    assert main(["compare", str(good), str(tmp_path / "b.jsonl")]) == 2
    assert "not a run record" in capsys.readouterr().err
