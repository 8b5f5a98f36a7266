"""Any value as plain JSON: what cannot be said in JSON is said by its repr."""

from __future__ import annotations

import math
from typing import Any

DEEPEST = 32


def plain(value: Any, depth: int = 0) -> Any:
    """Turn a value into built-in types that JSON and execnet both carry, whatever it is."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return str.__str__(value)  # a TorchVersion is a str that execnet refuses
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else str(float(value))
    if depth < DEEPEST and isinstance(value, dict):
        return {str(key): plain(item, depth + 1) for key, item in value.items()}
    if depth < DEEPEST and isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item, depth + 1) for item in value]
    return _words(value)


def _words(value: Any) -> str:
    try:
        return repr(value)[:1000]
    except Exception:  # a broken repr must not end the run that it would describe
        return f"<{type(value).__name__}>"
