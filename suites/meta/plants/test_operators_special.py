"""Wrong answers of special functions of one and of two numbers."""

import math

import torch

from suites.meta import wrong
from suites.meta.planting import Plant, assert_rejected, plants
from suites.operators import test_special as special
from suites.operators import test_special_pairs as pairs
from suites.operators import test_special_values as values
from suites.operators.specials import NAMED

PAIR = {row.name: row for row in pairs.ROWS}
VALUE = {str(row): row for row in (*values.TEXT, *values.LIMITS, *values.PAIRS)}
S = "torch.special."
HALF = {"dtype": torch.bfloat16}


def value(text):
    """The row of that name."""
    return {"row": VALUE[S + text]}


def naive_erfcx(original):
    """exp(x²) times erfc(x), each rounded."""
    return lambda x: torch.exp(x * x) * torch.erfc(x)


def stepwise(original):
    """Each of two halves is rounded to the half type."""
    return lambda x: (original(x.float()) * 0.25).to(x.dtype) * 4.03


def unsigned(original):
    """Zeros lose their sign."""
    return lambda x: original(x) + 0.0


def nearly(original):
    """Numbers above 5 are computed in single precision, in float64 too."""
    return lambda x: torch.where(x.abs() > 5, original(x.float()).to(x.dtype), original(x))


def dense(original):
    """Strides are taken for those of a dense tensor."""
    return lambda x, *rest: original(torch.as_strided(x, x.shape, x.contiguous().stride()), *rest)


def squeezed(original):
    """A tensor of one element loses its dimensions."""
    return lambda x: original(x).squeeze()


def every(original):
    """One NaN makes all of them NaN."""
    return lambda x: original(x) + 0 * x.sum()


def without_eps(original):
    """The upper end is not clamped."""
    return lambda x, eps=None: original(x if eps is None else x.clamp(min=eps))


def clamping_nan(original):
    """NaN is clamped to eps."""
    return lambda x, eps=None: original(x.nan_to_num(0.0), eps=eps)


