"""torch.randint, randperm and multinomial: integers at random; false alarms have a probability below 10⁻⁹."""

import collections

import numpy as np
import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st

from reference import distribution
from suites.kit import array, close, documents, draw, dtypes, tensor
from suites.tensors.sampling import follows, is_uncorrelated

WEIGHTS = np.array([0.0, 10.0, 3.0, 0.0, 7.0])


@documents("torch.randint")
@pytest.mark.dtypes(*dtypes.FLOATING[1:], *dtypes.INTEGRAL)
@pytest.mark.parametrize(("low", "high"), [(0, 2), (3, 101)])
def test_draws_each_integer_alike(low, high, device, dtype):
    """torch.randint draws each integer from low, which it includes, to high, which it excludes, alike."""
    x = torch.randint(low, high, (8, 5000), dtype=dtype, device=device)

    assert (x.shape, x.dtype) == ((8, 5000), dtype)
    assert sorted(set(array(x).ravel().tolist())) == list(range(low, high))  # one is missed with p < 100·0.99^40000
    follows(x.double(), distribution.integers, low, high)


@documents("torch.randint")
@pytest.mark.dtypes(*dtypes.SIGNED)
def test_draws_negative_integers(device, dtype):
    """The range of torch.randint may begin below 0."""
    follows(torch.randint(-100, -50, (20000,), dtype=dtype, device=device), distribution.integers, -100, -50)


@documents("torch.randint", "torch.randint_like", "torch.Tensor.random_")
@pytest.mark.dtypes(*dtypes.SIGNED, torch.float32)
@pytest.mark.parametrize(("low", "high"), [(-3, 0), (-1, 1), (0, 1), (-100, -50), (5, 9), (0, 100)])
def test_draws_every_integer_of_its_range(low, high, device, dtype):
    """Integers are drawn from low, which is among them, to high, which is not, and each in between."""
    x = torch.randint(low, high, (20000,), dtype=dtype, device=device)
    like, filled = torch.randint_like(x, low, high), torch.empty_like(x).random_(low, high)

    for drawn in (x, like, filled):
        close(np.unique(array(drawn)), np.arange(low, high).astype(array(drawn).dtype))


@documents("torch.randint")
@pytest.mark.parametrize(("low", "high"), [(-(2**63), 2**63 - 1), (0, 2**40), (-(2**33), 2**34)])
def test_draws_from_wide_ranges(low, high, device):
    """torch.randint draws alike from ranges wider than 32 bits, in their high bits as in their low ones."""
    x = torch.randint(low, high, (20000,), device=device)

    follows(x, distribution.uniform, low, high)
    follows(x & 255, distribution.integers, 0, 256)


@documents("torch.randint")
def test_begins_at_zero_unless_told_otherwise(device):
    """torch.randint with one bound draws int64 from 0 up to it, independently."""
    x = torch.randint(6, (40000,), device=device)

    assert x.dtype is torch.int64
    follows(x, distribution.integers, 0, 6)
    is_uncorrelated(x)


@documents("torch.randint")
@pytest.mark.parametrize("arguments", [(0,), (5, 5), (5, 2)], ids=str)
def test_refuses_an_empty_range(arguments, device):
    """torch.randint of a range without integers raises RuntimeError."""
    with pytest.raises(RuntimeError):
        torch.randint(*arguments, (3,), device=device)


@documents("torch.randperm")
@pytest.mark.dtypes(torch.int64, torch.int32, torch.int16, torch.float32, torch.float64)
@given(n=st.one_of(st.integers(0, 130), st.sampled_from([1000, 5000, 30000])))
@example(n=0)
@example(n=1)
@example(n=2)
def test_is_a_permutation(n, device, dtype):
    """torch.randperm has each integer from 0 to n − 1 once."""
    x = torch.randperm(n, dtype=dtype, device=device)

    assert x.dtype is dtype
    close(np.sort(array(x)), np.arange(n, dtype=dtypes.in_numpy(dtype)))


