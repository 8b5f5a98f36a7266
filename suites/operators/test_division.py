"""Division: true, floored and truncated; by zero; and what is left over."""

import operator

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from reference import arithmetic
from suites.kit import bound, close, documents, dtypes, tensor
from suites.operators import operands
from suites.operators.values import agree, oracle, unsigned_zero

GUIDE = ("Operations on Tensors", "Arithmetic operations")
SIGNS = np.array([7, -7, 7, -7, 6, -6, 1, -1, 0])
DIVISORS = np.array([2, 2, -2, -2, 3, 3, 4, -4, 5])


@documents("torch.div", "torch.true_divide", "tensor_attributes", guide=GUIDE)
@pytest.mark.dtypes(*dtypes.INTEGRAL, torch.bool)
@given(pair=operands.pairs())
def test_integers_divide_to_the_default_dtype(pair, dtype, device):
    """The quotient of integer or bool tensors is the true one, in the default floating dtype."""
    x, y = (sample(dtype) for sample in pair)
    left, right = tensor(x, device), tensor(y, device)

    result = left / right

    narrow = oracle(np.true_divide, x.astype(np.float32), y.astype(np.float32))
    close(result, narrow, bound.rounded(narrow), dtype=torch.float32, device=device)
    agree(result, torch.div(left, right), torch.true_divide(left, right), torch.divide(left, right), left.div(right))


