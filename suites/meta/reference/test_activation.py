"""Activations: values by hand, hard values, and gradients."""

import math

import numpy as np

from reference import activation
from suites.meta.reference.checks import draw, equals, is_adjoint, near

X = np.array([-2.0, 0.0, 3.0])
ONE = np.ones(3)
LN3 = np.array([0.0, math.log(3.0)])


def test_relu_keeps_nan_and_the_sign_of_zero():
    equals(activation.relu(X), [0, 0, 3])
    assert np.signbit(activation.relu(np.array(-0.0)))
    assert np.isnan(activation.relu(np.array(np.nan)))


def test_relu_gradient_is_zero_at_zero():
    equals(activation.relu_vjp(X, 5 * ONE), [0, 0, 5])


def test_leaky_relu_by_hand():
    equals(activation.leaky_relu(X, 0.25), [-0.5, 0, 3])


def test_elu_by_hand():
    near(activation.elu(np.array([-math.log(2), 0.0, 800.0]), 2.0), [-1, 0, 800])


def test_sigmoid_by_hand():
    near(activation.sigmoid(np.array([-800.0, 0.0, math.log(3), -math.log(3)])), [0, 0.5, 0.75, 0.25])


def test_log_sigmoid_by_hand():
    near(activation.log_sigmoid(np.array([-800.0, 0.0, 800.0])), [-800, -math.log(2), 0])


def test_silu_by_hand():
    near(activation.silu(np.array([0.0, math.log(3), -800.0])), [0, 0.75 * math.log(3), 0])


def test_tanh_by_hand():
    near(activation.tanh(np.array([0.0, math.log(2), -800.0])), [0, 0.6, -1])


def test_gelu_by_hand():
    below, density = 0.15865525393145705, 0.24197072451914337  # Φ(-1) and φ(1)
    near(activation.gelu(np.array([-1.0, 0.0, 1.0, 40.0])), [-below, 0, 1 - below, 40])
    near(activation.gelu_vjp(np.array([-1.0, 0.0, 1.0]), ONE), [below - density, 0.5, 1 - below + density])


def test_softmax_by_hand():
    near(activation.softmax(LN3 + 1000), [0.25, 0.75], ulps=1000)
    near(activation.softmax(np.zeros((2, 4)), axis=0), [[0.5] * 4] * 2)


def test_log_softmax_by_hand():
    near(activation.log_softmax(LN3), [math.log(0.25), math.log(0.75)])
    near(activation.log_softmax(np.array([0.0, 2000.0])), [-2000, 0])


def test_the_gradient_of_relu_is_adjoint():
    is_adjoint(activation.relu, activation.relu_vjp, *draw(1, (4, 5)))


def test_softmin_by_hand():
    near(activation.softmin(-LN3), [0.25, 0.75])
