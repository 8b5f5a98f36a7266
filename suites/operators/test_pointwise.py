"""Functions of one tensor, elementwise: each is its formula to a few half-ulps, and the half types are tested whole."""

import itertools
import math
from typing import Callable, NamedTuple

import numpy as np
import pytest
import torch
from hypothesis import given

from reference import pointwise
from suites.kit import bound, close, documents, draw, dtypes, tensor, unchanged
from suites.operators import operands
from suites.operators.values import agree, every_half, numbers, oracle, within

GUIDE = "Operations on Tensors"


class Pointwise(NamedTuple):
    """A function of one number, how it rounds, and the interval of finite numbers on which that holds."""

    name: str
    rounding: Callable[[np.ndarray], bound.Bound]
    low: float = -math.inf
    high: float = math.inf

    def __str__(self) -> str:
        return f"torch.{self.name}"


def exact(value):
    """No rounding at all."""
    return bound.exact


def near_one(value):
    """A function that subtracts from 1 or π: four half-ulps of that."""
    return bound.Bound(4, np.abs(value) + 1, False)


FLOATS = (
    Pointwise("abs", exact),
    Pointwise("ceil", exact),
    Pointwise("floor", exact),
    Pointwise("trunc", exact),
    Pointwise("round", exact),
    Pointwise("neg", exact),
    Pointwise("positive", exact),
    Pointwise("relu", exact),
    Pointwise("frac", lambda value: bound.Bound(0, 0, False), -1e6, 1e6),
    Pointwise("square", bound.rounded),
    Pointwise("reciprocal", bound.rounded),
    Pointwise("sqrt", lambda value: bound.faithful(value, 2)),
    Pointwise("rsqrt", bound.faithful),
    Pointwise("exp", bound.faithful),
    Pointwise("exp2", bound.faithful),
    Pointwise("expm1", bound.faithful),
    Pointwise("log", bound.faithful),
    Pointwise("log2", bound.faithful),
    Pointwise("log10", bound.faithful),
    Pointwise("log1p", bound.faithful, -math.inf, 1e30),
    Pointwise("sin", bound.faithful, -1e6, 1e6),
    Pointwise("cos", bound.faithful, -1e6, 1e6),
    Pointwise("tan", bound.faithful, -1e4, 1e4),
    Pointwise("asin", bound.faithful),
    Pointwise("acos", bound.faithful),
    Pointwise("atan", bound.faithful),
    Pointwise("sinh", bound.faithful, -80, 80),
    Pointwise("cosh", bound.faithful, -80, 80),
    Pointwise("tanh", bound.faithful),
    Pointwise("asinh", bound.faithful, -1e6, 1e6),
    Pointwise("acosh", bound.faithful, -1e6, 1e6),
    Pointwise("atanh", bound.faithful),
    Pointwise("sigmoid", bound.faithful, -80, 80),
    Pointwise("deg2rad", lambda value: bound.faithful(value, 3), -1e30, 1e30),
    Pointwise("rad2deg", lambda value: bound.faithful(value, 3), -1e30, 1e30),
    Pointwise("erf", lambda value: bound.faithful(value, 6)),
    Pointwise("erfc", bound.faithful, -8, 8),
)
#: Whose error is not bounded relative to the value in the half types.
ROUGH = ("erf", "erfc")
#: Which multiply by a constant that is rounded itself, or round the root before its reciprocal.
TWICE = ("deg2rad", "rad2deg", "rsqrt")
PREDICATES = tuple(Pointwise(n, exact) for n in ("isnan", "isinf", "isfinite", "isposinf", "isneginf", "signbit"))
INTEGERS = tuple(
    Pointwise(n, exact) for n in ("abs", "neg", "square", "sign", "ceil", "floor", "trunc", "positive", "relu", "round")
)
LIKELY = tuple(row for row in FLOATS if row.rounding is not exact and row.name not in ("frac", "square"))
COMPLEX = (
    Pointwise("exp", None),
    Pointwise("log", None),
    Pointwise("sqrt", None),
    Pointwise("sin", None),
    Pointwise("cos", None),
    Pointwise("tanh", None),
    Pointwise("reciprocal", None),
    Pointwise("square", None),
    Pointwise("sgn", None),
    Pointwise("neg", None),
    Pointwise("sinh", None),
    Pointwise("cosh", None),
    Pointwise("tan", None),
)


