"""Wrong answers about torch.as_tensor and torch.tensor."""

import numpy as np
import torch

from suites.meta.planting import Plant, assert_rejected, plants
from suites.numpy_bridge import test_as_tensor as claims

TARGET = "torch.as_tensor"


def copies(original):
    return lambda data, **options: original(data, **options).clone()


def shares(original):
    """torch.tensor that shares the memory of arrays where it can."""
    return lambda data, **options: torch.as_tensor(data, **options)


PLANTS = (
    Plant("arrays are copied", claims.test_as_tensor_shares_memory_with_an_array, TARGET, copies),
    Plant("a dtype forces a copy", claims.test_as_tensor_shares_when_the_dtype_is_the_same, TARGET, copies),
    Plant(
        "the dtype is ignored",
        claims.test_as_tensor_copies_to_another_dtype,
        TARGET,
        lambda original: lambda data, dtype=None: original(data),
    ),
    Plant("a device forces a copy", claims.test_as_tensor_shares_on_the_cpu_alone, TARGET, copies),
    Plant(
        "a tensor comes back as another",
        claims.test_as_tensor_returns_a_tensor_itself,
        TARGET,
        lambda original: lambda data, **options: original(data, **options).view(data.shape),
    ),
    Plant(
        "the dtype of a tensor is kept",
        claims.test_as_tensor_copies_a_tensor_to_another_dtype,
        TARGET,
        lambda original: lambda data, dtype=None: original(data),
    ),
    Plant(
        "the history is lost",
        claims.test_as_tensor_keeps_the_autograd_history,
        TARGET,
        lambda original: (
            lambda data, dtype: (
                original(data, dtype=dtype).double().detach().requires_grad_().float() + 0 * data.float() * 2
            )
        ),
    ),
    Plant(
        "lists are read in single precision",
        claims.test_as_tensor_takes_lists_and_numbers,
        TARGET,
        lambda original: lambda data, dtype, device: original(data, dtype=torch.float32, device=device).to(dtype),
    ),
    Plant(
        "a transposed array is read in memory's order",
        claims.test_tensor_copies_an_array,
        "torch.tensor",
        lambda original: lambda data, **options: original(data.ravel(order="K").reshape(data.shape), **options),
        {"dtype": torch.int64},
    ),
    Plant(
        "an array without dimensions gets one",
        claims.test_tensor_has_the_values_of_an_array,
        "torch.tensor",
        lambda original: lambda data, **options: original(data.reshape(-1) if data.ndim == 0 else data, **options),
    ),
    Plant("arrays are shared", claims.test_tensor_copies_an_array, "torch.tensor", shares),
    Plant(
        "casts go through half precision",
        claims.test_tensor_casts_an_array,
        "torch.tensor",
        lambda original: lambda data, **options: original(data.astype(np.float16), **options),
    ),
)


@plants(*PLANTS)
def test_is_rejected(plant, request):
    assert_rejected(plant, request)
