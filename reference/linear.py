"""The affine map of torch.nn.Linear, and the bilinear one."""

from __future__ import annotations

import numpy as np
from numpy import ndarray as Array


def linear(x: Array, weight: Array, bias: Array | None = None) -> Array:
    """y = x Wᵀ + b, for x (..., in), W (out, in), b (out) and y (..., out)."""
    y = x @ weight.T
    return y if bias is None else y + bias


def linear_vjp(x: Array, weight: Array, bias: Array | None, cotangent: Array) -> tuple[Array, Array, Array]:
    """dx = g W, dW = gᵀ x and db = the sum of g, the leading dimensions being one long batch."""
    rows = cotangent.reshape(-1, weight.shape[0])
    return cotangent @ weight, rows.T @ x.reshape(-1, weight.shape[1]), rows.sum(0)


def bilinear(x: Array, y: Array, weight: Array, bias: Array | None = None) -> Array:
    """z[..., o] = Σ x[..., i] W[o, i, j] y[..., j] + b[o], for x (..., I), y (..., J), W (O, I, J) and b (O)."""
    z = np.einsum("...i,oij,...j->...o", x, weight, y)
    return z if bias is None else z + bias
