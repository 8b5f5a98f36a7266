"""torch.device, the device and the threads that are used by default, accelerators, and the switches of determinism."""

import itertools
import pickle

import numpy as np
import pytest
import torch

from suites.kit import array, close, documents, draw, tensor
from suites.tensors.state import default_device, determinism, matmul_precision, threads, warnings_ignored

GUIDE = ("Operations on Tensors",)
MADE = {
    "tensor": lambda **o: torch.tensor([1.0, 2.0], **o), "zeros": lambda **o: torch.zeros(2, **o),
    "ones": lambda **o: torch.ones((2, 3), **o), "full": lambda **o: torch.full((2,), 3, **o),
    "empty": lambda **o: torch.empty(2, **o), "rand": lambda **o: torch.rand(2, **o),
    "randn": lambda **o: torch.randn(2, **o), "randint": lambda **o: torch.randint(3, (2,), **o),
    "randperm": lambda **o: torch.randperm(3, **o), "arange": lambda **o: torch.arange(3, **o),
    "linspace": lambda **o: torch.linspace(0, 1, 3, **o), "eye": lambda **o: torch.eye(2, **o),
}  # fmt: skip


def factories(*names):
    """Parametrize a claim over functions that make tensors."""
    return pytest.mark.parametrize("name", [pytest.param(n, marks=documents(f"torch.{n}"), id=n) for n in names])


@documents("torch.device", "tensor_attributes")
@pytest.mark.parametrize(
    ("arguments", "kind", "index"),
    [
        (("cpu",), "cpu", None), (("cuda:1",), "cuda", 1), (("cuda", 2), "cuda", 2), (("mps",), "mps", None),
        (("meta",), "meta", None), (("cpu", 0), "cpu", 0),
    ],
)  # fmt: skip
def test_has_a_type_and_an_index(arguments, kind, index):
    """torch.device takes a type, and an index after a colon or as an argument, which is None where none is given."""
    device = torch.device(*arguments)

    assert (device.type, device.index) == (kind, index)
    assert device == torch.device(device) == torch.device(str(device)) == pickle.loads(pickle.dumps(device))


@documents("torch.device", "tensor_attributes")
def test_is_equal_to_the_same_device():
    """Devices are equal, and have one hash, where type and index are the same."""
    first, same, other, whole, cpu = (torch.device(name) for name in ("cuda:1", "cuda:1", "cuda:0", "cuda", "cpu"))

    assert first == same == torch.device("cuda", 1) and hash(first) == hash(same)
    assert all(a != b for a, b in itertools.combinations((first, other, whole, cpu), 2))


@documents("torch.device")
def test_is_printed_as_it_is_written():
    """str of a device is what was parsed, repr names type and index."""
    assert (str(torch.device("cuda", 3)), str(torch.device("cpu"))) == ("cuda:3", "cpu")
    assert repr(torch.device("cuda:0")) == "device(type='cuda', index=0)"
    assert repr(torch.device("cpu")) == "device(type='cpu')"


@documents("torch.device")
@pytest.mark.parametrize("text", ["nowhere", "cuda:x", "cuda:-1", "", "cpu:0:1"])
def test_refuses_what_names_no_device(text):
    """torch.device of a text that names no device raises RuntimeError."""
    with pytest.raises(RuntimeError):
        torch.device(text)


@documents("torch.Tensor.device", guide=GUIDE)
@factories(*MADE)
def test_is_the_cpu_by_default(name):
    """By default tensors are made on the CPU."""
    x = MADE[name]()

    assert x.device == torch.device("cpu") and not x.is_cuda and x.get_device() == -1


@documents("torch.set_default_device", since="2.0")
@factories(*MADE)
def test_is_made_on_the_default_device(name):
    """Once a default device is set tensors are made there, unless another is given, and on the CPU again after it."""
    with default_device("meta"):
        assert MADE[name]().device.type == "meta"
        assert MADE[name](device="cpu").device.type == "cpu"
    assert MADE[name]().device.type == "cpu"


@documents("torch.set_default_device", since="2.0")
def test_leaves_shared_memory_where_it_is():
    """The default device does not affect tensors over the memory of arrays, and does affect parameters."""
    with default_device("meta"):
        assert torch.from_numpy(np.ones(2)).device.type == "cpu"
        assert torch.frombuffer(bytearray(4), dtype=torch.int32).device.type == "cpu"
        assert torch.nn.Linear(2, 3).weight.device.type == "meta"


