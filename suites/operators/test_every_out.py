"""out= of every operator that takes it: written whatever its strides, and nothing is written beside it."""

import numpy as np
import pytest
import torch

from suites.kit import array, close, documents, tensor, unchanged
from suites.operators.catalogue import CALLS, QUIET, REDUCTIONS, tensors, words
from suites.operators.every import every, same

GUIDE = ("Operations on Tensors", "Arithmetic operations")

TAKES_OUT = words(
    "abs acos acosh add addbmm addcdiv addcmul addmm addmv addr all amax amin aminmax angle any argmax argmin "
    "asin asinh atan atan2 atanh baddbmm bitwise_and bitwise_left_shift bitwise_not bitwise_or "
    "bitwise_right_shift bitwise_xor bmm bucketize cat ceil clamp clip column_stack complex concat conj_physical "
    "copysign cos cosh cross cummax cummin cumprod cumsum deg2rad diag diff digamma div dot dstack eq erf erfc "
    "erfinv exp exp2 expm1 float_power floor floor_divide fmax fmin fmod frac gather gcd ge gt heaviside histc "
    "hstack hypot index_add index_copy index_reduce index_select inner inverse isin isneginf isposinf kron "
    "kthvalue lcm ldexp le lerp lgamma log log10 log1p log2 log_softmax logaddexp logaddexp2 logcumsumexp "
    "logical_and logical_not logical_or logical_xor logit logsumexp lt masked_select matmul matrix_power max "
    "maximum mean min minimum mm mode mul mv mvlgamma nan_to_num nanmean nanquantile nansum narrow_copy ne neg "
    "nextafter nn.functional.avg_pool2d nn.functional.avg_pool3d nn.functional.gelu nn.functional.hardshrink "
    "nn.functional.linear nn.functional.logsigmoid nn.functional.normalize nn.functional.softplus "
    "nn.functional.softshrink nonzero outer polar polygamma pow prod quantile rad2deg reciprocal remainder renorm "
    "round rsqrt scatter scatter_add scatter_reduce searchsorted sgn sigmoid sign signbit sin sinc sinh slogdet "
    "softmax sort sqrt square stack std sub sum take take_along_dim tan tanh tensordot topk tril triu true_divide "
    "trunc var vdot vstack where xlogy"
)
#: Reductions to a number, which take no out= in some releases.
WHOLE = tuple(call for call in REDUCTIONS if len(call.arguments) == 1 and not call.options)
CALLED = tuple(call for call in CALLS if call.name in TAKES_OUT and call not in WHOLE)

pytestmark = QUIET


def surrounding(expected, device):
    """Memory twice as long in each dimension as what is expected, of its dtype and full of 3."""
    return tensor(np.full([2 * side for side in expected.shape], 3, array(expected).dtype), device)


def gaps(memory):
    """The index of every second place in each dimension."""
    return tuple(slice(0, None, 2) for _ in memory.shape)


@every(CALLED)
@documents(guide=GUIDE)
@pytest.mark.parametrize("precision", [pytest.param("float64", id="double"), pytest.param("float32", id="single")])
def test_writes_to_a_view_that_no_single_stride_describes(row, precision, device):
    """{row} with out= writes its result into a view with gaps in each dimension, and into none of the gaps."""
    parts = row.parts(device, dtype=precision)
    expected = row.results(*parts)
    single = isinstance(row.function(*parts, **row.options), torch.Tensor)
    memories = [surrounding(result, device) for result in expected]
    views = tuple(memory[gaps(memory)] for memory in memories)
    with unchanged(*tensors(parts)):
        returned = row.function(*parts, **row.options, out=views[0] if single else views)

    assert all(one is view for one, view in zip(tensors(returned), views))
    same(views, expected, parts, device)
    for memory, view in zip(memories, views):
        view.fill_(3)
        close(memory, np.full(memory.shape, 3, array(memory).dtype), device=device)
