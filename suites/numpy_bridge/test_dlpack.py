"""DLPack: arrays and tensors exchanged without either library knowing the other."""

import numpy as np
import pytest
import torch
from hypothesis import example, given

from suites.kit import close, documents, draw, share_memory, tensor

from .bridge import churn, numbers_in_both, opposite, same_steps, wide_unsigned, window

REFUSALS = (BufferError, RuntimeError)
WRITABLE = {"shape": draw.shapes(low=1), "layouts": draw.WRITABLE}


@documents("torch.from_dlpack")
@given(sample=draw.samples(layouts=draw.WRITABLE))
def test_from_dlpack_keeps_values_shape_dtype_and_strides(sample, dtype):
    """torch.from_dlpack of an array has its values, shape, dtype and strides."""
    array = sample(dtype)

    result = torch.from_dlpack(array)

    close(result, array)
    assert same_steps(result, array)


@documents("torch.from_dlpack")
@numbers_in_both
def test_from_dlpack_shares_memory_with_an_array(dtype):
    """torch.from_dlpack of an array has its values in every dtype and shares memory with it both ways."""
    array = window(dtype)

    close(torch.from_dlpack(array), array)
    assert same_steps(torch.from_dlpack(array), array)
    assert share_memory(torch.from_dlpack(array), array)


@documents("torch.from_dlpack")
@given(array=draw.arrays(**WRITABLE))
def test_from_dlpack_shares_memory_with_a_tensor(array, device):
    """torch.from_dlpack of a tensor has its values on its device and shares memory with it both ways."""
    source = tensor(array, device)

    result = torch.from_dlpack(source)

    close(result, array, device=device)
    assert share_memory(result, source)


@documents("torch.utils.dlpack.to_dlpack", "torch.utils.dlpack.from_dlpack")
@given(array=draw.arrays(**WRITABLE))
def test_a_capsule_shares_memory(array, device):
    """The tensor that from_dlpack makes of to_dlpack's capsule shares memory with the first both ways."""
    source = tensor(array, device)

    result = torch.utils.dlpack.from_dlpack(torch.utils.dlpack.to_dlpack(source))

    close(result, array, device=device)
    assert share_memory(result, source)


@documents("torch.Tensor.__dlpack__")
@given(sample=draw.samples())
def test_numpy_gets_values_shape_dtype_and_strides(sample, dtype):
    """np.from_dlpack of a tensor has its values, shape, dtype and strides."""
    array = sample(dtype)
    source = tensor(array)

    result = np.from_dlpack(source)

    close(result, array)
    assert same_steps(source, result)


@documents("torch.Tensor.__dlpack__")
@numbers_in_both
def test_numpy_sees_writes_to_the_tensor(dtype):
    """np.from_dlpack of a tensor shares its memory: the array shows what is written to the tensor."""
    array = window(dtype)
    source = tensor(array)
    result = np.from_dlpack(source)

    source.copy_(tensor(opposite(array)))

    close(result, opposite(array))
    assert same_steps(source, result)


@documents("torch.from_dlpack", "torch.Tensor.__dlpack__")
@example(array=np.array([True, False]))
@given(array=draw.arrays("bool", layouts=draw.WRITABLE))
def test_exchanges_booleans(array):
    """Booleans pass through DLPack in both directions."""
    close(torch.from_dlpack(array), array)
    close(np.from_dlpack(tensor(array)), array)


@documents("torch.from_dlpack", "torch.Tensor.__dlpack__", "torch.uint16", "torch.uint32", "torch.uint64", since="2.3")
@wide_unsigned
def test_exchanges_wide_unsigned_integers(unsigned):
    """Unsigned integers of 16, 32 and 64 bits pass through DLPack in both directions."""
    array = window(unsigned)

    close(torch.from_dlpack(array), array)
    close(np.from_dlpack(tensor(array)), array)


@documents("torch.from_dlpack")
@given(sample=draw.samples(shape=draw.shapes(least=1, low=1), layouts=draw.WRITABLE))
def test_exchanges_bfloat16_between_tensors(sample, device):
    """bfloat16, which NumPy lacks, passes from tensor to tensor."""
    array = sample(torch.bfloat16)
    source = tensor(array, device, torch.bfloat16)

    result = torch.from_dlpack(source)

    close(result, array, dtype=torch.bfloat16, device=device)
    assert share_memory(result, source)


@documents("torch.Tensor.__dlpack__", "torch.from_dlpack")
@given(array=draw.arrays())
def test_refuses_tensors_that_require_grad(array, device):
    """A tensor that requires grad is not exported; its detached twin is."""
    source = tensor(array, device).requires_grad_()

    with pytest.raises(REFUSALS):
        source.__dlpack__()
    with pytest.raises(REFUSALS):
        torch.from_dlpack(source)
    close(torch.from_dlpack(source.detach()), array, device=device)


@documents("torch.Tensor.__dlpack__", "torch.from_dlpack")
@given(array=draw.arrays("complex64"))
def test_refuses_the_conjugate_bit(array, device):
    """A tensor with its conjugate bit set is not exported."""
    source = tensor(array, device).conj()

    with pytest.raises(REFUSALS):
        source.__dlpack__()
    with pytest.raises(REFUSALS):
        torch.from_dlpack(source)


@documents("torch.Tensor.__dlpack__", "torch.from_dlpack")
@example(array=np.array([1 - 2j]))
@given(array=draw.arrays("complex128"))
def test_keeps_the_values_behind_the_negative_bit(array, device):
    """A tensor with its negative bit set arrives with its own values."""
    source = tensor(array, device).conj().imag

    close(torch.from_dlpack(source), -array.imag, device=device)


@documents("torch.Tensor.__dlpack__")
@given(array=draw.arrays(shape=draw.shapes(least=1, low=1)))
def test_refuses_sparse_layouts(array, device):
    """A sparse tensor is not exported."""
    with pytest.raises(REFUSALS):
        tensor(array, device).to_sparse().__dlpack__()


@documents("torch.Tensor.__dlpack_device__")
def test_says_that_it_lies_on_the_cpu():
    """A CPU tensor says that it lies on DLPack's device of kind 1, the CPU, and number 0."""
    assert tuple(tensor(draw.normal(0, 3)).__dlpack_device__()) == (1, 0)


@documents("torch.from_dlpack")
def test_tensor_outlives_the_array():
    """The tensor keeps the memory alive when the array is gone."""
    array = draw.normal(0, 4099)
    result = torch.from_dlpack(array.copy())

    blocks = churn(array.nbytes)

    close(result, array)
    assert blocks


@documents("torch.Tensor.__dlpack__")
def test_array_outlives_the_tensor():
    """NumPy's array keeps the memory alive when the tensor is gone."""
    array = draw.normal(0, 4099)
    result = np.from_dlpack(tensor(array))

    blocks = churn(array.nbytes)

    close(result, array)
    assert blocks


@documents("torch.from_dlpack", since="2.13")
@given(array=draw.arrays(**WRITABLE))
def test_from_dlpack_copies_on_demand(array):
    """torch.from_dlpack with copy=True has the values and does not share memory; with copy=False it shares."""
    copied = torch.from_dlpack(array, copy=True)

    close(copied, array)
    assert not share_memory(copied, array)
    assert share_memory(torch.from_dlpack(array, copy=False), array)
