"""How good is the paired comparison here? One interpreter on both sides, the candidate slowed down by what is known."""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from reports.timing import paired
from reports.timing.paired import Timing

#: Per cent of the time that the candidate burns on top; with none, every verdict but same and undecided is false.
BURNS = (0.0, 3.0, 5.0, 10.0, 20.0)
VERDICTS = ("slower", "faster", "same", "undecided")


def calibrate(options: argparse.Namespace) -> int:
    """Compare a torch with itself and with itself slowed down, and count the verdicts: a line for each slowdown.

    Under it stand the benchmarks that were judged wrongly or not at all.
    """
    print("slowed by  comparisons  " + "  ".join(f"{verdict:>9}" for verdict in VERDICTS) + "  CPU seconds of a side")
    for burn in options.slowdowns:
        found, seconds = _compared(options, burn / 100)
        total = Counter(timing.verdict for timing in found)
        counts = "  ".join(f"{total[verdict]:9}" for verdict in VERDICTS)
        print(f"{burn:8g}%  {len(found):11}  {counts}  {seconds:21.2f}", flush=True)
        for name, verdicts in _misjudged(found, ("slower",) if burn else ("same", "undecided")):
            print(f"{'':9}  {name}: {verdicts}", flush=True)
    return 0


def _misjudged(found: Sequence[Timing], right: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The benchmarks with another verdict than the right ones, and each such verdict with its ratio."""
    wrong: dict[str, list[str]] = {}
    for timing in found:
        if timing.verdict not in right:
            ratio = f" {timing.estimate.ratio:.3f}" if timing.estimate else ""
            wrong.setdefault(timing.name, []).append(timing.verdict + ratio)
    return ((name, ", ".join(verdicts)) for name, verdicts in wrong.items())


def _compared(options: argparse.Namespace, burn: float) -> tuple[list[Timing], float]:
    """All benchmarks compared so many times, and the CPU seconds that one comparison cost each side."""
    start = paired.starting(options.python, options.python, max(paired.cores()), burn)
    before = _children()
    found = [
        timing
        for seed in range(options.times)
        for timing in paired.compare(start, paired.names(start, options.benchmarks)[0], seed)
    ]
    return found, (_children() - before) / (2 * len(found))


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
