"""backward: from an output to the .grad of the leaves, as the guide shows it."""

import numpy as np
import pytest
import torch
from hypothesis import given

from suites.autograd.record import leaves, quietly
from suites.kit import array, bound, close, documents, draw, tensor, unchanged

GUIDE = ("A Gentle Introduction to torch.autograd", "Differentiation in Autograd")
BACKWARD = ("torch.Tensor.backward", "torch.autograd.backward")


def error(a, b):
    """The guide's Q."""
    return 3 * a**3 - b**2


def pair(device, dtype="float64", seed=0, shape=(3, 2)):
    """Two leaves and their values."""
    values = tuple(draw.normal(seed + i, *shape, dtype=dtype) for i in range(2))
    return *leaves(values, device), *values


@documents(*BACKWARD, "torch.Tensor.grad", guide=GUIDE)
def test_leaves_the_gradients_of_the_guide(device):
    """For Q = 3a³ − b², a = [2, 3] and b = [6, 4], backward deposits exactly 9a² in a.grad and −2b in b.grad."""
    a = tensor(np.array([2, 3], np.float32), device).requires_grad_()
    b = tensor(np.array([6, 4], np.float32), device).requires_grad_()

    error(a, b).backward(gradient=tensor(np.ones(2, np.float32), device))

    close(a.grad, np.array([36, 81], np.float32), device=device)
    close(b.grad, np.array([-12, -8], np.float32), device=device)
    assert (9 * a**2 == a.grad).tolist() == [True, True]
    assert (-2 * b == b.grad).tolist() == [True, True]


@documents(*BACKWARD, guide=(*GUIDE, "Vector Calculus using autograd"))
@pytest.mark.dtypes(torch.float64, torch.float32, torch.float16, torch.bfloat16)
@given(a=draw.samples(shape=draw.shapes(least=1), fills=("normal", "ties"), hard=("zero", "one")), seed=draw.seeds())
def test_weighs_the_gradients_by_the_external_gradient(a, seed, device, dtype):
    """Q.backward(gradient=v) leaves 9a²v and −2bv: v is the gradient of some scalar with respect to Q."""
    arrays = (a(dtype), draw.normal(seed, *a.shape, dtype=dtype))
    v = draw.normal(seed + 1, *a.shape, dtype=dtype)
    x, y = leaves(arrays, device, dtype)

    error(x, y).backward(gradient=tensor(v, device, dtype))

    wide = [array.astype(np.float64) for array in (*arrays, v)]
    by_x, by_y = 9 * wide[0] ** 2 * wide[2], -2 * wide[1] * wide[2]
    close(x.grad, by_x, five_products(by_x, wide[2], dtype), dtype=dtype, device=device)
    close(y.grad, by_y, five_products(by_y, wide[2], dtype), dtype=dtype, device=device)


def five_products(value, v, dtype):
    """At most five products, each rounded; in float16 a² may be subnormal, off by 2⁻²⁵ before it is taken 9 v times."""
    subnormal = 2.0**-13 if dtype is torch.float16 else 0.0
    return bound.Bound(5, np.abs(value) + subnormal * np.abs(v), signed_zeros=False)


@documents(*BACKWARD, guide=GUIDE)
@given(sample=draw.samples(shape=draw.shapes(low=1), hard=()), seed=draw.seeds())
def test_of_the_sum_is_backward_with_ones(sample, seed, device, dtype):
    """Q.sum().backward() leaves the same gradients, bit for bit, as Q.backward(gradient=ones)."""
    arrays = (sample(dtype), draw.normal(seed, *sample.shape, dtype=dtype))
    summed, weighted = leaves(arrays, device), leaves(arrays, device)

    error(*summed).sum().backward()
    error(*weighted).backward(tensor(np.ones(sample.shape, arrays[0].dtype), device))

    for one, other in zip(summed, weighted):
        close(one.grad, array(other.grad), device=device)


@documents(*BACKWARD, guide=GUIDE)
@pytest.mark.parametrize("shape", [(), (1,), (1, 1)], ids=str)
def test_of_one_element_needs_no_gradient(shape, device):
    """An output of one element, whatever its dimensions, is its own scalar: backward() takes its gradient as 1."""
    a, b, x, y = pair(device, shape=shape)

    error(a, b).backward()

    close(a.grad, 9 * x**2, bound.rounded(9 * x**2, 5), device=device)
    close(b.grad, -2 * y, device=device)


