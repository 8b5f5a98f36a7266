"""Wrong answers about what must not matter to an optimizer."""

import torch

from suites.meta.planting import Plant, assert_rejected, plants
from suites.meta.plants.test_optim_algorithms import cell, option
from suites.optim import test_equalities as claims


def whole_vectors_rest(original):
    """Of many elements of a half type only the last few move."""

    def step(self, closure=None):
        before = [p.detach().clone() for group in self.param_groups for p in group["params"]]
        result = original(self, closure)
        for place, parameter in zip(before, (p for group in self.param_groups for p in group["params"])):
            parameter.data[: parameter.numel() // 8 * 8] = place[: parameter.numel() // 8 * 8]
        return result

    return step


def state_of_the_first(original):
    """A parameter that comes later counts its steps as the first one does."""

    def step(self, closure=None):
        held = [self.state[p] for group in self.param_groups for p in group["params"]]
        result = original(self, closure)
        for values in held:
            if "step" in values:
                values["step"] = held[0]["step"].clone()
        return result

    return step


def stopping(original):
    """After a thousand steps nothing moves."""

    def step(self, closure=None):
        self.calls = getattr(self, "calls", 0) + 1
        return original(self, closure) if self.calls <= 1000 else None

    return step


PLANTS = (
    Plant("whole vectors rest", claims.test_moves_half_types_alike, "torch.optim.SGD.step", whole_vectors_rest,
          cell("SGD-loop", torch.bfloat16)),
    Plant("the rate is a quarter more", claims.test_moves_half_types_alike, "torch.optim.adam._multi_tensor_adam",
          option("lr", lambda value: 1.25 * value), cell("Adam-foreach", torch.float16)),
    Plant("all count as the first", claims.test_takes_up_a_parameter_at_its_first_gradient, "torch.optim.Adam.step",
          state_of_the_first, cell("Adam-loop")),
    Plant("it stops", claims.test_goes_far, "torch.optim.RMSprop.step", stopping, cell("RMSprop-loop")),
    Plant("the rate is off by 1e-4", claims.test_differentiable_steps_go_the_same_way,
          "torch.optim.adam._single_tensor_adam",
          option("lr", lambda value: value * (1 + 1e-4)), cell("Adam-loop")),
)  # fmt: skip


@plants(*PLANTS)
def test_is_rejected(plant, request):
    assert_rejected(plant, request)
