"""Distribution functions P(X ≤ x), and how far the empirical one of n samples may lie from them."""

from __future__ import annotations

import math

import numpy as np


def uniform(x: np.ndarray, low: float = 0.0, high: float = 1.0) -> np.ndarray:
    """(x − low) / (high − low) between low and high."""
    return np.clip((x - low) / (high - low), 0.0, 1.0)


def normal(x: np.ndarray, mean: float = 0.0, std: float = 1.0) -> np.ndarray:
    """erfc(−(x − mean) / (std √2)) / 2."""
    scaled = np.atleast_1d(-(np.asarray(x) - mean) / (std * math.sqrt(2.0)))
    return np.array([math.erfc(value) for value in scaled.ravel().tolist()]).reshape(np.shape(x)) / 2.0


def log_normal(x: np.ndarray, mean: float = 1.0, std: float = 2.0) -> np.ndarray:
    """The normal distribution function of log x."""
    return normal(np.log(x), mean, std)


def exponential(x: np.ndarray, rate: float = 1.0) -> np.ndarray:
    """1 − exp(−rate x) for positive x."""
    return -np.expm1(-rate * np.maximum(x, 0.0))


def cauchy(x: np.ndarray, median: float = 0.0, sigma: float = 1.0) -> np.ndarray:
    """arctan((x − median) / sigma) / π + 1/2."""
    return np.arctan((x - median) / sigma) / math.pi + 0.5


def geometric(x: np.ndarray, p: float) -> np.ndarray:
    """1 − (1 − p)^⌊x⌋ for x of at least 1: the number of the first success."""
    return 1.0 - (1.0 - p) ** np.maximum(np.floor(x), 0.0)


def bernoulli(x: np.ndarray, p: float) -> np.ndarray:
    """0 below 0, 1 − p from there on, 1 from 1 on."""
    return np.where(x < 0, 0.0, np.where(x < 1, 1.0 - p, 1.0))


def poisson(x: np.ndarray, rate: float) -> np.ndarray:
    """The sum of exp(−rate) rate^k / k! over k ≤ x."""
    terms = [math.exp(k * math.log(rate) - rate - math.lgamma(k + 1)) for k in range(int(np.max(x)) + 1)]
    return np.cumsum(terms)[np.asarray(x, int)]


def integers(x: np.ndarray, low: int, high: int) -> np.ndarray:
    """(⌊x⌋ − low + 1) / (high − low): every integer from low up to high, which is excluded, alike."""
    return np.clip((np.floor(x) - low + 1) / (high - low), 0.0, 1.0)


def empirical(samples: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The different values that occur, in order, and the share of samples that are not larger than each."""
    values, counts = np.unique(samples, return_counts=True)
    return values, np.cumsum(counts) / samples.size


def distance(samples: int, risk: float = 1e-10) -> float:
    """The distance that the empirical distribution function exceeds with a probability of at most ``risk``.

    √(log(2 / risk) / 2n). Source: Massart, The tight constant in the Dvoretzky–Kiefer–Wolfowitz inequality (1990).
    """
    return math.sqrt(math.log(2.0 / risk) / (2.0 * samples))
