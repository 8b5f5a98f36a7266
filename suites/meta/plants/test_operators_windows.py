"""Wrong answers of window functions."""

import torch

from reference import window_functions
from suites.meta import wrong
from suites.meta.planting import Plant, Repair, assert_rejected, assert_rejected_once_mended, plants
from suites.operators import test_windows as windows

ROW = {str(row): row for row in (*windows.ROWS, windows.KAISER[1])}
SIGNAL = "torch.signal.windows."


def other(name, value):
    """The function is told something else."""
    return lambda f: lambda *args, **options: f(*args, **{**options, name: value})


def ignoring_the_sign(f):
    """A length below zero is none."""
    return lambda length, **options: f(max(length, 0), **options)


def of_one_more(f):
    """The window is that of one element more, without its last."""
    return lambda length, **options: f(length + 1, **options)[:-1]


def in_single(f):
    """Double precision is computed in single."""
    return lambda *args, **options: f(*args, **options).float().to(options.get("dtype") or torch.get_default_dtype())


def as_floating(f):
    """Another dtype is cast to."""

    def window(length, dtype=None, **options):
        return f(length, **options).to(dtype)

    return window


PLANTS = (
    Plant("symmetric", windows.test_is_its_formula, "torch.hann_window", other("periodic", False),
          {"row": ROW["torch.hann_window"]}),
    Plant("beta by default", windows.test_is_its_formula, "torch.hamming_window", wrong.ignoring("beta"),
          {"row": ROW["torch.hamming_window (alpha=0.7, beta=0.2)"]}),
    Plant("by default", windows.test_is_its_formula, SIGNAL + "general_hamming", wrong.ignoring("alpha"),
          {"row": ROW["torch.signal.windows.general_hamming (alpha=0.3)"], "dtype": torch.float64}),
    Plant("another deviation", windows.test_is_its_formula, SIGNAL + "gaussian", other("std", 2.3001),
          {"row": ROW["torch.signal.windows.gaussian (std=2.3)"]}),
    Plant("of one more", windows.test_is_its_formula_in_bfloat16, "torch.bartlett_window", of_one_more,
          {"row": ROW["torch.bartlett_window"], "dtype": torch.bfloat16}),
    Plant("in bfloat16", windows.test_is_its_formula_in_float16, "torch.blackman_window",
          lambda f: lambda *a, **o: f(*a, **{**o, "dtype": torch.bfloat16}).half(),
          {"row": ROW["torch.blackman_window"], "dtype": torch.float16}),
    Plant("single precision", windows.test_long_windows_are_their_formula, SIGNAL + "cosine", in_single,
          {"row": ROW["torch.signal.windows.cosine"]}),
    Plant("symmetric too", windows.test_periodic_windows_lack_the_last_element, "torch.kaiser_window",
          other("periodic", False), {"row": ROW["torch.kaiser_window"]}),
    Plant("in the middle", windows.test_the_center_may_lie_elsewhere, SIGNAL + "exponential",
          wrong.ignoring("center"), {"center": 1.5, "length": 9}),
    Plant("no gradient", windows.test_is_made_as_it_is_ordered, "torch.hann_window", wrong.ignoring("requires_grad"),
          {"row": ROW["torch.hann_window"]}),
    Plant("single precision", windows.test_follows_the_default_dtype, SIGNAL + "nuttall", in_single,
          {"row": ROW["torch.signal.windows.nuttall"]}),
    Plant("cast", windows.test_refuses_dtypes_that_are_not_floating, "torch.bartlett_window", as_floating,
          {"row": ROW["torch.bartlett_window"], "dtype": torch.int64}),
    Plant("one", windows.test_a_window_of_none_is_empty, "torch.blackman_window",
          lambda f: lambda length, **o: f(max(length, 1), **o),
          {"row": ROW["torch.blackman_window"], "symmetric": True}),
    Plant("empty", windows.test_refuses_negative_lengths, "torch.hamming_window", ignoring_the_sign,
          {"row": ROW["torch.hamming_window"]}),
    Plant("NaN at the ends", windows.test_kaiser_takes_any_shape, SIGNAL + "kaiser",
          lambda f: lambda *a, **o: (lambda w: torch.where(w == w.min(), torch.nan, w))(f(*a, **o)),
          {"row": windows.KAISER[1]}),
    Plant("of its size", windows.test_kaiser_refuses_a_negative_shape, SIGNAL + "kaiser",
          lambda f: lambda length, beta, **o: f(length, beta=abs(beta), **o)),
)  # fmt: skip


@plants(*PLANTS)
def test_is_rejected(plant, request):
    assert_rejected(plant, request)


def by_formula(name):
    """The window by its formula, rounded once."""

    def mend(f):
        def window(length, sym=True, dtype=torch.float32, device=None, **options):
            exact = getattr(window_functions, name)(length, sym, **options)
            return torch.from_numpy(exact.astype(float)).to(dtype)

        return window

    return mend


def of_its_page(f):
    """The sum as it is printed, with 1 first."""

    def window(length, sym, dtype, device):
        return torch.signal.windows.general_cosine(
            length, a=[1, 0.36358, 0.48917, 0.13659, 0.01064], sym=sym, dtype=dtype, device=device
        )

    return window


STEEP = windows.both("kaiser", {"beta": 100.0}, 100)[1]
MENDED = (
    Plant("cut", windows.test_steep_kaiser_windows_are_finite, SIGNAL + "kaiser",
          lambda f: lambda *a, beta, **o: f(*a, beta=min(beta, 88.0), **o), {"row": STEEP, "length": 33}),
    Plant("default", windows.test_hamming_takes_its_coefficients, SIGNAL + "hamming", wrong.ignoring("beta")),
    Plant("a last digit", windows.test_nuttall_is_the_formula_of_its_page, SIGNAL + "nuttall", wrong.off),
    Plant("narrower", windows.test_gaussian_is_the_formula_of_its_page, SIGNAL + "gaussian",
          lambda f: lambda *a, std, **o: f(*a, std=0.99 * std, **o)),
)  # fmt: skip
REPAIRS = {
    SIGNAL + "kaiser": by_formula("kaiser"),
    SIGNAL + "hamming": by_formula("hamming"),
    SIGNAL + "nuttall": of_its_page,
    SIGNAL + "gaussian": lambda f: lambda *a, std, **o: f(*a, std=2**0.5 * std, **o),
}


@plants(*MENDED)
def test_is_rejected_by_a_claim_that_holds_once_torch_is_mended(plant, request):
    assert_rejected_once_mended(plant, Repair(plant.target, REPAIRS[plant.target]), request)


PLANTS += MENDED
