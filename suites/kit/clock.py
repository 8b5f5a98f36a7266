"""How long a call takes on a device, in seconds, and how many bytes it holds at most; every clock is a device's."""

from __future__ import annotations

import contextlib
import gc
import os
import time
from collections.abc import Iterator
from typing import Any, Callable, NamedTuple

import torch
from threadpoolctl import threadpool_limits

Call = Callable[[], object]

#: Times of one call: so many, of blocks that last so long (in seconds) that reading the clock costs nothing.
ROUNDS, BLOCK = 25, 0.01
#: What a benchmark may take in all, in seconds, where one call lasts longer than a block.
BUDGET = 0.5
#: Bytes that push everything else out of the last cache of an accelerator.
CACHE = 256 * 2**20
#: Calls that an accelerator's queue takes before the host must wait.
QUEUE = 100


class Clock(NamedTuple):
    """What is measured, and the seconds of one call in each of some rounds."""

    name: str
    seconds: Callable[[Call, str], list[float]]

    def __str__(self) -> str:
        return self.name


def of(device: str) -> tuple[Clock, ...]:
    """The clocks of a device: CPU time of one thread and the wall's of all; or the host's, the device's, a graph's."""
    if torch.device(device).type == "cpu":
        return PROCESSOR, WALL
    module = _module(device)
    events = DEVICE if hasattr(module, "Event") else WAITING
    return (HOST, events, GRAPH) if hasattr(module, "CUDAGraph") else (HOST, events)


def blocks(call: Call, now: Callable[[], float], rounds: int = ROUNDS) -> list[float]:
    """Seconds of a call by the clock ``now``, in each of so many blocks of calls, once warm."""
    count, spent = 1, _block(call, 1, now)
    while spent < BLOCK:
        count = max(2 * count, int(1.2 * count * BLOCK / max(spent, 1e-7)) if count > 8 else 0)
        spent = _block(call, count, now)
    return [_block(call, count, now) / count for _ in range(min(rounds, _rounds(spent)))]


def _block(call: Call, count: int, now: Callable[[], float]) -> float:
    start = now()
    for _ in range(count):
        call()
    return now() - start


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """One thread in every library, one core where the system can bind it, no collection of garbage; then as before."""
    cores, collecting = _cores(), gc.isenabled()
    with threads(1), threadpool_limits(1):
        try:
            gc.disable()
            _bind({max(cores)})
            yield
        finally:
            _bind(cores)
            if collecting:
                gc.enable()


@contextlib.contextmanager
def threads(count: int) -> Iterator[None]:
    """Let torch's kernels use so many threads, and as many as before afterwards."""
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _cores() -> set[int]:
    return os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set(range(os.cpu_count() or 1))


def _bind(cores: set[int]) -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, cores)


def _processor(call: Call, device: str) -> list[float]:
    with alone():
        return blocks(call, time.process_time)


def _wall(call: Call, device: str) -> list[float]:
    with threads(len(_cores())):
        return blocks(call, time.perf_counter)


def _host(call: Call, device: str) -> list[float]:
    """What it takes to hand a call to the device, which is waited for between the blocks, not in them."""
    with _there(device) as module:
        one = _waited_for(call, module)
        count = _queued(one)

        def handed() -> float:
            module.synchronize()
            return _block(call, count, time.perf_counter) / count

        return [handed() for _ in range(_rounds(count * one))]


def _device(call: Call, device: str) -> list[float]:
    """The device's own time between two events around each call, out of a cold cache, read after one wait for all.

    The emptying of the cache keeps the device busy until the host has handed over the call, so that no gap is measured.
    """
    with _there(device) as module:
        empty, rounds = _emptying(device), _rounds(_waited_for(call, module))
        times = _to_cover(call, empty, module)
        marks = [(module.Event(enable_timing=True), module.Event(enable_timing=True)) for _ in range(rounds)]
        for start, end in marks:
            for _ in range(times):
                empty()
            start.record()
            call()
            end.record()
        module.synchronize()
        return [start.elapsed_time(end) / 1e3 for start, end in marks]


def _graph(call: Call, device: str) -> list[float]:
    """The device's time of one of many calls that it replays by itself: no host in between, the first alone cold.

    Raises RuntimeError or Warning where the call cannot be captured; the current stream is the same all the same.
    """
    with _there(device) as module, module.stream(module.current_stream()):
        with module.stream(module.Stream()):
            count = _queued(_waited_for(call, module))
        graph = module.CUDAGraph()
        with module.graph(graph):
            for _ in range(count):
                call()
        return [seconds / count for seconds in _device(graph.replay, device)]


def _waiting(call: Call, device: str) -> list[float]:
    """For devices without events: the wall's time of blocks that end with a wait for the device."""
    with _there(device) as module:
        count = _queued(_waited_for(call, module))

        def calls() -> None:
            for _ in range(count):
                call()
            module.synchronize()

        return [seconds / count for seconds in blocks(calls, time.perf_counter)]


@contextlib.contextmanager
def _there(device: str) -> Iterator[Any]:
    """The module of an accelerator, on which this device is the current one."""
    module = _module(device)
    with module.device(device) if hasattr(module, "device") else contextlib.nullcontext():
        yield module


def _module(device: str) -> Any:
    return getattr(torch, torch.device(device).type)


def _waited_for(call: Call, module: Any) -> float:
    """The wall's seconds of a call from an idle device to the next, once warm."""
    call()
    module.synchronize()
    start = time.perf_counter()
    call()
    module.synchronize()
    return max(time.perf_counter() - start, 1e-7)


def _queued(one: float) -> int:
    """How many calls of so many seconds may queue up."""
    return max(1, min(QUEUE, int(BUDGET / 3 / one)))


def _rounds(spent: float) -> int:
    """How many rounds of so many seconds there may be."""
    return max(3, min(ROUNDS, int(BUDGET / spent)))


def _emptying(device: str) -> Call:
    """What pushes everything else out of the device's caches."""
    return torch.empty(CACHE, dtype=torch.int8, device=device).zero_


def _to_cover(call: Call, empty: Call, module: Any) -> int:
    """How often the cache must be emptied for the device to be busy as long as it takes to hand over the call."""
    module.synchronize()
    handing = _block(call, 1, time.perf_counter)
    return 1 + int(2 * handing / _waited_for(empty, module))


PROCESSOR = Clock("one thread", _processor)
WALL = Clock("all threads", _wall)
HOST = Clock("host", _host)
DEVICE = Clock("device", _device)
WAITING = Clock("device, waited for", _waiting)
GRAPH = Clock("graph", _graph)


def peak(call: Call, device: str) -> int:
    """Bytes that one call holds at most beyond what was held before it, by the allocator or by torch's profiler."""
    if torch.device(device).type == "cpu" or not hasattr(_module(device), "max_memory_allocated"):
        return _profiled(call)
    with _there(device) as module:
        module.synchronize()
        module.reset_peak_memory_stats()
        before = module.memory_allocated()
        call()
        module.synchronize()
        return int(module.max_memory_allocated() - before)


def _profiled(call: Call) -> int:
    with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU], profile_memory=True) as profile:
        call()
    result = profile.profiler.kineto_results
    steps = [event.nbytes() for event in result.events() if event.name() == "[memory]"]
    held = most = 0
    for step in steps:
        held += step
        most = max(most, held)
    return most
