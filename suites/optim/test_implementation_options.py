"""What implementations of optimizers share: several dtypes, scaled gradients, hooks, and what is refused."""

import itertools
import warnings

import numpy as np
import pytest
import torch
from torch.optim import lr_scheduler

from reference import optimizer as formulas
from suites.kit import array, bound, close, documents, draw, tensor

from .algorithms import ALGORITHMS, Variant, over

SOME = ("SGD", "Adam", "AdamW", "Adagrad", "RMSprop", "Adadelta", "Adamax", "NAdam", "RAdam", "Rprop")
VARIANTS = tuple(Variant(a, i) for a in ALGORITHMS if a.name in SOME for i in a.implementations)
SCALING = tuple(v for v in VARIANTS if v.algorithm.name in ("SGD", "Adam", "AdamW", "Adagrad"))


def moved(row, arrays, gradients, device):
    """Where each parameter is after two steps."""
    parameters = [tensor(values, device).requires_grad_() for values in arrays]
    optimizer = row.optimizer(parameters, **row.busiest)
    for _ in range(2):
        for parameter, gradient in zip(parameters, gradients):
            parameter.grad = tensor(gradient, device)
        optimizer.step()
    return parameters


@documents("torch.optim.Optimizer.step")
@over(VARIANTS)
def test_moves_parameters_of_several_dtypes_alike(row, device):
    """{row} moves each of many parameters of float32 and float64 in one group as it moves it alone, bit for bit."""
    kinds = list(itertools.islice(itertools.cycle(("float32", "float64")), 140))
    arrays, gradients = ([draw.normal(seed + i, 3, dtype=kind) for i, kind in enumerate(kinds)] for seed in (0, 100))
    found = moved(row, arrays, gradients, device)

    for place in (0, 1, 67, 138, 139):
        (alone,) = moved(row, arrays[place : place + 1], gradients[place : place + 1], device)
        assert not np.array_equal(array(alone), arrays[place])
        close(found[place], array(alone), device=device)


def scaled_steps(row, factors, device):
    """Where SGD's parameter is after steps whose losses are scaled, and multiplied by these factors."""
    parameter = tensor(np.array([1.0, -2.0], "float32"), device).requires_grad_()
    optimizer = row.optimizer([parameter], **row.falling)
    scaler = torch.amp.GradScaler(device, init_scale=1024.0, growth_interval=1000)
    for factor in factors:
        optimizer.zero_grad()
        scaler.scale((parameter * factor).sum()).backward()
        scaler.step(optimizer)
        scaler.update()
    return array(parameter), optimizer


@documents("torch.amp.GradScaler.step", since="2.4")
@over(SCALING)
def test_scaled_steps_are_those_of_the_loss(row, device):
    """Under a GradScaler {row} moves by the unscaled gradients, and not at all where they are infinite or NaN."""
    plain = tensor(np.array([1.0, -2.0], "float32"), device).requires_grad_()
    optimizer = row.optimizer([plain], **row.falling)
    for factor in (1.0, 0.5):
        plain.grad = tensor(np.full(2, factor, "float32"), device)
        optimizer.step()

    found, _ = scaled_steps(row, (1.0, np.inf, 0.5), device)
    close(tensor(found, device), array(plain), bound.Bound(4, np.abs(array(plain))), device=device)
    close(tensor(scaled_steps(row, (np.nan,), device)[0]), np.array([1.0, -2.0], "float32"))


@documents("torch.optim.Adam", "torch.optim.SGD", since="2.4")
@pytest.mark.parametrize("name", ["Adam", "SGD", "AdamW", "Adagrad"])
def test_is_either_foreach_or_fused(name, device):
    """foreach=True together with fused=True raises RuntimeError."""
    with pytest.raises(RuntimeError):
        getattr(torch.optim, name)([tensor(np.ones(1), device).requires_grad_()], foreach=True, fused=True)


@pytest.mark.parametrize("name", [pytest.param(n, marks=documents(f"torch.optim.{n}")) for n in ("Adam", "Adamax",
                                                                                              "RMSprop")])  # fmt: skip
def test_refuses_sparse_gradients(name, device):
    """An optimizer whose documentation names no sparse gradients raises RuntimeError for one, and moves nothing."""
    parameter = tensor(np.ones((2, 2)), device).requires_grad_()
    parameter.grad = tensor(np.eye(2), device).to_sparse()

    with pytest.raises(RuntimeError):
        getattr(torch.optim, name)([parameter]).step()
    close(parameter.detach(), np.ones((2, 2)), device=device)


@documents("torch.optim.SparseAdam")
def test_sparse_adam_refuses_dense_gradients(device):
    """SparseAdam raises RuntimeError for a dense gradient, and for parameters that are sparse themselves ValueError."""
    parameter = tensor(np.ones((2, 2)), device).requires_grad_()
    parameter.grad = tensor(np.eye(2), device)

    with pytest.raises(RuntimeError, match="dense gradients"):
        torch.optim.SparseAdam([parameter]).step()
    with pytest.raises(ValueError):
        torch.optim.SparseAdam([tensor(np.eye(2), device).to_sparse().requires_grad_()])


