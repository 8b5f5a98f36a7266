"""Wrong answers where torch does not keep a claim about operators: it holds of a mended torch, and rejects them."""

import torch

from suites.meta import wrong
from suites.meta.planting import Plant, Repair, assert_rejected_once_mended, plants
from suites.operators import test_comparison as comparison
from suites.operators import test_contraction as contraction
from suites.operators import test_extremes as extremes


def of_contiguous_tensors(original):
    """The function of contiguous tensors, which it is right for."""
    return lambda x, *rest: original(x.contiguous(), *(r if isinstance(r, int) else r.contiguous() for r in rest))


def of_wide_integers(original):
    """The function of integers that hold every number in question."""

    def right(x, *numbers):
        result = original(x.long(), *numbers)
        return result.to(x.dtype) if result.dtype is torch.int64 else result

    return right


REPAIRS = {
    "torch.kron": of_contiguous_tensors,
    "torch.median": of_contiguous_tensors,
    "torch.lt": of_wide_integers,
    "torch.clamp": of_wide_integers,
}
PLANTS = (
    Plant("exchanged", contraction.test_kron_takes_any_strides, "torch.kron", wrong.swapped),
    Plant(
        "one more",
        extremes.test_the_median_of_one_element_repeated_is_that_element,
        "torch.median",
        wrong.off,
        {"name": "median", "length": 5},
    ),
    Plant(
        "or equal",
        comparison.test_compares_with_numbers_beyond_its_dtype,
        "torch.lt",
        lambda f: lambda x, number: f(x, number + 1),
        {"row": comparison.COMPARISONS[2], "dtype": torch.int8},
    ),
    Plant(
        "the upper limit alone",
        comparison.test_clamp_takes_limits_beyond_the_dtype,
        "torch.clamp",
        lambda f: lambda x, low, high: f(x, None, high),
        {"limits": (0, 256), "dtype": torch.int8},
    ),
    Plant(
        "the lower limit alone",
        comparison.test_clamp_of_bytes_takes_limits_below_zero,
        "torch.clamp",
        lambda f: lambda x, low, high: f(x, low),
        {"limits": (-5, 200)},
    ),
)


@plants(*PLANTS)
def test_is_rejected_by_a_claim_that_holds_once_torch_is_mended(plant, request):
    assert_rejected_once_mended(plant, Repair(plant.target, REPAIRS[plant.target]), request)
