"""One side of a paired comparison, as its other end sees it: a process that answers questions."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Callable

from reports.gate.build import ROOT

#: One thread in every library that could start more.
ONE = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMEXPR_NUM_THREADS"), "1")


#: Seconds that a side may think about one question; the slowest benchmark is prepared in some ten.
LIMIT = 120.0


class DiedError(ChildProcessError):
    """A side's process ended in the middle of a question, or was ended because it stood still."""


class RefusedError(Exception):
    """A side could not prepare a benchmark: its result is wrong, or this torch lacks it."""


@contextlib.contextmanager
def _patience(end: Callable[[], None]) -> Iterator[None]:
    """End it where what is done meanwhile takes too long."""
    timer = threading.Timer(LIMIT, end)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


class Process:
    """A worker in the environment of one interpreter, on one core."""

    def __init__(self, python: Path, core: int = 0, burn: float = 0.0) -> None:
        """Start it; ``burn`` is a known slowdown, to try the comparison with."""
        command = [str(python), "-m", "suites.benchmarks.worker", str(core), str(burn)]
        self.process = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, **ONE}, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def ask(self, question: Any) -> Any:
        """Ask, and wait for the answer; raise DiedError where none comes, RefusedError where it is an error."""
        start = time.monotonic()
        with _patience(self.process.kill):
            line = self._line(json.dumps(question))
            code = None if line else self.process.wait()
        if not line:
            still = time.monotonic() - start >= LIMIT
            raise DiedError(f"it stood still for {LIMIT:g} s" if still else f"the process ended with code {code}")
        told = json.loads(line)
        if "error" in told:
            raise RefusedError(told["error"])
        return told["answer"]

    def _line(self, question: str) -> str:
        """The line that answers a line; an empty one where the process has gone."""
        assert self.process.stdin
        assert self.process.stdout
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.write(question + "\n")
            self.process.stdin.flush()
            return self.process.stdout.readline()
        return ""

    def close(self) -> None:
        """End it, whatever it does."""
        self.process.kill()
        self.process.communicate()
