"""Settings of torch that hold for the whole process, changed for the time of a block and put back after it."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator
from typing import Any

import torch

#: What puts the options back must hold while it is itself judged.
SET_PRINTOPTIONS = torch.set_printoptions


@contextlib.contextmanager
def default_dtype(dtype: torch.dtype) -> Iterator[None]:
    """Floating tensors are made in ``dtype`` unless they say otherwise."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(dtype)
    try:
        yield
    finally:
        torch.set_default_dtype(before)


@contextlib.contextmanager
def default_device(name: str | None) -> Iterator[None]:
    """Tensors are made on the device ``name`` unless they say otherwise; none at all is set afterwards."""
    torch.set_default_device(name)
    try:
        yield
    finally:
        torch.set_default_device(None)


@contextlib.contextmanager
def printing(**options: Any) -> Iterator[None]:
    """Tensors print with these options, and with the documented defaults afterwards."""
    torch.set_printoptions(**options)
    try:
        yield
    finally:
        SET_PRINTOPTIONS(profile="default")


@contextlib.contextmanager
def threads(count: int) -> Iterator[None]:
    """Operations use ``count`` threads."""
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@contextlib.contextmanager
def determinism() -> Iterator[None]:
    """Whatever the block sets, nondeterministic algorithms are allowed again afterwards."""
    try:
        yield
    finally:
        torch.use_deterministic_algorithms(False)


@contextlib.contextmanager
def matmul_precision() -> Iterator[None]:
    """Whatever the block sets, float32 matrix products have full precision again afterwards."""
    try:
        yield
    finally:
        torch.set_float32_matmul_precision("highest")


@contextlib.contextmanager
def random_state() -> Iterator[None]:
    """Whatever the block does to the default generator of the CPU, its state is put back."""
    before = torch.get_rng_state()
    try:
        yield
    finally:
        torch.set_rng_state(before)


@contextlib.contextmanager
def warnings_ignored() -> Iterator[None]:
    """Warnings that torch gives once in a process are left alone: whether they come depends on what ran before."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
