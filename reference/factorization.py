"""Factors of matrices: reflectors, permutations, determinants, and forms that complex steps pass through."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy import ndarray as Array


def each(function: Callable[..., Any], matrices: Array, *others: Array) -> Array:
    """The function's values for each matrix of a batch (and its companions), stacked."""
    batch = matrices.shape[:-2]
    values = [np.asarray(function(matrices[i], *(other[i] for other in others))) for i in np.ndindex(*batch)]
    like = values or [np.asarray(function(*(np.ones(x.shape[len(batch) :], x.dtype) for x in (matrices, *others))))]
    return np.asarray(values, like[0].dtype).reshape((*batch, *like[0].shape))


def permutation(pivots: Array, size: int) -> Array:
    """The matrix P that undoes exchanges: in step i, from the first on, the rows i and pivots[i] - 1 change places."""
    order = np.broadcast_to(np.arange(size), (*pivots.shape[:-1], size)).copy()
    for step in range(pivots.shape[-1]):
        other = pivots[..., step : step + 1] - 1
        here = order[..., step : step + 1].copy()
        order[..., step : step + 1] = np.take_along_axis(order, other, -1)
        np.put_along_axis(order, other, here, -1)
    return np.where(order[..., None, :] == np.arange(size)[:, None], 1.0, 0.0)


def reflected(a: Array, tau: Array, c: Array, adjoint: bool = False) -> Array:
    """H1 H2 … C with Hi = I - τi bi biᴴ, where bi is column i of a with zeros above a 1 in row i; or (H1 H2 …)ᴴ C."""
    rows, steps = np.arange(a.shape[-2]), range(tau.shape[-1])
    for i in steps if adjoint else reversed(steps):
        b = np.where(rows > i, a[..., i], rows == i)[..., None]
        factor = tau[..., i, None, None]
        c = c - (factor.conj() if adjoint else factor) * b * (b.conj().swapaxes(-1, -2) @ c)
    return c


def orthogonal(a: Array, tau: Array) -> Array:
    """H1 H2 … with Hi = I - τi bi biᵀ, all m columns, for real reflectors, through which complex steps pass."""
    product = np.eye(a.shape[-2])
    for i in range(tau.shape[-1]):
        b = np.concatenate([np.zeros(i), np.ones(1), a[i + 1 :, i]])
        product = product - tau[i] * np.outer(product @ b, b)
    return product


def determinant(a: Array) -> Array:
    """± the product of the pivots of Gaussian elimination, the largest of each column; 1 of the matrix without rows."""
    rest, value = np.array(a) * 1.0, np.ones((), a.dtype)
    while len(rest):
        best = int(np.argmax(np.abs(rest[:, 0])))
        pivot, row = rest[best, 0], rest[best, 1:]
        value = value * (pivot if best % 2 == 0 else -pivot)
        below = np.delete(rest, best, 0)
        rest = below[:, 1:] - np.outer(below[:, 0], row) / (pivot if pivot else 1)
    return value


def matrix_exp(a: Array) -> Array:
    """Σ Aᵏ / k!, of A divided by a power of 2 that brings its norm below 4, and squared as often."""
    doublings = max(0, int(np.ceil(np.log2(max(float(np.sqrt(np.sum(np.abs(a) ** 2))), 4.0)))) - 2)
    scaled = a / 2.0**doublings
    term = total = np.broadcast_to(np.eye(a.shape[-1], dtype=a.dtype), a.shape)
    for k in range(1, 48):
        term = term @ scaled / k
        total = total + term
    for _ in range(doublings):
        total = total @ total
    return total


def cholesky(a: Array) -> Array:
    """The lower triangular L with L Lᵀ = A, column by column."""
    factor = np.zeros_like(a)
    for j in range(len(a)):
        column = a[j:, j] - factor[j:, :j] @ factor[j, :j]
        factor[j:, j] = column / np.sqrt(column[0])
    return factor


def qr(a: Array) -> tuple[Array, Array]:
    """The Q with orthonormal columns and the R with a positive diagonal, by Gram and Schmidt; of a tall matrix."""
    q, r = np.zeros_like(a), np.zeros((a.shape[1], a.shape[1]), a.dtype)
    for j in range(a.shape[1]):
        r[:j, j] = q[:, :j].T @ a[:, j]
        rest = a[:, j] - q[:, :j] @ r[:j, j]
        r[j, j] = np.sqrt(rest @ rest)
        q[:, j] = rest / r[j, j]
    return q, r


def lu(a: Array) -> tuple[Array, Array]:
    """The unit lower triangular L and the upper triangular U with L U = A, without pivoting; of any sides."""
    steps = min(a.shape)
    lower, rest = np.eye(a.shape[0], steps, dtype=a.dtype), np.array(a)
    for j in range(steps):
        lower[j + 1 :, j] = rest[j + 1 :, j] / rest[j, j]
        rest = rest - np.outer(np.where(np.arange(len(rest)) > j, lower[:, j], 0), rest[j])
    return lower, rest[:steps]


def pinv(a: Array) -> Array:
    """(Aᵀ A)⁻¹ Aᵀ, of a tall matrix of full rank."""
    transposed = a.swapaxes(-1, -2)
    return np.linalg.solve(transposed @ a, transposed)


def singular_values(a: Array) -> Array:
    """diag(Uᵀ A V) with the singular vectors of the real part, as which it differs at second order in the imaginary."""
    u, _, vh = np.linalg.svd(a.real, full_matrices=False)
    return np.einsum("...mk,...mn,...kn->...k", u, a, vh)


def eigenvalues(a: Array) -> Array:
    """diag(Qᵀ A Q), ascending, with the eigenvectors of the real symmetric part, as for singular values."""
    q = np.linalg.eigh((a.real + a.real.swapaxes(-1, -2)) / 2)[1]
    return np.einsum("...nk,...nm,...mk->...k", q, a, q)


def along(function: Callable[..., Array], arrays: tuple[Array, ...], directions: tuple[Array, ...]) -> Array:
    """The derivative of an analytic function of complex arrays: its mean over a circle, Σ f(x + h ωᵏ d) ω⁻ᵏ / (h N)."""
    turns, radius = np.exp(2j * np.pi * np.arange(24) / 24), 0.1
    values = [function(*(x + radius * turn * d for x, d in zip(arrays, directions))) / turn for turn in turns]
    return np.asarray(sum(values) / (radius * len(turns)))
