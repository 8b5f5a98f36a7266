"""Functions whose NumPy form is not analytic, written so that complex steps pass through: they branch on real parts."""

from __future__ import annotations

import math

import numpy as np
from numpy import ndarray as Array


def absolute(x: Array) -> Array:
    """x where x > 0 and -x elsewhere."""
    return np.where(np.real(x) > 0, x, -x)


def erf(x: Array) -> Array:
    """2/√π exp(-x²) Σ 2ⁿ x²ⁿ⁺¹ / (2n+1)!!, a sum of terms of one sign; for |x| < 6."""
    term = np.asarray(x) * 1.0
    total = term
    for n in range(1, 160):
        term = term * 2 * x * x / (2 * n + 1)
        total = total + term
    return 2 / math.sqrt(math.pi) * np.exp(-x * x) * total


def gelu(x: Array) -> Array:
    """x (1 + erf(x/√2)) / 2."""
    return x * (1 + erf(x / math.sqrt(2))) / 2


def gelu_tanh(x: Array) -> Array:
    """x (1 + tanh(√(2/π) (x + 0.044715 x³))) / 2."""
    return x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))) / 2


def atan2(y: Array, x: Array) -> Array:
    """The angle of the point (x, y): arctan(y / x), turned by π where x < 0."""
    turn = np.where(np.real(x) < 0, np.where(np.real(y) < 0, -math.pi, math.pi), 0)
    return np.arctan(y / x) + turn


def clamp(x: Array, low: float | Array = -math.inf, high: float | Array = math.inf) -> Array:
    """min(max(x, low), high)."""
    raised = np.where(np.real(x) < np.real(low), low, x)
    return np.where(np.real(raised) > np.real(high), high, raised)


def var(x: Array, axis: int | tuple[int, ...] | None = None, correction: float = 1, keepdims: bool = False) -> Array:
    """Σ (x - mean)² / (n - correction)."""
    deviations = (x - np.mean(x, axis=axis, keepdims=True)) ** 2
    total = np.sum(deviations, axis=axis, keepdims=keepdims)
    return total / (np.size(x) / np.size(total) - correction)


def norm(x: Array, p: float = 2, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Array:
    """(Σ |x|ᵖ)^(1/p), the largest |x| for p = ∞."""
    magnitudes = absolute(x)
    if p == math.inf:
        return np.asarray(np.max(magnitudes, axis=axis, keepdims=keepdims))
    return np.asarray(np.sum(magnitudes**p, axis=axis, keepdims=keepdims) ** (1 / p))


def logsumexp(x: Array, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Array:
    """log Σ exp(x), the largest x subtracted first."""
    largest = np.max(np.real(x), axis=axis, keepdims=True)
    total = np.log(np.sum(np.exp(x - largest), axis=axis, keepdims=True)) + largest
    return total if keepdims else np.squeeze(total, axis=axis)


def softmax(x: Array, axis: int = -1) -> Array:
    """exp(x) / Σ exp(x)."""
    return np.exp(x - logsumexp(x, axis, keepdims=True))


def logcumsumexp(x: Array, axis: int = -1) -> Array:
    """log of the running sum of exp(x)."""
    return np.log(np.cumsum(np.exp(x), axis=axis))


def trace(x: Array) -> Array:
    """Σ x[i, i]."""
    return np.sum(np.diagonal(x))
