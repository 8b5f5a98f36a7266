"""Containers: Sequential, ModuleList, ModuleDict, ParameterList and ParameterDict beside Python's list and dict."""

from collections import OrderedDict

import pytest
import torch
import torch.nn as nn
from hypothesis import given
from hypothesis import strategies as st

from suites.kit import array, close, documents, draw, since, tensor

indices = st.integers(-5, 4)
slices = st.builds(slice, *[st.none() | st.integers(-6, 6)] * 2, st.none() | st.sampled_from((1, 2, 3)))


def layers(count=5):
    """Layers that can be told apart."""
    return [nn.Linear(size + 1, size + 2) for size in range(count)]


def same(found, expected):
    """Whether two sequences hold the very same modules or parameters, in order."""
    return [id(value) for value in found] == [id(value) for value in expected]


def numbered(container):
    """Whether the children are named by their places."""
    return [name for name, _ in container.named_children()] == [str(place) for place in range(len(container))]


class Scale(nn.Module):
    """x · a + b: the order of several shows."""

    def __init__(self, a, b):
        super().__init__()
        self.a, self.b = a, b

    def forward(self, x):
        return self.a * x + self.b


@documents("torch.nn.Sequential")
@given(seed=draw.seeds(), count=st.integers(0, 5))
def test_sequential_chains_its_modules(seed, count, device):
    """A Sequential gives its input to the first module, and each output to the next, in order; an empty one is
    the identity.
    """
    factors = draw.lattice(seed, (count, 2), largest=3)
    x = draw.lattice(seed + 1, (4,))
    found = nn.Sequential(*(Scale(*pair) for pair in factors))(tensor(x, device))

    for a, b in factors:
        x = a * x + b
    close(found, x + 0.0, dtype="float64", device=device) if count else close(found, x, device=device)


@documents("torch.nn.Sequential")
def test_sequential_of_a_dict_keeps_names():
    """A Sequential of an OrderedDict names its modules by the keys, and still counts them."""
    first, second = layers(2)
    net = nn.Sequential(OrderedDict([("b", first), ("a", second)]))

    assert list(net.named_children()) == [("b", first), ("a", second)]
    assert net[0] is first
    assert net.a is second
    assert net[-1] is second
    assert len(net) == 2


@documents("torch.nn.Sequential", "torch.nn.ModuleList")
@pytest.mark.parametrize("kind", [nn.Sequential, nn.ModuleList])
@given(index=indices)
def test_indexes_as_a_list(kind, index):
    """container[i] is the module at that place, counted from the end if negative; len and iteration are a list's."""
    modules = layers()
    container = kind(*modules) if kind is nn.Sequential else kind(modules)

    assert container[index] is modules[index]
    assert len(container) == 5
    assert same(container, modules)
    assert numbered(container)
    assert modules[2] in container


@documents("torch.nn.Sequential", "torch.nn.ModuleList")
@pytest.mark.parametrize("kind", [nn.Sequential, nn.ModuleList])
@pytest.mark.parametrize("index", [5, -6, 100])
def test_raises_beyond_its_ends(kind, index):
    """An index beyond the ends raises IndexError, for reading, writing and deleting, and changes nothing."""
    modules = layers()
    container = kind(*modules) if kind is nn.Sequential else kind(modules)

    with pytest.raises(IndexError):
        container[index]
    with pytest.raises(IndexError):
        container[index] = nn.ReLU()
    with pytest.raises(IndexError):
        del container[index]
    assert same(container, modules)


@documents("torch.nn.Sequential", "torch.nn.ModuleList")
@pytest.mark.parametrize("kind", [nn.Sequential, nn.ModuleList])
@given(part=slices)
def test_slices_as_a_list(kind, part):
    """A slice is a container of that kind that holds the same modules as a list's slice."""
    modules = layers()
    container = kind(*modules) if kind is nn.Sequential else kind(modules)

    assert type(container[part]) is kind
    assert same(container[part], modules[part])
    assert same(container, modules)


@documents("torch.nn.Sequential", "torch.nn.ModuleList")
@pytest.mark.parametrize("kind", [nn.Sequential, nn.ModuleList])
@given(index=indices)
def test_assigns_as_a_list(kind, index):
    """container[i] = module replaces the module at that place and no other."""
    modules = layers()
    container = kind(*modules) if kind is nn.Sequential else kind(modules)
    container[index] = modules[index] = nn.ReLU()

    assert same(container, modules)
    assert numbered(container)


@documents("torch.nn.Sequential", "torch.nn.ModuleList")
@pytest.mark.parametrize("kind", [nn.Sequential, nn.ModuleList])
@given(part=indices | slices)
def test_deletes_as_a_list(kind, part):
    """del container[i] and del container[a:b] take those modules out, and number the others anew."""
    modules = layers()
    container = kind(*modules) if kind is nn.Sequential else kind(modules)
    del container[part]
    del modules[part]

    assert same(container, modules)
    assert numbered(container)
    assert len(list(container.parameters())) == 2 * len(modules)


