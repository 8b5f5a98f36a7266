"""Adafactor and Muon, which look at parameters as matrices, beside their formulas, in half types too."""

from typing import Any, Callable, NamedTuple

import numpy as np
import pytest
import torch

from reference import matrices
from suites.kit import bound, close, documents, draw, dtypes, tensor

from .algorithms import accumulated

STEPS = 6


class Factored(NamedTuple):
    """An optimizer, its formula, options, the shape of the parameter, and the first release that has it."""

    name: str
    formula: Callable[..., tuple[np.ndarray, dict[str, Any]]]
    options: dict[str, Any]
    shape: tuple[int, ...]
    since: str

    def __str__(self) -> str:
        told = ", ".join(f"{name}={value}" for name, value in self.options.items())
        return f"{self.name}({told}) of {len(self.shape)} dimensions"


def adafactor(*shape: int, **options: Any) -> Factored:
    return Factored("Adafactor", matrices.adafactor, {"lr": 0.05, "eps": (1e-6, 1e-3), **options}, shape, "2.5")


def muon(*shape: int, **options: Any) -> Factored:
    return Factored("Muon", matrices.muon, {"lr": 0.05, "momentum": 0.8, **options}, shape, "2.9")


ADAFACTOR = {
    "tall": adafactor(5, 3),
    "wide-foreach": adafactor(3, 7, foreach=True),
    "stack": adafactor(2, 3, 4, weight_decay=0.1),
    "vector-foreach": adafactor(6, foreach=True, weight_decay=0.1),
    "vector": adafactor(6, lr=1.5, d=1.1),
    "maximize": adafactor(3, 4, beta2_decay=-0.5, maximize=True),
    "maximize-foreach": adafactor(3, 4, foreach=True, maximize=True, d=1.1),
}
MUON = {
    "tall": muon(4, 3),
    "wide": muon(3, 5, nesterov=False, weight_decay=0.0),
    "square": muon(4, 4, nesterov=False, weight_decay=0.5, adjust_lr_fn="original"),
    "match": muon(2, 6, adjust_lr_fn="match_rms_adamw", momentum=0.5),
    "two-steps": muon(6, 2, ns_steps=2, nesterov=False),
}


def over(rows: dict[str, Factored]) -> pytest.MarkDecorator:
    """Run a claim over rows, on the releases that have the optimizer."""
    return pytest.mark.parametrize(
        "row",
        [pytest.param(r, id=i, marks=documents(f"torch.optim.{r.name}", since=r.since)) for i, r in rows.items()],
    )


def walked(row, dtype, device):
    """Where the optimizer and the formula are after each step, and how far the formula has gone."""
    place = draw.normal(1, *row.shape, dtype=dtype)
    slopes = [draw.cast((2 + 3 * step) * draw.normal(2 + step, *row.shape), dtype) for step in range(STEPS)]
    parameter = tensor(place, device, dtype).requires_grad_()
    optimizer, found = getattr(torch.optim, row.name)([parameter], **row.options), []
    for slope in slopes:
        parameter.grad = tensor(slope, device, dtype)
        optimizer.step()
        found.append(parameter.detach().clone().reshape(-1))

    options = {name: value for name, value in row.options.items() if name != "foreach"}
    places, state = [place.astype("float64")], {}
    for slope in slopes:
        after, state = row.formula(places[-1], slope.astype("float64"), state, **options)
        places.append(after)
    flat = np.stack(places).reshape(STEPS + 1, -1)
    return torch.stack(found), flat[1:], np.abs(flat[0]) + np.cumsum(np.abs(np.diff(flat, axis=0)), axis=0)


@over(ADAFACTOR)
@pytest.mark.dtypes(torch.float64, torch.float32, torch.bfloat16)
def test_adafactor_follows_its_formula(row, dtype, device):
    """Steps of {row} follow the documented formula, with means for its sums, as its note says."""
    found, expected, lengths = walked(row, dtype, device)

    close(found, expected, accumulated(lengths), dtype=dtype, device=device)


def near(lengths, dtype):
    """2⁻⁶ of the way gone: ten roundings of 2⁻⁹ in each direction and place were measured at a quarter of it."""
    return bound.Norm(float(2.0**-6 * np.linalg.norm(lengths) / dtypes.unit(dtype)))


@over(MUON)
def test_muon_follows_its_formula(row, dtype, device):
    """Steps of {row} follow the documented formula, as far as an orthogonalisation in bfloat16 can."""
    found, expected, lengths = walked(row, dtype, device)

    close(found, expected, near(lengths, dtype), dtype=dtype, device=device)


@over(MUON)
@pytest.mark.dtypes(torch.bfloat16)
def test_muon_moves_half_types_alike(row, dtype, device):
    """Steps of {row} on parameters of bfloat16 follow the documented formula to their precision."""
    found, expected, lengths = walked(row, dtype, device)

    close(found, expected, near(lengths, dtype), dtype=dtype, device=device)
