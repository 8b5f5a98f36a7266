"""Complex functions: inverse ones, large arguments, and the views that conjugate or negate when they are read."""

from typing import Callable, NamedTuple

import numpy as np
import pytest
import torch
from hypothesis import given

from reference import pointwise, reduction
from suites.kit import bound, close, documents, draw, dtypes, share_memory, tensor
from suites.operators import operands
from suites.operators.values import agree, numbers, oracle

KINDS = (torch.complex128, torch.complex64)


class Complex(NamedTuple):
    """A function of a complex number, and its NumPy form."""

    name: str
    reference: Callable[[np.ndarray], np.ndarray]

    def __str__(self) -> str:
        return f"torch.{self.name}"


def rows(table):
    """Functions as parameters of claims."""
    return pytest.mark.parametrize("row", [pytest.param(r, marks=documents(str(r)), id=r.name) for r in table])


ROWS = tuple(
    Complex(name, getattr(pointwise, name))
    for name in ("acos", "acosh", "asin", "asinh", "atan", "atanh", "log10", "log2", "rsqrt", "sigmoid")
)
#: Functions that grow no faster than logarithms, so that every number has a value.
SLOW = (*(row for row in ROWS if row.name not in ("sigmoid", "rsqrt")), Complex("log", pointwise.log))


@rows(ROWS)
@documents()
@pytest.mark.dtypes(*KINDS)
@given(sample=operands.singles(hard=(), fills=("normal",)))
def test_follows_the_principal_branch(row, sample, dtype, device):
    """{row} of complex numbers is its formula, on the principal branch, whatever the length and the strides."""
    x = sample(dtype)

    result = getattr(torch, row.name)(tensor(x, device))

    expected = oracle(row.reference, x)
    close(result, expected, bound.Bound(16, np.abs(expected) + conditioned(row, x), False), dtype=dtype, device=device)


def conditioned(row, x):
    """What roundings of the argument, and of 1 beside it, change: (|x| + 1) |f'(x)|, by a difference quotient."""
    ahead, behind = (oracle(row.reference, x.astype(np.clongdouble) + step) for step in (1e-6, -1e-6))
    return (np.abs(x) + 1) * np.abs(ahead - behind) / 2e-6


LARGE = {
    "sigmoid left": ("sigmoid", -800.0, 0.0),
    "sigmoid right": ("sigmoid", 800.0, 1.0),
    "sigmoid left and up": ("sigmoid", -800.0 + 1.0j, 0.0),
    "tanh right and up": ("tanh", 800.0 + 1.0j, 1.0),
    "tanh left and up": ("tanh", -800.0 + 1.0j, -1.0),
    "exp left and up": ("exp", -800.0 + 2.0j, 0.0),
}


@pytest.mark.parametrize(("name", "argument", "value"), LARGE.values(), ids=LARGE)
@documents("torch.sigmoid", "torch.tanh", "torch.exp")
@pytest.mark.parametrize("length", [1, 33])
@pytest.mark.dtypes(*KINDS)
def test_large_arguments_reach_the_limit(name, argument, value, length, dtype, device):
    """sigmoid, tanh and exp of numbers far to the left or right are 0, 1 or -1, and no NaN."""
    x = np.full(length, argument, dtypes.in_numpy(dtype))

    result = getattr(torch, name)(tensor(x, device))

    close(result, np.full(length, value, complex), bound.Bound(2, 1.0, False), dtype=dtype, device=device)


@rows(SLOW)
@documents()
@pytest.mark.parametrize("size", [("complex64", 1e25), ("complex128", 1e200)], ids=["single", "double"])
def test_large_numbers_have_values(row, size, device):
    """{row} of numbers in all four quadrants whose squares overflow is its formula."""
    kind, scale = size
    x = (scale * np.tile([3 - 4j, 3 + 4j, -3 + 4j, -4 - 3j], 9)).astype(kind)

    result = getattr(torch, row.name)(tensor(x, device))

    expected = oracle(row.reference, x)
    close(result, expected, bound.faithful(expected, 16), dtype=kind, device=device)


@documents("torch.isreal", "torch.Tensor.isreal")
@pytest.mark.dtypes(*KINDS, torch.float64, torch.bfloat16, torch.int64, torch.bool)
@given(sample=operands.singles())
def test_isreal_tells_imaginary_parts_that_are_zero(sample, dtype, device):
    """torch.isreal is True where the imaginary part is 0, of either sign, and for every number of a real dtype."""
    values = sample(dtype)
    values = np.where(np.arange(values.size).reshape(values.shape) % 3, values, values.real).astype(values.dtype)
    x = tensor(values, device, dtype)

    close(torch.isreal(x), np.asarray(np.isreal(values)), device=device)
    agree(torch.isreal(x), x.isreal())


@documents("torch.is_conj", "torch.resolve_conj", "torch.Tensor.is_conj", "torch.Tensor.resolve_conj", "torch.conj")
@pytest.mark.dtypes(*KINDS)
@given(sample=operands.singles(((3, 4), (33,), (2, 3, 4), (1,)), layouts=draw.WRITABLE))
def test_resolve_conj_writes_the_conjugate_down(sample, dtype, device):
    """conj sets the bit that is_conj tells; resolve_conj of such a tensor is a new one without it, else the tensor."""
    values = sample(dtype)
    x = tensor(values, device)
    lazy = torch.conj(x)

    resolved = torch.resolve_conj(lazy)

    assert (torch.is_conj(x), torch.is_conj(lazy), lazy.is_conj(), resolved.is_conj()) == (False, True, True, False)
    close(resolved, values.conj(), device=device)
    assert not share_memory(resolved, x)
    assert torch.resolve_conj(x).data_ptr() == x.data_ptr()
    assert not lazy.conj().is_conj()


