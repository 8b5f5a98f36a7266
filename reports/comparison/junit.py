"""A comparison as JUnit XML, which every CI reads: a test case for each claim and cell that either run checked."""

from __future__ import annotations

from xml.etree import ElementTree

from reports import view
from reports.comparison.compare import Comparison, Row
from reports.comparison.screen import again, torch_of
from reports.comparison.verdict import BLOCKS, DOUBTS
from reports.text import clean


def render(comparison: Comparison) -> bytes:
    """Give the XML of a comparison: what stands in the way fails, and what is in doubt is an error."""
    rows = [row for row in comparison.rows if row.verdict != "not run"]
    name = f"torch {torch_of(comparison.before)} to {torch_of(comparison.after)}"
    counts = {"failures": BLOCKS, "errors": DOUBTS}
    told = {word: str(sum(row.weight == weight for row in rows)) for word, weight in counts.items()}
    doubts = len(comparison.doubts)
    told |= {"errors": str(int(told["errors"]) + doubts), "skipped": str(sum(map(_skipped, rows)))}
    root = ElementTree.Element("testsuites")
    suite = ElementTree.SubElement(root, "testsuite", {"name": clean(name), "tests": str(len(rows) + doubts), **told})
    for doubt in comparison.doubts:
        case = ElementTree.SubElement(suite, "testcase", classname="comparison", name=clean(doubt))
        ElementTree.SubElement(case, "error", message=clean(doubt))
    for row in rows:
        _case(suite, comparison, row)
    return ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)


def _case(suite: ElementTree.Element, comparison: Comparison, row: Row) -> None:
    path, _, name = row.claim.claim.partition("::")
    classname = path.removesuffix(".py").replace("/", ".")
    named = f"{name} ({view.where(row.claim)})"
    case = ElementTree.SubElement(
        suite, "testcase", classname=clean(classname), name=clean(named), time=f"{row.claim.seconds:.4f}"
    )
    kinds = {BLOCKS: "failure", DOUBTS: "error"}
    if row.weight in kinds:
        told = ElementTree.SubElement(case, kinds[row.weight], type=row.verdict, message=clean(row.reason))
        sides = again(comparison.before, row.before), again(comparison.after, row.after)
        told.text = clean("\n\n".join([row.claim.statement, row.claim.falsifying or "", *sides]))
    elif _skipped(row):
        ElementTree.SubElement(case, "skipped", message=clean(f"{row.verdict}: {row.reason}"))


def _skipped(row: Row) -> bool:
    return row.verdict == "removed" or row.waiver is not None
