"""Operations that join tensors into one and part one into several, by their formulas in reference/joining."""

import numpy as np
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st

from reference import joining
from suites.kit import close, documents, draw, tensor
from suites.tensors.operation import (
    Call,
    Operation,
    between,
    call,
    cases,
    dims,
    named,
    rows,
    same,
    spelled,
    writes_into_out,
)
from suites.tensors.recipes import samples

GUIDE = "Operations on Tensors"
EVERY_DTYPE = (
    torch.float64,
    torch.float32,
    torch.float16,
    torch.bfloat16,
    torch.int64,
    torch.int8,
    torch.uint8,
    torch.bool,
)
SMALL = samples(least=1, most=3)
FILLED = samples(least=1, most=3, low=1)
VECTORS = samples(least=1, most=1, high=3)


@st.composite
def parts(draw_, shape, dim=None):
    """Up to four tensors of that shape, each of another size along ``dim`` if one is given; their layouts differ."""
    sizes = [draw_(between(0, 3)) for _ in range(draw_(between(1, 4)))]
    dim = dim % len(shape) if dim is not None else len(shape)
    shapes = [(*shape[:dim], size, *shape[dim + 1 :])[: len(shape)] for size in sizes]
    return [draw.Sample(s, draw_(draw.seeds()), layout=draw_(st.sampled_from(draw.LAYOUTS))) for s in shapes]


@st.composite
def along(draw_, shape, fitting=True, extra=0):
    """A list of tensors and a dimension, which may be left out where it is the first."""
    dim = draw_(dims(shape, extra))
    tensors = draw_(parts(shape, dim if fitting else None))
    named = dim != 0 or draw_(st.booleans())
    return Call((tensors, *[dim] * named), {}, True)


def fitting(dim_of):
    """A list of tensors that fit together along the dimension that ``dim_of`` gives for their shape."""
    return lambda shape: parts(shape, dim_of(shape)).map(lambda tensors: Call((tensors,), {}, True))


def spread(shape):
    """Tensors of that shape as arguments of their own."""
    return parts(shape).map(lambda tensors: Call(tuple(tensors), {}, True))


def listed(shape):
    """A list of tensors of that shape."""
    return parts(shape).map(lambda tensors: Call((tensors,), {}, True))


@st.composite
def sections(draw_, shape, dim=None, positional=True):
    """How many pieces, or where they begin; and along which dimension, unless it is fixed."""
    which = draw_(dims(shape)) if dim is None else dim
    size = shape[which]
    begins = st.lists(between(-size - 1, size + 1), max_size=3).map(tuple)
    where = between(1, size + 2) if dim is None else st.sampled_from([n for n in range(1, size + 2) if size % n == 0])
    return Call((draw_(where | begins), *[which] * (dim is None)))


@st.composite
def sized(draw_, shape):
    """One size for all pieces, or a list of sizes."""
    dim = draw_(dims(shape))
    return Call((draw_(between(1, shape[dim] + 1) | sizes(shape[dim])), dim))


@st.composite
def sizes(draw_, total):
    """Sizes that add up to ``total``, some of them 0."""
    cuts = sorted(draw_(between(0, total)) for _ in range(draw_(between(0, 3))))
    return [end - start for start, end in zip([0, *cuts], [*cuts, total])]


def methods(*names):
    return tuple(f"torch.{owner}{name}" for owner in ("", "Tensor.") for name in names)


TABLE = (
    Operation(joining.cat, ("torch.cat", "torch.concat"), along, SMALL),
    Operation(joining.cat, ("torch.concatenate",), along, SMALL, since="2.0"),
    Operation(joining.stack, ("torch.stack",), lambda shape: along(shape, fitting=False, extra=1)),
    Operation(joining.hstack, ("torch.hstack",), fitting(lambda shape: min(len(shape) - 1, 1)), SMALL),
    Operation(
        joining.vstack,
        ("torch.vstack", "torch.row_stack"),
        fitting(lambda shape: 0),
        samples(least=2, most=3),
    ),
    Operation(joining.dstack, ("torch.dstack",), fitting(lambda shape: 2), samples(least=3)),
    Operation(
        joining.column_stack,
        ("torch.column_stack",),
        fitting(lambda shape: 1),
        samples(least=2),
    ),
    *(
        Operation(reference, (f"torch.{reference.__name__}",), listed, samples(most=2))
        for reference in (joining.hstack, joining.vstack, joining.dstack, joining.column_stack)
    ),
    Operation(joining.block_diag, ("torch.block_diag",), spread, samples(most=2, high=3)),
    Operation(joining.cartesian_prod, ("torch.cartesian_prod",), spread, VECTORS),
    Operation(
        joining.combinations,
        ("torch.combinations",),
        lambda shape: call(between(1, 3), st.booleans()),
        VECTORS,
    ),
    Operation(joining.split, methods("split"), sized, SMALL),
    Operation(
        joining.split,
        ("torch.Tensor.split_with_sizes", "torch.split_with_sizes"),
        lambda shape: dims(shape).flatmap(lambda dim: call(sizes(shape[dim]), dim)),
        SMALL,
    ),
    Operation(joining.chunk, methods("chunk"), lambda shape: call(between(1, 9), dims(shape)), FILLED),
    Operation(joining.tensor_split, methods("tensor_split"), sections, SMALL),
    Operation(joining.hsplit, methods("hsplit"), lambda shape: sections(shape, min(len(shape) - 1, 1)), SMALL),
    Operation(joining.vsplit, methods("vsplit"), lambda shape: sections(shape, 0), samples(least=2)),
    Operation(joining.dsplit, methods("dsplit"), lambda shape: sections(shape, 2), samples(least=3)),
    Operation(
        joining.unbind,
        methods("unbind"),
        lambda shape: call(dims(shape)),
        samples(least=1),
    ),
)


