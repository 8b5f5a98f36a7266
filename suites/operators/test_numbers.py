"""Numbers at the ends of their dtypes: parts and neighbours of floats, powers of two, NaN limits, integers beyond."""

import operator
from typing import NamedTuple

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from suites.kit import bound, close, documents, draw, dtypes, tensor
from suites.operators import operands
from suites.operators.values import agree, every_half, numbers, oracle

FINITE = ("zero", "-zero", "one", "-one", "max", "lowest", "tiny", "-tiny", "subnormal")


@documents("torch.frexp", "torch.Tensor.frexp")
@pytest.mark.dtypes(torch.float64, torch.float32)
@given(sample=operands.singles(hard=FINITE))
def test_frexp_splits_exactly(sample, dtype, device):
    """torch.frexp is a mantissa of modulus 1/2 to 1, or 0, and an int32 exponent: x = mantissa 2^exponent exactly."""
    x = sample(dtype)

    mantissa, exponent = torch.frexp(tensor(x, device))

    expected = np.frexp(x)
    close(mantissa, np.asarray(expected[0]), dtype=dtype, device=device)
    close(exponent, np.asarray(expected[1], np.int32), device=device)
    agree(mantissa, tensor(x, device).frexp().mantissa)


@documents("torch.frexp", since="2.3")
@pytest.mark.dtypes(torch.float16, torch.bfloat16)
def test_frexp_splits_every_half(dtype, device):
    """torch.frexp of each finite number of half precision is its mantissa and its exponent."""
    x = every_half(dtype)
    x = x[np.isfinite(x)]

    mantissa, exponent = torch.frexp(tensor(x, device, dtype))

    close(mantissa, np.frexp(x)[0], dtype=dtype, device=device)
    close(exponent, np.frexp(x)[1].astype(np.int32), device=device)


@documents("torch.frexp")
@pytest.mark.parametrize("layout", ["contiguous", "transposed", "stepped"])
def test_frexp_writes_into_two_tensors(layout, device):
    """torch.frexp with out= fills two tensors of any strides."""
    x = tensor(numbers(1, (4, 33), "float64"), device)
    out = tuple(tensor(draw.laid_out(np.full((4, 33), 7).astype(kind), layout), device) for kind in ("f8", "i4"))

    torch.frexp(x, out=out)

    agree(torch.frexp(x).mantissa, out[0])
    agree(torch.frexp(x).exponent, out[1])


@documents("torch.nextafter", "torch.Tensor.nextafter", "torch.Tensor.nextafter_")
@pytest.mark.dtypes(torch.float64, torch.float32)
@given(pair=operands.pairs())
def test_nextafter_is_the_neighbour(pair, dtype, device):
    """torch.nextafter is the neighbouring number on the way to another, through zero and subnormal ones to infinity."""
    x, y = (sample(dtype) for sample in pair)
    left, right = tensor(x, device), tensor(y, device)
    with np.errstate(all="ignore"):
        expected = np.asarray(np.nextafter(x, y))

    close(torch.nextafter(left, right), expected, device=device)
    close(torch.nextafter(left, left), np.asarray(x), device=device)
    agree(torch.nextafter(left, right), left.nextafter(right))


@documents("torch.nextafter", since="2.3")
@pytest.mark.parametrize("towards", [np.inf, -np.inf, 0.0])
def test_nextafter_of_every_bfloat16(towards, device):
    """torch.nextafter of each finite bfloat16 is the number whose bits, as an integer, are the next."""
    x = every_half("bfloat16")
    x = np.sort(x[np.isfinite(x) & (x != 0)])
    order = np.concatenate([[-np.inf], x[x < 0], [0.0], x[x > 0], [np.inf]]).astype(np.float32)

    result = torch.nextafter(tensor(x, device, "bfloat16"), tensor(np.array([towards], np.float32), device, "bfloat16"))

    places = np.searchsorted(order, x)
    close(
        result,
        order[places + np.sign(towards - x).astype(int)],
        bound.Bound(0, 0, False),
        dtype="bfloat16",
        device=device,
    )


