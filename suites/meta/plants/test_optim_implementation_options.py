"""Wrong answers about dtypes side by side, scaled gradients, hooks of states and steps, and what is refused."""

import torch

from suites.meta.planting import Plant, assert_rejected, plants
from suites.optim import test_averaging as averaging
from suites.optim import test_implementation_options as claims

OPTIMIZER = "torch.optim.Optimizer"


def variant(name, implementation):
    return {"row": next(v for v in claims.VARIANTS if (v.algorithm.name, v.implementation) == (name, implementation))}


def first_dtype(original):
    """Of parameters of several dtypes only those of one move."""
    return staticmethod(lambda *args, **kwargs: dict(list(original(*args, **kwargs).items())[:1]))


def as_scaled(original):
    """A fused kernel is not told by what gradients are scaled."""

    def step(self, optimizer, *args, **kwargs):
        gradients = [p.grad for group in optimizer.param_groups for p in group["params"]]
        torch._foreach_mul_(gradients, 1.0 + 2.0**-10)
        return original(self, optimizer, *args, **kwargs)

    return step


def fused_alone(original):
    return lambda self, *args, foreach=None, **kwargs: original(self, *args, **kwargs)


def densely(original):
    """Sparse gradients are made dense, and dense ones sparse."""

    def step(self, *args, **kwargs):
        for group in self.param_groups:
            for p in group["params"]:
                sparse = isinstance(self, torch.optim.SparseAdam)
                p.grad = p.grad.to_sparse(1) if sparse else p.grad.to_dense()
        return original(self, *args, **kwargs)

    return step


def default_betas(original):
    return lambda self, *args, betas, **kwargs: original(self, *args, **kwargs)


def cast_counts(original):
    """The count of steps takes the dtype of its parameter."""

    def load(self, state):
        original(self, state)
        for parameter, values in self.state.items():
            values["step"] = values["step"].to(parameter.dtype).float()

    return load


def not_prepended(original):
    return lambda self, hook, prepend=False: original(self, hook)


def without_arguments(original):
    return lambda self, hook: original(self, lambda own, args, named: hook(own, (), {}))


def silent(original):
    def step(self, *args, **kwargs):
        self._step_count = max(self._step_count, 2)
        return original(self, *args, **kwargs)

    return step


def forgetful(original):
    return lambda self: {**original(self), "lr_lambdas": [None for _ in self.lr_lambdas]}


def to_the_first(original):
    return lambda self, optimizer, goals, *args, **kwargs: original(
        self, optimizer, goals[0] if isinstance(goals, list) else goals, *args, **kwargs
    )


PLANTS = (
    Plant("one dtype moves", claims.test_moves_parameters_of_several_dtypes_alike,
          f"{OPTIMIZER}._group_tensors_by_device_and_dtype", first_dtype, variant("SGD", "foreach")),
    Plant("the scale is not taken out", claims.test_scaled_steps_are_those_of_the_loss, "torch.amp.GradScaler.step",
          as_scaled, variant("SGD", "fused")),
    Plant("both are taken", claims.test_is_either_foreach_or_fused, "torch.optim.Adam.__init__", fused_alone,
          {"name": "Adam"}),
    Plant("they are made dense", claims.test_refuses_sparse_gradients, "torch.optim.Adam.step", densely,
          {"name": "Adam"}),
    Plant("they are made sparse", claims.test_sparse_adam_refuses_dense_gradients, "torch.optim.SparseAdam.step",
          densely),
    Plant("betas are the default ones", claims.test_takes_betas_in_tensors, "torch.optim.Adam.__init__",
          default_betas, {"name": "Adam"}),
    Plant("the count is rounded", claims.test_counts_on_from_a_state_of_many_steps, f"{OPTIMIZER}.load_state_dict",
          cast_counts, {"dtype": torch.bfloat16}),
    Plant("it runs last", claims.test_hooks_of_the_state_run_first_if_prepended,
          f"{OPTIMIZER}.register_state_dict_pre_hook", not_prepended, {"name": "register_state_dict_pre_hook"}),
    Plant("they get none", claims.test_hooks_of_steps_get_their_arguments, f"{OPTIMIZER}.register_step_post_hook",
          without_arguments, {"name": "register_step_post_hook"}),
    Plant("nothing is said", claims.test_warns_of_a_schedule_that_goes_first,
          "torch.optim.lr_scheduler.LRScheduler.step", silent, {"first": "scheduler"}),
    Plant("objects are not saved", claims.test_saves_factors_that_are_objects,
          "torch.optim.lr_scheduler.LambdaLR.state_dict", forgetful, {"name": "LambdaLR"}),
    Plant("all go to the first", averaging.test_anneals_to_a_constant_rate, "torch.optim.swa_utils.SWALR.__init__",
          to_the_first, {"strategy": "linear", "goals": [0.05, 0.1]}),
)  # fmt: skip


@plants(*PLANTS)
def test_implementations_reject(plant, request):
    assert_rejected(plant, request)