@rows(TABLE)
@given(data=st.data())
def test_joins_or_parts_as_its_formula_says(row, data, device):
    """{row} gives the tensors of its formula, each element in its place, and leaves its arguments alone."""
    case = data.draw(cases(row))

    same(case.result(device), case.expected(), case.dtype, device)


JOINING = named(TABLE, *(f"torch.{name}" for name in ("cat", "stack", "hstack", "vstack", "dstack", "column_stack")))


@rows(JOINING)
@given(data=st.data(), layout=st.sampled_from(draw.WRITABLE))
def test_writes_into_out(row, data, layout, device):
    """With out=, {row} writes none or several elements into that tensor, whatever its strides, and returns it."""
    case = data.draw(cases(row))
    assume(case.expected().size != 1)

    writes_into_out(case, layout, device)


@rows(JOINING)
def test_writes_one_element_into_out(row, device):
    """With out=, {row} of one element writes it into that tensor, whatever its strides, and returns it."""
    join, x = spelled(str(row)), np.full((1, 1), 7.0)
    expected = row.reference([x])
    out = tensor(draw.laid_out(np.zeros_like(expected), "stepped"), device)

    assert join([tensor(x, device)], out=out) is out
    close(out, expected, device=device)


@documents("torch.cat", guide=GUIDE)
@given(array=draw.arrays("float32", shape=draw.shapes(least=2, most=2)))
def test_cat_joins_along_a_dimension(array, device):
    """torch.cat([tensor, tensor, tensor], dim=1) has the columns of the tensor three times, side by side."""
    x = tensor(array, device)

    close(torch.cat([x, x, x], dim=1), np.tile(array, (1, 3)), device=device)


@documents("torch.cat", "torch.concat", "torch.result_type")
@given(first=st.sampled_from(EVERY_DTYPE), second=st.sampled_from(EVERY_DTYPE), seed=draw.seeds(), data=st.data())
def test_cat_promotes(first, second, seed, data, device):
    """The result of cat has the dtype that torch.promote_types gives for its tensors, whatever their order and size."""
    arrays = [draw.lattice(seed + place, (data.draw(between(1, 20)),), 1) ** 2 for place in range(3)]
    tensors = [tensor(draw.cast(array, dtype), device, dtype) for array, dtype in zip(arrays, (first, second, first))]
    common = torch.promote_types(first, second)

    close(torch.cat(tensors), draw.cast(np.concatenate(arrays), common), dtype=common, device=device)


@documents("torch.cat")
@given(sample=SMALL, dim=st.integers(-1, 0), place=st.integers(0, 2))
def test_cat_leaves_out_empty_vectors(sample, dim, place, device):
    """A tensor of shape (0,) among others of any shape adds nothing, wherever it stands."""
    array, empty = sample("float32"), np.zeros(0, np.float32)
    arrays = [array, array + 1]
    arrays.insert(place, empty)

    result = torch.cat([tensor(a, device) for a in arrays], dim)

    close(result, np.concatenate([array, array + 1], dim), device=device)


@documents("torch.cat", "torch.stack")
@pytest.mark.parametrize("name", ["cat", "stack"])
@given(sample=SMALL, more=st.integers(1, 3), data=st.data())
def test_shapes_that_do_not_fit_raise(name, sample, more, data, device):
    """Tensors that differ in size in another dimension than the one along which they are joined raise RuntimeError."""
    shape = (2, *sample.shape)
    other = (2, *sample.shape[:-1], sample.shape[-1] + more)
    x, y = (tensor(draw.Sample(s, sample.seed)(), device) for s in (shape, other))

    with pytest.raises(RuntimeError):
        getattr(torch, name)([x, y], 0)


@documents("torch.cat", "torch.stack")
@pytest.mark.parametrize("name", ["cat", "stack"])
def test_nothing_to_join_raises(name, device):
    """To join no tensors at all raises an error."""
    with pytest.raises((RuntimeError, ValueError)):
        getattr(torch, name)([])


@documents("torch.split", "torch.Tensor.split_with_sizes")
@pytest.mark.parametrize("sizes", [[1, 1], [1, 3], [4], []], ids=str)
def test_sizes_that_do_not_add_up_raise(sizes, device):
    """Sizes that do not add up to the size of the dimension raise RuntimeError."""
    x = tensor(draw.normal(0, 3, 2), device)

    with pytest.raises(RuntimeError):
        torch.split(x, sizes)
    with pytest.raises(RuntimeError):
        x.split_with_sizes(sizes)
