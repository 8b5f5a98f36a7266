"""The count of what the laws notice: wrong answers are rejected, harmless ones are named as accepted."""

import inspect

import pytest
from hypothesis import is_hypothesis_test

from suites.meta import sensitivity
from suites.operators import test_every_operator as every

SUM = tuple(call for call in every.CALLS if call.name == "sum")


def fault(wrong):
    return sensitivity.Fault("planted", every.test_gives_the_same_bits_again, SUM, wrong, sensitivity.DOUBLE)


def test_counts_what_is_rejected():
    assert fault(sensitivity.unstable()).survivors() == []


def test_names_what_is_accepted():
    assert fault(lambda original: original).survivors() == ["torch.sum"] * len(SUM)


def test_fails_where_too_much_is_accepted(monkeypatch, capsys):
    monkeypatch.setattr(sensitivity, "FAULTS", (fault(lambda original: original),))

    assert sensitivity.main() == 1
    assert f"   0 of {len(SUM):4}  test_gives_the_same_bits_again: planted" in capsys.readouterr().out


@pytest.mark.parametrize("fault", sensitivity.FAULTS, ids=str)
def test_every_cell_is_one_of_its_law(fault):
    law = fault.law.hypothesis.inner_test if is_hypothesis_test(fault.law) else fault.law
    asked = set(inspect.signature(law).parameters)

    assert {"row", "device", *fault.cell} <= asked
