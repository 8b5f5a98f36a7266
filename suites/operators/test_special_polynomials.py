"""Orthogonal polynomials: the values of their recursions, for degrees in tensors and as Python numbers."""

from typing import Callable, NamedTuple

import numpy as np
import pytest
import torch

from suites.kit import array, bound, close, documents, draw, tensor, unchanged
from suites.operators.specials import POLYNOMIALS, rows, truth_at


def within(row, expected):
    """What the row allows there."""
    x, n = expected.arguments
    slope = np.maximum(np.abs(x), 1) * np.abs(expected.slopes[0])
    scale = np.abs(expected.value) + slope + (of_angle(row, x, n) if "chebyshev" in row.name else 0)
    return bound.Bound(row.factor, scale.astype(float), False)


def of_angle(row, x, n):
    """n θ is rounded, and its sine or cosine is divided by sin θ = √(1 - x²), or by a sine that is larger."""
    cosine = 2 * x - 1 if row.name.startswith("shifted") else x
    return n / np.sqrt(np.abs(1 - cosine * cosine) + 2.0**-20)


def assert_is_its_formula(row, found, expected, dtype, device):
    """Assert the oracle's values."""
    close(found, expected.value, within(row, expected), dtype=dtype, device=device)


@rows(*POLYNOMIALS)
def test_is_its_recursion(row, dtype, device):
    """{row} is the polynomial of its name, of each element's own degree, and its arguments are not written to."""
    x, n = row.truth.tensors(dtype, device)

    with unchanged(x, n):
        result = row.function(x, n)

    assert_is_its_formula(row, result, row.truth, dtype, device)


@rows(*POLYNOMIALS)
@documents("notes/broadcasting")
def test_arguments_broadcast(row, device):
    """{row} broadcasts numbers against degrees."""
    expected = truth_at(row.name, row.truth.arguments[0][:5, None], np.arange(9.0), whole=(False, True))

    result = row.function(*expected.tensors("float64", device))

    assert_is_its_formula(row, result, expected, torch.float64, device)


@rows(*POLYNOMIALS)
@pytest.mark.parametrize("degree", [2, 5, 6, 13])
def test_the_degree_may_be_a_number(row, degree, dtype, device):
    """{row} takes a Python number for the degree of every element."""
    expected = truth_at(row.name, row.truth.arguments[0][:17], np.array(float(degree)), whole=(False, True))
    x, _ = expected.tensors(dtype, device)

    assert_is_its_formula(row, row.function(x, degree), expected, dtype, device)


@rows(*POLYNOMIALS)
def test_the_argument_may_be_a_number(row, dtype, device):
    """{row} takes a Python number for its argument and a tensor of degrees."""
    expected = truth_at(row.name, np.array(0.375), np.arange(12.0), whole=(False, True))
    _, n = expected.tensors(dtype, device)

    assert_is_its_formula(row, row.function(0.375, n), expected, dtype, device)


@rows(*POLYNOMIALS)
@pytest.mark.parametrize("layout", ["transposed", "stepped"])
def test_layout_does_not_matter(row, layout, device):
    """{row} is its formula wherever its arguments lie in memory."""
    expected = row.truth[:39]
    x, n = (value.reshape(3, 13) for value in expected.arguments)

    result = row.function(tensor(draw.laid_out(x, layout), device), tensor(draw.laid_out(n, "stepped"), device))

    assert_is_its_formula(row, result.reshape(39), expected, torch.float64, device)


@rows(*POLYNOMIALS)
def test_large_tensors_are_computed_throughout(row, device):
    """{row} is its formula in each element of a tensor that several threads share out."""
    expected = row.truth[np.arange(40_001) % len(row.truth.value)]

    result = row.function(*expected.tensors("float32", device))

    assert_is_its_formula(row, result, expected, torch.float32, device)


@rows(*POLYNOMIALS)
@documents("tensor_attributes")
@pytest.mark.dtypes(torch.int64, torch.uint8)
def test_integers_become_the_default_dtype(row, dtype, device):
    """{row} of integers is what it is of the same numbers in the default dtype."""
    x, n = np.array([0, 1, 2, 3, 5, 1]), np.array([3, 2, 1, 5, 0, 9])

    result = row.function(tensor(x, device, dtype), tensor(n, device, dtype))

    expected = row.function(tensor(x.astype(np.float32), device), tensor(n.astype(np.float32), device))
    close(result, array(expected), device=device)


@rows(*POLYNOMIALS)
@pytest.mark.dtypes(torch.float64, torch.float32)
def test_of_degree_zero_is_one(row, dtype, device):
    """{row} of degree 0 is 1, whatever the argument, be it NaN."""
    x = tensor(np.array([-0.0, 0.5, -3.0, np.inf, np.nan]), device, dtype)

    close(row.function(x, 0), np.ones(5), dtype=dtype, device=device)


