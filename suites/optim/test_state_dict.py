"""The state of an optimizer: taken, saved, loaded, and gone on from; and what cannot be loaded or constructed."""

import copy
import io

import numpy as np
import pytest
import torch

from suites.kit import array, bound, close, documents, observe, tensor

from .algorithms import VARIANTS, coarse, every_variant, flat, leaves, over, slopes, start, walk

LOOPS = tuple(variant for variant in VARIANTS if variant.implementation == "loop")


def saved(value):
    """What torch.load makes of what torch.save wrote."""
    file = io.BytesIO()
    torch.save(value, file)
    file.seek(0)
    return torch.load(file)


def resumed(row, expected):
    """The same bits; but float32 numbers beside float64 parameters are cast as they are loaded."""
    return row.allowed(1.0 + np.abs(expected), "float64") if row in coarse() else bound.exact


@documents("torch.optim.Optimizer.state_dict", "torch.optim.Optimizer.load_state_dict")
@every_variant
def test_goes_on_from_its_state(row, dtype, device):
    """{row}, saved in mid-run and loaded into another optimizer over copies, goes on as the first one does."""
    parameters = leaves(start(dtype), device)
    optimizer = row.optimizer(parameters, **row.busiest)
    walk(optimizer, parameters, slopes(dtype)[:5])
    copies = leaves([array(parameter) for parameter in parameters], device)
    follower = row.optimizer(copies, lr=0.7)

    follower.load_state_dict(saved(optimizer.state_dict()))
    expected = walk(optimizer, parameters, slopes(dtype)[5:12])
    found = walk(follower, copies, slopes(dtype)[5:12])

    close(found, expected, resumed(row, expected))


@documents("torch.optim.Optimizer.state_dict")
@over(LOOPS)
def test_state_has_two_parts(row, device):
    """The state of {row} is a dictionary of the state of each parameter and of the options of each group, by number."""
    parameters = leaves(start(), device)
    optimizer = row.optimizer([{"params": parameters[:1]}, {"params": parameters[1:], "lr": 0.3}], **row.busiest)
    walk(optimizer, parameters, slopes()[:1])

    state = optimizer.state_dict()

    assert set(state) == {"state", "param_groups"}
    assert [group["params"] for group in state["param_groups"]] == [[0], [1, 2, 3]]
    assert [group["lr"] for group in state["param_groups"]] == [row.busiest["lr"], 0.3]
    assert set(state["state"]) <= {0, 1, 2, 3}


@documents("torch.optim.Optimizer.load_state_dict")
@over(LOOPS)
def test_loads_the_options_of_each_group(row, device):
    """After load_state_dict the groups of {row} have the loaded options, and the parameters that they had."""
    options, parameters = row.busiest, leaves(start(), device)
    optimizer = row.optimizer([{"params": parameters[:2]}, {"params": parameters[2:], "lr": 0.3}], **options)
    mine = leaves(start(), device)
    other = row.optimizer([{"params": mine[:2]}, {"params": mine[2:]}], lr=0.9)

    other.load_state_dict(optimizer.state_dict())

    assert [{name: group[name] for name in options} for group in other.param_groups] == [
        options,
        {**options, "lr": 0.3},
    ]
    assert [id(value) for group in other.param_groups for value in group["params"]] == [id(value) for value in mine]


@documents("torch.optim.Optimizer.load_state_dict")
@over(LOOPS)
def test_loading_moves_nothing(row, device):
    """load_state_dict of {row} writes to no parameter, no gradient and none of the loaded dictionary's groups."""
    parameters, others = leaves(start(), device), leaves(start(), device)
    optimizer, other = row.optimizer(parameters, **row.busiest), row.optimizer(others, lr=0.7)
    walk(optimizer, parameters, slopes()[:2])
    walk(other, others, slopes()[:1])
    before, slope, state = flat(others), others[1].grad, optimizer.state_dict()
    groups = copy.deepcopy(state["param_groups"])

    other.load_state_dict(state)
    other.param_groups[0]["lr"] = 123.0

    close(flat(others), before)
    assert others[1].grad is slope
    assert state["param_groups"] == groups


