"""Plant a wrong answer in torch (or in the oracle) for the time of one claim, and see the claim reject it."""

from __future__ import annotations

import contextlib
import importlib
import inspect
from collections.abc import Iterator
from typing import Any, Callable, NamedTuple

import pytest
import torch
from hypothesis import is_hypothesis_test

from suites.kit import profile

REJECTIONS = (AssertionError, pytest.fail.Exception)


class Plant(NamedTuple):
    """One wrong answer: what is wrong, the claim that must reject it, what is replaced, by what, and in which cell.

    ``wrong`` takes the original and returns its replacement. ``cell`` gives arguments of the claim that differ
    from the CPU and float32, a table's ``row`` for instance.
    """

    wrongness: str
    claim: Callable[..., None]
    target: str
    wrong: Callable[[Any], Any]
    cell: dict[str, Any] = {}  # noqa: RUF012 - never written to

    def __str__(self) -> str:
        return f"{self.claim.__name__}: {self.wrongness}"


class Repair(NamedTuple):
    """What makes a claim hold that torch does not keep today: what is replaced, and by what."""

    target: str
    mend: Callable[[Any], Any]


def plants(*all_plants: Plant) -> pytest.MarkDecorator:
    """Parametrize a test over plants."""
    return pytest.mark.parametrize("plant", all_plants, ids=str)


def assert_rejected(plant: Plant, request: pytest.FixtureRequest) -> None:
    """The claim holds of torch as it is and fails, with an assertion, once the wrong answer is planted."""
    arguments = _arguments(plant, request)
    profile.without_shrinking(plant.claim)
    if is_hypothesis_test(plant.claim):
        profile.plant_seed(plant.claim, 0)
    _run(plant.claim, arguments)
    with replaced(plant.target, plant.wrong), pytest.raises(REJECTIONS):
        _run(plant.claim, arguments)


def assert_rejected_once_mended(plant: Plant, repair: Repair, request: pytest.FixtureRequest) -> None:
    """The claim holds of torch as it should be, and fails once the wrong answer is planted."""
    with replaced(repair.target, repair.mend):
        assert_rejected(plant, request)


@contextlib.contextmanager
def replaced(target: str, change: Callable[[Any], Any]) -> Iterator[None]:
    """What a dotted name stands for, changed for the time of the block."""
    owner, name = _resolve(target)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(owner, name, change(getattr(owner, name)))
        yield


def _run(claim: Callable[..., None], arguments: dict[str, Any]) -> None:
    torch.manual_seed(0)
    claim(**arguments)


def _arguments(plant: Plant, request: pytest.FixtureRequest) -> dict[str, Any]:
    """The claim's arguments: its cell, and pytest's fixtures by name."""
    cell = {"device": "cpu", "dtype": torch.float32, **plant.cell}
    names = inspect.signature(plant.claim).parameters
    return {name: cell[name] if name in cell else request.getfixturevalue(name) for name in names}


def _resolve(target: str) -> tuple[Any, str]:
    """The object that holds a dotted name, and the last part of the name."""
    path, name = target.rsplit(".", 1)
    parts = path.split(".")
    owner: Any = importlib.import_module(parts[0])
    for depth, part in enumerate(parts[1:], start=2):
        owner = getattr(owner, part) if hasattr(owner, part) else importlib.import_module(".".join(parts[:depth]))
    return owner, name
