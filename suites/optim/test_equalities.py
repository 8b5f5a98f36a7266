"""What must not matter: half types, when the first gradient comes, how far it goes, that steps are differentiated."""

import numpy as np
import pytest
import torch

from suites.kit import bound, close, documents, draw, tensor

from .algorithms import (
    ALGORITHMS,
    VARIANTS,
    Variant,
    coarsely,
    every_variant,
    flat,
    formula_walk,
    give,
    leaves,
    over,
    slopes,
    start,
    walk,
)

LOOPS = tuple(Variant(algorithm, "loop") for algorithm in ALGORITHMS)
HALF = 100


def pushes(seed, steps, size, dtype):
    """Gradients of either sign between a half and two."""
    rng = np.random.default_rng(seed)
    return [[draw.cast(rng.choice([-1, 1], size) * rng.uniform(0.5, 2.0, size), dtype)] for _ in range(steps)]


@documents("torch.optim.Optimizer.step", since="2.4")  # before, the CPU lacked some operations on float16
@pytest.mark.dtypes(torch.float16, torch.bfloat16)
@over(VARIANTS)
def test_moves_half_types_alike(row, dtype, device):
    """Three steps of {row} on a hundred elements of a half type follow the formula to the precision of that type."""
    options, steps = {**row.falling, "centered": False}, pushes(3, 3, HALF, dtype)
    options = {name: value for name, value in options.items() if name in row.algorithm.options}
    place = draw.normal(1, HALF, dtype=dtype)
    parameter = tensor(place, device, dtype).requires_grad_()
    expected, lengths = formula_walk(row.algorithm, [place], steps, **options)
    optimizer = row.optimizer([parameter], **options)

    for [slope] in steps:
        parameter.grad = tensor(slope, device, dtype)
        optimizer.step()

    close(parameter, expected[-1], bound.Bound(16.0, lengths[-1] + 1.0), dtype=dtype, device=device)


@documents("torch.optim.Optimizer.step")
@every_variant
def test_takes_up_a_parameter_at_its_first_gradient(row, device):
    """{row} moves a parameter that has its first gradient after others had theirs as an optimizer of its own would."""
    parameters, alone = leaves(start(), device), leaves(start(), device)
    optimizer, *own = (row.optimizer(held, **row.busiest) for held in (parameters, alone[:2], alone[2:]))
    walk(optimizer, parameters[:2], [step[:2] for step in slopes()[:3]])
    walk(own[0], alone[:2], [step[:2] for step in slopes()[:3]])

    for step in slopes()[3:6]:
        give(parameters, step)
        give(alone, step)
        optimizer.step()
        own[0].step()
        own[1].step()

    close(flat(parameters), flat(alone))


@documents("torch.optim.Optimizer.step")
@over(LOOPS)
def test_goes_far(row, device):
    """After 3 000 constant, tiny, huge and alternating gradients {row} is where its formula is, and so finite."""
    pushed = np.array([1.0, 2.0**-40, 2.0**40, 1.0, 0.0])
    signs = np.array([1.0, 1.0, 1.0, -1.0, 1.0])
    steps = [[pushed * signs**step] for step in range(3000)]
    [parameter] = leaves([np.ones(5)], device)
    optimizer = row.optimizer([parameter], lr=1e-3)

    for [slope] in steps:
        parameter.grad = tensor(slope, device)
        optimizer.step()

    expected, lengths = formula_walk(row.algorithm, [np.ones(5)], steps, lr=1e-3)
    assert np.isfinite(expected[-1]).all()
    close(parameter, expected[-1], row.allowed(lengths, "float64")._replace(factor=8.0 * 3000, scale=lengths[-1]))


@documents("torch.optim.Optimizer.step", since="2.0")
@over(LOOPS)
def test_differentiable_steps_go_the_same_way(row, dtype, device):
    """{row} with differentiable=True goes where it goes without, in every combination of the options."""
    for options in row.algorithm.combinations():
        moving = [leaf.clone() for leaf in leaves(start(dtype), device)]
        optimizer = getattr(torch.optim, row.algorithm.name)(moving, differentiable=True, **options)
        expected, lengths = formula_walk(row.algorithm, start(dtype), slopes(dtype)[:6], **options)

        found = walk(optimizer, moving, slopes(dtype)[:6])

        close(found, expected, coarsely(lengths, dtype), dtype=dtype)  # its counts of steps are float32
        assert all(place.requires_grad for place in moving)
