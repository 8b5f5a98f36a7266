"""Wrong answers about the optimizers' formulas and the update by hand."""

import torch

from suites.meta.planting import Plant, assert_rejected, plants
from suites.optim import algorithms
from suites.optim import test_algorithms as claims
from suites.optim import test_sparse as sparse
from suites.optim import test_update as by_hand


def row(name):
    """The variant of that id."""
    return next(v for v in algorithms.VARIANTS if f"{v.algorithm.name}-{v.implementation}" == name)


def cell(name, dtype=torch.float64):
    return {"row": row(name), "dtype": dtype}


def option(name, change):
    """The implementation uses another value of an option that it is given by name."""
    return lambda original: lambda *args, **given: original(*args, **{**given, name: change(given[name])})


def slightly_off(value):
    return value * (1 + 1e-9)


def halting(original):
    """After the tenth step nothing happens."""
    calls = []

    def step(*args, **given):
        calls.append(1)
        return original(*args, **given) if len(calls) % algorithms.STEPS <= 10 else None

    return step


def gradient_ignored_in_the_tail(original):
    def step(self, closure=None):
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.numel() > 1000:
                    parameter.grad.view(-1)[-3:] = 0
        return original(self, closure)

    return step


def other_default(name, value):
    return lambda original: lambda self, *args, **given: original(self, *args, **{name: value, **given})


def each_row(original):
    """Rows without a gradient move too."""

    def step(self, closure=None):
        for group in self.param_groups:
            for parameter in group["params"]:
                parameter.data.mul_(1 + 1e-6)
        return original(self, closure)

    return step


