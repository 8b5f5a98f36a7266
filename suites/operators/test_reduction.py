"""Reductions: sums, products, means, extremes, over all axes, one, or several, of any layout and length."""

from typing import Any, Callable, NamedTuple

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from reference import reduction
from suites.kit import bound, close, documents, draw, dtypes, each, tensor, unchanged
from suites.operators import operands
from suites.operators.values import agree, numbers, oracle

#: The spread of one element warns that it is NaN.
pytestmark = pytest.mark.filterwarnings("ignore:.*degrees of freedom is <= 0:UserWarning")

GUIDE = ("Operations on Tensors", "Arithmetic operations")


class Reduction(NamedTuple):
    """A reduction over any axes: how it rounds, by the terms it adds, and what it is called with."""

    name: str
    rounding: Callable[..., bound.Bound]
    options: dict[str, Any] = {}  # noqa: RUF012 - never written to
    title: str = ""

    def __str__(self) -> str:
        return f"torch.{self.name}"


def summed(x, value, axis, keepdims):
    """A sum of the elements that are numbers."""
    return bound.summed(np.where(np.isnan(x), 0, x), axis, keepdims)


def averaged(x, value, axis, keepdims):
    """A sum of the elements, divided by their number."""
    limit = summed(x, value, axis, keepdims)
    return bound.Bound(limit.factor + 1, limit.scale / max(1, reduction._count(x, axis)), False)


def spread(x, value, axis, keepdims):
    """Squares of differences from the mean, which cancel where the mean is large: u of the squares themselves."""
    squares = np.sum(np.abs(x).astype(float) ** 2, axis=axis, keepdims=keepdims) / max(1, reduction._count(x, axis) - 1)
    return bound.Bound(64, np.abs(value) + squares, False)


def rooted(x, value, axis, keepdims):
    """The root of such a sum."""
    return bound.Bound(
        64, np.abs(value) + np.sqrt(np.mean(np.abs(x).astype(float) ** 2, axis=axis, keepdims=keepdims)), False
    )


def multiplied(x, value, axis, keepdims):
    """A product of n factors: n roundings."""
    return bound.Bound(reduction._count(x, axis) + 2, np.abs(value), False)


def positive(x, value, axis, keepdims):
    """A sum of n terms of one sign, lane by lane: n / 16 roundings and a few."""
    return bound.Bound(8 + reduction._count(x, axis) / 8, np.abs(value), False)


def logarithm(x, value, axis, keepdims):
    """The logarithm of a sum: its relative error, and the rounding of the largest element."""
    return bound.Bound(6, np.abs(value) + np.max(np.abs(x), axis=axis, keepdims=keepdims, initial=0) + 1, False)


def exact(x, value, axis, keepdims):
    """No rounding; of two zeros either may be taken."""
    return bound.Bound(0, 0, False)


ROWS = (
    Reduction("sum", summed),
    Reduction("mean", averaged),
    Reduction("nansum", summed),
    Reduction("var", spread, {"correction": 1}),
    Reduction("var", spread, {"correction": 0}, "var of all"),
    Reduction("std", rooted, {"correction": 1}),
    Reduction("std", rooted, {"correction": 2}, "std with correction 2"),
    Reduction("amax", exact),
    Reduction("amin", exact),
    Reduction("logsumexp", logarithm),
    Reduction("norm", positive, {"ord": 2}),
    Reduction("norm", positive, {"ord": 1}, "1-norm"),
    Reduction("norm", positive, {"ord": 3}, "3-norm"),
    Reduction("norm", exact, {"ord": np.inf}, "largest norm"),
    Reduction("norm", exact, {"ord": -np.inf}, "smallest norm"),
    Reduction("norm", exact, {"ord": 0}, "count of what is not zero"),
)
SHAPES = ((3, 4), (2, 3, 4), (2, 1, 5, 3), (5, 33), (33, 5), (2, 129), (3, 1025), (4, 4, 4), (1, 17), (65, 2, 3))


def called(row, x, axis, keepdims):
    """The reduction; norm is that of torch.linalg.vector_norm."""
    options = {"dim": axis, "keepdim": keepdims}
    return (
        torch.linalg.vector_norm(x, row.options["ord"], **options)
        if row.name == "norm"
        else getattr(torch, row.name)(x, **options, **row.options)
    )


def rows(table):
    """Reductions as parameters of claims."""
    names = {"norm": ("torch.linalg.vector_norm", "torch.norm")}
    return pytest.mark.parametrize(
        "row",
        [
            pytest.param(r, marks=documents(*names.get(r.name, (f"torch.{r.name}",))), id=r.title or r.name)
            for r in table
        ],
    )