@documents("torch.nn.ModuleList.append", "torch.nn.ModuleList.extend", "torch.nn.Sequential.append")
@pytest.mark.parametrize("kind", [nn.Sequential, nn.ModuleList])
@given(counts=st.lists(st.integers(0, 4), max_size=3))
def test_appends_and_extends_as_a_list(kind, counts):
    """append adds a module at the end, extend all of them in order; both change and return the container."""
    container, modules = kind(), []
    for count in counts:
        more = layers(count)
        extra = nn.ReLU()
        assert container.extend(nn.ModuleList(more)) is container
        assert container.append(extra) is container
        modules += [*more, extra]

    assert same(container, modules)
    assert numbered(container)
    assert len(list(container.parameters())) == 2 * sum(counts)


@documents("torch.nn.ModuleList.extend", "torch.nn.ModuleList")
def test_module_list_takes_any_iterable():
    """A ModuleList is made from and extended by any iterable of modules; + gives a new list of both."""
    first, second = layers(3), layers(2)
    container = nn.ModuleList(iter(first))
    both = container + nn.ModuleList(second)
    container.extend(tuple(second))
    container += [first[0]]

    assert same(both, first + second)
    assert numbered(both)
    assert same(container, [*first, *second, first[0]])


@documents("torch.nn.ModuleList.insert")
@pytest.mark.parametrize("index", [0, 1, 4, 5, -2])
def test_module_list_inserts_as_a_list(index):
    """insert(i, module) puts the module before the place i, counted from the end if negative, and moves those
    behind it.
    """
    modules, new = layers(), nn.ReLU()
    container = nn.ModuleList(modules)
    container.insert(index, new)
    modules.insert(index, new)

    assert same(container, modules)
    assert numbered(container)


@documents("torch.nn.Sequential", "torch.nn.ModuleList", since="2.0")
@pytest.mark.parametrize("kind", [nn.Sequential, nn.ModuleList])
@given(index=indices)
def test_pops_as_a_list(kind, index):
    """pop(i) takes the module at that place out and returns it."""
    modules = layers()
    container = kind(*modules) if kind is nn.Sequential else kind(modules)

    assert container.pop(index) is modules.pop(index)
    assert same(container, modules)
    assert numbered(container)


@documents("torch.nn.ModuleList")
def test_module_list_registers_what_it_holds():
    """The parameters of modules in a ModuleList are the owner's, unlike those in a plain list."""

    class Owner(nn.Module):
        def __init__(self):
            super().__init__()
            self.listed, self.plain = nn.ModuleList(layers(2)), layers(2)

    names = ["listed.0.weight", "listed.0.bias", "listed.1.weight", "listed.1.bias"]
    assert [name for name, _ in Owner().named_parameters()] == names


@documents("torch.nn.ModuleDict")
@given(keys=st.lists(st.sampled_from(("b", "a", "one", "two", "x")), unique=True, min_size=1), data=st.data())
def test_module_dict_is_an_ordered_dict(keys, data):
    """A ModuleDict keeps the order of its keys; getting, setting, deleting, iterating and `in` are a dict's."""
    expected = dict(zip(keys, layers(len(keys))))
    container, gone = nn.ModuleDict(expected), data.draw(st.sampled_from(keys))
    container["new"] = expected["new"] = nn.ReLU()
    container[gone] = expected[gone] = nn.Tanh()
    before = list(container.items())

    assert before == list(expected.items()) == list(container.named_children())
    assert list(container) == list(container.keys()) == list(expected)
    assert same(container.values(), expected.values())
    assert gone in container
    assert container.pop(gone) is expected.pop(gone)
    assert gone not in container
    assert list(container.items()) == list(expected.items())
    assert len(container) == len(expected)


@documents("torch.nn.ModuleDict.update", "torch.nn.ModuleDict.clear")
@given(keys=st.permutations(("a", "b", "c")))
def test_module_dict_updates(keys):
    """update takes a mapping or pairs, in their order, and overwrites in place; clear takes everything out."""
    old, new = layers(2)
    container = nn.ModuleDict({"b": old, "z": old})
    container.update([(key, new) for key in keys])
    container.update(nn.ModuleDict({"z": new}))

    assert list(container) == ["b", "z", *(key for key in keys if key != "b")]
    assert all(value is new for value in container.values())
    container.clear()
    assert len(container) == 0
    assert not list(container.parameters())


