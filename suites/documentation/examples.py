"""The examples of docstrings: what stands behind >>> up to what it prints, read without being run, and run."""

from __future__ import annotations

import ast
import builtins
import contextlib
import functools
import io
import math
import random
import re
import sys
import warnings
from collections.abc import Iterator
from typing import Any, NamedTuple, Optional

import numpy as np
import pytest
import torch

from suites.documentation import pages
from suites.documentation.printed import same
from suites.kit import observe

#: What an example does that no claim runs: other devices and processes, files, the compiler, large networks.
APART = re.compile(
    r"cuda|\bxpu|\bmps|\bmtia|\bhpu|accelerator|distributed|\bdist\.|DataParallel|SyncBatch|num_workers|worker_|"
    r"share_memory|multiproc|torch\.(compile|jit|load|save|from_file)|dynamo|symbolic_trace|make_fx|"
    r"open\(|hub\.|torchvision|matplotlib|profiler|\+SKIP|\+REQUIRES|Transformer|sleep"
)
#: Names in what an example does not want to be told are not what it does.
MUTED = re.compile(r"warnings\.filterwarnings\([^)]*\)")
#: What a process keeps: it is not set, and what comes after it on a page is not run.
SWITCH = re.compile(r"torch\.(set_(?!grad)|use_)|set_detect_anomaly")
#: Elements beyond which an example takes too long.
LARGE = 100_000


class Example(NamedTuple):
    """Lines behind >>>, and what the page shows below them; ``number`` counts those of one page."""

    name: str
    number: int
    source: str
    shown: str

    def __str__(self) -> str:
        lines = self.source.strip().splitlines()
        return f"{self.name}: {lines[-1].strip()[:60]}"


class Outcome(NamedTuple):
    """What running an example gave: its text, or why there is none; ``undefined`` says that the page leaves it out."""

    printed: str = ""
    error: Optional[BaseException] = None
    undefined: str = ""


def every() -> list[Example]:
    """The examples of all pages."""
    return [example for name in pages.docstrings() for example in of_page(name)]


@functools.cache
def of_page(name: str) -> tuple[Example, ...]:
    """The examples of one name, in order."""
    text = pages.docstrings()[name]
    return tuple(Example(name, *found) for found in read(text)) if ">>>" in text else ()


def read(text: str) -> Iterator[tuple[int, str, str]]:
    """Number, source and what is shown, of each run of prompts."""
    lines = text.expandtabs().splitlines()
    at = number = 0
    while at < len(lines):
        source = []
        while at < len(lines) and re.match(r"\s*(>>>|\.\.\.)( |$)", lines[at]) and (source or ">>>" in lines[at]):
            source.append(re.sub(r"^\s*(>>>|\.\.\.) ?", "", lines[at]))
            at += 1
        if not any(line.strip() for line in source):
            at += not source
            continue
        shown, at = _shown(lines, at, len(lines[at - 1]) - len(lines[at - 1].lstrip()))
        yield number, "\n".join(source).strip(), shown
        number += 1


def _shown(lines: list[str], at: int, indent: int) -> tuple[str, int]:
    """What follows up to an empty line outside of brackets, a prompt, or text that is indented less."""
    shown: list[str] = []
    while at < len(lines) and not re.match(r"\s*>>>", lines[at]):
        line = lines[at]
        opened = sum(map("\n".join(shown).count, "([{")) - sum(map("\n".join(shown).count, ")]}"))
        if (line.strip() and len(line) - len(line.lstrip()) < indent) or (not line.strip() and opened <= 0):
            break
        shown.append(line[indent:])
        at += 1
    return "\n".join(shown).strip(), at


@functools.cache
def outcomes(name: str, seed: int) -> tuple[Outcome, ...]:
    """Run the examples of a page from first to last, with random numbers from the seed."""
    space = {"torch": torch, "nn": torch.nn, "F": torch.nn.functional, "np": np, "numpy": np, "math": math}
    space.update(
        optim=torch.optim, linalg=torch.linalg, autograd=torch.autograd, tensor=torch.tensor, warnings=warnings
    )
    python = {key: value for key, value in vars(builtins).items() if key != "input"}  # that is always a tensor
    space.update(_names(name.rsplit(".", 1)[0]), __name__="example", __builtins__=python)
    with isolated(seed):
        return tuple(_run(example, space) for example in of_page(name))


