"""Sorting, the largest, the distinct, and where a value belongs, by their formulas in reference/ordering."""

import numpy as np
import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st

from reference import ordering
from suites.kit import array as values_of
from suites.kit import close, documents, draw, tensor, unchanged
from suites.tensors.operation import (
    between,
    dims,
    same,
)
from suites.tensors.recipes import samples

FILLED = samples(least=1, most=3, low=1)
NUMBERS = ("zero", "one", "-one", "inf", "-inf", "tie", "max", "lowest")
TIES = samples(least=1, most=3, low=1, hard=NUMBERS, fills=("ties",))
#: Dtypes that every release can order; float16 came late, on the CPU, to all but sort.
ORDERED = (torch.float32, torch.float64, torch.int64, torch.int32, torch.int16, torch.uint8)
DTYPE = st.sampled_from(ORDERED)
SORTABLE = (*ORDERED, torch.bfloat16, torch.bool)


SMALL = samples(least=1, most=3, low=1, hard=(), fills=("ties",))


def without_signs(array):
    """The array with +0 in place of -0: which of two equal elements is chosen is left open."""
    return np.where(array == 0, array.dtype.type(0), array)


def boundaries(seed, *shape):
    """Rows in ascending order, with equal elements among them."""
    return np.sort(draw.Sample(shape, seed, "ties")("float32"), axis=-1)


@documents("torch.sort", "torch.Tensor.sort", "torch.argsort", "torch.Tensor.argsort")
@pytest.mark.parametrize("descending", [False, True], ids=["ascending", "descending"])
@given(sample=samples(), dtype=st.sampled_from((*SORTABLE, torch.float16)), data=st.data())
def test_sort_orders_stably(descending, sample, dtype, data, device):
    """With stable=True, sort gives the elements in order and their indices, equal ones as they came."""
    dim, array = data.draw(dims(sample.shape)), sample(dtype)
    x = tensor(array, device, dtype)

    with unchanged(x):
        result = torch.sort(x, dim=dim, descending=descending, stable=True)

    expected = ordering.sort(array, dim, descending), ordering.argsort(array, dim, descending)
    same(result, expected, dtype, device)
    same(x.sort(stable=True, dim=dim, descending=descending), expected, dtype, device)


@documents("torch.sort", "torch.Tensor.sort")
@given(shape=st.sampled_from(((9,), (4, 5), (3, 70))), seed=draw.seeds(), descending=st.booleans(), data=st.data())
def test_nan_is_above_all_numbers(shape, seed, descending, data, device):
    """NaN comes after infinity in ascending order and before it in descending order, along every dimension."""
    array, dim = (
        draw.Sample(shape, seed, "ties", place=("nan", "inf", "-inf", "nan"))("float32"),
        data.draw(dims(shape)),
    )

    result = torch.sort(tensor(array, device), dim=dim, descending=descending, stable=True)

    expected = ordering.sort(array, dim, descending), ordering.argsort(array, dim, descending)
    same(result, expected, torch.float32, device)


@documents("torch.argsort", "torch.Tensor.argsort", since="2.0")
@pytest.mark.parametrize("descending", [False, True], ids=["ascending", "descending"])
@given(sample=samples(), dtype=DTYPE, data=st.data())
def test_argsort_gives_the_indices_of_sort(descending, sample, dtype, data, device):
    """argsort(stable=True) gives the second result of sort."""
    dim, array = data.draw(dims(sample.shape)), sample(dtype)

    result = torch.argsort(tensor(array, device, dtype), dim=dim, descending=descending, stable=True)

    close(result, ordering.argsort(array, dim, descending), device=device)


