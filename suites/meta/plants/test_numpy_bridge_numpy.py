"""Wrong answers about Tensor.numpy."""

import weakref

import numpy as np
import torch

from suites.meta.planting import Plant, assert_rejected, plants
from suites.numpy_bridge import test_numpy as claims
from suites.numpy_bridge import test_numpy_refuses as refusals

TARGET = "torch.Tensor.numpy"


def instead(change):
    """numpy() of a tensor that something was done to first."""
    return lambda original: lambda self, **options: original(change(self), **options)


def then(change):
    """numpy() whose array something is done to."""
    return lambda original: lambda self, **options: change(original(self, **options))


def frees_with_the_tensor(original):
    def wrong(self, **options):
        array = original(self, **options)
        weakref.finalize(self, array.fill, 0)
        return array

    return wrong


def frees_with_the_array(original):
    def wrong(self, **options):
        array = original(self, **options)
        weakref.finalize(array, self.detach().zero_)
        return array

    return wrong


def read_only(array):
    array.flags.writeable = False
    return array


def undetached(original):
    """numpy(force=True) that forgets to detach for good: the tensor itself stops requiring grad."""
    return lambda self, **options: original(self.requires_grad_(self.requires_grad and not options), **options)


PLANTS = (
    Plant("the tensor is copied", claims.test_shares_memory_both_ways, TARGET, then(np.copy)),
    Plant(
        "bytes are copied",
        claims.test_shares_memory_in_every_dtype,
        TARGET,
        then(lambda array: array.copy() if array.dtype == np.uint8 else array),
        {"dtype": torch.uint8},
    ),
    Plant(
        "the array is in row-major order",
        claims.test_keeps_values_shape_dtype_and_strides,
        TARGET,
        instead(lambda tensor: tensor.contiguous()),
    ),
    Plant(
        "a scalar instead of an array without dimensions",
        claims.test_keeps_values_shape_dtype_and_strides,
        TARGET,
        then(lambda array: array[()]),
    ),
    Plant(
        "the last element of a large tensor is lost",
        claims.test_shares_all_of_a_large_tensor,
        TARGET,
        then(lambda array: np.concatenate([array[:-1], array[-1:]]) if array.size > 4096 else array),
    ),
    Plant("arrays of views are read-only", claims.test_a_view_gives_an_array_inside_the_whole, TARGET, then(read_only)),
    Plant("each array is a copy", claims.test_gives_the_same_memory_each_time, TARGET, then(np.copy)),
    Plant("the addition is not seen", claims.test_sees_what_is_added_in_place, TARGET, then(np.copy)),
    Plant(
        "uint32 becomes int64",
        claims.test_keeps_wide_unsigned_integers,
        TARGET,
        then(lambda array: array.astype(np.int64) if array.dtype == np.uint32 else array),
        {"unsigned": "uint32"},
    ),
    Plant("the tensor is not held", claims.test_array_outlives_the_tensor, TARGET, frees_with_the_tensor),
    Plant("the array frees the memory", claims.test_tensor_outlives_the_array, TARGET, frees_with_the_array),
    Plant(
        "integers",
        claims.test_prints_as_the_guide_shows,
        TARGET,
        then(lambda array: array.astype(int)),
    ),
    Plant("the change is not seen", claims.test_prints_a_change_as_the_guide_shows, TARGET, then(np.copy)),
    Plant(
        "a leaf is detached",
        refusals.test_refuses_a_leaf_that_requires_grad,
        TARGET,
        instead(lambda tensor: tensor.detach()),
    ),
    Plant(
        "a result is detached",
        refusals.test_refuses_a_result_that_requires_grad,
        TARGET,
        instead(lambda tensor: tensor if tensor.is_leaf else tensor.detach()),
    ),
    Plant(
        "the conjugate bit is resolved unasked",
        refusals.test_refuses_the_conjugate_bit,
        TARGET,
        instead(lambda tensor: tensor.resolve_conj()),
        {"dtype": torch.complex64},
    ),
    Plant(
        "the negative bit is resolved unasked",
        refusals.test_refuses_the_negative_bit,
        TARGET,
        instead(lambda tensor: tensor.resolve_neg()),
        {"dtype": torch.complex64},
    ),
    Plant(
        "bfloat16 becomes float32",
        refusals.test_refuses_dtypes_that_numpy_lacks,
        TARGET,
        instead(lambda tensor: tensor.float() if tensor.dtype is torch.bfloat16 else tensor),
        {"kind": "bfloat16", "shape": (3, 5)},
    ),
    Plant(
        "eight bits become bytes",
        refusals.test_refuses_floats_of_eight_bits,
        TARGET,
        instead(lambda tensor: tensor.view(torch.uint8) if tensor.dtype is torch.float8_e5m2 else tensor),
        {"kind": "float8_e5m2", "shape": (3, 5)},
    ),
    Plant(
        "a sparse tensor becomes dense",
        refusals.test_refuses_sparse_layouts,
        TARGET,
        instead(lambda tensor: tensor.to_dense() if tensor.is_sparse else tensor),
    ),
    Plant(
        "a tensor without values gives zeros",
        refusals.test_converts_on_the_cpu_alone,
        TARGET,
        instead(lambda tensor: torch.zeros(tensor.shape) if tensor.is_meta else tensor),
    ),
    Plant(
        "the copy is of another dtype",
        refusals.test_converts_after_a_copy_to_the_cpu,
        TARGET,
        then(lambda array: array.astype(np.float64)),
    ),
    Plant(
        "force copies always",
        refusals.test_force_shares_what_can_be_shared,
        TARGET,
        lambda original: lambda self, force=False: np.copy(original(self, force=force)) if force else original(self),
    ),
    Plant("force detaches the tensor itself", refusals.test_force_shares_what_can_be_shared, TARGET, undetached),
    Plant(
        "force loses the conjugate bit",
        refusals.test_force_resolves_the_conjugate_bit,
        TARGET,
        instead(lambda tensor: tensor.conj() if tensor.is_conj() else tensor),
        {"dtype": torch.complex64},
    ),
    Plant(
        "force loses the negative bit",
        refusals.test_force_resolves_the_negative_bit,
        TARGET,
        instead(lambda tensor: tensor._neg_view() if tensor.is_neg() else tensor),
        {"dtype": torch.complex64},
    ),
    Plant(
        "force loses the negative bit",
        refusals.test_force_equals_the_long_way,
        TARGET,
        lambda original: lambda self, force=False: original(self.detach()._neg_view() if force else self),
        {"dtype": torch.complex64},
    ),
    Plant(
        "force converts bfloat16",
        refusals.test_force_refuses_dtypes_that_numpy_lacks,
        TARGET,
        lambda original: lambda self, force=False: original(self.float() if force else self),
        {"shape": (3, 5)},
    ),
)


@plants(*PLANTS)
def test_is_rejected(plant, request):
    assert_rejected(plant, request)
