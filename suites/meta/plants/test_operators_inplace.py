"""Wrong answers of in-place operations."""

import torch

from suites.meta import wrong
from suites.meta.planting import Plant, assert_rejected, plants
from suites.operators import methods
from suites.operators import test_copy as copy
from suites.operators import test_inplace as inplace
from suites.operators import test_inplace_autograd as autograd
from suites.operators import test_inplace_rules as rules

ROW = {row.name: row for row in (*methods.VALUES, *methods.SHAPES, *methods.RANDOM)}
AUGMENTED = {row.name: row for row in rules.AUGMENTED}
T = "torch.Tensor."


def unversioned(original):
    """The version counter stands still."""

    def method(self, *args):
        with torch.autograd._unsafe_preserve_version_counter(self):
            return original(self, *args)

    return method


def between(original):
    """Memory between the elements of a view is written too."""

    def method(self, *args):
        result = original(self, *args)
        torch.as_strided(self, (1,), (1,), self.storage_offset() - 1 if self.storage_offset() else 0).mul_(0)
        return result

    return method


class Reading(torch.autograd.Function):
    """A negation whose gradient reads its input as it is at the time of backward."""

    @staticmethod
    def forward(ctx, x):
        ctx.x = x.detach()
        return torch.neg(x)

    @staticmethod
    def backward(ctx, gradient):
        return gradient * ctx.x


