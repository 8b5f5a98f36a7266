"""The warnings of torch, each time and not once in a process."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import torch


@contextlib.contextmanager
def every_warning() -> Iterator[None]:
    """What torch warns of once in a process, it warns of each time within the block."""
    torch.set_warn_always(True)
    try:
        yield
    finally:
        torch.set_warn_always(False)
