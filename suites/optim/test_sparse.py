"""Optimizers that take sparse gradients: only the rows that have one move, and they move as with a dense gradient."""

from typing import Any, Callable, NamedTuple

import numpy as np
import pytest
import torch

from reference.adaptive import adagrad
from reference.optimizer import adam, sgd
from suites.kit import array, bound, close, documents, draw, tensor

ROWS_OF_GRADIENT = [[0, 3], [3], [4, 0]]


class Sparse(NamedTuple):
    """An optimizer that takes sparse gradients, its formula and the options of both."""

    name: str
    formula: Callable[..., Any]
    options: dict[str, Any]

    def __str__(self) -> str:
        return self.name


ROWS = {
    "SGD": Sparse("SGD", sgd, {"lr": 0.5}),
    "Adagrad": Sparse("Adagrad", adagrad, {"lr": 0.5, "lr_decay": 0.1, "eps": 0.1}),
}


def gradients(seed=1):
    """For each step the rows and their values; one row comes twice in a step, and its values add up."""
    return [
        ([*rows, rows[0]], draw.normal(seed + step, len(rows) + 1, 3)) for step, rows in enumerate(ROWS_OF_GRADIENT)
    ]


def dense(rows, values):
    """The gradient as an array of five rows."""
    whole = np.zeros((5, 3))
    np.add.at(whole, rows, values)
    return whole


def stepped(optimizer, parameter, device, sign=1.0):
    """Take the steps with sparse gradients, or their negatives."""
    for rows, values in gradients():
        parameter.grad = torch.sparse_coo_tensor(
            tensor(np.array([rows]), device), tensor(sign * values, device), (5, 3)
        )
        optimizer.step()


@documents("torch.optim.Optimizer.step")
@pytest.mark.parametrize("maximize", [False, True])
@pytest.mark.parametrize("foreach", [False, True])
@pytest.mark.parametrize(
    "row", [pytest.param(row, marks=documents(f"torch.optim.{row.name}"), id=name) for name, row in ROWS.items()]
)
def test_sparse_gradients_are_dense_ones(row, foreach, maximize, device):
    """Steps of {row} along sparse gradients lead where those along the same gradients with their zeros lead."""
    start = draw.normal(0, 5, 3)
    parameter, place, state = tensor(start, device).requires_grad_(), start, {}
    options = {**row.options, "maximize": maximize}

    stepped(getattr(torch.optim, row.name)([parameter], foreach=foreach, **options), parameter, device)
    for rows, values in gradients():
        place, state = row.formula(place, dense(rows, values), state, **options)

    close(parameter, place, bound.Bound(64, np.abs(start) + np.abs(place)), device=device)


@documents("torch.optim.SparseAdam")
def test_sparse_adam_moves_only_what_has_a_gradient(device):
    """SparseAdam leaves the rows without a gradient as they are, also those that had one before."""
    start = draw.normal(0, 5, 3)
    parameter = tensor(start, device).requires_grad_()
    optimizer = torch.optim.SparseAdam([parameter], lr=0.5)
    seen = [start]

    for rows, values in gradients():
        parameter.grad = torch.sparse_coo_tensor(tensor(np.array([rows]), device), tensor(values, device), (5, 3))
        optimizer.step()
        seen.append(parameter.detach().cpu().numpy().copy())

    moved = [
        sorted(set(np.nonzero(np.any(after != before, axis=1))[0].tolist())) for before, after in zip(seen, seen[1:])
    ]
    assert moved == [sorted(rows) for rows in ROWS_OF_GRADIENT]


@documents("torch.optim.SparseAdam")
def test_sparse_adam_maximizes_by_turning_the_gradient(device):
    """SparseAdam with maximize=True goes where it goes without on the negated gradients."""
    start = draw.normal(0, 5, 3)
    up, down = (tensor(start, device).requires_grad_() for _ in range(2))

    stepped(torch.optim.SparseAdam([up], lr=0.5, maximize=True), up, device)
    stepped(torch.optim.SparseAdam([down], lr=0.5), down, device, sign=-1.0)

    assert np.any(array(up) != start)
    close(up, array(down), device=device)


@documents("torch.optim.SparseAdam")
def test_sparse_adam_is_adam_where_there_is_a_gradient(device):
    """A row with a gradient at every step moves under SparseAdam as under Adam, but for the place of eps."""
    start, slopes = draw.normal(0, 5, 3), [draw.normal(seed, 1, 3) for seed in (1, 2, 3)]
    parameter, place, state = tensor(start, device).requires_grad_(), start[2:3], {}
    optimizer = torch.optim.SparseAdam([parameter], lr=0.5, betas=(0.8, 0.9), eps=1e-12)

    for slope in slopes:
        parameter.grad = torch.sparse_coo_tensor(tensor(np.array([[2]]), device), tensor(slope, device), (5, 3))
        optimizer.step()
        place, state = adam(place, slope, state, lr=0.5, betas=(0.8, 0.9), eps=1e-12)

    close(parameter[2:3], place, bound.Bound(2.0**16, 1.0), device=device)
