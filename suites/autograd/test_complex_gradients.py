"""Gradients of complex functions: the conjugate convention, which makes −grad the direction of steepest descent."""

from typing import Callable, NamedTuple

import numpy as np
import pytest
import torch
from hypothesis import given

from suites.autograd.record import few
from suites.kit import bound, close, documents, draw, gradient, tensor

GUIDE = "What is autograd?"
Array = np.ndarray


class Holomorphic(NamedTuple):
    """A complex function of one variable and its derivative."""

    name: str
    function: Callable[[torch.Tensor], torch.Tensor]
    derivative: Callable[[Array], Array]

    def __str__(self) -> str:
        return self.name


HOLOMORPHIC = (
    Holomorphic("torch.exp", torch.exp, np.exp),
    Holomorphic("torch.log", torch.log, lambda z: 1 / z),
    Holomorphic("torch.sin", torch.sin, np.cos),
    Holomorphic("torch.cos", torch.cos, lambda z: -np.sin(z)),
    Holomorphic("torch.tanh", torch.tanh, lambda z: 1 - np.tanh(z) ** 2),
    Holomorphic("torch.sqrt", torch.sqrt, lambda z: 0.5 / np.sqrt(z)),
    Holomorphic("torch.reciprocal", torch.reciprocal, lambda z: -1 / z**2),
    Holomorphic("torch.square", torch.square, lambda z: 2 * z),
    Holomorphic("torch.pow", lambda z: z**3, lambda z: 3 * z**2),
    Holomorphic("torch.mul", lambda z: (2 - 3j) * z, lambda z: 2 - 3j + 0 * z),
    Holomorphic("torch.div", lambda z: (1 + 2j) / z, lambda z: -(1 + 2j) / z**2),
    Holomorphic("torch.neg", torch.neg, lambda z: -1 + 0 * z),
    Holomorphic("torch.sub", lambda z: 1j - z, lambda z: -1 + 0 * z),
    Holomorphic("torch.sigmoid", torch.sigmoid, lambda z: np.exp(-z) / (1 + np.exp(-z)) ** 2),
)  # fmt: skip


def away_from_poles(seed, shape, dtype="complex128"):
    """Values with real parts above one half."""
    values = draw.normal(seed, *shape, dtype="complex128")
    return draw.cast(0.5 + np.abs(values.real).clip(0, 2) + 0.5j * np.tanh(values.imag), dtype)


@few
@documents("notes/autograd", guide=GUIDE)
@pytest.mark.dtypes(torch.complex128, torch.complex64)
@pytest.mark.parametrize("row", [pytest.param(h, marks=documents(h.name), id=h.name) for h in HOLOMORPHIC])
@given(seed=draw.seeds(), shape=draw.shapes(low=1, most=2))
def test_holomorphic_functions_have_the_conjugate_of_the_derivative(row, seed, shape, device, dtype):
    """The gradient of a holomorphic {row} is the incoming gradient times the conjugate of its derivative."""
    z, v = away_from_poles(seed, shape, dtype), draw.normal(seed + 1, *shape, dtype=dtype)
    wide = z.astype(np.complex128)

    found = gradient.vjp(row.function, (z,), v, device)[0]
    scale = np.abs(v) * (1 + np.abs(row.derivative(wide)))
    allowed = bound.Bound(64, scale, signed_zeros=False)
    close(found, v * np.conj(row.derivative(wide)), allowed, dtype=dtype, device=device)


class Mixed(NamedTuple):
    """A function that is not holomorphic, and its gradient at z for an incoming gradient v."""

    name: str
    function: Callable[[torch.Tensor], torch.Tensor]
    gradient: Callable[[Array, Array], Array]
    real: bool = True

    def __str__(self) -> str:
        return self.name


