"""Wrong answers about modules: registration, modes and casts, hooks, containers, states."""

import torch
import torch.nn as nn

from suites.meta.planting import Plant, assert_rejected, plants
from suites.meta.wrong import forgiving, ignoring, nothing
from suites.nn import test_containers as containers
from suites.nn import test_hooks as hooks
from suites.nn import test_module as module
from suites.nn import test_registration as registration
from suites.nn import test_state_dict as state

M = "torch.nn.Module."


def last_dropped(original):
    return lambda *args, **kwargs: iter(list(original(*args, **kwargs))[:-1])


def reversed_order(original):
    return lambda *args, **kwargs: iter(list(original(*args, **kwargs))[::-1])


def copied(original):
    """Another object, with the same values."""
    return lambda *args, **kwargs: original(*args, **kwargs).clone()


def returning_nothing(original):
    return lambda *args, **kwargs: (original(*args, **kwargs), None)[1]


def hook_result_lost(original):
    """What the hook returns is ignored."""
    return lambda self, hook, **kwargs: original(self, lambda *args: (hook(*args), None)[1], **kwargs)


def no_arguments_kept(original):
    return lambda self, *args, **kwargs: original(self, *args)


def shallow_mode(original):
    """Children of children keep their mode."""

    def train(self, mode=True):
        for child in self.children():
            child.training = mode
        self.training = mode
        return self

    return train


REGISTRATION = (
    Plant("shared parameters come twice", registration.test_yields_each_parameter_once, f"{M}named_parameters",
          lambda original: lambda self, prefix="", recurse=True, **_: original(self, prefix, recurse, False)),
    Plant("recurse is ignored", registration.test_recurses_only_if_asked, f"{M}named_parameters", ignoring("recurse")),
    Plant("the prefix is ignored", registration.test_puts_the_prefix_before_names, f"{M}named_buffers",
              ignoring("prefix")),
    Plant("duplicates are removed always", registration.test_repeats_shared_ones_if_asked, f"{M}named_parameters",
          ignoring("remove_duplicate")),
    Plant("the last buffer is missing", registration.test_yields_each_buffer, f"{M}named_buffers", last_dropped),
    Plant("shared modules come twice", registration.test_yields_each_module_once, f"{M}named_children",
          lambda original: lambda self: iter(self._modules.items())),
    Plant("the last parameter is missing", registration.test_shared_parameter_counts_once, f"{M}named_parameters",
          last_dropped),
    Plant("parameters become plain attributes", registration.test_parameters_register_when_assigned, f"{M}__setattr__",
          lambda original: object.__setattr__ and (lambda self, name, value: self.__dict__.__setitem__(name, value))),
    Plant("parameters are copies", registration.test_parameter_is_a_tensor_that_requires_grad,
              "torch.nn.Parameter.__new__",
          lambda original: lambda cls, data, requires_grad=True: original(cls, data.clone(), requires_grad)),
    Plant("the order is lost", registration.test_register_methods_are_assignments, f"{M}named_buffers", reversed_order),
    Plant("nothing is registered", registration.test_register_module_is_add_module, f"{M}register_module", nothing),
    Plant("None is left out", registration.test_none_registers_a_place, f"{M}register_buffer",
          lambda original: lambda self, name, value, *rest: original(self, name, torch.zeros(1))),
    Plant("replaced modules move to the end", registration.test_replacing_keeps_the_place, f"{M}__setattr__",
          lambda original: lambda self, name, value: (
              self.__dict__.get("_modules", {}).pop(name, None), original(self, name, value))[1]),
    Plant("deleted parameters stay", registration.test_deleting_unregisters, f"{M}__delattr__",
          lambda original: lambda self, name: None if name in self._parameters else original(self, name)),
    Plant("a buffer becomes an attribute", registration.test_buffer_assignment_keeps_the_buffer, f"{M}__setattr__",
          lambda original: lambda self, name, value: (
              self._buffers.pop(name, None) if "_buffers" in self.__dict__ else None, original(self, name, value))[1]),
    Plant("all buffers are saved", registration.test_only_persistent_buffers_are_saved, f"{M}register_buffer",
          ignoring("persistent")),
    Plant("persistence cannot change", registration.test_registering_again_changes_persistence, f"{M}register_buffer",
          lambda original: lambda self, name, value, persistent=True: original(
              self, name, value, persistent and name not in self._buffers)),
    Plant("any name is taken", registration.test_registering_rejects_bad_names, f"{M}register_buffer", forgiving,
          {"kind": "buffer", "name": "", "error": KeyError}),
    Plant("any value is taken", registration.test_registering_rejects_other_types, f"{M}register_buffer", forgiving,
          {"kind": "buffer", "wrong": 3.0}),
    Plant("plain tensors are taken", registration.test_registering_rejects_computed_parameters,
              f"{M}register_parameter",
          lambda original: lambda self, name, value: self._parameters.__setitem__(
              name, value if value is None else nn.Parameter(value.detach()))),
    Plant("early assignments are kept", registration.test_assignment_before_init_raises, f"{M}__setattr__",
          lambda original: lambda self, name, value: self.__dict__.__setitem__(name, value)),
    Plant("missing attributes are None", registration.test_missing_attributes_raise, f"{M}__getattr__",
          lambda original: lambda self, name: None if name == "absent" else original(self, name)),
    Plant("buffers are found by their last name", registration.test_gets_by_dotted_name, f"{M}get_buffer",
          lambda original: lambda self, name: original(self, "steps")),
    Plant("any attribute is a parameter", registration.test_getting_another_kind_raises, f"{M}get_parameter",
          lambda original: lambda self, name: getattr(self, name), {"method": "get_parameter", "name": "steps"}),
)  # fmt: skip

