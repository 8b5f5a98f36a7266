"""Arithmetic, elementwise: the values of every binary operation over layouts, broadcasts, dtypes and special values."""

import operator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Callable, NamedTuple

import numpy as np
import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st

from reference import arithmetic
from suites.kit import bound, close, documents, draw, dtypes, tensor, unchanged
from suites.operators import operands
from suites.operators.values import agree, numbers, oracle, unsigned_zero

GUIDE = ("Operations on Tensors", "Arithmetic operations")


class Operation(NamedTuple):
    """An operation of two tensors, how it rounds, and the operands for which the documentation gives its value."""

    name: str
    symbol: Callable[[Any, Any], Any]
    rounding: Callable[..., bound.Bound] = lambda value: bound.exact
    operands: Callable[..., tuple[np.ndarray, np.ndarray]] = operands.anything

    def __str__(self) -> str:
        return f"torch.{self.name}"


def signless(value):
    """One rounding, and the sign of a zero left open."""
    return unsigned_zero(bound.rounded(value))


FLOATS = (
    Operation("add", operator.add, bound.rounded),
    Operation("sub", operator.sub, bound.rounded),
    Operation("mul", operator.mul, bound.rounded),
    Operation("div", operator.truediv, bound.rounded),
    Operation(
        "floor_divide", operator.floordiv, lambda value: bound.Bound(3, np.abs(value), False), operands.comparable
    ),
    Operation("remainder", operator.mod, lambda value: bound.Bound(2, np.abs(value), False), operands.comparable),
    Operation("fmod", torch.fmod, bound.rounded, operands.comparable),
    Operation("pow", operator.pow, bound.faithful),
)
INTEGERS = (
    Operation("add", operator.add),
    Operation("sub", operator.sub),
    Operation("mul", operator.mul),
    Operation("floor_divide", operator.floordiv, operands=operands.divided),
    Operation("remainder", operator.mod, operands=operands.divided),
    Operation("fmod", torch.fmod, operands=operands.divided),
    Operation("pow", operator.pow, operands=operands.raised),
    Operation("bitwise_and", operator.and_),
    Operation("bitwise_or", operator.or_),
    Operation("bitwise_xor", operator.xor),
    Operation("bitwise_left_shift", operator.lshift, operands=operands.shifted),
    Operation("bitwise_right_shift", operator.rshift, operands=operands.shifted),
    Operation("gcd", torch.gcd, operands=operands.small),
    Operation("lcm", torch.lcm, operands=operands.small),
)
#: Each operation in dtypes of every width, for tensors of many elements.
LARGE = [
    pytest.param(row, dtype, marks=documents(f"torch.{row.name}"), id=f"{row.name}-{dtypes.name(dtype)}")
    for table, kinds in (
        (FLOATS, (torch.float64, torch.float32, torch.bfloat16)),
        (INTEGERS, (torch.int64, torch.int32, torch.uint8)),
    )
    for row in table
    for dtype in kinds
]
BOOLEANS = tuple(row for row in INTEGERS if row.name in ("add", "mul", "bitwise_and", "bitwise_or", "bitwise_xor"))
COMPLEX = (
    Operation("add", operator.add, signless),
    Operation("sub", operator.sub, signless),
    Operation("mul", operator.mul, lambda value: bound.Bound(4, np.abs(value), False)),
    Operation("div", operator.truediv, lambda value: bound.Bound(16, np.abs(value), False)),
)


def rows(table):
    """A table as parameters of claims."""
    return pytest.mark.parametrize(
        "row", [pytest.param(r, marks=documents(f"torch.{r.name}"), id=r.name) for r in table]
    )


def assert_is_its_formula(row, pair, dtype, device):
    """The operation of two drawn arrays is its reference, and neither operand is written to."""
    x, y = row.operands(*(sample(dtype) for sample in pair))
    x, y = (draw.laid_out(values, sample.layout) for values, sample in zip((x, y), pair))
    left, right = tensor(x, device, dtype), tensor(y, device, dtype)
    with unchanged(left, right):
        result = getattr(torch, row.name)(left, right)

    expected = oracle(getattr(arithmetic, row.name), x, y)
    close(result, expected, row.rounding(expected), dtype=dtype, device=device)


@rows(FLOATS)
@documents(guide=GUIDE)
@pytest.mark.dtypes(torch.float64, torch.float32, torch.bfloat16)
@given(pair=operands.pairs())
@example(pair=operands.MEETING)
def test_floats_follow_the_formula(row, pair, dtype, device):
    """{row} of floating tensors is its formula, rounded to their dtype, special values included."""
    assert_is_its_formula(row, pair, dtype, device)


