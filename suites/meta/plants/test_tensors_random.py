"""Wrong answers about random tensors."""

import threading

import torch

from suites.meta.planting import Plant, assert_rejected, plants
from suites.meta.wrong_tensors import arguments, result
from suites.tensors import test_random as claims

TENSOR = "torch.Tensor"
UNIFORM, BETWEEN, NORMAL, AROUND, EXPONENTIAL, FASTER, LOG, CAUCHY, GEOMETRIC, BERNOULLI, INTEGERS = claims.SAMPLERS


def scaled(factor):
    return result(lambda x: x * factor)


def in_place(change):
    """The sampler's result is changed in place."""
    return lambda original: lambda self, *args, **options: self.copy_(change(original(self, *args, **options)))


def repeating(x):
    """Every sample comes twice."""
    flat = x.reshape(-1)
    flat[1::2] = flat[: flat.numel() - 1 : 2]
    return flat.reshape(x.shape)


def rounded_up(x):
    return torch.where(x > 0.9999, torch.ones_like(x), x)


def in_the_main_thread(original):
    """In other threads samples repeat after four."""

    def wrong(*args, **options):
        x = original(*args, **options)
        if threading.current_thread() is not threading.main_thread():
            x[4:8] = x[:4]
        return x

    return wrong


def by_rows(original):
    """The first row is repeated for all."""
    return lambda x: original(x[:1]).expand(x.shape)


def over_the_gaps(original):
    """What lies between is filled too."""

    def wrong(self, **options):
        memory = torch.as_strided(self, (self.numel() * 2,), (1,))
        return original(memory, **options)[::2].view_as(self)

    return wrong


def first_mean(original):
    return lambda mean, std: original(mean.mean().expand(mean.shape), std)


def ones_for_zeros(original):
    return lambda p, *rest: 1 - original(p, *rest)


PLANTS = (
    Plant("values stay below 0.98", claims.test_is_uniform, "torch.rand", scaled(0.98)),
    Plant("1 is drawn", claims.test_never_reaches_one, "torch.rand", result(rounded_up)),
    Plant("the deviation is 3 % too large", claims.test_is_normal, "torch.randn", scaled(1.03)),
    Plant(
        "values are cut at 4",
        claims.test_has_normal_tails,
        "torch.randn",
        result(lambda x: x.clamp(-4, 4)),
        {"precision": "single"},
    ),
    Plant(
        "16 values and more deviate by a tenth",
        claims.test_samples_small_tensors_alike,
        "torch.randn",
        result(lambda x: x * 1.1, lambda size, **_: size >= 16),
        {"size": 16},
    ),
    Plant("samples come in pairs", claims.test_samples_independently, "torch.randn", result(repeating)),
    Plant("samples come in pairs", claims.test_samples_new_values_each_time, "torch.rand", result(repeating)),
    Plant(
        "the first row is repeated",
        claims.test_samples_like_a_tensor,
        "torch.rand_like",
        by_rows,
        {"layout": "transposed"},
    ),
    Plant(
        "the parts have variance 1",
        claims.test_samples_complex_numbers,
        "torch.randn",
        scaled(2**0.5),
        {"dtype": torch.complex64},
    ),
    Plant("other threads repeat themselves", claims.test_samples_in_other_threads, "torch.rand", in_the_main_thread),
    Plant(
        "the rate is the mean",
        claims.test_fills_a_tensor,
        f"{TENSOR}.exponential_",
        lambda original: lambda self, lambd: original(self, 1 / lambd),
        {"row": FASTER},
    ),
    Plant(
        "the first trial is number 0",
        claims.test_fills_a_tensor,
        f"{TENSOR}.geometric_",
        lambda original: lambda self, p: original(self, p).sub_(1),
        {"row": GEOMETRIC},
    ),
    Plant(
        "the upper end is drawn",
        claims.test_fills_a_half_tensor,
        f"{TENSOR}.random_",
        lambda original: lambda self, **o: original(self, o["from"], o["to"] + 2),
        {"row": INTEGERS, "dtype": torch.float16},
    ),
    Plant(
        "what lies between is filled too",
        claims.test_fills_a_view_alone,
        f"{TENSOR}.uniform_",
        over_the_gaps,
        {"row": UNIFORM},
    ),
    Plant(
        "0 is drawn",
        claims.test_never_samples_zero,
        f"{TENSOR}.exponential_",
        lambda original: lambda self: original(self).sub_(1e-6).clamp_(min=0),
    ),
    Plant(
        "half of the range is left out",
        claims.test_samples_the_whole_range_of_an_integer_dtype,
        f"{TENSOR}.random_",
        in_place(lambda x: x // 2),
        {"dtype": torch.int8},
    ),
    Plant(
        "the bound is drawn",
        claims.test_samples_up_to_a_bound,
        f"{TENSOR}.random_",
        lambda original: lambda self, to: original(self, to + 1),
    ),
    Plant("all have one mean", claims.test_samples_around_each_mean, "torch.normal", first_mean),
    Plant(
        "std is 1",
        claims.test_shares_a_mean_or_a_deviation,
        "torch.normal",
        lambda original: (
            lambda mean, std=1.0, size=None, **o: (
                original(mean, std, **o) if size is None else original(mean, 1.0, size, **o)
            )
        ),
    ),
    Plant(
        "one event too few",
        claims.test_counts_events,
        "torch.poisson",
        result(lambda x: (x - 1).clamp(min=0)),
        {"rate": 4.0},
    ),
    Plant(
        "there is always an event",
        claims.test_counts_nothing_at_rate_zero,
        "torch.poisson",
        result(lambda x: x.clamp(min=1)),
    ),
    Plant(
        "p is the probability of 0",
        claims.test_draws_ones_with_their_probability,
        "torch.bernoulli",
        ones_for_zeros,
        {"p": 0.125},
    ),
    Plant(
        "the transpose is drawn",
        claims.test_draws_each_element_with_its_own_probability,
        "torch.bernoulli",
        lambda original: lambda p: original(p.flip(0)),
    ),
    Plant(
        "the input is the probability",
        claims.test_draws_ones_with_one_probability,
        "torch.bernoulli",
        arguments(lambda x, p=None: ((x,), {})),
    ),
)


@plants(*PLANTS)
def test_is_rejected(plant, request):
    assert_rejected(plant, request)
