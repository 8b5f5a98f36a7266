"""Extremes and orders along an axis, with the places where they are; and cumulative sums, products and extremes."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from reference import reduction
from suites.kit import array, bound, close, documents, draw, dtypes, tensor
from suites.operators import operands
from suites.operators.values import agree, numbers, oracle

GUIDE = "Operations on Tensors"
SHAPES = ((3, 4), (2, 3, 4), (5, 33), (33, 5), (2, 129), (129, 2), (3, 1025), (1025,), (7,), (1, 5), (65, 2), (1,))
KINDS = (torch.float64, torch.float32, torch.bfloat16, torch.int64, torch.uint8)


def chosen(which, ndim):
    """An axis counted from either end."""
    return (which // 2 % ndim) - ndim * (which % 2)


def taken(values, index, axis, keepdims):
    """The elements at the places along the axis."""
    places = array(index) if keepdims else np.expand_dims(array(index), axis)
    found = np.take_along_axis(values, places, axis)
    return found if keepdims else np.squeeze(found, axis)


@documents("torch.max", "torch.min", "torch.Tensor.max", "torch.Tensor.min", guide=GUIDE)
@pytest.mark.parametrize("name", ["max", "min"])
@pytest.mark.dtypes(torch.float32, torch.bfloat16, torch.uint8)
@given(sample=operands.singles(SHAPES), which=st.integers(0, 23), keepdims=st.booleans())
def test_extremes_come_with_their_places(name, sample, which, keepdims, dtype, device):
    """max and min along an axis give the values, NaN if one is NaN, and an index at which each is found."""
    values = sample(dtype)
    x, axis = tensor(values, device, dtype), chosen(which, values.ndim)

    found, index = getattr(torch, name)(x, axis, keepdim=keepdims)

    expected = getattr(reduction, f"a{name}")(values, axis, keepdims)
    close(found, expected, bound.Bound(0, 0, False), dtype=dtype, device=device)
    close(taken(values, index, axis, keepdims), expected, bound.Bound(0, 0, False), dtype=expected.dtype)
    assert index.dtype is torch.int64


@documents("torch.max", "torch.min", "torch.amax", "torch.amin", "torch.aminmax", guide=GUIDE)
@pytest.mark.dtypes(*KINDS, torch.bool)
@given(sample=operands.singles(SHAPES))
def test_extremes_of_all_elements(sample, dtype, device):
    """max, min, amax, amin and aminmax with no axis are the largest and smallest element, NaN if one is NaN."""
    values = sample(dtype)
    x, free = tensor(values, device, dtype), bound.Bound(0, 0, False)

    for most in (torch.max(x), torch.amax(x), torch.aminmax(x).max, x.max()):
        close(most, np.max(values), free, dtype=dtype, device=device)
    for least in (torch.min(x), torch.amin(x), torch.aminmax(x).min, x.min()):
        close(least, np.min(values), free, dtype=dtype, device=device)


@documents("torch.argmax", "torch.argmin", guide=GUIDE)
@pytest.mark.parametrize("name", ["argmax", "argmin"])
@pytest.mark.dtypes(torch.float64, torch.int64, torch.uint8)
@given(sample=operands.singles(SHAPES), which=st.integers(0, 23), keepdims=st.booleans())
def test_places_of_extremes(name, sample, which, keepdims, dtype, device):
    """argmax and argmin are places of an extreme, along an axis or in the flattened tensor."""
    values = sample(dtype)
    x, axis = tensor(values, device), chosen(which, values.ndim)
    extreme = getattr(reduction, name.replace("arg", "a"))

    flat, along = getattr(torch, name)(x), getattr(torch, name)(x, axis, keepdim=keepdims)

    close(np.asarray(values.reshape(-1)[flat.item()]), extreme(values), bound.Bound(0, 0, False))
    close(taken(values, along, axis, keepdims), extreme(values, axis, keepdims), bound.Bound(0, 0, False))
    assert flat.dtype is along.dtype is torch.int64


@documents("torch.argmax", "torch.argmin", since="1.13")
@pytest.mark.parametrize("name", ["argmax", "argmin"])
@given(sample=operands.singles(((5,), (33,), (3, 17), (129,)), ("tie", "zero", "nan", "one"), ("ties",)))
def test_the_first_of_equal_extremes_is_taken(name, sample, device):
    """Of several equal extremes argmax and argmin give the first."""
    values = sample("float64")
    x = tensor(values, device)

    close(getattr(torch, name)(x), np.asarray(getattr(np, name)(values)), device=device)
    close(getattr(torch, name)(x, -1), np.asarray(getattr(np, name)(values, -1)), device=device)


@documents("torch.max", "torch.min")
@pytest.mark.parametrize("name", ["max", "min"])
@given(sample=operands.singles(((5,), (33,), (3, 17), (129,)), ("tie", "zero", "nan", "one"), ("ties",)))
def test_the_place_is_that_of_the_first_of_equals(name, sample, device):
    """Of several equal extremes along an axis, torch.{name} gives the place of the first."""
    values = sample("float64")

    _, places = getattr(torch, name)(tensor(values, device), -1)

    close(places, np.asarray(getattr(np, "arg" + name)(values, -1)), device=device)


@documents("torch.median", "torch.Tensor.median", "torch.nanmedian", guide=GUIDE)
@pytest.mark.dtypes(torch.float64, torch.float32, torch.int64)
@given(sample=operands.singles(SHAPES, layouts=draw.WRITABLE), which=st.integers(0, 23), keepdims=st.booleans())
def test_the_median_is_the_lower_of_two(sample, which, keepdims, dtype, device):
    """torch.median is the middle element, of two the lower, and NaN if one is NaN, with a place where it is found."""
    values = sample(dtype)
    x, axis, free = tensor(values, device), chosen(which, values.ndim), bound.Bound(0, 0, False)

    found, index = torch.median(x, axis, keepdim=keepdims)

    expected = reduction.median(values, axis).astype(values.dtype)
    expected = np.expand_dims(expected, axis) if keepdims else expected
    close(found, expected, free, device=device)
    close(taken(values, index, axis, keepdims), expected, free)
    close(torch.median(x), reduction.median(values.reshape(-1), 0).astype(values.dtype), free, device=device)


@documents("torch.median", "torch.nanmedian")
@pytest.mark.parametrize("name", ["median", "nanmedian"])
@pytest.mark.parametrize("length", [5, 17])
def test_the_median_of_one_element_repeated_is_that_element(name, length, device):
    """The median along an axis of an expanded tensor is the element that is repeated."""
    memory = tensor(np.arange(64.0), device)

    found, _ = getattr(torch, name)(memory[40:41].expand(length), 0)

    close(found, np.array(40.0), device=device)


@documents("torch.kthvalue", guide=GUIDE)
@pytest.mark.dtypes(torch.float64, torch.int64)
@given(
    sample=operands.singles(SHAPES, draw.FINITE), which=st.integers(0, 23), k=st.integers(0, 99), keepdims=st.booleans()
)
def test_kthvalue_counts_from_the_smallest(sample, which, k, keepdims, dtype, device):
    """torch.kthvalue is the k-th smallest element along an axis, counted from 1, with a place where it is found."""
    values = sample(dtype)
    axis = chosen(which, values.ndim)
    k, free = 1 + k % values.shape[axis], bound.Bound(0, 0, False)

    found, index = torch.kthvalue(tensor(values, device), k, axis, keepdim=keepdims)

    expected = reduction.kthvalue(values, k, axis)
    expected = np.expand_dims(expected, axis) if keepdims else expected
    close(found, expected, free, device=device)
    close(taken(values, index, axis, keepdims), expected, free)


@documents("torch.mode", guide=GUIDE)
@given(seed=draw.seeds(), length=st.sampled_from((1, 5, 33, 129)))
def test_the_mode_is_the_most_frequent(seed, length, device):
    """torch.mode is the smallest of the most frequent elements of each row."""
    values = np.random.default_rng(seed).integers(0, 4, (3, length))

    found, index = torch.mode(tensor(values, device), -1)

    close(found, np.array([np.bincount(row).argmax() for row in values]), device=device)
    close(taken(values, index, 1, False), array(found))


@documents("torch.bincount", guide=GUIDE)
@given(seed=draw.seeds(), length=st.sampled_from((0, 1, 33, 1025)), least=st.sampled_from((0, 3, 12)))
def test_bincount_counts_or_adds_weights(seed, length, least, device):
    """torch.bincount is how often each number occurs, or the sum of its weights, for at least minlength numbers."""
    values = np.random.default_rng(seed).integers(0, 9, length)
    weights = draw.lattice(seed, (length,))
    x, w = tensor(values, device), tensor(weights, device)

    close(torch.bincount(x, minlength=least), np.bincount(values, minlength=least), device=device)
    expected = np.bincount(values, weights, minlength=least)
    close(torch.bincount(x, w, minlength=least), expected, bound.Bound(0, 0, False), device=device)


SCANS = ["cumsum", "cumprod"]


@pytest.mark.parametrize("name", [pytest.param(name, marks=documents(f"torch.{name}")) for name in SCANS])
@documents(guide=GUIDE)
@pytest.mark.dtypes(torch.float32, torch.int64, torch.bool)
@given(sample=operands.singles(SHAPES, ("zero", "one", "-one"), ("ties",)), which=st.integers(0, 23))
def test_sums_and_products_so_far(name, sample, which, dtype, device):
    """cumsum and cumprod are the sums and products of the first elements along an axis; integers in int64."""
    values = sample(dtype)
    axis = chosen(which, values.ndim)
    x = tensor(values, device)

    result = getattr(torch, name)(x, axis)

    expected = oracle(getattr(reduction, name), values, axis=axis)
    limit = bound.Bound(0 if name == "cumsum" else values.shape[axis] + 2, np.abs(expected).astype(float), False)
    close(result, expected, limit, dtype=dtype if dtype.is_floating_point else torch.int64, device=device)
    agree(result, getattr(x, name)(axis))


@documents("torch.cumsum", guide=GUIDE)
@pytest.mark.dtypes(torch.float64, torch.float32)
@given(seed=draw.seeds(), length=st.sampled_from((33, 129, 1025)))
def test_sums_so_far_round_like_sums(seed, length, dtype, device):
    """cumsum of any numbers is right to the rounding of sums."""
    values = numbers(seed, (length, 2), dtype)

    result = torch.cumsum(tensor(values, device), 0)

    expected = oracle(reduction.cumsum, values, axis=0)
    scale = np.cumsum(np.abs(values).astype(float), 0)
    close(result, expected, bound.Bound(4 + length / 8, scale, False), dtype=dtype, device=device)


@documents("torch.cummax", "torch.cummin", guide=GUIDE)
@pytest.mark.parametrize("name", ["cummax", "cummin"])
@pytest.mark.dtypes(torch.float64, torch.int64)
@given(sample=operands.singles(SHAPES, fills=("ties",)), which=st.integers(0, 23))
def test_extremes_so_far_come_with_their_places(name, sample, which, dtype, device):
    """cummax and cummin are the extremes so far along an axis, each with the last place it was found at."""
    values = sample(dtype)
    axis, free = chosen(which, values.ndim), bound.Bound(0, 0, False)

    found, index = getattr(torch, name)(tensor(values, device), axis)

    expected = getattr(reduction, name)(values, axis)
    close(found, expected, free, device=device)
    close(np.take_along_axis(values, array(index), axis), expected, free)
    close(index, last_places(values, expected, axis), device=device)


def last_places(values, extremes, axis):
    """The last place up to each at which the extreme was found."""
    places = np.arange(values.shape[axis]).reshape([-1 if a == axis % values.ndim else 1 for a in range(values.ndim)])
    found = (values == extremes) | (np.isnan(values) & np.isnan(extremes))
    return np.maximum.accumulate(np.where(found, places, 0), axis=axis)


@documents("torch.logcumsumexp", guide=GUIDE)
@given(seed=draw.seeds(), length=st.sampled_from((1, 33, 129)))
def test_logarithms_of_sums_so_far(seed, length, device):
    """torch.logcumsumexp is the logarithm of the sums of the first exponentials."""
    values = numbers(seed, (2, length), "float64")

    expected = oracle(reduction.logcumsumexp, values, axis=1)
    close(
        torch.logcumsumexp(tensor(values, device), 1),
        expected,
        bound.Bound(8 + length, np.abs(expected) + 4),
        dtype="float64",
        device=device,
    )


@documents("torch.cumsum", "torch.cumprod", guide=GUIDE)
@pytest.mark.parametrize("name", SCANS)
def test_scans_cast_first(name, device):
    """With dtype= cumsum and cumprod cast the elements first."""
    values = np.array([100, 100, 3, 1], np.uint8)

    result = getattr(torch, name)(tensor(values, device), 0, dtype=torch.float64)

    close(result, getattr(np, name)(values.astype(float)), device=device)


ALONG = [
    "prod",
    "any",
    "all",
    "argmax",
    "argmin",
    "amax",
    "cumsum",
    "cumprod",
    "logcumsumexp",
    "count_nonzero",
    "nansum",
    "nanmean",
]
PLACED = ["max", "min", "median", "nanmedian", "cummax", "cummin", "kthvalue", "mode"]


@pytest.mark.parametrize("name", [pytest.param(name, marks=documents(f"torch.{name}")) for name in ALONG])
@documents(guide=GUIDE)
@pytest.mark.parametrize("axis", [0, 1, 2])
@pytest.mark.parametrize("layout", draw.WRITABLE)
def test_an_axis_counts_from_either_end(name, axis, layout, device):
    """An axis may be counted from the end, as -1, -2, …, and the strides do not matter."""
    values = draw.Sample((3, 4, 5), 8, layout=layout)("float64")
    contiguous, x = tensor(np.ascontiguousarray(np.moveaxis(values, axis, 0)), device), tensor(values, device)
    function = getattr(torch, name)
    expected = array(function(contiguous, 0))
    moved = np.moveaxis(expected, 0, axis) if expected.ndim == 3 else expected

    close(function(x, axis), moved, bound.faithful(moved, 16), device=device)
    close(function(x, axis - 3), moved, bound.faithful(moved, 16), device=device)


@pytest.mark.parametrize("name", [pytest.param(name, marks=documents(f"torch.{name}")) for name in PLACED])
@documents(guide=GUIDE)
@pytest.mark.parametrize("axis", [0, 1, 2])
@pytest.mark.parametrize("layout", draw.WRITABLE)
def test_an_axis_with_places_counts_from_either_end(name, axis, layout, device):
    """An axis may be counted from the end where a function gives places too, and the strides do not matter."""
    values = draw.Sample((3, 4, 5), 8, layout=layout)("float64")
    contiguous, x = tensor(np.ascontiguousarray(np.moveaxis(values, axis, 0)), device), tensor(values, device)
    function, options = getattr(torch, name), {"k": 2} if name == "kthvalue" else {}
    found, places = (array(part) for part in function(contiguous, dim=0, **options))
    expected = [np.moveaxis(part, 0, axis) if part.ndim == 3 else part for part in (found, places)]

    for dim in (axis, axis - 3):
        close(function(x, dim=dim, **options)[0], expected[0], device=device)
        close(function(x, dim=dim, **options)[1], expected[1], device=device)


@documents("torch.sum", "torch.cumsum", "torch.amax", guide=GUIDE)
@pytest.mark.parametrize("name", ["sum", "mean", "amax", "cumsum", "argmax", "prod", "any"])
@pytest.mark.parametrize("axis", [2, -3, 7])
def test_an_axis_out_of_range_raises(name, axis, device):
    """Reducing or scanning an axis that the tensor does not have raises IndexError."""
    with pytest.raises(IndexError):
        getattr(torch, name)(tensor(numbers(1, (2, 3), "float64"), device), axis)


@documents("torch.sum", guide=GUIDE)
def test_an_axis_named_twice_raises(device):
    """Reducing one axis twice raises."""
    with pytest.raises(RuntimeError):
        torch.sum(tensor(numbers(1, (2, 3), "float64"), device), (1, -1))


@documents("torch.dist", "torch.norm", guide=GUIDE)
@pytest.mark.parametrize("order", [1, 2, 3, 0, float("inf")])
@pytest.mark.dtypes(torch.float64)
def test_dist_is_the_norm_of_the_difference(order, dtype, device):
    """torch.dist(x, y, p) is the p-norm of x - y, broadcast, and torch.norm(x, p) that of x."""
    x, y = numbers(1, (3, 33), dtype), numbers(2, (33,), dtype)
    size, whole = (np.asarray(reduction.norm(part, ord=order)) for part in (x - y, x))

    close(torch.dist(tensor(x, device), tensor(y, device), order), size, bound.faithful(size, 64), device=device)
    close(torch.norm(tensor(x, device), order), whole, bound.faithful(whole, 64), device=device)


@documents("torch.any", "torch.all", since="2.2")
@pytest.mark.parametrize("name", ["any", "all"])
@pytest.mark.parametrize("axes", [(0, 1), (0, 2), (-1, 0), (1, -1), (0, 1, 2), (2,)], ids=str)
@pytest.mark.dtypes(torch.bool, torch.float32, torch.uint8)
def test_any_and_all_take_several_axes(name, axes, dtype, device):
    """any and all over several axes are those of the elements of all of them, in each spelling."""
    values = draw.cast(np.random.default_rng(5).random((4, 3, 5)) < (0.1 if name == "any" else 0.9), dtype)
    kind = np.uint8 if dtype is torch.uint8 else bool
    x = tensor(values, device, dtype)

    for keepdims in (False, True):
        expected = np.asarray(getattr(np, name)(values != 0, axes, keepdims=keepdims)).astype(kind)
        close(getattr(torch, name)(x, axes, keepdim=keepdims), expected, device=device)
        close(getattr(x, name)(axes, keepdims), expected, device=device)


@documents("torch.cumsum", "torch.cumprod", "torch.Tensor.cumsum", "torch.Tensor.cumprod")
@pytest.mark.parametrize("name", ["cumsum", "cumprod"])
@pytest.mark.parametrize("given_", [torch.bool, torch.uint8, torch.int32, torch.float16, torch.float32])
@pytest.mark.parametrize("axis", [0, -1])
@pytest.mark.dtypes(torch.float64, torch.float32, torch.int64)
def test_scans_cast_before_they_add_or_multiply(name, given_, axis, dtype, device):
    """With dtype= a cumulative sum or product casts first, and has that dtype; it can be larger than the input's."""
    scale = {torch.bool: 1, torch.float16: 20_000}.get(given_, 100) if name == "cumsum" else 1
    values = np.where(np.arange(24).reshape(3, 8) % 5 == 0, 2, 1) * scale
    x, function = tensor(values.astype(str(given_)[6:]), device), {"cumsum": np.cumsum, "cumprod": np.cumprod}[name]

    expected = function(array(x).astype(float), axis).astype(str(dtype)[6:])
    close(getattr(torch, name)(x, axis, dtype=dtype), expected, device=device)
    close(getattr(x, name)(dim=axis, dtype=dtype), expected, device=device)


@documents("torch.logcumsumexp", "torch.logsumexp")
@pytest.mark.dtypes(torch.float64, torch.float32)
def test_logarithms_of_nothing_are_minus_infinity(dtype, device):
    """logcumsumexp and logsumexp of elements that are all -inf are -inf; one infinity makes them infinite."""
    values = np.array([-np.inf, -np.inf, 0.5, np.inf]).astype(dtypes.in_numpy(dtype))
    x = tensor(values, device)

    close(x.logcumsumexp(0), values, device=device)
    for count in range(1, 5):
        close(x[:count].logsumexp(0), values[count - 1], device=device)
