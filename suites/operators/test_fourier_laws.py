"""Fourier transforms with their inverses, with out=, with gradients, and with arguments that they refuse."""

from typing import NamedTuple

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from suites.kit import array, bound, close, documents, draw, dtypes, tensor, unchanged
from suites.operators.fourier import COMPLEX, EVERY, NORMS, ONE, SEVERAL, Call, Transform, expected, recipes, rows
from suites.operators.values import agree, numbers

#: One axis and several, which are computed in different ways.
CALLS = {
    "first": Call((5, 6), (0,)),
    "longer": Call((5, 6), (1,), (9,), "ortho"),
    "default": Call((5, 6)),
    "two": Call((3, 4, 5), (2, 0), (6, 3), "forward"),
}
calls = pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
#: Each transform along as many axes as it is made for.
MATCHING = pytest.mark.parametrize(
    ("row", "call"),
    [
        pytest.param(row, CALLS[call], marks=documents(str(row)), id=f"{row.name}-{call}")
        for row in EVERY
        for call in (("first", "longer") if row in ONE else ("default", "two"))
    ],
)


class Inverse(NamedTuple):
    """A transform and the one that undoes it."""

    forward: Transform
    backward: Transform

    def __str__(self) -> str:
        return str(self.backward)


NAMED = {row.name: row for row in EVERY}
INVERSES = tuple(
    Inverse(NAMED[forward + axes], NAMED[backward + axes])
    for forward, backward in (("fft", "ifft"), ("ifft", "fft"), ("rfft", "irfft"), ("ihfft", "hfft"))
    for axes in ("", "2", "n")
)
UNITARY = tuple(row for row in EVERY if row.takes == "complex")


@pytest.mark.parametrize(
    "row",
    [pytest.param(r, marks=documents(str(r.forward), str(r.backward)), id=f"{r.forward.name}") for r in INVERSES],
)
@given(seed=draw.seeds(), norm=st.sampled_from(NORMS), sides=st.sampled_from(((4, 5), (3, 8), (1, 1), (2, 13))))
def test_undoes_its_inverse(row, seed, norm, sides, dtype, device):
    """{row} of the transform whose inverse it is, in the same norm and told the length, is the signal."""
    call = Call(sides, norm=norm)
    x = call.argument(row.forward, seed, dtype)
    told = call._replace(lengths=sides[-1:] if row.forward in ONE else sides)

    result = row.backward(row.forward(tensor(x, device), norm=norm), **told.options(row.backward))
    # Each transform errs in the 2-norm by 8 u for each level (theorem 24.2), and both together multiply by 1.
    scale = np.linalg.norm(x.ravel().astype(complex))
    close(result, x, bound.Bound(16 * (2 + np.log2(x.size)), scale, False), dtype=x.dtype, device=device)


@rows(UNITARY)
@given(recipe=recipes())
def test_keeps_the_length_of_the_vector(row, recipe, dtype, device):
    """{row} with norm="ortho" is orthonormal: the sum of the squared moduli is that of the signal."""
    call = recipe.call(row)._replace(lengths=None, norm="ortho")
    x = call.argument(row, recipe.seed, dtype, recipe.layout)

    found = array(row(tensor(x, device), **call.options(row)))
    squares = np.sum(np.abs(x.astype(complex)) ** 2)
    # Twice what the vector errs by in the 2-norm, 8 u for each level (theorem 24.2).
    levels = call.allowed(row, x).factor / 3
    close(np.sum(np.abs(found.astype(complex)) ** 2).astype(x.real.dtype), squares,
          bound.Bound(16 * levels, squares), dtype=dtype)  # fmt: skip


def written(row, call, x, device):
    """What the transform is without out=."""
    return row(tensor(x, device), **call.options(row))


