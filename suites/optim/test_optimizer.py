"""What all optimizers have in common: whom they move, what they leave alone, groups, closures, hooks."""

import copy
from typing import Any, Callable, NamedTuple

import numpy as np
import pytest
import torch

from reference.optimizer import adam, rmsprop, sgd
from suites.kit import array, bound, close, documents, draw, tensor, unchanged

from .algorithms import VARIANTS, every_variant, flat, give, leaves, over, slopes, start, walk

GUIDE = ("Fine-tuning Pretrained Models", "Optimizers & Gradient Descent", "Update the weights")
LOOPS = tuple(variant for variant in VARIANTS if variant.implementation == "loop")
FOREACH = tuple(variant for variant in VARIANTS if variant.implementation != "fused")


def everything(optimizer):
    """The values of all tensors in the state, and its numbers."""
    return {
        (place, name): array(value) if isinstance(value, torch.Tensor) else value
        for place, held in optimizer.state_dict()["state"].items()
        for name, value in held.items()
    }


@documents("torch.optim.Optimizer.step", guide=GUIDE)
@every_variant
def test_skips_parameters_without_gradient(row, device):
    """{row} leaves a parameter whose grad is None as it is, weight decay or not, and moves the others as if alone."""
    parameters, alone = leaves(start(), device), leaves(start()[1:], device)
    optimizer, other = row.optimizer(parameters, **row.busiest), row.optimizer(alone, **row.busiest)

    for step in slopes()[:3]:
        give(parameters[1:], step[1:])
        give(alone, step[1:])
        optimizer.step()
        other.step()

    close(parameters[0], start()[0], device=device)
    assert parameters[0].grad is None
    for mine, its in zip(parameters[1:], alone):
        close(mine, array(its), device=device)


@documents("torch.optim.Optimizer.step", guide=GUIDE)
@every_variant
def test_rests_where_the_gradient_is_gone(row, device):
    """{row} leaves a parameter alone again as soon as its grad is None, whatever momentum it had."""
    parameters = leaves(start(), device)
    optimizer = row.optimizer(parameters, **row.busiest)
    walk(optimizer, parameters, slopes()[:3])
    resting = array(parameters[-1])

    give(parameters, slopes()[3])
    parameters[-1].grad = None
    optimizer.step()

    close(parameters[-1], resting, device=device)
    assert parameters[-1].grad is None


@documents("torch.optim.Optimizer.step", "torch.Tensor.grad")
@pytest.mark.parametrize("options", ["busiest", "falling", "bare"], ids=["up", "down", "bare"])
@every_variant
def test_leaves_gradients_alone(row, options, dtype, device):
    """A step of {row} writes to no gradient and puts no other in its place."""
    parameters = leaves(start(dtype), device)
    optimizer = row.optimizer(parameters, **getattr(row, options))
    walk(optimizer, parameters, slopes(dtype)[:2])
    give(parameters, slopes(dtype)[2])
    before = [parameter.grad for parameter in parameters]

    with unchanged(*before):
        optimizer.step()

    assert all(parameter.grad is gradient for parameter, gradient in zip(parameters, before))


@documents("torch.optim.Optimizer.step")
@every_variant
def test_moves_parameters_in_place(row, dtype, device):
    """A step of {row} moves the very tensors it was given: same object, memory, strides and dtype, still leaves."""
    parameters = leaves(start(dtype), device)
    before = [(id(p), p.data_ptr(), p.stride(), p.dtype) for p in parameters]

    walk(row.optimizer(parameters, **row.busiest), parameters, slopes(dtype)[:2])

    assert [(id(p), p.data_ptr(), p.stride(), p.dtype) for p in parameters] == before
    assert all(p.is_leaf and p.requires_grad and p.grad_fn is None for p in parameters)
    assert all(not np.array_equal(array(p), value) for p, value in zip(parameters, start(dtype)))


@documents("torch.optim.Optimizer.step")
@every_variant
def test_takes_gradients_of_any_strides(row, device):
    """{row} goes where it goes with contiguous tensors if parameters or gradients lie in memory in another way."""
    values, slope = draw.normal(1, 5, 9), [draw.normal(seed, 5, 9) for seed in (2, 3, 4)]
    plain, turned, stepped = leaves([values, values, draw.laid_out(values, "stepped")], device)
    straight = [[one] for one in slope]
    other = [[draw.laid_out(one, "transposed")] for one in slope]

    expected = walk(row.optimizer([plain], **row.busiest), [plain], straight)
    by_column = walk(row.optimizer([turned], **row.busiest), [turned], other)
    in_gaps = walk(row.optimizer([stepped], **row.busiest), [stepped], straight)

    reach = bound.Bound(64, np.abs(values).max() + np.abs(expected))
    close(by_column, expected, reach)
    close(in_gaps, expected, reach)


