"""Accumulation: gradients add up, over calls of backward and over uses within a graph, into one .grad."""

import math
import threading
from typing import Callable, NamedTuple

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import example, given
from hypothesis import strategies as st

from suites.autograd.record import quietly
from suites.kit import bound, close, documents, draw, dtypes, share_memory, tensor, unchanged

GUIDE = ("Backprop", "Technical Notes")
BACKWARD = ("torch.Tensor.backward", "torch.autograd.backward", "torch.Tensor.grad")
VALUES, OTHERS, WEIGHTS = (draw.normal(seed, 3, 4) for seed in range(3))


def leaf(device, values=VALUES):
    return tensor(values, device).requires_grad_()


def small(values):
    """Integers from -4 to 4, also as the parts of complex numbers, whose sums are exact in every dtype."""
    parts = [np.rint(part).clip(-4, 4) for part in (values.real, values.imag)]
    return parts[0] + 1j * parts[1] if values.dtype.kind == "c" else parts[0]


@documents(*BACKWARD, guide=GUIDE)
@pytest.mark.dtypes(*dtypes.FLOATING, *dtypes.COMPLEX)
@given(sample=draw.samples(hard=("zero", "one")), times=st.sampled_from([1, 2, 3, 4, 5, 8, 16]))
@example(sample=draw.Sample(()), times=2)
@example(sample=draw.Sample((70_001,)), times=3)
def test_gradients_add_up_over_calls(sample, times, device, dtype):
    """After k calls of backward without a reset .grad is k times the gradient, added up call by call."""
    x = leaf(device, np.zeros(sample.shape)).detach().to(dtype).requires_grad_()
    v = draw.cast(small(sample(dtype)), dtype)
    for _ in range(times):
        (x * 2).backward(tensor(v, device, dtype))

    close(x.grad, v * v.dtype.type(2 * times), bound.Bound(0, 0, signed_zeros=False), dtype=dtype, device=device)


@documents(*BACKWARD, guide=GUIDE)
@given(seed=draw.seeds(), power=st.integers(0, 5))
def test_a_power_of_two_of_calls_multiplies_exactly(seed, power, device, dtype):
    """2ⁿ calls of backward leave exactly 2ⁿ times the gradient where the sums are exact."""
    values = draw.normal(seed, 3, 4)
    values = draw.cast(np.rint(values * 2**10) / 2**10, dtype)
    x = leaf(device, values)
    for _ in range(2**power):
        (x * x).sum().backward()

    close(x.grad, values * 2.0 ** (power + 1), dtype=dtype, device=device)


@documents(*BACKWARD, guide=GUIDE)
def test_gradients_of_different_losses_add_up(device):
    """Gradients of one loss after another, different each time, add up in .grad."""
    x = leaf(device)
    for weight in (WEIGHTS, OTHERS, -3 * WEIGHTS, VALUES):
        (x * tensor(weight, device)).sum().backward()

    terms = np.stack([WEIGHTS, OTHERS, -3 * WEIGHTS, VALUES])
    close(x.grad, terms.sum(0), bound.summed(terms, 0), device=device)


@documents(*BACKWARD, guide=GUIDE)
def test_accumulates_onto_an_assigned_gradient(device):
    """backward adds to the .grad that was assigned before."""
    x = leaf(device)
    x.grad = tensor(OTHERS, device)
    (x * 2).sum().backward()

    close(x.grad, OTHERS + 2, bound.rounded(np.abs(OTHERS) + 2), device=device)


@documents("notes/autograd", *BACKWARD, guide=GUIDE)
def test_accumulates_in_place(device):
    """Without create_graph an existing .grad is added to in place: it stays the same tensor, with its strides."""
    x = leaf(device)
    x.grad = tensor(np.asfortranarray(OTHERS), device)
    given_before, strides = x.grad, x.grad.stride()
    with quietly():
        (x * 2).sum().backward()
        (x * 3).sum().backward()

    assert x.grad is given_before and x.grad.stride() == strides == (1, 3)
    close(given_before, OTHERS + 2 + 3, bound.rounded(np.abs(OTHERS) + 5, 2), device=device)


