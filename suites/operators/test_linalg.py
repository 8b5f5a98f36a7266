"""Determinants, Vandermonde matrices and products of torch.linalg; its refusals and error codes."""

from typing import Any, Callable, NamedTuple

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from reference import factorization
from suites.kit import array, bound, close, documents, draw, dtypes, share_memory, tensor, unchanged
from suites.operators import matrices, operands
from suites.operators.matrices import SQUARE, SUPPORTED, real, recipes, wide

pytestmark = pytest.mark.filterwarnings("ignore:.*deprecated.*:UserWarning")

GUIDE = "Operations on Tensors"


def determinants(a):
    """The determinant of each matrix, by elimination in the widest numbers there are."""
    wider = np.clongdouble if a.dtype.kind == "c" else np.longdouble
    return factorization.each(factorization.determinant, a.astype(wider))


def condition(a):
    """4 (√n + 4) |A||A⁻¹|, the relative error of a determinant in u: the trace of A⁻¹ times a backward error of A."""
    inverse = np.linalg.inv(wide(a))
    size = 4 * (a.shape[-1] ** 0.5 + 4)
    return size * np.linalg.norm(a, axis=(-2, -1)) * np.linalg.norm(inverse, axis=(-2, -1)) + 8


@documents("torch.linalg.det", "torch.det", "torch.Tensor.det", guide=GUIDE)
@pytest.mark.dtypes(*SUPPORTED)
@given(recipe=recipes(SQUARE))
def test_det_gives_the_determinant(recipe, dtype, device):
    """torch.linalg.det, torch.det and the method are the determinant of each matrix, 1 of one without rows."""
    a = recipe(matrices.varied, dtype)
    x, expected = recipe.tensor(a, device), determinants(a)
    limit = bound.Bound(condition(a), np.abs(expected), False)

    for found in (recipe.call(torch.linalg.det, x), torch.det(x), x.det()):
        close(found, expected, limit, dtype=dtype, device=device)


@documents("torch.linalg.slogdet", "torch.slogdet", "torch.Tensor.slogdet", guide=GUIDE)
@pytest.mark.dtypes(*SUPPORTED)
@given(recipe=recipes(SQUARE))
def test_slogdet_gives_the_sign_and_the_logarithm(recipe, dtype, device):
    """torch.linalg.slogdet, torch.slogdet and the method are a determinant over its modulus, and log of the modulus."""
    a = recipe(matrices.varied, dtype)
    x, value = recipe.tensor(a, device), determinants(a)
    sizes = np.abs(value)

    for sign, logarithm in (recipe.call(torch.linalg.slogdet, x), torch.slogdet(x), x.slogdet()):
        close(sign, value / sizes, bound.Bound(condition(a), 1.0, False), dtype=dtype, device=device)
        close(logarithm, np.log(sizes), bound.Bound(condition(a) + 16, 1 + np.log(sizes), False), dtype=real(dtype),
              device=device)  # fmt: skip


@documents("torch.logdet", "torch.Tensor.logdet", guide=GUIDE)
@given(recipe=recipes(SQUARE, outs=("new",)))
def test_logdet_gives_the_logarithm(recipe, dtype, device):
    """torch.logdet, and the method, is the logarithm of each determinant, NaN of one below 0."""
    a = recipe(matrices.varied, dtype)
    x = recipe.tensor(a, device)

    with np.errstate(invalid="ignore"):
        expected = np.log(determinants(a))
    for found in (recipe.call(torch.logdet, x), x.logdet()):
        close(found, expected, bound.Bound(condition(a) + 16, 1 + np.abs(expected), False), dtype=dtype, device=device)


ZERO = np.array([[[1.0, 2.0], [2.0, 4.0]], [[1.0, 0.0], [0.0, 2.0]], [[0.0, 0.0], [0.0, 0.0]]])


@documents("torch.linalg.slogdet", "torch.logdet", "torch.linalg.det")
@pytest.mark.dtypes(*SUPPORTED)
def test_singular_matrices_have_no_logarithm(dtype, device):
    """Where the determinant is 0 linalg.slogdet is (0, -inf), and det is 0."""
    x = tensor(ZERO.astype(dtypes.in_numpy(dtype)), device)

    sign, logarithm = torch.linalg.slogdet(x)

    part = array(x).real.dtype
    close(sign, np.array([0, 1, 0], array(x).dtype), bound.Bound(0, 0, False), device=device)
    close(logarithm, np.array([-np.inf, np.log(2), -np.inf]).astype(part), bound.Bound(4, 1), device=device)
    close(torch.linalg.det(x), np.array([0, 2, 0], array(x).dtype), bound.Bound(0, 0, False), device=device)


