"""Wrong answers where this torch does not keep a claim: it holds of a torch that is mended, and rejects them."""

import numpy as np
import torch

from suites.meta.planting import Plant, Repair, assert_rejected_once_mended, plants
from suites.numpy_bridge import (
    test_array_protocol,
    test_as_tensor,
    test_asarray,
    test_dlpack,
    test_numpy_scalars,
    test_python_numbers,
)


def shares_without_dimensions(original):
    def mended(thing, **options):
        bare = isinstance(thing, np.ndarray) and thing.ndim == 0 and not options.get("copy")
        return torch.from_numpy(thing) if bare else original(thing, **options)

    return mended


def reads_the_format(original):
    return lambda buffer: torch.from_numpy(np.asarray(buffer))


def takes_copy(original):
    return lambda self, dtype=None, copy=None: np.array(original(self, dtype)) if copy else original(self, dtype)


def takes_context(original):
    return lambda self, array, context=None, return_scalar=False: original(self, array)


REPAIRS = {
    test_asarray.test_shares_memory_with_an_array_without_dimensions: Repair(
        "torch.asarray", shares_without_dimensions
    ),
    test_asarray.test_reads_a_buffer_in_its_own_format: Repair("torch.asarray", reads_the_format),
    test_as_tensor.test_tensor_copies_an_array_that_runs_backwards: Repair(
        "torch.tensor", lambda original: lambda data: original(data.copy())
    ),
    test_dlpack.test_keeps_the_values_behind_the_negative_bit: Repair(
        "torch.from_dlpack", lambda original: lambda tensor: original(tensor.resolve_neg())
    ),
    test_array_protocol.test_array_does_not_warn: Repair("torch.Tensor.__array__", takes_copy),
    test_array_protocol.test_ufuncs_do_not_warn: Repair("torch.Tensor.__array_wrap__", takes_context),
    test_numpy_scalars.test_makes_a_tensor_of_an_unsigned_integer_of_64_bits: Repair(
        "torch.tensor", lambda original: torch.asarray
    ),
    test_numpy_scalars.test_a_complex64_is_a_number_beside_a_tensor: Repair(
        "torch.Tensor.__add__", lambda original: lambda self, other: original(self, complex(other))
    ),
    test_python_numbers.test_int_of_a_large_unsigned_integer_is_its_value: Repair(
        "torch.Tensor.__int__", lambda original: lambda self: int(self.item())
    ),
}

PLANTS = (
    Plant(
        "an array without dimensions is copied",
        test_asarray.test_shares_memory_with_an_array_without_dimensions,
        "torch.asarray",
        lambda original: lambda thing, **options: original(thing, **options).clone(),
    ),
    Plant(
        "bytes",
        test_asarray.test_reads_a_buffer_in_its_own_format,
        "torch.asarray",
        lambda original: lambda buffer: torch.frombuffer(buffer, dtype=torch.uint8),
        {"code": "i"},
    ),
    Plant(
        "the array is read forwards",
        test_as_tensor.test_tensor_copies_an_array_that_runs_backwards,
        "torch.tensor",
        lambda original: lambda data: original(data[::-1]),
    ),
    Plant(
        "the sign is lost",
        test_dlpack.test_keeps_the_values_behind_the_negative_bit,
        "torch.from_dlpack",
        lambda original: lambda tensor: original(tensor.neg()),
    ),
    Plant(
        "a copy of zeros", test_array_protocol.test_array_does_not_warn, "torch.Tensor.__array__",
        lambda original: lambda self, dtype=None, copy=None: np.zeros(self.shape),
    ),
    Plant(
        "the negative comes back twice", test_array_protocol.test_ufuncs_do_not_warn, "torch.Tensor.__array_wrap__",
        lambda original: lambda self, array, *context: original(self, array) * 2,
    ),
    Plant(
        "unsigned becomes signed",
        test_numpy_scalars.test_makes_a_tensor_of_an_unsigned_integer_of_64_bits,
        "torch.tensor",
        lambda original: lambda data: original(data).view(torch.int64),
    ),
    Plant(
        "the imaginary part is conjugated",
        test_numpy_scalars.test_a_complex64_is_a_number_beside_a_tensor,
        "torch.Tensor.__add__",
        lambda original: lambda self, other: original(self, other.conjugate()),
    ),
    Plant(
        "the value is read as signed",
        test_python_numbers.test_int_of_a_large_unsigned_integer_is_its_value,
        "torch.Tensor.__int__",
        lambda original: lambda self: original(self.view(torch.int64)),
        {"value": 2**63},
    ),
)  # fmt: skip


@plants(*PLANTS)
def test_is_rejected_by_a_claim_that_holds_once_torch_is_mended(plant, request):
    assert_rejected_once_mended(plant, REPAIRS[plant.claim], request)
