"""What a module does with all that it holds: modes, casts, gradients, copies, functions applied to every submodule."""

import copy
import pickle

import numpy as np
import pytest
import torch
import torch.nn as nn
from hypothesis import given
from hypothesis import strategies as st

from suites.kit import array, bound, close, documents, draw, share_memory, since, tensor, unchanged
from suites.nn.law import functional_call
from suites.nn.test_registration import Tree

CASTS = {"float": torch.float32, "double": torch.float64, "half": torch.float16, "bfloat16": torch.bfloat16}


class Counter(nn.Module):
    """A module with a complex parameter, integer and boolean buffers, and a child."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.from_numpy(draw.normal(0, 3, 2, dtype="float32")))
        self.register_buffer("count", torch.arange(5))
        self.register_buffer("mask", torch.arange(5) > 2, persistent=False)
        self.register_buffer("mean", torch.from_numpy(draw.normal(1, 4, dtype="float32")))
        self.child = nn.Linear(2, 2)

    def forward(self, x, power=1):
        return self.child(x @ self.weight) ** power


def with_gradients(module, dtype=torch.float32):
    """The module with a random gradient in each parameter."""
    for seed, parameter in enumerate(module.parameters()):
        parameter.grad = tensor(draw.normal(seed, *parameter.shape, dtype=dtype), str(parameter.device), dtype)
    return module


@documents("torch.nn.Module.train", "torch.nn.Module.eval")
@given(modes=st.lists(st.booleans(), max_size=4))
def test_sets_the_mode_of_all_descendants(modes):
    """train(mode) sets training of the module and of every module below it and returns the module; eval() is
    train(False).
    """
    tree = Tree()
    fresh = [module.training for module in tree.modules()]
    for mode in modes:
        assert tree.train(mode) is tree
        assert [module.training for module in tree.modules()] == [mode] * 8
        assert tree.eval() is tree
        assert [module.training for module in tree.modules()] == [False] * 8
    assert tree.train() is tree

    assert fresh == [True] * 8
    assert [module.training for module in tree.modules()] == [True] * 8


@documents("torch.nn.Module.train", "torch.nn.Module.eval")
def test_sets_the_mode_of_a_branch():
    """The mode of a submodule can be set on its own; its parent and siblings keep theirs."""
    tree = Tree()
    tree.first[2].eval()

    changed = {name for name, module in tree.named_modules() if not module.training}
    assert changed == {"first.2", "first.2.0", "first.2.1"}


@documents("torch.nn.Module.train")
@pytest.mark.parametrize("mode", [3, "yes", None])
def test_mode_is_a_bool(mode):
    """A mode that is no bool raises a ValueError and changes nothing."""
    tree = Tree().eval()

    with pytest.raises(ValueError):
        tree.train(mode)
    assert not any(module.training for module in tree.modules())


@documents("torch.nn.Module.requires_grad_")
def test_freezes_all_parameters():
    """requires_grad_ sets requires_grad of every parameter below, and not of buffers, returns the module, and changes
    neither gradients nor modes.
    """
    tree = with_gradients(Tree())
    tree.first.eval()
    gradients, modes = [value.grad for value in tree.parameters()], [module.training for module in tree.modules()]
    assert tree.requires_grad_(False) is tree
    assert not any(value.requires_grad for value in [*tree.parameters(), *tree.buffers()])
    assert tree.first.requires_grad_() is tree.first

    trainable = [name for name, value in tree.named_parameters() if value.requires_grad]
    assert trainable == [name for name, _ in tree.named_parameters() if name.startswith("first")]
    assert not any(value.requires_grad for value in tree.buffers())
    assert all(value.grad is gradient for value, gradient in zip(tree.parameters(), gradients))
    assert [module.training for module in tree.modules()] == modes


@documents("torch.nn.Module.train", "torch.nn.Module.eval")
@pytest.mark.parametrize(
    "hold",
    [lambda m: nn.Sequential(m), lambda m: nn.ModuleList([m]), lambda m: nn.ModuleDict({"a": m}),
     lambda m: nn.Sequential(nn.ModuleDict({"a": nn.ModuleList([m])}))],
    ids=["sequential", "list", "dict", "nested"],
)  # fmt: skip
def test_sets_the_mode_inside_of_containers(hold):
    """train and eval set the mode of modules in containers of any kind, and of the containers."""
    inner = nn.Dropout()
    outer = hold(inner)
    outer.eval()

    assert not any(module.training for module in outer.modules())
    outer.train()
    assert inner.training
    assert outer.training


@documents("torch.nn.Module.zero_grad")
@given(missing=st.integers(0, 7))
def test_zero_grad_zeroes_in_place(missing, device):
    """zero_grad(set_to_none=False) fills every gradient with zeros in place, and leaves None where there is none."""
    tree = with_gradients(Tree(device))
    parameters = list(tree.parameters())
    parameters[missing].grad = None
    gradients = [parameter.grad for parameter in parameters]
    tree.zero_grad(set_to_none=False)

    assert [id(parameter.grad) for parameter in parameters] == [id(gradient) for gradient in gradients]
    for gradient in gradients[:missing] + gradients[missing + 1 :]:
        close(gradient, np.zeros(gradient.shape, "float32"), device=device)


@documents("torch.nn.Module.zero_grad")
def test_zero_grad_sets_to_none(device):
    """zero_grad(set_to_none=True) takes every gradient away, also of grandchildren, and leaves the tensors alone."""
    tree = with_gradients(Tree(device))
    gradients = [parameter.grad for parameter in tree.parameters()]
    with unchanged(*gradients, *tree.parameters()):
        tree.zero_grad(set_to_none=True)

    assert all(parameter.grad is None for parameter in tree.parameters())


@documents("torch.nn.Module.float", "torch.nn.Module.double", "torch.nn.Module.half", "torch.nn.Module.bfloat16")
@pytest.mark.parametrize("name", CASTS)
def test_casts_what_is_floating(name, device):
    """A cast rounds all floating parameters, buffers and gradients to that dtype; integers and booleans stay as
    they are.
    """
    module = with_gradients(Counter().to(device))
    before = {key: array(value) for key, value in [*module.named_parameters(), *module.named_buffers()]}
    gradients = {key: array(value.grad) for key, value in module.named_parameters()}
    parameters = list(module.parameters())
    assert getattr(module, name)() is module

    target = CASTS[name]
    assert [id(value) for value in module.parameters()] == [id(value) for value in parameters]
    for key, value in [*module.named_parameters(), *module.named_buffers()]:
        wanted = target if before[key].dtype.kind == "f" else value.dtype
        close(value, draw.cast(before[key], wanted), dtype=wanted, device=device)
    assert (module.count.dtype, module.mask.dtype) == (torch.int64, torch.bool)
    for key, value in module.named_parameters():
        close(value.grad, draw.cast(gradients[key], target), dtype=target, device=device)
        assert value.requires_grad
        assert value.is_leaf


@documents("torch.nn.Module.to")
@given(dtype=st.sampled_from((torch.float64, torch.float16, torch.bfloat16)), how=st.integers(0, 3))
def test_to_takes_dtype_device_or_tensor(dtype, how, device):
    """to(dtype), to(device, dtype), to(dtype=...) and to(tensor) cast and move the module in place and return it."""
    module = Counter()
    arguments = [((dtype,), {}), ((device, dtype), {}), ((), {"device": device, "dtype": dtype}),
                 ((tensor(np.zeros(1, "float32"), device).to(dtype),), {})][how]  # fmt: skip
    assert module.to(*arguments[0], **arguments[1]) is module

    assert {value.dtype for value in module.parameters()} == {dtype}
    assert (module.mean.dtype, module.count.dtype, module.mask.dtype) == (dtype, torch.int64, torch.bool)
    kind = torch.device("cpu" if how == 0 else device).type
    assert {value.device.type for value in [*module.parameters(), *module.buffers()]} == {kind}


@documents("torch.nn.Module.to")
@pytest.mark.parametrize("dtype", [torch.int64, torch.bool, torch.uint8], ids=str)
def test_to_rejects_integers(dtype):
    """to() with a dtype that is neither floating nor complex raises a TypeError."""
    with pytest.raises(TypeError):
        Counter().to(dtype)


@documents("torch.nn.Module.to")
def test_to_changes_nothing_twice():
    """to() with the dtype and device that a module has leaves the very tensors in place."""
    module = Counter()
    before = [(id(value), value.data_ptr()) for value in [*module.parameters(), *module.buffers()]]
    module.to("cpu", torch.float32)

    assert [(id(value), value.data_ptr()) for value in [*module.parameters(), *module.buffers()]] == before


@documents("torch.nn.Module.to")
def test_to_takes_a_memory_format(device):
    """to(memory_format=torch.channels_last) reorders the memory of 4-D parameters and keeps all values."""
    module = nn.Sequential(nn.Conv2d(3, 4, 2), nn.Linear(2, 3)).to(device)
    before = [array(parameter) for parameter in module.parameters()]
    module.to(memory_format=torch.channels_last)

    assert module[0].weight.is_contiguous(memory_format=torch.channels_last)
    for parameter, values in zip(module.parameters(), before):
        close(parameter, values, device=device)


@documents("torch.nn.Module.type")
def test_type_casts_everything(device):
    """type(dtype) casts all parameters and buffers, whatever their dtype was."""
    module = nn.BatchNorm1d(3).to(device)
    module.type(torch.float64)

    assert {value.dtype for value in [*module.parameters(), *module.buffers()]} == {torch.float64}


@documents("torch.nn.Module.to_empty")
def test_to_empty_keeps_shapes_and_dtypes(device):
    """to_empty gives parameters and buffers of the same shapes and dtypes on a device, with storage of its own."""
    module = Counter().to("meta")
    shapes = {name: (value.shape, value.dtype) for name, value in [*module.named_parameters(), *module.named_buffers()]}
    assert module.to_empty(device=device) is module

    found = dict([*module.named_parameters(), *module.named_buffers()])
    assert {name: (value.shape, value.dtype) for name, value in found.items()} == shapes
    assert {value.device.type for value in found.values()} == {torch.device(device).type}
    assert all(parameter.requires_grad for parameter in module.parameters())


@documents("torch.nn.Module.apply")
def test_applies_to_children_first():
    """apply(f) calls f on every submodule, below before above, once by each path, ends with the module and
    returns it.
    """
    tree = nn.Sequential(nn.Sequential(nn.ReLU(), nn.Tanh()), nn.Linear(1, 1))
    seen = []

    assert tree.apply(seen.append) is tree
    assert [id(m) for m in seen] == [id(m) for m in (tree[0][0], tree[0][1], tree[0], tree[1], tree)]


@documents("torch.nn.Module", "torch.nn.Parameter")
@given(seed=draw.seeds())
def test_deep_copy_is_independent(seed, device):
    """copy.deepcopy gives equal parameters and buffers in memory of their own; shared modules are shared in the
    copy.
    """
    tree = Tree(device).eval()
    tree.scale.data.copy_(tensor(draw.normal(seed, 2, dtype="float32"), device))
    tree.scale.requires_grad_(False)
    twin = copy.deepcopy(tree)

    assert [name for name, _ in twin.named_parameters()] == [name for name, _ in tree.named_parameters()]
    assert twin.again is twin.second
    assert twin.second is not tree.second
    assert not any(module.training for module in twin.modules())
    pairs = [*zip(twin.parameters(), tree.parameters()), *zip(twin.buffers(), tree.buffers())]
    assert [new.requires_grad for new, _ in pairs] == [old.requires_grad for _, old in pairs]
    for new, old in pairs:
        close(new, array(old), device=device)
        assert old.ndim == 0 or not share_memory(new, old)
    assert all(type(parameter) is nn.Parameter and parameter.is_leaf for parameter in twin.parameters())


@documents("torch.nn.Module", "notes/serialization")
def test_survives_pickling(device):
    """A pickled module comes back with equal parameters and buffers, its modes, and memory of its own."""
    module = nn.Sequential(nn.Conv2d(2, 3, 2), nn.BatchNorm2d(3), nn.Sequential(nn.Linear(3, 1))).to(device).eval()
    twin = pickle.loads(pickle.dumps(module))

    assert repr(twin) == repr(module)
    assert [m.training for m in twin.modules()] == [m.training for m in module.modules()]
    for (name, new), (old_name, old) in zip(twin.state_dict().items(), module.state_dict().items()):
        assert name == old_name
        close(new, array(old), device=device)
        assert not share_memory(new, old)


@documents("torch.nn.Module.extra_repr")
def test_prints_what_extra_repr_adds():
    """extra_repr is printed between the parentheses, or, with submodules, on a line of its own before them."""

    class Named(nn.Module):
        def extra_repr(self):
            return "size=3, kind='x'"

    parent = Named()
    parent.inner = Named()
    assert repr(Named()) == "Named(size=3, kind='x')"
    assert repr(parent) == "Named(\n  size=3, kind='x'\n  (inner): Named(size=3, kind='x')\n)"


@documents("torch.nn.Module.forward")
def test_call_passes_arguments_to_forward():
    """Calling a module calls forward with all arguments, by position and by keyword, and returns what it returns."""

    class Echo(nn.Module):
        def forward(self, *args, **kwargs):
            return args, kwargs

    assert Echo()(1, "two", three=3, four=[4]) == ((1, "two"), {"three": 3, "four": [4]})
    with pytest.raises(NotImplementedError):
        nn.Module()(1)


FUNCTIONAL = "torch.func.functional_call" if since("2.0") else "torch.nn.utils.stateless.functional_call"


@documents("torch.nn.Module", FUNCTIONAL)
@given(seed=draw.seeds())
@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")
def test_functional_call_replaces_for_one_call(seed, dtype, device):
    """functional_call computes with the given parameters and buffers, and leaves the module's own as they were."""
    module = nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2)).to(device, dtype).eval()
    before = dict([*module.named_parameters(), *module.named_buffers()])
    weight = draw.normal(seed, 2, 3, dtype=dtype)
    new = {"0.weight": tensor(weight, device), "1.running_mean": tensor(draw.normal(seed + 1, 2, dtype=dtype), device)}
    x = tensor(draw.normal(seed + 2, 4, 3, dtype=dtype), device)
    twin = copy.deepcopy(module)
    twin.load_state_dict(new, strict=False)
    with unchanged(*before.values(), *new.values(), x):
        found = functional_call(module, new, (x,))

    close(found, array(twin(x)), device=device)
    assert all(value is before[name] for name, value in [*module.named_parameters(), *module.named_buffers()])


