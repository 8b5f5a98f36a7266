"""Wrong answers about lazy modules, some of which only a mended torch would make visible."""

from suites.meta.planting import Plant, Repair, assert_rejected, assert_rejected_once_mended, plants
from suites.nn import test_lazy as lazy

LINEAR, CONV = "torch.nn.LazyLinear.initialize_parameters", "torch.nn.LazyConv2d.initialize_parameters"
CASE = dict(zip(("make", "kind", "attribute", "shape", "size"), lazy.CASES["LazyLinear"]))


def known(attribute, size):
    """After its first input the module says that its size is another."""

    def wrong(original):
        def initialize(self, x):
            original(self, x)
            setattr(self, attribute, size(x))

        return initialize

    return wrong


HELD = (
    Plant("the size is off", lazy.test_becomes_ordinary_by_its_first_input, LINEAR,
          known("in_features", lambda x: 1), CASE),
    Plant("shapes are made up", lazy.test_uninitialised_parameters_have_no_shape,
          "torch.nn.parameter.UninitializedParameter.shape", lambda original: property(lambda self: (0,))),
    Plant("the weight is drawn anew", lazy.test_lazy_linear_loads_the_state_of_an_ordinary_one,
          "torch.nn.Module.load_state_dict",
          lambda original: lambda self, values: original(self, {k: v + 1 for k, v in values.items()})),
    Plant("the size is not known", lazy.test_infers_its_size, CONV, known("in_channels", lambda x: 0),
          {"name": "LazyConv2d"}),
    Plant("the size is not known", lazy.test_lazy_linear_infers_its_size_when_loaded, LINEAR,
          known("in_features", lambda x: 0)),
)  # fmt: skip
#: No size is known today of a convolution whose parameters were loaded.
MENDED = Plant("the size is off", lazy.test_infers_its_size_when_loaded, CONV, known("in_channels", lambda x: 1),
               {"name": "LazyConv2d"})  # fmt: skip
REPAIR = Repair(CONV, known("in_channels", lambda x: x.shape[1]))
PLANTS = (*HELD, MENDED)


@plants(*HELD)
def test_is_rejected(plant, request):
    assert_rejected(plant, request)


@plants(MENDED)
def test_is_rejected_once_mended(plant, request):
    assert_rejected_once_mended(plant, REPAIR, request)
