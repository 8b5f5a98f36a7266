"""Images at other places: values by hand."""

import numpy as np
import pytest

from reference.sampling import affine_grid, cubic, grid_sample, interpolate, upsample_bilinear, upsample_nearest
from suites.meta.reference.checks import near

PAIR = np.array([[[1.0, 2.0]]])
IMAGE = np.array([[[[1.0, 2.0], [3.0, 4.0]]]])
HALF, MIDDLE = np.array([[[[0.5, 0.5]]]]), np.zeros((1, 1, 1, 2))
FAR = np.array([[[[2.0, -0.5]]]])
TURN = np.array([[[0.0, -1.0, 0.5], [1.0, 0.0, 0.0]]])

CASES = {
    "nearest": (interpolate(PAIR, (5,)), [[[1, 1, 1, 2, 2]]]),
    "nearest-exact": (interpolate(np.array([[[1.0, 2, 3, 4]]]), (2,), mode="nearest-exact"), [[[2, 4]]]),
    "linear": (interpolate(PAIR, (4,), mode="linear"), [[[1, 1.25, 1.75, 2]]]),
    "linear of corners": (interpolate(PAIR, (3,), mode="linear", align_corners=True), [[[1, 1.5, 2]]]),
    "linear by a factor": (interpolate(PAIR, (3,), mode="linear", scale_factor=(1.6,)), [[[1, 1.4375, 2]]]),
    "bicubic": (interpolate(np.ones((1, 1, 4, 4)), (3, 5), mode="bicubic"), np.ones((1, 1, 3, 5))),
    "area": (interpolate(np.array([[[1.0, 2, 6]]]), (2,), mode="area"), [[[1.5, 4]]]),
    "upsample_nearest": (upsample_nearest(IMAGE[:, :, :1], (1, 4)), [[[[1, 1, 2, 2]]]]),
    "upsample_bilinear": (upsample_bilinear(IMAGE, (3, 1)), [[[[1], [2], [3]]]]),
    "affine_grid": (affine_grid(TURN, (1, 1, 1, 2)), [[[[0.5, -0.5], [0.5, 0.5]]]]),
    "affine_grid of corners": (affine_grid(TURN, (1, 1, 2, 2), align_corners=True)[0, :, 0],
                               [[1.5, -1], [-0.5, -1]]),
    "grid_sample in the middle": (grid_sample(IMAGE, MIDDLE), [[[[2.5]]]]),
    "grid_sample of a pixel": (grid_sample(IMAGE, HALF), [[[[4]]]]),
    "grid_sample of corners": (grid_sample(IMAGE, HALF, align_corners=True), [[[[3.25]]]]),
    "grid_sample to the nearest": (grid_sample(IMAGE, HALF, mode="nearest"), [[[[4]]]]),
    "grid_sample outside": (grid_sample(IMAGE, FAR), [[[[0]]]]),
    "grid_sample of the border": (grid_sample(IMAGE, FAR, padding_mode="border"), [[[[2]]]]),
    "grid_sample of the reflection": (grid_sample(IMAGE, FAR, padding_mode="reflection"), [[[[1.5]]]]),
    "grid_sample bicubic": (grid_sample(IMAGE, HALF, mode="bicubic", padding_mode="border"), [[[[4]]]]),
}  # fmt: skip


@pytest.mark.parametrize(("found", "expected"), CASES.values(), ids=list(CASES))
def test_value_by_hand(found, expected):
    near(found, expected, 8)


def test_cubic_weights_of_the_middle():
    """Keys' kernel with a = -3/4 half a place away is (a + 2)/8 - (a + 3)/4 + 1 = 19/32, and a/8 = -3/32 farther."""
    assert cubic(2.5) == [(1, -3 / 32), (2, 19 / 32), (3, 19 / 32), (4, -3 / 32)]
