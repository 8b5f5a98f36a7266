"""item, tolist and Python's own conversions: a tensor's values as Python numbers, to the last bit."""

import numpy as np
import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st

from suites.kit import close, documents, draw, dtypes, tensor

every_dtype = pytest.mark.dtypes(*(dtype for dtype in dtypes.EVERY if dtype is not torch.bfloat16))
ONE_ELEMENT = st.sampled_from([(), (1,), (1, 1), (1, 1, 1)])


@documents("torch.Tensor.item")
@every_dtype
@given(sample=draw.samples(shape=ONE_ELEMENT))
def test_item_is_the_number(sample, dtype, device):
    """item of a tensor with one element, whatever its dimensions, is that number, with all of its digits."""
    array = sample(dtype)
    expected = array.item()

    number = tensor(array, device, dtype).item()

    assert type(number) is type(expected)
    close(np.asarray(number), np.asarray(expected))


@documents("torch.Tensor.tolist")
@every_dtype
@given(sample=draw.samples(shape=draw.shapes(low=1)))
def test_tolist_has_all_numbers(sample, dtype, device):
    """tolist has every number, with all of its digits, in lists nested as the dimensions are."""
    array = sample(dtype)

    close(np.asarray(tensor(array, device, dtype).tolist()), np.asarray(array.tolist()))


@documents("torch.Tensor.item", "torch.Tensor.tolist")
@given(sample=draw.samples(shape=draw.shapes(least=1, low=1)))
def test_bfloat16_keeps_all_digits(sample, device):
    """item and tolist of bfloat16, which NumPy lacks, are floats of the same value."""
    array = sample(torch.bfloat16)
    source = tensor(array, device, torch.bfloat16)

    close(np.asarray(source.tolist()), array.astype(np.float64))
    close(np.asarray(source.flatten()[-1].item()), array.astype(np.float64).flat[-1])


@documents("torch.Tensor.tolist")
@given(array=draw.arrays(shape=draw.shapes(least=1, low=0, high=2)))
def test_tolist_nests_as_the_dimensions_do(array, device):
    """tolist nests its lists as NumPy does, empty dimensions included."""
    shape = tensor(np.zeros(array.shape), device).tolist()

    assert shape == np.zeros(array.shape).tolist()


@documents("torch.Tensor.tolist", "torch.Tensor.item")
@every_dtype
@given(sample=draw.samples(shape=()))
def test_tolist_of_no_dimensions_is_a_number(sample, dtype, device):
    """tolist of a tensor with no dimensions is a Python number, as item gives it."""
    source = tensor(sample(dtype), device, dtype)

    assert type(source.tolist()) is type(source.item())
    close(np.asarray(source.tolist()), np.asarray(source.item()))


@documents("torch.Tensor.item", "torch.Tensor.tolist", "torch.uint16", "torch.uint32", "torch.uint64", since="2.3")
@pytest.mark.parametrize("unsigned", ["uint16", "uint32", "uint64"])
@given(sample=draw.samples(shape=draw.shapes(low=1)))
def test_wide_unsigned_integers_keep_all_digits(sample, unsigned, device):
    """item and tolist of unsigned integers of 16, 32 and 64 bits have all of their digits."""
    array = sample(unsigned)
    source = tensor(array, device)

    assert source.tolist() == array.tolist()
    assert source.flatten()[0].item() == array.flat[0]


@documents("torch.Tensor.item", "torch.Tensor.tolist")
@example(value=2**53 + 1)
@example(value=-(2**63) + 1)
@given(value=st.integers(-(2**63), 2**63 - 1))
def test_integers_beyond_double_precision_keep_all_digits(value, device):
    """item, tolist and int of an int64 have all of its digits, those beyond 2⁵³ too."""
    source = tensor(np.array([value]), device)

    assert (source.item(), source.tolist(), int(source)) == (value, [value], value)


@documents("torch.Tensor.item", "torch.uint64", since="2.3")
@pytest.mark.parametrize("value", [2**63, 2**64 - 1])
def test_int_of_a_large_unsigned_integer_is_its_value(value, device):
    """int of an unsigned integer of 64 bits is its value, as item gives it."""
    source = tensor(np.array(value, np.uint64), device)

    assert source.item() == value
    assert int(source) == value


@documents("torch.Tensor.item")
@given(sample=draw.samples(shape=ONE_ELEMENT, hard=draw.FINITE))
def test_python_converts_as_item_does(sample, dtype, device):
    """float, complex and bool of a tensor with one element are those of its item."""
    array = sample(dtype)
    source = tensor(array, device)

    assert (float(source), complex(source), bool(source)) == (array.item(), complex(array.item()), bool(array))


@documents("torch.Tensor.item")
@given(array=draw.arrays(shape=ONE_ELEMENT, hard=draw.FINITE))
def test_item_takes_tensors_that_require_grad(array, device):
    """item and tolist need no detach: they take a tensor that requires grad, which stays as it was."""
    source = tensor(array, device).requires_grad_()

    assert source.item() == array.item()
    assert source.tolist() == array.tolist()
    assert source.requires_grad


@documents("torch.Tensor.item", "torch.Tensor.tolist")
@given(array=draw.arrays("complex128", shape=ONE_ELEMENT))
def test_resolves_conjugate_and_negative_bits(array, device):
    """item and tolist of a conjugated tensor, and of its imaginary part, are its own values."""
    source = tensor(array, device).conj()

    close(np.asarray(source.item()), np.asarray(array.conj().item()))
    close(np.asarray(source.imag.tolist()), np.asarray((-array.imag).tolist()))


@documents("torch.Tensor.item")
@given(array=draw.arrays(shape=st.sampled_from([(0,), (2,), (2, 3), (1, 0), (1, 2)])))
def test_item_refuses_any_other_number_of_elements(array, device):
    """item of a tensor with no elements or with several raises."""
    source = tensor(array, device)

    with pytest.raises((RuntimeError, ValueError)):
        source.item()
