"""Tensor.to and the casts: another dtype, another device, or the same tensor."""

import itertools
import math
from typing import NamedTuple

import numpy as np
import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st

from suites.kit import array, bound, close, documents, draw, dtypes, share_memory, tensor, unchanged
from suites.tensors.state import warnings_ignored

GUIDE = ("Operations on Tensors",)
IN_RANGE = {torch.uint8: (0, 255), torch.int8: (-128, 127), torch.int16: (-(2**15), 2**15 - 1),
            torch.int32: (-(2**31), 2**31 - 1), torch.int64: (-(2**53), 2**53)}  # fmt: skip
PARTS = list(itertools.product([0.0, -0.0, 1.5, math.nan, -math.inf], repeat=2))
FLOATS = st.sampled_from(["float64", "float32", "float16", "bfloat16"])
INTEGERS = st.sampled_from(["int64", "int32", "int16", "int8", "uint8", "bool"])
COMPLEX = st.sampled_from(["complex128", "complex64"])
SIZES = st.sampled_from([1, 7, 33, 300])


class Cast(NamedTuple):
    """A method of Tensor and the dtype it casts to."""

    name: str
    dtype: torch.dtype

    def __str__(self):
        return f"torch.Tensor.{self.name}"

    def __call__(self, x, **options):
        return getattr(x, self.name)(**options)


CASTS = (
    Cast("double", torch.float64), Cast("float", torch.float32), Cast("half", torch.float16),
    Cast("bfloat16", torch.bfloat16), Cast("cdouble", torch.complex128), Cast("cfloat", torch.complex64),
    Cast("long", torch.int64), Cast("int", torch.int32), Cast("short", torch.int16), Cast("char", torch.int8),
    Cast("byte", torch.uint8), Cast("bool", torch.bool),
)  # fmt: skip
SAME = {
    "to(dtype)": lambda x, **o: x.to(x.dtype, **o),
    "to(device)": lambda x, **o: x.to(x.device, **o),
    "to(device name)": lambda x, **o: x.to(str(x.device), **o),
    "to(device, dtype)": lambda x, **o: x.to(x.device, x.dtype, **o),
    "to(device=, dtype=)": lambda x, **o: x.to(device=x.device, dtype=x.dtype, **o),
    "to(other)": lambda x, **o: x.to(torch.empty_like(x), **o),
    "to(non_blocking)": lambda x, **o: x.to(x.device, non_blocking=True, **o),
}


def rows(*table):
    return pytest.mark.parametrize("row", [pytest.param(row, marks=documents(str(row)), id=row.name) for row in table])


@documents("torch.Tensor.to", guide=GUIDE)
@pytest.mark.parametrize("form", SAME)
@pytest.mark.parametrize("layout", ["contiguous", "transposed", "stepped"])
def test_is_self_where_nothing_changes(form, layout, device):
    """to() returns self where the tensor has the dtype and device already, in every form of the call."""
    x = tensor(draw.Sample((3, 4), layout=layout)(), device)

    assert SAME[form](x) is x


@documents("torch.Tensor.to")
@pytest.mark.parametrize("form", SAME)
@pytest.mark.parametrize("layout", ["contiguous", "transposed", "stepped"])
def test_is_a_copy_where_asked_for(form, layout, device):
    """With copy=True to() makes a new tensor of the same values although nothing changes."""
    values = draw.Sample((3, 4), layout=layout)()
    x = tensor(values, device)

    y = SAME[form](x, copy=True)

    assert y is not x and not share_memory(x, y)
    close(y, values, device=device)


@documents("torch.Tensor.to", guide=GUIDE)
def test_is_a_copy_where_something_changes(device):
    """to() another dtype makes a copy, that of another tensor too, and leaves self as it is."""
    values = draw.normal(1, 3, 4)
    x, other = tensor(values, device), tensor(np.zeros(2, np.float32), device)

    with unchanged(x, other):
        for_dtype, for_other = x.to(torch.float32), x.to(other)

    close(for_dtype, values, bound.rounded(values), dtype=torch.float32, device=device)
    close(for_other, values, bound.rounded(values), dtype=torch.float32, device=device)
    assert not share_memory(for_dtype, for_other)


