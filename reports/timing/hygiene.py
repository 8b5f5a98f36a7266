"""What makes the times of this machine less certain: said beside them, and decided on by nobody."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Any

from reports.timing import paired

SUPPLIES = Path("/sys/class/power_supply")


def doubts(*sides: dict[str, Any]) -> list[str]:
    """Give a line for each reason to doubt: what the two sides say of themselves, and what is seen of the machine."""
    found = []
    kernels = [side.get("kernels", "") for side in sides]
    if all(kernels) and len(set(kernels)) > 1:
        found.append(f"the sides run other kernels: {' and '.join(kernels)}")
    if not all(side.get("keeps", True) for side in sides):
        found.append("freed memory goes back to the system, so a call may cost what was done before it")
    if not hasattr(os, "sched_setaffinity"):
        found.append("this system cannot bind a process to a core")
    if len(paired.cores()) < 2:
        found.append("this machine has a single core, which the sides share with all else")
    if hasattr(os, "getloadavg") and os.getloadavg()[0] > len(paired.cores()):
        found.append(f"the machine is busy: load {os.getloadavg()[0]:.1f} on {len(paired.cores())} cores")
    if any(map(_discharges, SUPPLIES.glob("*"))):
        found.append("this machine runs on its battery")
    return found


def _discharges(supply: Path) -> bool:
    """Whether this is a battery in use, of the machine and not of a mouse; a supply may be gone by now."""
    told = {}
    for name in ("type", "status", "scope"):
        with contextlib.suppress(OSError):
            told[name] = (supply / name).read_text(errors="replace").strip()
    return (told.get("type"), told.get("status")) == ("Battery", "Discharging") and told.get("scope") != "Device"
