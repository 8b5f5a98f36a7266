"""How parameters start: the default distributions of layers, and torch.nn.init.

Distributions are judged by the Dvoretzky-Kiefer-Wolfowitz bound and by their extremes, at a false alarm of 1e-10 each.
"""

import math
from typing import Any, Callable, NamedTuple

import numpy as np
import pytest
import torch
import torch.nn as nn

from suites.kit import array, bound, close, documents, draw, tensor

FALSE_ALARM = 1e-10


class Init(NamedTuple):
    """An initialiser: its settings, whether it is uniform, and its bound or standard deviation by fan in and
    fan out.
    """

    name: str
    settings: dict[str, Any]
    uniform: bool
    scale: Callable[[int, int], float]

    def __str__(self) -> str:
        return f"{self.name}({', '.join(f'{key}={value}' for key, value in self.settings.items())})"


ROWS = (
    Init("xavier_uniform_", {}, True, lambda into, out: math.sqrt(6 / (into + out))),
    Init("xavier_uniform_", {"gain": 2.5}, True, lambda into, out: 2.5 * math.sqrt(6 / (into + out))),
    Init("xavier_normal_", {}, False, lambda into, out: math.sqrt(2 / (into + out))),
    Init("xavier_normal_", {"gain": 0.3}, False, lambda into, out: 0.3 * math.sqrt(2 / (into + out))),
    Init("kaiming_uniform_", {}, True, lambda into, out: math.sqrt(2 * 3 / into)),
    Init("kaiming_uniform_", {"a": 2.0}, True, lambda into, out: math.sqrt(2 / 5 * 3 / into)),
    Init("kaiming_uniform_", {"mode": "fan_out", "nonlinearity": "tanh"}, True,
         lambda into, out: 5 / 3 * math.sqrt(3 / out)),
    Init("kaiming_normal_", {}, False, lambda into, out: math.sqrt(2 / into)),
    Init("kaiming_normal_", {"mode": "fan_out"}, False, lambda into, out: math.sqrt(2 / out)),
    Init("kaiming_normal_", {"mode": "fan_out", "nonlinearity": "linear"}, False, lambda into, out: math.sqrt(1 / out)),
    Init("kaiming_normal_", {"a": 1.0, "nonlinearity": "leaky_relu"}, False, lambda into, out: math.sqrt(1 / into)),
    Init("kaiming_normal_", {"nonlinearity": "relu"}, False, lambda into, out: math.sqrt(2 / into)),
    Init("uniform_", {"a": -0.5, "b": 0.5}, True, lambda into, out: 0.5),
    Init("normal_", {"std": 3.0}, False, lambda into, out: 3.0),
    Init("normal_", {}, False, lambda into, out: 1.0),
)  # fmt: skip

LAYERS = {
    "Linear": (lambda: nn.Linear(100, 300), 0.1),
    "Conv1d": (lambda: nn.Conv1d(50, 90, 2), 0.1),
    "Conv2d": (lambda: nn.Conv2d(25, 90, (2, 8)), 0.05),
    "Conv2d with groups": (lambda: nn.Conv2d(50, 90, (2, 4), groups=2), 1 / math.sqrt(25 * 8)),
    "Conv3d": (lambda: nn.Conv3d(5, 90, (1, 4, 5)), 0.1),
    "ConvTranspose2d": (lambda: nn.ConvTranspose2d(90, 25, (2, 8)), 0.05),
    "Bilinear": (lambda: nn.Bilinear(25, 20, 60), 0.2),
    "RNN": (lambda: nn.RNN(20, 100, 2), 0.1),
    "LSTM": (lambda: nn.LSTM(20, 100), 0.1),
    "GRU": (lambda: nn.GRU(20, 100, bidirectional=True), 0.1),
    "LSTMCell": (lambda: nn.LSTMCell(20, 100), 0.1),
}


def distributed(values: np.ndarray, cdf: Callable[[np.ndarray], np.ndarray]) -> None:
    """Assert that values are draws of a distribution: sup |F_n - F| <= √(log(2 / α) / 2 n)."""
    ordered, count = np.sort(values.astype("float64").ravel()), values.size
    steps = np.arange(count + 1) / count
    expected = cdf(ordered)
    distance = max(np.max(steps[1:] - expected), np.max(expected - steps[:-1]))
    assert distance <= math.sqrt(math.log(2 / FALSE_ALARM) / (2 * count)), f"the distributions are {distance:.3g} apart"
    assert len(np.unique(ordered)) > 0.99 * count, "the draws repeat themselves"


