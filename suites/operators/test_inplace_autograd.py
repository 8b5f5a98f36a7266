"""In-place operations and gradients: leaves that refuse, saved values that changed, history that is rewritten."""

from typing import Callable, NamedTuple

import numpy as np
import pytest
import torch

from suites.kit import close, documents, tensor, unchanged
from suites.operators.values import numbers

GUIDE = ("Operations on Tensors", "In place operations")
METHODS = (
    ("add_", (1,)),
    ("mul_", (2,)),
    ("zero_", ()),
    ("fill_", (1.0,)),
    ("copy_", (0,)),
    ("exp_", ()),
    ("clamp_", (0, 1)),
    ("t_", ()),
    ("squeeze_", ()),
    ("sub_", (1,)),
    ("div_", (2,)),
    ("neg_", ()),
    ("sqrt_", ()),
    ("tril_", ()),
)


def call(x, name, arguments):
    """Call a method; copy_ wants a tensor."""
    return getattr(x, name)(*(torch.zeros_like(x.detach()) if name == "copy_" else a for a in arguments))


@documents("notes/autograd", "torch.Tensor.requires_grad", guide=GUIDE)
@pytest.mark.parametrize(
    ("name", "arguments"), [m for m in METHODS if m[0] not in ("t_", "squeeze_")], ids=lambda v: str(v)
)
def test_a_leaf_that_requires_grad_refuses(name, arguments, device):
    """An in-place operation on a leaf that requires grad, or on a view of it, raises and changes nothing."""
    leaf = tensor(numbers(1, (3, 3), "float64"), device).requires_grad_()

    with unchanged(leaf):
        with pytest.raises(RuntimeError):
            call(leaf, name, arguments)
        with pytest.raises(RuntimeError):
            call(leaf[1:], name, arguments)


@documents("torch.no_grad", "notes/autograd", guide=GUIDE)
def test_a_leaf_changes_without_gradients(device):
    """Under no_grad a leaf that requires grad is changed in place and stays a leaf that requires grad."""
    values = numbers(1, (3, 4), "float64")
    leaf = tensor(values, device).requires_grad_()

    with torch.no_grad():
        result = leaf.mul_(3)

    assert result is leaf
    assert leaf.is_leaf
    assert leaf.requires_grad
    close(leaf, 3 * values, device=device)


class Saved(NamedTuple):
    """An operation of x (and y) that keeps what the derivative needs: its input, its other operand, or its result."""

    name: str
    forward: Callable[..., torch.Tensor]
    kept: str

    def __str__(self) -> str:
        return f"{self.name}, which keeps its {self.kept},"


SAVED = (
    Saved("mul", lambda x, y: x * y, "operand"),
    Saved("div", lambda x, y: x / y, "operand"),
    Saved("matmul", lambda x, y: x @ y, "operand"),
    Saved("sin", lambda x, y: x.sin(), "input"),
    Saved("pow", lambda x, y: x**3, "input"),
    Saved("log", lambda x, y: x.log(), "input"),
    Saved("abs", lambda x, y: x.abs(), "input"),
    Saved("exp", lambda x, y: x.exp(), "result"),
    Saved("tanh", lambda x, y: x.tanh(), "result"),
    Saved("sigmoid", lambda x, y: x.sigmoid(), "result"),
    Saved("sqrt", lambda x, y: x.sqrt(), "result"),
)
UNSAVED = (
    Saved("add", lambda x, y: x + y, "nothing"),
    Saved("sub", lambda x, y: x - y, "nothing"),
    Saved("neg", lambda x, y: -x, "nothing"),
    Saved("sum", lambda x, y: x.sum(), "nothing"),
    Saved("mul by a number", lambda x, y: x * 3, "nothing"),
)


def graph(device):
    """A leaf, a tensor computed from it, and another operand."""
    leaf = tensor(np.abs(numbers(1, (3, 3), "float64")) + 1, device).requires_grad_()
    return leaf, leaf * 1, tensor(numbers(2, (3, 3), "float64"), device).requires_grad_() * 1


