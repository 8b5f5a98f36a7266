"""Wrong answers about loaders, samplers and workers, and about gradients that are reset."""

import torch

from suites.meta.planting import Plant, assert_rejected, plants
from suites.meta.wrong import forgiving, setting
from suites.optim import test_zero_grad as zero
from suites.training import test_loading as claims

DATA = "torch.utils.data."
LOADER = f"{DATA}DataLoader"


def one_at_most(original):
    """A stream has one worker."""
    return lambda self, samples, *args, num_workers=0, **kwargs: original(
        self, samples, *args, num_workers=min(num_workers, 1), **kwargs
    )


def last_two_exchanged(original):
    def iterate(self):
        batches = list(original(self))
        return iter([*batches[:-2], *batches[-2:][::-1]])

    return iterate


def all_of_them(original):
    return lambda self: iter(torch.randperm(len(self.data_source)).tolist())


def rounded_up(original):
    return lambda self: -(-10 // (self.batch_size or 1))


def settable(original):
    return lambda self, name, value: object.__setattr__(self, name, value)


def by_factor(original):
    """zero_grad multiplies by zero."""

    def zero_grad(self, set_to_none=True):
        parameters = [p for group in self.param_groups for p in group["params"]]
        for parameter in parameters:
            parameter.grad = None if set_to_none else parameter.grad.mul_(0)

    return zero_grad


def dense_alone(original):
    """zero_grad leaves sparse gradients alone."""

    def zero_grad(self, set_to_none=True):
        kept = [(p, p.grad.clone()) for g in self.param_groups for p in g["params"] if p.grad.is_sparse]
        original(self, set_to_none)
        for parameter, gradient in kept:
            parameter.grad = gradient

    return zero_grad


PLANTS = (
    Plant("the generator is not asked", claims.test_draws_from_the_generator_it_is_given,
          f"{DATA}WeightedRandomSampler.__init__", setting(generator=None), {"name": "WeightedRandomSampler"}),
    Plant("all are drawn", claims.test_draws_as_many_as_told, f"{DATA}RandomSampler.__iter__", all_of_them,
          {"replacement": False, "count": 4}),
    Plant("one worker reads", claims.test_each_worker_has_a_copy_of_a_stream, f"{LOADER}.__init__", one_at_most,
          {"shared": False, "expected": sorted(2 * list(range(10)))}),
    Plant("the last come first", claims.test_workers_keep_the_order, f"{LOADER}.__iter__", last_two_exchanged),
    Plant("it is not called", claims.test_calls_worker_init_fn_in_each_worker, f"{LOADER}.__init__",
          setting(worker_init_fn=None), {"samples": range(4)}),
    Plant("the last batch counts", claims.test_length_is_the_number_of_batches, f"{LOADER}.__len__", rounded_up,
          {"samples": claims.Stream(), "size": 3, "drop_last": True}),
    Plant("it may be set", claims.test_cannot_be_changed_once_made, f"{LOADER}.__setattr__", settable,
          {"name": "batch_size"}),
    Plant("anything goes", claims.test_refuses_settings_of_workers_it_has_not, f"{LOADER}.__init__", forgiving,
          {"settings": {"num_workers": -1}}),
    Plant("anything goes", claims.test_fetches_ahead_with_workers_alone, f"{LOADER}.__init__", forgiving),
    Plant("the tail is filled up", claims.test_replicas_share_the_data,
          f"{DATA}distributed.DistributedSampler.__init__", setting(drop_last=False),
          {"length": 11, "count": 2, "drop_last": True}),
    Plant("epochs are alike", claims.test_replicas_shuffle_alike_and_anew_in_each_epoch,
          f"{DATA}distributed.DistributedSampler.set_epoch", lambda original: lambda self, epoch: None),
    Plant("streams are taken", claims.test_streams_cannot_be_concatenated, f"{DATA}ConcatDataset.__init__",
          forgiving),
    Plant("lists stay as they are", claims.test_converts_numbers_of_numpy_in_containers, f"{DATA}default_convert",
          lambda original: lambda values: original(values) if isinstance(values, torch.Tensor) else values),
    Plant("bytes are joined", claims.test_leaves_text_and_bytes_in_a_list, f"{DATA}default_collate",
          lambda original: lambda batch: b"".join(batch), {"samples": [b"a", b"bc"]}),
    Plant("a float is a float", claims.test_collates_by_a_map_of_types, f"{DATA}_utils.collate.collate",
          lambda original: lambda batch, *, collate_fn_map: original(batch, collate_fn_map={
              **collate_fn_map, float: lambda values, collate_fn_map: values[0]})),
    Plant("NaN stays", zero.test_resets_any_gradient, "torch.optim.SGD.zero_grad", by_factor,
          {"hold": "loop", "set_to_none": False}),
    Plant("sparse ones stay", zero.test_resets_sparse_gradients, "torch.optim.SGD.zero_grad", dense_alone,
          {"hold": zero.looped}),
)  # fmt: skip


@plants(*PLANTS)
def test_loading_rejects(plant, request):
    assert_rejected(plant, request)
