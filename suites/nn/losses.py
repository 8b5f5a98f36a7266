"""The losses of torch.nn with their formulas and random inputs for them: the table of test_loss.py."""

from __future__ import annotations

from typing import Any, Callable, NamedTuple

import numpy as np

from reference import classification, loss, similarity

Rng = np.random.Generator


class Loss(NamedTuple):
    """A loss: its function, its module, its formula, what draws (arrays, constants, settings), and what it cancels."""

    function: str
    module: str
    formula: Callable[..., np.ndarray]
    inputs: Callable[[Rng], tuple[tuple[np.ndarray, ...], dict[str, np.ndarray], dict[str, Any]]]
    about: str = ""
    slack: float = 1.0

    def __str__(self) -> str:
        return f"{self.function} {self.about}".strip()


def shape(rng: Rng) -> tuple[int, ...]:
    """Of 5 to 39 rows, so that not all cancel, and 3 to 8 columns; one in three has a third axis."""
    return tuple(int(n) for n in (rng.integers(5, 40), rng.integers(3, 9), rng.integers(1, 4)))[: rng.choice((2, 2, 3))]


def pair(rng: Rng, **settings: Any):
    """Two arrays of one shape, a few elements of which are far apart."""
    sides = shape(rng)
    return (rng.standard_normal(sides) * rng.choice((0.3, 1, 3, 30)), rng.standard_normal(sides)), {}, settings


def signs(rng: Rng, sides: tuple[int, ...]) -> np.ndarray:
    """1 and -1."""
    return rng.choice((-1.0, 1.0), sides)


def smooth(rng: Rng):
    return pair(rng, beta=float(rng.choice((0.0, 0.25, 0.5, 1.0, 3.0))))


def huber(rng: Rng):
    return pair(rng, delta=float(rng.choice((0.25, 0.5, 1.0, 3.0))))


def scales(rng: Rng, sides: tuple[int, ...]) -> np.ndarray:
    """Weights for the last axis, for each row, or for each element."""
    shapes = (sides[-1:], (sides[0], *(1 for _ in sides[1:])), sides)
    return rng.uniform(0.1, 3, shapes[rng.integers(3)])


def probabilities(rng: Rng):
    sides = shape(rng)
    weight = scales(rng, sides) if rng.random() < 0.6 else None
    return (rng.uniform(0.05, 0.95, sides),), {"target": rng.uniform(0, 1, sides)}, {"weight": weight}


def logits(rng: Rng):
    sides = shape(rng)
    weights = {name: scales(rng, sides) for name in ("weight", "pos_weight") if rng.random() < 0.6}
    x = rng.standard_normal(sides) * rng.choice((1, 5))
    return (x,), {"target": rng.choice((0.0, 1.0, 0.3), sides)}, weights


def classes(rng: Rng, sides: tuple[int, ...]) -> tuple[np.ndarray, dict[str, Any]]:
    """Class indices, some of which are ignored, and class weights."""
    count = sides[1]
    settings: dict[str, Any] = {"weight": rng.uniform(0.1, 3, count)} if rng.random() < 0.6 else {}
    target = rng.integers(0, count, (sides[0], *sides[2:]))
    ignored = int(rng.choice((-100, 0, count - 1, -1)))
    if rng.random() < 0.6:
        target[rng.random(target.shape) < 0.3] = ignored
        settings["ignore_index"] = ignored
    target.flat[0] = 1 if ignored != 1 else 0
    return target, settings


def indices(rng: Rng):
    """One target for each row."""
    sides = shape(rng)[:2]
    target, settings = classes(rng, sides)
    return (rng.standard_normal(sides) * rng.choice((1, 4)),), {"target": target}, settings


def ignored(rng: Rng):
    """One target for each row, some of which are ignored, and no weights."""
    sides = shape(rng)[:2]
    target = rng.integers(1, sides[1], sides[0])
    target[1 : 2 + rng.integers(sides[0] - 2)] = place = int(rng.choice((-100, 0)))
    return (rng.standard_normal(sides),), {"target": target}, {"ignore_index": place}


