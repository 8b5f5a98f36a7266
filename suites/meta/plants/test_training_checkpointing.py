"""Wrong answers about checkpointing."""

import torch

from suites.meta.planting import Plant, assert_rejected, plants
from suites.training import test_checkpointing as claims

TARGET = "suites.training.test_checkpointing.checkpoint"
SEQUENTIAL = "suites.training.test_checkpointing.checkpoint_sequential"
OTHER, FRESH = {"use_reentrant": True}, {"use_reentrant": False}


def plain(original):
    """Nothing is computed again, and keywords, contexts and checks are ignored."""

    def checkpoint(function, *args, use_reentrant, preserve_rng_state=True, context_fn=None, **options):
        return function(*args, **options)

    return checkpoint


def without_keywords(original):
    return lambda function, *args, use_reentrant, **options: original(function, *args, use_reentrant=use_reentrant)


def halved(original):
    """The gradients of what comes out are halved."""

    def checkpoint(function, *args, **options):
        outputs = original(function, *args, **options)
        for output in outputs if isinstance(outputs, tuple) else (outputs,):
            if output.requires_grad:
                output.register_hook(lambda g: g if g is None else g / 2)
        return outputs

    return checkpoint


def always_preserved(original):
    return lambda *args, **options: original(*args, **{**options, "preserve_rng_state": True})


def drawing(original):
    """A number is drawn in backward, and the generator left behind it."""

    def checkpoint(*args, **options):
        output = original(*args, **options)
        output.register_hook(lambda g: g + 0 * torch.rand(1, dtype=g.dtype))
        return output

    return checkpoint


def writing(original):
    def checkpoint(function, x, *args, **options):
        output = original(function, x, *args, **options)
        x.data.add_(1)
        return output

    return checkpoint


def twice(original):
    """The function runs twice forward."""

    def checkpoint(function, *args, **options):
        function(*args)
        return original(function, *args, **options)

    return checkpoint


def last_left_out(original):
    return lambda functions, *args, **options: original([*functions[:-1], torch.sin], *args, **options)


PLANTS = (
    Plant("half", claims.test_takes_what_is_no_tensor, TARGET, halved, OTHER),
    Plant("keywords are lost", claims.test_passes_keywords_on, TARGET, without_keywords),
    Plant("keywords are lost", claims.test_refuses_keywords_with_reentrance, TARGET, plain),
    Plant("half", claims.test_gives_several_outputs, TARGET, halved, OTHER),
    Plant("half", claims.test_nests, TARGET, halved, FRESH),
    Plant("half", claims.test_takes_part_in_autograd_grad, TARGET, halved),
    Plant("half", claims.test_needs_no_input_that_requires_grad, TARGET, halved),
    Plant("half", claims.test_follows_tensors_in_containers, TARGET, halved),
    Plant("one number more", claims.test_leaves_the_random_numbers_as_they_are, TARGET, drawing, FRESH),
    Plant("always the same", claims.test_may_draw_new_numbers, TARGET, always_preserved, OTHER),
    Plant("an argument grows", claims.test_writes_to_none_of_its_arguments, TARGET, writing, FRESH),
    Plant("twice", claims.test_computes_once_where_no_gradient_is_asked_for, TARGET, twice),
    Plant("the last one is another", claims.test_cuts_into_any_number_of_segments, SEQUENTIAL, last_left_out,
          {**OTHER, "segments": 3}),
    Plant("nothing is checked", claims.test_notices_a_region_that_changes, TARGET, plain),
    Plant("no context", claims.test_runs_in_the_contexts_it_is_given, TARGET, plain),
)  # fmt: skip


@plants(*PLANTS)
def test_is_rejected(plant, request):
    assert_rejected(plant, request)
