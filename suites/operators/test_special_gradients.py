"""Derivatives of special functions: the slopes of the formula, once and twice, backward and forward."""

import functools
from typing import NamedTuple

import numpy as np
import pytest
import torch

from reference import special
from suites.kit import bound, close, documents, draw, gradient, tensor
from suites.operators.specials import NAMED, POLYNOMIALS, UNARY, Special, oracle_of, points, rows, truth, truth_at

#: Differentiable since a release, each at the points of its grid where its derivative does not cancel.
SMOOTH = tuple(
    NAMED[name]
    for name in (
        "entr", "erf", "erfc", "erfcx", "erfinv", "exp2", "expit", "expm1", "gammaln", "i0", "i0e", "i1", "i1e",
        "log1p", "log_ndtr", "logit", "ndtr", "ndtri",
    )
)  # fmt: skip
AWAY = (*SMOOTH, Special("sinc", 3, 0.5, 1e4))
LATER = tuple(
    NAMED[name]
    for name in (
        "bessel_j0", "bessel_j1", "bessel_y0", "bessel_y1", "modified_bessel_i0", "modified_bessel_i1",
        "modified_bessel_k0", "modified_bessel_k1",
    )
)  # fmt: skip
#: Where torch's derivative has the digits of single precision, or of nothing near 0.
ROUGH = (NAMED["digamma"], Special("sinc", 3, -0.25, 0.25))


class Slope(NamedTuple):
    """A function of one number and its first two derivatives, at numbers of its domain."""

    x: np.ndarray
    value: np.ndarray
    first: np.ndarray
    second: np.ndarray


@functools.cache
def slopes(name, low, high, least=0.0):
    """The oracle's derivatives at up to 24 numbers of the grid that are no nearer to 0 than ``least``."""
    function = oracle_of(name)
    x = points((low, high))
    x = x[np.abs(x) >= least][:24]
    once = special.slope(function)
    return Slope(x, function(x), once(x), special.slope(once)(x))


def limit_of(at, factor=64):
    """Of the first derivative: relative errors of x, f, x f and f'; the formulas of derivatives add up those."""
    parts = np.abs(at.first) + np.abs(at.x * at.second) + np.abs(at.value) * (1 + np.abs(at.x))
    return bound.Bound(factor, parts.astype(float), False)


def assert_is_the_slope(row, device):
    """Assert that the gradient for a random cotangent is that times the slope."""
    at = slopes(row.name, row.low, row.high)
    cotangent = draw.normal(1, at.x.size)

    (found,) = gradient.vjp(row.function, (at.x,), cotangent, device)

    limit = limit_of(at)
    close(found, cotangent * at.first, limit._replace(scale=limit.scale * np.abs(cotangent)), dtype=torch.float64,
          device=device)  # fmt: skip


@rows(*AWAY)
@documents("notes/autograd")
def test_the_gradient_is_the_slope(row, device):
    """The gradient of {row} is the slope of its formula."""
    assert_is_the_slope(row, device)


@rows(*LATER)
@documents("notes/autograd", since="2.15")
def test_the_gradient_of_bessel_functions_is_the_slope(row, device):
    """The gradient of {row} is the slope of its formula."""
    assert_is_the_slope(row, device)


@rows(*ROUGH)
@documents("notes/autograd")
def test_the_gradient_has_double_precision(row, device):
    """The gradient of {row} is the slope of its formula, in double precision."""
    assert_is_the_slope(row, device)


@rows(*ROUGH)
@documents("notes/autograd")
def test_the_gradient_has_single_precision(row, device):
    """The gradient of {row} at float64 numbers is the slope of its formula, to no less than single precision."""
    at = slopes(row.name, row.low, row.high)

    (found,) = gradient.vjp(row.function, (at.x,), np.ones(at.x.size), device)

    close(found, at.first, limit_of(at, 2.0**29), dtype=torch.float64, device=device)


