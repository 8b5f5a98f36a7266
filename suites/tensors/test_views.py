"""Who shares memory with whom: what is a view and what is a copy, proven by writing."""

from typing import Callable, NamedTuple

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from reference import shaping
from suites.kit import close, documents, draw, share_memory, tensor
from suites.tensors.operation import MOVED, factored, same
from suites.tensors.recipes import samples

#: Without bool, whose complement NumPy lays out in an order that the kit's conversion does not take.
WITHOUT_BOOL = [dtype for dtype in MOVED if dtype is not torch.bool]
DTYPE = st.sampled_from(MOVED)
CUBES = samples(least=3, most=3, low=2, high=4, layouts=draw.WRITABLE)


def cube(seed, device):
    """A tensor of three dimensions, none smaller than 2: shape, layout and dtype by the seed, which costs one draw."""
    rng = np.random.default_rng(seed)
    dtype = WITHOUT_BOOL[rng.integers(len(WITHOUT_BOOL))]
    layout = draw.WRITABLE[rng.integers(len(draw.WRITABLE))]
    return tensor(draw.Sample(tuple(rng.integers(2, 5, 3).tolist()), seed, layout=layout)(dtype), device, dtype)


class Form(NamedTuple):
    """An operation as it is written for a tensor of three dimensions, none of them smaller than 2."""

    name: str
    function: Callable[[torch.Tensor], torch.Tensor]
    text: str = ""
    since: str = None

    def __str__(self) -> str:
        return self.text or self.name


def forms(table):
    """Run a claim over each form of a table."""
    marked = [pytest.param(row, marks=documents(row.name, since=row.since), id=str(row)) for row in table]
    return pytest.mark.parametrize("row", marked)


