"""Laws told of a module of every kind, in evaluation: what it leaves alone, what copies it, what does not matter."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest
import torch
import torch.nn as nn

from suites.kit import array, bound, close, draw, tensor, unchanged
from suites.nn.modules import EVERY, Made, rows_of, tensors

#: Some of them say that a path is not taken, or that a kernel of even size costs a copy.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")

#: Modules for which no half type is implemented on the CPU.
NO_HALF = ("AvgPool3d", "LPPool3d", "LocalResponseNorm", "MultiMarginLoss")
#: Those whose documentation names inputs without a batch dimension.
UNBATCHED = (
    "Linear", "Bilinear", "Embedding", "RNN", "LSTM", "GRU", "RNNCell", "LSTMCell", "GRUCell", "MultiheadAttention",
    "TransformerEncoderLayer", "TransformerDecoderLayer", "Transformer", "Dropout1d", "Dropout3d",
    "InstanceNorm1d", "InstanceNorm2d", "InstanceNorm3d", "PixelShuffle", "PixelUnshuffle", "Fold", "Unfold",
    "CrossEntropyLoss", "NLLLoss", "CosineEmbeddingLoss", "MultiMarginLoss",
)  # fmt: skip
ALL_BY_NAME = ("Conv", "MaxPool", "AvgPool", "LPPool", "Adaptive", "Reflection", "Replication", "Circular")


rows = rows_of(EVERY)
copied = rows_of(EVERY, "torch.nn.Module.load_state_dict", "torch.nn.Module.state_dict", "notes/serialization")
halved = tuple(row for row in EVERY if row.name not in NO_HALF)
halves, bfloats = rows_of(halved, since="2.6"), rows_of(halved, since="2.1", later={"MSELoss": "2.6", "BCELoss": "2.6"})
unbatched = rows_of(
    tuple(
        row for row in EVERY if row.about != "of images" and (row.name in UNBATCHED or row.name.startswith(ALL_BY_NAME))
    )
)
treating_samples_alone = rows_of(tuple(row for row in EVERY if row.inputs[0].kind == "normal"))


def near(found: list[torch.Tensor], expected: list[np.ndarray], count: float = 4096.0, **where) -> None:
    """The same numbers to ``count`` roundings of the largest of them."""
    assert len(found) == len(expected)
    for actual, wanted in zip(found, expected):
        scale = np.abs(wanted).max(initial=0.0) if wanted.dtype.kind == "f" else 0.0
        close(actual, wanted, bound.Bound(count, scale, signed_zeros=False), **where)


def arrays(values: object) -> list[np.ndarray]:
    return [array(value) for value in tensors(values)]


@rows
def test_leaves_its_inputs_and_its_state_alone(row, device):
    """{row} in evaluation writes neither to its inputs nor to its parameters and buffers, and gives the same bits
    again.
    """
    module, parts = row.module(device), row.parts(device)
    with unchanged(*parts, *module.state_dict().values()):
        first = arrays(module(*parts))

    for found, expected in zip(tensors(module(*parts)), first):
        close(found, expected, device=device)


@copied
def test_copies_give_the_same_bits(row, device):
    """A deep copy of {row}, an unpickled one, and another one with its state_dict give the same bits, and share no
    memory with it.
    """
    module, parts = row.module(device), row.parts(device)
    expected = arrays(module(*parts))
    other = getattr(nn, row.name)(*row.arguments, **row.settings).eval().to(device, torch.float64)
    other.load_state_dict(module.state_dict())
    twins = [copy.deepcopy(module), pickle.loads(pickle.dumps(module)), other]
    for value in module.state_dict().values():
        value.zero_()

    for twin in twins:
        assert not twin.training
        for found, wanted in zip(tensors(twin(*parts)), expected):
            close(found, wanted, device=device)


@pytest.mark.parametrize("layout", ["stepped", "channels last"])
@rows
def test_does_not_depend_on_the_strides(row, layout, device):
    """{row} gives the same numbers however its inputs lie in memory, channels last too."""
    module = row.module(device)
    parts = [array(part) for part in row.parts(device)]

    expected = arrays(module(*(tensor(part, device) for part in parts)))
    near(tensors(module(*(tensor(draw.laid_out(part, layout), device) for part in parts))), expected, device=device)


@rows
def test_does_not_depend_on_who_asks_for_gradients(row, device):
    """{row} gives the same numbers where gradients are recorded, with no_grad and in inference mode."""
    module, parts = row.module(device), row.parts(device)
    expected = arrays(module(parts[0].clone().requires_grad_(row.inputs[0].floats), *parts[1:]))
    with torch.no_grad():
        unrecorded = tensors(module(*parts))
    with torch.inference_mode():
        inferred = tensors(module(*parts))

    near(unrecorded, expected, device=device)
    near([value.clone() for value in inferred], expected, device=device)


@treating_samples_alone
def test_treats_each_sample_alone(row, device):
    """Another first sample, even of NaN, changes nothing of what {row} gives for the samples after it."""
    module, parts = row.module(device), row.parts(device)
    expected = [value[1:] for value in outputs(module(*parts), row)]
    for first in (3.0, np.nan):
        others = [with_first(part, first) for part in parts]
        near([value[1:] for value in outputs_of(module, others, row)], expected, device=device)


def with_first(part: torch.Tensor, value: float) -> torch.Tensor:
    """The input with another first sample; integers stay."""
    changed = array(part)
    changed[0] = value if changed.dtype.kind == "f" else changed[0]
    return tensor(changed, str(part.device))


def outputs_of(module: nn.Module, parts: list[torch.Tensor], row: Made) -> list[torch.Tensor]:
    return [tensor(value, str(parts[0].device)) for value in outputs(module(*parts), row)]


def outputs(value: object, row: Made) -> list[np.ndarray]:
    """The results whose first axis is that of the batch: of layers over time their outputs, not their states."""
    return arrays(value)[: 1 if row.name in ("RNN", "LSTM", "GRU") else None]


@unbatched
def test_sample_without_a_batch_gives_the_same(row, device):
    """{row} gives for inputs without a batch dimension what it gives for them in a batch."""
    module, parts = row.module(device), row.parts(device)
    expected = [value[1] for value in outputs(module(*parts), row)]

    near(tensors(module(*(part[1] for part in parts)))[: len(expected)], expected, device=device)


@rows
def test_float32_is_float64_rounded(row, device):
    """{row} in float32 gives what it gives in float64 for the same numbers, to the digits that float32 has."""
    narrow_is_wide(row, torch.float32, device)


@bfloats
def test_bfloat16_is_float64_rounded(row, device):
    """{row} in bfloat16 gives what it gives in float64 for the same numbers, to the digits that it has."""
    narrow_is_wide(row, torch.bfloat16, device)


@halves
def test_float16_is_float64_rounded(row, device):
    """{row} in float16 gives what it gives in float64 for the same numbers, to the digits that it has."""
    narrow_is_wide(row, torch.float16, device)


def narrow_is_wide(row: Made, dtype: torch.dtype, device: str) -> None:
    """The results in a dtype beside those in float64 of the same inputs, parameters and buffers.

    7.5 roundings of the largest result was the most measured, in any dtype.
    """
    module, parts = row.module(device, dtype), row.parts(device, dtype=dtype)
    wide = row.module(device)
    wide.load_state_dict({name: value.double() if value.is_floating_point() else value
                          for name, value in module.state_dict().items()})  # fmt: skip
    found = tensors(module(*parts))

    assert {value.dtype for value in found if value.is_floating_point()} == {dtype}
    expected = tensors(wide(*(part.double() if part.is_floating_point() else part for part in parts)))
    for actual, wanted in zip(found, arrays(expected)):
        scale = np.abs(wanted).max(initial=0.0)
        close(actual, wanted, bound.Bound(16, scale, signed_zeros=False), dtype=actual.dtype, device=device)
