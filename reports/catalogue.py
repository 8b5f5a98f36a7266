"""The pytest plugin that writes down which claim is about what, without running any."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that says where the catalogue goes."""
    parser.addoption("--catalogue", metavar="FILE", help="write what each collected claim documents into FILE")


def pytest_collection_finish(session: pytest.Session) -> None:
    """Write the catalogue of what was collected."""
    claims = [describe(item) for item in session.items if any(item.iter_markers("documents"))]
    Path(session.config.getoption("--catalogue")).write_text(json.dumps(claims), encoding="utf-8")


def describe(item: pytest.Item) -> dict[str, Any]:
    """Say what one claim documents."""
    names: list[str] = []
    guide: list[str] = []
    for mark in item.iter_markers("documents"):
        headings = mark.kwargs.get("guide") or ()
        names += mark.args
        guide += [headings] if isinstance(headings, str) else headings
    return {"nodeid": item.nodeid, "documents": names, "guide": guide}