def rows(table):
    """Functions as parameters of claims."""
    return pytest.mark.parametrize(
        "row", [pytest.param(r, marks=documents(f"torch.{r.name}"), id=r.name) for r in table]
    )


def reference_of(row):
    """The function of that name in the reference."""
    return getattr(pointwise, row.name) if row.name != "positive" else np.positive


def assert_is_its_formula(row, x, dtype, device):
    """The function of the array is its reference in the same dtype; the argument is not written to."""
    argument = tensor(x, device, dtype)
    with unchanged(argument):
        result = getattr(torch, row.name)(argument)

    expected = oracle(reference_of(row), x)
    close(result, expected, row.rounding(expected), dtype=dtype, device=device)


def assert_rounds_once(row, x, dtype, device):
    """The function of half-precision numbers is its reference, rounded once: they are computed in single precision."""
    expected = oracle(reference_of(row), x)
    limit = row.rounding(expected)
    once = limit if row.name in TWICE else limit._replace(factor=min(limit.factor, 1.02))

    close(getattr(torch, row.name)(tensor(x, device, dtype)), expected, once, dtype=dtype, device=device)


@rows(FLOATS)
@documents(guide=GUIDE)
@pytest.mark.dtypes(torch.float64, torch.float32)
@given(sample=operands.singles())
def test_follows_the_formula(row, sample, dtype, device):
    """{row} is its formula to a few half-ulps of the dtype, special values included."""
    x = draw.laid_out(within(sample(dtype), row.low, row.high), sample.layout)

    assert_is_its_formula(row, x, dtype, device)


@rows(tuple(row for row in FLOATS if row.name not in ROUGH))
@documents(guide=GUIDE)
@pytest.mark.dtypes(torch.bfloat16)
def test_follows_the_formula_on_every_bfloat16(row, dtype, device):
    """{row} is its formula on all 65 536 numbers of bfloat16."""
    assert_rounds_once(row, draw.cast(within(every_half(dtype), row.low, row.high), dtype), dtype, device)


@rows(tuple(row for row in FLOATS if row.name not in ROUGH))
@documents(since="2.3", guide=GUIDE)
@pytest.mark.dtypes(torch.float16)
def test_follows_the_formula_on_every_float16(row, dtype, device):
    """{row} is its formula on all 65 536 numbers of float16."""
    assert_rounds_once(row, draw.cast(within(every_half(dtype), row.low, row.high), dtype), dtype, device)


@rows(LIKELY)
@documents(guide=GUIDE)
@pytest.mark.dtypes(torch.float64, torch.float32)
def test_follows_the_formula_at_every_scale(row, dtype, device):
    """{row} is its formula on 2 000 numbers whose sizes are spread evenly over the binades where it is not constant."""
    most = min(row.high, 1e5)
    sizes = np.exp(np.random.default_rng(1).uniform(np.log(1e-6), np.log(most), 2000))
    x = draw.cast(np.where(np.arange(2000) % 2, sizes, -sizes), dtype)

    assert_is_its_formula(row, x, dtype, device)


@rows(tuple(row for row in FLOATS if row.name not in ("positive", "relu")))
@documents(guide=GUIDE)
@pytest.mark.dtypes(torch.float64, torch.float32, torch.bfloat16)
def test_the_spellings_agree(row, dtype, device):
    """{row} is the same as a function, as a method, and with out=, bit for bit."""
    x, out = (tensor(numbers(seed, (5, 33), dtype), device, dtype) for seed in (1, 2))

    result = getattr(torch, row.name)(x)

    assert getattr(torch, row.name)(x, out=out) is out
    agree(result, getattr(x, row.name)(), out)


