"""torch.func.functional_call: tied parameters, keys that do not match, several dictionaries; stacked states."""

import numpy as np
import pytest
import torch
import torch.nn as nn

from suites.kit import array, bound, close, documents, draw, tensor

CALL = "torch.func.functional_call"
ROUNDED = bound.Bound(8, 16.0, signed_zeros=False)


def tied(device):
    """Two layers of the same weight, which is 2."""
    module = nn.Sequential(nn.Linear(1, 1, bias=False), nn.Linear(1, 1, bias=False)).to(device)
    module[1].weight = module[0].weight
    nn.init.constant_(module[0].weight, 2.0)
    return module


@documents(CALL, since="2.1")
@pytest.mark.parametrize(("settings", "expected"), [({}, 9.0), ({"tie_weights": True}, 9.0),
                                                ({"tie_weights": False}, 6.0)], ids=str)  # fmt: skip
def test_ties_weights_unless_told(settings, expected, device):
    """A value for one name of a tied parameter is that of all its names, unless tie_weights=False."""
    one, weight = tensor(np.ones((1, 1), "float32"), device), tensor(np.full((1, 1), 3.0, "float32"), device)

    found = torch.func.functional_call(tied(device), {"0.weight": weight}, (one,), **settings)
    close(found, np.full((1, 1), expected, "float32"), device=device)


@documents(CALL, since="2.1")
def test_tied_weights_have_one_value(device):
    """Different values for the names of a tied parameter raise ValueError, and with tie_weights=False do not."""
    one = tensor(np.ones((1, 1), "float32"), device)
    values = {"0.weight": 3 * one, "1.weight": 5 * one}

    with pytest.raises(ValueError):
        torch.func.functional_call(tied(device), values, (one,))
    found = torch.func.functional_call(tied(device), values, (one,), tie_weights=False)
    close(found, np.full((1, 1), 15.0, "float32"), device=device)


@documents(CALL, since="2.1")
@pytest.mark.parametrize("names", [["weight"], ["weight", "bias", "other"]], ids=["missing", "unexpected"])
def test_strict_calls_want_every_key(names, device):
    """With strict=True a missing and an unexpected key raise RuntimeError; all that there are do not."""
    module, x = nn.Linear(1, 1).to(device), tensor(np.ones((1, 1), "float32"), device)
    given = {name: x.clone().reshape(-1)[:1] if name == "bias" else x.clone() for name in names}

    with pytest.raises(RuntimeError):
        torch.func.functional_call(module, given, (x,), strict=True)
    full = {"weight": x, "bias": x[0]}
    close(torch.func.functional_call(module, full, (x,), strict=True), np.full((1, 1), 2.0, "float32"), device=device)


@documents(CALL, since="2.0")
def test_takes_several_dictionaries(device):
    """Parameters and buffers may come in several dictionaries; a key in two of them raises ValueError."""
    module, x = nn.BatchNorm1d(1).eval().to(device), tensor(np.full((2, 1), 7.0, "float32"), device)
    parameters, buffers = {"weight": x[0], "bias": x[0]}, {"running_mean": x[0]}

    found = torch.func.functional_call(module, (parameters, buffers), x)
    close(found, np.full((2, 1), 7.0, "float32"), ROUNDED, device=device)
    with pytest.raises(ValueError):
        torch.func.functional_call(module, (parameters, parameters), x)


@documents("torch.func.stack_module_state", since="2.0")
def test_stacks_the_states_of_modules(device):
    """stack_module_state gives all parameters, and all buffers, by name, stacked in the order of the modules; they are
    leaves of their own, by which vmap calls all of them at once.
    """
    models = [nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2)).eval().to(device) for _ in range(4)]
    for seed, model in enumerate(models):
        model[1].running_mean.copy_(tensor(draw.normal(seed, 2, dtype="float32"), device))
    parameters, buffers = torch.func.stack_module_state(models)
    x = tensor(draw.normal(9, 5, 3, dtype="float32"), device)

    assert list(parameters) == [name for name, _ in models[0].named_parameters()]
    assert all(value.is_leaf and value.requires_grad for value in parameters.values())
    for name, value in [*parameters.items(), *buffers.items()]:
        close(value, np.stack([array(model.state_dict()[name]) for model in models]), device=device)
    call = torch.func.vmap(lambda p, b: torch.func.functional_call(models[0], (p, b), (x,)))
    close(call(parameters, buffers), np.stack([array(model(x)) for model in models]), ROUNDED, device=device)
