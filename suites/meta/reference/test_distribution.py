"""Values of the distribution functions worked out by hand."""

import math

import numpy as np
import pytest

from reference import distribution


def test_uniform():
    assert distribution.uniform(np.array([1.0, 3.0, 4.0, 9.0]), 2.0, 6.0).tolist() == [0.0, 0.25, 0.5, 1.0]


def test_normal():
    assert distribution.normal(np.array([5.0]), 5.0, 2.0).tolist() == [0.5]
    assert distribution.normal(np.array([1.0, -1.0])) == pytest.approx([0.8413447460685429, 0.15865525393145705])
    assert distribution.normal(np.array([3.0]), 1.0, 2.0) == pytest.approx([0.8413447460685429])


def test_log_normal():
    assert distribution.log_normal(np.array([math.e, math.e**3]), 1.0, 2.0) == pytest.approx([0.5, 0.8413447460685429])


def test_exponential():
    assert distribution.exponential(np.array([-1.0, math.log(2.0) / 3.0]), 3.0) == pytest.approx([0.0, 0.5])


def test_cauchy():
    assert distribution.cauchy(np.array([1.0, 3.0, -1.0]), 1.0, 2.0) == pytest.approx([0.5, 0.75, 0.25])


def test_geometric():
    assert distribution.geometric(np.array([0.0, 1.0, 2.0]), 0.25) == pytest.approx([0.0, 0.25, 0.4375])


def test_bernoulli():
    assert distribution.bernoulli(np.array([-1.0, 0.0, 1.0]), 0.25).tolist() == [0.0, 0.75, 1.0]


def test_poisson():
    assert distribution.poisson(np.array([0, 1, 2]), 2.0) == pytest.approx(np.array([1.0, 3.0, 5.0]) * math.exp(-2.0))


def test_integers():
    assert distribution.integers(np.array([-3.0, -2.0, 1.0, 2.0]), -2, 2).tolist() == [0.0, 0.25, 1.0, 1.0]


def test_empirical():
    values, shares = distribution.empirical(np.array([3.0, 1.0, 3.0, 2.0]))

    assert values.tolist() == [1.0, 2.0, 3.0]
    assert shares.tolist() == [0.25, 0.5, 1.0]


def test_distance():
    assert distribution.distance(50, 2.0 * math.exp(-4.0)) == pytest.approx(0.2)
