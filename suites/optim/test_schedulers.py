"""Learning rate schedulers: each beside its formula, resumed, chained, one after another."""

import copy
import pickle
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch
from torch.optim import lr_scheduler

from reference import schedule
from suites.kit import close, documents

from .schedules import EPOCHS, RATES, SCHEDULES, descent, drifting, every_schedule, halving, rates_of, trace, wavy

#: Schedules that do not ask for options of each group.
GROWING = ("step", "exponential", "multi-step", "lambda", "cosine", "polynomial", "constant", "linear",
           "multiplicative", "warm-restarts", "triangular", "one-cycle")  # fmt: skip


@every_schedule
def test_follows_its_formula(row, device):
    """Epoch for epoch, {row} sets the rate of each group to what its formula says."""
    optimizer, expected = descent(device), row.rates()

    found = trace(optimizer, row.scheduler(optimizer), row.epochs)

    close(found, expected, drifting(expected))


@documents("torch.optim.lr_scheduler.StepLR")
@every_schedule
def test_reports_the_last_rates(row, device):
    """get_last_lr of {row} is the list of the groups' present rates, at first and after each epoch."""
    optimizer = descent(device)
    scheduler = row.scheduler(optimizer)
    reported, actual = [scheduler.get_last_lr()], [rates_of(optimizer)]

    for _ in range(30):
        optimizer.step()
        scheduler.step()
        reported.append(scheduler.get_last_lr())
        actual.append(rates_of(optimizer))

    close(np.array(reported), np.array(actual))


@documents("torch.optim.Optimizer.load_state_dict")
@pytest.mark.parametrize("epoch", [1, 6, 40])
@every_schedule
def test_goes_on_from_its_state(row, epoch, device):
    """{row} and its optimizer, loaded into new ones in mid-run, go on as if they had not been interrupted."""
    optimizer, resumed = descent(device), descent(device)
    scheduler = row.scheduler(optimizer)
    trace(optimizer, scheduler, epoch)
    kept = copy.deepcopy(optimizer.state_dict())

    follower = row.scheduler(resumed)
    resumed.load_state_dict(kept)
    follower.load_state_dict(copy.copy(scheduler.state_dict()))

    assert follower.last_epoch == epoch
    close(trace(resumed, follower, row.epochs - epoch), trace(optimizer, scheduler, row.epochs - epoch))


@documents("torch.optim.Optimizer.state_dict")
@pytest.mark.parametrize(
    "row",
    [
        pytest.param(row, marks=documents(f"torch.optim.lr_scheduler.{row.name}"), id=id)
        for id, row in SCHEDULES.items()
    ],
)
def test_state_is_small_and_can_be_saved(row, device):
    """The state of {row} can be pickled and holds nothing of the optimizer."""
    optimizer = descent(device)
    scheduler = row.scheduler(optimizer)
    trace(optimizer, scheduler, 3)

    state = scheduler.state_dict()

    assert not any(value is optimizer for value in state.values())
    assert pickle.loads(pickle.dumps(state))["last_epoch"] == 3
    assert b"torch.optim.sgd" not in pickle.dumps(state)


@documents("torch.optim.lr_scheduler.LambdaLR", "torch.optim.Optimizer.add_param_group")
@pytest.mark.parametrize("name", GROWING)
def test_goes_on_when_a_group_is_added(name, device):
    """A scheduler goes on for the groups it has when the optimizer is given another one."""
    row, optimizer = SCHEDULES[name], descent(device)
    scheduler = row.scheduler(optimizer)
    expected = row.rates()
    trace(optimizer, scheduler, 2)

    optimizer.add_param_group({"params": [descent(device).param_groups[0]["params"][0]], "lr": 3.0})
    found = trace(optimizer, scheduler, 3)[:, :2]

    close(found, expected[2:6], drifting(expected[2:6]))


@documents("torch.optim.lr_scheduler.StepLR")
def test_needs_the_initial_rate_to_go_on(device):
    """With last_epoch but no initial_lr in a group, a scheduler raises KeyError."""
    with pytest.raises(KeyError):
        lr_scheduler.StepLR(descent(device), step_size=3, last_epoch=4)


# Before 2.7 SequentialLR itself called step with an argument that is deprecated.
quiet = pytest.mark.filterwarnings("ignore:The epoch parameter in:UserWarning")


class Plateau(NamedTuple):
    """Options of ReduceLROnPlateau, and metrics."""

    options: dict[str, Any]
    metrics: tuple[float, ...]


FALLING = (5.0, 4.0, 4.0, 4.0, 4.0, 3.9997, 3.9, 4.0, 4.0, 4.0, 4.0, 4.0, 2.0, 2.1, 2.2, 2.3, 2.4, 1.0, 3.0, 1.0)
RISING = tuple(10.0 - metric for metric in FALLING)
SHORT = {"factor": 0.5, "patience": 1}

