"""Wrong answers that the laws of every module and of attention reject."""

import pytest
import torch
import torch.nn.functional as F

from suites.meta.planting import Plant, Repair, assert_rejected, assert_rejected_once_mended, plants
from suites.meta.wrong import ignoring
from suites.nn import modules
from suites.nn import test_every_module as laws
from suites.nn import test_every_module_gradient as gradients
from suites.nn import test_mha_masks as masks
from suites.nn import test_sdpa as attention

NN, SDPA = "torch.nn.", "torch.nn.functional.scaled_dot_product_attention"


def module(name):
    return {"row": next(row for row in modules.EVERY if str(row) == name)}


def forward(name):
    return f"{NN}{name}.forward"


def writing(original):
    """The input is overwritten."""
    return lambda self, x: original(self, x.mul_(1 + 1e-9))


def growing(original):
    """Each call adds a little to the weight."""
    return lambda self, x: (self.weight.data.mul_(1 + 1e-9), original(self, x))[1]


def forgetting(original):
    """A copy has the running mean of a new module."""

    def load(self, state, **given):
        return original(self, {**state, "running_mean": 0 * state["running_mean"]}, **given)

    return load


def by_memory(original):
    """The values are taken as they lie in memory."""
    return lambda self, x: original(
        self, x if x.is_contiguous() else x.as_strided(x.shape, torch.empty(x.shape).stride())
    )


def fast_and_wrong(original):
    """Where nothing is recorded the last bits of a half type are all there is."""
    return lambda self, x, **given: (
        original(self, x, **given) if torch.is_grad_enabled() else original(self, x, **given).half().double()
    )


def mixing(original):
    """The mean of the batch is a little part of each sample."""
    return lambda self, x: original(self, x) + 1e-9 * original(self, x).mean(0)


def of_all(original):
    """A single sample is normalised over its channels, too."""
    return lambda self, x: original(self, x) if x.dim() > 3 else F.layer_norm(x, x.shape)


def rough(original):
    """Results in float32 are those of a half type."""

    def forward(self, *args):
        out = original(self, *args)
        return out.half().float() if out.dtype is torch.float32 else out

    return forward


def rougher(original):
    """Results in half types are halves."""

    def forward(self, *args, **given):
        out = original(self, *args, **given)
        return (out * 2).round() / 2 if out.element_size() == 2 else out

    return forward


def steep(original):
    return lambda self, x, *args, **given: original(self, x, *args, **given) * (1 + 1e-6) - 1e-6 * original(
        self, x, *args, **given).detach()  # fmt: skip


class Once(torch.autograd.Function):
    """tanh with its gradient, of which the gradient takes the output for a constant."""

    @staticmethod
    def forward(ctx, x):
        y = torch.tanh(x)
        ctx.save_for_backward(y.detach())
        return y

    @staticmethod
    def backward(ctx, g):
        (y,) = ctx.saved_tensors
        return g * (1 - y.detach() ** 2)


EVERY = (
    Plant("the input is overwritten", laws.test_leaves_its_inputs_and_its_state_alone, forward("Tanh"), writing,
          module("Tanh")),
    Plant("the weight grows", laws.test_leaves_its_inputs_and_its_state_alone, forward("Linear"), growing,
          module("Linear")),
    Plant("a mean is forgotten", laws.test_copies_give_the_same_bits, "torch.nn.BatchNorm1d.load_state_dict",
          forgetting, module("BatchNorm1d")),
    Plant("strides are ignored", laws.test_does_not_depend_on_the_strides, forward("PixelShuffle"), by_memory,
          {**module("PixelShuffle"), "layout": "channels last"}),
    Plant("the fast path is rough", laws.test_does_not_depend_on_who_asks_for_gradients,
          forward("TransformerEncoderLayer"), fast_and_wrong, module("TransformerEncoderLayer")),
    Plant("samples mix", laws.test_treats_each_sample_alone, forward("Softmax"), mixing, module("Softmax")),
    Plant("it is another", laws.test_sample_without_a_batch_gives_the_same, forward("InstanceNorm2d"), of_all,
          module("InstanceNorm2d")),
    Plant("float32 is half", laws.test_float32_is_float64_rounded, forward("Bilinear"), rough, module("Bilinear")),
    Plant("bfloat16 has few digits", laws.test_bfloat16_is_float64_rounded, forward("GELU"), rougher, module("GELU")),
    Plant("float16 has few digits", laws.test_float16_is_float64_rounded, forward("GELU"), rougher, module("GELU")),
    Plant("it is steeper", gradients.test_gradient_is_the_slope, forward("GRUCell"), steep, module("GRUCell")),
    Plant("the gradient has none", gradients.test_gradient_of_the_gradient_is_its_slope, forward("Tanh"),
          lambda original: lambda self, x: Once.apply(x), module("Tanh")),
    Plant("samples mix", gradients.test_vmap_is_a_loop, "torch.func.vmap",
          lambda original: lambda function: lambda *args: original(function)(*(x.flip(0) for x in args)),
          module("Linear")),
)  # fmt: skip


