"""Losses that compare pairs, margins and distributions; where they branch they compare real parts."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy import ndarray as Array

from reference.loss import reduce


def positive(x: Array) -> Array:
    """max(0, x)."""
    return np.where(x.real > 0, x, 0)


def magnitude(x: Array) -> Array:
    """|x| of real values, through which a complex step passes."""
    return np.where(x.real < 0, -x, x)


def pairwise_distance(x: Array, y: Array, *, p: float = 2.0, eps: float = 1e-6) -> Array:
    """(Σ |x - y + eps|^p)^(1/p) over the last axis."""
    return (magnitude(x - y + eps) ** p).sum(-1) ** (1 / p)


def cosine_similarity(x: Array, y: Array, *, dim: int = 1) -> Array:
    """Σ x y / (‖x‖ ‖y‖) along an axis, for vectors that are not short."""
    return (x * y).sum(dim) / (np.sqrt((x * x).sum(dim)) * np.sqrt((y * y).sum(dim)))


def kl_div(x: Array, target: Array, *, log_target: bool = False, reduction: str = "mean") -> Array:
    """t (log t - x), and 0 where t = 0; for a logarithmic target exp(t) (t - x). "batchmean" is Σ / N."""
    if log_target:
        values = np.exp(target) * (target - x)
    else:
        safe = np.where(target.real > 0, target, 1)
        values = np.where(target.real > 0, target * (np.log(safe) - x), 0)
    return values.sum() / len(values) if reduction == "batchmean" else reduce(values, reduction)


def poisson_nll_loss(
    x: Array, target: Array, *, log_input: bool = True, full: bool = False, eps: float = 1e-8, reduction: str = "mean"
) -> Array:
    """exp(x) - t x, or x - t log(x + eps) if not log_input; full adds t log t - t + log(2 π t) / 2 where t > 1."""
    values = np.exp(x) - target * x if log_input else x - target * np.log(x + eps)
    t = np.where(target.real > 1, target, 1)
    stirling = t * np.log(t) - t + np.log(2 * math.pi * t) / 2
    return reduce(values + np.where(target.real > 1, stirling, 0) if full else values, reduction)


def gaussian_nll_loss(
    x: Array, target: Array, var: Array, *, full: bool = False, eps: float = 1e-6, reduction: str = "mean"
) -> Array:
    """(log max(v, eps) + (x - t)² / max(v, eps)) / 2, and log(2 π) / 2 more if full.

    v may have one dimension less than x, or a last side of 1. What raises v to eps is no part of its derivative.
    """
    var = var[..., None] if var.ndim < x.ndim else var
    v = np.where(var.real < eps, eps + 1j * var.imag, var)
    v = v if np.iscomplexobj(var) else v.real
    return reduce((np.log(v) + (x - target) ** 2 / v) / 2 + (math.log(2 * math.pi) / 2 if full else 0), reduction)


def hinge_embedding_loss(x: Array, target: Array, *, margin: float = 1.0, reduction: str = "mean") -> Array:
    """x where t = 1 and max(0, margin - x) where t = -1."""
    return reduce(np.where(target == 1, x, positive(margin - x)), reduction)


def margin_ranking_loss(x: Array, y: Array, target: Array, *, margin: float = 0.0, reduction: str = "mean") -> Array:
    """max(0, -t (x - y) + margin)."""
    return reduce(positive(-target * (x - y) + margin), reduction)


def soft_margin_loss(x: Array, target: Array, *, reduction: str = "mean") -> Array:
    """log(1 + exp(-t x)), written so that nothing overflows."""
    z = -target * x
    return reduce(positive(z) + np.log1p(np.exp(-magnitude(z))), reduction)


def cosine_embedding_loss(x: Array, y: Array, target: Array, *, margin: float = 0.0, reduction: str = "mean") -> Array:
    """1 - cos(x, y) where t = 1 and max(0, cos(x, y) - margin) where t = -1, over the last axis."""
    cosine = cosine_similarity(x, y, dim=-1)
    return reduce(np.where(target == 1, 1 - cosine, positive(cosine - margin)), reduction)


def triplet_margin_loss(
    anchor: Array,
    near: Array,
    far: Array,
    *,
    margin: float = 1.0,
    p: float = 2.0,
    eps: float = 1e-6,
    swap: bool = False,
    reduction: str = "mean",
) -> Array:
    """max(0, d(a, near) - d(a, far) + margin); swap takes d(near, far) where it is less than d(a, far)."""
    apart = pairwise_distance(anchor, far, p=p, eps=eps)
    other = pairwise_distance(near, far, p=p, eps=eps)
    apart = np.where(other.real < apart.real, other, apart) if swap else apart
    return reduce(positive(pairwise_distance(anchor, near, p=p, eps=eps) - apart + margin), reduction)


def triplet_margin_with_distance_loss(
    anchor: Array,
    near: Array,
    far: Array,
    *,
    distance: Callable[[Array, Array], Array] = pairwise_distance,
    margin: float = 1.0,
    swap: bool = False,
    reduction: str = "mean",
) -> Array:
    """triplet_margin_loss with any distance of two arrays."""
    apart, other = distance(anchor, far), distance(near, far)
    apart = np.where(other.real < apart.real, other, apart) if swap else apart
    return reduce(positive(distance(anchor, near) - apart + margin), reduction)


def multi_margin_loss(
    x: Array, target: Array, weight: Array | None = None, *, p: int = 1, margin: float = 1.0, reduction: str = "mean"
) -> Array:
    """Σ w[t] max(0, margin - x[t] + x[c])^p / C over the classes c other than t.

    x (N, C) or (C), t (N) or ().
    """
    others = np.arange(x.shape[-1]) != target[..., None]
    w = 1 if weight is None else weight[target][..., None]
    wanted = np.take_along_axis(x, target[..., None], -1)
    terms = np.where(others, w * positive(margin - wanted + x) ** p, 0)
    return reduce(terms.sum(-1) / x.shape[-1], reduction)


def multilabel_margin_loss(x: Array, target: Array, *, reduction: str = "mean") -> Array:
    """Σ max(0, 1 - (x[t] - x[c])) / C over the targets t before the first -1 and the classes c that are no target.

    x and t (N, C) or (C).
    """
    each = np.zeros(x.shape[:-1], x.dtype)
    for n in np.ndindex(each.shape):
        row = list(target[n])
        wanted = [int(t) for t in row[: row.index(-1) if -1 in row else len(row)]]
        others = [c for c in range(x.shape[-1]) if c not in wanted]
        each[n] = sum(positive(1 - (x[n][t] - x[n][c])) for t in wanted for c in others) / x.shape[-1]
    return reduce(each, reduction)


def multilabel_soft_margin_loss(
    x: Array, target: Array, weight: Array | None = None, *, reduction: str = "mean"
) -> Array:
    """-Σ w (t log s(x) + (1 - t) log s(-x)) / C over the classes, with s the sigmoid."""
    terms = (1 - target) * x + np.log1p(np.exp(-magnitude(x))) + positive(-x)
    return reduce((terms if weight is None else terms * weight).mean(-1), reduction)
