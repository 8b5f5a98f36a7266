"""Matrices for the claims of linear algebra: how they are made and laid out, where results go, and how far they err."""

from __future__ import annotations

import dataclasses
from typing import Any, Callable

import numpy as np
import pytest
import torch
from hypothesis import strategies as st

from suites.kit import array, bound, close, documents, draw, dtypes, tensor, unchanged

Array = np.ndarray
Tensor = torch.Tensor

#: What the functions of torch.linalg support.
SUPPORTED = (torch.float64, torch.float32, torch.complex128, torch.complex64)

#: Square matrices: without elements, of one, beyond the blocking of LAPACK, and batches, one without matrices.
SQUARE = (
    (3, 3), (1, 1), (2, 2), (5, 5), (33, 33), (0, 0), (2, 3, 3), (3, 1, 1), (2, 3, 4, 4), (0, 3, 3), (2, 0, 0),
    (2, 17, 17), (1, 4, 4), (65, 65),
)  # fmt: skip
#: Matrices of any sides, tall ones and wide ones.
RECTANGULAR = (
    (3, 3), (7, 3), (3, 7), (1, 1), (1, 5), (5, 1), (33, 9), (9, 33), (0, 3), (3, 0), (2, 5, 3), (2, 3, 5), (0, 4, 3),
    (2, 2, 4, 2), (65, 33), (33, 65), (3, 2, 2),
)  # fmt: skip
#: How a tensor of matrices lies in memory; "columns" is how LAPACK wants them, and "conjugate" is lazily conjugated.
LAYOUTS = ("contiguous", "columns", "transposed", "stepped", "offset", "expanded", "conjugate")
#: Where results go: a new tensor, or out= of a layout or without elements.
OUTS = ("new", "contiguous", "transposed", "stepped", "empty")


@dataclasses.dataclass(frozen=True)
class Recipe:
    """A recipe for a tensor of matrices, and for the tensors that take what a function makes of it."""

    shape: tuple[int, ...]
    seed: int = 0
    layout: str = "contiguous"
    out: str = "new"

    def __call__(self, kind: Callable[..., Array], dtype: dtypes.DType) -> Array:
        """Matrices of a kind, equal ones where the layout repeats one."""
        repeated = self.layout == "expanded" and len(self.shape) > 2
        shape = (1, *self.shape[1:]) if repeated else self.shape
        rng = np.random.default_rng(self.seed)
        values = kind(rng, shape, dtypes.in_numpy(dtype).kind).astype(dtypes.in_numpy(dtype))
        return laid_out(np.broadcast_to(values, (*self.shape[: len(self.shape) - 2], *values.shape[-2:])), self.layout)

    def beside(self, dtype: dtypes.DType, columns: int = 2, layout: str | None = None) -> Array:
        """Random right-hand sides of so many columns, laid out like the matrices."""
        shape = (*self.shape[:-1], columns)
        return Recipe(shape, self.seed + 1, self.layout if layout is None else layout)(entries, dtype)

    def tensor(self, values: Array, device: str) -> Tensor:
        """The tensor of an array of this recipe."""
        return tensor(values.conj(), device).conj() if self.layout == "conjugate" else tensor(values, device)

    def call(self, function: Callable[..., Any], *arguments: Tensor, **options: Any) -> Any:
        """The function's results, whichever way they are asked for; it writes to none of its arguments."""
        with unchanged(*arguments):
            made = function(*arguments, **options)
            return made if self.out == "new" else into(function, made, self.out, *arguments, **options)


def into(function: Callable[..., Any], made: Any, layout: str, *arguments: Tensor, **options: Any) -> Any:
    """The function's results in tensors given as out=, which are what it returns."""
    single = isinstance(made, Tensor)
    outs = [blank(part, layout) for part in ((made,) if single else made)]
    result = function(*arguments, **options, out=outs[0] if single else tuple(outs))
    assert all(part is out for part, out in zip((result,) if single else result, outs)), "out= was not returned"
    return result


