"""x[key] by integers, slices, ... and None: a view of what NumPy gives."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from suites.kit import close, documents, draw, tensor, unchanged
from suites.tensors import keys
from suites.tensors.operation import MOVED, same
from suites.tensors.recipes import samples

GUIDE = "Operations on Tensors"
PAGES = ("tensor_view", "tensors")


def matrices(**structure):
    """Arrays of two dimensions, neither of which is empty."""
    return draw.arrays("float32", shape=draw.shapes(least=2, most=2, low=1, **structure))


@documents(*PAGES, guide=GUIDE)
@given(data=st.data(), sample=samples(), dtype=st.sampled_from(MOVED))
def test_gives_what_numpy_gives(data, sample, dtype, device):
    """Indexing by integers, slices, ... and None gives the elements that NumPy gives, in NumPy's shape."""
    array, drawn = sample(dtype), [data.draw(keys.basic(sample.shape)) for _ in range(4)]
    x = tensor(array, device, dtype)

    with unchanged(x):
        results = [x[key] for key in drawn]

    same(results, [array[key] for key in drawn], dtype, device)


@documents(*PAGES, guide=GUIDE)
@given(data=st.data(), sample=samples(least=1))
def test_a_slice_keeps_every_step(data, sample, device):
    """x[start:stop:step] keeps start, start + step, … below stop, in each dimension; -k is n - k."""
    dim, array = data.draw(st.integers(0, len(sample.shape) - 1)), sample("int64")
    drawn = [data.draw(keys.slices(sample.shape[dim])) for _ in range(8)]
    x, before = tensor(array, device), (slice(None),) * dim

    results = [x[(*before, key)] for key in drawn]

    kept = [[*range(sample.shape[dim])[key]] for key in drawn]
    same(results, [np.take(array, np.array(places, int), axis=dim) for places in kept], torch.int64, device)


@documents(*PAGES, guide=GUIDE)
@given(array=matrices())
def test_an_integer_takes_a_row(array, device):
    """tensor[0] is the first row of a matrix and tensor[-1] the last, each a vector."""
    x = tensor(array, device)

    close(x[0], array[0], device=device)
    close(x[-1], array[len(array) - 1], device=device)


@documents(*PAGES, guide=GUIDE)
@given(array=matrices())
def test_a_slice_then_an_integer_takes_a_column(array, device):
    """tensor[:, 0] is the first column of a matrix, and tensor[:, -1] and tensor[..., -1] are the last."""
    x, last = tensor(array, device), array.shape[1] - 1

    close(x[:, 0], array[:, 0], device=device)
    close(x[:, -1], array[:, last], device=device)
    close(x[..., -1], array[:, last], device=device)


@documents(*PAGES)
@given(data=st.data(), sample=samples(least=1, low=1))
def test_a_negative_integer_counts_from_the_end(data, sample, device):
    """x[..., -k] is x[..., n - k], of a dimension of n elements, whichever dimension it is."""
    dim = data.draw(st.integers(0, len(sample.shape) - 1))
    k, n = data.draw(st.integers(1, sample.shape[dim])), sample.shape[dim]
    array = sample("float32")

    result = tensor(array, device)[(slice(None),) * dim + (-k,)]

    close(result, np.take(array, n - k, axis=dim), device=device)


@documents(*PAGES)
@given(array=draw.arrays("int64", shape=draw.shapes(least=1)))
def test_iterating_gives_the_slices_of_the_first_dimension(array, device):
    """A tensor has the length of its first dimension, and iterating over it gives x[0], x[1], … in order."""
    x = tensor(array, device)

    assert len(x) == len(array)
    assert [part.tolist() for part in x] == array.tolist()


@documents("torch.Tensor.item", *PAGES, guide=GUIDE)
@given(data=st.data(), sample=samples(low=1))
def test_an_integer_for_each_dimension_gives_one_element(data, sample, device):
    """Indexed by an integer for each dimension, a tensor gives a tensor of no dimensions that holds that element."""
    place = tuple(data.draw(st.integers(-side, side - 1)) for side in sample.shape)
    array = sample("int64")

    result = tensor(array, device)[place]

    assert result.shape == ()
    assert result.item() == array[place]


@documents(*PAGES)
@pytest.mark.parametrize("spelling", [np.int64, np.int32, np.array, torch.tensor], ids=lambda f: f.__name__)
@given(data=st.data(), sample=samples(least=1, low=1))
def test_an_integer_may_be_a_number_of_numpy_or_torch(spelling, data, sample, device):
    """A NumPy integer and a tensor that holds one integer index as the Python integer does."""
    place = data.draw(st.integers(-sample.shape[0], sample.shape[0] - 1))
    array = sample("float32")

    close(tensor(array, device)[spelling(place)], array[place], device=device)


@documents(*PAGES)
@given(sample=samples(least=1), dim=st.integers(0, 3), index=st.sampled_from((0, 3, -1, -2, 2**40)))
def test_an_integer_out_of_range_raises(sample, dim, index, device):
    """An integer that is not from -n to n - 1, of a dimension of n elements, raises IndexError."""
    dim %= len(sample.shape)
    outside = index + sample.shape[dim] * (1 if index >= 0 else -1)
    x = tensor(sample(), device)

    with pytest.raises(IndexError):
        x[(*[slice(None)] * dim, outside)]


@documents(*PAGES)
@given(sample=samples(), more=st.integers(1, 3))
def test_too_many_indices_raise(sample, more, device):
    """More slices than there are dimensions raise IndexError."""
    x = tensor(sample(), device)

    with pytest.raises(IndexError):
        x[(slice(None),) * (x.ndim + more)]


@documents(*PAGES)
@given(sample=samples(low=1), more=st.integers(1, 3))
def test_too_many_integers_raise(sample, more, device):
    """More integers than there are dimensions raise IndexError."""
    x = tensor(sample(), device)

    with pytest.raises(IndexError):
        x[(0,) * (x.ndim + more)]


@documents(*PAGES)
@given(sample=samples(least=1), step=st.integers(-4, -1))
def test_a_negative_step_raises(sample, step, device):
    """A slice with a negative step raises ValueError: a tensor has no negative strides."""
    x = tensor(sample(), device)

    with pytest.raises(ValueError):
        x[::step]


@documents(*PAGES)
@pytest.mark.parametrize("key", [1.0, "0", (slice(0, 1.0),)], ids=str)
@given(array=matrices())
def test_what_is_no_index_raises(key, array, device):
    """Floating-point numbers and strings are no indices: they raise IndexError or TypeError."""
    x = tensor(array, device)

    with pytest.raises((IndexError, TypeError)):
        x[key]
