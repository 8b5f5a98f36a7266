"""torch.optim.swa_utils: averages of a model's weights, equal and exponential, and the schedule that goes with them."""

import copy

import numpy as np
import pytest
from torch import nn
from torch.optim import swa_utils

from reference import schedule
from suites.kit import array, bound, close, documents, draw, tensor

from .schedules import RATES, descent, drifting, trace


def model(seed, device):
    """A small network with BatchNorm, of random values."""
    made = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Linear(4, 2, bias=False)).double().to(device)
    for place, parameter in enumerate(made.parameters()):
        parameter.data.copy_(tensor(draw.normal(seed + place, *parameter.shape), device))
    return made


def values(module):
    """The parameters as arrays."""
    return [array(parameter) for parameter in module.parameters()]


def averaged_over(averaged, count, device):
    """Update the average with some models, and return the values of each."""
    seen = []
    for seed in range(0, 10 * count, 10):
        one = model(seed, device)
        averaged.update_parameters(one)
        seen.append(values(one))
    return seen


@documents("torch.optim.swa_utils.AveragedModel")
@pytest.mark.parametrize("count", [1, 2, 7])
def test_averages_all_updates_equally(count, device):
    """AveragedModel holds the mean of all the models it was updated with; the one it was made of does not count."""
    averaged = swa_utils.AveragedModel(model(99, device))

    seen = averaged_over(averaged, count, device)

    assert averaged.n_averaged.item() == count
    for mean, *each in zip(averaged.parameters(), *seen):
        expected = np.mean(each, axis=0)
        close(mean, expected, bound.Bound(8.0 * count, np.max(np.abs(each), axis=0)), device=device)


@documents("torch.optim.swa_utils.AveragedModel")
def test_averages_by_a_function(device):
    """avg_fn takes the average, the new parameter and the number of models so far, from the second model on."""
    averaged = swa_utils.AveragedModel(
        model(99, device), avg_fn=lambda average, parameter, count: 0.25 * average + 0.75 * parameter
    )

    first, second, third = averaged_over(averaged, 3, device)

    for found, one, two, three in zip(averaged.parameters(), first, second, third):
        expected = 0.25 * (0.25 * one + 0.75 * two) + 0.75 * three
        close(found, expected, bound.Bound(8, np.abs(one) + np.abs(two) + np.abs(three)), device=device)


@documents("torch.optim.swa_utils.get_ema_multi_avg_fn", "torch.optim.swa_utils.get_ema_avg_fn", since="2.1")
@pytest.mark.parametrize("decay", [0.9, 0.25, 0.999])
@pytest.mark.parametrize("several", [False, True])
def test_averages_exponentially(decay, several, device):
    """The exponential average is decay * average + (1 - decay) * parameter, whether by one or by many at a time."""
    options = {
        True: {"multi_avg_fn": swa_utils.get_ema_multi_avg_fn(decay)},
        False: {"avg_fn": swa_utils.get_ema_avg_fn(decay)},
    }
    averaged = swa_utils.AveragedModel(model(99, device), **options[several])

    first, *rest = averaged_over(averaged, 4, device)

    for place, found in enumerate(averaged.parameters()):
        expected, largest = first[place], np.abs(first[place])
        for one in rest:
            expected = decay * expected + (1 - decay) * one[place]
            largest = np.maximum(largest, np.abs(one[place]))
        close(found, expected, bound.Bound(32, largest), device=device)


@documents("torch.optim.swa_utils.get_swa_multi_avg_fn", "torch.optim.swa_utils.get_swa_avg_fn", since="2.1")
@pytest.mark.parametrize("several", [False, True])
def test_functions_average_equally(several, device):
    """The functions for equal weights give the mean, whether by one or by many at a time."""
    options = {True: {"multi_avg_fn": swa_utils.get_swa_multi_avg_fn()}, False: {"avg_fn": swa_utils.get_swa_avg_fn()}}
    averaged = swa_utils.AveragedModel(model(99, device), **options[several])

    seen = averaged_over(averaged, 5, device)

    for mean, *each in zip(averaged.parameters(), *seen):
        # The count of models is divided by in float32.
        close(mean, np.mean(each, axis=0), bound.Bound(2.0**32, np.max(np.abs(each), axis=0)), device=device)


