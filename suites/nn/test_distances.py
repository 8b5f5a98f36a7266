"""Distances and cosines between vectors: their formulas, with short vectors where eps decides, and their gradients."""

import functools

import numpy as np
import pytest
import torch
import torch.nn as nn
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from suites.kit import array, bound, close, documents, draw, gradient, tensor
from suites.nn import law

#: Lengths beside an eps of 1e-2: both vectors long, one of them shorter than eps, both, and their product shorter.
LENGTHS = {"long": (3.0, 2.0), "one short": (1e-3, 2.0), "both short": (1e-3, 3e-3), "short product": (0.05, 0.03)}
EPS = 1e-2
#: Directions come of other seeds than the vectors: along itself a vector has no gradient of a cosine.
APART = 2**17

lengths = pytest.mark.parametrize("length", LENGTHS)
p_norms = st.sampled_from((0.5, 1.0, 2.0, 3.0, float("inf")))


def vectors(seed, length, dim, dtype="float64"):
    """Two stacks of vectors of given lengths along an axis, that broadcast."""
    pair = []
    for place, size in enumerate(LENGTHS[length]):
        shape = [3, 4, 5]
        shape[(dim + 1) % 3] = (shape[(dim + 1) % 3], 1)[place]
        x = draw.normal(seed + place, *shape)
        pair.append(draw.cast(size * x / np.sqrt((x * x).sum(dim, keepdims=True)), dtype))
    return tuple(pair)


def norm(x, dim):
    return np.sqrt((x * x).sum(dim))


def at_least(x, low):
    """max(x, low), by the real part."""
    return np.where(x.real < low, low, x)


def separately(x, y, dim):
    """x · y / (max(‖x‖, eps) max(‖y‖, eps))."""
    return (x * y).sum(dim) / (at_least(norm(x, dim), EPS) * at_least(norm(y, dim), EPS))


def jointly(x, y, dim):
    """x · y / max(‖x‖ ‖y‖, eps)."""
    return (x * y).sum(dim) / at_least(norm(x, dim) * norm(y, dim), EPS)


@documents("torch.nn.functional.cosine_similarity", since="2.0")
@lengths
@given(seed=draw.seeds(), dim=st.integers(-3, 2))
def test_cosine_bounds_each_norm_from_below(length, seed, dim, dtype, device):
    """cosine_similarity is x · y over the product of both norms, each of them at least eps."""
    x, y = vectors(seed, length, dim, dtype)

    law.equals(functools.partial(F.cosine_similarity, dim=dim, eps=EPS), functools.partial(separately, dim=dim), x, y,
               slack=1e-3, device=device)  # fmt: skip


@documents("torch.nn.functional.cosine_similarity", since="2.0")
@lengths
@given(seed=draw.seeds(), dim=st.integers(-3, 2))
def test_cosine_has_the_gradient_of_its_formula(length, seed, dim, device):
    """The gradient of cosine_similarity is that of its formula, with constant norms where they are less than eps."""
    x, y = vectors(seed, length, dim)

    law.differentiates(functools.partial(F.cosine_similarity, dim=dim, eps=EPS), functools.partial(separately, dim=dim),
                       x, y, seed=APART + seed, device=device)  # fmt: skip


@documents("torch.nn.CosineSimilarity")
@lengths
@given(seed=draw.seeds(), dim=st.integers(-3, 2))
def test_cosine_module_bounds_the_product_from_below(length, seed, dim, dtype, device):
    """CosineSimilarity is x · y over the product of both norms, the product at least eps."""
    x, y = vectors(seed, length, dim, dtype)

    law.equals(nn.CosineSimilarity(dim=dim, eps=EPS), functools.partial(jointly, dim=dim), x, y, slack=1e-3,
               device=device)  # fmt: skip


@documents("torch.nn.functional.cosine_similarity", "torch.nn.CosineSimilarity")
@given(sample=draw.samples(shape=(4, 7), hard=draw.TAME))
def test_cosine_of_a_vector_with_itself_is_one_at_most(sample, dtype, device):
    """No cosine is larger than one, rounding aside, and that of zeros is zero."""
    x = sample(dtype)
    found = array(F.cosine_similarity(tensor(x, device), tensor(x, device), dim=1))

    assert np.all(np.abs(found) <= 1 + 16 * np.finfo(x.dtype).eps)
    assert np.all(found[~np.any(x, axis=1)] == 0)


def distance(x, y, p, eps, keepdim=False):
    """‖x - y + eps‖ of order p along the last axis."""
    d = x - y + eps
    sizes = np.where(d.real < 0, -d, d)
    if p == float("inf"):
        return np.take_along_axis(sizes, sizes.real.argmax(-1)[..., None], -1)[..., slice(None) if keepdim else 0]
    return (sizes**p).sum(-1, keepdims=keepdim) ** (1 / p)


@documents("torch.nn.functional.pairwise_distance", "torch.nn.PairwiseDistance")
@given(seed=draw.seeds(), p=p_norms, eps=st.sampled_from((1e-6, 0.25)), keepdim=st.booleans())
def test_distance_is_the_norm_of_the_difference(seed, p, eps, keepdim, dtype, device):
    """pairwise_distance is the p-norm of x - y + eps over the last axis, and the module is the function."""
    x, y = draw.normal(seed, 3, 4, 5, dtype=dtype), draw.normal(seed + 1, 1, 5, dtype=dtype)
    settings = {"p": p, "eps": eps, "keepdim": keepdim}
    function, formula = functools.partial(F.pairwise_distance, **settings), functools.partial(distance, **settings)

    law.equals(function, formula, x, y, slack=8.0, device=device)
    wide = (x.astype("float64"), y.astype("float64"))
    gradient.differentiates(function, formula, *wide, seed=APART + seed, terms=law.TERMS, device=device)
    both = [tensor(values, device) for values in (x, y)]
    close(nn.PairwiseDistance(**settings)(*both), array(function(*both)), bound.exact, device=device)


@documents("torch.nn.functional.pairwise_distance")
@pytest.mark.parametrize("p", [1.0, 2.0, float("inf")])
def test_distance_of_equal_vectors_is_that_of_eps(p, device):
    """The distance of a vector to itself is the norm of as many eps, of which the gradient is finite."""
    x = tensor(draw.normal(0, 2, 4), device).requires_grad_()
    found = F.pairwise_distance(x, x.detach(), p=p, eps=0.5)
    found.sum().backward()

    close(found, np.full(2, {1.0: 2.0, 2.0: 1.0}.get(p, 0.5)), bound.Bound(8, 2.0), device=device)
    assert torch.isfinite(x.grad).all()
