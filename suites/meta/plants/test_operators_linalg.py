"""Wrong answers of determinants, exponentials, products, norms, distances, refusals and gradients of linear algebra."""

import math

import pytest
import torch

from suites.meta import wrong
from suites.meta.planting import Plant, Repair, assert_rejected, assert_rejected_once_mended, plants
from suites.meta.wrong_matrices import lenient, repeated, unwritten
from suites.operators import test_linalg as linalg
from suites.operators import test_linalg_gradients as gradients
from suites.operators import test_matrix_exponential as exponential
from suites.operators import test_norms as norms

pytestmark = pytest.mark.filterwarnings("ignore:.*deprecated.*:UserWarning")

C = {"dtype": torch.complex128}
D = {"dtype": torch.float64}
L = "torch.linalg."
ORDER = {row.name: row for row in norms.ROWS}
REFUSAL = {row.title or row.name: row for row in linalg.REFUSALS}
FAILING = {row.name: row for row in linalg.FAILING}
CODE = {row.name: row for row in linalg.CODES}
GRADIENT = {f"{row.name} {row.title}".strip(): row for row in gradients.DERIVATIVES}


def detached(original):
    """Half of the gradient is lost."""
    return lambda x, *a, **k: original((x + x.detach()) / 2, *a, **k)


def transposing(original):
    """The gradient is that of the transpose: the value is right."""
    return lambda x, *a, **k: original(x.detach() + x.mT - x.mT.detach(), *a, **k)


def unconjugated(original):
    """The gradient is conjugated: the value is right."""
    return lambda x, *a, **k: original(x.detach() + x.conj() - x.conj().detach(), *a, **k)