@documents("torch.optim.swa_utils.AveragedModel")
def test_is_a_copy_that_stays_apart(device):
    """AveragedModel does not follow its model between updates, does not move it, and predicts with the average."""
    trained = model(0, device)
    averaged = swa_utils.AveragedModel(trained)
    averaged.update_parameters(trained)
    before, x = values(trained), tensor(draw.normal(5, 6, 3), device)
    twin = copy.deepcopy(trained)

    trained[0].weight.data.mul_(3.0)

    for found, value in zip(averaged.parameters(), before):
        close(found, value, device=device)
    close(averaged.eval()(x), array(twin.eval()(x)), device=device)
    averaged.module[2].weight.data.zero_()
    close(trained[2].weight, before[-1], device=device)


@documents("torch.optim.swa_utils.AveragedModel")
@pytest.mark.parametrize("use_buffers", [False, True])
def test_averages_buffers_if_asked(use_buffers, device):
    """With use_buffers AveragedModel averages the running statistics as well, and without keeps its own or the last."""
    averaged = swa_utils.AveragedModel(model(99, device), use_buffers=use_buffers)
    statistics = [draw.normal(seed, 4) for seed in (1, 2, 3)]

    for seed, statistic in enumerate(statistics):
        one = model(seed, device)
        one[1].running_mean.copy_(tensor(statistic, device))
        averaged.update_parameters(one)

    found, mean = array(averaged.module[1].running_mean), np.mean(statistics, axis=0)
    assert (np.abs(found - mean).max() < 1e-14) == use_buffers


@documents("torch.optim.swa_utils.AveragedModel")
def test_goes_on_from_its_state(device):
    """AveragedModel, loaded in mid-run, goes on averaging with the right count."""
    averaged, other = (swa_utils.AveragedModel(model(seed, device)) for seed in (98, 99))
    averaged_over(averaged, 3, device)

    other.load_state_dict(averaged.state_dict())
    for one in (averaged, other):
        one.update_parameters(model(77, device))

    assert other.n_averaged.item() == 4
    for mine, theirs in zip(other.parameters(), averaged.parameters()):
        close(mine, array(theirs), device=device)


@documents("torch.optim.swa_utils.update_bn")
def test_bn_statistics_are_those_of_the_data(device):
    """update_bn gives each BatchNorm the mean and variance of all batches; momentum and mode stay as they were."""
    network, data = model(0, device), [draw.normal(seed, 16, 3) for seed in (1, 2, 3)]
    network.eval()
    W, b = array(network[0].weight), array(network[0].bias)
    passed = [x @ W.T + b for x in data]

    swa_utils.update_bn([tensor(x, device) for x in data], network)

    mean, var = np.mean([h.mean(0) for h in passed], 0), np.mean([h.var(0, ddof=1) for h in passed], 0)
    close(network[1].running_mean, mean, bound.Bound(64, np.max(np.abs(passed))), device=device)
    close(network[1].running_var, var, bound.Bound(256, np.max(np.abs(passed)) ** 2), device=device)
    assert network[1].momentum == 0.1 and not network[1].training


@documents("torch.optim.swa_utils.SWALR")
@pytest.mark.parametrize("strategy", ["cos", "linear"])
@pytest.mark.parametrize("goals", [0.05, [0.05 * n for n in range(1, len(RATES) + 1)]], ids=["one", "each"])
def test_anneals_to_a_constant_rate(strategy, goals, device):
    """SWALR goes from each group's rate to swa_lr, one for all or one for each, in anneal_epochs, by a cosine or a
    straight line, and stays there.
    """
    optimizer, each = descent(device), np.broadcast_to(goals, len(RATES))
    options = {"anneal_epochs": 8, "anneal_strategy": strategy}
    expected = np.array([[schedule.averaging(t, rate, swa_lr=goal, **options) for rate, goal in zip(RATES, each)]
                         for t in range(31)])  # fmt: skip

    found = trace(optimizer, swa_utils.SWALR(optimizer, goals, **options), 30)

    close(found, expected, drifting(expected))
