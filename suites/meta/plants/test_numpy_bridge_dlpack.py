"""Wrong answers about DLPack."""

import weakref

import torch

from suites.meta.planting import Plant, assert_rejected, plants
from suites.numpy_bridge import test_dlpack as claims

IMPORT, EXPORT = "torch.from_dlpack", "torch.Tensor.__dlpack__"


def instead(change):
    """An export of a tensor that something was done to first."""
    return lambda original: lambda self, **options: original(change(self), **options)


def copies(original):
    return lambda thing, **options: original(thing, **options).clone()


def frees(original):
    """An import whose memory is given to someone else when the array goes."""

    def wrong(array):
        tensor = original(array).clone()
        weakref.finalize(array, tensor.zero_)
        return tensor

    return wrong


def frees_with_the_tensor(original):
    def wrong(self, **options):
        memory = self.clone()
        weakref.finalize(self, memory.zero_)
        return original(memory, **options)

    return wrong


PLANTS = (
    Plant(
        "the strides are those of a contiguous tensor",
        claims.test_from_dlpack_shares_memory_with_an_array,
        IMPORT,
        lambda original: lambda array: original(array).contiguous(),
    ),
    Plant(
        "an array without dimensions gets one",
        claims.test_from_dlpack_keeps_values_shape_dtype_and_strides,
        IMPORT,
        lambda original: lambda array: original(array.reshape(-1)) if array.ndim == 0 else original(array),
    ),
    Plant("arrays are copied", claims.test_from_dlpack_shares_memory_with_an_array, IMPORT, copies),
    Plant("tensors are copied", claims.test_from_dlpack_shares_memory_with_a_tensor, IMPORT, copies),
    Plant(
        "the tensor is copied into the capsule",
        claims.test_a_capsule_shares_memory,
        "torch.utils.dlpack.to_dlpack",
        lambda original: lambda tensor: original(tensor.clone()),
    ),
    Plant(
        "the array is in row-major order",
        claims.test_numpy_gets_values_shape_dtype_and_strides,
        EXPORT,
        instead(lambda tensor: tensor.contiguous()),
    ),
    Plant(
        "NumPy gets a copy",
        claims.test_numpy_sees_writes_to_the_tensor,
        EXPORT,
        instead(lambda tensor: tensor.clone()),
        {"dtype": torch.int64},
    ),
    Plant(
        "booleans become bytes",
        claims.test_exchanges_booleans,
        EXPORT,
        instead(lambda tensor: tensor.byte()),
    ),
    Plant(
        "unsigned becomes signed",
        claims.test_exchanges_wide_unsigned_integers,
        EXPORT,
        instead(lambda tensor: tensor.view(torch.int32)),
        {"unsigned": "uint32"},
    ),
    Plant(
        "bfloat16 becomes half precision",
        claims.test_exchanges_bfloat16_between_tensors,
        EXPORT,
        instead(lambda tensor: tensor.half()),
    ),
    Plant(
        "a tensor that requires grad is detached",
        claims.test_refuses_tensors_that_require_grad,
        EXPORT,
        instead(lambda tensor: tensor.detach()),
    ),
    Plant(
        "the conjugate bit is resolved unasked",
        claims.test_refuses_the_conjugate_bit,
        EXPORT,
        instead(lambda tensor: tensor.resolve_conj()),
    ),
    Plant(
        "a sparse tensor becomes dense",
        claims.test_refuses_sparse_layouts,
        EXPORT,
        instead(lambda tensor: tensor.to_dense()),
    ),
    Plant(
        "it says that it lies on a GPU",
        claims.test_says_that_it_lies_on_the_cpu,
        "torch.Tensor.__dlpack_device__",
        lambda original: lambda self: (2, 0),
    ),
    Plant("the array is not held", claims.test_tensor_outlives_the_array, IMPORT, frees),
    Plant("the tensor is not held", claims.test_array_outlives_the_tensor, EXPORT, frees_with_the_tensor),
    Plant(
        "copy is ignored",
        claims.test_from_dlpack_copies_on_demand,
        IMPORT,
        lambda original: lambda array, copy=None: original(array),
    ),
)


@plants(*PLANTS)
def test_is_rejected(plant, request):
    assert_rejected(plant, request)
