"""The reader takes whole and torn records, and says in one line what is wrong with any other file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reports import schema
from reports.record import LONGEST_LINE, Claim, RecordError, read
from suites.meta.reports.records import CLAIM, FOOTER, HEADER, LINES, START, write

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
IN_A_FOLDER = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)


def reads_or_refuses(path: Path) -> None:
    """Read a file to its end, or to one line that says what is wrong with it."""
    claims, complaint = [], ""
    try:
        claims = read(path).claims
    except RecordError as error:
        complaint = str(error)

    assert all(isinstance(claim, Claim) for claim in claims)
    assert "\n" not in complaint


def test_reads_what_was_written(tmp_path):
    run = read(write(tmp_path / "a.jsonl", HEADER, START, CLAIM, {**CLAIM, "device": None}, FOOTER))

    assert run.header["devices"] == ["cpu"]
    assert [(claim.device, claim.outcome) for claim in run.claims] == [
        ("cpu", "passed"), (None, "passed"), ("cpu", "interrupted")
    ]  # fmt: skip
    assert run.footer["exit"] == 0
    assert run.torn is False


def test_a_start_without_an_end_or_a_footer_is_a_crash(tmp_path):
    (claim,) = read(write(tmp_path / "a.jsonl", HEADER, START)).claims

    assert (claim.claim, claim.device, claim.dtype, claim.outcome) == (
        "suites/tensors/test_creation.py::test_dies", "cpu", "float64", "crashed"
    )  # fmt: skip
    assert START["nodeid"] in claim.reproduce


def test_the_last_word_on_a_cell_counts(tmp_path):
    (claim,) = read(write(tmp_path / "a.jsonl", HEADER, CLAIM, {**CLAIM, "outcome": "crashed"})).claims

    assert claim.outcome == "crashed"


@pytest.mark.parametrize("text", ["\0", "\ud800", "é", "\x1b[31m", "<script>", "\u202e", "\u2028"])
def test_strange_characters_survive(tmp_path, text):
    (claim,) = read(write(tmp_path / "a.jsonl", HEADER, {**CLAIM, "message": text})).claims

    assert claim.message == text


@pytest.mark.parametrize("cut", [1, 20, 200])
def test_a_torn_last_line_costs_only_itself(tmp_path, cut):
    path = write(tmp_path / "a.jsonl", HEADER, CLAIM, {**CLAIM, "dtype": "float64"})
    path.write_bytes(path.read_bytes()[: -1 - cut])
    run = read(path)

    assert run.torn is True
    assert [claim.dtype for claim in run.claims] == ["float32"]


def test_a_record_may_end_anywhere(tmp_path):
    whole = write(tmp_path / "a.jsonl", HEADER, START, CLAIM, FOOTER).read_bytes()
    for size in range(0, len(whole), 7):
        (tmp_path / "b.jsonl").write_bytes(whole[:size])
        reads_or_refuses(tmp_path / "b.jsonl")


BAD = {
    "the file is empty": b"",
    "not a run record: not JSON": b"PK\x03\x04\xff\n",
    "not a run record: not an object": b"[1]\n",
    "its first line is no header": json.dumps(CLAIM).encode() + b"\n",
    "the record ends inside its header": json.dumps(HEADER).encode()[:-9],
    "record has schema 7, this reports knows up to 1: update torch-conformance": b'{"kind": "header", "schema": 7}\n',
    "header: started is missing": b'{"kind": "header", "schema": 1}\n',
}
BAD_LINES = {
    "not JSON": b"nonsense\n",
    "nested too deep": b"[" * 200_000 + b"\n",
    "a kind of line that does not exist": b'{"kind": "other"}\n',
    "a second header": json.dumps(HEADER).encode() + b"\n",
    "claim: message is int, not str": json.dumps({**CLAIM, "message": 3}).encode() + b"\n",
    "claim: comparisons is bool, not int": json.dumps({**CLAIM, "comparisons": True}).encode() + b"\n",
    "claim: guide holds what is not text": json.dumps({**CLAIM, "guide": [None]}).encode() + b"\n",
    "claim: seconds is beyond measure": json.dumps({**CLAIM, "seconds": 7}).replace(" 7,", " 1e999,").encode() + b"\n",
    "an outcome that does not exist": json.dumps({**CLAIM, "outcome": "best"}).encode() + b"\n",
    "longer than 16 MB": b" " * (LONGEST_LINE + 1),
}  # fmt: skip


@pytest.mark.parametrize("reason", BAD)
def test_refuses_what_is_no_record(tmp_path, reason):
    (tmp_path / "a.jsonl").write_bytes(BAD[reason])

    with pytest.raises(RecordError) as refused:
        read(tmp_path / "a.jsonl")
    assert reason in str(refused.value)


@pytest.mark.parametrize("reason", BAD_LINES)
def test_says_which_line_is_corrupt(tmp_path, reason):
    path = write(tmp_path / "a.jsonl", HEADER, CLAIM)
    path.write_bytes(path.read_bytes() + BAD_LINES[reason])

    with pytest.raises(RecordError) as refused:
        read(path)
    assert "corrupt at line 3" in str(refused.value)
    assert reason in str(refused.value)


def test_nothing_follows_a_footer(tmp_path):
    with pytest.raises(RecordError, match="a line after the footer"):
        read(write(tmp_path / "a.jsonl", HEADER, FOOTER, CLAIM))


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(RecordError, match="No such file"):
        read(tmp_path / "absent.jsonl")


def test_a_folder_means_its_newest_record(tmp_path):
    for name, outcome in (("b", "failed"), ("a", "passed")):
        write(tmp_path / f"{name}.jsonl", HEADER, {**CLAIM, "outcome": outcome})

    assert read(tmp_path).claims[0].outcome == "passed"


def test_a_folder_without_a_record_is_an_error(tmp_path):
    with pytest.raises(RecordError, match="no record"):
        read(tmp_path)


@IN_A_FOLDER
@given(data=st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(tmp_path, data):
    (tmp_path / "a.jsonl").write_bytes(data)

    reads_or_refuses(tmp_path / "a.jsonl")


@IN_A_FOLDER
@given(data=st.data(), kind=st.sampled_from(sorted(LINES)), value=VALUES)
def test_any_value_in_any_field_is_read_or_refused(tmp_path, data, kind, value):
    field = data.draw(st.sampled_from(["kind", *sorted(schema.FIELDS[kind])]))
    lines = [LINES["header"], LINES["start"], LINES["claim"], LINES["footer"]]
    write(tmp_path / "a.jsonl", *({**line, field: value} if line["kind"] == kind else line for line in lines))

    reads_or_refuses(tmp_path / "a.jsonl")


@IN_A_FOLDER
@given(place=st.integers(0, 1200), junk=st.binary(min_size=1, max_size=4))
def test_any_flipped_bytes_are_read_or_refused(tmp_path, place, junk):
    data = bytearray(write(tmp_path / "a.jsonl", HEADER, START, CLAIM, FOOTER).read_bytes())
    data[place : place + len(junk)] = junk
    (tmp_path / "a.jsonl").write_bytes(data)

    reads_or_refuses(tmp_path / "a.jsonl")
