"""The comparison of two runs: a row for each claim and cell, and the decision."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, Optional

from reports import view
from reports.cell import Cell
from reports.comparison import comparable
from reports.comparison.documentation import Change, changes
from reports.comparison.verdict import BLOCKS, DEAD, DOUBTS, MEANINGS, Judgement, judge
from reports.comparison.waiver import Waiver
from reports.record import Claim, Run

UPGRADE, DO_NOT, UNUSABLE, COULD_NOT_TELL = 0, 1, 2, 3


@dataclass(frozen=True)
class Row:
    """One claim in one cell: what it was, what it is, and the verdict."""

    verdict: str
    reason: str
    before: Optional[Claim]
    after: Optional[Claim]
    waiver: Optional[Waiver] = None

    @property
    def claim(self) -> Claim:
        """Give the side that describes the row: the candidate, where it has the claim."""
        found = self.after or self.before
        assert found is not None
        return found

    @property
    def weight(self) -> str:
        """Say what the row does to the decision; a waiver takes the weight from it."""
        return "shown" if self.waiver else MEANINGS[self.verdict].weight


class Decision(NamedTuple):
    """May I upgrade? In a word, a sentence and an exit code."""

    word: str
    sentence: str
    code: int


@dataclass
class Comparison:
    """Two runs side by side."""

    before: Run
    after: Run
    rows: list[Row]
    documentation: list[Change]
    doubts: list[str]
    notes: list[str] = field(default_factory=list)
    timings: list[Any] = field(default_factory=list)

    @property
    def counts(self) -> Counter[str]:
        """Count the cells by verdict."""
        return Counter(row.verdict for row in self.rows)

    def of(self, *weights: str) -> list[Row]:
        """Give the rows of some weights, the gravest first."""
        order = list(MEANINGS)
        chosen = [row for row in self.rows if row.weight in weights]
        return sorted(chosen, key=lambda row: (order.index(row.verdict), row.claim.claim))


def compare(before: Run, after: Run) -> Comparison:
    """Lay two runs side by side and judge each claim in each cell."""
    same, documentation = comparable.same_examples(before, after), changes(before, after)
    was, now = _cells(before), _cells(after)
    taken_back = _TakenBack(before, after, documentation)
    rows = []
    for where in dict.fromkeys((*was, *now)):
        first, second = was.get(where), _alike(was.get(where), now.get(where), same)
        cut_off = not after.complete and (second is None or second.outcome == "interrupted")
        judged = judge(None if cut_off else first, second, same)
        if judged.verdict == "lost" and second is None and first is not None:
            judged = taken_back.judge(first) or judged
        rows.append(Row(*judged, first, second))
    doubts = [*comparable.doubts(before, after), *_nothing(rows)]
    return Comparison(before, after, rows, documentation, doubts, list(comparable.notes(before, after)))


class _TakenBack:
    """The claims that were taken from the baseline's documentation, and that the candidate's no longer makes."""

    def __init__(self, before: Run, after: Run, documentation: list[Change]) -> None:
        self.functions = {_function(claim) for claim in after.claims}
        self.texts = before.documentation
        self.changed = {change.name: change.kinds for change in documentation}

    def judge(self, claim: Claim) -> Optional[Judgement]:
        """Tell a statement that is gone from a changed text from one that is no longer checked."""
        names = [name for name in claim.documents if name in self.changed]
        gone = [name for name in names if self.changed[name][0] in ("vanished", "undocumented")]
        if gone and not any(self.warned(name) for name in gone):
            return Judgement("lost", f"{', '.join(gone)} is gone, and its documentation did not warn of it")
        if _function(claim) not in self.functions or not names:
            return None
        told = "went, as its documentation had warned" if gone else "changed its text, which says it no longer"
        return Judgement("removed", f"{', '.join(gone or names)} {told}")

    def warned(self, name: str) -> bool:
        """Whether the baseline's documentation called the name deprecated or subject to change."""
        text = str(self.texts[name]["text"]).lower()
        return any(words in text for words in ("deprecated", "subject to change"))


def decide(comparison: Comparison) -> Decision:
    """Answer the question."""
    blocking, doubtful = comparison.of(BLOCKS), comparison.of(DOUBTS)
    if comparison.doubts:
        return Decision("could not tell", f"{comparison.doubts[0]}.", COULD_NOT_TELL)
    if blocking:
        counts = Counter(verdict for verdict, _ in dict.fromkeys((row.verdict, row.claim.claim) for row in blocking))
        told = ", ".join(f"{count:,} {verdict}" for verdict, count in counts.items())
        return Decision("do not upgrade", f"{_claims(blocking)} in the way: {told}.", DO_NOT)
    if doubtful:
        words = f"{_claims(doubtful)} in doubt: {', '.join(sorted({row.verdict for row in doubtful}))}."
        return Decision("could not tell", words, COULD_NOT_TELL)
    waived = [row for row in comparison.rows if row.waiver]
    but = ", but what is waived" if waived else ""
    return Decision("upgrade", f"Every claim that the baseline keeps is kept{but}.", UPGRADE)


def waive(comparison: Comparison, waivers: list[Waiver]) -> tuple[Comparison, list[Waiver]]:
    """Take the weight from rows that somebody answers for; give also the waivers that no row needs."""
    torch = str(comparison.after.header["environment"].get("torch"))
    applying = [waiver for waiver in waivers if waiver.concerns(torch)]
    rows = [replace(row, waiver=_waiver(row, applying)) for row in comparison.rows]
    used = [row.waiver for row in rows if row.waiver]
    return replace(comparison, rows=rows), [waiver for waiver in applying if waiver not in used]


def _cells(run: Run) -> dict[Cell, Claim]:
    return {Cell(claim.claim, claim.device, claim.dtype): claim for claim in view.claims(run)}


def _claims(rows: list[Row]) -> str:
    """Count the claims of rows, however many cells each has."""
    count = len({row.claim.claim for row in rows})
    return "1 claim is" if count == 1 else f"{count:,} claims are"


def _alike(first: Optional[Claim], second: Optional[Claim], same_examples: bool) -> Optional[Claim]:
    """Let a claim that died, and could not say how to run it again, say it as on the baseline."""
    if first and second and second.outcome in DEAD and same_examples:
        return replace(second, reproduce=first.reproduce)
    return second


def _function(claim: Claim) -> str:
    return claim.claim.partition("[")[0]


def _nothing(rows: list[Row]) -> list[str]:
    compared = any(row.verdict in ("kept", "changed", "regressed", "crashed", "hung", "still failing") for row in rows)
    return [] if compared else ["nothing was compared: no claim was checked in both runs"]


def _waiver(row: Row, waivers: list[Waiver]) -> Optional[Waiver]:
    return next((waiver for waiver in waivers if waiver.matches(row.claim.claim, row.verdict)), None)
