"""Every docstring of the installed torch, under the first name that it has."""

from __future__ import annotations

import functools
import importlib
import inspect
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import torch

PAGES = (
    *("torch", "torch.Tensor", "torch.nn", "torch.nn.functional", "torch.nn.init", "torch.nn.utils"),
    *("torch.nn.utils.rnn", "torch.nn.utils.parametrize", "torch.nn.utils.parametrizations", "torch.nn.utils.prune"),
    *("torch.optim", "torch.optim.lr_scheduler", "torch.optim.swa_utils", "torch.linalg", "torch.special", "torch.fft"),
    *("torch.signal.windows", "torch.autograd", "torch.autograd.function", "torch.autograd.functional"),
    *("torch.autograd.graph", "torch.autograd.forward_ad", "torch.func", "torch.utils.data"),
    *("torch.utils.checkpoint", "torch.amp", "torch.random", "torch.testing"),
)


@functools.cache
def docstrings() -> dict[str, str]:
    """Docstrings by name: of the public functions, classes and methods of classes on each page."""
    found: dict[str, str] = {}
    for page in PAGES:
        for name, value in _public(page):
            text = getattr(value, "__doc__", None)
            if isinstance(text, str):
                found.setdefault(text, name)
    return {name: text for text, name in found.items()}


@functools.cache
def owner(page: str) -> Any:
    """The module or class of a page, None where this torch has none."""
    try:
        return importlib.import_module(page)
    except ImportError:
        return getattr(torch, page.split(".")[-1]) if page == "torch.Tensor" else None


def _public(page: str) -> Iterator[tuple[str, Any]]:
    """What a page names, and of its classes the public methods of their own."""
    here = owner(page)
    for name in dir(here) if here is not None else ():
        value = inspect.getattr_static(here, name)
        if name.startswith("_") or isinstance(value, ModuleType) or not _is_torchs(value):
            continue
        yield f"{page}.{name}", value
        if inspect.isclass(value) and not inspect.isclass(here):
            yield from ((f"{page}.{name}.{key}", part) for key, part in vars(value).items() if not key.startswith("_"))


def _is_torchs(value: Any) -> bool:
    """Whether torch made it, and it is not one of the old types such as torch.FloatTensor, whose texts are Tensor's."""
    return str(getattr(value, "__module__", None) or "torch").startswith("torch") and (
        type(value).__name__ != "tensortype"
    )
