"""Norms and conditions of matrices, and distances between points: every order, any two axes."""

import math
from typing import NamedTuple

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from reference import analytic
from reference.norm import distances, matrix_norm
from suites.kit import bound, close, documents, draw, dtypes, tensor, unchanged
from suites.operators import matrices, operands
from suites.operators.matrices import SQUARE, SUPPORTED, norm, real, recipes, same, wide

GUIDE = "Operations on Tensors"
ORDERS = ("fro", "nuc", math.inf, -math.inf, 1, -1, 2, -2)
#: Matrices without sides of 0, of which a largest column or value is not defined.
FULL = ((3, 3), (7, 3), (3, 7), (1, 1), (1, 5), (5, 1), (33, 9), (2, 5, 3), (2, 3, 5), (0, 4, 3), (2, 3, 4, 2), (9, 65))
#: Two axes of a tensor of four.
AXES = ((-2, -1), (0, 1), (1, 0), (3, 1), (-1, 0), (0, -2))


class Order(NamedTuple):
    """An order of a matrix norm."""

    name: str
    order: "str | float"

    def __str__(self) -> str:
        return f"ord={self.name}"


ROWS = tuple(Order(str(order), order) for order in ORDERS)
orders = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)


def assert_is_norm(found, a, expected, dtype, device):
    """Within the error of sums of all numbers, and of stable singular values: of the order of the root of Σ|a|²."""
    same(wide(found, real(dtype), device), expected, dtype, max(1, norm(a)) * max(1, *a.shape) ** 0.5, count=2)


@orders
@documents("torch.linalg.matrix_norm", "torch.linalg.norm", guide=GUIDE)
@pytest.mark.dtypes(*SUPPORTED)
@given(recipe=recipes(FULL), keepdim=st.booleans())
def test_matrix_norm_follows_its_definition(row, recipe, keepdim, dtype, device):
    """torch.linalg.matrix_norm with {row} is that norm of each matrix, and so is linalg.norm over the last two axes."""
    a = recipe(matrices.entries, dtype)
    x = recipe.tensor(a, device)

    found = recipe.call(torch.linalg.matrix_norm, x, ord=row.order, keepdim=keepdim)
    other = recipe.call(torch.linalg.norm, x, ord=row.order, dim=(-2, -1), keepdim=keepdim)

    expected = matrix_norm(wide(a), row.order, keepdims=keepdim)
    assert_is_norm(found, a, expected, dtype, device)
    assert_is_norm(other, a, expected, dtype, device)


@orders
@documents("torch.linalg.matrix_norm", "torch.linalg.norm")
@pytest.mark.dtypes(torch.float64, torch.complex64)
@given(recipe=recipes(((2, 3, 4, 5), (1, 6, 2, 3), (5, 1, 3, 2))), axes=st.sampled_from(AXES), keepdim=st.booleans())
def test_matrix_norm_takes_any_two_axes(row, recipe, axes, keepdim, dtype, device):
    """torch.linalg.matrix_norm with {row} takes the first of dim for rows and the second for columns."""
    a = recipe(matrices.entries, dtype)
    x = recipe.tensor(a, device)

    found = recipe.call(torch.linalg.matrix_norm, x, ord=row.order, dim=axes, keepdim=keepdim)
    other = torch.linalg.norm(x, row.order, axes, keepdim)

    expected = matrix_norm(wide(a), row.order, axes, keepdim)
    assert_is_norm(found, a, expected, dtype, device)
    assert_is_norm(other, a, expected, dtype, device)


@documents("torch.linalg.matrix_norm")
@given(recipe=recipes(FULL))
def test_matrix_norm_is_frobenius_by_default(recipe, dtype, device):
    """torch.linalg.matrix_norm(A) is the root of the sum of squares of each matrix."""
    a = recipe(matrices.entries, dtype)

    found = recipe.call(torch.linalg.matrix_norm, recipe.tensor(a, device))

    assert_is_norm(found, a, np.sqrt((wide(a) ** 2).sum((-2, -1))), dtype, device)


