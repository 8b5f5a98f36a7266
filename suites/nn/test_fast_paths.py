"""The layers of a transformer by their formula, in every mode: where they record, and where a fast path is open."""

import contextlib
from typing import Any, Callable, NamedTuple

import numpy as np
import pytest
import torch
import torch.nn as nn

from reference import transformer
from reference.activation import gelu, relu
from suites.kit import array, bound, close, documents, draw, tensor

#: Some releases warn of masks that are no booleans, and of paths that they do not take.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")

SIZE, HEADS, HIDDEN, BATCH, LENGTH, MEMORY = 8, 2, 12, 3, 5, 7

#: How a layer is asked: in training (without dropout), in evaluation, and where nothing is recorded.
MODES: dict[str, tuple[bool, Callable[[], contextlib.AbstractContextManager]]] = {
    "training": (True, contextlib.nullcontext),
    "evaluation": (False, contextlib.nullcontext),
    "no_grad": (False, torch.no_grad),
}
SETTINGS: dict[str, dict[str, Any]] = {
    "plain": {},
    "norm first": {"norm_first": True},
    "gelu": {"activation": "gelu", "layer_norm_eps": 1e-2},
    "sequence first": {"batch_first": False},
}
UNBIASED: dict[str, dict[str, Any]] = {"norm last": {"bias": False}, "norm first": {"bias": False, "norm_first": True}}
#: Sums of a few products, a softmax and normalisations; 32 u was the most measured, in any mode.
NEAR = bound.Bound(16, 16.0, signed_zeros=False)

modes = pytest.mark.parametrize("mode", MODES)
evaluating = pytest.mark.parametrize("mode", ["evaluation", "no_grad"])
settings = pytest.mark.parametrize("setting", SETTINGS)


class Mask(NamedTuple):
    """Arguments that hide keys, for torch, and what they add to the scores (N, heads, L, S)."""

    arguments: dict[str, np.ndarray]
    added: np.ndarray

    def to(self, device: str, dtype: torch.dtype) -> dict[str, torch.Tensor]:
        """The arguments as tensors, floating ones of that dtype."""
        return {
            name: tensor(values if values.dtype == bool else draw.cast(values, dtype), device)
            for name, values in self.arguments.items()
        }


def hidden(shape: tuple[int, ...], seed: int) -> np.ndarray:
    """Which keys are hidden; never the first."""
    where = np.random.default_rng(seed).random(shape) < 0.4
    where[..., 0] = False
    return where


def minus_infinity(where: np.ndarray) -> np.ndarray:
    return np.where(where, -np.inf, 0.0)


ROWS, PADDING = hidden((LENGTH, LENGTH), 1), hidden((BATCH, LENGTH), 2)
NUMBERS = draw.cast(draw.normal(3, LENGTH, LENGTH), "float16").astype("float64")
EARLIER = ~np.tri(LENGTH, dtype=bool)


def masks(rows: str, padding: str) -> dict[str, Mask]:
    """Masks under the names that a layer has for them."""
    pad = minus_infinity(PADDING)[:, None, None]
    return {
        "no mask": Mask({}, np.zeros((LENGTH, LENGTH))),
        "bool mask": Mask({rows: ROWS}, minus_infinity(ROWS)),
        "float mask": Mask({rows: NUMBERS}, NUMBERS),
        "causal mask": Mask({rows: minus_infinity(EARLIER)}, minus_infinity(EARLIER)),
        "padding": Mask({padding: PADDING}, pad),
        "float padding": Mask({padding: minus_infinity(PADDING)}, pad),
        "mask and padding": Mask({rows: ROWS, padding: PADDING}, minus_infinity(ROWS) + pad),
    }


def filled(module: nn.Module, seed: int, device: str, dtype: torch.dtype) -> tuple[nn.Module, dict[str, np.ndarray]]:
    """The module with parameters that NumPy drew, and those, in float64."""
    values = {
        name: draw.normal(seed + place, *parameter.shape, dtype=dtype) * np.float32(0.5)
        for place, (name, parameter) in enumerate(module.state_dict().items())
    }
    module = module.to(device, dtype)
    module.load_state_dict({name: tensor(value, device, dtype) for name, value in values.items()})
    return module, {name: value.astype("float64") for name, value in values.items()}


def asked(module: nn.Module, mode: str, *inputs: torch.Tensor, **arguments: Any) -> Any:
    """What the module answers in a mode."""
    training, context = MODES[mode]
    with context():
        return module.train(training)(*inputs, **arguments)


def turned(x: np.ndarray, setting: str) -> np.ndarray:
    """The array as the layer wants it: batch or sequence first."""
    return x if SETTINGS[setting].get("batch_first", True) else x.swapaxes(0, 1).copy()


