"""Operations that give the same elements another shape or order, by their formulas in reference/shaping."""

import math
from typing import Any, Callable, NamedTuple

import numpy as np
import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st

from reference import shaping
from suites.kit import close, documents, draw, tensor
from suites.tensors.operation import (
    Call,
    Operation,
    alone,
    between,
    call,
    cases,
    dims,
    factored,
    indices,
    named,
    rows,
    same,
    several_dims,
    writes_into_out,
)
from suites.tensors.recipes import samples

MATRICES = samples(least=2)
OFFSETS = 0, 1, -1, 2, -2, 3, -3, 40, -40


def other_shape(shape):
    return call(factored(math.prod(shape)))


def of_the_same_size(shape):
    return call(factored(math.prod(shape)).map(lambda s: draw.Sample(shaping.reshape(np.zeros(shape), s).shape)))


@st.composite
def ranges(draw_, shape):
    """start_dim and end_dim of flatten, each counted from either end."""
    count = max(len(shape), 1)
    first, last = sorted(draw_(st.tuples(*[st.integers(0, count - 1)] * 2)))
    return draw_(call(*(st.sampled_from((d, d - count)) for d in (first, last))))


@st.composite
def unflattened(draw_, shape):
    dim = draw_(dims(shape))
    sizes = draw_(factored(shape[dim]).filter(len))
    return draw_(call(dim, sizes))


@st.composite
def expanded(draw_, shape):
    """A shape to expand to: sides of 1 grow, some sides are left at -1, new ones come in front."""
    grown = [draw_(st.integers(0, 4)) if side == 1 else draw_(st.sampled_from((side, -1))) for side in shape]
    return (*draw_(draw.shapes(most=2, long=False)), *grown)


@st.composite
def windows(draw_, shape):
    dim = draw_(dims(shape))
    return draw_(call(dim, st.integers(0, shape[dim] if shape else 1), st.integers(1, 3)))


@st.composite
def narrowed(draw_, shape, but=0):
    """dim, start and length; the length is not the whole one where that is ``but`` too many."""
    dim = draw_(dims(shape))
    start = draw_(st.integers(0, shape[dim]))
    length = draw_(st.integers(0, max(shape[dim] - max(start, but), 0)))
    return draw_(call(dim, start - shape[dim] * (draw_(st.booleans()) and start < shape[dim]), length))


@st.composite
def selected(draw_, shape):
    dim = draw_(st.sampled_from([d for d in range(-len(shape), len(shape)) if shape[d]]))
    return draw_(call(dim, st.integers(-shape[dim], shape[dim] - 1)))


@st.composite
def repeated(draw_, shape):
    dim = draw_(st.none() | dims(shape)) if shape else None
    size = math.prod(shape) if dim is None else shape[dim]
    counts = st.integers(0, 3) | indices(4, (size,)) | indices(4, (1,))
    return draw_(call(counts, dim=dim))


@st.composite
def planes(draw_, shape, extra=0, **offset):
    """offset, dim1 and dim2 of a diagonal; offsets reach past its ends."""
    first, second = draw_(several_dims((*shape, *[1] * extra), least=2, most=2))
    return draw_(call(**{**offset, "offset": st.integers(-4, 4)}, dim1=first, dim2=second))


@st.composite
def rolled(draw_, shape):
    axes = draw_(several_dims(shape, most=3))
    shifts = tuple(draw_(st.integers(-70, 70)) for _ in axes)
    return draw_(call(shifts, axes) if axes else call(st.integers(-70, 70)))


def permutations(shape):
    return call(several_dims(shape, least=len(shape)))


