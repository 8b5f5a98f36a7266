"""Blocks of both sides in random order, in fresh pairs of processes; suspects are looked at again, and longer."""

from __future__ import annotations

import contextlib
import math
import os
import random
import statistics
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Callable, NamedTuple, Optional

from reports.timing.estimate import NEAR, Estimate, estimate
from reports.timing.side import DiedError, Process, RefusedError

#: Seconds of one block, and of all blocks of one side in one pair.
BLOCK, BUDGET = 0.01, 0.32
#: Seconds that a clock which stood still for a block is taken to have passed.
TICK = 1e-4
#: Pairs and rounds of the first look at every benchmark, of the second at those that seem to differ, and of the third,
#: which adds to the second's, at those of which that is not plain.
FIRST, SECOND, THIRD = (2, 6), (4, 8), (4, 8)
#: Who looks 2 % slower or faster at first, or in one pair by more than what is the same, is a suspect; who uses a tenth
#: and a mebibyte more holds more memory.
SUSPECT, LARGER, MORE = math.log(1.02), 1.1, 2**20

Start = Callable[[], tuple[Process, Process]]


class Timing(NamedTuple):
    """A benchmark on both sides: the log-ratio of each pair, least seconds and bytes of a call, and what went wrong."""

    name: str
    pairs: tuple[float, ...]
    seconds: tuple[float, float] = (0.0, 0.0)
    bytes: tuple[int, int] = (0, 0)
    trouble: str = ""
    looks: int = 1

    @property
    def estimate(self) -> Optional[Estimate]:
        """The ratio with its interval, where there are pairs to make it of."""
        return estimate(self.pairs) if len(self.pairs) > 1 else None

    @property
    def suspect(self) -> bool:
        """Whether the first look gives reason for a second."""
        far = max(map(abs, self.pairs), default=0.0) > NEAR
        return not self.trouble and (far or abs(statistics.fmean(self.pairs)) > SUSPECT)

    @property
    def plain(self) -> bool:
        """Whether the second look tells enough: no more can be had, or no more pairs would change it."""
        return bool(self.trouble) or (self.estimate is not None and self.estimate.plain)

    @property
    def verdict(self) -> str:
        """Slower, faster, same or undecided; who was looked at once was no suspect in either pair: the same."""
        if self.trouble or self.estimate is None:
            return self.trouble.partition(":")[0] or "undecided"
        return "same" if self.looks == 1 else self.estimate.verdict

    @property
    def holds_more(self) -> bool:
        """Whether a call on the candidate holds more memory."""
        before, after = self.bytes
        return after > LARGER * before and after > before + MORE


def compare(
    start: Start, names: Sequence[str], seed: int = 0, watch: Callable[[int, int], None] = lambda done, of: None
) -> list[Timing]:
    """Time every benchmark on both sides, the suspects once more in pairs that have seen nothing."""
    rng = random.Random(seed)
    first = look(start, [Timing(name, ()) for name in names], *FIRST, rng, watch)
    suspects = [timing._replace(pairs=(), looks=2) for timing in first if timing.suspect]
    second = look(start, suspects, *SECOND, rng, watch, known=True)
    third = look(start, [timing for timing in second if not timing.plain], *THIRD, rng, watch, known=True)
    last = {timing.name: timing for timing in (*first, *second, *third)}
    return [last[name] for name in names]


def look(
    start: Start,
    timings: Sequence[Timing],
    pairs: int,
    rounds: int,
    rng: random.Random,
    watch: Callable[[int, int], None],
    known: bool = False,
) -> list[Timing]:
    """Add the log-ratios of some fresh pairs of processes; the first proves the results, if none has yet."""
    found = {timing.name: timing for timing in timings}
    for pair in range(pairs if found else 0):
        with _Pair(start) as sides:
            for place, name in enumerate(rng.sample(list(found), len(found))):
                if not found[name].trouble:
                    found[name] = sides.time(found[name], rounds, rng, known or pair > 0)
                watch(pair * len(found) + place + 1, pairs * len(found))
    return list(found.values())


class _Pair:
    """Both sides, which are started again when one of them has died."""

    def __init__(self, start: Start) -> None:
        self.start = start
        self.sides = start()

    def __enter__(self) -> _Pair:
        return self

    def __exit__(self, *_: object) -> None:
        for side in self.sides:
            side.close()

    def time(self, timing: Timing, rounds: int, rng: random.Random, known: bool) -> Timing:
        """One more pair's log-ratio of a benchmark, or the trouble that it met."""
        try:
            told = [self.asked(number, {"name": timing.name, "known": known}) for number in (0, 1)]
            seconds = (told[0]["seconds"], told[1]["seconds"])
            ratio = statistics.median(self.quads(seconds, rounds, rng))
        except RefusedError as error:
            return timing._replace(trouble=f"refused: {error}")
        except DiedError as error:
            self.__exit__()
            self.sides = self.start()
            return timing._replace(trouble=f"crashed: {error}")
        held = timing.bytes if known else (told[0]["bytes"], told[1]["bytes"])
        least = tuple(min(filter(None, both)) for both in zip(timing.seconds, seconds))
        return timing._replace(pairs=(*timing.pairs, ratio), seconds=least, bytes=held)

    def asked(self, number: int, question: object) -> dict:
        """Ask a side, and name it where that fails."""
        with _named(("baseline", "candidate")[number]):
            return self.sides[number].ask(question)

    def quads(self, seconds: tuple[float, float], rounds: int, rng: random.Random) -> Iterator[float]:
        """The log-ratio of four blocks, of each side two, in an order by which a drift of the machine cancels."""
        count = max(1, math.ceil(BLOCK / max(min(seconds), 1e-9)))
        affordable = int(BUDGET / (2 * count * max(seconds)))
        for _ in range(max(3, min(rounds, affordable))):
            order = rng.choice(((0, 1, 1, 0), (1, 0, 0, 1)))
            spent = [(number, self.block(number, count)) for number in order]
            yield sum(math.log(max(time, TICK)) * (1 if number else -1) for number, time in spent) / 2

    def block(self, number: int, count: int) -> float:
        """CPU seconds of a block."""
        with _named(("baseline", "candidate")[number]):
            return float(self.sides[number].ask(count))


def names(start: Start, some: str) -> tuple[list[str], dict, dict]:
    """The benchmarks of a selection, quick or full, that both sides have; and what each side says of itself."""
    sides = start()
    try:
        before, after = (side.ask(None) for side in sides)
    finally:
        for side in sides:
            side.close()
    return [name for name in after[some] if name in before["full"]], before, after


def cores() -> set[int]:
    """The cores that this process may use."""
    return os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set(range(os.cpu_count() or 1))


@contextlib.contextmanager
def _named(side: str) -> Iterator[None]:
    try:
        yield
    except (DiedError, RefusedError) as error:
        raise type(error)(f"{side}: {error}") from None


def starting(baseline: Path, candidate: Path, core: int = 0, burn: float = 0.0) -> Start:
    """How to start both sides on one core."""
    return lambda: (Process(baseline, core), Process(candidate, core, burn))
