"""Layers that draw: slopes of rrelu, samples of gumbel_softmax, and whole channels that are dropped."""

import math

import numpy as np
import pytest
import torch
import torch.nn as nn
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from reference.piecewise import SELU_ALPHA, SELU_SCALE
from suites.kit import array, bound, close, documents, draw, gradient, tensor

#: A fraction of n is within 6.7 standard deviations of its expectation but for one run in 10^10.
SPREAD = 6.7
#: The same of an empirical distribution function, by the inequality of Dvoretzky, Kiefer and Wolfowitz.
FARTHEST = math.sqrt(math.log(2e10) / 2)


def drawing(seed, function):
    """The function, from this seed of torch's generator at each call."""

    def call(*arguments):
        torch.manual_seed(seed)
        return function(*arguments)

    return call


@documents("torch.nn.functional.rrelu", "torch.nn.RReLU")
@given(seed=draw.seeds(), ends=st.sampled_from(((1 / 8, 1 / 3), (0.2, 0.9), (0.5, 0.5))))
def test_slopes_are_uniform_in_training(seed, ends, dtype, device):
    """In training each negative value has its own slope, uniform between lower and upper; the others stay."""
    x = draw.normal(seed, 5000, dtype=dtype)
    found = array(drawing(seed, nn.RReLU(*ends))(tensor(x, device)))

    close(found[x >= 0], x[x >= 0], dtype=dtype)
    slopes = np.sort(found[x < 0].astype("float64") / x[x < 0])
    margin = 2.0**-20
    assert ends[0] * (1 - margin) <= slopes[0] <= slopes[-1] <= ends[1] * (1 + margin)
    wanted = np.linspace(*ends, len(slopes))
    assert np.abs(slopes - wanted).max() <= 2 * (ends[1] - ends[0]) * FARTHEST / math.sqrt(len(slopes)) + margin


@documents("torch.nn.functional.rrelu", "torch.nn.functional.rrelu_")
@given(seed=draw.seeds())
def test_slopes_are_those_of_the_gradient(seed, device):
    """The gradient of rrelu is the slope that was drawn; rrelu_ and inplace=True write the same values."""
    x, g = draw.normal(seed, 300), draw.normal(seed + 1, 300)
    function = drawing(seed, lambda v: F.rrelu(v, training=True))
    found, (dx,) = array(function(tensor(x, device))), gradient.vjp(function, (x,), g, device)

    close(dx, g * found / x, bound.rounded(g, 4), device=device)
    for in_place in (lambda v: F.rrelu_(v, training=True), lambda v: F.rrelu(v, training=True, inplace=True)):
        values = tensor(x, device)
        assert drawing(seed, in_place)(values) is values
        close(values, found, device=device)


@documents("torch.nn.functional.gumbel_softmax")
@given(seed=draw.seeds(), tau=st.sampled_from((0.3, 1.0, 4.0)), dim=st.integers(-2, 1))
def test_samples_are_probabilities(seed, tau, dim, device):
    """A sample is positive and sums to one along the dimension; a lower temperature is the power 1 / tau of it."""
    x = tensor(draw.normal(seed, 6, 5), device)
    found = array(drawing(seed, lambda v: F.gumbel_softmax(v, tau, dim=dim))(x))

    warm = array(drawing(seed, lambda v: F.gumbel_softmax(v, 1.0, dim=dim))(x))
    powers = warm ** (1 / tau)
    close(found, powers / powers.sum(dim, keepdims=True), bound.Bound(2048, 1.0))
    assert (found > 0).all()


@documents("torch.nn.functional.gumbel_softmax")
@given(seed=draw.seeds())
def test_largest_is_drawn_by_the_softmax_of_the_logits(seed, dtype, device):
    """The largest element of a sample is drawn with the probabilities softmax(logits), whatever the temperature."""
    logits = draw.normal(seed, 4, dtype=dtype)
    rows = np.tile(logits, (20000, 1))
    found = array(drawing(seed, lambda v: F.gumbel_softmax(v, 0.5))(tensor(rows, device)))

    p = np.exp(logits.astype("float64")) / np.exp(logits.astype("float64")).sum()
    shares = np.bincount(found.argmax(1), minlength=4) / len(rows)
    assert (np.abs(shares - p) <= SPREAD * np.sqrt(p * (1 - p) / len(rows))).all()


