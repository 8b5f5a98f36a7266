"""Wrong answers about torch.autograd.grad, the functional forms and forward mode."""

import torch
import torch.autograd.forward_ad as fw

from suites.autograd import test_forward_mode as forward
from suites.autograd import test_grad as grad
from suites.autograd import test_vector_jacobian as claims
from suites.meta.planting import Plant, assert_rejected, plants
from suites.meta.wrong import setting
from suites.meta.wrong_engine import ENGINE, afterwards, but, engine, scaled, weighed, with_flags

FUNCTIONAL = "torch.autograd.functional."
FUNC = "torch.func."
GRAD = "torch.autograd.grad"
DUAL = "torch.autograd.forward_ad.make_dual"
UNPACK = "torch.autograd.forward_ad.unpack_dual"


def squared_gradient(run, outputs, gradients, *rest, **options):
    return run(outputs, tuple(g * g.abs() for g in gradients), *rest, **options)


def halved_off_diagonal(original):
    def wrong(*args, **options):
        whole = original(*args, **options)
        return whole - (whole - torch.diag(whole.diagonal())) / 2

    return wrong


def swapped(original):
    return lambda *args, **options: tuple(tuple(row[::-1]) for row in original(*args, **options))


def strict_is_ignored(original):
    return lambda *args, strict=False, **options: original(*args, **options)


def ones_for_vector(original):
    return lambda function, x, v=None, **options: original(function, x, None if v is None else torch.ones_like(v))


def touches_inputs(original):
    return lambda function, x, *rest, **options: original(function, x.requires_grad_(), *rest, **options)


def first_argument(original):
    return lambda function, argnums=0, **options: original(function, 0, **options)


def aux_is_value(original):
    def wrong(function, has_aux=False, **options):
        if not has_aux:
            return original(function, **options)
        return lambda *args: original(function, has_aux=True, **options)(*args)[::-1]

    return wrong


def pulls_once(original):
    def wrong(function, *args):
        outputs, pull = original(function, *args)
        kept = []
        return outputs, lambda v: kept[0] if kept else kept.append(pull(v)) or kept[0]

    return wrong


def dimensions_ignored(original):
    return lambda function, in_dims=0, out_dims=0: original(function, in_dims=in_dims)


def mean_over_the_batch(original):
    def wrong(function):
        return lambda batch: original(function)(batch).mean(0, keepdim=True).expand(len(batch), -1)

    return wrong


def reversed_tuple(original):
    return lambda *args, **options: tuple(reversed(original(*args, **options)))


def deposits(results, leaves, outputs, gradients, inputs):
    for leaf, result in zip(inputs, results or ()):
        if leaf.is_leaf:
            leaf.grad = result if leaf.grad is None else leaf.grad + result


def ones_for_none(original):
    def wrong(outputs, inputs, grad_outputs=None, **options):
        ones = torch.ones_like(outputs) if grad_outputs is None else grad_outputs
        return original(outputs, inputs, ones, **options)

    return wrong


def forgiving(original):
    return lambda *args, **options: original(
        *args, **{**options, "allow_unused": None if "materialize_grads" in options else True}
    )


def results_get_nothing(original):
    def wrong(outputs, inputs, *rest, **options):
        found = original(outputs, inputs, *rest, **options)
        return tuple(g if x.is_leaf else g * 2 for x, g in zip(inputs, found))

    return wrong


def first_output(run, outputs, gradients, *rest, **options):
    return run(outputs[:1], gradients[:1], *rest, **options)


def not_materialized(original):
    return lambda *args, materialize_grads=False, **options: original(*args, allow_unused=True, **options)


def wrong_shape_of_zeros(original):
    def wrong(*args, materialize_grads=False, **options):
        found = original(*args, allow_unused=True, **options)
        return tuple(torch.zeros(3, dtype=torch.float64) if g is None else g for g in found)

    return wrong


def asymmetric(original):
    calls = []

    def wrong(*args, **options):
        calls.append(1)
        return tuple(g * (1 + len(calls) % 3 * 1e-9) for g in original(*args, **options))

    return wrong


def lists_for_tuples(original):
    return lambda *args, **options: list(original(*args, **options))


def tangent_stays(original):
    return lambda tensor, **options: fw.UnpackedDualTensor(
        tensor, torch.zeros_like(tensor) if original(tensor).tangent is None else original(tensor).tangent
    )


def negated(original):
    return lambda tensor, tangent, **options: original(tensor, -tangent, **options)


def stretched(original):
    return lambda tensor, tangent, **options: original(tensor, tangent.reshape(-1)[:1].expand(tensor.shape), **options)


def outside_too(original):
    return lambda tensor, tangent, **options: original(tensor, tangent) if fw._current_level >= 0 else tensor


