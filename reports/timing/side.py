"""One side of a paired comparison, as its other end sees it: a process that answers questions."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
from pathlib import Path
from typing import Any

from reports.gate.build import ROOT

#: One thread in every library that could start more.
ONE = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMEXPR_NUM_THREADS"), "1")


class DiedError(ChildProcessError):
    """A side's process ended in the middle of a question."""


class RefusedError(Exception):
    """A side could not prepare a benchmark: its result is wrong, or this torch lacks it."""


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
        assert self.process.stdin
        assert self.process.stdout
        line = ""
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.write(json.dumps(question) + "\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        if not line:
            raise DiedError(f"the process ended with code {self.process.wait()}")
        told = json.loads(line)
        if "error" in told:
            raise RefusedError(told["error"])
        return told["answer"]

    def close(self) -> None:
        """End it, whatever it does."""
        self.process.kill()
        self.process.communicate()
