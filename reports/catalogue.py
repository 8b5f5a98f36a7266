"""The pytest plugin that writes down which claim is about what, and what there is to claim, without running any."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
REFERENCE = ROOT / "reference"
#: The pages of the documentation that list mathematics, each under the name of what it documents.
PAGES = (
    *("torch", "torch.Tensor", "torch.special", "torch.linalg", "torch.fft", "torch.nn.functional", "torch.nn"),
    *("torch.nn.init", "torch.nn.utils", "torch.nn.utils.rnn", "torch.nn.utils.parametrize"),
    *("torch.nn.utils.parametrizations", "torch.optim", "torch.optim.lr_scheduler", "torch.optim.swa_utils"),
)
#: Pages of functions alone: the types that they have are told of elsewhere.
OF_FUNCTIONS = ("torch", "torch.Tensor", "torch.special", "torch.linalg", "torch.fft", "torch.nn.functional")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that says where the catalogue goes."""
    parser.addoption("--catalogue", metavar="FILE", help="write what each collected claim documents into FILE")


def pytest_collection_finish(session: pytest.Session) -> None:
    """Write the catalogue: what each collected claim is about, what is documented, and what has an oracle."""
    judging = computing(ROOT)
    items: list[Any] = [item for item in session.items if any(item.iter_markers("documents"))]
    claims = [{**describe(item), "judging": item.module.__name__ in judging} for item in items]
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
    values = {name: getattr(owner, name) for name in dir(owner) if not name.startswith("_")}
    return [f"{page}.{name}" for name, value in values.items() if _is_function(value) or _is_class(value, page)]


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


def computing(root: Path) -> set[str]:
    """List the modules of suites/ that compute with reference/, by themselves or by a table that they take."""
    files = [path for path in (root / "suites").rglob("*.py") if "meta" not in path.parts]
    taken = {".".join(path.relative_to(root).with_suffix("").parts): _imports(path) for path in files}
    found, more = set[str](), {"reference"}
    while more:
        found |= more
        more = {name for name, taken_by in taken.items() if taken_by & found} - found
    return found


def _imports(path: Path) -> set[str]:
    """List what a module imports from: modules, their packages' first name, and modules of packages."""
    nodes = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.ImportFrom)]
    modules = {node.module or "" for node in nodes}
    inner = {f"{node.module}.{part.name}" for node in nodes for part in node.names}
    return modules | inner | {module.partition(".")[0] for module in modules} - {"suites"}


def _is_class(value: Any, page: str) -> bool:
    ours = isinstance(value, type) and page not in OF_FUNCTIONS and bool(value.__doc__)
    return ours and value.__module__.startswith(page)


def _is_function(value: Any) -> bool:
    described = callable(value) and not isinstance(value, (type, ModuleType)) and getattr(value, "__doc__", None)
    return bool(described) and str(getattr(value, "__module__", None) or "torch").startswith("torch")
