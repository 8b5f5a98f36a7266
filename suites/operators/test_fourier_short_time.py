"""Short-time Fourier transforms: the transform of each windowed frame, centered or not, of one side or two."""

from typing import Any, NamedTuple

import numpy as np
import pytest
import torch

from suites.kit import array, bound, close, documents, dtypes, every_warning, tensor, unchanged
from suites.operators.fourier import COMPLEX
from suites.operators.short_time import PLAIN, QUIET, SETTINGS, rows, signals
from suites.operators.values import agree, numbers

pytestmark = QUIET


@rows(SETTINGS, "torch.stft", "torch.Tensor.stft")
@signals
def test_transforms_each_windowed_frame(row, sample, dtype, device):
    """{row} is the Fourier transform of each frame times the window, of a signal or of a batch of signals."""
    x, window = sample(row.carrier(dtype)), row.weights(sample.seed, dtype)
    signal = tensor(x, device)
    with unchanged(signal):
        result = row.call(signal, window, device)

    complex_dtype = COMPLEX[dtypes.name(dtype)]
    close(result, row.expected(x, window), row.allowed(x, window), dtype=complex_dtype, device=device)


@documents("torch.stft")
@pytest.mark.parametrize("center", [True, False])
@pytest.mark.parametrize("length", [40, 43, 97])
@pytest.mark.parametrize("hop", [1, 3, 8, 10])
@pytest.mark.parametrize("n_fft", [8, 16])
def test_has_a_frame_for_each_hop(n_fft, hop, length, center, device):
    """torch.stft has 1 + L // hop frames if centered, else 1 + (L - n_fft) // hop."""
    x, window = tensor(numbers(1, (length,), "float32"), device), tensor(np.ones(n_fft, np.float32), device)
    frames = 1 + (length if center else length - n_fft) // hop

    shape = torch.stft(x, n_fft, hop, window=window, center=center, return_complex=True).shape
    assert shape == (n_fft // 2 + 1, frames)


@documents("torch.stft", since="2.0")
@pytest.mark.parametrize("n_fft", [7, 15])
def test_has_a_frame_for_each_hop_of_odd_frames(n_fft, device):
    """torch.stft has 1 + L // hop frames if centered, also where n_fft is odd and the hops end with the signal."""
    x, window = tensor(numbers(1, (40,), "float32"), device), tensor(np.ones(n_fft, np.float32), device)

    assert torch.stft(x, n_fft, 5, window=window, return_complex=True).shape == (n_fft // 2 + 1, 9)


@documents("torch.stft")
def test_gives_pairs_of_real_numbers(dtype, device):
    """torch.stft with return_complex=False has real and imaginary parts along a last axis of two."""
    x, window = numbers(2, (3, 40), dtype), PLAIN.weights(3, dtype)
    pairs = torch.stft(tensor(x, device), 8, window=tensor(window, device), return_complex=False)
    exact = PLAIN.expected(x, window)

    limit = PLAIN.allowed(x, window)
    shaped = bound.Bound(limit.factor, limit.scale[..., None], False)
    close(pairs, np.stack([exact.real, exact.imag], -1), shaped, dtype=dtype, device=device)


@documents("torch.stft", since="2.0")
def test_wants_to_know_of_complex_results(device):
    """torch.stft of real numbers raises where return_complex is not given."""
    x, window = tensor(numbers(3, (40,), "float32"), device), tensor(np.ones(8, np.float32), device)

    with pytest.raises(RuntimeError):
        torch.stft(x, 8, window=window)


@documents("torch.stft", "torch.istft", since="2.6")
def test_warns_where_no_window_is_given(device):
    """torch.stft and torch.istft warn where no window is given."""
    x = tensor(numbers(4, (40,), "float32"), device)

    with every_warning(), pytest.warns(UserWarning, match="window"):
        spectrum = torch.stft(x, 8, return_complex=True)
    with every_warning(), pytest.warns(UserWarning, match="window"):
        torch.istft(spectrum, 8)


class Refusal(NamedTuple):
    """What torch.stft refuses: the shape of the signal and the options."""

    title: str
    shape: tuple[int, ...]
    options: dict[str, Any]

    def __str__(self) -> str:
        return self.title


REFUSALS = (
    Refusal("a signal of three axes", (2, 3, 40), {"n_fft": 8}),
    Refusal("a frame longer than the signal", (6,), {"n_fft": 8, "center": False}),
    Refusal("a hop of nothing", (40,), {"n_fft": 8, "hop_length": 0}),
    Refusal("a window longer than the frame", (40,), {"n_fft": 8, "win_length": 9}),
    Refusal("a window of another size than it says", (40,), {"n_fft": 8, "win_length": 6, "window": 7}),
    Refusal("a window of two axes", (40,), {"n_fft": 8, "window": (8, 1)}),
    Refusal("one side of a complex signal", (40,), {"n_fft": 8, "onesided": True, "dtype": "complex64"}),
)


@pytest.mark.parametrize("row", [pytest.param(r, marks=documents("torch.stft"), id=r.title) for r in REFUSALS])
def test_refuses_what_has_no_transform(row, device):
    """torch.stft raises for {row}."""
    options = dict(row.options)
    x = tensor(numbers(5, row.shape, options.pop("dtype", "float32")), device)
    sides = options.pop("window", options.get("win_length", 8))
    window = tensor(np.ones(sides, np.float32), device)

    with pytest.raises(RuntimeError):
        torch.stft(x, **options, window=window, return_complex=True)


@documents("torch.Tensor.stft", "torch.stft", "torch.Tensor.istft", "torch.istft")
def test_methods_are_the_functions(dtype, device):
    """The methods stft and istft of a tensor are torch.stft and torch.istft."""
    x, window = tensor(numbers(6, (2, 40), dtype), device), tensor(PLAIN.weights(7, dtype), device)
    options = {"n_fft": 8, "hop_length": 3, "win_length": 8, "window": window}

    spectrum = torch.stft(x, **options, return_complex=True)
    agree(spectrum, x.stft(**options, return_complex=True))
    agree(torch.istft(spectrum, **options, length=37), spectrum.istft(**options, length=37))


@rows(tuple(row for row in SETTINGS if not row.complex), "torch.stft")
def test_has_the_adjoint_as_gradient(row, device):
    """{row} has gradients for the signal and the window: Re⟨gradient, d⟩ = Re⟨incoming, transform along d⟩."""
    x, d = (numbers(seed, (2, 40), "float64") for seed in (12, 13))
    window, e = (row._replace(window=row.n_fft).weights(seed, "float64") for seed in (14, 15))
    signal, weights = (tensor(part, device).requires_grad_() for part in (x, window))
    output = row._replace(window=row.n_fft).call(signal, weights)
    v = numbers(16, tuple(output.shape), "complex128")

    by_signal, by_window = torch.autograd.grad(output, (signal, weights), tensor(v, device))

    for gradient, along, image in ((by_signal, d, row.expected(d, window)), (by_window, e, row.expected(x, e))):
        found = np.asarray(np.sum(array(gradient) * along))
        exact = np.asarray(np.sum(np.real(np.conj(v) * image)), np.float64)
        close(found, exact, bound.Bound(64, np.sum(np.abs(v)) * np.max(np.abs(image)), False))