@documents("notes/autograd", *BACKWARD, guide=GUIDE)
def test_create_graph_replaces_the_gradient(device):
    """With create_graph .grad is replaced by a new sum, and the tensor that was there keeps its values."""
    x = leaf(device)
    (x**2).sum().backward()
    before = x.grad
    with unchanged(before), quietly():
        (x**3).sum().backward(create_graph=True)

    assert x.grad is not before and x.grad.requires_grad
    expected = 2 * VALUES + 3 * VALUES**2
    close(x.grad, expected, bound.Bound(8, 2 * np.abs(VALUES) + 3 * VALUES**2), device=device)


@documents("notes/autograd", *BACKWARD, guide=GUIDE)
@pytest.mark.parametrize("axes", [(0, 1, 2), (2, 0, 1), (1, 2, 0), (2, 1, 0)], ids=str)
def test_a_dense_leaf_gets_a_gradient_of_its_strides(axes, device):
    """The first .grad of a leaf that fills its memory without overlap has the strides of the leaf."""
    x = tensor(draw.normal(0, 2, 3, 4), device).permute(axes).detach().requires_grad_()
    (x * 2).sum().backward()

    assert x.grad.stride() == x.stride()
    close(x.grad, np.full(tuple(x.shape), 2.0), device=device)


@documents("notes/autograd", *BACKWARD, guide=GUIDE)
@pytest.mark.parametrize("layout", ["stepped", "expanded"])
def test_another_leaf_gets_a_contiguous_gradient(layout, device):
    """The first .grad of a leaf with gaps or overlaps in its memory is contiguous, row by row."""
    values = draw.Sample((3, 4), layout=layout)()
    x = leaf(device, values)
    (x * tensor(WEIGHTS, device)).sum().backward()

    assert x.stride() != (4, 1)
    assert x.grad.stride() == (4, 1)
    close(x.grad, WEIGHTS, device=device)


@documents(*BACKWARD, guide=GUIDE)
@pytest.mark.parametrize("function", [lambda x: x.clone(), lambda x: x, lambda x: x + 0],
                         ids=["clone", "itself", "plus-nothing"])  # fmt: skip
def test_the_gradient_is_a_tensor_of_its_own(function, device):
    """.grad does not share memory with the gradient that backward was given, even where they are equal."""
    x, given_gradient = leaf(device), tensor(WEIGHTS, device)
    function(x).backward(given_gradient)

    assert not share_memory(x.grad, given_gradient)
    close(x.grad, WEIGHTS, device=device)


@documents(*BACKWARD, guide=GUIDE)
def test_one_gradient_serves_for_every_call(device):
    """backward can be called again with the same gradient, through a view too: each adds it, and it stays as it is."""
    x, given_gradient = leaf(device), tensor(WEIGHTS, device)
    for _ in range(3):
        x.view(3, 4).backward(given_gradient)

    close(given_gradient, WEIGHTS, device=device)
    close(x.grad, 3 * WEIGHTS, bound.rounded(3 * WEIGHTS, 2), device=device)


@documents(*BACKWARD, guide=GUIDE)
def test_leaves_of_one_sum_have_separate_gradients(device):
    """Two leaves that get the same gradient do not share the memory of their .grad."""
    x, y = leaf(device), leaf(device)
    (x + y).backward(tensor(WEIGHTS, device))

    assert not share_memory(x.grad, y.grad)
    close(y.grad, WEIGHTS, device=device)


class Uses(NamedTuple):
    """Several uses of one tensor in one graph, and the gradient of the sum."""

    what: str
    function: Callable[[torch.Tensor], torch.Tensor]
    gradient: Callable[[np.ndarray], np.ndarray]

    def __str__(self) -> str:
        return self.what