@rows(*SMOOTH[:8], *SMOOTH[9:], Special("sinc", 3, 0.5, 1e4), NAMED["digamma"])
@documents("notes/autograd", "torch.autograd.grad")
def test_the_second_derivative_is_the_slope_of_the_slope(row, device):
    """The second derivative of {row} is the slope of the slope of its formula."""
    assert_is_the_second_slope(row, device)


@rows(*LATER)
@documents("notes/autograd", "torch.autograd.grad", since="2.15")
def test_the_second_derivative_of_bessel_functions_is_the_slope_of_the_slope(row, device):
    """The second derivative of {row} is the slope of the slope of its formula."""
    assert_is_the_second_slope(row, device)


@functools.cache
def third(name, low, high):
    """The oracle's derivatives at 12 numbers away from 0, and a third one to a few digits."""
    at = Slope(*(part[:12] for part in slopes(name, low, high, 0.5)))
    moved = at.x * (1 + 2.0**-25)
    return at, (special.slope(special.slope(oracle_of(name)))(moved) - at.second) / (moved - at.x)


def assert_is_the_second_slope(row, device):
    """Assert torch's second derivative to 64 u of all that its formula may add up."""
    at, next_one = third(row.name, row.low, row.high)
    x = tensor(at.x, device).requires_grad_()

    (first,) = torch.autograd.grad(row.function(x).sum(), x, create_graph=True)
    (second,) = torch.autograd.grad(first.sum(), x)

    parts = (at.second, at.x * next_one, at.first * (1 + np.abs(at.x)), at.value * (1 + at.x * at.x))
    scale = sum(np.abs(part) for part in parts)
    close(second, at.second, bound.Bound(64, scale.astype(float), False), dtype=torch.float64, device=device)


@rows(*AWAY, NAMED["digamma"])
@documents("notes/autograd", "torch.autograd.forward_ad.make_dual")
def test_forward_mode_agrees_with_backward(row, device):
    """The derivative of {row} in forward mode is that of backward."""
    gradient.adjoint(row.function, points((row.low, row.high))[:33], device=device)


class Argument(NamedTuple):
    """One of two arguments of a function, and a domain for both."""

    name: str
    position: int
    first: tuple[float, float]
    second: tuple[float, float]

    def __str__(self) -> str:
        return f"torch.special.{self.name}"


ARGUMENTS = (
    Argument("xlogy", 0, (-30, 30), (0, 1e6)),
    Argument("xlogy", 1, (-30, 30), (0, 1e6)),
    Argument("xlog1py", 0, (-30, 30), (-0.75, 1e6)),
    Argument("xlog1py", 1, (-30, 30), (-0.75, 1e6)),
    Argument("gammainc", 1, (0.5, 20), (0.125, 60)),
    Argument("gammaincc", 1, (0.5, 20), (0.125, 60)),
    Argument("zeta", 1, (1.25, 20), (0.25, 10)),
)


def with_size(row, at):
    """The points, the slope there, and the size of f, of the slope and of what errors of the arguments do to it."""
    function = special.slope(oracle_of(row.name), row.position)
    slope = function(*at.arguments)
    moves = (np.abs(x * special.slope(function, i)(*at.arguments)) for i, x in enumerate(at.arguments))
    return at, slope, (np.abs(at.value) + np.abs(slope) + sum(moves)).astype(float)


@functools.cache
def along(row):
    """Twelve points, one for each element."""
    return with_size(row, truth(row.name, row.first, row.second, count=12))


@functools.cache
def across(row):
    """Two numbers for the argument of the row, and three of the other, each with each."""
    grids = [points(domain, seed)[:3] for seed, domain in enumerate((row.first, row.second))]
    grids[row.position] = grids[row.position][:2]
    grids[1 - row.position] = grids[1 - row.position][:, None]
    return with_size(row, truth_at(row.name, *grids))


