"""Wrong answers about saving, loading and copying, and about data."""

import copy
import pickle
from collections import OrderedDict

import torch
from torch.utils import data as torch_data

from suites.meta.planting import Plant, assert_rejected, plants
from suites.meta.wrong import forgiving
from suites.training import test_data as data
from suites.training import test_serialization as claims

DATA, LOADER = "torch.utils.data", "torch.utils.data.DataLoader"
SAVE = {"copied": claims.loaded}
PICKLE = {"copied": claims.COPIES["pickle"]}
COPY = {"copied": copy.deepcopy}


def each(change):
    """Something happens to every tensor that is loaded."""

    def walk(value):
        if isinstance(value, torch.Tensor):
            return change(value)
        if type(value) in (list, tuple):
            return type(value)(walk(inner) for inner in value)
        if type(value) in (dict, OrderedDict):
            return type(value)((key, walk(inner)) for key, inner in value.items())
        return value

    return lambda original: lambda *args, **given: walk(original(*args, **given))


def nudged(value):
    return value + 1 if value.numel() and value.dtype is not torch.bool else value


def rebuilt_in_rows(original):
    """Tensors come back row by row."""
    return lambda storage, offset, size, stride, *rest: original(
        storage, offset, size, torch.empty(size, device="meta").stride(), *rest
    )


def trainable(original):
    return lambda self, memo: type(self)(self.data.clone(), True)


def sharing(original):
    return lambda self, memo: self.detach().requires_grad_(self.requires_grad)


def with_gradient(original):
    """The gradient is saved in an attribute and comes back."""

    def load(*args, **given):
        value = original(*args, **given)
        value.grad = torch.zeros_like(value)
        return value

    return load


def on_the_cpu(original):
    return lambda *args, **given: original(*args, **{**given, "map_location": "cpu"})


def plain(original):
    def load(*args, **given):
        value = original(*args, **given)
        return dict(sorted(value.items())) if isinstance(value, OrderedDict) else value

    return load


def appending(original):
    """The first thing saved under a name stays."""
    seen = {}
    return lambda value, file, *rest, **given: original(seen.setdefault(str(file), value), file, *rest, **given)


def trusting(original):
    return lambda *args, **given: original(*args, **{**given, "weights_only": False})


def careless(original):
    """Whatever is wrong with the file, something is loaded."""

    def load(*args, **given):
        try:
            return original(*args, **given)
        except (RuntimeError, EOFError, OSError, pickle.UnpicklingError):
            return torch.zeros(1000)

    return load


def without_gradient(original):
    def deepcopy(self, memo):
        result = original(self, memo)
        result.grad = None
        return result

    return deepcopy


def detaching(original):
    return lambda self, memo: original(self.detach(), memo)


def first_batch_again(original):
    """The batches of a loader are all but the last one."""
    return lambda self: iter([batch.clone() if torch.is_tensor(batch) else batch for batch in original(self)][:-1])


def option(name, value):
    return lambda original: lambda self, *args, **given: original(self, *args, **{**given, name: value})


def next_sample(original):
    return lambda self, index: original(self, (index + 1) % len(self))


def unpaired(original):
    """Inputs are turned round, labels are not."""

    def collate(batch, **given):
        result = original(batch, **given)
        return [result[0].flip(0), *result[1:]] if isinstance(result, list) else result

    return collate


def sorted_order(original):
    return lambda self: iter(sorted(original(self)))


def always_from_seed(original):
    """Each pass draws the same numbers."""

    def sample(self):
        torch.manual_seed(0)
        self.generator = torch.Generator().manual_seed(0)
        return original(self)

    return sample


def another_seed(original):
    def sample(self):
        if self.generator is not None:
            self.generator.seed()
        return original(self)

    return sample


