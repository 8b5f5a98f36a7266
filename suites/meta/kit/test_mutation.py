"""The mutants of the oracle: one change each, killed by a claim that notices and by none that does not."""

import types

import pytest

from suites.meta import mutation


def line(x):
    return 2 * x + 1


def counted_down(x):
    while x > 0:
        x = x - 1
    return x


def tried(function, claim):
    """The mutants of a function after a claim has tried to kill each."""
    item = types.SimpleNamespace(obj=claim, nodeid="claim", runtest=claim)
    found = mutation.mutants(function, 9)
    for mutant in found:
        mutation.Mutation(0).try_to_kill(mutant, item)
    return found


def test_each_mutant_is_one_change():
    changes = {mutant.change.split(", ")[1] for mutant in mutation.mutants(line, 9)}

    assert changes == {"2 * x became 2 / x", "2 * x + 1 became 2 * x - 1", "2 became 3", "1 became 2"}


def test_a_claim_that_notices_kills():
    def notices():
        assert line(3) == 7

    assert all(mutant.killer == "claim" for mutant in tried(line, notices))
    assert line(3) == 7


def test_a_claim_that_does_not_notice_kills_nothing():
    assert not any(mutant.killer for mutant in tried(line, lambda: line(3)))


def test_a_mutant_that_never_ends_is_killed(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(mutation, "PATIENCE", 1)

    assert any(mutant.killer for mutant in tried(counted_down, lambda: counted_down(3)))
