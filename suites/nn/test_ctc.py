"""The loss of connectionist temporal classification, beside the sum over all alignments."""

from typing import Any, NamedTuple

import numpy as np
import pytest
import torch
import torch.nn as nn
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from reference.activation import log_softmax
from reference.alignment import ctc_loss
from suites.kit import array, bound, close, documents, draw, gradient, tensor
from suites.nn import law

STEPS, BATCH, CLASSES = 9, 4, 5

#: Logarithms of products of STEPS probabilities, none of which is beyond 10, added up for a batch.
NEAR = bound.Bound(16, 10.0 * STEPS * BATCH)

reductions = st.sampled_from(("mean", "sum", "none"))
blanks = st.sampled_from((0, 2, CLASSES - 1))


class Targets(NamedTuple):
    """Labels for each sample, and how many steps of it count."""

    labels: list[list[int]]
    steps: list[int]

    def padded(self, device: str, kind: str = "int64") -> tuple[torch.Tensor, ...]:
        """The labels in rows, padded with what no class is, and both lengths."""
        rows = np.full((len(self.labels), max(map(len, self.labels)) + 1), -7, kind)
        for row, labels in zip(rows, self.labels):
            row[: len(labels)] = labels
        return tensor(rows, device), *self.lengths(device, kind)

    def joined(self, device: str, kind: str = "int64") -> tuple[torch.Tensor, ...]:
        """The labels one after the other, and both lengths."""
        return tensor(np.concatenate(self.labels).astype(kind), device), *self.lengths(device, kind)

    def lengths(self, device: str, kind: str) -> tuple[torch.Tensor, ...]:
        return tuple(tensor(np.array(n, kind), device) for n in (self.steps, [len(row) for row in self.labels]))


def drawn(seed: int, blank: int, least: int = 1) -> Targets:
    """Up to four labels that may repeat, none of them blank, for at least as many steps as they take."""
    rng = np.random.default_rng(seed)
    classes = [label for label in range(CLASSES) if label != blank]
    labels = [[int(c) for c in rng.choice(classes[:3], rng.integers(least, 5))] for _ in range(BATCH)]
    return Targets(labels, [STEPS, *(int(n) for n in rng.integers(8, STEPS + 1, BATCH - 1))])


def by_torch(targets: Any, **settings: Any):
    """torch's loss of the scores whose softmax is the probabilities."""
    return lambda x: F.ctc_loss(F.log_softmax(x, -1), *targets, **settings)


def by_formula(targets: Targets, **settings: Any):
    return lambda x: ctc_loss(log_softmax(x), targets.labels, targets.steps, **settings)


@documents("torch.nn.functional.ctc_loss", "torch.nn.CTCLoss")
@given(seed=draw.seeds(), reduction=reductions, blank=blanks, joined=st.booleans())
def test_sums_over_all_alignments(seed, reduction, blank, joined, dtype, device):
    """The loss is -log of the sum of the probabilities of all paths that give the target, in rows or joined;
    "mean" divides by the lengths of the targets before.
    """
    targets, settings = drawn(seed, blank), {"blank": blank, "reduction": reduction}
    given_targets = targets.joined(device) if joined else targets.padded(device)
    x = 2 * draw.normal(seed, STEPS, BATCH, CLASSES, dtype=dtype)

    expected = by_formula(targets, **settings)(x.astype("float64"))
    close(by_torch(given_targets, **settings)(tensor(x, device)), expected, NEAR, dtype=dtype, device=device)


@documents("torch.nn.functional.ctc_loss", "torch.nn.CTCLoss")
@given(seed=draw.seeds(), reduction=reductions, blank=blanks, joined=st.booleans())
def test_scores_get_the_gradient_of_the_formula(seed, reduction, blank, joined, device):
    """Scores that became logarithms of probabilities by log_softmax get the derivative of the loss; steps beyond the
    length of a sample get none.
    """
    targets, settings = drawn(seed, blank), {"blank": blank, "reduction": reduction}
    given_targets = targets.joined(device) if joined else targets.padded(device)
    x = draw.normal(seed, STEPS, BATCH, CLASSES)

    law.differentiates(
        by_torch(given_targets, **settings), by_formula(targets, **settings), x, seed=seed, device=device
    )


