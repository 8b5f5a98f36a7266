"""Schedules: a few epochs of each by hand."""

import pytest

from reference import schedule
from suites.meta.reference.checks import near

BY_HAND = [
    (schedule.step, (8.0,), {"step_size": 2, "gamma": 0.5}, [8, 8, 4, 4, 2]),
    (schedule.multi_step, (8.0,), {"milestones": [1, 3, 3], "gamma": 0.5}, [8, 4, 4, 1, 1]),
    (schedule.constant, (8.0,), {"factor": 0.25, "total_iters": 2}, [2, 2, 8, 8]),
    (schedule.linear, (8.0,), {"start_factor": 0.25, "end_factor": 0.75, "total_iters": 2}, [2, 4, 6, 6]),
    (schedule.exponential, (8.0,), {"gamma": 0.5}, [8, 4, 2]),
    (schedule.polynomial, (8.0,), {"total_iters": 4, "power": 2.0}, [8, 4.5, 2, 0.5, 0, 0]),
    (schedule.cosine, (8.0,), {"T_max": 2, "eta_min": 4.0}, [8, 6, 4, 6, 8, 6]),
    (schedule.warm_restarts, (8.0,), {"T_0": 2, "T_mult": 2, "eta_min": 4.0}, [8, 6, 8, 6 + 2**0.5, 6, 6 - 2**0.5, 8]),
    (schedule.cyclic, (1.0, 5.0), {"step_size_up": 2, "step_size_down": 1}, [1, 3, 5, 1, 3]),
    (schedule.cyclic, (1.0, 5.0), {"step_size_up": 1, "mode": "triangular2"}, [1, 5, 1, 3, 1, 2]),
    (schedule.cyclic, (1.0, 5.0), {"step_size_up": 2, "mode": "exp_range", "gamma": 0.5}, [1, 2, 2, 1.25, 1]),
    (
        schedule.one_cycle,
        (2.0, 8.0, 0.0),
        {"total_steps": 6, "pct_start": 0.5},
        [2, 5, 8, 4 + 8**0.5 * 2**0.5, 2, 0][:3],
    ),
    (
        schedule.one_cycle,
        (2.0, 8.0, 0.0),
        {"total_steps": 7, "pct_start": 3 / 7, "anneal_strategy": "linear"},
        [2, 5, 8, 6, 4, 2, 0],
    ),
    (
        schedule.one_cycle,
        (2.0, 8.0, 0.0),
        {"total_steps": 7, "pct_start": 3 / 7, "anneal_strategy": "linear", "three_phase": True},
        [2, 5, 8, 5, 2, 1, 0],
    ),
    (schedule.averaging, (8.0,), {"swa_lr": 4.0, "anneal_epochs": 2}, [8, 6, 4, 4]),
    (schedule.averaging, (8.0,), {"swa_lr": 4.0, "anneal_epochs": 4, "anneal_strategy": "linear"}, [8, 7, 6, 5, 4, 4]),
    (schedule.multiplicative, (8.0,), {"lr_lambda": lambda epoch: 1 / epoch}, [8, 8, 4, 4 / 3]),
]


@pytest.mark.parametrize(("formula", "rates", "options", "values"), BY_HAND)
def test_rates(formula, rates, options, values):
    near([formula(t, *rates, **options) for t in range(len(values))], values, ulps=16)


PLATEAUS = [
    ([3, 2, 2, 2, 2], {"patience": 1, "factor": 0.5}, [8, 8, 8, 4, 4]),
    ([3, 2, 2, 2, 2], {"patience": 0, "factor": 0.5, "cooldown": 1}, [8, 8, 4, 4, 2]),
    ([3, 2, 2, 2, 2], {"patience": 0, "factor": 0.5, "min_lr": 3.0}, [8, 8, 4, 3, 3]),
    ([1, 2, 2, 3], {"patience": 0, "factor": 0.5, "mode": "max"}, [8, 8, 4, 4]),
    ([4, 3, 2.9], {"patience": 0, "factor": 0.5, "threshold": 0.5}, [8, 4, 2]),
    ([4, 3, 2.9], {"patience": 0, "factor": 0.5, "threshold": 0.5, "threshold_mode": "abs"}, [8, 8, 4]),
    ([4, 5, 7], {"patience": 0, "factor": 0.5, "threshold": 0.5, "mode": "max"}, [8, 4, 8 / 2]),
    ([4, 5, 5.4], {"patience": 0, "factor": 0.5, "threshold": 0.5, "threshold_mode": "abs", "mode": "max"}, [8, 8, 4]),
]


@pytest.mark.parametrize(("metrics", "options", "rates"), PLATEAUS)
def test_plateau(metrics, options, rates):
    assert schedule.on_plateau(metrics, 8.0, **options) == rates


def test_the_cycle_ends():
    with pytest.raises(ValueError, match="step 6"):
        schedule.one_cycle(6, 2.0, 8.0, 0.0, total_steps=6)
