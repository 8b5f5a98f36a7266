"""Windows and cells over any number of sides: which places of an axis each of them holds, and the values there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Union

import numpy as np
from numpy import ndarray as Array

Sides = Union[int, Sequence[int]]


def each(size: int | Sequence[Any], sides: int) -> tuple[Any, ...]:
    """One number for each side, which a single number stands for."""
    return (size,) * sides if isinstance(size, int) else tuple(size)


def places(length: int, kernel: int, stride: int, padding: int, dilation: int, ceil_mode: bool = False) -> Array:
    """at[i, p] = i·s + p·d - pad, the p-th place of window i on an axis of this length; some lie outside of it.

    There are floor((n + 2·pad - d·(k - 1) - 1) / s) + 1 windows. With ceil_mode it is ceil instead of floor, but a
    window that would begin behind the axis and the padding before it is left out.
    """
    span = length + 2 * padding - dilation * (kernel - 1) - 1
    count = (-(-span // stride) if ceil_mode else span // stride) + 1
    if ceil_mode and (count - 1) * stride >= length + padding:
        count -= 1
    return np.arange(count)[:, None] * stride + np.arange(kernel) * dilation - padding


def windowed(
    x: Array,
    kernel: Sides,
    *,
    stride: Sides = 1,
    padding: Sides = 0,
    dilation: Sides = 1,
    ceil_mode: bool = False,
    fill: float = 0.0,
) -> Array:
    """w[n, c, i, j, ..., p] = the p-th value of window (i, j, ...) of x (N, C, H, W, ...), and fill outside of x."""
    sides = x.ndim - 2
    settings = zip(x.shape[2:], *(each(size, sides) for size in (kernel, stride, padding, dilation)))
    for axis, (length, k, s, p, d) in enumerate(settings):
        x = _taken(x, places(length, k, s, p, d, ceil_mode), 2 + 2 * axis, fill)
    apart = x.transpose(0, 1, *range(2, x.ndim, 2), *range(3, x.ndim, 2))
    return apart.reshape(*apart.shape[: 2 + sides], -1)


def _taken(x: Array, at: Array, axis: int, fill: float) -> Array:
    """x at these places of an axis, which becomes two: the window and the place in it."""
    inside = (at >= 0) & (at < x.shape[axis])
    values = np.take(x, np.where(inside, at, 0), axis)
    return np.where(inside.reshape(*at.shape, *[1] * (values.ndim - axis - 2)), values, fill)


def cell(length: int, count: int, i: int) -> slice:
    """The places floor(i·n/m) to ceil((i + 1)·n/m) of an axis of length n, of which m cells are made."""
    return slice(i * length // count, -(-(i + 1) * length // count))
