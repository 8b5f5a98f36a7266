"""Kinks, ties and poles: what the gradient is where there is no derivative, by table."""

import math
from typing import Callable, NamedTuple

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from suites.kit import bound, close, documents, gradient

GUIDE = "What is autograd?"
INF = math.inf


class Kink(NamedTuple):
    """A function, where it has no derivative, and the gradient there for an incoming gradient of 1."""

    name: str
    function: Callable[[torch.Tensor], torch.Tensor]
    points: tuple[float, ...]
    gradient: tuple[float, ...]
    case: str = ""

    def __str__(self) -> str:
        return f"{self.name} ({self.case})" if self.case else self.name


#: notes/autograd: the subgradient of least norm where the function is convex, the supergradient of least norm where it
#: is concave, and otherwise what continuity gives.
KINKS = (
    Kink("torch.relu", torch.relu, (-1, -0.0, 0.0, 1), (0, 0, 0, 1)),
    Kink("torch.nn.functional.relu", F.relu, (-2, -0.0, 0.0, 2), (0, 0, 0, 1)),
    Kink("torch.nn.functional.relu6", F.relu6, (-1, 0, 3, 6, 7), (0, 0, 1, 0, 0)),
    Kink("torch.nn.functional.hardtanh", F.hardtanh, (-2, -1, 0, 1, 2), (0, 0, 1, 0, 0)),
    Kink("torch.nn.functional.softshrink", lambda x: F.softshrink(x, 0.5), (-1, -0.5, 0, 0.5, 1), (1, 0, 0, 0, 1)),
    Kink("torch.nn.functional.threshold", lambda x: F.threshold(x, 1.0, 7.0), (0, 1, 2), (0, 0, 1)),
    Kink("torch.abs", torch.abs, (-2, -0.0, 0.0, 3), (-1, 0, 0, 1)),
    Kink("torch.sign", torch.sign, (-2, 0, 3), (0, 0, 0)),
    Kink("torch.floor", torch.floor, (-1.5, 0, 2), (0, 0, 0)),
    Kink("torch.ceil", torch.ceil, (-1.5, 0, 2), (0, 0, 0)),
    Kink("torch.round", torch.round, (-1.5, 0.5, 2), (0, 0, 0)),
    Kink("torch.trunc", torch.trunc, (-1.5, 0, 2), (0, 0, 0)),
    Kink("torch.sqrt", torch.sqrt, (0.0, 1, 4), (INF, 0.5, 0.25)),
    Kink("torch.log", torch.log, (0.0, 0.5, 2), (INF, 2, 0.5)),
    Kink("torch.reciprocal", torch.reciprocal, (-0.5, 0.0, 2), (-4, -INF, -0.25)),
    Kink("torch.pow", lambda x: x**0, (-1, 0, 2), (0, 0, 0), "the exponent 0"),
    Kink("torch.pow", lambda x: x**1, (-1, 0, 2), (1, 1, 1), "the exponent 1"),
    Kink("torch.pow", lambda x: x**2, (-1, 0, 2), (-2, 0, 4), "the exponent 2"),
    Kink("torch.clamp", lambda x: x.clamp(-1, 2), (-2, -1, 0, 2, 3), (0, 0, 1, 0, 0)),
    Kink("torch.clamp", lambda x: x.clamp(min=1), (0, 1, 2), (0, 0, 1), "below only"),
    Kink("torch.clamp", lambda x: x.clamp(max=1), (0, 1, 2), (1, 0, 0), "above only"),
    Kink("torch.prod", lambda x: x.prod(), (2, 0, 3, 4), (0, 24, 0, 0), "one zero"),
    Kink("torch.prod", lambda x: x.prod(), (2, 0, 3, 0), (0, 0, 0, 0), "two zeros"),
    Kink("torch.norm", torch.norm, (0, 0, 0), (0, 0, 0), "at the origin"),
    Kink("torch.linalg.vector_norm", lambda x: torch.linalg.vector_norm(x, 1), (0, -2, 3), (0, -1, 1), "order 1"),
    Kink("torch.sort", lambda x: x.sort().values[:2].sum() + x.sort().values[2:].sum(), (1, 1, 1), (1, 1, 1), "ties"),
    Kink("torch.cumprod", lambda x: x.cumprod(0), (2, 0, 3), (1, 8, 0), "one zero"),
    Kink("torch.nn.functional.leaky_relu", lambda x: F.leaky_relu(x, 0.25), (-1, 0, 1), (0.25, 0.25, 1)),
    Kink("torch.nn.functional.leaky_relu", lambda x: F.leaky_relu(x, 2.0), (-1, 0, 1), (2, 1, 1), "steeper below"),
    Kink("torch.nn.functional.elu", lambda x: F.elu(x, 0.5), (-INF, 0, 1), (0, 0.5, 1), "flatter below"),
    Kink("torch.nn.functional.elu", lambda x: F.elu(x, 2.0), (-INF, 0, 1), (0, 1, 1), "steeper below"),
    Kink("torch.nn.functional.hardsigmoid", F.hardsigmoid, (-4, -3, 3, 4), (0, 0, 0, 0)),
    Kink("torch.nn.functional.hardswish", F.hardswish, (-4, -3, 3, 4), (0, 0, 1, 1)),
    Kink("torch.std", torch.std, (2, 2, 2), (0, 0, 0), "no deviation"),
    Kink("torch.linalg.vector_norm", lambda x: torch.linalg.vector_norm(x, INF), (2, -2, 1), (0.5, -0.5, 0), "largest"),
    Kink("torch.hypot", lambda x: torch.hypot(x, x.detach()), (0, 3), (0, 0.5**0.5), "at the origin"),
    Kink("torch.clamp", lambda x: x.clamp(torch.zeros_like(x.detach())), (-1, 0, 1), (0, 0.5, 1), "by a tensor"),
    Kink("torch.nn.functional.hinge_embedding_loss",
         lambda x: F.hinge_embedding_loss(x, -torch.ones_like(x.detach()), reduction="sum"), (0, 1, 2), (-1, 0, 0)),
    Kink("torch.where", lambda x: torch.where(x > 0, x.exp(), x.exp() * 0), (-1, 0), (0, 0)),
    Kink("torch.nan_to_num", torch.nan_to_num, (math.nan, INF, -INF, 2), (0, 0, 0, 1)),
    Kink("torch.xlogy", lambda x: torch.xlogy(x, x.detach() + 1), (0, 1), (0, math.log(2))),
)  # fmt: skip


