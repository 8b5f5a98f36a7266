"""The layers of torch.nn.functional with their formulas and random inputs for them: the table of test_layers.py."""

from __future__ import annotations

from typing import Any, Callable, NamedTuple

import numpy as np
import torch
import torch.nn.functional as F

from reference import activation, attention, convolution, linear, normalization, piecewise, sampling, spatial

Rng = np.random.Generator
Inputs = Callable[[Rng], tuple[tuple[np.ndarray, ...], dict[str, Any]]]


class Layer(NamedTuple):
    """A layer: torch's name of it, torch's call, its formula, what draws (arrays, settings), and what it cancels."""

    name: str
    function: Callable[..., torch.Tensor]
    formula: Callable[..., np.ndarray]
    inputs: Inputs
    about: str = ""
    slack: float = 0.0

    def __str__(self) -> str:
        return f"{self.name} {self.about}".strip()


def side(rng: Rng, low: int = 1, high: int = 5) -> int:
    return int(rng.integers(low, high + 1))


def maybe(rng: Rng, *arrays: np.ndarray) -> tuple[np.ndarray, ...]:
    """The arrays, or one time in three none of them."""
    return arrays if rng.random() < 0.67 else ()


def shape(rng: Rng) -> tuple[int, ...]:
    """One to three sides, the last of which may be longer than a vector register."""
    sides = [side(rng, 2) for _ in range(side(rng, 1, 3))]
    return (*sides[:-1], int(rng.choice((sides[-1], 9, 17, 33))))


def elementwise(**choices: tuple[Any, ...]) -> Inputs:
    """An array of any shape, over several binades, and a choice for each setting."""

    def inputs(rng: Rng):
        x = rng.standard_normal(shape(rng)) * rng.choice((0.5, 2, 6))
        return (x,), {name: options[rng.integers(len(options))] for name, options in choices.items()}

    return inputs


def along(rng: Rng):
    """An array and one of its axes, from either end."""
    x = rng.standard_normal((side(rng, 3), side(rng, 3), int(rng.choice((3, 17, 40)))))
    return (x * rng.choice((1, 3)),), {"axis": int(rng.integers(-3, 3))}


def halves(rng: Rng):
    x = rng.standard_normal((2 * side(rng), 4, 2 * side(rng)))
    return (x,), {"dim": int(rng.choice((0, 1, 2, -1, -3)))}


def slopes(rng: Rng):
    x = rng.standard_normal((side(rng), side(rng, 2), side(rng), side(rng))[: side(rng, 2, 4)])
    return (x, rng.uniform(-0.5, 0.9, 1 if rng.random() < 0.3 else x.shape[1])), {}


def affine(rng: Rng):
    into, out, leading = side(rng, 1, 40), side(rng, 1, 9), [side(rng, 1, 40) for _ in range(side(rng, 0, 2))]
    x, weight = rng.standard_normal((*leading, into)), rng.standard_normal((out, into))
    return (x, weight, *maybe(rng, rng.standard_normal(out))), {}


def options(rng: Rng, dimensions: int, *names: str) -> dict[str, Any]:
    """A stride, a padding and a dilation; the same for all sides or one for each."""
    least = {"stride": 1, "padding": 0, "dilation": 1}
    drawn = {name: tuple(side(rng, least[name], least[name] + 2) for _ in range(dimensions)) for name in names}
    return {name: sizes[0] if dimensions == 1 or rng.random() < 0.5 else sizes for name, sizes in drawn.items()}


def kernels(rng: Rng, dimensions: int, least: int = 5, most: int = 8) -> tuple[np.ndarray, ...]:
    """Images, kernels and perhaps a bias, and the number of groups."""
    groups, per_group, out = int(rng.choice((1, 1, 2, 3))), side(rng, 1, 3), side(rng, 1, 3)
    x = rng.standard_normal((side(rng, 1, 3), groups * per_group, *(side(rng, least, most) for _ in range(dimensions))))
    weight = rng.standard_normal((groups * out, per_group, *(side(rng, 1, 3) for _ in range(dimensions))))
    return (x, weight, *maybe(rng, rng.standard_normal(groups * out))), groups


