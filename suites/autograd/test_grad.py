"""torch.autograd.grad: gradients returned and not accumulated, of any order; and the check of gradients."""

from typing import Callable, NamedTuple

import numpy as np
import pytest
import torch
from hypothesis import given

from suites.autograd.record import leaves
from suites.kit import array, bound, close, documents, draw, tensor, unchanged

GUIDE = "Differentiation in Autograd"


def pair(device, shape=(3,)):
    arrays = draw.normal(0, *shape), draw.normal(1, *shape)
    return *leaves(arrays, device), *arrays


@documents("torch.autograd.grad", guide=GUIDE)
@given(sample=draw.samples(shape=draw.shapes(low=1), hard=("zero",)), seed=draw.seeds())
def test_returns_a_gradient_for_each_input_in_order(sample, seed, device, dtype):
    """grad returns a tuple with the gradient of each input, in the order of inputs, each of its input's shape."""
    x, y = sample(dtype), draw.normal(seed, *sample.shape, dtype=dtype)
    a, b = leaves((x, y), device)
    v = draw.normal(seed + 1, *sample.shape, dtype=dtype)

    found = torch.autograd.grad(a * a * b, (b, a), tensor(v, device))

    wide = [array.astype(np.float64) for array in (x, y, v)]
    by_b, by_a = wide[2] * wide[0] ** 2, 2 * wide[2] * wide[0] * wide[1]
    assert isinstance(found, tuple) and len(found) == 2
    close(found[0], by_b, bound.Bound(4, np.abs(by_b), signed_zeros=False), dtype=dtype, device=device)
    close(found[1], by_a, bound.Bound(6, np.abs(by_a), signed_zeros=False), dtype=dtype, device=device)


@documents("torch.autograd.grad", "torch.Tensor.grad", guide=GUIDE)
def test_does_not_touch_grad(device):
    """grad leaves .grad as it was, None or a tensor, for the inputs and for the other leaves."""
    a, b, x, _ = pair(device)
    b.grad = tensor(x, device)
    kept = b.grad
    with unchanged(kept):
        torch.autograd.grad((a * b).sum(), (a, b))
        torch.autograd.grad((a * b).sum(), a)

    assert a.grad is None and b.grad is kept


@documents("torch.autograd.grad", guide=GUIDE)
def test_differentiates_by_results_too(device):
    """An input may be a result within the graph: its gradient is that of what comes after it."""
    a, _, x, _ = pair(device)
    middle = a * 3
    loss = (middle**2).sum()

    by_middle, by_leaf = torch.autograd.grad(loss, (middle, a))
    close(by_middle, 2 * (3 * x), device=device)
    close(by_leaf, 3 * (2 * (3 * x)), device=device)


@documents("torch.autograd.graph.get_gradient_edge", since="2.6", guide=GUIDE)
def test_an_edge_stands_for_its_tensor(device):
    """torch.autograd.grad gives for the gradient edge of a tensor, also of one of several results, its gradient."""
    x = pair(device)[0]
    parts = [x, *(x * 2).unbind()]
    loss = parts[1] * 3 + parts[2] * 5 + parts[3] * 7 + x.sum()
    edges = [torch.autograd.graph.get_gradient_edge(part) for part in parts]

    found = torch.autograd.grad(loss, edges)
    assert [edge.output_nr for edge in edges[1:]] == [0, 1, 2]
    assert all(edge.node is part.grad_fn for edge, part in zip(edges[1:], parts[1:]))
    close(found[0], np.array([7.0, 11.0, 15.0]), device=device)
    for gradient, expected in zip(found[1:], (3.0, 5.0, 7.0)):
        close(gradient, np.array(expected), device=device)


@documents("torch.autograd.grad", guide=GUIDE)
def test_adds_the_gradients_of_several_outputs(device):
    """With several outputs grad returns the sum of their vector-Jacobian products."""
    a, b, _, y = pair(device)
    v, w = draw.normal(2, 3), draw.normal(3, 3)

    found = torch.autograd.grad((a * b, a * 2), (a,), (tensor(v, device), tensor(w, device)))[0]
    close(found, v * y + w * 2, bound.rounded(np.abs(v * y) + np.abs(2 * w), 3), device=device)


