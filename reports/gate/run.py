"""One run of the suite: a pytest process of its own in one environment, watched until it ends."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, Optional

from reports.comparison.compare import COULD_NOT_TELL
from reports.gate.build import ROOT, last_line
from reports.gate.side import GateError
from reports.record import RecordError, Run, read

#: What would steer pytest or Python beside the gate.
FOREIGN = ("PYTEST_ADDOPTS", "PYTHONHOME", "PYTEST_XDIST_WORKER", "PYTEST_XDIST_AUTO_NUM_WORKERS")


class Question(NamedTuple):
    """What is asked of a torch: which claims, on which devices, how long and with which examples."""

    select: tuple[str, ...]
    devices: str
    profile: str
    seed: int

    def options(self) -> list[str]:
        """Give the question as pytest's options."""
        return [f"--device={self.devices}", f"--profile={self.profile}", f"--seed={self.seed}"]


def run(name: str, python: Path, question: Question, folder: Path, watch: Callable[[int], None], *more: str) -> Run:
    """Run the suite, and read the record it leaves."""
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / "pytest.log"
    options = ["-q", "--no-header", "-p", "no:cacheprovider", "--continue-on-collection-errors", *more]
    command = [str(python), "-m", "pytest", *question.select, f"--record={folder}", *question.options(), *options]
    _watched(command, log, folder, watch)
    record = _record(folder)
    try:
        if record is not None:
            return read(record)
        told = f"left no record: {last_line(log)}"
    except RecordError as error:
        told = f"left no record that can be read: {error}"
    raise GateError(f"the {name}'s run {told} (all of it: {log})", COULD_NOT_TELL)


def finished(record: Optional[Path]) -> int:
    """Count the claims in a record that is still being written."""
    if record is None:
        return 0
    with record.open("rb") as file:
        return sum(line.startswith(b'{"kind": "claim"') for line in file)


def _watched(command: list[str], log: Path, folder: Path, watch: Callable[[int], None]) -> None:
    environment = {name: value for name, value in os.environ.items() if name not in FOREIGN}
    with log.open("wb") as file:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=file, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        while not _ended(process):
            watch(finished(_record(folder)))
    finally:
        _end(process)


def _ended(process: subprocess.Popen[bytes]) -> bool:
    """Wait half a second, or less where the process ends."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(timeout=0.5)
    return process.returncode is not None


def _end(process: subprocess.Popen[bytes]) -> None:
    """Leave nothing running behind: neither pytest nor its workers."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
    if hasattr(os, "killpg"):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)


def _record(folder: Path) -> Optional[Path]:
    return next(iter(sorted(folder.glob("*.jsonl"))), None)
