"""Wrong answers about tensors as Python values."""

import math

import torch

from suites.meta.planting import Plant, assert_rejected, plants
from suites.meta.wrong import forgiving
from suites.meta.wrong_tensors import constant, result
from suites.tensors import test_conversions as claims

TENSOR = "torch.Tensor"


def nan_is_false(original):
    return lambda self: False if self.numel() == 1 and bool(torch.isnan(self).item()) else original(self)


def truncated(original):
    return lambda self: int(self.item()) if self.numel() == 1 and self.is_floating_point() else original(self)


def broadcast(original):
    def wrong(x, y):
        try:
            return original(*torch.broadcast_tensors(x, y))
        except RuntimeError:
            return False

    return wrong


def nearly(original):
    return lambda x, y: torch.allclose(x, y)


def equal_nan(original):
    return lambda x, y: bool(((x == y) | (x.isnan() & y.isnan())).all())


PLANTS = (
    Plant("numbers are floats", claims.test_is_a_number, f"{TENSOR}.item", result(float), {"dtype": torch.int64}),
    Plant(
        "the first element is taken",
        claims.test_is_no_number_unless_it_has_one_element,
        f"{TENSOR}.item",
        forgiving,
        {"shape": (2,)},
    ),
    Plant(
        "integers pass through float64",
        claims.test_keeps_all_digits_of_integers,
        f"{TENSOR}.item",
        result(lambda n: int(float(n))),
        {"value": 2**53 + 1},
    ),
    Plant(
        "numbers are lists",
        claims.test_is_a_nested_list,
        f"{TENSOR}.tolist",
        result(lambda n: n if isinstance(n, list) else [n]),
    ),
    Plant(
        "fractions below 1 are false",
        claims.test_is_true_unless_zero,
        f"{TENSOR}.__bool__",
        lambda original: lambda self: bool(int(self.nan_to_num())),
    ),
    Plant(
        "NaN is false",
        claims.test_is_true_of_nan_and_small_numbers,
        f"{TENSOR}.__bool__",
        nan_is_false,
        {"value": math.nan},
    ),
    Plant("any is true", claims.test_is_neither_true_nor_false, "torch.is_nonzero", forgiving, {"shape": (2,)}),
    Plant(
        "numbers are rounded",
        claims.test_converts_to_python_numbers,
        f"{TENSOR}.__int__",
        lambda original: lambda self: round(self.item()),
    ),
    Plant(
        "the index is always 0",
        claims.test_is_an_index_if_integer,
        f"{TENSOR}.__index__",
        constant(0),
        {"dtype": torch.int32},
    ),
    Plant(
        "floats are truncated", claims.test_is_no_index_if_not_integer, f"{TENSOR}.__index__", truncated, {"value": 1.5}
    ),
    Plant(
        "empty tensors differ",
        claims.test_equals_a_copy,
        "torch.equal",
        result(lambda _: False, lambda x, y: not len(x.shape)),
    ),
    Plant("near is equal", claims.test_differs_where_one_element_does, "torch.equal", nearly),
    Plant(
        "shapes are broadcast", claims.test_differs_in_size, "torch.equal", broadcast, {"first": (2,), "second": (1,)}
    ),
    Plant("NaN equals NaN", claims.test_differs_at_nan_and_not_at_signed_zero, "torch.equal", equal_nan),
    Plant(
        "rows come in reverse",
        claims.test_is_iterated_by_its_first_side,
        f"{TENSOR}.__iter__",
        lambda original: lambda self: iter(self.flip(0).unbind()),
    ),
)


@plants(*PLANTS)
def test_is_rejected(plant, request):
    assert_rejected(plant, request)