@MATCHING
def test_writes_into_the_tensor_and_returns_it(row, call, dtype, device):
    """{row} with out= returns that very tensor, in its memory, holding what the function returns without it."""
    x = call.argument(row, 1, dtype)
    whole = written(row, call, x, device)
    out = tensor(numbers(2, tuple(whole.shape), whole.dtype), device)
    place, argument = out.data_ptr(), tensor(x, device)
    with unchanged(argument):
        result = row(argument, **call.options(row), out=out)

    assert result is out
    assert out.data_ptr() == place
    close(out, array(whole), call.allowed(row, x), dtype=whole.dtype, device=device)


@MATCHING
@pytest.mark.parametrize("layout", ["transposed", "between"])
def test_writes_to_a_view_and_not_between(row, call, layout, device):
    """{row} writes to an out= with strides in place, and to nothing between its elements."""
    x = call.argument(row, 3, "float64")
    whole = written(row, call, x, device)
    around = numbers(4, (*whole.shape, 3), whole.dtype)
    memory = tensor(np.asfortranarray(around) if layout == "transposed" else around, device)
    out = memory[..., 1]
    strides = out.stride()

    row(tensor(x, device), **call.options(row), out=out)

    assert out.stride() == strides
    close(out, array(whole), call.allowed(row, x), dtype=whole.dtype, device=device)
    close(memory[..., ::2], around[..., ::2], device=device)


@rows(SEVERAL)
def test_writes_the_transform_of_one_axis(row, device):
    """{row} along a single axis writes its result into out= as along several."""
    call = CALLS["longer"]
    x = call.argument(row, 20, "float64")
    whole = written(row, call, x, device)
    out = tensor(numbers(21, (*whole.shape, 2), whole.dtype), device)[..., 1]

    assert row(tensor(x, device), **call.options(row), out=out) is out
    close(out, array(whole), call.allowed(row, x), dtype=whole.dtype, device=device)


@MATCHING
def test_resizes_an_empty_tensor(row, call, device):
    """{row} resizes an out= that has no elements to the shape of the result."""
    x = call.argument(row, 5, "float32")
    whole = written(row, call, x, device)
    out = torch.empty(0, dtype=whole.dtype, device=device)

    assert row(tensor(x, device), **call.options(row), out=out) is out
    close(out, array(whole), call.allowed(row, x), dtype=whole.dtype, device=device)


@rows(EVERY)
@calls
def test_the_gradient_is_the_adjoint(row, call, device):
    """{row} has as its gradient its adjoint: Re⟨gradient, d⟩ = Re⟨incoming, transform of d⟩ for every d."""
    x, d = (call.argument(row, seed, "float64") for seed in (6, 7))
    leaf = tensor(x, device).requires_grad_()
    output = row(leaf, **call.options(row))
    v = numbers(8, tuple(output.shape), output.dtype)

    (gradient,) = torch.autograd.grad(output, leaf, tensor(v, device))

    image = expected(row, d, **call.options(row))
    limit = call.allowed(row, d)
    assert gradient.shape == leaf.shape
    assert gradient.dtype == leaf.dtype
    allowed = bound.Bound(2 * limit.factor, np.sum(np.abs(v) * np.broadcast_to(limit.scale, v.shape)), False)
    close(product(array(gradient), d), product(v, image), allowed)


def product(left, right):
    """Re Σ conj(left) right, the inner product of complex numbers as pairs of real ones."""
    return np.asarray(np.sum(np.real(np.conj(left) * right)), np.float64)


@rows(EVERY)
@calls
def test_the_gradient_of_the_gradient_is_the_transform(row, call, device):
    """{row} is linear: its gradient depends on the incoming gradient alone, by the adjoint, whose adjoint it is."""
    x, d = (call.argument(row, seed, "float64") for seed in (9, 10))
    leaf = tensor(x, device).requires_grad_()
    output = row(leaf, **call.options(row))
    incoming = tensor(numbers(11, tuple(output.shape), output.dtype), device).requires_grad_()

    (gradient,) = torch.autograd.grad(output, leaf, incoming, create_graph=True)
    (second,) = torch.autograd.grad(gradient, incoming, tensor(d, device))

    limit = call.allowed(row, d)
    close(second, expected(row, d, **call.options(row)), limit._replace(factor=2 * limit.factor + 2),
          dtype=output.dtype, device=device)  # fmt: skip


