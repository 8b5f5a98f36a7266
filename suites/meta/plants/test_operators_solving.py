"""Wrong answers of linear systems, inverses, least squares and ranks."""

import pytest
import torch

from suites.meta import wrong
from suites.meta.planting import Plant, Repair, assert_rejected, assert_rejected_once_mended, plants
from suites.meta.wrong_matrices import conjugated, repeated, unwritten
from suites.operators import test_least_squares as fitting
from suites.operators import test_solving as solving

pytestmark = pytest.mark.filterwarnings("ignore:.*deprecated.*:UserWarning")

C = {"dtype": torch.complex128}
D = {"dtype": torch.float64}
L = "torch.linalg."
INVERSE = {row.name: row for row in solving.INVERSES}
THRESHOLD = {row.name: row for row in fitting.THRESHOLDS}


def first_rank(original):
    """Every matrix of a batch has the rank of the first."""
    return lambda a, b, **k: (lambda r: type(r)((r[0], r[1], r[2][:1].expand_as(r[2]), r[3])))(original(a, b, **k))


SOLVING = (
    Plant("transposed", solving.test_solve_gives_the_solution, L + "solve",
          lambda f: lambda a, b, **k: f(a.mT, b, **k), D),
    Plant("strided out= stays as it was", solving.test_solve_gives_the_solution, L + "solve_ex", unwritten, D),
    Plant("the last matrix is the first", solving.test_solve_gives_the_solution, L + "solve", repeated, D),
    Plant("on the left", solving.test_solve_takes_the_matrix_on_the_right, L + "solve",
          lambda f: lambda a, b, left, **k: f(a, b, left=b.shape[-1] == b.shape[-2], **k), D),
    Plant("the first of several", solving.test_solve_takes_vectors_and_batches_that_broadcast, L + "solve",
          lambda f: lambda a, b: f(a, b) * 0 + f(a, b)[:1],
          {"left": (3, 4, 4), "right": (4,), "vectors": True}),
    Plant("transposed", solving.test_inv_gives_the_inverse, L + "inv_ex",
          lambda f: lambda a, **k: f(a.mT.conj(), **k), {"row": INVERSE["linalg.inv_ex"], **C}),
    Plant("a lazy conjugate is not seen", solving.test_inv_gives_the_inverse, L + "tensorinv", conjugated,
          {"row": INVERSE["linalg.tensorinv"], **C}),
    Plant("the diagonal is read", solving.test_solve_triangular_reads_one_triangle, L + "solve_triangular",
          wrong.ignoring("unitriangular"), D),
    Plant("all is read", solving.test_solve_triangular_reads_one_triangle, L + "solve_triangular",
          lambda f: lambda a, b, upper, **k: f(a + a.triu(1) * 1e-6 * upper, b, upper=upper, **k), D),
    Plant("transposed and conjugated", solving.test_triangular_solve_of_old_solves_too, "torch.triangular_solve",
          lambda f: lambda b, a, **k: f(b, a.conj() if k["transpose"] else a, **k), C),
    Plant("a transpose alone", solving.test_lu_solve_solves, L + "lu_solve",
          lambda f: lambda lu, p, b, adjoint, **k: f(lu.conj() if adjoint else lu, p, b, adjoint=adjoint, **k), C),
    Plant("slightly off", solving.test_lu_solve_of_old_solves_too, "torch.lu_solve", wrong.slightly, C),
    Plant("always a lower factor", solving.test_cholesky_solve_solves, "torch.cholesky_solve",
          wrong.ignoring("upper"), D),
    Plant("always a lower factor", solving.test_cholesky_inverse_inverts, "torch.cholesky_inverse",
          wrong.ignoring("upper"), D),
    Plant("inverse in place of its transpose", solving.test_tensorinv_and_tensorsolve_undo_tensordot,
          L + "tensorsolve", wrong.slightly, {"shape": (4, 6, 8, 3), "ind": 2, **D}),
    Plant("dims stay", solving.test_tensorsolve_moves_dimensions_to_the_end, L + "tensorsolve",
          lambda f: lambda a, b, dims: f(a.movedim(dims, tuple(range(a.ndim - len(dims), a.ndim))).mT.contiguous().view(
              *b.shape, *[side for i, side in enumerate(a.shape) if i - a.ndim in dims or i in dims]), b),
          {"dims": (2,), **D}),
)  # fmt: skip
FITTING = (
    Plant("slightly off", fitting.test_lstsq_minimises_the_residual, L + "lstsq",
          lambda f: lambda a, b, driver: f(a, b * 1.00001, driver=driver), D),
    Plant("of full rank", fitting.test_lstsq_takes_matrices_of_lower_rank, L + "lstsq",
          lambda f: lambda a, b, rcond, driver: f(a, b, rcond=0.0, driver=driver), D),
    Plant("of full rank", fitting.test_lstsq_takes_matrices_of_rank_one, L + "lstsq",
          lambda f: lambda a, b, driver: f(a, b, rcond=0.0, driver=driver), {"driver": "gelss", "shape": (4, 3), **D}),
    Plant("rcond is ignored", fitting.test_lstsq_rounds_small_singular_values_down, L + "lstsq",
          wrong.ignoring("rcond"), {"driver": "gelsd"}),
    Plant("the rank of the first", fitting.test_lstsq_ranks_each_matrix_by_itself, L + "lstsq", first_rank,
          {"driver": "gelsd"}),
    Plant("gelsd for all", fitting.test_lstsq_tells_rank_and_singular_values, L + "lstsq",
          lambda f: lambda a, b, driver: f(a, b, driver="gelsd"),
          {"row": fitting.TOLD[0], "shape": (2, 5, 3)}),
    Plant("not squared", fitting.test_lstsq_tells_the_squared_residuals, L + "lstsq",
          lambda f: lambda a, b, **k: (lambda r: type(r)((r[0], r[1].sqrt(), *r[2:])))(f(a, b, **k)),
          {"driver": "gels", **D}),
    Plant("zeros", fitting.test_lstsq_has_no_residuals_where_the_equations_can_hold, L + "lstsq",
          lambda f: lambda a, b, driver: (lambda r: type(r)((r[0], torch.zeros(2), *r[2:])))(f(a, b, driver=driver)),
          {"driver": "gelsy", "shape": (3, 5)}),
    Plant("transposed", fitting.test_pinv_gives_the_pseudoinverse, L + "pinv",
          lambda f: lambda a, **k: f(a.conj(), **k), C),
    Plant("every singular value is inverted", fitting.test_pinv_gives_the_pseudoinverse, L + "pinv",
          lambda f: lambda a, **k: f(a, rtol=0.0, **k), D),
    Plant("rcond is ignored", fitting.test_pinverse_gives_the_pseudoinverse, "torch.pinverse",
          lambda f: lambda a, *rcond: f(a), D),
    Plant("rtol adds to atol", fitting.test_tolerances_tell_what_counts_as_zero, L + "matrix_rank",
          lambda f: lambda x, atol, rtol, **k: f(x, atol=atol + 4 * rtol, rtol=0.0, **k),
          {"row": THRESHOLD["atol=1.5, rtol=0.6"], "hermitian": False, **D}),
    Plant("the default rtol stays", fitting.test_tolerances_tell_what_counts_as_zero, L + "pinv",
          wrong.ignoring("atol"), {"row": THRESHOLD["atol=1.5"], "hermitian": True, **D}),
    Plant("the first tolerance", fitting.test_tolerances_can_be_tensors, L + "pinv",
          lambda f: lambda x, atol: f(x, atol=atol[:1].expand(3)), {"name": "atol", **D}),
    Plant("the upper triangle", fitting.test_hermitian_reads_the_lower_triangle, L + "pinv",
          lambda f: lambda x, hermitian: f(x.mT, hermitian=True), D),
    Plant("no tolerance", fitting.test_matrix_rank_counts_singular_values, L + "matrix_rank",
          lambda f: lambda x, **k: f(x, rtol=0.0, **k), D),
    Plant("of the rows alone", fitting.test_the_default_tolerance_grows_with_the_matrix, L + "matrix_rank",
          lambda f: lambda x: f(x, rtol=x.shape[0] * torch.finfo(x.dtype).eps),
          {"shape": (2, 40), "small": 0.5, "rank": 1, **D}),
    Plant("infinity", fitting.test_pinv_of_zeros_is_zero, L + "pinv", lambda f: lambda x: 1 / f(x),
          {"shape": (3, 2), **D}),
)  # fmt: skip
PLANTS = SOLVING + FITTING


def resetting(original):
    """Each matrix by itself, in memory of its own."""

    def right(a, b, **k):
        each = [original(a[i], b[i], **{**k, "driver": "gelsd"}) for i in range(len(a))]
        return type(each[0])([torch.stack(parts) for parts in zip(*each)])

    return right


MENDED = (
    Plant("the rank of the first", fitting.test_lstsq_ranks_each_matrix_by_itself, L + "lstsq", first_rank,
          {"driver": "gelsy"}),
)  # fmt: skip


@plants(*PLANTS)
def test_is_rejected(plant, request):
    assert_rejected(plant, request)


@plants(*MENDED)
def test_is_rejected_by_a_claim_that_holds_once_torch_is_mended(plant, request):
    assert_rejected_once_mended(plant, Repair(plant.target, resetting), request)