@documents("torch.sort", "torch.argsort", "torch.topk", "torch.kthvalue", "torch.Tensor.topk", "torch.Tensor.kthvalue")
@given(sample=TIES, dtype=DTYPE, k=st.integers(1, 70), data=st.data())
def test_indices_lead_to_the_values(sample, dtype, k, data, device):
    """The indices that sort, argsort, topk and kthvalue give are different places, and lead to the values."""
    dim, array = data.draw(dims(sample.shape)), without_signs(sample(dtype))
    k, x = min(k, array.shape[dim]), tensor(array, device, dtype)

    results = [
        torch.sort(x, dim),
        (tensor(ordering.sort(array, dim), device, dtype), torch.argsort(x, dim)),
        torch.topk(x, k, dim),
        torch.kthvalue(x, k, dim, True),
    ]

    assert [distinct(at, dim) for _, at in results] == [True] * 4
    same([v for v, _ in results], [np.take_along_axis(array, values_of(at), dim) for _, at in results], dtype, device)


def distinct(at, dim):
    """Whether no index stands twice in a row along ``dim``."""
    return bool(np.all(np.diff(np.sort(values_of(at), axis=dim), axis=dim) > 0))


@documents("torch.sort", "torch.msort", "torch.Tensor.msort")
@given(sample=samples(least=1), dtype=DTYPE)
def test_msort_orders_the_first_dimension(sample, dtype, device):
    """msort sorts along the first dimension, sort along the last one unless it is told another."""
    array = without_signs(sample(dtype))
    x = tensor(array, device, dtype)

    close(torch.msort(x), ordering.msort(array), dtype=dtype, device=device)
    close(x.msort(), ordering.msort(array), dtype=dtype, device=device)
    close(x.sort().values, ordering.sort(array), dtype=dtype, device=device)


@documents("torch.topk", "torch.Tensor.topk")
@given(sample=TIES, dtype=DTYPE, largest=st.booleans(), data=st.data())
def test_topk_gives_the_largest_in_order(sample, dtype, largest, data, device):
    """topk gives the k largest elements along a dimension, the largest first; with largest=False the smallest."""
    dim, array = data.draw(dims(sample.shape)), without_signs(sample(dtype))
    k, x = data.draw(between(0, array.shape[dim])), tensor(array, device, dtype)

    result = torch.topk(x, k, dim, largest=largest)

    close(result.values, ordering.topk(array, k, dim, largest), dtype=dtype, device=device)
    close(x.topk(k, dim, largest)[0], ordering.topk(array, k, dim, largest), dtype=dtype, device=device)
    close(torch.topk(x, min(k, array.shape[-1]))[0], ordering.topk(array, k), dtype=dtype, device=device)


@documents("torch.topk")
@given(sample=TIES, dtype=DTYPE, largest=st.booleans(), data=st.data())
def test_topk_may_leave_the_order_open(sample, dtype, largest, data, device):
    """With sorted=False, topk gives the same elements in any order."""
    dim, array = data.draw(dims(sample.shape)), without_signs(sample(dtype))
    k = data.draw(between(0, array.shape[dim]))

    values = torch.topk(tensor(array, device, dtype), k, dim, largest, sorted=False).values

    expected = ordering.sort(ordering.topk(array, k, dim, largest), dim)
    close(np.sort(values_of(values), axis=dim), expected, device=device)


@documents("torch.kthvalue", "torch.Tensor.kthvalue")
@given(sample=TIES, dtype=DTYPE, keepdim=st.booleans(), data=st.data())
def test_kthvalue_counts_from_the_smallest(sample, dtype, keepdim, data, device):
    """kthvalue gives the k-th smallest element along a dimension, counted from 1; keepdim=True keeps the dimension."""
    dim, array = data.draw(dims(sample.shape)), without_signs(sample(dtype))
    k, x = data.draw(between(1, array.shape[dim])), tensor(array, device, dtype)

    result = torch.kthvalue(x, k, dim, keepdim)

    close(result.values, ordering.kthvalue(array, k, dim, keepdim), dtype=dtype, device=device)
    close(x.kthvalue(k, dim, keepdim)[0], ordering.kthvalue(array, k, dim, keepdim), dtype=dtype, device=device)


