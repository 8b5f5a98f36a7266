"""Tensors of a shape: torch.zeros, ones, full, empty, rand and randn, and the identity matrix."""

import itertools
from typing import Any, NamedTuple, Union

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from suites.kit import close, documents, draw, dtypes, each, share_memory, tensor
from suites.tensors.state import default_dtype

GUIDE = ("Basics of PyTorch & Tensor", "Tensors")


class Factory(NamedTuple):
    """A function that makes a tensor of a shape, what it takes beside, and the value it fills with."""

    name: str
    arguments: tuple = ()
    value: Union[float, None] = None

    def __str__(self):
        return f"torch.{self.name}"

    def __call__(self, *shape, **options):
        return getattr(torch, self.name)(*shape, *self.arguments, **options)


class Fill(NamedTuple):
    """A fill value and the dtype that is inferred from it."""

    value: Any
    dtype: torch.dtype

    def __str__(self):
        return repr(self.value)


CONSTANT = (Factory("zeros", (), 0), Factory("ones", (), 1), Factory("full", (2.5,), 2.5))
RANDOM = (Factory("rand"), Factory("randn"))
VARIADIC = (*CONSTANT[:2], Factory("empty"), *RANDOM)
EVERY = (*CONSTANT, Factory("empty"), *RANDOM)
FILLS = (Fill(True, torch.bool), Fill(False, torch.bool), Fill(-7, torch.int64), Fill(2**62 + 1, torch.int64),
         Fill(2.5, torch.float32), Fill(float("nan"), torch.float32), Fill(1 - 2j, torch.complex64))  # fmt: skip


def rows(*table):
    """Parametrize a claim over functions, each documented by its own name."""
    return pytest.mark.parametrize("row", [pytest.param(row, marks=documents(str(row)), id=row.name) for row in table])


@documents(guide=GUIDE)
@rows(*EVERY)
@given(shape=draw.shapes(), kind=st.sampled_from([tuple, list, torch.Size]))
def test_has_the_shape_of_a_sequence(shape, kind, row, device):
    """{row} takes its shape as a tuple, a list or a torch.Size, and is contiguous."""
    x = row(kind(shape), device=device)

    assert (x.shape, x.dtype, x.device.type) == (shape, torch.float32, torch.device(device).type)
    assert x.is_contiguous() and not x.requires_grad


@documents(guide=GUIDE)
@rows(*VARIADIC)
@given(shape=draw.shapes(least=1))
def test_has_the_shape_of_its_arguments(shape, row, device):
    """{row} takes its shape as several arguments too."""
    x = row(*shape, device=device)

    assert (x.shape, x.dtype) == (shape, torch.float32)


@documents(guide=GUIDE)
@rows(*CONSTANT)
@given(shape=draw.shapes())
def test_is_filled_with_its_value(shape, row, device):
    """{row} fills every element with its value."""
    x = row(shape, device=device)

    close(x, np.full(shape, row.value, np.float32), device=device)


@documents(guide=GUIDE)
@rows(*CONSTANT)
@pytest.mark.dtypes(*dtypes.FLOATING, *dtypes.COMPLEX)
def test_is_filled_in_the_dtype_asked_for(row, device, dtype):
    """{row} takes the dtype that is asked for, and fills every element of a large tensor with its value."""
    x = row((9, 457), dtype=dtype, device=device)

    close(x, np.full((9, 457), row.value, dtypes.in_numpy(dtype)), dtype=dtype, device=device)


@documents(guide=GUIDE)
@rows(Factory("zeros", (), 0), Factory("ones", (), 1), Factory("full", (1,), 1))
@pytest.mark.dtypes(*dtypes.INTEGRAL, torch.bool)
def test_is_filled_with_integers(row, device, dtype):
    """{row} of an integer dtype is filled with its value, in every element of a large tensor."""
    x = row((9, 457), dtype=dtype, device=device)

    close(x, np.full((9, 457), row.value, dtypes.in_numpy(dtype)), dtype=dtype, device=device)


@documents("torch.set_default_dtype")
@rows(*EVERY)
@pytest.mark.dtypes(*dtypes.FLOATING)
def test_takes_the_default_dtype(row, device, dtype):
    """{row} of floats has the default dtype unless another is given."""
    with default_dtype(dtype):
        assert row((2, 3), device=device).dtype is dtype
        assert row((2, 3), device=device, dtype=torch.float64).dtype is torch.float64


@documents()
@rows(*EVERY)
def test_requires_grad_when_asked_to(row, device):
    """With requires_grad=True, {row} makes a leaf that requires grad."""
    x = row((2, 3), device=device, requires_grad=True)

    assert x.requires_grad and x.is_leaf and x.grad_fn is None


@documents()
@rows(*RANDOM)
@pytest.mark.dtypes(*dtypes.INTEGRAL, torch.bool)
def test_refuses_random_integers(row, device, dtype):
    """{row} of an integer dtype raises RuntimeError, for its samples are no integers."""
    with pytest.raises(RuntimeError):
        row((2, 3), dtype=dtype, device=device)


@documents()
@rows(*EVERY)
def test_refuses_negative_sides(row, device):
    """{row} of a shape with a negative side raises RuntimeError."""
    with pytest.raises(RuntimeError):
        row((2, -1), device=device)


