"""Training of the guide's network: ten steps, after each of which every weight is where NumPy's twin has it."""

from typing import Any, Callable, NamedTuple

import numpy as np
import pytest
import torch
from torch import nn

from reference import optimizer
from reference.loss import mse_loss
from reference.network import lenet
from suites.kit import array, bound, close, documents, draw

from .network import CLEAR, Net, are_the_same, batches, cast, each, fitted, gradients, holding, random_parameters

LOOP = ("Neural Networks", "Update the weights", "Optimizers & Gradient Descent", "What's Next?")
BACKPROP = ("Backprop", "Update the weights", "Technical Notes")


class Recipe(NamedTuple):
    """An optimizer of torch, its formula, and the options of both."""

    name: str
    formula: Callable[..., Any]
    options: dict[str, Any]

    def __str__(self) -> str:
        return self.name

    def optimizer(self, model):
        return getattr(torch.optim, self.name)(model.parameters(), **self.options)


RECIPES = (
    Recipe("SGD", optimizer.sgd, {"lr": 0.05, "momentum": 0.9}),
    Recipe("Adam", optimizer.adam, {"lr": 1e-3, "eps": 1e-4}),
    Recipe("AdamW", optimizer.adamw, {"lr": 1e-3, "eps": 1e-4, "weight_decay": 0.1}),
)
PLAIN = {"lr": 0.02}

every_recipe = pytest.mark.parametrize(
    "row", [pytest.param(recipe, marks=documents(f"torch.optim.{recipe}"), id=str(recipe)) for recipe in RECIPES]
)


def network(dtype, device):
    """The network with the clear parameters."""
    return holding(Net(), cast(random_parameters(CLEAR), dtype), device)


def as_the_twin(model, update, dtype, device, accumulate=False, **options):
    """Assert that ten steps have taken each parameter where the twin's ten steps take it.

    In float64 to 256 u of its norm; 10 was the most measured.
    """
    double, single = (
        fitted(cast(random_parameters(CLEAR), kind), batches(CLEAR, 10), update, accumulate, **options)
        for kind in ("float64", "float32")
    )
    are_the_same(dict(model.named_parameters()), double, single, dtype, device, tight=2.0**8)


@documents("torch.optim.Optimizer.step", "torch.optim.Optimizer.zero_grad", "torch.Tensor.backward", guide=LOOP)
@every_recipe
def test_ten_steps_follow_the_twin(row, dtype, device):
    """Ten rounds of the guide's loop with {row} take every weight where NumPy's formulas take it."""
    net, criterion = network(dtype, device), nn.MSELoss()
    optimizer = row.optimizer(net)

    for input, target in each(batches(CLEAR, 10), dtype, device):
        optimizer.zero_grad()
        criterion(net(input), target).backward()
        optimizer.step()

    as_the_twin(net, row.formula, dtype, device, **row.options)


@documents("torch.optim.Optimizer.step", "torch.optim.Optimizer.zero_grad", guide=LOOP)
@every_recipe
def test_zero_grad_may_come_last(row, device):
    """Ten rounds of backward, {row}'s step and zero_grad, in this order, train as with zero_grad first."""
    net, criterion = network("float64", device), nn.MSELoss()
    optimizer = row.optimizer(net)

    for input, target in each(batches(CLEAR, 10), "float64", device):
        criterion(net(input), target).backward()
        optimizer.step()
        optimizer.zero_grad()

    as_the_twin(net, row.formula, torch.float64, device, **row.options)


@documents("torch.nn.Module.parameters", "torch.Tensor.sub_", guide=LOOP)
def test_trains_by_hand(dtype, device):
    """Ten rounds of the guide's hand-written update, f.data.sub_(f.grad.data * learning_rate), train as SGD."""
    net, criterion, learning_rate = network(dtype, device), nn.MSELoss(), PLAIN["lr"]

    for input, target in each(batches(CLEAR, 10), dtype, device):
        net.zero_grad()
        criterion(net(input), target).backward()
        for f in net.parameters():
            f.data.sub_(f.grad.data * learning_rate)

    as_the_twin(net, optimizer.sgd, dtype, device, **PLAIN)


@documents("torch.Tensor.backward", "torch.optim.Optimizer.zero_grad", guide=BACKPROP)
def test_forgotten_zero_grad_adds_up_gradients(dtype, device):
    """Without zero_grad each step goes along the sum of the gradients of all rounds so far."""
    net, criterion = network(dtype, device), nn.MSELoss()
    descent = torch.optim.SGD(net.parameters(), **PLAIN)

    for input, target in each(batches(CLEAR, 10), dtype, device):
        criterion(net(input), target).backward()
        descent.step()

    as_the_twin(net, optimizer.sgd, dtype, device, accumulate=True, **PLAIN)


