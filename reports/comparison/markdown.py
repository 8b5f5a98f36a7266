"""A comparison as Markdown for the summary of a step in CI, which drops what is longer than a mebibyte whole."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from reports import view
from reports.comparison.compare import Comparison, Row, decide
from reports.comparison.screen import again, together, torch_of
from reports.comparison.verdict import BLOCKS, DOUBTS, MEANINGS, SHOWN
from reports.text import clean, line

LONGEST = 900 * 1024
SIGNS = {"upgrade": "✅", "do not upgrade": "❌", "could not tell": "❔"}


def render(comparison: Comparison) -> str:
    """Give the Markdown of a comparison, cut before it is too long to be shown."""
    kept: list[str] = []
    left = LONGEST - 200
    for part in _parts(comparison):
        left -= len(part.encode("utf-8"))
        if left < 0:
            kept.append("\nThe rest is left out here: the page and the JSON have it.\n")
            break
        kept.append(part)
    return "".join(kept)


def _parts(comparison: Comparison) -> Iterator[str]:
    decision = decide(comparison)
    torches = f"PyTorch {torch_of(comparison.before)} → {torch_of(comparison.after)}"
    yield f"## {SIGNS[decision.word]} {_text(f'{torches}: {decision.word}')}\n\n{_text(decision.sentence)}\n\n"
    yield from (f"- {_text(told)}\n" for told in [*comparison.doubts, *comparison.notes])
    yield "\n| | verdict | |\n|---:|---|---|\n"
    for verdict, meaning in MEANINGS.items():
        if comparison.counts[verdict]:
            yield f"| {comparison.counts[verdict]:,} | {verdict} | {meaning.words} |\n"
    yield f"| {len(comparison.documentation):,} | documentation changed | |\n"
    yield from (_grave(comparison, cells) for cells in together(comparison.of(BLOCKS, DOUBTS)))
    yield "\n### Also\n\n"
    for cells in together(comparison.of(SHOWN)):
        yield f"- {_row(cells)}{_text(': ' + cells[0].reason) if cells[0].reason else ''}\n"
    for change in comparison.documentation:
        yield f"- documentation changed: {_code(change.name)}: {_text('; '.join(change.kinds))}\n"


def _grave(comparison: Comparison, cells: list[Row]) -> str:
    row = cells[0]
    told = [row.reason, row.claim.falsifying or "", again(comparison.before, row.before)]
    shown = "\n\n".join([*filter(None, told), again(comparison.after, row.after)])
    return f"\n### {_row(cells)}\n\n{_text(row.claim.statement)}\n\n<pre>{html.escape(clean(shown))}</pre>\n"


def _row(cells: list[Row]) -> str:
    where = ", ".join(view.where(cell.claim) for cell in cells)
    waived = f", waived until {cells[0].waiver.expires} by {cells[0].waiver.owner}" if cells[0].waiver else ""
    return f"{cells[0].verdict}: {_code(cells[0].claim.claim)} {_text(f'({where}{waived})')}"


def _text(text: str) -> str:
    """Make a text stay text: no tag, no link, no mention, no emphasis, no new line."""
    return re.sub(r"[^a-zA-Z0-9\s.,;'\"/→·=%()-]", lambda found: f"&#{ord(found[0])};", line(text))


def _code(text: str) -> str:
    return f"<code>{_text(text)}</code>"
