"""torch.dtype, its limits, and the dtype that floating tensors have by default."""

import numpy as np
import pytest
import torch

from suites.kit import close, documents, draw, dtypes, tensor
from suites.tensors.state import default_dtype

ALIASES = {"float64": "double", "float32": "float", "float16": "half", "complex64": "cfloat", "complex128": "cdouble",
           "int16": "short", "int32": "int", "int64": "long"}  # fmt: skip
HALVES = {torch.float16: (2.0**-10, 65504.0, 2.0**-14), torch.bfloat16: (2.0**-7, (2 - 2.0**-7) * 2.0**127, 2.0**-126)}


@documents("torch.dtype", "tensor_attributes")
@pytest.mark.parametrize("name", ALIASES)
def test_has_a_second_name(name):
    """Some dtypes have two names for one object."""
    assert getattr(torch, name) is getattr(torch, ALIASES[name])


@documents("torch.finfo")
@pytest.mark.dtypes(torch.float64, torch.float32)
def test_knows_the_limits_of_floating_numbers(dtype):
    """torch.finfo tells bits, eps, max, min, tiny, smallest_normal and resolution of IEEE numbers as NumPy does."""
    found, expected = torch.finfo(dtype), np.finfo(dtypes.in_numpy(dtype))

    assert (found.bits, found.dtype) == (expected.bits, dtypes.name(dtype))
    assert (found.eps, found.max, found.min) == (float(expected.eps), float(expected.max), float(expected.min))
    assert found.tiny == found.smallest_normal == float(expected.tiny)
    assert found.resolution == pytest.approx(float(expected.resolution), rel=1e-6)


@documents("torch.finfo")
@pytest.mark.dtypes(*HALVES)
def test_knows_the_limits_of_half_numbers(dtype):
    """torch.finfo tells the limits of float16 and bfloat16, which have 11 and 8 significant bits."""
    found = torch.finfo(dtype)

    assert (found.bits, found.eps, found.max, found.tiny) == (16, *HALVES[dtype])
    assert (found.min, found.smallest_normal) == (-found.max, found.tiny)


@documents("torch.finfo")
def test_knows_the_limits_of_parts_and_of_the_default():
    """torch.finfo of a complex dtype is that of its parts, without an argument that of the default dtype."""
    assert (torch.finfo(torch.complex64).eps, torch.finfo(torch.complex128).eps) == (2.0**-23, 2.0**-52)
    assert torch.finfo().eps == 2.0**-23
    with default_dtype(torch.float64):
        assert torch.finfo().eps == 2.0**-52


@documents("torch.iinfo")
@pytest.mark.dtypes(*dtypes.INTEGRAL)
def test_knows_the_limits_of_integers(dtype):
    """torch.iinfo tells bits, min and max."""
    found, expected = torch.iinfo(dtype), np.iinfo(dtypes.in_numpy(dtype))

    assert (found.bits, found.min, found.max) == (expected.bits, expected.min, expected.max)


@documents("torch.finfo", "torch.iinfo")
@pytest.mark.parametrize("dtype", [torch.float32, torch.int64], ids=str)
def test_knows_limits_of_one_kind(dtype):
    """torch.finfo of integers and torch.iinfo of floating numbers raise TypeError."""
    with pytest.raises(TypeError):
        {torch.float32: torch.iinfo, torch.int64: torch.finfo}[dtype](dtype)


@documents("torch.get_default_dtype")
def test_is_float32_at_first():
    """The default dtype is torch.float32 unless another is set."""
    assert torch.get_default_dtype() is torch.float32


@documents("torch.set_default_dtype", "torch.get_default_dtype")
@pytest.mark.dtypes(*dtypes.FLOATING)
def test_is_set(device, dtype):
    """torch.get_default_dtype tells what was set; floats are made of it, integers are not."""
    with default_dtype(dtype):
        assert torch.get_default_dtype() is dtype
        assert torch.tensor([1.5], device=device).dtype is torch.empty(2, device=device).dtype is dtype
        assert torch.tensor([1, 2], device=device).dtype is torch.int64
        assert torch.nn.Linear(2, 3).weight.dtype is dtype
    assert torch.get_default_dtype() is torch.float32


@documents("torch.set_default_dtype")
@pytest.mark.dtypes(torch.int64, torch.bool)
def test_is_never_integral(dtype):
    """torch.set_default_dtype of an integer dtype raises TypeError and changes nothing."""
    with pytest.raises(TypeError):
        torch.set_default_dtype(dtype)

    assert torch.get_default_dtype() is torch.float32


@documents("torch.view_as_complex", "torch.view_as_real")
def test_pairs_floats_as_complex_numbers(device, dtype):
    """torch.view_as_complex has the complex dtype of twice the size and shares memory; view_as_real leads back."""
    pairs = draw.normal(1, 3, 4, 2, dtype=dtype)
    expected = pairs.view(np.result_type(pairs.dtype, np.complex64))[..., 0]
    x = tensor(pairs, device)

    z = torch.view_as_complex(x)

    close(z, expected, device=device)
    close(torch.view_as_real(z), pairs, device=device)
    z.mul_(2)
    close(x, 2 * pairs, device=device)