VIEWS = (
    *(
        Form("tensor_view", function, text)
        for text, function in {
            "x[0]": lambda x: x[0],
            "x[-1]": lambda x: x[-1],
            "x[1:]": lambda x: x[1:],
            "x[:, ::2]": lambda x: x[:, ::2],
            "x[..., -1]": lambda x: x[..., -1],
            "x[1, 0, 1]": lambda x: x[1, 0, 1],
            "x[0, 1:, None]": lambda x: x[0, 1:, None],
            "x[None]": lambda x: x[None],
            "x[...]": lambda x: x[...],
            "x[:]": lambda x: x[:],
        }.items()
    ),
    Form("torch.as_strided", lambda x: torch.as_strided(x, x.shape, x.stride(), x.storage_offset())),
    Form("torch.Tensor.as_strided", lambda x: x.as_strided((2,), (1,), x.storage_offset())),
    Form("torch.Tensor.detach", lambda x: x.detach()),
    Form("torch.detach", lambda x: torch.detach(x)),
    Form("torch.diagonal", lambda x: torch.diagonal(x, 1)),
    Form("torch.Tensor.diagonal", lambda x: x.diagonal(-1, 0, 2)),
    Form("torch.Tensor.expand", lambda x: x.expand(1, -1, *x.shape[1:])),
    Form("torch.Tensor.expand_as", lambda x: x.expand_as(x)),
    Form("torch.broadcast_to", lambda x: torch.broadcast_to(x, x.shape)),
    Form("torch.broadcast_tensors", lambda x: torch.broadcast_tensors(x, x[0])[0]),
    Form("torch.movedim", lambda x: torch.movedim(x, 0, -1)),
    Form("torch.Tensor.movedim", lambda x: x.movedim((0, 1), (1, 2))),
    Form("torch.moveaxis", lambda x: torch.moveaxis(x, 0, -1)),
    Form("torch.narrow", lambda x: torch.narrow(x, 1, 1, 1)),
    Form("torch.Tensor.narrow", lambda x: x.narrow(-1, 0, 2)),
    Form("torch.permute", lambda x: torch.permute(x, (2, 0, 1))),
    Form("torch.Tensor.permute", lambda x: x.permute(1, 2, 0)),
    Form("torch.select", lambda x: torch.select(x, 1, 1)),
    Form("torch.Tensor.select", lambda x: x.select(-1, 0)),
    Form("torch.squeeze", lambda x: torch.squeeze(x)),
    Form("torch.Tensor.squeeze", lambda x: x[:1].squeeze(0)),
    Form("torch.transpose", lambda x: torch.transpose(x, 0, 2)),
    Form("torch.Tensor.transpose", lambda x: x.transpose(-1, 0)),
    Form("torch.swapaxes", lambda x: torch.swapaxes(x, 0, 2)),
    Form("torch.swapdims", lambda x: torch.swapdims(x, 0, 1)),
    Form("torch.t", lambda x: torch.t(x[0])),
    Form("torch.Tensor.t", lambda x: x[0].t()),
    Form("torch.Tensor.T", lambda x: x[0].T),
    Form("torch.Tensor.mT", lambda x: x.mT),
    Form("torch.Tensor.real", lambda x: x.real),
    Form("torch.Tensor.unfold", lambda x: x.unfold(1, 2, 2)),
    Form("torch.unsqueeze", lambda x: torch.unsqueeze(x, 0)),
    Form("torch.Tensor.unsqueeze", lambda x: x.unsqueeze(-1)),
    Form("torch.Tensor.view", lambda x: x.view(*x.shape, 1)),
    Form("torch.Tensor.view", lambda x: x.view(x.dtype), "torch.Tensor.view(dtype)"),
    Form("torch.Tensor.view_as", lambda x: x.view_as(x)),
    Form("torch.Tensor.unflatten", lambda x: x.unflatten(1, (-1, 1))),
    Form("torch.unbind", lambda x: torch.unbind(x)[1]),
    Form("torch.Tensor.unbind", lambda x: x.unbind(2)[-1]),
    Form("torch.split", lambda x: torch.split(x, 1)[1]),
    Form("torch.Tensor.split", lambda x: x.split([x.shape[1]], 1)[0]),
    Form("torch.Tensor.split", lambda x: x.split(64)[0], "torch.Tensor.split into one"),
    Form("torch.hsplit", lambda x: torch.hsplit(x, [1])[1]),
    Form("torch.vsplit", lambda x: torch.vsplit(x, [1])[1]),
    Form("torch.dsplit", lambda x: torch.dsplit(x, [1])[0]),
    Form("torch.tensor_split", lambda x: torch.tensor_split(x, 2)[1]),
    Form("torch.Tensor.tensor_split", lambda x: x.tensor_split(2, -1)[0]),
    Form("torch.chunk", lambda x: torch.chunk(x, 2)[1]),
    Form("torch.Tensor.chunk", lambda x: x.chunk(1, 2)[0]),
    Form("torch.atleast_1d", lambda x: torch.atleast_1d(x[0, 0, 0])),
    Form("torch.atleast_2d", lambda x: torch.atleast_2d(x[0, 0])),
    Form("torch.atleast_3d", lambda x: torch.atleast_3d(x[0])),
    Form("torch.reshape", lambda x: torch.reshape(x, (*x.shape, 1))),
    Form("torch.Tensor.reshape", lambda x: x.reshape(1, *x.shape)),
    Form("torch.Tensor.reshape_as", lambda x: x.reshape_as(x)),
    Form("torch.flatten", lambda x: torch.flatten(x[0, 0])),
)


@forms(VIEWS)
@given(seed=draw.seeds())
def test_is_a_view(row, seed, device):
    """What {row} gives shares memory with the tensor: a write to either is seen by the other."""
    x = cube(seed, device)

    assert share_memory(row.function(x), x)


