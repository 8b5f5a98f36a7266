"""How much each law of the operators notices: wrong answers planted in operator after operator, and the share rejected.

python -m suites.meta.sensitivity        # every law, every wrong answer, what was not noticed
"""

from __future__ import annotations

import sys
from typing import Any, Callable, NamedTuple

import torch
from hypothesis import is_hypothesis_test

from suites.kit import profile
from suites.meta import wrong
from suites.meta.planting import REJECTIONS, replaced
from suites.operators import test_every_gradient as derivatives
from suites.operators import test_every_operator as every
from suites.operators import test_every_out as out
from suites.operators import test_pointwise as pointwise
from suites.operators.catalogue import tensors

#: What of the planted answers a law must reject.
SHARE = 0.98


class Fault(NamedTuple):
    """A wrong answer and the law that is to reject it, told of these rows, in this cell of the law."""

    wrongness: str
    law: Callable[..., None]
    rows: tuple[Any, ...]
    wrong: Callable[[Any], Any]
    cell: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.law.__name__}: {self.wrongness}"

    def survivors(self) -> list[str]:
        """The rows in which the law accepts the wrong answer."""
        return [str(row) for row in self.rows if not self.is_rejected(row)]

    def is_rejected(self, row: Any) -> bool:
        """Whether the law, told of this row, fails once the answer is wrong."""
        if is_hypothesis_test(self.law):
            profile.plant_seed(self.law, 0)
        with replaced(str(row), self.wrong):
            try:
                self.law(row=row, device="cpu", **self.cell)
            except REJECTIONS:
                return True
        return False


def changed(change: Callable[[torch.Tensor], torch.Tensor]) -> Callable[[Any], Any]:
    """An operator whose every floating result is changed."""

    def result(value: Any) -> Any:
        if isinstance(value, torch.Tensor):
            return change(value) if value.is_floating_point() or value.is_complex() else value
        return type(value)(*map(result, value)) if hasattr(value, "_fields") else type(value)(map(result, value))

    return lambda original: lambda *args, **options: result(original(*args, **options))


def at_the_end(count: int, factor: float) -> Callable[[torch.Tensor], torch.Tensor]:
    """The last elements and a hundredth, times a factor."""

    def change(value: torch.Tensor) -> torch.Tensor:
        value = value.clone(memory_format=torch.contiguous_format)
        value.view(-1)[-count:] += (factor - 1) * (value.view(-1)[-count:] + 0.01)
        return value

    return change


def where_strided(change: Callable[[torch.Tensor], torch.Tensor]) -> Callable[[Any], Any]:
    """An operator that is wrong where its first tensor does not lie in order."""

    def wrong(original: Any) -> Any:
        def function(*args: Any, **options: Any) -> Any:
            strided = not all(a.is_contiguous() for a in tensors(args))
            return (changed(change)(original) if strided else original)(*args, **options)

        return function

    return wrong


def in_gradient(change: Callable[[torch.Tensor], torch.Tensor]) -> Callable[[Any], Any]:
    """An operator whose values are right and whose gradient, for its first tensor that asks for one, is changed."""

    def wrong(original: Any) -> Any:
        def function(*args: Any, **options: Any) -> Any:
            place = next((i for i, a in enumerate(args) if getattr(a, "requires_grad", False)), None)
            if place is None:
                return original(*args, **options)
            passed = args[place].clone()
            passed.register_hook(change)
            return original(*args[:place], passed, *args[place + 1 :], **options)

        return function

    return wrong


def written(original: Any) -> Any:
    """An operator that leaves its mark in its first tensor."""

    def function(*args: Any, **options: Any) -> Any:
        value = original(*args, **options)
        first = next(tensors(args))
        first.view(-1)[-1:] = first.view(-1)[-1:] == 0
        return value

    return function


