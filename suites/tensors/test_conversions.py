"""Tensors as Python values: numbers, lists, truth, indices; and whether two tensors are equal."""

import math
import operator

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from suites.kit import array, close, documents, draw, dtypes, tensor

GUIDE = ("Operations on Tensors", "Arithmetic operations")
SINGLE = st.sampled_from([(), (1,), (1, 1, 1)])
NUMBERS = {torch.bool: bool, **dict.fromkeys(dtypes.INTEGRAL, int), **dict.fromkeys(dtypes.FLOATING, float),
           **dict.fromkeys(dtypes.COMPLEX, complex)}  # fmt: skip
UNEQUAL = (((2,), (1,)), ((1,), ()), ((2, 3), (3, 2)), ((1, 3), (3,)), ((0, 2), (0,)), ((3,), (3, 3)))


def same(found, expected):
    """The same Python value, where NaN is like NaN and zeros have signs."""
    return repr(found) == repr(expected)


@documents("torch.Tensor.item", guide=GUIDE)
@pytest.mark.dtypes(*dtypes.EVERY)
@given(sample=draw.samples(shape=SINGLE))
def test_is_a_number(sample, device, dtype):
    """item() of a tensor of one element, whatever its dimensions, is the Python number of its value and kind."""
    x = tensor(sample(dtype), device, dtype)

    assert type(x.item()) is NUMBERS[dtype]
    assert same(x.item(), sample(dtype).item())


@documents("torch.Tensor.item", guide=GUIDE)
@pytest.mark.parametrize("shape", [(0,), (2,), (1, 3)], ids=str)
def test_is_no_number_unless_it_has_one_element(shape, device):
    """item() of a tensor of another number of elements raises RuntimeError or ValueError."""
    with pytest.raises((RuntimeError, ValueError)):
        tensor(draw.normal(1, *shape), device).item()


@documents("torch.Tensor.item")
@pytest.mark.parametrize("value", [2**53 + 1, 2**63 - 1, -(2**63)])
def test_keeps_all_digits_of_integers(value, device):
    """item(), int() and tolist() of int64 are exact beyond 2⁵³."""
    x = tensor(np.array(value), device)

    assert x.item() == int(x) == x.tolist() == operator.index(x) == value


@documents("torch.Tensor.tolist")
@pytest.mark.dtypes(*dtypes.FLOATING, torch.complex64, torch.int64, torch.uint8, torch.bool)
@given(sample=draw.samples())
def test_is_a_nested_list(sample, device, dtype):
    """tolist() is a nested list of Python numbers in the order of the elements, a number for a 0-dim tensor."""
    x = tensor(sample(dtype), device, dtype)

    assert same(x.tolist(), sample(dtype).tolist())


@documents("torch.Tensor.__bool__", "torch.Tensor.is_nonzero", "torch.is_nonzero")
@pytest.mark.dtypes(*dtypes.EVERY)
@given(sample=draw.samples(shape=SINGLE))
def test_is_true_unless_zero(sample, device, dtype):
    """A tensor of one element is true unless it is 0 of either sign: NaN is true."""
    x = tensor(sample(dtype), device, dtype)
    expected = bool(sample(dtype).item())

    assert bool(x) is x.is_nonzero() is torch.is_nonzero(x) is expected
    assert (not x) is not expected


@documents("torch.Tensor.__bool__", "torch.is_nonzero")
@pytest.mark.parametrize("value", [math.nan, math.inf, -0.0, 0.0, 1e-40, -2.5])
@pytest.mark.dtypes(*dtypes.FLOATING[:2])
def test_is_true_of_nan_and_small_numbers(value, device, dtype):
    """NaN, infinities, subnormal and negative numbers are true, zeros are not."""
    x = tensor(np.array(value, dtypes.in_numpy(dtype)), device)

    assert bool(x) is torch.is_nonzero(x) is x.is_nonzero() is (value != 0)


