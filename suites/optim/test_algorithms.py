"""Each optimizer beside its formula, step by step: every combination of its options, in every implementation."""

import numpy as np
import pytest
import torch

from reference import optimizer
from suites.kit import bound, close, documents, dtypes, observe

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
#: A coefficient in the state of NAdam is a float32 number whatever the parameters are.
COARSE = tuple(variant for variant in DOCUMENTED if variant.algorithm.name == "NAdam")
FINE = tuple(variant for variant in DOCUMENTED if variant.algorithm.name != "NAdam")
#: All but SGD, which asked for a learning rate before 2.3.
CHOOSING = tuple(algorithm for algorithm in ALGORITHMS if algorithm.name != "SGD")


def follows(row, options, arrays, gradients, device, each=8.0):
    """Assert that the variant walks as its formula does, to ``each`` u per step of the length of the path."""
    parameters = leaves(arrays, device)
    expected, lengths = formula_walk(row.algorithm, arrays, gradients, **options)

    found = walk(row.optimizer(parameters, **options), parameters, gradients)

    close(found, expected, accumulated(lengths, each), dtype=arrays[0].dtype)
    assert all(parameter.device.type == torch.device(device).type for parameter in parameters)


@documents("torch.optim.Optimizer.step", guide=GUIDE)
@over(FINE)
def test_follows_its_formula(row, dtype, device):
    """Twenty steps of {row} follow the documented formula, in every combination of the options."""
    arrays, gradients = start(dtype), slopes(dtype)

    for options in row.algorithm.combinations():
        follows(row, options, arrays, gradients, device)


@documents("torch.optim.NAdam", guide=GUIDE)
@over(COARSE)
def test_follows_its_formula_to_float32(row, dtype, device):
    """Twenty steps of {row} follow the documented formula to the precision of float32, in every combination."""
    arrays, gradients = start(dtype), slopes(dtype)

    for options in row.algorithm.combinations():
        follows(row, options, arrays, gradients, device, each=8.0 * 2.0**-24 / dtypes.unit(dtype))


@documents("torch.optim.NAdam")
@pytest.mark.dtypes(torch.float64)
@over(COARSE)
def test_is_as_precise_as_its_parameters(row, dtype, device):
    """Twenty steps of {row} on float64 parameters follow the documented formula to the precision of float64."""
    follows(row, row.busiest, start(dtype), slopes(dtype), device)


@documents("torch.optim.Optimizer.step", guide=GUIDE)
@over(DOCUMENTED)
def test_moves_every_element_of_a_large_parameter(row, device):
    """Three steps of {row} follow the documented formula in thousands of elements, and beside a parameter of none."""
    arrays, gradients = start("float32", LARGE), slopes("float32", LARGE, 3)

    follows(row, row.busiest, arrays, gradients, device)


@documents("torch.optim.Optimizer.step", guide=GUIDE)
@over(tuple(variant for variant in DOCUMENTED if variant.implementation == "loop"))
def test_has_the_documented_defaults(row, device):
    """Twenty steps of {row} with a learning rate and no other option follow the formula at the documented defaults."""
    follows(row, {"lr": 0.05}, start(), slopes(), device, each=8.0 if row.algorithm.name != "NAdam" else 8.0 * 2.0**29)


@documents("torch.optim.Optimizer.step", guide=GUIDE)
@pytest.mark.parametrize("row", [pytest.param(a, marks=documents(f"torch.optim.{a.name}"), id=a.name) for a in CHOOSING])
def test_chooses_an_implementation_and_a_learning_rate(row, device):
    """Twenty steps of {row} with no option at all follow the formula at the documented defaults."""
    parameters = leaves(start(), device)
    expected, lengths = formula_walk(row, start(), slopes())

    found = walk(getattr(torch.optim, row.name)(parameters), parameters, slopes())

    close(found, expected, accumulated(lengths, 8.0 if row.name != "NAdam" else 8.0 * 2.0**29))


@documents("torch.optim.Optimizer.step")
@over(VARIANTS)
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

    close(found, expected, accumulated(lengths))


@documents("torch.optim.ASGD")
@over(AVERAGED)
def test_averaged_descent_without_decay_is_plain(row, dtype, device):
    """Steps of {row} without its decay term are p = p - lr (g + weight_decay p)."""
    parameters = leaves(start(dtype), device)
    plain = Algorithm("SGD", optimizer.sgd, {})
    expected, lengths = formula_walk(plain, start(dtype), slopes(dtype), lr=0.05, weight_decay=0.1)

    found = walk(row.optimizer(parameters, lr=0.05, lambd=0.0, weight_decay=0.1), parameters, slopes(dtype))

    close(found, expected, accumulated(lengths))


@documents("torch.optim.ASGD")
@over(AVERAGED)
def test_averaged_descent_moves(row, device):
    """A step of {row} goes against the gradient, and not at all where that is zero and nothing decays."""
    parameters = leaves(start(), device)

    found = walk(row.optimizer(parameters, lr=0.05, lambd=0.0), parameters, slopes()[:1])
    expected, lengths = formula_walk(row.algorithm, start(), slopes(), **row.busiest)
    walked = leaves(start(), device)
    path = walk(row.optimizer(walked, **row.busiest), walked, slopes())

    close(np.sign(found[0] - flatten(start())), -np.sign(flatten(slopes()[0])), bound.rounded(0.0))
    observe("follows Bottou", bool(np.all(np.abs(path - expected) <= 1e-6 * lengths)))