PLATEAUS = {
    "short": Plateau(SHORT, FALLING),
    "impatient": Plateau({"factor": 0.5, "patience": 0}, FALLING),
    "default": Plateau({}, (1.0, *[2.0] * 40)),
    "cooldown": Plateau({**SHORT, "cooldown": 3}, FALLING),
    "max": Plateau({**SHORT, "mode": "max"}, RISING),
    "abs": Plateau({**SHORT, "threshold_mode": "abs", "threshold": 0.05}, FALLING),
    "max-abs": Plateau({**SHORT, "mode": "max", "threshold_mode": "abs", "threshold": 0.05}, RISING),
    "rel": Plateau({**SHORT, "threshold": 0.1}, FALLING),
    "max-rel": Plateau({**SHORT, "mode": "max", "threshold": 0.1}, RISING),
    "ties": Plateau({**SHORT, "threshold": 0.0}, FALLING),
    "least": Plateau({**SHORT, "min_lr": 0.2}, FALLING),
}


@documents("torch.optim.lr_scheduler.ReduceLROnPlateau")
@pytest.mark.parametrize("plateau", PLATEAUS.values(), ids=PLATEAUS)
def test_reduces_the_rate_on_plateaus(plateau, device):
    """After more than ``patience`` metrics in a row that are no better, ReduceLROnPlateau cuts the rates by factor."""
    optimizer = descent(device)
    expected = np.stack([schedule.on_plateau(plateau.metrics, rate, **plateau.options) for rate in RATES], 1)

    scheduler = lr_scheduler.ReduceLROnPlateau(optimizer, **plateau.options)
    found = []
    for metric in plateau.metrics:
        optimizer.step()
        scheduler.step(metric)
        found.append(rates_of(optimizer))

    close(np.array(found), expected, drifting(expected))


@documents("torch.optim.lr_scheduler.ReduceLROnPlateau")
@pytest.mark.parametrize("epoch", [1, 4, 9])
@pytest.mark.parametrize("plateau", PLATEAUS.values(), ids=PLATEAUS)
def test_plateaus_go_on_from_their_state(plateau, epoch, device):
    """ReduceLROnPlateau, loaded in mid-run with its optimizer, goes on as if it had not been interrupted."""
    optimizer, resumed = descent(device), descent(device)
    scheduler = lr_scheduler.ReduceLROnPlateau(optimizer, **plateau.options)
    for metric in plateau.metrics[:epoch]:
        scheduler.step(metric)

    follower = lr_scheduler.ReduceLROnPlateau(resumed, **plateau.options)
    follower.load_state_dict(copy.deepcopy(scheduler.state_dict()))
    resumed.load_state_dict(optimizer.state_dict())
    found = []
    for metric in plateau.metrics[epoch:]:
        follower.step(metric)
        found.append(rates_of(resumed))

    expected = np.stack([schedule.on_plateau(plateau.metrics, rate, **plateau.options) for rate in RATES], 1)[epoch:]
    close(np.array(found), expected, drifting(expected))


@documents("torch.optim.lr_scheduler.ReduceLROnPlateau")
def test_leaves_small_steps_undone(device):
    """A reduction of a rate by less than eps is not made."""
    optimizer = descent(device, (1.0, 1e-3))
    scheduler = lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.5, patience=0, eps=1e-2)

    for metric in (1.0, 2.0):
        scheduler.step(metric)

    assert rates_of(optimizer) == [0.5, 1e-3]


@documents("torch.optim.lr_scheduler.SequentialLR")
@quiet
@pytest.mark.parametrize("milestones", [(3, 20), (1, 2), (10, 11)], ids=str)
def test_one_after_another(milestones, device):
    """SequentialLR hands over to the next scheduler at each milestone; that starts at its own first epoch."""
    names, optimizer = ("constant", "exponential", "step"), descent(device)
    starts = (0, *milestones, EPOCHS)
    spans = [SCHEDULES[name].rates()[: end - begin] for name, begin, end in zip(names, starts, starts[1:])]
    expected = np.concatenate(spans)

    schedulers = [SCHEDULES[name].scheduler(optimizer) for name in names]
    sequence = lr_scheduler.SequentialLR(optimizer, schedulers, list(milestones))
    found = trace(optimizer, sequence, EPOCHS - 1)

    close(found, expected, drifting(expected))
    close(np.array(sequence.get_last_lr()), found[-1])


