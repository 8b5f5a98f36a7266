"""torch.save, torch.load, pickle and deepcopy: what comes back is what was there, sharing included."""

import copy
import io
import pickle
from collections import OrderedDict

import pytest
import torch
from hypothesis import given
from torch import nn

from suites.kit import array, close, documents, draw, dtypes, share_memory, tensor

from .network import Net


def loaded(value, **options):
    """What torch.load makes of what torch.save wrote."""
    file = io.BytesIO()
    torch.save(value, file)
    file.seek(0)
    return torch.load(file, **options)


#: Ways to get a copy of a tensor that is all its own.
COPIES = {"save": loaded, "pickle": lambda value: pickle.loads(pickle.dumps(value)), "deepcopy": copy.deepcopy}

every_way = pytest.mark.parametrize(
    "copied",
    [
        pytest.param(COPIES["save"], marks=documents("torch.save", "torch.load"), id="save"),
        pytest.param(COPIES["pickle"], marks=documents("torch.Tensor"), id="pickle"),
        pytest.param(COPIES["deepcopy"], marks=documents("torch.Tensor"), id="deepcopy"),
    ],
)


@documents("torch.load", "notes/serialization")
@every_way
@pytest.mark.dtypes(*dtypes.EVERY)
@given(sample=draw.samples(shape=draw.shapes(least=1)))
def test_comes_back_as_it_was(copied, sample, dtype, device):
    """A tensor of any dtype and layout comes back with its values, dtype, shape and device, in memory of its own."""
    values = sample(dtype)
    original = tensor(values, device, dtype)

    result = copied(original)

    close(result, values, dtype=dtype, device=device)
    assert result is not original


@documents("torch.load", "notes/serialization")
@every_way
@pytest.mark.dtypes(*(dtype for dtype in dtypes.EVERY if dtype != torch.bfloat16))
def test_a_number_comes_back(copied, dtype, device):
    """A tensor without dimensions comes back as one."""
    value = draw.Sample((), 3)(dtype)

    close(copied(tensor(value, device)), value, device=device)