@documents("notes/autograd", guide=GUIDE)
@pytest.mark.parametrize(
    "row", [pytest.param(k, marks=documents(k.name), id="-".join([k.name, *k.case.split()])) for k in KINKS]
)
def test_gradients_at_kinks_are_as_told(row, device, dtype):
    """At its kinks {row} has the gradient that the documentation settles."""
    points = np.array(row.points, dtype=str(dtype).removeprefix("torch."))
    expected = np.array(row.gradient, np.float64)
    cotangent = np.ones(tuple(row.function(torch.zeros(points.shape)).shape), points.dtype)
    found = gradient.vjp(row.function, (points,), cotangent, device)[0]

    close(found, expected, bound.Bound(4, np.abs(expected), signed_zeros=False), dtype=dtype, device=device)


class Tie(NamedTuple):
    """A function of one row with ties for the extreme value, and how the gradient is shared."""

    name: str
    function: Callable[[torch.Tensor], torch.Tensor]
    gradient: tuple[float, ...]
    case: str = ""

    def __str__(self) -> str:
        return f"{self.name} ({self.case})" if self.case else self.name


TIED = np.array([1.0, 3.0, -2.0, 3.0, -2.0])
TIES = (
    Tie("torch.amax", lambda x: x.amax(0), (0, 0.5, 0, 0.5, 0)),
    Tie("torch.amin", lambda x: x.amin(0), (0, 0, 0.5, 0, 0.5)),
    Tie("torch.amax", lambda x: x.amax(), (0, 0.5, 0, 0.5, 0), "of all"),
    Tie("torch.max", torch.max, (0, 0.5, 0, 0.5, 0), "of all"),
    Tie("torch.min", torch.min, (0, 0, 0.5, 0, 0.5), "of all"),
)


