"""Values of indexing, reading and writing worked out by hand."""

import numpy as np

from reference import indexing
from suites.meta.reference.checks import equals

X = np.array([[1, 2, 3], [4, 5, 6]])
CUBE = np.arange(24).reshape(2, 3, 4)
V = np.array([10, 20, 30])


def ints(*values):
    return np.array(values)


def test_index():
    equals(indexing.index(X, (slice(None), ints(0, -1))), [[1, 3], [4, 6]])
    equals(indexing.index(X, (..., None, 1)), [[2], [5]])
    equals(indexing.index(X, np.array([[True, False, True], [False, False, True]])), [1, 3, 6])
    equals(indexing.index(X, (ints(1), slice(0, 3, 2))), [[4, 6]])
    equals(indexing.index(V, True), [[10, 20, 30]])


def test_an_integer_is_applied_before_arrays():
    equals(indexing.index(CUBE, (0, slice(None), ints(0, 1))), [[0, 1], [4, 5], [8, 9]])
    equals(indexing.index(CUBE, (ints(0, 1), slice(None), ints(0, 1))), [[0, 4, 8], [13, 17, 21]])
    equals(indexing.index(CUBE, (slice(1, 2), ints(0, 2), -1)), [[15, 23]])


def test_assigned():
    equals(indexing.assigned(X, (slice(None), 1), 0), [[1, 0, 3], [4, 0, 6]])
    equals(indexing.assigned(X, ints(-1), ints(7, 8, 9)), [[1, 2, 3], [7, 8, 9]])


def test_gather():
    equals(indexing.gather(X, 0, np.array([[1, 0]])), [[4, 2]])
    equals(indexing.gather(X, 1, np.array([[2], [0]])), [[3], [4]])
    equals(indexing.gather(np.array(5), 0, np.array(0)), 5)


def test_scatter():
    equals(indexing.scatter(X, 1, np.array([[2], [0]]), np.array([[7], [8]])), [[1, 2, 7], [8, 5, 6]])
    equals(indexing.scatter(V, 0, ints(1), 0), [10, 0, 30])
    equals(indexing.scatter_add(V, 0, ints(1, 1), ints(2, 3)), [10, 25, 30])


def test_scatter_reduce():
    index, source, x = ints(0, 0, 1), np.array([2.0, 6.0, 3.0]), np.array([1.0, 5.0, 9.0])
    equals(indexing.scatter_reduce(x, 0, index, source, "sum"), [9, 8, 9])
    equals(indexing.scatter_reduce(x, 0, index, source, "prod"), [12, 15, 9])
    equals(indexing.scatter_reduce(x, 0, index, source, "mean"), [3, 4, 9])
    equals(indexing.scatter_reduce(x, 0, index, source, "mean", include_self=False), [4, 3, 9])
    equals(indexing.scatter_reduce(x, 0, index, source, "amax"), [6, 5, 9])
    equals(indexing.scatter_reduce(x, 0, index, source, "amin", include_self=False), [2, 3, 9])


def test_slices_at_indices():
    equals(indexing.index_select(X, 1, ints(2, 0)), [[3, 1], [6, 4]])
    equals(indexing.index_add(X, 1, ints(0, 0), X[:, :2], alpha=-1), [[-2, 2, 3], [-5, 5, 6]])
    equals(indexing.index_copy(X, -1, ints(2), X[:, :1]), [[1, 2, 1], [4, 5, 4]])
    equals(indexing.index_fill(X, 0, ints(1), 0), [[1, 2, 3], [0, 0, 0]])
    equals(indexing.index_select(np.array(3), 0, ints(0)), 3)


def test_index_reduce():
    x, source = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[5.0, 6.0], [7.0, 8.0]])
    equals(indexing.index_reduce(x, 0, ints(1, 1), source, "prod"), [[1, 2], [105, 192]])
    equals(indexing.index_reduce(x, 0, ints(1, 1), source, "mean", include_self=False), [[1, 2], [6, 7]])
    equals(indexing.index_reduce(x, 1, ints(0, 0), source, "amax"), [[6, 2], [8, 4]])


def test_take_and_put():
    equals(indexing.take(X, np.array([[0, -1]])), [[1, 6]])
    equals(indexing.take_along_dim(X, np.array([[1], [0]]), 1), [[2], [4]])
    equals(indexing.take_along_dim(X, ints(5, 0)), [6, 1])
    equals(indexing.put(X, ints(0, -1), ints(7, 8)), [[7, 2, 3], [4, 5, 8]])
    equals(indexing.put(V, ints(1, 1), ints(1, 2), accumulate=True), [10, 23, 30])


def test_masks():
    mask = np.array([True, False, True])
    equals(indexing.masked_select(X, mask), [1, 3, 4, 6])
    equals(indexing.masked_fill(X, mask, 0), [[0, 2, 0], [0, 5, 0]])
    equals(indexing.masked_scatter(X, mask, np.arange(9)), [[0, 2, 1], [2, 5, 3]])
    equals(indexing.where(mask, X, 0), [[1, 0, 3], [4, 0, 6]])


def test_places():
    equals(indexing.nonzero(np.array([[0.0, 2.0], [np.nan, -0.0]])), [[0, 1], [1, 0]])
    assert indexing.nonzero(np.array(1)).shape == (1, 0)
    equals(indexing.unravel_index(ints(4), (2, 3)), [[1], [1]])


def test_parts_that_are_replaced():
    equals(indexing.select_scatter(X, ints(8, 9), 1, -1), [[1, 2, 8], [4, 5, 9]])
    equals(indexing.slice_scatter(X, np.array([[7, 8], [9, 0]]), 1, 0, 3, 2), [[7, 2, 8], [9, 5, 0]])
    equals(indexing.diagonal_scatter(X, ints(8, 9), 1), [[1, 8, 3], [4, 5, 9]])
    equals(indexing.diagonal_scatter(X, ints(8), -1), [[1, 2, 3], [8, 5, 6]])
