"""Special functions where their text or the limit of the formula settles them: poles, zeros, infinities and NaN."""

import math
from typing import NamedTuple

import numpy as np
import pytest
import torch

from suites.kit import bound, close, documents, tensor
from suites.operators.specials import UNARY, rows


class Value(NamedTuple):
    """A function's value at one number."""

    name: str
    at: float
    value: float

    def __str__(self) -> str:
        return f"torch.special.{self.name}({self.at})"


class Pair(NamedTuple):
    """A function's value at two numbers."""

    name: str
    first: float
    second: float
    value: float

    def __str__(self) -> str:
        return f"torch.special.{self.name}({self.first}, {self.second})"


def values(*table):
    """Values as parameters of claims."""
    marked = [pytest.param(r, marks=documents(f"torch.special.{r.name}"), id=str(r)[14:]) for r in table]
    return pytest.mark.parametrize("row", marked)


INF, NAN = math.inf, math.nan
TEXT = (
    Value("digamma", 0, -INF),
    Value("entr", 0, 0),
    Value("entr", -0.0, 0),
    Value("entr", -1e-30, -INF),
    Value("entr", -3, -INF),
    Value("erfinv", 1, INF),
    Value("erfinv", -1, -INF),
    Value("logit", 0, -INF),
    Value("logit", 1, INF),
    Value("logit", 0.5, 0),
    Value("logit", -0.25, NAN),
    Value("logit", 1.25, NAN),
    Value("ndtri", 0, -INF),
    Value("ndtri", 1, INF),
    Value("ndtri", 0.5, 0),
    Value("sinc", 0, 1),
    Value("sinc", -0.0, 1),
    Value("erfc", 0, 1),
    Value("erf", 0, 0),
    Value("exp2", 3, 8),
    Value("exp2", -4, 0.0625),
    Value("gammaln", 1, 0),
    Value("gammaln", 2, 0),
    Value("i0", 0, 1),
    Value("i0e", 0, 1),
    Value("i1", 0, 0),
    Value("i1e", 0, 0),
    Value("ndtr", 0, 0.5),
    Value("expit", 0, 0.5),
    Value("expit", -0.0, 0.5),
)
#: What the formula tends to, from either side.
LIMITS = (
    Value("airy_ai", INF, 0),
    Value("bessel_j0", 0, 1),
    Value("bessel_j0", INF, 0),
    Value("bessel_j1", 0, 0),
    Value("bessel_j1", INF, 0),
    Value("bessel_y0", 0, -INF),
    Value("bessel_y0", INF, 0),
    Value("bessel_y1", 0, -INF),
    Value("bessel_y1", INF, 0),
    Value("modified_bessel_i0", 0, 1),
    Value("modified_bessel_i0", INF, INF),
    Value("modified_bessel_i1", 0, 0),
    Value("modified_bessel_i1", INF, INF),
    Value("modified_bessel_k0", 0, INF),
    Value("modified_bessel_k0", INF, 0),
    Value("modified_bessel_k1", 0, INF),
    Value("modified_bessel_k1", INF, 0),
    Value("scaled_modified_bessel_k0", 0, INF),
    Value("scaled_modified_bessel_k0", INF, 0),
    Value("scaled_modified_bessel_k1", 0, INF),
    Value("scaled_modified_bessel_k1", INF, 0),
    Value("spherical_bessel_j0", 0, 1),
    Value("spherical_bessel_j0", INF, 0),
    Value("spherical_bessel_j0", -INF, 0),
    Value("digamma", INF, INF),
    Value("entr", INF, -INF),
    Value("erf", INF, 1),
    Value("erf", -INF, -1),
    Value("erfc", INF, 0),
    Value("erfc", -INF, 2),
    Value("erfcx", 0, 1),
    Value("erfcx", INF, 0),
    Value("erfcx", -INF, INF),
    Value("erfcx", -30, INF),
    Value("exp2", INF, INF),
    Value("exp2", -INF, 0),
    Value("expit", INF, 1),
    Value("expit", -INF, 0),
    Value("expm1", INF, INF),
    Value("expm1", -INF, -1),
    Value("gammaln", 0, INF),
    Value("gammaln", -1, INF),
    Value("gammaln", -17, INF),
    Value("gammaln", INF, INF),
    Value("i0", INF, INF),
    Value("i0", -INF, INF),
    Value("i0e", INF, 0),
    Value("i0e", -INF, 0),
    Value("i1", INF, INF),
    Value("i1", -INF, -INF),
    Value("i1e", INF, 0),
    Value("i1e", -INF, 0),
    Value("log1p", -1, -INF),
    Value("log1p", INF, INF),
    Value("log1p", -2, NAN),
    Value("log_ndtr", INF, 0),
    Value("log_ndtr", -INF, -INF),
    Value("ndtr", INF, 1),
    Value("ndtr", -INF, 0),
)
PAIRS = (
    Pair("xlogy", 0, NAN, NAN),
    Pair("xlogy", 0, 0, 0),
    Pair("xlogy", 0, INF, 0),
    Pair("xlogy", 0, -1, 0),
    Pair("xlogy", -0.0, 0, 0),
    Pair("xlogy", 2, 0, -INF),
    Pair("xlogy", -2, 0, INF),
    Pair("xlogy", 2, -1, NAN),
    Pair("xlogy", NAN, 3, NAN),
    Pair("xlogy", INF, 2, INF),
    Pair("xlog1py", 0, NAN, NAN),
    Pair("xlog1py", 0, -1, 0),
    Pair("xlog1py", 0, INF, 0),
    Pair("xlog1py", 0, -2, 0),
    Pair("xlog1py", 2, -1, -INF),
    Pair("xlog1py", -2, -1, INF),
    Pair("xlog1py", 2, -2, NAN),
    Pair("xlog1py", NAN, 3, NAN),
    Pair("gammainc", 0, 0, NAN),
    Pair("gammainc", -1, 1, NAN),
    Pair("gammainc", 1, -1, NAN),
    Pair("gammainc", 2, 0, 0),
    Pair("gammainc", 2, INF, 1),
    Pair("gammainc", 0, 1, 1),
    Pair("gammainc", INF, 2, 0),
    Pair("gammainc", NAN, 1, NAN),
    Pair("gammainc", 1, NAN, NAN),
    Pair("gammaincc", 0, 0, NAN),
    Pair("gammaincc", -1, 1, NAN),
    Pair("gammaincc", 1, -1, NAN),
    Pair("gammaincc", 2, 0, 1),
    Pair("gammaincc", 2, INF, 0),
    Pair("gammaincc", 0, 1, 0),
    Pair("gammaincc", INF, 2, 1),
    Pair("gammaincc", NAN, 1, NAN),
    Pair("gammaincc", 1, NAN, NAN),
    Pair("zeta", 1, 2, INF),
    Pair("zeta", 2, 0, INF),
    Pair("zeta", 2, -1, INF),
    Pair("zeta", 2, INF, 0),
    Pair("zeta", INF, 2, 0),
    Pair("zeta", INF, 1, 1),
    Pair("zeta", INF, 0.5, INF),
    Pair("zeta", NAN, 1, NAN),
    Pair("zeta", NAN, -INF, NAN),
    Pair("zeta", 2, NAN, NAN),
)