@documents("torch.optim.Optimizer.load_state_dict")
@over(LOOPS)
def test_loads_in_mid_run(row, device):
    """Loading an earlier state of {row}, with the parameters of then, takes it back to that place."""
    parameters = leaves(start(), device)
    optimizer = row.optimizer(parameters, **row.busiest)
    walk(optimizer, parameters, slopes()[:3])
    kept, values = copy.deepcopy(optimizer.state_dict()), [array(parameter) for parameter in parameters]
    expected = walk(optimizer, parameters, slopes()[3:8])

    optimizer.load_state_dict(kept)
    for parameter, value in zip(parameters, values):
        parameter.data.copy_(tensor(value, device))
    found = walk(optimizer, parameters, slopes()[3:8])

    close(found, expected, resumed(row, expected))


@documents("torch.optim.Optimizer.load_state_dict")
@over(LOOPS)
def test_state_takes_the_dtype_of_the_parameters(row, device):
    """State of float32 parameters, loaded by {row} for float64 ones, becomes float64 and goes on."""
    parameters, others = leaves(start("float32"), device), leaves(start("float64"), device)
    optimizer, other = row.optimizer(parameters, **row.busiest), row.optimizer(others, lr=0.7)
    walk(optimizer, parameters, slopes("float32")[:3])

    other.load_state_dict(optimizer.state_dict())

    held = [value for values in other.state.values() for name, value in values.items()
            if torch.is_tensor(value) and value.dim() and name not in ("step", "eta", "mu")]  # fmt: skip
    assert {value.dtype for value in held} <= {torch.float64}
    walk(other, others, slopes("float64")[3:4])
    assert all(np.isfinite(array(parameter)).all() for parameter in others)


@documents("torch.optim.Optimizer.load_state_dict")
@pytest.mark.parametrize("sizes", [[1, 3], [2, 1], [4], [1, 1, 2]], ids=str)
def test_refuses_a_state_of_other_groups(sizes, device):
    """A state with another number of groups, or of parameters in a group, raises ValueError."""
    parameters, others = leaves(start(), device), leaves(start(), device)
    ends = np.cumsum(sizes)
    state = torch.optim.SGD(
        [{"params": others[end - size : end]} for size, end in zip(sizes, ends)], lr=0.1
    ).state_dict()

    with pytest.raises(ValueError):
        torch.optim.SGD([{"params": parameters[:2]}, {"params": parameters[2:]}], lr=0.1).load_state_dict(state)


@documents("torch.optim.Optimizer.state_dict")
def test_notes_whether_a_loaded_state_is_shared(device):
    """After load_state_dict a step goes on from the loaded momentum, shared with the dictionary or not."""
    [first], [second] = leaves([np.ones(3)], device), leaves([np.ones(3)], device)
    optimizer, other = (torch.optim.SGD([value], lr=0.5, momentum=0.5) for value in (first, second))
    walk(optimizer, [first], [[np.ones(3)]])
    state = optimizer.state_dict()

    other.load_state_dict(state)
    walk(other, [second], [[np.ones(3)]])

    close(second, np.full(3, 0.25), device=device)
    observe("a step writes into the loaded dictionary", bool(array(state["state"][0]["momentum_buffer"])[0] != 1.0))


@documents("torch.optim.Optimizer.load_state_dict")
def test_keeps_state_that_is_no_tensor(device):
    """What a user keeps in the state beside tensors (numbers, lists, text) is loaded as it was."""
    [first], [second] = leaves([np.ones(3)], device), leaves([np.ones(3)], device)
    optimizer, other = (torch.optim.SGD([value], lr=0.5) for value in (first, second))
    optimizer.state[first].update(count=3, sizes=[1, 2], named={"a": 1.5})

    other.load_state_dict(optimizer.state_dict())

    assert other.state[second] == {"count": 3, "sizes": [1, 2], "named": {"a": 1.5}}


