"""Where the largest values lie: the indices of pools, unpooling by them, and pools of windows that are drawn."""

from typing import Any, NamedTuple

import numpy as np
import pytest
import torch
import torch.nn as nn
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from reference import pooling
from suites.kit import array, bound, close, documents, draw, gradient, tensor

SIDES = {1: (11,), 2: (7, 6), 3: (5, 4, 6)}
DIMENSIONS = (1, 2, 3)
#: A draw of a few values, so that the largest comes often.
FILLS = st.sampled_from(("normal", "ties"))
EITHER_ZERO = bound.Bound(0, 0, signed_zeros=False)


class Pool(NamedTuple):
    """A maximum pool of so many dimensions, its settings, and the places in its image that its cells hold."""

    name: str
    dimensions: int
    settings: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.name}{self.dimensions}d"


def named(row: Pool) -> Any:
    return pytest.param(row, id=str(row), marks=documents(f"torch.nn.functional.{row}"))


POOLS = tuple(
    Pool("max_pool", n, {"kernel_size": (3, 2, 3)[:n], "stride": 2, "padding": (1, 0, 1)[:n], "ceil_mode": True})
    for n in DIMENSIONS
)
ADAPTIVE = tuple(Pool("adaptive_max_pool", n, {"output_size": (4, 3, 5)[:n]}) for n in DIMENSIONS)
both = pytest.mark.parametrize("row", [*map(named, (*POOLS, *ADAPTIVE))])


def image(seed: int, dimensions: int, fill: str, dtype: Any = "float64") -> np.ndarray:
    return draw.Sample((2, 3, *SIDES[dimensions]), seed, fill)(dtype)


def seen(row: Pool, x: np.ndarray) -> np.ndarray:
    """The flat places that each cell holds (N, C, ..., K); -1 is none."""
    if row.name == "max_pool":
        settings = {{"kernel_size": "kernel"}.get(name, name): value for name, value in row.settings.items()}
        return pooling.places_seen(x, **settings)
    numbers = np.arange(np.prod(x.shape[2:])).reshape(1, 1, *x.shape[2:])
    lists = np.empty((1, 1, *row.settings["output_size"]), object)
    for at in np.ndindex(*lists.shape[2:]):
        here = tuple(pooling.cell(n, m, i) for n, m, i in zip(x.shape[2:], lists.shape[2:], at))
        lists[(0, 0, *at)] = numbers[(0, 0, *here)].ravel()
    longest = max(len(places) for places in lists.flat)
    padded = [np.pad(places, (0, longest - len(places)), constant_values=-1) for places in lists.flat]
    return np.reshape(padded, (*lists.shape, longest))


@both
@given(seed=draw.seeds(), fill=FILLS)
def test_index_is_the_place_of_a_largest_value(row, seed, fill, dtype, device):
    """return_indices of {row} gives for each cell the place, in its plane, of one of the largest values in the cell."""
    x = image(seed, row.dimensions, fill, dtype)
    values, indices = getattr(F, str(row))(tensor(x, device, dtype), **row.settings, return_indices=True)

    at = array(indices)
    flat = x.reshape(2, 3, -1)
    close(values.reshape(2, 3, -1), np.take_along_axis(flat, at.reshape(2, 3, -1), 2), dtype=dtype, device=device)
    places = seen(row, x)
    assert (places == at[..., None]).any(-1).all()
    padded = np.concatenate([flat, np.full((2, 3, 1), -np.inf, x.dtype)], 2)
    close(values, np.take(padded, places[0, 0], 2).max(-1), EITHER_ZERO, dtype=dtype, device=device)


@both
@given(seed=draw.seeds(), fill=FILLS)
def test_the_place_of_the_index_gets_the_gradient(row, seed, fill, device):
    """The gradient of each result of {row} goes to the place that its index names, and adds up there."""
    x = image(seed, row.dimensions, fill)
    function = getattr(F, str(row))
    indices = array(function(tensor(x, device), **row.settings, return_indices=True)[1]).reshape(2, 3, -1)
    g = draw.lattice(seed, function(tensor(x, device), **row.settings).shape)
    (found,) = gradient.vjp(lambda v: function(v, **row.settings), (x,), g, device)

    expected = np.zeros((2, 3, x[0, 0].size))
    for n, c in np.ndindex(2, 3):
        np.add.at(expected[n, c], indices[n, c], g[n, c].ravel())
    close(found, expected.reshape(x.shape), EITHER_ZERO, device=device)


@both
@given(seed=draw.seeds())
def test_image_without_a_batch_gives_the_same(row, seed, device):
    """Values and indices of {row} for an image without a batch dimension are those of a batch of one."""
    x = tensor(image(seed, row.dimensions, "normal")[:1], device)
    function = getattr(F, str(row))
    values, indices = function(x, **row.settings, return_indices=True)
    alone, its_indices = function(x[0], **row.settings, return_indices=True)

    close(alone, array(values[0]), device=device)
    close(its_indices, array(indices[0]), device=device)


