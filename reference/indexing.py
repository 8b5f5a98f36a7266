"""Reading and writing at indices: x[key] and the operations that take an index."""

from __future__ import annotations

import functools
import itertools
import operator
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy import ndarray as Array


def index(x: Array, key: Any) -> Array:
    """x[key]: integers, slices, None and ... are applied first, each to its dimension, then all arrays at once.

    NumPy counts an integer among the arrays as an array, which moves dimensions: there x[0, :, [0, 1]] is the
    transpose of what it is here, x[0][:, [0, 1]].
    """
    x, arrays = _basic(x, key)
    return x[arrays]


def assigned(x: Array, key: Any, value: Any) -> Array:
    """x after x[key] = value: the same elements as index(x, key) has, in the same order."""
    written, places = x.copy(), index(np.arange(x.size).reshape(x.shape), key)
    written.flat[places.ravel()] = np.broadcast_to(value, places.shape).ravel().astype(x.dtype)
    return written


def _basic(x: Array, key: Any) -> tuple[Array, tuple[Any, ...]]:
    """The view by all basic indices, and the key of arrays that is left to apply to it."""
    axis, arrays = 0, []
    for item in _spelled_out(key if isinstance(key, tuple) else (key,), x.ndim):
        if item is None:
            x = np.expand_dims(x, axis)
            item = slice(None)
        if isinstance(item, slice):
            x, item = x[(slice(None),) * axis + (item,)], slice(None)
        elif _is_integer(item):
            x = x[(slice(None),) * axis + (int(item),)]
            continue
        arrays.append(item)
        axis += _consumed(item)
    return x, tuple(arrays)


def _spelled_out(key: tuple[Any, ...], ndim: int) -> Iterator[Any]:
    """The key with as many slices in place of ... as there are dimensions left."""
    left = ndim - sum(_consumed(item) for item in key if item is not None and item is not Ellipsis)
    for item in key:
        yield from [slice(None)] * left if item is Ellipsis else [item]


def _is_integer(item: Any) -> bool:
    return (
        not isinstance(item, (bool, slice, list, range)) and np.ndim(item) == 0 and np.asarray(item).dtype.kind in "iu"
    )


def _consumed(item: Any) -> int:
    """How many dimensions an index is about: a mask has as many as it has."""
    return np.ndim(item) if not isinstance(item, slice) and np.asarray(item).dtype == bool else 1


def _places(index: Array, dim: int) -> Iterator[tuple[tuple[int, ...], tuple[int, ...]]]:
    """Each place of index, and the same with its coordinate dim replaced by the index found there."""
    for place in itertools.product(*map(range, index.shape)):
        moved = list(place)
        if place:
            moved[dim] = int(index[place])
        yield place, tuple(moved)


def gather(x: Array, dim: int, index: Array) -> Array:
    """out[i][j] = x[index[i][j]][j] for dim = 0, x[i][index[i][j]] for dim = 1, …"""
    result = np.zeros(index.shape, x.dtype)
    for place, source in _places(index, dim):
        result[place] = x[source]
    return result


def scatter(x: Array, dim: int, index: Array, src: Array | complex) -> Array:
    """out[index[i][j]][j] = src[i][j] for dim = 0, …, and x elsewhere; src may be a number."""
    result, src = x.copy(), src if isinstance(src, np.ndarray) else np.full(index.shape, src)
    for place, target in _places(index, dim):
        result[target] = src[place]
    return result


def scatter_add(x: Array, dim: int, index: Array, src: Array) -> Array:
    """out[index[i][j]][j] += src[i][j] for dim = 0, …"""
    return scatter_reduce(x, dim, index, src, "sum")


def scatter_reduce(x: Array, dim: int, index: Array, src: Array, reduce: str, *, include_self: bool = True) -> Array:
    """What src sends to one place is reduced there, together with x's element unless include_self is False."""
    result = x.copy()
    arriving: dict[tuple[int, ...], list[Any]] = {}
    for place, target in _places(index, dim):
        arriving.setdefault(target, [x[target]] if include_self else []).append(src[place])
    for target, values in arriving.items():
        result[target] = REDUCTIONS[reduce](values)
    return result


#: The reductions of scatter_reduce and index_reduce, of a list of numbers or arrays.
REDUCTIONS = {
    "sum": lambda values: functools.reduce(operator.add, values),
    "prod": lambda values: functools.reduce(operator.mul, values),
    "mean": lambda values: functools.reduce(operator.add, values) / len(values),
    "amax": lambda values: functools.reduce(np.maximum, values),
    "amin": lambda values: functools.reduce(np.minimum, values),
}


