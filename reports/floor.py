"""The floor under a whole run: fewer comparisons than committed in suites/floor.toml make it red."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Optional

FLOOR = Path("suites", "floor.toml")


def shortfall(root: Path, profile: str, comparisons: Mapping[Optional[str], int], devices: Any) -> Optional[str]:
    """Say in one line what a whole run lacks, None where every device made as many comparisons as it must."""
    try:
        least = int(_read(root / FLOOR)["comparisons"][profile])
    except (OSError, ValueError, LookupError, TypeError, ImportError) as error:
        return f"{FLOOR} has no floor for the profile {profile!r}: {type(error).__name__}: {error}"
    for device in devices:
        # A claim that takes no device runs once, and counts for each.
        made = comparisons.get(device, 0) + comparisons.get(None, 0)
        if made < least:
            return f"{made} comparisons on {device} are below the floor of {least} for the profile {profile!r}"
    return None


def _read(path: Path) -> Any:
    try:
        toml = importlib.import_module("tomllib")
    except ImportError:  # Python 3.9 and 3.10, where pytest brings the package it came from
        toml = importlib.import_module("tomli")
    return toml.loads(path.read_text(encoding="utf-8"))
