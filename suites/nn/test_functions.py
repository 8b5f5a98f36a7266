"""Modules beside the functions that they stand for: the same bits, for every setting."""

from __future__ import annotations

import functools
from typing import Any, Callable

import torch
import torch.nn.functional as F

from suites.kit import array, close
from suites.nn import modules
from suites.nn.modules import IMAGE, SERIES, TABLE, VOLUME, made, rows_of, tensors

Function = Callable[..., torch.Tensor]

#: Modules whose function takes, after its inputs, what they are made with.
ALIKE: dict[str, Function] = {
    "ReLU": F.relu, "ReLU6": F.relu6, "ELU": F.elu, "SELU": F.selu, "CELU": F.celu, "GELU": F.gelu, "SiLU": F.silu,
    "Mish": F.mish, "Softplus": F.softplus, "Softsign": F.softsign, "Tanhshrink": F.tanhshrink,
    "Hardtanh": F.hardtanh, "Hardsigmoid": F.hardsigmoid, "Hardswish": F.hardswish, "Hardshrink": F.hardshrink,
    "Softshrink": F.softshrink, "LeakyReLU": F.leaky_relu, "LogSigmoid": F.logsigmoid, "Sigmoid": torch.sigmoid,
    "Tanh": torch.tanh, "RReLU": F.rrelu, "Identity": torch.clone, "Softmax": F.softmax, "Softmin": F.softmin,
    "LogSoftmax": F.log_softmax, "GLU": F.glu, "Threshold": F.threshold,
    "AvgPool1d": F.avg_pool1d, "AvgPool2d": F.avg_pool2d, "AvgPool3d": F.avg_pool3d,
    "LPPool1d": F.lp_pool1d, "LPPool2d": F.lp_pool2d, "LPPool3d": getattr(F, "lp_pool3d", None),
    "AdaptiveAvgPool1d": F.adaptive_avg_pool1d, "AdaptiveAvgPool2d": F.adaptive_avg_pool2d,
    "AdaptiveAvgPool3d": F.adaptive_avg_pool3d, "AdaptiveMaxPool1d": F.adaptive_max_pool1d,
    "AdaptiveMaxPool2d": F.adaptive_max_pool2d, "AdaptiveMaxPool3d": F.adaptive_max_pool3d,
    "LocalResponseNorm": F.local_response_norm, "Unflatten": torch.unflatten, "PixelShuffle": F.pixel_shuffle,
    "PixelUnshuffle": F.pixel_unshuffle, "ChannelShuffle": F.channel_shuffle, "Unfold": F.unfold, "Fold": F.fold,
    "Upsample": F.interpolate, "CosineSimilarity": F.cosine_similarity, "PairwiseDistance": F.pairwise_distance,
}  # fmt: skip


def pooled(function: Function) -> Function:
    """The function with its last two arguments in the order of the module's."""
    return lambda x, size, stride, padding, dilation=1, indices=False, ceil=False: function(
        x, size, stride, padding, dilation, ceil, indices
    )


def padded(mode: str) -> Function:
    return lambda x, sides, *value: F.pad(x, sides, mode, *value)


FUNCTIONS: dict[str, Function] = {
    **ALIKE,
    "Softmax2d": functools.partial(F.softmax, dim=1),
    "MaxPool1d": pooled(F.max_pool1d), "MaxPool2d": pooled(F.max_pool2d), "MaxPool3d": pooled(F.max_pool3d),
    "Flatten": lambda x: torch.flatten(x, 1),
    "UpsamplingNearest2d": lambda x, size, scale: F.interpolate(x, size, scale, "nearest"),
    "UpsamplingBilinear2d": lambda x, size, scale: F.interpolate(x, size, scale, "bilinear", True),
    **{f"{name}{n}d": padded(mode) for n in (1, 2, 3) for name, mode in (
        ("ReflectionPad", "reflect"), ("ReplicationPad", "replicate"), ("ZeroPad", "constant"),
        ("ConstantPad", "constant"), ("CircularPad", "circular"))},
    **{name: lambda x, p: x for name in ("Dropout", "AlphaDropout", "Dropout1d", "Dropout2d", "Dropout3d",
                                         "FeatureAlphaDropout")},
}  # fmt: skip


def convolved(name: str) -> Callable[..., Function]:
    """A convolution of the module's weights: sizes are told by these."""
    return lambda weight, bias=None: (
        lambda x, inputs, outputs, sides, *rest, **settings: getattr(F, name)(x, weight, bias, *rest, **settings)
    )


def batch_normed(weight: Any = None, bias: Any = None, running_mean: Any = None, running_var: Any = None, **_: Any):
    return lambda x, count, eps: F.batch_norm(x, running_mean, running_var, weight, bias, False, 0.0, eps)


