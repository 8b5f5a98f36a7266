"""Arguments by their documented names: the same result as by their places."""

from typing import Any, Callable, NamedTuple

import numpy as np
import pytest
import torch

from reference import indexing, joining, ordering, shaping
from suites.kit import documents, draw, tensor
from suites.tensors.operation import same, spelled

ARRAY = draw.normal(0, 2, 3, 4, dtype="float32")
INDEX = np.array([2, 0])
LAST = np.array([[[3, 1], [0, 0], [2, 3]], [[1, 1], [0, 2], [3, 0]]])
MASK = ARRAY > 0


class Named(NamedTuple):
    """An operation, its reference, and arguments by name in the order of the documentation."""

    name: str
    reference: Callable[..., Any]
    arguments: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.name}({', '.join(self.arguments)})"


TABLE = (
    Named("torch.transpose", shaping.transpose, {"dim0": 0, "dim1": -1}),
    Named("torch.permute", shaping.permute, {"dims": (2, 0, 1)}),
    Named("torch.movedim", shaping.movedim, {"source": 0, "destination": 2}),
    Named("torch.reshape", shaping.reshape, {"shape": (4, -1)}),
    Named("torch.flatten", shaping.flatten, {"start_dim": 1, "end_dim": -1}),
    Named("torch.unsqueeze", shaping.unsqueeze, {"dim": -2}),
    Named("torch.narrow", shaping.narrow, {"dim": 2, "start": 1, "length": 2}),
    Named("torch.select", shaping.select, {"dim": 1, "index": -1}),
    Named("torch.diagonal", shaping.diagonal, {"offset": 1, "dim1": 2, "dim2": 0}),
    Named("torch.tril", shaping.tril, {"diagonal": -1}),
    Named("torch.triu", shaping.triu, {"diagonal": 1}),
    Named("torch.diag_embed", shaping.diag_embed, {"offset": 1, "dim1": 0, "dim2": 2}),
    Named("torch.flip", shaping.flip, {"dims": (0, 2)}),
    Named("torch.roll", shaping.roll, {"shifts": (1, -1), "dims": (0, 2)}),
    Named("torch.rot90", shaping.rot90, {"k": -1, "dims": (1, 2)}),
    Named("torch.tile", shaping.tile, {"dims": (2, 1)}),
    Named("torch.repeat_interleave", shaping.repeat_interleave, {"repeats": 2, "dim": 1}),
    Named("torch.Tensor.unfold", shaping.unfold, {"dimension": 2, "size": 2, "step": 1}),
    Named("torch.broadcast_to", shaping.expand, {"size": (2, 2, 3, 4)}),
    Named("torch.split", joining.split, {"split_size_or_sections": 3, "dim": 2}),
    Named("torch.chunk", joining.chunk, {"chunks": 3, "dim": 2}),
    Named("torch.tensor_split", joining.tensor_split, {"indices_or_sections": 3, "dim": 2}),
    Named("torch.unbind", joining.unbind, {"dim": 1}),
    Named("torch.gather", indexing.gather, {"dim": 2, "index": LAST}),
    Named("torch.scatter", indexing.scatter, {"dim": 2, "index": LAST[..., :1], "src": -ARRAY}),
    Named("torch.scatter_add", indexing.scatter_add, {"dim": 2, "index": LAST[..., :1], "src": ARRAY}),
    Named("torch.index_select", indexing.index_select, {"dim": 1, "index": INDEX}),
    Named("torch.index_copy", indexing.index_copy, {"dim": 1, "index": INDEX, "source": -ARRAY[:, :2]}),
    Named("torch.index_add", indexing.index_add, {"dim": 1, "index": INDEX, "source": ARRAY[:, :2]}),
    Named("torch.index_fill", indexing.index_fill, {"dim": 1, "index": INDEX, "value": 2.0}),
    Named("torch.take", indexing.take, {"index": np.array([23, -1, 7])}),
    Named("torch.take_along_dim", indexing.take_along_dim, {"indices": LAST, "dim": 2}),
    Named("torch.masked_select", indexing.masked_select, {"mask": MASK}),
    Named("torch.masked_fill", indexing.masked_fill, {"mask": MASK, "value": 2.0}),
    Named("torch.masked_scatter", indexing.masked_scatter, {"mask": MASK, "source": -ARRAY}),
    Named("torch.select_scatter", indexing.select_scatter, {"src": ARRAY[0], "dim": 0, "index": -1}),
    Named(
        "torch.slice_scatter",
        indexing.slice_scatter,
        {"src": ARRAY[..., :2], "dim": 2, "start": 0, "end": 4, "step": 2},
    ),
    Named("torch.msort", ordering.msort, {}),
)


@pytest.mark.parametrize("row", [pytest.param(row, marks=documents(row.name), id=row.name) for row in TABLE])
def test_takes_its_arguments_by_name(row, device):
    """{row} takes these arguments by name, and follows its formula."""
    named = {name: tensor(v, device) if isinstance(v, np.ndarray) else v for name, v in row.arguments.items()}

    result = spelled(row.name)(tensor(ARRAY, device), **named)

    same(result, row.reference(ARRAY, *row.arguments.values()), torch.float32, device)


@documents("torch.slice_scatter")
def test_slice_scatter_steps_by_one(device):
    """Without a step, torch.slice_scatter puts src into every place from start to end."""
    x, src = tensor(ARRAY, device), tensor(-ARRAY[..., :2], device)

    result = torch.slice_scatter(x, src, 2, 1, 3)

    same(result, indexing.slice_scatter(ARRAY, -ARRAY[..., :2], 2, 1, 3), torch.float32, device)
