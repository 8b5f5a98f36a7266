"""What pytest's reports of one item say about its claim; a report is looked at, never imported from pytest."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Optional

LONGEST_DETAIL = 24_000
LONGEST_EXAMPLE = 8_000
LONGEST_MESSAGE = 500

# Hypothesis said "Falsifying example" for a decade, and says "Failing test case" since 2026.
EXAMPLE = re.compile(r"^(?P<margin>E? *[ |]*)(Falsifying|Failing) (explicit )?(example|test case): ", re.MULTILINE)


def outcome(reports: Sequence[Any], seconds: float, limit: Optional[float]) -> str:
    """Reduce the reports of an item's phases to one word."""
    if any(report.when == "???" for report in reports):  # so xdist reports the item a worker died in
        # A worker stamps its start a moment before the controller hears of it: hence not the limit to the last digit.
        return "hung" if limit and seconds >= 0.95 * limit else "crashed"
    failed = [report for report in reports if report.failed]
    if failed:
        return _failure(failed)
    if any(hasattr(report, "wasxfail") for report in reports):
        return "deviates" if any(report.skipped for report in reports) else "fixed"
    return "skipped" if any(report.skipped for report in reports) else "passed"


def facts(reports: Sequence[Any]) -> dict[str, Any]:
    """Give what the claim said of itself: its user property, from the latest report that carries one."""
    for report in reversed(reports):
        for name, value in reversed(getattr(report, "user_properties", [])):
            if name == "claim" and isinstance(value, dict):
                return value
    return {}


def telling(reports: Sequence[Any]) -> Any:
    """Choose the report that explains the outcome: the first that failed, else was skipped, else the last."""
    return next(
        (report for wanted in ("failed", "skipped") for report in reports if report.outcome == wanted),
        reports[-1],
    )


def message(report: Any) -> str:
    """Give the reason of a report in one line."""
    if report.longrepr is None:
        return ""
    if isinstance(report.longrepr, tuple):
        return _line(str(report.longrepr[2]))
    crash = getattr(report.longrepr, "reprcrash", None)
    if crash is not None:
        return _line(crash.message)
    text = str(report.longrepr)
    errors = [line[1:] for line in text.splitlines() if line.startswith("E  ")]
    return _line("\n".join(errors) or text)


def detail(report: Any) -> str:
    """Give the traceback of a failure, its middle left out where it is long."""
    if report.longrepr is None or isinstance(report.longrepr, tuple):
        return ""
    return _middle_out("\n".join([str(report.longrepr), *_inputs(report)]), LONGEST_DETAIL)


def falsifying(text: str) -> Optional[str]:
    """Cut Hypothesis' falsifying example out of a traceback."""
    found = EXAMPLE.search(text)
    if not found:
        return None
    column = len(found["margin"])
    first, *rest = text[found.start() + column :].split("\n")
    example: list[str] = [first]
    for line in rest if not first.endswith(")") else []:
        example.append(line[column:])
        if example[-1].startswith(")"):
            break
    return _middle_out("\n".join(example), LONGEST_EXAMPLE)


def _failure(failed: Sequence[Any]) -> str:
    reason = message(failed[0])
    if "[XPASS(strict)]" in reason:
        return "fixed"
    return "failed" if any(report.when == "call" for report in failed) else "error"


def _inputs(report: Any) -> list[str]:
    """Give what is told beside the traceback: where a loop stood, and Hypothesis' notes before Python 3.11."""
    return [text for title, text in report.sections if title in ("Hypothesis", "Failing test case")]


def _line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[0][:LONGEST_MESSAGE] if lines else ""


def _middle_out(text: str, longest: int) -> str:
    if len(text) <= longest:
        return text
    return f"{text[: longest // 3]}\n… {len(text) - longest} characters left out …\n{text[-2 * longest // 3 :]}"
