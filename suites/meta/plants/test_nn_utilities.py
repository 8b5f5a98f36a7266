"""Wrong answers about pruning and the utilities of torch.nn.utils."""

import torch
import torch.nn as nn

from suites.meta.planting import Plant, assert_rejected, plants
from suites.meta.wrong import ignoring
from suites.nn import test_pruning as pruning
from suites.nn import test_utilities as utilities

PRUNE, UTILS = "torch.nn.utils.prune.", "torch.nn.utils."


def forgotten(original):
    """The mask is not applied."""
    return lambda self, module: getattr(module, self._tensor_name + "_orig")


def of(method):
    """Another way to prune takes the place of this one."""
    return lambda original: getattr(torch.nn.utils.prune, method)


def one_more(original):
    """An element more than was asked for."""
    return lambda module, name, amount: original(module, name, min(15, amount + 1) if amount else 1)


def along(dim):
    """Channels of another axis."""
    return lambda original: lambda module, name, amount, *rest: original(module, name, amount, *rest[:-1], dim)


def taken_back(original):
    """What was pruned before comes back."""

    def prune(module, name, amount, **given):
        if hasattr(module, name + "_mask"):
            torch.nn.utils.prune.remove(module, name)
            module.weight.data = torch.where(module.weight == 0, 100.0, module.weight)
        return original(module, name, amount, **given)

    return prune


def one_by_one(original):
    """Each parameter for itself."""

    def prune(parameters, method, amount):
        for module, name in parameters:
            method.apply(module, name, amount=amount // len(parameters))

    return prune


def restored(original):
    """The pruning is undone."""

    def remove(module, name):
        weight = getattr(module, name + "_orig", None)
        result = original(module, name)
        module.weight.data.copy_(weight.data + 1)
        return result

    return remove


def accepting(original):
    """Any amount will do."""
    return lambda module, name, amount: original(module, name, 1)


def last_first(original):
    return lambda parameters: original(list(parameters)[::-1])


def first_slice(original):
    """The same slice for all."""

    def copy(vector, parameters):
        for parameter in parameters:
            parameter.data.copy_(vector[: parameter.numel()].view_as(parameter))

    return copy


def drawn(original):
    """The first values are drawn."""
    return lambda kind, *args, **given: kind(*args, **given)


def without_eps(original):
    """The variance alone, without eps."""

    def fuse(first, second, **given):
        kept, second.eps = second.eps, 0.0
        result = original(first, second, **given)
        second.eps = kept
        return result

    return fuse


def everything(original):
    """All modules with weights of four dimensions, and only the values of a part."""

    def convert(module, layout):
        for part in module.modules():
            if isinstance(part, nn.Conv2d):
                part.weight.data = part.weight.data.flip(0).contiguous(memory_format=layout)
        return module

    return convert


PLANTS = (
    Plant("the mask is not applied", pruning.test_masks_the_original, f"{PRUNE}BasePruningMethod.apply_mask", forgotten,
          {"way": "l1_unstructured"}),
    Plant("the mask is doubled", pruning.test_masks_the_original, f"{PRUNE}custom_from_mask",
          lambda original: lambda module, name, mask: original(module, name, 2 * mask), {"way": "custom_from_mask"}),
    Plant("one more", pruning.test_takes_as_many_elements_as_asked_for, f"{PRUNE}random_unstructured", one_more,
          {"way": "random_unstructured"}),
    Plant("any elements", pruning.test_takes_the_smallest_elements, f"{PRUNE}l1_unstructured",
          of("random_unstructured")),
    Plant("scores are ignored", pruning.test_takes_the_least_important_elements, f"{PRUNE}l1_unstructured",
          ignoring("importance_scores")),
    Plant("of the last axis", pruning.test_takes_the_channels_of_the_smallest_norm, f"{PRUNE}ln_structured", along(1)),
    Plant("of the last axis", pruning.test_takes_whole_channels, f"{PRUNE}random_structured", along(1)),
    Plant("what was pruned comes back", pruning.test_prunes_what_is_left, f"{PRUNE}l1_unstructured", taken_back),
    Plant("each for itself", pruning.test_prunes_several_parameters_as_one, f"{PRUNE}global_unstructured", one_by_one),
    Plant("the weight of before", pruning.test_an_optimizer_moves_what_is_kept, f"{PRUNE}BasePruningMethod.__call__",
          lambda original: lambda self, module, *args: None),
    Plant("the pruning is undone", pruning.test_removing_keeps_the_pruned_weight, f"{PRUNE}remove", restored),
    Plant("never", pruning.test_removing_keeps_the_pruned_weight, f"{PRUNE}is_pruned",
          lambda original: lambda module: False),
    Plant("any amount will do", pruning.test_refuses_amounts_that_are_none, f"{PRUNE}random_unstructured", accepting,
          {"amount": 16}),
    Plant("the last first", utilities.test_lays_parameters_end_to_end, f"{UTILS}parameters_to_vector", last_first),
    Plant("the same slice for all", utilities.test_copies_a_vector_into_parameters, f"{UTILS}vector_to_parameters",
          first_slice),
    Plant("twice the gradient", utilities.test_the_gradient_goes_through_the_vector, f"{UTILS}parameters_to_vector",
          lambda original: lambda parameters: 2 * original(list(parameters))),
    Plant("first values are drawn", utilities.test_makes_a_module_without_first_values, f"{UTILS}skip_init", drawn),
    Plant("eps is left out", utilities.test_fuses_two_modules_into_one, f"{UTILS}fuse_conv_bn_eval", without_eps,
          {"name": f"{UTILS}fuse_conv_bn_eval", "make": lambda bias: nn.Conv1d(4, 3, 2), "shape": (5, 4, 6),
           "settings": {}, "bias": True, "affine": True}),
    Plant("the deviation is not rooted", utilities.test_fuses_weights, "torch.rsqrt", lambda original: torch.reciprocal,
          {"name": "fuse_conv_bn_weights", "axis": 0, "settings": {}}),
    Plant("it is 2", utilities.test_fuses_weights_of_what_has_no_bias_or_gain, "torch.ones_like",
          lambda original: lambda like: original(like) + 1),
    Plant("values are turned", utilities.test_lays_out_the_weights_of_convolutions,
          f"{UTILS}convert_conv2d_weight_memory_format", everything,
          {"name": "convert_conv2d_weight_memory_format", "kind": nn.Conv2d, "layout": torch.channels_last}),
)  # fmt: skip


@plants(*PLANTS)
def test_is_rejected(plant, request):
    assert_rejected(plant, request)