def convolved(rng: Rng):
    arrays, groups = kernels(rng, 2, least=7, most=10)
    return arrays, {**options(rng, 2, "stride", "padding", "dilation"), "groups": groups}


def images(rng: Rng, low: int = 3, high: int = 9) -> np.ndarray:
    return rng.standard_normal((side(rng, 1, 3), side(rng, 1, 3), side(rng, low, high), side(rng, low, high)))


def resized(rng: Rng):
    """Images and another size, that need not divide theirs."""
    return (images(rng, 1, 7),), {"size": (side(rng, 1, 9), side(rng, 1, 9))}


def offset(x: np.ndarray, rng: Rng) -> np.ndarray:
    """Values of another mean and spread."""
    return x * rng.choice((0.3, 1, 5)) + rng.choice((0, 1, 5))


def features(rng: Rng, x: np.ndarray, *sides: int) -> tuple[tuple[np.ndarray, ...], dict[str, Any]]:
    """Weight and bias of these sides, with an eps; or neither of the two."""
    eps = float(rng.choice((1e-5, 1e-3, 1.0)))
    return (x, *maybe(rng, rng.standard_normal(sides), rng.standard_normal(sides))), {"eps": eps}


def batches(rng: Rng):
    sides = (side(rng, 3, 9), side(rng), *(side(rng, 2, 4) for _ in range(side(rng, 0, 3))))
    return features(rng, offset(rng.standard_normal(sides), rng), sides[1])


def running(rng: Rng):
    (x, *rest), settings = batches(rng)
    mean, var = rng.standard_normal(x.shape[1]), rng.uniform(0.3, 2, x.shape[1])
    return (x, *rest), {**settings, "running_mean": mean, "running_var": var}


def layered(rng: Rng):
    ndim = side(rng, 1, 2)
    sides = (*(side(rng) for _ in range(side(rng, 0, 2))), *(int(rng.choice((3, 5, 17, 33))) for _ in range(ndim)))
    arrays, settings = features(rng, offset(rng.standard_normal(sides), rng), *sides[len(sides) - ndim :])
    return arrays, {**settings, "ndim": ndim}


def grouped(rng: Rng):
    groups, per_group = side(rng, 1, 3), side(rng, 4, 6)  # two values would always become 1 and -1
    sides = (side(rng, 1, 3), groups * per_group, *(side(rng, 2, 4) for _ in range(side(rng, 0, 2))))
    arrays, settings = features(rng, offset(rng.standard_normal(sides), rng), groups * per_group)
    return arrays, {**settings, "groups": groups}


def instances(rng: Rng):
    sides = (side(rng, 1, 3), side(rng), *(side(rng, 3, 5) for _ in range(side(rng, 1, 2))))
    return features(rng, offset(rng.standard_normal(sides), rng), sides[1])


def neighbours(rng: Rng):
    x = rng.standard_normal((2, side(rng, 1, 7), side(rng, 1, 4)))
    return (x,), {"size": side(rng, 1, 5), "alpha": 0.3, "beta": 0.6, "k": 1.5}


def padded(mode: str) -> Inputs:
    """An array and a padding of the last axes, which for constants may be negative and of any axes."""

    def inputs(rng: Rng):
        axes = side(rng, 1, 2)
        x = rng.standard_normal([side(rng, 3, 6) for _ in range(axes + side(rng, 1, 2))])
        amounts = rng.integers(0, 3, 2 * axes)
        if mode == "constant":
            amounts[rng.integers(2 * axes)] = -1
        settings = {"pad": tuple(int(n) for n in amounts), "mode": mode}
        return (x,), {**settings, "value": 2.5} if mode == "constant" else settings

    return inputs


def unfolded(rng: Rng):
    kernel = side(rng, 1, 3), side(rng, 1, 3)
    return (images(rng, 7, 9),), {"kernel": kernel, **options(rng, 2, "stride", "padding", "dilation")}


