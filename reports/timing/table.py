"""How timings are written: cells of a table, places in a plot, one line for all, rows among the verdicts."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence

from reports.comparison.compare import Row
from reports.record import Claim
from reports.timing.paired import Timing

HEADS = ("benchmark", "verdict", "ratio", "99 % interval", "baseline", "candidate", "memory")
#: What a person looks at first, and its class in a page.
TONES = {"crashed": "failed", "refused": "failed", "slower": "failed", "faster": "passed", "undecided": "deviates",
         "same": "skipped"}  # fmt: skip
#: Slower by this ratio, to the near end of its interval, stands in the way of an upgrade.
MUCH = 1.25


def cells(timing: Timing) -> list[str]:
    """One line of the table."""
    estimate, looks = timing.estimate, timing.looks
    ratio = f"{estimate.ratio:.3f}" if estimate else timing.trouble
    interval = f"{estimate.low:.3f} to {estimate.high:.3f}" if estimate and looks > 1 else ""
    memory = f"{timing.bytes[0] / 2**20:.1f} → {timing.bytes[1] / 2**20:.1f} MiB" if timing.holds_more else ""
    return [timing.name, timing.verdict, ratio, interval, *map(_time, timing.seconds), memory]


def by_interest(found: Sequence[Timing]) -> list[Timing]:
    """What differs first, the slowest of it first."""
    order = list(TONES)
    return sorted(found, key=lambda timing: (order.index(timing.verdict), -_ratio(timing)))


def place(ratio: float) -> float:
    """Where a ratio stands in the plot: -100 at a half, 100 at twice."""
    return max(-100.0, min(100.0, 100 * math.log2(ratio)))


def told(found: Sequence[Timing]) -> str:
    """All timings in one line."""
    counts = Counter(timing.verdict for timing in found)
    return f"times: {', '.join(f'{counts[verdict]} {verdict}' for verdict in TONES if counts[verdict])}"


def rows(found: Sequence[Timing], again: str) -> Iterator[Row]:
    """The timings that a reader of the comparison should know of, as its rows; ``again`` is how to time them again."""
    for timing in found:
        for verdict, reason in _judged(timing):
            claim = Claim(
                f"suites/benchmarks::{timing.name}", "cpu", None, "passed", f"{timing.name} takes as long as before.",
                reproduce=f"{again} --select {timing.name!r}",
            )  # fmt: skip
            yield Row(verdict, reason, claim, claim)


def _judged(timing: Timing) -> Iterator[tuple[str, str]]:
    estimate = timing.estimate
    if "candidate" in timing.trouble:
        yield ("crashed" if timing.verdict == "crashed" else "regressed"), timing.trouble
    elif estimate and timing.verdict in ("slower", "faster"):
        much = "much " if estimate.low > MUCH else ""
        yield much + timing.verdict, f"{estimate.ratio:.2f} times the time ({estimate.low:.2f} to {estimate.high:.2f})"
    if timing.holds_more:
        yield "more memory", cells(timing)[-1]


def _ratio(timing: Timing) -> float:
    return timing.estimate.ratio if timing.estimate else math.inf


def _time(seconds: float) -> str:
    units = {"s": 1.0, "ms": 1e-3, "µs": 1e-6}
    unit = next((unit for unit, scale in units.items() if seconds >= scale), "ns")
    return f"{seconds / units.get(unit, 1e-9):.3g} {unit}"
