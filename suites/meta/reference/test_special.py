"""Values of reference.special, its Bessel functions and polynomials worked out by hand, or known to all."""

import math

import numpy as np
import pytest

from reference import special, special_bessel, special_polynomial
from suites.meta.reference.checks import near

GAMMA = 0.5772156649015329
PI = math.pi

SPECIAL = [
    ("erf", (1.0,), 0.8427007929497149),
    ("erfc", (1.0,), 0.15729920705028513),
    ("erfc", (-1.0,), 1.8427007929497149),
    ("erfcx", (1.0,), math.e * 0.15729920705028513),
    ("ndtr", (math.sqrt(2),), 0.9213503964748575),
    ("log_ndtr", (-math.sqrt(2),), math.log(0.15729920705028513 / 2)),
    ("log_ndtr", (math.sqrt(2),), math.log(0.9213503964748575)),
    ("erfinv", (0.8427007929497149,), 1.0),
    ("erfinv", (-0.8427007929497149,), -1.0),
    ("ndtri", (0.975,), 1.959963984540054),
    ("ndtri", (0.025,), -1.959963984540054),
    ("expit", (math.log(3),), 0.75),
    ("logit", (0.75,), math.log(3)),
    ("entr", (0.5,), math.log(2) / 2),
    ("exp2", (-3.0,), 0.125),
    ("expm1", (1e-20,), 1e-20),
    ("log1p", (1e-20,), 1e-20),
    ("sinc", (0.5,), 2 / PI),
    ("sinc", (-1.5,), -2 / (3 * PI)),
    ("gammaln", (5.0,), math.log(24)),
    ("gammaln", (-0.5,), math.log(2 * math.sqrt(PI))),
    ("digamma", (1.0,), -GAMMA),
    ("digamma", (0.5,), -GAMMA - 2 * math.log(2)),
    ("polygamma", (1.0, 1.0), PI**2 / 6),
    ("polygamma", (3.0, 1.0), PI**4 / 15),
    ("multigammaln", (2.0, 1.0), 0.0),
    ("multigammaln", (1.5, 2.0), math.log(PI) / 2 + math.log(math.sqrt(PI) / 2)),
    ("gammainc", (1.0, 2.0), 1 - math.exp(-2)),
    ("gammaincc", (1.0, 2.0), math.exp(-2)),
    ("gammaincc", (2.0, 3.0), 4 * math.exp(-3)),
    ("zeta", (2.0, 1.0), PI**2 / 6),
    ("zeta", (2.0, 2.0), PI**2 / 6 - 1),
    ("xlogy", (2.0, math.e), 2.0),
    ("xlogy", (0.0, 3.0), 0.0),
    ("xlog1py", (2.0, 1e-20), 2e-20),
]
#: At 1, as tables of them say.
BESSEL = [
    ("airy_ai", (0.0,), 0.3550280538878172),
    ("airy_ai", (1.0,), 0.13529241631288141),
    ("bessel_j0", (1.0,), 0.7651976865579666),
    ("bessel_j1", (1.0,), 0.44005058574493355),
    ("bessel_y0", (1.0,), 0.08825696421567697),
    ("bessel_y1", (1.0,), -0.7812128213002887),
    ("modified_bessel_i0", (1.0,), 1.2660658777520084),
    ("modified_bessel_i1", (1.0,), 0.5651591039924851),
    ("i0", (1.0,), 1.2660658777520084),
    ("i1", (1.0,), 0.5651591039924851),
    ("i0e", (-1.0,), 1.2660658777520084 / math.e),
    ("i1e", (-1.0,), -0.5651591039924851 / math.e),
    ("modified_bessel_k0", (1.0,), 0.42102443824070834),
    ("modified_bessel_k1", (1.0,), 0.6019072301972346),
    ("scaled_modified_bessel_k0", (1.0,), 0.42102443824070834 * math.e),
    ("scaled_modified_bessel_k1", (1.0,), 0.6019072301972346 * math.e),
    ("spherical_bessel_j0", (PI / 2,), 2 / PI),
]
#: The polynomials of degree 3, at 2.
POLYNOMIAL = [
    ("chebyshev_polynomial_t", (2.0, 3.0), 4 * 8 - 3 * 2),
    ("chebyshev_polynomial_u", (2.0, 3.0), 8 * 8 - 4 * 2),
    ("chebyshev_polynomial_v", (2.0, 3.0), 8 * 8 - 4 * 4 - 4 * 2 + 1),
    ("chebyshev_polynomial_w", (2.0, 3.0), 8 * 8 + 4 * 4 - 4 * 2 - 1),
    ("shifted_chebyshev_polynomial_t", (2.0, 3.0), 4 * 27 - 3 * 3),
    ("shifted_chebyshev_polynomial_u", (2.0, 3.0), 8 * 27 - 4 * 3),
    ("shifted_chebyshev_polynomial_v", (2.0, 3.0), 8 * 27 - 4 * 9 - 4 * 3 + 1),
    ("shifted_chebyshev_polynomial_w", (2.0, 3.0), 8 * 27 + 4 * 9 - 4 * 3 - 1),
    ("hermite_polynomial_h", (2.0, 3.0), 8 * 8 - 12 * 2),
    ("hermite_polynomial_he", (2.0, 3.0), 8 - 3 * 2),
    ("laguerre_polynomial_l", (2.0, 3.0), (-8 + 9 * 4 - 18 * 2 + 6) / 6),
    ("legendre_polynomial_p", (2.0, 3.0), (5 * 8 - 3 * 2) / 2),
]
DEGREE_ZERO = [(name, (2.0, 0.0), 1.0) for name, _, _ in POLYNOMIAL]