def axes(which, ndim):
    """An axis from either end, several, or all, by number."""
    kind, first, last = which % 4, which // 4 % ndim, which // 16 % ndim
    several = tuple(sorted({first, last}))
    return (first, first - ndim, several, tuple(a - ndim for a in several))[kind]


@rows(ROWS)
@documents(guide=GUIDE)
@pytest.mark.dtypes(torch.float32)
@given(
    sample=operands.singles(SHAPES, ("zero", "-zero", "one", "-one", "tie")),
    which=st.integers(0, 47),
    keepdims=st.booleans(),
)
def test_reduces_the_axes_it_is_given(row, sample, which, keepdims, dtype, device):
    """{row} reduces one axis or several, counted from either end, to nothing or to a side of 1."""
    values = sample(dtype)
    axis, x = axes(which, values.ndim), tensor(values, device)
    with unchanged(x):
        result = called(row, x, axis, keepdims)

    expected = oracle(getattr(reduction, row.name), values, axis=axis, keepdims=keepdims, **row.options)
    close(result, expected, row.rounding(values, expected, axis, keepdims), dtype=dtype, device=device)


EVERY_AXIS = [0, 1, 2, -1, -2, -3, (0, 1), (0, 2), (1, 2), (0, -1), (-1, -3), (0, 1, 2)]


@rows(ROWS)
@documents(guide=GUIDE)
@pytest.mark.parametrize("layout", draw.LAYOUTS)
@pytest.mark.dtypes(torch.float64)
def test_reduces_every_axis_of_three(row, layout, dtype, device):
    """{row} reduces the axes that it is given of three, whatever the strides, kept or not."""
    values = draw.Sample((3, 4, 5), 7, layout=layout)(dtype)
    x = tensor(values, device)

    for axis, keepdims in each(axis=EVERY_AXIS, keepdims=(False, True)):
        expected = oracle(getattr(reduction, row.name), values, axis=axis, keepdims=keepdims, **row.options)
        limit = row.rounding(values, expected, axis, keepdims)
        close(called(row, x, axis, keepdims), expected, limit, dtype=dtype, device=device)


PLAIN = tuple(
    row for row in ROWS if row.name in ("sum", "mean", "nansum", "amax", "amin", "var", "std") and not row.title
)


@rows(PLAIN)
@documents(guide=GUIDE)
@pytest.mark.dtypes(torch.float32)
@given(
    sample=operands.singles(
        (*SHAPES, (7,), (17,), (33,), (1025,), (1, 1)), ("zero", "one", "-one", "nan", "inf", "tie")
    )
)
def test_reduces_all_elements(row, sample, dtype, device):
    """{row} of a tensor, with no axis, is one value without dimensions; NaN and infinities take part as numbers do."""
    values = sample(dtype)
    x = tensor(values, device)

    result = getattr(torch, row.name)(x)

    expected = oracle(getattr(reduction, row.name), values)
    finite = np.where(np.isfinite(values), values, 0)
    close(result, expected, row.rounding(finite, expected, None, False), dtype=dtype, device=device)
    agree(result, getattr(x, row.name)())


@documents("torch.prod", "torch.Tensor.prod", guide=GUIDE)
@pytest.mark.dtypes(torch.float64, torch.float32)
@given(sample=operands.singles(((3, 4), (2, 3, 4), (7,), (17,), (33,), (1, 1)), ("zero", "one", "-one", "nan", "inf")))
def test_prod_multiplies_all_elements(sample, dtype, device):
    """torch.prod of a tensor, with no axis, is one value; zeros, NaN and infinities take part as numbers do."""
    values = sample(dtype)
    moderate = np.copysign(np.clip(np.abs(values), 0.5, 2), values)  # no partial product over- or underflows
    values = np.where((values == 0) | ~np.isfinite(values), values, moderate)

    result = torch.prod(tensor(values, device))

    expected = oracle(reduction.prod, values)
    close(result, expected, multiplied(values, expected, None, False), dtype=dtype, device=device)
    agree(result, tensor(values, device).prod())


@documents("torch.sum", "torch.Tensor.sum", guide=GUIDE)
@pytest.mark.parametrize("length", [1, 7, 8, 9, 16, 31, 32, 33, 40, 64, 65, 127, 128, 129, 255, 257, 1025, 70_001])
@pytest.mark.dtypes(torch.float64, torch.float32, torch.int64, torch.int32, torch.uint8)
def test_sums_are_exact_on_integers(length, dtype, device):
    """The sum of integers is exact for any length, along either axis or over all; integer dtypes add in int64."""
    values = np.abs(draw.lattice(length, (length, 3), 100)).astype(dtypes.in_numpy(dtype))
    x = tensor(values, device)

    whole = reduction.sum(values)
    close(x.sum(), whole, device=device)
    close(x.sum(0), reduction.sum(values, 0), device=device)
    close(x.t().sum(-1), reduction.sum(values, 0), device=device)
    close(torch.sum(x, 1), reduction.sum(values, 1), device=device)


