"""The reader of run records: a file in, a Run out, or one line that says what is wrong with the file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Optional

from reports.cell import Cell, cell, command
from reports.schema import FIELDS, LATER, OUTCOMES, SCHEMA, misfits

LONGEST_LINE = 16 * 2**20


class RecordError(Exception):
    """A record cannot be read, for the reason its message gives in one line."""


@dataclass(frozen=True)
class Claim:
    """One claim in one cell, with what came of it."""

    claim: str
    device: Optional[str]
    dtype: Optional[str]
    outcome: str
    statement: str = ""
    documents: list[str] = field(default_factory=list)
    guide: list[str] = field(default_factory=list)
    since: Optional[str] = None
    until: Optional[str] = None
    seconds: float = 0.0
    comparisons: int = 0
    examples: int = 0
    observations: dict[str, Any] = field(default_factory=dict)
    reproduce: str = ""
    deviation: Optional[dict[str, Any]] = None
    message: str = ""
    detail: str = ""
    falsifying: Optional[str] = None


@dataclass
class Run:
    """A run as its record tells it; without a footer its process died, and a torn record lost its last line."""

    path: Path
    header: dict[str, Any]
    claims: list[Claim] = field(default_factory=list)
    documentation: dict[str, dict[str, Any]] = field(default_factory=dict)
    footer: Optional[dict[str, Any]] = None
    torn: bool = False

    @property
    def complete(self) -> bool:
        """Whether the run came to its own end."""
        return self.footer is not None and not self.footer["interrupted"]


def read(path: Path) -> Run:
    """Read a record, or the newest one in a folder."""
    path = newest(path)
    try:
        with path.open("rb") as file:
            return _Reader(path).read(file)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        raise RecordError(f"{path}: {getattr(error, 'strerror', None) or error}") from error


def newest(path: Path) -> Path:
    """Give the path itself, or in a folder the record that was written last."""
    try:
        if not path.is_dir():
            return path
        records = sorted(path.glob("*.jsonl"), key=lambda record: (record.stat().st_mtime_ns, record.name))
    except (OSError, ValueError) as error:
        raise RecordError(f"{path}: {error}") from error
    if not records:
        raise RecordError(f"{path}: no record (*.jsonl) in this folder; run pytest first")
    return records[-1]


class _Reader:
    """The state of one reading: the run so far, and the cells that started and have not ended."""

    def __init__(self, path: Path) -> None:
        self.run = Run(path, {})
        self.ended: dict[Cell, Claim] = {}
        self.running: dict[Cell, str] = {}

    def read(self, file: BinaryIO) -> Run:
        for number, line in _lines(file, self.run):
            try:
                self.take(_parse(line))
            except _TornError:
                self.run.torn = True
            except RecordError as error:
                where = "not a run record" if number == 1 else f"corrupt at line {number}"
                raise RecordError(f"{self.run.path}: {where}: {error}") from error
        if not self.run.header:
            raise RecordError(f"{self.run.path}: the record ends inside its header")
        self.run.claims = [*self.ended.values(), *(self.lost(where, nodeid) for where, nodeid in self.running.items())]
        return self.run

    def take(self, line: dict[str, Any]) -> None:
        kind = line.pop("kind", None)
        if not self.run.header:
            _recognise(kind, line)
        elif kind == "header" or self.run.footer is not None:
            raise RecordError("a second header" if kind == "header" else "a line after the footer")
        _validate(kind, line)
        getattr(self, f"take_{kind}")(line)

    def take_header(self, line: dict[str, Any]) -> None:
        self.run.header = line

    def take_documentation(self, line: dict[str, Any]) -> None:
        self.run.documentation[line["name"]] = line

    def take_start(self, line: dict[str, Any]) -> None:
        self.running[cell(line["nodeid"], self.run.header["devices"])] = line["nodeid"]

    def take_claim(self, line: dict[str, Any]) -> None:
        claim = Claim(**{name: line[name] for name in FIELDS["claim"]})
        if claim.outcome not in OUTCOMES:
            raise RecordError("an outcome that does not exist")
        where = Cell(claim.claim, claim.device, claim.dtype)
        # A worker that dies between a claim's report and the next claim is charged to it again: the last word counts.
        self.ended[where] = claim
        self.running.pop(where, None)

    def take_footer(self, line: dict[str, Any]) -> None:
        self.run.footer = line

    def lost(self, where: Cell, nodeid: str) -> Claim:
        """Make up the line of a claim that started and left no outcome."""
        again = command(nodeid, where.device)
        if self.run.footer is not None:
            return Claim(*where, "interrupted", reproduce=again, message="the run was interrupted during this claim")
        return Claim(*where, "crashed", reproduce=again, message="the process ended without a word during this claim")


class _TornError(Exception):
    """The last line of a file ends in its middle."""


def _lines(file: BinaryIO, run: Run) -> Iterator[tuple[int, bytes]]:
    number = 0
    while True:
        line = file.readline(LONGEST_LINE + 1)
        number += 1
        if not line and number == 1:
            raise RecordError(f"{run.path}: the file is empty")
        if not line:
            return
        if len(line) > LONGEST_LINE:
            raise RecordError(f"{run.path}: corrupt at line {number}: longer than {LONGEST_LINE // 2**20} MB")
        yield number, line


def _parse(line: bytes) -> dict[str, Any]:
    whole = line.endswith(b"\n")
    try:
        value = json.loads(line.decode("utf-8"), parse_constant=_refuse)
    except RecursionError:
        raise RecordError("nested too deep") from None
    except ValueError:
        if not whole:
            raise _TornError from None
        raise RecordError("not JSON") from None
    if not isinstance(value, dict):
        raise RecordError("not an object")
    return value


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def _recognise(kind: Any, line: dict[str, Any]) -> None:
    schema = line.get("schema")
    if kind != "header" or not isinstance(schema, int) or isinstance(schema, bool) or schema < 1:
        raise RecordError("not a run record: its first line is no header")
    if schema > SCHEMA:
        raise RecordError(f"record has schema {schema}, this reports knows up to {SCHEMA}: update torch-conformance")


def _validate(kind: Any, line: dict[str, Any]) -> None:
    if not isinstance(kind, str) or kind not in FIELDS:
        raise RecordError("a kind of line that does not exist")
    missing = [name for name in FIELDS[kind] if name not in line]
    told = [*FIELDS[kind], *(name for name in LATER.get(kind, {}) if name in line)]
    wrong = [f"{name} is missing" for name in missing] or [
        reason for name in told for reason in [misfits(kind, name, line[name])] if reason
    ]
    if wrong:
        raise RecordError(f"{kind}: {wrong[0]}")
