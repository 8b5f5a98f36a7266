"""Linear systems, inverses and least squares: the residual is that of a stable algorithm, whatever the matrix."""

from typing import Any, Callable, NamedTuple

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from suites.kit import bound, close, documents, draw, dtypes, tensor
from suites.operators import matrices
from suites.operators.matrices import SQUARE, SUPPORTED, adjoint, norm, recipes, same, wide

pytestmark = pytest.mark.filterwarnings("ignore:.*deprecated.*:UserWarning")

GUIDE = "Operations on Tensors"


def assert_solves(a, x, b, dtype, count=4):
    """A X = B, to an error of the products of A and X."""
    same(wide(a) @ x, np.broadcast_to(wide(b), x.shape), dtype, norm(a) * norm(x) + norm(b), count)


@documents("torch.linalg.solve", "torch.linalg.solve_ex", guide=GUIDE)
@pytest.mark.dtypes(*SUPPORTED)
@given(recipe=recipes(SQUARE), name=st.sampled_from(("solve", "solve_ex")), columns=st.sampled_from((2, 1, 5, 0)))
def test_solve_gives_the_solution(recipe, name, columns, dtype, device):
    """torch.linalg.solve(A, B), and the first of solve_ex, is the X with A X = B, for every matrix of a batch."""
    a, b = recipe(matrices.regular, dtype), recipe.beside(dtype, columns)

    result = recipe.call(getattr(torch.linalg, name), recipe.tensor(a, device), recipe.tensor(b, device))

    x = wide(result if name == "solve" else result[0], dtype, device)
    assert x.shape == b.shape
    assert_solves(a, x, b, dtype)


@documents("torch.linalg.solve", "torch.linalg.solve_ex", since="1.13", guide=GUIDE)
@pytest.mark.dtypes(*SUPPORTED)
@given(recipe=recipes(SQUARE), name=st.sampled_from(("solve", "solve_ex")), rows=st.sampled_from(("square", 2, 5)))
def test_solve_takes_the_matrix_on_the_right(recipe, name, rows, dtype, device):
    """torch.linalg.solve(A, B, left=False), and the first of solve_ex, is the X with X A = B, for a square B too."""
    a = recipe(matrices.regular, dtype)
    b = recipe.beside(dtype, a.shape[-1] if rows == "square" else rows).swapaxes(-1, -2)

    result = recipe.call(getattr(torch.linalg, name), recipe.tensor(a, device), recipe.tensor(b, device), left=False)

    x = wide(result if name == "solve" else result[0], dtype, device)
    assert_solves(a.swapaxes(-1, -2), x.swapaxes(-1, -2), b.swapaxes(-1, -2), dtype)


@documents("torch.linalg.solve", guide=GUIDE)
@pytest.mark.dtypes(torch.float32, torch.complex128)
@pytest.mark.parametrize(
    ("left", "right", "vectors"),
    [
        ((4, 4), (4,), True),
        ((3, 4, 4), (3, 4), True),
        ((3, 4, 4), (4,), True),
        ((2, 3, 4, 4), (2, 3, 4), True),
        ((3, 4, 4), (4, 2), False),
        ((2, 3, 4, 4), (3, 4, 2), False),
        ((4, 4), (2, 4, 3), False),
        ((2, 1, 4, 4), (3, 4, 2), False),
        ((1, 1), (1,), True),
        ((0, 3, 3), (0, 3), True),
        ((2, 0, 0), (2, 0), True),
    ],
)
def test_solve_takes_vectors_and_batches_that_broadcast(left, right, vectors, dtype, device):
    """torch.linalg.solve takes one vector or one for each matrix, and one matrix B for all, or one A for several B."""
    a, b = matrices.Recipe(left, 3)(matrices.regular, dtype), draw.normal(4, *right, dtype=dtype)

    x = wide(torch.linalg.solve(tensor(a, device), tensor(b, device)), dtype, device)

    columns, x = (b[..., None], x[..., None]) if vectors else (b, x)
    assert x.shape == np.broadcast_shapes((*left[:-2], 1, 1), columns.shape)
    assert_solves(a, x, columns, dtype)


class Inverse(NamedTuple):
    """A function that inverts a matrix, and how it is called."""

    name: str
    call: Callable[..., Any]

    def __str__(self) -> str:
        return f"torch.{self.name}"


INVERSES = (
    Inverse("linalg.inv", torch.linalg.inv),
    Inverse("inverse", torch.inverse),
    Inverse("linalg.inv_ex", lambda a, **out: torch.linalg.inv_ex(a, **out)),
    Inverse("linalg.pinv", torch.linalg.pinv),
    Inverse("linalg.tensorinv", lambda a, **out: torch.linalg.tensorinv(a, ind=1, **out)),
)


