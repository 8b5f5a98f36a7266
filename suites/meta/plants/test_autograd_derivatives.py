"""Wrong answers about derivatives, kinks and complex gradients."""

import contextlib

import numpy as np
import torch

from suites.autograd import operators
from suites.autograd import test_anomaly as anomaly
from suites.autograd import test_complex_gradients as complex_gradients
from suites.autograd import test_derivatives as claims
from suites.autograd import test_kinks as kinks
from suites.autograd.record import distinct
from suites.meta.planting import Plant, assert_rejected, plants
from suites.meta.wrong_engine import ENGINE, engine, gradient, weighed

REVERSE = claims.test_reverse_mode_gives_the_derivative
TENSOR = "torch.Tensor."


def row(rows, name):
    return {"row": next(row for row in rows if str(row) == name)}


def at(name):
    return row(operators.TABLE, name)


def permuted_twice(original):
    """The gradient is permuted forwards instead of back."""

    class Wrong(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x, dims):
            ctx.dims = dims
            return original(x, *dims)

        @staticmethod
        def backward(ctx, g):
            shape = [g.shape[ctx.dims.index(i)] for i in range(g.dim())]
            return original(g, *ctx.dims).reshape(shape) if g.dim() == 3 else original(g, 1, 0, 3, 2) * 2, None

    return lambda x, *dims: Wrong.apply(x, dims)


def first_lost(g):
    """All but the first element, whatever the strides."""
    kept = torch.ones(g.numel(), dtype=g.dtype)
    kept[:1] = 0
    return g * kept.reshape(g.shape)


def slightly(g):
    return g * (1 + 1e-5)


def off_in_long_rows(g):
    """Only what lies behind the first 256 elements is wrong."""
    return torch.cat([g[:256], g[256:] * 0.99])


def conjugated(run, outputs, gradients, *rest, **options):
    found = run(outputs, gradients, *rest, **options)
    for node, _ in outputs[0].grad_fn.next_functions:
        for leaf in [node] if hasattr(node, "variable") else []:
            leaf.variable.grad = leaf.variable.grad.conj()
    return found


def negated_tangent(original):
    return lambda tensor, tangent, **options: original(tensor, -tangent, **options)


def lenient(original):
    return lambda self, gradient=None, **options: original(
        self, torch.ones_like(self) if gradient is None else gradient, **options
    )


PLANTS = (
    Plant("a dimension goes forwards", REVERSE, TENSOR + "permute", permuted_twice, at("torch.permute")),
    Plant("one element is lost", REVERSE, TENSOR + "flip", gradient(first_lost), at("torch.flip")),
    Plant("a hundred thousandth more", REVERSE, TENSOR + "mean", gradient(slightly), at("torch.mean (over two)")),
    Plant("the bound is 0", REVERSE, TENSOR + "clamp", gradient(lambda g: g * 0), at("torch.clamp (below only)")),
    Plant(
        "tangents are negated",
        claims.test_forward_mode_gives_the_derivative,
        "torch.autograd.forward_ad.make_dual",
        negated_tangent,
        at("torch.exp"),
    ),
    Plant(
        "the gradient's gradient is doubled",
        claims.test_double_backward_gives_the_second_derivative,
        "torch.autograd.grad",
        lambda original: lambda *args, **options: tuple(g * 2 for g in original(*args, **options)),
        at("torch.exp"),
    ),
    Plant(
        "elements beyond 256 are wrong",
        claims.test_elementwise_gradients_do_not_depend_on_the_length,
        TENSOR + "clamp",
        gradient(off_in_long_rows),
        at("torch.clamp (below only)"),
    ),
    Plant(
        "gradients are doubled",
        kinks.test_gradients_at_kinks_are_as_told,
        ENGINE,
        weighed(2),
        row(kinks.KINKS, "torch.abs"),
    ),
    Plant(
        "zeros count",
        kinks.test_gradients_at_kinks_are_as_told,
        TENSOR + "prod",
        gradient(lambda g: torch.nan_to_num(g * 0)),
        row(kinks.KINKS, "torch.prod (one zero)"),
    ),
    Plant(
        "each gets all",
        kinks.test_ties_share_the_gradient_evenly,
        TENSOR + "amax",
        gradient(lambda g: (g != 0).to(g.dtype)),
        row(kinks.TIES, "torch.amax"),
    ),
    Plant(
        "it is shared",
        kinks.test_a_reduction_with_an_index_gives_all_to_that_one,
        "torch.max",
        gradient(lambda g: g.sum() * g.new_tensor([0, 0.5, 0, 0.5, 0])),
        {"name": "max"},
    ),
    Plant(
        "the first takes all",
        kinks.test_equal_operands_share_the_gradient,
        "torch.maximum",
        gradient(lambda g: g * 2),
        {"name": "maximum"},
    ),
    Plant(
        "not conjugated",
        complex_gradients.test_holomorphic_functions_have_the_conjugate_of_the_derivative,
        ENGINE,
        engine(conjugated),
        {**row(complex_gradients.HOLOMORPHIC, "torch.sin"), "dtype": torch.complex64},
    ),
    Plant(
        "not conjugated",
        complex_gradients.test_other_functions_follow_the_convention_too,
        ENGINE,
        engine(conjugated),
        row(complex_gradients.MIXED, "torch.abs"),
    ),
    Plant(
        "not conjugated",
        complex_gradients.test_products_conjugate_the_other_factor,
        ENGINE,
        engine(conjugated),
        row(complex_gradients.BILINEAR, "torch.matmul"),
    ),
    Plant(
        "nothing is detected",
        anomaly.test_a_backward_that_makes_nan_raises,
        "torch.autograd.set_detect_anomaly",
        lambda original: lambda mode: contextlib.nullcontext(),
        {"mode": lambda: torch.autograd.set_detect_anomaly(True)},
    ),
    Plant("NaN is 0", anomaly.test_checking_for_nan_can_be_left_out, TENSOR + "sqrt", gradient(lambda g: g * 0 + 1)),
    Plant("NaN is 0", anomaly.test_detection_ends_with_its_context, TENSOR + "sqrt", gradient(lambda g: g * 0 + 1)),
    Plant(
        "the gradient is 1",
        complex_gradients.test_a_complex_output_has_no_implicit_gradient,
        TENSOR + "backward",
        lenient,
    ),
)


@plants(*PLANTS)
def test_is_rejected(plant, request):
    assert_rejected(plant, request)


def test_distinct_values_are_apart():
    """The domain of sorted operators leaves room for a step."""
    values = np.sort(distinct(np.random.default_rng(0).standard_normal(40)))

    assert np.diff(values).min() >= 0.4
