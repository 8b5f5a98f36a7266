"""Embeddings: rows by index, their gradients, padding, norms and bags."""

import numpy as np
import pytest
import torch
import torch.nn as nn
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from suites.kit import array, bound, close, documents, draw, gradient, tensor

ROWS, SIZE = 11, 5


def indices(seed, *shape):
    """Indices of rows; some come often, some never."""
    return np.random.default_rng(seed).integers(0, ROWS - 2, shape)


@documents("torch.nn.functional.embedding", "torch.nn.Embedding")
@given(seed=draw.seeds(), shape=draw.shapes(most=3, high=4), wide=st.booleans())
def test_looks_rows_up(seed, shape, wide, dtype, device):
    """The embedding of an array of indices is the array of those rows, bit for bit."""
    weight, at = draw.normal(seed, ROWS, SIZE, dtype=dtype), indices(seed, *shape).astype("int64" if wide else "int32")
    module = nn.Embedding.from_pretrained(tensor(weight, device))

    close(F.embedding(tensor(at, device), tensor(weight, device)), weight[at], device=device)
    close(module(tensor(at, device)), weight[at], device=device)


@documents("torch.nn.functional.embedding", "torch.nn.Embedding")
@pytest.mark.parametrize(("by_frequency", "sparse"), [(False, False), (True, False), (False, True)])
@given(seed=draw.seeds(), padding=st.sampled_from((None, 0, 3, -1)))
def test_rows_add_up_their_gradients(seed, padding, by_frequency, sparse, device):
    """A row's gradient is the sum over its places, by the mean if scale_grad_by_freq, and zero for padding_idx."""
    weight, at, g = draw.lattice(seed, (ROWS, SIZE)), indices(seed, 4, 6), draw.lattice(seed + 1, (4, 6, SIZE))
    settings = {"padding_idx": padding, "scale_grad_by_freq": by_frequency, "sparse": sparse}
    leaf = tensor(weight, device).requires_grad_()
    F.embedding(tensor(at, device), leaf, **settings).backward(tensor(g, device))

    expected, counts = np.zeros((ROWS, SIZE)), np.bincount(at.ravel(), minlength=ROWS)
    np.add.at(expected, at, g)
    expected /= np.maximum(counts, 1)[:, None] if by_frequency else 1
    expected[[] if padding is None else [padding]] = 0
    assert leaf.grad.is_sparse == settings["sparse"]
    found = leaf.grad.to_dense() if leaf.grad.is_sparse else leaf.grad
    close(found, expected, bound.Bound(32, 8.0, signed_zeros=False) if by_frequency else bound.Bound(0, 0, False),
          device=device)  # fmt: skip


@documents("torch.nn.Embedding")
@pytest.mark.parametrize("norm_type", [1.0, 2.0, 3.0])
@given(seed=draw.seeds())
def test_renormalises_long_rows_in_place(seed, norm_type, device):
    """With max_norm the rows that are looked up and longer than it, by the norm of that type, are scaled to it, in the
    weight itself.
    """
    weight, at = draw.normal(seed, ROWS, SIZE), indices(seed, 3)
    module = nn.Embedding.from_pretrained(tensor(weight, device), max_norm=1.5, norm_type=norm_type)
    found = module(tensor(at, device))

    norms = np.linalg.norm(weight, norm_type, axis=1, keepdims=True)
    seen = np.isin(np.arange(ROWS), at)[:, None]
    expected = np.where(seen & (norms > 1.5), weight * 1.5 / norms, weight)
    # torch guards the division by adding 1e-7 to the norm.
    close(module.weight, expected, bound.Bound(2.0**30, np.abs(expected)), device=device)
    close(found, array(module.weight)[at], device=device)
    close(module.weight[tensor(np.flatnonzero(~seen), device)], weight[np.flatnonzero(~seen)], device=device)


