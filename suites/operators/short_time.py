"""What the claims about short-time Fourier transforms share: their settings, and how far they may err."""

from __future__ import annotations

from typing import Any, NamedTuple, Optional

import numpy as np
import pytest
import torch

from reference import spectrogram
from suites.kit import bound, documents, draw, dtypes, tensor
from suites.operators.fourier import COMPLEX
from suites.operators.values import wide

Array = np.ndarray
#: Lines that ignore what the functions warn of and is told of by one claim: no window, real results, a length too long.
QUIET = pytest.mark.filterwarnings(
    "ignore:A window was not provided:UserWarning",
    "ignore:stft with return_complex=False:UserWarning",
    "ignore:The length of signal is shorter:UserWarning",
)
#: The page of 1.13 had another exponent for windows shorter than n_fft.
SHORT = {"since": "2.0"}
#: Signals and batches of signals, each in a layout of its own.
SIGNALS = (
    draw.Sample((40,), 1, "wide", "offset"),
    draw.Sample((3, 41), 2, "normal", "transposed"),
    draw.Sample((2, 57), 3, "normal", "stepped"),
)
signals = pytest.mark.parametrize("sample", SIGNALS, ids=["alone", "transposed", "stepped"])


class Setting(NamedTuple):
    """The options of a short-time transform, the size of its window, and what is complex: signal, window or neither."""

    title: str
    n_fft: int
    options: dict[str, Any]
    window: int = 0
    complex: tuple[str, ...] = ()
    promised: dict[str, str] = {}  # noqa: RUF012 - never written to

    def __str__(self) -> str:
        return f"torch.stft ({self.title})"

    def weights(self, seed: int, dtype: dtypes.DType) -> Optional[Array]:
        """A window of positive numbers, or of complex ones; none where the setting has none."""
        if not self.window:
            return None
        rng = np.random.default_rng(seed)
        w = 0.25 + rng.random(self.window)
        turned = w * np.exp(2j * np.pi * rng.random(self.window)) if "window" in self.complex else w
        return draw.cast(turned, COMPLEX[dtypes.name(dtype)] if "window" in self.complex else dtype)

    def carrier(self, dtype: dtypes.DType) -> dtypes.DType:
        """The dtype of the signal."""
        return COMPLEX[dtypes.name(dtype)] if "signal" in self.complex else dtype

    def call(self, x: torch.Tensor, window: Any, device: str = "cpu") -> torch.Tensor:
        """torch.stft in this setting."""
        told = {"win_length": self.window} if 0 < self.window < self.n_fft else {}
        w = window if window is None or isinstance(window, torch.Tensor) else tensor(window, device)
        return torch.stft(x, self.n_fft, window=w, **told, **self.options, return_complex=True)

    def expected(self, x: Array, window: Optional[Array]) -> Array:
        """Its definition."""
        whole = {"onesided": not self.complex, **self.options}
        return spectrogram.stft(wide(x), self.n_fft, window=None if window is None else wide(window), **whole)

    def allowed(self, x: Array, window: Optional[Array]) -> bound.Bound:
        """3 u Σ|window · frame| for each of the log₂ n + 1 levels of sums, and two roundings of the products."""
        moduli = [None if part is None else np.abs(part) for part in (x, window)]
        size = self._replace(complex=()).expected(*moduli)[..., :1, :].real
        return bound.Bound(3 * (1 + np.log2(self.n_fft)) + 2, size.astype(np.float64), False)


PLAIN = Setting("plain", 8, {}, 8)
SETTINGS = (
    PLAIN,
    Setting("without window", 8, {}),
    Setting("hop", 8, {"hop_length": 3}, 8),
    Setting("hop beyond the frame", 8, {"hop_length": 11}, 8),
    Setting("short window", 8, {"hop_length": 2}, 4, (), SHORT),
    Setting("not centered", 8, {"hop_length": 3, "center": False}, 8),
    Setting("short window not centered", 12, {"center": False}, 6, (), SHORT),
    Setting("zeros beyond", 8, {"pad_mode": "constant"}, 8),
    Setting("ends beyond", 8, {"pad_mode": "replicate", "hop_length": 3}, 8),
    Setting("periods beyond", 8, {"pad_mode": "circular", "hop_length": 3}, 8),
    Setting("normalized", 16, {"normalized": True}, 16),
    Setting("two sides", 8, {"onesided": False}, 8),
    Setting("odd", 7, {"hop_length": 3}, 7),
    Setting("large", 64, {"hop_length": 16, "pad_mode": "constant"}, 64),
    Setting("tiny", 2, {"hop_length": 1}, 2),
    Setting("complex signal", 8, {"hop_length": 3}, 8, ("signal",)),
    Setting("complex window", 8, {"hop_length": 3}, 8, ("window",)),
    Setting("complex normalized", 9, {"normalized": True}, 9, ("signal", "window")),
)


def rows(table: tuple[Setting, ...], *names: str) -> pytest.MarkDecorator:
    """Settings as parameters of claims."""
    return pytest.mark.parametrize(
        "row", [pytest.param(r, marks=documents(*names, **r.promised), id=r.title) for r in table]
    )
