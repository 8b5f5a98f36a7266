"""Differences, slopes and areas that were worked out by hand."""

import numpy as np

from reference import calculus
from suites.meta.reference.checks import draw, equals, near


def test_diff():
    x = np.array([[1, 3, 2], [4, 4, 9]])
    equals(calculus.diff(x), [[2, -1], [0, 5]])
    equals(calculus.diff(x, 2), [[-3], [5]])
    equals(calculus.diff(x, dim=0), [[3, 1, 7]])
    equals(calculus.diff(x[0], prepend=np.array([0]), append=np.array([7, 7])), [1, 2, -1, 5, 0])


def test_slope():
    # the line through (0, 1) and (2, 5), and the parabola x² through three places
    near(calculus.slope(np.array([0.0, 2.0]), [np.array(1.0), np.array(5.0)], 0.0), 2)
    near(calculus.slope(np.array([0.0, 1.0, 3.0]), [np.array(v) for v in (0.0, 1.0, 9.0)], 3.0), 6)


def test_gradient():
    # x² at uneven places: exact inside; at the ends the slope of a chord, or exact
    places = np.array([-2.0, -1.0, 1.0, 4.0])
    near(calculus.gradient(places**2, places, 0), [-3, -2, 2, 5])
    near(calculus.gradient(places**2, places, 0, 2), [-4, -2, 2, 8])
    near(calculus.gradient(np.array([[1.0, 2.0, 4.0]]), np.arange(3.0), 1), [[1, 1.5, 2]])


def test_trapezoid():
    y = np.array([[1.0, 5.0, 10.0], [0.0, 2.0, 0.0]])
    near(calculus.trapezoid(y), [10.5, 2])
    near(calculus.trapezoid(y, dx=2), [21, 4])
    near(calculus.trapezoid(y, np.array([1.0, 3.0, 6.0])), [28.5, 5])
    near(calculus.trapezoid(y, dim=0), [0.5, 3.5, 5])
    near(calculus.trapezoid(y, np.array([1.0, 3.0]), dim=0), [1, 7, 10])


def test_cumulative_trapezoid():
    y = np.array([1.0, 5.0, 10.0])
    near(calculus.cumulative_trapezoid(y), [3, 10.5])
    near(calculus.cumulative_trapezoid(y, np.array([1.0, 3.0, 6.0])), [6, 28.5])


def test_the_last_cumulative_area_is_the_whole():
    (y,) = draw(1, (3, 4, 5))
    near(calculus.cumulative_trapezoid(y, dim=1)[:, -1], calculus.trapezoid(y, dim=1), 16, 4)
