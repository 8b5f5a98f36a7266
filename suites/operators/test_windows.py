"""Window functions: each is its formula, periodic or symmetric, of any length, in the dtype it is told."""

from typing import Any, NamedTuple

import numpy as np
import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st

from reference import window_functions
from suites.kit import array, bound, close, documents, dtypes
from suites.operators.fourier import double_by_default

OLD, NEW = "torch.{}_window", "torch.signal.windows.{}"
#: What two Bessel functions of anything err by, beside what their argument does.
BESSEL = 7


class Window(NamedTuple):
    """A window function by one of its two names, its parameters, and by how much rounding those matters."""

    name: str
    spelling: str
    options: dict[str, Any] = {}  # noqa: RUF012 - never written to
    steepness: float = 0.0

    def __str__(self) -> str:
        told = ", ".join(f"{name}={value}" for name, value in self.options.items())
        return self.spelling.format(self.name) + (f" ({told})" if told else "")

    def __call__(self, length: int, symmetric: bool, **more: Any) -> torch.Tensor:
        """The window, as symmetric as is asked for."""
        if self.spelling == OLD:
            return getattr(torch, f"{self.name}_window")(length, periodic=not symmetric, **self.options, **more)
        return getattr(torch.signal.windows, self.name)(length, sym=symmetric, **self.options, **more)

    def expected(self, length: int, symmetric: bool) -> np.ndarray:
        """Its formula."""
        return getattr(window_functions, self.name)(length, symmetric, **self.options)

    def allowed(self, value: np.ndarray) -> bound.Bound:
        """3 u of 1, of the steepness, and of n times the largest step between neighbours.

        A place is rounded by u n at most, and the window changes by no more than its largest step from one place to
        the next. I₀ grows like exp(β), which multiplies the rounding of its argument, and is itself off by 4 u in the
        numerator and in the denominator. Measured up to 1.3.
        """
        step = float(np.max(np.abs(np.diff(value)), initial=0)) * value.size
        return bound.Bound(3, 1 + self.steepness + step, False)


def both(name: str, options: dict[str, Any], steepness: float = 0.0) -> tuple[Window, Window]:
    """A window under both of its names."""
    return Window(name, OLD, options, steepness), Window(name, NEW, options, steepness)


ROWS = (
    *both("bartlett", {}),
    *both("blackman", {}),
    *both("hann", {}),
    *both("hamming", {}),
    Window("hamming", OLD, {"alpha": 0.7}),
    Window("hamming", OLD, {"alpha": 0.7, "beta": 0.2}),
    Window("kaiser", OLD, {}, 12 + BESSEL),
    Window("kaiser", OLD, {"beta": 40.0}, 40 + BESSEL),
    Window("general_hamming", NEW, {}),
    Window("general_hamming", NEW, {"alpha": 0.3}),
    Window("general_cosine", NEW, {"a": [0.4, 0.3, 0.2, 0.1]}),
    Window("general_cosine", NEW, {"a": [0.46, 0.54]}),
    Window("nuttall", NEW),
    Window("cosine", NEW),
    Window("exponential", NEW),
    Window("exponential", NEW, {"tau": 3.3}),
    Window("gaussian", NEW),
    Window("gaussian", NEW, {"std": 2.3}),
)
KAISER = both("kaiser", {}, 12 + BESSEL)
#: One of each function.
NAMES = tuple({(row.name, row.spelling): row for row in (KAISER[1], *reversed(ROWS))}.values())[::-1]
OLDER = tuple(row for row in ROWS if row.spelling == OLD)
LENGTHS = st.integers(1, 140) | st.sampled_from((255, 256, 300))


def rows(table):
    """Windows as parameters of claims."""
    return pytest.mark.parametrize("row", [parameter(row) for row in table])


def parameter(row):
    """A window with the name that documents it, in the releases that have it."""
    name = row.spelling.format(row.name)
    return pytest.param(row, marks=documents(name, since="2.0" if row.spelling == NEW else None), id=str(row)[6:])