@documents("torch.div", "torch.set_default_dtype")
@pytest.mark.dtypes(torch.float64, torch.float32, torch.float16)
def test_integers_divide_to_whatever_the_default_is(dtype, device):
    """The dtype of a quotient of integers is torch.get_default_dtype() at the time."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(dtype)
    result = tensor(SIGNS, device) / tensor(DIVISORS, device)
    torch.set_default_dtype(before)

    quotient = SIGNS / DIVISORS
    close(result, quotient, bound.rounded(quotient), dtype=dtype, device=device)


@documents("torch.div", "torch.floor_divide", "torch.Tensor.__floordiv__", guide=GUIDE)
@pytest.mark.dtypes(torch.int64, torch.int32, torch.int8, torch.float64, torch.float32, torch.bfloat16)
@given(pair=operands.pairs(fills=("ties",), hard=()))
def test_floor_rounds_down(pair, dtype, device):
    """rounding_mode="floor", // and floor_divide round the quotient down, below zero too."""
    x, y = (sample(dtype) for sample in pair)
    y = np.where(y == 0, 3, y).astype(y.dtype)
    left, right = tensor(x, device, dtype), tensor(y, device, dtype)

    result = torch.div(left, right, rounding_mode="floor")

    exact = bound.Bound(0, 0, False)
    close(result, np.asarray(np.floor_divide(x, y)), exact, dtype=dtype, device=device)
    agree(result + 0, torch.floor_divide(left, right) + 0, left // right + 0, left.floor_divide(right) + 0)


@documents("torch.div", guide=GUIDE)
@pytest.mark.dtypes(torch.int64, torch.int32, torch.int8, torch.float64, torch.float32, torch.bfloat16)
@given(pair=operands.pairs(fills=("ties",), hard=()))
def test_trunc_rounds_towards_zero(pair, dtype, device):
    """rounding_mode="trunc" rounds the quotient towards zero, below zero too."""
    x, y = (sample(dtype) for sample in pair)
    y = np.where(y == 0, 3, y).astype(y.dtype)
    left, right = tensor(x, device, dtype), tensor(y, device, dtype)

    result = torch.div(left, right, rounding_mode="trunc")

    expected = arithmetic.trunc_divide(x, y).astype(x.dtype)
    close(result, np.asarray(expected), bound.Bound(0, 0, False), dtype=dtype, device=device)
    agree(result, left.div(right, rounding_mode="trunc"), torch.divide(left, right, rounding_mode="trunc"))


MODES = {None: np.true_divide, "floor": np.floor_divide, "trunc": arithmetic.trunc_divide}


@documents("torch.div", guide=GUIDE)
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.dtypes(torch.float64, torch.float32)
def test_the_modes_take_every_spelling(mode, dtype, device):
    """Each rounding mode is the same as a function, a method, in place, and with out=."""
    x, y = (tensor(part.astype(dtypes.in_numpy(dtype)), device) for part in (SIGNS, DIVISORS))
    out = torch.zeros_like(x)

    result = torch.div(x, y, rounding_mode=mode)

    expected = MODES[mode](SIGNS, DIVISORS).astype(float)
    close(result, expected, bound.rounded(expected)._replace(signed_zeros=False), dtype=dtype, device=device)
    assert torch.div(x, y, rounding_mode=mode, out=out) is out
    agree(result, out, x.div(y, rounding_mode=mode), x.clone().div_(y, rounding_mode=mode))


@documents("torch.div", guide=GUIDE)
@pytest.mark.parametrize("mode", ["floor", "trunc"])
@pytest.mark.dtypes(torch.int64, torch.int8)
def test_the_modes_keep_integers(mode, dtype, device):
    """The rounded quotients of integers are of their dtype, in every spelling."""
    x, y = (tensor(part.astype(dtypes.in_numpy(dtype)), device) for part in (SIGNS, DIVISORS))
    out = torch.zeros_like(x)

    result = torch.div(x, y, rounding_mode=mode)

    close(result, MODES[mode](SIGNS, DIVISORS).astype(dtypes.in_numpy(dtype)), device=device)
    assert torch.div(x, y, rounding_mode=mode, out=out) is out
    agree(result, out, x.div(y, rounding_mode=mode), x.clone().div_(y, rounding_mode=mode))


@documents("torch.remainder", "torch.fmod", guide=GUIDE)
@pytest.mark.dtypes(torch.int64, torch.int32, torch.int8, torch.float64, torch.float32, torch.bfloat16)
def test_what_is_left_has_the_sign_of_one_operand(dtype, device):
    """The result of remainder and % has the divisor's sign, that of fmod the dividend's."""
    x, y = SIGNS.astype(dtypes.in_numpy(dtype)), DIVISORS.astype(dtypes.in_numpy(dtype))
    left, right = tensor(x, device, dtype), tensor(y, device, dtype)
    free = bound.Bound(0, 0, False)

    close(torch.remainder(left, right), np.remainder(x, y), free, dtype=dtype, device=device)
    close(left % right, np.remainder(x, y), free, dtype=dtype, device=device)
    close(torch.fmod(left, right), np.fmod(x, y), free, dtype=dtype, device=device)


@documents("torch.remainder", "torch.fmod")
@given(number=st.sampled_from((-5, -3, -1, 2, 7)), sample=operands.singles(hard=(), fills=("ties",)))
def test_what_is_left_by_a_number(number, sample, device):
    """remainder, % and fmod take a Python number for the divisor, and remainder and % one for the dividend."""
    x = sample("int64")
    values = tensor(x, device)

    close(torch.remainder(values, number), np.asarray(np.remainder(x, number)), device=device)
    close(values % number, np.asarray(np.remainder(x, number)), device=device)
    close(torch.fmod(values, number), np.asarray(np.fmod(x, number)), device=device)
    below = np.where(x == 0, 4, x)
    close(number % tensor(below, device), np.asarray(np.remainder(number, below)), device=device)


@documents("torch.div", guide=GUIDE)
@pytest.mark.dtypes(torch.float64, torch.float32, torch.bfloat16)
def test_floats_divide_by_zero(dtype, device):
    """A floating quotient by zero is an infinity of both signs' product, or NaN for a zero or NaN above it."""
    above, below = np.array([1, -1, 1, -1, 0, -0.0, np.nan, np.inf]), np.array([0, 0, -0.0, -0.0, 0, 0, 0, 0])
    x, y = (tensor(part.astype(dtypes.in_numpy(dtype)), device, dtype) for part in (above, below))
    infinities = np.array([np.inf, -np.inf, -np.inf, np.inf, np.nan, np.nan, np.nan, np.inf])

    close(x / y, infinities, dtype=dtype, device=device)
    close(torch.fmod(x, y), np.full(8, np.nan), dtype=dtype, device=device)
    close(torch.remainder(x, y), np.full(8, np.nan), dtype=dtype, device=device)


@documents("torch.floor_divide", "torch.remainder", "torch.fmod", guide=GUIDE)
@pytest.mark.parametrize("name", ["floor_divide", "remainder", "fmod"])
def test_integers_refuse_a_zero_divisor_on_the_cpu(name):
    """Integer division by zero, and what is left of it, raises on the CPU."""
    x, y = tensor(np.array([5, -3])), tensor(np.array([1, 0]))

    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        getattr(torch, name)(x, y)


@documents("torch.floor_divide", "torch.remainder", "torch.fmod")
@pytest.mark.parametrize("name", ["floor_divide", "remainder", "fmod"])
@pytest.mark.dtypes(torch.int64, torch.int32)
def test_the_lowest_integer_divides_by_minus_one(name, dtype, device):
    """The lowest integer divided by -1 is itself, modulo the width of its dtype, and nothing is left."""
    lowest = np.full(33, np.iinfo(dtypes.in_numpy(dtype)).min, dtypes.in_numpy(dtype))

    result = getattr(torch, name)(tensor(lowest, device), tensor(np.full_like(lowest, -1), device))

    close(result, lowest if name == "floor_divide" else np.zeros_like(lowest), device=device)


@documents("torch.div")
@pytest.mark.dtypes(torch.complex128, torch.complex64)
@pytest.mark.parametrize("length", [1, 33])
def test_complex_numbers_divide_by_infinity(length, dtype, device):
    """The quotient of a finite complex number by a real infinity is 0."""
    x, y = np.full(length, 1 - 2j, dtypes.in_numpy(dtype)), np.full(length, np.inf, dtypes.in_numpy(dtype))

    result = torch.div(tensor(x, device), tensor(y, device))

    close(result, np.zeros_like(x), unsigned_zero(bound.exact), device=device)


@documents("torch.div")
@pytest.mark.dtypes(torch.complex128, torch.complex64)
@pytest.mark.parametrize("length", [1, 33])
def test_large_complex_numbers_have_quotients(length, dtype, device):
    """The quotient of complex numbers whose squares overflow is what it is of small ones."""
    x = np.full(length, (3 - 4j) * 2.0 ** (1020 if dtype is torch.complex128 else 120), dtypes.in_numpy(dtype))

    result = torch.div(tensor(x, device), tensor(-x, device))

    close(result, np.full_like(x, -1), bound.Bound(16, 1.0, False), device=device)


@documents("torch.fmod")
@pytest.mark.parametrize("length", [1, 64])
def test_fmod_takes_huge_quotients(length, device):
    """torch.fmod is the C function's remainder however large the quotient is."""
    x, y = np.full(length, 3e38, np.float32), np.full(length, 0.7, np.float32)

    close(torch.fmod(tensor(x, device), tensor(y, device)), np.fmod(x, y), device=device)


@documents("torch.pow", "torch.Tensor.__pow__", guide=GUIDE)
@pytest.mark.dtypes(torch.int64, torch.int32, torch.uint8)
@pytest.mark.parametrize("exponent", [-1, -2])
def test_integers_refuse_negative_powers(exponent, dtype, device):
    """An integer tensor to a negative integer power raises."""
    x = tensor(np.array([1, 2, 3], dtypes.in_numpy(dtype)), device)

    with pytest.raises(RuntimeError):
        torch.pow(x, exponent)
    with pytest.raises(RuntimeError):
        x**exponent


@documents("torch.pow", "torch.float_power", guide=GUIDE)
@pytest.mark.dtypes(torch.float64, torch.float32, torch.bfloat16)
def test_zero_to_the_zero_is_one(dtype, device):
    """Anything to the power 0 is 1, zeros and NaN too, whether the exponent is a tensor or a number."""
    x = tensor(np.array([0.0, -0.0, 1.0, -2.0, np.nan, np.inf]).astype(dtypes.in_numpy(dtype)), device, dtype)

    close(x**0, np.ones(6), dtype=dtype, device=device)
    close(x**0.0, np.ones(6), dtype=dtype, device=device)
    close(torch.pow(x, torch.zeros_like(x)), np.ones(6), dtype=dtype, device=device)
    close(torch.float_power(x, 0), np.ones(6), dtype=torch.float64, device=device)


@documents("torch.float_power", guide=GUIDE)
@pytest.mark.dtypes(torch.int64, torch.float32, torch.uint8)
def test_float_power_computes_in_double_precision(dtype, device):
    """torch.float_power is the power in float64, of integers to negative exponents too."""
    x, y = np.array([1, 2, 3, 5, 7]).astype(dtypes.in_numpy(dtype)), np.array([-2.5, -1, 0, 0.5, 3])
    result = torch.float_power(tensor(x, device), tensor(y, device))

    expected = oracle(np.power, x.astype(float), y)
    close(result, expected, bound.faithful(expected), dtype=torch.float64, device=device)


@documents("torch.sub", "torch.neg", guide=GUIDE)
def test_bool_refuses_to_subtract(device):
    """Subtracting bool tensors, and negating one, raises."""
    x = tensor(np.array([True, False]), device)

    with pytest.raises(RuntimeError):
        torch.sub(x, x)
    with pytest.raises(RuntimeError):
        operator.sub(x, x)
    with pytest.raises(RuntimeError):
        operator.neg(x)


@documents("torch.bitwise_and", "torch.bitwise_or", "torch.bitwise_xor", "torch.bitwise_not", guide=GUIDE)
@pytest.mark.parametrize("name", ["bitwise_and", "bitwise_or", "bitwise_xor"])
@pytest.mark.dtypes(torch.float32, torch.complex64)
def test_floats_refuse_bitwise_operations(name, dtype, device):
    """Bitwise operations of floating or complex tensors raise."""
    x = tensor(np.array([1, 2], dtypes.in_numpy(dtype)), device)

    with pytest.raises(RuntimeError):
        getattr(torch, name)(x, x)
    with pytest.raises((RuntimeError, TypeError)):
        torch.bitwise_not(x)


@documents("torch.div", "torch.true_divide", "torch.Tensor.__rtruediv__")
@pytest.mark.dtypes(*dtypes.INTEGRAL)
@given(sample=operands.singles(fills=("ties",), hard=("one", "-one", "zero")), number=st.sampled_from((1, 3, 7, 0.5)))
def test_integers_and_numbers_have_quotients(sample, number, dtype, device):
    """A quotient of integers and a number, on either side, is their true quotient, in the default dtype."""
    values = sample(dtype)
    x, wide = tensor(values, device), values.astype(np.float64)
    with np.errstate(divide="ignore"):
        below, above = wide / number, number / wide

    for result in (x / number, torch.div(x, number), torch.true_divide(x, number)):
        close(result, below, unsigned_zero(bound.rounded(below, 2)), dtype=torch.float32, device=device)
    close(number / x, above, unsigned_zero(bound.rounded(above, 2)), dtype=torch.float32, device=device)
