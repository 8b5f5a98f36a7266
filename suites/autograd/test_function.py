"""autograd.Function: operations with a backward of one's own."""

import numpy as np
import pytest
import torch
from torch.autograd.function import once_differentiable

from suites.autograd import forward
from suites.autograd.record import leaves
from suites.kit import bound, close, documents, draw, share_memory, tensor

GUIDE = "Recap of Key Components so far"
A, B, V = (draw.normal(seed, 3) for seed in range(3))
C = draw.normal(3, 3)


def weighted(device, *arrays):
    return leaves(arrays or (A, B), device)


def _near(magnitude):
    """A handful of products, each rounded, of that magnitude."""
    return bound.Bound(32, np.abs(magnitude), signed_zeros=False)


class Product(torch.autograd.Function):
    """a · b² · c, whose saved tensors are told apart by their order."""

    @staticmethod
    def forward(ctx, a, b, c):
        ctx.save_for_backward(a, b, c)
        return a * b * b * c

    @staticmethod
    def backward(ctx, g):
        a, b, c = ctx.saved_tensors
        return g * b * b * c, 2 * g * a * b * c, g * a * b * b


@documents(
    "torch.autograd.Function", "torch.autograd.Function.forward", "torch.autograd.Function.backward", guide=GUIDE
)
def test_backward_is_used_for_the_gradients(device):
    """backward gets the gradient of the output, and what it returns is the gradient of each input, in order."""
    a, b, c = leaves((A, B, C), device)
    y = Product.apply(a, b, c)
    y.backward(tensor(V, device))

    close(y, A * B * B * C, device=device)
    close(a.grad, V * B * B * C, device=device)
    close(b.grad, 2 * V * A * B * C, device=device)
    close(c.grad, V * A * B * B, device=device)


@documents("torch.autograd.function.FunctionCtx.save_for_backward", guide=GUIDE)
def test_saved_tensors_come_back_in_order(device):
    """ctx.saved_tensors are the tensors given to save_for_backward, in that order, two or more, None included."""
    seen = []

    class Keep(torch.autograd.Function):
        @staticmethod
        def forward(ctx, a, b):
            ctx.save_for_backward(b, None, a)
            return a + b

        @staticmethod
        def backward(ctx, g):
            seen.extend(ctx.saved_tensors)
            return g, g

    a, b = weighted(device)
    Keep.apply(a, b).backward(tensor(V, device))

    assert seen[1] is None and len(seen) == 3
    close(seen[0], B, device=device)
    close(seen[2], A, device=device)


@documents("torch.autograd.function.FunctionCtx.save_for_backward", guide=GUIDE)
def test_two_saved_tensors_keep_their_places(device):
    """Of two saved tensors the first comes back first."""

    class Ratio(torch.autograd.Function):
        @staticmethod
        def forward(ctx, a, b):
            ctx.save_for_backward(a, b)
            return a * b**2

        @staticmethod
        def backward(ctx, g):
            a, b = ctx.saved_tensors
            return g * b**2, g * 2 * a * b

    a, b = weighted(device)
    Ratio.apply(a, b).backward(tensor(V, device))

    close(a.grad, V * B**2, device=device)
    close(b.grad, V * 2 * A * B, device=device)


@documents("torch.autograd.function.FunctionCtx.save_for_backward", "torch.autograd.Function", guide=GUIDE)
def test_saved_tensors_are_guarded(device):
    """Changing a saved input in place, or a second backward after the graph was freed, raises RuntimeError."""
    a, b, c = leaves((A, B, C), device)
    copy = b * 1
    changed, twice = Product.apply(a, copy, c), Product.apply(a, b, c)
    copy.zero_()

    with pytest.raises(RuntimeError):
        changed.sum().backward()
    twice.sum().backward()
    with pytest.raises(RuntimeError):
        twice.sum().backward()


@documents("torch.autograd.Function.backward", "torch.autograd.Function", guide=GUIDE)
def test_needs_input_grad_says_which_inputs_need_one(device):
    """ctx.needs_input_grad has a bool for each argument of forward: whether its gradient is needed."""
    seen = []

    class Ask(torch.autograd.Function):
        @staticmethod
        def forward(ctx, a, b, number, c):
            seen.append(ctx.needs_input_grad)
            return a + b + c

        @staticmethod
        def backward(ctx, g):
            seen.append(ctx.needs_input_grad)
            return g, None, None, g

    a, c = weighted(device)
    Ask.apply(a, tensor(B, device), 3, c).sum().backward()

    assert [tuple(flags) for flags in seen] == [(True, False, False, True)] * 2