@documents("torch.ldexp", "torch.Tensor.ldexp")
@pytest.mark.parametrize("kind", ["int64", "int32", "float64"], ids=["long", "int", "double"])
@pytest.mark.parametrize("exponents", [(-20, 20), (128, 1000), (-1000, -150)], ids=["moderate", "large", "small"])
def test_ldexp_has_the_range_of_the_dtype(kind, exponents, device):
    """torch.ldexp in float64 is x 2^n exactly, for all n whose power of two is a number of that dtype."""
    powers = np.random.default_rng(1).integers(*exponents, 33).astype(kind)
    x = numbers(2, (33,), "float64")

    result = torch.ldexp(tensor(x, device), tensor(powers, device))

    close(result, np.ldexp(x, powers.astype(int)), device=device)
    agree(result, tensor(x, device).ldexp(tensor(powers, device)))


LIMITS = {"low": {"min": np.nan}, "high": {"max": np.nan}, "both": {"min": np.nan, "max": np.nan}}
LIMITS |= {"low of two": {"min": np.nan, "max": 1.0}, "high of two": {"min": 0.0, "max": np.nan}}


@documents("torch.clamp", "torch.clip")
@pytest.mark.parametrize("limits", LIMITS.values(), ids=LIMITS)
@pytest.mark.parametrize("length", [1, 65])
@pytest.mark.dtypes(torch.float64, torch.float32)
def test_a_limit_that_is_nan_gives_nan(limits, length, dtype, device):
    """torch.clamp with a number for a limit that is NaN is NaN, as min(max(x, low), high) is."""
    x = tensor(numbers(1, (length,), dtype), device)

    close(torch.clamp(x, **limits), np.full(length, np.nan), dtype=dtype, device=device)
    close(torch.clip(x, **limits), np.full(length, np.nan), dtype=dtype, device=device)


class Beyond(NamedTuple):
    """A division of integers by a number that their dtype cannot hold, though it holds what comes out."""

    name: str
    dtype: str
    number: int

    def __str__(self) -> str:
        return f"torch.{self.name}"


BEYOND = (
    *(Beyond("remainder", "uint8", n) for n in (256, 300, 512)),
    *(Beyond("fmod", "uint8", n) for n in (256, 300, -300)),
    *(Beyond("floor_divide", "uint8", n) for n in (256, 300)),
    *(Beyond("fmod", "int8", n) for n in (200, -300, 256)),
    *(Beyond("floor_divide", "int8", n) for n in (200, -300, 256)),
    *(Beyond("remainder", "int16", n) for n in (2**17,)),
)


@pytest.mark.parametrize(
    "row", [pytest.param(r, marks=documents(str(r)), id=f"{r.name} {r.dtype} {r.number}") for r in BEYOND]
)
@documents("tensor_attributes")
def test_integers_divide_by_numbers_beyond_their_dtype(row, device):
    """{row} of integers by a Python integer that their dtype cannot hold is that of the numbers."""
    values = np.arange(0 if row.name == "remainder" else np.iinfo(row.dtype).min, np.iinfo(row.dtype).max + 1, 7)
    number = np.int64(row.number)

    result = getattr(torch, row.name)(tensor(values.astype(row.dtype), device), row.number)

    close(result, getattr(np, row.name)(values, number).astype(row.dtype), device=device)


SHAPES = {
    "addmm": ((2, 3), (2, 4), (4, 3)),
    "addmv": ((2,), (2, 4), (4,)),
    "addr": ((2, 3), (2,), (3,)),
    "baddbmm": ((5, 2, 3), (5, 2, 4), (5, 4, 3)),
    "addbmm": ((2, 3), (5, 2, 4), (5, 4, 3)),
}


