"""Paired comparisons: what they find, what they do not, and what a side that dies costs; most on sides of numbers."""

import argparse
import contextlib
import itertools
import json
import math
import platform
import random
import sys
from pathlib import Path

import pytest
import torch

from reports.__main__ import _parser, main
from reports.comparison.compare import compare
from reports.comparison.conclude import conclude
from reports.comparison.verdict import MEANINGS
from reports.gate.gate import Ready, _Gate
from reports.record import read
from reports.timing import command, hygiene, paired, side, table
from reports.timing.estimate import Estimate, estimate
from reports.timing.paired import Timing
from reports.timing.side import DiedError, Process, RefusedError
from suites.benchmarks import worker as worker_module
from suites.meta.reports.records import CLAIM, HEADER, counted, write

NAMES = [f"benchmark {number}" for number in range(12)]


class Machine:
    """Pairs of sides on a noisy machine that grows slower: each process and each block errs by a few per cent."""

    def __init__(self, seed, slowdowns=None, process=0.012, block=0.03, drift=0.0):
        self.rng, self.slowdowns = random.Random(seed), slowdowns or {}
        self.process, self.block, self.drift, self.blocks, self.started = process, block, drift, 0, 0
        self.known, self.seconds = [], itertools.repeat(1e-6)

    def start(self):
        self.started += 1
        return Side(self, {}), Side(self, self.slowdowns)


class Side:
    """A worker whose calls take a microsecond, or as much longer as the slowdowns say."""

    def __init__(self, machine, slowdowns):
        self.machine, self.slowdowns = machine, slowdowns

    def ask(self, question):
        if isinstance(question, dict):
            self.machine.known.append(question["known"])
            trouble, self.late = self.slowdowns.get(question["name"]), None
            if isinstance(trouble, Exception):
                raise trouble
            if isinstance(trouble, tuple):  # it dies in a block
                trouble, self.late = None, trouble[0]
            self.factor = (1 + (trouble or 0.0)) * math.exp(self.machine.rng.gauss(0, self.machine.process))
            return {"seconds": next(self.machine.seconds), "bytes": None if question["known"] else 100}
        if self.late:
            raise self.late
        self.machine.blocks += 1
        noise = self.machine.rng.gauss(0, self.machine.block) + self.machine.drift * self.machine.blocks
        return question * 1e-6 * self.factor * math.exp(noise)

    def close(self):
        pass


def verdicts(machine, names=NAMES):
    return {timing.name: timing.verdict for timing in paired.compare(machine.start, names)}


def judged(timing):
    """The verdicts of a timing among those of the comparison, and their weights."""
    return [(row.verdict, MEANINGS[row.verdict].weight) for row in table.rows([timing], "again")]


def test_the_interval_is_students():
    found = estimate([math.log(1.1), math.log(1.2), math.log(1.3)])

    middle = (1.1 * 1.2 * 1.3) ** (1 / 3)
    reach = 9.925 * math.sqrt(sum(math.log(x / middle) ** 2 for x in (1.1, 1.2, 1.3)) / 2) / math.sqrt(3)
    assert found == pytest.approx((middle, middle / math.exp(reach), middle * math.exp(reach)))


@pytest.mark.parametrize(("ratios", "verdict"), [
    ((1.05, 1.01, 1.09), "slower"), ((1.02, 1.01, 1.03), "same"), ((1.05, 0.99, 1.11), "undecided"),
    ((0.95, 0.92, 0.99), "faster"), ((0.98, 0.96, 0.99), "same"), ((1.0, 0.93, 1.07), "undecided"),
    ((1.0, 0.96, 1.04), "same"),
])  # fmt: skip
def test_a_verdict_needs_the_interval_and_a_difference_that_matters(ratios, verdict):
    assert Estimate(*ratios).verdict == verdict


@pytest.mark.parametrize(("ratios", "plain"), [
    ((1.06, 1.031, 1.09), True), ((1.06, 1.02, 1.10), False), ((0.94, 0.91, 0.96), True), ((0.94, 0.91, 0.98), False),
    ((1.01, 0.97, 1.04), True), ((1.01, 0.90, 1.10), False),
])  # fmt: skip
def test_more_pairs_are_asked_for_what_is_not_plain(ratios, plain):
    assert Estimate(*ratios).plain is plain


def test_equal_sides_are_told_apart_less_than_once_in_two_hundred():
    names = [f"benchmark {number}" for number in range(600)]

    found = list(verdicts(Machine(1), names).values())

    assert found.count("slower") + found.count("faster") <= 3
    assert found.count("same") > 500