@documents(*BACKWARD, guide=GUIDE)
@pytest.mark.parametrize("shape", [(2,), (1, 3), (2, 2)], ids=str)
def test_of_a_vector_without_gradient_raises(shape, device):
    """backward() of an output with more than one element raises RuntimeError and leaves no gradient."""
    a, b, _, _ = pair(device, shape=shape)

    with pytest.raises(RuntimeError):
        error(a, b).backward()
    assert a.grad is None and b.grad is None


@documents(*BACKWARD, guide=GUIDE)
@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (3, 2, 1), (1, 2), (3, 3)], ids=str)
def test_rejects_a_gradient_of_another_shape(shape, device):
    """A gradient that has not the shape of the output, even one that would broadcast to it, raises RuntimeError."""
    a, b, _, _ = pair(device, shape=(3, 2))

    with pytest.raises(RuntimeError):
        error(a, b).backward(tensor(np.ones(shape), device))
    assert a.grad is None and b.grad is None


@documents(*BACKWARD, guide=GUIDE)
def test_of_what_needs_no_gradient_raises(device):
    """backward of a tensor whose history holds nothing that requires grad raises RuntimeError."""
    with pytest.raises(RuntimeError):
        error(tensor(np.ones(2), device), tensor(np.ones(2), device)).sum().backward()


@documents(*BACKWARD, "torch.Tensor.requires_grad", guide="Technical Notes")
def test_reaches_every_leaf_that_requires_grad_and_no_other(device):
    """backward deposits gradients in all leaves that require grad, and leaves .grad of the others None."""
    a, b, x, y = pair(device)
    frozen = tensor(x, device)

    middle = a * frozen
    (middle + b.exp()).sum().backward()

    close(a.grad, x, device=device)
    close(b.grad, np.exp(y), bound.faithful(np.exp(y)), device=device)
    assert frozen.grad is None
    with quietly():
        assert middle.grad is None


@documents(*BACKWARD, guide=GUIDE)
def test_twice_through_one_graph_raises(device):
    """A second backward through a graph that saved tensors raises RuntimeError, and adds nothing to the gradients."""
    a, b, _, _ = pair(device)
    loss = error(a, b).sum()
    loss.backward()
    first = a.grad.clone()

    with pytest.raises(RuntimeError):
        loss.backward()
    close(a.grad, array(first), device=device)


@documents(*BACKWARD, guide=GUIDE)
def test_retain_graph_keeps_the_graph(device):
    """With retain_graph=True backward can be repeated, each time adding the same; without it the graph is freed."""
    a, b, _, y = pair(device)
    loss = error(a, b).sum()

    loss.backward(retain_graph=True)
    loss.backward(retain_graph=True)
    close(b.grad, -4 * y, device=device)
    loss.backward(retain_graph=False)
    close(b.grad, -6 * y, bound.rounded(6 * y), device=device)
    with pytest.raises(RuntimeError):
        loss.backward()


@documents(*BACKWARD, guide=GUIDE)
def test_two_losses_share_a_retained_graph(device):
    """Two losses from one tensor can both go backward where the first retains the graph, and their gradients add."""
    a, _, x, _ = pair(device)
    shared = a**2

    shared.sum().backward(retain_graph=True)
    (shared * 3).sum().backward()

    close(a.grad, 8 * x, device=device)


@documents(*BACKWARD, guide=GUIDE)
def test_create_graph_makes_the_gradient_differentiable(device):
    """With create_graph=True .grad has a graph of its own, and backward through it gives second derivatives."""
    a, _, x, _ = pair(device)
    with quietly():
        (a**3).sum().backward(create_graph=True)
    first, a.grad = a.grad, None

    assert first.requires_grad and first.grad_fn is not None
    close(first, 3 * x**2, bound.rounded(3 * x**2, 4), device=device)
    first.sum().backward()
    close(a.grad, 6 * x, bound.rounded(6 * x, 4), device=device)


@documents(*BACKWARD, guide=GUIDE)
def test_gradients_have_no_graph_by_default(device):
    """Without create_graph .grad does not require grad, also where the given gradient does."""
    a, b, _, _ = pair(device)
    weight = tensor(draw.normal(9, 3, 2), device).requires_grad_()

    error(a, b).backward(weight)

    assert not a.grad.requires_grad and a.grad.grad_fn is None
    assert weight.grad is None


@documents(*BACKWARD, guide=GUIDE)
def test_create_graph_retains_the_graph(device):
    """create_graph=True implies retain_graph unless that is given: the same backward can follow."""
    a, _, x, _ = pair(device)
    loss = (a**2).sum()
    with quietly():
        loss.backward(create_graph=True)
    a.grad = None

    loss.backward()
    close(a.grad, 2 * x, device=device)