USES = (
    Uses("two", lambda x: x.exp() + x * 5, lambda x: np.exp(x) + 5),
    Uses("three", lambda x: x * 1 + x * 2 + x * 4, lambda x: np.full_like(x, 7)),
    Uses("three of different kinds", lambda x: x.sin() * x.exp() + x**2,
         lambda x: np.exp(x) * (np.sin(x) + np.cos(x)) + 2 * x),
    Uses("four", lambda x: x * 1 + x * 10 + x * 100 + x * 1000, lambda x: np.full_like(x, 1111)),
    Uses("both operands", lambda x: x * x, lambda x: 2 * x),
    Uses("three factors", lambda x: x * x * x, lambda x: 3 * x**2),
    Uses("a hundred", lambda x: sum(x * k for k in range(100)), lambda x: np.full_like(x, 4950)),
    Uses("twice in a list", lambda x: torch.cat([x, x, x * 2]).sum(0), lambda x: np.full_like(x, 4)),
    Uses("two of one result", lambda x: (lambda y: y * 3 + y * y)(x * 2), lambda x: 6 + 8 * x),
    Uses("a branch and a trunk", lambda x: (lambda y: y.exp() + x)(x * 2), lambda x: 2 * np.exp(2 * x) + 1),
    Uses("views that overlap", lambda x: x[:2].sum() + x[1:].sum() + x,
         lambda x: 13 + np.array([[0.0], [12], [0]]) + 0 * x),
)  # fmt: skip


@documents(*BACKWARD, guide=GUIDE)
@pytest.mark.parametrize("row", USES, ids=str)
@given(seed=draw.seeds())
def test_gradients_of_all_uses_add_up(row, seed, device, dtype):
    """Where one tensor has {row} uses in a graph its gradient is the sum over all of them."""
    values = draw.normal(seed, 3, 4, dtype=dtype)
    x = leaf(device, values)
    y = row.function(x)
    y.backward(tensor(np.ones(tuple(y.shape), values.dtype), device))

    expected = row.gradient(values.astype(np.float64))
    allowed = bound.Bound(64, (1 + np.abs(values)) ** 2 * np.exp(2 * np.abs(values)) + np.abs(expected))
    close(x.grad, expected, allowed._replace(signed_zeros=False), dtype=dtype, device=device)


class Spread(NamedTuple):
    """A function that uses elements more than once or not at all, and how often it uses each."""

    name: str
    function: Callable[[torch.Tensor], torch.Tensor]
    reference: Callable[[np.ndarray], np.ndarray]

    def __str__(self) -> str:
        return self.name


COUNTS = np.arange(12.0).reshape(3, 4)
SPREADS = (
    Spread("torch.Tensor.expand", lambda x: x[None].expand(5, 3, 4), lambda v: v.sum(0)),
    Spread("torch.Tensor.repeat", lambda x: x.repeat(2, 3), lambda v: v.reshape(2, 3, 3, 4).sum((0, 2))),
    Spread("torch.broadcast_tensors", lambda x: torch.broadcast_tensors(x, torch.zeros(2, 1, 1, device=x.device))[0],
           lambda v: v.sum(0)),
    Spread("torch.add", lambda x: x + torch.zeros(6, 3, 4, dtype=x.dtype, device=x.device), lambda v: v.sum(0)),
    Spread("torch.Tensor.__getitem__", lambda x: x[[2, 0, 2, 2]],
           lambda v: np.stack([v[1], 0 * v[1], v[0] + v[2] + v[3]])),
    Spread("torch.index_select", lambda x: x.index_select(1, torch.tensor([3, 3, 0], device=x.device)),
           lambda v: np.stack([v[:, 2], 0 * v[:, 0], 0 * v[:, 0], v[:, 0] + v[:, 1]], 1)),
    Spread("torch.gather", lambda x: x.gather(0, torch.tensor([[2, 2, 0, 1], [2, 0, 0, 1]], device=x.device)),
           lambda v: np.stack([[0, v[1, 1], v[0, 2] + v[1, 2], 0], [0, 0, 0, v[0, 3] + v[1, 3]],
                               [v[0, 0] + v[1, 0], v[0, 1], 0, 0]])),
    Spread("torch.take", lambda x: x.take(torch.tensor([11, 0, 11, 11], device=x.device)),
           lambda v: np.array([[v[1], 0, 0, 0], [0] * 4, [0, 0, 0, v[0] + v[2] + v[3]]])),
    Spread("torch.nn.functional.embedding", lambda x: F.embedding(torch.tensor([[1, 1], [0, 1]], device=x.device), x),
           lambda v: np.stack([v[1, 0], v[0, 0] + v[0, 1] + v[1, 1], 0 * v[0, 0]])),
    Spread("torch.repeat_interleave", lambda x: x.repeat_interleave(torch.tensor([2, 0, 3], device=x.device), 0),
           lambda v: np.stack([v[0] + v[1], 0 * v[0], v[2] + v[3] + v[4]])),
    Spread("torch.stack", lambda x: torch.stack([x, x, x], 1), lambda v: v.sum(1)),
    Spread("torch.einsum", lambda x: torch.einsum("ij,kl->ijkl", x, torch.ones(2, 2, dtype=x.dtype, device=x.device)),
           lambda v: v.sum((2, 3))),
    Spread("torch.narrow", lambda x: x.narrow(1, 1, 2), lambda v: np.pad(v, ((0, 0), (1, 1)))),
    Spread("torch.Tensor.unfold", lambda x: x.unfold(1, 3, 1),
           lambda v: sum(np.pad(v[:, i], ((0, 0), (i, 1 - i))) for i in range(2))),
    Spread("torch.transpose", lambda x: x.transpose(0, 1), lambda v: v.T),
    Spread("torch.diagonal", lambda x: x.diagonal(), lambda v: np.pad(np.diag(v), ((0, 0), (0, 1)))),
)  # fmt: skip


