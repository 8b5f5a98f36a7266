"""Wrong answers about schedulers, averages of weights and LBFGS."""

import torch
from torch.optim import lr_scheduler

from suites.meta.planting import Plant, assert_rejected, plants
from suites.meta.wrong import forgiving, nothing
from suites.optim import test_averaging as averaging
from suites.optim import test_lbfgs as lbfgs
from suites.optim import test_schedulers as claims
from suites.optim.schedules import SCHEDULES

LR, SWA = "torch.optim.lr_scheduler", "torch.optim.swa_utils"


def cell(name, **more):
    return {"row": SCHEDULES[name], **more}


def plateau(name, **more):
    return {"plateau": claims.PLATEAUS[name], **more}


def scaled(factor):
    """The rates are off by a factor."""
    return lambda original: lambda self: [rate * factor for rate in original(self)]


def late(original):
    """The schedule is an epoch late."""

    def get_lr(self):
        self.last_epoch -= 1
        rates = original(self)
        self.last_epoch += 1
        return rates

    return get_lr


def second_group_as_first(original):
    return lambda self: [original(self)[0]] * 2


def first_rates(original):
    return lambda self: list(self.base_lrs)


def without(name):
    """A variable is not loaded."""
    return lambda original: (
        lambda self, state: original(self, {key: value for key, value in state.items() if key != name})
    )


def with_optimizer(original):
    return lambda self: {**original(self), "optimizer": self.optimizer}


def frozen_after_two(original):
    def step(self, *given):
        if self.last_epoch < 2:
            original(self, *given)

    return step


def initial_rate_made(original):
    def init(self, optimizer, *given, **options):
        for group in optimizer.param_groups:
            group.setdefault("initial_lr", group["lr"])
        original(self, optimizer, *given, **options)

    return init


def option(name, value):
    """The constructor takes another value for an option."""
    return lambda original: lambda self, *given, **options: original(self, *given, **{**options, name: value})


def shifted_milestones(original):
    return lambda self, optimizer, schedulers, milestones: original(
        self, optimizer, schedulers, [milestone + 1 for milestone in milestones]
    )


def last_left_out(original):
    return lambda self, schedulers, *given: original(self, schedulers[:-1], *given)


def momentum_kept(original):
    """The momentum stays where it is at first."""

    def step(self, *given):
        key = "betas" if "betas" in self.optimizer.param_groups[0] else "momentum"
        before = [group[key] for group in self.optimizer.param_groups]
        original(self, *given)
        for group, value in zip(self.optimizer.param_groups, before):
            group[key] = value

    return step


def endless(original):
    def step(self, *given):
        if self.last_epoch < self.total_steps - 1:
            original(self, *given)

    return step


def other_cycles(original):
    return lambda self, *given, **options: original(
        self, *given, **{**options, "scale_mode": {"cycle": "iterations", "iterations": "cycle"}[options["scale_mode"]]}
    )


def whole_epochs(original):
    return lambda self, epoch=None: original(self, None if epoch is None else int(epoch))


def counting_the_first(original):
    """The model it was made of counts as one."""

    def update(self, model):
        if self.n_averaged == 0:
            self.n_averaged += 1
        original(self, model)

    return update


def last_model(original):
    def update(self, model):
        original(self, model)
        for mine, theirs in zip(self.module.parameters(), model.parameters()):
            mine.data.copy_(theirs.data)

    return update


def exchanged_decay(original):
    return lambda decay=0.999: original(1 - decay)


def half_decay(original):
    return lambda: torch.optim.swa_utils.get_ema_avg_fn(0.5)


def half_decay_of_many(original):
    return lambda: torch.optim.swa_utils.get_ema_multi_avg_fn(0.5)


def same_model(original):
    def init(self, model, *given, **options):
        original(self, model, *given, **options)
        self.module = model

    return init


def buffers_too(original):
    return lambda self, model, *given, **options: original(self, model, *given, **{**options, "use_buffers": True})


def no_count(original):
    def load(self, state, *given):
        result = original(self, state, *given)
        self.n_averaged.zero_()
        return result

    return load


