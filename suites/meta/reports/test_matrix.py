"""A matrix says which claims fail where, from which version on, and up to which they hold."""

from __future__ import annotations

import pytest

from reports import matrix
from reports.__main__ import main
from suites.meta.reports.records import CLAIM, FAILURE, HEADER, counted, write
from suites.meta.reports.test_show_and_page import HOSTILE, Tags

KEPT = {**CLAIM, "claim": "suites/a/test_a.py::test_stays", "statement": "It stays."}


def record(folder, torch, *claims, devices=("cpu",), **changes):
    """Write a record of this torch."""
    head = {**HEADER, "devices": list(devices), "environment": {"torch": torch}, **changes}
    return write(folder / f"{len(list(folder.iterdir()))}.jsonl", head, KEPT, *claims, counted([KEPT, *claims]))


def lines(folder):
    found = matrix.lay(matrix.records([folder]))
    return {line.claim.claim.partition("::")[2]: line for line in found.lines}


HISTORIES = {
    "broke": ("..FF", "2.10.0", "2.9.1"),
    "was fixed": ("FF..", "2.2.2", "2.11.0"),
    "was bad between": (".FF.", "2.9.1", "2.11.0"),
    "never held": ("FFFF", "2.2.2", None),
    "always holds": ("....", None, "2.11.0"),
    "came late and fails": ("  -F", "2.11.0", None),
}
OUTCOMES = {".": [CLAIM], "F": [FAILURE], "-": [{**CLAIM, "outcome": "skipped"}], " ": []}


@pytest.mark.parametrize("name", HISTORIES)
def test_the_first_bad_and_the_last_good_are_named(tmp_path, name):
    history, first_bad, last_good = HISTORIES[name]
    for torch, letter in zip(("2.11.0", "2.10.0", "2.9.1", "2.2.2"), reversed(history)):
        record(tmp_path, torch, *OUTCOMES[letter])
    line = lines(tmp_path)["test_copies"]

    assert (line.first_bad, line.last_good) == (first_bad, last_good)
    assert line.differs is bool(first_bad)


def test_columns_go_by_version_and_device(tmp_path):
    for torch, devices in (("2.10.0", ["cuda", "cpu"]), ("2.9.1", ["cpu"]), ("odd", ["cpu"])):
        record(tmp_path, torch, devices=devices)
    columns = matrix.lay(matrix.records([tmp_path])).columns

    assert [(column.torch, column.device) for column in columns] == [
        ("odd", "cpu"), ("2.9.1", "cpu"), ("2.10.0", "cpu"), ("2.10.0", "cuda")
    ]  # fmt: skip


def test_a_build_is_named_where_the_release_is_not_enough(tmp_path):
    for torch in ("2.9.1+cpu", "2.10.0+cu132"):
        record(tmp_path, torch)
    short = [column.name for column in matrix.lay(matrix.records([tmp_path])).columns]
    record(tmp_path, "2.9.1+cu128")

    assert short == ["2.9.1", "2.10.0"]
    assert [column.name for column in matrix.lay(matrix.records([tmp_path])).columns] == [
        "2.9.1+cpu", "2.9.1+cu128", "2.10.0+cu132"
    ]  # fmt: skip


def test_the_worst_cell_stands_for_a_claim_on_its_device(tmp_path):
    cells = [CLAIM, {**FAILURE, "dtype": "float64"}, {**CLAIM, "device": "cuda"}]
    record(tmp_path, "2.9.1", *cells, {**KEPT, "device": None, "dtype": None}, devices=("cpu", "cuda"))

    assert lines(tmp_path)["test_copies"].outcomes == ("failed", "passed")
    assert lines(tmp_path)["test_stays"].outcomes == ("passed", "passed")


def test_every_column_is_shown_however_narrow_the_terminal(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    versions = [f"2.{minor}.0" for minor in range(13)]
    for torch in versions:
        record(tmp_path, torch, FAILURE)
    main(["matrix", str(tmp_path)])
    head, row = capsys.readouterr().out.splitlines()[:2]

    assert head.split() == ["claim", *versions, "first", "bad", "last", "good"]
    assert row.startswith(FAILURE["claim"][:50]) and row.split()[-2:] == ["2.0.0", "never"]


def test_the_command_tells_and_writes_a_page(tmp_path, capsys):
    (tmp_path / "runs").mkdir()
    record(tmp_path / "runs", "2.9.1", CLAIM)
    other = record(tmp_path / "runs", "2.10.0", FAILURE, suite={"commit": "f00d"})
    other.write_text("".join(other.read_text(encoding="utf-8").splitlines(keepends=True)[:-1]), encoding="utf-8")
    status = main(["matrix", str(tmp_path / "runs"), "--out", str(tmp_path / "matrix.html")])
    output, page = capsys.readouterr().out, (tmp_path / "matrix.html").read_text(encoding="utf-8")

    assert status == 0
    for text in (output, page):
        assert "the runs are of different suites: 0.1.0, f00d" in text
        assert "1.jsonl is incomplete" in text
        assert "test_copies" in text
    assert "2 claims, 1 fail somewhere, 2 columns" in output
    assert "It stays." not in page


def test_hostile_text_stays_text(tmp_path, capsys):
    evil = {**FAILURE, "claim": HOSTILE, "statement": HOSTILE}
    path = record(tmp_path, HOSTILE, evil, devices=("cpu", HOSTILE))
    main(["matrix", str(path), "--out", str(tmp_path / "matrix.html")])
    output, page = capsys.readouterr().out, (tmp_path / "matrix.html").read_text(encoding="utf-8")
    tags = Tags()
    tags.feed(page)

    assert tags.tags.count("script") == 1
    assert not [address for address in tags.addresses if not address.startswith("#")]
    assert not set("\x1b\x9b\r\0\u202e") & set(output + page)


@pytest.mark.parametrize(("arguments", "words"), [(["/nowhere.jsonl"], "No such file"), ([], "required")])
def test_bad_arguments_are_2_and_one_line(refused, arguments, words):
    assert words in refused(["matrix", *arguments])


def test_an_empty_folder_is_2(tmp_path, capsys):
    assert main(["matrix", str(tmp_path)]) == 2
    assert "no record" in capsys.readouterr().err


def test_reading_twice_is_once(tmp_path):
    path = record(tmp_path, "2.9.1")

    assert len(matrix.records([path, path, tmp_path])) == 1
