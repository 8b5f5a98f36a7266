"""The networks of the guide, LeNet and ResNet-18, with torch's names for their parameters and buffers."""

from __future__ import annotations

from numpy import ndarray as Array

from reference.layer import (
    Layer,
    Named,
    add,
    affine,
    convolution,
    flatten,
    normalization,
    rectifier,
    sequence,
    without_parameters,
)
from reference.pooling import adaptive_avg_pool2d, adaptive_avg_pool2d_vjp, max_pool2d, max_pool2d_vjp


def lenet(parameters: Named, x: Array) -> Array:
    """The guide's Net: x (N, 1, 32, 32) -> y (N, 10)."""
    return lenet_layer(parameters)(x)[0]


def lenet_vjp(parameters: Named, x: Array, cotangent: Array) -> tuple[Named, Array]:
    """The gradients of all parameters by name, and dx."""
    dx, gradients = lenet_layer(parameters)(x)[1](cotangent)
    return gradients, dx


def lenet_layer(parameters: Named) -> Layer:
    """Twice convolution, relu and maximum of 2 x 2; then linear, relu, linear, relu, linear."""
    halve = without_parameters(max_pool2d, max_pool2d_vjp, kernel=2)
    return sequence(
        convolution(parameters, "conv1"),
        rectifier,
        halve,
        convolution(parameters, "conv2"),
        rectifier,
        halve,
        flatten,
        affine(parameters, "fc1"),
        rectifier,
        affine(parameters, "fc2"),
        rectifier,
        affine(parameters, "fc3"),
    )


def lenet_shapes() -> dict[str, tuple[int, ...]]:
    """The shape of every parameter of LeNet, in torch's order."""
    weights = {"conv1": (6, 1, 5, 5), "conv2": (16, 6, 5, 5), "fc1": (120, 400), "fc2": (84, 120), "fc3": (10, 84)}
    return {
        f"{name}.{part}": shape if part == "weight" else shape[:1]
        for name, shape in weights.items()
        for part in ("weight", "bias")
    }


def resnet18(parameters: Named, buffers: Named, x: Array, training: bool) -> tuple[Array, Named]:
    """y (N, classes) for x (N, 3, H, W), and the buffers as the pass leaves them; their shapes give the width."""
    renewed = dict(buffers)
    y, _ = resnet18_layer(parameters, renewed, training)(x)
    return y, renewed


def resnet18_vjp(parameters: Named, buffers: Named, x: Array, training: bool, cotangent: Array) -> tuple[Named, Array]:
    """The gradients of all parameters by name, and dx."""
    _, pullback = resnet18_layer(parameters, dict(buffers), training)(x)
    dx, gradients = pullback(cotangent)
    return gradients, dx


def resnet18_layer(parameters: Named, buffers: Named, training: bool) -> Layer:
    """Convolution of 7 x 7, maximum of 3 x 3, four stages of two blocks, the mean of each channel, linear."""
    stages = [
        residual_block(parameters, buffers, f"layer{i}.{j}", 2 if i > 1 and j == 0 else 1, training)
        for i in (1, 2, 3, 4)
        for j in (0, 1)
    ]
    return sequence(
        convolution(parameters, "conv1", stride=2, padding=3),
        normalization(parameters, buffers, "bn1", training),
        rectifier,
        without_parameters(max_pool2d, max_pool2d_vjp, kernel=3, stride=2, padding=1),
        *stages,
        without_parameters(adaptive_avg_pool2d, adaptive_avg_pool2d_vjp),
        flatten,
        affine(parameters, "fc"),
    )


def residual_block(parameters: Named, buffers: Named, name: str, stride: int, training: bool) -> Layer:
    """relu(body(x) + x), where x goes through a convolution of 1 x 1 if the parameters have one for it."""
    shortcut = sequence()
    if f"{name}.downsample.0.weight" in parameters:
        shortcut = sequence(
            convolution(parameters, f"{name}.downsample.0", stride=stride),
            normalization(parameters, buffers, f"{name}.downsample.1", training),
        )
    body = sequence(
        convolution(parameters, f"{name}.conv1", stride=stride, padding=1),
        normalization(parameters, buffers, f"{name}.bn1", training),
        rectifier,
        convolution(parameters, f"{name}.conv2", padding=1),
        normalization(parameters, buffers, f"{name}.bn2", training),
    )
    return sequence(add(body, shortcut), rectifier)


def resnet18_shapes(width: int = 64, classes: int = 1000) -> dict[str, tuple[int, ...]]:
    """The shape of every parameter of ResNet-18, in torchvision's order."""
    shapes: dict[str, tuple[int, ...]] = {}

    def unit(convolution: str, normalization: str, out: int, into: int, size: int) -> None:
        shapes[f"{convolution}.weight"] = (out, into, size, size)
        shapes[f"{normalization}.weight"] = shapes[f"{normalization}.bias"] = (out,)

    unit("conv1", "bn1", width, 3, 7)
    into = width
    for i, j in ((i, j) for i in (1, 2, 3, 4) for j in (0, 1)):
        name, out = f"layer{i}.{j}", width * 2 ** (i - 1)
        unit(f"{name}.conv1", f"{name}.bn1", out, into, 3)
        unit(f"{name}.conv2", f"{name}.bn2", out, out, 3)
        if into != out:
            unit(f"{name}.downsample.0", f"{name}.downsample.1", out, into, 1)
        into = out
    return {**shapes, "fc.weight": (classes, into), "fc.bias": (classes,)}


def resnet18_buffers(width: int = 64) -> dict[str, tuple[int, ...]]:
    """The shape of every buffer of ResNet-18: two running statistics and a count for each normalisation."""
    norms = {key[: -len(".bias")]: shape for key, shape in resnet18_shapes(width).items() if key.endswith(".bias")}
    norms.pop("fc")
    parts = {"running_mean": True, "running_var": True, "num_batches_tracked": False}
    return {f"{name}.{part}": shape if wide else () for name, shape in norms.items() for part, wide in parts.items()}
