"""Wrong answers to the law that vmap is the loop."""

import torch

from suites.meta.planting import Plant, assert_rejected, plants
from suites.operators import catalogue
from suites.operators import test_every_vmap as law


def at(name, **more):
    return {"row": next(call for call in catalogue.CALLS if call.name == name), **more}


def along_the_batch(original):
    """Where a batch is mapped over, the axis counts that of the batch too."""

    def function(x, axis, **options):
        mapped = torch._C._functorch.is_batchedtensor(x)
        return original(x, axis + 1 if mapped else axis, **options)

    return function


def first_sample(original):
    """Every sample gets the result of the first."""
    return lambda function, in_dims=0: (
        lambda *parts: tuple(torch.stack([one[0]] * len(one)) for one in original(function, in_dims=in_dims)(*parts))
    )


def one_axis(original):
    """The batch is always in front."""
    return lambda function, in_dims=0: original(function, in_dims=tuple(d if d is None else 0 for d in in_dims))


def last_weighs_more(original):
    """The gradient of the last sample is off by 1e-5."""

    def vmap(function, in_dims=0):
        def mapped(*parts):
            results = original(function, in_dims=in_dims)(*parts)
            scale = torch.tensor([1.0] * (law.SAMPLES - 1) + [1 + 1e-5], dtype=torch.float64)
            return tuple(one * scale.reshape(-1, *[1] * (one.dim() - 1)) for one in results)

        return mapped

    return vmap


PLANTS = (
    Plant("along the batch", law.test_is_the_loop, "torch.cumsum", along_the_batch, at("cumsum", batch=law.FIRST)),
    Plant("the first sample", law.test_is_the_loop, "torch.vmap", first_sample, at("sin", batch=law.FIRST)),
    Plant("the batch in front", law.test_is_the_loop, "torch.vmap", one_axis,
          at("sin", batch=law.COLUMNS)),
    Plant("off by 1e-5", law.test_gradients_are_those_of_the_loop, "torch.vmap", last_weighs_more, at("matmul")),
)  # fmt: skip


@plants(*PLANTS)
def test_is_rejected(plant, request):
    assert_rejected(plant, request)
