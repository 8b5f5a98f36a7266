"""Gradients of linear algebra: of real matrices by complex step, of complex ones by integrals round a circle."""

import math
from typing import Any, Callable, NamedTuple

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from reference import analytic, factorization
from suites.kit import array, bound, close, documents, draw, gradient
from suites.operators import matrices
from suites.operators.matrices import norm

L = torch.linalg


class Derivative(NamedTuple):
    """A differentiable function, its form that is analytic, and the shapes of its arguments: the first are matrices."""

    name: str
    function: Callable[..., Any]
    reference: Callable[..., Any]
    shapes: tuple[tuple[int, ...], ...] = ((2, 4, 4),)
    title: str = ""
    since: "str | None" = None

    def __str__(self) -> str:
        return f"torch.{self.name}"


def transposed(x):
    """The transpose of each matrix."""
    return x.swapaxes(-1, -2)


def symmetric(x):
    """A symmetric matrix."""
    return x + transposed(x)


def definite(x):
    """A symmetric positive definite matrix."""
    return x @ transposed(x)


def dominant(x):
    """A matrix whose elimination exchanges no rows."""
    return x + 9 * (torch.eye(*x.shape[-2:], dtype=x.dtype) if isinstance(x, torch.Tensor) else np.eye(*x.shape[-2:]))


def signed_qr(x):
    """Q above R, the signs chosen so that the diagonal of R is positive."""
    q, r = L.qr(x)
    signs = torch.sign(torch.diagonal(r, 0, -2, -1)).detach()
    return torch.cat([q * signs[..., None, :], signs[..., None] * r], -2)


def stacked_qr(x):
    """Q and R with a positive diagonal."""
    return np.concatenate(factorization.qr(x))


def cubed_svd(x):
    """U diag(S³) Vh, which is A Aᵀ A."""
    u, s, vh = L.svd(x, full_matrices=False)
    return (u * s[..., None, :] ** 3) @ vh


def squared_eigh(x):
    """Q diag(L²) Qᵀ, which is A A."""
    values, vectors = L.eigh(symmetric(x))
    return (vectors * values[..., None, :] ** 2) @ transposed(vectors)


def squared_eig(x):
    """The real part of V diag(L²) V⁻¹, which is A A."""
    values, vectors = L.eig(x)
    return L.solve(transposed(vectors), transposed(vectors * values[..., None, :] ** 2)).swapaxes(-1, -2).real


def differences(x, y):
    """x - y for each row of either."""
    return x[..., :, None, :] - y[..., None, :, :]


def each(function, *parts):
    """The function of each matrix, stacked."""
    return factorization.each(function, *parts)


