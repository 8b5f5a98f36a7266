"""A training script over NumPy arrays: the calls a script makes of an optimizer and a schedule, by their formulas."""

from __future__ import annotations

import copy
from typing import Any, Callable, NamedTuple

import numpy as np

from reference import schedule

from .schedules import wavy

#: Shapes of the parameters that a script may have.
SHAPES = ((3,), (2, 3), (), (17,), (1,))


def start(seed: int) -> np.ndarray:
    """Where a parameter is at first."""
    return np.random.default_rng((seed, 5)).standard_normal(SHAPES[seed % len(SHAPES)])


def slopes(seed: int, shapes: list[tuple[int, ...]]) -> list[np.ndarray | None]:
    """What one backward adds to each gradient: eighths, whose sums are exact, some of them 0; for some it has none."""
    rng = np.random.default_rng((seed, 6))
    drawn = [rng.integers(-16, 17, shape) * (rng.random(shape) > 0.2) / 8.0 for shape in shapes]
    return [slope if rng.random() < 0.8 else None for slope in drawn]


class Plan(NamedTuple):
    """A schedule: its classes and options for torch, and the rate after epoch t from the one before and the first."""

    build: Callable[..., Any]
    rate: Callable[[int, float, float], float]


def of(name: str, formula: Callable[..., float], **options: Any) -> Plan:
    """A scheduler that multiplies each rate, whatever changed it, by the quotient of its formula's last two values."""

    def rate(t: int, before: float, first: float) -> float:
        return before * formula(t, 1.0, **options) / (formula(t - 1, 1.0, **options) if t else 1.0)

    return Plan(lambda family, optimizer: getattr(family, name)(optimizer, **options), rate)


def chain(*plans: Plan) -> Plan:
    """All of the plans at each epoch."""

    def rate(t: int, before: float, first: float) -> float:
        for plan in plans:
            before = plan.rate(t, before, first)
        return before

    return Plan(lambda family, own: family.ChainedScheduler([plan.build(family, own) for plan in plans]), rate)


def sequence(milestone: int, one: Plan, other: Plan) -> Plan:
    """The one plan, and from the milestone on the other, which begins at the first rate."""

    def rate(t: int, before: float, first: float) -> float:
        if t < milestone:
            return one.rate(t, before, first)
        return other.rate(t - milestone, first if t == milestone else before, first)

    def build(family: Any, own: Any) -> Any:
        return family.SequentialLR(own, [plan.build(family, own) for plan in (one, other)], [milestone])

    return Plan(build, rate)


STEP = of("StepLR", schedule.step, step_size=2, gamma=0.5)
CONSTANT = of("ConstantLR", schedule.constant, factor=0.25, total_iters=3)
LINEAR = of("LinearLR", schedule.linear, start_factor=0.25, end_factor=0.75, total_iters=4)
EXPONENTIAL = of("ExponentialLR", schedule.exponential, gamma=0.875)
MILESTONES = of("MultiStepLR", schedule.multi_step, milestones=[1, 3, 3], gamma=0.75)
MULTIPLICATIVE = of("MultiplicativeLR", schedule.multiplicative, lr_lambda=wavy)

PLANS = {
    "step": STEP,
    "milestones": MILESTONES,
    "multiplicative": MULTIPLICATIVE,
    "chain": chain(CONSTANT, EXPONENTIAL),
    "chain of chains": chain(chain(LINEAR, STEP), MILESTONES),
    "sequence": sequence(2, CONSTANT, EXPONENTIAL),
    "sequence from linear": sequence(3, LINEAR, STEP),
    "sequence at once": sequence(1, MULTIPLICATIVE, LINEAR),
}


