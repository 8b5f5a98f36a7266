"""Wrong answers about windows, grids and norms: what a setting says is ignored, or one element is another."""

import pytest
import torch

from suites.meta.planting import Plant, assert_rejected, plants
from suites.meta.wrong import ignoring
from suites.nn import test_layers as claims

FUN = "torch.nn.functional."


def row(name):
    return next(row for row in claims.ROWS if str(row) == name)


def with_corner(original):
    """The last element of each result is a little larger."""

    def call(*args, **given):
        out = original(*args, **given)
        return torch.cat([out.reshape(-1)[:-1], out.reshape(-1)[-1:] * (1 + 1e-4)]).reshape(out.shape)

    return call


def steep(original):
    """The value is right, the gradient of the first argument slightly more than it is."""
    return lambda x, *args, **given: original(x.detach() + (x - x.detach()) * (1 + 1e-9), *args, **given)


def value(name, target, wrong):
    return Plant(
        f"{wrong.__name__} {name}", claims.test_equals_its_formula, f"{FUN}{target}", wrong, {"row": row(name)}
    )


def slope(name, target):
    return Plant(f"steep {name}", claims.test_has_the_gradient_of_its_formula, f"{FUN}{target}", steep,
                 {"row": row(name)})  # fmt: skip


def named(wrong, name):
    wrong.__name__ = name
    return wrong


IGNORED = {
    "conv1d padded by name": ("conv1d", "padding"),
    "conv3d of any setting": ("conv3d", "stride"),
    "max_pool1d of any setting": ("max_pool1d", "dilation"),
    "max_pool3d of any setting": ("max_pool3d", "ceil_mode"),
    "avg_pool1d of any setting": ("avg_pool1d", "count_include_pad"),
    "avg_pool2d of any setting": ("avg_pool2d", "divisor_override"),
    "avg_pool3d of any setting": ("avg_pool3d", "stride"),
    "interpolate in 1d to a size": ("interpolate", "mode"),
    "interpolate in 2d by a factor": ("interpolate", "align_corners"),
    "affine_grid in 3d": ("affine_grid", "align_corners"),
    "grid_sample in 2d": ("grid_sample", "padding_mode"),
    "grid_sample in 3d": ("grid_sample", "align_corners"),
    "normalize": ("normalize", "eps"),
    "rrelu in evaluation": ("rrelu", "lower"),
    "conv_transpose1d of any setting": ("conv_transpose1d", "output_padding"),
    "conv_transpose3d of any setting": ("conv_transpose3d", "padding"),
}
CORNERS = {
    "adaptive_avg_pool1d by cells": "adaptive_avg_pool1d",
    "adaptive_max_pool3d by cells": "adaptive_max_pool3d",
    "lp_pool1d of any norm": "lp_pool1d",
    "max_unpool3d": "max_unpool3d",
    "pixel_unshuffle": "pixel_unshuffle",
    "channel_shuffle": "channel_shuffle",
    "bilinear": "bilinear",
    "rms_norm": "rms_norm",
    "upsample_bilinear": "upsample_bilinear",
}
PLANTS = (
    *(value(name, target, named(ignoring(setting), f"no {setting} in")) for name, (target, setting) in IGNORED.items()),
    *(value(name, target, named(with_corner, "one is larger in")) for name, target in CORNERS.items()),
    *(
        slope(name, name.split()[0])
        for name in ("conv_transpose2d of any setting", "avg_pool3d of any setting", "grid_sample in 2d", "bilinear")
    ),
)


@plants(*PLANTS)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_is_rejected(plant, request):
    assert_rejected(plant, request)
