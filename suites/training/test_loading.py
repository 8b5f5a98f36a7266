"""DataLoader and samplers told by their options: workers, generators, replicas, and what is refused or converted."""

import numpy as np
import pytest
import torch
from torch.utils import data

from suites.kit import array, close, documents

DRAWERS = {
    "DataLoader": lambda g: data.DataLoader(range(40), shuffle=True, batch_size=None, generator=g),
    "RandomSampler": lambda g: data.RandomSampler(range(40), generator=g),
    "RandomSampler with replacement": lambda g: data.RandomSampler(range(40), True, 40, generator=g),
    "WeightedRandomSampler": lambda g: data.WeightedRandomSampler(np.arange(1.0, 41), 40, generator=g),
    "SubsetRandomSampler": lambda g: data.SubsetRandomSampler(range(40), generator=g),
}


def seeded(seed):
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=documents(f"torch.utils.data.{n.split()[0]}"), id=n) for n in DRAWERS]
)
def test_draws_from_the_generator_it_is_given(name):
    """With generator= the order is drawn from that generator: the same after the same seed, another after another."""
    first, again, other = ([int(n) for n in DRAWERS[name](seeded(seed))] for seed in (1, 1, 2))

    assert first == again
    assert first != other


@documents("torch.utils.data.RandomSampler")
@pytest.mark.parametrize("replacement", [False, True])
@pytest.mark.parametrize("count", [1, 4, 9, 40])
def test_draws_as_many_as_told(replacement, count):
    """num_samples says how many are drawn, fewer or more than there are; without replacement each comes as often."""
    drawn = list(data.RandomSampler(range(9), replacement, count))
    counts = np.bincount(drawn, minlength=9)

    assert len(drawn) == len(data.RandomSampler(range(9), replacement, count)) == count
    assert set(drawn) <= set(range(9))
    assert replacement or counts.max() - counts.min() <= 1


class Stream(data.IterableDataset):
    """The numbers below ten, that its workers share unless told not to."""

    def __init__(self, shared=True):
        self.shared = shared

    def __len__(self):
        return 10

    def __iter__(self):
        worker = data.get_worker_info()
        here, count = (worker.id, worker.num_workers) if worker and self.shared else (0, 1)
        return iter(range(here, 10, count))


class Places(data.Dataset):
    """For each index its worker, how many there are, and the worker's seed."""

    def __len__(self):
        return 8

    def __getitem__(self, index):
        worker = data.get_worker_info()
        return index, worker.id, worker.num_workers, worker.seed - torch.initial_seed(), int(torch.randint(2**40, ()))


@documents("torch.utils.data.DataLoader", "torch.utils.data.IterableDataset", "torch.utils.data.get_worker_info")
@pytest.mark.parametrize(("shared", "expected"), [(True, sorted(range(10))), (False, sorted(2 * list(range(10))))])
def test_each_worker_has_a_copy_of_a_stream(shared, expected):
    """Every worker reads its own copy of an IterableDataset, so that samples come twice unless it shares them out."""
    found = [int(n) for n in data.DataLoader(Stream(shared), batch_size=None, num_workers=2)]

    assert sorted(found) == expected
    assert data.get_worker_info() is None


@documents("torch.utils.data.DataLoader", "torch.utils.data.get_worker_info")
def test_workers_keep_the_order():
    """Batches of several workers come in order; worker_init_fn sees each worker's id first, and each has a seed."""
    rows = [array(torch.stack(batch, 1)) for batch in data.DataLoader(Places(), 2, num_workers=2)]
    index, worker, count, seed, drawn = np.concatenate(rows).T

    assert index.tolist() == list(range(8))
    assert worker.tolist() == [0, 0, 1, 1, 0, 0, 1, 1]
    assert set(count) == {2}
    assert set(seed) == {0}
    assert len(set(drawn)) == 8


def refusing(worker):
    raise LookupError(f"worker {worker}")


@documents("torch.utils.data.DataLoader")
@pytest.mark.parametrize("samples", [range(4), Stream()], ids=["map", "stream"])
def test_calls_worker_init_fn_in_each_worker(samples):
    """worker_init_fn is called in each worker with its id, before data are loaded; its errors are passed on."""
    with pytest.raises(LookupError, match="worker 0"):
        list(data.DataLoader(samples, num_workers=1, worker_init_fn=refusing))


