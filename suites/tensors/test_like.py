"""The functions that end in _like: tensors with the shape, dtype, device and layout of another."""

from typing import NamedTuple, Union

import numpy as np
import pytest
import torch
from hypothesis import given

from suites.kit import array, close, documents, draw, dtypes, share_memory, tensor, unchanged

GUIDE = ("Basics of PyTorch & Tensor", "Tensors")


class Like(NamedTuple):
    """A function of the torch namespace, what it takes beside the tensor, and the value it fills with."""

    name: str
    arguments: tuple = ()
    value: Union[int, None] = None

    def __str__(self):
        return f"torch.{self.name}"

    def __call__(self, x, **options):
        return getattr(torch, self.name)(x, *self.arguments, **options)


CONSTANT = (Like("zeros_like", (), 0), Like("ones_like", (), 1), Like("full_like", (3,), 3))
RANDOM = (Like("rand_like"), Like("randn_like"))
INTEGERS = (Like("randint_like", (5,)), Like("randint_like", (-3, 5)))
EVERY = (*CONSTANT, Like("empty_like"), *RANDOM, *INTEGERS)
CHANNELS_LAST = np.ones((2, 5, 3, 4)).transpose(0, 3, 1, 2)


def rows(*table):
    """Parametrize a claim over functions, each documented by its own name."""
    name = [f"{row.name}{row.arguments}".replace("()", "") for row in table]
    marked = [pytest.param(row, marks=documents(str(row)), id=id) for row, id in zip(table, name)]
    return pytest.mark.parametrize("row", marked)


@documents(guide=GUIDE)
@rows(*EVERY)
@pytest.mark.dtypes(torch.float32)
@given(sample=draw.samples(layouts=draw.WRITABLE))
def test_has_the_shape_dtype_and_device(sample, row, device, dtype):
    """{row} keeps the shape, dtype and device of its input, does not require grad, and leaves the input as it is."""
    x = tensor(sample(dtype), device, dtype)

    with unchanged(x):
        y = row(x)

    assert (y.shape, y.dtype, y.device, y.requires_grad) == (x.shape, x.dtype, x.device, False)


@documents(guide=GUIDE)
@rows(*CONSTANT)
@pytest.mark.dtypes(torch.float32, torch.int64)
@given(sample=draw.samples())
def test_is_filled_with_its_value(sample, row, device, dtype):
    """{row} fills every element with its value, in the input's shape and dtype."""
    x = tensor(sample(dtype), device, dtype)

    y = row(x)

    close(y, np.full(x.shape, row.value, dtypes.in_numpy(dtype)), dtype=dtype, device=device)


@documents(guide=GUIDE)
@rows(*CONSTANT)
@pytest.mark.dtypes(*dtypes.EVERY)
def test_keeps_the_dtype(row, device, dtype):
    """{row} keeps every dtype, and represents its value in it."""
    x = tensor(draw.Sample((7, 50))(dtype), device, dtype)

    y = row(x)

    close(y, np.full((7, 50), row.value, dtypes.in_numpy(dtype)), dtype=dtype, device=device)


@documents(guide=GUIDE)
@rows(*CONSTANT)
@pytest.mark.dtypes(torch.float64, torch.float16, torch.int32, torch.bool)
def test_takes_another_dtype(row, device, dtype):
    """Where a dtype is given, {row} takes it in place of the input's, and keeps the shape."""
    x = tensor(draw.Sample((3, 5), layout="transposed")("int16"), device)

    y = row(x, dtype=dtype)

    close(y, np.full((3, 5), row.value, dtypes.in_numpy(dtype)), dtype=dtype, device=device)


@documents(guide=GUIDE)
@rows(Like("rand_like"), Like("randn_like"), Like("empty_like"))
@pytest.mark.dtypes(*dtypes.FLOATING)
def test_makes_floats_like_integers(row, device, dtype):
    """Given a floating dtype, {row} takes the shape of an integer tensor, as the guide does with rand_like."""
    x = tensor(np.arange(6).reshape(2, 3), device)

    y = row(x, dtype=dtype)

    assert (y.shape, y.dtype, y.device) == ((2, 3), dtype, x.device)


