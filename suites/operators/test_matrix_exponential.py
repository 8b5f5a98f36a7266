"""The exponential of matrices: the sum of its series, rotations, batches of any strides, and NaN."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from reference import factorization
from suites.kit import array, bound, close, documents, dtypes, tensor
from suites.operators import matrices
from suites.operators.matrices import SQUARE, SUPPORTED, norm, recipes, same, wide

GUIDE = "Operations on Tensors"

#: Layouts whose batch dimensions are like one.
VIEWABLE = ("contiguous", "columns", "stepped", "offset", "conjugate")


@documents("torch.linalg.matrix_exp", "torch.matrix_exp", "torch.Tensor.matrix_exp", guide=GUIDE)
@pytest.mark.dtypes(*SUPPORTED)
@given(recipe=recipes(SQUARE, ("new",), VIEWABLE), scale=st.sampled_from((1.0, 2.0**-20, 0.75)))
def test_matrix_exp_sums_the_series(recipe, scale, dtype, device):
    """linalg.matrix_exp, torch.matrix_exp and the method are the sum of Aᵏ/k! for each matrix of a batch."""
    a = matrices.laid_out(recipe(matrices.regular, dtype) * recipe(matrices.regular, dtype).real.dtype.type(scale),
                          recipe.layout)  # fmt: skip
    x = recipe.tensor(a, device)

    expected = np.array(factorization.each(factorization.matrix_exp, wide(a)))
    for found in (recipe.call(torch.linalg.matrix_exp, x), torch.matrix_exp(x), x.matrix_exp()):
        limit = norm(expected) + norm(a) * math.exp(4 * scale)  # the condition of exp is at most |A| exp |A|
        same(wide(found, dtype, device), expected, dtype, limit, count=2)


@documents("torch.linalg.matrix_exp")
@pytest.mark.parametrize("layout", ["transposed", "expanded"])
def test_matrix_exp_takes_batches_of_any_strides(layout, dtype, device):
    """torch.linalg.matrix_exp takes a tensor of matrices whose batch dimensions are no single one in memory."""
    recipe = matrices.Recipe((2, 3, 4, 4), 1, layout)
    a = recipe(matrices.regular, dtype)

    found = wide(torch.linalg.matrix_exp(recipe.tensor(a, device)), dtype, device)

    expected = factorization.each(factorization.matrix_exp, wide(a))
    same(found, expected, dtype, norm(expected) + norm(a) * math.exp(4), count=2)


@documents("torch.linalg.matrix_exp")
@pytest.mark.dtypes(*SUPPORTED)
@pytest.mark.parametrize("sizes", [(0.001, 0.1, 1.0, 5.0, 60.0), (60.0, 0.0), (3.0,)], ids=str)
def test_matrix_exp_of_a_generator_is_a_rotation(sizes, dtype, device):
    """torch.linalg.matrix_exp of skew-Hermitian matrices, small and large in one batch, is a unitary matrix."""
    hermitian = [size / 4 * matrices.indefinite(np.random.default_rng(7), (4, 4), "c") for size in sizes]
    skew = np.stack([(1j * h if dtype.is_complex else h.imag) for h in hermitian]).astype(dtypes.in_numpy(dtype))

    found = wide(torch.linalg.matrix_exp(tensor(skew, device)), dtype, device)

    for value, generator in zip(found, skew):
        same(value @ matrices.adjoint(value), np.eye(4), dtype, 2 + 2 * norm(generator), count=2)
        values, vectors = np.linalg.eigh(-1j * wide(generator))
        expected = (vectors * np.exp(1j * values)) @ matrices.adjoint(vectors)
        same(value * (1 + 0j), expected, dtype, 2 + 2 * norm(generator), count=2)


@documents("torch.linalg.matrix_exp")
def test_matrix_exp_of_one_matrix_is_a_rotation(dtype, device):
    """torch.linalg.matrix_exp of the angle t times ((0, 1), (-1, 0)) is the rotation by t, whatever the size of t."""
    angles = 0.75 * 2.0 ** np.arange(-20, 3)
    generators = np.multiply.outer(angles, [[0.0, 1.0], [-1.0, 0.0]]).astype(dtypes.in_numpy(dtype))

    found = np.stack([wide(torch.linalg.matrix_exp(tensor(a, device)), dtype, device) for a in generators])

    expected = np.moveaxis(np.array([[np.cos(angles), np.sin(angles)], [-np.sin(angles), np.cos(angles)]]), -1, 0)
    count = 16 * dtypes.unit(dtype) / dtypes.unit("float64")
    close(found, expected, bound.Bound(count, 1 + angles[:, None, None], False))


@documents("torch.linalg.matrix_exp", "torch.matrix_exp")
@pytest.mark.parametrize("side", [2, 3, 5])
@pytest.mark.parametrize("batch", [(), (1,), (3,)], ids=str)
def test_matrix_exp_does_not_hide_nan(side, batch, dtype, device):
    """torch.linalg.matrix_exp of a matrix with NaN in it has NaN in it."""
    a = np.zeros((*batch, side, side), dtypes.in_numpy(dtype))
    a[..., 0, 0] = np.nan

    found = array(torch.linalg.matrix_exp(tensor(a, device)))

    close(np.isnan(found).any((-2, -1)), np.ones(batch, bool))