@documents("torch.unique", "torch.Tensor.unique")
@given(sample=TIES, dtype=st.sampled_from(SORTABLE))
def test_unique_gives_the_distinct_in_order(sample, dtype, device):
    """unique gives the distinct elements in ascending order, where each element is among them, and their counts."""
    array = without_signs(sample(dtype))
    x = tensor(array, device, dtype)

    with unchanged(x):
        result = torch.unique(x, return_inverse=True, return_counts=True)

    same(result, ordering.unique(array), dtype, device)
    same(x.unique(), ordering.unique(array)[0], dtype, device)


@documents("torch.unique", "torch.Tensor.unique")
@given(sample=SMALL, dtype=DTYPE, data=st.data())
def test_unique_compares_slices(sample, dtype, data, device):
    """With dim, unique gives the distinct slices in lexicographic order, where each is among them, and their counts."""
    dim = data.draw(between(0, min(len(sample.shape) - 1, 1)))  # further dimensions are compared in an order left open
    array = np.abs(sample(dtype)) % 3
    x = tensor(array, device, dtype)

    result = torch.unique(x, return_inverse=True, return_counts=True, dim=dim)

    same(result, ordering.unique(array, dim), dtype, device)


@documents("torch.unique")
@given(count=st.integers(2, 100), nans=st.integers(1, 9), seed=draw.seeds())
@example(count=100, nans=9, seed=0)
def test_unique_orders_numbers_beside_nan(count, nans, seed, device):
    """Of elements among which there is NaN, unique gives the distinct numbers in ascending order."""
    array = with_nans(count, nans, seed)

    found = values_of(torch.unique(tensor(array, device)))

    close(found[~np.isnan(found)], np.unique(array[~np.isnan(array)]))


@documents("torch.unique")
@given(count=st.integers(9, 100), nans=st.integers(2, 9), seed=draw.seeds())
@example(count=100, nans=9, seed=0)
def test_unique_slices_order_numbers_beside_nan(count, nans, seed, device):
    """With dim=0 as without, unique of a vector with NaN gives the distinct numbers in ascending order."""
    array = with_nans(count, nans, seed)

    found = values_of(torch.unique(tensor(array, device), dim=0))

    close(found[~np.isnan(found)], np.unique(array[~np.isnan(array)]))


