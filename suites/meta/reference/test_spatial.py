"""Values of padding, unfolding and rearranging that were worked out by hand."""

import numpy as np
import pytest

from reference import spatial
from suites.meta.reference.checks import near

ROW = np.array([[1.0, 2.0, 3.0]])
IMAGE = np.arange(1.0, 5.0).reshape(1, 1, 2, 2)
CASES = {
    "pad": (spatial.pad(ROW, (1, -1), value=9.0), [[9, 1, 2]]),
    "pad by reflection": (spatial.pad(ROW, (2, 1), mode="reflect"), [[3, 2, 1, 2, 3, 2]]),
    "pad by replication": (spatial.pad(ROW, (1, 2), mode="replicate"), [[1, 1, 2, 3, 3, 3]]),
    "pad in a circle": (spatial.pad(ROW, (1, 1), mode="circular"), [[3, 1, 2, 3, 1]]),
    "pad of two axes": (spatial.pad(np.ones((1, 1)), (0, 1, 1, 0)), [[0, 0], [1, 0]]),
    "unfold": (spatial.unfold(IMAGE, (1, 2)), [[[1, 3], [2, 4]]]),
    "fold": (spatial.fold(np.ones((1, 2, 2)), (1, 3), (1, 2)), [[[[1, 2, 1]]]]),
    "pixel_shuffle": (spatial.pixel_shuffle(np.arange(4.0).reshape(1, 4, 1, 1), 2), [[[[0, 1], [2, 3]]]]),
    "pixel_unshuffle": (spatial.pixel_unshuffle(np.arange(4.0).reshape(1, 1, 2, 2), 2), [[[[0]], [[1]], [[2]], [[3]]]]),
    "channel_shuffle": (spatial.channel_shuffle(np.arange(6.0).reshape(1, 6, 1), 2), [[[0], [3], [1], [4], [2], [5]]]),
    "local_response_norm": (spatial.local_response_norm(np.ones((1, 3, 1)), 2, alpha=2.0, beta=1.0), [[[0.5], [1 / 3],
              [1 / 3]]]),
}  # fmt: skip


@pytest.mark.parametrize(("found", "expected"), CASES.values(), ids=list(CASES))
def test_value_by_hand(found, expected):
    near(found, expected)
