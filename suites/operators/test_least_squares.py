"""Least squares, pseudoinverses and ranks: of matrices of full rank, tall and wide, and of others."""

from typing import NamedTuple

import numpy as np
import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st

from suites.kit import array, bound, close, documents, draw, dtypes, tensor
from suites.operators import matrices
from suites.operators.matrices import RECTANGULAR, SUPPORTED, adjoint, norm, recipes, same, wide

GUIDE = "Operations on Tensors"
#: The drivers of lstsq on a CPU, and those of them that tell the rank of the matrix.
DRIVERS = ("gelsy", "gels", "gelsd", "gelss")
RANKED = ("gelsy", "gelsd", "gelss")


class Threshold(NamedTuple):
    """Tolerances below which singular values of 4, 3, 2 and 1 count as zero, and how many remain."""

    name: str
    options: dict[str, float]
    rank: int

    def __str__(self) -> str:
        return self.name


THRESHOLDS = (
    Threshold("no tolerance", {}, 4),
    Threshold("atol=1.5", {"atol": 1.5}, 3),
    Threshold("rtol=0.4", {"rtol": 0.4}, 3),
    Threshold("atol=1.5, rtol=0.6", {"atol": 1.5, "rtol": 0.6}, 2),
    Threshold("atol=2.5, rtol=0.3", {"atol": 2.5, "rtol": 0.3}, 2),
    Threshold("atol=0, rtol=0.9", {"atol": 0.0, "rtol": 0.9}, 1),
    Threshold("rtol=0.9", {"rtol": 0.9}, 1),
    Threshold("atol=9", {"atol": 9.0}, 0),
)


def inverse_of(a, least=0.0):
    """The pseudoinverse that leaves out singular values up to ``least``, or up to a thousandth of the largest."""
    u, s, vh = np.linalg.svd(wide(a), full_matrices=False)
    kept = s > np.maximum(least, s[..., :1] * 1e-3)
    inverted = np.where(kept, 1 / np.where(kept, s, 1), 0)
    return (adjoint(vh) * inverted[..., None, :]) @ adjoint(u)


@documents("torch.linalg.lstsq", guide=GUIDE)
@pytest.mark.dtypes(*SUPPORTED)
@given(
    recipe=recipes(RECTANGULAR, outs=("new",)),
    driver=st.sampled_from((None, *DRIVERS)),
    columns=st.sampled_from((2, 1)),
)
def test_lstsq_minimises_the_residual(recipe, driver, columns, dtype, device):
    """torch.linalg.lstsq(A, B) is the X with the least ‖A X - B‖, and of those the one with the least ‖X‖."""
    a, b = recipe(matrices.regular, dtype), recipe.beside(dtype, columns)

    result = recipe.call(torch.linalg.lstsq, recipe.tensor(a, device), recipe.tensor(b, device), driver=driver)

    expected = inverse_of(a) @ wide(b)
    same(wide(result.solution, dtype, device), expected, dtype, norm(a) * norm(b), count=8)


