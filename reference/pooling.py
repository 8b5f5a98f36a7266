"""Pooling over any number of sides of x (N, C, H, W, ...), and the gradients of the two pools of the networks.

Where values are compared it is by their real parts, so that complex steps pass through.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any

import numpy as np
from numpy import ndarray as Array

from reference.places import Sides, cell, each, places, windowed
from reference.windows import Size, pair, windows, windows_vjp


def max_pool(x: Array, kernel: Sides, *, stride: Sides | None = None, **settings: Any) -> Array:
    """The largest value of each window: NaN where it holds one, and never the padding; stride = kernel by default."""
    seen = windowed(x, kernel, stride=kernel if stride is None else stride, fill=-np.inf, **settings)
    return _at(seen, seen.real.argmax(-1))


def places_seen(x: Array, kernel: Sides, *, stride: Sides | None = None, **settings: Any) -> Array:
    """The flat place in its image of each value that each window sees, and -1 for the padding."""
    numbers = np.arange(np.prod(x.shape[2:])).reshape(1, 1, *x.shape[2:])
    return windowed(numbers, kernel, stride=kernel if stride is None else stride, fill=-1, **settings)


max_pool1d = max_pool2d = max_pool3d = max_pool


def avg_pool(
    x: Array,
    kernel: Sides,
    *,
    stride: Sides | None = None,
    padding: Sides = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Array:
    """Σ over each window / the number of its places in x, or in x and its padding, or the divisor that is given."""
    stride = kernel if stride is None else stride
    total = windowed(x, kernel, stride=stride, padding=padding, ceil_mode=ceil_mode).sum(-1)
    sides = x.ndim - 2
    counts = []
    for n, k, s, p in zip(x.shape[2:], *(each(size, sides) for size in (kernel, stride, padding))):
        at, room = places(n, k, s, p, 1, ceil_mode), p if count_include_pad else 0
        counts.append(((at >= -room) & (at < n + room)).sum(1))
    return total / np.asarray(divisor_override or reduce(np.multiply.outer, counts), x.dtype)


avg_pool1d = avg_pool2d = avg_pool3d = avg_pool


def lp_pool(
    x: Array, norm_type: float, kernel: Sides, *, stride: Sides | None = None, ceil_mode: bool = False
) -> Array:
    """(Σ |x|^p)^(1/p) over each window, which is the largest |x| for p = ∞."""
    seen = windowed(x, kernel, stride=kernel if stride is None else stride, ceil_mode=ceil_mode)
    magnitudes = np.where(seen.real < 0, -seen, seen)
    if norm_type == np.inf:
        return magnitudes.max(-1)
    return (magnitudes**norm_type).sum(-1) ** (1 / norm_type)


lp_pool1d = lp_pool2d = lp_pool3d = lp_pool


def adaptive(pick: Callable[[Array], Array], x: Array, output_size: Sides | Sequence[int | None]) -> Array:
    """What ``pick`` makes of the values (N, C, K) of each cell; None keeps a side as it is."""
    sizes = [n if size is None else size for n, size in zip(x.shape[2:], each(output_size, x.ndim - 2))]
    y = np.empty((*x.shape[:2], *sizes), x.dtype)
    for at in np.ndindex(*sizes):
        here: tuple[Any, ...] = (..., *(cell(n, size, i) for n, size, i in zip(x.shape[2:], sizes, at)))
        y[(..., *at)] = pick(x[here].reshape(*x.shape[:2], -1))
    return y


def adaptive_avg_pool(x: Array, output_size: Sides | Sequence[int | None] = 1) -> Array:
    """The mean of each cell; cells overlap where the sizes do not divide."""
    return adaptive(lambda values: values.mean(-1), x, output_size)


def adaptive_max_pool(x: Array, output_size: Sides | Sequence[int | None] = 1) -> Array:
    """The largest value of each cell."""
    return adaptive(lambda values: _at(values, values.real.argmax(-1)), x, output_size)


adaptive_avg_pool1d = adaptive_avg_pool2d = adaptive_avg_pool3d = adaptive_avg_pool
adaptive_max_pool1d = adaptive_max_pool2d = adaptive_max_pool3d = adaptive_max_pool


def max_unpool(x: Array, indices: Array, output_size: Sequence[int]) -> Array:
    """y (N, C, *output_size) with each x at its flat place in its image, and zeros elsewhere."""
    y = np.zeros((*x.shape[:2], int(np.prod(output_size))), x.dtype)
    np.put_along_axis(y, indices.reshape(*x.shape[:2], -1), x.reshape(*x.shape[:2], -1), axis=-1)
    return y.reshape(*x.shape[:2], *output_size)


max_unpool1d = max_unpool2d = max_unpool3d = max_unpool


def max_pool2d_vjp(
    x: Array, cotangent: Array, *, kernel: Size, stride: Size | None = None, padding: Size = 0, dilation: Size = 1
) -> Array:
    """dx: each window gives its gradient to the first of its largest values, and overlapping windows add up."""
    stride = kernel if stride is None else stride
    seen = windows(x, kernel, stride=stride, padding=padding, dilation=dilation, fill=-np.inf)
    dseen = np.zeros(_flat(seen).shape, cotangent.dtype)
    np.put_along_axis(dseen, _first_largest(seen), cotangent[:, :, None], axis=2)
    return windows_vjp(x, dseen.reshape(seen.shape), stride=stride, padding=padding, dilation=dilation)


def adaptive_avg_pool2d_vjp(x: Array, cotangent: Array, *, output_size: Size = 1) -> Array:
    """dx: each cell gives every value in it an equal share of its gradient, and overlapping cells add up."""
    dx = np.zeros(x.shape, cotangent.dtype)
    for i, j in np.ndindex(*pair(output_size)):
        down, across = (cell(n, m, at) for n, m, at in zip(x.shape[-2:], pair(output_size), (i, j)))
        values = (down.stop - down.start) * (across.stop - across.start)
        dx[..., down, across] += cotangent[..., i, None, j, None] / values
    return dx


def _flat(seen: Array) -> Array:
    """The P x Q values of every window in one row: (N, C, P·Q, H', W')."""
    return seen.reshape(*seen.shape[:2], seen.shape[2] * seen.shape[3], *seen.shape[4:])


def _first_largest(seen: Array) -> Array:
    """Where in its row the first of the largest values of every window stands: (N, C, 1, H', W')."""
    return _flat(seen).real.argmax(axis=2)[:, :, None]


def _at(values: Array, place: Array) -> Array:
    """The value at one place of the last axis."""
    return np.take_along_axis(values, place[..., None], axis=-1)[..., 0]
