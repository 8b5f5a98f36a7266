"""A run in the terminal."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator

from rich.console import Console
from rich.table import Table
from rich.text import Text

from reports import view
from reports.record import Claim, Run
from reports.summary import WORDS, counted
from reports.text import clean, line

STYLES = {"green": "bold green", "red": "bold red", "incomplete": "bold yellow"}
COLOURS = {"passed": "green", "deviates": "yellow", "skipped": "dim", "interrupted": "yellow"}
MOST = 50


def show(run: Run, console: Console) -> int:
    """Print a run from its environment to its verdict, which is what a terminal leaves in sight, and give its code."""
    for part in (*environment(run), table(run), *findings(run), *failures(run), *closing(run)):
        console.print(part, soft_wrap=isinstance(part, Text))
    return view.verdict(run).code


def environment(run: Run) -> Iterator[Text]:
    """Say what was judged, where and how."""
    yield Text(f"record  {line(str(run.path))}", style="dim")
    yield Text(f"run     {line(run.header['command'])}, started {line(run.header['started'])}", style="dim")
    for name, value in run.header["environment"].items():
        if name not in ("torch build", "variables"):
            yield Text(f"{line(name)}  {line(value if isinstance(value, str) else json.dumps(value))}", style="dim")


def table(run: Run) -> Table:
    """Lay out headings by devices."""
    columns = view.devices(run)
    laid = Table("heading", *(line(device or "any device") for device in columns), box=None, pad_edge=False)
    for row in view.table(run):
        laid.add_row(Text(line(row.heading)), *(_counts(row.counts.get(device, Counter())) for device in columns))
    return laid


def findings(run: Run) -> Iterator[Text]:
    """Tell of each claim that deviates: where PyTorch and its documentation are known to differ."""
    for cells in view.findings(run):
        known = cells[0].deviation or {}
        yield Text(f"\ndeviates  {line(cells[0].claim)}", style="yellow")
        yield Text(f"  {line(cells[0].statement)}")
        for name in ("kind", "reason", "torch", "link"):
            if known.get(name):
                yield Text(f"  {name}: {line(str(known[name]))}")


def failures(run: Run) -> Iterator[Text]:
    """Tell of each broken claim, with its counterexample and the line that runs it again."""
    broken = view.broken(run)
    for claim in broken[:MOST]:
        yield from _failure(claim)
    if len(broken) > MOST:
        yield Text(f"\n… and {len(broken) - MOST:,} more: python -m reports page shows them all")


def closing(run: Run) -> Iterator[Text]:
    """Count the claims and give the verdict."""
    verdict = view.verdict(run)
    yield Text(f"\n{counted(Counter(claim.outcome for claim in run.claims))}")
    if run.footer is not None:
        made = f"{run.footer['comparisons']:,} comparisons, {run.footer['examples']:,} examples"
        yield Text(f"{made} in {run.footer['seconds']:,.1f} s")
    if run.torn:
        yield Text("The record's last line is torn; what stands before it is shown.", style="yellow")
    yield Text(f"{verdict.word}: {verdict.sentence}", style=STYLES[verdict.word])


def _failure(claim: Claim) -> Iterator[Text]:
    yield Text(f"\n{claim.outcome}  {line(claim.claim)}  ({line(view.where(claim))})", style="bold red")
    if claim.statement:
        yield Text(f"  {line(claim.statement)}")
    if claim.documents:
        yield Text(f"  {line(', '.join(claim.documents))}", style="dim")
    yield Text(f"  {line(claim.message)}")
    if claim.falsifying:
        yield Text("  " + clean(claim.falsifying).replace("\n", "\n  "))
    yield Text(f"  {line(claim.reproduce)}", style="cyan")


def _counts(counts: Counter[str]) -> Text:
    parts = [
        Text(f"{number:,} {WORDS.get(word, word)}", style=COLOURS.get(word, "bold red"))
        for word, number in sorted(counts.items(), key=lambda item: item[0] != "passed")
    ]
    return Text(", ").join(parts)
