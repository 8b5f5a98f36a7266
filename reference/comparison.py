"""Comparisons, the larger and the smaller of two, and logic, elementwise; a number is true unless it is zero."""

from __future__ import annotations

import numpy as np
from numpy import ndarray as Array

eq = np.equal
ne = np.not_equal
lt = np.less
le = np.less_equal
gt = np.greater
ge = np.greater_equal

logical_and = np.logical_and
logical_or = np.logical_or
logical_xor = np.logical_xor
logical_not = np.logical_not


def maximum(x: Array, y: Array) -> Array:
    """The larger of the two; NaN where either is NaN."""
    return np.where(np.isnan(x) | np.isnan(y), x + y, np.where(x > y, x, y))


def minimum(x: Array, y: Array) -> Array:
    """The smaller of the two; NaN where either is NaN."""
    return np.where(np.isnan(x) | np.isnan(y), x + y, np.where(x < y, x, y))


def fmax(x: Array, y: Array) -> Array:
    """The larger of the two; where one is NaN, the other."""
    return np.where(np.isnan(y) | (x > y), x, y)


def fmin(x: Array, y: Array) -> Array:
    """The smaller of the two; where one is NaN, the other."""
    return np.where(np.isnan(y) | (x < y), x, y)