@documents(*BACKWARD, guide=GUIDE)
@pytest.mark.parametrize("row", [pytest.param(r, marks=documents(r.name), id=r.name) for r in SPREADS])
def test_elements_collect_the_gradients_of_their_copies(row, device):
    """Through {row} each element of the leaf gets the sum of the gradients of its copies, 0 where it has none."""
    x = leaf(device)
    y = row.function(x)
    v = draw.lattice(5, tuple(y.shape))
    y.backward(tensor(v, device))

    close(x.grad, row.reference(v), bound.Bound(0, 0, signed_zeros=False), device=device)


@documents(*BACKWARD, guide=GUIDE)
@pytest.mark.parametrize("rows", [1_500, 30_000])
def test_a_bias_collects_from_a_long_batch(rows, device, dtype):
    """The gradient of what is broadcast along a long dimension is an accurate sum along it."""
    v = np.abs(draw.normal(0, rows, 3, dtype=dtype))
    bias = leaf(device, draw.normal(1, 3, dtype=dtype))
    (tensor(np.zeros_like(v), device) + bias).backward(tensor(v, device))

    expected = np.array([math.fsum(column) for column in v.T.tolist()])
    close(bias.grad, expected, bound.summed(v, 0), dtype=dtype, device=device)


@documents(*BACKWARD, "torch.nn.Module", guide=GUIDE)
def test_a_shared_parameter_collects_from_every_layer(device):
    """A parameter that two layers share gets one .grad with the gradients of both uses."""
    first = torch.nn.Linear(3, 3, bias=False, dtype=torch.float64, device=device)
    second = torch.nn.Linear(3, 3, bias=False, dtype=torch.float64, device=device)
    second.weight = first.weight
    weight, x = draw.lattice(0, (3, 3)), draw.lattice(1, (2, 3))
    with torch.no_grad():
        first.weight.copy_(tensor(weight, device))
    second(first(tensor(x, device))).sum().backward()

    ones = np.ones((2, 3))
    expected = ones.T @ (x @ weight.T) + (ones @ weight).T @ x
    assert first.weight.grad is second.weight.grad
    close(first.weight.grad, expected, bound.Bound(0, 0, signed_zeros=False), device=device)


@documents(*BACKWARD, guide=GUIDE)
def test_what_is_not_used_has_no_gradient(device):
    """A leaf that the loss does not depend on keeps .grad None, also where another one has been reached twice."""
    x, unused = leaf(device), leaf(device)
    (x * 2).sum().backward()
    (x * 2).sum().backward()

    assert unused.grad is None


