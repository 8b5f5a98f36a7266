"""Hooks of modules: when they run, what they see, what they may replace, and how they are removed."""

import numpy as np
import pytest
import torch
import torch.nn as nn
from hypothesis import given

from suites.kit import array, close, documents, draw, tensor

N = "torch.nn.Module."


class Affine(nn.Module):
    """scale · x + shift."""

    def forward(self, x, shift=0.0, *, scale=1.0):
        return x * scale + shift


def noted(seen, mark, result=None):
    """A hook that notes its mark and returns ``result``."""
    return lambda *args: (seen.append(mark), result)[1]


@documents(N + "register_forward_hook")
@given(x=draw.arrays(shape=(3,), hard=()))
def test_forward_hook_sees_input_and_output(x, device):
    """A forward hook is called after forward with the module, the positional inputs and the output."""
    module, seen = Affine(), []
    module.register_forward_hook(lambda *args: seen.append(args))
    given_x = tensor(x, device)
    out = module(given_x, 1.0)

    ((hooked, inputs, output),) = seen
    assert hooked is module
    assert output is out
    assert len(inputs) == 2
    assert inputs[0] is given_x
    assert inputs[1] == 1.0
    close(out, x + 1, device=device)


@documents(N + "register_forward_hook")
def test_forward_hook_replaces_the_output():
    """What a forward hook returns becomes the output, unless it is None; the next hook gets it."""
    module, seen = Affine(), []
    module.register_forward_hook(lambda m, args, out: out * 2)
    module.register_forward_hook(lambda m, args, out: seen.append(out))
    module.register_forward_hook(lambda m, args, out: (out, "pair"))

    found = module(torch.ones(1), 2.0)
    assert isinstance(found, tuple)
    assert (found[0].item(), found[1]) == (6.0, "pair")
    assert [value.item() for value in seen] == [6.0]


@documents(N + "register_forward_pre_hook")
def test_forward_pre_hook_replaces_the_input():
    """What a pre-hook returns becomes the input: a tuple as all positional arguments, a single value as the
    only one.
    """
    module = Affine()
    first = module.register_forward_pre_hook(lambda m, args: args[0] + 1)
    single = module(torch.ones(1)).item()
    first.remove()
    module.register_forward_pre_hook(lambda m, args: (args[0] * 3, 5.0))
    module.register_forward_pre_hook(lambda m, args: None)

    assert single == 2.0
    assert module(torch.ones(1)).item() == 8.0


@documents(N + "register_forward_pre_hook", N + "register_forward_hook", N + "register_full_backward_hook")
def test_hooks_run_in_order():
    """Pre-hooks run before forward, hooks after it, each kind in the order of registration."""
    seen = []

    class Noting(nn.Module):
        def forward(self, x):
            seen.append("forward")
            return x

    module = Noting()
    module.register_forward_hook(noted(seen, "after 1"))
    module.register_forward_pre_hook(noted(seen, "before 1"))
    module.register_forward_hook(noted(seen, "after 2"))
    module.register_forward_pre_hook(noted(seen, "before 2"))
    module(torch.ones(1))

    assert seen == ["before 1", "before 2", "forward", "after 1", "after 2"]


@documents(N + "register_forward_pre_hook", N + "register_forward_hook", since="2.0")
def test_prepended_hooks_run_first():
    """A hook registered with prepend=True runs before those that are there."""
    module, seen = Affine(), []
    module.register_forward_hook(noted(seen, "after"))
    module.register_forward_pre_hook(noted(seen, "before"))
    module.register_forward_hook(noted(seen, "first after"), prepend=True)
    module.register_forward_pre_hook(noted(seen, "first before"), prepend=True)
    module(torch.ones(1))

    assert seen == ["first before", "before", "first after", "after"]


@documents(N + "register_forward_pre_hook", N + "register_forward_hook", since="2.0")
def test_hooks_see_keywords_if_asked():
    """With with_kwargs=True a hook also gets the keyword arguments, and a pre-hook may replace both kinds."""
    module, seen = Affine(), []
    module.register_forward_pre_hook(lambda m, args, kwargs: ((args[0] + 1,), {"scale": kwargs["scale"] * 2}),
                                     with_kwargs=True)  # fmt: skip
    module.register_forward_hook(lambda m, args, kwargs, out: seen.append((args, kwargs, out)) or out + 1,
                                 with_kwargs=True)  # fmt: skip

    assert module(torch.ones(1), scale=3.0).item() == 13.0
    (((x,), kwargs, out),) = seen
    assert (x.item(), kwargs, out.item()) == (2.0, {"scale": 6.0}, 12.0)


