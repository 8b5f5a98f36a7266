"""Wrong answers where numbers, batches, shifts and derivatives are at their limits."""

import torch

from suites.autograd import test_kinks as kinks
from suites.meta.planting import Plant, Repair, assert_rejected, assert_rejected_once_mended, plants
from suites.nn import test_layers as layers
from suites.nn import test_loss as losses
from suites.operators import test_complex as complexes
from suites.operators import test_fourier_laws as fourier
from suites.operators import test_numbers as numbers
from suites.tensors import test_ordering as ordering
from suites.tensors import test_random as random

C64 = {"dtype": torch.complex64}
WITH_LOGITS = "torch.nn.functional.binary_cross_entropy_with_logits"


def finite(floor_divide):
    """The quotient stops at the largest number."""
    return lambda x, y: floor_divide(x, y).clamp(torch.finfo(x.dtype).min, torch.finfo(x.dtype).max)


def by_logarithm(loss):
    """The loss takes the logarithm of a number close to 1."""
    return lambda x, target, reduction: x * (1 - target) + torch.log(1 + torch.exp(-x))


PLAIN = (
    Plant("real parts alone", complexes.test_one_part_makes_a_number_true, "torch.all",
          lambda f: lambda x, *axis: f(x.real != 0, *axis), {"name": "all", **C64}),
    Plant("by the squares", complexes.test_sgn_turns_no_number, "torch.sgn",
          lambda f: lambda z: z / torch.sqrt(z.real**2 + z.imag**2), {"length": 33}),
    Plant("modulo the width", numbers.test_shifts_every_bit_out, "torch.Tensor.__lshift__",
          lambda f: lambda x, count: f(x, count % 32), {"length": 33, "dtype": torch.int64}),
    Plant("the largest number", numbers.test_floored_quotients_may_be_infinite, "torch.floor_divide", finite,
          {"length": 1}),
    Plant("by logarithms", numbers.test_the_first_power_of_the_largest_number_is_itself, "torch.pow",
          lambda f: lambda x, y: torch.copysign((x.abs().log() * y).exp(), x), {"length": 1, "precision": "float64"}),
    Plant("NaN is NaN", ordering.test_nan_is_in_nothing, "torch.isin",
          lambda f: lambda x, others: f(x.nan_to_num(7), others.nan_to_num(7)), {"repeats": 40}),
    Plant("an axis of its own", fourier.test_a_number_is_its_own_transform, "torch.fft.fftn",
          lambda f: lambda x: f(x[None]), {"name": "fftn"}),
    Plant("by the logarithm", losses.test_confident_logits_have_small_losses, WITH_LOGITS, by_logarithm,
          {"target": 1.0}),
    Plant("exp(x) - 1", layers.test_small_numbers_below_zero_keep_their_digits, "torch.nn.functional.elu",
          lambda f: lambda x: torch.where(x < 0, x.exp() - 1, x), {"name": "elu", "length": 33}),
    Plant("x is a constant", kinks.test_atan2_has_a_gradient_of_any_size, "torch.atan2",
          lambda f: lambda y, x: f(y, x.detach()) + 0 * x, {"size": 1.0}),
)  # fmt: skip
#: Of a torch that keeps them.
MENDED = (
    Plant("both exponentials", complexes.test_logaddexp_is_the_larger_of_two, "torch.logaddexp",
          lambda f: lambda x, y: torch.log(x.exp() + y.exp()), {"length": 33}),
    Plant("real", fourier.test_no_signals_have_no_transforms, "torch.fft.fft",
          lambda f: lambda x: f(x) if x.numel() else x.real,
          {"row": fourier.NAMED["fft"]}),
    Plant("0 is drawn", random.test_never_samples_zero_in_float16, "torch.Tensor.exponential_",
          lambda f: lambda self: f(self).sub_(1e-3).clamp_(min=0)),
    Plant("by the modulus", kinks.test_polar_has_a_gradient_at_the_origin, "torch.polar",
          lambda f: lambda r, angle: torch.complex(r.abs() * angle.cos(), r * angle.sin())),
)  # fmt: skip
REPAIRS = {
    "torch.polar": lambda f: lambda r, angle: torch.complex(r * angle.cos(), r * angle.sin()),
    "torch.logaddexp": lambda f: lambda x, y: torch.where(x.real > y.real, x, y),
    "torch.fft.fft": lambda f: lambda x: f(x) if x.numel() else x.clone(),
    "torch.Tensor.exponential_": lambda f: lambda self: f(self).clamp_(min=2.0**-24),
}
PLANTS = PLAIN + MENDED


@plants(*PLAIN)
def test_is_rejected(plant, request):
    assert_rejected(plant, request)


@plants(*MENDED)
def test_is_rejected_once_torch_is_mended(plant, request):
    assert_rejected_once_mended(plant, Repair(plant.target, REPAIRS[plant.target]), request)
