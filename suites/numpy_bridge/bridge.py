"""What the claims about the bridge share: the dtypes that both sides have, and how to write what differs everywhere."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest
import torch

from suites.kit import draw
from suites.kit.dtypes import COMPLEX, INTEGRAL

FROM_TENSOR = ("Bridge with NumPy", "Tensor to NumPy array")
FROM_ARRAY = ("Bridge with NumPy", "NumPy array to Tensor")

#: The dtypes that torch.from_numpy's documentation lists, without the booleans.
NUMBERS = (torch.float64, torch.float32, torch.float16, *COMPLEX, *INTEGRAL)
in_both = pytest.mark.dtypes(*NUMBERS, torch.bool)
numbers_in_both = pytest.mark.dtypes(*NUMBERS)

#: Unsigned integers, of which torch 2.3 has more than bytes.
wide_unsigned = pytest.mark.parametrize("unsigned", ["uint16", "uint32", "uint64"])


class Scalar(NamedTuple):
    """A NumPy scalar and its name."""

    name: str
    value: np.generic

    def __str__(self) -> str:
        return self.name


def scalars(*names: str) -> pytest.MarkDecorator:
    """Parametrize a claim over NumPy scalars: the type's name, and a value that narrower types do not have."""
    values = {
        "float64": 0.1, "float32": 0.1, "float16": 0.1, "complex128": 0.1 - 2j, "complex64": 0.1 - 2j,
        "int64": -(2**53) - 1, "int32": -(2**24) - 1, "int16": -(2**11) - 1, "int8": -101, "uint8": 201,
    }  # fmt: skip
    rows = [Scalar(f"np.{name}", np.dtype(name).type(values[name])) for name in names]
    return pytest.mark.parametrize("row", rows, ids=str)


#: Every type of NumPy scalar that torch has a dtype for, without the booleans.
every_scalar = scalars(
    "float64", "float32", "float16", "complex128", "complex64", "int64", "int32", "int16", "int8", "uint8"
)
#: Those that are Python numbers too or have no imaginary part to lose.
real_scalar = scalars("float64", "float32", "float16", "int64", "int32", "int16", "int8", "uint8")


def writable(array_sample: draw.Sample, dtype: torch.dtype | str) -> np.ndarray:
    """The array of a sample; where its layout repeats elements, NumPy is told that writing is fine all the same."""
    array = array_sample(dtype)
    array.flags.writeable = True
    return array


def opposite(array: np.ndarray) -> np.ndarray:
    """An array of the same dtype that differs from the array in each element: 1 for 0, and 0 for all else."""
    return (array == 0).astype(array.dtype)


def steps(array: np.ndarray) -> tuple[int, ...]:
    """The strides of an array counted in elements, as torch counts them."""
    return tuple(step // array.itemsize for step in array.strides)


def long_steps(array: np.ndarray, strides: tuple[int, ...]) -> tuple[int, ...]:
    """The strides along which there is a step to take: a side of 0 or 1 has none, and any number stands for it."""
    return tuple(step for step, side in zip(strides, array.shape) if side > 1) if array.size else ()


def churn(size: int) -> list[np.ndarray]:
    """Allocate and fill blocks of a size, so that memory that was freed too early has new contents."""
    return [np.full(size, 255, np.uint8) for _ in range(64)]
