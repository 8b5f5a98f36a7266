"""The gate answers for whatever two interpreters do, with an exit code and one clear line."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from reports.__main__ import main
from reports.comparison.compare import compare
from reports.comparison.verdict import state
from reports.gate.replay import settle
from reports.record import read
from suites.meta.reports.records import CLAIM, FAILURE, HEADER, counted, write

ROOT = Path(__file__).parents[3]
KEPT = {**CLAIM, "claim": "suites/a/test_a.py::test_stays"}
RED = {**FAILURE, "reproduce": "python -m pytest suites/tensors/test_creation.py::test_copies -n0"}
NEXT = "2.15.0+cpu"

# Stands for an interpreter: tells its torch, and leaves the records that it was given, one a run, the last for ever.
FAKE = """#!{python}
import json, os, pathlib, shutil, signal, sys
here = pathlib.Path(__file__).parent
plan = json.loads((here / "plan.json").read_text())
with (here / "calls.jsonl").open("a") as calls:
    calls.write(json.dumps([sys.argv[1:], "PYTEST_ADDOPTS" in os.environ]) + "\\n")
if sys.argv[1] == "-c":
    print(json.dumps(plan["torch"]) if plan["torch"] else "boom", file=sys.stdout if plan["torch"] else sys.stderr)
    sys.exit(0 if plan["torch"] else 1)
if plan["waits"]:
    (here / "pid").write_text(str(os.getpid()))
    signal.pause()
folder = next(word.partition("=")[2] for word in sys.argv if word.startswith("--record="))
number = len(list(here.glob("ran-*")))
(here / f"ran-{{number}}").touch()
print("ERROR: nothing to run")
if plan["records"]:
    shutil.copy(plan["records"][min(number, len(plan["records"]) - 1)], folder)
