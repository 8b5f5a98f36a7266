"""Half precision: long reductions, scans and scatterings round their result and not each of a thousand steps."""

from typing import Any, Callable, NamedTuple

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from reference import comparison, indexing, reduction
from suites.kit import bound, close, documents, draw, tensor
from suites.operators import operands
from suites.operators.values import agree, numbers, oracle

HALVES = (torch.float16, torch.bfloat16)


class Half(NamedTuple):
    """A reduction or a scan, how many roundings of its result, and what scales them, it may make."""

    name: str
    roundings: float = 2.0
    scale: Callable[[np.ndarray, np.ndarray], Any] = lambda x, value: np.abs(value)

    def __str__(self) -> str:
        return f"torch.{self.name}"


def added(x, value):
    """Of a sum, what is added up: it may cancel."""
    return np.abs(x).astype(float).sum(-1) if value.ndim < x.ndim else np.cumsum(np.abs(x).astype(float), -1)


def exponentiated(x, value):
    """Of the logarithm of a sum, the result and the largest element."""
    return np.abs(value) + np.max(np.abs(x))


def moment(x, value):
    """Of a variance, the squares, from which a mean is taken away."""
    return np.abs(value) + np.mean(np.square(x.astype(float)), axis=-1) / 64


ROWS = (
    Half("sum", 2, added),
    Half("nansum", 2, added),
    Half("mean", 2, lambda x, value: added(x, value) / x.shape[-1]),
    Half("nanmean", 4, lambda x, value: added(x, value) / x.shape[-1]),
    Half("var", 4, moment),
    Half("std", 4, lambda x, value: np.sqrt(moment(x, value**2))),
    Half("logsumexp", 3, exponentiated),
    Half("cumsum", 2, added),
    Half("logcumsumexp", 3, exponentiated),
    Half("cumprod"),
    Half("prod"),
)
LENGTHS = (5, 129, 1000)
rows = pytest.mark.parametrize("row", [pytest.param(r, marks=documents(str(r)), id=r.name) for r in ROWS])


def sizes(seed, shape, dtype):
    """Numbers above 0: their sum grows beyond what a step of half precision adds to."""
    return np.abs(numbers(seed, shape, dtype))


def factors(seed, shape, dtype):
    """Numbers about 1, of both signs, whose products stay of the size of 1."""
    rng = np.random.default_rng(seed)
    return draw.cast(rng.choice((-1, 1), shape) * np.exp2(rng.uniform(-0.05, 0.05, shape)), dtype)


@rows
@documents(since="2.3")
@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.dtypes(*HALVES)
def test_rounds_its_result(row, length, dtype, device):
    """{row} of a thousand half-precision numbers is right to the rounding of its result."""
    make = factors if "prod" in row.name else numbers if row.name in ("var", "std") else sizes
    x = make(length, (2, length), dtype)

    result = getattr(torch, row.name)(tensor(x, device, dtype), -1)

    reference = {"var": reduction.var, "std": reduction.std}.get(row.name, getattr(reduction, row.name))
    expected = oracle(reference, x, axis=-1)
    close(result, expected, bound.Bound(row.roundings, row.scale(x, expected), False), dtype=dtype, device=device)


@documents("torch.prod", "torch.Tensor.prod", since="2.3")
@pytest.mark.dtypes(*HALVES)
def test_the_product_of_all_rounds_its_result(dtype, device):
    """torch.prod of all of a thousand half-precision numbers is right to the rounding of its result."""
    x = factors(3, (4, 250), dtype)

    expected = oracle(reduction.prod, x)
    close(torch.prod(tensor(x, device, dtype)), expected, bound.rounded(expected, 2), dtype=dtype, device=device)


REDUCTIONS = ("sum", "prod", "mean", "amax", "amin")
halves = pytest.mark.parametrize("kind", ["float16", "bfloat16"], ids=["half", "brain"])
kept = pytest.mark.parametrize("include_self", [True, False], ids=["with self", "without self"])


