"""Error, gamma and entropy functions, by mpmath with 100 bits; each takes finite points alone, and no poles."""

from __future__ import annotations

import functools
from typing import Any, Callable

import mpmath
import numpy as np
from numpy import ndarray as Array

mp = mpmath.MPContext()
mp.prec = 100

#: A number of that many bits.
Real = Any


def elementwise(function: Callable[..., Any]) -> Callable[..., Array]:
    """The function of mpmath's numbers for arrays that broadcast, rounded to NumPy's longest dtype."""

    @functools.wraps(function)
    def of_arrays(*arguments: Any) -> Array:
        arrays = np.broadcast_arrays(*(np.asarray(argument) for argument in arguments))
        values = [_rounded(function, *numbers) for numbers in zip(*(array.ravel().tolist() for array in arrays))]
        return np.array(values, np.longdouble).reshape(arrays[0].shape)

    return of_arrays


def _rounded(function: Callable[..., Any], *numbers: float) -> np.longdouble:
    """The function of the numbers, in two parts that are added up with all the digits NumPy has."""
    value = mp.mpf(function(*(mp.mpf(number) for number in numbers)))
    high = float(value)
    return np.longdouble(high) + np.longdouble(float(value - high) if np.isfinite(high) else 0.0)


def slope(function: Callable[..., Array], position: int = 0) -> Callable[..., Array]:
    """∂f/∂xᵢ = (f(…, xᵢ + h, …) - f(…, xᵢ, …)) / h with h = 2⁻⁷² xᵢ, of one of this module's; for xᵢ other than 0."""
    exact = function.__wrapped__  # type: ignore[attr-defined]

    def quotient(*numbers: Real) -> Real:
        with mp.extraprec(72):
            step = numbers[position] * mp.mpf(2) ** -72
            moved = (*numbers[:position], numbers[position] + step, *numbers[position + 1 :])
            return (exact(*moved) - exact(*numbers)) / step

    return elementwise(quotient)


@elementwise
def erf(x: Real) -> Real:
    """2 / √π · the integral of exp(-t²) from 0 to x."""
    return mp.erf(x)


@elementwise
def erfc(x: Real) -> Real:
    """1 - erf(x), without cancellation."""
    return mp.erfc(x)


@elementwise
def erfcx(x: Real) -> Real:
    """exp(x²) · erfc(x)."""
    return mp.exp(x * x) * mp.erfc(x)


@elementwise
def ndtr(x: Real) -> Real:
    """1 / √(2π) · the integral of exp(-t²/2) from -∞ to x."""
    return mp.erfc(-x / mp.sqrt(2)) / 2


@elementwise
def log_ndtr(x: Real) -> Real:
    """log ndtr(x); of a number near 1 by its distance from 1."""
    return mp.log(mp.erfc(-x / mp.sqrt(2)) / 2) if x < 0 else mp.log1p(-mp.erfc(x / mp.sqrt(2)) / 2)


@elementwise
def erfinv(y: Real) -> Real:
    """The x with erf(x) = y, for |y| < 1."""
    return -_quantile((1 - abs(y)) / 2) / mp.sqrt(2) * mp.sign(y)


@elementwise
def ndtri(p: Real) -> Real:
    """The x with ndtr(x) = p, for 0 < p < 1."""
    return _quantile(p) if p < 0.5 else -_quantile(1 - p)


def _quantile(p: Real) -> Real:
    """The x <= 0 with log ndtr(x) = log p, by Newton's steps from where 4 p (1 - p) = exp(-2 x² / π)."""
    x = -mp.sqrt(-mp.pi / 2 * mp.log(4 * p * (1 - p)))
    for _ in range(100):
        area = mp.erfc(-x / mp.sqrt(2)) / 2
        step = mp.log(area / p) * area * mp.sqrt(2 * mp.pi) * mp.exp(x * x / 2)
        x -= step
        if abs(step) <= abs(x) * mp.sqrt(mp.eps) / 4:
            return x
    raise ArithmeticError(f"no quantile of {p}")


@elementwise
def expit(x: Real) -> Real:
    """1 / (1 + exp(-x))."""
    return 1 / (1 + mp.exp(-x))


@elementwise
def logit(x: Real) -> Real:
    """log(x / (1 - x)), for 0 < x < 1."""
    return mp.log(x / (1 - x))


@elementwise
def entr(x: Real) -> Real:
    """-x · log(x), for x > 0."""
    return -x * mp.log(x)


@elementwise
def exp2(x: Real) -> Real:
    """2 to the x."""
    return mp.mpf(2) ** x


@elementwise
def expm1(x: Real) -> Real:
    """exp(x) - 1."""
    return mp.expm1(x)


@elementwise
def log1p(x: Real) -> Real:
    """log(1 + x)."""
    return mp.log1p(x)


@elementwise
def sinc(x: Real) -> Real:
    """sin(π x) / (π x)."""
    return mp.sinpi(x) / (mp.pi * x)


@elementwise
def gammaln(x: Real) -> Real:
    """log |Γ(x)|, for x neither 0 nor a negative integer."""
    return mp.re(mp.loggamma(x))


@elementwise
def digamma(x: Real) -> Real:
    """Γ'(x) / Γ(x), for x neither 0 nor a negative integer."""
    return mp.digamma(x)


@elementwise
def polygamma(n: Real, x: Real) -> Real:
    """The n-th derivative of digamma."""
    return mp.polygamma(int(n), x)


@elementwise
def multigammaln(x: Real, p: Real) -> Real:
    """log(π) p (p - 1) / 4 + Σ log Γ(x - (i - 1) / 2) for i = 1, …, p."""
    return mp.log(mp.pi) * p * (p - 1) / 4 + sum(mp.loggamma(x - mp.mpf(i) / 2) for i in range(int(p)))


@elementwise
def gammainc(a: Real, x: Real) -> Real:
    """1 / Γ(a) · the integral of t to the (a - 1) · exp(-t) from 0 to x."""
    return mp.gammainc(a, 0, x, regularized=True)


@elementwise
def gammaincc(a: Real, x: Real) -> Real:
    """1 / Γ(a) · the integral of t to the (a - 1) · exp(-t) from x to ∞."""
    return mp.gammainc(a, x, mp.inf, regularized=True)


@elementwise
def zeta(x: Real, q: Real) -> Real:
    """Σ 1 / (k + q) to the x, for k = 0, 1, …; for x > 1."""
    return mp.re(mp.zeta(x, q))


@elementwise
def xlogy(x: Real, y: Real) -> Real:
    """x · log(y), 0 where x is 0; for y > 0."""
    return x * mp.log(y)


@elementwise
def xlog1py(x: Real, y: Real) -> Real:
    """x · log(1 + y), 0 where x is 0; for y > -1."""
    return x * mp.log1p(y)