def assert_is_its_formula(row, length, symmetric, dtype, device):
    """The window is its formula."""
    expected = row.expected(length, symmetric)

    result = row(length, symmetric, dtype=dtype, device=device)
    close(result, expected, row.allowed(expected), dtype=dtype, device=device)


@rows(ROWS)
@given(length=LENGTHS, symmetric=st.booleans())
@example(length=1, symmetric=True)
@example(length=1, symmetric=False)
@example(length=2, symmetric=True)
@example(length=2, symmetric=False)
def test_is_its_formula(row, length, symmetric, dtype, device):
    """{row} is its formula, which is 1 for a window of one, symmetric or as if there were one element more."""
    assert_is_its_formula(row, length, symmetric, dtype, device)


@rows(OLDER)
@pytest.mark.dtypes(torch.bfloat16)
@given(length=LENGTHS, symmetric=st.booleans())
def test_is_its_formula_in_bfloat16(row, length, symmetric, dtype, device):
    """{row} is its formula in bfloat16, which has no numbers for most of the places beyond 256."""
    assert_is_its_formula(row, length, symmetric, dtype, device)


@rows(OLDER)
@documents(since="2.3")
@pytest.mark.dtypes(torch.float16)
@given(length=LENGTHS, symmetric=st.booleans())
def test_is_its_formula_in_float16(row, length, symmetric, dtype, device):
    """{row} is its formula in float16."""
    assert_is_its_formula(row, length, symmetric, dtype, device)


@rows(NAMES)
def test_long_windows_are_their_formula(row, device):
    """{row} of more elements than one thread takes is its formula."""
    assert_is_its_formula(row, 33_001, False, torch.float64, device)


@rows(OLDER)
@given(length=LENGTHS.filter(lambda length: length > 1))
def test_periodic_windows_lack_the_last_element(row, length, dtype, device):
    """{row} that is periodic is the symmetric one of one element more without its last."""
    whole = array(row(length + 1, True, dtype=dtype, device=device))

    limit = row.allowed(whole)
    close(row(length, False, dtype=dtype, device=device), whole[:-1], limit._replace(factor=6), device=device)


@documents("torch.signal.windows.exponential", since="2.0")
@pytest.mark.parametrize("center", [0, 1.5, 20.0])
@pytest.mark.parametrize("length", [2, 9, 33])
def test_the_center_may_lie_elsewhere(length, center, dtype, device):
    """torch.signal.windows.exponential falls off to both sides of the center it is told, even one outside."""
    expected = window_functions.exponential(length, False, center=center, tau=2.5)

    result = torch.signal.windows.exponential(length, center=center, tau=2.5, sym=False, dtype=dtype, device=device)
    # The exponent, up to center / τ or n / τ, is rounded.
    close(result, expected, bound.Bound(4 + 2 * max(length, center), np.abs(expected)), dtype=dtype, device=device)


@rows(NAMES)
def test_is_made_as_it_is_ordered(row, dtype, device):
    """{row} has the dtype it is told, or the default one, and requires grad if it is told so."""
    made = row(5, False, dtype=dtype, device=device, layout=torch.strided, requires_grad=True)

    assert made.requires_grad
    assert (made.dtype, made.layout, tuple(made.shape)) == (dtype, torch.strided, (5,))
    assert row(5, True, device=device).dtype is torch.get_default_dtype()
    assert not row(5, True, device=device).requires_grad


@rows(NAMES)
def test_follows_the_default_dtype(row, device):
    """{row} is of double precision, in all its digits, where that is the default dtype."""
    expected = row.expected(9, True)

    with double_by_default():
        close(row(9, True, device=device), expected, row.allowed(expected), dtype=torch.float64, device=device)


@rows(tuple(row for row in NAMES if row.spelling == OLD))
@pytest.mark.dtypes(torch.int64, torch.uint8, torch.bool)
def test_refuses_dtypes_that_are_not_floating(row, dtype, device):
    """{row} raises for a dtype that is not a floating point one."""
    with pytest.raises(RuntimeError):
        row(5, True, dtype=dtype, device=device)


