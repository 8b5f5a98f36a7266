"""Forward mode: dual tensors from arrays, and the directional derivatives that come out."""

from __future__ import annotations

import warnings
from typing import Callable

import numpy as np
import torch
import torch.autograd.forward_ad as forward_ad

from suites.kit import tensor

# The first dual tensor of a process compiles rules by torch.jit, which warns of its own deprecation.
with warnings.catch_warnings(), forward_ad.dual_level():
    warnings.simplefilter("ignore")
    forward_ad.make_dual(tensor(np.zeros(1)), tensor(np.zeros(1)))


def jvp(
    function: Callable[..., torch.Tensor],
    arrays: tuple[np.ndarray, ...],
    directions: tuple[np.ndarray, ...],
    device: str,
) -> torch.Tensor:
    """The tangent of ``function`` at the arrays along the directions, by dual tensors."""
    with forward_ad.dual_level():
        duals = [forward_ad.make_dual(tensor(a, device), tensor(d, device)) for a, d in zip(arrays, directions)]
        return forward_ad.unpack_dual(function(*duals)).tangent