def folded(rng: Rng):
    size, kernel = (side(rng, 7, 9), side(rng, 7, 9)), (side(rng, 1, 3), side(rng, 1, 3))
    settings = options(rng, 2, "stride", "padding", "dilation")
    columns = spatial.unfold(np.zeros((2, side(rng, 1, 3), *size)), kernel, **settings)
    return (rng.standard_normal(columns.shape),), {"size": size, "kernel": kernel, **settings}


def shuffled(rng: Rng):
    factor, leading = side(rng, 1, 3), [side(rng, 2, 3) for _ in range(side(rng, 0, 1))]
    return (rng.standard_normal((*leading, side(rng, 1, 3) * factor**2, side(rng), side(rng))),), {"factor": factor}


def queries(masked: str = "") -> Inputs:
    """Queries, keys and values of any leading sides; with a mask or causal, and a scale."""

    def inputs(rng: Rng):
        leading = [side(rng, 1, 3) for _ in range(2)]
        rows, columns, size, out = (side(rng, 1, 6) for _ in range(4))
        arrays = tuple(rng.standard_normal((*leading, *s)) for s in ((rows, size), (columns, size), (columns, out)))
        settings: dict[str, Any] = {"is_causal": True} if masked == "causal" else {}
        if masked == "bool":
            seen = rng.random((*leading[: side(rng, 0, 2)][:0], rows, columns)) < 0.6
            seen[..., 0] = True
            settings["mask"] = seen
        if masked == "float":
            arrays = (*arrays, rng.standard_normal((rows, columns)))
        if masked == "scale":
            settings["scale"] = float(rng.choice((0.3, 1.7)))
        return arrays, settings

    return inputs


def weighted(function: Callable[..., torch.Tensor]) -> Callable[..., torch.Tensor]:
    """The normalisation with weight and bias by name."""
    return lambda x, *parameters, **settings: function(x, **settings, **dict(zip(("weight", "bias"), parameters)))


def batch_norm(x, weight=None, bias=None, *, running_mean=None, running_var=None, eps):
    training = running_mean is None
    return F.batch_norm(x, running_mean, running_var, weight, bias, training=training, eps=eps)


def batch_norm_formula(x, weight=None, bias=None, *, running_mean=None, running_var=None, eps):
    training = running_mean is None
    return normalization.batch_norm(x, running_mean, running_var, weight, bias, training=training, eps=eps)


def sdpa(query, key, value, *mask, **settings):
    given = {"attn_mask": mask[0]} if mask else {"attn_mask": settings.pop("mask")} if "mask" in settings else {}
    return F.scaled_dot_product_attention(query, key, value, **given, **settings)


def late(name: str) -> Callable[..., torch.Tensor]:
    """torch's function of that name, looked up when it is called."""
    return lambda *arrays, **settings: getattr(F, name)(*arrays, **settings)


def renamed(function: Callable[..., torch.Tensor], **names: str) -> Callable[..., torch.Tensor]:
    """The function with settings under the names that torch has for them."""
    return lambda *arrays, **settings: function(*arrays, **{names.get(key, key): v for key, v in settings.items()})


