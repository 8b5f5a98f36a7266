"""zero_grad: the gradients of all that an optimizer or a module holds are reset, to None or to zeros."""

import numpy as np
import pytest
import torch
from torch import nn

from suites.kit import array, close, documents, draw, tensor

GUIDE = ("Optimizers & Gradient Descent", "Update the weights", "Backprop")

SHAPES = ((), (1,), (3,), (2, 5), (4, 1, 3), (300,))


def with_gradients(device, count=6):
    """Parameters of several shapes and dtypes, the last two frozen, each with a gradient that is nowhere zero."""
    made = []
    for seed, shape in enumerate(SHAPES[:count]):
        dtype = "float32" if seed % 2 else "float64"
        parameter = nn.Parameter(tensor(draw.normal(seed, *shape, dtype=dtype), device))
        parameter.grad = tensor(1 + np.abs(draw.normal(seed + 50, *shape, dtype=dtype)), device)
        made.append(parameter.requires_grad_(seed < count - 2))
    return made


def grouped(parameters):
    """An optimizer of two groups."""
    return torch.optim.SGD([{"params": parameters[:2]}, {"params": parameters[2:], "lr": 2.0}], lr=1.0)


def holder(parameters):
    """A module that holds some of the parameters itself and the rest in a submodule."""
    module = nn.Module()
    module.own = nn.ParameterList(parameters[:2])
    module.inner = nn.Sequential(nn.ParameterList(parameters[2:]))
    return module


every_holder = pytest.mark.parametrize(
    "hold",
    [
        pytest.param(grouped, marks=documents("torch.optim.Optimizer.zero_grad"), id="optimizer"),
        pytest.param(holder, marks=documents("torch.nn.Module.zero_grad"), id="module"),
    ],
)


@documents("torch.Tensor.grad", guide=GUIDE)
@every_holder
def test_sets_every_gradient_to_none(hold, device):
    """zero_grad(set_to_none=True) sets the gradient of every parameter of every group or submodule to None."""
    parameters = with_gradients(device)

    hold(parameters).zero_grad(set_to_none=True)

    assert [parameter.grad for parameter in parameters] == [None] * len(SHAPES)


@documents("torch.Tensor.grad", guide=GUIDE, since="2.0")
@every_holder
def test_sets_gradients_to_none_by_default(hold, device):
    """zero_grad() sets the gradient of every parameter to None, as the guide prints it."""
    parameters = with_gradients(device)

    hold(parameters).zero_grad()

    assert [parameter.grad for parameter in parameters] == [None] * len(SHAPES)


@documents("torch.Tensor.grad", guide=GUIDE)
@every_holder
def test_sets_every_gradient_to_zeros(hold, device):
    """zero_grad(set_to_none=False) writes zeros into every gradient, which stays the same tensor."""
    parameters = with_gradients(device)
    before = [parameter.grad for parameter in parameters]

    hold(parameters).zero_grad(set_to_none=False)

    assert all(parameter.grad is gradient for parameter, gradient in zip(parameters, before))
    for gradient in before:
        close(gradient, np.zeros_like(array(gradient)), device=device)


@documents("torch.Tensor.grad", guide=GUIDE)
@pytest.mark.parametrize("set_to_none", [True, False])
@every_holder
def test_leaves_values_and_missing_gradients_alone(hold, set_to_none, device):
    """zero_grad changes no parameter, makes no gradient where there is none, and turns no freezing on or off."""
    parameters = with_gradients(device)
    parameters[1].grad = None
    values = [array(parameter) for parameter in parameters]

    hold(parameters).zero_grad(set_to_none=set_to_none)

    assert parameters[1].grad is None
    assert [parameter.requires_grad for parameter in parameters] == [True] * 4 + [False] * 2
    for parameter, value in zip(parameters, values):
        close(parameter, value, device=device)


@documents("torch.Tensor.grad")
@every_holder
def test_detaches_zeroed_gradients(hold, device):
    """zero_grad(set_to_none=False) takes a gradient that was computed with create_graph=True out of its graph."""
    parameters = with_gradients(device, 4)[:2]
    for parameter in parameters:
        parameter.grad = None
        [parameter.grad] = torch.autograd.grad((parameter**3).sum(), parameter, create_graph=True)
    had_graphs = [parameter.grad.grad_fn is not None for parameter in parameters]

    hold(parameters).zero_grad(set_to_none=False)

    assert had_graphs == [True, True]
    assert [parameter.grad.grad_fn for parameter in parameters] == [None, None]
    assert not any(parameter.grad.requires_grad for parameter in parameters)


@documents("torch.Tensor.grad")
@every_holder
def test_zeroes_again_and_again(hold, device):
    """A second and a third backward after zero_grad leave the gradient of that backward alone."""
    [parameter, *_] = parameters = with_gradients(device)
    held = hold(parameters)
    seen = []

    for factor, set_to_none in ((2.0, True), (3.0, False), (5.0, False)):
        held.zero_grad(set_to_none=set_to_none)
        (parameter * factor).sum().backward()
        seen.append(parameter.grad.item())

    assert seen == [2.0, 3.0, 5.0]


@documents("torch.optim.Optimizer.zero_grad", guide=GUIDE)
def test_does_not_reach_what_it_does_not_hold(device):
    """An optimizer's zero_grad leaves the gradients of parameters that it was not given."""
    ours, theirs = with_gradients(device), with_gradients(device)
    before = [array(parameter.grad) for parameter in theirs]

    torch.optim.SGD(ours, lr=1.0).zero_grad()

    for parameter, gradient in zip(theirs, before):
        close(parameter.grad, gradient, device=device)


