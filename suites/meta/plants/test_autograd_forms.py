"""Wrong answers about forms of arguments and results that few ask autograd for."""

import pytest
import torch
from torch.autograd import graph

from suites.autograd import test_accumulation as accumulation
from suites.autograd import test_backward as backward
from suites.autograd import test_clipping as clipping
from suites.autograd import test_grad as grad
from suites.autograd import test_hooks as hooks
from suites.autograd import test_modes as modes
from suites.autograd import test_vector_jacobian as vector
from suites.meta.planting import Plant, assert_rejected, plants
from suites.meta.wrong_engine import ENGINE, afterwards, but

FUNC = "torch.func."
FUNCTIONAL = "torch.autograd.functional."
UTILS = "torch.nn.utils."


def overwritten(when):
    """What such leaves had is lost when more is added."""

    def change(results, leaves, outputs, gradients, inputs):
        for leaf in leaves:
            if leaf.grad is not None and leaf.grad.abs().max() > 8 and when(leaf):
                leaf.grad.mul_(0.5)

    return afterwards(change)


def lenient(original):
    return lambda *args, strict=False, **options: original(*args, **options)


def ones_for_unused(original):
    """Gradients that nothing depends on are ones."""

    def wrong(*args, **options):
        outputs, (first, second) = original(*args, **options)
        return outputs, (first, second + 1)

    return wrong


def elsewhere(original):
    """The function is made linear at another point."""
    return lambda function, x: (original(function, x)[0], original(function, 2 * x)[1])


def first_row(original):
    """Each chunk of one row is the first."""

    def wrong(function, chunk_size=None):
        whole = original(function)
        return lambda x: whole(x)[:1].expand_as(whole(x)) if chunk_size == 1 else whole(x)

    return wrong


def every_time(original):
    """The hook is called for each of the gradients."""

    class Handles(list):
        def remove(self):
            for handle in self:
                handle.remove()

    return lambda tensors, hook, mode="all": Handles(tensor.register_hook(hook) for tensor in tensors)


def only_one(original):
    """A second hook of a tensor is forgotten."""
    seen = []

    def wrong(self, hook):
        known = any(other is self for other in seen)
        seen.append(self)
        return original(self, (lambda parameter: None) if known else hook)

    return wrong


PLANTS = (
    Plant("a number keeps the last", accumulation.test_gradients_add_up_over_calls, ENGINE,
          overwritten(lambda leaf: leaf.dim() == 0)),
    Plant("complex numbers keep half", accumulation.test_gradients_add_up_over_calls, ENGINE,
          overwritten(torch.is_complex), {"dtype": torch.complex64}),
    Plant("many elements keep half", accumulation.test_gradients_add_up_over_calls, ENGINE,
          overwritten(lambda leaf: leaf.numel() > 40_000)),
    Plant("results get none", backward.test_inputs_may_be_results, "torch.autograd.backward",
          lambda f: lambda *args, inputs=None, **more: None),
    Plant("numbers alone", hooks.test_save_on_cpu_changes_no_gradient, "torch.autograd.graph.save_on_cpu",
          lambda f: lambda: graph.saved_tensors_hooks(lambda x: x, lambda x: x * 0 if x.dim() > 2 else x),
          {"shape": (2, 3, 4)}),
    Plant("the order is always 2", clipping.test_the_norm_is_that_of_one_vector, UTILS + "get_total_norm",
          lambda f: lambda tensors, norm_type=2.0, **options: f(tensors, 2.0, **options), {"foreach": None}),
    Plant("it never raises", clipping.test_a_total_norm_that_is_not_finite_may_raise, UTILS + "get_total_norm",
          lambda f: lambda tensors, **options: f(tensors), {"bad": float("nan")}),
    Plant("the norm is taken anew", clipping.test_clips_by_a_norm_that_is_given, UTILS + "clip_grads_with_norm_",
          lambda f: lambda parameters, most, total, **options: torch.nn.utils.clip_grad_norm_(parameters, most),
          {"foreach": None}),
    Plant("the first of several", grad.test_an_edge_stands_for_its_tensor, "torch.autograd.graph.get_gradient_edge",
          lambda f: lambda tensor: graph.GradientEdge(f(tensor).node, 0)),
    Plant("for each gradient", hooks.test_a_multi_grad_hook_may_take_the_first_gradient,
          "torch.autograd.graph.register_multi_grad_hook", every_time),
    Plant("the first alone", hooks.test_every_post_accumulate_hook_is_called,
          "torch.Tensor.register_post_accumulate_grad_hook", only_one),
    Plant("frozen", modes.test_no_grad_does_not_reach_parameters, "torch.nn.Parameter",
          lambda f: lambda data: f(data, requires_grad=torch.is_grad_enabled())),
    Plant("random ones are frozen", modes.test_no_grad_does_not_reach_factories, "torch.rand_like",
          lambda f: lambda *args, requires_grad=False, **options: f(*args, **options), {"name": "rand_like"}),
    Plant("views are none", modes.test_views_are_inference_tensors_where_their_base_is, "torch.is_inference",
          but(False)),
    Plant("the first row again", vector.test_func_jacrev_takes_rows_in_chunks, FUNC + "jacrev", first_row, {"size": 1}),
    Plant("another point", vector.test_func_linearize_is_the_derivative_at_the_point, FUNC + "linearize", elsewhere),
    Plant("nothing besides", vector.test_func_products_carry_extras_along, FUNC + "jvp",
          lambda f: lambda *args, has_aux=False: (*f(*args, has_aux=True)[:2], args[1][0])),
    Plant("ones", vector.test_products_are_zero_for_an_unused_input, FUNCTIONAL + "vhp", ones_for_unused,
          {"name": "vhp"}),
    Plant("strict is ignored", vector.test_products_with_strict_refuse_an_unused_input, FUNCTIONAL + "jvp", lenient,
          {"name": "jvp"}),
)  # fmt: skip


@pytest.mark.filterwarnings("ignore:The .grad attribute of a Tensor that is not a leaf:UserWarning")
@pytest.mark.filterwarnings("ignore:Attempted to insert a get_attr Node:UserWarning")  # by linearize itself
@plants(*PLANTS)
def test_is_rejected(plant, request):
    """Each claim holds of torch and fails of the plant."""
    assert_rejected(plant, request)
