"""Tensors of the dtypes that NumPy lacks or torch hardly computes with: they are saved and copied all the same."""

import copy
import io
import pickle

import numpy as np
import pytest
import torch

from suites.kit import close, documents, draw, tensor


def saved(value):
    """What torch.load makes of what torch.save wrote."""
    file = io.BytesIO()
    torch.save(value, file)
    file.seek(0)
    return torch.load(file)


WAYS = {"save": saved, "pickle": lambda value: pickle.loads(pickle.dumps(value)), "deepcopy": copy.deepcopy}

#: Each dtype with the first release that has it, and the bytes of an element.
KINDS = {
    "complex32": ("1.13", 4),
    "bfloat16": ("1.13", 2),
    "float8_e5m2": ("2.1", 1),
    "float8_e4m3fn": ("2.1", 1),
    "float8_e5m2fnuz": ("2.2", 1),
    "float8_e4m3fnuz": ("2.2", 1),
    "float8_e8m0fnu": ("2.7", 1),
    "uint16": ("2.3", 2),
    "uint32": ("2.3", 4),
    "uint64": ("2.3", 8),
}

kinds = pytest.mark.parametrize(
    "kind",
    [
        pytest.param(kind, id=f"of {kind}", marks=documents(f"torch.{kind}", since=first))
        for kind, (first, _) in KINDS.items()
    ],
)
ways = pytest.mark.parametrize("way", WAYS)
#: Python's pickle by itself knows only dtypes that have a class of storages; torch.save knows them all.
whole_ways = pytest.mark.parametrize("way", ["save", "deepcopy"])
pytestmark = pytest.mark.filterwarnings("ignore:ComplexHalf support is experimental:UserWarning")


def bits(kind, device):
    """Random bytes, as an array and as a tensor of that dtype."""
    values = np.random.default_rng(1).integers(0, 256, (3, 5 * KINDS[kind][1]), dtype=np.uint8)
    return values, tensor(values, device).view(getattr(torch, kind))


@documents("torch.save", "torch.load", "torch.Tensor")
@kinds
@whole_ways
def test_comes_back_bit_for_bit(way, kind, device):
    """A tensor comes back with its dtype, shape and bits, whatever they stand for."""
    values, original = bits(kind, device)

    found = WAYS[way](original)

    assert (found.dtype, found.shape) == (getattr(torch, kind), (3, 5))
    close(found.view(torch.uint8), values, device=device)


@documents("torch.save", "torch.load", "torch.Tensor")
@kinds
@whole_ways
def test_views_come_back_with_their_strides(way, kind, device):
    """A transposed part of a tensor comes back as it was, strides included."""
    values, original = bits(kind, device)
    part = original[1:].t()

    found = WAYS[way](part)

    assert (found.shape, found.stride()) == (part.shape, part.stride())
    close(found.t().contiguous().view(torch.uint8), values[1:], device=device)


@documents("torch.save", "torch.load", "torch.Tensor", "torch.Tensor.conj")
@ways
@pytest.mark.parametrize("kind", ["complex64", "complex128"], ids="of {}".format)
def test_lazy_views_come_back_with_their_values(way, kind, device):
    """Conjugates, their imaginary parts, and views and transposes of these come back with their values."""
    values = draw.normal(0, 3, 4, dtype=kind)
    z = tensor(values, device).conj()

    found = [WAYS[way](view) for view in (z, z.imag, z.t(), z[1:].imag, z.real)]

    expected = values.conj()
    for back, wanted in zip(found, (expected, expected.imag, expected.T, expected[1:].imag, expected.real)):
        close(back, wanted, device=device)
