"""Matrix products: three spellings of one operation, exact on integers and within the bound of a sum on any numbers."""

import numpy as np
import pytest
import torch
from hypothesis import given

from suites.kit import bound, close, documents, draw, dtypes, each, tensor, unchanged
from suites.operators import operands
from suites.operators.values import agree, numbers, oracle, unsigned_zero

GUIDE = ("Operations on Tensors", "Arithmetic operations")

#: Two matrices, with inner sides of 0, 1, and beyond every blocking.
MATRICES = (
    ((3, 5), (5, 4)),
    ((1, 1), (1, 1)),
    ((4, 0), (0, 3)),
    ((0, 3), (3, 2)),
    ((2, 33), (33, 7)),
    ((5, 257), (257, 3)),
    ((3, 1025), (1025, 2)),
    ((33, 17), (17, 65)),
    ((8, 1), (1, 9)),
    ((1, 513), (513, 1)),
    ((4, 4), (4, 4)),
    ((16, 272), (272, 16)),
)
VECTORS = (((5,), (5,)), ((0,), (0,)), ((1,), (1,)), ((33,), (33,)), ((1025,), (1025,)), ((2049,), (2049,)))
MATRIX_VECTOR = (
    ((3, 5), (5,)),
    ((4, 0), (0,)),
    ((5, 257), (257,)),
    ((1, 1025), (1025,)),
    ((33, 17), (17,)),
    ((4, 300), (300,)),
)
BATCHES = (
    ((2, 3, 5), (2, 5, 4)),
    ((1, 2, 33), (1, 33, 2)),
    ((0, 3, 2), (0, 2, 3)),
    ((7, 4, 4), (7, 4, 4)),
    ((3, 2, 257), (3, 257, 2)),
    ((2, 3, 0), (2, 0, 4)),
)
#: Batches that broadcast, and vectors on either side of a batch.
BROADCAST = (
    ((2, 3, 5), (5, 4)),
    ((3, 5), (2, 5, 4)),
    ((2, 1, 3, 5), (4, 5, 2)),
    ((7, 1, 3, 4), (1, 2, 4, 5)),
    ((0, 3, 2), (2, 2)),
    ((2, 3, 5), (5,)),
    ((5,), (2, 5, 4)),
    ((5,), (5, 4)),
    ((2, 1, 3, 3), (1, 3, 3, 3)),
    ((2, 2, 3, 65), (65,)),
    ((1, 3, 4), (5, 4, 2)),
    ((5, 3, 4), (1, 4, 2)),
    ((257,), (257, 3)),
    ((1025,), (3, 1025, 2)),
)
#: A vector times matrices: out= is a case of its own.
VECTOR_FIRST = ((5,), (257,), (1025,))
EVERY = MATRICES + VECTORS + MATRIX_VECTOR + BATCHES + BROADCAST

lattices = {"fills": ("ties",), "hard": ()}


def made(pair, dtype):
    """Integer-valued operands whose partial sums are exact in the dtype: at most 256 for the half types."""
    x, y = (sample(dtype) for sample in pair)
    if dtype not in (torch.float16, torch.bfloat16):
        return x, y
    step = 1 + x.shape[-1] // 250
    thinned = np.arange(x.shape[-1])[::-1] % step == 0
    thinned[:1] &= step == 1  # what an expanded layout repeats
    return draw.laid_out(np.clip(x, -1, 1) * thinned, pair[0].layout), draw.laid_out(np.clip(y, -1, 1), pair[1].layout)


def assert_exact(function, pair, dtype, device):
    """The function's product of integer-valued operands is NumPy's, and neither operand is written to."""
    x, y = made(pair, dtype)
    left, right = tensor(x, device, dtype), tensor(y, device, dtype)
    with unchanged(left, right):
        result = function(left, right)

    close(result, np.asarray(np.matmul(x, y)), unsigned_zero(bound.exact), dtype=dtype, device=device)


@documents("torch.matmul", "torch.Tensor.matmul", guide=GUIDE)
@pytest.mark.dtypes(torch.float64, torch.float32, torch.bfloat16, torch.complex128, torch.uint8)
@given(pair=operands.several(EVERY, **lattices))
def test_integers_multiply_exactly(pair, dtype, device):
    """The product of tensors that hold integers is exact: for vectors, matrices, and batches that broadcast."""
    assert_exact(torch.matmul, pair, dtype, device)


@documents("torch.matmul", since="2.3")
@pytest.mark.dtypes(torch.float16)
@given(pair=operands.several(EVERY, **lattices))
def test_halves_multiply_exactly(pair, dtype, device):
    """The product of half-precision tensors that hold small integers is exact."""
    assert_exact(torch.matmul, pair, dtype, device)


