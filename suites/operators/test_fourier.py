"""Fourier transforms: each is the sum that defines it, along any axes, at any length, in any norm, of any layout."""

import numpy as np
import pytest
import torch
from hypothesis import given

from suites.kit import array, bound, close, dtypes, each, tensor, unchanged
from suites.operators.fourier import (
    COMPLEX,
    EVERY,
    HALVES,
    NORMS,
    ONE,
    SEVERAL,
    Call,
    double_by_default,
    expected,
    recipes,
    rows,
)
from suites.operators.values import numbers

#: Small ones all, then primes and powers of two and what lies beside them.
LENGTHS = (*range(1, 18), 19, 23, 25, 27, 31, 32, 33, 49, 64, 97, 100, 121, 127, 128)


def assert_is_the_sum(row, call, x, device):
    """The transform of the array is the sum that defines it; the argument is not written to."""
    argument, options = tensor(x, device), call.options(row)
    with unchanged(argument):
        result = row(argument, **options)

    part = x.real.dtype.name
    dtype = COMPLEX[part] if row.result == "complex" else part
    close(result, expected(row, x, **options), call.allowed(row, x), dtype=dtype, device=device)


@rows(EVERY)
@given(recipe=recipes())
def test_is_the_sum_that_defines_it(row, recipe, dtype, device):
    """{row} is its sum of products with roots of unity, along any axes, of arguments cut or filled to any lengths."""
    call = recipe.call(row)

    assert_is_the_sum(row, call, call.argument(row, recipe.seed, dtype, recipe.layout), device)


