"""Normalisation by mean and biased variance: of each channel over the batch, and of each sample over its features."""

from __future__ import annotations

import numpy as np
from numpy import ndarray as Array


def batch_norm(
    x: Array,
    running_mean: Array | None,
    running_var: Array | None,
    weight: Array | None = None,
    bias: Array | None = None,
    *,
    training: bool = False,
    eps: float = 1e-5,
) -> Array:
    """y = (x - m) / √(v + eps) · w + b for every channel of x (N, C, ...), with w and b (C).

    In training m and v are the mean and the biased variance of the channel in x, otherwise the running ones.
    """
    z, _ = _batch_normal(x, running_mean, running_var, training, eps)
    y = z if weight is None else z * _channels(weight, x)
    return y if bias is None else y + _channels(bias, x)


def batch_norm_vjp(
    x: Array,
    running_mean: Array | None,
    running_var: Array | None,
    weight: Array | None,
    bias: Array | None,
    cotangent: Array,
    *,
    training: bool = False,
    eps: float = 1e-5,
) -> tuple[Array, Array, Array]:
    """dx, dw = Σ g z and db = Σ g, with z the normalised x; the running statistics are constants.

    dx = (h - mean h - z · mean(h z)) / √(v + eps) in training and h / √(v + eps) otherwise, with h = g · w.
    """
    z, deviation = _batch_normal(x, running_mean, running_var, training, eps)
    axes = _batch_axes(x)
    h = cotangent if weight is None else cotangent * _channels(weight, x)
    dx = _normal_vjp(z, deviation, h, axes) if training else h / deviation
    return dx, (cotangent * z).sum(axes), cotangent.sum(axes)


def batch_norm_running(x: Array, running_mean: Array, running_var: Array, momentum: float = 0.1) -> tuple[Array, Array]:
    """(1 - momentum) · running + momentum · new, for the mean and the unbiased variance of every channel of x."""
    axes = _batch_axes(x)
    mean = x.mean(axes)
    unbiased = ((x - _channels(mean, x)) ** 2).sum(axes) / (x.size // x.shape[1] - 1)
    return (1 - momentum) * running_mean + momentum * mean, (1 - momentum) * running_var + momentum * unbiased


def layer_norm(
    x: Array, weight: Array | None = None, bias: Array | None = None, *, ndim: int = 1, eps: float = 1e-5
) -> Array:
    """y = (x - m) / √(v + eps) · w + b, with mean and biased variance over the last ndim axes, those of w and b."""
    z, _ = _normal(x, tuple(range(-ndim, 0)), eps)
    y = z if weight is None else z * weight
    return y if bias is None else y + bias


def group_norm(
    x: Array, weight: Array | None = None, bias: Array | None = None, *, groups: int, eps: float = 1e-5
) -> Array:
    """layer_norm over the channels of each group and all places, then w and b for each channel of x (N, C, ...)."""
    y = layer_norm(x.reshape(len(x), groups, -1), eps=eps).reshape(x.shape)
    y = y if weight is None else y * _channels(weight, x)
    return y if bias is None else y + _channels(bias, x)


def instance_norm(x: Array, weight: Array | None = None, bias: Array | None = None, *, eps: float = 1e-5) -> Array:
    """group_norm of every channel by itself."""
    return group_norm(x, weight, bias, groups=x.shape[1], eps=eps)


def rms_norm(x: Array, weight: Array | None = None, *, ndim: int = 1, eps: float = 2.0**-52) -> Array:
    """y = x / √(mean(x²) + eps) · w, with the mean over the last ndim axes, those of w."""
    y = x / np.sqrt((x * x).mean(tuple(range(-ndim, 0)), keepdims=True) + eps)
    return y if weight is None else y * weight


def normalize(x: Array, *, p: float = 2.0, dim: int = 1, eps: float = 1e-12) -> Array:
    """x / max(‖x‖, eps), with the p-norm along an axis."""
    magnitudes = np.where(x.real < 0, -x, x)
    norm = (magnitudes**p).sum(dim, keepdims=True) ** (1 / p)
    return x / np.where(norm.real < eps, eps, norm)


def _normal(x: Array, axes: tuple[int, ...], eps: float) -> tuple[Array, Array]:
    """z = (x - m) / √(v + eps) over the axes, and that root."""
    centred = x - x.mean(axes, keepdims=True)
    deviation = np.sqrt((centred**2).mean(axes, keepdims=True) + eps)
    return centred / deviation, deviation


def _normal_vjp(z: Array, deviation: Array, h: Array, axes: tuple[int, ...]) -> Array:
    """(h - mean h - z · mean(h z)) / √(v + eps): through the mean and the variance too."""
    return (h - h.mean(axes, keepdims=True) - z * (h * z).mean(axes, keepdims=True)) / deviation


def _batch_normal(
    x: Array, running_mean: Array | None, running_var: Array | None, training: bool, eps: float
) -> tuple[Array, Array]:
    """z and the root by which it was divided, from the batch or from the running statistics."""
    if training or running_mean is None or running_var is None:
        return _normal(x, _batch_axes(x), eps)
    deviation = np.sqrt(_channels(running_var, x) + eps)
    return (x - _channels(running_mean, x)) / deviation, deviation


def _batch_axes(x: Array) -> tuple[int, ...]:
    """Every axis of x but that of the channels."""
    return (0, *range(2, x.ndim))


def _channels(values: Array, x: Array) -> Array:
    """One value for each channel, shaped to broadcast with x."""
    return values.reshape(-1, *[1] * (x.ndim - 2))
