"""Losses over classes: values by hand for indices, weights, ignored targets, smoothing and probabilities."""

import math

import numpy as np

from reference.classification import adaptive_log_softmax, cross_entropy, nll_loss
from suites.meta.reference.checks import equals, near

LOG_P = np.array([[-1.0, -2.0, -4.0], [-8.0, -16.0, -32.0]])
TARGET = np.array([2, 0])
WEIGHT = np.array([3.0, 5.0, 1.0])
LOGITS = np.log(np.array([[1.0, 3.0], [1.0, 1.0]]))  # probabilities 1/4 and 3/4, and 1/2 twice
LN2 = math.log(2)


def test_nll_picks_the_target():
    equals(nll_loss(LOG_P, TARGET, reduction="none"), [4, 8])
    equals(nll_loss(LOG_P, TARGET), 6)
    equals(nll_loss(LOG_P, TARGET, reduction="sum"), 12)
    equals(nll_loss(LOG_P[0], np.array(1)), 2)


def test_nll_mean_divides_by_the_weights_of_the_targets():
    equals(nll_loss(LOG_P, TARGET, WEIGHT, reduction="none"), [4, 24])
    equals(nll_loss(LOG_P, TARGET, WEIGHT), 7)


def test_nll_leaves_ignored_targets_out_of_the_mean():
    equals(nll_loss(LOG_P, np.array([2, -100])), 4)
    equals(nll_loss(LOG_P, TARGET, ignore_index=2, reduction="none"), [0, 8])


def test_nll_of_a_class_without_share_may_be_infinite():
    equals(nll_loss(np.array([[0.0, -np.inf]]), np.array([0])), 0)


def test_nll_of_images_is_the_mean_over_all_targets():
    image = LOG_P.T.reshape(1, 3, 1, 2)

    equals(nll_loss(image, TARGET.reshape(1, 1, 2), reduction="none"), [[[4, 8]]])
    equals(nll_loss(image, TARGET.reshape(1, 1, 2)), 6)


def test_cross_entropy_of_indices():
    near(cross_entropy(LOGITS, np.array([0, 1]), reduction="none"), [2 * LN2, LN2])
    near(cross_entropy(LOGITS, np.array([0, 1])), 1.5 * LN2)
    near(cross_entropy(LOGITS, np.array([0, 1]), np.array([1.0, 2.0])), 4 / 3 * LN2)
    near(cross_entropy(LOGITS[0], np.array(0)), 2 * LN2)


def test_cross_entropy_of_probabilities():
    target = np.array([[0.5, 0.5], [0.25, 0.75]])

    near(cross_entropy(LOGITS, target, reduction="none"), [2 * LN2 - 0.5 * math.log(3), LN2])
    near(cross_entropy(LOGITS[1:], target[1:], np.array([4.0, 2.0])), 2.5 * LN2)


def test_label_smoothing_mixes_with_the_uniform_distribution():
    near(cross_entropy(LOGITS[:1], np.array([0]), label_smoothing=1.0), 2 * LN2 - 0.5 * math.log(3))
    near(cross_entropy(LOGITS[:1], np.array([0]), label_smoothing=0.5), 2 * LN2 - 0.25 * math.log(3))
    near(cross_entropy(LOGITS[1:], np.array([1]), np.array([4.0, 2.0]), label_smoothing=0.5), 1.25 * LN2)


def test_an_ignored_target_is_not_smoothed():
    near(
        cross_entropy(LOGITS, np.array([0, -100]), label_smoothing=0.5, reduction="none"),
        [2 * LN2 - math.log(3) / 4, 0],
    )


def test_adaptive_log_softmax_shares_out_what_the_head_gives_a_cluster():
    x, head = np.ones((1, 1)), np.zeros((2, 1))
    tails = [(np.ones((1, 1)), np.array([[0.0], [math.log(3)]]))]
    near(np.exp(adaptive_log_softmax(x, head, tails)), [[1 / 2, 1 / 8, 3 / 8]])
    near(np.exp(adaptive_log_softmax(x, head, tails, np.array([math.log(3), 0]))), [[3 / 4, 1 / 16, 3 / 16]])
