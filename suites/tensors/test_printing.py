"""repr and str of tensors, as the guide prints them and as torch.set_printoptions says."""

import math
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch
from hypothesis import given

from suites.kit import bound, close, documents, draw, tensor
from suites.tensors.state import default_dtype, printing

GUIDE = ("Tensors", "Operations on Tensors")
NAMES = {"tensor": lambda data, **_: np.array(data), "nan": math.nan, "inf": math.inf, "torch": torch}


class Printed(NamedTuple):
    """Values, their dtype, and how they print."""

    values: Any
    dtype: str
    text: str

    def __str__(self):
        return self.text.replace("\n", " ")


class Options(NamedTuple):
    """Print options, values, and how they print then."""

    options: dict
    values: Any
    text: str

    def __str__(self):
        return str(self.options)


DEFAULT = (
    Printed([[1, 1], [1, 1]], "int64", "tensor([[1, 1],\n        [1, 1]])"),
    Printed([[1.0, 1.0, 1.0]] * 2, "float32", "tensor([[1., 1., 1.],\n        [1., 1., 1.]])"),
    Printed([2.0] * 5, "float64", "tensor([2., 2., 2., 2., 2.], dtype=torch.float64)"),
    Printed([[1.0, 0.0, 1.0, 1.0]], "float32", "tensor([[1., 0., 1., 1.]])"),
    Printed([True, True], "bool", "tensor([True, True])"),
    Printed([True, False], "bool", "tensor([ True, False])"),
    Printed([0.0841, 0.8118], "float32", "tensor([0.0841, 0.8118])"),
    Printed(3.14159, "float32", "tensor(3.1416)"),
    Printed(5, "int32", "tensor(5, dtype=torch.int32)"),
    Printed([1, 100, -3], "int8", "tensor([  1, 100,  -3], dtype=torch.int8)"),
    Printed([7], "uint8", "tensor([7], dtype=torch.uint8)"),
    Printed([1.5], "float16", "tensor([1.5000], dtype=torch.float16)"),
    Printed([1.5], "bfloat16", "tensor([1.5000], dtype=torch.bfloat16)"),
    Printed([1.0, -2.5], "float32", "tensor([ 1.0000, -2.5000])"),
    Printed([1 + 2j, 3.5 - 1j], "complex64", "tensor([1.0000+2.j, 3.5000-1.j])"),
    Printed([1.0, math.nan], "complex128", "tensor([1.+0.j, nan+0.j], dtype=torch.complex128)"),
    Printed([1.5, math.nan, math.inf, -math.inf], "float32", "tensor([1.5000,    nan,    inf,   -inf])"),
    Printed([math.inf, 1.0], "float32", "tensor([inf, 1.])"),
    Printed([-0.0, 1.0], "float32", "tensor([-0., 1.])"),
    Printed([], "float32", "tensor([])"),
    Printed([], "float64", "tensor([], dtype=torch.float64)"),
    Printed(np.zeros((0, 3)), "int64", "tensor([], size=(0, 3), dtype=torch.int64)"),
    Printed([1e-5, 1.0], "float32", "tensor([1.0000e-05, 1.0000e+00])"),
    Printed([1.0, 2e5], "float32", "tensor([1.0000e+00, 2.0000e+05])"),
    Printed(np.zeros((2, 1, 2)), "float32", "tensor([[[0., 0.]],\n\n        [[0., 0.]]])"),
)
CHOSEN = (
    Options({"precision": 2}, [1.12345], "tensor([1.12])"),
    Options({"precision": 6}, [1.12345], "tensor([1.123450])"),
    Options({"threshold": 5}, np.arange(10), "tensor([0, 1, 2, ..., 7, 8, 9])"),
    Options({"threshold": 5, "edgeitems": 1}, np.arange(10), "tensor([0, ..., 9])"),
    Options({"threshold": 10}, np.arange(10), "tensor([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])"),
    Options({"sci_mode": True}, [1.0, 2500.0], "tensor([1.0000e+00, 2.5000e+03])"),
    Options({"sci_mode": True, "precision": 1}, [1.0, 2500.0], "tensor([1.0e+00, 2.5e+03])"),
    Options({"sci_mode": False}, [1e-3, 12345.5], "tensor([ 0.0010, 12345.5000])"),
    Options({"linewidth": 30}, np.arange(12), "tensor([ 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])"),
    Options({"profile": "short"}, [1.12345], "tensor([1.12])"),
    Options({"profile": "full"}, np.arange(12), "tensor([ 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])"),
    Options({"profile": "full", "precision": 1}, [1.12345], "tensor([1.1])"),
)


def rows(*table):
    return pytest.mark.parametrize("row", [pytest.param(row, id=str(row)) for row in table])


def words(text):
    """The text with each run of blanks as one: columns are as wide as the framework likes."""
    return " ".join(text.split())


@documents("torch.tensor", "torch.Tensor.__repr__", "torch.set_printoptions", guide=GUIDE)
@rows(*DEFAULT)
def test_prints_as_in_the_guide(row):
    """A tensor prints as {row}: four digits, columns aligned, a dtype that is not the default named."""
    x = torch.tensor(row.values, dtype=getattr(torch, row.dtype))

    assert repr(x) == str(x) == row.text


