"""A run as one HTML file that needs nothing beside itself."""

from __future__ import annotations

import functools
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Optional

import jinja2

from reports import view
from reports.guide import OUTLINE
from reports.record import Claim, Run
from reports.schema import RED
from reports.summary import WORDS
from reports.text import clean

# A page is read by a person: beyond these the failures are named, and the record has the rest.
MOST_FAILURES = 200
LONGEST_DETAIL = 8_000
LEVELS = {heading: level for level, heading in OUTLINE}
SIGNS = {"passed": "✓", "deviates": "≠", "skipped": "–", "interrupted": "…"}


@dataclass
class Line:
    """One claim in the list of all claims, with its cells."""

    name: str
    cells: list[Claim] = field(default_factory=list)

    @property
    def outcome(self) -> str:
        """Give the worst outcome of its cells."""
        return view.worst([cell.outcome for cell in self.cells])


@dataclass
class Chapter:
    """The claims of one file."""

    path: str
    lines: dict[str, Line] = field(default_factory=dict)

    @property
    def counts(self) -> Counter[str]:
        """Count the claims by outcome."""
        return Counter(line.outcome for line in self.lines.values())


def render(run: Run) -> str:
    """Give the HTML of a run."""
    broken = view.broken(run)
    return template("page.html.jinja").render(
        run=run,
        verdict=view.verdict(run),
        torch=run.header["environment"].get("torch") or "PyTorch that cannot be imported",
        counts=Counter(claim.outcome for claim in run.claims),
        devices=view.devices(run),
        rows=view.table(run),
        failures=broken[:MOST_FAILURES],
        unshown=max(0, len(broken) - MOST_FAILURES),
        findings=view.findings(run),
        chapters=chapters(run),
        longest=LONGEST_DETAIL,
    )


def chapters(run: Run) -> list[Chapter]:
    """Put all claims of a run in order of file and name, each with its cells."""
    found: dict[str, Chapter] = {}
    for claim in sorted(view.claims(run), key=lambda claim: claim.claim):
        path, _, name = claim.claim.partition("::")
        line = found.setdefault(path, Chapter(path)).lines.setdefault(claim.claim, Line(name or path))
        line.cells.append(claim)
    return list(found.values())


def marks(counts: Optional[Counter[str]]) -> list[tuple[str, int, str]]:
    """Give what one field of the table shows: what is kept, all that is broken as one number, and the rest."""
    shown = []
    for outcomes in (("passed",), RED, ("interrupted",), ("deviates",), ("skipped",)):
        there = {outcome: counts[outcome] for outcome in outcomes if counts and counts[outcome]}
        if there:
            words = ", ".join(f"{count:,} {WORDS.get(outcome, outcome)}" for outcome, count in there.items())
            shown.append((outcomes[0], sum(there.values()), words))
    return shown


def link(address: Any) -> Optional[str]:
    """Give an address that a page may link to, None for any that could run a script."""
    return address if isinstance(address, str) and address.startswith(("https://", "http://")) else None


@functools.cache
def template(name: str, **filters: Callable[..., Any]) -> jinja2.Template:
    """Give a template that escapes all it is given."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: clean(value) if isinstance(value, str) else value,
    )
    environment.filters.update(link=link, marks=marks, where=view.where, number="{:,}".format, fact=_fact)
    environment.filters["level"] = lambda heading: LEVELS.get(heading, 3)
    environment.filters["word"] = lambda outcome: WORDS.get(outcome, outcome)
    environment.filters["sign"] = lambda outcome: SIGNS.get(outcome, "✕")
    environment.filters.update(filters)
    return environment.get_template(name)


def _fact(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, indent=1)
