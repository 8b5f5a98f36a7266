"""Wrong answers about the methods that begin with new_."""

import torch

from suites.meta.planting import Plant, assert_rejected, plants
from suites.meta.wrong import ignoring, setting
from suites.meta.wrong_tensors import result
from suites.tensors import test_new as claims

ZEROS, ONES, FULL, EMPTY = claims.EVERY
TENSOR = "torch.Tensor"


def shared(original):
    return lambda self, data, **options: data.detach()


PLANTS = (
    Plant(
        "integers become floats",
        claims.test_takes_dtype_and_device_of_its_tensor,
        f"{TENSOR}.new_zeros",
        setting(dtype=torch.float32),
        {"row": ZEROS, "dtype": torch.int64},
    ),
    Plant(
        "halves become floats",
        claims.test_keeps_the_dtype,
        f"{TENSOR}.new_full",
        setting(dtype=torch.float32),
        {"row": FULL, "dtype": torch.float16},
    ),
    Plant(
        "dtype is ignored",
        claims.test_takes_another_dtype,
        f"{TENSOR}.new_ones",
        ignoring("dtype"),
        {"row": ONES, "dtype": torch.int64},
    ),
    Plant(
        "a side is lost", claims.test_makes_room_without_values, f"{TENSOR}.new_empty", result(lambda x: x.reshape(-1))
    ),
    Plant(
        "strides are ignored",
        claims.test_makes_room_with_strides,
        f"{TENSOR}.new_empty_strided",
        result(lambda x: x.contiguous()),
    ),
    Plant(
        "requires_grad is ignored",
        claims.test_requires_grad_when_asked_to,
        f"{TENSOR}.new_zeros",
        ignoring("requires_grad"),
        {"row": ZEROS},
    ),
    Plant(
        "the device is ignored",
        claims.test_goes_to_another_device,
        f"{TENSOR}.new_empty",
        ignoring("device"),
        {"row": EMPTY},
    ),
    Plant(
        "the dtype is inferred",
        claims.test_reads_data_in_the_dtype_of_self,
        f"{TENSOR}.new_tensor",
        lambda original: lambda self, data: torch.tensor(data),
    ),
    Plant("the tensor is shared", claims.test_copies_a_tensor, f"{TENSOR}.new_tensor", shared),
)


@plants(*PLANTS)
def test_is_rejected(plant, request):
    assert_rejected(plant, request)
