"""Wrong answers about layers, their parameters' first values, and what they do over time."""

import numpy as np
import pytest
import torch
import torch.nn as nn
import torch.nn.functional as F

from suites.meta.planting import Plant, assert_rejected, plants
from suites.meta.wrong import forgiving, setting
from suites.nn import test_attention as attention
from suites.nn import test_dropout as dropout
from suites.nn import test_embedding as embedding
from suites.nn import test_initialization as initialization
from suites.nn import test_layers as claims
from suites.nn import test_normalization as normalization
from suites.nn import test_pooling as pooling
from suites.nn import test_recurrent as recurrent

FUN = "torch.nn.functional."
INIT = "torch.nn.init."


def row(name):
    return next(row for row in claims.ROWS if str(row) == name)


def scaled(factor):
    return lambda original: lambda *args, **kwargs: original(*args, **kwargs) * factor


def nothing(original):
    return lambda *args, **kwargs: args[0] if args else None


def wrong_gradient(original):
    """The gradient is a little larger than it is."""
    return lambda x, *args, **kwargs: original(x.detach() + (x - x.detach()) * (1 + 1e-9), *args, **kwargs)


def init_row(name):
    return {"row": next(row for row in initialization.ROWS if str(row) == name), "shape": (15, 20, 3, 10)}


def biased(original):
    """The running variance is that of the batch as it is."""

    def forward(self, x):
        before, out = self.running_var.clone(), original(self, x)
        if self.training and self.running_var is not None:
            n = x.numel() // x.shape[1]
            self.running_var.sub_((self.running_var - before) / n)
        return out

    return forward


LAYERS = (
    Plant("eps is ignored", claims.test_equals_its_formula, f"{FUN}batch_norm", setting(eps=1e-12),
          {"row": row("batch_norm of the batch")}),
    Plant("values are 1e-4 off", claims.test_equals_its_formula, f"{FUN}gelu", scaled(1 + 1e-4),
          {"row": row("gelu by tanh")}),
    Plant("dilation is ignored", claims.test_equals_its_formula, f"{FUN}conv2d", setting(dilation=1),
          {"row": row("conv2d")}),
    Plant("the gradient is larger", claims.test_has_the_gradient_of_its_formula, f"{FUN}conv2d", wrong_gradient,
          {"row": row("conv2d")}),
    Plant("gelu is by tanh", claims.test_gelu_is_x_times_its_probability, f"{FUN}gelu",
          lambda original: lambda x: original(x, approximate="tanh")),
    Plant("infinity times zero", claims.test_gelu_of_infinity_is_infinity, f"{FUN}gelu",
          lambda original: lambda x: x + 0 * x, {"length": 1}),
    Plant("large batches lose the bias", claims.test_linear_is_exact_on_integers, f"{FUN}linear",
          lambda original: lambda x, w, b=None: original(x, w, b if len(x) < 32 else None)),
    Plant("groups are shuffled", claims.test_conv2d_is_exact_on_integers, f"{FUN}conv2d",
          lambda original: lambda x, *args, **kwargs: original(x.flip(1), *args, **kwargs)),
    Plant("images after the 16th are the first", claims.test_batch_is_its_images, f"{FUN}conv2d",
          lambda original: lambda x, w: original(x, w) if len(x) < 17 else torch.cat(
              [original(x, w)[:16], original(x, w)[:3]])),
    Plant("padding is zero always", claims.test_conv2d_pads_by_its_mode, f"{FUN}pad",
          lambda original: lambda x, pad, mode="constant", value=None: original(x, pad)),
    Plant("the odd one is in front", claims.test_same_padding_keeps_the_size, f"{FUN}conv2d",
          lambda original: lambda x, w, padding, dilation=1: original(
              x.flip(2, 3), w.flip(2, 3), padding=padding, dilation=dilation).flip(2, 3)),
    Plant("another tensor is returned", claims.test_works_in_place_if_asked, f"{FUN}relu",
          lambda original: lambda x, inplace=False: original(x), {"name": "relu"}),
    Plant("NaN becomes zero", claims.test_relu_is_exact, f"{FUN}relu",
          lambda original: lambda x: torch.where(x > 0, x, torch.zeros_like(x))),
    Plant("the gradient at zero is one", claims.test_gradient_at_a_kink, f"{FUN}relu",
          lambda original: lambda x: torch.where(x < 0, torch.zeros_like(x), x), {"name": "relu", "at_zero": 0.0}),
    Plant("sums are a little less", claims.test_softmax_sums_to_one, f"{FUN}softmax", scaled(1 - 1e-5)),
)  # fmt: skip

