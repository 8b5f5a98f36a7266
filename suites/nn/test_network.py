"""The guide's network: what it is made of, what it prints, its output, its gradients, and the graph behind its loss."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from reference.loss import mse_loss, mse_loss_vjp
from reference.network import lenet, lenet_shapes, lenet_vjp
from suites.kit import array, bound, close, documents, draw, tensor, unchanged
from suites.nn.network import LAYERS, Net, clear_images, net_of, random_images, random_parameters

DEFINING = "Defining Your Network"
NETWORKS = ("Neural Networks", DEFINING)
COVERED = (DEFINING, "At this point, we covered:")
RECAP = "Recap of Key Components so far"
LOSS = ("Loss Function", "Still Left:")
BACKPROP = "Backprop"

PRINTED = """\
Net(
  (conv1): Conv2d(1, 6, kernel_size=(5, 5), stride=(1, 1))
  (conv2): Conv2d(6, 16, kernel_size=(5, 5), stride=(1, 1))
  (fc1): Linear(in_features=400, out_features=120, bias=True)
  (fc2): Linear(in_features=120, out_features=84, bias=True)
  (fc3): Linear(in_features=84, out_features=10, bias=True)
)"""

#: What the guide calls the steps of the graph, by the first word of the name of the function that goes back through it.
STEPS = {"MseLoss": "MSELoss", "Addmm": "linear", "Relu": "relu", "View": "flatten", "ReshapeAlias": "flatten",
         "MaxPool2D": "maxpool2d", "Convolution": "conv2d"}  # fmt: skip

batches = st.sampled_from((1, 1, 1, 3, 3, 17))


def drawn(seed, count, dtype):
    """Random parameters and images of float32 values in float64, and both as arrays of ``dtype``."""
    parameters = random_parameters(np.random.default_rng(seed))
    images = clear_images(seed, parameters, count) if dtype == torch.float32 else random_images(seed, count)
    wide = {name: value.astype("float64") for name, value in parameters.items()}
    kept = {name: draw.cast(value, dtype) for name, value in parameters.items()}
    return wide, images.astype("float64"), kept, draw.cast(images, dtype)


def single(parameters):
    """The same numbers in float32."""
    return {name: value.astype("float32") for name, value in parameters.items()}


@documents("torch.nn.Module", guide=NETWORKS)
def test_prints_its_layers():
    """A printed module names its class and, line by line, its submodules with their settings."""
    assert str(Net()) == PRINTED
    assert repr(Net()) == PRINTED


@documents("torch.nn.Module.parameters", "torch.nn.Module.named_parameters", guide=COVERED)
def test_has_ten_parameters():
    """The parameters are the weight and the bias of each layer, in the order in which the layers were assigned."""
    net = Net()

    assert len(list(net.parameters())) == 10
    assert next(net.parameters()).size() == torch.Size([6, 1, 5, 5])
    assert [(name, tuple(value.shape)) for name, value in net.named_parameters()] == list(lenet_shapes().items())
    assert all(isinstance(parameter, torch.nn.Parameter) for parameter in net.parameters())
    assert all(parameter.requires_grad and parameter.is_leaf for parameter in net.parameters())


@documents("torch.nn.Module", guide=(RECAP, *COVERED))
@given(seed=draw.seeds())
def test_gives_ten_numbers_for_an_image(seed, device):
    """An image of 32 x 32 with one channel gives a tensor of shape (1, 10) made by addmm."""
    net = net_of(random_parameters(np.random.default_rng(seed)), device)
    out = net(tensor(draw.normal(seed, 1, 1, 32, 32, dtype="float32"), device))

    assert out.shape == (1, 10)
    assert out.grad_fn is not None
    assert out.grad_fn.name() == "AddmmBackward0"
    assert repr(out).startswith("tensor([[")
    assert "grad_fn=<AddmmBackward0>)" in repr(out)


@documents("torch.nn.Module", "torch.nn.Conv2d", "torch.nn.Linear", guide=(DEFINING, "Neural Networks"))
@given(seed=draw.seeds(), count=batches)
def test_computes_its_formula(seed, count, dtype, device):
    """The output is that of convolutions, maxima, relus and affine maps, one after the other, for every image."""
    wide, images, parameters, inputs = drawn(seed, count, dtype)
    net, x = net_of(parameters, device), tensor(inputs, device)
    with unchanged(x, *net.parameters()):
        out = net(x)

    expected = lenet(wide, images)
    radius = bound.calibrated(lenet(single(wide), images.astype("float32")), expected)
    close(out, expected, radius, dtype=dtype, device=device)


@documents("torch.Tensor.backward", "torch.nn.Module.parameters", "torch.Tensor.grad", guide=(*COVERED, BACKPROP))
@given(seed=draw.seeds(), count=batches)
def test_gets_the_gradient_of_its_formula(seed, count, dtype, device):
    """After out.backward(v) every parameter and the input hold the vector-Jacobian product of v."""
    wide, images, parameters, inputs = drawn(seed, count, dtype)
    v = draw.normal(seed + 1, count, 10, dtype="float32")
    net, x = net_of(parameters, device), tensor(inputs, device).requires_grad_()
    net(x).backward(tensor(draw.cast(v, dtype), device))

    expected, dx = lenet_vjp(wide, images, v.astype("float64"))
    rounded, rounded_dx = lenet_vjp(single(wide), images.astype("float32"), v)
    close(x.grad, dx, bound.calibrated(rounded_dx, dx), dtype=dtype, device=device)
    for name, parameter in net.named_parameters():
        radius = bound.calibrated(rounded[name], expected[name])
        close(parameter.grad, expected[name], radius, dtype=dtype, device=device)


@documents("torch.nn.MSELoss", guide=(*LOSS, BACKPROP))
@given(seed=draw.seeds(), count=batches)
def test_loss_reaches_every_parameter(seed, count, device):
    """The mean squared error of the output and its gradients for all parameters are those of the composed formula."""
    wide, images, parameters, inputs = drawn(seed, count, "float64")
    target = draw.normal(seed + 2, count, 10)
    net = net_of(parameters, device)
    loss = torch.nn.MSELoss()(net(tensor(inputs, device)), tensor(target, device))
    loss.backward()

    out = lenet(wide, images)
    expected, _ = lenet_vjp(wide, images, mse_loss_vjp(out, target, np.ones(()))[0])
    close(loss, mse_loss(out, target), bound.Bound(4096, float(np.mean(out**2 + target**2))), device=device)
    for name, parameter in net.named_parameters():
        close(parameter.grad, expected[name], bound.Norm(4096 * np.linalg.norm(expected[name])), device=device)


@documents("torch.Tensor.unsqueeze", "torch.nn.Conv2d", guide=(DEFINING, "At this point, we covered:"))
@given(seed=draw.seeds())
def test_takes_a_single_image_through_unsqueeze(seed, device):
    """An image (1, 32, 32) with unsqueeze(0) is a batch of one image and gives its row of the output."""
    wide, images, parameters, inputs = drawn(seed, 1, "float64")
    out = net_of(parameters, device)(tensor(inputs[0], device).unsqueeze(0))

    expected = lenet(wide, images)
    close(out, expected, bound.Norm(4096 * np.linalg.norm(expected)), device=device)


@documents("torch.nn.Conv2d", "torch.nn.Linear", guide=DEFINING)
@pytest.mark.parametrize("shape", [(1, 1, 28, 28), (1, 3, 32, 32), (1, 1, 4, 4), (32, 32), (1, 1, 36, 36)], ids=str)
def test_rejects_images_of_another_shape(shape, device):
    """Images whose channels or size do not fit the layers raise a RuntimeError."""
    net = Net().to(device)

    with pytest.raises(RuntimeError):
        net(tensor(draw.normal(0, *shape, dtype="float32"), device))


def walk(function):
    """The guide's names of the steps from a loss back to the input."""
    while function is not None:
        word = function.name().split("Backward")[0].split("With")[0]
        yield STEPS.get(word, word)
        inputs = [f for f, _ in function.next_functions if f and f.name() not in ("torch::autograd::AccumulateGrad",
                                                                                  "TBackward0")]  # fmt: skip
        assert len(inputs) <= 1, f"{function.name()} has several inputs"
        function = inputs[0] if inputs else None