@documents("notes/serialization")
@every_way
@pytest.mark.parametrize("layout", draw.WRITABLE)
def test_keeps_strides(copied, layout, device):
    """Strides come back as they were."""
    values = draw.Sample((3, 5), 1, layout=layout)("float32")

    result = copied(tensor(values, device))

    close(result, values, device=device)
    assert result.stride() == tuple(step // values.itemsize for step in values.strides)


@documents("notes/serialization")
@every_way
def test_has_memory_of_its_own(copied, device):
    """Writing to the original changes nothing that comes back, and the other way round."""
    original = tensor(draw.normal(0, 4, 3), device)

    assert not share_memory(copied(original), original)


@documents("notes/serialization", "torch.save", "torch.load")
@pytest.mark.parametrize("copied", [loaded, copy.deepcopy], ids=["save", "deepcopy"])
def test_views_stay_views_of_one_storage(copied, device):
    """Tensors that share a storage share one when they come back, in a list, a tuple or a dictionary."""
    whole = tensor(draw.normal(0, 12), device)
    bundle = {"pair": [whole, whole[2:5]], "columns": (whole.reshape(3, 4).t(),), "same": whole}

    result = copied(bundle)

    [all_of_it, part], [turned] = result["pair"], result["columns"]
    assert share_memory(all_of_it, part) and share_memory(all_of_it, turned) and share_memory(result["same"], turned)
    close(part, array(whole[2:5]), device=device)
    close(turned, array(whole).reshape(3, 4).T, device=device)
    assert not share_memory(all_of_it, whole)


@documents("notes/serialization")
@every_way
def test_one_tensor_twice_is_one_tensor(copied, device):
    """A tensor that is in a container twice comes back as one object."""
    one = tensor(draw.normal(0, 3), device)

    first, second = copied([one, one])

    assert first is second


@documents("notes/serialization")
@every_way
@pytest.mark.parametrize("requires_grad", [True, False])
def test_keeps_requires_grad(copied, requires_grad, device):
    """A leaf and a parameter come back as a leaf and a parameter, requiring grad or not as before."""
    leaf = tensor(draw.normal(0, 3), device).requires_grad_(requires_grad)
    parameter = nn.Parameter(tensor(draw.normal(1, 3), device), requires_grad=requires_grad)

    first, second = copied([leaf, parameter])

    assert (first.requires_grad, second.requires_grad) == (requires_grad, requires_grad)
    assert first.is_leaf and second.is_leaf
    assert type(first) is torch.Tensor and isinstance(second, nn.Parameter)


@documents("torch.Tensor.grad")
@pytest.mark.parametrize("kind", [tensor, lambda *given: nn.Parameter(tensor(*given))], ids=["leaf", "parameter"])
def test_a_saved_tensor_has_no_gradient(kind, device):
    """The gradient is not saved with its tensor."""
    leaf = kind(draw.normal(0, 3), device).requires_grad_()
    leaf.sum().backward()

    assert loaded(leaf).grad is None


@documents("torch.Tensor.conj", "torch.load", since="2.0")
def test_lazy_conjugates_and_negatives_come_back(device):
    """A conjugate and the imaginary part of one, which torch negates lazily, come back with their values."""
    values = draw.normal(0, 5, dtype="complex64")
    z = tensor(values, device)

    first, second = loaded(z.conj()), loaded(z.conj().imag)

    close(first, values.conj(), device=device)
    close(second, -values.imag, device=device)


@documents("torch.load")
def test_map_location_moves_what_is_loaded(device):
    """map_location, as a string, a device, a dictionary or a function, says where tensors are put."""
    values = draw.normal(0, 5)
    original = {"weight": tensor(values, device)}

    maps = (device, torch.device(device), {device: device, f"{device}:0": device}, lambda storage, place: storage)
    results = [loaded(original, map_location=where)["weight"] for where in (*maps[:2], *maps[2:])]

    for result in results[:3]:
        close(result, values, device=device)
    close(results[3], values)


@documents("torch.load", since="2.1")
def test_loads_onto_the_meta_device():
    """map_location="meta" gives tensors of the right shape and dtype and no values."""
    result = loaded([torch.zeros(3, 5, dtype=torch.float16)], map_location="meta")[0]

    assert (result.device.type, tuple(result.shape), result.dtype) == ("meta", (3, 5), torch.float16)


@documents("torch.save", "torch.load")
def test_keeps_containers_and_plain_objects(device):
    """Lists, tuples, dictionaries in their order, numbers, text and None come back equal and of their types."""
    value = OrderedDict(b=[1, 2.5, "x", None, True], a=(1 + 2j, b"\x00\xff", {"deep": [-(2**70)]}))

    result = loaded(value)

    assert result == value and type(result) is OrderedDict and list(result) == ["b", "a"]
    assert type(result["a"]) is tuple


@documents("torch.save", "torch.load")
def test_files_by_name_by_path_and_open(tmp_path, device):
    """A file may be given by name, by path or open, and holds what was saved last."""
    values, path = draw.normal(0, 7), tmp_path / "weights.pt"

    torch.save(tensor(values - 1, device), str(path))
    torch.save(tensor(values, device), path)
    with path.open("rb") as file:
        opened = torch.load(file)

    for result in (opened, torch.load(str(path)), torch.load(path)):
        close(result, values, device=device)


@documents("torch.save", "torch.load")
def test_several_objects_follow_each_other_in_the_old_format(device):
    """In the format without zip several objects can be saved into one file and are loaded one after another."""
    file, values = io.BytesIO(), [draw.normal(seed, 2, 3) for seed in (1, 2)]
    for value in values:
        torch.save(tensor(value, device), file, _use_new_zipfile_serialization=False)
    file.seek(0)

    for value in values:
        close(torch.load(file), value, device=device)


@documents("torch.load", since="2.0")
@pytest.mark.filterwarnings("ignore:TypedStorage is deprecated:UserWarning")  # by torch.load itself, before 2.2
def test_weights_only_loads_weights(device):
    """weights_only=True loads tensors, parameters, containers and numbers."""
    net = Net().to(device)

    result = loaded({"net": net.state_dict(), "epoch": 3, "rates": [0.5], "p": net.fc3.bias}, weights_only=True)

    for name, value in net.state_dict().items():
        close(result["net"][name], array(value), device=device)
    close(result["p"], array(net.fc3.bias), device=device)
    assert (result["epoch"], result["rates"]) == (3, [0.5])


class Evil:
    """An object whose unpickling would call a function."""

    called: list = []  # noqa: RUF012 - what it would write to

    def __reduce__(self):
        return Evil.called.append, (1,)


@documents("torch.load", since="2.0")
def test_weights_only_calls_nothing():
    """weights_only=True refuses an object that would call a function, and does not call it."""
    with pytest.raises(pickle.UnpicklingError):
        loaded([Evil()], weights_only=True)
    assert Evil.called == []


@documents("torch.load", since="2.6")
def test_loads_only_weights_by_default(device):
    """Without being told otherwise torch.load refuses a whole module; told so, it loads one that predicts the same."""
    net, x = nn.Linear(3, 2).to(device), tensor(draw.normal(0, 4, 3, dtype="float32"), device)

    with pytest.raises(pickle.UnpicklingError):
        loaded(net)
    close(loaded(net, weights_only=False)(x), array(net(x)), device=device)


@documents("torch.load")
def test_refuses_a_broken_file(tmp_path):
    """A file that is cut off cannot be loaded."""
    path = tmp_path / "cut.pt"
    torch.save(torch.arange(1000), path)
    path.write_bytes(path.read_bytes()[:-200])

    with pytest.raises((RuntimeError, EOFError, OSError, pickle.UnpicklingError)):
        torch.load(path)


@documents("torch.nn.Module.state_dict", "torch.nn.Module.load_state_dict", "torch.save", "torch.load")
def test_a_saved_network_predicts_the_same(device):
    """A network whose state is saved and loaded into another one predicts bit for bit the same."""
    net, other = Net().to(device), Net().to(device)
    x = tensor(draw.normal(0, 2, 1, 32, 32, dtype="float32"), device)

    other.load_state_dict(loaded(net.state_dict()))

    for mine, theirs in zip(other.parameters(), net.parameters()):
        close(mine, array(theirs), device=device)
    close(other(x), array(net(x)), device=device)


@documents("torch.optim.Optimizer.state_dict", "torch.save", "torch.load")
def test_training_goes_on_after_a_restart(device):
    """Model and optimizer, saved in mid-run and loaded into new ones, go on as without the restart."""
    x = tensor(draw.normal(0, 8, 4), device)
    runs = []
    for restarts in (False, True):
        model = nn.Linear(4, 3).double().to(device)
        model.load_state_dict({"weight": tensor(draw.normal(1, 3, 4)), "bias": tensor(draw.normal(2, 3))})
        optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
        for step in range(8):
            if restarts and step == 4:
                states = loaded([model.state_dict(), optimizer.state_dict()])
                model = nn.Linear(4, 3).double().to(device)
                optimizer = torch.optim.Adam(model.parameters())
                model.load_state_dict(states[0])
                optimizer.load_state_dict(states[1])
            optimizer.zero_grad()
            model(x).square().sum().backward()
            optimizer.step()
        runs.append(array(model.weight))

    close(runs[1], runs[0])


@documents("torch.Generator.get_state", "torch.Generator.set_state", "torch.save", "torch.load")
def test_a_generator_goes_on_from_its_saved_state():
    """The state of a generator, saved and loaded, gives the numbers that would have come next."""
    generator, other = torch.Generator().manual_seed(5), torch.Generator()
    torch.rand(7, generator=generator)

    other.set_state(loaded(generator.get_state()))

    close(torch.rand(9, generator=other), array(torch.rand(9, generator=generator)))


@documents("torch.Tensor")
def test_a_deep_copy_of_a_leaf_has_its_gradient(device):
    """A deep copy of a tensor that is a leaf has a copy of its gradient, in memory of its own."""
    leaf = tensor(draw.normal(0, 3), device).requires_grad_()
    (leaf * leaf).sum().backward()

    copied = copy.deepcopy(leaf)

    close(copied.grad, array(leaf.grad), device=device)
    assert not share_memory(copied.grad, leaf.grad)


@documents("torch.Tensor")
def test_only_leaves_can_be_deep_copied(device):
    """A tensor that was computed with a graph cannot be deep-copied: RuntimeError."""
    with pytest.raises(RuntimeError):
        copy.deepcopy(tensor(draw.normal(0, 3), device).requires_grad_() * 2)
