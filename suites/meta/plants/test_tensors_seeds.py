"""Wrong answers about seeds, generators and their states."""

import contextlib

import torch

from suites.meta.planting import Plant, assert_rejected, plants
from suites.meta.wrong import ignoring
from suites.meta.wrong_tensors import constant
from suites.tensors import test_seeds as claims

RAND, RANDN, *_ = claims.DRAWS
STATES = {}


def never_again(original):
    """Seeding again with the last seed does nothing."""
    STATES.clear()

    def wrong(seed):
        if STATES.get("last") == seed:
            return torch.default_generator
        STATES["last"] = seed
        return original(seed)

    return wrong


def in_other_threads(original):
    """Other threads draw from elsewhere."""
    import threading

    def wrong(*args, **options):
        found = original(*args, **options)
        return found if threading.current_thread() is threading.main_thread() else found.flip(0)

    return wrong


PLANTS = (
    Plant(
        "seeding again does nothing",
        claims.test_repeats_itself_after_the_same_seed,
        "torch.manual_seed",
        never_again,
        {"row": RAND},
    ),
    Plant(
        "seeds are taken by their high bits",
        claims.test_draws_other_values_after_another_seed,
        "torch.manual_seed",
        lambda original: lambda seed: original(seed // 256),
        {"row": RANDN},
    ),
    Plant(
        "generator is ignored", claims.test_draws_from_a_generator, "torch.rand", ignoring("generator"), {"row": RAND}
    ),
    Plant(
        "generator is ignored",
        claims.test_leaves_the_default_generator_alone,
        "torch.randn",
        ignoring("generator"),
        {"row": RANDN},
    ),
    Plant(
        "seeds of the default generator are shifted",
        claims.test_draws_alike_from_the_default_and_from_another_generator,
        "torch.manual_seed",
        lambda original: lambda seed: original(seed + 1),
    ),
    Plant(
        "seeds have 32 bits",
        claims.test_remembers_its_seed,
        "torch.manual_seed",
        lambda original: lambda seed: original(seed % 2**32),
        {"seed": 2**32 + 5, "kept": 2**32 + 5},
    ),
    Plant(
        "seeds wrap around",
        claims.test_refuses_seeds_of_more_than_64_bits,
        "torch.manual_seed",
        lambda original: lambda seed: original(seed % 2**64),
        {"seed": 2**64},
    ),
    Plant("the seed is always the same", claims.test_seeds_itself_at_random, "torch.seed", constant(5)),
    Plant("the state is not set", claims.test_goes_back_to_a_state, "torch.set_rng_state", constant(None)),
    Plant(
        "the state is always the same",
        claims.test_tells_a_state_of_its_own,
        "torch.get_rng_state",
        lambda original: (lambda state: lambda: state)(original()),
    ),
    Plant(
        "the state is not set",
        claims.test_hands_its_state_to_another_generator,
        "torch.Generator",
        lambda original: Deaf,
    ),
    Plant("the clone begins anew", claims.test_clones_its_state, "torch.Generator", lambda original: Forgetful),
    Plant("the seed is not set", claims.test_is_seeded_by_hand_or_at_random, "torch.Generator", lambda original: Fixed),
    Plant(
        "the device is cuda", claims.test_has_the_device_it_was_made_for, "torch.Generator", lambda original: Elsewhere
    ),
    Plant(
        "torch draws from another",
        claims.test_is_what_torch_draws_from,
        "torch.default_generator",
        lambda original: torch.Generator(),
    ),
    Plant(
        "the state goes on", claims.test_forks_the_state, "torch.random.fork_rng", constant(contextlib.nullcontext())
    ),
    Plant("enabled is ignored", claims.test_forks_nothing_unless_enabled, "torch.random.fork_rng", ignoring("enabled")),
    Plant(
        "other threads draw otherwise",
        claims.test_draws_the_same_in_another_thread,
        "torch.rand",
        in_other_threads,
        {"own": False},
    ),
    Plant(
        "dropout has a generator of its own",
        claims.test_seeds_initialization_and_dropout,
        "torch.nn.functional.dropout",
        lambda original: lambda x: x * torch.bernoulli(x / 2, generator=OWN) * 2,
    ),
)

PLAIN = torch.Generator
OWN = torch.Generator()


class Deaf(torch.Generator):
    def set_state(self, state):
        return self


class Forgetful(torch.Generator):
    def clone_state(self):
        return PLAIN().manual_seed(self.initial_seed())

    def manual_seed(self, seed):
        super().manual_seed(seed)
        torch.rand(3, generator=self)
        return self


class Fixed(torch.Generator):
    def seed(self):
        return 67280421310721


class Elsewhere(torch.Generator):
    device = torch.device("cuda")


@plants(*PLANTS)
def test_is_rejected(plant, request):
    assert_rejected(plant, request)
