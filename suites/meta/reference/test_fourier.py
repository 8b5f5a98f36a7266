"""Values of Fourier transforms, frequencies and shifts that were worked out by hand."""

import numpy as np
import pytest

from reference import fourier
from suites.meta.reference.checks import equals

ROOT3 = np.sqrt(3.0)


def near(actual, expected):
    """Assert complex values to a few units in the last place of what is added up, and their shape."""
    found, wanted = np.asarray(actual), np.asarray(expected)
    assert found.shape == wanted.shape
    assert (np.abs(found - wanted) <= 1e-14 * (1 + np.abs(wanted))).all(), (actual, expected)


def test_roots_of_unity():
    near(fourier.unity(4), [1, 1j, -1, -1j])
    near(fourier.unity(3), [1, (-1 + ROOT3 * 1j) / 2, (-1 - ROOT3 * 1j) / 2])


def test_dft_along_an_axis():
    near(fourier.dft(np.array([[1, 2], [3, 5]]), 0, -1), [[4, 7], [-2, -3]])


def test_fft_of_four():
    near(fourier.fft(np.array([0, 1, 2, 3])), [6, -2 + 2j, -2, -2 - 2j])
    near(fourier.fft(np.array([1j, 2 + 3j, 4 + 5j, 6 + 7j])), [12 + 16j, -8, -4 - 4j, -8j])


def test_ifft_undoes_it():
    near(fourier.ifft(np.array([6, -2 + 2j, -2, -2 - 2j])), [0, 1, 2, 3])


@pytest.mark.parametrize(("norm", "divisor"), [("backward", 1), ("forward", 4), ("ortho", 2)])
def test_norms(norm, divisor):
    near(fourier.fft(np.array([0, 1, 2, 3]), norm=norm), np.array([6, -2 + 2j, -2, -2 - 2j]) / divisor)
    near(fourier.ifft(np.array([6, -2 + 2j, -2, -2 - 2j]), norm=norm), np.arange(4) * divisor)


def test_cuts_and_fills_with_zeros():
    near(fourier.fft(np.array([1.0, 2.0, 9.0]), 2), [3, -1])
    near(fourier.fft(np.array([1.0]), 3), [1, 1, 1])
    equals(fourier.resized(np.array([[1, 2, 3], [4, 5, 6]]), (1, -1), (0, 1)), [[1, 2, 3]])
    equals(fourier.resized(np.array([[1, 2]]), (2, 3), (0, 1)), [[1, 2, 0], [0, 0, 0]])


def test_several_axes():
    x = np.array([[1, 2], [3, 5]])

    near(fourier.fftn(x), [[11, -3], [-5, 1]])
    near(fourier.fft2(x), [[11, -3], [-5, 1]])
    near(fourier.fftn(x, dim=(0,)), [[4, 7], [-2, -3]])
    near(fourier.fftn(x, s=(1,)), [[1], [3]])
    near(fourier.ifft2(np.array([[11, -3], [-5, 1]])), x)
    near(fourier.ifftn(np.array([[11, -3], [-5, 1]])), x)


def test_real_signals_have_half_a_transform():
    near(fourier.rfft(np.arange(4)), [6, -2 + 2j, -2])
    near(fourier.rfft(np.arange(3)), [3, (-3 + ROOT3 * 1j) / 2])
    near(fourier.rfft2(np.array([[1, 2, 3], [4, 5, 6]]))[:, 0], [21, -9])
    near(fourier.rfftn(np.array([[1, 2], [3, 5]]), dim=(1, 0)), [[11, -3], [-5, 1]])
    near(fourier.rfftn(np.array([[1, 2, 3, 4]]), dim=(0,)), [[1, 2, 3, 4]])


def test_half_a_transform_gives_the_signal():
    near(fourier.irfft(np.array([6, -2 + 2j, -2])), [0, 1, 2, 3])
    near(fourier.irfft(np.array([3, (-3 + ROOT3 * 1j) / 2]), 3), [0, 1, 2])
    near(fourier.irfft(np.array([6 + 5j, -2 + 2j, -2 - 7j])), [0, 1, 2, 3])
    x = np.array([[1.0, 2, 7], [4, 8, 6]])
    near(fourier.irfft2(fourier.rfft2(x), (2, 3)), x)
    near(fourier.irfftn(fourier.rfftn(x, dim=(1, 0)), dim=(1, 0)), x)


def test_hermitian_signals_have_real_transforms():
    near(fourier.hfft(np.array([1, 1j, 2]), 4), [3, 1, 3, -3])
    near(fourier.ihfft(np.array([3.0, 1, 3, -3])), [1, 1j, 2])
    x = np.array([[1.0, 2, 7], [4, 8, 6]])
    near(fourier.hfft2(fourier.ihfft2(x), (2, 3)), x)
    near(fourier.hfftn(fourier.ihfftn(x), (2, 3)), x)


def test_hermitian_fills_the_other_half():
    equals(fourier.hermitian(np.array([1, 2j, 3]), (4,)), [1, 2j, 3, -2j])
    equals(fourier.hermitian(np.array([1, 2j, 3]), (5,)), [1, 2j, 3, 3, -2j])
    equals(fourier.hermitian(np.array([[1, 1j], [2, 3j], [2, 5]]), (3, 3)), [[1, 1j, -1j], [2, 3j, 5], [2, 5, -3j]])


def test_axes_and_factors():
    x = np.zeros((2, 3, 4))

    assert fourier.axes(x, None, None) == (0, 1, 2)
    assert fourier.axes(x, (5, 5), None) == (1, 2)
    assert fourier.axes(x, None, (-1, 0)) == (2, 0)
    assert fourier.factor(x, (8,), None, 1) == 0.125
    assert fourier.factor(x, (8, 2), None, 0.5) == 0.25


def test_frequencies():
    equals(fourier.fftfreq(4), [0, 0.25, -0.5, -0.25])
    equals(fourier.fftfreq(5, 0.2).astype(float).round(12), [0, 1, 2, -2, -1])
    equals(fourier.rfftfreq(4, 2), [0, 0.125, 0.25])
    equals(fourier.rfftfreq(1), [0])


def test_shifts():
    equals(fourier.fftshift(np.arange(5)), [3, 4, 0, 1, 2])
    equals(fourier.ifftshift(np.arange(5)), [2, 3, 4, 0, 1])
    equals(fourier.fftshift(np.array([[1, 2, 3], [4, 5, 6]])), [[6, 4, 5], [3, 1, 2]])
    equals(fourier.fftshift(np.array([[1, 2, 3], [4, 5, 6]]), 1), [[3, 1, 2], [6, 4, 5]])
    equals(fourier.ifftshift(np.array([[1, 2, 3], [4, 5, 6]]), (0,)), [[4, 5, 6], [1, 2, 3]])
