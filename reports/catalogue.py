"""The pytest plugin that writes down which claim is about what, and what there is to claim, without running any."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

REFERENCE = Path(__file__).parent.parent / "reference"
#: The pages of the documentation that list mathematics, each under the name of what it documents.
PAGES = ("torch", "torch.Tensor", "torch.special", "torch.linalg", "torch.fft", "torch.nn.functional")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that says where the catalogue goes."""
    parser.addoption("--catalogue", metavar="FILE", help="write what each collected claim documents into FILE")


def pytest_collection_finish(session: pytest.Session) -> None:
    """Write the catalogue: what each collected claim is about, what is documented, and what has an oracle."""
    claims = [describe(item) for item in session.items if any(item.iter_markers("documents"))]
    catalogue = {"claims": claims, "pages": {page: documented(page) for page in PAGES}, "oracles": oracles()}
    Path(session.config.getoption("--catalogue")).write_text(json.dumps(catalogue), encoding="utf-8")


def describe(item: pytest.Item) -> dict[str, Any]:
    """Say what one claim documents."""
    names: list[str] = []
    guide: list[str] = []
    for mark in item.iter_markers("documents"):
        headings = mark.kwargs.get("guide") or ()
        names += mark.args
        guide += [headings] if isinstance(headings, str) else headings
    return {"nodeid": item.nodeid, "documents": names, "guide": guide}


def documented(page: str) -> list[str]:
    """List the public functions and methods under a name of the installed torch that have a docstring of torch's."""
    import torch

    owner: Any = torch
    for part in page.split(".")[1:]:
        owner = getattr(owner, part)
    return [f"{page}.{name}" for name in dir(owner) if not name.startswith("_") and _is_torchs(getattr(owner, name))]


def oracles() -> list[str]:
    """List the functions of reference/, and those of NumPy, by which claims compute what they expect."""
    import numpy as np

    names = {name for module in (np, np.linalg, np.fft) for name in dir(module)}
    for path in REFERENCE.glob("*.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            targets = [
                part for target in getattr(node, "targets", [node]) for part in getattr(target, "elts", [target])
            ]
            names.update(getattr(target, "id", getattr(target, "name", "")) for target in targets)
    return sorted(names)


def _is_torchs(value: Any) -> bool:
    described = callable(value) and not isinstance(value, (type, ModuleType)) and getattr(value, "__doc__", None)
    return bool(described) and str(getattr(value, "__module__", None) or "torch").startswith("torch")