@documents("torch.autograd.Function.backward", guide=GUIDE)
def test_none_is_no_gradient(device):
    """Where backward returns None for a tensor that requires grad, that tensor gets no gradient from it."""

    class Deaf(torch.autograd.Function):
        @staticmethod
        def forward(ctx, a, b):
            return a * b

        @staticmethod
        def backward(ctx, g):
            return g, None

    a, b = weighted(device)
    Deaf.apply(a, b).sum().backward()

    close(a.grad, np.ones(3), device=device)
    assert b.grad is None


@documents("torch.autograd.Function.backward", guide=GUIDE)
@pytest.mark.parametrize("count", [1, 3])
def test_backward_returns_as_many_gradients_as_inputs(count, device):
    """A backward that returns fewer gradients than forward had inputs, or more tensors, raises RuntimeError."""

    class Miscounted(torch.autograd.Function):
        @staticmethod
        def forward(ctx, a, b):
            return a * b

        @staticmethod
        def backward(ctx, g):
            return (g,) * count

    a, b = weighted(device)

    with pytest.raises(RuntimeError):
        Miscounted.apply(a, b).sum().backward()


@documents("torch.autograd.Function", "torch.autograd.Function.forward", guide=GUIDE)
def test_forward_is_not_recorded(device):
    """Operations within forward are not recorded: the only node of the result is the function's own."""
    modes = []

    class Silent(torch.autograd.Function):
        @staticmethod
        def forward(ctx, a):
            modes.append(torch.is_grad_enabled())
            return (a * 2).exp()

        @staticmethod
        def backward(ctx, g):
            return g

    a = weighted(device)[0]
    y = Silent.apply(a)

    assert modes == [False]
    assert y.requires_grad and y.grad_fn.name() == "SilentBackward"
    assert [getattr(node, "variable", None) is a for node, _ in y.grad_fn.next_functions] == [True]


@documents("torch.autograd.Function", guide=GUIDE)
def test_is_not_recorded_for_constants(device):
    """Applied to tensors that do not require grad, or in no_grad, a function makes results that do not require it."""
    constants = [tensor(values, device) for values in (A, B, C)]
    variables = leaves((A, B, C), device)
    with torch.no_grad():
        silent = Product.apply(*variables)

    assert not Product.apply(*constants).requires_grad
    assert not silent.requires_grad
    assert Product.apply(constants[0], constants[1], variables[2]).requires_grad


@documents("torch.autograd.function.FunctionCtx.mark_non_differentiable", guide=GUIDE)
def test_marked_outputs_do_not_require_grad(device):
    """Outputs given to mark_non_differentiable do not require grad; backward still gets a gradient for each output."""
    seen = []

    class Sorted(torch.autograd.Function):
        @staticmethod
        def forward(ctx, a):
            values, index = a.sort()
            ctx.mark_non_differentiable(index)
            ctx.save_for_backward(index)
            return values, index

        @staticmethod
        def backward(ctx, g, none):
            seen.append(none)
            (index,) = ctx.saved_tensors
            return torch.zeros_like(g).index_add(0, index, g)

    a = weighted(device)[0]
    values, index = Sorted.apply(a)
    values.backward(tensor(V, device))

    expected = np.empty(3)
    expected[np.argsort(A)] = V
    assert values.requires_grad and not index.requires_grad and len(seen) == 1
    close(a.grad, expected, device=device)


