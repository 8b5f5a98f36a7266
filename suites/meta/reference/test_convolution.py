"""Convolution by windows: values by hand, the defining loops, and gradients."""

from functools import partial

import numpy as np
import pytest

from reference.convolution import conv2d, conv2d_vjp
from reference.windows import windows, windows_vjp
from suites.meta.reference.checks import draw, equals, is_adjoint, near

IMAGE = np.arange(9.0).reshape(1, 1, 3, 3)
KERNEL = np.array([[[[1.0, 10.0], [100.0, 1000.0]]]])

CASES = [
    # channels, kernels, kernel, stride, padding, dilation, groups
    (1, 1, (1, 1), 1, 0, 1, 1),
    (2, 3, (3, 3), 1, 0, 1, 1),
    (2, 3, (3, 3), 1, 1, 1, 1),
    (3, 4, (2, 3), 2, 1, 1, 1),
    (2, 2, (3, 2), (1, 2), (2, 0), 1, 1),
    (2, 2, (3, 3), 3, 2, 2, 1),
    (2, 2, (2, 4), (2, 1), (0, 3), (3, 1), 1),
    (4, 4, (3, 3), 1, 1, 1, 2),
    (4, 6, (3, 1), (2, 3), (1, 0), (2, 1), 2),
    (3, 3, (3, 3), 2, 1, 1, 3),
    (3, 6, (2, 2), 1, 1, 2, 3),
    (1, 5, (7, 7), 1, 0, 1, 1),
]


def loops(x, weight, bias, stride, padding, dilation, groups):
    """The definition: one product at a time."""
    (sh, sw), (ph, pw), (dh, dw) = (v if isinstance(v, tuple) else (v, v) for v in (stride, padding, dilation))
    (n, _, height, width), (out, share, rows, columns) = x.shape, weight.shape
    size = (height + 2 * ph - dh * (rows - 1) - 1) // sh + 1, (width + 2 * pw - dw * (columns - 1) - 1) // sw + 1
    y = np.zeros((n, out, *size))
    for m, o, i, j in np.ndindex(y.shape):
        y[m, o, i, j] = bias[o]
        for c, p, q in np.ndindex(share, rows, columns):
            row, column, channel = i * sh + p * dh - ph, j * sw + q * dw - pw, o // (out // groups) * share + c
            if 0 <= row < height and 0 <= column < width:
                y[m, o, i, j] += x[m, channel, row, column] * weight[o, c, p, q]
    return y


def test_windows_by_hand():
    seen = windows(IMAGE, 2)

    equals(seen[0, 0, :, :, 0, 0], [[0, 1], [3, 4]])
    equals(seen[0, 0, :, :, 1, 1], [[4, 5], [7, 8]])
    equals(windows(IMAGE, 2, stride=2, padding=1, fill=-1.0)[0, 0, :, :, 0, 0], [[-1, -1], [-1, 0]])
    equals(windows(IMAGE, (2, 1), dilation=2)[0, 0, :, :, 0, 2], [[2], [8]])


def test_windows_are_added_back():
    equals(windows_vjp(IMAGE, np.ones((1, 1, 2, 2, 2, 2)))[0, 0], [[1, 2, 1], [2, 4, 2], [1, 2, 1]])


def test_correlates_without_flipping_the_kernel():
    equals(conv2d(IMAGE, KERNEL, np.array([0.5])), [[[[4310.5, 5421.5], [7643.5, 8754.5]]]])
    equals(conv2d(IMAGE, KERNEL, stride=2, padding=1), [[[[0, 2100], [6030, 8754]]]])
    equals(conv2d(IMAGE, KERNEL, dilation=2), [[[[8620]]]])


def test_each_group_sees_its_own_channels():
    x = np.array([1.0, 2.0]).reshape(1, 2, 1, 1)
    weight = np.array([10.0, 100.0]).reshape(2, 1, 1, 1)

    equals(conv2d(x, weight, groups=2)[0, :, 0, 0], [10, 200])


def test_gradients_by_hand():
    dx, dweight, dbias = conv2d_vjp(IMAGE, KERNEL, None, np.array([[[[1.0, 0.0], [0.0, 2.0]]]]))

    equals(dx[0, 0], [[1, 10, 0], [100, 1002, 20], [0, 200, 2000]])
    equals(dweight[0, 0], [[8, 11], [17, 20]])
    equals(dbias, [3])


@pytest.mark.parametrize(("channels", "kernels", "kernel", "stride", "padding", "dilation", "groups"), CASES)
def test_equals_the_loops(channels, kernels, kernel, stride, padding, dilation, groups):
    x, weight, bias = draw(2, (2, channels, 7, 8), (kernels, channels // groups, *kernel), (kernels,))
    options = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}

    size = loops(abs(x), abs(weight), abs(bias), **options)
    near(conv2d(x, weight, bias, **options), loops(x, weight, bias, **options), scale=size)
    is_adjoint(partial(conv2d, **options), partial(conv2d_vjp, **options), x, weight, bias)
