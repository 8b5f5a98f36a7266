"""Values of recurrent cells that were worked out by hand."""

import math

import numpy as np

from reference import recurrent
from suites.meta.reference.checks import near


def weights(gates, value):
    """Weights that only pass their biases on."""
    return np.zeros((gates, 1)), np.zeros((gates, 1)), np.array(value, float), np.zeros(gates)


ZERO = np.zeros((1, 1))


def test_rnn_cell():
    (h,) = recurrent.rnn_cell(
        np.ones((1, 1)), (np.ones((1, 1)),), (np.eye(1) * 2, np.eye(1) * 3, np.ones(1), np.ones(1))
    )
    near(h, [[math.tanh(7)]])


def test_lstm_cell():
    big = 1000.0  # opens a gate; its negative closes it
    h, c = recurrent.lstm_cell(ZERO, (ZERO, np.array([[5.0]])), weights(4, [0, -big, 1, big]))
    near(c, [[math.tanh(1) / 2]])
    near(h, [[math.tanh(math.tanh(1) / 2)]])
    _, kept = recurrent.lstm_cell(ZERO, (ZERO, np.array([[5.0]])), weights(4, [-big, big, 1, big]))
    near(kept, [[5]])


def test_lstm_cell_projects():
    w_ih, _, b_ih, b_hh = weights(4, [-1000, 1000, 1, 1000])
    h, c = recurrent.lstm_cell(
        ZERO, (np.ones((1, 2)), np.array([[5.0]])), (w_ih, np.zeros((4, 2)), b_ih, b_hh, np.array([[2.0], [3.0]]))
    )
    near(h, [[2 * math.tanh(5), 3 * math.tanh(5)]])
    near(c, [[5]])


def test_gru_cell():
    (h,) = recurrent.gru_cell(ZERO, (np.array([[4.0]]),), weights(3, [0, 0, 1]))
    near(h, [[math.tanh(1) / 2 + 2]])
    w = (np.zeros((3, 1)), np.array([[0.0], [0.0], [1.0]]), np.zeros(3), np.zeros(3))
    (reset,) = recurrent.gru_cell(ZERO, (np.array([[4.0]]),), w)
    near(reset, [[math.tanh(2) / 2 + 2]])


def test_recurrent_runs_both_ways():
    forward = (np.eye(1), np.eye(1), np.zeros(1), np.zeros(1))
    x = np.array([1.0, 2.0]).reshape(2, 1, 1)
    out, (last,) = recurrent.recurrent("RNN", x, (np.zeros((2, 1, 1)),), [[forward, forward]])
    there = [math.tanh(1), math.tanh(2 + math.tanh(1))]
    back = [math.tanh(1 + math.tanh(2)), math.tanh(2)]
    near(out[:, 0], [[there[0], back[0]], [there[1], back[1]]])
    near(last[:, 0, 0], [there[1], back[0]])
