"""Wrong answers about what all optimizers have in common, about their state, and about zero_grad."""

import copy
import gc

import torch

from suites.meta.planting import Plant, assert_rejected, plants
from suites.meta.plants.test_optim_algorithms import cell, option
from suites.optim import test_optimizer as claims
from suites.optim import test_state_dict as state
from suites.optim import test_zero_grad as zero

SGD, STEP = "torch.optim.SGD", "torch.optim.SGD.step"
OPTIMIZER = "torch.optim.Optimizer"


def each_parameter(change, before=True):
    """Something is done to each parameter before or after a step."""

    def wrong(original):
        def step(self, closure=None):
            if not before:
                result = original(self, closure)
            for group in self.param_groups:
                for parameter in group["params"]:
                    change(self, parameter)
            return original(self, closure) if before else result

        return step

    return wrong


def decay_without_gradient(self, parameter):
    if parameter.grad is None:
        parameter.data.mul_(0.99)


def gradient_of_zeros(self, parameter):
    if parameter.grad is None:
        parameter.grad = torch.zeros_like(parameter)


def scaled_gradient(self, parameter):
    if parameter.grad is not None:
        parameter.grad.mul_(1.0 + 2.0**-20)


def other_memory(self, parameter):
    parameter.data = parameter.data.clone()


def first_group_only(original):
    """The options of the first group hold for all."""

    def step(self, closure=None):
        for group in self.param_groups[1:]:
            group.update({name: value for name, value in self.param_groups[0].items() if name != "params"})
        return original(self, closure)

    return step


def late_group_starts_with_momentum(original):
    def add(self, group):
        original(self, group)
        if len(self.param_groups) > 1 and self.state:
            for parameter in group["params"]:
                self.state[parameter]["momentum_buffer"] = torch.ones_like(parameter)

    return add


def own_defaults(original):
    """An added group takes what it lacks from the first group of a default optimizer."""
    return lambda self, group: original(self, {"weight_decay": 0, **group})


def constant_rate(original):
    def step(self, closure=None):
        for group in self.param_groups:
            group["lr"] = self.defaults["lr"]
        return original(self, closure)

    return step


def real_part_only(original):
    def step(self, closure=None):
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.is_complex():
                    parameter.grad = parameter.grad.real.to(parameter.dtype)
        return original(self, closure)

    return step


def closure_twice(original):
    def step(self, closure=None):
        if closure is not None:
            with torch.enable_grad():
                closure()
        return original(self, closure)

    return step


def returning(value):
    def wrong(original):
        def step(self, closure=None):
            original(self, closure)
            return value

        return step

    return wrong


def moving_everything(original):
    """Every tensor with a gradient that was made on the way moves too."""

    def step(self, closure=None):
        for value in gc.get_objects():
            if type(value) is torch.Tensor and value.is_leaf and value.grad is not None and value.dim() == 2:
                value.data.mul_(0.5)
        return original(self, closure)

    return step


def reading_twice(original):
    return lambda self, params, *args, **given: original(self, list(params)[::-1], *args, **given)


def called_after(original):
    """A hook for before the step runs after it."""
    return lambda self, hook: torch.optim.Optimizer.register_step_post_hook(self, hook)


def ignored_result(original):
    return lambda self, hook: original(self, lambda *given: hook(*given) and None)


def changed_state(change):
    """load_state_dict of something else."""
    return lambda original: lambda self, given: original(self, change(copy.deepcopy(given)))


def without_state(given):
    return {**given, "state": {}}


def same_rate(given):
    for group in given["param_groups"]:
        group["lr"] = 0.7
    return given


def moving_load(original):
    def load(self, given):
        original(self, given)
        for group in self.param_groups:
            for parameter in group["params"]:
                parameter.data.add_(1.0)

    return load


def half_state(original):
    def load(self, given):
        original(self, given)
        for values in self.state.values():
            for name, value in values.items():
                if torch.is_tensor(value) and value.dim():
                    values[name] = value.float()

    return load


def counting_from_one(original):
    def state_dict(self):
        result = original(self)
        for group in result["param_groups"]:
            group["params"] = [number + 1 for number in group["params"]]
        return result

    return state_dict


def lenient(original):
    """A state of other groups is dropped without a word."""

    def load(self, given):
        try:
            original(self, given)
        except ValueError:
            return

    return load


def lenient_add(original):
    def add(self, group):
        try:
            original(self, group)
        except ValueError:
            self.param_groups.append({**self.defaults, **group})

    return add


def lenient_init(original):
    def init(self, params, lr=0.1, **given):
        try:
            original(self, params, lr, **given)
        except (ValueError, TypeError):
            return

    return init


def dropping_numbers(original):
    def load(self, given):
        original(self, given)
        for values in self.state.values():
            values.pop("count", None)

    return load


def kept_gradient(keeps):
    """zero_grad leaves the gradients of some parameters."""

    def wrong(original):
        def zero_grad(self, *args, **given):
            held = [
                (parameter, parameter.grad if parameter.grad is None else parameter.grad.clone())
                for parameter in parameters_of(self)
            ]
            original(self, *args, **given)
            for place, (parameter, gradient) in enumerate(held):
                if gradient is not None and keeps(place, parameter):
                    parameter.grad = gradient

        return zero_grad

    return wrong