@pytest.mark.parametrize(
    "row",
    [pytest.param(r, marks=documents(f"torch.special.{r.name}"), id=f"{r.name}-{r.position}") for r in ARGUMENTS],
)
@documents("notes/autograd")
def test_the_gradient_of_two_arguments_is_the_slope(row, device):
    """The gradient of {row} in one of its arguments is the slope of its formula there."""
    at, slope, size = along(row)
    parts = at.tensors("float64", device)
    cotangent = draw.normal(1, 12)
    parts[row.position].requires_grad_()

    getattr(torch.special, row.name)(*parts).backward(tensor(cotangent, device))

    allowed = bound.Bound(64, np.abs(cotangent) * size, False)
    close(parts[row.position].grad, cotangent * slope, allowed, dtype=torch.float64, device=device)


@pytest.mark.parametrize(
    "row",
    [pytest.param(r, marks=documents(f"torch.special.{r.name}"), id=f"{r.name}-{r.position}") for r in ARGUMENTS],
)
@documents("notes/autograd", "notes/broadcasting")
def test_the_gradient_of_what_is_broadcast_is_a_sum(row, device):
    """The gradient of {row} in an argument that was broadcast is the sum over all places that it went to."""
    at, slope, size = across(row)
    parts = at.tensors("float64", device)
    parts[row.position].requires_grad_()

    getattr(torch.special, row.name)(*parts).sum().backward()

    allowed = bound.Bound(64, np.sum(size, 0), False)
    close(parts[row.position].grad, np.sum(slope, 0), allowed, dtype=torch.float64, device=device)


@documents("torch.special.gammainc", "torch.special.gammaincc")
@pytest.mark.parametrize("name", ["gammainc", "gammaincc"])
def test_the_first_argument_of_gammainc_has_no_gradient(name, device):
    """torch.special.gammainc and gammaincc raise where the gradient of their first argument is asked for."""
    a, x = (tensor(values, device) for values in (np.array([2.0, 3.0]), np.array([1.0, 4.0])))
    result = getattr(torch.special, name)(a.requires_grad_(), x)

    with pytest.raises(RuntimeError):
        result.sum().backward()


@documents("torch.special.polygamma", "notes/autograd")
@pytest.mark.parametrize("n", [1, 2, 3])
def test_the_gradient_of_polygamma_is_the_next(n, device):
    """The gradient of torch.special.polygamma(n, x) is polygamma(n + 1, x)."""
    x = points((0.0, 40.0))[:33]

    (found,) = gradient.vjp(lambda t: torch.special.polygamma(n, t), (x,), np.ones(33), device)

    expected = special.polygamma(np.array(n + 1.0), x)  # of which x times the slope is at most n + 2 times as large
    close(found, expected, bound.Bound(8, (np.abs(expected) * (n + 3)).astype(float)), dtype=torch.float64,
          device=device)  # fmt: skip


@documents("torch.special.multigammaln", "torch.mvlgamma", "notes/autograd")
@pytest.mark.parametrize("p", [1, 2, 4])
def test_the_gradient_of_multigammaln_adds_up_digammas(p, device):
    """The gradient of torch.special.multigammaln(a, p) is the sum of digamma(a - i / 2) for i below p."""
    a = points((1.625, 40.0))[:33]

    (found,) = gradient.vjp(lambda t: torch.special.multigammaln(t, p), (a,), np.ones(33), device)

    terms, slopes = (
        np.array([f(a - i / 2) for i in range(p)]) for f in (special.digamma, special.slope(special.digamma))
    )
    scale = np.sum(np.abs(terms) + np.abs(a * slopes), 0)
    close(found, terms.sum(0), bound.Bound(16, scale.astype(float), False), dtype=torch.float64, device=device)


@rows(*UNARY)
@documents("torch.Tensor.requires_grad", "notes/autograd")
def test_the_result_requires_grad(row, device):
    """{row} of a tensor that requires grad requires grad: it is no constant to what follows."""
    x = tensor(points((row.low, row.high))[:3], device).requires_grad_()

    assert row.function(x).requires_grad


@rows(*POLYNOMIALS)
@documents("torch.Tensor.requires_grad", "notes/autograd")
def test_a_polynomial_requires_grad(row, device):
    """{row} of a tensor that requires grad requires grad: it is no constant to what follows."""
    x = tensor(np.array([0.25, 0.5, 0.75]), device).requires_grad_()

    assert row.function(x, 3).requires_grad
