"""Losses beside their formulas: older words for a reduction, many elements, half types, weights, what they refuse."""

import functools

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from reference import classification, loss
from suites.kit import array, bound, close, documents, draw, gradient, tensor
from suites.nn import law
from suites.nn.losses import ROWS
from suites.nn.modules import LOSSES, Of, rows_of
from suites.nn.test_every_module import NO_HALF

pytestmark = pytest.mark.filterwarnings("ignore:reduction. 'mean' divides")

#: Losses that came after the words were deprecated.
YOUNG = ("huber_loss", "gaussian_nll_loss")
MODULES = {row.module: row.function for row in ROWS if row.function not in YOUNG}
TOTALS = {"sum": np.sum, "mean": np.mean}


def named(name):
    """The first loss of that module in the table."""
    return next(row for row in ROWS if row.module == name)


@pytest.mark.parametrize(
    "name", [pytest.param(m, marks=documents(f"torch.nn.{m}", f"torch.nn.functional.{f}")) for m, f in MODULES.items()]
)
@pytest.mark.parametrize(
    ("words", "reduction"),
    [({"size_average": False}, "sum"), ({"size_average": True}, "mean"), ({"reduce": False}, "none"),
     ({"reduce": False, "size_average": True}, "none"), ({"reduce": True}, "mean")],
    ids=str,
)  # fmt: skip
@pytest.mark.filterwarnings("ignore:size_average and reduce args will be deprecated")
def test_older_words_mean_a_reduction(name, words, reduction, device):
    """size_average=False means the sum, reduce=False no reduction, whatever size_average; in the module too."""
    arrays, constants, settings = named(name).inputs(np.random.default_rng(3))
    given_arrays = [tensor(values, device) for values in (*arrays, *constants.values())]
    options = {key: tensor(v, device) if isinstance(v, np.ndarray) else v for key, v in settings.items()}
    function = functools.partial(getattr(F, MODULES[name]), *given_arrays, **options)

    expected = function(reduction=reduction).cpu().numpy()
    close(function(**words), expected, device=device)
    close(getattr(torch.nn, name)(**options, **words)(*given_arrays), expected, device=device)


def with_rows(row, count):
    """The loss with inputs of that many rows."""
    return row._replace(inputs=tuple(Of((count, *of.shape[1:]), of.kind) for of in row.inputs))


def reduced(row, reduction, device, dtype=torch.float64):
    """The module of the loss with that reduction."""
    return row._replace(settings={**row.settings, "reduction": reduction}).module(device, dtype)


@rows_of(LOSSES)
@pytest.mark.parametrize("reduction", TOTALS)
def test_reduces_any_number_of_elements(row, reduction, dtype, device):
    """{row} of tens of thousands of samples is the sum or the mean of what it is for each of them."""
    adds_up(with_rows(row, 33001), dtype, reduction, device, 32)


def adds_up(row, dtype, reduction, device, roundings):
    """The reduced loss beside the sum or mean of the unreduced ones, to so many roundings of their sizes."""
    parts = row.parts(device, dtype=dtype)
    each = array(reduced(row, "none", device, dtype)(*parts)).astype("float64")
    total = TOTALS[reduction]

    found = reduced(row, reduction, device, dtype)(*parts)
    expected = bound.Bound(roundings, total(np.abs(each)), signed_zeros=False)
    close(found, total(each), expected, dtype=dtype, device=device)


HALVED = tuple(row for row in LOSSES if row.name not in NO_HALF)


@rows_of(HALVED, since="2.6")
@pytest.mark.parametrize("reduction", TOTALS)
def test_reduces_float16(row, reduction, device):
    """{row} in float16 is the sum or the mean of what it is for each element, to three roundings."""
    adds_up(row, torch.float16, reduction, device, 3)


@rows_of(HALVED, since="2.1", later={"MSELoss": "2.6", "BCELoss": "2.6"})
@pytest.mark.parametrize("reduction", TOTALS)
def test_reduces_bfloat16(row, reduction, device):
    """{row} in bfloat16 is the sum or the mean of what it is for each element, to three roundings."""
    adds_up(row, torch.bfloat16, reduction, device, 3)


