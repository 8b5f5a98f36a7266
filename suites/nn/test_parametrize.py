"""Parametrisations: a tensor of a module as a function of others, and back to a plain parameter."""

import copy

import pytest
import torch
import torch.nn as nn
from torch.nn.utils import parametrize

from suites.kit import array, close, documents, draw, tensor, unchanged

NAME = "torch.nn.utils.parametrize."
REGISTER = documents(NAME + "register_parametrization")


class Scaled(nn.Module):
    """2 x; what it was called on can be asked."""

    def __init__(self):
        super().__init__()
        self.calls = 0

    def forward(self, x):
        self.calls += 1
        return 2 * x

    def right_inverse(self, y):
        return y / 2


class Shifted(nn.Module):
    """x + 1."""

    def forward(self, x):
        return x + 1

    def right_inverse(self, y):
        return y - 1


class Outer(nn.Module):
    """x yᵀ, of two vectors."""

    def forward(self, x, y):
        return x[:, None] * y

    def right_inverse(self, z):
        return z[:, 0], z[0] / z[0, 0]


class Squared(nn.Module):
    """x², which has no right inverse here."""

    def forward(self, x):
        return x * x


class Longer(nn.Module):
    """More rows."""

    def forward(self, x):
        return torch.cat([x, x])


class Wider(nn.Module):
    """Another dtype."""

    def forward(self, x):
        return x.double()


def layer(device):
    """A linear map from 3 to 2."""
    return nn.Linear(3, 2).to(device)


def registered(device, *parametrizations):
    """The same, its weight parametrised, and the weight as it was."""
    module = layer(device)
    before = array(module.weight).copy()
    for one in parametrizations:
        parametrize.register_parametrization(module, "weight", one)
    return module, before


@REGISTER
def test_weight_is_the_parametrisation_of_the_original(device):
    """The weight is the parametrisation of parametrizations.weight.original, which without a right inverse is the
    tensor as it was; registering gives the module.
    """
    module, before = registered(device, Squared())
    x = draw.normal(0, 4, 3, dtype="float32")

    close(module.parametrizations.weight.original, before, device=device)
    close(module.weight, before * before, device=device)
    close(module(tensor(x, device)), array(nn.functional.linear(tensor(x, device), module.weight, module.bias)),
          device=device)  # fmt: skip
    assert parametrize.register_parametrization(module, "bias", Squared()) is module


@REGISTER
def test_right_inverse_keeps_the_weight(device):
    """With a right inverse the original becomes its value, so that the weight stays."""
    module, before = registered(device, Scaled())

    close(module.parametrizations.weight.original, before / 2, device=device)
    close(module.weight, before, device=device)


@REGISTER
def test_several_are_composed_in_order(device):
    """Several parametrisations are applied one after the other, the first registered first."""
    module, before = registered(device, Squared(), Shifted())

    close(module.weight, before * before + 1, device=device)
    assert [type(one) for one in module.parametrizations.weight] == [Squared, Shifted]


@REGISTER
def test_assigning_goes_through_the_right_inverses(device):
    """Where all have right inverses, to assign a weight sets the original to that from which it follows."""
    module, _ = registered(device, Scaled(), Shifted())
    value = tensor(draw.lattice(0, (2, 3)).astype("float32"), device)
    with unchanged(value):
        module.weight = value

    close(module.weight, array(value), device=device)
    close(module.parametrizations.weight.original, (array(value) - 1) / 2, device=device)


@REGISTER
def test_depends_on_several_tensors(device):
    """A right inverse that gives several tensors makes them original0, original1, of which the weight is a function."""
    module = layer(device)
    with torch.no_grad():
        module.weight.copy_(torch.tensor([[1.0, 2, 4], [2, 4, 8]]))
    parametrize.register_parametrization(module, "weight", Outer())

    originals = module.parametrizations.weight
    close(originals.original0, array(torch.tensor([1.0, 2])), device=device)
    close(originals.original1, array(torch.tensor([1.0, 2, 4])), device=device)
    close(module.weight, array(torch.tensor([[1.0, 2, 4], [2, 4, 8]])), device=device)
    names = {"bias", "parametrizations.weight.original0", "parametrizations.weight.original1"}
    assert {name for name, _ in module.named_parameters()} == names == set(module.state_dict())


@REGISTER
def test_differentiates_through_the_parametrisation(device):
    """The gradient arrives at the original through the parametrisation, and an optimizer moves it."""
    module, before = registered(device, Squared())
    module.weight.sum().backward()
    torch.optim.SGD(module.parameters(), lr=0.25).step()

    original = module.parametrizations.weight.original
    close(original.grad, 2 * before, device=device)
    close(module.weight, array(original) ** 2, device=device)
    assert not array(original - tensor(before / 2, device)).any()


@REGISTER
def test_buffers_are_parametrised_too(device):
    """A buffer is parametrised as a parameter is, and its original stays a buffer."""
    module = nn.BatchNorm1d(3).to(device)
    parametrize.register_parametrization(module, "running_mean", Shifted())

    close(module.running_mean, array(torch.zeros(3)), device=device)
    assert "parametrizations.running_mean.original" in dict(module.named_buffers())


