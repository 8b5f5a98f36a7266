"""Operations that give the elements of one tensor another shape or order, and compute nothing."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import numpy as np
from numpy import ndarray as Array

ravel = np.ravel
transpose = np.swapaxes
movedim = np.moveaxis
permute = np.transpose
rot90 = np.rot90
tile = np.tile
diagflat = np.diagflat
atleast_1d = np.atleast_1d
atleast_2d = np.atleast_2d
atleast_3d = np.atleast_3d


def contiguous(x: Array) -> Array:
    """The same elements, the last index running fastest in memory."""
    return np.array(x, order="C")


def reshape(x: Array, shape: Sequence[int]) -> Array:
    """The elements in row-major order under another shape, of which one side may be -1: what is left."""
    return np.array([*x.flat], x.dtype).reshape(_without_minus_one(x.size, shape))


def _without_minus_one(size: int, shape: Sequence[int]) -> tuple[int, ...]:
    """The shape with the side that is left in place of -1."""
    known = math.prod(side for side in shape if side >= 0)
    return tuple(size // known if side == -1 else side for side in shape)


def reshape_as(x: Array, other: Array) -> Array:
    """x in the shape of other."""
    return reshape(x, other.shape)


def flatten(x: Array, start_dim: int = 0, end_dim: int = -1) -> Array:
    """The dimensions from start_dim to end_dim become one."""
    shape = x.shape or (1,)
    first, last = start_dim % len(shape), end_dim % len(shape)
    return reshape(x, (*shape[:first], math.prod(shape[first : last + 1]), *shape[last + 1 :]))


def unflatten(x: Array, dim: int, sizes: Sequence[int]) -> Array:
    """One dimension becomes several, of which one side may be -1."""
    dim %= x.ndim
    return reshape(x, (*x.shape[:dim], *_without_minus_one(x.shape[dim], sizes), *x.shape[dim + 1 :]))


def flip(x: Array, dims: Sequence[int]) -> Array:
    """The elements backwards along each of dims."""
    return np.flip(x, tuple(dims))


fliplr = np.fliplr
flipud = np.flipud


def tril(x: Array, diagonal: int = 0) -> Array:
    """x[..., i, j] where j - i <= diagonal, 0 elsewhere."""
    i, j = np.indices(x.shape[-2:])
    return np.where(j - i <= diagonal, x, np.zeros((), x.dtype))


def triu(x: Array, diagonal: int = 0) -> Array:
    """x[..., i, j] where j - i >= diagonal, 0 elsewhere."""
    i, j = np.indices(x.shape[-2:])
    return np.where(j - i >= diagonal, x, np.zeros((), x.dtype))


def t(x: Array) -> Array:
    """The transpose of a matrix; a vector and a number stay as they are."""
    return x.T


def squeeze(x: Array, dim: int | Sequence[int] | None = None) -> Array:
    """Without the dimensions of size 1, of those named if any are."""
    named = range(x.ndim) if dim is None else [dim] if isinstance(dim, int) else dim
    named = [d % max(x.ndim, 1) for d in named]
    return reshape(x, [side for d, side in enumerate(x.shape) if side != 1 or d not in named])


def unsqueeze(x: Array, dim: int) -> Array:
    """A dimension of size 1 is inserted, so that it is number dim of the result."""
    dim %= x.ndim + 1
    return reshape(x, (*x.shape[:dim], 1, *x.shape[dim:]))


def expand(x: Array, size: Sequence[int]) -> Array:
    """Dimensions of size 1 repeat, new ones come in front, -1 leaves a dimension as it is."""
    old = (*[1] * (len(size) - x.ndim), *x.shape)
    return np.broadcast_to(x, [side if wanted == -1 else wanted for side, wanted in zip(old, size)])


def expand_as(x: Array, other: Array) -> Array:
    """x expanded to the shape of other."""
    return expand(x, other.shape)


def repeat(x: Array, repeats: Sequence[int]) -> Array:
    """x is put repeats[d] times one after the other along dimension d; missing dimensions come in front."""
    return np.tile(x.reshape((*[1] * (len(repeats) - x.ndim), *x.shape)), repeats)


def repeat_interleave(x: Array, repeats: int | Array, dim: int | None = None) -> Array:
    """Each slice along dim follows itself repeats times; without dim, each element of the flattened x."""
    return np.repeat(x, repeats, axis=dim)


def diagonal(x: Array, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Array:
    """x[..., i, i + offset] in the plane of dim1 and dim2, as the last dimension."""
    return np.diagonal(x, offset, dim1, dim2)


def diag(x: Array, diagonal: int = 0) -> Array:
    """A vector on the diagonal of a matrix of zeros, or the diagonal of a matrix."""
    return np.diag(x, diagonal)


def diag_embed(x: Array, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Array:
    """The last dimension of x on the diagonals of planes of zeros, which lie in dim1 and dim2."""
    side = x.shape[-1] + abs(offset)
    result = np.zeros((*x.shape[:-1], side, side), x.dtype)
    for i in range(x.shape[-1]):
        result[..., i + max(-offset, 0), i + max(offset, 0)] = x[..., i]
    return np.moveaxis(result, (-2, -1), (dim1, dim2))


def narrow(x: Array, dim: int, start: int, length: int) -> Array:
    """The slices start, …, start + length - 1 along dim; a negative start counts from the end."""
    start = start % x.shape[dim] if start < 0 else start
    return np.moveaxis(np.moveaxis(x, dim, 0)[start : start + length], 0, dim)


def select(x: Array, dim: int, index: int) -> Array:
    """The one slice along dim; the dimension is removed."""
    return np.moveaxis(x, dim, 0)[index]


def unfold(x: Array, dimension: int, size: int, step: int) -> Array:
    """All windows of that size along the dimension, step apart; what is in a window is the last dimension."""
    dimension %= max(x.ndim, 1)
    moved = np.moveaxis(x, dimension, 0) if x.ndim else x.reshape(1)
    starts = range(0, len(moved) - size + 1, step)
    windows = [np.moveaxis(moved[start : start + size], 0, -1) for start in starts]
    return np.moveaxis(np.stack(windows), 0, dimension) if x.ndim else windows[0]


def as_strided(x: Array, size: Sequence[int], stride: Sequence[int], storage_offset: int = 0) -> Array:
    """out[i, j, …] = memory[storage_offset + i · stride[0] + j · stride[1] + …], of an x that is contiguous."""
    result = np.zeros(size, x.dtype)
    for place in itertools.product(*map(range, size)):
        result[place] = x.flat[storage_offset + sum(i * step for i, step in zip(place, stride))]
    return result


def roll(x: Array, shifts: int | Sequence[int], dims: int | Sequence[int] | None = None) -> Array:
    """Elements move by shifts along dims and come in again at the other end; without dims, in flattened order."""
    return np.roll(x, shifts, dims)


def view_as_real(x: Array) -> Array:
    """Real and imaginary part as a last dimension of size 2."""
    return np.stack([x.real, x.imag], -1)


def view_as_complex(x: Array) -> Array:
    """The last dimension, of size 2, as real and imaginary part."""
    return (x[..., 0] + 1j * x[..., 1].astype(np.result_type(x.dtype, np.complex64))).astype(
        np.result_type(x.dtype, np.complex64)
    )