@pytest.mark.parametrize(("name", "arguments", "expected"), SPECIAL)
def test_special_values_by_hand(name, arguments, expected):
    near(getattr(special, name)(*(np.array([argument]) for argument in arguments)), [expected])


@pytest.mark.parametrize(("name", "arguments", "expected"), BESSEL)
def test_bessel_values_by_hand(name, arguments, expected):
    near(getattr(special_bessel, name)(*(np.array([argument]) for argument in arguments)), [expected])


@pytest.mark.parametrize(("name", "arguments", "expected"), POLYNOMIAL + DEGREE_ZERO)
def test_polynomials_by_hand(name, arguments, expected):
    near(getattr(special_polynomial, name)(*(np.array([argument]) for argument in arguments)), [expected])


def test_values_have_more_digits_than_float64():
    value = special.erf(np.array(0.5))

    assert value.dtype == np.longdouble
    assert abs(value - np.longdouble("0.52049987781304653768274665389")) <= np.finfo(np.longdouble).eps


def test_arguments_broadcast():
    assert special.xlogy(np.ones((2, 1)), np.ones(3)).shape == (2, 3)


def test_the_slope_of_a_logarithm_is_the_inverse():
    near(special.slope(special.log1p)(np.array([3.0, 7.0])), [0.25, 0.125])


def test_the_slope_in_the_second_argument():
    near(special.slope(special.xlogy, 1)(np.array([3.0]), np.array([4.0])), [0.75])


def test_the_slope_of_the_slope():
    near(special.slope(special.slope(special.log1p))(np.array([3.0])), [-1 / 16])


def test_no_quantile_of_one():
    with pytest.raises((ArithmeticError, ValueError)):
        special.erfinv(np.array([1.0]))


def test_bessel_functions_of_the_second_kind_have_the_slopes_of_their_equations():
    x = np.array([0.75, 2.5])
    k0, k1 = (getattr(special_bessel, f"modified_bessel_k{n}")(x) for n in range(2))

    near(special.slope(special_bessel.bessel_y0)(x), -special_bessel.bessel_y1(x).astype(float))
    near(special.slope(special.slope(special_bessel.modified_bessel_k0))(x), (k0 + k1 / x).astype(float))
