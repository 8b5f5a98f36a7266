"""Schedulers of schedulers: chains in sequences, sequences in sequences, milestones that meet, taken up again."""

from typing import Any, Callable, NamedTuple

import numpy as np
import pytest
from torch.optim import lr_scheduler

from reference import schedule
from suites.kit import bound, close, documents

from .schedules import RATES, descent, drifting, halving, rates_of, relay, trace

EPOCHS = 20
pytestmark = [
    pytest.mark.filterwarnings("ignore:The epoch parameter in:UserWarning"),  # SequentialLR itself, before 2.7
    pytest.mark.filterwarnings("ignore:Detected call of:UserWarning"),  # by a sequence that is put together
]


class Part(NamedTuple):
    """A scheduler, plain or of others: how to build it, and the factor of the first rate at an epoch."""

    build: Callable[[Any], Any]
    factor: Callable[[int], float]

    def rates(self) -> np.ndarray:
        """The rates of both groups, at first and after each epoch."""
        return np.array([[rate * self.factor(t) for rate in RATES] for t in range(EPOCHS + 1)])


def plain(name: str, formula: Callable[..., float], **options: Any) -> Part:
    """A scheduler that is none of others."""
    return Part(lambda own: getattr(lr_scheduler, name)(own, **options), lambda t: formula(t, 1.0, **options))


def chain(*parts: Part) -> Part:
    """All at once: the factors multiply."""
    return Part(
        lambda own: lr_scheduler.ChainedScheduler([part.build(own) for part in parts]),
        lambda t: float(np.prod([part.factor(t) for part in parts])),
    )


def sequence(milestones: list[int], *parts: Part) -> Part:
    """One after another: at each milestone the next begins at its own first epoch."""

    def factor(t: int) -> float:
        place = sum(milestone <= t for milestone in milestones)
        return parts[place].factor(t - [0, *milestones][place])

    return Part(lambda own: lr_scheduler.SequentialLR(own, [part.build(own) for part in parts], milestones), factor)


CONSTANT = plain("ConstantLR", schedule.constant, factor=0.25, total_iters=4)
LINEAR = plain("LinearLR", schedule.linear, start_factor=0.2, end_factor=0.9, total_iters=3)
EXPONENTIAL = plain("ExponentialLR", schedule.exponential, gamma=0.9)
STEP = plain("StepLR", schedule.step, step_size=2, gamma=0.5)
COSINE = plain("CosineAnnealingLR", schedule.cosine, T_max=5)
RESTARTS = plain("CosineAnnealingWarmRestarts", schedule.warm_restarts, T_0=3, T_mult=2)
POLYNOMIAL = plain("PolynomialLR", schedule.polynomial, total_iters=30, power=2.0)
LAMBDA = Part(lambda own: lr_scheduler.LambdaLR(own, halving), halving)

NESTED = {
    "sequence of one": sequence([], EXPONENTIAL),
    "chain of one": chain(STEP),
    "warmup and cosine": sequence([3], LINEAR, COSINE),
    "warmup and restarts": sequence([3], LINEAR, RESTARTS),
    "restarts and polynomial": sequence([7], RESTARTS, POLYNOMIAL),
    "function and steps": sequence([4], LAMBDA, STEP),
    "steps and function": sequence([4], STEP, LAMBDA),
    "one epoch each": sequence([1, 2, 3], CONSTANT, LINEAR, EXPONENTIAL, STEP),
    "milestones that meet": sequence([2, 2], CONSTANT, EXPONENTIAL, LINEAR),
    "milestones from zero": sequence([0, 3], CONSTANT, EXPONENTIAL, LINEAR),
    "two milestones of zero": sequence([0, 0], CONSTANT, EXPONENTIAL, LINEAR),
    "chain of chains": chain(chain(CONSTANT, EXPONENTIAL), STEP),
    "chain of equals": chain(LINEAR, LINEAR, STEP),
    "sequence of a sequence": sequence([], sequence([4], CONSTANT, EXPONENTIAL)),
    "sequence in a sequence": sequence([7], sequence([4], CONSTANT, EXPONENTIAL), STEP),
    "sequence after a milestone": sequence([5], STEP, sequence([4], CONSTANT, EXPONENTIAL)),
    "chain in a sequence": sequence([5], chain(CONSTANT, EXPONENTIAL), STEP),
    "chain of steps in a sequence": sequence([5], chain(STEP, CONSTANT), EXPONENTIAL),
    "chain after a milestone": sequence([5], STEP, chain(CONSTANT, EXPONENTIAL)),
}
#: ChainedScheduler may be a part of SequentialLR since 2.6.
YOUNG = ("chain in a sequence", "chain of steps in a sequence", "chain after a milestone")
#: What cannot be stepped at all, today, cannot be taken up either.
UNUSABLE = ("chain after a milestone", "sequence after a milestone")

