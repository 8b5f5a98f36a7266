"""Matrices with a pattern, and tensors made of others: triangles, diagonals, grids, powers, complex numbers."""

import itertools

import numpy as np
import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st

from reference import ranges
from suites.kit import bound, close, documents, draw, dtypes, tensor, unchanged

SIDES = st.integers(0, 9)
DIAGONALS = st.integers(-10, 10)
BATCHES = draw.shapes(least=2, most=4, high=7, long=False)
TRIANGLE_DTYPES = (torch.float32, torch.float16, torch.complex64, torch.int64, torch.uint8, torch.bool)


@documents("torch.tril", "torch.Tensor.tril")
@pytest.mark.dtypes(*TRIANGLE_DTYPES)
@given(sample=draw.samples(shape=BATCHES), diagonal=DIAGONALS)
def test_keeps_the_lower_triangle(sample, diagonal, device, dtype):
    """torch.tril keeps what lies on and below a diagonal of each matrix and sets the rest to 0."""
    x = tensor(sample(dtype), device)

    with unchanged(x):
        y = torch.tril(x, diagonal=diagonal)

    close(y, np.tril(sample(dtype), diagonal), device=device)


@documents("torch.triu", "torch.Tensor.triu")
@pytest.mark.dtypes(*TRIANGLE_DTYPES)
@given(sample=draw.samples(shape=BATCHES), diagonal=DIAGONALS)
def test_keeps_the_upper_triangle(sample, diagonal, device, dtype):
    """torch.triu keeps what lies on and above a diagonal of each matrix and sets the rest to 0."""
    x = tensor(sample(dtype), device)

    with unchanged(x):
        y = torch.triu(x, diagonal=diagonal)

    close(y, np.triu(sample(dtype), diagonal), device=device)


@documents("torch.Tensor.tril_", "torch.Tensor.triu_")
@given(sample=draw.samples(shape=BATCHES, layouts=draw.WRITABLE), diagonal=DIAGONALS)
def test_keeps_triangles_in_place(sample, diagonal, device, dtype):
    """tril_ and triu_ clear the other triangle of self, whatever its strides, and return self."""
    lower, upper = (tensor(sample(dtype), device) for _ in range(2))

    assert lower.tril_(diagonal) is lower and upper.triu_(diagonal) is upper
    close(lower, np.tril(sample(dtype), diagonal), device=device)
    close(upper, np.triu(sample(dtype), diagonal), device=device)


@documents("torch.tril", "torch.triu")
@pytest.mark.parametrize("axes", [(0, 1, 2, 3), (0, 2, 1, 3)], ids=str)
def test_writes_triangles_into_out(axes, device):
    """With out=, torch.tril and torch.triu write into that tensor, whatever its strides, and return it."""
    values = draw.normal(1, 2, 3, 2, 2).transpose(axes)
    x, lower, upper = tensor(np.ascontiguousarray(values), device), tensor(values, device), tensor(values, device)

    assert torch.tril(x, -1, out=lower) is lower
    close(lower, np.tril(values, -1), device=device)
    assert torch.triu(x, out=upper) is upper
    close(upper, np.triu(values), device=device)


@documents("torch.tril", "torch.triu")
def test_keeps_the_main_diagonal_in_both_triangles(device):
    """Without a diagonal, torch.tril and torch.triu take the main one, as do the methods."""
    values = draw.normal(1, 3, 5)
    x = tensor(values, device)

    close(torch.tril(x), np.tril(values), device=device)
    close(torch.triu(x), np.triu(values), device=device)
    close(x.tril(-1), np.tril(values, -1), device=device)
    close(x.triu(2), np.triu(values, 2), device=device)


@documents("torch.tril", "torch.triu")
@pytest.mark.parametrize("far", [100, 2**40, 2**63 - 1])
def test_keeps_all_or_nothing_of_far_diagonals(far, device):
    """Diagonals far outside of the matrix, out to the largest integer, keep all of it or nothing."""
    values = draw.normal(1, 3, 4)
    x, nothing = tensor(values, device), np.zeros((3, 4))

    close(torch.triu(x, -far), values, device=device)
    close(torch.triu(x, far), nothing, device=device)
    close(torch.tril(x, -far), nothing, device=device)
    close(torch.tril(x, far), values, device=device)


