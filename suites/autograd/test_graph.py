"""The graph: which tensors have a node, what the nodes are called and how they are linked, and what is a leaf."""

from typing import Callable, NamedTuple

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from suites.kit import array, close, documents, draw, dtypes, tensor

GUIDE = ("A Gentle Introduction to torch.autograd", "Recap of Key Components so far")


def leaf(device, *shape, seed=0):
    return tensor(draw.normal(seed, *(shape or (3,))), device).requires_grad_()


class Made(NamedTuple):
    """A way to make a tensor, from a device; whether it requires grad and whether it is a leaf."""

    how: str
    make: Callable[[str], torch.Tensor]
    requires_grad: bool
    is_leaf: bool

    def __str__(self) -> str:
        return self.how


MADE = (
    Made("a new tensor", lambda device: tensor(np.ones(3), device), False, True),
    Made("a tensor that was told to require grad", lambda device: leaf(device), True, True),
    Made("a parameter", lambda device: torch.nn.Parameter(tensor(np.ones(3), device)), True, True),
    Made("a frozen parameter", lambda device: torch.nn.Parameter(tensor(np.ones(3), device), False), False, True),
    Made("a result from a leaf", lambda device: leaf(device) + 2, True, False),
    Made("a view of a leaf", lambda device: leaf(device)[1:], True, False),
    Made("a clone of a leaf", lambda device: leaf(device).clone(), True, False),
    Made("a result from a constant", lambda device: tensor(np.ones(3), device) * 2, False, True),
    Made("a detached result", lambda device: (leaf(device) * 2).detach(), False, True),
    Made("a result that changed in place", lambda device: tensor(np.ones(3), device).mul_(leaf(device)), True, False),
    Made("a comparison", lambda device: leaf(device) > 0, False, True),
    Made("an index of the largest", lambda device: leaf(device).argmax(), False, True),
    Made("a constant like a leaf", lambda device: torch.zeros_like(leaf(device)), False, True),
    Made("a cast to integers", lambda device: leaf(device).to(torch.int64), False, True),
)  # fmt: skip


@documents("torch.Tensor.requires_grad", "torch.Tensor.is_leaf", "torch.Tensor.grad_fn", guide=GUIDE)
@pytest.mark.parametrize("row", MADE, ids=str)
def test_leaves_have_no_node(row, device):
    """The flags requires_grad and is_leaf of {row} are as documented, and it has a grad_fn exactly if it is no leaf."""
    made = row.make(device)

    assert (made.requires_grad, made.is_leaf) == (row.requires_grad, row.is_leaf)
    assert (made.grad_fn is None) is row.is_leaf
    assert made.is_leaf is False or made.grad is None


class Joined(NamedTuple):
    """An operator of two tensors, either of which may require grad, and the place of the second one."""

    name: str
    function: Callable[..., torch.Tensor]
    place: str = ""

    def __str__(self) -> str:
        return f"{self.name} ({self.place})" if self.place else self.name


JOINED = (
    Joined("torch.add", torch.add),
    Joined("torch.sub", torch.sub),
    Joined("torch.mul", torch.mul),
    Joined("torch.div", torch.div),
    Joined("torch.pow", lambda x, y: torch.pow(x.abs() + 1, y)),
    Joined("torch.atan2", torch.atan2),
    Joined("torch.maximum", torch.maximum),
    Joined("torch.matmul", torch.matmul),
    Joined("torch.mm", torch.mm),
    Joined("torch.bmm", lambda x, y: torch.bmm(x[None], y[None])),
    Joined("torch.einsum", lambda x, y: torch.einsum("ij,jk", x, y)),
    Joined("torch.cat", lambda x, y: torch.cat([x, y])),
    Joined("torch.stack", lambda x, y: torch.stack([x, y])),
    Joined("torch.where", lambda x, y: torch.where(x.detach() > 0, x, y)),
    Joined("torch.lerp", lambda x, y: torch.lerp(x, y, 0.5)),
    Joined("torch.addmm", lambda x, y: torch.addmm(x, y, y)),
    Joined("torch.addcmul", lambda x, y: torch.addcmul(x, x.detach(), y)),
    Joined("torch.lerp", lambda x, y: torch.lerp(x, x.detach(), y), "weight"),
    Joined("torch.baddbmm", lambda x, y: torch.baddbmm(x[None], x.detach()[None], y[None])),
    Joined("torch.where", lambda x, y: torch.where(y.detach() > 9, y, x), "taken nowhere"),
    Joined("torch.Tensor.index_add", lambda x, y: x.index_add(0, torch.tensor([0, 1, 2], device=x.device), y)),
    Joined("torch.Tensor.masked_fill", lambda x, y: x.masked_fill(x.detach() > 0, y[0, 0])),
    Joined("torch.outer", lambda x, y: torch.outer(x[0], y[0])),
    Joined("torch.nn.functional.linear", F.linear),
    Joined("torch.nn.functional.mse_loss", F.mse_loss),
    Joined("torch.Tensor.copy_", lambda x, y: (x * 1).copy_(y) + x),
)