@pytest.mark.parametrize("row", SAVED, ids=lambda row: row.name)
@documents("notes/autograd", "torch.autograd.backward", guide=GUIDE)
def test_backward_refuses_a_changed_value(row, device):
    """Backward through {row} raises when that was changed in place after it was saved."""
    _, x, y = graph(device)
    result = row.forward(x, y)

    {"operand": y, "input": x, "result": result}[row.kept].mul_(2)

    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        result.sum().backward()


@pytest.mark.parametrize("row", SAVED, ids=lambda row: row.name)
@documents("notes/autograd", "torch.autograd.backward", guide=GUIDE)
def test_backward_refuses_a_value_changed_through_a_view(row, device):
    """Backward through {row} raises when a detached view of that was changed in place."""
    _, x, y = graph(device)
    result = row.forward(x, y)

    {"operand": y, "input": x, "result": result}[row.kept].detach()[0].zero_()

    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        result.sum().backward()


@pytest.mark.parametrize("row", UNSAVED, ids=lambda row: row.name)
@documents("notes/autograd", "torch.autograd.backward", guide=GUIDE)
def test_backward_allows_what_was_not_saved(row, device):
    """Backward through {row} is the same whether or not its input and its operand were changed in place afterwards."""
    leaf, x, y = graph(device)
    row.forward(x, y).sum().backward()
    undisturbed = leaf.grad.clone()
    leaf, x, y = graph(device)
    result = row.forward(x, y)

    x.mul_(2)
    y.mul_(2)
    result.sum().backward()

    close(leaf.grad, undisturbed.cpu().numpy(), device=device)


@documents("notes/autograd", guide=GUIDE)
def test_an_operand_changed_before_it_is_saved_is_legal(device):
    """A value changed in place before an operation saves it takes part with its new value."""
    values = numbers(3, (5,), "float64")
    leaf = tensor(values, device).requires_grad_()
    x = leaf * 1
    x.mul_(2)

    (x * x).sum().backward()

    close(leaf.grad, 8 * values, device=device)


@documents("notes/autograd", guide=GUIDE)
def test_history_is_rewritten(device):
    """An in-place operation on a tensor that is no leaf is part of the graph, and so is one on a view of it."""
    leaf = tensor(numbers(3, (4,), "float64"), device).requires_grad_()
    x = leaf * 2

    x.mul_(3)
    x[1:3].mul_(5)
    x[3].zero_()
    x.sum().backward()

    close(leaf.grad, np.array([6.0, 30.0, 30.0, 0.0]), device=device)


@documents("notes/autograd", "torch.Tensor.copy_", guide=GUIDE)
def test_copy_passes_gradients_to_its_source(device):
    """x.copy_(y) takes part in the graph: y gets x's gradient, and what x was before gets none."""
    leaf, source = (tensor(numbers(seed, (3, 2), "float64"), device).requires_grad_() for seed in (1, 2))
    x, weight = leaf * 1, numbers(5, (3, 2), "float64")

    x.copy_(source)
    (x * tensor(weight, device)).sum().backward()

    close(source.grad, weight, device=device)
    close(leaf.grad, np.zeros((3, 2)), device=device)


@documents("torch.Tensor.requires_grad_", "torch.Tensor.detach_")
def test_flags_change_in_place(device):
    """x.requires_grad_() and x.detach_() change the tensor itself and return it."""
    x = tensor(numbers(1, (3,), "float64"), device)
    y = x.clone().requires_grad_() * 2

    assert x.requires_grad_() is x
    assert x.requires_grad
    assert y.detach_() is y
    assert not y.requires_grad
    assert y.is_leaf


@documents("torch.autograd.graph.increment_version", since="2.1", guide="In place operations")
def test_a_change_that_torch_cannot_see_can_be_told(device):
    """increment_version of a tensor that was saved for backward makes backward raise RuntimeError."""
    x, factor = tensor(np.ones(3), device).requires_grad_(), tensor(np.ones(3), device)
    before = factor._version
    y = (x * factor).sum()
    torch.autograd.graph.increment_version(factor)

    assert factor._version > before
    with pytest.raises(RuntimeError):
        y.backward()