def first_round_again(original):
    def sample(self):
        drawn = list(original(self))
        size = len(self.data_source)
        first = drawn[:size]
        return iter((first * (len(drawn) // size + 1))[: len(drawn)])

    return sample


def evenly(original):
    def sample(self):
        drawn = list(original(self))
        return iter([place % 10 for place in range(len(drawn))])

    return sample


def repeated(original):
    return lambda self: iter([0] * len(list(original(self))))


def overlapping(original):
    def split(whole, *args, **given):
        parts = original(whole, *args, **given)
        return [type(parts[0])(whole, [0] * len(part)) for part in parts]

    return split


def rest_to_the_last(original):
    def split(whole, lengths, **given):
        sizes = [int(len(whole) * share) for share in lengths]
        sizes[-1] += len(whole) - sum(sizes)
        return original(whole, sizes, **given)

    return split


def any_lengths(original):
    return lambda whole, lengths, **given: [torch_data.Subset(whole, [0])] * len(lengths)


def narrowed(original):
    """Numbers become float32."""

    def collate(batch, **given):
        result = original(batch, **given)
        return result.float() if isinstance(result, torch.Tensor) and result.dtype is torch.float64 else result

    return collate


def first_only(original):
    def collate(batch, **given):
        result = original(batch, **given)
        return result[:1].expand(result.shape) if isinstance(result, torch.Tensor) else result

    return collate


def as_lists(original):
    """Named tuples become lists."""

    def collate(batch, **given):
        if isinstance(batch[0], dict):
            result = original(batch, **given)
            return {name: list(value) if isinstance(value, tuple) else value for name, value in result.items()}
        return original(batch, **given)

    return collate


def knowing_all(original):
    def collate(batch, **given):
        try:
            return original(batch, **given)
        except (TypeError, RuntimeError):
            return batch

    return collate


COLLATE = "torch.utils.data.default_collate"

PLANTS = (
    Plant("all is one more", claims.test_comes_back_as_it_was, "torch.load", each(nudged), SAVE),
    Plant("all is one more", claims.test_comes_back_as_it_was, "torch.Tensor.__deepcopy__",
          lambda original: lambda self, memo: nudged(self), COPY),
    Plant("a number gets a side", claims.test_a_number_comes_back, "torch.load", each(torch.atleast_1d), SAVE),
    Plant("row by row", claims.test_keeps_strides, "torch._utils._rebuild_tensor", rebuilt_in_rows,
          {**PICKLE, "layout": "transposed"}),
    Plant("a deep copy shares memory", claims.test_has_memory_of_its_own, "torch.Tensor.__deepcopy__", sharing, COPY),
    Plant("each has its own", claims.test_views_stay_views_of_one_storage, "torch.load",
          each(lambda value: value.clone()), SAVE),
    Plant("two of one", claims.test_one_tensor_twice_is_one_tensor, "torch.load",
          each(lambda value: value.view(value.shape)), SAVE),
    Plant("frozen ones are trainable", claims.test_keeps_requires_grad, "torch.nn.Parameter.__deepcopy__", trainable,
          {**COPY, "requires_grad": False}),
    Plant("a gradient appears", claims.test_a_saved_tensor_has_no_gradient, "torch.load", with_gradient,
          {"kind": claims.tensor}),
    Plant("the conjugate is lost", claims.test_lazy_conjugates_and_negatives_come_back, "torch.load",
          each(lambda value: torch.conj_physical(value) if value.is_complex() else value)),
    Plant("values change on the way", claims.test_map_location_moves_what_is_loaded, "torch.load", each(nudged)),
    Plant("meta has values", claims.test_loads_onto_the_meta_device, "torch.load", on_the_cpu),
    Plant("the order is lost", claims.test_keeps_containers_and_plain_objects, "torch.load", plain),
    Plant("the first stays", claims.test_files_by_name_by_path_and_open, "torch.save", appending),
    Plant("always the first", claims.test_several_objects_follow_each_other_in_the_old_format, "torch.load",
          lambda original: lambda file: (file.seek(0), original(file))[1]),
    Plant("weights are one more", claims.test_weights_only_loads_weights, "torch.load", each(nudged)),
    Plant("all is trusted", claims.test_weights_only_calls_nothing, "torch.load", trusting),
    Plant("all is trusted", claims.test_loads_only_weights_by_default, "torch.load", trusting),
    Plant("anything is loaded", claims.test_refuses_a_broken_file, "torch.load", careless),
    Plant("nothing is loaded", claims.test_a_saved_network_predicts_the_same, "torch.nn.Module.load_state_dict",
          lambda original: lambda self, state: None),
    Plant("the moments are lost", claims.test_training_goes_on_after_a_restart, "torch.optim.Optimizer.load_state_dict",
          lambda original: lambda self, state: original(self, {**state, "state": {}})),
    Plant("the generator starts anew", claims.test_a_generator_goes_on_from_its_saved_state, "torch.load",
          lambda original: lambda *args: torch.Generator().manual_seed(5).get_state()),
    Plant("no gradient", claims.test_a_deep_copy_of_a_leaf_has_its_gradient, "torch.Tensor.__deepcopy__",
          without_gradient),
    Plant("anything can be copied", claims.test_only_leaves_can_be_deep_copied, "torch.Tensor.__deepcopy__", detaching),
    Plant("the last batch is lost", data.test_cuts_batches_in_order, f"{LOADER}.__iter__", first_batch_again,
          {"drop_last": False}),
    Plant("nothing is dropped", data.test_cuts_batches_in_order, f"{LOADER}.__init__", option("drop_last", False),
          {"drop_last": True}),
    Plant("the generator is ignored", data.test_shuffles_each_epoch_anew, f"{DATA}.RandomSampler.__iter__",
          another_seed),
    Plant("nothing is shuffled", data.test_shuffles_into_another_order, f"{DATA}.RandomSampler.__iter__", sorted_order),
    Plant("each epoch is the same", data.test_shuffles_into_another_order, f"{DATA}.RandomSampler.__iter__",
          always_from_seed),
    Plant("a batch of one", data.test_gives_samples_as_they_are_without_batches, f"{LOADER}.__init__",
          option("batch_size", 1)),
    Plant("the last batch is lost", data.test_batches_are_asked_of_the_dataset_by_index, f"{LOADER}.__iter__",
          first_batch_again),
    Plant("the last batch is lost", data.test_cuts_batches_of_a_stream, f"{LOADER}.__iter__", first_batch_again,
          {"drop_last": False}),
    Plant("the sampler's last is lost", data.test_takes_a_sampler_or_batches_of_indices, f"{LOADER}.__iter__",
          first_batch_again),
    Plant("the function is ignored", data.test_collates_by_a_function, f"{LOADER}.__init__",
          option("collate_fn", torch_data.default_collate)),
    Plant("anything goes", data.test_refuses_options_that_exclude_each_other, f"{LOADER}.__init__", forgiving,
          {"options": {"num_workers": -1}}),
    Plant("one further", data.test_pairs_tensors_by_their_first_side, f"{DATA}.TensorDataset.__getitem__", next_sample),
    Plant("lengths may differ", data.test_refuses_tensors_of_different_lengths, f"{DATA}.TensorDataset.__init__",
          forgiving),
    Plant("inputs are turned round", data.test_batches_of_pairs_stay_paired, "torch.utils.data._utils.collate.collate",
          unpaired),
    Plant("in order", data.test_subset_is_at_the_indices, f"{DATA}.Subset.__init__",
          lambda original: lambda self, whole, indices: original(self, whole, sorted(indices))),
    Plant("one further", data.test_datasets_follow_each_other, f"{DATA}.ConcatDataset.__getitem__", next_sample),
    Plant("one further", data.test_datasets_stand_side_by_side, f"{DATA}.StackDataset.__getitem__", next_sample),
    Plant("only the first", data.test_streams_follow_each_other, f"{DATA}.ChainDataset.__iter__",
          lambda original: lambda self: iter(next(iter(self.datasets)))),
    Plant("parts overlap", data.test_splits_at_random_without_overlap, f"{DATA}.random_split", overlapping),
    Plant("the rest goes to the last", data.test_splits_by_fractions, f"{DATA}.random_split", rest_to_the_last),
    Plant("any lengths", data.test_splits_must_add_up, f"{DATA}.random_split", any_lengths),
    Plant("each round is the first", data.test_samples_more_than_there_are_round_by_round,
          f"{DATA}.RandomSampler.__iter__", first_round_again),
    Plant("in turn", data.test_samples_with_replacement, f"{DATA}.RandomSampler.__iter__", evenly),
    Plant("weights are ignored", data.test_samples_by_weight, f"{DATA}.WeightedRandomSampler.__init__",
          lambda original: lambda self, weights, *args, **given: original(self, [1.0] * len(weights), *args, **given)),
    Plant("one again and again", data.test_samples_by_weight_without_replacement,
          f"{DATA}.WeightedRandomSampler.__iter__", repeated),
    Plant("nothing is dropped", data.test_samplers_cut_batches, f"{DATA}.BatchSampler.__init__",
          lambda original: lambda self, sampler, size, drop_last: original(self, sampler, size, False),
          {"drop_last": True}),
    Plant("one again and again", data.test_samples_a_subset_at_random, f"{DATA}.SubsetRandomSampler.__iter__",
          repeated),
    Plant("floats are float32", data.test_collates_numbers_and_arrays, COLLATE, narrowed,
          dict(zip(("samples", "expected"), data.COLLATED["floats"]))),
    Plant("the first again and again", data.test_stacks_tensors, COLLATE, first_only),
    Plant("names are lost", data.test_collates_inside_containers, COLLATE, as_lists),
    Plant("anything is collated", data.test_refuses_what_it_does_not_know, COLLATE, knowing_all),
)  # fmt: skip


@plants(*PLANTS)
def test_is_rejected(plant, request):
    assert_rejected(plant, request)
