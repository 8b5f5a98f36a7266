"""Wrong answers of factorizations, spectra and low-rank factors."""

import pytest
import torch

from suites.meta import wrong
from suites.meta.planting import Plant, assert_rejected, plants
from suites.meta.wrong_matrices import conjugated, refilled, repeated, unwritten
from suites.operators import test_factorizations as factors
from suites.operators import test_lowrank as lowrank
from suites.operators import test_spectra as spectra

pytestmark = pytest.mark.filterwarnings("ignore:.*deprecated.*:UserWarning")

C = {"dtype": torch.complex128}
D = {"dtype": torch.float64}
L = "torch.linalg."


def flipped(original):
    """Eigenvalues and vectors in descending order."""
    return lambda *a, **k: tuple(part.flip(-1) for part in original(*a, **k))


def unscaled(original):
    """The first result twice as large and the second half: the product is right."""
    return lambda *a, **k: (lambda r: (r[0] * 2, r[1] / 2, *r[2:]))(original(*a, **k))


FACTORS = (
    Plant("scaled factors", factors.test_qr_factors, L + "qr", unscaled, D),
    Plant("strided out= stays as it was", factors.test_qr_factors, L + "qr", unwritten, D),
    Plant("a lazy conjugate is not seen", factors.test_lu_factors, L + "lu", conjugated, C),
    Plant("the argument is written to", factors.test_qr_factors, L + "qr", refilled, D),
    Plant(
        "R of the complete mode",
        factors.test_qr_leaves_q_out,
        L + "qr",
        lambda f: lambda x, mode="reduced", **k: f(x, mode="complete", **k) if mode == "r" else f(x, mode=mode, **k),
        D,
    ),
    Plant("reduced", factors.test_qr_of_old_factors_too, "torch.qr", lambda f: lambda x, some, **k: f(x, **k), D),
    Plant("always the lower", factors.test_cholesky_factors, L + "cholesky_ex", wrong.ignoring("upper"), D),
    Plant("a transpose alone", factors.test_cholesky_factors, L + "cholesky",
          lambda f: lambda x, upper, **k: f(x.conj() if upper else x, upper=upper, **k), C),
    Plant("always the lower", factors.test_cholesky_of_old_factors_too, "torch.cholesky", wrong.ignoring("upper"), D),
    Plant("P is transposed", factors.test_lu_factors, L + "lu",
          lambda f: lambda x, **k: (lambda r: (r[0].mT.clone(), *r[1:]))(f(x, **k)), D),
    Plant("the last matrix is the first", factors.test_lu_factors, L + "lu", repeated, D),
    Plant("pivots count from 0", factors.test_lu_factor_packs_both_factors, L + "lu_factor",
          lambda f: lambda x, **k: (lambda r: (r[0], (r[1] - 1).clamp(min=1)))(f(x, **k)), D),
    Plant("slightly off", factors.test_lu_of_old_packs_both_factors, "torch.lu", wrong.slightly, C),
    Plant("all is unpacked", factors.test_lu_unpack_unpacks, "torch.lu_unpack", wrong.ignoring("unpack_pivots"), D),
    Plant("the factors are conjugated", factors.test_householder_product_multiplies_reflectors,
          L + "householder_product", lambda f: lambda a, t, **k: f(a, t.conj(), **k), C),
    Plant("not conjugated", factors.test_ormqr_multiplies_by_reflectors, "torch.ormqr",
          lambda f: lambda a, t, c, **k: f(a.conj(), t.conj(), c, **k) if k["transpose"] else f(a, t, c, **k), C),
    Plant("on the left", factors.test_ormqr_multiplies_by_reflectors, "torch.Tensor.ormqr",
          lambda f: lambda a, t, c, left, transpose: f(a, t, c, left, not transpose), D),
    Plant("factors off", factors.test_geqrf_packs_both_factors, "torch.geqrf",
          lambda f: lambda x, **k: (lambda r: (r[0], r[1] * 1.00001))(f(x, **k)), D),
    Plant("symmetric", factors.test_ldl_factors_solve, L + "ldl_solve", wrong.ignoring("hermitian"), C),
    Plant("Hermitian", factors.test_ldl_factors_solve, L + "ldl_factor",
          lambda f: lambda a, hermitian, **k: f(a, hermitian=True, **k), C),
)  # fmt: skip
FACTORS += (
    Plant(
        "strided out= stays as it was",
        factors.test_lu_unpack_writes_to_tensors_of_any_strides,
        "torch.lu_unpack",
        unwritten,
        {"shape": (4, 3), **D},
    ),
)
SPECTRA = (
    Plant("V for its transpose", spectra.test_svd_factors, L + "svd",
          lambda f: lambda x, **k: (lambda r: (r[0], r[1], r[2].mT if r[2].shape[-1] == r[2].shape[-2] else r[2]))(
              f(x, **k)), D),
    Plant("always reduced", spectra.test_svd_factors, L + "svd", wrong.ignoring("full_matrices"), D),
    Plant("ascending", spectra.test_svdvals_are_the_singular_values, L + "svdvals",
          lambda f: lambda x, **k: f(x, **k).flip(-1), D),
    Plant("the transpose", spectra.test_svd_of_old_gives_v_itself, "torch.svd",
          lambda f: lambda x, **k: (lambda r: (r[0], r[1], r[2].conj()))(f(x, **k)), C),
    Plant("vectors after all", spectra.test_svd_of_old_leaves_the_vectors_out, "torch.svd",
          lambda f: lambda x, compute_uv: f(x, some=False)),
    Plant("descending", spectra.test_eigh_factors, L + "eigh", flipped, D),
    Plant("always the lower", spectra.test_eigh_factors, L + "eigvalsh", wrong.ignoring("UPLO"), D),
    Plant("strided out= stays as it was", spectra.test_eigh_factors, L + "eigh", unwritten, D),
    Plant("the upper", spectra.test_eigh_reads_the_lower_triangle_by_default, L + "eigh",
          lambda f: lambda x, *which: f(x, "U"), {"name": "eigh"}),
    Plant("of any norm", spectra.test_eig_factors, L + "eig",
          lambda f: lambda x, **k: (lambda r: (r[0], r[1] * 2))(f(x, **k)), D),
    Plant("conjugated", spectra.test_eig_takes_single_precision_complex_numbers, L + "eig",
          lambda f: lambda x, **k: (lambda r: (r[0].conj(), r[1]))(f(x, **k)), {"dtype": torch.complex64}),
    Plant("imaginary parts are lost", spectra.test_eigvals_are_the_roots_of_the_characteristic_polynomial,
          L + "eigvals", lambda f: lambda x, **k: (f(x, **k).real + 0j), C),
)  # fmt: skip
LOWRANK = (
    Plant("V is transposed", lowrank.test_svd_lowrank_factors_matrices_of_low_rank, "torch.svd_lowrank",
          lambda f: lambda x, q: (lambda r: (r[2], r[1], r[0]))(f(x, q=q))),
    Plant("the mean is added", lowrank.test_svd_lowrank_subtracts_a_mean, "torch.svd_lowrank",
          lambda f: lambda x, q, M: f(x, q=q, M=-M), {"seed": 1}),
    Plant("always centered", lowrank.test_pca_lowrank_centers_the_columns, "torch.pca_lowrank",
          wrong.ignoring("center")),
    Plant("all", lowrank.test_pca_lowrank_has_six_components_by_default, "torch.pca_lowrank",
          lambda f: lambda x: f(x, q=min(x.shape))),
    Plant("the other end", lowrank.test_lobpcg_finds_extreme_eigenvalues, "torch.lobpcg",
          lambda f: lambda x, largest, **k: f(x, largest=not largest, **k),
          {"largest": True, "extremes": (80.0, 40.0), "shape": (20, 20)}),
)  # fmt: skip
PLANTS = FACTORS + SPECTRA + LOWRANK


@plants(*PLANTS)
def test_is_rejected(plant, request):
    assert_rejected(plant, request)
