"""Fine-tuning: frozen parameters stay, the new head trains, and a checkpoint is loaded in place."""

import copy

import numpy as np
import pytest
import torch
from torch import nn

from reference.activation import relu
from reference.normalization import batch_norm
from suites.kit import array, bound, close, documents, draw, share_memory, tensor

GUIDE = "Fine-tuning Pretrained Models"
BACKBONE = ("0.weight", "0.bias", "1.weight", "1.bias")

optimizers = pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=documents(f"torch.optim.{name}"), id=name)
     for name in ("SGD", "Adam", "AdamW", "RMSprop", "Adagrad", "Adadelta", "Adamax", "NAdam", "RAdam", "Rprop",
                  "ASGD")],
)  # fmt: skip


def pretrained(device, seed=0):
    """A backbone with BatchNorm and a head, of random values."""
    model = nn.Sequential(nn.Linear(4, 6), nn.BatchNorm1d(6), nn.ReLU(), nn.Linear(6, 3)).double().to(device)
    for place, value in enumerate([*model.parameters(), model[1].running_mean]):
        value.data.copy_(tensor(draw.normal(seed + place, *value.shape), device))
    model[1].running_var.copy_(tensor(0.5 + draw.normal(seed, 6) ** 2, device))
    return model


def frozen(model):
    """The same model, all of its parameters frozen."""
    for parameter in model.parameters():
        parameter.requires_grad = False
    return model


def images(device, seed=5):
    """A batch."""
    return tensor(draw.normal(seed, 8, 4), device)


def values(model):
    """All parameters and buffers as arrays, by name."""
    return {name: array(value) for name, value in model.state_dict().items()}


def is_as_before(model, before, names):
    """Assert that those parameters have the very bits that they had."""
    for name in names:
        close(model.state_dict()[name], before[name], device=str(model[0].weight.device))


@documents("torch.Tensor.requires_grad", "torch.Tensor.backward", guide=GUIDE)
def test_frozen_parameters_get_no_gradient(device):
    """Parameters with requires_grad=False have no gradient after backward; the others have."""
    model = frozen(pretrained(device))
    model[3] = nn.Linear(6, 2).double().to(device)

    model(images(device)).square().sum().backward()

    assert {name for name, parameter in model.named_parameters() if parameter.grad is not None} == {
        "3.weight",
        "3.bias",
    }
    assert all(parameter.grad is None for parameter in model[:3].parameters())


@documents("torch.optim.Optimizer.step", "torch.nn.Module.parameters", guide=GUIDE)
@optimizers
def test_a_new_head_trains_and_the_rest_stays(name, device):
    """With the backbone frozen and a new last layer, steps over all parameters move that layer alone, decay or not."""
    model = frozen(pretrained(device))
    model[3] = nn.Linear(6, 2).double().to(device)
    before = values(model)
    decay = {} if name == "Rprop" else {"weight_decay": 0.1}
    optimizer = getattr(torch.optim, name)(model.parameters(), lr=0.01, **decay)

    for seed in range(3):
        optimizer.zero_grad()
        model(images(device, seed)).square().sum().backward()
        optimizer.step()

    is_as_before(model, before, BACKBONE)
    assert np.any(values(model)["3.weight"] != before["3.weight"])
    assert np.any(values(model)["3.bias"] != before["3.bias"])
    assert all(parameter.grad is None for parameter in model[:3].parameters())


@documents("torch.optim.Optimizer.step", guide=GUIDE)
@optimizers
def test_what_is_frozen_on_the_way_stays(name, device):
    """A parameter that is frozen in mid-run and whose gradient is cleared moves no more, whatever momentum it had."""
    model = pretrained(device)
    optimizer = getattr(torch.optim, name)(model.parameters(), lr=0.01)
    model(images(device)).square().sum().backward()
    optimizer.step()

    model[0].requires_grad_(False)
    optimizer.zero_grad(set_to_none=True)
    before = values(model)
    model(images(device)).square().sum().backward()
    optimizer.step()

    is_as_before(model, before, ("0.weight", "0.bias"))
    assert np.any(values(model)["3.weight"] != before["3.weight"])


@documents("torch.nn.Module.requires_grad_", guide=GUIDE)
def test_freezes_and_unfreezes_all_parameters(device):
    """module.requires_grad_(False) freezes every parameter below the module, True unfreezes; it returns the module."""
    model = pretrained(device)

    frozen_one = model.requires_grad_(False)
    after_freezing = [parameter.requires_grad for parameter in model.parameters()]
    model[1].requires_grad_(True)
    partly = [name for name, parameter in model.named_parameters() if parameter.requires_grad]
    model.requires_grad_()

    assert frozen_one is model
    assert after_freezing == [False] * 6
    assert partly == ["1.weight", "1.bias"]
    assert all(parameter.requires_grad for parameter in model.parameters())


