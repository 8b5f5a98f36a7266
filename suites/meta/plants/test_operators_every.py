"""Wrong answers to the laws of every operator."""

import torch

from suites.meta import wrong
from suites.meta.planting import Plant, assert_rejected, plants
from suites.meta.wrong_engine import gradient
from suites.operators import catalogue
from suites.operators import test_every_gradient as derivatives
from suites.operators import test_every_operator as laws
from suites.operators import test_every_out as out


def at(name, **more):
    """The cell of the first call of that name."""
    return {"row": next(call for call in catalogue.CALLS if call.name == name), **more}


def in_memory_order(original):
    """The first argument is read as if it lay in one piece."""

    def function(x, *args, **options):
        packed = tuple(torch.empty(x.shape).stride())
        fits = x.untyped_storage().nbytes() // x.element_size() >= x.numel() + x.storage_offset()
        return original(torch.as_strided(x, x.shape, packed) if fits else x, *args, **options)

    return function


def written_over(original):
    """The first argument is used as memory."""

    def function(x, *args, **options):
        result = original(x, *args, **options)
        x.detach().flatten()[-1:].fill_(7)
        return result

    return function


def growing(original):
    """The result grows by a unit in the last place with each call."""
    calls = iter(range(1, 10**6))
    return lambda *args, **options: original(*args, **options) * (1 + next(calls) * 2.0**-22)


def asked(original):
    """Another kernel, with another result, serves those who ask for gradients."""
    return lambda x, *args, **options: original(x, *args, **options) * (1.001 if x.requires_grad else 1)


def between(original):
    """out= is written, and the place behind its last element too."""

    def function(*args, out=None, **options):
        if out is None:
            return original(*args, **options)
        original(*args, out=out, **options)
        torch.as_strided(out, (1,), (1,), 1).fill_(9)
        return out

    return function


def one_element(g):
    """The last element of the gradient is wrong by a thousandth."""
    scale = torch.ones_like(g)
    scale.flatten()[-1:].fill_(1.001)
    return g * scale


def upside_down(original):
    """The gradient of a tensor that does not lie in order is turned over."""

    def function(x, *args, **options):
        passed = x.clone()
        if not x.is_contiguous():
            passed.register_hook(lambda g: g.flip(0))
        return original(passed, *args, **options)

    return function


def averaged(original):
    """The gradient of a second operand that is stretched in the middle is an average."""

    def function(x, y):
        passed = y.clone()
        if x.dim() == 3 and tuple(y.shape) == (2, 1, 4):
            passed.register_hook(lambda g: g / 3)
        return original(x, passed)

    return function


def wrong_tangent(original):
    """Forward mode forgets the last element."""

    def function(x, *args, **options):
        primal, tangent = torch.autograd.forward_ad.unpack_dual(x)
        if tangent is None:
            return original(x, *args, **options)
        tangent = tangent.clone()
        tangent.flatten()[-1:].fill_(0)
        return original(torch.autograd.forward_ad.make_dual(primal, tangent), *args, **options)

    return function


F = "torch.nn.functional."
DOUBLE = {"dtype": torch.float64}
PLANTS = (
    Plant("the order of the memory", laws.test_does_not_depend_on_the_strides, "torch.exp", in_memory_order,
          at("exp", **DOUBLE)),
    Plant("the order of the memory", laws.test_does_not_depend_on_the_strides, f"{F}avg_pool2d", in_memory_order,
          at("nn.functional.avg_pool2d")),
    Plant("written over", laws.test_leaves_its_arguments_alone, "torch.sort", written_over, at("sort")),
    Plant("an argument is handed out", laws.test_leaves_its_arguments_alone, "torch.relu", wrong.first, at("relu")),
    Plant("grows", laws.test_gives_the_same_bits_again, "torch.sum", growing, at("sum")),
    Plant("not as in another process", laws.test_the_first_call_of_a_process_gives_the_same_bits, "torch.expm1",
          wrong.slightly),
    Plant("another result", laws.test_is_a_method_too, "torch.Tensor.cumsum", wrong.last, at("cumsum")),
    Plant("by who asks", laws.test_does_not_depend_on_who_asks_for_gradients, f"{F}layer_norm", asked,
          at("nn.functional.layer_norm")),
    Plant("one operand is turned over", laws.test_broadcasts, "torch.hypot",
          lambda f: lambda x, y: f(x, y) if x.shape == y.shape else f(x.flip(0) if x.dim() else x + 1, y), at("hypot")),
    Plant("the other axis", laws.test_counts_axes_from_the_end, "torch.cumsum",
          lambda f: lambda x, axis: f(x, axis if axis >= 0 else -1), at("cumsum")),
    Plant("any axis", laws.test_refuses_axes_that_are_not_there, "torch.amax", lambda f: lambda x, axis: f(x, axis % 2),
          {"row": next(call for call in laws.ALONG if call.name == "amax"), "axis": -3}),
    Plant("in one piece", out.test_writes_to_a_view_that_no_single_stride_describes, "torch.matmul", wrong.packing_out,
          at("matmul", precision="float64")),
    Plant("in the gaps", out.test_writes_to_a_view_that_no_single_stride_describes, "torch.add", between,
          at("add", precision="float32")),
    Plant("one element", derivatives.test_gradient_is_the_slope, f"{F}conv3d", gradient(one_element),
          at("nn.functional.conv3d")),
    Plant("twice", derivatives.test_gradient_is_the_slope, f"{F}grid_sample", gradient(lambda g: 2 * g),
          at("nn.functional.grid_sample")),
    Plant("upside down", derivatives.test_gradient_does_not_depend_on_the_strides, "torch.cumsum", upside_down,
          at("cumsum", layout="transposed")),
    Plant("averaged along the middle", derivatives.test_gradient_sums_over_what_is_stretched, "torch.mul", averaged,
          at("mul")),
    Plant("an element is forgotten", derivatives.test_forward_mode_gives_the_slope, "torch.tanh", wrong_tangent,
          at("tanh")),
)  # fmt: skip


@plants(*PLANTS)
def test_is_rejected(plant, request):
    """Each claim holds of torch and fails of the plant."""
    assert_rejected(plant, request)
