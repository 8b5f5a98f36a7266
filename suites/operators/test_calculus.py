"""Differences, estimates of derivatives and the trapezoidal rule: their edges, their spacing, their dtypes."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from reference import calculus
from suites.kit import bound, close, documents, draw, dtypes, gradient, tensor, unchanged
from suites.operators import operands
from suites.operators.composites import areas, areas_so_far
from suites.operators.values import agree, numbers, oracle

#: No rounding; the sign of a zero is left open.
FREE = bound.Bound(0, 0, False)
#: An array, and what comes before and after it along an axis.
ENDS = (
    (((5,), (2,), (1,)), 0),
    (((3, 4), (3, 1), (3, 2)), 1),
    (((3, 4), (2, 4), (1, 4)), -2),
    (((2, 3, 33), (2, 3, 1), (2, 3, 5)), -1),
    (((1,), (0,), (3,)), -1),
)


@documents("torch.diff", "torch.Tensor.diff")
@pytest.mark.dtypes(torch.float64, torch.float32, torch.int64, torch.uint8, torch.complex64)
@given(entry=st.sampled_from(ENDS), seed=draw.seeds(), n=st.integers(1, 3), layout=st.sampled_from(draw.WRITABLE))
def test_diff_extends_before_it_subtracts(entry, seed, n, layout, dtype, device):
    """torch.diff with prepend= and append= is the difference of all three joined along the axis."""
    shapes, dim = entry
    arrays = [np.rint(3 * numbers(seed + i, shape, "float64")).astype(int) for i, shape in enumerate(shapes)]
    x, before, after = (draw.laid_out(part.astype(dtypes.in_numpy(dtype)), layout) for part in arrays)
    parts = [tensor(part, device) for part in (x, before, after)]
    with unchanged(*parts):
        result = torch.diff(parts[0], n, dim, prepend=parts[1], append=parts[2])

    close(result, calculus.diff(x, n, dim, before, after), FREE, device=device)
    agree(result, parts[0].diff(n, dim, prepend=parts[1], append=parts[2]))
    close(torch.diff(parts[0], n, dim, append=parts[2]), calculus.diff(x, n, dim, None, after), FREE, device=device)


@documents("torch.diff")
@pytest.mark.dtypes(torch.int64, torch.int32, torch.uint8)
@given(sample=operands.singles(((5,), (3, 33), (2, 3, 4))), n=st.integers(0, 3))
def test_differences_of_integers_are_exact(sample, n, dtype, device):
    """torch.diff of integers is exact modulo the width of their dtype, which it keeps."""
    values = sample(dtype)

    close(torch.diff(tensor(values, device), n), calculus.diff(values, n), device=device)


@documents("torch.diff")
@pytest.mark.parametrize("n", [3, 4, 9])
def test_nothing_is_left_of_too_many_differences(n, device):
    """torch.diff as many times as there are elements, or more, is empty."""
    assert torch.diff(tensor(numbers(1, (2, 3), "float64"), device), n).shape == (2, 0)


#: Values per axis, and the coordinates along each: multiples of a quarter, whose differences are exact.
GRIDS = ((5,), (3, 4), (4, 3, 5), (33, 3))


def coordinates(seed, side):
    """Coordinates that increase, unevenly."""
    return np.cumsum(np.random.default_rng(seed).integers(1, 9, side)) / 4 - 3


def slopes(f, places, dim, order):
    """The reference's estimate, and the sum of the magnitudes that it adds up."""
    rows, n = np.abs(np.moveaxis(f, dim, 0)).astype(float), len(places)
    steps = np.abs(np.diff(places)).min()
    near = np.stack([rows[max(0, min(i - 1, n - 3)) : max(0, min(i - 1, n - 3)) + 3].sum(0) for i in range(n)])
    reach = np.abs(np.diff(places)).max() / steps
    value = oracle(calculus.gradient, f, places=places, dim=dim, edge_order=order)
    return value, bound.Bound(16, np.moveaxis(near, 0, dim) * reach / steps, False)


@documents("torch.gradient")
@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.dtypes(torch.float64, torch.float32)
@given(shape=st.sampled_from(GRIDS), seed=draw.seeds(), layout=st.sampled_from(draw.WRITABLE))
def test_gradient_takes_coordinates(order, shape, seed, layout, dtype, device):
    """torch.gradient is the slope, at each coordinate, of the parabola through it and both its neighbours.

    At the ends it is that of a line, or with edge_order=2 that of the last parabola.
    """
    values = draw.laid_out(numbers(seed, shape, dtype), layout)
    places = [coordinates(seed + dim, side) for dim, side in enumerate(shape)]
    spacing = [tensor(place.astype(values.dtype), device) for place in places]

    results = torch.gradient(tensor(values, device), spacing=spacing, edge_order=order)

    assert len(results) == len(shape)
    for dim, result in enumerate(results):
        close(result, *slopes(values, places[dim], dim, order), dtype=dtype, device=device)