@rows(*POLYNOMIALS)
@pytest.mark.parametrize("length", [1, 17])
def test_nan_is_kept(row, length, dtype, device):
    """{row} of NaN is NaN for each degree above 0."""
    x = tensor(np.full(length, np.nan), device, dtype)
    n = tensor(np.resize([7.0, 1.0, 2.0, 3.0, 9.0], length), device, dtype)

    close(row.function(x, n), np.full(length, np.nan), dtype=dtype, device=device)


class End(NamedTuple):
    """A polynomial's value of degree n at -1 or 1."""

    name: str
    at: float
    value: Callable[[np.ndarray], np.ndarray]

    def __str__(self) -> str:
        return f"torch.special.{self.name}({self.at:g}, n)"


def ones(n):
    """1."""
    return n**0


def alternating(n):
    """1, -1, 1, …"""
    return (-1) ** n


ENDS = (
    End("chebyshev_polynomial_t", 1, ones),
    End("chebyshev_polynomial_t", -1, alternating),
    End("chebyshev_polynomial_u", 1, lambda n: n + 1),
    End("chebyshev_polynomial_u", -1, lambda n: (-1) ** n * (n + 1)),
    End("chebyshev_polynomial_v", 1, ones),
    End("chebyshev_polynomial_v", -1, lambda n: (-1) ** n * (2 * n + 1)),
    End("chebyshev_polynomial_w", 1, lambda n: 2 * n + 1),
    End("chebyshev_polynomial_w", -1, alternating),
    End("shifted_chebyshev_polynomial_t", 0, alternating),
    End("shifted_chebyshev_polynomial_u", 0, lambda n: (-1) ** n * (n + 1)),
    End("shifted_chebyshev_polynomial_v", 0, lambda n: (-1) ** n * (2 * n + 1)),
    End("shifted_chebyshev_polynomial_w", 0, alternating),
    End("legendre_polynomial_p", -1, alternating),
    End("laguerre_polynomial_l", 0, ones),
)


@pytest.mark.parametrize(
    "row", [pytest.param(r, marks=documents(f"torch.special.{r.name}"), id=f"{r.name}({r.at:g})") for r in ENDS]
)
def test_ends_of_the_interval_are_integers(row, dtype, device):
    """{row} is the integer that the recursion gives, for every degree up to 40."""
    n = np.arange(41)

    result = getattr(torch.special, row.name)(row.at, tensor(n * 1.0, device, dtype))

    close(result, row.value(n).astype(float), dtype=dtype, device=device)


#: Whose documentation says that degree 1 is the argument itself.
LINEAR = tuple(
    row
    for row in POLYNOMIALS
    if row.name
    in ("chebyshev_polynomial_t", "hermite_polynomial_h", "hermite_polynomial_he", "laguerre_polynomial_l",
        "legendre_polynomial_p")
)  # fmt: skip
#: Whose documentation says that the next is 2 x times this less the one before.
DOUBLING = (*POLYNOMIALS[:2], *POLYNOMIALS[8:])


@rows(*LINEAR)
def test_of_degree_one_is_its_argument(row, device):
    """{row} of degree 1 is its argument."""
    x = np.array([-1.5, -0.25, 0.0, 0.375, 2.0])

    close(row.function(tensor(x, device), 1), x, device=device)


@rows(*DOUBLING)
def test_the_next_degree_follows_from_two(row, device):
    """{row} of degree n + 1 is twice its argument times that of degree n, less that of degree n - 1."""
    x, n = np.array([-1.5, -0.25, 0.0, 0.375, 2.0])[:, None], np.arange(1.0, 5.0)
    before, value, after = (array(row.function(tensor(x, device), tensor(n + step, device))) for step in (-1, 0, 1))

    limit = bound.Bound(8, np.abs(2 * x * value) + np.abs(before), False)
    close(after, 2 * x * value - before, limit)


@documents("torch.special.chebyshev_polynomial_t")
def test_chebyshev_polynomials_are_cosines(dtype, device):
    """torch.special.chebyshev_polynomial_t(cos θ, n) is cos(n θ), also of high degree."""
    angle, n = np.linspace(0.1, 3.0, 29), 100.0
    x = draw.cast(np.cos(angle), dtype).astype(np.longdouble)

    result = torch.special.chebyshev_polynomial_t(tensor(x.astype(float), device, dtype), n)

    expected = np.cos(n * np.arccos(x))
    slope = n * np.abs(np.sin(n * np.arccos(x)) / np.sqrt(1 - x * x))
    close(result, expected, bound.Bound(6, (np.abs(expected) + slope).astype(float), False), dtype=dtype, device=device)