@documents("torch.Tensor.fill_diagonal_")
@pytest.mark.parametrize("shape", [(3, 3), (7, 3), (3, 7), (8, 3), (1, 4), (5, 1), (3, 3, 3), (2, 2, 2, 2)], ids=str)
@pytest.mark.parametrize("layout", draw.WRITABLE)
@pytest.mark.parametrize("wrap", [False, True, None], ids=["once", "wrap", "default"])
@pytest.mark.dtypes(torch.float64, torch.int32)
def test_fills_the_diagonal(shape, layout, wrap, dtype, device):
    """fill_diagonal_ writes a number to the main diagonal of self; with wrap=True it starts anew in tall matrices."""
    values = draw.Sample(shape, layout=layout)(dtype)
    x, expected = tensor(values, device), np.array(values)
    np.fill_diagonal(expected, 9, wrap=bool(wrap))

    assert x.fill_diagonal_(9, *([] if wrap is None else [wrap])) is x
    close(x, expected, device=device)


@documents("torch.tril_indices")
@given(rows=SIDES, columns=SIDES, offset=DIAGONALS)
def test_lists_the_lower_triangle(rows, columns, offset, device):
    """torch.tril_indices lists rows and columns of the lower triangle, row by row, as int64."""
    x = torch.tril_indices(rows, columns, offset, device=device)

    close(x, np.stack(np.tril_indices(rows, offset, columns)), dtype=torch.int64, device=device)


@documents("torch.triu_indices")
@given(rows=SIDES, columns=SIDES, offset=DIAGONALS)
def test_lists_the_upper_triangle(rows, columns, offset, device):
    """torch.triu_indices lists rows and columns of the upper triangle, row by row, as int64."""
    x = torch.triu_indices(rows, columns, offset, device=device)

    close(x, np.stack(np.triu_indices(rows, offset, columns)), dtype=torch.int64, device=device)


@documents("torch.tril_indices", "torch.triu_indices")
def test_lists_triangles_in_another_dtype(device):
    """The indices of triangles start at the main diagonal and have the dtype that is asked for."""
    lower = torch.tril_indices(4, 6, dtype=torch.int32, device=device)
    upper = torch.triu_indices(4, 6, dtype=torch.int32, device=device)

    close(lower, np.stack(np.tril_indices(4, 0, 6)), dtype=torch.int32, device=device)
    close(upper, np.stack(np.triu_indices(4, 0, 6)), dtype=torch.int32, device=device)


@documents("torch.diag")
@given(sample=draw.samples(shape=draw.shapes(least=1, most=2, low=3, high=7)), diagonal=st.integers(-2, 2))
@example(sample=draw.Sample((3, 7)), diagonal=-2)
@example(sample=draw.Sample((5,)), diagonal=2)
def test_makes_and_takes_a_diagonal(sample, diagonal, device):
    """torch.diag puts a vector on a diagonal of a square matrix, and takes a diagonal out of a matrix."""
    values = sample()
    x = tensor(values, device)

    with unchanged(x):
        y = torch.diag(x, diagonal)

    close(y, np.diag(values, diagonal), device=device)


@documents("torch.diagflat")
@pytest.mark.dtypes(torch.float64, torch.int32)
@given(sample=draw.samples(shape=draw.shapes(most=3, high=3, long=False)), offset=st.integers(-3, 3))
def test_puts_all_elements_on_a_diagonal(sample, offset, device, dtype):
    """torch.diagflat puts the flattened input on a diagonal of a square matrix."""
    y = torch.diagflat(tensor(sample(dtype), device), offset)

    close(y, np.diagflat(sample(dtype), offset), device=device)


@documents("torch.meshgrid")
@pytest.mark.parametrize("indexing", ["ij", "xy"])
@given(lengths=st.lists(st.integers(1, 5), min_size=2, max_size=4), seed=draw.seeds())
def test_spans_a_grid(lengths, seed, indexing, device):
    """torch.meshgrid repeats each vector along the axes of the others; 'xy' swaps the first two axes."""
    vectors = [draw.normal(seed + i, n) for i, n in enumerate(lengths)]

    grids = torch.meshgrid(*(tensor(vector, device) for vector in vectors), indexing=indexing)

    assert len(grids) == len(vectors)
    for grid, expected in zip(grids, np.meshgrid(*vectors, indexing=indexing)):
        close(grid, expected, device=device)


