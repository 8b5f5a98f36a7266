"""Pruning: masks, and which elements or channels they take away."""

import numpy as np
import pytest
import torch
import torch.nn as nn
from hypothesis import given
from hypothesis import strategies as st
from torch.nn.utils import prune

from suites.kit import array, close, documents, draw, tensor

NAME = "torch.nn.utils.prune."
#: Ways to prune, by name, each with what it is called with after the module and the parameter's name.
WAYS = {
    "identity": (),
    "random_unstructured": (4,),
    "l1_unstructured": (4,),
    "random_structured": (2, 1),
    "ln_structured": (2, 1, 1),
    "custom_from_mask": (torch.arange(15).reshape(3, 5) % 2,),
}


def layer(seed, device):
    """A linear map from 5 to 3 whose weights differ in size."""
    module = nn.Linear(5, 3).double()
    values = np.random.default_rng(seed).permutation(15).reshape(3, 5) + 1.0
    module.weight.data.copy_(tensor(values * draw.lattice(seed, (3, 5), 1).clip(0) * 2 - values))
    return module.to(device)


def pruned(way, module, *arguments, **settings):
    return getattr(prune, way)(module, "weight", *(arguments or WAYS[way]), **settings)


@pytest.mark.parametrize("way", [pytest.param(way, marks=documents(NAME + way)) for way in WAYS])
def test_masks_the_original(way, device):
    """The module itself gets a parameter weight_orig, as it was, and a buffer weight_mask of zeros and ones; the weight
    is their product.
    """
    module = layer(0, device)
    before = array(module.weight).copy()
    given_back = pruned(way, module)

    mask = array(module.weight_mask)
    close(module.weight_orig, before, device=device)
    close(module.weight, before * mask, device=device)
    assert given_back is module
    assert set(np.unique(mask)) <= {0.0, 1.0}
    assert set(dict(module.named_parameters())) == {"weight_orig", "bias"}
    assert set(dict(module.named_buffers())) == {"weight_mask"}


@documents(NAME + "random_unstructured", NAME + "l1_unstructured")
@pytest.mark.parametrize("way", ["random_unstructured", "l1_unstructured"])
@given(seed=draw.seeds(), amount=st.sampled_from((0, 1, 7, 15, 0.0, 0.2, 0.8, 1.0)))
def test_takes_as_many_elements_as_asked_for(way, seed, amount, device):
    """A number is how many elements are taken away, a fraction which share of them."""
    module = pruned(way, layer(seed, device), amount)

    expected = round(15 * amount) if isinstance(amount, float) else amount
    assert int((array(module.weight_mask) == 0).sum()) == expected


@documents(NAME + "l1_unstructured")
@given(seed=draw.seeds(), amount=st.integers(0, 15))
def test_takes_the_smallest_elements(seed, amount, device):
    """l1_unstructured takes away the elements of the smallest magnitude."""
    module = pruned("l1_unstructured", layer(seed, device), amount)

    close(module.weight_mask, (np.abs(array(module.weight_orig)) > amount).astype(float), device=device)


@documents(NAME + "l1_unstructured")
@given(seed=draw.seeds())
def test_takes_the_least_important_elements(seed, device):
    """importance_scores= say which elements are the smallest."""
    scores = np.random.default_rng(seed + 1).permutation(15).reshape(3, 5)
    module = pruned("l1_unstructured", layer(seed, device), 6, importance_scores=tensor(scores + 0.0, device))

    close(module.weight_mask, (scores >= 6).astype(float), device=device)


