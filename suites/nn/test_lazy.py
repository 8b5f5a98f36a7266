"""Lazy modules: they take the sizes of their first input and become ordinary modules."""

import numpy as np
import pytest
import torch
import torch.nn as nn

from suites.kit import array, close, documents, draw, tensor

pytestmark = pytest.mark.filterwarnings("ignore:Lazy modules are a new feature")

CASES = {
    "LazyLinear": (lambda: nn.LazyLinear(3), nn.Linear, "in_features", (2, 5), 5),
    "LazyConv1d": (lambda: nn.LazyConv1d(3, 2), nn.Conv1d, "in_channels", (2, 4, 6), 4),
    "LazyConv2d": (lambda: nn.LazyConv2d(3, 2), nn.Conv2d, "in_channels", (2, 4, 6, 6), 4),
    "LazyConvTranspose2d": (lambda: nn.LazyConvTranspose2d(3, 2), nn.ConvTranspose2d, "in_channels", (2, 4, 6, 6), 4),
    "LazyBatchNorm1d": (lambda: nn.LazyBatchNorm1d(), nn.BatchNorm1d, "num_features", (2, 7), 7),
    "LazyBatchNorm2d": (lambda: nn.LazyBatchNorm2d(), nn.BatchNorm2d, "num_features", (2, 7, 3, 3), 7),
    "LazyInstanceNorm2d": (lambda: nn.LazyInstanceNorm2d(affine=True), nn.InstanceNorm2d, "num_features",
                           (2, 7, 3, 3), 7),
}  # fmt: skip


@pytest.mark.parametrize(("make", "kind", "attribute", "shape", "size"),
                         [pytest.param(*case, id=name, marks=documents(f"torch.nn.{name}")) for name,
                                   case in CASES.items()])  # fmt: skip
def test_becomes_ordinary_by_its_first_input(make, kind, attribute, shape, size, device):
    """The first input makes a lazy module an ordinary one of that size, with initialised parameters and the
    same output.
    """
    module = make().to(device)
    lazy = [nn.parameter.is_lazy(value) for value in module.parameters()]
    x = tensor(draw.normal(0, *shape, dtype="float32"), device)
    out = module.eval()(x)

    assert any(lazy)
    assert type(module) is kind
    assert getattr(module, attribute) == size
    assert not any(nn.parameter.is_lazy(value) for value in module.parameters())
    assert all(np.isfinite(array(value)).all() for value in module.parameters())
    close(module(x), array(out), device=device)


@documents("torch.nn.LazyLinear", "torch.nn.parameter.UninitializedParameter")
def test_uninitialised_parameters_have_no_shape():
    """Before the first input the parameters of a lazy module have no shape, and asking for it raises."""
    parameter = nn.LazyLinear(3).weight

    assert isinstance(parameter, nn.parameter.UninitializedParameter)
    with pytest.raises(RuntimeError):
        _ = parameter.shape


@documents("torch.nn.LazyLinear", "torch.nn.Module.load_state_dict")
def test_lazy_linear_loads_the_state_of_an_ordinary_one():
    """A LazyLinear loaded with an ordinary module's state has its parameters, and then the size of its input."""
    source, module = nn.Linear(5, 3), nn.LazyLinear(3)
    module.load_state_dict(source.state_dict())
    x = torch.from_numpy(draw.normal(0, 2, 5, dtype="float32"))

    close(module(x), array(source(x)))
    assert type(module) is nn.Linear


@documents("torch.nn.LazyLinear", "torch.nn.LazyConv2d", "torch.nn.Module.load_state_dict")
@pytest.mark.parametrize("name", list(CASES))
@pytest.mark.parametrize("loaded", [False, True], ids=["new", "loaded"])
def test_infers_its_size(name, loaded):
    """A lazy module knows its input size once it is ordinary, also when its parameters came from a state_dict."""
    make, kind, attribute, shape, size = CASES[name]
    module, x = make(), torch.from_numpy(draw.normal(0, *shape, dtype="float32"))
    twin = make()
    twin(x)
    module.load_state_dict(twin.state_dict() if loaded else module.state_dict())
    module(x)

    assert type(module) is kind
    assert getattr(module, attribute) == size


PLAIN = {"LazyLinear": ((3,), "Linear"), **{f"LazyConv{t}{n}d": ((3, 2), f"Conv{t}{n}d")
                                            for t in ("", "Transpose") for n in (1, 2, 3)}}  # fmt: skip
NORMS = {f"Lazy{kind}Norm{n}d": f"{kind}Norm{n}d" for kind in ("Batch", "Instance") for n in (1, 2, 3)}


def images(name, device):
    """Inputs of four channels, or features, for a module of that name."""
    shape = (2, 4) if name == "LazyLinear" else (2, 4, *(5,) * int(name[-2]))
    return tensor(draw.normal(0, *shape, dtype="float32"), device)


@pytest.mark.parametrize("name", [pytest.param(n, marks=documents(f"torch.nn.{n}")) for n in PLAIN])
@pytest.mark.parametrize("bias", [False, True])
def test_has_the_bias_of_an_ordinary_one(name, bias, device):
    """A lazy layer has a bias unless bias=False, and parameters of the shapes of the ordinary layer."""
    arguments, ordinary = PLAIN[name]
    module = getattr(nn, name)(*arguments, bias=bias).to(device)
    module(images(name, device))

    expected = getattr(nn, ordinary)(4, *arguments, bias=bias).state_dict()
    assert {key: value.shape for key, value in module.state_dict().items()} == {
        key: value.shape for key, value in expected.items()
    }


@pytest.mark.parametrize("name", [pytest.param(n, marks=documents(f"torch.nn.{n}")) for n in NORMS])
@pytest.mark.parametrize("affine", [False, True])
@pytest.mark.parametrize("tracking", [False, True])
@pytest.mark.filterwarnings("ignore:input's size at dim=1 does not match num_features")  # which it takes from the input
def test_starts_as_an_ordinary_one(name, affine, tracking, device):
    """A lazy normalisation, evaluated first, starts with the weight, bias and statistics of the ordinary one."""
    settings = {"affine": affine, "track_running_stats": tracking}
    module = getattr(nn, name)(**settings).to(device).eval()
    module(images(name, device))

    expected = getattr(nn, NORMS[name])(4, **settings).state_dict()
    assert list(module.state_dict()) == list(expected)
    for key, value in module.state_dict().items():
        close(value, array(expected[key]), device=device)
