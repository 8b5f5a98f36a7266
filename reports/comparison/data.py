"""A comparison as JSON, for programs."""

from __future__ import annotations

import json
from typing import Any, Optional

from reports.comparison.compare import Comparison, Row, decide
from reports.plain import plain
from reports.record import Claim, Run

FORMAT = 1


def render(comparison: Comparison) -> str:
    """Give the JSON of a comparison; claims that are kept are counted, not listed."""
    decision = decide(comparison)
    told = {
        "format": FORMAT,
        "decision": decision._asdict(),
        "counts": comparison.counts,
        "doubts": comparison.doubts,
        "notes": comparison.notes,
        "baseline": _run(comparison.before),
        "candidate": _run(comparison.after),
        "rows": [_row(row) for row in comparison.rows if row.verdict not in ("kept", "not run")],
        "timings": [{**timing._asdict(), "verdict": timing.verdict} for timing in comparison.timings],
        "documentation": [change._asdict() for change in comparison.documentation],
    }
    return json.dumps(plain(told), indent=1)


def _run(run: Run) -> dict[str, Any]:
    return {"record": run.path.name, "header": run.header, "footer": run.footer}


def _row(row: Row) -> dict[str, Any]:
    waiver = {**row.waiver._asdict(), "expires": str(row.waiver.expires)} if row.waiver else None
    return {
        **{name: getattr(row.claim, name) for name in ("claim", "device", "dtype", "statement", "documents")},
        "verdict": row.verdict,
        "weight": row.weight,
        "reason": row.reason,
        "waiver": waiver,
        "baseline": _side(row.before),
        "candidate": _side(row.after),
    }


def _side(claim: Optional[Claim]) -> Optional[dict[str, Any]]:
    names = ("outcome", "message", "falsifying", "reproduce", "observations")
    return {name: getattr(claim, name) for name in names} if claim else None