@documents(NAME + "ln_structured")
@given(seed=draw.seeds(), n=st.sampled_from((1, 2, float("inf"))), dim=st.sampled_from((0, 1, -1)))
def test_takes_the_channels_of_the_smallest_norm(seed, n, dim, device):
    """ln_structured takes away whole channels, those along ``dim`` of the smallest n-norm."""
    module = layer(seed, device)
    module.weight.data.mul_(tensor(2.0 ** np.arange(15).reshape(3, 5), device))
    pruned("ln_structured", module, 2, n, dim)

    weight = array(module.weight_orig)
    norms = np.linalg.norm(weight, n, axis=(dim % 2) ^ 1)
    kept = np.isin(np.arange(len(norms)), np.argsort(norms)[2:])
    expected = np.broadcast_to(kept[:, None] if dim == 0 else kept, weight.shape)
    close(module.weight_mask, expected.astype(float), device=device)


@documents(NAME + "random_structured")
@given(seed=draw.seeds(), dim=st.integers(0, 1), amount=st.integers(1, 2))
def test_takes_whole_channels(seed, dim, amount, device):
    """random_structured takes away whole channels along ``dim``."""
    torch.manual_seed(seed)
    mask = array(pruned("random_structured", layer(seed, device), amount, dim).weight_mask)

    channels = np.moveaxis(mask, dim, 0)
    assert (channels == channels[:, :1]).all()
    assert int((channels[:, 0] == 0).sum()) == amount


@documents(NAME + "l1_unstructured", NAME + "custom_from_mask")
def test_prunes_what_is_left(device):
    """Pruning again takes away elements that are not pruned yet, and leaves the others away."""
    module = pruned("l1_unstructured", layer(0, device), 4)
    pruned("l1_unstructured", module, 3)

    close(module.weight_mask, (np.abs(array(layer(0, device).weight)) > 7).astype(float), device=device)


@documents(NAME + "global_unstructured")
def test_prunes_several_parameters_as_one(device):
    """global_unstructured takes away the smallest elements of all the parameters together."""
    first, second = layer(0, device), layer(1, device)
    second.weight.data.mul_(3.5)
    prune.global_unstructured([(first, "weight"), (second, "weight")], prune.L1Unstructured, amount=12)

    sizes = [np.abs(array(one.weight_orig)) for one in (first, second)]
    least = np.sort(np.concatenate([size.ravel() for size in sizes]))[12]
    for one, size in zip((first, second), sizes):
        close(one.weight_mask, (size >= least).astype(float), device=device)


@documents(NAME + "l1_unstructured")
def test_an_optimizer_moves_what_is_kept(device):
    """The gradient arrives at the original, 0 where elements are taken away; the next call uses the new weight."""
    module, x = pruned("l1_unstructured", layer(0, device), 6), tensor(draw.normal(0, 2, 5), device)
    module(x).sum().backward()
    torch.optim.SGD(module.parameters(), lr=1.0).step()
    module(x)

    mask = array(module.weight_mask)
    assert ((array(module.weight_orig.grad) != 0) == (mask != 0)).all()
    close(module.weight, array(module.weight_orig) * mask, device=device)


@documents(NAME + "remove", NAME + "is_pruned")
def test_removing_keeps_the_pruned_weight(device):
    """remove leaves the pruned weight as a parameter, without original and mask; is_pruned tells the difference."""
    module = layer(0, device)
    told = [prune.is_pruned(module), prune.is_pruned(pruned("l1_unstructured", module, 6))]
    weight = array(module.weight).copy()
    prune.remove(module, "weight")

    close(module.weight, weight, device=device)
    assert [*told, prune.is_pruned(module)] == [False, True, False]
    assert set(module.state_dict()) == {"weight", "bias"}
    assert isinstance(module.weight, nn.Parameter)
    with pytest.raises(ValueError, match="weight"):
        prune.remove(module, "weight")


@documents(NAME + "random_unstructured")
@pytest.mark.parametrize("amount", [-1, 16, 1.5, -0.1])
def test_refuses_amounts_that_are_none(amount, device):
    """A fraction lies between 0 and 1, a number between 0 and that of the elements."""
    with pytest.raises(ValueError, match="amount"):
        pruned("random_unstructured", layer(0, device), amount)
