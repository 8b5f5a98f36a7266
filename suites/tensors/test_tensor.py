"""torch.tensor: data becomes a tensor with memory of its own."""

from typing import Any, NamedTuple

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from suites.kit import close, documents, draw, dtypes, share_memory, tensor
from suites.tensors.state import default_dtype

GUIDE = ("Basics of PyTorch & Tensor", "Tensors")


class Data(NamedTuple):
    """Data given to torch.tensor and the dtype that documentation infers from it."""

    name: str
    data: Any
    dtype: torch.dtype

    def __str__(self):
        return self.name


INFERRED = (
    Data("a bool", True, torch.bool),
    Data("an int", 3, torch.int64),
    Data("a float", 2.5, torch.float32),
    Data("a complex number", 1 - 2j, torch.complex64),
    Data("bools", [True, False], torch.bool),
    Data("ints", [[1, -2], [3, 4]], torch.int64),
    Data("a tuple of ints", (1, -2, 3), torch.int64),
    Data("a range", range(4), torch.int64),
    Data("floats", [[1.0, -2.5]], torch.float32),
    Data("complex numbers", [1j, 2 - 1j], torch.complex64),
    Data("a bool before ints", [True, 2, 0], torch.int64),
    Data("a bool after ints", [2, 0, True], torch.int64),
    Data("a bool before a float", [True, 2.5], torch.float32),
    Data("an int before floats", [1, 2.5], torch.float32),
    Data("an int after floats", [2.5, 1], torch.float32),
    Data("a row of ints before a row of floats", [[1, 2], [2.5, 4.5]], torch.float32),
    Data("a row of floats before a row of ints", [(2.5, 4.5), (1, 2)], torch.float32),
    Data("one float deep among ints", [[[1, 2], [3, 4]], [[5, 6], [7, 8.5]]], torch.float32),
    Data("an int before a complex number", [1, 1j], torch.complex64),
    Data("a float before a complex number", [[2.5], [1j]], torch.complex64),
    Data("nothing", [], torch.float32),
    Data("empty rows", [[], []], torch.float32),
    Data("a NumPy float64", np.float64(2.5), torch.float64),
    Data("a NumPy float32", np.float32(2.5), torch.float32),
    Data("a NumPy int32", np.int32(-7), torch.int32),
)


@documents("torch.tensor", guide=GUIDE)
def test_reads_the_nested_list_of_the_guide(device):
    """A list of two lists of two ints becomes a 2 by 2 tensor of int64."""
    x = torch.tensor([[1, 2], [3, 4]], device=device)

    close(x, np.array([[1, 2], [3, 4]]), dtype=torch.int64, device=device)


@documents("torch.tensor", guide=GUIDE)
@pytest.mark.parametrize("row", [pytest.param(row, id=row.name) for row in INFERRED])
def test_infers_the_dtype(row, device):
    """From {row}, and nothing else or a device, torch.tensor infers the documented dtype, shape and values."""
    expected = np.array(row.data, dtypes.in_numpy(row.dtype))

    close(torch.tensor(row.data), expected, dtype=row.dtype)
    close(torch.tensor(row.data, device=device), expected, dtype=row.dtype, device=device)


@documents("torch.tensor", guide=GUIDE)
@pytest.mark.dtypes(*dtypes.FLOATING, *dtypes.COMPLEX, torch.int64, torch.int8, torch.uint8, torch.bool)
@given(sample=draw.samples(shape=draw.shapes(low=1), layouts=("contiguous",)))
def test_has_the_shape_and_values_of_nested_lists(sample, device, dtype):
    """Nested lists of numbers become a tensor of their shape, with their values in the dtype that is asked for."""
    array = sample(dtype)

    x = torch.tensor(array.tolist(), dtype=dtype, device=device)

    close(x, array, dtype=dtype, device=device)


@documents("torch.tensor")
@given(shape=draw.shapes(least=1, long=False), zero=st.integers(0, 3))
def test_keeps_the_lengths_of_empty_lists(shape, zero):
    """Lists around empty lists give a dimension each, up to the first that is empty."""
    sides = (*shape[: zero % len(shape)], 0)

    x = torch.tensor(np.empty(sides).tolist())

    assert x.shape == sides[: sides.index(0) + 1]


@documents("torch.tensor", "torch.set_default_dtype")
@pytest.mark.dtypes(torch.float64, torch.float32, torch.float16, torch.bfloat16)
def test_reads_floats_in_the_default_dtype(device, dtype):
    """Python floats become numbers of the default dtype, rounded to nearest, also among ints."""
    numbers = draw.normal(7, 300).tolist()

    with default_dtype(dtype):
        x = torch.tensor([*numbers, 1], device=device)

    close(x, draw.cast([*numbers, 1], dtype), dtype=dtype, device=device)


@documents("torch.tensor", "torch.set_default_dtype")
def test_reads_complex_numbers_in_twice_the_default_dtype(device):
    """With float64 as default dtype, Python complex numbers become complex128."""
    numbers = [0.1 + 0.7j, 1 / 3 - 1e-9j]

    with default_dtype(torch.float64):
        x = torch.tensor(numbers, device=device)

    close(x, np.array(numbers), device=device)


