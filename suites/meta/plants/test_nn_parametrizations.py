"""Wrong answers about parametrisations: of any kind, by weight norm, by spectral norm, orthogonal ones."""

import pytest
import torch.nn as nn
from torch.nn.utils import parametrize as torch_parametrize

from suites.meta.planting import Plant, assert_rejected, plants
from suites.meta.wrong import forgiving, ignoring, setting
from suites.nn import test_norm_parametrizations as norms
from suites.nn import test_parametrize as parametrize

P, UTILS, ORTHOGONAL = "torch.nn.utils.parametrize.", "torch.nn.utils.", "torch.nn.utils.parametrizations.orthogonal"
WEIGHTED, SPECTRAL = f"{UTILS}parametrizations.weight_norm", f"{UTILS}parametrizations.spectral_norm"
LIST = f"{P}ParametrizationList."


def only_first(original):
    """Further parametrisations are left out."""
    return lambda self: self[0](self.original) if hasattr(self, "original") else self[0](self.original0, self.original1)


def in_training(original):
    """Whatever the module's mode is."""

    def register(module, name, one, **given):
        result = original(module, name, one, **given)
        one.train()
        return result

    return register


def negative(original):
    """A right inverse with the sign lost."""

    def right_inverse(self, value):
        original(self, value.abs())

    return right_inverse


def as_it_was(original):
    """The original is left where the parametrised value should be."""
    return lambda module, name, leave_parametrized=True: original(module, name, leave_parametrized=False)


def forgetful(original):
    """Nothing is kept."""

    class Context:
        def __enter__(self):
            return self

        def __exit__(self, *_):
            return False

    return Context


def per_matrix(original):
    """One norm for all of it."""
    return lambda module, name="weight", dim=0: original(module, name, None if dim == 0 else dim)


def one_step(original):
    return lambda module, *args, **given: original(module, *args, **{**given, "n_power_iterations": 1})


def rows_only(original):
    """Outputs are on axis 0, whatever the module is."""
    return lambda module, *args, **given: original(module, *args, **{**given, "dim": 0})


def moving(original):
    """Steps are made in evaluation too."""

    def spectral(module, *args, **given):
        result = original(module, *args, **given)
        module.parametrizations.weight[0].eval = lambda: None
        module.parametrizations.weight[0].train = lambda mode=True: None
        return result

    return spectral


def scaled(factor):
    """Another multiple of the weight."""

    class Multiple(nn.Module):
        def forward(self, x):
            return factor * x

        def right_inverse(self, y):
            return y

    def wrong(original):
        def register(module, name="weight", *args, **given):
            result = original(module, name, *args, **given)
            torch_parametrize.register_parametrization(module, name, Multiple())
            return result

        return register

    return wrong


