"""Hooks: functions that see gradients pass, and may replace them, at tensors, at nodes and at what is saved."""

import numpy as np
import pytest
import torch

from suites.kit import array, bound, close, documents, draw, observe, tensor

GUIDE = ("What is autograd?", "Backprop")
VALUES = draw.normal(0, 3)


def leaf(device):
    return tensor(VALUES, device).requires_grad_()


@documents("torch.Tensor.register_hook", guide=GUIDE)
def test_a_hook_is_called_with_the_gradient(device):
    """A hook on a tensor is called once for each backward with the gradient of that tensor."""
    x, seen = leaf(device), []
    y = x * 2
    y.register_hook(lambda gradient: seen.append(array(gradient)))
    (y * 3).sum().backward()

    assert len(seen) == 1
    close(seen[0], np.full(3, 3.0))
    close(x.grad, np.full(3, 6.0), device=device)


@documents("torch.Tensor.register_hook", guide=GUIDE)
def test_a_hook_on_a_leaf_sees_the_sum_of_all_uses(device):
    """A hook on a leaf is called once, with the gradients of all uses already added."""
    x, seen = leaf(device), []
    x.register_hook(lambda gradient: seen.append(array(gradient)))
    (x * 2 + x * 3 + x * 4).sum().backward()

    assert len(seen) == 1
    close(seen[0], np.full(3, 9.0))


@documents("torch.Tensor.register_hook", guide=GUIDE)
def test_what_a_hook_returns_replaces_the_gradient(device):
    """A tensor that a hook returns takes the place of the gradient, in .grad and further down the graph."""
    x = leaf(device)
    y = x * 2
    y.register_hook(lambda gradient: gradient * 5)
    x.register_hook(lambda gradient: gradient + 1)
    (y * 3).sum().backward()

    close(x.grad, np.full(3, 31.0), device=device)


@documents("torch.Tensor.register_hook", "torch.autograd.grad", "notes/autograd", guide=GUIDE, since="2.0")
def test_hooks_hold_for_grad_too(device):
    """torch.autograd.grad returns gradients after the hooks of the results on the way and of the inputs themselves."""
    x = leaf(device)
    y = x * 2
    y.register_hook(lambda gradient: gradient * 5)
    x.register_hook(lambda gradient: gradient + 1)
    loss = (y * 3).sum()

    close(torch.autograd.grad(loss, y, retain_graph=True)[0], np.full(3, 15.0), device=device)
    close(torch.autograd.grad(loss, x, retain_graph=True)[0], np.full(3, 31.0), device=device)
    observe("gradient of a hooked result beside its leaf", array(torch.autograd.grad(loss, (y, x))[0]).tolist())


@documents("torch.Tensor.register_hook", guide=GUIDE)
def test_a_hook_that_returns_nothing_changes_nothing(device):
    """Where a hook returns None the gradient stays as it is."""
    x = leaf(device)
    x.register_hook(lambda gradient: None)
    (x * VALUES[0]).sum().backward()

    close(x.grad, np.full(3, VALUES[0]), device=device)


@documents("torch.Tensor.register_hook", "notes/autograd", guide=GUIDE)
def test_hooks_run_in_the_order_of_registration(device):
    """Hooks of one tensor run in the order in which they were registered, each seeing what the last one returned."""
    x = leaf(device)
    x.register_hook(lambda gradient: gradient + 1)
    x.register_hook(lambda gradient: gradient * 10)
    (x * 2).sum().backward()

    close(x.grad, np.full(3, 30.0), device=device)


@documents("torch.Tensor.register_hook", guide=GUIDE)
def test_a_removed_hook_is_not_called(device):
    """After handle.remove() that hook is not called, and the others still are."""
    x = leaf(device)
    first = x.register_hook(lambda gradient: gradient + 100)
    x.register_hook(lambda gradient: gradient * 10)
    first.remove()
    (x * 2).sum().backward()

    close(x.grad, np.full(3, 20.0), device=device)


@documents("torch.Tensor.register_hook", guide=GUIDE)
def test_a_hook_stays_for_later_backwards(device):
    """A hook on a leaf is called in every backward until it is removed."""
    x, seen = leaf(device), []
    handle = x.register_hook(seen.append)
    for _ in range(3):
        (x * 2).sum().backward()
    handle.remove()
    (x * 2).sum().backward()

    assert len(seen) == 3


