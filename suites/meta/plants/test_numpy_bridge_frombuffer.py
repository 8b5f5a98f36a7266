"""Wrong answers about torch.frombuffer."""

import warnings

import torch

from suites.meta.planting import Plant, assert_rejected, plants
from suites.meta.wrong import ignoring
from suites.numpy_bridge import test_frombuffer as claims

TARGET = "torch.frombuffer"


def lenient(original):
    def wrong(buffer, **options):
        try:
            return original(buffer, **options)
        except (TypeError, ValueError):
            return torch.zeros(1)

    return wrong


def copies(original):
    return lambda buffer, **options: original(buffer, **options).clone()


def never_lets_go(original, kept=[]):  # noqa: B006 - it is meant to keep
    return lambda buffer, **options: (kept.append(buffer), original(buffer, **options))[1]


def forgets_the_owner(original):
    """frombuffer whose memory is given to someone else when nobody else holds the buffer."""
    return lambda buffer, **options: original(buffer, **options).zero_()


def silent(original):
    def wrong(*args, **options):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return original(*args, **options)

    return wrong


LONG = claims.Request("more elements than there are", 15, {"count": 4})

PLANTS = (
    Plant("the bytes are copied", claims.test_shares_memory_both_ways, TARGET, copies),
    Plant("the count is ignored", claims.test_takes_count_elements_after_offset_bytes, TARGET, ignoring("count")),
    Plant(
        "the last element is left out",
        claims.test_takes_all_that_follows_offset,
        TARGET,
        lambda original: lambda buffer, **options: original(buffer, **options)[:-1],
    ),
    Plant("the offset is ignored", claims.test_reads_bytes_as_another_dtype, TARGET, ignoring("offset")),
    Plant(
        "bfloat16 is read as half precision",
        claims.test_reads_bfloat16,
        TARGET,
        lambda original: lambda buffer, dtype: original(buffer, dtype=torch.float16).to(dtype),
    ),
    Plant("zeros are made up", claims.test_refuses_what_the_buffer_cannot_give, TARGET, lenient, {"row": LONG}),
    Plant("a dtype is made up", claims.test_takes_the_dtype_from_nowhere_else, TARGET, lenient),
    Plant("requires_grad is ignored", claims.test_sets_requires_grad, TARGET, ignoring("requires_grad")),
    Plant("the tensor can grow", claims.test_is_not_resizable, TARGET, copies),
    Plant("the bytes are copied", claims.test_holds_the_owner_of_the_memory, TARGET, copies),
    Plant("the owner is held for ever", claims.test_holds_the_owner_of_the_memory, TARGET, never_lets_go),
    Plant("the owner is not held", claims.test_tensor_outlives_the_buffer, TARGET, forgets_the_owner),
    Plant("no warning", claims.test_warns_of_read_only_buffers, TARGET, silent),
)


@plants(*PLANTS)
def test_is_rejected(plant, request):
    assert_rejected(plant, request)
