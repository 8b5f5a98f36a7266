"""Special functions of one number: the value of the formula, in every dtype, layout and size."""

import numpy as np
import pytest
import torch

from suites.kit import bound, close, documents, draw, dtypes, tensor, unchanged
from suites.operators.specials import NAMED, UNARY, Special, rows, truth

#: Where torch computes in float64 with the digits of single precision.
FAR = (
    Special("airy_ai", 28, -100, -2.125),
    Special("bessel_j0", 6, 1.75, 1e3),
    Special("bessel_j1", 17, 1.75, 1e3),
    Special("bessel_y0", 9, 1.75, 200),
    Special("bessel_y1", 13, 1.75, 200),
)
#: Computed in single precision where the argument is of a half type, and rounded once.
ONCE = ("digamma", "erfc", "erfinv", "exp2", "expit", "expm1", "gammaln", "i0", "log1p")
#: Computed in the half type itself.
STEPWISE = ("entr", "i0e", "sinc", "logit")


def assert_is_its_formula(row, found, dtype, device):
    """Assert the oracle's value at each point of the grid."""
    expected = row.truth
    close(found, expected.value, expected.within(row.factor), dtype=dtype, device=device)


@rows(*UNARY)
def test_is_its_formula(row, dtype, device):
    """{row} is its formula to a few roundings of the value and of the argument, and its argument is not written to."""
    (x,) = row.truth.tensors(dtype, device)

    with unchanged(x):
        result = row.function(x)

    assert_is_its_formula(row, result, dtype, device)


@rows(*FAR)
@pytest.mark.dtypes(torch.float32)
def test_is_its_formula_far_from_zero(row, dtype, device):
    """{row} is its formula where it oscillates, in single precision."""
    (x,) = row.truth.tensors(dtype, device)

    assert_is_its_formula(row, row.function(x), dtype, device)


@rows(*FAR)
def test_is_its_formula_far_from_zero_in_double_precision(row, device):
    """{row} is its formula where it oscillates, in double precision."""
    (x,) = row.truth.tensors("float64", device)

    assert_is_its_formula(row, row.function(x), torch.float64, device)


@rows(*FAR)
def test_has_single_precision_far_from_zero(row, device):
    """{row} of float64 numbers is its formula where it oscillates, to no less than single precision."""
    (x,) = row.truth.tensors("float64", device)

    limit = row.truth.within(row.factor * 2**29)
    close(row.function(x), row.truth.value, limit, device=device, dtype=torch.float64)


@documents("torch.special.ndtr")
def test_ndtr_tells_small_probabilities(dtype, device):
    """torch.special.ndtr is its formula far below the mean, where the area is small and is not 0."""
    expected = truth("ndtr", (-12.0, -3.0))
    (x,) = expected.tensors(dtype, device)

    close(torch.special.ndtr(x), expected.value, expected.within(4), dtype=dtype, device=device)


@documents("torch.special.ndtr")
def test_ndtr_is_near_its_formula(dtype, device):
    """torch.special.ndtr is its formula to four roundings of a number near 1."""
    expected = truth("ndtr", (-12.0, 12.0))
    (x,) = expected.tensors(dtype, device)

    close(torch.special.ndtr(x), expected.value, bound.Bound(4, 1.0, False), dtype=dtype, device=device)


def assert_rounds_once(row, dtype, device):
    """Assert the oracle's value, rounded to a half type, at those points of the grid that it has."""
    expected = row.truth.in_digits_of(dtype)
    (x,) = expected.tensors(dtype, device)

    close(row.function(x), expected.value, expected.rounded_within(row.factor, dtype), dtype=dtype, device=device)


@rows(*(NAMED[name] for name in ONCE))
@pytest.mark.dtypes(torch.bfloat16)
def test_bfloat16_is_rounded_once(row, dtype, device):
    """{row} of bfloat16 numbers is its formula, rounded once."""
    assert_rounds_once(row, dtype, device)


