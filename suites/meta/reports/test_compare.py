"""Two records compare to one verdict for each claim and cell, and to an exit code that nobody has to doubt."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from reports.__main__ import main
from reports.comparison.compare import compare
from reports.comparison.verdict import MEANINGS
from reports.record import read
from suites.meta.reports.records import CLAIM, DEVIATION, FAILURE, FOOTER, HEADER, counted, write

ROOT = Path(__file__).parents[3]
KEPT = {**CLAIM, "claim": "suites/a/test_a.py::test_stays"}
KNOWN = {**FAILURE, "outcome": "deviates", "deviation": DEVIATION, "message": "AssertionError: off by 3"}
SKIPPED = {**CLAIM, "outcome": "skipped", "message": "Skipped: no such device"}
PROMISED = {**SKIPPED, "message": "Skipped: promised until 2.0", "until": "2.0"}
CRASHED, HUNG = ({**FAILURE, "outcome": word} for word in ("crashed", "hung"))
SEEN = {**CLAIM, "observations": {"bits": "ab", "default": 1}}

# before, after, verdict, exit code
PAIRS = {
    "kept": (CLAIM, CLAIM, "kept", 0),
    "kept where it was expected to deviate": (CLAIM, {**CLAIM, "outcome": "fixed"}, "kept", 0),
    "fails": (CLAIM, FAILURE, "regressed", 1),
    "is in error": (CLAIM, {**FAILURE, "outcome": "error"}, "regressed", 1),
    "deviates as known, but did not": (CLAIM, KNOWN, "regressed", 1),
    "crashes": (CLAIM, CRASHED, "crashed", 1),
    "hangs": (CLAIM, HUNG, "hung", 1),
    "crashes where it failed": (FAILURE, CRASHED, "crashed", 1),
    "crashes as it did": (CRASHED, CRASHED, "still failing", 0),
    "fails where it crashed": (CRASHED, {**FAILURE, "message": "RuntimeError"}, "failure changed", 0),
    "holds again": (FAILURE, CLAIM, "fixed", 0),
    "deviates no more": (KNOWN, CLAIM, "fixed", 0),
    "fails alike": (FAILURE, {**FAILURE, "message": "AssertionError: got 31.5"}, "still failing", 0),
    "fails otherwise": (FAILURE, {**FAILURE, "message": "TypeError: got 2"}, "failure changed", 0),
    "deviates on both": (KNOWN, {**KNOWN, "message": "TypeError"}, "still failing", 0),
    "is known in one": (KNOWN, {**FAILURE, "message": "AssertionError: off by 4"}, "still failing", 0),
    "skipped": (CLAIM, SKIPPED, "lost", 1),
    "absent": (CLAIM, None, "lost", 1),
    "absent where it deviated": (KNOWN, None, "lost", 1),
    "compares nothing": (CLAIM, {**CLAIM, "comparisons": 0}, "lost", 1),
    "promised no longer": (CLAIM, PROMISED, "removed", 0),
    "promised now": (PROMISED, CLAIM, "new", 0),
    "appears": (None, CLAIM, "new", 0),
    "appears and deviates": (None, KNOWN, "new", 0),
    "appears and fails": (None, FAILURE, "newly failing", 0),
    "skipped on both": (SKIPPED, SKIPPED, "not run", 0),
    "observed otherwise": (SEEN, {**SEEN, "observations": {"bits": "cd", "default": 1}}, "changed", 0),
    "observed more": (SEEN, {**SEEN, "observations": {**SEEN["observations"], "dtype": "x"}}, "kept", 0),
}


def record(path, *claims, header=HEADER):
    return write(path, header, *claims, counted(claims))


def verdicts(before, after):
    return {row.claim.claim.partition("::")[2]: row.verdict for row in compare(read(before), read(after)).rows}


@pytest.mark.parametrize("name", PAIRS)
def test_two_outcomes_are_one_verdict(tmp_path, name, capsys):
    before, after, verdict, code = PAIRS[name]
    first = record(tmp_path / "a.jsonl", KEPT, *[before] * bool(before))
    second = record(tmp_path / "b.jsonl", KEPT, *[after] * bool(after))

    assert verdicts(first, second) == {"test_stays": "kept", "test_copies": verdict}
    assert main(["compare", str(first), str(second)]) == code
    assert capsys.readouterr().err == ""


def test_every_verdict_has_a_meaning():
    assert {verdict for _, _, verdict, _ in PAIRS.values()} <= set(MEANINGS)


def test_cells_of_a_claim_are_judged_apart(tmp_path):
    first = record(tmp_path / "a.jsonl", CLAIM, {**CLAIM, "dtype": "float64"})
    second = record(tmp_path / "b.jsonl", CLAIM, {**FAILURE, "dtype": "float64"})

    assert [row.verdict for row in compare(read(first), read(second)).rows] == ["kept", "regressed"]


def test_the_screen_tells_a_regression_whole(tmp_path, capsys):
    environment = {**HEADER["environment"], "executable": "/venv/bin/python"}
    again = {**FAILURE, "reproduce": "python -m pytest suites"}
    first = record(tmp_path / "a.jsonl", CLAIM)
    second = record(tmp_path / "b.jsonl", again, header={**HEADER, "environment": environment})
    main(["compare", str(first), str(second)])
    output = capsys.readouterr().out

    for part in ("The tensor is a copy.", "cpu · float32", "AssertionError: got 2", "test_copies(\n      x=1,\n  )"):
        assert part in output
    assert "baseline   pytest suites/tensors\n" in output
    assert "candidate  /venv/bin/python -m pytest suites\n" in output
    assert output.splitlines()[-1] == "do not upgrade: 1 claim is in the way: 1 regressed."


def test_a_statement_whose_text_is_gone_is_removed_and_one_without_reason_lost(tmp_path):
    def text(words):
        return {"kind": "documentation", "name": "torch.tensor", "sha256": words, "text": words}

    rows = [{**CLAIM, "claim": f"suites/a/test_a.py::test_shows[{n}]"} for n in "12"]
    first = write(tmp_path / "a.jsonl", HEADER, text("old"), *rows, counted(rows))
    same = write(tmp_path / "b.jsonl", HEADER, text("old"), rows[0], counted(rows[:1]))
    other = write(tmp_path / "c.jsonl", HEADER, text("new"), rows[0], counted(rows[:1]))

    assert verdicts(first, same)["test_shows[2]"] == "lost"
    assert verdicts(first, other)["test_shows[2]"] == "removed"


@pytest.mark.parametrize(("told", "verdict"), [
    ("x. Deprecated since 2.9.", "removed"), ("x. Experimental and subject to change.", "removed"), ("x", "lost"),
])  # fmt: skip
def test_a_name_that_is_gone_is_lost_unless_its_text_warned(tmp_path, told, verdict):
    text = {"kind": "documentation", "name": "torch.qr", "sha256": told, "text": told}
    rows = [{**CLAIM, "claim": f"suites/a/test_a.py::test_shows[{n}]", "documents": ["torch.qr"]} for n in "12"]
    rows[0]["documents"] = ["torch.add"]
    first = write(tmp_path / "a.jsonl", HEADER, text, *rows, counted(rows))
    listing = {**HEADER, "inventory": ["torch"]}
    second = write(tmp_path / "b.jsonl", listing, rows[0], counted(rows[:1]))
    comparison = compare(read(first), read(second))

    assert [row.verdict for row in comparison.rows] == ["kept", verdict]
    assert [(change.name, change.kinds) for change in comparison.documentation] == [("torch.qr", ("vanished",))]


def test_documentation_that_changed_shows_how(tmp_path):
    def documentation(path, text, signature=None):
        line = {"kind": "documentation", "name": "torch.add", "sha256": text, "text": text, "signature": signature}
        return write(tmp_path / path, HEADER, line, CLAIM, FOOTER)

    old = documentation("a.jsonl", "add(x, alpha=1)\n\nAdds.", "(x, alpha=1)")
    new = documentation("b.jsonl", "add(x, alpha=1)\n\nAdds.\n\n.. deprecated:: 2.9", "(x, alpha=2)")
    (change,) = compare(read(old), read(new)).documentation

    assert change.name == "torch.add"
    assert change.kinds == ("signature: (x, alpha=1) → (x, alpha=2)", "deprecated")
    assert "+.. deprecated:: 2.9" in change.difference.splitlines()


SUITE = {"version": "0.1.0", "commit": "f00d"}
OTHER_ENVIRONMENT = {**HEADER["environment"], "os": "Darwin-25-arm64"}
HEADERS = {
    "suite's version differs": {"suite": {"version": "0.2.0", "commit": None}},
    "profile differs": {"profile": "quick"},
    "devices differs": {"devices": ["cuda"]},
    "machine differs: None on the baseline, Darwin arm64": {"environment": OTHER_ENVIRONMENT},
    "variable ATEN_CPU_CAPABILITY differs": {
        "environment": {**HEADER["environment"], "variables": {"ATEN_CPU_CAPABILITY": "avx2"}}
    },
    "accelerator differs": {"environment": {**HEADER["environment"], "accelerators": {"cuda": "H200"}}},
}


@pytest.mark.parametrize("words", HEADERS)
def test_what_cannot_be_compared_is_3_and_a_sentence(tmp_path, capsys, words):
    first = record(tmp_path / "a.jsonl", CLAIM)
    second = record(tmp_path / "b.jsonl", CLAIM, header={**HEADER, **HEADERS[words]})

    assert main(["compare", str(first), str(second)]) == 3
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith("could not tell: the ")
    assert words in last


def test_two_suites_of_different_commits_are_not_compared(tmp_path, capsys):
    first = record(tmp_path / "a.jsonl", CLAIM, header={**HEADER, "suite": SUITE})
    second = record(tmp_path / "b.jsonl", CLAIM, header={**HEADER, "suite": {**SUITE, "commit": "beef"}})

    assert main(["compare", str(first), str(second)]) == 3
    assert "the suite's commit differs: f00d on the baseline, beef" in capsys.readouterr().out


UNFINISHED = {
    "its process died": ([CLAIM], 3),
    "interrupted": ([CLAIM, {**FOOTER, "interrupted": True, "exit": 2}], 3),
    "7 are below 9": ([CLAIM, {**FOOTER, "exit": 1, "complaint": "7 are below 9"}], 3),
    "exit status 4": ([CLAIM, {**FOOTER, "exit": 4}], 3),
    "nothing was compared": ([SKIPPED, {**FOOTER, "counts": {"skipped": 1}}], 3),
}


@pytest.mark.parametrize("words", UNFINISHED)
def test_an_unfinished_candidate_is_3_and_a_sentence(tmp_path, capsys, words):
    lines, code = UNFINISHED[words]
    lines = [lines[0], *({**line, "comparisons": lines[0]["comparisons"]} for line in lines[1:])]
    before = SKIPPED if words == "nothing was compared" else CLAIM
    first = record(tmp_path / "a.jsonl", before)
    second = write(tmp_path / "b.jsonl", HEADER, *lines)

    assert main(["compare", str(first), str(second)]) == code
    assert words in capsys.readouterr().out.splitlines()[-1]


def test_what_a_killed_candidate_did_not_reach_is_not_called_lost(tmp_path):
    first = record(tmp_path / "a.jsonl", KEPT, CLAIM)
    second = write(tmp_path / "b.jsonl", HEADER, KEPT)

    assert verdicts(first, second) == {"test_stays": "kept", "test_copies": "not run"}


def test_other_examples_do_not_make_a_regression_but_a_doubt(tmp_path, capsys):
    first = record(tmp_path / "a.jsonl", KEPT, CLAIM)
    second = record(tmp_path / "b.jsonl", KEPT, FAILURE, header={**HEADER, "seed": 7})

    assert verdicts(first, second)["test_copies"] == "undecided"
    assert main(["compare", str(first), str(second)]) == 3
    assert "1 claim is in doubt" in capsys.readouterr().out


def test_the_same_torch_with_another_seed_may_be_upgraded_to(tmp_path):
    first = record(tmp_path / "a.jsonl", KEPT, SEEN)
    second = record(tmp_path / "b.jsonl", KEPT, {**SEEN, "observations": {"bits": "ef"}}, header={**HEADER, "seed": 7})

    assert main(["compare", str(first), str(second)]) == 0


@pytest.mark.parametrize("counts", [{"passed": 2}, {"failed": 1}, {}])
def test_a_footer_that_counts_otherwise_is_refused(tmp_path, capsys, counts):
    first = record(tmp_path / "a.jsonl", CLAIM)
    second = write(tmp_path / "b.jsonl", HEADER, CLAIM, {**FOOTER, "counts": counts})

    assert main(["compare", str(first), str(second)]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_an_unreadable_record_is_2_and_one_line(tmp_path, capsys):
    path = record(tmp_path / "a.jsonl", CLAIM)

    assert main(["compare", str(path), "/nowhere/b.jsonl"]) == 2
    assert capsys.readouterr().err == "/nowhere/b.jsonl: No such file or directory\n"


def test_compare_needs_neither_torch_nor_pytest(tmp_path):
    path = record(tmp_path / "a.jsonl", CLAIM)
    for name in ("torch", "pytest", "numpy", "hypothesis"):
        (tmp_path / f"{name}.py").write_text("raise ImportError('absent')")
    arguments = ["compare", str(path), str(path), "--out", str(tmp_path / "out")]
    source = f"import sys; sys.path[:0] = [{str(tmp_path)!r}, {str(ROOT)!r}]; from reports.__main__ import main; "
    done = subprocess.run([sys.executable, "-c", f"{source} sys.exit(main({arguments!r}))"], capture_output=True)

    assert (done.returncode, done.stderr) == (0, b"")
