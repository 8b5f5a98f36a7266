"""Wrong answers about accumulation, zero_grad and clipping."""

import torch

from suites.autograd import test_accumulation as claims
from suites.autograd import test_clipping as clipping
from suites.autograd import test_zero_grad as zeroing
from suites.meta.planting import Plant, assert_rejected, plants
from suites.meta.wrong_engine import ENGINE, afterwards, but, engine, gradient, leaves, weighed

SETATTR = "torch.Tensor.__setattr__"
MODULE = "torch.nn.Module.zero_grad"
OPTIMIZER = "torch.optim.Optimizer.zero_grad"
NORM = "torch.nn.utils.clip_grad_norm_"
BY_MODULE = {"zero": zeroing.zero_module}
BY_OPTIMIZER = {"zero": zeroing.zero_optimizer}


def overwrites(run, outputs, *rest, **options):
    for leaf in leaves(outputs):
        leaf.grad = None
    return run(outputs, *rest, **options)


def third_overwrites(original):
    count = []

    def wrong(outputs, *rest, **options):
        count.append(1)
        return (overwrites if len(count) % 3 == 0 else _plain)(original, outputs, *rest, **options)

    return wrong


def _plain(run, *args, **options):
    return run(*args, **options)


def averages(run, outputs, *rest, **options):
    reached = leaves(outputs)
    before = [leaf.grad for leaf in reached]
    kept = [None if g is None else g.clone() for g in before]
    run(outputs, *rest, **options)
    for leaf, old in zip(reached, kept):
        if old is not None:
            leaf.grad = (leaf.grad + old) / 2


def renews(results, reached, outputs, gradients, inputs):
    for leaf in reached:
        leaf.grad = leaf.grad.detach().clone()


def shares(results, reached, outputs, gradients, inputs):
    for leaf in reached:
        if gradients[0] is not None and gradients[0].shape == leaf.shape:
            leaf.grad = gradients[0]


def contiguous(results, reached, outputs, gradients, inputs):
    for leaf in reached:
        leaf.grad = leaf.grad.contiguous()


def like_the_leaf(results, reached, outputs, gradients, inputs):
    for leaf in reached:
        leaf.grad = leaf.grad.t().contiguous().t()


def fills(results, reached, outputs, gradients, inputs):
    for leaf in reached:
        leaf.grad = torch.zeros_like(leaf)


def in_place_always(run, outputs, gradients, retain, create, *rest, **options):
    return run(outputs, gradients, True, False, *rest, **options)


def halves_elsewhere(run, outputs, gradients, *rest, **options):
    elsewhere = claims.threading.current_thread() is not claims.threading.main_thread()
    return run(outputs, tuple(g / 2 for g in gradients) if elsewhere else gradients, *rest, **options)


def none_is_zeros(original):
    def wrong(self, name, value):
        fills = name == "grad" and value is None and self.grad is not None
        return original(self, name, torch.zeros_like(self) if fills else value)

    return wrong


def copies(original):
    return lambda self, name, value: original(self, name, value.clone() if isinstance(value, torch.Tensor) else value)


def converts(original):
    def wrong(self, name, value):
        if name == "grad" and isinstance(value, torch.Tensor) and value.numel() == self.numel():
            value = value.reshape(self.shape).to(self.dtype)
        if name == "grad" and not isinstance(value, torch.Tensor) and value is not None:
            value = torch.ones_like(self)
        return original(self, name, value)

    return wrong


def of_the_loss(results, reached, outputs, gradients, inputs):
    for leaf in reached:
        if leaf.dtype is torch.float32:
            leaf.requires_grad_(False)
            leaf.grad = None
            leaf.data = leaf.data.double()
            leaf.grad = torch.ones_like(leaf.data)


def told(value):
    return lambda original: lambda self, set_to_none=True: original(self, set_to_none=value)


def keeps(spared):
    """The gradients of some parameters are kept."""

    def plant(original):
        def wrong(self, *args, **options):
            held = [(p, p.grad) for p in parameters(self) if spared(p, parameters(self))]
            original(self, *args, **options)
            for p, g in held:
                p.grad = g

        return wrong

    return plant


def parameters(owner):
    return (
        list(owner.parameters())
        if isinstance(owner, torch.nn.Module)
        else [p for group in owner.param_groups for p in group["params"]]
    )


def new_zeros(original):
    def wrong(self, set_to_none=True):
        for p in parameters(self):
            p.grad = torch.zeros_like(p) if p.grad is not None and not set_to_none else None

    return wrong


def keeps_graphs(original):
    def wrong(self, set_to_none=True):
        for p in parameters(self):
            p.grad = p.grad * 0 if p.grad is not None else None

    return wrong


