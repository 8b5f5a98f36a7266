"""torch.asarray: from arrays, tensors, buffers and scalars, sharing memory, copying it, or refusing to copy."""

import array as buffers

import numpy as np
import pytest
import torch
from hypothesis import given

from suites.kit import bound, close, documents, draw, share_memory, tensor

from .bridge import FROM_ARRAY, every_scalar, in_both, scalars, window

WRITABLE = {"shape": draw.shapes(least=1, low=1), "layouts": draw.WRITABLE}
REFUSALS = (ValueError, RuntimeError)


@documents("torch.asarray", guide=FROM_ARRAY)
@in_both
def test_shares_memory_with_an_array(dtype):
    """asarray of an array shares memory with it, without copy and with copy=False."""
    array = window(dtype)

    close(torch.asarray(array), array)
    assert share_memory(torch.asarray(array), array)
    assert share_memory(torch.asarray(array, copy=False), array)


@documents("torch.asarray", guide=FROM_ARRAY)
@in_both
def test_shares_memory_with_an_array_without_dimensions(dtype):
    """asarray of an array with no dimensions shares memory with it, without copy and with copy=False."""
    array = window(dtype)[1, 2, ...]

    close(torch.asarray(array), array)
    assert share_memory(torch.asarray(array), array)
    assert share_memory(torch.asarray(array, copy=False), array)


@documents("torch.asarray", guide=FROM_ARRAY)
@in_both
def test_copies_an_array_on_demand(dtype):
    """asarray with copy=True has the array's values and does not share its memory."""
    array = window(dtype)

    result = torch.asarray(array, copy=True)

    close(result, array)
    assert not share_memory(result, array)


@documents("torch.asarray", guide=FROM_ARRAY)
@pytest.mark.dtypes(torch.float32, torch.float16, torch.complex128)
@given(array=draw.arrays(**WRITABLE))
def test_copies_an_array_to_another_dtype(array, dtype):
    """asarray of an array with another dtype has the values rounded to it and does not share memory."""
    result = torch.asarray(array, dtype=dtype)

    close(result, array, bound.rounded(array), dtype=dtype)
    assert not share_memory(result, array)


@documents("torch.asarray", guide=FROM_ARRAY)
@given(array=draw.arrays(**WRITABLE))
def test_shares_on_the_cpu_alone(array, device):
    """asarray with a device gives a tensor there, which shares the array's memory exactly if that is the CPU."""
    result = torch.asarray(array, device=device)

    close(result, array, device=device)
    assert share_memory(result, array) == (torch.device(device).type == "cpu")


@documents("torch.asarray", guide=FROM_ARRAY)
@given(array=draw.arrays(**WRITABLE))
def test_raises_where_a_copy_is_needed_and_forbidden(array):
    """asarray with copy=False and another dtype raises, of an array and of a tensor."""
    with pytest.raises(REFUSALS):
        torch.asarray(array, dtype=torch.float32, copy=False)
    with pytest.raises(REFUSALS):
        torch.asarray(torch.from_numpy(array), dtype=torch.float32, copy=False)


@documents("torch.asarray")
@given(array=draw.arrays(shape=draw.shapes(least=1, low=1)))
def test_a_sequence_cannot_be_shared(array):
    """asarray of a list has its values, and with copy=False it raises."""
    close(torch.asarray(array.tolist(), dtype=torch.float64), array)
    with pytest.raises(REFUSALS):
        torch.asarray(array.tolist(), copy=False)


@documents("torch.asarray")
@given(array=draw.arrays(**WRITABLE))
def test_shares_memory_with_a_tensor(array, device):
    """asarray of a tensor shares memory with it, unless copy=True."""
    source = tensor(array, device)

    close(torch.asarray(source), array, device=device)
    assert share_memory(torch.asarray(source), source)
    assert share_memory(torch.asarray(source, copy=False), source)
    assert not share_memory(torch.asarray(source, copy=True), source)


