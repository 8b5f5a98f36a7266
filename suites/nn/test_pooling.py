"""Maximum pooling: indices, ties, overlaps and NaN; and the limits of average and power pooling."""

import numpy as np
import pytest
import torch
import torch.nn as nn
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from reference.pooling import adaptive_avg_pool2d, lp_pool2d, max_pool2d, max_pool2d_vjp
from suites.kit import array, bound, close, documents, draw, gradient, tensor

GUIDE = "Defining Your Network"


@documents("torch.nn.functional.max_pool2d", "torch.nn.MaxPool2d", guide=GUIDE)
@given(seed=draw.seeds(), kernel=st.integers(2, 3), stride=st.integers(1, 3), padding=st.integers(0, 1))
def test_overlapping_windows_add_their_gradients(seed, kernel, stride, padding, dtype, device):
    """Each window gives its gradient to its largest value, and a value that wins several windows gets the sum."""
    x = draw.normal(seed, 2, 2, 7, 8, dtype=dtype)
    options = {"stride": stride, "padding": padding}
    g = draw.lattice(seed, max_pool2d(x, kernel, **options).shape)
    (found,) = gradient.vjp(lambda v: F.max_pool2d(v, kernel, **options), (x,), draw.cast(g, dtype), device)

    expected = max_pool2d_vjp(x.astype("float64"), g, kernel=kernel, **options)
    close(found, expected, bound.Bound(0, 0, signed_zeros=False), dtype=dtype, device=device)


@documents("torch.nn.functional.max_pool2d", "torch.nn.MaxPool2d", guide=GUIDE)
@pytest.mark.dtypes(torch.float64, torch.float32, torch.bfloat16)
@given(seed=draw.seeds(), kernel=st.tuples(st.integers(1, 3), st.integers(1, 3)))
def test_takes_the_largest_of_each_window(seed, kernel, dtype, device):
    """The maximum is one of the values, bit for bit; NaN wins, padding never does, and the stride is the kernel."""
    x = draw.Sample((2, 3, 9, 8), seed, place=("nan", "inf", "-inf", "lowest"))(dtype)
    found = F.max_pool2d(tensor(x, device, dtype), kernel)

    close(found, max_pool2d(x, kernel), dtype=dtype, device=device)
    lowest = np.full((1, 1, 4, 4), -np.inf, "float32")
    close(F.max_pool2d(tensor(lowest, device), 3, padding=1, stride=1), lowest, device=device)


@documents("torch.nn.MaxPool2d", "torch.nn.MaxUnpool2d", "torch.nn.functional.max_unpool2d")
@given(seed=draw.seeds())
def test_indices_lead_back(seed, device):
    """return_indices gives the place of each maximum in its plane, by which max_unpool2d puts it back among zeros."""
    x = draw.normal(seed, 2, 3, 6, 8)
    values, indices = F.max_pool2d(tensor(x, device), 2, return_indices=True)

    at = array(indices).reshape(2, 3, -1)
    close(values.reshape(2, 3, -1), np.take_along_axis(x.reshape(2, 3, -1), at, 2), device=device)
    close(values, max_pool2d(x, 2), device=device)
    kept = np.zeros((2, 3, 48))
    np.put_along_axis(kept, at, max_pool2d(x, 2).reshape(2, 3, -1), 2)
    close(F.max_unpool2d(values, indices, 2), kept.reshape(x.shape), device=device)


@documents("torch.nn.MaxPool2d", "torch.nn.AvgPool2d")
@pytest.mark.parametrize("name", ["max_pool2d", "avg_pool2d"])
@pytest.mark.parametrize(("ceil_mode", "sides"), [(False, (3, 2)), (True, (3, 3))])
def test_ceil_mode_keeps_windows_at_the_end(name, ceil_mode, sides, device):
    """ceil_mode=True also pools the windows that begin inside and end outside of the image."""
    x = draw.lattice(0, (1, 1, 6, 5))
    found = array(getattr(F, name)(tensor(x, device), 2, ceil_mode=ceil_mode))

    assert found.shape[2:] == sides
    pick = {"max_pool2d": np.max, "avg_pool2d": np.mean}[name]
    for i, j in np.ndindex(*sides):
        close(found[0, 0, i, j], np.asarray(pick(x[0, 0, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2])))