@documents("torch.nn.functional.gumbel_softmax")
@given(seed=draw.seeds(), dim=st.integers(-2, 1))
def test_hard_sample_is_one_hot_with_the_gradient_of_the_soft(seed, dim, device):
    """With hard=True the sample is 1 at its largest element and 0 elsewhere, and its gradient that of the soft one."""
    x, g = draw.normal(seed, 6, 5), draw.normal(seed + 1, 6, 5)
    hard, soft = (drawing(seed, lambda v, hard=hard: F.gumbel_softmax(v, hard=hard, dim=dim)) for hard in (True, False))
    found, sample = array(hard(tensor(x, device))), array(soft(tensor(x, device)))

    largest = sample == sample.max(dim, keepdims=True)
    close(found, largest.astype("float64"), bound.Bound(2, 1.0))
    (expected,) = gradient.vjp(soft, (x,), g, device)
    close(gradient.vjp(hard, (x,), g, device)[0], array(expected), device=device)


@documents("torch.nn.functional.dropout1d", "torch.nn.functional.dropout2d", "torch.nn.functional.dropout3d")
@pytest.mark.parametrize(("dimensions", "batched"), [(1, True), (1, False), (2, True), (3, True), (3, False)])
@given(seed=draw.seeds(), p=st.sampled_from((0.2, 0.5)))
def test_functions_drop_whole_channels(dimensions, batched, seed, p, dtype, device):
    """dropout1d to 3d zero whole channels with probability p and divide the others by 1 - p, and their gradients
    alike; each sample draws its own, and those of 1d and 3d may come without a batch.
    """
    leading = (40, 30) if batched else (1200,)
    x = draw.normal(seed, *leading, *(3, 2, 2)[:dimensions], dtype=dtype) + np.float32(5)
    function = drawing(seed, lambda v: getattr(F, f"dropout{dimensions}d")(v, p))
    found = array(function(tensor(x, device)))

    kept = (found != 0).reshape(1200, -1)
    assert (kept.all(1) == kept.any(1)).all()
    assert abs(np.mean(kept[:, 0]) - (1 - p)) <= SPREAD * math.sqrt(p * (1 - p) / 1200)
    assert not batched or len(np.unique(kept[:, 0].reshape(leading), axis=0)) > 1
    scale = (found != 0) / (1 - p)
    close(found, x * scale, bound.rounded(x * scale, 3), dtype=dtype)
    g = draw.normal(seed + 1, *x.shape, dtype=dtype)
    close(gradient.vjp(function, (x,), g, device)[0], g * scale, bound.Bound(4, np.abs(g * scale), signed_zeros=False),
          dtype=dtype, device=device)  # fmt: skip


@documents("torch.nn.functional.feature_alpha_dropout", "torch.nn.FeatureAlphaDropout")
@given(seed=draw.seeds(), p=st.sampled_from((0.1, 0.4)))
def test_alpha_drops_whole_channels(seed, p, dtype, device):
    """feature_alpha_dropout sets whole channels to the saturation of SELU, -scale · alpha, and sends all through the
    affine map that keeps mean 0 and variance 1.
    """
    x = draw.normal(seed, 40, 30, 3, 2, dtype=dtype)
    found = array(drawing(seed, lambda v: F.feature_alpha_dropout(v, p, training=True))(tensor(x, device)))

    saturation = -SELU_SCALE * SELU_ALPHA
    a = ((1 - p) * (1 + p * saturation**2)) ** -0.5
    low = a * saturation * (1 - p)
    dropped = (np.abs(found - low) < 1e-4).reshape(1200, -1).all(1).reshape(40, 30, 1, 1)
    expected = np.where(dropped, low, a * x.astype("float64") - a * p * saturation)
    close(found, expected, bound.Bound(16, 4.0), dtype=dtype)
    assert abs(np.mean(dropped) - p) <= SPREAD * math.sqrt(p * (1 - p) / 1200)


@documents("torch.nn.functional.feature_alpha_dropout", "torch.nn.functional.alpha_dropout")
@pytest.mark.parametrize("name", ["feature_alpha_dropout", "alpha_dropout"])
def test_alpha_drops_nothing_unless_in_training(name, device):
    """The functions alpha_dropout and feature_alpha_dropout return their input unless training=True."""
    x = draw.normal(0, 6, 5, 4)

    close(getattr(F, name)(tensor(x, device), 0.7), x, device=device)
