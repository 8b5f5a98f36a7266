"""Norms of matrices and distances: values by hand."""

import math

import numpy as np
import pytest

from reference.norm import distances, matrix_norm
from suites.meta.reference.checks import equals, near

A = np.array([[3.0, 0.0], [-4.0, 0.0], [0.0, 2.0]])


@pytest.mark.parametrize(
    ("order", "value"),
    [("fro", math.sqrt(29)), ("nuc", 7), (2, 5), (-2, 2), (1, 7), (-1, 2), (math.inf, 4), (-math.inf, 2)],
)
def test_norms_by_hand(order, value):
    near(matrix_norm(A, order), value)
    near(matrix_norm(A, order, keepdims=True), [[value]])
    near(matrix_norm(np.stack([A.T, 2 * A.T], 1), order, (2, 0)), [value, 2 * value])


def test_moduli_of_complex_numbers_are_taken():
    near(matrix_norm(np.array([[3 + 4j, 12.0]]), "fro"), 13)
    near(matrix_norm(np.array([[3 + 4j, 12.0]]), math.inf), 17)


@pytest.mark.parametrize(("p", "value"), [(0, 2), (1, 7), (2, 5), (3, 91 ** (1 / 3)), (math.inf, 4)])
def test_distances_by_hand(p, value):
    x, y = np.array([[0.0, 0.0, 1.0], [3.0, 4.0, 1.0]]), np.array([[3.0, -4.0, 1.0]])

    near(distances(x, y, p)[0], [value])
    near(distances(y, x, p)[0, 0], value)


def test_points_without_coordinates_lie_together():
    equals(distances(np.zeros((2, 0)), np.zeros((1, 0)), math.inf), [[0], [0]])
    equals(distances(np.zeros((2, 0)), np.zeros((1, 0)), 2), [[0], [0]])
