"""Hooks of a module's state, of all modules and of what is registered, and in which order hooks run."""

import contextlib

import numpy as np
import pytest
import torch
import torch.nn as nn
from torch.nn.modules import module as every

from suites.kit import close, documents, draw, tensor

N = "torch.nn.Module."
G = "torch.nn.modules.module.register_module_"


def noted(seen, mark):
    """A hook that notes its mark."""
    return lambda *args: seen.append(mark)


def net():
    return nn.Sequential(nn.Linear(2, 3), nn.Linear(3, 1))


@documents(N + "register_state_dict_pre_hook", since="2.0")
def test_state_hooks_run_before_the_state_is_taken():
    """A pre-hook of state_dict gets the module, its prefix and keep_vars, below too, and the state has what it does."""
    module, seen = net(), []
    module[1].register_state_dict_pre_hook(lambda *args: (seen.append(args), nn.init.constant_(args[0].bias, 5.0)))
    state = module.state_dict(keep_vars=True)

    assert seen == [(module[1], "1.", True)]
    close(state["1.bias"].detach(), np.full(1, 5.0, "float32"))


@documents(N + "register_state_dict_post_hook", since="2.5")
def test_state_hooks_change_what_is_taken():
    """A post-hook of state_dict gets the module, the state and its prefix, and may change the state in place."""
    module = net()
    handle = module[0].register_state_dict_post_hook(lambda m, state, prefix, _: state.__delitem__(f"{prefix}bias"))
    without = list(module.state_dict())
    handle.remove()

    assert without == ["0.weight", "1.weight", "1.bias"]
    assert list(module.state_dict()) == ["0.weight", "0.bias", "1.weight", "1.bias"]


@documents(N + "register_load_state_dict_pre_hook", since="2.5")
def test_loading_hooks_change_what_is_loaded():
    """A pre-hook of load_state_dict gets the module, the state and its prefix, and what it changes is loaded."""
    module, state = net(), net().state_dict()

    def hook(hooked, given, prefix, *rest):
        given[f"{prefix}weight"] = torch.full((1, 3), 7.0) * (hooked is module[1])

    module[1].register_load_state_dict_pre_hook(hook)
    module.load_state_dict(state)
    close(module[1].weight.detach(), np.full((1, 3), 7.0, "float32"))
    close(module[0].weight.detach(), state["0.weight"].numpy())


BACKWARD = ("register_full_backward_hook", "register_full_backward_pre_hook")


@pytest.mark.parametrize("name", [pytest.param(n, marks=documents(N + n, since="2.0")) for n in BACKWARD])
def test_backward_hooks_run_first_if_prepended(name, device):
    """A backward hook with prepend=True runs before those that are there, others in the order of registration."""
    module, seen = nn.Linear(2, 2).to(device), []
    for mark in ("first", "second"):
        getattr(module, name)(noted(seen, mark))
    getattr(module, name)(noted(seen, "before"), prepend=True)
    module(tensor(draw.normal(0, 1, 2, dtype="float32"), device).requires_grad_()).sum().backward()

    assert seen == ["before", "first", "second"]


#: Global hooks, and the hooks of a module that run after them.
GLOBAL = {
    "forward_pre_hook": "register_forward_pre_hook",
    "forward_hook": "register_forward_hook",
    "full_backward_pre_hook": "register_full_backward_pre_hook",
    "full_backward_hook": "register_full_backward_hook",
}


@pytest.mark.parametrize("name", [pytest.param(n, marks=documents(G + n, since="2.0")) for n in GLOBAL])
def test_global_hooks_run_before_a_modules_own(name, device):
    """A hook for all modules runs for each of them, before the hooks of its own, until it is removed."""
    module, seen = net().to(device), []
    getattr(module[1], GLOBAL[name])(noted(seen, "own"))
    x = tensor(draw.normal(0, 4, 2, dtype="float32"), device).requires_grad_()
    with contextlib.closing(Removing(getattr(every, f"register_module_{name}")(
            lambda m, *args: seen.append("all") if m is module[1] else None))):  # fmt: skip
        module(x).sum().backward()

    assert seen == ["all", "own"]
    module(x).sum().backward()
    assert seen == ["all", "own", "own"]


class Removing:
    """A handle that is closed by being removed."""

    def __init__(self, handle):
        self.close = handle.remove


REGISTRATIONS = {
    "parameter": (lambda m: m.register_parameter("a", nn.Parameter(torch.zeros(1))), nn.Parameter(torch.ones(1))),
    "buffer": (lambda m: m.register_buffer("a", torch.zeros(1)), torch.ones(1)),
    "module": (lambda m: m.register_module("a", nn.ReLU()), nn.Tanh()),
}


@pytest.mark.parametrize("kind", [pytest.param(k, marks=documents(f"{G}{k}_registration_hook", since="2.0"))
                                  for k in REGISTRATIONS])  # fmt: skip
def test_registration_hooks_replace_what_is_registered(kind):
    """A hook for registrations gets the module, the name and the value, and what it returns is registered instead."""
    register, other = REGISTRATIONS[kind]
    module, seen = nn.Module(), []
    with contextlib.closing(Removing(getattr(every, f"register_module_{kind}_registration_hook")(
            lambda owner, name, value: (seen.append((owner, name)), other)[1]))):  # fmt: skip
        register(module)

    assert seen == [(module, "a")]
    assert module.a is other
