"""The gradients of a module of every kind are the slopes of its values: of inputs and parameters, once and twice."""

import numpy as np
import pytest
import torch

from suites.kit import array, bound, close, draw, gradient, tensor
from suites.nn import law
from suites.nn.modules import EVERY, Made, rows_of, tensors

#: Some of them say that a path is not taken; vmap that it goes one by one.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")

#: How far apart the values lie from which a slope is computed: the formula errs by the fourth power of it.
STEP = 2.0**-9
#: The largest relative error of a slope, by that formula and by rounding.
SLOPE = 2.0**-30

DIFFERENTIABLE = tuple(row for row in EVERY if any(of.floats for of in row.inputs))
#: Those whose gradient says that it has none, and those that say that they cannot be mapped.
ONCE = ("Hardsigmoid", "MultiMarginLoss", "TransformerEncoderLayer", "TransformerDecoderLayer", "Transformer")
ALONE = ("RReLU", "RNN", "LSTM", "GRU", "LSTMCell", "GaussianNLLLoss", *ONCE[2:])


def arguments(row: Made, device: str) -> tuple[torch.nn.Module, dict[str, np.ndarray], list[np.ndarray], list[int]]:
    """The module, its parameters, its inputs, and which of them a gradient is asked of."""
    module = row.module(device)
    parameters = {name: array(value) for name, value in module.named_parameters()}
    asked = [place for place, of in enumerate(row.inputs) if of.kind == "normal" or (of.floats and not place)]
    return module, parameters, [array(part) for part in row.parts(device)], asked


def function_of(row: Made, device: str):
    """The first result as a function of the inputs and parameters that have a gradient, and those."""
    module, parameters, parts, asked = arguments(row, device)

    def function(*values: torch.Tensor) -> torch.Tensor:
        inputs = [tensor(part, device) for part in parts]
        for place, value in zip(asked, values):
            inputs[place] = value
        named = dict(zip(parameters, values[len(asked) :]))
        return tensors(law.functional_call(module, named, tuple(inputs)))[0]

    return function, [*(parts[place] for place in asked), *parameters.values()]


def slope(function, arrays: list[np.ndarray], directions: list[np.ndarray], device: str) -> np.ndarray:
    """The derivative along the directions, from four values: (8 (f(h) - f(-h)) - (f(2h) - f(-2h))) / 12 h."""

    def at(step: float) -> np.ndarray:
        return array(function(*(tensor(x + step * STEP * d, device) for x, d in zip(arrays, directions))))

    return (8 * (at(1) - at(-1)) - (at(2) - at(-2))) / (12 * STEP)


def directions_of(arrays: list[np.ndarray], seed: int) -> list[np.ndarray]:
    """Random directions, short enough that no kink lies between the values."""
    return [0.01 * draw.normal(seed + i, *x.shape) for i, x in enumerate(arrays)]


def agrees(gradients: list[np.ndarray], directions: list[np.ndarray], cotangent: np.ndarray, found: np.ndarray) -> None:
    """⟨gradients, directions⟩ = ⟨cotangent, slope⟩."""
    products = [g * d for g, d in zip(gradients, directions)]
    size = sum(float(np.abs(part).sum()) for part in products) + float(np.abs(cotangent * found).sum())
    total = np.asarray(sum(float(part.sum()) for part in products))
    close(total, np.asarray((cotangent * found).sum()), bound.Bound(SLOPE * 2.0**53, size, signed_zeros=False))


@rows_of(DIFFERENTIABLE)
def test_gradient_is_the_slope(row, device):
    """The gradients of {row} for its inputs and its parameters are the slopes of its values."""
    function, arrays = function_of(row, device)
    directions = directions_of(arrays, 1)
    found = slope(function, arrays, directions, device)

    cotangent = draw.normal(7, *found.shape)
    gradients = [array(g) for g in gradient.vjp(function, tuple(arrays), cotangent, device)]
    agrees(gradients, directions, cotangent, found)


@rows_of(tuple(row for row in DIFFERENTIABLE if row.name not in ONCE))
def test_gradient_of_the_gradient_is_its_slope(row, device):
    """The gradient of {row} can be asked for its own gradient, which is the slope of it."""
    function, arrays = function_of(row, device)
    directions = directions_of(arrays, 3)
    ways = directions_of(arrays, 5)

    def along(*values: torch.Tensor) -> torch.Tensor:
        asking = [value if value.requires_grad else value.requires_grad_() for value in values]
        out = function(*asking)
        cotangent = tensor(draw.normal(7, *out.shape), device)
        first = torch.autograd.grad(out, asking, cotangent, create_graph=True, allow_unused=True)
        parts = [(g * tensor(d, device)).sum() for g, d in zip(first, ways) if g is not None]
        return torch.stack(parts).sum() + 0 * sum(value.sum() for value in asking)

    found = slope(along, arrays, directions, device)
    gradients = [array(g) for g in gradient.vjp(along, tuple(arrays), np.array(1.0), device)]
    agrees(gradients, directions, np.array(1.0), found)


@rows_of(tuple(row for row in EVERY if row.name not in ALONE), "torch.func.vmap", since="2.0")
def test_vmap_is_a_loop(row, device):
    """vmap over {row} gives what it gives for each of the inputs in turn."""
    module, parts = row.module(device), [row.parts(device, seed) for seed in (0, 11, 22)]
    found = tensors(torch.func.vmap(module)(*(torch.stack(values) for values in zip(*parts))))

    expected = [np.stack(values) for values in zip(*([array(v) for v in tensors(module(*part))] for part in parts))]
    assert len(found) == len(expected)
    for actual, wanted in zip(found, expected):
        scale = np.abs(wanted).max(initial=0.0) if wanted.dtype.kind == "f" else 0.0
        close(actual, wanted, bound.Bound(4096, scale, signed_zeros=False), device=device)