@documents("torch.amax", guide=GUIDE)
@pytest.mark.parametrize(
    "row", [pytest.param(t, marks=documents(t.name), id="-".join([t.name, *t.case.split()])) for t in TIES]
)
def test_ties_share_the_gradient_evenly(row, device):
    """{row} distributes the gradient evenly among equal extreme values."""
    found = gradient.vjp(row.function, (TIED,), np.ones(()), device)[0]

    close(found, np.array(row.gradient), device=device)


@documents("torch.max", "torch.amax", guide=GUIDE)
@pytest.mark.parametrize("name", ["max", "min", "median", "mode"])
def test_a_reduction_with_an_index_gives_all_to_that_one(name, device):
    """max, min, median and mode over a dimension propagate the gradient to the one element whose index they return."""
    index = []

    def reduced(x):
        values, positions = getattr(torch, name)(x, 0)
        index.append(int(positions))
        return values

    found = gradient.vjp(reduced, (TIED,), np.array(5.0), device)[0]
    close(found, 5 * np.eye(5)[index[0]], device=device)


@documents("torch.maximum", "torch.minimum", "torch.fmax", "torch.fmin", "notes/autograd", guide=GUIDE)
@pytest.mark.parametrize("name", ["maximum", "minimum", "fmax", "fmin"])
def test_equal_operands_share_the_gradient(name, device):
    """Where both operands of maximum, minimum, fmax or fmin are equal each gets half of the gradient."""
    x, y = np.array([1.0, 2, 3]), np.array([1.0, 5, -3])
    by_x, by_y = gradient.vjp(getattr(torch, name), (x, y), np.full(3, 4.0), device)

    larger = np.array([0.0, 0, 4]) if "max" in name else np.array([0.0, 4, 0])
    close(by_x, larger + np.array([2.0, 0, 0]), device=device)
    close(by_y, np.array([4.0, 4, 4]) - larger - np.array([2.0, 0, 0]), device=device)


@documents("torch.atan2")
@pytest.mark.parametrize("size", [1e-25, 1.0, 1e25], ids=["small", "of middling size", "large"])
def test_atan2_has_a_gradient_of_any_size(size, device):
    """The gradient of atan2(y, x) is (x, -y) / (x² + y²), also where the squares leave the range of the dtype."""
    y, x = np.float32([3 * size, -4 * size]), np.float32([4 * size, 3 * size])
    by_y, by_x = gradient.vjp(torch.atan2, (y, x), np.ones(2, np.float32), device)

    square = (25 * np.float64(np.float32(size))) * np.float64(np.float32(size))
    close(by_y, x.astype(float) / square, bound.faithful(x / square, 8), dtype="float32", device=device)
    close(by_x, -y.astype(float) / square, bound.faithful(y / square, 8), dtype="float32", device=device)


@documents("torch.polar")
def test_polar_has_a_gradient_at_the_origin(device):
    """The derivative of polar(r, φ) by r is (cos φ, sin φ), also where r is 0."""
    r, angle = np.array([0.0, 0, 2]), np.array([0.5, -2, 1])
    by_r = gradient.vjp(lambda r: torch.polar(r, torch.from_numpy(angle).to(r.device)).real, (r,), np.ones(3), device)[
        0
    ]

    close(by_r, np.cos(angle), bound.faithful(np.cos(angle), 8), device=device)