def blank(like: Tensor, layout: str) -> Tensor:
    """A tensor of the shape and dtype of another, full of sevens; or one without elements, to be resized."""
    sevens = np.full(tuple(like.shape), 7, dtypes.in_numpy(like.dtype))
    values = sevens.ravel()[:0] if layout == "empty" else laid_out(sevens, layout)
    return tensor(values, str(like.device), like.dtype)


def laid_out(values: Array, layout: str) -> Array:
    """The same values at other places in memory."""
    if layout == "columns":
        return np.ascontiguousarray(values.swapaxes(-1, -2)).swapaxes(-1, -2)
    plain = layout == "conjugate" or (layout == "expanded" and values.ndim < 3)
    return draw.laid_out(values, "contiguous" if plain else layout)


def recipes(
    shapes: tuple[tuple[int, ...], ...], outs: tuple[str, ...] = OUTS, layouts: tuple[str, ...] = LAYOUTS
) -> st.SearchStrategy[Recipe]:
    """Recipes of these shapes, laid out in any way, whose results go anywhere."""
    return st.builds(Recipe, st.sampled_from(shapes), draw.seeds(), st.sampled_from(layouts), st.sampled_from(outs))


def entries(rng: np.random.Generator, shape: tuple[int, ...], kind: str) -> Array:
    """Standard normal numbers."""
    values = rng.standard_normal(shape)
    return values + 1j * rng.standard_normal(shape) if kind == "c" else values


def orthonormal(rng: np.random.Generator, shape: tuple[int, ...], kind: str) -> Array:
    """Orthonormal columns, uniformly distributed: Householder's have the same determinant each time until turned."""
    turns = entries(rng, (*shape[:-2], 1, shape[-1]), kind)
    return np.linalg.qr(entries(rng, shape, kind))[0] * (turns / np.abs(turns))


def spread(count: int) -> Array:
    """So many numbers from 4 down to 1, or just 4."""
    return np.linspace(4, 1, count) if count > 1 else np.full(count, 4.0)


def regular(rng: np.random.Generator, shape: tuple[int, ...], kind: str) -> Array:
    """Matrices of full rank: singular vectors uniformly distributed, singular values spread from 4 down to 1."""
    return with_singular_values(rng, shape, kind, spread(min(shape[-2:])))


def varied(rng: np.random.Generator, shape: tuple[int, ...], kind: str) -> Array:
    """Matrices of full rank whose determinants differ in size, too."""
    return regular(rng, shape, kind) * rng.uniform(0.9, 1.1, (*shape[:-2], 1, 1))


