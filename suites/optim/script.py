"""A training script over torch's optimizers and schedulers, and a session that makes every move of it twice."""

from __future__ import annotations

import copy
import io
import pickle
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch.optim import lr_scheduler

from suites.kit import array, bound, close, tensor

from .algorithms import Variant, coarse
from .twin import PLANS, Twin, slopes, start

#: Ways to keep a state dictionary.
WAYS = ("deepcopy", "pickle", "file")
#: Plans that do not keep a rate or a function for each group.
GROWING = ("step", "milestones", "chain", "chain of chains")
#: Algorithms whose rate is that of the first step: what a change of it does is not documented.
SETTLED = ("ASGD", "Rprop")
SAME = bound.Bound(0.0, 0.0, signed_zeros=False)


class Script:
    """What a script does with an optimizer; see Twin for what each move is."""

    def __init__(self, variant: Variant, options: dict[str, Any], device: str) -> None:
        self.variant, self.options, self.device = variant, options, device
        self.leaves: list[torch.Tensor] = []
        self.optimizer: Any = None
        self.scheduler: Any = None
        self.plan = ""

    def add_group(self, seeds: tuple[int, ...], **options: Any) -> None:
        added = [tensor(start(seed), self.device).requires_grad_() for seed in seeds]
        self.leaves += added
        group = {"params": added, **options}
        if self.optimizer is None:
            self.optimizer = self.variant.optimizer([group], **self.options)
        else:
            self.optimizer.add_param_group(group)

    def backward(self, seed: int) -> None:
        drawn = slopes(seed, [tuple(leaf.shape) for leaf in self.leaves])
        terms = [(leaf * tensor(slope, self.device)).sum()
                 for leaf, slope in zip(self.leaves, drawn) if slope is not None and leaf.requires_grad]  # fmt: skip
        torch.autograd.backward(terms)

    def step(self) -> None:
        self.optimizer.step()

    def step_with_closure(self, seed: int) -> None:
        def closure() -> float:
            self.optimizer.zero_grad(set_to_none=True)
            self.backward(seed)
            return 7.0

        assert self.optimizer.step(closure) == 7.0

    def zero_grad(self, set_to_none: bool) -> None:
        self.optimizer.zero_grad(set_to_none=set_to_none)

    def freeze(self, place: int) -> None:
        leaf = self.leaves[place % len(self.leaves)]
        leaf.requires_grad_(False)
        leaf.grad = None

    def unfreeze(self) -> None:
        for leaf in self.leaves:
            leaf.requires_grad_()

    def set_option(self, group: int, name: str, value: float) -> None:
        groups = self.optimizer.param_groups
        groups[group % len(groups)][name] = value

    def schedule(self, plan: str) -> None:
        self.plan, self.scheduler = plan, PLANS[plan].build(lr_scheduler, self.optimizer)

    def next_epoch(self) -> None:
        with warnings.catch_warnings():  # an epoch may end before a step; and SequentialLR warned of itself before 2.7
            warnings.simplefilter("ignore", UserWarning)
            self.scheduler.step()

    def saved(self, way: str) -> dict[str, Any]:
        kept = {"values": [array(leaf) for leaf in self.leaves],
                "optimizer": through(way, self.optimizer.state_dict())}  # fmt: skip
        return {**kept, "scheduler": copy.deepcopy(self.scheduler.state_dict())} if self.scheduler else kept

    def load(self, checkpoint: dict[str, Any]) -> None:
        self.optimizer.load_state_dict(copy.deepcopy(checkpoint["optimizer"]))
        if self.scheduler:
            self.scheduler.load_state_dict(copy.deepcopy(checkpoint["scheduler"]))

    def resumed(self, checkpoint: dict[str, Any]) -> Script:
        other = Script(self.variant, self.options, self.device)
        other.leaves = [tensor(value, self.device).requires_grad_() for value in checkpoint["values"]]
        groups = [{"params": [other.leaves[place] for place in group["params"]]}
                  for group in checkpoint["optimizer"]["param_groups"]]  # fmt: skip
        other.optimizer = self.variant.optimizer(groups, **{**self.options, "lr": 0.7})
        if self.scheduler:
            other.schedule(self.plan)
        other.load(checkpoint)
        return other

    def copied(self, way: str) -> Script:
        other = Script(self.variant, self.options, self.device)
        parts = self.leaves, self.optimizer, self.scheduler
        other.leaves, other.optimizer, other.scheduler = through(way, parts)
        other.plan = self.plan
        return other


def through(way: str, value: Any) -> Any:
    """A copy of a value, made in some way."""
    if way == "deepcopy":
        return copy.deepcopy(value)
    if way == "pickle":
        return pickle.loads(pickle.dumps(value))
    file = io.BytesIO()
    torch.save(value, file)
    file.seek(0)
    with warnings.catch_warnings():  # of what torch.load will do by default, or of storages
        warnings.simplefilter("ignore")
        return torch.load(file)


