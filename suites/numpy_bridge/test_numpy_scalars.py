"""NumPy's scalars where tensors take numbers: as data, as operands, as values to store, as indices and sizes."""

import operator

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from suites.kit import bound, close, documents, draw, tensor

from .bridge import every_scalar, real_scalar, scalars

integer_types = pytest.mark.parametrize("integer", [np.int64, np.int32, np.int16, np.int8, np.uint8])
arithmetic = pytest.mark.parametrize("name", ["add", "sub", "mul", "truediv"])


@documents("torch.tensor", "torch.as_tensor")
@every_scalar
def test_makes_a_tensor_of_a_scalar(row, device):
    """torch.tensor and as_tensor of {row} are tensors with no dimensions, of that dtype and value."""
    close(torch.tensor(row.value, device=device), np.asarray(row.value), device=device)
    close(torch.as_tensor(row.value, device=device), np.asarray(row.value), device=device)


@documents("torch.tensor")
@every_scalar
def test_makes_a_tensor_of_a_list_of_scalars(row, device):
    """torch.tensor of nested lists of {row} has that dtype and those values."""
    array = np.array([[row.value, 1, row.value], [0, row.value, 1]], dtype=row.value.dtype)

    close(torch.tensor([list(line) for line in array], device=device), array, device=device)


@documents("torch.tensor")
@every_scalar
def test_casts_a_scalar(row):
    """torch.tensor of {row} with a dtype has the value in that dtype."""
    close(torch.tensor(row.value, dtype=torch.complex64), np.asarray(row.value).astype(np.complex64))


@documents("torch.tensor", "torch.as_tensor")
def test_makes_a_tensor_of_a_boolean():
    """torch.tensor and as_tensor of NumPy's booleans, alone and in lists, are boolean tensors."""
    close(torch.tensor(np.bool_(True)), np.array(True))
    close(torch.as_tensor(np.bool_(False)), np.array(False))
    close(torch.tensor([np.bool_(True), np.bool_(False)]), np.array([True, False]))


@documents("torch.tensor", "torch.uint16", "torch.uint32", since="2.3")
@pytest.mark.parametrize("unsigned", ["uint16", "uint32"])
def test_makes_a_tensor_of_an_unsigned_integer(unsigned):
    """torch.tensor of the largest unsigned integer of 16 or 32 bits has that dtype and value."""
    largest = np.dtype(unsigned).type(np.iinfo(unsigned).max)

    close(torch.tensor(largest), np.asarray(largest))
    close(torch.tensor([largest, largest]), np.asarray([largest, largest]))


@documents("torch.tensor", "torch.uint64", since="2.3")
def test_makes_a_tensor_of_an_unsigned_integer_of_64_bits():
    """torch.tensor of the largest unsigned integer of 64 bits has that dtype and value."""
    largest = np.uint64(2**64 - 1)

    close(torch.tensor(largest), np.asarray(largest))


@documents("torch.asarray", "torch.uint64", since="2.3")
def test_asarray_takes_an_unsigned_integer_of_64_bits():
    """torch.asarray of the largest unsigned integer of 64 bits has that dtype and value."""
    largest = np.uint64(2**64 - 1)

    close(torch.asarray(largest), np.asarray(largest))


@documents("torch.add", "torch.sub", "torch.mul", "torch.div")
@arithmetic
@real_scalar
@given(array=draw.arrays("float64", hard=draw.TAME))
def test_is_a_number_beside_a_tensor(row, name, array, device):
    """{row} beside a float64 tensor, on the right or the left, counts as the Python number of its value."""
    compute, number = getattr(operator, name), row.value.item()
    source, shifted = tensor(array, device), np.abs(array) + 1
    right, left = compute(array, number), compute(number, shifted)

    close(compute(source, row.value), right, bound.rounded(right), device=device)
    close(compute(row.value, tensor(shifted, device)), left, bound.rounded(left), device=device)


