"""Ways to make autograd wrong: at the engine that every backward goes through, and in the gradient of one function."""

from __future__ import annotations

from typing import Any, Callable

import torch

ENGINE = "torch.autograd._engine_run_backward"
Wrong = Callable[[Any], Any]


def engine(change: Callable[..., Any]) -> Wrong:
    """``change(run, outputs, gradients, retain, create, inputs, *rest, **options)`` runs in place of the engine."""

    def plant(original: Callable[..., Any]) -> Callable[..., Any]:
        return lambda *args, **options: change(original, *args, **options)

    return plant


def weighed(factor: float) -> Wrong:
    """The incoming gradients are scaled."""
    return engine(
        lambda run, outputs, gradients, *rest, **options: run(
            outputs, tuple(g if g is None else g * factor for g in gradients), *rest, **options
        )
    )


def with_flags(**flags: Any) -> Wrong:
    """The engine is told other flags: retain, create or inputs."""

    def change(run, outputs, gradients, retain, create, inputs, *rest, **options):
        flagged = {"retain": retain, "create": create, "inputs": inputs, **flags}
        return run(outputs, gradients, flagged["retain"], flagged["create"], flagged["inputs"], *rest, **options)

    return engine(change)


def afterwards(change: Callable[..., Any]) -> Wrong:
    """``change(results, leaves, outputs, gradients, inputs)`` runs after the engine, on the leaves it reached."""

    def wrong(run, outputs, gradients, retain, create, inputs, *rest, **options):
        reached = [leaf for leaf in (*inputs, *leaves(outputs)) if isinstance(leaf, torch.Tensor)]
        results = run(outputs, gradients, retain, create, inputs, *rest, **options)
        with torch.no_grad():
            changed = change(results, reached, outputs, gradients, inputs)
        return results if changed is None else changed

    return engine(wrong)


def leaves(outputs: Any) -> list[torch.Tensor]:
    """The leaves that the outputs were computed from."""
    found, seen, nodes = [], set(), [o.grad_fn for o in outputs if o.grad_fn is not None]
    while nodes:
        node = nodes.pop()
        if node in seen:
            continue
        seen.add(node)
        found += [node.variable] if hasattr(node, "variable") else []
        nodes += [following for following, _ in node.next_functions if following is not None]
    return found


def gradient(change: Callable[[torch.Tensor], torch.Tensor]) -> Wrong:
    """A function of a tensor whose values are right and whose gradient, for that tensor, is changed."""

    def plant(original):
        def wrong(x, *args, **options):
            passed = x.clone()
            if passed.requires_grad:
                passed.register_hook(change)
            return original(passed, *args, **options)

        return wrong

    return plant


def but(value: Any) -> Wrong:
    """A function that gives this value whatever it is asked."""
    return lambda original: lambda *args, **options: value


def scaled(factor: float) -> Wrong:
    """A function whose result is scaled, every part of it."""
    return lambda original: lambda *args, **options: _times(original(*args, **options), factor)


def _times(result: Any, factor: float) -> Any:
    return tuple(_times(part, factor) for part in result) if isinstance(result, tuple) else result * factor
