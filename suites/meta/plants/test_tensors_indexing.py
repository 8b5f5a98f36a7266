"""Wrong answers about what stands between the brackets of x[...], read or written."""

import numpy as np
import torch

from suites.meta.planting import Plant, assert_rejected, plants
from suites.tensors import test_advanced_indexing as advanced
from suites.tensors import test_assignment as assignment
from suites.tensors import test_indexing as basic

GET, SET = "torch.Tensor.__getitem__", "torch.Tensor.__setitem__"


def each(change):
    """Every index is changed before it is used."""

    def change_all(key):
        return tuple(change(item) for item in key) if isinstance(key, tuple) else change(key)

    def wrong(original):
        return lambda x, key, *value: original(x, change_all(key), *value)

    return wrong


def whole(change):
    """The key is changed before it is used."""
    return lambda original: lambda x, key, *value: original(x, change(key), *value)


def then(change):
    """What is read is changed."""
    return lambda original: lambda x, key: change(original(x, key))


def is_int(item):
    return isinstance(item, int) and not isinstance(item, bool)


def is_index(item):
    return isinstance(item, torch.Tensor) and item.dtype is torch.int64


def is_mask(item):
    return isinstance(item, torch.Tensor) and item.dtype is torch.bool


def from_the_start(item):
    if is_index(item):
        return item.clamp(min=0)
    return max(item, 0) if is_int(item) else item


def one_further(item):
    negative = isinstance(item, slice) and item.start is not None and item.start < -1
    return slice(item.start + 1, item.stop, item.step) if negative else item


def without_step(item):
    return slice(item.start, item.stop) if isinstance(item, slice) else item


def within(size):
    def clamped(item):
        if is_index(item):
            return item.clamp(-size, size - 1) * 0
        return 0 if is_int(item) else item

    return clamped


def tolerant(answer):
    """Where torch raises, an answer is given instead."""

    def wrong(original):
        def answered(x, key, *value):
            try:
                return original(x, key, *value)
            except (IndexError, TypeError, ValueError, RuntimeError):
                return answer(x)

        return answered

    return wrong


def mask_less(key):
    """The first place that a mask keeps is dropped."""
    if not is_mask(key) or not key.any():
        return key
    kept = key.clone()
    kept.view(-1)[int(kept.view(-1).to(torch.int64).argmax())] = False
    return kept


def flattens(item):
    return item.reshape(-1) if is_index(item) else item


def separated_in_place(original):
    def wrong(x, key):
        apart = isinstance(key, tuple) and len(key) == 3 and is_index(key[0]) and is_index(key[2])
        return original(x, key).movedim(0, 1) if apart else original(x, key)

    return wrong


def as_numpy(original):
    def wrong(x, key):
        mixed = isinstance(key, tuple) and is_int(key[0]) and is_index(key[-1])
        return original(x, key).transpose(0, 1) if mixed else original(x, key)

    return wrong


def backwards(key):
    return (*key[:-1], np.asarray(key[-1])[::-1].copy())


def only_front(original):
    return lambda x, key: original(x, key[0]) if isinstance(key, tuple) else original(x, key)


def writes(change):
    """The value is changed before it is written."""
    return lambda original: lambda x, key, value: original(x, key, change(value))


def writes_to_a_copy(original):
    return lambda x, key, value: original(x.clone(), key, value)


def spills(original):
    def wrong(x, key, value):
        original(x, key, value)
        if x.numel():
            x.view(-1)[-1].copy_(x.view(-1)[0]) if x.is_contiguous() else x.zero_()

    return wrong


def rounds(value):
    return value.round() if isinstance(value, torch.Tensor) else value


def adds_once(original):
    return lambda x, at, value, accumulate=False: original(x, at, x[at] + value if accumulate else value)


