"""Utilities of torch.nn.utils: parameters as one vector, modules without their first values, fused ones."""

import numpy as np
import pytest
import torch
import torch.nn as nn
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import utils

from suites.kit import array, bound, close, documents, draw, tensor, unchanged

NAME = "torch.nn.utils."


def filled(module, seed=0):
    """The module in evaluation and float64, its parameters and buffers drawn; variances are positive."""
    for place, (name, value) in enumerate(module.double().eval().state_dict().items()):
        if value.is_floating_point():
            drawn = draw.normal(seed + place, *value.shape)
            value.copy_(tensor(np.abs(drawn) + 0.5 if name.endswith("running_var") else drawn))
    return module


@documents(NAME + "parameters_to_vector")
@given(seed=draw.seeds(), sides=st.lists(st.lists(st.integers(0, 3), max_size=3), min_size=1, max_size=4))
def test_lays_parameters_end_to_end(seed, sides, device):
    """parameters_to_vector gives all elements of the parameters, in order, in one vector."""
    arrays = [draw.normal(seed + i, *side) for i, side in enumerate(sides)]
    found = utils.parameters_to_vector(tensor(one, device) for one in arrays)

    close(found, np.concatenate([one.ravel() for one in arrays]), device=device)


@documents(NAME + "vector_to_parameters")
@given(seed=draw.seeds(), sides=st.lists(st.lists(st.integers(0, 3), max_size=3), min_size=1, max_size=4))
def test_copies_a_vector_into_parameters(seed, sides, device):
    """vector_to_parameters copies slices of the vector, in order, into the parameters, in their shapes."""
    parameters = [nn.Parameter(torch.zeros(side, dtype=torch.float64, device=device)) for side in sides]
    vector = draw.normal(seed, sum(one.numel() for one in parameters))
    with unchanged(given_vector := tensor(vector, device)):
        utils.vector_to_parameters(given_vector, parameters)

    ends = np.cumsum([one.numel() for one in parameters])[:-1]
    for found, wanted, side in zip(parameters, np.split(vector, ends), sides):
        close(found, wanted.reshape(side), device=device)


@documents(NAME + "parameters_to_vector")
def test_the_gradient_goes_through_the_vector(device):
    """The vector depends on the parameters."""
    module = nn.Linear(3, 2).double().to(device)
    weights = draw.normal(0, 8)
    (utils.parameters_to_vector(module.parameters()) * tensor(weights, device)).sum().backward()

    close(module.weight.grad, weights[:6].reshape(2, 3), device=device)
    close(module.bias.grad, weights[6:], device=device)


@documents(NAME + "skip_init")
def test_makes_a_module_without_first_values(device):
    """skip_init gives a module of the class, on the device, with parameters of the right shapes, and draws nothing."""
    before = torch.get_rng_state()
    module = utils.skip_init(nn.Linear, 3, 2, bias=False, device=device, dtype=torch.float64)

    assert type(module) is nn.Linear
    assert {name: tuple(value.shape) for name, value in module.named_parameters()} == {"weight": (2, 3)}
    assert (module.weight.dtype, module.weight.device.type) == (torch.float64, torch.device(device).type)
    assert torch.equal(torch.get_rng_state(), before)


FUSED = {
    "Linear": (NAME + "fuse_linear_bn_eval", lambda bias: nn.Linear(4, 3, bias), (5, 4), {}, "2.2"),
    "Conv1d": (NAME + "fuse_conv_bn_eval", lambda bias: nn.Conv1d(4, 3, 2, bias=bias), (5, 4, 6), {}, None),
    "Conv2d": (NAME + "fuse_conv_bn_eval", lambda bias: nn.Conv2d(4, 3, 2, 2, 1, bias=bias), (5, 4, 6, 5), {}, None),
    "Conv3d": (NAME + "fuse_conv_bn_eval", lambda bias: nn.Conv3d(4, 3, 2, bias=bias), (2, 4, 3, 3, 3), {}, None),
    "ConvTranspose2d": (NAME + "fuse_conv_bn_eval", lambda bias: nn.ConvTranspose2d(4, 3, 2, bias=bias), (5, 4, 3, 3),
                        {"transpose": True}, None),
}  # fmt: skip


