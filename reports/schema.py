"""The kinds of line in a run record, their fields and the types of these."""

from __future__ import annotations

import math
from typing import Any, Optional

SCHEMA = 1

RED = ("failed", "error", "crashed", "hung", "fixed")
OUTCOMES = ("passed", "deviates", "skipped", *RED, "interrupted")

Types = tuple[type, ...]
TEXT: Types = (str,)
MAYBE: Types = (str, type(None))
COUNT: Types = (int,)
SECONDS: Types = (int, float)

FIELDS: dict[str, dict[str, Types]] = {
    "header": {
        "schema": COUNT,
        "started": TEXT,
        "suite": (dict,),
        "command": TEXT,
        "seed": (int, str, type(None)),
        "profile": MAYBE,
        "devices": (list,),
        "limit": (int, float, type(None)),
        "environment": (dict,),
    },
    "documentation": {"name": TEXT, "sha256": MAYBE, "text": MAYBE},
    "start": {"nodeid": TEXT, "at": SECONDS},
    "claim": {
        "claim": TEXT,
        "device": MAYBE,
        "dtype": MAYBE,
        "outcome": TEXT,
        "statement": TEXT,
        "documents": (list,),
        "guide": (list,),
        "since": MAYBE,
        "until": MAYBE,
        "seconds": SECONDS,
        "comparisons": COUNT,
        "examples": COUNT,
        "observations": (dict,),
        "reproduce": TEXT,
        "deviation": (dict, type(None)),
        "message": TEXT,
        "detail": TEXT,
        "falsifying": MAYBE,
    },
    "footer": {
        "counts": (dict,),
        "exit": COUNT,
        "seconds": SECONDS,
        "comparisons": COUNT,
        "examples": COUNT,
        "interrupted": (bool,),
        "complaint": MAYBE,
    },
}

#: Fields that came later: a record may lack them.
LATER: dict[str, dict[str, Types]] = {
    "header": {"inventory": (list,)},
    "documentation": {"signature": MAYBE},
}

LISTS_OF_TEXT = {("header", "devices"), ("header", "inventory"), ("claim", "documents"), ("claim", "guide")}
DEEPEST = 64

# What a claim says of itself; the rest of its line is what pytest saw.
TOLD = (
    *("statement", "documents", "guide", "since", "until", "comparisons", "examples"),
    *("observations", "reproduce", "deviation"),
)


def misfits(kind: str, field: str, value: Any) -> Optional[str]:
    """Say why a value cannot stand in a field, None where it can."""
    types = {**FIELDS[kind], **LATER.get(kind, {})}[field]
    if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
        return f"{field} is {type(value).__name__}, not {' or '.join(one.__name__ for one in types)}"
    if isinstance(value, (int, float)) and not (math.isfinite(value) and abs(value) < 2**63):
        return f"{field} is beyond measure"
    if isinstance(value, list) and (kind, field) in LISTS_OF_TEXT and not all(isinstance(item, str) for item in value):
        return f"{field} holds what is not text"
    return f"{field} is nested too deep" if _deeper(value, DEEPEST) else None


def _deeper(value: Any, depth: int) -> bool:
    if not isinstance(value, (dict, list)):
        return False
    inner = value.values() if isinstance(value, dict) else value
    return depth == 0 or any(_deeper(item, depth - 1) for item in inner)
