"""torch.frombuffer: a tensor over the bytes of any Python object that lends them."""

import sys
from typing import NamedTuple

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from suites.kit import close, documents, draw, dtypes, every_warning, share_memory

from .bridge import FROM_ARRAY, churn, in_both, window

WRITABLE = {"shape": draw.shapes(least=1, most=1, low=1), "layouts": ("contiguous",)}


class Request(NamedTuple):
    """What is asked of a buffer of a number of bytes that cannot give it."""

    name: str
    bytes: int
    options: dict

    def __str__(self):
        return self.name


@documents("torch.frombuffer", guide=FROM_ARRAY)
@in_both
def test_shares_memory_both_ways(dtype):
    """The tensor reads the bytes in the dtype given and shares them: a write to either is seen by the other."""
    array = window(dtype).ravel()
    buffer = bytearray(array.tobytes())

    result = torch.frombuffer(buffer, dtype=dtype)

    close(result, array)
    assert share_memory(result, np.frombuffer(buffer, array.dtype))


@documents("torch.frombuffer", guide=FROM_ARRAY)
@given(array=draw.arrays(**WRITABLE), data=st.data())
def test_takes_count_elements_after_offset_bytes(array, data):
    """The tensor has ``count`` elements and begins ``offset`` bytes into the buffer."""
    first = data.draw(st.integers(0, array.size - 1))
    count = data.draw(st.integers(1, array.size - first))

    result = torch.frombuffer(array, dtype=torch.float64, count=count, offset=first * 8)

    close(result, array[first : first + count])
    assert share_memory(result, array[first : first + count])


@documents("torch.frombuffer", guide=FROM_ARRAY)
@given(array=draw.arrays(**WRITABLE), data=st.data())
def test_takes_all_that_follows_offset(array, data):
    """Without ``count``, or with a negative one, the tensor goes to the end of the buffer."""
    first = data.draw(st.integers(0, array.size - 1))

    close(torch.frombuffer(array, dtype=torch.float64, offset=first * 8), array[first:])
    close(torch.frombuffer(array, dtype=torch.float64, count=-3, offset=first * 8), array[first:])
    for kind in (np.int16, np.int32, np.complex64):
        read = torch.frombuffer(array, dtype=dtypes.in_torch(kind), offset=first * 8)
        close(read, array[first:].view(kind))


@documents("torch.frombuffer", guide=FROM_ARRAY)
@given(array=draw.arrays("int64", **WRITABLE), offset=st.integers(0, 7))
def test_reads_bytes_as_another_dtype(array, offset):
    """The bytes are read in the dtype given, whatever they were written as, from any byte on."""
    close(torch.frombuffer(array, dtype=torch.uint8, offset=offset), array.view(np.uint8)[offset:])
    close(torch.frombuffer(array, dtype=torch.int16), array.view(np.int16))
    close(torch.frombuffer(array, dtype=torch.complex64), array.view(np.complex64))


@documents("torch.frombuffer", guide=FROM_ARRAY)
@given(sample=draw.samples(**WRITABLE))
def test_reads_bfloat16(sample):
    """The bytes can be read as bfloat16, which NumPy lacks."""
    array = sample(torch.bfloat16)
    halves = (array.view(np.uint32) >> 16).astype(np.uint16)

    close(torch.frombuffer(halves, dtype=torch.bfloat16), array, dtype=torch.bfloat16)


@documents("torch.frombuffer", guide=FROM_ARRAY)
@pytest.mark.parametrize(
    "row",
    [
        Request("more elements than there are", 15, {"count": 4}),
        Request("more elements than follow the offset", 16, {"count": 4, "offset": 4}),
        Request("a part of an element", 15, {}),
        Request("a part of an element after the offset", 16, {"offset": 3}),
        Request("no elements", 16, {"count": 0}),
        Request("bytes beyond its end", 16, {"offset": 20}),
        Request("bytes before its beginning", 16, {"offset": -4}),
    ],
    ids=str,
)
def test_refuses_what_the_buffer_cannot_give(row):
    """Asking a buffer for {row} raises ValueError."""
    with pytest.raises(ValueError):
        torch.frombuffer(bytearray(row.bytes), dtype=torch.int32, **row.options)


@documents("torch.frombuffer", guide=FROM_ARRAY)
def test_takes_the_dtype_from_nowhere_else():
    """The dtype has to be given."""
    with pytest.raises(TypeError):
        torch.frombuffer(bytearray(8))


@documents("torch.frombuffer", guide=FROM_ARRAY)
@given(array=draw.arrays(**WRITABLE))
def test_sets_requires_grad(array):
    """The tensor is a leaf, which requires grad if asked to."""
    assert torch.frombuffer(array, dtype=torch.float64, requires_grad=True).requires_grad
    assert not torch.frombuffer(array, dtype=torch.float64).requires_grad
    assert torch.frombuffer(array, dtype=torch.float64, requires_grad=True).is_leaf


@documents("torch.frombuffer", guide=FROM_ARRAY)
@given(array=draw.arrays(**WRITABLE))
def test_is_not_resizable(array):
    """The tensor cannot be made larger: resize_ raises RuntimeError."""
    result = torch.frombuffer(array, dtype=torch.float64)

    with pytest.raises(RuntimeError):
        result.resize_(array.size * 2 + 8)


@documents("torch.frombuffer", guide=FROM_ARRAY)
def test_holds_the_owner_of_the_memory():
    """The tensor holds a reference to the buffer as long as it lives."""
    buffer = bytearray(64)
    before = sys.getrefcount(buffer)

    result = torch.frombuffer(buffer, dtype=torch.float64)

    assert sys.getrefcount(buffer) > before
    del result
    assert sys.getrefcount(buffer) == before


@documents("torch.frombuffer", guide=FROM_ARRAY)
def test_tensor_outlives_the_buffer():
    """The tensor keeps the memory alive when the buffer's name is gone."""
    array = draw.normal(0, 4099)
    result = torch.frombuffer(bytearray(array.tobytes()), dtype=torch.float64)

    blocks = churn(array.nbytes)

    close(result, array)
    assert blocks


@documents("torch.frombuffer", "torch.set_warn_always", guide=FROM_ARRAY)
def test_warns_of_read_only_buffers():
    """A buffer that cannot be written to brings a warning."""
    with every_warning(), pytest.warns(UserWarning, match="not writable"):
        result = torch.frombuffer(b"\x01\x02\x03", dtype=torch.uint8)

    close(result, np.array([1, 2, 3], np.uint8))
