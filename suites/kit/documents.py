"""What a claim is: a test whose docstring states a fact about PyTorch and which names the evidence it is."""

from __future__ import annotations

import functools
import importlib
import inspect
from typing import Any, NamedTuple

import pytest
import torch
from packaging.version import Version

#: Pages of the documentation that state facts under no function's name.
PAGES = frozenset(
    {
        "notes/autograd",
        "notes/broadcasting",
        "notes/gradcheck",
        "notes/modules",
        "notes/numerical_accuracy",
        "notes/randomness",
        "notes/serialization",
        "storage",
        "tensor_attributes",
        "tensor_view",
        "tensors",
    }
)


def documents(
    *names: str, guide: str | tuple[str, ...] = (), since: str | None = None, until: str | None = None
) -> pytest.MarkDecorator:
    """Say which documented names (or pages) a test is evidence for, and under which headings of the basics guide.

    ``since`` is the first torch release that promises it, ``until`` the first that no longer does.
    """
    headings = (guide,) if isinstance(guide, str) else tuple(guide)
    return pytest.mark.documents(*names, guide=headings, since=since, until=until)


class Claim(NamedTuple):
    """What the docstring and the ``documents`` marks of one test say."""

    statement: str
    names: tuple[str, ...]
    guide: tuple[str, ...]
    since: str | None
    until: str | None

    @property
    def applies(self) -> bool:
        """Whether the torch at hand is one of the releases the claim is about."""
        return since(self.since or "0") and not (self.until and since(self.until))

    @property
    def span(self) -> str:
        """The releases the claim is about, for people."""
        return " ".join([f"since {self.since}"] * bool(self.since) + [f"until {self.until}"] * bool(self.until))


def since(version: str) -> bool:
    """Whether the torch at hand is this release or a later one; a nightly counts as the release it leads to."""
    return Version(Version(str(torch.__version__)).base_version) >= Version(version)


def claim_of(item: Any) -> Claim:
    """The claim that a collected test makes; a table's row takes the place of ``{row}`` in the statement."""
    marks = list(item.iter_markers("documents"))
    return Claim(
        statement(item),
        tuple(dict.fromkeys(name for mark in marks for name in mark.args)),
        tuple(dict.fromkeys(heading for mark in marks for heading in mark.kwargs["guide"])),
        next((mark.kwargs["since"] for mark in marks if mark.kwargs["since"]), None),
        next((mark.kwargs["until"] for mark in marks if mark.kwargs["until"]), None),
    )


def statement(item: Any) -> str:
    """The first sentence of the docstring."""
    text = " ".join((inspect.getdoc(item.obj) or "").split("\n\n")[0].split())
    row = getattr(item, "callspec", None) and item.callspec.params.get("row")
    return text.replace("{row}", str(row)) if row else text


def problems(item: Any) -> list[str]:
    """Why a collected test is not a claim, in one line each; empty for a claim."""
    claim = claim_of(item)
    found = []
    if not claim.statement.endswith("."):
        found.append("its docstring does not state a fact in one sentence that ends with a full stop")
    if not claim.names:
        found.append("no @documents says which documented name it is evidence for")
    if claim.applies:
        found += [f"@documents names {name}, which torch {torch.__version__} does not have (since=? until=?)"
                  for name in claim.names if not exists(name)]  # fmt: skip
    return found


@functools.cache
def exists(name: str) -> bool:
    """Whether the torch at hand has a documented name, or the documentation a page of it."""
    return name in PAGES or documented(name) is not None


@functools.cache
def documented(name: str) -> Any:
    """The object of a dotted name below torch, or None."""
    parts = name.split(".")
    if parts[0] != "torch":
        return None
    value: Any = torch
    for depth, part in enumerate(parts[1:], start=2):
        if not hasattr(value, part):
            try:
                importlib.import_module(".".join(parts[:depth]))
            except ImportError:
                return None
        value = inspect.getattr_static(value, part) if inspect.isclass(value) else getattr(value, part)
    return value


def docstring(name: str) -> str | None:
    """The installed documentation of a name, None where it has none (a page, an attribute)."""
    value = documented(name) if name not in PAGES else None
    return inspect.getdoc(value) if value is not None else None