def images(rng: Rng):
    """One target for each pixel, in two dimensions or three."""
    sides = (int(rng.integers(1, 5)), *(int(n) for n in rng.integers(2, 5, rng.choice((2, 3, 4)))))
    target, settings = classes(rng, sides)
    return (rng.standard_normal(sides),), {"target": target}, settings


def trained(draws: Callable[[Rng], Any]) -> Callable[[Rng], Any]:
    """The same with a target of which a gradient is asked too."""

    def inputs(rng: Rng):
        (x,), constants, settings = draws(rng)
        return (x, constants["target"]), {}, settings

    return inputs


def alone(rng: Rng):
    """One sample without a batch, and its class."""
    count = int(rng.integers(3, 9))
    settings: dict[str, Any] = {"weight": rng.uniform(0.1, 3, count)} if rng.random() < 0.6 else {}
    return (rng.standard_normal(count) * 2,), {"target": np.array(rng.integers(0, count))}, settings


def mixed(rng: Rng):
    """One sample without a batch, and the probabilities of its classes."""
    (x,), _, settings = alone(rng)
    target = rng.uniform(0.05, 1, len(x))
    return (x, target / target.sum()), {}, settings


def many(rng: Rng):
    """More classes than a byte can count, for rows or for pixels."""
    sides = (3, int(rng.integers(257, 1100)), *(2, 1)[: rng.choice((0, 2))])
    settings: dict[str, Any] = {"weight": rng.uniform(0.1, 3, sides[1])} if rng.random() < 0.5 else {}
    target = rng.integers(0, sides[1], (sides[0], *sides[2:]))
    target.flat[:2] = 255, sides[1] - 1
    return (rng.standard_normal(sides) * 2,), {"target": target}, settings


def logarithms(draws: Callable[[Rng], Any]) -> Callable[[Rng], Any]:
    """The same with logarithms of probabilities."""

    def inputs(rng: Rng):
        (x,), constants, settings = draws(rng)
        return (x - np.log(np.exp(x).sum(min(1, x.ndim - 1), keepdims=True)),), constants, settings

    return inputs


def smoothed(draws: Callable[[Rng], Any]) -> Callable[[Rng], Any]:
    """The same with smoothed labels."""

    def inputs(rng: Rng):
        arrays, constants, settings = draws(rng)
        return arrays, constants, {**settings, "label_smoothing": float(rng.choice((0.1, 0.5, 0.9)))}

    return inputs


def mixtures(rng: Rng):
    """Probabilities of classes as targets."""
    sides = shape(rng)
    target = rng.uniform(0.05, 1, sides)
    settings: dict[str, Any] = {"weight": rng.uniform(0.1, 3, sides[1])} if rng.random() < 0.6 else {}
    settings["label_smoothing"] = float(rng.choice((0.0, 0.3)))
    return (rng.standard_normal(sides) * 2, target / target.sum(1, keepdims=True)), {}, settings


def distributions(rng: Rng):
    """Logarithms of probabilities, and probabilities of which some are 0."""
    sides = shape(rng)
    return (np.log(rng.uniform(0.05, 1, sides)),), {"target": rng.uniform(0, 1, sides) * rng.integers(0, 2, sides)}, {}


def divided(rng: Rng):
    """The same without zeros, at which the slope for the target is infinite."""
    sides = shape(rng)
    return (np.log(rng.uniform(0.05, 1, sides)),), {"target": rng.uniform(0.1, 1, sides)}, {}


def logarithmic(rng: Rng):
    sides = shape(rng)
    return (np.log(rng.uniform(0.05, 1, sides)), np.log(rng.uniform(0.05, 1, sides))), {}, {"log_target": True}


def counts(rng: Rng):
    sides = shape(rng)
    log_input, full = bool(rng.integers(2)), bool(rng.integers(2))
    x = rng.standard_normal(sides) if log_input else rng.uniform(0.1, 4, sides)
    settings = {"log_input": log_input, "full": full, "eps": float(rng.choice((1e-8, 0.3)))}
    return (x,), {"target": rng.integers(0, 6, sides).astype(float)}, settings


