"""The checks of the oracle reject planted wrong answers."""

import numpy as np
import pytest

from suites.meta.reference.checks import draw, equals, is_adjoint, near


def square(x):
    return x**2


def test_equals_rejects_another_value_and_another_shape():
    with pytest.raises(AssertionError):
        equals(np.array([1.0, 2.0]), [1, 2 + 1e-15])
    with pytest.raises(AssertionError):
        equals(np.array([[1.0, 2.0]]), [1, 2])


def test_near_rejects_nan_and_nine_ulps_and_another_shape():
    for wrong in (np.array([np.nan]), np.array([1 + 2e-15]), np.array([[1.0]])):
        with pytest.raises(AssertionError):
            near(wrong, [1.0])


@pytest.mark.parametrize("wrong", [[1.0, np.inf], [np.nan, -np.inf], [np.nan, 0.0]])
def test_near_rejects_other_specials(wrong):
    near(np.array([np.nan, np.inf]), [np.nan, np.inf])

    with pytest.raises(AssertionError):
        near(np.array(wrong), [np.nan, np.inf])


def test_near_measures_by_what_was_added_up():
    near(np.array([1e-15]), [0.0], scale=[2.0])

    with pytest.raises(AssertionError):
        near(np.array([1e-15]), [0.0], scale=[0.5])


WRONG = {
    "scaled": lambda x, g: 2 * x * g * (1 + 1e-10),
    "zero": lambda x, g: 0 * g,
    "without cotangent": lambda x, g: 2 * x,
    "of another shape": lambda x, g: (2 * x * g)[None],
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_adjoint_rejects_wrong_gradients(wrong):
    is_adjoint(square, lambda x, g: 2 * x * g, *draw(0, (5,)))

    with pytest.raises(AssertionError):
        is_adjoint(square, wrong, *draw(0, (5,)))