POOLING = (
    Plant("overlaps give their gradient once", pooling.test_overlapping_windows_add_their_gradients, f"{FUN}max_pool2d",
          lambda original: lambda x, *args, **kwargs: (
              x.requires_grad and x.register_hook(lambda g: g.clamp(-8, 8)), original(x, *args, **kwargs))[1]),
    Plant("NaN loses", pooling.test_takes_the_largest_of_each_window, f"{FUN}max_pool2d",
          lambda original: lambda x, *args, **kwargs: original(x.nan_to_num(-9.0, np.inf, -np.inf), *args, **kwargs)),
    Plant("indices are off by one", pooling.test_indices_lead_back, f"{FUN}max_pool2d",
          lambda original: lambda *args, **kwargs: (
              original(*args, **kwargs)[0], (original(*args, **kwargs)[1] - 1).clamp(min=0))),
    Plant("the end is dropped", pooling.test_ceil_mode_keeps_windows_at_the_end, f"{FUN}max_pool2d",
          setting(ceil_mode=False), {"name": "max_pool2d", "ceil_mode": True, "sides": (3, 3)}),
    Plant("the last row is left out", pooling.test_adaptive_maximum_covers_all, f"{FUN}adaptive_max_pool2d",
          lambda original: lambda x, sides: original(x[:, :, :-1], sides)),
    Plant("the mean is a sum", pooling.test_adaptive_average_of_integers, "torch.nn.AdaptiveAvgPool2d.forward",
              scaled(2.0)),
    Plant("the divisor is ignored", pooling.test_divisor_override_divides, "torch.nn.AvgPool2d.__init__",
          lambda original: lambda self, kernel, stride, divisor_override: original(self, kernel, stride)),
    Plant("p = infinity is p = 8", pooling.test_lp_pool_of_infinite_norm_is_the_maximum, f"{FUN}lp_pool2d",
          lambda original: lambda x, p, kernel: original(x, 8.0, kernel)),
    Plant("planes are mixed", pooling.test_pools_in_one_and_three_dimensions, "torch.nn.MaxPool3d.forward",
          lambda original: lambda self, x: original(self, x.flip(1))),
)  # fmt: skip

BATCH = "torch.nn.BatchNorm1d."
NORMALIZATION = (
    Plant("the running variance is biased", normalization.test_running_statistics_follow_the_batches, f"{BATCH}forward",
          biased),
    Plant("no momentum is a tenth", normalization.test_without_momentum_averages_all_batches, f"{BATCH}__init__",
          lambda original: lambda self, n, momentum=0.1: original(self, n)),
    Plant("evaluation moves the statistics", normalization.test_evaluation_uses_running_statistics, f"{BATCH}forward",
          lambda original: lambda self, x: (self.running_mean.add_(0 if self.training else 1e-3), original(self,
                    x))[1]),
    Plant("there are statistics", normalization.test_without_running_statistics_uses_the_batch, f"{BATCH}__init__",
          lambda original: lambda self, n, track_running_stats: original(self, n)),
    Plant("one value is zero", normalization.test_one_value_for_each_channel_raises, f"{BATCH}forward", forgiving),
    Plant("any input is taken", normalization.test_rejects_other_dimensions, f"{BATCH}forward", forgiving,
          {"kind": nn.BatchNorm1d, "shape": (2, 3, 4, 5)}),
    Plant("statistics stay", normalization.test_reset_forgets_the_batches, f"{BATCH}reset_running_stats", nothing),
    Plant("squares are averaged", normalization.test_large_means_cost_no_more_than_their_digits, f"{FUN}layer_norm",
          lambda original: lambda x, sides: (x - x.mean((1, 2), keepdim=True)) / (
              (x * x).mean((1, 2), keepdim=True) - x.mean((1, 2), keepdim=True) ** 2 + 1e-5).abs().sqrt(),
          dict(zip(("function", "formula"), (lambda x: F.layer_norm(x, x.shape[1:]), normalization.OVER["layer"][1])))),
    Plant("a bias alone is ignored", normalization.test_weight_and_bias_are_optional, f"{FUN}layer_norm",
          lambda original: lambda x, *args, weight=None, bias=None, **kwargs: original(
              x, *args, weight=weight, bias=bias if weight is not None else bias * 0, **kwargs),
          {"name": "layer_norm", "which": "bias"}),
    Plant("evaluation is the identity", normalization.test_normalises_alike_in_both_modes, "torch.nn.LayerNorm.forward",
          lambda original: lambda self, x: original(self, x) if self.training else x),
    Plant("p is 2", normalization.test_normalize_divides_by_the_norm, f"{FUN}normalize", setting(p=2.0)),
)  # fmt: skip

