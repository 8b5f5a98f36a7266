"""Convolutions over any number of sides, as many as the weight has beyond two, and what transposes them.

In two dimensions also as one matrix product over the windows, with its gradient: fast enough for a network's twin.
"""

from __future__ import annotations

from math import prod
from typing import Any, Union

import numpy as np
from numpy import ndarray as Array

from reference.places import Sides, each, windowed
from reference.windows import Size, windows, windows_vjp


def conv2d(
    x: Array,
    weight: Array,
    bias: Array | None = None,
    *,
    stride: Size = 1,
    padding: Size = 0,
    dilation: Size = 1,
    groups: int = 1,
) -> Array:
    """y[n, o, i, j] = b[o] + Σ x[n, c, i·s + p·d - pad, j·s + q·d - pad] · W[o, c, p, q], for the c of o's group, p, q.

    x (N, C, H, W), W (O, C / groups, P, Q), b (O) -> y (N, O, H', W'), H' = floor((H + 2·pad - d·(P - 1) - 1) / s) + 1.
    """
    seen = windows(x, weight.shape[2:], stride=stride, padding=padding, dilation=dilation)
    columns, kernels = _matrices(seen, weight, groups)
    y = (kernels @ columns).reshape(len(x), len(weight), *seen.shape[4:])
    return y if bias is None else y + bias[:, None, None]


def conv2d_vjp(
    x: Array,
    weight: Array,
    bias: Array | None,
    cotangent: Array,
    *,
    stride: Size = 1,
    padding: Size = 0,
    dilation: Size = 1,
    groups: int = 1,
) -> tuple[Array, Array, Array]:
    """dX = Wᵀ g, added back to where it was read; dW = Σ g times the windows, over n, i, j; db = Σ g over n, i, j."""
    seen = windows(x, weight.shape[2:], stride=stride, padding=padding, dilation=dilation)
    columns, kernels = _matrices(seen, weight, groups)
    g = cotangent.reshape(len(x), groups, len(weight) // groups, prod(seen.shape[4:]))
    dseen = (kernels.swapaxes(1, 2) @ g).reshape(seen.shape)
    dx = windows_vjp(x, dseen, stride=stride, padding=padding, dilation=dilation)
    dweight = (g @ columns.swapaxes(2, 3)).sum(0).reshape(weight.shape)
    return dx, dweight, cotangent.sum((0, 2, 3))


def _matrices(seen: Array, weight: Array, groups: int) -> tuple[Array, Array]:
    """The windows as (N, groups, C/groups·P·Q, H'·W') and the kernels as (groups, O/groups, C/groups·P·Q)."""
    terms = prod(weight.shape[1:])
    columns = seen.reshape(len(seen), groups, terms, prod(seen.shape[4:]))
    return columns, weight.reshape(groups, len(weight) // groups, terms)


def convolution(
    x: Array,
    weight: Array,
    bias: Array | None = None,
    *,
    stride: Sides = 1,
    padding: Union[Sides, str] = 0,
    dilation: Sides = 1,
    groups: int = 1,
) -> Array:
    """y[n, o, i, j, ...] = b[o] + Σ w[o, c, p] · (the p-th value of window (i, j, ...)), over the c of o's group and p.

    x (N, C, ...) or (C, ...), w (O, C / groups, ...), b (O). "valid" is no padding; "same" is zeros around the image,
    the odd one behind, so that it keeps its sides.
    """
    if x.ndim < weight.ndim:
        settings: dict[str, Any] = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
        return convolution(x[None], weight, bias, **settings)[0]
    sides, kernel = weight.ndim - 2, weight.shape[2:]
    if isinstance(padding, str):
        spread = [d * (k - 1) * (padding == "same") for d, k in zip(each(dilation, sides), kernel)]
        x, padding = np.pad(x, [(0, 0), (0, 0), *((total // 2, total - total // 2) for total in spread)]), 0
    seen = windowed(x, kernel, stride=stride, padding=padding, dilation=dilation)
    of_groups = zip(np.split(seen, groups, axis=1), np.split(weight.reshape(*weight.shape[:2], -1), groups))
    y = np.concatenate([np.einsum("nc...p,ocp->no...", part, w) for part, w in of_groups], axis=1)
    return y if bias is None else y + bias.reshape(-1, *[1] * sides)


def conv_transpose(
    x: Array,
    weight: Array,
    bias: Array | None = None,
    *,
    stride: Sides = 1,
    padding: Sides = 0,
    output_padding: Sides = 0,
    dilation: Sides = 1,
    groups: int = 1,
) -> Array:
    """Each x[n, c, i, ...] adds x · w[c, o, p, ...] to y[n, o, i·s + p·d - pad, ...], for the o of c's group.

    x (N, C, ...) or (C, ...), w (C, O / groups, ...), b (O); (n - 1)·s - 2·pad + d·(k - 1) + output_padding + 1 places.
    """
    if x.ndim < weight.ndim:
        settings: dict[str, Any] = {"stride": stride, "padding": padding, "output_padding": output_padding}
        return conv_transpose(x[None], weight, bias, **settings, dilation=dilation, groups=groups)[0]
    sides, kernel = weight.ndim - 2, weight.shape[2:]
    strides, pads, extras, dilations = (each(size, sides) for size in (stride, padding, output_padding, dilation))
    room = [(n - 1) * s + d * (k - 1) + e + 1 for n, s, d, k, e in
            zip(x.shape[2:], strides, dilations, kernel, extras)]  # fmt: skip
    y = np.zeros((len(x), groups * weight.shape[1], *room), np.result_type(x, weight))
    for at in np.ndindex(*kernel):
        of_groups = zip(np.split(x, groups, axis=1), np.split(weight[(..., *at)], groups))
        added = np.concatenate([np.einsum("nc...,co->no...", part, w) for part, w in of_groups], axis=1)
        there = zip(at, dilations, strides, x.shape[2:])
        here: tuple[Any, ...] = (..., *(slice(p * d, p * d + (n - 1) * s + 1, s) for p, d, s, n in there))
        y[here] += added
    kept: tuple[Any, ...] = (..., *(slice(p, n - p) for p, n in zip(pads, room)))
    y = y[kept]
    return y if bias is None else y + bias.reshape(-1, *[1] * sides)


conv1d = conv3d = convolution
conv_transpose1d = conv_transpose2d = conv_transpose3d = conv_transpose
