"""x[key] by masks and arrays of indices: a copy of what NumPy gives, with one difference told in reference/indexing."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reference import indexing
from suites.kit import close, documents, draw, tensor, unchanged
from suites.tensors import keys
from suites.tensors.operation import MOVED, indices
from suites.tensors.recipes import samples

PAGE = "tensor_view"
FILLED = samples(least=1, low=1)
PLANES = samples(least=2, most=3, low=1)


@documents(PAGE)
@given(data=st.data(), sample=samples(least=1, low=1), dtype=st.sampled_from(MOVED))
def test_index_tensors_take_elements(data, sample, dtype, device):
    """Index tensors broadcast and each place takes one element; integers, slices and None are applied before them."""
    array, key = sample(dtype), data.draw(keys.arrays(sample.shape))
    x = tensor(array, device, dtype)

    with unchanged(x):
        result = x[keys.in_torch(key, device)]

    close(result, indexing.index(array, key), dtype=dtype, device=device)


@documents(PAGE)
@given(sample=FILLED, data=st.data())
def test_an_index_tensor_puts_its_shape_in_place_of_the_dimension(sample, data, device):
    """x[index] has the shape of the index tensor followed by the other dimensions of x."""
    shape = data.draw(draw.shapes(most=3, long=False))
    index = data.draw(indices(sample.shape[0], shape))
    array = sample("float32")

    result = tensor(array, device)[tensor(index, device)]

    close(result, np.take(array, index, axis=0), device=device)


@documents(PAGE)
@given(sample=FILLED, data=st.data())
def test_a_negative_index_in_a_tensor_counts_from_the_end(sample, data, device):
    """An index of -k in an index tensor takes what n - k takes, in every dimension."""
    dim = data.draw(st.integers(0, len(sample.shape) - 1))
    index = data.draw(indices(sample.shape[dim], (4,), None))
    array = sample("float32")

    result = tensor(array, device)[(slice(None),) * dim + (tensor(index, device),)]

    close(result, np.take(array, index % sample.shape[dim], axis=dim), device=device)


@documents(PAGE)
@given(sample=samples(least=3, low=1), data=st.data())
def test_separated_index_tensors_put_their_dimensions_first(sample, data, device):
    """Where a slice lies between two index tensors, the dimensions they give come first in the result."""
    count = data.draw(st.integers(0, 5))
    first, third = (data.draw(indices(sample.shape[dim], (count,))) for dim in (0, 2))
    array = sample("float32")

    result = tensor(array, device)[tensor(first, device), :, tensor(third, device)]

    close(result, array[first, :, third], device=device)


@documents(PAGE)
@given(sample=samples(least=3, low=1), data=st.data())
def test_an_integer_is_no_index_tensor(sample, data, device):
    """An integer selects before index tensors do: x[i, :, index] is x[i][:, index], where NumPy gives its transpose."""
    index = data.draw(indices(sample.shape[2], (3,), None))
    array = sample("float32")

    result = tensor(array, device)[0, :, tensor(index, device)]

    close(result, array[0][:, index], device=device)


@documents(PAGE)
@pytest.mark.parametrize("form", [list, tuple, np.asarray], ids=["list", "tuple", "array"])
@given(sample=FILLED, data=st.data())
def test_lists_and_arrays_of_integers_are_index_tensors(form, sample, data, device):
    """Beside other indices a list, a tuple or a NumPy array of integers indexes as the tensor of them does."""
    index = data.draw(indices(sample.shape[-1], (data.draw(st.integers(0, 40)),), None))
    array = sample("float32")

    result = tensor(array, device)[..., form(index)]

    close(result, array[..., index], device=device)


@documents(PAGE)
@given(sample=PLANES, data=st.data())
def test_an_array_of_several_dimensions_is_one_index(sample, data, device):
    """A NumPy array of integers indexes the first dimension, however many dimensions it has itself."""
    index = data.draw(indices(sample.shape[0], (2, 3), None))
    array = sample("float32")

    close(tensor(array, device)[index], array[index], device=device)


@documents(PAGE)
@given(sample=samples(least=2, low=2))
def test_a_nested_list_is_one_index(sample, device):
    """A nested list of integers indexes the first dimension as the array of it does."""
    array = sample("float32")

    close(tensor(array, device)[[[0, 1], [1, 0]]], array[np.array([[0, 1], [1, 0]])], device=device)


@documents(PAGE)
@given(sample=samples(), dtype=st.sampled_from(MOVED), data=st.data())
def test_a_mask_keeps_the_places_that_are_true(sample, dtype, data, device):
    """A mask over the first dimensions, over all or over none keeps the places where it is True, in row-major order."""
    array, mask = sample(dtype), data.draw(keys.masks(sample.shape))
    x = tensor(array, device, dtype)

    with unchanged(x):
        result = x[tensor(mask, device)]

    close(result, array[mask], dtype=dtype, device=device)


@documents(PAGE)
@given(sample=PLANES, seed=draw.seeds(), data=st.data())
def test_what_follows_a_mask_in_the_middle(sample, seed, data, device):
    """After ..., a mask of one dimension is about the last; what stands before it indexes the dimensions before."""
    mask = np.random.default_rng(seed).random(sample.shape[-1]) < 0.6
    first, array = data.draw(keys.slices(sample.shape[0])), sample("float32")

    result = tensor(array, device)[first, ..., tensor(mask, device)]

    close(result, array[first, ..., mask], device=device)


@documents(PAGE)
@given(sample=PLANES, seed=draw.seeds(), rest=st.sampled_from(((None,), (..., None), (None, ...))))
@example(sample=draw.Sample((2, 3)), seed=0, rest=(None,))
def test_a_mask_counts_as_many_dimensions_as_it_has(sample, seed, rest, device):
    """What follows a mask of two dimensions is about the third: None there puts a dimension after the mask's."""
    mask = np.random.default_rng(seed).random(sample.shape[:2]) < 0.6
    array = sample("float32")

    result = tensor(array, device)[(tensor(mask, device), *rest)]

    close(result, array[(mask, *rest)], device=device)