@documents(*BACKWARD, guide=GUIDE)
@pytest.mark.parametrize("form", [lambda a: a, lambda a: [a], lambda a: (a,)], ids=["tensor", "list", "tuple"])
def test_inputs_are_the_only_tensors_that_accumulate(form, device):
    """With inputs=a or [a] only a.grad is accumulated into; other leaves keep what they had, None or a gradient."""
    a, b, x, y = pair(device)
    c = tensor(y, device).requires_grad_()
    c.grad = tensor(x, device)

    (a * b * c).sum().backward(inputs=form(a))

    close(a.grad, y * y, device=device)
    assert b.grad is None
    close(c.grad, x, device=device)


@documents(*BACKWARD, guide=GUIDE)
@pytest.mark.filterwarnings("ignore:The .grad attribute of a Tensor that is not a leaf:UserWarning")
def test_inputs_may_be_results(device):
    """With inputs=[y], of a result y, the gradient is added to y.grad in each call, and the leaves get none."""
    a, b, x, _ = pair(device)
    y = a * b
    for _ in range(2):
        (y * 3).sum().backward(inputs=[y], retain_graph=True)

    close(y.grad, np.full_like(x, 6.0), device=device)
    assert a.grad is None and b.grad is None


@documents(*BACKWARD, guide=GUIDE)
def test_an_input_that_is_not_reached_stays_without_gradient(device):
    """An entry of inputs that the output does not depend on keeps .grad None: no gradient was computed for it."""
    a, b, _, y = pair(device)

    (a * 2).sum().backward(inputs=[a, b])

    close(a.grad, np.full_like(y, 2), device=device)
    assert b.grad is None


@documents(*BACKWARD, guide=GUIDE)
def test_leaves_its_arguments_alone(device):
    """backward writes neither to the values of the leaves nor to the gradient that it is given."""
    a, b, _, _ = pair(device)
    gradient = tensor(draw.normal(5, 3, 2), device)

    with unchanged(gradient, a, b):
        error(a, b).backward(gradient)


@documents("torch.autograd.backward", guide=GUIDE)
def test_of_several_tensors_adds_their_gradients(device):
    """torch.autograd.backward(tensors, grad_tensors) leaves the sum of each tensor's vector-Jacobian product."""
    a, b, x, y = pair(device)
    v, w = draw.normal(7, 3, 2), draw.normal(8, 3, 2)

    torch.autograd.backward([a * b, a * 2.0], [tensor(v, device), tensor(w, device)])

    close(a.grad, v * y + 2 * w, bound.rounded(np.abs(v * y) + np.abs(2 * w), 3), device=device)
    close(b.grad, v * x, bound.rounded(v * x), device=device)


@documents("torch.autograd.backward", guide=GUIDE)
def test_takes_none_for_scalars_among_several_tensors(device):
    """In grad_tensors None stands for 1 where the tensor is a scalar, beside gradients for the others."""
    a, b, x, _ = pair(device)
    v = draw.normal(7, 3, 2)

    torch.autograd.backward([(a * 3).sum(), b * 2], [None, tensor(v, device)])

    close(a.grad, np.full_like(x, 3), device=device)
    close(b.grad, 2 * v, device=device)


@documents("torch.autograd.backward", guide=GUIDE)
def test_wants_as_many_gradients_as_tensors(device):
    """torch.autograd.backward raises RuntimeError where the numbers of tensors and of gradients differ."""
    a, b, x, _ = pair(device)

    with pytest.raises(RuntimeError):
        torch.autograd.backward([a * 2, b * 2], [tensor(x, device)])


@documents(*BACKWARD, "torch.Tensor.grad", guide=GUIDE)
@pytest.mark.dtypes(torch.complex128, torch.complex64)
@given(seed=draw.seeds(), shape=draw.shapes(low=1))
def test_of_a_complex_function_follows_the_conjugate_convention(seed, shape, device, dtype):
    """For complex z and w the gradient of z·w along v is v times the conjugate of the other factor."""
    z, w, v = (draw.normal(seed + i, *shape, dtype=dtype) for i in range(3))
    x, y = leaves((z, w), device)

    (x * y).backward(tensor(v, device))

    for leaf, factor in ((x, w), (y, z)):
        expected = v.astype(np.complex128) * np.conj(factor)
        scale = np.abs(v) * np.abs(factor)
        close(leaf.grad, expected, bound.Bound(4, scale, signed_zeros=False), dtype=dtype, device=device)
