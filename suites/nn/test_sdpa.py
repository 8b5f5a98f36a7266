"""scaled_dot_product_attention for masks of every shape, causal, grouped, dropped, in half types, of long sequences.

Which kernel computes it depends on shapes, masks, dtypes and on who asks for gradients; all have one formula.
"""

import math
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import example, given
from hypothesis import strategies as st

from reference.attention import attention_weights, scaled_dot_product_attention
from suites.kit import array, bound, close, documents, draw, tensor, unchanged
from suites.nn import law

NAME = "torch.nn.functional.scaled_dot_product_attention"
N, H, L, S, E, V = 3, 2, 5, 7, 8, 6

#: Shapes that broadcast to that of the weights (N, H, L, S).
SHAPES = ((N, H, L, S), (L, S), (1, S), (L, 1), (N, 1, L, S), (1, H, 1, S), (N, 1, 1, S), (H, L, 1), (1, 1, 1, 1))
#: Means of values of size 1, by a softmax of scores of size 10.
NEAR = bound.Bound(128, 4.0, signed_zeros=False)


def by_sides(shape: tuple[int, ...]) -> str:
    return "x".join(map(str, shape))


kinds = st.sampled_from(("bool", "float"))
shapes = pytest.mark.parametrize("shape", SHAPES, ids=by_sides)
recording = pytest.mark.parametrize("records", [False, True], ids=["unrecorded", "recorded"])


def drawn(seed: int, dtype: Any = "float64", *, v: int = V, heads: int = H) -> list[np.ndarray]:
    """Queries, keys and values, the keys and values perhaps of fewer heads."""
    shapes = ((N, H, L, E), (N, heads, S, E), (N, heads, S, v))
    return [draw.normal(seed + i, *shape, dtype=dtype) for i, shape in enumerate(shapes)]


def mask_of(seed: int, shape: tuple[int, ...], kind: str, dtype: Any) -> np.ndarray:
    """What takes some keys away, but never all of a row: numbers that are added, of which some are -inf."""
    rng = np.random.default_rng(seed)
    seen = rng.random(shape) < 0.6
    seen[..., int(rng.integers(shape[-1]))] = True
    numbers = draw.cast(rng.standard_normal(shape), dtype)
    return seen if kind == "bool" else np.where(seen, numbers, -np.inf).astype(numbers.dtype)


def asked(arrays: list[np.ndarray], records: bool, dtype: Any, device: str, **settings: Any) -> torch.Tensor:
    """torch's attention, where gradients are recorded or not."""
    parts = [tensor(x, device, dtype).requires_grad_(records) for x in arrays]
    with unchanged(*parts):
        return F.scaled_dot_product_attention(*parts, **settings)


def formula(arrays: list[np.ndarray], mask: Any = None, **settings: Any) -> np.ndarray:
    wide = mask.astype("float64") if mask is not None and mask.dtype != bool else mask
    return scaled_dot_product_attention(*(x.astype("float64") for x in arrays), wide, **settings)


@documents(NAME, since="2.3")
@recording
@shapes
@given(seed=draw.seeds(), kind=kinds, wide=st.booleans())
def test_mask_broadcasts_to_the_weights(shape, records, seed, kind, wide, dtype, device):
    """attn_mask may have any shape that broadcasts to (N, …, L, S): True takes part, a number is added."""
    arrays, mask = drawn(seed, dtype, v=E if wide else V), mask_of(seed, shape, kind, dtype)
    found = asked(arrays, records, dtype, device, attn_mask=tensor(mask, device, None if kind == "bool" else dtype))

    close(found, formula(arrays, mask), NEAR, dtype=dtype, device=device)


@documents(NAME, since="2.3")
@recording
def test_mask_of_one_axis_broadcasts_too(records, dtype, device):
    """attn_mask may have the shape (S,), which broadcasts to that of the weights."""
    arrays, mask = drawn(0, dtype), mask_of(0, (S,), "bool", dtype)
    found = asked(arrays, records, dtype, device, attn_mask=tensor(mask, device))

    close(found, formula(arrays, mask), NEAR, dtype=dtype, device=device)