@documents("torch.optim.Adam", "torch.optim.AdamW", since="2.6")
@pytest.mark.parametrize("name", ["Adam", "AdamW"])
def test_takes_betas_in_tensors(name, device):
    """betas may be tensors, and lead where the numbers lead."""
    start, slopes = draw.normal(0, 5), [draw.normal(1 + i, 5) for i in range(3)]
    parameter, place, state = tensor(start, device).requires_grad_(), start, {}
    betas = tuple(tensor(np.array(beta), device) for beta in (0.5, 0.75))
    optimizer = getattr(torch.optim, name)([parameter], lr=0.1, betas=betas, foreach=False)
    for slope in slopes:
        parameter.grad = tensor(slope, device)
        optimizer.step()
        place, state = getattr(formulas, name.lower())(place, slope, state, lr=0.1, betas=(0.5, 0.75))

    close(parameter.detach(), place, bound.Bound(64, np.abs(place) + 1), device=device)


@documents("torch.optim.Optimizer.load_state_dict")
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float32], ids=str)
def test_counts_on_from_a_state_of_many_steps(dtype, device):
    """A step of Adam that is loaded is counted on from, however many digits its parameters have."""
    parameter = torch.nn.Parameter(tensor(np.ones(1, "float32"), device).to(dtype))
    optimizer = torch.optim.Adam([parameter], foreach=False)
    parameter.grad = torch.ones_like(parameter)
    optimizer.step()
    optimizer.state[parameter]["step"].fill_(4097.0)
    optimizer.load_state_dict(optimizer.state_dict())
    optimizer.step()

    assert optimizer.state[parameter]["step"].item() == 4098.0


HOOKS = ("register_state_dict_pre_hook", "register_state_dict_post_hook", "register_load_state_dict_pre_hook",
         "register_load_state_dict_post_hook")  # fmt: skip


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=documents(f"torch.optim.Optimizer.{n}", since="2.2")) for n in HOOKS]
)
def test_hooks_of_the_state_run_first_if_prepended(name, device):
    """A hook of the state with prepend=True runs before those that are there, others in the order of registration."""
    optimizer, seen = torch.optim.SGD([tensor(np.ones(1), device).requires_grad_()], lr=1.0), []
    for mark, settings in (("first", {}), ("second", {}), ("before", {"prepend": True})):
        getattr(optimizer, name)(lambda *args, mark=mark: seen.append(mark), **settings)
    optimizer.load_state_dict(optimizer.state_dict())

    assert seen == ["before", "first", "second"]


@documents("torch.optim.Optimizer.register_step_post_hook", "torch.optim.Optimizer.register_step_pre_hook", since="2.0")
@pytest.mark.parametrize("name", ["register_step_pre_hook", "register_step_post_hook"])
def test_hooks_of_steps_get_their_arguments(name, device):
    """A hook of step gets the optimizer and the positional and named arguments of step."""
    optimizer, seen = torch.optim.SGD([tensor(np.ones(1), device).requires_grad_()], lr=1.0), []
    getattr(optimizer, name)(lambda *args: seen.append(args))

    def closure():
        return 5.0

    optimizer.step(closure=closure)
    ((hooked, args, named),) = seen
    assert hooked is optimizer
    assert named == {"closure": closure}
    assert all(value is optimizer for value in args)


@documents("torch.optim.lr_scheduler.StepLR")
@pytest.mark.parametrize("first", ["optimizer", "scheduler"])
def test_warns_of_a_schedule_that_goes_first(first, device):
    """A first step of a scheduler before that of its optimizer is warned of, and one after it is not."""
    optimizer = torch.optim.SGD([tensor(np.ones(1), device).requires_grad_()], lr=1.0)
    scheduler = lr_scheduler.StepLR(optimizer, 1)
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        for part in (optimizer, scheduler)[:: 1 if first == "optimizer" else -1]:
            part.step()

    told = [warning for warning in seen if "lr_scheduler.step()" in str(warning.message)]
    assert bool(told) == (first == "scheduler")


class Halving:
    """A factor that remembers how often it was asked."""

    def __init__(self):
        self.asked = 0

    def __call__(self, epoch):
        self.asked += 1
        return 0.5**epoch


@documents("torch.optim.lr_scheduler.LambdaLR", "torch.optim.lr_scheduler.MultiplicativeLR")
@pytest.mark.parametrize("name", ["LambdaLR", "MultiplicativeLR"])
def test_saves_factors_that_are_objects(name, device):
    """The state of a callable object that gives the factors is saved and loaded, and that of a function is not."""
    optimizer = torch.optim.SGD([{"params": [tensor(np.ones(1), device).requires_grad_()]} for _ in range(2)], lr=1.0)
    scheduler = getattr(lr_scheduler, name)(optimizer, [Halving(), lambda epoch: 1.0])
    state = scheduler.state_dict()
    scheduler.load_state_dict({**state, "lr_lambdas": [{"asked": 7}, None]})

    first, second = state["lr_lambdas"]
    assert isinstance(first, dict)
    assert (set(first), second) == ({"asked"}, None)
    assert scheduler.lr_lambdas[0].asked == 7