def uniform(values: np.ndarray, low: float, high: float) -> None:
    """Assert that values are uniform between two numbers, and come close to both."""
    values = values.astype("float64")
    gap = (high - low) * -math.log(FALSE_ALARM) / values.size
    rounding = 1e-6 * max(abs(low), abs(high))  # of float32
    assert low - rounding <= values.min() <= low + gap
    assert high - gap <= values.max() <= high + rounding
    distributed(values, lambda x: np.clip((x - low) / (high - low), 0, 1))


def normal_cdf(x: np.ndarray) -> np.ndarray:
    """Φ(x)."""
    return np.array([math.erfc(-v / math.sqrt(2)) / 2 for v in x])


def normal(values: np.ndarray, std: float) -> None:
    """Assert that values are normal: their distribution, and their variance to within 7 of its standard deviations."""
    standard = values.astype("float64").ravel() / std
    assert abs(np.mean(standard**2) - 1) <= 7 * math.sqrt(2 / standard.size)
    distributed(standard, normal_cdf)


@pytest.mark.parametrize(
    "row", [pytest.param(row, id=str(row), marks=documents(f"torch.nn.init.{row.name}")) for row in ROWS]
)
@pytest.mark.parametrize("shape", [(70, 130), (15, 20, 3, 10)], ids=["matrix", "kernel"])
def test_draws_its_distribution(row, shape, dtype, device):
    """{row} fills a tensor in place with draws of that distribution and returns it, outside of autograd."""
    weight = nn.Parameter(tensor(np.full(shape, np.nan), device).to(dtype))
    found = getattr(nn.init, row.name)(weight, **row.settings)

    field = math.prod(shape[2:])
    scale = row.scale(shape[1] * field, shape[0] * field)
    assert found is weight
    assert weight.grad_fn is None
    assert weight.requires_grad
    assert weight.dtype == dtype
    uniform(array(weight), -scale, scale) if row.uniform else normal(array(weight), scale)


@documents("torch.nn.Linear", "torch.nn.Conv2d", "torch.nn.LSTM", "torch.nn.GRU", "torch.nn.ConvTranspose2d")
@pytest.mark.parametrize(("make", "limit"), [pytest.param(*case, id=name) for name, case in LAYERS.items()])
def test_layers_start_uniform(make, limit):
    """Weights and biases of a layer start uniform between -1/√n and 1/√n, with n the number of terms of an output."""
    layer = make()

    for parameter in layer.parameters():
        uniform(array(parameter), -limit, limit)
        assert parameter.dtype == torch.get_default_dtype()
        assert parameter.requires_grad


@documents("torch.nn.Linear", "torch.nn.Conv2d")
def test_reset_parameters_draws_again():
    """reset_parameters draws new values into the same parameters."""
    layer = nn.Linear(40, 60)
    before, weight = array(layer.weight), layer.weight
    layer.reset_parameters()

    assert layer.weight is weight
    assert not np.any(array(weight) == before)
    uniform(array(weight), -1 / math.sqrt(40), 1 / math.sqrt(40))


@documents("torch.nn.Linear", "torch.manual_seed")
def test_the_same_seed_gives_the_same_layers():
    """After the same torch.manual_seed layers start with the same bits, and with others after another."""
    torch.manual_seed(5)
    first = array(nn.Linear(7, 9).weight)
    torch.manual_seed(5)
    second = array(nn.Linear(7, 9).weight)
    third = array(nn.Linear(7, 9).weight)

    close(second, first)
    assert not np.any(third == first)


@documents("torch.nn.Embedding", "torch.nn.EmbeddingBag")
@pytest.mark.parametrize("kind", [nn.Embedding, nn.EmbeddingBag])
@pytest.mark.parametrize("padding", [None, 0, -1, 7])
def test_embeddings_start_normal(kind, padding):
    """An embedding starts standard normal, but for the row at padding_idx, which is zero."""
    weight = array(kind(100, 120, padding_idx=padding).weight)

    rows = np.arange(100) if padding is None else np.delete(np.arange(100), padding)
    normal(weight[rows], 1.0)
    close(weight[np.setdiff1d(np.arange(100), rows)], np.zeros((100 - len(rows), 120), "float32"))


