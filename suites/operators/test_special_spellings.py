"""The spellings of special functions: torch.special, torch, method, in-place and out= are one operation."""

from typing import Any, NamedTuple

import numpy as np
import pytest
import torch

from reference import activation, analytic
from suites.kit import array, bound, close, documents, tensor, unchanged
from suites.operators.specials import NAMED, truth
from suites.operators.values import agree, numbers


class Spelling(NamedTuple):
    """A function of torch.special, its name in torch and in torch.Tensor, and its arguments after the first."""

    name: str
    elsewhere: str
    others: tuple[Any, ...] = ()

    def __str__(self) -> str:
        return f"torch.special.{self.name}"


TWINS = (
    Spelling("digamma", "digamma"),
    Spelling("psi", "digamma"),
    Spelling("gammaln", "lgamma"),
    Spelling("erf", "erf"),
    Spelling("erfc", "erfc"),
    Spelling("erfinv", "erfinv"),
    Spelling("exp2", "exp2"),
    Spelling("expm1", "expm1"),
    Spelling("expit", "sigmoid"),
    Spelling("i0", "i0"),
    Spelling("log1p", "log1p"),
    Spelling("logit", "logit"),
    Spelling("logit", "logit", (0.125,)),
    Spelling("round", "round"),
    Spelling("sinc", "sinc"),
    Spelling("multigammaln", "mvlgamma", (3,)),
    Spelling("xlogy", "xlogy", (2.5,)),
    Spelling("gammainc", "igamma", ("other",)),
    Spelling("gammaincc", "igammac", ("other",)),
    Spelling("xlogy", "xlogy", ("other",)),
)
#: Spelled in torch.special alone.
ALONE = (
    *(Spelling(name, "") for name in NAMED if name not in {row.name for row in TWINS}),
    Spelling("zeta", "", ("other",)),
    Spelling("xlog1py", "", ("other",)),
    Spelling("chebyshev_polynomial_t", "", ("degree",)),
    Spelling("chebyshev_polynomial_u", "", ("degree",)),
    Spelling("chebyshev_polynomial_v", "", ("degree",)),
    Spelling("chebyshev_polynomial_w", "", ("degree",)),
    Spelling("shifted_chebyshev_polynomial_t", "", ("degree",)),
    Spelling("shifted_chebyshev_polynomial_u", "", ("degree",)),
    Spelling("shifted_chebyshev_polynomial_v", "", ("degree",)),
    Spelling("shifted_chebyshev_polynomial_w", "", ("degree",)),
    Spelling("hermite_polynomial_h", "", ("degree",)),
    Spelling("hermite_polynomial_he", "", ("degree",)),
    Spelling("laguerre_polynomial_l", "", ("degree",)),
    Spelling("legendre_polynomial_p", "", ("degree",)),
)
#: Whose numbers must exceed 1.
ABOVE = ("multigammaln", "zeta")
SHAPE = (9, 13)


def spelled(table, *patterns):
    """Spellings as parameters of claims that document the name in torch too, in each of the patterns."""
    marked = [
        pytest.param(
            r,
            marks=documents(f"torch.special.{r.name}", *(pattern.format(r.elsewhere) for pattern in patterns)),
            id="-".join([r.name, *map(str, r.others)]),
        )
        for r in table
    ]
    return pytest.mark.parametrize("row", marked)


def arguments(row, dtype, device):
    """A first argument between 0 and 1 (from 1.5 where that is the domain), and what follows it."""
    uniform = np.random.default_rng(3).uniform(0.05, 0.95, (2, *SHAPE)) + 1.5 * (row.name in ABOVE)
    given = {"other": uniform[1], "degree": np.arange(117.0).reshape(SHAPE) % 11}
    first = tensor(uniform[0], device, dtype)
    return first, *(tensor(given[o], device, dtype) if isinstance(o, str) else o for o in row.others)


def function(row):
    """The function of torch.special."""
    return getattr(torch.special, row.name)


