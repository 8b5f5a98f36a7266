"""Weight, spectral and orthogonal parametrisations: which weights they give, and from what."""

import numpy as np
import pytest
import torch
import torch.nn as nn
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import utils
from torch.nn.utils import parametrizations

from suites.kit import array, bound, close, documents, draw, tensor
from suites.nn import law

#: Modules with a weight of two to five dimensions.
KINDS = {
    "Linear": lambda: nn.Linear(5, 3),
    "Conv1d": lambda: nn.Conv1d(2, 3, 4),
    "Conv2d": lambda: nn.Conv2d(2, 3, (2, 3)),
    "ConvTranspose2d": lambda: nn.ConvTranspose2d(3, 2, 2),
    "Conv3d": lambda: nn.Conv3d(2, 3, 2),
}
kinds = pytest.mark.parametrize("kind", KINDS)
#: The names of magnitude and direction, by which of the two functions it is.
NAMES = {"hook": ("weight_g", "weight_v"),
         "parametrization": ("parametrizations.weight.original0", "parametrizations.weight.original1")}  # fmt: skip
ways = pytest.mark.parametrize(
    "way",
    [
        pytest.param("hook", marks=documents("torch.nn.utils.weight_norm")),
        pytest.param("parametrization", marks=documents("torch.nn.utils.parametrizations.weight_norm", since="2.1")),
    ],
)
quiet = pytest.mark.filterwarnings("ignore:.*weight_norm.? is deprecated")


def made(kind, seed=0):
    """A module of this kind in float64, its parameters drawn."""
    module = KINDS[kind]().double()
    for place, value in enumerate(module.parameters()):
        value.data.copy_(tensor(draw.normal(seed + place, *value.shape)))
    return module


def weight_norm(way, module, **settings):
    """The function of that way, on a module in float64."""
    function = utils.weight_norm if way == "hook" else parametrizations.weight_norm
    return function(module, **settings)


def lengths(v, dim):
    """The norms along all axes but one, or along all."""
    axes = tuple(axis for axis in range(v.ndim) if dim is None or axis != dim % v.ndim)
    return np.sqrt((v * v).sum(axes, keepdims=dim is not None))


@quiet
@ways
@kinds
@given(seed=draw.seeds(), dim=st.sampled_from((0, 1, None)))
def test_has_the_direction_of_v_and_the_length_g(way, kind, seed, dim, device):
    """The weight is g v / ‖v‖, the norm over all axes but ``dim``, or over all where it is None."""
    module = weight_norm(way, made(kind), dim=dim).to(device)
    shapes = [tuple(module.get_parameter(name).shape) for name in NAMES[way]]
    g, v = (draw.normal(seed + i, *shape) for i, shape in enumerate(shapes))

    def function(g, v):
        with torch.no_grad():
            for name, value in zip(NAMES[way], (g, v)):
                module.get_parameter(name).copy_(value)
        return weight_of(module, kind, way)

    law.equals(function, lambda g, v: g * (v / lengths(v, dim)), g, v, device=device)
    assert shapes[0] == lengths(v, dim).shape


def weight_of(module, kind, way):
    """The weight as the module uses it; a hook computes it before each call."""
    if way == "hook":
        module(input_of(kind, module))
    return module.weight


def input_of(kind, module):
    """Something that the module takes."""
    sizes = {"Linear": (1, 5), "Conv1d": (1, 2, 5), "Conv2d": (1, 2, 4, 4), "Conv3d": (1, 2, 3, 3, 3)}
    return module.bias.new_ones(sizes.get(kind, (1, 3, 4, 4)))


@quiet
@ways
@kinds
@pytest.mark.parametrize("settings", [{}, {"dim": 1}, {"dim": None}], ids=str)
def test_keeps_the_weight_and_its_function(way, kind, settings, device):
    """The module gives what it gave before; the norm is that of each output, unless another axis is named."""
    module = made(kind).to(device)
    x = input_of(kind, module)
    before, weight = array(module(x)), array(module.weight).copy()
    given_back = weight_norm(way, module, **settings)

    close(module(x), before, bound.Bound(256, 1.0 + np.abs(before)), device=device)
    close(module.get_parameter(NAMES[way][0]), lengths(weight, settings.get("dim", 0)), bound.rounded(weight.max(), 64),
          device=device)  # fmt: skip
    close(module.get_parameter(NAMES[way][1]), weight, device=device)
    assert given_back is module
    assert set(dict(module.named_parameters())) == {"bias", *NAMES[way]}