@REGISTER
def test_takes_over_the_mode_of_the_module(device):
    """A parametrisation is put into the mode of its module."""
    module = layer(device).eval()
    one = Squared().train()
    parametrize.register_parametrization(module, "weight", one)

    assert not one.training


@REGISTER
@pytest.mark.parametrize("one", [Longer(), Wider()], ids=["shape", "dtype"])
def test_shape_and_dtype_stay_unless_it_is_called_unsafe(one, device):
    """What changes shape or dtype is refused and leaves the module as it was, unless it is called unsafe."""
    module = layer(device)
    with pytest.raises(ValueError, match="egister"):
        parametrize.register_parametrization(module, "weight", one)

    assert isinstance(module.weight, nn.Parameter)
    parametrize.register_parametrization(module, "weight", one, unsafe=True)
    close(module.weight, array(one(module.parametrizations.weight.original)), device=device)


@REGISTER
def test_refuses_a_name_that_is_no_tensor():
    """A name that is neither parameter nor buffer raises ValueError."""
    with pytest.raises(ValueError, match="nothing"):
        parametrize.register_parametrization(nn.Linear(3, 2), "nothing", Squared())


@documents(NAME + "is_parametrized", NAME + "type_before_parametrizations")
def test_tells_what_is_parametrised():
    """is_parametrized tells whether a module, or one tensor of it, is; the type from before can still be asked."""
    module, plain = registered("cpu", Squared())[0], nn.Linear(3, 2)

    assert parametrize.is_parametrized(module)
    assert parametrize.is_parametrized(module, "weight")
    assert not parametrize.is_parametrized(module, "bias")
    assert not parametrize.is_parametrized(plain)
    assert isinstance(module, nn.Linear)
    assert parametrize.type_before_parametrizations(module) is nn.Linear
    assert parametrize.type_before_parametrizations(plain) is nn.Linear


@documents(NAME + "cached")
def test_caches_only_inside_the_context(device):
    """Inside cached() the weight is computed once, outside it at each use, and what was kept is forgotten after it."""
    one = Scaled()
    module, _ = registered(device, one)
    one.calls = 0
    with parametrize.cached():
        first, second = module.weight, module.weight
        assert (one.calls, first is second) == (1, True)
    with torch.no_grad():
        module.parametrizations.weight.original.mul_(2)

    close(module.weight, 2 * array(first), device=device)
    assert (module.weight is module.weight, one.calls) == (False, 4)


@documents(NAME + "remove_parametrizations")
@pytest.mark.parametrize("left", [{}, {"leave_parametrized": True}, {"leave_parametrized": False}], ids=str)
def test_removing_leaves_an_ordinary_module(left, device):
    """Removal leaves a parameter with the value that the weight had, or with leave_parametrized=False the original."""
    module, before = registered(device, Squared())
    x = tensor(draw.normal(0, 4, 3, dtype="float32"), device)
    given = parametrize.remove_parametrizations(module, "weight", **left)

    close(module.weight, before if left.get("leave_parametrized") is False else before * before, device=device)
    assert given is module
    assert type(module) is nn.Linear
    assert isinstance(module.weight, nn.Parameter)
    assert not hasattr(module, "parametrizations")
    assert set(module.state_dict()) == {"weight", "bias"}
    close(module(x), array(nn.functional.linear(x, module.weight, module.bias)), device=device)


@documents(NAME + "remove_parametrizations")
def test_removing_refuses_what_cannot_be():
    """To remove what is not there, or to go back to one original where there are several, raises ValueError."""
    module, _ = registered("cpu", Outer())

    with pytest.raises(ValueError, match="bias"):
        parametrize.remove_parametrizations(module, "bias")
    with pytest.raises(ValueError, match="parametr"):
        parametrize.remove_parametrizations(module, "weight", leave_parametrized=False)


@documents(NAME + "transfer_parametrizations_and_params")
def test_transfers_to_another_module(device):
    """The other module gets the parametrisations and the originals, of all tensors or of one; from a module without
    any, nothing.
    """
    module, other = registered(device, Squared())[0], layer(device)
    parametrize.register_parametrization(module, "bias", Shifted())
    given = parametrize.transfer_parametrizations_and_params(module, other, "weight")

    close(other.weight, array(module.weight), device=device)
    assert given is other
    assert not parametrize.is_parametrized(other, "bias")
    assert parametrize.is_parametrized(parametrize.transfer_parametrizations_and_params(module, other), "bias")
    unchanged_one = parametrize.transfer_parametrizations_and_params(nn.Linear(3, 2), layer(device))
    assert not parametrize.is_parametrized(unchanged_one)


@REGISTER
def test_copies_and_loads_its_originals(device):
    """A deep copy has a copy of the original; a state_dict of originals gives another module the weight."""
    module, _ = registered(device, Squared())
    twin, other = copy.deepcopy(module), registered(device, Squared())[0]
    other.load_state_dict(module.state_dict())
    with torch.no_grad():
        module.parametrizations.weight.original.mul_(2)

    for one in (twin, other):
        close(4 * one.weight, array(module.weight), device=device)
