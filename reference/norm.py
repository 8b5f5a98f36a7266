"""Norms of matrices and distances between points."""

from __future__ import annotations

import math

import numpy as np
from numpy import ndarray as Array


def matrix_norm(
    x: Array, order: str | float = "fro", axes: tuple[int, int] = (-2, -1), keepdims: bool = False
) -> Array:
    """The root of Σ|x|² ("fro"), the sum of the singular values ("nuc"), the largest of them or the smallest (2, -2),
    the largest sum of moduli of a column or the smallest (1, -1), and of a row (∞, -∞).
    """
    matrices = np.moveaxis(x, axes, (-2, -1))
    moduli = np.abs(matrices)
    if order == "fro":
        value = np.sqrt((moduli**2).sum((-2, -1)))
    elif order == "nuc":
        value = np.linalg.svd(matrices, compute_uv=False).sum(-1)
    elif order in (2, -2):
        value = np.linalg.svd(matrices, compute_uv=False)[..., 0 if order == 2 else -1]
    else:
        sums = moduli.sum(-2 if abs(float(order)) == 1 else -1)
        value = sums.max(-1) if float(order) > 0 else sums.min(-1)
    return np.expand_dims(value, axes) if keepdims else np.asarray(value)


def distances(x: Array, y: Array, p: float = 2.0) -> Array:
    """(Σ |xᵢ - yⱼ|ᵖ)^(1/p) for all rows i of x and j of y: the number that differ for p = 0, the largest for p = ∞."""
    differences = np.abs(x[..., :, None, :] - y[..., None, :, :])
    if p == 0:
        return (differences != 0).sum(-1).astype(x.dtype)
    if p == math.inf:
        return differences.max(-1, initial=0)
    return np.asarray((differences**p).sum(-1) ** (1 / p))
