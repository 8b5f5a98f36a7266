"""Parts of modules: replacing them by name, buffers of their own class, sequences put together, dicts of parameters."""

import numpy as np
import pytest
import torch
import torch.nn as nn

from suites.kit import array, close, documents, draw, tensor


def three():
    """Modules that can be told apart."""
    return [nn.ReLU(), nn.Tanh(), nn.Sigmoid()]


def same(found, expected):
    """Whether two sequences hold the very same things, in order."""
    found, expected = list(found), list(expected)
    return len(found) == len(expected) and all(one is other for one, other in zip(found, expected))


def nested():
    """A module two levels below another."""
    return nn.Sequential(nn.Sequential(nn.Sequential(nn.ReLU(), nn.Tanh()), nn.Sigmoid()))


@documents("torch.nn.Module.set_submodule", since="2.5")
@pytest.mark.parametrize("name", ["0", "0.1", "0.0.1"])
def test_set_submodule_replaces_that_one(name):
    """set_submodule puts a module in the place of the one of a dotted name, and leaves all others."""
    module, new = nested(), nn.Softsign()
    others = {key: value for key, value in module.named_modules() if not f"{key}.".startswith(f"{name}.")}
    module.set_submodule(name, new)

    assert module.get_submodule(name) is new
    assert {key: value for key, value in module.named_modules() if key != name} == others


@documents("torch.nn.Module.set_submodule", since="2.5")
@pytest.mark.parametrize(("name", "new", "error"), [("", nn.ReLU(), ValueError), ("0.9.9", nn.ReLU(), AttributeError)])
def test_set_submodule_needs_a_place(name, new, error):
    """An empty name raises ValueError, and one whose parent is not there AttributeError."""
    with pytest.raises(error):
        nested().set_submodule(name, new)


@documents("torch.nn.Module.set_submodule", since="2.13")
def test_set_submodule_may_be_strict():
    """With strict=True a name that is not there raises AttributeError, and without it is a new submodule."""
    module, new = nested(), nn.ReLU()

    with pytest.raises(AttributeError):
        module.set_submodule("0.new", new, strict=True)
    module.set_submodule("0.new", new)
    assert module[0].new is new


@documents("torch.nn.Module.to_empty", since="2.1")
@pytest.mark.parametrize("recurse", [False, True])
def test_to_empty_reaches_below_if_told(recurse, device):
    """to_empty makes the module's own parameters anew, and those of its submodules unless recurse=False."""
    module = nn.Linear(2, 3, device="meta")
    module.below = nn.Linear(2, 3, device="meta")
    module.to_empty(device=device, recurse=recurse)

    assert not module.weight.is_meta
    assert module.below.weight.is_meta == (not recurse)


@documents("torch.nn.parameter.Buffer", since="2.5")
@pytest.mark.parametrize("persistent", [False, True])
def test_assigned_buffer_is_registered(persistent, device):
    """A Buffer that is assigned is a buffer of the module, and in its state unless persistent=False."""
    module, values = nn.Module(), draw.normal(0, 3)
    module.mean = nn.Buffer(tensor(values, device), persistent=persistent)

    assert [name for name, _ in module.named_buffers()] == ["mean"]
    assert not list(module.parameters())
    assert list(module.state_dict()) == ["mean"] * persistent
    close(module.mean, values, device=device)


@documents("torch.nn.Sequential", since="2.0")
@pytest.mark.parametrize("times", [1, 2, 4])
def test_sequential_is_repeated_as_a_list(times):
    """sequence * n holds its modules n times in order; *= does so in place; fewer than one raises ValueError."""
    modules = three()
    sequence, again = nn.Sequential(*modules), nn.Sequential(*modules)
    before = again
    again *= times

    assert same(sequence * times, modules * times)
    assert same(times * sequence, modules * times)
    assert again is before
    assert same(again, modules * times)
    with pytest.raises(ValueError):
        _ = sequence * 0


@documents("torch.nn.Sequential", since="2.0")
def test_sequentials_are_added_as_lists():
    """a + b holds the modules of both; += puts those of another behind its own."""
    left, right = three(), three()[:2]
    sequence = before = nn.Sequential(*left)
    sequence += nn.Sequential(*right)

    assert same(nn.Sequential(*left) + nn.Sequential(*right), left + right)
    assert sequence is before
    assert same(sequence, left + right)
    assert [name for name, _ in sequence.named_children()] == [str(i) for i in range(5)]


@documents("torch.nn.Sequential", since="2.0")
@pytest.mark.parametrize("place", [-2, -1, 0, 1, 3])
def test_sequential_inserts_as_a_list(place):
    """insert puts a module before a place, counted from the end if negative; pop takes it out again."""
    modules, new = three(), nn.Softsign()
    sequence, expected = nn.Sequential(*modules), list(modules)
    sequence.insert(place, new)
    expected.insert(place, new)

    assert same(sequence, expected)
    assert sequence.pop(expected.index(new)) is new
    assert same(sequence, modules)


@documents("torch.nn.ParameterDict")
def test_parameter_dict_is_a_dict():
    """get, setdefault, pop, popitem, keys, fromkeys and update of a ParameterDict are a dict's."""
    first, second = nn.Parameter(torch.ones(1)), nn.Parameter(torch.zeros(2))
    found = nn.ParameterDict({"a": first, "b": second})

    assert found.get("a") is first
    assert found.get("x", 5) == 5
    assert found.setdefault("a", torch.zeros(3)) is first
    assert found.setdefault("c", second) is second
    assert found.popitem()[0] == "c"
    assert found.pop("a") is first
    assert list(found.keys()) == ["b"]
    found.update({"b": first})
    assert same(found.values(), [first])
    assert list(found.fromkeys(["p", "q"], 3).items()) == [("p", 3), ("q", 3)]
    assert [name for name, _ in found.named_parameters()] == ["b"]


@documents("torch.nn.utils.skip_init")
def test_skips_the_initialisation(device):
    """skip_init makes the module that its class makes, on the device, without calling its initialisation."""
    state = torch.get_rng_state()
    module = torch.nn.utils.skip_init(nn.Linear, 3, 2, bias=False, device=device, dtype=torch.float64)

    assert type(module) is nn.Linear
    assert module.bias is None
    assert (module.weight.shape, module.weight.dtype) == ((2, 3), torch.float64)
    assert module.weight.device.type == torch.device(device).type
    assert torch.equal(torch.get_rng_state(), state)


@documents("torch.nn.utils.parameters_to_vector", "torch.nn.utils.vector_to_parameters")
def test_vectors_of_parameters_lead_back(device):
    """parameters_to_vector lays all parameters end to end, row by row, and vector_to_parameters writes them back."""
    module = nn.Sequential(nn.Linear(3, 2), nn.Conv1d(2, 2, 2)).double().to(device)
    before = list(module.parameters())
    found = nn.utils.parameters_to_vector(module.parameters())
    expected = np.concatenate([array(value).ravel() for value in before])

    close(found, expected, device=device)
    values = draw.normal(1, *expected.shape)
    nn.utils.vector_to_parameters(tensor(values, device), module.parameters())
    assert same(module.parameters(), before)
    close(nn.utils.parameters_to_vector(before), values, device=device)
