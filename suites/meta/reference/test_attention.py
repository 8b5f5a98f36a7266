"""Values of attention that were worked out by hand."""

import math

import numpy as np

from reference import attention
from suites.meta.reference.checks import near


def test_weights():
    q, k = np.array([[2.0, 0.0, 0.0, 0.0]]), np.array([[math.log(3), 0, 0, 0], [0.0, 9, 9, 9]])
    near(attention.attention_weights(q, k), [[0.75, 0.25]])
    near(attention.attention_weights(q, k, scale=0.0), [[0.5, 0.5]])
    near(attention.attention_weights(q, k, np.array([[False, True]])), [[0, 1]])
    near(attention.attention_weights(q, k, np.array([[0.0, math.log(3)]])), [[0.5, 0.5]])


def test_scaled_dot_product_attention():
    zeros, values = np.zeros((2, 1)), np.array([[1.0], [3.0]])
    near(attention.scaled_dot_product_attention(zeros, zeros, values), [[2], [2]])
    near(attention.scaled_dot_product_attention(zeros, zeros, values, is_causal=True), [[1], [2]])


def test_multi_head_attention():
    x = np.array([[[1.0, 2.0], [3.0, 6.0]]])
    in_weight = np.concatenate([np.zeros((4, 2)), np.eye(2)])
    out, weights = attention.multi_head_attention(
        x, x, x, in_weight, np.zeros(6), 10 * np.eye(2), np.array([1.0, 0.0]), heads=2
    )
    near(weights, np.full((1, 2, 2, 2), 0.5))
    near(out, [[[21, 40], [21, 40]]])
