"""One step of Adafactor and Muon, which look at a parameter as a matrix, in the form that reference.optimizer has."""

from __future__ import annotations

import numpy as np
from numpy import ndarray as Array

from reference.optimizer import State


def adafactor(
    parameter: Array,
    gradient: Array,
    state: State,
    *,
    lr: float = 1e-2,
    beta2_decay: float = -0.8,
    eps: tuple[float, float] = (2.0**-52, 1e-3),
    d: float = 1.0,
    weight_decay: float = 0.0,
    maximize: bool = False,
) -> tuple[Array, State]:
    """p = p - lr · weight_decay · p - α U / max(1, rms(U) / d), with U = g / max(√V, eps₁) and
    α = max(eps₂, rms(p)) min(lr, 1 / √t).

    V of a matrix is the product of the averages of g² over its rows and over its columns, divided by their mean; of a
    vector the average itself. They remember a share of 1 - t^beta2_decay.
    """
    g, t = -gradient if maximize else gradient, state.get("step", 0) + 1
    fresh = t**beta2_decay
    alpha = max(eps[1], rms(parameter)) * min(lr, t**-0.5)

    def average(name: str, values: Array) -> Array:
        return (1 - fresh) * state.get(name, np.zeros_like(values)) + fresh * values

    new: State = {"step": t}
    if g.ndim > 1:
        rows = new["row_var"] = average("row_var", (g**2).mean(-1, keepdims=True))
        columns = new["col_var"] = average("col_var", (g**2).mean(-2, keepdims=True))
        v = rows * columns / np.maximum(rows.mean(-2, keepdims=True), eps[0])
    else:
        v = new["variance"] = average("variance", g**2)
    u = g / np.maximum(np.sqrt(v), eps[0])
    return parameter - lr * weight_decay * parameter - alpha * u / max(1.0, rms(u) / d), new


def rms(values: Array) -> float:
    """The root of the mean square."""
    return float(np.sqrt(np.mean(values**2)))


def muon(
    parameter: Array,
    gradient: Array,
    state: State,
    *,
    lr: float = 1e-3,
    weight_decay: float = 0.1,
    momentum: float = 0.95,
    nesterov: bool = True,
    ns_coefficients: tuple[float, float, float] = (3.4445, -4.775, 2.0315),
    eps: float = 1e-7,
    ns_steps: int = 5,
    adjust_lr_fn: str | None = None,
) -> tuple[Array, State]:
    """p = p - lr · weight_decay · p - lr' NS(b), with b = momentum · b + g, or g + momentum · b for Nesterov.

    lr' is lr · √max(1, rows / columns), or 0.2 lr · √max(rows, columns) to match AdamW.
    """
    b = momentum * state.get("momentum_buffer", np.zeros_like(gradient)) + gradient
    rows, columns = parameter.shape
    ratio = 0.2 * max(rows, columns) ** 0.5 if adjust_lr_fn == "match_rms_adamw" else max(1.0, rows / columns) ** 0.5
    o = newton_schulz(gradient + momentum * b if nesterov else b, ns_coefficients, ns_steps, eps)
    return parameter - lr * weight_decay * parameter - lr * ratio * o, {"momentum_buffer": b}


def newton_schulz(x: Array, coefficients: tuple[float, float, float], steps: int, eps: float) -> Array:
    """x ← a x + b (x xᵀ) x + c (x xᵀ)² x, some times over, from x / ‖x‖ on: singular values go to about 1."""
    a, b, c = coefficients
    x = x / max(float(np.linalg.norm(x)), eps)
    for _ in range(steps):
        square = x @ x.T
        x = a * x + (b * square + c * square @ square) @ x
    return x
