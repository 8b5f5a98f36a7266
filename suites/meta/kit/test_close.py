"""The comparison accepts what is right to within its bound and nothing else."""

import numpy as np
import pytest
import torch

from suites.kit import bound, close
from suites.kit.ledger import LEDGER

ONES = np.ones(4)
ULP = 2.0**-52


def single(*values):
    return torch.tensor(values, dtype=torch.float32)


def rejects(actual, expected, *arguments, match, **options):
    with pytest.raises(AssertionError, match=match):
        close(actual, expected, *arguments, **options)


def test_accepts_the_same_bits():
    close(torch.tensor([1.5, -0.0, float("nan"), float("inf")]), np.float32([1.5, -0.0, np.nan, np.inf]))


@pytest.mark.parametrize(
    ("actual", "expected", "match"),
    [
        (torch.ones(4, 1), np.float32(ONES), "shape"),
        (torch.ones(4), ONES, "dtype float32, expected float64"),
        (torch.ones(4).double(), np.float32(ONES), "dtype"),
        (torch.ones(4, device="meta"), np.float32(ONES), "device"),
        ([1.0], np.float32([1.0]), "no tensor"),
        (torch.tensor([1, 2]), np.int64([1, 3]), "differs in 1 of 2 elements, most at \\[1\\]"),
        (torch.tensor([True]), np.array([False]), "value differs"),
        (single(float("nan")), np.float32([1]), "NaN"),
        (single(1.0), np.float32([np.nan]), "NaN"),
        (single(float("inf")), np.float32([1]), "infinity"),
        (single(1.0), np.float32([np.inf]), "infinity"),
        (single(float("inf")), np.float32([-np.inf]), "infinity"),
        (single(-0.0), np.float32([0.0]), "sign of zero"),
        (torch.tensor([1 + 0j]), np.complex64([1 + 1e-7j]), "value differs"),
        (torch.tensor([complex(0, float("nan"))]), np.complex64([0]), "NaN"),
        (torch.tensor([2**53 + 1]), np.int64([2**53]), "value differs"),
    ],
)
def test_rejects(actual, expected, match):
    rejects(actual, expected, match=match)


@pytest.mark.parametrize("factor", [1.0, 4.0])
def test_a_bound_is_met_below_and_missed_above(factor):
    limits = bound.Bound(factor, ONES)
    inside, outside = 1 + factor * 2.0**-24 * 0.99, 1 + factor * 2.0**-24 * 1.01

    close(torch.ones(4), inside * ONES, limits, dtype="float32")
    rejects(torch.ones(4), outside * ONES, limits, dtype="float32", match="error")


def test_one_wrong_element_of_many_is_seen_and_named():
    values = np.linspace(1, 2, 1000)
    wrong = values.copy()
    wrong[577] *= 1 + 8 * ULP

    rejects(torch.from_numpy(wrong), values, bound.faithful(values), match=r"1 of 1000 elements, most at \[577\]")


def test_the_bound_doubles_only_where_the_oracle_rounds_as_coarsely():
    two_halves, limits = np.array([1 + ULP]), bound.rounded(ONES[:1])

    close(torch.ones(1).double(), two_halves, limits)
    rejects(torch.ones(1).double(), two_halves.astype(np.longdouble), limits, dtype="float64", match="error")


def test_what_overflows_in_the_judged_dtype_is_infinite_there():
    beyond = np.array([3.5e38])

    close(single(float("inf")), beyond, bound.rounded(beyond), dtype="float32")
    rejects(single(-float("inf")), beyond, bound.rounded(beyond), dtype="float32", match="infinity")
    rejects(single(3.4e38), beyond, bound.rounded(beyond), dtype="float32", match="error")


def test_subnormal_results_may_be_flushed_unless_exactness_is_asked_for():
    tiny = np.float32([1e-39])

    close(single(0.0), tiny, bound.rounded(tiny))
    rejects(single(0.0), tiny, match="value differs")


def test_the_sign_of_zero_is_open_in_sums():
    close(single(-0.0), np.float32([0.0]), bound.summed(ONES))


def test_a_network_is_judged_by_the_norm_of_all_its_errors():
    double = np.linspace(-1, 1, 100)
    single_ = double.astype(np.float32)
    limits = bound.calibrated(single_, double)

    close(torch.from_numpy(single_), double, limits, dtype="float32")
    rejects(torch.from_numpy(single_ * np.float32(1 + 3e-6)), double, limits, dtype="float32", match="2-norm")


def test_a_single_infinity_in_a_network_is_seen():
    limits = bound.calibrated(np.float32(ONES), ONES)

    rejects(single(1, 1, 1, float("inf")), ONES, limits, dtype="float32", match="infinity")


def test_every_comparison_is_counted():
    before = LEDGER.comparisons

    close(torch.ones(1), np.float32([1]))
    rejects(torch.ones(1), np.float32([2]), match="value")
    assert LEDGER.comparisons == before + 2
