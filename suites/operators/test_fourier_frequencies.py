"""Sample frequencies, and shifts that bring the zero frequency to the middle."""

from typing import NamedTuple

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from reference import fourier
from suites.kit import array, bound, close, documents, draw, dtypes, share_memory, tensor, unchanged
from suites.operators import operands
from suites.operators.values import agree, numbers


class Frequencies(NamedTuple):
    """A function that gives the frequencies of a transform of n samples."""

    name: str

    def __str__(self) -> str:
        return f"torch.fft.{self.name}"

    def __call__(self, *args, **options):
        return getattr(torch.fft, self.name)(*args, **options)


FREQUENCIES = (Frequencies("fftfreq"), Frequencies("rfftfreq"))
SHIFTS = (Frequencies("fftshift"), Frequencies("ifftshift"))


def rows(table):
    """Functions as parameters of claims."""
    return pytest.mark.parametrize("row", [pytest.param(r, marks=documents(str(r)), id=r.name) for r in table])


@rows(FREQUENCIES)
@pytest.mark.parametrize("spacing", [1.0, 0.25, 3.7])
@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 8, 9, 16, 33, 1000, 40001])
def test_frequencies_are_multiples_of_one_over_the_duration(row, n, spacing, dtype, device):
    """{row} is each whole number of periods divided by the duration n d, the Nyquist frequency negative in fftfreq."""
    expected = getattr(fourier, row.name)(n, spacing)

    # The spacing is rounded to the dtype, multiplied by n, inverted, and multiplied.
    result = row(n, d=spacing, dtype=dtype, device=device)
    close(result, expected, bound.rounded(expected, 4)._replace(signed_zeros=False), dtype=dtype, device=device)


@rows(FREQUENCIES)
@pytest.mark.dtypes(torch.bfloat16, torch.float16)
@pytest.mark.parametrize("n", [5, 8, 1000, 4001])
def test_frequencies_in_half_precision(row, n, dtype, device):
    """{row} in half precision is rounded as often as in any other, also where the dtype lacks most integers below n."""
    expected = getattr(fourier, row.name)(n)

    close(row(n, dtype=dtype, device=device), expected, bound.rounded(expected, 4)._replace(signed_zeros=False),
          dtype=dtype, device=device)  # fmt: skip


@rows(FREQUENCIES)
@pytest.mark.dtypes(torch.float16)
def test_frequencies_of_long_signals_are_finite(row, dtype, device):
    """{row} is at most 1 / 2 in every dtype, however many frequencies there are."""
    expected = getattr(fourier, row.name)(200_001)

    close(row(200_001, dtype=dtype, device=device), expected, bound.rounded(expected, 4)._replace(signed_zeros=False),
          dtype=dtype, device=device)  # fmt: skip


@rows(FREQUENCIES)
@pytest.mark.parametrize("n", [6, 7])
def test_frequencies_go_with_the_transform(row, n, device):
    """{row} has one frequency for each number that the transform of n samples gives."""
    transform = {"fftfreq": torch.fft.fft, "rfftfreq": torch.fft.rfft}[row.name]

    assert row(n, device=device).shape == transform(tensor(numbers(n, (n,), "float32"), device)).shape