@pytest.mark.parametrize(("slowdown", "power"), [(0.05, 0.8), (0.10, 0.97), (0.20, 0.99)])
def test_slowdowns_are_found(slowdown, power):
    names = [f"benchmark {number}" for number in range(100)]

    found = list(verdicts(Machine(2, dict.fromkeys(names, slowdown)), names).values())

    assert found.count("slower") >= 100 * power


def test_a_machine_that_grows_slower_slows_neither_side():
    found = verdicts(Machine(3, drift=0.05, block=0.0, process=0.0))

    assert set(found.values()) == {"same"}


@pytest.mark.parametrize(("ratios", "suspect"), [
    ((1.01, 1.02), False), ((1.03, 1.02), True), ((1.12, 0.90), True), ((1.04, 0.97), False),
])  # fmt: skip
def test_a_suspect_is_off_in_the_mean_or_far_off_in_one_pair(ratios, suspect):
    assert Timing("x", tuple(map(math.log, ratios))).suspect is suspect


def test_the_fewest_seconds_of_all_pairs_are_told():
    machine = Machine(7, block=0.0, process=0.0)
    machine.seconds = iter([3e-6, 5e-6, 4e-6, 2e-6])  # of either side in one pair, and in the next

    (found,) = paired.compare(machine.start, ["x"])

    assert found.seconds == (3e-6, 2e-6)


def test_only_suspects_are_looked_at_again():
    machine = Machine(4, {"benchmark 3": 0.3}, block=0.001, process=0.001)

    found = {timing.name: timing for timing in paired.compare(machine.start, NAMES)}

    assert [name for name, timing in found.items() if timing.looks == 2] == ["benchmark 3"]
    assert machine.started == paired.FIRST[0] + paired.SECOND[0]
    assert found["benchmark 3"].estimate.ratio == pytest.approx(1.3, rel=0.01)
    assert found["benchmark 3"].bytes == (100, 100)
    assert machine.known.count(False) == 2 * len(NAMES)  # each side proves each result once


def test_what_the_second_look_leaves_open_is_looked_at_longer():
    machine = Machine(4, {"benchmark 3": 0.04}, block=0.001, process=0.03)

    (found,) = paired.compare(machine.start, ["benchmark 3"])

    assert len(found.pairs) == paired.SECOND[0] + paired.THIRD[0]
    assert machine.started == paired.FIRST[0] + len(found.pairs)


@pytest.mark.parametrize("death", [DiedError("it ended"), (DiedError("it ended"),)], ids=["at first", "in a block"])
def test_a_side_that_dies_is_told_and_the_rest_goes_on(death):
    machine = Machine(5, {"benchmark 3": death}, block=0.0, process=0.0)

    found = {timing.name: timing for timing in paired.compare(machine.start, NAMES)}

    assert (found["benchmark 3"].verdict, found["benchmark 3"].trouble) == ("crashed", "crashed: candidate: it ended")
    assert {timing.verdict for timing in found.values()} == {"crashed", "same"}
    assert judged(found["benchmark 3"]) == [("crashed", "blocks")]


def test_a_wrong_result_is_told_and_not_timed():
    machine = Machine(6, {"benchmark 3": RefusedError("AssertionError: value")})

    found = {timing.name: timing for timing in paired.compare(machine.start, NAMES)}

    assert found["benchmark 3"].trouble == "refused: candidate: AssertionError: value"
    assert found["benchmark 3"].pairs == ()
    assert judged(found["benchmark 3"]) == [("regressed", "blocks")]


def test_much_slower_blocks_and_slower_is_told():
    slightly, much = (Timing("x", (math.log(ratio),) * 7, looks=2) for ratio in (1.1, 1.4))

    assert judged(slightly) == [("slower", "shown")]
    assert judged(much) == [("much slower", "blocks")]
    assert next(iter(table.rows([much], "again"))).claim.reproduce == "again --select 'x'"


def test_more_memory_is_a_tenth_and_a_mebibyte_more():
    assert Timing("x", (), bytes=(2**22, 2**23)).holds_more
    assert not Timing("x", (), bytes=(100, 200)).holds_more
    assert not Timing("x", (), bytes=(2**30, 2**30 + 2**21)).holds_more


