"""Losses of two arrays: values by hand, reductions, and gradients."""

import math

import numpy as np
import pytest

from reference import loss
from suites.meta.reference.checks import draw, equals, is_adjoint, near

X, TARGET = np.array([1.0, 5.0, 2.0, -1.0]), np.array([1.0, 2.0, 2.5, 1.0])  # differences 0, 3, -0.5, -2
ONE = np.array(1.0)
REDUCTIONS = ["none", "mean", "sum"]


def test_mse_by_hand():
    equals(loss.mse_loss(X, TARGET, reduction="none"), [0, 9, 0.25, 4])
    equals(loss.mse_loss(X, TARGET), 3.3125)
    equals(loss.mse_loss(X, TARGET, reduction="sum"), 13.25)
    equals(loss.mse_loss_vjp(X, TARGET, ONE)[0], [0, 1.5, -0.25, -1])
    equals(loss.mse_loss_vjp(X, TARGET, ONE, reduction="sum")[1], [0, -6, 1, 4])


def test_l1_by_hand():
    equals(loss.l1_loss(X, TARGET, reduction="none"), [0, 3, 0.5, 2])
    equals(loss.l1_loss(X, TARGET), 1.375)


def test_smooth_l1_by_hand():
    equals(loss.smooth_l1_loss(X, TARGET, reduction="none"), [0, 2.5, 0.125, 1.5])
    equals(loss.smooth_l1_loss(X, TARGET, beta=2.0, reduction="none"), [0, 2, 0.0625, 1])
    equals(loss.smooth_l1_loss(X, TARGET, beta=0.0, reduction="none"), [0, 3, 0.5, 2])


def test_huber_by_hand():
    equals(loss.huber_loss(X, TARGET, reduction="none"), [0, 2.5, 0.125, 1.5])
    equals(loss.huber_loss(X, TARGET, delta=2.0, reduction="none"), [0, 4, 0.125, 2])


def test_binary_cross_entropy_by_hand():
    p, target = np.array([0.5, 0.25, 1.0]), np.array([1.0, 0.0, 0.0])

    near(loss.binary_cross_entropy(p, target, reduction="none"), [math.log(2), -math.log(0.75), 100])
    near(loss.binary_cross_entropy(p[:2], target[:2], np.array([3.0, 0.0])), 1.5 * math.log(2))


def test_binary_cross_entropy_with_logits_by_hand():
    x, target = np.array([0.0, math.log(3), 800.0]), np.array([1.0, 0.0, 0.0])

    near(loss.binary_cross_entropy_with_logits(x, target, reduction="none"), [math.log(2), math.log(4), 800])
    near(
        loss.binary_cross_entropy_with_logits(x[:2], target[:2], None, np.array([3.0, 9.0]), reduction="none"),
        [3 * math.log(2), math.log(4)],
    )


@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_gradients_are_adjoint(reduction):
    is_adjoint(
        lambda x, t: loss.mse_loss(x, t, reduction=reduction),
        lambda x, t, g: loss.mse_loss_vjp(x, t, g, reduction=reduction),
        *draw(1, (4, 5), (4, 5)),
    )
