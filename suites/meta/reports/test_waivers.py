"""A waiver takes the weight from a verdict for a while; one that is wrong, over or idle is an error."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from reports.__main__ import main
from suites.meta.reports.records import CLAIM, FAILURE, HEADER, counted, write

TODAY = date.today()
WAIVER = {
    "claim": "suites/tensors/*::test_copies",
    "verdict": "regressed",
    "torch": ">=2.13,<2.14",
    "reason": "we copy by hand",
    "link": "https://x.test/1",
    "owner": "ada",
    "expires": TODAY + timedelta(days=30),
}


def entry(**changes):
    fields = {**WAIVER, **changes}
    return "[[waiver]]\n" + "".join(
        f"{name} = {value if isinstance(value, (date, int)) else repr(value)}\n" for name, value in fields.items()
    )


@pytest.fixture
def run(tmp_path, capsys):
    """Compare a regression under these waivers; give the exit code, the screen and the complaint."""
    write(tmp_path / "a.jsonl", HEADER, CLAIM, counted([CLAIM]))
    write(tmp_path / "b.jsonl", HEADER, FAILURE, counted([FAILURE]))

    def compared(text):
        (tmp_path / "waivers.toml").write_text(text, encoding="utf-8")
        records = [str(tmp_path / "a.jsonl"), str(tmp_path / "b.jsonl")]
        options = ["--waivers", str(tmp_path / "waivers.toml"), "--out", str(tmp_path / "out")]
        return (main(["compare", *records, *options]), *capsys.readouterr())

    return compared


def test_a_waived_regression_is_told_and_does_not_block(run, tmp_path):
    status, screen, _ = run(entry())

    assert status == 0
    assert f"waived until {WAIVER['expires']} by ada: we copy by hand" in screen
    assert screen.splitlines()[-2] == "upgrade: Every claim that the baseline keeps is kept, but what is waived."
    assert "waived until" in (tmp_path / "out" / "comparison.md").read_text(encoding="utf-8")
    assert "Waived until" in (tmp_path / "out" / "comparison.html").read_text(encoding="utf-8")
    assert 'skipped="1"' in (tmp_path / "out" / "comparison.xml").read_text(encoding="utf-8")


def test_a_waiver_of_another_release_sleeps(run):
    assert run(entry(torch=">=2.20"))[0] == 1


def test_brackets_of_a_claim_stand_for_themselves(run):
    assert run(entry() + entry(claim="suites/tensors/*::test_copie[s]"))[0] == 2


BAD = {
    "matches nothing: remove it": entry() + entry(claim="suites/nn/*"),
    "matches nothing": entry(verdict="crashed"),
    "it expired on": entry(expires=TODAY - timedelta(days=1)),
    "more than 180 days away": entry(expires=TODAY + timedelta(days=181)),
    "give exactly claim, verdict, torch, reason, link, owner, expires": entry(note="x"),
    "each as a text that is not empty": entry(owner=" "),
    "waiver 1: give claim,": entry(reason=3),
    "a date without quotes": entry(expires="2026-12-31"),
    "verdict is one of regressed, crashed": entry(verdict="kept"),
    "link is an address of the web": entry(link="javascript:alert(1)"),
    "torch is a range such as": entry(torch="new"),
    "under [[waiver]], and nothing else": "[waivers]\n",
    "write each waiver under": "waiver = 3\n",
    "waiver 1: give exactly": "waiver = [3]\n",
    "waivers.toml: ": "[[waiver\n",
}


@pytest.mark.parametrize("words", BAD)
def test_a_waiver_that_cannot_be_used_is_2_and_one_line(run, words):
    status, _, complaint = run(BAD[words])

    assert status == 2
    assert words in complaint
    assert complaint.count("\n") == 1


def test_waivers_that_are_not_there_are_2_and_one_line(tmp_path, capsys):
    path = str(write(tmp_path / "a.jsonl", HEADER, CLAIM, counted([CLAIM])))

    assert main(["compare", path, path, "--waivers", "/nowhere.toml"]) == 2
    assert capsys.readouterr().err == "/nowhere.toml: No such file or directory\n"