every_nest = pytest.mark.parametrize(
    "nest", [pytest.param(nest, id=name, marks=documents(since="2.6" if name in YOUNG else None))
             for name, nest in NESTED.items()]
)  # fmt: skip


@documents("torch.optim.lr_scheduler.SequentialLR", "torch.optim.lr_scheduler.ChainedScheduler")
@every_nest
def test_composites_do_what_their_parts_say(nest, device):
    """A chain multiplies what its parts say of an epoch; a sequence follows the part that is due, from its epoch 0."""
    optimizer, expected = descent(device), nest.rates()

    scheduler = nest.build(optimizer)
    found = trace(optimizer, scheduler, EPOCHS)

    close(found, expected, drifting(expected))
    close(np.array(scheduler.get_last_lr()), found[-1])


@documents("torch.optim.lr_scheduler.SequentialLR", "torch.optim.lr_scheduler.ChainedScheduler")
@every_nest
def test_composites_begin_as_their_parts_say(nest, device):
    """A composite, once built, has set the rates of epoch 0: the product over a chain, those of a sequence's first."""
    optimizer, expected = descent(device), nest.rates()[0]

    nest.build(optimizer)

    close(np.array(rates_of(optimizer)), expected, bound.rounded(expected, 16))


@documents("torch.optim.lr_scheduler.SequentialLR", "torch.optim.lr_scheduler.ChainedScheduler")
@pytest.mark.parametrize("name", sorted(set(NESTED) - {*YOUNG, *UNUSABLE}))
def test_composites_can_be_taken_up_at_every_epoch(name, device):
    """A composite and its optimizer, loaded into new ones after each epoch, go on as if nothing had happened."""
    optimizer, build = descent(device), NESTED[name].build

    expected = trace(optimizer, build(optimizer), EPOCHS)
    found = relay(build, EPOCHS, device)

    close(found, expected)


@documents("torch.optim.lr_scheduler.SequentialLR")
def test_a_sequence_can_begin_at_a_later_epoch(device):
    """SequentialLR with last_epoch begins with the part that is due in the epoch after it."""
    optimizer, row = descent(device), sequence([3], CONSTANT, EXPONENTIAL)
    parts = [part.build(optimizer) for part in (CONSTANT, EXPONENTIAL)]

    lr_scheduler.SequentialLR(optimizer, parts, [3], last_epoch=4)

    close(np.array(rates_of(optimizer)), row.rates()[5], bound.rounded(row.rates()[5], 16))


@documents("torch.optim.lr_scheduler.SequentialLR")
@pytest.mark.parametrize(("parts", "milestones"), [(2, []), (2, [1, 2]), (3, [1]), (1, [1])], ids=str)
def test_a_sequence_needs_a_milestone_between_two_parts(parts, milestones, device):
    """SequentialLR with another number of milestones than one less than its parts raises ValueError."""
    optimizer = descent(device)
    schedulers = [STEP.build(optimizer) for _ in range(parts)]

    with pytest.raises(ValueError):
        lr_scheduler.SequentialLR(optimizer, schedulers, milestones)


@documents("torch.optim.lr_scheduler.SequentialLR", "torch.optim.lr_scheduler.ChainedScheduler")
def test_composites_are_of_one_optimizer(device):
    """Parts of another optimizer raise ValueError in a sequence and in a chain."""
    own, other = descent(device), descent(device)
    parts = [STEP.build(own), EXPONENTIAL.build(other)]

    with pytest.raises(ValueError):
        lr_scheduler.SequentialLR(own, parts, [3])
    with pytest.raises(ValueError):
        lr_scheduler.ChainedScheduler(parts)
