"""Who shares memory with whom, proven by writing and not by asking torch; and whether a call wrote to its arguments."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Union

import numpy as np
import torch

from . import convert
from .close import close

Memory = Union[np.ndarray, torch.Tensor]


def share_memory(first: Memory, second: Memory) -> bool:
    """Whether a write to either is seen by the other; both are left as they were. Neither may be empty."""
    return _seen(first, second) and _seen(second, first)


def _seen(written: Memory, watched: Memory) -> bool:
    """Whether turning over every bit of one changes the other, and turning them back restores it."""
    before = _bits(watched)
    _flip(written)
    changed = not np.array_equal(before, _bits(watched))
    _flip(written)
    assert np.array_equal(before, _bits(watched)), "writing back did not restore the memory"
    return changed


def _bits(memory: Memory) -> np.ndarray:
    """A copy of the bytes of the elements."""
    values = convert.array(memory) if isinstance(memory, torch.Tensor) else np.array(memory)
    assert values.size, "sharing cannot be shown for a tensor without elements"
    return np.ascontiguousarray(values).reshape(-1).view(np.uint8).copy()


def _flip(memory: Memory) -> None:
    """Write each element's complement; twice is the identity. Any two values that differ would do."""
    if isinstance(memory, torch.Tensor):
        with torch.no_grad():
            values = convert.array(memory)
            memory.detach().copy_(convert.tensor(_complement(values), str(memory.device), memory.dtype))
    else:
        memory[...] = _complement(memory)


def _complement(values: np.ndarray) -> np.ndarray:
    """An involution without fixed points: one bit of each element turned over, one that bfloat16 has too."""
    if values.dtype == bool:
        return ~values
    flat = np.ascontiguousarray(values).reshape(-1)
    unsigned, bit = {1: (np.uint8, 1), 2: (np.uint16, 1)}.get(flat.dtype.itemsize, (np.uint32, 1 << 16))
    return (flat.view(unsigned) ^ unsigned(bit)).view(flat.dtype).reshape(values.shape)


@contextlib.contextmanager
def unchanged(*tensors: torch.Tensor) -> Iterator[None]:
    """Assert that the block writes to none of the tensors: same values, same shape and strides."""
    before = [(convert.array(tensor), tensor.shape, tensor.stride(), tensor.dtype) for tensor in tensors]
    yield
    for tensor, (values, shape, stride, dtype) in zip(tensors, before):
        assert (tensor.shape, tensor.stride()) == (shape, stride), "an argument was reshaped"
        close(tensor, values, dtype=dtype, device=str(tensor.device))