@documents("torch.nn.AdaptiveMaxPool2d", "torch.nn.functional.adaptive_max_pool2d")
@given(seed=draw.seeds(), sides=st.tuples(st.integers(1, 6), st.integers(1, 6)))
def test_adaptive_maximum_covers_all(seed, sides, device):
    """Adaptive maximum pooling takes the largest value of the rows floor(i H / h) to ceil((i + 1) H / h), and
    columns alike.
    """
    x = draw.normal(seed, 2, 3, 7, 5)
    found = F.adaptive_max_pool2d(tensor(x, device), sides)

    expected = np.empty((2, 3, *sides))
    for i, j in np.ndindex(*sides):
        rows = slice(i * 7 // sides[0], -(-(i + 1) * 7 // sides[0]))
        columns = slice(j * 5 // sides[1], -(-(j + 1) * 5 // sides[1]))
        expected[:, :, i, j] = x[:, :, rows, columns].max((2, 3))
    close(found, expected, device=device)


@documents("torch.nn.AdaptiveAvgPool2d")
@given(seed=draw.seeds())
def test_adaptive_average_of_integers(seed, dtype, device):
    """With output size 1 the average is that of the whole plane, and None keeps a side."""
    x = draw.lattice(seed, (2, 3, 8, 4))
    image = tensor(draw.cast(x, dtype), device)

    close(nn.AdaptiveAvgPool2d(1)(image), x.mean((2, 3), keepdims=True), dtype=dtype, device=device)
    close(nn.AdaptiveAvgPool2d((None, 2))(image), adaptive_avg_pool2d(x, (8, 2)), dtype=dtype, device=device)


@documents("torch.nn.AvgPool2d")
@given(seed=draw.seeds(), divisor=st.sampled_from((1, 2, 8)))
def test_divisor_override_divides(seed, divisor, device):
    """divisor_override takes the place of the number of values in a window."""
    x = draw.lattice(seed, (1, 2, 6, 6))
    found = nn.AvgPool2d(3, 1, divisor_override=divisor)(tensor(x, device))

    sums = np.lib.stride_tricks.sliding_window_view(x, (3, 3), axis=(2, 3)).sum((4, 5))
    close(found, sums / divisor, bound.Bound(0, 0, signed_zeros=False), device=device)


@documents("torch.nn.LPPool2d", "torch.nn.functional.lp_pool2d")
def test_lp_pool_of_infinite_norm_is_the_maximum(device):
    """Power pooling with p = infinity is maximum pooling."""
    x = np.abs(draw.normal(0, 2, 2, 4, 6))

    close(F.lp_pool2d(tensor(x, device), float("inf"), 2), lp_pool2d(x, np.inf, 2), device=device)


@documents("torch.nn.MaxPool1d", "torch.nn.MaxPool3d", "torch.nn.AvgPool1d", "torch.nn.AvgPool3d")
@given(seed=draw.seeds())
def test_pools_in_one_and_three_dimensions(seed, device):
    """Pooling of sequences and volumes takes windows along all their sides."""
    sequence, volume = draw.lattice(seed, (2, 3, 8)), draw.lattice(seed + 1, (2, 3, 4, 6, 2))
    pairs, blocks = sequence.reshape(2, 3, 4, 2), volume.reshape(2, 3, 2, 2, 3, 2, 1, 2)

    close(nn.MaxPool1d(2)(tensor(sequence, device)), pairs.max(3), device=device)
    close(nn.AvgPool1d(2)(tensor(sequence, device)), pairs.mean(3), device=device)
    close(nn.MaxPool3d(2)(tensor(volume, device)), blocks.max((3, 5, 7)), device=device)
    close(nn.AvgPool3d(2)(tensor(volume, device)), blocks.mean((3, 5, 7)), device=device)
