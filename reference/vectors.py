"""Products, lengths and distances of vectors."""

from __future__ import annotations

import numpy as np
from numpy import ndarray as Array


def cross(x: Array, y: Array, dim: int = -1) -> Array:
    """(x₁y₂ - x₂y₁, x₂y₀ - x₀y₂, x₀y₁ - x₁y₀) along dim."""
    (a, b, c), (d, e, f) = np.moveaxis(x, dim, 0), np.moveaxis(y, dim, 0)
    return np.stack([b * f - c * e, c * d - a * f, a * e - b * d], axis=dim)


def norm(x: Array, p: float) -> Array:
    """(Σ |x|ᵖ)^(1/p) over the last axis; the largest |x| for ∞, and how many are not zero for 0."""
    size = np.where(x.real < 0, -x, x)
    if p == np.inf:
        return np.max(size, axis=-1)
    if p == 0:
        return np.sum(size != 0, axis=-1).astype(x.dtype)
    return np.sum(size**p, axis=-1) ** (1 / p)


def cosine_similarity(x: Array, y: Array, dim: int = 1, eps: float = 1e-8) -> Array:
    """Σ x y / (max(‖x‖, eps) · max(‖y‖, eps)) along dim."""
    sizes = (np.maximum(np.sqrt(np.sum(part * part, axis=dim)), eps) for part in np.broadcast_arrays(x, y))
    return np.sum(x * y, axis=dim) / next(sizes) / next(sizes)


def pdist(x: Array, p: float = 2.0) -> Array:
    """‖x[i] - x[j]‖ for all rows i < j, row after row."""
    return np.array([norm(x[i] - x[j], p) for i in range(len(x)) for j in range(i + 1, len(x))], x.dtype)


def renorm(x: Array, p: float, dim: int, maxnorm: float) -> Array:
    """Each slice x[i] along dim whose p-norm is larger than maxnorm, scaled to that."""
    slices = np.moveaxis(x, dim, 0)
    sizes = norm(slices.reshape(len(slices), -1), p)
    scale = np.where(sizes > maxnorm, maxnorm / sizes, 1)
    return np.moveaxis(slices * scale.reshape(-1, *[1] * (x.ndim - 1)), 0, dim)


def segment_reduce(data: Array, reduce: str, lengths: Array, initial: float) -> Array:
    """The sum, product, largest or smallest of each run of rows, starting from initial."""
    ends = np.cumsum(lengths)
    return np.array([SEGMENTS[reduce](data[e - n : e], initial) for e, n in zip(ends, lengths)], data.dtype)


SEGMENTS = {
    "sum": lambda run, initial: np.sum(run, axis=0, initial=initial),
    "prod": lambda run, initial: np.prod(run, axis=0, initial=initial),
    "max": lambda run, initial: np.max(run, axis=0, initial=initial),
    "min": lambda run, initial: np.min(run, axis=0, initial=initial),
}
