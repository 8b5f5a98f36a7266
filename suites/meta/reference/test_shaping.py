"""Values of the operations on shapes worked out by hand."""

import numpy as np

from reference import shaping
from suites.meta.reference.checks import equals

X = np.array([[1, 2, 3], [4, 5, 6]])
V = np.array([1, 2, 3])
CUBE = np.arange(8).reshape(2, 2, 2)


def test_what_numpy_has_under_another_name():
    equals(shaping.ravel(X.T), [1, 4, 2, 5, 3, 6])
    equals(shaping.transpose(X, 0, -1), [[1, 4], [2, 5], [3, 6]])
    equals(shaping.movedim(CUBE, 0, -1), [[[0, 4], [1, 5]], [[2, 6], [3, 7]]])
    equals(shaping.permute(CUBE, (2, 0, 1)), [[[0, 2], [4, 6]], [[1, 3], [5, 7]]])
    equals(shaping.fliplr(X), [[3, 2, 1], [6, 5, 4]])
    equals(shaping.flipud(X), [[4, 5, 6], [1, 2, 3]])
    equals(shaping.rot90(X, 1, (0, 1)), [[3, 6], [2, 5], [1, 4]])
    equals(shaping.tile(V, (2, 1)), [[1, 2, 3], [1, 2, 3]])
    equals(shaping.diagflat(np.array([[1], [2]]), 1), [[0, 1, 0], [0, 0, 2], [0, 0, 0]])
    equals(shaping.atleast_1d(np.array(3)), [3])
    equals(shaping.atleast_2d(V), [[1, 2, 3]])
    equals(shaping.atleast_3d(V), [[[1], [2], [3]]])


def test_contiguous():
    equals(shaping.contiguous(X.T), [[1, 4], [2, 5], [3, 6]])
    assert shaping.contiguous(X.T).flags.c_contiguous


def test_reshape():
    equals(shaping.reshape(X.T, (3, -1)), [[1, 4], [2, 5], [3, 6]])
    equals(shaping.reshape(X.T, (6,)), [1, 4, 2, 5, 3, 6])
    equals(shaping.reshape_as(X, np.zeros((3, 2))), [[1, 2], [3, 4], [5, 6]])


def test_flatten():
    equals(shaping.flatten(CUBE, 1), [[0, 1, 2, 3], [4, 5, 6, 7]])
    equals(shaping.flatten(CUBE, 0, -2), [[0, 1], [2, 3], [4, 5], [6, 7]])
    equals(shaping.flatten(np.array(5)), [5])


def test_unflatten():
    equals(shaping.unflatten(np.arange(6), 0, (2, -1)), [[0, 1, 2], [3, 4, 5]])


def test_t():
    equals(shaping.t(X), [[1, 4], [2, 5], [3, 6]])
    equals(shaping.t(V), [1, 2, 3])


def test_squeeze():
    x = np.zeros((1, 2, 1))
    assert shaping.squeeze(x).shape == (2,)
    assert shaping.squeeze(x, -1).shape == (1, 2)
    assert shaping.squeeze(x, 1).shape == (1, 2, 1)
    assert shaping.squeeze(x, (0, 1)).shape == (2, 1)


def test_unsqueeze():
    equals(shaping.unsqueeze(V, 0), [[1, 2, 3]])
    equals(shaping.unsqueeze(V, -1), [[1], [2], [3]])


def test_expand():
    equals(shaping.expand(np.array([[1], [2]]), (2, -1, 2)), [[[1, 1], [2, 2]], [[1, 1], [2, 2]]])
    equals(shaping.expand_as(np.array([7]), np.zeros(3)), [7, 7, 7])


def test_repeat():
    equals(shaping.repeat(np.array([1, 2]), (2, 2)), [[1, 2, 1, 2], [1, 2, 1, 2]])
    equals(shaping.repeat(np.array(5), ()), 5)


def test_repeat_interleave():
    equals(shaping.repeat_interleave(X, 2, 1), [[1, 1, 2, 2, 3, 3], [4, 4, 5, 5, 6, 6]])
    equals(shaping.repeat_interleave(V, np.array([0, 2, 1])), [2, 2, 3])


def test_flip():
    equals(shaping.flip(X, (0, -1)), [[6, 5, 4], [3, 2, 1]])
    equals(shaping.flip(X, ()), [[1, 2, 3], [4, 5, 6]])


def test_triangles():
    equals(shaping.tril(X), [[1, 0, 0], [4, 5, 0]])
    equals(shaping.tril(X, 1), [[1, 2, 0], [4, 5, 6]])
    equals(shaping.triu(X), [[1, 2, 3], [0, 5, 6]])
    equals(shaping.triu(X, -(2**63)), [[1, 2, 3], [4, 5, 6]])
    equals(shaping.triu(X, 2**63 - 1), [[0, 0, 0], [0, 0, 0]])


def test_diagonals():
    equals(shaping.diagonal(X, 1), [2, 6])
    equals(shaping.diagonal(X, -1), [4])
    equals(shaping.diag(np.array([1, 2]), -1), [[0, 0, 0], [1, 0, 0], [0, 2, 0]])
    equals(shaping.diag_embed(np.array([[1, 2], [3, 4]])), [[[1, 0], [0, 2]], [[3, 0], [0, 4]]])
    equals(shaping.diag_embed(np.array([1]), 1), [[0, 1], [0, 0]])
    equals(shaping.diag_embed(np.array([1]), 1, 1, 0), [[0, 0], [1, 0]])


def test_narrow_and_select():
    equals(shaping.narrow(X, 1, 1, 2), [[2, 3], [5, 6]])
    equals(shaping.narrow(X, -1, -1, 1), [[3], [6]])
    equals(shaping.select(X, 1, -1), [3, 6])


def test_unfold():
    equals(shaping.unfold(np.arange(5), 0, 2, 2), [[0, 1], [2, 3]])
    equals(shaping.unfold(X, -1, 2, 1), [[[1, 2], [2, 3]], [[4, 5], [5, 6]]])
    equals(shaping.unfold(X, 0, 2, 1), [[[1, 4], [2, 5], [3, 6]]])
    equals(shaping.unfold(np.array(7), 0, 1, 1), [7])


def test_as_strided():
    equals(shaping.as_strided(np.arange(9), (2, 2), (1, 3), 1), [[1, 4], [2, 5]])


def test_roll():
    equals(shaping.roll(V, 1), [3, 1, 2])
    equals(shaping.roll(X, (1, -1), (0, 1)), [[5, 6, 4], [2, 3, 1]])


def test_complex_views():
    equals(shaping.view_as_real(np.array([1 + 2j])), [[1, 2]])
    equals(shaping.view_as_complex(np.array([[1.0, 2.0]])), [1 + 2j])
    assert shaping.view_as_complex(np.zeros((1, 2), np.float32)).dtype == np.complex64
