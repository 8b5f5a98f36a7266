"""A clock measures the call and nothing else: tried with calls, events and waits of known length."""

import contextlib
import gc
import os

import pytest
import torch

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
    """A device with a time line of its own; the host only hands calls over, and waiting takes the host a second."""

    def __init__(self, wall):
        self.wall, self.line, self.waits, self.unread = wall, 0.0, 0, 0

    def synchronize(self):
        self.waits += 1
        self.unread = 0
        self.wall.now += 1.0

    def stream(self, stream):
        return contextlib.nullcontext()

    def Stream(self):  # noqa: N802 - torch's name
        return None

    def Event(self, enable_timing):  # noqa: N802
        assert enable_timing
        return Event(self)

    def CUDAGraph(self):  # noqa: N802
        return Graph(self)

    @contextlib.contextmanager
    def graph(self, graph):
        before = self.line
        yield
        graph.length, self.line = self.line - before, before

    def calling(self, seconds, to_hand_over=1e-6):
        """A call that takes the device its time, and the host another."""

        def call():
            self.line += seconds
            self.wall.now += to_hand_over

        return call


class Event:
    def __init__(self, device):
        self.device = device

    def record(self):
        self.at = self.device.line
        self.device.unread += 1

    def elapsed_time(self, end):
        assert self.device.unread == 0, "an event is read before the device was waited for"
        return (end.at - self.at) * 1e3


class Graph:
    def __init__(self, device):
        self.device = device

    def replay(self):
        self.device.line += self.length


@pytest.fixture
def accelerator(monkeypatch, wall):
    device = Accelerator(wall)
    monkeypatch.setattr(clock, "_module", lambda name: device)
    monkeypatch.setattr(clock, "CACHE", 8)
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


def test_the_devices_clock_gives_the_devices_time(accelerator):
    seconds = clock.DEVICE.seconds(accelerator.calling(2e-5), "cpu")

    assert seconds == pytest.approx([2e-5] * clock.ROUNDS)
    assert accelerator.waits == 1


def test_the_hosts_clock_gives_what_handing_over_takes_without_the_wait(accelerator):
    seconds = clock.HOST.seconds(accelerator.calling(2e-5, to_hand_over=3e-6), "cpu")

    assert seconds == pytest.approx([3e-6] * clock.ROUNDS, rel=1e-6)


def test_a_graph_gives_the_devices_time_of_one_call(accelerator):
    seconds = clock.GRAPH.seconds(accelerator.calling(2e-5), "cpu")

    assert seconds == pytest.approx([2e-5] * clock.ROUNDS)


def test_without_events_the_wait_is_part_of_it(accelerator):
    seconds = clock.WAITING.seconds(accelerator.calling(2e-5, to_hand_over=0.0), "cpu")

    assert seconds == pytest.approx([1.0 / clock.QUEUE] * 3)


def test_a_device_has_the_clocks_that_its_module_allows(accelerator):
    assert clock.of("cpu") == (clock.PROCESSOR, clock.WALL)
    assert clock.of("cuda") == (clock.HOST, clock.DEVICE, clock.GRAPH)


def test_one_thread_on_one_core_for_as_long_as_it_is_alone():
    threads = torch.get_num_threads()
    torch.set_num_threads(2)
    cores, collecting = os.sched_getaffinity(0), gc.isenabled()

    with clock.alone():
        within = torch.get_num_threads(), len(os.sched_getaffinity(0)), gc.isenabled()

    assert within == (1, 1, False)
    assert (torch.get_num_threads(), os.sched_getaffinity(0), gc.isenabled()) == (2, cores, collecting)
    torch.set_num_threads(threads)


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
