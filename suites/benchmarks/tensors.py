"""Tensors, timed: made, computed with one by one, reduced, multiplied, indexed, joined, copied, shared with NumPy."""

from __future__ import annotations

import operator
from typing import Any, Callable

import numpy as np
import torch

from reference import reduction
from suites.benchmarks.behaviour import DEVICE, Behaviour, Brain, Ours
from suites.kit import bound, draw

#: So few that the call is all dispatch, and so many that it is all memory.
FEW, MANY = 16, 1_000_000
#: A matrix for what goes along an axis.
SIDES = (1000, 1000)


def floats(*shapes: tuple[int, ...], dtype: str = "float32") -> Callable[[int], tuple[np.ndarray, ...]]:
    """Small integers of either sign, whose sums and products are exact in any order, as arguments of these shapes."""
    return lambda seed: tuple(draw.lattice(100 * seed + i, shape).astype(dtype) for i, shape in enumerate(shapes))


def after(arguments: Callable[[int], tuple[Any, ...]], *more: Any) -> Callable[[int], tuple[Any, ...]]:
    """The same arguments and more behind them."""
    return lambda seed: (*arguments(seed), *more)


def with_index(*shape: int, below: int, of: tuple[int, ...]) -> Callable[[int], tuple[np.ndarray, ...]]:
    """A tensor of one shape and places below a number of another."""
    return lambda seed: (*floats(of)(seed), np.random.default_rng(seed).integers(0, below, shape))


def scatter_added(x: np.ndarray, index: np.ndarray, source: np.ndarray) -> np.ndarray:
    """x with each row of the source added to the row of its index."""
    result = x.copy()
    np.add.at(result, index, source)
    return result


def assigned(x: np.ndarray, index: np.ndarray, value: float) -> np.ndarray:
    result = x.copy()
    result[index] = value
    return result


def set_to(x: torch.Tensor, index: torch.Tensor, value: float) -> torch.Tensor:
    x[index] = value
    return x


def positive(seed: int) -> tuple[np.ndarray, ...]:
    return (np.abs(draw.normal(seed, MANY, dtype="float32")) + np.float32(0.5),)


