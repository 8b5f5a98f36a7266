"""The clock that pytest-benchmark reads: it shows again what a device's own clock has measured."""

from __future__ import annotations

from collections.abc import Sequence


class Tape:
    """A clock that stands still, but for ``advance``, which takes as long as the next of the times it plays."""

    def __init__(self) -> None:
        self.now = 0.0
        self.left: list[float] = []

    def __call__(self) -> float:
        return self.now

    def __repr__(self) -> str:
        return "a clock of the device"

    def play(self, seconds: Sequence[float]) -> Sequence[float]:
        """Have ``advance`` take these times, one after another."""
        self.left = list(seconds)
        return seconds

    def advance(self) -> None:
        """Let the next time pass."""
        self.now += self.left.pop(0)


TAPE = Tape()