@documents("torch.Tensor.requires_grad", "notes/autograd", guide=GUIDE)
@pytest.mark.parametrize(
    "row", [pytest.param(r, marks=documents(r.name), id=f"{i}-{r.name}") for i, r in enumerate(JOINED)]
)
@pytest.mark.parametrize("first", [True, False], ids=["first", "not-first"])
@pytest.mark.parametrize("second", [True, False], ids=["second", "not-second"])
def test_results_require_grad_where_an_input_does(row, first, second, device):
    """The result of {row} requires grad and has a node exactly if at least one of its inputs requires grad."""
    x, y = (tensor(draw.normal(seed, 3, 3), device) for seed in (0, 1))
    result = row.function(x.requires_grad_(first), y.requires_grad_(second))

    assert result.requires_grad is (first or second)
    assert (result.grad_fn is not None) is (first or second)


class Named(NamedTuple):
    """A result and the name that the documentation prints for its node."""

    name: str
    function: Callable[[torch.Tensor], torch.Tensor]
    node: str

    def __str__(self) -> str:
        return self.node


NAMED = (
    Named("torch.clone", lambda x: x.clone(), "CloneBackward0"),
    Named("torch.nn.functional.linear", lambda x: F.linear(x, x, x[0]), "AddmmBackward0"),
    Named("torch.nn.functional.mse_loss", lambda x: F.mse_loss(x, x.detach()), "MseLossBackward0"),
    Named("torch.add", lambda x: x + 2, "AddBackward0"),
    Named("torch.mul", lambda x: x * x * 3, "MulBackward0"),
    Named("torch.mean", lambda x: x.mean(), "MeanBackward0"),
    Named("torch.sum", lambda x: (x * x).sum(), "SumBackward0"),
)


@documents("torch.Tensor.grad_fn", guide=(*GUIDE, "Defining Your Network", "Loss Function"))
@pytest.mark.parametrize("row", [pytest.param(r, marks=documents(r.name), id=r.node) for r in NAMED])
def test_nodes_are_named_as_printed(row, device):
    """The node of the result is the {row} that the documentation prints, in its name and in the tensor's repr."""
    result = row.function(leaf(device, 3, 3))

    assert result.grad_fn.name() == row.node
    assert f"grad_fn=<{row.node}>" in repr(result)


@documents("torch.autograd.graph.Node.next_functions", since="2.1", guide=(*GUIDE, "Loss Function"))
def test_next_functions_lead_from_the_output_to_the_leaves(device):
    """From Q = 3a³ − b² the walk through next_functions goes by its operations, in reverse, to a and b themselves."""
    a, b = leaf(device), leaf(device, seed=1)
    minus = (3 * a**3 - b**2).grad_fn

    (times, _), (square, _) = minus.next_functions
    (cube, _) = times.next_functions[0]
    (at_a, _), (at_b, _) = cube.next_functions[0], square.next_functions[0]

    assert at_a.variable is a and at_b.variable is b
    assert at_a.next_functions == () and at_b.next_functions == ()


@documents("torch.Tensor.grad_fn", "notes/autograd", guide=GUIDE)
def test_constants_are_no_part_of_the_graph(device):
    """Where an operand does not require grad, next_functions has None in its place."""
    result = leaf(device) * tensor(np.ones(3), device)

    (node, _), (nothing, _) = result.grad_fn.next_functions
    assert node is not None and nothing is None


@documents("torch.Tensor.grad_fn", "torch.split", guide=GUIDE)
def test_outputs_of_one_operation_share_its_node(device):
    """The pieces of one split have one node and are told apart by the number beside it in next_functions."""
    pieces = torch.unbind(leaf(device, 3, 2))
    edges = [(piece * 2).grad_fn.next_functions[0] for piece in pieces]

    assert edges[0][0] == edges[1][0] == edges[2][0]
    assert [number for _, number in edges] == [0, 1, 2]


@documents("torch.autograd.graph.Node.metadata", since="2.1", guide=GUIDE)
def test_nodes_carry_metadata(device):
    """A node has a dictionary of its own, empty at first, that keeps what is put there."""
    x = leaf(device)
    first, second = (x * 2).grad_fn, (x * 3).grad_fn
    first.metadata["origin"] = 17

    assert first.metadata == {"origin": 17}
    assert second.metadata == {}


