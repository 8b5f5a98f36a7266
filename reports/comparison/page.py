"""A comparison as one HTML file that needs nothing beside itself, with only the rows that differ."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Optional

from reports.comparison.compare import Comparison, decide
from reports.comparison.screen import again, together, torch_of
from reports.comparison.verdict import BLOCKS, DOUBTS, MEANINGS, SHOWN
from reports.page import LONGEST_DETAIL, template
from reports.record import Claim, Run
from reports.timing import table

# A page is read by a person: what is beyond these stands in the JSON.
MOST, MOST_DETAILED = 2_000, 200
TONES = {"upgrade": "green", "do not upgrade": "red", "could not tell": "incomplete"}


def render(comparison: Comparison) -> str:
    """Give the HTML of a comparison."""
    decision, groups = decide(comparison), together(comparison.of(BLOCKS, DOUBTS, SHOWN))
    return template("comparison.html.jinja", again=_again, place=table.place).render(
        table=table,
        comparison=comparison,
        decision=decision,
        tone=TONES[decision.word],
        torches=(torch_of(comparison.before), torch_of(comparison.after)),
        counts=comparison.counts,
        meanings=MEANINGS,
        groups=groups[:MOST],
        differing={cells[0].verdict for cells in groups},
        unshown=max(0, len(groups) - MOST),
        documentation=comparison.documentation,
        facts=list(facts(comparison.before, comparison.after)),
        longest=LONGEST_DETAIL,
        most_detailed=MOST_DETAILED,
    )


def facts(before: Run, after: Run) -> Iterator[tuple[str, Any, Any]]:
    """Give what both records say of their runs, side by side."""
    for name in ("started", "command", "seed", "profile"):
        yield name, before.header[name], after.header[name]
    here, there = before.header["environment"], after.header["environment"]
    for name in dict.fromkeys((*here, *there)):
        if name != "torch build":
            yield name, here.get(name), there.get(name)


def _again(claim: Optional[Claim], run: Run) -> str:
    return again(run, claim)