def test_the_page_and_the_json_hold_every_benchmark(tmp_path):
    found = [
        Timing("<b>", (0.3,) * 7, (1e-6, 2e-6), (2**22, 2**23), looks=2),
        Timing("dead", (), trouble="crashed: candidate"),
    ]

    command._write(found, ["torch 1 → 2", "a doubt"], argparse.Namespace(out=tmp_path))

    page = (tmp_path / "timing.html").read_text(encoding="utf-8")
    assert "&lt;b&gt;" in page and "<b>" not in page.split("<main>")[1]
    assert "a doubt" in page and "crashed" in page and "1.350" in page
    told = json.loads((tmp_path / "timing.json").read_text(encoding="utf-8"))
    assert [timing["verdict"] for timing in told["timings"]] == ["slower", "crashed"]


def test_no_figure_is_cut_short_in_a_narrow_terminal(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "60")
    name = "a training step of ResNet-18, channels last"

    command._print([Timing(name, (0.3, 0.31) * 4, (1.234e-6, 2.345e-6), (2**22, 2**23), looks=2)], [])

    printed = capsys.readouterr().out
    assert all(word in printed for word in (name, "slower", "1.357", "1.23 µs", "2.35 µs", "4.0 → 8.0 MiB"))


def supplies(folder, *facts):
    """Power supplies as Linux tells of them: a charger that says nothing of itself, and one of these facts."""
    (folder / "AC").mkdir()
    (folder / "BAT0").mkdir()
    for name, text in zip(("type", "status", "scope"), facts):
        (folder / "BAT0" / name).write_text(text + "\n")
    return folder


@pytest.mark.parametrize("facts", [("Battery", "Full"), ("Battery", "Discharging", "Device"), ("Mains", "Discharging")])
def test_the_battery_of_a_mouse_and_one_at_rest_are_not(monkeypatch, tmp_path, facts):
    monkeypatch.setattr(hygiene, "SUPPLIES", supplies(tmp_path, *facts))

    assert not any("battery" in doubt for doubt in hygiene.doubts({}, {}))


def test_a_single_core_a_busy_machine_and_a_battery_are_said(monkeypatch, tmp_path):
    monkeypatch.setattr(paired, "cores", lambda: {0})
    monkeypatch.setattr(hygiene, "SUPPLIES", supplies(tmp_path, "Battery", "Discharging", "System"))
    monkeypatch.setattr(hygiene.os, "getloadavg", lambda: (9.0, 9.0, 9.0))
    monkeypatch.delattr(hygiene.os, "sched_setaffinity")

    told = " ".join(hygiene.doubts({"kernels": "AVX2", "keeps": True}, {"kernels": "AVX512", "keeps": False}))

    assert all(word in told for word in ("AVX2", "bind", "single core", "busy", "battery", "freed"))


@pytest.fixture
def asked(tmp_path, monkeypatch):
    """A gate between a torch and itself that was asked for benchmarks, and what it made of the claims."""
    runs = [write(tmp_path / f"{side}.jsonl", HEADER, CLAIM, counted([CLAIM])) for side in ("a", "b")]
    told = ["slow", "fast"], {"kernels": "AVX2"}, {"kernels": "AVX512"}
    monkeypatch.setattr(paired, "names", lambda start, some: told)
    found = [Timing("slow", (math.log(1.5),) * 7, looks=2), Timing("fast", (math.log(0.9),) * 7, looks=2)]
    monkeypatch.setattr(paired, "compare", lambda start, names, seed, watch: found)
    options = [sys.executable, sys.executable, "--benchmarks", "quick", "--out", str(tmp_path / "out")]
    asked = _Gate(_parser().parse_args(["gate", *options]))
    ready = Ready(asked.candidate, Path(sys.executable), None)
    return asked, ready, compare(*map(read, runs))


def test_times_join_the_verdicts_of_a_gate(asked, tmp_path, capsys):
    gate, ready, comparison = asked

    gate.time(comparison, ready, ready)

    assert conclude(comparison, [], tmp_path / "out") == 1
    assert "do not upgrade: 1 claim is in the way: 1 much slower" in capsys.readouterr().out
    page = (tmp_path / "out" / "comparison.html").read_text(encoding="utf-8")
    assert "<h2>Times</h2>" in page
    assert page.count("<svg") == 2
    assert "--select &#39;slow&#39;" in page
    assert "the sides run other kernels: AVX2 and AVX512" in comparison.notes


def test_a_stored_baseline_cannot_be_timed(asked):
    gate, ready, comparison = asked

    gate.time(comparison, None, ready)

    assert comparison.timings == []
    assert "no benchmarks: a stored record has no interpreter to time" in comparison.notes