def zeroes_values(original):
    def wrong(self, *args, **options):
        original(self, *args, **options)
        for p in parameters(self):
            p.data.zero_()

    return wrong


def first_group(original):
    def wrong(self, *args, **options):
        groups, self.param_groups = self.param_groups, self.param_groups[:1]
        original(self, *args, **options)
        self.param_groups = groups

    return wrong


def makes_zeros(original):
    def wrong(self, *args, **options):
        for p in self.parameters():
            p.grad = torch.zeros_like(p)

    return wrong


def per_parameter(original):
    def wrong(parameters, most, **options):
        return max(original([p], most, **options) for p in list(parameters) if p.grad is not None)

    return wrong


def other_norm(original):
    return lambda parameters, most, norm_type=2.0: original(parameters, most, norm_type=2.0)


def always_scales(original):
    def wrong(parameters, most, **options):
        parameters = list(parameters)
        for p in parameters:
            p.grad = None if p.grad is None else p.grad * (1 + 1e-6)
        return original(parameters, most, **options)

    return wrong


def renews_gradient(original):
    def wrong(p, most):
        p.grad = p.grad.clone()
        return original(p, most)

    return wrong


def never_raises(original):
    return lambda parameters, most, error_if_nonfinite=False: original(parameters, most)


def takes_the_first(original):
    return lambda parameters, most: original(list(parameters)[:1], most)


def upper_only(original):
    def wrong(parameters, most):
        for p in parameters:
            if p.grad is not None:
                p.grad.clamp_(max=most)

    return wrong


