"""Solving, inverting and factoring matrices: against NumPy in float64, within the condition of the matrix."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from suites.kit import array, bound, close, documents, draw, dtypes, tensor

GUIDE = "Operations on Tensors"
SIZES = st.sampled_from((1, 2, 3, 4, 8, 17, 33))
BATCHES = st.sampled_from(((), (2,), (0,), (2, 3)))


def regular(seed, *shape, dtype):
    """Matrices far from singular: random ones with a heavy diagonal, not symmetric."""
    values = draw.normal(seed, *shape) + 3 * shape[-1] ** 0.5 * np.eye(shape[-1])
    return values.astype(dtypes.in_numpy(dtype))


def solved(expected, size):
    """The error of a solution: the size of the matrix times its condition (below 8) times u, in the 2-norm."""
    return bound.Norm(64.0 * (size + 4) * float(np.linalg.norm(np.ravel(expected))))


@documents("torch.linalg.solve", guide=GUIDE)
@pytest.mark.dtypes(torch.float32)
@given(seed=draw.seeds(), size=SIZES, batch=BATCHES, columns=st.sampled_from((1, 2, 5)))
def test_solve_gives_the_solution(seed, size, batch, columns, dtype, device):
    """torch.linalg.solve(A, B) is the X with A X = B, for every matrix of a batch."""
    a, b = regular(seed, *batch, size, size, dtype=dtype), draw.normal(seed + 1, *batch, size, columns, dtype=dtype)

    result = torch.linalg.solve(tensor(a, device), tensor(b, device))

    expected = np.linalg.solve(a.astype(float), b.astype(float))
    close(result, expected, solved(expected, size), dtype=dtype, device=device)


@documents("torch.linalg.solve", since="1.13", guide=GUIDE)
@pytest.mark.dtypes(torch.float64, torch.float32)
@given(seed=draw.seeds(), size=SIZES)
def test_solve_takes_the_matrix_on_the_right(seed, size, dtype, device):
    """torch.linalg.solve(A, B, left=False) is the X with X A = B, for a square B too."""
    a, b = regular(seed, size, size, dtype=dtype), draw.normal(seed + 1, size, size, dtype=dtype)

    result = torch.linalg.solve(tensor(a, device), tensor(b, device), left=False)

    expected = np.linalg.solve(a.astype(float).T, b.astype(float).T).T
    close(result, expected, solved(expected, size), dtype=dtype, device=device)


@documents("torch.linalg.inv", "torch.inverse", "torch.linalg.pinv", guide=GUIDE)
@pytest.mark.dtypes(torch.float64)
@given(seed=draw.seeds(), size=SIZES, batch=BATCHES)
def test_inv_gives_the_inverse(seed, size, batch, dtype, device):
    """linalg.inv, inverse and, of a regular matrix, linalg.pinv are the inverse of every matrix of a batch."""
    a = regular(seed, *batch, size, size, dtype=dtype)
    expected = np.linalg.inv(a.astype(float))

    for inverse in (torch.linalg.inv, torch.inverse, torch.linalg.pinv):
        close(inverse(tensor(a, device)), expected, solved(expected, size), dtype=dtype, device=device)


@documents("torch.linalg.det", "torch.linalg.slogdet", "torch.det", guide=GUIDE)
@given(seed=draw.seeds(), size=st.sampled_from((1, 2, 3, 5, 9)), batch=BATCHES)
def test_det_gives_the_determinant(seed, size, batch, device):
    """torch.linalg.det is the determinant, its sign included, and slogdet its sign and the logarithm of its size."""
    a = regular(seed, *batch, size, size, dtype="float64")
    a[..., 0, :] *= -1
    expected = np.asarray(np.linalg.det(a))
    x = tensor(a, device)
    limit = bound.Bound(64.0 * (size + 4), np.abs(expected), False)

    close(torch.linalg.det(x), expected, limit, device=device)
    close(torch.det(x), expected, limit, device=device)
    sign, size_of = torch.linalg.slogdet(x)
    close(sign, np.sign(expected), device=device)
    close(
        size_of,
        np.log(np.abs(expected)),
        bound.Bound(64.0 * (size + 4), np.abs(np.log(np.abs(expected))) + 1, False),
        device=device,
    )


@documents("torch.linalg.cholesky", guide=GUIDE)
@given(seed=draw.seeds(), size=SIZES, batch=BATCHES)
def test_cholesky_gives_the_lower_factor(seed, size, batch, device):
    """torch.linalg.cholesky(A) is the lower triangular L with a positive diagonal for which L Lᵀ = A."""
    root = regular(seed, *batch, size, size, dtype="float64")
    a = root @ np.swapaxes(root, -1, -2)

    expected = np.linalg.cholesky(a)
    close(torch.linalg.cholesky(tensor(a, device)), expected, solved(expected, 8 * size), device=device)


@documents("torch.linalg.qr", guide=GUIDE)
@given(seed=draw.seeds(), shape=st.sampled_from(((1, 1), (4, 4), (7, 3), (3, 7), (33, 9))))
def test_qr_factors(seed, shape, device):
    """torch.linalg.qr(A) is a Q with orthonormal columns and an upper triangular R for which Q R = A."""
    a = draw.normal(seed, *shape)

    q, r = (array(part) for part in torch.linalg.qr(tensor(a, device)))

    close(q @ r, a, solved(a, max(shape)))
    close(q.T @ q, np.eye(min(shape)), solved(np.eye(min(shape)), max(shape)))
    close(np.tril(r, -1), np.zeros_like(r), bound.Bound(0, 0, False))


@documents("torch.linalg.eigh", "torch.linalg.eigvalsh", guide=GUIDE)
@given(seed=draw.seeds(), size=SIZES)
def test_eigh_factors_symmetric_matrices(seed, size, device):
    """torch.linalg.eigh(A) is the eigenvalues L in ascending order and eigenvectors V for which A V = V diag(L)."""
    values = draw.normal(seed, size, size)
    a = values + values.T

    eigenvalues, vectors = (array(part) for part in torch.linalg.eigh(tensor(a, device)))

    expected = np.linalg.eigvalsh(a)
    close(eigenvalues, expected, solved(a, size))
    close(torch.linalg.eigvalsh(tensor(a, device)), expected, solved(a, size), device=device)
    close(a @ vectors, vectors * eigenvalues, solved(a, size))


@documents("torch.linalg.svd", "torch.linalg.svdvals", guide=GUIDE)
@given(seed=draw.seeds(), shape=st.sampled_from(((1, 1), (4, 4), (7, 3), (3, 7), (33, 9))))
def test_svd_factors(seed, shape, device):
    """torch.linalg.svd(A) is U, the singular values in descending order, and Vᵀ, whose product is A."""
    a = draw.normal(seed, *shape)

    u, s, v = (array(part) for part in torch.linalg.svd(tensor(a, device), full_matrices=False))

    close(s, np.linalg.svd(a, compute_uv=False), solved(a, max(shape)))
    close(torch.linalg.svdvals(tensor(a, device)), s, solved(a, max(shape)), device=device)
    close(u @ (s[:, None] * v), a, solved(a, max(shape)))


@documents("torch.linalg.lstsq", guide=GUIDE)
@given(seed=draw.seeds(), size=st.sampled_from((1, 3, 8)))
def test_lstsq_minimises_the_residual(seed, size, device):
    """torch.linalg.lstsq(A, B) is the X with the smallest ‖A X - B‖."""
    a = np.concatenate([regular(seed, size, size, dtype="float64"), draw.normal(seed + 1, 4, size)])
    b = draw.normal(seed + 2, size + 4, 2)

    result = torch.linalg.lstsq(tensor(a, device), tensor(b, device)).solution

    expected = np.linalg.lstsq(a, b, rcond=None)[0]
    close(result, expected, bound.Norm(256.0 * (size + 8) * float(np.linalg.norm(b))), device=device)


@documents("torch.linalg.solve", "torch.linalg.inv", "torch.linalg.cholesky")
@pytest.mark.parametrize("name", ["inv", "det", "cholesky", "slogdet", "eigh"])
def test_refuses_matrices_that_are_not_square(name, device):
    """What is defined for square matrices alone raises for others."""
    with pytest.raises(RuntimeError):
        getattr(torch.linalg, name)(tensor(draw.normal(1, 3, 4), device))


@documents("torch.linalg.inv", "torch.linalg.solve", "torch.linalg.cholesky")
@pytest.mark.parametrize("name", ["inv", "cholesky"])
def test_refuses_singular_matrices(name, device):
    """inv of a singular matrix raises LinAlgError, and so does cholesky of one that is not positive definite."""
    with pytest.raises(torch.linalg.LinAlgError):
        getattr(torch.linalg, name)(tensor(np.array([[0.0, 0.0], [0.0, -1.0]]), device))
