"""torch.amp.GradScaler: the loss is scaled, gradients are unscaled, and steps with infinite gradients are skipped."""

import numpy as np
import pytest
import torch

from suites.kit import close, documents, draw, tensor, unchanged

VALUES = draw.normal(1, 5)
SLOPES = draw.normal(2, 5)


def scaler_of(device, **options):
    return torch.amp.GradScaler(torch.device(device).type, **{"init_scale": 1024.0, **options})


def leaf(device):
    """A float32 parameter and the optimizer that moves it by its gradient."""
    parameter = tensor(VALUES.astype(np.float32), device).requires_grad_()
    return parameter, torch.optim.SGD([parameter], lr=1.0)


def go(scaler, parameter, optimizer, device, factor=1.0):
    """One step of training: the gradient is SLOPES times the factor."""
    optimizer.zero_grad()
    loss = (parameter * tensor((SLOPES * factor).astype(np.float32), device)).sum()
    scaler.scale(loss).backward()
    scaler.step(optimizer)
    scaler.update()


@documents("torch.amp.GradScaler", since="2.3")
def test_scales_what_it_is_given(device):
    """scale multiplies a tensor, or each of several, by the scale, and changes no argument."""
    x, y = tensor(VALUES, device), tensor(SLOPES, device)

    with unchanged(x, y):
        one, (first, second) = scaler_of(device).scale(x), scaler_of(device).scale([x, y])

    close(one, VALUES * 1024, device=device)
    close(first, VALUES * 1024, device=device)
    close(second, SLOPES * 1024, device=device)


@documents("torch.amp.GradScaler.unscale_", since="2.3")
def test_unscales_gradients(device):
    """After a scaled backward, unscale_ divides the gradients by the scale; a second call raises RuntimeError."""
    scaler, (parameter, optimizer) = scaler_of(device), leaf(device)
    scaler.scale((parameter * tensor(SLOPES.astype(np.float32), device)).sum()).backward()
    close(parameter.grad, SLOPES.astype(np.float32) * 1024, device=device)

    scaler.unscale_(optimizer)

    close(parameter.grad, SLOPES.astype(np.float32), device=device)
    with pytest.raises(RuntimeError):
        scaler.unscale_(optimizer)


@documents("torch.amp.GradScaler.step", "torch.amp.GradScaler.update", since="2.3")
@pytest.mark.parametrize("calls", [0, 1])
def test_steps_with_unscaled_gradients(calls, device):
    """step moves parameters by the unscaled gradients, unscaled once whether or not unscale_ was called."""
    scaler, (parameter, optimizer) = scaler_of(device), leaf(device)
    scaler.scale((parameter * tensor(SLOPES.astype(np.float32), device)).sum()).backward()
    [scaler.unscale_(optimizer) for _ in range(calls)]

    scaler.step(optimizer)

    close(parameter.detach(), VALUES.astype(np.float32) - SLOPES.astype(np.float32), device=device)


@documents("torch.amp.GradScaler.step", "torch.amp.GradScaler.update", since="2.3")
@pytest.mark.parametrize("bad", [np.inf, -np.inf, np.nan])
def test_skips_steps_with_infinite_gradients(bad, device):
    """Where one gradient is infinite or NaN the step is skipped, the scale backs off, and training goes on."""
    scaler, (parameter, optimizer) = scaler_of(device, backoff_factor=0.25), leaf(device)
    factor = np.where(np.arange(5) == 3, bad, 1.0)

    go(scaler, parameter, optimizer, device, factor)
    close(parameter.detach(), VALUES.astype(np.float32), device=device)
    assert scaler.get_scale() == 256.0

    go(scaler, parameter, optimizer, device)
    close(parameter.detach(), VALUES.astype(np.float32) - SLOPES.astype(np.float32), device=device)
    assert scaler.get_scale() == 256.0


@documents("torch.amp.GradScaler.step", since="2.3")
def test_skips_steps_of_the_optimizer_that_overflowed_alone(device):
    """With two optimizers, the one whose gradients are finite takes its step."""
    scaler, (bad, first), (good, second) = scaler_of(device), leaf(device), leaf(device)
    scaler.scale((bad * float("inf")).sum() + good.sum()).backward()

    scaler.step(first)
    scaler.step(second)
    scaler.update()

    close(bad.detach(), VALUES.astype(np.float32), device=device)
    close(good.detach(), VALUES.astype(np.float32) - np.float32(1), device=device)
    assert scaler.get_scale() == 512.0


@documents("torch.amp.GradScaler.update", "torch.amp.GradScaler.get_scale", since="2.3")
def test_grows_after_enough_steps(device):
    """The scale grows by growth_factor after growth_interval steps in a row; a skipped one starts the count again."""
    scaler, (parameter, optimizer) = scaler_of(device, growth_factor=4.0, growth_interval=3), leaf(device)
    factors = [1.0, 1.0, np.inf, 1.0, 1.0, 1.0, 1.0]
    scales = []

    [(go(scaler, parameter, optimizer, device, factor), scales.append(scaler.get_scale())) for factor in factors]

    assert scales == [1024.0, 1024.0, 512.0, 512.0, 512.0, 2048.0, 2048.0]


@documents("torch.amp.GradScaler.update", since="2.3")
def test_takes_a_new_scale(device):
    """update(new_scale) sets the scale."""
    scaler = scaler_of(device)
    scaler.scale(tensor(VALUES, device))

    scaler.update(7.0)

    assert scaler.get_scale() == 7.0


@documents("torch.amp.GradScaler", since="2.3")
def test_has_the_documented_defaults(device):
    """Without arguments the scale is 65536, grows by 2 after 2000 steps, and backs off by a half."""
    scaler = torch.amp.GradScaler(torch.device(device).type)

    assert (scaler.get_scale(), scaler.get_growth_factor(), scaler.get_backoff_factor()) == (65536.0, 2.0, 0.5)
    assert scaler.get_growth_interval() == 2000 and scaler.is_enabled()


@documents("torch.amp.GradScaler", since="2.3")
def test_does_nothing_unless_enabled(device):
    """With enabled=False outputs are returned as they are, steps are taken and the scale is 1."""
    scaler, (parameter, optimizer) = scaler_of(device, enabled=False), leaf(device)
    x = tensor(VALUES, device)

    assert scaler.scale(x) is x and scaler.get_scale() == 1.0 and scaler.state_dict() == {} and not scaler.is_enabled()
    go(scaler, parameter, optimizer, device)
    close(parameter.detach(), VALUES.astype(np.float32) - SLOPES.astype(np.float32), device=device)


@documents("torch.amp.GradScaler.state_dict", "torch.amp.GradScaler.load_state_dict", since="2.3")
def test_goes_on_from_a_saved_state(device):
    """A scaler that loads the state of another has its scale, factors and count of steps."""
    scaler, (parameter, optimizer) = scaler_of(device, growth_factor=4.0, growth_interval=3), leaf(device)
    go(scaler, parameter, optimizer, device)
    go(scaler, parameter, optimizer, device)
    other = torch.amp.GradScaler(torch.device(device).type)

    other.load_state_dict(scaler.state_dict())
    go(other, parameter, optimizer, device)

    assert scaler.state_dict() == {"scale": 1024.0, "growth_factor": 4.0, "backoff_factor": 0.5,
                                   "growth_interval": 3, "_growth_tracker": 2}  # fmt: skip
    assert other.get_scale() == 4096.0
