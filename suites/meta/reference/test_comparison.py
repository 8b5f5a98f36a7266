"""Values of reference.comparison worked out by hand."""

import numpy as np
import pytest

from reference import comparison

X, Y = np.array([1.0, 2.0, 3.0, np.nan, 0.0]), np.array([2.0, 2.0, 2.0, 2.0, -0.0])
HAND = [
    ("eq", (X, Y), [False, True, False, False, True]),
    ("ne", (X, Y), [True, False, True, True, False]),
    ("lt", (X, Y), [True, False, False, False, False]),
    ("le", (X, Y), [True, True, False, False, True]),
    ("gt", (X, Y), [False, False, True, False, False]),
    ("ge", (X, Y), [False, True, True, False, True]),
    ("logical_and", (X, Y), [True, True, True, True, False]),
    ("logical_or", (np.array([0, 0, 2]), np.array([0, 3, 0])), [False, True, True]),
    ("logical_xor", (np.array([1, 0, 1]), np.array([2, 3, 0])), [False, True, True]),
    ("logical_not", (X,), [False, False, False, False, True]),
    ("maximum", (X, Y), [2.0, 2.0, 3.0, np.nan, 0.0]),
    ("minimum", (X, Y), [1.0, 2.0, 2.0, np.nan, 0.0]),
    ("fmax", (X, Y), [2.0, 2.0, 3.0, 2.0, 0.0]),
    ("fmin", (Y, X), [1.0, 2.0, 2.0, 2.0, 0.0]),
]


@pytest.mark.parametrize(("name", "arguments", "expected"), HAND)
def test_values_by_hand(name, arguments, expected):
    np.testing.assert_array_equal(getattr(comparison, name)(*arguments), expected)