@documents("torch.optim.Optimizer", guide="Optimizers & Gradient Descent")
@every_variant
def test_groups_have_options_of_their_own(row, device):
    """{row} moves three groups with options of their own as three optimizers would."""
    every = [dict(options) for options in row.algorithm.combinations()]
    for options in every:
        options.pop("initial_accumulator_value", None)
    parameters, alone = leaves(start(), device), leaves(start(), device)
    bare = {name: value for name, value in row.bare.items() if name != "initial_accumulator_value"}
    each = ((slice(1), every[0]), (slice(1, 2), bare), (slice(2, None), {**every[-1], "lr": 0.3}))
    groups = [{"params": parameters[places], **options} for places, options in each]
    optimizers = [row.optimizer(alone[places], **options) for places, options in each]

    walk(row.optimizer(groups, lr=0.7), parameters, slopes()[:4])
    for step in slopes()[:4]:
        give(alone, step)
        for optimizer in optimizers:
            optimizer.step()

    for mine, its in zip(parameters, alone):
        close(mine, array(its), device=device)


@documents("torch.optim.Adagrad")
def test_groups_start_their_sums_where_they_say(device):
    """A group's initial_accumulator_value is where Adagrad's sum of squares begins for the parameters of that group."""
    first, second = leaves([np.array([1.0]), np.array([1.0])], device)
    optimizer = torch.optim.Adagrad(
        [{"params": [first]}, {"params": [second], "initial_accumulator_value": 3.0}], lr=1.0
    )

    walk(optimizer, [first, second], [[np.array([1.0])] * 2])

    close(first, np.array([0.0]), bound.Bound(2.0**22, 1.0), device=device)
    close(second, np.array([0.5]), bound.Bound(2.0**22, 1.0), device=device)


@documents("torch.optim.Optimizer.add_param_group", guide=GUIDE)
@every_variant
def test_groups_can_be_added(row, device):
    """A group that {row} is given on the way starts as in an optimizer of its own, and the others go on."""
    parameters, alone = leaves(start(), device), leaves(start(), device)
    late, options = {"lr": 0.3}, row.busiest
    optimizer, first = row.optimizer(parameters[:2], **options), row.optimizer(alone[:2], **options)
    second = row.optimizer(alone[2:], **{**options, **late})

    walk(optimizer, parameters[:2], [step[:2] for step in slopes()[:3]])
    optimizer.add_param_group({"params": parameters[2:], **late})
    walk(optimizer, parameters, slopes()[3:6])
    walk(first, alone[:2], [step[:2] for step in slopes()[:6]])
    walk(second, alone[2:], [step[2:] for step in slopes()[3:6]])

    close(flat(parameters), flat(alone))


@documents("torch.optim.Optimizer.add_param_group")
@over(LOOPS)
def test_groups_take_the_missing_options_from_the_defaults(row, device):
    """A group of {row} has each option that it does not give from the optimizer's defaults."""
    first, second = leaves(start()[:2], device)
    optimizer = row.optimizer([first], **row.busiest)

    optimizer.add_param_group({"params": [second], "lr": 0.3})

    given = {name: optimizer.param_groups[1][name] for name in row.busiest}
    assert given == {**row.busiest, "lr": 0.3}
    assert {name: optimizer.param_groups[0][name] for name in row.busiest} == row.busiest
    assert {name: optimizer.defaults[name] for name in row.busiest} == row.busiest
    assert optimizer.param_groups[1]["params"][0] is second


@documents("torch.optim.Optimizer.step", guide="Update the weights")
@every_variant
def test_reads_its_options_at_every_step(row, device):
    """A learning rate that is changed in param_groups holds from the next step of {row} on: with 0 nothing moves."""
    parameters = leaves(start(), device)
    optimizer = row.optimizer(parameters, lr=0.1)
    moved = walk(optimizer, parameters, slopes()[:1])

    optimizer.param_groups[0]["lr"] = 0.0
    resting = walk(optimizer, parameters, slopes()[1:2])

    assert not np.array_equal(moved[0], flat(leaves(start(), device)))
    assert row.algorithm.name in ("Rprop", "ASGD") or np.array_equal(moved[0], resting[0])


