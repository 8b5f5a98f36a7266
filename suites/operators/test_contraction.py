"""Products over named or numbered dimensions: einsum, tensordot, inner, outer, kron, and chains of matrices."""

from typing import Any, Callable, NamedTuple

import numpy as np
import pytest
import torch
from hypothesis import given

from suites.kit import bound, close, documents, draw, dtypes, tensor
from suites.operators import operands
from suites.operators.values import unsigned_zero

GUIDE = "Operations on Tensors"
EXACT = unsigned_zero(bound.exact)


class Equation(NamedTuple):
    """Subscripts of torch.einsum and shapes that they fit."""

    name: str
    shapes: tuple[tuple[int, ...], ...]

    def __str__(self) -> str:
        return f'"{self.name}"'


EQUATIONS = (
    Equation("ij,jk->ik", ((3, 5), (5, 4))),
    Equation("ij,jk", ((3, 5), (5, 4))),
    Equation("ba", ((2, 3),)),
    Equation("cab", ((2, 3, 4),)),
    Equation("zy,yx", ((3, 5), (5, 4))),
    Equation("ii", ((4, 4),)),
    Equation("ii->i", ((4, 4),)),
    Equation("ij->", ((3, 5),)),
    Equation("ij->j", ((3, 5),)),
    Equation("i,j->ij", ((3,), (5,))),
    Equation("i,j->ji", ((3,), (5,))),
    Equation("i,i", ((33,), (33,))),
    Equation("bij,bjk->bik", ((2, 3, 5), (2, 5, 4))),
    Equation("bij,bkj->bik", ((2, 3, 5), (2, 4, 5))),
    Equation("...ij,...jk->...ik", ((2, 1, 3, 5), (4, 5, 2))),
    Equation("...i->...", ((2, 3, 5),)),
    Equation("...ij->...ji", ((2, 3, 5),)),
    Equation("...i->i...", ((2, 3, 5),)),
    Equation("i...j->j...i", ((2, 3, 4, 5),)),
    Equation("b...a", ((2, 3, 4, 5),)),
    Equation("...i,i...->i...", ((4, 2, 3), (3, 4, 2))),
    Equation("aB", ((2, 3),)),
    Equation("bA,Ac", ((2, 3), (3, 4))),
    Equation("aA,Aa->A", ((2, 3), (3, 2))),
    Equation("bn,anm,bm->ba", ((2, 5), (3, 5, 4), (2, 4))),
    Equation("ij,ij->ij", ((3, 5), (3, 5))),
    Equation("ij,kj,kl", ((2, 3), (4, 3), (4, 5))),
    Equation("ijk,ilm,njm,nlk,abc->", ((2, 3, 2), (2, 3, 4), (2, 3, 4), (2, 3, 2), (2, 2, 2))),
    Equation("aab->ba", ((3, 3, 2),)),
    Equation("a,ab,abc->abc", ((2,), (2, 3), (2, 3, 4))),
    Equation("dc,abc", ((2, 3), (4, 5, 3))),
)


def lattices(shapes, dtype, seed):
    """Integer-valued arrays of these shapes."""
    return [draw.lattice(seed + i, shape, 3).astype(dtypes.in_numpy(dtype)) for i, shape in enumerate(shapes)]


@pytest.mark.parametrize("row", EQUATIONS, ids=lambda row: row.name)
@documents("torch.einsum", guide=GUIDE)
@pytest.mark.dtypes(torch.float64, torch.int64, torch.complex64)
def test_einsum_sums_over_what_the_output_lacks(row, dtype, device):
    """torch.einsum of {row} is the sum of products that its subscripts name."""
    parts = lattices(row.shapes, dtype, 1)

    result = torch.einsum(row.name, *(tensor(part, device) for part in parts))

    close(result, np.asarray(np.einsum(row.name, *parts)).astype(parts[0].dtype), EXACT, device=device)


@documents("torch.einsum", guide=GUIDE)
@pytest.mark.parametrize("equation", ["ij,jk->ix", "ij,jk->iik", "ij", "ij,jk,kl", "i1->i", "ij,ij->ij"])
def test_einsum_refuses_subscripts_that_do_not_fit(equation, device):
    """torch.einsum raises for subscripts that are no letters, too few or too many, or of unequal sides."""
    x, y = tensor(draw.normal(1, 3, 5), device), tensor(draw.normal(2, 5, 4), device)
    one = (x,) if equation == "i1->i" else (x, y)

    with pytest.raises((RuntimeError, ValueError)):
        torch.einsum(equation, *one)


@documents("torch.einsum", guide=GUIDE)
def test_einsum_takes_lists_of_numbers(device):
    """torch.einsum takes each operand followed by a list of its subscripts as numbers, then that of the output."""
    x, y = lattices(((3, 5), (5, 4)), torch.float64, 1)

    result = torch.einsum(tensor(x, device), [7, 2], tensor(y, device), [2, 0], [0, 7])
    kept = torch.einsum(tensor(x, device), [0, 7], tensor(y, device), [7, 2], [0, 7, 2])

    close(result, (x @ y).T, EXACT, device=device)
    close(kept, x[:, :, None] * y, EXACT, device=device)