@documents("notes/autograd", "torch.nn.MSELoss", guide=(*LOSS, RECAP))
def test_graph_is_the_one_the_guide_prints(device):
    """From loss.grad_fn, next_functions lead back through the layers in reverse order of their calls."""
    net = Net().to(device)
    out = net(tensor(draw.normal(0, 2, 1, 32, 32, dtype="float32"), device))
    loss = torch.nn.MSELoss()(out, tensor(draw.normal(1, 2, 10, dtype="float32"), device))

    forward = ["conv2d", "relu", "maxpool2d"] * 2 + ["flatten"] + ["linear", "relu"] * 2 + ["linear", "MSELoss"]
    assert loss.grad_fn.name() == "MseLossBackward0"
    assert list(walk(loss.grad_fn)) == forward[::-1]


@documents("notes/autograd", guide=(*LOSS, BACKPROP))
def test_graph_ends_in_every_parameter(device):
    """The leaves of the graph of a loss accumulate into the ten parameters, and into nothing else."""
    net = Net().to(device)
    pending, found = [net(tensor(draw.normal(0, 2, 1, 32, 32, dtype="float32"), device)).sum().grad_fn], []
    while pending:
        function = pending.pop()
        found += [function.variable] if hasattr(function, "variable") else []
        pending += [step for step, _ in function.next_functions if step is not None]

    assert {id(leaf) for leaf in found} == {id(parameter) for parameter in net.parameters()}