@documents("torch.logdet")
def test_logdet_of_a_singular_matrix_is_minus_infinity(dtype, device):
    """torch.logdet is -inf where the determinant is 0."""
    found = torch.logdet(tensor(ZERO.astype(dtypes.in_numpy(dtype)), device))

    close(found, np.array([-np.inf, np.log(2), -np.inf]), bound.Bound(4, 1), dtype=dtype, device=device)


@documents("torch.linalg.slogdet")
@pytest.mark.dtypes(*SUPPORTED)
@pytest.mark.parametrize("scale", [2.0**60, 2.0**-60])
def test_slogdet_goes_beyond_the_range_of_determinants(scale, dtype, device):
    """torch.linalg.slogdet is finite where the determinant is too large or too small for the dtype."""
    a = matrices.Recipe((33, 33), 4)(matrices.regular, dtype)
    size = np.log(np.abs(determinants(a))) + 33 * np.log(np.longdouble(scale))

    found = torch.linalg.slogdet(tensor(a * a.real.dtype.type(scale), device)).logabsdet

    close(found, size, bound.Bound(condition(a) + 64, np.abs(size)), dtype=real(dtype), device=device)


@documents("torch.linalg.vander")
@pytest.mark.dtypes(torch.float64, torch.float32, torch.complex128, torch.int64, torch.uint8)
@given(sample=operands.singles(((3,), (5,), (2,), (2, 4), (3, 2, 3), (17,), (0, 3)), hard=(), fills=("ties",)),
       columns=st.sampled_from((None, 2, 5, 3)))  # fmt: skip
def test_vander_has_rising_powers(sample, columns, dtype, device):
    """torch.linalg.vander(x, N) has the powers 0 to N - 1 of each number in a row; without N it is square."""
    values = sample(dtype) % 4 if dtype is torch.uint8 else sample(dtype)
    count = columns or min(values.shape[-1], 8)
    x = tensor(values, device)[..., : values.shape[-1] if columns else 8]

    with unchanged(x):
        found = torch.linalg.vander(x, N=columns)

    kept = values[..., : x.shape[-1]]
    widened = kept.astype(np.int64) if kept.dtype.kind in "iu" else kept
    expected = widened[..., None] ** np.arange(count).astype(widened.real.dtype)
    close(found, expected, bound.Bound(2 * count, np.abs(expected), False), dtype=_summed(dtype), device=device)


def _summed(dtype):
    """The dtype of products of a dtype: integers become int64."""
    return dtype if dtype.is_floating_point or dtype.is_complex else torch.int64


#: Two tensors of vectors that broadcast, of any number of dimensions; the vectors have equal lengths.
VECTORS = (
    ((5,), (5,)), ((3, 5), (5,)), ((5,), (3, 5)), ((2, 1, 4), (3, 4)), ((33,), (33,)), ((0,), (0,)), ((2, 0), (2, 0)),
    ((3, 257), (3, 257)), ((1,), (1,)), ((7, 1), (1, 1)), ((2, 3, 4, 2), (3, 1, 2)),
)  # fmt: skip


def assert_is_vecdot(pair, axis, recipe, dtype, device):
    """The sum of conj(x) y along the axis, to the error of an inner product."""
    left, right = (sample(dtype) for sample in pair)
    found = recipe.call(torch.linalg.vecdot, tensor(left, device, dtype), tensor(right, device, dtype), dim=axis)

    terms = np.conj(wide(left)) * wide(right)
    limit = bound.inner(np.sum(np.abs(terms), axis=axis), 2 * terms.shape[axis])
    close(found, np.asarray(np.sum(terms, axis=axis)), limit, dtype=dtype, device=device)


