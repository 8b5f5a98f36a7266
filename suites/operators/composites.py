"""Functions of statistics, of calculus and of vectors: one row each, with shapes, options, and how it rounds."""

from __future__ import annotations

import operator
from typing import Any, Callable, NamedTuple

import numpy as np
import torch

from reference import calculus, statistics, vectors
from suites.kit import bound


class Composite(NamedTuple):
    """A function of one or two tensors, its reference, shapes of them, its options, and its error in each element."""

    name: str
    reference: Callable[..., np.ndarray]
    shapes: tuple[tuple[tuple[int, ...], ...], ...]
    rounding: Callable[..., bound.Bound]
    options: dict[str, Any] = {}  # noqa: RUF012 - never written to

    def __str__(self) -> str:
        """The name and the options; a table of pairs of shapes is that of a second tensor."""
        parts = ["y, x"] * (len(self.shapes[0]) == 2) + [f"{key}={value}" for key, value in self.options.items()]
        return f"{self.name}({', '.join(parts)})" if parts else self.name

    def __call__(self, *tensors: torch.Tensor, **more: Any) -> torch.Tensor:
        """Call the function of torch."""
        return operator.attrgetter(self.name.removeprefix("torch."))(torch)(*tensors, **self.options, **more)

    def expected(self, *arrays: np.ndarray) -> np.ndarray:
        """The reference's value."""
        return self.reference(*arrays, **self.options)


def between(x, q, dim=None, keepdim=False, interpolation="linear"):
    """A point between two neighbours: four roundings of both."""
    ends = [statistics.quantile(x, q, dim, keepdim, interpolation=kind) for kind in ("lower", "higher")]
    return bound.Bound(4, np.abs(ends[0]) + np.abs(ends[1]), False)


def differences(x, n=1, dim=-1):
    """n differences in turn: n roundings of sums of as many magnitudes."""
    size = np.abs(x)
    for _ in range(n):
        rows = np.moveaxis(size, dim, 0)
        size = np.moveaxis(rows[1:] + rows[:-1], 0, dim)
    return bound.Bound(1.002 * n, size, False)


def areas(y, x=None, dx=1, dim=-1):
    """A sum of areas, each rounded four times, of the magnitudes of both sides and of both places."""
    limit = areas_so_far(y, x, dx, dim)
    return bound.Bound(min(limit.factor, 36), np.squeeze(limit.scale, dim), False)


def areas_so_far(y, x=None, dx=1, dim=-1):
    """The sums up to each place: as many roundings of the sum of all areas as there are."""
    rows = np.moveaxis(np.abs(y), dim, -1)
    places = None if x is None else np.abs(x if x.ndim == 1 else np.moveaxis(x, dim, -1))
    width = abs(dx) if places is None else places[..., 1:] + places[..., :-1]
    each = np.moveaxis(width * (rows[..., 1:] + rows[..., :-1]) / 2, -1, dim)
    return bound.Bound(each.shape[dim] + 4, np.sum(each, axis=dim, keepdims=True), False)


def covaried(x, correction=1):
    """An inner product of what is left when the mean is taken away, which errs like a sum itself."""
    rows = np.atleast_2d(np.abs(x))
    rows = rows + np.mean(rows, axis=1, keepdims=True)
    scale = rows @ rows.T / max(rows.shape[1] - correction, 1)
    return bound.inner(scale if x.ndim == 2 else scale.reshape(()), rows.shape[1] + 8)


def correlated(x):
    """Its covariance's error and those of both variances, which weigh half as much."""
    c, (factor, scale, _) = np.abs(np.atleast_2d(statistics.cov(x))), covaried(np.atleast_2d(x))
    root, each = np.sqrt(np.outer(np.diag(c), np.diag(c))), np.diag(scale) / np.diag(c)
    return bound.Bound(factor + 4, scale / root + c / root * (each[:, None] + each) / 2 + 1, False)


def crossed(x, y, dim=-1):
    """A difference of two products: three roundings of both."""
    (a, b, c), (d, e, f) = np.moveaxis(np.abs(x), dim, 0), np.moveaxis(np.abs(y), dim, 0)
    return bound.Bound(3, np.stack([b * f + c * e, c * d + a * f, a * e + b * d], axis=dim), False)


def apart(x, p=2.0):
    """A norm of n differences: each is rounded once, which both sizes bound, and each power a few times."""
    size = np.abs(x)
    pairs = [vectors.norm(size[i] + size[j], p) for i in range(len(x)) for j in range(i + 1, len(x))]
    return bound.Bound(8 + x.shape[1] / 4, np.array(pairs, float), False)


def distant(x, y, p=2.0, eps=1e-6, keepdim=False):
    """The same of each row, with eps added to its differences."""
    scale = vectors.norm(np.abs(x) + np.abs(y) + eps, p)
    return bound.Bound(8 + x.shape[-1] / 4, scale[..., None] if keepdim else scale, False)


