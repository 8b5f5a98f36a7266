"""The one comparison: shape, dtype, device, NaN, infinities, signed zeros, and an error within an a-priori bound."""

from __future__ import annotations

from typing import Union

import numpy as np
import torch

from . import bound as bounds
from . import convert, dtypes
from .ledger import LEDGER

Bound = Union[bounds.Bound, bounds.Norm]


def close(
    actual: torch.Tensor | np.ndarray,
    expected: np.ndarray | complex,
    bound: Bound = bounds.exact,
    *,
    dtype: dtypes.DType | None = None,
    device: str = "cpu",
) -> None:
    """Assert that ``actual`` is ``expected`` to within ``bound``, in shape, in ``dtype`` and on ``device``.

    ``expected`` is the oracle's value, in the judged dtype or a wider one; ``dtype`` is its own unless given.
    Raises AssertionError with the worst element, its error and its bound.
    """
    LEDGER.comparisons += 1
    expected = np.asarray(expected)
    judged = dtypes.name(dtype or expected.dtype)
    _same_kind(actual, expected, judged, device)
    found = convert.array(actual) if isinstance(actual, torch.Tensor) else np.asarray(actual)
    if not dtypes.is_approximate(judged):
        _report("value", found, expected, found != expected)
        return
    unit = dtypes.unit(judged) * (2 if _errs_too(expected, judged) else 1)
    allowed = _allowed(bound, unit, judged, expected.shape)
    _same_specials(found, expected, allowed, bound, judged)
    error = _errors(found, expected)
    if isinstance(bound, bounds.Norm):
        _within_norm(error, bound.radius * unit)
    else:
        _report("value", found, expected, error > allowed, error, allowed)


def _same_kind(actual: torch.Tensor | np.ndarray, expected: np.ndarray, judged: str, device: str) -> None:
    """Shape, dtype and device, before any value."""
    assert isinstance(actual, (torch.Tensor, np.ndarray, np.generic)), f"{type(actual).__name__} is no tensor"
    assert tuple(actual.shape) == expected.shape, f"shape {tuple(actual.shape)}, expected {expected.shape}"
    assert dtypes.name(actual.dtype) == judged, f"dtype {dtypes.name(actual.dtype)}, expected {judged}"
    if isinstance(actual, torch.Tensor):
        wanted = torch.device(device)
        assert actual.device.type == wanted.type, f"on device {actual.device}, expected {wanted}"
        assert wanted.index in (None, actual.device.index), f"on device {actual.device}, expected {wanted}"


def _errs_too(expected: np.ndarray, judged: str) -> bool:
    """Whether the oracle has no more digits than what it judges, so that both err and the bound doubles."""
    return np.finfo(expected.dtype).nmant < dtypes.DIGITS[judged] if expected.dtype.kind in "fc" else False


def _allowed(bound: Bound, unit: float, judged: str, shape: tuple[int, ...]) -> np.ndarray:
    """The largest error allowed in each element; a bound of the norm allows none of them to be special."""
    if isinstance(bound, bounds.Norm):
        return np.zeros(shape)
    floor = dtypes.smallest_normal(judged) if np.any(np.asarray(bound.factor) > 0) else 0.0
    with np.errstate(invalid="ignore", over="ignore"):
        reach = np.asarray(bound.factor, np.float64) * unit * np.asarray(bound.scale, np.float64) + floor
    return np.broadcast_to(np.nan_to_num(reach, nan=0.0, posinf=0.0), shape)


def _same_specials(found: np.ndarray, expected: np.ndarray, allowed: np.ndarray, bound: Bound, judged: str) -> None:
    """NaN in the same places, the same infinities, and zeros of the same sign where the bound asks for it."""
    if found.dtype.kind == "c":
        wide = expected.astype(np.result_type(expected.dtype, np.complex64), copy=False)
        _same_specials(found.real, wide.real, allowed, bound, judged)
        _same_specials(found.imag, wide.imag, allowed, bound, judged)
        return
    _report("NaN", found, expected, np.isnan(found) != np.isnan(expected))
    with np.errstate(over="ignore", invalid="ignore"):
        reaches_infinity = np.abs(expected) + allowed >= dtypes.overflow(judged)
        same_side = np.signbit(found) == np.signbit(expected)
        stray = np.isinf(found) & ~((found == expected) | (reaches_infinity & same_side))
        missed = np.isinf(expected) & ~np.isinf(found)
    _report("infinity", found, expected, stray | (missed & ~np.isnan(expected)))
    if isinstance(bound, bounds.Bound) and bound.signed_zeros:
        zeros = (found == 0) & (expected == 0)
        _report("sign of zero", found, expected, zeros & (np.signbit(found) != np.signbit(expected)))


def _errors(found: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """The error of each element; none where both are special, which was compared before."""
    wide = np.result_type(found.dtype, expected.dtype, np.float64)
    special = ~np.isfinite(found) | ~np.isfinite(expected)
    with np.errstate(invalid="ignore", over="ignore"):
        return np.where(special, 0, np.abs(found.astype(wide) - expected.astype(wide)))


def _within_norm(error: np.ndarray, radius: float) -> None:
    """The 2-norm of all errors is within the radius."""
    norm = float(np.linalg.norm(error.ravel().astype(np.float64)))
    assert norm <= radius, f"the error's 2-norm is {norm:.3g}, allowed {radius:.3g}"


def _report(
    what: str,
    found: np.ndarray,
    expected: np.ndarray,
    wrong: np.ndarray,
    error: np.ndarray | None = None,
    allowed: np.ndarray | None = None,
) -> None:
    """Raise AssertionError naming the worst of the wrong elements, if there is one."""
    if not np.any(wrong):
        return
    with np.errstate(over="ignore"):
        badness = wrong if error is None or allowed is None else np.where(wrong, error / np.maximum(allowed, 1e-300), 0)
    index = tuple(int(i) for i in np.unravel_index(int(np.argmax(badness)), np.shape(wrong)))
    lines = [
        f"{what} differs in {int(np.sum(wrong))} of {np.size(wrong)} elements, most at {list(index)}:",
        f"  torch    {found[index]!r}",
        f"  expected {expected[index]!r}",
    ]
    if error is not None and allowed is not None:
        lines.append(f"  error    {float(error[index]):.3g}, allowed {float(allowed[index]):.3g}")
    raise AssertionError("\n".join(lines))
