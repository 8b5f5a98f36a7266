"""The proof that a run used the torch that was asked for: asked before the run, and read from its record after."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from pathlib import Path
from typing import NamedTuple

from reports.comparison.compare import COULD_NOT_TELL
from reports.gate.side import GateError, Side
from reports.record import Run

ASK = """
import json
import hypothesis, jinja2, mpmath, numpy, packaging, pytest, pytest_benchmark, rich, threadpoolctl, xdist
import torch
print(json.dumps([str(torch.__version__), torch.__file__]))
"""


class Installed(NamedTuple):
    """The torch that an interpreter imports."""

    version: str
    path: str


def installed(side: Side, python: Path) -> Installed:
    """Ask an interpreter, away from the checkout, for the torch that it imports."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            command = [str(python), "-c", ASK]
            done = subprocess.run(command, cwd=folder, capture_output=True, text=True, errors="replace", timeout=300)
        except (OSError, subprocess.SubprocessError) as error:
            raise GateError(f"the {side.name}'s interpreter {python} cannot be run: {error}", COULD_NOT_TELL) from None
    try:
        found = Installed(*map(str, json.loads(done.stdout.splitlines()[-1])))
    except (ValueError, IndexError, TypeError):
        reason = (done.stderr.strip().splitlines() or [f"exit status {done.returncode}"])[-1]
        raise GateError(f"the {side.name}'s {python} cannot import what the suite needs: {reason}", 3) from None
    if not side.accepts(found.version):
        raise GateError(f"the {side.name} is to be {side.text}, and {python} has torch {found.version}", 3)
    return found


def prove(side: Side, asked: Installed, run: Run) -> None:
    """Hold what the record says of its run against what the interpreter said before."""
    environment = run.header["environment"]
    ran = Installed(str(environment.get("torch")), str(environment.get("torch path")))
    if ran.version != asked.version or os.path.realpath(ran.path) != os.path.realpath(asked.path):
        told = f"torch {ran.version} at {ran.path}, not torch {asked.version} at {asked.path}"
        raise GateError(f"the {side.name}'s run used {told}", COULD_NOT_TELL)
