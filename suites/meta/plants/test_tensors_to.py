"""Wrong answers about Tensor.to and the casts."""

import pytest
import torch

from suites.meta.planting import Plant, assert_rejected, plants
from suites.meta.wrong_tensors import bumped, result
from suites.tensors import test_to as claims

TO = "torch.Tensor.to"
CASTS = {row.name: row for row in claims.CASTS}


def casting(target, change):
    """Casts to one dtype are changed; the kit's moves between devices are not."""

    def plant(original):
        def wrong(self, *args, **options):
            found = original(self, *args, **options)
            return change(self, found) if target in args or options.get("dtype") is target else found

        return wrong

    return plant


def always_new(original):
    return lambda self, *args, **options: original(self, *args, **{**options, "copy": True})


def never_new(original):
    return lambda self, *args, **options: original(self, *args, **{k: v for k, v in options.items() if k != "copy"})


def device_alone(original):
    """Of a device and a dtype the dtype is forgotten."""
    return lambda self, *args, **options: original(self, args[0]) if len(args) > 1 else original(self, *args, **options)


def to_nearest(self, found):
    return found.copy_(self.double().round())


def to_zero(self, found):
    """Ties and everything else are cut off and not rounded."""
    cut = found.double()
    step = torch.nextafter(found, torch.zeros_like(found)) if found.numel() else found
    return torch.where(cut.abs() > self.double().abs(), step, found)


def largest(self, found):
    return found.clamp(-torch.finfo(found.dtype).max, torch.finfo(found.dtype).max)


def magnitude(self, found):
    return self.abs().clone().to(found.dtype, copy=True) if self.is_complex() else found


def conjugated(self, found):
    return found.conj().resolve_conj() + (0 if self.is_complex() else 1j)


def saturated(self, found):
    return found.clamp(max=100)


PLANTS = (
    Plant(
        "a copy is made",
        claims.test_is_self_where_nothing_changes,
        TO,
        always_new,
        {"form": "to(other)", "layout": "transposed"},
    ),
    Plant(
        "copy is ignored",
        claims.test_is_a_copy_where_asked_for,
        TO,
        never_new,
        {"form": "to(dtype)", "layout": "stepped"},
    ),
    Plant(
        "self is cleared",
        claims.test_is_a_copy_where_something_changes,
        TO,
        casting(torch.float32, lambda self, found: (self.zero_(), found)[1]),
    ),
    Plant(
        "the last element is off by one",
        claims.test_goes_to_a_device_and_back,
        "torch.Tensor.cpu",
        result(lambda x: x if x.dtype is not torch.float32 else bumped(x)),
        {"dtype": torch.float32},
    ),
    Plant("a copy is made", claims.test_is_self_on_the_cpu, "torch.Tensor.cpu", result(torch.clone)),
    Plant("the dtype is forgotten", claims.test_moves_and_casts_at_once, TO, device_alone),
    Plant(
        "the copy is contiguous",
        claims.test_preserves_the_memory_format,
        TO,
        casting(torch.float32, lambda self, found: found.contiguous()),
        {"axes": (3, 1, 0, 2)},
    ),
    Plant(
        "the result is detached",
        claims.test_carries_the_gradient,
        TO,
        casting(torch.float64, lambda self, found: (found * 2) if self.requires_grad else found),
    ),
    Plant(
        "integers are views of what requires grad",
        claims.test_stops_the_gradient_at_integers,
        TO,
        casting(torch.int64, lambda self, found: self),
        {"dtype": torch.int64},
    ),
    Plant(
        "short is int",
        claims.test_casts_as_to_does,
        "torch.Tensor.short",
        lambda original: torch.Tensor.int,
        {"row": CASTS["short"]},
    ),
    Plant(
        "NaN is false",
        claims.test_is_true_where_not_zero,
        TO,
        casting(torch.bool, lambda self, found: found & ~self.isnan()),
    ),
    Plant(
        "the imaginary part is ignored",
        claims.test_is_true_where_a_part_is_not_zero,
        TO,
        casting(torch.bool, lambda self, found: self.real != 0),
        {"dtype": torch.complex64},
    ),
    Plant(
        "numbers are rounded",
        claims.test_truncates_towards_zero,
        TO,
        casting(torch.int64, to_nearest),
        {"dtype": torch.int64},
    ),
    Plant(
        "integers are cut off",
        claims.test_rounds_integers,
        TO,
        casting(torch.float16, to_zero),
        {"dtype": torch.float16},
    ),
    Plant(
        "numbers are cut off",
        claims.test_rounds_to_nearest,
        TO,
        casting(torch.float16, to_zero),
        {"dtype": torch.float16},
    ),
    Plant(
        "overflow gives the largest number",
        claims.test_overflows_to_infinity,
        TO,
        casting(torch.float16, largest),
        {"target": "float16", "value": -1e6, "size": 40},
    ),
    Plant(
        "ties are cut off",
        claims.test_rounds_ties_to_even_in_half_precision,
        "torch.Tensor.half",
        lambda original: lambda self: to_zero(self, original(self)),
    ),
    Plant("the magnitude is taken", claims.test_discards_the_imaginary_part, TO, casting(torch.float32, magnitude)),
    Plant(
        "real numbers become imaginary too",
        claims.test_has_no_imaginary_part_yet,
        TO,
        casting(torch.complex64, conjugated),
        {"dtype": torch.complex64},
    ),
    Plant(
        "integers saturate at 100",
        claims.test_keeps_integers_in_range,
        TO,
        casting(torch.int16, saturated),
        {"dtype": torch.int16},
    ),
    Plant(
        "parts are exchanged",
        claims.test_chalf_casts_both_parts,
        "torch.Tensor.chalf",
        lambda original: lambda self: original(self * 1j),
    ),
)


@plants(*PLANTS)
@pytest.mark.filterwarnings("ignore:ComplexHalf support is experimental")
def test_is_rejected(plant, request):
    assert_rejected(plant, request)