@matrices.rows(INVERSES)
@documents(guide=GUIDE)
@pytest.mark.dtypes(*SUPPORTED)
@given(recipe=recipes(SQUARE))
def test_inv_gives_the_inverse(row, recipe, dtype, device):
    """{row} of A is the X with A X = 1 and X A = 1, for every matrix of a batch."""
    alone = {"linalg.tensorinv": recipe.shape[-2:]}.get(row.name, recipe.shape)
    a = matrices.Recipe(alone, recipe.seed, recipe.layout)(matrices.regular, dtype)

    result = recipe.call(row.call, recipe.tensor(a, device))

    x = wide(result[0] if row.name.endswith("ex") else result, dtype, device)
    unit = np.broadcast_to(np.eye(a.shape[-1]), a.shape)
    assert_solves(a, x, unit, dtype)
    same(x @ wide(a), unit, dtype, 4 * norm(a) * norm(x), count=4)


@documents("torch.linalg.solve_triangular")
@pytest.mark.dtypes(*SUPPORTED)
@given(recipe=recipes(SQUARE), upper=st.booleans(), left=st.booleans(), unit=st.booleans())
def test_solve_triangular_reads_one_triangle(recipe, upper, left, unit, dtype, device):
    """linalg.solve_triangular(A, B) is the X with A X = B or, on the right, X A = B; it reads one triangle of A.

    The diagonal is not read where it is told to be of ones.
    """
    values = recipe(matrices.triangular, dtype)
    stored = matrices.laid_out(values.swapaxes(-1, -2) if upper else values, recipe.layout)
    b = recipe.beside(dtype) if left else recipe.beside(dtype).swapaxes(-1, -2)
    parts = recipe.tensor(stored, device), recipe.tensor(b, device)

    result = recipe.call(torch.linalg.solve_triangular, *parts, upper=upper, left=left, unitriangular=unit)

    x = wide(result, dtype, device)
    read = triangle(wide(stored), upper, unit)
    product, scale = (read @ x, np.abs(read) @ np.abs(x)) if left else (x @ read, np.abs(x) @ np.abs(read))
    assert_small_residual(product, b, scale, dtype)


def triangle(a, upper, unit):
    """The upper or the lower triangle, with ones on the diagonal or its own numbers."""
    kept = np.triu(a, 1) if upper else np.tril(a, -1)
    return kept + np.eye(a.shape[-1]) * (1 if unit else np.diagonal(a, 0, -2, -1)[..., None])


def assert_small_residual(product, b, scale, dtype):
    """Each element of the product is B's, to 4 (√n + 2) u |A||X|: substitution errs by at most n u |A||X|."""
    count = 4 * (product.shape[-2] ** 0.5 + 2) * dtypes.unit(dtype) / dtypes.unit("float64")
    close(product, wide(b), bound.Bound(count, scale + np.abs(b), False))


def of_method(b, a, **options):
    """The method of B."""
    return b.triangular_solve(a, **options)


@documents("torch.triangular_solve", "torch.Tensor.triangular_solve")
@pytest.mark.dtypes(*SUPPORTED)
@given(recipe=recipes(SQUARE, outs=("new",)), upper=st.booleans(), transpose=st.booleans(), unit=st.booleans())
def test_triangular_solve_of_old_solves_too(recipe, upper, transpose, unit, dtype, device):
    """torch.triangular_solve(B, A), and the method, is the X with A X = B, or Aᵀ X = B, beside a copy of A."""
    values = recipe(matrices.triangular, dtype)
    stored = matrices.laid_out(values.swapaxes(-1, -2) if upper else values, recipe.layout)
    b = recipe.beside(dtype)
    parts = recipe.tensor(b, device), recipe.tensor(stored, device)

    options = {"upper": upper, "transpose": transpose, "unitriangular": unit}
    results = [recipe.call(function, *parts, **options) for function in (torch.triangular_solve, of_method)]

    read = triangle(wide(stored), upper, unit)
    read = read.swapaxes(-1, -2) if transpose else read
    for solution, copy in results:
        x = wide(solution, dtype, device)
        assert_small_residual(read @ x, b, np.abs(read) @ np.abs(x), dtype)
        close(copy, stored, device=device)


@documents("torch.linalg.lu_solve")
@pytest.mark.dtypes(*SUPPORTED)
@given(recipe=recipes(SQUARE), left=st.booleans(), transposed=st.booleans())
def test_lu_solve_solves(recipe, left, transposed, dtype, device):
    """linalg.lu_solve, with the factors of A, is the X with A X = B, X A = B, Aᴴ X = B or X Aᴴ = B."""
    a, b = recipe(matrices.regular, dtype), recipe.beside(dtype)
    b = b if left else b.swapaxes(-1, -2)
    factors = torch.linalg.lu_factor(recipe.tensor(a, device))

    result = recipe.call(torch.linalg.lu_solve, *factors, recipe.tensor(b, device), left=left, adjoint=transposed)

    matrix, x = adjoint(a) if transposed else a, wide(result, dtype, device)
    turn = (lambda m: m) if left else (lambda m: m.swapaxes(-1, -2))
    assert_solves(turn(matrix), turn(x), turn(b), dtype)