@documents("torch.Tensor.register_hook", guide=GUIDE)
def test_hooks_want_a_tensor_that_requires_grad(device):
    """register_hook of a tensor that does not require grad raises RuntimeError."""
    with pytest.raises(RuntimeError):
        tensor(VALUES, device).register_hook(print)


@documents("torch.Tensor.register_hook", "torch.Tensor.retain_grad", "notes/autograd", guide=GUIDE, since="2.0")
def test_retained_gradients_are_those_after_the_hooks(device):
    """The gradient that retain_grad keeps is the one after all hooks of the tensor, also of hooks registered later."""
    x = leaf(device)
    y = x * 2
    y.retain_grad()
    y.register_hook(lambda gradient: gradient * 7)
    y.sum().backward()

    close(y.grad, np.full(3, 7.0), device=device)


@documents("torch.Tensor.register_post_accumulate_grad_hook", since="2.1", guide=GUIDE)
def test_post_accumulate_hooks_see_the_accumulated_gradient(device):
    """A post-accumulate hook is called with the leaf after its .grad was updated, in no_grad mode."""
    x, seen = leaf(device), []
    x.register_post_accumulate_grad_hook(lambda p: seen.append((p, array(p.grad), torch.is_grad_enabled())))
    (x * 2).sum().backward()
    (x * 3).sum().backward()

    assert [entry[0] is x for entry in seen] == [True, True]
    assert [entry[2] for entry in seen] == [False, False]
    close(seen[0][1], np.full(3, 2.0))
    close(seen[1][1], np.full(3, 5.0))


@documents("torch.Tensor.register_post_accumulate_grad_hook", since="2.1", guide="Optimizers & Gradient Descent")
def test_post_accumulate_hooks_may_change_the_leaf(device):
    """A post-accumulate hook can update the leaf in place and clear its .grad; removed, it does nothing more."""
    x = leaf(device)

    def step(parameter):
        parameter.add_(parameter.grad, alpha=-0.25)
        parameter.grad = None

    handle = x.register_post_accumulate_grad_hook(step)
    (x * 2).sum().backward()
    cleared = x.grad
    handle.remove()
    (x * 2).sum().backward()

    assert cleared is None
    close(x, VALUES - 0.5, device=device)
    close(x.grad, np.full(3, 2.0), device=device)


@documents("torch.Tensor.register_post_accumulate_grad_hook", since="2.1", guide=GUIDE)
def test_every_post_accumulate_hook_is_called(device):
    """Each of several post-accumulate hooks of a leaf is called once for each backward, until it is removed."""
    x, seen = leaf(device), []
    handles = [x.register_post_accumulate_grad_hook(lambda p, name=name: seen.append(name)) for name in "abc"]
    (x * 2).sum().backward()
    handles[1].remove()
    (x * 2).sum().backward()

    assert sorted(seen[:3]) == ["a", "b", "c"] and sorted(seen[3:]) == ["a", "c"]


@documents("torch.Tensor.register_post_accumulate_grad_hook", since="2.1", guide=GUIDE)
def test_post_accumulate_hooks_are_for_leaves_only(device):
    """register_post_accumulate_grad_hook of a tensor that is no leaf raises RuntimeError."""
    with pytest.raises(RuntimeError):
        (leaf(device) * 2).register_post_accumulate_grad_hook(print)


@documents("torch.autograd.graph.Node.register_hook", since="2.1", guide=GUIDE)
def test_a_node_hook_replaces_the_gradients_of_its_inputs(device):
    """A hook of a node gets gradients of its inputs and outputs; what it returns takes the place of the former."""
    x, seen = leaf(device), []
    y = x * 4

    def hook(inputs, outputs):
        seen.append((array(inputs[0]), array(outputs[0])))
        return (outputs[0] * 2, *inputs[1:])

    handle = y.grad_fn.register_hook(hook)
    (y * 3).sum().backward(retain_graph=True)
    handle.remove()
    (y * 3).sum().backward()

    close(seen[0][0], np.full(3, 12.0))
    close(seen[0][1], np.full(3, 3.0))
    assert len(seen) == 1
    close(x.grad, np.full(3, 6.0 + 12.0), device=device)


