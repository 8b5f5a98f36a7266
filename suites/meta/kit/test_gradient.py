"""The gradient checks accept right derivatives and reject wrong ones, however small."""

import numpy as np
import pytest
import torch

from suites.kit import bound, close, draw, gradient

X = draw.normal(1, 3, 4)
Y = draw.normal(2, 4)


class Wrong(torch.autograd.Function):
    """x² with the gradient 2x (1 + 1e-12) in one element, whatever the mode."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        ctx.save_for_forward(x)
        return x * x

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        factor = torch.ones_like(x)
        factor[0, 0] += 1e-10
        return grad * 2 * x * factor

    @staticmethod
    def jvp(ctx, tangent):
        (x,) = ctx.saved_tensors
        return 2 * x * tangent


def test_complex_step_is_exact_to_rounding():
    found = gradient.complex_step(lambda x: x**3, (X,), (np.ones_like(X),))

    close(found, 3 * X**2, bound.faithful(3 * X**2))


def test_right_gradients_are_accepted():
    gradient.differentiates(lambda x, y: (x * y).exp(), lambda x, y: np.exp(x * y), X, Y)
    gradient.adjoint(lambda x, y: (x * y).exp(), X, Y)


@pytest.mark.parametrize("seed", range(3))
def test_one_element_wrong_by_a_part_in_ten_thousand_million_is_rejected(seed):
    with pytest.raises(AssertionError):
        gradient.differentiates(Wrong.apply, lambda x: x * x, X, seed=seed, terms=4)


def test_a_gradient_that_forward_mode_contradicts_is_rejected():
    with pytest.raises(AssertionError):
        gradient.adjoint(Halved.apply, X)


class Halved(torch.autograd.Function):
    """x² with half of its gradient in reverse mode only."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        ctx.save_for_forward(x)
        return x * x

    @staticmethod
    def backward(ctx, grad):
        return grad * ctx.saved_tensors[0]

    @staticmethod
    def jvp(ctx, tangent):
        return 2 * ctx.saved_tensors[0] * tangent


def test_a_missing_gradient_is_rejected():
    with pytest.raises((AssertionError, RuntimeError)):
        gradient.differentiates(lambda x, y: x * y.detach(), lambda x, y: x * y, X, Y)


def test_a_summed_broadcast_gradient_of_the_wrong_shape_is_rejected():
    with pytest.raises((AssertionError, RuntimeError)):
        gradient.differentiates(lambda x, y: x + y.expand(3, 4).clone().detach(), lambda x, y: x + y, X, Y)
