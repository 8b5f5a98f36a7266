"""Operations that read or write at indices along a dimension: each does what its formula in reference/indexing says."""

import numpy as np
import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st

from reference import indexing
from suites.kit import bound, close, documents, draw, tensor, unchanged
from suites.tensors import keys
from suites.tensors.operation import (
    Call,
    Operation,
    between,
    call,
    cases,
    dims,
    in_place,
    indices,
    named,
    rows,
    same,
    several_dims,
    spelled,
    writes_into_out,
)
from suites.tensors.recipes import samples

FILLED = samples(most=3, low=1, layouts=draw.WRITABLE)
WHOLE = torch.float32, torch.float64, torch.int64, torch.int32
SUMS = samples(most=3, low=1, layouts=draw.WRITABLE, hard=(), fills=("ties",))


def methods(*names):
    """Each as a function, as a method and as a method that works in place, the last left out where there is none."""
    return tuple(f"torch.{owner}{name}" for owner in ("", "Tensor.") for name in names)


@st.composite
def smaller(draw_, shape, dim, at_most=None):
    """A shape for an index: in other dimensions than ``dim`` not larger than the tensor, often 1."""
    free = at_most or draw_(st.sampled_from((1, 2, 5, 11)))
    return tuple(
        free if d == dim % len(shape) else draw_(st.sampled_from((side, side, 1, max(side - 1, 0))))
        for d, side in enumerate(shape)
    )


@st.composite
def gathered(draw_, shape):
    """dim, and an index of as many dimensions, which may be expanded from a column."""
    dim = draw_(dims(shape))
    side = shape[dim] if shape else 1
    wanted = draw_(smaller(shape, dim)) if shape else ()
    index = draw_(indices(side, wanted))
    expanded = index.ndim and draw_(st.booleans())
    return Call((dim, np.broadcast_to(index[..., :1], wanted) if expanded else index))


@st.composite
def scattered(draw_, shape, unique=True, value=False):
    """dim, an index (that names no place twice, where ``unique``) and a source that may be larger than the index."""
    dim = draw_(dims(shape))
    side, seed = shape[dim] if shape else 1, draw_(draw.seeds())
    wanted = draw_(smaller(shape, dim, side if unique else None)) if shape else ()
    index = draw_(indices(side, wanted))
    if unique and shape:
        order = np.argsort(np.random.default_rng(seed).random(wanted), axis=dim)
        index = order[keys_first(order.ndim, dim % len(shape), draw_(between(0, side)))]
    source = draw.Sample(tuple(n + (seed + d) % 2 for d, n in enumerate(index.shape)), seed, "ties")
    return Call((dim, index, draw_(between(0, 1)) if value else source))


def keys_first(ndim, dim, count):
    """The key of the first slices along a dimension."""
    return (slice(None),) * dim + (slice(0, count),) + (slice(None),) * (ndim - dim - 1)


@st.composite
def lined(draw_, shape, unique=False, alpha=False, rest=lambda source: [source]):
    """dim, a vector of indices, and what ``rest`` makes of a source of one slice for each of them."""
    dim = draw_(dims(shape))
    side, seed = shape[dim] if shape else 1, draw_(draw.seeds())
    count = draw_(between(0, side) if unique else between(0, 12)) if shape else 1
    rng = np.random.default_rng(seed)
    index = rng.permutation(side)[:count] if unique else rng.integers(0, side, count)
    source = tuple(count if d == dim % len(shape) else n for d, n in enumerate(shape))
    keywords = {"alpha": draw_(st.sampled_from((1, 2, -3)))} if alpha else {}
    return Call((dim, index, *rest(draw.Sample(source, seed, "ties"))), keywords)


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
    return Call((np.asarray(mask), *rest))


def masked_source(shape):
    return draw.seeds().flatmap(lambda seed: masked(shape, (draw.Sample((int(np.prod(shape)) + 3,), seed),)))


@st.composite
def along(draw_, shape):
    dim = draw_(dims(shape))
    count = draw_(between(1, 6))
    stretched = draw_(between(0, 2 ** len(shape) - 1))  # sides of 1, which broadcast
    others = [1 if stretched >> d & 1 else side for d, side in enumerate(shape)]
    wanted = tuple(count if d == dim % len(shape) else side for d, side in enumerate(others))
    return Call((draw_(indices(shape[dim], wanted)), dim))


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