@quiet
@ways
@given(seed=draw.seeds())
def test_weight_norm_has_the_gradient_of_its_formula(way, seed, device):
    """Magnitude and direction get the gradients of g v / ‖v‖."""
    module = weight_norm(way, made("Linear")).to(device)
    g, v, x = draw.normal(seed, 3, 1), draw.normal(seed + 1, 3, 5), draw.normal(seed + 2, 2, 5)

    def function(g, v):
        return law.functional_call(module, dict(zip(NAMES[way], (g, v))), (tensor(x, device),))

    def formula(g, v):
        return x @ (g * v / lengths(v, 0)).T + array(module.bias)

    law.differentiates(function, formula, g, v, seed=seed, device=device)


@quiet
@documents("torch.nn.utils.remove_weight_norm", "torch.nn.utils.remove_spectral_norm")
@pytest.mark.parametrize("name", ["weight_norm", "spectral_norm"])
def test_removing_leaves_the_weight(name, device):
    """What is removed leaves a plain weight of the value it had; what is not there cannot be removed."""
    module = getattr(utils, name)(made("Linear").to(device))
    x = tensor(draw.normal(0, 2, 5), device)
    before = array(module.eval()(x))
    remove = getattr(utils, f"remove_{name}")

    close(remove(module)(x), before, bound.rounded(before, 64), device=device)
    assert set(module.state_dict()) == {"weight", "bias"}
    with pytest.raises(ValueError, match="not found"):
        remove(module)


def spectrum(seed, rows, columns):
    """A matrix of singular values 3, 3 · 0.8, 3 · 0.8², … between random orthogonal ones."""
    rng, least = np.random.default_rng(seed), min(rows, columns)
    left, right = (np.linalg.qr(rng.standard_normal((size, least)))[0] for size in (rows, columns))
    return (left * (3.0 * 0.8 ** np.arange(least))) @ right.T


@documents("torch.nn.utils.spectral_norm", "torch.nn.utils.parametrizations.spectral_norm")
@pytest.mark.parametrize("way", ["hook", "parametrization"])
@given(seed=draw.seeds(), rows=st.integers(2, 5), columns=st.integers(2, 5))
def test_divides_by_the_largest_singular_value(way, seed, rows, columns, device):
    """The weight is W / σ(W) once the power method has found it: each of its steps makes the error 0.8⁴ of itself
    here, so that 200 of them leave nothing but rounding.
    """
    module = nn.Linear(columns, rows).double().to(device)
    weight = spectrum(seed, rows, columns)
    with torch.no_grad():
        module.weight.copy_(tensor(weight, device))
    function = (utils if way == "hook" else parametrizations).spectral_norm
    function(module, n_power_iterations=200)
    module(module.bias.new_ones(1, columns))

    close(module.weight, weight / 3.0, bound.Bound(512, 1.0), device=device)


@documents("torch.nn.utils.spectral_norm", "torch.nn.utils.parametrizations.spectral_norm")
@pytest.mark.parametrize("way", ["hook", "parametrization"])
@pytest.mark.parametrize(("kind", "dim"), [("Conv2d", 0), ("ConvTranspose2d", 1)])
def test_takes_further_axes_for_columns(way, kind, dim, device):
    """A weight of more dimensions is a matrix of its outputs, on axis 0, or 1 of a transposed convolution."""
    module = made(kind).to(device)
    weight = array(module.weight).copy()
    rows = np.moveaxis(weight, dim, 0).reshape(weight.shape[dim], -1)
    (utils if way == "hook" else parametrizations).spectral_norm(module, n_power_iterations=2000)
    module(input_of(kind, module))

    values = np.linalg.svd(rows, compute_uv=False)
    gap = (values[1] / values[0]) ** 2000
    close(module.weight, weight / values[0], bound.Bound(512, 1.0 + gap / 2**-52), device=device)


@documents("torch.nn.utils.spectral_norm", "torch.nn.utils.parametrizations.spectral_norm")
@pytest.mark.parametrize("way", ["hook", "parametrization"])
def test_evaluation_makes_no_steps(way, device):
    """In evaluation the power method stands still: the weight stays; in training it moves."""
    module = made("Linear").to(device)
    (utils if way == "hook" else parametrizations).spectral_norm(module)
    x = module.bias.new_ones(1, 5)
    first, second = (array(module.eval()(x)) for _ in range(2))
    moved = [array(module.train()(x)) for _ in range(1 if way == "hook" else 2)]

    assert np.array_equal(first, second)
    assert not np.array_equal(first, moved[-1])


