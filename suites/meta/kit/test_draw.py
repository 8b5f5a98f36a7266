"""Each strategy reaches its hard cases, and shrinks to small ones."""

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, find, given, settings

from suites.kit import draw, dtypes, tensor

SEARCH = settings(max_examples=2000, database=None, deadline=None, suppress_health_check=list(HealthCheck))
ONCE = settings(SEARCH, phases=[Phase.generate])


def reaches(strategy, condition, how=ONCE):
    return find(strategy, condition, settings=how)


@pytest.mark.parametrize(
    "condition",
    [
        lambda shape: shape == (),
        lambda shape: 0 in shape,
        lambda shape: 1 in shape and len(shape) > 1,
        lambda shape: len(shape) == 4,
        lambda shape: shape and shape[-1] in (17, 33, 65),
        lambda shape: len(shape) == 2 and shape[0] != shape[1] and min(shape) > 1,
    ],
)
def test_shapes_reach(condition):
    reaches(draw.shapes(), condition)


@pytest.mark.parametrize(
    "condition",
    [
        lambda a: np.isnan(a).any() and not np.isnan(a).all(),
        lambda a: np.isposinf(a).any(),
        lambda a: np.isneginf(a).any(),
        lambda a: ((a == 0) & np.signbit(a)).any(),
        lambda a: ((a == 0) & ~np.signbit(a)).any(),
        lambda a: (np.abs(a) == np.finfo(a.dtype).max).any(),
        lambda a: ((a != 0) & (np.abs(a) < np.finfo(a.dtype).tiny)).any(),
        lambda a: a.size > 4 and len(np.unique(a[np.isfinite(a)])) < a.size / 2,
        lambda a: a.size > 16 and len(np.unique(a)) == a.size,
        lambda a: not a.flags.c_contiguous and a.flags.f_contiguous,
        lambda a: 0 in a.strides and a.shape[0] > 1,
        lambda a: a.size > 1 and a.strides[-1] == 2 * a.itemsize,
    ],
)
@pytest.mark.parametrize("dtype", ["float64", "float32", "float16"])
def test_arrays_reach(condition, dtype):
    reaches(draw.arrays(dtype), condition)


@pytest.mark.parametrize("dtype", [dtypes.name(dtype) for dtype in dtypes.INTEGRAL])
def test_integers_reach_their_limits(dtype):
    info = np.iinfo(dtype)

    reaches(draw.arrays(dtype), lambda a: info.min in a and info.max in a)


def test_pairs_reach_broadcasting_of_both():
    def both(pair):
        shapes = [sample.shape for sample in pair]
        return all(shape != np.broadcast_shapes(*shapes) and 0 not in shape for shape in shapes)

    reaches(draw.broadcastable(), both)


def test_a_counterexample_shrinks_to_one_nan():
    found = reaches(draw.arrays(), lambda a: np.isnan(a).any(), SEARCH)

    assert found.size <= 2


@pytest.mark.parametrize("layout", [*draw.LAYOUTS, "channels last"])
def test_layouts_keep_the_values(layout):
    plain = draw.Sample((3, 4), 7, place=("nan", "-zero"))()
    laid = draw.laid_out(np.broadcast_to(plain[:1], (3, 4)) if layout == "expanded" else plain, layout)

    assert laid.tobytes() == (np.broadcast_to(plain[:1], (3, 4)) if layout == "expanded" else plain).tobytes()


@given(draw.samples())
def test_a_sample_is_the_same_array_each_time(sample):
    assert sample("float32").tobytes() == sample("float32").tobytes()


@given(sample=draw.samples())
def test_a_tensor_has_the_values_and_strides_of_its_array(sample):
    array = sample("float64")
    made = tensor(array)

    assert made.numpy().tobytes() == array.tobytes()
    long = [axis for axis, side in enumerate(array.shape) if side > 1 and array.size]
    assert [made.stride(axis) for axis in long] == [array.strides[axis] // 8 for axis in long]


def test_rounding_to_bfloat16_is_to_nearest_even():
    exact = np.float32([1, 1 + 2**-8, 1 + 3 * 2**-8, 1 + 2**-8 + 2**-20, np.inf, np.nan, -0.0])

    found = draw.cast(exact, "bfloat16")

    np.testing.assert_array_equal(found, np.float32([1, 1, 1 + 2**-6, 1 + 2**-7, np.inf, np.nan, -0.0]))


def test_a_lattice_holds_small_integers_of_both_signs():
    values = draw.lattice(0, (50, 50), largest=3)

    assert set(np.unique(values)) == {-3, -2, -1, 0, 1, 2, 3}
