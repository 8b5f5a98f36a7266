"""Eigenvalues and singular values with their vectors: those that the matrices were made of."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from suites.kit import bound, close, documents, tensor
from suites.operators import matrices
from suites.operators.matrices import (
    RECTANGULAR,
    SQUARE,
    SUPPORTED,
    adjoint,
    assert_orthonormal,
    norm,
    real,
    recipes,
    same,
    sides,
    wide,
)

pytestmark = pytest.mark.filterwarnings("ignore:.*deprecated.*:UserWarning")

#: Zeros of either sign.
UNSIGNED = bound.Bound(0, 0, False)


@documents("torch.linalg.svd")
@pytest.mark.dtypes(*SUPPORTED)
@given(recipe=recipes(RECTANGULAR), full=st.booleans())
def test_svd_factors(recipe, full, dtype, device):
    """torch.linalg.svd(A) is U, S and Vh with U diag(S) Vh = A, U and V orthonormal, S real and descending."""
    a, (m, n, k) = recipe(matrices.regular, dtype), sides(recipe.shape)

    u, s, vh = recipe.call(torch.linalg.svd, recipe.tensor(a, device), full_matrices=full)

    u, s, vh = wide(u, dtype, device), wide(s, real(dtype), device), wide(vh, dtype, device)
    batch = a.shape[:-2]
    assert (u.shape, vh.shape) == ((*batch, m, m if full else k), (*batch, n if full else k, n))
    same((u[..., :k] * s[..., None, :]) @ vh[..., :k, :], wide(a), dtype, norm(a), count=2)
    assert_orthonormal(u, dtype)
    assert_orthonormal(adjoint(vh), dtype)
    same(s, np.broadcast_to(matrices.spread(k), (*batch, k)), dtype, norm(a), count=2)
    assert (np.diff(s, axis=-1) <= 0).all()


@documents("torch.linalg.svdvals")
@pytest.mark.dtypes(*SUPPORTED)
@given(recipe=recipes(RECTANGULAR))
def test_svdvals_are_the_singular_values(recipe, dtype, device):
    """torch.linalg.svdvals(A) is the singular values of each matrix, real and in descending order."""
    a = recipe(matrices.deficient, dtype)

    found = wide(recipe.call(torch.linalg.svdvals, recipe.tensor(a, device)), real(dtype), device)

    least = min(a.shape[-2:])
    known = np.append(matrices.spread(-(-least // 2)), np.zeros(least // 2))
    same(found, np.broadcast_to(known, (*a.shape[:-2], least)), dtype, norm(a), count=2)
    assert (np.diff(found, axis=-1) <= 0).all()
    assert (found >= 0).all()


@documents("torch.svd", "torch.Tensor.svd")
@pytest.mark.dtypes(*SUPPORTED)
@given(recipe=recipes(RECTANGULAR), some=st.booleans())
def test_svd_of_old_gives_v_itself(recipe, some, dtype, device):
    """torch.svd(A, some) is U, S and V, not its conjugate transpose, with U diag(S) Vᴴ = A, as is the method."""
    a, (m, n, k) = recipe(matrices.regular, dtype), sides(recipe.shape)
    x = recipe.tensor(a, device)

    for u, s, v in (recipe.call(torch.svd, x, some=some), x.svd(some=some)):
        assert (u.shape[-1], v.shape[-1]) == ((k, k) if some else (m, n))
        product = (wide(u, dtype)[..., :k] * wide(s, real(dtype))[..., None, :]) @ adjoint(wide(v, dtype)[..., :k])
        same(product, wide(a), dtype, norm(a), count=2)


@documents("torch.svd", "torch.Tensor.svd")
@pytest.mark.dtypes(torch.float32, torch.complex128)
def test_svd_of_old_leaves_the_vectors_out(dtype, device):
    """torch.svd(A, compute_uv=False) is the singular values between square matrices full of zeros."""
    a = matrices.Recipe((2, 5, 3), 1)(matrices.regular, dtype)

    u, s, v = torch.svd(tensor(a, device), compute_uv=False)

    close(u, np.zeros((2, 5, 5), a.dtype), UNSIGNED, device=device)
    close(v, np.zeros((2, 3, 3), a.dtype), UNSIGNED, device=device)
    same(wide(s, real(dtype)), np.broadcast_to(matrices.spread(3), (2, 3)), dtype, norm(a), count=2)


@documents("torch.linalg.eigh", "torch.linalg.eigvalsh")
@pytest.mark.dtypes(*SUPPORTED)
@given(recipe=recipes(SQUARE), uplo=st.sampled_from("LU"))
def test_eigh_factors(recipe, uplo, dtype, device):
    """linalg.eigh and eigvalsh read one triangle; the eigenvalues are real and ascend; A = Q diag(L) Qᴴ."""
    a = recipe(matrices.indefinite, dtype)
    below = np.tril(np.ones(a.shape[-2:], bool))
    halved = np.where(below if uplo == "L" else below.T, a, 9).astype(a.dtype)
    x = recipe.tensor(matrices.laid_out(halved, recipe.layout), device)

    values, vectors = recipe.call(torch.linalg.eigh, x, UPLO=uplo)

    q, found = wide(vectors, dtype, device), wide(values, real(dtype), device)
    known = np.broadcast_to(np.sort(matrices.signed(a.shape[-1])), a.shape[:-1])
    same(found, known, dtype, norm(a), count=2)
    same((q * found[..., None, :]) @ adjoint(q), wide(a), dtype, norm(a), count=2)
    assert_orthonormal(q, dtype)
    same(wide(recipe.call(torch.linalg.eigvalsh, x, UPLO=uplo), real(dtype)), known, dtype, norm(a), count=2)


@documents("torch.linalg.eigh", "torch.linalg.eigvalsh")
@pytest.mark.parametrize("name", ["eigh", "eigvalsh"])
def test_eigh_reads_the_lower_triangle_by_default(name, device):
    """linalg.eigh and eigvalsh without UPLO read the lower triangle, and eigvalsh(A, "U") the upper."""
    a = np.array([[0.0, 5.0], [1.0, 0.0]])

    lower, upper = (getattr(torch.linalg, name)(tensor(a, device), *which) for which in ((), ("U",)))

    first, second = (part if name == "eigvalsh" else part[0] for part in (lower, upper))
    same(wide(first), np.array([-1.0, 1.0]), "float64", 1)
    same(wide(second), np.array([-5.0, 5.0]), "float64", 5)


def assert_is_eig(recipe, dtype, device):
    """A V = V diag(L) with columns of norm 1, all complex."""
    a = recipe(matrices.regular, dtype)
    complexes = {torch.float64: torch.complex128, torch.float32: torch.complex64}.get(dtype, dtype)

    values, vectors = recipe.call(torch.linalg.eig, recipe.tensor(a, device))

    v, found = wide(vectors, complexes, device), wide(values, complexes, device)
    same(a @ v, v * found[..., None, :], dtype, norm(a) * a.shape[-1] ** 0.5, count=2)
    same(np.linalg.norm(v, axis=-2), np.ones(found.shape), dtype, norm(np.ones(found.shape)))


@documents("torch.linalg.eig")
@pytest.mark.dtypes(torch.float64, torch.float32, torch.complex128)
@given(recipe=recipes(SQUARE))
def test_eig_factors(recipe, dtype, device):
    """torch.linalg.eig(A) is complex eigenvalues L and eigenvectors V of norm 1 with A V = V diag(L)."""
    assert_is_eig(recipe, dtype, device)


@documents("torch.linalg.eig")
@pytest.mark.dtypes(torch.complex64)
@given(recipe=recipes(SQUARE))
def test_eig_takes_single_precision_complex_numbers(recipe, dtype, device):
    """torch.linalg.eig of a complex64 matrix is its eigenvalues and eigenvectors, whatever its size."""
    assert_is_eig(recipe, dtype, device)


def normal_matrix(rng, shape, kind):
    """U diag(λ) Uᴴ with λ on a grid: i + 1 + (i mod 3) √-1, or as real matrices with their conjugates."""
    size = shape[-1]
    values = np.arange(1, size + 1) + 1j * (np.arange(size) % 3)
    if kind == "c":
        vectors = matrices.orthonormal(rng, shape, kind)
        return (vectors * values) @ adjoint(vectors)
    core = np.diag(np.arange(1.0, size + 1))
    for i in range(0, size - 1, 2):
        core[i : i + 2, i : i + 2] = [[i + 1, 2], [-2, i + 1]]
    vectors = matrices.orthonormal(rng, shape, kind)
    return vectors @ core @ adjoint(vectors)


def grid(size, kind):
    """The eigenvalues of those matrices, sorted."""
    if kind == "c":
        return np.arange(1, size + 1) + 1j * (np.arange(size) % 3)
    values = np.arange(1, size + 1) + 0j
    values[: size // 2 * 2 : 2] += 2j
    values[1 : size // 2 * 2 : 2] -= 1 + 2j
    return np.sort_complex(values)


def in_order(values):
    """Each row of numbers near a grid in the order of their places on it."""
    order = np.lexsort((np.rint(values.imag), np.rint(values.real)), axis=-1)
    return np.take_along_axis(values, order, -1)


@documents("torch.linalg.eigvals")
@pytest.mark.dtypes(*SUPPORTED)
@given(recipe=recipes(SQUARE))
def test_eigvals_are_the_roots_of_the_characteristic_polynomial(recipe, dtype, device):
    """torch.linalg.eigvals(A) is the eigenvalues in any order, complex ones of a real A too."""
    a = recipe(normal_matrix, dtype)
    known = np.broadcast_to(grid(a.shape[-1], a.dtype.kind), a.shape[:-1])

    values = recipe.call(torch.linalg.eigvals, recipe.tensor(a, device))

    assert values.is_complex()
    same(in_order(wide(values, None, device)), known, dtype, norm(a), count=4)
