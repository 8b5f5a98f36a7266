"""Wrong answers of names that stand for other functions, and of functions of lists."""

import torch

from suites.meta import wrong
from suites.meta.planting import Plant, assert_rejected, plants
from suites.operators import test_aliases as aliases
from suites.operators import test_foreach as foreach

ALIAS = {row.name: row for row in (*aliases.ONE, *aliases.TWO, *aliases.TRUTH)}
EACH = {row.name: row for row in foreach.ROWS}


def all_but_the_last(original):
    """The last tensor of the list is passed over."""
    return lambda tensors: [*original(tensors[:-1]), tensors[-1].clone()]


def of_copies(original):
    """The function in place works on copies."""
    return lambda tensors: original([tensor.clone() for tensor in tensors])


PLANTS = (
    Plant(
        "exchanged",
        aliases.test_stands_for_the_function,
        "torch.arctan2",
        wrong.swapped,
        {"row": ALIAS["arctan2"]},
    ),
    Plant(
        "or equal",
        aliases.test_stands_for_the_function,
        "torch.greater",
        lambda f: torch.ge,
        {"row": ALIAS["greater"]},
    ),
    Plant(
        "outside",
        aliases.test_writes_in_place,
        "torch.Tensor.negative_",
        wrong.outside,
        {"row": ALIAS["negative"], "layout": "stepped"},
    ),
    Plant(
        "not written",
        aliases.test_writes_into_a_stepped_tensor,
        "torch.fix",
        wrong.ignoring_out,
        {"row": ALIAS["fix"]},
    ),
    Plant(
        "through float64",
        aliases.test_integers_stay_exact,
        "torch.subtract",
        lambda f: lambda x, y: f(x.double(), y.double()).long(),
        {"row": ALIAS["subtract"], "dtype": torch.int64},
    ),
    Plant(
        "alpha is ignored",
        aliases.test_keywords_are_those_of_the_function,
        "torch.subtract",
        wrong.ignoring("alpha"),
    ),
    Plant(
        "all but the last",
        foreach.test_applies_to_each_tensor,
        "torch._foreach_exp",
        all_but_the_last,
        {"row": EACH["exp"]},
    ),
    Plant("of copies", foreach.test_writes_into_each_tensor, "torch._foreach_sqrt_", of_copies, {"row": EACH["sqrt"]}),
    Plant(
        "of the first one's dtype",
        foreach.test_lists_mix_dtypes,
        "torch._foreach_sin",
        lambda f: lambda tensors: [result.to(tensors[0].dtype) for result in f(tensors)],
        {"row": EACH["sin"]},
    ),
    Plant(
        "of the last one's dtype",
        foreach.test_integers_become_the_default_dtype,
        "torch._foreach_cos",
        lambda f: lambda tensors: [result.to(tensors[-1].dtype) for result in f(tensors)],
        {"row": EACH["cos"], "dtype": torch.int64},
    ),
    Plant(
        "all but the last",
        foreach.test_zero_fills_each_tensor,
        "torch._foreach_zero_",
        lambda f: lambda tensors: f(tensors[:-1]),
    ),
)


@plants(*PLANTS)
def test_is_rejected(plant, request):
    assert_rejected(plant, request)