def test_a_side_that_cannot_be_timed_costs_the_times_alone(asked, monkeypatch):
    def died(start, some):
        raise DiedError("the process ended with code 1")

    monkeypatch.setattr(paired, "names", died)
    gate, ready, comparison = asked

    gate.time(comparison, ready, ready)

    assert "could not be asked for them: the process ended with code 1" in comparison.notes[-1]
    assert comparison.timings == []


def test_calibration_counts_the_verdicts_of_each_slowdown(monkeypatch, capsys):
    def starting(baseline, candidate, core, burn):
        return Machine(1, dict.fromkeys(NAMES, burn)).start

    monkeypatch.setattr(paired, "starting", starting)
    monkeypatch.setattr(paired, "names", lambda start, some: (NAMES, {}, {}))

    assert main(["calibrate", "--slowdowns", "0,20", "--times", "2"]) == 0
    equal, slowed = (line.split() for line in capsys.readouterr().out.splitlines()[1:])
    assert equal[:3] == ["0%", "24", "0"]
    assert slowed[:3] == ["20%", "24", "24"]


@pytest.mark.parametrize("slowdowns", ["much", "-1", "", "nan"])
def test_a_slowdown_that_is_no_percentage_is_refused(slowdowns, capsys):
    with pytest.raises(SystemExit) as refused:
        main(["calibrate", f"--slowdowns={slowdowns}"])

    assert refused.value.code == 2
    assert f"{slowdowns!r} are no per cents" in capsys.readouterr().err


def test_where_nothing_could_be_timed_nothing_is_told(monkeypatch, tmp_path):
    monkeypatch.setattr(paired, "names", lambda start, some: (["x"], *[{"torch": "2"}] * 2))
    monkeypatch.setattr(paired, "compare", lambda *_: [Timing("x", (), trouble="crashed: baseline: it ended")])

    assert main(["timing", sys.executable, sys.executable, "--out", str(tmp_path)]) == 3


def test_an_interpreter_without_torch_is_one_line(tmp_path, capsys):
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\nexit 7\n")
    python.chmod(0o755)

    assert main(["calibrate", str(python)]) == 2
    assert capsys.readouterr().err == "the process ended with code 7\n"


@pytest.fixture
def worker():
    process = Process(Path(sys.executable), 0, 0.5)
    yield process
    process.close()


def test_a_worker_answers_and_survives_an_error(worker):
    asked = worker.ask(None)
    with pytest.raises(RefusedError, match="KeyError"):
        worker.ask({"name": "nothing of this name", "known": False})
    told = worker.ask({"name": "add of sixteen", "known": False})

    assert set(asked["quick"]) < set(asked["full"])
    assert asked["keeps"] is (platform.libc_ver()[0] == "glibc")
    assert told["seconds"] > 0
    assert told["bytes"] >= 64
    assert worker.ask(2000) > 0


WRONG = {
    "add of sixteen": ("BEHAVIOURS", lambda row: row._replace(torch=torch.sub)),
    "zero_grad to None": ("ROUTINES", lambda row: row._replace(prepare=lambda device: row.prepare(device)._replace(
        call=lambda: None))),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_a_result_is_proved_until_it_is_known_to_be_right(name, monkeypatch):
    table, spoilt = WRONG[name]
    rows = getattr(worker_module, table)
    monkeypatch.setitem(rows, name, spoilt(rows[name]))

    worker_module.prepared(name, known=True)
    with pytest.raises(AssertionError):
        worker_module.prepared(name, known=False)


def test_a_worker_that_is_gone_has_died(worker):
    worker.ask(None)
    worker.process.kill()

    with pytest.raises(DiedError, match="-9"):
        worker.ask({"name": "add of sixteen", "known": True})


def test_a_worker_that_stands_still_is_ended(tmp_path, monkeypatch):
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\nexec tail -f /dev/null\n")
    python.chmod(0o755)
    monkeypatch.setattr(side, "LIMIT", 0.1)

    with contextlib.closing(Process(python)) as still, pytest.raises(DiedError, match=r"it stood still for 0\.1 s"):
        still.ask(None)


def test_a_slowdown_is_burnt_on_top_of_each_block(monkeypatch):
    now = [0.0]

    def passing(seconds):
        now[0] += seconds
        return now[0]

    monkeypatch.setattr(worker_module.time, "process_time", lambda: passing(1e-3))
    slowed = worker_module.Worker(0.5)
    slowed.call = lambda: passing(1.0)

    assert slowed.block(4) == pytest.approx(6.0, abs=0.02)
