"""Quantiles, histograms and covariances."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Callable

import numpy as np
from numpy import ndarray as Array

#: Between two neighbours a and b in order, a fraction of the way from a to b.
BETWEEN = {
    "linear": lambda a, b, fraction: np.where(fraction == 0, a, a + (b - a) * fraction),
    "lower": lambda a, b, fraction: a,
    "higher": lambda a, b, fraction: b,
    "midpoint": lambda a, b, fraction: np.where(fraction == 0, a, (a + b) / 2),
}


def quantile(
    x: Array, q: Array, dim: int | None = None, keepdim: bool = False, *, interpolation: str = "linear"
) -> Array:
    """The element at the place q (n - 1) in order, or between the two beside it; NaN where one is NaN."""
    return _each(x, np.asarray(q), dim, keepdim, lambda row: _quantile(row, np.asarray(q), interpolation))


def nanquantile(
    x: Array, q: Array, dim: int | None = None, keepdim: bool = False, *, interpolation: str = "linear"
) -> Array:
    """The quantile of what is not NaN; NaN where nothing is left."""
    q = np.asarray(q)
    return _each(x, q, dim, keepdim, lambda row: _quantile(row[~np.isnan(row)], q, interpolation))


def _each(x: Array, q: Array, dim: int | None, keepdim: bool, function: Callable[[Array], Array]) -> Array:
    """The function of each row along dim; the places of q come first."""
    rows = x.reshape(1, -1) if dim is None else np.moveaxis(x, dim, -1).reshape(-1, x.shape[dim])
    kept = [1] * x.ndim if dim is None else [1 if a == dim % x.ndim else side for a, side in enumerate(x.shape)]
    left = [] if dim is None else [side for a, side in enumerate(x.shape) if a != dim % x.ndim]
    values = np.array([function(row) for row in rows], x.dtype).reshape(len(rows), *q.shape)
    return np.moveaxis(values, 0, -1).reshape((*q.shape, *(kept if keepdim else left)))


def _quantile(row: Array, q: Array, interpolation: str) -> Array:
    """Quantiles of one row."""
    if not row.size or np.isnan(row).any():
        return np.full(q.shape, np.nan, row.dtype)
    row, place = np.sort(row), q * (row.size - 1)
    if interpolation == "nearest":
        return row[np.rint(place).astype(int)]
    below, above = np.floor(place).astype(int), np.ceil(place).astype(int)
    with np.errstate(invalid="ignore"):  # the difference of equal infinities, which is not taken
        return np.asarray(BETWEEN[interpolation](row[below], row[above], place - below))


def histogram(x: Array, edges: Array, weight: Array | None = None, density: bool = False) -> Array:
    """How many elements lie in [e, f) for each two neighbouring edges, the last bin closed; or their weight.

    The density is that, divided by the sum of all bins and by the width of the bin.
    """
    return histogramdd(x.reshape(-1, 1), [edges], None if weight is None else weight.reshape(-1), density)


def histogramdd(points: Array, edges: Sequence[Array], weight: Array | None = None, density: bool = False) -> Array:
    """How many rows of points lie in each box of one bin for each coordinate; or their weight, or its density."""
    points = points.reshape(-1, points.shape[-1])
    weights = np.ones(len(points)) if weight is None else weight.reshape(-1)
    result = np.zeros([len(e) - 1 for e in edges])
    for box in itertools.product(*(range(side) for side in result.shape)):
        inside = np.ones(len(points), bool)
        for axis, i in enumerate(box):
            low, high, last = edges[axis][i], edges[axis][i + 1], i == len(edges[axis]) - 2
            value = points[:, axis]
            inside &= (value >= low) & ((value <= high) if last else (value < high))
        result[box] = np.sum(weights[inside])
    if density:
        result = result / np.sum(result)
        for axis, e in enumerate(edges):
            result = result / np.expand_dims(np.diff(e), [a for a in range(result.ndim) if a != axis])
    return result


def histc(x: Array, bins: int = 100, min: float = 0, max: float = 0) -> Array:
    """The histogram over equal bins from min to max, or over the data where both are 0."""
    low, high = (np.min(x), np.max(x)) if min == max == 0 else (min, max)
    return histogram(x, np.linspace(float(low), float(high), bins + 1))


def cov(x: Array, *, correction: int = 1, fweights: Array | None = None, aweights: Array | None = None) -> Array:
    """Σ w (x - m) (y - m') / max(0, Σ w - Σ w a / Σ w · correction) for each two rows; w = f a, m the weighted mean."""
    rows = np.atleast_2d(x)
    f = np.ones(rows.shape[1]) if fweights is None else fweights
    a = np.ones(rows.shape[1]) if aweights is None else aweights
    w = f * a
    away = rows - np.sum(w * rows, axis=1, keepdims=True) / np.sum(w)
    below = np.maximum(0, np.sum(w) - np.sum(w * a) / np.sum(w) * correction)
    result = (w * away) @ away.T / below
    return result if x.ndim == 2 else result.reshape(())


def corrcoef(x: Array) -> Array:
    """C[i, j] / √(C[i, i] C[j, j]) of the covariances, within -1 and 1."""
    c = np.atleast_2d(cov(x))
    result = np.clip(c / np.sqrt(np.outer(np.diag(c), np.diag(c))), -1, 1)
    return result if x.ndim == 2 else result.reshape(())
