"""Comparisons, logic, and the bounds of clamp: bool tensors, exact in every dtype."""

import operator
from typing import Any, Callable, NamedTuple

import numpy as np
import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st

from reference import arithmetic, comparison
from suites.kit import bound, close, documents, dtypes, tensor
from suites.operators import operands
from suites.operators.values import agree, oracle

GUIDE = "Operations on Tensors"


class Comparison(NamedTuple):
    """A comparison, its operator, and the longer name it also has."""

    name: str
    symbol: Callable[[Any, Any], Any]
    alias: str

    def __str__(self) -> str:
        return f"torch.{self.name}"


COMPARISONS = (
    Comparison("eq", operator.eq, "eq"),
    Comparison("ne", operator.ne, "not_equal"),
    Comparison("lt", operator.lt, "less"),
    Comparison("le", operator.le, "less_equal"),
    Comparison("gt", operator.gt, "greater"),
    Comparison("ge", operator.ge, "greater_equal"),
)
LOGIC = ("logical_and", "logical_or", "logical_xor")
rows = pytest.mark.parametrize(
    "row", [pytest.param(r, marks=documents(f"torch.{r.name}"), id=r.name) for r in COMPARISONS]
)
logic = pytest.mark.parametrize("name", [pytest.param(n, marks=documents(f"torch.{n}")) for n in LOGIC])
ORDERED = (
    torch.float64,
    torch.float32,
    torch.float16,
    torch.bfloat16,
    torch.int64,
    torch.int32,
    torch.uint8,
    torch.bool,
)


@rows
@documents(guide=GUIDE)
@pytest.mark.dtypes(torch.float32, torch.bfloat16, torch.int64, torch.uint8)
@given(pair=operands.pairs())
@example(pair=operands.MEETING)
def test_compares_values(row, pair, dtype, device):
    """{row} is True where the comparison holds: zeros of either sign are equal, NaN is unequal to all, itself too."""
    x, y = (sample(dtype) for sample in pair)
    left, right = tensor(x, device, dtype), tensor(y, device, dtype)

    result = getattr(torch, row.name)(left, right)

    close(result, np.asarray(getattr(comparison, row.name)(x, y)), device=device)
    agree(result, row.symbol(left, right), getattr(left, row.name)(right), getattr(torch, row.alias)(left, right))


@rows
@pytest.mark.dtypes(torch.float32, torch.bfloat16, torch.int64, torch.uint8, torch.bool)
@given(sample=operands.singles(fills=("ties",)), number=st.sampled_from((0, 1, 2, 5)))
def test_compares_with_numbers(row, sample, number, dtype, device):
    """{row} takes a Python number on either side, and integer tensors compare with fractions."""
    x = sample(dtype)
    values = tensor(x, device, dtype)

    close(row.symbol(values, number), np.asarray(getattr(comparison, row.name)(x, np.float64(number))), device=device)
    close(row.symbol(number, values), np.asarray(getattr(comparison, row.name)(np.float64(number), x)), device=device)
    close(row.symbol(values, number + 0.5), np.asarray(getattr(comparison, row.name)(x, number + 0.5)), device=device)


#: Numbers that a byte cannot hold, with or without a sign.
BEYOND = (-300, -1, 200, 256, 300)


@rows
@pytest.mark.dtypes(torch.int8, torch.uint8)
def test_compares_with_numbers_beyond_its_dtype(row, dtype, device):
    """{row} of integers and a Python integer that their dtype cannot hold compares the values."""
    info = np.iinfo(dtypes.in_numpy(dtype))
    values = np.arange(info.min, info.max + 1)
    x = tensor(values.astype(info.dtype), device)

    for number in BEYOND:
        close(getattr(torch, row.name)(x, number), getattr(comparison, row.name)(values, number), device=device)


@rows
@documents("tensor_attributes")
@given(sample=operands.singles(fills=("ties",), hard=()))
def test_compares_across_dtypes(row, sample, device):
    """{row} of tensors of different dtypes compares their values."""
    x, y = sample("int32"), sample("float64") + np.random.default_rng(1).integers(-1, 2, sample.shape)

    result = getattr(torch, row.name)(tensor(x, device), tensor(y, device))

    close(result, np.asarray(getattr(comparison, row.name)(x, y)), device=device)


@rows
def test_equal_shapes_are_compared_in_every_element(row, device):
    """{row} of long tensors that differ in their last element alone sees it."""
    x, y = np.zeros(70_001, np.float32), np.zeros(70_001, np.float32)
    y[-1] = 1

    close(
        getattr(torch, row.name)(tensor(x, device), tensor(y, device)),
        getattr(comparison, row.name)(x, y),
        device=device,
    )


