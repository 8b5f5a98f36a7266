"""Values of what orders elements worked out by hand."""

import numpy as np

from reference import ordering
from suites.meta.reference.checks import equals

X = np.array([[3, 1, 3], [2, 9, 2]])
V = np.array([3.0, np.nan, 1.0, 3.0])


def lists(results):
    return [result.tolist() for result in results]


def test_argsort():
    equals(ordering.argsort(V), [2, 0, 3, 1])
    equals(ordering.argsort(V, 0, True), [1, 0, 3, 2])
    equals(ordering.argsort(X, 0), [[1, 0, 1], [0, 1, 0]])
    equals(ordering.argsort(np.array(7)), 0)


def test_sort():
    equals(ordering.sort(X), [[1, 3, 3], [2, 2, 9]])
    equals(ordering.sort(X, 0, True), [[3, 9, 3], [2, 1, 2]])
    equals(ordering.msort(X), [[2, 1, 2], [3, 9, 3]])
    assert np.isnan(ordering.sort(V)[3])


def test_largest():
    equals(ordering.topk(X, 2), [[3, 3], [9, 2]])
    equals(ordering.topk(X, 1, 0, False), [[2, 1, 2]])
    equals(ordering.kthvalue(X, 2), [3, 2])
    equals(ordering.kthvalue(X, 3, 1, True), [[3], [9]])


def test_unique():
    assert lists(ordering.unique(X)) == [[1, 2, 3, 9], [[2, 0, 2], [1, 3, 1]], [1, 2, 2, 1]]
    assert lists(ordering.unique(X, 1)) == [[[1, 3], [9, 2]], [1, 0, 1], [1, 2]]


def test_unique_consecutive():
    assert lists(ordering.unique_consecutive(np.array([2, 2, 1, 2]))) == [[2, 1, 2], [0, 0, 1, 2], [2, 1, 1]]
    assert lists(ordering.unique_consecutive(X, 0)) == [[[3, 1, 3], [2, 9, 2]], [0, 1], [1, 1]]


def test_places_among_what_is_sorted():
    row = np.array([1, 3, 3])
    equals(ordering.searchsorted(row, np.array([[0, 3, 4]])), [[0, 1, 3]])
    equals(ordering.searchsorted(row, np.array([0, 3, 4]), right=True), [0, 3, 3])
    equals(ordering.searchsorted(np.array([[1, 3], [5, 7]]), np.array([[3], [3]])), [[1], [0]])
    equals(ordering.searchsorted(row, np.array(3)), 1)
    equals(ordering.bucketize(np.array([3]), row, right=True), [3])


def test_isin():
    equals(ordering.isin(np.array([[1, 2]]), np.array([2, 5])), [[False, True]])
    equals(ordering.isin(np.array([1, 2]), np.array([2, 5]), invert=True), [True, False])
