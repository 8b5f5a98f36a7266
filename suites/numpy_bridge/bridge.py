"""What the claims about the bridge share: the dtypes that both sides have, and how to write what differs everywhere."""

from __future__ import annotations

import warnings
from typing import Any, Callable, NamedTuple

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


def window(dtype: torch.dtype | str) -> np.ndarray:
    """An array of three by five wide values that lies inside another: offset, stepped and transposed at once."""
    whole = draw.Sample((5, 13), 7, "wide", "transposed", ("max", "lowest", "-zero", "subnormal") * 9)(dtype)
    return whole[1:4, 2:12:2]


def writable(array_sample: draw.Sample, dtype: torch.dtype | str) -> np.ndarray:
    """The array of a sample; where its layout repeats elements, NumPy is told that writing is fine all the same."""
    array = array_sample(dtype)
    array.flags.writeable = True
    return array


def opposite(array: np.ndarray) -> np.ndarray:
    """An array of the same dtype that differs from the array in each element: 1 for 0, and 0 for all else."""
    return np.asarray(array == 0).astype(array.dtype)


def same_steps(tensor: torch.Tensor, array: np.ndarray) -> bool:
    """Whether both step alike through memory; along a side of 1, or without elements, there is no step to take."""
    pairs = zip(tensor.stride(), array.strides, array.shape)
    return not array.size or all(mine * array.itemsize == theirs for mine, theirs, side in pairs if side > 1)


def churn(size: int) -> list[np.ndarray]:
    """Allocate and fill blocks of a size, so that memory that was freed too early has new contents."""
    return [np.full(size, 255, np.uint8) for _ in range(64)]


def quietly(function: Callable[..., Any], *arguments: Any) -> Any:
    """Call one of NumPy's functions without NumPy 2's warning that torch has the protocol's old arguments."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "__array", DeprecationWarning)
        return function(*arguments)