TALL, WIDE, RHS = (2, 5, 3), (2, 3, 5), (2, 4, 2)
DERIVATIVES = (
    Derivative("linalg.solve", L.solve, np.linalg.solve, ((2, 4, 4), RHS)),
    Derivative("linalg.solve", lambda a, b: L.solve(a, b, left=False),
               lambda a, b: transposed(np.linalg.solve(transposed(a), transposed(b))), ((2, 4, 4), (2, 3, 4)), "right"),
    Derivative("linalg.solve_ex", lambda a, b: L.solve_ex(a, b)[0], np.linalg.solve, ((4, 4), RHS)),
    Derivative("linalg.inv", L.inv, np.linalg.inv),
    Derivative("linalg.inv_ex", lambda a: L.inv_ex(a)[0], np.linalg.inv),
    Derivative("linalg.pinv", L.pinv, factorization.pinv, (TALL,)),
    Derivative("linalg.lstsq", lambda a, b: L.lstsq(a, b).solution, lambda a, b: factorization.pinv(a) @ b,
               (TALL, (2, 5, 2))),
    Derivative("linalg.det", L.det, np.linalg.det),
    Derivative("linalg.slogdet", lambda a: L.slogdet(a)[1], lambda a: np.log(np.linalg.det(a) ** 2) / 2),
    Derivative("logdet", lambda a: torch.logdet(definite(a)), lambda a: np.log(np.linalg.det(definite(a)))),
    Derivative("linalg.cholesky", lambda a: L.cholesky(definite(a)),
               lambda a: each(factorization.cholesky, definite(a))),
    Derivative("linalg.cholesky_ex", lambda a: L.cholesky_ex(definite(a), upper=True)[0],
               lambda a: transposed(each(factorization.cholesky, definite(a)))),
    Derivative("cholesky_inverse", lambda a: torch.cholesky_inverse(torch.tril(dominant(a))),
               lambda a: np.linalg.inv(definite(np.tril(dominant(a))))),
    Derivative("cholesky_solve", lambda b, a: torch.cholesky_solve(b, torch.tril(dominant(a))),
               lambda b, a: np.linalg.solve(definite(np.tril(dominant(a))), b), (RHS, (2, 4, 4))),
    Derivative("linalg.qr", signed_qr, lambda a: each(stacked_qr, a), (TALL,)),
    Derivative("linalg.qr", signed_qr, lambda a: each(stacked_qr, a), title="square"),
    Derivative("linalg.lu", lambda a: torch.cat(L.lu(dominant(a))[1:], -1),
               lambda a: each(lambda x: np.concatenate(factorization.lu(x), -1), dominant(a))),
    Derivative("linalg.lu_factor", lambda a: L.lu_factor(dominant(a))[0],
               lambda a: each(lambda x: np.tril(factorization.lu(x)[0], -1) + factorization.lu(x)[1], dominant(a))),
    Derivative("linalg.lu_solve", lambda a, b: L.lu_solve(*L.lu_factor(a), b, adjoint=True),
               lambda a, b: np.linalg.solve(transposed(a), b), ((2, 4, 4), RHS)),
    Derivative("linalg.solve_triangular", lambda a, b: L.solve_triangular(dominant(a), b, upper=True),
               lambda a, b: np.linalg.solve(np.triu(dominant(a)), b), ((2, 4, 4), RHS)),
    Derivative("linalg.svdvals", L.svdvals, factorization.singular_values, (TALL,)),
    Derivative("linalg.svd", cubed_svd, lambda a: a @ transposed(a) @ a, (WIDE,)),
    Derivative("linalg.eigvalsh", lambda a: L.eigvalsh(symmetric(a)),
               lambda a: factorization.eigenvalues(symmetric(a))),
    Derivative("linalg.eigh", squared_eigh, lambda a: symmetric(a) @ symmetric(a)),
    Derivative("linalg.eig", squared_eig, lambda a: a @ a),
    Derivative("linalg.eigvals", lambda a: (L.eigvals(a) ** 3).sum(-1).real,
               lambda a: np.trace(a @ a @ a, axis1=-2, axis2=-1)),
    Derivative("linalg.matrix_exp", L.matrix_exp, lambda a: each(factorization.matrix_exp, a)),
    Derivative("linalg.householder_product", L.householder_product,
               lambda a, t: factorization.orthogonal(a, t)[:, :3], ((5, 3), (3,))),
    Derivative("ormqr", torch.ormqr, lambda a, t, c: factorization.orthogonal(a, t) @ c, ((5, 3), (3,), (5, 2)),
               since="2.1"),
    Derivative("linalg.matrix_norm", L.matrix_norm, lambda a: np.sqrt(np.sum(a * a, (-2, -1))), (TALL,)),
    Derivative("linalg.matrix_norm", lambda a: L.matrix_norm(a, "nuc"),
               lambda a: factorization.singular_values(a).sum(-1), (TALL,), "nuclear"),
    Derivative("linalg.matrix_norm", lambda a: L.matrix_norm(a, 2),
               lambda a: factorization.singular_values(a)[..., 0], (TALL,), "2"),
    Derivative("linalg.matrix_norm", lambda a: L.matrix_norm(a, -2),
               lambda a: factorization.singular_values(a)[..., -1], (TALL,), "-2"),
    Derivative("linalg.matrix_norm", lambda a: L.matrix_norm(a, 1),
               lambda a: analytic.absolute(a).sum(-2).max(-1), (TALL,), "1"),
    Derivative("linalg.norm", lambda a: L.norm(a, -math.inf, (-2, -1)),
               lambda a: analytic.absolute(a).sum(-1).min(-1), (TALL,)),
    Derivative("linalg.cond", L.cond, lambda a: _quotient(factorization.singular_values(a)), (TALL,)),
    Derivative("linalg.cond", lambda a: L.cond(a, "fro"),
               lambda a: np.sqrt(np.sum(a * a, (-2, -1)) * np.sum(np.linalg.inv(a) ** 2, (-2, -1))), title="Frobenius"),
    Derivative("linalg.tensorinv", lambda a: L.tensorinv(a.reshape(2, 3, 6), ind=2),
               lambda a: np.linalg.inv(a).reshape(6, 2, 3), ((6, 6),)),
    Derivative("linalg.tensorsolve", lambda a, b: L.tensorsolve(a.reshape(2, 3, 6), b),
               lambda a, b: np.linalg.solve(a, b.reshape(6, 1))[:, 0], ((6, 6), (2, 3))),
    Derivative("linalg.vander", lambda x: L.vander(x, N=4), lambda x: x[..., None] ** np.arange(4), ((3, 5),)),
    Derivative("linalg.vecdot", L.vecdot, lambda x, y: np.sum(x * y, -1), ((3, 5), (2, 1, 5))),
    Derivative("linalg.diagonal", lambda x: L.diagonal(x, offset=1), lambda x: np.diagonal(x, 1, -2, -1), (WIDE,)),
    Derivative("chain_matmul", torch.chain_matmul, lambda x, y, z: x @ y @ z, ((3, 4), (4, 2), (2, 5))),
    Derivative("cdist", torch.cdist, lambda x, y: np.sqrt(np.sum(differences(x, y) ** 2, -1)), (TALL, (2, 4, 3))),
    Derivative("cdist", lambda x, y: torch.cdist(x, y, 1.0),
               lambda x, y: np.sum(analytic.absolute(differences(x, y)), -1), (TALL, (4, 3)), "1"),
    Derivative("cdist", lambda x, y: torch.cdist(x, y, 3.0),
               lambda x, y: analytic.norm(differences(x, y), 3, -1), (TALL, (2, 4, 3)), "3"),
    Derivative("cdist", lambda x, y: torch.cdist(x, y, math.inf),
               lambda x, y: analytic.norm(differences(x, y), math.inf, -1), (TALL, (2, 4, 3)), "inf"),
)  # fmt: skip


