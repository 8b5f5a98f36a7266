"""Normalisation over time: running statistics, modes, and values whose mean is large beside their spread."""

import functools

import numpy as np
import pytest
import torch
import torch.nn as nn
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from reference.normalization import batch_norm, batch_norm_running, layer_norm
from suites.kit import array, bound, close, documents, draw, gradient, tensor, unchanged
from suites.nn import law

momenta = st.sampled_from((0.1, 0.25, 1.0, 0.0))


def batch(seed, count=5):
    """Batches of seven samples with three channels and two places."""
    return [2 * draw.normal(seed + i, 7, 3, 2) + draw.normal(seed + i, 1, 3, 1) for i in range(count)]


@documents("torch.nn.BatchNorm1d", "torch.nn.BatchNorm2d")
@given(seed=draw.seeds(), momentum=momenta, count=st.integers(1, 4))
def test_running_statistics_follow_the_batches(seed, momentum, count, device):
    """In training each batch moves the running mean and the running, unbiased, variance by the momentum, and is
    counted.
    """
    module = nn.BatchNorm1d(3, momentum=momentum).double().to(device)
    mean, var = np.zeros(3), np.ones(3)
    for x in batch(seed, count):
        close(module(tensor(x, device)), batch_norm(x, None, None, training=True), bound.Norm(4096.0), device=device)
        mean, var = batch_norm_running(x, mean, var, momentum)

    close(module.running_mean, mean, bound.Bound(64, np.abs(mean) + 4), device=device)
    close(module.running_var, var, bound.Bound(64, var + 4), device=device)
    close(module.num_batches_tracked, np.array(count), device=device)


@documents("torch.nn.BatchNorm1d")
@given(seed=draw.seeds(), count=st.integers(1, 4))
def test_without_momentum_averages_all_batches(seed, count, device):
    """With momentum=None the running statistics are the plain average of those of all batches."""
    module = nn.BatchNorm1d(3, momentum=None).double().to(device)
    batches = batch(seed, count)
    for x in batches:
        module(tensor(x, device))

    statistics = [batch_norm_running(x, np.zeros(3), np.zeros(3), 1.0) for x in batches]
    mean, var = (np.mean(parts, axis=0) for parts in zip(*statistics))
    close(module.running_mean, mean, bound.Bound(64, np.abs(mean) + 4), device=device)
    close(module.running_var, var, bound.Bound(64, var + 4), device=device)


@documents("torch.nn.BatchNorm1d", "torch.nn.Module.eval")
@given(seed=draw.seeds(), affine=st.booleans())
def test_evaluation_uses_running_statistics(seed, affine, device):
    """In evaluation a batch is normalised by the running statistics, and leaves them and the count alone."""
    module = nn.BatchNorm1d(3, affine=affine).double().to(device)
    x, y = batch(seed, 2)
    module(tensor(x, device))
    module.eval()
    with unchanged(*module.buffers()):
        found = module(tensor(y, device))

    mean, var = batch_norm_running(x, np.zeros(3), np.ones(3))
    close(found, batch_norm(y, mean, var), bound.Norm(65536.0), device=device)
    assert (module.weight is None, module.bias is None) == (not affine, not affine)


@documents("torch.nn.BatchNorm1d")
@given(seed=draw.seeds(), training=st.booleans())
def test_without_running_statistics_uses_the_batch(seed, training, device):
    """With track_running_stats=False there are no statistics, and the batch's own are used in both modes."""
    module = nn.BatchNorm1d(3, track_running_stats=False).double().to(device).train(training)
    (x,) = batch(seed, 1)

    assert module.running_mean is None
    assert module.running_var is None
    assert not list(module.buffers())
    expected = batch_norm(x, None, None, training=True)
    close(module(tensor(x, device)), expected, bound.Norm(4096.0), device=device)


@documents("torch.nn.BatchNorm1d", "torch.nn.functional.batch_norm")
@given(seed=draw.seeds())
def test_one_value_for_each_channel_raises(seed, device):
    """In training a batch with a single value for each channel has no variance: ValueError; in evaluation it is
    fine.
    """
    module, x = nn.BatchNorm1d(3).double().to(device), tensor(draw.normal(seed, 1, 3), device)

    with pytest.raises(ValueError):
        module(x)
    assert module.eval()(x).shape == (1, 3)


@documents("torch.nn.BatchNorm2d", "torch.nn.InstanceNorm2d")
@pytest.mark.parametrize(("kind", "shape"), [(nn.BatchNorm1d, (2, 3, 4, 5)), (nn.BatchNorm2d, (2, 3, 4)),
                                         (nn.BatchNorm3d, (2, 3, 4, 5))])  # fmt: skip
