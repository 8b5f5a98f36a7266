"""SGD, Adam, AdamW and RMSprop: every flag followed by hand for a step or two."""

import numpy as np
import pytest

from reference.optimizer import adam, adamw, rmsprop, sgd
from suites.meta.reference.checks import equals, near

HALF = {"betas": (0.5, 0.5), "eps": 0.0}  # the averages of a constant g, corrected, are g and g²


def path(step, gradients, start=8.0, **flags):
    """The values of one parameter along a sequence of gradients, and the last state."""
    parameter, state, values = np.array([start]), {}, []
    for gradient in gradients:
        parameter, state = step(parameter, np.array([gradient]), state, **flags)
        values.append(parameter.item())
    return values, state


SGD = [
    ({}, [6, 2]),
    ({"maximize": True}, [10, 14]),
    ({"weight_decay": 0.5}, [2, -3]),
    ({"weight_decay": 0.5, "maximize": True}, [6, 7]),
    ({"momentum": 0.5}, [6, 1]),
    ({"momentum": 0.5, "dampening": 0.75}, [6, 4]),  # the first buffer is g itself
    ({"momentum": 0.5, "nesterov": True}, [5, -1.5]),
    ({"momentum": 0.5, "maximize": True}, [10, 15]),
]


@pytest.mark.parametrize(("flags", "values"), SGD)
def test_sgd(flags, values):
    assert path(sgd, [2.0, 4.0], lr=1.0, **flags)[0] == values


def test_sgd_keeps_the_buffer():
    equals(path(sgd, [2.0, 4.0], lr=1.0, momentum=0.5)[1]["momentum_buffer"], [5])
    assert path(sgd, [2.0, 4.0])[1] == {}


ADAM = [
    ({}, [7, 6]),
    ({"maximize": True}, [9, 10]),
    ({"eps": 2.0}, [7.5, 7]),
    ({"lr": 4.0}, [4, 0]),
    ({"weight_decay": 2.0, "maximize": True}, [7, 7 - 38 / 3 / np.sqrt(121 / 0.75)]),  # g = -2 + 16, -2 + 14
    ({"weight_decay": 0.5, "decoupled_weight_decay": True}, [3, 0.5]),
    ({"weight_decay": 0.5, "decoupled_weight_decay": True, "lr": 0.5}, [5.5, 3.625]),
]


@pytest.mark.parametrize(("flags", "values"), ADAM)
def test_adam(flags, values):
    near(path(adam, [2.0, 2.0], **{"lr": 1.0, **HALF, **flags})[0], values)


def test_adam_averages():
    state = path(adam, [2.0, 4.0], betas=(0.5, 0.75))[1]

    assert state["step"] == 2
    equals(state["exp_avg"], [2.5])  # 2 / 2 = 1, then (1 + 4) / 2
    equals(state["exp_avg_sq"], [4.75])  # 4 / 4 = 1, then 3/4 + 16/4


def test_adam_corrects_both_averages():
    # m = 1, then 1/2, over 3/4; v = 2, then 1, over 3/4
    near(path(adam, [2.0, 0.0], lr=1.0, **HALF)[0], [7, 7 - (2 / 3) / np.sqrt(4 / 3)])


def test_amsgrad_takes_the_largest_second_moment():
    values, state = path(adam, [2.0, 0.0], lr=1.0, amsgrad=True, **HALF)

    near(values, [7, 7 - (2 / 3) / np.sqrt(8 / 3)])
    equals(state["max_exp_avg_sq"], [2])
    equals(state["exp_avg_sq"], [1])


def test_adam_turns_weight_decay_into_gradient():
    equals(path(adam, [0.0], lr=1.0, weight_decay=0.5, **HALF)[1]["exp_avg"], [2])


ADAMW = [
    ({}, [7 - 0.08, (7 - 0.08) * 0.99 - 1]),
    ({"weight_decay": 0.5}, [3, 0.5]),
    ({"weight_decay": 0.5, "maximize": True}, [5, 3.5]),
    ({"weight_decay": 0.0, "eps": 2.0}, [7.5, 7]),
    ({"weight_decay": 0.5, "lr": 0.5}, [5.5, 3.625]),
]


@pytest.mark.parametrize(("flags", "values"), ADAMW)
def test_adamw(flags, values):
    near(path(adamw, [2.0, 2.0], **{"lr": 1.0, **HALF, **flags})[0], values)


def test_adamw_keeps_weight_decay_out_of_the_averages():
    equals(path(adamw, [0.0], lr=1.0, weight_decay=0.5, betas=(0.5, 0.5))[1]["exp_avg"], [0])
    near(path(adamw, [2.0, 0.0], lr=1.0, weight_decay=0.0, amsgrad=True, **HALF)[0], [7, 7 - (2 / 3) / np.sqrt(8 / 3)])


RMSPROP = [
    ({"alpha": 0.75}, [6, 6 - 2 / np.sqrt(1.75)]),  # v = 4/4, then 3/4 + 4/4
    ({"alpha": 0.0}, [7, 6]),
    ({"alpha": 0.0, "eps": 2.0}, [7.5, 7]),
    ({"alpha": 0.0, "maximize": True}, [9, 10]),
    ({"alpha": 0.0, "weight_decay": 0.5}, [7, 6]),
    ({"alpha": 0.0, "weight_decay": 0.5, "eps": 2.0}, [7.25, 7.25 - 5.625 / 7.625]),
    ({"alpha": 0.0, "momentum": 0.5}, [7, 5.5]),
    ({"alpha": 0.5, "centered": True}, [6, 6 - 2 / np.sqrt(0.75)]),  # v = 2, 3; average 1, 1.5; less its square 1, 3/4
]


@pytest.mark.parametrize(("flags", "values"), RMSPROP)
def test_rmsprop(flags, values):
    near(path(rmsprop, [2.0, 2.0], **{"lr": 1.0, "eps": 0.0, **flags})[0], values)


def test_rmsprop_state():
    state = path(rmsprop, [2.0, 2.0], alpha=0.5, centered=True, momentum=0.5, eps=0.0)[1]

    equals(state["square_avg"], [3])
    equals(state["grad_avg"], [1.5])
    near(state["momentum_buffer"], [1 + 2 / np.sqrt(0.75)])
