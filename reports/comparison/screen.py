"""A comparison in the terminal, on one screen where little differs."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import Optional

from rich.console import Console
from rich.table import Table
from rich.text import Text

from reports import view
from reports.comparison.compare import Comparison, Row, decide
from reports.comparison.documentation import rank
from reports.comparison.verdict import BLOCKS, DOUBTS, MEANINGS, SHOWN
from reports.record import Claim, Run
from reports.text import clean, line

STYLES = {"upgrade": "bold green", "do not upgrade": "bold red", "could not tell": "bold yellow"}
COLOURS = {BLOCKS: "red", DOUBTS: "yellow", SHOWN: "cyan"}
#: What is told whole, and what is named; the page has all of it.
MOST, MOST_NAMED = 20, 12


def show(comparison: Comparison, console: Console) -> int:
    """Print a comparison from its runs to its decision, which a terminal leaves in sight, and give its code."""
    decision = decide(comparison)
    for part in (*_runs(comparison), *_named(comparison), *_documentation(comparison), *_grave(comparison)):
        console.print(part, soft_wrap=True)
    console.print(_counts(comparison))
    for doubt in comparison.doubts:
        console.print(Text(f"in doubt: {line(doubt)}", style="yellow"), soft_wrap=True)
    console.print(Text(f"\n{decision.word}: {line(decision.sentence)}", style=STYLES[decision.word]), soft_wrap=True)
    return decision.code


def torch_of(run: Run) -> str:
    """Name the torch of a run."""
    return str(run.header["environment"].get("torch") or "that cannot be imported")


def again(run: Run, claim: Optional[Claim]) -> str:
    """Give the line that runs a claim again, in the interpreter that ran it where the record tells it."""
    if claim is None:
        return "not in this run"
    python = run.header["environment"].get("executable")
    prefix = "python "
    if isinstance(python, str) and claim.reproduce.startswith(prefix):
        return f"{shlex.quote(python)} {claim.reproduce[len(prefix) :]}"
    return claim.reproduce


def together(rows: list[Row]) -> list[list[Row]]:
    """Put the cells of one claim with one verdict together."""
    found: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        found.setdefault((row.verdict, row.claim.claim), []).append(row)
    return list(found.values())


def _runs(comparison: Comparison) -> Iterator[Text]:
    for side, run in (("baseline ", comparison.before), ("candidate", comparison.after)):
        told = f"{side}  torch {torch_of(run)}  {run.header['environment'].get('torch path') or ''}  {run.path}"
        yield Text(line(told), style="dim")
    yield from (Text(f"note: {line(note)}", style="dim") for note in comparison.notes)


def _named(comparison: Comparison) -> Iterator[Text]:
    """Name what is not blocking and worth a look, a line each."""
    groups = together([row for row in comparison.of(SHOWN) if not row.waiver])
    for cells in groups[:MOST_NAMED]:
        yield Text.assemble((f"{cells[0].verdict}  ", "cyan"), line(f"{cells[0].claim.claim}  {cells[0].reason}"))
    if len(groups) > MOST_NAMED:
        yield Text(f"… and {len(groups) - MOST_NAMED:,} more such: --out DIR writes a page with all", style="dim")


def _documentation(comparison: Comparison) -> Iterator[Text]:
    """Name what changed in the documentation: first what callers notice, and of that what claims are about."""
    about = {name for row in comparison.rows for name in row.claim.documents}
    changed = sorted(comparison.documentation, key=lambda change: (rank(change), change.name not in about))
    for change in changed[:MOST_NAMED]:
        yield Text.assemble(("documentation changed  ", "cyan"), line(f"{change.name}  {'; '.join(change.kinds)}"))
    if len(changed) > MOST_NAMED:
        yield Text(f"… and {len(changed) - MOST_NAMED:,} more documented names changed their text", style="dim")


def _grave(comparison: Comparison) -> Iterator[Text]:
    """Tell of each claim in the way of the upgrade, of each in doubt and of each waived."""
    groups = together([*comparison.of(BLOCKS, DOUBTS), *(row for row in comparison.rows if row.waiver)])
    for cells in groups[:MOST]:
        yield from _claim(comparison, cells)
    if len(groups) > MOST:
        yield Text(f"\n… and {len(groups) - MOST:,} more: --out DIR writes a page with all")


def _claim(comparison: Comparison, cells: list[Row]) -> Iterator[Text]:
    row = cells[0]
    where = ", ".join(view.where(cell.claim) for cell in cells)
    waived = f", waived until {row.waiver.expires} by {row.waiver.owner}: {row.waiver.reason}" if row.waiver else ""
    style = f"bold {COLOURS[row.weight]}"
    yield Text(f"\n{row.verdict}  {line(row.claim.claim)}  ({line(where + waived)})", style=style)
    if row.claim.statement:
        yield Text(f"  {line(row.claim.statement)}")
    yield Text(f"  {line(row.reason)}")
    if row.claim.falsifying:
        yield Text("  " + clean(row.claim.falsifying).replace("\n", "\n  "))
    yield Text(f"  baseline   {line(again(comparison.before, row.before))}", style="cyan")
    yield Text(f"  candidate  {line(again(comparison.after, row.after))}", style="cyan")


def _counts(comparison: Comparison) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(justify="right")
    for verdict, meaning in MEANINGS.items():
        if comparison.counts[verdict] or verdict in ("regressed", "kept"):
            style = COLOURS.get(meaning.weight, "") if comparison.counts[verdict] else "dim"
            table.add_row(Text(f"{comparison.counts[verdict]:,}"), Text(verdict, style=style), meaning.words)
    if comparison.documentation:
        table.add_row(Text(f"{len(comparison.documentation):,}"), Text("documentation changed", style="cyan"))
    return table
