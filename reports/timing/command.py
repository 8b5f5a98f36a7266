"""The command ``timing``: both sides' environments, the comparison, the table, the page and the exit code."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from reports.comparison.compare import COULD_NOT_TELL
from reports.comparison.verdict import BLOCKS, MEANINGS
from reports.gate.build import ROOT, Recipe, default_cache, interpreter
from reports.gate.proof import installed
from reports.gate.side import GateError, side
from reports.page import template
from reports.text import line
from reports.timing import hygiene, paired, table
from reports.timing.paired import Timing
from reports.timing.side import DiedError, RefusedError

#: Columns of text that the table needs.
WIDTH = 120
COLOURS = {"failed": "red", "passed": "green", "deviates": "yellow", "skipped": "dim"}


def timing(options: argparse.Namespace) -> int:
    """Time both sides in turn: exit code 0 where nothing is much slower, 1 where something is, 3 could not tell."""
    try:
        before, after = (_python(*one, options) for one in zip(("baseline", "candidate"), options.torches))
        start = paired.starting(before, after, max(paired.cores()))
        names, notes = _asked(start, options)
    except (GateError, DiedError, RefusedError) as error:
        print(line(str(error)), file=sys.stderr)
        return getattr(error, "code", COULD_NOT_TELL)
    console = Console(stderr=True, markup=False, emoji=False, highlight=False)
    with console.status("timing") as status:
        found = paired.compare(start, names, options.seed, lambda done, of: status.update(f"timing: {done} of {of}"))
    _print(found, notes)
    if options.out:
        _write(found, notes, options)
    if not any(row.estimate for row in found):
        return COULD_NOT_TELL
    return 1 if any(MEANINGS[row.verdict].weight == BLOCKS for row in table.rows(found, "")) else 0


def _python(name: str, text: str, options: argparse.Namespace) -> Path:
    asked = side(name, text)
    log = (options.out or ROOT / "reports" / "runs") / f"{name}-environment.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    python = interpreter(asked, Recipe(options.cache), log)
    installed(asked, python)
    return python


def _asked(start: paired.Start, options: argparse.Namespace) -> tuple[list[str], list[str]]:
    """The benchmarks that both sides have and that were asked for, and what a reader should know of the machine."""
    both, before, after = paired.names(start, options.benchmarks)
    names = [name for name in both if options.select in name]
    if not names:
        raise GateError(f"no benchmark has {options.select!r} in its name")
    return names, [f"torch {before['torch']} → {after['torch']}", *hygiene.doubts(before, after)]


def _print(found: Sequence[Timing], notes: Sequence[str]) -> None:
    # A figure is never cut short: where the terminal is narrower, it breaks the lines.
    console = Console(markup=False, emoji=False, highlight=False, width=max(Console().width, WIDTH))
    lines = Table(box=None)
    for head in table.HEADS:
        lines.add_column(head, no_wrap=True)
    for timing in table.by_interest(found):
        lines.add_row(*map(line, table.cells(timing)), style=COLOURS[table.TONES[timing.verdict]])
    console.print(lines)
    for note in (table.told(found), *notes):
        console.print(line(note), style="dim", soft_wrap=True)


def _write(found: Sequence[Timing], notes: Sequence[str], options: argparse.Namespace) -> None:
    """The page with its plots, and all that was measured as JSON."""
    facts: list[dict[str, Any]] = [
        {**timing._asdict(), "verdict": timing.verdict, "estimate": timing.estimate} for timing in found
    ]
    text = json.dumps({"notes": list(notes), "timings": facts}, indent=1)
    (options.out / "timing.json").write_text(text, encoding="utf-8")
    page = template("timing.html.jinja", place=table.place).render(table=table, timings=found, notes=notes)
    (options.out / "timing.html").write_text(page, encoding="utf-8")


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what the command may be told."""
    add = parser.add_argument
    add("torches", nargs=2, metavar="TORCH", help="the baseline and the candidate, as the gate takes them")
    add("--benchmarks", choices=("quick", "full"), default="full", help="how many (default: full)")
    add("--select", default="", metavar="WORDS", help="only benchmarks with these words in their names")
    add("--seed", type=int, default=0, metavar="N", help="another order of the blocks (default: 0)")
    add("--cache", type=Path, default=default_cache(), metavar="DIR", help="where environments are kept")
    add("--out", type=Path, metavar="DIR", help="write the page and JSON into DIR")
