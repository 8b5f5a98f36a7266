"""Values of reference.arithmetic worked out by hand."""

import numpy as np
import pytest

from reference import arithmetic

X, Y = np.array([7, -7, 7, -7]), np.array([2, 2, -2, -2])
BYTES = np.array([250, 3], np.uint8), np.array([10, 5], np.uint8)
HAND = [
    ("add", (X, Y), {}, [9, -5, 5, -9]),
    ("add", (X, Y), {"alpha": 3}, [13, -1, 1, -13]),
    ("add", BYTES, {}, [4, 8]),
    ("add", (np.array([True, True, False]), np.array([True, False, False])), {}, [True, True, False]),
    ("sub", (X, Y), {}, [5, -9, 9, -5]),
    ("sub", BYTES, {}, [240, 254]),
    ("sub", (X, Y), {"alpha": 2}, [3, -11, 11, -3]),
    ("rsub", (X, Y), {}, [-5, 9, -9, 5]),
    ("rsub", (X, Y), {"alpha": 2}, [-12, 16, -16, 12]),
    ("mul", (X, Y), {}, [14, -14, -14, 14]),
    ("mul", BYTES, {}, [196, 15]),
    ("div", (X, Y), {}, [3.5, -3.5, -3.5, 3.5]),
    ("floor_divide", (X, Y), {}, [3, -4, -4, 3]),
    ("floor_divide", (np.array([5.5]), np.array([-2.0])), {}, [-3.0]),
    ("trunc_divide", (X, Y), {}, [3, -3, -3, 3]),
    ("trunc_divide", (np.array([5.5]), np.array([-2.0])), {}, [-2.0]),
    ("remainder", (X, Y), {}, [1, 1, -1, -1]),
    ("fmod", (X, Y), {}, [1, -1, 1, -1]),
    ("pow", (np.array([2.0, 0.0, 9.0]), np.array([10.0, 0.0, 0.5])), {}, [1024.0, 1.0, 3.0]),
    ("lerp", (np.array([1.0, 1.0]), np.array([3.0, 3.0]), np.array([0.25, 2.0])), {}, [1.5, 5.0]),
    ("addcmul", (np.array([1.0]), np.array([2.0]), np.array([5.0])), {"value": 0.5}, [6.0]),
    ("addcdiv", (np.array([1.0]), np.array([3.0]), np.array([4.0])), {"value": -2.0}, [-0.5]),
    ("clamp", (np.array([-1.0, 0.5, 2.0]), np.array(0.0), np.array(1.0)), {}, [0.0, 0.5, 1.0]),
    ("clamp", (np.array([0.5]), np.array(3.0), np.array(1.0)), {}, [1.0]),
    ("clamp", (np.array([-1.0, 2.0]),), {"high": np.array(1.0)}, [-1.0, 1.0]),
    ("bitwise_and", (np.array([12]), np.array([10])), {}, [8]),
    ("bitwise_or", (np.array([12]), np.array([10])), {}, [14]),
    ("bitwise_xor", (np.array([12]), np.array([10])), {}, [6]),
    ("bitwise_left_shift", (np.array([3]), np.array([4])), {}, [48]),
    ("bitwise_right_shift", (np.array([-9, 9]), np.array([1, 1])), {}, [-5, 4]),
    ("gcd", (np.array([12, 0, -6]), np.array([18, 0, 4])), {}, [6, 0, 2]),
    ("lcm", (np.array([4, 0, -6]), np.array([6, 3, 4])), {}, [12, 0, 12]),
]


@pytest.mark.parametrize(("name", "arguments", "options", "expected"), HAND)
def test_values_by_hand(name, arguments, options, expected):
    np.testing.assert_array_equal(getattr(arithmetic, name)(*arguments, **options), expected)


def test_nan_is_not_clamped():
    assert np.isnan(arithmetic.clamp(np.array([np.nan]), np.array(0.0), np.array(1.0)))[0]
