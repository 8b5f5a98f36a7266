"""Which headings of the guide and which pages of the documentation have claims, and which have none."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from reports import pages
from reports.cell import cell
from reports.guide import HEADINGS, OUTLINE
from reports.pages import Page
from reports.record import RecordError, Run
from reports.text import line

ROOT = Path(__file__).parent.parent
#: Claims about every docstring there is: that one is read says nothing about what else a name has.
READ = "suites/documentation/"
#: The claim whose rows are the examples of docstrings.
EXAMPLES = "suites/documentation/test_examples.py::"


class Coverage(NamedTuple):
    """The claims of each heading, the documented names with claims, the pages that list them, examples by outcome."""

    claims: dict[str, set[str]]
    names: set[str]
    pages: list[Page]
    examples: Mapping[str, int] = {}


def from_run(run: Run) -> Coverage:
    """Take what the claims of a record were about."""
    coverage = gather((claim.claim, claim.documents, claim.guide) for claim in run.claims)
    return coverage._replace(examples=Counter(c.outcome for c in run.claims if c.claim.startswith(EXAMPLES)))


def from_collection() -> Coverage:
    """Let pytest collect the suite, and take what its claims are about."""
    with tempfile.TemporaryDirectory() as folder:
        catalogue = Path(folder, "catalogue.json")
        options = ["--collect-only", "-q", "-n0", "-p", "reports.catalogue", "--catalogue", str(catalogue)]
        command = [sys.executable, "-m", "pytest", "suites", *options]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, errors="replace")
        if done.returncode != 0:
            raise RecordError(
                "\n".join(["the suite cannot be collected:", *done.stdout.splitlines()[-5:], done.stderr])
            )
        found = json.loads(catalogue.read_text(encoding="utf-8"))
    claims = [(cell(claim["nodeid"], ["cpu"]).claim, claim["documents"], claim["guide"]) for claim in found["claims"]]
    coverage = gather(claims)
    computed = {name for claim in found["claims"] if claim["judging"] for name in claim["documents"]}
    return coverage._replace(
        pages=pages.tabulate(found["pages"], coverage.names, {*found["oracles"], *computed}, pages.load()),
        examples=Counter("collected" for name, _, _ in claims if name.startswith(EXAMPLES)),
    )


def gather(claims: Iterable[tuple[str, Iterable[str], Iterable[str]]]) -> Coverage:
    """Turn claims with their names and headings into headings with their claims."""
    coverage = Coverage({heading: set() for heading in HEADINGS}, set(), [])
    for claim, names, guide in claims:
        coverage.names.update(() if claim.startswith(READ) else names)
        for heading in guide:
            coverage.claims.setdefault(heading, set()).add(claim)
    return coverage


def report(coverage: Coverage) -> int:
    """Print each heading with its claims, then those without, and give 1 where there are any."""
    for level, heading in OUTLINE:
        print(f"{'#' * level} {heading}: {len(coverage.claims[heading])}")
        for claim in sorted(coverage.claims[heading]):
            print(f"    {line(claim)}")
    unknown = sorted(set(coverage.claims) - set(HEADINGS))
    missing = [heading for heading in HEADINGS if not coverage.claims[heading]]
    print(f"\ndocumented names with claims: {len(coverage.names)}")
    counts = ", ".join(f"{count} {outcome}" for outcome, count in sorted(coverage.examples.items()))
    print(f"documented examples: {counts or 'none'}")
    for words, headings in (("in no guide", unknown), ("without a claim", missing)):
        print(f"headings {words}: {', '.join(map(line, headings)) or 'none'}")
    return max(1 if missing else 0, pages.report(coverage.pages))
