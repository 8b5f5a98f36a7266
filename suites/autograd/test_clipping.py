"""Gradient clipping: gradients are scaled to a common norm, or cut off at a value, in place."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import utils

import reference.clipping
from suites.kit import bound, close, documents, draw, tensor

GUIDE = "Backprop"
SHAPES = ((), (3,), (2, 3), (4, 1, 5), (33,))
NORM, VALUE = "torch.nn.utils.clip_grad_norm_", "torch.nn.utils.clip_grad_value_"


def parameters(gradients, device):
    """Parameters with these gradients, and one without."""
    made = [torch.nn.Parameter(tensor(np.ones_like(g), device)) for g in gradients]
    for parameter, gradient in zip(made, gradients):
        parameter.grad = tensor(gradient, device)
    return [made[0], torch.nn.Parameter(tensor(np.ones(2), device)), *made[1:]]


def gradients_of(seed, dtype="float64", scale=1.0):
    return [draw.cast(scale * draw.normal(seed + i, *shape), dtype) for i, shape in enumerate(SHAPES)]


@documents(NORM, guide=GUIDE)
@given(seed=draw.seeds(), scale=st.sampled_from([1e-3, 1.0, 100.0]), p=st.sampled_from([0.5, 1.0, 2.0, 3.0, math.inf]),
       most=st.sampled_from([0.01, 1.0, 7.0, 1e4]))  # fmt: skip
def test_scales_all_gradients_by_their_common_norm(seed, scale, p, most, device, dtype):
    """clip_grad_norm_ multiplies every gradient by min(max_norm / (norm + 1e-6), 1), with the norm of all of them."""
    gradients = gradients_of(seed, dtype, scale)
    ours = parameters(gradients, device)
    total = utils.clip_grad_norm_(ours, most, norm_type=p)

    clipped, norm = reference.clipping.clip_grad_norm([g.astype(np.float64) for g in gradients], most, norm_type=p)
    close(total, np.asarray(norm), bound.Bound(256, norm), dtype=dtype, device=device)
    assert ours[1].grad is None
    for parameter, expected in zip([ours[0], *ours[2:]], clipped):
        close(parameter.grad, expected, bound.Bound(300, np.abs(expected)), dtype=dtype, device=device)


@documents(NORM, guide=GUIDE)
def test_the_norm_is_over_all_parameters_together(device):
    """For gradients 3 and 4 of two parameters clip_grad_norm_ returns 5 and makes them 3/5 and 4/5 of max_norm."""
    p, q = parameters([np.array([3.0]), np.array([4.0])], device)[::2]
    total = utils.clip_grad_norm_([p, q], 10 / 2**40)

    close(total, np.array(5.0), device=device)
    scale = 10 / 2**40 / (5 + 1e-6)
    close(p.grad, np.array([3 * scale]), bound.rounded(3 * scale, 4), device=device)
    close(q.grad, np.array([4 * scale]), bound.rounded(4 * scale, 4), device=device)


@documents(NORM, guide=GUIDE)
@pytest.mark.parametrize("p", [1.0, 2.0, math.inf], ids=str)
def test_gradients_within_the_norm_stay(p, device):
    """Gradients whose norm is below max_norm stay as they are, bit for bit."""
    gradients = gradients_of(0)
    ours = parameters(gradients, device)
    utils.clip_grad_norm_(ours, 1e6, norm_type=p)

    for parameter, gradient in zip([ours[0], *ours[2:]], gradients):
        close(parameter.grad, gradient, device=device)


@documents(NORM, VALUE, guide=GUIDE)
@pytest.mark.parametrize("clip", [utils.clip_grad_norm_, utils.clip_grad_value_], ids=["norm", "value"])
def test_clips_in_place_and_takes_a_single_tensor(clip, device):
    """A single tensor is clipped like a list of one, its .grad changed in place and its values left alone."""
    p = parameters([np.array([30.0, -40.0])], device)[0]
    gradient = p.grad
    clip(p, 5.0)

    assert p.grad is gradient and float(gradient.abs().max()) <= 5
    assert p.grad.tolist()[0] > 0 > p.grad.tolist()[1]
    close(p, np.ones(2), device=device)


@documents(NORM, guide=GUIDE)
@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf], ids=str)
def test_norms_that_are_not_finite_may_raise(bad, device):
    """With error_if_nonfinite=True a norm that is NaN or infinite raises RuntimeError and no gradient changes."""
    ours = parameters([np.array([3.0, 1.0]), np.array([bad, 1.0])], device)

    with pytest.raises(RuntimeError):
        utils.clip_grad_norm_(ours, 1.0, error_if_nonfinite=True)
    close(ours[0].grad, np.array([3.0, 1.0]), device=device)
    assert not np.isfinite(float(utils.clip_grad_norm_(ours, 1.0)))


@documents(NORM, VALUE, since="2.0", guide=GUIDE)
@pytest.mark.parametrize("foreach", [True, False], ids=["foreach", "loop"])
def test_both_implementations_clip_alike(foreach, device):
    """With foreach=True and with foreach=False gradients are clipped by the same formulas."""
    by_norm, by_value = (parameters(gradients_of(7), device) for _ in range(2))
    utils.clip_grad_norm_(by_norm, 0.5, foreach=foreach)
    utils.clip_grad_value_(by_value, 0.5, foreach=foreach)

    scaled, _ = reference.clipping.clip_grad_norm(gradients_of(7), 0.5)
    cut = reference.clipping.clip_grad_value(gradients_of(7), 0.5)
    for parameter, expected in zip([by_norm[0], *by_norm[2:]], scaled):
        close(parameter.grad, expected, bound.Bound(300, np.abs(expected)), device=device)
    for parameter, expected in zip([by_value[0], *by_value[2:]], cut):
        close(parameter.grad, expected, device=device)


@documents(NORM, guide=GUIDE)
def test_without_gradients_the_norm_is_zero(device):
    """Where no parameter has a gradient clip_grad_norm_ returns 0 and changes nothing."""
    p = torch.nn.Parameter(tensor(np.ones(3), device))

    assert float(utils.clip_grad_norm_([p], 1.0)) == 0
    assert p.grad is None


@documents(NORM, guide=GUIDE)
def test_takes_a_generator_of_parameters(device):
    """The parameters may come from an iterator that can be walked only once."""
    ours = parameters(gradients_of(3), device)
    utils.clip_grad_norm_((p for p in ours), 0.5)

    clipped, _ = reference.clipping.clip_grad_norm(gradients_of(3), 0.5)
    for parameter, expected in zip([ours[0], *ours[2:]], clipped):
        close(parameter.grad, expected, bound.Bound(300, np.abs(expected)), device=device)


@documents("torch.nn.utils.get_total_norm", since="2.6", guide=GUIDE)
@pytest.mark.parametrize("foreach", [None, True, False], ids=["default", "foreach", "loop"])
@given(seed=draw.seeds(), p=st.sampled_from([0.5, 1.0, 2.0, 3.0, math.inf]), count=st.integers(0, len(SHAPES)))
def test_the_norm_is_that_of_one_vector(seed, p, count, foreach, device, dtype):
    """get_total_norm is the norm of the tensors' elements as one vector, 0 where there are none."""
    arrays = gradients_of(seed, dtype)[:count]
    found = utils.get_total_norm([tensor(a, device) for a in arrays], norm_type=p, foreach=foreach)

    wide = [a.astype(np.float64) for a in arrays]
    _, norm = reference.clipping.clip_grad_norm(wide, 1.0, norm_type=p) if wide else ([], 0.0)
    close(found, np.asarray(norm), bound.Bound(256, norm), dtype=dtype if wide else torch.float32, device=device)


