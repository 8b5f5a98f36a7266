"""The dtypes of torch beside NumPy's: names, kinds, unit roundoff, and which NumPy dtype carries the values."""

from __future__ import annotations

import functools
from typing import Union

import numpy as np
import torch

DType = Union[str, torch.dtype, np.dtype, type]

FLOATING = (torch.float64, torch.float32, torch.float16, torch.bfloat16)
COMPLEX = (torch.complex128, torch.complex64)
SIGNED = (torch.int64, torch.int32, torch.int16, torch.int8)
INTEGRAL = (*SIGNED, torch.uint8)
EVERY = (*FLOATING, *COMPLEX, *INTEGRAL, torch.bool)

#: What a claim that takes the ``dtype`` fixture runs over unless it says otherwise.
DEFAULT = (torch.float64, torch.float32)

#: Significand bits, the implicit one included.
DIGITS = {"float64": 53, "complex128": 53, "float32": 24, "complex64": 24, "float16": 11, "bfloat16": 8}
#: Exponent of the smallest normal number.
SMALLEST = {"float64": -1022, "complex128": -1022, "float32": -126, "complex64": -126, "float16": -14, "bfloat16": -126}


@functools.cache
def name(dtype: DType) -> str:
    """The name that torch and NumPy share: ``float32``."""
    return str(dtype).rsplit(".", 1)[-1] if isinstance(dtype, (torch.dtype, str)) else np.dtype(dtype).name


@functools.cache
def in_torch(dtype: DType) -> torch.dtype:
    """The torch dtype of that name; raises LookupError where torch has none."""
    found = getattr(torch, name(dtype), None)
    if not isinstance(found, torch.dtype):
        raise LookupError(f"torch has no dtype {name(dtype)!r}")
    return found


@functools.cache
def in_numpy(dtype: DType) -> np.dtype:
    """The NumPy dtype that carries the values exactly: its own, float32 for bfloat16."""
    return np.dtype("float32" if name(dtype) == "bfloat16" else name(dtype))


def unit(dtype: DType) -> float:
    """The unit roundoff u: half the distance from 1 to the next number."""
    return 2.0 ** -DIGITS[name(dtype)]


def smallest_normal(dtype: DType) -> float:
    """The smallest normal number: results below it may be flushed to zero."""
    return 2.0 ** SMALLEST[name(dtype)]


@functools.cache
def overflow(dtype: DType) -> np.longdouble:
    """The magnitude from which on numbers round to infinity: the largest one and half an ulp."""
    return (np.longdouble(2) - unit(dtype)) * np.longdouble(2) ** (1 - SMALLEST[name(dtype)])


def is_approximate(dtype: DType) -> bool:
    """Whether values of the dtype are rounded (floating or complex)."""
    return name(dtype) in DIGITS
