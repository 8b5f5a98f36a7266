"""Wrong answers at the ends of dtypes, in half precision, and of complex numbers."""

import functools

import pytest
import torch

from suites.meta import wrong
from suites.meta.planting import Plant, Repair, assert_rejected, assert_rejected_once_mended, plants
from suites.operators import test_complex as complexes
from suites.operators import test_halves as halves
from suites.operators import test_numbers as numbers
from suites.tensors import test_random_halves as random

#: scatter_reduce and index_reduce say that they are in beta.
pytestmark = pytest.mark.filterwarnings("ignore:.*is in beta:UserWarning")

HALF = {row.name: row for row in halves.ROWS}
ROW = {row.name: row for row in (*complexes.ROWS, *complexes.READERS)}
INT, F16, B16, C64 = ({"dtype": dtype} for dtype in (torch.int64, torch.float16, torch.bfloat16, torch.complex64))


def doubled(original):
    """The mantissa lies between 1 and 2."""
    return lambda x: torch.return_types.frexp((original(x).mantissa * 2, original(x).exponent - 1))


def step_by_step(original):
    """Each partial sum is rounded to half precision."""
    return lambda x, dim: functools.reduce(torch.add, x.unbind(dim))


def standing_still(original):
    """Counting stands still at 2048, as it does in half precision."""

    def wrong_mean(x, dim, index, source, reduce, include_self):
        total = original(x.double(), dim, index, source.double(), "sum", include_self=include_self)
        return (total / 2048).to(x.dtype)

    return wrong_mean


