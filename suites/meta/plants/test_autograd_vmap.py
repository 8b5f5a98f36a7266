"""Wrong answers about vmap and modules as functions."""

import torch

from suites.autograd import test_vmap as claims
from suites.meta import wrong
from suites.meta.planting import Plant, assert_rejected, plants

VMAP, CALL = "torch.vmap", "torch.func.functional_call"


def told(**options):
    """vmap is told other options than those given."""
    return lambda original: lambda function, *args, **given: original(function, *args, **{**given, **options})


def trimmed(original):
    """Batches of different sizes are cut to the shorter; what is not mapped over is."""

    def vmap(function, in_dims=0, **options):
        def mapped(*args):
            size = min(arg.shape[0] for arg in args)
            return original(function, **options)(*(arg[:size] for arg in args))

        return mapped

    return vmap


def whole_chunks(original):
    """The last chunk is not computed."""

    def vmap(function, *args, chunk_size=None, **options):
        def mapped(*given):
            result = original(function, *args, **options)(*given).clone()
            result[len(result) // chunk_size * chunk_size :] = 0
            return result

        return mapped if chunk_size else original(function, *args, **options)

    return vmap


def on_a_copy(original):
    """The function is given copies to write to."""
    return lambda function, *args, **options: (
        lambda *given: original(function, *args, **options)(
            *(one.clone() if isinstance(one, torch.Tensor) else one for one in given)
        )
    )


def slightly_more(original):
    return lambda function, *args, **options: wrong.slightly(original(function, *args, **options))


def merged(given):
    """One dictionary of several."""
    return given if isinstance(given, dict) else {k: v for part in given for k, v in part.items()}


def without_buffers(original):
    """Only parameters are replaced."""
    return lambda module, given, *args, **options: original(
        module, {k: v for k, v in merged(given).items() if k in dict(module.named_parameters())}, *args, **options
    )


def first_dictionary(original):
    return lambda module, given, *args, **options: original(
        module, given if isinstance(given, dict) else given[0], *args, **options
    )


def never_tied(original):
    return lambda module, given, *args, tie_weights=True: original(module, given, *args, tie_weights=False)


def halved(original):
    """The gradient of what a module gives is halved."""

    def call(module, given, *args, **options):
        output = original(module, given, *args, **options)
        return output.detach() + (output - output.detach()) / 2

    return call


def of_the_first(original):
    """Every model of the ensemble is the first."""

    def stack(models):
        parameters, buffers = original([models[0]] * len(models))
        return parameters, buffers

    return stack


PLANTS = (
    Plant("in front", claims.test_puts_the_batch_where_it_is_asked_for, VMAP, told(out_dims=0), {"axis": -1}),
    Plant("all in front", claims.test_several_results_lie_each_along_its_own_axis, VMAP, told(out_dims=0)),
    Plant("the first dimension", claims.test_follows_containers, VMAP,
          lambda original: lambda f, in_dims=0, **options: lambda given: original(f, in_dims, **options)(
              {"pair": [given["pair"][0], given["pair"][1].flip(1)], "same": given["same"]})),
    Plant("off by 1e-5", claims.test_nests, VMAP, slightly_more),
    Plant("the last chunk", claims.test_chunks_change_no_number, VMAP, whole_chunks, {"size": 2}),
    Plant("chance is allowed", claims.test_refuses_chance_unless_told, VMAP, told(randomness="same")),
    Plant("always another", claims.test_chance_is_the_same_or_another_for_each_sample, VMAP,
          told(randomness="different")),
    Plant("always the same", claims.test_dropout_drops_by_sample, VMAP, told(randomness="same"),
          {"randomness": "different"}),
    Plant("the shorter counts", claims.test_refuses_batches_of_different_sizes, VMAP, trimmed),
    Plant("copies are written to", claims.test_writes_in_place_for_each_sample, VMAP, on_a_copy),
    Plant("buffers stay", claims.test_calls_a_module_with_other_parameters, CALL, without_buffers),
    Plant("the first dictionary", claims.test_keeps_what_is_not_replaced, CALL, first_dictionary),
    Plant("nothing is tied", claims.test_ties_what_is_tied, CALL, never_tied),
    Plant("half", claims.test_gradients_of_a_module_by_function_are_those_of_backward, CALL, halved),
    Plant("the first model", claims.test_an_ensemble_is_its_models, "torch.func.stack_module_state", of_the_first),
)  # fmt: skip


@plants(*PLANTS)
def test_is_rejected(plant, request):
    assert_rejected(plant, request)
