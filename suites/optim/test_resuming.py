"""Schedules that are left and taken up again, by state, by epoch or by last_epoch; rates in tensors; empty spans."""

import numpy as np
import pytest
import torch
from torch.optim import lr_scheduler

from reference import schedule
from suites.kit import close, documents, tensor

from .schedules import RATES, SCHEDULES, descent, drifting, every_schedule, rates_of, relay, trace

pytestmark = [
    pytest.mark.filterwarnings("ignore:The epoch parameter in:UserWarning"),
    pytest.mark.filterwarnings("ignore:Detected call of:UserWarning"),
]

#: Schedules that keep what they start from in the groups, which a new optimizer lacks, and one without an index.
KEEPING = ("CyclicLR", "OneCycleLR")


def over(*left_out):
    """Run a claim over the schedules but those of some classes."""
    return pytest.mark.parametrize(
        "row", [pytest.param(row, marks=documents(f"torch.optim.lr_scheduler.{row.name}"), id=id)
                for id, row in SCHEDULES.items() if row.name not in left_out]
    )  # fmt: skip


@documents("torch.optim.Optimizer.load_state_dict")
@every_schedule
def test_goes_on_though_every_epoch_begins_anew(row, device):
    """{row} and its optimizer, loaded into new ones after every epoch, go on as if they had not been interrupted."""
    optimizer, epochs = descent(device), min(row.epochs, 50)

    expected = trace(optimizer, row.scheduler(optimizer), epochs)
    found = relay(row.scheduler, epochs, device)

    close(found, expected)


@documents("torch.optim.Optimizer.load_state_dict")
@pytest.mark.parametrize("epoch", [1, 5, 23])
@over(*KEEPING)
def test_goes_on_from_a_last_epoch(row, epoch, device):
    """{row} with last_epoch, made before its optimizer's state is loaded, goes on after that epoch."""
    optimizer, resumed = descent(device), descent(device)
    scheduler = row.scheduler(optimizer)
    trace(optimizer, scheduler, epoch)

    for group, rate in zip(resumed.param_groups, RATES):
        group["initial_lr"] = rate
    follower = row.scheduler(resumed, last_epoch=epoch - 1)
    resumed.load_state_dict(optimizer.state_dict())

    expected = trace(optimizer, scheduler, 30)
    close(trace(resumed, follower, 30), expected, drifting(expected))


@documents("torch.optim.Optimizer.step")
@over("MultiplicativeLR")
def test_goes_to_any_epoch(row, device):
    """step(epoch) of {row} sets the rates of that epoch, later or earlier than the last one."""
    optimizer, expected = descent(device), row.rates()
    scheduler, epochs = row.scheduler(optimizer), [7, 8, 3, 0, 41, 23, 1]
    found = []

    for epoch in epochs:
        scheduler.step(epoch)
        found.append(rates_of(optimizer))

    close(np.array(found), expected[epochs], drifting(expected[epochs]))


def with_tensors(device):
    """The optimizer of two groups whose rates are in tensors."""
    optimizer = descent(device)
    for group in optimizer.param_groups:
        group["lr"] = tensor(np.array(group["lr"]), device)
    return optimizer


@documents("torch.optim.Optimizer.step", since="2.6")
@every_schedule
def test_sets_rates_in_tensors(row, device):
    """{row} writes the rate of each group into the tensor that holds it, and the rates are those of its formula."""
    optimizer, expected = with_tensors(device), row.rates()
    held = [group["lr"] for group in optimizer.param_groups]

    found = trace(optimizer, row.scheduler(optimizer), row.epochs)

    close(found, expected, drifting(expected))
    assert all(group["lr"] is tensor for group, tensor in zip(optimizer.param_groups, held))


@documents("torch.optim.Optimizer.step", since="2.6")
@every_schedule
def test_returned_rates_stay(row, device):
    """What get_last_lr of {row} returned is not changed by later epochs, nor changes the rates if it is written to."""
    optimizer = with_tensors(device)
    scheduler = row.scheduler(optimizer)
    trace(optimizer, scheduler, 1)
    returned, before = scheduler.get_last_lr(), rates_of(optimizer)

    trace(optimizer, scheduler, 5)
    kept = [float(rate) for rate in returned]
    now = rates_of(optimizer)
    for rate in scheduler.get_last_lr():
        rate.fill_(77.0)

    assert kept == before
    assert rates_of(optimizer) == now


@documents("torch.optim.lr_scheduler.ReduceLROnPlateau", since="2.6")
def test_plateaus_set_rates_in_tensors(device):
    """ReduceLROnPlateau writes reduced rates into the tensors that hold them."""
    optimizer = with_tensors(device)
    held = [group["lr"] for group in optimizer.param_groups]
    scheduler = lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.5, patience=0)

    for metric in (1.0, 2.0, 3.0):
        scheduler.step(metric)

    close(torch.stack(held), np.array(RATES) / 4, device=device)
    assert all(group["lr"] is tensor for group, tensor in zip(optimizer.param_groups, held))


