"""From two records to an answer: the screen, the files and the exit code."""

from __future__ import annotations

import sys
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Optional

from rich.console import Console

from reports.comparison.compare import UNUSABLE, Comparison, compare, waive
from reports.comparison.outputs import write
from reports.comparison.screen import show
from reports.comparison.waiver import Waiver, load
from reports.record import RecordError, Run, read
from reports.text import line


def compare_records(before: Path, after: Path, waivers: Optional[Path], out: Optional[Path]) -> int:
    """Compare two records, tell what came of it and give the exit code."""
    known = waivers_of(waivers)
    return conclude(compare(trusted(before), trusted(after)), known, out)


def conclude(comparison: Comparison, waivers: list[Waiver], out: Optional[Path]) -> int:
    """Tell what came of a comparison, and give the exit code."""
    comparison, idle = waive(comparison, waivers)
    written = write(comparison, out) if out else []
    code = show(comparison, Console(markup=False, emoji=False, highlight=False))
    if written:
        print(line(f"page:   {written[0]}"))
    for waiver in idle:
        told = f"the waiver of {waiver.claim} ({waiver.verdict}, {waiver.owner}) matches nothing: remove it"
        print(line(told), file=sys.stderr)
    return UNUSABLE if idle else code


def waivers_of(path: Optional[Path]) -> list[Waiver]:
    """Read the waivers, where there are any."""
    return load(path, date.today()) if path else []


def trusted(path: Path) -> Run:
    """Read a record whose footer confirms what it holds."""
    run = read(path)
    ended = [claim for claim in run.claims if claim.outcome != "interrupted"]
    if run.footer is not None and (
        Counter(run.footer["counts"]) != Counter(claim.outcome for claim in ended)
        or run.footer["comparisons"] != sum(claim.comparisons for claim in ended)
    ):
        raise RecordError(f"{run.path}: its footer does not count what it holds: lines were changed, lost or added")
    return run