@documents("torch.nn.BatchNorm2d", "torch.nn.LayerNorm", "torch.nn.GroupNorm")
@pytest.mark.parametrize("make", [lambda: nn.BatchNorm2d(6), lambda: nn.LayerNorm((3, 2)), lambda: nn.GroupNorm(2, 6),
                                  lambda: nn.InstanceNorm2d(6, affine=True)], ids=["batch", "layer", "group",
                                            "instance"])  # fmt: skip
def test_normalisations_start_as_ones_and_zeros(make):
    """The weight of a normalisation starts as ones and its bias as zeros; running mean as zeros, variance as ones."""
    layer = make()
    shape = tuple(layer.weight.shape)

    close(layer.weight, np.ones(shape, "float32"))
    close(layer.bias, np.zeros(shape, "float32"))
    for name, value in layer.named_buffers():
        expected = {"running_mean": np.zeros(6, "float32"), "running_var": np.ones(6, "float32")}
        close(value, expected.get(name, np.array(0)))


@documents("torch.nn.PReLU")
@pytest.mark.parametrize(("settings", "expected"), [({}, [0.25]), ({"num_parameters": 3, "init": 0.5}, [0.5] * 3)])
def test_prelu_starts_at_its_init(settings, expected):
    """The slopes of PReLU start at init, a quarter unless told."""
    close(nn.PReLU(**settings).weight, np.array(expected, "float32"))


@documents("torch.nn.init.calculate_gain")
@pytest.mark.parametrize(
    ("name", "parameter", "gain"),
    [("linear", None, 1.0), ("conv1d", None, 1.0), ("conv2d", None, 1.0), ("conv3d", None, 1.0), ("sigmoid", None, 1.0),
     ("tanh", None, 5 / 3), ("relu", None, math.sqrt(2)), ("leaky_relu", None, math.sqrt(2 / (1 + 0.01**2))),
     ("leaky_relu", 0.2, math.sqrt(2 / 1.04)), ("leaky_relu", 1, 1.0), ("selu", None, 0.75)],
)  # fmt: skip
def test_gain_of_a_nonlinearity(name, parameter, gain):
    """calculate_gain gives the documented value of each nonlinearity."""
    close(np.asarray(float(nn.init.calculate_gain(name, parameter))), np.asarray(gain), bound.rounded(gain, 4))


@documents("torch.nn.init.calculate_gain")
def test_gain_of_an_unknown_nonlinearity_raises():
    """A nonlinearity that has no gain raises a ValueError."""
    with pytest.raises(ValueError):
        nn.init.calculate_gain("nothing")


@documents("torch.nn.init.ones_", "torch.nn.init.zeros_", "torch.nn.init.constant_")
@pytest.mark.parametrize(
    ("name", "arguments", "value"), [("ones_", (), 1.0), ("zeros_", (), 0.0), ("constant_", (-2.5,), -2.5)]
)
def test_fills_with_a_constant(name, arguments, value, dtype, device):
    """ones_, zeros_ and constant_ fill every element, in place."""
    weight = nn.Parameter(tensor(draw.normal(0, 5, 7, dtype=dtype), device))
    found = getattr(nn.init, name)(weight, *arguments)

    assert found is weight
    close(weight, np.full((5, 7), value), dtype=dtype, device=device)


@documents("torch.nn.init.eye_")
@pytest.mark.parametrize("shape", [(3, 3), (2, 5), (6, 4)], ids=str)
def test_eye_is_the_identity(shape, device):
    """eye_ makes a matrix the identity, as far as it goes."""
    weight = tensor(draw.normal(0, *shape), device)

    close(nn.init.eye_(weight), np.eye(*shape), device=device)