@documents("torch.get_default_device", "torch.set_default_device", since="2.3")
def test_tells_the_default_device():
    """torch.get_default_device tells the device that was set last."""
    with default_device("meta"):
        assert torch.get_default_device() == torch.device("meta")
        torch.set_default_device("cpu")
        assert torch.get_default_device() == torch.device("cpu")


@documents("torch.device", "torch.set_default_device", since="2.0")
def test_holds_inside_of_a_block():
    """A torch.device as context manager is the default device inside of it, nested too, and no longer after it."""
    with torch.device("meta"):
        outer = torch.zeros(2)
        with torch.device("cpu"):
            inner = torch.zeros(2)
        again = torch.zeros(2)
    after = torch.zeros(2)

    assert [x.device.type for x in (outer, inner, again, after)] == ["meta", "cpu", "meta", "cpu"]


@documents("torch.device", since="2.0")
def test_ends_with_an_error():
    """An exception that leaves the block of a torch.device ends it as well."""
    with pytest.raises(KeyError):
        with torch.device("meta"):
            raise KeyError

    assert torch.zeros(2).device.type == "cpu"


@documents("torch.cuda.is_available", "torch.cuda.device_count", guide=GUIDE)
def test_counts_cuda_devices():
    """torch.cuda.is_available is a bool that is True where devices are counted."""
    with warnings_ignored():
        available, count = torch.cuda.is_available(), torch.cuda.device_count()

    assert isinstance(available, bool) and isinstance(count, int)
    assert available is (count > 0)


@documents("torch.accelerator.is_available", "torch.accelerator.device_count", since="2.6", guide=GUIDE)
def test_counts_accelerators():
    """torch.accelerator.is_available is a bool that is True where devices are counted."""
    assert torch.accelerator.is_available() is (torch.accelerator.device_count() > 0)


@documents("torch.accelerator.is_available", "torch.Tensor.to", since="2.6", guide=GUIDE)
def test_moves_to_the_accelerator_if_there_is_one(device):
    """As in the guide: a tensor moved to the device that was asked for keeps its values."""
    values = draw.normal(1, 3, 4)

    close(tensor(values, "cpu").to(device), values, device=device)


@documents("torch.set_num_threads", "torch.get_num_threads")
@pytest.mark.parametrize("count", [1, 2, 3])
def test_uses_as_many_threads_as_set(count):
    """torch.get_num_threads tells the number of threads that torch.set_num_threads set."""
    with threads(count):
        assert torch.get_num_threads() == count


@documents("torch.set_num_threads")
@pytest.mark.parametrize("count", [0, -1])
def test_uses_at_least_one_thread(count):
    """torch.set_num_threads of no thread raises RuntimeError and changes nothing."""
    before = torch.get_num_threads()

    with pytest.raises(RuntimeError):
        torch.set_num_threads(count)

    assert torch.get_num_threads() == before


@documents("torch.get_num_interop_threads")
def test_has_threads_between_operations():
    """torch.get_num_interop_threads is a positive int."""
    assert isinstance(torch.get_num_interop_threads(), int) and torch.get_num_interop_threads() > 0


@documents("torch.use_deterministic_algorithms", "torch.are_deterministic_algorithms_enabled",
           "torch.is_deterministic_algorithms_warn_only_enabled")  # fmt: skip
@pytest.mark.parametrize(("mode", "warn_only"), [(True, True), (True, False), (False, False)])
def test_remembers_whether_to_be_deterministic(mode, warn_only):
    """The mode of torch.use_deterministic_algorithms and its warn_only are told as set; both are off at first."""
    assert not torch.are_deterministic_algorithms_enabled()
    with determinism():
        torch.use_deterministic_algorithms(mode, warn_only=warn_only)

        assert torch.are_deterministic_algorithms_enabled() is mode
        assert torch.is_deterministic_algorithms_warn_only_enabled() is warn_only


@documents("torch.use_deterministic_algorithms")
def test_warns_only_where_told_so_the_last_time():
    """warn_only is False unless given, also after it was True."""
    with determinism():
        torch.use_deterministic_algorithms(True, warn_only=True)
        torch.use_deterministic_algorithms(True)

        assert not torch.is_deterministic_algorithms_warn_only_enabled()