DROP = "torch.nn.Dropout."
CHANNELS = {"kind": nn.Dropout2d}
DROPOUT = (
    Plant("nothing is scaled", dropout.test_scales_what_it_keeps, f"{DROP}forward",
          lambda original: lambda self, x: original(self, x) * (1 - self.p)),
    Plant("backward draws another mask", dropout.test_backward_uses_the_same_mask, f"{DROP}forward",
          lambda original: lambda self, x: original(self, x).detach() + original(self, x) - original(self, x).detach()),
    Plant("evaluation drops", dropout.test_evaluation_is_the_identity, f"{DROP}forward",
          lambda original: lambda self, x: F.dropout(x, self.p, True), {"kind": nn.Dropout}),
    Plant("p = 0 is a half", dropout.test_drops_nothing_at_zero, f"{DROP}forward",
          lambda original: lambda self, x: F.dropout(x, self.p or 0.5), {"kind": nn.Dropout}),
    Plant("p = 1 keeps some", dropout.test_drops_everything_at_one, f"{DROP}forward",
          lambda original: lambda self, x: F.dropout(x, 0.9), {"kind": nn.Dropout}),
    Plant("single values are dropped", dropout.test_drops_whole_channels, "torch.nn.Dropout2d.forward",
          lambda original: lambda self, x: F.dropout(x, self.p, self.training), CHANNELS),
    Plant("alpha dropout is dropout", dropout.test_alpha_dropout_keeps_mean_and_variance,
              "torch.nn.AlphaDropout.forward",
          lambda original: lambda self, x: F.dropout(x, self.p)),
    Plant("any p is taken", dropout.test_rejects_what_is_no_probability, f"{FUN}dropout", forgiving, {"p": 1.1}),
    Plant("the input is left alone", dropout.test_in_place_writes_into_its_input, f"{FUN}dropout",
          lambda original: lambda x, p, training=True, inplace=False: original(x, p, training)),
)  # fmt: skip

E = "torch.nn.Embedding."
EMBEDDING = (
    Plant("the first row comes always", embedding.test_looks_rows_up, f"{FUN}embedding",
          lambda original: lambda at, weight: original(at * 0, weight)),
    Plant("the frequency is ignored", embedding.test_rows_add_up_their_gradients, f"{FUN}embedding",
          setting(scale_grad_by_freq=False), {"by_frequency": True, "sparse": False}),
    Plant("padding rows learn", embedding.test_rows_add_up_their_gradients, f"{FUN}embedding",
              setting(padding_idx=None), {"by_frequency": False, "sparse": False}),
    Plant("long rows stay", embedding.test_renormalises_long_rows_in_place, f"{E}forward",
          lambda original: lambda self, at: self.weight[at], {"norm_type": 2.0}),
    Plant("all rows learn", embedding.test_pretrained_rows_are_frozen_unless_told, f"{E}from_pretrained",
          lambda original: lambda weight, freeze=True, **kwargs: original(weight, False, **kwargs)),
    Plant("indices go round", embedding.test_rejects_indices_beyond_the_rows, f"{E}forward",
          lambda original: lambda self, at: original(self, at % 11), {"index": 11}),
    Plant("any padding is taken", embedding.test_padding_is_one_of_the_rows, f"{E}__init__",
          lambda original: lambda self, *args, padding_idx: original(self, *args), {"padding": 11}),
    Plant("the mean is a sum", embedding.test_bags_reduce_their_rows, f"{FUN}embedding_bag", setting(mode="sum"),
          {"mode": "mean"}),
    Plant("weights are ignored", embedding.test_bags_weigh_their_rows, f"{FUN}embedding_bag",
          lambda original: lambda at, w, mode, per_sample_weights: original(
              at, w, mode=mode, per_sample_weights=per_sample_weights * 0 + 1)),
    Plant("one class is missing", embedding.test_one_hot_marks_the_class, f"{FUN}one_hot",
          lambda original: lambda at, classes=-1: original(at, classes)[..., :-1]),
)  # fmt: skip


