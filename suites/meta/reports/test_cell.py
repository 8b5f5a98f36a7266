"""A node id is a claim, a device and a dtype."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.cell import Cell, cell, command, is_claim

CELLS = {
    "a.py::test_b": Cell("a.py::test_b", None, None),
    "a.py::test_b[cpu]": Cell("a.py::test_b", "cpu", None),
    "a.py::test_b[float32]": Cell("a.py::test_b", None, "float32"),
    "a.py::test_b[cpu-float32-row]": Cell("a.py::test_b[row]", "cpu", "float32"),
    "a.py::test_b[row-float32-cuda:1]": Cell("a.py::test_b[row]", "cuda:1", "float32"),
    "a.py::test_b[cpu-cuda:1-row]": Cell("a.py::test_b[cuda:1-row]", "cpu", None),
    "a.py::test_b[cpu-float32-float64]": Cell("a.py::test_b[float64]", "cpu", "float32"),
    "a.py::test_b[1e-5]": Cell("a.py::test_b[1e-5]", None, None),
    "a.py::test_b[cpu-]": Cell("a.py::test_b", "cpu", None),
    "a.py::test_b[cpu-x[0]::y]": Cell("a.py::test_b[x[0]::y]", "cpu", None),
    "a[cpu].py::test_b": Cell("a[cpu].py::test_b", None, None),
    "a.py::TestB::test_c[cpu]": Cell("a.py::TestB::test_c", "cpu", None),
    "": Cell("", None, None),
}


@pytest.mark.parametrize("nodeid", CELLS)
def test_splits_a_node_id(nodeid):
    assert cell(nodeid, ["cpu", "cuda:1"]) == CELLS[nodeid]


PARTS = st.tuples(
    st.sampled_from(["cpu", "mps", ""]),
    st.sampled_from(["float32", "int8", ""]),
    st.lists(st.sampled_from(["row", "1e", "5"]), max_size=3).map("-".join),
)


@given(PARTS, PARTS)
def test_two_cells_of_a_test_are_never_one(first, second):
    cells = [cell(f"a.py::b[{'-'.join(filter(None, parts))}]", ["cpu", "mps"]) for parts in (first, second)]

    assert (cells[0] == cells[1]) == (first == second)


def test_knows_a_claim_by_its_path():
    assert is_claim("suites/nn/test_linear.py::test_a")
    assert not is_claim("suites/meta/test_close.py::test_a")
    assert not is_claim("suites/benchmarks/test_matmul.py::test_a")


def test_a_command_is_safe_to_paste():
    assert command("a.py::b[$(rm -rf ~)]", "cpu; ls") == "python -m pytest 'a.py::b[$(rm -rf ~)]' --device 'cpu; ls'"
