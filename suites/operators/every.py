"""What the laws of every operator share: the claim's rows, where arrays lie, and when two computations agree."""

from __future__ import annotations

import numpy as np
import pytest

from suites.kit import array, bound, close, documents, draw
from suites.operators.catalogue import POINTWISE, WIDE, Of, tensors

LAYOUTS = (*draw.LAYOUTS[1:], "channels last")
#: Operations of two operands, which broadcast, and shapes in which one side or the other is stretched.
PAIRS = tuple(call for call in POINTWISE if [getattr(of, "shape", None) for of in call.arguments] == [WIDE, WIDE])
STRETCHED = (
    *(((6, 1), (35,)), ((35,), (6, 1)), ((), (3, 5)), ((3, 1, 5), (4, 1)), ((1,), (0,)), ((2, 3), ())),
    *(((2, 3, 4), (2, 1, 4)), ((2, 1, 4), (2, 3, 4))),
)


def stretched(row, shapes):
    """The call with operands of other shapes."""
    return row._replace(arguments=tuple(Of(shape, of.kind) for shape, of in zip(shapes, row.arguments)))


def every(calls, **since):
    """Calls as parameters of claims, those of a name from a release on; a second call of an operator has a number."""
    seen: dict[str, int] = {}
    params = []
    for call in calls:
        seen[call.name] = seen.get(call.name, 0) + 1
        number = f"-{seen[call.name]}" if seen[call.name] > 1 else ""
        mark = documents(str(call), since=since.get(call.name.split(".")[-1]))
        params.append(pytest.param(call, marks=mark, id=f"{call.name}{number}"))
    return pytest.mark.parametrize("row", params)


def placed(layout):
    """How an array comes to lie so in memory; channels are last only where there are two dimensions behind them."""

    def place(values):
        return values if layout == "channels last" and values.ndim < 4 else draw.laid_out(values, layout)

    return place


def packed(layout):
    """The same values, one after the other."""
    return lambda values: np.array(placed(layout)(values), order="C")


def same(found, expected, parts, device):
    """Assert that two ways of one computation agree to 64 u of the largest number in it: sums may go in any order."""
    assert len(found) == len(expected)
    given = max((_largest(array(part)) for part in tensors(parts)), default=0.0)
    for one, other in zip(found, expected):
        values = array(other)
        limit = bound.Bound(64, max(given, _largest(values)), False) if values.dtype.kind in "fc" else bound.exact
        close(one, values, limit, dtype=other.dtype, device=device)


def _largest(values):
    """The largest finite magnitude."""
    return float(np.abs(values[np.isfinite(values)]).max(initial=0.0))