@documents("torch.autograd.grad", guide=GUIDE)
def test_of_a_vector_without_grad_outputs_raises(device):
    """Without grad_outputs an output of more than one element raises RuntimeError."""
    a, b, _, _ = pair(device)

    with pytest.raises(RuntimeError):
        torch.autograd.grad(a * b, a)


@documents("torch.autograd.grad", guide=GUIDE)
def test_an_unused_input_is_an_error(device):
    """An input that the outputs do not depend on raises RuntimeError, unless allow_unused."""
    a, b, _, _ = pair(device)

    with pytest.raises(RuntimeError):
        torch.autograd.grad((a * 2).sum(), (a, b))
    with pytest.raises(RuntimeError):
        torch.autograd.grad((a * 2).sum(), b, allow_unused=False)


@documents("torch.autograd.grad", guide=GUIDE)
def test_an_unused_input_may_be_allowed(device):
    """With allow_unused=True the gradient of an input that is not used is None, beside those of the others."""
    a, b, x, _ = pair(device)

    found = torch.autograd.grad((a * 2).sum(), (b, a), allow_unused=True)
    assert found[0] is None
    close(found[1], np.full_like(x, 2), device=device)


@documents("torch.autograd.grad", since="2.1", guide=GUIDE)
@pytest.mark.dtypes(torch.float64, torch.float32, torch.complex64)
def test_materialized_gradients_of_unused_inputs_are_zeros(device, dtype):
    """With materialize_grads=True the gradient of an unused input is zeros of its shape and dtype, not None."""
    a = tensor(draw.normal(0, 3), device).requires_grad_()
    b = tensor(draw.normal(1, 2, 3, dtype=dtype), device).requires_grad_()

    by_b, by_a = torch.autograd.grad((a * 2).sum(), (b, a), materialize_grads=True)
    close(by_b, np.zeros((2, 3), draw.normal(1, dtype=dtype).dtype), device=device)
    close(by_a, np.full(3, 2.0), device=device)


@documents("torch.autograd.grad", since="2.1", guide=GUIDE)
def test_materializing_excludes_forbidding(device):
    """materialize_grads=True together with allow_unused=False raises ValueError."""
    a, b, _, _ = pair(device)

    with pytest.raises(ValueError):
        torch.autograd.grad((a * 2).sum(), b, allow_unused=False, materialize_grads=True)


@documents("torch.autograd.grad", guide=GUIDE)
def test_frees_the_graph(device):
    """A second grad through one graph raises RuntimeError, unless the first one retained it."""
    a, b, _, y = pair(device)
    loss = (a * b).sum()

    torch.autograd.grad(loss, a, retain_graph=True)
    close(torch.autograd.grad(loss, a)[0], y, device=device)
    with pytest.raises(RuntimeError):
        torch.autograd.grad(loss, a)


@documents("torch.autograd.grad", guide=GUIDE)
def test_create_graph_gives_a_gradient_with_a_graph(device):
    """Gradients made with create_graph=True can be differentiated; others do not require grad."""
    a, _, x, _ = pair(device)

    plain = torch.autograd.grad((a**3).sum(), a)[0]
    first = torch.autograd.grad((a**3).sum(), a, create_graph=True)[0]
    second = torch.autograd.grad(first.sum(), a, create_graph=True)[0]
    third = torch.autograd.grad(second.sum(), a)[0]

    assert (plain.requires_grad, first.requires_grad, second.requires_grad) == (False, True, True)
    close(first, 3 * x**2, bound.rounded(3 * x**2, 5), device=device)
    close(second, 6 * x, bound.rounded(6 * x, 6), device=device)
    close(third, np.full(3, 6.0), bound.rounded(np.full(3, 6.0), 6), device=device)


@documents("torch.autograd.grad", guide=GUIDE)
def test_differentiates_a_penalty_on_the_gradient(device):
    """The square of a gradient can be part of a loss: backward through it reaches the leaves."""
    a, b, x, y = pair(device)
    slope = torch.autograd.grad((a**2 * b).sum(), a, create_graph=True)[0]
    (slope**2).sum().backward()

    close(a.grad, 8 * x * y**2, bound.rounded(8 * x * y**2, 8), device=device)
    close(b.grad, 8 * x**2 * y, bound.rounded(8 * x**2 * y, 8), device=device)


