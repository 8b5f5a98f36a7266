"""The coverage of the guide: each heading with its claims, and those that have none."""

from __future__ import annotations

from reports import guide
from reports.__main__ import main
from reports.catalogue import describe
from reports.coverage import EXAMPLES
from suites.meta.reports.records import CLAIM, FOOTER, HEADER, write


def test_lists_claims_below_their_headings(tmp_path, capsys):
    path = write(tmp_path / "a.jsonl", HEADER, {**CLAIM, "guide": list(guide.HEADINGS)}, FOOTER)

    assert main(["coverage", str(path)]) == 0
    output = capsys.readouterr().out
    assert f"## Tensors: 1\n    {CLAIM['claim']}\n" in output
    assert "headings without a claim: none" in output
    assert "documented names with claims: 1" in output


def test_a_heading_without_a_claim_is_named(tmp_path, capsys):
    path = write(tmp_path / "a.jsonl", HEADER, {**CLAIM, "guide": [*guide.HEADINGS[1:], "Own"]}, FOOTER)

    assert main(["coverage", str(path)]) == 1
    output = capsys.readouterr().out
    assert f"headings without a claim: {guide.HEADINGS[0]}" in output
    assert "headings in no guide: Own" in output


def test_counts_the_examples_of_docstrings_by_what_came_of_them(tmp_path, capsys):
    examples = [
        {**CLAIM, "claim": f"{EXAMPLES}test_does_what_its_page_shows[{number}]", "outcome": outcome}
        for number, outcome in enumerate(["passed", "skipped", "passed", "deviates"])
    ]
    path = write(tmp_path / "a.jsonl", HEADER, CLAIM, *examples, FOOTER)

    main(["coverage", str(path)])

    assert "documented examples: 1 deviates, 2 passed, 1 skipped\n" in capsys.readouterr().out


def test_headings_are_unique():
    assert len(set(guide.HEADINGS)) == len(guide.HEADINGS) == 26


def test_describes_what_every_marker_of_a_claim_says(pytester):
    item = pytester.getitem(
        "import pytest\n"
        "@pytest.mark.documents('torch.add', guide='Tensors')\n"
        "@pytest.mark.documents('torch.sub', 'torch.mul', guide=('Backprop', 'Tensors'))\n"
        "@pytest.mark.documents('torch.div')\n"
        "def test_it(): pass",
        "test_it",
    )
    claim = describe(item)

    assert sorted(claim["documents"]) == ["torch.add", "torch.div", "torch.mul", "torch.sub"]
    assert sorted(claim["guide"]) == ["Backprop", "Tensors", "Tensors"]
