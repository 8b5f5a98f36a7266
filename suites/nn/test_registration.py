"""Modules as containers: what registers, under which name, in which order, and how often."""

import numpy as np
import pytest
import torch
import torch.nn as nn
from hypothesis import given
from hypothesis import strategies as st

from suites.kit import close, documents, draw, share_memory, tensor

RECAP = ("Recap of Key Components so far", "Defining Your Network")

names = st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=6, unique=True)


class Tree(nn.Module):
    """A module with parameters, buffers and modules of its own, at two levels, and one that is shared."""

    def __init__(self, device="cpu"):
        super().__init__()
        self.first = nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2), nn.Sequential(nn.Linear(2, 2), nn.Dropout()))
        self.scale = nn.Parameter(torch.ones(2))
        self.second = nn.Linear(2, 4, bias=False)
        self.again = self.second
        self.register_buffer("steps", torch.zeros(3))
        self.register_buffer("scratch", torch.zeros(5), persistent=False)
        self.register_parameter("missing", None)
        self.to(device)

    def forward(self, x):
        return self.again(self.second(self.first(x) * self.scale).mT[:2].mT)


PARAMETERS = ["scale", "first.0.weight", "first.0.bias", "first.1.weight", "first.1.bias", "first.2.0.weight",
              "first.2.0.bias", "second.weight"]  # fmt: skip
BUFFERS = ["steps", "scratch", "first.1.running_mean", "first.1.running_var", "first.1.num_batches_tracked"]
MODULES = ["", "first", "first.0", "first.1", "first.2", "first.2.0", "first.2.1", "second"]


@documents("torch.nn.Module.named_parameters", "torch.nn.Module.parameters", guide=RECAP)
def test_yields_each_parameter_once():
    """The parameters of a module and of all its submodules come in order of registration, a shared one once."""
    tree = Tree()

    assert [name for name, _ in tree.named_parameters()] == PARAMETERS
    assert [id(value) for value in tree.parameters()] == [id(tree.get_parameter(name)) for name in PARAMETERS]


@documents("torch.nn.Module.named_parameters", "torch.nn.Module.parameters", "torch.nn.Module.named_buffers")
def test_recurses_only_if_asked():
    """With recurse=False only the parameters and buffers of the module itself come."""
    tree = Tree()

    assert [name for name, _ in tree.named_parameters(recurse=False)] == ["scale"]
    assert [id(value) for value in tree.parameters(recurse=False)] == [id(tree.scale)]
    assert [name for name, _ in tree.named_buffers(recurse=False)] == ["steps", "scratch"]
    assert [id(value) for value in tree.buffers(recurse=False)] == [id(tree.steps), id(tree.scratch)]
    assert list(tree.first.parameters(recurse=False)) == []


@documents("torch.nn.Module.named_parameters", "torch.nn.Module.named_buffers", "torch.nn.Module.named_modules")
def test_puts_the_prefix_before_names():
    """A prefix is put before every name, with a dot."""
    tree = Tree()

    assert [name for name, _ in tree.named_parameters(prefix="net")] == [f"net.{name}" for name in PARAMETERS]
    assert [name for name, _ in tree.named_buffers(prefix="net")] == [f"net.{name}" for name in BUFFERS]
    assert [name for name, _ in tree.named_modules(prefix="net")] == ["net", *(f"net.{m}" for m in MODULES[1:])]


@documents("torch.nn.Module.named_parameters", "torch.nn.Module.named_buffers", since="2.0")
def test_repeats_shared_ones_if_asked():
    """With remove_duplicate=False a shared parameter, buffer or module comes under each of its names."""
    tree, twice = Tree(), nn.Module()
    for name in ("a", "b"):
        twice.register_buffer(name, tree.get_buffer(BUFFERS[0]))

    assert [name for name, _ in twice.named_buffers()] == ["a"]
    assert [name for name, _ in twice.named_buffers(remove_duplicate=False)] == ["a", "b"]
    assert [name for name, _ in tree.named_parameters(remove_duplicate=False)] == [*PARAMETERS, "again.weight"]
    assert [name for name, _ in tree.named_modules(remove_duplicate=False)] == [*MODULES, "again"]