MODULES = (
    Plant("grandchildren keep their mode", module.test_sets_the_mode_of_all_descendants, f"{M}train", shallow_mode),
    Plant("only the module itself changes", module.test_sets_the_mode_of_a_branch, f"{M}eval",
          lambda original: lambda self: setattr(self, "training", False)),
    Plant("any mode is taken", module.test_mode_is_a_bool, f"{M}train",
          lambda original: lambda self, mode=True: original(self, bool(mode)), {"mode": 3}),
    Plant("only direct parameters are frozen", module.test_freezes_all_parameters, f"{M}requires_grad_",
          lambda original: lambda self, requires_grad=True: (
              [p.requires_grad_(requires_grad) for p in self.parameters(recurse=False)], self)[1]),
    Plant("gradients are replaced", module.test_zero_grad_zeroes_in_place, f"{M}zero_grad",
          lambda original: lambda self, set_to_none: [
              setattr(p, "grad", torch.zeros_like(p)) for p in self.parameters() if p.grad is not None]),
    Plant("direct gradients only", module.test_zero_grad_sets_to_none, f"{M}zero_grad",
          lambda original: lambda self, set_to_none: [setattr(p, "grad",
                    None) for p in self.parameters(recurse=False)]),
    Plant("integers are cast too", module.test_casts_what_is_floating, f"{M}double",
          lambda original: lambda self: self._apply(lambda t: t.double()), {"name": "double"}),
    Plant("gradients are lost", module.test_casts_what_is_floating, f"{M}half",
          lambda original: lambda self: ([setattr(p, "grad", None) for p in self.parameters()], original(self))[1],
          {"name": "half"}),
    Plant("buffers keep their dtype", module.test_to_takes_dtype_device_or_tensor, f"{M}to",
          lambda original: lambda self, *args, **kwargs: (
              [setattr(p, "data", p.data.to(*args, **kwargs)) for p in self.parameters()], self)[1]),
    Plant("integers are taken", module.test_to_rejects_integers, f"{M}to", forgiving, {"dtype": torch.int64}),
    Plant("tensors are copied", module.test_to_changes_nothing_twice, f"{M}to",
          lambda original: lambda self, *args: self._apply(torch.clone)),
    Plant("the format is ignored", module.test_to_takes_a_memory_format, f"{M}to", ignoring("memory_format")),
    Plant("only floating tensors are cast", module.test_type_casts_everything, f"{M}type",
          lambda original: lambda self, dtype: self.to(dtype)),
    Plant("integers become floating", module.test_to_empty_keeps_shapes_and_dtypes, f"{M}to_empty",
          lambda original: lambda self, device: (original(self, device=device), self.type(torch.float32))[0]),
    Plant("the module comes first", module.test_applies_to_children_first, f"{M}apply",
          lambda original: lambda self, function: ([function(m) for m in self.modules()], self)[1]),
    Plant("copies share memory", module.test_deep_copy_is_independent, "torch.nn.Parameter.__deepcopy__",
          lambda original: lambda self, memo: type(self)(self.data, self.requires_grad)),
    Plant("modes are lost", module.test_survives_pickling, f"{M}__setstate__",
          lambda original: lambda self, values: original(self, {**values, "training": True})),
    Plant("the addition is not printed", module.test_prints_what_extra_repr_adds, f"{M}__repr__",
          lambda original: lambda self: f"{self._get_name()}()"),
    Plant("keywords are lost", module.test_call_passes_arguments_to_forward, f"{M}__call__",
          lambda original: lambda self, *args, **kwargs: original(self, *args)),
    Plant("parameters stay replaced", module.test_functional_call_replaces_for_one_call, module.FUNCTIONAL,
          lambda original: lambda net, new, args: (net.load_state_dict(new, strict=False), net(*args))[1]),
    Plant("the given parameters are detached", module.test_functional_call_differentiates, module.FUNCTIONAL,
          lambda original: lambda net, new, *args: (
              net.load_state_dict(new, strict=False), net(*args[0]), sum(new.values()).sum())[2]),
)  # fmt: skip

