"""Wrong answers about the dtypes of autocast."""

import torch

from suites.meta.planting import Plant, assert_rejected, plants
from suites.operators import test_every_autocast as laws
from suites.operators.catalogue import CALLS


def at(name):
    return {"row": next(call for call in (*CALLS, *laws.MORE) if call.name == name)}


def untouched(original):
    """Autocast is off for this one."""

    def function(*args, **options):
        with torch.autocast("cpu", enabled=False):
            return original(*args, **options)

    return function


def cast_back(original):
    """It is computed in the dtype of its arguments, and its result cast."""

    def function(x, *args, **options):
        with torch.autocast("cpu", enabled=False):
            result = original(x, *args, **options)
        return result.float() if torch.is_autocast_enabled() or x.dtype is torch.bfloat16 else result

    return function


def doubly_rounded(original):
    """The arguments are rounded to half of the digits of bfloat16."""

    def function(x, *args, **options):
        return original((x * 8).round() / 8, *args, **options)

    return function


PLANTS = (
    Plant("stays in float32", laws.test_computes_in_lower_precision, "torch.nn.functional.conv2d", untouched,
          at("nn.functional.conv2d")),
    Plant("rounded only where it is float32", laws.test_computes_in_lower_precision, "torch.mm",
          lambda f: lambda x, y: (doubly_rounded(f) if x.dtype is torch.float32 else f)(x, y), at("mm")),
    Plant("stays in bfloat16", laws.test_computes_in_float32, "torch.prod", untouched, at("prod")),
    Plant("cast afterwards", laws.test_computes_in_float32, "torch.nn.functional.mse_loss", cast_back,
          at("nn.functional.mse_loss")),
    Plant("by the first", laws.test_joins_in_the_widest_dtype, "torch.cat",
          lambda f: lambda parts: f([part.to(parts[0].dtype) for part in parts]), {"wide": 2}),
)  # fmt: skip


@plants(*PLANTS)
def test_is_rejected(plant, request):
    assert_rejected(plant, request)
