"""The guide's network, and random parameters and images for it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

from reference.activation import relu
from reference.convolution import conv2d
from reference.linear import linear
from reference.network import lenet_shapes
from reference.pooling import max_pool2d
from reference.windows import windows
from suites.kit import tensor

Named = dict[str, np.ndarray]

#: The modules of the network, in the order of their definition.
LAYERS = ("conv1", "conv2", "fc1", "fc2", "fc3")


class Net(nn.Module):
    """The guide's convolutional network for images of 32 x 32."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(16 * 5 * 5, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, 10)

    def forward(self, input):
        c1 = F.relu(self.conv1(input))
        s2 = F.max_pool2d(c1, (2, 2))
        c3 = F.relu(self.conv2(s2))
        s4 = F.max_pool2d(c3, 2)
        s4 = torch.flatten(s4, 1)
        f5 = F.relu(self.fc1(s4))
        f6 = F.relu(self.fc2(f5))
        return self.fc3(f6)


def net_of(parameters: Named, device: str) -> Net:
    """The network with these parameters."""
    net = Net()
    for name, value in parameters.items():
        layer, part = name.split(".")
        setattr(getattr(net, layer), part, nn.Parameter(tensor(value, device)))
    return net


def random_parameters(rng: np.random.Generator) -> Named:
    """Normal weights that keep the size of what passes through them, and biases of half that size; of float32
    values.
    """
    return {
        name: (rng.standard_normal(shape) * (0.5 if len(shape) == 1 else np.prod(shape[1:]) ** -0.5)).astype("float32")
        for name, shape in lenet_shapes().items()
    }


def random_images(seed: int, count: int) -> np.ndarray:
    """Normal images of float32 values."""
    return np.random.default_rng(seed + 1).standard_normal((count, 1, 32, 32)).astype("float32")


def clear_images(seed: int, parameters: Named, count: int) -> np.ndarray:
    """Images for which float32 decides every relu and every maximum as float64 does: the clearest of a few more."""
    images = random_images(seed, count + 4)
    doubt = np.min([_clearance(margin) for margin in _margins(parameters, images.astype("float64"))], axis=0)
    return images[np.argsort(-doubt)[:count]]


def _clearance(margins: np.ndarray) -> np.ndarray:
    """The smallest margin of each image."""
    return margins.reshape(len(margins), -1).min(1)


def _margins(parameters: Named, x: np.ndarray) -> Iterator[np.ndarray]:
    """How far each input of a relu is from zero and each maximum, unless it is zero, from the value next to it."""
    p = {name: value.astype("float64") for name, value in parameters.items()}
    for layer in ("conv1", "conv2"):
        x = conv2d(x, p[f"{layer}.weight"], p[f"{layer}.bias"])
        yield np.abs(x)
        x = relu(x)
        seen = windows(x, 2, stride=2)
        second, first = np.sort(seen.reshape(*seen.shape[:2], 4, *seen.shape[4:]), axis=2)[:, :, 2:].swapaxes(0, 2)
        yield np.where(first > 0, first - second, np.inf).swapaxes(0, 1)
        x = max_pool2d(x, 2)
    x = x.reshape(len(x), -1)
    for layer in ("fc1", "fc2"):
        x = linear(x, p[f"{layer}.weight"], p[f"{layer}.bias"])
        yield np.abs(x)
        x = relu(x)
