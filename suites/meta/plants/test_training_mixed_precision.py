"""Wrong answers about mixed precision."""

import torch

from suites.meta.planting import Plant, assert_rejected, plants
from suites.training import test_mixed_precision as claims

SCALER, UTILS = "torch.amp.GradScaler", "torch.nn.utils"


def slightly_other(original):
    """The loss is scaled by a little more than gradients are divided by."""
    return lambda self, outputs: original(self, outputs) * (1 + 1e-5)


def unscales_again(original):
    """step divides by the scale though unscale_ has."""

    def step(self, optimizer, *args, **options):
        self._per_optimizer_states.pop(id(optimizer), None)
        return original(self, optimizer, *args, **options)

    return step


def all_or_none(original):
    """An overflow of any optimizer keeps all from stepping."""

    def step(self, optimizer, *args, **options):
        return None

    return step


def last_alone(original):
    """Gradients are cleared before each scaled loss."""

    def scale(self, loss):
        parameters = _leaves(loss.grad_fn)
        for parameter in parameters:
            parameter.grad = None
        return original(self, loss)

    return scale


def _leaves(node):
    """The leaves behind a node."""
    if node is None:
        return []
    here = [node.variable] if hasattr(node, "variable") else []
    return here + [leaf for following, _ in node.next_functions for leaf in _leaves(following)]


def half(original):
    """Autocast halves what comes through its product on the way back."""
    return lambda x, w: (lambda y: y.detach() + (y - y.detach()) / 2)(original(x, w))


def outside(original):
    """What is computed again is computed in full precision."""

    def checkpoint(function, *args, **options):
        calls = []

        def called(*given):
            calls.append(1)
            with torch.autocast("cpu", dtype=torch.bfloat16, enabled=len(calls) == 1):
                return function(*given)

        return original(called, *args, **options, **({} if options["use_reentrant"] else {"determinism_check": "none"}))

    return checkpoint


def per_tensor(original):
    """The largest norm of one tensor is given."""
    return lambda tensors, *args, **options: max(original([one], *args, **options) for one in tensors)


PLANTS = (
    Plant("off by 1e-5", claims.test_scaling_changes_no_step, f"{SCALER}.scale", slightly_other),
    Plant("unscales again", claims.test_clips_what_was_unscaled, f"{SCALER}.step", unscales_again),
    Plant("the last batch alone", claims.test_accumulates_scaled_gradients, f"{SCALER}.scale", last_alone),
    Plant("all or none", claims.test_one_scaler_serves_two_optimizers, f"{SCALER}.step", all_or_none),
    Plant("half of it", claims.test_a_weight_used_twice_gets_the_sum_of_its_gradients, "torch.Tensor.__matmul__", half,
          {"cache": True}),
    Plant("in full precision", claims.test_a_checkpoint_computes_again_under_autocast,
          "torch.utils.checkpoint.checkpoint", outside, {"use_reentrant": True}),
    Plant("the largest", claims.test_the_total_norm_is_that_of_all_tensors_together, f"{UTILS}.get_total_norm",
          per_tensor, {"p": 2.0, "foreach": None}),
    Plant("does not raise", claims.test_a_total_norm_that_is_not_finite_may_raise, f"{UTILS}.get_total_norm",
          lambda original: lambda tensors, error_if_nonfinite=False: original(tensors)),
    Plant("also makes larger", claims.test_clips_by_a_norm_that_is_given, f"{UTILS}.clip_grads_with_norm_",
          lambda original: lambda parameters, most, total, foreach=None: [
              parameter.grad.mul_(most / (total + 1e-6)) for parameter in parameters],
          {"total": 0.5, "foreach": None}),
)  # fmt: skip


@plants(*PLANTS)
def test_is_rejected(plant, request):
    assert_rejected(plant, request)
