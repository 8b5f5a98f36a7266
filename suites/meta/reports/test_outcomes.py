"""A run's record holds one line for each claim in each cell, with the outcome that it had."""

from __future__ import annotations

import json

import pytest

from reports import outcome
from suites.meta.reports.conftest import Suite

EVERY_OUTCOME = '''
from hypothesis import given, strategies

def test_passes():
    """It adds."""

def test_fails():
    assert 1 == 2

@given(strategies.integers())
def test_is_falsified(number):
    assert number < 5

@pytest.mark.xfail(reason="known")
def test_deviates():
    assert 1 == 2

@pytest.mark.xfail(reason="known")
def test_is_fixed():
    pass

@pytest.mark.skip(reason="promised since 9.9")
def test_is_skipped():
    pass

@pytest.fixture
def broken():
    raise LookupError("no such thing")

def test_has_a_broken_fixture(broken):
    pass

@pytest.fixture
def messy():
    yield
    raise LookupError("cannot clean up")

def test_has_a_broken_end(messy):
    pass
'''

EXPECTED = {
    "test_passes": "passed",
    "test_fails": "failed",
    "test_is_falsified": "failed",
    "test_deviates": "deviates",
    "test_is_fixed": "fixed",
    "test_is_skipped": "skipped",
    "test_has_a_broken_fixture": "error",
    "test_has_a_broken_end": "error",
}


@pytest.fixture(scope="module", params=[0, 2], ids=["one process", "two workers"])
def judged(request, tmp_path_factory):
    """Give a suite with every outcome after its run, in one process and in two."""
    suite = Suite(tmp_path_factory.mktemp("judged"))
    suite.done = suite.run(EVERY_OUTCOME, "-n", request.param)
    return suite


def test_every_outcome_is_recorded_as_itself(judged):
    assert judged.outcomes() == EXPECTED
    assert judged.done.returncode == 1


def test_counts_are_summed_in_the_footer(judged):
    footer = judged.read().footer

    assert footer["counts"] == {
        "passed": 1, "failed": 2, "deviates": 1, "fixed": 1, "skipped": 1, "error": 2
    }  # fmt: skip
    assert (footer["comparisons"], footer["examples"]) == (18, 12)  # the skipped one and the broken fixture ran nothing
    assert footer["exit"] == 1
    assert footer["interrupted"] is False


def test_a_failure_keeps_its_counterexample_message_and_command(judged):
    (claim,) = [claim for claim in judged.read().claims if claim.falsifying]

    assert claim.falsifying.endswith(": test_is_falsified(\n    number=5,\n)")
    assert claim.message == "assert 5 < 5"
    assert "number < 5" in claim.detail
    assert claim.reproduce == "pytest 'test_it.py::test_is_falsified'"


def test_reasons_are_kept_of_what_deviates_and_what_is_skipped(judged):
    claims = {claim.claim.partition("::")[2]: claim for claim in judged.read().claims}

    assert claims["test_is_skipped"].message == "Skipped: promised since 9.9"
    assert claims["test_deviates"].deviation["link"] == "https://x.test/1"
    assert claims["test_passes"].statement == "It adds."
    assert claims["test_passes"].observations == {"default": 1.5}
    assert claims["test_has_a_broken_fixture"].message == "LookupError: no such thing"


def test_pytest_closes_with_counts_findings_and_the_way_to_the_page(judged):
    output = judged.done.stdout

    assert "claims: 1 kept, 2 failed, 2 in error, 1 fixed unexpectedly, 1 deviating, 1 not run" in output
    assert "deviates (bug): test_it.py::test_deviates: known" in output
    assert "18 comparisons, " in output
    assert f"python -m reports page records/{judged.read().path.name}" in output


def test_cells_of_a_claim_share_its_name(suite):
    suite.run(
        "@pytest.mark.parametrize('row', ['row', '1-e'])\n"
        "@pytest.mark.parametrize('dtype', ['float32'])\n"
        "def test_runs(device, dtype, row): pass",
        "--device=cpu,other",
    )
    cells = {(claim.claim, claim.device, claim.dtype) for claim in suite.read().claims}

    assert cells == {
        (f"test_it.py::test_runs[{row}]", device, "float32") for row in ("row", "1-e") for device in ("cpu", "other")
    }


def test_documentation_is_kept_once_with_its_hash(suite):
    suite.run("def test_a(): pass\ndef test_b(): pass")
    lines = [json.loads(line) for line in suite.read().path.read_text().splitlines()]

    assert [line["text"] for line in lines if line["kind"] == "documentation"] == ["Adds other to input."]
    assert len(suite.read().documentation["torch.add"]["sha256"]) == 64


def test_an_inventory_has_what_no_claim_is_about(suite):
    suite.run("def test_a(): pass", "--inventory")
    run = suite.read()

    assert "torch" in run.header["inventory"]
    assert "torch.get_num_threads" in run.documentation
    assert run.documentation["torch.get_num_threads"]["signature"] == "()"


def test_without_an_inventory_only_what_claims_are_about_is_kept(suite):
    suite.run("def test_a(): pass")

    assert suite.read().header["inventory"] == []
    assert set(suite.read().documentation) == {"torch.add"}


def test_the_header_names_torch_and_the_command(suite):
    suite.run("def test_a(): pass", "--seed=7")
    run = suite.read()

    assert run.header["environment"]["torch"] == "2.13.0+cpu"
    assert run.header["environment"]["cpu capability"] == "AVX2"
    assert run.header["seed"] == "7"
    assert run.header["command"].endswith("--seed=7")
    assert "torch-2.13.0+cpu" in run.path.name


def test_what_is_no_claim_leaves_no_record(suite):
    suite.write("def test_of_the_suite(): pass", "suites/meta/test_meta.py")
    process = suite.process("suites/meta")

    assert "1 passed" in process.communicate(timeout=60)[0]
    assert list(suite.records.glob("*")) == []


def test_collecting_leaves_no_record(suite):
    suite.run("def test_a(): pass", "--collect-only")

    assert not suite.records.exists()


def test_a_slip_in_what_a_claim_says_spoils_nothing(suite):
    source = (
        "def test_slips(request):\n"
        "    claim = dict(request.node.user_properties)['claim']\n"
        "    claim.update(guide=3, statement=None, kind='header', outcome='best', observations={'x': float('nan')})\n"
    )
    suite.run(source + "def test_b(): pass")

    assert suite.outcomes() == {"test_slips": "passed", "test_b": "passed"}


@pytest.mark.parametrize("words", ["Falsifying example", "Falsifying explicit example", "Failing test case"])
@pytest.mark.parametrize("margin", ["", "E       ", "    | "])
def test_a_counterexample_is_cut_out_whatever_hypothesis_calls_it(words, margin):
    example = [f"{words}: test_a(", "    x=(1,", "       2),", ")"]
    text = "\n".join(margin + line for line in ["AssertionError", *example, "Explanation: none"])

    assert outcome.falsifying(text) == "\n".join(example)


def test_a_counterexample_without_arguments_is_one_line():
    assert outcome.falsifying("E   Failing test case: test_a()\nE   more") == "Failing test case: test_a()"


def test_what_names_no_counterexample_has_none():
    assert outcome.falsifying("the words 'Falsifying example: ' inside a line") is None
