"""Writing values into a tensor: copy_, fill_, zero_, resize_ and set_."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from suites.kit import array, close, documents, draw, dtypes, share_memory, tensor
from suites.operators import operands
from suites.operators.values import numbers

GUIDE = ("Operations on Tensors", "In place operations")


@documents("torch.Tensor.copy_", guide=GUIDE)
@pytest.mark.dtypes(torch.float32, torch.bfloat16, torch.complex64, torch.int64, torch.uint8, torch.bool)
@given(source=operands.singles(), layout=st.sampled_from(draw.WRITABLE))
def test_copies_values_whatever_the_layout(source, layout, dtype, device):
    """x.copy_(y) writes y's values into x, however either lies in memory, and returns x; y stays apart from x."""
    values = source(dtype)
    x = tensor(draw.laid_out(numbers(3, values.shape, dtype), layout), device, dtype)
    y, strides = tensor(values, device, dtype), x.stride()

    result = x.copy_(y)

    assert result is x
    assert x.stride() == strides
    close(x, values, dtype=dtype, device=device)
    y.zero_()
    close(x, values, dtype=dtype, device=device)


@documents("torch.Tensor.copy_", guide=GUIDE)
@pytest.mark.dtypes(*dtypes.EVERY)
@pytest.mark.parametrize("source", ["float64", "float32", "int64", "uint8", "bool", "bfloat16"])
def test_copy_converts_the_dtype(source, dtype, device):
    """x.copy_(y) converts y's values to x's dtype: fractions are cut off in integers, and all but 0 is True in bool."""
    values = draw.cast(np.array([0, 1, 1.75, 2.5, 3.5, 0.75, 100.5, 0.25, 6.9375]), source)
    x = tensor(numbers(2, (9,), dtype), device, dtype)

    x.copy_(tensor(values, device, source))

    close(x, draw.cast(values.astype(dtypes.in_numpy(dtype)), dtype), dtype=dtype, device=device)


@documents("torch.Tensor.copy_", guide=GUIDE)
@pytest.mark.dtypes(torch.int64, torch.int32, torch.int8)
@given(seed=draw.seeds())
def test_copy_cuts_negative_fractions_off(seed, dtype, device):
    """x.copy_(y) rounds floating values towards zero in an integer tensor, below zero too."""
    values = 10 * draw.normal(seed, 37)
    x = tensor(np.zeros(37, dtypes.in_numpy(dtype)), device)

    x.copy_(tensor(values, device))

    close(x, np.trunc(values).astype(x.cpu().numpy().dtype), device=device)


@documents("torch.Tensor.copy_", guide=GUIDE)
@pytest.mark.parametrize("shape", [(), (1,), (5,), (3, 1), (1, 5), (1, 1, 5), (2, 1, 1)], ids=str)
def test_copy_broadcasts(shape, device):
    """x.copy_(y) stretches y to the shape of x."""
    values = numbers(11, shape, "float64")
    x = tensor(np.zeros((2, 3, 5) if len(shape) == 3 else (3, 5)), device)

    x.copy_(tensor(values, device))

    close(x, np.ascontiguousarray(np.broadcast_to(values, tuple(x.shape))), device=device)


@documents("torch.Tensor.copy_", "torch.conj", guide=GUIDE)
@pytest.mark.parametrize("seen", [lambda z: z.conj(), lambda z: z.conj().imag, lambda z: z.mH, lambda z: z.conj().real],
                         ids=["conj", "conj.imag", "mH", "conj.real"])  # fmt: skip
@pytest.mark.dtypes(torch.complex128, torch.complex64)
def test_copy_takes_views_that_conjugate_or_negate(seen, dtype, device):
    """x.copy_(y) writes the values of y where it is a view that conjugates, or the imaginary part of one."""
    z = tensor(numbers(9, (4, 4), dtype), device)
    into = seen(tensor(numbers(10, (4, 4), dtype), device))

    result = torch.zeros_like(seen(z), memory_format=torch.contiguous_format).copy_(seen(z))
    into.copy_(seen(z))

    close(result, array(seen(z)), device=device)
    close(into, array(seen(z)), device=device)


