"""Wrong answers about devices, threads and the switches of determinism."""

import torch

from suites.meta.planting import Plant, assert_rejected, plants
from suites.meta.wrong import forgiving, ignoring
from suites.meta.wrong_tensors import bumped, constant, negated, result
from suites.tensors import test_device as claims

DEVICE = "torch.device"


class Wrong:
    """A device in whose place another one stands."""

    def __init__(self, device):
        self.device = device

    def __getattr__(self, name):
        return getattr(self.device, name)


class Unequal(Wrong):
    def __eq__(self, other):
        return False

    __hash__ = object.__hash__


class Indexed(Wrong):
    @property
    def index(self):
        return self.device.index or 0

    def __eq__(self, other):
        return self.device == other

    __hash__ = object.__hash__


class Terse(Wrong):
    def __repr__(self):
        return str(self.device)


class Inert(Wrong):
    """A device that is the default one nowhere."""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return False


class Silent(Inert):
    """A device whose block swallows exceptions."""

    def __exit__(self, *_):
        return True


def instead(kind):
    return lambda original: lambda *args: kind(original(*args))


def on_meta(original):
    return lambda *args, **options: original(*args, **{"device": "meta", **options})


def remembering(original):
    """warn_only keeps what it was."""
    flags = {}

    def wrong(mode, **options):
        flags.update(options)
        original(mode, **flags)

    return wrong


PLANTS = (
    Plant(
        "an index is 0 unless given",
        claims.test_has_a_type_and_an_index,
        DEVICE,
        instead(Indexed),
        {"arguments": ("cpu",), "kind": "cpu", "index": None},
    ),
    Plant("devices are never equal", claims.test_is_equal_to_the_same_device, DEVICE, instead(Unequal)),
    Plant("repr is str", claims.test_is_printed_as_it_is_written, DEVICE, instead(Terse)),
    Plant("any text is a device", claims.test_refuses_what_names_no_device, DEVICE, forgiving, {"text": "nowhere"}),
    Plant(
        "tensors are made elsewhere", claims.test_is_the_cpu_by_default, "torch.randperm", on_meta, {"name": "randperm"}
    ),
    Plant(
        "the default device does not count",
        claims.test_is_made_on_the_default_device,
        "torch.full",
        lambda original: lambda *args, device="cpu": original(*args, device=device),
        {"name": "full"},
    ),
    Plant(
        "arrays go to the default device too",
        claims.test_leaves_shared_memory_where_it_is,
        "torch.from_numpy",
        result(lambda x: x.to("meta")),
    ),
    Plant(
        "the default device is always the CPU",
        claims.test_tells_the_default_device,
        "torch.get_default_device",
        constant(torch.device("cpu")),
    ),
    Plant("blocks have no effect", claims.test_holds_inside_of_a_block, DEVICE, instead(Inert)),
    Plant("exceptions are swallowed", claims.test_ends_with_an_error, DEVICE, instead(Silent)),
    Plant("there is a device that is not counted", claims.test_counts_cuda_devices, "torch.cuda.is_available", negated),
    Plant(
        "there is a device that is not counted",
        claims.test_counts_accelerators,
        "torch.accelerator.is_available",
        negated,
    ),
    Plant(
        "moving changes a value",
        claims.test_moves_to_the_accelerator_if_there_is_one,
        "torch.Tensor.to",
        result(bumped),
    ),
    Plant(
        "the number is not changed",
        claims.test_uses_as_many_threads_as_set,
        "torch.set_num_threads",
        constant(None),
        {"count": 3},
    ),
    Plant("no thread is one", claims.test_uses_at_least_one_thread, "torch.set_num_threads", forgiving, {"count": 0}),
    Plant(
        "there is no thread", claims.test_has_threads_between_operations, "torch.get_num_interop_threads", constant(0)
    ),
    Plant(
        "warn_only is ignored",
        claims.test_remembers_whether_to_be_deterministic,
        "torch.use_deterministic_algorithms",
        ignoring("warn_only"),
        {"mode": True, "warn_only": True},
    ),
    Plant(
        "warn_only is kept",
        claims.test_warns_only_where_told_so_the_last_time,
        "torch.use_deterministic_algorithms",
        remembering,
    ),
    Plant(
        "warnings are errors",
        claims.test_has_three_modes_of_determinism,
        "torch.set_deterministic_debug_mode",
        lambda original: lambda mode: original({"warn": 2, 1: 2}.get(mode, mode)),
        {"mode": 1, "name": "warn", "flags": (True, True)},
    ),
    Plant(
        "nothing is refused",
        claims.test_refuses_what_is_not_deterministic,
        "torch.use_deterministic_algorithms",
        constant(None),
    ),
    Plant(
        "nothing is filled", claims.test_fills_empty_tensors_for_determinism, "torch.empty", result(lambda x: x.zero_())
    ),
    Plant(
        "the precision is always the highest",
        claims.test_remembers_the_precision_of_products,
        "torch.get_float32_matmul_precision",
        constant("highest"),
        {"precision": "medium"},
    ),
)


@plants(*PLANTS)
def test_is_rejected(plant, request):
    assert_rejected(plant, request)
