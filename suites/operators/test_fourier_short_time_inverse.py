"""Inverse short-time Fourier transforms: the least-squares signal of many frames, which is the signal they are of."""

from typing import Any, NamedTuple

import numpy as np
import pytest
import torch

from reference import spectrogram
from suites.kit import array, bound, close, documents, dtypes, tensor, unchanged
from suites.operators.fourier import COMPLEX
from suites.operators.short_time import PLAIN, QUIET, SETTINGS, Setting, rows, signals
from suites.operators.values import numbers, wide

pytestmark = QUIET
#: Settings whose transform has an inverse: real windows that overlap wherever the signal is.
INVERTIBLE = tuple(
    row
    for row in SETTINGS
    if row.title not in ("hop beyond the frame", "short window not centered") and "window" not in row.complex
)


@rows(INVERTIBLE, "torch.istft", "torch.stft")
@signals
def test_the_inverse_gives_the_signal_back(row, sample, dtype, device):
    """torch.istft of {row} with the same options, and the length of the signal, is the signal."""
    hop, options = 2, {**row.options, "hop_length": 2}
    setting = row._replace(options=options)
    x, window = sample(row.carrier(dtype)), row.weights(sample.seed, dtype)
    spectrum = setting.call(tensor(x, device), window, device)
    length = x.shape[-1] - (x.shape[-1] - row.n_fft) % hop * (not options.get("center", True))

    kept = {name: value for name, value in options.items() if name != "pad_mode"}
    told = {"win_length": row.window} if 0 < row.window < row.n_fft else {}
    found = torch.istft(
        spectrum, row.n_fft, **kept, **told, length=length, return_complex=bool(row.complex),
        window=None if window is None else tensor(window, device),
    )  # fmt: skip

    # n numbers in a frame, each at most 25 times the largest: weights from 1/4 to 5/4, divided by their squares.
    largest = np.max(np.abs(x)) * row.n_fft * 25
    close(found, x[..., :length], bound.Bound(8 + 6 * (1 + np.log2(row.n_fft)), largest, False), device=device)


class Inverse(NamedTuple):
    """An inverse transform: options, the sizes of its window and its spectrum, and whether that has two sides."""

    title: str
    n_fft: int
    options: dict[str, Any]
    window: int
    frames: int
    complex: bool = False

    def __str__(self) -> str:
        return f"torch.istft ({self.title})"


INVERSES = (
    Inverse("plain", 8, {}, 8, 9),
    Inverse("hop", 8, {"hop_length": 5}, 8, 6),
    Inverse("short window", 8, {"hop_length": 2}, 4, 7),
    Inverse("not centered", 8, {"center": False, "hop_length": 3}, 8, 5),
    Inverse("normalized", 16, {"normalized": True}, 16, 4),
    Inverse("cut", 8, {"length": 11}, 8, 9),
    Inverse("longer", 8, {"length": 29, "center": False, "hop_length": 4}, 8, 5),
    Inverse("two sides", 8, {"onesided": False}, 8, 6, True),
)


@pytest.mark.parametrize(
    "row", [pytest.param(r, marks=documents("torch.istft", "torch.Tensor.istft"), id=r.title) for r in INVERSES]
)
@pytest.mark.parametrize("batch", [(), (3,)])
def test_the_inverse_is_the_least_squares_signal(row, batch, dtype, device):
    """{row} of any spectrum, also of one that no signal has, is the least-squares signal of all frames."""
    high = row.n_fft if row.complex else row.n_fft // 2 + 1
    spectrum = numbers(1, (*batch, high, row.frames), COMPLEX[dtypes.name(dtype)])
    window = Setting("", row.n_fft, {}, row.window).weights(2, dtype)
    told = {"win_length": row.window} if row.window < row.n_fft else {}
    argument = tensor(spectrum, device)
    with unchanged(argument):
        result = torch.istft(
            argument, row.n_fft, **row.options, **told, window=tensor(window, device), return_complex=row.complex
        )

    flat = np.zeros(spectrum.shape)
    flat[..., 0, :] = np.sum(np.abs(spectrum), -2) * 2
    scale = spectrogram.istft(flat, row.n_fft, window=wide(window), **row.options).real.astype(np.float64)
    exact = spectrogram.istft(spectrum, row.n_fft, window=wide(window), **row.options)
    close(result, exact, bound.Bound(3 * (1 + np.log2(row.n_fft)) + 12, np.abs(scale), False),
          dtype=spectrum.dtype if row.complex else dtype, device=device)  # fmt: skip