@documents("notes/autograd", "torch.Tensor.grad_fn", guide="What is autograd?")
def test_nodes_save_inputs_and_results(device):
    """pow saves its input and gives back that very tensor; exp saves its result, and gives back an equal one."""
    x = leaf(device)
    square, power = x.pow(2), x.exp()

    assert square.grad_fn._saved_self is x
    close(power.grad_fn._saved_result, array(power), device=device)
    assert power.grad_fn._saved_result is not power


RESULTS = {
    "a result": lambda x: x * 3, "a view": lambda x: (x * 3).view(3, 1), "a view of a leaf": lambda x: x[:],
    "a slice": lambda x: (x * 3)[1:], "an element": lambda x: (x * 3)[0], "one of many": lambda x: (x * 3).unbind()[1],
    "changed in place": lambda x: (x * 3).mul_(2), "a changed view": lambda x: (x * 3)[:2].mul_(2),
}  # fmt: skip


@documents("torch.Tensor.retain_grad", "torch.Tensor.retains_grad", "torch.Tensor.grad", guide=GUIDE)
@pytest.mark.parametrize("row", RESULTS)
def test_retain_grad_keeps_the_gradient_of_a_result(row, device):
    """After retain_grad() of {row} backward fills its .grad, and that of the leaves all the same."""
    x = leaf(device)
    y = RESULTS[row](x)
    before = y.retains_grad
    y.retain_grad()
    y.retain_grad()
    (y**2).sum().backward()

    assert (before, y.retains_grad) == (False, True)
    close(y.grad, 2 * array(y), device=device)
    assert x.grad.shape == x.shape and x.grad.any()


@documents("torch.Tensor.retain_grad", "torch.Tensor.retains_grad", guide=GUIDE)
def test_retain_grad_of_a_leaf_does_nothing(device):
    """retain_grad() of a leaf is accepted and changes nothing: retains_grad stays False."""
    x = leaf(device)
    x.retain_grad()
    (x * 2).sum().backward()

    assert x.retains_grad is False
    close(x.grad, np.full(3, 2.0), device=device)


@documents("torch.Tensor.grad", "torch.Tensor.is_leaf", guide=GUIDE)
def test_results_keep_no_gradient_unless_told(device):
    """backward leaves .grad of a tensor that is no leaf None, and reading it warns."""
    y = leaf(device) * 3
    (y**2).sum().backward()

    with pytest.warns(UserWarning, match="leaf"):
        assert y.grad is None


@documents("torch.Tensor.requires_grad_", guide=GUIDE)
@pytest.mark.parametrize("flag", [True, False], ids=["on", "off"])
def test_requires_grad_in_place_returns_the_tensor(flag, device):
    """requires_grad_ sets the flag of the tensor itself and returns it."""
    x = tensor(np.ones(3), device)

    assert x.requires_grad_(flag) is x
    assert x.requires_grad is flag


@documents("torch.Tensor.requires_grad_", "torch.Tensor.requires_grad", guide=GUIDE)
@pytest.mark.parametrize("kind", [*dtypes.INTEGRAL, torch.bool], ids=dtypes.name)
def test_integers_cannot_require_grad(kind, device):
    """Only floating and complex tensors can require grad: for others it raises RuntimeError, and the flag stays off."""
    x = tensor(np.ones(3, dtypes.in_numpy(kind)), device)

    with pytest.raises(RuntimeError):
        x.requires_grad_()
    with pytest.raises(RuntimeError):
        x.requires_grad = True
    assert not x.requires_grad


@documents("torch.Tensor.requires_grad_", "torch.Tensor.requires_grad", guide=GUIDE)
@pytest.mark.parametrize("kind", [*dtypes.FLOATING, *dtypes.COMPLEX], ids=dtypes.name)
def test_floating_and_complex_tensors_can_require_grad(kind, device):
    """Tensors of every floating and complex dtype can require grad and get a gradient of that dtype."""
    x = tensor(draw.normal(0, 3, dtype=kind), device, kind).requires_grad_()
    (x * 2).backward(tensor(np.ones(3, dtypes.in_numpy(kind)), device, kind))

    close(x.grad, np.full(3, 2, dtypes.in_numpy(kind)), dtype=kind, device=device)


@documents("torch.Tensor.requires_grad", "torch.Tensor.requires_grad_", "notes/autograd", guide=GUIDE)
def test_results_cannot_stop_requiring_grad(device):
    """requires_grad of a tensor that is no leaf cannot be switched off: it raises RuntimeError, and the flag stays."""
    y = leaf(device) * 2

    with pytest.raises(RuntimeError):
        y.requires_grad = False
    with pytest.raises(RuntimeError):
        y.requires_grad_(False)
    assert y.requires_grad and y.requires_grad_() is y