#: Functions of the module's own parameters and buffers, by their names.
WEIGHTED: dict[str, Callable[..., Function]] = {
    **{f"Conv{n}d": convolved(f"conv{n}d") for n in (1, 2, 3)},
    **{f"ConvTranspose{n}d": convolved(f"conv_transpose{n}d") for n in (1, 2, 3)},
    **{f"BatchNorm{n}d": batch_normed for n in (1, 2, 3)},
    **{f"InstanceNorm{n}d": lambda: lambda x, count, eps: F.instance_norm(x, eps=eps) for n in (1, 2, 3)},
    "LayerNorm": lambda weight, bias: lambda x, shape, *eps: F.layer_norm(x, shape, weight, bias, *eps),
    "RMSNorm": lambda weight: lambda x, shape, *eps: F.rms_norm(x, shape, weight, *eps),
    "GroupNorm": lambda weight, bias: lambda x, groups, count, *eps: F.group_norm(x, groups, weight, bias, *eps),
    "PReLU": lambda weight: lambda x, count: F.prelu(x, weight),
    "Linear": lambda weight, bias=None: lambda x, inputs, outputs: F.linear(x, weight, bias),
    "Bilinear": lambda weight, bias=None: lambda x, y, *sizes: F.bilinear(x, y, weight, bias),
    "Embedding": lambda weight: lambda x, *sizes: F.embedding(x, weight),
    "EmbeddingBag": lambda weight: lambda x, *sizes, mode="mean": F.embedding_bag(x, weight, mode=mode),
}  # fmt: skip
#: What the table of all modules makes with their defaults, or with few settings, made with others.
FURTHER = (
    *made("ELU CELU LeakyReLU Hardshrink Softshrink", 0.3, of=(TABLE,), about="with a setting"),
    *made("GELU", approximate="tanh", of=(TABLE,), about="by tanh"),
    *made("Softplus", 2.0, 3.0, of=(IMAGE,), about="with settings"),
    *made("Hardtanh", -0.2, 0.7, of=(TABLE,), about="with settings"),
    *made("RReLU", 0.2, 0.4, of=(TABLE,), about="with settings"),
    *made("Softmax Softmin LogSoftmax GLU", -2, of=(IMAGE,), about="from behind"),
    *made("MaxPool2d", (2, 3), None, 0, of=(IMAGE,), about="of its kernel"),
    *made("MaxPool1d", 3, 1, 1, 2, of=(SERIES,), about="dilated"),
    *made("AvgPool2d", 3, 2, 1, False, False, 5, of=(IMAGE,), about="with a divisor"),
    *made("LPPool2d", 3.0, 2, 2, True, of=(IMAGE,), about="ceiled"),
    *made("Conv1d", 4, 6, 3, padding="same", dilation=2, of=(SERIES,), about="of the same size"),
    *made("Conv3d", 4, 6, (1, 2, 3), (1, 2, 1), (0, 1, 2), 1, 2, of=(VOLUME,), about="with groups"),
    *made("ConvTranspose1d", 4, 6, 3, 3, 1, 1, 2, bias=False, dilation=2, of=(SERIES,), about="dilated"),
    *made("ConvTranspose3d", 4, 6, 2, (2, 1, 2), 0, (1, 0, 1), 2, of=(VOLUME,), about="with groups"),
    *made("LayerNorm", (7,), 0.3, of=(IMAGE,), about="of one axis"),
    *made("GroupNorm", 4, 4, 0.3, of=(IMAGE,), about="with eps"),
    *made("Linear", 6, 7, bias=False, of=(TABLE,), about="without bias"),
    *made("Bilinear", 6, 3, 7, bias=False, of=((5, 6), (5, 3)), about="without bias"),
    *made("Upsample", (3, 9), mode="area", of=(IMAGE,), about="of areas"),
    *made("Upsample", (11, 5), None, "bilinear", True, of=(IMAGE,), about="with aligned corners"),
    *made("Upsample", None, 1.3, "bicubic", None, True, of=(IMAGE,), about="by its own factor"),
    *made("Unfold", (3, 2), 2, 1, (2, 1), of=(IMAGE,), about="with settings"),
    *made("CosineSimilarity", 0, 9.0, of=modules.PAIR, about="along axis 0"),
    *made("PairwiseDistance", 1.0, 0.1, True, of=modules.PAIR, about="with settings"),
    *made("LocalResponseNorm", 3, 0.2, 0.6, 2.0, of=(IMAGE,), about="with settings"),
)
ROWS = tuple(
    row for row in (*modules.EVERY, *FURTHER)
    if row.name in {*FUNCTIONS, *WEIGHTED} and "padding_mode" not in row.settings
)  # fmt: skip


@rows_of(ROWS)
def test_is_its_function(row, device):
    """{row}, in evaluation, gives the bits of its function, called with its parameters and what it is made with."""
    module, inputs = row.module(device), row.parts(device)
    settings = {name: value for name, value in row.settings.items() if name not in ("bias", "affine")}
    weighted = WEIGHTED.get(row.name)
    function = weighted(**module.state_dict()) if weighted else FUNCTIONS[row.name]
    found, expected = (tensors(result) for result in (module(*inputs), function(*inputs, *row.arguments, **settings)))

    assert len(found) == len(expected)
    for one, wanted in zip(found, expected):
        close(one, array(wanted), device=device)