LINALG = (
    Plant("its size", linalg.test_det_gives_the_determinant, L + "det", lambda f: lambda a, **k: f(a, **k).abs(), D),
    Plant("conjugated", linalg.test_det_gives_the_determinant, "torch.Tensor.det",
          lambda f: lambda a: f(a).conj().resolve_conj(), C),
    Plant("the last matrix is the first", linalg.test_slogdet_gives_the_sign_and_the_logarithm, L + "slogdet",
          repeated, D),
    Plant("no sign", linalg.test_slogdet_gives_the_sign_and_the_logarithm, "torch.slogdet",
          lambda f: lambda a: (f(a)[0] * 0 + 1, f(a)[1]), D),
    Plant("of the size", linalg.test_logdet_gives_the_logarithm, "torch.logdet",
          lambda f: lambda a: torch.slogdet(a)[1], D),
    Plant("the sign is 1", linalg.test_singular_matrices_have_no_logarithm, L + "slogdet",
          lambda f: lambda a: (f(a)[0].masked_fill(f(a)[0] == 0, 1), f(a)[1]), D),
    Plant("the smallest number", linalg.test_logdet_of_a_singular_matrix_is_minus_infinity, "torch.logdet",
          lambda f: lambda a: f(a).nan_to_num(), D),
    Plant("through the determinant", linalg.test_slogdet_goes_beyond_the_range_of_determinants, L + "slogdet",
          lambda f: lambda a: torch.return_types.linalg_slogdet((f(a)[0], torch.det(a).abs().log())),
          {"scale": 2.0**60, "dtype": torch.float32}),
    Plant("few terms", exponential.test_matrix_exp_sums_the_series, "torch.matrix_exp",
          lambda f: lambda a: torch.eye(a.shape[-1], dtype=a.dtype) + a @ (a / 2 + torch.eye(a.shape[-1])), D),
    Plant("large ones are not scaled", exponential.test_matrix_exp_of_a_generator_is_a_rotation, L + "matrix_exp",
          lambda f: lambda a: torch.where(a.abs().amax((-2, -1), keepdim=True) > 9, f(a / 2), f(a)),
          {"sizes": (60.0, 0.0), **D}),
    Plant("NaN is 0", exponential.test_matrix_exp_does_not_hide_nan, L + "matrix_exp",
          lambda f: lambda a: f(a.nan_to_num()), {"side": 3, "batch": (), **D}),
    Plant("falling", linalg.test_vander_has_rising_powers, L + "vander",
          lambda f: lambda x, N: f(x, N=N).flip(-1), D),
    Plant("not conjugated", linalg.test_vecdot_multiplies_vectors, L + "vecdot",
          lambda f: lambda x, y, **k: f(x.conj(), y, **k), C),
    Plant("strided out= stays as it was", linalg.test_matmul_and_chains_multiply, L + "matmul", unwritten, D),
    Plant("always the last", linalg.test_vecdot_multiplies_along_any_axis, L + "vecdot",
          lambda f: lambda x, y, dim: f(x, y), {"axis": 0, **D}),
    Plant("a copy", linalg.test_diagonal_is_a_view_of_the_last_two_dimensions, L + "diagonal", wrong.copied,
          {"options": {}, **D}),
    Plant("the first two", linalg.test_diagonal_is_a_view_of_the_last_two_dimensions, L + "diagonal",
          lambda f: torch.diagonal, {"options": {"offset": 1}, **D}),
    Plant("the last is left out", linalg.test_matmul_and_chains_multiply, "torch.chain_matmul",
          lambda f: lambda x, *rest, **k: f(x, *rest[:-1], **k), D),
    Plant("anything goes", linalg.test_refuses_shapes_that_do_not_fit, L + "solve", lenient,
          {"row": REFUSAL["linalg.solve of other rows"]}),
    Plant("anything goes", linalg.test_refuses_matrices_without_a_result, L + "solve", lenient,
          {"row": FAILING["linalg.solve"]}),
    Plant("anything goes", linalg.test_numbers_at_fault_raise_an_error_of_their_own, L + "inv", lenient,
          {"name": "inv"}),
    Plant("it does not", linalg.test_cholesky_says_which_matrix_is_at_fault, L + "cholesky",
          lambda f: lambda a: f(a[-1:])),
    Plant("one more", linalg.test_error_codes_tell_where_it_failed, L + "solve_ex",
          lambda f: lambda a, b: (lambda r: (r[0], r[1] + (r[1] > 0)))(f(a, b)), {"row": CODE["linalg.solve_ex"]}),
)  # fmt: skip
NORMS = (
    Plant("slightly off", norms.test_matrix_norm_follows_its_definition, L + "matrix_norm", wrong.slightly,
          {"row": ORDER["nuc"], **D}),
    Plant("rows for columns", norms.test_matrix_norm_takes_any_two_axes, L + "matrix_norm",
          lambda f: lambda x, ord, dim, **k: f(x, ord=ord, dim=dim[::-1], **k), {"row": ORDER["1"], **D}),
    Plant("the largest singular value", norms.test_matrix_norm_is_frobenius_by_default, L + "matrix_norm",
          lambda f: lambda x, **k: f(x, 2, **k), D),
    Plant("NaN", norms.test_the_norm_of_an_empty_matrix_is_zero, L + "matrix_norm",
          lambda f: lambda x, order: f(x, order) / 0.0, {"order": "fro", "shape": (3, 0)}),
    Plant("of order 2", norms.test_norm_along_one_axis_is_a_vector_norm, L + "norm",
          lambda f: lambda x, order, **k: f(x, 2.0 if order == 3 else order, **k), {"order": 3, **D}),
    Plant("squared", norms.test_norm_flattens_without_ord_and_dim, L + "norm", lambda f: lambda x: f(x) ** 2, D),
    Plant("of all numbers", norms.test_norm_tells_vectors_from_matrices, L + "norm",
          lambda f: lambda x, order: f(x.reshape(-1), order) if x.ndim == 2 else f(x, order), {"order": 2, **D}),
    Plant("cast after", norms.test_norm_casts_first, L + "norm",
          lambda f: lambda x, order, axes, dtype: f(x, order, axes).to(dtype), {"order": "nuc"}),
    Plant("NaN is left out", norms.test_norms_of_nan_are_nan, L + "matrix_norm",
          lambda f: lambda x, order: f(x.nan_to_num(), order),
          {"order": math.inf, "shape": (5, 40), "place": 7, **D}),
    Plant("NaN everywhere", norms.test_norms_of_nan_are_nan, L + "matrix_norm",
          lambda f: lambda x, order: f(x, order) + x.sum() * 0, {"order": "fro", "shape": (3, 3), "place": 0, **D}),
    Plant("anything goes", norms.test_matrix_norm_refuses_other_axes, L + "matrix_norm", lenient,
          {"order": 2, "axes": (0, 0)}),
    Plant("anything goes", norms.test_matrix_norm_refuses_other_orders, L + "norm", lenient, {"order": 3}),
    Plant("without the inverse", norms.test_cond_multiplies_norms, L + "cond",
          lambda f: lambda x, p, **k: f(x, p=2, **k), D),
    Plant("-2 is 2", norms.test_cond_takes_matrices_of_any_sides, L + "cond", lambda f: lambda x, p: f(x),
          {"p": -2, "expected": 0.25, "shape": (3, 5), **D}),
    Plant("anything goes", norms.test_cond_refuses_matrices_that_are_not_square, L + "cond", lenient,
          {"order": "nuc"}),
    Plant("of order 2", norms.test_cdist_is_the_norm_of_each_difference, "torch.cdist",
          lambda f: lambda x, y, p, **k: f(x, y, 2.0, **k), {"p": 3.0, **D}),
    Plant("slightly off", norms.test_cdist_may_multiply_matrices, "torch.cdist", wrong.slightly,
          {"mode": norms.MODES[1], **D}),
)  # fmt: skip
GRADIENTS = (
    Plant("half of it", gradients.test_gradients_are_derivatives, L + "slogdet", detached,
          {"row": GRADIENT["linalg.slogdet"]}),
    Plant("transposed", gradients.test_gradients_are_derivatives, L + "svd", transposing,
          {"row": GRADIENT["linalg.svd"]._replace(shapes=((4, 4),))}),
    Plant("of one factor", gradients.test_gradients_are_derivatives, L + "qr",
          lambda f: lambda x: (lambda r: (r[0].detach(), r[1]))(f(x)), {"row": GRADIENT["linalg.qr"]}),
    Plant("conjugated", gradients.test_complex_gradients_are_derivatives, L + "inv_ex", unconjugated,
          {"row": GRADIENT["linalg.inv_ex"]}),
    Plant("conjugated", gradients.test_complex_spectra_have_gradients, L + "eigvalsh", unconjugated),
    Plant("conjugated", gradients.test_complex_factors_have_gradients, L + "cholesky", unconjugated),
)  # fmt: skip


