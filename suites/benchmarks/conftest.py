"""How a benchmark is timed: until the device has done its work."""

import pytest

from suites.kit import device as devices


@pytest.fixture
def timed(benchmark, device):
    """Time a function, synchronisation included, and give back its result."""

    def run(function, *arguments):
        def call():
            result = function(*arguments)
            devices.synchronize(device)
            return result

        return benchmark(call)

    return run