@documents("torch.Tensor.to", "torch.Tensor.cpu", guide=GUIDE)
@given(sample=draw.samples(), blocking=st.booleans())
def test_goes_to_a_device_and_back(sample, blocking, device, dtype):
    """A tensor that is moved to a device and back to the CPU keeps shape, dtype and values."""
    x = tensor(sample(dtype), "cpu")

    there = x.to(device, non_blocking=not blocking)

    close(there, sample(dtype), device=device)
    close(there.cpu(), sample(dtype))
    close(there.to("cpu"), sample(dtype))


@documents("torch.Tensor.cpu")
def test_is_self_on_the_cpu():
    """cpu() of a tensor on the CPU is the tensor itself."""
    x = tensor(draw.normal(1, 3, 4), "cpu")

    assert x.cpu() is x and x.t().cpu().stride() == (1, 4)


@documents("torch.Tensor.to")
def test_moves_and_casts_at_once(device):
    """to(device, dtype) changes both, given by position or by name; a shape without values on the meta device."""
    values = draw.lattice(1, (3, 4))
    x = tensor(values, "cpu")

    close(x.to(device, torch.int32), values.astype(np.int32), device=device)
    close(x.to(dtype=torch.int16, device=device), values.astype(np.int16), device=device)
    there = x.to("meta", torch.float16)
    assert (there.device.type, there.dtype, there.shape) == ("meta", torch.float16, (3, 4))


@documents("torch.Tensor.to", "tensor_attributes")
@pytest.mark.parametrize("axes", [(0, 1, 2, 3), (0, 2, 3, 1), (3, 1, 0, 2)], ids=str)
def test_preserves_the_memory_format(axes, device):
    """to() keeps the strides of a dense tensor when it copies, unless another memory format is asked for."""
    values = draw.normal(1, 2, 3, 4, 5).transpose(axes)
    x = tensor(values, device)

    assert x.to(torch.float32).stride() == x.to(x.dtype, copy=True).stride() == x.float().stride() == x.stride()
    y = x.to(torch.float32, memory_format=torch.contiguous_format)
    assert y.is_contiguous()
    close(y, values, bound.rounded(values), dtype=torch.float32, device=device)
    last = {"memory_format": torch.channels_last}
    for y in (x.to(x.dtype, **last), x.to(**last), x.to(device=device, **last), x.float(**last)):
        assert y.is_contiguous(memory_format=torch.channels_last)


@documents("torch.Tensor.to", "torch.Tensor.double")
def test_carries_the_gradient(device):
    """to() another floating dtype is differentiable: its gradient comes back in the dtype of self."""
    x = tensor(draw.normal(1, 3, dtype="float32"), device).requires_grad_()

    y = x.to(torch.float64)
    y.backward(tensor(np.array([1.0, -2.0, 4.0]), device))

    assert y.requires_grad and not y.is_leaf
    close(x.grad, np.array([1.0, -2.0, 4.0], np.float32), device=device)


@documents("torch.Tensor.to")
@pytest.mark.dtypes(*dtypes.INTEGRAL, torch.bool)
def test_stops_the_gradient_at_integers(device, dtype):
    """to() an integer dtype gives a tensor that does not require grad."""
    x = tensor(np.array([1.0, 0.0]), device).requires_grad_()

    assert not x.to(dtype).requires_grad


@documents()
@rows(*CASTS)
@pytest.mark.dtypes(torch.float32, torch.int64)
def test_casts_as_to_does(row, device, dtype):
    """{row} casts every value to the dtype of its name, and is the tensor itself where it has that dtype."""
    values = draw.lattice(3, (5, 7)).clip(0).astype(dtypes.in_numpy(dtype))
    x = tensor(values, device)

    y = row(x)

    close(y, values.astype(dtypes.in_numpy(row.dtype)), dtype=row.dtype, device=device)
    assert row(y) is y


