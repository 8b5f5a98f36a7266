"""RNN, LSTM and GRU over time against their cells: layers, directions, states, and how the axes lie."""

import numpy as np
import pytest
import torch.nn as nn
from hypothesis import given
from hypothesis import strategies as st

from reference.recurrent import CELLS, recurrent
from suites.kit import array, bound, close, documents, draw, tensor
from suites.nn import law

SIZES = {"RNN": 1, "LSTM": 4, "GRU": 3}
#: Sigmoids and tanhs over some steps: each adds a few roundings of numbers no larger than 1.
STEPS = bound.Bound(512, 1.0)

kinds = pytest.mark.parametrize("kind", [pytest.param(kind, marks=documents(f"torch.nn.{kind}")) for kind in SIZES])


def drawn(kind, seed, layers, directions, inputs=3, hidden=2):
    """The weights by layer and direction, and the names that torch has for them."""
    weights, names = [], []
    for layer in range(layers):
        size = inputs if layer == 0 else hidden * directions
        rows = SIZES[kind] * hidden
        shapes = ((rows, size), (rows, hidden), (rows,), (rows,))
        of_layer = []
        for direction in range(directions):
            place = seed + 10 * (2 * layer + direction)
            of_layer.append(tuple(draw.normal(place + i, *shape) for i, shape in enumerate(shapes)))
            suffix = f"_l{layer}" + "_reverse" * direction
            names += [f"{part}{suffix}" for part in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]
        weights.append(of_layer)
    return weights, dict(zip(names, [part for of_layer in weights for part in sum(of_layer, ())]))


def module_of(kind, parameters, layers, directions, device, **settings):
    """torch's module with these parameters."""
    module = getattr(nn, kind)(3, 2, layers, bidirectional=directions == 2, **settings).double().to(device)
    for name, value in parameters.items():
        setattr(module, name, nn.Parameter(tensor(value, device)))
    return module


def states(kind, seed, layers, directions, batch):
    """Random first states: one, or two for an LSTM."""
    shape = (layers * directions, batch, 2)
    return tuple(draw.normal(seed + 90 + i, *shape) for i in range(2 if kind == "LSTM" else 1))


def packed(kind, state, device):
    """The states as torch takes them: an LSTM's in a pair."""
    tensors = tuple(tensor(part, device) for part in state)
    return tensors if kind == "LSTM" else tensors[0]


def unpacked(found):
    return found if isinstance(found, tuple) else (found,)


@kinds
@given(seed=draw.seeds(), layers=st.integers(1, 2), directions=st.integers(1, 2), steps=st.integers(1, 5))
def test_runs_its_cell_over_time(kind, seed, layers, directions, steps, device):
    """Outputs and last states are those of the cell run over time, in each layer and direction, from the given
    states.
    """
    weights, parameters = drawn(kind, seed, layers, directions)
    module = module_of(kind, parameters, layers, directions, device)
    x, state = draw.normal(seed + 80, steps, 4, 3), states(kind, seed, layers, directions, 4)
    out, last = module(tensor(x, device), packed(kind, state, device))

    expected, expected_last = recurrent(kind, x, state, weights)
    close(out, expected, STEPS, device=device)
    for found, wanted in zip(unpacked(last), expected_last):
        close(found, wanted, bound.Bound(512, 1.0 + np.abs(wanted)), device=device)


@kinds
@given(seed=draw.seeds())
def test_starts_from_zeros(kind, seed, device):
    """Without given states the first states are zeros."""
    weights, parameters = drawn(kind, seed, 1, 1)
    x = draw.normal(seed + 80, 3, 2, 3)
    zeros = tuple(np.zeros_like(part) for part in states(kind, seed, 1, 1, 2))

    out, _ = module_of(kind, parameters, 1, 1, device)(tensor(x, device))
    close(out, recurrent(kind, x, zeros, weights)[0], STEPS, device=device)


@kinds
@given(seed=draw.seeds(), directions=st.integers(1, 2))
def test_batch_first_and_unbatched_only_move_axes(kind, seed, directions, device):
    """batch_first=True takes and gives (batch, time, feature), states excepted; a sequence without batch gives
    its own.
    """
    weights, parameters = drawn(kind, seed, 1, directions)
    x, state = draw.normal(seed + 80, 3, 4, 3), states(kind, seed, 1, directions, 4)
    first = module_of(kind, parameters, 1, directions, device, batch_first=True)
    time = module_of(kind, parameters, 1, directions, device)
    out, last = first(tensor(x.swapaxes(0, 1).copy(), device), packed(kind, state, device))
    single, single_last = time(
        tensor(x[:, 1].copy(), device), packed(kind, tuple(part[:, 1] for part in state), device)
    )

    expected, expected_last = recurrent(kind, x, state, weights)
    close(out, expected.swapaxes(0, 1), STEPS, device=device)
    close(single, expected[:, 1], STEPS, device=device)
    for found, alone, wanted in zip(unpacked(last), unpacked(single_last), expected_last):
        close(found, wanted, bound.Bound(512, 1.0 + np.abs(wanted)), device=device)
        close(alone, wanted[:, 1], bound.Bound(512, 1.0 + np.abs(wanted[:, 1])), device=device)


