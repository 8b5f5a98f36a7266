"""Wrong answers about what a file holds besides plain tensors."""

import io
from collections import OrderedDict

import torch

from suites.meta.planting import Plant, assert_rejected, plants
from suites.training import test_stored_kinds as claims

pytestmark = claims.pytestmark
LOAD, SAVE = "torch.load", "torch.save"


def changed(change):
    """Something happens to what is loaded."""
    return lambda original: lambda *args, **options: change(original(*args, **options))


def written_back(original):
    """What is written to a mapped file is in the file."""
    kept = {}

    def load(path, mmap=False, **options):
        if path not in kept:
            kept[path] = original(path, mmap=mmap, **options)
        return kept[path]

    return load


def as_numbers(value):
    """Sets become lists, text bytes, and what is neither stays."""
    inner = value["value"]
    return {"value": [*inner] if isinstance(inner, (set, frozenset, range, torch.Size)) else str(inner)}


def compact(original):
    """A view is saved as large as it is."""
    return lambda value, file: original(value.clone() if isinstance(value, torch.Tensor) else value, file)


def doubled(state):
    """The second moments are off by 1e-5."""
    state["optimizer"]["state"][0]["exp_avg_sq"] *= 1.00001
    return state


PLANTS = (
    Plant("the file changes", claims.test_maps_a_file_into_memory, LOAD, written_back, {"only": True}),
    Plant("each for itself", claims.test_views_of_a_mapped_file_share_memory, LOAD,
          changed(lambda parts: [part.clone() for part in parts])),
    Plant("a plain tensor", claims.test_subclasses_come_back, LOAD,
          changed(lambda value: value.as_subclass(torch.Tensor))),
    Plant("all require grad", claims.test_parameters_keep_their_kind, LOAD,
          changed(lambda parts: [part.requires_grad_() for part in parts]), {"requires_grad": False}),
    Plant("repeated indices are added up", claims.test_sparse_tensors_come_back,
          "suites.meta.plants.test_training_stored.again", changed(lambda value: value.coalesce()),
          {"way": lambda value: again(value), "coalesced": False}),
    Plant("another order", claims.test_compressed_tensors_come_back, LOAD,
          changed(lambda value: value.to_dense().flip(0).to_sparse_csr())),
    Plant("no grad is required", claims.test_what_was_computed_comes_back_as_a_leaf, LOAD,
          changed(lambda value: value.detach())),
    Plant("views are cut out", claims.test_a_view_brings_its_storage, SAVE, compact),
    Plant("versions are lost", claims.test_a_state_dict_keeps_order_and_versions, LOAD,
          changed(lambda state: OrderedDict(state))),
    Plant("off by 1e-5", claims.test_an_optimizer_comes_back_with_its_shared_tensors, LOAD, changed(doubled)),
    Plant("another type", claims.test_what_is_no_tensor_comes_back, LOAD, changed(as_numbers), {"value": {1, 2}}),
)  # fmt: skip


def again(value):
    """What torch.load makes of what torch.save wrote."""
    file = io.BytesIO()
    torch.save(value, file)
    file.seek(0)
    return torch.load(file)


@plants(*PLANTS)
def test_is_rejected(plant, request):
    assert_rejected(plant, request)
