"""The learning rate at an epoch: the formula of each scheduler, as a function of the epoch t and the rate at first."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence


def step(t: int, lr: float, *, step_size: int, gamma: float = 0.1) -> float:
    """lr · gamma^(t // step_size)."""
    return lr * gamma ** (t // step_size)


def multi_step(t: int, lr: float, *, milestones: Sequence[int], gamma: float = 0.1) -> float:
    """lr · gamma^(number of milestones up to t)."""
    return lr * gamma ** sum(milestone <= t for milestone in milestones)


def constant(t: int, lr: float, *, factor: float = 1 / 3, total_iters: int = 5) -> float:
    """lr · factor until total_iters, lr from then on."""
    return lr * factor if t < total_iters else lr


def linear(t: int, lr: float, *, start_factor: float = 1 / 3, end_factor: float = 1.0, total_iters: int = 5) -> float:
    """lr times a factor that goes from start to end in a straight line, and stays there from total_iters on."""
    return lr * (start_factor + (end_factor - start_factor) * min(t, total_iters) / total_iters)


def exponential(t: int, lr: float, *, gamma: float) -> float:
    """lr · gamma^t."""
    return lr * gamma**t


def polynomial(t: int, lr: float, *, total_iters: int = 5, power: float = 1.0) -> float:
    """lr · (1 - min(t, T) / T)^power."""
    return lr * (1 - min(t, total_iters) / total_iters) ** power


def cosine(t: float, lr: float, *, T_max: float, eta_min: float = 0.0) -> float:
    """eta_min + (lr - eta_min) (1 + cos(π t / T)) / 2: down to eta_min at T, up again to lr at 2 T, and so on."""
    return eta_min + (lr - eta_min) * (1 + math.cos(math.pi * t / T_max)) / 2


def warm_restarts(t: int, lr: float, *, T_0: int, T_mult: int = 1, eta_min: float = 0.0) -> float:
    """cosine over T_0 epochs, and anew from lr over T_0 · T_mult, T_0 · T_mult² and so on."""
    length = T_0
    while t >= length:
        t, length = t - length, length * T_mult
    return cosine(t, lr, T_max=length, eta_min=eta_min)


def cyclic(
    t: int,
    base: float,
    peak: float,
    *,
    step_size_up: int = 2000,
    step_size_down: int | None = None,
    mode: str = "triangular",
    gamma: float = 1.0,
) -> float:
    """base + (peak - base) · height · scale: the height goes from 0 up to 1 and down to 0 in straight lines.

    The scale is 1 (triangular), 2^-(number of cycles before this one) (triangular2) or gamma^t (exp_range).
    """
    down = step_size_up if step_size_down is None else step_size_down
    cycles, place = divmod(t, step_size_up + down)
    height = place / step_size_up if place <= step_size_up else 1 - (place - step_size_up) / down
    scale = {"triangular": 1.0, "triangular2": 0.5**cycles, "exp_range": gamma**t}[mode]
    return base + (peak - base) * height * scale


def one_cycle(
    t: int,
    first: float,
    peak: float,
    last: float,
    *,
    total_steps: int,
    pct_start: float = 0.3,
    anneal_strategy: str = "cos",
    three_phase: bool = False,
) -> float:
    """From first to peak, and to last; with three phases from first to peak, back to first as fast, and to last."""
    top, end = pct_start * total_steps - 1, total_steps - 1.0
    corners = [(0.0, first), (top, peak), (end, last)]
    if three_phase:
        corners[2:] = [(2 * top, first), (end, last)]
    for (left, low), (right, high) in zip(corners, corners[1:]):
        if t <= right:
            return annealed((t - left) / (right - left), low, high, anneal_strategy)
    raise ValueError(f"step {t} of {total_steps}")


def annealed(share: float, start: float, end: float, strategy: str) -> float:
    """start + (end - start) · share, where the share is bent to a half wave for "cos"."""
    bent = (1 - math.cos(math.pi * share)) / 2 if strategy == "cos" else share
    return start + (end - start) * bent


def averaging(t: int, lr: float, *, swa_lr: float, anneal_epochs: int = 10, anneal_strategy: str = "cos") -> float:
    """From lr to swa_lr in anneal_epochs, and there from then on."""
    return annealed(min(1.0, t / anneal_epochs), lr, swa_lr, anneal_strategy)


def multiplicative(t: int, lr: float, *, lr_lambda: Callable[[int], float]) -> float:
    """lr · f(1) · f(2) ⋯ f(t)."""
    return lr * math.prod(lr_lambda(epoch) for epoch in range(1, t + 1))


def on_plateau(
    metrics: Sequence[float],
    lr: float,
    *,
    mode: str = "min",
    factor: float = 0.1,
    patience: int = 10,
    threshold: float = 1e-4,
    threshold_mode: str = "rel",
    cooldown: int = 0,
    min_lr: float = 0.0,
) -> list[float]:
    """The rate after each metric: times factor where more than ``patience`` in a row were no better than the best.

    Better than the best b means below b (1 - threshold), or b - threshold for "abs"; for "max" above, with plus.
    For ``cooldown`` epochs after a reduction none counts as bad.
    """
    best, bad, cool, rates = math.inf if mode == "min" else -math.inf, 0, 0, []
    sign = -1 if mode == "min" else 1
    for metric in metrics:
        mark = best * (1 + sign * threshold) if threshold_mode == "rel" else best + sign * threshold
        if sign * metric > sign * mark:
            best, bad = metric, 0
        else:
            bad += 1
        if cool > 0:
            bad, cool = 0, cool - 1
        if bad > patience:
            lr, bad, cool = max(lr * factor, min_lr), 0, cooldown
        rates.append(lr)
    return rates