@pytest.mark.parametrize("name", [pytest.param(name, marks=documents(f"torch.{name}")) for name in SHAPES])
@documents()
@pytest.mark.parametrize("factor", ["alpha", "beta"])
@pytest.mark.dtypes(torch.int64, torch.int32)
def test_integers_refuse_fractions_of_products(name, factor, dtype, device):
    """The sums of products of integers raise for an alpha or a beta that is no integer."""
    parts = [tensor(numbers(i, shape, dtype), device) for i, shape in enumerate(SHAPES[name])]

    with pytest.raises(RuntimeError):
        getattr(torch, name)(*parts, **{factor: 0.5})


@documents("torch.fmod", "torch.remainder")
@pytest.mark.parametrize("name", ["fmod", "remainder"])
@pytest.mark.parametrize("length", [1, 64])
@pytest.mark.dtypes(torch.float32, torch.float64)
def test_what_is_left_is_less_than_the_divisor(name, length, dtype, device):
    """What is left of a large number by a small one is a number less than that, though the quotient overflows."""
    large, small = (1e38, 1e-3) if dtype is torch.float32 else (1e300, 1e-10)
    x, y = (np.full(length, value, dtypes.in_numpy(dtype)) for value in (large, small))

    result = getattr(torch, name)(tensor(x, device), tensor(y, device))

    close(result, np.fmod(x, y), device=device)


@documents("torch.lerp", since="2.3")
@pytest.mark.dtypes(torch.float16, torch.bfloat16)
@given(seed=draw.seeds(), weight=st.sampled_from((0.0, 0.25, 0.5, 0.75, 1.0, -0.5, 1.5)))
def test_lerp_of_halves_rounds_once_or_twice(seed, weight, dtype, device):
    """torch.lerp of half-precision numbers is start + weight (end - start) to a few roundings of both."""
    start, end = (numbers(seed + i, (3, 33), dtype) for i in range(2))

    result = torch.lerp(tensor(start, device, dtype), tensor(end, device, dtype), weight)

    expected = start.astype(float) + weight * (end.astype(float) - start)
    scale = np.abs(start).astype(float) + abs(weight) * (np.abs(end).astype(float) + np.abs(start))
    close(result, expected, bound.Bound(3, scale, False), dtype=dtype, device=device)