@documents("torch.gradient")
@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.dtypes(torch.float64, torch.float32)
@given(seed=draw.seeds(), steps=st.sampled_from(((1.0, 1.0), (0.5, -2.0), (-0.25, 3.0))))
def test_gradient_takes_steps(order, seed, steps, dtype, device):
    """torch.gradient takes one step for all axes, one for each, and none for 1; dim= chooses axes, in its order."""
    values = numbers(seed, (4, 5), dtype)
    x = tensor(values, device)
    expected = [
        slopes(values, step * np.arange(side), dim, order) for dim, (side, step) in enumerate(zip((4, 5), steps))
    ]
    even = [slopes(values, steps[0] * np.arange(side), dim, order) for dim, side in enumerate((4, 5))]

    for found, (value, limit) in zip(torch.gradient(x, spacing=list(steps), edge_order=order), expected):
        close(found, value, limit, dtype=dtype, device=device)
    for found, (value, limit) in zip(torch.gradient(x, spacing=steps[0], edge_order=order), even):
        close(found, value, limit, dtype=dtype, device=device)
    swapped = torch.gradient(x, spacing=list(steps[::-1]), dim=(-1, 0), edge_order=order)
    for found, (value, limit) in zip(swapped, expected[::-1]):
        close(found, value, limit, dtype=dtype, device=device)
    (alone,) = torch.gradient(x, spacing=steps[1], dim=1, edge_order=order)
    close(alone, *expected[1], dtype=dtype, device=device)


@documents("torch.gradient")
@pytest.mark.dtypes(torch.int64, torch.int32, torch.complex64, torch.complex128)
def test_gradient_of_other_dtypes(dtype, device):
    """torch.gradient of integers is of the default dtype, and of complex values complex."""
    values = np.rint(4 * np.abs(numbers(1, (4, 5), "float64"))).astype(dtypes.in_numpy(dtype))
    values = values * dtypes.in_numpy(dtype).type(2 - 1j if dtype.is_complex else 1)

    results = torch.gradient(tensor(values, device), edge_order=2)

    for dim, result in enumerate(results):
        expected = calculus.gradient(values, np.arange(values.shape[dim]), dim, 2)
        kind = dtype if dtype.is_complex else torch.float32
        close(result, expected, FREE, dtype=kind, device=device)


@documents("torch.gradient", "torch.Tensor.backward")
@pytest.mark.parametrize("dim", [0, 1])
@pytest.mark.parametrize("order", [1, 2])
def test_gradient_is_differentiable(dim, order, device):
    """The gradient of torch.gradient is the derivative of its formula."""
    places = coordinates(2, 5)
    spacing = [tensor(places, device)]

    gradient.differentiates(
        lambda x: torch.gradient(x, spacing=spacing, dim=dim, edge_order=order)[0],
        lambda x: calculus.gradient(x, places, dim, order),
        numbers(3, (5, 5), "float64"),
        device=device,
    )


RULES = {
    "trapezoid": (calculus.trapezoid, areas),
    "cumulative_trapezoid": (calculus.cumulative_trapezoid, areas_so_far),
}
rules = pytest.mark.parametrize("name", [pytest.param(name, marks=documents(f"torch.{name}")) for name in RULES])


@rules
@pytest.mark.dtypes(torch.int64, torch.int32, torch.uint8)
def test_the_rule_takes_integers(name, dtype, device):
    """The trapezoidal rule of integers is of the default dtype, and halves are not cut off."""
    values = np.array([[1, 5, 10, 4], [2, 3, 3, 8]], dtypes.in_numpy(dtype))

    result = getattr(torch, name)(tensor(values, device))

    close(result, RULES[name][0](values.astype(np.float32)), dtype=torch.float32, device=device)


@rules
@documents()
def test_the_places_may_have_more_axes_than_the_values(name, device):
    """The trapezoidal rule broadcasts the differences of x with y, also where x has more axes."""
    y, x = numbers(1, (4,), "float64"), numbers(2, (3, 4), "float64")

    result = getattr(torch, name)(tensor(y, device), tensor(x, device))

    broadcast = np.broadcast_to(y, (3, 4))
    close(result, RULES[name][0](broadcast, x), RULES[name][1](broadcast, x), device=device)


@documents("torch.trapz", "torch.trapezoid")
@pytest.mark.dtypes(torch.float64, torch.float32)
def test_trapz_is_trapezoid(dtype, device):
    """torch.trapz is torch.trapezoid, with places, with a step, and along any axis."""
    y, x = (tensor(numbers(seed, (4, 5), dtype), device) for seed in (1, 2))

    agree(torch.trapz(y, x), torch.trapezoid(y, x))
    agree(torch.trapz(y, dx=0.5, dim=0), torch.trapezoid(y, dx=0.5, dim=0))
    agree(torch.trapz(y, x, dim=-2), torch.trapezoid(y, x, dim=-2))
