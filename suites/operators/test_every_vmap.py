"""vmap is the loop: every operator, mapped over a batch, gives for each sample what it gives by itself."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from suites.kit import array, documents, tensor
from suites.operators.catalogue import CALLS, QUIET, Of, tensors, words
from suites.operators.every import every, same

GUIDE = "Operations on Tensors"
pytestmark = [*QUIET, pytest.mark.filterwarnings("ignore:There is a performance drop")]

SAMPLES = 3
#: What gives each sample a shape of its own, decides by values or, as column_stack, is not batched: vmap refuses them.
REFUSED = words(
    "nonzero argwhere masked_select unique nn.functional.one_hot nn.functional.gaussian_nll_loss column_stack"
)
MAPPED = tuple(call for call in CALLS if call.name not in REFUSED)


def arguments(row, sample, device):
    """The arguments of one sample: values of its own where the operator takes any, the same where they are fixed."""
    return tuple(_argument(value, 100 * sample + seed, device) for seed, value in enumerate(row.arguments))


def _argument(value, seed, device):
    if isinstance(value, Of):
        return tensor(value.array(seed), device)
    if isinstance(value, list) and value and isinstance(value[0], Of):
        return [_argument(part, 10 + seed + i, device) for i, part in enumerate(value)]
    return tensor(value, device) if isinstance(value, np.ndarray) else value


def batches(row, device, axis):
    """All samples in one tensor for each argument, and along which axis they lie."""
    samples = [arguments(row, number, device) for number in range(SAMPLES)]
    columns = list(zip(*samples))
    return tuple(map(_batch, row.arguments, columns, [axis] * len(columns))), tuple(
        _axis(v, axis) for v in row.arguments
    )


def _batch(value, column, axis):
    if isinstance(value, Of):
        return tensor(np.stack([array(part) for part in column], axis), str(column[0].device))
    if isinstance(value, list) and value and isinstance(value[0], Of):
        return [_batch(part, parts, axis) for part, parts in zip(value, zip(*column))]
    return column[0]


def _axis(value, axis):
    if isinstance(value, list) and value and isinstance(value[0], Of):
        return [axis] * len(value)
    return axis if isinstance(value, Of) else None


@every(MAPPED)
@documents("torch.func.vmap", since="2.0", guide=GUIDE)
@pytest.mark.parametrize("axis", [0, -1], ids=["rows", "columns"])
def test_is_the_loop(row, axis, device):
    """vmap of {row} over a batch, along the first axis or the last, gives what the samples give one by one."""
    parts, axes = batches(row, device, axis)

    found = torch.vmap(lambda *args: tuple(row.results(*args)), in_dims=axes)(*parts)

    loop = [row.results(*arguments(row, number, device)) for number in range(SAMPLES)]
    expected = [tensor(np.stack([array(part) for part in column]), device, column[0].dtype) for column in zip(*loop)]
    same(found, expected, [*tensors(parts)], device)