@documents("torch.nn.Embedding.from_pretrained")
def test_pretrained_rows_are_frozen_unless_told():
    """from_pretrained takes the tensor over, frozen unless freeze=False, and keeps its row at padding_idx."""
    weight = torch.from_numpy(draw.normal(0, ROWS, SIZE))

    assert not nn.Embedding.from_pretrained(weight).weight.requires_grad
    assert nn.Embedding.from_pretrained(weight, freeze=False).weight.requires_grad
    assert nn.Embedding.from_pretrained(weight).weight.data_ptr() == weight.data_ptr()
    close(nn.Embedding.from_pretrained(weight, padding_idx=2).weight, array(weight))


@documents("torch.nn.Embedding")
@pytest.mark.parametrize("index", [ROWS, -1, 1000])
def test_rejects_indices_beyond_the_rows(index):
    """An index that has no row raises, also a negative one."""
    with pytest.raises((IndexError, RuntimeError)):
        nn.Embedding(ROWS, SIZE)(torch.tensor([0, index]))


@documents("torch.nn.Embedding")
@pytest.mark.parametrize("padding", [ROWS, -ROWS - 1])
def test_padding_is_one_of_the_rows(padding):
    """A padding_idx beyond the rows is an error when the module is made."""
    with pytest.raises(AssertionError):
        nn.Embedding(ROWS, SIZE, padding_idx=padding)


@documents("torch.nn.functional.embedding_bag", "torch.nn.EmbeddingBag")
@pytest.mark.parametrize("mode", ["sum", "mean", "max"])
@given(seed=draw.seeds(), offsets=st.lists(st.integers(0, 9), max_size=4).map(lambda cuts: [0, *sorted(cuts)]))
def test_bags_reduce_their_rows(mode, seed, offsets, dtype, device):
    """A bag is the sum, mean or maximum of the rows of its indices, from one offset to the next; an empty one
    is zero.
    """
    weight, at = draw.lattice(seed, (ROWS, SIZE)), indices(seed, 9)
    found = F.embedding_bag(tensor(at, device), tensor(draw.cast(weight, dtype), device),
                            tensor(np.array(offsets), device), mode=mode)  # fmt: skip

    bags = [weight[at[low:high]] for low, high in zip(offsets, [*offsets[1:], 9])]
    reduce = {"sum": np.sum, "mean": np.mean, "max": np.max}[mode]
    expected = np.array([reduce(bag, axis=0) if len(bag) else np.zeros(SIZE) for bag in bags])
    close(found, expected, bound.Bound(4, 8.0, signed_zeros=False), dtype=dtype, device=device)


@documents("torch.nn.functional.embedding_bag", "torch.nn.EmbeddingBag")
@given(seed=draw.seeds())
def test_bags_weigh_their_rows(seed, device):
    """per_sample_weights weigh the rows of a sum, and get gradients as the rows do; a row of indices is a bag."""
    weight, at, weights = draw.lattice(seed, (ROWS, SIZE)), indices(seed, 3, 4), draw.lattice(seed + 1, (3, 4))
    g = draw.lattice(seed + 2, (3, SIZE))

    def function(w, p):
        return F.embedding_bag(tensor(at, device), w, mode="sum", per_sample_weights=p)

    found = gradient.vjp(function, (weight, weights), g, device)
    exact = bound.Bound(0, 0, signed_zeros=False)
    expected = np.zeros((ROWS, SIZE))
    np.add.at(expected, at, weights[..., None] * g[:, None])
    close(function(tensor(weight, device), tensor(weights, device)), (weights[..., None] * weight[at]).sum(1), exact,
          device=device)  # fmt: skip
    close(found[0], expected, exact, device=device)
    close(found[1], (weight[at] * g[:, None]).sum(2), exact, device=device)


@documents("torch.nn.functional.one_hot")
@given(seed=draw.seeds(), shape=draw.shapes(most=3, low=1, high=4), more=st.integers(0, 3))
def test_one_hot_marks_the_class(seed, shape, more, device):
    """one_hot gives integers that are 1 at the class and 0 elsewhere, with as many classes as needed unless given."""
    at = indices(seed, *shape)
    classes = int(at.max()) + 1

    close(F.one_hot(tensor(at, device)), np.eye(classes, dtype="int64")[at], device=device)
    close(F.one_hot(tensor(at, device), classes + more), np.eye(classes + more, dtype="int64")[at], device=device)
