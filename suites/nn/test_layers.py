"""Layers: their values and their gradients, and that a module is its function."""

import functools
import math

import numpy as np
import pytest
import torch
import torch.nn as nn
import torch.nn.functional as F
from hypothesis import example, given
from hypothesis import strategies as st

from reference.activation import gelu, gelu_vjp
from reference.convolution import conv2d, conv2d_vjp
from reference.linear import linear, linear_vjp
from suites.kit import array, bound, close, documents, draw, dtypes, gradient, tensor
from suites.nn import grids, law, layers, windows

GUIDE = ("Defining Your Network", "Neural Networks")
IN_GUIDE = ("relu", "max_pool2d", "conv2d", "linear")
ROWS = (*layers.ROWS, *windows.ROWS, *grids.ROWS)
SINCE = {**layers.SINCE, **windows.SINCE, **grids.SINCE}
#: Those of images, which may lie in memory with channels last.
OF_IMAGES = {str(row) for row in (*windows.ROWS, *grids.ROWS)}

pytestmark = [
    pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths"),
    pytest.mark.filterwarnings("ignore:.*upsample.* is deprecated"),
    pytest.mark.filterwarnings("ignore:The default behavior for interpolate"),
]

rows = pytest.mark.parametrize(
    "row",
    [
        pytest.param(row, id=str(row).replace(" ", "-"),
                     marks=documents(f"torch.nn.functional.{row.name}", guide=GUIDE if row.name in IN_GUIDE else (),
                                     since=SINCE.get(str(row), SINCE.get(row.name))))
        for row in ROWS
    ],
)  # fmt: skip


def drawn(row, seed, dtype, device):
    """Arrays in ``dtype``, and the settings for torch and for the formula."""
    arrays, settings = row.inputs(np.random.default_rng(seed))
    settings = {name: draw.cast(v, dtype) if _floating(v) else v for name, v in settings.items()}
    tensors = {name: tensor(v, device) if isinstance(v, np.ndarray) else v for name, v in settings.items()}
    wide = {name: v.astype("float64") if _floating(v) else v for name, v in settings.items()}
    layout = "channels last" if str(row) in OF_IMAGES and seed % 3 == 0 else "contiguous"
    return tuple(draw.laid_out(draw.cast(values, dtype), layout) for values in arrays), tensors, wide


def _floating(value):
    return isinstance(value, np.ndarray) and value.dtype.kind == "f"


@rows
@given(seed=draw.seeds())
@example(seed=7642)
def test_equals_its_formula(row, seed, dtype, device):
    """F.{row} is its formula, for every setting, with the channels of images first or last in memory."""
    arrays, settings, wide = drawn(row, seed, dtype, device)
    function, formula = functools.partial(row.function, **settings), functools.partial(row.formula, **wide)

    law.equals(function, formula, *arrays, slack=row.slack, device=device)


@rows
@given(seed=draw.seeds())
@example(seed=7642)
@example(seed=17887)
def test_has_the_gradient_of_its_formula(row, seed, device):
    """The gradient of F.{row} for each of its arguments is the derivative of its formula."""
    arrays, settings, wide = drawn(row, seed, "float64", device)
    function, formula = functools.partial(row.function, **settings), functools.partial(row.formula, **wide)

    law.differentiates(function, formula, *arrays, seed=seed, slack=row.slack, device=device)


@documents("torch.nn.functional.gelu", "torch.nn.GELU")
@given(sample=draw.samples(hard=("zero", "-zero", "one", "-one", "tie")), seed=draw.seeds())
def test_gelu_is_x_times_its_probability(sample, seed, dtype, device):
    """gelu(x) is x Φ(x), its derivative Φ(x) + x φ(x), with Φ the normal distribution function."""
    x = sample(dtype)
    g = draw.Sample(sample.shape, seed)(dtype)
    found, (dx,) = F.gelu(tensor(x, device)), gradient.vjp(F.gelu, (x,), g, device)

    wide = x.astype("float64")
    expected = gelu_vjp(wide, g.astype("float64"))
    close(found, gelu(wide), bound.Bound(8, np.abs(wide), signed_zeros=False), dtype=dtype, device=device)
    close(dx, expected, bound.Bound(16, np.abs(g) * (1 + np.abs(wide)), signed_zeros=False), dtype=dtype, device=device)


@documents("torch.nn.functional.gelu", "torch.nn.GELU")
@pytest.mark.dtypes(torch.float32)
@pytest.mark.parametrize("length", [1, 33])
def test_gelu_of_infinity_is_infinity(length, dtype, device):
    """gelu(x) is x Φ(x), and Φ(∞) is 1."""
    x = np.full(length, np.inf, dtypes.in_numpy(dtype))

    close(F.gelu(tensor(x, device)), x, device=device)