@documents(*BACKWARD, guide=GUIDE)
def test_parts_of_a_batch_add_up_to_the_whole(device):
    """Gradients accumulated over the parts of a batch are those of the sum over the whole batch."""
    batch, weight = draw.lattice(0, (8, 3)), draw.lattice(1, (3,))
    whole, parts = (tensor(weight, device).requires_grad_() for _ in range(2))
    ((tensor(batch, device) @ whole) ** 2).sum().backward()
    for start in range(0, 8, 2):
        ((tensor(batch[start : start + 2], device) @ parts) ** 2).sum().backward()

    expected = 2 * batch.T @ (batch @ weight)
    close(whole.grad, expected, bound.Bound(0, 0, signed_zeros=False), device=device)
    close(parts.grad, expected, bound.Bound(0, 0, signed_zeros=False), device=device)


@documents(*BACKWARD, "notes/autograd", guide=GUIDE)
def test_other_threads_accumulate_too(device):
    """backward in other threads, one after another, leaves the same gradients and adds to those of the first."""
    x = leaf(device)
    (x * tensor(WEIGHTS, device)).sum().backward()
    for _ in range(2):
        other = threading.Thread(target=lambda: (x * tensor(WEIGHTS, device)).sum().backward())
        other.start()
        other.join()

    close(x.grad, WEIGHTS * 3, bound.rounded(WEIGHTS * 3, 2), device=device)


@documents(*BACKWARD, "notes/autograd", guide=GUIDE)
def test_graphs_of_other_threads_can_be_differentiated_here(device):
    """A graph that another thread recorded is differentiated in this one like any other."""
    x, results = leaf(device), []
    other = threading.Thread(target=lambda: results.append((x**2).sum()))
    other.start()
    other.join()
    results[0].backward()

    close(x.grad, 2 * VALUES, device=device)


@documents("torch.Tensor.grad", guide=GUIDE)
def test_is_none_at_first_and_again_when_told(device):
    """.grad is None until a backward computes it, and setting it to None removes it."""
    x = leaf(device)
    before = x.grad
    (x * 2).sum().backward()
    x.grad = None

    assert before is None and x.grad is None
    (x * 5).sum().backward()
    close(x.grad, np.full((3, 4), 5.0), device=device)


@documents("torch.Tensor.grad", guide=GUIDE)
def test_an_assigned_gradient_is_kept_as_it_is(device):
    """A tensor assigned to .grad is the gradient from then on: the same memory, read back equal."""
    x, gradient = leaf(device), tensor(OTHERS, device)
    x.grad = gradient

    assert share_memory(x.grad, gradient)
    close(x.grad, OTHERS, device=device)


@documents("torch.Tensor.grad", guide=GUIDE)
@pytest.mark.parametrize("wrong", [np.ones(3), np.ones((4, 3)), np.ones((3, 4), np.float32)],
                         ids=["fewer-dimensions", "other-shape", "other-dtype"])  # fmt: skip
def test_a_gradient_of_another_shape_or_dtype_is_refused(wrong, device):
    """Assigning to .grad a tensor of another shape or dtype than its tensor raises RuntimeError and changes nothing."""
    x = leaf(device)

    with pytest.raises(RuntimeError):
        x.grad = tensor(wrong, device)
    assert x.grad is None


@documents("torch.Tensor.grad", guide=GUIDE)
@pytest.mark.parametrize("wrong", [3.0, [1.0], "gradient"], ids=["float", "list", "str"])
def test_only_tensors_are_gradients(wrong, device):
    """Assigning to .grad what is neither a tensor nor None raises TypeError."""
    x = leaf(device)

    with pytest.raises(TypeError):
        x.grad = wrong


@documents(*BACKWARD, guide=GUIDE)
@pytest.mark.dtypes(torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.complex64)
def test_the_gradient_has_dtype_shape_and_device_of_its_tensor(device, dtype):
    """.grad has the shape, the dtype and the device of its tensor, also where the loss has another dtype."""
    x = tensor(draw.normal(0, 2, 1, 3, dtype=dtype), device, dtype).requires_grad_()
    (x.to(torch.complex128) * 2).sum().abs().backward()

    assert (x.grad.shape, x.grad.dtype, x.grad.device) == (x.shape, dtype, x.device)
