"""Operations on the sides and channels of images and sequences: padding, unfolding, rearranging, normalising."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np
from numpy import ndarray as Array

from reference.windows import Size, pair, windows, windows_vjp

#: torch's names of NumPy's modes.
MODES: dict[str, Any] = {"constant": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}


def pad(x: Array, pad: Sequence[int], *, mode: str = "constant", value: float = 0.0) -> Array:
    """x with pad[0] values before and pad[1] after on the last axis, pad[2] and pad[3] on the one before it, and so on.

    Padding less than 0 takes values away.
    """
    sides = [(0, 0)] * (x.ndim - len(pad) // 2) + [(pad[i], pad[i + 1]) for i in range(len(pad) - 2, -1, -2)]
    grown = [(max(before, 0), max(after, 0)) for before, after in sides]
    options: dict[str, Any] = {"constant_values": value} if mode == "constant" else {}
    y = np.pad(x, grown, mode=MODES[mode], **options)
    kept = tuple(slice(max(-b, 0), n - max(-a, 0)) for (b, a), n in zip(sides, y.shape))
    return y[kept]


def unfold(x: Array, kernel: Size, *, stride: Size = 1, padding: Size = 0, dilation: Size = 1) -> Array:
    """The windows of x as columns: (N, C·P·Q, L), L the number of places."""
    seen = windows(x, kernel, stride=stride, padding=padding, dilation=dilation)
    return seen.reshape(len(x), prod(seen.shape[1:4]), prod(seen.shape[4:]))


def fold(columns: Array, size: tuple[int, int], kernel: Size, *, stride: Size = 1, padding: Size = 0,
         dilation: Size = 1) -> Array:  # fmt: skip
    """Each column put back into its window of an image (N, C, H, W), overlaps added up."""
    (p, q), n = pair(kernel), len(columns)
    channels = columns.shape[1] // (p * q)
    places = windows(np.zeros((1, 1, *size)), kernel, stride=stride, padding=padding, dilation=dilation).shape[4:]
    seen = columns.reshape(n, channels, p, q, *places)
    return windows_vjp(np.zeros((n, channels, *size)), seen, stride=stride, padding=padding, dilation=dilation)


def pixel_shuffle(x: Array, factor: int) -> Array:
    """y[..., c, h·r + i, w·r + j] = x[..., c·r² + i·r + j, h, w]."""
    *leading, c, h, w = x.shape
    blocks = x.reshape(-1, c // factor**2, factor, factor, h, w)
    return blocks.transpose(0, 1, 4, 2, 5, 3).reshape(*leading, c // factor**2, h * factor, w * factor)


def pixel_unshuffle(x: Array, factor: int) -> Array:
    """y[..., c·r² + i·r + j, h, w] = x[..., c, h·r + i, w·r + j]."""
    *leading, c, h, w = x.shape
    blocks = x.reshape(-1, c, h // factor, factor, w // factor, factor)
    return blocks.transpose(0, 1, 3, 5, 2, 4).reshape(*leading, c * factor**2, h // factor, w // factor)


def channel_shuffle(x: Array, groups: int) -> Array:
    """The channels of each group in turn: the first of every group, the second of every group, and so on."""
    n, c, *sides = x.shape
    return x.reshape(n, groups, c // groups, *sides).swapaxes(1, 2).reshape(x.shape)


def local_response_norm(x: Array, size: int, *, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0) -> Array:
    """x[c] / (k + alpha / size · Σ x[c']²)^beta over the size channels c' around c, those that there are."""
    squares = np.pad(x * x, ((0, 0), (size // 2, (size - 1) // 2), *[(0, 0)] * (x.ndim - 2)))
    total = sum(squares[:, i : i + x.shape[1]] for i in range(size))
    return x / (k + alpha * total / size) ** beta
