"""torch.arange, linspace, logspace and range: points at equal distances."""

from typing import Any, NamedTuple

import numpy as np
import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st

from reference import ranges
from suites.kit import bound, close, documents, draw, dtypes, tensor
from suites.tensors.state import default_dtype, warnings_ignored

INTEGERS = st.integers(-60, 60)
STEPS = st.integers(-9, 9).filter(bool)
#: Counts of points that straddle vector widths, and the grain of two threads.
COUNTS = st.sampled_from([0, 1, 2, 3, 7, 8, 9, 16, 17, 31, 33, 64, 65, 100, 257])
#: Multiples of 1/8 are exact in every floating dtype, as are their sums here.
EIGHTHS = st.integers(-24, 24).map(lambda n: n / 8)
WIDE = st.floats(-1e3, 1e3)


class Arguments(NamedTuple):
    """What torch.arange is given, and the start, end and step it stands for."""

    given: tuple
    options: dict
    meant: tuple

    def __str__(self):
        return f"{self.given}{self.options or ''}"


class Range(NamedTuple):
    """Arguments of torch.arange and the dtype that is inferred from them."""

    arguments: tuple
    dtype: Any

    def __str__(self):
        return str(self.arguments)


FORMS = (
    Arguments((6,), {}, (0, 6, 1)),
    Arguments((2, 6), {}, (2, 6, 1)),
    Arguments((2, 17, 4), {}, (2, 17, 4)),
    Arguments((), {"start": 9, "end": -3, "step": -5}, (9, -3, -5)),
    Arguments((3,), {"end": 7}, (3, 7, 1)),
    Arguments((3, 7), {"step": 2}, (3, 7, 2)),
)
INFERRED = (Range((5,), "int64"), Range((1, 9, 3), "int64"), Range((5.0,), "float32"), Range((1.0, 4), "float32"),
            Range((1, 4.0), "float32"), Range((1, 4, 0.5), "float32"), Range((0.1, 4.2, 1.3), "float32"))  # fmt: skip


@documents("torch.arange")
@pytest.mark.parametrize("row", [pytest.param(row, id=str(row)) for row in FORMS])
def test_takes_start_end_and_step(row, device):
    """torch.arange called with {row} starts at 0 and steps by 1 unless told otherwise."""
    x = torch.arange(*row.given, **row.options, device=device)

    close(x, ranges.arange(*row.meant), dtype=torch.int64, device=device)


@documents("torch.arange")
@pytest.mark.dtypes(*dtypes.SIGNED)
@given(start=INTEGERS, step=STEPS, count=st.integers(0, 7), excess=st.integers(0, 8))
def test_counts_in_integers(start, step, count, excess, device, dtype):
    """torch.arange of integers goes from start by step and stops before end, upward and downward."""
    end = start + count * step + np.sign(step) * (excess % abs(step))

    x = torch.arange(start, int(end), step, dtype=dtype, device=device)

    close(x, ranges.arange(start, end, step).astype(dtypes.in_numpy(dtype)), device=device)


@documents("torch.arange")
@pytest.mark.dtypes(*dtypes.FLOATING)
@given(start=EIGHTHS, step=EIGHTHS.filter(bool), count=COUNTS, part=st.sampled_from([0.0, 0.25, 0.875]))
def test_is_exact_in_eighths(start, step, count, part, device, dtype):
    """torch.arange of exact numbers is exact, has ⌈(end − start)/step⌉ values, and never contains end."""
    count = count if dtype in (torch.float64, torch.float32) else count % 10
    end = start + (count - part * (count > 0)) * step

    x = torch.arange(start, end, step, dtype=dtype, device=device)

    close(x, ranges.arange(start, end, step).astype(dtypes.in_numpy(dtype)), bound.Bound(0, 0, signed_zeros=False),
          dtype=dtype, device=device)  # fmt: skip


@documents("torch.arange")
@given(start=WIDE, step=st.floats(1e-3, 50), sign=st.sampled_from([1, -1]), count=COUNTS.filter(bool))
def test_goes_by_fractional_steps(start, step, sign, count, device, dtype):
    """torch.arange with a fractional step is start + i step to within the roundings of both, i step and the sum."""
    end = start + (count - 0.5) * sign * step

    x = torch.arange(start, end, sign * step, dtype=dtype, device=device)

    scale = abs(start) + step * np.arange(count)
    close(x, ranges.arange(start, end, sign * step), bound.Bound(4, scale, False), dtype=dtype, device=device)


@documents("torch.arange")
@pytest.mark.dtypes(torch.int64, torch.int32, torch.float32, torch.float64)
@pytest.mark.parametrize("count", [4097, 33000, 70001])
def test_counts_far(count, device, dtype):
    """torch.arange has every value of a long range in its place, also where several threads share the work."""
    x = torch.arange(-5, 3 * count - 5, 3, dtype=dtype, device=device)

    close(x, np.arange(-5, 3 * count - 5, 3, dtype=dtypes.in_numpy(dtype)), device=device)