AT_LEAST_ONE = samples(least=1, most=3, low=1, layouts=draw.WRITABLE)

TABLE = (
    Operation(indexing.gather, methods("gather"), gathered, FILLED),
    Operation(indexing.scatter, methods("scatter"), scattered, FILLED),
    Operation(indexing.scatter, methods("scatter"), lambda s: scattered(s, unique=False, value=True), FILLED),
    Operation(indexing.scatter_add, methods("scatter_add"), lambda s: scattered(s, unique=False), SUMS, WHOLE),
    Operation(
        indexing.index_select,
        methods("index_select"),
        lambda s: lined(s, rest=lambda source: []),
        FILLED,
    ),
    Operation(indexing.index_add, methods("index_add"), lambda s: lined(s, alpha=True), SUMS, WHOLE),
    Operation(indexing.index_copy, methods("index_copy"), lambda s: lined(s, unique=True), FILLED),
    Operation(indexing.index_fill, methods("index_fill"), lambda s: lined(s, rest=lambda source: [1]), FILLED),
    Operation(
        indexing.take,
        methods("take"),
        lambda s: draw.shapes(most=3).flatmap(lambda wanted: call(indices(int(np.prod(s)), wanted, None))),
        samples(most=3, low=1),
    ),
    Operation(indexing.take_along_dim, methods("take_along_dim"), along, AT_LEAST_ONE),
    Operation(indexing.put, methods("put")[1:], put, FILLED),
    Operation(indexing.masked_select, methods("masked_select"), masked),
    Operation(indexing.masked_fill, methods("masked_fill"), lambda s: masked(s, (1,)), samples(layouts=draw.WRITABLE)),
    Operation(indexing.masked_scatter, methods("masked_scatter"), masked_source, samples(layouts=draw.WRITABLE)),
    Operation(
        indexing.nonzero,
        (*methods("nonzero"), *methods("argwhere")),
        lambda s: st.just(Call()),
        samples(most=3, fills=("ties",)),
    ),
    Operation(indexing.select_scatter, methods("select_scatter"), one_slice, AT_LEAST_ONE),
    Operation(indexing.slice_scatter, methods("slice_scatter"), some_slices, AT_LEAST_ONE),
    Operation(
        indexing.diagonal_scatter,
        methods("diagonal_scatter"),
        one_diagonal,
        samples(least=2, most=3, low=1, layouts=draw.WRITABLE),
    ),
)


@rows(TABLE)
@given(data=st.data())
def test_reads_and_writes_as_its_formula_says(row, data, device):
    """{row} gives the elements of its formula, in that shape and dtype, and leaves its arguments alone."""
    case = data.draw(cases(row))

    same(case.result(device), case.expected(), case.dtype, device)


@rows([row for row in in_place(TABLE) if row.reference is not indexing.masked_scatter])
@given(data=st.data())
def test_works_in_place_too(row, data, device):
    """{row} makes the tensor itself what its formula says, and returns it."""
    case = data.draw(cases(row))
    (x, *positional), keywords = case.arguments(device)

    with unchanged(*(value for value in positional if isinstance(value, torch.Tensor))):
        result = spelled(case.spelling)(x, *positional, **keywords)

    assert result is x
    same(x, case.expected(), case.dtype, device)


@rows(
    named(
        TABLE,
        *("torch.gather", "torch.scatter", "torch.scatter_add", "torch.index_select", "torch.index_add"),
        *("torch.index_copy", "torch.take", "torch.take_along_dim", "torch.masked_select", "torch.nonzero"),
    )
)
@given(data=st.data(), layout=st.sampled_from(draw.WRITABLE))
def test_writes_into_out(row, data, layout, device):
    """With out=, {row} writes its result into that tensor, whatever its strides, and returns it."""
    case = data.draw(cases(row))

    writes_into_out(case, layout, device)


