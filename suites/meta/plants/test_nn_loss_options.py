"""Wrong answers about what losses are told, and about reductions of many elements and of half types."""

import pytest
import torch

from suites.meta.planting import Plant, assert_rejected, plants
from suites.meta.wrong import setting
from suites.nn import losses, modules
from suites.nn import test_loss as formulas
from suites.nn import test_loss_options as claims

FUN = "torch.nn.functional."


def formula(name):
    return {"row": next(row for row in losses.ROWS if str(row) == name)}


def made(name, reduction):
    return {"row": next(row for row in modules.LOSSES if row.name == name), "reduction": reduction}


def where(condition, **values):
    """Under a condition of the inputs these settings are taken."""
    return lambda original: (
        lambda x, *args, **kwargs: original(x, *args, **{**kwargs, **(values if condition(x) else {})})
    )


def forgetting_one_of_many(original):
    """Beyond 32768 rows the last does not count."""
    return lambda x, target, **kwargs: (
        original(x[:-1], target[:-1], **kwargs)
        if len(x) > 32768 and kwargs["reduction"] != "none"
        else original(x, target, **kwargs)
    )


def halves_too_large(original):
    """The mean of half types divides by one less."""

    def call(x, target, **kwargs):
        factor = x.numel() / (x.numel() - 1) if x.element_size() == 2 and kwargs["reduction"] == "mean" else 1
        return original(x, target, **kwargs) * factor

    return call


def steep(original):
    """The gradient at certain probabilities is infinite."""
    return lambda x, *args, **kwargs: (
        x.register_hook(lambda g: torch.where((x == 0) | (x == 1), torch.inf, g)),
        original(x, *args, **kwargs),
    )[1]


def unclamped_slopes(original):
    """A variance that is raised to eps gets no gradient."""
    return lambda x, target, var, eps=1e-6, **kwargs: original(x, target, var.clamp(min=eps), eps=eps, **kwargs)


def careless(original):
    """Nothing is refused."""
    return lambda x, *args, **kwargs: x.sum()


FORMULAS = (
    Plant("beta = 0 is 1", formulas.test_equals_its_formula, f"{FUN}smooth_l1_loss",
          lambda original: lambda *args, beta, **kwargs: original(*args, beta=beta or 1.0, **kwargs),
          formula("smooth_l1_loss")),
    Plant("eps is 1e-6", formulas.test_equals_its_formula, f"{FUN}gaussian_nll_loss", setting(eps=1e-6),
          formula("gaussian_nll_loss")),
    Plant("a raised variance has no slope", formulas.test_has_the_gradient_of_its_formula, f"{FUN}gaussian_nll_loss",
          unclamped_slopes, formula("gaussian_nll_loss")),
    Plant("the first variance is everyone's", formulas.test_equals_its_formula, f"{FUN}gaussian_nll_loss",
          lambda original: lambda x, target, var, **kwargs: original(
              x, target, var if var.ndim == x.ndim else var[:1].expand(var.shape), **kwargs),
          formula("gaussian_nll_loss")),
    Plant("eps is 1e-8", formulas.test_equals_its_formula, f"{FUN}poisson_nll_loss", setting(eps=1e-8),
          formula("poisson_nll_loss")),
    Plant("p = 1 is 2", formulas.test_equals_its_formula, f"{FUN}triplet_margin_loss",
          lambda original: lambda *args, p, **kwargs: original(*args, p=max(p, 2.0), **kwargs),
          formula("triplet_margin_loss")),
    Plant("eps is 1e-6", formulas.test_equals_its_formula, f"{FUN}triplet_margin_loss", setting(eps=1e-6),
          formula("triplet_margin_loss")),
    Plant("a weight for each row is ignored", formulas.test_equals_its_formula, f"{FUN}binary_cross_entropy",
          lambda original: lambda *args, weight=None, **kwargs: original(
              *args, weight=None if weight is None or weight.shape[-1] == 1 else weight, **kwargs),
          formula("binary_cross_entropy")),
    Plant("the target's slope is turned", formulas.test_has_the_gradient_of_its_formula,
          f"{FUN}binary_cross_entropy_with_logits", lambda original: lambda x, target, **kwargs: original(
              x, 2 * target.detach() - target, **kwargs),
          formula("binary_cross_entropy_with_logits of a trained target")),
    Plant("one sample has no weights", formulas.test_equals_its_formula, f"{FUN}nll_loss",
          where(lambda x: x.ndim == 1, weight=None, reduction="sum"), formula("nll_loss of one sample")),
    Plant("class 255 is ignored", formulas.test_equals_its_formula, f"{FUN}cross_entropy",
          setting(ignore_index=255), formula("cross_entropy of many classes")),
    Plant("one sample's classes are not counted", formulas.test_equals_its_formula, f"{FUN}multilabel_margin_loss",
          lambda original: lambda x, *args, **kwargs: original(x, *args, **kwargs) * len(x),
          formula("multilabel_margin_loss of one sample")),
    Plant("logarithms are not taken as such", formulas.test_batchmean_divides_by_the_batch, f"{FUN}kl_div",
          lambda original: lambda *args, log_target=False, **kwargs: original(*args, **kwargs)),
    Plant("the last of many is forgotten", formulas.test_sums_integers_exactly, f"{FUN}mse_loss",
          lambda original: lambda x, target, reduction: original(
              x[:-1] if len(x) > 32768 else x, target[:-1] if len(x) > 32768 else target, reduction=reduction)),
)  # fmt: skip

OPTIONS = (
    Plant("size_average is ignored", claims.test_older_words_mean_a_reduction, f"{FUN}l1_loss",
          lambda original: lambda *args, size_average=None, **kwargs: original(*args, **kwargs),
          {"name": "L1Loss", "words": {"size_average": False}, "reduction": "sum"}),
    Plant("the last of many is forgotten", claims.test_reduces_any_number_of_elements, f"{FUN}l1_loss",
          forgetting_one_of_many, made("L1Loss", "sum")),
    Plant("the mean divides by one less", claims.test_reduces_float16, f"{FUN}mse_loss", halves_too_large,
          made("MSELoss", "mean")),
    Plant("the mean divides by one less", claims.test_reduces_bfloat16, f"{FUN}mse_loss", halves_too_large,
          made("MSELoss", "mean")),
    Plant("weights are ignored", claims.test_weighs_each_element, f"{FUN}huber_loss", setting(weight=None),
          {"name": "huber_loss"}),
    Plant("nothing is ignored", claims.test_ignored_sample_alone_counts_nothing, f"{FUN}nll_loss",
          setting(ignore_index=-100), {"name": "nll_loss", "reduction": "sum", "ignored": 2}),
    Plant("slopes are infinite", claims.test_gradient_of_certain_probabilities_is_finite,
          f"{FUN}binary_cross_entropy", steep, {"reduction": "sum"}),
    Plant("anything goes", claims.test_refuses_what_it_is_not_made_for, f"{FUN}gaussian_nll_loss", careless,
          {"what": "a negative variance"}),
    Plant("anything goes", claims.test_margin_of_triplets_is_positive, f"{FUN}triplet_margin_loss", careless,
          {"name": "triplet_margin_loss", "margin": 0.0}),
)  # fmt: skip


PLANTS = (*FORMULAS, *OPTIONS)


@plants(*FORMULAS)
@pytest.mark.filterwarnings("ignore:reduction. 'mean' divides")
def test_formulas_reject(plant, request):
    assert_rejected(plant, request)


@plants(*OPTIONS)
@pytest.mark.filterwarnings("ignore:size_average and reduce args")
def test_options_reject(plant, request):
    assert_rejected(plant, request)
