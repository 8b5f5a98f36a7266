"""Images at other places: on another grid, along an affine map, and at places that are given.

Weights branch on real parts, so that complex steps pass through images and places.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import floor
from typing import Any

import numpy as np
from numpy import ndarray as Array

from reference.places import cell

#: Places beside one, and how much of each is in it.
Weights = Callable[[float], "list[tuple[int, float]]"]


def interpolate(
    x: Array,
    size: Sequence[int],
    *,
    mode: str = "nearest",
    align_corners: bool = False,
    scale_factor: Sequence[float] | None = None,
) -> Array:
    """x (N, C, ...) with sides of these sizes, each side by itself.

    The place of i is i·n/m for "nearest", (i + 1/2)·n/m - 1/2 for the others, i·(n - 1)/(m - 1) with align_corners.
    With ``scale_factor`` it stands for m/n.
    """
    factors = [m / n for n, m in zip(x.shape[2:], size)] if scale_factor is None else scale_factor
    for axis, (new, factor) in enumerate(zip(size, factors), start=2):
        matrix = np.array([_row(x.shape[axis], new, i, factor, mode, align_corners) for i in range(new)])
        x = np.moveaxis(np.tensordot(matrix.reshape(new, x.shape[axis]), x, (1, axis)), 0, axis)
    return x


upsample = interpolate


def upsample_nearest(x: Array, size: Sequence[int]) -> Array:
    """interpolate to the nearest."""
    return interpolate(x, size)


def upsample_bilinear(x: Array, size: Sequence[int]) -> Array:
    """interpolate linearly with aligned corners."""
    return interpolate(x, size, mode="bilinear", align_corners=True)


def _row(old: int, new: int, i: int, factor: float, mode: str, align_corners: bool) -> Array:
    """How much of each old value is in the i-th new one."""
    row = np.zeros(old)
    if mode == "area":
        here = cell(old, new, i)
        row[here] = 1 / (here.stop - here.start)
    elif mode.startswith("nearest"):
        row[min(floor((i + (mode == "nearest-exact") / 2) / factor), old - 1)] = 1
    else:
        at = i * (old - 1) / max(new - 1, 1) if align_corners else (i + 0.5) / factor - 0.5
        at = max(at, 0.0) if mode != "bicubic" else at
        for place, weight in (cubic if mode == "bicubic" else linear)(at):
            row[min(max(place, 0), old - 1)] += weight
    return row


def linear(at: float) -> list[tuple[int, float]]:
    """Two neighbours, by how near they are."""
    low = floor(np.real(at))
    return [(low, 1 - (at - low)), (low + 1, at - low)]


def cubic(at: float, a: float = -0.75) -> list[tuple[int, float]]:
    """Four neighbours, by Keys' convolution of piecewise cubics."""
    low = floor(np.real(at))
    t = at - low

    def near(s: float) -> float:
        return ((a + 2) * s - (a + 3)) * s * s + 1

    def far(s: float) -> float:
        return ((a * s - 5 * a) * s + 8 * a) * s - 4 * a

    return [(low - 1, far(t + 1)), (low, near(t)), (low + 1, near(1 - t)), (low + 2, far(2 - t))]


def nearest(at: float) -> list[tuple[int, float]]:
    """The nearest place; of two the even one."""
    return [(int(np.rint(np.real(at))), 1.0)]


KERNELS: dict[str, Weights] = {"bilinear": linear, "nearest": nearest, "bicubic": cubic}


def affine_grid(theta: Array, size: Sequence[int], *, align_corners: bool = False) -> Array:
    """theta · (x, y, 1), or (x, y, z, 1), for the middle of each pixel of images of this size (N, C, H, W) or with D.

    -1 and 1 are the edges of the image, with align_corners the middles of its outermost pixels.
    """
    sides = [(np.arange(n) * 2.0 - (n - 1)) / max(n - align_corners, 1) for n in size[2:]]
    places = np.meshgrid(*sides, indexing="ij")[::-1]
    ones = np.stack([*places, np.ones(size[2:])], axis=-1)
    return np.einsum("...k,njk->n...j", ones, theta)


def grid_sample(
    x: Array, grid: Array, *, mode: str = "bilinear", padding_mode: str = "zeros", align_corners: bool = False
) -> Array:
    """y[n, c, i, j] = x[n, c] at (row grid[n, i, j, 1], column grid[n, i, j, 0]), or with a depth grid[..., 2].

    x (N, C, ...), grid (N, ..., 2 or 3) -> y (N, C, ...). Outside of the image is zero, its border or its reflection.
    """
    sides = x.shape[2:]
    y = np.zeros((*x.shape[:2], *grid.shape[1:-1]), np.result_type(x, grid))
    for n, *out in np.ndindex(*grid.shape[:-1]):
        at = [_unnormalised(g, size, align_corners) for g, size in zip(grid[(n, *out)][::-1], sides)]
        if mode != "bicubic":
            at = [_brought_inside(p, size, padding_mode, align_corners) for p, size in zip(at, sides)]
        y[(n, slice(None), *out)] = _mixed(x[n], [KERNELS[mode](p) for p in at], padding_mode, align_corners)
    return y


def _mixed(image: Array, neighbours: list, padding_mode: str, align_corners: bool) -> Array:
    """Σ of the neighbours' values times their weights along each side, those outside as the padding says."""
    total = np.zeros(len(image))
    for choice in np.ndindex(*map(len, neighbours)):
        chosen = [options[i] for options, i in zip(neighbours, choice)]
        places = [round(float(_brought_inside(place, size, padding_mode, align_corners)))
                  for (place, _), size in zip(chosen, image.shape[1:])]  # fmt: skip
        if all(0 <= place < size for place, size in zip(places, image.shape[1:])):
            here: tuple[Any, ...] = (slice(None), *places)
            total = total + np.prod([weight for _, weight in chosen]) * image[here]
    return total


def _unnormalised(g: float, size: int, align_corners: bool) -> float:
    """From -1 … 1 to places of pixels."""
    return (g + 1) / 2 * (size - 1) if align_corners else ((g + 1) * size - 1) / 2


def _brought_inside(at: float, size: int, padding_mode: str, align_corners: bool) -> float:
    """A place outside of the image at its border, reflected there (as often as it takes), or left where it is."""
    low, high = (0, size - 1) if align_corners else (-0.5, size - 0.5)
    if padding_mode == "reflection" and high > low:
        turns = floor((np.real(at) - low) / (high - low))
        at = at - turns * (high - low) if turns % 2 == 0 else (turns + 1) * (high - low) + 2 * low - at
    elif padding_mode == "reflection":
        at = 0 * at
    if padding_mode == "zeros" or 0 <= np.real(at) <= size - 1:
        return at
    return 0 * at + (0 if np.real(at) < 0 else size - 1)
