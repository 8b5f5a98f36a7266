"""Adagrad, Adadelta, Adamax, NAdam, RAdam, Rprop and ASGD: every flag followed by hand for a few steps."""

import numpy as np
import pytest

from reference.adaptive import adadelta, adagrad, adamax, asgd, nadam, radam, rprop
from suites.meta.reference.checks import equals, near
from suites.meta.reference.test_optimizer import path

ADAGRAD = [
    ({}, [7, 6.2]),  # s = 9, 25
    ({"lr_decay": 1.0}, [7, 6.6]),
    ({"initial_accumulator_value": 16.0}, [7.4, 7.4 - 4 / np.sqrt(41)]),
    ({"eps": 3.0}, [7.5, 7]),
    ({"maximize": True}, [9, 9.8]),
    ({"weight_decay": 1.0}, [7, 7 - 11 / np.sqrt(242)]),  # g = 3 + 8, 4 + 7
]


@pytest.mark.parametrize(("flags", "values"), ADAGRAD)
def test_adagrad(flags, values):
    near(path(adagrad, [3.0, 4.0], **{"lr": 1.0, "eps": 0.0, **flags})[0], values)


ADADELTA = [  # v = 8, u = 0, d = 4/3; then v = 12, u = 8/9
    ({}, [8 - 4 / 3, 8 - 4 / 3 - np.sqrt(17 / 9 / 13) * 4]),
    ({"maximize": True}, [8 + 4 / 3, 8 + 4 / 3 + np.sqrt(17 / 9 / 13) * 4]),
    ({"lr": 3.0}, [4, 4 - 3 * np.sqrt(17 / 9 / 13) * 4]),
]


@pytest.mark.parametrize(("flags", "values"), ADADELTA)
def test_adadelta(flags, values):
    near(path(adadelta, [4.0, 4.0], rho=0.5, eps=1.0, **flags)[0], values, ulps=40)


def test_adadelta_state():
    state = path(adadelta, [4.0], rho=0.5, eps=1.0)[1]

    equals(state["square_avg"], [8])
    near(state["acc_delta"], [8 / 9])
    near(path(adadelta, [-4.0], rho=0.5, eps=1.0, weight_decay=1.0)[0], [8 - 4 / 3])


ADAMAX = [  # m = 1, u = 2; then m = 1/2, u = 1
    ({}, [7, 7 - 2 / 3]),
    ({"maximize": True}, [9, 9 + 2 / 3]),
    ({"eps": 2.0}, [7.5, 7.5 - (2 / 3) / 2]),
]


@pytest.mark.parametrize(("flags", "values"), ADAMAX)
def test_adamax(flags, values):
    near(path(adamax, [2.0, 0.0], **{"lr": 1.0, "betas": (0.5, 0.5), "eps": 0.0, **flags})[0], values)


def test_adamax_turns_weight_decay_into_gradient():
    state = path(adamax, [2.0], betas=(0.5, 0.5), eps=0.0, weight_decay=1.0)[1]

    equals(state["exp_avg"], [5])
    equals(state["exp_inf"], [10])


NADAM = [  # μ = 1/4 without momentum decay: m' = (1/4)(1/2) g / (15/16) + (3/4) g / (3/4) = 17/15 g
    ({}, [6.3]),
    ({"maximize": True}, [9.7]),
    ({"eps": 2.0}, [7.15]),
    ({"weight_decay": 1.0}, [6.3]),
    ({"weight_decay": 0.5, "decoupled_weight_decay": True}, [0.3]),
]


@pytest.mark.parametrize(("flags", "values"), NADAM)
def test_nadam(flags, values):
    flags = {"lr": 1.5, "betas": (0.5, 0.5), "eps": 0.0, "momentum_decay": 0.0, **flags}
    near(path(nadam, [2.0], **flags)[0], values)


def test_nadam_momentum_grows():
    state = path(nadam, [2.0, 2.0], betas=(0.5, 0.5), momentum_decay=1.0)[1]

    near(state["mu_product"], (0.5 * (1 - 0.48)) * (0.5 * (1 - 0.4608)))


RADAM = [  # ρ∞ = 3 is never above 5: p - lr · m'
    ({}, [6, 4]),
    ({"maximize": True}, [10, 12]),
    ({"lr": 0.5}, [7, 6]),
    ({"weight_decay": 0.5}, [2, -2]),
    ({"weight_decay": 0.5, "decoupled_weight_decay": True}, [2, -1]),
]


@pytest.mark.parametrize(("flags", "values"), RADAM)
def test_radam_without_rectification(flags, values):
    near(path(radam, [2.0, 2.0], **{"lr": 1.0, "betas": (0.5, 0.5), **flags})[0], values)


def test_radam_rectifies_from_the_tenth_step_on():
    # ρ∞ = 7; ρ is 4.76 at t = 7, 5.21 at t = 8, where 0.75^8 = 6561 / 65536
    values, _ = path(radam, [2.0] * 8, lr=1.0, betas=(0.5, 0.75), eps=0.0, start=16.0)
    rho = 7 - 16 * 6561 / (65536 - 6561)

    near(values[:7], [14, 12, 10, 8, 6, 4, 2], ulps=40)
    near(values[7], 2 - np.sqrt((rho - 4) * (rho - 2) * 7 / (3 * 5 * rho)), ulps=40)


RPROP = [  # sizes 1, 2; then the sign turns: 1, and no move
    ({}, [7, 5, 5, 6]),
    ({"maximize": True}, [9, 11, 11, 10]),
    ({"step_sizes": (1e-6, 1.5)}, [7, 5.5, 5.5, 6.25]),
    ({"step_sizes": (1.25, 50.0)}, [7, 5, 5, 6.25]),
]


@pytest.mark.parametrize(("flags", "values"), RPROP)
def test_rprop(flags, values):
    assert path(rprop, [3.0, 1.0, -2.0, -9.0], lr=1.0, etas=(0.5, 2.0), **flags)[0] == values


def test_asgd():
    # eta = 1/2, 1/3, 1/4; the average starts at t0
    values, state = path(asgd, [2.0, -1.0, 4.0], start=4.0, lr=0.5, lambd=1.0, alpha=1.0, t0=0.0)

    near(values, [1, 1, -0.25], ulps=8)
    near(state["ax"], [0.375], ulps=8)
    assert path(asgd, [1.0], start=4.0, lr=0.5, lambd=0.0, weight_decay=0.5)[0] == [2.5]
    assert path(asgd, [1.0], start=4.0, lr=0.5, lambd=0.0, maximize=True)[0] == [4.5]