def deficient(rng: np.random.Generator, shape: tuple[int, ...], kind: str) -> Array:
    """Matrices of half the full rank, rounded up; half of their singular values are spread from 4 down to 1."""
    least = min(shape[-2:])
    return with_singular_values(rng, shape, kind, np.append(spread(-(-least // 2)), np.zeros(least // 2)))


def with_singular_values(rng: np.random.Generator, shape: tuple[int, ...], kind: str, values: Array) -> Array:
    """U diag(values) Vᴴ with random U and V."""
    left = orthonormal(rng, (*shape[:-1], len(values)), kind)
    right = orthonormal(rng, (*shape[:-2], shape[-1], len(values)), kind)
    return (left * values) @ adjoint(right)


def definite(rng: np.random.Generator, shape: tuple[int, ...], kind: str) -> Array:
    """Hermitian matrices with eigenvalues spread from 4 down to 1."""
    return hermitian(rng, shape, kind, spread(shape[-1]))


def indefinite(rng: np.random.Generator, shape: tuple[int, ...], kind: str) -> Array:
    """Hermitian matrices with eigenvalues from 4 down to 1 of alternating signs."""
    return hermitian(rng, shape, kind, signed(shape[-1]))


def signed(count: int) -> Array:
    """So many numbers of sizes from 4 down to 1 and of alternating signs."""
    return spread(count) * (-1.0) ** np.arange(count)


def hermitian(rng: np.random.Generator, shape: tuple[int, ...], kind: str, values: Array) -> Array:
    """U diag(values) Uᴴ with random U, Hermitian to the last bit."""
    vectors = orthonormal(rng, shape, kind)
    product = (vectors * values) @ adjoint(vectors)
    return (product + adjoint(product)) / 2


def symmetric(rng: np.random.Generator, shape: tuple[int, ...], kind: str) -> Array:
    """Matrices that equal their transpose, complex ones too, which are then not Hermitian."""
    values = regular(rng, shape, kind)
    return values + values.swapaxes(-1, -2) + 3 * np.eye(shape[-1])


def triangular(rng: np.random.Generator, shape: tuple[int, ...], kind: str) -> Array:
    """Lower triangular matrices whose diagonal outweighs the rest; above the diagonal are other numbers, not zeros."""
    values = entries(rng, shape, kind) / max(1, shape[-1]) ** 0.5
    return values + np.eye(shape[-1]) * (2 + rng.random(shape[-1])) * (-1) ** np.arange(shape[-1])


def adjoint(values: Array) -> Array:
    """The conjugate transpose of each matrix."""
    return values.conj().swapaxes(-1, -2)


def wide(part: Tensor | Array, dtype: dtypes.DType | None = None, device: str = "cpu") -> Array:
    """The numbers in float64 or complex128; those of a tensor of ``dtype`` (if given) on ``device``."""
    if isinstance(part, Tensor):
        assert dtype is None or part.dtype is dtype, f"dtype {part.dtype}, expected {dtype}"
        assert part.device.type == torch.device(device).type, f"on device {part.device}, expected {device}"
        part = array(part)
    return part.astype(np.result_type(part.dtype, np.float64))


def real(dtype: torch.dtype) -> torch.dtype:
    """The dtype of the modulus of numbers of a dtype."""
    return {torch.complex128: torch.float64, torch.complex64: torch.float32}.get(dtype, dtype)


def norm(values: Array) -> float:
    """The root of the sum of all squares."""
    return float(np.linalg.norm(np.ravel(values)))


def same(found: Array, expected: Array, dtype: dtypes.DType, scale: float, count: float = 1.0) -> None:
    """Assert that wide arrays agree to a backward error of numbers of ``dtype``: 4 (√n + 4) u ``scale`` in the 2-norm.

    A stable algorithm on n by n matrices errs by p(n) u times the norms of what it multiplies, with p(n) about √n for
    random roundings (Higham and Mary, 2019). ``count`` is the number of such errors, or what they are multiplied by.
    """
    size = max((1, *np.shape(expected)[-2:]))
    unit = dtypes.unit(dtype) / dtypes.unit(torch.float64)
    close(found, np.asarray(expected, found.dtype), bound.Norm(4 * (size**0.5 + 4) * unit * count * scale))


def sides(shape: tuple[int, ...]) -> tuple[int, int, int]:
    """The rows, the columns, and the smaller of both."""
    return shape[-2], shape[-1], min(shape[-2:])


def assert_orthonormal(columns: Array, dtype: dtypes.DType) -> None:
    """The columns of each matrix have norm 1 and are at right angles."""
    unit = np.broadcast_to(np.eye(columns.shape[-1]), (*columns.shape[:-2], *[columns.shape[-1]] * 2))
    same(adjoint(columns) @ columns, unit, dtype, norm(unit), count=2)


def rows(table: tuple[Any, ...], prefix: str = "torch.") -> Any:
    """Functions as parameters of claims; a row says by ``name`` which function it is about."""
    params = [pytest.param(row, marks=documents(f"{prefix}{row.name}"), id=getattr(row, "title", "") or row.name)
              for row in table]  # fmt: skip
    return pytest.mark.parametrize("row", params)
