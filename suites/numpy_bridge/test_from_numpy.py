"""torch.from_numpy: an array becomes a tensor over the same memory."""

import numpy as np
import pytest
import torch
from hypothesis import given

from suites.kit import close, documents, draw, share_memory

GUIDE = ("Bridge with NumPy", "NumPy array to Tensor")


@documents("torch.from_numpy", guide=GUIDE)
@given(draw.arrays(shape=draw.shapes(low=1), layouts=draw.WRITABLE))
def test_shares_memory_both_ways(array):
    """The tensor shares memory with the array: a write to either is seen by the other."""
    tensor = torch.from_numpy(array)

    assert share_memory(tensor, array)


@documents("torch.from_numpy", guide=GUIDE)
@pytest.mark.dtypes(torch.float64, torch.float32, torch.float16, torch.complex64, torch.int64, torch.uint8, torch.bool)
@given(sample=draw.samples())
def test_keeps_values_shape_dtype_and_strides(sample, dtype):
    """The tensor has the array's values, shape, dtype and strides, on the CPU."""
    array = sample(dtype)
    array.flags.writeable = True

    tensor = torch.from_numpy(array)

    close(tensor, array)
    assert tensor.stride() == tuple(step // array.itemsize for step in array.strides)
