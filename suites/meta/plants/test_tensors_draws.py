"""Wrong answers about torch.randint, randperm and multinomial."""

import torch

from suites.meta.planting import Plant, assert_rejected, plants
from suites.meta.wrong import forgiving
from suites.meta.wrong_tensors import result
from suites.tensors import test_draws as claims

RANDINT, RANDPERM, MULTINOMIAL = "torch.randint", "torch.randperm", "torch.multinomial"


def with_a_duplicate(x):
    x = x.clone()
    x[:1] = x[1:2]
    return x


def with_replacement(original):
    return lambda weights, count, **options: original(weights, count, replacement=True)


def alike(original):
    """All indices with a weight are drawn alike."""
    return lambda weights, *rest, **options: original((weights > 0).to(weights.dtype), *rest, **options)


def for_the_first_row(original):
    return lambda weights, *rest, **options: original(weights[:1].expand(weights.shape), *rest, **options)


PLANTS = (
    Plant(
        "high is included",
        claims.test_draws_each_integer_alike,
        RANDINT,
        lambda original: lambda low, high, size, **options: original(low, high + 1, size, **options),
        {"low": 3, "high": 10},
    ),
    Plant(
        "low is left out",
        claims.test_draws_negative_integers,
        RANDINT,
        lambda original: lambda low, high, size, **options: original(low + 10, high, size, **options),
    ),
    Plant(
        "the low bits are 0",
        claims.test_draws_from_wide_ranges,
        RANDINT,
        result(lambda x: x // 256 * 256),
        {"low": 0, "high": 2**40},
    ),
    Plant(
        "the range begins at 1",
        claims.test_begins_at_zero_unless_told_otherwise,
        RANDINT,
        lambda original: lambda high, size, **options: original(1, high, size, **options),
    ),
    Plant("an empty range gives zeros", claims.test_refuses_an_empty_range, RANDINT, forgiving, {"arguments": (5, 5)}),
    Plant(
        "one value comes twice",
        claims.test_is_a_permutation,
        RANDPERM,
        result(with_a_duplicate, lambda n, **_: n > 100),
        {"dtype": torch.int64},
    ),
    Plant(
        "only rotations are drawn",
        claims.test_draws_each_permutation_alike,
        RANDPERM,
        lambda original: lambda n, **o: torch.arange(n).roll(int(original(n, **o)[0])),
    ),
    Plant(
        "the identity is drawn",
        claims.test_leaves_no_place_preferred,
        RANDPERM,
        result(lambda x: x.sort().values),
        {"n": 100},
    ),
    Plant("weights are ignored", claims.test_draws_indices_by_weight, MULTINOMIAL, alike),
    Plant("the first row counts for all", claims.test_draws_for_each_row, MULTINOMIAL, for_the_first_row),
    Plant("indices come twice", claims.test_draws_no_index_twice, MULTINOMIAL, with_replacement, {"shape": (30, 40)}),
    Plant("weights are ignored", claims.test_draws_the_heavy_first, MULTINOMIAL, alike),
    Plant(
        "any weights are taken",
        claims.test_refuses_weights_that_are_no_distribution,
        MULTINOMIAL,
        forgiving,
        {"weights": [-1.0, 2.0]},
    ),
    Plant("indices come twice", claims.test_refuses_more_draws_than_indices, MULTINOMIAL, with_replacement),
)


@plants(*PLANTS)
def test_is_rejected(plant, request):
    assert_rejected(plant, request)
