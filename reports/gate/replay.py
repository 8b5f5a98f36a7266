"""The replays: what fails on the candidate runs three times more on both sides before it is called a regression."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import replace
from typing import Optional

from reports.cell import Cell
from reports.comparison.compare import Comparison, Row
from reports.comparison.verdict import DEAD, state
from reports.record import Run

TIMES = 3
#: Beyond these a torch is broken at large, and more replays would not change the answer; each death costs a process.
MOST, MOST_DEATHS = 40, 4
DOUBTED = ("regressed", "crashed", "hung", "undecided")
Replays = list[dict[Cell, str]]


def doubted(comparison: Comparison) -> list[Row]:
    """Give the failures that are to be replayed; what deviates as known has been seen before."""
    rows = [row for row in comparison.rows if row.verdict in DOUBTED and row.after and row.after.outcome != "deviates"]
    dead = [row for row in rows if row.after and row.after.outcome in DEAD]
    return [*(row for row in rows if row not in dead), *dead[:MOST_DEATHS]][:MOST]


def nodes(rows: list[Row]) -> tuple[str, ...]:
    """Give the node ids of rows, from the lines that reproduce them."""
    found = [shlex.split(row.after.reproduce) for row in rows if row.after]
    return tuple(dict.fromkeys(words[3] for words in found if len(words) > 3))


def replayed(run: Callable[[int], Run]) -> Replays:
    """Run three times, and give the state of each cell each time."""
    return [
        {Cell(claim.claim, claim.device, claim.dtype): state(claim) for claim in run(number).claims}
        for number in range(1, TIMES + 1)
    ]


def settle(row: Row, before: Replays, after: Replays) -> Row:
    """Give the row with the verdict that its replays allow."""
    where = Cell(row.claim.claim, row.claim.device, row.claim.dtype)
    was = [states[where] for states in before if where in states]
    now = [states[where] for states in after if where in states]
    verdict = _verdict(row, was, now)
    if not now or verdict is None:
        return row
    told = f"replayed: fails {now.count('fails')} of {len(now)} times on the candidate"
    told += f", {was.count('fails')} of {len(was)} on the baseline" if was else ""
    return replace(row, verdict=verdict, reason=f"{row.reason} ({told})")


def _verdict(row: Row, was: list[str], now: list[str]) -> Optional[str]:
    """Say what the replays of a failure make of it, None where they cannot say."""
    steady = all(state == "fails" for state in now)
    if "fails" in was and (not steady or "holds" in was or row.verdict != "undecided"):
        return "flaky"
    if not steady:
        return "unsteady"
    if row.verdict != "undecided":
        return row.verdict
    if not was:
        return None
    assert row.after is not None
    return "newly found" if "fails" in was else row.after.outcome if row.after.outcome in DEAD else "regressed"
