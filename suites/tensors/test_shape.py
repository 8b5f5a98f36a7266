"""Operations that give the same elements another shape or order: each does what its formula in reference/shaping says."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from reference import shaping
from suites.kit import close, documents, draw, tensor
from suites.tensors.operation import Call, Operation, alone, call, cases, dims, factored, indices, rows, same, several_dims

MATRICES = draw.samples(shape=draw.shapes(least=2))
VECTORS = draw.samples(shape=draw.shapes(least=1, most=1))
MIXED = 2**63 - 1, -(2**63), 0, 1, -1, 2, -2, 3, -3, 40


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
def narrowed(draw_, shape):
    dim = draw_(dims(shape))
    start = draw_(st.integers(0, shape[dim]))
    length = draw_(st.integers(0, shape[dim] - start))
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
        draw.samples(shape=draw.shapes(least=1)),
        since="2.0",
    ),
    Operation(
        shaping.transpose,
        (
            *("torch.transpose", "torch.swapaxes", "torch.swapdims"),
            *("torch.Tensor.transpose", "torch.Tensor.swapaxes", "torch.Tensor.swapdims"),
        ),
        lambda shape: call(dims(shape), dims(shape)),
        draw.samples(shape=draw.shapes(least=1)),
    ),
    Operation(shaping.t, ("torch.t", "torch.Tensor.t"), alone, draw.samples(shape=draw.shapes(most=2))),
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
        draw.samples(shape=draw.shapes(high=2)),
    ),
    Operation(
        shaping.unsqueeze, ("torch.unsqueeze", "torch.Tensor.unsqueeze"), lambda shape: call(dims(shape, extra=1))
    ),
    Operation(
        shaping.expand,
        ("torch.Tensor.expand", "torch.broadcast_to", "torch.Tensor.broadcast_to"),
        lambda shape: call(expanded(shape)),
        draw.samples(shape=draw.shapes(most=3, high=2)),
    ),
    Operation(
        shaping.expand_as,
        ("torch.Tensor.expand_as",),
        lambda shape: call(expanded(shape).map(lambda size: draw.Sample(shaping.expand(np.zeros(shape), size).shape))),
        draw.samples(shape=draw.shapes(most=3, high=2)),
    ),
    Operation(
        shaping.tile, ("torch.tile", "torch.Tensor.tile"), lambda shape: call(draw.shapes(high=3, long=False))
    ),
    Operation(
        shaping.repeat,
        ("torch.Tensor.repeat",),
        lambda shape: call(draw.shapes(least=len(shape), most=len(shape) + 2, high=3, long=False)),
        draw.samples(shape=draw.shapes(most=3)),
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
        lambda shape: call(st.integers(-4, 4)),
        draw.samples(shape=draw.shapes(least=1, most=2)),
    ),
    Operation(
        shaping.diagflat, ("torch.diagflat", "torch.Tensor.diagflat"), lambda shape: call(st.integers(-4, 4)),
        draw.samples(shape=draw.shapes(most=3, high=3, long=False)),
    ),
    Operation(
        shaping.diag_embed,
        ("torch.diag_embed", "torch.Tensor.diag_embed"),
        lambda shape: planes(shape, extra=1),
        draw.samples(shape=draw.shapes(least=1, most=3)),
    ),
    Operation(
        shaping.tril, ("torch.tril", "torch.Tensor.tril"), lambda shape: call(st.sampled_from(MIXED)), MATRICES
    ),
    Operation(
        shaping.triu, ("torch.triu", "torch.Tensor.triu"), lambda shape: call(st.sampled_from(MIXED)), MATRICES
    ),
    Operation(
        shaping.narrow,
        ("torch.narrow", "torch.Tensor.narrow", "torch.narrow_copy", "torch.Tensor.narrow_copy"),
        narrowed,
        draw.samples(shape=draw.shapes(least=1)),
    ),
    Operation(
        shaping.select,
        ("torch.select", "torch.Tensor.select"),
        selected,
        draw.samples(shape=draw.shapes(least=1, low=1)),
    ),
    Operation(shaping.unfold, ("torch.Tensor.unfold",), windows),
    Operation(shaping.flip, ("torch.flip", "torch.Tensor.flip"), lambda shape: call(several_dims(shape))),
    Operation(shaping.fliplr, ("torch.fliplr", "torch.Tensor.fliplr"), alone, MATRICES),
    Operation(shaping.flipud, ("torch.flipud", "torch.Tensor.flipud"), alone, draw.samples(shape=draw.shapes(least=1))),
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