@documents("torch.optim.Optimizer.zero_grad", guide=GUIDE)
def test_reaches_groups_that_were_added(device):
    """zero_grad resets the gradients of parameters of a group that was added later."""
    parameters = with_gradients(device)
    optimizer = torch.optim.SGD(parameters[:3], lr=1.0)
    optimizer.add_param_group({"params": parameters[3:]})

    optimizer.zero_grad(set_to_none=True)

    assert [parameter.grad for parameter in parameters] == [None] * len(SHAPES)


@documents("torch.Tensor.grad", guide=GUIDE)
def test_grad_can_be_set_to_none_by_hand(device):
    """Assigning None to grad forgets the gradient, and the next backward starts anew."""
    parameter = nn.Parameter(tensor(draw.normal(0, 3), device))
    (2 * parameter).sum().backward()

    parameter.grad = None
    forgotten = parameter.grad
    (3 * parameter).sum().backward()

    assert forgotten is None
    close(parameter.grad, np.full(3, 3.0), device=device)


@documents("torch.optim.Optimizer.zero_grad")
def test_tensors_that_are_no_parameters_are_reset_too(device):
    """An optimizer resets the gradients of plain tensors that it was given."""
    values = tensor(draw.normal(0, 5), device).requires_grad_()
    values.sum().backward()

    torch.optim.SGD([values], lr=1.0).zero_grad(set_to_none=True)

    assert values.grad is None


def looped(parameters):
    return torch.optim.SGD(parameters, lr=0.0, foreach=False)


def at_once(parameters):
    return torch.optim.Adam([{"params": parameters[:1], "lr": 0.0}, {"params": parameters[1:]}], foreach=True)


def quasi_newton(parameters):
    return torch.optim.LBFGS(parameters)


HOLDERS = {"module": holder, "loop": looped, "foreach": at_once, "lbfgs": quasi_newton}
VALUES = {"float32": (np.nan, np.inf, -2.0), "float64": (np.nan, -np.inf, 3.0), "complex64": (1j, 2.0, np.nan)}


@documents("torch.optim.Optimizer.zero_grad", "torch.nn.Module.zero_grad")
@pytest.mark.parametrize("hold", HOLDERS)
@pytest.mark.parametrize("set_to_none", [False, True])
def test_resets_any_gradient(hold, set_to_none, device):
    """However many dtypes there are, gradients of NaN, infinities and complex numbers become zeros, or None."""
    parameters = [nn.Parameter(tensor(np.ones(3, dtype), device)) for dtype in VALUES]
    for parameter, values in zip(parameters, VALUES.values()):
        parameter.grad = tensor(np.array(values, array(parameter).dtype), device)
    gradients = [parameter.grad for parameter in parameters]
    HOLDERS[hold](parameters).zero_grad(set_to_none=set_to_none)

    assert all(p.grad is (None if set_to_none else g) for p, g in zip(parameters, gradients))
    for parameter, dtype in zip(parameters, VALUES):
        close(parameter.grad if parameter.grad is not None else tensor(np.zeros(3, dtype), device), np.zeros(3, dtype),
              device=device)  # fmt: skip


@documents("torch.optim.Optimizer.zero_grad", "torch.nn.Module.zero_grad")
@pytest.mark.parametrize("hold", [looped, holder], ids=["optimizer", "module"])
def test_resets_sparse_gradients(hold, device):
    """A sparse gradient becomes one of zeros with set_to_none=False, and None with set_to_none=True."""
    table = nn.Embedding(4, 2, sparse=True).to(device)
    table(tensor(np.array([1, 3]), device)).sum().backward()
    held = hold([table.weight])
    held.zero_grad(set_to_none=False)

    close(table.weight.grad.to_dense(), np.zeros((4, 2), "float32"), device=device)
    held.zero_grad(set_to_none=True)
    assert table.weight.grad is None


@documents("torch.optim.Optimizer.zero_grad", since="2.4")
@pytest.mark.parametrize("name", ["SGD", "Adam", "AdamW", "Adagrad"])
def test_zeroes_what_a_fused_kernel_reads(name, device):
    """An optimizer with fused=True zeroes gradients of any dtype in place, NaN and infinities too."""
    parameters = [nn.Parameter(tensor(np.ones(2, dtype), device)) for dtype in ("float32", "float64")]
    for parameter in parameters:
        parameter.grad = tensor(np.array([np.nan, np.inf], array(parameter).dtype), device)
    gradients = [parameter.grad for parameter in parameters]
    getattr(torch.optim, name)(parameters, fused=True).zero_grad(set_to_none=False)

    for parameter, gradient in zip(parameters, gradients):
        assert parameter.grad is gradient
        close(gradient, np.zeros_like(array(parameter)), device=device)


@documents("torch.nn.Module.zero_grad")
@pytest.mark.parametrize("set_to_none", [False, True])
def test_a_module_in_evaluation_is_reset_too(set_to_none, device):
    """zero_grad of a module in evaluation resets its gradients as in training, and leaves its buffers alone."""
    module = nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2)).to(device).eval()
    module(tensor(draw.normal(0, 4, 3, dtype="float32"), device)).sum().backward()
    buffers = {name: array(value) for name, value in module.named_buffers()}
    module.zero_grad(set_to_none=set_to_none)

    assert all((value.grad is None) == set_to_none for value in module.parameters())
    assert all(value.grad is None or not array(value.grad).any() for value in module.parameters())
    for name, value in module.named_buffers():
        close(value, buffers[name], device=device)
