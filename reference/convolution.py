"""Two-dimensional convolution as one matrix product over the windows of its input."""

from __future__ import annotations

from math import prod

from numpy import ndarray as Array

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
