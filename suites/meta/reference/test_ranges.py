"""Values of the ranges worked out by hand."""

import numpy as np
import pytest

from reference import ranges


def test_arange():
    assert ranges.arange(1, 10, 4).tolist() == [1, 5, 9]
    assert ranges.arange(1, 9, 4).tolist() == [1, 5]
    assert ranges.arange(2, -2.5, -1.5).tolist() == [2.0, 0.5, -1.0]
    assert ranges.arange(3, 3, 1).tolist() == []


def test_range():
    assert ranges.range(1, 9, 4).tolist() == [1, 5, 9]
    assert ranges.range(1, 8.5, 4).tolist() == [1, 5]


def test_linspace():
    assert ranges.linspace(-1.0, 2.0, 4).tolist() == [-1.0, 0.0, 1.0, 2.0]
    assert ranges.linspace(5.0, 7.0, 1).tolist() == [5.0]
    assert ranges.linspace(0, 2j, 3).tolist() == [0, 1j, 2j]


def test_logspace():
    assert ranges.logspace(-1.0, 2.0, 4, 2.0).tolist() == [0.5, 1.0, 2.0, 4.0]
    assert ranges.logspace(0.0, 2.0, 3) == pytest.approx([1.0, 10.0, 100.0])


def test_vander():
    assert ranges.vander(np.array([2, 3]), 3).tolist() == [[4, 2, 1], [9, 3, 1]]
    assert ranges.vander(np.array([2, 3]), 3, True).tolist() == [[1, 2, 4], [1, 3, 9]]
