"""One training step of ResNet-18, as the guide takes it: prediction, loss, gradients and SGD with momentum."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
import torch

from reference.network import resnet18_buffers, resnet18_layer, resnet18_shapes
from reference.optimizer import sgd
from suites.kit import array, bound, close, documents, tensor

from .network import Named, are_the_same, cast, holding
from .resnet import ResNet18, resnet_values

STEP = ("Example of One Training Step", "Technical Notes", "Fine-tuning Pretrained Models")
SGD = {"lr": 1e-2, "momentum": 0.9}
#: In float64 errors of a thousand u of the norm, passed on through twenty layers, were the most measured.
TIGHT = 2.0**14


class Training(NamedTuple):
    """What one step uses: the values of the network, images and labels, and whether BatchNorm is in training mode."""

    parameters: Named
    buffers: Named
    images: np.ndarray
    labels: np.ndarray
    training: bool

    @classmethod
    def drawn(cls, width, classes, images, training):
        """All of random float32 values, the images and the labels between 0 and 1 as the guide's."""
        rng = np.random.default_rng(0)
        shapes = (images, 3, 64, 64), (images, classes)
        drawn = [rng.random(shape).astype("float32") for shape in shapes]
        return cls(*resnet_values(0, width, classes), *drawn, training)

    def to(self, dtype):
        """The same values in another dtype; the counts stay whole."""
        counts = {name: value for name, value in self.buffers.items() if value.dtype.kind == "i"}
        buffers = {**cast(self.buffers, dtype), **counts}
        name = str(dtype).rsplit(".", 1)[-1]
        images, labels = self.images.astype(name), self.labels.astype(name)
        return Training(cast(self.parameters, dtype), buffers, images, labels, self.training)

    def taken(self):
        """The twin's prediction, loss, gradients, buffers and moved parameters."""
        buffers = dict(self.buffers)
        prediction, pullback = resnet18_layer(self.parameters, buffers, self.training)(self.images)
        _, gradients = pullback(np.ones_like(prediction))
        moved = {name: sgd(value, gradients[name], {}, **SGD)[0] for name, value in self.parameters.items()}
        counts = {name for name, value in buffers.items() if name.endswith("num_batches_tracked")}
        statistics = {name: value for name, value in buffers.items() if name not in counts}
        return prediction, (prediction - self.labels).sum(), gradients, statistics, moved

    def step_of(self, model, dtype, device):
        """Take the guide's step with the model and assert that all it leaves is what the twin has."""
        here, double, single = self.to(dtype), self.to("float64").taken(), self.to("float32").taken()
        model = holding(model, {**here.parameters, **here.buffers}, device).train(self.training)

        prediction = model(tensor(here.images, device))
        loss = (prediction - tensor(here.labels, device)).sum()
        loss.backward()
        optim = torch.optim.SGD(model.parameters(), **SGD)
        gradients = {name: parameter.grad.clone() for name, parameter in model.named_parameters()}
        optim.step()

        found = ({"": prediction}, {"": loss}, gradients, running_statistics(model), dict(model.named_parameters()))
        for mine, wide, narrow in zip(found, double, single):
            wide, narrow = (value if isinstance(value, dict) else {"": value} for value in (wide, narrow))
            are_the_same(mine, wide, narrow, dtype, device, tight=TIGHT)


def running_statistics(model):
    """The buffers that BatchNorm averages over batches."""
    return {name: value for name, value in model.named_buffers() if not name.endswith("num_batches_tracked")}


modes = pytest.mark.parametrize("training", [True, False], ids=["train", "eval"])


@documents("torch.Tensor.backward", "torch.optim.SGD", "torch.nn.BatchNorm2d", "torch.nn.Conv2d", guide=STEP)
@modes
def test_takes_the_guides_step(training, dtype, device):
    """Prediction, loss, gradients, BatchNorm's statistics and the step of SGD are those of NumPy's ResNet-18."""
    Training.drawn(width=8, classes=10, images=4, training=training).step_of(ResNet18(8, 10), dtype, device)


@documents("torch.Tensor.backward", "torch.optim.SGD", guide=STEP)
@pytest.mark.dtypes(torch.float64)
def test_takes_the_step_on_one_image(dtype, device):
    """A single image, as in the guide, trains the network too: BatchNorm averages over its pixels."""
    Training.drawn(width=8, classes=1000, images=1, training=True).step_of(ResNet18(8, 1000), dtype, device)


