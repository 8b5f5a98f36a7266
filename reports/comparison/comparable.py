"""Whether two records can be compared at all, and what differs between them besides torch."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from reports.record import Run

# What else an environment tells is expected to differ with torch, or says nothing about its results.
TOLD = ("python", "numpy", "cpu capability", "threads", "hypothesis")
#: What chooses the kernels, so that a difference would be charged to torch.
STEERING = ("ATEN_CPU_CAPABILITY", "NVIDIA_TF32_OVERRIDE", "CUBLAS_WORKSPACE_CONFIG")


def doubts(before: Run, after: Run) -> Iterator[str]:
    """Say, each in one sentence, why nothing can be concluded from these two records."""
    yield from (f"the {side}'s record {reason}" for side, run in _sides(before, after) for reason in _unfinished(run))
    for name, first, second in _facts(before, after):
        if first != second:
            yield f"the {name} differs: {first} on the baseline, {second} on the candidate"


def notes(before: Run, after: Run) -> Iterator[str]:
    """Say what differs besides torch and may matter, and what the reader should know of both runs."""
    here, there = before.header["environment"], after.header["environment"]
    for name in TOLD:
        if here.get(name) != there.get(name):
            yield f"{name}: {here.get(name)} on the baseline, {there.get(name)} on the candidate"
    if not same_examples(before, after):
        yield f"seed {before.header['seed']} on the baseline, {after.header['seed']} on the candidate: other examples"
    if str(before.header["suite"].get("commit")).endswith("with changes"):
        yield "the suite has changes that are not committed: nothing proves that both runs had the same"


def same_examples(before: Run, after: Run) -> bool:
    """Whether both runs drew the same examples."""
    return bool(before.header["seed"] == after.header["seed"])


def _sides(before: Run, after: Run) -> tuple[tuple[str, Run], tuple[str, Run]]:
    return ("baseline", before), ("candidate", after)


def _unfinished(run: Run) -> Iterator[str]:
    if run.footer is None:
        yield "is incomplete: its process died before the run was over"
    elif run.footer["interrupted"]:
        yield "is incomplete: the run was interrupted"
    elif run.footer["complaint"]:
        yield f"cannot be believed: {run.footer['complaint']}"
    elif run.footer["exit"] not in (0, 1):
        yield f"is of a run that ended with exit status {run.footer['exit']}"


def _facts(before: Run, after: Run) -> Iterator[tuple[str, Any, Any]]:
    """Give what must be alike, by name, of the baseline and of the candidate."""
    suites = before.header["suite"], after.header["suite"]
    known = "commit" if all(suite.get("commit") for suite in suites) else "version"
    yield f"suite's {known}", suites[0].get(known), suites[1].get(known)
    for name in ("profile", "devices"):
        yield name, before.header[name], after.header[name]
    here, there = before.header["environment"], after.header["environment"]
    yield "machine", _machine(here), _machine(there)
    yield "accelerator", here.get("accelerators") or {}, there.get("accelerators") or {}
    for name in STEERING:
        yield f"variable {name}", _variable(here, name), _variable(there, name)


def _machine(environment: dict[str, Any]) -> str:
    """Give the operating system and the processor's architecture, without the kernel's release."""
    text = str(environment.get("os"))
    architecture = re.search(r"x86_64|amd64|aarch64|arm64|ppc64le|s390x|riscv64", text, re.IGNORECASE)
    return f"{text.partition('-')[0]} {architecture[0] if architecture else ''}".strip()


def _variable(environment: dict[str, Any], name: str) -> Any:
    variables = environment.get("variables")
    return variables.get(name) if isinstance(variables, dict) else None
