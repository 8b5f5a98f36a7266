"""Values of activation functions that were worked out by hand."""

import math

import numpy as np
import pytest

from reference import piecewise
from suites.meta.reference.checks import near

X = np.array([-4.0, -1.0, 0.0, 0.25, 2.0])
SLOW = math.exp(-1)
CASES = {
    "prelu": (piecewise.prelu(X, np.array([0.5])), [-2, -0.5, 0, 0.25, 2]),
    "prelu of channels": (piecewise.prelu(np.array([[-1.0, -1.0]]), np.array([0.5, 0.25])), [[-0.5, -0.25]]),
    "rrelu": (piecewise.rrelu(X, 0.25, 0.75), [-2, -0.5, 0, 0.25, 2]),
    "hardtanh": (piecewise.hardtanh(X, -2, 1), [-2, -1, 0, 0.25, 1]),
    "relu6": (piecewise.relu6(4 * X), [0, 0, 0, 1, 6]),
    "hardsigmoid": (piecewise.hardsigmoid(X), [0, 1 / 3, 0.5, 3.25 / 6, 5 / 6]),
    "hardswish": (piecewise.hardswish(X), [0, -1 / 3, 0, 0.25 * 3.25 / 6, 5 / 3]),
    "threshold": (piecewise.threshold(X, 0.25, 9), [9, 9, 9, 9, 2]),
    "hardshrink": (piecewise.hardshrink(X), [-4, -1, 0, 0, 2]),
    "softshrink": (piecewise.softshrink(X), [-3.5, -0.5, 0, 0, 1.5]),
    "tanhshrink": (piecewise.tanhshrink(X[2:3]), [0]),
    "softsign": (piecewise.softsign(X), [-0.8, -0.5, 0, 0.2, 2 / 3]),
    "softplus": (piecewise.softplus(np.array([0.0, 3.0]), 2.0, 5.0), [math.log(2) / 2, 3]),
    "mish": (piecewise.mish(np.array([0.0, math.log(1)])), [0, 0]),
    "mish of log": (piecewise.mish(np.array([math.log(math.e - 1)])), [math.log(math.e - 1) * math.tanh(1)]),
    "selu": (piecewise.selu(X[1::3]), [1.0507009873554805 * 1.6732632423543772 * (SLOW - 1), 2 * 1.0507009873554805]),
    "celu": (piecewise.celu(np.array([-2.0, 2.0]), 2.0), [2 * (SLOW - 1), 2]),
    "glu": (piecewise.glu(np.array([[3.0, 0.0]])), [[1.5]]),
    "gelu_tanh": (piecewise.gelu_tanh(np.array([0.0, 30.0])), [0, 30]),
}


@pytest.mark.parametrize(("found", "expected"), CASES.values(), ids=list(CASES))
def test_value_by_hand(found, expected):
    near(found, expected)
