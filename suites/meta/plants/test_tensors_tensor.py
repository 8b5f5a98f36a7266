"""Wrong answers about torch.tensor."""

import numpy as np
import torch

from suites.meta.planting import Plant, assert_rejected, plants
from suites.meta.wrong import forgiving, ignoring, setting
from suites.meta.wrong_tensors import arguments, bumped, result
from suites.tensors import test_tensor as claims

TENSOR = "torch.tensor"
ROWS = {row.name: row for row in claims.INFERRED}


def padded(original):
    """Short lists are filled up with zeros."""

    def wrong(data, **options):
        width = max(len(row) if isinstance(row, list) else 1 for row in data)
        rows = [(row if isinstance(row, list) else [row]) + [0] * width for row in data]
        return torch.zeros(len(rows), width, **options)

    return wrong


def shared(original):
    return lambda data, **options: data.detach() if isinstance(data, torch.Tensor) else original(data, **options)


def over_the_array(original):
    return lambda data, **options: torch.from_numpy(data) if isinstance(data, np.ndarray) else original(data, **options)


def through_double(original):
    return lambda data, **options: original([float(v) for v in data], dtype=torch.float64).to(torch.int64)


def truncated(original):
    return lambda data, **options: original([int(v) if isinstance(v, float) else v for v in data], **options)


def warned(original):
    """The planted copy warns as torch.tensor does."""

    def wrong(data, **options):
        import warnings

        warnings.warn("prefer clone", UserWarning, stacklevel=2)
        return shared(original)(data, **options) if not options else original(data.detach().numpy(), **options)

    return wrong


def history_kept(original):
    def wrong(data, **options):
        import warnings

        warnings.warn("prefer clone", UserWarning, stacklevel=2)
        return data.clone()

    return wrong


def squeezed(x):
    return x.reshape(0) if x.numel() == 0 else x


PLANTS = (
    Plant("rows are columns", claims.test_reads_the_nested_list_of_the_guide, TENSOR, result(lambda x: x.t())),
    Plant("ints are int32", claims.test_infers_the_dtype, TENSOR, result(lambda x: x.int()), {"row": ROWS["ints"]}),
    Plant(
        "the first element decides",
        claims.test_infers_the_dtype,
        TENSOR,
        truncated,
        {"row": ROWS["an int before floats"]},
    ),
    Plant(
        "the last element is off by one", claims.test_has_the_shape_and_values_of_nested_lists, TENSOR, result(bumped)
    ),
    Plant("empty lists have no shape", claims.test_keeps_the_lengths_of_empty_lists, TENSOR, result(squeezed)),
    Plant(
        "floats are float32",
        claims.test_reads_floats_in_the_default_dtype,
        TENSOR,
        setting(dtype=torch.float32),
        {"dtype": torch.float64},
    ),
    Plant(
        "complex numbers are complex64",
        claims.test_reads_complex_numbers_in_twice_the_default_dtype,
        TENSOR,
        setting(dtype=torch.complex64),
    ),
    Plant("ints pass through float64", claims.test_keeps_every_int_of_64_bits, TENSOR, through_double),
    Plant(
        "values after the 4096th row are repeated",
        claims.test_reads_long_lists,
        TENSOR,
        result(lambda x: torch.cat([x[:4097], x[4096:-1]])),
    ),
    Plant("short lists are padded", claims.test_refuses_ragged_lists, TENSOR, padded, {"data": [[1, 2], [3]]}),
    Plant("the last element is off by one", claims.test_copies_an_array, TENSOR, result(bumped)),
    Plant("the array is shared", claims.test_shares_no_memory_with_an_array, TENSOR, over_the_array, {"options": {}}),
    Plant(
        "steps are taken backwards",
        claims.test_reads_an_array_in_its_order,
        TENSOR,
        result(lambda x: x.flip(-1)),
        {"step": 1},
    ),
    Plant("the tensor is shared", claims.test_copies_a_tensor, TENSOR, warned, {"layout": "transposed", "options": {}}),
    Plant(
        "history is kept", claims.test_forgets_the_history_of_a_tensor, TENSOR, history_kept, {"requires_grad": False}
    ),
    Plant(
        "requires_grad is ignored",
        claims.test_requires_grad_when_asked_to,
        TENSOR,
        ignoring("requires_grad"),
        {"requires_grad": True},
    ),
    Plant("integers pretend", claims.test_refuses_gradients_of_integers, TENSOR, forgiving, {"dtype": torch.int64}),
    Plant(
        "the device is ignored",
        claims.test_is_made_where_asked,
        TENSOR,
        arguments(lambda data, **options: ((data,), {"device": "meta" if options else "cpu"})),
    ),
)


@plants(*PLANTS)
def test_is_rejected(plant, request):
    assert_rejected(plant, request)
