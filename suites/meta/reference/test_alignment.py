"""The loss of connectionist temporal classification: values by hand, and beside a list of all paths."""

import itertools

import numpy as np
import pytest

from reference.alignment import ctc_loss
from suites.meta.reference.checks import draw, near

#: Two steps over blank, a and b, of one sample.
STEPS = np.log(np.array([[[0.5, 0.3, 0.2]], [[0.25, 0.5, 0.25]]]))


def collapsed(path, blank=0):
    """The labels of a path: repeats, then blanks, dropped."""
    return [label for label, _ in itertools.groupby(path) if label != blank]


@pytest.mark.parametrize(
    ("target", "probability"),
    [([1], 0.3 * 0.5 + 0.5 * 0.5 + 0.3 * 0.25), ([1, 2], 0.3 * 0.25), ([], 0.5 * 0.25), ([1, 1], 0.0)],
)
def test_likelihood_by_hand(target, probability):
    with np.errstate(divide="ignore"):
        near(ctc_loss(STEPS, [target], [2], reduction="none"), [-np.log(probability)])


def test_infinity_can_be_zero_and_lengths_divide():
    both = np.concatenate([STEPS, STEPS], axis=1)

    near(ctc_loss(both, [[1, 2], [1, 1]], [2, 2], zero_infinity=True), -np.log(0.075) / 2 / 2)
    near(ctc_loss(both, [[1, 2], [1]], [2, 1], reduction="sum"), -np.log(0.075) - np.log(0.3))


@pytest.mark.parametrize("target", [[], [2], [1, 1], [1, 2, 1]])
def test_sums_all_paths(target):
    (x,) = draw(1, (4, 1, 3))
    p = np.exp(x) / np.exp(x).sum(2, keepdims=True)
    paths = [path for path in itertools.product(range(3), repeat=4) if collapsed(path, blank=0) == target]
    total = sum(np.prod([p[t, 0, label] for t, label in enumerate(path)]) for path in paths)

    near(ctc_loss(np.log(p), [target], [4], reduction="sum"), -np.log(total), 64)
