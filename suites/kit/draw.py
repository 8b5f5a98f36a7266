"""Inputs: Hypothesis draws the structure, NumPy's generator fills the rest, and hard values are placed on purpose."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
from hypothesis import strategies as st

from . import dtypes

#: Values that break kernels, by name, so that one draw serves every dtype.
HARD = ("zero", "-zero", "one", "-one", "nan", "inf", "-inf", "max", "lowest", "tiny", "-tiny", "subnormal", "tie")
FINITE = tuple(name for name in HARD if name not in ("nan", "inf", "-inf"))
#: Hard values whose sums and products stay finite in every floating dtype.
TAME = ("zero", "-zero", "one", "-one", "tiny", "-tiny", "subnormal", "tie")

#: How an array can lie in memory.
LAYOUTS = ("contiguous", "transposed", "stepped", "offset", "expanded")
#: Those in which no two elements share memory, for writing.
WRITABLE = ("contiguous", "transposed", "stepped", "offset")

#: How the values that are not hard are distributed.
FILLS = ("normal", "wide", "ties")

#: Shapes of up to four dimensions: plain ones, without elements, with sides of 1. Listing them is ten times
#: cheaper than drawing each side, and half of what would be drawn has no element or one.
SHAPES = (
    (), (2,), (1,), (0,), (3,), (5,), (2, 3), (3, 2), (4, 5), (1, 1), (1, 4), (5, 1), (3, 0), (0, 2), (2, 3, 4),
    (3, 1, 2), (1, 2, 1), (2, 0, 3), (5, 2, 3), (2, 3, 0), (2, 3, 2, 4), (1, 3, 1, 2), (3, 2, 4, 1), (2, 1, 0, 3),
)  # fmt: skip
#: Shapes whose last side straddles the width of a vector register.
STRADDLING = ((7,), (3, 8), (9,), (3, 15), (16,), (3, 17), (31,), (3, 32), (33,), (3, 63), (64,), (3, 65))
#: Pairs of shapes that broadcast: equal, one inside the other, both stretched, empty.
BROADCASTING = (
    ((), ()), ((2,), (2,)), ((3,), ()), ((), (4,)), ((3, 4), (4,)), ((4,), (3, 4)), ((3, 1), (1, 4)), ((2, 1), (3,)),
    ((2, 3, 4), (3, 1)), ((1,), (5,)), ((33,), (33,)), ((3, 17), (17,)), ((65,), (1,)), ((0,), (1,)), ((2, 0), (1, 1)),
    ((2, 1, 4), (3, 1)), ((2, 3, 1), (2, 1, 5)), ((2, 3, 4), (2, 3, 4)), ((2, 1, 3, 2), (5, 1, 2)), ((1, 0), (3, 1)),
)  # fmt: skip


@dataclasses.dataclass(frozen=True)
class Sample:
    """A recipe for one array: call it with a dtype and it makes the same values in each, as far as that has them.

    Hard values lie at the same positions for the seeds 2k and 2k + 1, so that they meet those of another operand.
    """

    shape: tuple[int, ...]
    seed: int = 0
    fill: str = "normal"
    layout: str = "contiguous"
    place: tuple[str, ...] = ()

    def __call__(self, dtype: dtypes.DType = "float64") -> np.ndarray:
        """The array, of the NumPy dtype that carries ``dtype``."""
        shape = (1, *self.shape[1:]) if self.layout == "expanded" and self.shape else self.shape
        values = filled(np.random.default_rng(self.seed), shape, self.fill, dtype)
        positions = np.random.default_rng((self.seed // 2, 1)).permutation(values.size)
        for position, hard in zip(positions, self.place):
            values.flat[position] = _hard(hard, dtype, values)
        return laid_out(np.broadcast_to(values, self.shape), self.layout)


def filled(rng: np.random.Generator, shape: tuple[int, ...], fill: str, dtype: dtypes.DType) -> np.ndarray:
    """Random values: standard normal, spread over many binades, or small integers with many ties."""
    kind = dtypes.in_numpy(dtype).kind
    if kind == "c":
        parts = [filled(rng, shape, fill, "float64") for _ in range(2)]
        return cast(parts[0] + 1j * parts[1], dtype)
    if kind == "b":
        return rng.integers(0, 2, shape).astype(bool)
    if kind in "iu":
        info = np.iinfo(dtypes.in_numpy(dtype))
        low, high = (max(info.min, -9), 9) if fill != "wide" else (info.min, info.max)
        return rng.integers(low, high, shape, dtype=dtypes.in_numpy(dtype), endpoint=True)
    values = rng.standard_normal(shape)
    if fill == "wide":
        values = values * 2.0 ** rng.integers(-12, 12, shape)
    return cast(np.rint(2 * values) if fill == "ties" else values, dtype)


def cast(values: np.ndarray, dtype: dtypes.DType) -> np.ndarray:
    """Values rounded to nearest even in ``dtype``, carried by its NumPy dtype."""
    with np.errstate(over="ignore"):
        narrow = np.asarray(values).astype(dtypes.in_numpy(dtype))
    if dtypes.name(dtype) != "bfloat16":
        return narrow
    bits = narrow.reshape(-1).view(np.uint32).astype(np.uint64)
    kept = ((bits + 0x7FFF + ((bits >> 16) & 1)) & 0xFFFF0000).astype(np.uint32).view(np.float32)
    return np.where(np.isnan(narrow), np.float32(np.nan), kept.reshape(narrow.shape))


def laid_out(values: np.ndarray, layout: str) -> np.ndarray:
    """The same values at other places in memory.

    ``expanded`` needs a first axis that repeats itself; with ``channels last`` the second axis is the fastest.
    """
    if layout == "contiguous" or not values.ndim:
        return np.array(values, order="C")
    if layout == "channels last":
        return values if values.ndim < 2 else np.moveaxis(np.array(np.moveaxis(values, 1, -1), order="C"), -1, 1)
    if layout == "transposed":
        return np.array(values, order="F")
    if layout == "expanded":
        return np.broadcast_to(np.array(values[:1], order="C"), values.shape)
    if layout == "offset":
        buffer = np.zeros(values.size + 3, values.dtype)
        view = buffer[3:].reshape(values.shape)
    else:
        view = np.zeros((*values.shape[:-1], 2 * values.shape[-1]), values.dtype)[..., ::2]
    view[...] = values
    return view


def _hard(name: str, dtype: dtypes.DType, values: np.ndarray) -> Any:
    """The value that a hard name stands for in a dtype; what it lacks becomes its nearest relative."""
    kind = dtypes.in_numpy(dtype).kind
    if name == "tie":
        return values.flat[0]
    if kind == "b":
        return name in ("zero", "-zero", "lowest", "-inf")
    if kind in "iu":
        return _hard_integer(name, dtype)
    normal = dtypes.smallest_normal(dtype)
    largest = (2.0 - 2.0 * dtypes.unit(dtype)) * 2.0 ** (1 - dtypes.SMALLEST[dtypes.name(dtype)])
    return {
        "zero": 0.0, "-zero": -0.0, "one": 1.0, "-one": -1.0, "nan": math.nan, "inf": math.inf, "-inf": -math.inf,
        "max": largest, "lowest": -largest, "tiny": normal, "-tiny": -normal, "subnormal": normal / 2,
    }[name]  # fmt: skip


def _hard_integer(name: str, dtype: dtypes.DType) -> int:
    info = np.iinfo(dtypes.in_numpy(dtype))
    values = {"one": 1, "tiny": 1, "nan": info.max, "inf": info.max, "max": info.max, "lowest": info.min,
              "-inf": info.min, "-one": -1, "-tiny": -1, "subnormal": info.max - 1}  # fmt: skip
    return max(info.min, values.get(name, 0))


def shapes(
    least: int = 0, most: int = 4, low: int = 0, high: int = 5, long: bool = True
) -> st.SearchStrategy[tuple[int, ...]]:
    """A shape of ``least`` to ``most`` dimensions with sides from ``low`` to ``high``, the simplest first.

    With ``long``, the last side of a shape of at most two dimensions may straddle a vector width.
    """
    kept = [shape for shape in SHAPES if least <= len(shape) <= most]
    bounded = [tuple(min(max(side, low), high) for side in shape) for shape in kept]
    straddling = [shape for shape in STRADDLING if long and least <= len(shape) <= most]
    return st.sampled_from(tuple(dict.fromkeys([*bounded, *straddling])))


def seeds() -> st.SearchStrategy[int]:
    """A seed for NumPy's or torch's generator."""
    return st.integers(0, 2**16 - 1)


def samples(
    shape: st.SearchStrategy[tuple[int, ...]] | tuple[int, ...] | None = None,
    layouts: tuple[str, ...] = LAYOUTS,
    hard: tuple[str, ...] = HARD,
    fills: tuple[str, ...] = FILLS,
) -> st.SearchStrategy[Sample]:
    """Recipes of arrays of any shape, layout and fill, with up to nine hard values placed."""
    shape = shapes() if shape is None else shape if isinstance(shape, st.SearchStrategy) else st.just(shape)
    return st.builds(Sample, shape, seeds(), st.sampled_from(fills), st.sampled_from(layouts), places(hard))


def places(hard: tuple[str, ...] = HARD) -> st.SearchStrategy[tuple[str, ...]]:
    """Up to nine neighbours in ``hard``, or none."""
    if not hard:
        return st.just(())
    count, first = st.integers(0, min(9, len(hard))), st.integers(0, len(hard) - 1)
    return st.builds(lambda count, first: (hard * 2)[first : first + count], count, first)


def arrays(dtype: dtypes.DType = "float64", **structure: Any) -> st.SearchStrategy[np.ndarray]:
    """Arrays of one dtype; ``structure`` as for ``samples``."""
    return samples(**structure).map(lambda sample: sample(dtype))


def broadcastable(count: int = 2, **structure: Any) -> st.SearchStrategy[tuple[Sample, ...]]:
    """Recipes of ``count`` arrays whose shapes broadcast with each other; ``structure`` as for ``samples``."""
    chosen = BROADCASTING if count == 2 else [(*pair, third) for pair in BROADCASTING for third in (pair[0], ())]
    recipes = st.tuples(*(samples(shape=(), **structure) for _ in range(count)))
    return st.builds(_shaped, st.sampled_from(chosen), recipes)


def _shaped(shapes: tuple[tuple[int, ...], ...], recipes: tuple[Sample, ...]) -> tuple[Sample, ...]:
    """The recipes, each of its shape; to draw from one strategy for each shape would cost five times as much."""
    seed = recipes[0].seed
    return tuple(dataclasses.replace(r, shape=shapes[i], seed=seed + i) for i, r in enumerate(recipes))


def lattice(seed: int, shape: tuple[int, ...], largest: int = 8) -> np.ndarray:
    """Integer-valued float64: sums of products stay exact, whatever the order, the blocking or FMA."""
    return np.random.default_rng(seed).integers(-largest, largest, shape, endpoint=True).astype(np.float64)


def normal(seed: int, *shape: int, dtype: dtypes.DType = "float64") -> np.ndarray:
    """Standard normal values, the plain case."""
    return filled(np.random.default_rng(seed), shape, "normal", dtype)
