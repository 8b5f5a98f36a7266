"""Wrong answers about what torch.from_numpy refuses."""

import warnings

import numpy as np

from suites.meta.planting import Plant, assert_rejected, plants
from suites.numpy_bridge import test_from_numpy_refuses as claims

TARGET = "torch.from_numpy"


def accepts(repair):
    """from_numpy that repairs what it ought to refuse."""

    def wrong(original):
        def lenient(thing):
            try:
                return original(thing)
            except (TypeError, ValueError):
                return original(repair(thing))

        return lenient

    return wrong


def silent(original):
    def wrong(*args, **options):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return original(*args, **options)

    return wrong


def once(original, seen=[]):  # noqa: B006 - it is meant to remember
    """A function whose warnings come once in a process."""
    return lambda *args: (silent(original) if len(seen) else original)(*args, *seen.append(1) or ())


TEXT = claims.Refused("text", np.array(["1", "2"]))
LIST = claims.Refused("a list", [1.0, 2.0])

PLANTS = (
    Plant(
        "text is read as numbers",
        claims.test_refuses_what_holds_no_numbers,
        TARGET,
        accepts(lambda array: array.astype(np.float64)),
        {"row": TEXT},
    ),
    Plant("a list is taken", claims.test_refuses_what_is_no_array, TARGET, accepts(np.array), {"row": LIST}),
    Plant("negative strides are copied away", claims.test_refuses_negative_strides, TARGET, accepts(np.copy)),
    Plant(
        "the byte order is ignored",
        claims.test_refuses_the_other_byte_order,
        TARGET,
        accepts(lambda array: array.view(array.dtype.newbyteorder())),
    ),
    Plant("odd steps are copied away", claims.test_refuses_steps_of_part_of_an_element, TARGET, accepts(np.copy)),
    Plant("no warning", claims.test_warns_of_read_only_arrays, TARGET, silent, {"name": "from_numpy"}),
    Plant("one warning only", claims.test_warns_of_read_only_arrays, TARGET, once, {"name": "from_numpy"}),
    Plant("no warning", claims.test_warns_of_read_only_arrays, "torch.asarray", silent, {"name": "asarray"}),
    Plant(
        "a copy reads the array through its memory",
        claims.test_copies_of_read_only_arrays_do_not_warn,
        "torch.tensor",
        lambda original: lambda array: original(array) + 0.5,
    ),
)


@plants(*PLANTS)
def test_is_rejected(plant, request):
    assert_rejected(plant, request)
