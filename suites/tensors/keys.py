"""What stands between the brackets of x[...]: drawn for a shape, for NumPy and for torch."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

from suites.kit import tensor
from suites.tensors.operation import between


@st.composite
def slices(draw_: st.DrawFn, size: int) -> slice:
    """A slice of any bounds, also negative and beyond the ends, and of a positive step; mostly it keeps something."""
    kind, start, stop = draw_(between(0, 5)), draw_(between(-size - 2, size + 1)), draw_(between(-size - 1, size + 2))
    step = draw_(between(1, max(size, 3)))
    return [
        slice(start, None),
        slice(None, stop),
        slice(None, None, step),
        slice(start, None, step),
        slice(start, stop, step),
        slice(min(start, -1), stop if stop > 0 else None),
    ][kind]


@st.composite
def basic(draw_: st.DrawFn, shape: tuple[int, ...]) -> Any:
    """Integers, slices, ... and None, in a tuple or alone."""
    front = draw_(between(0, len(shape)))
    back = draw_(between(0, len(shape) - front))
    items = [draw_(_basic_item(size)) for size in (*shape[:front], *shape[len(shape) - back :])] if shape else []
    if back or draw_(st.booleans()):
        items.insert(front, Ellipsis)
    for _ in range(draw_(between(0, 2))):
        items.insert(draw_(between(0, len(items))), None)
    return items[0] if len(items) == 1 and draw_(st.booleans()) else tuple(items)


def _basic_item(size: int) -> st.SearchStrategy[Any]:
    return slices(size) | between(-size, size - 1) if size else slices(size)


@st.composite
def arrays(draw_: st.DrawFn, shape: tuple[int, ...]) -> tuple[Any, ...]:
    """At least one array of indices, of shapes that broadcast; between them integers, slices, None and masks."""
    common = draw_(st.sampled_from(((), (1,), (3,), (2, 3), (0,), (2, 1))))
    filled = [d for d, side in enumerate(shape) if side]
    chosen = draw_(between(1, 2 ** len(filled) - 1))
    items: list[Any] = []
    for d, size in enumerate(shape):
        items += [None] * (not draw_(between(0, 5)))
        items.append(draw_(_array(size, common) if size and chosen >> filled.index(d) & 1 else _basic_item(size)))
    while items and isinstance(items[-1], slice) and draw_(st.booleans()):
        items.pop()
    return tuple(items)


@st.composite
def _array(draw_: st.DrawFn, size: int, common: tuple[int, ...]) -> np.ndarray:
    """Indices of a shape that broadcasts to ``common``, or a mask of as many places as its last side has."""
    rng = np.random.default_rng(draw_(between(0, 2**16 - 1)))
    count = common[-1] if common else 1
    if size >= count and not draw_(between(0, 3)):
        return np.isin(np.arange(size), rng.permutation(size)[:count])
    kept = common[draw_(between(0, len(common))) :]
    stretched = draw_(between(0, 2 ** len(kept) - 1))
    return rng.integers(-size, size, [1 if stretched >> d & 1 and side else side for d, side in enumerate(kept)])


@st.composite
def masks(draw_: st.DrawFn, shape: tuple[int, ...]) -> np.ndarray:
    """A mask over the first dimensions, or none, or all; from no place to every place."""
    rng = np.random.default_rng(draw_(between(0, 2**16 - 1)))
    covered = shape[: draw_(between(0, len(shape)))]
    return np.asarray(rng.random(covered) < draw_(st.sampled_from((0.0, 0.2, 0.5, 0.9, 1.0))))


def in_torch(key: Any, device: str) -> Any:
    """The key with tensors in place of arrays."""
    if isinstance(key, tuple):
        return tuple(in_torch(item, device) for item in key)
    return tensor(key, device) if isinstance(key, np.ndarray) else key