@documents("torch.nn.functional.ctc_loss", "torch.nn.CTCLoss")
@given(seed=draw.seeds(), reduction=st.sampled_from(("sum", "none")))
def test_target_without_labels_is_all_blanks(seed, reduction, dtype, device):
    """The loss of a target of length 0 is -log of the probability of blanks alone, alone or beside longer ones."""
    targets = drawn(seed, 0)._replace(labels=[[], [1, 1], [], [2]])
    function = by_torch(targets.padded(device), reduction=reduction)
    formula = by_formula(targets, reduction=reduction)
    x = draw.normal(seed, STEPS, BATCH, CLASSES, dtype=dtype)

    close(function(tensor(x, device)), formula(x.astype("float64")), NEAR, dtype=dtype, device=device)
    law.differentiates(function, formula, x.astype("float64"), seed=seed, device=device)


@documents("torch.nn.functional.ctc_loss", "torch.nn.CTCLoss")
@given(seed=draw.seeds(), kind=st.sampled_from(("int32", "int64")), as_numbers=st.booleans())
def test_lengths_may_be_numbers_or_tensors(seed, kind, as_numbers, device):
    """Targets and lengths may be int32 or int64, and lengths tuples of numbers: all give the same loss."""
    targets, x = drawn(seed, 0), draw.normal(seed, STEPS, BATCH, CLASSES)
    labels, *lengths = targets.joined(device, kind)
    lengths = [tuple(int(n) for n in array(length)) for length in lengths] if as_numbers else lengths
    found = by_torch((labels, *lengths), reduction="none")(tensor(x, device))

    close(found, by_formula(targets, reduction="none")(x), NEAR, device=device)


@documents("torch.nn.functional.ctc_loss", "torch.nn.CTCLoss")
@given(seed=draw.seeds(), reduction=reductions)
def test_sample_without_a_batch(seed, reduction, device):
    """Probabilities (T, C) with a target (S) and lengths without dimensions are a sample without a batch."""
    targets, x = drawn(seed, 0), draw.normal(seed, STEPS, CLASSES)
    alone = Targets(targets.labels[:1], targets.steps[:1])
    given_targets = [part.reshape(shape) for part, shape in zip(alone.joined(device), ((-1,), (), ()))]
    found = by_torch(given_targets, reduction=reduction)(tensor(x, device))

    expected = by_formula(alone, reduction=reduction)(x[:, None]).reshape(())
    close(found, expected, NEAR, device=device)


@documents("torch.nn.functional.ctc_loss", "torch.nn.CTCLoss")
@pytest.mark.parametrize("zero_infinity", [False, True])
def test_targets_too_long_are_infinitely_unlikely(zero_infinity, dtype, device):
    """A target that needs more steps than there are has the loss inf, with zero_infinity 0 and gradients of zero."""
    targets = Targets([[1, 1], [1, 2], [1, 2, 3], [3]], [2, 2, 2, 2])
    x = draw.normal(1, 2, BATCH, CLASSES, dtype=dtype)
    settings = {"reduction": "none", "zero_infinity": zero_infinity}
    function = by_torch(targets.padded(device), **settings)

    expected = by_formula(targets, **settings)(x.astype("float64"))
    close(function(tensor(x, device)), expected, NEAR, dtype=dtype, device=device)
    assert np.isinf(expected).tolist() == [not zero_infinity, False, not zero_infinity, False]


@documents("torch.nn.functional.ctc_loss", "torch.nn.CTCLoss")
@given(seed=draw.seeds())
def test_infinite_losses_get_no_gradient_if_zeroed(seed, device):
    """With zero_infinity the gradients of samples whose loss would be infinite are zero, those of others as ever."""
    targets = Targets([[1, 1], [1, 2], [1, 2, 3], [3]], [2, 2, 2, 2])
    settings = {"reduction": "sum", "zero_infinity": True}
    x = draw.normal(seed, 2, BATCH, CLASSES)
    (found,) = gradient.vjp(by_torch(targets.padded(device), **settings), (x,), np.array(1.0), device)

    close(found[:, ::2], np.zeros((2, 2, CLASSES)), bound.Bound(0, 0, signed_zeros=False), device=device)
    law.differentiates(by_torch(targets.padded(device), **settings), by_formula(targets, **settings), x, seed=seed,
                       device=device)  # fmt: skip


@documents("torch.nn.CTCLoss")
@given(seed=draw.seeds(), reduction=reductions, blank=blanks)
def test_module_is_the_function(seed, reduction, blank, device):
    """The module CTCLoss, made with the settings, gives the same bits as the function."""
    targets, settings = drawn(seed, blank), {"blank": blank, "reduction": reduction, "zero_infinity": True}
    x = F.log_softmax(tensor(draw.normal(seed, STEPS, BATCH, CLASSES), device), -1)
    found = nn.CTCLoss(**settings)(x, *targets.padded(device))

    close(found, array(F.ctc_loss(x, *targets.padded(device), **settings)), device=device)