PLANTS = (
    Plant("a negative start is one too far right", basic.test_gives_what_numpy_gives, GET, each(one_further)),
    Plant("steps are ignored", basic.test_gives_what_numpy_gives, GET, each(without_step)),
    Plant("a negative start is one too far right", basic.test_a_slice_keeps_every_step, GET, each(one_further)),
    Plant("-1 is 0", basic.test_an_integer_takes_a_row, GET, each(from_the_start)),
    Plant("-1 is 0", basic.test_a_slice_then_an_integer_takes_a_column, GET, each(from_the_start)),
    Plant("negative integers are 0", basic.test_a_negative_integer_counts_from_the_end, GET, each(from_the_start)),
    Plant(
        "iterates backwards",
        basic.test_iterating_gives_the_slices_of_the_first_dimension,
        "torch.Tensor.__iter__",
        lambda original: lambda x: reversed([*original(x)]),
    ),
    Plant(
        "an element keeps a dimension",
        basic.test_an_integer_for_each_dimension_gives_one_element,
        GET,
        then(lambda result: result.reshape(1)),
    ),
    Plant(
        "a NumPy integer keeps the dimension",
        basic.test_an_integer_may_be_a_number_of_numpy_or_torch,
        GET,
        whole(lambda key: [int(key)] if isinstance(key, np.integer) else key),
        {"spelling": np.int64},
    ),
    Plant("what is out of range is taken as 0", basic.test_an_integer_out_of_range_raises, GET, each(within(1))),
    Plant("too many are ignored", basic.test_too_many_indices_raise, GET, tolerant(lambda x: x)),
    Plant("too many are ignored", basic.test_too_many_integers_raise, GET, tolerant(lambda x: x)),
    Plant("a negative step reads backwards", basic.test_a_negative_step_raises, GET, tolerant(lambda x: x.flip(0))),
    Plant("a float is truncated", basic.test_what_is_no_index_raises, GET, tolerant(lambda x: x), {"key": 1.0}),
    Plant("negative indices are 0", advanced.test_index_tensors_take_elements, GET, each(from_the_start)),
    Plant("the index is flattened", advanced.test_index_tensors_take_elements, GET, each(flattens)),
    Plant(
        "the index is flattened",
        advanced.test_an_index_tensor_puts_its_shape_in_place_of_the_dimension,
        GET,
        each(flattens),
    ),
    Plant("-k is 0", advanced.test_a_negative_index_in_a_tensor_counts_from_the_end, GET, each(from_the_start)),
    Plant(
        "the dimensions stay where the first index was",
        advanced.test_separated_index_tensors_put_their_dimensions_first,
        GET,
        separated_in_place,
    ),
    Plant("as NumPy has it", advanced.test_an_integer_is_no_index_tensor, GET, as_numpy),
    Plant(
        "a list is read backwards",
        advanced.test_lists_and_arrays_of_integers_are_index_tensors,
        GET,
        whole(backwards),
        {"form": list},
    ),
    Plant(
        "the array is flattened",
        advanced.test_an_array_of_several_dimensions_is_one_index,
        GET,
        whole(lambda key: key.ravel()),
    ),
    Plant("the first place is dropped", advanced.test_a_mask_keeps_the_places_that_are_true, GET, each(mask_less)),
    Plant("what follows is ignored", advanced.test_a_slice_may_follow_a_mask, GET, only_front),
    Plant("-1 is 0", advanced.test_what_follows_a_mask_in_the_middle, GET, each(one_further)),
    Plant("what follows is ignored", advanced.test_a_mask_counts_as_many_dimensions_as_it_has, GET, only_front),
    Plant("the mask is inverted", advanced.test_an_array_may_be_the_mask, GET, whole(lambda key: ~key)),
    Plant(
        "True is 0",
        advanced.test_a_single_bool_is_a_mask_of_no_dimensions,
        GET,
        then(lambda result: result.squeeze(0)),
        {"value": True},
    ),
    Plant("is clamped", advanced.test_an_index_out_of_range_raises, GET, each(within(1))),
    Plant("an answer", advanced.test_indices_that_do_not_broadcast_raise, GET, tolerant(lambda x: x)),
    Plant("an answer", advanced.test_a_mask_of_another_shape_raises, GET, tolerant(lambda x: x)),
    Plant("is truncated", advanced.test_a_floating_tensor_is_no_index, GET, tolerant(lambda x: x[:1])),
    Plant("writes to a copy", assignment.test_a_number_fills_a_column, SET, writes_to_a_copy),
    Plant("writes beside, too", assignment.test_a_number_fills_a_column, SET, spills),
    Plant("negative integers are 0", assignment.test_writes_what_basic_indices_name, SET, each(from_the_start)),
    Plant("a negative start is too far right", assignment.test_writes_what_a_slice_keeps, SET, each(one_further)),
    Plant("negative indices are 0", assignment.test_writes_what_index_tensors_name, SET, each(from_the_start)),
    Plant("writes beside, too", assignment.test_writes_where_the_mask_is_true, SET, spills),
    Plant("one place is left out", assignment.test_a_number_fills_what_the_mask_keeps, SET, each(mask_less)),
    Plant(
        "rounds",
        assignment.test_the_value_is_converted_to_the_dtype,
        SET,
        writes(rounds),
        {"dtype": torch.int32},
    ),
    Plant("writes to a copy", assignment.test_a_view_that_is_assigned_to_writes_to_its_base, SET, writes_to_a_copy),
    Plant("writes beside, too", assignment.test_a_row_may_be_written_over_another, SET, spills),
    Plant("nothing is said", assignment.test_a_value_that_does_not_broadcast_raises, SET, tolerant(lambda x: None)),
    Plant("nothing is said", assignment.test_an_assignment_out_of_range_raises, SET, tolerant(lambda x: None)),
    Plant(
        "what is named twice is added once",
        assignment.test_index_put_writes_or_accumulates,
        "torch.Tensor.index_put_",
        adds_once,
        {"accumulate": True},
    ),
    Plant(
        "a new tensor",
        assignment.test_index_put_writes_or_accumulates,
        "torch.Tensor.index_put_",
        lambda original: lambda x, at, value, accumulate=False: original(x.clone(), at, value, accumulate),
        {"accumulate": False},
    ),
)


@plants(*PLANTS)
def test_is_rejected(plant, request):
    assert_rejected(plant, request)
