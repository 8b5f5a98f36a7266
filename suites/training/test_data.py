"""torch.utils.data: datasets, samplers, batches and how samples become tensors."""

import collections

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.utils import data

from suites.kit import array, close, documents, draw, share_memory, tensor

LOOP = ("Neural Networks",)

lengths = st.integers(1, 40)
sizes = st.integers(1, 12)


def cut(length, size, drop_last=False):
    """The batches of ``size`` of the numbers below ``length``."""
    batches = [list(range(length))[start : start + size] for start in range(0, length, size)]
    return [batch for batch in batches if len(batch) == size or not drop_last]


def generator(seed):
    """torch's generator of random numbers, from a seed."""
    return torch.Generator().manual_seed(seed)


@documents("torch.utils.data.DataLoader", guide=LOOP)
@pytest.mark.parametrize("drop_last", [False, True])
@given(length=lengths, size=sizes)
def test_cuts_batches_in_order(length, size, drop_last):
    """A DataLoader gives all samples in order, batch_size at a time; the last batch may be smaller, or is dropped."""
    loader = data.DataLoader(range(length), batch_size=size, drop_last=drop_last)
    expected = cut(length, size, drop_last)

    batches = list(loader)

    assert [batch.tolist() for batch in batches] == expected
    assert len(loader) == len(expected)
    assert all(batch.dtype == torch.int64 for batch in batches)


@documents("torch.utils.data.DataLoader", guide=LOOP)
@given(length=lengths, size=sizes, seed=draw.seeds())
def test_shuffles_each_epoch_anew(length, size, seed):
    """With shuffle=True an epoch has each sample once, and the same seed gives the same order."""
    loader, again = (data.DataLoader(range(length), size, shuffle=True, generator=generator(seed)) for _ in range(2))

    epochs = [[x for batch in loader for x in batch.tolist()] for _ in range(2)]
    repeated = [[x for batch in again for x in batch.tolist()] for _ in range(2)]

    assert [sorted(epoch) for epoch in epochs] == [list(range(length))] * 2
    assert epochs == repeated


@documents("torch.utils.data.DataLoader")
def test_shuffles_into_another_order():
    """The orders of two epochs of a hundred samples differ from each other and from the sorted one (1 in 100!)."""
    loader = data.DataLoader(range(100), shuffle=True, generator=generator(0), batch_size=None)

    first, second = list(loader), list(loader)

    assert first != second
    assert list(range(100)) not in (first, second)
    assert sorted(first) == sorted(second) == list(range(100))


@documents("torch.utils.data.DataLoader")
def test_gives_samples_as_they_are_without_batches():
    """With batch_size=None each sample comes as it is, arrays as tensors."""
    samples = [(1, "one"), (2, "two")]

    assert list(map(tuple, data.DataLoader(samples, batch_size=None))) == samples


@documents("torch.utils.data.DataLoader")
def test_batches_are_asked_of_the_dataset_by_index():
    """Each sample of a batch is dataset[index], by the class's own __getitem__."""

    class Squares(data.Dataset):
        def __len__(self):
            return 5

        def __getitem__(self, index):
            return index * index

    assert [batch.tolist() for batch in data.DataLoader(Squares(), batch_size=2)] == [[0, 1], [4, 9], [16]]


@documents("torch.utils.data.DataLoader", "torch.utils.data.IterableDataset")
@pytest.mark.parametrize("drop_last", [False, True])
def test_cuts_batches_of_a_stream(drop_last):
    """An IterableDataset is read in its order and cut into batches."""

    class Stream(data.IterableDataset):
        def __iter__(self):
            return iter(range(7))

    batches = list(data.DataLoader(Stream(), batch_size=3, drop_last=drop_last))

    assert [batch.tolist() for batch in batches] == cut(7, 3, drop_last)


