"""Wrong answers about parts of modules, functional calls, and the hooks of states and of all modules."""

import torch
import torch.nn as nn
from torch.nn.modules import module as every

from suites.meta.planting import Plant, assert_rejected, plants
from suites.meta.wrong import forgiving, nothing, setting
from suites.nn import test_functional_call as calls
from suites.nn import test_state_hooks as hooks
from suites.nn import test_submodules as parts

MODULE = "torch.nn.Module"
CALL = "torch.func.functional_call"


def top_alone(original):
    """Only names without a dot are set."""
    return lambda self, name, new, **kwargs: None if "." in name else original(self, name, new, **kwargs)


def new_names(original):
    return lambda self, name, new, strict=False: original(self, name, new)


def persistent_always(original):
    return staticmethod(lambda cls, values=None, *, persistent=True: original(cls, values))


def one_less(original):
    return lambda self, times: original(self, max(1, times - 1))


def one_over(original):
    """+= overwrites the last module."""

    def call(self, other):
        del self[len(self) - 1]
        return original(self, other)

    return call


def at_the_end(original):
    return lambda self, place, module: original(self, len(self), module)


def overwriting(original):
    """setdefault sets always."""

    def call(self, key, default=None):
        self[key] = default
        return self[key]

    return call


def transposing(original):
    """Matrices are written column by column."""

    def call(vector, parameters):
        parameters = list(parameters)
        original(vector, parameters)
        for parameter in parameters:
            parameter.data.copy_(parameter.data.flip(0) if parameter.ndim > 1 else parameter.data)

    return call


def last_of_all(original):
    """A key in several dictionaries takes the last value."""

    def call(module, given, *args, **kwargs):
        merged = {key: value for part in given for key, value in part.items()} if isinstance(given, tuple) else given
        return original(module, merged, *args, **kwargs)

    return call


def of_one_value(original):
    """Tied parameters take the first value."""

    def call(module, given, *args, **kwargs):
        return original(module, {"0.weight": given["0.weight"]}, *args, **kwargs)

    return call


def not_prepended(original):
    return lambda self, hook, prepend=False: original(self, hook)


def without_own(original):
    """A hook for all modules runs twice."""
    return lambda hook: original(lambda *args: (hook(*args), hook(*args))[0])


def deaf(original):
    """What a hook returns is ignored."""
    return lambda hook: original(lambda *args: (hook(*args), None)[1])


PLANTS = (
    Plant("deep names are ignored", parts.test_set_submodule_replaces_that_one, f"{MODULE}.set_submodule", top_alone,
          {"name": "0.0.1"}),
    Plant("nothing is refused", parts.test_set_submodule_needs_a_place, f"{MODULE}.set_submodule", forgiving,
          {"name": "", "new": nn.ReLU(), "error": ValueError}),
    Plant("new names are taken", parts.test_set_submodule_may_be_strict, f"{MODULE}.set_submodule", new_names),
    Plant("all below is reached", parts.test_to_empty_reaches_below_if_told, f"{MODULE}.to_empty",
          setting(recurse=True), {"recurse": False}),
    Plant("it is in the state", parts.test_assigned_buffer_is_registered, "torch.nn.Buffer.__new__",
          persistent_always, {"persistent": False}),
    Plant("the last time is left out", parts.test_sequential_is_repeated_as_a_list, "torch.nn.Sequential.__mul__",
          one_less, {"times": 4}),
    Plant("the last one is lost", parts.test_sequentials_are_added_as_lists, "torch.nn.Sequential.__iadd__", one_over),
    Plant("it is put at the end", parts.test_sequential_inserts_as_a_list, "torch.nn.Sequential.insert", at_the_end,
          {"place": 1}),
    Plant("what is there is replaced", parts.test_parameter_dict_is_a_dict, "torch.nn.ParameterDict.setdefault",
          overwriting),
    Plant("numbers are drawn", parts.test_skips_the_initialisation, "torch.nn.utils.skip_init",
          lambda original: lambda kind, *args, **kwargs: kind(*args, **kwargs)),
    Plant("rows are turned", parts.test_vectors_of_parameters_lead_back, "torch.nn.utils.vector_to_parameters",
          transposing),
    Plant("they stay tied", calls.test_ties_weights_unless_told, CALL, setting(tie_weights=True),
          {"settings": {"tie_weights": False}, "expected": 6.0}),
    Plant("the first value holds", calls.test_tied_weights_have_one_value, CALL, of_one_value),
    Plant("keys may be missing", calls.test_strict_calls_want_every_key, CALL, setting(strict=False),
          {"names": ["weight"]}),
    Plant("the last value holds", calls.test_takes_several_dictionaries, CALL, last_of_all),
    Plant("they are stacked backwards", calls.test_stacks_the_states_of_modules, "torch.func.stack_module_state",
          lambda original: lambda models: original(models[::-1])),
    Plant("it is not called", hooks.test_state_hooks_run_before_the_state_is_taken,
          f"{MODULE}.register_state_dict_pre_hook", nothing),
    Plant("it gets a copy", hooks.test_state_hooks_change_what_is_taken, f"{MODULE}.register_state_dict_post_hook",
          lambda original: lambda self, hook: original(self, lambda m, state, *rest: hook(m, dict(state), *rest))),
    Plant("it is not called", hooks.test_loading_hooks_change_what_is_loaded,
          f"{MODULE}.register_load_state_dict_pre_hook", nothing),
    Plant("it runs last", hooks.test_backward_hooks_run_first_if_prepended, f"{MODULE}.register_full_backward_hook",
          not_prepended, {"name": "register_full_backward_hook"}),
    Plant("it runs twice", hooks.test_global_hooks_run_before_a_modules_own,
          f"{every.__name__}.register_module_forward_pre_hook", without_own, {"name": "forward_pre_hook"}),
    Plant("nothing is replaced", hooks.test_registration_hooks_replace_what_is_registered,
          f"{every.__name__}.register_module_buffer_registration_hook", deaf, {"kind": "buffer"}),
)  # fmt: skip


@plants(*PLANTS)
def test_states_reject(plant, request):
    torch.manual_seed(0)
    assert_rejected(plant, request)
