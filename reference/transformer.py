"""The layers of a transformer in evaluation, their parameters by the names that torch's state_dict has for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Callable

import numpy as np
from numpy import ndarray as Array

from reference.activation import relu
from reference.attention import attention_weights
from reference.linear import linear
from reference.normalization import layer_norm

Parameters = Mapping[str, Array]
Activation = Callable[[Array], Array]


def attention(
    query: Array,
    key: Array,
    value: Array,
    p: Parameters,
    *,
    heads: int,
    mask: Array | None = None,
    add_zero_attn: bool = False,
) -> tuple[Array, Array]:
    """The output (N, L, E) and the weights (N, heads, L, S): of every head over its part of the mapped inputs.

    ``mask`` is added; bias_k and bias_v follow the mapped keys and values, and then zeros, seen by all.
    """
    names = ("q_proj_weight", "k_proj_weight", "v_proj_weight")
    maps = [p[name] for name in names] if names[0] in p else np.split(p["in_proj_weight"], 3)
    biases = np.split(p["in_proj_bias"], 3) if "in_proj_bias" in p else [None] * 3
    q, k, v = (linear(x, weight, bias) for x, weight, bias in zip((query, key, value), maps, biases))
    batch, _, size = q.shape
    more = [np.broadcast_to(p[name], (batch, 1, size)) for name in ("bias_k", "bias_v") if name in p] or [k[:, :0]] * 2
    zeros = np.zeros((batch, int(add_zero_attn), size))
    k, v = np.concatenate([k, more[0], zeros], 1), np.concatenate([v, more[1], zeros], 1)
    q, k, v = (x.reshape(*x.shape[:2], heads, -1).swapaxes(1, 2) for x in (q, k, v))
    if mask is not None:
        mask = np.pad(mask, [(0, 0)] * (mask.ndim - 1) + [(0, k.shape[-2] - mask.shape[-1])])
    weights = attention_weights(q, k, mask)
    joined = (weights @ v).swapaxes(1, 2).reshape(batch, -1, size)
    return linear(joined, p["out_proj.weight"], p.get("out_proj.bias")), weights


def encoder_layer(
    x: Array,
    p: Parameters,
    *,
    heads: int,
    mask: Array | None = None,
    norm_first: bool = False,
    activation: Activation = relu,
    eps: float = 1e-5,
) -> Array:
    """x + attention, then x + linear(activation(linear)): each sum normalised, or each part's input if norm_first."""
    blocks = [
        lambda y: attention(y, y, y, part(p, "self_attn."), heads=heads, mask=mask)[0],
        lambda y: feed_forward(y, p, activation),
    ]
    return in_turn(x, p, blocks, norm_first, eps)


def decoder_layer(
    x: Array,
    memory: Array,
    p: Parameters,
    *,
    heads: int,
    mask: Array | None = None,
    memory_mask: Array | None = None,
    norm_first: bool = False,
    activation: Activation = relu,
    eps: float = 1e-5,
) -> Array:
    """The same with attention over the memory in between."""
    blocks = [
        lambda y: attention(y, y, y, part(p, "self_attn."), heads=heads, mask=mask)[0],
        lambda y: attention(y, memory, memory, part(p, "multihead_attn."), heads=heads, mask=memory_mask)[0],
        lambda y: feed_forward(y, p, activation),
    ]
    return in_turn(x, p, blocks, norm_first, eps)


def in_turn(x: Array, p: Parameters, blocks: list[Activation], norm_first: bool, eps: float) -> Array:
    """Each block added to its input, the sum normalised, or the input of the block."""
    for number, block in enumerate(blocks, start=1):
        x = x + block(normalised(x, p, f"norm{number}", eps)) if norm_first else x + block(x)
        x = x if norm_first else normalised(x, p, f"norm{number}", eps)
    return x


def feed_forward(x: Array, p: Parameters, activation: Activation) -> Array:
    """linear2(activation(linear1(x)))."""
    hidden = activation(linear(x, p["linear1.weight"], p.get("linear1.bias")))
    return linear(hidden, p["linear2.weight"], p.get("linear2.bias"))


def normalised(x: Array, p: Parameters, name: str, eps: float) -> Array:
    """Layer normalisation with the weight and perhaps the bias of that name."""
    return layer_norm(x, eps=eps) * p[f"{name}.weight"] + p.get(f"{name}.bias", 0.0)


def part(p: Parameters, prefix: str) -> dict[str, Array]:
    """The parameters below a prefix, without it."""
    return {name[len(prefix) :]: value for name, value in p.items() if name.startswith(prefix)}
