"""The cell of a node id: which claim it is, on which device, in which dtype."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import NamedTuple, Optional

DTYPES = (
    *("bool", "uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32", "int64"),
    *("float16", "bfloat16", "float32", "float64", "complex32", "complex64", "complex128"),
    *("float8_e4m3fn", "float8_e4m3fnuz", "float8_e5m2", "float8_e5m2fnuz", "float8_e8m0fnu", "float4_e2m1fn_x2"),
    *("qint8", "quint8", "qint32", "quint4x2", "quint2x4"),
)

# The tests of the suite itself and its benchmarks run under the same pytest, and are evidence for no claim.
NOT_CLAIMS = ("suites/meta/", "suites/benchmarks/")


class Cell(NamedTuple):
    """A claim on one device in one dtype, None where the claim does not depend on it."""

    claim: str
    device: Optional[str]
    dtype: Optional[str]


def cell(nodeid: str, devices: Sequence[str]) -> Cell:
    """Split a node id into the claim and where it ran."""
    path, colons, name = nodeid.partition("::")
    function, bracket, parameters = name.partition("[")
    if not bracket or not parameters.endswith("]"):
        return Cell(nodeid, None, None)
    tokens = parameters[:-1].split("-")
    device, dtype = _take(tokens, devices), _take(tokens, DTYPES)
    rest = "-".join(tokens)
    return Cell(f"{path}{colons}{function}" + (f"[{rest}]" if rest else ""), device, dtype)


def is_claim(nodeid: str) -> bool:
    """Whether an item of this node id is a claim, which only its path says when its process has died."""
    return not nodeid.startswith(NOT_CLAIMS)


def command(nodeid: str, device: Optional[str]) -> str:
    """Give the line that runs this node id again, for a claim that could not leave its own."""
    return f"python -m pytest {shlex.quote(nodeid)}" + (f" --device {shlex.quote(device)}" if device else "")


def _take(tokens: list[str], known: Sequence[str]) -> Optional[str]:
    found = next((token for token in tokens if token in known), None)
    if found is not None:
        tokens.remove(found)
    return found
