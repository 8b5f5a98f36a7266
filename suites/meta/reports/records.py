"""Small records made by code, for the tests of what reads them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

HEADER: dict[str, Any] = {
    "kind": "header",
    "schema": 1,
    "started": "2026-11-22T20:15:03+00:00",
    "suite": {"version": "0.1.0", "commit": None},
    "command": "pytest",
    "seed": 0,
    "profile": "default",
    "devices": ["cpu"],
    "limit": 120.0,
    "environment": {"python": "3.11.7", "torch": "2.13.0+cpu", "torch build": "PyTorch built with", "threads": 2},
}

CLAIM: dict[str, Any] = {
    "kind": "claim",
    "claim": "suites/tensors/test_creation.py::test_copies",
    "device": "cpu",
    "dtype": "float32",
    "outcome": "passed",
    "statement": "The tensor is a copy.",
    "documents": ["torch.tensor"],
    "guide": ["Tensors"],
    "since": None,
    "until": None,
    "seconds": 0.25,
    "comparisons": 3,
    "examples": 2,
    "observations": {},
    "reproduce": "pytest suites/tensors",
    "deviation": None,
    "message": "",
    "detail": "",
    "falsifying": None,
}

FOOTER: dict[str, Any] = {
    "kind": "footer",
    "counts": {"passed": 1},
    "exit": 0,
    "seconds": 1.5,
    "comparisons": 3,
    "examples": 2,
    "interrupted": False,
    "complaint": None,
}

START = {"kind": "start", "nodeid": "suites/tensors/test_creation.py::test_dies[cpu-float64]", "at": 0.5}
DEVIATION = {"kind": "rounding", "reason": "40 ulp near 2", "link": "https://x.test/1", "torch": ">=2"}
FAILURE = {
    **CLAIM,
    "outcome": "failed",
    "message": "AssertionError: got 2",
    "detail": "the traceback",
    "falsifying": "Failing test case: test_copies(\n    x=1,\n)",
}
LINES = {"header": HEADER, "claim": CLAIM, "footer": FOOTER, "start": START}


def write(path: Path, *lines: dict[str, Any]) -> Path:
    """Write a record of these lines."""
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="ascii")
    return path


def counted(claims: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Give the footer that these claims have."""
    made = sum(claim["comparisons"] for claim in claims)
    return {**FOOTER, "counts": Counter(claim["outcome"] for claim in claims), "comparisons": made}