@documents("torch.nn.Module.requires_grad_", "torch.Tensor.requires_grad_", guide=GUIDE)
def test_an_unfrozen_layer_trains_again(device):
    """A layer that was frozen and is unfrozen gets gradients and moves like the others."""
    model = frozen(pretrained(device))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    before = values(model)

    model[0].weight.requires_grad_(True)
    model(images(device)).square().sum().backward()
    optimizer.step()

    assert np.any(values(model)["0.weight"] != before["0.weight"])
    is_as_before(model, before, ("0.bias", "1.weight", "1.bias", "3.weight", "3.bias"))


@documents("torch.Tensor.requires_grad", "torch.Tensor.backward", guide=GUIDE)
def test_gradients_pass_through_frozen_layers(device):
    """Below a frozen layer gradients are what they are without freezing: it gets none and lets them through."""
    free, held = pretrained(device), pretrained(device)
    held[3].requires_grad_(False)
    held[1].requires_grad_(False)

    for model in (free, held):
        model.eval()(images(device)).square().sum().backward()

    for name in ("weight", "bias"):
        close(getattr(held[0], name).grad, array(getattr(free[0], name).grad), device=device)
    assert [held[i].weight.grad for i in (1, 3)] == [None, None]


@documents("torch.Tensor.requires_grad", guide=GUIDE)
def test_a_wholly_frozen_model_makes_no_graph(device):
    """The output of a model whose parameters are all frozen does not require grad, and backward raises RuntimeError."""
    output = frozen(pretrained(device))(images(device))

    assert not output.requires_grad and output.grad_fn is None
    with pytest.raises(RuntimeError):
        output.sum().backward()


@documents("torch.nn.BatchNorm1d", "torch.nn.Module.train", guide=GUIDE)
def test_freezing_does_not_stop_running_statistics(device):
    """A frozen BatchNorm in training mode still renews its running statistics."""
    model = frozen(pretrained(device)).train()
    before = values(model)

    model(images(device))

    assert np.all(values(model)["1.running_mean"] != before["1.running_mean"])
    assert np.all(values(model)["1.running_var"] != before["1.running_var"])
    assert values(model)["1.num_batches_tracked"] == before["1.num_batches_tracked"] + 1


@documents("torch.nn.BatchNorm1d", "torch.nn.Module.eval", guide=GUIDE)
def test_eval_mode_uses_what_was_learnt(device):
    """In eval mode BatchNorm normalises by its running statistics, scales, adds its bias, and changes no buffer."""
    model = pretrained(device).eval()
    held, x = values(model), array(images(device))
    inner = x @ held["0.weight"].T + held["0.bias"]
    statistics = held["1.running_mean"], held["1.running_var"]
    normal = batch_norm(inner, *statistics, held["1.weight"], held["1.bias"], training=False)
    expected = relu(normal) @ held["3.weight"].T + held["3.bias"]

    output = model(images(device))

    close(output, expected, bound.Bound(256, np.abs(expected) + np.abs(normal).max()), device=device)
    is_as_before(model, held, ("1.running_mean", "1.running_var", "1.num_batches_tracked"))


@documents("torch.nn.Module.eval", "torch.nn.Module.train", guide=GUIDE)
def test_eval_mode_freezes_nothing(device):
    """eval() and train() switch every module below, return self, and leave requires_grad and gradients alone."""
    model = pretrained(device)
    model[3].requires_grad_(False)
    before = [parameter.requires_grad for parameter in model.parameters()]

    assert model.eval() is model
    assert not any(module.training for module in model.modules())
    assert [parameter.requires_grad for parameter in model.parameters()] == before
    model(images(device)).square().sum().backward()
    assert model[0].weight.grad is not None and model[3].weight.grad is None
    assert model.train() is model
    assert all(module.training for module in model.modules())


@documents("torch.nn.Module", "torch.nn.parameter.Parameter", guide=GUIDE)
def test_a_deep_copy_is_independent(device):
    """A deep copy of a model has its values, freezing and mode and memory of its own, and shares nothing with it."""
    model = pretrained(device).eval()
    model[3].requires_grad_(False)
    model(images(device)).square().sum().backward()

    copied = copy.deepcopy(model)

    for (name, mine), (_, theirs) in zip(copied.state_dict().items(), model.state_dict().items()):
        close(mine, array(theirs), device=device)
        assert not share_memory(mine, theirs), name
    assert [p.requires_grad for p in copied.parameters()] == [p.requires_grad for p in model.parameters()]
    assert not any(module.training for module in copied.modules())
    assert all(isinstance(parameter, nn.Parameter) and parameter.is_leaf for parameter in copied.parameters())
    for mine, theirs in zip(copied.parameters(), model.parameters()):
        assert mine.grad is None or mine.grad is not theirs.grad