@kinds
@given(seed=draw.seeds())
def test_has_the_gradient_of_its_cells(kind, seed, device):
    """The gradients for input, first states and every weight are those of the cells run over time."""
    _, parameters = drawn(kind, seed, 1, 1)
    x, state = draw.normal(seed + 80, 3, 2, 3), states(kind, seed, 1, 1, 2)

    def function(x, *rest):
        first, module = rest[: len(state)], module_of(kind, parameters, 1, 1, device)
        for name, value in zip(parameters, rest[len(state) :]):
            delattr(module, name)
            setattr(module, name, value)
        return module(x, first if len(state) == 2 else first[0])[0]

    def formula(x, *rest):
        return recurrent(kind, x, rest[: len(state)], [[rest[len(state) :]]])[0]

    law.differentiates(function, formula, x, *state, *parameters.values(), seed=seed, device=device)


@pytest.mark.parametrize("kind", [pytest.param(kind, marks=documents(f"torch.nn.{kind}Cell")) for kind in SIZES])
@given(seed=draw.seeds(), bias=st.booleans())
def test_cell_is_its_formula(kind, seed, bias, device):
    """A cell gives its next states, from the given ones or from zeros, with or without biases."""
    ((weights,),), _ = drawn(kind, seed, 1, 1)
    weights = weights if bias else (*weights[:2], np.zeros_like(weights[2]), np.zeros_like(weights[3]))
    cell = getattr(nn, f"{kind}Cell")(3, 2, bias=bias).double().to(device)
    for name, value in zip(("weight_ih", "weight_hh", "bias_ih", "bias_hh")[: 4 if bias else 2], weights):
        setattr(cell, name, nn.Parameter(tensor(value, device)))
    x, state = draw.normal(seed + 80, 4, 3), tuple(part[0] for part in states(kind, seed, 1, 1, 4))
    found = cell(tensor(x, device), packed(kind, state, device))

    for part, wanted in zip(unpacked(found), CELLS[kind](x, state, weights)):
        close(part, wanted, bound.Bound(512, 1.0 + np.abs(wanted)), device=device)
    zeros = CELLS[kind](x, tuple(np.zeros_like(part) for part in state), weights)
    close(unpacked(cell(tensor(x, device)))[0], zeros[0], STEPS, device=device)


@kinds
def test_names_its_parameters(kind):
    """Parameters are called weight_ih_l0, weight_hh_l0, bias_ih_l0, bias_hh_l0, with _reverse for the second
    direction.
    """
    _, parameters = drawn(kind, 0, 2, 2)
    module = getattr(nn, kind)(3, 2, 2, bidirectional=True)

    shapes = {name: value.shape for name, value in parameters.items()}
    assert {name: tuple(value.shape) for name, value in module.named_parameters()} == shapes
    assert len(list(getattr(nn, kind)(3, 2, bias=False).parameters())) == 2


@documents("torch.nn.RNN")
@given(seed=draw.seeds())
def test_relu_takes_the_place_of_tanh(seed, device):
    """With nonlinearity="relu" the next state is relu(W_ih x + b_ih + W_hh h + b_hh)."""
    _, parameters = drawn("RNN", seed, 1, 1)
    module = module_of("RNN", parameters, 1, 1, device, nonlinearity="relu")
    x, (h,) = draw.normal(seed + 80, 1, 4, 3), states("RNN", seed, 1, 1, 4)
    w_ih, w_hh, b_ih, b_hh = parameters.values()

    expected = np.maximum(x @ w_ih.T + b_ih + h @ w_hh.T + b_hh, 0)
    close(module(tensor(x, device), tensor(h, device))[0], expected, bound.Bound(256, 8.0, False), device=device)


@kinds
def test_dropout_between_layers_ends_in_evaluation(kind, device):
    """dropout= changes outputs in training and none in evaluation."""
    _, parameters = drawn(kind, 0, 2, 1)
    x = tensor(draw.normal(80, 5, 4, 3), device)
    plain, dropping = (module_of(kind, parameters, 2, 1, device, dropout=p) for p in (0.0, 0.9))

    close(dropping.eval()(x)[0], array(plain(x)[0]), STEPS, device=device)
    assert np.any(array(dropping.train()(x)[0]) != array(plain(x)[0]))
