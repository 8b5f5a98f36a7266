"""Wrong answers about alignments, indices of pools, layers that draw, activations in place, and triplets."""

import pytest
import torch
import torch.nn.functional as F

from suites.meta.planting import Plant, Repair, assert_rejected, assert_rejected_once_mended, plants
from suites.meta.wrong import ignoring, setting
from suites.nn import test_ctc as ctc
from suites.nn import test_drawn_layers as drawn
from suites.nn import test_in_place as in_place
from suites.nn import test_loss as loss
from suites.nn import test_pool_indices as indices

NN, FUN = "torch.nn.", "torch.nn.functional."
CTC = f"{FUN}ctc_loss"


def scaled(factor):
    return lambda original: lambda *args, **given: original(*args, **given) * factor


def steep(original):
    """The value is right, the gradient a little more than it is."""
    return lambda x, *args, **given: original(x.detach() + (x - x.detach()) * (1 + 1e-9), *args, **given)


def at_least_one(original):
    """A target without labels counts as one label, the first class."""
    return lambda x, labels, steps, lengths, **given: original(
        x, labels.clamp(min=1), steps, lengths.clamp(min=1), **given
    )


def last_step(original):
    """All steps count, whatever the length."""
    return lambda x, labels, steps, lengths, **given: original(
        x,
        labels,
        tuple(len(x) for _ in steps) if isinstance(steps, tuple) else steps.clamp(min=len(x)),
        lengths,
        **given,
    )


def finite(original):
    return lambda *args, **given: original(*args, **given).clamp(max=100.0)


def leaking(original):
    """Infinite losses are zero, but their gradients are not."""

    def ctc_loss(x, *args, **given):
        return original(x, *args, **given) + 1e-3 * (x - x.detach()).sum()

    return ctc_loss


ALIGNMENT = (
    Plant("the blank is 0 always", ctc.test_sums_over_all_alignments, CTC, ignoring("blank")),
    Plant("all steps count", ctc.test_sums_over_all_alignments, CTC, last_step),
    Plant("the gradient is larger", ctc.test_scores_get_the_gradient_of_the_formula, CTC, steep),
    Plant("no label is one label", ctc.test_target_without_labels_is_all_blanks, CTC, at_least_one),
    Plant("all steps count", ctc.test_lengths_may_be_numbers_or_tensors, CTC, last_step),
    Plant("a batch dimension is left", ctc.test_sample_without_a_batch, CTC,
          lambda original: lambda *args, **given: original(*args, **given).reshape(1)),
    Plant("infinity is 100", ctc.test_targets_too_long_are_infinitely_unlikely, CTC, finite, {"zero_infinity": False}),
    Plant("zeroed losses push", ctc.test_infinite_losses_get_no_gradient_if_zeroed, CTC, leaking),
    Plant("the module forgets its blank", ctc.test_module_is_the_function, f"{NN}CTCLoss.__init__", ignoring("blank")),
)  # fmt: skip


def pool(name):
    return {"row": next(row for row in (*indices.POOLS, *indices.ADAPTIVE) if str(row) == name)}


def next_place(original):
    """Indices are one too far."""

    def call(*args, **given):
        out = original(*args, **given)
        return (out[0], (out[1] + 1).clamp(max=int(out[1].max()))) if given.get("return_indices") else out

    return call


def transposed(original):
    """Without a batch dimension the indices are those of the image upside down."""
    return lambda x, *args, **given: (
        original(x, *args, **given)[0],
        original(x if x.dim() > 3 else x.flip(1), *args, **given)[1],
    )


def corner(original):
    """Fractional pooling that starts at the first place always: plain pooling of the corner."""
    return lambda self, x: original(self, x[..., :-1].repeat_interleave(1, -1))


POOLS = (
    Plant("the place is the next", indices.test_index_is_the_place_of_a_largest_value, f"{FUN}max_pool2d", next_place,
          pool("max_pool2d")),
    Plant("the place is the next", indices.test_index_is_the_place_of_a_largest_value, f"{FUN}adaptive_max_pool3d",
          next_place, pool("adaptive_max_pool3d")),
    Plant("the gradient is larger", indices.test_the_place_of_the_index_gets_the_gradient, f"{FUN}max_pool3d", steep,
          pool("max_pool3d")),
    Plant("an image is turned", indices.test_image_without_a_batch_gives_the_same, f"{FUN}adaptive_max_pool2d",
          transposed, pool("adaptive_max_pool2d")),
    Plant("values are a little larger", indices.test_unpooling_puts_maxima_back, f"{NN}MaxUnpool2d.forward",
          scaled(1 + 1e-12), {"dimensions": 2}),
    Plant("the last column is cut off", indices.test_fractional_pool_takes_drawn_windows,
          f"{NN}FractionalMaxPool2d.forward", corner, {"dimensions": 2, "by": "output_size"}),
    Plant("windows are single places", indices.test_fractional_maxima_are_of_whole_windows,
          f"{FUN}fractional_max_pool2d",
          lambda original: lambda x, kernel, size, **given: original(x, 1, size, **given), {"dimensions": 2}),
    Plant("the gradient is NaN", indices.test_window_of_zeros_has_no_gradient, f"{NN}LPPool1d.forward",
          lambda original: lambda self, x: original(self, x) + 0 * x.sum().sqrt(), {"dimensions": 1}),
)  # fmt: skip

