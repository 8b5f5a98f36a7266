"""Which operators autocast runs in lower precision on the CPU and which in float32, by the lists of its page."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from suites.kit import array, close, documents, draw
from suites.operators.catalogue import CALLS, QUIET, WIDE, Call, Of, called, in_functional, tensors, words
from suites.operators.every import every, same

GUIDE = "Operations on Tensors"
pytestmark = QUIET

X, SQUARE = Of(WIDE), Of((4, 4), "matrices")

LOWER = words(
    "mm bmm matmul addmm addbmm baddbmm "
    + in_functional("linear conv1d conv2d conv3d conv_transpose1d conv_transpose2d conv_transpose3d prelu")
)
#: Which stood among those in float32 before.
RECENT = ("conv_transpose1d", "conv_transpose2d", "conv_transpose3d", "prelu")
FLOAT = words(
    "polar prod quantile nanquantile trace cdist inverse pinverse "
    + in_functional(
        "max_pool3d avg_pool3d adaptive_avg_pool3d adaptive_max_pool3d grid_sample mse_loss binary_cross_entropy "
        "kl_div l1_loss huber_loss nll_loss cross_entropy soft_margin_loss poisson_nll_loss hinge_embedding_loss "
        "margin_ranking_loss triplet_margin_loss multi_margin_loss cosine_embedding_loss "
        "binary_cross_entropy_with_logits multilabel_margin_loss"
    )
)
#: Those that the laws of every operator have no call of.
MORE = (
    *called("fft.fft fft.ifft fft.fft2 fft.ifft2 fft.fftn fft.ifftn fft.rfft fft.rfft2 fft.rfftn fft.ihfft", X),
    *called("fft.irfft fft.irfft2 fft.irfftn fft.hfft", X),
    *called("linalg.cholesky linalg.svdvals linalg.eigvalsh linalg.inv linalg.cond linalg.qr linalg.eigh", SQUARE),
    *called("linalg.inv_ex linalg.cholesky_ex cholesky_inverse", SQUARE),
    Call("linalg.solve", (SQUARE, Of((4, 3)))),
    Call("cholesky_solve", (Of((4, 3)), SQUARE)),
)


def rounded(values: np.ndarray) -> np.ndarray:
    """The values that bfloat16 has."""
    return draw.cast(values, "bfloat16").astype(np.float64) if values.dtype.kind == "f" else values


def parts(row, kind):
    """The arguments, of values that bfloat16 has, in this dtype."""
    return [_cast(part, kind) for part in row.parts("cpu", rounded, "float32")]


def _cast(part, kind):
    if isinstance(part, list):
        return [_cast(one, kind) for one in part]
    return part.to(kind) if isinstance(part, torch.Tensor) and part.is_floating_point() else part


@every([call for call in CALLS if call.name in LOWER], **dict.fromkeys(RECENT, "2.1"))
@documents("torch.autocast", guide=GUIDE)
def test_computes_in_lower_precision(row):
    """In a region on the CPU {row} of float32 is {row} of the numbers in bfloat16, bit for bit."""
    with torch.autocast("cpu", dtype=torch.bfloat16):
        found = row.results(*parts(row, torch.float32))

    for one, other in zip(found, row.results(*parts(row, torch.bfloat16))):
        close(one, array(other), dtype=torch.bfloat16)


@every([*(call for call in CALLS if call.name in FLOAT), *MORE])
@documents("torch.autocast", guide=GUIDE)
def test_computes_in_float32(row):
    """In a region on the CPU {row} of bfloat16 is {row} of the same numbers in float32."""
    with torch.autocast("cpu", dtype=torch.bfloat16):
        found = row.results(*parts(row, torch.bfloat16))

    single = parts(row, torch.float32)
    same(found, row.results(*single), [*tensors(single)], "cpu")


@pytest.mark.parametrize("wide", [0, 1, 2])
@documents("torch.autocast", "torch.cat", "torch.stack", guide=GUIDE)
def test_joins_in_the_widest_dtype(wide):
    """In a region cat and stack of bfloat16 and one float32, wherever it stands, are those of float32."""
    narrow = parts(Call("cat", (X, X, X)), torch.bfloat16)
    mixed = [part.float() if i == wide else part for i, part in enumerate(narrow)]

    with torch.autocast("cpu", dtype=torch.bfloat16):
        found = [torch.cat(mixed), torch.stack(mixed), torch.cat(narrow), torch.stack(narrow)]

    single = [part.float() for part in narrow]
    same(found, [torch.cat(single), torch.stack(single), torch.cat(narrow), torch.stack(narrow)], narrow, "cpu")