@documents("torch.nn.Module", FUNCTIONAL)
@given(seed=draw.seeds())
@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")
def test_functional_call_differentiates(seed, device):
    """Gradients flow to the parameters given to functional_call and not to the module's own."""
    module = Counter().double().to(device)
    weight = tensor(draw.normal(seed, 3, 2), device).requires_grad_()
    x = draw.normal(seed, 1, 3)
    functional_call(module, {"weight": weight}, (tensor(x, device),), {"power": 1}).sum().backward()

    assert module.weight.grad is None
    below = array(module.child.weight)
    two_products = bound.Bound(8, np.outer(np.abs(x), np.abs(below).sum(0)))
    close(weight.grad, np.outer(x, below.sum(0)), two_products, device=device)


@documents("torch.nn.Module.float", "torch.nn.Module.double", "torch.nn.Module.half", "torch.nn.Module.bfloat16")
@pytest.mark.parametrize("name", CASTS)
def test_casts_leave_complex_numbers_alone(name, device):
    """A cast leaves parameters and buffers of complex numbers as they are."""
    module, values = nn.Module(), draw.normal(0, 3) + 1j * draw.normal(1, 3)
    module.own = nn.Parameter(tensor(values.astype("complex64"), device))
    module.register_buffer("held", tensor(values, device))
    getattr(module, name)()

    close(module.own.detach(), values.astype("complex64"), device=device)
    close(module.held, values, device=device)