MIXED = (
    Mixed("torch.real", torch.real, lambda z, v: v + 0j),
    Mixed("torch.imag", torch.imag, lambda z, v: 1j * v),
    Mixed("torch.abs", torch.abs, lambda z, v: v * z / np.abs(z)),
    Mixed("torch.angle", torch.angle, lambda z, v: 1j * v * z / np.abs(z) ** 2),
    Mixed("torch.view_as_real", lambda z: torch.view_as_real(z)[..., 0] * 3, lambda z, v: 3 * v + 0j),
    Mixed("torch.conj", torch.conj, lambda z, v: np.conj(v), False),
    Mixed("torch.conj_physical", torch.conj_physical, lambda z, v: np.conj(v), False),
    Mixed("torch.sgn", torch.sgn, lambda z, v: (v * np.abs(z) ** 2 - z**2 * np.conj(v)) / (2 * np.abs(z) ** 3), False),
    Mixed("torch.mul", lambda z: z * z.conj(), lambda z, v: 2 * v.real * z, False),
)  # fmt: skip


@few
@documents("notes/autograd", guide=GUIDE)
@pytest.mark.parametrize("row", [pytest.param(m, marks=documents(m.name), id=m.name) for m in MIXED])
@given(seed=draw.seeds(), shape=draw.shapes(low=1, most=2))
def test_other_functions_follow_the_convention_too(row, seed, shape, device):
    """The gradient of {row} for an incoming v is ∂L/∂Re z + i ∂L/∂Im z of L = Re⟨v, f(z)⟩."""
    z = away_from_poles(seed, shape)
    v = draw.normal(seed + 1, *shape, dtype="float64" if row.real else "complex128")

    found = gradient.vjp(row.function, (z,), v, device)[0]
    expected = np.asarray(row.gradient(z, v), np.complex128)
    close(found, expected, bound.Bound(64, np.abs(v) * (1 + np.abs(z)), signed_zeros=False), device=device)


class Bilinear(NamedTuple):
    """A product of two complex tensors, its arguments' shapes, and both gradients."""

    name: str
    function: Callable[..., torch.Tensor]
    shapes: tuple[tuple[int, ...], tuple[int, ...]]
    gradients: Callable[[Array, Array, Array], tuple[Array, Array]]

    def __str__(self) -> str:
        return self.name


BILINEAR = (
    Bilinear("torch.mul", torch.mul, ((3, 2), (3, 2)), lambda x, y, v: (v * y.conj(), v * x.conj())),
    Bilinear("torch.matmul", torch.matmul, ((3, 2), (2, 4)), lambda x, y, v: (v @ y.conj().T, x.conj().T @ v)),
    Bilinear("torch.mv", torch.mv, ((3, 2), (2,)), lambda x, y, v: (np.outer(v, y.conj()), x.conj().T @ v)),
    Bilinear("torch.dot", torch.dot, ((3,), (3,)), lambda x, y, v: (v * y.conj(), v * x.conj())),
    Bilinear("torch.vdot", torch.vdot, ((3,), (3,)), lambda x, y, v: (np.conj(v) * y, v * x)),
    Bilinear("torch.outer", torch.outer, ((3,), (2,)), lambda x, y, v: (v @ y.conj(), v.T @ x.conj())),
    Bilinear("torch.add", torch.add, ((3, 2), (3, 2)), lambda x, y, v: (v, v)),
)  # fmt: skip


@documents("notes/autograd", guide=GUIDE)
@pytest.mark.parametrize("row", [pytest.param(b, marks=documents(b.name), id=b.name) for b in BILINEAR])
def test_products_conjugate_the_other_factor(row, device):
    """In the gradients of a complex {row} the other factor stands conjugated."""
    x, y = (draw.normal(seed, *shape, dtype="complex128") for seed, shape in enumerate(row.shapes))
    v = draw.normal(
        2, *np.shape(row.function(torch.zeros(row.shapes[0]), torch.zeros(row.shapes[1]))), dtype="complex128"
    )

    found = gradient.vjp(row.function, (x, y), v, device)
    for one, expected in zip(found, row.gradients(x, y, v)):
        close(one, np.asarray(expected), bound.Bound(64, 8.0, signed_zeros=False), device=device)


@documents("notes/autograd", "torch.Tensor.backward", guide=GUIDE, since="2.1")
def test_a_complex_output_has_no_implicit_gradient(device):
    """backward() of a complex scalar raises RuntimeError: only real outputs have an implicit gradient."""
    z = tensor(draw.normal(0, 2, dtype="complex128"), device).requires_grad_()

    with pytest.raises(RuntimeError):
        (z * z).sum().backward()
