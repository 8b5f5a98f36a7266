"""zero_grad: gradients are reset before the next backward, to None or to zeros."""

import math

import numpy as np
import pytest
import torch
from torch import nn

from suites.autograd.record import quietly
from suites.kit import close, documents, draw, tensor

GUIDE = ("Backprop", "Optimizers & Gradient Descent")


class Net(nn.Module):
    """A module with parameters of 0 to 3 dimensions, some in a child, one shared, one frozen, one without gradient."""

    def __init__(self, device):
        super().__init__()
        self.values = [draw.normal(i, *shape) for i, shape in enumerate([(), (3,), (2, 3), (2, 2, 3)])]
        self.scale, self.shift, self.matrix, self.block = (self._parameter(v, device) for v in self.values)
        self.child = nn.ParameterList([self._parameter(draw.normal(9, 4), device), self.matrix])
        self.frozen = self._parameter(draw.normal(5, 2), device)
        self.untouched = self._parameter(draw.normal(6, 2), device)

    @staticmethod
    def _parameter(values, device):
        return nn.Parameter(tensor(values, device))

    def fill(self):
        """Give every parameter but one a gradient, by backward, and freeze another."""
        (self.scale * self.shift.sum() * self.matrix.sum() * self.block.sum() * self.child[0].sum()).backward()
        self.frozen.sum().backward()
        self.frozen.requires_grad_(False)
        return self


def zero_module(net, **options):
    net.zero_grad(**options)


def zero_optimizer(net, **options):
    parameters = list(net.parameters())
    torch.optim.SGD([{"params": parameters[:4]}, {"params": parameters[4:], "lr": 1.0}], lr=0.1).zero_grad(**options)


def zero_foreach(net, **options):
    torch.optim.SGD(net.parameters(), lr=0.1, foreach=True).zero_grad(**options)


ZEROS = {
    "module": (zero_module, "torch.nn.Module.zero_grad"),
    "optimizer": (zero_optimizer, "torch.optim.Optimizer.zero_grad"),
    "foreach": (zero_foreach, "torch.optim.Optimizer.zero_grad"),
}


def each(since=None):
    """Run a claim for the module's zero_grad and for the optimizer's, plain and foreach."""
    params = [pytest.param(zero, marks=documents(name, since=since), id=id) for id, (zero, name) in ZEROS.items()]
    return pytest.mark.parametrize("zero", params)


@documents(guide=GUIDE)
@each()
def test_sets_gradients_to_none_when_told(zero, device):
    """zero_grad(set_to_none=True) sets .grad of every parameter to None: children's, shared and frozen ones too."""
    net = Net(device).fill()
    zero(net, set_to_none=True)

    assert [p.grad for p in net.parameters()] == [None] * 7


@documents(guide=GUIDE, since="2.0")
@each(since="2.0")
def test_sets_gradients_to_none_by_default(zero, device):
    """zero_grad() sets .grad of every parameter to None."""
    net = Net(device).fill()
    zero(net)

    assert [p.grad for p in net.parameters()] == [None] * 7


@documents("torch.nn.Module.zero_grad", guide=GUIDE, until="2.0")
@pytest.mark.parametrize("zero", [zero_module, zero_optimizer], ids=["module", "optimizer"])
def test_fills_gradients_with_zeros_by_default(zero, device):
    """zero_grad() fills .grad of every parameter that has one with zeros."""
    net = Net(device).fill()
    zero(net)

    close(net.matrix.grad, np.zeros((2, 3)), device=device)
    close(net.scale.grad, np.zeros(()), device=device)


@documents(guide=GUIDE)
@each()
def test_fills_gradients_with_zeros_when_told(zero, device):
    """zero_grad(set_to_none=False) fills the gradients that exist with zeros, in place, and leaves None alone."""
    net = Net(device).fill()
    before = [p.grad for p in net.parameters()]
    net.matrix.grad[0], net.block.grad[1] = math.nan, math.inf
    zero(net, set_to_none=False)
    after = [p.grad for p in net.parameters()]

    assert [g is h for g, h in zip(before, after)] == [True] * 7
    assert [g is None for g in after] == [p is net.untouched for p in net.parameters()]
    for gradient in filter(lambda g: g is not None, after):
        close(gradient, np.zeros(tuple(gradient.shape)), device=device)