@documents("torch.nn.parameter.Parameter")
def test_training_a_deep_copy_leaves_the_model_alone(device):
    """Backward and a step on a deep copy change neither the values nor the gradients of the model it was made of."""
    model = pretrained(device)
    model(images(device)).square().sum().backward()
    before = values(model)
    slopes = [(parameter.grad, array(parameter.grad)) for parameter in model.parameters()]
    copied = copy.deepcopy(model)

    copied(images(device, 6)).square().sum().backward()
    torch.optim.SGD(copied.parameters(), lr=0.1).step()

    is_as_before(model, before, before)
    for parameter, (gradient, value) in zip(model.parameters(), slopes):
        assert parameter.grad is gradient
        close(gradient, value, device=device)


@documents("torch.nn.Module.load_state_dict", guide=GUIDE)
def test_loads_a_checkpoint_in_place(device):
    """load_state_dict writes the values into the parameters there are: same objects, memory, dtype and freezing."""
    model = pretrained(device).float()
    model[0].requires_grad_(False)
    before = [(id(p), p.data_ptr(), p.dtype, p.requires_grad) for p in model.parameters()]
    checkpoint = pretrained(device, seed=50).state_dict()

    model.load_state_dict(checkpoint)

    assert [(id(p), p.data_ptr(), p.dtype, p.requires_grad) for p in model.parameters()] == before
    for name, value in model.named_parameters():
        close(value, array(checkpoint[name]).astype("float32"), device=device)
        assert not share_memory(value.detach(), checkpoint[name])
    for name, value in model.named_buffers():
        close(value, array(checkpoint[name].to(value.dtype)), device=device)


@documents("torch.nn.Module.load_state_dict", guide=GUIDE)
def test_an_optimizer_trains_what_was_loaded(device):
    """An optimizer that was made before a checkpoint was loaded moves the loaded values."""
    model = pretrained(device)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    model.load_state_dict(pretrained(device, seed=50).state_dict())
    before = values(model)

    model.eval()(images(device)).square().sum().backward()
    optimizer.step()

    for name, parameter in model.named_parameters():
        expected = before[name] - 0.5 * array(parameter.grad)
        close(
            parameter, expected, bound.rounded(np.abs(before[name]) + np.abs(array(parameter.grad)), 2), device=device
        )


@documents("torch.nn.Module.load_state_dict", guide=GUIDE)
def test_loads_what_fits_if_not_strict(device):
    """With strict=False what matches is loaded, the rest stays, and missing and unexpected keys are reported."""
    model = pretrained(device)
    before, checkpoint = values(model), pretrained(device, seed=50).state_dict()
    loaded = {name: array(checkpoint[name]) for name in ("0.weight", "1.running_var")}
    checkpoint["9.weight"] = checkpoint["3.weight"]
    for name in set(before) - set(loaded):
        del checkpoint[name]

    report = model.load_state_dict(checkpoint, strict=False)

    is_as_before(model, {**before, **loaded}, before)
    assert set(report.missing_keys) == set(before) - set(loaded)
    assert report.unexpected_keys == ["9.weight"]


@documents("torch.nn.Module.load_state_dict", guide=GUIDE)
@pytest.mark.parametrize("change", ["missing", "unexpected", "nested", "shape"])
def test_refuses_what_does_not_fit(change, device):
    """A missing key, an unexpected one or, even if not strict, another shape raises RuntimeError."""
    model = pretrained(device)
    checkpoint = dict(pretrained(device, seed=50).state_dict())
    changed = {
        "missing": {name: value for name, value in checkpoint.items() if name != "1.bias"},
        "unexpected": {**checkpoint, "9.weight": checkpoint["3.weight"]},
        "nested": {**checkpoint, "extra.0.weight": checkpoint["3.weight"]},
        "shape": {**checkpoint, "3.weight": checkpoint["3.weight"][:2]},
    }[change]

    with pytest.raises(RuntimeError):
        model.load_state_dict(changed, strict=change != "shape")


@documents("torch.optim.Optimizer.add_param_group", guide=GUIDE)
def test_layers_can_have_rates_of_their_own(device):
    """With a group for the backbone and one for the head each moves by its own learning rate."""
    model = pretrained(device).eval()
    head, before = list(model[3].parameters()), values(model)
    body = [parameter for parameter in model.parameters() if all(parameter is not other for other in head)]
    optimizer = torch.optim.SGD([{"params": body, "lr": 0.01}, {"params": head}], lr=0.5)

    model(images(device)).square().sum().backward()
    optimizer.step()

    for name, parameter in model.named_parameters():
        slope = (0.5 if name.startswith("3") else 0.01) * array(parameter.grad)
        close(parameter, before[name] - slope, bound.rounded(np.abs(before[name]) + np.abs(slope), 2), device=device)


@documents("torch.nn.Module.__setattr__", "torch.nn.Linear", guide=GUIDE)
def test_a_replaced_head_gives_the_new_classes(device):
    """Assigning another last layer changes the output's shape; the old layer's parameters are the model's no more."""
    model = pretrained(device)
    old = model[3].weight

    model[3] = nn.Linear(6, 7).double().to(device)

    assert model(images(device)).shape == (8, 7)
    assert all(parameter is not old for parameter in model.parameters())
    assert len(list(model.parameters())) == 6