WEIGHTED = {"mse_loss": loss.mse_loss, "l1_loss": loss.l1_loss, "huber_loss": loss.huber_loss}


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=documents(f"torch.nn.functional.{n}", since="2.6")) for n in WEIGHTED]
)
@given(seed=draw.seeds(), reduction=st.sampled_from(("sum", "none")))
def test_weighs_each_element(name, seed, reduction, dtype, device):
    """weight multiplies the loss of each element, before they are added up."""
    arrays = [draw.normal(seed + i, 7, 3, dtype=dtype) for i in range(2)]
    weight = draw.cast(np.random.default_rng(seed).uniform(0.1, 3, (7, 3)), dtype)

    def function(x, target):
        return getattr(F, name)(x, target, reduction=reduction, weight=tensor(weight, device, x.dtype))

    def formula(x, target):
        return loss.reduce(weight * WEIGHTED[name](x, target, reduction="none"), reduction)

    law.equals(function, formula, *arrays, slack=21.0, device=device)
    law.differentiates(function, formula, *(x.astype("float64") for x in arrays), seed=seed, device=device)


@documents("torch.nn.CrossEntropyLoss", "torch.nn.NLLLoss", "torch.nn.functional.nll_loss")
@pytest.mark.parametrize("name", ["cross_entropy", "nll_loss"])
@pytest.mark.parametrize("reduction", ["sum", "none"])
@pytest.mark.parametrize("ignored", [-100, 2])
def test_ignored_sample_alone_counts_nothing(name, reduction, ignored, device):
    """The loss of a sample without a batch whose class is ignored is 0, and so is its gradient."""
    x = tensor(draw.normal(0, 5), device).requires_grad_()
    target = tensor(np.array(ignored), device)
    found = getattr(F, name)(x, target, ignore_index=ignored, reduction=reduction)
    found.backward()

    expected = getattr(classification, name)(array(x), np.array(ignored), ignore_index=ignored, reduction=reduction)
    close(found, expected, bound.Bound(0, 0, signed_zeros=False), device=device)
    close(x.grad, np.zeros(5), bound.Bound(0, 0, signed_zeros=False), device=device)


@documents("torch.nn.BCELoss", "torch.nn.functional.binary_cross_entropy")
@pytest.mark.parametrize("reduction", ["sum", "mean", "none"])
def test_gradient_of_certain_probabilities_is_finite(reduction, dtype, device):
    """The binary cross entropy of a certain probability has a finite gradient, which is 0 where it is right."""
    x, target = np.array([0.0, 1.0, 0.0, 1.0, 0.5]), np.array([1.0, 0.0, 0.0, 1.0, 1.0])
    function = functools.partial(F.binary_cross_entropy, target=tensor(draw.cast(target, dtype), device),
                                 reduction=reduction)  # fmt: skip
    cotangent = np.ones(x.shape if reduction == "none" else ())
    (found,) = gradient.vjp(function, (draw.cast(x, dtype),), draw.cast(cotangent, dtype), device)

    assert torch.isfinite(found).all()
    assert (array(found)[[0, 4]] < 0).all() and array(found)[1] > 0
    assert (array(found)[2:4] == 0).all()


REFUSED = {
    "a negative variance": (ValueError, lambda x: F.gaussian_nll_loss(x, x, -x)),
    "a variance of another shape": (ValueError, lambda x: F.gaussian_nll_loss(x, x, x[:, :2])),
    "probabilities of another shape": (ValueError, lambda x: F.binary_cross_entropy(x, x[:1])),
    "logits of another shape": (ValueError, lambda x: F.binary_cross_entropy_with_logits(x, x[:1])),
    "a third power": (ValueError, lambda x: F.multi_margin_loss(x, (0 * x[:, 0]).long(), p=3)),
    "a negative beta": (RuntimeError, lambda x: F.smooth_l1_loss(x, x, beta=-1.0)),
    "a delta of zero": (RuntimeError, lambda x: F.huber_loss(x, x, delta=0.0)),
}


@documents("torch.nn.GaussianNLLLoss", "torch.nn.MultiMarginLoss", "torch.nn.SmoothL1Loss", "torch.nn.HuberLoss",
           "torch.nn.BCELoss")  # fmt: skip
@pytest.mark.parametrize("what", REFUSED)
def test_refuses_what_it_is_not_made_for(what, device):
    """Variances and beta are not negative, delta is positive, p is 1 or 2, and shapes fit, or an error is raised."""
    error, call = REFUSED[what]

    with pytest.raises(error):
        call(tensor(np.full((2, 3), 0.5), device))


@documents("torch.nn.TripletMarginLoss", "torch.nn.TripletMarginWithDistanceLoss", since="2.6")
@pytest.mark.parametrize("name", ["triplet_margin_loss", "triplet_margin_with_distance_loss"])
@pytest.mark.parametrize("margin", [0.0, -1.0])
def test_margin_of_triplets_is_positive(name, margin, device):
    """A margin that is not positive raises a ValueError."""
    x = tensor(draw.normal(0, 2, 3), device)

    with pytest.raises(ValueError, match="margin"):
        getattr(F, name)(x, x, x, margin=margin)
