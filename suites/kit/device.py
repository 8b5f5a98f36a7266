"""The devices a claim can run on: how to know that one is there, and how to wait for it."""

from __future__ import annotations

from collections.abc import Sequence

import torch


class DeviceError(Exception):
    """A device that was asked for by name and cannot be used."""


def check(name: str) -> None:
    """Raise DeviceError, in one line that says what to do, unless tensors can be made on the device ``name``."""
    try:
        kind = torch.device(name).type
    except RuntimeError:
        raise DeviceError(f"--device {name}: this torch knows no such device (cpu, cuda, mps, xpu, …)") from None
    if kind == "meta":
        raise DeviceError("--device meta: its tensors have no values to compare; name a device that computes")
    try:
        torch.empty(1, device=name)
    except (RuntimeError, AssertionError, NotImplementedError, ImportError) as error:
        reason = str(error).split("\n")[0].rstrip(".")
        raise DeviceError(f"--device {name}: not available in torch {torch.__version__} ({reason})") from None


def synchronize(name: str) -> None:
    """Wait until the device has done all that it was given; the CPU always has."""
    wait = getattr(getattr(torch, torch.device(name).type, None), "synchronize", None)
    if wait is not None:
        wait()


def manual_seed(names: Sequence[str], value: int) -> None:
    """Seed the generators of these devices; that of the CPU alone in a hundredth of the time."""
    only_cpu = all(torch.device(name).type == "cpu" for name in names)
    (torch.default_generator.manual_seed if only_cpu else torch.manual_seed)(value)


def refuses_float64(error: TypeError) -> bool:
    """Whether a device says with this error that it has no double precision: MPS alone, pytorch/pytorch#122602."""
    return "the MPS framework doesn't support float64" in str(error)


def describe(name: str) -> str:
    """The device's name and, for an accelerator, its model."""
    module = getattr(torch, torch.device(name).type, None)
    model = getattr(module, "get_device_name", None)
    return f"{name} ({model(torch.device(name))})" if model and torch.device(name).type != "cpu" else name