@documents("torch.optim.Optimizer.load_state_dict")
def test_keeps_text_in_the_state(device):
    """Text that a user keeps in the state is loaded as it was."""
    [first], [second] = leaves([np.ones(3)], device), leaves([np.ones(3)], device)
    optimizer, other = (torch.optim.SGD([value], lr=0.5) for value in (first, second))
    optimizer.state[first]["tag"] = "abc"

    other.load_state_dict(optimizer.state_dict())

    assert other.state[second]["tag"] == "abc"


@documents("torch.optim.Optimizer.add_param_group")
def test_refuses_a_parameter_in_two_groups(device):
    """A parameter that is in another group already raises ValueError, at once and later, and no group is added."""
    first, second = leaves([np.ones(3), np.ones(2)], device)
    optimizer = torch.optim.SGD([first], lr=0.1)

    with pytest.raises(ValueError):
        torch.optim.SGD([{"params": [first]}, {"params": [second, first]}], lr=0.1)
    with pytest.raises(ValueError):
        optimizer.add_param_group({"params": [second, first]})
    assert len(optimizer.param_groups) == 1


REFUSED = [
    *[(name, {"lr": -1.0}) for name in ("SGD", "Adam", "AdamW", "RMSprop", "Adagrad", "Adadelta", "Adamax", "NAdam",
                                        "RAdam", "Rprop", "LBFGS")],
    *[(name, {"weight_decay": -1.0}) for name in ("SGD", "Adam", "AdamW", "RMSprop", "Adagrad", "Adadelta", "Adamax",
                                                  "NAdam", "RAdam")],
    *[(name, {"eps": -1.0}) for name in ("Adam", "AdamW", "RMSprop", "Adagrad", "Adadelta", "Adamax", "NAdam",
                                         "RAdam")],
    *[(name, {"betas": betas}) for name in ("Adam", "AdamW", "Adamax", "NAdam", "RAdam")
      for betas in ((1.0, 0.9), (0.9, 1.0), (-0.1, 0.9), (0.9, -0.1))],
    ("SGD", {"momentum": -0.5}),
    ("SGD", {"nesterov": True}),
    ("SGD", {"nesterov": True, "momentum": 0.5, "dampening": 0.5}),
    ("RMSprop", {"momentum": -0.5}),
    ("RMSprop", {"alpha": -0.5}),
    ("Adagrad", {"lr_decay": -0.5}),
    ("Adagrad", {"initial_accumulator_value": -0.5}),
    ("Adadelta", {"rho": 1.5}),
    ("NAdam", {"momentum_decay": -0.5}),
    ("Rprop", {"etas": (1.5, 1.2)}),
    ("Rprop", {"etas": (0.5, 0.9)}),
]  # fmt: skip


@documents("torch.optim.Optimizer")
@pytest.mark.parametrize(("name", "options"), REFUSED, ids=lambda value: str(value).replace("'", ""))
def test_refuses_options_out_of_range(name, options, device):
    """A negative rate, decay or eps, a beta outside [0, 1), or Nesterov without momentum raises ValueError."""
    with pytest.raises(ValueError):
        getattr(torch.optim, name)(leaves(start(), device), **{"lr": 0.1, **options})


@documents("torch.optim.Optimizer")
def test_refuses_what_it_cannot_optimize(device):
    """No parameters or a tensor that is no leaf raises ValueError, and a bare tensor or a number TypeError."""
    [parameter] = leaves([np.ones(3)], device)

    with pytest.raises(ValueError):
        torch.optim.SGD([], lr=0.1)
    with pytest.raises(ValueError):
        torch.optim.SGD([parameter * 2], lr=0.1)
    with pytest.raises(TypeError):
        torch.optim.SGD(parameter, lr=0.1)
    with pytest.raises(TypeError):
        torch.optim.SGD([1.0], lr=0.1)
