"""torch.optim.LBFGS: a closure that it calls as often as it may, and the minimum of a quadratic."""

import copy

import numpy as np
import pytest
import torch

from suites.kit import array, bound, close, documents, draw, tensor

SIDE = 8


def quadratic(seed=0):
    """A positive definite matrix of eigenvalues between 1 and 10, and a right side."""
    rotation, _ = np.linalg.qr(draw.normal(seed, SIDE, SIDE))
    return rotation @ np.diag(np.linspace(1, 10, SIDE)) @ rotation.T, draw.normal(seed + 1, SIDE)


class Valley:
    """x·Ax / 2 - b·x as a closure over parameters in two pieces, one of them a matrix, counting its calls."""

    def __init__(self, device, **options):
        self.A, self.b = quadratic()
        self.pieces = [
            torch.zeros(2, dtype=torch.float64, device=device),
            torch.zeros(3, 2, dtype=torch.float64, device=device),
        ]
        for piece in self.pieces:
            piece.requires_grad_()
        self.optimizer = torch.optim.LBFGS(self.pieces, **options)
        self.calls, self.modes, self.losses = 0, set(), []
        self._A, self._b = tensor(self.A, device), tensor(self.b, device)

    def __call__(self):
        self.calls += 1
        self.modes.add(torch.is_grad_enabled())
        self.optimizer.zero_grad()
        x = torch.cat([piece.reshape(-1) for piece in self.pieces])
        loss = 0.5 * x @ (self._A @ x) - self._b @ x
        loss.backward()
        self.losses.append(loss.item())
        return loss

    def place(self):
        """All elements in one row."""
        return np.concatenate([array(piece).ravel() for piece in self.pieces])

    def slope(self):
        """The gradient where it is now, by NumPy."""
        return self.A @ self.place() - self.b


@documents("torch.optim.LBFGS")
@pytest.mark.parametrize("search", [None, "strong_wolfe"])
def test_finds_the_minimum_of_a_quadratic(search, device):
    """LBFGS goes to the minimum of a quadratic, the solution of its linear system, in a few steps."""
    valley = Valley(device, lr=1.0, max_iter=100, tolerance_grad=1e-12, tolerance_change=0.0, line_search_fn=search)
    solution = np.linalg.solve(valley.A, valley.b)

    for _ in range(3):
        valley.optimizer.step(valley)

    # A line search compares losses, in which a distance of less than the square root of u does not show.
    close(valley.place(), solution, bound.Bound(2.0**28, np.linalg.norm(solution)))


@documents("torch.optim.LBFGS")
def test_returns_the_loss_at_the_start_of_the_step(device):
    """LBFGS.step(closure) calls the closure with gradients enabled, even under no_grad, and returns its first loss."""
    valley = Valley(device, lr=0.5, max_iter=5)

    with torch.no_grad():
        first = valley.optimizer.step(valley)

    assert valley.modes == {True}
    assert first.item() == valley.losses[0] == 0.0


@documents("torch.optim.LBFGS")
@pytest.mark.parametrize("max_iter", [1, 2, 7])
def test_takes_as_many_iterations_as_it_may(max_iter, device):
    """Far from the minimum a step of LBFGS without line search evaluates the closure max_iter times."""
    valley = Valley(device, lr=0.01, max_iter=max_iter, max_eval=1000)

    valley.optimizer.step(valley)

    assert valley.calls == max_iter


@documents("torch.optim.LBFGS")
@pytest.mark.parametrize("max_eval", [3, 8])
def test_stops_after_max_eval_evaluations(max_eval, device):
    """A step of LBFGS without line search ends when the closure has been evaluated max_eval times."""
    valley = Valley(device, lr=0.01, max_iter=100, max_eval=max_eval)

    valley.optimizer.step(valley)

    assert valley.calls == max_eval


@documents("torch.optim.LBFGS")
def test_evaluates_a_quarter_more_than_it_iterates_by_default(device):
    """max_eval is max_iter * 1.25 unless it is given."""
    assert Valley(device, max_iter=20).optimizer.param_groups[0]["max_eval"] == 25


