"""Wrong answers about np.asarray, np.array and ufuncs of tensors."""

import numpy as np
import torch

from suites.meta.planting import Plant, assert_rejected, plants
from suites.numpy_bridge import test_array_protocol as claims

ARRAY, WRAP = "torch.Tensor.__array__", "torch.Tensor.__array_wrap__"


def instead(change):
    """__array__ of a tensor that something was done to first."""
    return lambda original: lambda self, dtype=None, copy=None: original(change(self), dtype)


def then(change):
    """__array_wrap__ whose result something is done to."""
    return lambda original: lambda self, array, *context: change(original(self, array))


def indexing(change):
    """Indexing whose index something is done to first."""
    return lambda original: lambda self, index: original(self, change(index))


PLANTS = (
    Plant(
        "the array is in row-major order",
        claims.test_asarray_keeps_values_shape_dtype_and_strides,
        ARRAY,
        instead(lambda tensor: tensor.contiguous()),
    ),
    Plant("np.asarray gets a copy", claims.test_asarray_shares_memory, ARRAY, instead(lambda tensor: tensor.clone())),
    Plant(
        "the imaginary part is lost",
        claims.test_asarray_casts_to_another_dtype,
        ARRAY,
        lambda original: lambda self, dtype=None: original(self).real.astype(dtype or np.complex128),
        {"dtype": torch.complex64},
    ),
    Plant(
        "the columns come in reverse",
        claims.test_array_copies,
        ARRAY,
        instead(lambda tensor: tensor.flip(1)),
        {"dtype": torch.int64},
    ),
    Plant(
        "a tensor that requires grad is detached",
        claims.test_asarray_refuses_tensors_that_require_grad,
        ARRAY,
        instead(lambda tensor: tensor.detach()),
    ),
    Plant(
        "the conjugate bit is resolved unasked",
        claims.test_asarray_refuses_the_conjugate_bit,
        ARRAY,
        instead(lambda tensor: tensor.resolve_conj()),
    ),
    Plant(
        "the rows come in reverse",
        claims.test_an_array_takes_the_values_of_a_tensor,
        ARRAY,
        instead(lambda tensor: tensor.flip(0)),
        {"dtype": torch.int8},
    ),
    Plant(
        "an array comes back",
        claims.test_ufuncs_of_tensors_are_tensors,
        WRAP,
        lambda original: lambda self, array, *context: array,
        {"name": "sqrt"},
    ),
    Plant(
        "the result is in double precision",
        claims.test_ufuncs_of_tensors_and_arrays_are_tensors,
        WRAP,
        then(lambda tensor: tensor.double()),
        {"name": "add"},
    ),
    Plant(
        "the result lies over the argument",
        claims.test_ufuncs_leave_no_link,
        WRAP,
        lambda original: lambda self, array, *context: self.copy_(original(self, array)),
    ),
    Plant(
        "the mask is turned over",
        claims.test_numpy_masks_select_elements,
        "torch.Tensor.__getitem__",
        indexing(np.logical_not),
    ),
    Plant(
        "a long mask is turned over",
        claims.test_numpy_masks_select_from_any_number_of_rows,
        "torch.Tensor.__getitem__",
        indexing(lambda index: ~index if len(index) > 1000 else index),
        {"rows": 1025},
    ),
    Plant(
        "negative integers count as 0",
        claims.test_numpy_integers_select_rows,
        "torch.Tensor.__getitem__",
        indexing(lambda index: np.maximum(index, 0)),
    ),
    Plant(
        "two dimensions become one",
        claims.test_numpy_integers_with_two_dimensions_select_rows,
        "torch.Tensor.__getitem__",
        indexing(np.ravel),
    ),
    Plant(
        "the number is stored everywhere",
        claims.test_numpy_masks_choose_what_is_stored,
        "torch.Tensor.__setitem__",
        lambda original: lambda self, index, value: original(self, ..., value),
    ),
    Plant(
        "less is more",
        claims.test_compares_with_a_tensor_made_of_an_array,
        "torch.Tensor.__lt__",
        lambda original: lambda self, other: original(other, self),
        {"name": "lt"},
    ),
)


@plants(*PLANTS)
def test_is_rejected(plant, request):
    assert_rejected(plant, request)
