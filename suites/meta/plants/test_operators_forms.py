"""Wrong answers about forms and dtypes that few ask operators for."""

import torch

from suites.meta import wrong
from suites.meta.planting import Plant, assert_rejected, plants
from suites.operators import test_comparison as comparison
from suites.operators import test_complex as complex_numbers
from suites.operators import test_contraction as contraction
from suites.operators import test_copy as copy
from suites.operators import test_division as division
from suites.operators import test_extremes as extremes
from suites.operators import test_halves as halves
from suites.operators import test_inplace_autograd as inplace
from suites.operators import test_matmul as matmul
from suites.operators import test_numbers as numbers
from suites.operators import test_pointwise as pointwise

T = "torch.Tensor."


def without_the_last(original):
    """Of many inner terms the last is lost, where the dtype is a half."""

    def function(x, y):
        short = x.dtype in (torch.float16, torch.bfloat16) and x.shape[-1] > 100 and x.dim() == y.dim() == 2
        return original(x[:, :-1], y[:-1]) if short else original(x, y)

    return function


def not_conjugated(original):
    """A view that conjugates is copied as it lies in memory."""
    return lambda self, source: original(self, source.conj().resolve_conj() if source.is_conj() else source)


def stuck(original):
    """Sums of halves stand still at 1024."""
    return lambda x, *args, **options: original(x, *args, **options).clamp(-1024, 1024)


def squared(original):
    """The squares are of the dtype."""
    return lambda x, *args, **options: (x * x).sum().sqrt()


PLANTS = (
    Plant("the inverse alone", contraction.test_negative_powers_are_those_of_the_inverse, "torch.matrix_power",
          lambda f: lambda x, n: f(x, max(n, -1)), {"exponent": -2}),
    Plant("not conjugated", copy.test_copy_takes_views_that_conjugate_or_negate, T + "copy_", not_conjugated,
          {"seen": lambda z: z.conj(), "dtype": torch.complex64}),
    Plant("rounded down", division.test_integers_and_numbers_have_quotients, T + "__rtruediv__",
          lambda f: lambda x, number: f(x, number).floor(), {"dtype": torch.int16}),
    Plant("the first axis alone", extremes.test_any_and_all_take_several_axes, "torch.any",
          lambda f: lambda x, axes, keepdim: f(f(x, axes[0], keepdim=True).expand_as(x) * 1 if axes[1:] else x, axes,
                                               keepdim=keepdim) & (x.sum() > 40),
          {"name": "any", "axes": (0, 1), "dtype": torch.bool}),
    Plant("in its own dtype", extremes.test_scans_cast_before_they_add_or_multiply, "torch.cumsum",
          lambda f: lambda x, axis, dtype: f(x, axis, dtype=x.dtype).to(dtype),
          {"name": "cumsum", "given_": torch.float16, "axis": 0, "dtype": torch.float64}),
    Plant("stands still", halves.test_long_sums_and_scans_grow_beyond_thousands, T + "cumsum", stuck,
          {"step": 20.0, "dtype": torch.float16}),
    Plant("squares overflow", halves.test_norms_of_halves_reach_beyond_their_squares, "torch.linalg.vector_norm",
          squared, {"shape": (5,), "scale": 2.0**10, "dtype": torch.float16}),
    Plant("it is not told", inplace.test_a_change_that_torch_cannot_see_can_be_told,
          "torch.autograd.graph.increment_version", lambda f: lambda tensor: None),
    Plant("the last is lost", matmul.test_long_products_lose_no_term, "torch.matmul", without_the_last,
          {"pair": ((5, 257), (257, 3)), "dtype": torch.bfloat16}),
    Plant("the last is lost", matmul.test_long_products_of_halves_lose_no_term, "torch.matmul", without_the_last,
          {"pair": ((5, 257), (257, 3)), "dtype": torch.float16}),
    Plant("through double", numbers.test_sums_of_large_integers_keep_every_digit, T + "sum",
          lambda f: lambda x, *axis: f(x.double(), *axis).long(), {"length": 33}),
    Plant("copied", complex_numbers.test_real_numbers_are_their_conjugates, T + "conj",
          lambda f: lambda x: x.clone()),
    Plant("NaN", extremes.test_logarithms_of_nothing_are_minus_infinity, T + "logcumsumexp",
          lambda f: lambda x, axis: f(x, axis).masked_fill(x == -float("inf"), float("nan"))),
    Plant("cut off", comparison.test_clamp_of_integers_takes_fractions, "torch.clamp",
          lambda f: lambda x, *limits, **named: f(x, *limits, **named).to(x.dtype), {"dtype": torch.int32}),
    Plant("to the first", comparison.test_isclose_is_relative_to_the_second, "torch.isclose",
          lambda f: lambda x, y, **options: f(y, x, **options), {"x": 2.0, "y": 1.0, "expected": False}),
    Plant("int64", numbers.test_bits_of_a_number_keep_the_dtype, "torch.bitwise_or",
          lambda f: lambda x, y: f(x, y).long(), {"name": "bitwise_or", "kind": torch.uint8}),
    Plant("0 of 0", numbers.test_powers_of_zero_and_infinity, "torch.pow",
          lambda f: lambda x, n: f(x, n).masked_fill(x == 0, 0),
          {"exponent": -0.5, "length": 1, "precision": torch.float32}),
    Plant("the real part alone", pointwise.test_predicates_look_at_both_parts, "torch.isfinite",
          lambda f: lambda x: f(x.real), {"dtype": torch.complex64}),
    Plant("the lowest is positive", pointwise.test_predicates_know_integers, "torch.signbit",
          lambda f: lambda x: f(x) & (x != -128),
          {"row": next(row for row in pointwise.PREDICATES if row.name == "signbit"), "dtype": torch.int8}),
    Plant("after the ellipsis", contraction.test_einsum_sums_over_what_the_output_lacks, "torch.einsum",
          lambda f: lambda equation, *parts: f(equation.replace("->i...", "->...i"), *parts),
          {"row": next(row for row in contraction.EQUATIONS if row.name == "...i->i..."), "dtype": torch.int64}),
    Plant("in rising order", contraction.test_tensordot_contracts_dimensions, "torch.tensordot",
          lambda f: lambda x, y, dims: f(x, y, [sorted(dims[0]), sorted(dims[1])]),
          {"left": (3, 3, 3), "right": (3, 3, 3), "dims": ([2, 0], [0, 1]), "dtype": torch.int64}),
    Plant("a column is a vector", matmul.test_refuses_shapes_that_do_not_fit, "torch.mv",
          lambda f: lambda x, y: f(x, y.squeeze()), {"name": "mv", "left": (3, 3), "right": (3, 1)}),
    Plant("off", contraction.test_products_are_exact_on_integers, "torch.linalg.multi_dot", wrong.off,
          {"row": next(row for row in contraction.PRODUCTS if row.name == "linalg.multi_dot")}),
)  # fmt: skip


@plants(*PLANTS)
def test_is_rejected(plant, request):
    """Each claim holds of torch and fails of the plant."""
    assert_rejected(plant, request)
