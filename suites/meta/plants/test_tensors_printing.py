"""Wrong answers about how tensors print."""

from suites.meta.planting import Plant, assert_rejected, plants
from suites.meta.wrong import ignoring
from suites.tensors import test_printing as claims

REPR, OPTIONS = "torch._tensor_str._str", "torch.set_printoptions"
DEFAULT = {str(row): row for row in claims.DEFAULT}


def text(change):
    """What is printed is changed."""
    return lambda original: lambda *args, **options: change(original(*args, **options))


PLANTS = (
    Plant(
        "float64 is not named",
        claims.test_prints_as_in_the_guide,
        REPR,
        text(lambda s: s.replace(", dtype=torch.float64", "")),
        {"row": DEFAULT["tensor([2., 2., 2., 2., 2.], dtype=torch.float64)"]},
    ),
    Plant(
        "precision is ignored",
        claims.test_prints_as_its_options_say,
        OPTIONS,
        ignoring("precision"),
        {"row": claims.CHOSEN[0]},
    ),
    Plant(
        "linewidth is ignored", claims.test_breaks_lines_at_their_width, OPTIONS, ignoring("linewidth"), {"width": 30}
    ),
    Plant(
        "nothing is summarized",
        claims.test_summarizes_more_than_a_thousand_elements,
        REPR,
        text(lambda s: s.replace("...,", "")),
    ),
    Plant("the profile is ignored", claims.test_prints_by_default_again, OPTIONS, ignoring("profile")),
    Plant(
        "requires_grad is not shown",
        claims.test_prints_what_autograd_knows,
        REPR,
        text(lambda s: s.replace(", requires_grad=True", "")),
    ),
    Plant(
        "a parameter is a tensor",
        claims.test_prints_parameters,
        "torch.nn.Parameter.__repr__",
        lambda original: lambda self: repr(self.data),
    ),
    Plant(
        "float32 is never named",
        claims.test_names_dtypes_beside_the_default,
        REPR,
        text(lambda s: s.replace(", dtype=torch.float32", "")),
    ),
    Plant(
        "the device is not named",
        claims.test_prints_no_values_of_the_meta_device,
        REPR,
        text(lambda s: s.replace("device='meta', ", "")),
    ),
    Plant(
        "the format is ignored",
        claims.test_is_formatted_like_its_number,
        "torch.Tensor.__format__",
        lambda original: lambda self, spec: str(self.item()) if self.dim() == 0 else str(self),
    ),
    Plant("minus signs are lost", claims.test_prints_every_integer, REPR, text(lambda s: s.replace("-", " "))),
    Plant(
        "three digits are printed",
        claims.test_prints_every_number_to_four_digits,
        OPTIONS,
        lambda original: lambda **options: original(**{"precision": 3, **options}),
    ),
)


@plants(*PLANTS)
def test_is_rejected(plant, request):
    assert_rejected(plant, request)
