"""Random numbers are reproducible: seeds, generators and their states."""

import threading
from typing import Callable, NamedTuple

import numpy as np
import pytest
import torch
from hypothesis import given

from suites.kit import array, close, documents, draw, tensor
from suites.tensors.state import random_state

UNSIGNED = 2**64
SEEDS = (0, 1, 2**31, 2**32 + 5, 2**63, UNSIGNED - 1)


class Draw(NamedTuple):
    """Something random that takes a generator, on a device."""

    name: str
    call: Callable

    def __str__(self):
        return self.name


def zeros(device):
    return tensor(np.zeros(200), device)


def half(device):
    return tensor(np.full(200, 0.5), device)


DRAWS = (
    Draw("torch.rand", lambda device, **o: torch.rand(200, device=device, **o)),
    Draw("torch.randn", lambda device, **o: torch.randn(200, device=device, **o)),
    Draw("torch.randint", lambda device, **o: torch.randint(0, 1000, (200,), device=device, **o)),
    Draw("torch.randperm", lambda device, **o: torch.randperm(200, device=device, **o)),
    Draw("torch.bernoulli", lambda device, **o: torch.bernoulli(half(device), **o)),
    Draw("torch.poisson", lambda device, **o: torch.poisson(half(device) * 20, **o)),
    Draw("torch.multinomial", lambda device, **o: torch.multinomial(half(device), 100, **o)),
    Draw("torch.normal", lambda device, **o: torch.normal(half(device), half(device), **o)),
    Draw("torch.Tensor.uniform_", lambda device, **o: zeros(device).uniform_(**o)),
    Draw("torch.Tensor.normal_", lambda device, **o: zeros(device).normal_(**o)),
    Draw("torch.Tensor.random_", lambda device, **o: zeros(device).random_(**o)),
    Draw("torch.Tensor.bernoulli_", lambda device, **o: zeros(device).bernoulli_(**o)),
    Draw("torch.Tensor.exponential_", lambda device, **o: zeros(device).exponential_(**o)),
    Draw("torch.Tensor.geometric_", lambda device, **o: zeros(device).geometric_(0.1, **o)),
    Draw("torch.Tensor.log_normal_", lambda device, **o: zeros(device).log_normal_(**o)),
    Draw("torch.Tensor.cauchy_", lambda device, **o: zeros(device).cauchy_(**o)),
)
LIKE = (
    Draw("torch.rand_like", lambda device: torch.rand_like(zeros(device))),
    Draw("torch.randn_like", lambda device: torch.randn_like(zeros(device))),
    Draw("torch.randint_like", lambda device: torch.randint_like(zeros(device), 1000)),
)


def rows(*table):
    """Parametrize a claim over draws, each documented by its own name."""
    return pytest.mark.parametrize("row", [pytest.param(row, marks=documents(str(row)), id=row.name) for row in table])


def differ(first, second):
    """Whether two draws of 100 values and more are different, which they are but by a miracle."""
    return not np.array_equal(array(first), array(second))


@documents("torch.manual_seed", "notes/randomness")
@rows(*DRAWS, *LIKE)
def test_repeats_itself_after_the_same_seed(row, device):
    """After torch.manual_seed with a number that was used before, {row} draws the same values again, each time."""
    torch.manual_seed(1234)
    first, second = row.call(device), row.call(device)
    torch.manual_seed(1234)
    again = row.call(device), row.call(device)
    torch.manual_seed(1234)

    assert differ(first, second)
    close(again[0], array(first), device=device)
    close(again[1], array(second), device=device)
    close(row.call(device), array(first), device=device)


@documents("torch.manual_seed", "notes/randomness")
@rows(*DRAWS, *LIKE)
def test_draws_other_values_after_another_seed(row, device):
    """After torch.manual_seed with another number, {row} draws other values."""
    torch.manual_seed(1234)
    first = row.call(device)
    torch.manual_seed(1235)

    assert differ(first, row.call(device))


@documents("torch.Generator")
@rows(*DRAWS)
def test_draws_from_a_generator(row, device):
    """{row} draws from the generator it is given: the same values from one of the same seed, then others."""
    one, other, third = (torch.Generator(device=device).manual_seed(seed) for seed in (99, 99, 100))

    first, second = row.call(device, generator=one), row.call(device, generator=one)

    assert differ(first, second) and differ(first, row.call(device, generator=third))
    close(row.call(device, generator=other), array(first), device=device)
    close(row.call(device, generator=other), array(second), device=device)


@documents("torch.Generator")
@rows(*DRAWS)
def test_leaves_the_default_generator_alone(row, device):
    """{row} with a generator of its own does not advance the default one, nor does the default one advance it."""
    torch.manual_seed(5)
    expected = torch.rand(20, device=device)
    generator = torch.Generator(device=device).manual_seed(7)
    torch.manual_seed(5)
    row.call(device, generator=generator)

    close(torch.rand(20, device=device), array(expected), device=device)


@documents("torch.manual_seed", "torch.rand", "torch.Generator")
def test_draws_alike_from_the_default_and_from_another_generator(device):
    """A generator draws what the default one draws after the same seed."""
    torch.manual_seed(31)
    generator = torch.Generator(device=device).manual_seed(31)

    close(torch.rand(50, generator=generator, device=device), array(torch.rand(50, device=device)), device=device)


@documents("torch.manual_seed", "torch.initial_seed")
@pytest.mark.parametrize(("seed", "kept"), [(seed, seed) for seed in SEEDS] + [(-1, UNSIGNED - 2)])
def test_remembers_its_seed(seed, kept):
    """torch.manual_seed keeps seeds of 64 bits, negative ones remapped by 0xffff_ffff_ffff_ffff + seed."""
    with random_state():
        generator = torch.manual_seed(seed)

        assert isinstance(generator, torch.Generator)
        assert torch.initial_seed() == generator.initial_seed() == kept