COPIES = (
    *(
        Form("tensor_view", function, text)
        for text, function in {
            "x[[0, 1]]": lambda x: x[[0, 1]],
            "x[index]": lambda x: x[tensor(np.array([0, 1]), str(x.device))],
            "x[:, index]": lambda x: x[:, tensor(np.array([-1]), str(x.device))],
            "x[0, index]": lambda x: x[0, tensor(np.array([1]), str(x.device))],
            "x[mask]": lambda x: x[tensor(np.ones(tuple(x.shape), bool), str(x.device))],
            "x[mask of a dimension]": lambda x: x[tensor(np.ones(x.shape[0], bool), str(x.device))],
            "x[True]": lambda x: x[True],
        }.items()
    ),
    Form("torch.clone", lambda x: torch.clone(x)),
    Form("torch.Tensor.clone", lambda x: x.clone()),
    Form("torch.flip", lambda x: torch.flip(x, (0,))),
    Form("torch.Tensor.flip", lambda x: x.flip(())),
    Form("torch.fliplr", lambda x: torch.fliplr(x)),
    Form("torch.flipud", lambda x: torch.flipud(x)),
    Form("torch.rot90", lambda x: torch.rot90(x, 0, (0, 1))),
    Form("torch.roll", lambda x: torch.roll(x, 0, 0)),
    Form("torch.Tensor.repeat", lambda x: x.repeat(1, 1, 1)),
    Form("torch.tile", lambda x: torch.tile(x, (1,))),
    Form("torch.repeat_interleave", lambda x: torch.repeat_interleave(x, 1, 0)),
    Form("torch.narrow_copy", lambda x: torch.narrow_copy(x, 0, 0, x.shape[0])),
    Form("torch.index_select", lambda x: torch.index_select(x, 0, tensor(np.arange(x.shape[0]), str(x.device)))),
    Form("torch.masked_select", lambda x: torch.masked_select(x, tensor(np.array(True), str(x.device)))),
    Form("torch.masked_fill", lambda x: torch.masked_fill(x, tensor(np.array(False), str(x.device)), 0)),
    Form("torch.take", lambda x: torch.take(x, tensor(np.array([0]), str(x.device)))),
    Form("torch.gather", lambda x: torch.gather(x, 0, tensor(np.zeros(tuple(x.shape), int), str(x.device)))),
    Form("torch.where", lambda x: torch.where(tensor(np.array(True), str(x.device)), x, x)),
    Form("torch.cat", lambda x: torch.cat([x])),
    Form("torch.stack", lambda x: torch.stack([x])),
    Form("torch.hstack", lambda x: torch.hstack([x])),
    Form("torch.vstack", lambda x: torch.vstack([x])),
    Form("torch.dstack", lambda x: torch.dstack([x])),
    Form("torch.column_stack", lambda x: torch.column_stack([x])),
    Form("torch.tril", lambda x: torch.tril(x, 9)),
    Form("torch.triu", lambda x: torch.triu(x, -9)),
    Form("torch.diag_embed", lambda x: torch.diag_embed(x)),
    Form("torch.select_scatter", lambda x: torch.select_scatter(x, x[0], 0, 0)),
    Form("torch.slice_scatter", lambda x: torch.slice_scatter(x, x, 0, 0, x.shape[0], 1)),
    Form("torch.diagonal_scatter", lambda x: torch.diagonal_scatter(x, torch.diagonal(x))),
)


@forms(COPIES)
@given(seed=draw.seeds())
def test_is_a_copy(row, seed, device):
    """What {row} gives has memory of its own: a write to it is not seen by the tensor, nor the other way round."""
    x = cube(seed, device)

    assert not share_memory(row.function(x), x)


#: Every second time a dtype in which a conjugate differs.
CONJUGATED = st.one_of(st.just(torch.complex64), DTYPE)

ATTRIBUTES = {
    "T": lambda x: x.T,
    "H": lambda x: x.T.conj(),
    "real": lambda x: x.real,
    "mT": lambda x: np.swapaxes(x, -1, -2),
    "mH": lambda x: np.swapaxes(x, -1, -2).conj(),
}


@pytest.mark.parametrize("row", [pytest.param(n, marks=documents(f"torch.Tensor.{n}"), id=n) for n in ATTRIBUTES])
@given(matrix=samples(least=2, most=2), batch=samples(least=2), dtype=CONJUGATED)
def test_an_attribute_is_another_order(row, matrix, batch, dtype, device):
    """tensor.{row} is what NumPy has under that name: rows and columns exchanged, an H conjugated, an m in batches."""
    array = (batch if row.startswith("m") else matrix)(dtype)

    result = getattr(tensor(array, device, dtype), row)

    same(result, ATTRIBUTES[row](array), dtype, device)


