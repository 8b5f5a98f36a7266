"""torch.optim.LBFGS at its limits: how often a line search evaluates, and complex parameters."""

import numpy as np
import pytest
import torch

from suites.kit import array, bound, close, documents, draw, observe, tensor


class Bend:
    """Rosenbrock's valley (1 - x)² + 100 (y - x²)² as a closure that counts its calls."""

    def __init__(self, device, **options):
        self.place = tensor(np.array([-1.2, 1.0]), device).requires_grad_()
        self.optimizer = torch.optim.LBFGS([self.place], **options)
        self.calls = 0

    def __call__(self):
        self.calls += 1
        self.optimizer.zero_grad()
        x, y = self.place
        loss = (1 - x) ** 2 + 100 * (y - x**2) ** 2
        loss.backward()
        return loss


@documents("torch.optim.LBFGS")
@pytest.mark.parametrize("max_eval", [2, 5, 20])
@pytest.mark.parametrize("lr", [1e-3, 1e5])
def test_a_line_search_keeps_to_max_eval(lr, max_eval, device):
    """However far strong_wolfe searches, a step of LBFGS ends with the evaluation that reaches max_eval or the next."""
    bend = Bend(device, lr=lr, max_iter=100, max_eval=max_eval, line_search_fn="strong_wolfe", tolerance_grad=0.0,
                tolerance_change=0.0)  # fmt: skip
    calls = []

    for _ in range(3):
        bend.calls = 0
        bend.optimizer.step(bend)
        calls.append(bend.calls)

    observe("evaluations", calls)
    assert max(calls) <= max_eval + 1


@documents("torch.optim.LBFGS", "notes/autograd")
@pytest.mark.parametrize("search", [None, "strong_wolfe"])
def test_finds_the_minimum_for_complex_parameters(search, device):
    """LBFGS takes complex parameters to the minimum, as all optimizers take them."""
    target = draw.normal(1, 4, dtype="complex128")
    z, goal = tensor(draw.normal(2, 4, dtype="complex128"), device).requires_grad_(), tensor(target, device)
    optimizer = torch.optim.LBFGS([z], max_iter=50, tolerance_grad=1e-12, line_search_fn=search)

    def closure():
        optimizer.zero_grad()
        loss = torch.view_as_real(z - goal).square().sum()
        loss.backward()
        return loss

    optimizer.step(closure)

    # The loss is flat: of a distance of the square root of u nothing shows in it.
    close(array(z), target, bound.Bound(2.0**27, 1.0 + np.abs(target)))
