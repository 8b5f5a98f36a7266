"""Wrong answers about torch.from_numpy."""

from suites.meta.planting import Plant, assert_rejected, plants
from suites.numpy_bridge import test_from_numpy as claims

PLANTS = (
    Plant(
        "the array is copied",
        claims.test_shares_memory_both_ways,
        "torch.from_numpy",
        lambda original: lambda array: original(array.copy()),
    ),
    Plant(
        "the result is contiguous",
        claims.test_keeps_values_shape_dtype_and_strides,
        "torch.from_numpy",
        lambda original: lambda array: original(array).contiguous(),
    ),
)


@plants(*PLANTS)
def test_is_rejected(plant, request):
    assert_rejected(plant, request)
