"""Factors of matrices: values by hand, products that give the matrix back, and complex steps."""

import numpy as np

from reference import factorization as f
from suites.meta.reference.checks import draw, equals, near

A = np.array([[4.0, 2.0], [2.0, 5.0]])


def test_each_stacks_the_values_of_a_batch():
    batch = np.stack([A, 2 * A])

    equals(f.each(np.trace, batch), [9, 18])
    equals(f.each(lambda a, b: a @ b, batch, np.ones((2, 2, 1))), [[[6], [7]], [[12], [14]]])
    equals(f.each(np.trace, A), 9)
    assert f.each(lambda a: a, np.zeros((0, 2, 2))).shape == (0, 2, 2)


def test_permutation_undoes_the_exchanges():
    # Rows 1 and 3 change places, then rows 2 and 3: of (a, b, c) comes (c, a, b).
    p = f.permutation(np.array([3, 3, 3]), 3)

    equals(p, [[0, 1, 0], [0, 0, 1], [1, 0, 0]])
    equals(p.T @ np.array([1.0, 2.0, 3.0]), [3, 1, 2])
    equals(f.permutation(np.array([[1], [2]]), 2), [[[1, 0], [0, 1]], [[0, 1], [1, 0]]])


def test_reflectors_by_hand():
    a, tau = np.array([[9.0], [1.0]]), np.array([1.0])

    equals(f.reflected(a, tau, np.eye(2)), [[0, -1], [-1, 0]])
    equals(f.orthogonal(a, tau), [[0, -1], [-1, 0]])


def test_reflectors_of_complex_numbers_by_hand():
    a, tau = np.array([[9.0], [1j]]), np.array([1j])

    # b = (1, i): 1 - i b bᴴ, with b bᴴ = ((1, -i), (i, 1)).
    equals(f.reflected(a, tau, np.eye(2)), [[1 - 1j, -1], [1, 1 - 1j]])
    equals(f.reflected(a, tau, np.eye(2), adjoint=True), [[1 + 1j, 1], [-1, 1 + 1j]])


def test_reflectors_multiply_from_the_first():
    a = draw(1, (4, 2))[0]
    first, second = (f.reflected(a, tau, np.eye(4)) for tau in (np.array([0.5, 0.0]), np.array([0.0, 1.5])))

    near(f.reflected(a, np.array([0.5, 1.5]), np.eye(4)), first @ second, scale=10.0)
    near(f.orthogonal(a, np.array([0.5, 1.5])), first @ second, scale=10.0)


def test_determinant_by_hand():
    near(f.determinant(A), 16)
    near(f.determinant(np.array([[0.0, 1.0], [1.0, 0.0]])), -1)
    near(f.determinant(np.array([[0.0, 2.0, 0.0], [0.0, 0.0, 3.0], [4.0, 0.0, 0.0]])), 24)
    near(f.determinant(np.array([[1j, 0], [0, 1j]])).real, -1)
    equals(f.determinant(np.array([[1.0, 2.0], [2.0, 4.0]])), 0)
    equals(f.determinant(np.zeros((0, 0))), 1)


def test_matrix_exp_by_hand():
    near(f.matrix_exp(np.diag([0.0, 1.0])), [[1, 0], [0, np.e]])
    near(f.matrix_exp(np.array([[0.0, 3.0], [0.0, 0.0]])), [[1, 3], [0, 1]])
    turn = np.array([[0.0, np.pi / 3], [-np.pi / 3, 0.0]])
    near(f.matrix_exp(turn), [[0.5, np.sqrt(0.75)], [-np.sqrt(0.75), 0.5]], scale=4)
    near(f.matrix_exp(np.array([[-20.0]])), [[np.exp(-20.0)]], 64)


def test_triangular_factors_by_hand():
    equals(f.cholesky(A), [[2, 0], [1, 2]])
    lower, upper = f.lu(np.array([[2.0, 1.0, 0.0], [4.0, 5.0, 6.0]]))
    equals(lower, [[1, 0], [2, 1]])
    equals(upper, [[2, 1, 0], [0, 3, 6]])
    tall, top = f.lu(np.array([[2.0], [4.0], [6.0]]))
    equals(tall, [[1], [2], [3]])
    equals(top, [[2]])


def test_qr_by_hand():
    q, r = f.qr(np.array([[3.0, 1.0], [4.0, 2.0]]))

    near(q, [[0.6, -0.8], [0.8, 0.6]])
    near(r, [[5, 2.2], [0, 0.4]], scale=5)


def test_pinv_by_hand():
    near(f.pinv(np.array([[3.0], [4.0]])), [[0.12, 0.16]])


def test_singular_values_and_eigenvalues_by_hand():
    near(f.singular_values(np.array([[0.0, 2.0], [-3.0, 0.0]])), [3, 2])
    near(f.eigenvalues(np.array([[0.0, 2.0], [2.0, 0.0]])), [-2, 2])


def test_complex_steps_give_first_order_changes():
    step = 1e-150j * np.array([[1.0, 0.0], [0.0, 0.0]])

    near(f.singular_values(np.diag([3.0, 2.0]) + step).imag, [1e-150, 0])
    near(f.eigenvalues(np.diag([3.0, 2.0]) + step).imag, [0, 1e-150])
    near(f.cholesky(np.diag([4.0, 1.0]) + step).imag, [[0.25e-150, 0], [0, 0]])


def test_along_differentiates_analytic_functions():
    near(f.along(lambda x: x**3, (np.array([1 + 1j]),), (np.array([2.0]),)).imag, [12], 64, scale=100)
    near(f.along(lambda x, y: x * y, (np.array(2.0), np.array(3.0)), (np.array(1.0), np.array(10.0))).real, 23, 64)