@documents("torch.optim.lr_scheduler.SequentialLR")
@quiet
def test_a_milestone_of_zero_begins_with_the_second(device):
    """SequentialLR with a milestone of 0 follows its second scheduler from the first epoch on."""
    optimizer, expected = descent(device), SCHEDULES["exponential"].rates()[:6]

    both = [SCHEDULES[name].scheduler(optimizer) for name in ("constant", "exponential")]
    found = trace(optimizer, lr_scheduler.SequentialLR(optimizer, both, [0]), 5)

    close(found, expected, drifting(expected))


@documents("torch.optim.lr_scheduler.SequentialLR")
@quiet
@pytest.mark.parametrize("epoch", [1, 5, 30])
def test_sequences_go_on_from_their_state(epoch, device):
    """SequentialLR, loaded in mid-run with its optimizer, goes on as if it had not been interrupted."""
    runs = []
    for _ in range(2):
        optimizer = descent(device)
        parts = [SCHEDULES[name].scheduler(optimizer) for name in ("linear", "cosine")]
        runs.append((optimizer, lr_scheduler.SequentialLR(optimizer, parts, [5])))
    (optimizer, scheduler), (resumed, follower) = runs
    trace(optimizer, scheduler, epoch)

    resumed.load_state_dict(copy.deepcopy(optimizer.state_dict()))
    follower.load_state_dict(copy.deepcopy(scheduler.state_dict()))

    close(trace(resumed, follower, 20), trace(optimizer, scheduler, 20))


@documents("torch.optim.lr_scheduler.ChainedScheduler")
def test_all_at_once(device):
    """ChainedScheduler applies each of its schedulers at every epoch: their factors multiply."""
    names, optimizer = ("constant", "exponential", "step", "multi-step"), descent(device)
    expected = np.array(RATES) * np.prod([SCHEDULES[name].rates() / RATES for name in names], axis=0)

    chained = lr_scheduler.ChainedScheduler([SCHEDULES[name].scheduler(optimizer) for name in names])
    found = trace(optimizer, chained, EPOCHS)

    close(found, expected, drifting(expected))
    close(np.array(chained.get_last_lr()), found[-1])


@documents("torch.optim.lr_scheduler.ChainedScheduler")
def test_chains_go_on_from_their_state(device):
    """ChainedScheduler, loaded in mid-run with its optimizer, goes on as if it had not been interrupted."""
    runs = []
    for _ in range(2):
        optimizer = descent(device)
        parts = [SCHEDULES[name].scheduler(optimizer) for name in ("linear", "exponential")]
        runs.append((optimizer, lr_scheduler.ChainedScheduler(parts)))
    (optimizer, scheduler), (resumed, follower) = runs
    trace(optimizer, scheduler, 6)

    resumed.load_state_dict(copy.deepcopy(optimizer.state_dict()))
    follower.load_state_dict(copy.deepcopy(scheduler.state_dict()))

    close(trace(resumed, follower, 20), trace(optimizer, scheduler, 20))


@documents("torch.optim.lr_scheduler.CyclicLR")
@pytest.mark.parametrize("mode", ["triangular", "triangular2"])
def test_cycles_momentum_against_the_rate(mode, device):
    """CyclicLR takes the momentum from its maximum down to its base as the rate rises, and up again as it falls."""
    optimizer = descent(device, momentum=0.9)
    options = {"step_size_up": 3, "step_size_down": 5, "mode": mode}
    expected = np.array([[schedule.cyclic(t, 0.9, 0.6, **options)] * 2 for t in range(31)])

    scheduler = lr_scheduler.CyclicLR(optimizer, 0.1, 1.0, base_momentum=0.6, max_momentum=0.9, **options)
    found = trace(optimizer, scheduler, 30, "momentum")

    close(found, expected, drifting(expected))


@documents("torch.optim.lr_scheduler.OneCycleLR")
@pytest.mark.parametrize("anneal_strategy", ["cos", "linear"])
def test_one_cycle_moves_momentum_against_the_rate(anneal_strategy, device):
    """OneCycleLR takes the momentum from its maximum to its base at the highest rate, and back to its maximum."""
    optimizer = descent(device, momentum=0.9)
    options = {"total_steps": 25, "pct_start": 0.4, "anneal_strategy": anneal_strategy}
    expected = np.array([[schedule.one_cycle(t, 0.95, 0.85, 0.95, **options)] * 2 for t in range(25)])

    found = trace(optimizer, lr_scheduler.OneCycleLR(optimizer, 1.0, **options), 24, "momentum")

    close(found, expected, drifting(expected))


