"""How good is the paired comparison here? One interpreter on both sides, the candidate slowed down by what is known."""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from pathlib import Path

from reports.timing import paired

#: Per cent of the time that the candidate burns on top; with none, every verdict but same and undecided is false.
BURNS = (0.0, 3.0, 5.0, 10.0, 20.0)
VERDICTS = ("slower", "faster", "same", "undecided")


def calibrate(options: argparse.Namespace) -> int:
    """Compare a torch with itself and with itself slowed down, and count the verdicts: a line for each slowdown."""
    print("slowed by  comparisons  " + "  ".join(f"{verdict:>9}" for verdict in VERDICTS) + "  CPU seconds of a side")
    for burn in options.slowdowns:
        found, seconds = _compared(options, burn / 100)
        counts = "  ".join(f"{found[verdict]:9}" for verdict in VERDICTS)
        print(f"{burn:8g}%  {sum(found.values()):11}  {counts}  {seconds:21.2f}", flush=True)
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
    message = "per cent by which the candidate is slowed down, in turn (default: 0,3,5,10,20)"
    add("--slowdowns", type=_percents, default=BURNS, metavar="N,…", help=message)


def _percents(text: str) -> tuple[float, ...]:
    try:
        found = tuple(map(float, text.split(",")))
    except ValueError:
        found = (-1.0,)
    if not all(0 <= percent <= 1000 for percent in found):
        raise argparse.ArgumentTypeError(f"{text!r} are no per cents up to 1000, as in 0,5,10")
    return found
