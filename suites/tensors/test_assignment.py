"""x[key] = value: in place, on the elements that x[key] gives and on no others."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from reference import indexing
from suites.kit import close, documents, draw, share_memory, tensor, unchanged
from suites.tensors import keys
from suites.tensors.operation import MOVED, between, indices, same
from suites.tensors.recipes import samples

GUIDE = "Operations on Tensors"
PAGES = ("tensor_view", "tensors")
SAMPLES = samples(layouts=draw.WRITABLE)
FILLED = samples(least=1, low=1, layouts=draw.WRITABLE)
DTYPE = st.sampled_from(MOVED)


def filler(shape, seed, fewer=0):
    """A recipe for values that broadcast to ``shape``: without its first dimensions, every third side 1."""
    kept = shape[fewer:]
    return draw.Sample(tuple(1 if (seed + d) % 3 == 0 else side for d, side in enumerate(kept)), seed)


@documents(*PAGES, guide=GUIDE)
@given(array=draw.arrays("float32", shape=draw.shapes(least=2, most=2, low=2), layouts=draw.WRITABLE))
def test_a_number_fills_a_column(array, device):
    """tensor[:, 1] = 0 makes the second column zero and leaves all else as it was."""
    x = tensor(array, device)

    x[:, 1] = 0

    array[:, 1] = 0
    close(x, array, device=device)


@documents(*PAGES, guide=GUIDE)
@given(sample=SAMPLES, dtype=DTYPE, seed=draw.seeds(), data=st.data())
def test_writes_what_basic_indices_name(sample, dtype, seed, data, device):
    """x[key] = value by integers, slices, ... and None writes the value, broadcast, to the elements of x[key] alone."""
    array, key = sample(dtype), data.draw(keys.basic(sample.shape))
    value = filler(array[key].shape, seed, data.draw(between(0, array[key].ndim)))(dtype)
    x = tensor(array, device, dtype)

    x[key] = tensor(value, device, dtype)

    close(x, indexing.assigned(array, key, value), dtype=dtype, device=device)


@documents(*PAGES)
@given(sample=FILLED, data=st.data())
def test_writes_what_a_slice_keeps(sample, data, device):
    """x[start:stop:step] = number writes the number to each place that the slice keeps, in each dimension."""
    dim, array = data.draw(between(0, len(sample.shape) - 1)), sample("float32")
    drawn = [(*[slice(None)] * dim, data.draw(keys.slices(sample.shape[dim]))) for _ in range(4)]

    results = [filled(tensor(array, device), key, 7.5) for key in drawn]

    same(results, [indexing.assigned(array, key, np.float32(7.5)) for key in drawn], torch.float32, device)


def filled(x, key, number):
    """x after x[key] = number."""
    x[key] = number
    return x


@documents(*PAGES)
@given(sample=FILLED, dtype=DTYPE, seed=draw.seeds(), data=st.data())
def test_writes_what_index_tensors_name(sample, dtype, seed, data, device):
    """x[key] = value by index tensors writes the value, broadcast, to the elements of x[key] alone."""
    array, key = sample(dtype), data.draw(keys.arrays(sample.shape).filter(lambda key: has_no_twins(key, sample.shape)))
    shape = indexing.index(array, key).shape
    value = filler(shape, seed, data.draw(between(0, len(shape))))(dtype)
    x = tensor(array, device, dtype)

    x[keys.in_torch(key, device)] = tensor(value, device, dtype)

    close(x, indexing.assigned(array, key, value), dtype=dtype, device=device)


def has_no_twins(key, shape):
    """Whether a key names no element twice; which value such an element gets is left open."""
    places = indexing.index(np.arange(np.prod(shape, dtype=int)).reshape(shape), key)
    return len(np.unique(places)) == places.size


@documents(*PAGES)
@given(sample=SAMPLES, dtype=DTYPE, seed=draw.seeds(), data=st.data())
def test_writes_where_the_mask_is_true(sample, dtype, seed, data, device):
    """x[mask] = values writes the values in turn to the places where the mask is True, and to no others."""
    array, mask = sample(dtype), data.draw(keys.masks(sample.shape))
    value = draw.Sample(array[mask].shape, seed)(dtype)
    x = tensor(array, device, dtype)

    x[tensor(mask, device)] = tensor(value, device, dtype)

    close(x, indexing.assigned(array, mask, value), dtype=dtype, device=device)


@documents(*PAGES)
@given(sample=SAMPLES, number=st.integers(0, 100), data=st.data())
def test_a_number_fills_what_the_mask_keeps(sample, number, data, device):
    """x[mask] = number writes the number to each place where the mask is True, and to no others."""
    array, mask = sample("float32"), data.draw(keys.masks(sample.shape))
    x = tensor(array, device)

    x[tensor(mask, device)] = number

    close(x, indexing.assigned(array, mask, np.float32(number)), device=device)


@documents(*PAGES)
@pytest.mark.dtypes(torch.float32, torch.bfloat16, torch.int32, torch.uint8)
@given(sample=FILLED, data=st.data())
def test_the_value_is_converted_to_the_dtype(sample, data, dtype, device):
    """A value of another dtype is converted to that of the tensor, which cuts a fraction off for integers."""
    array, value = sample(dtype), np.float64(data.draw(st.sampled_from((2.75, 3.5, 100.25, 0.5, 0.1))))
    place = data.draw(between(-sample.shape[-1], sample.shape[-1] - 1))
    x = tensor(array, device, dtype)

    x[..., place] = tensor(value, device)

    array[..., place] = draw.cast(value, dtype)
    close(x, array, dtype=dtype, device=device)


@documents(*PAGES)
@given(sample=FILLED, seed=draw.seeds())
def test_a_view_that_is_assigned_to_writes_to_its_base(sample, seed, device):
    """Assigning to a view writes to its base: the tensor is the same object over the same memory afterwards."""
    array, value = sample("float32"), np.float32(seed)
    base = tensor(array, device)
    view = base[-1:][...]

    view[:] = float(value)

    array[-1:] = value
    close(base, array, device=device)
    assert share_memory(base, view)


@documents(*PAGES)
@given(array=draw.arrays("float32", shape=draw.shapes(least=2, most=2, low=2), layouts=draw.WRITABLE))
def test_a_row_may_be_written_over_another(array, device):
    """The value may be a part of the tensor itself that does not overlap: x[0] = x[-1] copies the last row."""
    x = tensor(array, device)

    x[0] = x[-1]

    array[0] = array[-1]
    close(x, array, device=device)


@documents(*PAGES)
@given(sample=FILLED, more=st.integers(1, 3), seed=draw.seeds())
def test_a_value_that_does_not_broadcast_raises(sample, more, seed, device):
    """A value whose shape does not broadcast to that of x[key] raises RuntimeError, and nothing is written."""
    value = draw.normal(seed, sample.shape[-1] + 1 + more, dtype="float32")
    x = tensor(sample("float32"), device)

    with unchanged(x), pytest.raises(RuntimeError):
        x[...] = tensor(value, device)


@documents(*PAGES)
@given(sample=FILLED, data=st.data())
def test_an_assignment_out_of_range_raises(sample, data, device):
    """Assigning at an index out of range raises IndexError, and nothing is written."""
    x, n = tensor(sample("float32"), device), sample.shape[0]
    beyond = data.draw(st.sampled_from((n, n + 1, -n - 1)))

    with unchanged(x), pytest.raises(IndexError):
        x[beyond] = 0
    with unchanged(x), pytest.raises(IndexError):
        x[tensor(np.array([beyond]), device)] = 0


@documents("torch.Tensor.index_put_", "torch.Tensor.index_put")
@pytest.mark.parametrize("accumulate", [True, False])
@given(sample=FILLED, seed=draw.seeds(), data=st.data())
def test_index_put_writes_or_accumulates(accumulate, sample, seed, data, device):
    """index_put_ writes the values at the indices, or adds all of them to what is there; index_put copies first."""
    array = draw.lattice(seed, sample.shape).astype(np.float32)
    index = tuple(data.draw(indices(side, (5,), None)) for side in sample.shape)
    value = np.full(5, 3, np.float32) if not accumulate else draw.lattice(seed + 1, (5,)).astype(np.float32)
    x, at = tensor(array, device), tuple(tensor(i, device) for i in index)

    with unchanged(x):
        copied = x.index_put(at, tensor(value, device), accumulate)
    result = x.index_put_(at, tensor(value, device), accumulate)

    expected = array.copy()
    (np.add.at if accumulate else np.ndarray.__setitem__)(expected, index, value)
    assert result is x
    close(x, expected, device=device)
    close(copied, expected, device=device)