@documents("torch.adjoint", "torch.Tensor.adjoint")
@given(sample=samples(least=2), dtype=CONJUGATED)
def test_adjoint_conjugates_each_matrix(sample, dtype, device):
    """adjoint exchanges the last two dimensions and conjugates."""
    array = sample(dtype)
    x = tensor(array, device, dtype)

    same(torch.adjoint(x), ATTRIBUTES["mH"](array), dtype, device)
    same(x.adjoint(), ATTRIBUTES["mH"](array), dtype, device)


@documents("torch.Tensor.real", "torch.Tensor.imag", "torch.view_as_real", "torch.real", "torch.imag")
@pytest.mark.dtypes(torch.complex64, torch.complex128)
@given(sample=samples(low=1, layouts=draw.WRITABLE))
def test_parts_of_complex_tensors_are_views(sample, dtype, device):
    """real, imag and view_as_real are views of a complex tensor, of the floating dtype of its parts."""
    array = sample(dtype)
    x = tensor(array, device)

    close(x.real, array.real, device=device)
    close(torch.imag(x), array.imag, device=device)
    close(torch.view_as_real(x), shaping.view_as_real(array), device=device)
    assert share_memory(torch.real(x), x)
    assert share_memory(x.imag, x)
    assert share_memory(torch.view_as_real(x), x)


@documents("torch.view_as_complex")
@pytest.mark.dtypes(torch.float32, torch.float64)
@given(shape=draw.shapes(low=1), seed=draw.seeds())
def test_pairs_are_complex_numbers(shape, seed, dtype, device):
    """view_as_complex is a view of a tensor whose last dimension has size 2: real and imaginary part."""
    array = draw.Sample((*shape, 2), seed)(dtype)
    x = tensor(array, device)

    close(torch.view_as_complex(x), shaping.view_as_complex(array), device=device)
    assert share_memory(torch.view_as_complex(x), x)


@documents("torch.Tensor.view")
@given(data=st.data(), sample=samples(layouts=("contiguous", "offset")), dtype=DTYPE)
def test_view_has_the_same_elements_under_another_shape(data, sample, dtype, device):
    """view of a contiguous tensor has its elements in row-major order; a side of -1 is what is left."""
    shape, array = data.draw(factored(int(np.prod(sample.shape)))), sample(dtype)

    result = tensor(array, device, dtype).view(shape)

    close(result, shaping.reshape(array, shape), dtype=dtype, device=device)


@documents("torch.Tensor.view", "torch.Tensor.is_contiguous")
@given(array=draw.arrays(shape=draw.shapes(least=2, low=2), layouts=("transposed",)))
def test_view_never_copies(array, device):
    """view raises RuntimeError where no view has that shape: a transposed matrix in one dimension."""
    x = tensor(array, device)

    assert not x.is_contiguous()
    with pytest.raises(RuntimeError):
        x.view(-1)


@documents("torch.Tensor.view", "torch.reshape")
@pytest.mark.parametrize("name", ["view", "reshape"])
@given(sample=samples(low=1, layouts=("contiguous",)), more=st.integers(1, 3))
def test_another_number_of_elements_raises(name, sample, more, device):
    """A shape of another number of elements raises RuntimeError."""
    x = tensor(sample(), device)

    with pytest.raises(RuntimeError):
        getattr(x, name)(x.numel() + more)


@documents("torch.Tensor.view")
@pytest.mark.dtypes(torch.float64, torch.int32, torch.int16, torch.uint8, torch.complex64)
@given(sample=samples(least=1, low=1, layouts=("contiguous",), hard=()), data=st.data())
def test_view_as_another_dtype_reads_the_same_bytes(sample, data, dtype, device):
    """view(dtype) reads the same bytes as another dtype; the last dimension grows or shrinks with the element size."""
    other = data.draw(st.sampled_from((torch.int64, torch.int32, torch.float32, torch.uint8, torch.int16)))
    array = np.repeat(sample(dtype), 8, axis=-1)
    x = tensor(array, device)

    close(x.view(other), array.view(str(other).split(".")[1]), device=device)
    assert share_memory(x.view(other), x)