@documents("torch.optim.lr_scheduler.OneCycleLR")
def test_one_cycle_moves_the_first_beta_of_adam(device):
    """For an optimizer with betas OneCycleLR cycles the first of them and leaves the second alone."""
    [group] = descent(device, (1.0,)).param_groups
    optimizer = torch.optim.Adam(group["params"], betas=(0.9, 0.99))
    scheduler = lr_scheduler.OneCycleLR(optimizer, 1.0, total_steps=9)
    expected = [[schedule.one_cycle(t, 0.95, 0.85, 0.95, total_steps=9), 0.99] for t in range(9)]
    found = [optimizer.param_groups[0]["betas"]]

    for _ in range(8):
        optimizer.step()
        scheduler.step()
        found.append(optimizer.param_groups[0]["betas"])

    close(np.array(found), np.array(expected), drifting(np.array(expected)))


@documents("torch.optim.lr_scheduler.OneCycleLR")
def test_one_cycle_is_over_after_its_steps(device):
    """OneCycleLR raises ValueError at a step beyond total_steps, which is epochs * steps_per_epoch if not given."""
    optimizer = descent(device)
    scheduler = lr_scheduler.OneCycleLR(optimizer, 1.0, epochs=4, steps_per_epoch=3, cycle_momentum=False)
    trace(optimizer, scheduler, 11)

    assert scheduler.total_steps == 12
    with pytest.raises(ValueError):
        trace(optimizer, scheduler, 2)


@documents("torch.optim.lr_scheduler.CyclicLR")
@pytest.mark.parametrize("scale_mode", ["cycle", "iterations"])
def test_a_cycle_can_be_scaled_by_any_function(scale_mode, device):
    """CyclicLR's scale_fn scales the amplitude by the number of the cycle, from 1, or by that of the iteration."""
    optimizer = descent(device)
    scale = {"cycle": lambda t: 1 / (1 + t // 8), "iterations": lambda t: 1 / max(t, 1)}[scale_mode]
    plain = [schedule.cyclic(t, 0.0, 1.0, step_size_up=4) * scale(t) for t in range(30)]
    expected = np.array([[0.25 + 0.5 * height] * 2 for height in plain])

    scheduler = lr_scheduler.CyclicLR(
        optimizer, 0.25, 0.75, 4, scale_fn=lambda x: 1 / max(x, 1), scale_mode=scale_mode, cycle_momentum=False
    )
    found = trace(optimizer, scheduler, 29)

    close(found, expected, drifting(expected))


@documents("torch.optim.lr_scheduler.CosineAnnealingWarmRestarts")
def test_warm_restarts_take_fractions_of_epochs(device):
    """CosineAnnealingWarmRestarts.step(epoch) sets the rates of that epoch, whole or not."""
    optimizer = descent(device)
    scheduler = lr_scheduler.CosineAnnealingWarmRestarts(optimizer, T_0=4, eta_min=0.1)
    places = [0.0, 0.25, 1.5, 3.75, 4.0, 4.5, 7.9]
    expected = np.array([[schedule.cosine(t % 4, rate, T_max=4, eta_min=0.1) for rate in RATES] for t in places])
    found = []

    for place in places:
        optimizer.step()
        scheduler.step(place)
        found.append(rates_of(optimizer))

    close(np.array(found), expected, drifting(expected))


@documents("torch.optim.lr_scheduler.LambdaLR")
def test_needs_as_many_functions_as_groups(device):
    """LambdaLR with a list of another length than the optimizer's groups raises ValueError."""
    with pytest.raises(ValueError):
        lr_scheduler.LambdaLR(descent(device), [halving, wavy, halving])


@documents("torch.optim.lr_scheduler.ConstantLR", "torch.optim.lr_scheduler.LinearLR")
@pytest.mark.parametrize(
    ("name", "options"),
    [("ConstantLR", {"factor": 1.5}), ("ConstantLR", {"factor": -0.1}),
     ("LinearLR", {"start_factor": 1.5}), ("LinearLR", {"end_factor": 1.5}), ("LinearLR", {"end_factor": -0.1}),
     ("ReduceLROnPlateau", {"factor": 1.0}), ("ReduceLROnPlateau", {"mode": "least"}),
     ("CosineAnnealingWarmRestarts", {"T_0": 0}), ("CosineAnnealingWarmRestarts", {"T_0": 3, "T_mult": 0}),
     ("OneCycleLR", {"max_lr": 1.0}), ("OneCycleLR", {"max_lr": 1.0, "total_steps": 0}),
     ("OneCycleLR", {"max_lr": 1.0, "total_steps": 9, "pct_start": 1.1}),
     ("OneCycleLR", {"max_lr": 1.0, "total_steps": 9, "anneal_strategy": "square"}),
     ("CyclicLR", {"base_lr": 0.1, "max_lr": 1.0, "mode": "square"})],
)  # fmt: skip
def test_refuses_options_that_make_no_sense(name, options, device):
    """A factor outside its range, an unknown mode or no number of steps raises ValueError."""
    with pytest.raises(ValueError):
        getattr(lr_scheduler, name)(descent(device, momentum=0.9), **options)
