"""Wrong answers about forms of arguments that few ask tensors for."""

import pytest
import torch

from suites.meta.planting import Plant, assert_rejected, plants
from suites.meta.wrong_tensors import result
from suites.tensors import test_attributes as attributes
from suites.tensors import test_autocast as autocast
from suites.tensors import test_device as device
from suites.tensors import test_draws as draws
from suites.tensors import test_factories as factories
from suites.tensors import test_keywords as keywords
from suites.tensors import test_ranges as ranges
from suites.tensors import test_to as to
from suites.tensors import test_triangles as triangles

T = "torch.Tensor."


def last_repeated(original):
    """Beyond 40 000 values the last is that before it."""

    def wrong(*args, **options):
        found = original(*args, **options)
        return torch.cat([found[:-1], found[-2:-1]]) if found.numel() > 40_000 else found

    return wrong


PLANTS = (
    Plant("row by row", attributes.test_knows_the_order_of_its_dimensions, T + "dim_order",
          lambda f: lambda x: tuple(range(x.dim())), {"axes": (0, 2, 1, 3)}),
    Plant("strides do not count", attributes.test_is_known_as_a_tensor, T + "is_set_to",
          lambda f: lambda x, y: x.data_ptr() == y.data_ptr() and x.shape == y.shape),
    Plant("the storage counts", attributes.test_knows_its_bytes, T + "nbytes",
          lambda f: property(lambda x: x.untyped_storage().nbytes() if 0 in x.stride() else x.numel() * x.itemsize)),
    Plant("not cast", autocast.test_casts_the_inputs_of_a_function_of_ones_own, "torch.amp.custom_fwd",
          lambda f: lambda *args, cast_inputs=None, **options: f(*args, **options), {"cast": torch.float32}),
    Plant("0", device.test_has_no_values_on_the_meta_device, T + "item", lambda f: lambda x: 0,
          {"ask": lambda x: x.item()}),
    Plant("the shape of the first", device.test_computes_shapes_on_the_meta_device, "torch.add",
          lambda f: lambda x, y: f(x, x)),
    Plant("the lowest is never drawn", draws.test_draws_every_integer_of_its_range, "torch.randint",
          lambda f: lambda low, high, *args, **options: f(min(low + 1, high - 1), high, *args, **options),
          {"low": -3, "high": 0, "dtype": torch.int64}),
    Plant("row by row", factories.test_makes_room_in_an_order, "torch.empty_permuted",
          lambda f: lambda size, order, **options: torch.empty(size, dtype=options["dtype"], device=options["device"]),
          {"order": (1, 2, 0)}),
    Plant("a number has none", keywords.test_a_number_has_a_place_without_columns, "torch.argwhere",
          result(lambda found: found[:0], lambda x: x.dim() == 0), {"value": 1}),
    Plant("invert is ignored", keywords.test_isin_takes_a_number_on_either_side, "torch.isin",
          lambda f: lambda x, y, invert: f(x, y, invert=invert and torch.is_tensor(x) and torch.is_tensor(y)),
          {"number": 2, "invert": True}),
    Plant("the first row alone", keywords.test_masks_are_stretched, "torch.masked_select",
          lambda f: lambda x, mask: f(x, mask)[: f(x, mask).numel() // 2 + 1], {"shape": (4,)}),
    Plant("a tensor is 0", keywords.test_narrow_starts_at_a_number_or_a_tensor, T + "narrow",
          lambda f: lambda x, dim, at, length: f(x, dim, 0 if torch.is_tensor(at) else at, length),
          {"dim": 1, "start": -1}),
    Plant("multiply adds", keywords.test_scatter_adds_or_multiplies, T + "scatter_",
          lambda f: lambda *args, reduce: f(*args, reduce="add"), {"dim": 0, "reduce": "multiply", "number": False}),
    Plant("not beyond the end", keywords.test_tensor_split_takes_any_places, "torch.tensor_split",
          lambda f: lambda x, at, dim: f(x, tuple(min(place, x.shape[dim] - 1) for place in at), dim),
          {"places": (1, 9), "form": tuple}),
    Plant("the last again", ranges.test_counts_through_the_whole_dtype, "torch.arange",
          lambda f: lambda *args, **options: f(*args, **options).clamp(max=125), {"step": 1, "dtype": torch.int8}),
    Plant("the last again", ranges.test_has_every_value_of_a_long_interval, "torch.linspace", last_repeated,
          {"end": 70_000}),
    Plant("cut off", to.test_casts_any_number_as_to_does, T + "bfloat16",
          lambda f: lambda x: f((x.float().view(torch.int32) & -65536).view(torch.float32)),
          {"row": next(row for row in to.CASTS if row.name == "bfloat16"), "dtype": torch.float16}),
    Plant("through single", to.test_keeps_every_digit_between_double_and_long, T + "long",
          lambda f: lambda x: f(x.float()), {"size": 33}),
    Plant("it never wraps", triangles.test_fills_the_diagonal, T + "fill_diagonal_",
          lambda f: lambda x, value, wrap=False: f(x, value),
          {"shape": (7, 3), "layout": "contiguous", "wrap": True, "dtype": torch.int32}),
    Plant("bools are left", triangles.test_keeps_the_upper_triangle, "torch.triu",
          lambda f: lambda x, diagonal=0: x.clone() if x.dtype is torch.bool else f(x, diagonal),
          {"dtype": torch.bool}),
    Plant("by the order of memory", factories.test_writes_the_identity_into_out, "torch.eye",
          lambda f: lambda n, m, out: torch.as_strided(out, (n * m,), (1,)).copy_(f(n, m).reshape(-1)) is None or out),
)  # fmt: skip


@pytest.mark.filterwarnings("ignore:The reduce argument of torch.scatter:UserWarning")
@plants(*PLANTS)
def test_is_rejected(plant, request):
    """Each claim holds of torch and fails of the plant."""
    assert_rejected(plant, request)
