"""One step of Adagrad, Adadelta, Adamax, NAdam, RAdam, Rprop and ASGD, in the form that reference.optimizer has."""

from __future__ import annotations

import numpy as np
from numpy import ndarray as Array

from reference.optimizer import State, averages, decayed, direction


def adagrad(
    parameter: Array,
    gradient: Array,
    state: State,
    *,
    lr: float = 1e-2,
    lr_decay: float = 0.0,
    weight_decay: float = 0.0,
    initial_accumulator_value: float = 0.0,
    eps: float = 1e-10,
    maximize: bool = False,
) -> tuple[Array, State]:
    """p = p - lr / (1 + (t - 1) lr_decay) · g / (√s + eps), with s the sum of all g² so far."""
    t = state.get("step", 0) + 1
    g = direction(parameter, gradient, weight_decay, maximize)
    s = state.get("sum", np.full_like(parameter, initial_accumulator_value)) + g**2
    return parameter - lr / (1 + (t - 1) * lr_decay) * g / (np.sqrt(s) + eps), {"step": t, "sum": s}


def adadelta(
    parameter: Array,
    gradient: Array,
    state: State,
    *,
    lr: float = 1.0,
    rho: float = 0.9,
    eps: float = 1e-6,
    weight_decay: float = 0.0,
    maximize: bool = False,
) -> tuple[Array, State]:
    """p = p - lr · d with d = √(u + eps) / √(v + eps) · g, and v and u the averages of g² and of the earlier d²."""
    zeros = np.zeros_like(parameter)
    g = direction(parameter, gradient, weight_decay, maximize)
    u = state.get("acc_delta", zeros)
    v = rho * state.get("square_avg", zeros) + (1 - rho) * g**2
    d = np.sqrt(u + eps) / np.sqrt(v + eps) * g
    new = {"step": state.get("step", 0) + 1, "square_avg": v, "acc_delta": rho * u + (1 - rho) * d**2}
    return parameter - lr * d, new


def adamax(
    parameter: Array,
    gradient: Array,
    state: State,
    *,
    lr: float = 2e-3,
    betas: tuple[float, float] = (0.9, 0.999),
    eps: float = 1e-8,
    weight_decay: float = 0.0,
    maximize: bool = False,
) -> tuple[Array, State]:
    """p = p - lr / (1 - beta1^t) · m / u, with m the average of g and u = max(beta2 · u, |g| + eps)."""
    zeros = np.zeros_like(parameter)
    t = state.get("step", 0) + 1
    g = direction(parameter, gradient, weight_decay, maximize)
    m = betas[0] * state.get("exp_avg", zeros) + (1 - betas[0]) * g
    u = np.maximum(betas[1] * state.get("exp_inf", zeros), np.abs(g) + eps)
    return parameter - lr / (1 - betas[0] ** t) * m / u, {"step": t, "exp_avg": m, "exp_inf": u}


def rprop(
    parameter: Array,
    gradient: Array,
    state: State,
    *,
    lr: float = 1e-2,
    etas: tuple[float, float] = (0.5, 1.2),
    step_sizes: tuple[float, float] = (1e-6, 50.0),
    maximize: bool = False,
) -> tuple[Array, State]:
    """p = p - size · sign(g); size grows by etas[1] where g keeps its sign; where it turns, by etas[0], and g = 0."""
    g = direction(parameter, gradient, 0.0, maximize)
    size = state.get("step_size", np.full_like(parameter, lr))
    kept = np.sign(g * state.get("prev", np.zeros_like(g)))
    size = np.where(kept > 0, np.minimum(size * etas[1], step_sizes[1]), size)
    size = np.where(kept < 0, np.maximum(size * etas[0], step_sizes[0]), size)
    g = np.where(kept < 0, 0, g)
    return parameter - size * np.sign(g), {"step": state.get("step", 0) + 1, "prev": g, "step_size": size}


