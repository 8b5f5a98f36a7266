"""In-place methods: x.f_(…) writes f's values into x, and into nothing else."""

import numpy as np
import pytest

from suites.kit import array, bound, close, documents, share_memory, tensor
from suites.operators.methods import RANDOM, SHAPES, VALUES

GUIDE = ("Operations on Tensors", "In place operations")

#: index_reduce_ says that it is in beta.
pytestmark = pytest.mark.filterwarnings("ignore:.*is in beta:UserWarning")


def rows(*table):
    """Methods as parameters of claims."""
    params = [pytest.param(row, marks=documents(f"torch.Tensor.{row.name}"), id=row.name) for row in table]
    return pytest.mark.parametrize("row", params)


#: Those with a form outside that takes the same arguments.
PAIRED = tuple(row for row in VALUES if row.name not in ("copy_", "fill_diagonal_", "polygamma_"))


@rows(*VALUES, *RANDOM)
@documents(guide=GUIDE)
def test_returns_the_tensor_itself(row, device):
    """{row} changes the tensor it is called on and returns that same object, in the same memory, shape and dtype."""
    x = tensor(row.array(), device)
    before = (x.data_ptr(), x.shape, x.dtype, x.stride())
    alias = x.view(-1)

    result = row.in_place(x, device)

    assert result is x
    assert (x.data_ptr(), x.shape, x.dtype, x.stride()) == before
    assert share_memory(x, alias)


@rows(*VALUES, *SHAPES, *RANDOM)
@documents("notes/autograd", guide=GUIDE)
def test_bumps_the_version(row, device):
    """{row} raises the version counter of the tensor and of its views by one or more; its form outside does not."""
    x = tensor(row.array(), device)
    alias, version = x.view(-1), x._version

    row.in_place(x, device)

    assert x._version > version
    assert alias._version == x._version


@rows(*PAIRED)
@documents(guide=GUIDE)
def test_equals_the_form_outside(row, device):
    """{row} leaves in the tensor what its form without the underscore returns, bit for bit, in the tensor's dtype."""
    x, outside = tensor(row.array(), device), tensor(row.array(), device)
    expected = row.out_of_place(outside, device)

    row.in_place(x, device)

    close(x, array(expected).astype(array(x).dtype), dtype=row.dtype, device=device)
    close(outside, row.array(), device=device)


@rows(*PAIRED)
@documents(guide=GUIDE)
def test_changes_the_values(row, device):
    """{row} is no empty call: some value of the tensor differs afterwards."""
    x = tensor(row.array(), device)

    row.in_place(x, device)

    assert not np.array_equal(array(x), row.array(), equal_nan=row.dtype.is_floating_point)


@rows(*PAIRED)
@documents("tensor_view", guide=GUIDE)
def test_writes_to_a_view_and_not_between(row, device):
    """{row} of a view with strides changes the elements of the view and nothing between them."""
    base = np.full((*row.shape, 2), 77.0).astype(row.array().dtype)
    base[..., 1] = row.array()
    memory = tensor(base, device)
    expected = array(row.out_of_place(tensor(row.array(), device), device)).astype(base.dtype)

    row.in_place(memory[..., 1], device)

    close(memory[..., 1], expected, bound.Bound(8, np.abs(expected)), device=device)
    close(memory[..., 0], base[..., 0], device=device)


@rows(*SHAPES)
@documents(guide=GUIDE)
def test_changes_the_shape_of_the_tensor(row, device):
    """{row} gives the tensor itself the shape and the strides of its form outside, over the same memory."""
    x = tensor(row.array(), device)
    alias = x.view(-1)
    expected = row.out_of_place(tensor(row.array(), device), device)

    result = row.in_place(x, device)

    assert result is x
    assert x.stride() == expected.stride()
    assert share_memory(x, alias)
    close(x, array(expected), device=device)
