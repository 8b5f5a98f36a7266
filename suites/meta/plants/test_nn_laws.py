"""Wrong answers about fast paths, bags, distances and truncated distributions."""

import pytest
import torch

from suites.meta.planting import Plant, Repair, assert_rejected, assert_rejected_once_mended, plants
from suites.meta.wrong import ignoring
from suites.nn import test_bags as bags
from suites.nn import test_distances as distances
from suites.nn import test_fast_paths as paths
from suites.nn import test_truncation as truncation

NN, FUN, TRUNC = "torch.nn.", "torch.nn.functional.", "torch.nn.init.trunc_normal_"
BAG = f"{FUN}embedding_bag"


def larger(original):
    return lambda *args, **given: original(*args, **given) * (1 + 1e-3)


def unnormed(original):
    """The last normalisation is left out where nothing is recorded."""

    def forward(self, *args, **given):
        norm, self.norm = self.norm, self.norm if torch.is_grad_enabled() else None
        try:
            return original(self, *args, **given)
        finally:
            self.norm = norm

    return forward


def doubled_gradient(original):
    """The value is right, the gradient of the second argument twice what it is."""
    return lambda at, weight, **given: original(at, 2 * weight - weight.detach(), **given)


def steep(original):
    return lambda x, y, **given: original(2 * x - x.detach(), y, **given)


def with_outlier(original):
    def draw(weight, mean, std, low, high):
        original(weight, mean, std, low, high).view(-1)[7] = high
        return weight

    return draw


def with_outliers(original):
    """A twentieth of the values lies at the lower end."""

    def draw(weight, mean, std, low, high):
        original(weight, mean, std, low, high).view(-1)[::20] = low
        return weight

    return draw


def ended(original):
    """embedding_bag that ends the last bag where the last offset says."""

    def embedding_bag(at, weight, offsets=None, include_last_offset=False, **given):
        at = at[: int(offsets[-1])] if include_last_offset and offsets is not None else at
        return original(at, weight, offsets=offsets, include_last_offset=include_last_offset, **given)

    return embedding_bag


LAYER = {"masked": "bool mask", "setting": "plain", "mode": "no_grad"}
PATHS = (
    Plant("the fast path sees all", paths.test_encoder_layer_is_its_formula, f"{NN}TransformerEncoderLayer.forward",
          ignoring("src_mask"), LAYER),
    Plant("results are too large", paths.test_encoder_layer_needs_no_bias, f"{NN}TransformerEncoderLayer.forward",
          larger, {"setting": "norm last", "mode": "no_grad"}),
    Plant("all is seen", paths.test_decoder_layer_is_its_formula, f"{NN}TransformerDecoderLayer.forward",
          ignoring("tgt_mask"), {**LAYER, "dtype": torch.float64}),
    Plant("the norm is left out", paths.test_encoder_is_its_layers_in_turn, f"{NN}TransformerEncoder.forward", unnormed,
          {"masked": "padding", "nested": True, "mode": "no_grad"}),
    Plant("the memory's mask is ignored", paths.test_decoder_is_its_layers_in_turn, f"{NN}TransformerDecoder.forward",
          ignoring("memory_mask"), {"alone": False, "mode": "training", "dtype": torch.float64}),
    Plant("padding is seen", paths.test_attention_is_its_formula, f"{NN}MultiheadAttention.forward",
          ignoring("key_padding_mask"), {"headed": "no bias", "masked": "padding", "alike": True, "mode": "no_grad"}),
)  # fmt: skip

CUT = {"cut": "offsets", "mode": "sum"}
BAGS = (
    Plant("padding counts", bags.test_bags_are_cut_as_told, BAG, ignoring("padding_idx"), CUT),
    Plant("weights are ignored", bags.test_weighted_bags_are_cut_as_told, BAG, ignoring("per_sample_weights"), CUT),
    Plant(
        "gradients count twice",
        bags.test_rows_get_the_gradients_of_their_bags,
        BAG,
        doubled_gradient,
        {**CUT, "sparse": False},
    ),
    Plant("gradients count twice", bags.test_the_largest_of_a_bag_gets_its_gradient, BAG, doubled_gradient, CUT),
    Plant("rows are too large", bags.test_a_matrix_needs_no_last_offset, f"{NN}EmbeddingBag.forward", larger, CUT),
)

DISTANCES = (
    Plant("eps is ignored", distances.test_cosine_bounds_each_norm_from_below, f"{FUN}cosine_similarity",
          ignoring("eps"), {"length": "one short"}),
    Plant("the gradient is twice as steep", distances.test_cosine_has_the_gradient_of_its_formula,
          f"{FUN}cosine_similarity", steep, {"length": "long"}),
    Plant("cosines are too large", distances.test_cosine_module_bounds_the_product_from_below,
          f"{NN}CosineSimilarity.forward", larger, {"length": "long"}),
    Plant("cosines are too large", distances.test_cosine_of_a_vector_with_itself_is_one_at_most,
          f"{FUN}cosine_similarity", larger),
    Plant("eps is ignored", distances.test_distance_is_the_norm_of_the_difference, f"{FUN}pairwise_distance",
          ignoring("eps")),
    Plant("eps is ignored", distances.test_distance_of_equal_vectors_is_that_of_eps, f"{FUN}pairwise_distance",
          ignoring("eps"), {"p": 2.0}),
)  # fmt: skip

TRUNCATION = (
    Plant("values beyond are cut", truncation.test_follows_the_truncated_distribution, TRUNC,
          lambda original: lambda weight, mean, std, low, high: weight.normal_(mean, std).clamp_(low, high),
          {"case": "around"}),
    Plant("all lie at an end", truncation.test_follows_it_far_from_the_mean, TRUNC,
          lambda original: lambda weight, mean, std, low, high: weight.fill_(high), {"case": "far above"}),
    Plant("one lies at an end", truncation.test_half_types_follow_it_too, TRUNC, with_outlier,
          {"case": "wide", "kind": torch.bfloat16}),
)  # fmt: skip


def in_double(original):
    """trunc_normal_ that draws in float64 and rounds."""

    def draw(weight, mean, std, low, high):
        return weight.copy_(original(weight.double(), mean, std, low, high))

    return draw


MENDED = (
    (Plant("bags are too large", bags.test_the_last_offset_ends_the_last_bag, BAG, larger, CUT), ended),
    (Plant("some lie at an end", truncation.test_bfloat16_follows_it_far_from_the_mean, TRUNC, with_outliers,
           {"dtype": torch.bfloat16}), in_double),
)  # fmt: skip
PLANTS = (*PATHS, *BAGS, *DISTANCES, *TRUNCATION, *(plant for plant, _ in MENDED))


@plants(*PATHS, *BAGS, *DISTANCES, *TRUNCATION)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_is_rejected(plant, request):
    assert_rejected(plant, request)


@pytest.mark.parametrize(("plant", "mend"), MENDED, ids=["bags", "truncation"])
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_is_rejected_by_a_claim_that_holds_once_torch_is_mended(plant, mend, request):
    assert_rejected_once_mended(plant, Repair(plant.target, mend), request)
