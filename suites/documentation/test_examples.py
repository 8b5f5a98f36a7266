"""Every example of the installed documentation does what its page shows."""

from __future__ import annotations

from collections import Counter

import pytest

from suites.documentation import examples
from suites.documentation.examples import Example
from suites.kit import documents


def table() -> list:
    """A row for each example; of those that read alike on one page, the second is marked so."""
    seen: Counter[str] = Counter()
    rows = []
    for row in examples.every():
        seen[str(row)] += 1
        again = f" ({seen[str(row)]})" if seen[str(row)] > 1 else ""
        rows.append(pytest.param(row, marks=documents(row.name), id=f"{row}{again}"))
    return rows


@pytest.mark.parametrize("row", table())
def test_does_what_its_page_shows(row: Example) -> None:
    """The example {row} runs and, where its page shows what it prints and no chance is in it, prints that."""
    examples.holds(row)