@documents("torch.Tensor.fill_", "torch.Tensor.zero_", guide=GUIDE)
@pytest.mark.dtypes(torch.float32, torch.bfloat16, torch.complex64, torch.int64, torch.uint8, torch.bool)
@given(sample=operands.singles(layouts=draw.WRITABLE), number=st.sampled_from((0, 1, 3, 100)))
def test_fills_the_view_and_nothing_else(sample, number, dtype, device):
    """x.fill_(v) and x.zero_() set every element of x, and none between or around a view's."""
    around = numbers(sample.seed, (*sample.shape, 3), dtype)
    memory, expected = tensor(around, device, dtype), around.copy()
    expected[..., 1], expected[..., 2] = number, 0

    filled, zeroed = memory[..., 1].fill_(number), memory[..., 2].zero_()

    close(memory, expected, dtype=dtype, device=device)
    assert (filled.shape, zeroed.shape) == (sample.shape, sample.shape)


@documents("torch.Tensor.fill_")
@pytest.mark.dtypes(torch.float32, torch.int64)
def test_fills_with_the_value_of_a_tensor(dtype, device):
    """x.fill_(v) takes a tensor v without dimensions, and refuses one with several elements."""
    x = tensor(numbers(1, (3, 5), dtype), device)

    x.fill_(tensor(np.array(7.0), device))

    close(x, np.full((3, 5), 7, dtypes.in_numpy(dtype)), device=device)
    with pytest.raises(RuntimeError):
        x.fill_(tensor(np.ones(2), device))


@documents("torch.clone", "torch.Tensor.clone")
@pytest.mark.parametrize("axes", [(0, 1, 2), (2, 1, 0), (1, 0, 2), (0, 2, 1)])
def test_clone_keeps_the_strides(axes, device):
    """The clone of a dense tensor has its strides."""
    x = tensor(numbers(5, (2, 3, 4), "float32"), device).permute(axes)

    close(torch.clone(x), array(x), device=device)
    assert torch.clone(x).stride() == x.clone().stride() == x.stride()


@documents("torch.Tensor.resize_")
@pytest.mark.parametrize(
    ("before", "after"), [((2,), (3,)), ((2, 3), (6,)), ((6,), (2, 2)), ((2, 3), (4, 5)), ((4,), (0,))]
)
def test_resize_keeps_the_elements(before, after, device):
    """x.resize_(shape) gives x the shape, contiguous, and keeps its elements in order as far as both reach."""
    values = numbers(4, before, "float64")
    x = tensor(values, device).clone()  # memory that came from NumPy cannot grow
    kept = min(values.size, int(np.prod(after)))

    result = x.resize_(after)

    assert result is x
    assert x.shape == after
    assert x.is_contiguous()
    close(x.reshape(-1)[:kept], values.ravel()[:kept], device=device)


@documents("torch.Tensor.resize_as_")
def test_resize_as_takes_the_shape_of_another(device):
    """x.resize_as_(y) gives x the shape of y, and keeps its own elements in order."""
    values = numbers(4, (2, 6), "float64")
    x = tensor(values, device)

    result = x.resize_as_(tensor(np.zeros((3, 3)), device))

    assert result is x
    close(x, values.ravel()[:9].reshape(3, 3), device=device)


@documents("torch.Tensor.set_")
def test_set_shares_the_storage_of_another(device):
    """x.set_(y) makes x a tensor over y's storage, with its shape and strides: a write to either is seen by both."""
    values = numbers(5, (4, 3), "float64")
    x, y = tensor(np.zeros(2), device), tensor(values, device)

    result = x.set_(y)

    assert result is x
    close(x, values, device=device)
    assert share_memory(x, y)


@documents("torch.Tensor.apply_", "torch.Tensor.map_")
def test_apply_and_map_call_a_function():
    """x.apply_(f) replaces each element by f(element), and x.map_(y, f) by f(element, element of y), on the CPU."""
    values, others = numbers(6, (3, 4), "float64"), numbers(7, (3, 4), "float64")
    x, z = tensor(values), tensor(values)

    applied, mapped = x.apply_(lambda v: 2 * v), z.map_(tensor(others), lambda v, w: v - w)

    assert applied is x
    assert mapped is z
    close(x, 2 * values)
    close(z, values - others)
