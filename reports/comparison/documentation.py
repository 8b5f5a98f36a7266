"""What changed between the documentation installed with two torches, as far as claims are about it."""

from __future__ import annotations

import difflib
import re
from typing import Any, NamedTuple, Optional

from reports import inventory
from reports.record import Run

#: Lines of one difference that anybody reads.
MOST_LINES = 400
#: What can be said of a change, the gravest first.
KINDS = ("vanished", "undocumented", "deprecated", "signature", "appeared", "documented", "text")
ABSENT: dict[str, Any] = {"sha256": None, "text": None}


class Change(NamedTuple):
    """One documented name whose text differs: how, in which words, and its line-by-line difference."""

    name: str
    kinds: tuple[str, ...]
    difference: str


def changes(before: Run, after: Run) -> list[Change]:
    """Compare the docstrings that both records keep, and name those that only one torch has; the gravest first."""
    was, now = before.documentation, after.documentation
    known = set(was) & set(now)
    known |= {name for name in set(was) - set(now) if inventory.page(name) in _pages(after)}
    known |= {name for name in set(now) - set(was) if inventory.page(name) in _pages(before)}
    pairs = [(name, was.get(name, ABSENT), now.get(name, ABSENT)) for name in sorted(known)]
    return sorted((_change(*pair) for pair in pairs if _differ(pair[1], pair[2])), key=rank)


def rank(change: Change) -> int:
    """Say how grave a change is, 0 for the gravest."""
    return min(KINDS.index(kind.partition(":")[0]) for kind in change.kinds)


def _pages(run: Run) -> list[str]:
    """Give the pages of which the record has every name; an incomplete one has none."""
    return run.header.get("inventory", []) if run.complete else []


def _change(name: str, before: dict[str, Any], after: dict[str, Any]) -> Change:
    was, now = before["text"] or "", after["text"] or ""
    return Change(name, tuple(_kinds(name, before, after)), _difference(was, now) or "beyond what the record keeps")


def _differ(before: dict[str, Any], after: dict[str, Any]) -> bool:
    """Whether the texts differ, or the signatures where both records have them."""
    first, second = before.get("signature"), after.get("signature")
    if before is ABSENT or after is ABSENT:
        return True
    return before["sha256"] != after["sha256"] or bool(first and second and first != second)


def _kinds(name: str, before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    was, now = before["text"], after["text"]
    if before is ABSENT or after is ABSENT:
        return ["appeared" if before is ABSENT else "vanished"]
    if was is None or now is None:
        return ["documented" if was is None else "undocumented"]
    first, second = _signature(name, before), _signature(name, after)
    kinds = [f"signature: {first} → {second}"] if first != second and first and second else []
    if "deprecated" in now.lower() and "deprecated" not in was.lower():
        kinds.append("deprecated")
    return kinds or ["text"]


def _signature(name: str, documented: dict[str, Any]) -> Optional[str]:
    """Give a callable's signature: Python's own, or the one that the docstring of a built-in opens with."""
    if documented.get("signature"):
        return str(documented["signature"])
    last = re.escape(name.rsplit(".", 1)[-1])
    found = re.match(rf"\s*{last}(\(.*\)( -> .*)?)", documented["text"] or "")
    return found[1] if found else None


def _difference(was: str, now: str) -> str:
    lines = list(difflib.unified_diff(was.splitlines(), now.splitlines(), "baseline", "candidate", lineterm="", n=2))
    more = [f"… {len(lines) - MOST_LINES:,} more lines"] if len(lines) > MOST_LINES else []
    return "\n".join(lines[:MOST_LINES] + more)