@documents("torch.lu_solve", "torch.Tensor.lu_solve")
@pytest.mark.dtypes(torch.float32, torch.complex128)
@given(recipe=recipes(SQUARE))
def test_lu_solve_of_old_solves_too(recipe, dtype, device):
    """torch.lu_solve(B, LU, pivots), and the method, is the X with A X = B."""
    a, b = recipe(matrices.regular, dtype), recipe.beside(dtype)
    parts = recipe.tensor(b, device), *torch.linalg.lu_factor(recipe.tensor(a, device))

    for result in (recipe.call(torch.lu_solve, *parts), torch.Tensor.lu_solve(*parts)):
        assert_solves(a, wide(result, dtype, device), b, dtype)


@documents("torch.cholesky_solve", "torch.Tensor.cholesky_solve")
@pytest.mark.dtypes(*SUPPORTED)
@given(recipe=recipes(SQUARE), upper=st.booleans())
def test_cholesky_solve_solves(recipe, upper, dtype, device):
    """torch.cholesky_solve(B, L), and the method, is the X with L Lᴴ X = B, or with Lᴴ L X = B for an upper factor."""
    values = np.tril(recipe(matrices.triangular, dtype))
    factor = matrices.laid_out(adjoint(values) if upper else values, recipe.layout)
    b = recipe.beside(dtype)
    parts = recipe.tensor(b, device), recipe.tensor(factor, device)

    for result in (recipe.call(torch.cholesky_solve, *parts, upper=upper), parts[0].cholesky_solve(parts[1], upper)):
        x = wide(result, dtype, device)
        product = wide(values) @ (adjoint(wide(values)) @ x)
        same(product, wide(b), dtype, norm(values) ** 2 * norm(x), count=4)


@documents("torch.cholesky_inverse", "torch.Tensor.cholesky_inverse")
@pytest.mark.dtypes(*SUPPORTED)
@given(recipe=recipes(SQUARE), upper=st.booleans())
def test_cholesky_inverse_inverts(recipe, upper, dtype, device):
    """torch.cholesky_inverse(L), and the method, is the inverse of L Lᴴ, or of Lᴴ L for an upper factor."""
    values = np.linalg.cholesky(recipe(matrices.definite, "complex128" if dtype.is_complex else "float64"))
    values = values.astype(dtypes.in_numpy(dtype))
    factor = matrices.laid_out(adjoint(values) if upper else values, recipe.layout)
    x = recipe.tensor(factor, device)
    a = wide(values) @ adjoint(wide(values))

    for result in (recipe.call(torch.cholesky_inverse, x, upper=upper), x.cholesky_inverse(upper)):
        assert_solves(a, wide(result, dtype, device), np.broadcast_to(np.eye(a.shape[-1]), a.shape), dtype, count=16)


@documents("torch.linalg.tensorinv", "torch.linalg.tensorsolve")
@pytest.mark.dtypes(*SUPPORTED)
@pytest.mark.parametrize(
    ("shape", "ind"), [((4, 6, 8, 3), 2), ((6, 2, 3), 1), ((2, 3, 6), 2), ((3, 3), 1), ((1, 2, 2, 1, 4), 3)], ids=str
)
def test_tensorinv_and_tensorsolve_undo_tensordot(shape, ind, dtype, device):
    """linalg.tensorinv(A) times A by tensordot is the identity; linalg.tensorsolve(A, B) times A is B."""
    side = int(np.prod(shape[:ind]))
    a = matrices.Recipe((side, side), 5)(matrices.regular, dtype)
    b = draw.normal(6, *shape[:ind], dtype=dtype)
    x = tensor(a.reshape(shape), device)

    inverse = wide(torch.linalg.tensorinv(x, ind=ind), dtype, device)
    solution = wide(torch.linalg.tensorsolve(x, tensor(b, device)), dtype, device)

    assert (inverse.shape, solution.shape) == ((*shape[ind:], *shape[:ind]), shape[ind:])
    assert_solves(a, inverse.reshape(side, side), np.eye(side), dtype)
    assert_solves(a, solution.reshape(side, 1), b.reshape(side, 1), dtype)


@documents("torch.linalg.tensorsolve")
@pytest.mark.parametrize("dims", [(0, 2), (2,), (-1, 0)], ids=str)
def test_tensorsolve_moves_dimensions_to_the_end(dims, dtype, device):
    """linalg.tensorsolve(A, B, dims) moves those dimensions of A to its end before it solves."""
    a = matrices.Recipe((6, 6), 5)(matrices.regular, dtype).reshape((2, 3, 6) if len(dims) == 1 else (6, 2, 3))
    b = draw.normal(6, *a.shape[: a.ndim - len(dims)], dtype=dtype)
    stored = np.moveaxis(a, range(a.ndim - len(dims), a.ndim), dims)

    x = wide(torch.linalg.tensorsolve(tensor(stored, device), tensor(b, device), dims=dims), dtype, device)

    assert x.shape == a.shape[b.ndim :]
    assert_solves(a.reshape(6, 6), x.reshape(6, 1), b.reshape(6, 1), dtype)
