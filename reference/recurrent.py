"""Recurrent cells, and layers of them over time; weights are named as torch's modules name them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy import ndarray as Array

from reference.activation import sigmoid
from reference.linear import linear

State = tuple[Array, ...]
Weights = tuple[Array, ...]


def rnn_cell(x: Array, state: State, weights: Weights) -> State:
    """h' = tanh(W_ih x + b_ih + W_hh h + b_hh)."""
    w_ih, w_hh, b_ih, b_hh = weights
    return (np.tanh(linear(x, w_ih, b_ih) + linear(state[0], w_hh, b_hh)),)


def lstm_cell(x: Array, state: State, weights: Weights) -> State:
    """i, f, o = s(·), g = tanh(·) of W_ih x + b_ih + W_hh h + b_hh in the order i, f, g, o; c' = f c + i g, h'
    = o tanh(c'), or W_hr o tanh(c') where a fifth weight projects it.
    """
    w_ih, w_hh, b_ih, b_hh, *projection = weights
    h, c = state
    i, f, g, o = np.split(linear(x, w_ih, b_ih) + linear(h, w_hh, b_hh), 4, axis=-1)
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    h = sigmoid(o) * np.tanh(c)
    return (linear(h, *projection) if projection else h), c


def gru_cell(x: Array, state: State, weights: Weights) -> State:
    """r, z = s(·); n = tanh(W_in x + b_in + r (W_hn h + b_hn)); h' = (1 - z) n + z h, in the order r, z, n."""
    w_ih, w_hh, b_ih, b_hh = weights
    (h,) = state
    xr, xz, xn = np.split(linear(x, w_ih, b_ih), 3, axis=-1)
    hr, hz, hn = np.split(linear(h, w_hh, b_hh), 3, axis=-1)
    z = sigmoid(xz + hz)
    return ((1 - z) * np.tanh(xn + sigmoid(xr + hr) * hn) + z * h,)


CELLS: dict[str, Callable[[Array, State, Weights], State]] = {"RNN": rnn_cell, "LSTM": lstm_cell, "GRU": gru_cell}


def recurrent(kind: str, x: Array, state: State, weights: list[list[Weights]]) -> tuple[Array, State]:
    """The outputs (L, N, D·H) of the last layer and the last states (layers·D, N, H), for x (L, N, I).

    ``weights`` has for each layer those of its directions, one or two; the second runs backward in time.
    """
    cell, last = CELLS[kind], []
    for layer, directions in enumerate(weights):
        outputs = []
        for direction, its_weights in enumerate(directions):
            now = tuple(part[layer * len(directions) + direction] for part in state)
            steps = []
            for step in x[::-1] if direction else x:
                now = cell(step, now, its_weights)
                steps.append(now[0])
            outputs.append(np.stack(steps[::-1] if direction else steps))
            last.append(now)
        x = np.concatenate(outputs, axis=-1)
    return x, tuple(np.stack(parts) for parts in zip(*last))