@documents("torch.linalg.vecdot", guide=GUIDE)
@pytest.mark.dtypes(*SUPPORTED, torch.bfloat16)
@given(pair=operands.several(VECTORS, hard=(), fills=("normal",)), out=st.sampled_from(matrices.OUTS))
def test_vecdot_multiplies_vectors(pair, out, dtype, device):
    """torch.linalg.vecdot(x, y) is the sum of conj(x) y along the last axis of tensors that broadcast."""
    assert_is_vecdot(pair, -1, matrices.Recipe((), out=out), dtype, device)


@documents("torch.linalg.vecdot", guide=GUIDE)
@pytest.mark.dtypes(*SUPPORTED)
@pytest.mark.parametrize("axis", [0, 1, 2, -1, -2, -3])
def test_vecdot_multiplies_along_any_axis(axis, dtype, device):
    """torch.linalg.vecdot(x, y, dim=d) is the sum of conj(x) y along that axis."""
    pair = draw.Sample((3, 4, 5), 8), draw.Sample((3, 4, 5), 9, layout="transposed")

    assert_is_vecdot(pair, axis, matrices.Recipe(()), dtype, device)


@documents("torch.linalg.vecdot")
@pytest.mark.parametrize("shapes", [((1,), (7,)), ((7,), (1,))], ids=str)
def test_vecdot_stretches_a_vector_of_one(shapes, dtype, device):
    """torch.linalg.vecdot of a vector and a vector of one element broadcasts that element."""
    pair = draw.Sample(shapes[0], 8), draw.Sample(shapes[1], 9)

    assert_is_vecdot(pair, -1, matrices.Recipe(()), dtype, device)


@documents("torch.linalg.vecdot")
@pytest.mark.dtypes(torch.int64, torch.uint8)
def test_vecdot_takes_integers(dtype, device):
    """torch.linalg.vecdot takes integers."""
    left, right = (np.arange(start, start + 12).reshape(3, 4).astype(dtypes.in_numpy(dtype)) for start in (0, 3))

    found = torch.linalg.vecdot(tensor(left, device), tensor(right, device))

    close(found.to(torch.int64), (left * right).sum(-1, dtype=np.int64), device=device)


@documents("torch.linalg.diagonal")
@pytest.mark.parametrize("options", [{}, {"offset": 1}, {"offset": -1}, {"dim1": 0, "dim2": -1}], ids=str)
def test_diagonal_is_a_view_of_the_last_two_dimensions(options, dtype, device):
    """torch.linalg.diagonal is a view of the diagonal of each matrix, or of the two dimensions it is told."""
    values = draw.normal(1, 2, 3, 4, dtype=dtype)
    x = tensor(values, device)

    found = torch.linalg.diagonal(x, **options)

    axes = options.get("dim1", -2), options.get("dim2", -1)
    close(found, np.diagonal(values, options.get("offset", 0), *axes), device=device)
    assert share_memory(found, x)


@documents("torch.linalg.matmul", "torch.chain_matmul")
@pytest.mark.dtypes(*SUPPORTED)
@given(seed=draw.seeds(), out=st.sampled_from(matrices.OUTS), layout=st.sampled_from(matrices.LAYOUTS))
def test_matmul_and_chains_multiply(seed, out, layout, dtype, device):
    """torch.linalg.matmul(A, B) is A B, and torch.chain_matmul of several matrices their product; of one, that one."""
    a, b, c = (
        draw.lattice(seed + i, s, 3).astype(dtypes.in_numpy(dtype)) for i, s in enumerate(((3, 9), (9, 2), (2, 5)))
    )
    recipe = matrices.Recipe((), layout=layout, out=out)
    x, y, z = (recipe.tensor(matrices.laid_out(m, layout), device) for m in (a, b, c))
    exact = bound.Bound(0, 0, False)

    close(recipe.call(torch.linalg.matmul, x, y), a @ b, exact, device=device)
    close(recipe.call(torch.chain_matmul, x, y, z), a @ b @ c, exact, device=device)
    close(torch.chain_matmul(x), a, device=device)


class Refusal(NamedTuple):
    """A call that raises, for a documented reason."""

    name: str
    shapes: tuple[tuple[int, ...], ...]
    call: "Callable[..., Any] | None" = None
    title: str = ""

    def __str__(self) -> str:
        return f"torch.{self.name}"


