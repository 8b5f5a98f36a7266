"""Wrong answers about the graph and about hooks."""

import torch
from torch.autograd import graph

from suites.autograd import test_graph as claims
from suites.autograd import test_hooks as hooks
from suites.meta.planting import Plant, assert_rejected, plants
from suites.meta.wrong_engine import ENGINE, afterwards, but, weighed

HOOK = "torch.Tensor.register_hook"
POST = "torch.Tensor.register_post_accumulate_grad_hook"
SAVED = "torch.autograd.graph.saved_tensors_hooks"


def row(rows, name):
    return next(row for row in rows if str(row) == name)


def detached(original):
    """Only the first operand decides whether the result requires grad."""
    return lambda x, *others, **options: original(x, *[o.detach() for o in others], **options)


def lets_leaves_change(original):
    def wrong(self, *args):
        with torch.no_grad():
            return original(self, *args)

    return wrong


def without_retaining(results, leaves, outputs, gradients, inputs):
    """All gradients are of ones."""
    for leaf in leaves:
        leaf.grad = torch.ones_like(leaf)


def permits(original):
    """What is refused happens."""

    def wrong(self, flag=True):
        return self if not self.is_floating_point() else original(self, flag)

    return wrong


class Handle:
    """A handle that removes nothing."""

    def __init__(self, handle):
        self.handle = handle

    def remove(self):
        """Nothing."""


def stays(original):
    return lambda *args: Handle(original(*args))


def hook_times(factor):
    return lambda original: lambda self, hook: original(self, lambda g: hook(g * factor))


def ignores_its_answer(original):
    return lambda self, hook: original(self, lambda g: (hook(g), None)[1])


def replaces_by_zeros(original):
    return lambda self, hook: original(self, lambda g: torch.zeros_like(g) if hook(g) is None else hook(g))


def once(original):
    def wrong(self, hook):
        handles = []

        def called(g):
            handles[0].remove()
            return hook(g)

        handles.append(original(self, called))
        return handles[0]

    return wrong


def first_in(original):
    """Later hooks run first."""
    registered = []

    def wrong(self, hook):
        registered.insert(0, hook)
        if len(registered) > 1:
            return None

        def run(g):
            for each in registered:
                g = each(g)
            return g

        return original(self, run)

    return wrong


def removes_all(original):
    def wrong(self):
        next(iter([self.hooks_dict_ref()])).clear()

    return wrong


def anywhere(original):
    return lambda self, hook: original(self, hook) if self.requires_grad else None


def before_accumulation(original):
    return lambda self, hook: self.register_hook(lambda g: (hook(self), None)[1] if self.grad is not None else None)


def on_a_copy(original):
    def wrong(self, hook):
        def called(p):
            copy = p.detach().clone()
            copy.grad = p.grad
            hook(copy)

        return original(self, called)

    return wrong


def anywhere_post(original):
    return lambda self, hook: original(self, hook) if self.is_leaf else None


def not_packed(original):
    class Unhooked(original):
        def __enter__(self):
            torch._C._autograd._push_saved_tensors_default_hooks(lambda t: t, lambda t: t)

    return Unhooked


def outermost(original):
    class Outermost(original):
        depth = 0

        def __enter__(self):
            Outermost.depth += 1
            self.entered = Outermost.depth == 1
            if self.entered:
                super().__enter__()

        def __exit__(self, *exception):
            Outermost.depth -= 1
            if self.entered:
                super().__exit__(*exception)

    return Outermost


def mute(original):
    return lambda tensors, hook, **options: original(tensors, lambda grads: hook([g for g in grads if g is not None]))


def same_node(original):
    return lambda x, *rest: tuple(part.clone() for part in original(x, *rest))