@documents("torch.sum", "torch.mean", since="2.0")
@pytest.mark.parametrize("length", [3, 33, 130, 255])
@pytest.mark.dtypes(torch.float16, torch.bfloat16)
def test_halves_add_up_exactly(length, dtype, device):
    """The sum of small integers in half precision is exact."""
    values = draw.lattice(length, (length, 2), 1).astype(dtypes.in_numpy(dtype))

    close(tensor(values, device, dtype).sum(0), values.sum(0), dtype=dtype, device=device)
    close(tensor(values, device, dtype).sum(), values.sum(), dtype=dtype, device=device)


@documents("torch.prod", "torch.Tensor.prod", guide=GUIDE)
@pytest.mark.dtypes(torch.float64, torch.float32, torch.int64, torch.uint8)
@given(
    sample=operands.singles(SHAPES, ("zero", "one", "-one"), ("ties",)),
    which=st.integers(0, 47),
    keepdims=st.booleans(),
)
def test_prod_multiplies_along_an_axis(sample, which, keepdims, dtype, device):
    """torch.prod multiplies the elements along an axis, counted from either end; integers in int64, wrapping around."""
    values = sample(dtype)
    axis = (which // 2 % values.ndim) - values.ndim * (which % 2)

    result = torch.prod(tensor(values, device), axis, keepdim=keepdims)

    expected = oracle(reduction.prod, values, axis=axis, keepdims=keepdims)
    limit = multiplied(values, expected, axis, keepdims)
    close(result, expected, limit, dtype=dtype if dtype.is_floating_point else torch.int64, device=device)


@documents("torch.any", "torch.all", guide=GUIDE)
@pytest.mark.parametrize("name", ["any", "all"])
@pytest.mark.dtypes(torch.bool, torch.float64, torch.int8)
@given(
    sample=operands.singles((*SHAPES, (0,), (2, 0), (5,)), fills=("ties",)),
    which=st.integers(0, 47),
    keepdims=st.booleans(),
)
def test_any_and_all_give_bool(name, sample, which, keepdims, dtype, device):
    """any is True where one element is not zero, as NaN is not, all where none is; of nothing: False and True."""
    values = sample(dtype)
    x, axis = tensor(values, device, dtype), (which // 2 % values.ndim) - values.ndim * (which % 2)

    along = getattr(reduction, name)(values, axis, keepdims)
    close(getattr(torch, name)(x), np.asarray(getattr(reduction, name)(values)), device=device)
    close(getattr(torch, name)(x, axis, keepdim=keepdims), along, device=device)
    close(getattr(x, name)(axis, keepdim=keepdims), along, device=device)


@documents("torch.any", "torch.all")
@pytest.mark.parametrize("name", ["any", "all"])
def test_any_and_all_of_uint8_are_uint8(name, device):
    """any and all of a uint8 tensor are uint8, along an axis and over all."""
    values = np.array([[0, 2, 5], [0, 0, 0], [1, 2, 3]], np.uint8)
    x, function = tensor(values, device), getattr(torch, name)

    close(function(x), np.asarray(getattr(reduction, name)(values)).astype(np.uint8), device=device)
    for keepdims in (False, True):
        expected = getattr(reduction, name)(values, 1, keepdims).astype(np.uint8)
        close(function(x, 1, keepdim=keepdims), expected, device=device)


@documents("torch.count_nonzero", guide=GUIDE)
@pytest.mark.dtypes(torch.float64, torch.int64, torch.bool, torch.uint8)
@given(sample=operands.singles((*SHAPES, (0,), (5,)), fills=("ties",)))
def test_count_nonzero_counts(sample, dtype, device):
    """torch.count_nonzero is how many elements are not zero, as NaN is not, over all axes, one, or several."""
    values = sample(dtype)
    x = tensor(values, device)

    close(torch.count_nonzero(x), reduction.count_nonzero(values), device=device)
    close(torch.count_nonzero(x[None], (0, -1)), reduction.count_nonzero(values[None], (0, -1)), device=device)


@documents("torch.nanmean", guide=GUIDE)
@given(sample=operands.singles(SHAPES, ("nan", "one", "zero")), which=st.integers(0, 47))
def test_nanmean_leaves_nan_out(sample, which, device):
    """torch.nanmean is the mean of what is not NaN, and NaN where nothing is left."""
    values = sample("float64")
    axis = axes(which, values.ndim)

    expected = oracle(reduction.nanmean, values, axis=axis)
    size = oracle(reduction.nanmean, np.abs(values), axis=axis)
    close(
        torch.nanmean(tensor(values, device), axis),
        expected,
        bound.Bound(33, size, False),
        dtype="float64",
        device=device,
    )


@documents("torch.sum", "torch.mean", "torch.prod", guide=GUIDE)
@pytest.mark.parametrize(
    ("name", "given", "dtype"),
    [
        ("sum", "float32", torch.float64),
        ("sum", "int32", torch.float32),
        ("sum", "bool", torch.int32),
        ("sum", "int64", torch.int32),
        ("mean", "int64", torch.float64),
        ("mean", "float32", torch.float64),
        *((name, "float16", torch.float32) for name in ("sum", "mean", "prod")),
        ("mean", "bool", torch.float32),
        ("prod", "int32", torch.float64),
        ("prod", "float32", torch.float64),
        ("prod", "uint8", torch.uint8),
        ("sum", "uint8", torch.uint8),
    ],
)
def test_dtype_casts_before_the_reduction(name, given, dtype, device):
    """With dtype= the elements are cast first, and the result is of that dtype."""
    largest = 60_000 if given == "float16" else 120  # of which two have a sum and a product that are no float16
    values = np.array([[100, 3, largest], [7, largest, largest]]).astype(given)
    cast = values.astype(dtypes.in_numpy(dtype))

    result = getattr(torch, name)(tensor(values, device), 1, dtype=dtype)

    expected = getattr(np, name)(cast, axis=1, dtype=cast.dtype)
    close(result, expected, bound.faithful(expected), device=device)


@documents("torch.mean", "torch.var", "torch.std", guide=GUIDE)
@pytest.mark.parametrize("name", ["mean", "var", "std"])
@pytest.mark.dtypes(torch.int64, torch.bool)
def test_means_refuse_integers(name, dtype, device):
    """mean, var and std of integers or bool raise."""
    with pytest.raises(RuntimeError):
        getattr(torch, name)(tensor(numbers(1, (3,), dtype), device))


@documents("torch.sum", "torch.prod", "torch.mean", "torch.amax", guide=GUIDE)
def test_nothing_has_a_sum_and_a_product_but_no_largest(device):
    """Of no elements the sum is 0, the product 1, the mean NaN; amax, amin, max, min, argmax and argmin raise."""
    x = tensor(np.zeros((0, 3)), device)

    close(x.sum(), np.array(0.0), device=device)
    close(x.sum(0), np.zeros(3), device=device)
    close(x.prod(), np.array(1.0), device=device)
    close(x.prod(0), np.ones(3), device=device)
    close(x.mean(), np.array(np.nan), device=device)
    close(x.sum(1), np.zeros(0), device=device)
    for name in ("amax", "amin", "argmax", "argmin"):
        with pytest.raises((RuntimeError, IndexError)):
            getattr(torch, name)(x, 0)


@documents("torch.var", "torch.std", guide=GUIDE)
@given(sample=operands.singles(((5,), (3, 33), (129,)), hard=(), fills=("normal",)))
def test_spread_is_corrected_by_default(sample, device):
    """var and std divide by n - 1 unless told otherwise; var_mean and std_mean give the mean beside them."""
    values = sample("float64") + 10
    x, one, expected = tensor(values, device), np.mean(values), oracle(reduction.var, values)
    limit = bound.Bound(1024, np.abs(expected) + 100, False)

    close(x.var(), expected, limit, dtype="float64", device=device)
    close(torch.var_mean(x)[0], expected, limit, dtype="float64", device=device)
    close(torch.var_mean(x)[1], one, bound.Bound(8, 20), device=device)
    close(torch.std_mean(x)[0] ** 2, expected, limit, dtype="float64", device=device)


@documents("torch.var_mean", "torch.std_mean", guide=GUIDE)
@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("axis", [0, 1, -1, (0, 2)], ids=str)
@pytest.mark.parametrize("correction", [0, 1, 2])
def test_spread_and_mean_along_axes(axis, keepdims, correction, device):
    """var_mean and std_mean reduce the axes they are given, both with or both without the kept sides."""
    values = numbers(3, (3, 4, 5), "float64")
    x = tensor(values, device)
    expected = reduction.var(values, axis, keepdims, correction), reduction.mean(values, axis, keepdims)

    variance, mean = torch.var_mean(x, axis, keepdim=keepdims, correction=correction)
    deviation, same = torch.std_mean(x, axis, keepdim=keepdims, correction=correction)

    close(variance, expected[0], bound.Bound(64, expected[0] + 1), device=device)
    close(deviation, np.sqrt(expected[0]), bound.Bound(64, expected[0] + 1), device=device)
    close(mean, expected[1], bound.Bound(16, np.abs(expected[1]) + 1), device=device)
    agree(mean, same)
