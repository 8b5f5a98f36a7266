"""Activations that write into their input: the functions whose names end in an underscore."""

from typing import Any, NamedTuple

import numpy as np
import pytest
import torch
import torch.nn as nn
import torch.nn.functional as F
from hypothesis import given

from suites.kit import array, bound, close, documents, draw, gradient, tensor


class InPlace(NamedTuple):
    """An activation with a setting that is not its default, and its module."""

    name: str
    settings: dict[str, Any]
    module: str

    def __str__(self) -> str:
        return f"{self.name}_"


ROWS = (
    InPlace("celu", {"alpha": 0.5}, "CELU"),
    InPlace("elu", {"alpha": 0.4}, "ELU"),
    InPlace("hardtanh", {"min_val": -0.3, "max_val": 1.2}, "Hardtanh"),
    InPlace("leaky_relu", {"negative_slope": 0.3}, "LeakyReLU"),
    InPlace("relu", {}, "ReLU"),
    InPlace("rrelu", {"lower": 0.1, "upper": 0.5}, "RReLU"),
    InPlace("selu", {}, "SELU"),
    InPlace("threshold", {"threshold": 0.2, "value": -7.0}, "Threshold"),
)
rows = pytest.mark.parametrize(
    "row", [pytest.param(row, id=str(row), marks=documents(f"torch.nn.functional.{row}")) for row in ROWS]
)
OTHERS = {"hardsigmoid": "Hardsigmoid", "hardswish": "Hardswish", "mish": "Mish", "relu6": "ReLU6", "silu": "SiLU"}


@rows
@given(sample=draw.samples(layouts=draw.WRITABLE, hard=("zero", "-zero", "inf", "-inf", "nan")))
def test_writes_what_the_function_returns(row, sample, dtype, device):
    """{row} writes the values of the function into its input, in any layout, and returns it."""
    x = tensor(sample(dtype), device)
    expected = array(getattr(F, row.name)(x, **row.settings))

    assert getattr(F, str(row))(x, **row.settings) is x
    close(x, expected, dtype=dtype, device=device)


@rows
@given(seed=draw.seeds())
def test_has_the_gradient_of_the_function(row, seed, device):
    """The gradient through {row} is that of the function, though the input is overwritten."""
    x, g = draw.normal(seed, 7, 33) * 2, draw.normal(seed + 1, 7, 33)
    (found,) = gradient.vjp(lambda v: getattr(F, str(row))(v * 1.0, **row.settings), (x,), g, device)

    (expected,) = gradient.vjp(lambda v: getattr(F, row.name)(v, **row.settings), (x,), g, device)
    close(found, array(expected), bound.Bound(16, 2 * np.abs(g), signed_zeros=False), device=device)


@rows
@given(sample=draw.samples(layouts=draw.WRITABLE))
def test_module_writes_too(row, sample, device):
    """The module of {row} with inplace=True writes into its input and returns it; its evaluation is the function's."""
    x = tensor(sample("float64"), device)
    module = getattr(nn, row.module)(**row.settings, inplace=True).eval()
    expected = array(getattr(F, row.name)(x, **row.settings))

    assert module(x) is x
    close(x, expected, device=device)


@pytest.mark.parametrize(
    ("name", "module"),
    [pytest.param(name, module, marks=documents(f"torch.nn.functional.{name}", f"torch.nn.{module}"))
     for name, module in OTHERS.items()],
)  # fmt: skip
@given(seed=draw.seeds())
def test_inplace_is_an_option(name, module, seed, device):
    """Activations without an underscore take inplace=True too, as function and as module, with the same gradient."""
    values, g = draw.normal(seed, 7, 33) * 3, draw.normal(seed + 1, 7, 33)
    function = getattr(F, name)
    expected = array(function(tensor(values, device)))

    for call in (lambda v: function(v, inplace=True), getattr(nn, module)(inplace=True)):
        x = tensor(values, device)
        assert call(x) is x
        close(x, expected, device=device)
        (found,) = gradient.vjp(lambda v, call=call: call(v * 1.0), (values,), g, device)
        close(found, array(gradient.vjp(function, (values,), g, device)[0]), bound.rounded(g, 8), device=device)


@documents("torch.nn.functional.relu_", "notes/autograd")
def test_leaf_that_records_is_not_overwritten(device):
    """A leaf that requires a gradient is not overwritten: RuntimeError, and its values stay."""
    x = tensor(np.array([-1.0, 2.0]), device).requires_grad_()

    with pytest.raises(RuntimeError):
        F.relu_(x)
    close(x, np.array([-1.0, 2.0]), device=device)


@documents("torch.nn.functional.hardshrink", "torch.Tensor.hardshrink", "torch.nn.Hardshrink")
@given(sample=draw.samples(hard=("zero", "-zero", "one", "-one", "inf", "-inf")))
def test_hardshrink_is_a_method_too(sample, dtype, device):
    """Tensor.hardshrink, the function and the module keep what is farther from 0 than lambda, and zero the rest."""
    x = sample(dtype)
    expected = np.where(np.abs(x) > 1, x, np.zeros((), x.dtype))

    for found in (tensor(x, device).hardshrink(1.0), F.hardshrink(tensor(x, device), 1.0),
                  nn.Hardshrink(1.0)(tensor(x, device))):  # fmt: skip
        close(found, expected, dtype=dtype, device=device)


@pytest.mark.filterwarnings("ignore:nn.functional.* is deprecated")
@documents("torch.nn.functional.sigmoid", "torch.nn.functional.tanh")
@given(seed=draw.seeds())
def test_old_names_are_torch_s(seed, dtype, device):
    """F.sigmoid and F.tanh are torch.sigmoid and torch.tanh, bit for bit."""
    x = tensor(draw.normal(seed, 5, 33, dtype=dtype), device)

    close(F.sigmoid(x), array(torch.sigmoid(x)), device=device)
    close(F.tanh(x), array(torch.tanh(x)), device=device)
