"""Short-time Fourier transforms and their least-squares inverse, frame by frame."""

from __future__ import annotations

from typing import Optional

import numpy as np
from numpy import ndarray as Array

from reference import fourier

#: What np.pad calls the ways of padding.
PADDING = {"reflect": "reflect", "constant": "constant", "replicate": "edge", "circular": "wrap"}


def stft(
    x: Array,
    n_fft: int,
    hop_length: Optional[int] = None,
    window: Optional[Array] = None,
    center: bool = True,
    pad_mode: str = "reflect",
    normalized: bool = False,
    onesided: bool = True,
) -> Array:
    """X[ω, m] = Σ window[k] x[m · hop + k] exp(-2πi ω k / n), with x padded by n // 2 on both sides if centered.

    x (…, L) -> X (…, N, T); the window is filled with zeros on both sides to n numbers; hop is n // 4 by default.
    Normalized it is times 1 / √n, and one-sided ω ends at n // 2.
    """
    hop, w = hop_length or n_fft // 4, filled(window, n_fft)
    margin = [(0, 0)] * (x.ndim - 1) + [(n_fft // 2,) * 2]
    x = np.pad(x, margin, mode=PADDING[pad_mode]) if center else x  # type: ignore[call-overload]
    starts = range(0, x.shape[-1] - n_fft + 1, hop)
    frames = np.stack([x[..., start : start + n_fft] * w for start in starts], -1)
    spectrum = fourier.fftn(frames, None, (-2,), "ortho" if normalized else "backward")
    return spectrum[..., : n_fft // 2 + 1, :] if onesided else spectrum


def istft(
    spectrum: Array,
    n_fft: int,
    hop_length: Optional[int] = None,
    window: Optional[Array] = None,
    center: bool = True,
    normalized: bool = False,
    onesided: bool = True,
    length: Optional[int] = None,
) -> Array:
    """x[t] = Σ conj window[t - m · hop] y[t - m · hop, m] / Σ |window[t - m · hop]|², y the inverse of frame m.

    The least squares of all frames, which are windowed parts of x. Spectrum (…, N, T) -> x (…, (T - 1) · hop), or n
    more if not centered; ``length`` cuts it or fills it with zeros.
    """
    hop, w = hop_length or n_fft // 4, filled(window, n_fft)
    norm = "ortho" if normalized else "backward"
    frames = (fourier.irfftn(spectrum, (n_fft,), (-2,), norm) if onesided
              else fourier.ifftn(spectrum, None, (-2,), norm))  # fmt: skip
    count = spectrum.shape[-1]
    total = np.zeros((*spectrum.shape[:-2], n_fft + (count - 1) * hop), frames.dtype)
    envelope = np.zeros(total.shape[-1], w.real.dtype)
    for m in range(count):
        total[..., m * hop : m * hop + n_fft] += np.conj(w) * frames[..., m]
        envelope[m * hop : m * hop + n_fft] += np.abs(w) ** 2
    start = n_fft // 2 if center else 0
    default = (count - 1) * hop + (0 if center else n_fft)
    stop = start + (default if length is None else length)
    kept = total[..., start:stop] / envelope[start:stop]
    return fourier.resized(kept, None if length is None else (length,), (kept.ndim - 1,))


def filled(window: Optional[Array], n_fft: int) -> Array:
    """The window in the middle of n zeros; n ones where there is none."""
    w = np.ones(n_fft) if window is None else window
    left = (n_fft - w.size) // 2
    return np.pad(w, (left, n_fft - w.size - left))
