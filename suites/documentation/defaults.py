"""The defaults that docstrings state for arguments, and those that signatures have."""

from __future__ import annotations

import ast
import functools
import inspect
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
import torch

from suites.documentation import pages
from suites.kit.documents import documented

#: ``name (type, optional): …`` at the head of an argument's description.
ARGUMENT = re.compile(r"^[ \t]*(?:[*-] )?`*(\w+)`* *\((?:[^()]|\([^()]*\))*\)\s*[:-]", re.MULTILINE)
#: What stands behind "Default:", a role and quotes around it left out.
STATED = re.compile(
    r"[Dd]efaults?(?: value)?(?: to| is)?\s*:?\s*(?::\w+:)?"
    r"(?:`+([^`]+)`+|(\"[^\"]*\"|'[^']*'|\((?:[^()]|\([^()]*\))*\)|[-\w.*/+]*\w\.?))"
)
#: Where a description ends: an empty line, or one that begins with another argument or heading.
END = re.compile(r"\n\s*\n|\n\s*(?![Dd]efault)(?:Keyword )?\w+(?: arg\w*)?:\s")
NUMBERS = (ast.Expression, ast.Constant, ast.BinOp, ast.UnaryOp, ast.operator, ast.unaryop, ast.Tuple, ast.List)


class Default(NamedTuple):
    """What the page of a name states as the default of an argument."""

    name: str
    argument: str
    text: str

    def __str__(self) -> str:
        return f"{self.argument} of {self.name}"


def every() -> list[Default]:
    """Every default that is stated as a value."""
    stated = (default for name, text in pages.docstrings().items() for default in read(name, text))
    return [default for default in dict.fromkeys(stated) if value(default.text) is not value]


def read(name: str, text: str) -> Iterator[Default]:
    """The arguments described in a docstring, with what stands behind their first "Default:"."""
    if "efault" not in text:
        return
    found = list(ARGUMENT.finditer(text))
    for argument, following in zip(found, [*found[1:], None]):
        described = text[argument.start() : following.start() if following else len(text)]
        stated = STATED.search(END.split(described)[0])
        if stated:
            yield Default(name, argument[1], next(filter(None, stated.groups())).strip())


@functools.cache
def value(text: str) -> Any:
    """The value that a text stands for: a literal, arithmetic of numbers, a name of torch; this function if none."""
    text = text.strip(" .")
    try:
        tree = ast.parse(text, mode="eval")
    except SyntaxError:
        return value
    plain = all(isinstance(node, (*NUMBERS, ast.expr_context)) for node in ast.walk(tree))
    if plain:
        return eval(compile(tree, "<default>", "eval"), {})
    return getattr(torch, text[6:], value) if text.startswith("torch.") else value


def found(default: Default) -> list[Any]:
    """What the signatures give for an argument; one of torch's own Python functions has every argument of its page."""
    heads = signatures(default.name)
    given = [head[default.argument] for head in heads if default.argument in head]
    if not given and _is_open(default.name):
        pytest.skip("its signature takes arguments of any name, or names them otherwise")
    return given


def _is_open(name: str) -> bool:
    """Whether the signature has ``**kwargs``, or torch's own parser in C++ reads the arguments."""
    try:
        return any(p.kind is p.VAR_KEYWORD for p in inspect.signature(documented(name)).parameters.values())
    except (TypeError, ValueError):
        return True


def signatures(name: str) -> list[dict[str, Any]]:
    """The defaults of each way to call: by its signature, and without one by the page's own, ``sum(input, dim=None)``.

    Arguments without a default have ``inspect.Parameter.empty``.
    """
    try:
        parameters = inspect.signature(documented(name)).parameters.values()
    except (TypeError, ValueError):
        heads = re.findall(rf"^[^>`]*\b{_last(name)}\((.*)\)", pages.docstrings()[name], re.MULTILINE)
        return [dict(map(_argument, re.split(r",(?![^(\[]*[)\]])", head))) for head in heads]
    return [{p.name: p.default for p in parameters}]


def _argument(text: str) -> tuple[str, Any]:
    """An argument and its default, of the text between two commas."""
    name, given, default = text.partition("=")
    return name.strip(" *\\[]").split(":")[0], value(default) if given else inspect.Parameter.empty


def _last(name: str) -> str:
    return name.rsplit(".", 1)[-1]
