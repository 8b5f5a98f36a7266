"""Arguments by their documented names and in each form that the documentation lists: the same result."""

from typing import Any, Callable, NamedTuple

import numpy as np
import pytest
import torch

from reference import indexing, joining, ordering, shaping
from suites.kit import close, documents, draw, tensor
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


@documents("torch.narrow", "torch.Tensor.narrow")
@pytest.mark.parametrize("dim", [0, 1, 2, -1, -2])
@pytest.mark.parametrize("start", [0, 1, -1, -2])
def test_narrow_starts_at_a_number_or_a_tensor(dim, start, device):
    """narrow starts at an integer or at a tensor without dimensions, negative ones counted from the end."""
    x, at = tensor(ARRAY, device), tensor(np.array(start), device)
    expected = shaping.narrow(ARRAY, dim, start % ARRAY.shape[dim], 1)

    for result in (x.narrow(dim, start, 1), torch.narrow(x, dim, at, 1), x.narrow(dim, at, 1)):
        close(result, expected, device=device)


@documents("torch.tensor_split", "torch.Tensor.tensor_split")
@pytest.mark.parametrize("places", [(1, 9), (9,), (4, 5, 6), (3, 1), (1, 1), (0, 3), (-1,), (-2, 9), (-9, 2), ()])
@pytest.mark.parametrize("form", [tuple, list, torch.tensor])
def test_tensor_split_takes_any_places(places, form, device):
    """tensor_split cuts at the places of a tuple, a list or a tensor as slices do: beyond the ends parts are empty."""
    at = form(places) if form is not torch.tensor else tensor(np.array(places, np.int64))
    edges = [0, *places, None]
    expected = [ARRAY[:, start:stop] for start, stop in zip(edges, edges[1:])]

    same(torch.tensor_split(tensor(ARRAY, device), at, 1), expected, torch.float32, device)
    same(tensor(ARRAY, device).tensor_split(at, dim=-2), expected, torch.float32, device)


@documents("torch.isin")
@pytest.mark.parametrize("invert", [False, True])
@pytest.mark.parametrize("number", [0, 2, 7])
def test_isin_takes_a_number_on_either_side(number, invert, device):
    """isin takes a number for the elements or for those to look among, and inverts its answer where it is told to."""
    values = np.array([[2, 0, 3], [1, 2, 5]])
    x = tensor(values, device)

    close(torch.isin(x, number, invert=invert), (values == number) ^ invert, device=device)
    close(torch.isin(number, x, invert=invert), np.asarray((number in values) ^ invert), device=device)


@documents("torch.Tensor.scatter_", "torch.scatter")
@pytest.mark.parametrize("dim", [0, 1, -1, -2])
@pytest.mark.parametrize("reduce", ["add", "multiply"])
@pytest.mark.filterwarnings("ignore:The reduce argument of torch.scatter:UserWarning")
@pytest.mark.parametrize("number", [False, True], ids=["tensor", "number"])
def test_scatter_adds_or_multiplies(number, reduce, dim, device):
    """scatter with reduce= adds to each place what is sent there, or multiplies it by that, however often."""
    values, src = draw.lattice(1, (3, 3)), np.full((3, 3), 3.0) if number else draw.lattice(2, (3, 3))
    index = np.array([[0, 0, 2], [1, 0, 2], [1, 0, 2]])
    expected = indexing.scatter_reduce(values, dim, index, src, {"add": "sum", "multiply": "prod"}[reduce])
    x, at, given = tensor(values, device), tensor(index, device), 3.0 if number else tensor(src, device)

    close(torch.scatter(x, dim, at, given, reduce=reduce), expected, device=device)
    assert x.scatter_(dim, at, given, reduce=reduce) is x
    close(x, expected, device=device)


@documents("torch.masked_select", "torch.masked_fill", "torch.masked_scatter", "torch.where", "notes/broadcasting")
@pytest.mark.parametrize("shape", [(), (4,), (1,), (3, 1), (1, 4), (2, 1, 1), (2, 1, 4), (2, 3, 4)], ids=str)
def test_masks_are_stretched(shape, device):
    """A mask whose shape broadcasts to the tensor's chooses as the mask written out in full does."""
    mask = np.random.default_rng(len(shape)).random(shape) < 0.5
    x, source, m = tensor(ARRAY, device), tensor(-ARRAY, device), tensor(np.asarray(mask), device)
    full = np.array(np.broadcast_to(mask, ARRAY.shape))

    close(torch.masked_select(x, m), ARRAY[full], device=device)
    close(torch.masked_fill(x, m, 7), np.where(full, np.float32(7), ARRAY), device=device)
    close(torch.masked_scatter(x, m, source), indexing.masked_scatter(ARRAY, full, -ARRAY), device=device)
    close(torch.where(m, x, source), np.where(full, ARRAY, -ARRAY), device=device)


@documents("torch.nonzero", "torch.argwhere")
@pytest.mark.parametrize("value", [0, 1, -3])
def test_a_number_has_a_place_without_columns(value, device):
    """argwhere and nonzero of a tensor without dimensions have one row if it is not 0, else none, and no columns."""
    x, expected = tensor(np.array(value), device), np.zeros((int(value != 0), 0), np.int64)

    close(torch.argwhere(x), expected, device=device)
    close(torch.nonzero(x), expected, device=device)
