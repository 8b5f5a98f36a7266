"""out=: the result is written into that tensor, which is returned, resized if it is empty, and keeps its dtype."""

from typing import Any, Callable, NamedTuple

import numpy as np
import pytest
import torch

from suites.kit import array, bound, close, documents, dtypes, tensor, unchanged
from suites.operators.values import agree, numbers

GUIDE = ("Operations on Tensors", "Arithmetic operations")


class Function(NamedTuple):
    """A function that takes out=, and the shapes (or values) of its other arguments."""

    name: str
    arguments: tuple[Any, ...]

    def __str__(self) -> str:
        return f"torch.{self.name}"

    def parts(self, device: str, dtype: Any = "float64") -> tuple[Any, ...]:
        """Tensors of multiples of 1/8, whose sums of products are exact; the other arguments as they are."""
        return tuple(
            tensor(np.rint(8 * np.abs(numbers(50 + i, a, dtype))) / 8 + 0.125, device) if isinstance(a, tuple) else a
            for i, a in enumerate(self.arguments)
        )


BINARY = (
    "add",
    "sub",
    "mul",
    "div",
    "pow",
    "fmod",
    "remainder",
    "floor_divide",
    "atan2",
    "hypot",
    "copysign",
    "maximum",
    "minimum",
    "true_divide",
    "logaddexp",
    "float_power",
    "xlogy",
)
UNARY = (
    "abs",
    "neg",
    "exp",
    "log",
    "sqrt",
    "sin",
    "cos",
    "tan",
    "tanh",
    "sigmoid",
    "floor",
    "ceil",
    "round",
    "trunc",
    "square",
    "reciprocal",
    "rsqrt",
    "erf",
    "expm1",
    "log1p",
    "sign",
    "frac",
)
ROWS = (
    *(Function(name, ((3, 4), (3, 4))) for name in BINARY),
    *(Function(name, ((3, 4),)) for name in UNARY),
    Function("matmul", ((3, 5), (5, 4))),
    Function("mm", ((3, 5), (5, 4))),
    Function("bmm", ((2, 3, 5), (2, 5, 4))),
    Function("mv", ((3, 5), (5,))),
    Function("dot", ((5,), (5,))),
    Function("addmm", ((3, 4), (3, 5), (5, 4))),
    Function("addcmul", ((3, 4), (3, 4), (4,))),
    Function("addcdiv", ((3, 4), (3, 4), (4,))),
    Function("lerp", ((3, 4), (3, 4), 0.3)),
    Function("clamp", ((3, 4), 0.2, 0.8)),
    Function("sum", ((3, 4), 1)),
    Function("mean", ((3, 4), 0)),
    Function("prod", ((3, 4), 1)),
    Function("amax", ((3, 4), 1)),
    Function("cumsum", ((3, 4), 0)),
    Function("cumprod", ((3, 4), 1)),
    Function("var", ((3, 4), 1)),
    Function("logsumexp", ((3, 4), 1)),
    Function("outer", ((3,), (4,))),
    Function("tril", ((4, 4),)),
    Function("triu", ((4, 4),)),
)
#: Comparisons, whose result is bool.
TRUTH = tuple(
    Function(name, ((3, 4), (3, 4)))
    for name in ("eq", "ne", "lt", "le", "gt", "ge", "logical_and", "logical_or", "logical_xor")
)


def rows(*table):
    """Functions as parameters of claims."""
    return pytest.mark.parametrize(
        "row", [pytest.param(r, marks=documents(f"torch.{r.name}"), id=r.name) for r in table]
    )


def function(row) -> Callable[..., torch.Tensor]:
    """The function itself."""
    return getattr(torch, row.name)


@rows(*ROWS, *TRUTH)
@documents(guide=GUIDE)
def test_writes_into_the_tensor_and_returns_it(row, device):
    """{row} with out= returns that very tensor, in its memory, holding what the function returns without it."""
    parts = row.parts(device)
    expected = function(row)(*parts)
    out = tensor(numbers(1, tuple(expected.shape), expected.dtype), device)
    place = out.data_ptr()
    with unchanged(*(part for part in parts if isinstance(part, torch.Tensor))):
        result = function(row)(*parts, out=out)

    assert result is out
    assert out.data_ptr() == place
    agree(expected, out)


@rows(*ROWS, *TRUTH)
@documents(guide=GUIDE)
def test_resizes_an_empty_tensor(row, device):
    """{row} resizes an out= that has no elements to the shape of the result."""
    parts = row.parts(device)
    expected = function(row)(*parts)
    out = torch.empty(0, dtype=expected.dtype, device=device)

    result = function(row)(*parts, out=out)

    assert result is out
    agree(expected, out)


