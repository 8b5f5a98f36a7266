"""The special functions with their domains and bounds, dense grids there, and the oracle's values, computed once."""

from __future__ import annotations

import functools
from typing import Any, Callable, NamedTuple, Union

import numpy as np
import pytest
import torch

from reference import special, special_bessel, special_polynomial
from suites.kit import bound, documents, draw, dtypes, tensor

#: The real numbers from the first to the second, or integers.
Domain = Union[tuple[float, float], range]

#: Numbers of each grid; a power of 2 would have vectors without tails.
POINTS = 118


class Special(NamedTuple):
    """A function of one number, and where its error is below ``factor`` u (|f| + |x f'|).

    That is what a relative error of u in the value and one in the argument come to. How many of them the polynomials
    and series cost that torch evaluates is not known a priori: the factor is twice the largest number measured at 900
    points in float64 and float32, on torch 1.13.1, 2.1.2, 2.6.0, 2.13.0 and 2.15.0 and on each CPU capability.
    """

    name: str
    factor: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"torch.special.{self.name}"

    @property
    def function(self) -> Callable[..., torch.Tensor]:
        """torch's function."""
        return getattr(torch.special, self.name)

    @property
    def truth(self) -> Truth:
        """The oracle's values on the grid."""
        return truth(self.name, (self.low, self.high))


class Truth(NamedTuple):
    """A grid, the function's values there, and its slope in each argument."""

    arguments: tuple[np.ndarray, ...]
    value: np.ndarray
    slopes: tuple[np.ndarray, ...]

    @property
    def scale(self) -> np.ndarray:
        """|f| + Σ |xᵢ ∂f/∂xᵢ|: what a relative change of the value and of each argument does."""
        return np.abs(self.value) + sum(np.abs(x * slope) for x, slope in zip(self.arguments, self.slopes))

    def within(self, factor: float) -> bound.Bound:
        """An error of ``factor`` u of that scale; a zero may have either sign."""
        return bound.Bound(factor, self.scale.astype(float), False)

    def rounded_within(self, factor: float, dtype: dtypes.DType) -> bound.Bound:
        """The value in float32 with an error of ``factor`` u, rounded once to a dtype with fewer digits."""
        finer = dtypes.unit("float32") / dtypes.unit(dtype)
        return bound.Bound(1.02, (np.abs(self.value) + factor * finer * self.scale).astype(float), False)

    def __getitem__(self, index: Any) -> Truth:
        """The same at some points of the grid."""
        arguments, slopes = (tuple(part[index] for part in parts) for parts in (self.arguments, self.slopes))
        return Truth(arguments, self.value[index], slopes)

    def in_digits_of(self, dtype: dtypes.DType) -> Truth:
        """The same at those points that a dtype with fewer digits has."""
        with np.errstate(over="ignore"):
            return self[np.all([draw.cast(x, dtype) == x for x in self.arguments], axis=0)]

    def tensors(self, dtype: dtypes.DType, device: str) -> list[torch.Tensor]:
        """The arguments as tensors."""
        return [tensor(x.astype(dtypes.in_numpy(dtype)), device, dtype) for x in self.arguments]


class Pair(NamedTuple):
    """A function of two numbers, its factor as above, and the domain of each of them."""

    name: str
    factor: float
    first: Domain
    second: Domain
    count: int = POINTS

    def __str__(self) -> str:
        return f"torch.special.{self.name}"

    @property
    def function(self) -> Callable[..., torch.Tensor]:
        """torch's function."""
        return getattr(torch.special, self.name)

    @property
    def truth(self) -> Truth:
        """The oracle's values on the grid."""
        return truth(self.name, self.first, self.second, count=self.count)


