"""Losses: their values, their gradients, their reductions, and that a module is its function."""

import functools

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from reference.loss import mse_loss, mse_loss_vjp
from reference.similarity import kl_div, magnitude, soft_margin_loss, triplet_margin_with_distance_loss
from suites.kit import bound, close, documents, draw, gradient, tensor, unchanged
from suites.nn import law
from suites.nn.losses import ROWS

GUIDE = ("Loss Function", "Still Left:")

reductions = st.sampled_from(("mean", "sum", "none"))
#: The setting, or nothing, which means "mean".
chosen = st.sampled_from(({}, {"reduction": "mean"}, {"reduction": "sum"}, {"reduction": "none"}))
rows = pytest.mark.parametrize(
    "row",
    [
        pytest.param(row, id=str(row).replace(" ", "-"),
                     marks=documents(f"torch.nn.functional.{row.function}", f"torch.nn.{row.module}", guide=GUIDE))
        for row in ROWS
    ],
)  # fmt: skip


def drawn(row, seed, dtype=torch.float64):
    """Arrays, constants and settings, rounded to ``dtype``."""
    arrays, constants, settings = row.inputs(np.random.default_rng(seed))
    return (
        tuple(draw.cast(array, dtype) for array in arrays),
        {name: rounded(value, dtype) for name, value in constants.items()},
        {name: rounded(value, dtype) for name, value in settings.items()},
    )


def rounded(value, dtype):
    """A floating array in ``dtype``; anything else as it is."""
    return draw.cast(value, dtype) if isinstance(value, np.ndarray) and value.dtype.kind == "f" else value


def widened(values):
    """Floating arrays in float64."""
    return {name: rounded(value, "float64") for name, value in values.items()}


def tensors(values, device):
    """Arrays as tensors; anything else as it is."""
    return {name: tensor(v, device) if isinstance(v, np.ndarray) else v for name, v in values.items()}


@rows
@given(seed=draw.seeds(), reduction=chosen)
@pytest.mark.filterwarnings("ignore:reduction. 'mean' divides")
def test_equals_its_formula(row, seed, reduction, dtype, device):
    """F.{row} is its formula, for each setting and each reduction, which is "mean" unless it is given."""
    arrays, constants, settings = drawn(row, seed, dtype)
    function = functools.partial(getattr(F, row.function), **tensors({**constants, **settings, **reduction}, device))
    formula = functools.partial(row.formula, **widened({**constants, **settings}), **reduction)

    slack = row.slack * (arrays[0].size if "sum" in reduction.values() else 1)
    law.equals(function, formula, *arrays, slack=slack, device=device)


@rows
@given(seed=draw.seeds(), reduction=reductions)
@pytest.mark.filterwarnings("ignore:reduction. 'mean' divides")
def test_has_the_gradient_of_its_formula(row, seed, reduction, device):
    """The gradient of F.{row} for each of its arguments is the derivative of its formula."""
    arrays, constants, settings = drawn(row, seed)
    function = functools.partial(
        getattr(F, row.function), **tensors({**constants, **settings}, device), reduction=reduction
    )
    formula = functools.partial(row.formula, **constants, **settings, reduction=reduction)

    law.differentiates(function, formula, *arrays, seed=seed, device=device)


@rows
@given(seed=draw.seeds(), reduction=chosen)
@pytest.mark.filterwarnings("ignore:reduction. 'mean' divides")
def test_module_is_the_function(row, seed, reduction, device):
    """The module of {row}, made with the settings, gives the same bits as the function."""
    arrays, constants, settings = drawn(row, seed)
    given_settings = {**tensors(settings, device), **reduction}
    arguments = [*(tensor(array, device) for array in arrays), *tensors(constants, device).values()]
    found = getattr(torch.nn, row.module)(**given_settings)(*arguments)

    expected = getattr(F, row.function)(*arguments, **given_settings)
    close(found, expected.cpu().numpy(), device=device)


@documents("torch.nn.MSELoss", "torch.nn.functional.mse_loss", guide=GUIDE)
@given(sample=draw.samples(hard=("zero", "-zero", "one", "nan", "inf", "tie")), seed=draw.seeds())
def test_squares_each_difference(sample, seed, dtype, device):
    """Without reduction each element is the square of the difference: NaN and infinities stay, layouts do not
    matter.
    """
    x = sample(dtype)
    target = draw.Sample(sample.shape, seed)(dtype)
    found = F.mse_loss(tensor(x, device, dtype), tensor(target, device, dtype), reduction="none")

    expected = mse_loss(x.astype("float64"), target.astype("float64"), reduction="none")
    close(found, expected, bound.rounded(expected, 4), dtype=dtype, device=device)


