"""vmap is the loop: every operator, mapped over a batch, gives for each sample what it gives by itself."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest
import torch

from suites.kit import array, documents, tensor
from suites.operators.catalogue import CALLS, DIFFERENTIABLE, QUIET, Of, tensors, words
from suites.operators.every import every, same
from suites.operators.test_every_gradient import SMOOTH

GUIDE = "Operations on Tensors"
pytestmark = [*QUIET, pytest.mark.filterwarnings("ignore:There is a performance drop")]

SAMPLES = 3
#: What gives each sample a shape of its own, decides by values or, as column_stack, is not batched: vmap refuses them.
REFUSED = words(
    "nonzero argwhere masked_select unique nn.functional.one_hot nn.functional.gaussian_nll_loss column_stack"
)
MAPPED = tuple(call for call in CALLS if call.name not in REFUSED)


class Batch(NamedTuple):
    """Which arguments are mapped over, of those that the operator takes any values for, and along which axis."""

    name: str
    axis: int
    only: tuple[int, ...] = tuple(range(9))

    def arguments(self, call, sample, device):
        """The arguments of one sample: values of its own where they are mapped over, the same elsewhere."""
        return tuple(
            _argument(value, (100 * sample if i in self.only else 0) + i, device)
            for i, value in enumerate(call.arguments)
        )

    def together(self, call, device):
        """All samples of each argument in one tensor, and the axis they lie along, None for what is not mapped over."""
        columns = zip(*(self.arguments(call, sample, device) for sample in range(SAMPLES)))
        parts = [(v, c, self.axis if i in self.only else None) for i, (v, c) in enumerate(zip(call.arguments, columns))]
        return tuple(_batch(*part) for part in parts), tuple(_axis(value, axis) for value, _, axis in parts)


ROWS, COLUMNS, FIRST = Batch("rows", 0), Batch("columns", -1), Batch("first", 0, (0,))


def _is_list(value):
    return isinstance(value, list) and bool(value) and isinstance(value[0], Of)


def _argument(value, seed, device):
    if _is_list(value):
        return [_argument(part, 10 + seed + i, device) for i, part in enumerate(value)]
    values = value.array(seed) if isinstance(value, Of) else value
    return tensor(values, device) if isinstance(values, np.ndarray) else values


def _batch(value, column, axis):
    if _is_list(value):
        return [_batch(part, parts, axis) for part, parts in zip(value, zip(*column))]
    if axis is None or not isinstance(value, Of):
        return column[0]
    return tensor(np.stack([array(part) for part in column], axis), str(column[0].device))


def _axis(value, axis):
    return [axis] * len(value) if _is_list(value) else axis if isinstance(value, Of) else None


def looped(function, batch, call, device):
    """What the function gives for one sample after the other, the results stacked."""
    results = [function(*batch.arguments(call, sample, device)) for sample in range(SAMPLES)]
    return [tensor(np.stack([array(part) for part in column]), device, column[0].dtype) for column in zip(*results)]


@every([call for call in MAPPED if isinstance(call.arguments[0], Of) or _is_list(call.arguments[0])])
@documents("torch.func.vmap", since="2.0", guide=GUIDE)
@pytest.mark.parametrize("batch", [COLUMNS, FIRST], ids=lambda batch: batch.name)
def test_is_the_loop(row, batch, device):
    """vmap of {row} over a batch of all arguments, or of the first, gives what the samples give one by one."""
    parts, axes = batch.together(row, device)

    found = torch.vmap(lambda *args: tuple(row.results(*args)), in_dims=axes)(*parts)

    same(found, looped(row.results, batch, row, device), [*tensors(parts)], device)


def _smooth(value):
    kind = value[0] if isinstance(value, list) and value else value
    return getattr(kind, "kind", "") in DIFFERENTIABLE


#: Whose gradient vmap takes in every release: index_reduce looks at values on its way back, two have none in some.
INCLINED = [
    call
    for call in MAPPED
    if call in SMOOTH
    and any(map(_smooth, call.arguments))
    and call.name not in words("index_reduce aminmax narrow_copy")
]


def slope(row):
    """The function that gives the gradient of Σ |result|² / 2 for the arguments that have one."""

    def half_square(*parts):
        results = [torch.view_as_real(r) if r.is_complex() else r for r in row.results(*parts)]
        return sum((r**2).sum() / 2 for r in results if r.is_floating_point())

    gradient = torch.func.grad(half_square, argnums=tuple(i for i, value in enumerate(row.arguments) if _smooth(value)))
    return lambda *parts: tuple(tensors(gradient(*parts)))


@every(INCLINED)
@documents("torch.func.vmap", "torch.func.grad", since="2.0", guide="Differentiation in Autograd")
def test_gradients_are_those_of_the_loop(row, device):
    """vmap of the gradient of {row} gives the gradient of each sample by itself."""
    parts, axes = ROWS.together(row, device)

    found = torch.vmap(slope(row), in_dims=axes)(*parts)

    same(found, looped(slope(row), ROWS, row, device), [*tensors(parts)], device)
