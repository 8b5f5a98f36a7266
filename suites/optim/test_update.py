"""The update by hand, weight = weight - learning_rate * gradient, beside the optimizer that does it."""

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from suites.kit import array, bound, close, documents, draw, tensor

GUIDE = ("Update the weights", "Optimizers & Gradient Descent", "Still Left:", "What's Next?")

rates = st.sampled_from((0.01, 0.1, 1.0, 0.3))
points = draw.samples(shape=draw.shapes(low=1), layouts=draw.WRITABLE, hard=draw.TAME)


def parameter_of(sample, dtype, device):
    """A leaf with a gradient of other values, and both as arrays."""
    weight = sample(dtype)
    gradient = draw.normal(sample.seed + 1, *sample.shape, dtype=dtype)
    leaf = tensor(weight, device).requires_grad_()
    leaf.grad = tensor(gradient, device)
    return leaf, weight, gradient


def after(weight, gradient, rate):
    """weight - rate * gradient in float64, and how far a product and a difference may round."""
    wide, slope = weight.astype("float64"), gradient.astype("float64")
    reach = bound.Bound(3.01, np.abs(wide) + rate * np.abs(slope), signed_zeros=False)
    return wide - rate * slope, reach


@documents("torch.Tensor.sub_", "torch.Tensor.grad", guide=GUIDE)
@given(sample=points, rate=rates)
def test_data_sub_updates_in_place(sample, rate, dtype, device):
    """f.data.sub_(f.grad.data * learning_rate) moves the leaf f itself to f - learning_rate * f.grad."""
    f, weight, gradient = parameter_of(sample, dtype, device)
    expected, reach = after(weight, gradient, rate)
    place = f.data_ptr()

    f.data.sub_(f.grad.data * rate)

    close(f, expected, reach, dtype=dtype, device=device)
    close(f.grad, gradient, device=device)
    assert f.is_leaf and f.requires_grad and f.data_ptr() == place


@documents("torch.no_grad", "torch.Tensor.grad", guide=GUIDE)
@given(sample=points, rate=rates)
def test_difference_is_a_new_weight(sample, rate, dtype, device):
    """weight - learning_rate * gradient has the values of a step of SGD and leaves the weight itself alone."""
    weight, values, gradient = parameter_of(sample, dtype, device)
    expected, reach = after(values, gradient, rate)

    with torch.no_grad():
        moved = weight - rate * weight.grad

    close(moved, expected, reach, dtype=dtype, device=device)
    close(weight, values, device=device)


@documents("torch.optim.SGD", "torch.optim.Optimizer.step", guide=GUIDE)
@given(sample=points, rate=rates)
def test_sgd_is_the_update(sample, rate, dtype, device):
    """optim.SGD(params, lr).step() moves each parameter in place to param - lr * param.grad."""
    f, weight, gradient = parameter_of(sample, dtype, device)
    expected, reach = after(weight, gradient, rate)
    place = f.data_ptr()

    torch.optim.SGD([f], lr=rate).step()

    close(f, expected, reach, dtype=dtype, device=device)
    close(f.grad, gradient, device=device)
    assert f.is_leaf and f.requires_grad and f.data_ptr() == place


@documents("torch.optim.SGD", "torch.optim.Optimizer.step", guide=GUIDE)
@given(seed=draw.seeds(), rate=st.sampled_from((0.5, 0.25, 2.0)))
def test_sgd_and_the_hand_agree_exactly(seed, rate, dtype, device):
    """Three steps of SGD and three updates by hand give the same bits where no operation rounds."""
    weight, slopes = draw.lattice(seed, (3, 19)), [draw.lattice(seed + i, (3, 19)) for i in (1, 2, 3)]
    by_hand, stepped = (tensor(draw.cast(weight, dtype), device).requires_grad_() for _ in range(2))
    optimizer = torch.optim.SGD([stepped], lr=rate)

    for slope in slopes:
        by_hand.grad, stepped.grad = (tensor(draw.cast(slope, dtype), device) for _ in range(2))
        by_hand.data.sub_(by_hand.grad.data * rate)
        optimizer.step()

    expected = weight - rate * sum(slopes)
    close(stepped, draw.cast(expected, dtype), bound.Bound(0.0, 0.0, signed_zeros=False), device=device)
    close(by_hand, array(stepped), device=device)


@documents("torch.optim.SGD", "torch.Tensor.backward", guide=GUIDE)
@given(seed=draw.seeds())
def test_a_step_goes_down_the_slope_of_the_loss(seed, device):
    """A step of SGD after the backward of (w·x)² / 2 moves w by -lr (w·x) x."""
    w, x = draw.normal(seed, 9), draw.normal(seed + 1, 9)
    weight = tensor(w, device).requires_grad_()
    optimizer = torch.optim.SGD([weight], lr=0.1)

    (0.5 * (weight @ tensor(x, device)) ** 2).backward()
    optimizer.step()

    reach = bound.Bound(32, np.abs(w) + 0.1 * (np.abs(w) @ np.abs(x)) * np.abs(x))
    close(weight, w - 0.1 * (w @ x) * x, reach, device=device)