@documents("torch.autograd.grad", guide=GUIDE)
@given(seed=draw.seeds())
def test_mixed_second_derivatives_do_not_depend_on_the_order(seed, device):
    """∂²/∂a∂b equals ∂²/∂b∂a."""
    a, b = leaves((draw.normal(seed, 3), draw.normal(seed + 1, 3)), device)
    loss = (torch.sin(a * b) * b.exp()).sum()
    by_a, by_b = torch.autograd.grad(loss, (a, b), create_graph=True)

    one = torch.autograd.grad(by_a.sum(), b, retain_graph=True)[0]
    other = torch.autograd.grad(by_b.sum(), a)[0]
    size = (np.abs(array(a)) + 1) ** 2 * (np.abs(array(b)) + 1) ** 2
    scale = size * np.exp(array(b))
    close(one, array(other), bound.Bound(64, scale, signed_zeros=False), device=device)


class Wrong(NamedTuple):
    """A backward formula of y = x² that is not 2xg."""

    what: str
    backward: Callable[[torch.Tensor, torch.Tensor], torch.Tensor]

    def __str__(self) -> str:
        return self.what


WRONG = (
    Wrong("three times what it is", lambda x, g: 3 * x * g),
    Wrong("of the wrong sign", lambda x, g: -2 * x * g),
    Wrong("zero", lambda x, g: 0 * g),
    Wrong("wrong by a hundredth", lambda x, g: 2.02 * x * g),
    Wrong("reversed", lambda x, g: (2 * x * g).flip(0)),
    Wrong("zero in the last element", lambda x, g: 2 * x * g * torch.arange(len(x), 0, -1, device=x.device).gt(1)),
    Wrong("blind to the incoming gradient", lambda x, g: 2 * x),
)


def squared(backward, second=None):
    """A custom x² with the given backward formula."""

    class Slope(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x, g):
            ctx.save_for_backward(x, g)
            return backward(x, g)

        @staticmethod
        def backward(ctx, v):
            x, g = ctx.saved_tensors
            return second(g, v), 2 * x * v

    class Square(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x**2

        @staticmethod
        def backward(ctx, g):
            return backward(*ctx.saved_tensors, g) if second is None else Slope.apply(*ctx.saved_tensors, g)

    return Square.apply


def right(x, g):
    return 2 * x * g


@documents("torch.autograd.gradcheck", guide="What is autograd?")
@pytest.mark.parametrize("fast", [False, True], ids=["whole", "fast"])
def test_gradcheck_accepts_right_gradients(fast, device):
    """gradcheck is True where gradients are right, in the whole and in the fast mode."""
    a, _, _, _ = pair(device)

    assert torch.autograd.gradcheck(squared(right), (a,), fast_mode=fast) is True
    assert torch.autograd.gradcheck(lambda x: (torch.sin(x), x**3), (a,), fast_mode=fast) is True


@documents("torch.autograd.gradcheck", guide="What is autograd?")
@pytest.mark.parametrize("row", WRONG, ids=str)
def test_gradcheck_finds_wrong_gradients(row, device):
    """gradcheck raises RuntimeError where the gradient is {row}, and is False with raise_exception=False."""
    a, _, _, _ = pair(device)

    with pytest.raises(RuntimeError):
        torch.autograd.gradcheck(squared(row.backward), (a,))
    assert torch.autograd.gradcheck(squared(row.backward), (a,), raise_exception=False) is False


@documents("torch.autograd.gradgradcheck", guide="What is autograd?")
def test_gradgradcheck_accepts_right_second_derivatives(device):
    """gradgradcheck is True where the gradient of the gradient is right."""
    a, _, _, _ = pair(device)

    assert torch.autograd.gradgradcheck(squared(right, lambda g, v: 2 * g * v), (a,)) is True
    assert torch.autograd.gradgradcheck(lambda x: (x**3).sum(), (a,)) is True


@documents("torch.autograd.gradgradcheck", guide="What is autograd?")
def test_gradgradcheck_finds_wrong_second_derivatives(device):
    """gradgradcheck raises RuntimeError where only the second derivative is wrong; gradcheck does not see it."""
    a, _, _, _ = pair(device)
    wrong = squared(right, lambda g, v: 3 * g * v)

    assert torch.autograd.gradcheck(wrong, (a,)) is True
    with pytest.raises(RuntimeError):
        torch.autograd.gradgradcheck(wrong, (a,))
    assert torch.autograd.gradgradcheck(wrong, (a,), raise_exception=False) is False