@documents("torch.nn.MaxUnpool1d", "torch.nn.MaxUnpool2d", "torch.nn.MaxUnpool3d")
@pytest.mark.parametrize("dimensions", DIMENSIONS)
@given(seed=draw.seeds(), kernel=st.integers(2, 3), padding=st.integers(0, 1))
def test_unpooling_puts_maxima_back(dimensions, seed, kernel, padding, device):
    """MaxUnpool, given the size, puts the results of MaxPool back to where they were and zeros elsewhere; pooled again
    they are the same.
    """
    x = np.abs(image(seed, dimensions, "normal")) + 1
    pool = getattr(nn, f"MaxPool{dimensions}d")(kernel, kernel, padding, return_indices=True)
    unpool = getattr(nn, f"MaxUnpool{dimensions}d")(kernel, kernel, padding)
    values, indices = pool(tensor(x, device))
    found = unpool(values, indices, output_size=list(x.shape))

    close(found, np.where(array(found) == 0, 0, x), device=device)
    assert np.count_nonzero(array(found)) == values.numel()
    close(pool(found)[0], array(values), device=device)


@documents("torch.nn.functional.fractional_max_pool2d", "torch.nn.FractionalMaxPool2d",
           "torch.nn.functional.fractional_max_pool3d", "torch.nn.FractionalMaxPool3d")  # fmt: skip
@pytest.mark.parametrize("dimensions", [2, 3])
@pytest.mark.parametrize("by", ["output_size", "output_ratio"])
@given(seed=draw.seeds(), kernel=st.integers(1, 3))
def test_fractional_pool_takes_drawn_windows(dimensions, by, seed, kernel, dtype, device):
    """Fractional pooling takes the maxima of windows of the kernel's size whose starts grow along each side and are
    drawn for each plane; output_ratio is the size as a fraction of the image's.
    """
    torch.manual_seed(seed)
    sides, ratio = (12, 15, 10)[:dimensions], 0.5
    rising = np.arange(np.prod(sides), dtype="float64").reshape(sides)
    x = draw.cast(np.broadcast_to(rising, (2, 3, *sides)), dtype)
    size = tuple(int(n * ratio) for n in sides)
    given_size = size if by == "output_size" else (ratio,) * dimensions
    pool = getattr(nn, f"FractionalMaxPool{dimensions}d")(kernel, **{by: given_size}, return_indices=True)
    values, indices = (array(part) for part in pool(tensor(x, device)))

    assert values.shape == (2, 3, *size)
    close(values.reshape(2, 3, -1), np.take_along_axis(x.reshape(2, 3, -1), indices.reshape(2, 3, -1), 2))
    ends = np.unravel_index(indices, sides)  # the largest of a window is its last where values rise
    for axis, (end, n) in enumerate(zip(ends, sides), start=2):
        assert (np.diff(end, axis=axis) > 0).all()
        assert (end.max(axis) == end.max()).all()
        assert kernel - 1 <= end.min() <= end.max() == n - 1


@documents("torch.nn.functional.fractional_max_pool2d", "torch.nn.FractionalMaxPool2d",
           "torch.nn.functional.fractional_max_pool3d", "torch.nn.FractionalMaxPool3d")  # fmt: skip
@pytest.mark.parametrize("dimensions", [2, 3])
@given(seed=draw.seeds())
def test_fractional_maxima_are_of_whole_windows(dimensions, seed, device):
    """Each result of fractional pooling is the largest of a window of the kernel's size, its index the place."""
    torch.manual_seed(seed)
    sides, function = (9, 8, 7)[:dimensions], getattr(F, f"fractional_max_pool{dimensions}d")
    x = draw.normal(seed, 2, 2, *sides)
    values, indices = (array(part) for part in function(tensor(x, device), 2, 4, return_indices=True))

    every = pooling.max_pool(x, 2, stride=1)
    assert all(np.isin(values[n, c], every[n, c]).all() for n, c in np.ndindex(2, 2))
    close(values.reshape(2, 2, -1), np.take_along_axis(x.reshape(2, 2, -1), indices.reshape(2, 2, -1), 2))


@documents("torch.nn.LPPool1d", "torch.nn.LPPool2d", "torch.nn.functional.lp_pool1d", "torch.nn.functional.lp_pool2d")
@pytest.mark.parametrize("dimensions", [1, 2])
def test_last_window_sums_what_it_holds(dimensions, device):
    """With ceil_mode=True the windows of a power pool that end outside sum the values that they hold."""
    x = draw.lattice(0, (2, 2, *SIDES[dimensions])) ** 2 + 1
    found = getattr(F, f"lp_pool{dimensions}d")(tensor(x, device), 1.0, 4, ceil_mode=True)

    close(found, pooling.lp_pool(x, 1.0, 4, ceil_mode=True), bound.Bound(64, 1e3), device=device)


@documents("torch.nn.LPPool1d", "torch.nn.LPPool2d")
@pytest.mark.parametrize("dimensions", [1, 2])
def test_window_of_zeros_has_no_gradient(dimensions, device):
    """Where the sum of a window is zero the gradient of a power pool is set to zero."""
    x = np.zeros((1, 2, *SIDES[dimensions]))
    pool = getattr(nn, f"LPPool{dimensions}d")(2.0, 2)
    (found,) = gradient.vjp(pool, (x,), np.ones(pool(tensor(x, device)).shape), device)

    close(found, x, EITHER_ZERO, device=device)
