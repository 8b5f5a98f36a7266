"""Wrong answers where torch does not keep a claim about optimizers: it holds of a mended torch, and rejects them."""

from torch.optim import lr_scheduler

from suites.meta.planting import Plant, Repair, assert_rejected_once_mended, plants
from suites.optim import test_nesting as nesting
from suites.optim import test_optimizer as claims
from suites.optim import test_state_dict as state

LOAD = "torch.optim.Optimizer.load_state_dict"


def started_by_group(original):
    """Adagrad whose sums start where the group says."""

    def init(self, *args, **given):
        original(self, *args, **given)
        for group in self.param_groups:
            for parameter in group["params"]:
                self.state[parameter]["sum"].fill_(group["initial_accumulator_value"])

    return init


def keeping_text(original):
    """load_state_dict that takes text as it is."""

    def load(self, given):
        original(self, given)
        held = [parameter for group in self.param_groups for parameter in group["params"]]
        for place, values in given["state"].items():
            self.state[held[place]].update({name: value for name, value in values.items() if isinstance(value, str)})

    return load


def flattened(original):
    """SequentialLR that takes the parts of a SequentialLR at its beginning for its own."""

    def init(self, optimizer, parts, milestones):
        if isinstance(parts[0], lr_scheduler.SequentialLR):
            milestones = [*parts[0]._milestones, *milestones]
            parts = [*parts[0]._schedulers, *parts[1:]]
        original(self, optimizer, parts, milestones)

    return init


def all_from_zero(original):
    def init(self, *args, **given):
        original(self, *args, **given)
        for values in self.state.values():
            values["sum"].zero_()

    return init


def upper(original):
    def load(self, given):
        original(self, given)
        for values in self.state.values():
            values["tag"] = values["tag"].upper()

    return load


def a_milestone_later(original):
    return lambda self, optimizer, parts, milestones: original(self, optimizer, parts, [m + 1 for m in milestones])


PLANTS = (
    Plant("all start at zero", claims.test_groups_start_their_sums_where_they_say, "torch.optim.Adagrad.__init__",
          all_from_zero),
    Plant("text in capitals", state.test_keeps_text_in_the_state, LOAD, upper),
    Plant("an epoch late", nesting.test_composites_do_what_their_parts_say,
          "torch.optim.lr_scheduler.SequentialLR.__init__", a_milestone_later,
          {"nest": nesting.NESTED["sequence in a sequence"]}),
)  # fmt: skip

REPAIRS = {"torch.optim.Adagrad.__init__": started_by_group, LOAD: keeping_text,
           "torch.optim.lr_scheduler.SequentialLR.__init__": flattened}  # fmt: skip


@plants(*PLANTS)
def test_is_rejected_by_a_claim_that_holds_once_torch_is_mended(plant, request):
    assert_rejected_once_mended(plant, Repair(plant.target, REPAIRS[plant.target]), request)
