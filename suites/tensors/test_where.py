"""Choosing by a condition, and where what is not zero lies."""

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from reference import indexing
from suites.kit import close, documents, draw, tensor, unchanged
from suites.tensors.operation import MOVED, indices, same
from suites.tensors.recipes import samples


@documents("torch.where", "torch.Tensor.where")
@given(samples=draw.broadcastable(3), dtype=st.sampled_from(MOVED))
def test_where_takes_each_element_from_one_side(samples, dtype, device):
    """where takes each element from one side: the first where the condition is True, the second elsewhere."""
    condition, x, other = samples[0]("bool"), samples[1](dtype), samples[2](dtype)
    tensors = [tensor(condition, device), tensor(x, device, dtype), tensor(other, device, dtype)]

    with unchanged(*tensors):
        result = torch.where(*tensors)

    close(result, indexing.where(condition, x, other), dtype=dtype, device=device)
    close(tensors[1].where(tensors[0], tensors[2]), indexing.where(condition, x, other), dtype=dtype, device=device)


@documents("torch.where")
@given(sample=samples(), number=st.floats(-100, 100, width=32), seed=draw.seeds())
def test_where_takes_numbers_too(sample, number, seed, device):
    """Either side of where may be a number: it stands at each place that the condition gives it."""
    condition, array = draw.Sample(sample.shape, seed)("bool"), sample("float32")
    chosen = tensor(condition, device)

    close(
        torch.where(chosen, tensor(array, device), number),
        np.where(condition, array, np.float32(number)),
        device=device,
    )
    close(
        torch.where(chosen, number, tensor(array, device)),
        np.where(condition, np.float32(number), array),
        device=device,
    )


@documents("torch.nonzero", "torch.where")
@given(sample=samples(least=1, most=3, fills=("ties",)), dtype=st.sampled_from(MOVED))
def test_indices_of_what_is_not_zero(sample, dtype, device):
    """nonzero(as_tuple=True) and where(condition) give one vector of indices for each dimension; NaN is not zero."""
    array = sample(dtype)
    x = tensor(array, device, dtype)

    same(torch.nonzero(x, as_tuple=True), [*indexing.nonzero(array).T], dtype, device)
    same(torch.where(x), [*indexing.nonzero(array).T], dtype, device)


@documents("torch.unravel_index", since="2.2")
@given(shape=draw.shapes(least=1, low=1), data=st.data())
def test_flat_indices_have_coordinates(shape, data, device):
    """unravel_index gives the coordinates of flat indices in a tensor of that shape."""
    index = data.draw(indices(int(np.prod(shape)), (7,)))

    result = torch.unravel_index(tensor(index, device), shape)

    same(result, indexing.unravel_index(index, shape), torch.int64, device)
