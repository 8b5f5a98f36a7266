"""The terminal and the page tell a run as it was, to people and to exit codes, whatever text it holds."""

from __future__ import annotations

import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

from reports.__main__ import main
from suites.meta.reports.records import CLAIM, DEVIATION, FAILURE, FOOTER, HEADER, START, write

ROOT = Path(__file__).parents[3]
RED_FOOTER = {**FOOTER, "exit": 1}
HOSTILE = "</pre><script>alert(1)</script>\x1b[31m\x9b2J\r[bold]x[/bold]{{ 7*7 }}\u202e\ud800\0"


class Tags(HTMLParser):
    """Collects what a page would load, run or link to."""

    def __init__(self) -> None:
        """Start with nothing."""
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []

    def handle_starttag(self, tag, attributes):
        """Note one tag."""
        self.tags.append(tag)
        self.addresses += [value for name, value in attributes if name in ("href", "src", "action", "srcset")]


def show(path, capsys):
    status = main(["show", str(path)])
    return status, capsys.readouterr().out


def page(path):
    assert main(["page", str(path)]) == 0
    return path.with_suffix(".html").read_text(encoding="utf-8")


VERDICTS = {
    "kept": ([CLAIM, FOOTER], 0, "green"),
    "failed": ([FAILURE, RED_FOOTER], 1, "1 of 1 claims are broken"),
    "deviates": ([CLAIM, {**CLAIM, "dtype": None, "outcome": "deviates"}, FOOTER], 0, "green"),
    "fixed": ([{**CLAIM, "outcome": "fixed"}, RED_FOOTER], 1, "red"),
    "below the floor": ([CLAIM, {**RED_FOOTER, "complaint": "7 are below 9"}], 1, "7 are below 9"),
    "broken elsewhere": ([CLAIM, RED_FOOTER], 1, "exit status 1"),
    "nothing checked": ([{**CLAIM, "outcome": "skipped"}, FOOTER], 1, "No claim was checked"),
    "killed": ([CLAIM], 3, "incomplete"),
    "interrupted": ([CLAIM, {**FOOTER, "interrupted": True, "exit": 2}], 3, "interrupted"),
}


@pytest.mark.parametrize("name", VERDICTS)
def test_the_verdict_is_an_exit_code_and_a_sentence(tmp_path, capsys, name):
    lines, code, words = VERDICTS[name]
    path = write(tmp_path / "a.jsonl", HEADER, *lines)
    status, output = show(path, capsys)

    assert status == code
    assert words in output.splitlines()[-1]
    assert words in page(path)


def test_a_failure_is_shown_whole(tmp_path, capsys):
    path = write(tmp_path / "a.jsonl", HEADER, FAILURE, RED_FOOTER)
    output = show(path, capsys)[1]

    for part in (
        "test_copies",
        "The tensor is a copy.",
        "torch.tensor",
        "cpu · float32",
        "    x=1,",
        "pytest suites/tensors",
    ):
        assert part in output
        assert part in page(path)


def test_a_deviation_is_shown_as_a_finding(tmp_path, capsys):
    path = write(tmp_path / "a.jsonl", HEADER, {**CLAIM, "outcome": "deviates", "deviation": DEVIATION}, FOOTER)
    output = show(path, capsys)[1]

    for part in ("rounding", "40 ulp near 2", "https://x.test/1"):
        assert part in output
        assert part in page(path)


def test_a_claim_that_lost_its_process_is_completed_from_its_twin(tmp_path, capsys):
    twin = {**CLAIM, "claim": "suites/tensors/test_creation.py::test_dies"}
    status, output = show(write(tmp_path / "a.jsonl", HEADER, START, twin), capsys)

    assert status == 3
    assert "1 crashed" in re.search("Tensors .*", output)[0]


def test_headings_come_in_the_order_of_the_guide_and_folders_last(tmp_path, capsys):
    lines = [{**CLAIM, "guide": guide, "dtype": str(guide)} for guide in ([], ["Backprop"], ["Tensors"], ["Own guide"])]
    output = show(write(tmp_path / "a.jsonl", HEADER, *lines, FOOTER), capsys)[1]

    places = [output.index(f"\n{heading} ") for heading in ("Tensors", "Backprop", "Own guide", "suites/tensors")]
    assert places == sorted(places)


