"""Functions of statistics, calculus and vectors are their formulas, whatever the strides, in every spelling."""

import numpy as np
import pytest
import torch
from hypothesis import given

from suites.kit import close, documents, draw, gradient, tensor, unchanged
from suites.operators import operands
from suites.operators.composites import ROWS
from suites.operators.values import agree, numbers, oracle

#: Those that take out=, and those that are methods of tensors too.
WITH_OUT = ("torch.diff", "torch.quantile", "torch.nanquantile", "torch.cross")
METHODS = (*WITH_OUT, "torch.cov", "torch.corrcoef")
#: Whose formula a complex step passes through; an order of elements it does not.
SMOOTH = tuple(row for row in ROWS if "quantile" not in row.name and row.options.get("p") != np.inf)
#: Those whose documentation leaves it open that they take half precision.
HALVED = tuple(row for row in ROWS if not row.name.endswith(("quantile", "cross", "pdist")))


def rows(table):
    """Functions as parameters of claims."""
    return pytest.mark.parametrize("row", [pytest.param(row, marks=documents(row.name), id=str(row)) for row in table])


def inputs(row, which, dtype, seed=3):
    """Normal values of the shapes of one entry of the row's table."""
    return [numbers(seed + i, shape, dtype) for i, shape in enumerate(row.shapes[which % len(row.shapes)])]


def assert_is_its_formula(row, arrays, dtype, device):
    """The function of the arrays is its reference to the row's rounding; the arguments are not written to."""
    tensors = [tensor(x, device, dtype) for x in arrays]
    with unchanged(*tensors):
        result = row(*tensors)

    with np.errstate(all="ignore"):  # rows of equal elements have no correlation
        limit = row.rounding(*(x.astype(np.float64) for x in arrays), **row.options)
    close(result, oracle(row.expected, *arrays), limit, dtype=dtype, device=device)


@rows(ROWS)
@documents()
@pytest.mark.dtypes(torch.float64, torch.float32)
@given(data=operands.seeded(hard=("one", "zero", "tie"), layouts=draw.WRITABLE))
def test_follows_the_formula(row, data, dtype, device):
    """{row} is its formula to the rounding of its terms, whatever the strides, and writes to no argument."""
    arrays = [sample(dtype) for sample in data(row.shapes)]

    assert_is_its_formula(row, arrays, dtype, device)


@rows(tuple(row for row in ROWS if row.name in METHODS))
@documents()
@pytest.mark.dtypes(torch.float64, torch.float32)
def test_the_method_is_the_function(row, dtype, device):
    """{row} is the same as a method of the tensor, bit for bit."""
    parts = [tensor(x, device) for x in inputs(row, 1, dtype)]

    agree(row(*parts), getattr(parts[0], row.name.split(".")[1])(*parts[1:], **row.options))


@rows(tuple(row for row in ROWS if row.name in WITH_OUT))
@documents()
@pytest.mark.parametrize("layout", ["contiguous", "transposed", "stepped", "offset"])
def test_writes_into_out(row, layout, device):
    """{row} with out= returns that tensor, holding the same values bit for bit, whatever its strides."""
    parts = [tensor(x, device) for x in inputs(row, 1, "float64")]
    expected = row(*parts)
    out = tensor(draw.laid_out(np.full(expected.shape, 7.5), layout), device)

    result = row(*parts, out=out)

    assert result is out
    agree(expected, out)


@rows(tuple(row for row in ROWS if row.name in WITH_OUT))
@documents()
def test_resizes_an_empty_tensor(row, device):
    """{row} resizes an out= that has no elements to the shape of the result."""
    parts = [tensor(x, device) for x in inputs(row, 1, "float64")]
    out = torch.empty(0, dtype=torch.float64, device=device)

    row(*parts, out=out)

    agree(row(*parts), out)


@rows(SMOOTH)
@documents("torch.Tensor.backward")
@pytest.mark.parametrize("which", [0, 1])
def test_has_the_gradient_of_its_formula(row, which, device):
    """The gradient of {row} is the derivative of its formula."""
    arrays = inputs(row, which, "float64", seed=11)

    gradient.differentiates(row, row.expected, *arrays, seed=which, terms=1024, device=device)


@rows(HALVED)
@documents(since="2.3")
@pytest.mark.dtypes(torch.float16, torch.bfloat16)
def test_halves_follow_the_formula(row, dtype, device):
    """{row} of half-precision numbers is its formula to the rounding of its terms."""
    assert_is_its_formula(row, inputs(row, 0, dtype), dtype, device)


#: Shapes above the size from which on several threads share the work.
LARGE = {
    "torch.diff": ((40_001,),),
    "torch.trapezoid": ((40_001,),),
    "torch.cumulative_trapezoid": ((3, 40_001),),
    "torch.cov": ((2, 40_001),),
    "torch.quantile": ((40_001,),),
    "torch.cross": ((20_001, 3), (20_001, 3)),
    "torch.nn.functional.pdist": ((40, 901),),
    "torch.nn.functional.pairwise_distance": ((20_001, 3), (20_001, 3)),
    "torch.nn.functional.cosine_similarity": ((5, 20_001), (5, 20_001)),
}


@rows([next(row for row in ROWS if row.name == name) for name in LARGE])
@documents()
def test_large_tensors_follow_the_formula(row, device):
    """{row} of a tensor that several threads share out is its formula to the rounding of its terms."""
    arrays = [numbers(seed, shape, "float32") for seed, shape in enumerate(LARGE[row.name])]

    assert_is_its_formula(row, arrays, torch.float32, device)
