"""Wrong answers of orthogonal polynomials, of the spellings of special functions and of their derivatives."""

import torch

from suites.meta import wrong
from suites.meta.planting import Plant, assert_rejected, plants
from suites.operators import test_special_gradients as gradients
from suites.operators import test_special_polynomials as polynomials
from suites.operators import test_special_spellings as spellings
from suites.operators.specials import NAMED, POLYNOMIALS

POLYNOMIAL = {row.name: {"row": row} for row in POLYNOMIALS}
TWIN = {row.name: {"row": row} for row in (*spellings.TWINS, *spellings.ALONE)}
ALONG = {row.name: {"row": row} for row in spellings.ALONG}
END = {row.name: {"row": row} for row in polynomials.ENDS}
ARGUMENT = {f"{row.name}-{row.position}": {"row": row} for row in gradients.ARGUMENTS}
S = "torch.special."
H = S + "hermite_polynomial_h"
T = S + "chebyshev_polynomial_t"


def of_one_degree(original):
    """All are of the degree of the first."""
    return lambda x, n: original(x, n.reshape(-1)[:1] if isinstance(n, torch.Tensor) and n.numel() else n)


def even(original):
    """At the lower end the sign is lost."""
    return lambda x, n: original(x, n).abs()


def scaled(factor):
    """The derivative is so many times what it is, and the value is right."""

    def wrong(original):
        def function(*args, **kwargs):
            result = original(*args, **kwargs)
            return result * factor - (result * (factor - 1)).detach()

        return function

    return wrong


def once(original):
    """The derivative is a constant to the next one."""

    class Once(torch.autograd.Function):
        @staticmethod
        def forward(context, x):
            context.save_for_backward(x)
            return original(x.detach())

        @staticmethod
        def backward(context, cotangent):
            (x,) = context.saved_tensors
            with torch.enable_grad():
                leaf = x.detach().requires_grad_()
                (slope,) = torch.autograd.grad(original(leaf).sum(), leaf)
            return cotangent * slope + 0 * x * cotangent

    return Once.apply


def one_way(original):
    """The derivative is twice itself in forward mode."""

    def function(x):
        result = original(x)
        tangent = torch.autograd.forward_ad.unpack_dual(result).tangent
        if tangent is None:
            return result
        primal = torch.autograd.forward_ad.unpack_dual(result).primal
        return torch.autograd.forward_ad.make_dual(primal, 2 * tangent)

    return function


