"""Networks: constants followed through every layer by hand, running statistics, and gradients."""

import numpy as np
import pytest

from reference.layer import add, rectifier, sequence
from reference.network import (
    lenet,
    lenet_shapes,
    lenet_vjp,
    resnet18,
    resnet18_buffers,
    resnet18_shapes,
    resnet18_vjp,
)
from suites.meta.reference.checks import draw, equals, is_adjoint, near

WIDTH, CLASSES = 4, 5


def drawn(seed, shapes):
    """Parameters of those shapes, small enough that signals neither vanish nor explode."""
    values = dict(zip(shapes, draw(seed, *shapes.values())))
    return {
        name: x / np.sqrt(max(1, x[0].size)) + name.endswith(("bn1.weight", "bn2.weight")) for name, x in values.items()
    }


def fresh(shapes):
    """Buffers as they are at first: means 0, variances 1, no batch seen."""
    return {name: np.full(shape, float(name.endswith("var"))) for name, shape in shapes.items()}


def test_a_sequence_of_nothing_is_the_identity():
    y, pullback = sequence()(np.array([1.0, -2.0]))

    equals(y, [1, -2])
    equals(pullback(np.array([3.0, 4.0]))[0], [3, 4])


def test_a_sum_gives_its_input_both_gradients():
    y, pullback = add(sequence(), rectifier)(np.array([3.0, -2.0]))

    equals(y, [6, -2])
    equals(pullback(np.array([1.0, 1.0]))[0], [2, 1])


def test_lenet_follows_constants():
    parameters = {name: np.zeros(shape) for name, shape in lenet_shapes().items()}
    parameters["conv1.bias"] += 2  # 2 everywhere
    parameters["conv2.weight"] += 0.5  # 6 · 25 · 2 / 2 = 150
    parameters["conv2.bias"] -= 22  # 128
    parameters["fc1.weight"] += 1 / 64  # 400 · 128 / 64 = 800
    parameters["fc2.weight"][:, :64] += 1 / 64  # 64 · 800 / 64 = 800
    parameters["fc2.bias"][1:] = -1000  # 800 once, 0 elsewhere
    parameters["fc3.weight"] += 1 / 8  # 100
    parameters["fc3.bias"] += np.arange(10)

    equals(lenet(parameters, np.zeros((2, 1, 32, 32))), [[100 + i for i in range(10)]] * 2)


def doubling():
    """A ResNet whose convolutions hand on channel 0 and whose normalisations do nothing: every block doubles."""
    parameters = {name: np.zeros(shape) for name, shape in resnet18_shapes(WIDTH, CLASSES).items()}
    for name, value in parameters.items():
        if value.ndim == 4:
            value[:, 0, value.shape[2] // 2, value.shape[3] // 2] = 1
        elif "fc" not in name and name.endswith("weight"):
            value += np.sqrt(1 + 1e-5)
    parameters["fc.weight"] += 1 / (8 * WIDTH)
    parameters["fc.bias"] += np.arange(CLASSES)
    return parameters, fresh(resnet18_buffers(WIDTH))


def test_resnet_doubles_a_constant_in_every_block():
    parameters, buffers = doubling()
    y, after = resnet18(parameters, buffers, np.ones((1, 3, 32, 32)), training=False)

    near(y, [[256, 257, 258, 259, 260]], ulps=100)
    assert all(after[name] is buffers[name] for name in buffers)


def test_resnet_rectifies_inside_a_block_and_after_it():
    parameters, buffers = doubling()
    parameters["layer3.1.bn1.bias"] -= 1000  # the body gives 0, and only the shortcut is left
    y, _ = resnet18(parameters, buffers, np.ones((1, 3, 32, 32)), training=False)
    parameters["layer4.1.bn2.bias"] -= 1000
    z, _ = resnet18(parameters, buffers, np.ones((1, 3, 32, 32)), training=False)

    near(y, [[128, 129, 130, 131, 132]], ulps=100)
    equals(z, [[0, 1, 2, 3, 4]])


def test_resnet_rectifies_before_the_first_block():
    parameters, buffers = doubling()
    parameters["layer1.0.bn2.bias"] += 2  # 0 + 2 after the first block, doubled seven times
    y, _ = resnet18(parameters, buffers, -np.ones((1, 3, 32, 32)), training=False)

    near(y, [[256, 257, 258, 259, 260]], ulps=100)


def test_resnet_sees_a_pixel_through_the_border_of_a_window():
    parameters, buffers = doubling()
    x = np.zeros((1, 3, 64, 64))
    x[0, 0, 30, 30] = 1  # 15 after the convolution, in windows 7 and 8 of the maximum, in cell 1 of 2 x 2 at the end
    y, _ = resnet18(parameters, buffers, x, training=False)

    near(y, [[64, 65, 66, 67, 68]], ulps=100)


def test_resnet_has_the_documented_number_of_parameters():
    assert sum(int(np.prod(shape)) for shape in resnet18_shapes().values()) == 11_689_512
    assert len(resnet18_shapes()) == 62
    assert len(resnet18_buffers()) == 60


def test_resnet_renews_its_running_statistics_in_training():
    parameters, buffers = drawn(1, resnet18_shapes(WIDTH, CLASSES)), fresh(resnet18_buffers(WIDTH))
    parameters["conv1.weight"] *= 0
    parameters["layer1.0.bn2.bias"] = np.array([10.0, 0.0, 0.0, 0.0])
    _, after = resnet18(parameters, buffers, draw(2, (2, 3, 32, 32))[0], training=True)

    equals(after["bn1.running_mean"], [0] * 4)
    equals(after["bn1.running_var"], [0.9] * 4)
    assert {after[name].item() for name in after if name.endswith("tracked")} == {1}
    equals(buffers["bn1.running_var"], [1] * 4)


@pytest.mark.parametrize("name", ["x", *lenet_shapes()])
def test_lenet_gradients_are_adjoint(name):
    parameters, (x,) = drawn(3, lenet_shapes()), draw(4, (2, 1, 32, 32))

    def forward(value):
        return lenet(parameters, value) if name == "x" else lenet({**parameters, name: value}, x)

    def vjp(value, cotangent):
        gradients, dx = lenet_vjp(parameters, x, cotangent)
        return dx if name == "x" else gradients[name]

    is_adjoint(forward, vjp, x if name == "x" else parameters[name])


@pytest.mark.parametrize("training", [True, False])
def test_resnet_gradients_are_adjoint(training):
    parameters, (x,) = drawn(5, resnet18_shapes(WIDTH, CLASSES)), draw(6, (4, 3, 32, 32))
    buffers = fresh(resnet18_buffers(WIDTH))
    names = list(parameters)

    def forward(x, *values):
        return resnet18(dict(zip(names, values)), buffers, x, training)[0]

    def vjp(x, *values):
        gradients, dx = resnet18_vjp(dict(zip(names, values)), buffers, x, training, values[-1])
        return (dx, *(gradients[name] for name in names))

    is_adjoint(forward, vjp, x, *parameters.values())