@documents("torch.linalg.lstsq", guide=GUIDE)
@pytest.mark.dtypes(*SUPPORTED)
@given(
    recipe=recipes(RECTANGULAR, outs=("new",)),
    driver=st.sampled_from(("gelsd", "gelss")),
    rcond=st.sampled_from((None, 1e-3)),
)
def test_lstsq_takes_matrices_of_lower_rank(recipe, driver, rcond, dtype, device):
    """The drivers gelsd and gelss of torch.linalg.lstsq give the least X for a matrix of lower rank, and the rank."""
    a, b = recipe(matrices.deficient, dtype), recipe.beside(dtype)

    parts = recipe.tensor(a, device), recipe.tensor(b, device)
    result = recipe.call(torch.linalg.lstsq, *parts, rcond=rcond, driver=driver)

    expected = inverse_of(a) @ wide(b)
    same(wide(result.solution, dtype, device), expected, dtype, norm(a) * norm(b), count=16)
    close(result.rank, np.full(a.shape[:-2], -(-min(a.shape[-2:]) // 2)), device=device)


@documents("torch.linalg.lstsq")
@pytest.mark.dtypes(*SUPPORTED)
@pytest.mark.parametrize("driver", RANKED)
@pytest.mark.parametrize("shape", [(4, 3), (3, 5), (7, 7)], ids=str)
def test_lstsq_takes_matrices_of_rank_one(shape, driver, dtype, device):
    """The drivers gelsy, gelsd and gelss of linalg.lstsq give the least X for a matrix of rank 1, and the rank."""
    left, right = (np.exp(draw.normal(seed, side) / 4) for seed, side in enumerate(shape))
    a = np.outer(left, right).astype(dtypes.in_numpy(dtype))
    b = draw.normal(3, shape[0], 2, dtype=dtype)

    result = torch.linalg.lstsq(tensor(a, device), tensor(b, device), driver=driver)

    same(wide(result.solution, dtype, device), inverse_of(a) @ wide(b), dtype, norm(a) * norm(b), count=16)
    close(result.rank, np.array(1), device=device)


@documents("torch.linalg.lstsq")
@pytest.mark.parametrize("driver", RANKED)
def test_lstsq_ranks_each_matrix_by_itself(driver, dtype, device):
    """torch.linalg.lstsq tells of each matrix of a batch the rank that it has alone."""
    a = np.stack([np.eye(3), np.diag([1.0, 1.0], 1)]).astype(dtypes.in_numpy(dtype))

    result = torch.linalg.lstsq(tensor(a, device), tensor(np.ones((2, 3, 1), a.dtype), device), driver=driver)

    close(result.rank, np.array([3, 2]), device=device)
    same(wide(result.solution), np.array([[[1.0], [1.0], [1.0]], [[0.0], [1.0], [1.0]]]), dtype, 2.0)


@documents("torch.linalg.lstsq")
@pytest.mark.parametrize("driver", ["gelsd", "gelss"])
def test_lstsq_rounds_small_singular_values_down(driver, dtype, device):
    """The drivers gelsd and gelss of torch.linalg.lstsq count singular values up to rcond of the largest as zero."""
    a = np.diag([8.0, 4.0, 0.5]).astype(dtypes.in_numpy(dtype))
    x, b = tensor(a, device), tensor(np.ones((3, 1), a.dtype), device)

    result = torch.linalg.lstsq(x, b, rcond=0.1, driver=driver)

    same(wide(result.solution), np.array([[0.125], [0.25], [0.0]]), dtype, 1.0)
    close(result.rank, np.array(2), device=device)


class Told(NamedTuple):
    """What a driver of lstsq tells beside the solution."""

    name: str
    rank: bool
    singular_values: bool

    def __str__(self) -> str:
        return f'driver="{self.name}"'


TOLD = (Told("gelsy", True, False), Told("gels", False, False), Told("gelsd", True, True), Told("gelss", True, True))


@pytest.mark.parametrize("row", TOLD, ids=lambda row: row.name)
@pytest.mark.parametrize("shape", [(5, 3), (2, 5, 3), (3, 5), (4, 4), (0, 5, 3)], ids=str)
@documents("torch.linalg.lstsq")
def test_lstsq_tells_rank_and_singular_values(row, shape, dtype, device):
    """torch.linalg.lstsq with {row} tells the rank and the singular values as documented, and is empty elsewhere."""
    a, b = (matrices.Recipe(shape, 2)(matrices.regular, dtype), matrices.Recipe(shape, 2).beside(dtype))

    found = torch.linalg.lstsq(tensor(a, device), tensor(b, device), driver=row.name)

    least, batch = min(shape[-2:]), shape[:-2]
    close(found.rank, np.full(batch, least) if row.rank else np.zeros(0, int), device=device)
    known = np.broadcast_to(matrices.spread(least), (*batch, least)) if row.singular_values else np.zeros(0)
    same(wide(found.singular_values, dtype, device), known, dtype, norm(a), count=2)


@documents("torch.linalg.lstsq")
@pytest.mark.dtypes(*SUPPORTED)
@pytest.mark.parametrize("driver", DRIVERS)
@example(recipe=matrices.Recipe((5, 2)))
@given(recipe=recipes(((2, 7, 3), (33, 4), (5, 1), (2, 1, 4, 3)), outs=("new",)))
def test_lstsq_tells_the_squared_residuals(driver, recipe, dtype, device):
    """torch.linalg.lstsq of more equations than unknowns tells Σ|A X - B|² of each column, for every driver."""
    a, b = recipe(matrices.regular, dtype), recipe.beside(dtype, 3)

    found = torch.linalg.lstsq(recipe.tensor(a, device), recipe.tensor(b, device), driver=driver).residuals

    expected = np.sum(np.abs(wide(b) - wide(a) @ (inverse_of(a) @ wide(b))) ** 2, axis=-2)
    same(wide(array(found).real), expected, dtype, norm(b) ** 2, count=8)


@documents("torch.linalg.lstsq")
@pytest.mark.parametrize("driver", DRIVERS)
@pytest.mark.parametrize("shape", [(3, 5), (4, 4)], ids=str)
def test_lstsq_has_no_residuals_where_the_equations_can_hold(driver, shape, device):
    """torch.linalg.lstsq of no more equations than unknowns has empty residuals."""
    recipe = matrices.Recipe(shape, 2)
    a, b = tensor(recipe(matrices.regular, "float64"), device), tensor(recipe.beside("float64"), device)

    assert torch.linalg.lstsq(a, b, driver=driver).residuals.numel() == 0


@documents("torch.linalg.pinv", guide=GUIDE)
@pytest.mark.dtypes(*SUPPORTED)
@given(recipe=recipes(RECTANGULAR), kind=st.sampled_from((matrices.regular, matrices.deficient)))
def test_pinv_gives_the_pseudoinverse(recipe, kind, dtype, device):
    """torch.linalg.pinv(A) is the X with A X A = A and X A X = X for which A X and X A are Hermitian."""
    a = recipe(kind, dtype)

    x = wide(recipe.call(torch.linalg.pinv, recipe.tensor(a, device)), dtype, device)

    a, size = wide(a), norm(a) ** 2 + 1
    same(a @ x @ a, a, dtype, size, count=16)
    same(x @ a @ x, x, dtype, size, count=16)
    same(a @ x, adjoint(a @ x), dtype, size, count=8)
    same(x @ a, adjoint(x @ a), dtype, size, count=8)


@documents("torch.pinverse", "torch.Tensor.pinverse")
@given(recipe=recipes(RECTANGULAR, outs=("new",)))
def test_pinverse_gives_the_pseudoinverse(recipe, dtype, device):
    """torch.pinverse(A), and the method, is the pseudoinverse, with the singular values above rcond of the largest."""
    a = recipe(matrices.regular, dtype)
    x = recipe.tensor(a, device)

    for found in (recipe.call(torch.pinverse, x), x.pinverse()):
        same(wide(found, dtype, device), inverse_of(a), dtype, norm(a), count=8)
    same(wide(torch.pinverse(x, 0.55), dtype, device), inverse_of(a, 2.2), dtype, norm(a), count=8)


@pytest.mark.parametrize("row", THRESHOLDS, ids=lambda row: row.name)
@documents("torch.linalg.pinv", "torch.linalg.matrix_rank")
@pytest.mark.dtypes(torch.float32, torch.complex128)
@pytest.mark.parametrize("hermitian", [False, True])
def test_tolerances_tell_what_counts_as_zero(row, hermitian, dtype, device):
    """linalg.matrix_rank and pinv take singular values up to max(atol, rtol times the largest) for zero: {row}.

    The singular values, or moduli of eigenvalues of a Hermitian matrix, are 4, 3, 2 and 1.
    """
    a = matrices.Recipe((2, 4, 4) if hermitian else (2, 6, 4), 7)(
        matrices.indefinite if hermitian else matrices.regular, dtype
    )
    x = tensor(a, device)

    close(torch.linalg.matrix_rank(x, hermitian=hermitian, **row.options), np.full(2, row.rank), device=device)
    found = wide(torch.linalg.pinv(x, hermitian=hermitian, **row.options), dtype, device)
    same(found, inverse_of(a, 4.5 - row.rank), dtype, norm(a), count=8)


@documents("torch.linalg.pinv", "torch.linalg.matrix_rank")
@pytest.mark.parametrize("name", ["atol", "rtol"])
def test_tolerances_can_be_tensors(name, dtype, device):
    """linalg.matrix_rank and pinv take a tolerance for each matrix of a batch as a tensor."""
    a = matrices.Recipe((3, 6, 4), 7)(matrices.regular, dtype)
    least = np.array([0.5, 2.5, 3.5], a.dtype) / (1 if name == "atol" else 4)

    ranks = torch.linalg.matrix_rank(tensor(a, device), **{name: tensor(least, device)})
    found = torch.linalg.pinv(tensor(a, device), **{name: tensor(least, device)})

    close(ranks, np.array([4, 2, 1]), device=device)
    expected = np.stack([inverse_of(a[i], least) for i, least in enumerate((0.5, 2.5, 3.5))])
    same(wide(found, dtype, device), expected, dtype, norm(a), count=8)


@documents("torch.linalg.pinv", "torch.linalg.matrix_rank")
def test_hermitian_reads_the_lower_triangle(dtype, device):
    """linalg.matrix_rank and pinv with hermitian=True read the lower triangle alone."""
    a = matrices.Recipe((4, 4), 8)(matrices.indefinite, dtype)
    x = tensor(np.tril(a) + np.triu(np.full_like(a, 50), 1), device)

    close(torch.linalg.matrix_rank(x, hermitian=True, atol=1.5), np.array(3), device=device)
    same(wide(torch.linalg.pinv(x, hermitian=True), dtype, device), inverse_of(a), dtype, norm(a), count=8)


@documents("torch.linalg.matrix_rank")
@pytest.mark.dtypes(*SUPPORTED)
@given(recipe=recipes(RECTANGULAR), full=st.booleans())
def test_matrix_rank_counts_singular_values(recipe, full, dtype, device):
    """torch.linalg.matrix_rank is the number of singular values that are not zero, 0 of an empty matrix."""
    a = recipe(matrices.regular if full else matrices.deficient, dtype)

    result = recipe.call(torch.linalg.matrix_rank, recipe.tensor(a, device))

    least = min(a.shape[-2:])
    close(result, np.full(a.shape[:-2], least if full else -(-least // 2)), device=device)


@documents("torch.linalg.matrix_rank")
@pytest.mark.parametrize(("small", "rank"), [(0.5, 1), (2.0, 2)])
@pytest.mark.parametrize("shape", [(2, 2), (40, 2), (2, 40)], ids=str)
def test_the_default_tolerance_grows_with_the_matrix(shape, small, rank, dtype, device):
    """Without tolerances torch.linalg.matrix_rank counts singular values above max(m, n) ε of the largest one."""
    a = np.zeros(shape, dtypes.in_numpy(dtype))
    a[0, 0], a[1, 1] = 1, small * max(shape) * 2 * dtypes.unit(dtype)

    close(torch.linalg.matrix_rank(tensor(a, device)), np.array(rank), device=device)


@documents("torch.linalg.pinv")
@pytest.mark.parametrize("shape", [(3, 2), (2, 3, 4)], ids=str)
def test_pinv_of_zeros_is_zero(shape, dtype, device):
    """torch.linalg.pinv of a matrix of zeros is zeros."""
    zeros = np.zeros(shape, dtypes.in_numpy(dtype))

    close(torch.linalg.pinv(tensor(zeros, device)), zeros.swapaxes(-1, -2), bound.Bound(0, 0, False), device=device)
