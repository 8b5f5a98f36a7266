"""Wrong answers about torch.amp.GradScaler."""

import torch

from suites.meta.planting import Plant, assert_rejected, plants
from suites.tensors import test_grad_scaler as claims

SCALER = "torch.amp.GradScaler"


def without_unscaling(original):
    return lambda self, optimizer, inverse, found, *rest: original(
        self, optimizer, torch.ones_like(inverse), found, *rest
    )


def always(original):
    """The optimizer steps whatever its gradients are."""
    return lambda self, optimizer, state, *args, **options: optimizer.step(*args, **options)


def all_or_none(original):
    """Where one optimizer overflowed no other one steps."""
    return lambda self, optimizer, state, *args, **options: None


def first_alone(original):
    """Of several outputs the first is scaled."""
    return lambda self, outputs: (
        [original(self, outputs[0]), *outputs[1:]] if isinstance(outputs, list) else original(self, outputs)
    )


def doubled(original):
    def wrong(self, new_scale=None):
        original(self, new_scale)
        self._scale.mul_(2)

    return wrong


def with_option(**options):
    return lambda original: lambda self, device, **given: original(self, device, **{**options, **given})


def count_forgotten(original):
    return lambda self, state: original(self, {**state, "_growth_tracker": 0})


def kept_alive(original):
    """A disabled scaler scales."""
    return lambda self, *args, enabled=True, **options: original(self, *args, **options)


def twice(original):
    """A second call unscales again."""

    def wrong(self, optimizer):
        try:
            original(self, optimizer)
        except RuntimeError:
            return

    return wrong


PLANTS = (
    Plant("the first of several is scaled", claims.test_scales_what_it_is_given, f"{SCALER}.scale", first_alone),
    Plant("gradients are not unscaled", claims.test_unscales_gradients, f"{SCALER}._unscale_grads_", without_unscaling),
    Plant("a second call is allowed", claims.test_unscales_gradients, f"{SCALER}.unscale_", twice),
    Plant(
        "gradients are not unscaled",
        claims.test_steps_with_unscaled_gradients,
        f"{SCALER}._unscale_grads_",
        without_unscaling,
        {"calls": 0},
    ),
    Plant(
        "steps are taken",
        claims.test_skips_steps_with_infinite_gradients,
        f"{SCALER}._maybe_opt_step",
        always,
        {"bad": float("inf")},
    ),
    Plant(
        "no step is taken",
        claims.test_skips_steps_of_the_optimizer_that_overflowed_alone,
        f"{SCALER}._maybe_opt_step",
        all_or_none,
    ),
    Plant("the scale grows each time", claims.test_grows_after_enough_steps, f"{SCALER}.update", doubled),
    Plant(
        "a new scale is ignored",
        claims.test_takes_a_new_scale,
        f"{SCALER}.update",
        lambda original: lambda self, new_scale=None: None,
    ),
    Plant(
        "the scale backs off by a tenth",
        claims.test_has_the_documented_defaults,
        f"{SCALER}.__init__",
        with_option(backoff_factor=0.1),
    ),
    Plant("enabled is ignored", claims.test_does_nothing_unless_enabled, f"{SCALER}.__init__", kept_alive),
    Plant(
        "the count is forgotten", claims.test_goes_on_from_a_saved_state, f"{SCALER}.load_state_dict", count_forgotten
    ),
)


@plants(*PLANTS)
def test_is_rejected(plant, request):
    assert_rejected(plant, request)
