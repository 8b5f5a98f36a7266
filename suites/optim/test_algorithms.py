"""Each optimizer beside its formula, step by step: every combination of its options, in every implementation."""

import numpy as np
import pytest
import torch

from reference import optimizer
from suites.kit import close, documents, observe

from .algorithms import (
    ALGORITHMS,
    ASGD,
    LARGE,
    VARIANTS,
    Algorithm,
    Variant,
    accumulated,
    flatten,
    formula_walk,
    leaves,
    over,
    slopes,
    start,
    walk,
)

GUIDE = ("Optimizers & Gradient Descent", "Update the weights")

DOCUMENTED = tuple(variant for variant in VARIANTS if variant.algorithm is not ASGD)
AVERAGED = tuple(variant for variant in VARIANTS if variant.algorithm is ASGD)
#: All but SGD, which asked for a learning rate before 2.3.
CHOOSING = tuple(algorithm for algorithm in ALGORITHMS if algorithm.name != "SGD")


def follows(row, options, arrays, gradients, device, allowed=None):
    """Assert that the variant walks as its formula does."""
    dtype, parameters = arrays[0].dtype, leaves(arrays, device)
    expected, lengths = formula_walk(row.algorithm, arrays, gradients, **options)

    found = walk(row.optimizer(parameters, **options), parameters, gradients)

    close(found, expected, (allowed or row.allowed)(lengths, dtype), dtype=dtype)
    assert all(parameter.device.type == torch.device(device).type for parameter in parameters)


@documents("torch.optim.Optimizer.step", guide=GUIDE)
@over(DOCUMENTED)
def test_follows_its_formula(row, dtype, device):
    """Steps of {row} follow the documented formula, in every combination of the options."""
    arrays, gradients = start(dtype), slopes(dtype)[: row.steps]

    for options in row.algorithm.combinations():
        follows(row, options, arrays, gradients, device)


@documents("torch.optim.Optimizer.step")
@pytest.mark.dtypes(torch.float64)
@over(tuple(variant for variant in DOCUMENTED if variant.algorithm.name in ("NAdam", "Adagrad")))
def test_is_as_precise_as_its_parameters(row, dtype, device):
    """Steps of {row} on float64 parameters follow the documented formula to the precision of float64."""
    follows(row, row.busiest, start(dtype), slopes(dtype), device, allowed=lambda lengths, dtype: accumulated(lengths))


@documents("torch.optim.Optimizer.step", guide=GUIDE)
@over(DOCUMENTED)
def test_moves_every_element_of_a_large_parameter(row, device):
    """Steps of {row} follow the documented formula in thousands of elements, and beside a parameter of none."""
    follows(row, row.busiest, start("float32", LARGE), slopes("float32", LARGE, 3), device)


@documents("torch.optim.Optimizer.step", guide=GUIDE)
@over(DOCUMENTED)
def test_has_the_documented_defaults(row, device):
    """Twenty steps of {row} with a learning rate and no other option follow the formula at the documented defaults."""
    follows(row, {"lr": 0.05}, start(), slopes(), device)


@documents("torch.optim.Optimizer.step", guide=GUIDE)
@pytest.mark.parametrize("row", [pytest.param(v, marks=documents(f"torch.optim.{v}"), id=str(v)) for v in CHOOSING])
def test_needs_no_option(row, device):
    """Twenty steps of {row} with no option at all follow the formula at the documented defaults."""
    parameters = leaves(start(), device)
    expected, lengths = formula_walk(row, start(), slopes())

    found = walk(getattr(torch.optim, row.name)(parameters), parameters, slopes())

    close(found, expected, Variant(row, "loop").allowed(lengths, "float64"))


@documents("torch.optim.Optimizer.step")
@over(VARIANTS, young=("NAdam", "RAdam"))
def test_maximizes_by_turning_the_gradient(row, dtype, device):
    """{row} and maximize=True goes where it goes without on the negated gradients, bit for bit."""
    climbing, falling = leaves(start(dtype), device), leaves(start(dtype), device)
    options = {**row.busiest, "maximize": False}
    turned = [[np.negative(slope) for slope in step] for step in slopes(dtype)]

    up = walk(row.optimizer(climbing, **{**options, "maximize": True}), climbing, slopes(dtype))
    down = walk(row.optimizer(falling, **options), falling, turned)

    close(up, down)


@documents("torch.optim.Optimizer.step")
@over(tuple(variant for variant in VARIANTS if variant.implementation != "loop"))
def test_implementations_agree(row, dtype, device):
    """Twenty steps of {row} end where those of the loop over the parameters end."""
    options, parameters, looped = row.busiest, leaves(start(dtype), device), leaves(start(dtype), device)
    _, lengths = formula_walk(row.algorithm, start(dtype), slopes(dtype), **options)

    found = walk(row.optimizer(parameters, **options), parameters, slopes(dtype))
    expected = walk(Variant(row.algorithm, "loop").optimizer(looped, **options), looped, slopes(dtype))

    close(found, expected, row.allowed(lengths, dtype))


@documents("torch.optim.ASGD")
@over(AVERAGED)
def test_averaged_descent_without_decay_is_plain(row, dtype, device):
    """Steps of {row} without its decay term are p = p - lr (g + weight_decay p), to the precision of float32."""
    parameters, plain = leaves(start(dtype), device), Algorithm("SGD", optimizer.sgd, {})
    expected, lengths = formula_walk(plain, start(dtype), slopes(dtype), lr=0.05, weight_decay=0.1)

    found = walk(row.optimizer(parameters, lr=0.05, lambd=0.0, weight_decay=0.1), parameters, slopes(dtype))

    close(found, expected, row.allowed(lengths, dtype), dtype=dtype)
    observe("follows Bottou", _follows_bottou(row, dtype, device))


@documents("torch.optim.ASGD")
@over(AVERAGED)
def test_averaged_descent_decays(row, dtype, device):
    """The decay term of {row} takes parameters whose gradient is zero towards zero, faster the larger it is."""
    still = [[np.zeros_like(value) for value in start(dtype)]] * 3
    little, much = leaves(start(dtype), device), leaves(start(dtype), device)

    slow = walk(row.optimizer(little, lr=0.5, lambd=0.1), little, still)
    fast = walk(row.optimizer(much, lr=0.5, lambd=0.2), much, still)

    sizes = np.abs(np.stack([flatten(start(dtype)), *slow]))
    assert np.all(np.diff(sizes, axis=0) < 0)
    assert np.all(np.abs(fast) < np.abs(slow))


def _follows_bottou(row, dtype, device):
    """Whether averaged descent is what its literature says; torch documents no formula."""
    parameters = leaves(start(dtype), device)
    expected, lengths = formula_walk(row.algorithm, start(dtype), slopes(dtype), **row.busiest)
    found = walk(row.optimizer(parameters, **row.busiest), parameters, slopes(dtype))
    return bool(np.all(np.abs(found - expected) <= 1e-5 * lengths))
