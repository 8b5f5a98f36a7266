"""Differences, estimates of derivatives, and the trapezoidal rule."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy import ndarray as Array


def diff(x: Array, n: int = 1, dim: int = -1, prepend: Array | None = None, append: Array | None = None) -> Array:
    """out[i] = x[i + 1] - x[i] along dim, n times over."""
    for part, before in ((prepend, True), (append, False)):
        if part is not None:
            x = np.concatenate([part, x] if before else [x, part], axis=dim)
    for _ in range(n):
        x = np.moveaxis(x, dim, 0)
        x = np.moveaxis(x[1:] - x[:-1], 0, dim)
    return x


def slope(nodes: Array, values: Sequence[Array], at: float) -> Array:
    """The derivative at a place of the polynomial through the values at two or three nodes (Lagrange's form)."""
    total = np.zeros_like(values[0])
    for i, value in enumerate(values):
        others = [nodes[k] for k in range(len(nodes)) if k != i]
        below = np.prod([nodes[i] - other for other in others])
        above = 1.0 if len(others) == 1 else (at - others[0]) + (at - others[1])
        total = total + value * (above / below)
    return total


def gradient(f: Array, places: Array, dim: int, edge_order: int = 1) -> Array:
    """The slope at each place along dim of the parabola through it and both its neighbours.

    At both ends, that of the line through the last two points, or of the parabola through the last three.
    """
    rows, n = np.moveaxis(f, dim, 0), len(places)
    result = np.zeros(rows.shape, np.result_type(f.dtype, np.float64))
    for i in range(n):
        first = min(max(i - 1, 0), n - 3)
        chosen = [first, first + 1, first + 2]
        if edge_order == 1 and i in (0, n - 1):
            chosen = [0, 1] if i == 0 else [n - 2, n - 1]
        result[i] = slope(places[chosen], [rows[k] for k in chosen], places[i])
    return np.moveaxis(result, 0, dim)


def cumulative_trapezoid(y: Array, x: Array | None = None, *, dx: float = 1, dim: int = -1) -> Array:
    """Σ (x[i] - x[i - 1]) (y[i] + y[i - 1]) / 2 up to each i from 1 on; x[i] - x[i - 1] is dx where there is no x."""
    return np.cumsum(_areas(y, x, dx, dim), axis=dim)


def trapezoid(y: Array, x: Array | None = None, *, dx: float = 1, dim: int = -1) -> Array:
    """The last of the cumulative sums."""
    return np.sum(_areas(y, x, dx, dim), axis=dim)


def _areas(y: Array, x: Array | None, dx: float, dim: int) -> Array:
    """The area of each trapezium; a vector x lies along dim."""
    rows = np.moveaxis(y, dim, -1)
    width = dx if x is None else np.diff(x if x.ndim == 1 else np.moveaxis(x, dim, -1), axis=-1)
    return np.moveaxis(width * (rows[..., 1:] + rows[..., :-1]) / 2, -1, dim)
