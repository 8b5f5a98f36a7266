"""The layers that see their input through windows, in one, two and three dimensions: a table of test_layers.py."""

from __future__ import annotations

from typing import Any, Callable

import numpy as np
import torch
import torch.nn.functional as F

from reference import convolution, pooling, spatial
from suites.nn.layers import Inputs, Layer, Rng, maybe, options, renamed, side

#: The longest sides of images of one, two and three dimensions.
LONGEST = {1: 12, 2: 8, 3: 6}


def image(rng: Rng, dimensions: int, least: int = 5) -> np.ndarray:
    """A batch of images with some channels."""
    sides = [side(rng, least, max(least, LONGEST[dimensions])) for _ in range(dimensions)]
    return rng.standard_normal((side(rng, 1, 2), side(rng, 1, 3), *sides))


def weights(rng: Rng, dimensions: int, least: int = 7) -> tuple[np.ndarray, ...]:
    """Images, perhaps a single one, kernels and perhaps a bias, and the number of groups."""
    groups, per_group, out = int(rng.choice((1, 1, 2, 3))), side(rng, 1, 2), side(rng, 1, 2)
    sides = [side(rng, least, max(least, LONGEST[dimensions])) for _ in range(dimensions)]
    x = rng.standard_normal((*maybe(rng, side(rng, 1, 2)), groups * per_group, *sides))
    kernel = [side(rng, 1, 3) for _ in range(dimensions)]
    weight = rng.standard_normal((groups * out, per_group, *kernel))
    return (x, weight, *maybe(rng, rng.standard_normal(groups * out))), groups


def convolved(dimensions: int) -> Inputs:
    """Any stride, padding, dilation and number of groups."""

    def inputs(rng: Rng):
        arrays, groups = weights(rng, dimensions)
        return arrays, {**options(rng, dimensions, "stride", "padding", "dilation"), "groups": groups}

    return inputs


def named(dimensions: int) -> Inputs:
    """Padding by name."""

    def inputs(rng: Rng):
        arrays, groups = weights(rng, dimensions)
        settings = options(rng, dimensions, "dilation")
        return arrays, {**settings, "padding": str(rng.choice(("same", "valid"))), "groups": groups}

    return inputs


