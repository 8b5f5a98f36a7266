"""What is timed: the arguments, what torch makes of them, and what NumPy makes of them."""

from __future__ import annotations

import functools
import itertools
from typing import Any, Callable, NamedTuple

import numpy as np
import torch

from suites.kit import bound, close, tensor

#: Arguments that together are larger than this many bytes are taken in turn, of so many sets that fill this many.
SMALL, CACHES = 2**20, 2**26
#: Stands among the arguments for the device.
DEVICE = object()


class Ours(NamedTuple):
    """An argument that stays on the CPU."""

    array: np.ndarray


class Brain(NamedTuple):
    """An argument of bfloat16, which NumPy lacks."""

    array: np.ndarray


def unrounded(wanted: np.ndarray) -> bound.Bound:
    """Results that are numbers of the dtype: small integers, moved or added up."""
    return bound.Bound(0.0, 0.0, signed_zeros=False)


class Work(NamedTuple):
    """What one call does at the least: bytes read and written, operations, and the floating dtype that they are in."""

    moved: int = 0
    flops: float = 0
    dtype: torch.dtype | None = None


class Behaviour(NamedTuple):
    """A function under its name: arguments by seed, both sides of the comparison, and the operations of one call.

    ``bound`` says how far the sides may lie apart, from NumPy's result; ``seen`` is what both are looked at by.
    ``touched`` is how many bytes are read and written where that is not all arguments and results.
    """

    arguments: Callable[[int], tuple[Any, ...]]
    torch: Callable[..., Any]
    numpy: Callable[..., Any]
    bound: Callable[[np.ndarray], bound.Bound | bound.Norm] = unrounded
    flops: float = 0
    seen: Callable[[Any], Any] = lambda result: result
    touched: int = 0

    def sets(self) -> list[tuple[Any, ...]]:
        """The arguments: several sets of the same where one would stay in a cache that its size does not deserve.

        Each side gives every set memory of its own.
        """
        one = self.arguments(0)
        return [one] * (-(-CACHES // nbytes(one)) if nbytes(one) > SMALL else 1)

    def call(self, device: str) -> Callable[[], Any]:
        """The call that is timed; each is of the next set of arguments."""
        return _in_turn(self.torch, [tuple(_placed(value, device) for value in one) for one in self.sets()])

    def work(self, result: Any) -> Work:
        """What a call with this result does."""
        moved, dtype = self.touched or nbytes(self.arguments(0)) + nbytes(result), _each(result)[0].dtype
        return Work(moved, self.flops, dtype if dtype.is_floating_point else None)

    def beside(self) -> Callable[[], Any]:
        """What NumPy does, to be timed beside it."""
        return _in_turn(self.numpy, [tuple(_plain(value) for value in one) for one in self.sets()])

    def assert_right(self, result: Any, device: str) -> None:
        """Assert that a result of the first set of arguments is what NumPy makes of them in double precision."""
        expected = self.numpy(*(_wide(_plain(value)) for value in self.arguments(0)))
        assert len(_each(result)) == len(_each(expected))
        for found, wanted in zip(map(self.seen, _each(result)), map(self.seen, _each(expected))):
            floating = np.asarray(wanted).dtype.kind == "f"
            close(found, wanted, self.bound(np.asarray(wanted)), dtype=found.dtype if floating else None, device=device)


def _in_turn(function: Callable[..., Any], sets: list[tuple[Any, ...]]) -> Callable[[], Any]:
    if len(sets) == 1:
        return functools.partial(function, *sets[0])
    following = itertools.cycle(sets).__next__
    return lambda: function(*following())


def nbytes(values: Any) -> int:
    """The bytes of all arrays and tensors in arguments or results."""
    if isinstance(values, (Brain, Ours)):
        return values.array.nbytes // (2 if isinstance(values, Brain) else 1)
    if isinstance(values, (tuple, list)):
        return sum(nbytes(value) for value in values)
    if isinstance(values, torch.Tensor):
        return values.numel() * values.element_size()
    return int(getattr(values, "nbytes", 0))


def _placed(value: Any, device: str) -> Any:
    if isinstance(value, Brain):
        return tensor(value.array, device, torch.bfloat16)
    if isinstance(value, Ours):
        return tensor(value.array)
    if isinstance(value, list):
        return [_placed(part, device) for part in value]
    if value is DEVICE:
        return device
    return tensor(value, device) if isinstance(value, np.ndarray) else value


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(part) for part in value]
    value = value.array if isinstance(value, (Brain, Ours)) else value
    return value.copy(order="K") if isinstance(value, np.ndarray) else value


def _wide(value: Any) -> Any:
    if isinstance(value, list):
        return [_wide(part) for part in value]
    floating = isinstance(value, np.ndarray) and value.dtype.kind == "f"
    return value.astype("float64") if floating else value


def _each(result: Any) -> tuple[Any, ...]:
    return tuple(result) if isinstance(result, (tuple, list)) else (result,)
