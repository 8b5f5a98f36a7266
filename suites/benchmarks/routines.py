"""What is timed that leaves something changed: backward passes, training steps, optimizers, states, loaders."""

from __future__ import annotations

import copy
import functools
from typing import Any, Callable, NamedTuple

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from reference.loss import mse_loss_vjp
from reference.network import resnet18_layer
from reference.optimizer import sgd
from suites.kit import array, close, draw, since, tensor
from suites.optim.algorithms import VARIANTS, Variant, flat, formula_walk, give, leaves
from suites.training.network import Named, Net, are_the_same, batches, cast, each, fitted, holding, random_parameters
from suites.training.resnet import ResNet18, resnet_values

#: The parameters of an optimizer that is timed.
TENSORS, SHAPE = 100, (16, 64)
LR = 1e-3


class Prepared(NamedTuple):
    """A call that is timed, and what asserts that its first time did what it should."""

    call: Callable[[], Any]
    assert_right: Callable[[], None]


class Routine(NamedTuple):
    """How to prepare a call on a device, and what NumPy does instead, if anything."""

    prepare: Callable[[str], Prepared]
    numpy: Callable[[], Any] | None = None


def chain(device: str) -> Prepared:
    """The graph of a hundred additions, and back."""
    x = tensor(draw.lattice(1, (16,)), device).requires_grad_()

    def there_and_back() -> None:
        x.grad, y = None, x
        for _ in range(100):
            y = y + x
        y.sum().backward()

    return Prepared(there_and_back, lambda: close(x.grad, np.full(16, 101.0), device=device))


def training(model: nn.Module, data: Any, loss: Callable[..., torch.Tensor]) -> Callable[[], None]:
    """One step of SGD on one batch."""
    optimizer = torch.optim.SGD(model.parameters(), lr=LR)

    def step() -> None:
        optimizer.zero_grad()
        loss(model(data[0]), data[1]).backward()
        optimizer.step()

    return step


@functools.cache
def lenet_inputs(dtype: str) -> tuple[Named, list[Any]]:
    """Parameters, images and targets, made once."""
    return cast(random_parameters(0), dtype), batches(0, 1, size=32)


def lenet_step(dtype: str = "float32") -> Named:
    """The parameters after a step, by NumPy."""
    return fitted(*lenet_inputs(dtype), sgd, lr=LR)


def lenet(device: str) -> Prepared:
    """A training step of the guide's network on 32 images."""
    model = holding(Net(), random_parameters(0), device)
    step = training(model, each(batches(0, 1, size=32), torch.float32, device)[0], nn.MSELoss())

    def right() -> None:
        twins = lenet_step("float64"), lenet_step("float32")
        are_the_same(dict(model.named_parameters()), *twins, torch.float32, device, tight=0)

    return Prepared(step, right)


IMAGES, LABELS = draw.normal(3, 2, 3, 64, 64, dtype="float32"), draw.normal(4, 2, 1000, dtype="float32")


@functools.cache
def resnet_inputs(dtype: str) -> tuple[Named, ...]:
    """Parameters and buffers, made once."""
    return tuple(cast(part, dtype) for part in resnet_values(0, 64, 1000))


def resnet_step(dtype: str = "float32") -> Named:
    """The parameters of ResNet-18 after a step, by NumPy."""
    values, buffers = resnet_inputs(dtype)
    prediction, pullback = resnet18_layer(values, buffers, False)(IMAGES.astype(dtype))
    cotangent = mse_loss_vjp(prediction, LABELS.astype(dtype), np.ones((), dtype))[0]
    found = pullback(cotangent)[1]
    return {name: sgd(value, found[name], {}, lr=LR)[0].astype(dtype) for name, value in values.items()}


def resnet(device: str) -> Prepared:
    """A training step of ResNet-18 on two images, its normalisations as they are: fine-tuning."""
    parameters, buffers = resnet_values(0, 64, 1000)
    model = holding(ResNet18(), {**parameters, **buffers}, device).eval()
    step = training(model, (tensor(IMAGES, device), tensor(LABELS, device)), nn.MSELoss())

    def right() -> None:
        twins = resnet_step("float64"), resnet_step("float32")
        are_the_same(dict(model.named_parameters()), *twins, torch.float32, device, tight=0)

    return Prepared(step, right)


