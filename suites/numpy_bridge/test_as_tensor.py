"""torch.as_tensor shares what it can; torch.tensor always copies."""

import numpy as np
import pytest
import torch
from hypothesis import example, given

from suites.kit import bound, close, documents, draw, share_memory, tensor, unchanged

from .bridge import FROM_ARRAY, in_both, window, writable

WRITABLE = {"shape": draw.shapes(low=1), "layouts": draw.WRITABLE}


@documents("torch.as_tensor", guide=FROM_ARRAY)
@in_both
def test_as_tensor_shares_memory_with_an_array(dtype):
    """as_tensor of an array without another dtype or device shares memory with it, as from_numpy does."""
    array = window(dtype)

    result = torch.as_tensor(array)

    close(result, array)
    assert share_memory(result, array)


@documents("torch.as_tensor", guide=FROM_ARRAY)
@given(array=draw.arrays(**WRITABLE))
def test_as_tensor_shares_when_the_dtype_is_the_same(array):
    """as_tensor shares memory when the dtype asked for is the array's own."""
    result = torch.as_tensor(array, dtype=torch.float64)

    close(result, array)
    assert share_memory(result, array)


@documents("torch.as_tensor", guide=FROM_ARRAY)
@pytest.mark.dtypes(torch.float32, torch.float16, torch.complex128)
@given(array=draw.arrays(**WRITABLE))
def test_as_tensor_copies_to_another_dtype(array, dtype):
    """as_tensor of an array gives the values in the dtype asked for, and then does not share memory."""
    result = torch.as_tensor(array, dtype=dtype)

    close(result, array, bound.rounded(array), dtype=dtype)
    assert not share_memory(result, array)


@documents("torch.as_tensor", guide=FROM_ARRAY)
@given(array=draw.arrays(**WRITABLE))
def test_as_tensor_shares_on_the_cpu_alone(array, device):
    """as_tensor with a device gives a tensor there, which shares the array's memory exactly if that is the CPU."""
    result = torch.as_tensor(array, device=device)

    close(result, array, device=device)
    assert share_memory(result, array) == (torch.device(device).type == "cpu")


@documents("torch.as_tensor")
@given(array=draw.arrays())
def test_as_tensor_returns_a_tensor_itself(array, device):
    """as_tensor of a tensor that has the dtype and device already is that tensor."""
    source = tensor(array, device)

    assert torch.as_tensor(source) is source
    assert torch.as_tensor(source, dtype=torch.float64, device=source.device) is source


@documents("torch.as_tensor")
@given(array=draw.arrays(**WRITABLE))
def test_as_tensor_copies_a_tensor_to_another_dtype(array, device):
    """as_tensor of a tensor of another dtype is what .to(dtype) gives: a copy, and the tensor stays as it was."""
    source = tensor(array, device)

    with unchanged(source):
        result = torch.as_tensor(source, dtype=torch.float32)

    close(result, draw.cast(array, "float32"), device=device)
    assert not share_memory(result, source)


@documents("torch.as_tensor")
@given(array=draw.arrays(hard=draw.TAME))
def test_as_tensor_keeps_the_autograd_history(array, device):
    """A gradient flows back through as_tensor, also when the dtype changes."""
    leaf = tensor(array, device).requires_grad_()

    torch.as_tensor(leaf, dtype=torch.float32).backward(tensor(np.full(array.shape, 0.5, np.float32), device))

    close(leaf.grad, np.full(array.shape, 0.5), device=device)


@documents("torch.as_tensor")
@given(array=draw.arrays(shape=draw.shapes(least=1, low=1)))
def test_as_tensor_takes_lists_and_numbers(array, device):
    """as_tensor of nested lists and of a number has their values."""
    close(torch.as_tensor(array.tolist(), dtype=torch.float64, device=device), array, device=device)
    close(torch.as_tensor(float(array.flat[0]), dtype=torch.float64, device=device), array.flat[0], device=device)


@documents("torch.tensor", guide=FROM_ARRAY)
@given(sample=draw.samples())
def test_tensor_has_the_values_of_an_array(sample, dtype, device):
    """torch.tensor of an array has its values, shape and dtype, whatever its strides."""
    array = sample(dtype)

    result = torch.tensor(array, device=device)

    close(result, array, device=device)
    assert result.is_leaf and not result.requires_grad


@documents("torch.tensor", guide=FROM_ARRAY)
@in_both
def test_tensor_copies_an_array(dtype):
    """torch.tensor of an array has its values in every dtype and never shares memory with it."""
    array = window(dtype)

    close(torch.tensor(array), array)
    assert not share_memory(torch.tensor(array), array)
    assert not share_memory(torch.tensor(array, dtype=dtype, device="cpu"), array)


@documents("torch.tensor", guide=FROM_ARRAY)
@pytest.mark.dtypes(torch.float32, torch.float16, torch.complex128)
@given(sample=draw.samples())
def test_tensor_casts_an_array(sample, dtype, device):
    """torch.tensor of an array with a dtype has the values rounded to that dtype."""
    array = writable(sample, "float64")

    close(torch.tensor(array, dtype=dtype, device=device), array, bound.rounded(array), dtype=dtype, device=device)


@documents("torch.tensor", guide=FROM_ARRAY)
@example(array=np.arange(4.0))
@given(array=draw.arrays(shape=draw.shapes(least=1, low=2)))
def test_tensor_copies_an_array_that_runs_backwards(array):
    """torch.tensor, which always copies, takes an array with negative strides."""
    close(torch.tensor(array[::-1]), array[::-1])
