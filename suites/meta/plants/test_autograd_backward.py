"""Wrong answers about backward."""

import torch

from suites.autograd import test_backward as claims
from suites.meta.planting import Plant, assert_rejected, plants
from suites.meta.wrong_engine import ENGINE, afterwards, engine, gradient, weighed, with_flags

BACKWARD = "torch.Tensor.backward"


def forgiving(original):
    """What is refused is passed over in silence."""

    def wrong(*args, **options):
        try:
            return original(*args, **options)
        except RuntimeError:
            return None

    return wrong


def ones_for_none(original):
    return lambda self, gradient=None, *rest, **options: original(
        self, torch.ones_like(self) if gradient is None else gradient, *rest, **options
    )


def broadcasting(original):
    def wrong(self, gradient=None, *rest, **options):
        return original(
            self, gradient if gradient is None else gradient.flatten()[:1].expand(self.shape), *rest, **options
        )

    return wrong


def filled(results, leaves, outputs, gradients, inputs):
    """Every input has a gradient afterwards."""
    for leaf in leaves:
        leaf.grad = torch.zeros_like(leaf) if leaf.grad is None else leaf.grad


def forgets_the_last(results, leaves, outputs, gradients, inputs):
    leaves[-1].grad = None


def writes_its_argument(results, leaves, outputs, gradients, inputs):
    gradients[0].mul_(2)


def accumulates_first(run, outputs, gradients, retain, *rest, **options):
    """A second backward adds once more before it is refused."""
    return run(outputs, gradients, True, *rest, **options)


def only_first(run, outputs, gradients, *rest, **options):
    return run(outputs[:1], gradients[:1], *rest, **options)


def halved_after_retaining(run, outputs, gradients, retain, *rest, **options):
    return run(outputs, tuple(g / 2 for g in gradients) if retain else gradients, retain, *rest, **options)


def silent_none(original):
    return lambda tensors, grad_tensors=None, *rest, **options: original(
        [t for t, g in zip(tensors, grad_tensors or []) if g is not None],
        [g for g in grad_tensors or [] if g is not None],
        *rest,
        **options,
    )


def conjugated(run, outputs, gradients, *rest, **options):
    return run(outputs, tuple(g.conj() for g in gradients), *rest, **options)


PLANTS = (
    Plant("gradients are doubled", claims.test_leaves_the_gradients_of_the_guide, ENGINE, weighed(2)),
    Plant(
        "the external gradient counts as ones",
        claims.test_weighs_the_gradients_by_the_external_gradient,
        BACKWARD,
        lambda original: lambda self, gradient: original(self, torch.ones_like(gradient)),
    ),
    Plant(
        "the sum passes on a mean",
        claims.test_of_the_sum_is_backward_with_ones,
        "torch.Tensor.sum",
        gradient(lambda g: g / 2),
    ),
    Plant(
        "the implicit gradient is 2",
        claims.test_of_one_element_needs_no_gradient,
        BACKWARD,
        lambda original: lambda self: original(self, torch.full_like(self, 2)),
        {"shape": ()},
    ),
    Plant(
        "a missing gradient is ones",
        claims.test_of_a_vector_without_gradient_raises,
        BACKWARD,
        ones_for_none,
        {"shape": (2, 2)},
    ),
    Plant(
        "a gradient of another shape is broadcast",
        claims.test_rejects_a_gradient_of_another_shape,
        BACKWARD,
        broadcasting,
        {"shape": (3,)},
    ),
    Plant("nothing happens", claims.test_of_what_needs_no_gradient_raises, BACKWARD, forgiving),
    Plant(
        "the last leaf is forgotten",
        claims.test_reaches_every_leaf_that_requires_grad_and_no_other,
        ENGINE,
        afterwards(forgets_the_last),
    ),
    Plant("the graph is always kept", claims.test_twice_through_one_graph_raises, ENGINE, engine(accumulates_first)),
    Plant(
        "retain_graph halves the gradient",
        claims.test_retain_graph_keeps_the_graph,
        ENGINE,
        engine(halved_after_retaining),
    ),
    Plant("the graph is always kept", claims.test_retain_graph_keeps_the_graph, ENGINE, with_flags(retain=True)),
    Plant(
        "retain_graph halves the gradient",
        claims.test_two_losses_share_a_retained_graph,
        ENGINE,
        engine(halved_after_retaining),
    ),
    Plant(
        "create_graph is ignored",
        claims.test_create_graph_makes_the_gradient_differentiable,
        ENGINE,
        with_flags(create=False),
    ),
    Plant("there is always a graph", claims.test_gradients_have_no_graph_by_default, ENGINE, with_flags(create=True)),
    Plant("the graph is scaled when it is retained", claims.test_create_graph_retains_the_graph, ENGINE, weighed(3)),
    Plant(
        "inputs are ignored",
        claims.test_inputs_are_the_only_tensors_that_accumulate,
        ENGINE,
        with_flags(inputs=()),
        {"form": lambda a: [a]},
    ),
    Plant(
        "a tensor among inputs is ignored",
        claims.test_inputs_are_the_only_tensors_that_accumulate,
        "torch.autograd.backward",
        lambda f: (
            lambda *args, inputs=None, **more: f(
                *args, inputs=None if isinstance(inputs, torch.Tensor) else inputs, **more
            )
        ),
        {"form": lambda a: a},
    ),
    Plant(
        "what is not reached gets zeros",
        claims.test_an_input_that_is_not_reached_stays_without_gradient,
        ENGINE,
        afterwards(filled),
    ),
    Plant(
        "the given gradient is doubled in place",
        claims.test_leaves_its_arguments_alone,
        ENGINE,
        afterwards(writes_its_argument),
    ),
    Plant(
        "only the first tensor counts", claims.test_of_several_tensors_adds_their_gradients, ENGINE, engine(only_first)
    ),
    Plant(
        "tensors without gradient are left out",
        claims.test_takes_none_for_scalars_among_several_tensors,
        "torch.autograd.backward",
        silent_none,
    ),
    Plant(
        "what is missing is passed over",
        claims.test_wants_as_many_gradients_as_tensors,
        "torch.autograd.backward",
        forgiving,
    ),
    Plant(
        "the incoming gradient is conjugated",
        claims.test_of_a_complex_function_follows_the_conjugate_convention,
        ENGINE,
        engine(conjugated),
        {"dtype": torch.complex64},
    ),
)


@plants(*PLANTS)
def test_is_rejected(plant, request):
    assert_rejected(plant, request)
