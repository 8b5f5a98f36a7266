"""Windows, cells and pools over any number of sides: values by hand."""

import numpy as np
import pytest

from reference import pooling
from reference.places import cell, each, places, windowed
from reference.pools import (
    adaptive_avg_pool1d,
    adaptive_max_pool2d,
    avg_pool1d,
    avg_pool3d,
    lp_pool1d,
    lp_pool2d,
    max_pool,
    max_pool1d,
    max_unpool1d,
    places_seen,
)
from suites.meta.reference.checks import draw, equals, near

LINE = np.array([[[1.0, 2.0, 4.0, 8.0, 16.0]]])
CUBE = np.arange(8.0).reshape(1, 1, 2, 2, 2)

CASES = {
    "places": (places(5, 2, 2, 1, 1), [[-1, 0], [1, 2], [3, 4]]),
    "places to the ceiling": (places(5, 2, 2, 0, 1, True), [[0, 1], [2, 3], [4, 5]]),
    "places but behind the padding": (places(3, 1, 2, 1, 1, True), [[-1], [1]]),
    "places apart": (places(5, 2, 1, 0, 3), [[0, 3], [1, 4]]),
    "windowed": (windowed(LINE, 2, padding=1, stride=2, fill=9.0), [[[[9, 1], [2, 4], [8, 16]]]]),
    "max_pool1d": (max_pool1d(LINE, 2), [[[2, 8]]]),
    "max_pool1d to the ceiling": (max_pool1d(-LINE, 2, ceil_mode=True), [[[-1, -4, -16]]]),
    "max_pool1d with NaN": (max_pool1d(np.array([[[1, np.nan, 3.0]]]), 2, stride=1), [[[np.nan, np.nan]]]),
    "places_seen": (places_seen(LINE, 2, padding=1, stride=3), [[[[-1, 0], [2, 3]]]]),
    "avg_pool1d": (avg_pool1d(LINE, 2, padding=1), [[[0.5, 3, 12]]]),
    "avg_pool1d of what there is": (avg_pool1d(LINE, 2, padding=1, count_include_pad=False), [[[1, 3, 12]]]),
    "avg_pool1d to the ceiling": (avg_pool1d(LINE, 2, ceil_mode=True), [[[1.5, 6, 16]]]),
    "avg_pool1d by a divisor": (avg_pool1d(LINE, 2, divisor_override=4), [[[0.75, 3]]]),
    "avg_pool3d": (avg_pool3d(CUBE, (2, 1, 2)), [[[[[2.5], [4.5]]]]]),
    "lp_pool1d": (lp_pool1d(np.array([[[3.0, 4.0]]]), 2.0, 2), [[[5]]]),
    "lp_pool1d to the ceiling": (lp_pool1d(LINE, 1.0, 2, ceil_mode=True), [[[3, 12, 16]]]),
    "lp_pool2d": (lp_pool2d(np.array([[[[3.0, -4.0]]]]), 2.0, (1, 2)), [[[[5]]]]),
    "lp_pool2d of infinity": (lp_pool2d(np.array([[[[3.0, -4.0]]]]), np.inf, (1, 2)), [[[[4]]]]),
    "adaptive_avg_pool1d": (adaptive_avg_pool1d(LINE, (2,)), [[[7 / 3, 28 / 3]]]),
    "adaptive_max_pool2d": (adaptive_max_pool2d(LINE[:, :, None], (None, 2)), [[[[4, 16]]]]),
    "max_unpool1d": (max_unpool1d(LINE[..., :2], np.array([[[3, 1]]]), (4,)), [[[0, 2, 0, 1]]]),
}  # fmt: skip


@pytest.mark.parametrize(("found", "expected"), CASES.values(), ids=list(CASES))
def test_value_by_hand(found, expected):
    near(found, expected)


def test_one_number_stands_for_all_sides():
    assert each(3, 2) == (3, 3)
    assert each([1, 2], 2) == (1, 2)
    assert [cell(5, 2, i) for i in range(2)] == [slice(0, 3), slice(2, 5)]


def test_is_the_fast_form():
    (x,) = draw(1, (2, 3, 8, 7))
    options = {"stride": (2, 1), "padding": (1, 0), "dilation": (1, 2)}

    equals(max_pool(x, (3, 2), **options), pooling.max_pool2d(x, (3, 2), **options).tolist())