@spelled(TWINS, "torch.{}", "torch.Tensor.{}")
def test_the_spellings_agree(row, dtype, device):
    """{row}, the function of torch and the method give the same numbers, bit for bit."""
    given = arguments(row, dtype, device)

    with unchanged(given[0]):
        results = [
            function(row)(*given),
            getattr(torch, row.elsewhere)(*given),
            getattr(torch.Tensor, row.elsewhere)(*given),
        ]

    agree(*results)


@spelled(TWINS, "torch.Tensor.{}_")
def test_the_method_in_place_agrees(row, dtype, device):
    """The method that ends in an underscore writes what {row} returns into its tensor, and returns that."""
    given = arguments(row, dtype, device)
    expected = function(row)(*given)
    place = given[0].data_ptr()

    result = getattr(torch.Tensor, f"{row.elsewhere}_")(*given)

    assert result is given[0]
    assert result.data_ptr() == place
    agree(expected, result)


@spelled((*TWINS, *ALONE))
def test_writes_into_out_and_returns_it(row, dtype, device):
    """{row} with out= returns that very tensor, in its memory, holding what the function returns without it."""
    given = arguments(row, dtype, device)
    expected = function(row)(*given)
    out = tensor(numbers(1, SHAPE, dtype), device)
    place = out.data_ptr()
    with unchanged(given[0]):
        result = function(row)(*given, out=out)

    assert result is out
    assert out.data_ptr() == place
    agree(expected, out)


@spelled((*TWINS, *ALONE))
def test_writes_to_a_view_and_not_between(row, dtype, device):
    """{row} writes to an out= with strides in place, and to nothing between its elements."""
    given = arguments(row, dtype, device)
    expected = array(function(row)(*given))
    around = numbers(2, (*SHAPE, 3), dtype)
    memory = tensor(around, device)
    strides = memory[..., 1].stride()

    result = function(row)(*given, out=memory[..., 1])

    assert result.stride() == strides
    close(result, expected, bound.faithful(expected, 32), dtype=dtype, device=device)
    close(memory[..., ::2], around[..., ::2], dtype=dtype, device=device)


@spelled((*TWINS, *ALONE))
def test_writes_to_a_transposed_out(row, device):
    """{row} writes to an out= whose first axis is the dense one."""
    given = arguments(row, torch.float64, device)
    expected = array(function(row)(*given))
    out = tensor(numbers(2, SHAPE[::-1], "float64"), device).t()

    function(row)(*given, out=out)

    assert out.stride() == (1, 9)
    close(out, expected, bound.faithful(expected, 32), device=device)


@spelled((*TWINS, *ALONE))
def test_resizes_an_empty_out(row, device):
    """{row} resizes an out= that has no elements to the shape of the result."""
    given = arguments(row, torch.float64, device)
    expected = function(row)(*given)
    out = torch.empty(0, dtype=torch.float64, device=device)

    assert function(row)(*given, out=out) is out
    agree(expected, out)


@spelled((*TWINS, *ALONE))
@documents("tensor_attributes")
def test_refuses_an_out_of_integers(row, device):
    """{row} of floating tensors raises for an out= of integers, and leaves it as it was."""
    given = arguments(row, torch.float64, device)
    out = tensor(numbers(3, SHAPE, "int64"), device)

    with unchanged(out), pytest.raises(RuntimeError):
        function(row)(*given, out=out)


@spelled([row for row in (*TWINS, *ALONE) if row.name not in ("round", "gammainc", "gammaincc")])
@documents("tensor_attributes")
def test_casts_integers_into_a_wider_out(row, device):
    """{row} of integers fills an out= of float64 with what it returns without, to single precision."""
    small = tensor(np.arange(117).reshape(SHAPE) % 4 + 2 * (row.name in ABOVE), device)
    given = (small, *(tensor(np.arange(117).reshape(SHAPE) % 5, device) if o in ("other", "degree") else o
                      for o in row.others))  # fmt: skip
    expected = array(function(row)(*given)).astype(float)
    out = tensor(numbers(3, SHAPE, "float64"), device)

    function(row)(*given, out=out)

    close(out, expected, bound.Bound(2.0**33, np.abs(expected) + 1, False), device=device)


