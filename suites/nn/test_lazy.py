"""Lazy modules: they take the sizes of their first input and become ordinary modules."""

import functools

import numpy as np
import pytest
import torch
import torch.nn as nn

from suites.kit import array, close, documents, draw, tensor

pytestmark = pytest.mark.filterwarnings("ignore:Lazy modules are a new feature")

SHAPES = ((2, 4, 6), (2, 4, 6, 6), (2, 4, 4, 4, 4))


def cases():
    """By its name: how each lazy module is made, what it becomes, and which size it takes over from what."""
    yield "LazyLinear", (lambda: nn.LazyLinear(3), nn.Linear, "in_features", (2, 5), 5)
    for kind, attribute, arguments in (
        ("Conv", "in_channels", (3, 2)), ("ConvTranspose", "in_channels", (3, 2)), ("BatchNorm", "num_features", ()),
        ("InstanceNorm", "num_features", (1e-5, 0.1, True)),
    ):  # fmt: skip
        for number, shape in enumerate(SHAPES, start=1):
            name = f"Lazy{kind}{number}d"
            make = functools.partial(getattr(nn, name), *arguments)
            yield name, (make, getattr(nn, f"{kind}{number}d"), attribute, shape, 4)


CASES = dict(cases())


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


INFERS = documents("torch.nn.LazyLinear", "torch.nn.LazyConv2d", "torch.nn.Module.load_state_dict")


def size_of(name, loaded):
    """The size that the module has after its first input, and the one it should have."""
    make, _, attribute, shape, size = CASES[name]
    module, x = make(), torch.from_numpy(draw.normal(0, *shape, dtype="float32"))
    twin = make()
    twin(x)
    module.load_state_dict((twin if loaded else module).state_dict())
    module(x)
    return getattr(module, attribute), size


@INFERS
@pytest.mark.parametrize("name", CASES)
def test_infers_its_size(name):
    """A lazy module knows its input size once it is ordinary."""
    found, expected = size_of(name, loaded=False)

    assert found == expected


@INFERS
@pytest.mark.parametrize("name", [name for name in CASES if name != "LazyLinear"])
def test_infers_its_size_when_loaded(name):
    """It does so too when its parameters came from a state_dict."""
    found, expected = size_of(name, loaded=True)

    assert found == expected


@INFERS
def test_lazy_linear_infers_its_size_when_loaded():
    """So does a LazyLinear."""
    found, expected = size_of("LazyLinear", loaded=True)

    assert found == expected


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
