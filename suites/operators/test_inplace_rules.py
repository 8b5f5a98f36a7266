"""What all in-place operations have in common: aliases, broadcasting, dtypes, and what the guide prints."""

import operator
from typing import Any, Callable, NamedTuple

import numpy as np
import pytest
import torch
from hypothesis import given

from suites.kit import close, documents, draw, dtypes, share_memory, tensor, unchanged
from suites.operators import operands
from suites.operators.values import agree, numbers

GUIDE = ("Operations on Tensors", "In place operations")
NAMES = ("add_", "mul_", "copy_", "div_", "sub_")


class Augmented(NamedTuple):
    """An augmented assignment, its plain operator, and the dtype of its operands."""

    name: str
    augmented: Callable[[Any, Any], Any]
    plain: Callable[[Any, Any], Any]
    dtype: torch.dtype = torch.float64

    def __str__(self) -> str:
        return self.name


AUGMENTED = (
    Augmented("+=", operator.iadd, operator.add),
    Augmented("-=", operator.isub, operator.sub),
    Augmented("*=", operator.imul, operator.mul),
    Augmented("/=", operator.itruediv, operator.truediv),
    Augmented("//=", operator.ifloordiv, operator.floordiv),
    Augmented("%=", operator.imod, operator.mod),
    Augmented("**=", operator.ipow, operator.pow),
    Augmented("&=", operator.iand, operator.and_, torch.int64),
    Augmented("|=", operator.ior, operator.or_, torch.int64),
    Augmented("^=", operator.ixor, operator.xor, torch.int64),
    Augmented("<<=", operator.ilshift, operator.lshift, torch.int64),
    Augmented(">>=", operator.irshift, operator.rshift, torch.int64),
)


@pytest.mark.parametrize("row", AUGMENTED, ids=str)
@documents("torch.Tensor", guide=GUIDE)
def test_augmented_assignment_keeps_the_tensor(row, device):
    """x {row} y changes the tensor x in its own memory, keeps the object, and leaves there what the operator gives."""
    values, others = numbers(1, (5, 7), row.dtype), np.abs(numbers(2, (5, 7), row.dtype))
    x, y = tensor(values, device), tensor(others, device)
    alias, expected = x.view(-1), row.plain(tensor(values, device), y)

    result = row.augmented(x, y)

    assert result is x
    assert share_memory(x, alias)
    agree(expected, x)
    close(y, others, device=device)


@pytest.mark.parametrize("row", AUGMENTED, ids=str)
@documents("torch.Tensor", guide=GUIDE)
def test_augmented_assignment_takes_numbers(row, device):
    """x {row} 2 changes the tensor x in its own memory to what the operator gives."""
    values = numbers(3, (5, 7), row.dtype)
    x = tensor(values, device)
    alias, expected = x.view(-1), row.plain(tensor(values, device), 2)

    result = row.augmented(x, 2)

    assert result is x
    assert share_memory(x, alias)
    agree(expected, x)


@documents("torch.Tensor.add_", guide=GUIDE)
def test_the_guide_adds_five(device):
    """Adding 5 in place to the guide's tensor prints sixes and, in its second column, fives."""
    values = np.ones((4, 4), np.float32)
    values[:, 1] = 0
    x = tensor(values, device)

    x.add_(5)

    close(x, values + 5, device=device)
    assert repr(x.cpu()) == (
        "tensor([[6., 5., 6., 6.],\n        [6., 5., 6., 6.],\n        [6., 5., 6., 6.],\n        [6., 5., 6., 6.]])"
    )


class Alias(NamedTuple):
    """An in-place method that can take the tensor itself as an argument."""

    name: str
    reference: Callable[[np.ndarray], np.ndarray]

    def __str__(self) -> str:
        return f"Tensor.{self.name}"


ALIASES = (
    Alias("add_", lambda x: x + x),
    Alias("sub_", lambda x: x - x),
    Alias("mul_", lambda x: x * x),
    Alias("div_", lambda x: x / x),
    Alias("fmod_", lambda x: np.fmod(x, x)),
    Alias("atan2_", lambda x: np.arctan2(x, x)),
    Alias("copy_", lambda x: x),
)


@pytest.mark.parametrize(
    "row", [pytest.param(r, marks=documents(f"torch.Tensor.{r.name}"), id=r.name) for r in ALIASES]
)
@documents(guide=GUIDE)
@given(sample=operands.singles(((1,), (5,), (33,), (3, 65), (4, 4)), draw.TAME, ("ties",), draw.WRITABLE))
def test_takes_itself_as_an_argument(row, sample, device):
    """{row} of a tensor with itself reads each element before it writes it."""
    values = np.abs(sample("float64")) + 1
    x = tensor(draw.laid_out(values, sample.layout), device)

    getattr(x, row.name)(x)

    close(x, row.reference(values), device=device)


@documents("notes/broadcasting", "torch.Tensor.add_", "torch.Tensor.mul_", "torch.Tensor.copy_")
@pytest.mark.parametrize("shape", [(), (1,), (4,), (3, 1), (1, 4), (1, 1, 4)], ids=str)
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.dtypes(torch.float32)
def test_stretches_its_argument(name, shape, dtype, device):
    """An argument that broadcasts to the tensor's shape is stretched to it; the tensor keeps its shape."""
    values, other = np.abs(numbers(4, (2, 3, 4), dtype)), numbers(5, shape, dtype)
    x, full = tensor(values, device), tensor(values, device)

    getattr(x, name)(tensor(other, device))
    getattr(full, name)(tensor(np.ascontiguousarray(np.broadcast_to(other, (2, 3, 4))), device))

    agree(full, x)
    assert x.shape == (2, 3, 4)