TABLE = (
    Operation(shaping.contiguous, ("torch.Tensor.contiguous", "torch.clone", "torch.Tensor.clone"), alone),
    Operation(shaping.reshape, ("torch.reshape", "torch.Tensor.reshape"), other_shape),
    Operation(shaping.reshape_as, ("torch.Tensor.reshape_as",), of_the_same_size),
    Operation(shaping.ravel, ("torch.ravel", "torch.Tensor.ravel"), alone),
    Operation(shaping.flatten, ("torch.flatten", "torch.Tensor.flatten"), ranges),
    Operation(
        shaping.unflatten,
        ("torch.unflatten", "torch.Tensor.unflatten"),
        unflattened,
        samples(least=1),
        since="2.0",
    ),
    Operation(
        shaping.transpose,
        (
            *("torch.transpose", "torch.swapaxes", "torch.swapdims"),
            *("torch.Tensor.transpose", "torch.Tensor.swapaxes", "torch.Tensor.swapdims"),
        ),
        lambda shape: call(dims(shape), dims(shape)),
        samples(least=1),
    ),
    Operation(shaping.t, ("torch.t", "torch.Tensor.t"), alone, samples(most=2)),
    Operation(shaping.permute, ("torch.permute", "torch.Tensor.permute"), permutations),
    Operation(
        shaping.movedim,
        ("torch.movedim", "torch.moveaxis", "torch.Tensor.movedim", "torch.Tensor.moveaxis"),
        lambda shape: st.integers(0, len(shape)).flatmap(
            lambda count: call(*[several_dims(shape, least=count, most=count)] * 2)
        ),
    ),
    Operation(
        shaping.squeeze,
        ("torch.squeeze", "torch.Tensor.squeeze"),
        lambda shape: st.just(Call()) | call(dims(shape)),
        samples(low=1, high=2),
    ),
    Operation(
        shaping.unsqueeze, ("torch.unsqueeze", "torch.Tensor.unsqueeze"), lambda shape: call(dims(shape, extra=1))
    ),
    Operation(
        shaping.expand,
        ("torch.Tensor.expand", "torch.broadcast_to", "torch.Tensor.broadcast_to"),
        lambda shape: call(expanded(shape)),
        samples(most=3, low=1, high=2),
    ),
    Operation(
        shaping.expand_as,
        ("torch.Tensor.expand_as",),
        lambda shape: call(expanded(shape).map(lambda size: draw.Sample(shaping.expand(np.zeros(shape), size).shape))),
        samples(most=3, low=1, high=2),
    ),
    Operation(shaping.tile, ("torch.tile", "torch.Tensor.tile"), lambda shape: call(draw.shapes(high=3, long=False))),
    Operation(
        shaping.repeat,
        ("torch.Tensor.repeat",),
        lambda shape: call(draw.shapes(least=len(shape), most=len(shape) + 2, high=3, long=False)),
        samples(most=3),
    ),
    Operation(
        shaping.repeat_interleave,
        ("torch.repeat_interleave", "torch.Tensor.repeat_interleave"),
        repeated,
    ),
    Operation(shaping.diagonal, ("torch.diagonal", "torch.Tensor.diagonal"), planes, MATRICES),
    Operation(
        shaping.diag,
        ("torch.diag", "torch.Tensor.diag"),
        lambda shape: call(between(1 - shape[0], shape[-1] - 1)),
        samples(least=1, most=2, low=1),
    ),
    Operation(
        shaping.diagflat,
        ("torch.diagflat", "torch.Tensor.diagflat"),
        lambda shape: call(st.integers(-4, 4)),
        samples(most=3, high=3),
    ),
    Operation(
        shaping.diag_embed,
        ("torch.diag_embed", "torch.Tensor.diag_embed"),
        lambda shape: planes(shape, extra=1),
        samples(least=1, most=3),
    ),
    Operation(
        shaping.tril, ("torch.tril", "torch.Tensor.tril"), lambda shape: call(st.sampled_from(OFFSETS)), MATRICES
    ),
    Operation(
        shaping.triu, ("torch.triu", "torch.Tensor.triu"), lambda shape: call(st.sampled_from(OFFSETS)), MATRICES
    ),
    Operation(
        shaping.narrow,
        ("torch.narrow", "torch.Tensor.narrow"),
        narrowed,
        samples(least=1),
    ),
    Operation(
        shaping.narrow,
        ("torch.narrow_copy", "torch.Tensor.narrow_copy"),
        lambda shape: narrowed(shape, but=1),
        samples(least=1, low=1),
    ),
    Operation(
        shaping.select,
        ("torch.select", "torch.Tensor.select"),
        selected,
        samples(least=1, low=1),
    ),
    Operation(shaping.unfold, ("torch.Tensor.unfold",), windows),
    Operation(shaping.flip, ("torch.flip", "torch.Tensor.flip"), lambda shape: call(several_dims(shape))),
    Operation(shaping.fliplr, ("torch.fliplr", "torch.Tensor.fliplr"), alone, MATRICES),
    Operation(shaping.flipud, ("torch.flipud", "torch.Tensor.flipud"), alone, samples(least=1)),
    Operation(shaping.roll, ("torch.roll", "torch.Tensor.roll"), rolled),
    Operation(
        shaping.rot90,
        ("torch.rot90", "torch.Tensor.rot90"),
        lambda shape: call(st.integers(-5, 5), several_dims(shape, least=2, most=2)),
        MATRICES,
    ),
    Operation(shaping.atleast_1d, ("torch.atleast_1d",), alone),
    Operation(shaping.atleast_2d, ("torch.atleast_2d",), alone),
    Operation(shaping.atleast_3d, ("torch.atleast_3d",), alone),
)