@documents("torch.set_printoptions")
@rows(*CHOSEN)
def test_prints_as_its_options_say(row):
    """With torch.set_printoptions of {row}, a tensor prints as they say."""
    with printing(**row.options):
        text = repr(torch.tensor(row.values))

    assert words(text) == row.text


@documents("torch.set_printoptions")
@pytest.mark.parametrize("width", [30, 80, 120])
def test_breaks_lines_at_their_width(width):
    """No line of a printed vector is longer than linewidth, and the next number would not have fitted."""
    with printing(linewidth=width):
        lines = repr(torch.tensor(list(range(100, 160)))).splitlines()

    assert all(len(line) <= width for line in lines)
    assert all(len(line) + len(" 100,") >= width - 1 for line in lines[:-1])


@documents("torch.set_printoptions")
def test_summarizes_more_than_a_thousand_elements():
    """More than 1000 elements are summarized by the first and last three of each dimension, 1000 are not."""
    long, whole = repr(torch.tensor(list(range(1001)))), repr(torch.tensor(list(range(1000))))
    matrix = repr(tensor(np.arange(1001).reshape(7, 143)))

    assert words(long) == "tensor([ 0, 1, 2, ..., 998, 999, 1000])"
    assert "..." not in whole and whole.count(",") == 999
    assert matrix.count("...") == 7 and "572" in matrix and "1000" in matrix and "429" not in matrix


@documents("torch.set_printoptions")
def test_prints_by_default_again():
    """profile="default" restores what torch.set_printoptions changed before."""
    with printing(precision=1, threshold=3, edgeitems=1, linewidth=20):
        torch.set_printoptions(profile="default")
        text = repr(torch.tensor(list(range(10)))), repr(torch.tensor([1.12345]))

    assert text == ("tensor([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])", "tensor([1.1235])")


@documents("torch.Tensor.__repr__", guide="Differentiation in Autograd")
def test_prints_what_autograd_knows():
    """A tensor that requires grad says so, a result of operations names its grad_fn, a detached one says nothing."""
    x = torch.tensor([1.0, 2.0], requires_grad=True)

    assert repr(x) == "tensor([1., 2.], requires_grad=True)"
    assert repr(x * 2) == "tensor([2., 4.], grad_fn=<MulBackward0>)"
    assert repr(x.detach()) == "tensor([1., 2.])"
    assert repr(torch.tensor(2.0, dtype=torch.float64, requires_grad=True)) == (
        "tensor(2., dtype=torch.float64, requires_grad=True)"
    )
    assert repr(torch.empty(0, 2, requires_grad=True)) == "tensor([], size=(0, 2), requires_grad=True)"


@documents("torch.nn.Parameter")
def test_prints_parameters():
    """A parameter prints as what it contains."""
    assert repr(torch.nn.Parameter(torch.tensor([1.0]))) == "Parameter containing:\ntensor([1.], requires_grad=True)"


@documents("torch.Tensor.__repr__", "torch.set_default_dtype")
def test_names_dtypes_beside_the_default():
    """A dtype is named in print where it is not the default floating one, int64, bool or the default complex one."""
    single, double = torch.tensor([1.5]), torch.tensor([1.5], dtype=torch.float64)
    with default_dtype(torch.float64):
        texts = repr(single), repr(double)

    assert texts == ("tensor([1.5000], dtype=torch.float32)", "tensor([1.5000])")
    assert (repr(single), repr(double)) == ("tensor([1.5000])", "tensor([1.5000], dtype=torch.float64)")


@documents("torch.Tensor.__repr__")
def test_prints_no_values_of_the_meta_device():
    """A tensor on the meta device prints its device and shape in place of values."""
    assert repr(torch.empty(2, 3, device="meta")) == "tensor(..., device='meta', size=(2, 3))"


@documents("torch.Tensor.__format__")
def test_is_formatted_like_its_number():
    """A 0-dim tensor takes the format of a Python number, others print in an f-string as they do in str."""
    assert f"{torch.tensor(1.23456):.2f}" == "1.23" and f"{torch.tensor(7):4d}" == "   7"
    assert f"{torch.tensor(2)}" == "2" and f"{torch.tensor([1.0])}" == "tensor([1.])"


@documents("torch.set_printoptions")
@given(array=draw.arrays("int64", shape=draw.shapes(low=1)))
def test_prints_every_integer(array):
    """Printed and read again, an integer tensor of up to 1000 elements has the same shape and values."""
    with printing(threshold=2000):
        text = repr(tensor(array))

    close(np.asarray(eval(text, dict(NAMES))), np.array(array))


@documents("torch.set_printoptions")
@given(array=draw.arrays("float64", shape=draw.shapes(low=1), hard=("nan", "inf", "-inf", "one", "zero")))
def test_prints_every_number_to_four_digits(array):
    """Printed and read again, a floating tensor has the same shape and the same values to four digits."""
    with printing(threshold=2000):
        text = repr(tensor(array))

    half_a_digit = 0.50001e-4 / 2.0**-53
    scale = np.nan_to_num(np.maximum(np.abs(array), 1.0), posinf=1.0)
    close(np.asarray(eval(text, dict(NAMES)), np.float64), np.array(array), bound.Bound(half_a_digit, scale, False))