def _names(page: str) -> dict[str, Any]:
    """The names that a page explains, which its examples use as they are; those of torch itself hide Python's."""
    here = pages.owner(page)
    return {} if here in (None, torch, torch.Tensor) else {k: v for k, v in vars(here).items() if not k.startswith("_")}


def _run(example: Example, space: dict[str, Any]) -> Outcome:
    """Run one example; where something is shown below an assignment, it is the value."""
    undefined = left_out(example)
    if undefined:
        for name in re.findall(r"^(\w+) =", example.source, re.MULTILINE):
            space.pop(name, None)  # what it would be bound to is not known
        return Outcome(undefined=undefined)
    *before, last = ast.parse(example.source).body or [ast.Pass()]
    if isinstance(last, ast.Assign) and isinstance(last.targets[0], ast.Name) and example.shown:
        before, last = [*before, last], ast.Expr(ast.Name(last.targets[0].id, ast.Load()))
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            exec(compile(ast.Module(before, []), "<example>", "exec"), space)
        with contextlib.redirect_stdout(printed):
            exec(compile(ast.fix_missing_locations(ast.Interactive([last])), "<example>", "single"), space)
    except (NameError, ImportError) as error:
        return Outcome(undefined=f"the page leaves something out: {error}")
    except Exception as error:
        return Outcome(error=error.with_traceback(None))
    return Outcome(printed.getvalue())


def left_out(example: Example) -> str:
    """Why an example is not run, empty where it is."""
    before = [other.source for other in of_page(example.name)[: example.number + 1]]
    if APART.search(MUTED.sub("", example.source)) or any(map(SWITCH.search, before)):
        return "other devices, processes, files, compilers and switches of the process are left out"
    return refused(example.source)


def refused(source: str) -> str:
    """Why a text is not run as it stands, empty where it is."""
    try:
        nodes = list(ast.walk(ast.parse(source)))
    except SyntaxError:
        return "it is not Python as it stands"
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    values = [part for call in calls for part in call.args] + [n.value for n in nodes if isinstance(n, ast.Assign)]
    if any(isinstance(value, ast.Constant) and value.value is ... for value in values):
        return "it leaves something out by ..."
    return "it is large" if any(_size(call) > LARGE for call in calls) else ""


def _size(call: ast.Call) -> int:
    """The product of the whole numbers that a call is given, in a tuple or a list also."""
    parts = [part for arg in call.args for part in (arg.elts if isinstance(arg, (ast.Tuple, ast.List)) else [arg])]
    return math.prod(p.value or 1 for p in parts if isinstance(p, ast.Constant) and type(p.value) is int)


@contextlib.contextmanager
def isolated(seed: int) -> Iterator[None]:
    """Random numbers from a seed, no warnings, nothing displayed but by print; afterwards all is as it was."""
    grad, display = torch.is_grad_enabled(), sys.displayhook
    states = random.getstate(), np.random.get_state(), torch.get_rng_state()
    random.seed(seed)
    np.random.seed(seed)
    torch.default_generator.manual_seed(seed)
    sys.displayhook = lambda value: None if value is None else print(repr(value))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        random.setstate(states[0])
        np.random.set_state(states[1])
        torch.set_rng_state(states[2])
        torch.set_grad_enabled(grad)
        sys.displayhook = display


def holds(example: Example) -> None:
    """Assert that an example runs and prints what is shown, unless other random numbers print something else."""
    outcome = outcomes(example.name, 1)[example.number]
    if outcome.undefined:
        pytest.skip(outcome.undefined)
    if outcome.error is not None:
        assert _says_so(example, outcome.error), f"{type(outcome.error).__name__}: {outcome.error}"
    elif example.shown and not _by_chance(example, outcome.printed):
        observe("compared", True)
        same(outcome.printed, example.shown)


def _says_so(example: Example, error: BaseException) -> bool:
    """Whether the page says that the example fails: by the exception's name, or in a comment."""
    text = example.source + example.shown
    return type(error).__name__ in text or bool(re.search(r"#.*(error|fail|rais|throw|not |illegal)", text, re.I))


def _by_chance(example: Example, printed: str) -> bool:
    """Whether other random numbers print another text, or the memory is what nobody has written."""
    if "empty" in example.source:
        return True
    try:
        same(printed, example.shown)
    except AssertionError:
        return any(outcomes(example.name, seed)[example.number].printed != printed for seed in range(2, 8))
    return False
