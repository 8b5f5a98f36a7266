"""Bags of embeddings beside loops over their indices: rows or offsets, padding, weights, every mode, and gradients."""

from typing import Any, NamedTuple

import numpy as np
import pytest
import torch.nn as nn
import torch.nn.functional as F
from hypothesis import example, given
from hypothesis import strategies as st

from suites.kit import bound, close, documents, draw, gradient, tensor

ROWS, SIZE, COUNT = 11, 5, 12

#: Integers whose sums are exact; a mean divides once.
ONCE = bound.Bound(2, 16.0, signed_zeros=False)


class Cut(NamedTuple):
    """Indices as torch takes them, with the arguments that cut them into bags, and the bounds of each bag."""

    indices: np.ndarray
    arguments: dict[str, Any]
    bounds: list[tuple[int, int]]


def rows(indices: np.ndarray, offsets: list[int]) -> Cut:
    """Each row of a matrix is a bag."""
    return Cut(indices.reshape(3, 4), {}, [(0, 4), (4, 8), (8, 12)])


def starts(indices: np.ndarray, offsets: list[int]) -> Cut:
    """Where each bag starts."""
    return Cut(indices, {"offsets": np.array(offsets)}, list(zip(offsets, [*offsets[1:], COUNT])))


def starts_and_end(indices: np.ndarray, offsets: list[int]) -> Cut:
    """Where each bag starts, and where the last one ends."""
    ends = [*offsets, COUNT]
    return Cut(indices, {"offsets": np.array(ends), "include_last_offset": True}, list(zip(ends, ends[1:])))


CUTS = {"rows": rows, "offsets": starts, "offsets-and-end": starts_and_end}

cuts = pytest.mark.parametrize("cut", CUTS)
modes = pytest.mark.parametrize("mode", ["sum", "mean", "max"])
offsets = st.lists(st.integers(0, COUNT), max_size=4).map(lambda places: [0, *sorted(places)])
paddings = st.sampled_from((None, 0, 3, -1))


def drawn(cut: str, seed: int, offsets: list[int]) -> Cut:
    """Indices, some of which come often, cut into bags."""
    indices = np.random.default_rng(seed).choice([0, 1, 3, 7, 9, 10], COUNT)
    return CUTS[cut](indices, offsets)


def bags(given: Cut, weight: np.ndarray, mode: str, padding: int | None, scales: np.ndarray) -> np.ndarray:
    """Each bag reduced, without its padding; nothing is zero."""
    flat, reduce = given.indices.ravel(), {"sum": np.sum, "mean": np.mean, "max": np.max}[mode]
    out = np.zeros((len(given.bounds), weight.shape[1]))
    for bag, (low, high) in enumerate(given.bounds):
        kept = [place for place in range(low, high) if padding is None or flat[place] != padding % len(weight)]
        if kept:
            out[bag] = reduce(scales.ravel()[kept, None] * weight[flat[kept]], axis=0)
    return out


def on(device: str, arguments: dict[str, Any]) -> dict[str, Any]:
    return {name: tensor(v, device) if isinstance(v, np.ndarray) else v for name, v in arguments.items()}


@documents("torch.nn.functional.embedding_bag", "torch.nn.EmbeddingBag")
@cuts
@modes
@given(seed=draw.seeds(), offsets=offsets, padding=paddings)
def test_bags_are_cut_as_told(mode, cut, seed, offsets, padding, dtype, device):
    """A bag is the sum, mean or maximum of its rows but the padding, whether rows or offsets cut it out; else zero."""
    given, weight = drawn(cut, seed, offsets), draw.lattice(seed, (ROWS, SIZE))
    table, at = tensor(draw.cast(weight, dtype), device), tensor(given.indices, device)
    settings = {"mode": mode, "padding_idx": padding}

    found = F.embedding_bag(at, table, **on(device, given.arguments), **settings)
    last = given.arguments.get("include_last_offset", False)
    module = nn.EmbeddingBag.from_pretrained(table, include_last_offset=last, **settings)
    by_module = module(at, on(device, given.arguments).get("offsets"))

    expected = bags(given, weight, mode, padding, np.ones(COUNT))
    close(found, expected, ONCE, dtype=dtype, device=device)
    close(by_module, expected, ONCE, dtype=dtype, device=device)


