"""Vector calculus: vector-Jacobian products, and the functions that give Jacobians and Hessians whole."""

import warnings

import numpy as np
import pytest
import torch
from hypothesis import given

from suites.autograd import field
from suites.autograd.field import IN, OUT, ROUNDINGS, U, V, X, energy
from suites.kit import array, bound, close, documents, draw, tensor

GUIDE = "Vector Calculus using autograd"
F = torch.autograd.functional


def near(actual, expected, device, dtype="float64"):
    """Equal to a derivative of the field within its roundings."""
    close(actual, expected, ROUNDINGS, dtype=dtype, device=device)


@documents("torch.Tensor.backward", guide=GUIDE)
@given(seed=draw.seeds())
def test_backward_multiplies_by_the_transposed_jacobian(seed, device, dtype):
    """y.backward(v) leaves Jᵀv in x.grad, with J the Jacobian matrix of y as a function of x."""
    x, v = (draw.cast(draw.normal(seed + i, n), dtype).clip(-2, 2) for i, n in enumerate((IN, OUT)))
    at = tensor(x, device).requires_grad_()

    field.field(at).backward(tensor(v, device))

    wide = x.astype(np.float64)
    scale = np.abs(v) @ (np.abs(field.A) + 2 * (np.abs(field.B) @ np.abs(wide))[:, None] * np.abs(field.B))
    close(at.grad, field.jacobian(wide).T @ v, bound.Bound(16, scale), dtype=dtype, device=device)


@documents("torch.autograd.grad", guide=GUIDE)
@pytest.mark.parametrize("row", range(OUT))
def test_a_basis_vector_gives_a_row_of_the_jacobian(row, device):
    """With v the basis vector number {row} the vector-Jacobian product is that row of the Jacobian matrix."""
    at = tensor(X, device).requires_grad_()

    found = torch.autograd.grad(field.field(at), at, tensor(np.eye(OUT)[row], device))[0]
    near(found, field.jacobian()[row], device)


@documents("torch.Tensor.backward", guide=GUIDE)
def test_the_gradient_of_a_scalar_of_the_outputs_obeys_the_chain_rule(device):
    """With v = ∂l/∂y for a scalar l = g(y), backward from y with v leaves ∂l/∂x, just as backward from l does."""
    direct, stepwise = (tensor(X, device).requires_grad_() for _ in range(2))

    energy(direct).backward()
    field.field(stepwise).backward(tensor(field.values(), device))

    near(direct.grad, field.energy_gradient(), device)
    near(stepwise.grad, field.energy_gradient(), device)


@documents("torch.autograd.grad", guide=GUIDE)
@given(seed=draw.seeds())
def test_is_linear_in_the_vector(seed, device):
    """The vector-Jacobian product of a combination of vectors is that combination of their products."""
    v, w = draw.normal(seed, OUT), draw.normal(seed + 1, OUT)
    at = tensor(X, device).requires_grad_()
    y = field.field(at)

    def product(vector):
        return torch.autograd.grad(y, at, tensor(vector, device), retain_graph=True)[0]

    combined = 2 * product(v) - 3 * product(w)
    near(product(2 * v - 3 * w), array(combined), device)


@documents("torch.autograd.grad", guide=GUIDE)
def test_batched_vectors_give_one_product_each(device):
    """With is_grads_batched the first dimension of grad_outputs counts vectors; the identity gives the Jacobian."""
    at = tensor(X, device).requires_grad_()

    found = torch.autograd.grad(field.field(at), at, tensor(np.eye(OUT), device), is_grads_batched=True)[0]
    near(found, field.jacobian(), device)


