"""The oracle in float32 stays in float32, where its own error is the tolerance of a network, and writes to nothing."""

from functools import partial

import numpy as np
import pytest

from reference import activation, adaptive, classification, loss, optimizer
from reference.convolution import conv2d, conv2d_vjp
from reference.network import lenet_shapes, lenet_vjp, resnet18, resnet18_buffers, resnet18_shapes, resnet18_vjp
from reference.normalization import layer_norm
from reference.pooling import adaptive_avg_pool2d, adaptive_avg_pool2d_vjp, avg_pool2d
from suites.meta.reference.checks import draw

X, G, WEIGHT = (x.astype(np.float32) for x in draw(1, (2, 4, 6, 6), (2, 4, 6, 6), (4,)))
INDEX = np.zeros((2, 6, 6), int)
ONE = np.float32(1)
ACTIVATIONS = ["relu", "leaky_relu", "elu", "sigmoid", "log_sigmoid", "silu", "tanh", "gelu", "softmax", "log_softmax"]
LOSSES = ["mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss", "binary_cross_entropy_with_logits"]

CALLS = {
    **{name: partial(getattr(activation, name), X) for name in ACTIVATIONS},
    **{f"{name}_vjp": partial(getattr(activation, f"{name}_vjp"), X, G) for name in ("relu", "gelu")},
    **{name: partial(getattr(loss, name), X, G) for name in LOSSES},
    "mse_loss_vjp": partial(loss.mse_loss_vjp, X, G, ONE),
    "cross_entropy": lambda: classification.cross_entropy(X, INDEX, abs(WEIGHT), label_smoothing=0.1),
    "conv2d": lambda: conv2d(X, X[:, :, :3, :3], WEIGHT[:2], padding=1),
    "conv2d_vjp": lambda: conv2d_vjp(X, X[:, :, :3, :3], None, G[:, :2], padding=1),
    "avg_pool2d": lambda: avg_pool2d(X, 2, padding=1, count_include_pad=False),
    "adaptive_avg_pool2d": lambda: adaptive_avg_pool2d(X, 4),
    "adaptive_avg_pool2d_vjp": lambda: adaptive_avg_pool2d_vjp(X, G, output_size=6),
    "layer_norm": lambda: layer_norm(X),
}

STEPS = [
    *(getattr(optimizer, name) for name in ("sgd", "adam", "adamw", "rmsprop")),
    *(getattr(adaptive, name) for name in ("adagrad", "adadelta", "adamax", "nadam", "radam", "rprop", "asgd")),
]


def single(shapes, seed):
    """Small float32 arrays of those shapes by name; variances are 1."""
    drawn = {name: np.float32(0.1) * x.astype(np.float32) for name, x in zip(shapes, draw(seed, *shapes.values()))}
    return {name: np.ones_like(x) if name.endswith("var") else x for name, x in drawn.items()}


@pytest.fixture(autouse=True)
def _inputs_are_read_only():
    for array in (X, G, WEIGHT):
        array.flags.writeable = False


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_stays_in_float32(call):
    results = call()
    for result in results if isinstance(results, tuple) else (results,):
        assert result.dtype == np.float32


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.__name__)
def test_a_step_stays_in_float32(step):
    parameter, state = step(X, G, {})
    parameter, state = step(parameter, G, state)

    assert parameter.dtype == np.float32
    assert all(value.dtype == np.float32 for value in state.values() if isinstance(value, np.ndarray))


def test_lenet_stays_in_float32():
    x, g = (v.astype(np.float32) for v in draw(2, (1, 1, 32, 32), (1, 10)))
    gradients, dx = lenet_vjp(single(lenet_shapes(), 3), x, g)

    assert {dx.dtype, *(value.dtype for value in gradients.values())} == {np.dtype(np.float32)}


@pytest.mark.parametrize("training", [True, False])
def test_resnet_stays_in_float32(training):
    parameters, buffers = single(resnet18_shapes(4, 5), 4), single(resnet18_buffers(4), 5)
    x, g = (v.astype(np.float32) for v in draw(6, (2, 3, 32, 32), (2, 5)))
    y, after = resnet18(parameters, buffers, x, training)
    gradients, dx = resnet18_vjp(parameters, buffers, x, training, g)

    assert {y.dtype, dx.dtype, *(value.dtype for value in gradients.values())} == {np.dtype(np.float32)}
    assert all(value.dtype == np.float32 for name, value in after.items() if "running" in name)
