"""Values of derivatives without rules that were worked out by hand."""

import numpy as np

from reference import derivative

X, Y = np.array([1.0, 2.0]), np.array([[3.0], [5.0]])


def product(x, y):
    """x₀² y, and x₁ y."""
    return np.stack([x[0] ** 2 * y[:, 0], x[1] * y[:, 0]])


def test_jacobian_of_the_first_argument():
    assert derivative.jacobian(product, (X, Y)).tolist() == [[[6, 0], [10, 0]], [[0, 3], [0, 5]]]


def test_jacobian_of_the_second_argument():
    expected = [[[[1], [0]], [[0], [1]]], [[[2], [0]], [[0], [2]]]]

    assert derivative.jacobian(product, (X, Y), 1).tolist() == expected


def test_jacobian_of_a_number():
    assert derivative.jacobian(lambda x: x**3, (np.array(2.0),)).tolist() == 12


def test_jvp():
    tangent = derivative.jvp(product, (X, Y), (np.array([1.0, 10.0]), np.zeros((2, 1))))

    assert tangent.tolist() == [[6, 10], [30, 50]]


def test_vjp():
    by_x, by_y = derivative.vjp(product, (X, Y), np.array([[1.0, 0.0], [0.0, 2.0]]))

    assert by_x.tolist() == [6, 10] and by_y.tolist() == [[1], [4]]


def test_second_is_bilinear_and_mixed():
    """D²(x₀² y)[l, r] = 2 y l₀ r₀ for directions of x alone."""
    still = np.zeros((2, 1))
    found = derivative.second(product, (X, Y), (np.array([1.0, 0.0]), still), (np.array([0.5, 1.0]), still))

    assert np.abs(found - [[3, 5], [0, 0]]).max() < 1e-11
