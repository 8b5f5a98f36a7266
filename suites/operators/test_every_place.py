"""A reduction sees every element: the odd one among equals, the only NaN, at any length and place."""

import numpy as np
import pytest
import torch

from suites.kit import close, documents, dtypes, each, tensor

GUIDE = "Operations on Tensors"
#: Up to a few vectors of any width, and beside longer ones.
LENGTHS = (*range(1, 36), 47, 63, 64, 65, 127, 129, 255, 257)
#: What all elements are but one, and that one: it alone decides.
AMONG = {
    "sum": (0, 3), "nansum": (0, 3), "prod": (1, 3), "amax": (0, 3), "amin": (3, 0), "argmax": (0, 3), "argmin": (3, 0),
    "any": (0, 3), "all": (3, 0), "count_nonzero": (0, 3),
}  # fmt: skip
SPECIALS = (np.nan, np.inf, -np.inf, 5e-324, 1e-45, -1.0, 0.0, -0.0)


def at_the_ends(length):
    """The first, the middle and the last place."""
    return sorted({0, length // 2, length - 1})


def lying(row):
    """The row alone, as the rows of a matrix and as its columns, each with the axis along which it lies."""
    matrix = np.stack([row, row[::-1], row])
    return ((row, 0), (matrix, -1), (np.ascontiguousarray(matrix.T), 0))


@documents(*(f"torch.{name}" for name in AMONG), guide=GUIDE)
@pytest.mark.parametrize("name", AMONG)
@pytest.mark.dtypes(torch.float64, torch.float32, torch.int64, torch.int8)
def test_one_element_decides_wherever_it_lies(name, dtype, device):
    """A reduction finds the one element that differs, at either end or between, of a row of any length, and in all."""
    common, odd = AMONG[name]
    for length in each(length=LENGTHS):
        for place in each(place=at_the_ends(length)):
            values = np.full(length, common, dtypes.in_numpy(dtype))
            values[place] = odd

            assert_reduces(name, values, device)


def assert_reduces(name, values, device):
    """The row's reduction is NumPy's, over all elements and along each axis of what it makes up."""
    function, oracle = getattr(torch, name), getattr(np, name)
    close(function(tensor(values, device)), np.asarray(oracle(values)), device=device)
    for laid, axis in lying(values):
        close(function(tensor(laid, device), axis), np.asarray(oracle(laid, axis=axis)), device=device)


@documents("torch.any", "torch.all", "torch.count_nonzero", guide=GUIDE)
@pytest.mark.parametrize("name", ["any", "all", "count_nonzero"])
@pytest.mark.dtypes(torch.float64, torch.float32)
def test_what_is_not_zero_is_true(name, dtype, device):
    """NaN, infinities and the smallest numbers are true and zeros of either sign are not, alone and among others."""
    for value in each(value=SPECIALS):
        for common, length in each(common=(0, 1), length=(1, 2, 17, 65)):
            values = np.full(length, common, dtypes.in_numpy(dtype))
            values[-1] = value

            assert_reduces(name, values, device)