ROWS = (
    Layer("relu", F.relu, activation.relu, elementwise()),
    Layer("leaky_relu", F.leaky_relu, activation.leaky_relu, elementwise(negative_slope=(0.01, 0.3, 1.5))),
    Layer("elu", F.elu, activation.elu, elementwise(alpha=(1.0, 0.3, 2.0)), slack=0.2),
    Layer("celu", F.celu, piecewise.celu, elementwise(alpha=(1.0, 0.3, 2.0)), slack=0.2),
    Layer("selu", F.selu, piecewise.selu, elementwise(), slack=0.2),
    Layer("prelu", F.prelu, piecewise.prelu, slopes),
    Layer("silu", F.silu, activation.silu, elementwise()),
    Layer("mish", F.mish, piecewise.mish, elementwise(), slack=1.0),
    Layer("gelu", lambda x: F.gelu(x, approximate="tanh"), piecewise.gelu_tanh, elementwise(), "by tanh", 2.0),
    Layer("logsigmoid", F.logsigmoid, activation.log_sigmoid, elementwise(), slack=1.0),
    Layer("softplus", F.softplus, piecewise.softplus, elementwise(beta=(1.0, 0.5, 3.0), threshold=(20.0, 5.0)), "",
              1.0),
    Layer("softsign", F.softsign, piecewise.softsign, elementwise()),
    Layer("tanhshrink", F.tanhshrink, piecewise.tanhshrink, elementwise(), slack=1.0),
    Layer("hardtanh", F.hardtanh, piecewise.hardtanh, elementwise(min_val=(-1.0, -0.3), max_val=(1.0, 2.5))),
    Layer("relu6", F.relu6, piecewise.relu6, elementwise()),
    Layer("hardsigmoid", F.hardsigmoid, piecewise.hardsigmoid, elementwise(), slack=1.0),
    Layer("hardswish", F.hardswish, piecewise.hardswish, elementwise(), slack=1.0),
    Layer("hardshrink", F.hardshrink, piecewise.hardshrink, elementwise(lambd=(0.5, 1.2))),
    Layer("softshrink", F.softshrink, piecewise.softshrink, elementwise(lambd=(0.5, 1.2)), slack=1.0),
    Layer("threshold", F.threshold, piecewise.threshold, elementwise(threshold=(0.1, -0.4), value=(-7.0, 3.0))),
    Layer("glu", F.glu, piecewise.glu, halves),
    Layer("softmax", renamed(F.softmax, axis="dim"), activation.softmax, along),
    Layer("softmin", renamed(F.softmin, axis="dim"), activation.softmin, along),
    Layer("log_softmax", renamed(F.log_softmax, axis="dim"), activation.log_softmax, along, slack=2.0),
    Layer("linear", F.linear, linear.linear, affine),
    Layer("conv2d", late("conv2d"), convolution.conv2d, convolved),
    Layer("interpolate", F.interpolate, sampling.interpolate, resized, "to the nearest"),
    Layer("pad", F.pad, spatial.pad, padded("constant"), "by a constant"),
    Layer("pad", F.pad, spatial.pad, padded("reflect"), "by reflection"),
    Layer("pad", F.pad, spatial.pad, padded("replicate"), "by replication"),
    Layer("pad", F.pad, spatial.pad, padded("circular"), "in a circle"),
    Layer("unfold", renamed(F.unfold, kernel="kernel_size"), spatial.unfold, unfolded),
    Layer("fold", renamed(F.fold, kernel="kernel_size", size="output_size"), spatial.fold, folded),
    Layer("pixel_shuffle", renamed(F.pixel_shuffle, factor="upscale_factor"), spatial.pixel_shuffle, shuffled),
    Layer("batch_norm", batch_norm, batch_norm_formula, batches, "of the batch"),
    Layer("batch_norm", batch_norm, batch_norm_formula, running, "by running statistics"),
    Layer("layer_norm",
          lambda x, *p, ndim, eps: weighted(F.layer_norm)(x, *p, normalized_shape=x.shape[-ndim:], eps=eps),
          normalization.layer_norm, layered),
    Layer("group_norm", renamed(weighted(F.group_norm), groups="num_groups"), normalization.group_norm, grouped),
    Layer("instance_norm", weighted(F.instance_norm), normalization.instance_norm, instances),
    Layer("local_response_norm", F.local_response_norm, spatial.local_response_norm, neighbours),
    Layer("scaled_dot_product_attention", sdpa, attention.scaled_dot_product_attention, queries()),
    Layer("scaled_dot_product_attention", sdpa, attention.scaled_dot_product_attention, queries("causal"), "causal"),
    Layer("scaled_dot_product_attention", sdpa, attention.scaled_dot_product_attention, queries("bool"),
              "of some keys"),
    Layer("scaled_dot_product_attention", sdpa, attention.scaled_dot_product_attention, queries("float"),
              "with a bias"),
    Layer("scaled_dot_product_attention", sdpa, attention.scaled_dot_product_attention, queries("scale"),
              "with a scale"),
)  # fmt: skip

#: Names that came after torch 1.13, or settings of them.
SINCE = {"scaled_dot_product_attention": "2.0", "scaled_dot_product_attention with a scale": "2.1"}