@documents("torch.nn.utils.parametrizations.spectral_norm")
def test_spectral_norm_of_a_vector_is_its_direction(device):
    """A vector is divided by its norm."""
    module = made("Linear").to(device)
    bias = array(module.bias).copy()
    parametrizations.spectral_norm(module, "bias")

    close(module.bias, bias / np.linalg.norm(bias), bound.rounded(bias, 64), device=device)


ORTHOGONAL = documents("torch.nn.utils.parametrizations.orthogonal")
#: Half the digits: those that matrix_exp loses are told of by its own claims.
ORTHONORMAL = bound.Bound(2.0**20, 1.0, signed_zeros=False)


def gram(q):
    """Qᴴ Q of a tall matrix, Q Qᴴ of a wide one."""
    q = q if q.shape[-2] >= q.shape[-1] else q.conj().swapaxes(-2, -1)
    return q.conj().swapaxes(-2, -1) @ q


MAPS = [("matrix_exp", "float64"), ("matrix_exp", "complex128"), ("cayley", "float64"), ("cayley", "complex128"),
        ("householder", "float64")]  # fmt: skip


@ORTHOGONAL
@pytest.mark.filterwarnings("ignore:Complex modules are a new feature")
@pytest.mark.parametrize("decay", [0.0, 0.3], ids=["plain", "decayed"])
@pytest.mark.parametrize("trivial", [True, False], ids=["trivialised", "direct"])
@pytest.mark.parametrize(
    ("way", "kind"), MAPS, ids=["matrix_exp", "matrix_exp complex", "cayley", "cayley complex", "householder"]
)
@given(seed=draw.seeds(), rows=st.integers(1, 5), columns=st.integers(1, 5))
def test_has_orthonormal_columns_or_rows(decay, trivial, way, kind, seed, rows, columns, device):
    """The weight has orthonormal columns, or rows where it is wide, also after an optimizer has moved the original."""
    module = nn.Linear(columns, rows, bias=False)
    module.weight = nn.Parameter(tensor(draw.normal(seed + 1, rows, columns, dtype=kind), device))
    parametrizations.orthogonal(module, orthogonal_map=way, use_trivialization=trivial)
    first, cotangent = gram(array(module.weight)), draw.normal(seed, rows, columns, dtype=kind)
    (module.weight * tensor(cotangent, device)).sum().abs().backward()
    torch.optim.SGD(module.parameters(), lr=0.5, weight_decay=decay).step()

    for found in (first, gram(array(module.weight))):
        close(found, np.eye(len(first), dtype=kind), ORTHONORMAL, device=device)


@ORTHOGONAL
@pytest.mark.parametrize("way", ["matrix_exp", "cayley", "householder"])
@pytest.mark.parametrize("shape", [(4, 4), (5, 3), (3, 5)], ids=str)
def test_starts_from_an_orthogonal_weight(way, shape, device):
    """The first weight is the tensor's own where that is orthogonal, and an orthogonal one can be assigned."""

    def orthogonal(seed):
        q = np.linalg.qr(draw.normal(seed, max(shape), min(shape)))[0]
        return q if shape[0] >= shape[1] else q.T

    module = nn.Linear(shape[1], shape[0]).double().to(device)
    with torch.no_grad():
        module.weight.copy_(tensor(orthogonal(0), device))
    parametrizations.orthogonal(module, orthogonal_map=way)

    close(module.weight, orthogonal(0), ORTHONORMAL, device=device)
    module.weight = tensor(orthogonal(1), device)
    close(module.weight, orthogonal(1), ORTHONORMAL, device=device)


@ORTHOGONAL
def test_refuses_what_it_cannot_make_orthogonal():
    """A vector, an unknown map, or householder of complex numbers raise ValueError."""
    with pytest.raises(ValueError, match="matrix"):
        parametrizations.orthogonal(nn.Linear(3, 2), "bias")
    with pytest.raises(ValueError, match="orthogonal_map"):
        parametrizations.orthogonal(nn.Linear(3, 2), orthogonal_map="nothing")
