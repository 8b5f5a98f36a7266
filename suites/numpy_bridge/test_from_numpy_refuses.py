"""What torch.from_numpy refuses, and when it warns."""

from typing import NamedTuple

import numpy as np
import pytest
import torch
from hypothesis import given

from suites.kit import close, documents, draw, every_warning

from .bridge import FROM_ARRAY


class Refused(NamedTuple):
    """Something that is no array over which a tensor can lie."""

    name: str
    thing: object

    def __str__(self):
        return self.name


def refused(*rows):
    """Parametrize a claim over what is refused."""
    return pytest.mark.parametrize("row", rows, ids=str)


@documents("torch.from_numpy", guide=FROM_ARRAY)
@refused(
    Refused("objects", np.array([1, 2], object)),
    Refused("text", np.array(["1", "2"])),
    Refused("bytes", np.array([b"1", b"2"])),
    Refused("dates", np.array(["2020-01-01"], "M8[D]")),
    Refused("time spans", np.array([1, 2], "m8[s]")),
    Refused("records", np.zeros(2, [("a", "f4"), ("b", "i8")])),
)
def test_refuses_what_holds_no_numbers(row):
    """An array of {row} raises TypeError."""
    with pytest.raises(TypeError):
        torch.from_numpy(row.thing)


@documents("torch.from_numpy", guide=FROM_ARRAY)
@refused(
    Refused("a list", [1.0, 2.0]),
    Refused("a NumPy scalar", np.float64(1.0)),
    Refused("a Python number", 1.0),
    Refused("a tensor", torch.ones(2)),
    Refused("None", None),
)
def test_refuses_what_is_no_array(row):
    """Only arrays share their memory: {row} raises TypeError."""
    with pytest.raises(TypeError):
        torch.from_numpy(row.thing)


@documents("torch.from_numpy", guide=FROM_ARRAY)
@given(array=draw.arrays(shape=draw.shapes(least=1, low=2), layouts=draw.WRITABLE))
def test_refuses_negative_strides(array):
    """An array that runs backwards along an axis raises ValueError, and its copy does not."""
    backwards = array[::-1]

    with pytest.raises(ValueError):
        torch.from_numpy(backwards)
    close(torch.from_numpy(backwards.copy()), backwards)


@documents("torch.from_numpy", guide=FROM_ARRAY)
@pytest.mark.dtypes(torch.float64, torch.float32, torch.int32, torch.complex64)
@given(sample=draw.samples(layouts=draw.WRITABLE))
def test_refuses_the_other_byte_order(sample, dtype):
    """An array whose numbers have the other byte order raises ValueError."""
    array = sample(dtype)
    swapped = array.astype(array.dtype.newbyteorder())

    with pytest.raises(ValueError):
        torch.from_numpy(swapped)


@documents("torch.from_numpy", guide=FROM_ARRAY)
def test_refuses_steps_of_part_of_an_element():
    """An array whose elements lie no whole number of elements apart, a field of records, raises ValueError."""
    records = np.zeros(3, [("a", "f4"), ("b", "f4"), ("c", "u1")])

    with pytest.raises(ValueError):
        torch.from_numpy(records["b"])


@documents("torch.from_numpy", "torch.as_tensor", "torch.asarray", "torch.set_warn_always", guide=FROM_ARRAY)
@pytest.mark.parametrize("name", ["from_numpy", "as_tensor", "asarray"])
def test_warns_of_read_only_arrays(name):
    """A read-only array, whose memory the tensor could write to, brings a warning each time it is taken."""
    array = draw.normal(0, 3, 5)
    array.flags.writeable = False

    with every_warning(), pytest.warns(UserWarning, match="not writable"):
        first = getattr(torch, name)(array)
    with every_warning(), pytest.warns(UserWarning, match="not writable"):
        second = getattr(torch, name)(array)

    close(first, array)
    close(second, array)


@documents("torch.tensor", "torch.asarray", "torch.set_warn_always", guide=FROM_ARRAY)
def test_copies_of_read_only_arrays_do_not_warn():
    """A copy of a read-only array brings no warning, which would be an error here."""
    array = draw.normal(0, 3, 5)
    array.flags.writeable = False

    with every_warning():
        close(torch.tensor(array), array)
        close(torch.asarray(array, copy=True), array)
        close(torch.as_tensor(array.copy()), array)
