"""Quantiles, histograms and covariances that were worked out by hand."""

import numpy as np
import pytest

from reference import statistics
from suites.meta.reference.checks import equals, near

NAN = np.nan
ROW = np.array([3.0, 0.0, 1.0, 2.0])


@pytest.mark.parametrize(
    ("interpolation", "expected"),
    [("linear", 1.875), ("lower", 1), ("higher", 2), ("nearest", 2), ("midpoint", 1.5)],
)
def test_quantile_between_two_elements(interpolation, expected):
    near(statistics.quantile(ROW, 0.625, interpolation=interpolation), expected)


def test_quantile_at_an_element():
    equals(statistics.quantile(np.array([np.inf, 1.0, -np.inf]), np.array([0, 0.5, 1])), [-np.inf, 1, np.inf])
    equals(statistics.quantile(np.array([1.0, 2.0, 3.0]), 0.25, interpolation="nearest"), 1.0)


def test_quantile_along_an_axis():
    x = np.array([[1.0, 5.0], [3.0, 9.0]])
    equals(statistics.quantile(x, 0.5, 0), [2, 7])
    equals(statistics.quantile(x, 0.5, 1, True), [[3], [6]])
    equals(statistics.quantile(x, np.array([0.0, 1.0]), -1, True), [[[1], [3]], [[5], [9]]])
    equals(statistics.quantile(x, 0.5, None, True), [[4]])
    near(statistics.quantile(np.array([1.0, NAN]), 0.5), NAN)


def test_nanquantile():
    near(statistics.nanquantile(np.array([[NAN, 4.0, 2.0], [NAN, NAN, NAN]]), 0.5, 1), [3, NAN])


def test_histogram():
    x, edges = np.array([0.0, 1.0, 1.5, 3.0, 4.0, -1.0]), np.array([0.0, 1.0, 3.0])
    equals(statistics.histogram(x, edges), [1, 3])
    equals(statistics.histogram(x, edges, np.array([1.0, 2.0, 4.0, 8.0, 16.0, 32.0])), [1, 14])
    equals(statistics.histogram(x, edges, density=True), [0.25, 0.375])


def test_histogramdd():
    points = np.array([[0.0, 0.0], [1.0, 2.0], [2.0, 1.0], [3.0, 0.0]])
    edges = [np.array([0.0, 1.0, 2.0]), np.array([0.0, 1.0, 2.0])]
    equals(statistics.histogramdd(points, edges), [[1, 0], [0, 2]])
    equals(statistics.histogramdd(points, edges, np.array([1.0, 2.0, 4.0, 8.0])), [[1, 0], [0, 6]])
    wide = [2 * edges[0], edges[1]]
    equals(statistics.histogramdd(points, wide, density=True), [[0.125, 0.125], [0.125, 0.125]])


def test_histc():
    equals(statistics.histc(np.array([1.0, 2.0, 1.0]), 4, 0, 3), [0, 2, 1, 0])
    equals(statistics.histc(np.array([1.0, 2.0, 5.0]), 2), [2, 1])


def test_cov():
    x = np.array([[0.0, 1.0, 2.0], [2.0, 1.0, 0.0]])
    equals(statistics.cov(x), [[1, -1], [-1, 1]])
    near(statistics.cov(x, correction=0), [[2 / 3, -2 / 3], [-2 / 3, 2 / 3]])
    equals(statistics.cov(x[0]), 1.0)
    # twice 0 and twice 2: the mean is 1, the squares add up to 4
    near(statistics.cov(np.array([0.0, 2.0]), fweights=np.array([2, 2])), 4 / 3)
    # w = (1, 3): the mean is 1.5, Σ w d² = 3, Σ w = 4, Σ w a / Σ w = 10 / 4
    near(statistics.cov(np.array([0.0, 2.0]), aweights=np.array([1.0, 3.0])), 2)


def test_corrcoef():
    near(statistics.corrcoef(np.array([[0.0, 1.0, 2.0], [4.0, 2.0, 0.0]])), [[1, -1], [-1, 1]])
    near(statistics.corrcoef(np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])), [[1, -0.5], [-0.5, 1]])
    equals(statistics.corrcoef(np.array([1.0, 2.0, 4.0])), 1.0)
