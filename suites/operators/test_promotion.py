"""The dtype of a result: the category of the operands counts, and that of tensors with dimensions counts first."""

import operator

import numpy as np
import pytest
import torch

from reference import promotion
from suites.kit import documents, dtypes, tensor

GUIDE = ("Operations on Tensors", "Arithmetic operations")
NAMES = tuple(dtypes.name(dtype) for dtype in dtypes.EVERY)
#: Among floating tensors a lone complex number is as wide as they are, which the text does not say.
REAL = tuple(name for name in NAMES if not name.startswith("complex"))
NUMBERS = {"bool": True, "int": 3, "float": 1.5}
OPERATORS = {"add": operator.add, "mul": operator.mul}
COMPARISONS = {"eq": operator.eq, "ne": operator.ne}


def one(name, shape, device):
    """A tensor of ones."""
    return tensor(np.ones(shape, dtypes.in_numpy(name)), device, name)


def found(operation, x, y):
    """The name of the result's dtype."""
    return dtypes.name(operation(x, y).dtype)


@documents("tensor_attributes", "torch.add", "torch.mul", "torch.promote_types", guide=GUIDE)
@pytest.mark.parametrize("name", OPERATORS)
@pytest.mark.parametrize("left", NAMES)
def test_tensors_promote_to_their_common_dtype(name, left, device):
    """The sum and product of tensors with dimensions are of the smallest dtype that holds both categories and sizes."""
    results = {right: found(OPERATORS[name], one(left, (2,), device), one(right, (2,), device)) for right in NAMES}

    assert results == {right: promotion.promote_types(left, right) for right in NAMES}


@documents("tensor_attributes", "torch.add", "torch.mul", "torch.result_type", guide=GUIDE)
@pytest.mark.parametrize("name", OPERATORS)
@pytest.mark.parametrize("left", NAMES)
def test_zero_dim_tensors_count_by_category(name, left, device):
    """A tensor without dimensions changes the dtype of one that has some only by a higher category."""
    results = {right: found(OPERATORS[name], one(left, (2,), device), one(right, (), device)) for right in REAL}
    swapped = {right: found(OPERATORS[name], one(right, (), device), one(left, (2,), device)) for right in REAL}

    assert results == {right: promotion.result_type([left], [right], []) for right in REAL}
    assert swapped == results


@documents("tensor_attributes", "torch.add", "torch.mul", "torch.result_type", guide=GUIDE)
@pytest.mark.parametrize("name", OPERATORS)
@pytest.mark.parametrize("shape", [(2,), ()], ids=str)
@pytest.mark.parametrize("left", NAMES)
def test_python_numbers_count_by_category(name, shape, left, device):
    """A Python number changes the dtype of a sum or product with a tensor only by a higher category, on either side."""
    x = one(left, shape, device)
    levels = ([left], []) if shape else ([], [left])

    expected = {kind: promotion.result_type(*levels, [promotion.SCALARS[kind]]) for kind in NUMBERS}
    assert {kind: found(OPERATORS[name], x, number) for kind, number in NUMBERS.items()} == expected
    assert {kind: found(OPERATORS[name], number, x) for kind, number in NUMBERS.items()} == expected


@documents("tensor_attributes", "torch.div", guide=GUIDE)
@pytest.mark.parametrize("left", NAMES)
def test_quotients_are_floating(left, device):
    """A quotient is of the promoted dtype of its operands, or of the default dtype where that is no floating one."""
    results = {right: found(operator.truediv, one(left, (2,), device), one(right, (2,), device)) for right in NAMES}

    assert results == {right: promotion.default_of(promotion.promote_types(left, right), "float32") for right in NAMES}


@documents("torch.eq", "torch.ne", "torch.lt", guide=GUIDE)
@pytest.mark.parametrize("name", COMPARISONS)
@pytest.mark.parametrize("left", NAMES)
def test_comparisons_are_bool(name, left, device):
    """A comparison is bool, whatever the dtypes of its operands."""
    results = {found(COMPARISONS[name], one(left, (2,), device), one(right, (2,), device)) for right in NAMES}

    assert results == {"bool"}


@documents("torch.square", "torch.sum", "torch.prod", "torch.cumsum", guide=GUIDE)
@pytest.mark.parametrize("name", ["sum", "prod", "cumsum", "cumprod", "nansum"])
@pytest.mark.parametrize("given", ["bool", "uint8", "int8", "int16", "int32", "int64"])
def test_sums_and_products_of_integers_are_int64(name, given, device):
    """Sums and products over elements of any integer dtype or bool are int64."""
    x = one(given, (2, 2), device)

    result = getattr(torch, name)(x, 0)

    assert dtypes.name(result.dtype) == "int64"
