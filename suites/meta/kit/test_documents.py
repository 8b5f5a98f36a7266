"""What is no claim is not collected; versions, deviations and seeds act on claims as they say."""

import pytest

from suites.meta.house import House

NO_CLAIMS = {
    "its docstring does not state a fact": "@documents('torch.ones')\ndef test_x():\n    pass\n",
    "no @documents says": "def test_x():\n    'It is so.'\n",
    "names torch.onez, which torch": "@documents('torch.onez')\ndef test_x():\n    'It is so.'\n",
    "names numpy.ones, which torch": "@documents('numpy.ones')\ndef test_x():\n    'It is so.'\n",
}

CLAIMS = '''
SEEN = {}

@documents("torch.ones")
@given(sample=draw.samples())
def test_draws(sample, dtype):
    """It draws."""
    print("drew", dtype, sample)

@documents("torch.not_yet", since="99.0")
def test_is_of_the_future():
    """It is promised later."""
    raise AssertionError

@documents("torch.no_more", until="1.0")
def test_is_of_the_past():
    """It was promised once."""
    raise AssertionError

@documents("torch.ones")
def test_deviates():
    """It is known to fail."""
    raise AssertionError

@documents("torch.ones")
def test_crashes():
    """It is known to take the process with it."""
    os.abort()

@documents("torch.ones")
def test_holds_by_chance():
    """It is known to fail, if not today."""

@documents("torch.ones")
def test_was_fixed():
    """It is said to fail."""

@documents("torch.ones")
def test_observes():
    """It sees."""
    observe("bits", "abc")
    close(torch.ones(1), np.float32([1]))

@documents("torch.ones")
@given(value=draw.seeds())
def test_fails(value):
    """No seed is above a hundred."""
    close(np.asarray(min(value, 100)), np.asarray(value))

@documents("torch.ones")
def test_loops():
    """No sum is above four."""
    for one in each(one=(1, 2)):
        for two, three in each(two=(1, 3), three="ab"):
            assert one + two < 5 or three == "a"
'''
DEVIATIONS = "".join(
    f"[[deviation]]\nclaim = 'suites/test_claims.py::{name}'\ntorch = '>=1.0'\ndevice = '*'\nkind = '{kind}'\n"
    "counterexample = 'x'\nreason = 'because'\nlink = 'unreported'\n"
    for name, kind in (
        ("test_deviates", "bug"),
        ("test_was_fixed", "bug"),
        ("test_crashes", "crash"),
        ("test_holds_by_chance", "chance"),
    )
)


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    house = House(tmp_path_factory.mktemp("house"))
    house.write(CLAIMS)
    (house.root / "suites" / "deviations.toml").write_text(DEVIATIONS)
    return house, house.run("-n0", "-rA")


def test_what_is_no_claim_fails_the_collection_of_its_file(tmp_path):
    house = House(tmp_path)
    for number, text in enumerate(NO_CLAIMS.values()):
        house.write(text, f"suites/test_{number}.py")
    code, output = house.run("-n0")

    assert code == 2
    assert all(problem in output for problem in NO_CLAIMS)


def test_outcomes(ran):
    house, (code, _) = ran

    assert code == 1
    assert house.outcomes() == {
        "test_draws": "passed",
        "test_is_of_the_future": "skipped",
        "test_is_of_the_past": "skipped",
        "test_deviates": "deviates",
        "test_crashes": "deviates",
        "test_holds_by_chance": "deviates",
        "test_was_fixed": "fixed",
        "test_observes": "passed",
        "test_fails": "failed",
        "test_loops": "failed",
    }


def test_observations_comparisons_and_examples_are_recorded(ran):
    lines = {line["claim"].split("::")[1]: line for line in ran[0].record() if line["kind"] == "claim"}

    assert lines["test_observes"]["observations"] == {"bits": "abc"}
    assert lines["test_observes"]["comparisons"] == 1
    assert lines["test_draws"]["examples"] == 14
    assert "value=101" in lines["test_fails"]["falsifying"]
    assert "--seed=0" in lines["test_fails"]["reproduce"]


def test_a_failure_in_a_loop_says_at_which_choices(ran):
    house, (_, output) = ran
    (line,) = [line for line in house.record() if "test_loops" in line.get("claim", "") and line["kind"] == "claim"]

    assert line["falsifying"] == "Failing test case: (one=2, two=3, three='b')"
    assert "Failing test case: (one=2, two=3, three='b')" in output


DEATHS = '''
@documents("torch.ones")
@pytest.mark.parametrize("row", ["one", "two", "three"])
def test_lives(row):
    """{row} lives."""
    if row == "two":
        os.abort()
'''


def test_a_row_that_takes_its_process_with_it_keeps_its_own_statement(tmp_path):
    house = House(tmp_path)
    house.write(DEATHS)
    house.run("-n1")
    (died,) = [line for line in house.record() if line.get("outcome") == "crashed"]

    assert (died["statement"], died["documents"]) == ("two lives.", ["torch.ones"])
    assert died["reproduce"].startswith("python -m pytest 'suites/test_claims.py::test_lives[two]'")


def drawn(output, dtype):
    return [line.split(dtype)[1] for line in output.splitlines() if line.startswith(f"drew torch.{dtype}")]


def test_another_dtype_and_another_seed_see_other_examples(ran):
    house, (_, output) = ran
    _, other = house.run("-n0", "-rA", "--seed", "1", "-k", "test_draws")

    assert [] != drawn(output, "float32") != drawn(output, "float64") != []
    assert drawn(output, "float32") != drawn(other, "float32") != []


def test_a_claim_sees_the_same_examples_alone(ran):
    house, (_, output) = ran
    _, alone = house.run("-n0", "-rA", "suites/test_claims.py::test_draws[float32]")

    assert drawn(alone, "float32") == drawn(output, "float32")