@documents(PAGE)
@given(sample=samples(least=3, low=1), seed=draw.seeds(), data=st.data())
@example(sample=draw.Sample((2, 3, 4)), seed=0, data=None)
def test_a_slice_may_follow_a_mask(sample, seed, data, device):
    """A slice after a mask of two dimensions is taken of the third."""
    mask = np.random.default_rng(seed).random(sample.shape[:2]) < 0.6
    part, array = data.draw(keys.slices(sample.shape[2])) if data else slice(1, None), sample("float32")

    close(tensor(array, device)[tensor(mask, device), part], array[mask, part], device=device)


@documents(PAGE)
@given(sample=PLANES, seed=draw.seeds())
@example(sample=draw.Sample((2, 3)), seed=0)
def test_an_array_may_be_the_mask(sample, seed, device):
    """A NumPy array of bools of the tensor's shape is a mask."""
    mask = np.random.default_rng(seed).random(sample.shape) < 0.5
    array = sample("float32")

    close(tensor(array, device)[mask], array[mask], device=device)


@documents(PAGE)
@given(sample=PLANES, seed=draw.seeds())
@example(sample=draw.Sample((2, 3)), seed=0)
def test_a_nested_list_may_be_the_mask(sample, seed, device):
    """A nested list of bools of the tensor's shape is a mask."""
    mask = np.random.default_rng(seed).random(sample.shape) < 0.5
    array = sample("float32")

    close(tensor(array, device)[mask.tolist()], array[mask], device=device)


@documents(PAGE)
@pytest.mark.parametrize("value", [True, False])
@given(sample=samples())
def test_a_single_bool_is_a_mask_of_no_dimensions(value, sample, device):
    """x[True] is x with a dimension of size 1 in front, and x[False] has a dimension of size 0 there."""
    array = sample("float32")

    close(tensor(array, device)[value], array[value], device=device)
    close(tensor(array, device)[tensor(np.array(value), device)], array[value], device=device)


@documents(PAGE)
@given(sample=FILLED, dim=st.integers(0, 3), index=st.sampled_from((0, 3, -1, -2)))
def test_an_index_out_of_range_raises(sample, dim, index, device):
    """An index tensor that holds an index that is not from -n to n - 1 raises IndexError."""
    dim %= len(sample.shape)
    outside = index + sample.shape[dim] * (1 if index >= 0 else -1)
    x = tensor(sample(), device)

    with pytest.raises(IndexError):
        x[(*[slice(None)] * dim, tensor(np.array([0, outside, 0]), device))]


@documents(PAGE)
@given(sample=PLANES)
def test_indices_that_do_not_broadcast_raise(sample, device):
    """Index tensors whose shapes do not broadcast raise IndexError."""
    x = tensor(sample(), device)

    with pytest.raises(IndexError):
        x[tensor(np.zeros(2, np.int64), device), tensor(np.zeros(3, np.int64), device)]


@documents(PAGE)
@given(sample=FILLED, dim=st.integers(0, 3), more=st.sampled_from((-1, 1)))
def test_a_mask_of_another_shape_raises(sample, dim, more, device):
    """A mask whose sides are not those of the dimensions it is about raises IndexError."""
    shape = list(sample.shape)
    shape[dim % len(shape)] += more
    x = tensor(sample(), device)

    with pytest.raises(IndexError):
        x[tensor(np.ones(shape, bool), device)]


@documents(PAGE)
@given(sample=FILLED)
def test_a_floating_tensor_is_no_index(sample, device):
    """A tensor of floating-point numbers is no index: it raises IndexError."""
    x = tensor(sample(), device)

    with pytest.raises(IndexError):
        x[tensor(np.zeros(1, np.float32), device)]