@documents("torch.arange")
@pytest.mark.parametrize("start", [2**53 + 1, -(2**62) - 3, 2**63 - 60])
def test_counts_beyond_double_precision(start, device):
    """torch.arange of 64-bit integers is exact beyond 2⁵³."""
    x = torch.arange(start, start + 51, 5, device=device)

    close(x, start + 5 * np.arange(11), device=device)


@documents("torch.arange")
@pytest.mark.parametrize("kind", [pytest.param("int32", id="in 32 bits"), pytest.param("int64", id="in 64 bits")])
def test_has_as_many_integers_as_a_fractional_step_asks_for(kind, device):
    """torch.arange of an integer dtype has ⌈(end − start)/step⌉ values for a fractional step too."""
    assert torch.arange(0, 7, 1.5, dtype=dtypes.in_torch(kind), device=device).shape == (5,)


@documents("torch.arange")
@pytest.mark.parametrize("kind", [pytest.param("int32", id="in 32 bits"), pytest.param("int64", id="in 64 bits")])
def test_has_as_many_integers_as_a_step_below_one_asks_for(kind, device):
    """torch.arange of an integer dtype has ⌈(end − start)/step⌉ values for a step below 1 too."""
    assert torch.arange(0, 3, 0.5, dtype=dtypes.in_torch(kind), device=device).shape == (6,)


@documents("torch.arange")
@pytest.mark.parametrize("row", [pytest.param(row, id=str(row)) for row in INFERRED])
def test_infers_the_dtype(row, device):
    """torch.arange{row} is int64 where all arguments are ints, else of the default dtype."""
    assert torch.arange(*row.arguments, device=device).dtype is dtypes.in_torch(row.dtype)


@documents("torch.arange", "torch.set_default_dtype")
@pytest.mark.dtypes(torch.float64, torch.float16)
def test_counts_floats_in_the_default_dtype(device, dtype):
    """torch.arange of floats takes the default dtype that is set, of ints it does not."""
    with default_dtype(dtype):
        assert torch.arange(0.0, 3.0, device=device).dtype is dtype
        assert torch.arange(0, 3, device=device).dtype is torch.int64


@documents("torch.arange")
@pytest.mark.parametrize("arguments", [(0, 5, 0), (0, 5, -1), (5, 0, 1), (0.0, 1.0, -0.1)], ids=str)
def test_refuses_steps_that_never_arrive(arguments, device):
    """torch.arange raises RuntimeError or ValueError where step is 0 or leads away from end."""
    with pytest.raises((RuntimeError, ValueError)):
        torch.arange(*arguments, device=device)


@documents("torch.arange")
def test_counts_into_out(device):
    """With out=, torch.arange writes into that tensor and returns it."""
    out = tensor(draw.normal(1, 20)[::2], device)

    x = torch.arange(1, 21, 2, out=out)

    assert x is out
    close(out, np.arange(1.0, 21.0, 2.0), device=device)


@documents("torch.linspace")
@pytest.mark.dtypes(*dtypes.FLOATING)
@given(start=WIDE, end=WIDE, steps=COUNTS)
def test_divides_an_interval(start, end, steps, device, dtype):
    """torch.linspace has the given number of values, evenly spaced from start to end."""
    x = torch.linspace(start, end, steps, dtype=dtype, device=device)

    scale = abs(start) + abs(end)
    close(x, ranges.linspace(start, end, steps), bound.Bound(8, scale, False), dtype=dtype, device=device)


@documents("torch.linspace")
@given(start=WIDE, end=WIDE, steps=COUNTS.filter(lambda n: n > 1))
@example(start=75.0, end=6.0, steps=16)
@example(start=81.0, end=-11.0, steps=16)
def test_includes_both_ends(start, end, steps, device, dtype):
    """The first value of torch.linspace is start and the last is end, to one rounding."""
    x = torch.linspace(start, end, steps, dtype=dtype, device=device)

    ends = np.array([start, end])
    close(x[[0, -1]], ends, bound.Bound(1.002, np.abs(ends), signed_zeros=False), dtype=dtype, device=device)


@documents("torch.linspace")
@pytest.mark.dtypes(*dtypes.INTEGRAL)
@pytest.mark.parametrize(("start", "step", "steps"), [(0, 5, 21), (100, -7, 9), (3, 0, 4), (5, 100, 1), (2, 9, 2)])
def test_divides_an_interval_into_integers(start, step, steps, device, dtype):
    """torch.linspace of an integer dtype is exact where the distance of its values is an integer."""
    x = torch.linspace(start, start + step * (steps - 1), steps, dtype=dtype, device=device)

    close(x, start + step * np.arange(steps), dtype=dtype, device=device)