@documents("torch.Tensor.backward", "torch.Tensor.grad", guide=("Technical Notes", "What is autograd?"))
def test_backward_fills_every_gradient(dtype, device):
    """loss.backward() leaves the gradient of the loss in the grad of every parameter, and moves no parameter."""
    data = batches(CLEAR, 1)
    (input, target), net = each(data, dtype, device)[0], network(dtype, device)
    double, single = (
        gradients(cast(random_parameters(CLEAR), kind), *(value.astype(kind) for value in data[0]))
        for kind in ("float64", "float32")
    )

    nn.MSELoss()(net(input), target).backward()

    for name, parameter in net.named_parameters():
        close(parameter, random_parameters(CLEAR)[name].astype(array(parameter).dtype), dtype=dtype, device=device)
    found = {name: parameter.grad for name, parameter in net.named_parameters()}
    are_the_same(found, double, single, dtype, device, tight=2.0**9)


@documents("torch.optim.Optimizer.step", "torch.Tensor.backward", guide=BACKPROP)
def test_small_batches_add_up_to_a_large_one(dtype, device):
    """The gradients of the losses of the parts, each divided by their number, add up to that of the whole batch."""
    (x, target), *_ = batches(CLEAR, 1, size=4)
    whole, parts = network(dtype, device), network(dtype, device)

    [(input, wanted)] = each([(x, target)], dtype, device)
    nn.MSELoss()(whole(input), wanted).backward()
    for part, wanted in each([(x[i : i + 2], target[i : i + 2]) for i in (0, 2)], dtype, device):
        (nn.MSELoss()(parts(part), wanted) / 2).backward()

    for one, other in zip(whole.parameters(), parts.parameters()):
        expected = array(one.grad)
        close(other.grad, expected, bound.Norm(2.0**10 * np.linalg.norm(expected)), device=device)


@documents("torch.nn.Module", "torch.nn.MSELoss", guide=LOOP)
def test_one_round_of_the_game_plan(device):
    """The plan's round on one image: prediction, loss, gradients and weight - learning_rate * gradient are NumPy's."""
    parameters, [(x, target)] = cast(random_parameters(CLEAR), "float64"), batches(CLEAR, 1)
    net, [(input, wanted)] = network("float64", device), each([(x, target)], "float64", device)
    x, target = x.astype("float64"), target.astype("float64")
    predicted, slopes = lenet(parameters, x), gradients(parameters, x, target)

    output = net(input)
    loss = nn.MSELoss()(output, wanted)
    loss.backward()
    moved = {name: weight - 0.5 * weight.grad for name, weight in net.named_parameters()}

    close(output, predicted, bound.Norm(2.0**9 * np.linalg.norm(predicted)), device=device)
    close(loss, mse_loss(predicted, target), bound.rounded(mse_loss(predicted, target), 2.0**9), device=device)
    for name, weight in parameters.items():
        expected = weight - 0.5 * slopes[name]
        close(moved[name], expected, bound.Norm(2.0**9 * np.linalg.norm(expected)), device=device)


@documents("torch.optim.SGD", guide=LOOP)
def test_training_lowers_the_loss(device):
    """Twenty rounds on one batch make its loss less than a tenth of what it was."""
    net, criterion = network("float64", device), nn.MSELoss()
    [(input, target)] = each(batches(CLEAR, 1), "float64", device)
    descent, losses = torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.5), []

    for _ in range(20):
        descent.zero_grad()
        loss = criterion(net(input), target)
        loss.backward()
        descent.step()
        losses.append(loss.item())

    assert losses[-1] < losses[0] / 10


@documents("torch.nn.Module.zero_grad", guide=BACKPROP)
@pytest.mark.parametrize("set_to_none", [True, False])
def test_clearing_starts_over(set_to_none, device):
    """After zero_grad, to None or to zeros, a backward leaves the gradients of that one backward."""
    net, criterion = network("float64", device), nn.MSELoss()
    first, second = each(batches(CLEAR, 2), "float64", device)
    criterion(net(first[0]), first[1]).backward()
    expected = gradients(cast(random_parameters(CLEAR), "float64"), *map(np.float64, batches(CLEAR, 2)[1]))

    net.zero_grad(set_to_none=set_to_none)
    criterion(net(second[0]), second[1]).backward()

    for name, parameter in net.named_parameters():
        close(parameter.grad, expected[name], bound.Norm(2.0**9 * np.linalg.norm(expected[name])), device=device)


@documents("torch.nn.Module.parameters", "torch.optim.Optimizer", guide=LOOP)
def test_sees_the_weights_that_the_optimizer_moved(device):
    """The network's output after a step is that of the moved weights: the optimizer moves the network's own tensors."""
    net = network("float64", device)
    [(input, target)] = each(batches(CLEAR, 1), "float64", device)
    before = [(parameter, parameter.data_ptr()) for parameter in net.parameters()]

    nn.MSELoss()(net(input), target).backward()
    torch.optim.SGD(net.parameters(), lr=0.05).step()
    moved = {name: array(parameter) for name, parameter in net.named_parameters()}

    expected = lenet(moved, batches(CLEAR, 1)[0][0].astype("float64"))
    close(net(input), expected, bound.Norm(2.0**9 * np.linalg.norm(expected)), device=device)
    assert [(id(parameter), parameter.data_ptr()) for parameter in net.parameters()] == [
        (id(parameter), place) for parameter, place in before
    ]
    assert not np.array_equal(moved["conv1.weight"], draw.cast(random_parameters(CLEAR)["conv1.weight"], "float64"))