@rows(FLOATS)
@documents(guide=GUIDE)
def test_large_tensors_follow_the_formula(row, device):
    """{row} gives each element of a tensor that several threads share out the value of its formula."""
    x = within(numbers(2, (40_001,), "float32"), row.low, row.high)

    assert_is_its_formula(row, x, torch.float32, device)


@rows(PREDICATES)
@pytest.mark.dtypes(torch.float32, torch.bfloat16)
@given(sample=operands.singles())
def test_predicates_tell_the_specials(row, sample, dtype, device):
    """{row} is a bool tensor that tells the numbers of its name from all others."""
    x = sample(dtype)

    close(getattr(torch, row.name)(tensor(x, device, dtype)), oracle(reference_of(row), x), device=device)


@rows(PREDICATES)
@pytest.mark.dtypes(*dtypes.INTEGRAL, torch.bool)
@given(sample=operands.singles())
def test_predicates_know_integers(row, sample, dtype, device):
    """{row} of integers and bool is what it is of the same number in floating point."""
    x = sample(dtype)

    close(getattr(torch, row.name)(tensor(x, device)), oracle(reference_of(row), x.astype(float)), device=device)


@rows(INTEGERS)
@documents(guide=GUIDE)
@pytest.mark.dtypes(*dtypes.INTEGRAL)
@given(sample=operands.singles())
def test_integers_stay_integers(row, sample, dtype, device):
    """{row} of integers is exact, wraps around, and keeps their dtype."""
    x = sample(dtype)
    whole = {"ceil": np.array, "floor": np.array, "trunc": np.array, "round": np.array, "positive": np.array}

    result = getattr(torch, row.name)(tensor(x, device))

    close(result, oracle(whole.get(row.name, getattr(pointwise, row.name, None)), x).astype(x.dtype), device=device)


@rows(LIKELY)
@documents("tensor_attributes", guide=GUIDE)
@pytest.mark.dtypes(torch.int64, torch.uint8, torch.bool, torch.int16)
def test_integers_become_the_default_dtype(row, dtype, device):
    """{row} of integers or bool is what it is of the same numbers in the default dtype."""
    x = np.array([0, 1, 2, 3, 5, 7, 9]).astype(dtypes.in_numpy(dtype))

    result = getattr(torch, row.name)(tensor(x, device))

    expected = oracle(reference_of(row), x.astype(np.float32))
    limit = row.rounding(expected)
    close(result, expected, limit._replace(factor=2 * limit.factor + 2), dtype=torch.float32, device=device)


@rows(COMPLEX)
@documents(guide=GUIDE)
@pytest.mark.dtypes(torch.complex64)
@given(sample=operands.singles(hard=(), fills=("normal",)))
def test_complex_numbers_follow_the_principal_branch(row, sample, dtype, device):
    """{row} of complex numbers is its formula, on the principal branch."""
    x = sample(dtype)

    result = getattr(torch, row.name)(tensor(x, device))

    expected = oracle(reference_of(row), x)
    close(result, expected, bound.Bound(16, np.abs(expected) + np.abs(x) / 8, False), dtype=dtype, device=device)


@documents("torch.abs")
@pytest.mark.dtypes(torch.complex128, torch.complex64)
@pytest.mark.parametrize("length", [1, 33])
def test_large_complex_numbers_have_a_modulus(length, dtype, device):
    """torch.abs of a complex number whose square overflows is its modulus."""
    scale = 2.0 ** (1020 if dtype is torch.complex128 else 120)
    x = np.full(length, (3 - 4j) * scale, dtypes.in_numpy(dtype))

    close(torch.abs(tensor(x, device)), np.full(length, 5 * scale), bound.rounded(5 * scale, 4), dtype=x.real.dtype,
          device=device)  # fmt: skip


