"""Wrong answers about what a DataLoader fetches and about saving the dtypes that NumPy lacks."""

import torch

from suites.meta.planting import Plant, assert_rejected, plants
from suites.training import test_exotic_dtypes as dtypes
from suites.training import test_fetching as fetching

SUBSET = "torch.utils.data.Subset."


def asked_of_the_tensors(original):
    """The whole is not asked by its own __getitem__."""
    return lambda self, indices: [self.dataset.tensors[0][self.indices[index]] for index in indices]


def made(original):
    """Every class can be made."""
    return lambda self, dataset, indices: None


def one_bit_off(original):
    def load(file):
        found = original(file)
        return found.view(torch.uint8).bitwise_xor(1).view(found.dtype)

    return load


def signed(original):
    """Unsigned integers come back signed."""

    def load(file, **kwargs):
        found = original(file, **kwargs)
        return found.view(getattr(torch, str(found.dtype).removeprefix("torch.u")))

    return load


UINT16 = {"way": "save", "kind": "uint16"}
PLANTS = (
    Plant("samples are turned", fetching.test_fetches_what_the_class_gives,
          "torch.utils.data._utils.fetch._MapDatasetFetcher.fetch",
          lambda original: lambda self, index: -original(self, index), {"row": fetching.ROWS[0]}),
    Plant("tensors are asked", fetching.test_a_part_gives_what_the_whole_gives, f"{SUBSET}__getitems__",
          asked_of_the_tensors),
    Plant("it is made", fetching.test_a_part_with_a_getitem_of_its_own_needs_a_getitems_too, f"{SUBSET}__init__",
          made),
    Plant("a bit is off", dtypes.test_comes_back_bit_for_bit, "torch.load", one_bit_off, UINT16),
    Plant("they get a sign", dtypes.test_comes_back_bit_for_bit, "torch.load", signed, UINT16),
    Plant("strides are lost", dtypes.test_views_come_back_with_their_strides, "torch.load",
          lambda original: lambda file: original(file).contiguous(), UINT16),
    Plant("conjugation is lost", dtypes.test_lazy_views_come_back_with_their_values, "torch.load",
          lambda original: lambda file: original(file).conj(), {"way": "save", "kind": "complex64"}),
)  # fmt: skip


@plants(*PLANTS)
def test_is_rejected(plant, request):
    assert_rejected(plant, request)
