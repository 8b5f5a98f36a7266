"""A vector-valued function of a vector, in tensors and in arrays, with its Jacobian and Hessians written out."""

from __future__ import annotations

from typing import Any

import numpy as np

from suites.kit import bound, draw, tensor

OUT, IN = 4, 3
A, B = draw.normal(11, OUT, IN), draw.normal(12, OUT, IN)
#: A point, a vector for the outputs and one for the inputs.
X, V, U = draw.normal(13, IN), draw.normal(14, OUT), draw.normal(15, IN)
#: Roundings of every derivative below, each a short sum of products of values of the order of one.
ROUNDINGS = bound.Bound(64, 50.0, signed_zeros=False)


def field(x: Any) -> Any:
    """f(x) = A sin(x) + (B x)², from 3 to 4 dimensions; of a tensor on any device."""
    left, right = (tensor(matrix, str(x.device), x.dtype) for matrix in (A, B))
    return left @ x.sin() + (right @ x) ** 2


def values(x: np.ndarray = X) -> np.ndarray:
    """The same in NumPy."""
    return A @ np.sin(x) + (B @ x) ** 2


def jacobian(x: np.ndarray = X) -> np.ndarray:
    """J = A diag(cos x) + 2 diag(B x) B."""
    return A * np.cos(x) + 2 * (B @ x)[:, None] * B


def hessians(x: np.ndarray = X) -> np.ndarray:
    """Hᵢ = -diag(aᵢ sin x) + 2 bᵢ bᵢᵀ, one matrix for each output."""
    return np.stack([np.diag(-a * np.sin(x)) + 2 * np.outer(b, b) for a, b in zip(A, B)])


def energy(x: Any) -> Any:
    """The scalar g(x) = Σ f(x)² / 2."""
    return (field(x) ** 2).sum() / 2


def energy_gradient(x: np.ndarray = X) -> np.ndarray:
    """∇g = Jᵀ f."""
    return jacobian(x).T @ values(x)


def energy_hessian(x: np.ndarray = X) -> np.ndarray:
    """∇²g = Jᵀ J + Σ fᵢ Hᵢ."""
    return jacobian(x).T @ jacobian(x) + np.tensordot(values(x), hessians(x), 1)
