"""Wrong answers about the hooks of an optimizer, names of parameters, and what is refused."""

from suites.meta.planting import Plant, assert_rejected, plants
from suites.meta.plants.test_optim_optimizer import lenient_init
from suites.optim import test_optimizer_hooks as claims

OPTIMIZER, EVERY = "torch.optim.Optimizer", "torch.optim.optimizer"


class Nothing:
    """What a registration gives back that registers nothing."""

    def remove(self):
        """Nothing is removed."""


def unregistered(original):
    return lambda *given, **options: Nothing()


def called_late(original):
    """A hook for before is called after."""
    return lambda self, hook: self.register_state_dict_post_hook(lambda own, state: hook(own))


def result_ignored(original):
    return lambda self, hook, **options: original(self, lambda *given: hook(*given) and None, **options)


def called_early(original):
    return lambda self, hook: self.register_load_state_dict_pre_hook(lambda own, state: hook(own))


def unnamed(original):
    def state_dict(self):
        state = original(self)
        for group in state["param_groups"]:
            group["param_names"] = [None for _ in group["params"]]
        return state

    return state_dict


def in_any_order(original):
    return lambda self, group: original(self, {**group, "params": list(group["params"])})


PLANTS = (
    Plant("it is called after", claims.test_a_pre_hook_sees_the_optimizer_before_its_state_is_taken,
          f"{OPTIMIZER}.register_state_dict_pre_hook", called_late),
    Plant("what it returns is ignored", claims.test_a_post_hook_may_change_the_state_or_replace_it,
          f"{OPTIMIZER}.register_state_dict_post_hook", result_ignored),
    Plant("what it returns is ignored", claims.test_a_pre_hook_may_replace_what_is_loaded,
          f"{OPTIMIZER}.register_load_state_dict_pre_hook", result_ignored),
    Plant("it is called before", claims.test_a_post_hook_sees_the_loaded_state,
          f"{OPTIMIZER}.register_load_state_dict_post_hook", called_early),
    Plant("it is never called", claims.test_global_hooks_frame_the_steps_of_all,
          f"{EVERY}.register_optimizer_step_post_hook", unregistered),
    Plant("names are forgotten", claims.test_takes_parameters_by_name, f"{OPTIMIZER}.state_dict", unnamed),
    Plant("a set will do", claims.test_parameters_have_an_order, f"{OPTIMIZER}.add_param_group", in_any_order),
    Plant("anything will do", claims.test_refuses_more_options_out_of_range, "torch.optim.Adafactor.__init__",
          lenient_init, {"name": "Adafactor", "options": {"d": 0.5}}),
)  # fmt: skip


@plants(*PLANTS)
def test_is_rejected(plant, request):
    assert_rejected(plant, request)
