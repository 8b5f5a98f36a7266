"""The record of this folder's tables: a documented operation, what it is drawn with, and one drawn call of it."""

from __future__ import annotations

import dataclasses
import functools
import math
import operator
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch
from hypothesis import strategies as st

from suites.kit import close, documents, draw, tensor, unchanged
from suites.tensors.recipes import samples

#: One dtype of each width and kind; NumPy's carrier of bfloat16 is float32, so it is told apart by name.
MOVED = (torch.float32, torch.bfloat16, torch.int64, torch.int32, torch.uint8, torch.complex64, torch.bool)
REAL = (torch.float32, torch.bfloat16, torch.float16, torch.int64, torch.int16, torch.uint8)


SEEDS = draw.seeds()
SAMPLES = samples()


class Operation(NamedTuple):
    """An operation: its reference, its documented spellings, and what to draw for a tensor of some shape.

    ``arguments`` takes the shape and gives a strategy of ``call(…)``. A ``draw.Sample`` among the arguments is an array
    of the tensor's own dtype.
    """

    reference: Callable[..., Any]
    spellings: tuple[str, ...]
    arguments: Callable[[tuple[int, ...]], st.SearchStrategy[Call]]
    samples: st.SearchStrategy[draw.Sample] = SAMPLES
    dtypes: tuple[torch.dtype, ...] = MOVED
    since: str | None = None

    def __str__(self) -> str:
        return self.spellings[0]

    __repr__ = __str__


class Call(NamedTuple):
    """The arguments after the tensor; or all of them, where it is a list of tensors that the operation takes."""

    positional: tuple[Any, ...] = ()
    keywords: dict[str, Any] = {}  # noqa: RUF012 - never written to
    all: bool = False


@st.composite
def call(draw_: st.DrawFn, *positional: Any, **keywords: Any) -> Call:
    """A call whose arguments are drawn where they are strategies."""
    values = tuple(draw_(value) if isinstance(value, st.SearchStrategy) else value for value in positional)
    return Call(values, {k: draw_(v) if isinstance(v, st.SearchStrategy) else v for k, v in keywords.items()})


def alone(shape: tuple[int, ...]) -> st.SearchStrategy[Call]:
    """No arguments but the tensor."""
    return call()


def rows(table: tuple[Operation, ...]) -> pytest.MarkDecorator:
    """Run a claim over each operation of a table, as evidence for all its spellings."""
    return pytest.mark.parametrize(
        "row", [pytest.param(row, marks=documents(*row.spellings, since=row.since), id=str(row)) for row in table]
    )


def named(table: tuple[Operation, ...], *names: str) -> tuple[Operation, ...]:
    """The operations of these spellings, each with that one alone."""
    return tuple(next(row for row in table if n in row.spellings)._replace(spellings=(n,)) for n in names)


def in_place(table: tuple[Operation, ...]) -> tuple[Operation, ...]:
    """The methods of these operations that work in place."""
    methods = [(row, [f"{name}_" for name in row.spellings if name.startswith("torch.Tensor.")]) for row in table]
    found = [(row, tuple(name for name in names if hasattr(torch.Tensor, name[13:]))) for row, names in methods]
    return tuple(row._replace(spellings=names) for row, names in found if names)


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
        first = [] if self.call.all else [self.sample(self.dtype)]
        return self.row.reference(*first, *positional, **keywords)

    def arguments(self, device: str) -> tuple[list[Any], dict[str, Any]]:
        """The arguments for torch, the tensor first."""
        positional, keywords = _form(self.call, lambda array, dtype: tensor(array, device, dtype), self.dtype)
        first = [] if self.call.all else [tensor(self.sample(self.dtype), device, self.dtype)]
        return [*first, *positional], keywords

    def result(self, device: str, **more: Any) -> Any:
        """What torch gives; its arguments must stay as they are."""
        positional, keywords = self.arguments(device)
        with unchanged(*_tensors(positional)):
            return spelled(self.spelling)(*positional, **keywords, **more)


def _tensors(arguments: Iterable[Any]) -> list[torch.Tensor]:
    """The tensors among the arguments, also those in lists."""
    flat = [item for value in arguments for item in (value if isinstance(value, (list, tuple)) else [value])]
    return [value for value in flat if isinstance(value, torch.Tensor)]


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
    if isinstance(expected, (np.ndarray, np.generic)):
        return close(result, expected, dtype=_judged(expected, dtype), device=device)
    assert len(result) == len(expected), f"{len(result)} tensors, expected {len(expected)}"
    for part, wanted in zip(result, expected):
        close(part, wanted, dtype=_judged(wanted, dtype), device=device)
    return None


def writes_into_out(case: Case, layout: str, device: str) -> None:
    """Assert that with out= the call fills a tensor of that layout with its result, and returns it."""
    expected = case.expected()
    memory = draw.laid_out(np.full_like(expected, 1), layout)
    out = tensor(memory, device, _judged(expected, case.dtype))

    result = case.result(device, out=out)

    assert result is out
    same(out, expected, case.dtype, device)


def _judged(expected: np.ndarray, dtype: torch.dtype) -> Any:
    """float32 arrays carry bfloat16 where that is the dtype in question."""
    return dtype if dtype is torch.bfloat16 and expected.dtype == np.float32 else expected.dtype


@functools.cache
def between(low: int, high: int) -> st.SearchStrategy[int]:
    """An integer from low to high; the same strategy each time, since to make one takes longer than to draw."""
    return st.integers(low, high)


def dims(shape: tuple[int, ...], extra: int = 0) -> st.SearchStrategy[int]:
    """A dimension, counted from either end; of a number, 0 or -1."""
    count = max(len(shape) + extra, 1)
    return between(-count, count - 1)


@st.composite
def several_dims(draw_: st.DrawFn, shape: tuple[int, ...], least: int = 0, most: int = 4) -> tuple[int, ...]:
    """Different dimensions in any order, each counted from either end."""
    count = draw_(between(min(least, len(shape)), min(most, len(shape))))
    chosen: list[int] = []
    for _ in range(count):
        free = [d for d in range(len(shape)) if d not in chosen]
        chosen.append(free[draw_(between(0, len(free) - 1))])
    negative = draw_(between(0, 2**count - 1))
    return tuple(d - len(shape) * (negative >> position & 1) for position, d in enumerate(chosen))


def indices(size: int, shape: tuple[int, ...], low: int | None = 0) -> st.SearchStrategy[np.ndarray]:
    """An int64 array of indices below ``size``, from ``low`` or, where that is None, from -size."""
    low = -size if low is None else low
    return SEEDS.map(lambda seed: np.random.default_rng(seed).integers(low, size, shape))


@st.composite
def factored(draw_: st.DrawFn, size: int) -> tuple[int, ...]:
    """A shape of that many elements, in which sometimes one side is left to be found."""
    shape: list[int] = []
    left = size
    for _ in range(draw_(st.integers(0, 3))):
        shape.append(draw_(st.sampled_from([side for side in range(1, left + 1) if left % side == 0] or [0])))
        left //= max(shape[-1], 1)
    shape = draw_(st.permutations([*shape, *[left] * (left != 1 or draw_(st.booleans()))]))
    hidden = draw_(st.integers(0, len(shape)))
    others = math.prod(side for position, side in enumerate(shape) if position != hidden)
    return tuple(-1 if position == hidden and others else side for position, side in enumerate(shape))
