"""Products, lengths and distances that were worked out by hand."""

import numpy as np
import pytest

from reference import vectors
from suites.meta.reference.checks import equals, near


def test_cross():
    x, y = np.array([[1.0, 2.0, 3.0], [1.0, 0.0, 0.0]]), np.array([[4.0, 5.0, 6.0], [0.0, 1.0, 0.0]])
    equals(vectors.cross(x, y), [[-3, 6, -3], [0, 0, 1]])
    equals(vectors.cross(x.T, y.T, 0), [[-3, 0], [6, 0], [-3, 1]])


@pytest.mark.parametrize(("p", "size"), [(1, 7), (2, 5), (3, 91 ** (1 / 3)), (np.inf, 4), (0, 2)])
def test_norm(p, size):
    near(vectors.norm(np.array([[3.0, 0.0, -4.0]]), p), [size])


def test_cosine_similarity():
    x = np.array([[3.0, 4.0], [0.0, 0.0]])
    near(vectors.cosine_similarity(x, np.array([[4.0, 3.0]])), [24 / 25, 0])
    near(vectors.cosine_similarity(x, x, 0, 5.0), [9 / 25, 16 / 25])


def test_pdist():
    x = np.array([[0.0, 0.0], [3.0, 4.0], [0.0, 1.0]])
    near(vectors.pdist(x), [5, 1, np.sqrt(18)])
    near(vectors.pdist(x, 1), [7, 1, 6])


def test_renorm():
    x = np.array([[3.0, 4.0], [0.3, 0.4]])
    near(vectors.renorm(x, 2, 0, 2.5), [[1.5, 2], [0.3, 0.4]])
    near(vectors.renorm(x, 1, 1, 1.1), [[1, 1], [0.1, 0.1]])


def test_segment_reduce():
    x, lengths = np.array([1.0, 5.0, 2.0]), np.array([2, 0, 1])
    equals(vectors.segment_reduce(x, "sum", lengths, 10.0), [16, 10, 12])
    equals(vectors.segment_reduce(x, "prod", lengths, 10.0), [50, 10, 20])
    equals(vectors.segment_reduce(x, "max", lengths, 3.0), [5, 3, 3])
    equals(vectors.segment_reduce(x, "min", lengths, 3.0), [1, 3, 2])