@documents("torch.linspace")
@pytest.mark.parametrize("end", [70_000, -140_000])
@pytest.mark.dtypes(torch.float64, torch.float32, torch.int64)
def test_has_every_value_of_a_long_interval(end, device, dtype):
    """torch.linspace has each of many values in its place, also where several threads share the work."""
    x = torch.linspace(0, end, 70_001, dtype=dtype, device=device)

    close(x, (np.arange(70_001) * (end // 70_000)).astype(dtypes.in_numpy(dtype)), device=device)


@documents("torch.arange")
@pytest.mark.parametrize("step", [1, 3, -1, -7])
@pytest.mark.dtypes(*dtypes.INTEGRAL)
def test_counts_through_the_whole_dtype(step, device, dtype):
    """torch.arange has every value from the lowest to the highest of a narrow dtype, upward and downward."""
    info = np.iinfo(np.int16 if dtypes.in_numpy(dtype).itemsize > 2 else dtypes.in_numpy(dtype))
    start, end = (info.min, info.max) if step > 0 else (info.max, info.min)

    x = torch.arange(start, end, step, dtype=dtype, device=device)

    close(x, np.arange(start, end, step).astype(dtypes.in_numpy(dtype)), device=device)


@documents("torch.linspace", "torch.logspace")
def test_starts_and_stays_at_start(device):
    """With one step, torch.linspace is start alone, and torch.logspace base to the power of start."""
    close(torch.linspace(2.5, 7, 1, device=device), np.array([2.5], np.float32), device=device)
    close(torch.logspace(3, 7, 1, 2, device=device), np.array([8], np.float32), device=device)


@documents("torch.linspace")
def test_divides_a_complex_interval(device):
    """torch.linspace between complex numbers is complex."""
    x = torch.linspace(1 - 2j, 9 + 6j, 9, device=device)

    close(x, ranges.linspace(1 - 2j, 9 + 6j, 9), bound.Bound(8, 11.0, False), dtype=torch.complex64, device=device)


@documents("torch.linspace", since="2.1")
def test_divides_between_tensors(device):
    """torch.linspace takes its ends from 0-dim tensors too."""
    start, end = (tensor(np.array(value), device) for value in (-1.5, 6.5))

    x = torch.linspace(start, end, 5, device=device)

    close(x, np.array([-1.5, 0.5, 2.5, 4.5, 6.5], np.float32), device=device)


@documents("torch.linspace", "torch.logspace", "torch.set_default_dtype")
@pytest.mark.dtypes(torch.float64, torch.float32)
def test_divides_in_the_default_dtype(device, dtype):
    """torch.linspace and torch.logspace have the default dtype, also between ints."""
    with default_dtype(dtype):
        assert torch.linspace(0, 5, 6, device=device).dtype is dtype
        assert torch.logspace(0, 3, 4, device=device).dtype is dtype


@documents("torch.logspace")
@given(start=st.floats(-3, 3), end=st.floats(-3, 3), steps=COUNTS, base=st.sampled_from([10.0, 2.0, 0.5, 3.7]))
def test_divides_an_interval_of_exponents(start, end, steps, base, device, dtype):
    """torch.logspace is base to the power of evenly spaced exponents; their error grows by the logarithm of base."""
    x = torch.logspace(start, end, steps, base, dtype=dtype, device=device)

    expected = ranges.logspace(start, end, steps, base)
    count = 4 + 8 * (abs(start) + abs(end)) * abs(np.log(base))
    close(x, expected, bound.faithful(expected, count), dtype=dtype, device=device)


@documents("torch.logspace")
def test_takes_powers_of_ten(device):
    """The base of torch.logspace is 10 unless given."""
    x = torch.logspace(0, 5, 6, dtype=torch.float64, device=device)

    close(x, 10.0 ** np.arange(6), bound.faithful(10.0 ** np.arange(6), 200), device=device)


@documents("torch.range")
@given(start=EIGHTHS, step=EIGHTHS.filter(bool), count=COUNTS.filter(bool), part=st.sampled_from([0.0, 0.25, 0.875]))
def test_includes_the_end(start, step, count, part, device, dtype):
    """torch.range has ⌊(end − start)/step⌋ + 1 values, end among them where the steps meet it."""
    end = start + (count - 1 + part) * step

    with warnings_ignored():
        x = torch.range(start, end, step, dtype=dtype, device=device)

    expected = ranges.range(start, end, step).astype(dtypes.in_numpy(dtype))
    close(x, expected, bound.Bound(0, 0, signed_zeros=False), device=device)


@documents("torch.range")
def test_warns_of_its_end():
    """torch.range warns that it is deprecated."""
    with pytest.warns(UserWarning, match="deprecated"):
        torch.range(1, 4)
