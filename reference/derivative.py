"""Derivatives of NumPy functions that take complex numbers, without a rule for any of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy import ndarray as Array

#: The square of the step vanishes beside 1, so that the first derivative is exact to rounding.
STEP = 2.0**-300
#: Radius and points of the circle on which the second derivative is averaged, for directions of components up to 1. The
#: next term of the series is smaller by (2ρ / d)²⁴: 2⁻⁴⁰ for a function that is analytic within d = 0.1.
RADIUS, POINTS = 2.0**-6, 24


def jacobian(function: Callable[..., Array], arrays: Sequence[Array], position: int = 0) -> Array:
    """J[…, i] = Im f(x + i h eᵢ) / h, for each element i of one argument that is not empty."""
    columns = []
    for index in np.ndindex(arrays[position].shape):
        stepped = [np.asarray(a, np.complex128) for a in arrays]
        stepped[position] = stepped[position].copy()
        stepped[position][index] += 1j * STEP
        columns.append(np.asarray(function(*stepped)).imag / STEP)
    output = np.shape(columns[0])
    return np.moveaxis(np.array(columns), 0, -1).reshape((*output, *arrays[position].shape))


def jvp(function: Callable[..., Array], arrays: Sequence[Array], directions: Sequence[Array]) -> Array:
    """J d = Im f(x + i h d) / h."""
    stepped = [a + 1j * STEP * d for a, d in zip(arrays, directions)]
    return np.asarray(function(*stepped)).imag / STEP


def vjp(function: Callable[..., Array], arrays: Sequence[Array], cotangent: Array) -> list[Array]:
    """Jᵀ v for each argument, from the whole Jacobian."""
    jacobians = [jacobian(function, arrays, position) for position in range(len(arrays))]
    return [np.tensordot(cotangent, j, np.ndim(cotangent)) for j in jacobians]


def second(
    function: Callable[..., Array], arrays: Sequence[Array], left: Sequence[Array], right: Sequence[Array]
) -> Array:
    """D²f[l, r] = (D²f[l + r] - D²f[l - r]) / 4, where D²f[p] is the second derivative of t ↦ f(x + t p) at 0."""
    plus = _along(function, arrays, [a + b for a, b in zip(left, right)])
    return (plus - _along(function, arrays, [a - b for a, b in zip(left, right)])) / 4


def _along(function: Callable[..., Array], arrays: Sequence[Array], direction: Sequence[Array]) -> Array:
    """2! c₂ of the Taylor series, by Cauchy's formula: the mean over a circle of f(x + ρ z p) / (ρ z)²."""
    total: Array | float = 0.0
    for point in RADIUS * np.exp(2j * np.pi * np.arange(POINTS) / POINTS):
        total = total + np.asarray(function(*[a + point * d for a, d in zip(arrays, direction)])) / point**2
    return np.asarray(2 * np.real(total) / POINTS)
