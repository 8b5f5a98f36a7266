"""Wrong answers about what is safe to load, modes and casts of modules, lazy modules, and clipping over dtypes."""

import torch
import torch.nn as nn

from suites.autograd import test_clipping as clipping
from suites.meta.planting import Plant, assert_rejected, plants
from suites.meta.wrong import nothing
from suites.nn import test_lazy as lazy
from suites.nn import test_module as modules
from suites.nn import test_state_dict as states
from suites.optim import test_optimizer as optimizers
from suites.optim import test_zero_grad as zero
from suites.training import test_safe_loading as claims

SAFE = "torch.serialization."
MODULE = "torch.nn.Module."


def storage_of_zeros(original):
    """Where map_location returns None there is nothing."""

    def load(file, map_location=None, **kwargs):
        return original(
            file, map_location=lambda s, place: map_location(s, place) or torch.UntypedStorage(len(s)).fill_(0)
        )

    return load


def by_the_default(original):
    return lambda value, file, pickle_protocol=2, **kwargs: original(value, file, **kwargs)


def but_dictionaries(original):
    """Modules in a ModuleDict keep their mode."""

    def train(self, mode=True):
        kept = [(m, m.training) for d in self.modules() if isinstance(d, nn.ModuleDict) for m in d.children()]
        original(self, mode)
        for module, before in kept:
            module.training = before
        return self

    return train


def in_storage_order(original):
    """Values that do not lie row by row are read as if they did."""

    def load(self, state, *args, **kwargs):
        turned = {k: v if v.is_contiguous() or v.ndim < 2 else v.detach().t() for k, v in state.items()}
        return original(self, turned, *args, **kwargs)

    return load


def with_a_bias(original):
    return lambda self, *args, bias=True, **kwargs: original(self, *args, bias=True, **kwargs)


def from_the_first(original):
    """The running mean starts at that of the first input."""

    def initialize(self, x):
        original(self, x)
        if self.running_mean is not None:
            self.running_mean.add_(1.0)

    return initialize


def one_dtype(original):
    """Of several dtypes those of the first are clipped."""

    def clip(parameters, *args, **kwargs):
        kept = [p for p in parameters if p.dtype == parameters[0].dtype]
        return original(kept, *args, **kwargs)

    return clip


def unfused_alone(original):
    """With fused=True nothing is zeroed."""
    return lambda self, set_to_none=True: None if self.defaults.get("fused") else original(self, set_to_none)


def in_training_alone(original):
    return lambda self, set_to_none=True: original(self, set_to_none) if self.training else None


def first_of_a_generator(original):
    """A generator in a group gives its first parameter."""

    def add(self, group):
        held = group["params"]
        return original(self, {**group, "params": [next(held)] if hasattr(held, "__next__") else held})

    return add


PLANTS = (
    Plant("none becomes safe", claims.test_classes_are_safe_within_the_block, f"{SAFE}safe_globals.__enter__", nothing),
    Plant("none becomes safe", claims.test_added_classes_are_safe_until_cleared, f"{SAFE}add_safe_globals", nothing),
    Plant("all is safe", claims.test_names_what_is_not_safe, f"{SAFE}get_unsafe_globals_in_checkpoint",
          lambda original: lambda file: []),
    Plant("nothing is there", claims.test_a_function_may_leave_the_place_open, "torch.load", storage_of_zeros),
    Plant("it is 2 always", claims.test_pickles_by_the_protocol_asked_for, "torch.save", by_the_default,
          {"protocol": 4, "zipped": True}),
    Plant("dictionaries keep their mode", modules.test_sets_the_mode_inside_of_containers, f"{MODULE}train",
          but_dictionaries, {"hold": lambda m: nn.ModuleDict({"a": m})}),
    Plant("complex numbers become real", modules.test_casts_leave_complex_numbers_alone, f"{MODULE}float",
          lambda original: lambda self: self._apply(lambda v: v.to(torch.complex64)), {"name": "float"}),
    Plant("values are turned", states.test_copies_into_the_parameters, f"{MODULE}load_state_dict", in_storage_order,
          {"layout": "transposed"}),
    Plant("there is a bias always", lazy.test_has_the_bias_of_an_ordinary_one, "torch.nn.LazyConv2d.__init__",
          with_a_bias, {"name": "LazyConv2d", "bias": False}),
    Plant("the mean starts elsewhere", lazy.test_starts_as_an_ordinary_one,
          "torch.nn.LazyBatchNorm2d.initialize_parameters", from_the_first,
          {"name": "LazyBatchNorm2d", "affine": True, "tracking": True}),
    Plant("one dtype is clipped", clipping.test_clips_gradients_of_several_dtypes_together,
          "torch.nn.utils.clip_grad_norm_", one_dtype, {"foreach": None}),
    Plant("fused ones stay", zero.test_zeroes_what_a_fused_kernel_reads, "torch.optim.Optimizer.zero_grad",
          unfused_alone, {"name": "SGD"}),
    Plant("evaluation keeps them", zero.test_a_module_in_evaluation_is_reset_too, f"{MODULE}zero_grad",
          in_training_alone, {"set_to_none": True}),
    Plant("one is taken", optimizers.test_takes_any_iterable, "torch.optim.Optimizer.add_param_group",
          first_of_a_generator, {"make": iter}),
)  # fmt: skip


@plants(*PLANTS)
def test_states_reject(plant, request):
    assert_rejected(plant, request)