@documents("torch.tensor")
@given(st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1, max_size=40))
def test_keeps_every_int_of_64_bits(numbers):
    """Python ints of up to 64 bits become int64 without loss."""
    x = torch.tensor(numbers)

    close(x, np.array(numbers, np.int64))


@documents("torch.tensor")
def test_reads_long_lists(device):
    """A list of 5000 rows of 3 has every number in its place."""
    array = draw.normal(3, 5000, 3)

    x = torch.tensor(array.tolist(), dtype=torch.float64, device=device)

    close(x, array, device=device)


@documents("torch.tensor")
@pytest.mark.parametrize("data", [[[1, 2], [3]], [[1], [2, 3]], [[1], 2], [1, [2]], [[[1], [2]], [[3], []]]], ids=str)
def test_refuses_ragged_lists(data):
    """Lists of different lengths side by side raise ValueError or TypeError."""
    with pytest.raises((ValueError, TypeError)):
        torch.tensor(data)


@documents("torch.tensor", guide=GUIDE)
@pytest.mark.dtypes(*dtypes.FLOATING[:3], *dtypes.COMPLEX, *dtypes.INTEGRAL, torch.bool)
@given(sample=draw.samples())
def test_copies_an_array(sample, device, dtype):
    """An array of any strides becomes a tensor with its shape, dtype and values."""
    array = sample(dtype)

    x = torch.tensor(array, device=device)

    close(x, array, device=device)


@documents("torch.tensor")
@pytest.mark.parametrize("options", [{}, {"dtype": torch.float64}, {"device": "cpu"}], ids=str)
def test_shares_no_memory_with_an_array(options):
    """The tensor has memory of its own: a write to it or to the array is not seen by the other."""
    array = draw.normal(1, 3, 4)

    x = torch.tensor(array, **options)

    assert not share_memory(x, array)


@documents("torch.tensor")
@pytest.mark.parametrize("step", [1, -1])
def test_reads_an_array_in_its_order(step, device):
    """An array that runs backwards through its memory is copied like one that runs forwards."""
    array = draw.normal(2, 3, 4)[:, ::step]

    x = torch.tensor(array, device=device)

    close(x, array, device=device)


@documents("torch.tensor")
@pytest.mark.parametrize("options", [{}, {"dtype": torch.float64}, {"requires_grad": True}], ids=str)
@pytest.mark.parametrize("layout", draw.WRITABLE)
def test_copies_a_tensor(device, layout, options):
    """Of a tensor, torch.tensor makes a copy with its values, dtype and device and memory of its own."""
    array = draw.Sample((3, 5), layout=layout)()
    x = tensor(array, device)

    with pytest.warns(UserWarning, match="clone"):
        y = torch.tensor(x, **options)

    close(y, array, device=device)
    assert not share_memory(x, y)


@documents("torch.tensor")
@pytest.mark.parametrize("requires_grad", [True, False])
def test_forgets_the_history_of_a_tensor(device, requires_grad):
    """Of a tensor with history, torch.tensor makes a leaf that requires grad only when asked to."""
    x = tensor(draw.normal(5, 4), device).requires_grad_() * 2

    with pytest.warns(UserWarning, match="clone"):
        y = torch.tensor(x, requires_grad=requires_grad)

    assert y.is_leaf and y.grad_fn is None and y.requires_grad is requires_grad


@documents("torch.tensor", guide="Differentiation in Autograd")
@pytest.mark.parametrize("requires_grad", [True, False])
@pytest.mark.dtypes(*dtypes.FLOATING, *dtypes.COMPLEX)
def test_requires_grad_when_asked_to(device, dtype, requires_grad):
    """With requires_grad=True the tensor is a leaf that requires grad, else it does not."""
    x = torch.tensor([2.0, 3.0], dtype=dtype, device=device, requires_grad=requires_grad)

    assert x.requires_grad is requires_grad and x.is_leaf
    close(x, np.array([2.0, 3.0], dtypes.in_numpy(dtype)), dtype=dtype, device=device)


@documents("torch.tensor")
@pytest.mark.dtypes(*dtypes.INTEGRAL, torch.bool)
def test_refuses_gradients_of_integers(device, dtype):
    """Only floating and complex tensors can require grad: for others requires_grad=True raises RuntimeError."""
    with pytest.raises(RuntimeError):
        torch.tensor([1, 0], dtype=dtype, device=device, requires_grad=True)


@documents("torch.tensor", guide=GUIDE)
def test_is_made_where_asked(device):
    """The tensor of a list lies on the CPU unless a device is named, by a string or a torch.device."""
    x = torch.tensor([1.5, 2.5])
    y = torch.tensor([1.5, 2.5], device=torch.device(device))

    close(x, np.array([1.5, 2.5], np.float32))
    close(y, np.array([1.5, 2.5], np.float32), device=device)