def assert_is(row, result, dtype, device):
    """Assert the row's value in all of 17 elements to four roundings; a zero may have either sign."""
    expected = np.full(17, float(row.value))
    close(result, expected, bound.Bound(4, np.abs(expected), False), dtype=dtype, device=device)


def seventeen(value, dtype, device):
    """A tensor longer than a vector register, of one number."""
    return tensor(np.full(17, float(value)), device, dtype)


@values(*TEXT)
def test_has_the_value_of_its_text(row, dtype, device):
    """{row} is what the definition says."""
    assert_is(row, getattr(torch.special, row.name)(seventeen(row.at, dtype, device)), dtype, device)


@values(*LIMITS)
def test_tends_to_the_limit_of_its_formula(row, dtype, device):
    """{row} is the limit of the formula."""
    assert_is(row, getattr(torch.special, row.name)(seventeen(row.at, dtype, device)), dtype, device)


@values(*PAIRS)
def test_has_the_value_of_its_formula_at_the_edge(row, dtype, device):
    """{row} is what the definition says, or its limit."""
    x, y = seventeen(row.first, dtype, device), seventeen(row.second, dtype, device)

    assert_is(row, getattr(torch.special, row.name)(x, y), dtype, device)


@rows(*UNARY)
@pytest.mark.parametrize("length", [1, 33])
def test_nan_is_kept(row, length, dtype, device):
    """{row} of NaN is NaN, and of its neighbours is not."""
    x = np.full(length, row.truth.arguments[0][0])
    x[-1] = np.nan

    result = row.function(tensor(x, device, dtype))

    close(torch.isnan(result), np.isnan(x), device=device)


