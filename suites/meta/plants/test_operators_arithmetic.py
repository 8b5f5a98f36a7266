"""Wrong answers of arithmetic: elementwise, division, operations of three tensors, comparisons."""

import threading

import torch

from suites.meta import wrong
from suites.meta.planting import Plant, assert_rejected, plants
from suites.operators import test_arithmetic as arithmetic
from suites.operators import test_comparison as comparison
from suites.operators import test_division as division
from suites.operators import test_ternary as ternary

ADD, MUL, POW = arithmetic.FLOATS[0], arithmetic.FLOATS[2], arithmetic.FLOATS[-1]
INT = {"dtype": torch.int64}


def truncated(original):
    """bfloat16 sums are cut off."""
    return lambda x, y: ((x.float().add(y.float())).view(torch.int32) & -65536).view(torch.float32).bfloat16()


def through_double(original):
    """int64 goes through float64."""
    return lambda x, y: original(x.double(), y.double()).clamp(-(2.0**62), 2.0**62).long()


ARITHMETIC = (
    Plant("off by one", arithmetic.test_floats_follow_the_formula, "torch.add", wrong.off, {"row": ADD}),
    Plant("off by 1e-5", arithmetic.test_floats_follow_the_formula, "torch.pow", wrong.slightly, {"row": POW}),
    Plant(
        "cut off",
        arithmetic.test_floats_follow_the_formula,
        "torch.add",
        truncated,
        {"row": ADD, "dtype": torch.bfloat16},
    ),
    Plant(
        "through float64",
        arithmetic.test_integers_follow_the_formula,
        "torch.mul",
        through_double,
        {"row": arithmetic.INTEGERS[2], **INT},
    ),
    Plant(
        "xor",
        arithmetic.test_booleans_follow_logic,
        "torch.add",
        lambda f: torch.logical_xor,
        {"row": arithmetic.BOOLEANS[0], "dtype": torch.bool},
    ),
    Plant(
        "conjugate",
        arithmetic.test_complex_numbers_follow_the_formula,
        "torch.mul",
        lambda f: lambda x, y: f(x, y.conj()),
        {"row": arithmetic.COMPLEX[2], "dtype": torch.complex64},
    ),
    Plant(
        "exchanged",
        arithmetic.test_numbers_and_floats_mix,
        "torch.Tensor.__rsub__",
        lambda f: lambda s, o: torch.sub(s, o),
        {"row": arithmetic.FLOATS[1]},
    ),
    Plant(
        "exchanged",
        arithmetic.test_numbers_and_floats_mix,
        "torch.Tensor.__rpow__",
        lambda f: lambda s, o: torch.pow(s, o),
        {"row": POW},
    ),
    Plant(
        "exchanged",
        arithmetic.test_numbers_and_integers_mix,
        "torch.Tensor.__rfloordiv__",
        lambda f: lambda s, o: torch.floor_divide(s, o),
        {"row": arithmetic.INTEGERS[3], **INT},
    ),
    Plant("the last", arithmetic.test_large_tensors_follow_the_formula, "torch.mul", wrong.last, {"row": MUL}),
    Plant(
        "the last of double",
        arithmetic.test_large_tensors_follow_the_formula,
        "torch.mul",
        lambda f: lambda x, y: (wrong.last(f) if x.dtype is torch.float64 else f)(x, y),
        {"row": MUL, "dtype": torch.float64},
    ),
    Plant(
        "it saturates",
        arithmetic.test_integers_follow_the_formula,
        "torch.mul",
        lambda f: lambda x, y: f(x.int(), y.int()).clamp(-128, 127).to(torch.int8),
        {"row": next(row for row in arithmetic.INTEGERS if row.name == "mul"), "dtype": torch.int8},
    ),
)


def off_elsewhere(original):
    """Outside the main thread the first value is off."""

    def wrong_sum(x, y):
        result = original(x, y)
        if threading.current_thread() is not threading.main_thread():
            result[0] += 1e-3
        return result

    return wrong_sum


THREADS = (
    Plant("off elsewhere", arithmetic.test_another_thread_computes_the_same, "torch.add", off_elsewhere, {"row": ADD}),
)


def by_the_conjugate(original):
    """The divisor is squared, which may overflow."""
    return lambda x, y: original(x * y.conj(), (y * y.conj()).real)