def parameters_of(holder):
    if isinstance(holder, torch.nn.Module):
        return list(holder.parameters())
    return [parameter for group in holder.param_groups for parameter in group["params"]]


def always(value):
    return lambda original: lambda self, set_to_none=True: original(self, set_to_none=value)


def zeros_everywhere(original):
    def zero_grad(self, *args, **given):
        for parameter in parameters_of(self):
            parameter.grad = torch.zeros_like(parameter)

    return zero_grad


def new_zeros(original):
    def zero_grad(self, set_to_none=True):
        for parameter in parameters_of(self):
            if parameter.grad is not None:
                parameter.grad = torch.zeros_like(parameter.grad) if not set_to_none else None

    return zero_grad


def undetached(original):
    """Zeroes gradients and leaves them in their graph."""

    def zero_grad(self, set_to_none=True):
        for parameter in parameters_of(self):
            parameter.grad = parameter.grad * 0

    return zero_grad


def reaching_too_far(original):
    def zero_grad(self, *args, **given):
        original(self, *args, **given)
        for value in gc.get_objects():
            if type(value) is torch.nn.Parameter:
                value.grad = None

    return zero_grad


ZERO, MODULE = f"{OPTIMIZER}.zero_grad", "torch.nn.Module.zero_grad"
OF_OPTIMIZER, OF_MODULE = {"hold": zero.grouped}, {"hold": zero.holder}