@rows(INTEGERS)
@documents(guide=GUIDE)
@pytest.mark.dtypes(*dtypes.INTEGRAL)
@given(pair=operands.pairs())
@example(pair=operands.MEETING)
def test_integers_follow_the_formula(row, pair, dtype, device):
    """{row} of integer tensors is exact, modulo the width of their dtype."""
    assert_is_its_formula(row, pair, dtype, device)


@rows(BOOLEANS)
@pytest.mark.dtypes(torch.bool)
@given(pair=operands.pairs())
def test_booleans_follow_logic(row, pair, dtype, device):
    """{row} of bool tensors is bool: sums are or, products are and."""
    assert_is_its_formula(row, pair, dtype, device)


@rows(COMPLEX)
@pytest.mark.dtypes(torch.complex64)
@given(pair=operands.pairs(hard=(), fills=("normal",)))
def test_complex_numbers_follow_the_formula(row, pair, dtype, device):
    """{row} of complex tensors is its formula."""
    assert_is_its_formula(row, pair, dtype, device)


@rows(FLOATS)
@pytest.mark.dtypes(torch.float64, torch.bfloat16)
@given(sample=operands.singles(hard=()), number=st.sampled_from((-3.0, -0.5, 0.0, 0.5, 0.75, 1.0, 2.0, 3.0, 7.0)))
def test_numbers_and_floats_mix(row, sample, number, dtype, device):
    """In {row} a Python number on either side stands for a tensor of that number."""
    x, _ = operands.comparable(*2 * (sample(dtype) + 0,))
    _, y = operands.comparable(*2 * (sample(dtype),))
    scalar = np.full_like(x, number)
    right, left = oracle(getattr(arithmetic, row.name), x, scalar), oracle(getattr(arithmetic, row.name), scalar, y)

    close(row.symbol(tensor(x, device, dtype), number), right, twice(row, right), dtype=dtype, device=device)
    close(reflected(row, number, tensor(y, device, dtype)), left, twice(row, left), dtype=dtype, device=device)


@rows(INTEGERS[:-2])
@pytest.mark.dtypes(*dtypes.INTEGRAL)
@given(sample=operands.singles(), number=st.sampled_from((1, 2, 3)))
def test_numbers_and_integers_mix(row, sample, number, dtype, device):
    """In {row} a Python integer on either side stands for a tensor of that number."""
    x = sample(dtype)
    left, right = row.operands(x, np.full_like(x, number))
    above, below = row.operands(np.full_like(x, number), x)

    value = oracle(getattr(arithmetic, row.name), left, right)
    close(row.symbol(tensor(left, device), number), value, device=device)
    value = oracle(getattr(arithmetic, row.name), above, below)
    close(reflected(row, number, tensor(below, device)), value, device=device)


def twice(row, value):
    """Two roundings: the text leaves open whether a number is multiplied by or divided by its reciprocal."""
    limit = row.rounding(value)
    return unsigned_zero(limit._replace(factor=2 * limit.factor))


def reflected(row, number, below):
    """The operator with the number on the left; a function that has no operator wants a tensor there."""
    return row.symbol(number if row.symbol is not torch.fmod else torch.full_like(below, number), below)


@pytest.mark.parametrize(("row", "dtype"), LARGE)
def test_large_tensors_follow_the_formula(row, dtype, device):
    """{row} gives each element of a tensor that several threads share out the value of its formula."""
    x, y = row.operands(numbers(1, (70_001,), dtype), numbers(2, (70_001,), dtype))

    result = getattr(torch, row.name)(tensor(x, device, dtype), tensor(y, device, dtype))

    expected = oracle(getattr(arithmetic, row.name), x, y)
    close(result, expected, row.rounding(expected), dtype=dtype, device=device)


@rows(FLOATS[:4] + INTEGERS[7:10])
def test_another_thread_computes_the_same(row, device):
    """{row} gives in another thread what it gives in the main one, in every element and every spelling."""
    x, y = (tensor(numbers(seed, (33,), torch.float32 if row in FLOATS else torch.int64), device) for seed in (1, 2))
    with ThreadPoolExecutor(1) as thread:
        results = thread.submit(lambda: (getattr(torch, row.name)(x, y), row.symbol(x, y), row.symbol(x, 3))).result()

    agree(getattr(torch, row.name)(x, y), *results[:2])
    agree(row.symbol(x, 3), results[2])
