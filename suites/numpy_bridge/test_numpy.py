"""Tensor.numpy: a tensor becomes an array over the same memory."""

import numpy as np
import torch
from hypothesis import given

from suites.kit import close, documents, draw, share_memory, tensor

from .bridge import FROM_TENSOR, churn, in_both, same_steps, wide_unsigned, window


@documents("torch.Tensor.numpy", guide=FROM_TENSOR)
@given(array=draw.arrays(shape=draw.shapes(low=1), layouts=draw.WRITABLE))
def test_shares_memory_both_ways(array):
    """The array shares memory with the tensor: a write to either is seen by the other."""
    source = tensor(array)

    assert share_memory(source, source.numpy())


@documents("torch.Tensor.numpy", guide=FROM_TENSOR)
@in_both
def test_shares_memory_in_every_dtype(dtype):
    """The array shares memory with the tensor in every dtype: a write to either is seen by the other."""
    source = tensor(window(dtype))

    close(source.numpy(), window(dtype))
    assert same_steps(source, source.numpy())
    assert share_memory(source, source.numpy())


@documents("torch.Tensor.numpy", guide=FROM_TENSOR)
@in_both
@given(sample=draw.samples())
def test_keeps_values_shape_dtype_and_strides(sample, dtype):
    """The array has the tensor's values, shape, dtype and strides; it is an ndarray with 0 dimensions too."""
    array = sample(dtype)
    source = tensor(array)

    result = source.numpy()

    assert type(result) is np.ndarray
    close(result, array)
    assert same_steps(source, result)


@documents("torch.Tensor.numpy", guide=FROM_TENSOR)
@given(array=draw.arrays(shape=(37, 129), layouts=draw.WRITABLE))
def test_shares_all_of_a_large_tensor(array):
    """The array of a tensor of thousands of elements shares every one of them."""
    source = tensor(array)

    result = source.numpy()

    close(result, array)
    np.negative(result, out=result)
    close(source, -array)


@documents("torch.Tensor.numpy", guide=FROM_TENSOR)
@given(array=draw.arrays(shape=draw.shapes(least=1, low=2), layouts=draw.WRITABLE))
def test_a_view_gives_an_array_inside_the_whole(array):
    """The array of a view lies inside the array of the tensor that it is a view of, and can be written to."""
    source = tensor(array)

    part = source[1:].numpy()

    close(part, array[1:])
    assert part.flags.writeable
    assert share_memory(part, source.numpy()[1:])


@documents("torch.Tensor.numpy", guide=FROM_TENSOR)
@given(array=draw.arrays(shape=draw.shapes(low=1), layouts=draw.WRITABLE))
def test_gives_the_same_memory_each_time(array):
    """Two arrays of one tensor share memory with each other."""
    source = tensor(array)

    assert share_memory(source.numpy(), source.numpy())


@documents("torch.Tensor.numpy", guide=FROM_TENSOR)
@given(array=draw.arrays(shape=draw.shapes(low=1), layouts=draw.WRITABLE, hard=draw.FINITE))
def test_sees_what_is_added_in_place(array):
    """An addition in place to the tensor shows in the array."""
    source = tensor(array)
    result = source.numpy()

    source.add_(1)

    close(result, array + 1)


@documents("torch.Tensor.numpy", "torch.uint16", "torch.uint32", "torch.uint64", guide=FROM_TENSOR, since="2.3")
@wide_unsigned
def test_keeps_wide_unsigned_integers(unsigned):
    """Unsigned integers of 16, 32 and 64 bits keep their values and dtype and share memory."""
    array = window(unsigned)
    source = tensor(array)

    close(source.numpy(), array)
    assert share_memory(source, source.numpy())


@documents("torch.Tensor.numpy", guide=FROM_TENSOR)
def test_array_outlives_the_tensor():
    """The array keeps the memory alive when the tensor is gone."""
    array = draw.normal(0, 4099)
    result = tensor(array).numpy()

    blocks = churn(array.nbytes)

    close(result, array)
    assert blocks


@documents("torch.Tensor.numpy", guide=FROM_TENSOR)
def test_tensor_outlives_the_array():
    """The tensor keeps its memory when the array is gone."""
    array = draw.normal(0, 4099)
    source = tensor(array)

    source.numpy().fill(0.5)
    blocks = churn(array.nbytes)

    close(source, np.full_like(array, 0.5))
    assert blocks


@documents("torch.Tensor.numpy", guide=FROM_TENSOR)
def test_prints_as_the_guide_shows():
    """The tensor of five ones and its array print as in the guide."""
    t = torch.ones(5)
    n = t.numpy()

    assert f"t: {t}" == "t: tensor([1., 1., 1., 1., 1.])"
    assert f"n: {n}" == "n: [1. 1. 1. 1. 1.]"


@documents("torch.Tensor.numpy", guide=FROM_TENSOR)
def test_prints_a_change_as_the_guide_shows():
    """After t.add_(1) the tensor and its array print twos, as in the guide."""
    t = torch.ones(5)
    n = t.numpy()

    t.add_(1)

    assert f"t: {t}" == "t: tensor([2., 2., 2., 2., 2.])"
    assert f"n: {n}" == "n: [2. 2. 2. 2. 2.]"
