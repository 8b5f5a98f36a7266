"""The small parts of the reports: plain values, clean text, the floor, the facts of the environment."""

from __future__ import annotations

import json

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from reports import inventory
from reports.environment import documentation, environment
from reports.floor import shortfall
from reports.plain import plain
from reports.text import clean, line
from reports.writer import Writer

NESTED = st.recursive(
    st.none() | st.floats() | st.integers() | st.text() | st.complex_numbers() | st.binary(max_size=3),
    lambda inner: st.lists(inner) | st.tuples(inner) | st.dictionaries(st.integers() | st.text(), inner),
    max_leaves=8,
)


class Broken:
    """A value whose repr fails."""

    def __repr__(self):
        """Fail."""
        raise LookupError


@given(NESTED)
def test_any_value_becomes_strict_json(value):
    json.dumps(plain(value), allow_nan=False)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (float("nan"), "nan"),
        (-float("inf"), "-inf"),
        ((1, 2), [1, 2]),
        ({1: True}, {"1": True}),
        (torch.float32, "torch.float32"),
        (Broken(), "<Broken>"),
        (1 + 2j, "(1+2j)"),
    ],
)
def test_what_json_lacks_is_said_in_words(value, expected):
    assert plain(value) == expected


def test_a_version_that_execnet_refuses_becomes_text():
    assert type(plain(torch.__version__)) is str


def test_a_value_that_holds_itself_ends():
    value = []
    value.append(value)

    assert json.dumps(plain(value)).startswith("[[[")


@given(st.text(st.characters()))
def test_clean_text_prints_anywhere(text):
    cleaned = clean(text)

    cleaned.encode("utf-8")
    assert cleaned.replace("\n", "").replace("\t", "").isprintable()


def test_clean_text_keeps_what_prints():
    assert clean("σ ≤ 2·u\n\tok é 張") == "σ ≤ 2·u\n\tok é 張"
    assert line("a\nb\tc\x1b") == "a b c\\x1b"


FLOORS = {
    "[comparisons]\nquick = 10\n": None,
    "[comparisons]\nquick = 11\n": "10 comparisons on cpu are below the floor of 11 for the profile 'quick'",
    "[comparisons]\nsoak = 11\n": "suites/floor.toml has no floor for the profile 'quick': KeyError: 'quick'",
    "[comparisons]\nquick = 'ten'\n": "suites/floor.toml has no floor for the profile 'quick': ValueError",
    "[comparisons\n": "suites/floor.toml has no floor for the profile 'quick': TOMLDecodeError",
}


@pytest.mark.parametrize("text", FLOORS)
def test_the_floor_is_held_against_what_was_made(tmp_path, text):
    (tmp_path / "suites").mkdir()
    (tmp_path / "suites" / "floor.toml").write_text(text)
    found = shortfall(tmp_path, "quick", {"cpu": 7, None: 3}, ["cpu"])

    assert found == FLOORS[text] if FLOORS[text] is None else found.startswith(FLOORS[text])


def test_every_device_stands_on_the_floor(tmp_path):
    (tmp_path / "suites").mkdir()
    (tmp_path / "suites" / "floor.toml").write_text("[comparisons]\nquick = 10\n")

    assert "on cuda" in shortfall(tmp_path, "quick", {"cpu": 10, "cuda": 9}, ["cpu", "cuda"])


def test_the_environment_names_the_whole_torch():
    facts = environment(["cpu"])

    assert facts["torch"] == str(torch.__version__)
    assert facts["torch git"] == torch.version.git_version
    assert facts["cpu capability"]
    assert "Build settings" in facts["torch build"]
    json.dumps(facts, allow_nan=False)


def test_the_environment_tells_no_secret(monkeypatch):
    monkeypatch.setenv("TORCH_TOKEN", "hush")
    monkeypatch.setenv("OMP_NUM_THREADS", "2")

    assert "TORCH_TOKEN" not in environment(["cpu"])["variables"]
    assert environment(["cpu"])["variables"]["OMP_NUM_THREADS"] == "2"


def test_documentation_that_cannot_be_read_is_absent():
    def broken(name):
        raise RuntimeError(name)

    assert documentation("torch.add", broken) == dict.fromkeys(("sha256", "text", "signature")) | {"name": "torch.add"}


def test_the_hash_is_of_the_whole_docstring():
    known = documentation("x", lambda name: "a" * 50_000)

    assert len(known["text"]) < 50_000
    assert known["sha256"] != documentation("x", lambda name: "a" * 49_999)["sha256"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("torch.nn.Module.zero_grad", "(self, set_to_none=True)"),
        ("torch.add", None),
        ("torch.no_such_name", None),
        ("no_such_module.name", None),
    ],
)
def test_signatures_are_python_s_own_without_annotations(name, expected):
    assert inventory.signature(name) == expected


def test_the_inventory_lists_functions_methods_and_classes_where_they_are_documented():
    names = inventory.names()

    assert {"torch.add", "torch.Tensor.add", "torch.nn.Linear", "torch.optim.SGD", "torch.fft.fft"} < set(names)
    assert not {"torch.linalg.Tensor", "torch.nn.functional.Tensor", "torch.nn", "torch.float32"} & set(names)
    assert len(names) == len(set(names))


def test_a_writer_that_failed_stays_quiet(tmp_path):
    writer = Writer(tmp_path / "a.jsonl")
    writer.write("start", nodeid="a", at=0)
    writer.close()
    writer.write("start", nodeid="b", at=0)
    writer.write("start", nodeid="c", at=0)

    assert "incomplete" in writer.trouble
    assert (tmp_path / "a.jsonl").read_text().count("\n") == 1