INPLACE = (
    Plant("a copy", inplace.test_returns_the_tensor_itself, T + "mul_", wrong.outside, {"row": ROW["mul_"]}),
    Plant(
        "another object",
        inplace.test_returns_the_tensor_itself,
        T + "normal_",
        lambda f: lambda s, *a: f(s, *a).view(s.shape),
        {"row": ROW["normal_"]},
    ),
    Plant("stands still", inplace.test_bumps_the_version, T + "mul_", unversioned, {"row": ROW["mul_"]}),
    Plant(
        "value is ignored",
        inplace.test_equals_the_form_outside,
        T + "addcmul_",
        lambda f: lambda s, x, y: f(s, x, y, value=2),
        {"row": ROW["addcmul_"]},
    ),
    Plant("nothing happens", inplace.test_changes_the_values, T + "exp_", wrong.first, {"row": ROW["exp_"]}),
    Plant("beside the view", inplace.test_writes_to_a_view_and_not_between, T + "exp_", between, {"row": ROW["exp_"]}),
    Plant(
        "out of place",
        inplace.test_changes_the_shape_of_the_tensor,
        T + "t_",
        lambda f: lambda s: s.t(),
        {"row": ROW["t_"]},
    ),
    Plant(
        "out of place",
        inplace.test_changes_the_shape_of_the_tensor,
        T + "squeeze_",
        lambda f: lambda s, d: s.squeeze(d),
        {"row": ROW["squeeze_"]},
    ),
)
RULES = (
    Plant(
        "rebinds",
        rules.test_augmented_assignment_keeps_the_tensor,
        T + "__imul__",
        lambda f: lambda s, o: s * o,
        {"row": AUGMENTED["*="]},
    ),
    Plant(
        "rebinds",
        rules.test_augmented_assignment_takes_numbers,
        T + "__iadd__",
        lambda f: lambda s, o: s + o,
        {"row": AUGMENTED["+="]},
    ),
    Plant("out of place", rules.test_the_guide_adds_five, T + "add_", wrong.outside),
    Plant(
        "of its new values",
        rules.test_takes_itself_as_an_argument,
        T + "mul_",
        lambda f: lambda s, o: f(f(s, 1), o.clone().mul(o)),
        {"row": rules.ALIASES[2]},
    ),
    Plant(
        "the first matrix",
        rules.test_stretches_its_argument,
        T + "copy_",
        lambda f: lambda s, o: (f(s[0] if o.ndim < s.ndim else s, o), s)[1],
        {"name": "copy_", "shape": (4,)},
    ),
    Plant(
        "skipped",
        rules.test_refuses_to_grow,
        T + "add_",
        lambda f: lambda s, o: s,
        {"name": "add_", "mine": (1,), "other": (3,)},
    ),
    Plant(
        "a larger tensor takes its place",
        rules.test_refuses_to_grow,
        T + "__iadd__",
        lambda f: lambda s, o: s + o,
        {"name": "__iadd__", "mine": (1,), "other": (3,)},
    ),
    Plant(
        "cast",
        rules.test_refuses_a_result_of_a_higher_category,
        T + "mul_",
        lambda f: lambda s, o: s.copy_(s * o),
        {"name": "mul_", "mine": "int64", "other": "float32"},
    ),
    Plant(
        "cast",
        rules.test_integers_refuse_a_fraction,
        T + "mul_",
        lambda f: lambda s, o: s.copy_(s * o),
        {"name": "mul_", "mine": "int64"},
    ),
    Plant(
        "cast",
        rules.test_integers_refuse_functions_with_fractions,
        T + "exp_",
        lambda f: lambda s: s.copy_(s.exp()),
        {"name": "exp_"},
    ),
    Plant(
        "promoted",
        rules.test_keeps_its_dtype,
        T + "add_",
        lambda f: lambda s, o: s.set_(s + o) if False else s.fill_(0),
        {"name": "add_", "mine": "float32", "other": "float64"},
    ),
    Plant("alpha is ignored", rules.test_add_and_sub_scale_in_place, T + "sub_", wrong.ignoring("alpha"), {"alpha": 2}),
)
COPY = (
    Plant("the source is kept", copy.test_copies_values_whatever_the_layout, T + "copy_", wrong.first),
    Plant(
        "rounded",
        copy.test_copy_converts_the_dtype,
        T + "copy_",
        lambda f: lambda s, o: f(s, o.round() if o.is_floating_point() else o),
        {"dtype": torch.int64, "source": "float64"},
    ),
    Plant(
        "down",
        copy.test_copy_cuts_negative_fractions_off,
        T + "copy_",
        lambda f: lambda s, o: f(s, o.floor()),
        {"dtype": torch.int64},
    ),
    Plant(
        "the first row",
        copy.test_copy_broadcasts,
        T + "copy_",
        lambda f: lambda s, o: (f(s[:1], o), s)[1],
        {"shape": (5,)},
    ),
    Plant("in storage order", copy.test_fills_the_view_and_nothing_else, T + "zero_", between),
    Plant(
        "several",
        copy.test_fills_with_the_value_of_a_tensor,
        T + "fill_",
        lambda f: lambda s, v: f(s, v.reshape(-1)[0]),
    ),
    Plant(
        "row by row",
        copy.test_clone_keeps_the_strides,
        "torch.clone",
        lambda f: lambda x: f(x, memory_format=torch.contiguous_format),
        {"axes": (2, 1, 0)},
    ),
    Plant(
        "cleared",
        copy.test_resize_keeps_the_elements,
        T + "resize_",
        lambda f: lambda s, shape: f(s, shape).zero_(),
        {"before": (2,), "after": (3,)},
    ),
    Plant(
        "cleared",
        copy.test_resize_as_takes_the_shape_of_another,
        T + "resize_as_",
        lambda f: lambda s, o: f(s, o).zero_(),
    ),
    Plant("copied", copy.test_set_shares_the_storage_of_another, T + "set_", lambda f: lambda s, o: f(s, o.clone())),
    Plant("not called", copy.test_apply_and_map_call_a_function, T + "apply_", wrong.first),
)
AUTOGRAD = (
    Plant(
        "allowed",
        autograd.test_a_leaf_that_requires_grad_refuses,
        T + "add_",
        lambda f: lambda s, *a: s,
        {"name": "add_", "arguments": (1,)},
    ),
    Plant("out of place", autograd.test_a_leaf_changes_without_gradients, T + "mul_", wrong.outside),
    Plant(
        "stands still",
        autograd.test_backward_refuses_a_changed_value,
        T + "mul_",
        unversioned,
        {"row": autograd.SAVED[0]},
    ),
    Plant(
        "stands still",
        autograd.test_backward_refuses_a_value_changed_through_a_view,
        T + "zero_",
        unversioned,
        {"row": autograd.SAVED[0]},
    ),
    Plant(
        "saved",
        autograd.test_backward_allows_what_was_not_saved,
        T + "__neg__",
        lambda f: lambda s: Reading.apply(s),
        {"row": autograd.UNSAVED[2]},
    ),
    Plant("out of place", autograd.test_an_operand_changed_before_it_is_saved_is_legal, T + "mul_", wrong.outside),
    Plant(
        "no history", autograd.test_history_is_rewritten, T + "mul_", lambda f: lambda s, o: (f(s.detach(), o), s)[1]
    ),
    Plant(
        "no history",
        autograd.test_copy_passes_gradients_to_its_source,
        T + "copy_",
        lambda f: lambda s, o: f(s, o * 1 + s * 0.5 - s.detach() * 0.5),
    ),
    Plant("a copy", autograd.test_flags_change_in_place, T + "detach_", lambda f: lambda s: s.detach()),
)
PLANTS = INPLACE + RULES + COPY + AUTOGRAD


@plants(*PLANTS)
def test_is_rejected(plant, request):
    assert_rejected(plant, request)