@documents(guide=GUIDE)
@rows(*RANDOM)
@pytest.mark.dtypes(*dtypes.INTEGRAL, torch.bool)
def test_refuses_random_integers(row, device, dtype):
    """{row} of an integer or boolean tensor raises RuntimeError, for its samples are no integers."""
    x = tensor(draw.Sample((2, 3))(dtype), device)

    with pytest.raises(RuntimeError):
        row(x)


@documents()
@rows(*EVERY)
@pytest.mark.parametrize("axes", [(1, 0, 2), (2, 0, 1)], ids=str)
@pytest.mark.parametrize("other", [{}, {"dtype": torch.float32}, {"requires_grad": True}], ids=["", "dtype", "grad"])
def test_keeps_the_strides_of_a_dense_tensor(row, other, device, axes):
    """Of a permuted tensor that is dense, {row} copies the strides, in another dtype too: the format is preserved."""
    x = tensor(draw.normal(1, 2, 3, 5).transpose(axes), device)

    y = row(x, **other)

    assert (y.shape, y.stride()) == (x.shape, x.stride())


@documents("torch.zeros_like", "tensor_attributes")
@pytest.mark.parametrize("layout", ["rows", "columns"])
def test_is_contiguous_like_a_tensor_with_gaps(layout, device):
    """Of a tensor that is not dense, torch.zeros_like follows torch.contiguous_format."""
    x = tensor({"rows": draw.normal(1, 4, 6)[:, ::2], "columns": draw.normal(1, 4, 6).T[::2]}[layout], device)

    y = torch.zeros_like(x)

    assert y.is_contiguous()


@documents("tensor_attributes")
@rows(*EVERY)
def test_takes_another_memory_format(row, device):
    """With memory_format, {row} is contiguous in that order whatever the input's."""
    x = tensor(CHANNELS_LAST, device)

    rowmajor = row(x, memory_format=torch.contiguous_format)
    channels = row(rowmajor, memory_format=torch.channels_last)

    assert x.stride() == channels.stride() == (60, 1, 12, 4)
    assert rowmajor.stride() == (60, 15, 3, 1)


@documents()
@rows(*EVERY)
def test_requires_grad_when_asked_to(row, device):
    """{row} requires grad where requires_grad=True is given and not because its input does."""
    x = tensor(draw.normal(1, 2, 3), device).requires_grad_()

    assert row(x, requires_grad=True).requires_grad and row(x, requires_grad=True).is_leaf
    assert not row(x).requires_grad


@documents()
@rows(*EVERY)
def test_has_memory_of_its_own(row, device):
    """The result of {row} shares no memory with its input."""
    x = tensor(draw.normal(1, 2, 3), device)

    assert not share_memory(x, row(x))


@documents()
@rows(*CONSTANT, Like("empty_like"))
def test_follows_to_another_device(row, device):
    """Where a device is given, {row} makes the result there: on the meta device, a shape without values."""
    x = tensor(draw.normal(1, 2, 3), device)

    y = row(x, device="meta")

    assert (y.device.type, y.shape, y.dtype) == ("meta", x.shape, x.dtype)


@documents("torch.randint_like")
@pytest.mark.dtypes(torch.float32, torch.float16, torch.int64, torch.uint8)
@pytest.mark.parametrize(("arguments", "low", "high"), [((5,), 0, 5), ((2, 7), 2, 7), ((100, 101), 100, 101)], ids=str)
def test_draws_every_integer_of_its_range(arguments, low, high, device, dtype):
    """torch.randint_like draws all integers from low, 0 unless given, up to high, which it never reaches."""
    x = tensor(np.zeros((40, 50), dtypes.in_numpy(dtype)), device, dtype)

    y = torch.randint_like(x, *arguments)

    assert sorted(set(array(y).ravel().tolist())) == list(range(low, high))  # one is missed with p < 7·(6/7)^2000


@documents("torch.full_like", guide=GUIDE)
@given(sample=draw.samples(hard=()))
def test_fills_with_any_value(sample, device, dtype):
    """torch.full_like fills with the value that is given, rounded to the input's dtype."""
    x = tensor(sample(dtype), device)

    y = torch.full_like(x, 0.1)

    close(y, np.full(x.shape, 0.1, sample(dtype).dtype), device=device)
