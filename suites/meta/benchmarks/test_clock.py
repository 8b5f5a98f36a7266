"""A clock measures the call and nothing else: tried with calls, events and waits of known length."""

import contextlib
import gc
import os

import pytest
import torch
from threadpoolctl import threadpool_info

from suites.kit import clock


class Time:
    """A wall clock that passes as it is told."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now

    def passing(self, seconds):
        def call():
            self.now += seconds

        return call


@pytest.fixture
def wall(monkeypatch):
    """The clock of the host, under the test's control."""
    time = Time()
    monkeypatch.setattr(clock.time, "perf_counter", time)
    return time


class Accelerator:
    """A device with a time line of its own: what it is handed starts when it is idle, and waiting is the host's.

    The first call after the cache was emptied takes COLD longer; to wake the host takes a second.
    """

    def __init__(self, wall):
        self.wall, self.line, self.cold, self.unread, self.current = wall, 0.0, False, 0, "the first"

    def synchronize(self):
        self.unread = 0
        self.wall.now = max(self.wall.now, self.line) + WAKING

    @contextlib.contextmanager
    def stream(self, stream):
        before, self.current = self.current, stream
        try:
            yield
        finally:
            self.current = before

    def current_stream(self):
        return self.current

    def Stream(self):  # noqa: N802 - torch's name
        return "another"

    def Event(self, enable_timing):  # noqa: N802
        assert enable_timing
        return Event(self)

    def CUDAGraph(self):  # noqa: N802
        return Graph(self)

    @contextlib.contextmanager
    def graph(self, graph):
        before, self.line, self.current = self.line, self.wall.now, "the capture's"
        start = self.line
        yield
        graph.length, self.line = self.line - start, before
        self.current = "the first"

    def handed(self, seconds, to_hand_over):
        """Have the device do something that lasts."""
        self.wall.now += to_hand_over
        self.line = max(self.line, self.wall.now) + seconds

    def empty(self):
        self.handed(6e-5, 1e-6)
        self.cold = True

    def calling(self, seconds, to_hand_over=1e-6):
        """A call that takes the device its time, and the host another."""

        def call():
            self.handed(seconds + COLD * self.cold, to_hand_over)
            self.cold = False

        return call


class Event:
    def __init__(self, device):
        self.device = device

    def record(self):
        self.device.line = self.at = max(self.device.line, self.device.wall.now)
        self.device.unread += 1

    def elapsed_time(self, end):
        assert self.device.unread == 0, "an event is read before the device was waited for"
        return (end.at - self.at) * 1e3


class Graph:
    def __init__(self, device):
        self.device = device

    def replay(self):
        self.device.handed(self.length + COLD * self.device.cold, 1e-6)
        self.device.cold = False


#: Seconds.
COLD, WAKING = 7e-6, 1e-5


@pytest.fixture
def accelerator(monkeypatch, wall):
    device = Accelerator(wall)
    monkeypatch.setattr(clock, "_module", lambda name: device)
    monkeypatch.setattr(clock, "_emptying", lambda name: device.empty)
    return device


def test_blocks_are_long_enough_and_give_the_time_of_one_call():
    time = Time()

    seconds = clock.blocks(time.passing(1e-5), time)

    assert seconds == pytest.approx([1e-5] * clock.ROUNDS)
    assert time.now >= clock.ROUNDS * clock.BLOCK


def test_long_calls_are_made_few_times():
    time = Time()

    seconds = clock.blocks(time.passing(3.0), time)

    assert seconds == pytest.approx([3.0] * 3)


@pytest.mark.parametrize("to_hand_over", [1e-6, 4e-4], ids=["short", "longer than to empty the cache"])
def test_the_devices_clock_gives_the_devices_time_out_of_a_cold_cache(accelerator, to_hand_over):
    seconds = clock.DEVICE.seconds(accelerator.calling(2e-5, to_hand_over), "cpu")

    assert seconds == pytest.approx([2e-5 + COLD] * clock.ROUNDS)