#: The slope of each at 0, seen from below.
BELOW = {"elu": 1.0, "celu": 1.0, "selu": 1.0507009873554804934193349852946 * 1.6732632423543772848170429916717}


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=documents(f"torch.nn.functional.{name}"), id=name) for name in BELOW]
)
@documents(guide=GUIDE)
@pytest.mark.parametrize("length", [1, 33])
def test_small_numbers_below_zero_keep_their_digits(name, length, dtype, device):
    """ELU, CELU and SELU of small negative numbers, where exp(x) - 1 is about x, have all the digits of the dtype."""
    x = np.tile(draw.cast(-(0.5 ** np.arange(1, 70, 4)), dtype), (length, 1))
    found = getattr(F, name)(tensor(x, device))

    expected = BELOW[name] * np.expm1(x.astype(np.longdouble))
    close(found, expected, bound.faithful(expected, 8), dtype=dtype, device=device)


@documents("torch.nn.functional.linear", "torch.nn.Linear", guide=GUIDE)
@given(seed=draw.seeds(), rows=st.sampled_from((1, 2, 31, 32, 65)), bias=st.booleans())
def test_linear_is_exact_on_integers(seed, rows, bias, dtype, device):
    """x Wᵀ + b and its gradients for x, W and b are exact for integers, for any number of rows."""
    x, weight, b = draw.lattice(seed, (rows, 17)), draw.lattice(seed + 1, (5, 17)), draw.lattice(seed + 2, (5,))
    g = draw.lattice(seed + 3, (rows, 5))
    arrays = [draw.cast(values, dtype) for values in ((x, weight, b) if bias else (x, weight))]
    found = gradient.vjp(F.linear, tuple(arrays), draw.cast(g, dtype), device)

    out = F.linear(*(tensor(values, device) for values in arrays))
    exact = bound.Bound(0, 0, signed_zeros=False)
    close(out, linear(x, weight, b if bias else None), exact, dtype=dtype, device=device)
    for gradient_found, expected in zip(found, linear_vjp(x, weight, b, g)):
        close(gradient_found, expected, exact, dtype=dtype, device=device)


@documents("torch.nn.functional.conv2d", "torch.nn.Conv2d", guide=GUIDE)
@given(seed=draw.seeds(), count=st.sampled_from((1, 2, 17)), stride=st.integers(1, 2), padding=st.integers(0, 2),
       dilation=st.integers(1, 2), groups=st.integers(1, 2))  # fmt: skip
def test_conv2d_is_exact_on_integers(seed, count, stride, padding, dilation, groups, dtype, device):
    """A convolution and its gradients for input, weight and bias are exact for integers, for any setting and batch."""
    options = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
    x, weight, b = (
        draw.lattice(seed, (count, 4, 7, 9)),
        draw.lattice(seed + 1, (6, 4 // groups, 3, 2)),
        draw.lattice(2, (6,)),
    )
    expected = conv2d(x, weight, b, **options)
    g = draw.lattice(seed + 3, expected.shape)
    arrays = tuple(draw.cast(values, dtype) for values in (x, weight, b))
    function = functools.partial(F.conv2d, **options)
    found = gradient.vjp(function, arrays, draw.cast(g, dtype), device)

    exact = bound.Bound(0, 0, signed_zeros=False)
    close(function(*(tensor(v, device) for v in arrays)), expected, exact, dtype=dtype, device=device)
    for gradient_found, wanted in zip(found, conv2d_vjp(x, weight, b, g, **options)):
        close(gradient_found, wanted, exact, dtype=dtype, device=device)


@documents("torch.nn.functional.conv2d", "torch.nn.functional.linear", guide=GUIDE)
@given(seed=draw.seeds())
def test_batch_is_its_images(seed, dtype, device):
    """Every image of a batch, of any size, gives what it gives alone; an image without a batch dimension gives
    the same.
    """
    x, weight = draw.lattice(seed, (19, 2, 5, 5)), draw.lattice(seed + 1, (3, 2, 3, 3))
    images, kernel = tensor(draw.cast(x, dtype), device), tensor(draw.cast(weight, dtype), device)
    found = F.conv2d(images, kernel)

    for i in (0, 16, 17, 18):
        close(F.conv2d(images[i], kernel), array(found[i]), device=device)
        close(F.conv2d(images[i : i + 1], kernel)[0], array(found[i]), device=device)


@documents("torch.nn.Conv2d")
@given(
    seed=draw.seeds(), mode=st.sampled_from(("zeros", "reflect", "replicate", "circular")), padding=st.integers(0, 2)
)
def test_conv2d_pads_by_its_mode(seed, mode, padding, device):
    """Conv2d with a padding_mode is the convolution of the padded image, without padding."""
    x, module = draw.lattice(seed, (2, 3, 6, 5)), nn.Conv2d(3, 2, 3, padding=(padding, 1), padding_mode=mode).double()
    module.weight.data = tensor(draw.lattice(seed + 1, (2, 3, 3, 3)))
    module.bias.data = tensor(draw.lattice(seed + 2, (2,)))
    names = {"zeros": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}

    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (1, 1)), mode=names[mode])
    expected = conv2d(padded, array(module.weight), array(module.bias))
    close(module.to(device)(tensor(x, device)), expected, bound.Bound(0, 0, signed_zeros=False), device=device)