@documents("torch.utils.data.DataLoader")
def test_takes_a_sampler_or_batches_of_indices():
    """A sampler gives the order of the samples, and a batch_sampler whole batches of indices."""
    letters = [10, 11, 12, 13, 14]

    by_one = data.DataLoader(letters, batch_size=2, sampler=[4, 0, 0])
    by_many = data.DataLoader(letters, batch_sampler=[[3, 1, 2], [0]])

    assert [batch.tolist() for batch in by_one] == [[14, 10], [10]]
    assert [batch.tolist() for batch in by_many] == [[13, 11, 12], [10]]


@documents("torch.utils.data.DataLoader")
def test_collates_by_a_function():
    """collate_fn is given the list of the samples of each batch, and what it returns is the batch."""
    loader = data.DataLoader(["a", "b", "c"], batch_size=2, collate_fn="".join)

    assert list(loader) == ["ab", "c"]


@documents("torch.utils.data.DataLoader")
@pytest.mark.parametrize(
    "options",
    [{"shuffle": True, "sampler": [0]}, {"batch_sampler": [[0]], "batch_size": 2},
     {"batch_sampler": [[0]], "shuffle": True}, {"batch_sampler": [[0]], "drop_last": True},
     {"batch_size": None, "drop_last": True}, {"batch_size": 0}, {"num_workers": -1}, {"timeout": -1}],
    ids=str,
)  # fmt: skip
def test_refuses_options_that_exclude_each_other(options):
    """shuffle with a sampler, a batch_sampler with batch_size, shuffle or drop_last and so on raise ValueError."""
    with pytest.raises(ValueError):
        data.DataLoader([1, 2, 3], **options)


@documents("torch.utils.data.TensorDataset", guide=LOOP)
@given(sample=draw.samples(shape=draw.shapes(least=1, low=1), hard=draw.TAME))
def test_pairs_tensors_by_their_first_side(sample, dtype, device):
    """TensorDataset gives (first[i], second[i], …) and has the length of their first side."""
    values = sample(dtype)
    labels = np.arange(len(values))

    pairs = data.TensorDataset(tensor(values, device), tensor(labels, device))

    assert len(pairs) == len(values)
    for index, (value, label) in enumerate(pairs[i] for i in range(len(pairs))):
        close(value, values[index], device=device)
        assert label.item() == index


@documents("torch.utils.data.TensorDataset")
def test_refuses_tensors_of_different_lengths(device):
    """TensorDataset of tensors whose first sides differ cannot be made."""
    with pytest.raises(AssertionError):
        data.TensorDataset(tensor(np.zeros(3), device), tensor(np.zeros(4), device))


@documents("torch.utils.data.DataLoader", "torch.utils.data.TensorDataset", guide=LOOP)
@given(seed=draw.seeds(), length=lengths, size=sizes)
def test_batches_of_pairs_stay_paired(seed, length, size, device):
    """A batch of a shuffled TensorDataset is a list of stacked tensors in which each input has its own label."""
    values = draw.normal(seed, length, 3)
    pairs = data.TensorDataset(tensor(values, device), tensor(np.arange(length), device))

    batches = list(data.DataLoader(pairs, size, shuffle=True, generator=generator(seed)))

    for inputs, labels in batches:
        close(inputs, values[array(labels)], device=device)
    assert sorted(label for _, labels in batches for label in labels.tolist()) == list(range(length))


@documents("torch.utils.data.Subset")
@given(indices=st.lists(st.integers(0, 9), max_size=6))
def test_subset_is_at_the_indices(indices):
    """Subset has the samples at its indices, in that order and as often."""
    part = data.Subset([value * 10 for value in range(10)], indices)

    assert [part[i] for i in range(len(part))] == [10 * index for index in indices]


@documents("torch.utils.data.ConcatDataset", "torch.utils.data.Dataset")
def test_datasets_follow_each_other():
    """ConcatDataset, or + of datasets, has the samples of one after those of the other; negative indices count back."""
    first, second = (data.TensorDataset(torch.tensor(values)) for values in ([1, 2, 3], [4, 5]))

    for both in (data.ConcatDataset([first, second]), first + second):
        assert [both[i][0].item() for i in range(len(both))] == [1, 2, 3, 4, 5]
        assert [both[-1][0].item(), both[-5][0].item()] == [5, 1]


