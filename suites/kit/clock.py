"""How long a call takes on a device, in seconds, and how many bytes it holds at most; every clock is a device's."""

from __future__ import annotations

import contextlib
import gc
import os
import time
from collections.abc import Iterator
from typing import Any, Callable, NamedTuple

import torch

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
    return [_block(call, count, now) / count for _ in range(max(3, min(rounds, int(BUDGET / spent))))]


def _block(call: Call, count: int, now: Callable[[], float]) -> float:
    start = now()
    for _ in range(count):
        call()
    return now() - start


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """One thread, on one core where the system can bind it, and no collection of garbage; all as before afterwards."""
    threads, collecting = torch.get_num_threads(), gc.isenabled()
    cores = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()
    try:
        torch.set_num_threads(1)
        gc.disable()
        if cores:
            os.sched_setaffinity(0, {max(cores)})
        yield
    finally:
        if cores:
            os.sched_setaffinity(0, cores)
        torch.set_num_threads(threads)
        if collecting:
            gc.enable()


def _processor(call: Call, device: str) -> list[float]:
    with alone():
        return blocks(call, time.process_time)


def _wall(call: Call, device: str) -> list[float]:
    return blocks(call, time.perf_counter)


def _host(call: Call, device: str) -> list[float]:
    """What it takes to hand a call to the device, which is waited for between the blocks, not in them."""
    wait = _module(device).synchronize

    def handed() -> list[float]:
        wait()
        return [_block(call, QUEUE, time.perf_counter) / QUEUE]

    handed()
    return [seconds for _ in range(ROUNDS) for seconds in handed()]


def _device(call: Call, device: str) -> list[float]:
    """The device's own time between two events around each call, out of a cold cache, read after one wait for all.

    The emptying of the cache keeps the device busy until the host has handed over the call, so that no gap is measured.
    """
    module = _module(device)
    cache = torch.empty(CACHE, dtype=torch.int8, device=device)
    call()
    marks = [(module.Event(enable_timing=True), module.Event(enable_timing=True)) for _ in range(ROUNDS)]
    for start, end in marks:
        cache.zero_()
        start.record()
        call()
        end.record()
    module.synchronize()
    return [start.elapsed_time(end) / 1e3 for start, end in marks]


def _graph(call: Call, device: str) -> list[float]:
    """The device's time of one of many calls that it replays by itself, with a warm cache: no host in between."""
    module = _module(device)
    with module.stream(module.Stream()):
        call()
    module.synchronize()
    graph = module.CUDAGraph()
    with module.graph(graph):
        for _ in range(QUEUE):
            call()
    return [seconds / QUEUE for seconds in _device(graph.replay, device)]


def _waiting(call: Call, device: str) -> list[float]:
    """For devices without events: the wall's time of blocks that end with a wait for the device."""
    wait = _module(device).synchronize

    def calls() -> None:
        for _ in range(QUEUE):
            call()
        wait()

    return [seconds / QUEUE for seconds in blocks(calls, time.perf_counter)]


def _module(device: str) -> Any:
    return getattr(torch, torch.device(device).type)


PROCESSOR = Clock("one thread", _processor)
WALL = Clock("all threads", _wall)
HOST = Clock("host", _host)
DEVICE = Clock("device", _device)
WAITING = Clock("device, waited for", _waiting)
GRAPH = Clock("graph", _graph)


def peak(call: Call, device: str) -> int:
    """Bytes that one call holds at most beyond what was held before it, by the allocator or by torch's profiler."""
    module = _module(device)
    if torch.device(device).type == "cpu" or not hasattr(module, "max_memory_allocated"):
        return _profiled(call)
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