@rows(NAMED["erf"])
@pytest.mark.dtypes(torch.bfloat16)
def test_erf_of_bfloat16_is_rounded_once(row, dtype, device):
    """{row} of bfloat16 numbers is its formula, rounded once."""
    assert_rounds_once(row, dtype, device)


@rows(NAMED["erf"], *(NAMED[name] for name in ONCE))
@documents(since="2.1")
@pytest.mark.dtypes(torch.float16)
def test_float16_is_rounded_once(row, dtype, device):
    """{row} of float16 numbers is its formula, rounded once."""
    assert_rounds_once(row, dtype, device)


@rows(NAMED["i1"], NAMED["i1e"])
@documents(since="2.6")
@pytest.mark.dtypes(torch.bfloat16, torch.float16)
def test_half_is_rounded_once(row, dtype, device):
    """{row} of half-precision numbers is its formula, rounded once."""
    assert_rounds_once(row, dtype, device)


@rows(*(NAMED[name] for name in STEPWISE))
@pytest.mark.dtypes(torch.bfloat16)
def test_half_is_its_formula(row, dtype, device):
    """{row} of half-precision numbers is its formula to a few roundings of the value and of the argument."""
    expected = row.truth.in_digits_of(dtype)
    (x,) = expected.tensors(dtype, device)

    close(row.function(x), expected.value, expected.within(2 * row.factor), dtype=dtype, device=device)


@rows(*UNARY)
@pytest.mark.parametrize("layout", ["transposed", "stepped"])
def test_layout_does_not_matter(row, layout, device):
    """{row} is its formula wherever its argument lies in memory."""
    expected = row.truth[:117]
    x = draw.laid_out(expected.arguments[0].astype(np.float32).reshape(9, 13), layout)

    result = row.function(tensor(x, device))

    close(result.reshape(117), expected.value, expected.within(row.factor), dtype=torch.float32, device=device)


@rows(*UNARY)
def test_expanded_tensors_are_computed_throughout(row, device):
    """{row} of an expanded tensor is its formula in each element, in memory of its own."""
    expected = row.truth[:33]
    (x,) = expected.tensors("float64", device)

    result = row.function(x.expand(3, 33))

    wide = np.broadcast_to(expected.value, (3, 33))
    close(result, wide, expected.within(row.factor), dtype=torch.float64, device=device)


@rows(*UNARY)
@pytest.mark.parametrize("shape", [(), (1, 1), (2, 0, 3)], ids=str)
def test_keeps_the_shape(row, shape, device):
    """{row} has the shape of its argument, be it without dimensions or without elements."""
    expected = row.truth[:1] if 0 not in shape else row.truth[:0]
    x = expected.arguments[0].reshape(shape)

    result = row.function(tensor(x, device))

    limit = bound.Bound(row.factor, expected.scale.astype(float).reshape(shape), False)
    close(result, expected.value.reshape(shape), limit, dtype=torch.float64, device=device)


@rows(*UNARY)
def test_large_tensors_are_computed_throughout(row, device):
    """{row} is its formula in each element of a tensor that several threads share out."""
    expected = row.truth[np.arange(40_001) % len(row.truth.value)]
    (x,) = expected.tensors("float32", device)

    close(row.function(x), expected.value, expected.within(row.factor), dtype=torch.float32, device=device)


@rows(*UNARY)
@documents("tensor_attributes")
@pytest.mark.dtypes(torch.int64, torch.uint8)
def test_integers_become_the_default_dtype(row, dtype, device):
    """{row} of integers is what it is of the same numbers in the default dtype."""
    x = np.arange(9).astype(dtypes.in_numpy(dtype))

    result = row.function(tensor(x, device))

    expected = row.function(tensor(x.astype(np.float32), device))
    close(result, expected.numpy(), device=device)


@rows(*UNARY)
@documents("tensor_attributes")
def test_bool_becomes_the_default_dtype(row, device):
    """{row} of bool is what it is of 0 and 1 in the default dtype."""
    x = np.arange(9) % 2

    result = row.function(tensor(x.astype(bool), device))

    close(result, row.function(tensor(x.astype(np.float32), device)).numpy(), device=device)
