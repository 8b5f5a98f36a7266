"""The closing lines of a run in the terminal."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from reports.text import line

WORDS = {
    "passed": "kept",
    "deviates": "deviating",
    "skipped": "not run",
    "fixed": "fixed unexpectedly",
    "error": "in error",
}
ALWAYS = ("passed", "failed", "deviates")


def lines(claims: Sequence[Mapping[str, Any]], seconds: float, record: Path) -> Iterator[str]:
    """Say what deviates, how many claims are kept, how fast that was and where to look."""
    yield from (line(finding) for finding in deviations(claims))
    counts = Counter(claim["outcome"] for claim in claims)
    yield counted(counts)
    for unit in ("comparisons", "examples"):
        total = sum(claim[unit] for claim in claims)
        yield f"{total:,} {unit}, {total / max(seconds, 1e-9):,.0f} per second"
    yield f"record: {_near(record)}"
    yield f"page:   python -m reports page {shlex.quote(_near(record))}"


def counted(counts: Mapping[str, int]) -> str:
    """Put the counts of outcomes into words, leaving out what did not happen."""
    order = ("passed", "failed", "error", "crashed", "hung", "fixed", "deviates", "skipped", "interrupted")
    named = [f"{counts.get(word, 0):,} {WORDS.get(word, word)}" for word in order if word in ALWAYS or counts.get(word)]
    return "claims: " + ", ".join(named)


def deviations(claims: Sequence[Mapping[str, Any]]) -> list[str]:
    """Give a line for each claim that deviates, however many cells it deviates in."""
    found = {}
    for claim in claims:
        if claim["outcome"] == "deviates":
            known = claim["deviation"] or {}
            reason = known.get("reason") or claim["message"]
            found[claim["claim"]] = f"deviates ({known.get('kind') or 'unexplained'}): {claim['claim']}: {reason}"
    return list(found.values())


def _near(path: Path) -> str:
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)