@documents("torch.autograd.graph.Node.register_prehook", since="2.1", guide=GUIDE)
def test_a_node_prehook_replaces_the_gradients_of_its_outputs(device):
    """What a prehook of a node returns takes the place of the gradients that the node is given."""
    x = leaf(device)
    y = x * 4
    handle = y.grad_fn.register_prehook(lambda outputs: (outputs[0] * 2,))
    (y * 3).sum().backward(retain_graph=True)
    handle.remove()
    (y * 3).sum().backward()

    close(x.grad, np.full(3, 24.0 + 12.0), device=device)


@documents("torch.autograd.graph.saved_tensors_hooks", guide="What is autograd?")
def test_saved_tensors_pass_through_the_hooks(device):
    """What is saved within saved_tensors_hooks goes through pack, and backward uses what unpack makes of that."""
    x, packed = leaf(device), []

    def pack(saved):
        packed.append(array(saved))
        return len(packed) - 1

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda index: tensor(packed[index] * 10, device)):
        y = x**3
    y.sum().backward()

    assert len(packed) == 1
    close(packed[0], VALUES)
    close(x.grad, 3 * (10 * VALUES) ** 2, bound.rounded(3 * (10 * VALUES) ** 2, 4), device=device)


@documents("torch.autograd.graph.saved_tensors_hooks", guide="What is autograd?")
def test_saved_tensors_hooks_end_with_their_context(device):
    """Outside of the context nothing is packed; of nested contexts the innermost holds."""
    x, seen = leaf(device), []

    def hooks(name):
        return torch.autograd.graph.saved_tensors_hooks(
            lambda saved: (seen.append(name), saved)[1], lambda saved: saved
        )

    with hooks("outer"):
        with hooks("inner"):
            y = x.exp()
        z = y * y
    w = z * z
    w.sum().backward()

    assert seen == ["inner", "outer", "outer"]


@documents("torch.autograd.graph.save_on_cpu", guide="What is autograd?")
@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (2, 3, 4), (0, 2)], ids=str)
def test_save_on_cpu_changes_no_gradient(shape, device):
    """With save_on_cpu gradients are the same, on the device of the leaf."""
    values = draw.normal(1, *shape)
    x = tensor(values, device).requires_grad_()
    with torch.autograd.graph.save_on_cpu():
        y = x * x * 3
    y.sum().backward()

    close(x.grad, 2 * (3 * values), device=device)


@documents("torch.autograd.graph.disable_saved_tensors_hooks", guide="What is autograd?")
def test_saved_tensors_hooks_can_be_disabled(device):
    """Within disable_saved_tensors_hooks, entering saved_tensors_hooks raises RuntimeError with the given message."""
    with torch.autograd.graph.disable_saved_tensors_hooks("not here"):
        with pytest.raises(RuntimeError, match="not here"):
            with torch.autograd.graph.saved_tensors_hooks(lambda x: x, lambda x: x):
                pass


@documents("torch.autograd.graph.register_multi_grad_hook", since="2.1", guide=GUIDE)
def test_a_multi_grad_hook_waits_for_all_gradients(device):
    """A multi-grad hook is called once in a backward, with all gradients in order, None for those left out."""
    a, b, seen = leaf(device), leaf(device), []
    c, d = a * 2, b * 3
    handle = torch.autograd.graph.register_multi_grad_hook((a, b, c, d), seen.append)
    (c * 5).sum().backward(retain_graph=True)
    handle.remove()
    (c + d).sum().backward()

    assert len(seen) == 1
    assert [gradient is None for gradient in seen[0]] == [False, True, False, True]
    close(seen[0][0], np.full(3, 10.0), device=device)
    close(seen[0][2], np.full(3, 5.0), device=device)


@documents("torch.autograd.graph.register_multi_grad_hook", since="2.3", guide=GUIDE)
def test_a_multi_grad_hook_may_take_the_first_gradient(device):
    """With mode="any" a multi-grad hook is called once in a backward, with the first gradient, until it is removed."""
    a, seen = leaf(device), []
    b = a * 2
    c = b * 3
    handle = torch.autograd.graph.register_multi_grad_hook((a, b, c), seen.append, mode="any")
    for _ in range(2):
        c.sum().backward(retain_graph=True)
    handle.remove()
    c.sum().backward()

    assert len(seen) == 2
    for gradient in seen:
        close(gradient, np.ones(3), device=device)