#: What has no inputs: the count and the device.
CREATION = {
    f"{name} of a million": Behaviour(lambda seed: (MANY, DEVICE), made, beside, seen=seen)
    for name, made, beside, seen in (
        ("zeros", lambda n, on: torch.zeros(n, device=on), lambda n, on: np.zeros(n, "f4"), operator.pos),
        ("ones", lambda n, on: torch.ones(n, device=on), lambda n, on: np.ones(n, "f4"), operator.pos),
        ("full", lambda n, on: torch.full((n,), 7.0, device=on), lambda n, on: np.full(n, 7, "f4"), operator.pos),
        ("arange", lambda n, on: torch.arange(n, device=on), lambda n, on: np.arange(n), operator.pos),
        ("rand", lambda n, on: torch.rand(n, device=on), lambda n, on: np.random.default_rng(1).random(n, "f4"),
         lambda x: x // 1),
    )
}  # fmt: skip
CREATION["zeros of sixteen"] = Behaviour(
    lambda seed: (FEW, DEVICE), lambda n, on: torch.zeros(n, device=on), lambda n, on: np.zeros(n, "f4")
)
CREATION["fill_ of a million"] = Behaviour(
    after(floats((MANY,)), 3.0), torch.Tensor.fill_, lambda x, value: np.full_like(x, value), touched=4 * MANY
)

ELEMENTWISE = {
    f"{name} of {size}": Behaviour(arguments(count), function, beside, limit, flops=flops * count)
    for size, count in (("sixteen", FEW), ("a million", MANY))
    for name, arguments, function, beside, limit, flops in (
        ("add", lambda n: floats((n,), (n,)), torch.add, np.add, bound.rounded, 1),
        ("mul", lambda n: floats((n,), (n,)), torch.mul, np.multiply, bound.rounded, 1),
        ("add a number", lambda n: after(floats((n,)), 2.0), torch.add, np.add, bound.rounded, 1),
        ("exp", lambda n: lambda seed: (draw.normal(seed, n, dtype="float32"),), torch.exp, np.exp, bound.faithful, 0),
        ("tanh", lambda n: lambda seed: (draw.normal(seed, n, dtype="float32"),), torch.tanh, np.tanh,
         bound.faithful, 0),
        ("maximum", lambda n: floats((n,), (n,)), torch.maximum, np.maximum, bound.rounded, 1),
        ("greater", lambda n: floats((n,), (n,)), torch.gt, np.greater, bound.rounded, 1),
    )
}  # fmt: skip
ELEMENTWISE["sqrt of a million"] = Behaviour(positive, torch.sqrt, np.sqrt, bound.faithful)
ELEMENTWISE["add of int64"] = Behaviour(floats((MANY,), (MANY,), dtype="int64"), torch.add, np.add, flops=MANY)
ELEMENTWISE["add of a row and a column"] = Behaviour(
    floats((1000, 1), (1, 1000)), torch.add, np.add, bound.rounded, flops=MANY
)
ELEMENTWISE["where of a million"] = Behaviour(
    lambda seed: (np.random.default_rng(seed).random(MANY) < 0.5, *floats((MANY,), (MANY,))(seed)),
    torch.where, np.where,
)  # fmt: skip

REDUCTIONS = {
    f"{name} {words}": Behaviour(after(floats(SIDES), axis), function, beside, limit, flops=MANY)
    for words, axis in (("along rows", 1), ("along columns", 0), ("of all", (0, 1)))
    for name, function, beside, limit in (
        ("sum", torch.sum, lambda x, axis: np.sum(x, axis), bound.rounded),
        ("amax", torch.amax, lambda x, axis: np.amax(x, axis), bound.rounded),
        # by the count, or by its reciprocal, which is rounded too
        ("mean", torch.mean, lambda x, axis: reduction.mean(x, axis), lambda wanted: bound.rounded(wanted, 2)),
    )
}
for _words, _axis in (("along rows", 1), ("along columns", 0)):
    REDUCTIONS[f"argmax {_words}"] = Behaviour(
        lambda seed, axis=_axis: (np.random.default_rng(seed).permutation(MANY).reshape(SIDES).astype("f4"), axis),
        torch.argmax, np.argmax, flops=MANY,
    )  # fmt: skip
    REDUCTIONS[f"cumsum {_words}"] = Behaviour(after(floats(SIDES), _axis), torch.cumsum, np.cumsum, flops=MANY)

MATRICES = {
    f"matmul of {n} in {dtype}": Behaviour(floats((n, n), (n, n), dtype=dtype), torch.matmul, np.matmul, flops=2 * n**3)
    for n in (64, 256, 1024, 2048)
    for dtype in ("float32", "float64")
}
MATRICES.update({
    f"matmul of {n} in bfloat16": Behaviour(
        lambda seed, n=n: tuple(Brain(draw.lattice(2 * seed + i, (n, n)).astype("f4")) for i in (0, 1)),
        torch.matmul, np.matmul, lambda wanted: bound.rounded(wanted), flops=2 * n**3,
    )
    for n in (64, 256, 1024)
})  # fmt: skip
MATRICES["bmm of 100 times 32"] = Behaviour(
    floats((100, 32, 32), (100, 32, 32)), torch.bmm, np.matmul, flops=2 * 100 * 32**3
)
MATRICES["matrix times vector"] = Behaviour(floats(SIDES, (1000,)), torch.mv, np.matmul, flops=2 * MANY)

INDEXING = {
    "index by rows": Behaviour(
        with_index(5000, below=10_000, of=(10_000, 64)), operator.getitem, operator.getitem,
        touched=5000 * (8 + 2 * 64 * 4),
    ),
    "index_select": Behaviour(
        with_index(5000, below=10_000, of=(10_000, 64)),
        lambda x, index: torch.index_select(x, 0, index), lambda x, index: np.take(x, index, 0),
        touched=5000 * (8 + 2 * 64 * 4),
    ),
    "gather along columns": Behaviour(
        with_index(1000, 1000, below=1000, of=SIDES),
        lambda x, index: torch.gather(x, 0, index), lambda x, index: np.take_along_axis(x, index, 0),
    ),
    "index_add": Behaviour(
        lambda seed: (*with_index(5000, below=1000, of=(1000, 64))(seed), *floats((5000, 64))(seed + 7)),
        lambda x, index, source: torch.index_add(x, 0, index, source), scatter_added,
    ),
    "assign by index": Behaviour(
        after(with_index(5000, below=MANY, of=(MANY,)), 3.0), set_to, assigned, touched=5000 * (8 + 4)
    ),
    "masked_fill": Behaviour(
        lambda seed: (*floats((MANY,))(seed), np.random.default_rng(seed).random(MANY) < 0.5, 3.0),
        torch.masked_fill, lambda x, mask, value: np.where(mask, x.dtype.type(value), x),
    ),
    "slice with a step": Behaviour(
        floats((MANY,)), lambda x: x[::2].clone(), lambda x: x[::2].copy(),
    ),
    "sort": Behaviour(lambda seed: (np.random.default_rng(seed).permutation(MANY).astype("f4"),),
                      lambda x: torch.sort(x)[0], np.sort),
}  # fmt: skip

COPIES = {
    "cat of ten": Behaviour(lambda seed: (list(floats(*[(1000, 100)] * 10)(seed)),), torch.cat, np.concatenate),
    "stack of ten": Behaviour(lambda seed: (list(floats(*[(1000, 100)] * 10)(seed)),), torch.stack, np.stack),
    "clone": Behaviour(floats((MANY,)), torch.clone, np.copy),
    "contiguous of a transpose": Behaviour(
        floats(SIDES), lambda x: x.t().contiguous(), lambda x: np.ascontiguousarray(x.T)
    ),
    "float32 to float64": Behaviour(floats((MANY,)), lambda x: x.double(), lambda x: x.astype("f8")),
    "float32 to bfloat16": Behaviour(floats((MANY,)), lambda x: x.bfloat16(), lambda x: x.astype("f2")),
    "float32 to int64": Behaviour(floats((MANY,)), lambda x: x.long(), lambda x: x.astype("i8")),
    "to the device": Behaviour(lambda seed: (Ours(*floats((MANY,))(seed)), DEVICE),
                               lambda x, on: torch.Tensor.to(x, on, copy=True), lambda x, on: x.copy()),
    "to the CPU and back": Behaviour(floats((MANY,)), lambda x: x.to("cpu", copy=True).to(x.device), np.copy),
}  # fmt: skip

#: What the bridge with NumPy joins: arrays and tensors of the CPU, made once.
ARRAYS = {FEW: draw.lattice(0, (FEW,)), MANY: draw.lattice(0, (MANY,))}
TENSORS = {n: torch.from_numpy(array) for n, array in ARRAYS.items()}
#: It does not copy: the time does not depend on the size.
BRIDGE = {
    f"{name} of {size}": Behaviour(lambda seed, n=count: (n,), function, lambda n: ARRAYS[n][:])
    for size, count in (("sixteen", FEW), ("a million", MANY))
    for name, function in (
        ("from_numpy", lambda n: torch.from_numpy(ARRAYS[n])),
        ("numpy", lambda n: TENSORS[n].numpy()),
    )
}

TABLE = {**CREATION, **ELEMENTWISE, **REDUCTIONS, **MATRICES, **INDEXING, **COPIES}
