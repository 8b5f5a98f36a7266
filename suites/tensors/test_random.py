"""Random tensors have the documented distributions; each claim raises a false alarm with a probability below 10⁻⁹."""

import threading
from typing import Callable, NamedTuple

import numpy as np
import pytest
import torch

from reference import distribution
from suites.kit import array, close, documents, draw, dtypes, tensor
from suites.tensors.sampling import follows, has_moments, is_uncorrelated

GUIDE = ("Basics of PyTorch & Tensor", "Tensors")
MANY = 2**17
KINDS = {"double": torch.float64, "single": torch.float32, "half": torch.float16, "brain": torch.bfloat16}


class Sampler(NamedTuple):
    """An in-place sampler, its arguments, and the distribution function with its parameters."""

    name: str
    arguments: dict
    cdf: Callable
    parameters: tuple

    def __str__(self):
        return f"torch.Tensor.{self.name}"


SAMPLERS = (
    Sampler("uniform_", {}, distribution.uniform, (0.0, 1.0)),
    Sampler("uniform_", {"from": -3.0, "to": 5.0}, distribution.uniform, (-3.0, 5.0)),
    Sampler("normal_", {}, distribution.normal, (0.0, 1.0)),
    Sampler("normal_", {"mean": -2.0, "std": 3.0}, distribution.normal, (-2.0, 3.0)),
    Sampler("exponential_", {}, distribution.exponential, (1.0,)),
    Sampler("exponential_", {"lambd": 2.5}, distribution.exponential, (2.5,)),
    Sampler("log_normal_", {"mean": 0.5, "std": 0.25}, distribution.log_normal, (0.5, 0.25)),
    Sampler("cauchy_", {"median": 1.0, "sigma": 2.0}, distribution.cauchy, (1.0, 2.0)),
    Sampler("geometric_", {"p": 0.3}, distribution.geometric, (0.3,)),
    Sampler("bernoulli_", {"p": 0.3}, distribution.bernoulli, (0.3,)),
    Sampler("random_", {"from": -5, "to": 12}, distribution.integers, (-5, 12)),
)


def rows(*table):
    """Parametrize a claim over samplers, each documented by its own name."""
    named = [f"{row.name}({', '.join(f'{key}={value}' for key, value in row.arguments.items())})" for row in table]
    return pytest.mark.parametrize(
        "row", [pytest.param(row, marks=documents(str(row)), id=id) for row, id in zip(table, named)]
    )