@documents(NAME, since="2.0")
@recording
@given(
    seed=draw.seeds(), rows=st.sampled_from((1, 3, 9)), columns=st.sampled_from((1, 3, 9)), leading=st.integers(0, 3)
)
def test_causal_sees_the_keys_up_to_its_place(records, seed, rows, columns, leading, dtype, device):
    """is_causal lets query i see the keys up to i, counted from the first of both, whatever the two lengths are."""
    sides = (2, 3, 2)[:leading]
    arrays = [
        draw.normal(seed + i, *sides, *s, dtype=dtype) for i, s in enumerate(((rows, E), (columns, E), (columns, E)))
    ]
    found = asked(arrays, records, dtype, device, is_causal=True)

    close(found, formula(arrays, is_causal=True), NEAR, dtype=dtype, device=device)


@documents(NAME, since="2.5")
@recording
@given(seed=draw.seeds(), groups=st.sampled_from((1, 2, 3)), causal=st.booleans())
def test_groups_of_queries_share_keys(records, seed, groups, causal, dtype, device):
    """With enable_gqa each head of keys and values serves a group of neighbouring heads of queries."""
    q = draw.normal(seed, N, 6, L, E, dtype=dtype)
    k, v = (draw.normal(seed + i, N, 6 // groups, L, E, dtype=dtype) for i in (1, 2))
    found = asked([q, k, v], records, dtype, device, enable_gqa=True, is_causal=causal)

    expected = formula([q, *(np.repeat(x, groups, axis=1) for x in (k, v))], is_causal=causal)
    close(found, expected, NEAR, dtype=dtype, device=device)


@documents(NAME, since="2.1")
@recording
@given(seed=draw.seeds(), scale=st.sampled_from((0.01, 1.0, 2.0)))
def test_scale_takes_the_place_of_the_root(records, seed, scale, dtype, device):
    """scale multiplies the products of queries and keys instead of 1 / √E."""
    arrays = drawn(seed, dtype)

    close(asked(arrays, records, dtype, device, scale=scale), formula(arrays, scale=scale), NEAR, dtype=dtype,
          device=device)  # fmt: skip


@documents(NAME, since="2.3")
@recording
@pytest.mark.dtypes(torch.float32, torch.float64)
@pytest.mark.parametrize("masked", ["plain", "causal", "bool", "float"])
@pytest.mark.parametrize("lengths", [(70, 130), (520, 33), (1, 600)], ids=by_sides)
def test_blocks_of_a_long_sequence_add_up(lengths, masked, records, dtype, device):
    """Sequences longer than the blocks that a kernel takes give the formula's values: the blocks' sums are combined."""
    rows, columns = lengths
    arrays = [3 * draw.normal(i, 1, 2, n, 16, dtype=dtype) for i, n in enumerate((rows, columns, columns))]
    mask = mask_of(5, (rows, columns), masked, dtype) if masked in ("bool", "float") else None
    settings = {} if mask is None else {"attn_mask": tensor(mask, device)}
    found = asked(arrays, records, dtype, device, **settings, is_causal=masked == "causal")

    expected = formula(arrays, mask, is_causal=masked == "causal")
    close(found, expected, bound.Bound(512, 12.0, signed_zeros=False), dtype=dtype, device=device)


@documents(NAME, since="2.3")
@pytest.mark.dtypes(torch.bfloat16, torch.float16)
@given(seed=draw.seeds(), rows=st.sampled_from((1, 5, 70)), kind=st.sampled_from(("none", "causal", "bool", "float")))
@example(seed=0, rows=70, kind="float")
def test_half_types_lose_no_more_than_their_digits(seed, rows, kind, dtype, device):
    """Attention in a half type is that of its numbers, to the digits that the type has."""
    arrays = [draw.normal(seed + i, 2, 3, n, 64, dtype=dtype) for i, n in enumerate((rows, 66, 66))]
    mask = mask_of(seed, (rows, 66), kind, dtype) if kind in ("bool", "float") else None
    settings = {} if mask is None else {"attn_mask": tensor(mask, device, None if kind == "bool" else dtype)}
    found = asked(arrays, False, dtype, device, **settings, is_causal=kind == "causal")

    expected = formula(arrays, mask, is_causal=kind == "causal")  # 2.4 u of 1 was the most measured
    close(found, expected, bound.Bound(6, 1.0, signed_zeros=False), dtype=dtype, device=device)


@documents(NAME, since="2.3")
@shapes
@given(seed=draw.seeds())
def test_mask_that_is_added_gets_its_gradient(shape, seed, device):
    """Queries, keys, values and a floating mask of any shape get the gradients of the formula."""
    arrays, mask = drawn(seed), draw.normal(seed + 9, *shape)

    def by_torch(q, k, v, mask):
        return F.scaled_dot_product_attention(q, k, v, attn_mask=mask)

    law.differentiates(by_torch, scaled_dot_product_attention, *arrays, mask, seed=seed, device=device)


@documents(NAME, since="2.0")
@given(seed=draw.seeds(), columns=st.sampled_from((5, 70)), causal=st.booleans())
def test_kernels_have_the_gradient_of_the_formula(seed, columns, causal, device):
    """Queries, keys and values of any lengths get the gradients of the formula, causal or not."""
    arrays = [draw.normal(seed + i, 1, 2, n, 8) for i, n in enumerate((9, columns, columns))]

    def by_torch(q, k, v):
        return F.scaled_dot_product_attention(q, k, v, is_causal=causal)

    def by_formula(q, k, v):
        return scaled_dot_product_attention(q, k, v, is_causal=causal)

    law.differentiates(by_torch, by_formula, *arrays, seed=seed, device=device)


@documents(NAME, since="2.0")
@recording
@given(seed=draw.seeds(), layout=st.sampled_from(("transposed", "stepped", "expanded")))
def test_does_not_depend_on_the_strides(records, seed, layout, dtype, device):
    """Heads that lie behind the sequence, rows with gaps and batches that are one in memory give the same numbers."""
    arrays = drawn(seed, dtype, v=E)
    arrays = [np.broadcast_to(x[:1], x.shape) if layout == "expanded" else x for x in arrays]
    lying = [np.moveaxis(np.array(np.moveaxis(x, 1, 2), order="C"), 2, 1) if layout == "transposed"
             else draw.laid_out(x, layout) for x in arrays]  # fmt: skip

    close(asked(lying, records, dtype, device), formula(arrays), NEAR, dtype=dtype, device=device)


@documents(NAME, since="2.0")
@given(seed=draw.seeds())
def test_large_scores_choose_one_key(seed, dtype, device):
    """Scores of any size give the exact softmax: no exponential overflows, and the largest takes all."""
    q, k, v = drawn(seed, dtype)
    arrays = [draw.cast(x * factor, dtype) for x, factor in ((q, 300.0), (k, 300.0), (v, 1.0))]
    weights = attention_weights(*(x.astype("float64") for x in arrays[:2]))
    sure = weights.max(-1) > 1 - 1e-3

    found = array(asked(arrays, False, dtype, device))
    close(found[sure], formula(arrays)[sure], bound.Bound(2.0**20, 4.0, signed_zeros=False), dtype=dtype)
    assert sure.mean() > 0.5


@documents(NAME, since="2.0")
@given(seed=draw.seeds(), p=st.sampled_from((0.2, 0.5)))
def test_dropout_drops_weights_always(seed, p, device):
    """dropout_p drops each weight with that probability and divides the others by 1 - p, also outside of training."""
    torch.manual_seed(seed)
    q, k = (draw.normal(seed + i, 4, 2, 30, E) for i in range(2))
    v = np.broadcast_to(np.eye(30), (4, 2, 30, 30)).copy()
    found = array(asked([q, k, v], False, torch.float64, device, dropout_p=p))

    kept = found != 0
    expected = attention_weights(q, k) / (1 - p)
    close(found, np.where(kept, expected, 0), bound.Bound(256, expected, signed_zeros=False))
    assert abs(kept.mean() - (1 - p)) <= 6.7 * math.sqrt(p * (1 - p) / kept.size)
