"""The masks of MultiheadAttention: for each head, for each key, together, added or taken away, batched or not."""

import contextlib

import numpy as np
import pytest
import torch
import torch.nn as nn
from hypothesis import given
from hypothesis import strategies as st

from reference import transformer
from suites.kit import bound, close, documents, draw, tensor

#: Some releases warn of masks of different kinds, and of paths that they do not take.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")

SIZE, HEADS, BATCH, ROWS, COLUMNS = 6, 2, 3, 4, 5
#: Sums of products of numbers of size 1 and a softmax; the most measured was 20 u.
NEAR = bound.Bound(64, 4.0, signed_zeros=False)

MODES = {"recorded": contextlib.nullcontext, "unrecorded": torch.no_grad}
modes = pytest.mark.parametrize("mode", MODES)


def module_of(seed, device, **settings):
    """torch's module in evaluation, and the parameters that NumPy drew for it."""
    module = nn.MultiheadAttention(SIZE, HEADS, batch_first=True, **settings).double().eval().to(device)
    values = {name: 0.6 * draw.normal(seed + i, *v.shape) for i, (name, v) in enumerate(module.state_dict().items())}
    module.load_state_dict({name: tensor(value, device) for name, value in values.items()})
    return module, values


def drawn(seed):
    """Queries, keys and values."""
    return [draw.normal(seed + 30 + i, BATCH, n, SIZE) for i, n in enumerate((ROWS, COLUMNS, COLUMNS))]


def hidden(seed, *shape):
    """Which keys are hidden, never the first."""
    where = np.random.default_rng(seed).random(shape) < 0.4
    where[..., 0] = False
    return where


def mask(seed, floating, *shape):
    """A mask as torch takes it, and what it adds to the scores."""
    added = draw.normal(seed, *shape) if floating else np.where(hidden(seed, *shape), -np.inf, 0.0)
    return (added if floating else np.isinf(added)), added


@documents("torch.nn.MultiheadAttention", since="2.0")
@modes
@pytest.mark.parametrize("needs", [True, False], ids=["weighing", "plain"])
@given(seed=draw.seeds(), floating=st.booleans(), padded=st.booleans(), zero=st.booleans(), bias=st.booleans())
def test_each_head_may_have_its_mask(mode, needs, seed, floating, padded, zero, bias, device):
    """attn_mask (N · heads, L, S) masks each head of each sample by itself, key_padding_mask the keys of all; both are
    added up, and neither hides the keys of add_bias_kv and add_zero_attn.
    """
    module, values = module_of(seed, device, add_zero_attn=zero, add_bias_kv=bias)
    of_heads, added = mask(seed + 50, floating, BATCH * HEADS, ROWS, COLUMNS)
    of_keys, more = mask(seed + 60, floating, BATCH, COLUMNS)
    q, k, v = drawn(seed)
    padding = tensor(of_keys, device) if padded else None
    with MODES[mode]():
        found, weights = module(*(tensor(x, device) for x in (q, k, v)), key_padding_mask=padding,
                                attn_mask=tensor(of_heads, device), need_weights=needs)  # fmt: skip

    total = added.reshape(BATCH, HEADS, ROWS, COLUMNS) + (more[:, None, None] if padded else 0.0)
    expected, _ = transformer.attention(q, k, v, values, heads=HEADS, mask=total, add_zero_attn=zero)
    close(found, expected, NEAR, device=device)
    assert (weights is not None) == needs


@documents("torch.nn.MultiheadAttention", since="2.0")
@modes
@given(seed=draw.seeds(), floating=st.booleans(), padded=st.booleans(), average=st.booleans())
def test_masks_of_a_single_sample(mode, seed, floating, padded, average, device):
    """For inputs without a batch attn_mask is (L, S) or (heads, L, S), key_padding_mask (S), and the weights (L, S) or
    (heads, L, S).
    """
    module, values = module_of(seed, device)
    of_heads, added = mask(seed + 50, floating, HEADS, ROWS, COLUMNS)
    of_keys, more = mask(seed + 60, floating, COLUMNS)
    q, k, v = (x[:1] for x in drawn(seed))
    padding = tensor(of_keys, device) if padded else None
    with MODES[mode]():
        found, weights = module(*(tensor(x[0], device) for x in (q, k, v)), key_padding_mask=padding,
                                attn_mask=tensor(of_heads, device), average_attn_weights=average)  # fmt: skip

    total = added + (more if padded else 0.0)
    expected, shares = transformer.attention(q, k, v, values, heads=HEADS, mask=total[None])
    close(found, expected[0], NEAR, device=device)
    close(weights, shares[0].mean(0) if average else shares[0], NEAR, device=device)


@documents("torch.nn.MultiheadAttention", since="2.0")
@modes
@given(seed=draw.seeds())
def test_boolean_masks_are_infinite_ones(mode, seed, device):
    """A boolean mask gives what a floating one gives that is -inf where it is True, of keys and of places alike."""
    module, _ = module_of(seed, device)
    x = tensor(drawn(seed)[1], device)
    places, keys = hidden(seed, COLUMNS, COLUMNS), hidden(seed + 1, BATCH, COLUMNS)
    with MODES[mode]():
        boolean = module(x, x, x, attn_mask=tensor(places, device), key_padding_mask=tensor(keys, device))
        numbers = module(x, x, x, attn_mask=tensor(np.where(places, -np.inf, 0.0), device),
                         key_padding_mask=tensor(np.where(keys, -np.inf, 0.0), device))  # fmt: skip

    for found, expected in zip(numbers, boolean):
        close(found, expected.detach().cpu().numpy(), NEAR, device=device)
