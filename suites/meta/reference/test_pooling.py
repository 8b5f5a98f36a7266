"""Pooling: values by hand, the defining loops, and gradients with ties and overlaps."""

from functools import partial

import numpy as np
import pytest

from reference.places import cell, each, places, windowed
from reference.pooling import (
    adaptive_avg_pool1d,
    adaptive_avg_pool2d,
    adaptive_avg_pool2d_vjp,
    adaptive_max_pool2d,
    avg_pool1d,
    avg_pool2d,
    avg_pool3d,
    lp_pool1d,
    lp_pool2d,
    max_pool1d,
    max_pool2d,
    max_pool2d_vjp,
    max_unpool1d,
    places_seen,
)
from suites.meta.reference.checks import draw, equals, is_adjoint, near

IMAGE = np.array([[[[1.0, 2.0, 3.0], [6.0, 5.0, 4.0], [7.0, 8.0, 9.0]]]])

CASES = [  # kernel, stride, padding, dilation
    (2, None, 0, 1),
    (3, 2, 1, 1),
    (3, 1, 1, 2),
    ((2, 3), (1, 2), (1, 0), 1),
    ((3, 1), (3, 1), (1, 0), (2, 1)),
    (4, 3, 2, 1),
]


def cells(x, kernel, stride, padding, dilation):
    """For every window the places inside x that it sees."""
    (kh, kw), (sh, sw), (ph, pw), (dh, dw) = (
        v if isinstance(v, tuple) else (v, v) for v in (kernel, stride or kernel, padding, dilation)
    )
    height, width = x.shape[2:]
    rows = (height + 2 * ph - dh * (kh - 1) - 1) // sh + 1
    columns = (width + 2 * pw - dw * (kw - 1) - 1) // sw + 1
    for i, j in np.ndindex(rows, columns):
        seen = [(i * sh + p * dh - ph, j * sw + q * dw - pw) for p, q in np.ndindex(kh, kw)]
        yield i, j, [(r, c) for r, c in seen if 0 <= r < height and 0 <= c < width]


def test_maximum_by_hand():
    equals(max_pool2d(IMAGE, 2), [[[[6]]]])
    equals(max_pool2d(IMAGE, 2, stride=1), [[[[6, 5], [8, 9]]]])
    equals(max_pool2d(-IMAGE, 3, stride=2, padding=1), [[[[-1, -2], [-5, -4]]]])
    equals(max_pool2d(IMAGE, 2, stride=1, dilation=2), [[[[9]]]])
    assert np.isnan(max_pool2d(np.array([[[[1.0, np.nan]]]]), (1, 2)))


def test_overlapping_maxima_add_their_gradients():
    equals(
        max_pool2d_vjp(IMAGE, np.array([[[[1.0, 2.0], [4.0, 8.0]]]]), kernel=2, stride=1)[0, 0],
        [[0, 0, 0], [1, 2, 0], [0, 4, 8]],
    )


def test_the_first_of_equal_maxima_gets_the_gradient():
    equals(max_pool2d_vjp(np.ones((1, 1, 2, 2)), np.array([[[[5.0]]]]), kernel=2)[0, 0], [[5, 0], [0, 0]])


def test_average_by_hand():
    equals(avg_pool2d(IMAGE, 2), [[[[3.5]]]])
    equals(avg_pool2d(IMAGE, 2, stride=2, padding=1), [[[[0.25, 1.25], [3.25, 6.5]]]])
    equals(avg_pool2d(IMAGE, 2, stride=2, padding=1, count_include_pad=False), [[[[1, 2.5], [6.5, 6.5]]]])


def test_adaptive_average_by_hand():
    equals(adaptive_avg_pool2d(IMAGE), [[[[5]]]])
    equals(adaptive_avg_pool2d(IMAGE, 2), [[[[3.5, 3.5], [6.5, 6.5]]]])
    equals(adaptive_avg_pool2d(IMAGE, (1, 3)), [[[[14 / 3, 5, 16 / 3]]]])
    equals(adaptive_avg_pool2d_vjp(IMAGE, np.array([[[[18.0]]]]))[0, 0], [[2, 2, 2]] * 3)
    equals(
        adaptive_avg_pool2d_vjp(IMAGE, np.array([[[[4.0, 8.0], [12.0, 16.0]]]]), output_size=2)[0, 0],
        [[1, 3, 2], [4, 10, 6], [3, 7, 4]],
    )


@pytest.mark.parametrize(("kernel", "stride", "padding", "dilation"), CASES)
def test_maximum_equals_the_loops(kernel, stride, padding, dilation):
    x = np.random.default_rng(3).integers(-2, 3, (2, 2, 8, 7)).astype(float)
    options = {"kernel": kernel, "stride": stride, "padding": padding, "dilation": dilation}
    y = max_pool2d(x, **options)
    (cotangent,) = draw(4, y.shape)
    dx, size = np.zeros_like(x), np.zeros_like(x)
    for i, j, seen in cells(x, **options):
        for n, c in np.ndindex(2, 2):
            first = max(seen, key=lambda place, image=x[n, c]: image[place])
            dx[(n, c, *first)] += cotangent[n, c, i, j]
            size[(n, c, *first)] += abs(cotangent[n, c, i, j])
            assert y[n, c, i, j] == x[(n, c, *first)]

    near(max_pool2d_vjp(x, cotangent, **options), dx, scale=size)


@pytest.mark.parametrize("counted", [True, False])
@pytest.mark.parametrize(("kernel", "stride", "padding"), [case[:3] for case in CASES if case[3] == 1])
def test_average_equals_the_loops(kernel, stride, padding, counted):
    (x,) = draw(5, (2, 2, 8, 7))
    options = {"kernel": kernel, "stride": stride, "padding": padding}
    y = avg_pool2d(x, **options, count_include_pad=counted)
    for i, j, seen in cells(x, **options, dilation=1):
        values = np.prod(kernel if isinstance(kernel, tuple) else (kernel, kernel)) if counted else len(seen)
        total, size = (sum(z[:, :, r, c] for r, c in seen) for z in (x, abs(x)))
        near(y[:, :, i, j], total / values, scale=size / values)


@pytest.mark.parametrize(("kernel", "stride", "padding", "dilation"), CASES)
def test_maximum_gradient_is_adjoint(kernel, stride, padding, dilation):
    options = {"kernel": kernel, "stride": stride, "padding": padding, "dilation": dilation}
    is_adjoint(partial(max_pool2d, **options), partial(max_pool2d_vjp, **options), *draw(6, (2, 2, 8, 7)))


@pytest.mark.parametrize("size", [1, 2, (3, 5), (8, 7), (9, 10)])
def test_adaptive_average_gradient_is_adjoint(size):
    options = {"output_size": size}
    is_adjoint(
        partial(adaptive_avg_pool2d, **options), partial(adaptive_avg_pool2d_vjp, **options), *draw(8, (2, 2, 8, 7))
    )


LINE = np.array([[[1.0, 2.0, 4.0, 8.0, 16.0]]])
CUBE = np.arange(8.0).reshape(1, 1, 2, 2, 2)

SIDES = {
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


@pytest.mark.parametrize(("found", "expected"), SIDES.values(), ids=list(SIDES))
def test_value_by_hand(found, expected):
    near(found, expected)


def test_one_number_stands_for_all_sides():
    assert each(3, 2) == (3, 3)
    assert each([1, 2], 2) == (1, 2)
    assert [cell(5, 2, i) for i in range(2)] == [slice(0, 3), slice(2, 5)]
