"""How a benchmark is timed: by a clock of its device, beside NumPy, and told to pytest-benchmark."""

from __future__ import annotations

import statistics
from typing import Any, Callable, NamedTuple

import pytest
import torch

from suites.benchmarks.behaviour import Work
from suites.benchmarks.ceiling import bandwidth, operations
from suites.benchmarks.tape import TAPE
from suites.kit import clock as clocks
from suites.kit import heap

Call = Callable[[], Any]

#: The table beside pytest-benchmark's: what it says of each benchmark, and how that is written.
COLUMNS = {
    "torch, µs": lambda facts: f"{1e6 * facts['seconds']:,.2f}",
    "NumPy, µs": lambda facts: f"{1e6 * facts['NumPy seconds']:,.2f}",
    "torch/NumPy": lambda facts: f"{facts['seconds'] / facts['NumPy seconds']:.2f}",
    "GB/s": lambda facts: f"{facts['GB/s']:.1f}",
    "of copies": lambda facts: f"{facts['of the bandwidth']:.0%}",
    "GFLOP/s": lambda facts: f"{facts['GFLOP/s']:.1f}",
    "of matmul": lambda facts: f"{facts['of the operations']:.0%}",
    "peak": lambda facts: f"{facts['peak bytes'] / 2**20:.1f} MiB",
}


class Place(NamedTuple):
    """A device and one of its clocks."""

    device: str
    clock: clocks.Clock

    def __str__(self) -> str:
        return f"{self.device}, {self.clock}"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Each benchmark is timed by every clock of every device; what is of the CPU alone, by one."""
    if "place" in metafunc.fixturenames:
        of_the_cpu = metafunc.definition.get_closest_marker("of_the_cpu")
        devices = metafunc.config.option.device
        places = [Place(device, clock) for device in devices for clock in clocks.of(device)]
        metafunc.parametrize("place", [Place("cpu", clocks.PROCESSOR)] if of_the_cpu else places, ids=str)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "of_the_cpu: this benchmark is of the CPU, whatever devices are asked for")


@pytest.fixture(scope="session", autouse=True)
def _kept() -> None:
    heap.keep()


@pytest.fixture
def timed(benchmark: Any, place: Place) -> Callable[..., None]:
    """Time a call whose result was asserted, and what NumPy does instead."""

    def run(call: Call, beside: Call | None = None, work: Work | None = None) -> None:
        if benchmark.enabled:
            seconds = TAPE.play(_measured(call, place))
            benchmark.pedantic(TAPE.advance, rounds=len(seconds), iterations=1)
            benchmark.extra_info.update(_facts(call, beside, place, statistics.median(seconds), work or Work()))

    return run


def _measured(call: Call, place: Place) -> list[float]:
    try:
        return place.clock.seconds(call, place.device)
    except (RuntimeError, Warning) as error:
        if place.clock is not clocks.GRAPH:
            raise
        pytest.skip(f"no graph can be made of it: {str(error).splitlines()[0]}")


def _facts(call: Call, beside: Call | None, place: Place, seconds: float, work: Work) -> dict[str, Any]:
    """What the JSON and the table hold besides pytest-benchmark's own: seconds, bytes, and parts of the ceilings.

    What it takes to hand a call over says nothing of what the call does, nor can it be held against NumPy.
    """
    facts = {"torch": str(torch.__version__), "place": str(place), "seconds": seconds}
    facts["peak bytes"] = clocks.peak(call, place.device)
    if place.clock is clocks.HOST:
        return facts
    if beside:
        clock = clocks.PROCESSOR if place.clock is clocks.PROCESSOR else clocks.WALL
        facts["NumPy seconds"] = statistics.median(clock.seconds(beside, "cpu"))
    if work.moved:
        facts["GB/s"] = work.moved / seconds / 1e9
        facts["of the bandwidth"] = facts["GB/s"] / bandwidth(*place, work.moved)
    if work.flops:
        facts["GFLOP/s"] = work.flops / seconds / 1e9
    if work.flops and work.dtype:
        facts["of the operations"] = facts["GFLOP/s"] / operations(*place, work.dtype)
    return facts


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Under pytest-benchmark's table: torch beside NumPy, and what part of the machine it uses."""
    session = getattr(config, "_benchmarksession", None)
    timed = [bench for bench in getattr(session, "benchmarks", []) if "seconds" in bench.extra_info]
    if not timed:
        return
    cells = ([_cell(write, bench.extra_info) for write in COLUMNS.values()] for bench in timed)
    lines = [["", *COLUMNS], *([bench.name, *written] for bench, written in zip(timed, cells))]
    widths = [max(map(len, column)) for column in zip(*lines)]
    terminalreporter.section("torch beside NumPy (medians)")
    for name, *cells in lines:
        terminalreporter.write_line("  ".join([name.ljust(widths[0]), *map(str.rjust, cells, widths[1:])]))


def _cell(write: Callable[[dict[str, Any]], str], facts: dict[str, Any]) -> str:
    """What a column says of a benchmark, nothing where it has no such fact."""
    try:
        return write(facts)
    except KeyError:
        return ""
