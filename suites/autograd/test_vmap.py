"""torch.vmap and torch.func: how batches go in and come out, chance in them, and modules as functions."""

import numpy as np
import pytest
import torch
from torch import nn

from suites.kit import array, bound, close, documents, draw, tensor, unchanged

GUIDE = "Vector Calculus using autograd"
VMAP = "torch.func.vmap"
X, Y = draw.normal(1, 5, 3), draw.normal(2, 5, 3)


def layer(seed=0, device="cpu"):
    """A network with parameters and buffers of random values, in eval mode."""
    model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Tanh(), nn.Linear(4, 2)).double().to(device).eval()
    for number, value in enumerate([*model.parameters(), *model.buffers()]):
        if value.is_floating_point():
            value.data.copy_(tensor(np.abs(draw.normal(10 * seed + number, *value.shape)) + 0.1, device))
    return model


@documents(VMAP, since="2.0", guide=GUIDE)
@pytest.mark.parametrize("axis", [0, 1, 2, -1, -2])
def test_puts_the_batch_where_it_is_asked_for(axis, device):
    """out_dims says which dimension of the result counts the samples, negative ones from the end."""
    found = torch.vmap(lambda x: torch.outer(x, x), out_dims=axis)(tensor(X, device))

    close(found, np.moveaxis(X[:, :, None] * X[:, None, :], 0, axis), device=device)


@documents(VMAP, since="2.0", guide=GUIDE)
def test_several_results_lie_each_along_its_own_axis(device):
    """Several results come as a tuple, and out_dims may give each its own dimension."""
    first, second = torch.vmap(lambda x: (x * 2, torch.outer(x, x)), out_dims=(1, 2))(tensor(X, device))

    close(first, 2 * X.T, device=device)
    close(second, np.moveaxis(X[:, :, None] * X[:, None, :], 0, 2), device=device)


@documents(VMAP, since="2.0", guide=GUIDE)
def test_follows_containers(device):
    """in_dims has the structure of the arguments: dictionaries, lists and tuples of dimensions and None."""
    given = {"pair": [tensor(X, device), tensor(Y.T, device)], "same": tensor(Y[0], device)}

    found = torch.vmap(
        lambda d: {"sum": d["pair"][0] + d["pair"][1] * d["same"]}, in_dims=({"pair": [0, 1], "same": None},)
    )(given)

    close(found["sum"], X + Y * Y[0], bound.rounded(np.abs(X) + np.abs(Y * Y[0]), 2), device=device)


@documents(VMAP, since="2.0", guide=GUIDE)
def test_nests(device):
    """vmap of vmap maps over two dimensions: here it multiplies each of some vectors by each of others."""
    found = torch.vmap(lambda x: torch.vmap(lambda y: (x * y).sum())(tensor(Y, device)))(tensor(X, device))

    close(found, X @ Y.T, bound.product(X, Y.T), device=device)


@documents(VMAP, since="2.0", guide=GUIDE)
@pytest.mark.parametrize("size", [1, 2, 4, 5, 9])
def test_chunks_change_no_number(size, device):
    """chunk_size cuts the batch into parts, of which the last may be smaller, and changes no result."""
    found = torch.vmap(lambda x, y: x * y.sum(), in_dims=(0, None), chunk_size=size)(
        tensor(X, device), tensor(Y, device)
    )

    close(found, X * array(tensor(Y, device).sum()), device=device)


@documents(VMAP, since="2.0", guide=GUIDE)
def test_refuses_chance_unless_told(device):
    """Without being told what chance means, vmap over a random function raises RuntimeError."""
    with pytest.raises(RuntimeError):
        torch.vmap(torch.rand_like)(tensor(X, device))


@documents(VMAP, since="2.0", guide=GUIDE)
def test_chance_is_the_same_or_another_for_each_sample(device):
    """With randomness="same" every sample draws the same numbers, with "different" each its own."""
    x = tensor(np.ones((5, 40)), device)

    same = array(torch.vmap(torch.rand_like, randomness="same")(x))
    different = array(torch.vmap(torch.rand_like, randomness="different")(x))

    assert (same == same[0]).all() and len(set(same[0])) == 40
    assert len(set(different.ravel())) > 190
    assert ((different >= 0) & (different < 1)).all()


@documents(VMAP, since="2.0", guide=GUIDE)
@pytest.mark.parametrize("randomness", ["same", "different"])
def test_dropout_drops_by_sample(randomness, device):
    """Dropout under vmap keeps its scale, and drops the same elements of all samples or of each its own."""
    found = array(
        torch.vmap(lambda x: nn.functional.dropout(x, 0.5), randomness=randomness)(tensor(np.ones((6, 100)), device))
    )

    assert set(found.ravel()) == {0.0, 2.0}
    assert (found == found[0]).all() == (randomness == "same")


