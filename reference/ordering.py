"""Operations that order elements: sorting, the largest, the distinct ones, and where a value belongs among them."""

from __future__ import annotations

import numpy as np
from numpy import ndarray as Array


def argsort(x: Array, dim: int = -1, descending: bool = False) -> Array:
    """The stable order along dim; NaN is above every number."""
    if not x.ndim:
        return np.zeros((), np.int64)
    if not descending:
        return np.argsort(x, axis=dim, kind="stable")
    backwards = np.argsort(np.flip(x, dim), axis=dim, kind="stable")
    return x.shape[dim] - 1 - np.flip(backwards, dim)


def sort(x: Array, dim: int = -1, descending: bool = False) -> Array:
    """The elements in ascending order along dim, or in descending order; NaN is above every number."""
    return np.take_along_axis(x, argsort(x, dim, descending), dim) if x.ndim else x


def msort(x: Array) -> Array:
    """The elements in ascending order along the first dimension."""
    return sort(x, 0)


def topk(x: Array, k: int, dim: int = -1, largest: bool = True) -> Array:
    """The k largest along dim, the largest first; or the k smallest, the smallest first."""
    return np.moveaxis(np.moveaxis(sort(x, dim, largest), dim, 0)[:k], 0, dim)


def kthvalue(x: Array, k: int, dim: int = -1, keepdim: bool = False) -> Array:
    """The k-th smallest along dim, counted from 1."""
    value = np.take(sort(x, dim), [k - 1], axis=dim)
    return value if keepdim else np.squeeze(value, dim)


def unique(x: Array, dim: int | None = None) -> tuple[Array, Array, Array]:
    """The distinct elements (or slices along dim) in ascending order, the place of each in that list, their counts."""
    flat = x.ravel() if dim is None else np.moveaxis(x, dim, 0)
    keys = [tuple(np.ravel(part).tolist()) for part in flat]
    distinct = sorted(set(keys))
    inverse = np.array([distinct.index(key) for key in keys], np.int64).reshape(x.shape if dim is None else -1)
    counts = np.array([keys.count(key) for key in distinct], np.int64)
    values = np.array(distinct, x.dtype).reshape(len(distinct), *flat.shape[1:])
    return (values if dim is None else np.moveaxis(values, 0, dim)), inverse, counts


def unique_consecutive(x: Array, dim: int | None = None) -> tuple[Array, Array, Array]:
    """Of each run of equal elements (or slices along dim) the first, the number of its run for each, the lengths."""
    flat = x.ravel() if dim is None else np.moveaxis(x, dim, 0)
    starts = [i for i in range(len(flat)) if not i or not np.array_equal(flat[i], flat[i - 1])]
    lengths = np.diff([*starts, len(flat)]).astype(np.int64)
    inverse = np.repeat(np.arange(len(starts)), lengths).reshape(x.shape if dim is None else -1)
    values = flat[starts]
    return (values if dim is None else np.moveaxis(values, 0, dim)), inverse, lengths


def searchsorted(sorted_sequence: Array, values: Array, *, right: bool = False) -> Array:
    """How many elements of the innermost row are below the value; not above it, where right is True."""
    rows = np.broadcast_to(sorted_sequence, (*values.shape[: sorted_sequence.ndim - 1], sorted_sequence.shape[-1]))
    result = np.zeros(values.shape, np.int64)
    for place in np.ndindex(values.shape):
        row = rows if rows.ndim == 1 else rows[place[:-1]]
        result[place] = np.sum(row <= values[place] if right else row < values[place])
    return result


def bucketize(x: Array, boundaries: Array, *, right: bool = False) -> Array:
    """How many boundaries are below the element; not above it, where right is True."""
    return searchsorted(boundaries, x, right=right)


def isin(elements: Array, test_elements: Array, *, invert: bool = False) -> Array:
    """Whether each element is one of the others; the opposite, where invert is True."""
    others = test_elements.ravel().tolist()
    return np.array([(value in others) != invert for value in elements.ravel().tolist()], bool).reshape(elements.shape)
