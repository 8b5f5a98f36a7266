"""Wrong answers about torch.arange and its relatives."""

import math

import torch

from suites.meta.planting import Plant, assert_rejected, plants
from suites.meta.wrong import forgiving, setting
from suites.meta.wrong_tensors import bumped, copied_out, result
from suites.tensors import test_ranges as claims

ARANGE, LINSPACE, LOGSPACE = "torch.arange", "torch.linspace", "torch.logspace"


def through_double(original):
    return lambda *args, **options: original(*map(float, args), dtype=torch.float64).to(torch.int64)


def to_the_end(original):
    """The end is included."""
    return lambda start, end, step, **options: original(start, end + step / 2, step, **options)


def drifting(original):
    """Each value is the sum of the steps before it, in float32."""

    def wrong(*args, **options):
        found = original(*args, **options)
        return found + 3e-4 * torch.linspace(0, 1, len(found)).to(found.dtype) ** 2

    return wrong


def repeating(x):
    return torch.cat([x[:4097], x[4096:-1]])


def outside(original):
    """The end is left out."""

    def wrong(start, end, steps, *rest, **options):
        return original(start, end, steps + 1, *rest, **options)[:-1]

    return wrong


PLANTS = (
    Plant(
        "step is ignored",
        claims.test_takes_start_end_and_step,
        ARANGE,
        lambda original: lambda start, end, step, **options: original(start, end, **options),
        {"row": claims.FORMS[2]},
    ),
    Plant(
        "the end is included",
        claims.test_counts_in_integers,
        ARANGE,
        lambda original: lambda start, end, step, **o: original(start, end + int(math.copysign(1, step)), step, **o),
        {"dtype": torch.int64},
    ),
    Plant("the end is included", claims.test_is_exact_in_eighths, ARANGE, to_the_end),
    Plant("errors add up", claims.test_goes_by_fractional_steps, ARANGE, drifting),
    Plant(
        "values after the 4096th repeat the one before",
        claims.test_counts_far,
        ARANGE,
        result(repeating),
        {"dtype": torch.int64, "count": 33000},
    ),
    Plant(
        "integers pass through float64",
        claims.test_counts_beyond_double_precision,
        ARANGE,
        through_double,
        {"start": 2**53 + 1},
    ),
    Plant(
        "the step is truncated",
        claims.test_has_as_many_integers_as_a_fractional_step_asks_for,
        ARANGE,
        lambda original: lambda start, end, step, **options: original(start, end, int(step), **options),
        {"kind": "int32"},
    ),
    Plant(
        "the step is at least one",
        claims.test_has_as_many_integers_as_a_step_below_one_asks_for,
        ARANGE,
        lambda original: lambda start, end, step, **options: original(start, end, max(step, 1), **options),
        {"kind": "int32"},
    ),
    Plant(
        "floats are float64",
        claims.test_infers_the_dtype,
        ARANGE,
        setting(dtype=torch.float64),
        {"row": claims.INFERRED[3]},
    ),
    Plant(
        "floats are float32",
        claims.test_counts_floats_in_the_default_dtype,
        ARANGE,
        result(lambda x: x.float(), lambda *args, **_: isinstance(args[0], float)),
        {"dtype": torch.float64},
    ),
    Plant(
        "the range is empty", claims.test_refuses_steps_that_never_arrive, ARANGE, forgiving, {"arguments": (0, 5, -1)}
    ),
    Plant("out is left as it was", claims.test_counts_into_out, ARANGE, copied_out),
    Plant("the end is left out", claims.test_divides_an_interval, LINSPACE, outside),
    Plant(
        "the last value is rounded twice",
        claims.test_includes_both_ends,
        LINSPACE,
        result(lambda x: x * (1 + 2 * torch.finfo(x.dtype).eps)),
    ),
    Plant(
        "the last value is off by one",
        claims.test_divides_an_interval_into_integers,
        LINSPACE,
        result(bumped),
        {"dtype": torch.int64, "start": 100, "step": -7, "steps": 9},
    ),
    Plant(
        "one step gives the end",
        claims.test_starts_and_stays_at_start,
        LINSPACE,
        lambda original: lambda start, end, steps, **options: original(end, start, steps, **options),
    ),
    Plant("the result is real", claims.test_divides_a_complex_interval, LINSPACE, result(lambda x: x.real)),
    Plant("the ends are exchanged", claims.test_divides_between_tensors, LINSPACE, result(lambda x: x.flip(0))),
    Plant("ints give integers", claims.test_divides_in_the_default_dtype, LINSPACE, setting(dtype=torch.int64)),
    Plant("the end is left out", claims.test_divides_an_interval_of_exponents, LOGSPACE, outside),
    Plant(
        "the base is 2",
        claims.test_takes_powers_of_ten,
        LOGSPACE,
        lambda original: lambda start, end, steps, base=2.0, **options: original(start, end, steps, base, **options),
    ),
    Plant("the end is left out", claims.test_includes_the_end, "torch.range", result(lambda x: x[:-1])),
    Plant(
        "nobody is warned",
        claims.test_warns_of_its_end,
        "torch.range",
        lambda original: lambda start, end: torch.arange(start, end + 1),
    ),
)


@plants(*PLANTS)
def test_is_rejected(plant, request):
    assert_rejected(plant, request)