def rates(rng: Rng):
    """The same with targets between the numbers that can be counted, all beyond 1."""
    (x,), constants, settings = counts(rng)
    return (x,), {"target": constants["target"] + 1.5}, settings


def normals(rng: Rng):
    (x, target), _, _ = pair(rng)
    shapes = (x.shape, (*x.shape[:-1], 1), x.shape[:-1])
    settings = {"full": bool(rng.integers(2)), "eps": float(rng.choice((1e-6, 0.7)))}
    return (x, target, rng.uniform(0.2, 3, shapes[rng.integers(3)])), {}, settings


def hinge(rng: Rng):
    sides = shape(rng)
    return (rng.uniform(0.1, 3, sides),), {"target": signs(rng, sides)}, {"margin": float(rng.choice((0.5, 1.0, 2.0)))}


def ranking(rng: Rng):
    sides = shape(rng)[:1]
    arrays = rng.standard_normal((2, *sides))
    return (arrays[0], arrays[1]), {"target": signs(rng, sides)}, {"margin": float(rng.choice((0.0, 0.5)))}


def signed(rng: Rng):
    sides = shape(rng)
    return (rng.standard_normal(sides) * 3,), {"target": signs(rng, sides)}, {}


def angles(rng: Rng):
    sides = shape(rng)[:2]
    arrays = 100 * rng.standard_normal((2, *sides))  # long: what guards the division by short ones is not documented
    return (arrays[0], arrays[1]), {"target": signs(rng, sides[:1])}, {"margin": float(rng.choice((0.0, 0.3, -0.3)))}


def triplets(rng: Rng):
    sides = (*shape(rng)[:1], 5)
    settings = {"margin": float(rng.choice((0.5, 1.0, 2.0))), "p": float(rng.choice((1.0, 2.0, 3.0))),
                "swap": bool(rng.integers(2)), "eps": float(rng.choice((1e-6, 0.3)))}  # fmt: skip
    return tuple(rng.standard_normal((3, *sides))), {}, settings


def margins(rng: Rng):
    sides = shape(rng)[:2]
    settings: dict[str, Any] = {"weight": rng.uniform(0.1, 3, sides[1])} if rng.random() < 0.6 else {}
    settings.update(p=int(rng.choice((1, 2))), margin=float(rng.choice((0.5, 1.0, 2.0))))
    return (rng.standard_normal(sides),), {"target": rng.integers(0, sides[1], sides[0])}, settings


def several(rng: Rng):
    """Several targets in each row, then -1, then what is not looked at."""
    sides = shape(rng)[:2]
    target = np.array([rng.permutation(sides[1]) for _ in range(sides[0])])
    target[np.arange(sides[0]), rng.integers(0, sides[1], sides[0])] = -1
    return (rng.standard_normal(sides),), {"target": target}, {}


def lone(draws: Callable[[Rng], Any]) -> Callable[[Rng], Any]:
    """The first sample of a batch, without a batch."""

    def inputs(rng: Rng):
        (x,), constants, settings = draws(rng)
        return (x[0],), {name: np.asarray(values[0]) for name, values in constants.items()}, settings

    return inputs


def labels(rng: Rng):
    sides = shape(rng)[:2]
    settings = {"weight": rng.uniform(0.1, 3, sides[1])} if rng.random() < 0.6 else {}
    return (rng.standard_normal(sides) * 3,), {"target": rng.choice((0.0, 1.0), sides)}, settings


