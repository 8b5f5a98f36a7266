"""Wrong answers about grad modes and detach."""

import torch

from suites.autograd import test_modes as claims
from suites.meta.planting import Plant, assert_rejected, plants

NOTHING = "torch.no_grad.__enter__"
EXIT = "torch.no_grad.__exit__"
OFF = {"row": claims.NO_GRAD}


def enter_nothing(original):
    def wrong(self):
        self.prev = torch.is_grad_enabled()

    return wrong


def exit_on(original):
    return lambda self, *exception: torch._C._set_grad_enabled(True)


def exit_kept_after_exceptions(original):
    return lambda self, kind, value, trace: original(self, kind, value, trace) if kind is None else None


def swallows(original):
    def wrong(self, *exception):
        original(self, *exception)
        return True

    return wrong


def loses_its_name(original):
    def wrong(self, function):
        decorated = original(self, function)
        return lambda *args, **options: decorated(*args, **options)

    return wrong


def leaks(original):
    def wrong(self, function):
        torch._C._set_grad_enabled(False)
        return original(self, function)

    return wrong


def wants_parentheses(original):
    class NoGrad(original):
        def __new__(cls, function=None):
            assert function is None, "called with a function"
            return object.__new__(original)

    return NoGrad


class Everywhere(torch.no_grad):
    """It holds in threads that begin within it."""

    def __enter__(self):
        super().__enter__()
        self.run = claims.threading.Thread.run

        def run(thread):
            with torch.no_grad():
                self.run(thread)

        claims.threading.Thread.run = run

    def __exit__(self, *exception):
        claims.threading.Thread.run = self.run
        super().__exit__(*exception)


PLANTS = (
    Plant("it records", claims.test_decides_whether_operations_are_recorded, NOTHING, enter_nothing, OFF),
    Plant(
        "enable_grad does nothing",
        claims.test_nests,
        "torch.enable_grad.__enter__",
        enter_nothing,
        {"row": claims.ENABLE, "outer": claims.NO_GRAD},
    ),
    Plant("leaving always switches on", claims.test_nests, EXIT, exit_on, {**OFF, "outer": claims.SET_OFF}),
    Plant(
        "leaving always switches on", claims.test_restores_the_previous_mode, EXIT, exit_on, {**OFF, "before": False}
    ),
    Plant(
        "the mode stays as set",
        claims.test_restores_the_previous_mode,
        "torch.set_grad_enabled.__exit__",
        lambda original: lambda *args: None,
        {"row": claims.SET_OFF, "before": True},
    ),
    Plant(
        "it stays off after an exception",
        claims.test_restores_the_previous_mode_after_an_exception,
        EXIT,
        exit_kept_after_exceptions,
        {**OFF, "before": True},
    ),
    Plant(
        "the exception is swallowed",
        claims.test_restores_the_previous_mode_after_an_exception,
        EXIT,
        swallows,
        {**OFF, "before": True},
    ),
    Plant(
        "the function runs as it was",
        claims.test_decorates_functions,
        "torch.no_grad.__call__",
        lambda original: lambda self, function: function,
        OFF,
    ),
    Plant(
        "the function loses its name", claims.test_decorates_functions, "torch.no_grad.__call__", loses_its_name, OFF
    ),
    Plant(
        "decorating switches off",
        claims.test_decorating_leaves_the_mode_alone,
        "torch.no_grad.__call__",
        leaks,
        {**OFF, "before": True},
    ),
    Plant("parentheses are wanted", claims.test_decorates_without_parentheses, "torch.no_grad", wants_parentheses, OFF),
    Plant(
        "it holds in all threads",
        claims.test_holds_in_its_own_thread_only,
        "torch.no_grad",
        lambda original: Everywhere,
        OFF,
    ),
    Plant(
        "a call does nothing",
        claims.test_set_grad_enabled_is_a_function_too,
        "torch.set_grad_enabled",
        lambda original: lambda mode: None,
        {"before": True, "mode": False},
    ),
    Plant(
        "factories obey",
        claims.test_no_grad_does_not_reach_factories,
        "torch.zeros",
        lambda original: lambda *args, requires_grad=False, **options: original(*args, **options),
        {"name": "zeros"},
    ),
    Plant("results are recorded", claims.test_what_no_grad_computes_is_a_constant, NOTHING, enter_nothing),
    Plant(
        "the update is lost",
        claims.test_no_grad_lets_leaves_be_updated,
        "torch.Tensor.__isub__",
        lambda original: lambda self, other: self,
    ),
    Plant(
        "the update detaches",
        claims.test_no_grad_lets_leaves_be_updated,
        "torch.Tensor.__isub__",
        lambda original: lambda self, other: original(self, other).detach(),
    ),
    Plant(
        "the gradient is halved",
        claims.test_enable_grad_within_no_grad_records,
        "torch.Tensor.sum",
        lambda original: lambda self: original(self) / 2,
    ),
    Plant(
        "it is never off",
        claims.test_inference_mode_makes_inference_tensors,
        "torch.is_inference_mode_enabled",
        lambda original: lambda: True,
    ),
    Plant(
        "no tensor is an inference tensor",
        claims.test_inference_mode_makes_inference_tensors,
        "torch.Tensor.is_inference",
        lambda original: lambda self: False,
    ),
    Plant(
        "it is no_grad",
        claims.test_inference_tensors_are_not_saved_for_backward,
        "torch.inference_mode",
        lambda original: torch.no_grad,
    ),
    Plant(
        "it is no_grad",
        claims.test_inference_tensors_have_no_version_counter,
        "torch.inference_mode",
        lambda original: torch.no_grad,
    ),
    Plant(
        "it copies",
        claims.test_detach_shares_memory_and_has_no_graph,
        "torch.Tensor.detach",
        lambda original: lambda self: original(self).clone(),
    ),
    Plant(
        "it keeps the graph",
        claims.test_detach_shares_memory_and_has_no_graph,
        "torch.Tensor.detach",
        lambda original: lambda self: self.view_as(self),
    ),
    Plant(
        "gradients flow",
        claims.test_no_gradient_flows_through_detach,
        "torch.Tensor.detach",
        lambda original: lambda self: self.view_as(self) if self.requires_grad and not self.is_leaf else original(self),
    ),
    Plant(
        "it copies",
        claims.test_writing_to_a_detached_tensor_is_seen_by_backward,
        "torch.Tensor.detach",
        lambda original: lambda self: original(self).clone(),
    ),
    Plant(
        "it is detach",
        claims.test_detach_in_place_makes_a_leaf,
        "torch.Tensor.detach_",
        lambda original: lambda self: self.detach(),
    ),
    Plant(
        "views are detached",
        claims.test_views_cannot_be_detached_in_place,
        "torch.Tensor.detach_",
        lambda original: lambda self: self.detach(),
    ),
)


@plants(*PLANTS)
def test_is_rejected(plant, request):
    assert_rejected(plant, request)
