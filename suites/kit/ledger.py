"""What the running claim has done so far: comparisons, examples, observations, and how far its loops are."""

from __future__ import annotations

import dataclasses
import functools
import itertools
from collections.abc import Iterable, Iterator
from typing import Any, Callable

from hypothesis import is_hypothesis_test


@dataclasses.dataclass
class Ledger:
    """Counts of one claim in one cell; the conftest clears it before each claim and hands it to the record."""

    comparisons: int = 0
    examples: int = 0
    observations: dict[str, Any] = dataclasses.field(default_factory=dict)
    at: dict[str, str] = dataclasses.field(default_factory=dict)

    def clear(self) -> None:
        """Begin a new claim."""
        self.comparisons, self.examples, self.observations, self.at = 0, 0, {}, {}


LEDGER = Ledger()


def observe(name: str, value: Any) -> None:
    """Note something that the documentation leaves open, so that two records can be compared on it.

    ``value`` is anything JSON can hold. An observation never fails a run.
    """
    LEDGER.observations[name] = value


def each(**choices: Iterable[Any]) -> Iterator[Any]:
    """Loop over choices as in ``for axis in each(axis=(0, 1))``, over the product of several; failures say at which.

    A loop in one cell judges as much as many cells and costs less, as long as none of them is known to fail.
    """
    for values in itertools.product(*choices.values()):
        LEDGER.at.update(zip(choices, map(repr, values)))
        yield values if len(values) > 1 else values[0]
    for name in choices:
        LEDGER.at.pop(name, None)


def count_examples(function: Callable[..., Any]) -> None:
    """Let a drawn claim count the examples that its body sees."""
    if not is_hypothesis_test(function) or hasattr(function.hypothesis.inner_test, "__wrapped__"):  # type: ignore[attr-defined]
        return
    body = function.hypothesis.inner_test  # type: ignore[attr-defined]

    @functools.wraps(body)
    def counted(*args: Any, **kwargs: Any) -> Any:
        LEDGER.examples += 1
        return body(*args, **kwargs)

    function.hypothesis.inner_test = counted  # type: ignore[attr-defined]
