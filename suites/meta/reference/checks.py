"""What the tests of the oracle ask of a function: a value by hand, exact or near, and a gradient by complex step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy import ndarray as Array

STEP = 1e-150


def equals(actual: Array, expected: Any) -> None:
    """Assert the very values of nested lists, and their shape."""
    assert np.asarray(actual).tolist() == expected


def near(actual: Array, expected: Any, ulps: int = 4, scale: Any = None) -> None:
    """Assert the values of nested lists to a few units in the last place of ``scale``, and their shape.

    ``scale`` is the size of what was added up, by default the values themselves. NaN and infinities are the same.
    """
    found, wanted = np.asarray(actual), np.asarray(expected) * 1.0
    assert found.shape == wanted.shape
    finite = np.isfinite(wanted)
    allowed = np.broadcast_to(ulps * np.finfo(float).eps * np.abs(wanted if scale is None else scale), wanted.shape)
    assert np.array_equal(found[~finite], wanted[~finite], equal_nan=True), (actual, expected)
    assert (np.abs(found[finite] - wanted[finite]) <= allowed[finite]).all(), (actual, expected)


def is_adjoint(forward: Callable[..., Array], vjp: Callable[..., Any], *arrays: Array, seed: int = 0) -> None:
    """Assert ⟨vjp(g), d⟩ = ⟨g, J d⟩ for a random direction d and cotangent g, with J d = Im f(x + i h d) / h."""
    rng = np.random.default_rng(seed)
    directions = [rng.standard_normal(x.shape) for x in arrays]
    tangent = forward(*(x + 1j * STEP * d for x, d in zip(arrays, directions))).imag / STEP
    cotangent = rng.standard_normal(tangent.shape)
    gradients = vjp(*arrays, cotangent)
    gradients = gradients if isinstance(gradients, tuple) else (gradients,)
    assert [g.shape for g in gradients] == [x.shape for x in arrays]

    left = sum((g * d).sum() for g, d in zip(gradients, directions))
    assert abs(left - (cotangent * tangent).sum()) <= 1e-12 * np.abs(cotangent * tangent).sum()


def draw(seed: int, *shapes: tuple[int, ...]) -> list[Array]:
    """Normal arrays of the shapes."""
    rng = np.random.default_rng(seed)
    return [np.asarray(rng.standard_normal(shape)) for shape in shapes]
