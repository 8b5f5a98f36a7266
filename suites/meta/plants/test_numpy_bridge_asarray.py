"""Wrong answers about torch.asarray."""

import numpy as np
import torch

from suites.meta.planting import Plant, assert_rejected, plants
from suites.meta.wrong import ignoring
from suites.numpy_bridge import bridge
from suites.numpy_bridge import test_asarray as claims

TARGET = "torch.asarray"
HALF = bridge.Scalar("np.float16", np.float16(0.1))
DOUBLE = bridge.Scalar("np.float64", np.float64(0.1))


def copies(original):
    return lambda thing, **options: original(thing, **options).clone()


PLANTS = (
    Plant("arrays are copied", claims.test_shares_memory_with_an_array, TARGET, copies),
    Plant("copy=True is ignored", claims.test_copies_an_array_on_demand, TARGET, ignoring("copy")),
    Plant("the dtype is ignored", claims.test_copies_an_array_to_another_dtype, TARGET, ignoring("dtype")),
    Plant("a device forces a copy", claims.test_shares_on_the_cpu_alone, TARGET, copies),
    Plant(
        "copy=False is ignored",
        claims.test_raises_where_a_copy_is_needed_and_forbidden,
        TARGET,
        ignoring("copy"),
    ),
    Plant("copy=False is ignored for lists", claims.test_a_sequence_cannot_be_shared, TARGET, ignoring("copy")),
    Plant("tensors are copied", claims.test_shares_memory_with_a_tensor, TARGET, copies),
    Plant("copy=True is ignored", claims.test_shares_memory_with_a_tensor, TARGET, ignoring("copy")),
    Plant("requires_grad is ignored", claims.test_sets_requires_grad, TARGET, ignoring("requires_grad")),
    Plant(
        "the history is counted twice",
        claims.test_keeps_the_autograd_history_on_demand,
        TARGET,
        lambda original: lambda thing, **options: original(thing, **options) * 2,
    ),
    Plant(
        "the history is kept",
        claims.test_drops_the_autograd_history_on_demand,
        TARGET,
        lambda original: lambda thing, requires_grad: original(thing, requires_grad=True),
    ),
    Plant("capsules are copied", claims.test_shares_memory_with_a_capsule, TARGET, copies),
    Plant("buffers are copied", claims.test_reads_a_buffer_in_the_dtype_asked_for, TARGET, copies),
    Plant(
        "bytes",
        claims.test_reads_a_buffer_in_the_default_dtype,
        TARGET,
        lambda original: lambda thing: original(thing, dtype=torch.uint8),
    ),
    Plant(
        "the dtype becomes float64",
        claims.test_takes_numpy_scalars,
        TARGET,
        lambda original: lambda thing: original(float(thing)),
        {"row": HALF},
    ),
    Plant(
        "a boolean becomes a byte",
        claims.test_takes_numpy_booleans,
        TARGET,
        lambda original: lambda thing: original(np.uint8(thing)),
    ),
    Plant("the dtype is ignored", claims.test_casts_numpy_scalars, TARGET, ignoring("dtype"), {"row": DOUBLE}),
    Plant("the dtype is ignored", claims.test_takes_python_numbers, TARGET, ignoring("dtype")),
)


@plants(*PLANTS)
def test_is_rejected(plant, request):
    assert_rejected(plant, request)