@documents("torch.cartesian_prod")
def test_pairs_everything_with_everything(device):
    """torch.cartesian_prod has a row for each combination of elements, in the order of itertools.product."""
    vectors = [draw.normal(seed, length) for seed, length in ((1, 3), (2, 2), (3, 4))]

    x = torch.cartesian_prod(*(tensor(vector, device) for vector in vectors))

    close(x, np.array(list(itertools.product(*vectors))), device=device)


@documents("torch.combinations")
@pytest.mark.parametrize("r", [1, 2, 3])
@pytest.mark.parametrize(("replacement", "expected"), [(False, itertools.combinations),
                                                       (True, itertools.combinations_with_replacement)])  # fmt: skip
def test_combines_elements(r, replacement, expected, device):
    """torch.combinations has a row for each choice of r elements, with repetition where that is asked for."""
    values = draw.normal(1, 5)

    x = torch.combinations(tensor(values, device), r, replacement)

    close(x, np.array(list(expected(values, r))), device=device)


@documents("torch.vander")
@pytest.mark.parametrize("increasing", [False, True])
@pytest.mark.parametrize("columns", [0, 1, 3, 6])
def test_has_powers_in_its_columns(columns, increasing, device):
    """torch.vander has the powers of a vector as columns, falling from left to right unless increasing."""
    values = np.array([2, -3, 5, 0])

    x = torch.vander(tensor(values, device), columns, increasing=increasing)

    close(x, ranges.vander(values, columns, increasing), device=device)


@documents("torch.vander")
def test_is_square_unless_told_otherwise(device):
    """Without N, torch.vander has as many columns as rows, the highest power first."""
    values = draw.lattice(1, (6,), 4)

    close(torch.vander(tensor(values, device)), ranges.vander(values, 6), device=device)


@documents("torch.complex")
@given(parts=draw.broadcastable())
def test_joins_real_and_imaginary_part(parts, device, dtype):
    """torch.complex has the given real and imaginary part, broadcast, in the complex dtype of their precision."""
    real, imag = (part(dtype) for part in parts)

    z = torch.complex(tensor(real, device), tensor(imag, device))

    close(z.real, np.broadcast_to(real, z.shape), device=device)
    close(z.imag, np.broadcast_to(imag, z.shape), device=device)
    assert z.dtype is {torch.float64: torch.complex128, torch.float32: torch.complex64}[dtype]


@documents("torch.complex")
def test_refuses_parts_of_two_dtypes(device):
    """torch.complex raises RuntimeError where the parts have different dtypes."""
    with pytest.raises(RuntimeError):
        torch.complex(tensor(np.ones(2, np.float32), device), tensor(np.ones(2), device))


@documents("torch.polar")
@given(seed=draw.seeds(), shape=draw.shapes())
def test_turns_polar_coordinates(seed, shape, device, dtype):
    """torch.polar is abs · cos(angle) + i abs · sin(angle), each part to a few roundings."""
    kind = dtypes.in_numpy(dtype)
    radius, angle = draw.normal(seed, *shape).astype(kind), (3 * draw.normal(seed + 1, *shape)).astype(kind)

    z = torch.polar(tensor(radius, device, dtype), tensor(angle, device, dtype))

    expected = radius.astype(np.float64) * np.exp(1j * angle.astype(np.float64))
    close(z.real, expected.real, bound.Bound(4, np.abs(expected), False), dtype=dtype, device=device)
    close(z.imag, expected.imag, bound.Bound(4, np.abs(expected), False), dtype=dtype, device=device)


@documents("torch.nn.functional.one_hot")
@pytest.mark.parametrize("shape", [(), (7,), (2, 3, 4), (0,)], ids=str)
def test_marks_the_class(shape, device):
    """one_hot has a last axis of classes that is 1 at the index and 0 elsewhere, as int64."""
    classes = np.random.default_rng(4).integers(0, 6, shape)

    x = torch.nn.functional.one_hot(tensor(classes, device), 6)

    close(x, (classes[..., None] == np.arange(6)).astype(np.int64), device=device)


@documents("torch.nn.functional.one_hot")
def test_infers_the_number_of_classes(device):
    """Without num_classes, one_hot has one class more than the largest index."""
    x = torch.nn.functional.one_hot(tensor(np.array([1, 4, 0]), device))

    close(x, (np.array([1, 4, 0])[:, None] == np.arange(5)).astype(np.int64), device=device)
