"""Wrong answers about options of layers, and about rows that come often; some hold only of a mended torch."""

import pytest
import torch
import torch.nn as nn

from suites.meta.planting import Plant, Repair, assert_rejected, assert_rejected_once_mended, plants
from suites.meta.wrong import setting
from suites.nn import test_bags as bags
from suites.nn import test_embedding as embedding
from suites.nn import test_layer_options as claims
from suites.nn import test_layers as formulas

FUN = "torch.nn.functional."
BAG = f"{FUN}embedding_bag"
SPARSE = "torch.nn.init.sparse_"


def row(name):
    return {"row": next(row for row in formulas.ROWS if str(row) == name)}


def by_frequency(original):
    """embedding_bag that divides the gradient of a row by how often the row comes."""

    def call(indices, weight, *args, scale_grad_by_freq=False, **kwargs):
        if scale_grad_by_freq:
            counts = torch.bincount(indices.reshape(-1), minlength=len(weight)).clamp(min=1)
            weight = weight.clone()
            weight.register_hook(lambda gradient: gradient / counts[:, None])
        return original(indices, weight, *args, **kwargs)

    return call


def from_one_generator(original):
    """sparse_ that draws from its generator alone."""

    def sparse(values, sparsity, std=0.01, generator=None):
        with torch.random.fork_rng():
            torch.manual_seed(generator.initial_seed())
            return original(values, sparsity, std)

    return sparse


def row_by_row(original):
    """The function of what lies row by row in memory."""
    return lambda x, *args: original(x.contiguous(), *args)


def without_generator(original):
    return lambda *args, generator=None, **kwargs: original(*args, **kwargs)


def zero_padding(original):
    """The mode of padding is forgotten."""

    def init(self, *args, padding_mode="zeros", **kwargs):
        original(self, *args, **kwargs)

    return init


def dropping_at_the_end(original):
    """What the last layer gives is dropped as well."""

    def forward(self, *args):
        out, state = original(self, *args)
        return torch.dropout(out, 0.5, self.dropout > 0), state

    return forward


def of_the_first(original):
    """The running statistics are those of the first sample."""

    def forward(self, x):
        before = [value.clone() for value in self.buffers()]
        out = original(self, x)
        if self.training and x.ndim == 3:
            for value, old in zip(self.buffers(), before):
                value.copy_(old)
            original(self, x[:1])
        return out

    return forward


def always_by_instance(original):
    def forward(self, x):
        return torch.instance_norm(x, None, None, None, None, True, 0.1, self.eps, False)

    return forward


def rows_alone(original):
    """With channels last in memory values are a little larger."""
    return lambda x, *args, **kwargs: original(x, *args, **kwargs) * (1 if x.is_contiguous() else 1 + 1e-3)


