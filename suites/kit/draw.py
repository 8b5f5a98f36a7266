"""Inputs: Hypothesis draws the structure, NumPy's generator fills the rest, and hard values are placed on purpose."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

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

#: Sides that straddle the widths of vector registers.
STRADDLING = (7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65)


@dataclasses.dataclass(frozen=True)
class Sample:
    """A recipe for one array: call it with a dtype and it makes the same values in each, as far as that has them."""

    shape: tuple[int, ...]
    seed: int = 0
    fill: str = "normal"
    layout: str = "contiguous"
    place: tuple[str, ...] = ()

    def __call__(self, dtype: dtypes.DType = "float64") -> np.ndarray:
        """The array, of the NumPy dtype that carries ``dtype``."""
        shape = (1, *self.shape[1:]) if self.layout == "expanded" and self.shape else self.shape
        values = filled(np.random.default_rng(self.seed), shape, self.fill, dtype)
        positions = np.random.default_rng(self.seed + 1).permutation(values.size)
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
    bits = narrow.view(np.uint32).astype(np.uint64)
    kept = (bits + 0x7FFF + ((bits >> 16) & 1)) & 0xFFFF0000
    return np.where(np.isnan(narrow), np.float32(np.nan), kept.astype(np.uint32).view(np.float32))


def laid_out(values: np.ndarray, layout: str) -> np.ndarray:
    """The same values at other places in memory; ``expanded`` needs a first axis that repeats itself."""
    if layout == "contiguous" or not values.ndim:
        return np.array(values, order="C")
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


def sides(most: int = 6) -> st.SearchStrategy[int]:
    """A side of a tensor: small, often 1, sometimes 0."""
    return st.integers(0, most)


@st.composite
def shapes(
    draw: st.DrawFn, least: int = 0, most: int = 4, low: int = 0, high: int = 5, long: bool = True
) -> tuple[int, ...]:
    """A shape of ``least`` to ``most`` dimensions with sides from ``low`` to ``high``.

    With ``long``, the last side of a shape of at most two dimensions may straddle a vector width.
    """
    shape = draw(st.lists(st.integers(low, high), min_size=least, max_size=most).map(tuple))
    if long and 1 <= len(shape) <= 2 and draw(st.booleans()):
        shape = (*shape[:-1], draw(st.sampled_from(STRADDLING)))
    return shape


def seeds() -> st.SearchStrategy[int]:
    """A seed for NumPy's or torch's generator."""
    return st.integers(0, 2**16 - 1)


def samples(
    shape: st.SearchStrategy[tuple[int, ...]] | tuple[int, ...] | None = None,
    layouts: tuple[str, ...] = LAYOUTS,
    hard: tuple[str, ...] = HARD,
    fills: tuple[str, ...] = FILLS,
) -> st.SearchStrategy[Sample]:
    """Recipes of arrays of any shape, layout and fill, with up to four hard values placed."""
    shape = shapes() if shape is None else shape if isinstance(shape, st.SearchStrategy) else st.just(shape)
    places = st.lists(st.sampled_from(hard), max_size=4).map(tuple) if hard else st.just(())
    return st.builds(Sample, shape, seeds(), st.sampled_from(fills), st.sampled_from(layouts), places)


def arrays(dtype: dtypes.DType = "float64", **structure: Any) -> st.SearchStrategy[np.ndarray]:
    """Arrays of one dtype; ``structure`` as for ``samples``."""
    return samples(**structure).map(lambda sample: sample(dtype))


@st.composite
def broadcastable(draw: st.DrawFn, count: int = 2, **structure: Any) -> tuple[Sample, ...]:
    """Recipes of arrays whose shapes broadcast with each other."""
    shapes = draw(npst.mutually_broadcastable_shapes(num_shapes=count, max_dims=3, min_side=0, max_side=5))
    return tuple(draw(samples(shape=shape, **structure)) for shape in shapes.input_shapes)


def lattice(seed: int, shape: tuple[int, ...], largest: int = 8) -> np.ndarray:
    """Integer-valued float64: sums of products stay exact, whatever the order, the blocking or FMA."""
    return np.random.default_rng(seed).integers(-largest, largest, shape, endpoint=True).astype(np.float64)


def normal(seed: int, *shape: int, dtype: dtypes.DType = "float64") -> np.ndarray:
    """Standard normal values, the plain case."""
    return filled(np.random.default_rng(seed), shape, "normal", dtype)
