"""Hooks of an optimizer's state and of every optimizer's step, parameters by name, and what else it refuses."""

import numpy as np
import pytest
import torch
from torch.optim import optimizer as every

from suites.kit import array, close, documents, tensor

from .algorithms import flat, leaves, slopes, start, walk

SINCE = "2.2"


def momentum(device, count=2):
    """SGD with momentum after a step, and its parameters."""
    parameters = leaves(start()[:count], device)
    optimizer = torch.optim.SGD(parameters, lr=0.5, momentum=0.5)
    walk(optimizer, parameters, [step[:count] for step in slopes()[:1]])
    return optimizer, parameters


@documents("torch.optim.Optimizer.register_state_dict_pre_hook", since=SINCE)
def test_a_pre_hook_sees_the_optimizer_before_its_state_is_taken(device):
    """state_dict calls its pre hooks with the optimizer first, so that its result has what they change."""
    optimizer, _ = momentum(device)
    hook = optimizer.register_state_dict_pre_hook(lambda own: own.param_groups[0].update(lr=0.125))

    changed = optimizer.state_dict()["param_groups"][0]["lr"]
    hook.remove()
    optimizer.param_groups[0]["lr"] = 0.25

    assert (changed, optimizer.state_dict()["param_groups"][0]["lr"]) == (0.125, 0.25)


@documents("torch.optim.Optimizer.register_state_dict_post_hook", since=SINCE)
def test_a_post_hook_may_change_the_state_or_replace_it(device):
    """state_dict hands its result to each post hook in turn; what one returns, if anything, takes its place."""
    optimizer, _ = momentum(device)
    optimizer.register_state_dict_post_hook(lambda own, state: state.update(told=len(own.param_groups)))
    optimizer.register_state_dict_post_hook(lambda own, state: {"kept": state["told"]})
    optimizer.register_state_dict_post_hook(lambda own, state: {"first": True, **state}, prepend=True)

    assert optimizer.state_dict() == {"kept": 1}


@documents("torch.optim.Optimizer.register_load_state_dict_pre_hook", since=SINCE)
def test_a_pre_hook_may_replace_what_is_loaded(device):
    """What a pre hook of load_state_dict returns is loaded, and the dictionary that was given stays as it was."""
    (source, _), (target, parameters) = momentum(device), momentum(device)
    given = source.state_dict()
    target.register_load_state_dict_pre_hook(lambda own, state: {**state, "state": {}})

    target.load_state_dict(given)

    assert all(not target.state[parameter] for parameter in parameters)
    assert set(given["state"]) == {0, 1}


@documents("torch.optim.Optimizer.register_load_state_dict_post_hook", since=SINCE)
def test_a_post_hook_sees_the_loaded_state(device):
    """load_state_dict calls its post hooks with the optimizer when all is loaded."""
    (source, _), (target, [first, _]) = momentum(device), momentum(device)
    source.param_groups[0]["lr"], seen = 0.125, []
    source_momentum = array(source.state_dict()["state"][0]["momentum_buffer"])
    target.register_load_state_dict_post_hook(
        lambda own: seen.append((own.param_groups[0]["lr"], array(own.state[first]["momentum_buffer"])))
    )

    target.load_state_dict(source.state_dict())

    [(rate, loaded)] = seen
    assert rate == 0.125
    close(loaded, source_momentum)


@documents("torch.optim.Optimizer.register_step_pre_hook", since="2.1")
def test_global_hooks_frame_the_steps_of_all(device):
    """Hooks that are registered for all optimizers are called before and after the step of each, until removed."""
    seen = []
    optimizer, [parameter] = momentum(device, 1)
    hooks = [
        every.register_optimizer_step_pre_hook(lambda own, *_: seen.append("before")),
        every.register_optimizer_step_post_hook(lambda own, *_: seen.append("after")),
    ]

    optimizer.step()
    torch.optim.Adam([parameter]).step()
    for hook in hooks:
        hook.remove()
    optimizer.step()

    assert seen == ["before", "after"] * 2


@documents("torch.optim.Optimizer", since="2.6")
def test_takes_parameters_by_name(device):
    """An optimizer of named parameters moves them as one of the parameters does, and keeps their names in its state."""
    named, plain = leaves(start(), device), leaves(start(), device)
    names = [f"layer.{place}" for place in range(len(named))]
    optimizer = torch.optim.SGD(list(zip(names, named)), lr=0.5, momentum=0.5)

    walk(optimizer, named, slopes()[:3])
    walk(torch.optim.SGD(plain, lr=0.5, momentum=0.5), plain, slopes()[:3])

    close(flat(named), flat(plain))
    assert optimizer.state_dict()["param_groups"][0]["param_names"] == names


@documents("torch.optim.Optimizer.add_param_group")
def test_parameters_have_an_order(device):
    """Parameters in a set, which has no order, raise TypeError, and in a dictionary's values they do not."""
    first, second = leaves([np.ones(2), np.ones(3)], device)
    optimizer = torch.optim.SGD({"a": first}.values(), lr=0.5)

    with pytest.raises(TypeError):
        optimizer.add_param_group({"params": {second}})
    assert [len(group["params"]) for group in optimizer.param_groups] == [1]


REFUSED = [
    *[("1.13", name, options) for name in ("ASGD", "SparseAdam") for options in ({"lr": -1.0},)],
    ("1.13", "ASGD", {"weight_decay": -1.0}),
    ("1.13", "SparseAdam", {"betas": (1.0, 0.9)}),
    ("1.13", "SparseAdam", {"eps": -1e-8}),
    *[("2.5", "Adafactor", options) for options in
      ({"lr": -1.0}, {"beta2_decay": 0.5}, {"eps": (-1e-8, 1e-3)}, {"eps": (1e-8, -1e-3)}, {"d": 0.5},
       {"weight_decay": -1.0})],
    *[("2.9", "Muon", options) for options in
      ({"lr": -1.0}, {"momentum": -0.5}, {"weight_decay": -1.0}, {"adjust_lr_fn": "largest"})],
    *[("2.6", name, {"lr": torch.ones(2)}) for name in ("SGD", "Adam", "AdamW", "RMSprop", "Adagrad", "Adadelta",
                                                        "Adamax", "NAdam", "RAdam", "Rprop", "ASGD", "LBFGS")],
]  # fmt: skip


@documents("torch.optim.Optimizer")
@pytest.mark.parametrize(
    ("name", "options"),
    [
        pytest.param(name, options, marks=documents(f"torch.optim.{name}", since=since))
        for since, name, options in REFUSED
    ],
    ids=lambda value: str(value).replace("'", ""),
)
def test_refuses_more_options_out_of_range(name, options, device):
    """A negative rate, decay or eps, a rate of two numbers, or a clip below 1 raises ValueError."""
    matrix = tensor(np.ones((2, 2)), device).requires_grad_()

    with pytest.raises(ValueError):
        getattr(torch.optim, name)([matrix], **options)