class Session:
    """Scripts that run side by side, each with its twin; after every move each is where its twin is."""

    def __init__(self, variant: Variant, options: dict[str, Any], device: str) -> None:
        self.variant = variant
        pair = Script(variant, options, device), Twin(variant.algorithm.formula, options)
        self.pairs: list[tuple[Script, Twin]] = [pair]
        self.checkpoints: list[tuple[Any, Twin]] = []

    def move(self, run: int, name: str, *given: Any, **options: Any) -> None:
        """Let a script and its twin make the same move."""
        for side in self.pairs[run % len(self.pairs)]:
            getattr(side, name)(*given, **options)

    def twin(self, run: int) -> Twin:
        """The twin of a script."""
        return self.pairs[run % len(self.pairs)][1]

    def train(self, run: int, seed: int) -> None:
        """A backward and a step."""
        self.move(run, "backward", seed)
        self.move(run, "step")

    def save(self, run: int, way: str) -> None:
        """Keep a checkpoint of a script."""
        script, twin = self.pairs[run % len(self.pairs)]
        self.checkpoints.append((script.saved(way), twin.saved(way)))

    def loadable(self, run: int) -> list[tuple[Any, Twin]]:
        """The checkpoints of scripts with the same groups and schedule."""
        return [kept for kept in self.checkpoints if kept[1].structure() == self.twin(run).structure()]

    def load(self, run: int, which: int) -> None:
        """Take a script back, or on, to the state of a checkpoint, where it has one."""
        for kept in self.loadable(run)[which : which + 1]:
            for side, part in zip(self.pairs[run % len(self.pairs)], kept):
                side.load(part)

    def resume(self, run: int, which: int) -> None:
        """Begin another script from a checkpoint of this one, where it has one."""
        for kept in self.loadable(run)[which : which + 1]:
            script, twin = self.pairs[run % len(self.pairs)]
            self.pairs.append((script.resumed(kept[0]), twin.resumed(kept[1])))

    def copy(self, run: int, way: str) -> None:
        """Begin another script as a copy of this one."""
        script, twin = self.pairs[run % len(self.pairs)]
        self.pairs.append((script.copied(way), twin.copied(way)))

    def add_group(self, run: int, seeds: tuple[int, ...], rate: float) -> None:
        """Add a group to a script whose schedule reckons with no number of groups."""
        if self.twin(run).plan in ("", *GROWING):
            self.move(run, "add_group", seeds, lr=rate)

    def set_option(self, run: int, group: int, name: str, value: float) -> None:
        """Change an option by hand, if the optimizer has it and its formula reads it at every step."""
        if name in self.twin(run).options and self.variant.algorithm.name not in SETTLED:
            self.move(run, "set_option", group, name, value)

    def schedule(self, run: int, plan: str) -> None:
        """Begin a schedule, once."""
        if not self.twin(run).plan and self.variant.algorithm.name not in SETTLED:
            self.move(run, "schedule", plan)

    def next_epoch(self, run: int) -> None:
        """Go on with the schedule, if there is one."""
        if self.twin(run).plan:
            self.move(run, "next_epoch")

    def agree(self) -> None:
        """Assert that every script is where its twin is: parameters, gradients, rates and what is frozen."""
        leaves = [leaf for script, _ in self.pairs for leaf in script.leaves]
        twins = [twin for _, twin in self.pairs]
        slopes, expected = [leaf.grad for leaf in leaves], [slope for twin in twins for slope in twin.gradients]
        assert [slope is None for slope in slopes] == [slope is None for slope in expected], f"gradients {slopes}"
        assert [leaf.requires_grad for leaf in leaves] == [not frozen for twin in twins for frozen in twin.frozen]
        close(flat([slope for slope in slopes if slope is not None]), in_a_row(expected), SAME)
        close(flat(leaves), in_a_row([value for twin in twins for value in twin.values]), self.allowed())
        rates = np.array([group["lr"] for twin in twins for group in twin.groups])
        found = [group["lr"] for script, _ in self.pairs for group in script.optimizer.param_groups]
        close(np.array(found), rates, bound.rounded(rates, 64))

    def allowed(self) -> bound.Bound:
        """64 u of the way gone for each step: the rates are off by some roundings too."""
        unit = 2.0**29 if self.variant in coarse() else 1.0
        reach = [length * (1 + twin.moves) for _, twin in self.pairs for length in twin.lengths]
        return bound.Bound(64.0 * unit, in_a_row(reach), signed_zeros=False)


def flat(tensors: list[torch.Tensor]) -> np.ndarray:
    """All elements in one row."""
    return in_a_row([array(values) for values in tensors])


def in_a_row(arrays: Sequence[np.ndarray | None]) -> np.ndarray:
    """The elements of those that are there."""
    return np.concatenate([np.zeros(0), *(values.ravel() for values in arrays if values is not None)])