@documents("torch.eq", "torch.ne", guide=GUIDE)
@pytest.mark.dtypes(torch.complex128, torch.complex64)
@given(pair=operands.pairs(fills=("ties",), hard=("zero", "-zero", "one")))
def test_complex_numbers_are_equal_in_both_parts(pair, dtype, device):
    """Complex numbers are equal where both their parts are."""
    x, y = (np.rint(sample(dtype).real) + 1j * np.rint(sample(dtype).imag) for sample in pair)
    left, right = tensor(x.astype(dtypes.in_numpy(dtype)), device), tensor(y.astype(dtypes.in_numpy(dtype)), device)

    close(left == right, np.asarray(x == y), device=device)
    close(left != right, np.asarray(x != y), device=device)


@documents("torch.equal", guide=GUIDE)
@given(sample=operands.singles(hard=()), changed=st.booleans())
def test_equal_tells_whether_all_elements_are(sample, changed, device):
    """torch.equal is True for tensors of one shape with the same elements, and False where one element differs."""
    values = sample("float64")
    other = np.array(values)
    other.flat[-1:] += changed

    assert torch.equal(tensor(values, device), tensor(other, device)) is (not changed or not values.size)
    assert torch.equal(tensor(values, device), tensor(other[None], device)) is False


@logic
@documents(guide=GUIDE)
@pytest.mark.dtypes(torch.float32, torch.int64, torch.complex64)
@example(pair=operands.MEETING)
@given(pair=operands.pairs(fills=("ties",)))
def test_logic_takes_numbers_that_are_not_zero_for_true(name, pair, dtype, device):
    """Logical operations take zeros for False and all else, NaN too, for True, and give bool."""
    x, y = (sample(dtype) for sample in pair)
    left, right = tensor(x, device, dtype), tensor(y, device, dtype)

    result = getattr(torch, name)(left, right)

    close(result, np.asarray(getattr(comparison, name)(x, y)), device=device)
    agree(result, getattr(left, name)(right))


@documents("torch.logical_not", "torch.bitwise_not", guide=GUIDE)
@pytest.mark.dtypes(torch.float64, torch.bfloat16, torch.int64, torch.bool, torch.complex64)
@given(sample=operands.singles(fills=("ties",)))
def test_logical_not_is_true_for_zeros_alone(sample, dtype, device):
    """torch.logical_not is True where the element is zero, of either sign, and False elsewhere, for NaN too."""
    x = sample(dtype)

    close(torch.logical_not(tensor(x, device, dtype)), np.asarray(np.logical_not(x)), device=device)


@documents("torch.bitwise_not", guide=GUIDE)
@pytest.mark.dtypes(torch.int64, torch.int32, torch.int8, torch.uint8, torch.bool)
@given(sample=operands.singles())
def test_bitwise_not_turns_every_bit(sample, dtype, device):
    """torch.bitwise_not and ~ turn every bit over, and negate bool."""
    values = sample(dtype)
    x = tensor(values, device)

    close(torch.bitwise_not(x), np.asarray(np.invert(values)), device=device)
    agree(torch.bitwise_not(x), ~x)


@documents("torch.clamp", "torch.Tensor.clamp", "torch.clip", guide=GUIDE)
@pytest.mark.dtypes(torch.float64, torch.float32, torch.bfloat16, torch.int64, torch.uint8)
@given(sample=operands.singles(), low=st.sampled_from((None, 0, 1, 2)), high=st.sampled_from((0, 1, 3)))
def test_clamp_keeps_within_numbers(sample, low, high, dtype, device):
    """torch.clamp is min(max(x, low), high), the higher bound winning; either may be left out, and NaN stays NaN."""
    values = sample(dtype)
    x, free = tensor(values, device, dtype), bound.Bound(0, 0, False)
    scalar = values.dtype.type
    expected = arithmetic.clamp(values, None if low is None else scalar(low), scalar(high))

    close(torch.clamp(x, low, high), np.asarray(expected), free, dtype=dtype, device=device)
    agree(torch.clamp(x, low, high), x.clamp(min=low, max=high), torch.clip(x, low, high))
    close(torch.clamp(x, min=high), np.asarray(np.maximum(values, scalar(high))), free, dtype=dtype, device=device)
    close(torch.clamp(x, max=high), np.asarray(np.minimum(values, scalar(high))), free, dtype=dtype, device=device)
    for bounds in ({"min": low, "max": high}, {"min": high}, {"max": high}):
        inside = tensor(values, device, dtype).clone()
        assert inside.clamp_(**bounds) is inside
        agree(inside, x.clamp(**bounds))


@documents("torch.clamp")
@pytest.mark.dtypes(torch.int8, torch.uint8)
@pytest.mark.parametrize("limits", [(-300, 300), (None, 1000), (0, 256)])
def test_clamp_takes_limits_beyond_the_dtype(limits, dtype, device):
    """torch.clamp with a limit that the dtype cannot hold is min(max(x, low), high)."""
    info = np.iinfo(dtypes.in_numpy(dtype))
    values = np.arange(info.min, info.max + 1)

    result = torch.clamp(tensor(values.astype(info.dtype), device), *limits)

    close(result, np.clip(values, *limits).astype(info.dtype), device=device)


