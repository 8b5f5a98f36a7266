"""Values of short-time Fourier transforms that were worked out by hand."""

import numpy as np
import pytest

from reference import spectrogram
from suites.meta.reference.test_fourier import near

X = np.array([1.0, 2.0, 4.0, 8.0])


def test_frames_that_do_not_overlap():
    near(spectrogram.stft(X, 2, 2, center=False), [[3, 12], [-1, -4]])


def test_weighted_frames():
    near(spectrogram.stft(X, 2, 1, np.array([1, 2]), center=False), [[5, 10, 20], [-3, -6, -12]])


def test_one_side_or_both():
    near(spectrogram.stft(X, 4, 4, center=False), [[15], [-3 + 6j], [-5]])
    near(spectrogram.stft(X, 4, 4, center=False, onesided=False), [[15], [-3 + 6j], [-5], [-3 - 6j]])
    near(spectrogram.stft(X, 4, 4, center=False, normalized=True), [[7.5], [-1.5 + 3j], [-2.5]])


@pytest.mark.parametrize(
    ("mode", "sums"),
    [("constant", [1, 6, 8]), ("reflect", [3, 6, 12]), ("replicate", [2, 6, 16]), ("circular", [9, 6, 9])],
)
def test_centered_frames(mode, sums):
    near(spectrogram.stft(X, 2, 2, pad_mode=mode)[0], sums)


def test_a_quarter_of_the_frame_is_the_hop():
    assert spectrogram.stft(np.ones((3, 16)), 8, center=False).shape == (3, 5, 5)


def test_a_short_window_lies_in_the_middle():
    near(spectrogram.filled(np.array([1, 2]), 4), [0, 1, 2, 0])
    near(spectrogram.filled(np.array([1, 2]), 5), [0, 1, 2, 0, 0])
    near(spectrogram.filled(None, 2), [1, 1])


def test_the_inverse_averages_by_the_squares_of_weights():
    """Frames (1, 2) and (4, 8) at 0 and 1, weighted by (1, 2): (1, (2·2 + 1·4) / 5, 8 / 2)."""
    spectrum = np.array([[3, 12], [-1, -4]])

    near(spectrogram.istft(spectrum, 2, 1, np.array([1, 2]), center=False), [1, 8 / 5, 4])


def test_the_inverse_of_complex_weights_conjugates_them():
    """Frames (1, 2) and (4, 8) at 0 and 1, weighted by (1, 2i): (1, (-2i·2 + 1·4) / 5, -8i · 2 / 4)."""
    spectrum = np.array([[3, 12], [-1, -4]])

    near(spectrogram.istft(spectrum, 2, 1, np.array([1, 2j]), False, onesided=False), [1, (4 - 4j) / 5, -4j])


def test_the_inverse_cuts_what_was_centered():
    spectrum = spectrogram.stft(X, 2, 1, np.array([1, 2]))

    near(spectrogram.istft(spectrum, 2, 1, np.array([1, 2])), X)
    near(spectrogram.istft(spectrum, 2, 1, np.array([1, 2]), length=2), X[:2])


def test_the_inverse_fills_with_zeros():
    near(spectrogram.istft(np.array([[3], [-1]]), 2, 1, center=False, length=4), [1, 2, 0, 0])
    near(spectrogram.istft(np.array([[3], [-1]]), 2, 1, center=False, normalized=True) / np.sqrt(2), [1, 2])