@rows(NAMES)
@pytest.mark.parametrize("symmetric", [True, False])
def test_a_window_of_none_is_empty(row, symmetric, dtype, device):
    """{row} of length 0 is a tensor without elements."""
    close(row(0, symmetric, dtype=dtype, device=device), np.zeros(0), dtype=dtype, device=device)


@rows(NAMES)
def test_refuses_negative_lengths(row, device):
    """{row} raises for a negative length."""
    with pytest.raises((RuntimeError, ValueError)):
        row(-1, True, device=device)


@rows(KAISER)
@given(
    beta=st.floats(0, 30, width=32) | st.integers(0, 300).map(lambda tenths: tenths / 10),
    length=st.integers(2, 40),
    symmetric=st.booleans(),
)
@example(beta=12.0, length=2, symmetric=True)
@example(beta=7.8, length=3, symmetric=True)
@example(beta=0.0, length=5, symmetric=False)
def test_kaiser_takes_any_shape(row, beta, length, symmetric, dtype, device):
    """{row} is its formula for every beta that is not negative."""
    window = row._replace(options={"beta": beta}, steepness=beta + BESSEL)

    assert_is_its_formula(window, length, symmetric, dtype, device)


@rows(both("kaiser", {"beta": 100.0}, 100 + BESSEL))
@pytest.mark.parametrize("length", [6, 33])
@pytest.mark.dtypes(torch.float32)
def test_steep_kaiser_windows_are_finite(row, length, dtype, device):
    """{row} is its formula also where the Bessel function itself is beyond the largest number of the dtype."""
    assert_is_its_formula(row, length, True, dtype, device)


@documents("torch.signal.windows.kaiser", since="2.0")
def test_kaiser_refuses_a_negative_shape(device):
    """torch.signal.windows.kaiser raises for a negative beta."""
    with pytest.raises(ValueError):
        torch.signal.windows.kaiser(5, beta=-0.5, device=device)


@documents("torch.signal.windows.hamming", since="2.0")
def test_hamming_takes_its_coefficients(device):
    """torch.signal.windows.hamming is alpha - beta cos(2π n / (M - 1)) for the alpha and the beta it is told."""
    expected = window_functions.hamming(9, True, 0.7, 0.2)

    found = torch.signal.windows.hamming(9, alpha=0.7, beta=0.2, dtype=torch.float64, device=device)
    close(found, expected, bound.Bound(16, 1.0), dtype=torch.float64, device=device)


@documents("torch.signal.windows.nuttall", since="2.0")
def test_nuttall_is_the_formula_of_its_page(device):
    """torch.signal.windows.nuttall is 1 - 0.36358 cos z + 0.48917 cos 2z - 0.13659 cos 3z + 0.01064 cos 4z."""
    z = 2 * np.pi * np.arange(10) / 10
    weights = (1, 0.36358, 0.48917, 0.13659, 0.01064)
    expected = sum((-1) ** i * a * np.cos(i * z) for i, a in enumerate(weights))

    found = torch.signal.windows.nuttall(10, sym=False, dtype=torch.float64, device=device)
    # Its coefficients are printed to five digits.
    close(found, expected, bound.Bound(1e-5 / dtypes.unit("float64"), 5.0), dtype=torch.float64, device=device)


@documents("torch.signal.windows.gaussian", since="2.0")
def test_gaussian_is_the_formula_of_its_page(device):
    """torch.signal.windows.gaussian is exp(-(n / 2σ)²) at a distance of n from its middle."""
    expected = np.exp(-(((np.arange(9) - 4) / (2 * 1.5)) ** 2))

    found = torch.signal.windows.gaussian(9, std=1.5, dtype=torch.float64, device=device)
    close(found, expected, bound.faithful(expected, 16), dtype=torch.float64, device=device)