@pytest.mark.parametrize(
    "row", [pytest.param(r, marks=documents(f"torch.special.{r}"), id=r) for r in ("erf", "erfinv", "expm1", "log1p")]
)
def test_the_sign_of_zero_is_kept(row, dtype, device):
    """torch.special.{row} of a zero is that zero, with its sign."""
    x = np.array([0.0, -0.0] * 17)

    close(getattr(torch.special, row)(tensor(x, device, dtype)), x, dtype=dtype, device=device)


@pytest.mark.parametrize("name", ["i0", "i1", "modified_bessel_i0", "modified_bessel_i1"])
@pytest.mark.parametrize(("dtype", "x"), [(torch.float64, 713.0), (torch.float32, 91.0)], ids=["double", "single"])
@documents(
    "torch.special.i0", "torch.special.i1", "torch.special.modified_bessel_i0", "torch.special.modified_bessel_i1"
)
def test_modified_bessel_functions_reach_the_largest_numbers(name, dtype, x, device):
    """The modified Bessel functions of the first kind are finite wherever the formula is a number of the dtype."""
    result = getattr(torch.special, name)(seventeen(x, dtype, device))

    close(torch.isfinite(result), np.full(17, True), device=device)


@documents("torch.special.polygamma", "torch.polygamma")
@pytest.mark.parametrize(
    ("n", "x", "value"),
    [(0, 0.0, -INF), (1, 0.0, INF), (1, -1.0, INF), (3, 0.0, INF), (1, INF, 0.0), (2, INF, 0.0), (2, NAN, NAN)],
)
def test_polygamma_tends_to_the_limit_of_its_formula(n, x, value, dtype, device):
    """torch.special.polygamma is infinite at its poles and 0 at infinity."""
    result = torch.special.polygamma(n, seventeen(x, dtype, device))

    close(result, np.full(17, value), bound.Bound(0, 0, False), dtype=dtype, device=device)


@documents("torch.special.gammaln")
def test_gammaln_is_the_logarithm_of_gamma_of_the_modulus(device):
    """torch.special.gammaln is log Γ(|x|)."""
    x = np.array([-0.5, -1.5, -2.5, -6.25])

    expected = np.array([math.lgamma(abs(value)) for value in x])
    close(torch.special.gammaln(tensor(x, device)), expected, bound.Bound(8, np.abs(expected) + 1), device=device)


@documents("torch.special.logit", "torch.logit")
@pytest.mark.parametrize("eps", [0.125, 1e-3, 0.25])
def test_logit_clamps_to_eps(eps, dtype, device):
    """torch.special.logit with eps is that of its argument clamped to [eps, 1 - eps]."""
    x = np.array([-3.0, -0.0, 0.0, 0.0625, 0.375, 0.5, 0.75, 0.9375, 1.0, 2.0] * 4).astype(np.float32)

    result = torch.special.logit(tensor(x, device, dtype), eps=eps)

    clamped = np.clip(x.astype(np.longdouble), eps, 1 - np.longdouble(eps))
    expected = np.log(clamped / (1 - clamped))
    limit = bound.Bound(4, (np.abs(expected) + 1 / (1 - clamped)).astype(float), False)
    close(result, expected, limit, dtype=dtype, device=device)


@documents("torch.special.logit", "torch.logit")
def test_logit_with_eps_keeps_nan(dtype, device):
    """torch.special.logit of NaN is NaN, with eps as without."""
    x = seventeen(NAN, dtype, device)

    close(torch.special.logit(x, eps=0.25), np.full(17, NAN), dtype=dtype, device=device)
