"""Discrete Fourier transforms by their definition, with the most digits NumPy has; none of them is fast."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Callable, Optional, Union

import numpy as np
from numpy import ndarray as Array

Sizes = Optional[Sequence[int]]
#: π with all the digits of np.longdouble.
PI = np.longdouble("3.14159265358979323846264338327950288")


@functools.lru_cache(maxsize=256)
def unity(n: int) -> Array:
    """exp(2πi k / n) for k = 0 … n - 1."""
    angle = 2 * PI * np.arange(n) / n
    return np.cos(angle) + 1j * np.sin(angle)


def dft(x: Array, axis: int, sign: int) -> Array:
    """X[k] = Σ x[j] exp(sign · 2πi j k / n) along one axis."""
    n = x.shape[axis]
    matrix = unity(n)[sign * np.outer(np.arange(n), np.arange(n)) % n]
    return np.moveaxis(np.tensordot(matrix, x, (1, axis)), 0, axis)


def fftn(x: Array, s: Sizes = None, dim: Sizes = None, norm: str = "backward") -> Array:
    """The sum with exp(-2πi j k / n) along each axis: times 1 (backward), 1 / n (forward) or 1 / √n (ortho)."""
    return _transform(x, s, axes(x, s, dim), -1) * factor(x, s, dim, {"backward": 0, "forward": 1}.get(norm, 0.5))


def ifftn(x: Array, s: Sizes = None, dim: Sizes = None, norm: str = "backward") -> Array:
    """The sum with exp(+2πi j k / n) along each axis: times 1 / n (backward), 1 (forward) or 1 / √n (ortho)."""
    return _transform(x, s, axes(x, s, dim), +1) * factor(x, s, dim, {"backward": 1, "forward": 0}.get(norm, 0.5))


def rfftn(x: Array, s: Sizes = None, dim: Sizes = None, norm: str = "backward") -> Array:
    """The fftn of real numbers up to the Nyquist frequency of the last axis."""
    return _first_half(fftn(x, s, dim, norm), axes(x, s, dim)[-1])


def ihfftn(x: Array, s: Sizes = None, dim: Sizes = None, norm: str = "backward") -> Array:
    """The ifftn of real numbers up to the Nyquist frequency of the last axis."""
    return _first_half(ifftn(x, s, dim, norm), axes(x, s, dim)[-1])


def irfftn(x: Array, s: Sizes = None, dim: Sizes = None, norm: str = "backward") -> Array:
    """The ifftn, which is real, of the Hermitian signal of which x is the first half."""
    return ifftn(hermitian(x, s, dim), None, axes(x, s, dim), norm).real


def hfftn(x: Array, s: Sizes = None, dim: Sizes = None, norm: str = "backward") -> Array:
    """The fftn, which is real, of the Hermitian signal of which x is the first half."""
    return fftn(hermitian(x, s, dim), None, axes(x, s, dim), norm).real


def _along_one_axis(transform: Callable[..., Array]) -> Callable[..., Array]:
    """The same of one axis, the last by default."""

    def one(x: Array, n: Optional[int] = None, dim: int = -1, norm: str = "backward") -> Array:
        return transform(x, None if n is None else (n,), (dim,), norm)

    return one


def _along_two_axes(transform: Callable[..., Array]) -> Callable[..., Array]:
    """The same of the last two axes by default."""

    def two(x: Array, s: Sizes = None, dim: Sizes = (-2, -1), norm: str = "backward") -> Array:
        return transform(x, s, dim, norm)

    return two


fft, ifft = _along_one_axis(fftn), _along_one_axis(ifftn)
rfft, irfft = _along_one_axis(rfftn), _along_one_axis(irfftn)
hfft, ihfft = _along_one_axis(hfftn), _along_one_axis(ihfftn)
fft2, ifft2 = _along_two_axes(fftn), _along_two_axes(ifftn)
rfft2, irfft2 = _along_two_axes(rfftn), _along_two_axes(irfftn)
hfft2, ihfft2 = _along_two_axes(hfftn), _along_two_axes(ihfftn)


def axes(x: Array, s: Sizes, dim: Sizes) -> tuple[int, ...]:
    """The axes that are transformed, from the front: all, or the last len(s)."""
    dim = dim if dim is not None else range(x.ndim - (x.ndim if s is None else len(s)), x.ndim)
    return tuple(axis % x.ndim for axis in dim)


def resized(x: Array, s: Sizes, dim: Sequence[int]) -> Array:
    """x cut or filled with zeros to s[i] along the axis dim[i]; -1 leaves it."""
    for side, axis in zip([] if s is None else s, dim):
        side = x.shape[axis] if side == -1 else side
        cut = x[(slice(None),) * axis + (slice(side),)]
        x = np.pad(cut, [(0, side - cut.shape[i] if i == axis else 0) for i in range(x.ndim)])
    return x


def hermitian(x: Array, s: Sizes = None, dim: Sizes = None) -> Array:
    """The whole of a signal with y[-j, …, -k] = conj y[j, …, k] from the half with k ≤ n / 2 of its last axis.

    n is the last of s, or even: 2 · (what x has - 1). The half is first cut or filled up.
    """
    dim = axes(x, s, dim)
    n = 2 * (x.shape[dim[-1]] - 1) if s is None or s[-1] == -1 else s[-1]
    sizes = [*([-1] * (len(dim) - 1) if s is None else s[:-1]), n // 2 + 1]
    half = np.moveaxis(resized(x, sizes, dim), dim[-1], -1)
    others = tuple(axis - (axis > dim[-1]) for axis in dim[:-1])
    mirrored = np.roll(np.flip(half, others), 1, others) if others else half
    rest = np.conj(mirrored[..., (n - 1) // 2 : 0 : -1])
    return np.moveaxis(np.concatenate([half, rest], -1), -1, dim[-1])


def factor(x: Array, s: Sizes, dim: Sizes, power: float) -> np.longdouble:
    """1 / nᵖ of the number n of elements that one transform adds up."""
    shape, which = resized(x, s, axes(x, s, dim)).shape, axes(x, s, dim)
    return 1 / np.longdouble(np.prod([shape[axis] for axis in which])) ** np.longdouble(power)


def _transform(x: Array, s: Sizes, dim: Sequence[int], sign: int) -> Array:
    x = resized(x, s, dim).astype(np.clongdouble)
    for axis in dim:
        x = dft(x, axis, sign)
    return x


def _first_half(x: Array, axis: int) -> Array:
    return x[(slice(None),) * axis + (slice(x.shape[axis] // 2 + 1),)]


def fftfreq(n: int, d: float = 1.0) -> Array:
    """[0, 1, …, (n - 1) // 2, -(n // 2), …, -1] / (d n)."""
    return np.array([*range((n - 1) // 2 + 1), *range(-(n // 2), 0)], np.longdouble) / (np.longdouble(d) * n)


def rfftfreq(n: int, d: float = 1.0) -> Array:
    """[0, 1, …, n // 2] / (d n), the Nyquist frequency positive."""
    return np.arange(n // 2 + 1).astype(np.longdouble) / (np.longdouble(d) * n)


def fftshift(x: Array, dim: Union[int, Sizes] = None) -> Array:
    """x rolled so that its first element lies at n // 2 of each axis."""
    return _rolled(x, dim, [n // 2 for n in x.shape])


def ifftshift(x: Array, dim: Union[int, Sizes] = None) -> Array:
    """x rolled so that what lies at n // 2 of each axis comes first."""
    return _rolled(x, dim, [-(n // 2) for n in x.shape])


def _rolled(x: Array, dim: Union[int, Sizes], shifts: list[int]) -> Array:
    dim = tuple(range(x.ndim)) if dim is None else (dim,) if isinstance(dim, int) else tuple(dim)
    return np.roll(x, [shifts[axis] for axis in dim], dim)