@documents("torch.clamp")
@pytest.mark.parametrize("limits", [(-5, None), (-1, 255), (-5, 200)], ids=str)
def test_clamp_of_bytes_takes_limits_below_zero(limits, device):
    """torch.clamp of bytes with a limit below 0, which they cannot hold, is min(max(x, low), high)."""
    values = np.arange(256)

    result = torch.clamp(tensor(values.astype(np.uint8), device), *limits)

    close(result, np.clip(values, *limits).astype(np.uint8), device=device)


@documents("torch.clamp", "tensor_attributes")
@pytest.mark.dtypes(*dtypes.INTEGRAL)
def test_clamp_of_integers_takes_fractions(dtype, device):
    """torch.clamp of integers within fractions is min(max(x, low), high), in the dtype that both promote to."""
    values = np.arange(8).astype(dtypes.in_numpy(dtype))
    x = tensor(values, device)

    close(torch.clamp(x, 1.5, 4.25), np.clip(values, 1.5, 4.25).astype(np.float32), device=device)
    close(torch.clamp(x, max=2.5), np.minimum(values, 2.5).astype(np.float32), device=device)
    close(x.clamp(min=2.5), np.maximum(values, 2.5).astype(np.float32), device=device)


TRIPLES = (
    ((5,), (5,), (5,)),
    ((3, 33), (33,), (3, 1)),
    ((2, 3, 4), (3, 1), ()),
    ((), (3,), (3,)),
    ((65,), (), (65,)),
    ((0,), (1,), (0,)),
    ((3, 1), (1, 4), (4,)),
)


@documents("torch.clamp", guide=GUIDE)
@pytest.mark.dtypes(torch.float64, torch.float32, torch.int64)
@given(parts=operands.several(TRIPLES))
def test_clamp_keeps_within_tensors(parts, dtype, device):
    """torch.clamp takes tensors that broadcast for its bounds; NaN in a bound gives NaN."""
    x, low, high = (sample(dtype) for sample in parts)
    values, least, most = (tensor(part, device) for part in (x, low, high))
    free = bound.Bound(0, 0, False)

    close(torch.clamp(values, least, most), oracle(arithmetic.clamp, x, low, high).astype(x.dtype), free, device=device)
    close(torch.clamp(values, max=most), oracle(np.minimum, x, high).astype(x.dtype), free, device=device)
    close(torch.clamp(values, min=least), oracle(np.maximum, x, low).astype(x.dtype), free, device=device)


@documents("torch.where", guide=GUIDE)
@pytest.mark.dtypes(torch.float64, torch.bfloat16, torch.int64, torch.bool, torch.complex64)
@given(parts=operands.several(TRIPLES))
def test_where_chooses(parts, dtype, device):
    """torch.where(condition, x, y) is x where the condition is True and y elsewhere, all three broadcast."""
    condition, x, y = parts[0]("bool"), parts[1](dtype), parts[2](dtype)

    result = torch.where(tensor(condition, device), tensor(x, device, dtype), tensor(y, device, dtype))

    close(result, np.where(condition, x, y), dtype=dtype, device=device)


@documents("torch.isclose", "torch.allclose")
@pytest.mark.parametrize(
    ("x", "y", "expected"),
    [
        (1.0, 1.0, True),
        (1.0, 1.0 + 9e-6, True),
        (1.0, 1.0 + 2e-5, False),
        (0.0, 9e-9, True),
        (0.0, 2e-8, False),
        (np.inf, np.inf, True),
        (np.inf, -np.inf, False),
        (np.nan, np.nan, False),
        (100.0, 100.0009, True),
        (1e6, 1e6 + 20, False),
    ],
)
def test_isclose_takes_a_relative_and_an_absolute_tolerance(x, y, expected, device):
    """torch.isclose is |x - y| ≤ 1e-8 + 1e-5 · |y|, and False for NaN unless told otherwise."""
    left, right = tensor(np.array([x, 1.0]), device), tensor(np.array([y, 1.0]), device)

    close(torch.isclose(left, right), np.array([expected, True]), device=device)
    assert torch.allclose(left, right) is expected
    close(torch.isclose(left, right, equal_nan=True), np.array([expected or bool(np.isnan(x)), True]), device=device)


@documents("torch.isclose", "torch.allclose")
@pytest.mark.parametrize(("x", "y", "expected"), [(1.0, 2.0, True), (2.0, 1.0, False), (-1.0, -2.0, True)])
def test_isclose_is_relative_to_the_second(x, y, expected, device):
    """torch.isclose with rtol is |x - y| ≤ rtol · |y|: the tolerance is relative to the second, not to the larger."""
    left, right = tensor(np.array([x]), device), tensor(np.array([y]), device)

    close(torch.isclose(left, right, rtol=0.5, atol=0.0), np.array([expected]), device=device)
    assert torch.allclose(left, right, rtol=0.5, atol=0.0) is expected