@documents("torch.nn.functional.embedding_bag", "torch.nn.EmbeddingBag")
@cuts
@given(seed=draw.seeds(), offsets=offsets, padding=paddings, wide=st.booleans())
def test_weighted_bags_are_cut_as_told(cut, seed, offsets, padding, wide, dtype, device):
    """A bag with per_sample_weights is the sum of its weighted rows but the padding, for int32 and int64 indices."""
    given, weight = drawn(cut, seed, offsets), draw.lattice(seed, (ROWS, SIZE))
    scales = draw.lattice(seed + 1, given.indices.shape)
    kind = "int64" if wide else "int32"
    cast = {name: v.astype(kind) if isinstance(v, np.ndarray) else v for name, v in given.arguments.items()}

    found = F.embedding_bag(
        tensor(given.indices.astype(kind), device), tensor(draw.cast(weight, dtype), device), mode="sum",
        per_sample_weights=tensor(draw.cast(scales, dtype), device), padding_idx=padding, **on(device, cast),
    )  # fmt: skip

    close(found, bags(given, weight, "sum", padding, scales), bound.Bound(0, 0, signed_zeros=False), dtype=dtype,
          device=device)  # fmt: skip


@documents("torch.nn.functional.embedding_bag", "torch.nn.EmbeddingBag")
@cuts
@pytest.mark.parametrize("mode", ["sum", "mean"])
@pytest.mark.parametrize("sparse", [False, True], ids=["dense", "sparse"])
@given(seed=draw.seeds(), offsets=offsets, padding=paddings)
def test_rows_get_the_gradients_of_their_bags(mode, cut, seed, offsets, padding, sparse, device):
    """A row's gradient is the sum of those of the bags it is in, by their sizes for a mean; the padding gets none."""
    given, weight = drawn(cut, seed, offsets), draw.lattice(seed, (ROWS, SIZE))
    settings = {"mode": mode, "padding_idx": padding, "sparse": sparse, **on(device, given.arguments)}
    leaf, g = tensor(weight, device).requires_grad_(), draw.lattice(seed + 1, (len(given.bounds), SIZE))

    F.embedding_bag(tensor(given.indices, device), leaf, **settings).backward(tensor(g, device))

    shares = np.stack([bags(given, one, mode, padding, np.ones(COUNT))[:, 0] for one in np.eye(ROWS)[:, :, None]])
    found = leaf.grad.to_dense() if leaf.grad.is_sparse else leaf.grad
    assert leaf.grad.is_sparse == sparse
    close(found, shares @ g, bound.Bound(16, np.abs(shares) @ np.abs(g), signed_zeros=False), device=device)


@documents("torch.nn.functional.embedding_bag", "torch.nn.EmbeddingBag")
@cuts
@given(seed=draw.seeds(), offsets=offsets)
def test_the_largest_of_a_bag_gets_its_gradient(cut, seed, offsets, device):
    """The gradient of a maximum goes to the row it was taken from, column by column."""
    given, weight = drawn(cut, seed, offsets), np.random.default_rng(seed).permutation(ROWS * SIZE) + 0.5
    weight = weight.reshape(ROWS, SIZE)
    g = draw.lattice(seed + 1, (len(given.bounds), SIZE))

    (found,) = gradient.vjp(
        lambda w: F.embedding_bag(tensor(given.indices, device), w, mode="max", **on(device, given.arguments)),
        (weight,), g, device,
    )  # fmt: skip

    expected, flat = np.zeros((ROWS, SIZE)), given.indices.ravel()
    for bag, (low, high) in enumerate(given.bounds):
        chosen = flat[low:high][np.argmax(weight[flat[low:high]], axis=0)] if high > low else []
        expected[chosen, np.arange(SIZE)[: len(chosen)]] += g[bag, : len(chosen)]
    close(found, expected, bound.Bound(0, 0, signed_zeros=False), device=device)