@documents("torch.add", "torch.mul", "tensor_attributes")
@scalars("float64", "float32", "float16", "int64")
@given(sample=draw.samples(layouts=draw.WRITABLE))
def test_does_not_widen_a_tensor(row, sample, device):
    """{row} beside a float32 or float16 tensor leaves its dtype alone, as a Python number does."""
    single, half = tensor(sample("float32"), device), tensor(sample("float16"), device)

    assert (single * row.value).dtype is torch.float32 and (row.value + single).dtype is torch.float32
    assert (half * row.value).dtype is torch.float16 and (row.value + half).dtype is torch.float16


@documents("torch.add", "torch.mul")
@given(array=draw.arrays("float64", hard=draw.TAME))
def test_a_complex128_is_a_number_beside_a_tensor(array, device):
    """np.complex128 beside a float64 tensor counts as the Python number of its value."""
    number = np.complex128(0.25 - 2j)

    close(tensor(array, device) + number, array + number, bound.rounded(array + number), device=device)
    close(number + tensor(array, device), array + number, bound.rounded(array + number), device=device)


@documents("torch.add", "torch.mul")
@given(array=draw.arrays("float64", hard=draw.TAME))
def test_a_complex64_is_a_number_beside_a_tensor(array, device):
    """np.complex64 beside a float64 tensor counts as the Python number of its value, imaginary part and all."""
    number = np.complex64(0.25 - 2j)

    close(tensor(array, device) + number, array + number, bound.rounded(array + number), device=device)


@documents("torch.Tensor.fill_", "torch.full")
@real_scalar
def test_fills_a_tensor(row, device):
    """fill_ and full take {row} for the Python number of its value."""
    array = np.full((2, 3), row.value)

    close(tensor(np.zeros_like(array), device).fill_(row.value), array, device=device)
    close(torch.full((2, 3), row.value, dtype=tensor(array).dtype, device=device), array, device=device)


@documents("torch.Tensor")
@scalars("float64", "complex128", "int64", "int32", "int16", "int8", "uint8")
@given(data=st.data())
def test_stores_a_scalar(row, data, device):
    """A tensor stores {row} at an index, and nothing beside it."""
    array = np.zeros((3, 4), row.value.dtype)
    target = tensor(array, device)
    place = data.draw(st.tuples(st.integers(-3, 2), st.integers(-4, 3)))

    target[place] = row.value
    array[place] = row.value

    close(target, array, device=device)


@documents("torch.Tensor", "torch.uint64", since="2.3")
def test_stores_an_unsigned_integer_of_64_bits(device):
    """A tensor of unsigned integers of 64 bits stores np.uint64 at an index."""
    target = tensor(np.zeros(3, np.uint64), device)

    target[1] = np.uint64(5)

    close(target, np.array([0, 5, 0], np.uint64), device=device)


@documents("torch.Tensor")
@integer_types
@given(array=draw.arrays(shape=draw.shapes(least=1, low=2)), data=st.data())
def test_is_an_index(integer, array, data, device):
    """NumPy's integers select rows and bound slices as Python's do, from the end too."""
    source, stop = tensor(array, device), integer(data.draw(st.integers(1, len(array))))
    index = integer(data.draw(st.integers(0 if integer is np.uint8 else -len(array), len(array) - 1)))

    close(source[index], array[index], device=device)
    close(source[:stop], array[:stop], device=device)
    close(source[index, ...], array[index, ...], device=device)


@documents("torch.zeros", "torch.Tensor.reshape", "torch.Tensor.permute", "torch.sum")
@integer_types
def test_is_a_size_and_a_dimension(integer, device):
    """NumPy's integers are sizes and dimensions as Python's are."""
    array = draw.lattice(0, (6,))
    source = tensor(array, device)

    close(torch.zeros(integer(2), integer(3), device=device), np.zeros((2, 3), np.float32), device=device)
    close(source.reshape(integer(2), integer(3)), array.reshape(2, 3), device=device)
    close(source.reshape(2, 3).permute(integer(1), integer(0)), array.reshape(2, 3).T, device=device)
    close(source.reshape(2, 3).sum(integer(1)), array.reshape(2, 3).sum(1), device=device)