def lower_right(original):
    """Causal from the last of both sequences."""

    def call(q, k, v, is_causal=False, **given):
        rows, columns = q.shape[-2], k.shape[-2]
        seen = torch.ones(rows, columns, dtype=torch.bool).tril(max(columns - rows, 0))
        return original(q, k, v, attn_mask=seen, **given) if is_causal else original(q, k, v, **given)

    return call


def in_turns(original):
    """Heads of queries take those of keys in turn."""

    def call(q, k, v, enable_gqa=False, **given):
        k, v = (x.repeat(1, q.shape[1] // x.shape[1], 1, 1) for x in (k, v))
        return original(q, k, v, **given)

    return call


def first_block(original):
    """Keys after the 512th are not seen."""
    return lambda q, k, v, **given: original(q, k[..., :512, :], v[..., :512, :], **given)


def overflowing(original):
    def call(q, k, v):
        powers = torch.exp(q @ k.transpose(-1, -2) / q.shape[-1] ** 0.5)
        return (powers / powers.sum(-1, keepdim=True)) @ v

    return call


def steeper(original):
    """The value is right, the gradient of the values a little more than it is."""
    return lambda q, k, v, **given: original(q, k, v.detach() + (v - v.detach()) * (1 + 1e-9), **given)


def packed(original):
    """Rows are taken as they lie in memory."""
    return lambda *args, **given: original(
        *(x.as_strided(x.shape, torch.empty(x.shape).stride()) for x in args), **given
    )


RECORDS = {"records": False}
ATTENTION = (
    Plant("the mask is ignored", attention.test_mask_broadcasts_to_the_weights, SDPA, ignoring("attn_mask"),
          {**RECORDS, "shape": (3, 1, 5, 7)}),
    Plant("it counts from the end", attention.test_causal_sees_the_keys_up_to_its_place, SDPA, lower_right, RECORDS),
    Plant("groups are interleaved", attention.test_groups_of_queries_share_keys, SDPA, in_turns, RECORDS),
    Plant("the scale is ignored", attention.test_scale_takes_the_place_of_the_root, SDPA, ignoring("scale"), RECORDS),
    Plant("far keys are not seen", attention.test_blocks_of_a_long_sequence_add_up, SDPA, first_block,
          {**RECORDS, "lengths": (1, 600), "masked": "plain"}),
    Plant("a result has few digits", attention.test_half_types_lose_no_more_than_their_digits, SDPA,
          lambda original: lambda *args, **given: (original(*args, **given) * 8).round() / 8,
          {"dtype": torch.bfloat16}),
    Plant("the gradient is steeper", attention.test_mask_that_is_added_gets_its_gradient, SDPA, steeper,
          {"shape": (1, 7)}),
    Plant("the gradient is steeper", attention.test_kernels_have_the_gradient_of_the_formula, SDPA, steeper),
    Plant("strides are ignored", attention.test_does_not_depend_on_the_strides, SDPA, packed, RECORDS),
    Plant("exponentials overflow", attention.test_large_scores_choose_one_key, SDPA, overflowing),
    Plant("nothing is dropped", attention.test_dropout_drops_weights_always, SDPA, ignoring("dropout_p")),
)  # fmt: skip


MHA = forward("MultiheadAttention")


def of_first_head(original):
    """All heads have the mask of the first."""

    def call(self, *args, attn_mask=None, **given):
        first = attn_mask.reshape(-1, 2, *attn_mask.shape[-2:])[:, :1].expand(-1, 2, -1, -1)
        return original(self, *args, attn_mask=first.reshape(attn_mask.shape), **given)

    return call


def softened(original):
    """Where a number that is added is -inf, nothing is."""

    def call(self, *args, attn_mask=None, **given):
        mask = attn_mask.masked_fill(attn_mask == -float("inf"), 0.0) if attn_mask.is_floating_point() else attn_mask
        return original(self, *args, attn_mask=mask, **given)

    return call


MASKS = (
    Plant("all heads have one mask", masks.test_each_head_may_have_its_mask, MHA, of_first_head,
          {"mode": "recorded", "needs": True}),
    Plant("padding is seen", masks.test_masks_of_a_single_sample, MHA, ignoring("key_padding_mask"),
          {"mode": "recorded"}),
    Plant("infinity is zero", masks.test_boolean_masks_are_infinite_ones, MHA, softened, {"mode": "recorded"}),
)  # fmt: skip


def two_axes(original):
    """Attention whose mask may have one axis."""
    return lambda *args, attn_mask: original(*args, attn_mask=attn_mask[None])


MENDED = (
    Plant("the first key is hidden", attention.test_mask_of_one_axis_broadcasts_too, SDPA,
          lambda original: lambda *args, attn_mask: original(*args, attn_mask=attn_mask ^ (torch.arange(7) == 0)),
          RECORDS),
)  # fmt: skip
PLANTS = (*EVERY, *ATTENTION, *MASKS, *MENDED)


@plants(*EVERY, *ATTENTION, *MASKS)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_is_rejected(plant, request):
    assert_rejected(plant, request)


@plants(*MENDED)
def test_is_rejected_by_a_claim_that_holds_once_torch_is_mended(plant, request):
    assert_rejected_once_mended(plant, Repair(plant.target, two_axes), request)
