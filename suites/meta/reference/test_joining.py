"""Values of what joins and parts tensors worked out by hand."""

import numpy as np

from reference import joining
from suites.meta.reference.checks import equals

A, B = np.array([[1, 2]]), np.array([[3, 4]])
V = np.arange(5)


def parts(pieces):
    return [piece.tolist() for piece in pieces]


def test_what_numpy_has_under_the_same_name():
    equals(joining.stack([V[:2], V[2:4]], -1), [[0, 2], [1, 3]])
    equals(joining.hstack([A, B]), [[1, 2, 3, 4]])
    equals(joining.vstack([A, B]), [[1, 2], [3, 4]])
    equals(joining.dstack([A, B]), [[[1, 3], [2, 4]]])
    equals(joining.column_stack([V[:2], V[2:4]]), [[0, 2], [1, 3]])


def test_cat():
    equals(joining.cat([A, B]), [[1, 2], [3, 4]])
    equals(joining.cat([A, np.zeros(0, int), B], 1), [[1, 2, 3, 4]])
    equals(joining.cat([np.zeros(0)]), [])


def test_block_diag():
    equals(joining.block_diag(A, np.array(5)), [[1, 2, 0], [0, 0, 5]])


def test_cartesian_prod():
    equals(joining.cartesian_prod(V[:2], V[3:]), [[0, 3], [0, 4], [1, 3], [1, 4]])
    equals(joining.cartesian_prod(V[:2]), [0, 1])


def test_combinations():
    equals(joining.combinations(V[:3]), [[0, 1], [0, 2], [1, 2]])
    equals(joining.combinations(V[:2], 2, True), [[0, 0], [0, 1], [1, 1]])


def test_broadcast_tensors():
    assert parts(joining.broadcast_tensors(A, V[:1])) == [[[1, 2]], [[0, 0]]]


def test_split():
    assert parts(joining.split(V, 2)) == [[0, 1], [2, 3], [4]]
    assert parts(joining.split(V, [1, 4])) == [[0], [1, 2, 3, 4]]
    assert parts(joining.split(A, 1, 1)) == [[[1]], [[2]]]
    assert parts(joining.split(V[:0], 2)) == [[]]


def test_chunk():
    assert parts(joining.chunk(V, 4)) == [[0, 1], [2, 3], [4]]


def test_tensor_split():
    assert parts(joining.tensor_split(V, 3)) == [[0, 1], [2, 3], [4]]
    assert parts(joining.tensor_split(V, (1, -1))) == [[0], [1, 2, 3], [4]]
    assert parts(joining.hsplit(A, 2)) == [[[1]], [[2]]]
    assert parts(joining.hsplit(V[:2], 2)) == [[0], [1]]
    assert parts(joining.vsplit(A, 1)) == [[[1, 2]]]
    assert parts(joining.dsplit(A[None], 2)) == [[[[1]]], [[[2]]]]


def test_unbind():
    assert parts(joining.unbind(np.array([[1, 2], [3, 4]]), 1)) == [[1, 3], [2, 4]]