def last_of_before(original):
    """The last state is that of the step before."""

    def forward(self, x, state=None):
        out, last = original(self, x, state)
        return out, last + 1e-6

    return forward


RNN = {"kind": "RNN"}
RECURRENT = (
    Plant("the last state is off", recurrent.test_runs_its_cell_over_time, "torch.nn.RNN.forward", last_of_before, RNN),
    Plant("the first states are ones", recurrent.test_starts_from_zeros, "torch.nn.RNN.forward",
          lambda original: lambda self, x: original(self, x, torch.ones(1, 2, 2, dtype=x.dtype)), RNN),
    Plant("time comes first", recurrent.test_batch_first_and_unbatched_only_move_axes, "torch.nn.RNN.forward",
          lambda original: lambda self, x, state: (
              original(self, x, state)[0].transpose(0, int(self.batch_first)), original(self, x, state)[1]), RNN),
    Plant("the gradient is larger", recurrent.test_has_the_gradient_of_its_cells, "torch.nn.RNN.forward",
          lambda original: lambda self, x, state: (
              original(self, x, state)[0] * (1 + 1e-9) - original(self, x, state)[0].detach() * 1e-9, None), RNN),
    Plant("the state is ignored", recurrent.test_cell_is_its_formula, "torch.nn.GRUCell.forward",
          lambda original: lambda self, x, state=None: original(self, x), {"kind": "GRU"}),
    Plant("names are missing", recurrent.test_names_its_parameters, "torch.nn.Module.named_parameters",
          lambda original: lambda self, *args, **kwargs: iter(()), RNN),
    Plant("relu is tanh", recurrent.test_relu_takes_the_place_of_tanh, "torch.nn.RNN.__init__",
          lambda original: lambda self, *args, nonlinearity="tanh", **kwargs: original(self, *args, **kwargs)),
    Plant("dropout stays", recurrent.test_dropout_between_layers_ends_in_evaluation, "torch.nn.RNN.eval",
          lambda original: lambda self: self, RNN),
)  # fmt: skip

MHA = "torch.nn.MultiheadAttention."
ATTENTION = (
    Plant("weights are of the first head", attention.test_attends_by_heads, f"{MHA}forward",
          lambda original: lambda self, *args, need_weights=True, average_attn_weights=True: original(
              self, *args, need_weights=need_weights, average_attn_weights=True)),
    Plant("padding is ignored", attention.test_masks_take_keys_away, f"{MHA}forward", setting(key_padding_mask=None)),
    Plant("the gradient is larger", attention.test_gradient_flows_to_all_parameters, f"{MHA}forward",
          lambda original: lambda self, *args: (
              original(self, *args)[0] * (1 + 1e-9) - original(self, *args)[0].detach() * 1e-9, None)),
    Plant("dropout stays", attention.test_dropout_of_weights_ends_in_evaluation, f"{MHA}eval",
          lambda original: lambda self: self),
    Plant("causal is ignored", attention.test_attention_of_long_sequences, f"{FUN}scaled_dot_product_attention",
          setting(is_causal=False)),
    Plant("the mask wins", attention.test_mask_and_causal_exclude_each_other, f"{FUN}scaled_dot_product_attention",
          setting(is_causal=False), {"width": 3}),
)  # fmt: skip

