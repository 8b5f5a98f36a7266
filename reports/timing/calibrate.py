"""How good is the paired comparison here? One interpreter on both sides, the candidate slowed down by what is known."""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from pathlib import Path

from rich.console import Console
from rich.table import Table

from reports.timing import paired

#: Parts of the time that the candidate burns on top; with none, every verdict but same and undecided is false.
BURNS = (0.0, 0.03, 0.05, 0.10, 0.20)
VERDICTS = ("slower", "faster", "same", "undecided")


def calibrate(options: argparse.Namespace) -> int:
    """Compare a torch with itself and with itself slowed down, and count the verdicts."""
    table = Table("slower by", "comparisons", *VERDICTS, "CPU seconds of a side", box=None)
    for burn in BURNS:
        found, seconds = _compared(options, burn)
        shares = [f"{found[verdict] / sum(found.values()):.1%}" for verdict in VERDICTS]
        table.add_row(f"{burn:.0%}", str(sum(found.values())), *shares, f"{seconds:.2f}")
    Console(markup=False, emoji=False, highlight=False).print(table)
    return 0


def _compared(options: argparse.Namespace, burn: float) -> tuple[Counter[str], float]:
    """The verdicts on all benchmarks, so many times, and what one cost each side."""
    start = paired.starting(options.python, options.python, max(paired.cores()), burn)
    before = _children()
    found = [
        timing.verdict
        for seed in range(options.times)
        for timing in paired.compare(start, paired.names(start, options.benchmarks)[0], seed)
    ]
    return Counter(found), (_children() - before) / (2 * len(found))


def _children() -> float:
    """CPU seconds of all processes that have ended: what was timed, and what it took to prepare it."""
    times = os.times()
    return times.children_user + times.children_system


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what the command may be told."""
    add = parser.add_argument
    add("python", nargs="?", type=Path, default=Path(sys.executable), help="the interpreter of an environment")
    add("--benchmarks", choices=("quick", "full"), default="quick", help="how many (default: quick)")
    add("--times", type=int, default=1, metavar="N", help="how often (default: 1)")