OF_POLYNOMIALS = (
    Plant("off by 1e-5", polynomials.test_is_its_recursion, H, wrong.slightly, POLYNOMIAL["hermite_polynomial_h"]),
    Plant(
        "the other kind",
        polynomials.test_is_its_recursion,
        S + "chebyshev_polynomial_v",
        lambda f: torch.special.chebyshev_polynomial_w,
        POLYNOMIAL["chebyshev_polynomial_v"],
    ),
    Plant("of one degree", polynomials.test_arguments_broadcast, H, of_one_degree, POLYNOMIAL["hermite_polynomial_h"]),
    Plant(
        "one less",
        polynomials.test_the_degree_may_be_a_number,
        T,
        lambda f: lambda x, n: f(x, n - 1),
        {**POLYNOMIAL["chebyshev_polynomial_t"], "degree": 6},
    ),
    Plant(
        "an integer",
        polynomials.test_the_argument_may_be_a_number,
        T,
        lambda f: lambda x, n: f(round(x), n),
        POLYNOMIAL["chebyshev_polynomial_t"],
    ),
    Plant(
        "as if dense",
        polynomials.test_layout_does_not_matter,
        H,
        lambda f: lambda x, n: f(torch.as_strided(x, x.shape, x.contiguous().stride()), n),
        {**POLYNOMIAL["hermite_polynomial_h"], "layout": "transposed"},
    ),
    Plant(
        "the last",
        polynomials.test_large_tensors_are_computed_throughout,
        S + "legendre_polynomial_p",
        wrong.last,
        POLYNOMIAL["legendre_polynomial_p"],
    ),
    Plant(
        "float64",
        polynomials.test_integers_become_the_default_dtype,
        H,
        lambda f: lambda x, n: f(x, n).double() if not x.is_floating_point() else f(x, n),
        {**POLYNOMIAL["hermite_polynomial_h"], "dtype": torch.int64},
    ),
    Plant(
        "NaN",
        polynomials.test_of_degree_zero_is_one,
        H,
        lambda f: lambda x, n: f(x, n) + 0 * x,
        POLYNOMIAL["hermite_polynomial_h"],
    ),
    Plant(
        "lost",
        polynomials.test_nan_is_kept,
        H,
        lambda f: lambda x, n: f(x.nan_to_num(), n),
        {**POLYNOMIAL["hermite_polynomial_h"], "length": 17},
    ),
    Plant(
        "unsigned",
        polynomials.test_ends_of_the_interval_are_integers,
        S + "legendre_polynomial_p",
        even,
        END["legendre_polynomial_p"],
    ),
    Plant(
        "twice",
        polynomials.test_of_degree_one_is_its_argument,
        T,
        lambda f: lambda x, n: 2 * f(x, n),
        POLYNOMIAL["chebyshev_polynomial_t"],
    ),
    Plant(
        "of the first kind from 3",
        polynomials.test_the_next_degree_follows_from_two,
        S + "chebyshev_polynomial_u",
        lambda f: lambda x, n: torch.where(n > 2, torch.special.chebyshev_polynomial_t(x, n), f(x, n)),
        POLYNOMIAL["chebyshev_polynomial_u"],
    ),
    Plant(
        "of degree 50", polynomials.test_chebyshev_polynomials_are_cosines, T, lambda f: lambda x, n: f(x, min(n, 50))
    ),
)
OF_SPELLINGS = (
    Plant("off by 1e-5", spellings.test_the_spellings_agree, "torch.lgamma", wrong.slightly, TWIN["gammaln"]),
    Plant("off by 1e-5", spellings.test_the_spellings_agree, "torch.Tensor.erfinv", wrong.slightly, TWIN["erfinv"]),
    Plant("on a copy", spellings.test_the_method_in_place_agrees, "torch.Tensor.sinc_", wrong.outside, TWIN["sinc"]),
    Plant("not written", spellings.test_writes_into_out_and_returns_it, S + "i1", wrong.ignoring_out, TWIN["i1"]),
    Plant(
        "without strides",
        spellings.test_writes_to_a_view_and_not_between,
        S + "ndtri",
        wrong.packing_out,
        TWIN["ndtri"],
    ),
    Plant(
        "without strides",
        spellings.test_writes_to_a_transposed_out,
        S + "log_ndtr",
        wrong.packing_out,
        TWIN["log_ndtr"],
    ),
    Plant("cut", spellings.test_resizes_an_empty_out, S + "erfcx", wrong.cutting_out, TWIN["erfcx"]),
    Plant("cast", spellings.test_refuses_an_out_of_integers, S + "zeta", wrong.casting_out, TWIN["zeta"]),
    Plant(
        "one more",
        spellings.test_casts_integers_into_a_wider_out,
        S + "i0",
        lambda f: lambda x, out=None: f(x) if out is None else out.copy_(f(x) + 1),
        TWIN["i0"],
    ),
    Plant("off by 1e-5", spellings.test_the_spellings_of_polygamma_agree, "torch.polygamma", wrong.slightly, {"n": 2}),
    Plant("off by 1e-5", spellings.test_polygamma_of_order_zero_is_digamma, S + "polygamma", wrong.slightly),
    Plant("ignored", spellings.test_round_takes_decimals, S + "round", wrong.ignoring("decimals"), {"decimals": 2}),
    Plant(
        "the last axis",
        spellings.test_is_its_formula_along_every_axis,
        S + "softmax",
        lambda f: lambda x, axis: f(x, -1),
        {**ALONG["softmax"], "axis": 0},
    ),
    Plant(
        "cast afterwards",
        spellings.test_computes_in_the_dtype_it_is_told,
        S + "log_softmax",
        lambda f: lambda x, axis, dtype: f(x, axis).to(dtype),
        ALONG["log_softmax"],
    ),
    Plant(
        "one axis",
        spellings.test_logsumexp_keeps_dimensions,
        S + "logsumexp",
        lambda f: lambda x, axes, keepdim: f(x, axes[:1], keepdim),
    ),
)
OF_GRADIENTS = (
    Plant(
        "off by 1e-5",
        gradients.test_the_gradient_is_the_slope,
        S + "log_ndtr",
        scaled(1.00001),
        {"row": NAMED["log_ndtr"]},
    ),
    Plant(
        "four digits",
        gradients.test_the_gradient_has_single_precision,
        S + "digamma",
        scaled(1.0001),
        {"row": gradients.ROUGH[0]},
    ),
    Plant(
        "a constant",
        gradients.test_the_second_derivative_is_the_slope_of_the_slope,
        S + "erfinv",
        once,
        {"row": NAMED["erfinv"]},
    ),
    Plant("twice", gradients.test_forward_mode_agrees_with_backward, S + "i0e", one_way, {"row": NAMED["i0e"]}),
    Plant(
        "off by 1e-5",
        gradients.test_the_gradient_of_two_arguments_is_the_slope,
        S + "gammainc",
        scaled(1.00001),
        ARGUMENT["gammainc-1"],
    ),
    Plant(
        "the first alone",
        gradients.test_the_gradient_of_what_is_broadcast_is_a_sum,
        S + "xlogy",
        lambda f: lambda x, y: torch.cat([f(x, y)[:1], f(x, y)[1:].detach()]),
        ARGUMENT["xlogy-0"],
    ),
    Plant(
        "zero",
        gradients.test_the_first_argument_of_gammainc_has_no_gradient,
        S + "gammainc",
        lambda f: lambda a, x: f(a.detach(), x) + 0 * a,
        {"name": "gammainc"},
    ),
    Plant(
        "off by 1e-5", gradients.test_the_gradient_of_polygamma_is_the_next, S + "polygamma", scaled(1.00001), {"n": 2}
    ),
    Plant(
        "off by 1e-5",
        gradients.test_the_gradient_of_multigammaln_adds_up_digammas,
        S + "multigammaln",
        scaled(1.00001),
        {"p": 2},
    ),
    Plant(
        "a constant",
        gradients.test_the_result_requires_grad,
        S + "i1",
        lambda f: lambda x: f(x).detach(),
        {"row": NAMED["i1"]},
    ),
)
PLANTS = OF_POLYNOMIALS + OF_SPELLINGS + OF_GRADIENTS


@plants(*PLANTS)
def test_is_rejected(plant, request):
    assert_rejected(plant, request)