@documents("torch.nn.MSELoss", guide=GUIDE)
@given(seed=draw.seeds(), reduction=reductions)
def test_gives_input_and_target_opposite_gradients(seed, reduction, dtype, device):
    """The gradient of the mean squared error is 2 (x - t) / n for the input and its negative for the target."""
    arrays, _, _ = drawn(ROWS[0], seed, dtype)
    wide = [array.astype("float64") for array in arrays]
    g = draw.normal(seed, *(arrays[0].shape if reduction == "none" else ()), dtype=dtype)
    found = gradient.vjp(torch.nn.MSELoss(reduction=reduction), arrays, g, device)

    expected = mse_loss_vjp(*wide, g.astype("float64"), reduction=reduction)
    close(found[0], expected[0], bound.rounded(expected[0], 5), dtype=dtype, device=device)
    close(found[1], expected[1], bound.rounded(expected[1], 5), dtype=dtype, device=device)


@documents("torch.nn.functional.mse_loss", guide=GUIDE)
@given(seed=draw.seeds(), size=st.sampled_from((1, 17, 1000, 4099, 40009)))
def test_sums_integers_exactly(seed, size, dtype, device):
    """The sum of squared differences of integers is exact, whatever the order in which it is added."""
    x, target = draw.lattice(seed, (size,)), draw.lattice(seed + 1, (size,))
    found = F.mse_loss(tensor(draw.cast(x, dtype), device), tensor(draw.cast(target, dtype), device), reduction="sum")

    close(found, mse_loss(x, target, reduction="sum"), dtype=dtype, device=device)


@documents(
    "torch.nn.functional.mse_loss", "torch.nn.functional.l1_loss", "torch.nn.functional.smooth_l1_loss", guide=GUIDE
)
@pytest.mark.parametrize("name", ["mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss"])
def test_warns_of_a_target_of_another_size(name, device):
    """A target whose size is not the input's is broadcast, with a warning that names both sizes."""
    x, target = tensor(draw.normal(0, 3, 4), device), tensor(draw.normal(1, 4), device)

    with pytest.warns(UserWarning, match=r"target size \(torch.Size\(\[4\]\)\).*input size \(torch.Size\(\[3, 4\]\)\)"):
        found = getattr(F, name)(x, target)
    close(found, getattr(F, name)(x, tensor(np.tile(draw.normal(1, 4), (3, 1)), device)).cpu().numpy(), device=device)


@documents("torch.nn.KLDivLoss", "torch.nn.functional.kl_div")
@given(seed=draw.seeds(), about=st.sampled_from(("", "of logarithms")))
def test_batchmean_divides_by_the_batch(seed, about, dtype, device):
    """With "batchmean" the divergences of all elements, of logarithms too, are added and divided by the number of
    rows; the module is the function.
    """
    row = next(row for row in ROWS if row.function == "kl_div" and row.about == about)
    arrays, constants, settings = drawn(row, seed, dtype)
    options = {**settings, "reduction": "batchmean"}
    function = functools.partial(F.kl_div, **tensors(constants, device), **options)
    formula = functools.partial(kl_div, **widened(constants), **options)

    law.equals(function, formula, *arrays, slack=16.0, device=device)
    given_arrays = [tensor(array, device) for array in (*arrays, *constants.values())]
    close(torch.nn.KLDivLoss(**options)(*given_arrays), F.kl_div(*given_arrays, **options).cpu().numpy(), device=device)


@documents("torch.nn.BCELoss", "torch.nn.functional.binary_cross_entropy")
def test_clamps_logarithms_of_certain_probabilities(dtype, device):
    """The binary cross entropy of a certain and wrong probability is 100, and of a certain and right one 0."""
    x, target = np.array([0.0, 1.0, 0.0, 1.0]), np.array([1.0, 0.0, 0.0, 1.0])
    found = F.binary_cross_entropy(
        tensor(draw.cast(x, dtype), device), tensor(draw.cast(target, dtype), device), reduction="none"
    )

    close(found, np.array([100.0, 100.0, 0.0, 0.0]), bound.Bound(0, 0, signed_zeros=False), dtype=dtype, device=device)


#: Distances for torch and for the formula; None is the Euclidean one, with each difference raised by 1e-6.
DISTANCES = {
    "given": (lambda x, y: (x - y).abs().max(-1).values, lambda x, y: largest(magnitude(x - y))),
    "default": (None, lambda x, y: np.sqrt(((x - y + 1e-6) ** 2).sum(-1))),
}


def largest(x):
    """The largest real part along the last axis, through which a complex step passes."""
    return np.take_along_axis(x, x.real.argmax(-1)[..., None], -1)[..., 0]


@documents("torch.nn.functional.triplet_margin_with_distance_loss", "torch.nn.TripletMarginWithDistanceLoss")
@pytest.mark.parametrize("distance", DISTANCES)
@given(seed=draw.seeds(), reduction=reductions, swap=st.booleans(), margin=st.sampled_from((0.5, 1.0, 2.0)))
def test_triplets_take_any_distance(distance, seed, reduction, swap, margin, dtype, device):
    """The loss is max(0, d(a, p) - d(a, n) + margin) with any distance, by default the Euclidean; with swap d(p, n)
    takes the place of a larger d(a, n).
    """
    arrays = [draw.normal(seed + i, 11, 5, dtype=dtype) for i in range(3)]
    by_torch, by_formula = DISTANCES[distance]
    settings = {"swap": swap, "margin": margin, "reduction": reduction}
    function = functools.partial(F.triplet_margin_with_distance_loss, distance_function=by_torch, **settings)
    formula = functools.partial(triplet_margin_with_distance_loss, distance=by_formula, **settings)

    law.equals(function, formula, *arrays, slack=22.0, device=device)
    law.differentiates(function, formula, *(x.astype("float64") for x in arrays), seed=seed, device=device)
    module = torch.nn.TripletMarginWithDistanceLoss(distance_function=by_torch, **settings)
    tensors_given = [tensor(x, device) for x in arrays]
    close(module(*tensors_given), function(*tensors_given).cpu().numpy(), device=device)