def without_tangents(original):
    class Silent(original):
        def __enter__(self):
            super().__enter__()
            self.made, fw.make_dual = fw.make_dual, lambda tensor, tangent: self.made(tensor, tangent * 0)

        def __exit__(self, *exception):
            fw.make_dual = self.made
            super().__exit__(*exception)

    return Silent


WRONG = {"row": grad.WRONG[0]}
PLANTS = (
    Plant(
        "the vector is squared",
        claims.test_backward_multiplies_by_the_transposed_jacobian,
        ENGINE,
        engine(squared_gradient),
    ),
    Plant(
        "the vector is squared", claims.test_a_basis_vector_gives_a_row_of_the_jacobian, ENGINE, weighed(-1), {"row": 2}
    ),
    Plant(
        "the vector is squared",
        claims.test_the_gradient_of_a_scalar_of_the_outputs_obeys_the_chain_rule,
        ENGINE,
        engine(squared_gradient),
    ),
    Plant("the vector is squared", claims.test_is_linear_in_the_vector, ENGINE, engine(squared_gradient)),
    Plant(
        "only the first vector counts",
        claims.test_batched_vectors_give_one_product_each,
        GRAD,
        lambda original: lambda *args, **options: tuple(g[:1].expand(g.shape) for g in original(*args, **options)),
    ),
    Plant("it is doubled", claims.test_jacobian_is_the_matrix, FUNCTIONAL + "jacobian", scaled(2), {"options": {}}),
    Plant(
        "create_graph is ignored",
        claims.test_jacobian_is_the_matrix,
        FUNCTIONAL + "jacobian",
        setting(create_graph=False),
        {"options": {"create_graph": True}},
    ),
    Plant("inputs are swapped", claims.test_jacobian_nests_outputs_and_inputs, FUNCTIONAL + "jacobian", swapped),
    Plant(
        "strict is ignored",
        claims.test_jacobian_is_zero_for_an_unused_input_unless_strict,
        FUNCTIONAL + "jacobian",
        strict_is_ignored,
    ),
    Plant(
        "what is off the diagonal is halved",
        claims.test_hessian_is_the_matrix_of_second_derivatives,
        FUNCTIONAL + "hessian",
        halved_off_diagonal,
        {"vectorize": False},
    ),
    Plant("blocks are swapped", claims.test_hessian_of_several_inputs_has_blocks, FUNCTIONAL + "hessian", swapped),
    Plant("the vector counts as ones", claims.test_vjp_gives_outputs_and_product, FUNCTIONAL + "vjp", ones_for_vector),
    Plant("the gradient is doubled", claims.test_vjp_of_a_scalar_needs_no_vector, FUNCTIONAL + "vjp", scaled(2)),
    Plant("the vector counts as ones", claims.test_jvp_gives_outputs_and_product, FUNCTIONAL + "jvp", ones_for_vector),
    Plant(
        "the vector counts as ones", claims.test_hessian_products, FUNCTIONAL + "hvp", ones_for_vector, {"name": "hvp"}
    ),
    Plant(
        "the input requires grad afterwards",
        claims.test_functional_leaves_its_inputs_alone,
        FUNCTIONAL + "jacobian",
        touches_inputs,
    ),
    Plant(
        "the gradient is doubled",
        claims.test_func_grad_is_the_gradient,
        FUNC + "grad",
        lambda original: lambda f: lambda *x: original(f)(*x) * 2,
    ),
    Plant("argnums is 0", claims.test_func_grad_differentiates_the_chosen_arguments, FUNC + "grad", first_argument),
    Plant("extras come first", claims.test_func_grad_carries_values_and_extras_along, FUNC + "grad", aux_is_value),
    Plant(
        "the second call gives the first", claims.test_func_vjp_gives_a_function_of_the_vector, FUNC + "vjp", pulls_once
    ),
    Plant(
        "outputs and product are swapped", claims.test_func_jvp_gives_outputs_and_product, FUNC + "jvp", reversed_tuple
    ),
    Plant(
        "it is doubled",
        claims.test_func_jacobians_are_the_matrix,
        FUNC + "jacfwd",
        lambda original: lambda f: lambda x: original(f)(x) * 2,
        {"name": "jacfwd"},
    ),
    Plant(
        "argnums is 0",
        claims.test_func_jacobians_choose_arguments_and_carry_extras,
        FUNC + "jacrev",
        first_argument,
        {"name": "jacrev"},
    ),
    Plant(
        "the order is reversed",
        claims.test_products_of_several_inputs_are_tuples,
        FUNCTIONAL + "vjp",
        lambda original: lambda *args: (None, original(*args)[1][::-1]),
    ),
    Plant(
        "it is doubled",
        claims.test_func_hessian_has_a_matrix_for_each_output,
        FUNC + "hessian",
        lambda original: lambda f: lambda x: original(f)(x) * 2,
    ),
    Plant(
        "samples are averaged",
        claims.test_vmap_of_grad_gives_a_gradient_for_each_sample,
        FUNC + "vmap",
        mean_over_the_batch,
    ),
    Plant(
        "out_dims is ignored", claims.test_vmap_takes_its_batch_from_any_dimension, FUNC + "vmap", dimensions_ignored
    ),
    Plant("the order is reversed", grad.test_returns_a_gradient_for_each_input_in_order, GRAD, reversed_tuple),
    Plant("it is a list", grad.test_returns_a_gradient_for_each_input_in_order, GRAD, lists_for_tuples),
    Plant("it accumulates", grad.test_does_not_touch_grad, ENGINE, afterwards(deposits)),
    Plant("results count twice", grad.test_differentiates_by_results_too, GRAD, results_get_nothing),
    Plant(
        "only the first output counts", grad.test_adds_the_gradients_of_several_outputs, ENGINE, engine(first_output)
    ),
    Plant("a missing gradient is ones", grad.test_of_a_vector_without_grad_outputs_raises, GRAD, ones_for_none),
    Plant("unused inputs are allowed", grad.test_an_unused_input_is_an_error, GRAD, setting(allow_unused=True)),
    Plant(
        "unused inputs get zeros",
        grad.test_an_unused_input_may_be_allowed,
        GRAD,
        lambda original: lambda *args, **options: original(*args, materialize_grads=True),
    ),
    Plant("zeros are not made", grad.test_materialized_gradients_of_unused_inputs_are_zeros, GRAD, not_materialized),
    Plant(
        "zeros have one shape", grad.test_materialized_gradients_of_unused_inputs_are_zeros, GRAD, wrong_shape_of_zeros
    ),
    Plant("both are taken", grad.test_materializing_excludes_forbidding, GRAD, forgiving),
    Plant("the graph is kept", grad.test_frees_the_graph, ENGINE, with_flags(retain=True)),
    Plant(
        "there is always a graph",
        grad.test_create_graph_gives_a_gradient_with_a_graph,
        GRAD,
        setting(create_graph=True),
    ),
    Plant("the gradient is doubled", grad.test_differentiates_a_penalty_on_the_gradient, GRAD, scaled(2)),
    Plant("it drifts", grad.test_mixed_second_derivatives_do_not_depend_on_the_order, GRAD, asymmetric),
    Plant(
        "it is None",
        grad.test_gradcheck_accepts_right_gradients,
        "torch.autograd.gradcheck",
        but(None),
        {"fast": False},
    ),
    Plant(
        "it accepts everything", grad.test_gradcheck_finds_wrong_gradients, "torch.autograd.gradcheck", but(True), WRONG
    ),
    Plant(
        "it is None",
        grad.test_gradgradcheck_accepts_right_second_derivatives,
        "torch.autograd.gradgradcheck",
        but(None),
    ),
    Plant(
        "it accepts everything",
        grad.test_gradgradcheck_finds_wrong_second_derivatives,
        "torch.autograd.gradgradcheck",
        but(True),
    ),
    Plant("tangents are negated", forward.test_a_dual_holds_primal_and_tangent, DUAL, negated),
    Plant("tangents are negated", forward.test_tangents_follow_operations, DUAL, negated),
    Plant("tangents are negated", forward.test_gives_the_jacobian_vector_product, DUAL, negated),
    Plant("tangents are negated", forward.test_is_the_adjoint_of_reverse_mode, DUAL, negated),
    Plant("it has a tangent of zeros", forward.test_a_plain_tensor_has_no_tangent, UNPACK, tangent_stays),
    Plant("it has a tangent of zeros", forward.test_tangents_end_with_their_level, UNPACK, tangent_stays),
    Plant("it is passed over", forward.test_duals_exist_within_a_level_only, DUAL, outside_too),
    Plant(
        "it is broadcast", forward.test_a_tangent_is_like_its_primal, DUAL, stretched, {"tangent": forward.np.ones(4)}
    ),
    Plant(
        "it keeps the tangent",
        forward.test_detach_drops_the_tangent,
        "torch.Tensor.detach",
        lambda original: lambda self: self.view_as(self),
    ),
    Plant(
        "tangents are stopped",
        forward.test_no_grad_does_not_stop_tangents,
        "torch.no_grad",
        lambda original: lambda: without_tangents(original)(),
    ),
    Plant("tangents are negated", forward.test_reverse_over_forward_gives_second_derivatives, DUAL, negated),
    Plant(
        "the change carries none",
        forward.test_in_place_operations_carry_tangents,
        "torch.Tensor.add_",
        lambda original: lambda self, other: original(self, other.detach()),
    ),
)


@plants(*PLANTS)
def test_is_rejected(plant, request):
    assert_rejected(plant, request)
