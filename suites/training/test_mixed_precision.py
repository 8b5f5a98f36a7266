"""Recipes of mixed precision: training with a scaled loss, with clipping, with accumulation and under autocast."""

import numpy as np
import pytest
import torch
from torch import nn

import reference.clipping
from suites.kit import array, bound, close, documents, draw, tensor

SCALER = "torch.amp.GradScaler"
#: A power of two, by which numbers are multiplied and divided exactly.
SCALE = 2.0**10


def model(device, seed=0):
    """Two layers of random float32 values, and the optimizer that trains them."""
    network = nn.Sequential(nn.Linear(5, 7), nn.Tanh(), nn.Linear(7, 3)).to(device)
    for number, parameter in enumerate(network.parameters()):
        parameter.data.copy_(tensor(draw.normal(seed + number, *parameter.shape, dtype="float32"), device))
    return network, torch.optim.SGD(network.parameters(), lr=0.125, momentum=0.5)


def batches(device, count=4):
    """Inputs and targets."""
    return [
        (
            tensor(draw.normal(20 + i, 6, 5, dtype="float32"), device),
            tensor(draw.normal(30 + i, 6, 3, dtype="float32"), device),
        )
        for i in range(count)
    ]


def scaler(device):
    return torch.amp.GradScaler(torch.device(device).type, init_scale=SCALE)


def agree(first, second, device):
    """Assert that two networks have the same parameters, bit for bit."""
    for one, other in zip(first.parameters(), second.parameters()):
        close(one, array(other), device=device)


@documents(SCALER, since="2.3")
def test_scaling_changes_no_step(device):
    """Steps by the loss scaled by a power of two are those of the loss, bit for bit, and so are the losses."""
    (plain, optimizer), (scaled, other), scale = model(device), model(device), scaler(device)

    for x, target in batches(device):
        optimizer.zero_grad()
        nn.functional.mse_loss(plain(x), target).backward()
        optimizer.step()
        other.zero_grad()
        scale.scale(nn.functional.mse_loss(scaled(x), target)).backward()
        scale.step(other)
        scale.update()

    agree(scaled, plain, device)


@documents(SCALER, f"{SCALER}.unscale_", "torch.nn.utils.clip_grad_norm_", since="2.3")
def test_clips_what_was_unscaled(device):
    """After unscale_, clipping sees the true gradients, and step does not unscale them again."""
    (plain, optimizer), (scaled, other), scale = model(device), model(device), scaler(device)
    (x, target), *_ = batches(device)

    nn.functional.mse_loss(plain(x), target).backward()
    norm = nn.utils.clip_grad_norm_(plain.parameters(), 0.25)
    optimizer.step()
    scale.scale(nn.functional.mse_loss(scaled(x), target)).backward()
    scale.unscale_(other)
    close(nn.utils.clip_grad_norm_(scaled.parameters(), 0.25), array(norm), device=device)
    scale.step(other)

    agree(scaled, plain, device)


@documents(SCALER, since="2.3")
def test_accumulates_scaled_gradients(device):
    """Scaled gradients of several batches add up, and one step and update use their sum."""
    (plain, optimizer), (scaled, other), scale = model(device), model(device), scaler(device)

    for x, target in batches(device):
        (nn.functional.mse_loss(plain(x), target) / 4).backward()
        scale.scale(nn.functional.mse_loss(scaled(x), target) / 4).backward()
    optimizer.step()
    scale.step(other)
    scale.update()

    agree(scaled, plain, device)


@documents(SCALER, since="2.3")
def test_one_scaler_serves_two_optimizers(device):
    """One scaler steps several optimizers, and one that overflows does not keep the others from stepping."""
    (first, one), (second, two), (plain, optimizer), scale = (
        model(device),
        model(device, 50),
        model(device),
        scaler(device),
    )
    before = [array(parameter) for parameter in second.parameters()]
    (x, target), *_ = batches(device)

    scale.scale(nn.functional.mse_loss(first(x), target)).backward()
    scale.scale((second(x) * torch.inf).sum()).backward()
    scale.step(one)
    scale.step(two)
    scale.update()
    nn.functional.mse_loss(plain(x), target).backward()
    optimizer.step()

    agree(first, plain, device)
    for parameter, values in zip(second.parameters(), before):
        close(parameter, values, device=device)
    assert scale.get_scale() == SCALE / 2


