"""What a reader of a run wants to see first: the verdict, the table of headings by devices, the findings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple, Optional

from reports.guide import HEADINGS
from reports.record import Claim, Run
from reports.schema import RED

GREEN_CODE, RED_CODE, INCOMPLETE_CODE = 0, 1, 3


class Verdict(NamedTuple):
    """The judgement of a run in a word, a sentence and an exit code."""

    word: str
    sentence: str
    code: int


class Row(NamedTuple):
    """The outcomes of the claims under one heading, counted for each device; None stands for whatever device."""

    heading: str
    counts: dict[Optional[str], Counter[str]]


def verdict(run: Run) -> Verdict:
    """Judge a run: green only where it came to its end and every claim is kept, skipped or known to deviate."""
    broken = [claim for claim in run.claims if claim.outcome in RED]
    if run.footer is None:
        return Verdict("incomplete", "The process died before the run was over.", INCOMPLETE_CODE)
    if run.footer["interrupted"]:
        return Verdict("incomplete", "The run was interrupted before it was over.", INCOMPLETE_CODE)
    if broken:
        return Verdict("red", f"{_claims(broken)} of {_claims(run.claims)} claims are broken.", RED_CODE)
    if run.footer["exit"] != 0:
        reason = run.footer["complaint"] or f"the session ended with exit status {run.footer['exit']}"
        return Verdict("red", f"No claim is broken, but {reason}.", RED_CODE)
    if not any(claim.outcome == "passed" for claim in run.claims):
        return Verdict("red", "No claim was checked.", RED_CODE)
    return Verdict("green", "Every claim that ran is kept or a known deviation.", GREEN_CODE)


def claims(run: Run) -> list[Claim]:
    """Give the claims of a run, those that lost their process completed from the same test in other cells."""
    known = {_test(claim): claim for claim in run.claims if claim.statement}
    return [_completed(claim, known.get(_test(claim))) for claim in run.claims]


def broken(run: Run) -> list[Claim]:
    """Give the claims that make a run red, and those it was in when it ended."""
    return [claim for claim in claims(run) if claim.outcome in (*RED, "interrupted")]


def findings(run: Run) -> list[list[Claim]]:
    """Give the claims that deviate, those of the same claim together."""
    found: dict[str, list[Claim]] = {}
    for claim in claims(run):
        if claim.outcome == "deviates":
            found.setdefault(claim.claim, []).append(claim)
    return list(found.values())


def devices(run: Run) -> list[Optional[str]]:
    """Give the columns of the table: the devices, and None where a claim takes no device."""
    columns: dict[Optional[str], None] = dict.fromkeys(run.header["devices"])
    return [*columns, *({claim.device for claim in run.claims} - set(columns))]


def table(run: Run) -> list[Row]:
    """Count outcomes under each heading of the guide, in its order; a claim without a heading counts in its folder."""
    rows: dict[str, Row] = {}
    for claim in claims(run):
        for heading in claim.guide or [folder(claim)]:
            row = rows.setdefault(heading, Row(heading, {}))
            row.counts.setdefault(claim.device, Counter())[claim.outcome] += 1
    return sorted(rows.values(), key=_place)


def folder(claim: Claim) -> str:
    """Give the folder of a claim."""
    return claim.claim.partition("::")[0].rpartition("/")[0] or "."


def where(claim: Claim) -> str:
    """Name the cell a claim ran in."""
    return " · ".join(part for part in (claim.device, claim.dtype) if part) or "any device"


def worst(outcomes: Sequence[str]) -> str:
    """Choose the outcome that stands for several cells."""
    order = ("crashed", "hung", "failed", "error", "fixed", "interrupted", "deviates", "passed")
    return next((outcome for outcome in order if outcome in outcomes), "skipped")


def _place(row: Row) -> tuple[int, str]:
    return (HEADINGS.index(row.heading), "") if row.heading in HEADINGS else (len(HEADINGS), row.heading)


def _claims(cells: Sequence[Claim]) -> str:
    return f"{len({cell.claim for cell in cells}):,}"


def _test(claim: Claim) -> str:
    return claim.claim.partition("[")[0]


def _completed(claim: Claim, twin: Optional[Claim]) -> Claim:
    if claim.statement or twin is None:
        return claim
    return replace(claim, statement=twin.statement, documents=twin.documents, guide=twin.guide)
