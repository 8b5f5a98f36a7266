"""Orthogonal polynomials by their recursion, with 100 bits."""

from __future__ import annotations

from typing import Any, Callable

from numpy import ndarray as Array

from reference.special import Real, elementwise, mp


def _recursive(first: Callable[[Real], Any], step: Callable[..., Any]) -> Callable[..., Array]:
    """The polynomials p₀ = 1, p₁ = first(x), pₙ₊₁ = step(n, x, pₙ, pₙ₋₁)."""

    def polynomial(x: Real, degree: Real) -> Real:
        before, value = mp.mpf(1), first(x)
        for n in range(1, int(degree)):
            before, value = value, step(n, x, value, before)
        return value if degree else mp.mpf(1)

    return elementwise(polynomial)


def _chebyshev(n: int, x: Real, value: Real, before: Real) -> Real:
    return 2 * x * value - before


def _shifted(n: int, x: Real, value: Real, before: Real) -> Real:
    return 2 * (2 * x - 1) * value - before


#: T₁ = x, Tₙ₊₁ = 2 x Tₙ - Tₙ₋₁, so that Tₙ(cos θ) = cos(n θ).
chebyshev_polynomial_t = _recursive(lambda x: x, _chebyshev)
#: U₁ = 2 x: Uₙ(cos θ) = sin((n + 1) θ) / sin θ.
chebyshev_polynomial_u = _recursive(lambda x: 2 * x, _chebyshev)
#: V₁ = 2 x - 1: Vₙ(cos θ) = cos((n + ½) θ) / cos(½ θ).
chebyshev_polynomial_v = _recursive(lambda x: 2 * x - 1, _chebyshev)
#: W₁ = 2 x + 1: Wₙ(cos θ) = sin((n + ½) θ) / sin(½ θ).
chebyshev_polynomial_w = _recursive(lambda x: 2 * x + 1, _chebyshev)
#: Those of 2 x - 1.
shifted_chebyshev_polynomial_t = _recursive(lambda x: 2 * x - 1, _shifted)
shifted_chebyshev_polynomial_u = _recursive(lambda x: 4 * x - 2, _shifted)
shifted_chebyshev_polynomial_v = _recursive(lambda x: 4 * x - 3, _shifted)
shifted_chebyshev_polynomial_w = _recursive(lambda x: 4 * x - 1, _shifted)
#: H₁ = 2 x, Hₙ₊₁ = 2 x Hₙ - 2 n Hₙ₋₁.
hermite_polynomial_h = _recursive(lambda x: 2 * x, lambda n, x, h, before: 2 * x * h - 2 * n * before)
#: He₁ = x, Heₙ₊₁ = x Heₙ - n Heₙ₋₁.
hermite_polynomial_he = _recursive(lambda x: x, lambda n, x, h, before: x * h - n * before)
#: L₁ = 1 - x, (n + 1) Lₙ₊₁ = (2 n + 1 - x) Lₙ - n Lₙ₋₁.
laguerre_polynomial_l = _recursive(
    lambda x: 1 - x, lambda n, x, value, before: ((2 * n + 1 - x) * value - n * before) / (n + 1)
)
#: P₁ = x, (n + 1) Pₙ₊₁ = (2 n + 1) x Pₙ - n Pₙ₋₁.
legendre_polynomial_p = _recursive(lambda x: x, lambda n, x, p, before: ((2 * n + 1) * x * p - n * before) / (n + 1))
