"""Wrong answers about what a tensor tells about itself."""

import torch

from suites.meta.planting import Plant, assert_rejected, plants
from suites.meta.wrong import forgiving
from suites.meta.wrong_tensors import attribute, constant, negated, result
from suites.tensors import test_attributes as claims

TENSOR = "torch.Tensor"
LAYOUTS = {row.name: row for row in claims.LAYOUTS}


def one_less(original):
    """A negative dim is one too small."""
    return lambda self, *dim, **options: original(self, *(d - (-self.dim() < d < 0) for d in dim), **options)


def not_for_views(original):
    return lambda self: 0


def by_strides(original):
    """Strides of sides of size 1 count."""

    def wrong(self, **options):
        steps = [1] * self.dim()
        for dim in range(self.dim() - 1, 0, -1):
            steps[dim - 1] = steps[dim] * self.shape[dim]
        return list(self.stride()) == steps

    return wrong


def copied(original):
    return attribute(torch.clone)(original)


def real_copied(original):
    return property(lambda self: original.__get__(self).clone(), original.__set__)


def no_views(original):
    """Views are not leaves."""
    return attribute(lambda _: False, lambda x: not x.requires_grad and x._is_view())(original)


def largest(original):
    """Shapes that do not fit have the larger sides."""

    def wrong(*shapes):
        width = max(map(len, shapes))
        return torch.Size(max(sides) for sides in zip(*((1,) * (width - len(s)) + s for s in shapes)))

    return wrong


PLANTS = (
    Plant("floats are double", claims.test_is_described_as_in_the_guide, "torch.rand", result(torch.Tensor.double)),
    Plant("the shape is a tuple", claims.test_has_a_shape, f"{TENSOR}.shape", attribute(tuple)),
    Plant(
        "a negative dim is one too small",
        claims.test_has_a_size_and_a_stride_in_each_dimension,
        f"{TENSOR}.size",
        one_less,
    ),
    Plant(
        "there is always one more",
        claims.test_has_no_size_beyond_its_dimensions,
        f"{TENSOR}.size",
        forgiving,
        {"dim": 2},
    ),
    Plant("views begin at 0", claims.test_tells_strides_and_offset_of_views, f"{TENSOR}.storage_offset", not_for_views),
    Plant(
        "sides of size 0 do not count",
        claims.test_counts_dimensions_and_elements,
        f"{TENSOR}.numel",
        result(lambda n: max(n, 1)),
    ),
    Plant(
        "the last side counts",
        claims.test_has_the_length_of_its_first_side,
        f"{TENSOR}.__len__",
        lambda original: lambda self: self.shape[-1],
    ),
    Plant(
        "a number has length 1",
        claims.test_has_no_length_without_dimensions,
        f"{TENSOR}.__len__",
        lambda original: lambda self: self.shape[0] if self.dim() else 1,
    ),
    Plant("an element has 8 bytes", claims.test_knows_the_bytes_of_an_element, f"{TENSOR}.element_size", constant(8)),
    Plant(
        "the bytes of the storage count",
        claims.test_knows_its_bytes,
        f"{TENSOR}.nbytes",
        attribute(lambda n: n or 4),
    ),
    Plant(
        "bool is signed",
        claims.test_knows_the_kind_of_its_dtype,
        f"{TENSOR}.is_signed",
        constant(True),
        {"dtype": torch.bool},
    ),
    Plant(
        "names are ignored",
        claims.test_names_its_type,
        f"{TENSOR}.type",
        lambda original: lambda self, *name: self if name and isinstance(name[0], str) else original(self, *name),
    ),
    Plant("the CPU is number 0", claims.test_lies_on_a_device, f"{TENSOR}.get_device", constant(0)),
    Plant(
        "strides of sides of size 1 count",
        claims.test_knows_whether_it_is_contiguous,
        f"{TENSOR}.is_contiguous",
        by_strides,
        {"row": LAYOUTS["a side of 1 in the middle"]},
    ),
    Plant(
        "memory_format is ignored",
        claims.test_knows_whether_channels_are_last,
        f"{TENSOR}.is_contiguous",
        lambda original: lambda self, **options: original(self),
        {"row": LAYOUTS["channels last"]},
    ),
    Plant(
        "a contiguous tensor is copied",
        claims.test_becomes_contiguous,
        f"{TENSOR}.contiguous",
        lambda original: lambda self: self.clone(memory_format=torch.contiguous_format),
        {"row": LAYOUTS["row by row"]},
    ),
    Plant(
        "memory_format is ignored",
        claims.test_becomes_contiguous_with_channels_last,
        f"{TENSOR}.contiguous",
        lambda original: lambda self, **options: original(self),
    ),
    Plant("mT is a copy", claims.test_transposes_a_matrix, f"{TENSOR}.mT", copied),
    Plant(
        "all dimensions are reversed",
        claims.test_transposes_the_last_two_dimensions,
        f"{TENSOR}.mT",
        lambda original: property(lambda self: self.permute(*range(self.dim() - 1, -1, -1))),
    ),
    Plant(
        "the conjugate is left out",
        claims.test_transposes_matrices_alone,
        f"{TENSOR}.H",
        lambda original: property(lambda self: self.t()),
    ),
    Plant(
        "parts are exchanged",
        claims.test_has_real_and_imaginary_part,
        f"{TENSOR}.imag",
        lambda original: property(lambda self: self.real),
        {"dtype": torch.complex64},
    ),
    Plant("the real part is a copy", claims.test_shares_its_parts, f"{TENSOR}.real", real_copied),
    Plant("the real part is a copy", claims.test_is_its_own_real_part, f"{TENSOR}.real", real_copied),
    Plant("views are no leaves", claims.test_is_a_leaf_unless_computed_with_grad, f"{TENSOR}.is_leaf", no_views),
    Plant(
        "grad stays on",
        claims.test_may_stop_requiring_grad,
        f"{TENSOR}.requires_grad_",
        lambda original: lambda self, flag=True: original(self, True),
    ),
    Plant(
        "the first shape counts",
        claims.test_broadcasts_shapes,
        "torch.broadcast_shapes",
        lambda original: lambda *shapes: torch.Size(shapes[0]),
    ),
    Plant(
        "the larger side counts",
        claims.test_refuses_shapes_that_do_not_fit,
        "torch.broadcast_shapes",
        largest,
        {"shapes": ((3,), (2,))},
    ),
    Plant("arrays are tensors", claims.test_is_known_as_a_tensor, "torch.is_tensor", negated),
)


@plants(*PLANTS)
def test_is_rejected(plant, request):
    assert_rejected(plant, request)
