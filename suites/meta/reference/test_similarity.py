"""Values of the pair, margin and distribution losses that were worked out by hand."""

import math

import numpy as np
import pytest

from reference import similarity
from suites.meta.reference.checks import near


def test_parts():
    near(similarity.positive(np.array([-2.0, 0.0, 3.0])), [0, 0, 3])
    near(similarity.magnitude(np.array([-2.0, 0.0, 3.0])), [2, 0, 3])


def test_pairwise_distance():
    near(similarity.pairwise_distance(np.array([[3.0, 4.0]]), np.zeros((1, 2)), eps=0.0), [5])
    near(similarity.pairwise_distance(np.array([[1.0, 2.0]]), np.zeros((1, 2)), p=1.0, eps=0.5), [4])


def test_cosine_similarity():
    near(similarity.cosine_similarity(np.array([[3.0, 4.0]]), np.array([[4.0, 3.0]])), [24 / 25])


def test_kl_div():
    x, t = np.log([[0.5, 0.25]]), np.array([[0.25, 0.0]])
    near(similarity.kl_div(x, t, reduction="none"), [[-0.25 * math.log(2), 0]])
    near(similarity.kl_div(np.zeros((2, 2)), np.ones((2, 2)), log_target=True, reduction="batchmean"), 2 * math.e)


def test_poisson_nll_loss():
    near(similarity.poisson_nll_loss(np.zeros(1), np.array([3.0]), reduction="none"), [1])
    near(similarity.poisson_nll_loss(np.ones(1), np.array([3.0]), log_input=False, eps=0.0, reduction="none"), [1])
    stirling = 2 * math.log(2) - 2 + math.log(4 * math.pi) / 2
    near(similarity.poisson_nll_loss(np.zeros(1), np.array([2.0]), full=True), 1 + stirling)


def test_gaussian_nll_loss():
    near(similarity.gaussian_nll_loss(np.array([3.0]), np.array([1.0]), np.array([1.0])), 2)
    near(similarity.gaussian_nll_loss(np.zeros(1), np.zeros(1), np.array([math.e**2]), full=True),
          1 + math.log(2 * math.pi) / 2)  # fmt: skip


def test_hinge_embedding_loss():
    near(
        similarity.hinge_embedding_loss(np.array([0.5, 0.5, 3.0]), np.array([1, -1, -1]), reduction="none"),
        [0.5, 0.5, 0],
    )


def test_margin_ranking_loss():
    values = similarity.margin_ranking_loss(np.array([1.0, 1.0]), np.array([3.0, 3.0]), np.array([1.0, -1.0]),
              margin=0.5,
                                            reduction="none")  # fmt: skip
    near(values, [2.5, 0])


def test_soft_margin_loss():
    near(
        similarity.soft_margin_loss(np.array([0.0, 1000.0]), np.array([1.0, -1.0]), reduction="none"),
        [math.log(2), 1000],
    )


def test_cosine_embedding_loss():
    x, y = np.array([[3.0, 4.0]] * 2), np.array([[4.0, 3.0]] * 2)
    near(similarity.cosine_embedding_loss(x, y, np.array([1, -1]), margin=0.5, reduction="none"), [0.04, 0.46])


def test_triplet_margin_loss():
    a, p, n = np.array([[0.0]]), np.array([[2.0]]), np.array([[3.0]])
    near(similarity.triplet_margin_loss(a, p, n, eps=0.0), 0)
    near(similarity.triplet_margin_loss(a, p, n, eps=0.0, swap=True), 2)


def test_triplet_margin_with_distance_loss():
    arrays, loss = np.array([0.0, 2.0, 3.0]), similarity.triplet_margin_with_distance_loss
    settings = {"distance": lambda x, y: 2 * abs(x - y), "margin": 3.0, "reduction": "none"}
    near(loss(*arrays, **settings), 1)
    near(loss(*arrays, **settings, swap=True), 5)


def test_multi_margin_loss():
    x = np.array([[0.1, 0.2, 0.4, 0.8]])
    near(similarity.multi_margin_loss(x, np.array([3])), (0.3 + 0.4 + 0.6) / 4)
    near(similarity.multi_margin_loss(x, np.array([3]), np.full(4, 2.0), p=2), 2 * (0.09 + 0.16 + 0.36) / 4)


def test_multilabel_margin_loss():
    x, target = np.array([[0.1, 0.2, 0.4, 0.8]]), np.array([[3, 0, -1, 1]])
    near(similarity.multilabel_margin_loss(x, target), (0.4 + 0.6 + 1.1 + 1.3) / 4)


def test_multilabel_soft_margin_loss():
    near(similarity.multilabel_soft_margin_loss(np.zeros((1, 2)), np.array([[1.0, 0.0]])), math.log(2))
    near(similarity.multilabel_soft_margin_loss(np.zeros((1, 2)), np.array([[1.0, 0.0]]), np.array([1.0, 3.0])),
          2 * math.log(2))  # fmt: skip


@pytest.mark.parametrize(("reduction", "expected"), [("mean", 1.5), ("sum", 3.0)])
def test_reductions(reduction, expected):
    near(similarity.hinge_embedding_loss(np.array([1.0, 2.0]), np.ones(2), reduction=reduction), expected)