def in_formula(given: dict[str, Any]) -> dict[str, Any]:
    """The settings under the names of the reference."""
    return {"heads": HEADS, "norm_first": given.get("norm_first", False), "eps": given.get("layer_norm_eps", 1e-5),
            "activation": {"gelu": gelu}.get(given.get("activation"), relu)}  # fmt: skip


@documents("torch.nn.TransformerEncoderLayer")
@pytest.mark.dtypes(torch.float32)
@modes
@settings
@pytest.mark.parametrize("masked", masks("", ""))
def test_encoder_layer_is_its_formula(masked, setting, mode, dtype, device):
    """TransformerEncoderLayer is its formula whether it records or may take its fast path, under any mask."""
    layer = nn.TransformerEncoderLayer(SIZE, HEADS, HIDDEN, 0.0, **{"batch_first": True, **SETTINGS[setting]})
    layer, values = filled(layer, 10, device, dtype)
    mask, x = masks("src_mask", "src_key_padding_mask")[masked], draw.normal(5, BATCH, LENGTH, SIZE, dtype=dtype)

    found = asked(layer, mode, tensor(turned(x, setting), device), **mask.to(device, dtype))

    expected = transformer.encoder_layer(x.astype("float64"), values, mask=mask.added, **in_formula(SETTINGS[setting]))
    close(found, turned(expected, setting), NEAR, dtype=dtype, device=device)


@documents("torch.nn.TransformerEncoderLayer", since="2.1")
@evaluating
@pytest.mark.parametrize("setting", UNBIASED)
def test_encoder_layer_needs_no_bias(setting, mode, dtype, device):
    """TransformerEncoderLayer with bias=False is its formula without the additive biases, in evaluation."""
    layer = nn.TransformerEncoderLayer(SIZE, HEADS, HIDDEN, 0.0, batch_first=True, **UNBIASED[setting])
    layer, values = filled(layer, 10, device, dtype)
    x = draw.normal(5, BATCH, LENGTH, SIZE, dtype=dtype)

    found = asked(layer, mode, tensor(x, device))

    assert not any("bias" in name for name in values)
    expected = transformer.encoder_layer(x.astype("float64"), values, **in_formula(UNBIASED[setting]))
    close(found, expected, NEAR, dtype=dtype, device=device)


@documents("torch.nn.TransformerDecoderLayer")
@evaluating
@settings
@pytest.mark.parametrize("masked", masks("", ""))
@pytest.mark.dtypes(torch.float64)
def test_decoder_layer_is_its_formula(masked, setting, mode, dtype, device):
    """TransformerDecoderLayer is its formula in every mode, under any mask of its own sequence."""
    layer = nn.TransformerDecoderLayer(SIZE, HEADS, HIDDEN, 0.0, **{"batch_first": True, **SETTINGS[setting]})
    layer, values = filled(layer, 30, device, dtype)
    mask = masks("tgt_mask", "tgt_key_padding_mask")[masked]
    x, memory = draw.normal(5, BATCH, LENGTH, SIZE, dtype=dtype), draw.normal(6, BATCH, MEMORY, SIZE, dtype=dtype)
    behind = hidden((LENGTH, MEMORY), 7)

    inputs = [tensor(turned(values, setting), device) for values in (x, memory)]
    found = asked(layer, mode, *inputs, memory_mask=tensor(behind, device), **mask.to(device, dtype))

    wide = (x.astype("float64"), memory.astype("float64"))
    expected = transformer.decoder_layer(*wide, values, mask=mask.added, memory_mask=minus_infinity(behind),
                                         **in_formula(SETTINGS[setting]))  # fmt: skip
    close(found, turned(expected, setting), NEAR, dtype=dtype, device=device)


@documents("torch.nn.TransformerEncoder")
@pytest.mark.dtypes(torch.float32)
@modes
@pytest.mark.parametrize("nested", [True, False], ids=["nested", "padded"])
@pytest.mark.parametrize("masked", ["no mask", "bool mask", "float mask", "causal mask", "padding", "mask and padding"])
def test_encoder_is_its_layers_in_turn(masked, nested, mode, dtype, device):
    """TransformerEncoder is its layers one after another, then its norm, where no padding is, nested inside or not."""
    norm = nn.LayerNorm(SIZE)
    layer = nn.TransformerEncoderLayer(SIZE, HEADS, HIDDEN, 0.0, batch_first=True)
    encoder, values = filled(nn.TransformerEncoder(layer, 2, norm, enable_nested_tensor=nested), 50, device, dtype)
    mask, x = masks("mask", "src_key_padding_mask")[masked], draw.normal(5, BATCH, LENGTH, SIZE, dtype=dtype)

    found = asked(encoder, mode, tensor(x, device), **mask.to(device, dtype))

    y = x.astype("float64")
    for number in range(2):
        y = transformer.encoder_layer(y, transformer.part(values, f"layers.{number}."), heads=HEADS, mask=mask.added)
    expected, seen = transformer.normalised(y, values, "norm", 1e-5), ~PADDING if "padding" in masked else ...
    close(array(found)[seen], expected[seen], NEAR, dtype=dtype)