NUMBERS = (
    Plant("between 1 and 2", numbers.test_frexp_splits_exactly, "torch.frexp", doubled),
    Plant("between 1 and 2", numbers.test_frexp_splits_every_half, "torch.frexp", doubled, F16),
    Plant(
        "not written",
        numbers.test_frexp_writes_into_two_tensors,
        "torch.frexp",
        wrong.ignoring_out,
        {"layout": "stepped"},
    ),
    Plant(
        "always up",
        numbers.test_nextafter_is_the_neighbour,
        "torch.nextafter",
        lambda f: lambda x, y: f(x, torch.where(x == y, y, torch.inf)),
    ),
    Plant(
        "in float32",
        numbers.test_nextafter_of_every_bfloat16,
        "torch.nextafter",
        lambda f: lambda x, y: f(x.float(), y.float()).bfloat16(),
        {"towards": float("inf")},
    ),
    Plant(
        "a power in float32",
        numbers.test_ldexp_has_the_range_of_the_dtype,
        "torch.ldexp",
        lambda f: lambda x, n: x * torch.pow(2.0, n),
        {"kind": "int64", "exponents": (128, 1000)},
    ),
    Plant(
        "NaN is no limit",
        numbers.test_a_limit_that_is_nan_gives_nan,
        "torch.clamp",
        lambda f: lambda x, **limits: x,
        {"limits": {"max": float("nan")}, "length": 65},
    ),
    Plant(
        "anything goes",
        numbers.test_integers_refuse_fractions_of_products,
        "torch.addr",
        lambda f: lambda *args, alpha=1, beta=1: f(*args),
        {"name": "addr", "factor": "alpha", **INT},
    ),
    Plant(
        "by the quotient",
        numbers.test_what_is_left_is_less_than_the_divisor,
        "torch.fmod",
        lambda f: lambda x, y: x - (x / y).trunc() * y,
        {"name": "fmod", "length": 1},
    ),
    Plant("exchanged", numbers.test_lerp_of_halves_rounds_once_or_twice, "torch.lerp", wrong.swapped, F16),
    Plant(
        "through float64",
        numbers.test_integers_keep_every_digit_in_division,
        "torch.fmod",
        lambda f: lambda x, number: f(x.double(), number).long(),
        INT,
    ),
)
HALVES = (
    Plant(
        "step by step",
        halves.test_rounds_its_result,
        "torch.sum",
        step_by_step,
        {"row": HALF["sum"], "length": 1000, **B16},
    ),
    Plant(
        "the count stands still",
        halves.test_scatter_reduce_rounds_its_result,
        "torch.scatter_reduce",
        standing_still,
        {"reduce": "mean", "include_self": True, "kind": "float16"},
    ),
    Plant(
        "the smallest",
        halves.test_index_reduce_rounds_its_result,
        "torch.index_reduce",
        lambda f: lambda x, dim, index, source, reduce, **kwargs: f(x, dim, index, source, "amin", **kwargs),
        {"reduce": "amax", "include_self": False, "kind": "float16"},
    ),
    Plant("exchanged", halves.test_dtypes_are_compared_by_value, "torch.lt", wrong.swapped, {"name": "lt"}),
    Plant(
        "or",
        halves.test_logic_mixes_dtypes,
        "torch.logical_and",
        lambda f: torch.logical_or,
        {"name": "logical_and"},
    ),
    Plant(
        "in the first one's dtype",
        halves.test_bitwise_operations_mix_dtypes,
        "torch.bitwise_xor",
        lambda f: lambda x, y: f(x, y.to(x.dtype)),
        {"name": "bitwise_xor"},
    ),
    Plant(
        "from 0",
        random.test_samples_in_half_precision,
        "torch.Tensor.geometric_",
        lambda f: lambda self, p: f(self, p).sub_(1),
        {"row": random.SAMPLERS[1], **B16},
    ),
)
COMPLEX = (
    Plant(
        "another branch",
        complexes.test_follows_the_principal_branch,
        "torch.acosh",
        lambda f: lambda z: -f(z),
        {"row": ROW["acosh"], **C64},
    ),
    Plant(
        "no limit",
        complexes.test_large_arguments_reach_the_limit,
        "torch.tanh",
        lambda f: lambda z: (z.exp() - (-z).exp()) / (z.exp() + (-z).exp()),
        {"name": "tanh", "argument": 800 + 1j, "value": 1.0, "length": 33, **C64},
    ),
    Plant(
        "by the square",
        complexes.test_large_numbers_have_values,
        "torch.asinh",
        lambda f: lambda z: torch.log(z + torch.sqrt(z * z + 1)),
        {"row": ROW["asinh"], "size": ("complex64", 1e25)},
    ),
    Plant(
        "by the dtype",
        complexes.test_isreal_tells_imaginary_parts_that_are_zero,
        "torch.isreal",
        lambda f: lambda x: torch.full(x.shape, not x.is_complex()),
        C64,
    ),
    Plant("as it was", complexes.test_resolve_conj_writes_the_conjugate_down, "torch.resolve_conj", wrong.first, C64),
    Plant("as it was", complexes.test_resolve_neg_writes_the_negative_down, "torch.resolve_neg", wrong.first, C64),
    Plant(
        "past the bit",
        complexes.test_reads_through_the_bits,
        "torch.exp",
        lambda f: lambda z: f(z.conj() if z.is_conj() else z),
        {"row": ROW["exp"], "layout": "stepped", **C64},
    ),
    Plant(
        "negated",
        complexes.test_writes_through_the_bits,
        "torch.Tensor.mul_",
        lambda f: lambda self, other: f(self, -other),
        C64,
    ),
)
#: Of a torch that keeps them, by computing in a wider dtype.
MENDED = (
    Plant(
        "one more",
        numbers.test_integers_divide_by_numbers_beyond_their_dtype,
        "torch.remainder",
        wrong.off,
        {"row": numbers.BEYOND[0]},
    ),
    Plant(
        "a hundredth more",
        halves.test_the_product_of_all_rounds_its_result,
        "torch.prod",
        lambda f: lambda x: f(x) * 1.01,
        F16,
    ),
)
REPAIRS = {
    "torch.remainder": lambda f: lambda x, number: f(x.long(), number).to(x.dtype),
    "torch.prod": lambda f: lambda x: f(x.double()).to(x.dtype),
}
PLANTS = (*NUMBERS, *HALVES, *COMPLEX, *MENDED)


@plants(*NUMBERS, *HALVES, *COMPLEX)
def test_is_rejected(plant, request):
    assert_rejected(plant, request)


@plants(*MENDED)
def test_is_rejected_once_torch_is_mended(plant, request):
    assert_rejected_once_mended(plant, Repair(plant.target, REPAIRS[plant.target]), request)