UNARY = (
    Special("airy_ai", 28, -2, 80),
    Special("bessel_j0", 6, -1.5, 1.5),
    Special("bessel_j1", 17, -1.5, 1.5),
    Special("bessel_y0", 9, 0, 1.5),
    Special("bessel_y1", 13, 0, 1.5),
    Special("modified_bessel_i0", 15, -80, 80),
    Special("modified_bessel_i1", 7, -80, 80),
    Special("modified_bessel_k0", 12, 0, 60),
    Special("modified_bessel_k1", 5, 0, 60),
    Special("scaled_modified_bessel_k0", 17, 0, 60),
    Special("scaled_modified_bessel_k1", 9, 0, 60),
    Special("spherical_bessel_j0", 3, -1e4, 1e4),
    Special("digamma", 13, -50, 1e6),
    Special("entr", 3, 0, 1e6),
    Special("erf", 2, -10, 10),
    Special("erfc", 3, -8, 9),
    Special("erfcx", 17, -9, 1e6),
    Special("erfinv", 2, -1 + 2**-24, 1 - 2**-24),
    Special("exp2", 3, -120, 120),
    Special("expit", 4, -80, 80),
    Special("expm1", 2, -80, 80),
    Special("gammaln", 7, -50, 1e6),
    Special("i0", 15, -80, 80),
    Special("i0e", 12, -1e5, 1e5),
    Special("i1", 7, -80, 80),
    Special("i1e", 22, -1e5, 1e5),
    Special("log1p", 2, -1 + 2**-24, 1e6),
    Special("log_ndtr", 5, -1e3, 30),
    Special("logit", 3, 2**-20, 1 - 2**-24),
    Special("ndtr", 4, -0.5, 12),
    Special("ndtri", 7, 2**-20, 1 - 2**-24),
    Special("sinc", 3, -1e4, 1e4),
)
#: Degrees up to where torch has long gone over from recursions to sines and cosines.
DEGREES = range(21)
#: Twice the largest error measured, in u of |f| + max(|x|, 1) |f'| (x is as good as its distance from 1) and of
#: what the angle costs where the documented formula is one of sines and cosines of n times the angle.
POLYNOMIALS = (
    Pair("chebyshev_polynomial_t", 6, (-1.5, 1.5), DEGREES),
    Pair("chebyshev_polynomial_u", 6, (-1.5, 1.5), DEGREES),
    Pair("chebyshev_polynomial_v", 6, (-1.5, 1.5), DEGREES),
    Pair("chebyshev_polynomial_w", 6, (-1.5, 1.5), DEGREES),
    Pair("shifted_chebyshev_polynomial_t", 4, (-0.25, 1.25), DEGREES),
    Pair("shifted_chebyshev_polynomial_u", 4, (-0.25, 1.25), DEGREES),
    Pair("shifted_chebyshev_polynomial_v", 4, (-0.25, 1.25), DEGREES),
    Pair("shifted_chebyshev_polynomial_w", 4, (-0.25, 1.25), DEGREES),
    Pair("hermite_polynomial_h", 9, (-6, 6), DEGREES),
    Pair("hermite_polynomial_he", 9, (-6, 6), DEGREES),
    Pair("laguerre_polynomial_l", 92, (0, 20), DEGREES),
    Pair("legendre_polynomial_p", 5, (-1.5, 1.5), DEGREES),
)
NAMED = {row.name: row for row in UNARY}


def rows(*table: Any) -> pytest.MarkDecorator:
    """Functions as parameters of claims."""
    marked = [pytest.param(r, marks=documents(f"torch.special.{r.name}"), id=r.name) for r in table]
    return pytest.mark.parametrize("row", marked)


@functools.cache
def truth(name: str, *domains: Domain, count: int = POINTS) -> Truth:
    """The oracle's values and slopes on the grid of the domains."""
    arguments = (points(domain, seed)[:count] for seed, domain in enumerate(domains))
    return truth_at(name, *arguments, whole=tuple(isinstance(domain, range) for domain in domains))


def truth_at(name: str, *arguments: np.ndarray, whole: tuple[bool, ...] = (False, False)) -> Truth:
    """The oracle's values and slopes where arrays that broadcast meet; in a ``whole`` argument there is no slope.

    Slopes are secants of 2⁻²⁸ x, of seven digits: enough to measure errors by.
    """
    function = oracle_of(name)
    value = function(*arguments)

    def slope(position: int) -> np.ndarray:
        moved = arguments[position] * (1 + 2.0**-28)
        rise = function(*arguments[:position], moved, *arguments[position + 1 :]) - value
        return rise / (moved - arguments[position])

    slopes = (np.zeros(value.shape) if whole[position] else slope(position) for position in range(len(arguments)))
    return Truth(arguments, value, tuple(slopes))


def oracle_of(name: str) -> Callable[..., np.ndarray]:
    """The function of that name in the reference."""
    modules = (special, special_bessel, special_polynomial)
    return next(getattr(module, name) for module in modules if hasattr(module, name))


@functools.cache
def points(domain: Domain, seed: int = 0) -> np.ndarray:
    """Numbers of the domain: all over it, near 0, and of every magnitude; none is 0 or a negative integer.

    They are numbers of float32, and every second one is of bfloat16.
    """
    rng = np.random.default_rng(seed)
    if isinstance(domain, range):
        return rng.choice(domain, POINTS).astype(float)
    low, high = domain
    signs = rng.choice([-1, 1], 400)
    drawn = np.column_stack(
        [
            rng.uniform(low, high, 400),
            rng.uniform(max(low, -8), min(high, max(low, -8) + 16), 400),
            signs * np.exp(rng.uniform(np.log(2.0**-20), np.log(max(-low, high)), 400)),
        ]
    ).ravel()
    numbers = draw.cast(drawn, "float32").astype(float)
    numbers[::2] = draw.cast(drawn[::2], "bfloat16")
    return numbers[(low <= numbers) & (numbers <= high) & ((numbers > 0) | (numbers % 1 != 0))][:POINTS]