@documents("torch.Tensor.__bool__", "torch.is_nonzero")
@pytest.mark.parametrize("shape", [(0,), (2,), (1, 2)], ids=str)
def test_is_neither_true_nor_false(shape, device):
    """The truth of a tensor of more or less than one element is ambiguous and raises RuntimeError."""
    x = tensor(draw.normal(1, *shape), device)

    with pytest.raises(RuntimeError):
        bool(x)
    with pytest.raises(RuntimeError):
        torch.is_nonzero(x)


@documents("torch.Tensor.__int__", "torch.Tensor.__float__", "torch.Tensor.__complex__")
@given(value=st.floats(-1e6, 1e6), shape=SINGLE)
def test_converts_to_python_numbers(value, shape, device):
    """int() truncates the one element towards zero, float() and complex() keep it."""
    x = tensor(np.full(shape, value), device)

    assert int(x) == int(value) and float(x) == value and complex(x) == complex(value)
    assert (type(int(x)), type(float(x)), type(complex(x))) == (int, float, complex)


@documents("torch.Tensor.__index__")
@pytest.mark.dtypes(*dtypes.INTEGRAL)
def test_is_an_index_if_integer(device, dtype):
    """An integer tensor of one element indexes a Python list."""
    x = tensor(np.array(2, dtypes.in_numpy(dtype)), device)

    assert operator.index(x) == 2 and ["a", "b", "c"][x] == "c" and list(range(5))[x:] == [2, 3, 4]


@documents("torch.Tensor.__index__")
@pytest.mark.parametrize("value", [1.0, 1.5, 1j, [1, 2], []], ids=str)
def test_is_no_index_if_not_integer(value, device):
    """Floating and complex tensors, and those of several elements, raise TypeError where an index is wanted."""
    with pytest.raises(TypeError):
        operator.index(tensor(np.array(value), device))


@documents("torch.equal", "torch.Tensor.equal")
@pytest.mark.dtypes(torch.float64, torch.float16, torch.complex64, torch.int64, torch.bool)
@given(sample=draw.samples(hard=("zero", "one", "inf", "max", "tiny")))
def test_equals_a_copy(sample, device, dtype):
    """torch.equal is True of two tensors of the same size and elements, whatever their strides."""
    x, y = tensor(sample(dtype), device), tensor(np.array(sample(dtype), order="F"), device)

    assert torch.equal(x, y) is x.equal(y) is True
    assert torch.equal(x, x)


@documents("torch.equal", "torch.Tensor.equal")
@given(sample=draw.samples(shape=draw.shapes(least=1, low=1), hard=()), place=st.integers(0, 2**16))
def test_differs_where_one_element_does(sample, place, device, dtype):
    """torch.equal is False where a single element differs in its last digit."""
    array = np.array(sample(dtype))
    other = array.copy()
    other.flat[place % other.size] = np.nextafter(other.flat[place % other.size], np.inf, dtype=other.dtype)

    assert torch.equal(tensor(array, device), tensor(other, device)) is False
    assert tensor(array, device).equal(tensor(other, device)) is False


@documents("torch.equal", "torch.Tensor.equal")
@pytest.mark.parametrize(("first", "second"), UNEQUAL, ids=str)
def test_differs_in_size(first, second, device):
    """torch.equal is False for different sizes, also where one could be broadcast to the other."""
    x, y = tensor(np.ones(first), device), tensor(np.ones(second), device)

    assert torch.equal(x, y) is x.equal(y) is torch.equal(y, x) is False


@documents("torch.equal")
def test_differs_at_nan_and_not_at_signed_zero(device, dtype):
    """torch.equal compares as == does: a NaN differs from another, 0 equals −0."""
    x = tensor(np.array([1.0, math.nan], dtypes.in_numpy(dtype)), device)
    y = tensor(np.array([0.0, -0.0], dtypes.in_numpy(dtype)), device)

    assert not torch.equal(x, x.clone())
    assert torch.equal(y, y.flip(0))


@documents("torch.Tensor.__iter__", "torch.Tensor.__contains__")
def test_is_iterated_by_its_first_side(device):
    """Iterating over a tensor gives its rows in order, and a number is in it where an element equals it."""
    values = draw.normal(1, 4, 3)
    x = tensor(values, device)

    close(np.stack([array(row) for row in x]), values)
    assert values[2, 1].item() in x and 1e9 not in x
