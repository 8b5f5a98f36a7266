"""The defaults that pages state are those that calls have."""

from __future__ import annotations

import pytest

from suites.documentation import defaults
from suites.documentation.defaults import Default
from suites.kit import documents


@pytest.mark.parametrize(
    "row", [pytest.param(row, id=f"{row.name}-{row.argument}", marks=documents(row.name)) for row in defaults.every()]
)
def test_is_the_default_of_the_signature(row: Default) -> None:
    """The default that a page states, of {row}, is that of the signature, which may leave it to the call (None)."""
    found = defaults.found(row)

    assert any(default is None or default == defaults.value(row.text) for default in found), f"{found}, not {row.text}"