@rows(*CASTS)
@pytest.mark.dtypes(*dtypes.EVERY)
@given(sample=draw.samples(hard=("zero", "one", "subnormal", "tie"), fills=("normal", "ties")))
def test_casts_any_number_as_to_does(row, sample, device, dtype):
    """{row} of any dtype is to(dtype), bit for bit, with the same strides."""
    x = tensor(np.abs(sample(dtype)) if dtype.is_floating_point else sample(dtype), device, dtype)
    with warnings_ignored():
        found, expected = row(x), x.to(row.dtype)

    close(found, array(expected), dtype=row.dtype, device=device)
    assert found.stride() == expected.stride()


@documents("torch.Tensor.to", "torch.Tensor.bool")
@pytest.mark.dtypes(*dtypes.FLOATING, *dtypes.INTEGRAL)
@given(sample=draw.samples())
def test_is_true_where_not_zero(sample, device, dtype):
    """Cast to bool, everything but zeros of either sign is True: NaN and fractions too."""
    x = tensor(sample(dtype), device, dtype)

    close(x.to(torch.bool), sample(dtype) != 0, device=device)


@documents("torch.Tensor.to", "torch.Tensor.bool")
@pytest.mark.dtypes(*dtypes.COMPLEX)
def test_is_true_where_a_part_is_not_zero(device, dtype):
    """Cast to bool, complex numbers are True where either part is not 0."""
    values = np.array([complex(*parts) for parts in PARTS], dtypes.in_numpy(dtype))

    close(tensor(values, device).to(torch.bool), values != 0, device=device)


@documents("torch.Tensor.to")
@pytest.mark.dtypes(*IN_RANGE)
@given(seed=draw.seeds(), size=SIZES, place=st.integers(0, 2**16), source=FLOATS)
def test_truncates_towards_zero(seed, size, place, source, device, dtype):
    """Cast to integers, numbers in range lose their fraction: 1.9 becomes 1 and −1.9 becomes −1."""
    low, high = IN_RANGE[dtype]
    values = draw.cast(np.clip(draw.normal(seed, size) * 40, low, high), source)
    values[place % size] = max(low, -1.75)
    x = tensor(values, device, source)

    close(x.to(dtype), np.trunc(values.astype(np.float64)).astype(dtypes.in_numpy(dtype)), device=device)


@documents("torch.Tensor.to")
@pytest.mark.dtypes(*dtypes.FLOATING)
@given(sample=draw.samples(), source=INTEGERS)
@example(sample=draw.Sample((300,), fill="wide", place=("max", "lowest")), source="int64")
def test_rounds_integers(sample, source, device, dtype):
    """Cast to floating numbers, integers are rounded once, to nearest."""
    values = sample(source)
    x = tensor(values, device)

    expected = values.astype(np.longdouble)
    close(x.to(dtype), expected, bound.rounded(expected), dtype=dtype, device=device)


@documents("torch.Tensor.to")
@pytest.mark.dtypes(*dtypes.FLOATING)
@given(sample=draw.samples(), source=FLOATS)
@example(sample=draw.Sample((70,), fill="wide", place=("max", "lowest", "inf", "nan")), source="float64")
@example(sample=draw.Sample((70,), fill="wide", place=("max", "lowest", "inf", "nan")), source="float32")
def test_rounds_to_nearest(sample, source, device, dtype):
    """Cast to another floating dtype, numbers are rounded to nearest; NaN stays, what is too large becomes infinite."""
    values = sample(source)
    x = tensor(values, device, source)

    expected = values.astype(np.float64)
    close(x.to(dtype), expected, bound.rounded(expected), dtype=dtype, device=device)


@documents("torch.Tensor.to", "tensor_attributes")
@pytest.mark.parametrize(("target", "value"), [("float16", 65520.0), ("float16", -1e6), ("bfloat16", 3.4e38),
                                               ("float32", 1e39), ("float32", -1e300)])  # fmt: skip
@pytest.mark.parametrize("size", [1, 40])
def test_overflows_to_infinity(target, value, size, device):
    """Numbers beyond the largest of a floating dtype become infinities of their sign when they are cast."""
    y = tensor(np.full(size, value), device).to(dtypes.in_torch(target))

    close(y, np.full(size, np.copysign(np.inf, value), dtypes.in_numpy(target)), dtype=target, device=device)


