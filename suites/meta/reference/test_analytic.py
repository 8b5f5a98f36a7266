"""Values of the analytic forms that were worked out by hand, and complex steps that pass through them."""

import math

import numpy as np
import pytest

from reference import analytic, derivative

ROW = np.array([1.0, 2.0, 4.0])
CASES = {
    "absolute": (analytic.absolute(np.array([-2.0, 0.0, 3.0])), [2, 0, 3]),
    "erf": (analytic.erf(np.array([0.0, 0.5, -2.0])), [0, math.erf(0.5), -math.erf(2)]),
    "gelu": (analytic.gelu(np.array([0.0, 1.0])), [0, (1 + math.erf(1 / math.sqrt(2))) / 2]),
    "gelu by tanh": (
        analytic.gelu_tanh(np.array([0.0, 1.0])),
        [0, (1 + math.tanh(math.sqrt(2 / math.pi) * 1.044715)) / 2],
    ),
    "atan2": (
        analytic.atan2(np.array([1.0, 1.0, -1.0]), np.array([1.0, -1.0, -1.0])),
        np.pi * np.array([0.25, 0.75, -0.75]),
    ),
    "clamp": (analytic.clamp(np.array([-1.0, 0.5, 9.0]), 0.0, 2.0), [0, 0.5, 2]),
    "var": (analytic.var(ROW), 7 / 3),
    "var, biased": (analytic.var(ROW[None], 1, 0, True), [[14 / 9]]),
    "norm": (analytic.norm(np.array([3.0, -4.0])), 5),
    "norm of order 1": (analytic.norm(np.array([[3.0, -4.0]]), 1, 1), [7]),
    "norm of order infinity": (analytic.norm(np.array([3.0, -4.0]), math.inf), 4),
    "logsumexp": (analytic.logsumexp(np.log(ROW)), math.log(7)),
    "logsumexp, kept": (analytic.logsumexp(np.log(ROW)[None], 1, True), [[math.log(7)]]),
    "softmax": (analytic.softmax(np.log(ROW)), ROW / 7),
    "logcumsumexp": (analytic.logcumsumexp(np.log(ROW)), np.log([1, 3, 7])),
    "trace": (analytic.trace(np.array([[1.0, 9.0, 9.0], [9.0, 2.0, 9.0]])), 3),
}


@pytest.mark.parametrize(("actual", "expected"), CASES.values(), ids=CASES)
def test_values(actual, expected):
    assert np.shape(actual) == np.shape(expected)
    assert np.abs(np.asarray(actual) - expected).max() < 1e-14


@pytest.mark.parametrize(
    ("function", "slope"),
    [
        (analytic.absolute, [-1, 1]),
        (analytic.erf, 2 / math.sqrt(math.pi) * np.exp([-1, -0.25])),
        (lambda x: analytic.clamp(x, 0.0, 1.0), [0, 1]),
        (lambda x: analytic.atan2(x, np.array([-1.0, -1.0])), [-0.5, -0.8]),
    ],
    ids=["absolute", "erf", "clamp", "atan2"],
)
def test_complex_steps_pass(function, slope):
    found = derivative.jvp(function, (np.array([-1.0, 0.5]),), (np.ones(2),))

    assert np.abs(found - slope).max() < 1e-14