@documents("torch.autocast")
@pytest.mark.parametrize("cache", [True, False], ids=["cached", "cast each time"])
def test_a_weight_used_twice_gets_the_sum_of_its_gradients(cache, device):
    """In a region a weight that is used twice gets both gradients in float32, whether its cast is kept or not."""
    x = tensor(draw.lattice(1, (4, 3)).astype(np.float32), device)
    w = tensor(draw.lattice(2, (3, 3)).astype(np.float32), device).requires_grad_()

    with torch.autocast(torch.device(device).type, dtype=torch.bfloat16, cache_enabled=cache):
        loss = (x @ w).float().sum() + ((2 * x) @ w).float().sum()
    loss.backward()

    expected = np.tile(3 * array(x).sum(0)[:, None], (1, 3))
    close(w.grad, expected.astype(np.float32), bound.Bound(0, 0, signed_zeros=False), device=device)


@documents("torch.autocast", "torch.utils.checkpoint.checkpoint")
@pytest.mark.parametrize("use_reentrant", [True, False], ids=["reentrant", "fresh"])
@pytest.mark.filterwarnings("ignore:`torch.cpu.amp.autocast:FutureWarning")
def test_a_checkpoint_computes_again_under_autocast(use_reentrant, device):
    """A region of autocast that is left before backward is entered again where a checkpoint computes again."""
    plain, saving = model(device)[0], model(device)[0]
    (x, target), *_ = batches(device)
    dtypes = []
    saving[1].register_forward_hook(lambda module, inputs, output: dtypes.append(output.dtype))

    def loss(network, forward):
        given = x.clone().requires_grad_()
        with torch.autocast(torch.device(device).type, dtype=torch.bfloat16):
            output = forward(network, given)
        nn.functional.mse_loss(output.float(), target).backward()

    loss(plain, lambda network, given: network(given))
    loss(saving, lambda f, given: torch.utils.checkpoint.checkpoint(f, given, use_reentrant=use_reentrant))

    assert dtypes == [torch.bfloat16, torch.bfloat16]
    for one, other in zip(saving.parameters(), plain.parameters()):
        close(one.grad, array(other.grad), device=device)


@documents("torch.nn.utils.get_total_norm", since="2.6")
@pytest.mark.parametrize("p", [0.5, 1.0, 2.0, 3.0, float("inf")], ids=str)
@pytest.mark.parametrize("foreach", [True, False, None], ids=["foreach", "loop", "either"])
def test_the_total_norm_is_that_of_all_tensors_together(p, foreach, device):
    """get_total_norm gives the norm of several tensors of any shape as if they were one vector."""
    arrays = [draw.normal(i, *shape) for i, shape in enumerate([(), (3,), (2, 5), (40,)])]

    found = nn.utils.get_total_norm([tensor(x, device) for x in arrays], p, foreach=foreach)

    norm = reference.clipping.clip_grad_norm(arrays, 1.0, norm_type=p)[1]
    close(found, np.asarray(norm), bound.Bound(256, norm), device=device)


@documents("torch.nn.utils.get_total_norm", since="2.6")
def test_a_total_norm_that_is_not_finite_may_raise(device):
    """With error_if_nonfinite=True a NaN or an infinity raises RuntimeError; without, the norm is not finite."""
    tensors = [tensor(np.array([1.0, np.nan]), device), tensor(np.array([np.inf]), device)]

    assert not np.isfinite(array(nn.utils.get_total_norm(tensors)))
    with pytest.raises(RuntimeError):
        nn.utils.get_total_norm(tensors, error_if_nonfinite=True)


@documents("torch.nn.utils.clip_grads_with_norm_", since="2.6")
@pytest.mark.parametrize("total", [0.5, 8.0])
@pytest.mark.parametrize("foreach", [True, False, None], ids=["foreach", "loop", "either"])
def test_clips_by_a_norm_that_is_given(total, foreach, device):
    """clip_grads_with_norm_ multiplies gradients by min(max_norm / (total_norm + 1e-6), 1) of the norm it is given."""
    gradients = [draw.normal(i, *shape) for i, shape in enumerate([(3,), (2, 5)])]
    parameters = [tensor(np.ones_like(g), device).requires_grad_() for g in gradients]
    for parameter, gradient in zip(parameters, gradients):
        parameter.grad = tensor(gradient, device)

    nn.utils.clip_grads_with_norm_(parameters, 2.0, tensor(np.array(total), device), foreach=foreach)

    for parameter, gradient in zip(parameters, gradients):
        expected = gradient * min(2.0 / (total + 1e-6), 1)
        close(parameter.grad, expected, bound.rounded(expected, 4), device=device)
