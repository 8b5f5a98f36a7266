"""Values of reference.pointwise worked out by hand, or known to all."""

import math

import numpy as np
import pytest

from reference import pointwise
from suites.meta.reference.checks import near

HAND = [
    ("abs", (-2.0,), 2.0),
    ("acos", (-1.0,), math.pi),
    ("acosh", (1.0,), 0.0),
    ("angle", (-1.0,), math.pi),
    ("asin", (1.0,), math.pi / 2),
    ("asinh", (0.0,), 0.0),
    ("atan", (1.0,), math.pi / 4),
    ("atan2", (1.0, -1.0), 3 * math.pi / 4),
    ("atanh", (0.0,), 0.0),
    ("ceil", (1.2,), 2.0),
    ("copysign", (3.0, -0.0), -3.0),
    ("cos", (math.pi,), -1.0),
    ("cosh", (0.0,), 1.0),
    ("exp", (1.0,), math.e),
    ("exp2", (10.0,), 1024.0),
    ("expm1", (1e-20,), 1e-20),
    ("floor", (-1.2,), -2.0),
    ("hypot", (3.0, 4.0), 5.0),
    ("isfinite", (np.inf,), False),
    ("isinf", (-np.inf,), True),
    ("isnan", (np.nan,), True),
    ("log", (math.e,), 1.0),
    ("log10", (1000.0,), 3.0),
    ("log1p", (1e-20,), 1e-20),
    ("log2", (8.0,), 3.0),
    ("logaddexp", (0.0, 0.0), math.log(2)),
    ("logaddexp2", (1.0, 1.0), 2.0),
    ("neg", (2.0,), -2.0),
    ("nextafter", (1.0, 2.0), 1.0 + 2.0**-52),
    ("signbit", (-0.0,), True),
    ("sin", (math.pi / 2,), 1.0),
    ("sinh", (0.0,), 0.0),
    ("sqrt", (9.0,), 3.0),
    ("square", (-3.0,), 9.0),
    ("tan", (0.0,), 0.0),
    ("tanh", (0.0,), 0.0),
    ("trunc", (-1.8,), -1.0),
    ("round", (2.5,), 2.0),
    ("round", (3.5,), 4.0),
    ("frac", (-1.75,), -0.75),
    ("sign", (-4.0,), -1.0),
    ("sign", (0.0,), 0.0),
    ("sgn", (3 + 4j,), 0.6 + 0.8j),
    ("sgn", (0j,), 0j),
    ("relu", (-2.0,), 0.0),
    ("relu", (2.0,), 2.0),
    ("reciprocal", (4.0,), 0.25),
    ("rsqrt", (4.0,), 0.5),
    ("sigmoid", (0.0,), 0.5),
    ("sigmoid", (math.log(3),), 0.75),
    ("logit", (0.75,), math.log(3)),
    ("deg2rad", (180.0,), math.pi),
    ("rad2deg", (math.pi,), 180.0),
    ("sinc", (0.0,), 1.0),
    ("sinc", (0.5,), 2 / math.pi),
    ("erf", (0.0,), 0.0),
    ("erf", (1.0,), 0.8427007929497149),
    ("erfc", (1.0,), 0.15729920705028513),
    ("lgamma", (5.0,), math.log(24)),
    ("lgamma", (-2.0,), math.inf),
    ("xlogy", (0.0, 0.0), 0.0),
    ("xlogy", (2.0, math.e), 2.0),
    ("heaviside", (-1.0, 7.0), 0.0),
    ("heaviside", (0.0, 7.0), 7.0),
    ("heaviside", (2.0, 7.0), 1.0),
    ("ldexp", (3.0, 4.0), 48.0),
    ("isposinf", (np.inf,), True),
    ("isposinf", (-np.inf,), False),
    ("isneginf", (-np.inf,), True),
    ("nan_to_num", (np.nan, 1.0, 2.0, 3.0), 1.0),
    ("nan_to_num", (np.inf, 1.0, 2.0, 3.0), 2.0),
    ("nan_to_num", (-np.inf, 1.0, 2.0, 3.0), 3.0),
    ("nan_to_num", (5.0, 1.0, 2.0, 3.0), 5.0),
]


@pytest.mark.filterwarnings("ignore:divide by zero:RuntimeWarning")
@pytest.mark.parametrize(("name", "arguments", "expected"), HAND)
def test_values_by_hand(name, arguments, expected):
    value = getattr(pointwise, name)(*(np.array([argument]) for argument in arguments))

    near(value, [expected])
