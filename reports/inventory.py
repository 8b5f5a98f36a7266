"""What the installed torch documents, page by page, whether a claim is about it or not."""

from __future__ import annotations

import importlib
import inspect
import re
import warnings
from types import ModuleType
from typing import Any, Optional

PAGES = (
    *("torch", "torch.Tensor", "torch.special", "torch.linalg", "torch.fft", "torch.signal.windows", "torch.func"),
    *("torch.nn", "torch.nn.functional", "torch.nn.init", "torch.nn.utils", "torch.optim", "torch.optim.lr_scheduler"),
    *("torch.autograd", "torch.autograd.functional", "torch.autograd.graph", "torch.amp", "torch.utils.data"),
)


def names() -> list[str]:
    """List the public functions and classes of the pages; a page that this torch lacks has none."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # to look at a deprecated name is not to use it
        return [f"{page}.{name}" for page in PAGES for name in _public(found(page), page)]


def page(name: str) -> str:
    """Give the page that a name stands on."""
    return name.rpartition(".")[0]


def found(name: str) -> Any:
    """Find the object of a dotted name, None where this torch lacks it."""
    first, *rest = name.split(".")
    try:
        value: Any = importlib.import_module(first)
        for depth, part in enumerate(rest, start=2):
            if not hasattr(value, part):
                importlib.import_module(".".join([first, *rest][:depth]))
            value = getattr(value, part)
    except Exception:  # whatever a lazy or broken module raises, the name is not to be had
        return None
    return value


def signature(name: str) -> Optional[str]:
    """Give the arguments of a Python function with their defaults, without annotations; None for a built-in."""
    value = found(name)
    try:
        given = inspect.signature(value)
    except Exception:  # built-ins have none, and odd callables raise odd things
        return None
    empty = inspect.Parameter.empty
    bare = [parameter.replace(annotation=empty) for parameter in given.parameters.values()]
    text = str(given.replace(parameters=bare, return_annotation=inspect.Signature.empty))
    return re.sub(r" at 0x[0-9a-f]+", "", text)


def _public(owner: Any, page: str) -> list[str]:
    return [name for name in dir(owner) if not name.startswith("_") and _told(getattr(owner, name, None), page)]


def _told(value: Any, page: str) -> bool:
    """Whether a value is torch's own; a class stands on the page that it is of, and not where it is imported."""
    if not callable(value) or isinstance(value, ModuleType):
        return False
    return str(getattr(value, "__module__", None) or page).startswith(page if isinstance(value, type) else "torch")
