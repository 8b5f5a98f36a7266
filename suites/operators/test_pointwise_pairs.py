"""Functions of two tensors that have no operator: each is its formula, and special values follow IEEE 754."""

import dataclasses
import math
from typing import Callable, NamedTuple

import numpy as np
import pytest
import torch
from hypothesis import example, given

from reference import comparison, pointwise
from suites.kit import bound, close, documents, draw, dtypes, tensor, unchanged
from suites.operators import operands
from suites.operators.values import agree, numbers, oracle, within

GUIDE = "Operations on Tensors"


class Pair(NamedTuple):
    """A function of two numbers, its reference, how it rounds, and the largest finite operands on which that holds."""

    name: str
    reference: Callable[..., np.ndarray]
    rounding: Callable[..., bound.Bound]
    most: float = math.inf
    hard: tuple[str, ...] = draw.HARD

    def __str__(self) -> str:
        return f"torch.{self.name}"


def exact(value, x, y):
    """No rounding at all."""
    return bound.exact


def either_zero(value, x, y):
    """No rounding; of two zeros either may be taken."""
    return bound.Bound(0, 0, False)


def faithful(value, x, y):
    """A library function."""
    return bound.faithful(value)


def largest_and_rest(value, x, y):
    """m + log1p(exp(-d)): roundings of the larger m, and of the rest, to which the error of the distance d adds d u."""
    with np.errstate(all="ignore"):
        large, apart = np.maximum(x, y).astype(np.longdouble), np.abs(x.astype(np.longdouble) - y)
        return bound.Bound(8, np.abs(large) + (1 + apart) * np.log1p(np.exp(-apart)), False)


def largest_and_rest_of_two(value, x, y):
    """The same with powers of 2."""
    with np.errstate(all="ignore"):
        large, apart = np.maximum(x, y).astype(np.longdouble), np.abs(x.astype(np.longdouble) - y)
        return bound.Bound(8, np.abs(large) + (1 + apart) * np.log1p(np.exp2(-apart)) / np.log(2), False)


WITHOUT_NAN = tuple(name for name in draw.HARD if name != "nan")
ROWS = (
    Pair("atan2", pointwise.atan2, faithful),
    Pair("hypot", pointwise.hypot, faithful, 1e38),
    Pair("copysign", pointwise.copysign, exact),
    Pair("logaddexp", pointwise.logaddexp, largest_and_rest),
    Pair("logaddexp2", pointwise.logaddexp2, largest_and_rest_of_two),
    Pair("xlogy", pointwise.xlogy, faithful, 1e6),
    Pair("heaviside", pointwise.heaviside, exact, math.inf, WITHOUT_NAN),
    Pair("maximum", comparison.maximum, either_zero),
    Pair("minimum", comparison.minimum, either_zero),
    Pair("fmax", comparison.fmax, either_zero),
    Pair("fmin", comparison.fmin, either_zero),
)
INTEGERS = tuple(row for row in ROWS if row.name in ("maximum", "minimum", "fmax", "fmin"))


def rows(table):
    """Functions as parameters of claims."""
    return pytest.mark.parametrize(
        "row", [pytest.param(r, marks=documents(f"torch.{r.name}"), id=r.name) for r in table]
    )


@rows(ROWS)
@documents(guide=GUIDE)
@pytest.mark.dtypes(torch.float64, torch.float32)
@given(pair=operands.pairs())
@example(pair=operands.MEETING)
@example(pair=(draw.Sample((3, 1), place=("zero",)), draw.Sample((1, 129), 1, "wide")))
def test_follows_the_formula(row, pair, dtype, device):
    """{row} is its formula to a few half-ulps, special values and broadcasting included."""
    pair = [dataclasses.replace(sample, place=tuple(p for p in sample.place if p in row.hard)) for sample in pair]
    x, y = (draw.laid_out(within(sample(dtype), -row.most, row.most), sample.layout) for sample in pair)
    left, right = tensor(x, device), tensor(y, device)
    with unchanged(left, right):
        result = getattr(torch, row.name)(left, right)

    expected = oracle(row.reference, x, y)
    close(result, expected, row.rounding(expected, x, y), dtype=dtype, device=device)


@rows(INTEGERS)
@pytest.mark.dtypes(torch.int64, torch.uint8)
@given(pair=operands.pairs())
@example(pair=operands.MEETING)
def test_integers_keep_their_dtype(row, pair, dtype, device):
    """{row} of integers or bool is one of the two, exactly, in their dtype."""
    x, y = (sample(dtype) for sample in pair)

    result = getattr(torch, row.name)(tensor(x, device), tensor(y, device))

    close(result, oracle(np.maximum if "max" in row.name else np.minimum, x, y), device=device)


@rows(ROWS)
@documents(guide=GUIDE)
def test_the_spellings_agree(row, device):
    """{row} is the same as a function, as a method, and with out=, bit for bit."""
    x, y, out = (tensor(numbers(seed, (5, 33), "float64"), device) for seed in (1, 2, 3))
    result = getattr(torch, row.name)(x, y)

    assert getattr(torch, row.name)(x, y, out=out) is out
    agree(result, getattr(x, row.name)(y), out)


@documents("torch.ldexp", guide=GUIDE)
@given(sample=operands.singles(hard=("zero", "-zero", "nan", "inf", "-inf")))
def test_ldexp_scales_by_powers_of_two(sample, device):
    """torch.ldexp(x, n) is x times 2 to the n, exactly where that is a number of the dtype."""
    x, powers = sample("float32"), np.random.default_rng(sample.seed).integers(-20, 20, sample.shape)

    close(torch.ldexp(tensor(x, device), tensor(powers, device)), np.ldexp(x, powers).astype(np.float32), device=device)


QUADRANTS = [
    (0.0, 1.0, 0.0),
    (-0.0, 1.0, -0.0),
    (0.0, -1.0, math.pi),
    (-0.0, -1.0, -math.pi),
    (-1.0, -1.0, -0.75 * math.pi),
    (1.0, -1.0, 0.75 * math.pi),
    (1.0, 0.0, math.pi / 2),
    (-1.0, -0.0, -math.pi / 2),
    (0.0, -0.0, math.pi),
]


@documents("torch.atan2", guide=GUIDE)
@pytest.mark.parametrize(("y", "x", "angle"), QUADRANTS)
def test_atan2_tells_the_quadrant(y, x, angle, device):
    """torch.atan2 is the angle in its quadrant by the signs of both operands, those of zeros too."""
    result = torch.atan2(tensor(np.full(5, y), device), tensor(np.full(5, x), device))

    close(result, np.full(5, angle), bound.faithful(np.full(5, angle)), device=device)


@documents("torch.hypot", guide=GUIDE)
@pytest.mark.parametrize("exponent", [-0.8, 0.0, 0.9])
@pytest.mark.parametrize("length", [1, 9, 65])
@pytest.mark.dtypes(torch.float64, torch.float32, torch.bfloat16)
def test_hypot_neither_overflows_nor_underflows(exponent, length, dtype, device):
    """torch.hypot is the root of the sum of squares, also where the squares are no numbers of the dtype."""
    scale = 2.0 ** round(-exponent * dtypes.SMALLEST[dtypes.name(dtype)])
    x, y = (draw.cast(np.abs(numbers(seed, (length,), "float64")) * scale, dtype) for seed in (1, 2))

    expected = oracle(np.hypot, x, y)
    found = torch.hypot(tensor(x, device, dtype), tensor(y, device, dtype))
    close(found, expected, bound.faithful(expected), dtype=dtype, device=device)
