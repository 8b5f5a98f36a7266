"""Quantiles, histograms, covariances and medians: which elements count, with which weight."""

import numpy as np
import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st

from reference import reduction, statistics
from suites.kit import bound, close, documents, draw, dtypes, tensor, unchanged
from suites.operators import operands
from suites.operators.composites import between, covaried
from suites.operators.values import agree, numbers, oracle

INTERPOLATIONS = ("linear", "lower", "higher", "nearest", "midpoint")
SHAPES = ((5,), (3, 4), (2, 3, 4), (33, 2), (2, 33), (1, 5), (9,), (129,))
#: Products of these with the places in a row are exact in float32.
SHARES = (0.0, 0.125, 0.25, 0.5, 0.625, 0.875, 1.0)


def chosen(which, ndim):
    """An axis counted from either end."""
    return (which // 2 % ndim) - ndim * (which % 2)


@documents("torch.quantile", "torch.Tensor.quantile")
@pytest.mark.parametrize("kind", INTERPOLATIONS)
@pytest.mark.dtypes(torch.float64, torch.float32)
@given(
    sample=operands.singles(SHAPES, ("nan", "zero", "tie"), ("normal", "ties"), draw.WRITABLE),
    share=st.sampled_from(SHARES),
    which=st.integers(0, 23),
    keepdim=st.booleans(),
)
@example(sample=draw.Sample((6,), fill="ties"), share=0.5, which=0, keepdim=False)
def test_quantiles_lie_between_two_elements(kind, sample, share, which, keepdim, dtype, device):
    """torch.quantile is the element at q (n - 1) in order, or what is asked for between two; NaN where one is NaN."""
    values = sample(dtype)
    x, dim = tensor(values, device), chosen(which, values.ndim)
    with unchanged(x):
        result = torch.quantile(x, share, dim, keepdim, interpolation=kind)

    expected = oracle(statistics.quantile, values, q=share, dim=dim, keepdim=keepdim, interpolation=kind)
    close(result, expected, between(values, share, dim, keepdim), dtype=dtype, device=device)
    agree(result, x.quantile(share, dim, keepdim, interpolation=kind))
    whole = torch.quantile(x, share, interpolation=kind)
    close(whole, statistics.quantile(values, share, interpolation=kind), between(values, share), device=device)


@documents("torch.nanquantile", "torch.Tensor.nanquantile")
@pytest.mark.parametrize("kind", INTERPOLATIONS)
@given(
    sample=operands.singles(SHAPES, ("nan", "zero", "nan", "nan", "tie"), ("normal", "ties"), draw.WRITABLE),
    share=st.sampled_from(SHARES),
    which=st.integers(0, 23),
    keepdim=st.booleans(),
)
@example(sample=draw.Sample((3, 1), place=("nan", "one")), share=0.5, which=2, keepdim=False)
def test_nanquantile_leaves_nan_out(kind, sample, share, which, keepdim, device):
    """torch.nanquantile is the quantile of what is not NaN in each row, and NaN where nothing is left."""
    values = sample("float64")
    x, dim = tensor(values, device), chosen(which, values.ndim)

    result = torch.nanquantile(x, share, dim, keepdim, interpolation=kind)

    expected = statistics.nanquantile(values, share, dim, keepdim, interpolation=kind)
    most = np.nanmax(np.abs(values), initial=0.0)
    close(result, expected, bound.Bound(8, most, False), device=device)
    agree(result, x.nanquantile(share, dim, keepdim, interpolation=kind))
    flat = statistics.nanquantile(values, share, interpolation=kind)
    close(torch.nanquantile(x, share, interpolation=kind), flat, bound.Bound(8, most, False), device=device)


@documents("torch.quantile", "torch.nanquantile")
@pytest.mark.parametrize("name", ["quantile", "nanquantile"])
@pytest.mark.parametrize("dim", [None, 0, 1, -1])
@pytest.mark.parametrize("keepdim", [False, True])
@pytest.mark.dtypes(torch.float64, torch.float32)
def test_several_quantiles_come_first(name, dim, keepdim, dtype, device):
    """A vector of q puts its quantiles first, in its order; a tensor without dimensions is as a number."""
    values, shares = numbers(1, (4, 9), dtype), np.array([0.75, 0.0, 0.5, 0.75], dtypes.in_numpy(dtype))
    x, q = tensor(values, device), tensor(shares, device)

    several, one = getattr(torch, name)(x, q, dim, keepdim), getattr(torch, name)(x, q[2], dim, keepdim)

    expected = statistics.quantile(values, shares, dim, keepdim)
    close(several, expected, bound.Bound(8, np.abs(values).max(), False), device=device)
    agree(one, several[2])


@documents("torch.quantile")
@pytest.mark.parametrize("kind", INTERPOLATIONS)
def test_a_quantile_at_an_element_is_that_element(kind, device):
    """torch.quantile at the place of an element is that element, an infinity too."""
    values = np.array([np.inf, 2.0, -np.inf, 0.5, 1.0])

    result = torch.quantile(
        tensor(values, device), tensor(np.array([0, 0.25, 0.5, 0.75, 1]), device), interpolation=kind
    )

    close(result, np.sort(values), device=device)


def off_edges(seed, shape, dtype):
    """Odd multiples of 1/8 between -9 and 9: inside every bin whose edges are multiples of 1/4."""
    whole = np.random.default_rng(seed).integers(-36, 36, shape)
    return ((2 * whole + 1) / 8).astype(dtypes.in_numpy(dtype))


HISTOGRAMS = ((33,), (3, 40), (0,), (), (2, 3, 5), (70_001,))


@documents("torch.histc", "torch.Tensor.histc")
@pytest.mark.parametrize("shape", HISTOGRAMS, ids=str)
@pytest.mark.parametrize("layout", ["contiguous", "transposed", "stepped"])
@pytest.mark.dtypes(torch.float64, torch.float32)
def test_histc_counts_in_equal_bins(shape, layout, dtype, device):
    """torch.histc counts the elements in bins of one width from min to max, both included, and nothing else."""
    values = draw.laid_out(off_edges(7, shape, dtype), layout)
    values.flat[:5] = [-8, 8, 8.25, -8.25, np.inf]
    x = tensor(values, device)
    out = tensor(draw.laid_out(np.full(32, 7.0, values.dtype), layout), device)

    result = torch.histc(x, bins=32, min=-8, max=8)

    expected = statistics.histc(values, 32, -8, 8)
    close(result, expected, dtype=dtype, device=device)
    assert torch.histc(x, 32, -8, 8, out=out) is out
    agree(result, out, x.histc(32, -8, 8))


@documents("torch.histc", since="2.1")
@pytest.mark.parametrize("length", [1, 33])
@pytest.mark.dtypes(torch.float64, torch.float32)
def test_histc_leaves_nan_out(length, dtype, device):
    """torch.histc does not count NaN."""
    values = np.append(np.full(length, np.nan), [0.5, 1.5, 1.75]).astype(dtypes.in_numpy(dtype))

    close(torch.histc(tensor(values, device), 2, 0, 2), np.array([1.0, 2.0]), dtype=dtype, device=device)


@documents("torch.histc", "torch.histogram")
@pytest.mark.dtypes(torch.float64, torch.float32)
@given(seed=draw.seeds(), length=st.sampled_from((5, 33, 1025)), layout=st.sampled_from(draw.WRITABLE))
def test_the_range_is_that_of_the_data_by_default(seed, length, layout, dtype, device):
    """Without a range the bins of histc and histogram go from the smallest element to the largest, both counted."""
    values = off_edges(seed, (length,), dtype)
    values[:2] = [-9.5, 10.5]
    x = tensor(draw.laid_out(np.random.default_rng(seed).permutation(values), layout), device)

    expected = statistics.histogram(values, np.linspace(-9.5, 10.5, 41))
    close(torch.histc(x, 40), expected, dtype=dtype, device=device)
    close(torch.histogram(x, 40).hist, expected, dtype=dtype, device=device)
    close(torch.histogram(x, 40).bin_edges, np.linspace(-9.5, 10.5, 41), dtype=dtype, device=device)


#: Bins that differ in width, and equal ones.
EDGES = (np.array([-8.0, -4.0, -3.75, 0.5, 6.0, 8.0]), np.linspace(-8, 8, 17), np.array([-1.0, 2.0]))


@documents("torch.histogram", "torch.Tensor.histogram")
@pytest.mark.parametrize("density", [False, True])
@pytest.mark.parametrize("which", range(3))
@pytest.mark.dtypes(torch.float64, torch.float32)
@given(
    seed=draw.seeds(),
    shape=st.sampled_from(((33,), (3, 40), (7, 5, 3))),
    layouts=st.tuples(st.sampled_from(draw.WRITABLE), st.sampled_from(draw.WRITABLE)),
)
def test_histogram_adds_weights_between_edges(density, which, seed, shape, layouts, dtype, device):
    """torch.histogram adds the weights between each two edges; its density has the integral 1 over the bins."""
    edges = EDGES[which].astype(dtypes.in_numpy(dtype))
    values = draw.laid_out(off_edges(seed, shape, dtype), layouts[0])
    values.flat[0] = 0.125  # there is no density where no bin has any element
    weights = draw.laid_out(np.abs(draw.lattice(seed, shape)).astype(values.dtype) + 1, layouts[1])
    x, w, places = (tensor(part, device) for part in (values, weights, edges))

    weighed = torch.histogram(x, places, weight=w, density=density)

    expected = statistics.histogram(values, EDGES[which], weights, density)
    close(weighed.hist, expected, bound.rounded(expected, 4 * density), dtype=dtype, device=device)
    close(weighed.bin_edges, edges, device=device)
    counted = statistics.histogram(values, EDGES[which], None, density)
    found = torch.histogram(x, places, density=density).hist
    close(found, counted, bound.rounded(counted, 4 * density), dtype=dtype, device=device)
    agree(weighed.hist, x.histogram(places, weight=w, density=density).hist)


@documents("torch.histogram")
@pytest.mark.parametrize("layout", ["contiguous", "stepped"])
@pytest.mark.dtypes(torch.float64, torch.float32)
def test_histogram_takes_a_number_of_bins(layout, dtype, device):
    """torch.histogram with a number of bins makes equal ones over range=, and writes bins and edges into out=."""
    values = off_edges(1, (3, 400), dtype)
    x, edges = tensor(values, device), np.linspace(-4, 6, 21)
    out = tuple(tensor(draw.laid_out(np.zeros(side, values.dtype), layout), device) for side in (20, 21))

    result = torch.histogram(x, 20, range=(-4.0, 6.0))

    close(result.hist, statistics.histogram(values, edges), dtype=dtype, device=device)
    close(result.bin_edges, edges, dtype=dtype, device=device)
    torch.histogram(x, 20, range=(-4.0, 6.0), out=out)
    agree(result.hist, out[0])
    agree(result.bin_edges, out[1])


@documents("torch.histogramdd")
@pytest.mark.parametrize("density", [False, True])
@pytest.mark.parametrize("sides", [(4,), (4, 2), (2, 5, 2)], ids=str)
@pytest.mark.parametrize("shape", [(50,), (5, 20)], ids=str)
@pytest.mark.dtypes(torch.float64, torch.float32)
def test_histogramdd_counts_in_boxes(density, sides, shape, dtype, device):
    """torch.histogramdd counts rows in boxes with their left edges, the last with both, or adds weights."""
    points = np.round(numbers(5, (*shape, len(sides)), dtype) * 2) / 2
    weights = np.abs(draw.lattice(3, shape)).astype(points.dtype) + 1
    edges = [np.linspace(-1, 1, side + 1)[: side + 1] for side in sides]
    x, w, bins = (
        tensor(points, device),
        tensor(weights, device),
        [tensor(e.astype(points.dtype), device) for e in edges],
    )

    by_edges = torch.histogramdd(x, bins, weight=w, density=density)
    by_number = torch.histogramdd(x, list(sides), range=[-1.0, 1.0] * len(sides), weight=w, density=density)

    expected = statistics.histogramdd(points, edges, weights, density)
    limit = bound.rounded(expected, 6 * density)
    close(by_edges.hist, expected, limit, dtype=dtype, device=device)
    close(by_number.hist, expected, limit, dtype=dtype, device=device)
    for found, e in zip(by_number.bin_edges, edges):
        close(found, e, bound.Bound(4, 1.0, False), dtype=dtype, device=device)


@documents("torch.cov", "torch.Tensor.cov")
@pytest.mark.parametrize("correction", [0, 1, 2])
@pytest.mark.parametrize("weighed", ["by frequency", "by importance", "by both"])
@pytest.mark.dtypes(torch.float64, torch.float32)
@given(data=operands.seeded(hard=("one", "tie"), layouts=draw.WRITABLE), seed=draw.seeds())
def test_cov_weighs_observations(correction, weighed, data, seed, dtype, device):
    """torch.cov weighs observations by how often they count, by importance, or by the product of both."""
    (values,) = (sample(dtype) for sample in data((((3, 7),), ((2, 33),), ((4, 12),))))
    rng = np.random.default_rng(seed)
    often = rng.integers(1, 5, values.shape[1]) if weighed != "by importance" else None
    important = draw.cast(rng.uniform(0.5, 2, values.shape[1]), dtype) if weighed != "by frequency" else None
    options = {"fweights": often, "aweights": important, "correction": correction}

    result = torch.cov(tensor(values, device), **told(options, device))

    expected = oracle(statistics.cov, values, **options)
    limit = covaried(np.repeat(values, 2, axis=1))
    close(result, expected, limit._replace(scale=8 * limit.scale), dtype=dtype, device=device)
    agree(result, tensor(values, device).cov(**told(options, device)))


def told(options, device):
    """The options with tensors for arrays."""
    return {k: tensor(v, device) if isinstance(v, np.ndarray) else v for k, v in options.items()}


@documents("torch.cov", "torch.corrcoef")
@pytest.mark.dtypes(torch.int64, torch.int32, torch.uint8)
def test_integers_have_a_covariance(dtype, device):
    """The covariance and the correlation of integers are of the default dtype."""
    values = np.array([[0, 1, 2, 9], [2, 1, 0, 4], [5, 5, 1, 7]], dtypes.in_numpy(dtype))
    narrow = values.astype(np.float32)

    expected = oracle(statistics.cov, narrow)
    close(torch.cov(tensor(values, device)), expected, covaried(narrow), dtype=torch.float32, device=device)
    correlation = oracle(statistics.corrcoef, narrow)
    close(torch.corrcoef(tensor(values, device)), correlation, bound.Bound(64, 1.0), dtype=torch.float32, device=device)


@documents("torch.corrcoef", "torch.Tensor.corrcoef")
@pytest.mark.dtypes(torch.float64, torch.float32)
@given(seed=draw.seeds(), scale=st.sampled_from((1e-3, 1.0, 1e4)))
def test_correlations_stay_within_one(seed, scale, dtype, device):
    """torch.corrcoef is never beyond -1 and 1, also for rows that are multiples of each other."""
    row = numbers(seed, (33,), dtype)
    values = np.stack([row, draw.cast(scale * row, dtype), draw.cast(-scale * row / 3, dtype)])

    result = torch.corrcoef(tensor(values, device))

    signs = np.array([[1, 1, -1], [1, 1, -1], [-1, -1, 1]], float)
    close(result, signs, bound.Bound(256, 1.0), dtype=dtype, device=device)
    assert result.abs().max().item() <= 1


@documents("torch.aminmax", "torch.Tensor.aminmax")
@pytest.mark.dtypes(torch.float64, torch.float32, torch.int64, torch.uint8, torch.bool)
@given(sample=operands.singles(SHAPES), which=st.integers(0, 23), keepdim=st.booleans())
def test_aminmax_along_an_axis(sample, which, keepdim, dtype, device):
    """torch.aminmax along an axis is the smallest and the largest element of each row, NaN if one is NaN."""
    values = sample(dtype)
    x, dim, free = tensor(values, device, dtype), chosen(which, values.ndim), bound.Bound(0, 0, False)

    least, most = torch.aminmax(x, dim=dim, keepdim=keepdim)

    close(least, reduction.amin(values, dim, keepdim), free, dtype=dtype, device=device)
    close(most, reduction.amax(values, dim, keepdim), free, dtype=dtype, device=device)
    agree(least, x.aminmax(dim=dim, keepdim=keepdim).min)


@documents("torch.nanmedian", "torch.Tensor.nanmedian")
@pytest.mark.dtypes(torch.float64, torch.float32)
@given(
    sample=operands.singles(SHAPES, ("nan", "one", "nan", "nan", "inf"), layouts=draw.WRITABLE),
    which=st.integers(0, 23),
    keepdim=st.booleans(),
)
def test_nanmedian_leaves_nan_out(sample, which, keepdim, dtype, device):
    """torch.nanmedian is the lower median of what is not NaN, along an axis or of all, and NaN where none is left."""
    values = sample(dtype)
    x, dim = tensor(values, device), chosen(which, values.ndim)

    found, places = torch.nanmedian(x, dim, keepdim=keepdim)

    expected = statistics.nanquantile(values, 0.5, dim, keepdim, interpolation="lower")
    close(found, expected, bound.Bound(0, 0, False), device=device)
    whole = statistics.nanquantile(values, 0.5, interpolation="lower")
    close(torch.nanmedian(x), whole, bound.Bound(0, 0, False), device=device)
    assert places.dtype is torch.int64 and places.shape == found.shape


@documents("torch.logsumexp")
@pytest.mark.parametrize(
    ("elements", "value"),
    [
        ((-np.inf, -np.inf, -np.inf), -np.inf),
        ((-np.inf, 3.0, -np.inf), 3.0),
        ((np.inf, 1.0, 2.0), np.inf),
        ((np.inf, np.inf, -np.inf), np.inf),
        ((np.nan, 1.0, np.inf), np.nan),
        ((1000.0, 1000.0, 1000.0), 1000.0 + np.log(3)),
        ((-1000.0, -1000.0, -2000.0), -1000.0 + np.log(2)),
        ((), -np.inf),
    ],
    ids=str,
)
@pytest.mark.dtypes(torch.float64, torch.float32)
def test_logsumexp_neither_overflows_nor_underflows(elements, value, dtype, device):
    """torch.logsumexp is the logarithm of the sum where the exponentials are 0 or infinite, and -inf of nothing."""
    values = np.tile(np.array(elements, dtypes.in_numpy(dtype)), (5, 1))

    result = torch.logsumexp(tensor(values, device), 1)

    close(result, np.full(5, value), bound.rounded(np.full(5, value), 2), dtype=dtype, device=device)