TENSORDOT = [
    ((2, 3), (3, 4), 1),
    ((3, 3), (3, 3), 1),
    ((2, 3, 4), (3, 4, 5), 2),
    ((3, 3, 3), (3, 3, 3), 2),
    ((2, 3), (4, 5), 0),
    ((3, 3), (3, 3), 0),
    ((2,), (2,), 0),
    ((2, 2), (2, 2), ([0, 1], [1, 0])),
    ((3, 3, 3), (3, 3, 3), ([2, 0], [0, 1])),
    ((3, 3, 3), (3, 3, 3), ([0, 1, 2], [1, 2, 0])),
    ((3, 3, 3), (3, 3, 3), ([-1, 0], [0, -2])),
    ((2, 3, 4), (4, 3, 5), ([1, 2], [1, 0])),
    ((3, 4, 5), (4, 3, 2), ([1, 0], [0, 1])),
    ((3, 3), (3, 3), ([0], [1])),
    ((2, 3, 4), (5, 3), ([-2], [-1])),
    ((4, 4, 4), (4, 4), 1),
]


@documents("torch.tensordot", guide=GUIDE)
@pytest.mark.parametrize(("left", "right", "dims"), TENSORDOT, ids=str)
@pytest.mark.dtypes(torch.float64, torch.int64)
def test_tensordot_contracts_dimensions(left, right, dims, dtype, device):
    """torch.tensordot(a, b, n) sums over the last n dimensions of a and the first n of b, or over given pairs."""
    x, y = lattices((left, right), dtype, 5)

    result = torch.tensordot(tensor(x, device), tensor(y, device), dims=dims)

    close(result, np.asarray(np.tensordot(x, y, dims)), EXACT, device=device)


@documents("torch.tensordot", guide=GUIDE)
def test_tensordot_contracts_two_by_default(device):
    """torch.tensordot sums over two dimensions unless told otherwise."""
    x, y = lattices(((2, 3, 3), (3, 3, 5)), torch.float64, 6)

    close(torch.tensordot(tensor(x, device), tensor(y, device)), np.tensordot(x, y, 2), EXACT, device=device)


class Product(NamedTuple):
    """A product of tensors by its function in NumPy, and shapes of its operands."""

    name: str
    reference: Callable[..., np.ndarray]
    shapes: tuple[Any, ...]

    def __str__(self) -> str:
        return f"torch.{self.name}"


def multiplied(*matrices):
    """The product of all matrices from left to right."""
    product = matrices[0]
    for matrix in matrices[1:]:
        product = product @ matrix
    return product


def block_diagonal(*matrices):
    """The matrices along a diagonal, zeros elsewhere; vectors and numbers are matrices of one row."""
    matrices = [np.atleast_2d(matrix) for matrix in matrices]
    whole = np.zeros((sum(m.shape[0] for m in matrices), sum(m.shape[1] for m in matrices)), matrices[0].dtype)
    row = column = 0
    for matrix in matrices:
        whole[row : row + matrix.shape[0], column : column + matrix.shape[1]] = matrix
        row, column = row + matrix.shape[0], column + matrix.shape[1]
    return whole


PRODUCTS = (
    Product(
        "inner",
        np.inner,
        (
            ((3, 5), (4, 5)),
            ((2, 3, 5), (5,)),
            ((5,), (5,)),
            ((), (3,)),
            ((4, 4), (4, 4)),
            ((2, 3, 5), (4, 5)),
            ((2, 3, 5), (2, 4, 5)),
            ((5,), (2, 3, 5)),
            ((2, 3), ()),
        ),
    ),
    Product("outer", np.outer, (((3,), (5,)), ((33,), (1,)), ((0,), (3,)), ((4,), (4,)))),
    Product("ger", np.outer, (((3,), (5,)), ((4,), (4,)))),
    Product(
        "linalg.multi_dot",
        multiplied,
        (
            ((3, 5), (5, 4)),
            ((3, 5), (5, 4), (4, 2)),
            ((2, 20), (20, 3), (3, 30), (30, 2)),
            ((4, 4), (4, 4), (4, 4)),
            ((5,), (5, 4), (4,)),
            ((5,), (5, 4)),
            ((3, 5), (5,)),
            ((5,), (5, 3), (3, 4)),
            ((2, 5), (5, 3), (3, 4), (4,)),
        ),
    ),
    Product(
        "block_diag",
        block_diagonal,
        (((2, 3), (1, 4)), ((2, 2), (3, 1), (1, 1)), ((3,), (2, 2)), ((2,), (), (1, 3)), ((0,), (2,))),
    ),
    Product(
        "linalg.cross",
        np.cross,
        (((3,), (3,)), ((5, 3), (5, 3)), ((2, 4, 3), (2, 4, 3)), ((1, 3), (5, 3)), ((3, 3), (3, 3))),
    ),
    Product("trace", np.trace, (((4, 4),), ((3, 5),), ((5, 2),), ((1, 1),))),
)


