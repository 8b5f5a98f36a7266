"""Wrong answers of functions of one or two tensors, elementwise."""

import torch

from suites.meta import wrong
from suites.meta.planting import Plant, assert_rejected, plants
from suites.operators import test_pointwise as pointwise
from suites.operators import test_pointwise_pairs as pairs

ROW = {row.name: row for row in (*pointwise.FLOATS, *pointwise.PREDICATES)}
PAIR = {row.name: row for row in pairs.ROWS}
HALF = {"dtype": torch.bfloat16}


def single(original):
    """Large arguments are reduced in single precision."""
    return lambda x: torch.where(x.abs() > 1e4, original(x + 1e-2), original(x))


POINTWISE = (
    Plant("off by 1e-5", pointwise.test_follows_the_formula, "torch.exp", wrong.slightly, {"row": ROW["exp"]}),
    Plant(
        "0 for NaN",
        pointwise.test_follows_the_formula,
        "torch.relu",
        lambda f: lambda x: f(x).nan_to_num(0.0, float("inf")),
        {"row": ROW["relu"]},
    ),
    Plant(
        "0.0 for -0.5",
        pointwise.test_follows_the_formula,
        "torch.ceil",
        lambda f: lambda x: f(x) + 0.0,
        {"row": ROW["ceil"]},
    ),
    Plant(
        "the lowest number",
        pointwise.test_follows_the_formula,
        "torch.log",
        lambda f: lambda x: f(x).clamp(min=-3e38),
        {"row": ROW["log"]},
    ),
    Plant(
        "0.0 for -0.0",
        pointwise.test_follows_the_formula_on_every_bfloat16,
        "torch.neg",
        lambda f: lambda x: f(x) + 0.0,
        {"row": ROW["neg"], **HALF},
    ),
    Plant(
        "cut off",
        pointwise.test_follows_the_formula_on_every_bfloat16,
        "torch.exp",
        lambda f: lambda x: (f(x.float()).view(torch.int32) & -65536).view(torch.float32).bfloat16(),
        {"row": ROW["exp"], **HALF},
    ),
    Plant(
        "off by 2e-3",
        pointwise.test_follows_the_formula_on_every_float16,
        "torch.exp",
        lambda f: lambda x: f(x) * 1.002,
        {"row": ROW["exp"], "dtype": torch.float16},
    ),
    Plant(
        "in single precision",
        pointwise.test_follows_the_formula_at_every_scale,
        "torch.sin",
        single,
        {"row": ROW["sin"]},
    ),
    Plant(
        "1 above 10",
        pointwise.test_follows_the_formula_at_every_scale,
        "torch.sigmoid",
        lambda f: lambda x: f(x).masked_fill(x > 10, 1),
        {"row": ROW["sigmoid"]},
    ),
    Plant("not written", pointwise.test_the_spellings_agree, "torch.cos", wrong.ignoring_out, {"row": ROW["cos"]}),
    Plant("the last", pointwise.test_large_tensors_follow_the_formula, "torch.tanh", wrong.last, {"row": ROW["tanh"]}),
    Plant(
        "one of them",
        pointwise.test_predicates_tell_the_specials,
        "torch.isinf",
        lambda f: lambda x: f(x) & (x > 0),
        {"row": ROW["isinf"]},
    ),
    Plant(
        "off",
        pointwise.test_predicates_know_integers,
        "torch.isfinite",
        wrong.off,
        {"row": ROW["isfinite"], "dtype": torch.int64},
    ),
    Plant(
        "floating",
        pointwise.test_integers_stay_integers,
        "torch.square",
        lambda f: lambda x: f(x).float(),
        {"row": ROW["square"], "dtype": torch.int64},
    ),
    Plant(
        "float64",
        pointwise.test_integers_become_the_default_dtype,
        "torch.sqrt",
        wrong.double,
        {"row": ROW["sqrt"], "dtype": torch.int64},
    ),
    Plant(
        "the other root",
        pointwise.test_complex_numbers_follow_the_principal_branch,
        "torch.sqrt",
        lambda f: lambda x: -f(x),
        {"row": pointwise.COMPLEX[2], "dtype": torch.complex64},
    ),
    Plant(
        "squares",
        pointwise.test_large_complex_numbers_have_a_modulus,
        "torch.abs",
        lambda f: lambda x: (x.real.square() + x.imag.square()).sqrt(),
        {"length": 33, "dtype": torch.complex64},
    ),
    Plant(
        "the sum of its parts",
        pointwise.test_complex_numbers_have_parts,
        "torch.abs",
        lambda f: lambda x: f(x.real) + f(x.imag),
        {"dtype": torch.complex64},
    ),
    Plant(
        "infinite",
        pointwise.test_log1p_takes_the_largest_numbers,
        "torch.log1p",
        lambda f: lambda x: f(x) + torch.full_like(x, float("inf")),
    ),
    Plant("0 below", pointwise.test_sign_is_one_of_three, "torch.sign", lambda f: lambda x: f(x).clamp(min=0)),
    Plant(
        "ignored",
        pointwise.test_round_takes_decimals,
        "torch.round",
        lambda f: lambda x, decimals: f(x),
        {"decimals": 1},
    ),
    Plant("always 0", pointwise.test_nan_to_num_replaces_the_specials, "torch.nan_to_num", wrong.ignoring("nan")),
    Plant(
        "0 for infinity beside a number for NaN",
        pointwise.test_nan_to_num_replaces_the_specials,
        "torch.nan_to_num",
        lambda f: (
            lambda x, nan=None, posinf=None, neginf=None: f(x, nan, 0.0 if nan and posinf is None else posinf, neginf)
        ),
    ),
)
PAIRS = (
    Plant(
        "positive zero",
        pairs.test_follows_the_formula,
        "torch.atan2",
        lambda f: lambda y, x: f(y + 0.0, x),
        {"row": PAIR["atan2"]},
    ),
    Plant(
        "NaN for two -inf",
        pairs.test_follows_the_formula,
        "torch.logaddexp",
        lambda f: lambda x, y: (lambda r: r.masked_fill(r == -float("inf"), float("nan")))(f(x, y)),
        {"row": PAIR["logaddexp"]},
    ),
    Plant(
        "NaN is lost", pairs.test_follows_the_formula, "torch.maximum", lambda f: torch.fmax, {"row": PAIR["maximum"]}
    ),
    Plant(
        "the other",
        pairs.test_integers_keep_their_dtype,
        "torch.fmin",
        lambda f: torch.fmax,
        {"row": PAIR["fmin"], "dtype": torch.uint8},
    ),
    Plant("not written", pairs.test_the_spellings_agree, "torch.hypot", wrong.ignoring_out, {"row": PAIR["hypot"]}),
    Plant("times two", pairs.test_ldexp_scales_by_powers_of_two, "torch.ldexp", lambda f: lambda x, n: x * 2 * n),
    Plant(
        "one quadrant",
        pairs.test_atan2_tells_the_quadrant,
        "torch.atan2",
        lambda f: lambda y, x: torch.atan(y / x),
        {"y": -1.0, "x": -1.0, "angle": -2.356194490192345},
    ),
    Plant(
        "squares overflow",
        pairs.test_hypot_neither_overflows_nor_underflows,
        "torch.hypot",
        lambda f: lambda x, y: torch.sqrt(x * x + y * y),
        {"exponent": 0.9, "length": 9},
    ),
)
PLANTS = POINTWISE + PAIRS


@plants(*PLANTS)
def test_is_rejected(plant, request):
    assert_rejected(plant, request)
