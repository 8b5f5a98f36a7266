"""Wrong answers about type promotion."""

import torch

from suites.meta.planting import Plant, assert_rejected, plants
from suites.meta.wrong import forgiving, ignoring
from suites.meta.wrong_tensors import bumped, result
from suites.tensors import test_promotion as claims

ARITHMETIC = {row.name: row for row in claims.ARITHMETIC}
COMPARISONS = {row.name: row for row in claims.COMPARISONS}
RESULT, PROMOTE = "torch.result_type", "torch.promote_types"
HALVES = {torch.float16, torch.bfloat16}


def halves(original):
    return lambda a, b: torch.bfloat16 if {a, b} == HALVES else original(a, b)


def dtype_of(x):
    return torch.tensor(x).dtype if not isinstance(x, torch.Tensor) else x.dtype


def by_dtype_alone(original):
    return lambda a, b: torch.promote_types(dtype_of(a), dtype_of(b))


def first(original):
    return lambda a, b: dtype_of(a)


def in_double(original):
    """A zero-dim float64 tensor or a Python float widens float32."""

    def wrong(x, y):
        found = original(x, y)
        wide = isinstance(y, float) or (isinstance(y, torch.Tensor) and y.dtype is torch.float64)
        return found.double() if wide and found.dtype is torch.float32 else found

    return wrong


def of_floats(original):
    return lambda x, **options: original(x.double() if not (x.is_floating_point() or x.is_complex()) else x, **options)


def in_its_dtype(original):
    return lambda x, *args, **options: original(x, *args, **{"dtype": x.dtype, **options})


def as_the_first(original):
    return lambda mask, x, y: original(mask, x, y).to(x.dtype)


def single_quotients(original):
    def wrong(x, y):
        found = original(x, y)
        return found.float() if found.dtype is torch.float64 and not x.is_floating_point() else found

    return wrong


def not_written(original):
    return lambda self, other: self.clone()


def cast(original):
    """The result is cast to self, whatever is lost."""

    def wrong(self, other):
        return self.copy_(self.to(torch.complex128).mul(other).real.to(self.dtype))

    return wrong


PLANTS = (
    Plant("float16 and bfloat16 are bfloat16", claims.test_promotes_two_dtypes, PROMOTE, halves, {"a": "float16"}),
    Plant(
        "integers take floats",
        claims.test_casts_to_no_lower_category,
        "torch.can_cast",
        lambda original: lambda source, target: original(source, target) or target is torch.int64,
        {"source": "float32"},
    ),
    Plant("the first counts", claims.test_promotes_tensors_of_one_rank, RESULT, first, {"a": "int32"}),
    Plant(
        "a 0-dim tensor counts like others",
        claims.test_ranks_dimensions_before_size,
        RESULT,
        by_dtype_alone,
        {"a": "float32"},
    ),
    Plant(
        "the dimensions alone count",
        claims.test_holds_complex_tensors_without_dimensions,
        RESULT,
        first,
        {"a": "float64", "b": "complex64"},
    ),
    Plant(
        "scalars count like tensors",
        claims.test_counts_scalars_by_category,
        RESULT,
        by_dtype_alone,
        {"scalar": "int", "shape": (2, 3)},
    ),
    Plant(
        "scalars count like tensors",
        claims.test_keeps_half_precision_beside_scalars,
        RESULT,
        by_dtype_alone,
        {"scalar": 0.5, "a": "float16"},
    ),
    Plant(
        "floats are float32",
        claims.test_counts_scalars_in_the_default_dtype,
        RESULT,
        result(lambda dtype: torch.float32),
    ),
    Plant(
        "0-dim float64 widens",
        claims.test_has_the_promoted_dtype,
        "torch.mul",
        in_double,
        {"row": ARITHMETIC["mul"], "shapes": ((2, 3), ())},
    ),
    Plant(
        "the last element is off by one",
        claims.test_computes_in_the_promoted_dtype,
        "torch.add",
        result(bumped),
        {"row": ARITHMETIC["add"]},
    ),
    Plant(
        "Python floats widen",
        claims.test_computes_with_scalars,
        "torch.mul",
        in_double,
        {"row": ARITHMETIC["mul"], "shape": (2, 3), "scalar": "float"},
    ),
    Plant(
        "comparisons are uint8",
        claims.test_compares_in_bool,
        "torch.gt",
        result(lambda x: x.to(torch.uint8)),
        {"row": COMPARISONS["gt"]},
    ),
    Plant(
        "integers give float64",
        claims.test_divides_integers_in_the_default_dtype,
        "torch.div",
        lambda original: (
            lambda x, y: (
                original(x, y)
                if x.is_floating_point() or y.is_floating_point() or x.is_complex()
                else original(x, y).double()
            )
        ),
    ),
    Plant(
        "quotients are float32", claims.test_divides_integers_in_another_default_dtype, "torch.div", single_quotients
    ),
    Plant(
        "integers give float64",
        claims.test_computes_functions_of_integers_in_the_default_dtype,
        "torch.sqrt",
        of_floats,
        {"name": "sqrt", "default": "float32"},
    ),
    Plant(
        "sums keep their dtype",
        claims.test_sums_integers_in_64_bits,
        "torch.sum",
        in_its_dtype,
        {"name": "sum"},
    ),
    Plant(
        "sums keep their dtype",
        claims.test_sums_all_integers_in_64_bits,
        "torch.sum",
        in_its_dtype,
        {"name": "sum"},
    ),
    Plant("dtype is ignored", claims.test_sums_in_the_dtype_asked_for, "torch.sum", ignoring("dtype")),
    Plant(
        "the first dtype counts",
        claims.test_joins_in_the_promoted_dtype,
        "torch.where",
        as_the_first,
        {"a": "complex64"},
    ),
    Plant("the last element is off by one", claims.test_loses_no_value_where_it_joins, "torch.cat", result(bumped)),
    Plant("self is left as it was", claims.test_keeps_its_dtype_in_place, "torch.Tensor.mul_", not_written),
    Plant("the result is cast", claims.test_refuses_results_of_a_higher_category_in_place, "torch.Tensor.mul_", cast),
    Plant("anything is cast", claims.test_writes_no_result_into_a_lower_category, "torch.add", forgiving),
    Plant(
        "angles are float32",
        claims.test_measures_complex_numbers_in_real_ones,
        "torch.angle",
        result(torch.Tensor.float),
        {"a": "complex128", "part": "float64"},
    ),
    Plant(
        "places are int32",
        claims.test_counts_places_in_64_bits,
        "torch.argsort",
        result(torch.Tensor.int),
        {"a": "float32"},
    ),
)


@plants(*PLANTS)
def test_is_rejected(plant, request):
    assert_rejected(plant, request)
