"""The loss of connectionist temporal classification: how likely a sequence of labels is, however it lies in time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy import ndarray as Array


def ctc_loss(
    log_probs: Array,
    targets: Sequence[Sequence[int]],
    input_lengths: Sequence[int],
    *,
    blank: int = 0,
    reduction: str = "mean",
    zero_infinity: bool = False,
) -> Array:
    """-log of the probability of each target: the sum over all paths that give it when repeats and blanks are dropped.

    log_probs (T, N, C), targets a list of labels for each of the N -> y (N). "mean" divides by the targets' lengths
    before; zero_infinity puts 0 for a target that no path gives.
    """
    each = [likelihood(np.exp(log_probs[:length, n]), list(target), blank)
            for n, (target, length) in enumerate(zip(targets, input_lengths))]  # fmt: skip
    nothing = 0.0 if zero_infinity else np.inf
    losses = np.array([-np.log(p) if p.real > 0 else nothing + 0 * p for p in each])
    if reduction == "mean":
        return (losses / [len(target) for target in targets]).mean()
    return losses.sum() if reduction == "sum" else losses


def likelihood(p: Array, target: list[int], blank: int) -> complex:
    """The probability of a target under p (T, C): blanks around all labels; each step stays, or goes one on.

    It may go two on, over a blank, from a label to another one.
    """
    spread = [blank]
    for label in target:
        spread += [label, blank]
    ways = p[0, spread] * (np.arange(len(spread)) < 2)
    for row in p[1:]:
        ways = np.array([row[label] * _arriving(ways, spread, s) for s, label in enumerate(spread)])
    return ways[-1] + (ways[-2] if len(spread) > 1 else 0)


def _arriving(ways: Array, spread: list[int], s: int) -> complex:
    """The ways that lead to a place from the places before."""
    over = s > 1 and spread[s] != spread[s - 2] and s % 2 == 1
    return ways[s] + (ways[s - 1] if s > 0 else 0) + (ways[s - 2] if over else 0)
