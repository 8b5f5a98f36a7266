"""Points at equal distances, as the documentation of torch.arange and its relatives lays them out."""

from __future__ import annotations

import math

import numpy as np


def arange(start: float, end: float, step: float) -> np.ndarray:
    """start + i step for i = 0, …, ⌈(end − start)/step⌉ − 1."""
    return start + step * np.arange(math.ceil((end - start) / step))


def range(start: float, end: float, step: float) -> np.ndarray:
    """start + i step for i = 0, …, ⌊(end − start)/step⌋."""
    return start + step * np.arange(math.floor((end - start) / step) + 1)


def linspace(start: complex, end: complex, steps: int) -> np.ndarray:
    """start + i (end − start)/(steps − 1) for i = 0, …, steps − 1; start alone where steps is 1."""
    return start + np.arange(steps) * ((end - start) / max(steps - 1, 1))


def logspace(start: float, end: float, steps: int, base: float = 10.0) -> np.ndarray:
    """base to the power of each of linspace(start, end, steps)."""
    return np.float64(base) ** linspace(start, end, steps)


def vander(x: np.ndarray, columns: int, increasing: bool = False) -> np.ndarray:
    """x to the power of 0, …, columns − 1 from right to left, or from left to right where increasing."""
    powers = np.arange(columns) if increasing else np.arange(columns)[::-1]
    return x[:, None] ** powers