@documents("torch.gather", "torch.Tensor.gather")
@pytest.mark.parametrize("columns", [1, 2])
def test_gathers_by_one_column(columns, device):
    """gather by an index of one column, or of one expanded to fewer than the tensor's, is as its formula says."""
    values = draw.normal(0, 5, 4, dtype="float32")
    index = np.broadcast_to([[3], [1], [4], [1]], (4, columns))

    result = torch.gather(tensor(values, device), 0, tensor(index, device))

    close(result, indexing.gather(values, 0, index), device=device)


@documents("torch.Tensor.masked_scatter_")
@given(sample=samples(least=2, most=2, low=2, layouts=draw.WRITABLE), seed=draw.seeds())
@example(sample=draw.Sample((2, 3), layout="transposed"), seed=0)
def test_masked_scatter_goes_by_rows(sample, seed, device):
    """masked_scatter_ fills row after row, however the tensor lies in memory."""
    array, source = sample("float32"), draw.normal(seed, *sample.shape, dtype="float32")
    mask = np.random.default_rng(seed).random(sample.shape) < 0.9
    x = tensor(array, device)

    x.masked_scatter_(tensor(mask, device), tensor(source, device))

    close(x, indexing.masked_scatter(array, mask, source), device=device)


REDUCTIONS = [f"{reduce}-{kept}" for reduce in indexing.REDUCTIONS for kept in ("with self", "without self")]


def reduction(row):
    """The keywords that a name such as "sum-with self" stands for."""
    reduce, kept = row.split("-")
    return {"reduce": reduce, "include_self": kept == "with self"}


def powers_of_two(shape, seed, dtype):
    """±1/2, ±1, ±2: sums and products of a few of them are exact in every floating dtype."""
    rng = np.random.default_rng(seed)
    return draw.cast(2.0 ** rng.integers(-1, 1, shape, endpoint=True) * rng.choice((-1, 1), shape), dtype)


@documents("torch.scatter_reduce", "torch.Tensor.scatter_reduce", "torch.Tensor.scatter_reduce_")
@pytest.mark.filterwarnings("ignore:scatter_reduce")
@pytest.mark.parametrize("row", REDUCTIONS)
@pytest.mark.dtypes(torch.float32, torch.bfloat16)
@given(sample=FILLED, seed=draw.seeds(), data=st.data())
def test_scatter_reduce_reduces_what_meets(row, sample, seed, data, dtype, device):
    """scatter_reduce reduces what is sent to one place by {row}'s element; where nothing is sent, self's is left."""
    dim, index, source = data.draw(scattered(sample.shape, unique=False)).positional
    arrays = [powers_of_two(shape, seed + k, dtype) for k, shape in enumerate((sample.shape, source.shape))]
    x, src = (tensor(array, device, dtype) for array in arrays)

    results = [
        torch.scatter_reduce(x, dim, tensor(index, device), src, **reduction(row)),
        x.scatter_reduce_(dim, tensor(index, device), src, **reduction(row)),
    ]

    expected = indexing.scatter_reduce(arrays[0], dim, index, arrays[1], **reduction(row))
    close(results[0], expected, bound.rounded(expected), dtype=dtype, device=device)
    close(results[1], expected, bound.rounded(expected), dtype=dtype, device=device)


@documents("torch.index_reduce", "torch.Tensor.index_reduce", "torch.Tensor.index_reduce_")
@pytest.mark.filterwarnings("ignore:index_reduce")
@pytest.mark.parametrize("row", [row for row in REDUCTIONS if "sum" not in row])
@given(sample=FILLED, seed=draw.seeds(), data=st.data())
def test_index_reduce_reduces_slices(row, sample, seed, data, device):
    """index_reduce reduces the slices that have one index by {row}'s slice; those without an index are left."""
    dim, index, source = data.draw(lined(sample.shape)).positional
    arrays = [powers_of_two(shape, seed + k, "float32") for k, shape in enumerate((sample.shape, source.shape))]
    x, src = (tensor(array, device) for array in arrays)

    results = [
        torch.index_reduce(x, dim, tensor(index, device), src, **reduction(row)),
        x.index_reduce_(dim, tensor(index, device), src, **reduction(row)),
    ]

    expected = indexing.index_reduce(arrays[0], dim, index, arrays[1], **reduction(row))
    close(results[0], expected, bound.rounded(expected), device=device)
    close(results[1], expected, bound.rounded(expected), device=device)


