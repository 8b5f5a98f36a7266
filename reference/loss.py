"""Losses of two arrays of one shape; reduction is "none", "mean" or "sum", as torch spells it."""

from __future__ import annotations

import numpy as np
from numpy import ndarray as Array

from reference.activation import log_sigmoid


def reduce(values: Array, reduction: str) -> Array:
    """The values themselves, their mean or their sum."""
    return {"none": lambda: values, "mean": lambda: values.mean(), "sum": lambda: values.sum()}[reduction]()


def reduce_vjp(values: Array, cotangent: Array, *, reduction: str) -> Array:
    """dvalues = g, g / n everywhere, or g everywhere."""
    spread = np.broadcast_to(cotangent, values.shape)
    return spread / values.size if reduction == "mean" else spread


def mse_loss(x: Array, target: Array, *, reduction: str = "mean") -> Array:
    """(x - t)², reduced."""
    return reduce((x - target) ** 2, reduction)


def mse_loss_vjp(x: Array, target: Array, cotangent: Array, *, reduction: str = "mean") -> tuple[Array, Array]:
    """dx = 2 (x - t) g and dt = -dx."""
    dx = 2 * (x - target) * reduce_vjp(x, cotangent, reduction=reduction)
    return dx, -dx


def l1_loss(x: Array, target: Array, *, reduction: str = "mean") -> Array:
    """|x - t|, reduced."""
    return reduce(_magnitude(x - target), reduction)


def smooth_l1_loss(x: Array, target: Array, *, beta: float = 1.0, reduction: str = "mean") -> Array:
    """d² / (2 beta) where d = |x - t| < beta and d - beta / 2 elsewhere, reduced."""
    d = _magnitude(x - target)
    near = d.real < beta
    return reduce(np.where(near, d * d / (2 * beta or 1), d - beta / 2), reduction)


def huber_loss(x: Array, target: Array, *, delta: float = 1.0, reduction: str = "mean") -> Array:
    """d² / 2 where d = |x - t| <= delta and delta · (d - delta / 2) elsewhere, reduced."""
    d = _magnitude(x - target)
    return reduce(np.where(d.real <= delta, d * d / 2, delta * (d - delta / 2)), reduction)


def _magnitude(d: Array) -> Array:
    """|d| as d times its sign, through which a complex step passes."""
    return d * np.sign(d.real)


def binary_cross_entropy(x: Array, target: Array, weight: Array | None = None, *, reduction: str = "mean") -> Array:
    """-w (t log x + (1 - t) log(1 - x)) for probabilities x, reduced; no logarithm is less than -100."""
    with np.errstate(divide="ignore"):
        yes, no = np.log(x), np.log1p(-x)
    yes, no = np.where(yes.real < -100, -100, yes), np.where(no.real < -100, -100, no)
    return reduce(-_weighted(target * yes + (1 - target) * no, weight), reduction)


def binary_cross_entropy_with_logits(
    x: Array, target: Array, weight: Array | None = None, pos_weight: Array | None = None, *, reduction: str = "mean"
) -> Array:
    """-w (p t log s(x) + (1 - t) log s(-x)), reduced, with s the sigmoid and p the weight of positive examples."""
    yes, no = _weighted(target * log_sigmoid(x), pos_weight), (1 - target) * log_sigmoid(-x)
    return reduce(-_weighted(yes + no, weight), reduction)


def _weighted(values: Array, weight: Array | None) -> Array:
    """The values times the weight, which is 1 where none is given."""
    return values if weight is None else values * weight