MAKE = dict(zip(("make", "limit"), initialization.LAYERS["Linear"]))
CONSTANT = {"name": "ones_", "arguments": (), "value": 1.0}
INITIALIZATION = (
    Plant("gain is ignored", initialization.test_draws_its_distribution, f"{INIT}xavier_uniform_",
          lambda original: lambda weight, gain=1.0: original(weight), init_row("xavier_uniform_(gain=2.5)")),
    Plant("fan_out is fan_in", initialization.test_draws_its_distribution, f"{INIT}kaiming_normal_",
          setting(mode="fan_in"), init_row("kaiming_normal_(mode=fan_out)")),
    Plant("biases are zero", initialization.test_layers_start_uniform, "torch.nn.Linear.reset_parameters",
          lambda original: lambda self: (original(self), self.bias.data.zero_())[0], MAKE),
    Plant("values stay", initialization.test_reset_parameters_draws_again, "torch.nn.Linear.reset_parameters",
          lambda original: lambda self: (torch.manual_seed(0), original(self))[1]),
    Plant("the seed is ignored", initialization.test_the_same_seed_gives_the_same_layers, "torch.manual_seed", nothing),
    Plant("the padding row is drawn", initialization.test_embeddings_start_normal,
          f"{E}_fill_padding_idx_with_zero", nothing, {"kind": nn.Embedding, "padding": 0}),
    Plant("weights are zeros", initialization.test_normalisations_start_as_ones_and_zeros, f"{INIT}ones_",
          lambda original: nn.init.zeros_, {"make": lambda: nn.LayerNorm((3, 2))}),
    Plant("init is ignored", initialization.test_prelu_starts_at_its_init, "torch.nn.PReLU.__init__",
          lambda original: lambda self, num_parameters=1, init=0.25: original(self, num_parameters),
          {"settings": {"num_parameters": 3, "init": 0.5}, "expected": [0.5] * 3}),
    Plant("the gain of tanh is 5 / 4", initialization.test_gain_of_a_nonlinearity, f"{INIT}calculate_gain",
          scaled(0.75), {"name": "tanh", "parameter": None, "gain": 5 / 3}),
    Plant("any name has a gain", initialization.test_gain_of_an_unknown_nonlinearity_raises, f"{INIT}calculate_gain",
              forgiving),
    Plant("the last stays", initialization.test_fills_with_a_constant, f"{INIT}ones_",
          lambda original: lambda weight: (original(weight[:-1].detach()), weight)[1], CONSTANT),
    Plant("the identity is reversed", initialization.test_eye_is_the_identity, f"{INIT}eye_",
          lambda original: lambda weight: original(weight).flip(0), {"shape": (3, 3)}),
    Plant("groups are ignored", initialization.test_dirac_keeps_channels, f"{INIT}dirac_",
          lambda original: lambda weight, groups: original(weight), {"shape": (6, 3, 3, 3), "groups": 2}),
    Plant("rows are a little oblique", initialization.test_orthogonal_has_orthogonal_rows, f"{INIT}orthogonal_",
          lambda original: lambda weight, gain: original(weight, gain=gain) + 1e-9, {"shape": (5, 5), "gain": 1.0}),
    Plant("the seed is fixed", initialization.test_orthogonal_draws_anew, f"{INIT}orthogonal_",
          lambda original: lambda weight: (torch.manual_seed(0), original(weight))[1]),
    Plant("one more is zero", initialization.test_sparse_zeroes_a_fraction_of_each_column, f"{INIT}sparse_",
          lambda original: lambda weight, sparsity: original(weight, sparsity + 0.05), {"sparsity": 0.1}),
    Plant("values beyond b are cut", initialization.test_truncated_normal_stays_inside, f"{INIT}trunc_normal_",
          lambda original: lambda weight, mean, std, low, high: weight.normal_(mean, std).clamp_(low, high),
          {"mean": 0.0, "std": 1.0, "low": -2.0, "high": 2.0}),
    Plant("the interval is too short", initialization.test_uniform_fills_its_interval, f"{INIT}uniform_",
          lambda original: lambda weight, low, high: original(weight, low, high - 0.05)),
    Plant("std is a variance", initialization.test_normal_takes_mean_and_std, f"{INIT}normal_",
          lambda original: lambda weight, mean, std: original(weight, mean, std**2)),
    Plant("vectors have fans", initialization.test_fans_need_two_dimensions, f"{INIT}xavier_normal_", forgiving,
          {"name": "xavier_normal_"}),
)  # fmt: skip

PLANTS = (*LAYERS, *POOLING, *NORMALIZATION, *DROPOUT, *EMBEDDING, *RECURRENT, *ATTENTION, *INITIALIZATION)


@plants(*PLANTS)
@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths")
def test_is_rejected(plant, request):
    assert_rejected(plant, request)
