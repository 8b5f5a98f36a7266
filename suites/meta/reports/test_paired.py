"""Paired comparisons of sides of numbers: what they find, what they do not, and what a side that dies costs."""

import math

import pytest

from reports.comparison.verdict import MEANINGS
from reports.timing import paired, table
from reports.timing.estimate import Estimate, estimate
from reports.timing.paired import Timing
from reports.timing.side import DiedError, RefusedError
from suites.meta.reports.machine import NAMES, Machine


def verdicts(machine, names=NAMES):
    return {timing.name: timing.verdict for timing in paired.compare(machine.start, names)}


def judged(timing):
    """The verdicts of a timing among those of the comparison, and their weights."""
    return [(row.verdict, MEANINGS[row.verdict].weight) for row in table.rows([timing], "again")]


def test_the_interval_is_students():
    found = estimate([math.log(1.1), math.log(1.2), math.log(1.3)])

    middle = (1.1 * 1.2 * 1.3) ** (1 / 3)
    reach = 9.925 * math.sqrt(sum(math.log(x / middle) ** 2 for x in (1.1, 1.2, 1.3)) / 2) / math.sqrt(3)
    assert found == pytest.approx((middle, middle / math.exp(reach), middle * math.exp(reach)))


@pytest.mark.parametrize(("ratios", "verdict"), [
    ((1.05, 1.01, 1.09), "slower"), ((1.02, 1.01, 1.03), "same"), ((1.05, 0.99, 1.11), "undecided"),
    ((0.95, 0.92, 0.99), "faster"), ((0.98, 0.96, 0.99), "same"), ((1.0, 0.93, 1.07), "undecided"),
    ((1.0, 0.96, 1.04), "same"),
])  # fmt: skip
def test_a_verdict_needs_the_interval_and_a_difference_that_matters(ratios, verdict):
    assert Estimate(*ratios).verdict == verdict


@pytest.mark.parametrize(("ratios", "plain"), [
    ((1.06, 1.031, 1.09), True), ((1.06, 1.02, 1.10), False), ((0.94, 0.91, 0.96), True), ((0.94, 0.91, 0.98), False),
    ((1.01, 0.97, 1.04), True), ((1.01, 0.90, 1.10), False),
])  # fmt: skip
def test_more_pairs_are_asked_for_what_is_not_plain(ratios, plain):
    assert Estimate(*ratios).plain is plain


def test_equal_sides_are_told_apart_less_than_once_in_two_hundred():
    names = [f"benchmark {number}" for number in range(600)]

    found = list(verdicts(Machine(1), names).values())

    assert found.count("slower") + found.count("faster") <= 3
    assert found.count("same") > 500


@pytest.mark.parametrize(("slowdown", "power"), [(0.05, 0.8), (0.10, 0.97), (0.20, 0.99)])
def test_slowdowns_are_found(slowdown, power):
    names = [f"benchmark {number}" for number in range(100)]

    found = list(verdicts(Machine(2, dict.fromkeys(names, slowdown)), names).values())

    assert found.count("slower") >= 100 * power


def test_a_machine_that_grows_slower_slows_neither_side():
    found = verdicts(Machine(3, drift=0.05, block=0.0, process=0.0))

    assert set(found.values()) == {"same"}


@pytest.mark.parametrize(("ratios", "suspect"), [
    ((1.01, 1.02), False), ((1.03, 1.02), True), ((1.12, 0.90), True), ((1.04, 0.97), False),
])  # fmt: skip
def test_a_suspect_is_off_in_the_mean_or_far_off_in_one_pair(ratios, suspect):
    assert Timing("x", tuple(map(math.log, ratios))).suspect is suspect


def test_the_fewest_seconds_of_all_pairs_are_told():
    machine = Machine(7, block=0.0, process=0.0)
    machine.seconds = iter([3e-6, 5e-6, 4e-6, 2e-6])  # of either side in one pair, and in the next

    (found,) = paired.compare(machine.start, ["x"])

    assert found.seconds == (3e-6, 2e-6)


def test_only_suspects_are_looked_at_again():
    machine = Machine(4, {"benchmark 3": 0.3}, block=0.001, process=0.001)

    found = {timing.name: timing for timing in paired.compare(machine.start, NAMES)}

    assert [name for name, timing in found.items() if timing.looks == 2] == ["benchmark 3"]
    assert machine.started == paired.FIRST[0] + paired.SECOND[0]
    assert found["benchmark 3"].estimate.ratio == pytest.approx(1.3, rel=0.01)
    assert found["benchmark 3"].bytes == (100, 100)
    assert machine.known.count(False) == 2 * len(NAMES)  # each side proves each result once


def test_what_the_second_look_leaves_open_is_looked_at_longer():
    machine = Machine(4, {"benchmark 3": 0.04}, block=0.001, process=0.03)

    (found,) = paired.compare(machine.start, ["benchmark 3"])

    assert len(found.pairs) == paired.SECOND[0] + paired.THIRD[0]
    assert machine.started == paired.FIRST[0] + len(found.pairs)


@pytest.mark.parametrize("death", [DiedError("it ended"), (DiedError("it ended"),)], ids=["at first", "in a block"])
def test_a_side_that_dies_is_told_and_the_rest_goes_on(death):
    machine = Machine(5, {"benchmark 3": death}, block=0.0, process=0.0)

    found = {timing.name: timing for timing in paired.compare(machine.start, NAMES)}

    assert (found["benchmark 3"].verdict, found["benchmark 3"].trouble) == ("crashed", "crashed: candidate: it ended")
    assert {timing.verdict for timing in found.values()} == {"crashed", "same"}
    assert judged(found["benchmark 3"]) == [("crashed", "blocks")]


def test_a_wrong_result_is_told_and_not_timed():
    machine = Machine(6, {"benchmark 3": RefusedError("AssertionError: value")})

    found = {timing.name: timing for timing in paired.compare(machine.start, NAMES)}

    assert found["benchmark 3"].trouble == "refused: candidate: AssertionError: value"
    assert found["benchmark 3"].pairs == ()
    assert judged(found["benchmark 3"]) == [("regressed", "blocks")]


def test_much_slower_blocks_and_slower_is_told():
    slightly, much = (Timing("x", (math.log(ratio),) * 7, looks=2) for ratio in (1.1, 1.4))

    assert judged(slightly) == [("slower", "shown")]
    assert judged(much) == [("much slower", "blocks")]
    assert next(iter(table.rows([much], "again"))).claim.reproduce == "again --select 'x'"


def test_more_memory_is_a_tenth_and_a_mebibyte_more():
    assert Timing("x", (), bytes=(2**22, 2**23)).holds_more
    assert not Timing("x", (), bytes=(100, 200)).holds_more
    assert not Timing("x", (), bytes=(2**30, 2**30 + 2**21)).holds_more