def _quotient(values):
    """The first over the last."""
    return values[..., 0] / values[..., -1]


def rows(table):
    """Functions as parameters of claims."""
    return pytest.mark.parametrize(
        "row",
        [
            pytest.param(r, marks=documents(f"torch.{r.name}", since=r.since), id=f"{r.name} {r.title}".strip())
            for r in table
        ],
    )


def arguments(row, seed, layout, dtype="float64"):
    """The arguments of a row: regular matrices for square ones and TALL ones, random numbers for others."""
    return tuple(
        matrices.Recipe(shape, seed + i, layout if i == 0 else "contiguous")(
            matrices.regular if len(shape) > 1 else matrices.entries, dtype
        )
        if len(shape) > 1
        else draw.normal(seed + i, *shape, dtype=dtype)
        for i, shape in enumerate(row.shapes)
    )


@rows(DERIVATIVES)
@pytest.mark.filterwarnings("ignore:.*deprecated.*:UserWarning")
@given(seed=draw.seeds(), layout=st.sampled_from(("contiguous", "columns", "stepped", "transposed")))
def test_gradients_are_derivatives(row, seed, layout, device):
    """The gradient of {row} is its derivative, for batches of matrices of any layout."""
    gradient.differentiates(
        row.function, row.reference, *arguments(row, seed, layout), seed=seed, terms=4096, device=device
    )


ANALYTIC = ("linalg.solve", "linalg.solve_ex", "linalg.inv", "linalg.inv_ex", "linalg.det", "linalg.lu",
            "linalg.lu_factor", "linalg.solve_triangular", "linalg.matrix_exp", "linalg.tensorinv",
            "linalg.tensorsolve", "linalg.vander", "chain_matmul", "linalg.diagonal")  # fmt: skip
COMPLEX = tuple(row for row in DERIVATIVES if row.name in ANALYTIC)