@documents("torch.optim.Optimizer.step", "notes/autograd")
@over(FOREACH)
def test_complex_parameters_are_pairs_of_reals(row, device):
    """{row} moves a complex parameter as it moves its real and imaginary parts as two elements."""
    values, slope = (
        draw.normal(1, 3, 5, dtype="complex128"),
        [draw.normal(i, 3, 5, dtype="complex128") for i in range(2, 9)],
    )
    [z], [pair] = leaves([values], device), leaves([as_pairs(values)], device)

    found = walk(row.optimizer([z], **row.busiest), [z], [[one] for one in slope])
    expected = walk(row.optimizer([pair], **row.busiest), [pair], [[as_pairs(one)] for one in slope])

    reach = bound.Bound(64, np.abs(expected) + np.abs(values).max())
    close(as_pairs(found).reshape(7, -1), expected, reach)


def as_pairs(values):
    """Real and imaginary parts along a last axis."""
    return np.stack([values.real, values.imag], -1)


@documents("torch.optim.Optimizer.step", since="2.6")
@over(LOOPS)
def test_learning_rate_may_be_a_tensor(row, device):
    """{row} with its learning rate in a tensor goes where it goes with the number."""
    with_number, with_tensor = leaves(start(), device), leaves(start(), device)
    options = {**row.busiest, "lr": 0.0625}

    expected = walk(row.optimizer(with_number, **options), with_number, slopes()[:4])
    options["lr"] = tensor(np.array(0.0625))
    found = walk(row.optimizer(with_tensor, **options), with_tensor, slopes()[:4])

    lengths = 1.0 + np.abs(expected)
    close(found, expected, bound.Bound(2.0**9 if row.algorithm.name not in ("NAdam", "ASGD") else 2.0**36, lengths))


@documents("torch.optim.Optimizer.step")
@over(LOOPS)
def test_step_calls_the_closure_once_and_returns_its_value(row, device):
    """{row}'s step(closure) evaluates it once, with gradients enabled, before it moves, and returns its loss."""
    [parameter] = leaves(start()[1:2], device)
    [alone] = leaves(start()[1:2], device)
    optimizer, other = row.optimizer([parameter], **row.busiest), row.optimizer([alone], **row.busiest)
    seen = []

    def closure():
        seen.append((torch.is_grad_enabled(), array(parameter)))
        optimizer.zero_grad()
        loss = (parameter * 3).sum()
        loss.backward()
        return loss

    with torch.no_grad():
        loss = optimizer.step(closure)
    give([alone], [np.full_like(start()[1], 3.0)])
    other.step()

    assert len(seen) == 1
    enabled, at = seen[0]
    assert enabled
    close(at, start()[1])
    close(loss, 3 * start()[1].sum(), bound.rounded(3 * start()[1].sum(), 2), device=device)
    close(parameter, array(alone), device=device)


@documents("torch.optim.Optimizer.step")
@over(LOOPS)
def test_step_without_closure_returns_none(row, device):
    """{row}'s step() returns None and leaves the grad mode as it was."""
    parameters = leaves(start(), device)
    give(parameters, slopes()[0])

    assert row.optimizer(parameters, **row.busiest).step() is None
    assert torch.is_grad_enabled()


@documents("torch.optim.Optimizer.step")
@over(LOOPS)
def test_a_deep_copy_goes_its_own_way(row, device):
    """A deep copy of {row} together with its parameters goes on as the original, and neither moves the other."""
    parameters = leaves(start(), device)
    optimizer = row.optimizer(parameters, **row.busiest)
    walk(optimizer, parameters, slopes()[:2])

    copied, twin = copy.deepcopy((parameters, optimizer))
    path = walk(optimizer, parameters, slopes()[2:5])
    copied_path = walk(twin, copied, slopes()[2:5])

    close(copied_path, path)


@documents("torch.optim.Optimizer.step", guide="Fine-tuning Pretrained Models")
@over(LOOPS)
def test_updates_only_what_it_was_given(row, device):
    """{row} moves no tensor that it was not given, though that has a gradient."""
    ours, theirs = leaves(start(), device), leaves(start(), device)
    optimizer = row.optimizer(ours, **row.busiest)
    give(theirs, slopes()[0])

    with unchanged(*theirs):
        walk(optimizer, ours, slopes()[:2])


