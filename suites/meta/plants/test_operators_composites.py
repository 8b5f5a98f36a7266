"""Wrong answers of statistics, calculus and vectors."""

import math

import torch

from suites.meta import wrong
from suites.meta.planting import Plant, Repair, assert_rejected, assert_rejected_once_mended, plants
from suites.operators import composites as table
from suites.operators import test_calculus as calculus
from suites.operators import test_composites as composites
from suites.operators import test_statistics as statistics
from suites.operators import test_vectors as vectors

ROW = {str(row): row for row in table.ROWS}
T = "torch.Tensor."
INT, SINGLE, DOUBLE = ({"dtype": dtype} for dtype in (torch.int64, torch.float32, torch.float64))


def twice_the_gradient(original):
    """The value is right, its gradient twice what it is."""
    return lambda x, *args, **kwargs: 2 * original(x, *args, **kwargs) - original(x.detach(), *args, **kwargs)


def twice_the_gradients(original):
    """The same of a function with several results."""
    return lambda x, **kwargs: [2 * r - s for r, s in zip(original(x, **kwargs), original(x.detach(), **kwargs))]


def a_tenth_more(original):
    """Half-precision results are a tenth too large."""
    return lambda *args, **kwargs: original(*args, **kwargs) * 1.1


COMPOSITES = (
    Plant(
        "correction is 1",
        composites.test_follows_the_formula,
        "torch.cov",
        wrong.ignoring("correction"),
        {"row": ROW["torch.cov(correction=0)"]},
    ),
    Plant(
        "towards the end",
        composites.test_follows_the_formula,
        "torch.nn.functional.cosine_similarity",
        wrong.slightly,
        {"row": ROW["torch.nn.functional.cosine_similarity(y, x)"]},
    ),
    Plant("off", composites.test_the_method_is_the_function, T + "diff", wrong.off, {"row": ROW["torch.diff"]}),
    Plant(
        "not written",
        composites.test_writes_into_out,
        "torch.cross",
        wrong.ignoring_out,
        {"row": ROW["torch.cross(y, x, dim=-1)"], "layout": "stepped"},
    ),
    Plant(
        "not resized",
        composites.test_resizes_an_empty_tensor,
        "torch.quantile",
        wrong.ignoring_out,
        {"row": ROW["torch.quantile(q=0.25)"]},
    ),
    Plant(
        "twice the gradient",
        composites.test_has_the_gradient_of_its_formula,
        "torch.corrcoef",
        twice_the_gradient,
        {"row": ROW["torch.corrcoef"], "which": 0},
    ),
    Plant(
        "a tenth more",
        composites.test_halves_follow_the_formula,
        "torch.trapezoid",
        a_tenth_more,
        {"row": ROW["torch.trapezoid"], "dtype": torch.bfloat16},
    ),
    Plant(
        "the last",
        composites.test_large_tensors_follow_the_formula,
        "torch.diff",
        wrong.last,
        {"row": ROW["torch.diff"]},
    ),
)
STATISTICS = (
    Plant(
        "the upper of two",
        statistics.test_quantiles_lie_between_two_elements,
        "torch.quantile",
        lambda f: lambda *args, interpolation: f(*args, interpolation="higher"),
        {"kind": "lower"},
    ),
    Plant(
        "NaN spreads",
        statistics.test_nanquantile_leaves_nan_out,
        "torch.nanquantile",
        lambda f: torch.quantile,
        {"kind": "linear"},
    ),
    Plant(
        "the other way round",
        statistics.test_several_quantiles_come_first,
        "torch.quantile",
        lambda f: lambda x, q, *rest: f(x, q.flip(0) if q.ndim else q, *rest),
        {"name": "quantile", "dim": 1, "keepdim": True},
    ),
    Plant(
        "the largest number",
        statistics.test_a_quantile_at_an_element_is_that_element,
        "torch.quantile",
        lambda f: lambda *args, **kwargs: f(*args, **kwargs).nan_to_num(),
        {"kind": "lower"},
    ),
    Plant(
        "open at the right end",
        statistics.test_histc_counts_in_equal_bins,
        "torch.histc",
        lambda f: lambda x, *args, **kwargs: f(x.masked_fill(x == 8, 9.0), *args, **kwargs),
        {"shape": (33,), "layout": "contiguous"},
    ),
    Plant(
        "0 for NaN",
        statistics.test_histc_leaves_nan_out,
        "torch.histc",
        lambda f: lambda x, *args: f(x.nan_to_num(), *args),
        {"length": 33},
    ),
    Plant(
        "a range of its own",
        statistics.test_the_range_is_that_of_the_data_by_default,
        "torch.histc",
        lambda f: lambda x, bins: f(x, bins, -10, 10.5),
    ),
    Plant(
        "weights are ignored",
        statistics.test_histogram_adds_weights_between_edges,
        "torch.histogram",
        wrong.ignoring("weight"),
        {"density": False, "which": 0},
    ),
    Plant(
        "counts for a density",
        statistics.test_histogram_adds_weights_between_edges,
        "torch.histogram",
        wrong.ignoring("density"),
        {"density": True, "which": 1},
    ),
    Plant(
        "the range is ignored",
        statistics.test_histogram_takes_a_number_of_bins,
        "torch.histogram",
        wrong.ignoring("range"),
        {"layout": "contiguous"},
    ),
    Plant(
        "weights are ignored",
        statistics.test_histogramdd_counts_in_boxes,
        "torch.histogramdd",
        wrong.ignoring("weight"),
        {"density": False, "sides": (4, 2), "shape": (50,)},
    ),
    Plant(
        "importance is ignored",
        statistics.test_cov_weighs_observations,
        "torch.cov",
        wrong.ignoring("aweights"),
        {"correction": 1, "weighed": "by both"},
    ),
    Plant("float64", statistics.test_integers_have_a_covariance, "torch.cov", wrong.double, INT),
    Plant("more than 1", statistics.test_correlations_stay_within_one, "torch.corrcoef", wrong.slightly),
    Plant(
        "0 for NaN",
        statistics.test_aminmax_along_an_axis,
        "torch.aminmax",
        lambda f: lambda x, **kwargs: f(x.nan_to_num(), **kwargs),
    ),
    Plant("NaN spreads", statistics.test_nanmedian_leaves_nan_out, "torch.nanmedian", lambda f: torch.median),
    Plant(
        "overflows",
        statistics.test_logsumexp_neither_overflows_nor_underflows,
        "torch.logsumexp",
        lambda f: lambda x, dim: x.exp().sum(dim).log(),
        {"elements": (1000.0, 1000.0, 1000.0), "value": 1000 + math.log(3)},
    ),
)
CALCULUS = (
    Plant("nothing before", calculus.test_diff_extends_before_it_subtracts, "torch.diff", wrong.ignoring("prepend")),
    Plant(
        "through float32",
        calculus.test_differences_of_integers_are_exact,
        "torch.diff",
        lambda f: lambda x, n: f(x.float(), n).long(),
        INT,
    ),
    Plant("the input", calculus.test_nothing_is_left_of_too_many_differences, "torch.diff", wrong.first, {"n": 3}),
    Plant(
        "lines at the ends",
        calculus.test_gradient_takes_coordinates,
        "torch.gradient",
        wrong.ignoring("edge_order"),
        {"order": 2},
    ),
    Plant(
        "axes in their own order",
        calculus.test_gradient_takes_steps,
        "torch.gradient",
        wrong.ignoring("dim"),
        {"order": 1},
    ),
    Plant(
        "cut off",
        calculus.test_gradient_of_other_dtypes,
        "torch.gradient",
        lambda f: lambda x, **kwargs: [r.trunc() for r in f(x, **kwargs)],
        INT,
    ),
    Plant(
        "twice the gradient",
        calculus.test_gradient_is_differentiable,
        "torch.gradient",
        twice_the_gradients,
        {"dim": 0, "order": 1},
    ),
    Plant(
        "halves are cut off",
        calculus.test_the_rule_takes_integers,
        "torch.trapezoid",
        lambda f: lambda y: f(y).floor(),
        {"name": "trapezoid", **INT},
    ),
    Plant("off", calculus.test_trapz_is_trapezoid, "torch.trapz", wrong.off),
)
VECTORS = (
    Plant(
        "the euclidean norm",
        vectors.test_renorm_shortens_what_is_too_long,
        "torch.renorm",
        lambda f: lambda x, p, *rest, **kwargs: f(x, 2.0, *rest, **kwargs),
        {"p": 1.0},
    ),
    Plant(
        "how much they differ",
        vectors.test_pdist_of_order_zero_counts_differences,
        "torch.nn.functional.pdist",
        lambda f: lambda x, p: f(x, 1.0),
    ),
    Plant(
        "eps is ignored",
        vectors.test_equal_vectors_are_eps_apart,
        "torch.nn.functional.pairwise_distance",
        wrong.ignoring("eps"),
    ),
    Plant(
        "signs are lost",
        vectors.test_similarity_tells_directions,
        "torch.nn.functional.cosine_similarity",
        lambda f: lambda *args, **kwargs: f(*args, **kwargs).abs(),
    ),
    Plant(
        "eps is ignored",
        vectors.test_short_vectors_are_divided_by_eps,
        "torch.nn.functional.cosine_similarity",
        wrong.ignoring("eps"),
    ),
    Plant("exchanged", vectors.test_cross_takes_any_axis_of_three, "torch.cross", wrong.swapped, DOUBLE),
    Plant(
        "from 1",
        vectors.test_segments_are_reduced_from_a_start,
        "torch.segment_reduce",
        lambda f: lambda *args, initial, **kwargs: f(*args, initial=1.0, **kwargs),
        {"reduce": "sum", "lengths": (1, 0, 4)},
    ),
    Plant(
        "sums",
        vectors.test_segments_have_means,
        "torch.segment_reduce",
        lambda f: lambda data, reduce, **kwargs: f(data, "sum", **kwargs),
    ),
    Plant("off", vectors.test_sum_to_size_undoes_broadcasting, T + "sum_to_size", wrong.off, DOUBLE),
)
#: Of a torch that does broadcast.
MENDED = (
    Plant(
        "off",
        calculus.test_the_places_may_have_more_axes_than_the_values,
        "torch.trapezoid",
        wrong.off,
        {"name": "trapezoid"},
    ),
)
PLANTS = (*COMPOSITES, *STATISTICS, *CALCULUS, *VECTORS, *MENDED)


@plants(*COMPOSITES, *STATISTICS, *CALCULUS, *VECTORS)
def test_is_rejected(plant, request):
    assert_rejected(plant, request)


@plants(*MENDED)
def test_is_rejected_once_torch_is_mended(plant, request):
    repair = Repair("torch.trapezoid", lambda f: lambda y, x: f(y.expand(x.shape), x))

    assert_rejected_once_mended(plant, repair, request)