DIVISION = (
    Plant(
        "saturates",
        division.test_the_lowest_integer_divides_by_minus_one,
        "torch.floor_divide",
        lambda f: lambda x, y: f(x, y).bitwise_not(),
        {"name": "floor_divide", "dtype": torch.int64},
    ),
    Plant(
        "by the conjugate",
        division.test_complex_numbers_divide_by_infinity,
        "torch.div",
        by_the_conjugate,
        {"length": 33, "dtype": torch.complex64},
    ),
    Plant(
        "by the conjugate",
        division.test_large_complex_numbers_have_quotients,
        "torch.div",
        by_the_conjugate,
        {"length": 33, "dtype": torch.complex64},
    ),
    Plant("float64", division.test_integers_divide_to_the_default_dtype, "torch.Tensor.__truediv__", wrong.double, INT),
    Plant(
        "float32",
        division.test_integers_divide_to_whatever_the_default_is,
        "torch.Tensor.__truediv__",
        lambda f: lambda s, o: f(s, o).float(),
        {"dtype": torch.float64},
    ),
    Plant(
        "towards zero",
        division.test_floor_rounds_down,
        "torch.div",
        lambda f: lambda x, y, rounding_mode: f(x, y, rounding_mode="trunc"),
    ),
    Plant(
        "down",
        division.test_trunc_rounds_towards_zero,
        "torch.div",
        lambda f: lambda x, y, rounding_mode: f(x, y, rounding_mode="floor"),
    ),
    Plant(
        "unrounded",
        division.test_the_modes_take_every_spelling,
        "torch.Tensor.div",
        lambda f: lambda s, o, rounding_mode: f(s, o),
        {"mode": "floor"},
    ),
    Plant(
        "towards zero",
        division.test_the_modes_keep_integers,
        "torch.Tensor.div_",
        lambda f: lambda s, o, rounding_mode: f(s, o, rounding_mode="trunc"),
        {"mode": "floor", **INT},
    ),
    Plant(
        "the dividend's",
        division.test_what_is_left_has_the_sign_of_one_operand,
        "torch.remainder",
        lambda f: torch.fmod,
    ),
    Plant(
        "the divisor's", division.test_what_is_left_has_the_sign_of_one_operand, "torch.fmod", lambda f: torch.remainder
    ),
    Plant(
        "exchanged",
        division.test_what_is_left_by_a_number,
        "torch.Tensor.__rmod__",
        lambda f: lambda s, o: torch.remainder(s, o),
    ),
    Plant(
        "the largest number",
        division.test_floats_divide_by_zero,
        "torch.Tensor.__truediv__",
        lambda f: lambda s, o: f(s, o).nan_to_num(),
    ),
    Plant("zero", division.test_integers_refuse_a_zero_divisor_on_the_cpu, "torch.fmod", wrong.first, {"name": "fmod"}),
    Plant("off", division.test_fmod_takes_huge_quotients, "torch.fmod", wrong.off, {"length": 1}),
    Plant("zeros", division.test_integers_refuse_negative_powers, "torch.pow", wrong.first, {"exponent": -1, **INT}),
    Plant("NaN", division.test_zero_to_the_zero_is_one, "torch.pow", lambda f: lambda x, y: f(x, y).mul(x).div(x)),
    Plant(
        "float32",
        division.test_float_power_computes_in_double_precision,
        "torch.float_power",
        lambda f: lambda x, y: f(x, y).float(),
    ),
    Plant("xor", division.test_bool_refuses_to_subtract, "torch.sub", lambda f: torch.logical_xor),
    Plant(
        "bits",
        division.test_floats_refuse_bitwise_operations,
        "torch.bitwise_and",
        wrong.first,
        {"name": "bitwise_and"},
    ),
)
TERNARY = (
    Plant(
        "value is ignored", ternary.test_addcmul_adds_a_multiple_of_a_product, "torch.addcmul", wrong.ignoring("value")
    ),
    Plant(
        "value is ignored", ternary.test_addcdiv_adds_a_multiple_of_a_quotient, "torch.addcdiv", wrong.ignoring("value")
    ),
    Plant("value is ignored", ternary.test_addcmul_of_integers_is_exact, "torch.addcmul", wrong.ignoring("value"), INT),
    Plant("integers", ternary.test_addcdiv_refuses_integers, "torch.addcdiv", wrong.first),
    Plant(
        "weights are clamped",
        ternary.test_lerp_goes_from_start_to_end,
        "torch.lerp",
        lambda f: lambda x, y, w: f(x, y, w.clamp(max=1) if isinstance(w, torch.Tensor) else min(w, 1.0)),
    ),
    Plant("off", ternary.test_lerp_reaches_both_ends, "torch.lerp", lambda f: lambda x, y, w: f(x, y, w * 0.99)),
    Plant(
        "alpha is ignored",
        ternary.test_alpha_scales_the_second_operand,
        "torch.rsub",
        wrong.ignoring("alpha"),
        {"name": "rsub"},
    ),
    Plant(
        "alpha is ignored",
        ternary.test_alpha_is_exact_for_integers,
        "torch.add",
        wrong.ignoring("alpha"),
        {"name": "add", **INT},
    ),
    Plant("alpha is cut", ternary.test_integers_refuse_a_fractional_alpha, "torch.add", wrong.first, {"name": "add"}),
)
COMPARISON = (
    Plant(
        "zeros differ",
        comparison.test_compares_values,
        "torch.eq",
        lambda f: lambda x, y: f(x, y) & (torch.signbit(x) == torch.signbit(y)),
        {"row": comparison.COMPARISONS[0]},
    ),
    Plant(
        "uint8 as int8",
        comparison.test_compares_values,
        "torch.lt",
        lambda f: lambda x, y: f(x.view(torch.int8), y.view(torch.int8)),
        {"row": comparison.COMPARISONS[2], "dtype": torch.uint8},
    ),
    Plant(
        "or equal",
        comparison.test_compares_with_numbers,
        "torch.Tensor.__lt__",
        lambda f: torch.Tensor.__le__,
        {"row": comparison.COMPARISONS[2]},
    ),
    Plant(
        "in integers",
        comparison.test_compares_across_dtypes,
        "torch.lt",
        lambda f: lambda x, y: f(y, x),
        {"row": comparison.COMPARISONS[2]},
    ),
    Plant(
        "the last",
        comparison.test_equal_shapes_are_compared_in_every_element,
        "torch.gt",
        wrong.last,
        {"row": comparison.COMPARISONS[4]},
    ),
    Plant(
        "real parts",
        comparison.test_complex_numbers_are_equal_in_both_parts,
        "torch.Tensor.__eq__",
        lambda f: lambda s, o: f(s.real, o.real),
        {"dtype": torch.complex64},
    ),
    Plant(
        "always",
        comparison.test_equal_tells_whether_all_elements_are,
        "torch.equal",
        lambda f: lambda x, y: x.shape == y.shape,
    ),
    Plant(
        "NaN is false",
        comparison.test_logic_takes_numbers_that_are_not_zero_for_true,
        "torch.logical_and",
        lambda f: lambda x, y: f(x.nan_to_num(), y.nan_to_num()),
        {"name": "logical_and"},
    ),
    Plant(
        "bit by bit",
        comparison.test_logic_takes_numbers_that_are_not_zero_for_true,
        "torch.logical_xor",
        lambda f: lambda x, y: (x ^ y).bool(),
        {"name": "logical_xor", **INT},
    ),
    Plant(
        "NaN is false",
        comparison.test_logical_not_is_true_for_zeros_alone,
        "torch.logical_not",
        lambda f: lambda x: f(x) | x.isnan(),
    ),
    Plant(
        "negated",
        comparison.test_bitwise_not_turns_every_bit,
        "torch.bitwise_not",
        lambda f: torch.neg,
        {"dtype": torch.uint8},
    ),
    Plant(
        "NaN is low",
        comparison.test_clamp_keeps_within_numbers,
        "torch.clamp",
        lambda f: lambda x, min=None, max=None: f(x.nan_to_num(), min, max),
    ),
    Plant(
        "low wins",
        comparison.test_clamp_keeps_within_tensors,
        "torch.clamp",
        lambda f: (
            lambda x, min=None, max=None: (
                f(f(x, max=max) if max is not None else x, min=min) if min is not None else f(x, max=max)
            )
        ),
    ),
    Plant(
        "exchanged",
        comparison.test_where_chooses,
        "torch.where",
        lambda f: lambda c, x, y: f(c, y, x),
        {"dtype": torch.float64},
    ),
    Plant(
        "relative alone",
        comparison.test_isclose_takes_a_relative_and_an_absolute_tolerance,
        "torch.isclose",
        lambda f: lambda x, y, **k: f(x, y, atol=0, **k),
        {"x": 0.0, "y": 9e-9, "expected": True},
    ),
)
PLANTS = ARITHMETIC + THREADS + DIVISION + TERNARY + COMPARISON


@plants(*PLANTS)
def test_is_rejected(plant, request):
    assert_rejected(plant, request)
