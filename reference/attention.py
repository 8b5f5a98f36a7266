"""Attention: of queries over keys and values, and with several heads."""

from __future__ import annotations

import numpy as np
from numpy import ndarray as Array

from reference.linear import linear


def attention_weights(query: Array, key: Array, mask: Array | None = None, *, scale: float | None = None) -> Array:
    """softmax(q kᵀ · scale + mask), the scale being 1/√E unless given; False in a boolean mask takes a key away."""
    scores = query @ np.swapaxes(key, -1, -2) * (query.shape[-1] ** -0.5 if scale is None else scale)
    if mask is not None:
        scores = np.where(mask, scores, -np.inf) if mask.dtype == bool else scores + mask
    powers = np.exp(scores - scores.real.max(-1, keepdims=True))
    return powers / powers.sum(-1, keepdims=True)


def scaled_dot_product_attention(
    query: Array,
    key: Array,
    value: Array,
    mask: Array | None = None,
    *,
    is_causal: bool = False,
    scale: float | None = None,
) -> Array:
    """The weights times the values; causal: query i sees the keys up to i."""
    if is_causal:
        mask = np.tril(np.ones((query.shape[-2], key.shape[-2]), bool))
    return attention_weights(query, key, mask, scale=scale) @ value


def multi_head_attention(
    query: Array,
    key: Array,
    value: Array,
    in_weight: Array,
    in_bias: Array,
    out_weight: Array,
    out_bias: Array,
    *,
    heads: int,
    mask: Array | None = None,
) -> tuple[Array, Array]:
    """The output (N, L, E) and the weights (N, heads, L, S), for q (N, L, E) and k, v (N, S, E).

    Each of q, k and v is mapped by its third of in_weight; every head takes its part of the result.
    """
    mapped = [linear(x, w, b) for x, w, b in zip((query, key, value), np.split(in_weight, 3), np.split(in_bias, 3))]
    q, k, v = (x.reshape(*x.shape[:2], heads, -1).swapaxes(1, 2) for x in mapped)
    weights = attention_weights(q, k, mask)
    joined = (weights @ v).swapaxes(1, 2).reshape(query.shape)
    return linear(joined, out_weight, out_bias), weights
