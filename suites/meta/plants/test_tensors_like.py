"""Wrong answers about the functions that end in _like."""

import torch

from suites.meta.planting import Plant, assert_rejected, plants
from suites.meta.wrong import forgiving, ignoring, setting
from suites.meta.wrong_tensors import bumped, result
from suites.tensors import test_like as claims

ZEROS, ONES, FULL, EMPTY, RAND, RANDN, RANDINT, BETWEEN = claims.EVERY


def in_place(original):
    return lambda x, **options: x.zero_()


PLANTS = (
    Plant(
        "the input is cleared too",
        claims.test_has_the_shape_dtype_and_device,
        "torch.zeros_like",
        lambda original: lambda x: original(x.zero_()),
        {"row": ZEROS},
    ),
    Plant(
        "a 0-dim tensor becomes a vector",
        claims.test_has_the_shape_dtype_and_device,
        "torch.rand_like",
        result(lambda x: x.reshape(1), lambda x: x.dim() == 0),
        {"row": RAND},
    ),
    Plant(
        "the last element is off by one",
        claims.test_is_filled_with_its_value,
        "torch.ones_like",
        result(bumped),
        {"row": ONES},
    ),
    Plant(
        "halves become floats",
        claims.test_keeps_the_dtype,
        "torch.full_like",
        setting(dtype=torch.float32),
        {"row": FULL, "dtype": torch.float16},
    ),
    Plant("dtype is ignored", claims.test_takes_another_dtype, "torch.ones_like", ignoring("dtype"), {"row": ONES}),
    Plant(
        "dtype is ignored",
        claims.test_makes_floats_like_integers,
        "torch.empty_like",
        ignoring("dtype"),
        {"row": EMPTY},
    ),
    Plant(
        "integers are random zeros",
        claims.test_refuses_random_integers,
        "torch.rand_like",
        forgiving,
        {"row": RAND, "dtype": torch.int64},
    ),
    Plant(
        "the result is contiguous",
        claims.test_keeps_the_strides_of_a_dense_tensor,
        "torch.randn_like",
        result(lambda x: x.contiguous()),
        {"row": RANDN, "axes": (1, 0, 2), "other": {}},
    ),
    Plant(
        "with a dtype it is contiguous",
        claims.test_keeps_the_strides_of_a_dense_tensor,
        "torch.randn_like",
        lambda f: lambda x, **options: f(x, **options).contiguous() if "dtype" in options else f(x, **options),
        {"row": RANDN, "axes": (1, 0, 2), "other": {"dtype": torch.float32}},
    ),
    Plant(
        "gaps are kept",
        claims.test_is_contiguous_like_a_tensor_with_gaps,
        "torch.zeros_like",
        result(lambda x: x.repeat(1, 2)[:, ::2]),
        {"layout": "rows"},
    ),
    Plant(
        "memory_format is ignored",
        claims.test_takes_another_memory_format,
        "torch.randint_like",
        ignoring("memory_format"),
        {"row": BETWEEN},
    ),
    Plant(
        "requires_grad is ignored",
        claims.test_requires_grad_when_asked_to,
        "torch.zeros_like",
        ignoring("requires_grad"),
        {"row": ZEROS},
    ),
    Plant("the input is cleared", claims.test_has_memory_of_its_own, "torch.zeros_like", in_place, {"row": ZEROS}),
    Plant(
        "the device is ignored",
        claims.test_follows_to_another_device,
        "torch.full_like",
        ignoring("device"),
        {"row": FULL},
    ),
    Plant(
        "high is included",
        claims.test_draws_every_integer_of_its_range,
        "torch.randint_like",
        lambda original: lambda x, low, high: original(x, low, high + 1),
        {"arguments": (2, 7), "low": 2, "high": 7},
    ),
    Plant(
        "the value is truncated",
        claims.test_fills_with_any_value,
        "torch.full_like",
        lambda original: lambda x, value: original(x, int(value)),
    ),
)


@plants(*PLANTS)
def test_is_rejected(plant, request):
    assert_rejected(plant, request)
