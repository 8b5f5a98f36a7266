"""The dtype of a result, as the page on tensor attributes promises it: by category, then by size."""

from __future__ import annotations

import functools

import numpy as np

CATEGORIES = ("bool", "integral", "floating", "complex")
#: The dtypes of Python scalars among tensors; the floating ones follow the default dtype.
SCALARS = {"bool": "bool", "int": "int64", "float": "float32", "complex": "complex64"}
COMPLEX_OF = {"float64": "complex128", "float32": "complex64", "float16": "complex64", "bfloat16": "complex64"}


def category(dtype: str) -> int:
    """0 for bool, 1 for integers, 2 for floating and 3 for complex numbers."""
    kind = "f" if dtype == "bfloat16" else np.dtype(dtype).kind
    return {"b": 0, "i": 1, "u": 1, "f": 2, "c": 3}[kind]


def promote_types(a: str, b: str) -> str:
    """The smallest dtype of the higher category of the two that is not smaller than either."""
    low, high = sorted((a, b), key=category)
    if category(low) == category(high) == 2 and low != high and {low, high} == {"float16", "bfloat16"}:
        return "float32"
    if category(low) == 2 and category(high) == 3:
        return promote_types(COMPLEX_OF[low], high)
    if category(low) < category(high):
        return high
    if "bfloat16" in (low, high):
        return high if low == "bfloat16" else low
    return np.promote_types(low, high).name


def result_type(dimensioned: list[str], zero_dim: list[str], scalars: list[str]) -> str:
    """The dtype of tensors with dimensions; 0-dim tensors and Python scalars count where their category is higher."""
    levels = [functools.reduce(promote_types, level) for level in (dimensioned, zero_dim, scalars) if level]
    result = levels[-1]
    for level in reversed(levels[:-1]):
        result = promote_types(level, result) if category(result) > category(level) else level
    return result


def can_cast(source: str, target: str) -> bool:
    """Whether a result may be written to ``target``: its category is not lower."""
    return category(source) <= category(target)


def default_of(dtype: str, default: str) -> str:
    """The dtype of a quotient or of an elementary function: the default one for integers and bool, else its own."""
    return default if category(dtype) < 2 else dtype
