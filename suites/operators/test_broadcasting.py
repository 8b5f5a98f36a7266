"""Broadcasting: shapes are compared from the right, and a side of 1 stretches to the other."""

import itertools

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from suites.kit import close, documents, tensor
from suites.operators.values import numbers

GUIDE = ("Operations on Tensors", "Arithmetic operations")
SIDES = (0, 1, 2, 3)
SHAPES = tuple(itertools.chain.from_iterable(itertools.product(SIDES, repeat=n) for n in range(3)))


def fits(left, right):
    """The documented rule: from the right, sides are equal, or one is 1, or one is missing."""
    return all(a == b or 1 in (a, b) for a, b in zip(reversed(left), reversed(right)))


def stretched(left, right):
    """The shape of the result: on each place the side that is not 1."""
    pairs = itertools.zip_longest(reversed(left), reversed(right), fillvalue=1)
    return tuple(b if a == 1 else a for a, b in pairs)[::-1]


LEGAL = [pair for pair in itertools.product(SHAPES, SHAPES) if fits(*pair)]
ILLEGAL = [pair for pair in itertools.product(SHAPES, SHAPES) if not fits(*pair)]


@documents("notes/broadcasting", "torch.add", "torch.mul", "torch.div", "torch.sub", "torch.eq", guide=GUIDE)
@pytest.mark.parametrize("left", SHAPES, ids=str)
def test_stretches_sides_of_one(left, device):
    """An operation of two shapes that fit is the operation of both operands stretched to one shape."""
    for right in (shape for shape in SHAPES if fits(left, shape)):
        assert_broadcasts(left, right, device)


def assert_broadcasts(left, right, device):
    """All operations of the two shapes are NumPy's of the operands written out in full."""
    x, y = numbers(1, left, "float64"), np.abs(numbers(2, right, "float64")) + 1
    a, b = tensor(x, device), tensor(y, device)
    shape = stretched(left, right)
    full, other = (np.ascontiguousarray(np.broadcast_to(part, shape)).reshape(shape) for part in (x, y))

    assert torch.broadcast_shapes(left, right) == shape
    close(a + b, full + other, device=device)
    close(b - a, other - full, device=device)
    close(a * b, full * other, device=device)
    close(a / b, full / other, device=device)
    close(a < b, full < other, device=device)
    close(torch.maximum(a, b), np.maximum(full, other), device=device)


@documents("notes/broadcasting", "torch.add", "torch.mul", "torch.lt", "torch.broadcast_shapes", guide=GUIDE)
@pytest.mark.parametrize("name", ["add", "mul", "sub", "div", "lt", "maximum", "atan2"])
def test_refuses_shapes_that_do_not_fit(name, device):
    """An operation of two shapes of which some side differs and is not 1 raises, whichever comes first."""
    refused = [
        pair for pair in ILLEGAL if raises(getattr(torch, name), *(tensor(np.ones(shape), device) for shape in pair))
    ]

    assert refused == ILLEGAL


def raises(operation, x, y):
    """Whether the operation raises RuntimeError."""
    try:
        operation(x, y)
    except RuntimeError:
        return True
    return False


SIX = st.lists(st.integers(1, 3), min_size=3, max_size=6)


@documents("notes/broadcasting", "torch.add", "torch.where", guide=GUIDE)
@given(
    shape=SIX,
    masks=st.tuples(*[st.lists(st.booleans(), min_size=6, max_size=6)] * 3),
    cuts=st.tuples(*[st.integers(0, 3)] * 3),
)
def test_stretches_three_operands_of_many_dimensions(shape, masks, cuts, device):
    """Three operands of any numbers of dimensions broadcast together, missing ones and sides of 1 stretched."""
    shapes = [
        tuple(1 if drop else side for side, drop in zip(shape, mask))[min(cut, len(shape)) :]
        for mask, cut in zip(masks, cuts)
    ]
    x, y, z = (numbers(seed, part, "float64") for seed, part in enumerate(shapes))
    a, b, c = (tensor(part, device) for part in (x, y, z))

    close(torch.where(c > 0, a, b), np.where(z > 0, x, y), device=device)
    close(a + b * c, x + y * z, device=device)


@documents("torch.broadcast_tensors", "torch.broadcast_to", "torch.Tensor.expand", "notes/broadcasting", guide=GUIDE)
@pytest.mark.parametrize(
    ("left", "right"), [((3, 1), (1, 4)), ((), (2, 3)), ((2, 1, 4), (3, 1)), ((1,), (3, 2)), ((5,), (5,))], ids=str
)
def test_broadcast_tensors_stretches_without_copying(left, right, device):
    """broadcast_tensors and broadcast_to give views of the stretched shape: a stretched side has a stride of 0."""
    x, y = numbers(1, left, "float64"), numbers(2, right, "float64")
    a, b = tensor(x, device), tensor(y, device)
    shape = stretched(left, right)

    first, second = torch.broadcast_tensors(a, b)

    close(first, np.ascontiguousarray(np.broadcast_to(x, shape)), device=device)
    close(second, np.ascontiguousarray(np.broadcast_to(y, shape)), device=device)
    close(torch.broadcast_to(a, shape), np.ascontiguousarray(np.broadcast_to(x, shape)), device=device)
    assert first.data_ptr() == a.data_ptr()
    assert second.data_ptr() == b.data_ptr()


@documents("notes/broadcasting", "torch.Tensor.add_", guide=GUIDE)
@pytest.mark.parametrize("pair", [p for p in LEGAL if stretched(*p) != p[0]][::7], ids=str)
def test_in_place_operations_keep_their_shape(pair, device):
    """In place, an operation raises where the shape of its tensor would change."""
    x, y = (tensor(np.ones(shape), device) for shape in pair)

    with pytest.raises(RuntimeError):
        x.add_(y)

    close(x, np.ones(pair[0]), device=device)