@documents("torch.abs", "torch.angle", "torch.real", "torch.imag", "torch.conj", guide=GUIDE)
@pytest.mark.dtypes(torch.complex128, torch.complex64)
@given(sample=operands.singles(hard=("zero", "one", "-one"), fills=("normal", "wide")))
def test_complex_numbers_have_parts(sample, dtype, device):
    """A complex tensor has a modulus, an angle, a real and an imaginary part, and a conjugate."""
    values = sample(dtype)
    x, wide = tensor(values, device), values.astype(np.clongdouble)
    part = torch.empty(0, dtype=dtype).real.dtype

    close(torch.abs(x), np.abs(wide), bound.faithful(np.abs(wide)), dtype=part, device=device)
    close(torch.angle(x), np.angle(wide), bound.faithful(np.angle(wide)), dtype=part, device=device)
    close(torch.real(x), values.real.copy(), device=device)
    close(torch.imag(x), values.imag.copy(), device=device)
    close(torch.conj(x), values.conj(), device=device)


@documents("torch.isnan", "torch.isinf", "torch.isfinite", guide=GUIDE)
@pytest.mark.dtypes(torch.complex128, torch.complex64)
def test_predicates_look_at_both_parts(dtype, device):
    """A complex number is NaN or infinite where either of its parts is, and finite where both are."""
    parts = np.array([0.0, -0.0, 1.5, np.nan, np.inf, -np.inf])
    values = np.empty((6, 6), dtypes.in_numpy(dtype))
    values.real, values.imag = np.meshgrid(parts, parts, indexing="ij")
    x = tensor(values, device)

    close(torch.isnan(x), np.isnan(values.real) | np.isnan(values.imag), device=device)
    close(torch.isinf(x), np.isinf(values.real) | np.isinf(values.imag), device=device)
    close(torch.isfinite(x), np.isfinite(values.real) & np.isfinite(values.imag), device=device)


@documents("torch.log1p", guide=GUIDE)
@pytest.mark.dtypes(torch.float64, torch.float32)
def test_log1p_takes_the_largest_numbers(dtype, device):
    """torch.log1p of the largest number of the dtype is its logarithm, whatever the length of the tensor."""
    x = np.full(33, np.finfo(dtypes.in_numpy(dtype)).max)

    expected = np.log(x.astype(np.longdouble))
    close(torch.log1p(tensor(x, device)), expected, bound.faithful(expected), dtype=dtype, device=device)


@documents("torch.sign", guide=GUIDE)
@pytest.mark.dtypes(torch.float64, torch.float32, torch.bfloat16)
@given(sample=operands.singles(hard=tuple(name for name in draw.HARD if name != "nan")))
def test_sign_is_one_of_three(sample, dtype, device):
    """torch.sign is -1 below zero, 0 at either zero, and 1 above."""
    x = sample(dtype)

    close(torch.sign(tensor(x, device, dtype)), np.sign(x), bound.Bound(0, 0, False), dtype=dtype, device=device)


@documents("torch.round", since="2.0")
@pytest.mark.parametrize("decimals", [1, 3, -2])
@given(sample=operands.singles(hard=(), fills=("normal",)))
def test_round_takes_decimals(decimals, sample, device):
    """torch.round(x, decimals=n) is the nearest multiple of 10 to the -n."""
    x = 100 * sample("float64")

    result = torch.round(tensor(x, device), decimals=decimals)

    nearest = np.rint(x * 10.0**decimals) / 10.0**decimals
    close(result, nearest, bound.Bound(4, np.abs(nearest), False), device=device)


@documents("torch.nan_to_num", guide=GUIDE)
@pytest.mark.dtypes(torch.float64, torch.float32)
@given(sample=operands.singles())
def test_nan_to_num_replaces_the_specials(sample, dtype, device):
    """torch.nan_to_num puts 0 for NaN and the largest numbers for the infinities, or what it is told."""
    values = sample(dtype)
    x, most = tensor(values, device), np.finfo(values.dtype).max

    for nan, posinf, neginf in itertools.product((None, 1.5), (None, 7.0), (None, -9.0)):
        told = {"nan": nan, "posinf": posinf, "neginf": neginf}
        expected = pointwise.nan_to_num(values, nan or 0.0, posinf or most, neginf or -most).astype(values.dtype)

        close(torch.nan_to_num(x, **told), expected, device=device)
        close(x.clone().nan_to_num_(**told), expected, device=device)