@documents("torch.nn.utils.get_total_norm", since="2.6", guide=GUIDE)
@pytest.mark.parametrize("bad", [math.nan, math.inf], ids=str)
def test_a_total_norm_that_is_not_finite_may_raise(bad, device):
    """get_total_norm with error_if_nonfinite=True raises RuntimeError of a norm that is NaN or infinite."""
    parts = [tensor(np.array([3.0, 1.0]), device), tensor(np.array([bad]), device)]

    assert not np.isfinite(float(utils.get_total_norm(parts)))
    with pytest.raises(RuntimeError):
        utils.get_total_norm(parts, error_if_nonfinite=True)


@documents("torch.nn.utils.clip_grads_with_norm_", since="2.6", guide=GUIDE)
@pytest.mark.parametrize("foreach", [None, True, False], ids=["default", "foreach", "loop"])
@given(seed=draw.seeds(), total=st.sampled_from([0.0, 0.5, 3.0, 50.0]), most=st.sampled_from([0.01, 1.0, 7.0]))
def test_clips_by_a_norm_that_is_given(seed, total, most, foreach, device, dtype):
    """clip_grads_with_norm_ multiplies every gradient in place by min(max_norm / (total_norm + 1e-6), 1)."""
    gradients = gradients_of(seed, dtype)
    ours = parameters(gradients, device)
    before = [p.grad for p in ours]
    utils.clip_grads_with_norm_(ours, most, tensor(np.asarray(total), device, dtype), foreach=foreach)

    assert all(p.grad is kept for p, kept in zip(ours, before))
    for parameter, gradient in zip([ours[0], *ours[2:]], gradients):
        expected = gradient.astype(np.float64) * min(most / (total + 1e-6), 1.0)
        close(parameter.grad, expected, bound.rounded(np.abs(expected), 4), dtype=dtype, device=device)


@documents(VALUE, guide=GUIDE)
@given(seed=draw.seeds(), most=st.sampled_from([0.0, 0.25, 1.0, 50.0]))
def test_cuts_gradients_off_at_a_value(seed, most, device, dtype):
    """clip_grad_value_ makes every element of every gradient at least −clip_value and at most clip_value."""
    gradients = gradients_of(seed, dtype, 2.0)
    ours = parameters(gradients, device)
    utils.clip_grad_value_(ours, most)

    assert ours[1].grad is None
    for parameter, expected in zip([ours[0], *ours[2:]], reference.clipping.clip_grad_value(gradients, most)):
        close(parameter.grad, expected, bound.Bound(0, 0, signed_zeros=False), dtype=dtype, device=device)


@documents(NORM, VALUE, since="2.0")
@pytest.mark.parametrize("foreach", [None, False], ids=["default", "loop"])
def test_clips_gradients_of_several_dtypes_together(foreach, device):
    """Gradients of several dtypes have one norm, to which all of them are scaled, and one value that cuts them off."""
    gradients = [np.array([3.0, -4.0], kind) for kind in ("float32", "float64", "float32", "float64")]
    scaled, cut = parameters(gradients, device), parameters(gradients, device)
    del scaled[1], cut[1]
    utils.clip_grad_norm_(scaled, 1.0, foreach=foreach)
    utils.clip_grad_value_(cut, 3.5, foreach=foreach)

    for one, other, gradient in zip(scaled, cut, gradients):
        expected = gradient.astype("float64") / (10 + 1e-6)  # whose norm has the digits of float32, for some parts have
        close(one.grad, expected, bound.Bound(2.0**30 if gradient.dtype == "float64" else 8, np.abs(expected)),
              dtype=gradient.dtype, device=device)  # fmt: skip
        close(other.grad, np.clip(gradient, -3.5, 3.5), device=device)
