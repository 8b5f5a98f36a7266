"""Dropout: what is kept is scaled, what is dropped is zero, backward uses the same mask, evaluation changes nothing."""

import math

import numpy as np
import pytest
import torch
import torch.nn as nn
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from suites.kit import array, bound, close, documents, draw, tensor

KINDS = (nn.Dropout, nn.Dropout1d, nn.Dropout2d, nn.Dropout3d, nn.AlphaDropout, nn.FeatureAlphaDropout)
SHAPES = {nn.Dropout: (40, 30), nn.Dropout1d: (9, 8, 5), nn.Dropout2d: (6, 5, 4, 3), nn.Dropout3d: (4, 3, 2, 3, 2),
          nn.AlphaDropout: (40, 30), nn.FeatureAlphaDropout: (6, 5, 4, 3)}  # fmt: skip
#: A fraction of n is within 6.7 standard deviations of its expectation but for one run in 10^10.
SPREAD = 6.7

kinds = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)


@documents("torch.nn.Dropout", "torch.nn.functional.dropout")
@given(seed=draw.seeds(), p=st.sampled_from((0.1, 0.5, 0.75)))
def test_scales_what_it_keeps(seed, p, dtype, device):
    """In training each element is zero with probability p and else divided by 1 - p; each call draws anew."""
    x = draw.normal(seed, 60, 50, dtype=dtype)
    torch.manual_seed(seed)
    module = nn.Dropout(p)
    found, again = array(module(tensor(x, device))), array(module(tensor(x, device)))

    kept = found != 0
    expected = np.where(kept, x.astype("float64") / (1 - p), 0)
    close(found, expected, bound.Bound(3, np.abs(expected), signed_zeros=False), dtype=dtype)
    assert abs(np.mean(kept) - (1 - p)) <= SPREAD * math.sqrt(p * (1 - p) / x.size)
    assert np.any(kept != (again != 0))


@documents("torch.nn.Dropout")
@given(seed=draw.seeds())
def test_backward_uses_the_same_mask(seed, device):
    """The gradient is zero where the output was dropped and divided by 1 - p elsewhere."""
    torch.manual_seed(seed)
    x = tensor(draw.normal(seed, 30, 20), device).requires_grad_()
    out = nn.Dropout(0.25)(x)
    v = draw.normal(seed + 1, 30, 20)
    out.backward(tensor(v, device))

    expected = np.where(array(out) != 0, v / 0.75, 0)
    close(x.grad, expected, bound.Bound(3, np.abs(expected), signed_zeros=False), device=device)


@documents("torch.nn.Dropout", "torch.nn.Dropout2d", "torch.nn.Module.eval")
@kinds
@given(seed=draw.seeds())
def test_evaluation_is_the_identity(kind, seed, device):
    """In evaluation dropout of any kind returns its input, bit for bit, and after train() drops again."""
    x = draw.normal(seed, *SHAPES[kind])
    module = kind(0.9).eval()
    torch.manual_seed(seed)

    close(module(tensor(x, device)), x, device=device)
    assert np.any(array(module.train()(tensor(x, device))) != x)


@documents("torch.nn.Dropout", "torch.nn.Dropout2d")
@kinds
def test_drops_nothing_at_zero(kind, device):
    """With p = 0 dropout keeps everything."""
    x = draw.normal(0, *SHAPES[kind])

    close(kind(0.0)(tensor(x, device)), x, device=device)


@documents("torch.nn.Dropout", "torch.nn.Dropout2d")
@pytest.mark.parametrize("kind", KINDS[:4], ids=lambda kind: kind.__name__)
def test_drops_everything_at_one(kind, device):
    """With p = 1 dropout drops everything."""
    x = draw.normal(0, *SHAPES[kind])

    close(kind(1.0)(tensor(x, device)), np.zeros(x.shape), bound.Bound(0, 0, signed_zeros=False), device=device)


@documents("torch.nn.Dropout2d", "torch.nn.functional.dropout2d", "torch.nn.Dropout1d", "torch.nn.Dropout3d")
@pytest.mark.parametrize("kind", KINDS[1:4], ids=lambda kind: kind.__name__)
@given(seed=draw.seeds())
def test_drops_whole_channels(kind, seed, device):
    """Dropout of channels zeroes all places of a channel or scales them all, for each sample on its own."""
    x = draw.normal(seed, 40, 30, *SHAPES[kind][2:])
    torch.manual_seed(seed)
    found = array(kind(0.5)(tensor(x, device)))

    kept = (found != 0).reshape(40, 30, -1)
    assert (kept.all(2) == kept.any(2)).all()
    assert abs(np.mean(kept) - 0.5) <= SPREAD * math.sqrt(0.25 / 1200)
    close(found, np.where(found != 0, 2 * x, 0), bound.Bound(0, 0, signed_zeros=False))


@documents("torch.nn.AlphaDropout", "torch.nn.functional.alpha_dropout")
@given(seed=draw.seeds(), p=st.sampled_from((0.1, 0.4)))
def test_alpha_dropout_keeps_mean_and_variance(seed, p, device):
    """Alpha dropout sends a fraction p to one value, the others through one affine map, and keeps mean 0 and
    variance 1.
    """
    torch.manual_seed(seed)
    x = draw.normal(seed, 20000)
    found = array(nn.AlphaDropout(p)(tensor(x, device)))

    values, counts = np.unique(found, return_counts=True)
    dropped = found == values[np.argmax(counts)]
    assert abs(np.mean(dropped) - p) <= SPREAD * math.sqrt(p * (1 - p) / x.size)
    slope = np.ptp(found[~dropped]) / np.ptp(x[~dropped])
    intercept = found[~dropped][0] - slope * x[~dropped][0]
    close(found[~dropped], slope * x[~dropped] + intercept, bound.Bound(256, 16.0))
    assert abs(found.mean()) < 0.06
    assert abs(found.var() - 1) < 0.1


@documents("torch.nn.Dropout", "torch.nn.functional.dropout")
@pytest.mark.parametrize("p", [-0.1, 1.1])
def test_rejects_what_is_no_probability(p):
    """A p outside of [0, 1] raises a ValueError, for the module and the function."""
    with pytest.raises(ValueError):
        nn.Dropout(p)
    with pytest.raises(ValueError):
        F.dropout(torch.ones(3), p)


@documents("torch.nn.functional.dropout", "torch.nn.Dropout")
@given(seed=draw.seeds())
def test_in_place_writes_into_its_input(seed, device):
    """With inplace=True the input itself is dropped from; F.dropout is in training unless told otherwise."""
    torch.manual_seed(seed)
    values = draw.normal(seed, 200)
    x = tensor(values, device)
    found = F.dropout(x, 0.5, inplace=True)

    assert found is x
    close(x, np.where(array(x) != 0, 2 * values, 0), bound.Bound(0, 0, signed_zeros=False), device=device)
    assert 0 < np.count_nonzero(array(x)) < 200
    close(F.dropout(tensor(values, device), 0.5, training=False), values, device=device)
