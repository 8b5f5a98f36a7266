"""Wrong answers about the guide's network and about losses."""

import torch

from suites.meta.planting import Plant, assert_rejected, plants
from suites.meta.wrong import ignoring, setting
from suites.nn import losses
from suites.nn import test_loss as loss_claims
from suites.nn import test_network as claims


def scaled(factor):
    """The original's result times a factor."""
    return lambda original: lambda *args, **kwargs: original(*args, **kwargs) * factor


def without_last(original):
    return lambda *args, **kwargs: iter(list(original(*args, **kwargs))[:-1])


def pool_of_stride_one(original):
    return lambda x, size: original(x, size, stride=1)


def mixing_images(original):
    """The last of many images gets the output of the first."""

    def wrong(*args, **kwargs):
        out = original(*args, **kwargs)
        return torch.cat([out[:-1], out[:1]]) if len(out) > 2 else out

    return wrong


def row(name):
    return next(row for row in losses.ROWS if str(row) == name)


MODULE = "torch.nn.Module"
PLANTS = (
    Plant("layers are not printed", claims.test_prints_its_layers, f"{MODULE}.__repr__",
              lambda original: lambda self: "Net()"),
    Plant("settings are not printed", claims.test_prints_its_layers, "torch.nn.Linear.extra_repr",
          lambda original: lambda self: original(self).replace("out_features", "out")),
    Plant("the last parameter is missing", claims.test_has_ten_parameters, f"{MODULE}.named_parameters", without_last),
    Plant("the output forgets how it was made", claims.test_gives_ten_numbers_for_an_image, "torch.nn.Linear.forward",
          lambda original: lambda self, x: original(self, x).detach()),
    Plant("relu keeps some of the negative", claims.test_computes_its_formula, "torch.nn.functional.relu",
          lambda original: lambda x: torch.nn.functional.leaky_relu(x, 1e-4)),
    Plant("the last image of a batch is the first", claims.test_computes_its_formula, "torch.nn.Linear.forward",
          mixing_images),
    Plant("relu passes gradients where it is zero", claims.test_gets_the_gradient_of_its_formula,
          "torch.nn.functional.relu", lambda original: lambda x: original(x) + 1e-3 * (x - x.detach())),
    Plant("the mean is over the batch only", claims.test_loss_reaches_every_parameter, "torch.nn.functional.mse_loss",
          scaled(10.0)),
    Plant("pixels are shifted", claims.test_takes_a_single_image_through_unsqueeze, "torch.Tensor.unsqueeze",
          lambda original: lambda self, dim: original(self.roll(1, -1), dim)),
    Plant("a small image is padded", claims.test_rejects_images_of_another_shape, "torch.nn.Linear.forward",
          lambda original: lambda self, x: original(self, x.new_zeros(1, self.in_features)), {"shape": (1, 1, 28, 28)}),
    Plant("relu leaves no trace", claims.test_graph_is_the_one_the_guide_prints, "torch.nn.functional.relu",
          lambda original: lambda x: x.clamp(min=0)),
    Plant("a layer is cut off", claims.test_graph_ends_in_every_parameter, "torch.nn.Conv2d.forward",
          lambda original: lambda self, x: original(self, x).detach()),
    Plant("gradients are zeros before backward", claims.test_grad_is_none_until_backward, "torch.nn.Conv2d.__init__",
          lambda original: lambda self, *args: (
              original(self, *args), setattr(self.bias, "grad", torch.zeros_like(self.bias)))[0]),
    Plant("gradients are zeroed, not forgotten", claims.test_zero_grad_forgets_all_gradients, f"{MODULE}.zero_grad",
          lambda original: lambda self: original(self, set_to_none=False)),
    Plant("only the layers' own parameters are zeroed", claims.test_gradients_add_up_unless_zeroed,
          f"{MODULE}.zero_grad", lambda original: lambda self: None),
    Plant("children come in reverse", claims.test_layers_are_found_by_name_and_in_order, f"{MODULE}.named_children",
          lambda original: lambda self: reversed(list(original(self)))),
    Plant("beta is 1", loss_claims.test_equals_its_formula, "torch.nn.functional.smooth_l1_loss", setting(beta=1.0),
          {"row": row("smooth_l1_loss")}),
    Plant("the last bits are wrong", loss_claims.test_equals_its_formula, "torch.nn.functional.mse_loss",
          scaled(1 + 2.0**-17), {"row": row("mse_loss")}),
    Plant("weights are ignored", loss_claims.test_equals_its_formula, "torch.nn.functional.nll_loss",
          ignoring("weight"), {"row": row("nll_loss")}),
    Plant("the gradient is a little larger", loss_claims.test_has_the_gradient_of_its_formula,
          "torch.nn.functional.huber_loss", lambda original: lambda x, *args, **kwargs: original(
              x.detach() + (x - x.detach()) * (1 + 1e-9), *args, **kwargs), {"row": row("huber_loss")}),
    Plant("the module has a setting of its own", loss_claims.test_module_is_the_function,
          "torch.nn.HuberLoss.__init__", lambda original: lambda self, delta=1.0, **kwargs: original(self, **kwargs),
          {"row": row("huber_loss")}),
    Plant("the difference is not squared", loss_claims.test_squares_each_difference, "torch.nn.functional.mse_loss",
          lambda original: lambda x, y, reduction: (x - y).abs()),
    Plant("the target gets no gradient", loss_claims.test_gives_input_and_target_opposite_gradients,
          "torch.nn.functional.mse_loss", lambda original: lambda x, y, **kwargs: original(
              x, y.detach() + 0 * y, **kwargs)),
    Plant("large sums lose a bit", loss_claims.test_sums_integers_exactly, "torch.nn.functional.mse_loss",
          scaled(1 + 2.0**-17)),
    Plant("no warning is given", loss_claims.test_warns_of_a_target_of_another_size, "torch.nn.functional.mse_loss",
          lambda original: lambda x, y: original(x, y.expand_as(x)), {"name": "mse_loss"}),
    Plant("batchmean is the mean", loss_claims.test_batchmean_divides_by_the_batch, "torch.nn.functional.kl_div",
          lambda original: lambda *args, **kwargs: original(*args, **kwargs) / 5),
    Plant("logarithms are not clamped", loss_claims.test_clamps_logarithms_of_certain_probabilities,
          "torch.nn.functional.binary_cross_entropy", lambda original: lambda x, y, reduction: (
              -(y * x.log() + (1 - y) * (1 - x).log()))),
    Plant("the exponentials overflow", loss_claims.test_cross_entropy_stays_finite,
          "torch.nn.functional.cross_entropy", lambda original: lambda x, target, reduction: (
              x.exp().sum(1).log() - x.gather(1, target[:, None])[:, 0])),
    Plant("large losses are cut off", loss_claims.test_soft_margin_grows_linearly,
              "torch.nn.functional.soft_margin_loss",
          lambda original: lambda *args, **kwargs: original(*args, **kwargs).clamp(max=20.0), {"size": 60.0}),
    Plant("any reduction is taken as the mean", loss_claims.test_rejects_an_unknown_reduction,
          "torch.nn.functional.mse_loss", lambda original: lambda x, y, reduction: original(x, y),
                    {"name": "mse_loss"}),
    Plant("weights are no buffer", loss_claims.test_keeps_weights_as_buffers, f"{MODULE}.register_buffer",
          lambda original: lambda self, name, value: object.__setattr__(self, name, value),
          {"name": "NLLLoss", "weight": "weight"}),
    Plant("the loss keeps a dimension", loss_claims.test_is_a_tensor_without_dimensions, "torch.nn.MSELoss.forward",
          lambda original: lambda self, *args: original(self, *args).reshape(1)),
)  # fmt: skip


@plants(*PLANTS)
def test_is_rejected(plant, request):
    assert_rejected(plant, request)
