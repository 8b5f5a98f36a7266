"""Gradients against NumPy: torch's vector-Jacobian products beside complex-step derivatives."""

from __future__ import annotations

from typing import Callable

import numpy as np
import torch

from . import bound, convert, dtypes
from .close import close

#: Half of the smallest exponent: the square of the step vanishes beside 1, so the derivative is exact to rounding.
STEP = 2.0**-300


def vjp(
    function: Callable[..., torch.Tensor],
    arrays: tuple[np.ndarray, ...],
    cotangent: np.ndarray,
    device: str = "cpu",
    dtype: dtypes.DType | None = None,
) -> list[torch.Tensor]:
    """torch's vector-Jacobian product: the gradient of ⟨cotangent, function(*arrays)⟩ for each array, in its shape."""
    leaves = [convert.tensor(array, device, dtype).requires_grad_() for array in arrays]
    output = function(*leaves)
    output.backward(convert.tensor(cotangent, device, dtype))
    assert all(leaf.grad is not None for leaf in leaves), "an input got no gradient"
    return [leaf.grad for leaf in leaves if leaf.grad is not None]


def complex_step(
    reference: Callable[..., np.ndarray], arrays: tuple[np.ndarray, ...], directions: tuple[np.ndarray, ...]
) -> np.ndarray:
    """The derivative of ``reference`` along the directions: Im f(x + i h d) / h, exact to rounding.

    Source: Squire and Trapp, Using complex variables to estimate derivatives of real functions (1998).
    """
    stepped = [np.asarray(x) + 1j * STEP * np.asarray(d) for x, d in zip(arrays, directions)]
    return np.asarray(reference(*stepped)).imag / STEP


def differentiates(
    function: Callable[..., torch.Tensor],
    reference: Callable[..., np.ndarray],
    *arrays: np.ndarray,
    seed: int = 0,
    terms: int = 64,
    slack: float = 0.0,
    device: str = "cpu",
) -> None:
    """Assert that torch's gradient of ``function`` is the derivative of ``reference``, in float64.

    One inner product for a random direction d and a random cotangent v: ⟨Jᵀv, d⟩ = ⟨v, Jd⟩, the left by torch, the
    right by complex step. Each term has at most ``terms`` roundings; see ``_agree`` for what they are measured by,
    and by ``slack`` times a term with a derivative of 1, where the derivative is a difference of such numbers.
    """
    rng = np.random.default_rng((seed, 1))  # apart from the values, which a claim may draw from the same seed
    directions = tuple(rng.standard_normal(np.shape(array)) for array in arrays)
    tangent = complex_step(reference, arrays, directions)
    cotangent = rng.standard_normal(tangent.shape)
    gradients = [convert.array(gradient) for gradient in vjp(function, arrays, cotangent, device)]
    for gradient, array in zip(gradients, arrays):
        assert gradient.shape == np.shape(array), f"the gradient of a {np.shape(array)} input is {gradient.shape}"
    farthest = max(float(np.abs(direction).max(initial=0.0)) for direction in directions)
    cancelled = slack * farthest * float(np.sum(np.abs(cotangent)))
    _agree(gradients, directions, cotangent, tangent, np.asarray(reference(*arrays)), terms, cancelled)


def adjoint(function: Callable[..., torch.Tensor], *arrays: np.ndarray, seed: int = 0, device: str = "cpu") -> None:
    """Assert ⟨Jd, v⟩ = ⟨d, Jᵀv⟩ with both sides by torch: forward mode against reverse mode, in float64."""
    rng = np.random.default_rng((seed, 1))  # apart from the values, which a claim may draw from the same seed
    primals = tuple(convert.tensor(array, device) for array in arrays)
    directions = tuple(rng.standard_normal(np.shape(array)) for array in arrays)
    with torch.autograd.forward_ad.dual_level():
        duals = [
            torch.autograd.forward_ad.make_dual(primal, convert.tensor(direction, device))
            for primal, direction in zip(primals, directions)
        ]
        dual = torch.autograd.forward_ad.unpack_dual(function(*duals))
        value, tangent = convert.array(dual.primal), convert.array(dual.tangent)
    cotangent = rng.standard_normal(tangent.shape)
    gradients = [convert.array(gradient) for gradient in vjp(function, arrays, cotangent, device)]
    _agree(gradients, directions, cotangent, tangent, value, terms=64)


def _agree(
    gradients: list[np.ndarray],
    directions: tuple[np.ndarray, ...],
    cotangent: np.ndarray,
    tangent: np.ndarray,
    value: np.ndarray,
    terms: int,
    cancelled: float = 0.0,
) -> None:
    """Assert ⟨gradients, directions⟩ = ⟨cotangent, tangent⟩ to ``terms`` u Σ|terms of both, and cotangent · value|.

    The last is the size of what a derivative cancels where it is small or zero, as that of a softmax of one number;
    ``cancelled`` is more of it.
    """
    products = [gradient * direction for gradient, direction in zip(gradients, directions)]
    scale = sum(float(np.sum(np.abs(part))) for part in [*products, cotangent * tangent, cotangent * value]) + cancelled
    found = np.asarray(sum(float(np.sum(product)) for product in products))
    close(found, np.asarray(np.sum(cotangent * tangent)), bound.Bound(terms, scale, signed_zeros=False))