def index_select(x: Array, dim: int, index: Array) -> Array:
    """The slices x[index[0]], x[index[1]], … along dim."""
    return np.take(x, index, axis=dim) if x.ndim else np.take(x, index).reshape(())


def _along(x: Array, dim: int) -> Array:
    """A view of which the first dimension is dim."""
    return np.moveaxis(x, dim, 0) if x.ndim else x.reshape(1)


def index_add(x: Array, dim: int, index: Array, source: Array, *, alpha: float = 1) -> Array:
    """out[index[i]] += alpha · source[i] along dim; what has one index is added up."""
    result = x.copy()
    for i, place in enumerate(index):
        _along(result, dim)[place] += (alpha * _along(source, dim)[i]).astype(x.dtype)
    return result


def index_copy(x: Array, dim: int, index: Array, source: Array) -> Array:
    """out[index[i]] = source[i] along dim."""
    result = x.copy()
    for i, place in enumerate(index):
        _along(result, dim)[place] = _along(source, dim)[i]
    return result


def index_fill(x: Array, dim: int, index: Array, value: complex) -> Array:
    """out[index[i]] = value along dim."""
    result = x.copy()
    for place in index:
        _along(result, dim)[place] = value
    return result


def index_reduce(x: Array, dim: int, index: Array, source: Array, reduce: str, *, include_self: bool = True) -> Array:
    """The slices of source that have one index are reduced, with x's slice unless include_self is False."""
    result = x.copy()
    for place in set(index.tolist()):
        slices = [_along(x, dim)[place]] * include_self + [
            _along(source, dim)[i] for i in np.flatnonzero(index == place)
        ]
        _along(result, dim)[place] = REDUCTIONS[reduce](slices)
    return result


def take(x: Array, index: Array) -> Array:
    """out[i] = x.flat[index[i]], in the shape of index; negative indices count from the end."""
    return x.ravel()[index]


def take_along_dim(x: Array, indices: Array, dim: int | None = None) -> Array:
    """gather, where x and indices broadcast in the other dimensions; without dim, of the flattened x."""
    return np.take_along_axis(x, indices, dim) if dim is not None else x.ravel()[indices.ravel()]


def put(x: Array, index: Array, source: Array, accumulate: bool = False) -> Array:
    """out.flat[index[i]] = source[i], or += where accumulate is True."""
    result = x.copy()
    for place, value in zip(index.flat, source.flat):
        result.flat[place] = value + (result.flat[place] if accumulate else 0)
    return result


def masked_select(x: Array, mask: Array) -> Array:
    """The elements where the mask is True, in row-major order; x and mask broadcast."""
    x, mask = np.broadcast_arrays(x, mask)
    return x[mask]


def masked_fill(x: Array, mask: Array, value: complex) -> Array:
    """value where the mask is True, x elsewhere."""
    return np.where(mask, np.asarray(value).astype(x.dtype), x)


def masked_scatter(x: Array, mask: Array, source: Array) -> Array:
    """Where the mask is True, the elements of source from its first on, in row-major order; x elsewhere."""
    result = np.array(np.broadcast_to(x, np.broadcast_shapes(x.shape, mask.shape)))
    mask = np.broadcast_to(mask, result.shape)
    result[mask] = source.ravel()[: np.sum(mask)]
    return result


def where(condition: Array, x: Array, other: Array) -> Array:
    """x where the condition is True, other elsewhere; all three broadcast."""
    return np.where(condition, x, other)


def nonzero(x: Array) -> Array:
    """One row for each element that is not zero: its index; in row-major order."""
    places = [place for place in itertools.product(*map(range, x.shape)) if x[place] != 0]
    return np.array(places, np.int64).reshape(len(places), x.ndim)


def unravel_index(indices: Array, shape: Sequence[int]) -> list[Array]:
    """The coordinates in an array of that shape of each flat index, one array for each dimension."""
    return [*np.unravel_index(indices, tuple(shape))]


def select_scatter(x: Array, src: Array, dim: int, index: int) -> Array:
    """x with src in place of its slice number index along dim."""
    result = x.copy()
    _along(result, dim)[index] = src
    return result


def slice_scatter(
    x: Array, src: Array, dim: int = 0, start: int | None = None, end: int | None = None, step: int = 1
) -> Array:
    """x with src in place of its slices start:end:step along dim."""
    result = x.copy()
    _along(result, dim)[start:end:step] = _along(src, dim)
    return result


def diagonal_scatter(x: Array, src: Array, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Array:
    """x with src in place of its diagonal in the plane of dim1 and dim2."""
    result = x.copy()
    plane = np.moveaxis(result, (dim1, dim2), (-2, -1))
    for i in range(src.shape[-1]):
        plane[..., i + max(-offset, 0), i + max(offset, 0)] = src[..., i]
    return result
