"""Tensors from NumPy arrays and back, with the same bits and the same strides; torch makes no input of its own."""

from __future__ import annotations

import numpy as np
import torch

from . import dtypes


def tensor(array: np.ndarray, device: str = "cpu", dtype: dtypes.DType | None = None) -> torch.Tensor:
    """A tensor with the values, shape, strides and storage offset of an array and memory of its own.

    The values must be numbers of ``dtype`` already (default: the array's); only bfloat16, which NumPy
    lacks, is carried by float32 arrays.
    """
    array = _plain(np.asarray(array))
    target = dtypes.in_torch(dtype or array.dtype)
    owner = _owner(array)
    memory = _from_numpy(owner.astype(dtypes.in_numpy(target)).ravel(order="K"), target).to(device)
    if array.flags.c_contiguous and owner.size == array.size:
        return memory.reshape(array.shape).data  # a view of nothing, as what torch makes itself
    offset = (_address(array) - _address(owner)) // array.itemsize
    return memory.as_strided(array.shape, [step // array.itemsize for step in array.strides], offset)


def array(tensor: torch.Tensor) -> np.ndarray:
    """The values of a tensor of any dtype on any device, as a NumPy array of its own."""
    tensor = tensor.detach().cpu().resolve_conj().resolve_neg()
    if tensor.dtype is not torch.bfloat16:
        return np.array(tensor.numpy())
    bits = np.array(tensor.contiguous().view(torch.int16).numpy()).reshape(-1).view(np.uint16)
    return (bits.astype(np.uint32) << 16).view(np.float32).reshape(tuple(tensor.shape))


def _from_numpy(memory: np.ndarray, dtype: torch.dtype) -> torch.Tensor:
    """A one-dimensional tensor of a copy of the memory."""
    if dtype is not torch.bfloat16:
        return torch.from_numpy(memory.copy())
    bits = memory.view(np.uint32)
    assert not (bits & 0xFFFF).any(), "these float32 values are no bfloat16 values: round them with reference.cast"
    return torch.from_numpy((bits >> 16).astype(np.uint16).view(np.int16)).view(torch.bfloat16)


def _plain(array: np.ndarray) -> np.ndarray:
    """The array itself where torch can have its strides over one block of memory, else a contiguous copy."""
    owner = _owner(array)
    block = owner.dtype == array.dtype and (owner.flags.c_contiguous or owner.flags.f_contiguous)
    return array if block and all(step >= 0 for step in array.strides) else np.array(array, order="C")


def _owner(array: np.ndarray) -> np.ndarray:
    """The array that owns the memory."""
    owner = array
    while isinstance(owner.base, np.ndarray):
        owner = owner.base
    return owner


def _address(array: np.ndarray) -> int:
    return array.__array_interface__["data"][0]
