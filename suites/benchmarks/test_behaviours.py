"""How long one call of each behaviour takes, after its result was compared with NumPy's."""

import pytest

from suites.benchmarks import layers, tensors
from suites.benchmarks.tape import TAPE

pytestmark = pytest.mark.benchmark(timer=TAPE)


def rows(table):
    return pytest.mark.parametrize("row", [pytest.param(row, id=name) for name, row in table.items()])


@rows({**tensors.TABLE, **layers.TABLE})
def test_behaviour(row, place, timed):
    call = row.call(place.device)
    result = call()

    row.assert_right(result, place.device)
    timed(call, row.beside(), row.work(result))


@rows(tensors.BRIDGE)
@pytest.mark.of_the_cpu
def test_bridge(row, place, timed):
    call = row.call("cpu")

    row.assert_right(call(), "cpu")
    timed(call, row.beside())