@documents(N + "register_forward_hook", since="2.1")
def test_always_called_hooks_see_errors():
    """A forward hook with always_call=True is called also when forward raises, and the error passes on."""

    class Failing(nn.Module):
        def forward(self, x):
            raise KeyError("inside")

    module, seen = Failing(), []
    module.register_forward_hook(noted(seen, "always"), always_call=True)
    module.register_forward_hook(noted(seen, "else"))

    with pytest.raises(KeyError, match="inside"):
        module(torch.ones(1))
    assert seen == ["always"]


@documents(N + "register_forward_hook", N + "register_forward_pre_hook", N + "register_full_backward_hook")
@pytest.mark.parametrize(
    "register", ["register_forward_hook", "register_forward_pre_hook", "register_full_backward_hook"]
)
def test_removed_hooks_are_not_called(register):
    """handle.remove() takes that hook away, at once and for good, and leaves the others."""
    module, seen = nn.Linear(1, 1), []
    handle = getattr(module, register)(noted(seen, "removed"))
    getattr(module, register)(noted(seen, "kept"))
    handle.remove()
    handle.remove()
    module(torch.ones(1, 1, requires_grad=True)).backward()

    assert seen == ["kept"]


@documents(N + "register_forward_hook")
def test_handle_is_a_context():
    """A hook whose handle is used in a with statement lasts as long as the block."""
    module, seen = Affine(), []
    with module.register_forward_hook(noted(seen, "inside")):
        module(torch.ones(1))
    module(torch.ones(1))

    assert seen == ["inside"]


@documents(N + "register_full_backward_hook")
@given(seed=draw.seeds())
def test_backward_hook_sees_gradients(seed, device):
    """A full backward hook gets the gradients for the inputs and for the outputs of its module."""
    module, seen = nn.Linear(3, 2).double().to(device), []
    module.register_full_backward_hook(lambda *args: seen.append(args))
    x, v = draw.normal(seed, 4, 3), draw.normal(seed + 1, 4, 2)
    leaf = tensor(x, device).requires_grad_()
    module(leaf).backward(tensor(v, device))

    ((hooked, (grad_input,), (grad_output,)),) = seen
    assert hooked is module
    close(grad_output, v, device=device)
    close(grad_input, array(leaf.grad), device=device)


@documents(N + "register_full_backward_hook")
@given(seed=draw.seeds())
def test_backward_hook_replaces_the_gradient(seed, device):
    """What a full backward hook returns takes the place of the gradient for the input, not of the parameters'."""
    plain, hooked = nn.Linear(3, 2).double().to(device), nn.Linear(3, 2).double().to(device)
    hooked.load_state_dict(plain.state_dict())
    hooked.register_full_backward_hook(lambda m, grad_input, grad_output: (4 * grad_input[0],))
    x, v = draw.normal(seed, 4, 3), draw.normal(seed + 1, 4, 2)
    leaves = [tensor(x, device).requires_grad_() for _ in range(2)]
    plain(leaves[0]).backward(tensor(v, device))
    hooked(leaves[1]).backward(tensor(v, device))

    close(leaves[1].grad, 4 * array(leaves[0].grad), device=device)
    close(hooked.weight.grad, array(plain.weight.grad), device=device)


@documents(N + "register_full_backward_pre_hook", since="2.0")
@given(seed=draw.seeds())
def test_backward_pre_hook_replaces_the_output_gradient(seed, device):
    """What a full backward pre-hook returns takes the place of the gradient for the output."""
    module = nn.Linear(3, 2, bias=False).double().to(device)
    seen = []
    module.register_full_backward_pre_hook(
        lambda m, grad_output: (seen.append(grad_output[0]), (2 * grad_output[0],))[1]
    )
    x, v = draw.normal(seed, 1, 3), draw.normal(seed + 1, 1, 2)
    module(tensor(x, device).requires_grad_()).backward(tensor(v, device))

    close(seen[0], v, device=device)
    close(module.weight.grad, np.outer(2 * v, x), device=device)


@documents("torch.nn.modules.module.register_module_forward_hook")
def test_global_hooks_run_for_every_module():
    """A global forward hook runs for every module that is called, inner ones first, until it is removed."""
    seen, net = [], nn.Sequential(nn.ReLU(), nn.Sequential(nn.Tanh()))
    with torch.nn.modules.module.register_module_forward_hook(lambda m, args, out: seen.append(m)):
        net(torch.ones(1))
    net(torch.ones(1))

    assert [id(module) for module in seen] == [id(module) for module in (net[0], net[1][0], net[1], net)]


@documents(N + "register_forward_hook", "torch.nn.Module")
def test_hooks_belong_to_one_module():
    """A hook runs for the module it was registered with, each time it is called, also inside of another module."""
    seen, inner = [], nn.ReLU()
    net = nn.Sequential(nn.ReLU(), inner, inner)
    inner.register_forward_hook(noted(seen, "inner"))
    net(torch.ones(1))

    assert seen == ["inner", "inner"]