@documents("torch.set_deterministic_debug_mode", "torch.get_deterministic_debug_mode",
           "torch.use_deterministic_algorithms")  # fmt: skip
@pytest.mark.parametrize(("mode", "name", "flags"), [(0, "default", (False, False)), (1, "warn", (True, True)),
                                                     (2, "error", (True, False))])  # fmt: skip
def test_has_three_modes_of_determinism(mode, name, flags):
    """The debug modes default, warn and error, or 0, 1 and 2, are settings of torch.use_deterministic_algorithms."""
    with determinism():
        torch.set_deterministic_debug_mode(name)
        assert torch.get_deterministic_debug_mode() == mode
        torch.set_deterministic_debug_mode(mode)
        assert torch.get_deterministic_debug_mode() == mode
        assert torch.are_deterministic_algorithms_enabled() is flags[0]
        assert torch.is_deterministic_algorithms_warn_only_enabled() is flags[1]


@documents("torch.use_deterministic_algorithms", "torch.Tensor.put_")
def test_refuses_what_is_not_deterministic(device):
    """put_ without accumulate, which may write twice to a place, raises RuntimeError while determinism is asked for."""
    x, index, source = tensor(np.zeros(3), device), tensor(np.array([1]), device), tensor(np.ones(1), device)

    with determinism():
        torch.use_deterministic_algorithms(True)
        with pytest.raises(RuntimeError, match="deterministic"):
            x.put_(index, source)
        torch.use_deterministic_algorithms(True, warn_only=True)
        with pytest.warns(UserWarning, match="deterministic"):
            x.put_(index, source)

    close(x, np.array([0.0, 1.0, 0.0]), device=device)


@documents("torch.utils.deterministic.fill_uninitialized_memory", "torch.use_deterministic_algorithms", since="2.2")
def test_fills_empty_tensors_for_determinism(device):
    """While determinism is asked for, torch.empty is filled with NaN, or with the largest value of an integer dtype."""
    with determinism():
        torch.use_deterministic_algorithms(True)
        floats, integers = torch.empty(40, device=device), torch.empty(40, dtype=torch.int16, device=device)

    assert np.isnan(array(floats)).all() and (array(integers) == 32767).all()


@documents("torch.set_float32_matmul_precision", "torch.get_float32_matmul_precision")
@pytest.mark.parametrize("precision", ["highest", "high", "medium"])
def test_remembers_the_precision_of_products(precision):
    """torch.get_float32_matmul_precision tells the precision that was set, 'highest' at first."""
    assert torch.get_float32_matmul_precision() == "highest"
    with matmul_precision():
        torch.set_float32_matmul_precision(precision)

        assert torch.get_float32_matmul_precision() == precision


@documents("tensor_attributes", "torch.Tensor.to", "torch.Tensor.item")
@pytest.mark.parametrize("ask", [lambda x: x.item(), lambda x: x.tolist(), lambda x: x.numpy(), lambda x: x.to("cpu"),
                                 lambda x: x.cpu(), lambda x: bool(x), lambda x: float(x)],
                         ids=["item", "tolist", "numpy", "to", "cpu", "bool", "float"])  # fmt: skip
def test_has_no_values_on_the_meta_device(ask):
    """A tensor on the meta device has no values: to ask for one, or to move it to another device, raises."""
    with pytest.raises((RuntimeError, NotImplementedError, TypeError)):
        ask(torch.ones(1, device="meta"))


@documents("tensor_attributes", "torch.add", "torch.matmul", "torch.cat", "torch.sum")
def test_computes_shapes_on_the_meta_device():
    """Operations of tensors on the meta device give tensors there, of the shape and dtype of their results."""
    x, y = torch.ones(3, 1, device="meta"), torch.ones(4, device="meta", dtype=torch.int64)
    results = [x + y, torch.add(y, x), x.t() @ x, torch.cat([x, x]), x.sum(0), (x * y).t(), torch.argmax(x * y, 1)]

    assert {result.device.type for result in results} == {"meta"}
    assert [tuple(result.shape) for result in results] == [(3, 4), (3, 4), (1, 1), (6, 1), (1,), (4, 3), (3,)]
    assert [result.dtype for result in results] == 6 * [torch.float32] + [torch.int64]