@documents(VMAP, since="2.0", guide=GUIDE)
def test_refuses_batches_of_different_sizes(device):
    """Arguments that are mapped over dimensions of different sizes raise ValueError, as does mapping over none."""
    with pytest.raises(ValueError):
        torch.vmap(torch.add)(tensor(X, device), tensor(Y[:4], device))
    with pytest.raises(ValueError):
        torch.vmap(torch.add, in_dims=(None, None))(tensor(X, device), tensor(Y, device))


@documents(VMAP, since="2.0", guide=GUIDE)
def test_writes_in_place_for_each_sample(device):
    """A function that writes to a mapped argument in place writes to each sample of the batch."""
    x = tensor(X, device)

    torch.vmap(lambda row, other: row.add_(other))(x, tensor(Y, device))

    close(x, X + Y, device=device)


@documents("torch.func.functional_call", since="2.0", guide="Neural Networks")
def test_calls_a_module_with_other_parameters(device):
    """functional_call gives what the module would give with these parameters and buffers, and leaves its own alone."""
    model, other, x = layer(0, device), layer(1, device), tensor(X, device)

    with unchanged(*model.parameters(), *model.buffers()):
        found = torch.func.functional_call(model, {**dict(other.named_parameters()), **dict(other.named_buffers())}, x)

    close(found, array(other(x)), device=device)


@documents("torch.func.functional_call", since="2.0", guide="Neural Networks")
def test_keeps_what_is_not_replaced(device):
    """What functional_call is given no value for stays; the values may come in several dictionaries."""
    model, x = layer(0, device), tensor(X, device)
    zeros = {"3.weight": torch.zeros_like(model[3].weight)}, {"3.bias": tensor(np.array([7.0, 8.0]), device)}

    close(torch.func.functional_call(model, zeros, x), np.tile([7.0, 8.0], (5, 1)), device=device)
    close(torch.func.functional_call(model, {}, x), array(model(x)), device=device)


@documents("torch.func.functional_call", since="2.0", guide="Neural Networks")
def test_ties_what_is_tied(device):
    """A parameter that a module holds under two names is replaced under both, unless tie_weights is False."""
    model = nn.Sequential(nn.Linear(3, 3, bias=False), nn.Linear(3, 3, bias=False)).double().to(device)
    model[1].weight = model[0].weight
    x, new = tensor(X, device), tensor(draw.normal(3, 3, 3), device)
    old, given = array(model[0].weight), array(new)

    tied = torch.func.functional_call(model, {"0.weight": new}, x)
    apart = torch.func.functional_call(model, {"0.weight": new}, x, tie_weights=False)

    close(tied, X @ given.T @ given.T, bound.Bound(64, np.abs(X) @ np.abs(given.T) @ np.abs(given.T)), device=device)
    close(apart, X @ given.T @ old.T, bound.Bound(64, np.abs(X) @ np.abs(given.T) @ np.abs(old.T)), device=device)


@documents("torch.func.functional_call", "torch.func.grad", since="2.0", guide="Backprop")
def test_gradients_of_a_module_by_function_are_those_of_backward(device):
    """torch.func.grad of a module's loss gives, by name, the gradients that backward leaves."""
    model, x = layer(0, device), tensor(X, device)
    model(x).square().sum().backward()

    found = torch.func.grad(lambda parameters: torch.func.functional_call(model, parameters, x).square().sum())(
        dict(model.named_parameters())
    )

    for name, parameter in model.named_parameters():
        close(found[name], array(parameter.grad), bound.Bound(64, np.abs(array(parameter.grad)).max()), device=device)


@documents("torch.func.stack_module_state", VMAP, since="2.0", guide="Neural Networks")
def test_an_ensemble_is_its_models(device):
    """stack_module_state stacks the state of several models, and vmap over it gives what each model gives."""
    models, x = [layer(seed, device) for seed in range(3)], tensor(X, device)

    parameters, buffers = torch.func.stack_module_state(models)
    found = torch.vmap(lambda p, b: torch.func.functional_call(models[0], (p, b), x))(parameters, buffers)

    expected = np.stack([array(model(x)) for model in models])
    close(found, expected, bound.Bound(64, np.abs(expected).max() + 8), device=device)
    assert all(p.is_leaf and p.requires_grad for p in parameters.values())
    assert {p.shape[0] for p in [*parameters.values(), *buffers.values()]} == {3}
