"""Operations that read or write at indices along a dimension: each does what its formula in reference/indexing says."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from reference import indexing
from suites.kit import bound, close, documents, draw, tensor
from suites.tensors import keys
from suites.tensors.operation import MOVED, Call, Operation, between, call, cases, dims, indices, rows, same, several_dims

FILLED = draw.samples(shape=draw.shapes(most=3, low=1, high=4), layouts=draw.WRITABLE)
WHOLE = torch.float32, torch.float64, torch.int64, torch.int32
SUMS = draw.samples(shape=draw.shapes(most=3, low=1, high=4), layouts=draw.WRITABLE, hard=(), fills=("ties",))


def methods(*names):
    """Each as a function, as a method and as a method that works in place, the last left out where there is none."""
    return tuple(f"torch.{owner}{name}" for owner in ("", "Tensor.") for name in names)


@st.composite
def smaller(draw_, shape, dim, at_most=None):
    """A shape for an index: in other dimensions than ``dim`` not larger than the tensor; columns and rows are frequent."""
    free = at_most or draw_(st.sampled_from((1, 2, 5, 11)))
    return tuple(free if d == dim % len(shape) else draw_(st.sampled_from((side, side, 1, max(side - 1, 0)))) for d, side in enumerate(shape))


@st.composite
def gathered(draw_, shape):
    """dim, and an index of as many dimensions, which may be expanded from a column."""
    dim = draw_(dims(shape))
    side = shape[dim] if shape else 1
    wanted = draw_(smaller(shape, dim)) if shape else draw_(st.sampled_from(((), (1,), (4,))))
    index = draw_(indices(side, wanted))
    column = index[..., :1] if index.ndim else index
    return Call((dim, np.broadcast_to(column, wanted) if draw_(st.booleans()) else index))


@st.composite
def scattered(draw_, shape, unique=True, value=False, **keywords):
    """dim, an index (that names no place twice, where ``unique``) and a source that may be larger than the index."""
    dim = draw_(dims(shape))
    side, seed = shape[dim] if shape else 1, draw_(draw.seeds())
    wanted = draw_(smaller(shape, dim, side if unique else None)) if shape else ()
    index = draw_(indices(side, wanted))
    if unique and shape:
        order = np.argsort(np.random.default_rng(seed).random(wanted), axis=dim)
        index = order[keys_first(order.ndim, dim % len(shape), draw_(between(0, side)))]
    source = draw.Sample(tuple(n + (seed + d) % 2 for d, n in enumerate(index.shape)), seed, "ties")
    chosen = {name: draw_(strategy) for name, strategy in keywords.items()}
    return Call((dim, index, draw_(between(0, 1)) if value else source, *chosen.pop("reduce", ())), chosen)


def keys_first(ndim, dim, count):
    """The key of the first slices along a dimension."""
    return (slice(None),) * dim + (slice(0, count),) + (slice(None),) * (ndim - dim - 1)


@st.composite
def lined(draw_, shape, unique, rest):
    """dim, a vector of indices, and what ``rest`` makes of the shape of the slices that they stand for."""
    dim = draw_(dims(shape))
    side, seed = shape[dim] if shape else 1, draw_(draw.seeds())
    count = draw_(between(0, side) if unique else between(0, 12)) if shape else 1
    rng = np.random.default_rng(seed)
    index = rng.permutation(side)[:count] if unique else rng.integers(0, side, count)
    source = tuple(count if d == dim % len(shape) else n for d, n in enumerate(shape))
    positional, keywords = draw_(rest(draw.Sample(source, seed, "ties")))
    return Call((dim, index, *positional), keywords)


def copied(source):
    return st.just(((source,), {}))


def added(source):
    return st.sampled_from((((source,), {}), ((source,), {"alpha": 2}), ((source,), {"alpha": -3})))


def filled_with(source):
    return st.just(((1,), {}))


@st.composite
def put(draw_, shape):
    """Different places in the flattened tensor, some counted from its end, and as many values in another shape."""
    size, seed = int(np.prod(shape)), draw_(draw.seeds())
    count = 2 * draw_(between(0, size // 2))
    index = np.random.default_rng(seed).permutation(size)[:count].reshape(-1, 2)
    return Call((index - size * (seed % 2), draw.Sample((count,), seed)))


@st.composite
def masked(draw_, shape, rest=()):
    """A mask that broadcasts with the tensor, and more."""
    kept = shape[draw_(between(0, len(shape))) :]
    stretched = tuple(1 if draw_(between(0, 2)) == 0 else side for side in kept)
    mask = np.random.default_rng(draw_(draw.seeds())).random(stretched) < draw_(st.sampled_from((0.0, 0.5, 1.0)))
    return Call((mask, *rest))


def masked_source(shape):
    return draw.seeds().flatmap(lambda seed: masked(shape, (draw.Sample((int(np.prod(shape)) + 3,), seed),)))


@st.composite
def along(draw_, shape):
    dim = draw_(dims(shape))
    count = draw_(between(1, 6))
    wanted = tuple(count if d == dim % len(shape) else side for d, side in enumerate(shape))
    return Call((draw_(indices(shape[dim], wanted, None)), dim)) if draw_(st.booleans()) else Call((draw_(indices(int(np.prod(shape)), wanted, None)),))


@st.composite
def one_slice(draw_, shape):
    dim = draw_(dims(shape))
    rest = tuple(side for d, side in enumerate(shape) if d != dim % len(shape))
    return Call((draw.Sample(rest, draw_(draw.seeds())), dim, draw_(between(-shape[dim], shape[dim] - 1))))


@st.composite
def some_slices(draw_, shape):
    dim = draw_(dims(shape))
    key = draw_(keys.slices(shape[dim]))
    count = len(range(*key.indices(shape[dim])))
    source = tuple(count if d == dim % len(shape) else side for d, side in enumerate(shape))
    return Call((draw.Sample(source, draw_(draw.seeds())), dim, key.start, key.stop, key.step or 1))


@st.composite
def one_diagonal(draw_, shape):
    first, second = draw_(several_dims(shape, least=2, most=2))
    offset = draw_(between(-shape[first], shape[second]))
    source = np.diagonal(np.zeros(shape), offset, first, second).shape
    return Call((draw.Sample(source, draw_(draw.seeds())),), {"offset": offset, "dim1": first, "dim2": second})


INPLACE = {"scatter", "scatter_add", "index_add", "index_copy", "index_fill", "masked_fill", "masked_scatter", "put"}
AT_LEAST_ONE = draw.samples(shape=draw.shapes(least=1, most=3, low=1), layouts=draw.WRITABLE)

TABLE = (
    Operation(indexing.gather, methods("gather"), gathered, FILLED),
    Operation(indexing.scatter, methods("scatter"), scattered, FILLED),
    Operation(indexing.scatter, methods("scatter"), lambda s: scattered(s, unique=False, value=True), FILLED),
    Operation(indexing.scatter_add, methods("scatter_add"), lambda s: scattered(s, unique=False), SUMS, WHOLE),
    Operation(
        indexing.index_select,
        methods("index_select"),
        lambda s: lined(s, False, lambda source: st.just(((), {}))),
        FILLED,
    ),
    Operation(indexing.index_add, methods("index_add"), lambda s: lined(s, False, added), SUMS, WHOLE),
    Operation(indexing.index_copy, methods("index_copy"), lambda s: lined(s, True, copied), FILLED),
    Operation(indexing.index_fill, methods("index_fill"), lambda s: lined(s, False, filled_with), FILLED),
    Operation(
        indexing.take,
        methods("take"),
        lambda s: draw.shapes(most=3).flatmap(lambda wanted: call(indices(int(np.prod(s)), wanted, None))),
        draw.samples(shape=draw.shapes(most=3, low=1)),
    ),
    Operation(indexing.take_along_dim, methods("take_along_dim"), along, AT_LEAST_ONE),
    Operation(indexing.put, methods("put")[1:], put, FILLED),
    Operation(indexing.masked_select, methods("masked_select"), masked),
    Operation(indexing.masked_fill, methods("masked_fill"), lambda s: masked(s, (1,)), draw.samples(layouts=draw.WRITABLE)),
    Operation(indexing.masked_scatter, methods("masked_scatter"), masked_source, draw.samples(layouts=draw.WRITABLE)),
    Operation(indexing.nonzero, (*methods("nonzero"), *methods("argwhere")), lambda s: st.just(Call()),
              draw.samples(shape=draw.shapes(most=3), fills=("ties",))),  # fmt: skip
    Operation(indexing.select_scatter, methods("select_scatter"), one_slice, AT_LEAST_ONE),
    Operation(indexing.slice_scatter, methods("slice_scatter"), some_slices, AT_LEAST_ONE),
    Operation(
        indexing.diagonal_scatter,
        methods("diagonal_scatter"),
        one_diagonal,
        draw.samples(shape=draw.shapes(least=2, most=3, low=1), layouts=draw.WRITABLE),
    ),
)
