"""The algorithms of torch.optim beside their formulas: their options, their implementations, and the path of a walk."""

from __future__ import annotations

import functools
import inspect
import itertools
from collections.abc import Iterator
from typing import Any, Callable, NamedTuple

import numpy as np
import pytest
import torch

from reference import adaptive, optimizer
from suites.kit import array, bound, documents, draw, dtypes, since, tensor

STEPS = 20
Options = dict[str, Any]

#: Parameters that each walk moves: no dimension, one element, rows that are columns in memory, more
#: than a vector register. Larger ones start threads that wait for each other on a busy machine; see LARGE.
SAMPLES = (
    draw.Sample((), 1),
    draw.Sample((1,), 2),
    draw.Sample((5, 3), 3, layout="transposed"),
    draw.Sample((3, 11), 5),
)

#: A parameter of many elements, and one of none.
LARGE = (draw.Sample((0, 3), 6), draw.Sample((37, 129), 7))

#: How each implementation is asked for.
IMPLEMENTATIONS: dict[str, Options] = {
    "loop": {"foreach": False},
    "foreach": {"foreach": True},
    "fused": {"fused": True},
}
ALL = ("loop", "foreach", "fused")
UNFUSED = ("loop", "foreach")


class Algorithm(NamedTuple):
    """An optimizer, its formula, values of its options to combine, its implementations, what it refuses."""

    name: str
    formula: Callable[..., tuple[np.ndarray, dict[str, Any]]]
    options: dict[str, tuple[Any, ...]]
    implementations: tuple[str, ...] = UNFUSED
    refuses: Callable[[Options], bool] = lambda options: False

    def __str__(self) -> str:
        return self.name

    def combinations(self) -> Iterator[Options]:
        """All combinations of the options that the algorithm does not refuse."""
        named = {name: values for name, values in self.options.items() if has_option(self.name, name)}
        for values in itertools.product(*named.values()):
            options = dict(zip(named, values))
            if not self.refuses(options):
                yield options


class Variant(NamedTuple):
    """An algorithm in one implementation."""

    algorithm: Algorithm
    implementation: str

    def __str__(self) -> str:
        option = "".join(f"{name}={value}" for name, value in IMPLEMENTATIONS[self.implementation].items())
        return f"{self.algorithm.name} with {option}"

    def optimizer(self, parameters: Any, **options: Any) -> torch.optim.Optimizer:
        """The optimizer for these parameters."""
        return getattr(torch.optim, self.algorithm.name)(parameters, **IMPLEMENTATIONS[self.implementation], **options)

    @property
    def steps(self) -> int:
        """How far to walk; fused kernels share their work among threads, however little it is, and take long."""
        return 6 if self.implementation == "fused" else STEPS

    def allowed(self, lengths: np.ndarray, dtype: dtypes.DType) -> bound.Bound:
        """How far from its formula the variant may be after each step."""
        return coarsely(lengths, dtype) if self in coarse() else accumulated(lengths)

    @property
    def busiest(self) -> Options:
        """The last combination of options: the one with the most going on."""
        return list(self.algorithm.combinations())[-1]

    @property
    def falling(self) -> Options:
        """The same without maximize, which takes the negated gradient and thus a copy."""
        return {name: value for name, value in self.busiest.items() if name != "maximize"}

    @property
    def bare(self) -> Options:
        """The first combination with the most going on that takes no copy of the gradient: no decay, no maximize."""
        plain = (c for c in self.algorithm.combinations() if not (c.get("weight_decay") or c.get("maximize")))
        return max(plain, key=lambda options: sum(map(bool, options.values())))


def has_option(name: str, option: str) -> bool:
    """Whether the optimizer documents the option: all of those here since 2.6, fewer before."""
    return since("2.6") or option in inspect.signature(getattr(torch.optim, name)).parameters


BOTH = (False, True)
DECAY = {"weight_decay": (0.0, 0.1), "maximize": BOTH}
MOMENTS = {"lr": (0.05,), "betas": ((0.8, 0.95),), "eps": (1e-3,)}

ALGORITHMS = (
    Algorithm(
        "SGD",
        optimizer.sgd,
        {"lr": (0.05,), "momentum": (0.0, 0.9), "dampening": (0.0, 0.3), "nesterov": BOTH, **DECAY},
        ALL,
        refuses=lambda options: options["nesterov"] and (options["momentum"] == 0 or options["dampening"] != 0),
    ),
    Algorithm("Adam", optimizer.adam, {**MOMENTS, "amsgrad": BOTH, **DECAY}, ALL),
    Algorithm("AdamW", optimizer.adamw, {**MOMENTS, "amsgrad": BOTH, **DECAY}, ALL),
    Algorithm(
        "RMSprop",
        optimizer.rmsprop,
        {"lr": (0.05,), "alpha": (0.9,), "eps": (1e-3,), "momentum": (0.0, 0.5), "centered": BOTH, **DECAY},
    ),
    Algorithm(
        "Adagrad",
        adaptive.adagrad,
        {"lr": (0.05,), "lr_decay": (0.0, 0.2), "initial_accumulator_value": (0.0, 0.3), "eps": (1e-3,), **DECAY},
        ALL,
    ),
    Algorithm("Adadelta", adaptive.adadelta, {"lr": (0.5,), "rho": (0.7,), "eps": (1e-3,), **DECAY}),
    Algorithm("Adamax", adaptive.adamax, {**MOMENTS, **DECAY}),
    Algorithm(
        "NAdam", adaptive.nadam, {**MOMENTS, "momentum_decay": (0.1,), "decoupled_weight_decay": BOTH, **DECAY}
    ),
    Algorithm("RAdam", adaptive.radam, {**MOMENTS, "decoupled_weight_decay": BOTH, **DECAY}),
    Algorithm(
        "Rprop",
        adaptive.rprop,
        {"lr": (0.05,), "etas": ((0.5, 1.2), (0.3, 1.7)), "step_sizes": ((0.02, 0.2), (1e-6, 50)), "maximize": BOTH},
    ),
)  # fmt: skip

