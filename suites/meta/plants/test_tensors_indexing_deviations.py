"""Wrong answers about indexing where this torch does not keep a claim: it holds of a torch that is mended."""

import torch

from suites.meta.planting import Plant, Repair, assert_rejected_once_mended, plants
from suites.tensors import test_advanced_indexing, test_gathering, test_ordering, test_shape


def lists_are_tensors(original):
    return lambda x, key: original(x, torch.tensor(key) if isinstance(key, list) else key)


def read_backwards(original):
    return lambda x, key: original(x, key[::-1])


REPAIRS = {
    test_advanced_indexing.test_a_nested_list_is_one_index: Repair("torch.Tensor.__getitem__", lists_are_tensors),
    test_advanced_indexing.test_a_nested_list_may_be_the_mask: Repair("torch.Tensor.__getitem__", lists_are_tensors),
    test_gathering.test_take_along_no_dimension_flattens: Repair(
        "torch.take_along_dim", lambda original: lambda x, index: original(x.contiguous(), index)
    ),
    test_ordering.test_unique_slices_order_numbers_beside_nan: Repair(
        "torch.unique", lambda original: lambda x, dim: original(x)
    ),
    test_shape.test_narrow_copy_writes_into_out: Repair(
        "torch.narrow_copy", lambda original: lambda x, *where, out: out.copy_(original(x, *where))
    ),
    test_shape.test_triangles_are_written_into_out: Repair(
        "torch.tril", lambda original: lambda x, out: out.copy_(original(x))
    ),
}

PLANTS = (
    Plant(
        "the list is read backwards",
        test_advanced_indexing.test_a_nested_list_is_one_index,
        "torch.Tensor.__getitem__",
        read_backwards,
    ),
    Plant(
        "the list is read backwards",
        test_advanced_indexing.test_a_nested_list_may_be_the_mask,
        "torch.Tensor.__getitem__",
        read_backwards,
    ),
    Plant(
        "the first dimension runs fastest",
        test_gathering.test_take_along_no_dimension_flattens,
        "torch.take_along_dim",
        lambda original: lambda x, index: original(x.transpose(0, -1), index),
    ),
    Plant(
        "descending",
        test_ordering.test_unique_slices_order_numbers_beside_nan,
        "torch.unique",
        lambda original: lambda x, dim: original(x, dim).flip(0),
    ),
    Plant(
        "out is left alone",
        test_shape.test_narrow_copy_writes_into_out,
        "torch.narrow_copy",
        lambda original: lambda x, *where, out: out,
    ),
    Plant(
        "out is left alone",
        test_shape.test_triangles_are_written_into_out,
        "torch.tril",
        lambda original: lambda x, out: out,
        {"name": "tril"},
    ),
)


@plants(*PLANTS)
def test_is_rejected_by_a_claim_that_holds_once_torch_is_mended(plant, request):
    assert_rejected_once_mended(plant, REPAIRS[plant.claim], request)
