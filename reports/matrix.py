"""Any number of runs side by side: claims by versions and devices, the first bad and the last good of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Optional

from packaging.version import InvalidVersion, Version
from rich.console import Console
from rich.table import Table
from rich.text import Text

from reports import view
from reports.comparison.verdict import FAILS, HOLDS
from reports.page import SIGNS, template
from reports.record import Claim, RecordError, Run, read
from reports.text import line

#: What a claim's name has at least, in characters; a narrow terminal wraps the line rather than lose a column.
NAME = 60
#: Lines that a terminal shows, and that a page does.
MOST, MOST_IN_PAGE = 60, 5_000
COLOURS = {"passed": "green", "fixed": "green", "deviates": "yellow"}


class Column(NamedTuple):
    """One device of one run; its name is the release where that tells it from the others."""

    torch: str
    device: str
    run: Run
    name: str


@dataclass(frozen=True)
class Line:
    """One claim: what came of it in each column, its worst cell standing for all; None where it was not there."""

    claim: Claim
    outcomes: tuple[Optional[str], ...]
    first_bad: Optional[str]
    last_good: Optional[str]

    @property
    def differs(self) -> bool:
        """Whether there is anything to see: it fails somewhere."""
        return self.first_bad is not None


@dataclass(frozen=True)
class Matrix:
    """The columns in the order of their versions, and a line for each claim."""

    columns: list[Column]
    lines: list[Line]
    notes: list[str]

    @property
    def differing(self) -> list[Line]:
        """Give the claims that fail somewhere."""
        return [row for row in self.lines if row.differs]


def records(paths: Sequence[Path]) -> list[Run]:
    """Read records, and all that folders hold."""
    found: list[Path] = []
    for path in paths:
        inside = sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
        if not inside:
            raise RecordError(f"{path}: no record (*.jsonl) in this folder")
        found += inside
    return [read(path) for path in dict.fromkeys(found)]


def lay(runs: Sequence[Run]) -> Matrix:
    """Lay runs side by side, from the oldest torch to the newest."""
    columns = _named(sorted(_columns(runs), key=lambda column: (_version(column.torch), column.device)))
    cells = [_cells(column) for column in columns]
    known = {claim.claim: claim for run in runs for claim in view.claims(run)}
    lines = [_line(known[name], columns, [there.get(name) for there in cells]) for name in sorted(known)]
    return Matrix(columns, lines, list(_notes(runs)))


def show(matrix: Matrix, console: Console) -> None:
    """Print the claims that fail somewhere, and how many each column keeps."""
    heads = (*map(_head, matrix.columns), "first bad", "last good")
    rest = sum(len(head) + 2 for head in heads)
    table = Table(box=None, pad_edge=False)
    table.add_column("claim", no_wrap=True, overflow="ellipsis", width=max(NAME, console.width - rest))
    for head in heads:
        table.add_column(line(head), no_wrap=True, min_width=len(head))
    for row in matrix.differing[:MOST]:
        signs = (Text(sign(outcome), style=COLOURS.get(outcome or "", "red")) for outcome in row.outcomes)
        table.add_row(Text(line(row.claim.claim)), *signs, line(row.first_bad or ""), line(row.last_good or "never"))
    console.print(table, width=max(console.width, NAME + rest), crop=False)
    if len(matrix.differing) > MOST:
        console.print(Text(f"… and {len(matrix.differing) - MOST:,} more: --out FILE writes a page with all"))
    for note in matrix.notes:
        console.print(Text(f"note: {line(note)}", style="yellow"), soft_wrap=True)
    told = f"{len(matrix.lines):,} claims, {len(matrix.differing):,} fail somewhere, {len(matrix.columns)} columns"
    console.print(Text(told), soft_wrap=True)


def render(matrix: Matrix) -> str:
    """Give the HTML of a matrix, with the claims that fail somewhere."""
    return template("matrix.html.jinja", sign=sign, head=_head).render(
        matrix=matrix,
        lines=matrix.differing[:MOST_IN_PAGE],
        unshown=max(0, len(matrix.differing) - MOST_IN_PAGE),
        counts=[Counter(row.outcomes[number] for row in matrix.lines) for number in range(len(matrix.columns))],
    )


def sign(outcome: Optional[str]) -> str:
    """Give the sign of an outcome."""
    return "·" if outcome is None else SIGNS["passed"] if outcome in HOLDS else SIGNS.get(outcome, "✕")


def _line(claim: Claim, columns: list[Column], outcomes: list[Optional[str]]) -> Line:
    bad = [column.name for column, outcome in zip(columns, outcomes) if outcome in FAILS]
    good = [column.name for column, outcome in zip(columns, outcomes) if outcome in HOLDS]
    return Line(claim, tuple(outcomes), bad[0] if bad else None, good[-1] if good else None)


def _columns(runs: Sequence[Run]) -> Iterator[Column]:
    for run in runs:
        torch = str(run.header["environment"].get("torch") or "that cannot be imported")
        yield from (Column(torch, device, run, torch) for device in run.header["devices"])


def _named(columns: list[Column]) -> list[Column]:
    """Leave the build out of the names where the releases are different ones."""
    releases = {column.torch: column.torch.partition("+")[0] for column in columns}
    short = len(set(releases.values())) == len(releases)
    return [column._replace(name=releases[column.torch] if short else column.torch) for column in columns]


def _cells(column: Column) -> dict[str, str]:
    """Give the worst outcome of each claim in a column; a claim that takes no device counts for each."""
    found: dict[str, list[str]] = {}
    for claim in column.run.claims:
        if claim.device in (column.device, None):
            found.setdefault(claim.claim, []).append(claim.outcome)
    return {name: view.worst(outcomes) for name, outcomes in found.items()}


def _notes(runs: Sequence[Run]) -> Iterator[str]:
    suites = {str(run.header["suite"].get("commit") or run.header["suite"].get("version")) for run in runs}
    if len(suites) > 1:
        yield f"the runs are of different suites: {', '.join(sorted(suites))}"
    yield from (f"{run.path.name} is incomplete" for run in runs if not run.complete)


def _head(column: Column) -> str:
    return column.name if column.device == "cpu" else f"{column.name} {column.device}"


def _version(text: str) -> Version:
    try:
        return Version(text)
    except InvalidVersion:
        return Version("0")
