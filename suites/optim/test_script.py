"""The calls that a training script makes of an optimizer and its schedule, in any order, beside a twin in NumPy."""

import hypothesis
import pytest
import torch
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from suites.kit import documents

from .algorithms import VARIANTS, over
from .script import WAYS, Session
from .twin import PLANS

STEPS = 12
RATES = (0.0625, 0.125, 0.03125)
#: A script of every call; the first number is that of the run where there are several.
MOVES = (
    ("backward", 4), ("step",), ("backward", 2), ("backward", 3), ("step",), ("save", 0, "file"),
    ("zero_grad", False), ("step",), ("backward", 4), ("step",), ("add_group", 0, (5, 6), 0.125), ("step",),
    ("backward", 5), ("step",), ("step_with_closure", 6), ("freeze", 1), ("step",), ("backward", 7), ("step",),
    ("schedule", 0, "chain"), ("unfreeze",), ("backward", 8), ("step",), ("next_epoch", 0), ("save", 0, "pickle"),
    ("set_option", 0, 0, "lr", 0.03125), ("set_option", 0, 1, "weight_decay", 0.0625), ("step",), ("next_epoch", 0),
    ("copy", 0, "deepcopy"), ("zero_grad", False), ("step",), ("backward", 9), ("step",), ("next_epoch", 0),
    ("resume", 0, 0), ("step",), ("load", 0, 0), ("backward", 10), ("step",), ("next_epoch", 0), ("next_epoch", 1),
    ("next_epoch", 2), ("train", 1, 11), ("train", 2, 12), ("train", 0, 13), ("copy", 0, "pickle"), ("train", 3, 14),
    ("train", 0, 15), ("next_epoch", 3), ("train", 3, 16),
)  # fmt: skip


def tour(variant, options, device):
    """Every call once at least: what is known to fail fails on it, whatever else is drawn."""
    session = Session(variant, options, device)
    session.move(0, "add_group", (3, 4))
    for name, *given in MOVES:
        print(name, *given)  # pytest shows it where one of them fails
        getattr(session, name)(*given) if hasattr(session, name) else session.move(0, name, *given)
        session.agree()


runs = st.integers(0, 2)
seeds = st.integers(0, 999)
checkpoints = st.integers(0, 3)


class Machine(RuleBasedStateMachine):
    """Any calls; ``variant`` and ``device`` are those of the claim."""

    variant, device = VARIANTS[0], "cpu"

    def few(self):
        """Whether there is room for another script."""
        return len(self.session.pairs) < 3

    @initialize(options=st.integers(0, 99), seed=seeds)
    def begin(self, options, seed):
        combinations = list(self.variant.algorithm.combinations())
        self.session = Session(self.variant, combinations[options % len(combinations)], self.device)
        self.session.move(0, "add_group", (seed, seed + 1))

    @rule(run=runs, seed=seeds)
    def backward(self, run, seed):
        self.session.move(run, "backward", seed)

    @rule(run=runs, seed=seeds)
    def train(self, run, seed):
        self.session.train(run, seed)

    @rule(run=runs)
    def step(self, run):
        self.session.move(run, "step")

    @rule(run=runs, seed=seeds)
    def step_with_closure(self, run, seed):
        self.session.move(run, "step_with_closure", seed)

    @rule(run=runs, set_to_none=st.booleans())
    def zero_grad(self, run, set_to_none):
        self.session.move(run, "zero_grad", set_to_none)

    @rule(run=runs, place=seeds)
    def freeze(self, run, place):
        self.session.move(run, "freeze", place)

    @rule(run=runs)
    def unfreeze(self, run):
        self.session.move(run, "unfreeze")

    @rule(run=runs, way=st.sampled_from(WAYS))
    def save(self, run, way):
        self.session.save(run, way)

    @rule(run=runs, which=checkpoints)
    def load(self, run, which):
        self.session.load(run, which)

    @precondition(few)
    @rule(run=runs, which=checkpoints)
    def resume(self, run, which):
        self.session.resume(run, which)

    @precondition(few)
    @rule(run=runs, way=st.sampled_from(WAYS[:2]))
    def copy(self, run, way):
        self.session.copy(run, way)

    @rule(run=runs, seeds=st.tuples(seeds) | st.tuples(seeds, seeds), rate=st.sampled_from(RATES))
    def add_group(self, run, seeds, rate):
        self.session.add_group(run, seeds, rate)

    @rule(run=runs, group=checkpoints, name=st.sampled_from(("lr", "weight_decay")), value=st.sampled_from(RATES))
    def set_option(self, run, group, name, value):
        self.session.set_option(run, group, name, value)

    @rule(run=runs, plan=st.sampled_from(list(PLANS)))
    def schedule(self, run, plan):
        self.session.schedule(run, plan)

    @rule(run=runs)
    def next_epoch(self, run):
        self.session.next_epoch(run)

    @invariant()
    def agree(self):
        self.session.agree()


@pytest.fixture
def phases(request):
    """Shrink what is found, but not what is known to fail."""
    known = request.node.get_closest_marker("xfail")
    return (Phase.generate,) if known else (Phase.generate, Phase.shrink)


@documents(
    "torch.optim.Optimizer.step", "torch.optim.Optimizer.zero_grad", "torch.optim.Optimizer.add_param_group",
    "torch.optim.Optimizer.state_dict", "torch.optim.Optimizer.load_state_dict",
)  # fmt: skip
@over(VARIANTS)
def test_goes_where_its_formula_goes_whatever_is_called(row, phases, device):
    """Whatever a script calls of {row} and its schedulers, in whatever order, it is where the formulas put it."""
    any_calls = type("Machine", (Machine,), {"variant": row, "device": device})
    hypothesis.seed(torch.initial_seed())(any_calls)  # the claim's own seed, planted before it began
    examples = -(-settings().max_examples // 3)

    run_state_machine_as_test(
        any_calls,
        settings=settings(max_examples=examples, stateful_step_count=STEPS, phases=phases, report_multiple_bugs=False),
    )
    for options in (row.busiest, row.falling, row.bare):
        tour(row, options, device)