@documents("torch.linalg.matrix_norm", "torch.linalg.norm")
@pytest.mark.parametrize("order", ["fro", "nuc"])
@pytest.mark.parametrize("shape", [(0, 0), (3, 0), (2, 0, 3)], ids=str)
def test_the_norm_of_an_empty_matrix_is_zero(order, shape, device):
    """The Frobenius norm and the nuclear norm of matrices without elements are 0."""
    x = tensor(np.zeros(shape), device)

    for found in (torch.linalg.matrix_norm(x, order), torch.linalg.norm(x, order, (-2, -1))):
        close(found, np.zeros(shape[:-2]), device=device)


VECTOR_ORDERS = (None, 0, 1, -1, 2, -2, 3, 0.5, -1.5, math.inf, -math.inf)


@documents("torch.linalg.norm", guide=GUIDE)
@pytest.mark.dtypes(*SUPPORTED)
@pytest.mark.filterwarnings("ignore:Casting complex values:UserWarning")
@pytest.mark.parametrize("order", VECTOR_ORDERS)
@given(sample=operands.singles(((5,), (33,), (1,), (257,), (3, 65), (2, 3, 4)), hard=(), fills=("normal",)))
def test_norm_along_one_axis_is_a_vector_norm(sample, order, dtype, device):
    """torch.linalg.norm along one axis, given as a number, is (Σ|x|ᵖ)^(1/p), a count of non-zeros, or an extreme."""
    a = sample(dtype)
    axis = sample.seed % (2 * a.ndim) - a.ndim

    with unchanged(x := tensor(a, device)):
        found = torch.linalg.norm(x, order, dim=axis, keepdim=bool(sample.seed % 2))

    moduli, keepdims = np.abs(wide(a)), bool(sample.seed % 2)
    expected = vector_norm(moduli, 2 if order is None else order, axis, keepdims)
    # Equal terms err alike in a sum, one after another; the root of it multiplies the error by 1 / |p|.
    count = (moduli.shape[axis] + 16) * (max(1, 1 / abs(order)) if order else 1)
    close(found, expected, bound.Bound(count, expected), dtype=real(dtype), device=device)


def vector_norm(moduli, order, axis=None, keepdims=False):
    """The norm of numbers that are not negative."""
    if order == 0:
        return np.sum(moduli != 0, axis=axis, keepdims=keepdims) * 1.0
    if order == -math.inf:
        return np.min(moduli, axis=axis, keepdims=keepdims)
    return analytic.norm(moduli, order, axis, keepdims)


@documents("torch.linalg.norm", guide=GUIDE)
@pytest.mark.dtypes(*SUPPORTED)
@given(sample=operands.singles(((5,), (), (3, 4), (2, 3, 4), (0,), (2, 2, 3, 33)), hard=(), fills=("normal",)))
def test_norm_flattens_without_ord_and_dim(sample, dtype, device):
    """torch.linalg.norm(x) is the 2-norm of all elements, whatever the number of dimensions."""
    a = sample(dtype)

    found = torch.linalg.norm(tensor(a, device))

    close(found, np.asarray(norm(wide(a))), bound.Bound(4 * (a.size**0.5 + 8), norm(a)), dtype=real(dtype),
          device=device)  # fmt: skip


@documents("torch.linalg.norm")
@pytest.mark.parametrize("order", [1, 2, -1, -2, math.inf, -math.inf], ids=str)
def test_norm_tells_vectors_from_matrices(order, dtype, device):
    """torch.linalg.norm(x, ord) is a vector norm of a vector and a matrix norm of a matrix; three axes it refuses."""
    a = draw.normal(3, 6, 6, dtype=dtype)

    of_vector = torch.linalg.norm(tensor(a[0], device), order)
    of_matrix = torch.linalg.norm(tensor(a, device), order)

    assert_is_norm(of_vector, a, vector_norm(np.abs(wide(a[0])), order), dtype, device)
    assert_is_norm(of_matrix, a, matrix_norm(wide(a), order), dtype, device)
    with pytest.raises(RuntimeError):
        torch.linalg.norm(tensor(a[None], device), order)