REQUIRE_SQUARE = (
    "linalg.cholesky", "linalg.cholesky_ex", "linalg.eig", "linalg.eigvals", "linalg.eigh", "linalg.eigvalsh",
    "linalg.inv", "linalg.inv_ex", "linalg.det", "linalg.slogdet", "linalg.ldl_factor", "linalg.ldl_factor_ex",
    "linalg.matrix_exp", "logdet", "cholesky_inverse", "inverse", "det", "slogdet", "matrix_exp",
)  # fmt: skip
REFUSALS = (
    *(Refusal(name, ((3, 4),)) for name in REQUIRE_SQUARE),
    *(Refusal(name, ((4,),), title=f"{name} of a vector") for name in (*REQUIRE_SQUARE[:6], "linalg.qr", "linalg.svd",
      "linalg.svdvals", "linalg.lu", "linalg.lu_factor", "linalg.pinv", "linalg.matrix_rank", "linalg.cond")),
    Refusal("linalg.solve", ((3, 4), (3, 2))),
    Refusal("linalg.solve", ((3, 3), (4, 2)), title="linalg.solve of other rows"),
    Refusal("linalg.solve_ex", ((3, 3), (4, 2))),
    Refusal("linalg.solve", ((2, 3, 3), (3, 3, 2)), title="linalg.solve of other batches"),
    Refusal("linalg.solve_triangular", ((3, 3), (4, 2)), lambda a, b: torch.linalg.solve_triangular(a, b, upper=True)),
    Refusal("linalg.lstsq", ((5, 3), (4, 2))),
    Refusal("linalg.lstsq", ((2, 5, 3), (3, 5, 2)), title="linalg.lstsq of other batches"),
    Refusal("cholesky_solve", ((4, 2), (3, 3))),
    Refusal("linalg.tensorinv", ((2, 3, 4),)),
    Refusal("linalg.tensorinv", ((4, 4),), lambda a: torch.linalg.tensorinv(a, ind=0), "linalg.tensorinv with ind=0"),
    Refusal("linalg.tensorsolve", ((2, 3, 4), (2, 3))),
    Refusal("linalg.householder_product", ((3, 4), (3,)), title="linalg.householder_product of a wide matrix"),
    Refusal("linalg.householder_product", ((4, 3), (4,)), title="linalg.householder_product of many factors"),
    Refusal("linalg.qr", ((3, 4),), lambda a: torch.linalg.qr(a, mode="raw"), "linalg.qr in another mode"),
    Refusal("linalg.eigh", ((3, 3),), lambda a: torch.linalg.eigh(a, UPLO="X"), "linalg.eigh of another triangle"),
    Refusal("linalg.lu_factor", ((3, 3),), lambda a: torch.linalg.lu_factor(a, pivot=False), "lu_factor unpivoted"),
    Refusal("linalg.lstsq", ((3, 3), (3, 1)), lambda a, b: torch.linalg.lstsq(a, b, driver="x"), "another driver"),
    Refusal("linalg.vander", ((3,),), lambda x: torch.linalg.vander(x, N=1), "linalg.vander with one column"),
    Refusal("linalg.vecdot", ((3,), (4,))),
    Refusal("cdist", ((3, 2), (4, 3))),
    Refusal("cdist", ((3, 2), (4, 2)), lambda x, y: torch.cdist(x, y, -1.0), "cdist of a negative order"),
)  # fmt: skip


@matrices.rows(REFUSALS)
def test_refuses_shapes_that_do_not_fit(row, device):
    """{row} raises RuntimeError for shapes or options that it is not defined for."""
    function = row.call or _named(row.name)

    with pytest.raises(RuntimeError):
        function(*(tensor(draw.normal(i, *shape), device) for i, shape in enumerate(row.shapes)))


def _named(name):
    """The function of that name below torch."""
    return getattr(torch.linalg, name[7:]) if name.startswith("linalg.") else getattr(torch, name)