class Twin:
    """What a script does, done by the formulas; the methods are those of the script, and take the same arguments."""

    def __init__(self, formula: Callable[..., Any], options: dict[str, Any]) -> None:
        self.formula, self.options = formula, options
        self.values: list[np.ndarray] = []
        self.lengths: list[np.ndarray] = []
        self.gradients: list[np.ndarray | None] = []
        self.frozen: list[bool] = []
        self.states: list[dict[str, Any]] = []
        self.groups: list[dict[str, Any]] = []
        self.places: list[list[int]] = []
        self.plan, self.epoch, self.moves = "", 0, 0

    def structure(self) -> tuple[Any, ...]:
        """What a checkpoint must have in common with a script to be loaded."""
        return self.places, [value.shape for value in self.values], self.plan

    def add_group(self, seeds: tuple[int, ...], **options: Any) -> None:
        """Add a group of parameters."""
        self.places.append(list(range(len(self.values), len(self.values) + len(seeds))))
        self.groups.append({**self.options, **options})
        self.values += [start(seed) for seed in seeds]
        self.lengths += [np.abs(start(seed)) for seed in seeds]
        self.gradients += [None] * len(seeds)
        self.frozen += [False] * len(seeds)
        self.states += [{} for _ in seeds]

    def backward(self, seed: int) -> None:
        """Add to the gradients of what is not frozen."""
        for place, slope in enumerate(slopes(seed, [value.shape for value in self.values])):
            if slope is not None and not self.frozen[place]:
                before = self.gradients[place]
                self.gradients[place] = slope if before is None else before + slope

    def step(self) -> None:
        """Move what has a gradient."""
        self.moves += 1
        for group, places in zip(self.groups, self.places):
            options = {name: value for name, value in group.items() if name != "initial_lr"}
            for place in places:
                value, gradient = self.values[place], self.gradients[place]
                if gradient is not None:
                    moved, self.states[place] = self.formula(value, gradient, self.states[place], **options)
                    self.values[place] = moved
                    self.lengths[place] = self.lengths[place] + np.abs(moved - value) + np.abs(moved)

    def step_with_closure(self, seed: int) -> None:
        """Move by gradients that are computed anew."""
        self.zero_grad(True)
        self.backward(seed)
        self.step()

    def zero_grad(self, set_to_none: bool) -> None:
        """Forget the gradients."""
        self.gradients = [None if g is None or set_to_none else np.zeros_like(g) for g in self.gradients]

    def freeze(self, place: int) -> None:
        """Train a parameter no longer."""
        self.frozen[place % len(self.values)] = True
        self.gradients[place % len(self.values)] = None

    def unfreeze(self) -> None:
        """Train all parameters again."""
        self.frozen = [False] * len(self.values)

    def set_option(self, group: int, name: str, value: float) -> None:
        """Change an option of a group by hand."""
        self.groups[group % len(self.groups)][name] = value

    def schedule(self, plan: str) -> None:
        """Begin a schedule."""
        self.plan, self.epoch = plan, -1
        for group in self.groups:
            group.setdefault("initial_lr", group["lr"])
        self.next_epoch()

    def next_epoch(self) -> None:
        """Go on with the schedule."""
        self.epoch += 1
        for group in self.groups:
            group["lr"] = PLANS[self.plan].rate(self.epoch, group["lr"], group.get("initial_lr", 0.0))

    def saved(self, way: str) -> Any:
        """A checkpoint."""
        return copy.deepcopy(self)

    def load(self, checkpoint: Twin) -> None:
        """Go on with the state of a checkpoint, at another place."""
        self.states, self.epoch = copy.deepcopy(checkpoint.states), checkpoint.epoch
        self.groups = copy.deepcopy(checkpoint.groups)

    def resumed(self, checkpoint: Twin) -> Twin:
        """A new script that goes on from a checkpoint, with its parameters but without its gradients."""
        other = copy.deepcopy(checkpoint)
        other.zero_grad(True)
        other.unfreeze()
        return other

    def copied(self, way: str) -> Twin:
        """Another script at the same place; a file keeps no gradients."""
        other = copy.deepcopy(self)
        if way == "pickle":
            other.zero_grad(True)
        return other
