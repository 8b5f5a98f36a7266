"""Values of Adafactor and Muon that were worked out by hand."""

import math

import numpy as np

from reference import matrices
from suites.meta.reference.checks import near


def test_adafactor_of_a_vector():
    p, g = np.array([3.0, 4.0]), np.array([1.0, 2.0])
    step = 0.1 * math.sqrt(12.5)
    near(matrices.adafactor(p, g, {}, lr=0.1)[0], p - step)
    near(matrices.adafactor(p, g, {}, lr=0.1, maximize=True)[0], p + step)
    near(matrices.adafactor(p, g, {}, lr=0.1, weight_decay=0.5)[0], 0.95 * p - step)


def test_adafactor_of_a_matrix_of_rank_one():
    p, g = np.full((2, 2), 2.0), np.array([[1.0, 2.0], [2.0, 4.0]])
    place, state = matrices.adafactor(p, g, {}, lr=0.1)
    near(place, np.full((2, 2), 1.8))
    near(state["row_var"], [[2.5], [10]])
    near(state["col_var"], [[2.5, 10]])
    near(matrices.adafactor(p, g, {}, lr=0.1, d=0.5)[0], np.full((2, 2), 1.9))


def test_adafactor_clips_and_remembers():
    place, state = matrices.adafactor(np.array([2.0]), np.array([1.0]), {}, lr=0.1, beta2_decay=-1.0)
    place, state = matrices.adafactor(place, np.array([3.0]), state, lr=0.1, beta2_decay=-1.0)
    near(state["variance"], [5])
    near(place, [1.62])


def test_rms():
    near(matrices.rms(np.array([3.0, 4.0])), math.sqrt(12.5))


def test_newton_schulz():
    near(matrices.newton_schulz(np.diag([3.0, 4.0]), (1.5, -0.5, 0.0), 1, 1e-7), np.diag([0.792, 0.944]))
    near(matrices.newton_schulz(np.array([[2.0]]), (1.0, 1.0, 1.0), 1, 1e-7), [[3]])
    near(matrices.newton_schulz(np.zeros((1, 2)), (1.5, -0.5, 0.0), 2, 1e-7), [[0, 0]])


def test_muon():
    p, g = np.zeros((4, 1)), np.array([[2.0], [0], [0], [0]])
    options = {"lr": 0.1, "ns_coefficients": (1.5, -0.5, 0.0), "ns_steps": 1, "nesterov": False, "momentum": 0.5}
    place, state = matrices.muon(p, g, {}, **options)
    near(place, [[-0.2], [0], [0], [0]])
    near(matrices.muon(p, g, state, **options)[1]["momentum_buffer"], 1.5 * g)
    near(matrices.muon(p, g, {}, **options, adjust_lr_fn="match_rms_adamw")[0], [[-0.04], [0], [0], [0]])
    near(matrices.muon(p + 1, g, {}, **options, weight_decay=0.5)[0], [[0.75], [0.95], [0.95], [0.95]])
    turned = {**options, "nesterov": True}
    near(matrices.muon(p, -g, {"momentum_buffer": g * 2}, **turned)[0], [[0.2], [0], [0], [0]])