@documents("torch.autograd.functional.jacobian", guide=GUIDE)
@pytest.mark.parametrize(
    "options",
    [{}, {"vectorize": True}, {"strategy": "forward-mode", "vectorize": True}, {"create_graph": True}],
    ids=["plain", "vectorized", "forward-mode", "create_graph"],
)
def test_jacobian_is_the_matrix(options, device):
    """functional.jacobian gives the Jacobian matrix, outputs by inputs, whatever the strategy."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch.jit, used within, warns of its own deprecation
        found = F.jacobian(field.field, tensor(X, device), **options)

    near(found, field.jacobian(), device)
    assert found.requires_grad is options.get("create_graph", False)


@documents("torch.autograd.functional.jacobian", guide=GUIDE)
def test_jacobian_nests_outputs_and_inputs(device):
    """For several outputs and inputs jacobian gives a tuple of tuples, of shapes output's then input's."""
    x, y = draw.normal(0, 2, 3), draw.normal(1, 3)

    found = F.jacobian(lambda a, b: (a @ b, (a * b).sum()), (tensor(x, device), tensor(y, device)))

    close(found[0][0], np.einsum("ij,k->ijk", np.eye(2), y), device=device)
    close(found[0][1], x, device=device)
    close(found[1][0], np.broadcast_to(y, (2, 3)), device=device)
    close(found[1][1], x.sum(0), bound.summed(x, 0), device=device)


@documents("torch.autograd.functional.jacobian", guide=GUIDE)
def test_jacobian_is_zero_for_an_unused_input_unless_strict(device):
    """An input that the outputs do not depend on has a Jacobian of zeros; with strict=True it raises RuntimeError."""
    inputs = (tensor(X, device), tensor(U, device))

    close(F.jacobian(lambda a, b: a * 2, inputs)[1], np.zeros((IN, IN)), device=device)
    with pytest.raises(RuntimeError):
        F.jacobian(lambda a, b: a * 2, inputs, strict=True)


#: The functional forms of a function of two inputs, with vectors where they take them.
PRODUCTS = {
    "vjp": lambda function, two, **options: F.vjp(function, two, **options),
    "jvp": lambda function, two, **options: F.jvp(function, two, two, **options),
    "hvp": lambda function, two, **options: F.hvp(function, two, two, **options),
    "vhp": lambda function, two, **options: F.vhp(function, two, two, **options),
    "hessian": lambda function, two, **options: F.hessian(function, two, **options),
}
NAMES = [pytest.param(name, marks=documents(f"torch.autograd.functional.{name}"), id=name) for name in PRODUCTS]


@documents(guide=GUIDE)
@pytest.mark.parametrize("name", NAMES)
def test_products_with_strict_refuse_an_unused_input(name, device):
    """functional.{name} with strict=True raises RuntimeError where the outputs do not depend on one of the inputs."""
    two = (tensor(X, device), tensor(U, device))

    PRODUCTS[name](lambda a, b: (a**2).sum() * (b**2).sum(), two, strict=True)
    with pytest.raises(RuntimeError):
        PRODUCTS[name](lambda a, b: (a**2).sum(), two, strict=True)


@documents(guide=GUIDE)
@pytest.mark.parametrize("name", [name for name in NAMES if name.id != "jvp"])
def test_products_are_zero_for_an_unused_input(name, device):
    """functional.{name} gives zeros for an input that the outputs do not depend on."""
    two = (tensor(X, device), tensor(U, device))

    found = PRODUCTS[name](lambda a, b: (a**2).sum(), two)
    unused = found[1][1]

    close(unused, np.zeros((IN, IN) if name == "hessian" else IN), device=device)


@documents("torch.autograd.functional.hessian", guide=GUIDE)
@pytest.mark.parametrize("vectorize", [False, True], ids=["plain", "vectorized"])
def test_hessian_is_the_matrix_of_second_derivatives(vectorize, device):
    """functional.hessian gives the symmetric matrix of second derivatives of a scalar function."""
    found = F.hessian(energy, tensor(X, device), vectorize=vectorize)

    near(found, field.energy_hessian(), device)


@documents("torch.autograd.functional.hessian", guide=GUIDE)
def test_hessian_of_several_inputs_has_blocks(device):
    """For several inputs hessian[i][j] holds the second derivatives by input i and then input j."""
    x, y = draw.normal(0, 2), draw.normal(1, 3)

    found = F.hessian(lambda a, b: (a**2).sum() * (b**3).sum(), (tensor(x, device), tensor(y, device)))

    mixed = np.outer(2 * x, 3 * y**2)
    near(found[0][0], 2 * np.eye(2) * (y**3).sum(), device)
    near(found[0][1], mixed, device)
    near(found[1][0], mixed.T, device)
    near(found[1][1], np.diag(6 * y) * (x**2).sum(), device)


@documents("torch.autograd.functional.vjp", guide=GUIDE)
def test_vjp_gives_outputs_and_product(device):
    """functional.vjp gives the outputs and vᵀJ."""
    outputs, product = F.vjp(field.field, tensor(X, device), tensor(V, device))

    near(outputs, field.values(), device)
    near(product, V @ field.jacobian(), device)


@documents("torch.autograd.functional.vjp", guide=GUIDE)
def test_vjp_of_a_scalar_needs_no_vector(device):
    """For a function with one output v may be left out, and the product is the gradient."""
    near(F.vjp(energy, tensor(X, device))[1], field.energy_gradient(), device)


@documents("torch.autograd.functional.jvp", guide=GUIDE)
def test_jvp_gives_outputs_and_product(device):
    """functional.jvp gives the outputs and J u."""
    outputs, product = F.jvp(field.field, tensor(X, device), tensor(U, device))

    near(outputs, field.values(), device)
    near(product, field.jacobian() @ U, device)


@documents("torch.autograd.functional.hvp", "torch.autograd.functional.vhp", guide=GUIDE)
@pytest.mark.parametrize("name", ["hvp", "vhp"])
def test_hessian_products(name, device):
    """hvp and vhp give the value and the product of the Hessian with a vector."""
    value, product = getattr(F, name)(energy, tensor(X, device), tensor(U, device))

    near(value, np.sum(field.values() ** 2) / 2, device)
    near(product, field.energy_hessian() @ U, device)


@documents("torch.autograd.functional.jacobian", "torch.autograd.functional.vjp", guide=GUIDE)
def test_functional_leaves_its_inputs_alone(device):
    """The inputs of the functional forms need not require grad, and afterwards neither do nor have a gradient."""
    x, v = tensor(X, device), tensor(V, device)
    jacobian, product = F.jacobian(field.field, x), F.vjp(field.field, x, v)[1]

    assert (x.requires_grad, x.grad, v.requires_grad) == (False, None, False)
    assert not jacobian.requires_grad and not product.requires_grad


@documents("torch.func.grad", since="2.0", guide=GUIDE)
def test_func_grad_is_the_gradient(device):
    """torch.func.grad makes of a scalar function the one that gives its gradient; twice, second derivatives."""
    x = tensor(X, device)
    slope = torch.func.grad(lambda y: torch.func.grad(energy)(y)[1])

    near(torch.func.grad(energy)(x), field.energy_gradient(), device)
    near(slope(x), field.energy_hessian()[1], device)


@documents("torch.func.grad", since="2.0", guide=GUIDE)
def test_func_grad_differentiates_the_chosen_arguments(device):
    """argnums chooses the argument, negative from the end, or several of them in a tuple."""
    x, y, z = (tensor(draw.normal(seed, 3), device) for seed in range(3))

    def function(a, b, c):
        return (a * b**2 * c).sum()

    by_y = array(2 * x * y * z)
    by_z = array(x * y**2)
    near(torch.func.grad(function, argnums=1)(x, y, z), by_y, device)
    near(torch.func.grad(function, argnums=-1)(x, y, z), by_z, device)
    both = torch.func.grad(function, argnums=(2, 1))(x, y, z)
    near(both[0], by_z, device)
    near(both[1], by_y, device)


@documents("torch.func.grad_and_value", since="2.0", guide=GUIDE)
def test_func_grad_carries_values_and_extras_along(device):
    """grad_and_value gives the gradient and the value; with has_aux what the function returns besides comes too."""
    x = tensor(X, device)
    gradient, value = torch.func.grad_and_value(energy)(x)
    plain, extra = torch.func.grad(lambda y: (energy(y), y * 2), has_aux=True)(x)

    near(gradient, field.energy_gradient(), device)
    near(value, np.sum(field.values() ** 2) / 2, device)
    near(plain, field.energy_gradient(), device)
    close(extra, 2 * X, device=device)


@documents("torch.func.vjp", since="2.0", guide=GUIDE)
def test_func_vjp_gives_a_function_of_the_vector(device):
    """torch.func.vjp gives the outputs and a function that takes v to vᵀJ, as often as it is called."""
    outputs, pull = torch.func.vjp(field.field, tensor(X, device))

    near(outputs, field.values(), device)
    near(pull(tensor(V, device))[0], V @ field.jacobian(), device)
    near(pull(tensor(-2 * V, device))[0], -2 * V @ field.jacobian(), device)


@documents("torch.func.vjp", "torch.func.jvp", since="2.0", guide=GUIDE)
def test_func_products_carry_extras_along(device):
    """With has_aux, vjp and jvp give as their third result what the function returns besides."""
    x, u = tensor(X, device), tensor(U, device)

    def function(y):
        return field.field(y), y * 3

    pulled, pull, extra = torch.func.vjp(function, x, has_aux=True)
    pushed, product, other = torch.func.jvp(function, (x,), (u,), has_aux=True)
    near(pulled, field.values(), device)
    near(pull(tensor(V, device))[0], V @ field.jacobian(), device)
    near(pushed, field.values(), device)
    near(product, field.jacobian() @ U, device)
    close(extra, 3 * X, device=device)
    close(other, 3 * X, device=device)


@documents("torch.func.linearize", since="2.1", guide=GUIDE)
@pytest.mark.filterwarnings("ignore:Attempted to insert a get_attr Node:UserWarning")  # by its own tracing
def test_func_linearize_is_the_derivative_at_the_point(device):
    """torch.func.linearize gives the outputs and a function that takes u to J u, as often as it is called."""
    outputs, push = torch.func.linearize(field.field, tensor(X, device))

    near(outputs, field.values(), device)
    near(push(tensor(U, device)), field.jacobian() @ U, device)
    near(push(tensor(-2 * U, device)), field.jacobian() @ (-2 * U), device)


@documents("torch.func.jvp", since="2.0", guide=GUIDE)
def test_func_jvp_gives_outputs_and_product(device):
    """torch.func.jvp gives the outputs and J u."""
    outputs, product = torch.func.jvp(field.field, (tensor(X, device),), (tensor(U, device),))

    near(outputs, field.values(), device)
    near(product, field.jacobian() @ U, device)


@documents("torch.func.jacrev", "torch.func.jacfwd", since="2.0", guide=GUIDE)
@pytest.mark.parametrize("name", ["jacrev", "jacfwd"])
def test_func_jacobians_are_the_matrix(name, device):
    """jacrev and jacfwd both give the Jacobian matrix."""
    near(getattr(torch.func, name)(field.field)(tensor(X, device)), field.jacobian(), device)


@documents("torch.func.jacrev", since="2.1", guide=GUIDE)
@pytest.mark.parametrize("size", [1, 2, 3, OUT, OUT + 1])
def test_func_jacrev_takes_rows_in_chunks(size, device):
    """chunk_size says how many rows jacrev computes at a time, and changes none of them."""
    near(torch.func.jacrev(field.field, chunk_size=size)(tensor(X, device)), field.jacobian(), device)


@documents("torch.func.jacrev", "torch.func.jacfwd", since="2.0", guide=GUIDE)
@pytest.mark.parametrize("name", ["jacrev", "jacfwd"])
def test_func_jacobians_choose_arguments_and_carry_extras(name, device):
    """argnums chooses the argument of jacrev and jacfwd; with has_aux what the function returns besides comes too."""
    x, y = tensor(X, device), tensor(2 * X, device)

    def function(a, b):
        return (a.sum() * field.field(b)), a * 3

    found, extra = getattr(torch.func, name)(function, argnums=1, has_aux=True)(x, y)
    close(found, X.sum() * field.jacobian(2 * X), ROUNDINGS._replace(scale=500.0), device=device)
    close(extra, 3 * X, device=device)


@documents("torch.autograd.functional.vjp", "torch.autograd.functional.jvp", guide=GUIDE)
def test_products_of_several_inputs_are_tuples(device):
    """For several inputs vjp gives a tuple of products, one for each, and jvp takes a tuple of vectors and adds."""
    x, y = draw.normal(0, 3), draw.normal(1, 3)
    v, w = draw.normal(2, 3), draw.normal(3, 3)
    inputs = (tensor(x, device), tensor(y, device))

    pulled = F.vjp(lambda a, b: a * b, inputs, tensor(v, device))[1]
    pushed = F.jvp(lambda a, b: a * b, inputs, (tensor(v, device), tensor(w, device)))[1]
    near(pulled[0], v * y, device)
    near(pulled[1], v * x, device)
    near(pushed, v * y + w * x, device)


@documents("torch.func.hessian", since="2.0", guide=GUIDE)
def test_func_hessian_has_a_matrix_for_each_output(device):
    """torch.func.hessian gives, for each output, its matrix of second derivatives."""
    near(torch.func.hessian(field.field)(tensor(X, device)), field.hessians(), device)


@documents("torch.vmap", "torch.func.vmap", since="2.0", guide=GUIDE)
def test_vmap_of_grad_gives_a_gradient_for_each_sample(device):
    """vmap(grad(f)) over a batch gives the gradient of each sample by itself."""
    batch = draw.normal(21, 5, IN)

    found = torch.func.vmap(torch.func.grad(energy))(tensor(batch, device))
    near(found, np.stack([field.energy_gradient(x) for x in batch]), device)


@documents("torch.vmap", "torch.func.vmap", since="2.0", guide=GUIDE)
def test_vmap_takes_its_batch_from_any_dimension(device):
    """in_dims says which dimension of each argument is mapped over, None for none; out_dims where the results go."""
    x, y = draw.normal(22, IN, 5), draw.normal(23, IN)

    def scaled(a, b):
        return a * b

    found = torch.func.vmap(scaled, in_dims=(1, None), out_dims=1)(tensor(x, device), tensor(y, device))
    close(found, x * y[:, None], device=device)