@documents("torch.utils.data.DataLoader")
@pytest.mark.parametrize("drop_last", [False, True])
@pytest.mark.parametrize("size", [1, 3, 5, 10, 11])
@pytest.mark.parametrize("samples", [range(10), Stream()], ids=["map", "stream"])
def test_length_is_the_number_of_batches(samples, size, drop_last):
    """len(loader) is the number of batches that come, of streams of a known length too."""
    loader = data.DataLoader(samples, batch_size=size, drop_last=drop_last)

    assert len(loader) == len(list(loader)) == (10 // size if drop_last else -(-10 // size))


@documents("torch.utils.data.DataLoader")
@pytest.mark.parametrize("name", ["batch_size", "batch_sampler", "sampler", "drop_last", "dataset"])
def test_cannot_be_changed_once_made(name):
    """Setting the data, the samplers or the size of batches of a loader raises ValueError."""
    loader = data.DataLoader(range(4))

    with pytest.raises(ValueError):
        setattr(loader, name, getattr(loader, name))


@documents("torch.utils.data.DataLoader")
@pytest.mark.parametrize("settings", [{"num_workers": -1}, {"timeout": -1}, {"persistent_workers": True}], ids=str)
def test_refuses_settings_of_workers_it_has_not(settings):
    """Negative numbers of workers and seconds, and workers that persist without workers, raise ValueError."""
    with pytest.raises(ValueError):
        data.DataLoader(range(4), **settings)


@documents("torch.utils.data.DataLoader", since="2.0")
def test_fetches_ahead_with_workers_alone():
    """prefetch_factor without workers raises ValueError."""
    with pytest.raises(ValueError):
        data.DataLoader(range(4), prefetch_factor=2)


def replicas(length, count, **settings):
    """What each of the replicas gets."""
    return [list(data.distributed.DistributedSampler(range(length), count, rank, **settings)) for rank in range(count)]


@documents("torch.utils.data.distributed.DistributedSampler")
@pytest.mark.parametrize("drop_last", [False, True])
@pytest.mark.parametrize(("length", "count"), [(10, 2), (11, 2), (10, 4), (3, 5), (7, 3)])
def test_replicas_share_the_data(length, count, drop_last):
    """Replica r gets every count-th sample from the r-th on; the rest is dropped, or filled up from the beginning."""
    each = length // count if drop_last else -(-length // count)
    order = np.resize(np.arange(length), each * count)

    found = replicas(length, count, shuffle=False, drop_last=drop_last)
    assert found == [order[rank::count].tolist() for rank in range(count)]
    assert len(data.distributed.DistributedSampler(range(length), count, 0, drop_last=drop_last)) == each


@documents("torch.utils.data.distributed.DistributedSampler")
def test_replicas_shuffle_alike_and_anew_in_each_epoch():
    """All replicas cut the same order, which is another one after set_epoch and for another seed."""
    sampler = data.distributed.DistributedSampler(range(40), 1, 0, seed=3)
    first, again = list(sampler), list(sampler)
    sampler.set_epoch(1)

    assert first == again
    assert sorted(sampler) == sorted(first) == list(range(40))
    assert list(sampler) != first
    assert replicas(40, 1, seed=4)[0] != first
    halves = replicas(40, 2, seed=3)
    assert [n for pair in zip(*halves) for n in pair] == first


@documents("torch.utils.data.ConcatDataset")
def test_streams_cannot_be_concatenated():
    """ConcatDataset of an IterableDataset raises AssertionError."""
    with pytest.raises(AssertionError):
        data.ConcatDataset([Stream()])


@documents("torch.utils.data.default_convert")
def test_converts_numbers_of_numpy_in_containers():
    """default_convert makes tensors of NumPy's arrays, in lists, tuples and dictionaries too, and leaves the rest."""
    values = np.arange(3.0)
    found = data.default_convert({"a": [values, "text"], "b": (values[:2], 5)})

    assert isinstance(found["a"][0], torch.Tensor)
    close(found["a"][0], values)
    close(found["b"][0], values[:2])
    assert (found["a"][1], found["b"][1]) == ("text", 5)
    tensor = torch.ones(2)
    assert data.default_convert(tensor) is tensor


@documents("torch.utils.data.default_collate")
@pytest.mark.parametrize("samples", [["a", "bc"], [b"a", b"bc"]], ids=["text", "bytes"])
def test_leaves_text_and_bytes_in_a_list(samples):
    """A batch of text or of bytes is the list of the samples."""
    assert data.default_collate(samples) == samples


class Named(float):
    """A number of a class of its own."""


@documents("torch.utils.data.default_collate", since="2.0")
def test_collates_by_a_map_of_types():
    """collate_fn_map says what becomes of samples of a type, of classes derived from it, and inside of containers."""
    from torch.utils.data._utils.collate import collate, default_collate_fn_map

    table = {**default_collate_fn_map, float: lambda batch, *, collate_fn_map=None: sum(batch)}
    plain = {float: lambda batch, *, collate_fn_map=None: max(batch)}

    assert collate([(1.0, 2), (3.0, 4)], collate_fn_map=table)[0] == 4.0
    assert collate([Named(1), Named(2)], collate_fn_map=plain) == 2.0