@documents("torch.nn.functional.conv2d", "torch.nn.Conv2d")
@given(seed=draw.seeds(), kernel=st.tuples(st.integers(1, 5), st.integers(1, 5)), dilation=st.integers(1, 2))
@example(seed=0, kernel=(2, 4), dilation=1)
def test_same_padding_keeps_the_size(seed, kernel, dilation, device):
    """padding="same" keeps the sides of the image: zeros on both sides, the odd one behind; "valid" pads nothing."""
    x, weight = draw.lattice(seed, (2, 2, 8, 9)), draw.lattice(seed + 1, (3, 2, *kernel))
    totals = [dilation * (side - 1) for side in kernel]
    padded = np.pad(x, ((0, 0), (0, 0), *((total // 2, total - total // 2) for total in totals)))
    exact = bound.Bound(0, 0, signed_zeros=False)
    image, kernels = tensor(x, device), tensor(weight, device)

    close(F.conv2d(image, kernels, padding="same", dilation=dilation), conv2d(padded, weight, dilation=dilation), exact,
          device=device)  # fmt: skip
    close(F.conv2d(image, kernels, padding="valid"), conv2d(x, weight), exact, device=device)


@documents("torch.nn.functional.relu", "torch.nn.ReLU", "torch.nn.functional.elu")
@pytest.mark.parametrize("name", ["relu", "elu", "leaky_relu", "silu", "hardtanh", "celu", "selu", "relu6", "mish"])
@given(seed=draw.seeds())
def test_works_in_place_if_asked(name, seed, device):
    """With inplace=True the input takes the values that the function gives, and is what is returned."""
    x = tensor(draw.normal(seed, 5, 7) * 4, device)
    expected = array(getattr(F, name)(x))
    found = getattr(F, name)(x, inplace=True)

    assert found is x
    close(x, expected, device=device)


@documents("torch.nn.functional.relu", "torch.nn.ReLU", guide=GUIDE)
@pytest.mark.dtypes(torch.float64, torch.float32, torch.bfloat16, torch.int64)
@given(sample=draw.samples(shape=draw.shapes(least=1)))
def test_relu_is_exact(sample, dtype, device):
    """relu keeps positive numbers and NaN, bit for bit, and makes all others zero, in every layout and dtype."""
    x = sample(dtype)

    with np.errstate(invalid="ignore"):
        expected = np.where(x < 0, np.zeros((), x.dtype), x)
    close(F.relu(tensor(x, device, dtype)), expected, bound.Bound(0, 0, signed_zeros=False), dtype=dtype, device=device)


@documents("torch.nn.functional.relu", "torch.nn.functional.relu6", "notes/autograd", guide=GUIDE)
@pytest.mark.parametrize(("name", "at_zero"), [("relu", 0.0), ("relu6", 0.0), ("leaky_relu", 0.01), ("hardtanh", 1.0)])
def test_gradient_at_a_kink(name, at_zero, device):
    """The gradient where a function has a kink at zero is the smallest of those around it."""
    x = tensor(np.zeros(5), device).requires_grad_()
    getattr(F, name)(x).backward(tensor(np.arange(1.0, 6.0), device))

    close(x.grad, at_zero * np.arange(1.0, 6.0), bound.rounded(np.arange(1.0, 6.0)), device=device)


@documents("torch.nn.functional.softmax")
@given(seed=draw.seeds(), axis=st.integers(-3, 2), dtype_out=st.sampled_from((None, torch.float64, torch.float32)))
def test_softmax_sums_to_one(seed, axis, dtype_out, dtype, device):
    """Softmax is positive and sums to one along its axis; dtype= casts the input before."""
    x = draw.normal(seed, 3, 17, 5, dtype=dtype)
    found = F.softmax(tensor(x, device), axis, dtype=dtype_out)

    total = array(found).astype("float64").sum(axis)
    close(total, np.ones(total.shape), bound.Bound(32 * 2.0**29 if found.dtype == torch.float32 else 32, 1.0))
    assert found.dtype == (dtype_out or dtype)
    assert (array(found) > 0).all()
    assert math.isfinite(total.sum())
