"""Normalisation: values by hand in training and evaluation, running statistics, and gradients."""

import numpy as np
import pytest

from reference.normalization import (
    batch_norm,
    batch_norm_running,
    batch_norm_vjp,
    group_norm,
    instance_norm,
    layer_norm,
    normalize,
    rms_norm,
)
from suites.meta.reference.checks import draw, equals, is_adjoint

X = np.array([[0.0, 5.0], [2.0, 9.0]])  # channels of mean 1 and 7, biased variance 1 and 4, unbiased 2 and 8
MEAN, VAR = np.array([1.0, 5.0]), np.array([4.0, 16.0])
WEIGHT, BIAS = np.array([4.0, 2.0]), np.array([1.0, 0.0])


def test_training_divides_by_the_biased_deviation_of_the_batch():
    equals(batch_norm(X, MEAN, VAR, training=True, eps=0.0), [[-1, -1], [1, 1]])
    equals(batch_norm(X[:, :1], None, None, WEIGHT[:1], BIAS[:1], training=True, eps=3.0), [[-1], [3]])


def test_evaluation_uses_the_running_statistics():
    equals(batch_norm(X, MEAN, VAR, eps=0.0), [[-0.5, 0], [0.5, 1]])
    equals(batch_norm(X, MEAN, VAR, WEIGHT, BIAS, eps=0.0), [[-1, 0], [3, 2]])


def test_running_variance_takes_the_unbiased_variance():
    mean, var = batch_norm_running(X, MEAN, VAR, momentum=0.25)

    equals(mean, [1, 5.5])
    equals(var, [3.5, 14])


def test_statistics_of_a_channel_are_over_batch_and_positions():
    x = np.array([0.0, 2.0]).reshape(1, 1, 1, 2)

    equals(batch_norm(x, None, None, training=True, eps=0.0)[0, 0], [[-1, 1]])


def test_gradients_by_hand():
    g = np.array([[8.0, 0.0], [0.0, 4.0]])
    dx, dweight, dbias = batch_norm_vjp(X, MEAN, VAR, WEIGHT, BIAS, g, eps=0.0)

    equals(dx, [[16, 0], [0, 2]])
    equals(dweight, [-4, 4])
    equals(dbias, [8, 4])
    # Two values normalise to -1 and 1 whatever they are.
    equals(batch_norm_vjp(X, MEAN, VAR, WEIGHT, BIAS, g, training=True, eps=0.0)[0], [[0, 0], [0, 0]])


def test_layer_norm_is_over_the_last_axes():
    equals(layer_norm(np.array([[1.0, 3.0], [9.0, 7.0]]), eps=3.0), [[-0.5, 0.5], [0.5, -0.5]])
    equals(layer_norm(np.array([1.0, 3.0]), np.array([2.0, 4.0]), np.array([0.0, 1.0]), eps=0.0), [-2, 5])
    equals(layer_norm(np.array([[1.0, 1.0], [3.0, 3.0]]), ndim=2, eps=0.0), [[-1, -1], [1, 1]])


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("shape", [(5, 3), (4, 3, 6), (2, 3, 4, 5)])
def test_batch_norm_gradients_are_adjoint(shape, training):
    mean, var = np.array([0.5, -1.0, 0.0]), np.array([0.5, 1.0, 2.0])
    is_adjoint(
        lambda x, w, b: batch_norm(x, mean, var, w, b, training=training),
        lambda x, w, b, g: batch_norm_vjp(x, mean, var, w, b, g, training=training),
        *draw(1, shape, (3,), (3,)),
    )


def test_groups_and_instances_by_hand():
    x = np.array([[[1.0, 3.0], [5.0, 9.0]]])
    equals(group_norm(x[:, :, :1], groups=1, eps=0.0), [[[-1], [1]]])
    equals(group_norm(x, np.array([2.0, 1.0]), np.array([0.0, 1.0]), groups=2, eps=0.0), [[[-2, 2], [0, 2]]])
    equals(instance_norm(x, eps=0.0), [[[-1, 1], [-1, 1]]])


def test_root_mean_squares_and_norms_by_hand():
    equals(rms_norm(np.array([[1.0, 7.0]]), eps=0.0), [[0.2, 1.4]])
    equals(rms_norm(np.array([[1.0, 1.0], [1.0, 1.0]]), np.array([[1.0, 2.0], [3, 4]]), ndim=2, eps=3.0),
           [[0.5, 1], [1.5, 2]])  # fmt: skip
    equals(normalize(np.array([[3.0, -4.0]])), [[0.6, -0.8]])
    equals(normalize(np.array([[3.0, -4.0]]), p=1.0, eps=10.0), [[0.3, -0.4]])