HOOKS = (
    Plant("the hook gets a copy of the output", hooks.test_forward_hook_sees_input_and_output,
              f"{M}register_forward_hook",
          lambda original: lambda self, hook: original(self, lambda m, args, out: hook(m, args, out.clone()))),
    Plant("what it returns is ignored", hooks.test_forward_hook_replaces_the_output, f"{M}register_forward_hook",
          hook_result_lost),
    Plant("what it returns is ignored", hooks.test_forward_pre_hook_replaces_the_input, f"{M}register_forward_pre_hook",
          hook_result_lost),
    Plant("hooks run before forward", hooks.test_hooks_run_in_order, f"{M}register_forward_hook",
          lambda original: lambda self, hook: self.register_forward_pre_hook(hook)),
    Plant("prepend is ignored", hooks.test_prepended_hooks_run_first, f"{M}register_forward_hook", ignoring("prepend")),
    Plant("keywords are lost", hooks.test_hooks_see_keywords_if_asked, f"{M}register_forward_hook",
          lambda original: lambda self, hook, with_kwargs: original(self, lambda m, args, out: hook(m, args, {}, out))),
    Plant("always_call is ignored", hooks.test_always_called_hooks_see_errors, f"{M}register_forward_hook",
          ignoring("always_call")),
    Plant("removing does nothing", hooks.test_removed_hooks_are_not_called, "torch.utils.hooks.RemovableHandle.remove",
          nothing, {"register": "register_forward_hook"}),
    Plant("the hook stays", hooks.test_handle_is_a_context, "torch.utils.hooks.RemovableHandle.__exit__", nothing),
    Plant("gradients are scaled", hooks.test_backward_hook_sees_gradients, f"{M}register_full_backward_hook",
          lambda original: lambda self, hook: original(self, lambda m, gi, go: hook(m, gi, (go[0] * 2,)))),
    Plant("what it returns is ignored", hooks.test_backward_hook_replaces_the_gradient,
          f"{M}register_full_backward_hook", hook_result_lost),
    Plant("what it returns is ignored", hooks.test_backward_pre_hook_replaces_the_output_gradient,
          f"{M}register_full_backward_pre_hook", hook_result_lost),
    Plant("the hook stays", hooks.test_global_hooks_run_for_every_module, "torch.utils.hooks.RemovableHandle.__exit__",
          lambda original: lambda self, *args: None),
    Plant("the hook runs once", hooks.test_hooks_belong_to_one_module, f"{M}register_forward_hook",
          lambda original: lambda self, hook: original(self, lambda *args: (hook(*args),
                    self._forward_hooks.clear())[0])),
)  # fmt: skip

