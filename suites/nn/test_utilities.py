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


@documents(NAME + "convert_conv2d_weight_memory_format")
def test_lays_out_the_weights_of_convolutions(device):
    """Weights of Conv2d anywhere inside are laid out as asked for and keep their values; other modules stay."""
    inner = nn.Sequential(nn.Conv2d(4, 3, 2), nn.Bilinear(2, 3, 4)).to(device)
    before = [array(value).copy() for value in inner.state_dict().values()]
    found = utils.convert_conv2d_weight_memory_format(nn.Sequential(inner), torch.channels_last)

    assert inner[0].weight.is_contiguous(memory_format=torch.channels_last)
    assert inner[1].weight.is_contiguous()
    assert found[0] is inner
    for value, wanted in zip(inner.state_dict().values(), before):
        close(value, wanted, device=device)
