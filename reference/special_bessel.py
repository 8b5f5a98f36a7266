"""Airy's and Bessel's functions, by mpmath with 100 bits; each takes finite points alone, and no poles."""

from __future__ import annotations

import functools

from reference.special import Real, elementwise, mp

#: Orders are approached to within 2⁻⁷², and so are the limits: beyond the digits of a longdouble.
BITS = 72


@elementwise
def airy_ai(x: Real) -> Real:
    """1 / π · the integral of cos(t³/3 + x t) from 0 to ∞: the solution of y'' = x y that vanishes at ∞."""
    return mp.airyai(x)


@elementwise
def bessel_j0(x: Real) -> Real:
    """Σ (-1)ᵏ (x/2)²ᵏ / k!²."""
    return mp.besselj(0, x)


@elementwise
def bessel_j1(x: Real) -> Real:
    """Σ (-1)ᵏ (x/2)²ᵏ⁺¹ / (k! (k+1)!)."""
    return mp.besselj(1, x)


@elementwise
def bessel_y0(x: Real) -> Real:
    """(J_a(x) cos(a π) - J₋ₐ(x)) / sin(a π), for a towards 0; for x > 0."""
    return _second_kind(0, x, mp.prec)


@elementwise
def bessel_y1(x: Real) -> Real:
    """(J_a(x) cos(a π) - J₋ₐ(x)) / sin(a π), for a towards 1; for x > 0."""
    return _second_kind(1, x, mp.prec)


@functools.lru_cache(maxsize=1024)
def _second_kind(order: int, x: Real, precision: int) -> Real:
    with mp.workprec(precision + BITS + 20):
        a = order + mp.mpf(2) ** -BITS
        return (mp.besselj(a, x) * mp.cospi(a) - mp.besselj(-a, x)) / mp.sinpi(a)


@elementwise
def modified_bessel_i0(x: Real) -> Real:
    """Σ (x/2)²ᵏ / k!²."""
    return mp.besseli(0, x)


@elementwise
def modified_bessel_i1(x: Real) -> Real:
    """Σ (x/2)²ᵏ⁺¹ / (k! (k+1)!)."""
    return mp.besseli(1, x)


@elementwise
def i0e(x: Real) -> Real:
    """exp(-|x|) · I₀(x)."""
    return mp.exp(-abs(x)) * mp.besseli(0, x)


@elementwise
def i1e(x: Real) -> Real:
    """exp(-|x|) · I₁(x)."""
    return mp.exp(-abs(x)) * mp.besseli(1, x)


@elementwise
def modified_bessel_k0(x: Real) -> Real:
    """π/2 (I₋ₐ(x) - I_a(x)) / sin(a π), for a towards 0; for x > 0."""
    return _modified_second_kind(0, x, mp.prec)


@elementwise
def modified_bessel_k1(x: Real) -> Real:
    """π/2 (I₋ₐ(x) - I_a(x)) / sin(a π), for a towards 1; for x > 0."""
    return _modified_second_kind(1, x, mp.prec)


@elementwise
def scaled_modified_bessel_k0(x: Real) -> Real:
    """exp(x) · K₀(x); for x > 0."""
    return mp.exp(x) * _modified_second_kind(0, x, mp.prec)


@elementwise
def scaled_modified_bessel_k1(x: Real) -> Real:
    """exp(x) · K₁(x); for x > 0."""
    return mp.exp(x) * _modified_second_kind(1, x, mp.prec)


@functools.lru_cache(maxsize=1024)
def _modified_second_kind(order: int, x: Real, precision: int) -> Real:
    with mp.workprec(precision + BITS + 20 + int(3 * x)):  # both are of the size exp(x), their difference of exp(-x)
        a = order + mp.mpf(2) ** -BITS
        return mp.pi / 2 * (mp.besseli(-a, x) - mp.besseli(a, x)) / mp.sinpi(a)


@elementwise
def spherical_bessel_j0(x: Real) -> Real:
    """sin(x) / x."""
    return mp.sin(x) / x


i0, i1 = modified_bessel_i0, modified_bessel_i1
