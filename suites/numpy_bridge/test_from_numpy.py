"""torch.from_numpy: an array becomes a tensor over the same memory."""

import weakref

import numpy as np
import pytest
import torch
from hypothesis import given

from suites.kit import close, documents, draw, share_memory

from .bridge import FROM_ARRAY, churn, in_both, same_steps, wide_unsigned, window, writable


@documents("torch.from_numpy", guide=FROM_ARRAY)
@given(array=draw.arrays(shape=draw.shapes(low=1), layouts=draw.WRITABLE))
def test_shares_memory_both_ways(array):
    """The tensor shares memory with the array: a write to either is seen by the other."""
    assert share_memory(torch.from_numpy(array), array)


@documents("torch.from_numpy", guide=FROM_ARRAY)
@in_both
def test_shares_memory_in_every_dtype(dtype):
    """The tensor shares memory with the array in every dtype: a write to either is seen by the other."""
    array = window(dtype)

    close(torch.from_numpy(array), array)
    assert same_steps(torch.from_numpy(array), array)
    assert share_memory(torch.from_numpy(array), array)


@documents("torch.from_numpy", guide=FROM_ARRAY)
@in_both
@given(sample=draw.samples())
def test_keeps_values_shape_dtype_and_strides(sample, dtype):
    """The tensor has the array's values, shape, dtype and strides, on the CPU."""
    array = writable(sample, dtype)

    result = torch.from_numpy(array)

    close(result, array)
    assert same_steps(result, array)


@documents("torch.from_numpy", guide=FROM_ARRAY)
@given(array=draw.arrays(shape=(37, 129), layouts=draw.WRITABLE))
def test_shares_all_of_a_large_array(array):
    """The tensor of an array of thousands of elements shares every one of them."""
    expected = -array

    torch.from_numpy(array).neg_()

    close(array, expected)


@documents("torch.from_numpy", guide=FROM_ARRAY)
@given(array=draw.arrays(layouts=draw.WRITABLE))
def test_makes_a_leaf_without_gradient(array):
    """The tensor is a leaf that does not require grad."""
    result = torch.from_numpy(array)

    assert result.is_leaf
    assert not result.requires_grad


@documents("torch.from_numpy", guide=FROM_ARRAY)
@given(array=draw.arrays(shape=draw.shapes(least=1, low=2), layouts=draw.WRITABLE))
def test_a_view_gives_a_tensor_inside_the_whole(array):
    """The tensor of a part of an array shares memory with the tensor of the whole."""
    whole = torch.from_numpy(array)

    part = torch.from_numpy(array[1:])

    close(part, array[1:])
    assert share_memory(part, whole[1:])


@documents("torch.from_numpy", guide=FROM_ARRAY)
@given(array=draw.arrays(shape=draw.shapes(low=1), layouts=draw.WRITABLE, hard=draw.FINITE))
def test_sees_what_numpy_adds(array):
    """np.add(n, 1, out=n) shows in the tensor."""
    result = torch.from_numpy(array)
    expected = array + 1

    np.add(array, 1, out=array)

    close(result, expected)


@documents("torch.from_numpy", guide=FROM_ARRAY)
def test_prints_as_the_guide_shows():
    """After np.add(n, 1, out=n) the tensor and the array print twos, the tensor with its dtype, as in the guide."""
    n = np.ones(5)
    t = torch.from_numpy(n)

    np.add(n, 1, out=n)

    assert f"t: {t}" == "t: tensor([2., 2., 2., 2., 2.], dtype=torch.float64)"
    assert f"n: {n}" == "n: [2. 2. 2. 2. 2.]"


@documents("torch.from_numpy", "torch.uint16", "torch.uint32", "torch.uint64", guide=FROM_ARRAY, since="2.3")
@wide_unsigned
def test_keeps_wide_unsigned_integers(unsigned):
    """Unsigned integers of 16, 32 and 64 bits keep their values and dtype and share memory."""
    array = window(unsigned)

    result = torch.from_numpy(array)

    close(result, array)
    assert share_memory(result, array)


@documents("torch.from_numpy", guide=FROM_ARRAY)
@given(array=draw.arrays(shape=draw.shapes(low=1), layouts=draw.WRITABLE))
def test_is_not_resizable(array):
    """The tensor cannot be made larger: resize_ raises RuntimeError and the array stays as it was."""
    before = array.copy()
    result = torch.from_numpy(array)

    with pytest.raises(RuntimeError):
        result.resize_(array.size * 2 + 8)
    close(array, before)


@documents("torch.from_numpy", guide=FROM_ARRAY)
def test_tensor_outlives_the_array():
    """The tensor keeps the memory alive when the array is gone, and lets go of it in the end."""
    array = draw.normal(0, 4099)
    expected, owner = array.copy(), weakref.ref(array)
    result = torch.from_numpy(array)

    del array
    blocks = churn(expected.nbytes)

    close(result, expected)
    assert blocks and owner() is not None
    del result
    assert owner() is None


@documents("torch.from_numpy", guide=FROM_ARRAY)
def test_a_view_outlives_the_array_and_the_tensor():
    """A view of the tensor keeps the array's memory alive when the array and the tensor are gone."""
    array = draw.normal(0, 4099)
    expected = array[::2].copy()
    view = torch.from_numpy(array)[::2]

    del array
    blocks = churn(expected.nbytes)

    close(view, expected)
    assert blocks


@documents("torch.from_numpy", "torch.Tensor.numpy", guide=(*FROM_ARRAY, "Tensor to NumPy array"))
@in_both
def test_there_and_back_is_the_same_memory(dtype):
    """An array that becomes a tensor and an array again is the same memory with the same dtype and strides."""
    array = window(dtype)

    again = torch.from_numpy(array).numpy()

    assert (again.dtype, again.shape, again.strides) == (array.dtype, array.shape, array.strides)
    assert share_memory(again, array)
