"""Wrong answers of matrix products, contractions and linear algebra."""

import torch

from suites.meta import wrong
from suites.meta.planting import Plant, assert_rejected, plants
from suites.operators import test_contraction as contraction
from suites.operators import test_matmul as matmul
from suites.operators import test_matmul_forms as forms

INT = {"dtype": torch.int64}
ADDMM, ADDMV = forms.FORMS[0], forms.FORMS[1]


def dropping(original):
    """With more than 256 inner terms the last is dropped."""

    def product(x, y):
        return original(x[..., :-1], y[:-1]) if x.shape[-1] > 256 and y.ndim < 3 else original(x, y)

    return product


def reading_rows(original):
    """A transposed left operand is read in storage order."""

    def product(x, y):
        return original(x if x.is_contiguous() or x.ndim != 2 else x.t().contiguous().reshape(x.shape), y)

    return product


MATMUL = (
    Plant("a term is dropped", matmul.test_integers_multiply_exactly, "torch.matmul", dropping),
    Plant("in storage order", matmul.test_integers_multiply_exactly, "torch.matmul", reading_rows),
    Plant("the last", matmul.test_halves_multiply_exactly, "torch.matmul", wrong.last, {"dtype": torch.bfloat16}),
    Plant(
        "through float64",
        matmul.test_integer_dtypes_wrap_around,
        "torch.matmul",
        lambda f: lambda x, y: f(x.double(), y.double()).long(),
        INT,
    ),
    Plant(
        "off by 1e-5",
        matmul.test_products_are_sums_of_products,
        "torch.matmul",
        lambda f: lambda x, y: f(x, y).mul(1.001),
    ),
    Plant("off", matmul.test_the_spellings_agree, "torch.Tensor.__rmatmul__", wrong.off),
    Plant("not written", matmul.test_the_spellings_agree, "torch.matmul", wrong.ignoring_out),
    Plant(
        "not written",
        matmul.test_a_vector_times_a_matrix_goes_into_its_out,
        "torch.matmul",
        wrong.ignoring_out,
        {"shape": (2, 5, 4)},
    ),
    Plant(
        "negated",
        matmul.test_special_forms_are_exact,
        "torch.mm",
        lambda f: lambda x, y: -f(x, y),
        {"name": "mm", "table": matmul.MATRICES},
    ),
    Plant(
        "off by 1e-4",
        matmul.test_special_forms_round_like_sums,
        "torch.dot",
        lambda f: lambda x, y: f(x, y) * (1 + 1e-4 * (len(x) > 1000)),
        {"name": "dot", "table": matmul.VECTORS},
    ),
    Plant(
        "promoted",
        matmul.test_refuses_different_dtypes,
        "torch.mm",
        wrong.first,
        {"name": "mm", "left": "float32", "right": "float64"},
    ),
    Plant(
        "anything goes",
        matmul.test_refuses_shapes_that_do_not_fit,
        "torch.bmm",
        wrong.first,
        {"name": "bmm", "left": (2, 3, 4), "right": (3, 4, 5)},
    ),
    Plant("the last", matmul.test_large_matrices_multiply_exactly, "torch.Tensor.__matmul__", wrong.last),
    Plant(
        "NaN is zero",
        matmul.test_specials_spread_along_their_row_and_column,
        "torch.Tensor.__matmul__",
        lambda f: lambda s, o: f(s.nan_to_num(), o),
        {"special": float("nan")},
    ),
)
FORMS = (
    Plant(
        "alpha is ignored",
        forms.test_adds_a_multiple_of_the_product,
        "torch.addmm",
        wrong.ignoring("alpha"),
        {"row": ADDMM},
    ),
    Plant(
        "along the rows",
        forms.test_adds_a_multiple_of_the_product,
        "torch.addmm",
        lambda f: (
            lambda s, x, y, **k: f(
                s[:, None] if s.ndim == 1 and x.shape[0] == y.shape[1] == s.shape[0] else s, x, y, **k
            )
        ),
        {"row": ADDMM},
    ),
    Plant(
        "beta is ignored", forms.test_the_spellings_agree, "torch.Tensor.addmv", wrong.ignoring("beta"), {"row": ADDMV}
    ),
    Plant(
        "no input",
        forms.test_alpha_and_beta_are_one_by_default,
        "torch.addmm",
        lambda f: lambda s, x, y: f(s, x, y, beta=0),
        {"row": ADDMM},
    ),
    Plant(
        "NaN spreads",
        forms.test_beta_zero_ignores_the_input,
        "torch.addmm",
        lambda f: lambda s, *more, **options: f(s, *more, **options).add_(s * 0 if "out" in options else 0),
        {"row": ADDMM, "special": float("nan")},
    ),
    Plant(
        "without out= it does",
        forms.test_beta_zero_ignores_the_input,
        "torch.addmm",
        lambda f: lambda s, *more, **options: f(s, *more, **options).add_(0 if "out" in options else s * 0),
        {"row": ADDMM, "special": float("inf")},
    ),
    Plant(
        "in place it does",
        forms.test_beta_zero_ignores_the_input,
        "torch.Tensor.addmm_",
        lambda f: lambda s, *more, **options: f(s, *more, **options).add_(float("nan")),
        {"row": ADDMM, "special": float("inf")},
    ),
    Plant(
        "a square weight is not transposed",
        forms.test_linear_is_a_product_and_a_bias,
        "torch.nn.functional.linear",
        lambda f: lambda x, w, *b: f(x, w.t() if w.shape[0] == w.shape[1] else w, *b),
    ),
    Plant(
        "alpha is rounded",
        forms.test_rounds_like_a_sum,
        "torch.addmm",
        lambda f: lambda s, x, y, beta, alpha: f(s, x, y, beta=beta, alpha=-1.3001),
    ),
)
CONTRACTION = (
    Plant(
        "in its own digits",
        contraction.test_counts_beyond_its_digits,
        "torch.dot",
        lambda f: lambda x, y: (x * y).cumsum(0)[:256][-1],
        {"name": "dot", "dtype": torch.bfloat16},
    ),
    Plant(
        "in order of appearance",
        contraction.test_einsum_sums_over_what_the_output_lacks,
        "torch.einsum",
        lambda f: lambda eq, *ops: f(eq + "->" + eq, *ops),
        {"row": contraction.EQUATIONS[2], "dtype": torch.float64},
    ),
    Plant(
        "anything goes",
        contraction.test_einsum_refuses_subscripts_that_do_not_fit,
        "torch.einsum",
        lambda f: lambda eq, *ops: ops[0],
        {"equation": "ij"},
    ),
    Plant(
        "transposed", contraction.test_einsum_takes_lists_of_numbers, "torch.einsum", lambda f: lambda *ops: f(*ops).mT
    ),
    Plant(
        "the first",
        contraction.test_tensordot_contracts_dimensions,
        "torch.tensordot",
        lambda f: lambda x, y, dims: f(x, y, dims=([0], [0])),
        {"left": (3, 3), "right": (3, 3), "dims": 1, "dtype": torch.float64},
    ),
    Plant(
        "one",
        contraction.test_tensordot_contracts_two_by_default,
        "torch.tensordot",
        lambda f: lambda x, y: f(x, y, dims=1),
    ),
    Plant(
        "transposed",
        contraction.test_products_are_exact_on_integers,
        "torch.inner",
        lambda f: lambda x, y: f(y, x),
        {"row": contraction.PRODUCTS[0]},
    ),
    Plant(
        "negated",
        contraction.test_products_are_exact_on_integers,
        "torch.linalg.cross",
        lambda f: lambda x, y: -f(x, y),
        {"row": next(row for row in contraction.PRODUCTS if row.name == "linalg.cross")},
    ),
    Plant(
        "exchanged",
        contraction.test_kron_multiplies_every_pair,
        "torch.kron",
        wrong.swapped,
        {"shapes": ((2, 3), (3, 2))},
    ),
    Plant(
        "exchanged",
        contraction.test_cross_takes_a_dimension,
        "torch.cross",
        lambda f: lambda x, y, dim: f(y, x, dim=dim),
        {"axis": -1},
    ),
    Plant(
        "one more",
        contraction.test_powers_of_matrices_are_exact,
        "torch.matrix_power",
        lambda f: lambda x, n: f(x, n + 1),
        {"exponent": 2},
    ),
)
PLANTS = MATMUL + FORMS + CONTRACTION


@plants(*PLANTS)
def test_is_rejected(plant, request):
    assert_rejected(plant, request)