@documents("notes/broadcasting", "torch.Tensor.add_", "torch.Tensor.mul_", "torch.Tensor.copy_")
@pytest.mark.parametrize(
    "name", [*NAMES, "eq_", "addcmul_", "__iadd__", "__isub__", "__imul__", "__itruediv__", "__ipow__", "__imod__"]
)
@pytest.mark.parametrize(("mine", "other"), [((1,), (3,)), ((3, 1), (3, 2)), ((2,), (3,)), ((3,), (2, 3)), ((), (2,))])
def test_refuses_to_grow(name, mine, other, device):
    """An in-place operation raises where broadcasting would change the tensor's shape, and leaves it as it was."""
    x, y = tensor(numbers(6, mine, "float64"), device), tensor(numbers(7, other, "float64"), device)

    with unchanged(x, y), pytest.raises(RuntimeError):
        getattr(x, name)(*(y,) * (2 if name == "addcmul_" else 1))


REFUSED = [
    ("int64", "float32"),
    ("int32", "float64"),
    ("uint8", "float32"),
    ("float32", "complex64"),
    ("bool", "int64"),
    ("bool", "float32"),
    ("int64", "complex64"),
]
ALLOWED = [
    ("float32", "float64"),
    ("float64", "float32"),
    ("int32", "int64"),
    ("uint8", "int16"),
    ("float32", "int64"),
    ("complex64", "float64"),
    ("int64", "bool"),
    ("int8", "uint8"),
    ("float16", "float32"),
    ("bfloat16", "float64"),
]


@documents("tensor_attributes", "torch.Tensor.add_", "torch.Tensor.mul_", guide=GUIDE)
@pytest.mark.parametrize("name", ["add_", "mul_", "addcmul_"])
@pytest.mark.parametrize(("mine", "other"), REFUSED)
def test_refuses_a_result_of_a_higher_category(name, mine, other, device):
    """In-place arithmetic raises where the result is of a higher category than the tensor, and leaves it as it was."""
    x, y = tensor(numbers(8, (3,), mine), device), tensor(numbers(9, (3,), other), device)

    with unchanged(x, y), pytest.raises(RuntimeError):
        getattr(x, name)(*(y,) * (2 if name == "addcmul_" else 1))


@documents("tensor_attributes", "torch.Tensor.add_", guide=GUIDE)
@pytest.mark.parametrize("name", ["add_", "sub_", "mul_", "div_", "true_divide_", "pow_", "remainder_", "fmod_"])
@pytest.mark.parametrize("mine", ["int64", "uint8", "int32"])
def test_integers_refuse_a_fraction(name, mine, device):
    """In-place arithmetic of an integer tensor with a Python float raises, and leaves the tensor as it was."""
    x = tensor(numbers(8, (3,), mine), device)

    with unchanged(x), pytest.raises(RuntimeError):
        getattr(x, name)(1.5)


FRACTIONAL = "exp_ log_ sqrt_ rsqrt_ sin_ cos_ tan_ tanh_ sigmoid_ reciprocal_ erf_ exp2_ expm1_ log1p_ log2_ log10_ atan_ asin_ acos_ sinh_ cosh_ lgamma_ digamma_"  # noqa: E501


@documents("tensor_attributes", guide=GUIDE)
@pytest.mark.parametrize("name", FRACTIONAL.split())
def test_integers_refuse_functions_with_fractions(name, device):
    """In place, a function whose values are floating raises for an integer tensor, and leaves it as it was."""
    x = tensor(np.array([1, 2, 3]), device)

    with unchanged(x), pytest.raises(RuntimeError):
        getattr(x, name)()


@documents("tensor_attributes", "torch.Tensor.add_", "torch.Tensor.mul_", "torch.Tensor.sub_", guide=GUIDE)
@pytest.mark.parametrize("name", ["add_", "mul_"])
@pytest.mark.parametrize(("mine", "other"), ALLOWED)
def test_keeps_its_dtype(name, mine, other, device):
    """In-place arithmetic with another dtype of the same category or a lower one keeps the tensor's dtype."""
    step = 1.0 if np.dtype(dtypes.in_numpy(mine)).kind in "biu" else 0.25
    values, others = draw.cast(np.arange(9) % 5 * step, mine), draw.cast(np.arange(9) % 2 * step, other)
    x = tensor(values, device, mine)

    getattr(x, name)(tensor(others, device, other))

    expected = values + others if name == "add_" else values * others
    close(x, expected.astype(values.dtype), dtype=mine, device=device)


@documents("torch.add", "torch.Tensor.add_")
@pytest.mark.parametrize("alpha", [2, -1, 0.5, 0])
@given(sample=operands.singles(layouts=draw.WRITABLE, hard=draw.TAME))
def test_add_and_sub_scale_in_place(alpha, sample, device):
    """x.add_(y, alpha=a) adds a · y to x and x.sub_(y, alpha=a) takes a · y away."""
    values, others = sample("float64"), numbers(sample.seed + 9, sample.shape, "float64")
    x, z, y = tensor(values, device), tensor(values, device), tensor(others, device)

    x.add_(y, alpha=alpha)
    z.sub_(y, alpha=alpha)

    close(x + 0.0, values + alpha * others + 0.0, device=device)
    close(z + 0.0, values - alpha * others + 0.0, device=device)
