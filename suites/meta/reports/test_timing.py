"""What is told of times: the table, the page and the JSON, the doubts, the gate's verdicts, the calibration."""

import argparse
import json
import math
import sys
from pathlib import Path

import pytest

from reports.__main__ import _parser, main
from reports.comparison.compare import compare
from reports.comparison.conclude import conclude
from reports.gate.gate import Ready, _Gate
from reports.record import read
from reports.timing import command, hygiene, paired
from reports.timing.paired import Timing
from reports.timing.side import DiedError
from suites.meta.reports.machine import NAMES, Machine
from suites.meta.reports.records import CLAIM, HEADER, counted, write


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