@documents("torch.utils.data.StackDataset", since="2.1")
def test_datasets_stand_side_by_side():
    """StackDataset gives the samples of several datasets at one index, as a tuple or by name, and has their length."""
    by_place = data.StackDataset([1, 2, 3], "abc")
    by_name = data.StackDataset(number=[1, 2, 3], letter="abc")

    assert [by_place[i] for i in range(len(by_place))] == [(1, "a"), (2, "b"), (3, "c")]
    assert by_name[2] == {"number": 3, "letter": "c"}
    assert len(by_name) == 3


@documents("torch.utils.data.ChainDataset", "torch.utils.data.IterableDataset")
def test_streams_follow_each_other():
    """ChainDataset, or + of streams, gives the samples of one after those of the other."""

    class Stream(data.IterableDataset):
        def __init__(self, *values):
            self.values = values

        def __iter__(self):
            return iter(self.values)

    assert list(data.ChainDataset([Stream(1, 2), Stream(), Stream(3)])) == [1, 2, 3]
    assert list(Stream(1, 2) + Stream(3)) == [1, 2, 3]


@documents("torch.utils.data.random_split")
@given(
    sizes=st.lists(st.integers(0, 9), min_size=1, max_size=4).filter(lambda sizes: sum(sizes) > 1), seed=draw.seeds()
)
def test_splits_at_random_without_overlap(sizes, seed):
    """random_split gives parts of the lengths asked for with each sample once, and by one seed the same parts.

    Lengths that add up to 1 are fractions.
    """
    whole = list(range(100, 100 + sum(sizes)))

    parts, again = (data.random_split(whole, sizes, generator=generator(seed)) for _ in range(2))

    assert [len(part) for part in parts] == sizes
    assert sorted(value for part in parts for value in part) == whole
    assert [list(part) for part in parts] == [list(part) for part in again]


@documents("torch.utils.data.random_split")
def test_splits_by_fractions():
    """Fractions that add up to 1 give floor(fraction * length) samples each, and the rest goes round from the first."""
    parts = data.random_split(range(11), [0.5, 0.25, 0.25], generator=generator(0))

    assert [len(part) for part in parts] == [6, 3, 2]


@documents("torch.utils.data.random_split")
def test_splits_must_add_up():
    """random_split raises ValueError where the lengths do not add up to that of the dataset."""
    with pytest.raises(ValueError):
        data.random_split(range(10), [5, 4])


@documents("torch.utils.data.RandomSampler")
@given(count=st.integers(1, 90), seed=draw.seeds())
def test_samples_more_than_there_are_round_by_round(count, seed):
    """RandomSampler goes through all samples before any comes again, each round in an order of its own."""
    drawn = list(data.RandomSampler(range(20), num_samples=count, generator=generator(seed)))

    rounds = [drawn[start : start + 20] for start in range(0, count, 20)]
    assert len(drawn) == count
    assert all(len(set(one)) == len(one) and set(one) <= set(range(20)) for one in rounds)
    assert len(rounds) < 3 or rounds[0] != rounds[1]


@documents("torch.utils.data.RandomSampler")
def test_samples_with_replacement():
    """With replacement every draw is independent: a thousand draws of ten have each about a hundred times (± 60)."""
    sampler = data.RandomSampler(range(10), replacement=True, num_samples=1000, generator=generator(3))

    counts = collections.Counter(sampler)

    assert len(sampler) == sum(counts.values()) == 1000
    assert all(
        40 < counts[value] < 160 for value in range(10)
    )  # 6.3 standard deviations: p < 1e-8, and the seed is fixed
    assert any(counts[value] != 100 for value in range(10))


@documents("torch.utils.data.WeightedRandomSampler")
def test_samples_by_weight():
    """WeightedRandomSampler draws as often as the weights say, and what has weight 0 never."""
    sampler = data.WeightedRandomSampler([0.0, 1.0, 3.0], 4000, generator=generator(1))

    counts = collections.Counter(sampler)

    assert len(sampler) == 4000 and counts[0] == 0
    assert 800 < counts[1] < 1200  # 7 standard deviations, and the seed is fixed


