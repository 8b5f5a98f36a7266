"""Wrong answers about tensors of a shape."""

import torch

from suites.meta.planting import Plant, assert_rejected, plants
from suites.meta.wrong import forgiving, ignoring, setting
from suites.meta.wrong_tensors import arguments, bumped, copied_out, result
from suites.tensors import test_factories as claims

ZEROS, ONES, FULL, EMPTY, RAND, RANDN = claims.EVERY


def not_cleared(original):
    def wrong(*args, out=None, **options):
        return original(*args, **options) if out is None else out

    return wrong


def ones_added(original):
    """The ones are written, the rest is left as it was."""

    def wrong(*args, out, **options):
        out.diagonal().fill_(1)
        return out

    return wrong


PLANTS = (
    Plant(
        "sides are reversed",
        claims.test_has_the_shape_of_a_sequence,
        "torch.ones",
        lambda original: lambda shape, **options: original(tuple(shape)[::-1], **options),
        {"row": ONES},
    ),
    Plant(
        "only the first side counts",
        claims.test_has_the_shape_of_its_arguments,
        "torch.rand",
        lambda original: lambda first, *rest, **options: original(first, **options),
        {"row": RAND},
    ),
    Plant(
        "the last element is off by one",
        claims.test_is_filled_with_its_value,
        "torch.full",
        result(bumped),
        {"row": FULL},
    ),
    Plant(
        "the last element is off by one",
        claims.test_is_filled_in_the_dtype_asked_for,
        "torch.zeros",
        result(bumped),
        {"row": ZEROS},
    ),
    Plant(
        "the last element is off by one",
        claims.test_is_filled_with_integers,
        "torch.ones",
        result(bumped),
        {"row": claims.Factory("ones", (), 1), "dtype": torch.int8},
    ),
    Plant(
        "the default dtype is float32",
        claims.test_takes_the_default_dtype,
        "torch.zeros",
        arguments(lambda *shape, **options: (shape, {"dtype": torch.float32, **options})),
        {"row": ZEROS, "dtype": torch.float64},
    ),
    Plant(
        "requires_grad is ignored",
        claims.test_requires_grad_when_asked_to,
        "torch.zeros",
        ignoring("requires_grad"),
        {"row": ZEROS},
    ),
    Plant(
        "integers are random zeros",
        claims.test_refuses_random_integers,
        "torch.randn",
        forgiving,
        {"row": RANDN, "dtype": torch.int64},
    ),
    Plant("negative sides are empty", claims.test_refuses_negative_sides, "torch.empty", forgiving, {"row": EMPTY}),
    Plant(
        "out is not cleared",
        claims.test_writes_into_out,
        "torch.zeros",
        not_cleared,
        {"row": ZEROS, "layout": "transposed"},
    ),
    Plant("out is left as it was", claims.test_gives_an_empty_out_its_shape, "torch.ones", copied_out, {"row": ONES}),
    Plant("out is left as it was", claims.test_writes_samples_into_out, "torch.rand", copied_out, {"row": RAND}),
    Plant(
        "the result is remembered",
        claims.test_makes_new_memory_each_time,
        "torch.zeros",
        lambda original: (lambda first: lambda *args, **options: first)(original(2, 3)),
        {"row": ZEROS},
    ),
    Plant(
        "integers become floats",
        claims.test_infers_the_dtype_of_the_fill_value,
        "torch.full",
        setting(dtype=torch.float32),
        {"row": claims.FILLS[2]},
    ),
    Plant(
        "floats are float32",
        claims.test_fills_in_the_default_dtype,
        "torch.full",
        setting(dtype=torch.float32),
        {"row": claims.Fill(0.1, torch.float64)},
    ),
    Plant(
        "memory_format is ignored", claims.test_makes_room_in_a_memory_format, "torch.empty", ignoring("memory_format")
    ),
    Plant(
        "strides are ignored",
        claims.test_makes_room_with_strides,
        "torch.empty_strided",
        result(lambda x: x.contiguous()),
    ),
    Plant(
        "ones are one column to the right",
        claims.test_has_ones_on_the_diagonal,
        "torch.eye",
        result(lambda x: x.roll(1, 1)),
    ),
    Plant(
        "dtype is ignored",
        claims.test_represents_one_in_the_dtype_asked_for,
        "torch.eye",
        ignoring("dtype"),
        {"dtype": torch.int64},
    ),
    Plant(
        "one column too many",
        claims.test_is_square_unless_told_otherwise,
        "torch.eye",
        lambda original: lambda n, **options: original(n, n + 1, **options),
    ),
    Plant("out is not cleared", claims.test_writes_the_identity_into_out, "torch.eye", ones_added),
)


@plants(*PLANTS)
def test_is_rejected(plant, request):
    assert_rejected(plant, request)
