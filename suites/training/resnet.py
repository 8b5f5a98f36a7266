"""ResNet-18 of torch.nn, named as torchvision names it, and random values for all that it holds."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

from reference.network import resnet18_buffers, resnet18_shapes
from suites.training.network import Named, random_parameters


class BasicBlock(nn.Module):
    """relu(body(x) + shortcut(x))."""

    def __init__(self, into: int, out: int, stride: int):
        super().__init__()
        self.conv1 = nn.Conv2d(into, out, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(out)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(out, out, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(out)
        self.downsample = None
        if into != out:
            self.downsample = nn.Sequential(nn.Conv2d(into, out, 1, stride=stride, bias=False), nn.BatchNorm2d(out))

    def forward(self, x):
        shortcut = x if self.downsample is None else self.downsample(x)
        y = self.relu(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        y += shortcut
        return self.relu(y)


class ResNet18(nn.Module):
    """Convolution, maximum, four stages of two blocks, mean, linear."""

    def __init__(self, width: int = 64, classes: int = 1000):
        super().__init__()
        self.conv1 = nn.Conv2d(3, width, 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        self.layer1 = self._stage(width, width, 1)
        self.layer2 = self._stage(width, 2 * width, 2)
        self.layer3 = self._stage(2 * width, 4 * width, 2)
        self.layer4 = self._stage(4 * width, 8 * width, 2)
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = nn.Linear(8 * width, classes)

    @staticmethod
    def _stage(into: int, out: int, stride: int) -> nn.Sequential:
        return nn.Sequential(BasicBlock(into, out, stride), BasicBlock(out, out, 1))

    def forward(self, x):
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(torch.flatten(self.avgpool(x), 1))


def resnet_values(seed: int, width: int, classes: int) -> tuple[Named, Named]:
    """Parameters and buffers of float32 values: scales and variances about 1, means and shifts about 0."""
    rng = np.random.default_rng(seed + 1)
    parameters = random_parameters(seed, resnet18_shapes(width, classes))
    for name in parameters:
        if name.endswith(("bn1.weight", "bn2.weight", "downsample.1.weight")):
            parameters[name] = parameters[name] + np.float32(1.0)
    buffers: Named = {}
    for name, shape in resnet18_buffers(width).items():
        normal = rng.standard_normal(shape).astype("float32")
        kinds = {"running_mean": normal / 4, "running_var": 0.5 + normal**2, "num_batches_tracked": np.asarray(3)}
        buffers[name] = kinds[name.rsplit(".", 1)[1]]
    return parameters, buffers