@documents("torch.nn.Transformer", "torch.nn.TransformerDecoder")
@pytest.mark.dtypes(torch.float64)
@modes
@pytest.mark.parametrize("alone", [True, False], ids=["decoder", "transformer"])
def test_decoder_is_its_layers_in_turn(alone, mode, dtype, device):
    """TransformerDecoder is its layers one after another, then its norm, each of the same memory; Transformer is a
    decoder of what an encoder makes of the source.
    """
    whole = nn.Transformer(SIZE, HEADS, 1, 2, HIDDEN, 0.0, batch_first=True)
    whole, values = filled(whole, 110, device, dtype)
    mask, behind = masks("tgt_mask", "tgt_key_padding_mask")["mask and padding"], hidden((LENGTH, MEMORY), 7)
    x, source = draw.normal(5, BATCH, LENGTH, SIZE), draw.normal(6, BATCH, MEMORY, SIZE)
    inputs = (tensor(x, device), tensor(source, device))
    inputs, module = (inputs, whole.decoder) if alone else (inputs[::-1], whole)
    found = asked(module, mode, *inputs, memory_mask=tensor(behind, device), **mask.to(device, dtype))

    memory, y = source if alone else encoded(source, values), x
    for number in range(2):
        weights = transformer.part(values, f"decoder.layers.{number}.")
        y = transformer.decoder_layer(
            y, memory, weights, heads=HEADS, mask=mask.added, memory_mask=minus_infinity(behind)
        )
    close(found, transformer.normalised(y, values, "decoder.norm", 1e-5), NEAR, dtype=dtype, device=device)


def encoded(source: np.ndarray, values: dict[str, np.ndarray]) -> np.ndarray:
    """What a Transformer's encoder of one layer makes of the source."""
    layer = transformer.part(values, "encoder.layers.0.")
    return transformer.normalised(transformer.encoder_layer(source, layer, heads=HEADS), values, "encoder.norm", 1e-5)


class Heads(NamedTuple):
    """Settings of a MultiheadAttention, and the sizes of its keys and values."""

    settings: dict[str, Any]
    keys: int = SIZE
    values: int = SIZE


HEADED = {
    "plain": Heads({}),
    "no bias": Heads({"bias": False}),
    "odd heads": Heads({"num_heads": 1}),
    "other keys": Heads({"kdim": 6, "vdim": 4}, 6, 4),
    "bias of keys": Heads({"add_bias_kv": True}),
    "zero attention": Heads({"add_zero_attn": True}),
    "both, no bias": Heads({"add_zero_attn": True, "add_bias_kv": True, "bias": False}),
}


@documents("torch.nn.MultiheadAttention")
@pytest.mark.dtypes(torch.float32)
@evaluating
@pytest.mark.parametrize("alike", [True, False], ids=["self", "cross"])
@pytest.mark.parametrize("masked", ["no mask", "bool mask", "float mask", "padding", "mask and padding"])
@pytest.mark.parametrize("headed", HEADED)
def test_attention_is_its_formula(headed, masked, alike, mode, dtype, device):
    """MultiheadAttention is its formula for every setting in every mode, of a sequence over itself or another."""
    settings, keys, values_size = HEADED[headed]
    settings = {"num_heads": HEADS, "batch_first": True, **settings}
    module, values = filled(nn.MultiheadAttention(SIZE, **settings), 70, device, dtype)
    mask = masks("attn_mask", "key_padding_mask")[masked]
    q, k, v = (draw.normal(5 + i, BATCH, LENGTH, size, dtype=dtype) for i, size in enumerate((SIZE, keys, values_size)))
    q, k, v = (q, q, q) if alike and keys == values_size == SIZE else (q, k, v)

    inputs = [tensor(x, device) for x in (q, k, v)]
    inputs = [inputs[0]] * 3 if k is q else inputs
    found, weights = asked(module, mode, *inputs, **mask.to(device, dtype), average_attn_weights=False)

    wide = (x.astype("float64") for x in (q, k, v))
    known = {"heads": settings["num_heads"], "add_zero_attn": settings.get("add_zero_attn", False)}
    expected, shares = transformer.attention(*wide, values, mask=mask.added, **known)
    close(found, expected, NEAR, dtype=dtype, device=device)
    close(weights, shares, NEAR, dtype=dtype, device=device)