@documents("torch.istft", since="2.0")
@pytest.mark.parametrize("center", [True, False])
@pytest.mark.parametrize("n_fft", [8, 9])
def test_the_inverse_has_the_documented_length(n_fft, center, device):
    """torch.istft of T frames gives (T - 1) hop numbers if centered, else n_fft more, unless it is told a length."""
    spectrum = tensor(numbers(7, (n_fft // 2 + 1, 6), "complex64"), device)
    window = tensor(np.ones(n_fft, np.float32), device)

    found = torch.istft(spectrum, n_fft, 3, window=window, center=center)
    assert found.shape == (15 if center else 15 + n_fft,)


@documents("torch.istft")
def test_the_inverse_needs_windows_that_overlap(device):
    """torch.istft raises where at some time all windows are zero, or there is none."""
    spectrum = tensor(numbers(8, (5, 6), "complex64"), device)
    window = tensor(np.array([0, 1, 1, 1, 1, 1, 1, 1], np.float32), device)

    with pytest.raises(RuntimeError):
        torch.istft(spectrum, 8, 2, window=window, center=False)
    with pytest.raises(RuntimeError):
        torch.istft(spectrum, 8, 9, window=window)


@documents("torch.istft", since="2.0")
def test_the_inverse_refuses_real_numbers(device):
    """torch.istft raises for a real spectrum."""
    pairs = tensor(numbers(9, (5, 6, 2), "float32"), device)

    with pytest.raises((RuntimeError, TypeError)):
        torch.istft(pairs, 8, 2, window=tensor(np.ones(8, np.float32), device))


@documents("torch.istft")
def test_the_inverse_of_complex_windows_is_the_least_squares_signal(device):
    """torch.istft with a complex window is the least-squares signal, whose weights are the squared moduli."""
    setting = Setting("", 8, {"hop_length": 2, "onesided": False}, 8, ("window",))
    spectrum, window = numbers(10, (8, 9), "complex128"), setting.weights(11, "float64")

    result = torch.istft(tensor(spectrum, device), 8, window=tensor(window, device), **setting.options,
                         return_complex=True)  # fmt: skip
    exact = spectrogram.istft(spectrum, 8, window=window, **setting.options)
    close(result, exact, bound.Bound(64, np.sum(np.abs(spectrum)), False), dtype="complex128", device=device)


@documents("torch.istft")
@pytest.mark.parametrize("options", [{"hop_length": 2}, {"hop_length": 3, "normalized": True, "length": 10}], ids=str)
def test_the_inverse_has_the_adjoint_as_gradient(options, device):
    """torch.istft has as its gradient its adjoint: Re⟨gradient, d⟩ = ⟨incoming, inverse of d⟩ for every spectrum d."""
    spectrum, d = (numbers(seed, (2, 5, 9), "complex128") for seed in (17, 18))
    window = PLAIN.weights(19, "float64")
    leaf = tensor(spectrum, device).requires_grad_()
    output = torch.istft(leaf, 8, window=tensor(window, device), **options)
    v = numbers(20, tuple(output.shape), "float64")

    (gradient,) = torch.autograd.grad(output, leaf, tensor(v, device))

    image = spectrogram.istft(d, 8, window=window, **options)
    found = np.asarray(np.sum(np.real(np.conj(array(gradient)) * d)))
    exact = np.asarray(np.sum(v * image), np.float64)
    close(found, exact, bound.Bound(64, np.sum(np.abs(v)) * np.max(np.abs(image)), False))