@documents("torch.special.polygamma", "torch.polygamma", "torch.Tensor.polygamma", "torch.Tensor.polygamma_")
@pytest.mark.parametrize("n", [0, 1, 2, 5])
def test_the_spellings_of_polygamma_agree(n, dtype, device):
    """torch.special.polygamma, torch.polygamma, the method, in place and out= give the same numbers, bit for bit."""
    (x,) = truth("digamma", (0.0, 40.0)).tensors(dtype, device)
    out = torch.empty_like(x)

    expected = torch.special.polygamma(n, x)

    assert torch.special.polygamma(n, x, out=out) is out
    agree(expected, torch.polygamma(n, x), x.polygamma(n), out, x.clone().polygamma_(n))


@documents("torch.special.polygamma", "torch.special.digamma")
def test_polygamma_of_order_zero_is_digamma(dtype, device):
    """torch.special.polygamma(0, x) is torch.special.digamma(x)."""
    (x,) = truth("digamma", (0.0, 40.0)).tensors(dtype, device)

    agree(torch.special.digamma(x), torch.special.polygamma(0, x))


@documents("torch.special.round", "torch.round")
@pytest.mark.parametrize("decimals", [2, 0, -1])
def test_round_takes_decimals(decimals, dtype, device):
    """torch.special.round(x, decimals=n) is torch.round(x, decimals=n)."""
    x = tensor(100 * numbers(1, SHAPE, "float64"), device, dtype)

    agree(torch.round(x, decimals=decimals), torch.special.round(x, decimals=decimals))


#: Those along an axis.
ALONG = tuple(Spelling(name, name) for name in ("softmax", "log_softmax", "logsumexp"))


def formula(row, x, axis):
    """The oracle's value and what an error is measured by: the value, for logarithms of all that is added up."""
    if row.name == "logsumexp":
        value = analytic.logsumexp(x, axis)
        return value, np.abs(value) + np.max(np.abs(x), axis) + 1
    largest = np.abs(x - np.max(x, axis, keepdims=True))
    value = getattr(activation, row.name)(x, axis)
    return value, np.abs(value) * (1 + largest) if row.name == "softmax" else np.abs(value) + np.abs(x) + largest + 1


@spelled(ALONG, "torch.{}")
@pytest.mark.parametrize("axis", [0, 1, 2, -1, -3])
def test_is_its_formula_along_every_axis(row, axis, dtype, device):
    """{row} is its formula along each axis, counted from either end."""
    x = 4 * numbers(1, (5, 33, 7), dtype)

    result = function(row)(tensor(x, device), axis)

    value, scale = formula(row, x.astype(np.longdouble), axis)
    close(result, value, bound.Bound(16, scale.astype(float), False), dtype=dtype, device=device)
    agree(result, getattr(torch, row.elsewhere)(tensor(x, device), axis))


@spelled(ALONG[:2])
def test_computes_in_the_dtype_it_is_told(row, device):
    """{row} with dtype= casts its argument to it before it computes."""
    x = numbers(1, (5, 33), "float32")

    result = function(row)(tensor(x, device), 1, dtype=torch.float64)

    value, scale = formula(row, x.astype(np.longdouble), 1)
    close(result, value, bound.Bound(16, scale.astype(float), False), dtype=torch.float64, device=device)


@documents("torch.special.logsumexp", "torch.logsumexp")
def test_logsumexp_keeps_dimensions(device):
    """torch.special.logsumexp takes several axes, and with keepdim leaves each with one element."""
    x = numbers(1, (5, 9, 7), "float64")

    result = torch.special.logsumexp(tensor(x, device), (0, -1), keepdim=True)

    expected = np.log(np.exp(x.astype(np.longdouble)).sum((0, 2), keepdims=True))
    close(result, expected, bound.Bound(8, (np.abs(expected) + np.abs(x).max()).astype(float)), dtype=torch.float64,
          device=device)  # fmt: skip
