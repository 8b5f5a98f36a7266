"""Operations of three tensors: lerp, addcmul, addcdiv; and alpha, which scales the second operand of a sum."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from reference import arithmetic
from suites.kit import bound, close, documents, tensor, unchanged
from suites.operators import operands
from suites.operators.values import agree, oracle

GUIDE = ("Operations on Tensors", "Arithmetic operations")
TRIPLES = (
    ((5,), (5,), (5,)),
    ((3, 33), (33,), (3, 1)),
    ((2, 3, 4), (3, 1), ()),
    ((4,), (3, 1), (2, 1, 1)),
    ((65,), (65,), (1,)),
    ((0,), (1,), (1,)),
    ((3, 1), (1, 4), (4,)),
    ((), (), ()),
    ((), (3,), (3,)),
)
FLOATING = (torch.float64, torch.float32, torch.bfloat16)


def terms(*parts):
    """A sum of products, rounded at most five times: five half-ulps of what is added."""
    return bound.Bound(5, sum(np.abs(part) for part in parts), False)


@documents("torch.addcmul", "torch.Tensor.addcmul", guide=GUIDE)
@pytest.mark.dtypes(*FLOATING)
@given(parts=operands.several(TRIPLES, hard=()), value=st.sampled_from((1, -1, 2, 0.5, -3)))
def test_addcmul_adds_a_multiple_of_a_product(parts, value, dtype, device):
    """torch.addcmul is input + value · tensor1 · tensor2, all broadcast."""
    x, y, z = (sample(dtype) for sample in parts)
    tensors = [tensor(part, device, dtype) for part in (x, y, z)]
    with unchanged(*tensors):
        result = torch.addcmul(*tensors, value=value)

    expected = oracle(arithmetic.addcmul, x, y, z, value=value)
    close(result, expected, terms(x, value * y * z), dtype=dtype, device=device)
    agree(
        result, tensors[0].addcmul(*tensors[1:], value=value), torch.addcmul(*tensors, value=value, out=result.clone())
    )


@documents("torch.addcdiv", "torch.Tensor.addcdiv", guide=GUIDE)
@pytest.mark.dtypes(*FLOATING)
@given(parts=operands.several(TRIPLES, hard=()), value=st.sampled_from((1, -1, 2, 0.5, -3)))
def test_addcdiv_adds_a_multiple_of_a_quotient(parts, value, dtype, device):
    """torch.addcdiv is input + value · tensor1 / tensor2, all broadcast."""
    x, y, z = (sample(dtype) for sample in parts)
    z = np.where(np.abs(z) < 0.25, np.copysign(0.5, z), z).astype(z.dtype)
    tensors = [tensor(part, device, dtype) for part in (x, y, z)]
    with unchanged(*tensors):
        result = torch.addcdiv(*tensors, value=value)

    expected = oracle(arithmetic.addcdiv, x, y, z, value=value)
    close(result, expected, terms(x, value * y / z), dtype=dtype, device=device)
    agree(
        result, tensors[0].addcdiv(*tensors[1:], value=value), torch.addcdiv(*tensors, value=value, out=result.clone())
    )


@documents("torch.addcmul", guide=GUIDE)
@pytest.mark.dtypes(torch.int64, torch.int32)
@given(parts=operands.several(TRIPLES, fills=("ties",), hard=()), value=st.sampled_from((1, 3, -2)))
def test_addcmul_of_integers_is_exact(parts, value, dtype, device):
    """torch.addcmul of integers is exact."""
    x, y, z = (sample(dtype) for sample in parts)

    result = torch.addcmul(*(tensor(part, device) for part in (x, y, z)), value=value)

    close(result, np.asarray(x + value * y * z).astype(x.dtype), device=device)


@documents("torch.addcdiv", guide=GUIDE)
def test_addcdiv_refuses_integers(device):
    """torch.addcdiv of integer tensors raises."""
    x = tensor(np.array([1, 2, 3]), device)

    with pytest.raises(RuntimeError):
        torch.addcdiv(x, x, x)


@documents("torch.lerp", "torch.Tensor.lerp", guide=GUIDE)
@pytest.mark.dtypes(torch.float64, torch.float32)
@given(
    parts=operands.several(TRIPLES, hard=()), weight=st.sampled_from((0.0, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, -0.5, -3.0))
)
def test_lerp_goes_from_start_to_end(parts, weight, dtype, device):
    """torch.lerp is start + weight · (end - start), beyond both ends too, by a number or a tensor of weights."""
    start, end, weights = (sample(dtype) for sample in parts)
    x, y, w = (tensor(part, device) for part in (start, end, weights))

    by_tensor, by_number = torch.lerp(x, y, w), torch.lerp(x, y, weight)

    span = np.abs(start) + np.abs(end)
    expected = oracle(arithmetic.lerp, start, end, weights)
    close(by_tensor, expected, terms(start, end, weights * span), dtype=dtype, device=device)
    expected = oracle(arithmetic.lerp, start, end, weight=weight)
    close(by_number, expected, terms(start, end, weight * span), dtype=dtype, device=device)
    agree(by_tensor, x.lerp(y, w))
    agree(by_number, x.lerp(y, weight))


@documents("torch.lerp", guide=GUIDE)
@given(parts=operands.several((((33,), (33,)), ((3, 4), (4,)), ((), (5,))), fills=("ties",), hard=()))
def test_lerp_reaches_both_ends(parts, device):
    """torch.lerp is start at weight 0 and end at weight 1."""
    start, end = np.broadcast_arrays(*(sample("float64") for sample in parts))
    x, y = (tensor(np.ascontiguousarray(part), device) for part in (start, end))

    close(torch.lerp(x, y, 0.0), start, bound.Bound(0, 0, False), device=device)
    close(torch.lerp(x, y, 1.0), end, bound.Bound(0, 0, False), device=device)


@documents("torch.add", "torch.sub", "torch.rsub", guide=GUIDE)
@pytest.mark.parametrize("name", ["add", "sub", "rsub"])
@pytest.mark.dtypes(*FLOATING)
@given(pair=operands.pairs(hard=()), alpha=st.sampled_from((2, -1, 0.5, -3.0, 0)))
def test_alpha_scales_the_second_operand(name, pair, alpha, dtype, device):
    """add is x + alpha · y, sub is x - alpha · y, and rsub is y - alpha · x."""
    x, y = (sample(dtype) for sample in pair)
    left, right = tensor(x, device, dtype), tensor(y, device, dtype)

    result = getattr(torch, name)(left, right, alpha=alpha)

    expected = oracle(getattr(arithmetic, name), x, y, alpha=alpha)
    close(result, expected, terms(x, y, alpha * y, alpha * x), dtype=dtype, device=device)


@documents("torch.add", "torch.sub", guide=GUIDE)
@pytest.mark.parametrize("name", ["add", "sub"])
@pytest.mark.dtypes(torch.int64, torch.uint8, torch.int32)
@given(pair=operands.pairs(), alpha=st.sampled_from((2, 3, 0)))
def test_alpha_is_exact_for_integers(name, pair, alpha, dtype, device):
    """add and sub of integers with alpha are exact, modulo the width of their dtype, in every spelling."""
    x, y = (sample(dtype) for sample in pair)
    left, right = tensor(x, device), tensor(y, device)

    result = getattr(torch, name)(left, right, alpha=alpha)

    close(result, oracle(getattr(arithmetic, name), x, y, alpha=alpha), device=device)
    agree(
        result,
        getattr(left, name)(right, alpha=alpha),
        getattr(torch, name)(left, right, alpha=alpha, out=result.clone()),
    )


@documents("torch.add", guide=GUIDE)
@pytest.mark.parametrize("name", ["add", "sub"])
def test_integers_refuse_a_fractional_alpha(name, device):
    """alpha of an integer sum or difference that is no integer raises."""
    x = tensor(np.array([1, 2]), device)

    with pytest.raises(RuntimeError):
        getattr(torch, name)(x, x, alpha=0.5)
