"""A learning rate in a tensor of one element and one dimension is the number in it."""

from typing import NamedTuple

import numpy as np
import pytest
import torch

from suites.kit import array, bound, close, documents, draw, tensor


class Rate(NamedTuple):
    """An optimizer, the release from which it is there, and whether it wants sparse gradients."""

    name: str
    since: str = "2.6"
    sparse: bool = False

    def __str__(self) -> str:
        return self.name


ROWS = (
    *(Rate(name) for name in ("SGD", "Adam", "AdamW", "Adamax", "Adagrad", "Adadelta", "NAdam", "RAdam", "RMSprop",
                              "Rprop", "ASGD", "LBFGS", "Adafactor")),
    Rate("SparseAdam", sparse=True),
    Rate("Muon", "2.9"),
)  # fmt: skip


def descended(row, lr, device):
    """Where three steps down a bowl lead."""
    place = tensor(draw.normal(1, 3, 4), device).requires_grad_()
    optimizer = getattr(torch.optim, row.name)([place], lr=lr)

    def closure():
        optimizer.zero_grad()
        loss = (place * place).sum()
        loss.backward()
        place.grad = place.grad.to_sparse() if row.sparse else place.grad
        return loss

    for _ in range(3):
        optimizer.step(closure)
    return array(place)


@pytest.mark.parametrize(
    "row", [pytest.param(row, id=row.name, marks=documents(f"torch.optim.{row}", since=row.since)) for row in ROWS]
)
def test_one_element_is_a_number(row, device):
    """{row} with its learning rate in a tensor of shape (1,) goes where it goes with the number."""
    found = descended(row, tensor(np.full(1, 0.0625)), device)
    expected = descended(row, 0.0625, device)

    # NAdam and ASGD keep what they compute from the rate in float32.
    close(found, expected, bound.Bound(2.0**36, 1.0 + np.abs(expected), signed_zeros=False))