@documents("torch.optim.Optimizer.step")
@pytest.mark.parametrize(
    "make", [iter, tuple, lambda values: (value for value in values)], ids=["iter", "tuple", "gen"]
)
def test_takes_any_iterable(make, device):
    """Parameters, and those of a group, may come from any iterable, which is read once."""
    parameters = leaves(start(), device)

    for given in (make(parameters), [{"params": make(parameters)}]):
        optimizer = torch.optim.SGD(given, lr=0.5)
        assert [id(held) for held in optimizer.param_groups[0]["params"]] == [id(value) for value in parameters]


@documents("torch.optim.Optimizer.register_step_pre_hook", "torch.optim.Optimizer.register_step_post_hook", since="2.0")
def test_step_hooks_frame_the_step(device):
    """A step calls its pre hooks with the optimizer before it moves and its post hooks after, until removed."""
    [parameter] = leaves([np.array([1.0])], device)
    give([parameter], [np.array([2.0])])
    optimizer, seen = torch.optim.SGD([parameter], lr=0.25), []
    hooks = (
        optimizer.register_step_pre_hook(lambda own, *_: seen.append(("before", parameter.item(), own))),
        optimizer.register_step_post_hook(lambda own, *_: seen.append(("after", parameter.item(), own))),
    )

    optimizer.step()
    for hook in hooks:
        hook.remove()
    optimizer.step()

    assert seen == [("before", 1.0, optimizer), ("after", 0.5, optimizer)]


@documents("torch.optim.Optimizer.register_step_pre_hook", since="2.0")
def test_a_pre_hook_may_change_the_arguments(device):
    """What a pre hook returns takes the place of the arguments of step."""
    [parameter] = leaves([np.array([1.0])], device)
    give([parameter], [np.array([2.0])])
    optimizer = torch.optim.SGD([parameter], lr=0.25)
    optimizer.register_step_pre_hook(lambda self, given, options: (given, {"closure": lambda: 7.0}))

    assert optimizer.step() == 7.0


class Smooth(NamedTuple):
    """An optimizer with options under which its formula is smooth, and how many steps to take."""

    name: str
    formula: Callable[..., Any]
    options: dict[str, Any]
    steps: int = 2

    def __str__(self) -> str:
        return self.name + "".join(f", {name}={value}" for name, value in self.options.items() if name != "lr")


SMOOTH = {
    "SGD": Smooth("SGD", sgd, {"lr": 0.3, "weight_decay": 0.5}),
    "SGD-momentum": Smooth("SGD", sgd, {"lr": 0.3, "momentum": 0.5, "weight_decay": 0.5}),
    "Adam": Smooth("Adam", adam, {"lr": 0.3, "betas": (0.5, 0.7), "eps": 0.1, "weight_decay": 0.5}, 1),
    "RMSprop": Smooth("RMSprop", rmsprop, {"lr": 0.3, "alpha": 0.7, "eps": 0.1, "weight_decay": 0.5}),
}


@documents("torch.optim.Optimizer.step")
@pytest.mark.parametrize(
    "row", [pytest.param(row, marks=documents(f"torch.optim.{row.name}"), id=name) for name, row in SMOOTH.items()]
)
def test_steps_can_be_differentiated(row, device):
    """Through steps of {row} and differentiable=True, the place reached has its formula's derivative for the start."""
    p, slope, cotangent, direction = (draw.normal(seed, 6) for seed in (1, 2, 3, 4))
    leaf = tensor(p, device).requires_grad_()
    moving = leaf.clone()
    optimizer = getattr(torch.optim, row.name)([moving], **row.options, differentiable=True)
    place, state = p + 1e-200j * direction, {}

    for _ in range(row.steps):
        moving.grad = tensor(slope, device)
        optimizer.step()
        place, state = row.formula(place, slope + 0j, state, **row.options)
    moving.backward(tensor(cotangent, device))

    wanted, reach = np.sum(cotangent * place.imag / 1e-200), 4 * np.abs(cotangent * direction).sum()
    close(np.sum(array(leaf.grad) * direction), wanted, bound.Bound(2.0**32, reach))  # step counts are float32
