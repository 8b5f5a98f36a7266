"""Modules that are not their functions: each with results a little off, and some that lose a setting."""

import pytest

from suites.meta.planting import Plant, assert_rejected, plants
from suites.nn.test_functions import ROWS
from suites.nn.test_functions import test_is_its_function as claim


def nudged(original):
    """Numbers are off by less than a millionth of a millionth."""

    def forward(self, *inputs):
        found = original(self, *inputs)
        return (found[0] * (1 + 1e-13), *found[1:]) if isinstance(found, tuple) else found * (1 + 1e-13)

    return forward


def losing(*lost, **changed):
    """The last arguments are lost, or some are taken to be others."""
    return lambda original: (
        lambda self, *args, **given: original(self, *args[: len(args) - len(lost)], **{**given, **changed})
    )


def lost(about, **changed):
    """A row whose module loses its last setting, or takes another."""
    row = next(row for row in ROWS if str(row) == about)
    wrong = losing(*([] if changed else [None]), **changed)
    return Plant(f"{row} loses a setting", claim, f"torch.nn.{row.name}.__init__", wrong, {"row": row})


NUDGED = tuple(
    Plant(f"{row} is a little off", claim, f"torch.nn.{row.name}.forward", nudged, {"row": row}) for row in ROWS
)
LOST = (
    lost("ELU with a setting"),
    lost("Hardshrink with a setting"),
    lost("Softplus with settings"),
    lost("MaxPool1d dilated"),
    lost("LPPool2d ceiled"),
    lost("Conv1d of the same size", dilation=1),
    lost("BatchNorm3d"),
    lost("GroupNorm with eps"),
    lost("Unfold with settings"),
    lost("CosineSimilarity along axis 0"),
    lost("PairwiseDistance with settings"),
    lost("Upsample of areas", mode="nearest"),
    lost("Upsample with aligned corners"),
    lost("Upsample by its own factor"),
)
PLANTS = (*NUDGED, *LOST)


@plants(*PLANTS)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_is_rejected(plant, request):
    assert_rejected(plant, request)
