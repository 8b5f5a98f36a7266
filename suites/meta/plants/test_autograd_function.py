"""Wrong answers about autograd.Function."""

import torch

from suites.autograd import test_function as claims
from suites.meta.planting import Plant, assert_rejected, plants
from suites.meta.wrong import nothing
from suites.meta.wrong_engine import ENGINE, afterwards, weighed, with_flags

CTX = "torch.autograd.function.FunctionCtx."
APPLY = "torch.autograd.Function.apply"


def reversed_order(original):
    return lambda self, *tensors: original(self, *tensors[::-1])


def drops_none(original):
    return lambda self, *tensors: original(self, *[t for t in tensors if t is not None])


def saves_copies(original):
    return lambda self, *tensors: original(self, *[t.detach().clone() for t in tensors])


def applied(change):
    """``apply`` of every function is replaced."""
    return lambda original: classmethod(lambda cls, *args: change(original.__func__, cls, *args))


def everything_requires_grad(apply, cls, *args):
    return apply(cls, *[a.requires_grad_() if isinstance(a, torch.Tensor) else a for a in args])


def results_require_grad(apply, cls, *args):
    results = apply(cls, *args)
    return results if results.requires_grad else results.detach().requires_grad_()


def copies_first(apply, cls, *args):
    return apply(cls, *[a.clone() if isinstance(a, torch.Tensor) else a for a in args])


def records_inside(apply, cls, *args):
    """The first argument is passed through a node of its own."""
    return apply(cls, args[0] * 1, *args[1:])


def counts_are_forgiven(apply, cls, *args):
    """backward's answer is cut or filled up."""

    def backward(ctx, *gradients):
        found = cls.backward(ctx, *gradients)
        return (*found, *[None] * len(args))[: len(args)]

    return apply(type("Forgiving", (cls,), {"backward": staticmethod(backward)}), *args)


def none_is_zeros(results, leaves, outputs, gradients, inputs):
    for leaf in leaves:
        leaf.grad = torch.zeros_like(leaf) if leaf.grad is None else leaf.grad


def tangents_double(original):
    return lambda tensor, tangent, **options: original(tensor, tangent * 2, **options)


def setup_after_the_fact(apply, cls, *args):
    doubled = apply(cls, args[0] * 2, *args[1:])
    return tuple(doubled)


PLANTS = (
    Plant("gradients are doubled", claims.test_backward_is_used_for_the_gradients, ENGINE, weighed(2)),
    Plant(
        "the order is reversed", claims.test_saved_tensors_come_back_in_order, CTX + "save_for_backward", reversed_order
    ),
    Plant("None is dropped", claims.test_saved_tensors_come_back_in_order, CTX + "save_for_backward", drops_none),
    Plant(
        "the order is reversed",
        claims.test_two_saved_tensors_keep_their_places,
        CTX + "save_for_backward",
        reversed_order,
    ),
    Plant("copies are saved", claims.test_saved_tensors_are_guarded, CTX + "save_for_backward", saves_copies),
    Plant("the graph is kept", claims.test_saved_tensors_are_guarded, ENGINE, with_flags(retain=True)),
    Plant(
        "all are needed",
        claims.test_needs_input_grad_says_which_inputs_need_one,
        APPLY,
        applied(everything_requires_grad),
    ),
    Plant("None is zeros", claims.test_none_is_no_gradient, ENGINE, afterwards(none_is_zeros)),
    Plant(
        "the count is forgiven",
        claims.test_backward_returns_as_many_gradients_as_inputs,
        APPLY,
        applied(counts_are_forgiven),
        {"count": 1},
    ),
    Plant("another node is in between", claims.test_forward_is_not_recorded, APPLY, applied(records_inside)),
    Plant(
        "results always require grad", claims.test_is_not_recorded_for_constants, APPLY, applied(results_require_grad)
    ),
    Plant("the mark is ignored", claims.test_marked_outputs_do_not_require_grad, ENGINE, weighed(3)),
    Plant("a copy is changed", claims.test_marked_inputs_are_changed_in_place, APPLY, applied(copies_first)),
    Plant(
        "it is always zeros",
        claims.test_gradients_of_unused_outputs_are_materialized_or_not,
        CTX + "set_materialize_grads",
        nothing,
        {"materialize": False},
    ),
    Plant("there is a second derivative", claims.test_once_differentiable_gradients_have_no_second, ENGINE, weighed(2)),
    Plant("gradients are doubled", claims.test_backward_can_be_differentiated, ENGINE, weighed(2)),
    Plant(
        "the input is doubled", claims.test_setup_context_sees_inputs_and_output, APPLY, applied(setup_after_the_fact)
    ),
    Plant(
        "tangents are doubled",
        claims.test_jvp_is_used_in_forward_mode,
        "torch.autograd.forward_ad.make_dual",
        tangents_double,
    ),
    Plant(
        "the gradient is doubled",
        claims.test_composes_with_function_transforms,
        "torch.func.grad",
        lambda original: lambda function: lambda x: original(function)(x) * 2,
    ),
)


@plants(*PLANTS)
def test_is_rejected(plant, request):
    assert_rejected(plant, request)