@documents("torch.asarray")
@given(array=draw.arrays())
def test_sets_requires_grad(array, device):
    """asarray with requires_grad=True gives a leaf that requires grad, of an array and of a tensor."""
    for_array = torch.asarray(array.copy(), device=device, requires_grad=True)
    for_tensor = torch.asarray(tensor(array, device), requires_grad=True)

    assert for_array.requires_grad and for_array.is_leaf
    assert for_tensor.requires_grad and for_tensor.is_leaf


@documents("torch.asarray")
@given(array=draw.arrays(hard=draw.TAME))
def test_keeps_the_autograd_history_on_demand(array, device):
    """asarray with requires_grad=True keeps a tensor's history: gradients flow back through it."""
    leaf = tensor(array, device).requires_grad_()

    torch.asarray(leaf * 2, requires_grad=True).backward(tensor(np.full(array.shape, 0.5), device))

    close(leaf.grad, np.full(array.shape, 1.0), device=device)


@documents("torch.asarray")
@given(array=draw.arrays(**WRITABLE))
def test_drops_the_autograd_history_on_demand(array, device):
    """asarray with requires_grad=False gives a tensor without history over the same memory."""
    source = tensor(array, device).requires_grad_().neg()

    result = torch.asarray(source, requires_grad=False)

    assert not result.requires_grad and result.grad_fn is None
    assert share_memory(result, source)
    assert source.requires_grad


@documents("torch.asarray", "torch.utils.dlpack.to_dlpack")
@given(array=draw.arrays(**WRITABLE))
def test_shares_memory_with_a_capsule(array):
    """asarray of a DLPack capsule shares memory with the tensor that it came from."""
    source = tensor(array)

    result = torch.asarray(torch.utils.dlpack.to_dlpack(source))

    close(result, array)
    assert share_memory(result, source)


@documents("torch.asarray")
@in_both
def test_reads_a_buffer_in_the_dtype_asked_for(dtype):
    """asarray of a buffer with a dtype groups its bytes so and shares its memory; a copy does not."""
    array = window(dtype).ravel()
    buffer = bytearray(array.tobytes())
    memory = np.frombuffer(buffer, array.dtype)

    close(torch.asarray(buffer, dtype=dtype), array)
    assert share_memory(torch.asarray(buffer, dtype=dtype), memory)
    assert not share_memory(torch.asarray(buffer, dtype=dtype, copy=True), memory)


@documents("torch.asarray", until="2.14")
def test_reads_a_buffer_in_the_default_dtype():
    """asarray of a buffer without a dtype groups its bytes to the default floating dtype."""
    values = draw.normal(0, 5, dtype="float32")

    close(torch.asarray(bytearray(values.tobytes())), values)


@documents("torch.asarray", since="2.15")
@pytest.mark.parametrize("code", ["b", "B", "h", "i", "q", "f", "d"])
def test_reads_a_buffer_in_its_own_format(code):
    """asarray of a buffer without a dtype takes the dtype from the buffer's format."""
    values = np.arange(-3, 4).astype(code)

    close(torch.asarray(buffers.array(code, values.tobytes())), values)


@documents("torch.asarray")
@every_scalar
def test_takes_numpy_scalars(row):
    """asarray of {row} is a tensor with no dimensions, of that dtype and value."""
    close(torch.asarray(row.value), np.asarray(row.value))


@documents("torch.asarray")
def test_takes_numpy_booleans():
    """asarray of NumPy's booleans is a boolean tensor with no dimensions."""
    close(torch.asarray(np.bool_(True)), np.array(True))
    close(torch.asarray(np.bool_(False)), np.array(False))


@documents("torch.asarray")
@scalars("float64", "complex128", "int64")
def test_casts_numpy_scalars(row):
    """asarray of {row} with a dtype has the value in that dtype."""
    close(torch.asarray(row.value, dtype=torch.complex64), np.asarray(row.value).astype(np.complex64))


@documents("torch.asarray")
@given(array=draw.arrays(shape=()))
def test_takes_python_numbers(array, device):
    """asarray of a Python float has the default dtype, or the dtype asked for, on the device asked for."""
    number = float(array)

    close(torch.asarray(number, device=device), draw.cast(array, "float32"), device=device)
    close(torch.asarray(number, dtype=torch.float64, device=device), array, device=device)