KIND = {"kind": nn.ModuleList}
CONTAINERS = (
    Plant("modules run in reverse", containers.test_sequential_chains_its_modules, "torch.nn.Sequential.forward",
          lambda original: lambda self, x: original(self[::-1], x)),
    Plant("names are numbers", containers.test_sequential_of_a_dict_keeps_names, "torch.nn.Sequential.__init__",
          lambda original: lambda self, modules: original(self, *modules.values())),
    Plant("negative places are off by one", containers.test_indexes_as_a_list, "torch.nn.ModuleList.__getitem__",
          lambda original: lambda self, i: original(self, i if i >= 0 else i + 4 if i > -5 else 0), KIND),
    Plant("places go round", containers.test_raises_beyond_its_ends, "torch.nn.ModuleList.__getitem__",
          lambda original: lambda self, i: original(self, i % len(self)), {**KIND, "index": 5}),
    Plant("steps are ignored", containers.test_slices_as_a_list, "torch.nn.ModuleList.__getitem__",
          lambda original: lambda self, i: original(self, slice(i.start, i.stop)), KIND),
    Plant("the module is added", containers.test_assigns_as_a_list, "torch.nn.ModuleList.__setitem__",
          lambda original: lambda self, i, value: self.append(value), KIND),
    Plant("places are not numbered anew", containers.test_deletes_as_a_list, "torch.nn.ModuleList.__delitem__",
          lambda original: lambda self, part: [self._modules.pop(name) for name in (
              list(self._modules)[part] if isinstance(part, slice) else [list(self._modules)[part]])], KIND),
    Plant("only the first is added", containers.test_appends_and_extends_as_a_list, "torch.nn.ModuleList.extend",
          lambda original: lambda self, more: original(self, list(more)[:1]), KIND),
    Plant("the sum is the first list", containers.test_module_list_takes_any_iterable, "torch.nn.ModuleList.__add__",
          lambda original: lambda self, other: self.extend(other)),
    Plant("the module goes behind", containers.test_module_list_inserts_as_a_list, "torch.nn.ModuleList.insert",
          lambda original: lambda self, i, value: original(self, i + 1, value), {"index": 1}),
    Plant("the module stays", containers.test_pops_as_a_list, "torch.nn.ModuleList.pop",
          lambda original: lambda self, i: self[i], KIND),
    Plant("nothing is registered", containers.test_module_list_registers_what_it_holds, f"{M}named_parameters",
          lambda original: lambda self: iter(())),
    Plant("keys are sorted", containers.test_module_dict_is_an_ordered_dict, "torch.nn.ModuleDict.update",
          lambda original: lambda self, more: original(self, sorted(more.items()))),
    Plant("old entries win", containers.test_module_dict_updates, "torch.nn.ModuleDict.update",
          lambda original: lambda self, more: original(self, [
              (k, v) for k, v in (more.items() if hasattr(more, "items") else more) if k not in self])),
    Plant("negative places are off", containers.test_parameter_list_is_a_list_of_parameters,
          "torch.nn.ParameterList.__getitem__", lambda original: lambda self, i: original(self, abs(i))),
    Plant("only the first is added", containers.test_parameter_list_grows, "torch.nn.ParameterList.extend",
          lambda original: lambda self, more: original(self, list(more)[:1])),
    Plant("keys are sorted", containers.test_parameter_dict_is_a_dict_of_parameters, "torch.nn.ParameterDict.keys",
          lambda original: lambda self: sorted(original(self), reverse=True)),
    Plant("the first wins", containers.test_parameter_dict_merges, "torch.nn.ParameterDict.__or__",
          lambda original: lambda self, other: original(other, self)),
    Plant("the input is copied", containers.test_identity_gives_back_its_input, "torch.nn.Identity.forward",
          lambda original: lambda self, x: x.clone()),
    Plant("everything is joined", containers.test_flatten_joins_dimensions, "torch.nn.Flatten.forward",
          lambda original: lambda self, x: x.flatten()),
    Plant("names are not printed", containers.test_prints_its_modules_by_name, f"{M}__repr__",
          lambda original: lambda self: original(self).replace("(0)", "")),
)  # fmt: skip

LOAD = f"{M}load_state_dict"


def copies(original):
    """The tensors of the state are copies."""
    return lambda self, **kwargs: {name: value.clone() for name, value in original(self, **kwargs).items()}


