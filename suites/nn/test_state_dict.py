"""state_dict and load_state_dict: what is saved, what shares memory, what is an error, and what a file brings back."""

import copy
import io
from collections import OrderedDict

import pytest
import torch
import torch.nn as nn
from hypothesis import given
from hypothesis import strategies as st

from suites.kit import array, close, documents, draw, share_memory, tensor, unchanged
from suites.nn.test_registration import Tree

pytestmark = pytest.mark.filterwarnings("ignore:TypedStorage is deprecated")

SAVING = ("torch.nn.Module.state_dict", "notes/serialization")
LOADING = ("torch.nn.Module.load_state_dict", "notes/serialization")
KEYS = ["scale", "steps", "first.0.weight", "first.0.bias", "first.1.weight", "first.1.bias", "first.1.running_mean",
        "first.1.running_var", "first.1.num_batches_tracked", "first.2.0.weight", "first.2.0.bias", "second.weight",
        "again.weight"]  # fmt: skip


def filled(seed, device="cpu", dtype=torch.float32):
    """A tree with random parameters and buffers."""
    tree = Tree(device).to(dtype)
    state = {key: random(seed + place, value) for place, (key, value) in enumerate(tree.state_dict().items())}
    tree.load_state_dict({**state, "again.weight": state["second.weight"]})
    return tree


def random(seed, like):
    """A random tensor of the same shape, dtype and device."""
    dtype = like.dtype
    return tensor(draw.Sample(tuple(like.shape), seed)(dtype), str(like.device), dtype)


@documents(*SAVING)
def test_holds_parameters_and_persistent_buffers():
    """A state_dict has a key for each parameter and persistent buffer, by its dotted name, each module's own first."""
    state = Tree().state_dict()

    assert isinstance(state, OrderedDict)
    assert list(state) == KEYS


@documents(*SAVING)
def test_is_a_reference(device):
    """The tensors of a state_dict share memory with the module's, and are detached from autograd."""
    tree = filled(0, device)
    state = tree.state_dict()
    own = {**dict(tree.named_parameters()), **dict(tree.named_buffers()), "again.weight": tree.again.weight}

    assert all(share_memory(value, own[key]) for key, value in state.items())
    assert all(value.data_ptr() == own[key].data_ptr() for key, value in state.items())
    assert not any(value.requires_grad or isinstance(value, nn.Parameter) for value in state.values())


@documents(*SAVING)
def test_keep_vars_gives_the_parameters():
    """With keep_vars=True the values are the module's own parameters and buffers."""
    tree = Tree()
    own = {**dict(tree.named_parameters()), **dict(tree.named_buffers()), "again.weight": tree.again.weight}
    state = tree.state_dict(keep_vars=True)

    assert list(state) == KEYS
    assert all(value is own[key] for key, value in state.items())


@documents(*SAVING)
def test_prefix_and_destination():
    """A prefix is put before every key, and a destination is filled and returned."""
    destination = OrderedDict(other=1)
    found = Tree().state_dict(destination=destination, prefix="net.")

    assert found is destination
    assert list(found) == ["other", *(f"net.{key}" for key in KEYS)]


@documents(*LOADING)
@given(seed=draw.seeds())
def test_round_trip_gives_the_same_values(seed, dtype, device):
    """load_state_dict of another module's state_dict gives its values, and says that all keys matched."""
    source, target = filled(seed, device, dtype), filled(seed + 1, device, dtype)
    values = {key: array(value) for key, value in source.state_dict().items()}
    with unchanged(*source.state_dict().values()):
        result = target.load_state_dict(source.state_dict())

    assert result.missing_keys == []
    assert result.unexpected_keys == []
    assert repr(result) == "<All keys matched successfully>"
    for key, value in target.state_dict().items():
        close(value, values[key], device=device)


@documents(*LOADING)
@pytest.mark.parametrize("layout", ["contiguous", "transposed", "stepped"])
@given(seed=draw.seeds(), dtype_in=st.sampled_from((torch.float64, torch.float32, torch.float16, torch.bfloat16)))
def test_copies_into_the_parameters(seed, layout, dtype_in, dtype, device):
    """Loading copies the values, of tensors or parameters in any layout, into the module's tensors: identity, memory,
    dtype and requires_grad stay.
    """
    module = nn.Linear(3, 3).to(device, dtype)
    module.bias.requires_grad_(False)
    weight, bias = module.weight, module.bias
    places = weight.data_ptr(), bias.data_ptr()
    values = draw.laid_out(draw.Sample((3, 3), seed)(dtype_in), layout)
    state = {"weight": nn.Parameter(tensor(values, device, dtype_in), requires_grad=False),
             "bias": nn.Parameter(tensor(values[:, 0].copy(), device, dtype_in))}  # fmt: skip
    module.load_state_dict(state)

    assert module.weight is weight
    assert module.bias is bias
    assert (weight.data_ptr(), bias.data_ptr()) == places
    assert weight.requires_grad
    assert not bias.requires_grad
    close(weight, draw.cast(values.astype("float64"), dtype), dtype=dtype, device=device)
    close(bias, draw.cast(values[:, 0].astype("float64"), dtype), dtype=dtype, device=device)
    assert not share_memory(weight, tensor(values, device))