@documents("torch.manual_seed")
@pytest.mark.parametrize("seed", [UNSIGNED, -(2**63) - 1])
def test_refuses_seeds_of_more_than_64_bits(seed):
    """torch.manual_seed raises RuntimeError or ValueError outside of [-2⁶³, 2⁶⁴ − 1]."""
    with pytest.raises((RuntimeError, ValueError)):
        torch.manual_seed(seed)


@documents("torch.seed", "torch.initial_seed")
def test_seeds_itself_at_random():
    """torch.seed sets a new seed of 64 bits each time and returns it."""
    with random_state():
        first, second = torch.seed(), torch.seed()

        assert first != second and torch.initial_seed() == second
        assert 0 <= first < UNSIGNED


@documents("torch.get_rng_state", "torch.set_rng_state")
@given(seed=draw.seeds())
def test_goes_back_to_a_state(seed):
    """torch.set_rng_state brings the default generator of the CPU back to where torch.get_rng_state found it."""
    torch.manual_seed(seed)
    torch.randn(seed % 20)
    state = torch.get_rng_state()
    first = torch.rand(3), torch.randn(17), torch.randperm(9)
    torch.set_rng_state(state)

    close(torch.rand(3), array(first[0]))
    close(torch.randn(17), array(first[1]))
    close(torch.randperm(9), array(first[2]))


@documents("torch.get_rng_state")
def test_tells_a_state_of_its_own():
    """torch.get_rng_state is a tensor of bytes on the CPU that later draws do not change."""
    state = torch.get_rng_state()
    before = array(state)
    torch.rand(1000)

    close(state, before)
    assert state.dtype is torch.uint8 and differ(torch.get_rng_state(), state)


@documents("torch.Generator.get_state", "torch.Generator.set_state")
def test_hands_its_state_to_another_generator(device):
    """A generator that is given the state of another goes on as that does, and the two are apart from then on."""
    one, other = torch.Generator(device=device).manual_seed(3), torch.Generator(device=device)
    torch.randn(37, generator=one, device=device)

    other.set_state(one.get_state())
    first = torch.randn(50, generator=one, device=device)

    close(torch.randn(50, generator=other, device=device), array(first), device=device)


@documents("torch.Generator.clone_state", since="2.5")
def test_clones_its_state(device):
    """A clone of a generator draws the same values, without advancing the original."""
    one = torch.Generator(device=device).manual_seed(3)
    clone = one.clone_state()
    first = torch.rand(20, generator=clone, device=device)

    close(torch.rand(20, generator=one, device=device), array(first), device=device)


@documents("torch.Generator.manual_seed", "torch.Generator.initial_seed", "torch.Generator.seed")
def test_is_seeded_by_hand_or_at_random(device):
    """manual_seed of a generator returns it, seed takes one at random and returns that; initial_seed tells it."""
    generator = torch.Generator(device=device)

    assert generator.manual_seed(2147483647) is generator and generator.initial_seed() == 2147483647
    first, second = generator.seed(), generator.seed()
    assert first != second and generator.initial_seed() == second


@documents("torch.Generator.device")
def test_has_the_device_it_was_made_for(device):
    """A generator is for the CPU unless another device is given."""
    assert torch.Generator().device == torch.device("cpu")
    assert torch.Generator(device=device).device.type == torch.device(device).type


@documents("torch.default_generator")
def test_is_what_torch_draws_from():
    """torch.default_generator is the generator of the CPU that torch.manual_seed seeds and that functions draw from."""
    torch.manual_seed(77)
    first = torch.rand(10, generator=torch.default_generator)
    torch.default_generator.manual_seed(77)

    close(torch.rand(10), array(first))


@documents("torch.random.fork_rng")
def test_forks_the_state():
    """What torch.random.fork_rng encloses draws as usual and leaves the state as it was before."""
    torch.manual_seed(8)
    expected = torch.rand(10)
    torch.manual_seed(8)
    with torch.random.fork_rng():
        inside = torch.rand(10)
        torch.manual_seed(9)

    close(inside, array(expected))
    close(torch.rand(10), array(expected))


@documents("torch.random.fork_rng")
def test_forks_nothing_unless_enabled():
    """With enabled=False torch.random.fork_rng does nothing."""
    torch.manual_seed(8)
    expected = torch.rand(20)
    torch.manual_seed(8)
    with torch.random.fork_rng(enabled=False):
        torch.rand(10)

    close(torch.rand(10), array(expected)[10:])


@documents("torch.manual_seed", "torch.Generator")
@pytest.mark.parametrize("own", [True, False])
def test_draws_the_same_in_another_thread(own):
    """A generator of the CPU, the default one too, draws in another thread what it would have drawn in this one."""
    generator = torch.Generator() if own else torch.default_generator
    expected = torch.rand(100, generator=generator.manual_seed(6))
    generator.manual_seed(6)
    found = []
    work = threading.Thread(target=lambda: found.append(torch.rand(100, generator=generator)))

    work.start()
    work.join()

    close(found[0], array(expected))


@documents("torch.manual_seed", "torch.nn.Linear", "torch.nn.functional.dropout")
def test_seeds_initialization_and_dropout():
    """torch.manual_seed makes the first weights of a module and the mask of dropout reproducible."""
    torch.manual_seed(4)
    weight, mask = torch.nn.Linear(7, 5).weight, torch.nn.functional.dropout(torch.ones(300))
    torch.manual_seed(4)

    close(torch.nn.Linear(7, 5).weight, array(weight))
    close(torch.nn.functional.dropout(torch.ones(300)), array(mask))