@documents("torch.utils.data.WeightedRandomSampler")
def test_samples_by_weight_without_replacement():
    """Without replacement WeightedRandomSampler draws no sample twice."""
    drawn = list(data.WeightedRandomSampler([1.0, 2.0, 3.0, 4.0], 4, replacement=False, generator=generator(1)))

    assert sorted(drawn) == [0, 1, 2, 3]


@documents(
    "torch.utils.data.SequentialSampler", "torch.utils.data.BatchSampler", "torch.utils.data.SubsetRandomSampler"
)
@pytest.mark.parametrize("drop_last", [False, True])
@given(length=lengths, size=sizes)
def test_samplers_cut_batches(length, size, drop_last):
    """BatchSampler cuts what a sampler gives into lists; SequentialSampler counts up."""
    sampler = data.BatchSampler(data.SequentialSampler(range(length)), size, drop_last)

    assert list(sampler) == cut(length, size, drop_last)
    assert len(sampler) == len(cut(length, size, drop_last))


@documents("torch.utils.data.SubsetRandomSampler")
def test_samples_a_subset_at_random():
    """SubsetRandomSampler gives each of its indices once, in random order."""
    drawn = list(data.SubsetRandomSampler([5, 7, 11, 2], generator=generator(0)))

    assert sorted(drawn) == [2, 5, 7, 11]


COLLATED = {
    "floats": ([1.5, 2.5], np.array([1.5, 2.5])),
    "ints": ([1, 2**40], np.array([1, 2**40])),
    "bools": ([True, False], np.array([True, False])),
    "arrays": ([np.float32([1, 2]), np.float32([3, 4])], np.float32([[1, 2], [3, 4]])),
    "scalars": ([np.float32(1.5), np.float32(2.5)], np.float32([1.5, 2.5])),
    "integer scalars": ([np.int16(3), np.int16(4)], np.int16([3, 4])),
}


@documents("torch.utils.data.default_collate")
@pytest.mark.parametrize(("samples", "expected"), COLLATED.values(), ids=COLLATED)
def test_collates_numbers_and_arrays(samples, expected):
    """Python floats become float64, ints int64, and NumPy's arrays and numbers keep their dtype."""
    close(data.default_collate(samples), expected)


@documents("torch.utils.data.default_collate")
@given(sample=draw.samples(shape=draw.shapes(most=3), hard=draw.TAME))
def test_stacks_tensors(sample, dtype, device):
    """Tensors are stacked along a new first side, with their dtype, in memory of their own."""
    values = sample(dtype)
    first, second = tensor(values, device), tensor(-values, device)

    batch = data.default_collate([first, second])

    close(batch, np.stack([values, -values]), device=device)
    assert values.size != 1 or not share_memory(batch[0], first)


class Point(collections.namedtuple("Point", "x y")):
    """A pair of named numbers."""


@documents("torch.utils.data.default_collate")
def test_collates_inside_containers():
    """Dictionaries, tuples, named tuples and lists of samples become the same of batches; text stays a list."""
    samples = [
        {"image": np.float32([1, 2]), "place": Point(1, 2.0), "name": "one", "pair": (1, [2.5])},
        {"image": np.float32([3, 4]), "place": Point(3, 4.0), "name": "two", "pair": (5, [6.5])},
    ]

    batch = data.default_collate(samples)

    assert isinstance(batch["place"], Point)
    close(batch["image"], np.float32([[1, 2], [3, 4]]))
    close(batch["place"].x, np.array([1, 3]))
    close(batch["place"].y, np.array([2.0, 4.0]))
    close(batch["pair"][0], np.array([1, 5]))
    close(batch["pair"][1][0], np.array([2.5, 6.5]))
    assert batch["name"] == ["one", "two"]


@documents("torch.utils.data.default_collate")
def test_refuses_what_it_does_not_know():
    """Objects of other types raise TypeError, and lists of different lengths RuntimeError."""
    with pytest.raises(TypeError):
        data.default_collate([object(), object()])
    with pytest.raises(RuntimeError):
        data.default_collate([[1, 2], [3]])
