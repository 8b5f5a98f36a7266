"""The record of a differentiable operator, the arguments drawn for it, and where it can be differentiated."""

from __future__ import annotations

import contextlib
import functools
import inspect
import warnings
from collections.abc import Iterator
from typing import Any, Callable, NamedTuple

import numpy as np
import torch
from hypothesis import Phase, settings

from suites.kit import draw, tensor
from suites.kit.ledger import LEDGER

Array = np.ndarray

#: A transposed matrix: the counterexample of a deviation, so that it fails whatever else is drawn.
PINNED = 7717

#: Numbers of elements below and beyond the widths of vector registers; a long one in any two in a row.
LENGTHS = (7, 1031, 1, 257, 33, 1031)


def few(claim: Callable[..., None]) -> Callable[..., None]:
    """Draw a sixth of the profile's examples for each row of a long table: every one is dense, and small already."""
    examples = max(2, settings.default.max_examples // 6)
    settings(settings.default, max_examples=examples, phases=[Phase.explicit, Phase.generate])(claim)
    claim._unshrunk = True  # type: ignore[attr-defined]
    return claim


def anything(x: Array) -> Array:
    """The whole line."""
    return x


def positive(x: Array) -> Array:
    """Above one half."""
    return 0.5 + np.abs(x)


def away(x: Array) -> Array:
    """Both signs, at least a quarter away from 0."""
    return x + np.where(x < 0, -0.25, 0.25)


def inside(x: Array) -> Array:
    """Within (-0.9, 0.9), for functions with singularities at ±1."""
    return 0.9 * np.tanh(x)


def moderate(x: Array) -> Array:
    """Within (-1.5, 1.5), where the series of erf keeps its digits."""
    return 1.5 * np.tanh(x)


def unit(x: Array) -> Array:
    """Within (0.2, 0.8)."""
    return 0.5 + 0.3 * np.tanh(x)


def above_one(x: Array) -> Array:
    """Above 1.5."""
    return 1.5 + np.abs(x)


def distinct(x: Array) -> Array:
    """No two values closer than 0.4, so that their order survives a step; none close to 0."""
    ranks = np.argsort(np.argsort(x, axis=None)).reshape(x.shape)
    return 0.5 * (ranks - x.size // 2) + 0.25 + 0.05 * np.tanh(x)


class Operator(NamedTuple):
    """A differentiable function on tensors, its NumPy form that takes complex numbers, and its arguments.

    ``shapes`` has a word for each argument: a letter is a side (equal letters, equal sides; from e on, at least 2), a
    digit is itself, and ``*`` is a whole drawn shape, the same for every ``*``. ``domain`` maps normal values to where
    the function is smooth.
    """

    name: str
    function: Callable[..., torch.Tensor]
    reference: Callable[..., Array]
    shapes: tuple[str, ...] = ("*",)
    domain: Callable[[Array], Array] = anything
    case: str = ""

    def __str__(self) -> str:
        return f"{self.name} ({self.case})" if self.case else self.name


class Case(NamedTuple):
    """What a seed draws for an operator: sides, a whole shape, a layout and values."""

    seed: int

    @property
    def layout(self) -> str:
        return draw.WRITABLE[self.seed % len(draw.WRITABLE)]

    @property
    def length(self) -> int:
        return LENGTHS[self.seed % len(LENGTHS)]

    def arrays(self, row: Operator, dtype: torch.dtype = torch.float64) -> tuple[Array, ...]:
        """The arguments of the operator, with the same values in each dtype as far as it has them."""
        rng = np.random.default_rng(self.seed)
        sides = {letter: int(rng.integers(2 if letter == "e" else 1, 5)) for letter in "abcde"}
        sides["*"] = tuple(rng.integers(1, 5, rng.integers(0, 4)).tolist())
        values = [row.domain(rng.standard_normal(_shape(word, sides))) for word in row.shapes]
        return tuple(draw.laid_out(draw.cast(value, dtype), self.layout) for value in values)

    def directions(self, arrays: tuple[Array, ...], number: int) -> tuple[Array, ...]:
        """A direction for each argument, with components of both signs no larger than 1."""
        rng = np.random.default_rng((self.seed, number))
        return tuple(rng.uniform(-1, 1, array.shape) for array in arrays)

    def cotangent(self, row: Operator, arrays: tuple[Array, ...]) -> Array:
        """A random cotangent in the shape of the result."""
        return draw.normal(self.seed + 1, *np.shape(row.reference(*arrays)))


def _shape(word: str, sides: dict[str, Any]) -> tuple[int, ...]:
    """The shape that a word stands for."""
    return sides["*"] if word == "*" else tuple(int(side) if side.isdigit() else sides[side] for side in word)


def over_cases(claim: Callable[..., None]) -> Callable[..., None]:
    """Run a claim's body for a sixth as many cases as the profile has examples, drawn from the claim's own seed.

    It is ``given`` for a table of two hundred rows: there, Hypothesis itself costs five times what the checks do.
    """
    signature = inspect.signature(claim)

    @functools.wraps(claim)
    def run(**arguments: Any) -> None:
        first = torch.initial_seed() % 2**16
        for seed in (PINNED, *range(first, first + max(2, settings.default.max_examples // 6))):  # layouts in turn
            LEDGER.examples += 1
            try:
                claim(case=Case(seed), **arguments)
            except BaseException:
                print(f"Falsifying case: {Case(seed)}")
                raise

    parameters = [parameter for parameter in signature.parameters.values() if parameter.name != "case"]
    run.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    return run


def leaves(arrays: tuple[Array, ...], device: str, dtype: torch.dtype | None = None) -> list[torch.Tensor]:
    """Tensors that require grad."""
    return [tensor(array, device, dtype).requires_grad_() for array in arrays]


@contextlib.contextmanager
def quietly() -> Iterator[None]:
    """Let torch warn of reference cycles and of .grad of non-leaves; the claims are about what happens all the same."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
