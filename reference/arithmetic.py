"""Arithmetic of two or three tensors, elementwise; integers wrap around, and bool adds as or and multiplies as and."""

from __future__ import annotations

import numpy as np
from numpy import ndarray as Array


def add(x: Array, y: Array, alpha: complex = 1) -> Array:
    """x + alpha · y."""
    return x + _times(alpha, y)


def sub(x: Array, y: Array, alpha: complex = 1) -> Array:
    """x - alpha · y."""
    return x - _times(alpha, y)


def rsub(x: Array, y: Array, alpha: complex = 1) -> Array:
    """y - alpha · x."""
    return sub(y, x, alpha)


def mul(x: Array, y: Array) -> Array:
    """x · y."""
    return x * y


def div(x: Array, y: Array) -> Array:
    """x / y."""
    return np.true_divide(x, y)


def floor_divide(x: Array, y: Array) -> Array:
    """⌊x / y⌋, the largest integer that is not above the quotient."""
    return np.floor_divide(x, y)


def trunc_divide(x: Array, y: Array) -> Array:
    """x / y without its fraction: (x - fmod(x, y)) / y for integers."""
    return np.floor_divide(x - np.fmod(x, y), y) if x.dtype.kind in "iu" else np.trunc(x / y)


def remainder(x: Array, y: Array) -> Array:
    """x - y · ⌊x / y⌋, with the sign of y."""
    return np.remainder(x, y)


def fmod(x: Array, y: Array) -> Array:
    """x - y · trunc(x / y), with the sign of x."""
    return np.fmod(x, y)


def pow(x: Array, y: Array) -> Array:
    """x to the power y; 0 to the 0 is 1."""
    return np.power(x, y)


def lerp(start: Array, end: Array, weight: Array) -> Array:
    """start + weight · (end - start), for any weight."""
    return start + weight * (end - start)


def addcmul(x: Array, y: Array, z: Array, value: float = 1) -> Array:
    """x + value · y · z."""
    return x + _times(value, y) * z


def addcdiv(x: Array, y: Array, z: Array, value: float = 1) -> Array:
    """x + value · y / z."""
    return x + _times(value, y) / z


def clamp(x: Array, low: Array | None = None, high: Array | None = None) -> Array:
    """min(max(x, low), high): above all not more than high; NaN in any of them is NaN."""
    raised = x if low is None else np.maximum(x, low)
    return raised if high is None else np.minimum(raised, high)


def bitwise_and(x: Array, y: Array) -> Array:
    """The bits set in both."""
    return np.bitwise_and(x, y)


def bitwise_or(x: Array, y: Array) -> Array:
    """The bits set in either."""
    return np.bitwise_or(x, y)


def bitwise_xor(x: Array, y: Array) -> Array:
    """The bits set in one and not in the other."""
    return np.bitwise_xor(x, y)


def bitwise_left_shift(x: Array, y: Array) -> Array:
    """x · 2 to the y, modulo the width of the dtype."""
    return np.left_shift(x, y)


def bitwise_right_shift(x: Array, y: Array) -> Array:
    """⌊x / 2 to the y⌋."""
    return np.right_shift(x, y)


def gcd(x: Array, y: Array) -> Array:
    """The largest integer that divides both; gcd(0, 0) = 0."""
    return np.gcd(x, y)


def lcm(x: Array, y: Array) -> Array:
    """The smallest positive integer that both divide; 0 where one of them is 0."""
    return np.lcm(x, y)


def _times(factor: complex, y: Array) -> Array:
    """factor · y in the dtype of y; a factor of 1 leaves bool alone."""
    return y if factor == 1 else y.dtype.type(factor) * y
