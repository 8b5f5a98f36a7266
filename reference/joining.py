"""Operations that join tensors into one, or part one into several."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from numpy import ndarray as Array

stack = np.stack
hstack = np.hstack
vstack = np.vstack
dstack = np.dstack
column_stack = np.column_stack


def cat(tensors: Sequence[Array], dim: int = 0) -> Array:
    """One after the other along dim; empty vectors are left out whatever the shape of the others."""
    joined = [x for x in tensors if x.shape != (0,)] or tensors
    return np.concatenate(joined, axis=dim).astype(np.result_type(*tensors), copy=False)


def block_diag(*tensors: Array) -> Array:
    """Matrices one after the other down the diagonal of a matrix of zeros; vectors are rows."""
    matrices = [np.atleast_2d(x) for x in tensors]
    result = np.zeros(np.sum([x.shape for x in matrices], axis=0), matrices[0].dtype)
    row, column = 0, 0
    for x in matrices:
        result[row : row + x.shape[0], column : column + x.shape[1]] = x
        row, column = row + x.shape[0], column + x.shape[1]
    return result


def cartesian_prod(*tensors: Array) -> Array:
    """All tuples of one element of each vector, the last running fastest; of one vector, that vector."""
    return (
        np.array([*itertools.product(*tensors)], tensors[0].dtype).reshape(-1, len(tensors))
        if tensors[1:]
        else tensors[0]
    )


def combinations(x: Array, r: int = 2, with_replacement: bool = False) -> Array:
    """All choices of r elements of a vector, in the order of itertools."""
    choose = itertools.combinations_with_replacement if with_replacement else itertools.combinations
    return np.array([*choose(x, r)], x.dtype).reshape(-1, r)


def broadcast_tensors(*tensors: Array) -> list[Array]:
    """Each of them in the shape that they have together."""
    return [*np.broadcast_arrays(*tensors)]


def split(x: Array, split_size_or_sections: int | Sequence[int], dim: int = 0) -> list[Array]:
    """Pieces of one size, the last smaller where it does not divide; or pieces of the given sizes."""
    size = split_size_or_sections
    if isinstance(size, int):
        length = x.shape[dim]
        size = [min(size, length - start) for start in range(0, length, size)] or [0]
    return np.split(x, np.cumsum(size)[:-1], dim)


def chunk(x: Array, chunks: int, dim: int = 0) -> list[Array]:
    """Pieces of size ⌈n / chunks⌉, the last smaller, so that there may be fewer than asked for."""
    return split(x, max(-(-x.shape[dim] // chunks), 1), dim)


def tensor_split(x: Array, indices_or_sections: int | Sequence[int], dim: int = 0) -> list[Array]:
    """As many pieces as asked for, the first n mod k of them one longer; or pieces that begin at the given indices."""
    return np.array_split(x, indices_or_sections, dim)


def hsplit(x: Array, indices_or_sections: int | Sequence[int]) -> list[Array]:
    """tensor_split along the second dimension, of a vector along its only one."""
    return tensor_split(x, indices_or_sections, min(x.ndim - 1, 1))


def vsplit(x: Array, indices_or_sections: int | Sequence[int]) -> list[Array]:
    """tensor_split along the first dimension."""
    return tensor_split(x, indices_or_sections, 0)


def dsplit(x: Array, indices_or_sections: int | Sequence[int]) -> list[Array]:
    """tensor_split along the third dimension."""
    return tensor_split(x, indices_or_sections, 2)


def unbind(x: Array, dim: int = 0) -> list[Array]:
    """All slices along dim, which is removed."""
    return [*np.moveaxis(x, dim, 0)]