def highest(original):
    """The polynomial of the highest degree, which several matrices take, for a single one too."""
    return lambda a: original(torch.stack([a, torch.full_like(a, 4)]))[0]


MENDED = (
    (Plant("slightly off", exponential.test_matrix_exp_takes_batches_of_any_strides, L + "matrix_exp", wrong.slightly,
           {"layout": "expanded", **D}), lambda f: lambda a: f(a.contiguous())),
    (Plant("slightly off", exponential.test_matrix_exp_of_one_matrix_is_a_rotation, L + "matrix_exp",
           wrong.slightly, D),
     highest),
    (Plant("not broadcast", linalg.test_vecdot_stretches_a_vector_of_one, L + "vecdot",
           lambda f: lambda x, y, dim: f(x, y[:1], dim=dim), {"shapes": ((1,), (7,)), **D}),
     lambda f: lambda x, y, dim: f(x.expand(max(len(x), len(y))), y.expand(max(len(x), len(y))), dim=dim)),
    (Plant("off", linalg.test_vecdot_takes_integers, L + "vecdot", wrong.off, {"dtype": torch.int64}),
     lambda f: lambda x, y: (x.long() * y.long()).sum(-1)),
    (Plant("infinity", norms.test_cond_refuses_singular_matrices, L + "cond", lenient, {"order": 1}),
     lambda f: lambda x, p: torch.linalg.inv(x)),
)  # fmt: skip
PLANTS = (*LINALG, *NORMS, *GRADIENTS, *(plant for plant, _ in MENDED))


@plants(*LINALG, *NORMS, *GRADIENTS)
def test_is_rejected(plant, request):
    assert_rejected(plant, request)


@pytest.mark.parametrize(("plant", "mend"), MENDED, ids=lambda x: str(x) if isinstance(x, Plant) else "")
def test_is_rejected_by_a_claim_that_holds_once_torch_is_mended(plant, mend, request):
    assert_rejected_once_mended(plant, Repair(plant.target, mend), request)
