"""The record of this folder's tables: a documented operation, what it is drawn with, and one drawn call of it."""

from __future__ import annotations

import dataclasses
import operator
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch
from hypothesis import strategies as st

from suites.kit import close, documents, draw, tensor, unchanged

#: One dtype of each width and kind; NumPy's carrier of bfloat16 is float32, so it is told apart by name.
MOVED = (torch.float32, torch.bfloat16, torch.int64, torch.int32, torch.uint8, torch.complex64, torch.bool)
REAL = (torch.float32, torch.bfloat16, torch.float16, torch.int64, torch.int16, torch.uint8)


class Operation(NamedTuple):
    """An operation: its reference, its documented spellings, and what to draw for a tensor of some shape.

    ``arguments`` takes the shape and gives a strategy of ``call(…)``. A ``draw.Sample`` among the arguments is an array
    of the tensor's own dtype.
    """

    reference: Callable[..., Any]
    spellings: tuple[str, ...]
    arguments: Callable[[tuple[int, ...]], st.SearchStrategy[Call]]
    samples: st.SearchStrategy[draw.Sample] = draw.samples()
    dtypes: tuple[torch.dtype, ...] = MOVED
    since: str | None = None

    def __str__(self) -> str:
        return self.spellings[0]

    __repr__ = __str__


class Call(NamedTuple):
    """The arguments after the tensor."""

    positional: tuple[Any, ...] = ()
    keywords: dict[str, Any] = {}  # noqa: RUF012 - never written to


def call(*positional: Any, **keywords: Any) -> st.SearchStrategy[Call]:
    """A call whose arguments are drawn where they are strategies."""
    strategies = [value if isinstance(value, st.SearchStrategy) else st.just(value) for value in positional]
    named = {k: value if isinstance(value, st.SearchStrategy) else st.just(value) for k, value in keywords.items()}
    return st.builds(Call, st.tuples(*strategies), st.fixed_dictionaries(named))


def alone(shape: tuple[int, ...]) -> st.SearchStrategy[Call]:
    """No arguments but the tensor."""
    return call()


def rows(table: tuple[Operation, ...]) -> pytest.MarkDecorator:
    """Run a claim over each operation of a table, as evidence for all its spellings."""
    return pytest.mark.parametrize(
        "row", [pytest.param(row, marks=documents(*row.spellings, since=row.since), id=str(row)) for row in table]
    )


@dataclasses.dataclass(frozen=True)
class Case:
    """One drawn call of one operation, by one of its spellings."""

    row: Operation
    spelling: str
    dtype: torch.dtype
    sample: draw.Sample
    call: Call

    def __repr__(self) -> str:
        return f"{self.spelling}({self.sample}, {self.dtype}, {self.call.positional}, {self.call.keywords})"

    def expected(self) -> Any:
        """What the reference gives."""
        positional, keywords = _form(self.call, lambda array, _: array, self.dtype)
        return self.row.reference(self.sample(self.dtype), *positional, **keywords)

    def arguments(self, device: str) -> tuple[list[Any], dict[str, Any]]:
        """The arguments for torch, the tensor first."""
        positional, keywords = _form(self.call, lambda array, dtype: tensor(array, device, dtype), self.dtype)
        return [tensor(self.sample(self.dtype), device, self.dtype), *positional], keywords

    def result(self, device: str, **more: Any) -> Any:
        """What torch gives; its arguments must stay as they are."""
        positional, keywords = self.arguments(device)
        with unchanged(*(value for value in positional if isinstance(value, torch.Tensor))):
            return spelled(self.spelling)(*positional, **keywords, **more)


def spelled(name: str) -> Callable[..., Any]:
    """The function or method of a documented name, looked up when it is called."""
    return operator.attrgetter(name.split(".", 1)[1])(torch)


@st.composite
def cases(draw_: st.DrawFn, row: Operation) -> Case:
    """A call of the operation on a tensor of any layout and several dtypes."""
    sample = draw_(row.samples)
    drawn = draw_(row.arguments(sample.shape))
    return Case(row, draw_(st.sampled_from(row.spellings)), draw_(st.sampled_from(row.dtypes)), sample, drawn)


def _form(value: Any, convert: Callable[[np.ndarray, torch.dtype | None], Any], dtype: torch.dtype) -> Any:
    """The arguments with every array converted, samples to arrays of ``dtype`` first."""
    if isinstance(value, draw.Sample):
        return convert(value(dtype), dtype)
    if isinstance(value, np.ndarray):
        return convert(value, None)
    if isinstance(value, Call):
        return tuple(_form(v, convert, dtype) for v in value.positional), _form(value.keywords, convert, dtype)
    if isinstance(value, dict):
        return {name: _form(v, convert, dtype) for name, v in value.items()}
    return type(value)(_form(v, convert, dtype) for v in value) if isinstance(value, (list, tuple)) else value


def same(result: Any, expected: Any, dtype: torch.dtype, device: str) -> None:
    """Assert that a tensor, or each of several, is bit for bit what is expected."""
    if isinstance(expected, np.ndarray):
        return close(result, expected, dtype=_judged(expected, dtype), device=device)
    assert len(result) == len(expected), f"{len(result)} tensors, expected {len(expected)}"
    for part, wanted in zip(result, expected):
        close(part, wanted, dtype=_judged(wanted, dtype), device=device)
    return None


def _judged(expected: np.ndarray, dtype: torch.dtype) -> Any:
    """float32 arrays carry bfloat16 where that is the dtype in question."""
    return dtype if dtype is torch.bfloat16 and expected.dtype == np.float32 else expected.dtype


def dims(shape: tuple[int, ...], extra: int = 0) -> st.SearchStrategy[int]:
    """A dimension, counted from either end; of a number, 0 or -1."""
    count = max(len(shape) + extra, 1)
    return st.integers(-count, count - 1)


def several_dims(shape: tuple[int, ...], **size: int) -> st.SearchStrategy[tuple[int, ...]]:
    """Different dimensions, each counted from either end."""
    signs = st.lists(st.booleans(), min_size=len(shape), max_size=len(shape))
    chosen = st.lists(st.integers(0, max(len(shape) - 1, 0)), unique=True, **size) if shape else st.just([])
    return st.builds(lambda ds, negative: tuple(d - len(shape) * negative[d] for d in ds), chosen, signs)


def indices(size: int, shape: Any, low: int | None = 0) -> st.SearchStrategy[np.ndarray]:
    """An int64 array of indices below ``size``, from ``low`` or, where that is None, from -size."""
    shape = shape if isinstance(shape, st.SearchStrategy) else st.just(shape)
    low = -size if low is None else low
    return st.builds(lambda seed, s: np.random.default_rng(seed).integers(low, size, s), draw.seeds(), shape)