@documents("torch.fft.rfftfreq")
@pytest.mark.parametrize("n", [4, 5, 12])
def test_real_frequencies_follow_the_formula_of_their_page(n, device):
    """torch.fft.rfftfreq(n) is arange((n + 1) // 2) / n."""
    expected = np.arange((n + 1) // 2) / n

    close(torch.fft.rfftfreq(n, dtype=torch.float64, device=device), expected, bound.rounded(expected, 2),
          device=device)  # fmt: skip


@rows(FREQUENCIES)
def test_frequencies_are_made_as_they_are_ordered(row, dtype, device):
    """{row} has the dtype it is told, or the default one, and requires grad if it is told so."""
    made = row(5, 0.5, dtype=dtype, device=device, requires_grad=True)

    assert made.requires_grad and made.is_leaf
    assert (made.dtype, made.layout) == (dtype, torch.strided)
    assert row(5, device=device).dtype is torch.get_default_dtype()
    assert not row(5, device=device).requires_grad


@rows(FREQUENCIES)
@pytest.mark.parametrize("elements", [0, 1])
def test_frequencies_are_written_into_out(row, elements, dtype, device):
    """{row} with out= writes into that tensor and returns it; an empty one is resized."""
    plain = row(9, 0.5, dtype=dtype, device=device)
    out = torch.empty(plain.numel() * elements, dtype=dtype, device=device)

    assert row(9, 0.5, out=out) is out
    agree(plain, out)


@rows(FREQUENCIES)
@pytest.mark.parametrize("n", [8, 9])
def test_frequencies_are_written_to_a_view_and_not_between(row, n, device):
    """{row} writes to an out= with strides in place, and to nothing between its elements."""
    plain = row(n, dtype=torch.float64, device=device)
    around = numbers(2, (plain.numel(), 3), "float64")
    memory = tensor(around, device)

    row(n, out=memory[:, 1])

    agree(plain, memory[:, 1])
    close(memory[:, ::2], around[:, ::2], device=device)


@rows(SHIFTS)
@pytest.mark.dtypes(torch.float64, torch.float32, torch.complex64, torch.int64, torch.bool, torch.bfloat16)
@given(sample=operands.singles(((5,), (4,), (3, 4), (2, 3, 5), (6, 1), (0,), (33,), (4, 0, 3), (2, 3, 2, 5))),
       which=st.integers(0, 3))  # fmt: skip
def test_shifts_roll_by_half(row, sample, which, dtype, device):
    """{row} moves the zero frequency of each axis, or of those named, from 0 to n // 2, or back."""
    values = sample(dtype)
    axes = (None, values.ndim - 1, -1, (0, -1) if values.ndim > 1 else (-1,))[which]
    x = tensor(values, device, dtype)
    with unchanged(x):
        result = getattr(torch.fft, row.name)(x, dim=axes)

    close(result, getattr(fourier, row.name)(values, _from_the_front(axes, values.ndim)), dtype=dtype, device=device)


def _from_the_front(axes, ndim):
    """Axes without negative ones."""
    return tuple(axis % ndim for axis in axes) if isinstance(axes, tuple) else axes if axes is None else axes % ndim


@documents("torch.fft.fftshift", "torch.fft.ifftshift")
@given(seed=draw.seeds(), shape=st.sampled_from(((5,), (4,), (3, 4), (2, 5, 7))))
def test_the_inverse_shift_undoes_the_shift(seed, shape, dtype, device):
    """torch.fft.ifftshift of torch.fft.fftshift is the tensor itself, in either order and at odd lengths too."""
    x = tensor(numbers(seed, shape, dtype), device)

    agree(x, torch.fft.ifftshift(torch.fft.fftshift(x)), torch.fft.fftshift(torch.fft.ifftshift(x)))


@documents("torch.fft.fftshift", "torch.fft.fftfreq")
@pytest.mark.parametrize("n", [1, 2, 6, 7, 64])
def test_shifted_frequencies_ascend(n, dtype, device):
    """torch.fft.fftshift of the frequencies of torch.fft.fftfreq has them ascend, with zero at n // 2."""
    found = array(torch.fft.fftshift(torch.fft.fftfreq(n, dtype=dtype, device=device)))

    assert (np.diff(found) > 0).all()
    assert found[n // 2] == 0


@rows(SHIFTS)
def test_shifts_have_gradients(row, device):
    """{row} gives each element's gradient to the element that it was."""
    x = tensor(numbers(2, (4, 5), "float64"), device).requires_grad_()
    v = numbers(3, (4, 5), "float64")

    getattr(torch.fft, row.name)(x, dim=(1,)).backward(tensor(v, device))

    back = {"fftshift": fourier.ifftshift, "ifftshift": fourier.fftshift}[row.name]
    close(x.grad, back(v, 1), device=device)


@rows(SHIFTS)
def test_shifts_refuse_an_axis_out_of_range(row, device):
    """{row} raises IndexError for an axis that its argument does not have."""
    with pytest.raises(IndexError):
        getattr(torch.fft, row.name)(tensor(numbers(4, (4, 5), "float32"), device), dim=2)


@rows(SHIFTS)
def test_shifts_take_conjugate_views(row, device):
    """{row} of a conjugated tensor has the conjugate numbers."""
    values = numbers(5, (3, 4), "complex128")

    close(getattr(torch.fft, row.name)(tensor(values, device).conj()),
          getattr(fourier, row.name)(np.conj(values)), dtype=dtypes.name(values.dtype), device=device)  # fmt: skip


@rows(SHIFTS)
@documents("tensor_view")
def test_shifts_are_no_views(row, device):
    """{row} gives a tensor with memory of its own: it is none of the operations that give views."""
    x = tensor(numbers(6, (4, 5), "float32"), device)

    assert not share_memory(x, getattr(torch.fft, row.name)(x))
