"""Names that stand for other functions: each is that function bit for bit, in every spelling."""

from typing import NamedTuple

import numpy as np
import pytest
import torch

from reference import arithmetic, comparison, pointwise
from suites.kit import bound, close, documents, draw, tensor
from suites.operators.values import agree, numbers, oracle


class Alias(NamedTuple):
    """A name, the name of the function that it stands for, and that function in NumPy."""

    name: str
    of: str
    reference: np.ufunc

    def __str__(self) -> str:
        return f"torch.{self.name}"


ONE = (
    Alias("absolute", "abs", pointwise.abs),
    Alias("arccos", "acos", pointwise.acos),
    Alias("arccosh", "acosh", pointwise.acosh),
    Alias("arcsin", "asin", pointwise.asin),
    Alias("arcsinh", "asinh", pointwise.asinh),
    Alias("arctan", "atan", pointwise.atan),
    Alias("arctanh", "atanh", pointwise.atanh),
    Alias("fix", "trunc", pointwise.trunc),
    Alias("negative", "neg", pointwise.neg),
)
TWO = (
    Alias("arctan2", "atan2", pointwise.atan2),
    Alias("divide", "div", arithmetic.div),
    Alias("true_divide", "div", arithmetic.div),
    Alias("multiply", "mul", arithmetic.mul),
    Alias("subtract", "sub", arithmetic.sub),
)
TRUTH = (
    Alias("greater", "gt", comparison.gt),
    Alias("greater_equal", "ge", comparison.ge),
    Alias("less", "lt", comparison.lt),
    Alias("less_equal", "le", comparison.le),
    Alias("not_equal", "ne", comparison.ne),
)
#: Those of integers that give integers.
WHOLE = tuple(row for row in (*ONE, *TWO) if row.name in ("absolute", "negative", "fix", "multiply", "subtract"))


def rows(*table):
    """Aliases as parameters of claims, documented as functions and as methods."""
    params = [pytest.param(r, marks=documents(str(r), f"torch.Tensor.{r.name}"), id=r.name) for r in table]
    return pytest.mark.parametrize("row", params)


def operands(row, dtype):
    """One array or two, with special values; both have ties."""
    place = ("zero", "-zero", "nan", "inf", "-inf", "one", "-one")
    samples = (draw.Sample((5, 33), 2, "ties", place=place), draw.Sample((33,), 4, "ties", place=place[::-1]))
    return [sample(dtype) for sample in samples[: 1 if row in ONE else 2]]


@rows(*ONE, *TWO, *TRUTH)
@documents()
@pytest.mark.dtypes(torch.float64, torch.float32, torch.bfloat16)
def test_stands_for_the_function(row, dtype, device):
    """{row} is the function that it stands for bit for bit, and its formula, as a method too, and with out=."""
    arrays = operands(row, dtype)
    parts = [tensor(x, device, dtype) for x in arrays]

    result = getattr(torch, row.name)(*parts)

    out = torch.empty_like(result)
    assert getattr(torch, row.name)(*parts, out=out) is out
    agree(result, getattr(torch, row.of)(*parts), getattr(parts[0], row.name)(*parts[1:]), out)
    expected = oracle(row.reference, *arrays)
    limit = bound.exact if row in TRUTH else bound.faithful(expected, 4)._replace(signed_zeros=row in ONE)
    close(result, expected, limit, dtype=result.dtype if row in TRUTH else dtype, device=device)
    assert result.dtype is (torch.bool if row in TRUTH else dtype)


@rows(*ONE, *TWO, *TRUTH)
@documents()
@pytest.mark.dtypes(torch.float64, torch.float32, torch.bfloat16)
@pytest.mark.parametrize("layout", ["contiguous", "transposed", "stepped"])
def test_writes_in_place(row, layout, dtype, device):
    """{row}_, the method with an underscore, is that of the function bit for bit, and returns its tensor."""
    x, *others = operands(row, dtype)
    targets = [tensor(draw.laid_out(x, layout), device, dtype) for _ in range(2)]
    rest = [tensor(y, device, dtype) for y in others]

    result = getattr(targets[0], f"{row.name}_")(*rest)

    assert result is targets[0]
    agree(getattr(targets[1], f"{row.of}_")(*rest), result)


@rows(*ONE, *TWO, *TRUTH)
@documents()
def test_writes_into_a_stepped_tensor(row, device):
    """{row} with an out= of any strides fills it as the function does, and nothing between its elements."""
    parts = [tensor(x, device) for x in operands(row, "float64")]
    around = numbers(1, (5, 33, 2), "bool" if row in TRUTH else "float64")
    memory, other = tensor(around, device), tensor(around, device)

    getattr(torch, row.name)(*parts, out=memory[..., 1])

    getattr(torch, row.of)(*parts, out=other[..., 1])
    agree(other, memory)
    close(memory[..., 0], around[..., 0], device=device)


@rows(*WHOLE)
@documents()
@pytest.mark.dtypes(torch.int64, torch.int8, torch.uint8)
def test_integers_stay_exact(row, dtype, device):
    """{row} of integers is exact and keeps their dtype."""
    samples = (draw.Sample((65,), 2, "wide"), draw.Sample((65,), 4, "wide"))[: 1 if row in ONE else 2]
    arrays = [sample(dtype) for sample in samples]

    result = getattr(torch, row.name)(*(tensor(x, device) for x in arrays))

    expected = arrays[0] if row.name == "fix" else np.asarray(row.reference(*arrays))
    close(result, expected, device=device)


@documents("torch.subtract", "torch.divide", "torch.Tensor.subtract", "torch.Tensor.divide")
@pytest.mark.dtypes(torch.float64, torch.int64)
def test_keywords_are_those_of_the_function(dtype, device):
    """subtract takes alpha=, and divide rounding_mode=, as sub and div do; both take numbers."""
    x, y = (tensor(np.abs(numbers(seed, (33,), dtype)) + 1, device) for seed in (1, 2))

    agree(
        torch.subtract(x, y, alpha=3), torch.sub(x, y, alpha=3), x.subtract(y, alpha=3), x.clone().subtract_(y, alpha=3)
    )
    agree(torch.divide(x, y, rounding_mode="floor"), torch.div(x, y, rounding_mode="floor"))
    agree(torch.divide(x, 2, rounding_mode="trunc"), x.divide(2, rounding_mode="trunc"))
    agree(torch.multiply(x, 3), torch.mul(x, 3), 3 * x)
    agree(torch.subtract(x, 3), x - 3)
