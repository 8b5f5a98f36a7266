"""Ways in which a function of tensors can be wrong, for plants: each takes the original and returns the wrong one."""

from __future__ import annotations

from typing import Any, Callable

import torch

Function = Callable[..., Any]


def result(change: Function, when: Function = lambda *_, **__: True) -> Function:
    """The result is changed, where the arguments are such."""

    def plant(original: Function) -> Function:
        def wrong(*args: Any, **options: Any) -> Any:
            found = original(*args, **options)
            return change(found) if when(*args, **options) else found

        return wrong

    return plant


def arguments(change: Function) -> Function:
    """The function is called with other arguments: ``change`` returns a tuple and a dictionary."""

    def plant(original: Function) -> Function:
        def wrong(*args: Any, **options: Any) -> Any:
            args, options = change(*args, **options)
            return original(*args, **options)

        return wrong

    return plant


def attribute(change: Function, when: Function = lambda _: True) -> Function:
    """A property tells something else of some tensors."""

    def plant(original: Any) -> Any:
        def wrong(self: Any) -> Any:
            found = original.__get__(self)
            return change(found) if when(self) else found

        return property(wrong)

    return plant


def copied_out(original: Function) -> Function:
    """The result is returned and not written into out."""

    def wrong(*args: Any, **options: Any) -> Any:
        options.pop("out", None)
        return original(*args, **options)

    return wrong


def bumped(x: torch.Tensor) -> torch.Tensor:
    """The last element is one too large; bool is turned over."""
    x = x.clone()
    if x.numel():
        flat = x.detach().reshape(-1)
        flat[-1] = ~flat[-1] if x.dtype is torch.bool else flat[-1] + 1
        return flat.reshape(x.shape)
    return x


def negated(original: Function) -> Function:
    """Yes for no."""
    return lambda *args, **options: not original(*args, **options)


def constant(value: Any) -> Function:
    """The same answer to everything."""
    return lambda original: lambda *args, **options: value