@documents("torch.randperm")
def test_draws_each_permutation_alike(device):
    """torch.randperm(3) is each of the 6 permutations equally often."""
    drawn = collections.Counter(tuple(torch.randperm(3, device=device).tolist()) for _ in range(3000))

    assert len(drawn) == 6
    assert all(350 < count < 650 for count in drawn.values())  # 500 ± 7.3 standard deviations


@documents("torch.randperm")
@pytest.mark.parametrize("n", [100, 3000])
def test_leaves_no_place_preferred(n, device):
    """The first value of torch.randperm is distributed uniformly, and neighbours are not correlated."""
    firsts = torch.stack([torch.randperm(n, device=device)[0] for _ in range(1000)])

    assert torch.randperm(n, device=device).dtype is torch.int64
    follows(firsts, distribution.integers, 0, n)
    is_uncorrelated(torch.cat([torch.randperm(n, device=device) for _ in range(5)]), lags=(1, 2, 3))


@documents("torch.multinomial")
@pytest.mark.dtypes(torch.float64, torch.float32)
def test_draws_indices_by_weight(device, dtype):
    """torch.multinomial with replacement draws each index with a probability proportional to its weight, 0 never."""
    x = torch.multinomial(tensor(WEIGHTS.astype(dtypes.in_numpy(dtype)), device), 40000, replacement=True)

    counts = np.bincount(array(x), minlength=5)
    assert (x.dtype, x.shape) == (torch.int64, (40000,))
    assert (counts[[0, 3]] == 0).all()
    reach = distribution.distance(40000) * 40000
    assert (np.abs(counts - 40000 * WEIGHTS / WEIGHTS.sum()) < 2 * reach).all()  # a share is a difference of two


@documents("torch.multinomial")
def test_draws_for_each_row(device):
    """torch.multinomial of a matrix draws for each row by the weights of that row."""
    weights = np.array([[0.0, 1.0, 0.0], [2.0, 0.0, 0.0], [0.0, 0.0, 0.5]])

    x = torch.multinomial(tensor(weights, device), 7, replacement=True)

    close(x, np.repeat(np.array([[1], [0], [2]]), 7, axis=1), device=device)


@documents("torch.multinomial")
@pytest.mark.parametrize("shape", [(40,), (30, 40)], ids=str)
def test_draws_no_index_twice(shape, device):
    """torch.multinomial without replacement, the default, draws no index of a row twice and none of weight 0."""
    weights = np.abs(draw.normal(3, *shape)) * (np.arange(40) % 4 > 0)

    x = array(torch.multinomial(tensor(weights, device), 30))

    expected = np.broadcast_to(np.flatnonzero(np.arange(40) % 4), (*shape[:-1], 30))
    close(np.sort(x, axis=-1), expected)


@documents("torch.multinomial")
def test_draws_the_heavy_first(device):
    """Without replacement the first index that torch.multinomial draws follows the weights, also in many rows."""
    weights = np.tile(np.array([1.0, 6.0, 3.0]), (40000, 1))

    x = torch.multinomial(tensor(weights, device), 2)

    counts = np.bincount(array(x)[:, 0], minlength=3)
    assert (np.abs(counts - [4000, 24000, 12000]) < 2 * distribution.distance(40000) * 40000).all()


@documents("torch.multinomial")
@pytest.mark.parametrize("weights", [[-1.0, 2.0], [float("nan"), 1.0], [float("inf"), 1.0], [0.0, 0.0]], ids=str)
def test_refuses_weights_that_are_no_distribution(weights, device):
    """torch.multinomial raises RuntimeError for weights that are negative, not finite or all 0."""
    with pytest.raises(RuntimeError):
        torch.multinomial(tensor(np.array(weights), device), 1)


@documents("torch.multinomial")
def test_refuses_more_draws_than_indices(device):
    """Without replacement torch.multinomial raises RuntimeError where more indices are wanted than there are."""
    with pytest.raises(RuntimeError):
        torch.multinomial(tensor(WEIGHTS, device), 6)
