"""Functions of lists: torch._foreach_f applies torch.f to each tensor, and torch._foreach_f_ writes it into each."""

from typing import Callable, NamedTuple

import numpy as np
import pytest
import torch

from reference import pointwise
from suites.kit import bound, close, documents, draw, dtypes, tensor, unchanged
from suites.operators.values import numbers, oracle


class Foreach(NamedTuple):
    """A function of each tensor of a list, its NumPy form, the domain it is tried on, and its error in half-ulps."""

    name: str
    reference: Callable[[np.ndarray], np.ndarray]
    domain: Callable[[np.ndarray], np.ndarray] = np.asarray
    error: float = 4.0

    def __str__(self) -> str:
        return f"torch._foreach_{self.name}"


def positive(x):
    """Numbers above 0."""
    return np.abs(x) + x.dtype.type(0.25)


def inside(x):
    """Numbers between -1 and 1."""
    return (x / (1 + np.abs(x))).astype(x.dtype)


def away(x):
    """Numbers away from 1 and 2, where the logarithm of the gamma function is 0, and below 8."""
    return (3 + inside(x)).astype(x.dtype)


EXACT = tuple(Foreach(n, getattr(pointwise, n), error=0) for n in ("abs", "ceil", "floor", "neg", "round", "trunc"))
SMOOTH = tuple(
    Foreach(n, getattr(pointwise, n))
    for n in ("atan", "cos", "cosh", "erf", "exp", "expm1", "sigmoid", "sin", "sinh", "tan")
)
ROWS = (
    *EXACT,
    *SMOOTH,
    Foreach("frac", pointwise.frac, error=0),
    *(Foreach(n, getattr(pointwise, n), inside) for n in ("acos", "asin")),
    *(Foreach(n, getattr(pointwise, n), positive) for n in ("log", "log10", "log1p", "log2", "reciprocal", "sqrt")),
    Foreach("lgamma", pointwise.lgamma, away, 16),
)
SHAPES = ((3, 4), (), (0,), (5, 33), (7,), (2, 3, 4), (1, 1), (129,))
LAYOUTS = ("contiguous", "contiguous", "contiguous", "transposed", "stepped", "offset", "contiguous", "stepped")


def rows(table, suffix=""):
    """Functions as parameters of claims; with "_" their forms in place."""
    params = [pytest.param(r, marks=documents(f"{r}{suffix}"), id=r.name) for r in table]
    return pytest.mark.parametrize("row", params)


def arrays(row, dtype):
    """Arrays of many shapes and layouts in the domain of the function."""
    values = (draw.cast(row.domain(numbers(i, shape, "float64")), dtype) for i, shape in enumerate(SHAPES))
    return [draw.laid_out(x, layout) for x, layout in zip(values, LAYOUTS)]


def limit(row, expected):
    """The row's error, of a value that is rounded."""
    size = np.abs(expected) + (row.name in ("expm1", "lgamma"))
    return bound.Bound(row.error, size, False)


def call(row, tensors, suffix=""):
    """Call the function of the list."""
    return getattr(torch, f"_foreach_{row.name}{suffix}")(tensors)


@rows(ROWS)
@documents(since="2.1")
@pytest.mark.dtypes(torch.float64, torch.float32)
def test_applies_to_each_tensor(row, dtype, device):
    """{row} is a list with the function of each tensor, of any shape, strides and size, and writes to none."""
    values = arrays(row, dtype)
    tensors = [tensor(x, device) for x in values]
    with unchanged(*tensors):
        results = call(row, tensors)

    assert len(results) == len(tensors)
    for x, result in zip(values, results):
        expected = oracle(row.reference, x)
        close(result, expected, limit(row, expected), dtype=dtype, device=device)


@rows(ROWS, "_")
@documents(since="2.1")
@pytest.mark.dtypes(torch.float64, torch.float32)
def test_writes_into_each_tensor(row, dtype, device):
    """{row}_ writes the function of each tensor into it, and into nothing between its elements."""
    values = arrays(row, dtype)
    bases = [tensor(np.stack([x, x + x.dtype.type(1)], -1), device) for x in values]
    tensors = [base[..., 0] for base in bases]

    call(row, tensors, "_")

    for x, base, target in zip(values, bases, tensors):
        expected = oracle(row.reference, x)
        close(target, expected, limit(row, expected), dtype=dtype, device=device)
        close(base[..., 1], x + x.dtype.type(1), device=device)


@rows(ROWS)
@documents(since="2.3")
def test_lists_mix_dtypes(row, device):
    """{row} of tensors of different dtypes gives each its own; what an integer becomes is as in a call of its own."""
    kinds = (torch.float64, torch.float16, torch.bfloat16, torch.float32)
    values = [draw.cast(row.domain(numbers(5, (3, 5), "float64")), kind) for kind in kinds]

    results = call(row, [tensor(x, device, kind) for x, kind in zip(values, kinds)])

    for x, kind, result in zip(values, kinds, results):
        expected = oracle(row.reference, x)
        rough = bound.Bound(8, np.abs(expected) + 1, False)
        close(result, expected, limit(row, expected) if row in EXACT else rough, dtype=kind, device=device)


@rows(tuple(row for row in SMOOTH if row.name != "erf"))
@documents(since="2.1")
@pytest.mark.dtypes(torch.int64, torch.uint8, torch.bool)
def test_integers_become_the_default_dtype(row, dtype, device):
    """{row} of integers or bool is of the default dtype, beside tensors of others."""
    whole = np.array([0, 1, 2, 1, 0]).astype(dtypes.in_numpy(dtype))

    first, second = call(row, [tensor(whole, device), tensor(np.array([0.5]), device)])

    expected = oracle(row.reference, whole.astype(float))
    close(first, expected, bound.Bound(8, np.abs(expected) + 1, False), dtype=torch.float32, device=device)
    close(second, oracle(row.reference, np.array([0.5])), bound.Bound(8, 2.0, False), dtype="float64", device=device)


@documents("torch._foreach_zero_", since="2.1")
@pytest.mark.dtypes(torch.float64, torch.bfloat16, torch.int64, torch.bool, torch.complex64)
def test_zero_fills_each_tensor(dtype, device):
    """torch._foreach_zero_ fills each tensor of the list with zeros, and nothing between its elements."""
    values = [numbers(i, (*shape, 2), dtype) for i, shape in enumerate(SHAPES)]
    bases = [tensor(x, device, dtype) for x in values]

    torch._foreach_zero_([base[..., 0] for base in bases])

    for x, base in zip(values, bases):
        close(base[..., 0], np.zeros_like(x[..., 0]), dtype=dtype, device=device)
        close(base[..., 1], x[..., 1], dtype=dtype, device=device)