@rows(TABLE)
@given(data=st.data())
def test_moves_elements_as_its_formula_says(row, data, device):
    """{row} gives the elements of its formula, in that shape and in the input's dtype, and leaves the input alone."""
    case = data.draw(cases(row))

    same(case.result(device), case.expected(), case.dtype, device)


@documents("torch.narrow_copy", "torch.Tensor.narrow_copy")
@given(sample=samples(least=2, low=2))
@example(sample=draw.Sample((2, 3), layout="transposed"))
def test_narrow_copy_may_keep_all(sample, device):
    """Narrowed to its whole length, a tensor is copied as it is, however it lies in memory."""
    array = sample("float32")
    x = tensor(array, device)

    close(torch.narrow_copy(x, 0, 0, len(array)), array, device=device)
    close(x.narrow_copy(-1, 0, array.shape[-1]), array, device=device)


@documents("torch.narrow_copy")
@given(layout=st.sampled_from(draw.WRITABLE), seed=draw.seeds())
@example(layout="stepped", seed=0)
def test_narrow_copy_writes_into_out(layout, seed, device):
    """With out=, narrow_copy writes its result into that tensor, whatever its strides, and returns it."""
    array = draw.normal(seed, 3, 4, dtype="float32")
    out = tensor(draw.laid_out(np.zeros((3, 3), np.float32), layout), device)

    result = torch.narrow_copy(tensor(array, device), 1, 0, 3, out=out)

    assert result is out
    close(out, array[:, :3], device=device)


@rows(named(TABLE, "torch.diag"))
@given(data=st.data(), layout=st.sampled_from(draw.WRITABLE))
def test_writes_into_out(row, data, layout, device):
    """With out=, {row} writes its result into that tensor, whatever its strides, and returns it."""
    case = data.draw(cases(row))

    writes_into_out(case, layout, device)


@documents("torch.tril", "torch.triu")
@pytest.mark.parametrize("name", ["tril", "triu"])
@given(seed=draw.seeds())
def test_triangles_are_written_into_out(name, seed, device):
    """With out=, tril and triu write the triangles of a batch of matrices into that tensor, whatever its strides."""
    array = draw.normal(seed, 2, 2, 3, 4, dtype="float32")
    memory = tensor(np.zeros(4096, np.float32), device)  # room on both sides for what is written astray
    out = memory.as_strided(array.shape, (1, 2, 4, 12), 2048)

    getattr(torch, name)(tensor(array, device), out=out)

    close(out, getattr(shaping, name)(array), device=device)


@documents("torch.tril", "torch.triu")
@given(seed=draw.seeds())
def test_a_diagonal_may_lie_far_outside(seed, device):
    """For a diagonal of any int64, tril and triu keep all elements or none where it lies outside the matrix."""
    array = draw.normal(seed, 3, 4, dtype="float32")
    x, low, high = tensor(array, device), -(2**63), 2**63 - 1

    results = torch.tril(x, high), torch.triu(x, low), torch.tril(x, low), torch.triu(x, high)

    same(results, [array, array, np.zeros_like(array), np.zeros_like(array)], torch.float32, device)


class Axis(NamedTuple):
    """How a documented name takes a dimension, of a tensor that has two of size 3."""

    name: str
    function: Callable[[torch.Tensor, int], Any]
    extra: int = 0

    def __str__(self) -> str:
        return self.name


def index_of(x):
    return tensor(np.zeros(1, np.int64), str(x.device))