#: Two matrices of which the second has no inverse and is not positive definite.
BROKEN = np.array([[[2.0, 1.0], [1.0, 2.0]], [[1.0, 2.0], [2.0, 4.0]]])
FAILING = (
    Refusal("linalg.inv", (), torch.linalg.inv),
    Refusal("inverse", (), torch.inverse),
    Refusal("linalg.inv_ex", (), lambda a: torch.linalg.inv_ex(a, check_errors=True)),
    Refusal("linalg.solve", (), lambda a: torch.linalg.solve(a, a)),
    Refusal("linalg.solve_ex", (), lambda a: torch.linalg.solve_ex(a, a, check_errors=True)),
    Refusal("linalg.lu_factor", (), torch.linalg.lu_factor),
    Refusal("linalg.lu_factor_ex", (), lambda a: torch.linalg.lu_factor_ex(a, check_errors=True)),
    Refusal("linalg.cholesky", (), lambda a: torch.linalg.cholesky(-a)),
    Refusal("linalg.cholesky_ex", (), lambda a: torch.linalg.cholesky_ex(-a, check_errors=True)),
    Refusal("linalg.tensorinv", (), lambda a: torch.linalg.tensorinv(a[1], ind=1)),
    Refusal("linalg.tensorsolve", (), lambda a: torch.linalg.tensorsolve(a[1], a[0, 0])),
)


@matrices.rows(FAILING)
@pytest.mark.dtypes(*SUPPORTED)
def test_refuses_matrices_without_a_result(row, dtype, device):
    """{row} raises RuntimeError where a matrix of a batch has no inverse or no factor."""
    x = tensor(BROKEN.astype(dtypes.in_numpy(dtype)), device)

    with pytest.raises(RuntimeError):
        row.call(x)


@documents("torch.linalg.LinAlgError", "torch.linalg.inv", "torch.linalg.cholesky", "torch.linalg.solve")
@pytest.mark.parametrize("name", ["inv", "cholesky", "solve"])
def test_numbers_at_fault_raise_an_error_of_their_own(name, device):
    """linalg.inv, cholesky and solve raise LinAlgError, a RuntimeError, where the numbers of a matrix are at fault."""
    x = tensor(-BROKEN, device)
    arguments = (x, x) if name == "solve" else (x,)

    with pytest.raises(torch.linalg.LinAlgError):
        getattr(torch.linalg, name)(*arguments)
    assert issubclass(torch.linalg.LinAlgError, RuntimeError)


@documents("torch.linalg.cholesky")
def test_cholesky_says_which_matrix_is_at_fault(device):
    """The error of torch.linalg.cholesky of a batch names the first matrix that is not positive definite."""
    a = np.stack([np.eye(3), np.eye(3), np.diag([1.0, -1.0, 1.0]), -np.eye(3)])

    with pytest.raises(torch.linalg.LinAlgError, match="2"):
        torch.linalg.cholesky(tensor(a, device))


class Code(NamedTuple):
    """A function that tells an error code for each matrix, the codes for a batch, and the batch."""

    name: str
    call: Callable[..., Any]
    codes: tuple[int, ...]
    diagonals: tuple[tuple[float, ...], ...]

    def __str__(self) -> str:
        return f"torch.{self.name}"


BY_ZEROS = ((0, 3, 1, 2), ((2.0, 3.0, 4.0), (1.0, 5.0, 0.0), (0.0, 1.0, 1.0), (1.0, 0.0, 1.0)))
CODES = (
    Code("linalg.inv_ex", torch.linalg.inv_ex, *BY_ZEROS),
    Code("linalg.solve_ex", lambda a: torch.linalg.solve_ex(a, a), *BY_ZEROS),
    Code("linalg.lu_factor_ex", torch.linalg.lu_factor_ex, *BY_ZEROS),
    Code("linalg.ldl_factor_ex", torch.linalg.ldl_factor_ex, *BY_ZEROS),
    Code("linalg.cholesky_ex", torch.linalg.cholesky_ex, (0, 3, 1, 2),
         ((2.0, 3.0, 4.0), (1.0, 5.0, -1.0), (-1.0, 1.0, 1.0), (1.0, -2.0, 1.0))),
)  # fmt: skip


@matrices.rows(CODES)
@pytest.mark.dtypes(*SUPPORTED)
def test_error_codes_tell_where_it_failed(row, dtype, device):
    """{row} raises nothing and tells for each matrix 0, or the number of the diagonal element or minor at fault."""
    a = np.stack([np.diag(diagonal) for diagonal in row.diagonals]).astype(dtypes.in_numpy(dtype))

    info = row.call(tensor(a, device))[-1]

    close(info, np.array(row.codes, np.int32), device=device)
