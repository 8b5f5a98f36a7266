"""The layers that resize, sample and rearrange images, and those that normalise: a table of test_layers.py."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch.nn.functional as F

from reference import linear, normalization, piecewise, sampling, spatial
from suites.nn.layers import Inputs, Layer, Rng, elementwise, late, maybe, renamed, side

#: The modes of each number of dimensions, and whether they take align_corners.
MODES = {
    1: ("nearest", "nearest-exact", "linear", "area"),
    2: ("nearest", "nearest-exact", "bilinear", "bicubic", "area"),
    3: ("nearest", "nearest-exact", "trilinear", "area"),
}
LINEAR = ("linear", "bilinear", "bicubic", "trilinear")


def image(rng: Rng, dimensions: int, least: int = 1) -> np.ndarray:
    sides = (side(rng, least, (9, 6, 4)[dimensions - 1]) for _ in range(dimensions))
    return rng.standard_normal((side(rng, 1, 2), side(rng, 1, 3), *sides))


def resized(dimensions: int) -> Inputs:
    """Images in any mode, to a size that need not divide theirs."""

    def inputs(rng: Rng):
        x, mode = image(rng, dimensions), str(rng.choice(MODES[dimensions]))
        settings: dict[str, Any] = {"align_corners": bool(rng.integers(2))} if mode in LINEAR else {}
        return (x,), {"size": tuple(side(rng, 1, 7) for _ in range(dimensions)), "mode": mode, **settings}

    return inputs


def scaled(dimensions: int) -> Inputs:
    """Images in any mode, scaled by factors that their sides need not be whole with."""

    def inputs(rng: Rng):
        x, mode = image(rng, dimensions, 2), str(rng.choice(MODES[dimensions]))
        settings: dict[str, Any] = {"align_corners": bool(rng.integers(2))} if mode in LINEAR else {}
        factors = [float(rng.choice((0.5, 0.6, 1.0, 1.7, 2.0, 2.5))) for _ in range(dimensions)]
        if rng.random() < 0.3:
            settings["recompute_scale_factor"] = True
        return (x,), {"scale_factor": tuple(factors), "mode": mode, **settings}

    return inputs


def by_factors(
    x: np.ndarray, *, scale_factor: tuple[float, ...], recompute_scale_factor: bool = False, **settings: Any
) -> np.ndarray:
    """Sides of floor(n · factor) places; a factor that is computed anew is that of the sides."""
    size = [math.floor(n * factor) for n, factor in zip(x.shape[2:], scale_factor)]
    return sampling.interpolate(x, size, scale_factor=None if recompute_scale_factor else scale_factor, **settings)


def upsampled(rng: Rng):
    return (image(rng, 2),), {"size": (side(rng, 1, 7), side(rng, 1, 7))}


def mapped(dimensions: int) -> Inputs:
    """Affine maps, and the sizes of the images that they are for."""

    def inputs(rng: Rng):
        theta = rng.standard_normal((side(rng, 1, 2), dimensions, dimensions + 1))
        size = (len(theta), 3, *(side(rng, 2, 5) for _ in range(dimensions)))
        return (theta,), {"size": size, "align_corners": bool(rng.integers(2))}

    return inputs


def sampled(dimensions: int) -> Inputs:
    """Images, places in and around them, a mode, and what is outside."""

    def inputs(rng: Rng):
        x = image(rng, dimensions, 2)
        grid = rng.uniform(-1.8, 1.8, (len(x), *(side(rng, 1, 3) for _ in range(dimensions)), dimensions))
        modes = ("bilinear", "nearest", "bicubic")[: 5 - dimensions]
        settings = {"mode": modes, "padding_mode": ("zeros", "border", "reflection"), "align_corners": (False, True)}
        return (x, grid), {name: options[rng.integers(len(options))] for name, options in settings.items()}

    return inputs


def unshuffled(rng: Rng):
    factor, leading = side(rng, 1, 3), [side(rng, 2, 3) for _ in range(side(rng, 0, 1))]
    x = rng.standard_normal((*leading, side(rng), side(rng, 1, 3) * factor, side(rng, 1, 3) * factor))
    return (x,), {"factor": factor}


def shuffled(rng: Rng):
    groups = side(rng, 1, 4)
    return (rng.standard_normal((2, groups * side(rng, 1, 4), *(side(rng) for _ in range(2)))),), {"groups": groups}


def squares(rng: Rng):
    """Values of any size with a weight, or without, over one axis or two."""
    ndim = side(rng, 1, 2)
    sides = (side(rng), *(int(rng.choice((3, 5, 17, 33))) for _ in range(ndim)))
    x = rng.standard_normal(sides) * rng.choice((0.01, 1, 30))
    return (x, *maybe(rng, rng.standard_normal(sides[1:]))), {"ndim": ndim, "eps": float(rng.choice((1e-5, 1e-2, 1.0)))}


def directed(rng: Rng):
    x = rng.standard_normal((side(rng, 2), side(rng, 2), int(rng.choice((3, 17)))))
    eps = float(rng.choice((1e-12, 2.0)))
    return (x,), {"p": float(rng.choice((1.0, 2.0, 3.0))), "dim": int(rng.integers(-3, 3)), "eps": eps}


def pairs(rng: Rng):
    leading, left, right, out = [side(rng) for _ in range(side(rng, 0, 2))], side(rng), side(rng, 1, 9), side(rng, 1, 6)
    arrays = [rng.standard_normal(s) for s in ((*leading, left), (*leading, right), (out, left, right))]
    return (*arrays, *maybe(rng, rng.standard_normal(out))), {}


ROWS = (
    *(
        row
        for n in (1, 2, 3)
        for row in (
            Layer("interpolate", late("interpolate"), sampling.interpolate, resized(n), f"in {n}d to a size", 1.0),
            Layer("interpolate", late("interpolate"), by_factors, scaled(n), f"in {n}d by a factor", 1.0),
        )
    ),
    Layer("upsample", late("upsample"), sampling.upsample, resized(2), slack=1.0),
    Layer("upsample_nearest", late("upsample_nearest"), sampling.upsample_nearest, upsampled),
    Layer("upsample_bilinear", late("upsample_bilinear"), sampling.upsample_bilinear, upsampled, slack=1.0),
    Layer("affine_grid", late("affine_grid"), sampling.affine_grid, mapped(2), "in 2d", 1.0),
    Layer("affine_grid", late("affine_grid"), sampling.affine_grid, mapped(3), "in 3d", 1.0),
    Layer("grid_sample", late("grid_sample"), sampling.grid_sample, sampled(2), "in 2d", 16.0),
    Layer("grid_sample", late("grid_sample"), sampling.grid_sample, sampled(3), "in 3d", 16.0),
    Layer(
        "pixel_unshuffle",
        renamed(late("pixel_unshuffle"), factor="downscale_factor"),
        spatial.pixel_unshuffle,
        unshuffled,
    ),
    Layer("channel_shuffle", late("channel_shuffle"), spatial.channel_shuffle, shuffled),
    Layer(
        "rms_norm",
        lambda x, *w, ndim, eps: F.rms_norm(x, x.shape[-ndim:], *w, eps=eps),
        normalization.rms_norm,
        squares,
    ),
    Layer("normalize", late("normalize"), normalization.normalize, directed),
    Layer("bilinear", late("bilinear"), linear.bilinear, pairs),
    Layer(
        "rrelu", late("rrelu"), piecewise.rrelu, elementwise(lower=(1 / 8, 0.1), upper=(1 / 3, 0.9)), "in evaluation"
    ),
)
SINCE = {"rms_norm": "2.4"}
