"""Wrong answers about training, fine-tuning, ResNet-18 and recipes."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from suites.meta import wrong
from suites.meta.planting import Plant, assert_rejected, plants
from suites.meta.wrong import nothing
from suites.training import test_fine_tuning as tuning
from suites.training import test_lenet as claims
from suites.training import test_recipes as recipes
from suites.training import test_resnet as resnet

SGD, ADAM = claims.RECIPES[:2]
DOUBLE = {"dtype": torch.float64}
MODULE, OPTIMIZER = "torch.nn.Module", "torch.optim.Optimizer"


def option(name, change):
    return lambda original: lambda *args, **given: original(*args, **{**given, name: change(given[name])})


def fresh_gradients(original):
    """backward replaces gradients where it has to add to them."""

    def backward(self, *args, **given):
        leaves = list(reachable(self.grad_fn))
        for leaf in leaves:
            leaf.grad = None
        return original(self, *args, **given)

    return backward


def reachable(function, seen=None):
    """The leaves below a function of the graph."""
    seen = set() if seen is None else seen
    if function is None or function in seen:
        return
    seen.add(function)
    if hasattr(function, "variable"):
        yield function.variable
    for step, _ in function.next_functions:
        yield from reachable(step, seen)


def blurred(original):
    """All gradients are off by a millionth."""

    def backward(self, *args, **given):
        leaves = list(reachable(self.grad_fn))
        original(self, *args, **given)
        for leaf in leaves:
            leaf.grad.mul_(1 + 1e-5)

    return backward


def moving(original):
    """backward moves the leaves a little."""

    def backward(self, *args, **given):
        leaves = list(reachable(self.grad_fn))
        original(self, *args, **given)
        for leaf in leaves:
            leaf.data.mul_(1 + 1e-6)

    return backward


def step_of_copies(original):
    """The step moves copies, and forgets the parameters."""

    def step(self, closure=None):
        before = [[parameter.data.clone() for parameter in group["params"]] for group in self.param_groups]
        result = original(self, closure)
        for group, values in zip(self.param_groups, before):
            for parameter, value in zip(group["params"], values):
                parameter.data = parameter.data * 0 + value
        return result

    return step


def decays_the_frozen(original):
    def step(self, closure=None):
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is None:
                    parameter.data.mul_(0.999)
        return original(self, closure)

    return step


def collecting(original):
    """Parameters get gradients though they are frozen."""

    def forward(self, x):
        for parameter in self.parameters():
            if not parameter.requires_grad:
                parameter.grad = torch.zeros_like(parameter)
        return original(self, x)

    return forward


def unfreezing(original):
    """A frozen weight takes part in the graph."""
    return lambda self, x: original(self, x) + 0 * self.weight.requires_grad_(True).sum()


def only_freezing(original):
    return lambda self, requires_grad=True: original(self, False)


def as_in_training(original):
    return lambda self, x: F.batch_norm(x, None, None, self.weight, self.bias, True, 0.0, self.eps)


def no_affine(original):
    return lambda self, x: F.batch_norm(
        x, self.running_mean, self.running_var, None, None, self.training, 0.1, self.eps
    )


def frozen_statistics(original):
    return lambda self, x: F.batch_norm(
        x, None if self.training else self.running_mean, None if self.training else self.running_var,
        self.weight, self.bias, self.training, 0.0, self.eps,
    )  # fmt: skip


def freezing_eval(original):
    return lambda self: original(self).requires_grad_(False)


def sharing(original):
    """A deep copy shares the memory of the parameter."""
    return lambda self, memo: nn.Parameter(self.data, self.requires_grad)


def sharing_gradients(original):
    def deepcopy(self, memo):
        result = nn.Parameter(self.data, self.requires_grad)
        result.grad = self.grad
        return result

    return deepcopy


def replacing(original):
    """load_state_dict puts new parameters in place of the old."""

    def load(self, state, *args, **given):
        result = original(self, state, *args, **given)
        for module in self.modules():
            for name, value in list(module._parameters.items()):
                module._parameters[name] = nn.Parameter(value.detach().clone(), value.requires_grad)
        return result

    return load


def all_or_nothing(original):
    def load(self, state, strict=True):
        whole = set(state) >= set(self.state_dict())
        return original(self, state if whole or strict else {}, strict)

    return load


def lenient(original):
    def load(self, state, strict=True):
        mine = self.state_dict()
        return original(self, {key: value for key, value in state.items() if key in mine}, False)

    return load


def one_rate(original):
    def step(self, closure=None):
        for group in self.param_groups:
            group["lr"] = self.param_groups[0]["lr"]
        return original(self, closure)

    return step


def head_stays(original):
    return lambda self, place, module: None


def counting_always(original):
    def forward(self, x):
        if not self.training:
            self.num_batches_tracked.add_(1)
        return original(self, x)

    return forward


def twice(self, x, original):
    result = original(self, x)
    if self.training:
        self.running_mean = self.running_mean + 1e-3
    return result


def other_file(original):
    def load(*args, **given):
        result = original(*args, **given)
        return {name: value + 1 for name, value in result.items()}

    return load


def kept_in_memory(original):
    return lambda function, *args, use_reentrant: function(*args)


def other_dropout(original):
    return lambda function, *args, **given: original(function, *args, preserve_rng_state=False, **given)


PLANTS = (
    Plant("momentum is 1 % less", claims.test_ten_steps_follow_the_twin, "torch.optim.sgd._single_tensor_sgd",
          option("momentum", lambda value: 0.99 * value), {"row": SGD}),
    Plant("beta2 is another", claims.test_ten_steps_follow_the_twin, "torch.optim.adam._single_tensor_adam",
          option("beta2", lambda value: 0.9989), {"row": ADAM, **DOUBLE}),
    Plant("gradients add up", claims.test_zero_grad_may_come_last, f"{OPTIMIZER}.zero_grad", nothing, {"row": SGD}),
    Plant("adds", claims.test_trains_by_hand, "torch.Tensor.sub_", lambda original: lambda self, x: self.add_(x)),
    Plant("gradients are replaced", claims.test_forgotten_zero_grad_adds_up_gradients, "torch.Tensor.backward",
          fresh_gradients),
    Plant("gradients are off by 1e-5", claims.test_backward_fills_every_gradient, "torch.Tensor.backward", blurred,
          DOUBLE),
    Plant("backward moves parameters", claims.test_backward_fills_every_gradient, "torch.Tensor.backward", moving),
    Plant("the last part wins", claims.test_small_batches_add_up_to_a_large_one, "torch.Tensor.backward",
          fresh_gradients),
    Plant("the loss is a sum", claims.test_one_round_of_the_game_plan, "torch.nn.functional.mse_loss",
          lambda original: lambda x, target, **given: original(x, target, reduction="sum")),
    Plant("nothing is learnt", claims.test_training_lowers_the_loss, "torch.optim.SGD.step", nothing),
    Plant("old gradients stay", claims.test_clearing_starts_over, f"{MODULE}.zero_grad", nothing,
          {"set_to_none": True}),
    Plant("parameters go to other memory", claims.test_sees_the_weights_that_the_optimizer_moved,
          "torch.optim.SGD.step",
          step_of_copies),
    Plant("frozen ones get zeros", tuning.test_frozen_parameters_get_no_gradient, "torch.nn.Linear.forward",
          collecting),
    Plant("frozen ones decay", tuning.test_a_new_head_trains_and_the_rest_stays, "torch.optim.AdamW.step",
          decays_the_frozen, {"name": "AdamW"}),
    Plant("those without a gradient move", tuning.test_what_is_frozen_on_the_way_stays, "torch.optim.SGD.step",
          decays_the_frozen, {"name": "SGD"}),
    Plant("True does not unfreeze", tuning.test_freezes_and_unfreezes_all_parameters, f"{MODULE}.requires_grad_",
          only_freezing),
    Plant("an unfrozen one rests", tuning.test_an_unfrozen_layer_trains_again, "torch.optim.SGD.step", nothing),
    Plant("nothing passes a frozen layer", tuning.test_gradients_pass_through_frozen_layers,
          "torch.nn.BatchNorm1d.forward",
          lambda original: lambda self, x: 2 * original(self, x) - original(self, x).detach()
          if not self.weight.requires_grad else original(self, x)),
    Plant("frozen weights are in the graph", tuning.test_a_wholly_frozen_model_makes_no_graph,
          "torch.nn.Linear.forward",
          unfreezing),
    Plant("frozen statistics", tuning.test_freezing_does_not_stop_running_statistics, "torch.nn.BatchNorm1d.forward",
          frozen_statistics),
    Plant("eval mode ignores weight and bias", tuning.test_eval_mode_uses_what_was_learnt,
          "torch.nn.BatchNorm1d.forward",
          no_affine),
    Plant("eval mode takes the batch's statistics", tuning.test_eval_mode_uses_what_was_learnt,
          "torch.nn.BatchNorm1d.forward", as_in_training),
    Plant("eval freezes", tuning.test_eval_mode_freezes_nothing, f"{MODULE}.eval", freezing_eval),
    Plant("a copy shares memory", tuning.test_a_deep_copy_is_independent, "torch.nn.Parameter.__deepcopy__", sharing),
    Plant("a copy shares the gradient", tuning.test_training_a_deep_copy_leaves_the_model_alone,
          "torch.nn.Parameter.__deepcopy__", sharing_gradients),
    Plant("parameters are replaced", tuning.test_loads_a_checkpoint_in_place, f"{MODULE}.load_state_dict", replacing),
    Plant("the optimizer holds the old ones", tuning.test_an_optimizer_trains_what_was_loaded,
          f"{MODULE}.load_state_dict", replacing),
    Plant("all or nothing", tuning.test_loads_what_fits_if_not_strict, f"{MODULE}.load_state_dict", all_or_nothing),
    Plant("strict is not", tuning.test_refuses_what_does_not_fit, f"{MODULE}.load_state_dict", lenient,
          {"change": "missing"}),
    Plant("one rate for all", tuning.test_layers_can_have_rates_of_their_own, "torch.optim.SGD.step", one_rate),
    Plant("the old head stays", tuning.test_a_replaced_head_gives_the_new_classes, "torch.nn.Sequential.__setitem__",
          head_stays),
    Plant("the rate is 1 % more", resnet.test_takes_the_guides_step, "torch.optim.sgd._single_tensor_sgd",
          option("lr", lambda value: 1.01 * value), {"training": True}),
    Plant("statistics drift", resnet.test_takes_the_guides_step, "torch.nn.BatchNorm2d.forward",
          lambda original: lambda self, x: twice(self, x, original), {"training": True}),
    Plant("gradients are off by 1e-5", resnet.test_takes_the_step_on_one_image, "torch.Tensor.backward", blurred,
          DOUBLE),
    Plant("eval mode counts", resnet.test_counts_batches_and_leaves_them_in_eval_mode, "torch.nn.BatchNorm2d.forward",
          counting_always),
    Plant("nothing is downsampled", resnet.test_holds_what_the_formula_asks_for, f"{MODULE}.state_dict",
          lambda original: lambda self, *args, **given: {
              name: value for name, value in original(self, *args, **given).items() if "downsample" not in name}),
    Plant("another file is loaded", resnet.test_loads_a_file_that_is_there, "torch.hub.load_state_dict_from_url",
          other_file),
    Plant("off by 1e-5", recipes.test_checkpointing_changes_no_number, "suites.training.test_recipes.checkpoint",
          wrong.slightly, {"use_reentrant": False}),
    Plant("all is kept", recipes.test_computes_again_in_backward, "suites.training.test_recipes.checkpoint",
          kept_in_memory, {"use_reentrant": True}),
    Plant("other elements are dropped", recipes.test_draws_the_same_numbers_again,
          "suites.training.test_recipes.checkpoint", other_dropout, {"use_reentrant": True}),
    Plant("off by 1e-5", recipes.test_segments_change_no_number, "suites.training.test_recipes.checkpoint_sequential",
          wrong.slightly, {"use_reentrant": False}),
    Plant("the graph is kept", recipes.test_predicts_without_a_graph, "torch.nn.Linear.forward",
          lambda original: lambda self, x: original(self, x).requires_grad_() if not torch.is_grad_enabled()
          else original(self, x), {"mode": torch.no_grad}),
)  # fmt: skip


@plants(*PLANTS)
def test_is_rejected(plant, request):
    assert_rejected(plant, request)


TORCHVISION = (
    Plant("gradients are off by 1e-5", resnet.test_torchvision_takes_the_guides_step, "torch.Tensor.backward", blurred,
          DOUBLE),
    Plant("nothing is downsampled", resnet.test_torchvision_has_the_same_state, "suites.training.test_resnet.ResNet18",
          lambda original: lambda: nn.Linear(1, 1)),
    Plant("another file is loaded", resnet.test_torchvision_loads_pretrained_weights,
          "torchvision.models._api.load_state_dict_from_url", other_file),
    Plant("off by 1e-5", resnet.test_pretrained_weights_predict, "torch.nn.Linear.forward", wrong.slightly),
)  # fmt: skip


@plants(*TORCHVISION)
def test_is_rejected_of_torchvision(plant, request):
    pytest.importorskip("torchvision", exc_type=(ImportError, RuntimeError))
    assert_rejected(plant, request)


PLANTS = (*PLANTS, *TORCHVISION)