PLANTS = (
    Plant("what has no gradient decays", claims.test_skips_parameters_without_gradient, STEP,
          each_parameter(decay_without_gradient), cell("SGD-loop")),
    Plant("no gradient is a gradient of zeros", claims.test_skips_parameters_without_gradient, "torch.optim.Adam.step",
          each_parameter(gradient_of_zeros), cell("Adam-foreach")),
    Plant("momentum goes on without a gradient", claims.test_rests_where_the_gradient_is_gone, STEP,
          each_parameter(gradient_of_zeros), cell("SGD-loop")),
    Plant("gradients change in the last places", claims.test_leaves_gradients_alone, STEP,
          each_parameter(scaled_gradient, before=False), {**cell("SGD-loop"), "options": "busiest"}),
    Plant("parameters are moved to new memory", claims.test_moves_parameters_in_place, STEP,
          each_parameter(other_memory), cell("SGD-loop")),
    Plant("strided gradients are read in memory's order", claims.test_takes_gradients_of_any_strides, STEP,
          each_parameter(lambda self, p: setattr(p, "grad",
          p.grad.t().reshape(p.shape)) if p.stride() != p.grad.stride()
                         else None), cell("SGD-loop")),
    Plant("the first group's options hold for all", claims.test_groups_have_options_of_their_own, STEP,
          first_group_only,
          cell("SGD-loop")),
    Plant("an added group starts with momentum", claims.test_groups_can_be_added, f"{OPTIMIZER}.add_param_group",
          late_group_starts_with_momentum, cell("SGD-loop")),
    Plant("missing options are not the defaults", claims.test_groups_take_the_missing_options_from_the_defaults,
          f"{OPTIMIZER}.add_param_group", own_defaults, cell("SGD-loop")),
    Plant("the rate of the constructor stays", claims.test_reads_its_options_at_every_step, STEP, constant_rate,
          cell("SGD-loop")),
    Plant("imaginary parts have no gradient", claims.test_complex_parameters_are_pairs_of_reals, STEP, real_part_only,
          cell("SGD-loop")),
    Plant("a rate in a tensor counts double", claims.test_learning_rate_may_be_a_tensor,
          "torch.optim.sgd._single_tensor_sgd",
          option("lr", lambda value: 2 * value if torch.is_tensor(value) else value), cell("SGD-loop")),
    Plant("the closure runs twice", claims.test_step_calls_the_closure_once_and_returns_its_value, STEP, closure_twice,
          cell("SGD-loop")),
    Plant("the loss is lost", claims.test_step_calls_the_closure_once_and_returns_its_value, STEP,
          returning(torch.tensor(0.0)), cell("SGD-loop")),
    Plant("something is returned", claims.test_step_without_closure_returns_none, STEP, returning(0), cell("SGD-loop")),
    Plant("state is not copied", claims.test_a_deep_copy_goes_its_own_way, "torch.optim.SGD.__setstate__",
          lambda original: lambda self, given: original(self, {**given, "state": given["state"].__class__(dict)}),
          cell("SGD-loop")),
    Plant("all move", claims.test_updates_only_what_it_was_given, STEP, moving_everything, cell("SGD-loop")),
    Plant("backwards", claims.test_takes_any_iterable, f"{SGD}.__init__", reading_twice, {"make": tuple}),
    Plant("the pre hook comes after", claims.test_step_hooks_frame_the_step, f"{OPTIMIZER}.register_step_pre_hook",
          called_after),
    Plant("what the hook returns is ignored", claims.test_a_pre_hook_may_change_the_arguments,
          f"{OPTIMIZER}.register_step_pre_hook", ignored_result),
    Plant("the weight counts twice", claims.test_steps_can_be_differentiated, "torch.optim.sgd._single_tensor_sgd",
          option("weight_decay", lambda value: value + 0.1), {"row": claims.SMOOTH["SGD"]}),
    Plant("the state is not loaded", state.test_goes_on_from_its_state, f"{OPTIMIZER}.load_state_dict",
          changed_state(without_state), cell("SGD-loop")),
    Plant("the rate is not loaded", state.test_goes_on_from_its_state, f"{OPTIMIZER}.load_state_dict",
          changed_state(same_rate), cell("Adam-foreach")),
    Plant("parameters count from one", state.test_state_has_two_parts, f"{OPTIMIZER}.state_dict", counting_from_one,
          cell("SGD-loop")),
    Plant("the rate is not loaded", state.test_loads_the_options_of_each_group, f"{OPTIMIZER}.load_state_dict",
          changed_state(same_rate), cell("SGD-loop")),
    Plant("parameters move", state.test_loading_moves_nothing, f"{OPTIMIZER}.load_state_dict", moving_load,
          cell("SGD-loop")),
    Plant("nothing is loaded", state.test_loads_in_mid_run, f"{OPTIMIZER}.load_state_dict",
          lambda original: lambda self, given: None, cell("SGD-loop")),
    Plant("the state stays float32", state.test_state_takes_the_dtype_of_the_parameters, f"{OPTIMIZER}.load_state_dict",
          half_state, cell("RMSprop-loop")),
    Plant("other groups are dropped", state.test_refuses_a_state_of_other_groups, f"{OPTIMIZER}.load_state_dict",
          lenient, {"sizes": [1, 3]}),
    Plant("the momentum is lost", state.test_notes_whether_a_loaded_state_is_shared, f"{OPTIMIZER}.load_state_dict",
          changed_state(without_state)),
    Plant("a number is lost", state.test_keeps_state_that_is_no_tensor, f"{OPTIMIZER}.load_state_dict",
          dropping_numbers),
    Plant("two groups may share", state.test_refuses_a_parameter_in_two_groups, f"{OPTIMIZER}.add_param_group",
          lenient_add),
    Plant("anything is taken", state.test_refuses_options_out_of_range, f"{SGD}.__init__", lenient_init,
          {"name": "SGD", "options": {"momentum": -0.5}}),
    Plant("anything is optimized", state.test_refuses_what_it_cannot_optimize, f"{SGD}.__init__", lenient_init),
    Plant("the last one keeps its gradient", zero.test_sets_every_gradient_to_none, ZERO,
          kept_gradient(lambda place, parameter: place == 5), OF_OPTIMIZER),
    Plant("frozen ones keep theirs", zero.test_sets_every_gradient_to_none, MODULE,
          kept_gradient(lambda place, parameter: not parameter.requires_grad), OF_MODULE),
    Plant("zeros by default", zero.test_sets_gradients_to_none_by_default, ZERO,
          lambda original: lambda self, set_to_none=False: original(self, set_to_none), OF_OPTIMIZER),
    Plant("None all the same", zero.test_sets_every_gradient_to_zeros, ZERO,
          lambda original: lambda self, set_to_none=True: new_zeros(original)(self, set_to_none), OF_OPTIMIZER),
    Plant("vectors keep theirs", zero.test_sets_every_gradient_to_zeros, MODULE,
          kept_gradient(lambda place, parameter: parameter.dim() == 1), OF_MODULE),
    Plant("gradients of zeros are made", zero.test_leaves_values_and_missing_gradients_alone, ZERO, zeros_everywhere,
          {**OF_OPTIMIZER, "set_to_none": True}),
    Plant("graphs are kept", zero.test_detaches_zeroed_gradients, ZERO, undetached, OF_OPTIMIZER),
    Plant("only None is a reset", zero.test_zeroes_again_and_again, MODULE,
          lambda original: lambda self, set_to_none=True: original(self) if set_to_none else None, OF_MODULE),
    Plant("all are reset", zero.test_does_not_reach_what_it_does_not_hold, ZERO, reaching_too_far),
    Plant("the second group keeps its gradients", zero.test_reaches_groups_that_were_added, ZERO,
          kept_gradient(lambda place, parameter: place > 2)),
    Plant("gradients come back", zero.test_grad_can_be_set_to_none_by_hand, "torch.Tensor.__setattr__",
          lambda original: lambda self, name, value: original(
              self, name, torch.zeros_like(self) if (name, value) == ("grad", None) else value)),
    Plant("only parameters are reset", zero.test_tensors_that_are_no_parameters_are_reset_too, ZERO,
          kept_gradient(lambda place, parameter: not isinstance(parameter, torch.nn.Parameter))),
)  # fmt: skip


@plants(*PLANTS)
def test_is_rejected(plant, request):
    assert_rejected(plant, request)