def scattered(reduce, kind):
    """Two places, and thousands of numbers for them, in an order of their own."""
    make = {"prod": factors, "sum": sizes, "mean": sizes}.get(reduce, numbers)
    index = np.random.default_rng(2).permutation(np.arange(5000) % 2)
    return make(1, (2,), kind), index, make(2, (5000,), kind)


def gathered(reduce, x, index, source, include_self):
    """The reduction of what is sent to each place, and how it may round: twice, of a sum what is added up."""
    several = [np.append(source[index == i], x[i] if include_self else []).astype(float) for i in range(len(x))]
    expected = np.array([indexing.REDUCTIONS[reduce](row) for row in several])
    size = [np.abs(row).mean() if reduce == "mean" else np.abs(row).sum() for row in several]
    scale = np.array(size) if reduce in ("sum", "mean") else np.abs(expected)
    return expected, bound.Bound(0 if reduce in ("amax", "amin") else 2, scale, False)


@documents("torch.scatter_reduce", "torch.Tensor.scatter_reduce")
@pytest.mark.filterwarnings("ignore:scatter_reduce")
@pytest.mark.parametrize("reduce", REDUCTIONS)
@kept
@halves
def test_scatter_reduce_rounds_its_result(reduce, include_self, kind, device):
    """scatter_reduce of thousands of half-precision numbers to one place is right to the rounding of its result."""
    x, index, source = scattered(reduce, kind)
    parts = tensor(x, device, kind), tensor(index, device), tensor(source, device, kind)

    result = torch.scatter_reduce(parts[0], 0, *parts[1:], reduce, include_self=include_self)

    close(result, *gathered(reduce, x, index, source, include_self), dtype=kind, device=device)


@documents("torch.index_reduce", "torch.Tensor.index_reduce")
@pytest.mark.filterwarnings("ignore:index_reduce")
@pytest.mark.parametrize("reduce", REDUCTIONS[1:])
@kept
@halves
def test_index_reduce_rounds_its_result(reduce, include_self, kind, device):
    """index_reduce of thousands of half-precision numbers to one index is right to the rounding of its result."""
    x, index, source = scattered(reduce, kind)
    parts = tensor(x, device, kind), tensor(index, device), tensor(source, device, kind)

    result = torch.index_reduce(parts[0], 0, *parts[1:], reduce, include_self=include_self)

    close(result, *gathered(reduce, x, index, source, include_self), dtype=kind, device=device)


COMPARISONS = ("eq", "ne", "lt", "le", "gt", "ge")
#: Pairs of dtypes: the narrower one's numbers are all numbers of the wider.
MIXED = (
    (torch.float16, torch.float16),
    (torch.bfloat16, torch.float32),
    (torch.float16, torch.float64),
    (torch.float16, torch.bfloat16),
    (torch.int8, torch.float16),
    (torch.uint8, torch.int16),
    (torch.bool, torch.bfloat16),
    (torch.bool, torch.uint8),
)


#: One without dimensions takes the other's dtype where that is of its category, and may not fit.
DIMENSIONED = tuple(shapes for shapes in operands.BROADCASTS if all(shapes))


@pytest.mark.parametrize("name", [pytest.param(name, marks=documents(f"torch.{name}")) for name in COMPARISONS])
@documents("tensor_attributes")
@given(
    kinds=st.sampled_from(MIXED), pair=operands.pairs(DIMENSIONED, ("zero", "-zero", "one", "nan", "inf"), ("ties",))
)
def test_dtypes_are_compared_by_value(name, kinds, pair, device):
    """Comparisons of tensors of two dtypes, both with dimensions, are those of the numbers, on either side."""
    x, y = (sample(kind) for sample, kind in zip(pair, kinds))
    left, right = (tensor(part, device, kind) for part, kind in zip((x, y), kinds))
    compare = getattr(comparison, name)

    close(getattr(torch, name)(left, right), np.asarray(compare(x.astype(float), y.astype(float))), device=device)
    close(getattr(torch, name)(right, left), np.asarray(compare(y.astype(float), x.astype(float))), device=device)