def last_batch_only(original):
    return lambda loader, model, *given: original(list(loader)[-1:], model, *given)


def closure_more(times):
    """The closure runs more often than it may."""

    def wrong(original):
        def step(self, closure):
            result = original(self, closure)
            for _ in range(times):
                closure()
            return result

        return step

    return wrong


def last_loss(original):
    def step(self, closure):
        original(self, closure)
        with torch.enable_grad():
            return closure()

    return step


def gradient_descent(original):
    """The history is forgotten after each step."""

    def step(self, closure):
        result = original(self, closure)
        self.state.clear()
        return result

    return step


def one_iteration(original):
    return lambda self, params, *given, **options: original(self, params, *given, **{**options, "max_iter": 1})


def upward(original):
    def step(self, closure):
        before = [parameter.detach().clone() for parameter in self._params]
        result = original(self, closure)
        for parameter, place in zip(self._params, before):
            parameter.data.copy_(2 * place - parameter.data)
        return result

    return step


def forgetful(original):
    return lambda self, given: original(self, {**given, "state": {}})


def first_group(original):
    def init(self, params, *given, **options):
        original(self, [group for group in params if isinstance(group, dict)][:1] or params, *given, **options)

    return init


PLANTS = (
    Plant("an epoch late", claims.test_follows_its_formula, f"{LR}.StepLR.get_lr", late, cell("step")),
    Plant("off by 1e-10", claims.test_follows_its_formula, f"{LR}.ExponentialLR.get_lr", scaled(1 + 1e-10),
          cell("exponential")),
    Plant("milestones count once", claims.test_follows_its_formula, f"{LR}.MultiStepLR.__init__",
          lambda original: lambda self, optimizer, milestones, gamma: original(self, optimizer, set(milestones), gamma),
          cell("multi-step")),
    Plant("the factor stays", claims.test_follows_its_formula, f"{LR}.ConstantLR.__init__", option("total_iters",
          10**9),
          cell("constant")),
    Plant("one iteration less", claims.test_follows_its_formula, f"{LR}.LinearLR.__init__", option("total_iters", 12),
          cell("linear")),
    Plant("the power is 1", claims.test_follows_its_formula, f"{LR}.PolynomialLR.__init__", option("power", 1.0),
          cell("polynomial")),
    Plant("down to zero", claims.test_follows_its_formula, f"{LR}.CosineAnnealingLR.__init__", option("eta_min", 0.0),
          cell("cosine")),
    Plant("cycles keep their length", claims.test_follows_its_formula, f"{LR}.CosineAnnealingWarmRestarts.__init__",
          option("T_mult", 1), cell("warm-restarts")),
    Plant("one function for all", claims.test_follows_its_formula, f"{LR}.LambdaLR.get_lr", second_group_as_first,
          cell("lambdas")),
    Plant("as fast down as up", claims.test_follows_its_formula, f"{LR}.CyclicLR.__init__", option("step_size_down", 5),
          cell("triangular")),
    Plant("two phases", claims.test_follows_its_formula, f"{LR}.OneCycleLR.__init__", option("three_phase", False),
          cell("one-cycle-three-phases")),
    Plant("the rates at first", claims.test_reports_the_last_rates, f"{LR}.StepLR.get_last_lr", first_rates,
          cell("step")),
    Plant("the epoch is lost", claims.test_goes_on_from_its_state, f"{LR}.StepLR.load_state_dict",
          without("last_epoch"),
          cell("step", epoch=6)),
    Plant("the first rates are lost", claims.test_goes_on_from_its_state, f"{LR}.LambdaLR.load_state_dict",
          lambda original: lambda self, state: original(self, {**state, "base_lrs": [1.0, 1.0]}),
          cell("lambda", epoch=6)),
    Plant("the optimizer is state", claims.test_state_is_small_and_can_be_saved, f"{LR}.StepLR.state_dict",
          with_optimizer, cell("step")),
    Plant("the schedule stops", claims.test_goes_on_when_a_group_is_added, f"{LR}.ExponentialLR.step", frozen_after_two,
          {"name": "exponential"}),
    Plant("takes the present rate for the first", claims.test_needs_the_initial_rate_to_go_on, f"{LR}.StepLR.__init__",
          initial_rate_made),
    Plant("more patience", claims.test_reduces_the_rate_on_plateaus, f"{LR}.ReduceLROnPlateau.__init__",
          option("patience", 2), plateau("short")),
    Plant("no cooldown", claims.test_reduces_the_rate_on_plateaus, f"{LR}.ReduceLROnPlateau.__init__",
          option("cooldown", 0), plateau("cooldown")),
    Plant("smaller is better", claims.test_reduces_the_rate_on_plateaus, f"{LR}.ReduceLROnPlateau.__init__",
          option("mode", "min"), plateau("max-abs")),
    Plant("the threshold is relative", claims.test_reduces_the_rate_on_plateaus, f"{LR}.ReduceLROnPlateau.__init__",
          option("threshold_mode", "rel"), plateau("abs")),
    Plant("the best is lost", claims.test_plateaus_go_on_from_their_state, f"{LR}.ReduceLROnPlateau.load_state_dict",
          without("best"), plateau("short", epoch=9)),
    Plant("every step is made", claims.test_leaves_small_steps_undone, f"{LR}.ReduceLROnPlateau.__init__",
          option("eps", 0.0)),
    Plant("a milestone late", claims.test_one_after_another, f"{LR}.SequentialLR.__init__", shifted_milestones,
          {"milestones": (3, 20)}),
    Plant("the first goes first", claims.test_a_milestone_of_zero_begins_with_the_second,
          f"{LR}.SequentialLR.__init__", shifted_milestones),
    Plant("the parts are not loaded", claims.test_sequences_go_on_from_their_state, f"{LR}.LinearLR.load_state_dict",
          nothing, {"epoch": 1}),
    Plant("the last one is left out", claims.test_all_at_once, f"{LR}.ChainedScheduler.__init__", last_left_out),
    Plant("nothing is loaded", claims.test_chains_go_on_from_their_state, f"{LR}.ChainedScheduler.load_state_dict",
          nothing),
    Plant("the momentum stays", claims.test_cycles_momentum_against_the_rate, f"{LR}.CyclicLR.step", momentum_kept,
          {"mode": "triangular"}),
    Plant("the momentum stays", claims.test_one_cycle_moves_momentum_against_the_rate, f"{LR}.OneCycleLR.step",
          momentum_kept, {"anneal_strategy": "cos"}),
    Plant("the betas stay", claims.test_one_cycle_moves_the_first_beta_of_adam, f"{LR}.OneCycleLR.step", momentum_kept),
    Plant("it never ends", claims.test_one_cycle_is_over_after_its_steps, f"{LR}.OneCycleLR.step", endless),
    Plant("cycles are iterations", claims.test_a_cycle_can_be_scaled_by_any_function, f"{LR}.CyclicLR.__init__",
          other_cycles, {"scale_mode": "cycle"}),
    Plant("epochs are whole", claims.test_warm_restarts_take_fractions_of_epochs,
          f"{LR}.CosineAnnealingWarmRestarts.step", whole_epochs),
    Plant("any list will do", claims.test_needs_as_many_functions_as_groups, f"{LR}.LambdaLR.__init__",
          forgiving),
    Plant("any factor will do", claims.test_refuses_options_that_make_no_sense, f"{LR}.ConstantLR.__init__",
          forgiving, {"name": "ConstantLR", "options": {"factor": 1.5}}),
    Plant("the first counts", averaging.test_averages_all_updates_equally, f"{SWA}.AveragedModel.update_parameters",
          counting_the_first, {"count": 2}),
    Plant("the last one wins", averaging.test_averages_by_a_function, f"{SWA}.AveragedModel.update_parameters",
          last_model),
    Plant("the weights are exchanged", averaging.test_averages_exponentially, f"{SWA}.get_ema_avg_fn", exchanged_decay,
          {"decay": 0.9, "several": False}),
    Plant("the weights of many are exchanged", averaging.test_averages_exponentially, f"{SWA}.get_ema_multi_avg_fn",
          exchanged_decay, {"decay": 0.999, "several": True}),
    Plant("the new counts half", averaging.test_functions_average_equally, f"{SWA}.get_swa_avg_fn", half_decay,
          {"several": False}),
    Plant("the new of many counts half", averaging.test_functions_average_equally, f"{SWA}.get_swa_multi_avg_fn",
          half_decay_of_many, {"several": True}),
    Plant("it is the model itself", averaging.test_is_a_copy_that_stays_apart, f"{SWA}.AveragedModel.__init__",
          same_model),
    Plant("buffers are averaged unasked", averaging.test_averages_buffers_if_asked, f"{SWA}.AveragedModel.__init__",
          buffers_too, {"use_buffers": False}),
    Plant("the count is lost", averaging.test_goes_on_from_its_state, f"{SWA}.AveragedModel.load_state_dict", no_count),
    Plant("the last batch decides", averaging.test_bn_statistics_are_those_of_the_data, f"{SWA}.update_bn",
          last_batch_only),
    Plant("always by a cosine", averaging.test_anneals_to_a_constant_rate, f"{SWA}.SWALR.__init__",
          option("anneal_strategy", "cos"), {"strategy": "linear", "goals": 0.05}),
    Plant("an iteration at a time, and no memory", lbfgs.test_finds_the_minimum_of_a_quadratic,
          "torch.optim.LBFGS.__init__",
          one_iteration, {"search": None}),
    Plant("the loss at the end", lbfgs.test_returns_the_loss_at_the_start_of_the_step, "torch.optim.LBFGS.step",
          last_loss),
    Plant("one iteration only", lbfgs.test_takes_as_many_iterations_as_it_may, "torch.optim.LBFGS.__init__",
          one_iteration,
          {"max_iter": 7}),
    Plant("one evaluation more", lbfgs.test_stops_after_max_eval_evaluations, "torch.optim.LBFGS.step", closure_more(1),
          {"max_eval": 8}),
    Plant("as many as iterations", lbfgs.test_evaluates_a_quarter_more_than_it_iterates_by_default,
          "torch.optim.LBFGS.__init__",
          lambda original: lambda self, params, max_iter: original(self, params, max_iter=max_iter, max_eval=max_iter)),
    Plant("it looks once more", lbfgs.test_stops_where_the_slope_is_small, "torch.optim.LBFGS.step", closure_more(1)),
    Plant("uphill", lbfgs.test_first_step_goes_against_the_gradient, "torch.optim.LBFGS.step", upward),
    Plant("history is forgotten", lbfgs.test_directions_are_quasi_newton, "torch.optim.LBFGS.step", gradient_descent,
          {"history_size": 1}),
    Plant("history is kept", lbfgs.test_directions_are_quasi_newton, "torch.optim.LBFGS.__init__",
          option("history_size", 100), {"history_size": 1}),
    Plant("any change is enough", lbfgs.test_stops_where_little_changes, "torch.optim.LBFGS.__init__",
          option("tolerance_change", 0.0)),
    Plant("there is no search", lbfgs.test_a_line_search_never_climbs, "torch.optim.LBFGS.__init__",
          option("line_search_fn", None)),
    Plant("history is not loaded", lbfgs.test_goes_on_from_its_state, "torch.optim.LBFGS.load_state_dict", forgetful),
    Plant("the first group is enough", lbfgs.test_has_one_group_only, "torch.optim.LBFGS.__init__", first_group),
)  # fmt: skip


@plants(*PLANTS)
def test_is_rejected(plant, request):
    assert_rejected(plant, request)


def test_every_kind_of_scheduler_is_followed():
    """Each scheduler of torch.optim.lr_scheduler has a row or a claim of its own."""
    own = {"ReduceLROnPlateau", "SequentialLR", "ChainedScheduler", "LRScheduler", "_LRScheduler", "Counter"}
    there = {name for name, value in vars(lr_scheduler).items() if isinstance(value, type) and name.endswith("LR")}

    assert there - {row.name for row in SCHEDULES.values()} - own <= {"CosineAnnealingWarmRestarts"}
