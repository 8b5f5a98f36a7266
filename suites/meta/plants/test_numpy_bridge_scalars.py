"""Wrong answers about NumPy's scalars beside tensors."""

import numpy as np
import torch

from suites.meta.planting import Plant, assert_rejected, plants
from suites.numpy_bridge import bridge
from suites.numpy_bridge import test_numpy_scalars as claims

SINGLE = {"row": bridge.Scalar("np.float32", np.float32(0.1))}
DOUBLE = {"row": bridge.Scalar("np.float64", np.float64(0.1))}
LONG = {"row": bridge.Scalar("np.int64", np.int64(-(2**53) - 1))}


def rounded(number):
    return np.float32(number) if isinstance(number, (np.integer, np.floating)) else number


PLANTS = (
    Plant(
        "the dtype becomes the default",
        claims.test_makes_a_tensor_of_a_scalar,
        "torch.tensor",
        lambda original: lambda data, **options: original(float(data), **options),
        DOUBLE,
    ),
    Plant(
        "integers go through single precision",
        claims.test_makes_a_tensor_of_a_list_of_scalars,
        "torch.tensor",
        lambda original: lambda data, **options: original(data, **options).float().long(),
        LONG,
    ),
    Plant(
        "the cast goes through half precision",
        claims.test_casts_a_scalar,
        "torch.tensor",
        lambda original: lambda data, dtype: original(np.float16(data), dtype=dtype),
        SINGLE,
    ),
    Plant(
        "booleans become bytes",
        claims.test_makes_a_tensor_of_a_boolean,
        "torch.tensor",
        lambda original: lambda data: original(data).byte(),
    ),
    Plant(
        "unsigned becomes signed",
        claims.test_makes_a_tensor_of_an_unsigned_integer,
        "torch.tensor",
        lambda original: lambda data: original(data).long(),
        {"unsigned": "uint16"},
    ),
    Plant(
        "unsigned becomes signed",
        claims.test_asarray_takes_an_unsigned_integer_of_64_bits,
        "torch.asarray",
        lambda original: lambda data: original(data).view(torch.int64),
    ),
    Plant(
        "the number on the left is rounded to single precision",
        claims.test_is_a_number_beside_a_tensor,
        "torch.Tensor.__rsub__",
        lambda original: lambda self, other: original(self, float(rounded(other))),
        {**DOUBLE, "name": "sub"},
    ),
    Plant(
        "the number counts as an array of double precision",
        claims.test_does_not_widen_a_tensor,
        "torch.Tensor.__mul__",
        lambda original: lambda self, other: original(self.double(), other),
        DOUBLE,
    ),
    Plant(
        "the number on the left counts as an array of double precision",
        claims.test_does_not_widen_a_tensor,
        "torch.Tensor.__radd__",
        lambda original: lambda self, other: original(self.double(), other),
        SINGLE,
    ),
    Plant(
        "the imaginary part is conjugated",
        claims.test_a_complex128_is_a_number_beside_a_tensor,
        "torch.Tensor.__radd__",
        lambda original: lambda self, other: original(self, other.conjugate()),
    ),
    Plant(
        "the number is rounded to single precision",
        claims.test_fills_a_tensor,
        "torch.Tensor.fill_",
        lambda original: lambda self, value: original(self, float(rounded(value))),
        DOUBLE,
    ),
    Plant(
        "the whole row takes the number",
        claims.test_stores_a_scalar,
        "torch.Tensor.__setitem__",
        lambda original: lambda self, place, value: original(self, place[0], value),
        DOUBLE,
    ),
    Plant(
        "the neighbour takes the number",
        claims.test_stores_an_unsigned_integer_of_64_bits,
        "torch.Tensor.__setitem__",
        lambda original: lambda self, place, value: original(self, place + 1, value),
    ),
    Plant(
        "small integers are masks",
        claims.test_is_an_index,
        "torch.Tensor.__getitem__",
        lambda original: lambda self, index: original(self, bool(index) if isinstance(index, np.uint8) else index),
        {"integer": np.uint8},
    ),
    Plant(
        "the other dimension is summed",
        claims.test_is_a_size_and_a_dimension,
        "torch.Tensor.sum",
        lambda original: lambda self, dim: original(self, 1 - int(dim)),
        {"integer": np.int16},
    ),
)


@plants(*PLANTS)
def test_is_rejected(plant, request):
    assert_rejected(plant, request)
