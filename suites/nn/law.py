"""Two laws for a function with a formula: its values lie within the formula's condition, its gradient is the formula's."""

from __future__ import annotations

from typing import Any, Callable

import numpy as np
import torch

from suites.kit import bound, close, gradient, tensor, unchanged

#: Random signs by which the condition of a formula is measured; fewer would miss an input once in many runs.
DIRECTIONS = 8


def conditioned(
    reference: Callable[..., np.ndarray], arrays: tuple[np.ndarray, ...], slack: float | np.ndarray = 0.0
) -> bound.Bound:
    """32 u (|f| + the change of f when every input x changes by |x|, as a root mean square over random signs + slack).

    A stable algorithm gives the exact value of inputs that are off by a few roundings. ``slack`` is the size of
    numbers that the formula itself cancels.
    """
    rng = np.random.default_rng(0)
    wide = tuple(array.astype("float64") for array in arrays)
    squares = sum(
        gradient.complex_step(reference, wide, tuple(x * rng.choice((-1.0, 1.0), x.shape) for x in wide)) ** 2
        for _ in range(DIRECTIONS)
    )
    scale = np.abs(reference(*wide)) + np.sqrt(squares / DIRECTIONS) + slack
    return bound.Bound(32, scale, signed_zeros=False)


def equals(
    function: Callable[..., torch.Tensor],
    reference: Callable[..., np.ndarray],
    *arrays: np.ndarray,
    slack: float | np.ndarray = 0.0,
    device: str = "cpu",
) -> None:
    """Assert that torch's function of arrays of one dtype has the values of the reference, and leaves them alone."""
    tensors = [tensor(array, device) for array in arrays]
    with unchanged(*tensors):
        found = function(*tensors)
    expected = reference(*(array.astype("float64") for array in arrays))
    close(found, expected, conditioned(reference, arrays, slack), dtype=arrays[0].dtype, device=device)


def differentiates(
    function: Callable[..., torch.Tensor],
    reference: Callable[..., np.ndarray],
    *arrays: np.ndarray,
    seed: int = 0,
    device: str = "cpu",
) -> None:
    """Assert that torch's gradients of all arguments are those of the reference: together, and each on its own."""
    gradient.differentiates(function, reference, *arrays, seed=seed, device=device)
    for place in range(len(arrays) if len(arrays) > 1 else 0):
        gradient.differentiates(
            _with(function, arrays, place, device), _with(reference, arrays, place), arrays[place], seed=seed, device=device
        )


def _with(
    function: Callable[..., Any], arrays: tuple[np.ndarray, ...], place: int, device: str | None = None
) -> Callable[[Any], Any]:
    """The function of one of its arguments; the others are constants, that for torch need no gradient."""
    rest = [array if device is None else tensor(array, device) for array in arrays]
    return lambda argument: function(*rest[:place], argument, *rest[place + 1 :])
