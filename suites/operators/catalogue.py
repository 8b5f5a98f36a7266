"""One call of every operator that computes: the arguments it takes, told once for all laws that hold of every one."""

from __future__ import annotations

import functools
import operator
from collections.abc import Iterator
from typing import Any, Callable, NamedTuple

import numpy as np
import pytest
import torch

from suites.kit import tensor

Arrange = Callable[[np.ndarray], np.ndarray]
Kind = Callable[[np.random.Generator, tuple[int, ...]], np.ndarray]


class Of(NamedTuple):
    """An argument: a tensor of this shape, of values of this kind."""

    shape: tuple[int, ...]
    kind: str = "fractions"

    def array(self, seed: int) -> np.ndarray:
        """The values; each kind lies where every operator that is given it has finite values."""
        return _values(self.kind, seed, self.shape)


def _well_conditioned(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Symmetric matrices, positive definite and well conditioned, of different numbers."""
    values = rng.integers(-8, 8, shape) / 64.0
    return values + np.swapaxes(values, -1, -2) + 2 * np.eye(shape[-1])


def _between(low: float, high: float) -> Kind:
    """Numbers spread evenly, in random order: no two are equal or close to it, also not of two arrays."""

    def values(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
        count = int(np.prod(shape))
        return low + (high - low) * (rng.permutation(count).reshape(shape) + rng.uniform(0.3, 0.7)) / count

    return values


#: Values by kind. Constants are fractions that no gradient is asked of: targets, running means.
KINDS: dict[str, Kind] = {
    "fractions": _between(0.1, 0.9),
    "constants": _between(0.1, 0.9),
    "signed": _between(-3, 3),
    "beyond": _between(1.1, 3),
    "integers": lambda rng, shape: rng.integers(1, 9, shape),
    "truth": lambda rng, shape: rng.integers(0, 2, shape).astype(bool),
    "complex": lambda rng, shape: _between(-2, 2)(rng, shape) + 1j * _between(-2, 2)(rng, shape),
    "matrices": _well_conditioned,
    "ascending": lambda rng, shape: np.sort(_between(0.1, 0.9)(rng, shape), axis=-1),
    "places": lambda rng, shape: rng.integers(0, 3, shape),
}
#: The kinds that a gradient can be asked of.
DIFFERENTIABLE = ("fractions", "signed", "beyond", "complex", "matrices", "ascending")


@functools.cache
def _values(kind: str, seed: int, shape: tuple[int, ...]) -> np.ndarray:
    """The values of an argument, made once and never written to."""
    values = np.array(KINDS[kind](np.random.default_rng((seed, *shape)), shape))
    values.flags.writeable = False
    return values


class Call(NamedTuple):
    """An operator under torch and the arguments of one call: tensors where an ``Of`` stands, the others as they are."""

    name: str
    arguments: tuple[Any, ...]
    options: dict[str, Any] = {}  # noqa: RUF012 - never written to

    def __str__(self) -> str:
        return f"torch.{self.name}"

    @property
    def function(self) -> Callable[..., Any]:
        """The operator itself."""
        return operator.attrgetter(self.name)(torch)

    def parts(self, device: str, arrange: Arrange = np.array, dtype: str = "float64") -> tuple[Any, ...]:
        """The arguments, each array brought into place by ``arrange`` and floats cast to ``dtype``."""
        return tuple(_part(value, seed, device, arrange, dtype) for seed, value in enumerate(self.arguments))

    def asking(self, device: str, arrange: Arrange = np.array) -> tuple[Any, ...]:
        """The arguments, those that a gradient can be asked of requiring it."""
        parts = self.parts(device, arrange)
        for part, value in zip(parts, self.arguments):
            for argument, of in zip(tensors(part), value if isinstance(value, list) else [value]):
                argument.requires_grad_(getattr(of, "kind", "array") in DIFFERENTIABLE)
        return parts

    def results(self, *parts: Any, **options: Any) -> list[torch.Tensor]:
        """All tensors that the call returns."""
        return list(tensors(self.function(*parts, **self.options, **options)))


def _part(value: Any, seed: int, device: str, arrange: Arrange, dtype: str) -> Any:
    if isinstance(value, Of):
        array = value.array(seed)
        narrow = {"f": dtype, "c": {"float32": "complex64"}.get(dtype, "complex128")}.get(array.dtype.kind)
        return tensor(arrange(array.astype(narrow) if narrow else array), device)
    if isinstance(value, np.ndarray):
        return tensor(value, device)
    if isinstance(value, list) and value and isinstance(value[0], Of):
        return [_part(part, 10 + seed + i, device, arrange, dtype) for i, part in enumerate(value)]
    return value


def tensors(value: Any) -> Iterator[torch.Tensor]:
    """The tensors in what an operator takes or returns."""
    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, (tuple, list)):
        for part in value:
            yield from tensors(part)


def words(text: str) -> set[str]:
    """The names in a text."""
    return set(text.split())


def in_functional(names: str) -> str:
    """The names under torch.nn.functional."""
    return " ".join(f"nn.functional.{name}" for name in names.split())


def called(names: str, *arguments: Any, **options: Any) -> tuple[Call, ...]:
    """Calls of several operators with the same arguments."""
    return tuple(Call(name, arguments, options) for name in names.split())


#: A shape that straddles the widths of vectors.
WIDE = (6, 35)
X, Y = Of(WIDE), Of(WIDE)
SIGNED = Of(WIDE, "signed")
WHOLE, FEW = Of(WIDE, "integers"), Of(WIDE, "places")
MASK = Of(WIDE, "truth")
COLUMNS = np.array([2, 0, 5])

POINTWISE = (
    *called(
        "abs acos angle asin atan atanh ceil cos cosh deg2rad digamma erf erfc erfinv exp exp2 expm1 floor frac lgamma "
        "log log10 log1p log2 logit neg rad2deg reciprocal round rsqrt sigmoid sign sin sinc sinh sqrt square tan tanh "
        "trunc isnan isinf isfinite isneginf isposinf signbit nan_to_num positive",
        X,
    ),
    *called("abs ceil cos exp floor neg relu sigmoid sign sin tanh trunc asinh", SIGNED),
    *called("acosh", Of(WIDE, "beyond")),
    *called("abs angle conj_physical exp neg reciprocal sgn sin sqrt real imag view_as_real", Of(WIDE, "complex")),
    *called(
        "add sub mul div true_divide pow fmod remainder floor_divide atan2 hypot copysign maximum minimum fmax fmin "
        "logaddexp logaddexp2 float_power xlogy nextafter ldexp complex polar",
        X,
        Y,
    ),
    *called(
        "bitwise_and bitwise_or bitwise_xor bitwise_left_shift bitwise_right_shift gcd lcm floor_divide", WHOLE, WHOLE
    ),
    *called("eq ne lt le gt ge isclose logical_and logical_or logical_xor heaviside", FEW, FEW),
    *called("bitwise_not", WHOLE),
    *called("logical_not", FEW),
    *called("addcmul addcdiv lerp", X, Y, Of((35,))),
    *called("clamp clip", SIGNED, -0.5, 0.5),
    *called("where", MASK, X, Y),
    *called("polygamma", 1, X),
    *called("mvlgamma", Of(WIDE, "beyond"), 2),
)
REDUCTIONS = (
    *called("sum mean prod amax amin max min argmax argmin std var norm nansum nanmean count_nonzero", X),
    *called("median nanmedian std_mean var_mean aminmax", X),
    *called(
        "sum mean prod amax amin max min argmax argmin std var nansum nanmean count_nonzero median nanmedian "
        "mode std_mean var_mean logsumexp cumsum cumprod cummax cummin logcumsumexp sort argsort softmax log_softmax",
        X,
        0,
    ),
    *called("all any count_nonzero", Of((2, 35), "truth")),
    *called("all any count_nonzero", Of((2, 35), "truth"), 0),
    *called("kthvalue topk", X, 2, 1),
    *called("msort", X),
    *called("quantile nanquantile", X, 0.3, 1),
    *called("aminmax", X, dim=1),
    *called("dist", X, Y),
    *called("diff trace cov corrcoef trapezoid", X),
    *called("histc", X, 7, 0.0, 1.0),
    *called("unique", WHOLE),
    *called("renorm", X, 2, 0, 0.5),
    *called("bincount", Of((40,), "integers")),
)
PRODUCTS = (
    *called("matmul mm", Of((6, 9)), Of((9, 7))),
    *called("matmul bmm", Of((3, 6, 9)), Of((3, 9, 7))),
    *called("mv matmul", Of((6, 9)), Of((9,))),
    *called("dot vdot inner", Of((35,)), Of((35,))),
    *called("outer ger", Of((6,)), Of((35,))),
    *called("addmm", Of((6, 7)), Of((6, 9)), Of((9, 7))),
    *called("addmv", Of((6,)), Of((6, 9)), Of((9,))),
    *called("addr", Of((6, 7)), Of((6,)), Of((7,))),
    *called("addbmm", Of((6, 7)), Of((3, 6, 9)), Of((3, 9, 7))),
    *called("baddbmm", Of((3, 6, 7)), Of((3, 6, 9)), Of((3, 9, 7))),
    *called("kron", Of((2, 3)), Of((4, 5))),
    *called("tensordot", Of((3, 4, 5)), Of((4, 5, 2))),
    *called("cross", Of((6, 3)), Of((6, 3)), dim=1),
    *called("cdist", Of((6, 5)), Of((7, 5))),
    *called("einsum", "ij,kj->ik", Of((6, 9)), Of((7, 9))),
    *called("inverse logdet det slogdet matrix_exp pinverse", Of((2, 4, 4), "matrices")),
    *called("matrix_power", Of((2, 4, 4), "matrices"), 3),
)
REARRANGING = (
    *called("cat concat hstack vstack dstack column_stack stack", [Of((4, 3)), Of((4, 3))]),
    *called("flip", X, [0, 1]),
    *called("roll", X, 3, 1),
    *called("rot90 fliplr flipud tril triu diag diagonal t diagflat", X),
    *called("diag_embed block_diag", X),
    *called("tile", X, (2, 1)),
    *called("repeat_interleave", X, 2, 1),
    *called("narrow narrow_copy", X, 1, 4, 20),
    *called("select", X, 1, 4),
    *called("unsqueeze", X, 1),
    *called("permute", Of((3, 4, 5)), (2, 0, 1)),
    *called("movedim transpose", Of((3, 4, 5)), 0, 2),
    *called("reshape", X, (35, 6)),
    *called("flatten ravel", X),
    *called("split chunk", X, 4, 1),
    *called("unbind", X, 1),
    *called("diagonal_scatter", X, Of((6,))),
    *called("select_scatter", X, Of((6,)), 1, 4),
    *called("slice_scatter", X, Of((6, 3)), 1, 4, 7, 1),
    *called("cartesian_prod", Of((4,)), Of((3,))),
    *called("combinations", Of((5,))),
)
PLACES = Of((3, 35), "places")
INDEXING = (
    *called("gather", X, 0, PLACES),
    *called("take_along_dim", X, PLACES, 0),
    *called("index_select", X, 1, COLUMNS),
    *called("index_add index_copy", X, 1, COLUMNS, Of((6, 3))),
    *called("index_fill", X, 1, COLUMNS, 0.5),
    *called("index_reduce", X, 1, COLUMNS, Of((6, 3)), "prod"),
    *called("scatter scatter_add", X, 0, Of((1, 35), "places"), Of((1, 35))),
    *called("scatter_reduce", X, 0, PLACES, Of((3, 35)), "mean"),
    *called("masked_select", X, MASK),
    *called("masked_fill", X, MASK, 0.5),
    *called("take", X, PLACES),
    *called("nonzero argwhere", MASK),
    *called("isin", WHOLE, COLUMNS),
    *called("searchsorted", Of((6, 35), "ascending"), Of((6, 4))),
    *called("bucketize", X, np.array([0.2, 0.5, 0.7])),
)

F = "nn.functional."
IMAGE, VOLUME, SERIES = Of((2, 4, 9, 10)), Of((2, 4, 5, 6, 7)), Of((2, 4, 19))
NETWORK = (
    *called(
        in_functional(
            "relu relu6 elu selu celu gelu silu mish softplus softsign tanhshrink hardtanh hardsigmoid hardswish "
            "hardshrink softshrink leaky_relu logsigmoid"
        ),
        SIGNED,
    ),
    *called(f"{F}softmax {F}log_softmax {F}softmin {F}glu", Of((6, 34), "signed"), 1),
    *called(f"{F}normalize", X),
    *called(f"{F}threshold", SIGNED, 0.25, 7.0),
    *called(f"{F}prelu", Of((6, 4, 5), "signed"), Of((4,))),
    *called(f"{F}linear", Of((6, 9)), Of((7, 9)), Of((7,))),
    *called(f"{F}bilinear", Of((6, 3)), Of((6, 4)), Of((5, 3, 4)), Of((5,))),
    *called(f"{F}conv1d", SERIES, Of((6, 4, 3)), Of((6,)), 2, 1),
    *called(f"{F}conv2d", IMAGE, Of((6, 4, 3, 2)), Of((6,)), 2, 1),
    *called(f"{F}conv3d", VOLUME, Of((6, 4, 3, 2, 2)), Of((6,)), 1, 1),
    *called(f"{F}conv_transpose1d", SERIES, Of((4, 6, 3)), Of((6,)), 2, 1),
    *called(f"{F}conv_transpose2d", IMAGE, Of((4, 6, 3, 2)), Of((6,)), 2, 1),
    *called(f"{F}conv_transpose3d", VOLUME, Of((4, 6, 3, 2, 2)), Of((6,)), 1, 1),
    *called(f"{F}max_pool1d {F}avg_pool1d", SERIES, 3, 2),
    *called(f"{F}max_pool2d {F}avg_pool2d", IMAGE, 3, 2),
    *called(f"{F}max_pool3d {F}avg_pool3d", VOLUME, 3, 2),
    *called(f"{F}lp_pool1d", SERIES, 2.0, 3),
    *called(f"{F}lp_pool2d", IMAGE, 2.0, 3),
    *called(f"{F}adaptive_avg_pool1d {F}adaptive_max_pool1d", SERIES, 5),
    *called(f"{F}adaptive_avg_pool2d {F}adaptive_max_pool2d", IMAGE, (4, 3)),
    *called(f"{F}adaptive_avg_pool3d {F}adaptive_max_pool3d", VOLUME, (2, 3, 4)),
    *called(f"{F}unfold", IMAGE, (3, 2)),
    *called(f"{F}pixel_shuffle", IMAGE, 2),
    *called(f"{F}pixel_unshuffle", Of((2, 4, 6, 8)), 2),
    *called(f"{F}interpolate", IMAGE, scale_factor=2.0, mode="bilinear"),
    *called(f"{F}interpolate", IMAGE, scale_factor=2.0, mode="nearest"),
    *called(f"{F}interpolate", VOLUME, scale_factor=1.5, mode="trilinear"),
    *called(f"{F}pad", IMAGE, (1, 2, 2, 1), "reflect"),
    *called(f"{F}pad", IMAGE, (1, 2, 2, 1), "constant", 0.5),
    *called(f"{F}pad", IMAGE, (1, 2, 2, 1), "replicate"),
    *called(f"{F}layer_norm", IMAGE, (9, 10), Of((9, 10)), Of((9, 10))),
    *called(f"{F}group_norm", IMAGE, 2, Of((4,)), Of((4,))),
    *called(f"{F}instance_norm", IMAGE),
    *called(f"{F}batch_norm", IMAGE, None, None, Of((4,)), Of((4,)), True),
    *called(f"{F}batch_norm", IMAGE, *2 * (Of((4,), "constants"),), Of((4,)), Of((4,)), False),
    *called(f"{F}local_response_norm", IMAGE, 3),
    *called(f"{F}embedding", Of((5, 3), "places"), Of((4, 6))),
    *called(f"{F}embedding_bag", Of((5, 3), "places"), Of((4, 6))),
    *called(f"{F}one_hot", Of((5, 3), "places")),
    *called(f"{F}grid_sample", IMAGE, Of((2, 5, 6, 2)), align_corners=False),
    *called(f"{F}affine_grid", Of((2, 2, 3)), (2, 3, 4, 5), align_corners=False),
    *called(f"{F}cosine_similarity {F}pairwise_distance", X, Y),
    *called(f"{F}pdist", X),
    *called(f"{F}mse_loss {F}l1_loss {F}smooth_l1_loss {F}huber_loss {F}binary_cross_entropy", X, Y),
    *called(f"{F}kl_div", X, Y, reduction="batchmean"),
    *called(f"{F}binary_cross_entropy_with_logits {F}poisson_nll_loss", X, Y),
    *called(f"{F}soft_margin_loss {F}multilabel_soft_margin_loss", X, Of(WIDE, "constants")),
    *called(f"{F}gaussian_nll_loss", X, Y, Of(WIDE)),
    *called(f"{F}cross_entropy {F}nll_loss {F}multi_margin_loss", Of((9, 5)), Of((9,), "places")),
    *called(f"{F}triplet_margin_loss", X, Y, Of(WIDE)),
)

CALLS = (*POINTWISE, *REDUCTIONS, *PRODUCTS, *REARRANGING, *INDEXING, *NETWORK)

#: Some of them warn, of what no claim is about.
QUIET = [
    pytest.mark.filterwarnings("ignore:.*non-contiguous:UserWarning"),  # searchsorted, that it will take longer
    pytest.mark.filterwarnings("ignore:.*in beta:UserWarning"),  # index_reduce, and scatter_reduce once
]
