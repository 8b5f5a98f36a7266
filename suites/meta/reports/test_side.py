"""One side of a paired comparison: a worker that answers, proves its results, dies or stands still."""

import contextlib
import platform
import sys
from pathlib import Path

import pytest
import torch

from reports.timing import side
from reports.timing.side import DiedError, Process, RefusedError
from suites.benchmarks import worker as worker_module


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
