"""Activation functions; where they branch they compare real parts, so that complex steps pass through."""

from __future__ import annotations

import math

import numpy as np
from numpy import ndarray as Array


def relu(x: Array) -> Array:
    """max(0, x); NaN stays NaN and -0 stays -0."""
    return np.where(x.real < 0, 0, x)


def relu_vjp(x: Array, cotangent: Array) -> Array:
    """dx = g where x > 0 and 0 elsewhere, at 0 too; where x is NaN it is g."""
    return np.where(x.real <= 0, 0, cotangent)


def leaky_relu(x: Array, negative_slope: float = 0.01) -> Array:
    """x where x >= 0 and slope · x elsewhere."""
    return np.where(x.real < 0, negative_slope * x, x)


def elu(x: Array, alpha: float = 1.0) -> Array:
    """x where x > 0 and alpha · (exp(x) - 1) elsewhere."""
    return np.where(x.real > 0, x, alpha * np.expm1(_not_above_zero(x)))


def _not_above_zero(x: Array) -> Array:
    """min(0, x), of which the exponential does not overflow."""
    return np.where(x.real > 0, 0, x)


def sigmoid(x: Array) -> Array:
    """1 / (1 + exp(-x)), written with exp(-|x|) so that nothing overflows."""
    decay = np.exp(np.where(x.real < 0, x, -x))
    return np.where(x.real < 0, decay, 1) / (1 + decay)


def log_sigmoid(x: Array) -> Array:
    """log(1 / (1 + exp(-x))) = min(0, x) - log(1 + exp(-|x|))."""
    return _not_above_zero(x) - np.log1p(np.exp(np.where(x.real < 0, x, -x)))


def silu(x: Array) -> Array:
    """x · s(x), with s the sigmoid."""
    return x * sigmoid(x)


def tanh(x: Array) -> Array:
    """(exp(x) - exp(-x)) / (exp(x) + exp(-x))."""
    return np.tanh(x)


def gelu(x: Array) -> Array:
    """x · Φ(x), with Φ the normal distribution function; for real x."""
    return x * _normal_distribution(x)


def gelu_vjp(x: Array, cotangent: Array) -> Array:
    """dx = g · (Φ(x) + x · φ(x)), with φ = Φ' the normal density; for real x."""
    density = np.exp(-x * x / 2) / math.sqrt(2 * math.pi)
    return cotangent * (_normal_distribution(x) + x * density)


def _normal_distribution(x: Array) -> Array:
    """Φ(x) = erfc(-x / √2) / 2."""
    values = [math.erfc(-float(v) / math.sqrt(2)) / 2 for v in x.flat]
    return np.array(values, x.dtype).reshape(x.shape)


def softmax(x: Array, axis: int = -1) -> Array:
    """exp(x) / Σ exp(x) along the axis, the largest x subtracted first."""
    powers = np.exp(x - x.real.max(axis, keepdims=True))
    return powers / powers.sum(axis, keepdims=True)


def softmin(x: Array, axis: int = -1) -> Array:
    """softmax(-x)."""
    return softmax(-x, axis)


def log_softmax(x: Array, axis: int = -1) -> Array:
    """x - log Σ exp(x) along the axis, the largest x subtracted first."""
    below = x - x.real.max(axis, keepdims=True)
    return below - np.log(np.exp(below).sum(axis, keepdims=True))
