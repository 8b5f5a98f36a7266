"""Wrong answers of reductions, scans and orders."""

import torch

from suites.meta import wrong
from suites.meta.planting import Plant, assert_rejected, plants
from suites.operators import test_every_place as places
from suites.operators import test_extremes as extremes
from suites.operators import test_item as item
from suites.operators import test_reduction as reduction

ROW = {row.title or row.name: row for row in reduction.ROWS}
T = "torch.Tensor."


def dropping(original):
    """With more than 32 values the last is dropped."""
    return lambda x, *a, **k: original(x.reshape(-1)[:-1] if x.numel() > 32 and not (a or k) else x, *a, **k)


def restarting(original):
    """After 128 values the sum starts again."""

    def wrong_sum(x, dim, **kwargs):
        result = original(x, dim, **kwargs)
        if result.shape[dim] > 128:
            result.narrow(dim, 128, result.shape[dim] - 128).sub_(result.narrow(dim, 127, 1).clone())
        return result

    return wrong_sum


REDUCTION = (
    Plant(
        "dim=-1 is dim=-2",
        reduction.test_reduces_every_axis_of_three,
        "torch.sum",
        lambda f: lambda x, dim, keepdim: f(x, -2 if dim == -1 and x.ndim > 2 else dim, keepdim=keepdim),
        {"row": ROW["sum"], "layout": "contiguous", "dtype": torch.float64},
    ),
    Plant(
        "in storage order",
        reduction.test_reduces_every_axis_of_three,
        "torch.amax",
        lambda f: lambda x, dim, keepdim: f(x.as_strided(x.shape, (20, 5, 1)), dim, keepdim=keepdim),
        {"row": ROW["amax"], "layout": "transposed", "dtype": torch.float64},
    ),
    Plant(
        "correction is 1",
        reduction.test_reduces_the_axes_it_is_given,
        "torch.var",
        lambda f: lambda x, dim, keepdim, correction: f(x, dim, keepdim=keepdim, correction=1),
        {"row": ROW["var of all"]},
    ),
    Plant(
        "all are counted",
        reduction.test_reduces_the_axes_it_is_given,
        "torch.mean",
        lambda f: lambda x, dim, keepdim: f(x, dim, keepdim=keepdim) / 2,
        {"row": ROW["mean"]},
    ),
    Plant(
        "inf is NaN",
        reduction.test_reduces_all_elements,
        "torch.nansum",
        lambda f: lambda x: f(x.nan_to_num(0.0, 0.0, 0.0)),
        {"row": ROW["nansum"]},
    ),
    Plant(
        "zeros are skipped",
        reduction.test_prod_multiplies_all_elements,
        "torch.prod",
        lambda f: lambda x: f(x.masked_fill(x == 0, 1)),
    ),
    Plant("the last is dropped", reduction.test_sums_are_exact_on_integers, T + "sum", dropping, {"length": 33}),
    Plant("off", reduction.test_halves_add_up_exactly, T + "sum", wrong.off, {"length": 33, "dtype": torch.bfloat16}),
    Plant(
        "signs are lost",
        reduction.test_prod_multiplies_along_an_axis,
        "torch.prod",
        lambda f: lambda x, dim, keepdim: f(x, dim, keepdim=keepdim).abs(),
    ),
    Plant(
        "NaN is false",
        reduction.test_any_and_all_give_bool,
        "torch.all",
        lambda f: lambda x, *a, **k: f(x.nan_to_num(), *a, **k),
        {"name": "all"},
    ),
    Plant(
        "bool",
        reduction.test_any_and_all_of_uint8_are_uint8,
        "torch.any",
        lambda f: lambda x, *d, **options: f(x, *d, **options).bool(),
        {"name": "any"},
    ),
    Plant("off", reduction.test_count_nonzero_counts, "torch.count_nonzero", wrong.off),
    Plant("NaN spreads", reduction.test_nanmean_leaves_nan_out, "torch.nanmean", lambda f: torch.mean),
    Plant(
        "cast after",
        reduction.test_dtype_casts_before_the_reduction,
        "torch.sum",
        lambda f: lambda x, d, dtype: f(x, d),
        {"name": "sum", "given": "int32", "dtype": torch.float32},
    ),
    Plant(
        "cast", reduction.test_means_refuse_integers, "torch.mean", wrong.first, {"name": "mean", "dtype": torch.int64}
    ),
    Plant("zero", reduction.test_nothing_has_a_sum_and_a_product_but_no_largest, "torch.amax", wrong.first),
    Plant("biased", reduction.test_spread_is_corrected_by_default, T + "var", lambda f: lambda x: f(x, correction=0)),
    Plant(
        "the mean loses a side",
        reduction.test_spread_and_mean_along_axes,
        "torch.var_mean",
        lambda f: lambda x, d, **k: (f(x, d, **k)[0], f(x, d, **k)[1].squeeze()),
        {"axis": 0, "keepdims": True, "correction": 1},
    ),
    Plant("an int", item.test_the_guide_turns_a_sum_into_a_number, T + "item", lambda f: lambda s: int(f(s))),
    Plant(
        "a float",
        item.test_item_is_a_python_number,
        T + "item",
        lambda f: lambda s: float(f(s)),
        {"dtype": "int64", "kind": int, "shape": ()},
    ),
    Plant("the first", item.test_item_refuses_several_elements, T + "item", lambda f: lambda s: 0.0, {"shape": (2,)}),
    Plant(
        "through a float",
        item.test_item_keeps_every_digit,
        T + "item",
        lambda f: lambda s: int(float(f(s))),
        {"number": 2**53 + 1},
    ),
)
PLACES = (
    Plant("the tail of a vector", places.test_one_element_decides_wherever_it_lies, "torch.amin",
          lambda f: lambda x, *a: f(x, *a) if a or x.numel() < 17 else f(x[:-1]),
          {"name": "amin", "dtype": torch.float32}),
    Plant("NaN is not true", places.test_what_is_not_zero_is_true, "torch.any",
          lambda f: lambda x, *a: f(x.nan_to_num(nan=0.0), *a), {"name": "any", "dtype": torch.float32}),
)  # fmt: skip
EXTREMES = (
    Plant(
        "another place", extremes.test_extremes_come_with_their_places, "torch.max", wrong.misplaced, {"name": "max"}
    ),
    Plant(
        "the last is ignored",
        extremes.test_extremes_of_all_elements,
        "torch.amin",
        lambda f: lambda x: f(x.reshape(-1)[: max(1, x.numel() // 16 * 16)]),
    ),
    Plant(
        "another place",
        extremes.test_places_of_extremes,
        "torch.argmax",
        lambda f: lambda x, *a, **k: f(-x, *a, **k),
        {"name": "argmax", "dtype": torch.float64},
    ),
    Plant(
        "the last",
        extremes.test_the_first_of_equal_extremes_is_taken,
        "torch.argmax",
        lambda f: lambda x, *a: f(x, *a) if a else x.numel() - 1 - f(x.reshape(-1).flip(0)),
        {"name": "argmax"},
    ),
    Plant(
        "the upper",
        extremes.test_the_median_is_the_lower_of_two,
        "torch.median",
        lambda f: lambda x, *a, **k: f(x, *a, **k) if a else x.reshape(-1).sort()[0][x.numel() // 2],
    ),
    Plant(
        "the k-th largest",
        extremes.test_kthvalue_counts_from_the_smallest,
        "torch.kthvalue",
        lambda f: lambda x, k, d, keepdim: f(x, x.shape[d] + 1 - k, d, keepdim=keepdim),
        {"dtype": torch.float64},
    ),
    Plant(
        "the rarest", extremes.test_the_mode_is_the_most_frequent, "torch.mode", lambda f: lambda x, d: torch.max(x, d)
    ),
    Plant(
        "weights are ignored",
        extremes.test_bincount_counts_or_adds_weights,
        "torch.bincount",
        lambda f: lambda x, *w, minlength: f(x, minlength=minlength),
    ),
    Plant(
        "the last",
        extremes.test_the_place_is_that_of_the_first_of_equals,
        "torch.max",
        lambda f: lambda x, dim: (f(x, dim)[0], x.shape[dim] - 1 - f(x.flip(dim), dim)[1]),
        {"name": "max"},
    ),
    Plant("starts again", extremes.test_sums_and_products_so_far, "torch.cumsum", restarting, {"name": "cumsum"}),
    Plant("starts again", extremes.test_sums_so_far_round_like_sums, "torch.cumsum", restarting),
    Plant(
        "the first place",
        extremes.test_extremes_so_far_come_with_their_places,
        "torch.cummax",
        wrong.misplaced,
        {"name": "cummax", "dtype": torch.float64},
    ),
    Plant("no logarithm", extremes.test_logarithms_of_sums_so_far, "torch.logcumsumexp", lambda f: torch.cumsum),
    Plant(
        "cast after",
        extremes.test_scans_cast_first,
        "torch.cumsum",
        lambda f: lambda x, d, dtype: f(x, d),
        {"name": "cumsum"},
    ),
    Plant(
        "anything goes",
        extremes.test_an_axis_out_of_range_raises,
        "torch.cumsum",
        wrong.first,
        {"name": "cumsum", "axis": 2},
    ),
    Plant(
        "signs are lost",
        extremes.test_an_axis_counts_from_either_end,
        "torch.prod",
        lambda f: lambda x, d: f(x, d).abs() if d < 0 else f(x, d),
        {"name": "prod", "axis": 1, "layout": "stepped"},
    ),
    Plant(
        "the k-th largest",
        extremes.test_an_axis_with_places_counts_from_either_end,
        "torch.kthvalue",
        lambda f: lambda x, k, dim: f(x, x.shape[dim] + 1 - k if dim < 0 else k, dim),
        {"name": "kthvalue", "axis": 1, "layout": "stepped"},
    ),
    Plant("once", extremes.test_an_axis_named_twice_raises, "torch.sum", wrong.first),
    Plant(
        "off",
        extremes.test_dist_is_the_norm_of_the_difference,
        "torch.dist",
        wrong.slightly,
        {"order": 2, "dtype": torch.float64},
    ),
)
PLANTS = REDUCTION + PLACES + EXTREMES


@plants(*PLANTS)
def test_is_rejected(plant, request):
    assert_rejected(plant, request)
