"""A file of deviations is strict: every field, a legal version range, and a claim that exists."""

from pathlib import Path

import pytest

from suites.kit.deviation import DeviationError, load

ROOT = Path(__file__).parents[3]
ENTRY = {
    "claim": "suites/numpy_bridge/test_from_numpy.py::test_shares_memory_both_ways",
    "torch": ">=1.13",
    "device": "*",
    "kind": "bug",
    "counterexample": "array([0.])",
    "reason": "for the test",
    "link": "unreported",
}


def written(path, **changes):
    entry = {**ENTRY, **changes}
    lines = [f"{key} = {value!r}" for key, value in entry.items() if value is not None]
    path.write_text("\n".join(["[[deviation]]", *lines]))
    return path


def test_reads_an_entry(tmp_path):
    (found,) = load(written(tmp_path / "d.toml"), ROOT)

    assert found._asdict() == ENTRY


def test_the_projects_own_file_is_sound():
    load(ROOT / "suites" / "deviations.toml", ROOT)


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"claim": "suites/numpy_bridge/test_from_numpy.py::test_nothing"}, "no claim"),
        ({"claim": "suites/nowhere.py::test_x"}, "no claim"),
        ({"torch": "newest"}, "version range|is a range"),
        ({"kind": "oddity"}, "kind is one of"),
        ({"link": None}, "give exactly"),
        ({"reason": ""}, "give exactly"),
        ({"extra": "field"}, "give exactly"),
        ({"reason": 5}, "give exactly"),
    ],
)
def test_refuses(tmp_path, changes, match):
    with pytest.raises(DeviationError, match=match):
        load(written(tmp_path / "d.toml", **changes), ROOT)


@pytest.mark.parametrize("text", ["[[deviation]", "deviation = 3", b"\xff\xfe"])
def test_refuses_what_is_no_toml_of_deviations(tmp_path, text):
    path = tmp_path / "d.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())

    with pytest.raises(DeviationError):
        load(path, ROOT)


def test_refuses_a_file_that_is_not_there(tmp_path):
    with pytest.raises(DeviationError):
        load(tmp_path / "none.toml", ROOT)


@pytest.mark.parametrize(
    ("claim", "torch", "device", "concerned"),
    [
        (ENTRY["claim"], ">=1.13", "*", True),
        (ENTRY["claim"], "<1.0", "*", False),
        (ENTRY["claim"], ">=1.13", "cuda", False),
        (ENTRY["claim"] + "[row]", ">=1.13", "cpu", False),
    ],
)
def test_concerns_its_claim_versions_and_device(tmp_path, claim, torch, device, concerned):
    (found,) = load(written(tmp_path / "d.toml", claim=claim, torch=torch, device=device), ROOT)

    assert found.concerns(ENTRY["claim"], "cpu") is concerned


def test_a_claim_of_many_rows_is_named_as_a_whole_or_by_row(tmp_path):
    (found,) = load(written(tmp_path / "d.toml"), ROOT)

    assert found.concerns(ENTRY["claim"] + "[any row]", "cpu")


@pytest.mark.parametrize(("device", "capability", "concerned"), [
    ("cpu AVX2 AVX512", "AVX2", True), ("cpu AVX2 AVX512", "DEFAULT", False), ("cpu", "DEFAULT", True),
    ("cuda AVX2", "AVX2", False),
])  # fmt: skip
def test_concerns_the_vector_instructions_it_names(tmp_path, device, capability, concerned):
    (found,) = load(written(tmp_path / "d.toml", device=device), ROOT)

    assert found.concerns(ENTRY["claim"], "cpu", capability) is concerned