REGISTER = f"{P}register_parametrization"
OF_ANY_KIND = (
    Plant("the original itself", parametrize.test_weight_is_the_parametrisation_of_the_original, f"{LIST}forward",
          lambda original: lambda self: self.original * 1),
    Plant("the sign is lost", parametrize.test_right_inverse_keeps_the_weight, f"{LIST}forward",
          lambda original: lambda self: original(self).abs()),
    Plant("the first alone", parametrize.test_several_are_composed_in_order, f"{LIST}forward", only_first),
    Plant("the sign is lost", parametrize.test_assigning_goes_through_the_right_inverses, f"{LIST}right_inverse",
          negative),
    Plant("the weight is negative", parametrize.test_depends_on_several_tensors, f"{LIST}forward",
          lambda original: lambda self: -original(self)),
    Plant("no gradient", parametrize.test_differentiates_through_the_parametrisation, f"{LIST}forward",
          lambda original: lambda self: original(self).detach() + 0 * self.original),
    Plant("nothing is added", parametrize.test_buffers_are_parametrised_too, f"{LIST}forward",
          lambda original: lambda self: original(self) + 1),
    Plant("in training", parametrize.test_takes_over_the_mode_of_the_module, REGISTER, in_training),
    Plant("all are unsafe", parametrize.test_shape_and_dtype_stay_unless_it_is_called_unsafe, REGISTER,
          setting(unsafe=True), {"one": parametrize.Longer()}),
    Plant("errors are swallowed", parametrize.test_refuses_a_name_that_is_no_tensor, REGISTER, forgiving),
    Plant("the name does not matter", parametrize.test_tells_what_is_parametrised, f"{P}is_parametrized",
          lambda original: lambda module, name=None: original(module)),
    Plant("the type of now", parametrize.test_tells_what_is_parametrised, f"{P}type_before_parametrizations",
          lambda original: type),
    Plant("nothing is kept", parametrize.test_caches_only_inside_the_context, f"{P}cached", forgetful),
    Plant("the original is left", parametrize.test_removing_leaves_an_ordinary_module, f"{P}remove_parametrizations",
          as_it_was, {"left": {}}),
    Plant("errors are swallowed", parametrize.test_removing_refuses_what_cannot_be, f"{P}remove_parametrizations",
          forgiving),
    Plant("the name does not matter", parametrize.test_transfers_to_another_module,
          f"{P}transfer_parametrizations_and_params",
          lambda original: lambda source, target, name=None: original(source, target)),
    Plant("loads nothing", parametrize.test_copies_and_loads_its_originals, "torch.nn.Module.load_state_dict",
          lambda original: lambda self, state: None),
)  # fmt: skip
NORMS = (
    Plant("one norm for all", norms.test_has_the_direction_of_v_and_the_length_g, WEIGHTED, per_matrix,
          {"way": "parametrization", "kind": "Conv2d"}),
    Plant("dim= ignored", norms.test_keeps_the_weight_and_its_function, WEIGHTED, ignoring("dim"),
          {"way": "parametrization", "kind": "Linear", "settings": {"dim": 1}}),
    Plant("twice the weight", norms.test_keeps_the_weight_and_its_function, WEIGHTED, scaled(1 + 1e-9),
          {"way": "parametrization", "kind": "Linear", "settings": {}}),
    Plant("a little more", norms.test_weight_norm_has_the_gradient_of_its_formula, WEIGHTED, scaled(1 + 1e-9),
          {"way": "parametrization"}),
    Plant("leaves the weight of before", norms.test_removing_leaves_the_weight, f"{UTILS}remove_spectral_norm",
          lambda original: lambda module: (original(module), module.weight.data.mul_(2))[0],
          {"name": "spectral_norm"}),
    Plant("one step", norms.test_divides_by_the_largest_singular_value, SPECTRAL, one_step,
          {"way": "parametrization"}),
    Plant("outputs on axis 0", norms.test_takes_further_axes_for_columns, SPECTRAL, rows_only,
          {"way": "parametrization", "kind": "ConvTranspose2d", "dim": 1}),
    Plant("steps in evaluation", norms.test_evaluation_makes_no_steps, SPECTRAL, moving, {"way": "parametrization"}),
    Plant("a little more", norms.test_spectral_norm_of_a_vector_is_its_direction, SPECTRAL, scaled(1 + 1e-9)),
    Plant("a little more", norms.test_has_orthonormal_columns_or_rows, ORTHOGONAL, scaled(1 + 1e-7),
          {"way": "cayley", "kind": "float64", "trivial": True, "decay": 0.0}),
    Plant("another orthogonal weight", norms.test_starts_from_an_orthogonal_weight, ORTHOGONAL, scaled(-1.0),
          {"way": "cayley", "shape": (4, 4)}),
    Plant("errors are swallowed", norms.test_refuses_what_it_cannot_make_orthogonal, ORTHOGONAL, forgiving),
)  # fmt: skip
PLANTS = (*OF_ANY_KIND, *NORMS)


@plants(*PLANTS)
@pytest.mark.filterwarnings("ignore:.*weight_norm.? is deprecated")
def test_is_rejected(plant, request):
    assert_rejected(plant, request)