PLANTS = (
    Plant("all rows move", sparse.test_sparse_adam_moves_only_what_has_a_gradient, "torch.optim.SparseAdam.step",
          each_row),
    Plant("beta1 is another", sparse.test_sparse_adam_is_adam_where_there_is_a_gradient,
          "torch.optim._functional.sparse_adam",
          option("beta1", lambda value: 0.5)),
    Plant("twice as far", sparse.test_sparse_gradients_are_dense_ones, "torch.optim.adagrad._single_tensor_adagrad",
          option("lr", lambda value: 2 * value),
          {"row": sparse.ROWS["Adagrad"], "foreach": False, "maximize": False}),
    Plant("the rate is off by 1e-9", claims.test_follows_its_formula, "torch.optim.sgd._single_tensor_sgd",
          option("lr", slightly_off), cell("SGD-loop")),
    Plant("dampening is ignored by foreach", claims.test_follows_its_formula, "torch.optim.sgd._multi_tensor_sgd",
          option("dampening", lambda value: 0.0), cell("SGD-foreach", torch.float32)),
    Plant("fused forgets nesterov", claims.test_follows_its_formula, "torch.optim.sgd._fused_sgd",
          option("nesterov", lambda value: False), cell("SGD-fused")),
    Plant("eps is 1 % too large", claims.test_follows_its_formula, "torch.optim.adam._single_tensor_adam",
          option("eps", lambda value: 1.01 * value), cell("Adam-loop", torch.float32)),
    Plant("amsgrad is ignored", claims.test_follows_its_formula, "torch.optim.adam._single_tensor_adam",
          option("amsgrad", lambda value: False), cell("Adam-loop")),
    Plant("beta2 is beta1", claims.test_follows_its_formula, "torch.optim.adam._multi_tensor_adam",
          option("beta2", lambda value: 0.8), cell("AdamW-foreach", torch.float32)),
    Plant("nothing is centered", claims.test_follows_its_formula, "torch.optim.rmsprop._single_tensor_rmsprop",
          option("centered", lambda value: False), cell("RMSprop-loop")),
    Plant("lr_decay is ignored", claims.test_follows_its_formula, "torch.optim.adagrad._single_tensor_adagrad",
          option("lr_decay", lambda value: 0.0), cell("Adagrad-loop")),
    Plant("rho is another", claims.test_follows_its_formula, "torch.optim.adadelta._multi_tensor_adadelta",
          option("rho", lambda value: 0.69), cell("Adadelta-foreach")),
    Plant("weight decay is ignored", claims.test_follows_its_formula, "torch.optim.adamax._single_tensor_adamax",
          option("weight_decay", lambda value: 0.0), cell("Adamax-loop")),
    Plant("decay is never decoupled", claims.test_follows_its_formula, "torch.optim.nadam._single_tensor_nadam",
          option("decoupled_weight_decay", lambda value: False), cell("NAdam-loop")),
    Plant("beta1 is beta2", claims.test_follows_its_formula, "torch.optim.radam._single_tensor_radam",
          option("beta1", lambda value: 0.95), cell("RAdam-loop")),
    Plant("steps have no largest size", claims.test_follows_its_formula, "torch.optim.rprop._single_tensor_rprop",
          option("step_size_max", lambda value: 50.0), cell("Rprop-loop")),
    Plant("nothing happens after the tenth step", claims.test_follows_its_formula, "torch.optim.Adam.step", halting,
          cell("Adam-loop")),
    Plant("off by 1e-9", claims.test_is_as_precise_as_its_parameters, "torch.optim.adagrad._single_tensor_adagrad",
          option("lr", slightly_off), cell("Adagrad-loop")),
    Plant("the last three of many do not move", claims.test_moves_every_element_of_a_large_parameter,
          "torch.optim.SGD.step", gradient_ignored_in_the_tail, cell("SGD-loop")),
    Plant("the default of beta2 is 0.99", claims.test_has_the_documented_defaults, "torch.optim.Adam.__init__",
          other_default("betas", (0.9, 0.99)), cell("Adam-loop")),
    Plant("the default of weight_decay is 0", claims.test_has_the_documented_defaults, "torch.optim.AdamW.__init__",
          other_default("weight_decay", 0.0), cell("AdamW-foreach")),
    Plant("the default of lr is 1 % more", claims.test_needs_no_option, "torch.optim.RMSprop.__init__",
          other_default("lr", 0.0101), {"row": algorithms.ALGORITHMS[3]}),
    Plant("maximize is ignored", claims.test_maximizes_by_turning_the_gradient, "torch.optim.adam._single_tensor_adam",
          option("maximize", lambda value: False), cell("Adam-loop")),
    Plant("foreach is off by 1e-9", claims.test_implementations_agree, "torch.optim.sgd._multi_tensor_sgd",
          option("lr", slightly_off), cell("SGD-foreach")),
    Plant("the decay is that of the weights", claims.test_averaged_descent_without_decay_is_plain,
          "torch.optim.asgd._single_tensor_asgd", option("weight_decay", lambda value: 2 * value), cell("ASGD-loop")),
    Plant("nothing decays", claims.test_averaged_descent_decays, "torch.optim.asgd._single_tensor_asgd",
          option("lambd", lambda value: 0.0), cell("ASGD-loop")),
    Plant("adds", by_hand.test_data_sub_updates_in_place, "torch.Tensor.sub_",
          lambda original: lambda self, other: self.add_(other)),
    Plant("off by 1e-6", by_hand.test_data_sub_updates_in_place, "torch.Tensor.sub_",
          lambda original: lambda self, other: original(self, other * (1 + 1e-6))),
    Plant("writes to the weight", by_hand.test_difference_is_a_new_weight, "torch.Tensor.__sub__",
          lambda original: lambda self, other: self.sub_(other)),
    Plant("goes uphill", by_hand.test_sgd_is_the_update, "torch.optim.sgd._single_tensor_sgd",
          option("maximize", lambda value: True)),
    Plant("momentum without being asked", by_hand.test_sgd_and_the_hand_agree_exactly, "torch.optim.SGD.__init__",
          lambda original: lambda self, params, lr: original(self, params, lr, momentum=0.5)),
    Plant("twice as far", by_hand.test_a_step_goes_down_the_slope_of_the_loss, "torch.optim.sgd._single_tensor_sgd",
          option("lr", lambda value: 2 * value)),
)  # fmt: skip


@plants(*PLANTS)
def test_is_rejected(plant, request):
    assert_rejected(plant, request)