@documents("torch.optim.SGD", "torch.nn.BatchNorm2d", guide=STEP)
def test_counts_batches_and_leaves_them_in_eval_mode(device):
    """A pass in training mode counts one batch in each BatchNorm, and a pass in eval mode none."""
    model = ResNet18(2, 3).to(device)
    images = tensor(np.random.default_rng(0).random((2, 3, 64, 64)).astype("float32"), device)
    norms = [module for module in model.modules() if isinstance(module, torch.nn.BatchNorm2d)]

    model.train()(images)
    model.eval()(images)

    assert [norm.num_batches_tracked.item() for norm in norms] == [1] * 20


@documents("torch.nn.Module.state_dict", guide=STEP)
def test_holds_what_the_formula_asks_for():
    """The state of the network holds each parameter and buffer of ResNet-18, in its shape."""
    state = ResNet18().state_dict()

    assert {name: tuple(value.shape) for name, value in state.items()} == {**resnet18_shapes(), **resnet18_buffers()}


@documents("torch.Tensor.backward", "torch.optim.SGD", guide=STEP)
@pytest.mark.dtypes(torch.float64)
def test_torchvision_takes_the_guides_step(dtype, device):
    """torchvision's resnet18 takes the guide's step on one image to the same weights as NumPy's ResNet-18."""
    models = torchvision_models()
    Training.drawn(width=64, classes=1000, images=1, training=True).step_of(models.resnet18(), dtype, device)


@documents("torch.nn.Module.state_dict", guide=STEP)
def test_torchvision_has_the_same_state():
    """torchvision's resnet18 has parameters and buffers of the same names and shapes as ours."""
    theirs, ours = torchvision_models().resnet18().state_dict(), ResNet18().state_dict()

    assert [(name, value.shape) for name, value in theirs.items()] == [
        (name, value.shape) for name, value in ours.items()
    ]


@documents("torch.hub.load_state_dict_from_url", guide=STEP)
def test_loads_a_file_that_is_there(tmp_path, monkeypatch, device):
    """load_state_dict_from_url takes a file that lies in the hub's folder for the file behind the address."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    parameters, buffers = resnet_values(5, 2, 3)
    written(tmp_path, "resnet18-f37072fd.pth", {**parameters, **buffers})

    state = torch.hub.load_state_dict_from_url("https://download.invalid/resnet18-f37072fd.pth", map_location=device)
    model = ResNet18(2, 3).to(device)
    model.load_state_dict(state)

    for name, value in model.state_dict().items():
        close(value, {**parameters, **buffers}[name], device=device)


@documents("torch.hub.load_state_dict_from_url", guide=STEP)
def test_torchvision_loads_pretrained_weights(tmp_path, monkeypatch):
    """resnet18(weights=ResNet18_Weights.DEFAULT) holds the values of the weights file that lies in the hub's folder."""
    models = torchvision_models()
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    parameters, buffers = resnet_values(6, 64, 1000)
    written(tmp_path, models.ResNet18_Weights.DEFAULT.url.rsplit("/", 1)[1], {**parameters, **buffers})

    state = models.resnet18(weights=models.ResNet18_Weights.DEFAULT).state_dict()

    for name, value in {**parameters, **buffers}.items():
        close(state[name], value)


@documents("torch.hub.load_state_dict_from_url", guide=STEP)
def test_pretrained_weights_predict(device):
    """With the pretrained weights of this machine the network predicts in eval mode what NumPy's ResNet-18 predicts."""
    models = torchvision_models()
    weights = models.ResNet18_Weights.DEFAULT
    if not Path(torch.hub.get_dir(), "checkpoints", weights.url.rsplit("/", 1)[1]).exists():
        pytest.skip("no file of pretrained weights is in the hub's folder of this machine")
    model = models.resnet18(weights=weights).double().eval().to(device)
    state = {name: array(value) for name, value in model.state_dict().items()}
    images = np.random.default_rng(0).random((1, 3, 64, 64))

    expected, _ = resnet18_layer(state, dict(state), False)(images)
    close(model(tensor(images, device)), expected, bound.Norm(TIGHT * np.linalg.norm(expected)), device=device)


def torchvision_models():
    """torchvision.models, or a skip with the reason where it cannot be imported."""
    try:
        import torchvision.models
    except (ImportError, RuntimeError) as error:
        pytest.skip(f"torchvision cannot be imported: {error}")
    return torchvision.models


def written(home, name, values):
    """Write a file of weights into the hub's folder."""
    folder = home / "hub" / "checkpoints"
    folder.mkdir(parents=True, exist_ok=True)
    torch.save({key: tensor(value) for key, value in values.items()}, folder / name)