AXES = (
    Axis("torch.transpose", lambda x, dim: torch.transpose(x, dim, 0)),
    Axis("torch.Tensor.transpose", lambda x, dim: x.transpose(0, dim)),
    Axis("torch.swapaxes", lambda x, dim: torch.swapaxes(x, 0, dim)),
    Axis("torch.permute", lambda x, dim: torch.permute(x, (0, dim))),
    Axis("torch.movedim", lambda x, dim: torch.movedim(x, dim, 0)),
    Axis("torch.squeeze", lambda x, dim: torch.squeeze(x, dim)),
    Axis("torch.unsqueeze", lambda x, dim: torch.unsqueeze(x, dim), 1),
    Axis("torch.Tensor.unsqueeze", lambda x, dim: x.unsqueeze(dim), 1),
    Axis("torch.flatten", lambda x, dim: torch.flatten(x, dim)),
    Axis("torch.Tensor.unflatten", lambda x, dim: x.unflatten(dim, (3, 1))),
    Axis("torch.repeat_interleave", lambda x, dim: torch.repeat_interleave(x, 2, dim)),
    Axis("torch.diagonal", lambda x, dim: torch.diagonal(x, 0, dim, 0)),
    Axis("torch.narrow", lambda x, dim: torch.narrow(x, dim, 0, 1)),
    Axis("torch.select", lambda x, dim: torch.select(x, dim, 0)),
    Axis("torch.Tensor.unfold", lambda x, dim: x.unfold(dim, 1, 1)),
    Axis("torch.flip", lambda x, dim: torch.flip(x, (dim,))),
    Axis("torch.roll", lambda x, dim: torch.roll(x, 1, dim)),
    Axis("torch.Tensor.size", lambda x, dim: x.size(dim)),
    Axis("torch.Tensor.stride", lambda x, dim: x.stride(dim)),
    Axis("torch.cat", lambda x, dim: torch.cat([x, x], dim)),
    Axis("torch.stack", lambda x, dim: torch.stack([x, x], dim), 1),
    Axis("torch.split", lambda x, dim: torch.split(x, 1, dim)),
    Axis("torch.chunk", lambda x, dim: torch.chunk(x, 2, dim)),
    Axis("torch.tensor_split", lambda x, dim: torch.tensor_split(x, 2, dim)),
    Axis("torch.unbind", lambda x, dim: torch.unbind(x, dim)),
    Axis("torch.index_select", lambda x, dim: torch.index_select(x, dim, index_of(x))),
    Axis("torch.gather", lambda x, dim: torch.gather(x, dim, index_of(x)[None])),
    Axis("torch.sort", lambda x, dim: torch.sort(x, dim)),
    Axis("torch.topk", lambda x, dim: torch.topk(x, 1, dim)),
)


@pytest.mark.parametrize("row", [pytest.param(row, marks=documents(row.name), id=str(row)) for row in AXES])
def test_a_dimension_out_of_range_raises(row, device):
    """{row} raises IndexError at a dimension that is not from -n to n - 1, of a tensor of n (for a new one n + 1)."""
    x = tensor(draw.normal(0, 3, 3), device)
    count = x.ndim + row.extra

    with pytest.raises(IndexError):
        row.function(x, count)
    with pytest.raises(IndexError):
        row.function(x, -count - 1)


@documents("torch.permute", "torch.Tensor.permute")
@pytest.mark.parametrize("axes", [(0, 1), (0, 1, 1), (0, 1, 2, 0), (2, -1, 0)], ids=str)
def test_permute_needs_each_dimension_once(axes, device):
    """permute raises RuntimeError where a dimension is missing or named twice."""
    x = tensor(draw.normal(0, 2, 3, 4), device)

    with pytest.raises(RuntimeError):
        torch.permute(x, axes)
    with pytest.raises(RuntimeError):
        x.permute(*axes)


@documents("torch.squeeze", "torch.Tensor.squeeze", since="2.0")
@given(sample=samples(least=1, low=1, high=2), data=st.data())
def test_squeeze_takes_several_dimensions(sample, data, device):
    """squeeze removes, of the dimensions that it is given in a tuple, those of size 1."""
    chosen, array = data.draw(several_dims(sample.shape)), sample("float32")

    close(torch.squeeze(tensor(array, device), chosen), shaping.squeeze(array, chosen), device=device)