CHANGE = {"change": state.CHANGES["a key is unexpected"][0], "missing": [], "unexpected": ["extra"]}
STATES = (
    Plant("buffers are left out", state.test_holds_parameters_and_persistent_buffers, f"{M}state_dict",
          lambda original: lambda self, **kwargs: type(original(self))(
              (name, value) for name, value in original(self).items() if "running" not in name)),
    Plant("tensors are copies", state.test_is_a_reference, f"{M}state_dict", copies),
    Plant("values are detached always", state.test_keep_vars_gives_the_parameters, f"{M}state_dict",
              ignoring("keep_vars")),
    Plant("the prefix is ignored", state.test_prefix_and_destination, f"{M}state_dict", ignoring("prefix")),
    Plant("nothing is loaded", state.test_round_trip_gives_the_same_values, LOAD,
          lambda original: lambda self, values, **kwargs: original(self, self.state_dict())),
    Plant("dtypes change", state.test_copies_into_the_parameters, LOAD,
          lambda original: lambda self, values: [
              setattr(self, name, nn.Parameter(value)) for name, value in values.items()], {"layout": "contiguous"}),
    Plant("memory is taken over", state.test_loaded_values_are_copies, LOAD,
          lambda original: lambda self, values: original(self, values, assign=True)),
    Plant("keys are not compared", state.test_strict_loading_raises, LOAD,
          lambda original: lambda self, values: original(self, values, strict=False), CHANGE),
    Plant("unexpected keys are not told", state.test_lenient_loading_reports, LOAD,
          lambda original: lambda self, values, strict: type(original(self, values, strict=False))(
              original(self, values, strict=False).missing_keys, []), CHANGE),
    Plant("keys below parameters are passed over", state.test_rejects_keys_that_lead_nowhere, LOAD,
          lambda original: lambda self, values: original(self, {"weight": values["weight"], "bias": values["bias"]})),
    Plant("shapes that broadcast are taken", state.test_another_shape_raises, LOAD,
          lambda original: lambda self, values, strict: self.weight.data.copy_(values["weight"]),
          {"strict": True, "shape": (1, 3)}),
    Plant("anything is taken", state.test_rejects_what_is_no_dict, LOAD, forgiving, {"wrong": 3}),
    Plant("the dictionary is emptied", state.test_leaves_the_given_dict_alone, LOAD,
          lambda original: lambda self, values: (original(self, values), values.popitem())[0]),
    Plant("assign copies", state.test_assign_takes_the_tensors, LOAD, ignoring("assign")),
    Plant("requires_grad is the tensor's", state.test_assign_keeps_requires_grad, LOAD,
          lambda original: lambda self, values, assign: (
              original(self, values, assign=True), self.weight.requires_grad_(True))[0]),
    Plant("the hook is not called", state.test_post_hook_may_forgive, f"{M}register_load_state_dict_post_hook",
          lambda original: lambda self, hook: original(self, lambda m, keys: keys.missing_keys.clear())),
    Plant("extra state is not saved", state.test_extra_state_is_saved, f"{M}state_dict",
          lambda original: lambda self, **kwargs: {k: v for k, v in original(self).items() if "extra" not in k} or {
              "0._extra_state": {"count": 0}}),
    Plant("strides are lost", state.test_file_brings_back_the_tensor, "torch.save",
          lambda original: lambda value, file: original({k: v.contiguous() for k, v in value.items()}, file)),
    Plant("views are copied", state.test_file_keeps_who_shares_memory, "torch.save",
          lambda original: lambda value, file: original({k: v.clone() for k, v in value.items()}, file)),
    Plant("shared tensors are copied", state.test_file_of_a_state_dict_restores_the_module, "torch.save",
          lambda original: lambda value, file: original(type(value)((k, v.clone()) for k, v in value.items()), file)),
    Plant("parameters become tensors", state.test_file_keeps_parameters_and_requires_grad, "torch.save",
          lambda original: lambda value, file: original({k: v.detach() for k, v in value.items()}, file)),
    Plant("objects are loaded", state.test_weights_only_refuses_objects, "torch.load",
          lambda original: lambda file, weights_only: original(file, weights_only=False)),
    Plant("values change", state.test_map_location_moves_tensors, "torch.load",
          lambda original: lambda *args, **kwargs: {k: v + 1 for k, v in original(*args, **kwargs).items()}),
)  # fmt: skip

PLANTS = (*REGISTRATION, *MODULES, *HOOKS, *CONTAINERS, *STATES)


@plants(*PLANTS)
def test_is_rejected(plant, request):
    assert_rejected(plant, request)
