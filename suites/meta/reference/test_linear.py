"""The affine and the bilinear map: values by hand, and gradients."""

import numpy as np
import pytest

from reference.linear import bilinear, linear, linear_vjp
from suites.meta.reference.checks import draw, equals, is_adjoint

WEIGHT = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])


def test_multiplies_by_the_transposed_weight_and_adds_the_bias():
    equals(linear(np.array([1.0, 0.0, -1.0]), WEIGHT, np.array([10.0, 20.0])), [8, 18])
    equals(linear(np.array([[1.0, 0.0, -1.0]]), WEIGHT), [[-2, -2]])


def test_gradients_by_hand():
    dx, dweight, dbias = linear_vjp(np.array([[1.0, 0.0, -1.0]]), WEIGHT, None, np.array([[1.0, 10.0]]))

    equals(dx, [[41, 52, 63]])
    equals(dweight, [[1, 0, -1], [10, 0, -10]])
    equals(dbias, [1, 10])


@pytest.mark.parametrize("leading", [(), (3,), (2, 3)])
def test_gradients_are_adjoint(leading):
    is_adjoint(linear, linear_vjp, *draw(1, (*leading, 4), (5, 4), (5,)))


def test_bilinear_by_hand():
    weight = np.array([[[1.0, 2.0]], [[3.0, 4.0]]])
    equals(bilinear(np.array([2.0]), np.array([10.0, 1.0]), weight, np.array([0.0, 1.0])), [24, 69])
