"""item(): a tensor of one element as a Python number."""

import numpy as np
import pytest

from suites.kit import documents, draw, tensor
from suites.operators.values import numbers

GUIDE = ("Operations on Tensors", "Arithmetic operations")


@documents("torch.Tensor.item", "torch.sum", guide=GUIDE)
def test_the_guide_turns_a_sum_into_a_number(device):
    """The sum of the guide's tensor is 12.0 by item(), a Python float."""
    values = np.ones((4, 4), np.float32)
    values[:, 1] = 0

    item = tensor(values, device).sum().item()

    assert type(item) is float
    assert f"{item} {type(item)}" == "12.0 <class 'float'>"


@documents("torch.Tensor.item", guide=GUIDE)
@pytest.mark.parametrize(
    ("dtype", "kind"),
    [
        ("float64", float),
        ("float16", float),
        ("bfloat16", float),
        ("int64", int),
        ("uint8", int),
        ("bool", bool),
        ("complex64", complex),
    ],
)
@pytest.mark.parametrize("shape", [(), (1,), (1, 1, 1)], ids=str)
def test_item_is_a_python_number(dtype, kind, shape, device):
    """item() of a tensor of one element, whatever its number of dimensions, is that element as a Python number."""
    values = draw.cast(np.full(shape, 1), dtype)

    item = tensor(values, device, dtype).item()

    assert type(item) is kind
    assert item == kind(1)


@documents("torch.Tensor.item", guide=GUIDE)
@pytest.mark.parametrize("shape", [(2,), (0,), (1, 3)], ids=str)
def test_item_refuses_several_elements(shape, device):
    """item() of a tensor of no elements or of several raises."""
    with pytest.raises((RuntimeError, ValueError)):
        tensor(numbers(1, shape, "float64"), device).item()


@documents("torch.Tensor.item", guide=GUIDE)
@pytest.mark.parametrize("number", [2**53 + 1, -(2**63), 2**63 - 1])
def test_item_keeps_every_digit(number, device):
    """item() of an int64 is exact beyond 2 to the 53."""
    assert tensor(np.array(number), device).item() == number