@documents("torch.nn.Module.zero_grad", "torch.Tensor.grad", guide=BACKPROP)
def test_grad_is_none_until_backward(device):
    """A parameter that no backward has reached has no gradient; loss.backward() gives it one of its shape."""
    net = Net().to(device)
    out = net(tensor(draw.normal(0, 2, 1, 32, 32, dtype="float32"), device))
    before = [net.conv1.bias.grad, *(parameter.grad for parameter in net.parameters())]
    torch.nn.MSELoss()(out, tensor(draw.normal(1, 2, 10, dtype="float32"), device)).backward()

    assert all(gradient is None for gradient in before)
    assert net.conv1.bias.grad.shape == (6,)
    assert all(parameter.grad.shape == parameter.shape for parameter in net.parameters())
    assert all(np.any(array(parameter.grad)) for parameter in net.parameters())


@documents("torch.nn.Module.zero_grad", guide=(DEFINING, BACKPROP), since="2.0")
def test_zero_grad_forgets_all_gradients(device):
    """net.zero_grad() sets the gradients of all parameters to None."""
    net = Net().to(device)
    net(tensor(draw.normal(0, 2, 1, 32, 32, dtype="float32"), device)).sum().backward()
    net.zero_grad()

    assert [parameter.grad for parameter in net.parameters()] == [None] * 10


@documents("torch.nn.Module.zero_grad", guide=(DEFINING, BACKPROP))
@given(seed=draw.seeds())
def test_gradients_add_up_unless_zeroed(seed, device):
    """A second backward without zero_grad doubles the gradients, and with it leaves those of one backward."""
    net = net_of(random_parameters(np.random.default_rng(seed)), device)
    x = tensor(draw.normal(seed, 2, 1, 32, 32, dtype="float32"), device)
    net(x).sum().backward()
    once = [array(parameter.grad) for parameter in net.parameters()]
    net(x).sum().backward()
    twice = [array(parameter.grad) for parameter in net.parameters()]
    net.zero_grad()
    net(x).sum().backward()

    for parameter, first, second in zip(net.parameters(), once, twice):
        close(second, 2 * first, bound.Norm(256 * np.linalg.norm(first)), dtype="float32")
        close(parameter.grad, first, bound.Norm(128 * np.linalg.norm(first)), dtype="float32", device=device)


@documents("torch.nn.Module", guide=DEFINING)
def test_layers_are_found_by_name_and_in_order():
    """Layers assigned as attributes are attributes, children and named modules, in the order of assignment."""
    net = Net()

    assert [name for name, _ in net.named_children()] == list(LAYERS)
    assert [name for name, _ in net.named_modules()] == ["", *LAYERS]
    assert all(net.get_submodule(name) is getattr(net, name) for name in LAYERS)
