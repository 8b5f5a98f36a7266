"""The schedulers of torch.optim.lr_scheduler beside their formulas."""

from __future__ import annotations

import copy
from typing import Any, Callable, NamedTuple

import numpy as np
import pytest
import torch

from reference import schedule
from suites.kit import bound, documents, tensor

EPOCHS = 200
#: The learning rates of the two groups at first.
RATES = (1.0, 0.25)


class Schedule(NamedTuple):
    """A scheduler, its options, and the rate of a group that began with ``rate``, after ``t`` epochs."""

    name: str
    options: dict[str, Any]
    rate: Callable[[int, float], float]
    epochs: int = EPOCHS

    def __str__(self) -> str:
        return self.name

    def scheduler(self, optimizer: torch.optim.Optimizer, **more: Any) -> Any:
        """The scheduler of this optimizer."""
        return getattr(torch.optim.lr_scheduler, self.name)(optimizer, **self.options, **more)

    def rates(self) -> np.ndarray:
        """The rates of both groups, at first and after each epoch."""
        return np.array([[self.rate(t, rate) for rate in RATES] for t in range(self.epochs + 1)])


def of(name: str, formula: Callable[..., float], **options: Any) -> Schedule:
    """A schedule whose formula has the scheduler's own options."""
    return Schedule(name, options, lambda t, rate: formula(t, rate, **options))


def halving(epoch: int) -> float:
    """A factor that falls in steps and never is 1."""
    return 0.75 / (1 + epoch // 3)


def wavy(epoch: int) -> float:
    """A factor about 1."""
    return 1.0 + 0.1 * (-1) ** epoch * (epoch % 5)


def cycle(**options: Any) -> Schedule:
    """A cycle between two bounds for both groups, without cycling the momentum."""
    return Schedule(
        "CyclicLR",
        {"base_lr": 0.25, "max_lr": 1.5, "cycle_momentum": False, **options},
        lambda t, rate: schedule.cyclic(t, 0.25, 1.5, **options),
    )


def one_cycle(**options: Any) -> Schedule:
    """One cycle of 60 steps, from max / 10 by max to max / 1000."""
    return Schedule(
        "OneCycleLR",
        {"max_lr": list(RATES), "total_steps": 60, "div_factor": 10.0, "final_div_factor": 100.0, **options},
        lambda t, rate: schedule.one_cycle(t, rate / 10, rate, rate / 1000, total_steps=60, **options),
        59,
    )


SCHEDULES = {
    "step": of("StepLR", schedule.step, step_size=7, gamma=0.5),
    "step-default": of("StepLR", schedule.step, step_size=30),
    "multi-step": of("MultiStepLR", schedule.multi_step, milestones=[1, 5, 5, 23, 40], gamma=0.7),
    "constant": of("ConstantLR", schedule.constant, factor=0.3, total_iters=9),
    "constant-default": of("ConstantLR", schedule.constant),
    "linear": of("LinearLR", schedule.linear, start_factor=0.2, end_factor=0.9, total_iters=13),
    "linear-default": of("LinearLR", schedule.linear),
    "linear-down": of("LinearLR", schedule.linear, start_factor=1.0, end_factor=0.1, total_iters=60),
    "exponential": of("ExponentialLR", schedule.exponential, gamma=0.93),
    "polynomial": of("PolynomialLR", schedule.polynomial, total_iters=40, power=1.7),
    "polynomial-default": of("PolynomialLR", schedule.polynomial),
    "cosine": of("CosineAnnealingLR", schedule.cosine, T_max=11, eta_min=0.1),
    "cosine-default": of("CosineAnnealingLR", schedule.cosine, T_max=100),
    "warm-restarts": of("CosineAnnealingWarmRestarts", schedule.warm_restarts, T_0=5, T_mult=2, eta_min=0.05),
    "warm-restarts-default": of("CosineAnnealingWarmRestarts", schedule.warm_restarts, T_0=9),
    "lambda": Schedule("LambdaLR", {"lr_lambda": halving}, lambda t, rate: rate * halving(t)),
    "lambdas": Schedule(
        "LambdaLR", {"lr_lambda": [halving, wavy]}, lambda t, rate: rate * (halving if rate == RATES[0] else wavy)(t)
    ),
    "multiplicative": of("MultiplicativeLR", schedule.multiplicative, lr_lambda=wavy),
    "triangular": cycle(step_size_up=5, step_size_down=9),
    "triangular-default": cycle(step_size_up=8),
    "triangular2": cycle(step_size_up=5, step_size_down=9, mode="triangular2"),
    "exp-range": cycle(step_size_up=6, mode="exp_range", gamma=0.97),
    "one-cycle": one_cycle(),
    "one-cycle-linear": one_cycle(pct_start=0.4, anneal_strategy="linear"),
    "one-cycle-three-phases": one_cycle(pct_start=0.25, three_phase=True),
}

every_schedule = pytest.mark.parametrize(
    "row",
    [
        pytest.param(row, marks=documents(f"torch.optim.lr_scheduler.{row.name}"), id=id)
        for id, row in SCHEDULES.items()
    ],
)


def descent(device: str, rates: tuple[float, ...] = RATES, **options: Any) -> torch.optim.SGD:
    """SGD over one group for each rate, of a parameter of two elements."""
    groups = [{"params": [tensor(np.ones(2), device).requires_grad_()], "lr": rate} for rate in rates]
    return torch.optim.SGD(groups, lr=9.0, **options)


def rates_of(optimizer: torch.optim.Optimizer, name: str = "lr") -> list[float]:
    """The present rate of each group."""
    return [float(group[name]) for group in optimizer.param_groups]


def trace(optimizer: torch.optim.Optimizer, scheduler: Any, epochs: int, name: str = "lr") -> np.ndarray:
    """The rates now and after each of some epochs."""
    seen = [rates_of(optimizer, name)]
    for _ in range(epochs):
        optimizer.step()
        scheduler.step()
        seen.append(rates_of(optimizer, name))
    return np.array(seen)


def relay(build: Callable[[Any], Any], epochs: int, device: str) -> np.ndarray:
    """The rates at first and after each epoch, where every epoch has an optimizer and a scheduler of its own.

    Each is built anew and loads what the one before had, as the documentation has it: the scheduler is there before
    the optimizer's state is loaded.
    """
    kept: Any = None
    seen = []
    for _ in range(epochs + 1):
        optimizer = descent(device)
        scheduler = build(optimizer)
        if kept is not None:
            optimizer.load_state_dict(kept[0])
            scheduler.load_state_dict(kept[1])
        seen.append(rates_of(optimizer))
        optimizer.step()
        scheduler.step()
        kept = copy.deepcopy((optimizer.state_dict(), scheduler.state_dict()))
    return np.array(seen)


def drifting(rates: np.ndarray) -> bound.Bound:
    """16 u of the largest rate, and as much again for each epoch: many schedulers go from each rate to the next."""
    return bound.Bound(16.0 * (1 + np.arange(len(rates)))[:, None], np.max(np.abs(rates)), signed_zeros=False)