@documents("torch.Tensor.__mod__", "torch.remainder", "torch.fmod", "torch.floor_divide")
@pytest.mark.dtypes(torch.int64, torch.int32, torch.int16, torch.uint8)
@given(seed=draw.seeds(), divisor=st.sampled_from((1, 2, 3, 7, 100)))
def test_integers_keep_every_digit_in_division(seed, divisor, dtype, device):
    """Floored quotients and remainders of large integers by a number are exact, also beyond 2⁵³."""
    info = np.iinfo(dtypes.in_numpy(dtype))
    values = np.random.default_rng(seed).integers(info.min, info.max, 65, dtype=info.dtype, endpoint=True)
    x, number = tensor(values, device), values.dtype.type(divisor)

    close(operator.floordiv(x, divisor), values // number, device=device)
    close(operator.mod(x, divisor), values % number, device=device)
    close(torch.fmod(x, divisor), np.fmod(values, number), device=device)
    close(torch.div(x, divisor, rounding_mode="trunc"), (values - np.fmod(values, number)) // number, device=device)


@documents("torch.bitwise_left_shift", "torch.bitwise_right_shift")
@pytest.mark.dtypes(torch.int64, torch.int32)
@pytest.mark.parametrize("length", [1, 33])
def test_shifts_every_bit_out(length, dtype, device):
    """Shifted by the width of the dtype, no bit of a number is left: 0, or -1 for a negative number to the right."""
    x = tensor(np.tile(np.array([1, -1, 5, -7], dtypes.in_numpy(dtype)), (length, 1)), device)
    width = 8 * dtypes.in_numpy(dtype).itemsize

    close(x << width, np.zeros(x.shape), dtype=dtype, device=device)
    close(x >> width, np.tile([0, -1, 0, -1], (length, 1)), dtype=dtype, device=device)


@documents("torch.floor_divide", "torch.div")
@pytest.mark.parametrize("length", [1, 33])
def test_floored_quotients_may_be_infinite(length, dtype, device):
    """A floored or truncated quotient beyond the largest number is infinite, as the quotient is."""
    largest = float(np.finfo(dtypes.in_numpy(dtype)).max)
    x = tensor(np.tile(np.array([largest, -largest, largest / 2], dtypes.in_numpy(dtype)), (length, 1)), device)
    expected = np.tile([np.inf, -np.inf, np.inf], (length, 1))

    close(torch.floor_divide(x, 1e-30), expected, dtype=dtype, device=device)
    close(torch.div(x, 1e-30, rounding_mode="trunc"), expected, dtype=dtype, device=device)


@documents("torch.pow", "torch.Tensor.__pow__")
@pytest.mark.parametrize("length", [1, 33])
@pytest.mark.parametrize("precision", ["float64", "float32"], ids=["double", "single"])
def test_the_first_power_of_the_largest_number_is_itself(precision, length, device):
    """The largest and the lowest number to the power 1 are themselves, be the exponent a tensor or a number."""
    largest = np.finfo(precision).max
    x = np.tile(np.array([largest, -largest, 2]).astype(precision), (length, 1))

    close(torch.pow(tensor(x, device), tensor(np.ones_like(x), device)), x, device=device)
    close(tensor(x, device) ** 1.0, x, device=device)


@documents("torch.pow", "torch.Tensor.__pow__", "torch.Tensor.pow_")
@pytest.mark.parametrize("precision", [torch.float64, torch.float32])
@pytest.mark.parametrize("exponent", [0.5, -0.5, -1, -1.0, 2, -2.0, 3, -3.0, 1.5, -1.5, 0, 0.0])
@pytest.mark.parametrize("length", [1, 33])
def test_powers_of_zero_and_infinity(exponent, length, precision, device):
    """0, infinity and NaN to the power of a number are as in IEEE 754, in place too: 0 to -1 is infinite."""
    x = np.tile(np.array([0.0, np.inf, np.nan, 1.0, 4.0]), (length, 1)).astype(str(precision)[6:])
    expected = oracle(np.power, x, np.full_like(x, exponent))

    for result in (torch.pow(tensor(x, device), exponent), tensor(x, device) ** exponent,
                   tensor(x, device).pow_(exponent)):  # fmt: skip
        close(result, expected, bound.faithful(expected), dtype=precision, device=device)


@documents("torch.bitwise_and", "torch.bitwise_or", "torch.bitwise_xor", "tensor_attributes", since="2.0")
@pytest.mark.parametrize("name", ["bitwise_and", "bitwise_or", "bitwise_xor"])
@pytest.mark.parametrize("kind", dtypes.INTEGRAL)
def test_bits_of_a_number_keep_the_dtype(name, kind, device):
    """Bitwise operations with a number on either side have the dtype of the tensor, and the bits of both."""
    values = np.arange(100).astype(dtypes.in_numpy(kind))
    expected = getattr(np, name)(values, np.asarray(5, values.dtype))

    close(getattr(torch, name)(5, tensor(values, device)), expected, device=device)
    close(getattr(torch, name)(tensor(values, device), 5), expected, device=device)


@documents("torch.sum", "torch.cumsum")
@pytest.mark.parametrize("length", [1, 33, 1025])
def test_sums_of_large_integers_keep_every_digit(length, device):
    """Sums of int64 are exact beyond 2⁵³, modulo 2⁶⁴."""
    values = np.random.default_rng(length).integers(-(2**63), 2**63 - 1, (length, 3), endpoint=True)
    x = tensor(values, device)

    close(x.sum(), np.asarray(values.sum()), device=device)
    close(x.sum(0), values.sum(0), device=device)
    close(x.sum(1), values.sum(1), device=device)
    close(x.cumsum(0), values.cumsum(0), device=device)