ROWS = (
    Loss("mse_loss", "MSELoss", loss.mse_loss, pair),
    Loss("l1_loss", "L1Loss", loss.l1_loss, pair),
    Loss("smooth_l1_loss", "SmoothL1Loss", loss.smooth_l1_loss, smooth, slack=1.0),
    Loss("huber_loss", "HuberLoss", loss.huber_loss, huber, slack=1.0),
    Loss("binary_cross_entropy", "BCELoss", loss.binary_cross_entropy, probabilities, slack=1.0),
    Loss("binary_cross_entropy_with_logits", "BCEWithLogitsLoss", loss.binary_cross_entropy_with_logits, logits,
         slack=8.0),
    Loss("binary_cross_entropy", "BCELoss", loss.binary_cross_entropy, trained(probabilities), "of a trained target",
         1.0),
    Loss("binary_cross_entropy_with_logits", "BCEWithLogitsLoss", loss.binary_cross_entropy_with_logits,
         trained(logits), "of a trained target", 8.0),
    Loss("nll_loss", "NLLLoss", classification.nll_loss, logarithms(indices), slack=2.0),
    Loss("nll_loss", "NLLLoss", classification.nll_loss, logarithms(ignored), "of some targets", 2.0),
    Loss("nll_loss", "NLLLoss", classification.nll_loss, logarithms(images), "of images", 2.0),
    Loss("nll_loss", "NLLLoss", classification.nll_loss, logarithms(alone), "of one sample", 2.0),
    Loss("nll_loss", "NLLLoss", classification.nll_loss, logarithms(many), "of many classes", 2.0),
    Loss("cross_entropy", "CrossEntropyLoss", classification.cross_entropy, indices, slack=4.0),
    Loss("cross_entropy", "CrossEntropyLoss", classification.cross_entropy, ignored, "of some targets", 4.0),
    Loss("cross_entropy", "CrossEntropyLoss", classification.cross_entropy, images, "of images", 4.0),
    Loss("cross_entropy", "CrossEntropyLoss", classification.cross_entropy, smoothed(indices), "of smooth labels", 4.0),
    Loss("cross_entropy", "CrossEntropyLoss", classification.cross_entropy, smoothed(images), "of smooth images", 4.0),
    Loss("cross_entropy", "CrossEntropyLoss", classification.cross_entropy, mixtures, "of probabilities", 4.0),
    Loss("cross_entropy", "CrossEntropyLoss", classification.cross_entropy, alone, "of one sample", 4.0),
    Loss("cross_entropy", "CrossEntropyLoss", classification.cross_entropy, mixed, "of probabilities of one sample",
         4.0),
    Loss("cross_entropy", "CrossEntropyLoss", classification.cross_entropy, many, "of many classes", 8.0),
    Loss("kl_div", "KLDivLoss", similarity.kl_div, distributions, slack=1.0),
    Loss("kl_div", "KLDivLoss", similarity.kl_div, logarithmic, "of logarithms", 1.0),
    Loss("kl_div", "KLDivLoss", similarity.kl_div, trained(divided), "of a trained target", 1.0),
    Loss("poisson_nll_loss", "PoissonNLLLoss", similarity.poisson_nll_loss, counts, slack=2.0),
    Loss("poisson_nll_loss", "PoissonNLLLoss", similarity.poisson_nll_loss, trained(rates), "of a trained target", 4.0),
    Loss("gaussian_nll_loss", "GaussianNLLLoss", similarity.gaussian_nll_loss, normals, slack=1.0),
    Loss("hinge_embedding_loss", "HingeEmbeddingLoss", similarity.hinge_embedding_loss, hinge, slack=1.0),
    Loss("margin_ranking_loss", "MarginRankingLoss", similarity.margin_ranking_loss, ranking, slack=1.0),
    Loss("soft_margin_loss", "SoftMarginLoss", similarity.soft_margin_loss, signed),
    Loss("cosine_embedding_loss", "CosineEmbeddingLoss", similarity.cosine_embedding_loss, angles, slack=1.0),
    Loss("triplet_margin_loss", "TripletMarginLoss", similarity.triplet_margin_loss, triplets, slack=2.0),
    Loss("multi_margin_loss", "MultiMarginLoss", similarity.multi_margin_loss, margins, slack=2.0),
    Loss("multilabel_margin_loss", "MultiLabelMarginLoss", similarity.multilabel_margin_loss, several, slack=2.0),
    Loss("multi_margin_loss", "MultiMarginLoss", similarity.multi_margin_loss, lone(margins), "of one sample", 2.0),
    Loss("multilabel_margin_loss", "MultiLabelMarginLoss", similarity.multilabel_margin_loss, lone(several),
         "of one sample", 2.0),
    Loss("multilabel_soft_margin_loss", "MultiLabelSoftMarginLoss", similarity.multilabel_soft_margin_loss, labels,
         slack=2.0),
)  # fmt: skip
