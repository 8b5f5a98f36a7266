"""More activation functions; where they branch they compare real parts, so that complex steps pass through."""

from __future__ import annotations

import math

import numpy as np
from numpy import ndarray as Array

from reference.activation import elu, sigmoid

#: The constants for which SELU keeps mean and variance.
SELU_ALPHA, SELU_SCALE = 1.6732632423543772, 1.0507009873554805


def prelu(x: Array, weight: Array) -> Array:
    """x where x >= 0 and w · x elsewhere, with one w for all or one for each channel, axis 1."""
    slope = weight.reshape(-1, *[1] * (x.ndim - 2)) if x.ndim > 1 else weight
    return np.where(x.real < 0, slope * x, x)


def rrelu(x: Array, lower: float = 1 / 8, upper: float = 1 / 3) -> Array:
    """x where x >= 0 and (lower + upper) / 2 · x elsewhere, as in evaluation."""
    return np.where(x.real < 0, (lower + upper) / 2 * x, x)


def hardtanh(x: Array, min_val: float = -1.0, max_val: float = 1.0) -> Array:
    """x, but no less than min_val and no more than max_val."""
    return np.where(x.real < min_val, min_val, np.where(x.real > max_val, max_val, x))


def relu6(x: Array) -> Array:
    """min(max(0, x), 6)."""
    return hardtanh(x, 0.0, 6.0)


def hardsigmoid(x: Array) -> Array:
    """relu6(x + 3) / 6."""
    return relu6(x + 3) / 6


def hardswish(x: Array) -> Array:
    """x · relu6(x + 3) / 6."""
    return x * hardsigmoid(x)


def threshold(x: Array, threshold: float, value: float) -> Array:
    """x where x > threshold and value elsewhere."""
    return np.where(x.real > threshold, x, value)


def hardshrink(x: Array, lambd: float = 0.5) -> Array:
    """x where |x| > lambd and 0 elsewhere."""
    return np.where(np.abs(x.real) > lambd, x, 0)


def softshrink(x: Array, lambd: float = 0.5) -> Array:
    """x brought nearer to 0 by lambd, and 0 where |x| <= lambd."""
    return np.where(x.real > lambd, x - lambd, np.where(x.real < -lambd, x + lambd, 0))


def tanhshrink(x: Array) -> Array:
    """x - tanh(x)."""
    return x - np.tanh(x)


def softsign(x: Array) -> Array:
    """x / (1 + |x|)."""
    return x / (1 + np.where(x.real < 0, -x, x))


def softplus(x: Array, beta: float = 1.0, threshold: float = 20.0) -> Array:
    """log(1 + exp(beta · x)) / beta, and x where beta · x > threshold."""
    z = np.where(beta * x.real > threshold, 0, beta * x)
    return np.where(beta * x.real > threshold, x, np.log1p(np.exp(z)) / beta)


def mish(x: Array) -> Array:
    """x · tanh(log(1 + exp(x)))."""
    return x * np.tanh(softplus(x, threshold=np.inf))


def selu(x: Array) -> Array:
    """scale · (max(0, x) + min(0, alpha · (exp(x) - 1))), with the constants of the paper."""
    return SELU_SCALE * elu(x, SELU_ALPHA)


def celu(x: Array, alpha: float = 1.0) -> Array:
    """max(0, x) + min(0, alpha · (exp(x / alpha) - 1))."""
    return np.where(x.real > 0, x, alpha * np.expm1(np.where(x.real > 0, 0, x) / alpha))


def glu(x: Array, dim: int = -1) -> Array:
    """a · s(b), with a and b the halves of x along an axis and s the sigmoid."""
    a, b = np.split(x, 2, axis=dim)
    return a * sigmoid(b)


def gelu_tanh(x: Array) -> Array:
    """x / 2 · (1 + tanh(√(2 / π) · (x + 0.044715 x³)))."""
    return x / 2 * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))
