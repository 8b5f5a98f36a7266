"""Convolutions over any number of sides: values by hand, and that each transposed one is the adjoint."""

import numpy as np
import pytest

from reference import convolution
from reference.convolutions import conv1d, conv3d, conv_transpose1d, conv_transpose2d, conv_transpose3d
from suites.meta.reference.checks import draw, near

LINE = np.array([[[1.0, 2.0, 3.0]]])
PAIR = np.array([[[1.0, 10.0]]])
CASES = {
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


@pytest.mark.parametrize(("found", "expected"), CASES.values(), ids=list(CASES))
def test_value_by_hand(found, expected):
    near(found, expected)


def test_is_the_fast_form():
    x, weight, bias = draw(1, (2, 4, 8, 7), (6, 2, 3, 2), (6,))
    options = {"stride": (2, 1), "padding": (1, 0), "dilation": (1, 2), "groups": 2}

    expected = convolution.conv2d(x, weight, bias, **options)
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
