"""The methods that begin with new_: tensors with the dtype and device of another and a shape of their own."""

from typing import NamedTuple, Union

import numpy as np
import pytest
import torch
from hypothesis import given

from suites.kit import close, documents, draw, dtypes, share_memory, tensor, unchanged
from suites.tensors.state import warnings_ignored


class New(NamedTuple):
    """A method of Tensor, what it takes beside a shape, and the value it fills with."""

    name: str
    arguments: tuple = ()
    value: Union[int, None] = None

    def __str__(self):
        return f"torch.Tensor.{self.name}"

    def __call__(self, x, shape, **options):
        return getattr(x, self.name)(shape, *self.arguments, **options)


CONSTANT = (New("new_zeros", (), 0), New("new_ones", (), 1), New("new_full", (3,), 3))
EVERY = (*CONSTANT, New("new_empty"))


def rows(*table):
    """Parametrize a claim over methods, each documented by its own name."""
    return pytest.mark.parametrize("row", [pytest.param(row, marks=documents(str(row)), id=row.name) for row in table])


@documents()
@rows(*CONSTANT)
@pytest.mark.dtypes(torch.float32, torch.int64)
@given(shape=draw.shapes(long=False))
def test_takes_dtype_and_device_of_its_tensor(shape, row, device, dtype):
    """{row} makes a tensor of the given shape, filled with its value, in the dtype and on the device of self."""
    x = tensor(draw.Sample((2, 3))(dtype), device, dtype)

    with unchanged(x):
        y = row(x, shape)

    close(y, np.full(shape, row.value, dtypes.in_numpy(dtype)), dtype=dtype, device=device)


@documents()
@rows(*CONSTANT)
@pytest.mark.dtypes(*dtypes.EVERY)
def test_keeps_the_dtype(row, device, dtype):
    """{row} has the dtype of self, whatever it is, and represents its value in it."""
    x = tensor(draw.Sample((2, 0))(dtype), device, dtype)

    y = row(x, (70,))

    close(y, np.full(70, row.value, dtypes.in_numpy(dtype)), dtype=dtype, device=device)


@documents()
@rows(*EVERY)
@pytest.mark.dtypes(torch.float64, torch.float16, torch.int32, torch.bool)
def test_takes_another_dtype(row, device, dtype):
    """Where a dtype is given, {row} takes it in place of that of self."""
    y = row(tensor(draw.normal(1, 2), device), (4, 0, 2), dtype=dtype)

    assert (y.shape, y.dtype, y.device.type) == ((4, 0, 2), dtype, torch.device(device).type)


@documents("torch.Tensor.new_empty")
@pytest.mark.dtypes(torch.float32)
@given(shape=draw.shapes(long=False))
def test_makes_room_without_values(shape, device, dtype):
    """torch.Tensor.new_empty has the given shape, the dtype and device of self, and memory of its own."""
    x = tensor(draw.Sample((2, 3))(dtype), device, dtype)

    y = x.new_empty(shape)

    assert (y.shape, y.dtype, y.device, y.is_contiguous()) == (shape, dtype, x.device, True)


@documents("torch.Tensor.new_empty_strided")
def test_makes_room_with_strides(device):
    """torch.Tensor.new_empty_strided has the given shape and strides and the dtype of self."""
    y = tensor(np.ones(2, np.int16), device).new_empty_strided((2, 3), (1, 4))

    assert (y.shape, y.stride(), y.dtype) == ((2, 3), (1, 4), torch.int16)


@documents()
@rows(*EVERY)
def test_requires_grad_when_asked_to(row, device):
    """{row} requires grad where requires_grad=True is given and not because self does."""
    x = tensor(draw.normal(1, 2, 3), device).requires_grad_()

    assert row(x, (2,), requires_grad=True).requires_grad
    assert not row(x, (2,)).requires_grad


@documents()
@rows(*EVERY)
def test_goes_to_another_device(row, device):
    """Where a device is given, {row} makes the result there: on the meta device, a shape without values."""
    y = row(tensor(draw.normal(1, 2), device), (3, 2), device="meta")

    assert (y.device.type, y.shape, y.dtype) == ("meta", (3, 2), torch.float64)


@documents("torch.Tensor.new_tensor")
@pytest.mark.dtypes(*dtypes.EVERY)
def test_reads_data_in_the_dtype_of_self(device, dtype):
    """torch.Tensor.new_tensor reads nested lists into the dtype and onto the device of self."""
    x = tensor(draw.Sample(())(dtype), device, dtype)

    y = x.new_tensor([[0, 1, 1], [1, 0, 0]])

    close(y, np.array([[0, 1, 1], [1, 0, 0]], dtypes.in_numpy(dtype)), dtype=dtype, device=device)


@documents("torch.Tensor.new_tensor")
def test_copies_a_tensor(device):
    """Of a tensor with history, torch.Tensor.new_tensor makes a leaf with its values and memory of its own."""
    values = draw.normal(1, 3, 2)
    x = tensor(values, device).requires_grad_()

    with warnings_ignored():
        y = tensor(np.ones(1), device).new_tensor(x)

    close(y, values, device=device)
    assert y.is_leaf and not y.requires_grad
    assert not share_memory(x, y)