def assert_adjoint(function, parts, tangent, directions, seed, device):
    """Re⟨gradient, d⟩ = Re⟨v, J d⟩ for a random complex cotangent v."""
    cotangent = draw.normal(seed + 9, *tangent.shape, dtype=tangent.dtype)
    gradients = [array(g) for g in gradient.vjp(function, parts, cotangent, device)]

    terms = [np.real(np.conj(g) * d) for g, d in zip(gradients, directions)]
    wanted = np.real(np.conj(cotangent) * tangent)
    scale = sum(float(np.abs(term).sum()) for term in [*terms, wanted]) + norm(cotangent) * norm(tangent)
    close(np.asarray(sum(term.sum() for term in terms)), np.asarray(wanted.sum()), bound.Bound(4096, scale, False))


@rows(COMPLEX)
@documents("notes/autograd")
@pytest.mark.filterwarnings("ignore:.*deprecated.*:UserWarning")
@given(seed=draw.seeds(), layout=st.sampled_from(("contiguous", "columns", "stepped")))
def test_complex_gradients_are_derivatives(row, seed, layout, device):
    """The gradient of {row} of complex matrices is that of the real part of an inner product, as autograd documents."""
    parts = arguments(row, seed, layout, "complex128")
    directions = tuple(draw.normal(seed + 5 + i, *part.shape, dtype="complex128") for i, part in enumerate(parts))
    small = tuple(d / norm(d) for d in directions)

    tangent = factorization.along(row.reference, parts, small)

    assert_adjoint(row.function, parts, tangent, small, seed, device)


@documents("torch.linalg.eigvalsh", "torch.linalg.svdvals", "torch.linalg.matrix_norm", "notes/autograd")
@given(seed=draw.seeds())
def test_complex_spectra_have_gradients(seed, device):
    """The gradients of linalg.eigvalsh, svdvals and matrix_norm of complex matrices are first-order changes."""
    a, h = (matrices.Recipe((4, 4), seed)(kind, "complex128") for kind in (matrices.regular, matrices.indefinite))
    d = draw.normal(seed + 1, 4, 4, dtype="complex128")
    hermitian = d + matrices.adjoint(d)
    q = np.linalg.eigh(h)[1]
    u, _, vh = np.linalg.svd(a)

    moved = np.real(np.diagonal(matrices.adjoint(q) @ hermitian @ q))
    assert_adjoint(lambda x: L.eigvalsh(x), (h,), moved, (hermitian,), seed, device)
    stretched = np.real(np.diagonal(matrices.adjoint(u) @ d @ matrices.adjoint(vh)))
    assert_adjoint(L.svdvals, (a,), stretched, (d,), seed, device)
    total = np.asarray(np.real(np.sum(a.conj() * d)) / norm(a))
    assert_adjoint(L.matrix_norm, (a,), total, (d,), seed, device)


@documents("torch.linalg.svd", "torch.linalg.eigh", "torch.linalg.qr", "torch.linalg.cholesky", "notes/autograd")
@given(seed=draw.seeds())
def test_complex_factors_have_gradients(seed, device):
    """The gradients through svd, eigh and qr of complex matrices are those of the products that the factors make up."""
    a = matrices.Recipe((4, 4), seed)(matrices.regular, "complex128")
    d = draw.normal(seed + 1, 4, 4, dtype="complex128")
    a_h, d_h = matrices.adjoint(a), matrices.adjoint(d)

    cubed = d @ a_h @ a + a @ d_h @ a + a @ a_h @ d
    assert_adjoint(cubed_svd, (a,), cubed, (d,), seed, device)
    s, e = a + a_h, d + d_h
    assert_adjoint(lambda x: _rebuilt(L.eigh(x + x.mH)), (a,), s @ e + e @ s, (d,), seed, device)
    assert_adjoint(lambda x: (lambda r: r.mH @ r)(L.qr(x).R), (a,), d_h @ a + a_h @ d, (d,), seed, device)
    assert_adjoint(lambda x: (lambda r: r @ r.mH)(L.cholesky(x @ x.mH)), (a,), d @ a_h + a @ d_h, (d,), seed, device)


def _rebuilt(factors):
    """Q diag(L²) Qᴴ."""
    values, vectors = factors
    return (vectors * values**2) @ vectors.mH
