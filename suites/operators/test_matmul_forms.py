"""Products that add to an input: beta · input + alpha · product, exact on integers."""

from typing import Any, Callable, NamedTuple

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from suites.kit import bound, close, documents, draw, dtypes, tensor, unchanged
from suites.operators import operands
from suites.operators.values import agree, numbers, oracle, unsigned_zero

GUIDE = ("Operations on Tensors", "Arithmetic operations")


class Form(NamedTuple):
    """A function of an input and two factors: their product in NumPy, and shapes of the three."""

    name: str
    product: Callable[[np.ndarray, np.ndarray], np.ndarray]
    shapes: tuple[Any, ...]

    def __str__(self) -> str:
        return f"torch.{self.name}"


FORMS = (
    Form(
        "addmm",
        np.matmul,
        (
            ((3, 4), (3, 5), (5, 4)),
            ((4,), (3, 5), (5, 4)),
            ((1, 4), (3, 5), (5, 4)),
            ((3, 1), (3, 5), (5, 4)),
            ((), (2, 33), (33, 7)),
            ((4, 4), (4, 4), (4, 4)),
            ((4,), (4, 4), (4, 4)),
            ((3, 2), (3, 300), (300, 2)),
            ((2, 3), (2, 0), (0, 3)),
            ((1,), (5, 1), (1, 6)),
        ),
    ),
    Form(
        "addmv",
        np.matmul,
        (
            ((3,), (3, 5), (5,)),
            ((1,), (3, 5), (5,)),
            ((), (3, 5), (5,)),
            ((2,), (2, 300), (300,)),
            ((4,), (4, 4), (4,)),
            ((3,), (3, 0), (0,)),
        ),
    ),
    Form(
        "addr",
        np.outer,
        (((3, 4), (3,), (4,)), ((4,), (3,), (4,)), ((3, 1), (3,), (4,)), ((4, 4), (4,), (4,)), ((1,), (33,), (9,))),
    ),
    Form(
        "baddbmm",
        np.matmul,
        (
            ((2, 3, 4), (2, 3, 5), (2, 5, 4)),
            ((3, 4), (2, 3, 5), (2, 5, 4)),
            ((1, 1, 4), (2, 3, 5), (2, 5, 4)),
            ((2, 1, 1), (2, 3, 300), (2, 300, 4)),
            ((4, 4, 4), (4, 4, 4), (4, 4, 4)),
        ),
    ),
    Form(
        "addbmm",
        lambda x, y: np.matmul(x, y).sum(0),
        (
            ((3, 4), (2, 3, 5), (2, 5, 4)),
            ((4,), (2, 3, 5), (2, 5, 4)),
            ((3, 1), (2, 3, 33), (2, 33, 4)),
            ((4, 4), (4, 4, 4), (4, 4, 4)),
        ),
    ),
)
rows = pytest.mark.parametrize(
    "row", [pytest.param(row, marks=documents(f"torch.{row.name}"), id=row.name) for row in FORMS]
)


@rows
@documents(guide=GUIDE)
@pytest.mark.dtypes(torch.float64, torch.int64)
@given(data=operands.seeded(hard=()), alpha=st.sampled_from((1, 2, -3, 0)), beta=st.sampled_from((1, 2, -2)))
def test_adds_a_multiple_of_the_product(row, data, alpha, beta, dtype, device):
    """{row} is beta · input + alpha · product, exact on integers; the input broadcasts to the product."""
    start, x, y = (sample(dtype) for sample in data(row.shapes))
    parts = [tensor(part, device) for part in (start, x, y)]
    with unchanged(*parts):
        result = getattr(torch, row.name)(*parts, alpha=alpha, beta=beta)

    expected = (beta * start + alpha * row.product(x, y)).astype(start.dtype)
    close(result, expected, unsigned_zero(bound.exact), device=device)


@rows
@documents(guide=GUIDE)
@pytest.mark.dtypes(torch.float32)
@given(data=operands.seeded(hard=()), alpha=st.sampled_from((0.5, -1.25)), beta=st.sampled_from((0.5, 3.0)))
def test_the_spellings_agree(row, data, alpha, beta, dtype, device):
    """{row} is the same as a function, as a method and with out=, with fractions for alpha and beta."""
    start, x, y = (sample(dtype) for sample in data(row.shapes))
    parts = [tensor(part, device) for part in (start, x, y)]
    expected = beta * start + alpha * row.product(x, y)
    out = tensor(numbers(1, expected.shape, dtype), device)

    result = getattr(torch, row.name)(*parts, alpha=alpha, beta=beta)

    assert getattr(torch, row.name)(*parts, alpha=alpha, beta=beta, out=out) is out
    agree(result, out, getattr(parts[0], row.name)(*parts[1:], alpha=alpha, beta=beta))
    close(result, expected.astype(start.dtype), unsigned_zero(bound.exact), device=device)