@documents("torch.nn.functional.embedding_bag", "torch.nn.EmbeddingBag")
@modes
@given(seed=draw.seeds(), end=st.integers(0, 4))
@example(seed=0, end=1)
def test_the_last_offset_ends_the_last_bag(mode, seed, end, device):
    """With include_last_offset the last bag ends where the last offset says, though there are more indices."""
    indices, weight = drawn("offsets", seed, [0]).indices, draw.lattice(seed, (ROWS, SIZE))
    ends = [0, 3, 7, 7 + end]
    given = Cut(indices, {"offsets": np.array(ends), "include_last_offset": True}, list(zip(ends, ends[1:])))

    found = F.embedding_bag(tensor(indices, device), tensor(weight, device), mode=mode, **on(device, given.arguments))

    close(found, bags(given, weight, mode, None, np.ones(COUNT)), ONCE, device=device)


@documents("torch.nn.functional.embedding_bag", "torch.nn.EmbeddingBag")
@modes
@given(seed=draw.seeds())
def test_a_matrix_needs_no_last_offset(mode, seed, device):
    """include_last_offset is ignored for a matrix of indices, each row of which is a bag."""
    given, weight = drawn("rows", seed, [0]), draw.lattice(seed, (ROWS, SIZE))
    module = nn.EmbeddingBag.from_pretrained(tensor(weight, device), mode=mode, include_last_offset=True)

    close(module(tensor(given.indices, device)), bags(given, weight, mode, None, np.ones(COUNT)), ONCE, device=device)


@documents("torch.nn.functional.embedding_bag", "torch.nn.EmbeddingBag")
@cuts
@given(seed=draw.seeds(), offsets=offsets)
@example(seed=0, offsets=[0])
def test_gradients_are_divided_by_how_often_a_row_comes(cut, seed, offsets, device):
    """With scale_grad_by_freq a row's gradient is divided by the number of its places among all indices."""
    given, weight = drawn(cut, seed, offsets), draw.lattice(seed, (ROWS, SIZE))
    leaf, g = tensor(weight, device).requires_grad_(), draw.lattice(seed + 1, (len(given.bounds), SIZE))
    settings = {"mode": "sum", "scale_grad_by_freq": True, **on(device, given.arguments)}
    F.embedding_bag(tensor(given.indices, device), leaf, **settings).backward(tensor(g, device))

    shares = np.stack([bags(given, one, "sum", None, np.ones(COUNT))[:, 0] for one in np.eye(ROWS)[:, :, None]])
    counts = np.maximum(np.bincount(given.indices.ravel(), minlength=ROWS), 1)[:, None]
    close(
        leaf.grad, shares @ g / counts, bound.Bound(16, np.abs(shares) @ np.abs(g), signed_zeros=False), device=device
    )


@documents("torch.nn.functional.embedding_bag", "torch.nn.EmbeddingBag")
@modes
@pytest.mark.parametrize("norm_type", [1.0, 2.0, 3.0])
def test_long_rows_are_renormalised_in_place(mode, norm_type, device):
    """With max_norm the rows of the bags that are longer than it are scaled to it, in the weight itself."""
    given, weight = drawn("rows", 3, []), draw.normal(1, ROWS, SIZE)
    table = tensor(weight, device)
    found = F.embedding_bag(tensor(given.indices, device), table, mode=mode, max_norm=1.5, norm_type=norm_type)

    norms = np.linalg.norm(weight, norm_type, axis=1, keepdims=True)
    seen = np.isin(np.arange(ROWS), given.indices)[:, None]
    expected = np.where(seen & (norms > 1.5), weight * 1.5 / norms, weight)
    # torch guards the division by adding 1e-7 to the norm.
    close(table, expected, bound.Bound(2.0**30, np.abs(expected)), device=device)
    exact = bags(given, expected, mode, None, np.ones(COUNT))
    close(found, exact, bound.Bound(2.0**30, 4 * norms.max(), signed_zeros=False), device=device)