@documents("torch.Tensor.to", "torch.Tensor.half")
def test_rounds_ties_to_even_in_half_precision(device):
    """Halfway between two float16 numbers, a float32 becomes the even one; every float16 survives both ways."""
    halves = np.arange(2**16, dtype=np.uint16).view(np.float16)
    halves = halves[np.isfinite(halves)]
    ties = ((halves[:-1].astype(np.float32) + halves[1:].astype(np.float32)) / 2)[np.diff(halves) < 1e4]

    close(tensor(halves, device).float().half(), halves, device=device)
    close(tensor(ties, device).half(), ties.astype(np.float16), device=device)


@documents("torch.Tensor.to")
@pytest.mark.dtypes(*dtypes.FLOATING)
@given(sample=draw.samples(hard=("zero", "one", "-one", "-zero")), source=COMPLEX)
def test_discards_the_imaginary_part(sample, source, device, dtype):
    """Cast to a real dtype, a complex number keeps its real part alone."""
    values = sample(source)
    x = tensor(values, device)

    with warnings_ignored():
        y = x.to(dtype)

    expected = values.real.astype(np.float64)
    close(y, expected, bound.rounded(expected), dtype=dtype, device=device)


@documents("torch.Tensor.to")
@pytest.mark.dtypes(*dtypes.COMPLEX)
@given(sample=draw.samples(hard=("zero", "one", "-one", "-zero", "inf")), source=st.one_of(FLOATS, COMPLEX, INTEGERS))
def test_has_no_imaginary_part_yet(sample, source, device, dtype):
    """Cast to a complex dtype, a real number gets an imaginary part of 0 and a complex one keeps its parts."""
    values = sample(source)
    x = tensor(values, device, source)

    y = x.to(dtype)

    expected = values.astype(np.complex128)
    close(y.real, expected.real.copy(), bound.rounded(expected.real), dtype=torch.empty(0, dtype=dtype).real.dtype,
          device=device)  # fmt: skip
    close(y.imag, expected.imag.copy(), bound.rounded(expected.imag), dtype=y.real.dtype, device=device)


@documents("torch.Tensor.to")
@pytest.mark.dtypes(*dtypes.INTEGRAL)
@given(seed=draw.seeds(), size=SIZES, source=INTEGERS)
def test_keeps_integers_in_range(seed, size, source, device, dtype):
    """Cast to another integer dtype, numbers that it has keep their value."""
    limits = [np.iinfo(np.dtype(name.replace("bool", "uint8"))) for name in (source, dtypes.name(dtype))]
    low, high = max(limit.min for limit in limits), min(limit.max for limit in limits)
    values = np.random.default_rng(seed).integers(low, high, size, endpoint=True).astype(source)
    x = tensor(values, device)

    close(x.to(dtype), values.astype(dtypes.in_numpy(dtype)), device=device)


@documents("torch.Tensor.chalf")
@pytest.mark.filterwarnings("ignore:ComplexHalf support is experimental")
def test_chalf_casts_both_parts(device):
    """chalf makes both parts of each number float16."""
    values = draw.normal(1, 3, 4, dtype="complex128")

    found = tensor(values, device).chalf()

    assert found.dtype is torch.complex32
    for part, wanted in ((found.real, values.real), (found.imag, values.imag)):
        close(part, wanted, bound.rounded(wanted), dtype=torch.float16, device=device)


@documents("torch.Tensor.to", "torch.Tensor.long", "torch.Tensor.double")
@pytest.mark.parametrize("size", [1, 33])
def test_keeps_every_digit_between_double_and_long(size, device):
    """Integers up to 2⁵³ keep their value from float64 to int64 and back."""
    values = np.random.default_rng(size).integers(2**52, 2**53, size) * np.where(np.arange(size) % 2, -1, 1)

    for whole in (tensor(values.astype(float), device).to(torch.int64), tensor(values.astype(float), device).long()):
        close(whole, values, device=device)
    for double in (tensor(values, device).to(torch.float64), tensor(values, device).double()):
        close(double, values.astype(float), device=device)