PLANTS = (
    Plant(
        "comparisons require grad",
        claims.test_leaves_have_no_node,
        "torch.Tensor.clone",
        lambda original: lambda self: original(self).detach(),
        {"row": row(claims.MADE, "a clone of a leaf")},
    ),
    Plant(
        "the second operand does not count",
        claims.test_results_require_grad_where_an_input_does,
        "torch.cat",
        lambda original: lambda tensors: original([tensors[0], tensors[1].detach()]),
        {"row": row(claims.JOINED, "torch.cat"), "first": False, "second": True},
    ),
    Plant(
        "all results require grad",
        claims.test_results_require_grad_where_an_input_does,
        "torch.cat",
        lambda original: lambda tensors: original(tensors).requires_grad_(),
        {"row": row(claims.JOINED, "torch.cat"), "first": False, "second": False},
    ),
    Plant(
        "the node has another name",
        claims.test_nodes_are_named_as_printed,
        "torch.Tensor.mean",
        lambda original: lambda self: original(self) * 1,
        {"row": row(claims.NAMED, "MeanBackward0")},
    ),
    Plant(
        "the walk ends at a copy",
        claims.test_next_functions_lead_from_the_output_to_the_leaves,
        "torch.Tensor.__pow__",
        lambda original: lambda self, p: original(self.detach().requires_grad_(), p),
    ),
    Plant(
        "constants are recorded",
        claims.test_constants_are_no_part_of_the_graph,
        "torch.Tensor.__mul__",
        lambda original: lambda self, other: original(self, other.requires_grad_()),
    ),
    Plant(
        "each output has a node of its own",
        claims.test_outputs_of_one_operation_share_its_node,
        "torch.unbind",
        same_node,
    ),
    Plant(
        "all nodes have one dictionary",
        claims.test_nodes_carry_metadata,
        "torch.Tensor.__mul__",
        lambda original, kept=[]: (
            lambda self, other: kept[0] if kept else kept.append(original(self, other)) or kept[0]
        ),
    ),
    Plant(
        "a copy is saved",
        claims.test_nodes_save_inputs_and_results,
        "torch.Tensor.pow",
        lambda original: lambda self, p: original(self.clone(), p),
    ),
    Plant(
        "nothing is retained",
        claims.test_retain_grad_keeps_the_gradient_of_a_result,
        "torch.Tensor.retain_grad",
        but(None),
        {"row": "a result"},
    ),
    Plant(
        "nothing is retained of views",
        claims.test_retain_grad_keeps_the_gradient_of_a_result,
        "torch.Tensor.retain_grad",
        lambda original: lambda self: None if self._base is not None else original(self),
        {"row": "a view"},
    ),
    Plant(
        "asking in place is forgiven",
        claims.test_results_cannot_stop_requiring_grad,
        "torch.Tensor.requires_grad_",
        lambda original: lambda self, flag=True: self if self.grad_fn else original(self, flag),
    ),
    Plant(
        "a leaf is told to retain",
        claims.test_retain_grad_of_a_leaf_does_nothing,
        "torch.Tensor.retains_grad",
        but(True),
    ),
    Plant("leaves retain too", claims.test_retain_grad_of_a_leaf_does_nothing, ENGINE, weighed(2)),
    Plant(
        "every result retains",
        claims.test_results_keep_no_gradient_unless_told,
        "torch.Tensor.__mul__",
        lambda original: lambda self, other: (lambda y: (y.retain_grad(), y)[1])(original(self, other)),
    ),
    Plant(
        "a new tensor",
        claims.test_requires_grad_in_place_returns_the_tensor,
        "torch.Tensor.requires_grad_",
        lambda original: lambda self, flag: original(self.clone(), flag),
        {"flag": True},
    ),
    Plant(
        "it is always on",
        claims.test_requires_grad_in_place_returns_the_tensor,
        "torch.Tensor.requires_grad_",
        lambda original: lambda self, flag=True: original(self),
        {"flag": False},
    ),
    Plant(
        "integers are passed over",
        claims.test_integers_cannot_require_grad,
        "torch.Tensor.requires_grad_",
        permits,
        {"kind": torch.int64},
    ),
    Plant(
        "the gradient is doubled",
        claims.test_floating_and_complex_tensors_can_require_grad,
        ENGINE,
        weighed(2),
        {"kind": torch.complex64},
    ),
    Plant(
        "results are leaves",
        claims.test_results_cannot_stop_requiring_grad,
        "torch.Tensor.__mul__",
        lambda original: lambda self, other: original(self, other).detach().requires_grad_(),
    ),
    Plant(
        "a frozen leaf gets on",
        claims.test_freezing_counts_from_then_on,
        "torch.Tensor.requires_grad_",
        lambda original: lambda self, flag=True: original(self),
    ),
    Plant(
        "a leaf is changed",
        claims.test_leaves_that_require_grad_are_not_changed_in_place,
        "torch.Tensor.add_",
        lets_leaves_change,
        {"row": row(claims.IN_PLACE, "add_")},
    ),
    Plant(
        "the change goes by",
        claims.test_changing_a_saved_value_in_place_is_found_out,
        "torch.Tensor.add_",
        lambda original: lambda self, other: original(self.detach().clone(), other),
    ),
    Plant(
        "the change has no gradient",
        claims.test_operations_in_place_are_differentiated,
        "torch.Tensor.mul_",
        lambda original: lambda self, other: (original(self.detach().clone(), other), self)[1],
    ),
    Plant("the changed value is used", claims.test_mutation_on_saved_tensors_can_be_allowed, ENGINE, weighed(0)),
    Plant(
        "ends are dropped", claims.test_a_graph_of_many_nodes_is_differentiated, ENGINE, afterwards(without_retaining)
    ),
    Plant("it sees twice the gradient", hooks.test_a_hook_is_called_with_the_gradient, HOOK, hook_times(2)),
    Plant(
        "it sees each use",
        hooks.test_a_hook_on_a_leaf_sees_the_sum_of_all_uses,
        "torch.Tensor.__add__",
        lambda original: lambda self, other: original(self, other.detach()),
    ),
    Plant("its answer is ignored", hooks.test_what_a_hook_returns_replaces_the_gradient, HOOK, ignores_its_answer),
    Plant("its answer is ignored", hooks.test_hooks_hold_for_grad_too, HOOK, ignores_its_answer),
    Plant("None is zeros", hooks.test_a_hook_that_returns_nothing_changes_nothing, HOOK, replaces_by_zeros),
    Plant("the last comes first", hooks.test_hooks_run_in_the_order_of_registration, HOOK, first_in),
    Plant("it stays", hooks.test_a_removed_hook_is_not_called, HOOK, stays),
    Plant(
        "all hooks are removed",
        hooks.test_a_removed_hook_is_not_called,
        "torch.utils.hooks.RemovableHandle.remove",
        removes_all,
    ),
    Plant("it is called once", hooks.test_a_hook_stays_for_later_backwards, HOOK, once),
    Plant("constants are passed over", hooks.test_hooks_want_a_tensor_that_requires_grad, HOOK, anywhere),
    Plant("hooks come after", hooks.test_retained_gradients_are_those_after_the_hooks, HOOK, ignores_its_answer),
    Plant(
        "the hook runs before", hooks.test_post_accumulate_hooks_see_the_accumulated_gradient, POST, before_accumulation
    ),
    Plant("the hook gets a copy", hooks.test_post_accumulate_hooks_may_change_the_leaf, POST, on_a_copy),
    Plant("results are passed over", hooks.test_post_accumulate_hooks_are_for_leaves_only, POST, anywhere_post),
    Plant("gradients are doubled", hooks.test_a_node_hook_replaces_the_gradients_of_its_inputs, ENGINE, weighed(2)),
    Plant("gradients are doubled", hooks.test_a_node_prehook_replaces_the_gradients_of_its_outputs, ENGINE, weighed(2)),
    Plant("nothing is packed", hooks.test_saved_tensors_pass_through_the_hooks, SAVED, not_packed),
    Plant("the outermost holds", hooks.test_saved_tensors_hooks_end_with_their_context, SAVED, outermost),
    Plant("gradients are halved", hooks.test_save_on_cpu_changes_no_gradient, ENGINE, weighed(0.5), {"shape": (3,)}),
    Plant(
        "hooks are not disabled",
        hooks.test_saved_tensors_hooks_can_be_disabled,
        "torch.autograd.graph.disable_saved_tensors_hooks",
        lambda original: lambda message: graph.contextlib.nullcontext(),
    ),
    Plant(
        "what has no gradient is left out",
        hooks.test_a_multi_grad_hook_waits_for_all_gradients,
        "torch.autograd.graph.register_multi_grad_hook",
        mute,
    ),
)


@plants(*PLANTS)
def test_is_rejected(plant, request):
    assert_rejected(plant, request)