@documents("torch.nn.Module.buffers", "torch.nn.Module.named_buffers", "torch.nn.Module.register_buffer")
def test_yields_each_buffer():
    """Buffers come in order of registration, persistent or not, and are no parameters."""
    tree = Tree()

    assert [name for name, _ in tree.named_buffers()] == BUFFERS
    assert [id(value) for value in tree.buffers()] == [id(tree.get_buffer(name)) for name in BUFFERS]
    assert not {id(value) for value in tree.buffers()} & {id(value) for value in tree.parameters()}


@documents("torch.nn.Module.modules", "torch.nn.Module.named_modules", "torch.nn.Module.children")
def test_yields_each_module_once():
    """modules() yields the module itself and all below it, children() those directly below, a shared one once."""
    tree = Tree()

    assert [name for name, _ in tree.named_modules()] == MODULES
    assert [id(module) for module in tree.modules()] == [id(tree.get_submodule(name)) for name in MODULES]
    assert [name for name, _ in tree.named_children()] == ["first", "second"]
    assert [id(module) for module in tree.children()] == [id(tree.first), id(tree.second)]


@documents("torch.nn.Module.parameters", "torch.nn.Parameter")
@given(order=st.permutations(("a", "b", "c")))
def test_shared_parameter_counts_once(order):
    """A parameter that two layers share is one parameter, under the name that was registered first."""
    module = nn.Module()
    for name in order:
        module.add_module(name, nn.Linear(2, 2))
    getattr(module, order[2]).weight = getattr(module, order[0]).weight

    expected = [f"{name}.{part}" for name in order for part in ("weight", "bias")]
    expected.remove(f"{order[2]}.weight")
    assert [name for name, _ in module.named_parameters()] == expected
    assert len(list(module.parameters())) == 5


@documents("torch.nn.Parameter", "torch.nn.Module.register_parameter", guide=RECAP)
@given(order=names, seed=draw.seeds())
def test_parameters_register_when_assigned(order, seed, device):
    """A Parameter assigned as an attribute is a parameter of the module; a tensor is not."""
    module = nn.Module()
    module.plain = tensor(draw.normal(seed, 2), device)
    for name in order:
        setattr(module, name, nn.Parameter(tensor(draw.normal(seed, 2, 3), device)))

    assert [name for name, _ in module.named_parameters()] == order
    assert all(isinstance(getattr(module, name), nn.Parameter) for name in order)
    assert list(module.named_buffers()) == []
    assert module.plain.shape == (2,)


@documents("torch.nn.Parameter", guide=RECAP)
@given(seed=draw.seeds())
def test_parameter_is_a_tensor_that_requires_grad(seed, dtype, device):
    """A Parameter is a Tensor over the memory of its data that requires gradients unless told not to."""
    values = draw.normal(seed, 3, 2, dtype=dtype)
    data = tensor(values, device)
    parameter, frozen = nn.Parameter(data), nn.Parameter(data, requires_grad=False)

    assert isinstance(parameter, torch.Tensor)
    assert isinstance(parameter, nn.Parameter)
    assert parameter.requires_grad
    assert parameter.is_leaf
    assert not frozen.requires_grad
    assert not data.requires_grad
    assert share_memory(parameter, data)
    close(parameter, values, device=device)
    assert repr(parameter).startswith("Parameter containing:\n")


@documents("torch.nn.Module.register_parameter", "torch.nn.Module.register_buffer", "torch.nn.Module.add_module")
@given(order=names)
def test_register_methods_are_assignments(order):
    """register_parameter, register_buffer and add_module give an attribute that is registered under that name."""
    module = nn.Module()
    for name in order:
        module.register_parameter(f"p{name}", nn.Parameter(torch.ones(1)))
        module.register_buffer(f"b{name}", torch.ones(1))
        module.add_module(f"m{name}", nn.ReLU())

    assert [name for name, _ in module.named_parameters()] == [f"p{name}" for name in order]
    assert [name for name, _ in module.named_buffers()] == [f"b{name}" for name in order]
    assert [name for name, _ in module.named_children()] == [f"m{name}" for name in order]
    assert all(getattr(module, f"p{name}") is module.get_parameter(f"p{name}") for name in order)


