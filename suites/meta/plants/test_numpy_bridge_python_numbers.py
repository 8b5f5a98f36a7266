"""Wrong answers about item, tolist and Python's conversions."""

import torch

from suites.meta.planting import Plant, assert_rejected, plants
from suites.numpy_bridge import test_python_numbers as claims

ITEM, TOLIST = "torch.Tensor.item", "torch.Tensor.tolist"


def three_digits(original):
    """item that rounds half precision to three decimal digits."""
    return lambda self: float(f"{original(self):.3g}") if self.dtype is torch.float16 else original(self)


def through_double(original):
    return lambda self: int(float(original(self)))


def detached(original):
    """item that makes the tensor stop requiring grad."""
    return lambda self: original(self.requires_grad_(False))


PLANTS = (
    Plant(
        "half precision has three digits", claims.test_item_is_the_number, ITEM, three_digits, {"dtype": torch.float16}
    ),
    Plant(
        "a boolean is an integer",
        claims.test_item_is_the_number,
        ITEM,
        lambda original: lambda self: int(original(self)),
        {"dtype": torch.bool},
    ),
    Plant(
        "int64 goes through double precision",
        claims.test_tolist_has_all_numbers,
        TOLIST,
        lambda original: lambda self: original(self.double().long()),
        {"dtype": torch.int64},
    ),
    Plant(
        "the numbers come in reverse",
        claims.test_tolist_has_all_numbers,
        TOLIST,
        lambda original: lambda self: original(self.flatten().flip(0).reshape(self.shape)),
    ),
    Plant(
        "bfloat16 has three digits",
        claims.test_bfloat16_keeps_all_digits,
        ITEM,
        lambda original: lambda self: float(f"{original(self):.2g}"),
    ),
    Plant(
        "empty dimensions vanish",
        claims.test_tolist_nests_as_the_dimensions_do,
        TOLIST,
        lambda original: lambda self: original(self) if self.numel() else [],
    ),
    Plant(
        "a number comes in a list",
        claims.test_tolist_of_no_dimensions_is_a_number,
        TOLIST,
        lambda original: lambda self: original(self.reshape(1)),
    ),
    Plant(
        "unsigned becomes signed",
        claims.test_wide_unsigned_integers_keep_all_digits,
        TOLIST,
        lambda original: lambda self: original(self.view(torch.int64)),
        {"unsigned": "uint64"},
    ),
    Plant(
        "int64 goes through double precision",
        claims.test_integers_beyond_double_precision_keep_all_digits,
        ITEM,
        through_double,
    ),
    Plant(
        "float goes through half precision",
        claims.test_python_converts_as_item_does,
        "torch.Tensor.__float__",
        lambda original: lambda self: original(self.half()),
    ),
    Plant(
        "small numbers are false",
        claims.test_python_converts_as_item_does,
        "torch.Tensor.__bool__",
        lambda original: lambda self: original(self.abs() > 1e-30),
    ),
    Plant("the tensor is detached", claims.test_item_takes_tensors_that_require_grad, ITEM, detached),
    Plant(
        "the bits are ignored",
        claims.test_resolves_conjugate_and_negative_bits,
        TOLIST,
        lambda original: lambda self: original(self._neg_view() if self.is_neg() else self),
    ),
    Plant(
        "the first of several comes back",
        claims.test_item_refuses_any_other_number_of_elements,
        ITEM,
        lambda original: lambda self: original(self.flatten()[0]) if self.numel() else 0.0,
    ),
)


@plants(*PLANTS)
def test_is_rejected(plant, request):
    assert_rejected(plant, request)