@documents("torch.nn.ParameterList")
@given(seed=draw.seeds(), index=st.integers(-3, 2))
def test_parameter_list_is_a_list_of_parameters(seed, index, device):
    """A ParameterList registers its tensors as parameters under their places; indexing and assignment are a list's."""
    values = [draw.normal(seed + size, size + 1) for size in range(3)]
    container = nn.ParameterList([tensor(value, device) for value in values])
    new = nn.Parameter(tensor(draw.normal(seed, 7), device))

    assert [name for name, _ in container.named_parameters()] == ["0", "1", "2"]
    assert all(isinstance(parameter, nn.Parameter) for parameter in container)
    close(container[index], values[index], device=device)
    container[index] = new
    assert container[index] is new
    assert len(container) == 3
    assert len(list(container.parameters())) == 3


@documents("torch.nn.ParameterList.append", "torch.nn.ParameterList.extend")
def test_parameter_list_grows():
    """append and extend add parameters at the end, in order; a slice is a ParameterList of the same parameters."""
    parameters = [nn.Parameter(torch.ones(size)) for size in range(1, 6)]
    container = nn.ParameterList(parameters[:1])

    assert container.append(parameters[1]) is container
    assert container.extend(parameters[2:]) is container
    assert same(container, parameters)
    assert same(container.parameters(), parameters)
    assert isinstance(container[1:4], nn.ParameterList)
    assert same(container[1:4], parameters[1:4])


@documents("torch.nn.ParameterDict")
@given(keys=st.lists(st.sampled_from(("b", "a", "one", "x")), unique=True, min_size=1), data=st.data())
def test_parameter_dict_is_a_dict_of_parameters(keys, data):
    """A ParameterDict registers its tensors as parameters under their keys, in order, and is a dict otherwise."""
    expected = {key: nn.Parameter(torch.ones(place + 1)) for place, key in enumerate(keys)}
    container, gone = nn.ParameterDict(list(expected.items())), data.draw(st.sampled_from(keys))
    container["new"] = torch.ones(9)
    expected["new"] = container["new"]

    assert isinstance(container["new"], nn.Parameter)
    assert list(container) == list(container.keys()) == list(expected)
    assert same(container.values(), expected.values())
    assert same(container.parameters(), expected.values())
    assert container.get(gone) is expected[gone]
    assert container.get("absent", 3) == 3
    assert container.pop(gone) is expected.pop(gone)
    assert gone not in container
    assert same(container.parameters(), expected.values())
    assert len(container) == len(expected)


@documents("torch.nn.ParameterDict")
def test_parameter_dict_merges():
    """a | b holds the entries of both, with b's where both have one; update does it in place; copy has the same
    ones.
    """
    one, two, three = (nn.Parameter(torch.ones(size)) for size in (1, 2, 3))
    left, right = nn.ParameterDict({"a": one, "b": two}), nn.ParameterDict({"b": three, "c": one})
    both, twin = left | right, left.copy()
    left.update(right)

    assert list(both.items()) == list(left.items()) == [("a", one), ("b", three), ("c", one)]
    assert list(twin.items()) == [("a", one), ("b", two)]


@documents("torch.nn.Identity")
@given(x=draw.arrays())
def test_identity_gives_back_its_input(x, device):
    """Identity takes any arguments at construction and returns its input itself."""
    given_x = tensor(x, device)

    assert nn.Identity(3, other="x")(given_x) is given_x


@documents("torch.nn.Flatten", "torch.nn.Unflatten", "torch.flatten")
@given(seed=draw.seeds(), sides=st.lists(st.integers(1, 4), min_size=3, max_size=5), data=st.data())
def test_flatten_joins_dimensions(seed, sides, data, device):
    """Flatten joins the dimensions start_dim to end_dim, all but the first unless told, and Unflatten splits
    one again.
    """
    start = data.draw(st.integers(0, len(sides) - 1))
    end = data.draw(st.integers(start, len(sides) - 1))
    x = draw.normal(seed, *sides)
    joined = int(array(tensor(x)).reshape(-1).size) if (start, end) == (0, len(sides) - 1) else -1
    flat = nn.Flatten(start, end - len(sides))(tensor(x, device))

    close(flat, x.reshape(*sides[:start], joined, *sides[end + 1 :]), device=device)
    close(nn.Flatten()(tensor(x, device)), x.reshape(sides[0], -1), device=device)
    close(nn.Unflatten(start, tuple(sides[start : end + 1]))(flat), x, device=device)


@documents("torch.nn.ModuleList", "torch.nn.Sequential", "torch.nn.ModuleDict")
def test_prints_its_modules_by_name():
    """Containers print each module under its name or number."""
    relu = "(0): ReLU()\n  (1): Tanh()"

    assert repr(nn.Sequential(nn.ReLU(), nn.Tanh())) == f"Sequential(\n  {relu}\n)"
    assert repr(nn.ModuleDict({"a": nn.ReLU()})) == "ModuleDict(\n  (a): ReLU()\n)"
    assert since("2.1") or repr(nn.ModuleList([nn.ReLU(), nn.Tanh()])) == f"ModuleList(\n  {relu}\n)"
