"""Lengths, distances and products of vectors: their edges and what the tables of their formulas leave out."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from reference import vectors
from suites.kit import bound, close, documents, draw, dtypes, tensor, unchanged
from suites.operators import operands
from suites.operators.values import agree, numbers, oracle

#: No rounding; the sign of a zero is left open.
FREE = bound.Bound(0, 0, False)


@documents("torch.renorm", "torch.Tensor.renorm")
@pytest.mark.parametrize("p", [1.0, 2.0, 3.0])
@pytest.mark.dtypes(torch.float64, torch.float32)
@given(
    sample=operands.singles(((4, 5), (3, 2, 4), (5, 33), (33, 3)), (), ("normal",), draw.WRITABLE),
    which=st.integers(0, 5),
    maxnorm=st.sampled_from((0.75, 2.0, 5.0)),
)
def test_renorm_shortens_what_is_too_long(p, sample, which, maxnorm, dtype, device):
    """torch.renorm scales each slice along an axis whose p-norm is above maxnorm to that, and leaves the others.

    The divisor is 10⁻⁷ larger than the norm, so that the result does not come out above maxnorm.
    """
    values = sample(dtype)
    x, dim = tensor(values, device), (which // 2 % values.ndim) - values.ndim * (which % 2)
    with unchanged(x):
        result = torch.renorm(x, p, dim, maxnorm)

    expected = oracle(vectors.renorm, values, p=p, dim=dim, maxnorm=maxnorm)
    ratio = 2e-7 / maxnorm / dtypes.unit(dtype) + values.size
    close(
        result,
        expected,
        bound.Bound(np.where(expected == values, 0, ratio), np.abs(expected)),
        dtype=dtype,
        device=device,
    )
    out = torch.empty(0, dtype=dtype, device=device)
    torch.renorm(x, p, dim, maxnorm, out=out)
    agree(result, x.renorm(p, dim, maxnorm), tensor(values, device).renorm_(p, dim, maxnorm), out)


@documents("torch.nn.functional.pdist")
@pytest.mark.dtypes(torch.float64, torch.float32)
@given(seed=draw.seeds(), shape=st.sampled_from(((5, 3), (7, 33), (2, 1), (1, 4), (3, 0))))
def test_pdist_of_order_zero_counts_differences(seed, shape, dtype, device):
    """pdist with p=0 is how many elements differ in each pair of rows; one row has no pairs, empty rows no distance."""
    values = np.random.default_rng(seed).integers(-2, 3, shape).astype(dtypes.in_numpy(dtype))

    close(F.pdist(tensor(values, device), 0.0), vectors.pdist(values, 0.0), FREE, device=device)


@documents("torch.nn.functional.pairwise_distance", "torch.nn.PairwiseDistance")
@pytest.mark.dtypes(torch.float64, torch.float32)
def test_equal_vectors_are_eps_apart(dtype, device):
    """pairwise_distance adds eps to each difference, so that equal vectors of n elements are √n eps apart."""
    x = tensor(numbers(1, (3, 16), dtype), device)

    close(F.pairwise_distance(x, x, eps=0.25), np.ones(3), dtype=dtype, device=device)
    close(F.pairwise_distance(x, x), np.full(3, 4e-6), bound.faithful(np.full(3, 4e-6), 8), dtype=dtype, device=device)
    agree(F.pairwise_distance(x, x.flip(0), 3.0), torch.nn.PairwiseDistance(3.0)(x, x.flip(0)))


@documents("torch.nn.functional.cosine_similarity", "torch.nn.CosineSimilarity")
@pytest.mark.dtypes(torch.float64, torch.float32)
@given(seed=draw.seeds(), scale=st.sampled_from((1e-3, 1.0, 1e3)), length=st.sampled_from((1, 3, 33, 1025)))
def test_similarity_tells_directions(seed, scale, length, dtype, device):
    """cosine_similarity of a vector and its multiple is 1 or -1, and of any vector and the zero vector 0."""
    values = numbers(seed, (2, length), dtype)
    x = tensor(values, device)

    one = np.ones(2)
    limit = bound.Bound(64, 1.0)
    close(
        F.cosine_similarity(x, tensor(draw.cast(scale * values, dtype), device)), one, limit, dtype=dtype, device=device
    )
    close(
        F.cosine_similarity(x, tensor(draw.cast(-scale * values, dtype), device)),
        -one,
        limit,
        dtype=dtype,
        device=device,
    )
    nothing = tensor(np.zeros_like(values), device)
    close(F.cosine_similarity(x, nothing), np.zeros(2), FREE, dtype=dtype, device=device)
    agree(F.cosine_similarity(x, x.flip(0), dim=0), torch.nn.CosineSimilarity(dim=0)(x, x.flip(0)))


@documents("torch.nn.functional.cosine_similarity", since="2.1")
@pytest.mark.dtypes(torch.float64, torch.float32)
def test_short_vectors_are_divided_by_eps(dtype, device):
    """cosine_similarity divides by no norm that is less than eps, but by eps."""
    x, y = np.array([[3e-3, 4e-3], [3.0, 4.0]]), np.array([[1.0, 0.0], [3e-3, 4e-3]])

    result = F.cosine_similarity(*(tensor(part.astype(dtypes.in_numpy(dtype)), device) for part in (x, y)), eps=0.5)

    expected = np.array([3e-3 / 0.5, 0.025 / (5 * 0.5)])
    close(result, expected, bound.faithful(expected, 8), dtype=dtype, device=device)


@documents("torch.cross", "torch.Tensor.cross")
@pytest.mark.dtypes(torch.float64, torch.complex64, torch.int64)
@given(seed=draw.seeds(), layouts=st.tuples(st.sampled_from(draw.WRITABLE), st.sampled_from(draw.WRITABLE)))
def test_cross_takes_any_axis_of_three(seed, layouts, dtype, device):
    """torch.cross is the cross product along the axis it is given, exact on integers."""
    x, y = (np.rint(4 * numbers(seed + i, (3, 4, 3), "float64")) for i in range(2))
    x, y = (draw.laid_out((part * (1 + 2j) if dtype.is_complex else part).astype(dtypes.in_numpy(dtype)), layout)
            for part, layout in zip((x, y), layouts))  # fmt: skip
    left, right = tensor(x, device), tensor(y, device)

    for dim in (0, 2, -1, -3):
        close(torch.cross(left, right, dim=dim), vectors.cross(x, y, dim), FREE, device=device)
    agree(torch.cross(left, right, dim=2), left.cross(right, dim=2))


@documents("torch.segment_reduce", since="2.13")
@pytest.mark.parametrize("reduce", ["sum", "prod", "max", "min"])
@pytest.mark.parametrize("lengths", [(2, 3), (1, 0, 4), (5,), (0, 5, 0)], ids=str)
@pytest.mark.dtypes(torch.float64, torch.float32)
def test_segments_are_reduced_from_a_start(reduce, lengths, dtype, device):
    """torch.segment_reduce reduces runs of rows, told by their lengths or offsets, each starting from initial."""
    values, initial = np.rint(3 * numbers(1, (5, 4), dtype)), 2.0
    data, runs = tensor(values, device), np.array(lengths)
    offsets = np.concatenate([[0], np.cumsum(runs)])

    by_lengths = torch.segment_reduce(data, reduce, lengths=tensor(runs, device), initial=initial)
    by_offsets = torch.segment_reduce(data, reduce, offsets=tensor(offsets, device), initial=initial)

    expected = vectors.segment_reduce(values, reduce, runs, initial)
    close(by_lengths, expected, FREE, dtype=dtype, device=device)
    agree(by_lengths, by_offsets)


@documents("torch.segment_reduce", since="2.13")
@pytest.mark.dtypes(torch.float64, torch.float32)
def test_segments_have_means(dtype, device):
    """torch.segment_reduce with "mean" gives the mean of each run."""
    values = np.rint(3 * numbers(1, (6, 4), dtype))

    result = torch.segment_reduce(tensor(values, device), "mean", lengths=tensor(np.array([1, 3, 2]), device))

    expected = np.stack([values[:1].mean(0), values[1:4].sum(0) / 3, values[4:].mean(0)])
    close(result, expected, bound.faithful(expected), dtype=dtype, device=device)


@documents("torch.Tensor.sum_to_size")
@pytest.mark.dtypes(torch.float64, torch.int64)
@given(
    shapes=st.sampled_from(
        (
            ((3, 4), (1, 4)),
            ((3, 4), (4,)),
            ((2, 3, 4), (3, 1)),
            ((2, 3), (2, 3)),
            ((5,), (1,)),
            ((2, 3), (1, 1)),
            ((3, 33, 2), (33, 1)),
        )
    ),
    seed=draw.seeds(),
    layout=st.sampled_from(draw.LAYOUTS),
)
def test_sum_to_size_undoes_broadcasting(shapes, seed, layout, dtype, device):
    """sum_to_size adds up what broadcasting would repeat, to a shape that broadcasts to the tensor's."""
    values = draw.Sample(shapes[0], seed, "ties", layout)(dtype)
    x, size = tensor(values, device), shapes[1]

    lead = len(shapes[0]) - len(size)
    axes = tuple(a for a, side in enumerate((*[0] * lead, *size)) if side != shapes[0][a])
    expected = np.sum(values, axis=axes, keepdims=True).reshape(size)
    close(x.sum_to_size(size), expected, FREE, device=device)
    close(x.sum_to_size(*size), expected, FREE, device=device)
