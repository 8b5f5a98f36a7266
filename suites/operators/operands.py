"""Strategies for the operands of operators, and the domains to which an operation's operands are brought."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

from suites.kit import draw
from suites.operators.values import within


@st.composite
def pairs(choose: st.DrawFn, **structure: Any) -> tuple[draw.Sample, draw.Sample]:
    """Recipes of two arrays: of one shape that may be long, or of two shapes that broadcast."""
    if choose(st.booleans()):
        return choose(draw.broadcastable(2, **structure))
    shape = choose(draw.shapes())
    return choose(draw.samples(shape, **structure)), choose(draw.samples(shape, **structure))


def made(sample: draw.Sample, dtype: Any, domain: Any = None) -> np.ndarray:
    """The sample's array, brought into a domain, in the sample's layout."""
    values = sample(dtype)
    return values if domain is None else draw.laid_out(domain(values), sample.layout)


def anything(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The operands as they are."""
    return x, y


def divided(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Integers whose quotient is one: no divisor is 0, and the lowest number is not divided by -1."""
    return np.where(x == _lowest(x), 5, x).astype(x.dtype), np.where(y == 0, 3, y).astype(y.dtype)


def comparable(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Floats whose quotient has few digits before the point."""
    return within(x, -64, 64), np.where(np.abs(y) < 0.0625, np.copysign(0.25, y), y).astype(y.dtype)


def quarters(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Multiples of a quarter below 16, whose quotients round to no integer that they are not."""
    x, y = within(x, -16, 16), within(y, -16, 16)
    return (np.rint(4 * x) / 4).astype(x.dtype), (np.rint(4 * y) / 4).astype(y.dtype)


def raised(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Integers and small exponents that are not negative."""
    return x, (y & 7).astype(y.dtype)


def shifted(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Integers and shifts below seven bits."""
    return x, (y & 7 if y.dtype.itemsize > 1 else y & 3).astype(y.dtype)


def small(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Integers whose least common multiple fits."""
    return (x % 11).astype(x.dtype), (y % 11).astype(y.dtype)


def _lowest(x: np.ndarray) -> int:
    return np.iinfo(x.dtype).min if x.dtype.kind == "i" else -1
