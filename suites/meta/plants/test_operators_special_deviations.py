"""Wrong answers of special functions where torch breaks a claim: it holds of a mended torch, and rejects them."""

import numpy as np
import torch

from suites.kit import array
from suites.meta import wrong
from suites.meta.planting import Plant, Repair, assert_rejected_once_mended, plants
from suites.meta.plants.test_operators_special_more import once, scaled
from suites.operators import test_special as special
from suites.operators import test_special_gradients as gradients
from suites.operators import test_special_pairs as pairs
from suites.operators import test_special_polynomials as polynomials
from suites.operators import test_special_values as values
from suites.operators.specials import NAMED, POLYNOMIALS, oracle_of

S = "torch.special."


def by_the_oracle(name):
    """The function as the reference has it, rounded to the dtype."""

    def right(*arguments):
        dtype = next(a.dtype for a in arguments if isinstance(a, torch.Tensor))
        numbers = (array(a).astype(float) if isinstance(a, torch.Tensor) else np.array(float(a)) for a in arguments)
        result = torch.from_numpy(oracle_of(name)(*numbers).astype(float))
        return result.to(dtype)

    return lambda original: right


def differentiable(value, slope):
    """The function ``value`` with the derivative ``slope``, which may have one too."""

    class Right(torch.autograd.Function):
        @staticmethod
        def forward(context, x):
            context.save_for_backward(x)
            return value(x.detach())

        @staticmethod
        def backward(context, cotangent):
            return cotangent * slope(context.saved_tensors[0])

    return Right.apply


def bessel_j0(original):
    """J₀ with its derivative -J₁, and that with its own."""
    first = torch.special.bessel_j1
    return differentiable(original, lambda x: -differentiable(first, lambda y: original(y) - first(y) / y)(x))


def digamma(original):
    """Digamma with the derivative of the oracle."""
    next_one = by_the_oracle("polygamma")(None)
    return differentiable(original, lambda x: next_one(torch.ones_like(x), x))


def recorded(original):
    """A polynomial that is no constant."""
    return lambda x, n: original(x, n) + 0 * x


def by_halves(original):
    """exp(x) in two factors, so that it does not overflow before it is made smaller."""
    return lambda x: original(x.clamp(max=80)) if x.dtype is torch.float32 else torch.full_like(x, 6.705e307)


def of_the_modulus(original):
    """log Γ of |x|."""
    return lambda x: original(x.abs())


CASES = (
    (
        Plant("off by 1e-5", special.test_is_its_formula_far_from_zero_in_double_precision, S + "airy_ai",
              wrong.slightly, {"row": special.FAR[0]}),
        by_the_oracle("airy_ai"),
    ),
    (Plant("0 below", special.test_ndtr_tells_small_probabilities, S + "ndtr",
           lambda f: lambda x: f(x).masked_fill(x < -5, 0)), by_the_oracle("ndtr")),
    (
        Plant("cut off", special.test_erf_of_bfloat16_is_rounded_once, S + "erf", lambda f: lambda x: f(x) * 0.98,
              {"row": NAMED["erf"], "dtype": torch.bfloat16}),
        by_the_oracle("erf"),
    ),
    (
        Plant("off by 1e-5", pairs.test_is_its_formula_for_large_numbers_in_double_precision, S + "gammainc",
              wrong.slightly, {"row": pairs.FAR[0]}),
        by_the_oracle("gammainc"),
    ),
    (Plant("off by 1e-5", pairs.test_zeta_of_large_q_is_its_formula, S + "zeta", wrong.slightly),
     by_the_oracle("zeta")),
    (
        Plant("off by 1e-5", pairs.test_polygamma_of_order_one_has_double_precision, S + "polygamma", wrong.slightly),
        lambda original: lambda n, x: by_the_oracle("polygamma")(None)(torch.full_like(x, n), x),
    ),
    (
        Plant("one", values.test_modified_bessel_functions_reach_the_largest_numbers, S + "i0",
              lambda f: lambda x: f(x) * 10, {"name": "i0", "x": 713.0, "dtype": torch.float64}),
        by_halves,
    ),
    (
        Plant("off by 1e-5", values.test_gammaln_is_the_logarithm_of_gamma_of_the_modulus, S + "gammaln",
              wrong.slightly),
        of_the_modulus,
    ),
    (
        Plant("off by 1e-5", gradients.test_the_gradient_has_double_precision, S + "digamma", scaled(1.00001),
              {"row": gradients.ROUGH[0]}),
        digamma,
    ),
    (
        Plant("off by 1e-5", gradients.test_the_gradient_of_bessel_functions_is_the_slope, S + "bessel_j0",
              scaled(1.00001), {"row": NAMED["bessel_j0"]}),
        bessel_j0,
    ),
    (
        Plant("a constant", gradients.test_the_second_derivative_of_bessel_functions_is_the_slope_of_the_slope,
              S + "bessel_j0", once, {"row": NAMED["bessel_j0"]}),
        bessel_j0,
    ),
    (
        Plant("a constant", gradients.test_a_polynomial_requires_grad, S + "hermite_polynomial_h",
              lambda f: lambda x, n: f(x, n).detach(), {"row": POLYNOMIALS[8]}),
        recorded,
    ),
    (
        Plant("twice", polynomials.test_of_degree_one_is_its_argument, S + "laguerre_polynomial_l",
              lambda f: lambda x, n: 2 * f(x, n), {"row": polynomials.LINEAR[3]}),
        lambda original: lambda x, n: 1 - original(x, n),
    ),
)  # fmt: skip
PLANTS = tuple(plant for plant, _ in CASES)
REPAIRS = {str(plant): mend for plant, mend in CASES}


@plants(*PLANTS)
def test_is_rejected_by_a_claim_that_holds_once_torch_is_mended(plant, request):
    assert_rejected_once_mended(plant, Repair(plant.target, REPAIRS[str(plant)]), request)
