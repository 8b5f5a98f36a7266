"""Randomised factors and iterative eigenvalues: of matrices whose rank or spectrum they are promised for."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from suites.kit import bound, close, documents, draw, dtypes, tensor, unchanged
from suites.operators import matrices
from suites.operators.matrices import assert_orthonormal, norm, same, wide


def of_rank_three(seed, shape):
    """Matrices with singular values 4, 2.5 and 1, and no others."""
    values = np.array([4.0, 2.5, 1.0])
    return matrices.with_singular_values(np.random.default_rng(seed), shape, "f", values)


def assert_factors(found, a, q, dtype):
    """U diag(S) Vᵀ is the matrix, of q orthonormal columns each, the largest singular values first."""
    u, s, v = (wide(part, dtype) for part in found)
    assert (u.shape, s.shape, v.shape) == ((*a.shape[:-1], q), (*a.shape[:-2], q), (*a.shape[:-2], a.shape[-1], q))
    same((u * s[..., None, :]) @ matrices.adjoint(v), wide(a), dtype, norm(a), count=64)
    same(s[..., :3], np.broadcast_to([4.0, 2.5, 1.0], s[..., :3].shape), dtype, norm(a), count=64)
    assert_orthonormal(u, dtype)
    assert_orthonormal(v, dtype)


@documents("torch.svd_lowrank")
@given(
    seed=draw.seeds(), shape=st.sampled_from(((40, 12), (12, 40), (2, 20, 15), (33, 33))), q=st.sampled_from((6, 10))
)
def test_svd_lowrank_factors_matrices_of_low_rank(seed, shape, q, device):
    """torch.svd_lowrank(A, q) is U, S and V of q columns with U diag(S) Vᵀ = A, for a matrix of rank below q."""
    a = of_rank_three(seed, shape)

    with unchanged(x := tensor(a, device)):
        found = torch.svd_lowrank(x, q=q)

    assert_factors(found, a, q, torch.float64)


@documents("torch.svd_lowrank")
@pytest.mark.parametrize("seed", range(3))
def test_svd_lowrank_subtracts_a_mean(seed, device):
    """torch.svd_lowrank(A, q, M=M) factors A - M."""
    a, mean = of_rank_three(seed, (20, 12)), draw.normal(seed, 20, 12)

    found = torch.svd_lowrank(tensor(a + mean, device), q=6, M=tensor(mean, device))

    u, s, v = (wide(part) for part in found)
    same((u * s) @ v.T, a, torch.float64, norm(a) + norm(mean), count=64)


@documents("torch.pca_lowrank")
@given(seed=draw.seeds(), shape=st.sampled_from(((40, 12), (2, 20, 15), (33, 33))), center=st.booleans())
def test_pca_lowrank_centers_the_columns(seed, shape, center, device):
    """torch.pca_lowrank(A, q) is U, S and V with U diag(S) Vᵀ = A less the means of its columns, or A uncentered."""
    a = of_rank_three(seed, shape)

    with unchanged(x := tensor(a + 1.0 if center else a, device)):
        u, s, v = (wide(part) for part in torch.pca_lowrank(x, q=6, center=center))

    expected = a - a.mean(-2, keepdims=True) if center else a
    assert (u.shape[-1], s.shape[-1], v.shape[-1]) == (6, 6, 6)
    same((u * s[..., None, :]) @ matrices.adjoint(v), expected, torch.float64, norm(a) + norm(a + 1), count=64)
    assert_orthonormal(v, torch.float64)


@documents("torch.pca_lowrank")
def test_pca_lowrank_has_six_components_by_default(device):
    """torch.pca_lowrank(A) has min(6, m, n) components."""
    for shape, q in (((9, 8), 6), ((9, 4), 4), ((3, 9), 3)):
        assert torch.pca_lowrank(tensor(draw.normal(1, *shape), device))[1].shape == (q,)


#: What stopping at a residual of 1e-9 leaves: an eigenvalue errs by at most the residual's norm (Weyl).
STOPPED = bound.Bound(1e-6 / dtypes.unit("float64"), 80, False)


@documents("torch.lobpcg")
@pytest.mark.filterwarnings("ignore:.*lobpcg.*:UserWarning")
@pytest.mark.parametrize(("largest", "extremes"), [(True, (80.0, 40.0)), (False, (1.0, 2.0))])
@pytest.mark.parametrize("shape", [(20, 20), (2, 18, 18)], ids=str)
def test_lobpcg_finds_extreme_eigenvalues(shape, largest, extremes, device):
    """torch.lobpcg(A, k) is the k largest eigenvalues, the largest first, or the smallest, and their eigenvectors."""
    values = np.append(np.linspace(10, 20, shape[-1] - 4), [1.0, 2.0, 40.0, 80.0])
    a = matrices.hermitian(np.random.default_rng(3), shape, "f", values)
    start = tensor(draw.normal(4, *shape[:-1], 2), device)

    found, vectors = torch.lobpcg(tensor(a, device), k=2, X=start, largest=largest, niter=200, tol=1e-9)

    close(found, np.broadcast_to(extremes, (*shape[:-2], 2)), STOPPED, device=device)
    close(a @ wide(vectors), wide(vectors) * wide(found)[..., None, :], STOPPED)
