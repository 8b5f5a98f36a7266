"""Clipping: by norm over all gradients together, and by value."""

import numpy as np

from reference.clipping import clip_grad_norm, clip_grad_value
from suites.meta.reference.checks import equals, near

GRADIENTS = [np.array([3.0]), np.array([[0.0, -4.0]])]


def test_scales_all_gradients_by_their_common_norm():
    (first, second), total = clip_grad_norm(GRADIENTS, 2.5 + 5e-7)

    assert total == 5
    near(first, [1.5])
    near(second, [[0, -2]])


def test_does_not_scale_up():
    equals(clip_grad_norm(GRADIENTS, 100.0)[0][0], [3])


def test_knows_other_norms():
    assert clip_grad_norm(GRADIENTS, 1.0, norm_type=np.inf)[1] == 4
    assert clip_grad_norm(GRADIENTS, 1.0, norm_type=1.0)[1] == 7


def test_clips_values_on_both_sides():
    first, second = clip_grad_value(GRADIENTS, 2.0)

    equals(first, [2])
    equals(second, [[0, -2]])
