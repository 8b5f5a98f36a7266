"""Each bound has the value that its formula gives by hand, and rejects the fault it was made for."""

import numpy as np
import pytest
import torch

from suites.kit import bound, close, draw


def test_values_by_hand():
    terms = np.array([[1.0, -2.0], [3.0, 4.0]])

    assert bound.summed(terms).factor == 4 and bound.summed(terms).scale == 10
    assert bound.summed(terms, axis=1).factor == 2 and bound.summed(terms, axis=1).scale.tolist() == [3, 7]
    assert bound.product(terms, -terms).factor == 3
    assert bound.product(terms, -terms).scale.tolist() == [[7, 10], [15, 22]]
    assert bound.inner(np.ones(1), 100).factor == 22
    assert bound.faithful(-terms).scale.max() == 4


def test_a_calibrated_radius_is_sixteen_times_numpys_error_and_a_floor():
    double = np.array([3.0, 4.0])

    assert bound.calibrated(double.astype(np.float32), double).radius == 8 * 5
    assert bound.calibrated(np.float32([3, 4.5]), double).radius == 16 * 0.5 * 2**24 + 40


@pytest.mark.parametrize("seed", range(5))
def test_a_dropped_term_of_a_product_is_seen(seed):
    left, right = draw.normal(seed, 3, 64), draw.normal(seed + 99, 64, 2)
    dropped = left[:, :-1] @ right[:-1]

    close(torch.from_numpy(left) @ torch.from_numpy(right), left @ right, bound.product(left, right))
    with pytest.raises(AssertionError):
        close(torch.from_numpy(dropped), left @ right, bound.product(left, right))


def test_expm1_is_not_exp_minus_one():
    values = np.float32([1e-3, 2e-3, -1e-3])
    naive = torch.from_numpy(np.exp(values) - np.float32(1))
    truth = np.expm1(values.astype(np.float64))

    close(torch.expm1(torch.from_numpy(values)), truth, bound.faithful(truth), dtype="float32")
    with pytest.raises(AssertionError):
        close(naive, truth, bound.faithful(truth), dtype="float32")


@pytest.mark.parametrize("terms", [1, 2, 17, 1000])
def test_a_sum_that_misses_one_term_is_seen(terms):
    values = draw.normal(terms, terms)

    with pytest.raises(AssertionError):
        close(torch.tensor(values[:-1].sum()), np.float64(values.sum()), bound.summed(values))
