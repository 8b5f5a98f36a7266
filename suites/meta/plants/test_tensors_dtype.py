"""Wrong answers about dtypes and their limits."""

import types

import torch

from suites.meta.planting import Plant, assert_rejected, plants
from suites.meta.wrong import forgiving
from suites.meta.wrong_tensors import constant
from suites.tensors import test_dtype as claims

FINFO, IINFO = "torch.finfo", "torch.iinfo"


def limits(**changed):
    """Some limits are wrong: each is a function of the right one."""

    def plant(original):
        def wrong(*dtype):
            found = original(*dtype)
            right = {name: getattr(found, name) for name in dir(found) if not name.startswith("_")}
            return types.SimpleNamespace(**{**right, **{k: change(right[k]) for k, change in changed.items()}})

        return wrong

    return plant


PLANTS = (
    Plant("long is int32", claims.test_has_a_second_name, "torch.long", constant(torch.int32), {"name": "int64"}),
    Plant(
        "eps is the unit roundoff",
        claims.test_knows_the_limits_of_floating_numbers,
        FINFO,
        limits(eps=lambda eps: eps / 2),
    ),
    Plant(
        "bfloat16 has the range of float16",
        claims.test_knows_the_limits_of_half_numbers,
        FINFO,
        limits(max=lambda _: 65504.0),
        {"dtype": torch.bfloat16},
    ),
    Plant(
        "the default is float32",
        claims.test_knows_the_limits_of_parts_and_of_the_default,
        FINFO,
        lambda original: lambda dtype=torch.float32: original(dtype),
    ),
    Plant(
        "integers are symmetric",
        claims.test_knows_the_limits_of_integers,
        IINFO,
        limits(min=lambda low: low + 1),
        {"dtype": torch.int8},
    ),
    Plant("floats are taken", claims.test_knows_limits_of_one_kind, IINFO, forgiving, {"dtype": torch.float32}),
    Plant(
        "the default is float64", claims.test_is_float32_at_first, "torch.get_default_dtype", constant(torch.float64)
    ),
    Plant(
        "the default is not set",
        claims.test_is_set,
        "torch.set_default_dtype",
        constant(None),
        {"dtype": torch.float64},
    ),
    Plant(
        "integers are passed over",
        claims.test_is_never_integral,
        "torch.set_default_dtype",
        forgiving,
        {"dtype": torch.int64},
    ),
    Plant(
        "pairs of double are single",
        claims.test_pairs_floats_as_complex_numbers,
        "torch.view_as_complex",
        lambda original: lambda x: original(x).to(torch.complex64),
        {"dtype": torch.float64},
    ),
)


@plants(*PLANTS)
def test_is_rejected(plant, request):
    assert_rejected(plant, request)
