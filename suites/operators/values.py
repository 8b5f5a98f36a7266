"""What the claims about operators share: the oracle's digits, all half-precision numbers, bit-for-bit agreement."""

from __future__ import annotations

from typing import Callable

import numpy as np
import torch

from suites.kit import array, bound, close, draw, dtypes

#: Beyond this no dtype of torch has a finite number, though NumPy's widest may.
LARGEST = np.finfo(np.float64).max


def wide(values: np.ndarray) -> np.ndarray:
    """The same numbers with the most digits NumPy has; integers and bool stay what they are."""
    return values.astype({"f": np.longdouble, "c": np.clongdouble}.get(values.dtype.kind, values.dtype))


def oracle(function: Callable[..., np.ndarray], *arrays: np.ndarray, **options: object) -> np.ndarray:
    """The reference's value for widened arrays; what is invalid or overflows is NaN or infinity and no warning."""
    with np.errstate(all="ignore"):
        value = np.asarray(function(*(wide(array) for array in arrays), **options))
        return np.where(np.abs(value) > LARGEST, value * np.inf, value) if value.dtype == np.longdouble else value


def agree(first: torch.Tensor, *others: torch.Tensor) -> None:
    """Assert that all tensors are the same bit for bit, on one device."""
    for other in others:
        close(other, array(first), dtype=first.dtype, device=str(first.device))


def unsigned_zero(limit: bound.Bound) -> bound.Bound:
    """The same bound where the sign of a zero is left open."""
    return limit._replace(signed_zeros=False)


def every_half(dtype: dtypes.DType) -> np.ndarray:
    """All 65 536 numbers of float16 or bfloat16, NaN once."""
    bits = np.arange(2**16, dtype=np.uint16)
    if dtypes.name(dtype) == "float16":
        numbers = bits.view(np.float16)
    else:
        numbers = (bits.astype(np.uint32) << 16).view(np.float32)
    return np.append(numbers[~np.isnan(numbers)], numbers.dtype.type(np.nan))


def within(values: np.ndarray, low: float, high: float) -> np.ndarray:
    """The same values, the finite ones beyond ``low`` and ``high`` moved there."""
    with np.errstate(over="ignore"):
        return np.where(np.isfinite(values), np.clip(values.astype(float), low, high), values).astype(values.dtype)


def numbers(seed: int, shape: tuple[int, ...], dtype: dtypes.DType) -> np.ndarray:
    """Random values of any dtype: normal ones, or integers between -9 (0 for uint8) and 9."""
    return draw.filled(np.random.default_rng(seed), shape, "normal", dtype)
