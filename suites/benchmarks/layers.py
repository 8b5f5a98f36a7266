"""Layers, timed: convolutions there and back, pools, normalisations, attention, softmax, embeddings, losses."""

from __future__ import annotations

from math import prod
from typing import Callable

import numpy as np
import torch
import torch.nn.functional as F

from reference import activation, normalization, pooling
from reference.attention import scaled_dot_product_attention
from reference.convolution import conv_transpose, convolution
from suites.benchmarks.behaviour import Behaviour, Brain
from suites.benchmarks.tensors import floats
from suites.kit import bound, draw

Shape = tuple[int, ...]
CONVOLUTIONS: dict[int, Callable[..., torch.Tensor]] = {3: F.conv1d, 4: F.conv2d, 5: F.conv3d}

#: Images and kernels: a sequence, LeNet's first layer, one of ResNet's, a volume.
CONVOLVED: dict[str, tuple[Shape, Shape]] = {
    "conv1d": ((16, 32, 256), (32, 32, 3)),
    "conv2d of LeNet": ((64, 1, 32, 32), (6, 1, 5, 5)),
    "conv2d of ResNet": ((4, 64, 56, 56), (64, 64, 3, 3)),
    "conv3d": ((2, 8, 16, 24, 24), (8, 8, 3, 3, 3)),
}


def of_terms(count: int) -> Callable[[np.ndarray], bound.Bound]:
    """An inner product of so many terms of small integers, each at most 64."""
    return lambda wanted: bound.inner(np.full(wanted.shape, 64.0 * count), count)


def in_norm(wanted: np.ndarray) -> bound.Norm:
    """16 u of the norm of a gradient, however it was computed: by sums in any order, or by way of fewer products."""
    return bound.Norm(16 * float(np.linalg.norm(wanted)))


def normal(*shapes: Shape) -> Callable[[int], tuple[np.ndarray, ...]]:
    """Normal numbers as arguments of these shapes."""
    return lambda seed: tuple(draw.normal(100 * seed + i, *shape, dtype="float32") for i, shape in enumerate(shapes))


def lying(layout: str, arguments: Callable[[int], tuple[np.ndarray, ...]]) -> Callable[[int], tuple[np.ndarray, ...]]:
    """The same arguments in another layout."""
    return lambda seed: tuple(draw.laid_out(values, layout) for values in arguments(seed))


def operations(image: Shape, kernel: Shape) -> float:
    """Multiplications and additions of a convolution that keeps the sides of its images."""
    return 2.0 * image[0] * prod(image[2:]) * prod(kernel)