@pytest.mark.parametrize("affine", [True, False], ids=["affine", "plain"])
@pytest.mark.parametrize("bias", [True, False], ids=["bias", "no bias"])
@pytest.mark.parametrize(
    ("name", "make", "shape", "settings"),
    [pytest.param(*row[:4], id=kind, marks=documents(row[0], since=row[4])) for kind, row in FUSED.items()],
)
def test_fuses_two_modules_into_one(name, make, shape, settings, bias, affine, device):
    """In evaluation the fused module gives what the module and its batch normalisation give in turn; both stay as they
    were.
    """
    norms = {2: nn.BatchNorm1d, 3: nn.BatchNorm1d, 4: nn.BatchNorm2d, 5: nn.BatchNorm3d}
    first = filled(make(bias)).to(device)
    second = filled(norms[len(shape)](3, eps=0.1, affine=affine), 10).to(device)
    x = tensor(draw.normal(20, *shape), device)
    with unchanged(*first.state_dict().values(), *second.state_dict().values()):
        fused = getattr(utils, name.rpartition(".")[2])(first, second, **settings)

    expected = array(second(first(x)))
    close(fused(x), expected, bound.Bound(256, 8.0 + np.abs(expected)), device=device)
    assert type(fused) is type(first)


FUSED_WEIGHTS = pytest.mark.parametrize(
    ("name", "axis", "settings"),
    [
        pytest.param("fuse_linear_bn_weights", 0, {}, id="linear",
                     marks=documents(NAME + "fuse_linear_bn_weights", since="2.2")),
        pytest.param("fuse_conv_bn_weights", 0, {}, id="conv", marks=documents(NAME + "fuse_conv_bn_weights")),
        pytest.param("fuse_conv_bn_weights", 1, {"transpose": True}, id="transposed",
                     marks=documents(NAME + "fuse_conv_bn_weights")),
    ],
)  # fmt: skip


@FUSED_WEIGHTS
@given(seed=draw.seeds())
def test_fuses_weights(name, axis, settings, seed, device):
    """What was y is (y - mean) / √(var + eps) · gain + shift of each channel, in a new weight and a new bias."""
    w, b, mean, gain, shift = (draw.normal(seed + i, *side) for i, side in enumerate([(3, 3), *[(3,)] * 4]))
    var, factor = mean**2, gain / np.sqrt(mean**2 + 0.1)
    arguments = (tensor(value, device) for value in (w, b, mean, var))
    weight, bias = getattr(utils, name)(*arguments, 0.1, tensor(gain, device), tensor(shift, device), **settings)

    expected = w * (factor if axis else factor[:, None])
    close(weight, expected, bound.Bound(8, np.abs(expected)), device=device)
    terms = np.abs(b * factor) + np.abs(mean * factor) + np.abs(shift)
    close(bias, (b - mean) * factor + shift, bound.Bound(16, terms, signed_zeros=False), device=device)
    assert isinstance(weight, nn.Parameter) and isinstance(bias, nn.Parameter)


@documents(NAME + "fuse_conv_bn_weights")
def test_fuses_weights_of_what_has_no_bias_or_gain(device):
    """A bias that is left out is 0, and so is the normalisation's, whose weight is 1."""
    w, mean, zero, one = (
        tensor(x, device) for x in (draw.normal(0, 3, 4, 2), draw.normal(1, 3), np.zeros(3), np.ones(3))
    )
    found = utils.fuse_conv_bn_weights(w, None, mean, mean**2, 0.1, None, None)

    for value, wanted in zip(found, utils.fuse_conv_bn_weights(w, zero, mean, mean**2, 0.1, one, zero)):
        close(value, array(wanted), device=device)


@pytest.mark.parametrize(
    ("name", "kind", "layout"),
    [
        pytest.param("convert_conv2d_weight_memory_format", nn.Conv2d, torch.channels_last, id="2d",
                     marks=documents(NAME + "convert_conv2d_weight_memory_format")),
        pytest.param("convert_conv3d_weight_memory_format", nn.Conv3d, torch.channels_last_3d, id="3d",
                     marks=documents(NAME + "convert_conv3d_weight_memory_format", since="2.3")),
    ],
)  # fmt: skip
def test_lays_out_the_weights_of_convolutions(name, kind, layout, device):
    """Weights of convolutions anywhere inside are laid out as asked for and keep their values; other modules stay."""
    inner = nn.Sequential(kind(4, 3, 2), nn.Bilinear(2, 3, 4)).to(device)
    before = [array(value).copy() for value in inner.state_dict().values()]
    found = getattr(utils, name)(nn.Sequential(inner), layout)

    assert inner[0].weight.is_contiguous(memory_format=layout)
    assert inner[1].weight.is_contiguous()
    assert found[0] is inner
    for value, wanted in zip(inner.state_dict().values(), before):
        close(value, wanted, device=device)
