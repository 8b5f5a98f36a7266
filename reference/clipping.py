"""Clipping of gradients by their common norm and by value."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy import ndarray as Array


def clip_grad_norm(gradients: Sequence[Array], max_norm: float, *, norm_type: float = 2.0) -> tuple[list[Array], float]:
    """g · min(max_norm / (total + 1e-6), 1), and the total norm of all gradients taken as one vector."""
    magnitudes = np.concatenate([np.abs(g).reshape(-1) for g in gradients])
    total = magnitudes.max() if norm_type == np.inf else (magnitudes**norm_type).sum() ** (1 / norm_type)
    scale = min(max_norm / (total + 1e-6), 1)
    return [g * scale for g in gradients], total


def clip_grad_value(gradients: Sequence[Array], clip_value: float) -> list[Array]:
    """min(max(g, -clip_value), clip_value)."""
    return [np.minimum(np.maximum(g, -clip_value), clip_value) for g in gradients]