@rows(EVERY)
def test_the_spelled_norms_are_the_only_ones(row, device):
    """{row} raises for a norm that is none of the three, and takes None for "backward"."""
    call = Call((3, 4))
    x = tensor(call.argument(row, 12, "float64"), device)

    with pytest.raises(RuntimeError):
        row(x, norm="unitary")
    agree(row(x), row(x, norm=None), row(x, norm="backward"))


@rows(EVERY)
@pytest.mark.parametrize("length", [0, -3])
def test_refuses_a_length_of_no_signal(row, length, device):
    """{row} raises for a length below 1, which no signal has."""
    x = tensor(Call((3, 4)).argument(row, 13, "float64"), device)
    options = Call((3, 4), (1,), (length,)).options(row)

    with pytest.raises(RuntimeError):
        row(x, **options)


@rows(EVERY)
@pytest.mark.parametrize("axis", [2, -3])
def test_refuses_an_axis_out_of_range(row, axis, device):
    """{row} raises IndexError for an axis that its argument does not have."""
    x = tensor(Call((3, 4)).argument(row, 14, "float64"), device)

    with pytest.raises(IndexError):
        row(x, **Call((3, 4), (axis,)).options(row))


@rows(SEVERAL)
@pytest.mark.parametrize("options", [{"dim": (0, 0)}, {"dim": (1, -1)}, {"s": (2, 3), "dim": (0,)}], ids=str)
def test_refuses_axes_that_contradict(row, options, device):
    """{row} raises where an axis is named twice, or where there are not as many lengths as axes."""
    x = tensor(Call((3, 4)).argument(row, 15, "float64"), device)

    with pytest.raises(RuntimeError):
        row(x, **options)


@rows(tuple(row for row in EVERY if row.takes == "real"))
def test_refuses_complex_numbers(row, device):
    """{row} raises for a complex argument: it is told of real signals."""
    x = tensor(numbers(16, (3, 4), COMPLEX["float64"]), device)

    with pytest.raises((RuntimeError, TypeError)):
        row(x)


@rows(EVERY)
def test_refuses_an_out_of_integers(row, device):
    """{row} raises for an out= of integers, and leaves it as it was."""
    call = Call((3, 4))
    x = call.argument(row, 17, "float64")
    out = tensor(numbers(18, tuple(written(row, call, x, device).shape), "int64"), device)

    with unchanged(out), pytest.raises(RuntimeError):
        row(tensor(x, device), out=out)


@rows(EVERY)
def test_the_dtype_decides_the_precision(row, dtype, device):
    """{row} of single precision gives single precision, and of double precision double."""
    result = row(tensor(Call((3, 4)).argument(row, 19, dtype), device))

    assert dtypes.name(result.dtype) == (dtypes.name(dtype) if row.result == "real" else COMPLEX[dtypes.name(dtype)])


@rows(EVERY)
def test_no_signals_have_no_transforms(row, device):
    """{row} of a batch without signals is a batch without transforms, of the shape of any other but for that."""
    kind = {"real": "float64"}.get(row.takes, "complex128")
    axes = {} if row in ONE else {"dim": (-2, -1)}

    none, one = (row(tensor(np.ones((count, 4, 6), kind), device), **axes) for count in (0, 1))

    assert (tuple(none.shape), none.dtype) == ((0, *one.shape[1:]), one.dtype)


@documents("torch.fft.fftn", "torch.fft.ifftn")
@pytest.mark.parametrize("name", ["fftn", "ifftn"])
def test_a_number_is_its_own_transform(name, device):
    """fftn and ifftn of a tensor without dimensions, which has no axis to transform along, are that number."""
    close(getattr(torch.fft, name)(tensor(np.array(2.5), device)), np.array(2.5 + 0j), device=device)
