"""Sliding windows over images and their adjoint, on which convolution and pooling stand."""

from __future__ import annotations

from typing import Union

import numpy as np
from numpy import ndarray as Array

Size = Union[int, "tuple[int, int]"]


def pair(size: Size) -> tuple[int, int]:
    """The height and the width that one number or two numbers stand for."""
    return (size, size) if isinstance(size, int) else (size[0], size[1])


def windows(
    x: Array, kernel: Size, *, stride: Size = 1, padding: Size = 0, dilation: Size = 1, fill: float = 0.0
) -> Array:
    """w[n, c, p, q, i, j] = x[n, c, i·s + p·d - pad, j·s + q·d - pad], and fill outside of x.

    x (N, C, H, W) -> w (N, C, P, Q, H', W') with H' = floor((H + 2·pad - d·(P - 1) - 1) / s) + 1.
    """
    (p, q), (sh, sw), (ph, pw), (dh, dw) = pair(kernel), pair(stride), pair(padding), pair(dilation)
    padded = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)), constant_values=fill)
    seen = np.lib.stride_tricks.sliding_window_view(padded, (dh * (p - 1) + 1, dw * (q - 1) + 1), axis=(2, 3))
    return seen[:, :, ::sh, ::sw, ::dh, ::dw].transpose(0, 1, 4, 5, 2, 3)


def windows_vjp(x: Array, cotangent: Array, *, stride: Size = 1, padding: Size = 0, dilation: Size = 1) -> Array:
    """dx: every value of every window is added back to the place in x from which it was read."""
    p, q, rows, columns = cotangent.shape[2:]
    (sh, sw), (ph, pw), (dh, dw) = pair(stride), pair(padding), pair(dilation)
    n, c, height, width = x.shape
    padded = np.zeros((n, c, height + 2 * ph, width + 2 * pw), cotangent.dtype)
    for i, j in np.ndindex(p, q):
        top, left = i * dh, j * dw
        padded[:, :, top : top + sh * rows : sh, left : left + sw * columns : sw] += cotangent[:, :, i, j]
    return padded[:, :, ph : ph + height, pw : pw + width]
