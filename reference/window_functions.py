"""Window functions: weights that fall off to both ends, symmetric or without the last of one more (periodic)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Callable, Optional

import numpy as np
from numpy import ndarray as Array

from reference.fourier import PI


def places(length: int, symmetric: bool) -> tuple[Array, np.longdouble]:
    """n = 0 … length - 1, and the N - 1 of the formulas, where a periodic window has N = length + 1."""
    return np.arange(length).astype(np.longdouble), np.longdouble(length - 1 if symmetric else length)


def _one_is_one(formula: Callable[..., Array]) -> Callable[..., Array]:
    """The window of one element is 1, whatever the formula says, which divides 0 by 0."""

    def window(length: int, symmetric: bool = True, *parameters: object, **named: object) -> Array:
        return np.ones(1, np.longdouble) if length == 1 else formula(length, symmetric, *parameters, **named)

    window.__doc__ = formula.__doc__
    return window


@_one_is_one
def bartlett(length: int, symmetric: bool = True) -> Array:
    """1 - |2n / (N - 1) - 1|."""
    n, last = places(length, symmetric)
    return 1 - np.abs(2 * n / last - 1)


@_one_is_one
def general_cosine(length: int, symmetric: bool = True, a: Sequence[float] = ()) -> Array:
    """Σ (-1)ⁱ aᵢ cos(2π i n / (N - 1))."""
    n, last = places(length, symmetric)
    terms = [(-1) ** i * np.longdouble(weight) * np.cos(2 * PI * i * n / last) for i, weight in enumerate(a)]
    return np.sum(terms, axis=0)


def hamming(length: int, symmetric: bool = True, alpha: float = 0.54, beta: float = 0.46) -> Array:
    """α - β cos(2π n / (N - 1))."""
    return general_cosine(length, symmetric, a=(alpha, beta))


def general_hamming(length: int, symmetric: bool = True, alpha: float = 0.54) -> Array:
    """α - (1 - α) cos(2π n / (N - 1))."""
    return hamming(length, symmetric, alpha, 1 - alpha)


def hann(length: int, symmetric: bool = True) -> Array:
    """(1 - cos(2π n / (N - 1))) / 2."""
    return hamming(length, symmetric, 0.5, 0.5)


def blackman(length: int, symmetric: bool = True) -> Array:
    """0.42 - 0.5 cos(2π n / (N - 1)) + 0.08 cos(4π n / (N - 1))."""
    return general_cosine(length, symmetric, a=(0.42, 0.5, 0.08))


def nuttall(length: int, symmetric: bool = True) -> Array:
    """0.3635819 - 0.4891775 cos z + 0.1365995 cos 2z - 0.0106411 cos 3z with z = 2π n / (N - 1)."""
    return general_cosine(length, symmetric, a=(0.3635819, 0.4891775, 0.1365995, 0.0106411))


@_one_is_one
def kaiser(length: int, symmetric: bool = True, beta: float = 12.0) -> Array:
    """I₀(β √(1 - (2n / (N - 1) - 1)²)) / I₀(β)."""
    n, last = places(length, symmetric)
    shape = np.asarray(beta, np.longdouble)
    return i0(shape * np.sqrt(np.maximum(1 - (2 * n / last - 1) ** 2, 0))) / i0(shape)


@_one_is_one
def cosine(length: int, symmetric: bool = True) -> Array:
    """sin(π (n + 1/2) / N)."""
    n, last = places(length, symmetric)
    return np.sin(PI * (n + 0.5) / (last + 1))


@_one_is_one
def exponential(length: int, symmetric: bool = True, center: Optional[float] = None, tau: float = 1.0) -> Array:
    """exp(-|n - c| / τ) about the center c, which is (N - 1) / 2 by default."""
    n, last = places(length, symmetric)
    return np.exp(-np.abs(n - (last / 2 if center is None else center)) / np.longdouble(tau))


@_one_is_one
def gaussian(length: int, symmetric: bool = True, std: float = 1.0) -> Array:
    """exp(-((n - c) / σ)² / 2) about c = (N - 1) / 2."""
    n, last = places(length, symmetric)
    return np.exp(-(((n - last / 2) / np.longdouble(std)) ** 2) / 2)


def i0(x: Array) -> Array:
    """I₀(x) = Σ (x / 2)²ᵏ / k!², whose terms are all positive."""
    total = term = np.ones_like(x)
    for k in range(1, 60 + int(2 * np.max(x, initial=0))):
        term = term * (x / 2 / k) ** 2
        total = total + term
    return total
