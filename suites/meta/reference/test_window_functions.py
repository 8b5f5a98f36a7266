"""Values of window functions that were worked out by hand."""

import numpy as np
import pytest

from reference import window_functions
from suites.meta.reference.test_fourier import near


def test_places():
    n, last = window_functions.places(3, False)

    assert (n.tolist(), last) == ([0, 1, 2], 3)
    assert window_functions.places(3, True)[1] == 2


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("bartlett", [0, 0.5, 1, 0.5, 0]),
        ("hann", [0, 0.5, 1, 0.5, 0]),
        ("hamming", [0.08, 0.54, 1, 0.54, 0.08]),
        ("general_hamming", [0.08, 0.54, 1, 0.54, 0.08]),
        ("blackman", [0, 0.34, 1, 0.34, 0]),
        ("cosine", np.sin(np.pi * np.array([0.1, 0.3, 0.5, 0.7, 0.9]))),
        ("exponential", np.exp([-2.0, -1, 0, -1, -2])),
        ("gaussian", np.exp([-2.0, -0.5, 0, -0.5, -2])),
        ("nuttall", [0.0003628, 0.2269824, 1, 0.2269824, 0.0003628]),
    ],
)
def test_symmetric_windows_of_five(name, values):
    near(getattr(window_functions, name)(5), values)


def test_periodic_windows_of_four():
    near(window_functions.hann(4, False), [0, 0.5, 1, 0.5])
    near(window_functions.bartlett(4, False), [0, 0.5, 1, 0.5])
    near(window_functions.cosine(3, False), np.sin(np.pi * np.array([1, 3, 5]) / 8))


def test_parameters():
    near(window_functions.hamming(3, True, 0.7, 0.2), [0.5, 0.9, 0.5])
    near(window_functions.general_hamming(3, True, 0.75), [0.5, 1, 0.5])
    near(window_functions.general_cosine(5, a=(1, 2, 3)), [2, -2, 6, -2, 2])
    near(window_functions.exponential(3, False, center=1, tau=0.5), np.exp([-2.0, 0, -2]))
    near(window_functions.gaussian(3, std=0.5), np.exp([-2.0, 0, -2]))


def test_kaiser():
    """The ends are 1 / I₀(β), and I₀(1) = 1.2660658777520083."""
    near(window_functions.kaiser(3, beta=1.0), [1 / 1.2660658777520083, 1, 1 / 1.2660658777520083])
    near(window_functions.kaiser(4, False, beta=0.0), [1, 1, 1, 1])


def test_bessel():
    near(window_functions.i0(np.array([0.0, 1.0, 2.0])), [1, 1.2660658777520083, 2.2795853023360673])


@pytest.mark.parametrize("name", ["bartlett", "hann", "hamming", "kaiser", "gaussian", "cosine"])
@pytest.mark.parametrize("symmetric", [True, False])
def test_one_is_one_and_none_is_none(name, symmetric):
    near(getattr(window_functions, name)(1, symmetric), [1])
    assert getattr(window_functions, name)(0, symmetric).shape == (0,)