@documents("torch.optim.LBFGS")
def test_stops_where_the_slope_is_small(device):
    """LBFGS ends its step where no element of the gradient exceeds tolerance_grad, and at once if it starts there."""
    valley = Valley(device, lr=1.0, max_iter=100, tolerance_grad=1e-3, tolerance_change=0.0)

    valley.optimizer.step(valley)
    there, calls = valley.place(), valley.calls
    valley.optimizer.step(valley)

    assert np.abs(valley.slope()).max() <= 1e-3
    assert 1 < calls < 100
    assert valley.calls == calls + 1
    close(valley.place(), there)


@documents("torch.optim.LBFGS")
def test_first_step_goes_against_the_gradient(device):
    """The first iteration of LBFGS goes along the negative gradient, and a zero learning rate nowhere."""
    moving, resting = Valley(device, lr=0.5, max_iter=1), Valley(device, lr=0.0, max_iter=1)
    slope = moving.slope()

    moving.optimizer.step(moving)
    resting.optimizer.step(resting)

    along = moving.place() / np.linalg.norm(moving.place())
    close(along, -slope / np.linalg.norm(slope), bound.Bound(64, 1.0))
    close(resting.place(), np.zeros(SIDE), bound.Bound(0.0, 0.0, signed_zeros=False))


@documents("torch.optim.LBFGS")
@pytest.mark.parametrize("history_size", [1, 2, 100])
def test_directions_are_quasi_newton(history_size, device):
    """Later iterations of LBFGS go by the BFGS formula with the last ``history_size`` changes of place and gradient."""
    valley = Valley(device, lr=0.25, max_iter=1, history_size=history_size)
    places, slopes, pairs = [valley.place()], [valley.slope()], []

    for _ in range(5):
        valley.optimizer.step(valley)
        places.append(valley.place())
        slopes.append(valley.slope())

    for step in range(1, 5):
        pairs.append((places[step] - places[step - 1], slopes[step] - slopes[step - 1]))
        expected = places[step] - 0.25 * inverse_hessian(pairs[-history_size:]) @ slopes[step]
        close(places[step + 1], expected, bound.Bound(2.0**12, np.linalg.norm(expected)))


def inverse_hessian(pairs):
    """The BFGS estimate of the inverse Hessian from changes s of place and y of gradient, from (s·y / y·y) I on."""
    s, y = pairs[-1]
    estimate = (s @ y) / (y @ y) * np.eye(SIDE)
    for s, y in pairs:
        project = np.eye(SIDE) - np.outer(s, y) / (s @ y)
        estimate = project @ estimate @ project.T + np.outer(s, s) / (s @ y)
    return estimate


@documents("torch.optim.LBFGS")
def test_stops_where_little_changes(device):
    """LBFGS ends its step when loss or parameters change by less than tolerance_change."""
    valley = Valley(device, lr=0.01, max_iter=50, tolerance_change=1e3)

    valley.optimizer.step(valley)

    assert valley.calls <= 2


@documents("torch.optim.LBFGS")
def test_a_line_search_never_climbs(device):
    """With strong_wolfe no step of LBFGS ends higher than it began, however large the learning rate."""
    searching, rushing = (
        Valley(device, lr=50.0, max_iter=2, line_search_fn=search) for search in ("strong_wolfe", None)
    )

    losses = [searching.optimizer.step(searching).item() for _ in range(6)]
    rushed = [rushing.optimizer.step(rushing).item() for _ in range(6)]

    assert all(after <= before for before, after in zip(losses, losses[1:]))
    assert losses[-1] < losses[0]
    assert max(rushed) > losses[0]


@documents("torch.optim.LBFGS")
def test_goes_on_from_its_state(device):
    """LBFGS, saved in mid-run and loaded into another one, goes on bit for bit."""
    first, second = (Valley(device, lr=0.1, max_iter=3) for _ in range(2))
    first.optimizer.step(first)

    for mine, theirs in zip(second.pieces, first.pieces):
        mine.data.copy_(theirs.data)
    second.optimizer.load_state_dict(copy.deepcopy(first.optimizer.state_dict()))
    for valley in (first, second):
        valley.optimizer.step(valley)

    close(second.place(), first.place())


@documents("torch.optim.LBFGS")
def test_has_one_group_only(device):
    """LBFGS refuses more than one parameter group with ValueError."""
    one, other = (tensor(np.ones(2), device).requires_grad_() for _ in range(2))

    with pytest.raises(ValueError):
        torch.optim.LBFGS([{"params": [one]}, {"params": [other]}])
