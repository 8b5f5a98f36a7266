"""Ways for a function of matrices to be wrong, for plants."""

from __future__ import annotations

from typing import Any

import torch

from suites.meta.wrong import Function


def unwritten(original: Function) -> Function:
    """Tensors of other than contiguous memory, given as out=, stay as they were."""

    def wrong(*args: Any, **kwargs: Any) -> Any:
        out = kwargs.get("out")
        first = out[0] if isinstance(out, tuple) else out
        return original(*args, **kwargs) if first is None or first.is_contiguous() else out

    return wrong


def conjugated(original: Function) -> Function:
    """Lazily conjugated arguments are taken as they lie in memory."""
    lying = lambda x: x.conj() if isinstance(x, torch.Tensor) and x.is_conj() else x  # noqa: E731
    return lambda *args, **kwargs: original(*(lying(x) for x in args), **kwargs)


def repeated(original: Function) -> Function:
    """The last of several matrices gets what the first gets."""

    def wrong(*args: Any, **kwargs: Any) -> Any:
        result = original(*args, **kwargs)
        for part in (result,) if isinstance(result, torch.Tensor) else result:
            if args[0].ndim > 2 and part.ndim and part.shape[0] > 1:
                part[-1] = part[0].clone()
        return result

    return wrong


def refilled(original: Function) -> Function:
    """The first argument is written to: its last element is put to 0."""

    def wrong(first: torch.Tensor, *args: Any, **kwargs: Any) -> Any:
        result = original(first, *args, **kwargs)
        if first.numel():
            first.select(-1, -1).select(-1, -1).zero_()
        return result

    return wrong


def lenient(original: Function) -> Function:
    """Nothing is refused: what raises gives the first argument."""

    def wrong(*args: Any, **kwargs: Any) -> Any:
        try:
            return original(*args, **kwargs)
        except (RuntimeError, IndexError, TypeError, ValueError):
            return args[0]

    return wrong