@pytest.mark.parametrize(
    "name", [pytest.param(f"logical_{n}", marks=documents(f"torch.logical_{n}")) for n in ("and", "or", "xor")]
)
@documents()
@given(kinds=st.sampled_from(MIXED), pair=operands.pairs(fills=("ties",), hard=("zero", "-zero", "one", "nan")))
def test_logic_mixes_dtypes(name, kinds, pair, device):
    """Logical operations of tensors of two dtypes take what is not zero for True, and write into out= of any."""
    x, y = (sample(kind) for sample, kind in zip(pair, kinds))
    left, right = (tensor(part, device, kind) for part, kind in zip((x, y), kinds))
    expected = np.asarray(getattr(comparison, name)(x, y))
    out = tensor(np.zeros(expected.shape), device)

    result = getattr(torch, name)(left, right)

    getattr(torch, name)(left, right, out=out)
    close(result, expected, device=device)
    close(out, expected.astype(float), device=device)


#: Shapes that broadcast, none without dimensions: such a tensor would leave the other's dtype as it is.
DIMENSIONED = (((5,), (5,)), ((3, 4), (4,)), ((3, 1), (1, 4)), ((65,), (65,)), ((0,), (1,)))
WHOLE = ((torch.uint8, torch.int16), (torch.int8, torch.int64), (torch.bool, torch.int32), (torch.uint8, torch.int8))


@pytest.mark.parametrize(
    "name", [pytest.param(f"bitwise_{n}", marks=documents(f"torch.bitwise_{n}")) for n in ("and", "or", "xor")]
)
@documents("tensor_attributes")
@given(kinds=st.sampled_from(WHOLE), pair=operands.several(DIMENSIONED, fills=("wide",)))
def test_bitwise_operations_mix_dtypes(name, kinds, pair, device):
    """Bitwise operations of integers of two dtypes are those of the numbers in the dtype that both promote to."""
    x, y = (sample(kind) for sample, kind in zip(pair, kinds))

    result = getattr(torch, name)(tensor(x, device), tensor(y, device))

    wide = np.promote_types(x.dtype, y.dtype)
    close(result, np.asarray(getattr(np, name)(x.astype(wide), y.astype(wide))), device=device)
    agree(result, getattr(torch, name)(tensor(y, device), tensor(x, device)))


@documents("torch.sum", "torch.cumsum", "torch.nansum", "torch.mean", since="2.3")
@pytest.mark.dtypes(*HALVES)
@pytest.mark.parametrize("step", [1.0, -3.0, 20.0])
def test_long_sums_and_scans_grow_beyond_thousands(step, dtype, device):
    """Sums, cumulative sums and means of equal half-precision numbers round their result, however large it grows."""
    x = tensor(np.full(3001, step, np.float32), device, dtype)
    counted = step * np.arange(1, 3002)

    close(x.cumsum(0), counted, bound.rounded(counted), dtype=dtype, device=device)
    for result in (x.sum(), x.sum(0), x.nansum()):
        close(result, counted[-1], bound.rounded(counted[-1]), dtype=dtype, device=device)
    close(x.mean(), np.asarray(step), bound.rounded(step), dtype=dtype, device=device)


@documents("torch.linalg.vector_norm", "torch.norm", "torch.linalg.norm", "torch.dist", since="2.3")
@pytest.mark.dtypes(*HALVES)
@pytest.mark.parametrize("scale", [2.0**-10, 1.0, 2.0**10])
@pytest.mark.parametrize("shape", [(5,), (33,), (3, 17)], ids=str)
def test_norms_of_halves_reach_beyond_their_squares(shape, scale, dtype, device):
    """The norm of half-precision numbers is right also where their squares are no numbers of the dtype."""
    values = draw.cast(scale * (np.abs(numbers(1, shape, "float64")) + 0.5), dtype)
    x, norm = tensor(values, device, dtype), np.sqrt(np.sum(values.astype(np.float64) ** 2))

    for result in (
        torch.linalg.vector_norm(x),
        torch.norm(x),
        torch.linalg.norm(x),
        torch.dist(x, torch.zeros_like(x)),
    ):
        close(result, norm, bound.faithful(norm), dtype=dtype, device=device)