DRAWN = (
    Plant("there is one slope", drawn.test_slopes_are_uniform_in_training, f"{NN}RReLU.forward",
          lambda original: lambda self, x: F.leaky_relu(x, (self.lower + self.upper) / 2)),
    Plant("the gradient has the mean slope", drawn.test_slopes_are_those_of_the_gradient, f"{FUN}rrelu",
          lambda original: lambda x, **given: original(x, **given) if not x.requires_grad else F.rrelu_(x * 1.0)),
    Plant("the temperature is 1", drawn.test_samples_are_probabilities, f"{FUN}gumbel_softmax",
          lambda original: lambda x, tau=1.0, **given: original(x, 1.0, **given)),
    Plant("normal noise is added", drawn.test_largest_is_drawn_by_the_softmax_of_the_logits, f"{FUN}gumbel_softmax",
          lambda original: lambda x, tau: F.softmax((x + torch.randn_like(x)) / tau, -1)),
    Plant("the hard sample has no gradient", drawn.test_hard_sample_is_one_hot_with_the_gradient_of_the_soft,
          f"{FUN}gumbel_softmax", lambda original: lambda x, hard=False, **given: (
              original(x.detach() if hard else x, hard=hard, **given) + 0 * x)),
    Plant("single values are dropped", drawn.test_functions_drop_whole_channels, f"{FUN}dropout3d",
          lambda original: lambda x, p: F.dropout(x, p), {"dimensions": 3, "batched": True}),
    Plant("single values are dropped", drawn.test_alpha_drops_whole_channels, f"{FUN}feature_alpha_dropout",
          lambda original: lambda x, p, training: F.alpha_dropout(x, p, training)),
    Plant("it drops", drawn.test_alpha_drops_nothing_unless_in_training, f"{FUN}alpha_dropout",
          setting(training=True), {"name": "alpha_dropout"}),
)  # fmt: skip


def written(name):
    return {"row": next(row for row in in_place.ROWS if str(row) == name)}


def quiet(original):
    """A leaf is overwritten behind the back of autograd."""

    def relu_(x):
        original(x.detach())
        return x

    return relu_


IN_PLACE = (
    Plant("another tensor is returned", in_place.test_writes_what_the_function_returns, f"{FUN}elu_",
          lambda original: lambda x, **given: original(x.clone(), **given), written("elu_")),
    Plant("NaN becomes zero", in_place.test_writes_what_the_function_returns, f"{FUN}hardtanh_",
          lambda original: lambda x, **given: original(x.nan_to_num_(0.0), **given), written("hardtanh_")),
    Plant("the gradient is larger", in_place.test_has_the_gradient_of_the_function, f"{FUN}selu_", steep,
          written("selu_")),
    Plant("the module returns another", in_place.test_module_writes_too, f"{NN}CELU.forward",
          lambda original: lambda self, x: original(self, x.clone()), written("celu_")),
    Plant("inplace is ignored", in_place.test_inplace_is_an_option, f"{FUN}mish", ignoring("inplace"),
          {"name": "mish", "module": "Mish"}),
    Plant("a leaf is overwritten", in_place.test_leaf_that_records_is_not_overwritten, f"{FUN}relu_", quiet),
    Plant("lambda is a half", in_place.test_hardshrink_is_a_method_too, f"{NN}Hardshrink.forward",
          lambda original: lambda self, x: F.hardshrink(x)),
    Plant("it is the approximation", in_place.test_old_names_are_torch_s, f"{FUN}tanh", scaled(1 + 2.0**-23)),
)  # fmt: skip
TRIPLETS = (
    Plant("nothing is swapped", loss.test_triplets_take_any_distance, f"{FUN}triplet_margin_with_distance_loss",
          ignoring("swap"), {"distance": "given"}),
)  # fmt: skip


def summing(original):
    """A power pool whose windows sum what they hold."""

    def lp_pool1d(x, p, kernel, ceil_mode=False):
        short = -x.shape[-1] % kernel
        return original(F.pad(x, (0, short)), p, kernel)

    return lp_pool1d


MENDED = (
    Plant("sums are too large", indices.test_last_window_sums_what_it_holds, f"{FUN}lp_pool1d", scaled(1 + 1e-9),
          {"dimensions": 1}),
)  # fmt: skip
PLANTS = (*ALIGNMENT, *POOLS, *DRAWN, *IN_PLACE, *TRIPLETS, *MENDED)


@plants(*PLANTS[: -len(MENDED)])
@pytest.mark.filterwarnings("ignore:nn.functional.* is deprecated")
def test_is_rejected(plant, request):
    assert_rejected(plant, request)


@plants(*MENDED)
def test_is_rejected_by_a_claim_that_holds_once_torch_is_mended(plant, request):
    assert_rejected_once_mended(plant, Repair(plant.target, summing), request)