def values(seed: int) -> list[np.ndarray]:
    return [draw.normal(seed + i, *SHAPE, dtype="float32") for i in range(TENSORS)]


def stepping(variant: Variant, device: str) -> Prepared:
    """A step of an optimizer over a hundred tensors, by options that take no copy of the gradient."""
    parameters, options = leaves(values(0), device), variant.bare
    give(parameters, values(1000))
    optimizer = variant.optimizer(parameters, **options)

    def right() -> None:
        places, lengths = formula_walk(variant.algorithm, values(0), [values(1000)], **options)
        close(flat(parameters)[None], places, variant.allowed(lengths, "float32"), dtype="float32")

    return Prepared(optimizer.step, right)


def stepping_in_numpy(variant: Variant) -> Callable[[], Any]:
    """The formula, on all parameters in one row, from the beginning each time."""
    return lambda: variant.algorithm.formula(in_a_row(0), in_a_row(1000), {}, **variant.bare)


@functools.cache
def in_a_row(seed: int) -> np.ndarray:
    return np.concatenate([value.ravel() for value in values(seed)])


def zeroing(set_to_none: bool, device: str) -> Prepared:
    """zero_grad over a hundred tensors; where it sets them to None, they are given back."""
    parameters = leaves(values(0), device)
    gradients = [tensor(value, device) for value in values(1000)]
    optimizer = torch.optim.SGD(parameters, lr=LR)
    give(parameters, values(1000))

    def cleared() -> None:
        for parameter, gradient in zip(parameters, gradients):
            parameter.grad = gradient
        optimizer.zero_grad(set_to_none=set_to_none)

    def right() -> None:
        assert all((parameter.grad is None) == set_to_none for parameter in parameters)
        for gradient in gradients * (not set_to_none):
            close(gradient, np.zeros(SHAPE, "float32"), device=device)

    return Prepared(cleared, right)


def states(device: str) -> Prepared:
    """ResNet-18's state, taken and loaded."""
    model = holding(ResNet18(), {**resnet_values(0, 64, 1000)[0], **resnet_values(0, 64, 1000)[1]}, device)
    taken = {name: value.clone() + 1 for name, value in model.state_dict().items()}
    wanted = {name: array(value) for name, value in taken.items()}

    def right() -> None:
        for name, value in model.state_dict().items():
            close(value, wanted[name], device=device)

    return Prepared(lambda: (model.state_dict(), model.load_state_dict(taken)), right)


def copying(device: str) -> Prepared:
    """A deep copy of the guide's network."""
    model, copies = holding(Net(), random_parameters(0), device), []

    def right() -> None:
        assert len(copies) == 1
        for name, value in copies[0].state_dict().items():
            close(value, random_parameters(0)[name], device=device)

    return Prepared(lambda: copies.__setitem__(slice(None), [copy.deepcopy(model)]), right)


def loading(device: str) -> Prepared:
    """A DataLoader over a thousand samples in batches of 32, collated in this process and moved to the device."""
    rows, seen = draw.lattice(5, (1000, 64)).astype("float32"), []
    loader = DataLoader(TensorDataset(tensor(rows)), batch_size=32)

    def once() -> None:
        seen[:] = [batch.to(device) for (batch,) in loader]

    def right() -> None:
        assert len(seen) == 32
        close(torch.cat(seen), rows, device=device)

    return Prepared(once, right)


#: The releases that have an implementation, and do as its formula says.
SINCE = {"fused": "2.4", "NAdam, loop": "2.0"}
OPTIMIZERS = {
    name: Routine(functools.partial(stepping, variant), stepping_in_numpy(variant))
    for variant in VARIANTS
    for name in [f"{variant.algorithm.name}, {variant.implementation}"]
    if since(SINCE.get(name) or SINCE.get(variant.implementation) or "1.13")
}
TABLE = {
    "a chain of a hundred nodes and back": Routine(chain),
    "a training step of LeNet": Routine(lenet, lenet_step),
    "a training step of ResNet-18": Routine(resnet, resnet_step),
    **OPTIMIZERS,
    "zero_grad to None": Routine(functools.partial(zeroing, True)),
    "zero_grad to zeros": Routine(functools.partial(zeroing, False)),
    "the state of ResNet-18": Routine(states),
    "a copy of LeNet": Routine(copying),
    "a DataLoader": Routine(loading),
}
