"""Special functions of two numbers: the value of the formula, broadcasting, Python numbers, large tensors."""

import functools

import numpy as np
import pytest
import torch

from suites.kit import bound, close, documents, draw, tensor, unchanged
from suites.operators.specials import Pair, rows, truth, truth_at

ROWS = (
    Pair("gammainc", 24, (0.05, 20), (0, 60)),
    Pair("gammaincc", 18, (0.05, 20), (0, 60)),
    Pair("zeta", 2, (1.015625, 60), (0, 20), 40),
    Pair("xlogy", 2, (-30, 30), (0, 1e6)),
    Pair("xlog1py", 2, (-30, 30), (-0.99609375, 1e6)),
)
NUMBERS = ROWS[2:]
#: Where torch computes in float64 with the digits of single precision.
FAR = (
    Pair("gammainc", 24, (20.5, 60), (20, 60), 60),
    Pair("gammaincc", 18, (20.5, 60), (20, 60), 60),
)


def assert_is_its_formula(row, found, dtype, device):
    """Assert the oracle's value at each point of the grid."""
    expected = row.truth
    close(found, expected.value, expected.within(row.factor), dtype=dtype, device=device)


@rows(*ROWS)
def test_is_its_formula(row, dtype, device):
    """{row} is its formula to a few roundings of value and arguments, and its arguments are not written to."""
    x, y = row.truth.tensors(dtype, device)

    with unchanged(x, y):
        result = row.function(x, y)

    assert_is_its_formula(row, result, dtype, device)


@rows(*FAR)
@pytest.mark.dtypes(torch.float32)
def test_is_its_formula_for_large_numbers(row, dtype, device):
    """{row} of large numbers is its formula in single precision."""
    assert_is_its_formula(row, row.function(*row.truth.tensors(dtype, device)), dtype, device)


@rows(*FAR)
def test_is_its_formula_for_large_numbers_in_double_precision(row, device):
    """{row} of large numbers is its formula in double precision."""
    assert_is_its_formula(row, row.function(*row.truth.tensors("float64", device)), torch.float64, device)


@rows(*FAR)
def test_has_single_precision_for_large_numbers(row, device):
    """{row} of large float64 numbers is its formula to no less than single precision."""
    result = row.function(*row.truth.tensors("float64", device))

    close(result, row.truth.value, row.truth.within(row.factor * 2**29), dtype=torch.float64, device=device)


@documents("torch.special.zeta")
def test_zeta_of_large_q_is_its_formula(device):
    """torch.special.zeta is its formula also where q is in the hundreds, in double precision."""
    expected = truth("zeta", (10.0, 40.0), (200.0, 700.0), count=20)

    result = torch.special.zeta(*expected.tensors("float64", device))

    close(result, expected.value, expected.within(2), dtype=torch.float64, device=device)


@rows(ROWS[0], ROWS[1], ROWS[3], ROWS[4])
@pytest.mark.dtypes(torch.bfloat16)
def test_bfloat16_is_its_formula(row, dtype, device):
    """{row} of bfloat16 numbers is its formula, rounded a few times."""
    expected = row.truth.in_digits_of(dtype)

    result = row.function(*expected.tensors(dtype, device))

    close(result, expected.value, expected.within(4), dtype=dtype, device=device)


@rows(*ROWS)
@pytest.mark.parametrize("layout", ["transposed", "stepped"])
def test_layout_does_not_matter(row, layout, device):
    """{row} is its formula wherever its arguments lie in memory."""
    expected = row.truth[:39]
    x, y = (value.astype(np.float32).reshape(3, 13) for value in expected.arguments)

    result = row.function(tensor(draw.laid_out(x, layout), device), tensor(y, device))

    close(result.reshape(39), expected.value, expected.within(row.factor), dtype=torch.float32, device=device)


@functools.cache
def table(row):
    """The oracle's values where each of five first arguments meets each of seven second ones."""
    first, second = row.truth.arguments
    return truth_at(row.name, first[:5, None], second[1:8])


@rows(*ROWS)
@documents("notes/broadcasting")
def test_arguments_broadcast(row, dtype, device):
    """{row} broadcasts its two arguments to their common shape."""
    expected = table(row)

    result = row.function(*expected.tensors(dtype, device))

    close(result, expected.value, expected.within(row.factor), dtype=dtype, device=device)


@rows(*ROWS)
@documents("notes/broadcasting")
@pytest.mark.parametrize("shape", [((0,), (1,)), ((2, 0), ()), ((1, 3), (0, 1))], ids=str)
def test_nothing_broadcasts_with_one(row, shape, device):
    """{row} of a tensor without elements has none, in the shape that its arguments broadcast to."""
    x, y = (tensor(np.ones(side), device) for side in shape)

    close(row.function(x, y), np.ones(np.broadcast_shapes(*shape)), device=device)