@documents("torch.autograd.function.FunctionCtx.mark_dirty", guide=GUIDE)
def test_marked_inputs_are_changed_in_place(device):
    """An input that forward changes, marks dirty and returns is itself the output, with the function as its node."""

    class Double(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.mark_dirty(x)
            return x.mul_(2)

        @staticmethod
        def backward(ctx, g):
            return g * 2

    a = weighted(device)[0]
    middle = a * 3
    result = Double.apply(middle)
    result.backward(tensor(V, device))

    assert result is middle and share_memory(result, middle)
    close(middle, A * 6, device=device)
    close(a.grad, V * 6, device=device)


@documents("torch.autograd.function.FunctionCtx.set_materialize_grads", guide=GUIDE)
@pytest.mark.parametrize("materialize", [True, False], ids=["zeros", "None"])
def test_gradients_of_unused_outputs_are_materialized_or_not(materialize, device):
    """backward gets zeros for an output that was not used, by default, and None after set_materialize_grads(False)."""
    seen = []

    class Both(torch.autograd.Function):
        @staticmethod
        def forward(ctx, a):
            if not materialize:
                ctx.set_materialize_grads(False)
            return a * 2, a * 3

        @staticmethod
        def backward(ctx, g, unused):
            seen.append(None if unused is None else unused.tolist())
            return g * 2

    a = weighted(device)[0]
    Both.apply(a)[0].sum().backward()

    assert seen == [[0.0] * 3 if materialize else None]


@documents("torch.autograd.function.once_differentiable", guide=GUIDE)
def test_once_differentiable_gradients_have_no_second(device):
    """A gradient from a once_differentiable backward is right, and differentiating it raises RuntimeError."""

    class Square(torch.autograd.Function):
        @staticmethod
        def forward(ctx, a):
            ctx.save_for_backward(a)
            return a * a

        @staticmethod
        @once_differentiable
        def backward(ctx, g):
            return 2 * g * ctx.saved_tensors[0]

    a = weighted(device)[0]
    first = torch.autograd.grad(Square.apply(a).sum(), a, create_graph=True)[0]

    close(first, 2 * A, device=device)
    with pytest.raises(RuntimeError):
        torch.autograd.grad(first.sum(), a)


@documents("torch.autograd.Function.backward", guide=GUIDE)
def test_backward_can_be_differentiated(device):
    """A backward made of differentiable operations gives right second derivatives."""
    a, b, c = leaves((A, B, C), device)
    first = torch.autograd.grad(Product.apply(a, b, c).sum(), b, create_graph=True)[0]
    second = torch.autograd.grad(first.sum(), (a, b))

    close(second[0], 2 * B * C, device=device)
    close(second[1], 2 * A * C, device=device)


class Cube(torch.autograd.Function):
    """x³ with its context set up apart, all the derivatives and a rule for vmap."""

    generate_vmap_rule = True

    @staticmethod
    def forward(x, scale):
        return scale * x**3, x**2

    @staticmethod
    def setup_context(ctx, inputs, output):
        (_x, ctx.scale), (_, square) = inputs, output
        ctx.mark_non_differentiable(square)
        ctx.save_for_backward(square)
        ctx.save_for_forward(square)

    @staticmethod
    def backward(ctx, g, _):
        return 3 * ctx.scale * g * ctx.saved_tensors[0], None

    @staticmethod
    def jvp(ctx, tangent, _):
        return 3 * ctx.scale * tangent * ctx.saved_tensors[0], None


@documents("torch.autograd.Function.setup_context", since="2.0", guide=GUIDE)
def test_setup_context_sees_inputs_and_output(device):
    """With setup_context, forward takes no ctx, and setup_context gets the inputs and the outputs of forward."""
    a = weighted(device)[0]
    cube, _ = Cube.apply(a, 2.0)
    cube.backward(tensor(V, device))

    close(cube, 2 * A**3, _near(A**3), device=device)
    close(a.grad, 6 * V * A**2, _near(V * A**2), device=device)


@documents("torch.autograd.Function.jvp", guide=GUIDE)
def test_jvp_is_used_in_forward_mode(device):
    """Forward mode takes the tangent that jvp returns, made from the tangents of the inputs."""

    class Twice(torch.autograd.Function):
        @staticmethod
        def forward(ctx, a, b):
            ctx.save_for_forward(a, b)
            return a * b

        @staticmethod
        def jvp(ctx, tangent_a, tangent_b):
            a, b = ctx.saved_tensors
            return tangent_a * b + 7 * a * tangent_b

    found = forward.jvp(Twice.apply, (A, B), (V, C), device)

    close(found, V * B + 7 * A * C, _near(np.abs(V * B) + np.abs(7 * A * C)), device=device)


@documents("torch.autograd.Function.vmap", since="2.0", guide=GUIDE)
def test_composes_with_function_transforms(device):
    """A function with setup_context and generate_vmap_rule goes through torch.func.grad, jvp and vmap."""
    x = tensor(A, device)
    slopes = torch.func.vmap(torch.func.grad(lambda value: Cube.apply(value, 2.0)[0]))(x)

    close(slopes, 6 * A**2, _near(A**2), device=device)
