"""Operations on the sides of images and sequences: padding, unfolding, resizing, pooling, rearranging."""

from __future__ import annotations

from collections.abc import Sequence
from math import floor, prod
from typing import Any

import numpy as np
from numpy import ndarray as Array

from reference.convolution import conv2d
from reference.windows import Size, pair, windows, windows_vjp

#: torch's names of NumPy's modes.
MODES: dict[str, Any] = {"constant": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}


def pad(x: Array, pad: Sequence[int], *, mode: str = "constant", value: float = 0.0) -> Array:
    """x with pad[0] values before and pad[1] after on the last axis, pad[2] and pad[3] on the one before it, and so on.

    Padding less than 0 takes values away.
    """
    sides = [(0, 0)] * (x.ndim - len(pad) // 2) + [(pad[i], pad[i + 1]) for i in range(len(pad) - 2, -1, -2)]
    grown = [(max(before, 0), max(after, 0)) for before, after in sides]
    options: dict[str, Any] = {"constant_values": value} if mode == "constant" else {}
    y = np.pad(x, grown, mode=MODES[mode], **options)
    kept = tuple(slice(max(-b, 0), n - max(-a, 0)) for (b, a), n in zip(sides, y.shape))
    return y[kept]


def conv1d(x: Array, weight: Array, bias: Array | None = None, *, stride: int = 1, padding: int = 0, dilation: int = 1,
           groups: int = 1) -> Array:  # fmt: skip
    """conv2d of images that are one row high."""
    options: dict[str, Any] = {
        "stride": (1, stride),
        "padding": (0, padding),
        "dilation": (1, dilation),
        "groups": groups,
    }
    return conv2d(x[:, :, None], weight[:, :, None], bias, **options)[:, :, 0]


def conv3d(x: Array, weight: Array, bias: Array | None = None, *, stride: int = 1, padding: int = 0) -> Array:
    """y[n, o, t, i, j] = b[o] + the sum over the depth d of conv2d of the slices t·s + d, with W[:, :, d]."""
    x = np.pad(x, ((0, 0), (0, 0), (padding, padding), (0, 0), (0, 0)))
    depth = weight.shape[2]
    frames = [
        sum(conv2d(x[:, :, t + d], weight[:, :, d], stride=stride, padding=padding) for d in range(depth))
        for t in range(0, x.shape[2] - depth + 1, stride)
    ]
    y = np.stack(frames, axis=2)
    return y if bias is None else y + bias[:, None, None, None]


def conv_transpose2d(x: Array, weight: Array, bias: Array | None = None, *, stride: Size = 1, padding: Size = 0,
                     output_padding: Size = 0, dilation: Size = 1, groups: int = 1) -> Array:  # fmt: skip
    """Each x[n, c, i, j] adds x · W[c] to the output at (i·s - pad, j·s - pad), the steps in W being the dilation.

    x (N, C, H, W), W (C, O / groups, P, Q) -> y (N, O, (H - 1)·s - 2·pad + d·(P - 1) + output_padding + 1, ...).
    """
    n, c, height, width = x.shape
    (sh, sw), (ph, pw), (dh, dw), (eh, ew) = pair(stride), pair(padding), pair(dilation), pair(output_padding)
    out, p, q = weight.shape[1:]
    rows = (height - 1) * sh - 2 * ph + dh * (p - 1) + eh + 1
    columns = (width - 1) * sw - 2 * pw + dw * (q - 1) + ew + 1
    maps = x.reshape(n, groups, c // groups, height * width)
    kernels = weight.reshape(groups, c // groups, out * p * q)
    seen = (kernels.swapaxes(1, 2) @ maps).reshape(n, groups * out, p, q, height, width)
    room = np.zeros((n, groups * out, rows, columns))
    y = windows_vjp(room, seen, stride=stride, padding=padding, dilation=dilation)
    return y if bias is None else y + bias[:, None, None]


def unfold(x: Array, kernel: Size, *, stride: Size = 1, padding: Size = 0, dilation: Size = 1) -> Array:
    """The windows of x as columns: (N, C·P·Q, L), L the number of places."""
    seen = windows(x, kernel, stride=stride, padding=padding, dilation=dilation)
    return seen.reshape(len(x), prod(seen.shape[1:4]), prod(seen.shape[4:]))


def fold(columns: Array, size: tuple[int, int], kernel: Size, *, stride: Size = 1, padding: Size = 0,
         dilation: Size = 1) -> Array:  # fmt: skip
    """Each column put back into its window of an image (N, C, H, W), overlaps added up."""
    (p, q), n = pair(kernel), len(columns)
    channels = columns.shape[1] // (p * q)
    places = windows(np.zeros((1, 1, *size)), kernel, stride=stride, padding=padding, dilation=dilation).shape[4:]
    seen = columns.reshape(n, channels, p, q, *places)
    return windows_vjp(np.zeros((n, channels, *size)), seen, stride=stride, padding=padding, dilation=dilation)


def nearest(x: Array, size: tuple[int, int]) -> Array:
    """y[..., i, j] = x[..., floor(i·H/h), floor(j·W/w)]."""
    (height, width), (rows, columns) = x.shape[-2:], size
    return x[..., [i * height // rows for i in range(rows)], :][..., [j * width // columns for j in range(columns)]]


def bilinear(x: Array, size: tuple[int, int], *, align_corners: bool = False) -> Array:
    """Linear interpolation along both sides; the pixels are squares, or with align_corners the points between
    corners.
    """
    down, across = (_weights(n, m, align_corners) for n, m in zip(x.shape[-2:], size))
    return down @ x @ across.T


def _weights(old: int, new: int, align_corners: bool) -> Array:
    """How much of each old value is in each new one: (new, old)."""
    weights = np.zeros((new, old))
    for i in range(new):
        place = i * (old - 1) / max(new - 1, 1) if align_corners else max((i + 0.5) * old / new - 0.5, 0.0)
        low = min(floor(place), old - 1)
        weights[i, low] += 1 - (place - low)
        weights[i, min(low + 1, old - 1)] += place - low
    return weights


def pixel_shuffle(x: Array, factor: int) -> Array:
    """y[n, c, h·r + i, w·r + j] = x[n, c·r² + i·r + j, h, w]."""
    n, c, h, w = x.shape
    blocks = x.reshape(n, c // factor**2, factor, factor, h, w)
    return blocks.transpose(0, 1, 4, 2, 5, 3).reshape(n, c // factor**2, h * factor, w * factor)


def lp_pool2d(x: Array, norm_type: float, kernel: Size, *, stride: Size | None = None) -> Array:
    """(Σ |x|^p)^(1/p) over each window, which is the largest |x| for p = ∞."""
    seen = windows(x, kernel, stride=kernel if stride is None else stride)
    magnitudes = np.where(seen.real < 0, -seen, seen)
    if norm_type == np.inf:
        return magnitudes.max((2, 3))
    return (magnitudes**norm_type).sum((2, 3)) ** (1 / norm_type)


def local_response_norm(x: Array, size: int, *, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0) -> Array:
    """x[c] / (k + alpha / size · Σ x[c']²)^beta over the size channels c' around c, those that there are."""
    squares = np.pad(x * x, ((0, 0), (size // 2, (size - 1) // 2), *[(0, 0)] * (x.ndim - 2)))
    total = sum(squares[:, i : i + x.shape[1]] for i in range(size))
    return x / (k + alpha * total / size) ** beta