EVERYWHERE = {
    **FAILURE,
    **dict.fromkeys(("claim", "statement", "reproduce", "message", "detail", "falsifying", "dtype"), HOSTILE),
    "documents": [HOSTILE],
    "guide": [HOSTILE],
}
FINDING = {**EVERYWHERE, "outcome": "deviates", "deviation": dict.fromkeys(("kind", "reason", "torch"), HOSTILE)}
HEAD = {
    **HEADER,
    "command": HOSTILE,
    "devices": ["cpu", HOSTILE],
    "profile": HOSTILE,
    "environment": {HOSTILE: HOSTILE},
}


def hostile(folder: Path) -> Path:
    evil = {**FINDING, "dtype": "evil", "deviation": {"link": "javascript:alert(1)"}}
    return write(folder / "a.jsonl", HEAD, EVERYWHERE, FINDING, evil, RED_FOOTER)


def test_hostile_text_does_not_steer_the_terminal(tmp_path, capsys):
    output = show(hostile(tmp_path), capsys)[1]

    assert not set("\x1b\x9b\r\0\u202e") & set(output)
    assert "[bold]x[/bold]" in output


def test_hostile_text_stays_text_in_the_page(tmp_path):
    text = page(hostile(tmp_path))
    tags = Tags()
    tags.feed(text)

    assert tags.tags.count("script") == 1
    assert "{{ 7*7 }}" in text
    assert not [address for address in tags.addresses if not address.startswith("#")]


def test_the_page_loads_nothing(tmp_path):
    text = page(write(tmp_path / "a.jsonl", HEADER, FAILURE, RED_FOOTER))

    assert not re.search(r"\b(src|url|@import|fetch|XMLHttpRequest)\b\s*[=(]", text)
    assert not re.search(r"<(link|img|iframe|object|embed)\b", text)


def test_a_large_run_makes_a_page_that_opens(tmp_path):
    detail = "x" * 3_000
    lines = [{**FAILURE, "claim": f"a/t_{n % 40}.py::test_it[{n}]", "detail": detail} for n in range(5_000)]
    text = page(write(tmp_path / "a.jsonl", HEADER, *lines, RED_FOOTER))

    assert len(text) < 5_000_000
    assert text.count("<li ") == 5_000
    assert "4,800 more" in text


BAD = {
    (): "the following arguments are required",
    ("dance",): "invalid choice",
    ("show", "a", "b"): "unrecognized arguments",
    ("show", "/nowhere/a.jsonl"): "No such file",
    ("show", "a\0b"): "null",
    ("page", "/dev/null"): "empty",
    ("coverage", "/nowhere"): "No such file",
}


@pytest.mark.parametrize("arguments", BAD)
def test_bad_arguments_get_one_line_and_2(refused, arguments):
    assert BAD[arguments] in refused(arguments)


def test_a_page_that_cannot_be_written_is_one_line(tmp_path, capsys):
    path = write(tmp_path / "a.jsonl", HEADER, FOOTER)
    status = main(["page", str(path), "--out", str(path / "below" / "a.html")])

    assert status == 2
    assert "Not a directory" in capsys.readouterr().err


def test_show_and_page_need_neither_torch_nor_pytest(tmp_path):
    path = write(tmp_path / "a.jsonl", HEADER, FAILURE, RED_FOOTER)
    for name in ("torch", "pytest", "numpy", "hypothesis"):
        (tmp_path / f"{name}.py").write_text("raise ImportError('absent')")
    source = f"import sys; sys.path[:0] = [{str(tmp_path)!r}, {str(ROOT)!r}]; from reports.__main__ import main; "
    source += f"assert main(['show', {str(path)!r}]) == 1; assert main(['page', {str(path)!r}]) == 0"

    assert subprocess.run([sys.executable, "-c", source], capture_output=True, timeout=60).stderr == b""