@documents("torch.matmul", guide=GUIDE)
@pytest.mark.dtypes(torch.int64, torch.int32, torch.int8, torch.uint8)
@given(pair=operands.several(EVERY, fills=("wide",)))
def test_integer_dtypes_wrap_around(pair, dtype, device):
    """The product of integer tensors is exact modulo the width of the dtype, far beyond 2 to the 53."""
    assert_exact(torch.matmul, pair, dtype, device)


@documents("torch.matmul", "torch.Tensor.matmul", guide=GUIDE)
@pytest.mark.dtypes(torch.float64, torch.float32, torch.complex128)
@given(pair=operands.several(EVERY, hard=draw.TAME))
def test_products_are_sums_of_products(pair, dtype, device):
    """Each element of the product is the sum of the products of a row and a column, to within the rounding of a sum."""
    x, y = (sample(dtype) for sample in pair)

    result = torch.matmul(tensor(x, device), tensor(y, device))

    limit = bound.product(x, y)
    grown = limit._replace(factor=4 * limit.factor) if dtype.is_complex else limit
    close(result, oracle(np.matmul, x, y), grown, dtype=dtype, device=device)


@documents("torch.matmul", "torch.Tensor.matmul", "torch.Tensor.__matmul__", "torch.Tensor.__rmatmul__", guide=GUIDE)
@pytest.mark.dtypes(torch.float64, torch.float32, torch.bfloat16, torch.int64)
@given(pair=operands.several(tuple(pair for pair in EVERY if pair[0] not in VECTOR_FIRST), hard=()))
def test_the_spellings_agree(pair, dtype, device):
    """x @ y, x.matmul(y), torch.matmul(x, y) and torch.matmul(x, y, out=z) are the same, bit for bit."""
    x, y = (tensor(sample(dtype), device, dtype) for sample in pair)
    z = torch.matmul(x, y)
    out = tensor(numbers(1, tuple(z.shape), dtype), device, dtype)

    returned = torch.matmul(x, y, out=out)

    agree(z, x @ y, x.matmul(y), out, y.__rmatmul__(x), x.__matmul__(y))
    assert returned is out


@documents("torch.matmul", guide=GUIDE)
@pytest.mark.parametrize("shape", [(5, 4), (5, 1), (2, 5, 4)], ids=str)
def test_a_vector_times_a_matrix_goes_into_its_out(shape, device):
    """torch.matmul(vector, matrix, out=z) writes to a z of the right shape, with no warning that it was resized."""
    x, y = numbers(1, (5,), "float64"), numbers(2, shape, "float64")
    out = tensor(numbers(3, (*shape[:-2], shape[-1]), "float64"), device)

    returned = torch.matmul(tensor(x, device), tensor(y, device), out=out)

    assert returned is out
    close(out, np.matmul(x, y), bound.product(x, y), device=device)


SPECIAL = [
    ("mm", MATRICES),
    ("bmm", BATCHES),
    ("mv", MATRIX_VECTOR),
    ("dot", VECTORS),
    ("vdot", VECTORS),
    ("inner", VECTORS),
]


@pytest.mark.parametrize(
    ("name", "table"), [pytest.param(*s, marks=documents(f"torch.{s[0]}"), id=s[0]) for s in SPECIAL]
)
@documents(guide=GUIDE)
@pytest.mark.dtypes(torch.float32, torch.int64)
@given(data=operands.seeded(hard=()))
def test_special_forms_are_exact(name, table, data, dtype, device):
    """The products of two matrices, batches, vectors, or a matrix and a vector by their own functions are exact too."""
    assert_exact(getattr(torch, name), data(table), dtype, device)


@pytest.mark.parametrize(
    ("name", "table"), [pytest.param(*s, marks=documents(f"torch.{s[0]}"), id=s[0]) for s in SPECIAL]
)
@documents(guide=GUIDE)
@pytest.mark.dtypes(torch.float32)
@given(data=operands.seeded(hard=()))
def test_special_forms_round_like_sums(name, table, data, dtype, device):
    """The products of two matrices, batches, vectors, or a matrix and a vector are right to the rounding of a sum."""
    x, y = (sample(dtype) for sample in data(table))
    left, right = tensor(x, device), tensor(y, device)

    result = getattr(torch, name)(left, right)

    close(result, oracle(np.matmul, x, y), bound.product(x, y), dtype=dtype, device=device)
    agree(result, getattr(left, name)(right))