@documents(*LOADING)
def test_loaded_values_are_copies(device):
    """Without assign the module shares no memory with what it was loaded from."""
    source, target = filled(0, device), filled(1, device)
    state = source.state_dict()
    target.load_state_dict(state)

    pairs = list(zip(target.state_dict().values(), state.values()))
    assert not any(share_memory(new, old) for new, old in pairs)


def altered(change):
    """The state of a tree, changed, and its keys."""
    state = copy.copy(Tree().state_dict())
    change(state)
    return state


CHANGES = {
    "a key is missing": (lambda state: state.pop("scale"), ["scale"], []),
    "a buffer is missing": (lambda state: state.pop("first.1.running_var"), ["first.1.running_var"], []),
    "a nested key is missing": (lambda state: state.pop("first.2.0.bias"), ["first.2.0.bias"], []),
    "a key is unexpected": (lambda state: state.update(extra=torch.ones(1)), [], ["extra"]),
    "an unexpected key of a submodule": (lambda state: state.update({"first.0.extra": torch.ones(1)}), [],
                                         ["first.0.extra"]),
    "an unexpected submodule": (lambda state: state.update({"first.7.weight": torch.ones(1)}), [], ["first.7.weight"]),
    "a buffer that is not persistent": (lambda state: state.update(scratch=torch.ones(5)), [], ["scratch"]),
    "a renamed key": (lambda state: state.update({"first.9.bias": state.pop("first.0.bias")}), ["first.0.bias"],
                      ["first.9.bias"]),
}  # fmt: skip
changes = pytest.mark.parametrize(("change", "missing", "unexpected"), CHANGES.values(), ids=list(CHANGES))


@documents(*LOADING)
@changes
def test_strict_loading_raises(change, missing, unexpected):
    """With strict=True, the default, missing and unexpected keys raise a RuntimeError that names them."""
    with pytest.raises(RuntimeError) as raised:
        Tree().load_state_dict(altered(change))

    assert all(f'"{key}"' in str(raised.value) for key in [*missing, *unexpected])


@documents(*LOADING)
@changes
def test_lenient_loading_reports(change, missing, unexpected):
    """With strict=False the keys that match are loaded and the others returned as missing_keys and unexpected_keys."""
    tree, state = Tree(), altered(change)
    before = {key: array(value) for key, value in tree.state_dict().items()}
    result = tree.load_state_dict(state, strict=False)

    assert (list(result.missing_keys), list(result.unexpected_keys)) == (missing, unexpected)
    for key, value in tree.state_dict().items():
        close(value, array(state[key]) if key in state else before[key])


@documents(*LOADING)
def test_rejects_keys_that_lead_nowhere():
    """An unexpected key below the name of a parameter is an error too: the keys have to match exactly."""
    module = nn.Linear(2, 2)
    state = {**module.state_dict(), "weight.extra": torch.ones(1)}

    with pytest.raises(RuntimeError, match=r"weight\.extra"):
        module.load_state_dict(state)


@documents(*LOADING)
@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize("shape", [(1, 3), (2, 1), (1, 1), (3,), (2, 3, 1), (6,), (3, 2), (), (0, 3)], ids=str)
def test_another_shape_raises(strict, shape):
    """A tensor of another shape raises a RuntimeError, strict or not, also where it would broadcast or could be
    reshaped.
    """
    module = nn.Linear(3, 2)
    state = {"weight": torch.ones(shape), "bias": torch.ones(2)}
    before = array(module.weight)

    with pytest.raises(RuntimeError, match="size mismatch for weight"):
        module.load_state_dict(state, strict=strict)
    close(module.weight, before)


@documents(*LOADING)
@pytest.mark.parametrize("wrong", [3, [("weight", 1)], "weight"], ids=repr)
def test_rejects_what_is_no_dict(wrong):
    """What is no mapping raises a TypeError."""
    with pytest.raises(TypeError):
        nn.Linear(1, 1).load_state_dict(wrong)


@documents(*LOADING)
def test_leaves_the_given_dict_alone():
    """The dictionary given to load_state_dict keeps its keys and its tensors."""
    state = dict(filled(3).state_dict())
    before = [(key, id(value)) for key, value in state.items()]
    Tree().load_state_dict(state)

    assert [(key, id(value)) for key, value in state.items()] == before


@documents(*LOADING, since="2.1")
@given(seed=draw.seeds())
def test_assign_takes_the_tensors(seed, device):
    """With assign=True the module takes the given tensors over: their dtype and memory, as Parameters."""
    module = nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2)).to(device)
    state = {key: random(seed, value.double() if value.is_floating_point() else value)
             for key, value in module.state_dict().items()}  # fmt: skip
    module.load_state_dict(state, assign=True)

    own = {**dict(module.named_parameters()), **dict(module.named_buffers())}
    assert all(isinstance(value, nn.Parameter) for value in module.parameters())
    assert all(share_memory(own[key], value) for key, value in state.items())
    assert {value.dtype for value in module.parameters()} == {torch.float64}