#: Averaged SGD, for which no formula is documented.
ASGD = Algorithm("ASGD", adaptive.asgd, {"lr": (0.05,), "lambd": (0.01,), "t0": (5.0,), **DECAY})

VARIANTS = tuple(Variant(algorithm, name) for algorithm in (*ALGORITHMS, ASGD) for name in algorithm.implementations)


def coarse() -> tuple[Variant, ...]:
    """Those that keep a coefficient in float32 whatever the parameters are; one of them did before 2.1."""
    names = ("NAdam", "ASGD") if since("2.1") else ("NAdam", "ASGD", "Adagrad")
    return tuple(variant for variant in VARIANTS if variant.algorithm.name in names)


def over(variants: tuple[Variant, ...], young: tuple[str, ...] = ()) -> pytest.MarkDecorator:
    """Run a claim over variants; the CPU has fused ones since 2.4, and the ``young`` what the claim is about."""
    rows = [
        pytest.param(
            variant,
            marks=documents(
                f"torch.optim.{variant.algorithm.name}",
                since="2.4" if variant.implementation == "fused" or variant.algorithm.name in young else None,
            ),
            id=f"{variant.algorithm.name}-{variant.implementation}",
        )
        for variant in variants
    ]
    return pytest.mark.parametrize("row", rows)


every_variant = over(VARIANTS)


Samples = tuple[draw.Sample, ...]


def start(dtype: dtypes.DType = "float64", samples: Samples = SAMPLES) -> list[np.ndarray]:
    """Where the parameters of a walk are at first."""
    return [sample(dtype) for sample in samples]


@functools.cache
def slopes(dtype: dtypes.DType = "float64", samples: Samples = SAMPLES, steps: int = STEPS) -> list[list[np.ndarray]]:
    """A gradient for each step and parameter: of many sizes and either sign, some of them zero, some always."""
    rng = np.random.default_rng(0)
    return [[_slope(rng, sample, dtype) for sample in samples] for _ in range(steps)]


def _slope(rng: np.random.Generator, sample: draw.Sample, dtype: dtypes.DType) -> np.ndarray:
    values = rng.standard_normal(sample.shape) * 2.0 ** rng.integers(-6, 4, sample.shape)
    values = np.where(rng.random(sample.shape) < 0.2, 0.0, values)
    if values.size > 1:
        values.flat[-1] = 0.0
    return draw.laid_out(draw.cast(values, dtype), sample.layout)


def leaves(arrays: list[np.ndarray], device: str) -> list[torch.Tensor]:
    """The arrays as tensors that require grad."""
    return [tensor(values, device).requires_grad_() for values in arrays]


def give(parameters: list[torch.Tensor], gradients: list[np.ndarray]) -> None:
    """Set the gradients of the parameters."""
    for parameter, gradient in zip(parameters, gradients):
        parameter.grad = tensor(gradient, str(parameter.device))


def flat(tensors: list[torch.Tensor]) -> np.ndarray:
    """All elements in one row."""
    return np.concatenate([array(values).ravel() for values in tensors])


def walk(
    optimizer: torch.optim.Optimizer, parameters: list[torch.Tensor], gradients: list[list[np.ndarray]]
) -> np.ndarray:
    """Where the parameters are after each step along the gradients."""
    places = []
    for step in gradients:
        give(parameters, step)
        optimizer.step()
        places.append(flat(parameters))
    return np.stack(places)


def formula_walk(
    algorithm: Algorithm, arrays: list[np.ndarray], gradients: list[list[np.ndarray]], **options: Any
) -> tuple[np.ndarray, np.ndarray]:
    """Where the formula puts the parameters after each step, in float64, and how far they went to get there."""
    place, state = flatten(arrays), {}
    places = [place]
    for step in gradients:
        place, state = algorithm.formula(place, flatten(step), state, **options)
        places.append(place)
    lengths = np.abs(places[0]) + np.cumsum(np.abs(np.diff(places, axis=0)), axis=0)
    return np.stack(places[1:]), lengths


def flatten(arrays: list[np.ndarray]) -> np.ndarray:
    """All elements in one row, in float64."""
    return np.concatenate([values.ravel() for values in arrays]).astype("float64")


def accumulated(lengths: np.ndarray) -> bound.Bound:
    """8 u of the length of the path for each step taken; half of it was the most measured in any algorithm."""
    return bound.Bound(8.0 * np.arange(1, len(lengths) + 1)[:, None], lengths, signed_zeros=False)


def coarsely(lengths: np.ndarray, dtype: dtypes.DType) -> bound.Bound:
    """The same with the unit of float32 in any dtype."""
    factor, lengths, signed = accumulated(lengths)
    return bound.Bound(factor * dtypes.unit("float32") / dtypes.unit(dtype), lengths, signed)