@documents("torch.rand", guide=GUIDE)
@pytest.mark.dtypes(*dtypes.FLOATING)
def test_is_uniform(device, dtype):
    """torch.rand is distributed uniformly on the interval from 0 to 1."""
    x = torch.rand(MANY // 512, 512, dtype=dtype, device=device)

    follows(x, distribution.uniform)
    has_moments(x, 0.5, 1 / 12)


@documents("torch.rand")
@pytest.mark.dtypes(*dtypes.FLOATING)
def test_never_reaches_one(device, dtype):
    """torch.rand is at least 0 and less than 1, also where rounding could make it 1."""
    x = array(torch.rand(2 * MANY, dtype=dtype, device=device))

    assert x.min() >= 0 and x.max() < 1


@documents("torch.randn")
@pytest.mark.dtypes(*dtypes.FLOATING)
def test_is_normal(device, dtype):
    """torch.randn is distributed normally with mean 0 and variance 1."""
    x = torch.randn(MANY // 512, 512, dtype=dtype, device=device)

    follows(x, distribution.normal)
    has_moments(x, 0, 1)


@documents("torch.randn")
@pytest.mark.parametrize("precision", KINDS)
def test_has_normal_tails(precision, device):
    """Among 2²⁰ samples of torch.randn about 66 are beyond 4 standard deviations, and none beyond 8."""
    x = np.abs(array(torch.randn(2**20, dtype=KINDS[precision], device=device)))

    assert 20 <= np.sum(x > 4) <= 130  # a Poisson variable of mean 66 leaves this with p < 1e-10
    assert x.max() < 8


@documents("torch.rand", "torch.randn")
@pytest.mark.parametrize("size", [1, 3, 7, 15, 16, 17, 40])
def test_samples_small_tensors_alike(size, device):
    """Small tensors, whatever their size, together have the same distributions as a large one."""
    uniform = torch.cat([torch.rand(size, device=device) for _ in range(2000)])
    normal = torch.cat([torch.randn(size, device=device) for _ in range(2000)])

    follows(uniform, distribution.uniform)
    follows(normal, distribution.normal)
    has_moments(normal, 0, 1)


@documents("torch.rand", "torch.randn")
def test_samples_independently(device):
    """Samples of torch.rand and torch.randn are not correlated with the samples that follow them."""
    is_uncorrelated(torch.rand(MANY, device=device))
    is_uncorrelated(torch.randn(MANY, device=device))


@documents("torch.rand", "torch.randn")
def test_samples_new_values_each_time(device):
    """No value of torch.rand and torch.randn in float64 comes twice, within a call or in the next."""
    uniform = torch.cat([torch.rand(500, dtype=torch.float64, device=device) for _ in range(2)])
    normal = torch.cat([torch.randn(500, dtype=torch.float64, device=device) for _ in range(2)])

    assert np.unique(array(uniform)).size == 1000  # equal by chance with p < 10⁶ / 2⁵⁴
    assert np.unique(array(normal)).size == 1000


@documents("torch.rand_like", "torch.randn_like", guide=GUIDE)
@pytest.mark.parametrize("layout", ["contiguous", "transposed", "stepped", "expanded"])
def test_samples_like_a_tensor(layout, device, dtype):
    """torch.rand_like is uniform and torch.randn_like normal, whatever the strides of the input."""
    x = tensor(draw.Sample((128, 257), layout=layout)(dtype), device)

    follows(torch.rand_like(x), distribution.uniform)
    follows(torch.randn_like(x), distribution.normal)


@documents("torch.randn", "torch.rand")
@pytest.mark.dtypes(torch.complex64, torch.complex128)
def test_samples_complex_numbers(device, dtype):
    """torch.randn of a complex dtype has parts of variance 1/2, torch.rand parts that are uniform."""
    normal, uniform = (make(MANY, dtype=dtype, device=device) for make in (torch.randn, torch.rand))

    follows(normal.real, distribution.normal, 0.0, 0.5**0.5)
    follows(normal.imag, distribution.normal, 0.0, 0.5**0.5)
    follows(uniform.real, distribution.uniform)
    follows(uniform.imag, distribution.uniform)


@documents("torch.rand", "torch.randn", "torch.manual_seed")
def test_samples_in_other_threads(device):
    """In another thread torch.rand is uniform and torch.randn normal too, and no value comes twice."""
    found = []
    work = threading.Thread(target=lambda: found.extend(
        make(4096, dtype=torch.float64, device=device) for make in (torch.rand, torch.randn)))  # fmt: skip

    work.start()
    work.join()

    follows(found[0], distribution.uniform)
    follows(found[1], distribution.normal)
    assert np.unique(array(torch.cat(found))).size == 8192  # equal by chance with p < 10⁻⁸·10⁻¹


@documents()
@rows(*SAMPLERS)
@pytest.mark.dtypes(torch.float64, torch.float32)
def test_fills_a_tensor(row, device, dtype):
    """{row} fills self with independent samples of its distribution and returns self."""
    x = tensor(np.full((16, 2049), np.nan), device).to(dtype)

    y = getattr(x, row.name)(**row.arguments)

    assert y is x
    follows(x, row.cdf, *row.parameters)
    assert not (array(x)[:, 0] == array(x)[:, 1]).all() and not (array(x)[0] == array(x)[1]).all()


@documents()
@rows(*SAMPLERS[:3], SAMPLERS[8], SAMPLERS[10])
@pytest.mark.dtypes(torch.float16, torch.bfloat16)
def test_fills_a_half_tensor(row, device, dtype):
    """{row} samples its distribution in half precision too."""
    x = tensor(np.zeros((16, 2049), np.float32), device, torch.float32).to(dtype)

    follows(getattr(x, row.name)(**row.arguments), row.cdf, *row.parameters)


@documents()
@rows(*SAMPLERS)
def test_fills_a_view_alone(row, device):
    """{row} of a view with gaps samples its distribution there and leaves what lies between as it was."""
    x = tensor(np.full((64, 257, 2), 77.0), device)

    getattr(x[:, :, 0], row.name)(**row.arguments)

    follows(x[:, :, 0], row.cdf, *row.parameters)
    close(x[:, :, 1], np.full((64, 257), 77.0), device=device)


@documents("torch.Tensor.exponential_", since="2.2")
@pytest.mark.dtypes(torch.float64, torch.float32, torch.bfloat16)
def test_never_samples_zero(device, dtype):
    """torch.Tensor.exponential_ is larger than 0."""
    x = tensor(np.zeros(8 * MANY, np.float32), device, torch.float32).to(dtype).exponential_()

    assert (array(x) > 0).all()


@documents("torch.Tensor.exponential_", since="2.2")
def test_never_samples_zero_in_float16(device):
    """torch.Tensor.exponential_ of float16 is larger than 0, the least of a million numbers too."""
    zeros = np.zeros(8 * MANY, np.float16)
    samples = []
    for seed in (1, 20):
        torch.manual_seed(seed)
        samples.append(array(tensor(zeros, device).exponential_()))

    assert (np.array(samples) > 0).all()


@documents("torch.Tensor.random_")
@pytest.mark.dtypes(torch.int8, torch.uint8, torch.int16)
def test_samples_the_whole_range_of_an_integer_dtype(device, dtype):
    """torch.Tensor.random_ of an integer tensor is uniform from 0 to the largest value of its dtype."""
    x = tensor(np.zeros(MANY, dtypes.in_numpy(dtype)), device).random_()

    follows(x, distribution.integers, 0, np.iinfo(dtypes.in_numpy(dtype)).max + 1)


@documents("torch.Tensor.random_")
def test_samples_up_to_a_bound(device):
    """torch.Tensor.random_ with one argument is uniform from 0 to one less than it."""
    follows(tensor(np.zeros(MANY), device).random_(7), distribution.integers, 0, 7)


@documents("torch.normal")
def test_samples_around_each_mean(device, dtype):
    """torch.normal with tensors has the mean and deviation of each element at its place."""
    mean, std = (
        np.linspace(-50, 50, 400, dtype=dtypes.in_numpy(dtype)),
        np.linspace(1, 5, 400, dtype=dtypes.in_numpy(dtype)),
    )
    mean, std = np.tile(mean, (100, 1)), np.tile(std, (100, 1))

    x = torch.normal(tensor(mean, device), tensor(std, device))

    assert x.dtype is dtype
    follows((x - tensor(mean, device)) / tensor(std, device), distribution.normal)


@documents("torch.normal")
def test_shares_a_mean_or_a_deviation(device):
    """torch.normal takes a number for either, or for both and a size; the deviation is 1 unless given."""
    values = tensor(np.full(30000, 2.5), device)

    follows(torch.normal(values), distribution.normal, 2.5, 1.0)
    follows(torch.normal(-1.0, values), distribution.normal, -1.0, 2.5)
    follows(torch.normal(values, 0.5), distribution.normal, 2.5, 0.5)
    follows(torch.normal(2, 3, size=(30, 1000), device=device), distribution.normal, 2.0, 3.0)


@documents("torch.poisson")
@pytest.mark.parametrize("rate", [0.3, 4.0, 50.0])
def test_counts_events(rate, device):
    """torch.poisson has the Poisson distribution of each rate."""
    x = torch.poisson(tensor(np.full(40000, rate), device))

    follows(x, distribution.poisson, rate)


@documents("torch.poisson")
def test_counts_nothing_at_rate_zero(device):
    """torch.poisson of rate 0 is 0, and of a tensor has its shape and dtype."""
    close(torch.poisson(tensor(np.zeros((3, 5), np.float32), device)), np.zeros((3, 5), np.float32), device=device)


@documents("torch.bernoulli", "torch.Tensor.bernoulli")
@pytest.mark.dtypes(torch.float64, torch.float32, torch.bfloat16)
@pytest.mark.parametrize("p", [0.125, 0.875])
def test_draws_ones_with_their_probability(p, device, dtype):
    """torch.bernoulli is 1 with the probability that its input holds and else 0, in the input's dtype."""
    probabilities = tensor(np.full((8, 5000), p, np.float32), device, dtype)

    x = torch.bernoulli(probabilities)

    follows(x, distribution.bernoulli, p)
    follows(probabilities.bernoulli(), distribution.bernoulli, p)


@documents("torch.bernoulli", "torch.Tensor.bernoulli_")
def test_draws_each_element_with_its_own_probability(device):
    """torch.bernoulli, and bernoulli_ with a tensor, are 1 where p is 1 and 0 where p is 0."""
    p = np.random.default_rng(3).integers(0, 2, (40, 70)).astype(np.float32)

    close(torch.bernoulli(tensor(p, device)), p, device=device)
    close(torch.bernoulli(tensor(p.T, device)), p.T, device=device)
    close(tensor(np.full((40, 70), 5), device).bernoulli_(tensor(p, device)), p.astype(np.int64), device=device)


@documents("torch.bernoulli", "torch.Tensor.bernoulli_")
def test_draws_ones_with_one_probability(device):
    """With a number p, torch.bernoulli ignores the values of its input; bernoulli_ takes 0.5 unless given."""
    x = tensor(np.zeros(40000), device)

    follows(torch.bernoulli(x, 0.7), distribution.bernoulli, 0.7)
    follows(x.bernoulli_(), distribution.bernoulli, 0.5)