@documents("torch.linalg.norm", "torch.linalg.matrix_norm")
@pytest.mark.parametrize("order", ["fro", "nuc", 1, 2], ids=str)
def test_norm_casts_first(order, device):
    """With dtype= linalg.norm and matrix_norm cast the matrix first, and the norm is of that dtype."""
    a = draw.normal(4, 5, 6, dtype="float32")
    x = tensor(a, device)

    for found in (
        torch.linalg.norm(x, order, (0, 1), dtype=torch.float64),
        torch.linalg.matrix_norm(x, order, dtype=torch.float64),
    ):
        assert_is_norm(found, a, matrix_norm(wide(a), order), torch.float64, device)


@documents("torch.linalg.norm", "torch.linalg.matrix_norm")
@pytest.mark.parametrize("order", ["fro", 1, math.inf], ids=str)
@pytest.mark.parametrize("shape", [(3, 3), (5, 40), (40, 5)], ids=str)
@pytest.mark.parametrize("place", [0, 7, -1])
def test_norms_of_nan_are_nan(order, shape, place, dtype, device):
    """The norms that add or compare moduli are NaN where one element of the matrix is NaN, and only there."""
    a = draw.normal(5, 2, *shape, dtype=dtype)
    a[1].reshape(-1)[place] = np.nan

    found = torch.linalg.matrix_norm(tensor(a, device), order)

    expected = np.array([matrix_norm(wide(a[0]), order), np.nan])
    close(found, expected, bound.Bound(64, expected), dtype=dtype, device=device)


@documents("torch.linalg.matrix_norm")
@pytest.mark.parametrize("order", ["fro", "nuc", 2], ids=str)
@pytest.mark.parametrize("axes", [(0,), (0, 0), (0, 1, 2), (0, 5), 1], ids=str)
def test_matrix_norm_refuses_other_axes(order, axes, device):
    """torch.linalg.matrix_norm raises unless dim names two dimensions that differ and exist."""
    with pytest.raises((RuntimeError, IndexError, TypeError)):
        torch.linalg.matrix_norm(tensor(draw.normal(1, 2, 3, 4), device), order, axes)


@documents("torch.linalg.matrix_norm", "torch.linalg.norm")
@pytest.mark.parametrize("order", [0, 3, 0.5, "inf", "x"], ids=str)
def test_matrix_norm_refuses_other_orders(order, device):
    """linalg.matrix_norm, and linalg.norm of two axes, raise for an order that no matrix norm has."""
    x = tensor(draw.normal(1, 3, 4), device)

    with pytest.raises((RuntimeError, ValueError)):
        torch.linalg.matrix_norm(x, order)
    with pytest.raises((RuntimeError, ValueError)):
        torch.linalg.norm(x, order, (0, 1))


@documents("torch.linalg.cond", guide=GUIDE)
@pytest.mark.dtypes(*SUPPORTED)
@given(recipe=recipes(tuple(shape for shape in SQUARE if shape[-1])), p=st.sampled_from((None, *ORDERS)))
def test_cond_multiplies_norms(recipe, p, dtype, device):
    """torch.linalg.cond is the norm of order p of the matrix times that of its inverse; p=None is 2."""
    a = recipe(matrices.regular, dtype)

    found = recipe.call(torch.linalg.cond, recipe.tensor(a, device), p=p)

    order = 2 if p is None else p
    expected = matrix_norm(wide(a), order) * matrix_norm(np.linalg.inv(wide(a)), order)
    same(wide(found, real(dtype), device), expected, dtype, norm(expected) * a.shape[-1], count=16)


