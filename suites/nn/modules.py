"""A module of every kind that torch.nn has, with inputs for it: the table of the laws told of every module."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch
import torch.nn as nn

from suites.kit import documents, draw, tensor


class Of(NamedTuple):
    """An input of this shape, whose first axis is that of the batch, of values of this kind."""

    shape: tuple[int, ...]
    kind: str = "normal"

    def array(self, seed: int, dtype: str = "float64") -> np.ndarray:
        rng = np.random.default_rng((seed, *self.shape))
        if self.kind == "classes":
            return rng.integers(0, 3, self.shape)
        if self.kind == "signs":
            return draw.cast(rng.choice((-1.0, 1.0), self.shape), dtype)
        values = rng.uniform(0.1, 0.9, self.shape) if self.kind == "fractions" else rng.standard_normal(self.shape)
        return draw.cast(values, dtype)

    @property
    def floats(self) -> bool:
        return self.kind != "classes"


class Made(NamedTuple):
    """A module by its name and arguments, the inputs it is called with, and what tells it from others of its name."""

    name: str
    arguments: tuple[Any, ...]
    settings: dict[str, Any]
    inputs: tuple[Of, ...]
    about: str = ""

    def __str__(self) -> str:
        return f"{self.name} {self.about}".strip()

    def module(self, device: str, dtype: torch.dtype = torch.float64) -> nn.Module:
        """The module in evaluation, with parameters and buffers that NumPy drew; variances are positive."""
        module = getattr(nn, self.name)(*self.arguments, **self.settings).eval().to(device, dtype)
        for seed, (name, value) in enumerate(module.state_dict().items()):
            if value.is_floating_point():
                drawn = 0.4 * draw.normal(seed, *value.shape)
                drawn = np.abs(drawn) + 0.5 if name.endswith("running_var") else drawn
                value.copy_(tensor(draw.cast(drawn, dtype), device, dtype))
        return module

    def parts(self, device: str, seed: int = 0, dtype: str = "float64") -> tuple[torch.Tensor, ...]:
        """The inputs."""
        return tuple(tensor(of.array(seed + i, dtype), device, dtype if of.floats else None)
                     for i, of in enumerate(self.inputs))  # fmt: skip


def tensors(value: Any) -> list[torch.Tensor]:
    """The tensors in what a module returns."""
    if isinstance(value, torch.Tensor):
        return [value]
    return [found for part in value if part is not None for found in tensors(part)]


def made(names: str, *arguments: Any, of: tuple[Any, ...], about: str = "", **settings: Any) -> tuple[Made, ...]:
    """Modules of several kinds with the same arguments and inputs."""
    inputs = tuple(part if isinstance(part, Of) else Of(part) for part in of)
    return tuple(Made(name, arguments, settings, inputs, about) for name in names.split())


TABLE, SERIES, IMAGE, VOLUME = (5, 6), (3, 4, 9), (3, 4, 6, 7), (2, 4, 4, 5, 6)
PAIR = (Of(TABLE), Of(TABLE))
SEQUENCE, MEMORY = (3, 5, 8), (3, 7, 8)

ACTIVATIONS = (
    *made(
        "ReLU ReLU6 ELU SELU CELU GELU SiLU Mish Softplus Softsign Tanhshrink Hardtanh Hardsigmoid Hardswish "
        "Hardshrink Softshrink LeakyReLU LogSigmoid Sigmoid Tanh RReLU Identity",
        of=((5, 4, 33),),
    ),
    *made("Softmax Softmin LogSoftmax GLU", 1, of=(IMAGE,)),
    *made("Softmax2d", of=(IMAGE,)),
    *made("Threshold", 0.1, 7.0, of=(TABLE,)),
    *made("PReLU", 4, of=(IMAGE,)),
)
WINDOWS = (
    *made("Conv1d", 4, 6, 3, 2, 1, 2, 2, of=(SERIES,)),
    *made("Conv2d", 4, 6, (3, 2), 2, (1, 0), 1, 2, of=(IMAGE,)),
    *made("Conv2d", 4, 6, 3, padding="same", padding_mode="reflect", of=(IMAGE,), about="padded by reflection"),
    *made("Conv2d", 4, 6, 3, padding=(2, 1), padding_mode="circular", of=(IMAGE,), about="padded in a circle"),
    *made("Conv3d", 4, 6, 3, 2, 1, of=(VOLUME,)),
    *made("ConvTranspose1d", 4, 6, 3, 2, 1, 1, 2, of=(SERIES,)),
    *made("ConvTranspose2d", 4, 6, (3, 2), 2, (1, 0), 1, 2, of=(IMAGE,)),
    *made("ConvTranspose3d", 4, 6, 3, 2, 1, 1, of=(VOLUME,)),
    *made("MaxPool1d", 3, 2, 1, 1, False, True, of=(SERIES,)),
    *made("MaxPool2d", (3, 2), 2, 1, of=(IMAGE,)),
    *made("MaxPool3d", 3, 2, 1, of=(VOLUME,)),
    *made("AvgPool1d", 3, 2, 1, True, False, of=(SERIES,)),
    *made("AvgPool2d", (3, 2), 2, 1, True, False, of=(IMAGE,)),
    *made("AvgPool3d", 3, 2, 1, True, False, of=(VOLUME,)),
    *made("LPPool1d", 2.0, 3, 2, of=(SERIES,)),
    *made("LPPool2d", 2.0, (3, 2), 2, of=(IMAGE,)),
    *made("LPPool3d", 2.0, 3, 2, of=(VOLUME,)),
    *made("AdaptiveAvgPool1d AdaptiveMaxPool1d", 5, of=(SERIES,)),
    *made("AdaptiveAvgPool2d AdaptiveMaxPool2d", (4, None), of=(IMAGE,)),
    *made("AdaptiveAvgPool3d AdaptiveMaxPool3d", (2, None, 4), of=(VOLUME,)),
)
PADDING = (
    *made("ReflectionPad1d ReplicationPad1d ZeroPad1d CircularPad1d", (2, 1), of=(SERIES,)),
    *made("ReflectionPad2d ReplicationPad2d ZeroPad2d CircularPad2d", (2, 1, 0, 3), of=(IMAGE,)),
    *made("ReflectionPad3d ReplicationPad3d ZeroPad3d CircularPad3d", (2, 1, 0, 3, 1, 1), of=(VOLUME,)),
    *made("ConstantPad1d", (2, -1), 3.5, of=(SERIES,)),
    *made("ConstantPad2d", (2, 1, 0, 3), 3.5, of=(IMAGE,)),
    *made("ConstantPad3d", (2, 1, 0, -1, 1, 1), 3.5, of=(VOLUME,)),
)
NORMS = (
    *made("BatchNorm1d InstanceNorm1d", 4, 0.1, of=(SERIES,)),
    *made("BatchNorm2d InstanceNorm2d", 4, 0.1, affine=False, of=(IMAGE,)),
    *made("BatchNorm3d InstanceNorm3d", 4, 0.1, of=(VOLUME,)),
    *made("LayerNorm", (6, 7), of=(IMAGE,)),
    *made("RMSNorm", (6, 7), 0.1, of=(IMAGE,)),
    *made("GroupNorm", 2, 4, of=(IMAGE,)),
    *made("LocalResponseNorm", 3, 0.2, of=(IMAGE,)),
)
REARRANGING = (
    *made("Flatten", of=(IMAGE,)),
    *made("Unflatten", 1, (2, 3), of=(TABLE,)),
    *made("PixelShuffle ChannelShuffle", 2, of=(IMAGE,)),
    *made("PixelUnshuffle", 2, of=((3, 4, 6, 8),)),
    *made("Unfold", (3, 2), of=(IMAGE,)),
    *made("Fold", (4, 5), (3, 2), of=((3, 24, 8),)),
    *made("Upsample", None, 1.5, "nearest", of=(SERIES,), about="to the nearest"),
    *made("Upsample", (9, 5), mode="bilinear", of=(IMAGE,), about="bilinear"),
    *made("Upsample", (9, 5), mode="bicubic", align_corners=True, of=(IMAGE,), about="bicubic"),
    *made("UpsamplingNearest2d UpsamplingBilinear2d", None, 2, of=(IMAGE,)),
    *made("Dropout AlphaDropout", 0.7, of=(TABLE,)),
    *made("Dropout1d", 0.7, of=(SERIES,)),
    *made("Dropout2d FeatureAlphaDropout", 0.7, of=(IMAGE,)),
    *made("Dropout3d", 0.7, of=(VOLUME,)),
)
LINEAR = (
    *made("Linear", 6, 7, of=((3, 4, 6),)),
    *made("Bilinear", 6, 3, 7, of=((5, 6), (5, 3))),
    *made("Embedding", 4, 6, of=(Of((5, 3), "classes"),)),
    *made("EmbeddingBag", 4, 6, mode="max", of=(Of((5, 3), "classes"),)),
    *made("CosineSimilarity PairwiseDistance", of=PAIR),
)
RECURRENT = (
    *made("RNN LSTM GRU", 6, 7, 2, batch_first=True, bidirectional=True, of=((3, 5, 6),)),
    *made("LSTM", 6, 7, 2, batch_first=True, proj_size=3, bias=False, of=((3, 5, 6),), about="projected"),
    *made("RNNCell LSTMCell GRUCell", 6, 7, of=((3, 6),)),
)
ATTENTION = (
    *made("MultiheadAttention", 8, 2, batch_first=True, of=(SEQUENCE, MEMORY, MEMORY)),
    *made("MultiheadAttention", 8, 2, batch_first=True, kdim=3, vdim=5, add_bias_kv=True, add_zero_attn=True,
          of=(SEQUENCE, (3, 7, 3), (3, 7, 5)), about="of other sizes"),
    *made("TransformerEncoderLayer", 8, 2, 12, batch_first=True, of=(SEQUENCE,)),
    *made("TransformerEncoderLayer", 8, 2, 12, batch_first=True, norm_first=True, activation="gelu", of=(SEQUENCE,),
          about="norm first"),
    *made("TransformerDecoderLayer", 8, 2, 12, batch_first=True, of=(SEQUENCE, MEMORY)),
    *made("Transformer", 8, 2, 1, 2, 12, batch_first=True, of=(MEMORY, SEQUENCE)),
)  # fmt: skip
CLASSES, SIGNS, ONE_OF = Of(TABLE[:1], "classes"), Of(TABLE, "signs"), Of((5, 6, 3), "classes")
LOSSES = (
    *made("MSELoss L1Loss SmoothL1Loss HuberLoss PoissonNLLLoss", reduction="none", of=PAIR),
    *made("KLDivLoss", reduction="none", of=(Of(TABLE), Of(TABLE, "fractions"))),
    *made("BCELoss", reduction="none", of=(Of(TABLE, "fractions"), Of(TABLE, "fractions"))),
    *made("BCEWithLogitsLoss", reduction="none", of=(Of(TABLE), Of(TABLE, "fractions"))),
    *made("GaussianNLLLoss", reduction="none", of=(*PAIR, Of(TABLE, "fractions"))),
    *made("CrossEntropyLoss NLLLoss MultiMarginLoss", reduction="none", of=(TABLE, CLASSES)),
    *made("CrossEntropyLoss", reduction="none", of=((5, 4, 6, 3), ONE_OF), about="of images"),
    *made("HingeEmbeddingLoss SoftMarginLoss", reduction="none", of=(TABLE, SIGNS)),
    *made("MultiLabelSoftMarginLoss", reduction="none", of=(Of(TABLE), Of(TABLE, "fractions"))),
    *made("MarginRankingLoss", 0.3, reduction="none", of=((5,), (5,), Of((5,), "signs"))),
    *made("CosineEmbeddingLoss", 0.3, reduction="none", of=(*PAIR, Of((5,), "signs"))),
    *made("TripletMarginLoss TripletMarginWithDistanceLoss", reduction="none", of=(*PAIR, TABLE)),
)

EVERY = (
    *ACTIVATIONS, *WINDOWS, *PADDING, *NORMS, *REARRANGING, *LINEAR, *RECURRENT, *ATTENTION, *LOSSES,
)  # fmt: skip
SINCE = {
    "ZeroPad1d": "2.1", "ZeroPad3d": "2.1", "CircularPad1d": "2.1", "CircularPad2d": "2.1", "CircularPad3d": "2.1",
    "RMSNorm": "2.4", "LPPool3d": "2.3",
}  # fmt: skip


def rows_of(
    chosen: tuple[Made, ...], *about: str, since: str | None = None, later: Mapping[str, str] | None = None
) -> pytest.MarkDecorator:
    """A claim about these modules, and what else it is about, from the release that has each and none before those."""

    def first(row: Made) -> str | None:
        releases = (SINCE.get(row.name), (later or {}).get(row.name), since)
        return max(filter(None, releases), default=None, key=lambda release: [int(part) for part in release.split(".")])

    return pytest.mark.parametrize(
        "row",
        [pytest.param(row, id=str(row).replace(" ", "-"),
                      marks=documents(f"torch.nn.{row.name}", *about, since=first(row))) for row in chosen],
    )  # fmt: skip