def with_nans(count, nans, seed):
    """Small integers, each several times, in random order, with NaN here and there."""
    rng = np.random.default_rng(seed)
    array = rng.integers(0, max(count // 3, 1), count).astype(np.float32)
    array[rng.permutation(count)[:nans]] = np.nan
    return array


@documents("torch.unique_consecutive", "torch.Tensor.unique_consecutive")
@given(sample=SMALL, dtype=DTYPE, data=st.data())
def test_unique_consecutive_gives_runs(sample, dtype, data, device):
    """unique_consecutive gives one element for each run of equal ones, the run of each element, and all lengths."""
    dim, array = data.draw(dims(sample.shape)), np.abs(sample(dtype)) % 2
    x = tensor(array, device, dtype)

    same(torch.unique_consecutive(x, True, True), ordering.unique_consecutive(array), dtype, device)
    same(x.unique_consecutive(True, True, dim), ordering.unique_consecutive(array, dim), dtype, device)


@documents("torch.searchsorted")
@given(shape=draw.shapes(least=1, most=3, low=1), count=st.integers(0, 40), right=st.booleans(), seed=draw.seeds())
def test_searchsorted_counts_what_is_below(shape, count, right, seed, device):
    """searchsorted tells for each value how many elements of its row are below it; with right=True, not above it."""
    rows_, values = boundaries(seed, *shape[:-1], count), draw.Sample(shape, seed + 1, "ties")("float32")
    tensors = tensor(rows_, device), tensor(values, device)

    expected = ordering.searchsorted(rows_, values, right=right)

    close(torch.searchsorted(*tensors, right=right), expected, device=device)
    close(torch.searchsorted(*tensors, side="right" if right else "left"), expected, device=device)
    close(torch.searchsorted(*tensors, right=right, out_int32=True), expected.astype(np.int32), device=device)


@documents("torch.searchsorted")
@given(shape=draw.shapes(most=3), count=st.integers(1, 40), right=st.booleans(), seed=draw.seeds())
def test_searchsorted_takes_an_order(shape, count, right, seed, device):
    """With sorter, searchsorted looks among the elements in that order; the row itself need not be sorted."""
    row, values = draw.Sample((count,), seed, "ties")("float32"), draw.Sample(shape, seed + 1, "ties")("float32")
    order = np.argsort(row, kind="stable")

    result = torch.searchsorted(tensor(row, device), tensor(values, device), right=right, sorter=tensor(order, device))

    close(result, ordering.searchsorted(row[order], values, right=right), device=device)


@documents("torch.bucketize")
@pytest.mark.filterwarnings("ignore:torch.searchsorted")  # on speed, of elements that do not lie in order
@given(sample=TIES, count=st.integers(0, 40), right=st.booleans(), seed=draw.seeds())
def test_bucketize_counts_boundaries(sample, count, right, seed, device):
    """bucketize tells for each element how many boundaries are below it; with right=True, not above it."""
    array, edges = sample("float32"), boundaries(seed, count)
    expected = ordering.bucketize(array, edges, right=right)
    x, at = tensor(array, device), tensor(edges, device)

    close(torch.bucketize(x, at, right=right), expected, device=device)
    close(torch.bucketize(x, at, right=right, out_int32=True), expected.astype(np.int32), device=device)


@documents("torch.searchsorted", "torch.bucketize")
@given(count=st.integers(1, 40), value=st.integers(-9, 9), right=st.booleans(), seed=draw.seeds())
def test_a_number_is_looked_up_too(count, value, right, seed, device):
    """searchsorted and bucketize of one number give a tensor of no dimensions."""
    edges = boundaries(seed, count)
    expected = ordering.searchsorted(edges, np.array(value), right=right)

    close(torch.searchsorted(tensor(edges, device), value, right=right), expected, device=device)
    close(torch.bucketize(value, tensor(edges, device), right=right), expected, device=device)


@documents("torch.isin")
@given(sample=TIES, dtype=DTYPE, count=st.integers(0, 60), invert=st.booleans(), seed=draw.seeds())
def test_isin_looks_for_each_element(sample, dtype, count, invert, seed, device):
    """isin tells of each element whether it is among the others; with invert=True, whether it is not."""
    array, others = sample(dtype), draw.Sample((count,), seed, "ties")(dtype)

    result = torch.isin(tensor(array, device, dtype), tensor(others, device, dtype), invert=invert)

    close(result, ordering.isin(array, others, invert=invert), device=device)


@documents("torch.isin")
@pytest.mark.parametrize("repeats", [1, 40])
def test_nan_is_in_nothing(repeats, device):
    """isin tells that NaN, which equals nothing, is not among others, NaN or not, however many there are."""
    array, others = np.tile([np.nan, 1.0], repeats), np.tile([np.nan, 1.0, 2.0], repeats)

    result = torch.isin(tensor(array, device), tensor(others, device))

    close(result, np.tile([False, True], repeats), device=device)


@documents("torch.sort", "torch.topk", "torch.msort", "torch.kthvalue")
@given(sample=TIES, layout=st.sampled_from(draw.WRITABLE), dtype=DTYPE)
def test_writes_into_out(sample, layout, dtype, device):
    """With out=, sort, topk and msort write their results into those tensors, whatever their strides."""
    array = without_signs(sample(dtype))
    x = tensor(array, device, dtype)
    values = tensor(draw.laid_out(np.zeros_like(array), layout), device, dtype)
    at = tensor(draw.laid_out(np.zeros(array.shape, np.int64), layout), device)

    torch.sort(x, dim=0, stable=True, out=(values, at))

    same((values, at), (ordering.sort(array, 0), ordering.argsort(array, 0)), dtype, device)
    torch.topk(x, array.shape[0], 0, out=(values, at))
    close(values, ordering.topk(array, array.shape[0], 0), dtype=dtype, device=device)
    torch.msort(x, out=values)
    close(values, ordering.msort(array), dtype=dtype, device=device)
