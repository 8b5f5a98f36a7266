"""The guide's network and its training, in torch and in NumPy."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Callable

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

from reference.loss import mse_loss_vjp
from reference.network import lenet_layer, lenet_shapes
from suites.kit import close, tensor
from suites.kit.bound import Norm, calibrated

#: With these parameters and batches, at each of ten steps of each recipe, no relu and no maximum is within 2e-5 of
#: deciding otherwise, so that float32 and float64 take the same decisions.
CLEAR = 36

Named = dict[str, np.ndarray]
Batch = tuple[np.ndarray, np.ndarray]


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
        s2 = F.max_pool2d(F.relu(self.conv1(input)), (2, 2))
        s4 = F.max_pool2d(F.relu(self.conv2(s2)), 2)
        f5 = F.relu(self.fc1(torch.flatten(s4, 1)))
        f6 = F.relu(self.fc2(f5))
        return self.fc3(f6)


def holding(model: nn.Module, values: Named, device: str) -> nn.Module:
    """The model, whose parameters and buffers hold these values from now on, in their dtype and on the device."""
    for name, value in values.items():
        *path, last = name.split(".")
        owner = model.get_submodule(".".join(path))
        made = tensor(value, device)
        setattr(owner, last, nn.Parameter(made) if last in owner._parameters else made)
    return model


def random_parameters(seed: int, shapes: dict[str, tuple[int, ...]] | None = None) -> Named:
    """Normal weights that keep the size of what passes through them, small biases; all of float32 values."""
    rng = np.random.default_rng(seed)
    return {
        name: (rng.standard_normal(shape) * (0.1 if len(shape) == 1 else np.prod(shape[1:]) ** -0.5)).astype("float32")
        for name, shape in (shapes or lenet_shapes()).items()
    }


def batches(seed: int, count: int, size: int = 1) -> list[Batch]:
    """Images and targets of float32 values."""
    rng = np.random.default_rng(seed + 1)
    shapes = ((size, 1, 32, 32), (size, 10))
    return [tuple(rng.standard_normal(shape).astype("float32") for shape in shapes) for _ in range(count)]


def cast(values: Named, dtype: Any) -> Named:
    """The same values in another dtype."""
    name = str(dtype).rsplit(".", 1)[-1]
    return {key: value.astype(name) for key, value in values.items()}


def each(data: Iterable[Batch], dtype: Any, device: str) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """The batches as tensors."""
    name = str(dtype).rsplit(".", 1)[-1]
    return [(tensor(x.astype(name), device), tensor(target.astype(name), device)) for x, target in data]


def gradients(parameters: Named, x: np.ndarray, target: np.ndarray) -> Named:
    """The gradients of the mean squared error for each parameter."""
    y, pullback = lenet_layer(parameters)(x)
    return pullback(mse_loss_vjp(y, target, np.ones((), y.dtype))[0])[1]


def fitted(
    parameters: Named, data: Iterable[Batch], update: Callable[..., Any], accumulate: bool = False, **options: Any
) -> Named:
    """The parameters after a step of ``update`` for each batch; ``accumulate`` adds up the gradients."""
    states: dict[str, Any] = {name: {} for name in parameters}
    total = {name: np.zeros_like(value) for name, value in parameters.items()}
    for x, target in data:
        dtype = parameters["fc3.bias"].dtype
        found = gradients(parameters, x.astype(dtype), target.astype(dtype))
        total = {name: found[name] + (total[name] if accumulate else 0) for name in found}
        moved = {name: update(parameters[name], total[name], states[name], **options) for name in parameters}
        parameters = {name: value.astype(dtype) for name, (value, _) in moved.items()}
        states = {name: state for name, (_, state) in moved.items()}
    return parameters


def are_the_same(
    found: dict[str, torch.Tensor], double: Named, single: Named, dtype: torch.dtype, device: str, tight: float
) -> None:
    """Assert that each tensor is what the twin has: to ``tight`` u, or in float32 as near as the twin's own float32."""
    assert set(found) == set(double)
    for name, value in double.items():
        wide = dtype == torch.float64
        bound = Norm(tight * float(np.linalg.norm(value))) if wide else calibrated(single[name], value)
        close(found[name], value, bound, dtype=dtype, device=device)