@documents("torch.nn.Module.register_module")
def test_register_module_is_add_module():
    """register_module registers a submodule, as add_module does."""
    module, child = nn.Module(), nn.ReLU()
    module.register_module("act", child)

    assert list(module.named_children()) == [("act", child)]
    assert module.act is child


@documents("torch.nn.Module.add_module", "torch.nn.Module")
def test_none_registers_a_place():
    """None registers a name that holds nothing: it is in no iteration and in no state, and can be filled later."""
    module = nn.Module()
    module.register_parameter("w", None)
    module.register_buffer("b", None)
    module.add_module("m", None)
    empty = [*module.named_parameters(), *module.named_buffers(), *module.named_children(), *module.state_dict()]
    module.w, module.b, module.m = nn.Parameter(torch.ones(2)), torch.ones(3), nn.ReLU()

    assert empty == []
    assert list(module.state_dict()) == ["w", "b"]
    assert len(list(module.children())) == 1


@documents("torch.nn.Module")
@given(order=names, data=st.data())
def test_replacing_keeps_the_place(order, data):
    """Assigning another module or parameter under a name replaces the old one, at its place."""
    module = nn.Module()
    for name in order:
        setattr(module, f"m{name}", nn.Linear(1, 1))
        setattr(module, f"p{name}", nn.Parameter(torch.ones(1)))
    chosen = data.draw(st.sampled_from(order))
    old = [getattr(module, f"m{chosen}"), getattr(module, f"p{chosen}")]
    setattr(module, f"m{chosen}", nn.ReLU())
    setattr(module, f"p{chosen}", nn.Parameter(torch.ones(2)))

    assert [name for name, _ in module.named_children()] == [f"m{name}" for name in order]
    assert [name for name, _ in module.named_parameters(recurse=False)] == [f"p{name}" for name in order]
    assert isinstance(getattr(module, f"m{chosen}"), nn.ReLU)
    assert len(list(module.parameters())) == 3 * len(order) - 2
    assert not any(value is gone for value in [*module.modules(), *module.parameters()] for gone in old)


@documents("torch.nn.Module")
@given(order=names, data=st.data())
def test_deleting_unregisters(order, data):
    """Deleting an attribute takes a parameter, buffer or module out of the module, and leaves the others in order."""
    module = nn.Module()
    for name in order:
        setattr(module, f"m{name}", nn.Linear(1, 1))
        setattr(module, f"p{name}", nn.Parameter(torch.ones(1)))
        module.register_buffer(f"b{name}", torch.ones(1), persistent=name in "abc")
    chosen = data.draw(st.sampled_from(order))
    for kind in "mpb":
        delattr(module, f"{kind}{chosen}")

    rest = [name for name in order if name != chosen]
    assert [name for name, _ in module.named_children()] == [f"m{name}" for name in rest]
    assert [name for name, _ in module.named_parameters(recurse=False)] == [f"p{name}" for name in rest]
    assert [name for name, _ in module.named_buffers()] == [f"b{name}" for name in rest]
    assert not any(hasattr(module, f"{kind}{chosen}") for kind in "mpb")


@documents("torch.nn.Module")
def test_buffer_assignment_keeps_the_buffer():
    """A tensor assigned to the name of a buffer becomes that buffer, and keeps its persistence."""
    module = nn.Module()
    module.register_buffer("kept", torch.zeros(2))
    module.register_buffer("lost", torch.zeros(2), persistent=False)
    new = module.kept, module.lost = torch.ones(3), torch.ones(4)

    assert [id(value) for value in module.buffers()] == [id(value) for value in new]
    assert list(module.state_dict()) == ["kept"]


@documents("torch.nn.Module.register_buffer")
def test_only_persistent_buffers_are_saved():
    """A buffer with persistent=False is a buffer and is not in the state_dict, also of a parent."""
    tree = nn.Sequential(Tree(), Tree())

    assert "0.scratch" in dict(tree.named_buffers())
    assert "1.scratch" in dict(tree.named_buffers())
    assert not [key for key in tree.state_dict() if key.endswith("scratch")]
    assert [key for key in tree.state_dict() if key.endswith("steps")] == ["0.steps", "1.steps"]