@rows(ONE)
def test_takes_every_length(row, dtype, device):
    """{row} takes signals of every length, primes as well as powers of two."""
    for length in each(length=LENGTHS):
        call = Call((3, length // 2 + 1 if row.takes == "half" else length), (-1,), (length,))

        assert_is_the_sum(row, call, call.argument(row, length, dtype), device)


@rows(HALVES)
@pytest.mark.parametrize("side", [2, 6])
def test_the_default_length_is_even(row, side, dtype, device):
    """{row} gives 2 (m - 1) numbers for m along the last axis unless it is told their number."""
    call = Call((3, 5, side))
    x = call.argument(row, side, dtype)

    assert row(tensor(x, device)).shape == (3, 5, 2 * (side - 1))
    assert_is_the_sum(row, call, x, device)


@rows(HALVES)
@pytest.mark.parametrize(("length", "places"), [(6, (0, 3)), (7, (0,))], ids=["even", "odd"])
def test_ignores_imaginary_parts_of_what_must_be_real(row, length, places, dtype, device):
    """{row} ignores the imaginary part of the zero frequency, and of the Nyquist frequency where the length is even."""
    call = Call((4,), None, (length,)) if row.name == row.stem else Call((4, 4), None, (4, length))
    x = call.argument(row, 3, dtype)
    real, where = x.copy(), (0,) * (x.ndim - 1) + (list(places),)
    real[where] = x[where].real

    result = row(tensor(x, device), **call.options(row))
    assert (x[where].imag != 0).all()
    close(result, expected(row, real, **call.options(row)), call.allowed(row, x), dtype=dtype, device=device)


@rows(tuple(row for row in EVERY if row.takes != "real"))
@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.dtypes(torch.float32)
def test_real_numbers_are_complex_ones(row, norm, dtype, device):
    """{row} of real numbers is what it is of complex ones without imaginary part."""
    call = Call((4, 7), norm=norm) if row.name == row.stem else Call((1, 7), norm=norm)
    x = numbers(4, call.shape, dtype)

    assert_is_the_sum(row, call, x, device)


@rows(tuple(row for row in EVERY if row.takes == "complex"))
@pytest.mark.parametrize("sides", [(6, 8), (5, 7)])
def test_real_signals_have_hermitian_transforms(row, sides, dtype, device):
    """{row} of a real signal is Hermitian: each element is the conjugate of that at the opposite frequency."""
    call = Call(sides)
    x = numbers(5, sides, dtype)
    axes = call.transformed(row)[0]

    found = array(row(tensor(x, device)))
    opposite = np.roll(np.flip(found, axes), 1, axes)
    limit = call.allowed(row, x)
    close(opposite, np.conj(found), limit._replace(factor=2 * limit.factor))


@rows(EVERY)
@pytest.mark.dtypes(torch.int64, torch.uint8, torch.bool)
def test_integers_become_the_default_dtype(row, dtype, device):
    """{row} of integers or bool is what it is of the same numbers in the default dtype."""
    call = Call((1, 9))
    x = numbers(6, call.shape, dtype)

    assert_is_the_sum_of_integers(row, call, x, "float32", device)


@rows(EVERY)
def test_follows_the_default_dtype(row, device):
    """{row} of integers is of double precision where that is the default dtype."""
    call = Call((1, 6))

    with double_by_default():
        assert_is_the_sum_of_integers(row, call, numbers(7, call.shape, "int64"), "float64", device)


def assert_is_the_sum_of_integers(row, call, x, part, device):
    """The transform of integers is the sum that defines it, in the precision of that dtype."""
    dtype = COMPLEX[part] if row.result == "complex" else part
    exact = x.astype(np.float64)

    close(row(tensor(x, device)), expected(row, exact), call.allowed(row, exact), dtype=dtype, device=device)


@rows(EVERY)
@pytest.mark.parametrize("axis", [1, 2])
def test_takes_expanded_batches(row, axis, device):
    """{row} of signals that are one signal repeated, in the memory of one, is that of each."""
    call = Call((3, 4, 5), (axis,))

    assert_is_the_sum(row, call, call.argument(row, 14, "float64", "expanded"), device)


@rows(tuple(row for row in ONE if row.name != "hfft"))
def test_takes_expanded_signals(row, device):
    """{row} of a signal that is one number repeated, in the memory of one, is its sum."""
    call = Call((6, 4), (0,))

    assert_is_the_sum(row, call, call.argument(row, 15, "float64", "expanded"), device)


@rows(tuple(row for row in EVERY if row.takes != "real"))
@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.dtypes(torch.float64)
def test_takes_conjugate_views(row, norm, dtype, device):
    """{row} of a conjugated tensor, whose memory holds what it was before, is that of the conjugate numbers."""
    call = Call((3, 8), norm=norm)
    x = call.argument(row, 8, dtype)
    lazy = tensor(np.conj(x), device).conj()
    with unchanged(lazy):
        result = row(lazy, norm=norm)

    assert lazy.is_conj()
    close(result, expected(row, x, norm=norm), call.allowed(row, x), dtype=result.dtype, device=device)


@rows(tuple(row for row in EVERY if row.takes != "half"))
def test_takes_negated_views(row, dtype, device):
    """{row} of the imaginary part of a conjugated tensor, which is negated only when it is read, has its sign."""
    call = Call((3, 8))
    x = numbers(9, (3, 8), dtype)
    lazy = tensor((numbers(10, (3, 8), dtype) - 1j * x).astype(COMPLEX[dtypes.name(dtype)]), device).conj().imag

    assert lazy.is_neg()
    close(row(lazy), expected(row, x), call.allowed(row, x), dtype=COMPLEX[dtypes.name(dtype)], device=device)


@rows(EVERY)
@pytest.mark.parametrize("axis", [0, -1])
def test_lines_are_transformed_apart(row, axis, dtype, device):
    """{row} along an axis is that of each line by itself: NaN in one leaves the others as they are."""
    call = Call((5, 5), (axis,))
    x = call.argument(row, 11, dtype)
    spoilt = x if axis else x.T
    clean = np.delete(spoilt, 2, 0)
    spoilt[2, 1] = np.nan

    options = call.options(row)
    found = np.delete(array(row(tensor(x, device), **options)), 2, 0 if axis else 1)
    clean = clean if axis else clean.T
    close(found, expected(row, clean, **options), call.allowed(row, clean), dtype=found.dtype)


@rows(SEVERAL)
def test_no_axis_but_those_named_is_transformed(row, dtype, device):
    """{row} along one axis is what the transform of one axis is, along that axis."""
    call = Call((3, 4, 5), (1,))
    x = call.argument(row, 12, dtype)

    assert_is_the_sum(row, call, x, device)
    one = getattr(torch.fft, row.stem)(tensor(x, device), dim=1)
    limit = call.allowed(row, x)
    close(row(tensor(x, device), dim=(1,)), array(one), limit, dtype=one.dtype, device=device)


@rows(EVERY)
def test_large_batches_are_transformed_line_by_line(row, device):
    """{row} of a thousand lines, which several threads share, is that of each."""
    call = Call((1100, 32), (-1,))
    x = call.argument(row, 13, "float32")

    result = row(tensor(x, device), **call.options(row))
    exact = expected_by_rows(row, x)
    dtype = "complex64" if row.result == "complex" else "float32"
    close(result, exact, call.allowed(row, x), dtype=dtype, device=device)


def expected_by_rows(row, x):
    """The transform of every line from that of the unit vectors; a real one also from that of the imaginary units."""
    units = np.eye(x.shape[-1], dtype=np.float64)
    options = Call(units.shape, (-1,)).options(row)
    real = expected(row, units, **options).astype(np.complex128 if row.result == "complex" else np.float64)
    if row.takes != "half":
        return x @ real
    return x.real.astype(np.float64) @ real + x.imag.astype(np.float64) @ expected(row, 1j * units, **options).astype(
        np.float64
    )


@rows(tuple(row for row in ONE if row.takes != "half"))
@pytest.mark.parametrize("length", [32771, 65536])
def test_long_signals_are_the_sum_at_each_frequency(row, length, dtype, device):
    """{row} of a signal of tens of thousands of numbers is the sum that defines it at any frequency."""
    call = Call((length,))
    x = call.argument(row, length, dtype)
    places = np.r_[0, 1, 2, np.random.default_rng(length).integers(3, length // 2, 2), length // 2]
    sign = 1 if row.stem in ("ifft", "ihfft") else -1
    angles = 2 * np.pi * (np.outer(places, np.arange(length)) % length) / length
    exact = (np.exp(1j * sign * angles) @ x.astype(np.complex128)) / (length if sign > 0 else 1)

    limit = call.allowed(row, x)
    # The oracle itself rounds each product in double precision, and adds 10⁵ of them.
    close(array(row(tensor(x, device)))[places], exact, bound.Bound(limit.factor + 60, limit.scale, False),
          dtype=COMPLEX[dtypes.name(dtype)])  # fmt: skip
