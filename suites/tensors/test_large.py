"""Tensors of many elements, which kernels share out among threads and vectors: no element is lost at a seam."""

from typing import Any, Callable, NamedTuple

import numpy as np
import pytest
import torch

from suites.kit import documents, draw, tensor
from suites.tensors.operation import same

#: More than two threads have at once, and no multiple of a vector's width.
MANY = 70_001
VALUES = draw.Sample((MANY,), 0, "wide")("float32")
WHOLE = draw.Sample((MANY,), 1, "ties")("int64")
CHOSEN = np.random.default_rng(2).integers(-MANY, MANY, MANY)
MASK = np.random.default_rng(3).random(MANY) < 0.5
WIDE = VALUES[:70_000].reshape(700, 100)


class Large(NamedTuple):
    """An operation on many elements, in torch and in NumPy; both take the same arrays."""

    name: str
    function: Callable[..., Any]
    numpy: Callable[..., Any]
    arrays: tuple[np.ndarray, ...]

    def __str__(self) -> str:
        return self.name


def added(x, at, values):
    return np.bincount(at % 1009, weights=values, minlength=1009).astype(np.int64)


TABLE = (
    Large("torch.Tensor.__getitem__", lambda x, at: x[at], lambda x, at: x[at], (VALUES, CHOSEN)),
    Large("torch.masked_select", lambda *given: torch.masked_select(*given), lambda x, mask: x[mask], (VALUES, MASK)),
    Large("torch.nonzero", lambda *given: torch.nonzero(*given), lambda x: np.argwhere(x), (WHOLE,)),
    Large("torch.take", lambda *given: torch.take(*given), lambda x, at: x[at], (VALUES, CHOSEN)),
    Large("torch.index_select", lambda x, at: torch.index_select(x, 1, at), lambda x, at: x[:, at],
          (WIDE, CHOSEN[:500] % 100)),
    Large("torch.gather", lambda x, at: torch.gather(x, 0, at), lambda x, at: x[at], (VALUES, CHOSEN % MANY)),
    Large(
        "torch.scatter_add",
        lambda x, at, values: torch.zeros_like(x[:1009]).scatter_add(0, at % 1009, values),
        added,
        (WHOLE, CHOSEN % MANY, WHOLE),
    ),
    Large(
        "torch.Tensor.index_put_",
        lambda x, at, values: torch.zeros_like(x[:1009]).index_put_((at % 1009,), values, accumulate=True),
        added,
        (WHOLE, CHOSEN % MANY, WHOLE),
    ),
    Large(
        "torch.index_add",
        lambda x, at, values: torch.zeros_like(x[:1009]).index_add(0, at % 1009, values),
        added,
        (WHOLE, CHOSEN % MANY, WHOLE),
    ),
    Large("torch.where", lambda *given: torch.where(*given), np.where, (MASK, VALUES, -VALUES)),
    Large("torch.masked_fill", lambda x, mask: torch.masked_fill(x, mask, 0.5),
          lambda x, mask: np.where(mask, np.float32(0.5), x), (VALUES, MASK)),
    Large("torch.cat", lambda x: torch.cat([x[k : 2 * k + 1] for k in range(64)]),
          lambda x: np.concatenate([x[k : 2 * k + 1] for k in range(64)]), (WIDE,)),
    Large("torch.stack", lambda x: torch.stack([*x], -1), lambda x: np.stack([*x], -1), (WIDE,)),
    Large("torch.flip", lambda x: torch.flip(x, (0, 1)), lambda x: x[::-1, ::-1], (WIDE,)),
    Large("torch.roll", lambda x: torch.roll(x, -33_333), lambda x: np.roll(x, -33_333), (VALUES,)),
    Large("torch.Tensor.contiguous", lambda x: x.t().contiguous(), lambda x: x.T, (WIDE,)),
    Large("torch.repeat_interleave", lambda x, n: torch.repeat_interleave(x, n), np.repeat,
          (WIDE[:, 0], CHOSEN[:700] % 90)),
    Large("torch.sort", lambda x: torch.sort(x, stable=True)[0], np.sort, (VALUES,)),
    Large("torch.argsort", lambda x: torch.sort(x, stable=True)[1], lambda x: np.argsort(x, kind="stable"), (WHOLE,)),
    Large("torch.topk", lambda x: torch.topk(x, 3000)[0], lambda x: np.sort(x)[::-1][:3000], (VALUES,)),
    Large("torch.unique", lambda x: torch.unique(x, return_inverse=True, return_counts=True),
          lambda x: np.unique(x, return_inverse=True, return_counts=True), (CHOSEN // 7,)),
    Large("torch.unique_consecutive", lambda x: torch.unique_consecutive(x),
          lambda x: x[np.r_[True, x[1:] != x[:-1]]], (WHOLE,)),
    Large("torch.searchsorted", lambda *given: torch.searchsorted(*given), np.searchsorted, (np.sort(VALUES), -VALUES)),
    Large("torch.isin", lambda *given: torch.isin(*given), np.isin, (CHOSEN, CHOSEN[::70] + 1)),
)  # fmt: skip


@pytest.mark.parametrize("row", [pytest.param(row, marks=documents(row.name), id=row.name) for row in TABLE])
def test_loses_no_element(row, device):
    """{row} gives the same elements as NumPy, of seventy thousand."""
    result = row.function(*(tensor(array, device) for array in row.arrays))

    same(result, row.numpy(*row.arrays), torch.float32, device)