def test_the_hosts_clock_gives_what_handing_over_takes_without_the_wait(accelerator):
    seconds = clock.HOST.seconds(accelerator.calling(2e-5, to_hand_over=3e-6), "cpu")

    assert seconds == pytest.approx([3e-6] * clock.ROUNDS, rel=1e-6)


def test_a_graph_gives_the_devices_time_of_one_call(accelerator):
    seconds = clock.GRAPH.seconds(accelerator.calling(2e-5), "cpu")

    assert seconds == pytest.approx([2e-5 + COLD / clock.QUEUE] * clock.ROUNDS, rel=1e-3)


def test_a_capture_that_fails_leaves_the_stream_as_it_was(accelerator, monkeypatch):
    @contextlib.contextmanager
    def failing(graph):
        accelerator.current = "the capture's"
        yield
        raise RuntimeError("capture invalidated")

    monkeypatch.setattr(accelerator, "graph", failing)
    with pytest.raises(RuntimeError, match="invalidated"):
        clock.GRAPH.seconds(accelerator.calling(2e-5), "cpu")

    assert accelerator.current == "the first"


def test_without_events_the_wait_is_part_of_it(accelerator):
    seconds = clock.WAITING.seconds(accelerator.calling(2e-5, to_hand_over=0.0), "cpu")

    assert seconds == pytest.approx([2e-5 + WAKING / clock.QUEUE] * clock.ROUNDS)


@pytest.mark.parametrize("name", ["HOST", "DEVICE", "GRAPH", "WAITING"])
def test_calls_that_take_long_are_made_few_times(accelerator, name, wall):
    seconds = getattr(clock, name).seconds(accelerator.calling(2.0), "cpu")

    assert len(seconds) == 3
    assert wall.now < 30


def test_the_device_that_is_asked_for_is_the_current_one(accelerator, monkeypatch):
    entered = []

    @contextlib.contextmanager
    def device(name):
        entered.append(name)
        yield

    monkeypatch.setattr(accelerator, "device", device, raising=False)
    for name in ("HOST", "DEVICE", "GRAPH", "WAITING"):
        getattr(clock, name).seconds(accelerator.calling(2e-5), "cuda:1")

    assert set(entered) == {"cuda:1"}
    assert len(entered) >= 4


def test_a_device_has_the_clocks_that_its_module_allows(accelerator):
    assert clock.of("cpu") == (clock.PROCESSOR, clock.WALL)
    assert clock.of("cuda") == (clock.HOST, clock.DEVICE, clock.GRAPH)


def test_one_thread_on_one_core_for_as_long_as_it_is_alone():
    threads = torch.get_num_threads()
    torch.set_num_threads(2)
    cores, collecting = os.sched_getaffinity(0), gc.isenabled()

    with clock.alone():
        within = torch.get_num_threads(), len(os.sched_getaffinity(0)), gc.isenabled()
        libraries = {library["num_threads"] for library in threadpool_info()}

    assert within == (1, 1, False)
    assert libraries == {1}
    assert (torch.get_num_threads(), os.sched_getaffinity(0), gc.isenabled()) == (2, cores, collecting)
    torch.set_num_threads(threads)


def test_the_walls_clock_lets_every_core_work():
    seen, all_of_them = [], len(os.sched_getaffinity(0))

    with clock.threads(all_of_them + 1):
        clock.WALL.seconds(lambda: seen.append(torch.get_num_threads()), "cpu")

    assert set(seen) == {all_of_them}


def test_does_without_affinity_where_the_system_has_none(monkeypatch):
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.delattr(os, "sched_setaffinity")

    with clock.alone():
        assert torch.get_num_threads() == 1


@pytest.mark.parametrize(("call", "most"), [
    (lambda x: x + 1, 4_000_000), (lambda x: (x + 1) * 2, 8_000_000), (lambda x: x.add_(x), 0),
    (lambda x: torch.stack([x + 1, x + 2]), 16_000_000),
])  # fmt: skip
def test_the_peak_is_what_is_held_at_once(call, most):
    x = torch.ones(1_000_000)

    assert most <= clock.peak(lambda: call(x), "cpu") <= most + 1000
