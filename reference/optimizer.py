"""One step of SGD, Adam, AdamW and RMSprop, line by line as the documented pseudo-code.

Each takes a parameter, its gradient and the state the step before left ({} at first), and returns the new parameter and
the new state, under the names that torch's state has. Nothing is written to.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy import ndarray as Array

State = dict[str, Any]


def sgd(
    parameter: Array,
    gradient: Array,
    state: State,
    *,
    lr: float = 1e-3,
    momentum: float = 0.0,
    dampening: float = 0.0,
    weight_decay: float = 0.0,
    nesterov: bool = False,
    maximize: bool = False,
) -> tuple[Array, State]:
    """p = p - lr · b with b = momentum · b + (1 - dampening) · g, or p = p - lr · (g + momentum · b) for Nesterov.

    At the first step b = g, and without momentum b = g always.
    """
    g = direction(parameter, gradient, weight_decay, maximize)
    if momentum == 0:
        return parameter - lr * g, state
    b = momentum * state["momentum_buffer"] + (1 - dampening) * g if state else g
    g = g + momentum * b if nesterov else b
    return parameter - lr * g, {"momentum_buffer": b}


def adam(
    parameter: Array,
    gradient: Array,
    state: State,
    *,
    lr: float = 1e-3,
    betas: tuple[float, float] = (0.9, 0.999),
    eps: float = 1e-8,
    weight_decay: float = 0.0,
    amsgrad: bool = False,
    maximize: bool = False,
    decoupled_weight_decay: bool = False,
) -> tuple[Array, State]:
    """p = p - lr · m' / (√v' + eps), with m' and v' the averages of g and g² corrected for their start at 0.

    amsgrad takes the largest v so far.
    """
    p, g = decayed(parameter, gradient, lr, weight_decay, decoupled_weight_decay, maximize)
    t, m, v = averages(g, state, betas)
    new = {"step": t, "exp_avg": m, "exp_avg_sq": v}
    if amsgrad:
        v = new["max_exp_avg_sq"] = np.maximum(state.get("max_exp_avg_sq", np.zeros_like(v)), v)
    corrected_m, corrected_v = m / (1 - betas[0] ** t), v / (1 - betas[1] ** t)
    return p - lr * corrected_m / (np.sqrt(corrected_v) + eps), new


def adamw(
    parameter: Array,
    gradient: Array,
    state: State,
    *,
    lr: float = 1e-3,
    betas: tuple[float, float] = (0.9, 0.999),
    eps: float = 1e-8,
    weight_decay: float = 1e-2,
    amsgrad: bool = False,
    maximize: bool = False,
) -> tuple[Array, State]:
    """p = p - lr · weight_decay · p, then a step of Adam without weight decay."""
    p = parameter - lr * weight_decay * parameter
    return adam(p, gradient, state, lr=lr, betas=betas, eps=eps, amsgrad=amsgrad, maximize=maximize)


def rmsprop(
    parameter: Array,
    gradient: Array,
    state: State,
    *,
    lr: float = 1e-2,
    alpha: float = 0.99,
    eps: float = 1e-8,
    weight_decay: float = 0.0,
    momentum: float = 0.0,
    centered: bool = False,
    maximize: bool = False,
) -> tuple[Array, State]:
    """p = p - lr · b with b = momentum · b + g / (√v + eps), with v the average of g².

    If centered, the square of the average of g is taken from v first.
    """
    zeros = np.zeros_like(parameter)
    g = direction(parameter, gradient, weight_decay, maximize)
    v = alpha * state.get("square_avg", zeros) + (1 - alpha) * g**2
    new = {"step": state.get("step", 0) + 1, "square_avg": v}
    if centered:
        new["grad_avg"] = alpha * state.get("grad_avg", zeros) + (1 - alpha) * g
        v = v - new["grad_avg"] ** 2
    b = g / (np.sqrt(v) + eps)
    if momentum > 0:
        b = new["momentum_buffer"] = momentum * state.get("momentum_buffer", zeros) + b
    return parameter - lr * b, new


def direction(parameter: Array, gradient: Array, weight_decay: float, maximize: bool) -> Array:
    """g, or -g to maximize, plus weight_decay · p: how every pseudo-code begins."""
    g = -gradient if maximize else gradient
    return g + weight_decay * parameter if weight_decay != 0 else g


def averages(g: Array, state: State, betas: tuple[float, float]) -> tuple[int, Array, Array]:
    """The number t of this step, and the running averages m of g and v of g², both from 0."""
    zeros = np.zeros_like(g)
    m = betas[0] * state.get("exp_avg", zeros) + (1 - betas[0]) * g
    v = betas[1] * state.get("exp_avg_sq", zeros) + (1 - betas[1]) * g**2
    return state.get("step", 0) + 1, m, v


def decayed(
    parameter: Array, gradient: Array, lr: float, weight_decay: float, decoupled: bool, maximize: bool
) -> tuple[Array, Array]:
    """The parameter and the direction: weight decay shrinks the one if it is decoupled and turns the other if not."""
    if decoupled:
        return parameter - lr * weight_decay * parameter, direction(parameter, gradient, 0.0, maximize)
    return parameter, direction(parameter, gradient, weight_decay, maximize)
