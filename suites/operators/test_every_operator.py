"""Laws of every operator: where its arguments lie, how it is spelled and who asks for gradients changes no number."""

import json
import subprocess
import sys

import numpy as np
import pytest
import torch

from suites.kit import array, documents, dtypes, each, observe, share_memory, tensor, unchanged
from suites.operators import bits
from suites.operators.catalogue import CALLS, QUIET, REDUCTIONS, tensors, words
from suites.operators.every import LAYOUTS, PAIRS, STRETCHED, every, packed, placed, same, stretched
from suites.operators.values import agree

GUIDE = "Operations on Tensors"
pytestmark = QUIET

#: What the page on views lists, and what gives its argument back where nothing is to be done.
VIEWS = words(
    "diagonal select t unsqueeze permute movedim transpose narrow split chunk unbind real imag view_as_real "
    "reshape flatten ravel positive"
)
FRESH = tuple(call for call in CALLS if call.name not in VIEWS)
#: What Tensor has no method of, or one that takes its arguments in another order.
NO_METHODS = ("where", "real", "imag", "polygamma", "einsum")
#: Operations along an axis.
ALONG = tuple(call for call in REDUCTIONS if len(call.arguments) == 2 and call.arguments[1] == 0)
METHODS = tuple(call for call in CALLS if hasattr(torch.Tensor, call.name) and call.name not in NO_METHODS)


@every(CALLS)
@documents("tensor_view", guide=GUIDE)
def test_does_not_depend_on_the_strides(row, dtype, device):
    """{row} is the same of the same numbers, transposed, stepped, offset, expanded or with channels last in memory."""
    for layout in each(layout=LAYOUTS):
        parts = row.parts(device, placed(layout), dtypes.name(dtype))
        expected = row.results(*row.parts(device, packed(layout), dtypes.name(dtype)))

        same(row.results(*parts), expected, parts, device)


@every(FRESH)
@documents("tensor_view", guide=GUIDE)
def test_leaves_its_arguments_alone(row, device):
    """{row} writes to none of its arguments, and its results share memory with none."""
    parts = row.parts(device)
    with unchanged(*tensors(parts)):
        results = row.results(*parts)

    assert not any(share_memory(result, part) for result in results for part in tensors(parts))


@every(CALLS)
@documents("notes/randomness", guide=GUIDE)
def test_gives_the_same_bits_again(row, dtype, device):
    """{row} of the same arguments is the same, bit for bit, however often it is called."""
    parts = row.parts(device, dtype=dtypes.name(dtype))
    first = row.results(*parts)

    for one, other in zip(first, row.results(*parts)):
        agree(one, other)
    observe("bits", bits.digest(first))


@documents("notes/randomness", guide=GUIDE)
def test_the_first_call_of_a_process_gives_the_same_bits(device):
    """Every operator gives the same bits in its first call of a fresh process as in any later one of another."""
    bits.of_every_call(device)
    alone = [sys.executable, "-m", "suites.operators.bits", device]
    first = subprocess.run(alone, stdout=subprocess.PIPE, check=True, text=True).stdout

    assert json.loads(first) == bits.of_every_call(device)


@every(METHODS)
@documents("tensors", guide=GUIDE)
def test_is_a_method_too(row, device):
    """{row} is also a method of its first argument and gives the same, bit for bit."""
    first, *others = row.parts(device)
    found = list(tensors(getattr(first, row.name)(*others, **row.options)))

    for one, other in zip(row.results(first, *others), found):
        agree(one, other)


@every(CALLS)
@documents("torch.no_grad", "notes/autograd", guide=GUIDE)
def test_does_not_depend_on_who_asks_for_gradients(row, device):
    """{row} has the same values whether its arguments require grad or not, under no_grad and under inference_mode."""
    parts = row.parts(device)
    expected = row.results(*parts)
    asking = row.asking(device)

    same(row.results(*asking), expected, parts, device)
    with torch.no_grad():
        same(row.results(*asking), expected, parts, device)
    with torch.inference_mode():
        same(row.results(*row.parts(device)), expected, parts, device)


@every(PAIRS)
@documents("notes/broadcasting", guide=GUIDE)
def test_broadcasts(row, device):
    """{row} of two shapes that broadcast is that of both operands written out in full."""
    for shapes in STRETCHED:
        parts = stretched(row, shapes).parts(device)
        full = np.broadcast_arrays(*(array(part) for part in parts))

        same(row.results(*parts), row.results(*(tensor(np.array(one), device) for one in full)), parts, device)


@every(ALONG)
@documents("tensors", guide=GUIDE)
def test_counts_axes_from_the_end(row, device):
    """{row} along axis -2 of two is that along axis 0, bit for bit."""
    (x, _) = row.parts(device)

    for one, other in zip(row.results(x, 0), row.results(x, -2)):
        agree(one, other)


@every(ALONG)
@documents("tensors", guide=GUIDE)
@pytest.mark.parametrize("axis", [2, -3])
def test_refuses_axes_that_are_not_there(row, axis, device):
    """{row} along an axis that the tensor does not have raises IndexError."""
    (x, _) = row.parts(device)

    with pytest.raises(IndexError):
        row.results(x, axis)
