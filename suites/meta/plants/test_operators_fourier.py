"""Wrong answers of Fourier transforms, their frequencies and their shifts."""

import torch

from suites.meta import wrong
from suites.meta.planting import Plant, Repair, assert_rejected, assert_rejected_once_mended, plants
from suites.operators import fourier
from suites.operators import test_fourier as values
from suites.operators import test_fourier_frequencies as frequencies
from suites.operators import test_fourier_laws as laws

ROW = {row.name: row for row in fourier.EVERY}
FREQUENCIES = {row.name: row for row in (*frequencies.FREQUENCIES, *frequencies.SHIFTS)}
DOUBLE = torch.float64


def changed(change):
    """The result is changed."""
    return lambda f: lambda *args, **options: change(f(*args, **options))


def given(change):
    """The function is given another argument."""
    return lambda f: lambda x, **options: f(change(x), **options)


def physically(x):
    """What lies in memory, without the conjugation that is due."""
    return x.conj().resolve_conj() if x.is_conj() else x


def untrimmed(f):
    """An argument that is longer than n is not cut, but its end wrapped around to its beginning."""

    def transform(x, n=None, dim=-1, norm=None):
        if n is None or x.shape[dim] <= n:
            return f(x, n=n, dim=dim, norm=norm)
        cut = x.narrow(dim, 0, n).clone()
        cut.narrow(dim, 0, 1).add_(x.narrow(dim, n, 1))
        return f(cut, n=n, dim=dim, norm=norm)

    return transform


def padded_to_even(f):
    """An odd length is taken for the even one below it, and the last number for the first."""

    def transform(x, n=None, **options):
        return f(x, n=n, **options) if n is None or n != 97 else f(x, n=n, **options).flip(-1)

    return transform


def of_imaginary_means(f):
    """The imaginary part of the Nyquist frequency is added to every second number."""
    return lambda x, n=None, **options: f(x, n=n, **options) + 0.25 * x[..., -1:].imag


def narrower(f):
    """Double precision is computed in single."""
    return lambda *a, **o: (lambda r: r.to(torch.complex64).to(r.dtype) if r.is_complex() else r.float().to(r.dtype))(
        f(*a, **o)
    )


def of_real_gradient(f):
    """The gradient lacks the imaginary part of what is incoming."""

    class Wrong(torch.autograd.Function):
        @staticmethod
        def forward(context, x, *args):
            context.args = args
            context.save_for_backward(x)
            return f(x, **args[0])

        @staticmethod
        def backward(context, incoming):
            (x,) = context.saved_tensors
            with torch.enable_grad():
                leaf = x.detach().requires_grad_()
                output = f(leaf, **context.args[0])
            real = torch.complex(incoming.real, torch.zeros_like(incoming.real))
            return torch.autograd.grad(output, leaf, real)[0], None

    return lambda x, **options: Wrong.apply(x, options)


def squared(f):
    """The function is not linear, by very little."""
    return lambda x, **options: (lambda y: y + 1e-9 * y * y)(f(x, **options))


def tolerant(*refused):
    """Some arguments that are refused are passed over."""
    return lambda f: lambda x, **options: f(x, **{k: v for k, v in options.items() if k not in refused})


def only_the_first_line(f):
    """From the thousandth line on, each is the line before."""

    def transform(x, **options):
        result = f(x, **options)
        if result.dim() == 2 and result.shape[0] > 1000:
            result = torch.cat([result[:1000], result[999:-1]])
        return result

    return transform


def lines_mixed(f):
    """A little of each line, with what is not finite, falls on the others."""
    return lambda x, **options: (lambda y: y + 0 * y.sum())(f(x, **options))


