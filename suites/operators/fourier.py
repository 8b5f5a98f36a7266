"""What the claims about Fourier transforms share: the transforms, what they take, and how far they may err."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any, NamedTuple, Optional

import numpy as np
import pytest
import torch
from hypothesis import strategies as st

from reference import fourier
from suites.kit import bound, documents, draw, dtypes

Array = np.ndarray
#: The complex dtype of each real one.
COMPLEX = {"float64": "complex128", "float32": "complex64"}
NORMS = ("backward", "forward", "ortho")


class Transform(NamedTuple):
    """A function of torch.fft, and what it takes: complex numbers, real ones, or half of a Hermitian signal."""

    name: str
    takes: str

    def __str__(self) -> str:
        return f"torch.fft.{self.name}"

    @property
    def stem(self) -> str:
        """The name without the number of its axes."""
        return self.name.rstrip("2n")

    @property
    def result(self) -> str:
        """What it gives."""
        return "real" if self.takes == "half" else "complex"

    def __call__(self, x: torch.Tensor, **options: Any) -> torch.Tensor:
        """The transform itself."""
        return getattr(torch.fft, self.name)(x, **options)


TAKES = {"fft": "complex", "ifft": "complex", "rfft": "real", "ihfft": "real", "irfft": "half", "hfft": "half"}
ONE = tuple(Transform(stem, takes) for stem, takes in TAKES.items())
SEVERAL = tuple(Transform(stem + axes, takes) for stem, takes in TAKES.items() for axes in ("2", "n"))
EVERY = ONE + SEVERAL
HALVES = tuple(row for row in EVERY if row.takes == "half")


class Call(NamedTuple):
    """The shape of an argument and the axes, their lengths and the norm that a transform of any name is told."""

    shape: tuple[int, ...]
    axes: Optional[tuple[int, ...]] = None
    lengths: Optional[tuple[int, ...]] = None
    norm: Optional[str] = None

    def options(self, row: Transform) -> dict[str, Any]:
        """The arguments by name, as this transform calls them; what is None is left out."""
        if row.name == row.stem:
            first = [None if part is None else part[0] for part in (self.axes, self.lengths)]
            named = {"dim": first[0], "n": first[1], "norm": self.norm}
        else:
            named = {"dim": self.axes, "s": self.lengths, "norm": self.norm}
        return {name: value for name, value in named.items() if value is not None}

    def transformed(self, row: Transform) -> tuple[tuple[int, ...], Optional[tuple[int, ...]]]:
        """The axes that this transform is taken along, and their lengths."""
        options = self.options(row)
        if row.name == row.stem:
            axes, lengths = (options.get("dim", -1),), (options["n"],) if "n" in options else None
        else:
            axes, lengths = options.get("dim", (-2, -1) if row.name.endswith("2") else None), self.lengths
        return fourier.axes(np.empty(self.shape), lengths, axes), lengths

    def argument(self, row: Transform, seed: int, dtype: dtypes.DType, layout: str = "contiguous") -> Array:
        """Random numbers that the transform takes; of several axes, the half of what is Hermitian."""
        carrier = dtypes.name(dtype) if row.takes == "real" else COMPLEX[dtypes.name(dtype)]
        values = draw.Sample(self.shape, seed, layout=layout)(carrier)
        if row.takes == "half":
            values = draw.laid_out(half_of_hermitian(values, *self.transformed(row)), layout)
        return values

    def allowed(self, row: Transform, x: Array) -> bound.Bound:
        """3 u Σ|x| for each of the log₂ n + 1 levels of sums along each axis, times what the norm multiplies by.

        Measured up to 1.21 for 33 lengths below 513 in releases from 1.13 to 2.15: the most at primes, which are
        computed by a convolution. Each level multiplies by a power of a root of unity and adds (Higham, Accuracy and
        Stability of Numerical Algorithms, theorem 24.2); the 1-norm holds also where all terms err alike.
        """
        axes, lengths = self.transformed(row)
        whole = fourier.hermitian(x, lengths, axes) if row.takes == "half" else fourier.resized(x, lengths, axes)
        levels = sum(1 + np.log2(whole.shape[axis]) for axis in axes)
        scale = np.sum(np.abs(whole).astype(np.float64), axis=axes, keepdims=True)
        backward = row.stem in ("ifft", "irfft", "ihfft")
        power = {"forward": 1 - backward, "ortho": 0.5}.get(self.norm or "backward", backward)
        return bound.Bound(3 * levels, scale * float(fourier.factor(whole, None, axes, power)), False)


def expected(row: Transform, x: Array, **options: Any) -> Array:
    """The transform by its definition."""
    return getattr(fourier, row.name)(x, **options)


def half_of_hermitian(x: Array, axes: tuple[int, ...], lengths: Optional[tuple[int, ...]]) -> Array:
    """The same numbers, of which those that stand for each other are made conjugate.

    With k = 0 or n / 2 in the last axis, x[-j, k] = conj x[j, k]; what is its own partner keeps an imaginary part.
    """
    x, others = x.copy(), axes[:-1]
    n = 2 * (x.shape[axes[-1]] - 1) if lengths is None or lengths[-1] == -1 else lengths[-1]
    seen = [slice(None)] * x.ndim
    for axis, length in zip(others, lengths or ()):
        seen[axis] = slice(length if length > 0 else None)
    for k in {0, n // 2 if n % 2 == 0 else 0} & set(range(x.shape[axes[-1]])):
        seen[axes[-1]] = slice(k, k + 1)
        plane = x[tuple(seen)]
        places = np.arange(plane.size).reshape(plane.shape)
        mirror = [np.roll(np.flip(part, others), 1, others) if others else part for part in (plane, places)]
        plane[...] = np.where(places == mirror[1], plane, (plane + np.conj(mirror[0])) / 2)
    return x


#: Arguments with the axis along which they are transformed, and arguments with several.
SINGLE = (
    Call((5,)),
    Call((3, 4), (-1,)),
    Call((4, 3), (0,)),
    Call((2, 3, 4), (1,)),
    Call((3, 2, 5), (-3,)),
    Call((17,), (0,)),
    Call((2, 16), (1,)),
    Call((31, 2), (-2,)),
)
MULTIPLE = (
    Call((3, 4)),
    Call((2, 3, 4)),
    Call((4, 3), (1, 0)),
    Call((2, 4, 3), (0, 2)),
    Call((3, 5, 2), (-2, -3)),
    Call((1, 6), (0, 1)),
    Call((2, 9, 8), (-1, 1)),
    Call((4, 3, 2, 3), (-4, 2)),
)
#: Lengths of which those beyond the argument's are filled with zeros.
LENGTHS = (1, 2, 3, 4, 5, 6, 8, 9, 13, 16, 21)


class Recipe(NamedTuple):
    """A call for a transform of any name: which argument and axes, other lengths, norm, seed, layout."""

    which: int
    lengths: Optional[tuple[int, int]]
    norm: Optional[str]
    seed: int
    layout: str

    def call(self, row: Transform) -> Call:
        """The call; of a Hermitian half only the last axis may be filled up, or the whole would not be one."""
        call = (SINGLE if row.name == row.stem else MULTIPLE)[self.which]._replace(norm=self.norm)
        if self.lengths is None or row.name == row.stem:
            return call._replace(lengths=self.lengths and self.lengths[1:])
        axes = call._replace(lengths=self.lengths).transformed(row)[0]
        first = min(self.lengths[0], call.shape[axes[0]]) if row.takes == "half" else self.lengths[0]
        return call._replace(lengths=(first, self.lengths[1]))


def recipes() -> st.SearchStrategy[Recipe]:
    """Calls of each argument and axis, its own length or another, and every norm."""
    lengths = st.tuples(st.sampled_from((-1, *LENGTHS)), st.sampled_from(LENGTHS))
    norms, layouts = st.sampled_from((None, *NORMS)), st.sampled_from(draw.WRITABLE)
    return st.builds(Recipe, st.integers(0, len(SINGLE) - 1), st.none() | lengths, norms, draw.seeds(), layouts)


@contextlib.contextmanager
def double_by_default() -> Iterator[None]:
    """float64 is the default dtype within the block."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        yield
    finally:
        torch.set_default_dtype(before)


def rows(table: tuple[Any, ...]) -> pytest.MarkDecorator:
    """Transforms as parameters of claims."""
    return pytest.mark.parametrize("row", [pytest.param(r, marks=documents(str(r)), id=r.name) for r in table])
