"""Maximum and average pooling over two-dimensional windows."""

from __future__ import annotations

import numpy as np
from numpy import ndarray as Array

from reference.windows import Size, pair, windows, windows_vjp


def max_pool2d(x: Array, kernel: Size, *, stride: Size | None = None, padding: Size = 0, dilation: Size = 1) -> Array:
    """y[n, c, i, j] = the largest value of window (i, j); x (N, C, H, W), stride = kernel where none is given.

    The padding is -inf, so that it never wins. Complex values are ordered by their real parts.
    """
    stride = kernel if stride is None else stride
    seen = windows(x, kernel, stride=stride, padding=padding, dilation=dilation, fill=-np.inf)
    return np.take_along_axis(_flat(seen), _first_largest(seen), axis=2)[:, :, 0]


def max_pool2d_vjp(
    x: Array, cotangent: Array, *, kernel: Size, stride: Size | None = None, padding: Size = 0, dilation: Size = 1
) -> Array:
    """dx: each window gives its gradient to the first of its largest values, and overlapping windows add up."""
    stride = kernel if stride is None else stride
    seen = windows(x, kernel, stride=stride, padding=padding, dilation=dilation, fill=-np.inf)
    dseen = np.zeros(_flat(seen).shape, cotangent.dtype)
    np.put_along_axis(dseen, _first_largest(seen), cotangent[:, :, None], axis=2)
    return windows_vjp(x, dseen.reshape(seen.shape), stride=stride, padding=padding, dilation=dilation)


def _flat(seen: Array) -> Array:
    """The P x Q values of every window in one row: (N, C, P·Q, H', W')."""
    return seen.reshape(*seen.shape[:2], seen.shape[2] * seen.shape[3], *seen.shape[4:])


def _first_largest(seen: Array) -> Array:
    """Where in its row the first of the largest values of every window stands: (N, C, 1, H', W')."""
    return _flat(seen).real.argmax(axis=2)[:, :, None]


def avg_pool2d(
    x: Array, kernel: Size, *, stride: Size | None = None, padding: Size = 0, count_include_pad: bool = True
) -> Array:
    """y[n, c, i, j] = Σ window (i, j) / its number of values, of those in x alone unless the padding is counted."""
    stride = kernel if stride is None else stride
    total = windows(x, kernel, stride=stride, padding=padding).sum((2, 3))
    return total / _divisor(x, kernel, stride, padding, count_include_pad)


def _divisor(x: Array, kernel: Size, stride: Size, padding: Size, count_include_pad: bool) -> Array:
    """How many values each window holds: (H', W')."""
    ones = np.ones((1, 1, *x.shape[2:]), x.dtype)
    return windows(ones, kernel, stride=stride, padding=padding, fill=float(count_include_pad)).sum((2, 3))[0, 0]


def adaptive_avg_pool2d(x: Array, output_size: Size = 1) -> Array:
    """y[..., i, j] = the mean of x[..., floor(i·H/h) : ceil((i + 1)·H/h), floor(j·W/w) : ceil((j + 1)·W/w)].

    x (N, C, H, W) -> y (N, C, h, w); for output size 1 the mean of each channel.
    """
    rows, columns = pair(output_size)
    y = np.empty((*x.shape[:-2], rows, columns), x.dtype)
    for i, j in np.ndindex(rows, columns):
        down, across = _cell(x, output_size, i, j)
        y[..., i, j] = x[..., down, across].mean((-2, -1))
    return y


def adaptive_avg_pool2d_vjp(x: Array, cotangent: Array, *, output_size: Size = 1) -> Array:
    """dx: each cell gives every value in it an equal share of its gradient, and overlapping cells add up."""
    dx = np.zeros(x.shape, cotangent.dtype)
    for i, j in np.ndindex(*pair(output_size)):
        down, across = _cell(x, output_size, i, j)
        values = (down.stop - down.start) * (across.stop - across.start)
        dx[..., down, across] += cotangent[..., i, None, j, None] / values
    return dx


def _cell(x: Array, output_size: Size, i: int, j: int) -> tuple[slice, slice]:
    """The rows and columns of x of which y[..., i, j] is the mean."""
    (height, width), (rows, columns) = x.shape[-2:], pair(output_size)
    down = slice(i * height // rows, -(-(i + 1) * height // rows))
    return down, slice(j * width // columns, -(-(j + 1) * width // columns))