@documents("torch.matmul", "torch.mm", guide=GUIDE)
@pytest.mark.parametrize("name", ["matmul", "mm"])
@pytest.mark.parametrize(("left", "right"), [("float32", "float64"), ("int64", "float32"), ("int32", "int64")])
def test_refuses_different_dtypes(name, left, right, device):
    """A product of tensors of different dtypes raises."""
    x, y = tensor(numbers(1, (3, 3), left), device), tensor(numbers(2, (3, 3), right), device)

    with pytest.raises(RuntimeError):
        getattr(torch, name)(x, y)


REFUSED = [
    ("matmul", (3, 4), (3, 4)),
    ("matmul", (), (3,)),
    ("matmul", (3,), ()),
    ("matmul", (2, 3, 4), (3, 4, 5)),
    ("mm", (3, 4), (3, 4)),
    ("mm", (2, 3, 4), (4, 2)),
    ("mm", (3,), (3, 3)),
    ("bmm", (2, 3, 4), (3, 4, 5)),
    ("bmm", (2, 3, 4), (2, 3, 4)),
    ("bmm", (3, 4), (4, 3)),
    ("mv", (3, 4), (3,)),
    ("mv", (3,), (3,)),
    ("mv", (3, 3), (3, 1)),
    ("mv", (2, 3, 3), (3,)),
    ("mm", (3, 3), (3,)),
    ("bmm", (1, 3, 3), (2, 3, 3)),
    ("bmm", (2, 3, 3), (3, 3)),
    ("dot", (3,), (4,)),
    ("dot", (3, 3), (3,)),
    ("dot", (1,), (3,)),
]


@pytest.mark.parametrize(
    ("name", "left", "right"), [pytest.param(*r, marks=documents(f"torch.{r[0]}")) for r in REFUSED]
)
def test_refuses_shapes_that_do_not_fit(name, left, right, device):
    """A product of tensors whose inner sides, batches or numbers of dimensions do not fit raises."""
    x, y = tensor(numbers(1, left, "float64"), device), tensor(numbers(2, right, "float64"), device)

    with pytest.raises(RuntimeError):
        getattr(torch, name)(x, y)


@documents("torch.matmul", guide=GUIDE)
@pytest.mark.dtypes(torch.float64, torch.float32, torch.int64)
def test_large_matrices_multiply_exactly(dtype, device):
    """The product of matrices that several threads share out is exact on integers."""
    x, y = draw.lattice(1, (130, 301)), draw.lattice(2, (301, 67))
    left, right = x.astype(dtypes.in_numpy(dtype)), y.astype(dtypes.in_numpy(dtype))

    result = tensor(left, device) @ tensor(right, device)

    close(result, x @ y if dtype is not torch.int64 else left @ right, dtype=dtype, device=device)


#: Products of each form with more inner terms than any kernel takes at a time.
LONG = tuple(pair for pair in EVERY if pair[0][-1] > 250)


def assert_counts_every_term(pair, dtype, device):
    """The product of tensors of ones and minus ones, none of which may be lost, in any of the layouts."""
    ones = [np.where(np.random.default_rng(seed).random(shape) < 0.5, -1, 1) for seed, shape in enumerate(pair)]
    expected = np.asarray(np.matmul(*ones)).astype(dtypes.in_numpy(dtype))
    for layout in each(layout=draw.WRITABLE):
        x, y = (tensor(draw.laid_out(part.astype(expected.dtype), layout), device, dtype) for part in ones)

        close(torch.matmul(x, y), expected, unsigned_zero(bound.exact), dtype=dtype, device=device)


@documents("torch.matmul", guide=GUIDE)
@pytest.mark.parametrize("pair", LONG, ids=str)
@pytest.mark.dtypes(torch.float64, torch.float32, torch.bfloat16, torch.complex64, torch.int64, torch.int16)
def test_long_products_lose_no_term(pair, dtype, device):
    """Products with many inner terms are exact sums of all of them, wherever their operands lie."""
    assert_counts_every_term(pair, dtype, device)


@documents("torch.matmul", since="2.3")
@pytest.mark.parametrize("pair", LONG, ids=str)
@pytest.mark.dtypes(torch.float16)
def test_long_products_of_halves_lose_no_term(pair, dtype, device):
    """Products of half-precision tensors with many inner terms are exact sums of all of them."""
    assert_counts_every_term(pair, dtype, device)


@documents("torch.matmul", guide=GUIDE)
@pytest.mark.parametrize("special", [np.nan, np.inf])
def test_specials_spread_along_their_row_and_column(special, device):
    """NaN and infinity in one row of the left matrix reach that row of the product, and no other element."""
    x, y = np.abs(numbers(1, (5, 33), "float64")), np.abs(numbers(2, (33, 4), "float64"))
    x[2, 7] = special

    result = tensor(x, device) @ tensor(y, device)

    close(result, oracle(np.matmul, x, y), bound.product(x, y), dtype="float64", device=device)