@documents("torch.nn.init.dirac_")
@pytest.mark.parametrize(
    ("shape", "groups"), [((4, 4, 3, 3), 1), ((2, 5, 3), 1), ((6, 2, 3, 5), 1), ((6, 3, 3, 3), 2)], ids=str
)
def test_dirac_keeps_channels(shape, groups, device):
    """dirac_ makes a convolution that keeps as many channels as it can, in each group."""
    found = nn.init.dirac_(tensor(draw.normal(0, *shape), device), groups)

    expected = np.zeros(shape)
    centre = tuple(side // 2 for side in shape[2:])
    for out in range(shape[0]):
        place = out % (shape[0] // groups)
        expected[(out, min(place, shape[1] - 1), *centre)] = float(place < shape[1])
    close(found, expected, device=device)


@documents("torch.nn.init.orthogonal_")
@pytest.mark.parametrize("shape", [(5, 5), (3, 8), (9, 4), (4, 3, 2, 2)], ids=str)
@pytest.mark.parametrize("gain", [1.0, 3.0])
def test_orthogonal_has_orthogonal_rows(shape, gain, device):
    """orthogonal_ makes rows (or columns, if there are fewer) orthogonal and of length gain, trailing
    dimensions flattened.
    """
    weight = array(nn.init.orthogonal_(tensor(draw.normal(0, *shape), device), gain=gain)).reshape(shape[0], -1)

    matrix = weight if weight.shape[0] <= weight.shape[1] else weight.T
    close(matrix @ matrix.T, gain**2 * np.eye(len(matrix)), bound.Bound(256, gain**2, signed_zeros=False))


@documents("torch.nn.init.orthogonal_")
def test_orthogonal_draws_anew(device):
    """Two calls of orthogonal_ give different matrices."""
    first = array(nn.init.orthogonal_(tensor(np.zeros((6, 6)), device)))
    second = array(nn.init.orthogonal_(tensor(np.zeros((6, 6)), device)))

    assert not np.any(first == second)


@documents("torch.nn.init.sparse_")
@pytest.mark.parametrize("sparsity", [0.1, 0.25, 0.9])
def test_sparse_zeroes_a_fraction_of_each_column(sparsity, device):
    """sparse_ sets that fraction of each column, rounded up, to zero; the others are normal with std 0.01."""
    found = array(nn.init.sparse_(tensor(np.ones((40, 600)), device), sparsity))

    assert set((found == 0).sum(0)) == {math.ceil(sparsity * 40)}
    normal(found[found != 0], 0.01)
    assert len({tuple(column) for column in (found == 0).T}) > 1


def truncated(mean, std, low, high):
    """The distribution function of a normal one restricted to an interval."""
    ends = normal_cdf(np.array([(low - mean) / std, (high - mean) / std]))
    return lambda x: (normal_cdf((x - mean) / std) - ends[0]) / (ends[1] - ends[0])


@documents("torch.nn.init.trunc_normal_")
@pytest.mark.parametrize(
    ("mean", "std", "low", "high"), [(0.0, 1.0, -2.0, 2.0), (1.0, 2.0, 0.5, 2.0), (0.0, 0.5, -0.1, 3.0)]
)
def test_truncated_normal_stays_inside(mean, std, low, high, dtype, device):
    """trunc_normal_ draws from the normal distribution restricted to [a, b]."""
    values = array(nn.init.trunc_normal_(tensor(np.zeros((90, 100)), device).to(dtype), mean, std, low, high))

    assert low <= values.min()
    assert values.max() <= high
    distributed(values, truncated(mean, std, low, high))


@documents("torch.nn.init.uniform_")
def test_uniform_fills_its_interval(dtype, device):
    """uniform_(a, b) draws from [a, b)."""
    values = array(nn.init.uniform_(tensor(np.zeros(9000), device).to(dtype), 2.0, 5.0))

    uniform(values, 2.0, 5.0)


@documents("torch.nn.init.normal_")
def test_normal_takes_mean_and_std(dtype, device):
    """normal_(mean, std) draws from the normal distribution of that mean and standard deviation."""
    values = array(nn.init.normal_(tensor(np.zeros(9000), device).to(dtype), -4.0, 0.25))

    normal(values.astype("float64") + 4.0, 0.25)


@documents("torch.nn.init.xavier_uniform_", "torch.nn.init.kaiming_normal_")
@pytest.mark.parametrize("name", ["xavier_uniform_", "xavier_normal_", "kaiming_uniform_", "kaiming_normal_"])
def test_fans_need_two_dimensions(name):
    """A tensor of fewer than two dimensions has no fan: ValueError."""
    with pytest.raises(ValueError):
        getattr(nn.init, name)(torch.zeros(3))