OPTIONS = (
    Plant("padding is zero always", claims.test_pads_by_its_mode, "torch.nn.Conv3d.__init__", zero_padding,
          {"dimensions": 3, "mode": "circular"}),
    Plant("output_size is ignored", claims.test_output_size_chooses_among_the_sizes,
          "torch.nn.ConvTranspose2d.forward", lambda original: lambda self, x, output_size: original(self, x),
          {"dimensions": 2}),
    Plant("any size is taken", claims.test_output_size_beyond_the_sizes_raises, "torch.nn.ConvTranspose1d.forward",
          lambda original: lambda self, x, output_size: original(self, x), {"dimensions": 1, "side": 9}),
    Plant("nothing is added", claims.test_rms_norm_adds_the_epsilon_of_its_dtype, f"{FUN}rms_norm",
          lambda original: lambda x, shape, weight=None, eps=None: original(x, shape, weight, 0.0), {"size": 1e-4}),
    Plant("it learns always", claims.test_affine_says_whether_it_learns, "torch.nn.GroupNorm.__init__",
          setting(affine=True), {"name": "GroupNorm"}),
    Plant("the weight is left out too", claims.test_layer_norm_without_a_bias_has_a_weight,
          "torch.nn.LayerNorm.__init__", setting(elementwise_affine=False)),
    Plant("the first sample counts alone", claims.test_instance_statistics_follow_the_batches,
          "torch.nn.InstanceNorm1d.forward", of_the_first),
    Plant("instances are normalised in evaluation", claims.test_instances_are_evaluated_by_what_was_tracked,
          "torch.nn.InstanceNorm1d.forward", always_by_instance),
    Plant("the last layer drops", claims.test_dropout_acts_between_layers_alone, "torch.nn.LSTM.forward",
          dropping_at_the_end, {"kind": "LSTM", "bidirectional": False}),
    Plant("the present is hidden", claims.test_subsequent_mask_hides_what_comes_later,
          "torch.nn.Transformer.generate_square_subsequent_mask",
          lambda original: staticmethod(lambda size, device: original(size, device=device).fill_diagonal_(-torch.inf)),
          {"size": 5}),
    Plant("it works on a copy", claims.test_drops_in_place_if_asked, f"{FUN}alpha_dropout", setting(inplace=False),
          {"name": "alpha_dropout"}),
    Plant("the generator is not asked", claims.test_draws_from_the_generator_it_is_given, "torch.nn.init.normal_",
          without_generator, {"name": "normal_"}),
    Plant("norms are Euclidean", embedding.test_renormalises_long_rows_in_place, f"{FUN}embedding",
          lambda original: lambda at, weight, padding, max_norm, norm_type, *rest: original(
              at, weight, padding, max_norm, 2.0, *rest), {"norm_type": 1.0}),
    Plant("gradients are dense", embedding.test_rows_add_up_their_gradients, f"{FUN}embedding", setting(sparse=False),
          {"by_frequency": False, "sparse": True}),
    Plant("rows keep their length", bags.test_long_rows_are_renormalised_in_place, BAG, setting(max_norm=None),
          {"mode": "sum", "norm_type": 2.0}),
    Plant("channels last have no bias", claims.test_group_norm_does_not_depend_on_the_layout, f"{FUN}group_norm",
          lambda original: lambda x, groups, w, b: original(x, groups, w, b if x.is_contiguous() else None),
          {"mean": 0.0, "layout": "channels last"}),
    Plant("rows alone are right", formulas.test_equals_its_formula, f"{FUN}conv2d", rows_alone,
          row("conv2d of any setting")),
    Plant("factors are taken as given", formulas.test_equals_its_formula, f"{FUN}interpolate",
          setting(recompute_scale_factor=None), row("interpolate in 1d by a factor")),
    Plant("leading sides are exchanged", claims.test_shuffles_images_of_any_leading_sides, f"{FUN}pixel_shuffle",
          lambda original: lambda x, *args, **kwargs: original(x.flip(0) if x.ndim > 4 else x, *args, **kwargs),
          {"name": "pixel_shuffle", "layout": "contiguous"}),
)  # fmt: skip


#: What torch does not keep today, and what mends it.
MENDED = (
    *((Plant("the frequency is ignored", bags.test_gradients_are_divided_by_how_often_a_row_comes, BAG,
             setting(scale_grad_by_freq=False), {"cut": cut}), Repair(BAG, by_frequency)) for cut in bags.CUTS),
    (Plant("the generator is not asked", claims.test_draws_from_the_generator_it_is_given, SPARSE,
           lambda original: lambda values, sparsity, generator: nn.init.zeros_(values), {"name": "sparse_"}),
     Repair(SPARSE, from_one_generator)),
    (Plant("the mean is rounded", claims.test_group_norm_does_not_depend_on_the_layout, f"{FUN}group_norm",
           lambda original: lambda x, *args: original(x.bfloat16().float(), *args),
           {"mean": 100.0, "layout": "channels last"}),
     Repair(f"{FUN}group_norm", row_by_row)),
    (Plant("the leading sides are turned", claims.test_shuffles_images_of_any_leading_sides, f"{FUN}pixel_shuffle",
           lambda original: lambda x, factor: original(x.flip(0), factor),
           {"name": "pixel_shuffle", "layout": "channels last"}),
     Repair(f"{FUN}pixel_shuffle", row_by_row)),
)  # fmt: skip
PLANTS = (*OPTIONS, *(plant for plant, _ in MENDED))


@plants(*OPTIONS)
def test_options_reject(plant, request):
    assert_rejected(plant, request)


@pytest.mark.parametrize(("plant", "repair"), MENDED, ids=lambda value: str(value) if isinstance(value, Plant) else "")
def test_options_reject_once_mended(plant, repair, request):
    assert_rejected_once_mended(plant, repair, request)