def forward(x: torch.Tensor, w: torch.Tensor) -> torch.Tensor:
    """A convolution whose padding keeps the sides of its images."""
    return CONVOLUTIONS[x.ndim](x, w, padding=w.shape[-1] // 2)


def forward_and_back(x: torch.Tensor, w: torch.Tensor, cotangent: torch.Tensor) -> tuple[torch.Tensor, ...]:
    """The gradients of both arguments of a convolution."""
    return torch.autograd.grad(forward(x.requires_grad_(), w.requires_grad_()), (x, w), cotangent)


def gradients(x: np.ndarray, w: np.ndarray, cotangent: np.ndarray) -> tuple[np.ndarray, ...]:
    """What forward_and_back gives: the cotangent spread by the kernel, and the image seen through the cotangent."""
    reach = w.shape[-1] // 2
    of_kernel = convolution(x.swapaxes(0, 1), cotangent.swapaxes(0, 1), padding=reach).swapaxes(0, 1)
    return conv_transpose(cotangent, w, padding=reach), of_kernel


CONVOLUTION = {
    f"{name}, {layout}": Behaviour(
        lying(layout, floats(image, kernel)), forward,
        lambda x, w: convolution(x, w, padding=w.shape[-1] // 2),
        of_terms(prod(kernel[1:])), flops=operations(image, kernel),
    )
    for layout in ("contiguous", "channels last")
    for name, (image, kernel) in CONVOLVED.items()
}  # fmt: skip
CONVOLUTION.update({
    f"{name} and back, {layout}": Behaviour(
        lying(layout, floats(image, kernel, (image[0], kernel[0], *image[2:]))), forward_and_back, gradients,
        in_norm, flops=3 * operations(image, kernel),
    )
    for layout in ("contiguous", "channels last")
    for name, (image, kernel) in CONVOLVED.items()
})  # fmt: skip
#: Of volumes in half types torch 2.9 was reported to take four times as long as 2.8.
CONVOLUTION["conv3d in bfloat16"] = Behaviour(
    lambda seed: tuple(map(Brain, floats(*CONVOLVED["conv3d"])(seed))), forward,
    lambda x, w: convolution(x, w, padding=1), bound.rounded, flops=operations(*CONVOLVED["conv3d"]),
)  # fmt: skip


def batch_normal(x: torch.Tensor) -> torch.Tensor:
    return F.batch_norm(x, None, None, training=True)


def batch_normalized(x: np.ndarray) -> np.ndarray:
    return normalization.batch_norm(x, None, None, training=True)


def layer_normal(x: torch.Tensor) -> torch.Tensor:
    return F.layer_norm(x, x.shape[-1:])


def near(factor: float, scale: float = 1.0) -> Callable[[np.ndarray], bound.Bound]:
    """So many u of a scale and of the value."""
    return lambda wanted: bound.Bound(factor, scale + np.abs(wanted), signed_zeros=False)


IMAGES, ROWS, HEADS = (8, 64, 56, 56), (512, 1024), (4, 8, 128, 64)
LAYERS = {
    "max_pool2d": Behaviour(normal(IMAGES), lambda x: F.max_pool2d(x, 2), lambda x: pooling.max_pool(x, 2)),
    "avg_pool2d": Behaviour(floats(IMAGES), lambda x: F.avg_pool2d(x, 2), lambda x: pooling.avg_pool(x, 2)),
    "adaptive_avg_pool2d": Behaviour(floats(IMAGES), lambda x: F.adaptive_avg_pool2d(x, 1),
                                     lambda x: pooling.adaptive_avg_pool(x, 1), near(16)),
    "batch_norm": Behaviour(normal(IMAGES), batch_normal, batch_normalized, near(256)),
    "layer_norm": Behaviour(normal(ROWS), layer_normal, normalization.layer_norm, near(256)),
    "group_norm": Behaviour(normal(IMAGES), lambda x: F.group_norm(x, 8),
                            lambda x: normalization.group_norm(x, groups=8), near(256)),
    "relu": Behaviour(normal(IMAGES), F.relu, activation.relu),
    "gelu": Behaviour(normal(IMAGES), F.gelu, activation.gelu, near(16)),
    "softmax along rows": Behaviour(normal(ROWS), lambda x: F.softmax(x, -1), activation.softmax, near(64, 0.0)),
    "log_softmax along rows": Behaviour(normal(ROWS), lambda x: F.log_softmax(x, -1), activation.log_softmax, near(64)),
    "linear": Behaviour(floats((256, 512), (1024, 512)), F.linear, lambda x, w: x @ w.T,
                        flops=2 * 256 * 512 * 1024),
    "embedding": Behaviour(
        lambda seed: (np.random.default_rng(seed).integers(0, 10_000, (64, 128)), *floats((10_000, 128))(seed)),
        F.embedding, lambda index, weight: weight[index], touched=64 * 128 * (8 + 2 * 128 * 4),
    ),
}  # fmt: skip

if hasattr(F, "scaled_dot_product_attention"):  # since 2.0
    LAYERS["attention"] = Behaviour(
        normal(HEADS, HEADS, HEADS), F.scaled_dot_product_attention, scaled_dot_product_attention, near(256),
        flops=4 * prod(HEADS) * HEADS[2],
    )  # fmt: skip

TABLE = {**CONVOLUTION, **LAYERS}
