"""A claim that stands still, also in C, ends its process: with workers the rest of the run goes on without it."""

from __future__ import annotations

import faulthandler
import os
from collections.abc import Generator
from typing import Any, Optional, TextIO

import pytest

#: Seconds that faulthandler can wait: it counts microseconds in 64 bits.
MOST = 1e9

_STDERR = pytest.StashKey[TextIO]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that says how long is too long."""
    group = parser.getgroup("torch-conformance")
    message = "end a claim's process after so long: the claim hangs (default: 120); 0: never"
    group.addoption("--limit", default="120", metavar="SECONDS", help=message)


def pytest_configure(config: pytest.Config) -> None:
    """Keep the way to the terminal, which pytest takes from every claim."""
    try:
        seconds(config)
    except ValueError:
        pytest.exit(f"--limit is a number of seconds, 0 or more, not {config.option.limit!r}", returncode=2)
    config.stash[_STDERR] = os.fdopen(os.dup(2), "w")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Close what was kept."""
    if _STDERR in config.stash:
        config.stash[_STDERR].close()


def seconds(config: pytest.Config) -> Optional[float]:
    """Give the seconds that a claim has, its fixtures included, or None where it has any number of them.

    Raises ValueError for what is no number, is negative or longer than faulthandler can count.
    """
    limit = float(config.option.limit)
    if not 0 <= limit <= MOST:
        raise ValueError(limit)
    return limit or None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, Any, Any]:
    """Let faulthandler end the process once the time is over, after printing where each thread stands.

    pytest has this of its own since version 9, which needs Python 3.10; a thread for each claim costs a tenth more.
    """
    limit = seconds(item.config)
    if limit is None:
        return (yield)
    faulthandler.dump_traceback_later(limit, exit=True, file=item.config.stash[_STDERR])
    try:
        return (yield)
    finally:
        faulthandler.cancel_dump_traceback_later()
