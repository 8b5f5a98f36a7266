"""Losses over classes: cross entropy and negative log likelihood, and probabilities of classes in clusters."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy import ndarray as Array

from reference.activation import log_softmax
from reference.linear import linear


def nll_loss(
    log_p: Array, target: Array, weight: Array | None = None, *, ignore_index: int = -100, reduction: str = "mean"
) -> Array:
    """-w[t] · log_p[t] for each target t, 0 where it is ignored; "mean" divides the sum by Σ w[t] of the others.

    log_p (N, C, ...) or (C), t (N, ...) or () of class indices, w (C) -> y (N, ...) or ().
    """
    share, divisor = _shares(log_p, target, weight, ignore_index, 0.0)
    return _reduced(log_p, share, divisor, reduction)


def cross_entropy(
    x: Array,
    target: Array,
    weight: Array | None = None,
    *,
    ignore_index: int = -100,
    label_smoothing: float = 0.0,
    reduction: str = "mean",
) -> Array:
    """-Σ w[c] · q[c] · log softmax(x)[c] over the classes c, 0 where the target is ignored.

    q is 1 at the target's class, or the target itself if it holds probabilities; smoothing by e makes it
    (1 - e) q + e / C. "mean" divides the sum by Σ w[t], by the number of targets if they hold probabilities.
    x (N, C, ...) or (C), t (N, ...) or () of class indices or as x, w (C) -> y (N, ...) or ().
    """
    share, divisor = _shares(x, target, weight, ignore_index, label_smoothing)
    return _reduced(log_softmax(x, _class_axis(x)), share, divisor, reduction)


def adaptive_log_softmax(
    x: Array, head: Array, tails: Sequence[tuple[Array, Array]], head_bias: Array | None = None
) -> Array:
    """The logarithms of the probabilities of all classes: the head's first rows are classes of their own, each further
    row is a cluster, among whose classes its tail (a projection, then logits) shares out what the row gives it.

    x (N, I), head (S + K, I), each of K tails (J, I) and (C, J) -> (N, S + Σ C).
    """
    of_head = log_softmax(linear(x, head, head_bias), 1)
    alone = len(head) - len(tails)
    shared = (log_softmax(linear(linear(x, first), second), 1) for first, second in tails)
    clusters = (of_head[:, [alone + i]] + within for i, within in enumerate(shared))
    return np.concatenate([of_head[:, :alone], *clusters], axis=1)


def _class_axis(x: Array) -> int:
    """Classes stand on axis 1, or on the only axis of one sample."""
    return min(1, x.ndim - 1)


def _shares(
    x: Array, target: Array, weight: Array | None, ignore_index: int, smoothing: float
) -> tuple[Array, float | Array]:
    """w[c] · q[c] in the shape of x, and what "mean" divides by."""
    axis = _class_axis(x)
    classes, after = x.shape[axis], [1] * (x.ndim - axis - 1)
    w = np.ones((classes, *after), x.real.dtype) if weight is None else weight.reshape(-1, *after)
    if target.dtype.kind in "fc":
        mixture = (1 - smoothing) * target + smoothing / classes
        return w * mixture, target.size / classes
    index = np.expand_dims(target, axis)
    kept = (index != ignore_index).astype(x.real.dtype)
    truth = kept * (index == np.arange(classes).reshape(-1, *after))
    return w * ((1 - smoothing) * truth + smoothing / classes * kept), (w * truth).sum()


def _reduced(log_p: Array, share: Array, divisor: float | Array, reduction: str) -> Array:
    """-Σ share · log_p over the classes, reduced; a class of no share counts 0 even where log_p is -inf."""
    terms = np.zeros(log_p.shape, np.result_type(log_p, share))
    np.multiply(share, log_p, out=terms, where=share != 0)
    each = -terms.sum(_class_axis(log_p))
    return {"none": lambda: each, "mean": lambda: each.sum() / divisor, "sum": lambda: each.sum()}[reduction]()
