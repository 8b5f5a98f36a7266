"""Wrong answers of out=, broadcasting and promotion."""

import torch

from suites.meta import wrong
from suites.meta.planting import Plant, assert_rejected, plants
from suites.operators import test_broadcasting as broadcasting
from suites.operators import test_out as out
from suites.operators import test_promotion as promotion

ROW = {row.name: row for row in out.ROWS}
T = "torch.Tensor."


def smaller(original):
    """int64 becomes int32, and float32 becomes float16."""
    narrow = {torch.int64: torch.int32, torch.float32: torch.float16}
    return lambda x, y: (lambda r: r.to(narrow.get(r.dtype, r.dtype)))(original(x, y))


OUT = (
    Plant(
        "not written",
        out.test_writes_into_the_tensor_and_returns_it,
        "torch.add",
        wrong.ignoring_out,
        {"row": ROW["add"]},
    ),
    Plant("cut", out.test_resizes_an_empty_tensor, "torch.sub", wrong.cutting_out, {"row": ROW["sub"]}),
    Plant(
        "without strides",
        out.test_writes_to_a_view_and_not_between,
        "torch.mul",
        wrong.packing_out,
        {"row": ROW["mul"]},
    ),
    Plant("cast", out.test_refuses_a_dtype_of_a_lower_category, "torch.exp", wrong.casting_out, {"row": ROW["exp"]}),
    Plant(
        "cast",
        out.test_arithmetic_refuses_a_dtype_of_a_lower_category,
        "torch.add",
        wrong.casting_out,
        {"name": "add", "given": "float64", "out": "int64"},
    ),
    Plant(
        "not written",
        out.test_casts_to_a_dtype_of_the_same_category_or_a_higher,
        "torch.add",
        wrong.ignoring_out,
        {"name": "add", "given": "int64", "out": "float32"},
    ),
    Plant("not written", out.test_out_may_be_an_operand, "torch.sub", wrong.ignoring_out, {"name": "sub"}),
    Plant("detached", out.test_refuses_gradients, "torch.mul", wrong.casting_out, {"name": "mul"}),
    Plant(
        "not written", out.test_writes_two_results_into_two_tensors, "torch.max", wrong.ignoring_out, {"name": "max"}
    ),
)
BROADCASTING = (
    Plant(
        "the first",
        broadcasting.test_stretches_sides_of_one,
        T + "__mul__",
        lambda f: (
            lambda s, o: (
                lambda r: (
                    r.clone().fill_(r.reshape(-1)[0]) if r.numel() and s.shape != o.shape != r.shape != s.shape else r
                )
            )(f(s, o))
        ),
        {"left": (2, 1)},
    ),
    Plant("cut", broadcasting.test_refuses_shapes_that_do_not_fit, "torch.add", wrong.first, {"name": "add"}),
    Plant(
        "exchanged",
        broadcasting.test_stretches_three_operands_of_many_dimensions,
        "torch.where",
        lambda f: lambda c, x, y: f(c, y, x),
    ),
    Plant(
        "copies",
        broadcasting.test_broadcast_tensors_stretches_without_copying,
        "torch.broadcast_tensors",
        lambda f: lambda *x: tuple(part.clone() for part in f(*x)),
        {"left": (3, 1), "right": (1, 4)},
    ),
    Plant(
        "skipped",
        broadcasting.test_in_place_operations_keep_their_shape,
        T + "add_",
        wrong.first,
        {"pair": ((1,), (3,))},
    ),
)
PROMOTION = (
    Plant(
        "int32",
        promotion.test_tensors_promote_to_their_common_dtype,
        T + "__add__",
        smaller,
        {"name": "add", "left": "int64"},
    ),
    Plant(
        "float64",
        promotion.test_zero_dim_tensors_count_by_category,
        T + "__mul__",
        wrong.double,
        {"name": "mul", "left": "int64"},
    ),
    Plant(
        "float64",
        promotion.test_python_numbers_count_by_category,
        T + "__radd__",
        wrong.double,
        {"name": "add", "shape": (), "left": "int64"},
    ),
    Plant("half", promotion.test_quotients_are_floating, T + "__truediv__", smaller, {"left": "int64"}),
    Plant(
        "of floats",
        promotion.test_comparisons_are_bool,
        T + "__eq__",
        lambda f: lambda s, o: f(s, o).float(),
        {"name": "eq", "left": "int64"},
    ),
    Plant(
        "kept",
        promotion.test_sums_and_products_of_integers_are_int64,
        "torch.cumsum",
        lambda f: lambda x, d: f(x, d).to(x.dtype),
        {"name": "cumsum", "given": "int32"},
    ),
)
PLANTS = OUT + BROADCASTING + PROMOTION


@plants(*PLANTS)
def test_is_rejected(plant, request):
    assert_rejected(plant, request)
