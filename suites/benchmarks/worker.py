"""One side of a paired comparison: a process that prepares benchmarks and times blocks of them as it is asked.

It is asked in lines of JSON on its input and answers each with a line: the name of a benchmark with the seconds of one
call and, at first, the bytes that it holds; a number of calls with their CPU seconds. It runs on the core that its
first argument says, and burns the part of each block's time that the second says on top: a known slowdown, to try the
comparison with.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import time
from typing import Any, Callable, TextIO

if hasattr(os, "sched_setaffinity") and __name__ == "__main__":
    os.sched_setaffinity(0, {int(sys.argv[1])})  # before torch makes threads, which inherit it

import torch

from suites.benchmarks import layers, routines, tensors
from suites.kit import clock, heap

BEHAVIOURS, ROUTINES = {**tensors.TABLE, **tensors.BRIDGE, **layers.TABLE}, routines.TABLE
#: One of each kind, for a first impression.
QUICK = (
    "zeros of a million", "add of sixteen", "add of a million", "exp of a million", "sum along rows",
    "sum along columns", "argmax along rows", "matmul of 256 in float32", "matmul of 1024 in float32",
    "matmul of 256 in bfloat16", "gather along columns", "index_add", "cat of ten", "float32 to float64",
    "from_numpy of sixteen", "conv1d, contiguous", "conv2d of ResNet, contiguous",
    "conv2d of ResNet and back, channels last", "conv3d, contiguous", "max_pool2d", "batch_norm", "layer_norm",
    "softmax along rows", "embedding", "a chain of a hundred nodes and back", "a training step of LeNet",
    "a training step of ResNet-18", "SGD, foreach", "Adam, foreach", "zero_grad to None", "a DataLoader",
)  # fmt: skip


def prepared(name: str, known: bool) -> Callable[[], Any]:
    """The call of a benchmark, whose first result is right, unless another process of this torch has proved that."""
    if name in ROUTINES:
        call, assert_right = ROUTINES[name].prepare("cpu")
        call()
        if not known:
            assert_right()
        return call
    call = BEHAVIOURS[name].call("cpu")
    result = call()
    if not known:
        BEHAVIOURS[name].assert_right(result, "cpu")
    return call


class Worker:
    """The benchmark that is prepared, and what is asked of it."""

    def __init__(self, burn: float, keeps: bool = False) -> None:
        self.burn, self.keeps = burn, keeps
        self.call: Callable[[], Any] = lambda: None

    def answer(self, question: Any) -> Any:
        """The answer to the name of a benchmark or to a number of calls; None asks what there is, and what runs it."""
        if question is None:
            kernels = torch.backends.cpu.get_cpu_capability() if hasattr(torch.backends, "cpu") else ""
            return {
                "full": [*BEHAVIOURS, *ROUTINES],
                "quick": QUICK,
                "torch": str(torch.__version__),
                "kernels": kernels,
                "keeps": self.keeps,
            }
        if isinstance(question, int):
            return self.block(question)
        known = question["known"]
        self.call = prepared(question["name"], known)
        seconds = min(clock.blocks(self.call, time.process_time, 1 if known else 3))
        return {"seconds": seconds, "bytes": None if known else clock.peak(self.call, "cpu")}

    def block(self, count: int) -> float:
        """CPU seconds of so many calls."""
        start = time.process_time()
        for _ in range(count):
            self.call()
        end = start + (time.process_time() - start) * (1 + self.burn)
        while self.burn and time.process_time() < end:
            pass
        return time.process_time() - start


def serve(worker: Worker, questions: TextIO, answers: TextIO) -> None:
    """Answer each line; an error is an answer too, and the next question is another benchmark's."""
    for line in questions:
        try:
            told = {"answer": worker.answer(json.loads(line))}
        except Exception as error:  # whatever a benchmark raises
            told = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(told), file=answers, flush=True)


def main() -> None:
    """Serve by the streams of the process; what else writes to its output goes to its errors."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    torch.set_num_threads(1)
    torch.set_num_interop_threads(1)
    gc.collect()
    gc.freeze()
    gc.disable()
    serve(Worker(float(sys.argv[2]), heap.keep()), sys.stdin, answers)


if __name__ == "__main__":
    main()