@rows(*ROWS, *TRUTH)
@documents(guide=GUIDE)
def test_writes_to_a_view_and_not_between(row, device):
    """{row} writes to an out= with strides in place, and to nothing between its elements."""
    parts = row.parts(device)
    expected = function(row)(*parts)
    around = numbers(2, (*expected.shape, 3), expected.dtype)
    memory = tensor(around, device)
    strides = memory[..., 1].stride()

    result = function(row)(*parts, out=memory[..., 1])

    close(result, array(expected), bound.faithful(array(expected), 8), device=device)
    assert result.stride() == strides
    close(memory[..., ::2], around[..., ::2], device=device)


#: Sums and products over an axis compute in the dtype of out=.
REFUSED = tuple(row for row in ROWS if row.name not in ("sum", "mean", "prod", "cumsum", "cumprod"))


@rows(*REFUSED)
@documents("tensor_attributes", guide=GUIDE)
def test_refuses_a_dtype_of_a_lower_category(row, device):
    """{row} of floating tensors raises for an out= of integers, and leaves it as it was."""
    parts = row.parts(device)
    shape = tuple(function(row)(*parts).shape)
    out = tensor(numbers(3, shape, "int64"), device)

    with unchanged(out), pytest.raises(RuntimeError):
        function(row)(*parts, out=out)


@documents("tensor_attributes", "torch.add", "torch.mul", guide=GUIDE)
@pytest.mark.parametrize("name", ["add", "mul", "sub"])
@pytest.mark.parametrize(
    ("given", "out"), [("float64", "int64"), ("complex64", "float32"), ("int64", "bool"), ("float32", "uint8")]
)
def test_arithmetic_refuses_a_dtype_of_a_lower_category(name, given, out, device):
    """add, sub and mul raise where the result's dtype is of a higher category than that of out=."""
    x, y = (tensor(numbers(seed, (3,), given), device) for seed in (1, 2))
    target = tensor(numbers(3, (3,), out), device)

    with unchanged(target), pytest.raises(RuntimeError):
        getattr(torch, name)(x, y, out=target)


@documents("tensor_attributes", "torch.add", "torch.mul", guide=GUIDE)
@pytest.mark.parametrize("name", ["add", "mul", "sub"])
@pytest.mark.parametrize(
    ("given", "out"),
    [
        ("float64", "float32"),
        ("float32", "float64"),
        ("int64", "float32"),
        ("int64", "int8"),
        ("bool", "int64"),
        ("float32", "complex64"),
    ],
)
def test_casts_to_a_dtype_of_the_same_category_or_a_higher(name, given, out, device):
    """add, sub and mul cast their result to the dtype of out= where that is of the same category or a higher."""
    x, y = np.arange(5) % 2, np.ones(5)
    name = name if given != "bool" else "add"
    target = tensor(numbers(3, (5,), out), device)

    getattr(torch, name)(tensor(x.astype(given), device), tensor(y.astype(given), device), out=target)

    operation = {"add": np.add, "sub": np.subtract, "mul": np.multiply}[name]
    expected = operation(x.astype(given), y.astype(given)).astype(dtypes.in_numpy(out))
    close(target, expected, device=device)


@documents("torch.add", "torch.sub", "torch.mul", "torch.matmul", guide=GUIDE)
@pytest.mark.parametrize("name", ["add", "sub", "mul"])
def test_out_may_be_an_operand(name, device):
    """out= may be one of the operands, of which each element is read before it is written."""
    x, y = (numbers(seed, (5, 7), "float64") for seed in (1, 2))
    left, right = tensor(x, device), tensor(y, device)
    expected = getattr(torch, name)(left, right)

    result = getattr(torch, name)(left, right, out=right)

    assert result is right
    agree(expected, right)
    close(left, x, device=device)


@documents("torch.matmul", "torch.mul", "torch.add", guide=GUIDE)
@pytest.mark.parametrize("name", ["add", "matmul", "mul", "exp"])
def test_refuses_gradients(name, device):
    """A function with out= raises where an argument requires grad."""
    x = tensor(numbers(1, (3, 3), "float64"), device).requires_grad_()
    parts = (x,) if name == "exp" else (x, x.detach())

    with pytest.raises(RuntimeError):
        getattr(torch, name)(*parts, out=torch.zeros_like(x.detach()))


@documents(
    "torch.max", "torch.min", "torch.sort", "torch.topk", "torch.kthvalue", "torch.cummax", "torch.median", "torch.mode"
)
@pytest.mark.parametrize("name", ["max", "min", "sort", "cummax", "cummin", "median", "mode"])
def test_writes_two_results_into_two_tensors(name, device):
    """A function with two results takes two tensors for out= and fills both."""
    x = tensor(numbers(1, (4, 5), "float64"), device)
    expected = getattr(torch, name)(x, 1)
    out = tuple(torch.zeros_like(part) for part in expected)

    getattr(torch, name)(x, 1, out=out)

    agree(expected[0], out[0])
    agree(expected[1], out[1])