@documents("torch.nn.CrossEntropyLoss", "torch.nn.functional.cross_entropy", guide=GUIDE)
@given(seed=draw.seeds(), size=st.sampled_from((20.0, 200.0, 5000.0)))
def test_cross_entropy_stays_finite(seed, size, dtype, device):
    """Logits of any size give the exact loss: no exponential overflows and no logarithm of zero is taken."""
    row = next(row for row in ROWS if row.function == "cross_entropy")
    (x,), constants, _ = drawn(row, seed, dtype)
    x = draw.cast(x * size, dtype)
    target = {"target": np.abs(constants["target"]) % x.shape[1]}
    function = functools.partial(F.cross_entropy, **tensors(target, device), reduction="none")

    law.equals(function, functools.partial(row.formula, **target, reduction="none"), x,
               slack=4 * float(np.abs(x).max()), device=device)  # fmt: skip


@documents("torch.nn.BCEWithLogitsLoss", "torch.nn.functional.binary_cross_entropy_with_logits")
@pytest.mark.parametrize("target", [0.0, 1.0])
def test_confident_logits_have_small_losses(target, dtype, device):
    """The loss of a logit that is right by far, log(1 + exp(-|x|)), is small and not 0."""
    x = draw.cast(np.array([15.0, 20.0, 30.0]) * (2 * target - 1), dtype)
    function = functools.partial(F.binary_cross_entropy_with_logits, reduction="none")
    found = function(tensor(x, device), tensor(np.full_like(x, target), device))

    expected = np.log1p(np.exp(-np.abs(x.astype(np.longdouble))))
    close(found, expected, bound.faithful(expected, 8), dtype=dtype, device=device)


@documents("torch.nn.SoftMarginLoss", "torch.nn.functional.soft_margin_loss")
@pytest.mark.parametrize("size", [1.0, 60.0, 2000.0])
def test_soft_margin_grows_linearly(size, dtype, device):
    """The loss log(1 + exp(-y x)) of a wrong answer is about |x|, however large x is."""
    x, target = np.array([-size, size / 2, -size / 3, size]), np.array([1.0, -1.0, 1.0, 1.0])
    x = draw.cast(x, dtype)
    found = F.soft_margin_loss(tensor(x, device), tensor(draw.cast(target, dtype), device), reduction="none")

    expected = soft_margin_loss(x.astype("float64"), target, reduction="none")
    close(found, expected, bound.Bound(8, expected + 1), dtype=dtype, device=device)


@documents("torch.nn.MSELoss", "torch.nn.CrossEntropyLoss")
@pytest.mark.parametrize("name", ["mse_loss", "l1_loss", "cross_entropy", "nll_loss", "binary_cross_entropy"])
def test_rejects_an_unknown_reduction(name, device):
    """A reduction other than "none", "mean" and "sum" raises a ValueError."""
    x = tensor(np.full((2, 3), 0.5), device)

    with pytest.raises(ValueError, match="average"):
        getattr(F, name)(x, x, reduction="average")


@documents("torch.nn.CrossEntropyLoss", "torch.nn.BCEWithLogitsLoss", "torch.nn.NLLLoss")
@pytest.mark.parametrize(("name", "weight"), [("CrossEntropyLoss", "weight"), ("NLLLoss", "weight"), ("BCELoss",
          "weight"),
                                          ("BCEWithLogitsLoss", "pos_weight")])  # fmt: skip
def test_keeps_weights_as_buffers(name, weight, device):
    """The weights of a loss are a buffer of its module: casts take them along, and they are no parameters."""
    module = getattr(torch.nn, name)(**{weight: tensor(draw.normal(0, 3), device)})
    before = getattr(module, weight)
    module.float()

    assert [key for key, _ in module.named_buffers()] == [weight]
    assert not list(module.parameters())
    close(getattr(module, weight), before.cpu().numpy().astype("float32"), device=device)


@documents("torch.nn.MSELoss", guide=GUIDE)
def test_is_a_tensor_without_dimensions(device):
    """A reduced loss is a tensor of shape () that remembers how it was made; its arguments are untouched."""
    x, target = tensor(draw.normal(0, 1, 10), device).requires_grad_(), tensor(draw.normal(1, 1, 10), device)
    with unchanged(x, target):
        loss = torch.nn.MSELoss()(x, target)

    assert loss.shape == ()
    assert loss.grad_fn.name() == "MseLossBackward0"
    assert repr(loss).endswith("grad_fn=<MseLossBackward0>)")