@documents("torch.linalg.cond")
@pytest.mark.parametrize(("p", "expected"), [(None, 4.0), (2, 4.0), (-2, 0.25)], ids=str)
@pytest.mark.parametrize("shape", [(2, 5, 3), (3, 5)], ids=str)
def test_cond_takes_matrices_of_any_sides(shape, p, expected, dtype, device):
    """torch.linalg.cond for p of None, 2 and -2 is a quotient of extreme singular values, of matrices of any sides."""
    a = matrices.Recipe(shape, 6)(matrices.regular, dtype)

    found = torch.linalg.cond(tensor(a, device), p)

    same(wide(found, dtype, device), np.full(shape[:-2], expected), dtype, 4 * expected, count=8)


SINGULAR = np.array([[1.0, 2.0], [2.0, 4.0]])


@documents("torch.linalg.cond")
@pytest.mark.parametrize("order", ["fro", "nuc", math.inf, -math.inf, 1, -1], ids=str)
def test_cond_refuses_singular_matrices(order, device):
    """torch.linalg.cond for an order that needs the inverse raises for a matrix that has none."""
    with pytest.raises(RuntimeError):
        torch.linalg.cond(tensor(SINGULAR, device), order)


@documents("torch.linalg.cond")
@pytest.mark.parametrize("order", ["fro", "nuc", math.inf, -math.inf, 1, -1], ids=str)
def test_cond_refuses_matrices_that_are_not_square(order, device):
    """torch.linalg.cond for an order that needs the inverse raises for a matrix that is not square."""
    with pytest.raises(RuntimeError):
        torch.linalg.cond(tensor(draw.normal(1, 3, 4), device), order)


MODES = ("use_mm_for_euclid_dist_if_necessary", "use_mm_for_euclid_dist", "donot_use_mm_for_euclid_dist")
#: Two sets of points: some empty, of one, without coordinates, of more than 25 points, and batches that broadcast.
POINTS = (
    ((4, 3), (5, 3)), ((1, 1), (1, 1)), ((30, 3), (4, 3)), ((4, 9), (30, 9)), ((2, 4, 3), (2, 5, 3)),
    ((3, 33), (2, 33)), ((0, 3), (4, 3)), ((4, 3), (0, 3)), ((3, 0), (2, 0)), ((2, 1, 4, 3), (3, 5, 3)),
    ((27, 65), (26, 65)),
    ((4, 3), (2, 30, 3)),
)  # fmt: skip


@documents("torch.cdist", guide=GUIDE)
@pytest.mark.parametrize("p", [0.0, 1.0, 1.5, 2.0, 3.0, math.inf], ids=str)
@given(samples=operands.several(POINTS, hard=(), fills=("normal",)))
def test_cdist_is_the_norm_of_each_difference(p, samples, dtype, device):
    """torch.cdist(x, y, p) is the p-norm of the difference of each row of x and each of y; batches broadcast."""
    left, right = (sample(dtype) for sample in samples)

    with unchanged(x := tensor(left, device), y := tensor(right, device)):
        found = torch.cdist(x, y, p, compute_mode="donot_use_mm_for_euclid_dist")

    expected = distances(wide(left), wide(right), p)
    close(found, expected, bound.Bound(4 * (left.shape[-1] ** 0.5 + 8), expected), dtype=dtype, device=device)


@documents("torch.cdist")
@pytest.mark.parametrize("mode", MODES)
@given(samples=operands.several(POINTS, hard=(), fills=("normal",)))
def test_cdist_may_multiply_matrices(mode, samples, dtype, device):
    """torch.cdist by a matrix product is the distance to the rounding of the squares that it subtracts."""
    left, right = (sample(dtype) for sample in samples)

    found = torch.cdist(tensor(left, device), tensor(right, device), compute_mode=mode)

    expected = distances(wide(left), wide(right))
    squares = (wide(left) ** 2).sum(-1)[..., :, None] + (wide(right) ** 2).sum(-1)[..., None, :]
    count = 4 * (left.shape[-1] ** 0.5 + 8)
    most = np.minimum(squares / np.where(expected > 0, expected, 1e-300), (squares / count / dtypes.unit(dtype)) ** 0.5)
    close(found, expected, bound.Bound(count, most + expected, False), dtype=dtype, device=device)
