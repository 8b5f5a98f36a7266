"""Wrong answers about torch.from_numpy."""

import weakref

import numpy as np
import torch

from suites.meta.planting import Plant, assert_rejected, plants
from suites.numpy_bridge import test_from_numpy as claims

TARGET = "torch.from_numpy"


def copies(original):
    return lambda array: original(array.copy())


def copies_when(condition):
    """from_numpy copies the arrays that a condition holds for."""
    return lambda original: lambda array: original(array.copy() if condition(array) else array)


def forgets_the_owner(original):
    """from_numpy whose memory is given to someone else when the array goes."""

    def wrong(array):
        memory = array.copy()
        weakref.finalize(array, memory.fill, 0)
        return original(memory)

    return wrong


def never_lets_go(original, kept=[]):  # noqa: B006 - it is meant to keep
    return lambda array: (kept.append(array), original(array))[1]


PLANTS = (
    Plant("the array is copied", claims.test_shares_memory_both_ways, TARGET, copies),
    Plant(
        "a transposed array is copied",
        claims.test_shares_memory_both_ways,
        TARGET,
        copies_when(lambda array: not array.flags.c_contiguous),
    ),
    Plant(
        "half precision is copied",
        claims.test_shares_memory_in_every_dtype,
        TARGET,
        copies_when(lambda array: array.dtype == np.float16),
        {"dtype": torch.float16},
    ),
    Plant(
        "the result is contiguous",
        claims.test_keeps_values_shape_dtype_and_strides,
        TARGET,
        lambda original: lambda array: original(array).contiguous(),
    ),
    Plant(
        "int32 becomes int64",
        claims.test_keeps_values_shape_dtype_and_strides,
        TARGET,
        lambda original: lambda array: original(array.astype(np.int64) if array.dtype == np.int32 else array),
        {"dtype": torch.int32},
    ),
    Plant(
        "an array without dimensions gets one",
        claims.test_keeps_values_shape_dtype_and_strides,
        TARGET,
        lambda original: lambda array: original(array.reshape(1) if array.ndim == 0 else array),
    ),
    Plant(
        "large arrays are copied",
        claims.test_shares_all_of_a_large_array,
        TARGET,
        copies_when(lambda array: array.size > 4096),
    ),
    Plant(
        "the result requires grad",
        claims.test_makes_a_leaf_without_gradient,
        TARGET,
        lambda original: lambda array: original(array).requires_grad_(),
    ),
    Plant(
        "a part of an array is copied",
        claims.test_a_view_gives_a_tensor_inside_the_whole,
        TARGET,
        copies_when(lambda array: array.base is not None),
    ),
    Plant("what NumPy adds is not seen", claims.test_sees_what_numpy_adds, TARGET, copies),
    Plant("what NumPy adds is not seen", claims.test_prints_as_the_guide_shows, TARGET, copies),
    Plant(
        "single precision",
        claims.test_prints_as_the_guide_shows,
        TARGET,
        lambda original: lambda array: original(array.view(np.int64)).view(torch.float64).float(),
    ),
    Plant(
        "uint16 becomes int32",
        claims.test_keeps_wide_unsigned_integers,
        TARGET,
        lambda original: lambda array: original(array.astype(np.int32) if array.dtype == np.uint16 else array),
        {"unsigned": "uint16"},
    ),
    Plant(
        "growing moves the tensor elsewhere",
        claims.test_is_not_resizable,
        "torch.Tensor.resize_",
        lambda original: lambda self, *size: original(self.clone(), *size),
    ),
    Plant("the owner is not held", claims.test_tensor_outlives_the_array, TARGET, forgets_the_owner),
    Plant("the owner is held for ever", claims.test_tensor_outlives_the_array, TARGET, never_lets_go),
    Plant("the owner is not held", claims.test_a_view_outlives_the_array_and_the_tensor, TARGET, forgets_the_owner),
    Plant("the array is copied", claims.test_there_and_back_is_the_same_memory, TARGET, copies),
)


@plants(*PLANTS)
def test_is_rejected(plant, request):
    assert_rejected(plant, request)
