"""torch.utils.checkpoint: a region that is computed again in backward gives the numbers of one that is not."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils.checkpoint import checkpoint, checkpoint_sequential

from suites.kit import array, close, documents, draw, tensor, unchanged

# Some releases of torch call what they have deprecated.
pytestmark = pytest.mark.filterwarnings("ignore:`torch.cpu.amp.autocast:FutureWarning")
CHECKPOINT = "torch.utils.checkpoint.checkpoint"
USES = pytest.mark.parametrize("use_reentrant", [True, False], ids=["reentrant", "fresh"])
A, B, COTANGENT = draw.normal(1, 4, 3), draw.normal(2, 4, 3), draw.normal(3, 4, 3)


def leaves(device):
    """Two tensors that require grad."""
    return tensor(A, device).requires_grad_(), tensor(B, device).requires_grad_()


def product(x, y, factor=1.0, *, power=2):
    """x² y · factor, of more than one tensor, with what is no tensor."""
    return x**power * y * factor


def gradients(output, *inputs):
    """The gradients by backward."""
    output.backward(tensor(COTANGENT, str(output.device)))
    return [array(leaf.grad) for leaf in inputs]


@documents(CHECKPOINT)
@USES
def test_takes_what_is_no_tensor(use_reentrant, device):
    """checkpoint passes numbers on beside tensors, and each tensor that requires grad gets its gradient."""
    x, y = leaves(device)
    u, v = leaves(device)

    found = gradients(checkpoint(product, x, y, 3.0, use_reentrant=use_reentrant), x, y)

    for mine, plain in zip(found, gradients(product(u, v, 3.0), u, v)):
        close(mine, plain)


@documents(CHECKPOINT)
def test_passes_keywords_on(device):
    """Without reentrance checkpoint passes keyword arguments on to the function."""
    x, y = leaves(device)
    u, v = leaves(device)

    found = gradients(checkpoint(product, x, y, use_reentrant=False, power=3), x, y)

    for mine, plain in zip(found, gradients(product(u, v, power=3), u, v)):
        close(mine, plain)


@documents(CHECKPOINT)
def test_refuses_keywords_with_reentrance(device):
    """With reentrance a keyword argument for the function raises ValueError."""
    with pytest.raises(ValueError):
        checkpoint(product, *leaves(device), use_reentrant=True, power=3)


@documents(CHECKPOINT)
@USES
def test_gives_several_outputs(use_reentrant, device):
    """A checkpointed function may return several tensors, of which any may be used."""
    x, y = leaves(device)

    first, second = checkpoint(lambda a, b: (a * b, a - b), x, y, use_reentrant=use_reentrant)
    second.backward(tensor(COTANGENT, device))

    close(first, A * B, device=device)
    close(x.grad, COTANGENT, device=device)
    close(y.grad, -COTANGENT, device=device)


@documents(CHECKPOINT)
@USES
def test_nests(use_reentrant, device):
    """A checkpoint inside a checkpoint gives the gradients of the plain computation."""
    x, y = leaves(device)
    u, v = leaves(device)

    def outer(a, b):
        return checkpoint(product, a.sin(), b, use_reentrant=use_reentrant) * a

    found = gradients(checkpoint(outer, x, y, use_reentrant=use_reentrant), x, y)

    for mine, plain in zip(found, gradients(product(u.sin(), v) * u, u, v)):
        close(mine, plain)


@documents(CHECKPOINT)
def test_takes_part_in_autograd_grad(device):
    """Without reentrance torch.autograd.grad goes through a checkpoint, of chosen inputs and twice."""
    x, y = leaves(device)

    output = checkpoint(product, x, y, use_reentrant=False)
    (slope,) = torch.autograd.grad(output.sum(), x, create_graph=True)
    (curvature,) = torch.autograd.grad(slope.sum(), y)

    close(slope, 2 * A * B, device=device)
    close(curvature, 2 * A, device=device)


@documents(CHECKPOINT)
def test_needs_no_input_that_requires_grad(device):
    """Without reentrance the parameters inside a region get gradients though none of its inputs requires grad."""
    layer = nn.Linear(3, 2).double().to(device)
    x = tensor(A, device)

    checkpoint(layer, x, use_reentrant=False).sum().backward()

    close(layer.bias.grad, np.full(2, 4.0), device=device)


@documents(CHECKPOINT)
def test_follows_tensors_in_containers(device):
    """Without reentrance tensors inside of dictionaries and lists take part in the gradient."""
    x, y = leaves(device)

    checkpoint(
        lambda given: given["pair"][0] * given["pair"][1], {"pair": [x, y]}, use_reentrant=False
    ).sum().backward()

    close(x.grad, B, device=device)
    close(y.grad, A, device=device)


@documents(CHECKPOINT)
@USES
def test_leaves_the_random_numbers_as_they_are(use_reentrant, device):
    """Backward through a checkpoint draws its numbers again and leaves the generator where it was before."""
    x = tensor(np.ones(50), device).requires_grad_()
    output = checkpoint(nn.functional.dropout, x, 0.5, use_reentrant=use_reentrant)
    state = torch.get_rng_state().numpy().copy()

    output.sum().backward()

    assert (torch.get_rng_state().numpy() == state).all()


@documents(CHECKPOINT)
@USES
def test_may_draw_new_numbers(use_reentrant, device):
    """With preserve_rng_state=False the numbers are drawn anew in backward, from where the generator is."""
    x = tensor(np.ones(200), device).requires_grad_()

    output = checkpoint(nn.functional.dropout, x, 0.5, use_reentrant=use_reentrant, preserve_rng_state=False)
    torch.rand(7)
    output.sum().backward()

    assert (array(x.grad) != array(output)).any()


@documents(CHECKPOINT)
@USES
def test_writes_to_none_of_its_arguments(use_reentrant, device):
    """Forward and backward through a checkpoint leave the arguments as they were."""
    x, y = leaves(device)

    with unchanged(x, y):
        checkpoint(product, x, y, use_reentrant=use_reentrant).sum().backward()


@documents(CHECKPOINT, "torch.no_grad")
def test_computes_once_where_no_gradient_is_asked_for(device):
    """Under no_grad a checkpointed function runs once and its output requires no grad."""
    calls = []

    with torch.no_grad():
        output = checkpoint(lambda x: calls.append(1) or x * 2, leaves(device)[0], use_reentrant=False)

    assert len(calls) == 1 and not output.requires_grad
    close(output, 2 * A, device=device)


@documents("torch.utils.checkpoint.checkpoint_sequential", since="2.1")
@USES
@pytest.mark.parametrize("segments", [1, 2, 3, 4])
def test_cuts_into_any_number_of_segments(segments, use_reentrant, device):
    """checkpoint_sequential gives the gradients of the functions in sequence, cut into any number of segments."""
    functions = [torch.sin, torch.exp, lambda x: x * x, torch.tanh]
    x = leaves(device)[0]
    plain = leaves(device)[0]

    found = gradients(checkpoint_sequential(functions, segments, x, use_reentrant=use_reentrant), x)

    close(found[0], gradients(torch.tanh(torch.exp(torch.sin(plain)) ** 2), plain)[0])


@documents(CHECKPOINT, since="2.1")
def test_notices_a_region_that_changes(device):
    """Where the second run saves tensors of other shapes than the first, backward raises CheckpointError."""
    sizes = iter([4, 2])

    def shrinking(x):
        return (x[: next(sizes)].sin() * 2).sum()

    output = checkpoint(shrinking, leaves(device)[0], use_reentrant=False)

    with pytest.raises(torch.utils.checkpoint.CheckpointError):
        output.backward()


@documents(CHECKPOINT, since="2.1")
def test_runs_in_the_contexts_it_is_given(device):
    """context_fn gives a context for the first run and one for the second."""
    seen = []

    class Noted:
        def __init__(self, name):
            self.name = name

        def __enter__(self):
            seen.append(self.name)

        def __exit__(self, *exception):
            seen.append("end of " + self.name)

    output = checkpoint(
        product, *leaves(device), use_reentrant=False, context_fn=lambda: (Noted("forward"), Noted("again"))
    )
    assert seen == ["forward", "end of forward"]
    output.sum().backward()

    assert seen[2] == "again"
