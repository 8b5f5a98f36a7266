"""Whether samples follow a distribution: a comparison whose false alarms have a known, negligible probability."""

from __future__ import annotations

from typing import Callable

import numpy as np
import torch

from reference import distribution
from suites.kit import array, bound, close, dtypes


def follows(samples: torch.Tensor, cdf: Callable[..., np.ndarray], *parameters: float) -> None:
    """Assert that the samples have the distribution function ``cdf(x, *parameters)``; false alarms: 1 in 10¹⁰.

    The largest distance of the two functions is compared (Kolmogorov–Smirnov), plus the roundings of the dtype,
    each of which moves a sample by at most two units in its last place.
    """
    values = array(samples).astype(np.float64)
    assert np.isfinite(values).all(), "a sample is not finite"
    grain = 2 * dtypes.unit(samples.dtype) if samples.is_floating_point() else 0.0
    points, shares = distribution.empirical(values)
    reach = distribution.distance(values.size) + grain
    close(shares, cdf(points, *parameters), bound.Bound(reach / dtypes.unit("float64"), 1.0, signed_zeros=False))


def has_moments(samples: torch.Tensor, mean: float, variance: float) -> None:
    """Assert mean and variance of at least 2000 normal or uniform samples to 7 standard errors; false alarms: 1 in 10⁹.

    The variance of a normal sample variance is 2 σ⁴ / n; that of a uniform one is smaller.
    """
    values = array(samples).astype(np.float64)
    error = 7 * np.sqrt(variance / values.size) + 2 * dtypes.unit(samples.dtype)
    close(values.mean(), np.float64(mean), bound.Bound(error / dtypes.unit("float64"), 1.0))
    spread = 7 * variance * np.sqrt(2 / values.size) + 2 * dtypes.unit(samples.dtype)
    close(values.var(), np.float64(variance), bound.Bound(spread / dtypes.unit("float64"), 1.0))


def is_uncorrelated(samples: torch.Tensor, lags: tuple[int, ...] = (1, 2, 3, 4, 7, 8, 16, 32, 64, 128, 256)) -> None:
    """Assert that samples are not correlated with later ones, to within 8/√n; false alarms: 1 in 10¹³."""
    values = array(samples).astype(np.float64).ravel()
    values = (values - values.mean()) / values.std()
    found = np.array([np.mean(values[:-lag] * values[lag:]) for lag in lags])
    reach = 8 / np.sqrt(values.size - max(lags))
    close(found, np.zeros(len(lags)), bound.Bound(reach / dtypes.unit("float64"), 1.0, signed_zeros=False))