@documents("torch.Tensor.put_", "torch.Tensor.put")
@given(sample=SUMS, seed=draw.seeds(), data=st.data())
def test_put_accumulates(sample, seed, data, device):
    """put_ with accumulate=True adds every value to the place that its index names, also where two name one place."""
    array, count = sample("int64"), data.draw(between(0, 12))
    index = data.draw(indices(array.size, (count,), None))
    value = draw.Sample((count,), seed, "ties")("int64")
    x = tensor(array, device)

    x.put_(tensor(index, device), tensor(value, device), accumulate=True)

    close(x, indexing.put(array, index, value, accumulate=True), device=device)


@documents("torch.masked_fill", "torch.Tensor.masked_fill", "torch.Tensor.masked_fill_", "torch.Tensor.index_fill_")
@given(sample=AT_LEAST_ONE, value=st.floats(-100, 100, width=32), data=st.data())
def test_fills_with_any_number(sample, value, data, device):
    """masked_fill_ and index_fill_ write any number, rounded to the dtype, to the places they name and to no others."""
    array, mask = sample("float32"), data.draw(masked(sample.shape)).positional[0]
    dim, index = data.draw(lined(sample.shape, rest=lambda source: [])).positional

    result = tensor(array, device).masked_fill(tensor(mask, device), value)
    other = tensor(array, device).index_fill_(dim, tensor(index, device), value)

    close(result, indexing.masked_fill(array, mask, value), device=device)
    close(other, indexing.index_fill(array, dim, index, np.float32(value)), device=device)


@documents("torch.take_along_dim", "torch.Tensor.take_along_dim")
@given(sample=samples(least=2, most=3, low=2), data=st.data())
@example(sample=draw.Sample((2, 3), layout="transposed"), data=None)
def test_take_along_no_dimension_flattens(sample, data, device):
    """Without dim, take_along_dim takes from the tensor in row-major order as if it had one dimension."""
    array = sample("float32")
    index = data.draw(indices(array.size, (5,))) if data else np.arange(5)

    close(torch.take_along_dim(tensor(array, device), tensor(index, device)), array.ravel()[index], device=device)


BEYOND = {
    "torch.index_select": lambda x, index: torch.index_select(x, 0, index),
    "torch.gather": lambda x, index: torch.gather(x, 0, index[:, None]),
    "torch.take": lambda x, index: torch.take(x, index * x.shape[1]),
    "torch.scatter": lambda x, index: torch.scatter(x, 0, index[:, None], 1.0),
    "torch.index_add": lambda x, index: torch.index_add(x, 0, index, x[:1]),
    "torch.index_copy": lambda x, index: torch.index_copy(x, 0, index, x[:1]),
    "torch.index_fill": lambda x, index: torch.index_fill(x, 0, index, 1.0),
}


@pytest.mark.parametrize("row", [pytest.param(name, marks=documents(name), id=name) for name in BEYOND])
@pytest.mark.parametrize("beyond", [0, 1, 1000])
def test_an_index_past_the_end_raises(row, beyond, device):
    """{row} raises an error at an index past the end of the dimension."""
    x = tensor(draw.normal(0, 3, 4), device)

    with pytest.raises((IndexError, RuntimeError)):
        BEYOND[row](x, tensor(np.array([3 + beyond]), device))


@documents("torch.index_select", "torch.index_add")
@given(sample=samples(least=1, most=3, low=1, layouts=draw.WRITABLE), data=st.data())
def test_an_index_may_have_32_bits(sample, data, device):
    """index_select and index_add take indices of int32 as well as of int64."""
    index = data.draw(indices(sample.shape[0], (3,))).astype(np.int32)
    array = draw.lattice(sample.seed, sample.shape).astype(np.float32)
    x, at = tensor(array, device), tensor(index, device)

    close(torch.index_select(x, 0, at), array[index], device=device)
    close(x.index_add(0, at, x[at.long()]), indexing.index_add(array, 0, index, array[index]), device=device)
