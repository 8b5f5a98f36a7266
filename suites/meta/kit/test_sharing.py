"""Sharing is seen where there is any and only there; a written argument is seen."""

import numpy as np
import pytest
import torch

from suites.kit import draw, dtypes, share_memory, tensor, unchanged


@pytest.mark.parametrize("dtype", dtypes.EVERY, ids=dtypes.name)
@pytest.mark.parametrize("place", [(), ("nan", "inf", "-zero")], ids=["plain", "hard"])
def test_views_share_and_copies_do_not(dtype, place):
    made = tensor(draw.Sample((2, 3), 5, place=place)(dtype), dtype=dtype)

    assert share_memory(made, made.t()) and share_memory(made[1:], made)
    assert not share_memory(made, made.clone())


def test_a_permuted_array_of_booleans_keeps_its_values():
    values = ~np.random.default_rng(0).integers(0, 2, (2, 3, 4)).astype(bool).transpose(1, 0, 2)

    assert (tensor(values).numpy() == values).all()


def test_what_was_shown_is_left_as_it_was():
    array = np.arange(6.0)
    share_memory(torch.from_numpy(array), array)

    assert array.tolist() == [0, 1, 2, 3, 4, 5]


def test_disjoint_parts_of_one_storage_do_not_share():
    whole = torch.zeros(6)

    assert not share_memory(whole[:3], whole[3:])


def test_an_empty_tensor_shows_nothing():
    with pytest.raises(AssertionError, match="without elements"):
        share_memory(torch.zeros(0), torch.zeros(0))


def test_a_written_argument_is_seen():
    argument = torch.ones(3)

    with pytest.raises(AssertionError), unchanged(argument):
        argument[1] = 2


def test_a_reshaped_argument_is_seen():
    argument = torch.ones(2, 3)

    with pytest.raises(AssertionError, match="reshaped"), unchanged(argument):
        argument.t_()
