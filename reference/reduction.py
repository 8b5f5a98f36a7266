"""Reductions and scans of one tensor over some of its axes, in the dtype they are given."""

from __future__ import annotations

from typing import Union

import numpy as np
from numpy import ndarray as Array

Axis = Union[int, tuple[int, ...], None]


def sum(x: Array, axis: Axis = None, keepdims: bool = False) -> Array:
    """Σ x; 0 of nothing; integers and bool in int64."""
    return np.sum(_wide(x), axis=axis, keepdims=keepdims)


def nansum(x: Array, axis: Axis = None, keepdims: bool = False) -> Array:
    """Σ x without what is NaN."""
    return sum(np.where(np.isnan(x), 0, x), axis, keepdims)


def prod(x: Array, axis: Axis = None, keepdims: bool = False) -> Array:
    """Π x; 1 of nothing; integers and bool in int64."""
    return np.prod(_wide(x), axis=axis, keepdims=keepdims)


def mean(x: Array, axis: Axis = None, keepdims: bool = False) -> Array:
    """Σ x / n; NaN of nothing."""
    return sum(x, axis, keepdims) / _count(x, axis)


def nanmean(x: Array, axis: Axis = None, keepdims: bool = False) -> Array:
    """The mean of what is not NaN."""
    return nansum(x, axis, keepdims) / np.sum(~np.isnan(x), axis=axis, keepdims=keepdims)


def var(x: Array, axis: Axis = None, keepdims: bool = False, correction: int = 1) -> Array:
    """Σ |x - mean|² / max(0, n - correction)."""
    away = np.abs(x - mean(x, axis, True)) ** 2
    return np.sum(away, axis=axis, keepdims=keepdims) / max(0, _count(x, axis) - correction)


def std(x: Array, axis: Axis = None, keepdims: bool = False, correction: int = 1) -> Array:
    """The root of the variance."""
    return np.sqrt(var(x, axis, keepdims, correction))


def amax(x: Array, axis: Axis = None, keepdims: bool = False) -> Array:
    """The largest; NaN where one is NaN."""
    return np.max(x, axis=axis, keepdims=keepdims)


def amin(x: Array, axis: Axis = None, keepdims: bool = False) -> Array:
    """The smallest; NaN where one is NaN."""
    return np.min(x, axis=axis, keepdims=keepdims)


def any(x: Array, axis: Axis = None, keepdims: bool = False) -> Array:
    """Whether one is not zero; False of nothing."""
    return np.any(x != 0, axis=axis, keepdims=keepdims)


def all(x: Array, axis: Axis = None, keepdims: bool = False) -> Array:
    """Whether none is zero; True of nothing."""
    return np.all(x != 0, axis=axis, keepdims=keepdims)


def count_nonzero(x: Array, axis: Axis = None) -> Array:
    """How many are not zero."""
    return np.asarray(np.sum(x != 0, axis=axis)).astype(np.int64)


def logsumexp(x: Array, axis: Axis = None, keepdims: bool = False) -> Array:
    """log Σ exp x, the largest x taken out first."""
    most = np.max(x, axis=axis, keepdims=True)
    most = np.where(np.isfinite(most), most, 0)
    total = np.log(np.sum(np.exp(x - most), axis=axis, keepdims=True)) + most
    return total if keepdims else total.reshape(np.sum(x, axis=axis).shape)


def norm(x: Array, axis: Axis = None, keepdims: bool = False, ord: float = 2) -> Array:
    """(Σ |x|ᵖ)^(1/p); the largest |x| for ∞, the smallest for -∞, and how many are not zero for 0."""
    size = np.abs(x)
    if np.isinf(ord):
        return (np.max if ord > 0 else np.min)(size, axis=axis, keepdims=keepdims)
    if ord == 0:
        return np.sum(size != 0, axis=axis, keepdims=keepdims).astype(size.dtype)
    return np.sum(size**ord, axis=axis, keepdims=keepdims) ** (1 / ord)


def argmax(x: Array, axis: int | None = None) -> Array:
    """Where the largest is, NaN being larger than all."""
    return np.asarray(np.argmax(x, axis=axis))


def argmin(x: Array, axis: int | None = None) -> Array:
    """Where the smallest is, NaN being smaller than all."""
    return np.asarray(np.argmin(x, axis=axis))


def median(x: Array, axis: int) -> Array:
    """The middle one in order, of two the lower; NaN where one is NaN."""
    order = np.sort(x, axis=axis)
    middle = np.take(order, (x.shape[axis] - 1) // 2, axis=axis)
    return np.where(np.isnan(x).any(axis=axis), np.nan, middle) if x.dtype.kind == "f" else middle


def kthvalue(x: Array, k: int, axis: int) -> Array:
    """The k-th smallest, counted from 1."""
    return np.take(np.sort(x, axis=axis), k - 1, axis=axis)


def cumsum(x: Array, axis: int) -> Array:
    """The sums of the first 1, 2, … elements; integers and bool in int64."""
    return np.cumsum(_wide(x), axis=axis)


def cumprod(x: Array, axis: int) -> Array:
    """The products of the first 1, 2, … elements; integers and bool in int64."""
    return np.cumprod(_wide(x), axis=axis)


def cummax(x: Array, axis: int) -> Array:
    """The largest of the first 1, 2, … elements."""
    return np.maximum.accumulate(x, axis=axis)


def cummin(x: Array, axis: int) -> Array:
    """The smallest of the first 1, 2, … elements."""
    return np.minimum.accumulate(x, axis=axis)


def logcumsumexp(x: Array, axis: int) -> Array:
    """log of the sums of the first 1, 2, … exponentials."""
    return np.logaddexp.accumulate(x, axis=axis)


def _wide(x: Array) -> Array:
    """Integers and bool as int64, in which torch adds them up."""
    return x.astype(np.int64) if x.dtype.kind in "iub" else x


def _count(x: Array, axis: Axis) -> int:
    """How many elements go into one."""
    axes = range(x.ndim) if axis is None else (axis,) if isinstance(axis, int) else axis
    return int(np.prod([x.shape[a] for a in axes]))