@documents("torch.Tensor.contiguous", "torch.Tensor.is_contiguous", "tensor_view")
@given(sample=samples(least=2, low=2), dtype=DTYPE)
def test_contiguous_is_row_major(sample, dtype, device):
    """contiguous gives a tensor whose last index runs fastest in memory: the tensor itself, where it is such a one."""
    x = tensor(sample(dtype), device, dtype)

    result = x.contiguous()

    assert result.is_contiguous()
    assert result.stride() == tuple(int(np.prod(x.shape[d + 1 :])) for d in range(x.ndim))
    assert (result is x) == x.is_contiguous()
    assert result.contiguous() is result


FLATTENED = (
    Form("torch.reshape", lambda x: torch.reshape(x, (-1,))),
    Form("torch.Tensor.reshape", lambda x: x.reshape(-1)),
    Form("torch.flatten", lambda x: torch.flatten(x)),
    Form("torch.ravel", lambda x: torch.ravel(x)),
)


@forms(FLATTENED)
@given(sample=samples(least=2, low=2, layouts=("contiguous", "offset", "transposed")))
def test_flattening_copies_only_where_it_must(row, sample, device):
    """To one dimension, {row} gives a view of a contiguous tensor; a transposed one, without such a view, is copied."""
    x = tensor(sample(), device)

    assert share_memory(row.function(x), x) == (sample.layout != "transposed")


@documents("torch.Tensor.expand", "torch.broadcast_to", "torch.Tensor.stride")
@given(sample=samples(low=1, layouts=draw.WRITABLE), times=st.integers(2, 70), seed=draw.seeds())
def test_an_expanded_tensor_repeats_one_memory(sample, times, seed, device):
    """expand copies nothing: along an expanded dimension the stride is 0 and a write to the base is seen everywhere."""
    array, value = sample("float32"), draw.Sample(sample.shape, seed)("float32")
    base = tensor(array, device)
    result = base.expand(times, *base.shape)

    base.copy_(tensor(value, device))

    assert result.stride(0) == 0
    close(result, np.broadcast_to(value, result.shape), device=device)


@documents("torch.Tensor.expand")
@given(sample=samples(least=1, low=2), more=st.integers(1, 3))
def test_only_a_side_of_one_expands(sample, more, device):
    """To expand a dimension of another size than 1 raises RuntimeError."""
    x = tensor(sample(), device)

    with pytest.raises(RuntimeError):
        x.expand(*x.shape[:-1], x.shape[-1] + more)


@documents("torch.as_strided", "torch.Tensor.as_strided")
@given(data=st.data(), seed=draw.seeds(), dtype=DTYPE)
def test_as_strided_reads_the_memory_as_told(data, seed, dtype, device):
    """as_strided has at [i, j, …] the element that lies at offset + i · stride[0] + j · stride[1] + … in memory."""
    size = data.draw(draw.shapes(most=3, high=3, long=False))
    stride = [data.draw(st.integers(0, 5)) for _ in size]
    array, offset = draw.Sample((40,), seed)(dtype), data.draw(st.integers(0, 9))

    result = torch.as_strided(tensor(array, device, dtype), size, stride, offset)

    close(result, shaping.as_strided(array, size, stride, offset), dtype=dtype, device=device)
    assert result.stride() == tuple(stride)
    assert result.storage_offset() == offset


@documents("tensor_view", "torch.Tensor.transpose", "torch.Tensor.stride")
@given(sample=samples(least=2, low=2), data=st.data())
def test_transposing_moves_no_data(sample, data, device):
    """transpose exchanges two strides and leaves the elements where they lie in memory."""
    first, second = data.draw(st.permutations(range(len(sample.shape))))[:2]
    x = tensor(sample(), device)

    strides = [*x.stride()]
    strides[first], strides[second] = strides[second], strides[first]

    assert x.transpose(first, second).stride() == tuple(strides)
    assert x.transpose(first, second).storage_offset() == x.storage_offset()


@documents("tensor_view")
@given(sample=CUBES, seed=draw.seeds())
def test_a_view_of_a_view_writes_to_the_first(sample, seed, device):
    """Views of views share the memory of their first base, whatever steps lie between."""
    array, value = sample("float32"), draw.normal(seed, 1, dtype="float32")
    base = tensor(array, device)

    base.permute(2, 0, 1)[1:][:, -1].unsqueeze(0).select(-1, 0).copy_(tensor(value, device))

    array[-1, 0, 1:] = value
    close(base, array, device=device)
