"""How long the routines of training take, after the first of each was compared with NumPy's."""

import pytest

from suites.benchmarks.routines import TABLE
from suites.benchmarks.tape import TAPE

pytestmark = pytest.mark.benchmark(timer=TAPE)


@pytest.mark.parametrize("row", [pytest.param(row, id=name) for name, row in TABLE.items()])
def test_routine(row, place, timed):
    call, assert_right = row.prepare(place.device)
    call()

    assert_right()
    timed(call, row.numpy)