@pytest.mark.parametrize(
    "row", [pytest.param(row, marks=documents(f"torch.{row.name}"), id=row.name) for row in PRODUCTS]
)
@documents(guide=GUIDE)
@pytest.mark.dtypes(torch.float32)
@given(data=operands.seeded(hard=()))
def test_products_are_exact_on_integers(row, data, dtype, device):
    """{row} is its formula, exact on integers."""
    parts = [sample(dtype) for sample in data(row.shapes)]
    tensors = [tensor(part, device) for part in parts]
    function = torch.linalg if row.name.startswith("linalg") else torch

    result = getattr(function, row.name.split(".")[-1])(*([tensors] if row.name == "linalg.multi_dot" else tensors))

    close(result, np.asarray(row.reference(*parts)).astype(parts[0].dtype), EXACT, device=device)


@documents("torch.kron", guide=GUIDE)
@pytest.mark.parametrize(
    "shapes", [((2, 3), (3, 2)), ((3,), (2, 2)), ((2, 2), ()), ((2, 1, 3), (3, 2)), ((2, 2), (2, 2))], ids=str
)
def test_kron_multiplies_every_pair(shapes, device):
    """torch.kron is the second tensor times each element of the first, laid out as blocks."""
    x, y = lattices(shapes, torch.float64, 8)

    close(torch.kron(tensor(x, device), tensor(y, device)), np.kron(x, y), EXACT, device=device)


@documents("torch.kron", guide=GUIDE)
def test_kron_takes_any_strides(device):
    """torch.kron does not depend on how its operands lie in memory."""
    x, y = np.broadcast_to(draw.lattice(1, (1, 1, 3)), (2, 1, 3)), np.asfortranarray(draw.lattice(2, (3, 2)))

    close(torch.kron(tensor(x, device), tensor(y, device)), np.kron(x, y), EXACT, device=device)


@documents("torch.linalg.cross", "torch.cross", guide=GUIDE)
@pytest.mark.parametrize("axis", [0, 1, 2, -1, -2, -3])
def test_cross_takes_a_dimension(axis, device):
    """The cross product runs along the dimension that dim names, from either end."""
    x, y = lattices(((3, 3, 3), (3, 3, 3)), torch.float64, 7)
    expected = np.cross(x, y, axis=axis)
    left, right = tensor(x, device), tensor(y, device)

    close(torch.linalg.cross(left, right, dim=axis), expected, EXACT, device=device)
    close(torch.cross(left, right, dim=axis), expected, EXACT, device=device)


@documents("torch.linalg.matrix_power", "torch.matrix_power", guide=GUIDE)
@pytest.mark.parametrize("exponent", [0, 1, 2, 3, 5, 8])
@pytest.mark.dtypes(torch.float64, torch.float32)
def test_powers_of_matrices_are_exact(exponent, dtype, device):
    """matrix_power(A, n) is A multiplied n times, the identity for n = 0, for each matrix of a batch."""
    x = draw.lattice(3, (2, 3, 3), 1).astype(dtypes.in_numpy(dtype))
    expected = np.linalg.matrix_power(x, exponent)

    close(torch.linalg.matrix_power(tensor(x, device), exponent), expected, EXACT, device=device)
    close(torch.matrix_power(tensor(x, device), exponent), expected, EXACT, device=device)


@documents("torch.linalg.matrix_power", "torch.matrix_power", guide=GUIDE)
@pytest.mark.parametrize("exponent", [-1, -2, -3])
@pytest.mark.dtypes(torch.float64, torch.float32)
def test_negative_powers_are_those_of_the_inverse(exponent, dtype, device):
    """matrix_power(A, -n) is the inverse of A multiplied n times, for each matrix of a batch."""
    shear = np.triu(draw.lattice(4, (2, 3, 3), 2), 1) + np.eye(3)  # eliminated without a rounding: ones on its diagonal
    x = shear.astype(dtypes.in_numpy(dtype))
    inverse = 3 * np.eye(3) - 3 * shear + shear @ shear  # (A - 1)³ = 0
    expected = np.linalg.matrix_power(inverse, -exponent).astype(x.dtype)

    close(torch.linalg.matrix_power(tensor(x, device), exponent), expected, EXACT, device=device)
    close(torch.matrix_power(tensor(x, device), exponent), expected, EXACT, device=device)


@documents("torch.dot", "torch.matmul")
@pytest.mark.dtypes(torch.bfloat16)
@pytest.mark.parametrize("name", ["dot", "matmul"])
def test_counts_beyond_its_digits(name, dtype, device):
    """torch.{name} of 4096 ones is 4096, though sums in bfloat16 would stand still at 256."""
    ones = tensor(np.ones(4096, np.float32), device, dtype)

    close(getattr(torch, name)(ones, ones), np.asarray(np.float32(4096)), dtype=dtype, device=device)
