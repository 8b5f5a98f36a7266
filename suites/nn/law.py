"""Two laws for a function with a formula: its values lie within the formula's condition, its gradient is the
formula's.
"""

from __future__ import annotations

from typing import Any, Callable

import numpy as np
import torch

from suites.kit import bound, close, gradient, since, tensor, unchanged

#: Choices of random signs by which the condition of a formula is measured: of three numbers, a quarter of the
#: choices move all alike, which a normalisation does not feel, and all sixteen do so once in four thousand million.
DIRECTIONS = 16
#: Roundings allowed in each term of an inner product of a gradient: many gradients are differences.
TERMS = 16384


def conditioned(
    reference: Callable[..., np.ndarray], arrays: tuple[np.ndarray, ...], slack: float | np.ndarray = 0.0
) -> bound.Bound:
    """64 u (|f| + the change of f when every input x changes by |x|, as a root mean square over random signs + slack).

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
    return bound.Bound(64, scale, signed_zeros=False)


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
    slack: float = 0.0,
    device: str = "cpu",
) -> None:
    """Assert that torch's gradients are those of the reference: of all arguments, or of one, as the seed has it."""
    place = seed % (len(arrays) + 1)
    if len(arrays) > 1 and place < len(arrays):
        function, reference = _with(function, arrays, place, device), _with(reference, arrays, place)
        arrays = (arrays[place],)
    gradient.differentiates(function, reference, *arrays, seed=seed, terms=TERMS, slack=slack, device=device)


def _with(
    function: Callable[..., Any], arrays: tuple[np.ndarray, ...], place: int, device: str | None = None
) -> Callable[[Any], Any]:
    """The function of one of its arguments; the others are constants, that for torch need no gradient."""
    rest = [array if device is None else tensor(array, device) for array in arrays]
    return lambda argument: function(*rest[:place], argument, *rest[place + 1 :])


def functional_call(*args: Any, **kwargs: Any) -> Any:
    """torch.func.functional_call, or the name that it had before 2.0."""
    from torch.nn.utils import stateless

    return (torch.func if since("2.0") else stateless).functional_call(*args, **kwargs)
