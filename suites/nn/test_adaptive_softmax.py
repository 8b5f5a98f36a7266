"""AdaptiveLogSoftmaxWithLoss: the probabilities of classes in clusters, and what is told of them."""

import numpy as np
import pytest
import torch
import torch.nn as nn
from hypothesis import given
from hypothesis import strategies as st

from reference.classification import adaptive_log_softmax
from suites.kit import array, bound, close, documents, draw, tensor
from suites.nn import law

NAME = "torch.nn.AdaptiveLogSoftmaxWithLoss"
FEATURES, CLASSES, CUTOFFS = 8, 11, [3, 5]


def parameters(seed, bias):
    """The head's weight, each tail's two, and the head's bias: sizes 8, 8 / 2 and 8 / 4."""
    shapes = ((5, FEATURES), (4, FEATURES), (2, 4), (2, FEATURES), (6, 2), *([(5,)] if bias else []))
    return tuple(draw.normal(seed + i, *shape) for i, shape in enumerate(shapes))


def names(bias):
    """What torch calls them."""
    tails = [f"tail.{cluster}.{place}.weight" for cluster in range(2) for place in range(2)]
    return ["head.weight", *tails, *(["head.bias"] if bias else [])]


def formula(x, head, first, second, third, fourth, bias=None):
    return adaptive_log_softmax(x, head, [(first, second), (third, fourth)], bias)


def of(seed, bias, device):
    """torch's module with these parameters."""
    module = nn.AdaptiveLogSoftmaxWithLoss(FEATURES, CLASSES, CUTOFFS, div_value=2.0, head_bias=bias).double()
    values = dict(zip(names(bias), map(torch.from_numpy, parameters(seed, bias))))
    module.load_state_dict(values)
    return module.to(device)


@documents(NAME)
@given(seed=draw.seeds(), bias=st.booleans(), rows=st.integers(1, 7))
def test_gives_every_class_its_probability(seed, bias, rows, device):
    """log_prob gives the logarithms of the probabilities of all classes, and predict the most probable ones."""
    module, x = of(seed, bias, device), draw.normal(seed + 50, rows, FEATURES)
    found = module.log_prob(tensor(x, device))

    weights = parameters(seed, bias)
    law.equals(lambda *_: found, lambda x: formula(x, *weights), x, slack=16.0, device=device)
    close(module.predict(tensor(x, device)), formula(x, *weights).argmax(1), device=device)


@documents(NAME)
@given(seed=draw.seeds(), bias=st.booleans(), rows=st.integers(1, 7))
def test_gives_the_target_its_probability_and_the_mean_loss(seed, bias, rows, device):
    """output holds the logarithm of each target's probability, loss the mean of their negatives; a sample without
    batch gives its own.
    """
    module, x = of(seed, bias, device), draw.normal(seed + 50, rows, FEATURES)
    target = np.random.default_rng(seed).integers(0, CLASSES, rows)
    output, loss = module(tensor(x, device), tensor(target, device))
    single, its_loss = module(tensor(x[0], device), tensor(target[0], device))

    expected = formula(x, *parameters(seed, bias))[np.arange(rows), target]
    terms = bound.Bound(4096, 16 + np.abs(expected))
    close(output, expected, terms, device=device)
    close(loss, -expected.mean(), bound.Bound(4096, 16 + np.abs(expected).mean()), device=device)
    close(single, expected[0], bound.Bound(4096, 16 + np.abs(expected[0])), device=device)
    close(its_loss, -expected[0], bound.Bound(4096, 16 + np.abs(expected[0])), device=device)


@documents(NAME)
@given(seed=draw.seeds(), bias=st.booleans())
def test_loss_has_the_gradient_of_its_formula(seed, bias, device):
    """The gradients of the loss, for the input and for every weight, are those of the formula."""
    module, x = of(seed, bias, device), draw.normal(seed + 50, CLASSES, FEATURES)
    target = np.random.default_rng(seed).permutation(CLASSES)

    def function(x, *weights):
        return law.functional_call(module, dict(zip(names(bias), weights)), (x, tensor(target, device))).loss

    def mean(x, *weights):
        return -formula(x, *weights)[np.arange(CLASSES), target].mean()

    law.differentiates(function, mean, x, *parameters(seed, bias), seed=seed, device=device)


@documents(NAME)
def test_sizes_its_clusters_by_powers_of_div_value(device):
    """Cluster i has a projection to in_features / div_value**i features, rounded down; the head has no bias
    unless it is asked for.
    """
    module = nn.AdaptiveLogSoftmaxWithLoss(100, 90, [10, 20, 70], div_value=3.0).to(device)

    shapes = {name: tuple(value.shape) for name, value in module.state_dict().items()}
    tails = [((100 // 3**i, 100), (count, 100 // 3**i)) for i, count in ((1, 10), (2, 50), (3, 20))]
    expected = {f"tail.{i}.{place}.weight": tails[i][place] for i in range(3) for place in range(2)}
    assert shapes == {"head.weight": (13, 100), **expected}


@documents(NAME)
@pytest.mark.parametrize("cutoffs", [[5, 3], [3, 3], [0, 3], [3, 11], [3, 12], [2.5]], ids=str)
def test_refuses_cutoffs_that_do_not_increase(cutoffs):
    """Cutoffs are a sequence of integers that increases, above 0 and below the number of classes."""
    with pytest.raises(ValueError, match="cutoffs"):
        nn.AdaptiveLogSoftmaxWithLoss(FEATURES, CLASSES, cutoffs)


@documents(NAME)
@pytest.mark.parametrize("target", [-1, CLASSES + 1])
def test_refuses_targets_that_are_no_class(target, device):
    """A target lies in 0 to n_classes."""
    x = tensor(draw.normal(0, 2, FEATURES), device)

    with pytest.raises(RuntimeError, match="arget"):
        of(0, False, device)(x, torch.tensor([0, target], device=device))


@documents(NAME)
def test_leaves_clusters_without_target_alone(device):
    """Only clusters of which a target is present are evaluated: the others' weights get no gradient."""
    module = of(0, False, device)
    module(tensor(draw.normal(0, 2, FEATURES), device), torch.tensor([0, 3], device=device)).loss.backward()

    assert array(module.tail[0][1].weight.grad).any()
    assert module.tail[1][1].weight.grad is None