@documents(*LOADING, since="2.3")
def test_assign_keeps_requires_grad():
    """With assign=True everything comes from the given tensors but requires_grad, which the module keeps."""
    module = nn.Linear(2, 2)
    module.weight.requires_grad_(False)
    module.load_state_dict({"weight": nn.Parameter(torch.ones(2, 2)), "bias": torch.ones(2)}, assign=True)

    assert not module.weight.requires_grad
    assert module.bias.requires_grad


@documents("torch.nn.Module.register_load_state_dict_post_hook")
def test_post_hook_may_forgive():
    """A post-hook of loading gets the module and the incompatible keys, and may change the lists before they raise."""
    module, seen = nn.Linear(2, 2), []
    hook = lambda m, keys: (seen.append((m, list(keys.missing_keys))), keys.missing_keys.clear())[2:] or None  # noqa: E731
    module.register_load_state_dict_post_hook(hook)
    result = module.load_state_dict({"weight": torch.ones(2, 2)})

    assert seen == [(module, ["bias"])]
    assert list(result.missing_keys) == []


@documents("torch.nn.Module.set_extra_state", "torch.nn.Module.get_extra_state")
def test_extra_state_is_saved():
    """What get_extra_state returns is saved under its own key, and set_extra_state gets it back."""

    class Counting(nn.Module):
        count = 0

        def get_extra_state(self):
            return {"count": self.count}

        def set_extra_state(self, state):
            self.count = state["count"]

    source, target = nn.Sequential(Counting()), nn.Sequential(Counting())
    source[0].count = 7
    target.load_state_dict(source.state_dict())

    assert target[0].count == 7
    assert list(source.state_dict()) == ["0._extra_state"]


def saved(value):
    """The value, saved to a file in memory and loaded again."""
    file = io.BytesIO()
    torch.save(value, file)
    file.seek(0)
    return torch.load(file, weights_only=True)


DTYPES = (torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.complex64, torch.int64, torch.uint8,
          torch.bool)  # fmt: skip


@documents("torch.save", "torch.load")
@pytest.mark.dtypes(*DTYPES)
@given(sample=draw.samples(shape=draw.shapes(least=1)))
def test_file_brings_back_the_tensor(sample, dtype, device):
    """A saved tensor is loaded with the same bits, shape, strides, dtype and device, and memory of its own."""
    x = sample(dtype)
    original = tensor(x, device, dtype)
    found = saved({"x": original})["x"]

    close(found, x, dtype=dtype, device=device)
    assert found.stride() == original.stride()
    assert found.storage_offset() == original.storage_offset()
    assert found.numel() == 0 or found.data_ptr() != original.data_ptr()


@documents("torch.save", "torch.load", "notes/serialization")
def test_file_keeps_who_shares_memory(device):
    """Tensors that share memory when they are saved share it when they are loaded, and others do not."""
    base = tensor(draw.normal(0, 4, 5), device)
    found = saved({"base": base, "row": base[1], "part": base[2:, ::2], "other": base.clone()})

    assert share_memory(found["base"], found["row"])
    assert share_memory(found["base"], found["part"])
    assert not share_memory(found["base"], found["other"])
    close(found["part"], array(base)[2:, ::2], device=device)


@documents("torch.save", "torch.load", *LOADING)
@given(seed=draw.seeds())
def test_file_of_a_state_dict_restores_the_module(seed, device):
    """A state_dict that went through a file gives another module the same values; shared ones stay shared in it."""
    source, target = filled(seed, device), filled(seed + 1, device)
    state = saved(source.state_dict())
    target.load_state_dict(state)

    assert list(state) == KEYS
    assert share_memory(state["second.weight"], state["again.weight"])
    for key, value in target.state_dict().items():
        close(value, array(source.state_dict()[key]), device=device)


@documents("torch.save", "torch.load")
def test_file_keeps_parameters_and_requires_grad(device):
    """A saved Parameter is loaded as a leaf Parameter with its requires_grad."""
    values = draw.normal(0, 2, 3)
    state = {
        "on": nn.Parameter(tensor(values, device)),
        "off": nn.Parameter(tensor(values, device), requires_grad=False),
    }
    found = saved(state)

    assert all(isinstance(value, nn.Parameter) and value.is_leaf for value in found.values())
    assert (found["on"].requires_grad, found["off"].requires_grad) == (True, False)
    close(found["on"], values, device=device)


@documents("torch.load", since="2.0")
def test_weights_only_refuses_objects():
    """With weights_only=True a file that holds more than tensors, numbers, strings and containers is refused."""
    file = io.BytesIO()
    torch.save({"hook": print, "tree": Tree}, file)
    file.seek(0)

    with pytest.raises(Exception, match=r"[Ww]eights"):
        torch.load(file, weights_only=True)


@documents("torch.load")
@given(seed=draw.seeds())
def test_map_location_moves_tensors(seed, device):
    """map_location sends every loaded tensor to that device."""
    x = draw.normal(seed, 3)
    file = io.BytesIO()
    torch.save({"x": tensor(x, device)}, file)
    file.seek(0)

    close(torch.load(file, map_location="cpu", weights_only=True)["x"], x)
