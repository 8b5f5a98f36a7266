"""Wrong answers that show only in the order of calls, and what a failing script prints."""

import pytest
import torch
from hypothesis import Phase

from suites.kit import profile
from suites.meta.planting import Plant, assert_rejected, plants, replaced
from suites.meta.plants.test_optim_algorithms import row
from suites.optim import test_script as claims

OPTIMIZER, SCHEDULER = "torch.optim.Optimizer", "torch.optim.lr_scheduler"
CLAIM = claims.test_goes_where_its_formula_goes_whatever_is_called


def cell(name):
    return {"row": row(name), "phases": (Phase.generate,)}


def sharing(original):
    """All optimizers that load state of one shape keep it in one place."""
    shared = {}

    def load(self, given):
        original(self, given)
        for place, values in enumerate(self.state.values()):
            for name, value in values.items():
                if torch.is_tensor(value):
                    values[name] = shared.setdefault((place, name, value.shape), value).copy_(value)

    return load


def dropping_state(original):
    def add(self, group):
        original(self, group)
        self.state.clear()

    return add


def forgetting_the_rates(original):
    """Adding a group takes the others back to the rate of the constructor."""

    def add(self, group):
        for other in self.param_groups:
            other["lr"] = self.defaults["lr"]
        original(self, group)

    return add


def one_count(original):
    """All parameters of a group count the steps of the first."""

    def step(self, closure=None):
        result = original(self, closure)
        for group in self.param_groups:
            counts = [self.state[p]["step"] for p in group["params"] if "step" in self.state[p]]
            for count in counts[1:]:
                count.copy_(counts[0])
        return result

    return step


def counting_anew(original):
    def load(self, given):
        original(self, given)
        for values in self.state.values():
            values["step"] = torch.zeros_like(values["step"])

    return load


def first_group_only(original):
    def zero_grad(self, set_to_none=True):
        kept = [(p, p.grad) for group in self.param_groups[1:] for p in group["params"]]
        original(self, set_to_none=set_to_none)
        for parameter, gradient in kept:
            parameter.grad = gradient

    return zero_grad


def momentum_of_the_resting(original):
    """What had a gradient once goes on with its momentum."""

    def step(self, closure=None):
        for group in self.param_groups:
            for parameter in group["params"]:
                momentum = self.state[parameter].get("momentum_buffer")
                if parameter.grad is None and momentum is not None:
                    parameter.data.sub_(group["lr"] * momentum)
        return original(self, closure)

    return step


def without_epoch(original):
    def load(self, given):
        original(self, {name: value for name, value in given.items() if name != "last_epoch"})

    return load


def same_gradients(original):
    """A parameter that is copied shares its gradient with the copy."""

    def copied(self, memo):
        made = original(self, memo)
        if self.is_leaf and self.requires_grad and self.grad is not None:
            made.grad = self.grad
        return made

    return copied


PLANTS = (
    Plant("loaded state is shared", CLAIM, f"{OPTIMIZER}.load_state_dict", sharing, cell("SGD-loop")),
    Plant("an added group drops the state", CLAIM, f"{OPTIMIZER}.add_param_group", dropping_state, cell("Adam-loop")),
    Plant("an added group resets the rates", CLAIM, f"{OPTIMIZER}.add_param_group", forgetting_the_rates,
          cell("RMSprop-foreach")),
    Plant("all count as one", CLAIM, "torch.optim.Adam.step", one_count, cell("Adam-foreach")),
    Plant("counts begin anew", CLAIM, f"{OPTIMIZER}.load_state_dict", counting_anew, cell("RAdam-loop")),
    Plant("later groups keep their gradients", CLAIM, f"{OPTIMIZER}.zero_grad", first_group_only, cell("Adamax-loop")),
    Plant("momentum does not rest", CLAIM, "torch.optim.SGD.step", momentum_of_the_resting, cell("SGD-loop")),
    Plant("the epoch is not loaded", CLAIM, f"{SCHEDULER}.ConstantLR.load_state_dict", without_epoch,
          cell("Adadelta-loop")),
    Plant("copies share gradients", CLAIM, "torch.Tensor.__deepcopy__", same_gradients, cell("AdamW-loop")),
)  # fmt: skip


@plants(*PLANTS)
def test_is_rejected(plant, request):
    assert_rejected(plant, request)


def test_a_failing_machine_tells_its_steps(capsys, request):
    """The calls that led to a failure are told, in order, and no more of them than it takes."""
    profile.load("soak")
    request.addfinalizer(lambda: profile.load(request.config.option.profile))
    wrong = {"row": row("Adam-loop"), "phases": (Phase.generate, Phase.shrink), "device": "cpu"}
    with replaced(f"{OPTIMIZER}.add_param_group", dropping_state), pytest.raises(AssertionError) as caught:
        CLAIM(**wrong)

    told = capsys.readouterr().out + "\n".join(getattr(caught.value, "__notes__", []))
    assert "state.begin(" in told and "state.add_group(" in told
    assert told.count("state.") - told.count("state.agree") <= 8


def test_a_failing_tour_tells_its_moves(capsys):
    """Each move of the tour is printed before it is made."""
    with replaced(f"{OPTIMIZER}.add_param_group", dropping_state), pytest.raises(AssertionError):
        claims.tour(row("Adam-loop"), row("Adam-loop").busiest, "cpu")

    assert capsys.readouterr().out.splitlines()[-1].startswith(("add_group", "step"))
