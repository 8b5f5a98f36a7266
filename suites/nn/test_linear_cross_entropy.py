"""Linear cross entropy: the loss of a linear map's logits, whether they are all there at once or chunk by chunk."""

import numpy as np
import pytest
import torch.nn as nn
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from reference.classification import cross_entropy
from reference.linear import linear
from suites.kit import array, close, documents, draw, tensor
from suites.nn import law

CLAIM = documents("torch.nn.functional.linear_cross_entropy", "torch.nn.LinearCrossEntropyLoss",
                  "torch.nn.LinearCrossEntropyOptions", since="2.13")  # fmt: skip
#: Samples, features and classes; where samples are many and classes more than features, chunks are cut.
SIZES = {"few": (3, 5, 4), "many": (40, 3, 7)}
chunked = pytest.mark.parametrize("chunks", [False, True], ids=["at once", "in chunks"])
sizes = pytest.mark.parametrize("size", SIZES)
#: What is not done in chunks is said to be done at once.
quiet = pytest.mark.filterwarnings("ignore::UserWarning")
settings = st.fixed_dictionaries(
    {"reduction": st.sampled_from(("mean", "sum", "none"))},
    optional={
        "label_smoothing": st.sampled_from((0.1, 0.5)),
        "ignore_index": st.integers(0, 2),
        "weight": draw.seeds(),
    },
)


def drawn(seed, size, given_settings):
    """Samples, weight, bias, targets of which none is the first class, and the settings with class weights."""
    rows, features, classes = SIZES[size]
    x, weight, bias = (
        draw.normal(seed + i, *s) for i, s in enumerate(((rows, features), (classes, features), (classes,)))
    )
    target = np.random.default_rng(seed).integers(1, classes, rows)
    target[0] = classes - 1  # one is never ignored
    known = dict(given_settings)
    if "weight" in known:
        known["weight"] = np.abs(draw.normal(known["weight"], classes)) + 0.1
    return (x, weight, bias), target, known


def options(chunks):
    return nn.LinearCrossEntropyOptions() if chunks else None


def both(target, settings, chunks, device):
    """torch's function of samples, weight and bias, and the formula."""
    known = {name: tensor(value, device) if name == "weight" else value for name, value in settings.items()}
    truth = tensor(target, device)

    def function(x, weight, bias):
        return F.linear_cross_entropy(x, weight, truth, linear_bias=bias, options=options(chunks), **known)

    return function, lambda x, weight, bias: cross_entropy(linear(x, weight, bias), target, **settings)


@CLAIM
@quiet
@chunked
@sizes
@given(seed=draw.seeds(), given_settings=settings)
def test_is_the_cross_entropy_of_a_linear_map(size, chunks, seed, given_settings, device):
    """linear_cross_entropy is cross_entropy of linear, for every setting, in chunks or not."""
    arrays, target, known = drawn(seed, size, given_settings)
    function, formula = both(target, known, chunks, device)

    law.equals(function, formula, *arrays, slack=64.0 * len(target), device=device)


@CLAIM
@quiet
@chunked
@sizes
@given(seed=draw.seeds(), given_settings=settings)
def test_has_the_gradient_of_the_cross_entropy(size, chunks, seed, given_settings, device):
    """The gradients for samples, weight and bias are those of the cross entropy of the linear map."""
    arrays, target, known = drawn(seed, size, given_settings)
    function, formula = both(target, known, chunks, device)

    law.differentiates(function, formula, *arrays, seed=seed, device=device)


@CLAIM
@quiet
@chunked
@pytest.mark.parametrize("bias", [False, True], ids=["plain", "bias"])
def test_module_is_the_function(bias, chunks, device):
    """The module is the function of its own linear map."""
    (x, _, _), target, _ = drawn(0, "many", {})
    module = (
        nn.LinearCrossEntropyLoss(3, 7, bias=bias, options=options(chunks), label_smoothing=0.1).double().to(device)
    )
    arguments = tensor(x, device), module.linear.weight, tensor(target, device)

    expected = F.linear_cross_entropy(
        *arguments, linear_bias=module.linear.bias, label_smoothing=0.1, options=options(chunks)
    )
    close(module(arguments[0], arguments[2]), array(expected), device=device)
