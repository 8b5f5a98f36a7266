"""Values of padding, convolution, unfolding and resizing that were worked out by hand."""

import numpy as np
import pytest

from reference import spatial
from suites.meta.reference.checks import near

ROW = np.array([[1.0, 2.0, 3.0]])
IMAGE = np.arange(1.0, 5.0).reshape(1, 1, 2, 2)
LINE = np.array([[[1.0, 2.0, 3.0]]])
CASES = {
    "pad": (spatial.pad(ROW, (1, -1), value=9.0), [[9, 1, 2]]),
    "pad by reflection": (spatial.pad(ROW, (2, 1), mode="reflect"), [[3, 2, 1, 2, 3, 2]]),
    "pad by replication": (spatial.pad(ROW, (1, 2), mode="replicate"), [[1, 1, 2, 3, 3, 3]]),
    "pad in a circle": (spatial.pad(ROW, (1, 1), mode="circular"), [[3, 1, 2, 3, 1]]),
    "pad of two axes": (spatial.pad(np.ones((1, 1)), (0, 1, 1, 0)), [[0, 0], [1, 0]]),
    "conv1d": (spatial.conv1d(LINE, np.array([[[1.0, 10.0]]]), np.array([0.5])), [[[21.5, 32.5]]]),
    "conv1d dilated": (spatial.conv1d(LINE, np.array([[[1.0, 10.0]]]), dilation=2), [[[31]]]),
    "conv3d": (spatial.conv3d(np.arange(1.0, 4.0).reshape(1, 1, 3, 1, 1), np.array([1.0, 10.0]).reshape(1, 1, 2, 1, 1),
                              np.ones(1)), [[[[[22]], [[33]]]]]),
    "conv3d padded": (spatial.conv3d(np.ones((1, 1, 1, 1, 1)), np.full((1, 1, 1, 1, 1), 2.0), padding=1, stride=1)[0,
              0, :, 1, 1],
                      [0, 2, 0]),
    "conv_transpose2d": (spatial.conv_transpose2d(np.array([[[[1.0, 2.0]]]]), np.array([[[[1.0, 10.0]]]]), np.ones(1)),
                         [[[[2, 13, 21]]]]),
    "conv_transpose2d with strides": (spatial.conv_transpose2d(
        np.array([[[[1.0, 2.0]]]]), np.array([[[[1.0, 10.0]]]]), stride=(1, 3), padding=(0, 1), output_padding=(0, 1)),
        [[[[10, 0, 2, 20]]]]),
    "conv_transpose2d of groups": (spatial.conv_transpose2d(
        np.array([1.0, 2.0]).reshape(1, 2, 1, 1), np.array([3.0, 5.0]).reshape(2, 1, 1, 1), groups=2), [[[[3]],
                  [[10]]]]),
    "unfold": (spatial.unfold(IMAGE, (1, 2)), [[[1, 3], [2, 4]]]),
    "fold": (spatial.fold(np.ones((1, 2, 2)), (1, 3), (1, 2)), [[[[1, 2, 1]]]]),
    "nearest": (spatial.nearest(IMAGE, (1, 4)), [[[[1, 1, 2, 2]]]]),
    "bilinear": (spatial.bilinear(IMAGE[:, :, :1], (1, 4)), [[[[1, 1.25, 1.75, 2]]]]),
    "bilinear of corners": (spatial.bilinear(IMAGE[:, :, :1], (1, 3), align_corners=True), [[[[1, 1.5, 2]]]]),
    "pixel_shuffle": (spatial.pixel_shuffle(np.arange(4.0).reshape(1, 4, 1, 1), 2), [[[[0, 1], [2, 3]]]]),
    "lp_pool2d": (spatial.lp_pool2d(np.array([[[[3.0, -4.0]]]]), 2.0, (1, 2)), [[[[5]]]]),
    "lp_pool2d of infinity": (spatial.lp_pool2d(np.array([[[[3.0, -4.0]]]]), np.inf, (1, 2)), [[[[4]]]]),
    "local_response_norm": (spatial.local_response_norm(np.ones((1, 3, 1)), 2, alpha=2.0, beta=1.0), [[[0.5], [1 / 3],
              [1 / 3]]]),
}  # fmt: skip


@pytest.mark.parametrize(("found", "expected"), CASES.values(), ids=list(CASES))
def test_value_by_hand(found, expected):
    near(found, expected)