ONE = (
    Plant("off by 1e-5", special.test_is_its_formula, S + "digamma", wrong.slightly, {"row": NAMED["digamma"]}),
    Plant("by exp(x²)", special.test_is_its_formula, S + "erfcx", naive_erfcx, {"row": NAMED["erfcx"]}),
    Plant("single", special.test_is_its_formula, S + "i0", nearly, {"row": NAMED["i0"], "dtype": torch.float64}),
    Plant(
        "another phase",
        special.test_is_its_formula_far_from_zero,
        S + "bessel_j0",
        lambda f: lambda x: f(x * (1 + 1e-5)),
        {"row": special.FAR[1]},
    ),
    Plant(
        "four digits",
        special.test_has_single_precision_far_from_zero,
        S + "airy_ai",
        lambda f: lambda x: f(x) * 1.0001,
        {"row": special.FAR[0]},
    ),
    Plant("off by 1e-5", special.test_ndtr_is_near_its_formula, S + "ndtr", wrong.slightly),
    Plant(
        "rounded twice",
        special.test_bfloat16_is_rounded_once,
        S + "exp2",
        stepwise,
        {"row": NAMED["exp2"], **HALF},
    ),
    Plant(
        "rounded twice",
        special.test_float16_is_rounded_once,
        S + "expm1",
        stepwise,
        {"row": NAMED["expm1"], "dtype": torch.float16},
    ),
    Plant(
        "off",
        special.test_half_is_rounded_once,
        S + "i1e",
        lambda f: lambda x: f(x) * 1.02,
        {"row": NAMED["i1e"], **HALF},
    ),
    Plant(
        "off",
        special.test_half_is_its_formula,
        S + "sinc",
        lambda f: lambda x: f(x) * 1.1,
        {"row": NAMED["sinc"], **HALF},
    ),
    Plant(
        "as if dense",
        special.test_layout_does_not_matter,
        S + "erf",
        dense,
        {"row": NAMED["erf"], "layout": "transposed"},
    ),
    Plant(
        "the last",
        special.test_expanded_tensors_are_computed_throughout,
        S + "erfc",
        wrong.last,
        {"row": NAMED["erfc"]},
    ),
    Plant(
        "without dimensions",
        special.test_keeps_the_shape,
        S + "i0e",
        squeezed,
        {"row": NAMED["i0e"], "shape": (1, 1)},
    ),
    Plant(
        "the last",
        special.test_large_tensors_are_computed_throughout,
        S + "log_ndtr",
        wrong.last,
        {"row": NAMED["log_ndtr"]},
    ),
    Plant(
        "float64",
        special.test_integers_become_the_default_dtype,
        S + "sinc",
        lambda f: lambda x: f(x.double()) if not x.is_floating_point() else f(x),
        {"row": NAMED["sinc"], "dtype": torch.int64},
    ),
    Plant(
        "of 1 throughout",
        special.test_bool_becomes_the_default_dtype,
        S + "expit",
        lambda f: lambda x: f(torch.ones_like(x)) if x.dtype is torch.bool else f(x),
        {"row": NAMED["expit"]},
    ),
)
TWO = (
    Plant("exchanged", pairs.test_is_its_formula, S + "xlogy", wrong.swapped, {"row": PAIR["xlogy"]}),
    Plant(
        "log(1 + y)",
        pairs.test_is_its_formula,
        S + "xlog1py",
        lambda f: lambda x, y: x * torch.log(1 + y),
        {"row": PAIR["xlog1py"]},
    ),
    Plant(
        "the other",
        pairs.test_is_its_formula,
        S + "gammainc",
        lambda f: torch.special.gammaincc,
        {"row": PAIR["gammainc"]},
    ),
    Plant(
        "off by 1e-5",
        pairs.test_is_its_formula_for_large_numbers,
        S + "gammainc",
        wrong.slightly,
        {"row": pairs.FAR[0]},
    ),
    Plant(
        "four digits",
        pairs.test_has_single_precision_for_large_numbers,
        S + "gammaincc",
        lambda f: lambda a, x: f(a, x) * 1.0001,
        {"row": pairs.FAR[1]},
    ),
    Plant(
        "off",
        pairs.test_bfloat16_is_its_formula,
        S + "xlogy",
        lambda f: lambda x, y: f(x, y) * 1.03,
        {"row": PAIR["xlogy"], **HALF},
    ),
    Plant(
        "as if dense",
        pairs.test_layout_does_not_matter,
        S + "xlog1py",
        dense,
        {"row": PAIR["xlog1py"], "layout": "transposed"},
    ),
    Plant("exchanged", pairs.test_arguments_broadcast, S + "zeta", wrong.swapped, {"row": PAIR["zeta"]}),
    Plant(
        "one element",
        pairs.test_nothing_broadcasts_with_one,
        S + "gammainc",
        lambda f: lambda a, x: torch.ones(1, dtype=a.dtype),
        {"row": PAIR["gammainc"], "shape": ((0,), (1,))},
    ),
    Plant(
        "cut off",
        pairs.test_the_second_may_be_a_number,
        S + "xlogy",
        lambda f: lambda x, y: f(x, int(y)),
        {"row": PAIR["xlogy"]},
    ),
    Plant(
        "cut off",
        pairs.test_the_first_may_be_a_number,
        S + "zeta",
        lambda f: lambda x, y: f(int(x), y),
        {"row": PAIR["zeta"]},
    ),
    Plant(
        "float64",
        pairs.test_integers_become_the_default_dtype,
        S + "xlog1py",
        lambda f: lambda x, y: f(x, y.double()) if not y.is_floating_point() else f(x, y),
        {"row": PAIR["xlog1py"], "dtype": torch.int64},
    ),
    Plant(
        "float32",
        pairs.test_the_wider_dtype_wins,
        S + "zeta",
        lambda f: lambda x, y: f(x, y.float()),
        {"row": PAIR["zeta"]},
    ),
    Plant(
        "the last", pairs.test_large_tensors_are_computed_throughout, S + "xlogy", wrong.last, {"row": PAIR["xlogy"]}
    ),
    Plant("off by 1e-5", pairs.test_the_two_incomplete_gammas_add_up_to_one, S + "gammaincc", wrong.slightly),
    Plant(
        "the next order",
        pairs.test_polygamma_is_the_derivative_of_digamma,
        S + "polygamma",
        lambda f: lambda n, x: f(n + 1, x),
        {"n": 3},
    ),
    Plant(
        "off by 1e-5",
        pairs.test_polygamma_of_order_one_is_the_derivative_of_digamma,
        S + "polygamma",
        wrong.slightly,
    ),
    Plant(
        "without its constant",
        pairs.test_multigammaln_adds_up_gammas,
        S + "multigammaln",
        lambda f: lambda x, p: f(x, p) - p * (p - 1) / 4 * math.log(math.pi),
        {"p": 2},
    ),
)
VALUES = (
    Plant(
        "0", values.test_has_the_value_of_its_text, S + "entr", lambda f: lambda x: f(x.clamp(min=0)), value("entr(-3)")
    ),
    Plant(
        "NaN", values.test_has_the_value_of_its_text, S + "sinc", lambda f: lambda x: torch.sin(x) / x, value("sinc(0)")
    ),
    Plant(
        "overflow",
        values.test_tends_to_the_limit_of_its_formula,
        S + "erfcx",
        lambda f: lambda x: torch.exp(x * x) * torch.erfc(x),
        value("erfcx(inf)"),
    ),
    Plant(
        "0 times infinity",
        values.test_has_the_value_of_its_formula_at_the_edge,
        S + "xlogy",
        lambda f: lambda x, y: x * torch.log(y),
        value("xlogy(0, 0)"),
    ),
    Plant(
        "0 for NaN",
        values.test_has_the_value_of_its_formula_at_the_edge,
        S + "xlog1py",
        lambda f: lambda x, y: torch.where(x == 0, torch.zeros_like(x), f(x, y)),
        value("xlog1py(0, nan)"),
    ),
    Plant("all of them", values.test_nan_is_kept, S + "i1", every, {"row": NAMED["i1"], "length": 33}),
    Plant(
        "number for NaN",
        values.test_nan_is_kept,
        S + "ndtri",
        lambda f: lambda x: f(x).nan_to_num(),
        {"row": NAMED["ndtri"], "length": 1},
    ),
    Plant("0 for -0", values.test_the_sign_of_zero_is_kept, S + "expm1", unsigned, {"row": "expm1"}),
    Plant(
        "finite",
        values.test_polygamma_tends_to_the_limit_of_its_formula,
        S + "polygamma",
        lambda f: lambda n, x: f(n, x).clamp(max=1e30),
        {"n": 1, "x": 0.0, "value": math.inf},
    ),
    Plant("below alone", values.test_logit_clamps_to_eps, S + "logit", without_eps, {"eps": 0.125}),
    Plant("clamped", values.test_logit_with_eps_keeps_nan, S + "logit", clamping_nan),
)
PLANTS = ONE + TWO + VALUES


@plants(*PLANTS)
def test_is_rejected(plant, request):
    assert_rejected(plant, request)