"""


class Interpreter:
    """An interpreter that only says that it ran the suite."""

    def __init__(self, folder: Path, version: str) -> None:
        """Write it down, with no run yet."""
        folder.mkdir()
        self.folder, self.version, self.path = folder, version, folder / "python"
        self.path.write_text(FAKE.format(python=sys.executable), encoding="utf-8")
        self.path.chmod(0o755)
        self.plan(torch=[version, str(folder / "torch")], records=[], waits=False)

    def plan(self, **changes):
        """Change what it will say and leave."""
        file = self.folder / "plan.json"
        known = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
        file.write_text(json.dumps({**known, **changes}), encoding="utf-8")

    def runs(self, *runs, **header):
        """Let it leave these claims, a list for each run."""
        environment = {"torch": self.version, "torch path": str(self.folder / "torch")}
        head = {**HEADER, "environment": environment, **header}
        names = [self.folder / f"{number}.jsonl" for number in range(len(runs))]
        records = [write(name, head, *claims, counted(claims)) for name, claims in zip(names, runs)]
        self.plan(records=[str(record) for record in records])
        return records[0]

    def calls(self):
        """Tell how it was called."""
        return [json.loads(line) for line in (self.folder / "calls.jsonl").read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def sides(tmp_path):
    """Give a baseline and a candidate that keep everything."""
    pair = Interpreter(tmp_path / "old", "2.13.0+cpu"), Interpreter(tmp_path / "new", NEXT)
    for one in pair:
        one.runs([KEPT, CLAIM])
    return pair


@pytest.fixture
def gate(tmp_path, sides, capsys):
    """Run the gate on both; give the exit code, the screen and what was told beside it."""

    def run(*options):
        torches = [] if "--baseline-record" in options else [str(sides[0].path)]
        out = ["--out", str(tmp_path / "out")]
        return (main(["gate", *torches, str(sides[1].path), *out, *options]), *capsys.readouterr())

    return run


def cut(record):
    lines = record.read_text(encoding="utf-8").splitlines(keepends=True)
    record.write_text("".join(lines[:-1]), encoding="utf-8")


def test_a_candidate_that_keeps_all_may_be_upgraded_to(gate, tmp_path):
    status, screen, stages = gate()

    assert status == 0
    assert "upgrade: Every claim that the baseline keeps is kept." in screen
    assert "time: baseline's environment" in screen
    assert f"candidate: torch {NEXT}: " in stages
    assert {path.suffix for path in (tmp_path / "out").glob("comparison.*")} == {".html", ".md", ".xml", ".json"}


def test_the_question_is_handed_on(gate, sides, monkeypatch):
    monkeypatch.setenv("PYTEST_ADDOPTS", "-k nothing")
    gate(
        "--select", "suites/optim", "--select", "suites/nn", "--profile", "quick", "--seed", "7", "--device", "cpu,cuda"
    )

    for one in sides:
        _, (arguments, steered) = one.calls()
        assert arguments[:4] == ["-m", "pytest", "suites/optim", "suites/nn"]
        assert {"--device=cpu,cuda", "--profile=quick", "--seed=7", "--inventory"} < set(arguments)
        assert steered is False


def test_a_steady_failure_is_replayed_and_blocks(gate, sides, tmp_path):
    sides[1].runs([KEPT, RED])
    status, screen, _ = gate()

    assert status == 1
    assert "(replayed: fails 3 of 3 times on the candidate, 0 of 3 on the baseline)" in screen
    assert [len(one.calls()) for one in sides] == [5, 5]
    assert sides[0].calls()[-1][0][2] == "suites/tensors/test_creation.py::test_copies"
    assert len(list((tmp_path / "out" / "replays").iterdir())) == 6


def test_a_failure_that_comes_and_goes_is_a_doubt(gate, sides):
    sides[1].runs([KEPT, RED], [RED], [CLAIM], [RED])
    status, screen, _ = gate()

    assert status == 3
    assert "1 unsteady" in screen.replace("  ", " ")
    assert "fails 2 of 3 times on the candidate" in screen


def test_a_failure_that_the_baseline_shows_too_is_flaky_and_does_not_block(gate, sides):
    sides[0].runs([KEPT, CLAIM], [RED], [CLAIM], [CLAIM])
    sides[1].runs([KEPT, RED], [CLAIM], [RED], [CLAIM])

    assert gate()[0] == 0


def test_a_known_deviation_needs_no_replay(gate, sides):
    sides[1].runs([KEPT, {**RED, "outcome": "deviates", "deviation": {"reason": "40 ulp"}}])

    assert gate()[0] == 1
    assert len(sides[1].calls()) == 2


def test_of_many_deaths_a_few_are_replayed_and_all_are_told(gate, sides):
    cells = [{**CLAIM, "dtype": str(n), "reproduce": f"python -m pytest it[{n}] -n0"} for n in range(9)]
    sides[0].runs([KEPT, *cells])
    sides[1].runs([KEPT, *({**cell, "outcome": "crashed", "reproduce": "pytest"} for cell in cells)])
    status, screen, _ = gate()

    assert status == 1
    assert "1 claim is in the way: 1 crashed." in screen
    assert [word for word in sides[0].calls()[-1][0] if word.startswith("it[")] == [f"it[{n}]" for n in range(4)]


# the verdict of the two runs, what the baseline's replays were, what the candidate's were: what is made of it
SETTLED = {
    ("regressed", "...", "FFF"): "regressed",
    ("regressed", "", "FFF"): "regressed",
    ("regressed", "FFF", "FFF"): "flaky",
    ("regressed", ".F.", "FFF"): "flaky",
    ("regressed", "...", "F.F"): "unsteady",
    ("regressed", "..F", "F.F"): "flaky",
    ("undecided", "...", "FFF"): "regressed",
    ("undecided", "FFF", "FFF"): "newly found",
    ("undecided", "F.F", "FFF"): "flaky",
    ("undecided", "", "FFF"): "undecided",
    ("undecided", "", "..F"): "unsteady",
}


@pytest.mark.parametrize("case", SETTLED)
def test_replays_settle_a_failure(tmp_path, case):
    verdict, before, after = case
    seed = {"regressed": 0, "undecided": 7}[verdict]
    first = write(tmp_path / "a.jsonl", HEADER, CLAIM, counted([CLAIM]))
    second = write(tmp_path / "b.jsonl", {**HEADER, "seed": seed}, RED, counted([RED]))
    (row,) = compare(read(first), read(second)).rows
    outcomes = {".": read(first).claims[0], "F": read(second).claims[0]}
    cell = tuple(getattr(row.claim, name) for name in ("claim", "device", "dtype"))
    replays = ([{cell: state(outcomes[letter])} for letter in letters] for letters in (before, after))

    assert row.verdict == verdict
    assert settle(row, *replays).verdict == SETTLED[case]


def test_a_stored_run_stands_for_the_baseline(gate, sides):
    stored = sides[0].runs([KEPT, CLAIM], seed=5, profile="quick")
    sides[1].runs([KEPT, CLAIM], seed=5, profile="quick")
    status = gate("--baseline-record", str(stored))[0]

    assert status == 0
    assert not (sides[0].folder / "calls.jsonl").exists()
    assert {"--seed=5", "--profile=quick"} < set(sides[1].calls()[1][0])


def test_a_run_of_another_torch_is_seen(gate, sides):
    sides[1].plan(torch=["2.16.0", str(sides[1].folder / "torch")])
    status, _, told = gate()

    assert status == 3
    assert f"the candidate's run used torch {NEXT} at" in told.splitlines()[-1]


def test_a_torch_from_elsewhere_is_seen(gate, sides):
    sides[0].plan(torch=["2.13.0+cpu", "/elsewhere/torch/__init__.py"])

    assert gate()[0] == 3


def test_a_candidate_that_cannot_be_imported_is_3_and_one_line(gate, sides):
    sides[1].plan(torch=None)
    status, _, told = gate()

    assert status == 3
    assert told.splitlines()[-1].endswith("cannot import what the suite needs: boom")
    assert len(sides[0].calls()) == 1


def test_a_run_without_a_record_is_3_and_says_where_to_look(gate, sides, tmp_path):
    sides[1].plan(records=[])
    status, _, told = gate()

    assert status == 3
    assert f"left no record: ERROR: nothing to run (all of it: {tmp_path}" in told.splitlines()[-1]


def test_a_killed_run_is_3(gate, sides):
    cut(sides[1].runs([KEPT, CLAIM]))
    status, screen, _ = gate()

    assert status == 3
    assert "the candidate's record is incomplete" in screen


def test_a_baseline_that_does_not_come_to_its_end_spares_the_candidate(gate, sides):
    cut(sides[0].runs([KEPT, CLAIM]))
    status, _, told = gate()

    assert status == 3
    assert told.splitlines()[-1] == "the baseline's run did not come to its end: ERROR: nothing to run"
    assert len(sides[1].calls()) == 1


def test_a_stored_run_that_did_not_come_to_its_end_is_3(gate, sides):
    stored = sides[0].runs([KEPT, CLAIM])
    cut(stored)
    status, _, told = gate("--baseline-record", str(stored))

    assert status == 3
    assert told.splitlines() == [f"the baseline's run did not come to its end: {stored}"]
    assert not (sides[1].folder / "calls.jsonl").exists()


def test_a_record_that_a_full_disk_left_empty_is_3(gate, sides):
    sides[1].runs([KEPT, CLAIM]).write_text("")
    status, _, told = gate()

    assert status == 3
    assert "the candidate's run left no record that can be read" in told.splitlines()[-1]


def test_an_old_record_in_the_folder_is_not_taken_for_the_run(gate, sides, tmp_path):
    gate()
    sides[1].plan(records=[])

    assert gate()[0] == 3
    assert not list((tmp_path / "out").glob("comparison.*"))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_run_and_is_3(sides, tmp_path, number):
    sides[0].plan(waits=True)
    pipe = sides[0].folder / "pid"
    os.mkfifo(pipe)
    command = ["gate", *(str(one.path) for one in sides), "--out", str(tmp_path / "o")]
    source = "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); "
    source += "from reports.__main__ import main; sys.exit(main(sys.argv[1:]))"
    command = [sys.executable, "-c", source, *command]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    pid = int(pipe.read_text())  # when the run has begun
    process.send_signal(number)
    told = process.communicate(timeout=60)[1]

    assert process.returncode == 3
    assert told.splitlines()[-1] == "could not tell: the gate was interrupted"
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


BAD = {
    ("gate",): "the following arguments are required",
    ("gate", "2.13.0"): "name the baseline and the candidate",
    ("gate", "1", "2", "3"): "name the baseline and the candidate",
    ("gate", "2.13.0", "numpy==2"): "the candidate is a version (2.13.0), a requirement",
    ("gate", "2.13.0", "two"): "not 'two'",
    ("gate", "/nowhere/python", "2.13.0"): "no interpreter that can be run: /nowhere/python",
    ("gate", "2.13.0", "/nowhere/torch-2.13.0-py3-none-any.whl"): "no wheel of torch",
    ("gate", "2.13.0", "what.whl"): "no wheel: ",
    ("gate", "2.13.0", "2.14.0", "--select", "suites/nowhere"): "--select names a folder or file of the suite",
    ("gate", "2.13.0", "2.14.0", "--profile", "long"): "invalid choice: 'long'",
    ("gate", "2.13.0", "2.14.0", "--seed", "x"): "invalid int value",
    ("gate", "2.13.0", "--baseline-record", "/nowhere.jsonl"): "No such file",
    ("gate", "2.13.0", "2.14.0", "--waivers", "/nowhere.toml"): "No such file",
}


@pytest.mark.parametrize("arguments", BAD)
def test_bad_arguments_are_2_and_one_line_before_anything_is_built(refused, arguments):
    assert BAD[arguments] in refused(arguments)
