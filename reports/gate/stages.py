"""The stages of a gate: shown while they last, and timed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console

from reports.text import line


class Stages:
    """Tells on a console which stage the gate is in, and remembers how long each took."""

    def __init__(self, console: Console) -> None:
        """Begin with no stage."""
        self.console = console
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str, words: str) -> Iterator[Callable[[int], None]]:
        """Tell of a stage until it ends; what it yields takes the number of claims that have run."""
        began = time.monotonic()
        status = self.console.status(line(f"{name}: {words}"))
        if not self.console.is_terminal:  # a log shows no status, and should not stand still without a word
            self.console.print(line(f"{name}: {words} …"), style="dim", soft_wrap=True)
        with status:
            yield lambda count: status.update(line(f"{name}: {words}: {count:,} claims, {_since(began)}"))
        self.seconds[name] = time.monotonic() - began
        self.console.print(line(f"{name}: {words}: {_since(began)}"), style="dim", soft_wrap=True)

    def told(self) -> str:
        """Give the time of each stage in one line."""
        stages = ", ".join(f"{name} {seconds:,.0f} s" for name, seconds in self.seconds.items())
        return f"time: {stages}; {sum(self.seconds.values()):,.0f} s in all"


def _since(began: float) -> str:
    return f"{time.monotonic() - began:,.0f} s"
