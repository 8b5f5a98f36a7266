"""Wrong answers about schedulers of schedulers, and about schedules that are left and taken up again."""

import pytest
import torch

from suites.meta.planting import Plant, Repair, assert_rejected, assert_rejected_once_mended, plants
from suites.meta.plants.test_optim_schedulers import option, shifted_milestones, without
from suites.meta.wrong import forgiving, nothing
from suites.optim import test_nesting as nesting
from suites.optim import test_resuming as claims
from suites.optim.schedules import SCHEDULES

pytestmark = [pytest.mark.filterwarnings(f"ignore:{told}:UserWarning") for told in ("Detected", "The epoch")]

LR = "torch.optim.lr_scheduler"


def cell(name, **more):
    return {"row": SCHEDULES[name], **more}


def nest(name):
    return {"nest": nesting.NESTED[name]}


def first_twice(original):
    return lambda self, parts, *given: original(self, [*parts[:-1], parts[0]], *given)


def a_later_epoch(original):
    def init(self, *given, last_epoch=-1, **options):
        original(self, *given, last_epoch=last_epoch + (last_epoch > 0), **options)

    return init


def forwards_only(original):
    return lambda self, epoch=None: original(self, max(epoch, self.last_epoch) if epoch is not None else None)


def numbers(original):
    """A number takes the place of the tensor that held a rate."""

    def step(self, *given):
        original(self, *given)
        for group in self.optimizer.param_groups:
            group["lr"] = float(group["lr"])

    return step


def very_tensors(original):
    return lambda self: [group["lr"] for group in self.optimizer.param_groups]


def halved(original):
    def step(self, metrics, *given):
        original(self, metrics)
        for group in self.optimizer.param_groups:
            group["lr"] *= 0.5

    return step


def largest(original):
    return lambda self, *given, min_lr=0.0, **options: original(self, *given, min_lr=max(min_lr), **options)


def whole_metrics(original):
    return lambda self, metrics, *given: original(self, int(metrics))


def living_state(original):
    """The state is the scheduler's own dictionary."""
    return lambda self: self.__dict__


def due(original):
    """SequentialLR that begins with the part that is due."""

    def init(self, optimizer, parts, milestones, last_epoch=-1):
        original(self, optimizer, parts, milestones)
        for _ in range(last_epoch + 1):
            optimizer.step()
            self.step()

    return init


def an_epoch_late(original):
    return lambda self, *given, last_epoch=-1: original(self, *given, last_epoch=last_epoch - 1)


def over_at_once(original):
    """A span of no epochs is over."""

    def init(self, optimizer, *given, total_iters=5, **options):
        original(self, optimizer, *given, total_iters=total_iters or 1, **options)
        if not total_iters:
            optimizer.step()
            self.step()

    return init


def undoing_zero(original):
    """ConstantLR that begins again from the first rates."""
    return lambda self: [rate if self.last_epoch >= self.total_iters else 0.0 for rate in self.base_lrs]


def longer(original):
    return lambda self, optimizer, start, end, iterations: original(self, optimizer, start, end, iterations + 1)


def half_forgotten(original):
    return lambda self: [rate * 0.5 for rate in original(self)]


def at_half(original):
    def init(self, optimizer, *parts):
        original(self, optimizer, *parts)
        optimizer.param_groups[0]["lr"] /= 2

    return init


HELD = (
    Plant("a milestone late", nesting.test_composites_do_what_their_parts_say, f"{LR}.SequentialLR.__init__",
          shifted_milestones, nest("warmup and cosine")),
    Plant("the first instead of the last", nesting.test_composites_do_what_their_parts_say,
          f"{LR}.ChainedScheduler.__init__", first_twice, nest("chain of chains")),
    Plant("it begins at half", nesting.test_composites_begin_as_their_parts_say, f"{LR}.SequentialLR.__init__",
          at_half, nest("warmup and cosine")),
    Plant("the epoch of a part is lost", nesting.test_composites_can_be_taken_up_at_every_epoch,
          f"{LR}.StepLR.load_state_dict", without("last_epoch"), {"name": "chain of chains"}),
    Plant("a sequence loads nothing", nesting.test_composites_can_be_taken_up_at_every_epoch,
          f"{LR}.SequentialLR.load_state_dict", nothing, {"name": "one epoch each"}),
    Plant("any number will do", nesting.test_a_sequence_needs_a_milestone_between_two_parts,
          f"{LR}.SequentialLR.__init__", forgiving, {"parts": 2, "milestones": [1, 2]}),
    Plant("any optimizer will do", nesting.test_composites_are_of_one_optimizer, f"{LR}.ChainedScheduler.__init__",
          forgiving),
    Plant("the cycle is lost", claims.test_goes_on_though_every_epoch_begins_anew,
          f"{LR}.CosineAnnealingWarmRestarts.load_state_dict", without("T_i"), cell("warm-restarts")),
    Plant("an epoch ahead", claims.test_goes_on_from_a_last_epoch, f"{LR}.PolynomialLR.__init__", a_later_epoch,
          cell("polynomial", epoch=5)),
    Plant("an epoch ahead", claims.test_cycle_goes_on_from_its_last_batch, f"{LR}.OneCycleLR.__init__", a_later_epoch,
          cell("one-cycle", epoch=5)),
    Plant("never back", claims.test_goes_to_any_epoch, f"{LR}.ExponentialLR.step", forwards_only,
          cell("exponential")),
    Plant("numbers replace tensors", claims.test_sets_rates_in_tensors, f"{LR}.StepLR.step", numbers, cell("step")),
    Plant("the tensors themselves", claims.test_returned_rates_stay, f"{LR}.LambdaLR.get_last_lr", very_tensors,
          cell("lambda")),
    Plant("halved once more", claims.test_plateaus_set_rates_in_tensors, f"{LR}.ReduceLROnPlateau.step", halved),
    Plant("the largest minimum for all", claims.test_each_group_has_a_least_rate_of_its_own,
          f"{LR}.ReduceLROnPlateau.__init__", largest),
    Plant("metrics are whole", claims.test_metrics_are_what_float_takes, f"{LR}.ReduceLROnPlateau.step",
          whole_metrics, {"metric": torch.tensor}),
    Plant("the state lives on", claims.test_state_stays_as_it_was_taken, f"{LR}.StepLR.state_dict", living_state,
          cell("step")),
    Plant("an epoch more", claims.test_a_line_may_end_at_zero, f"{LR}.LinearLR.__init__", longer),
)  # fmt: skip

MENDED = (
    (Plant("an epoch late", nesting.test_a_sequence_can_begin_at_a_later_epoch, f"{LR}.SequentialLR.__init__",
           an_epoch_late), due),
    (Plant("it holds for an epoch", claims.test_a_span_of_no_epochs_is_over, f"{LR}.ConstantLR.__init__",
           option("total_iters", 2), {"name": "ConstantLR"}), over_at_once),
    (Plant("half is forgotten", claims.test_a_factor_of_zero_is_over_too, f"{LR}.ConstantLR.get_lr", half_forgotten),
     undoing_zero),
)  # fmt: skip

PLANTS = (*HELD, *(plant for plant, _ in MENDED))


@plants(*HELD)
def test_is_rejected(plant, request):
    assert_rejected(plant, request)


@pytest.mark.parametrize(("plant", "mend"), MENDED, ids=lambda part: getattr(part, "__name__", str(part)))
def test_is_rejected_by_a_claim_that_holds_once_torch_is_mended(plant, mend, request):
    assert_rejected_once_mended(plant, Repair(plant.target, mend), request)
