"""Wrong answers about matrices with a pattern."""

import itertools

import torch

from suites.meta.planting import Plant, assert_rejected, plants
from suites.meta.wrong import forgiving, ignoring, setting
from suites.meta.wrong_tensors import bumped, copied_out, result
from suites.tensors import test_triangles as claims


def not_below_zero(original):
    """A negative diagonal is taken as 0."""
    return lambda x, diagonal=0, **options: original(x, max(diagonal, 0), **options)


def clamped(original):
    """Far diagonals are taken modulo 64."""
    return lambda x, diagonal=0, **options: original(x, diagonal % 64, **options)


def first_matrix_alone(original):
    """Of a batch the first matrix is cut, the others are left whole."""

    def wrong(x, diagonal=0):
        found = original(x, diagonal)
        return torch.cat([found[:1], x[1:]]) if x.dim() > 2 else found

    return wrong


PLANTS = (
    Plant("a negative diagonal is taken as 0", claims.test_keeps_the_lower_triangle, "torch.tril", not_below_zero),
    Plant("only the first matrix is cut", claims.test_keeps_the_upper_triangle, "torch.triu", first_matrix_alone),
    Plant(
        "a copy is returned",
        claims.test_keeps_triangles_in_place,
        "torch.Tensor.tril_",
        lambda original: lambda x, diagonal: x.tril(diagonal),
    ),
    Plant(
        "out is left as it was", claims.test_writes_triangles_into_out, "torch.triu", copied_out, {"axes": (0, 1, 2, 3)}
    ),
    Plant(
        "the main diagonal is left out",
        claims.test_keeps_the_main_diagonal_in_both_triangles,
        "torch.triu",
        lambda original: lambda x, diagonal=1: original(x, diagonal),
    ),
    Plant(
        "diagonals wrap around",
        claims.test_keeps_all_or_nothing_of_far_diagonals,
        "torch.triu",
        clamped,
        {"far": 2**40},
    ),
    Plant(
        "a positive offset is ignored",
        claims.test_lists_the_lower_triangle,
        "torch.tril_indices",
        lambda original: lambda rows, columns, offset, **o: original(rows, columns, min(offset, 0), **o),
    ),
    Plant(
        "rows and columns are exchanged",
        claims.test_lists_the_upper_triangle,
        "torch.triu_indices",
        result(lambda x: x.flip(0)),
    ),
    Plant("dtype is ignored", claims.test_lists_triangles_in_another_dtype, "torch.tril_indices", ignoring("dtype")),
    Plant(
        "below is above",
        claims.test_makes_and_takes_a_diagonal,
        "torch.diag",
        lambda original: lambda x, diagonal: original(x, -diagonal if x.dim() == 2 else diagonal),
    ),
    Plant(
        "offset is ignored",
        claims.test_puts_all_elements_on_a_diagonal,
        "torch.diagflat",
        lambda original: lambda x, offset: original(x),
    ),
    Plant(
        "indexing is ignored",
        claims.test_spans_a_grid,
        "torch.meshgrid",
        setting(indexing="ij"),
        {"indexing": "xy"},
    ),
    Plant(
        "the first vector changes fastest",
        claims.test_pairs_everything_with_everything,
        "torch.cartesian_prod",
        lambda original: lambda *vectors: original(*vectors[::-1]).flip(1),
    ),
    Plant(
        "repetition is ignored",
        claims.test_combines_elements,
        "torch.combinations",
        lambda original: lambda x, r, replacement: original(x, r),
        {"r": 2, "replacement": True, "expected": itertools.combinations_with_replacement},
    ),
    Plant(
        "increasing is ignored",
        claims.test_has_powers_in_its_columns,
        "torch.vander",
        ignoring("increasing"),
        {"increasing": True, "columns": 3},
    ),
    Plant("powers rise", claims.test_is_square_unless_told_otherwise, "torch.vander", result(lambda x: x.flip(1))),
    Plant(
        "parts are exchanged",
        claims.test_joins_real_and_imaginary_part,
        "torch.complex",
        lambda original: lambda real, imag: original(imag, real),
    ),
    Plant("the first dtype counts", claims.test_refuses_parts_of_two_dtypes, "torch.complex", forgiving),
    Plant(
        "the angle is in degrees",
        claims.test_turns_polar_coordinates,
        "torch.polar",
        lambda original: lambda radius, angle: original(radius, angle.deg2rad()),
    ),
    Plant(
        "the last element is off by one",
        claims.test_marks_the_class,
        "torch.nn.functional.one_hot",
        result(bumped),
        {"shape": (7,)},
    ),
    Plant(
        "one class too many",
        claims.test_infers_the_number_of_classes,
        "torch.nn.functional.one_hot",
        lambda original: lambda x: original(x, int(x.max()) + 2),
    ),
)


@plants(*PLANTS)
def test_is_rejected(plant, request):
    assert_rejected(plant, request)