@documents()
@rows(*CONSTANT)
@pytest.mark.parametrize("layout", draw.WRITABLE)
def test_writes_into_out(row, device, layout):
    """With out=, {row} writes its values into that tensor, whatever its strides, and returns it."""
    out = tensor(draw.Sample((3, 5), layout=layout)(), device)
    strides = out.stride()

    x = row((3, 5), out=out)

    assert x is out and out.stride() == strides
    close(out, np.full((3, 5), row.value, np.float64), device=device)


@documents()
@rows(*EVERY)
def test_gives_an_empty_out_its_shape(row, device):
    """An out= without elements takes the shape that {row} is asked for, and keeps its dtype."""
    out = torch.empty(0, dtype=torch.float64, device=device)  # memory that came from NumPy cannot grow

    x = row((3, 5), out=out)

    assert x is out and (out.shape, out.dtype) == ((3, 5), torch.float64)


@documents()
@rows(*RANDOM)
def test_writes_samples_into_out(row, device):
    """With out=, {row} writes new samples into that tensor and returns it."""
    before = draw.normal(1, 3, 50)
    out = tensor(before, device)

    x = row((3, 50), out=out)

    assert x is out and not (x.cpu().numpy() == before).any()


@documents()
@rows(*EVERY)
def test_makes_new_memory_each_time(row, device):
    """Two results of {row} share no memory."""
    assert not share_memory(row((2, 3), device=device), row((2, 3), device=device))


@documents("torch.full")
@pytest.mark.parametrize("row", [pytest.param(row, id=str(row)) for row in FILLS])
def test_infers_the_dtype_of_the_fill_value(row, device):
    """torch.full filled with {row} has the dtype that torch.tensor infers from it."""
    x = torch.full((2, 3), row.value, device=device)

    close(x, np.full((2, 3), row.value, dtypes.in_numpy(row.dtype)), dtype=row.dtype, device=device)


@documents("torch.full", "torch.set_default_dtype")
@pytest.mark.parametrize("row", [Fill(True, torch.bool), Fill(3, torch.int64), Fill(0.1, torch.float64),
                                 Fill(0.1j, torch.complex128)], ids=str)  # fmt: skip
def test_fills_in_the_default_dtype(row, device):
    """With float64 as default dtype, {row} fills in double precision if it is no integer."""
    with default_dtype(torch.float64):
        x = torch.full((2, 3), row.value, device=device)

    close(x, np.full((2, 3), row.value), dtype=row.dtype, device=device)


@documents("torch.empty")
def test_makes_room_in_a_memory_format(device):
    """torch.empty lays its elements out in the memory format that is asked for."""
    assert torch.empty(2, 3, 4, 5, memory_format=torch.channels_last, device=device).stride() == (60, 1, 15, 3)


@documents("torch.empty_strided")
def test_makes_room_with_strides(device):
    """torch.empty_strided has the shape, strides and dtype that are asked for."""
    x = torch.empty_strided((2, 3), (1, 5), dtype=torch.int32, device=device)

    assert (x.shape, x.stride(), x.dtype) == ((2, 3), (1, 5), torch.int32)


@documents("torch.empty_permuted", since="2.1")
@pytest.mark.parametrize("order", list(itertools.permutations(range(3))), ids=str)
def test_makes_room_in_an_order(order, device):
    """torch.empty_permuted lays its dimensions out densely in memory in the order given, from the outermost."""
    x = torch.empty_permuted((2, 3, 5), order, dtype=torch.int32, device=device)

    sides = [x.shape[dim] for dim in order]
    assert (x.shape, x.dtype) == ((2, 3, 5), torch.int32)
    assert [x.stride(dim) for dim in order] == [sides[1] * sides[2], sides[2], 1]


@documents("torch.eye")
@given(rows=st.integers(0, 40), columns=st.integers(0, 40))
def test_has_ones_on_the_diagonal(rows, columns, device, dtype):
    """torch.eye(n, m) has n rows, m columns, ones on the main diagonal and zeros elsewhere."""
    x = torch.eye(rows, columns, dtype=dtype, device=device)

    close(x, np.eye(rows, columns, dtype=dtypes.in_numpy(dtype)), dtype=dtype, device=device)


@documents("torch.eye")
@pytest.mark.dtypes(*(dtype for dtype in dtypes.EVERY if dtype is not torch.bfloat16))
def test_represents_one_in_the_dtype_asked_for(device, dtype):
    """torch.eye takes the dtype that is asked for."""
    close(torch.eye(3, 5, dtype=dtype, device=device), np.eye(3, 5, dtype=dtypes.in_numpy(dtype)),
          dtype=dtype, device=device)  # fmt: skip


@documents("torch.eye")
@given(rows=st.integers(0, 40))
def test_is_square_unless_told_otherwise(rows, device):
    """torch.eye(n) has n columns and the default dtype."""
    close(torch.eye(rows, device=device), np.eye(rows, dtype=np.float32), device=device)


@documents("torch.eye")
def test_writes_the_identity_into_out(device):
    """With out=, torch.eye clears that tensor, whatever its strides, writes the ones and returns it."""
    for layout in each(layout=draw.WRITABLE):
        out = tensor(draw.laid_out(draw.normal(1, 4, 6), layout), device)

        x = torch.eye(4, 6, out=out)

        assert x is out
        close(out, np.eye(4, 6), device=device)
