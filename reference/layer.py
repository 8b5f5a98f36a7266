"""Layers as functions from an input to an output and its pullback: a composition of layers carries its own gradient.

A pullback takes the cotangent of the output to the cotangent of the input and the gradients of the parameters by name.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numpy import ndarray as Array

from reference.activation import relu, relu_vjp
from reference.convolution import conv2d, conv2d_vjp
from reference.linear import linear, linear_vjp
from reference.normalization import batch_norm, batch_norm_running, batch_norm_vjp

Named = dict[str, Array]
Pullback = Callable[[Array], tuple[Array, Named]]
Layer = Callable[[Array], tuple[Array, Pullback]]


def sequence(*layers: Layer) -> Layer:
    """Each layer on the output of the one before it; the identity where there is none."""

    def forward(x: Array) -> tuple[Array, Pullback]:
        pullbacks = []
        for layer in layers:
            x, pullback = layer(x)
            pullbacks.append(pullback)

        def backward(cotangent: Array) -> tuple[Array, Named]:
            gradients: Named = {}
            for pullback in reversed(pullbacks):
                cotangent, found = pullback(cotangent)
                gradients.update(found)
            return cotangent, gradients

        return x, backward

    return forward


def add(left: Layer, right: Layer) -> Layer:
    """y = left(x) + right(x), so that x gets the gradients of both."""

    def forward(x: Array) -> tuple[Array, Pullback]:
        (a, left_pullback), (b, right_pullback) = left(x), right(x)

        def backward(cotangent: Array) -> tuple[Array, Named]:
            (da, left_found), (db, right_found) = left_pullback(cotangent), right_pullback(cotangent)
            return da + db, {**left_found, **right_found}

        return a + b, backward

    return forward


def without_parameters(operation: Callable[..., Array], vjp: Callable[..., Array], **options: Any) -> Layer:
    """y = operation(x)."""
    return lambda x: (operation(x, **options), lambda cotangent: (vjp(x, cotangent, **options), {}))


def with_parameters(
    operation: Callable[..., Array], vjp: Callable[..., Any], parameters: Named, name: str, **options: Any
) -> Layer:
    """y = operation(x, weight, bias), with the weight of that name and the bias if there is one."""
    names = [key for key in (f"{name}.weight", f"{name}.bias") if key in parameters]
    weight, bias = parameters[f"{name}.weight"], parameters.get(f"{name}.bias")

    def forward(x: Array) -> tuple[Array, Pullback]:
        def backward(cotangent: Array) -> tuple[Array, Named]:
            dx, *gradients = vjp(x, weight, bias, cotangent, **options)
            return dx, dict(zip(names, gradients))

        return operation(x, weight, bias, **options), backward

    return forward


rectifier = without_parameters(relu, relu_vjp)
flatten = without_parameters(lambda x: x.reshape(len(x), -1), lambda x, cotangent: cotangent.reshape(x.shape))


def affine(parameters: Named, name: str) -> Layer:
    """linear with the weight and bias of that name."""
    return with_parameters(linear, linear_vjp, parameters, name)


def convolution(parameters: Named, name: str, **options: Any) -> Layer:
    """conv2d with the weight and bias of that name."""
    return with_parameters(conv2d, conv2d_vjp, parameters, name, **options)


def normalization(parameters: Named, buffers: Named, name: str, training: bool) -> Layer:
    """batch_norm with the weight, bias and running statistics of that name; in training a pass renews the buffers."""
    mean, var = buffers[f"{name}.running_mean"], buffers[f"{name}.running_var"]

    def operation(x: Array, weight: Array, bias: Array) -> Array:
        if training:
            buffers[f"{name}.running_mean"], buffers[f"{name}.running_var"] = batch_norm_running(x, mean, var)
            buffers[f"{name}.num_batches_tracked"] = buffers[f"{name}.num_batches_tracked"] + 1
        return batch_norm(x, mean, var, weight, bias, training=training)

    def vjp(x: Array, weight: Array, bias: Array, cotangent: Array) -> tuple[Array, Array, Array]:
        return batch_norm_vjp(x, mean, var, weight, bias, cotangent, training=training)

    return with_parameters(operation, vjp, parameters, name)
