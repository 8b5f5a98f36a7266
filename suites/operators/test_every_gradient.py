"""The derivative of every operator that has one: the slope of its values, backward and forward, in any layout."""

import numpy as np
import pytest
import torch
from torch.autograd import forward_ad

from suites.kit import array, bound, close, documents, draw, dtypes, tensor
from suites.operators.catalogue import CALLS, QUIET, tensors, words
from suites.operators.every import PAIRS, STRETCHED, every, placed, same, stretched

pytestmark = QUIET
GUIDE = ("Operations on Tensors", "Differentiation in Autograd")

#: Whose result is no function of real numbers, has no derivative, or none that the documentation speaks of.
DISCRETE = words(
    "isnan isinf isfinite isneginf isposinf signbit eq ne lt le gt ge isclose logical_and logical_or logical_xor "
    "bitwise_and bitwise_or bitwise_xor bitwise_left_shift bitwise_right_shift gcd lcm floor_divide bitwise_not "
    "logical_not argmax argmin all any count_nonzero argsort histc bincount nonzero argwhere isin searchsorted "
    "bucketize nn.functional.one_hot heaviside unique nextafter"
)
SMOOTH = tuple(call for call in CALLS if call.name not in DISCRETE)
#: Which have no derivative in forward mode, to this day.
BACKWARD = words(
    "cdist index_reduce nn.functional.embedding_bag nn.functional.grid_sample nn.functional.pdist "
    "nn.functional.multi_margin_loss"
)
FORWARD = tuple(call for call in SMOOTH if call.name not in BACKWARD)

#: How far apart the four values lie from which the slope is computed. The formula errs by step⁴ f⁗' / 30 and by
#: 1.5 u |f| / step, summed up over all elements.
STEP = 2.0**-15
ROUNDING = dtypes.unit("float64")


def directions(likes, seed, device, layout="contiguous"):
    """A random direction for each tensor, of its shape and dtype."""
    return [
        tensor(placed(layout)(draw.normal(seed + i, *like.shape, dtype=str(like.dtype)[6:])), device)
        for i, like in enumerate(likes)
    ]


def inner(first, second):
    """The inner products of two lists of tensors, and the absolute values added up: real, as of pairs of reals."""
    products = [np.real(np.conj(array(a)) * array(b)) for a, b in zip(first, second) if a is not None]
    return sum(float(p.sum()) for p in products), sum(float(np.abs(p).sum()) for p in products)


def differentiable(row, parts):
    """The results that depend on what was asked for."""
    return [result for result in row.results(*parts) if result.requires_grad]


def moved(row, device, ways, step):
    """The results a step along the ways."""
    parts = row.asking(device)
    with torch.no_grad():
        for part, way in zip((p for p in tensors(parts) if p.requires_grad), ways):
            part.add_(way, alpha=step)
    return differentiable(row, parts)


def is_slope(found, size, row, device, ways, cotangents):
    """Assert that the number is the slope of the results' inner product with the cotangents along the ways.

    (8 (f(h) - f(-h)) - (f(2h) - f(-2h))) / 12 h, to a relative 2⁻³² of what is added up, for the truncated rest.
    """
    near, far = ([inner(moved(row, device, ways, k * STEP), cotangents) for k in (n, -n)] for n in (1, 2))
    expected = (8 * (near[0][0] - near[1][0]) - (far[0][0] - far[1][0])) / (12 * STEP)

    allowed = 2.0**-32 * size + 8 * ROUNDING / STEP * near[0][1]
    close(np.float64(found), np.float64(expected), bound.Bound(allowed / ROUNDING, 1.0, signed_zeros=False))


def gradients(row, parts, cotangents):
    """What reverse mode gives for the arguments that ask for it."""
    asking = [part for part in tensors(parts) if part.requires_grad]
    return torch.autograd.grad(differentiable(row, parts), asking, cotangents, allow_unused=True)


@every(SMOOTH, aminmax="2.13", narrow_copy="2.13")
@documents("notes/autograd", guide=GUIDE)
def test_gradient_is_the_slope(row, device):
    """The gradient of {row} gives the slope of its values in a random direction of all its arguments."""
    parts = row.asking(device)
    cotangents = directions(differentiable(row, parts), 20, device)
    ways = directions([part for part in tensors(parts) if part.requires_grad], 40, device)

    found, size = inner(gradients(row, parts, cotangents), ways)

    is_slope(found, size, row, device, ways, cotangents)


@every(SMOOTH, aminmax="2.13", narrow_copy="2.13")
@documents("notes/autograd", "tensor_view", guide=GUIDE)
@pytest.mark.parametrize("layout", ["transposed", "stepped", "channels last"])
def test_gradient_does_not_depend_on_the_strides(row, layout, device):
    """The gradient of {row} is the same wherever its arguments and the gradients of its results lie in memory."""
    parts = row.asking(device)
    cotangents = directions(differentiable(row, parts), 20, device)
    expected = gradients(row, parts, cotangents)
    elsewhere = row.asking(device, placed(layout))

    found = gradients(row, elsewhere, directions(differentiable(row, elsewhere), 20, device, layout))

    kept = [place for place, one in enumerate(expected) if one is not None]
    same([found[place] for place in kept], [expected[place] for place in kept], (parts, cotangents), device)


def folded(values, shape):
    """The sum over the axes along which a shape was stretched."""
    added = values.sum(axis=tuple(range(values.ndim - len(shape))))
    return added.sum(axis=tuple(axis for axis, side in enumerate(shape) if side != added.shape[axis]), keepdims=True)


@every(tuple(call for call in PAIRS if call in SMOOTH))
@documents("notes/broadcasting", "notes/autograd", guide=GUIDE)
def test_gradient_sums_over_what_is_stretched(row, device):
    """The gradient of {row} for an operand that broadcasts is that of the operand written out, summed up again."""
    for shapes in STRETCHED:
        narrow = stretched(row, shapes).asking(device)
        full = [tensor(np.array(x), device).requires_grad_() for x in np.broadcast_arrays(*map(array, narrow))]
        cotangents = directions(differentiable(row, full), 20, device)

        for found, whole in zip(gradients(row, narrow, cotangents), map(array, gradients(row, full, cotangents))):
            shape = tuple(found.shape)
            scale = folded(np.abs(whole), shape) + np.abs(whole).max(initial=0.0)
            close(
                found, folded(whole, shape).reshape(shape), bound.Bound(64, scale.reshape(shape), False), device=device
            )


@every(FORWARD, aminmax="2.13", narrow_copy="2.13", logcumsumexp="2.1", renorm="2.1", affine_grid="2.6")
@documents("torch.autograd.forward_ad.make_dual", guide=GUIDE)
def test_forward_mode_gives_the_slope(row, device):
    """The tangent of {row} gives the slope of its values in a random direction of all its arguments."""
    parts = row.asking(device)
    cotangents = directions(differentiable(row, parts), 20, device)
    ways = directions([part for part in tensors(parts) if part.requires_grad], 40, device)
    with forward_ad.dual_level():
        duals = dual(parts, iter(ways))
        tangents = [forward_ad.unpack_dual(result).tangent for result in differentiable(row, duals)]

        found, size = inner(tangents, cotangents)

    is_slope(found, size, row, device, ways, cotangents)


def dual(part, ways):
    """The arguments, each tensor that asks for a gradient beside the next of the ways."""
    if isinstance(part, (tuple, list)):
        return type(part)(dual(one, ways) for one in part)
    asks = isinstance(part, torch.Tensor) and part.requires_grad
    return forward_ad.make_dual(part, next(ways)) if asks else part