def nadam(
    parameter: Array,
    gradient: Array,
    state: State,
    *,
    lr: float = 2e-3,
    betas: tuple[float, float] = (0.9, 0.999),
    eps: float = 1e-8,
    weight_decay: float = 0.0,
    momentum_decay: float = 4e-3,
    decoupled_weight_decay: bool = False,
    maximize: bool = False,
) -> tuple[Array, State]:
    """p = p - lr · m' / (√v' + eps), where m' mixes the average of g with g itself by a momentum that grows with t.

    m' = μ[t+1] m / (1 - Π μ[1..t+1]) + (1 - μ[t]) g / (1 - Π μ[1..t]), with μ[t] = beta1 (1 - 0.96^(t · decay) / 2).
    """
    p, g = decayed(parameter, gradient, lr, weight_decay, decoupled_weight_decay, maximize)
    t, m, v = averages(g, state, betas)
    now, after = (betas[0] * (1 - 0.5 * 0.96 ** (i * momentum_decay)) for i in (t, t + 1))
    product = state.get("mu_product", 1.0) * now
    corrected_m = after * m / (1 - product * after) + (1 - now) * g / (1 - product)
    corrected_v = v / (1 - betas[1] ** t)
    new = {"step": t, "mu_product": product, "exp_avg": m, "exp_avg_sq": v}
    return p - lr * corrected_m / (np.sqrt(corrected_v) + eps), new


def radam(
    parameter: Array,
    gradient: Array,
    state: State,
    *,
    lr: float = 1e-3,
    betas: tuple[float, float] = (0.9, 0.999),
    eps: float = 1e-8,
    weight_decay: float = 0.0,
    decoupled_weight_decay: bool = False,
    maximize: bool = False,
) -> tuple[Array, State]:
    """p = p - lr · m' · r · √(1 - beta2^t) / (√v + eps), with m' = m / (1 - beta1^t), once ρ > 5; before, p - lr · m'.

    r = √((ρ - 4)(ρ - 2) ρ∞ / ((ρ∞ - 4)(ρ∞ - 2) ρ)),
    with ρ = ρ∞ - 2 t beta2^t / (1 - beta2^t) and ρ∞ = 2 / (1 - beta2) - 1.
    """
    p, g = decayed(parameter, gradient, lr, weight_decay, decoupled_weight_decay, maximize)
    t, m, v = averages(g, state, betas)
    corrected_m = m / (1 - betas[0] ** t)
    longest = 2 / (1 - betas[1]) - 1
    length = longest - 2 * t * betas[1] ** t / (1 - betas[1] ** t)
    if length > 5:
        rectification = (length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length)
        corrected_m = corrected_m * rectification**0.5 * (1 - betas[1] ** t) ** 0.5 / (np.sqrt(v) + eps)
    return p - lr * corrected_m, {"step": t, "exp_avg": m, "exp_avg_sq": v}


def asgd(
    parameter: Array,
    gradient: Array,
    state: State,
    *,
    lr: float = 1e-2,
    lambd: float = 1e-4,
    alpha: float = 0.75,
    t0: float = 1e6,
    weight_decay: float = 0.0,
    maximize: bool = False,
) -> tuple[Array, State]:
    """p = (1 - lambd · eta) p - eta · g, with eta = lr / (1 + lambd · lr · (t - 1))^alpha; ax averages p from t0 on.

    Source: Bottou, Stochastic gradient descent tricks (2012), sections 5.2 and 6.1; torch documents no formula.
    """
    t = state.get("step", 0) + 1
    g = direction(parameter, gradient, weight_decay, maximize)
    eta = lr / (1 + lambd * lr * (t - 1)) ** alpha
    p = (1 - lambd * eta) * parameter - eta * g
    ax = state.get("ax", np.zeros_like(p))
    return p, {"step": t, "ax": ax + (p - ax) / max(1, t - 1 - t0)}
