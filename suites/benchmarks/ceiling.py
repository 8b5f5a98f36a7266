"""What a device does at most, for people to look at: bytes by second in each level of its memory, multiplications."""

from __future__ import annotations

import functools

import torch

from suites.kit import clock as clocks
from suites.kit import draw, tensor

#: Bytes that a copy moves: within the first caches, within the last, and beyond them.
LEVELS = (2**15, 2**20, 2**23, 2**25, 2**27)
#: Of the matrices that keep a processor busy, and an accelerator.
SIDE, SIDE_OF_MANY = 768, 4096


def bandwidth(device: str, clock: clocks.Clock, moved: int) -> float:
    """Gigabytes by second of the smallest copy that moves as many bytes, or of the largest."""
    return _bandwidth(device, clock, next((level for level in LEVELS if level >= moved), LEVELS[-1]))


@functools.cache
def _bandwidth(device: str, clock: clocks.Clock, level: int) -> float:
    return level / _least(_copying(level, device), device, clock) / 1e9


@functools.cache
def operations(device: str, clock: clocks.Clock, dtype: torch.dtype) -> float:
    """Billions of operations by second of a product of matrices of a dtype."""
    side = SIDE if torch.device(device).type == "cpu" else SIDE_OF_MANY
    left, right = (tensor(draw.lattice(seed, (side, side)).astype("float32"), device, dtype) for seed in (1, 2))
    seconds = _least(functools.partial(torch.matmul, left, right), device, clock)
    return 2 * side**3 / seconds / 1e9


def _copying(level: int, device: str) -> clocks.Call:
    """Read half of the bytes and write the other half."""
    source = tensor(draw.normal(1, level // 8, dtype="float32"), device)
    return functools.partial(torch.empty_like(source).copy_, source)


def _least(call: clocks.Call, device: str, clock: clocks.Clock) -> float:
    return min(clock.seconds(call, device))
