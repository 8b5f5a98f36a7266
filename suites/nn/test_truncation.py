"""trunc_normal_ draws a normal distribution cut off at both ends, wherever the ends lie and in whatever dtype."""

import math

import numpy as np
import pytest
import torch
import torch.nn as nn

from suites.kit import array, documents, dtypes, tensor

COUNT, FALSE_ALARM = 20_000, 1e-10

#: Mean, standard deviation and both ends: around the mean, beside it, far from it, and far wider than the spread.
CASES = {
    "around": (0.0, 1.0, -2.0, 2.0),
    "wide": (0.0, 0.02, -2.0, 2.0),
    "beside": (1.0, 2.0, 1.5, 4.0),
    "half": (-0.5, 0.25, -0.5, 1.0),
    "far above": (0.0, 1.0, 6.0, 7.0),
    "far below": (1.0, 0.5, -4.0, -2.0),
}


#: torch warns that what it draws there may be wrong; its documentation promises it all the same.
warned = pytest.mark.filterwarnings("ignore:mean is more than 2 std:UserWarning")


def tail(z: float) -> float:
    """1 - Φ(z), to all its digits however small it is."""
    return math.erfc(z / math.sqrt(2)) / 2


def share(x: float, mean: float, std: float, low: float, high: float) -> float:
    """The probability of at most x, and of at least -x where the upper tails are the larger ones."""
    if low + high < 2 * mean:
        return 1 - share(-x, -mean, std, -high, -low)
    whole, part = (tail((low - mean) / std) - tail((end - mean) / std) for end in (high, min(max(x, low), high)))
    return part / whole


def judged(case: str, dtype: torch.dtype, device: str) -> tuple[float, float]:
    """Assert that the draws have their distribution, to a grain of two numbers of the dtype; their extremes."""
    mean, std, low, high = CASES[case]
    weight = tensor(np.zeros((100, COUNT // 100)), device).to(dtype)
    values = array(nn.init.trunc_normal_(weight, mean, std, low, high)).astype("float64").ravel()

    places, counts = np.unique(values, return_counts=True)
    grain = 2 * dtypes.unit(dtype) * np.maximum(np.abs(places), std)
    below, above = (np.array([share(x, *CASES[case]) for x in places + sign * grain]) for sign in (-1, 1))
    reach = math.sqrt(math.log(2 / FALSE_ALARM) / (2 * COUNT))  # Dvoretzky, Kiefer and Wolfowitz
    upto = np.cumsum(counts) / COUNT
    assert low <= places[0] <= places[-1] <= high
    assert np.all(upto - counts / COUNT >= below - reach), "too few so low"
    assert np.all(upto <= above + reach), "too many so low"
    return places[0] + grain[0], places[-1] - grain[-1]


@documents("torch.nn.init.trunc_normal_")
@pytest.mark.parametrize("case", ["around", "wide", "beside", "half"])
def test_follows_the_truncated_distribution(case, dtype, device):
    """trunc_normal_ draws from the normal distribution restricted to [a, b], with nothing outside."""
    judged(case, dtype, device)


@documents("torch.nn.init.trunc_normal_")
@warned
@pytest.mark.dtypes(torch.float32)
@pytest.mark.parametrize("case", ["far above", "far below"])
def test_follows_it_far_from_the_mean(case, dtype, device):
    """trunc_normal_ draws from the restricted distribution where [a, b] is many standard deviations from the mean."""
    judged(case, dtype, device)


def has_no_outliers(case: str, dtype: torch.dtype, device: str) -> None:
    """Assert that the draws have their distribution, and that none of them is next to impossible."""
    lowest, highest = judged(case, dtype, device)

    assert COUNT * share(lowest, *CASES[case]) >= FALSE_ALARM
    assert COUNT * (1 - share(highest, *CASES[case])) >= FALSE_ALARM


@documents("torch.nn.init.trunc_normal_")
@warned
@pytest.mark.parametrize("kind", [pytest.param(torch.float16, marks=documents(since="2.2"), id="half"),
                                  pytest.param(torch.bfloat16, id="brain")])  # fmt: skip
@pytest.mark.parametrize("case", ["around", "wide", "beside", "half"])
def test_half_types_follow_it_too(case, kind, device):
    """In half types too, trunc_normal_ draws from the restricted distribution, and no outliers."""
    has_no_outliers(case, kind, device)


@documents("torch.nn.init.trunc_normal_")
@warned
@pytest.mark.dtypes(torch.bfloat16)
def test_bfloat16_follows_it_far_from_the_mean(dtype, device):
    """In bfloat16 too, trunc_normal_ draws no outliers where [a, b] is many standard deviations from the mean."""
    has_no_outliers("far below", dtype, device)