def pairwise_distance(x, y, p=2.0, eps=1e-6, keepdim=False):
    """‖x - y + eps‖ along the last axis, which is kept or not."""
    value = vectors.norm(x - y + eps, p)
    return value[..., None] if keepdim else value


def aligned(x, y, dim=1):
    """A quotient of an inner product and two norms, each a sum of n terms."""
    x, y = np.broadcast_arrays(x, y)
    share = vectors.cosine_similarity(np.abs(x), np.abs(y), dim=dim)
    return bound.Bound(bound.inner(np.ones(()), x.shape[dim]).factor + 8, share + share, False)


ROWS = (
    Composite("torch.diff", calculus.diff, (((5,),), ((3, 4),), ((2, 3, 33),), ((1,),), ((2, 0),)), differences),
    Composite("torch.diff", calculus.diff, (((5, 4),), ((4, 33, 2),), ((3, 1),)), differences, {"n": 2, "dim": 0}),
    Composite("torch.diff", calculus.diff, (((5, 4),), ((2, 33, 2),), ((3, 2),)), differences, {"n": 3, "dim": -2}),
    Composite("torch.trapezoid", calculus.trapezoid, (((5,),), ((3, 4),), ((2, 3, 33),), ((2, 1),), ((1025,),)), areas),
    Composite("torch.trapezoid", calculus.trapezoid, (((5, 2),), ((33, 2, 3),)), areas, {"dx": -0.3, "dim": 0}),
    Composite(
        "torch.trapezoid",
        calculus.trapezoid,
        (((5,), (5,)), ((3, 4), (4,)), ((3, 33), (3, 33)), ((1, 4), (3, 4))),
        areas,
    ),
    Composite("torch.trapezoid", calculus.trapezoid, (((5, 3), (5,)), ((7, 2, 3), (7, 2, 3))), areas, {"dim": 0}),
    Composite(
        "torch.cumulative_trapezoid", calculus.cumulative_trapezoid, (((5,),), ((3, 4),), ((2, 3, 33),)), areas_so_far
    ),
    Composite(
        "torch.cumulative_trapezoid",
        calculus.cumulative_trapezoid,
        (((5, 2),), ((33, 2, 3),)),
        areas_so_far,
        {"dx": 0.3, "dim": -2},
    ),
    Composite(
        "torch.cumulative_trapezoid",
        calculus.cumulative_trapezoid,
        (((5,), (5,)), ((3, 4), (4,)), ((3, 33), (3, 33))),
        areas_so_far,
    ),
    Composite("torch.cov", statistics.cov, (((3, 7),), ((4, 33),), ((5,),), ((2, 129),)), covaried),
    Composite("torch.cov", statistics.cov, (((3, 7),), ((4, 33),), ((5,),)), covaried, {"correction": 0}),
    Composite("torch.corrcoef", statistics.corrcoef, (((3, 7),), ((4, 33),), ((2, 5),), ((2, 129),)), correlated),
    Composite(
        "torch.quantile", statistics.quantile, (((5,),), ((3, 4),), ((2, 3, 33),), ((1,),)), between, {"q": 0.25}
    ),
    Composite(
        "torch.quantile",
        statistics.quantile,
        (((5, 2),), ((4, 2, 3),), ((33, 2),)),
        between,
        {"q": 0.625, "dim": 0, "keepdim": True},
    ),
    Composite("torch.nanquantile", statistics.nanquantile, (((6, 2),), ((2, 33),)), between, {"q": 0.75, "dim": -1}),
    Composite(
        "torch.cross",
        vectors.cross,
        (((3,), (3,)), ((5, 3), (5, 3)), ((2, 33, 3), (2, 33, 3)), ((0, 3), (0, 3))),
        crossed,
        {"dim": -1},
    ),
    Composite("torch.cross", vectors.cross, (((3, 5), (3, 5)), ((3, 3, 3), (3, 3, 3))), crossed, {"dim": 0}),
    *(
        Composite("torch.nn.functional.pdist", vectors.pdist, (((5, 3),), ((2, 33),), ((9, 1),)), apart, {"p": p})
        for p in (2.0, 1.0, 3.0, np.inf)
    ),
    *(
        Composite(
            "torch.nn.functional.pairwise_distance",
            pairwise_distance,
            (((5, 3), (5, 3)), ((7,), (7,)), ((2, 33), (2, 33))),
            distant,
            options,
        )
        for options in ({}, {"p": 1.0, "eps": 0.5}, {"p": 3.0, "keepdim": True}, {"p": np.inf})
    ),
    Composite(
        "torch.nn.functional.cosine_similarity",
        vectors.cosine_similarity,
        (((5, 3), (5, 3)), ((2, 33), (1, 33)), ((2, 5, 4), (2, 5, 1))),
        aligned,
    ),
    Composite(
        "torch.nn.functional.cosine_similarity",
        vectors.cosine_similarity,
        (((5, 3), (5, 3)), ((7,), (7,)), ((33, 2), (33, 2))),
        aligned,
        {"dim": 0},
    ),
)