def unstable() -> Callable[[Any], Any]:
    """An operator of which every second result differs in its last bits."""

    def wrong(original: Any) -> Any:
        turns = iter(range(10**9))

        def function(*args: Any, **options: Any) -> Any:
            last = 2**-50 * (next(turns) % 2)
            return changed(lambda value: value * (1 + last) + last)(original)(*args, **options)

        return function

    return wrong


def smooth(rows: tuple[Any, ...]) -> tuple[Any, ...]:
    """Calls of one tensor that asks for a gradient and of numbers: one fault hits the whole derivative."""
    return tuple(r for r in rows if isinstance(r.arguments[0], tuple) and r.arguments[0][1] in ("fractions", "signed"))


FRACTIONS = tuple(call for call in smooth(every.CALLS) if call.name not in derivatives.DISCRETE)
DOUBLE, SINGLE = {"dtype": torch.float64}, {"dtype": torch.float32}
FOLLOWS, LARGE = pointwise.test_follows_the_formula, pointwise.test_large_tensors_follow_the_formula
FAULTS = (
    Fault("1e-6 in float32", FOLLOWS, pointwise.FLOATS, changed(lambda v: v * (1 + 1e-6)), SINGLE),
    Fault("1e-14 in float64", FOLLOWS, pointwise.FLOATS, changed(lambda v: v * (1 + 1e-14)), DOUBLE),
    Fault("only NaN", FOLLOWS, pointwise.FLOATS, changed(lambda v: v.nan_to_num(nan=1.0)), SINGLE),
    Fault("the tail of a vector", LARGE, pointwise.FLOATS, changed(at_the_end(15, 1.001)), {}),
    Fault("strided, slightly", every.test_does_not_depend_on_the_strides, FRACTIONS,
          where_strided(lambda v: v * (1 + 1e-4) + 1e-4), DOUBLE),
    Fault("strided, one element", every.test_does_not_depend_on_the_strides, FRACTIONS,
          where_strided(at_the_end(1, 1.5)), SINGLE),
    Fault("written to", every.test_leaves_its_arguments_alone, every.FRESH, written, {}),
    Fault("last bits", every.test_gives_the_same_bits_again, FRACTIONS, unstable(), DOUBLE),
    Fault("for those who ask", every.test_does_not_depend_on_who_asks_for_gradients, FRACTIONS,
          lambda f: lambda x, *a, **o: changed(lambda v: v + 1e-6 * (1 + v) * x.requires_grad)(f)(x, *a, **o), {}),
    Fault("broadcast only", every.test_broadcasts, every.PAIRS,
          lambda f: lambda x, y: f(x, y) if x.shape == y.shape else f(x.flip(0) if x.ndim else x + 1, y + 1), {}),
    Fault("negative axes only", every.test_counts_axes_from_the_end, every.ALONG,
          lambda f: lambda x, axis: f(x, axis if axis >= 0 else 1), {}),
    Fault("any axis will do", every.test_refuses_axes_that_are_not_there, every.ALONG,
          lambda f: lambda x, axis: f(x, axis % 2), {"axis": 2}),
    Fault("unwritten", out.test_writes_to_a_view_that_no_single_stride_describes, out.CALLED, wrong.ignoring_out,
          {"precision": "float64"}),
    Fault("gradient, slightly", derivatives.test_gradient_is_the_slope, FRACTIONS,
          in_gradient(lambda g: g + 1e-6 * (1 + g)), {}),
    Fault("gradient, one element", derivatives.test_gradient_is_the_slope, FRACTIONS,
          in_gradient(at_the_end(1, 1.01)), {}),
)  # fmt: skip


def main() -> int:
    """Print each law with its wrong answers, how many were rejected, and those that were not."""
    red = 0
    for fault in FAULTS:
        missed = fault.survivors()
        total = len(fault.rows)
        print(f"{total - len(missed):4} of {total:4}  {fault}", *missed, sep="\n               accepts it: ")
        red |= len(missed) > (1 - SHARE) * total
    return int(red)


if __name__ == "__main__":
    sys.exit(main())
