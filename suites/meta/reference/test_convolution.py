"""Convolution by windows: values by hand, the defining loops, and gradients."""

from functools import partial

import numpy as np
import pytest

from reference.convolution import (
    conv1d,
    conv2d,
    conv2d_vjp,
    conv3d,
    conv_transpose1d,
    conv_transpose2d,
    conv_transpose3d,
)
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


LINE = np.array([[[1.0, 2.0, 3.0]]])
PAIR = np.array([[[1.0, 10.0]]])
SIDES = {
    "conv1d": (conv1d(LINE, PAIR, np.array([0.5])), [[[21.5, 32.5]]]),
    "conv1d of a single one": (conv1d(LINE[0], PAIR), [[21, 32]]),
    "conv1d dilated": (conv1d(LINE, PAIR, dilation=2), [[[31]]]),
    "conv1d of the same size": (conv1d(LINE, PAIR, padding="same"), [[[21, 32, 3]]]),
    "conv1d without padding": (conv1d(LINE, PAIR, padding="valid", stride=2), [[[21]]]),
    "conv1d of groups": (conv1d(np.array([[[1.0], [2.0]]]), np.array([[[3.0]], [[5.0]]]), groups=2), [[[3], [10]]]),
    "conv3d": (conv3d(np.arange(1.0, 4.0).reshape(1, 1, 3, 1, 1), PAIR.reshape(1, 1, 2, 1, 1), np.ones(1)),
               [[[[[22]], [[33]]]]]),
    "conv3d padded": (conv3d(np.ones((1, 1, 1, 1, 1)), np.full((1, 1, 1, 1, 1), 2.0), padding=(1, 0, 0)),
                      [[[[[0]], [[2]], [[0]]]]]),
    "conv_transpose1d": (conv_transpose1d(LINE[..., :2], PAIR, np.ones(1)), [[[2, 13, 21]]]),
    "conv_transpose1d dilated": (conv_transpose1d(LINE[0, :, :2], PAIR, dilation=2), [[1, 2, 10, 20]]),
    "conv_transpose2d with strides": (conv_transpose2d(
        np.array([[[[1.0, 2.0]]]]), np.array([[[[1.0, 10.0]]]]), stride=(1, 3), padding=(0, 1), output_padding=(0, 1)),
        [[[[10, 0, 2, 20]]]]),
    "conv_transpose3d of groups": (conv_transpose3d(
        np.array([1.0, 2.0]).reshape(1, 2, 1, 1, 1), np.array([3.0, 5.0]).reshape(2, 1, 1, 1, 1), groups=2),
        [[[[[3]]], [[[10]]]]]),
}  # fmt: skip


@pytest.mark.parametrize(("found", "expected"), SIDES.values(), ids=list(SIDES))
def test_value_by_hand(found, expected):
    near(found, expected)


def test_is_the_fast_form():
    x, weight, bias = draw(1, (2, 4, 8, 7), (6, 2, 3, 2), (6,))
    options = {"stride": (2, 1), "padding": (1, 0), "dilation": (1, 2), "groups": 2}

    expected = conv2d(x, weight, bias, **options)
    near(conv3d(x, weight, bias, **options), expected, 64, np.full(expected.shape, 8.0))


@pytest.mark.parametrize("options", [{}, {"stride": 2, "padding": 1}, {"dilation": 2}, {"groups": 2, "stride": 3}])
def test_transposed_is_the_adjoint(options):
    """⟨conv(x), g⟩ = ⟨x, conv_transpose(g)⟩, where the places that the windows leave out are asked for."""
    x, weight = draw(2, (2, 4, 9, 8), (6, 4 // options.get("groups", 1), 3, 2))
    y = conv3d(x, weight, **options)
    (g,) = draw(3, y.shape)
    small = conv_transpose3d(g, weight, **options)
    rest = tuple(n - m for n, m in zip(x.shape[2:], small.shape[2:]))
    back = conv_transpose3d(g, weight, **options, output_padding=rest)

    near(np.asarray((x * back).sum()), (y * g).sum(), 256, np.abs(y * g).sum())