@rows
@documents(guide=GUIDE)
@pytest.mark.dtypes(torch.float32)
@given(data=operands.seeded(hard=()))
def test_alpha_and_beta_are_one_by_default(row, data, dtype, device):
    """{row} of three tensors is input + product."""
    start, x, y = (sample(dtype) for sample in data(row.shapes))

    result = getattr(torch, row.name)(*(tensor(part, device) for part in (start, x, y)))

    close(result, (start + row.product(x, y)).astype(start.dtype), unsigned_zero(bound.exact), device=device)


@rows
@pytest.mark.dtypes(torch.float64, torch.float32)
@pytest.mark.parametrize("special", [np.nan, np.inf])
def test_beta_zero_ignores_the_input(row, special, dtype, device):
    """In {row} with beta=0 the input takes no part, nor what was in out=: their NaN and infinities do not spread."""
    shapes = row.shapes[0]
    x, y = np.rint(numbers(1, shapes[1], dtype)), np.rint(numbers(2, shapes[2], dtype))
    start = np.full(shapes[0], special, dtypes.in_numpy(dtype))
    parts, out = [tensor(part, device) for part in (start, x, y)], tensor(start, device)
    function, options = getattr(torch, row.name), {"beta": 0, "alpha": 2}

    results = [function(*parts, **options), getattr(parts[0], row.name)(*parts[1:], **options)]
    results += [function(*parts, **options, out=out), getattr(parts[0], f"{row.name}_")(*parts[1:], **options)]

    for result in results:
        close(result, 2 * row.product(x, y), unsigned_zero(bound.exact), device=device)


@documents("torch.nn.functional.linear", guide=GUIDE)
@pytest.mark.dtypes(torch.float64, torch.float32)
@given(
    shapes=st.sampled_from(
        (
            ((4, 4), (4, 4), (4,)),
            ((3, 5), (2, 5), (2,)),
            ((5,), (2, 5), (2,)),
            ((2, 3, 5), (4, 5), (4,)),
            ((3, 3), (3, 3), ()),
            ((2, 2, 3, 65), (7, 65), (7,)),
            ((0, 5), (2, 5), (2,)),
            ((2, 4, 4), (4, 4), ()),
            ((4,), (4, 4), ()),
        )
    ),
    seed=st.integers(0, 999),
)
def test_linear_is_a_product_and_a_bias(shapes, seed, dtype, device):
    """torch.nn.functional.linear(x, W, b) is x Wᵀ + b, exact on integers, for any leading dimensions, and without b."""
    x, weight, bias = (np.rint(3 * numbers(seed + i, shape, dtype)) for i, shape in enumerate(shapes))
    rest = [tensor(bias, device)] if bias.ndim else []

    result = torch.nn.functional.linear(tensor(x, device), tensor(weight, device), *rest)

    expected = x @ weight.T + bias * bool(bias.ndim)
    close(result, expected.astype(x.dtype), unsigned_zero(bound.exact), device=device)


@documents("torch.addmm")
@pytest.mark.dtypes(torch.float64, torch.float32)
@given(data=operands.seeded(hard=()))
def test_rounds_like_a_sum(data, dtype, device):
    """torch.addmm of any numbers is right to the rounding of a sum."""
    start, x, y = (sample(dtype) for sample in data(FORMS[0].shapes))
    start, x, y = (draw.cast(part / 3, dtype) for part in (start, x, y))

    result = torch.addmm(*(tensor(part, device) for part in (start, x, y)), beta=0.7, alpha=-1.3)

    magnitude = 0.7 * np.abs(start) + 1.3 * np.abs(x).astype(np.float64) @ np.abs(y)
    expected = oracle(lambda s, a, b: 0.7 * s - 1.3 * (a @ b), start, x, y)
    close(result, expected, bound.inner(magnitude, x.shape[-1] + 4), dtype=dtype, device=device)