@documents("torch.resolve_neg", "torch.Tensor.resolve_neg", "torch.Tensor.is_neg")
@pytest.mark.dtypes(*KINDS)
@given(sample=operands.singles(((3, 4), (33,), (2, 3, 4), (1,)), layouts=draw.WRITABLE))
def test_resolve_neg_writes_the_negative_down(sample, dtype, device):
    """The imaginary part of a conjugate has the bit that is_neg tells; resolve_neg gives a new tensor without it."""
    values = sample(dtype)
    x = tensor(values, device)
    lazy = x.conj().imag

    resolved = torch.resolve_neg(lazy)

    assert (x.imag.is_neg(), lazy.is_neg(), resolved.is_neg()) == (False, True, False)
    close(resolved, -values.imag, device=device)
    assert not share_memory(resolved, torch.view_as_real(x))
    assert torch.resolve_neg(x.imag).data_ptr() == x.imag.data_ptr()


READERS = (
    Complex("exp", np.exp),
    Complex("abs", np.abs),
    Complex("sum", np.sum),
    Complex("neg", np.negative),
    Complex("square", np.square),
    Complex("cumsum", np.cumsum),
)


@rows(READERS)
@documents("torch.conj", "torch.Tensor.is_neg")
@pytest.mark.parametrize("layout", ["contiguous", "transposed", "stepped"])
@pytest.mark.dtypes(*KINDS)
def test_reads_through_the_bits(row, layout, dtype, device):
    """{row} of a lazy conjugate, and of a lazy negative, is that of its values."""
    values = draw.laid_out(numbers(1, (5, 7), dtype), layout)
    x = tensor(values, device)
    function, rest = getattr(torch, row.name), (0,) if row.name == "cumsum" else ()
    flat = {"axis": 0} if row.name == "cumsum" else {}

    close_to = bound.Bound(64, 1 + np.sum(np.abs(values)), False)
    expected = row.reference(values.conj(), **flat)
    close(function(x.conj(), *rest), expected, close_to, dtype=expected.dtype, device=device)
    expected = row.reference(-values.imag, **flat)
    close(function(x.conj().imag, *rest), expected, close_to, dtype=expected.dtype, device=device)


@documents("torch.Tensor.copy_", "torch.conj")
@pytest.mark.dtypes(*KINDS)
def test_writes_through_the_bits(dtype, device):
    """What is written into a lazy conjugate is conjugated in the memory, and into a lazy negative negated."""
    first, second = numbers(1, (5, 7), dtype), numbers(2, (5, 7), dtype)
    x = tensor(first, device)

    x.conj().copy_(tensor(second, device))
    close(x, second.conj(), device=device)
    x.conj().imag.mul_(2)
    close(x.imag, -2 * second.imag, device=device)
    x.conj()[1] = 3 + 4j
    close(x[1], np.full(7, 3 - 4j, first.dtype), device=device)


@documents("torch.all", "torch.any")
@pytest.mark.parametrize("name", ["all", "any"])
@pytest.mark.dtypes(*KINDS)
def test_one_part_makes_a_number_true(name, dtype, device):
    """A complex number is true where either part is not 0, for all and any as for bool."""
    x = np.array([[1j, 1, 1 + 1j], [0, -1j, 0], [0, 0, 0]], dtypes.in_numpy(dtype))

    close(getattr(torch, name)(tensor(x, device), 1), getattr(reduction, name)(x, 1), device=device)
    close(getattr(torch, name)(tensor(x[0], device)), np.array(True), device=device)


@documents("torch.sgn", "torch.abs")
@pytest.mark.parametrize("length", [1, 33])
def test_sgn_turns_no_number(length, device):
    """torch.sgn of a complex number of any modulus is that of modulus 1 in the same direction, or 0."""
    x = np.tile(np.array([3e25 + 4e25j, -3e-25j, 0, 5e29 - 12e29j], np.complex64), (length, 1))
    expected = np.broadcast_to(np.array([0.6 + 0.8j, -1j, 0, (5 - 12j) / 13]), x.shape)

    close(torch.sgn(tensor(x, device)), expected, bound.Bound(4, 1.0, False), dtype="complex64", device=device)


@documents("torch.logaddexp", since="2.1")
@pytest.mark.parametrize("length", [1, 33])
def test_logaddexp_is_the_larger_of_two(length, device):
    """torch.logaddexp of complex numbers with real parts far apart is the one that lies to the right."""
    x, y = (tensor(np.full(length, part, np.complex64), device) for part in (100 - 2.5j, 1j))

    for found in (torch.logaddexp(x, y), torch.logaddexp(y, x)):
        close(found, np.full(length, 100 - 2.5j), bound.Bound(2, 100), dtype="complex64", device=device)


@documents("torch.conj", "torch.Tensor.conj", "torch.angle")
@pytest.mark.dtypes(torch.float64, torch.float32, torch.int64)
def test_real_numbers_are_their_conjugates(dtype, device):
    """conj of a real tensor is a view of its memory with the same values; angle is 0, π below zero, and NaN of NaN."""
    values = np.array([1, -2, 0, 3]).astype(dtypes.in_numpy(dtype))
    x = tensor(values, device)

    close(torch.conj(x), values, device=device)
    assert share_memory(x.conj(), x) and not x.conj().is_conj()
    if_nan = tensor(np.array([np.nan, -1.0, 1.0]), device)
    close(torch.angle(if_nan), np.array([np.nan, np.pi, 0.0]), bound.faithful(np.pi), device=device)