@documents(guide=GUIDE)
@each()
def test_zeroed_gradients_leave_their_graph(zero, device):
    """A gradient that has a graph of its own is taken out of it by zero_grad(set_to_none=False)."""
    net = Net(device)
    with quietly():
        (net.matrix**3).sum().backward(create_graph=True)
    before = net.matrix.grad.requires_grad
    zero(net, set_to_none=False)

    assert before and not net.matrix.grad.requires_grad and net.matrix.grad.grad_fn is None
    close(net.matrix.grad, np.zeros((2, 3)), device=device)


@documents(guide=GUIDE)
@each()
@pytest.mark.parametrize("to_none", [True, False], ids=["None", "zeros"])
def test_the_next_backward_starts_afresh(zero, to_none, device):
    """After zero_grad backward leaves the new gradient alone; without it the gradients of both calls add up."""
    net = Net(device)
    (net.matrix * 2).sum().backward()
    (net.block * 2).sum().backward()
    zero(net, set_to_none=to_none)
    (net.matrix * 5).sum().backward()
    (net.matrix * 7).sum().backward()

    close(net.matrix.grad, np.full((2, 3), 12.0), device=device)


@documents(guide=GUIDE)
@each()
@pytest.mark.parametrize("to_none", [True, False], ids=["None", "zeros"])
def test_changes_no_parameter(zero, to_none, device):
    """zero_grad leaves the values of the parameters and their requires_grad as they were."""
    net = Net(device).fill()
    zero(net, set_to_none=to_none)

    for parameter, values in zip((net.scale, net.shift, net.matrix, net.block), net.values):
        close(parameter, values, device=device)
    assert [p.requires_grad for p in net.parameters()] == [p is not net.frozen for p in net.parameters()]


@documents("torch.optim.Optimizer.zero_grad", guide=GUIDE)
def test_an_optimizer_resets_its_own_parameters_only(device):
    """Optimizer.zero_grad resets what the optimizer was given, in every group, and nothing else of the module."""
    net = Net(device).fill()
    kept = net.block.grad
    optimizer = torch.optim.SGD([{"params": [net.scale, net.shift, net.matrix]}, {"params": net.child[0]}], lr=0.1)
    optimizer.zero_grad(set_to_none=True)

    assert [p.grad for p in (net.scale, net.shift, net.matrix, net.child[0])] == [None] * 4
    assert net.block.grad is kept
    assert net.frozen.grad is not None


@documents("torch.optim.Optimizer.zero_grad", guide=GUIDE)
def test_an_optimizer_resets_groups_that_were_added(device):
    """Optimizer.zero_grad resets parameters of groups that add_param_group brought later."""
    net = Net(device).fill()
    optimizer = torch.optim.Adam([net.scale], lr=0.1)
    optimizer.add_param_group({"params": [net.block, net.shift]})
    optimizer.zero_grad(set_to_none=True)

    assert [p.grad for p in (net.scale, net.block, net.shift)] == [None] * 3


@documents("torch.nn.Module.zero_grad", "torch.Tensor.grad", guide="Backprop")
def test_the_bias_of_the_guide_has_no_gradient_before_backward(device):
    """After zero_grad the gradient of conv1.bias is None, or zeros, and backward leaves six numbers in it."""
    conv = nn.Conv2d(1, 6, 5, device=device)
    conv.zero_grad()
    before = conv.bias.grad
    conv(tensor(draw.normal(0, 1, 1, 32, 32, dtype="float32"), device)).sum().backward()

    assert before is None
    close(conv.bias.grad, np.full(6, 28.0 * 28, np.float32), device=device)
