"""The page, the Markdown, the JUnit XML and the JSON of a comparison tell it whole, whatever text it holds."""

from __future__ import annotations

import json
import re
from xml.etree import ElementTree

import pytest

from reports.__main__ import main
from suites.meta.reports.records import CLAIM, FAILURE, HEADER, counted, write
from suites.meta.reports.test_show_and_page import HOSTILE, Tags

TEXT = {"kind": "documentation", "name": "torch.tensor", "sha256": "1", "text": "Copies.\n\nSee x.", "signature": "(a)"}
CHANGED = {**TEXT, "sha256": "2", "text": "Copies.\n\nSee y.", "signature": "(a, b=1)"}
KEPT = {**CLAIM, "claim": "suites/a/test_a.py::test_stays", "statement": "It stays."}
LOST = {**CLAIM, "claim": "suites/a/test_a.py::test_goes", "statement": "It goes."}


def outputs(folder, before, after, header=HEADER):
    """Compare two records of these lines; give the exit code and what was written, by suffix."""
    first, second = folder / "a.jsonl", folder / "b.jsonl"
    for path, lines in ((first, before), (second, after)):
        write(path, header, *lines, counted([line for line in lines if line["kind"] == "claim"]))
    status = main(["compare", str(first), str(second), "--out", str(folder / "out")])
    return status, {path.suffix: path.read_text(encoding="utf-8") for path in (folder / "out").iterdir()}


@pytest.fixture
def told(tmp_path):
    return outputs(tmp_path, [TEXT, KEPT, CLAIM, LOST], [CHANGED, KEPT, FAILURE])[1]


@pytest.mark.parametrize("suffix", [".html", ".md", ".json"])
def test_each_output_tells_what_differs_and_nothing_else(told, suffix):
    for part in ("do not upgrade", "The tensor is a copy.", "It goes.", "AssertionError", "torch.tensor", "x=1"):
        assert part in told[suffix]
    assert "It stays." not in told[suffix]


def test_the_page_shows_the_difference_of_the_documentation(told):
    assert "<del>-See x.</del>" in told[".html"]
    assert "<ins>+See y.</ins>" in told[".html"]
    assert "signature: (a) → (a, b=1)" in told[".html"]


def test_junit_fails_what_is_in_the_way(told):
    (suite,) = ElementTree.fromstring(told[".xml"])

    assert suite.attrib == {
        "name": "torch 2.13.0+cpu to 2.13.0+cpu", "tests": "3", "failures": "2", "errors": "0", "skipped": "0"
    }  # fmt: skip
    assert {case.get("name"): [child.get("type") for child in case] for case in suite} == {
        "test_stays (cpu · float32)": [],
        "test_copies (cpu · float32)": ["regressed"],
        "test_goes (cpu · float32)": ["lost"],
    }
    assert suite[0].get("classname") == "suites.a.test_a"


def test_junit_is_in_error_where_nothing_can_be_told(tmp_path):
    status, told = outputs(tmp_path, [{**CLAIM, "outcome": "skipped"}], [CLAIM])

    assert status == 3
    (suite,) = ElementTree.fromstring(told[".xml"])
    assert suite.get("errors") == "1"
    assert "nothing was compared" in suite[0][0].get("message")


def test_the_json_is_for_programs(told):
    found = json.loads(told[".json"])

    assert found["decision"]["code"] == 1
    assert found["counts"] == {"kept": 1, "regressed": 1, "lost": 1}
    assert [(row["verdict"], row["candidate"] and row["candidate"]["outcome"]) for row in found["rows"]] == [
        ("regressed", "failed"), ("lost", None)
    ]  # fmt: skip


EVERYWHERE = {
    **FAILURE,
    **dict.fromkeys(("statement", "reproduce", "message", "detail", "falsifying"), HOSTILE),
    "documents": [HOSTILE],
}
HEAD = {**HEADER, "command": HOSTILE, "environment": {"torch": HOSTILE, HOSTILE: HOSTILE, "executable": HOSTILE}}


@pytest.fixture
def hostile(tmp_path, capsys):
    claim = f"../../{HOSTILE}.py::test_it"
    before = [{**EVERYWHERE, "claim": claim, "outcome": "passed"}, {**KEPT, "observations": {HOSTILE: HOSTILE}}]
    after = [{**EVERYWHERE, "claim": claim}, {**KEPT, "observations": {HOSTILE: "other"}}]
    texts = [{**TEXT, "name": HOSTILE, "text": HOSTILE}, {**CHANGED, "name": HOSTILE, "text": HOSTILE * 2}]
    told = outputs(tmp_path, [texts[0], *before], [texts[1], *after], header=HEAD)[1]
    return {**told, "screen": capsys.readouterr().out}


def test_hostile_text_stays_text_everywhere(hostile):
    tags = Tags()
    tags.feed(hostile[".html"])

    assert tags.tags.count("script") == 1
    assert not [address for address in tags.addresses if not address.startswith("#")]
    assert "<script" not in hostile[".md"]
    assert re.findall(r"</?(\w+)", hostile[".md"].replace("&lt;", "")) == ["code", "code", "pre", "pre"] + [
        "code", "code"
    ] * (hostile[".md"].count("<code>") - 1)  # fmt: skip
    assert not set("\x1b\x9b\r\0\u202e") & set("".join(hostile.values()))
    ElementTree.fromstring(hostile[".xml"])
    json.loads(hostile[".json"])


def test_the_page_loads_nothing(told):
    assert not re.search(r"\b(src|url|@import|fetch|XMLHttpRequest)\b\s*[=(]", told[".html"])
    assert not re.search(r"<(link|img|iframe|object|embed)\b", told[".html"])


def test_the_markdown_is_never_too_long_to_be_shown(tmp_path):
    lines = [{**FAILURE, "claim": f"a/t.py::test_it[{n}]", "falsifying": "張" * 2_000} for n in range(400)]
    told = outputs(tmp_path, [{**line, "outcome": "passed"} for line in lines], lines)[1]

    assert 800 * 1024 < len(told[".md"].encode("utf-8")) <= 900 * 1024
    assert told[".md"].endswith("The rest is left out here: the page and the JSON have it.\n")
    assert told[".html"].count('<details class="difference') == 400


def test_a_folder_that_cannot_be_written_is_2_and_one_line(tmp_path, capsys):
    path = write(tmp_path / "a.jsonl", HEADER, CLAIM, counted([CLAIM]))

    assert main(["compare", str(path), str(path), "--out", str(path / "below")]) == 2
    assert capsys.readouterr().err.count("\n") == 1
