"""Ways for a function to be wrong, for plants: each takes the function and returns what stands in its place."""

from __future__ import annotations

from typing import Any, Callable

import torch

Function = Callable[..., Any]


def _each(result: Any, change: Function) -> Any:
    """The change made to a tensor, or to the first tensor of several results."""
    if isinstance(result, torch.Tensor):
        return change(result)
    return (change(result[0]), *result[1:])


def off(original: Function) -> Function:
    """The result is one more, or the opposite where it is bool."""

    def wrong(*args: Any, **kwargs: Any) -> Any:
        return _each(original(*args, **kwargs), lambda r: ~r if r.dtype is torch.bool else r.add(1))

    return wrong


def slightly(original: Function) -> Function:
    """The result is wrong by a hundred-thousandth."""
    return lambda *args, **kwargs: _each(original(*args, **kwargs), lambda r: r.mul(1.00001))


def misplaced(original: Function) -> Function:
    """Of two results the second, a place, is one less."""
    return lambda *args, **kwargs: (lambda r: (r[0], (r[1] - 1).clamp(min=0)))(original(*args, **kwargs))


def last(original: Function) -> Function:
    """The last element of the result is wrong."""

    def wrong(*args: Any, **kwargs: Any) -> Any:
        def change(result: torch.Tensor) -> torch.Tensor:
            changed = result.detach().clone().reshape(-1)
            changed[-1:] = ~changed[-1:] if changed.dtype is torch.bool else changed[-1:].add(1)
            return changed.reshape(result.shape)

        return _each(original(*args, **kwargs), change)

    return wrong


def first(original: Function) -> Function:
    """The first argument comes back, and nothing is refused."""
    return lambda *args, **kwargs: args[0]


def copied(original: Function) -> Function:
    """The result is a copy."""
    return lambda *args, **kwargs: _each(original(*args, **kwargs), lambda r: r.clone())


def outside(original: Function) -> Function:
    """An in-place method works on a copy of its tensor."""
    return lambda self, *args, **kwargs: original(self.detach().clone(), *args, **kwargs)


def swapped(original: Function) -> Function:
    """The two operands are exchanged."""
    return lambda x, y, *args, **kwargs: original(y, x, *args, **kwargs)


def ignoring(*names: str) -> Callable[[Function], Function]:
    """Some arguments given by name are ignored."""

    def wrong(original: Function) -> Function:
        return lambda *args, **kwargs: original(*args, **{k: v for k, v in kwargs.items() if k not in names})

    return wrong


def setting(**values: Any) -> Callable[[Function], Function]:
    """Some arguments are these, whatever is given by name."""
    return lambda original: lambda *args, **kwargs: original(*args, **{**kwargs, **values})


def nothing(original: Function) -> Function:
    """Nothing is done."""
    return lambda *args, **kwargs: None


def forgiving(original: Function) -> Function:
    """What is to be refused is passed over in silence."""

    def wrong(*args: Any, **kwargs: Any) -> Any:
        try:
            return original(*args, **kwargs)
        except Exception:
            return None

    return wrong


def ignoring_out(original: Function) -> Function:
    """out= is returned and not written."""

    def wrong(*args: Any, out: Any = None, **kwargs: Any) -> Any:
        return original(*args, **kwargs) if out is None else out

    return wrong


def packing_out(original: Function) -> Function:
    """out= is written as if it had no strides."""

    def wrong(*args: Any, out: Any = None, **kwargs: Any) -> Any:
        result = original(*args, **kwargs)
        if out is None:
            return result
        torch.as_strided(out, (out.numel(),), (1,), out.storage_offset()).copy_(result.reshape(-1))
        return out

    return wrong


def cutting_out(original: Function) -> Function:
    """An out= that is too small is not resized: the result is cut."""

    def wrong(*args: Any, out: Any = None, **kwargs: Any) -> Any:
        result = original(*args, **kwargs)
        return result if out is None else out.copy_(result.reshape(-1)[: out.numel()].reshape(out.shape))

    return wrong


def casting_out(original: Function) -> Function:
    """The result is cast to any dtype of out=, and nothing is refused."""

    def wrong(*args: Any, out: Any = None, **kwargs: Any) -> Any:
        if out is None:
            return original(*args, **kwargs)
        return out.copy_(original(*(a.detach() if isinstance(a, torch.Tensor) else a for a in args), **kwargs))

    return wrong


def double(original: Function) -> Function:
    """The result is of float64."""
    return lambda *args, **kwargs: _each(original(*args, **kwargs), lambda r: r.double())
