"""Derivatives: every differentiable operator beside the complex-step derivative of its NumPy form."""

import numpy as np
import pytest
import torch

from reference import derivative
from suites.autograd import forward
from suites.autograd.operators import ACTIVATIONS, POINTWISE, REVERSE, TABLE
from suites.autograd.record import leaves, over_cases
from suites.kit import array, bound, close, documents, draw, gradient, tensor

GUIDE = ("What is autograd?", "Vector Calculus using autograd")


def rows(operators):
    """One row for each operator, named by its function and case."""
    return [
        pytest.param(row, marks=documents(row.name), id="-".join([row.name.rsplit(".", 1)[-1], *row.case.split()]))
        for row in operators
    ]


def whole(reference, arrays, cotangent):
    """Jᵀv for each argument, and what its error is measured by, in float64: the norms of |J|ᵀ|v| and of v f.

    The last is the size of what a derivative cancels where it is small.
    """
    arrays = [np.asarray(a, np.float64) for a in arrays]
    jacobians = [derivative.jacobian(reference, arrays, position) for position in range(len(arrays))]
    axes = np.ndim(cotangent)
    gradients = [np.tensordot(cotangent, j, axes) for j in jacobians]
    scale = [np.tensordot(np.abs(cotangent), np.abs(j), axes).ravel() for j in jacobians]
    cancelled = np.linalg.norm(np.ravel(cotangent * reference(*arrays)))
    return gradients, float(np.linalg.norm(np.concatenate(scale)) + cancelled)


@over_cases
@documents("torch.Tensor.backward", "torch.autograd.backward", guide=GUIDE)
@pytest.mark.parametrize("row", rows(TABLE + REVERSE))
def test_reverse_mode_gives_the_derivative(row, case, device, dtype):
    """Reverse mode through {row} gives its vector-Jacobian product, for every argument."""
    arrays = case.arrays(row, dtype)
    cotangent = draw.cast(case.cotangent(row, arrays), dtype)
    expected, scale = whole(row.reference, arrays, cotangent.astype(np.float64))

    inputs = leaves(arrays, device)
    row.function(*inputs).backward(tensor(draw.laid_out(cotangent, case.layout), device))

    for leaf, value in zip(inputs, expected):
        close(leaf.grad, value, bound.Norm(64 * scale), dtype=dtype, device=device)


@over_cases
@documents("torch.autograd.forward_ad.make_dual", "torch.autograd.forward_ad.unpack_dual", guide=GUIDE)
@pytest.mark.parametrize("row", rows(TABLE))
def test_forward_mode_gives_the_derivative(row, case, device):
    """Forward mode through {row} gives its Jacobian-vector product."""
    arrays = case.arrays(row)
    directions = case.directions(arrays, 0)
    scale = sum(
        np.tensordot(np.abs(derivative.jacobian(row.reference, arrays, i)), np.abs(d), np.ndim(d))
        for i, d in enumerate(directions)
    )

    tangent = forward.jvp(row.function, arrays, directions, device)

    radius = 64 * float(np.linalg.norm(np.ravel(scale)) + np.linalg.norm(np.ravel(row.reference(*arrays))))
    close(tangent, derivative.jvp(row.reference, arrays, directions), bound.Norm(radius), device=device)


@over_cases
@documents("torch.autograd.grad", guide=GUIDE)
@pytest.mark.parametrize("row", rows(TABLE))
def test_double_backward_gives_the_second_derivative(row, case, device):
    """Reverse mode through reverse mode through half the square of {row} gives its second derivative."""
    arrays = case.arrays(row)
    cotangent, left, right = case.cotangent(row, arrays), case.directions(arrays, 1), case.directions(arrays, 2)

    def half_square(*arguments):
        return row.reference(*arguments) ** 2 / 2

    inputs = leaves(arrays, device)
    loss = (row.function(*inputs) ** 2 / 2 * tensor(cotangent, device)).sum()
    first = torch.autograd.grad(loss, inputs, create_graph=True)
    along = sum((g * tensor(d, device)).sum() for g, d in zip(first, left))
    found = sum(np.sum(array(g) * d) for g, d in zip(torch.autograd.grad(along, inputs), right))

    expected = np.sum(cotangent * derivative.second(half_square, arrays, left, right))
    scale = np.sum(np.abs(cotangent) * (1 + np.abs(half_square(*arrays)))) / derivative.RADIUS**2
    close(np.asarray(found), np.asarray(expected), bound.Bound(256, scale, signed_zeros=False))


@over_cases
@documents("torch.Tensor.backward", guide=GUIDE)
@pytest.mark.parametrize("row", rows(row for row in POINTWISE + ACTIVATIONS if row.shapes == ("*",)))
def test_elementwise_gradients_do_not_depend_on_the_length(row, case, device, dtype):
    """The gradient of {row} is the derivative in each element, whatever the number of elements and their strides."""
    x = draw.laid_out(draw.cast(row.domain(draw.normal(case.seed, case.length)), dtype), case.layout)
    v = draw.normal(case.seed + 1, case.length, dtype=dtype)
    wide = x.astype(np.float64)

    slope = derivative.jvp(row.reference, (wide,), (np.ones(case.length),))
    found = gradient.vjp(row.function, (x,), v, device)[0]

    allowed = bound.Bound(32, np.abs(v) * (1 + np.abs(slope)), signed_zeros=False)
    close(found, v * slope, allowed, dtype=dtype, device=device)