@documents("torch.nn.Module.register_buffer")
def test_registering_again_changes_persistence():
    """A buffer that is registered again takes its new value and persistence."""
    module = nn.Module()
    module.register_buffer("b", torch.zeros(2), persistent=False)
    module.register_buffer("b", torch.ones(3), persistent=True)

    assert list(module.state_dict()) == ["b"]
    close(module.b, np.ones(3, "float32"))


def value(kind):
    """A new parameter, buffer or module for register_*."""
    return {"parameter": nn.Parameter(torch.ones(1)), "buffer": torch.ones(1), "module": nn.ReLU()}[kind]


@documents("torch.nn.Module.register_parameter", "torch.nn.Module.register_buffer", "torch.nn.Module.register_module")
@pytest.mark.parametrize("kind", ["parameter", "buffer", "module"])
@pytest.mark.parametrize(("name", "error"), [("", KeyError), ("a.b", KeyError), ("forward", KeyError), (3, TypeError)])
def test_registering_rejects_bad_names(kind, name, error):
    """A name that is empty, holds a dot, is taken by an attribute or is no string raises."""
    module = nn.Module()

    with pytest.raises(error):
        getattr(module, f"register_{kind}")(name, value(kind))
    assert not [*module.parameters(), *module.buffers(), *module.children()]


@documents("torch.nn.Module.register_parameter", "torch.nn.Module.register_buffer", "torch.nn.Module.register_module")
@pytest.mark.parametrize("kind", ["parameter", "buffer", "module"])
@pytest.mark.parametrize("wrong", [3.0, "text", [1]], ids=repr)
def test_registering_rejects_other_types(kind, wrong):
    """What is no Parameter, no Tensor or no Module cannot be registered as one: TypeError."""
    with pytest.raises(TypeError):
        getattr(nn.Module(), f"register_{kind}")("name", wrong)


@documents("torch.nn.Module.register_parameter")
def test_registering_rejects_computed_parameters():
    """A tensor that is no Parameter, and a Parameter name given a plain tensor, raise TypeError."""
    module = nn.Linear(2, 2)

    with pytest.raises(TypeError):
        module.register_parameter("w", torch.ones(2))
    with pytest.raises(TypeError):
        module.weight = torch.ones(2, 2)
    with pytest.raises(TypeError):
        nn.Sequential(nn.ReLU())[0:].__setattr__("0", 3)
    assert isinstance(module.weight, nn.Parameter)


@documents("torch.nn.Module")
def test_assignment_before_init_raises():
    """Parameters, modules and buffers cannot be assigned before Module.__init__ was called."""

    class Early(nn.Module):
        def __init__(self, value):
            self.value = value

    for early in (nn.Parameter(torch.ones(1)), nn.ReLU()):
        with pytest.raises(AttributeError):
            Early(early)


@documents("torch.nn.Module")
def test_missing_attributes_raise():
    """An attribute that a module does not have raises AttributeError, with the class and the name."""
    with pytest.raises(AttributeError, match=r"Linear.*absent"):
        _ = nn.Linear(1, 1).absent
    with pytest.raises(AttributeError):
        del nn.Linear(1, 1).absent


@documents("torch.nn.Module.get_submodule", "torch.nn.Module.get_parameter", "torch.nn.Module.get_buffer")
def test_gets_by_dotted_name():
    """get_submodule, get_parameter and get_buffer follow dotted names; the empty name is the module itself."""
    tree = Tree()

    assert tree.get_submodule("") is tree
    assert tree.get_submodule("first.2.0") is tree.first[2][0]
    assert tree.get_parameter("first.2.0.bias") is tree.first[2][0].bias
    assert tree.get_buffer("first.1.running_var") is tree.first[1].running_var


@documents("torch.nn.Module.get_submodule", "torch.nn.Module.get_parameter", "torch.nn.Module.get_buffer")
@pytest.mark.parametrize(
    ("method", "name"),
    [("get_submodule", "first.7"), ("get_submodule", "scale"), ("get_submodule", "first.0.weight"),
     ("get_parameter", "steps"), ("get_parameter", "first.0"), ("get_parameter", "nothing.weight"),
     ("get_buffer", "scale"), ("get_buffer", "first.1.absent")],
)  # fmt: skip
def test_getting_another_kind_raises(method, name):
    """A dotted name that does not lead to that kind of thing raises AttributeError."""
    with pytest.raises(AttributeError):
        getattr(Tree(), method)(name)
