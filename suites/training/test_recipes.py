"""Recipes around a training step: activations that are computed again, and gradients that are accumulated."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils.checkpoint import checkpoint, checkpoint_sequential

from suites.kit import array, close, documents, draw, tensor

USES = pytest.mark.parametrize("use_reentrant", [True, False], ids=["reentrant", "fresh"])


def layers(device):
    """Three layers of random values."""
    model = nn.Sequential(nn.Linear(4, 6), nn.Tanh(), nn.Linear(6, 3)).double().to(device)
    for seed, parameter in enumerate(model.parameters()):
        parameter.data.copy_(tensor(draw.normal(seed, *parameter.shape), device))
    return model


def learnt(model, output, x):
    """The output, and the gradients that it gives to the input and to every parameter."""
    model.zero_grad(set_to_none=True)
    x.grad = None
    output.backward(tensor(draw.normal(9, *output.shape), str(x.device)))
    return [array(output), array(x.grad), *(array(parameter.grad) for parameter in model.parameters())]


@documents("torch.utils.checkpoint.checkpoint")
@USES
def test_checkpointing_changes_no_number(use_reentrant, device):
    """checkpoint(function, x) gives the output and the gradients of function(x), bit for bit."""
    model, x = layers(device), tensor(draw.normal(5, 8, 4), device).requires_grad_()

    plain = learnt(model, model(x), x)
    saving = learnt(model, checkpoint(model, x, use_reentrant=use_reentrant), x)

    for mine, theirs in zip(saving, plain):
        close(mine, theirs)


@documents("torch.utils.checkpoint.checkpoint")
@USES
def test_computes_again_in_backward(use_reentrant, device):
    """The function of a checkpoint runs once forward and once more in backward."""
    x, calls = tensor(draw.normal(5, 3), device).requires_grad_(), []

    def square(value):
        calls.append(1)
        return value * value

    output = checkpoint(square, x, use_reentrant=use_reentrant)
    before = len(calls)
    output.sum().backward()

    assert (before, len(calls)) == (1, 2)
    close(x.grad, 2 * draw.normal(5, 3), device=device)


@documents("torch.utils.checkpoint.checkpoint")
@USES
def test_draws_the_same_numbers_again(use_reentrant, device):
    """Dropout inside a checkpoint drops the same elements when it is computed again."""
    x = tensor(np.ones(200), device).requires_grad_()

    output = checkpoint(nn.functional.dropout, x, 0.5, use_reentrant=use_reentrant)
    output.sum().backward()

    close(x.grad, array(output), device=device)
    assert 0 < np.count_nonzero(array(output)) < 200


@documents("torch.utils.checkpoint.checkpoint_sequential", since="2.1")
@USES
def test_segments_change_no_number(use_reentrant, device):
    """checkpoint_sequential(modules, segments, x) gives the output and the gradients of the modules in sequence."""
    model, x = layers(device), tensor(draw.normal(5, 8, 4), device).requires_grad_()

    plain = learnt(model, model(x), x)
    saving = learnt(model, checkpoint_sequential(model, 2, x, use_reentrant=use_reentrant), x)

    for mine, theirs in zip(saving, plain):
        close(mine, theirs)


@documents("torch.inference_mode", "torch.no_grad", guide="Fine-tuning Pretrained Models")
@pytest.mark.parametrize("mode", [torch.no_grad, torch.inference_mode], ids=["no_grad", "inference_mode"])
def test_predicts_without_a_graph(mode, device):
    """Under no_grad and inference_mode a model predicts the same numbers and keeps no graph."""
    model, x = layers(device), tensor(draw.normal(5, 8, 4), device)
    expected = array(model(x))

    with mode():
        output = model(x)

    close(output, expected, device=device)
    assert output.grad_fn is None and not output.requires_grad
    assert model(x).requires_grad
