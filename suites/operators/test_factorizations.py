"""Factors of matrices: their product is the matrix, and each has the form that its name promises."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from reference import factorization
from suites.kit import array, close, documents, tensor
from suites.operators import matrices
from suites.operators.matrices import (
    RECTANGULAR,
    SQUARE,
    SUPPORTED,
    adjoint,
    assert_orthonormal,
    norm,
    recipes,
    same,
    sides,
    wide,
)

pytestmark = pytest.mark.filterwarnings("ignore:.*deprecated.*:UserWarning")

TALL = tuple(shape for shape in RECTANGULAR if shape[-2] >= shape[-1])
#: The shapes of Q and R of an m by n matrix, with k the smaller side.
MODES = {
    "reduced": lambda m, n, k: ((m, k), (k, n)),
    "complete": lambda m, n, k: ((m, m), (m, n)),
}
#: Where results go, but for tensors whose dimensions lie in reverse, which are a claim of their own.
UNTURNED = tuple(out for out in matrices.OUTS if out != "transposed")


def assert_zero(values, device="cpu"):
    """Every element is zero."""
    close(np.abs(values), np.zeros(values.shape), device=device)


@documents("torch.linalg.qr")
@pytest.mark.dtypes(*SUPPORTED)
@given(recipe=recipes(RECTANGULAR), mode=st.sampled_from(tuple(MODES)))
def test_qr_factors(recipe, mode, dtype, device):
    """torch.linalg.qr(A) is Q with orthonormal columns and upper triangular R, whose diagonal is real, with Q R = A."""
    a = recipe(matrices.regular, dtype)

    results = recipe.call(torch.linalg.qr, recipe.tensor(a, device), mode=mode)

    q, r = (wide(part, dtype, device) for part in results)
    batch, shapes = a.shape[:-2], MODES[mode](*sides(a.shape))
    assert (q.shape, r.shape) == tuple((*batch, *shape) for shape in shapes)
    same(q @ r, wide(a), dtype, norm(a))
    assert_orthonormal(q, dtype)
    assert_zero(np.tril(r, -1))
    assert_zero(np.diagonal(r, 0, -2, -1).imag)


@documents("torch.linalg.qr")
@pytest.mark.dtypes(*SUPPORTED)
@given(recipe=recipes(RECTANGULAR))
def test_qr_leaves_q_out(recipe, dtype, device):
    """torch.linalg.qr(A, mode="r") is an empty Q and the R of the reduced mode."""
    a = recipe(matrices.regular, dtype)
    x = recipe.tensor(a, device)

    q, r = recipe.call(torch.linalg.qr, x, mode="r")

    assert q.numel() == 0
    same(wide(r, dtype, device), wide(torch.linalg.qr(x).R), dtype, 16 * norm(a))


@documents("torch.qr", "torch.Tensor.qr", until="2.14")
@given(recipe=recipes(RECTANGULAR), some=st.booleans())
def test_qr_of_old_factors_too(recipe, some, dtype, device):
    """torch.qr(A, some) is the reduced factorization, or with some=False the complete one, as is the method."""
    a = recipe(matrices.regular, dtype)
    x = recipe.tensor(a, device)

    factors, of_method = recipe.call(torch.qr, x, some=some), x.qr(some=some)

    q, r = (wide(part, dtype, device) for part in factors)
    assert q.shape[-2:] == MODES["reduced" if some else "complete"](*sides(a.shape))[0]
    same(q @ r, wide(a), dtype, norm(a))
    assert_orthonormal(q, dtype)
    assert_zero(np.tril(r, -1))
    same(wide(of_method[0]) @ wide(of_method[1]), wide(a), dtype, norm(a))


@documents("torch.linalg.cholesky", "torch.linalg.cholesky_ex")
@pytest.mark.dtypes(*SUPPORTED)
@given(recipe=recipes(SQUARE), name=st.sampled_from(("cholesky", "cholesky_ex")), upper=st.booleans())
def test_cholesky_factors(recipe, name, upper, dtype, device):
    """linalg.cholesky and cholesky_ex give the lower triangular L, or upper Lᴴ, of positive diagonal with L Lᴴ = A."""
    a = recipe(matrices.definite, dtype)

    result = recipe.call(getattr(torch.linalg, name), recipe.tensor(a, device), upper=upper)

    factor = wide(result if name == "cholesky" else result[0], dtype, device)
    lower = adjoint(factor) if upper else factor
    same(lower @ adjoint(lower), wide(a), dtype, norm(a))
    diagonal = np.diagonal(lower, 0, -2, -1)
    assert_zero(np.triu(lower, 1))
    assert_zero(diagonal.imag)
    assert (diagonal.real > 0).all()


@documents("torch.cholesky", "torch.Tensor.cholesky", until="2.14")
@given(recipe=recipes(SQUARE), upper=st.booleans())
def test_cholesky_of_old_factors_too(recipe, upper, dtype, device):
    """torch.cholesky(A, upper), and the method, is the lower triangular L with L Lᵀ = A or upper U with Uᵀ U = A."""
    a = recipe(matrices.definite, dtype)
    x = recipe.tensor(a, device)

    for result in (recipe.call(torch.cholesky, x, upper=upper), x.cholesky(upper)):
        factor = adjoint(wide(result, dtype, device)) if upper else wide(result, dtype, device)
        same(factor @ adjoint(factor), wide(a), dtype, norm(a))
        assert_zero(np.triu(factor, 1))


@documents("torch.linalg.lu")
@pytest.mark.dtypes(*SUPPORTED)
@given(recipe=recipes(RECTANGULAR, UNTURNED))
def test_lu_factors(recipe, dtype, device):
    """torch.linalg.lu(A) is P, L and U with P L U = A: a permutation, a unit lower and an upper triangular matrix."""
    a = recipe(matrices.regular, dtype)

    p, lower, upper = (wide(x, dtype, device) for x in recipe.call(torch.linalg.lu, recipe.tensor(a, device)))

    m, n, k = sides(a.shape)
    assert (p.shape[-2:], lower.shape[-2:], upper.shape[-2:]) == ((m, m), (m, k), (k, n))
    same(p @ lower @ upper, wide(a), dtype, norm(a), count=2)
    assert_zero(np.triu(lower, 1))
    assert_zero(np.tril(upper, -1))
    assert_zero(np.diagonal(lower, 0, -2, -1) - 1)
    assert_zero(p @ adjoint(p) - np.eye(m))
    assert_zero(p * (p - 1))


@documents("torch.linalg.lu_factor", "torch.linalg.lu_factor_ex")
@pytest.mark.dtypes(*SUPPORTED)
@given(recipe=recipes(RECTANGULAR), name=st.sampled_from(("lu_factor", "lu_factor_ex")))
def test_lu_factor_packs_both_factors(recipe, name, dtype, device):
    """linalg.lu_factor and lu_factor_ex pack L and U in a matrix; step i exchanges the rows i and pivots[i] - 1."""
    a = recipe(matrices.regular, dtype)

    packed, pivots = recipe.call(getattr(torch.linalg, name), recipe.tensor(a, device))[:2]

    assert_is_packed(wide(packed, dtype, device), pivots, a, dtype)


@documents("torch.lu", "torch.Tensor.lu")
@pytest.mark.dtypes(torch.float32, torch.complex128)
@given(recipe=recipes(RECTANGULAR, outs=("new",)))
def test_lu_of_old_packs_both_factors(recipe, dtype, device):
    """torch.lu(A) and the method pack L and U in a matrix beside the pivots, and with get_infos zeros for success."""
    a = recipe(matrices.regular, dtype)
    x = recipe.tensor(a, device)

    packed, pivots, info = recipe.call(torch.lu, x, get_infos=True)

    assert_is_packed(wide(packed, dtype, device), pivots, a, dtype)
    assert_is_packed(wide(x.lu()[0], dtype, device), x.lu()[1], a, dtype)
    close(info, np.zeros(a.shape[:-2], np.int32), device=device)


def assert_is_packed(packed, pivots, a, dtype):
    """The product of the triangles of ``packed``, its rows put back by the pivots, is the matrix."""
    m, _, k = sides(a.shape)
    assert (packed.shape, tuple(pivots.shape)) == (a.shape, (*a.shape[:-2], k))
    lower, upper = np.tril(packed, -1)[..., :k] + np.eye(m, k), np.triu(packed)[..., :k, :]
    back = factorization.permutation(array(pivots), m)
    same(back @ lower @ upper, wide(a), dtype, norm(a), count=2)


def assert_is_unpacked(recipe, data, order, dtype, device):
    """The L and U of a packed matrix and the P of its pivots, bit for bit; what is not asked for is empty."""
    packed = recipe(matrices.regular, dtype)
    m, _, k = sides(packed.shape)
    rng = np.random.default_rng(recipe.seed)
    pivots = rng.integers(np.arange(1, k + 1), m + 1, (*packed.shape[:-2], k)).astype(np.int32)
    parts = recipe.tensor(packed, device), tensor(pivots, device)

    unpacked = recipe.call(torch.lu_unpack, *parts, unpack_data=data, unpack_pivots=order)

    p = factorization.permutation(pivots, m)
    lower = np.tril(packed, -1)[..., :k] + np.eye(m, k, dtype=packed.dtype)
    expected = (p.astype(packed.dtype), lower, np.triu(packed)[..., :k, :])
    for part, value, asked in zip(unpacked, expected, (order, data, data)):
        close(part, value if asked else np.zeros(0, packed.dtype), device=device)


@documents("torch.lu_unpack")
@pytest.mark.dtypes(*SUPPORTED)
@given(recipe=recipes(RECTANGULAR, UNTURNED), data=st.booleans(), order=st.booleans())
def test_lu_unpack_unpacks(recipe, data, order, dtype, device):
    """torch.lu_unpack gives the L and U of a packed matrix and the P of its pivots; what is not asked for is empty."""
    assert_is_unpacked(recipe, data, order, dtype, device)


@documents("torch.lu_unpack", "torch.linalg.lu")
@pytest.mark.parametrize("shape", [(4, 3), (2, 3, 3), (2, 2, 4, 2)], ids=str)
def test_lu_unpack_writes_to_tensors_of_any_strides(shape, dtype, device):
    """torch.lu_unpack writes its results to tensors given as out= whose dimensions lie in memory in reverse."""
    assert_is_unpacked(matrices.Recipe(shape, 3, "contiguous", "transposed"), True, True, dtype, device)


def reflections(a):
    """Factors for the columns of each matrix that make unitary reflectors."""
    columns = np.arange(1, a.shape[-1] + 1)
    turns = np.exp(1j * columns) if a.dtype.kind == "c" else columns**0
    return ((1 + turns) / (1 + np.sum(np.abs(np.tril(wide(a), -1)) ** 2, axis=-2))).astype(a.dtype)


@documents("torch.linalg.householder_product", "torch.orgqr", "torch.Tensor.orgqr")
@pytest.mark.dtypes(*SUPPORTED)
@given(recipe=recipes(TALL))
def test_householder_product_multiplies_reflectors(recipe, dtype, device):
    """linalg.householder_product(A, tau), and orgqr, are the first columns of H1 H2 … with Hi = I - tau[i] bi biᴴ."""
    a = recipe(matrices.entries, dtype)
    tau = reflections(a)[..., recipe.seed % 2 :]  # also fewer than columns
    x, factors = recipe.tensor(a, device), tensor(tau, device)

    expected = factorization.reflected(wide(a), wide(tau), np.eye(*a.shape[-2:]))
    for function in (torch.linalg.householder_product, torch.orgqr):
        same(wide(recipe.call(function, x, factors), dtype, device), expected, dtype, norm(expected), count=2)
    same(wide(x.orgqr(factors), dtype), expected, dtype, norm(expected), count=2)


@documents("torch.ormqr", "torch.Tensor.ormqr")
@pytest.mark.dtypes(*SUPPORTED)
@given(recipe=recipes(TALL), left=st.booleans(), transpose=st.booleans())
def test_ormqr_multiplies_by_reflectors(recipe, left, transpose, dtype, device):
    """torch.ormqr(A, tau, C) is Q C with Q = H1 H2 …, or C Q on the right, or with Qᴴ if transpose is set."""
    a = recipe(matrices.entries, dtype)
    tau = reflections(a)
    beside = recipe.beside(dtype)
    c = beside if left else beside.swapaxes(-1, -2)
    parts = recipe.tensor(a, device), tensor(tau, device), recipe.tensor(c, device)

    found = recipe.call(torch.ormqr, *parts, left=left, transpose=transpose)

    turned = factorization.reflected(wide(a), wide(tau), wide(c if left else adjoint(c)), adjoint=transpose == left)
    expected = turned if left else adjoint(turned)
    same(wide(found, dtype, device), expected, dtype, norm(expected), count=2)
    same(wide(parts[0].ormqr(*parts[1:], left, transpose), dtype), expected, dtype, norm(expected), count=2)


@documents("torch.geqrf", "torch.Tensor.geqrf")
@pytest.mark.dtypes(*SUPPORTED)
@given(recipe=recipes(RECTANGULAR))
def test_geqrf_packs_both_factors(recipe, dtype, device):
    """torch.geqrf(A) is R on and above a diagonal, the reflectors of Q below it, and their factors apart: Q R = A."""
    a = recipe(matrices.regular, dtype)
    x = recipe.tensor(a, device)

    for packed, tau in (recipe.call(torch.geqrf, x), x.geqrf()):
        factors, scales = wide(packed, dtype, device), wide(tau, dtype, device)
        assert (factors.shape, scales.shape) == (a.shape, (*a.shape[:-2], min(a.shape[-2:])))
        same(factorization.reflected(factors, scales, np.triu(factors)), wide(a), dtype, norm(a), count=2)


@documents("torch.linalg.ldl_factor", "torch.linalg.ldl_factor_ex", "torch.linalg.ldl_solve")
@pytest.mark.dtypes(*SUPPORTED)
@given(recipe=recipes(SQUARE), name=st.sampled_from(("ldl_factor", "ldl_factor_ex")), hermitian=st.booleans())
def test_ldl_factors_solve(recipe, name, hermitian, dtype, device):
    """linalg.ldl_solve with the factors of linalg.ldl_factor(A), or ldl_factor_ex, is the X with A X = B.

    A is symmetric, or Hermitian if told so, and not definite.
    """
    a = recipe(matrices.indefinite if hermitian else matrices.symmetric, dtype)
    b = recipe.beside(dtype)

    factors = recipe.call(getattr(torch.linalg, name), recipe.tensor(a, device), hermitian=hermitian)
    solution = recipe.call(torch.linalg.ldl_solve, *factors[:2], recipe.tensor(b, device), hermitian=hermitian)

    x = wide(solution, dtype, device)
    same(wide(a) @ x, wide(b), dtype, norm(a) * norm(x), count=4)