def test_rejects_other_dimensions(kind, shape):
    """A batch normalisation takes inputs of its number of dimensions only: ValueError."""
    with pytest.raises(ValueError):
        kind(3)(torch.zeros(shape))


@documents("torch.nn.BatchNorm1d")
def test_reset_forgets_the_batches():
    """reset_running_stats sets mean, variance and count to 0, 1 and 0; reset_parameters also weight and bias."""
    module = nn.BatchNorm1d(3)
    module(tensor(draw.normal(0, 7, 3, dtype="float32")))
    module.weight.data.fill_(3.0)
    module.reset_parameters()

    close(module.running_mean, np.zeros(3, "float32"))
    close(module.running_var, np.ones(3, "float32"))
    close(module.num_batches_tracked, np.array(0))
    close(module.weight, np.ones(3, "float32"))


OVER = {
    "batch": (lambda x: F.batch_norm(x, None, None, training=True), lambda x: batch_norm(x, None, None, training=True)),
    "layer": (lambda x: F.layer_norm(x, x.shape[1:]), lambda x: layer_norm(x, ndim=2)),
    "group": (lambda x: F.group_norm(x, 1), lambda x: layer_norm(x, ndim=2)),
    "instance": (F.instance_norm, layer_norm),
}


@documents("torch.nn.functional.layer_norm", "torch.nn.functional.batch_norm", "torch.nn.functional.group_norm")
@pytest.mark.parametrize(("function", "formula"), OVER.values(), ids=list(OVER))
@given(seed=draw.seeds(), mean=st.sampled_from((300.0, 1000.0)))
def test_large_means_cost_no_more_than_their_digits(function, formula, seed, mean, dtype, device):
    """Values whose mean is a thousand times their spread are normalised to the digits that they have."""
    x = draw.cast(draw.normal(seed, 3, 4, 33) + mean, dtype)

    law.equals(function, formula, x, device=device)


@documents("torch.nn.functional.layer_norm", "torch.nn.functional.group_norm", "torch.nn.functional.instance_norm")
@pytest.mark.parametrize("name", ["layer_norm", "group_norm", "batch_norm"])
@pytest.mark.parametrize("which", ["weight", "bias", "weight and bias", "nothing"])
@given(seed=draw.seeds())
def test_weight_and_bias_are_optional(name, which, seed, device):
    """Weight and bias may each be given without the other; the gradients of those that are given are the formula's."""
    x = draw.normal(seed, 4, 6)
    arrays = [draw.normal(seed + i, 6) for i, part in enumerate(("weight", "bias"), start=1) if part in which]
    parts = [part for part in ("weight", "bias") if part in which]
    settings = {"layer_norm": {"normalized_shape": (6,)}, "group_norm": {"num_groups": 1},
                "batch_norm": {"running_mean": None, "running_var": None, "training": True}}[name]  # fmt: skip

    def function(image, *given):
        return getattr(F, name)(image, **settings, **dict(zip(parts, given)))

    def formula(image, *given):
        z = batch_norm(image, None, None, training=True) if name == "batch_norm" else layer_norm(image)
        named = dict(zip(parts, given))
        return z * named.get("weight", 1.0) + named.get("bias", 0.0)

    law.equals(function, formula, x, *arrays, slack=1.0, device=device)
    for place in range(len(arrays) + 1):
        law.differentiates(function, formula, x, *arrays, seed=seed * (len(arrays) + 2) + place, device=device)


@documents("torch.nn.LayerNorm", "torch.nn.GroupNorm")
@given(seed=draw.seeds())
def test_normalises_alike_in_both_modes(seed, device):
    """Layer and group normalisation use the input's own statistics in training and in evaluation."""
    x = tensor(draw.normal(seed, 3, 4, 6), device)
    for module in (nn.LayerNorm(6).double().to(device), nn.GroupNorm(2, 4).double().to(device)):
        close(module.eval()(x), array(module.train()(x)), device=device)


@documents("torch.nn.functional.normalize")
@given(seed=draw.seeds(), p=st.sampled_from((1.0, 2.0, 3.0)), dim=st.integers(-2, 1))
def test_normalize_divides_by_the_norm(seed, p, dim, dtype, device):
    """normalize divides by the p-norm along a dimension."""
    x = draw.normal(seed, 4, 5, dtype=dtype)
    formula = functools.partial(_normalize, p=p, dim=dim)

    law.equals(functools.partial(F.normalize, p=p, dim=dim), formula, x, device=device)
    gradient.differentiates(functools.partial(F.normalize, p=p, dim=dim), formula, x.astype("float64"), terms=law.TERMS,
                            device=device)  # fmt: skip


def _normalize(x, p, dim):
    magnitudes = np.where(x.real < 0, -x, x)
    return x / ((magnitudes**p).sum(dim, keepdims=True)) ** (1 / p)
