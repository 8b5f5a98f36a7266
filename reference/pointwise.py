"""Functions of one number, or of two where there is no operator, elementwise."""

from __future__ import annotations

import math

import numpy as np
from numpy import ndarray as Array

abs = np.abs
acos = np.arccos
acosh = np.arccosh
angle = np.angle
asin = np.arcsin
asinh = np.arcsinh
atan = np.arctan
atan2 = np.arctan2
atanh = np.arctanh
ceil = np.ceil
copysign = np.copysign
cos = np.cos
cosh = np.cosh
exp = np.exp
exp2 = np.exp2
expm1 = np.expm1
floor = np.floor
hypot = np.hypot
isfinite = np.isfinite
isinf = np.isinf
isnan = np.isnan
log = np.log
log10 = np.log10
log1p = np.log1p
log2 = np.log2
logaddexp = np.logaddexp
logaddexp2 = np.logaddexp2
neg = np.negative
nextafter = np.nextafter
signbit = np.signbit
sin = np.sin
sinh = np.sinh
sqrt = np.sqrt
square = np.square
tan = np.tan
tanh = np.tanh
trunc = np.trunc


def round(x: Array) -> Array:
    """The nearest integer, of two the even one."""
    return np.rint(x)


def frac(x: Array) -> Array:
    """x - trunc(x)."""
    return x - np.trunc(x)


def sign(x: Array) -> Array:
    """-1, 0 or 1."""
    return (x > 0).astype(x.dtype) - (x < 0).astype(x.dtype)


def sgn(x: Array) -> Array:
    """x / |x|, and 0 where x is 0."""
    return np.where(x == 0, 0, x / np.where(x == 0, 1, np.abs(x)))


def relu(x: Array) -> Array:
    """max(0, x)."""
    return np.where(x < 0, 0, x)


def reciprocal(x: Array) -> Array:
    """1 / x."""
    return 1 / x


def rsqrt(x: Array) -> Array:
    """1 / √x."""
    return 1 / np.sqrt(x)


def sigmoid(x: Array) -> Array:
    """1 / (1 + exp(-x))."""
    return 1 / (1 + np.exp(-x))


def logit(x: Array) -> Array:
    """log(x / (1 - x))."""
    return np.log(x / (1 - x))


def deg2rad(x: Array) -> Array:
    """x · π / 180."""
    return x * (_pi(x) / 180)


def rad2deg(x: Array) -> Array:
    """x · 180 / π."""
    return x * (180 / _pi(x))


def sinc(x: Array) -> Array:
    """sin(π x) / (π x), and 1 at 0."""
    angle = np.where(x == 0, 1, x) * _pi(x)
    return np.where(x == 0, 1, np.sin(angle) / angle)


def erf(x: Array) -> Array:
    """2 / √π · the integral of exp(-t²) from 0 to x."""
    return np.array([math.erf(v) for v in x.ravel()]).reshape(x.shape)


def erfc(x: Array) -> Array:
    """1 - erf(x), without cancellation."""
    return np.array([math.erfc(v) for v in x.ravel()]).reshape(x.shape)


def lgamma(x: Array) -> Array:
    """log |Γ(x)|; infinite at 0, -1, -2, …"""
    pole = (x <= 0) & (x == np.floor(x))
    values = [math.inf if bad else math.lgamma(v) for v, bad in zip(x.ravel(), pole.ravel())]
    return np.array(values).reshape(x.shape)


def xlogy(x: Array, y: Array) -> Array:
    """x · log(y), 0 where x is 0 and y is no NaN."""
    nothing = (x == 0) & ~np.isnan(y)
    return np.where(nothing, 0, x * np.log(np.where(nothing, 1, y)))


def heaviside(x: Array, values: Array) -> Array:
    """0 where x < 0, values where x is 0, and 1 where x > 0."""
    return np.where(x < 0, 0, np.where(x == 0, values, 1)).astype(x.dtype)


def ldexp(x: Array, y: Array) -> Array:
    """x · 2 to the y."""
    return x * np.exp2(y)


def isposinf(x: Array) -> Array:
    """Whether x is +∞."""
    return x == np.inf


def isneginf(x: Array) -> Array:
    """Whether x is -∞."""
    return x == -np.inf


def nan_to_num(x: Array, nan: float = 0.0, posinf: float = 0.0, neginf: float = 0.0) -> Array:
    """x with NaN and the two infinities replaced."""
    return np.where(np.isnan(x), nan, np.where(x == np.inf, posinf, np.where(x == -np.inf, neginf, x)))


def _pi(x: Array) -> Array:
    """π with the digits that x has."""
    return 4 * np.arctan(np.ones((), x.dtype))
