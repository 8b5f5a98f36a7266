"""Multi-head attention: its formula, its masks, its weights, and the same in training and evaluation."""

import numpy as np
import pytest
import torch
import torch.nn as nn
import torch.nn.functional as F
from hypothesis import example, given
from hypothesis import strategies as st

from reference.attention import multi_head_attention, scaled_dot_product_attention
from suites.kit import array, bound, close, documents, draw, tensor
from suites.nn import law

HEADS, SIZE, BATCH, ROWS, COLUMNS = 2, 6, 3, 4, 5


def parameters(seed):
    """Weights and biases under the names that torch has for them."""
    shapes = {"in_proj_weight": (3 * SIZE, SIZE), "in_proj_bias": (3 * SIZE,), "out_proj.weight": (SIZE, SIZE),
              "out_proj.bias": (SIZE,)}  # fmt: skip
    return {name: draw.normal(seed + i, *shape) * 0.6 for i, (name, shape) in enumerate(shapes.items())}


def module_of(values, device, **settings):
    """torch's module with these parameters."""
    module = nn.MultiheadAttention(SIZE, HEADS, **settings).double().to(device)
    module.load_state_dict({name: tensor(value, device) for name, value in values.items()})
    return module


def drawn(seed):
    """Queries, keys and values, batch first."""
    return tuple(draw.normal(seed + 20 + i, BATCH, n, SIZE) for i, n in enumerate((ROWS, COLUMNS, COLUMNS)))


#: Sums of a few products of numbers of size 10 and a softmax.
NEAR = bound.Bound(1024, 16.0, signed_zeros=False)


@documents("torch.nn.MultiheadAttention")
@given(seed=draw.seeds(), batch_first=st.booleans(), training=st.booleans(), average=st.booleans())
def test_attends_by_heads(seed, batch_first, training, average, device):
    """The output is the formula's, the weights are those of the heads, averaged unless average_attn_weights=False."""
    values, (q, k, v) = parameters(seed), drawn(seed)
    module = module_of(values, device, batch_first=batch_first).train(training)
    inputs = [tensor(x if batch_first else x.swapaxes(0, 1).copy(), device) for x in (q, k, v)]
    out, weights = module(*inputs, average_attn_weights=average)

    expected, heads = multi_head_attention(q, k, v, *values.values(), heads=HEADS)
    close(out, expected if batch_first else expected.swapaxes(0, 1), NEAR, device=device)
    close(weights, heads.mean(1) if average else heads, NEAR, device=device)
    close(module(*inputs, need_weights=False)[0], array(out), NEAR, device=device)
    assert module(*inputs, need_weights=False)[1] is None


@documents("torch.nn.MultiheadAttention", "torch.nn.Module.eval")
@pytest.mark.filterwarnings("ignore:Converting mask:UserWarning")  # that it takes longer, in 2.0
@given(seed=draw.seeds(), floating=st.booleans(), training=st.booleans(), for_each=st.booleans())
@example(seed=0, floating=True, training=False, for_each=False)
def test_masks_take_keys_away(seed, floating, training, for_each, device):
    """True in attn_mask or key_padding_mask takes a key away, a floating attn_mask is added, in either mode."""
    values, (_, x, _) = parameters(seed), drawn(seed)
    module = module_of(values, device, batch_first=True).train(training)
    rng = np.random.default_rng(seed)
    hidden, padded = rng.random((COLUMNS, COLUMNS)) < 0.4, rng.random((BATCH, COLUMNS)) < 0.4 * (not floating)
    hidden[:, 0] = padded[:, 0] = False
    added = rng.standard_normal(hidden.shape) if floating else np.where(hidden, -np.inf, 0.0)
    attn_mask = tensor(added if floating else hidden, device)
    attn_mask = attn_mask.repeat(BATCH * HEADS, 1, 1) if for_each else attn_mask
    padding = None if floating else tensor(padded, device)
    q = tensor(x, device)
    with torch.no_grad():
        out, weights = module(q, q, q, key_padding_mask=padding, attn_mask=attn_mask, need_weights=True)
        alone = module(q, q, q, key_padding_mask=padding, attn_mask=attn_mask, need_weights=False)[0]

    mask = added + np.where(padded, -np.inf, 0.0)[:, None, None]
    expected, heads = multi_head_attention(x, x, x, *values.values(), heads=HEADS, mask=mask)
    close(out, expected, NEAR, device=device)
    close(alone, expected, NEAR, device=device)
    close(weights, heads.mean(1), NEAR, device=device)


@documents("torch.nn.MultiheadAttention")
@given(seed=draw.seeds())
def test_gradient_flows_to_all_parameters(seed, device):
    """The gradients for inputs and parameters are the formula's."""
    values, (q, k, v) = parameters(seed), drawn(seed)
    module = module_of(values, device, batch_first=True)

    def function(q, k, v, *rest):
        named = dict(zip(values, rest))
        return law.functional_call(module, named, (q, k, v))[0]

    def formula(q, k, v, *rest):
        return multi_head_attention(q, k, v, *rest, heads=HEADS)[0]

    law.differentiates(function, formula, q, k, v, *values.values(), seed=seed, device=device)


@documents("torch.nn.MultiheadAttention")
def test_dropout_of_weights_ends_in_evaluation(device):
    """dropout= drops attention weights in training and none in evaluation."""
    values, (q, k, v) = parameters(3), (tensor(x, device) for x in drawn(3))
    plain, dropping = (module_of(values, device, batch_first=True, dropout=p) for p in (0.0, 0.8))

    close(dropping.eval()(q, k, v)[0], array(plain(q, k, v)[0]), NEAR, device=device)
    assert np.any(array(dropping.train()(q, k, v)[0]) != array(plain(q, k, v)[0]))


@documents("torch.nn.functional.scaled_dot_product_attention", since="2.0")
@given(seed=draw.seeds(), rows=st.sampled_from((1, 17, 40)), causal=st.booleans())
def test_attention_of_long_sequences(seed, rows, causal, dtype, device):
    """Attention over more keys than fit a register is the formula's, whichever kernel computes it."""
    arrays = [draw.normal(seed + i, 2, 2, rows, 8, dtype=dtype) for i in range(3)]
    found = F.scaled_dot_product_attention(*(tensor(x, device) for x in arrays), is_causal=causal)

    expected = scaled_dot_product_attention(*(x.astype("float64") for x in arrays), is_causal=causal)
    close(found, expected, bound.Bound(256, 4.0, signed_zeros=False), dtype=dtype, device=device)


@documents("torch.nn.functional.scaled_dot_product_attention", since="2.0")
@pytest.mark.parametrize("width", [4, 3])
def test_mask_and_causal_exclude_each_other(width, device):
    """attn_mask together with is_causal=True raises, whatever the width of the values."""
    x, v = tensor(draw.normal(0, 1, 1, 3, 4), device), tensor(draw.normal(1, 1, 1, 3, width), device)

    with pytest.raises((RuntimeError, ValueError)):
        F.scaled_dot_product_attention(x, x, v, attn_mask=tensor(np.ones((3, 3), bool), device), is_causal=True)