@functools.cache
def with_number(name, position):
    """The oracle's values where 2.5 is the argument at the position and seven numbers are the other."""
    numbers = np.array([1.25, 1.5, 2.25, 3.0, 7.75, 11.0, 40.0])
    return truth_at(name, *(np.array(2.5) if i == position else numbers for i in range(2)))


@rows(*NUMBERS)
def test_the_second_may_be_a_number(row, dtype, device):
    """{row} takes a Python number for its second argument."""
    expected = with_number(row.name, 1)
    x, _ = expected.tensors(dtype, device)

    close(row.function(x, 2.5), expected.value, expected.within(row.factor), dtype=dtype, device=device)


@rows(*NUMBERS)
def test_the_first_may_be_a_number(row, dtype, device):
    """{row} takes a Python number for its first argument."""
    expected = with_number(row.name, 0)
    _, y = expected.tensors(dtype, device)

    close(row.function(2.5, y), expected.value, expected.within(row.factor), dtype=dtype, device=device)


@rows(*NUMBERS)
@documents("tensor_attributes")
@pytest.mark.dtypes(torch.int64, torch.uint8)
def test_integers_become_the_default_dtype(row, dtype, device):
    """{row} of integers is what it is of the same numbers in the default dtype."""
    x, y = np.array([2, 3, 4, 5, 7]), np.array([3, 1, 2, 9, 4])

    result = row.function(tensor(x, device, dtype), tensor(y, device, dtype))

    expected = row.function(tensor(x.astype(np.float32), device), tensor(y.astype(np.float32), device))
    close(result, expected.numpy(), device=device)


@rows(*NUMBERS)
@documents("tensor_attributes")
def test_the_wider_dtype_wins(row, device):
    """{row} of float32 and float64 numbers is computed in float64."""
    expected = row.truth[:9]
    x, y = expected.tensors("float64", device)

    result = row.function(x.to(torch.float32), y)

    close(result, expected.value, expected.within(row.factor), dtype=torch.float64, device=device)


@rows(*ROWS)
def test_large_tensors_are_computed_throughout(row, device):
    """{row} is its formula in each element of a tensor that several threads share out."""
    expected = row.truth[np.arange(40_001) % len(row.truth.value)]

    result = row.function(*expected.tensors("float32", device))

    close(result, expected.value, expected.within(row.factor), dtype=torch.float32, device=device)


@documents("torch.special.gammainc", "torch.special.gammaincc")
def test_the_two_incomplete_gammas_add_up_to_one(dtype, device):
    """torch.special.gammainc and torch.special.gammaincc add up to 1."""
    a, x = truth("gammainc", (0.05, 20), (0, 60)).tensors(dtype, device)

    total = torch.special.gammainc(a, x) + torch.special.gammaincc(a, x)

    close(total, np.ones(a.shape), bound.Bound(12, 1.0), dtype=dtype, device=device)


@functools.cache
def of_order(name, n):
    """The oracle's values of polygamma or multigammaln."""
    domain, order = (2.125 if name == "multigammaln" else 0.0, 1000.0), range(n, n + 1)
    return truth(name, order, domain, count=40) if name == "polygamma" else truth(name, domain, order, count=40)


@documents("torch.special.polygamma", "torch.polygamma", "torch.Tensor.polygamma")
@pytest.mark.parametrize("n", [0, 2, 3, 4, 7])
def test_polygamma_is_the_derivative_of_digamma(n, dtype, device):
    """torch.special.polygamma(n, x) is the n-th derivative of digamma."""
    expected = of_order("polygamma", n)
    x = expected.tensors(dtype, device)[1]

    close(torch.special.polygamma(n, x), expected.value, expected.within(6), dtype=dtype, device=device)


@documents("torch.special.polygamma")
def test_polygamma_of_order_one_has_double_precision(device):
    """torch.special.polygamma(1, x) is the derivative of digamma, in double precision."""
    expected = of_order("polygamma", 1)
    x = expected.tensors("float64", device)[1]

    close(torch.special.polygamma(1, x), expected.value, expected.within(6), dtype=torch.float64, device=device)


@documents("torch.special.polygamma")
def test_polygamma_of_order_one_is_the_derivative_of_digamma(device):
    """torch.special.polygamma(1, x) is the derivative of digamma, in single precision."""
    expected = of_order("polygamma", 1)
    x = expected.tensors("float32", device)[1]

    close(torch.special.polygamma(1, x), expected.value, expected.within(6), dtype=torch.float32, device=device)


@documents("torch.special.multigammaln", "torch.mvlgamma", "torch.Tensor.mvlgamma")
@pytest.mark.parametrize("p", [1, 2, 3, 5])
def test_multigammaln_adds_up_gammas(p, dtype, device):
    """torch.special.multigammaln(a, p) is its formula, for a above (p - 1) / 2."""
    expected = of_order("multigammaln", p)
    x = expected.tensors(dtype, device)[0]

    close(torch.special.multigammaln(x, p), expected.value, expected.within(6), dtype=dtype, device=device)
