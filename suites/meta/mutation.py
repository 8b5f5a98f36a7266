"""A pytest plugin: is each line of the oracle watched by a claim? Mutate it while the claims run, and see them fail.

    pytest suites -n0 --profile quick -p suites.meta.mutation --mutants 4

Each claim runs once as it is, and the reference functions that it calls are noted. Then, for each mutant of those
functions that is still alive, it runs again with the mutant in place. The survivors are listed at the end.
"""

from __future__ import annotations

import ast
import dataclasses
import importlib
import inspect
import pkgutil
import signal
import sys
import types
from collections.abc import Generator, Iterator
from typing import Any, Callable

import pytest
import torch

import reference
from suites.kit import profile

#: How many claims may try to kill one mutant before it counts as a survivor.
TRIES = 12
#: Seconds after which a mutant that never ends is killed.
PATIENCE = 20

SWAPS: dict[type, type] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult, ast.Pow: ast.Mult,
    ast.Lt: ast.GtE, ast.GtE: ast.Lt, ast.Gt: ast.LtE, ast.LtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
}  # fmt: skip


@dataclasses.dataclass
class Mutant:
    """One reference function with one change."""

    function: Callable[..., Any]
    code: types.CodeType
    change: str
    tries: int = 0
    killer: str = ""

    def __str__(self) -> str:
        return f"{self.function.__module__}.{self.function.__name__}: {self.change}"


def functions() -> list[types.FunctionType]:
    """Every function of the oracle."""
    found = []
    for info in pkgutil.iter_modules(reference.__path__, reference.__name__ + "."):
        module = importlib.import_module(info.name)
        found += [f for f in vars(module).values() if inspect.isfunction(f) and f.__module__ == module.__name__]
    return [f for f in found if not hasattr(f, "__wrapped__") and not f.__code__.co_freevars]


def mutants(function: types.FunctionType, most: int) -> list[Mutant]:
    """Up to ``most`` mutants of a function, spread over its body."""
    source = inspect.getsource(function)
    if source.startswith((" ", "@")):
        return []
    sites = sum(1 for _ in _sites(ast.parse(source)))
    chosen = sorted({round(i * (sites - 1) / max(most - 1, 1)) for i in range(most)}) if sites else []
    return [_mutant(function, source, site) for site in chosen]


def _mutant(function: types.FunctionType, source: str, site: int) -> Mutant:
    tree = ast.parse(source)
    change = next(change for number, change in enumerate(_sites(tree)) if number == site)()
    flags = function.__code__.co_flags & 0x1000000  # from __future__ import annotations
    code = compile(ast.fix_missing_locations(tree), function.__code__.co_filename, "exec", flags, dont_inherit=True)
    body = next(c for c in code.co_consts if isinstance(c, types.CodeType) and c.co_name == function.__name__)
    return Mutant(function, body, change)


def _sites(tree: ast.AST) -> Iterator[Callable[[], str]]:
    """Each place in the function's body that can be changed, as the act of changing it."""
    definition = tree.body[0]  # type: ignore[attr-defined]
    for statement in definition.body:
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
            continue
        for node in ast.walk(statement):
            if isinstance(node, ast.BinOp) and type(node.op) in SWAPS:
                yield lambda node=node: _swap(node, "op", SWAPS[type(node.op)]())
            elif isinstance(node, ast.Compare) and type(node.ops[0]) in SWAPS:
                yield lambda node=node: _swap(node, "ops", [SWAPS[type(node.ops[0])](), *node.ops[1:]])
            elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
                yield lambda node=node: _swap(node, "op", ast.UAdd())
            elif isinstance(node, ast.IfExp):
                yield lambda node=node: _swap(node, "test", ast.UnaryOp(ast.Not(), node.test))
            elif isinstance(node, ast.Constant) and type(node.value) in (int, float):
                yield lambda node=node: _swap(node, "value", node.value + 1)


def _swap(node: Any, field: str, value: Any) -> str:
    before = ast.unparse(node)
    setattr(node, field, value)
    return f"line {node.lineno}, {before} became {ast.unparse(node)}"


def _never_ends(*_: object) -> None:
    raise TimeoutError(f"the mutant took more than {PATIENCE} s")


class Mutation:
    """Runs each claim as it is, then with each living mutant of the functions that it calls."""

    def __init__(self, most: int) -> None:
        self.alive = {function.__code__: mutants(function, most) for function in functions()}
        self.all = [mutant for group in self.alive.values() for mutant in group]
        self.called: set[types.FunctionType] = set()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: Any) -> Generator[None, Any, Any]:
        called: set[types.CodeType] = set()
        sys.setprofile(lambda frame, event, _: called.add(frame.f_code) if event == "call" else None)
        try:
            result = yield
        finally:
            sys.setprofile(None)
        for mutant in [mutant for code in called & set(self.alive) for mutant in self.alive[code]]:
            self.try_to_kill(mutant, item)
        return result

    def try_to_kill(self, mutant: Mutant, item: Any) -> None:
        """Run the claim with the mutant in place."""
        if mutant.killer or mutant.tries >= TRIES:
            return
        profile.without_shrinking(item.obj)
        torch.manual_seed(0)
        mutant.tries += 1
        original, mutant.function.__code__ = mutant.function.__code__, mutant.code
        signal.signal(signal.SIGALRM, _never_ends)
        signal.alarm(PATIENCE)
        try:
            item.runtest()
        except (Exception, pytest.fail.Exception, pytest.skip.Exception):
            mutant.killer = item.nodeid
        finally:
            signal.alarm(0)
            mutant.function.__code__ = original

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        killed = [mutant for mutant in self.all if mutant.killer]
        met = [mutant for mutant in self.all if mutant.tries]
        terminalreporter.section("mutated references")
        for mutant in self.all:
            if not mutant.killer:
                terminalreporter.line(f"{'survived' if mutant.tries else 'not met'}: {mutant}")
        watched = {mutant.function for mutant in killed}
        every = {mutant.function for mutant in self.all}
        terminalreporter.line(f"mutants: {len(killed)} killed of {len(met)} met of {len(self.all)}")
        terminalreporter.line(f"functions: {len(watched)} watched of {len(every)}")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--mutants", type=int, default=4, help="mutants of each reference function (default: 4)")


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Mutation(config.getoption("--mutants")), "mutation")