@documents("torch.optim.lr_scheduler.ReduceLROnPlateau")
def test_each_group_has_a_least_rate_of_its_own(device):
    """With a list for min_lr each group's rate is reduced down to its own minimum, and no further."""
    optimizer, metrics = descent(device), (1.0, 2.0, 2.0, 2.0, 2.0)
    least = [0.3, 0.01]
    expected = [
        schedule.on_plateau(metrics, rate, factor=0.5, patience=0, min_lr=low) for rate, low in zip(RATES, least)
    ]
    scheduler = lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.5, patience=0, min_lr=least)
    found = []

    for metric in metrics:
        scheduler.step(metric)
        found.append(rates_of(optimizer))

    close(np.array(found), np.stack(expected, 1), drifting(np.stack(expected, 1)))


@documents("torch.optim.lr_scheduler.ReduceLROnPlateau")
@pytest.mark.parametrize("metric", [float, np.float32, torch.tensor], ids=["float", "float32", "tensor"])
def test_metrics_are_what_float_takes(metric, device):
    """ReduceLROnPlateau takes a metric that is a number or a tensor of one element."""
    optimizer = descent(device)
    scheduler = lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.5, patience=0)

    for value in (1.0, 0.75, 0.5, 0.5):
        scheduler.step(metric(value))

    assert rates_of(optimizer) == [rate / 2 for rate in RATES]


@documents("torch.optim.lr_scheduler.LRScheduler.state_dict", since="2.0")
@over()
def test_state_stays_as_it_was_taken(row, device):
    """A state of {row} is not changed by the epochs after it was taken."""
    optimizer = descent(device)
    scheduler = row.scheduler(optimizer)
    trace(optimizer, scheduler, 2)
    taken = scheduler.state_dict()
    before = repr(sorted(taken.items(), key=str))

    trace(optimizer, scheduler, 9)

    assert repr(sorted(taken.items(), key=str)) == before


@documents("torch.optim.lr_scheduler.ConstantLR", "torch.optim.lr_scheduler.LinearLR")
@pytest.mark.parametrize("name", ["ConstantLR", "LinearLR"])
def test_a_span_of_no_epochs_is_over(name, device):
    """With total_iters=0 the factor of ConstantLR is past, and that of LinearLR at its end, from the first epoch on."""
    optimizer = descent(device)

    found = trace(optimizer, getattr(lr_scheduler, name)(optimizer, total_iters=0), 3)

    close(found, np.array([RATES] * 4), drifting(found))


@documents("torch.optim.lr_scheduler.ConstantLR")
def test_a_factor_of_zero_is_over_too(device):
    """ConstantLR takes a factor of 0, and gives the rates back after total_iters epochs."""
    optimizer = descent(device)

    found = trace(optimizer, lr_scheduler.ConstantLR(optimizer, factor=0.0, total_iters=2), 3)

    close(found, np.array([[0.0, 0.0], [0.0, 0.0], RATES, RATES]))


@documents("torch.optim.lr_scheduler.LinearLR")
def test_a_line_may_end_at_zero(device):
    """LinearLR with end_factor=0 goes down to a rate of 0 and stays there."""
    optimizer = descent(device)
    expected = np.array([[schedule.linear(t, rate, start_factor=1.0, end_factor=0.0, total_iters=4) for rate in RATES]
                         for t in range(9)])  # fmt: skip

    found = trace(optimizer, lr_scheduler.LinearLR(optimizer, 1.0, 0.0, 4), 8)

    close(found, expected, drifting(expected))


@documents("torch.optim.Optimizer.load_state_dict")
@pytest.mark.parametrize("epoch", [1, 5, 23])
@pytest.mark.parametrize(
    "row", [pytest.param(row, marks=documents(f"torch.optim.lr_scheduler.{row.name}"), id=id)
            for id, row in SCHEDULES.items() if row.name in KEEPING]
)  # fmt: skip
def test_cycle_goes_on_from_its_last_batch(row, epoch, device):
    """{row} with last_epoch, made for an optimizer whose state is loaded, goes on after that batch."""
    optimizer, resumed = descent(device), descent(device)
    scheduler = row.scheduler(optimizer)
    trace(optimizer, scheduler, epoch)
    resumed.load_state_dict(optimizer.state_dict())
    follower = row.scheduler(resumed, last_epoch=epoch - 1)

    expected = trace(optimizer, scheduler, 30)
    close(trace(resumed, follower, 30), expected, drifting(expected))