@documents("torch.Tensor.requires_grad_", "notes/autograd", guide="Fine-tuning Pretrained Models")
def test_freezing_counts_from_then_on(device):
    """A leaf that is frozen gets no gradient from what is computed afterwards, and keeps the one it has."""
    x, y = leaf(device), leaf(device, seed=1)
    (x * y).sum().backward()
    x.requires_grad_(False)
    (x * y).sum().backward()

    close(x.grad, draw.normal(1, 3), device=device)
    close(y.grad, 2 * draw.normal(0, 3), device=device)


class InPlace(NamedTuple):
    """A method that writes to its tensor."""

    name: str
    write: Callable[[torch.Tensor], object]

    def __str__(self) -> str:
        return self.name.rsplit(".", 1)[-1]


IN_PLACE = (
    InPlace("torch.Tensor.add_", lambda x: x.add_(1)),
    InPlace("torch.Tensor.sub_", lambda x: x.sub_(1)),
    InPlace("torch.Tensor.mul_", lambda x: x.mul_(2)),
    InPlace("torch.Tensor.div_", lambda x: x.div_(2)),
    InPlace("torch.Tensor.fill_", lambda x: x.fill_(1)),
    InPlace("torch.Tensor.zero_", lambda x: x.zero_()),
    InPlace("torch.Tensor.copy_", lambda x: x.copy_(x.detach() + 1)),
    InPlace("torch.Tensor.exp_", lambda x: x.exp_()),
    InPlace("torch.Tensor.relu_", lambda x: x.relu_()),
    InPlace("torch.Tensor.clamp_", lambda x: x.clamp_(0, 1)),
    InPlace("torch.Tensor.addcmul_", lambda x: x.addcmul_(x.detach(), x.detach())),
    InPlace("torch.Tensor.masked_fill_", lambda x: x.masked_fill_(x > 0, 1.0)),
    InPlace("torch.Tensor.normal_", lambda x: x.normal_()),
    InPlace("torch.Tensor.__setitem__", lambda x: x.__setitem__(0, 1.0)),
)  # fmt: skip


@documents("notes/autograd", guide="In place operations")
@pytest.mark.parametrize("row", [pytest.param(r, marks=documents(r.name), id=str(r)) for r in IN_PLACE])
def test_leaves_that_require_grad_are_not_changed_in_place(row, device):
    """{row} on a leaf that requires grad, or on a view of it, raises RuntimeError and writes nothing."""
    x = leaf(device, 3, 2)

    with pytest.raises(RuntimeError):
        row.write(x)
    with pytest.raises(RuntimeError):
        row.write(x[1:])
    close(x, draw.normal(0, 3, 2), device=device)


@documents("notes/autograd", guide="In place operations")
def test_changing_a_saved_value_in_place_is_found_out(device):
    """A value that was saved for backward and changed in place makes backward raise RuntimeError."""
    x = leaf(device)
    y = x * 1
    z = y * y
    y.add_(1)

    with pytest.raises(RuntimeError):
        z.sum().backward()


@documents("notes/autograd", guide="In place operations")
def test_operations_in_place_are_differentiated(device):
    """Changes in place, of a tensor or through a view of it, count in its gradient as the functional forms do."""
    x, y = leaf(device, 3, 2), leaf(device, 2, seed=1)
    z = x * 1
    z.mul_(3).sub_(x)
    z[1] = y
    z[2].mul_(5)
    z.sum().backward()

    close(x.grad, np.array([[2.0, 2.0], [0.0, 0.0], [10.0, 10.0]]), device=device)
    close(y.grad, np.ones(2), device=device)


@documents("torch.autograd.graph.allow_mutation_on_saved_tensors", since="2.1", guide="In place operations")
def test_mutation_on_saved_tensors_can_be_allowed(device):
    """Under allow_mutation_on_saved_tensors backward uses the value that was saved, although it changed in place."""
    x = leaf(device)
    with torch.autograd.graph.allow_mutation_on_saved_tensors():
        y = x * 1
        z = y * y
        y.zero_()
        z.sum().backward()

    close(x.grad, 2 * draw.normal(0, 3), device=device)


@documents("torch.Tensor.backward", guide="What is autograd?")
def test_a_graph_of_many_nodes_is_differentiated(device):
    """A chain of ten thousand operations is differentiated like a short one."""
    x = leaf(device)
    y = x
    for _ in range(10_000):
        y = y + x
    y.sum().backward()

    close(x.grad, np.full(3, 10_001.0), device=device)