def transposed(dimensions: int) -> Inputs:
    """Any stride, padding, dilation and number of groups, and more at the end, where there are gaps for it."""

    def inputs(rng: Rng):
        (x, weight, *bias), groups = weights(rng, dimensions, 3)
        per_group = x.shape[-dimensions - 1] // groups
        kernel = rng.standard_normal((groups * per_group, len(weight) // groups, *weight.shape[2:]))
        settings = options(rng, dimensions, "stride", "dilation")
        gaps = [max(s, d) for s, d in zip(*(_each(settings[name], dimensions) for name in ("stride", "dilation")))]
        settings["output_padding"] = tuple(side(rng, 0, gap - 1) for gap in gaps)
        settings["padding"] = tuple(side(rng, 0, 1) for _ in range(dimensions))
        return (x, kernel, *bias), {**settings, "groups": groups}

    return inputs


def _each(size: Any, dimensions: int) -> tuple[int, ...]:
    return size if isinstance(size, tuple) else (size,) * dimensions


def pooled(dimensions: int, *more: str) -> Inputs:
    """A kernel, a stride that may be left out, a padding of at most half the kernel, and what else there is."""

    def inputs(rng: Rng):
        kernel = tuple(side(rng, 2, 3) for _ in range(dimensions))
        kernel = kernel[0] if rng.random() < 0.4 else kernel
        settings: dict[str, Any] = {"kernel": kernel, "padding": side(rng, 0, 1), "ceil_mode": bool(rng.integers(2))}
        if rng.random() < 0.6:
            settings.update(options(rng, dimensions, "stride"))
        if "dilation" in more:
            settings.update(options(rng, dimensions, "dilation"))
            settings["dilation"] = tuple(min(d, 2) for d in _each(settings["dilation"], dimensions))
        if "count_include_pad" in more:
            settings["count_include_pad"] = bool(rng.integers(2))
        if "divisor_override" in more and rng.random() < 0.4:
            settings["divisor_override"] = side(rng, 1, 7)
        return (image(rng, dimensions),), settings

    return inputs


def normed(dimensions: int) -> Inputs:
    """Positive values, a kernel and an exponent; windows that end inside."""

    def inputs(rng: Rng):
        settings = {"kernel": side(rng, 2, 3), "norm_type": float(rng.choice((1.0, 2.0, 3.5)))}
        return (np.abs(image(rng, dimensions)) + 0.1,), {**settings, **maybe_stride(rng)}

    return inputs


def maybe_stride(rng: Rng) -> dict[str, int]:
    return {"stride": side(rng, 1, 3)} if rng.random() < 0.5 else {}


def cells(dimensions: int) -> Inputs:
    """Numbers of cells, more or fewer than there are places, None where there is one for each."""

    def inputs(rng: Rng):
        sizes = [None if dimensions > 1 and rng.random() < 0.2 else side(rng, 1, 7) for _ in range(dimensions)]
        return (image(rng, dimensions, 1),), {"output_size": tuple(sizes)}

    return inputs


def unpooled(dimensions: int) -> Inputs:
    """Values, other places for them in a larger image, and its sides."""

    def inputs(rng: Rng):
        x = image(rng, dimensions, 2)[..., :3]
        size = tuple(2 * n + int(rng.integers(-1, 2)) for n in x.shape[2:])
        places = [rng.permutation(np.prod(size))[: np.prod(x.shape[2:])] for _ in range(x.shape[0] * x.shape[1])]
        return (x,), {"indices": np.reshape(places, x.shape), "output_size": size}

    return inputs


def padded(mode: str) -> Inputs:
    """Volumes, or a single one, padded on all three sides."""

    def inputs(rng: Rng):
        x = rng.standard_normal((*maybe(rng, 2), 2, *(side(rng, 3, 5) for _ in range(3))))
        return (x,), {"pad": tuple(int(n) for n in rng.integers(0, 3, 6)), "mode": mode}

    return inputs


def of(name: str, dimensions: int, **given: Any) -> Callable[..., torch.Tensor]:
    """torch's function of that many dimensions, with some settings given and its kernel under torch's name."""

    def call(*arrays: torch.Tensor, **settings: Any) -> torch.Tensor:
        return getattr(F, f"{name}{dimensions}d")(*arrays, **given, **settings)

    return renamed(call, kernel="kernel_size")


def _rows() -> tuple[Layer, ...]:
    rows = []
    for n in (1, 2, 3):
        divisors = ("count_include_pad", "divisor_override")[: 1 + (n > 1)]
        rows += [
            Layer(f"conv{n}d", of("conv", n), convolution.convolution, convolved(n), "of any setting"),
            Layer(f"conv{n}d", of("conv", n), convolution.convolution, named(n), "padded by name"),
            Layer(f"conv_transpose{n}d", of("conv_transpose", n), convolution.conv_transpose, transposed(n),
                  "of any setting"),
            Layer(f"max_pool{n}d", of("max_pool", n), pooling.max_pool, pooled(n, "dilation"), "of any setting"),
            Layer(f"avg_pool{n}d", of("avg_pool", n), pooling.avg_pool, pooled(n, *divisors), "of any setting"),
            Layer(f"lp_pool{n}d", of("lp_pool", n), pooling.lp_pool, normed(n), "of any norm"),
            Layer(f"adaptive_avg_pool{n}d", of("adaptive_avg_pool", n), pooling.adaptive_avg_pool, cells(n),
                  "by cells"),
            Layer(f"adaptive_max_pool{n}d", of("adaptive_max_pool", n), pooling.adaptive_max_pool, cells(n),
                  "by cells"),
            Layer(f"max_unpool{n}d", of("max_unpool", n, kernel_size=2), pooling.max_unpool, unpooled(n)),
        ]  # fmt: skip
    return tuple(rows)


ROWS = (
    *_rows(),
    Layer("pad", F.pad, spatial.pad, padded("reflect"), "of volumes by reflection"),
    Layer("pad", F.pad, spatial.pad, padded("replicate"), "of volumes by replication"),
    Layer("pad", F.pad, spatial.pad, padded("circular"), "of volumes in a circle"),
)
SINCE = {"lp_pool3d": "2.3"}