PLANTS = (
    Plant("it drifts", claims.test_a_bias_collects_from_a_long_batch, ENGINE, weighed(1 + 1e-4), {"rows": 1500}),
    Plant(
        "one of them is always 2",
        clipping.test_both_implementations_clip_alike,
        NORM,
        lambda original: lambda p, most, foreach: original(p, most * 2 if foreach else most),
        {"foreach": True},
    ),
    Plant("it is 1", clipping.test_without_gradients_the_norm_is_zero, NORM, but(1.0)),
    Plant("the last replaces", claims.test_gradients_add_up_over_calls, ENGINE, engine(overwrites)),
    Plant("the third replaces", claims.test_gradients_add_up_over_calls, ENGINE, third_overwrites),
    Plant("a mean is kept", claims.test_a_power_of_two_of_calls_multiplies_exactly, ENGINE, engine(averages)),
    Plant("the third replaces", claims.test_gradients_of_different_losses_add_up, ENGINE, third_overwrites),
    Plant("it is replaced", claims.test_accumulates_onto_an_assigned_gradient, ENGINE, engine(overwrites)),
    Plant("a new tensor", claims.test_accumulates_in_place, ENGINE, afterwards(renews)),
    Plant("it is added to in place", claims.test_create_graph_replaces_the_gradient, ENGINE, engine(in_place_always)),
    Plant(
        "it is contiguous",
        claims.test_a_dense_leaf_gets_a_gradient_of_its_strides,
        ENGINE,
        afterwards(contiguous),
        {"axes": (2, 0, 1)},
    ),
    Plant(
        "it is transposed",
        claims.test_another_leaf_gets_a_contiguous_gradient,
        ENGINE,
        afterwards(like_the_leaf),
        {"layout": "stepped"},
    ),
    Plant(
        "it is the given one",
        claims.test_the_gradient_is_a_tensor_of_its_own,
        ENGINE,
        afterwards(shares),
        {"function": lambda x: x.clone()},
    ),
    Plant("they share one", claims.test_leaves_of_one_sum_have_separate_gradients, ENGINE, afterwards(shares)),
    Plant(
        "one of three is lost",
        claims.test_gradients_of_all_uses_add_up,
        "torch.Tensor.__add__",
        lambda original: lambda self, other: original(self, other.detach()),
        {"row": claims.USES[1]},
    ),
    Plant(
        "copies are averaged",
        claims.test_elements_collect_the_gradients_of_their_copies,
        "torch.Tensor.repeat",
        gradient(lambda g: g / 6),
        {"row": claims.SPREADS[1]},
    ),
    Plant("the last use counts", claims.test_a_shared_parameter_collects_from_every_layer, ENGINE, weighed(0.5)),
    Plant(
        "it has zeros",
        claims.test_what_is_not_used_has_no_gradient,
        "torch.Tensor.requires_grad_",
        lambda original: lambda self: (original(self), setattr(self, "grad", torch.zeros_like(self)))[0],
    ),
    Plant("the last part counts", claims.test_parts_of_a_batch_add_up_to_the_whole, ENGINE, engine(overwrites)),
    Plant("other threads count half", claims.test_other_threads_accumulate_too, ENGINE, engine(halves_elsewhere)),
    Plant(
        "gradients are zeros", claims.test_graphs_of_other_threads_can_be_differentiated_here, ENGINE, afterwards(fills)
    ),
    Plant("None is zeros", claims.test_is_none_at_first_and_again_when_told, SETATTR, none_is_zeros),
    Plant("it is copied", claims.test_an_assigned_gradient_is_kept_as_it_is, SETATTR, copies),
    Plant(
        "it is converted",
        claims.test_a_gradient_of_another_shape_or_dtype_is_refused,
        SETATTR,
        converts,
        {"wrong": claims.np.ones((4, 3))},
    ),
    Plant("it is converted", claims.test_only_tensors_are_gradients, SETATTR, converts, {"wrong": 3.0}),
    Plant(
        "it is of the dtype of the loss",
        claims.test_the_gradient_has_dtype_shape_and_device_of_its_tensor,
        ENGINE,
        afterwards(of_the_loss),
    ),
    Plant(
        "one-dimensional ones are kept",
        zeroing.test_sets_gradients_to_none_when_told,
        MODULE,
        keeps(lambda p, all_of_them: p.dim() == 1),
        BY_MODULE,
    ),
    Plant(
        "the last is kept",
        zeroing.test_sets_gradients_to_none_when_told,
        OPTIMIZER,
        keeps(lambda p, all_of_them: p is all_of_them[-1]),
        BY_OPTIMIZER,
    ),
    Plant(
        "frozen ones are kept",
        zeroing.test_sets_gradients_to_none_by_default,
        OPTIMIZER,
        keeps(lambda p, all_of_them: not p.requires_grad),
        BY_OPTIMIZER,
    ),
    Plant(
        "zeros are the default",
        zeroing.test_sets_gradients_to_none_by_default,
        MODULE,
        lambda original: lambda self, set_to_none=False: original(self, set_to_none),
        BY_MODULE,
    ),
    Plant("they are None", zeroing.test_fills_gradients_with_zeros_when_told, OPTIMIZER, told(True), BY_OPTIMIZER),
    Plant("zeros are new tensors", zeroing.test_fills_gradients_with_zeros_when_told, MODULE, new_zeros, BY_MODULE),
    Plant("graphs stay", zeroing.test_zeroed_gradients_leave_their_graph, MODULE, keeps_graphs, BY_MODULE),
    Plant(
        "nothing happens",
        zeroing.test_the_next_backward_starts_afresh,
        MODULE,
        lambda original: lambda self, set_to_none: None,
        {**BY_MODULE, "to_none": False},
    ),
    Plant(
        "values are zeroed",
        zeroing.test_changes_no_parameter,
        OPTIMIZER,
        zeroes_values,
        {**BY_OPTIMIZER, "to_none": True},
    ),
    Plant("only the first group", zeroing.test_an_optimizer_resets_its_own_parameters_only, OPTIMIZER, first_group),
    Plant("only the first group", zeroing.test_an_optimizer_resets_groups_that_were_added, OPTIMIZER, first_group),
    Plant("there are zeros", zeroing.test_the_bias_of_the_guide_has_no_gradient_before_backward, MODULE, makes_zeros),
    Plant("each has its own norm", clipping.test_scales_all_gradients_by_their_common_norm, NORM, per_parameter),
    Plant("the order is always 2", clipping.test_scales_all_gradients_by_their_common_norm, NORM, other_norm),
    Plant("each has its own norm", clipping.test_the_norm_is_over_all_parameters_together, NORM, per_parameter),
    Plant("it always scales", clipping.test_gradients_within_the_norm_stay, NORM, always_scales, {"p": 2.0}),
    Plant(
        "a new tensor",
        clipping.test_clips_in_place_and_takes_a_single_tensor,
        NORM,
        renews_gradient,
        {"clip": lambda p, most: torch.nn.utils.clip_grad_norm_(p, most)},
    ),
    Plant(
        "it never raises", clipping.test_norms_that_are_not_finite_may_raise, NORM, never_raises, {"bad": float("nan")}
    ),
    Plant("only the first is clipped", clipping.test_takes_a_generator_of_parameters, NORM, takes_the_first),
    Plant(
        "only from above", clipping.test_cuts_gradients_off_at_a_value, "torch.nn.utils.clip_grad_value_", upper_only
    ),
)


@plants(*PLANTS)
def test_is_rejected(plant, request):
    assert_rejected(plant, request)
