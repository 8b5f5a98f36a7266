"""Packed sequences: how sequences of several lengths lie in one, back again, and through recurrent layers."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn.utils import rnn

from reference.recurrent import recurrent
from suites.kit import array, bound, close, documents, draw, tensor
from suites.nn import law
from suites.nn.test_recurrent import STEPS, drawn, kinds, module_of, packed, states, unpacked

UTILS = "torch.nn.utils.rnn."
lengths = st.lists(st.integers(1, 5), min_size=1, max_size=5)


def ragged(seed, lengths, *features):
    """Sequences of these lengths, each longer one first in no order."""
    return [draw.normal(seed + i, length, *features) for i, length in enumerate(lengths)]


def stacked(sequences, value=0.0, total=None):
    """The sequences along a second axis, each followed by the value."""
    longest = max(map(len, sequences)) if total is None else total
    filled = np.full((longest, len(sequences), *sequences[0].shape[1:]), value)
    for place, sequence in enumerate(sequences):
        filled[: len(sequence), place] = sequence
    return filled


def order(lengths):
    """The places from the longest sequence to the shortest; equals keep their order."""
    return np.argsort([-length for length in lengths], kind="stable")


def flat(sequences):
    """The elements by time, and at each time by sequence from the longest, and how many each time has."""
    sizes = [sum(len(one) > time for one in sequences) for time in range(max(map(len, sequences)))]
    ordered = [sequences[place] for place in order([len(one) for one in sequences])]
    return np.stack([ordered[i][time] for time, size in enumerate(sizes) for i in range(size)]), sizes


def tensors(sequences, device):
    return [tensor(one, device) for one in sequences]


@documents(UTILS + "pad_sequence", UTILS + "unpad_sequence")
@given(seed=draw.seeds(), lengths=lengths, features=st.lists(st.integers(0, 3), max_size=2),
       first=st.booleans(), value=st.sampled_from((0.0, -1.5, float("nan"))))  # fmt: skip
def test_pads_to_the_longest_and_back(seed, lengths, features, first, value, device):
    """pad_sequence stacks sequences along axis 1, or 0 with batch_first, behind each the padding value, which is 0
    unless given; unpad_sequence takes them apart again.
    """
    sequences = ragged(seed, lengths, *features)
    given_value = {} if value == 0 else {"padding_value": value}
    found = rnn.pad_sequence(tensors(sequences, device), batch_first=first, **given_value)

    expected = stacked(sequences, value)
    close(found, expected.swapaxes(0, 1) if first else expected, device=device)
    back = rnn.unpad_sequence(found.clone(), torch.tensor(lengths, device=device), batch_first=first)
    assert len(back) == len(sequences)
    for one, sequence in zip(back, sequences):
        close(one, sequence, device=device)


@documents(UTILS + "unpad_sequence")
@pytest.mark.parametrize("first", [False, True], ids=["time first", "batch first"])
def test_leaves_what_it_unpads_as_it_was(first, device):
    """unpad_sequence gives a list; the padded sequences stay as they were."""
    padded = tensor(draw.normal(0, 3, 2), device)
    before = array(padded).copy()
    rnn.unpad_sequence(padded, torch.tensor([3, 1, 2] if first else [3, 2], device=device), batch_first=first)

    close(padded, before, device=device)


@documents(UTILS + "pad_sequence", since="2.5")
@given(seed=draw.seeds(), lengths=lengths, first=st.booleans())
def test_pads_on_the_side_asked_for(seed, lengths, first, device):
    """padding_side="left" puts the padding before each sequence."""
    sequences = ragged(seed, lengths)
    found = rnn.pad_sequence(tensors(sequences, device), batch_first=first, padding_side="left")

    expected = stacked([one[::-1] for one in sequences])[::-1]
    close(found, expected.swapaxes(0, 1) if first else expected, device=device)


@documents(UTILS + "pack_padded_sequence", UTILS + "pack_sequence", UTILS + "PackedSequence")
@given(seed=draw.seeds(), lengths=lengths, features=st.lists(st.integers(1, 3), max_size=2), first=st.booleans())
def test_packs_by_time(seed, lengths, features, first, device):
    """data holds the elements of the first time, longest sequence first, then of the second, and so on; batch_sizes
    how many each time has; sorted_indices the order of the sequences and unsorted_indices its inverse.
    """
    sequences = ragged(seed, lengths, *features)
    padded = stacked(sequences)
    given_lengths = torch.tensor(lengths)
    found = rnn.pack_padded_sequence(
        tensor(padded.swapaxes(0, 1) if first else padded, device), given_lengths, first, enforce_sorted=False
    )
    listed = rnn.pack_sequence(tensors(sequences, device), enforce_sorted=False)

    data, sizes = flat(sequences)
    for one in (found, listed):
        close(one.data, data, device=device)
        assert one.batch_sizes.tolist() == sizes
        assert (one.batch_sizes.dtype, one.batch_sizes.device.type) == (torch.int64, "cpu")
        assert [lengths[i] for i in one.sorted_indices.tolist()] == sorted(lengths, reverse=True)
        assert one.unsorted_indices.tolist() == np.argsort(one.sorted_indices.tolist()).tolist()
    assert given_lengths.tolist() == lengths


@documents(UTILS + "pack_padded_sequence", UTILS + "pack_sequence")
@given(seed=draw.seeds(), lengths=lengths)
def test_sorted_sequences_need_no_order(seed, lengths, device):
    """With enforce_sorted, the default, sequences from the longest to the shortest are packed as they stand; others
    are refused.
    """
    sequences = tensors(ragged(seed, lengths), device)
    ordered = sorted(sequences, key=len, reverse=True)
    found = rnn.pack_sequence(ordered)

    close(found.data, flat([array(one) for one in ordered])[0], device=device)
    assert found.sorted_indices is None
    assert found.unsorted_indices is None
    if lengths != sorted(lengths, reverse=True):
        with pytest.raises(RuntimeError, match="sorted"):
            rnn.pack_sequence(sequences)


@documents(UTILS + "pad_packed_sequence", UTILS + "unpack_sequence")
@given(seed=draw.seeds(), lengths=lengths, first=st.booleans(), more=st.integers(0, 2),
       value=st.sampled_from((0.0, -1.5)))  # fmt: skip
def test_unpacks_in_the_original_order(seed, lengths, first, more, value, device):
    """pad_packed_sequence gives the padded sequences in their original order, up to total_length, and their
    lengths; unpack_sequence gives the sequences.
    """
    sequences = ragged(seed, lengths, 2)
    held = rnn.pack_sequence(tensors(sequences, device), enforce_sorted=False)
    total = max(lengths) + more
    found, found_lengths = rnn.pad_packed_sequence(held, first, padding_value=value, total_length=total)

    expected = stacked(sequences, value, total)
    close(found, expected.swapaxes(0, 1) if first else expected, device=device)
    assert found_lengths.tolist() == lengths
    for one, sequence in zip(rnn.unpack_sequence(held), sequences):
        close(one, sequence, device=device)
    with pytest.raises(ValueError, match="total_length"):
        rnn.pad_packed_sequence(held, total_length=max(lengths) - 1)


@documents(UTILS + "PackedSequence")
def test_casts_its_data_only(device):
    """A packed sequence is cast and moved as a tensor is; the sizes stay int64, on the CPU."""
    held = rnn.pack_sequence(tensors(ragged(0, [2, 3]), device), enforce_sorted=False)
    found = held.to(torch.float32)

    close(found.data, array(held.data).astype("float32"), device=device)
    assert (found.batch_sizes.dtype, found.sorted_indices.dtype) == (torch.int64, torch.int64)
    assert held.float().data.dtype == torch.float32
    assert held.to(torch.float64) is held


@kinds
@given(seed=draw.seeds(), lengths=lengths, layers=st.integers(1, 2), directions=st.integers(1, 2))
def test_runs_each_packed_sequence_by_itself(kind, seed, lengths, layers, directions, device):
    """A layer gives for packed sequences the packed outputs and the last states of each by itself, from the given
    states in the original order.
    """
    weights, parameters = drawn(kind, seed, layers, directions)
    module = module_of(kind, parameters, layers, directions, device)
    sequences, state = ragged(seed + 80, lengths, 3), states(kind, seed, layers, directions, len(lengths))
    held = rnn.pack_sequence(tensors(sequences, device), enforce_sorted=False)
    out, last = module(held, packed(kind, state, device))

    alone = [
        recurrent(kind, one[:, None], tuple(part[:, [i]] for part in state), weights) for i, one in enumerate(sequences)
    ]
    close(out.data, flat([found[:, 0] for found, _ in alone])[0], STEPS, device=device)
    assert out.batch_sizes.tolist() == held.batch_sizes.tolist()
    for place, part in enumerate(unpacked(last)):
        wanted = np.concatenate([ends[place] for _, ends in alone], axis=1)
        close(part, wanted, bound.Bound(512, 1.0 + np.abs(wanted)), device=device)


@kinds
@given(seed=draw.seeds(), lengths=lengths)
def test_padding_gets_no_gradient(kind, seed, lengths, device):
    """The gradient of packed outputs is that of each sequence by itself, and 0 where there is padding."""
    weights, parameters = drawn(kind, seed, 1, 2)
    module = module_of(kind, parameters, 1, 2, device)
    zeros = tuple(np.zeros((2, 1, 2)) for _ in states(kind, seed, 1, 2, 1))

    def function(x):
        return module(rnn.pack_padded_sequence(x, lengths, enforce_sorted=False))[0].data

    def formula(x):
        alone = [recurrent(kind, x[:length, [i]], zeros, weights)[0][:, 0] for i, length in enumerate(lengths)]
        return flat(alone)[0]

    law.differentiates(function, formula, stacked(ragged(seed + 80, lengths, 3)), seed=seed, device=device)
    x = tensor(stacked(ragged(seed + 80, lengths, 3)), device).requires_grad_()
    function(x).sum().backward()
    beyond = np.arange(max(lengths))[:, None] >= np.array(lengths)
    assert not array(x.grad)[beyond].any()


@documents("torch.nn.LSTM")
@given(seed=draw.seeds(), layers=st.integers(1, 2), directions=st.integers(1, 2), bias=st.booleans())
def test_projects_its_outputs(seed, layers, directions, bias, device):
    """With proj_size each layer's output is W_hr h, which the next step and the next layer take."""
    module = torch.nn.LSTM(3, 4, layers, bias=bias, bidirectional=directions == 2, proj_size=2).double()
    values = {name: draw.normal(seed + i, *value.shape) for i, (name, value) in enumerate(module.named_parameters())}
    module.load_state_dict({name: tensor(value) for name, value in values.items()})
    x = draw.normal(seed + 80, 4, 3, 3)
    state = tuple(draw.normal(seed + 90 + i, layers * directions, 3, size) for i, size in enumerate((2, 4)))
    out, last = module.to(device)(tensor(x, device), packed("LSTM", state, device))

    ways = [[f"_l{layer}{way}" for way in ("", "_reverse")[:directions]] for layer in range(layers)]
    parts = ("weight_ih", "weight_hh", "bias_ih", "bias_hh", "weight_hr")
    weights = [[tuple(values.get(part + way, np.zeros(16)) for part in parts) for way in both] for both in ways]
    expected, ends = recurrent("LSTM", x, state, weights)
    for found, wanted in zip((out, *last), (expected, *ends)):
        close(found, wanted, bound.Bound(4096, 8.0 + np.abs(wanted)), device=device)
