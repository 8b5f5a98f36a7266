"""A benchmark whose result is wrong fails and is not timed; one that is right is in the tables and in the JSON."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from suites.benchmarks import conftest as benchmarks
from suites.benchmarks import layers, routines, tensors
from suites.benchmarks.behaviour import CACHES, Work, nbytes
from suites.benchmarks.tape import Tape
from suites.benchmarks.tensors import MANY
from suites.kit import clock

ROOT = Path(__file__).parents[3]
BEHAVIOURS = {**tensors.TABLE, **tensors.BRIDGE, **layers.TABLE}
KEEPING = "from pathlib import Path\nfrom suites.kit import heap\nheap.keep = Path(__file__).with_name('kept').touch\n"
WRONG = "import torch\nadd = torch.add\ntorch.add = lambda x, y: add(x, y).add_(1)\n"


def run(folder, *arguments):
    """Run the benchmarks of some names; the exit code, what was printed, and the JSON."""
    command = [sys.executable, "-m", "pytest", "suites/benchmarks", "-p", "no:cacheprovider", f"--record={folder}"]
    command += [f"--benchmark-json={folder / 'times.json'}", *arguments]
    env = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}  # of this run's worker
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=110, check=False)
    times = folder / "times.json"
    return done.returncode, done.stdout, json.loads(times.read_text()) if times.exists() else None


@pytest.mark.parametrize("name", [name for name in BEHAVIOURS if "2048" not in name])
def test_a_wrong_element_is_rejected(name):
    row = BEHAVIOURS[name]
    first, *others = results = as_list(row.call("cpu")())

    row.assert_right(results, "cpu")
    with pytest.raises(AssertionError):
        row.assert_right([nudged(first), *others], "cpu")


def as_list(result):
    return list(result) if isinstance(result, (tuple, list)) else [result]


def nudged(result):
    """The last element is a tenth and one larger, or the opposite."""
    changed = result.copy() if isinstance(result, np.ndarray) else result.clone()
    last = changed[(slice(-1, None),) * changed.ndim]
    last[...] = ~last if "bool" in str(changed.dtype) else last + abs(last) // 10 + 1
    return changed


@pytest.mark.parametrize("name", routines.TABLE)
def test_a_routine_that_was_not_done_is_rejected(name):
    with pytest.raises((AssertionError, AttributeError)):
        routines.TABLE[name].prepare("cpu").assert_right()


def test_large_arguments_are_taken_in_turn():
    row = tensors.TABLE["add of a million"]

    call = row._replace(torch=lambda x, y: x.data_ptr()).call("cpu")
    places = [call() for _ in range(2 * len(row.sets()))]

    assert len(row.sets()) * nbytes(row.arguments(0)) >= CACHES
    assert len(set(places)) == len(row.sets())
    assert places[0] == places[len(row.sets())]
    assert len(tensors.TABLE["add of sixteen"].sets()) == 1


def test_only_the_bytes_that_are_touched_count():
    filled, added = (tensors.TABLE[name] for name in ("fill_ of a million", "add of a million"))

    assert filled.work(torch.zeros(MANY)) == (4 * MANY, 0, torch.float32)
    assert added.work(torch.zeros(MANY)) == (3 * 4 * MANY, MANY, torch.float32)
    assert added.work(torch.zeros(MANY, dtype=torch.int64)).dtype is None


def test_handing_over_is_not_held_against_numpy():
    facts = benchmarks._facts(
        lambda: None, lambda: None, benchmarks.Place("cpu", clock.HOST), 1e-6, Work(1, 1, torch.float32)
    )

    assert sorted(facts) == ["peak bytes", "place", "seconds", "torch"]


@pytest.mark.parametrize(("name", "raised"), [("GRAPH", pytest.skip.Exception), ("PROCESSOR", UserWarning)])
def test_what_no_graph_can_be_made_of_is_skipped(name, raised, monkeypatch):
    def warns(call, device):
        raise UserWarning("it cannot be captured")

    monkeypatch.setattr(clock, name, getattr(clock, name)._replace(seconds=warns))
    with pytest.raises((pytest.skip.Exception, UserWarning), match="it cannot be captured") as found:
        benchmarks._measured(lambda: None, benchmarks.Place("cpu", getattr(clock, name)))

    assert found.type is raised


def test_the_tape_plays_what_was_measured():
    tape = Tape()
    tape.play([2.0, 3.0])

    tape.advance()
    assert tape() == 2.0
    tape.advance()
    assert tape() == 5.0


def test_times_are_told_beside_numpys(tmp_path):
    (tmp_path / "planted.py").write_text(KEEPING)

    code, printed, told = run(
        tmp_path, "-k", "add and sixteen and one and not number", "-p", "planted", "-o", f"pythonpath=. {tmp_path}"
    )

    assert code == 0, printed
    assert (tmp_path / "kept").exists()
    assert "torch/NumPy" in printed and "add of sixteen" in printed
    (bench,) = [bench for bench in told["benchmarks"] if "add of sixteen" in bench["name"]]
    assert bench["extra_info"]["seconds"] == pytest.approx(bench["stats"]["median"])
    assert bench["extra_info"]["NumPy seconds"] > 0
    assert bench["extra_info"]["of the bandwidth"] > 0


def test_what_was_timed_can_be_compared_by_pytest_benchmark(tmp_path):
    run(tmp_path, "-k", "add and sixteen and one and not number")
    command = [Path(sys.executable).with_name("pytest-benchmark"), "compare", tmp_path / "times.json"]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)

    assert done.returncode == 0, done.stderr
    assert "add of sixteen" in done.stdout


def test_a_wrong_result_fails_and_is_not_timed(tmp_path):
    (tmp_path / "planted.py").write_text(WRONG)

    code, printed, told = run(
        tmp_path, "-k", "add and sixteen and one and not number", "-p", "planted", "-o", f"pythonpath=. {tmp_path}"
    )

    assert code == 1, printed
    assert "1 failed" in printed and told is None
