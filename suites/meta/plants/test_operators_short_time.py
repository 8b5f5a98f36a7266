"""Wrong answers of short-time Fourier transforms and their inverses."""

import warnings

import torch

from suites.meta import wrong
from suites.meta.planting import Plant, Repair, assert_rejected, assert_rejected_once_mended, plants
from suites.operators import short_time
from suites.operators import test_fourier_short_time as forward
from suites.operators import test_fourier_short_time_inverse as inverse

pytestmark = short_time.QUIET
ROW = {row.title: row for row in short_time.SETTINGS}
BACK = {row.title: row for row in inverse.INVERSES}
REFUSED = {row.title: row for row in forward.REFUSALS}
SAMPLE = short_time.SIGNALS[1]


def told(**instead):
    """The function is told something else."""
    return lambda f: lambda *args, **options: f(*args, **{**options, **instead})


def window_at_the_left(f):
    """A short window is filled up on the right alone."""

    def transform(x, n_fft, *args, window=None, win_length=None, **options):
        left = torch.nn.functional.pad(window, (0, n_fft - window.shape[0]))
        return f(x, n_fft, *args, window=left, **options)

    return transform


def silent(f):
    """Nothing is warned of."""

    def transform(*args, **options):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return f(*args, **options)

    return transform


def lenient(f):
    """A window of another size is cut or filled up."""

    def transform(x, n_fft, window=None, **options):
        options.pop("win_length", None)
        return f(x, n_fft, window=torch.ones(n_fft), **options)

    return transform


def by_the_sum_of_weights(f):
    """The frames are divided by the sum of the windows, not of their squares."""
    return lambda s, n, *a, window, **o: f(s, n, *a, window=window.sqrt(), **o)


def detached_window(f):
    """The window has no gradient but a small one."""
    return lambda x, n, window, **o: f(x, n, window=window.detach() + 1e-3 * (window - window.detach()), **o)


def zeros_for_nothing(f):
    """Where no window reaches there are zeros."""
    return lambda s, n, *a, window=None, **o: s.real.new_zeros(n)


PLANTS = (
    Plant("symmetric ends", forward.test_transforms_each_windowed_frame, "torch.stft", told(pad_mode="replicate"),
          {"row": ROW["plain"], "sample": SAMPLE}),
    Plant("to the left", forward.test_transforms_each_windowed_frame, "torch.stft", window_at_the_left,
          {"row": ROW["short window"], "sample": SAMPLE}),
    Plant("not normalized", forward.test_transforms_each_windowed_frame, "torch.stft", told(normalized=False),
          {"row": ROW["normalized"], "sample": SAMPLE}),
    Plant("hop by default", forward.test_transforms_each_windowed_frame, "torch.stft", told(hop_length=None),
          {"row": ROW["hop"], "sample": SAMPLE}),
    Plant("conjugate window", forward.test_transforms_each_windowed_frame, "torch.stft",
          lambda f: lambda *a, window, **o: f(*a, window=window.conj(), **o),
          {"row": ROW["complex window"], "sample": SAMPLE}),
    Plant("centered", forward.test_has_a_frame_for_each_hop, "torch.stft", told(center=True),
          {"n_fft": 8, "hop": 3, "length": 43, "center": False}),
    Plant("exchanged", forward.test_gives_pairs_of_real_numbers, "torch.stft",
          lambda f: lambda *a, **o: f(*a, **o).flip(-1)),
    Plant("real by default", forward.test_wants_to_know_of_complex_results, "torch.stft", told(return_complex=True)),
    Plant("silent", forward.test_warns_where_no_window_is_given, "torch.istft", silent),
    Plant("any window", forward.test_refuses_what_has_no_transform, "torch.stft", lenient,
          {"row": REFUSED["a window longer than the frame"]}),
    Plant("another hop", forward.test_methods_are_the_functions, "torch.Tensor.istft", told(hop_length=2)),
    Plant("no gradient for the window", forward.test_has_the_adjoint_as_gradient, "torch.stft", detached_window,
          {"row": ROW["plain"]}),
    Plant("not normalized", inverse.test_the_inverse_gives_the_signal_back, "torch.istft", told(normalized=False),
          {"row": ROW["normalized"], "sample": SAMPLE}),
    Plant("sum of weights", inverse.test_the_inverse_is_the_least_squares_signal, "torch.istft",
          by_the_sum_of_weights, {"row": BACK["plain"], "batch": (3,)}),
    Plant("without end", inverse.test_the_inverse_is_the_least_squares_signal, "torch.istft",
          lambda f: lambda *a, **o: wrong.last(f)(*a, **o), {"row": BACK["longer"], "batch": ()}),
    Plant("cut", inverse.test_the_inverse_has_the_documented_length, "torch.istft",
          lambda f: lambda *a, **o: f(*a, **o)[..., :-1], {"n_fft": 8, "center": False}),
    Plant("zeros", inverse.test_the_inverse_needs_windows_that_overlap, "torch.istft", zeros_for_nothing),
    Plant("pairs", inverse.test_the_inverse_refuses_real_numbers, "torch.istft",
          lambda f: lambda s, *a, **o: f(torch.view_as_complex(s), *a, **o)),
    Plant("half of it", inverse.test_the_inverse_has_the_adjoint_as_gradient, "torch.istft",
          lambda f: lambda s, *a, **o: f(s.detach() + 0.5 * (s - s.detach()), *a, **o),
          {"options": {"hop_length": 2}}),
)  # fmt: skip


@plants(*PLANTS)
def test_is_rejected(plant, request):
    assert_rejected(plant, request)


def with_the_last_frame(f):
    """An odd frame is padded by its half, rounded up, at the end."""

    def transform(x, n_fft, hop, *, window, return_complex):
        longer = torch.nn.functional.pad(x, (0, 1))
        return f(longer, n_fft, hop, window=window, return_complex=return_complex)

    return transform


def least_squares(f):
    """The least squares for complex windows, by the definition."""

    def transform(spectrum, n_fft, hop_length, window, onesided, return_complex):
        frames = torch.fft.ifft(spectrum, dim=0)
        total = frames.new_zeros(n_fft + (frames.shape[1] - 1) * hop_length)
        weights = total.real.clone()
        for m in range(frames.shape[1]):
            place = slice(m * hop_length, m * hop_length + n_fft)
            total[place] += window.conj() * frames[:, m]
            weights[place] += window.abs() ** 2
        return (total / weights)[n_fft // 2 : -(n_fft // 2)]

    return transform


REPAIRS = {"torch.stft": with_the_last_frame, "torch.istft": least_squares}
MENDED = (
    Plant("one less", forward.test_has_a_frame_for_each_hop_of_odd_frames, "torch.stft",
          lambda f: lambda *a, **o: f(*a, **o)[:, 1:], {"n_fft": 7}),
    Plant("conjugate window", inverse.test_the_inverse_of_complex_windows_is_the_least_squares_signal, "torch.istft",
          lambda f: lambda *a, window, **o: f(*a, window=window.conj(), **o)),
)  # fmt: skip


@plants(*MENDED)
def test_is_rejected_by_a_claim_that_holds_once_torch_is_mended(plant, request):
    assert_rejected_once_mended(plant, Repair(plant.target, REPAIRS[plant.target]), request)


PLANTS += MENDED