VALUES = (
    Plant("the other sign", values.test_is_the_sum_that_defines_it, "torch.fft.fft",
          changed(torch.conj), {"row": ROW["fft"], "dtype": DOUBLE}),
    Plant("not cut", values.test_is_the_sum_that_defines_it, "torch.fft.rfft", untrimmed, {"row": ROW["rfft"]}),
    Plant("norm ignored", values.test_is_the_sum_that_defines_it, "torch.fft.ihfftn",
          wrong.ignoring("norm"), {"row": ROW["ihfftn"]}),
    Plant("lengths exchanged", values.test_is_the_sum_that_defines_it, "torch.fft.fft2",
          lambda f: lambda x, s=None, **o: f(x, s=s and s[::-1], **o), {"row": ROW["fft2"]}),
    Plant("axes in order", values.test_is_the_sum_that_defines_it, "torch.fft.irfftn",
          lambda f: lambda x, dim=None, **o: f(x, dim=None if dim is None else sorted(d % x.dim() for d in dim), **o),
          {"row": ROW["irfftn"]}),
    Plant("single precision", values.test_is_the_sum_that_defines_it, "torch.fft.hfft2", narrower,
          {"row": ROW["hfft2"], "dtype": DOUBLE}),
    Plant("a prime", values.test_takes_every_length, "torch.fft.ifft", padded_to_even,
          {"row": ROW["ifft"]}),
    Plant("odd", values.test_the_default_length_is_even, "torch.fft.irfft",
          lambda f: lambda x, n=None, **o: f(x, n=n or 2 * x.shape[-1] - 1, **o), {"row": ROW["irfft"], "side": 6}),
    Plant("not ignored", values.test_ignores_imaginary_parts_of_what_must_be_real, "torch.fft.hfft",
          of_imaginary_means, {"row": ROW["hfft"], "length": 6, "places": (0, 3)}),
    Plant("real result", values.test_real_numbers_are_complex_ones, "torch.fft.irfft",
          lambda f: lambda x, **o: f(x if x.is_complex() else 1j * x, **o), {"row": ROW["irfft"], "norm": "ortho"}),
    Plant("one half", values.test_real_signals_have_hermitian_transforms, "torch.fft.fft", wrong.last,
          {"row": ROW["fft"], "sides": (5, 7)}),
    Plant("double precision", values.test_integers_become_the_default_dtype, "torch.fft.rfft",
          given(lambda x: x.double()), {"row": ROW["rfft"], "dtype": torch.int64}),
    Plant("single precision", values.test_follows_the_default_dtype, "torch.fft.ifft2",
          given(lambda x: x.float()), {"row": ROW["ifft2"]}),
    Plant("memory taken for it", values.test_takes_expanded_batches, "torch.fft.rfft2",
          changed(lambda y: torch.cat([y[:1], 0 * y[1:]])), {"row": ROW["rfft2"], "axis": 2}),
    Plant("the number", values.test_takes_expanded_signals, "torch.fft.fft",
          lambda f: lambda x, **o: f(x, **o) / x.shape[0] if 0 in x.stride() else f(x, **o), {"row": ROW["fft"]}),
    Plant("conjugation forgotten", values.test_takes_conjugate_views, "torch.fft.ifft",
          given(physically), {"row": ROW["ifft"], "norm": "forward", "dtype": DOUBLE}),
    Plant("sign forgotten", values.test_takes_negated_views, "torch.fft.rfft",
          given(lambda x: -x.resolve_neg() if x.is_neg() else x), {"row": ROW["rfft"]}),
    Plant("mixed", values.test_lines_are_transformed_apart, "torch.fft.ihfft", lines_mixed,
          {"row": ROW["ihfft"], "axis": -1}),
    Plant("all axes", values.test_no_axis_but_those_named_is_transformed, "torch.fft.fftn",
          tolerant("dim"), {"row": ROW["fftn"]}),
    Plant("the last lines", values.test_large_batches_are_transformed_line_by_line, "torch.fft.hfft",
          only_the_first_line, {"row": ROW["hfft"]}),
    Plant("a last frequency", values.test_long_signals_are_the_sum_at_each_frequency, "torch.fft.rfft",
          wrong.last, {"row": ROW["rfft"], "length": 65536}),
)  # fmt: skip
CALLS = laws.CALLS
LAWS = (
    Plant("unscaled", laws.test_undoes_its_inverse, "torch.fft.ifft",
          tolerant("norm"), {"row": laws.INVERSES[0]}),
    Plant("one off", laws.test_undoes_its_inverse, "torch.fft.irfftn", wrong.slightly, {"row": laws.INVERSES[8]}),
    Plant("not normed", laws.test_keeps_the_length_of_the_vector, "torch.fft.fft2", tolerant("norm"),
          {"row": ROW["fft2"]}),
    Plant("not written", laws.test_writes_into_the_tensor_and_returns_it, "torch.fft.rfft", wrong.ignoring_out,
          {"row": ROW["rfft"], "call": CALLS["first"]}),
    Plant("without strides", laws.test_writes_to_a_view_and_not_between, "torch.fft.irfft", wrong.packing_out,
          {"row": ROW["irfft"], "call": CALLS["longer"], "layout": "between"}),
    Plant("not written", laws.test_writes_the_transform_of_one_axis, "torch.fft.rfftn", wrong.ignoring_out,
          {"row": ROW["rfftn"]}),
    Plant("left empty", laws.test_resizes_an_empty_tensor, "torch.fft.hfft", wrong.ignoring_out,
          {"row": ROW["hfft"], "call": CALLS["first"]}),
    Plant("of the real part", laws.test_the_gradient_is_the_adjoint, "torch.fft.rfft", of_real_gradient,
          {"row": ROW["rfft"], "call": CALLS["first"]}),
    Plant("not linear", laws.test_the_gradient_of_the_gradient_is_the_transform, "torch.fft.ifftn", squared,
          {"row": ROW["ifftn"], "call": CALLS["two"]}),
    Plant("any norm", laws.test_the_spelled_norms_are_the_only_ones, "torch.fft.fft", tolerant("norm"),
          {"row": ROW["fft"]}),
    Plant("any length", laws.test_refuses_a_length_of_no_signal, "torch.fft.ihfft", tolerant("n"),
          {"row": ROW["ihfft"], "length": 0}),
    Plant("any axis", laws.test_refuses_an_axis_out_of_range, "torch.fft.hfft2", tolerant("dim"),
          {"row": ROW["hfft2"], "axis": -3}),
    Plant("any axes", laws.test_refuses_axes_that_contradict, "torch.fft.fftn", tolerant("dim", "s"),
          {"row": ROW["fftn"], "options": {"dim": (1, -1)}}),
    Plant("the real part", laws.test_refuses_complex_numbers, "torch.fft.rfftn",
          given(lambda x: x.real), {"row": ROW["rfftn"]}),
    Plant("cast", laws.test_refuses_an_out_of_integers, "torch.fft.irfft",
          lambda f: lambda x, out=None: f(x) if out is None else out.copy_(f(x)), {"row": ROW["irfft"]}),
    Plant("double", laws.test_the_dtype_decides_the_precision, "torch.fft.irfft", wrong.double,
          {"row": ROW["irfft"]}),
)  # fmt: skip
OTHERS = (
    Plant("the spacing twice", frequencies.test_frequencies_are_multiples_of_one_over_the_duration,
          "torch.fft.fftfreq", lambda f: lambda n, d, **o: f(n, d * d, **o),
          {"row": FREQUENCIES["fftfreq"], "n": 5, "spacing": 0.25}),
    Plant(
        "of integers",
        frequencies.test_frequencies_in_half_precision,
        "torch.fft.fftfreq",
        lambda f: lambda n, **o: f(n // 256 * 256, **o)[:1].repeat(n) if n > 4000 else f(n, **o),
        {"row": FREQUENCIES["fftfreq"], "n": 4001, "dtype": torch.bfloat16},
    ),
    Plant("Nyquist lacks", frequencies.test_frequencies_go_with_the_transform, "torch.fft.rfftfreq",
          changed(lambda y: y[:3]), {"row": FREQUENCIES["rfftfreq"], "n": 6}),
    Plant("one more", frequencies.test_real_frequencies_follow_the_formula_of_their_page, "torch.fft.rfftfreq",
          wrong.off, {"n": 5}),
    Plant("no gradient", frequencies.test_frequencies_are_made_as_they_are_ordered, "torch.fft.fftfreq",
          wrong.ignoring("requires_grad"), {"row": FREQUENCIES["fftfreq"]}),
    Plant("not written", frequencies.test_frequencies_are_written_into_out, "torch.fft.fftfreq",
          wrong.ignoring_out, {"row": FREQUENCIES["fftfreq"], "elements": 1}),
    Plant("without strides", frequencies.test_frequencies_are_written_to_a_view_and_not_between,
          "torch.fft.rfftfreq", wrong.packing_out, {"row": FREQUENCIES["rfftfreq"], "n": 9}),
    Plant("the other half", frequencies.test_shifts_roll_by_half, "torch.fft.fftshift",
          lambda f: torch.fft.ifftshift, {"row": FREQUENCIES["fftshift"]}),
    Plant("again", frequencies.test_the_inverse_shift_undoes_the_shift, "torch.fft.ifftshift",
          lambda f: torch.fft.fftshift),
    Plant("not shifted", frequencies.test_shifted_frequencies_ascend, "torch.fft.fftshift", wrong.first, {"n": 6}),
    Plant("the gradient is shifted too", frequencies.test_shifts_have_gradients, "torch.fft.ifftshift",
          lambda f: torch.fft.fftshift, {"row": FREQUENCIES["ifftshift"]}),
    Plant("any axis", frequencies.test_shifts_refuse_an_axis_out_of_range, "torch.fft.fftshift",
          tolerant("dim"), {"row": FREQUENCIES["fftshift"]}),
    Plant("conjugation forgotten", frequencies.test_shifts_take_conjugate_views, "torch.fft.fftshift",
          given(physically), {"row": FREQUENCIES["fftshift"]}),
    Plant("in place", frequencies.test_shifts_are_no_views, "torch.fft.ifftshift", wrong.first,
          {"row": FREQUENCIES["ifftshift"]}),
)  # fmt: skip
PLANTS = VALUES + LAWS + OTHERS


@plants(*PLANTS)
def test_is_rejected(plant, request):
    assert_rejected(plant, request)


MENDED = (
    Plant(
        "infinite",
        frequencies.test_frequencies_of_long_signals_are_finite,
        "torch.fft.rfftfreq",
        lambda f: lambda n, dtype, device: (n * f(n, dtype=dtype, device=device)).div(n),
        {"row": FREQUENCIES["rfftfreq"], "dtype": torch.float16},
    ),
)


@plants(*MENDED)
def test_is_rejected_by_a_claim_that_holds_once_torch_is_mended(plant, request):
    in_single_precision = Repair(plant.target, lambda f: lambda n, dtype, device: f(n, device=device).to(dtype))
    assert_rejected_once_mended(plant, in_single_precision, request)


PLANTS += MENDED
