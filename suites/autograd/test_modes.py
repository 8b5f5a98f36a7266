"""Grad modes: where operations are recorded and where not, as context, decorator and function; detach."""

import contextlib
import threading
from typing import Callable, NamedTuple

import numpy as np
import pytest
import torch
from hypothesis import given

from suites.kit import array, close, documents, draw, share_memory, tensor

GUIDE = "A Gentle Introduction to torch.autograd"


class Mode(NamedTuple):
    """A documented context manager and whether operations are recorded within it."""

    name: str
    enter: Callable[[], contextlib.AbstractContextManager]
    records: bool

    def __str__(self) -> str:
        return f"{self.name.rsplit('.', 1)[-1]} ({'on' if self.records else 'off'})"


NO_GRAD = Mode("torch.no_grad", lambda: torch.no_grad(), False)
ENABLE = Mode("torch.enable_grad", lambda: torch.enable_grad(), True)
SET_OFF = Mode("torch.set_grad_enabled", lambda: torch.set_grad_enabled(False), False)
SET_ON = Mode("torch.set_grad_enabled", lambda: torch.set_grad_enabled(True), True)
INFERENCE = Mode("torch.inference_mode", lambda: torch.inference_mode(), False)
NO_INFERENCE = Mode("torch.inference_mode", lambda: torch.inference_mode(mode=False), True)
ALL = (NO_GRAD, ENABLE, SET_OFF, SET_ON, INFERENCE, NO_INFERENCE)
#: Modes that set grad mode whatever it was; inference_mode(False) leaves it as it is.
SETTING = (NO_GRAD, ENABLE, SET_OFF, SET_ON, INFERENCE)


def rows(*modes):
    return pytest.mark.parametrize("row", [pytest.param(m, marks=documents(m.name), id=str(m)) for m in modes])


@contextlib.contextmanager
def put_back(enabled=True):
    """Begin with grad mode as told, and leave it on, so that a leak is seen here and in no other claim.

    Through torch._C, because what it guards against is a public mode that does not put back.
    """
    torch._C._set_grad_enabled(enabled)
    try:
        yield
    finally:
        torch._C._set_grad_enabled(True)


def leaf(device):
    return tensor(draw.normal(0, 3), device).requires_grad_()


@documents("torch.is_grad_enabled", guide=GUIDE)
@rows(*ALL)
def test_decides_whether_operations_are_recorded(row, device):
    """Within {row} results require grad, have a grad_fn and is_grad_enabled() is true, or none of these."""
    x = leaf(device)
    with put_back(), row.enter():
        y = x * 2
        enabled = torch.is_grad_enabled()

    assert (y.requires_grad, y.grad_fn is not None, enabled) == (row.records,) * 3
    assert x.requires_grad


@documents("torch.is_grad_enabled", guide=GUIDE)
@rows(*ALL)
@pytest.mark.parametrize("before", [True, False], ids=["on", "off"])
def test_restores_the_previous_mode(row, before):
    """Leaving {row} restores the grad mode that was there before, on or off."""
    with put_back(before):
        with row.enter():
            pass

        assert torch.is_grad_enabled() is before


@documents("torch.is_grad_enabled", guide=GUIDE)
@rows(*SETTING)
@pytest.mark.parametrize("outer", SETTING, ids=str)
def test_nests(row, outer):
    """Within another mode {row} decides, and leaving it brings the other one back."""
    with put_back(), outer.enter():
        with row.enter():
            inner = torch.is_grad_enabled()

        assert inner is row.records
        assert torch.is_grad_enabled() is outer.records


@documents("torch.is_grad_enabled", guide=GUIDE)
@rows(*ALL)
@pytest.mark.parametrize("before", [True, False], ids=["on", "off"])
def test_restores_the_previous_mode_after_an_exception(row, before):
    """Leaving {row} by an exception restores the mode before it, and lets the exception pass."""
    with put_back(before):
        with pytest.raises(KeyError), row.enter():
            raise KeyError

        assert torch.is_grad_enabled() is before


@documents("torch.is_grad_enabled", guide=GUIDE)
@rows(*ALL)
def test_decorates_functions(row, device):
    """As a decorator {row} holds within the function, in each call, and not outside of it."""
    x = leaf(device)

    @row.enter()
    def double(value, *, times):
        """Doubled."""
        return value * times, torch.is_grad_enabled()

    with put_back():
        for _ in range(2):
            y, enabled = double(x, times=2)
            assert (y.requires_grad, enabled) == (row.records, row.records)
            assert torch.is_grad_enabled()
    assert double.__name__ == "double" and double.__doc__ == "Doubled."


@documents("torch.is_grad_enabled", guide=GUIDE)
@rows(NO_GRAD, ENABLE, SET_OFF, SET_ON, INFERENCE)
@pytest.mark.parametrize("before", [True, False], ids=["on", "off"])
def test_decorating_leaves_the_mode_alone(row, before):
    """Decorating a function with {row} does not change the mode outside of the function."""
    with put_back(before):

        @row.enter()
        def nothing():
            """Nothing."""

        assert torch.is_grad_enabled() is before


@documents(guide=GUIDE, since="2.1")
@pytest.mark.parametrize(
    "row", [pytest.param(m, marks=documents(m.name, since="2.1"), id=str(m)) for m in (NO_GRAD, ENABLE, INFERENCE)]
)
def test_decorates_without_parentheses(row, device):
    """Without parentheses {row} is a decorator too."""
    x = leaf(device)
    decorator = getattr(torch, row.name.rsplit(".", 1)[-1])
    doubled = decorator(lambda value: value * 2)

    with put_back(not row.records):
        assert doubled(x).requires_grad is row.records
        assert torch.is_grad_enabled() is not row.records


@documents("torch.is_grad_enabled", guide=GUIDE)
@rows(NO_GRAD, SET_OFF, INFERENCE)
def test_holds_in_its_own_thread_only(row):
    """In another thread operations are recorded although this one is in {row}: modes are local to threads."""
    seen = []
    with put_back(), row.enter():
        other = threading.Thread(target=lambda: seen.append(torch.is_grad_enabled()))
        other.start()
        other.join()

    assert seen == [True]


@documents("torch.set_grad_enabled", guide=GUIDE)
@pytest.mark.parametrize("before", [True, False], ids=["on", "off"])
@pytest.mark.parametrize("mode", [True, False], ids=["on", "off"])
def test_set_grad_enabled_is_a_function_too(before, mode):
    """Called as a function, set_grad_enabled changes the mode from then on."""
    with put_back(before):
        torch.set_grad_enabled(mode)

        assert torch.is_grad_enabled() is mode


#: Functions that make a tensor and take requires_grad, by name, with what they take besides.
FACTORIES = {
    "zeros": (2,), "ones": (2,), "empty": (2,), "full": ((2,), 0.5), "rand": (2,), "randn": (2,), "eye": (2,),
    "arange": (2.0,), "linspace": (0, 1, 3), "logspace": (0, 1, 3), "tensor": ([0.5],), "empty_strided": ((2,), (1,)),
}  # fmt: skip
LIKE = {"zeros_like": (), "ones_like": (), "empty_like": (), "full_like": (0.5,), "rand_like": (), "randn_like": ()}


@documents("torch.no_grad", since="2.1", guide=GUIDE)
@pytest.mark.parametrize("name", [*FACTORIES, *LIKE])
def test_no_grad_does_not_reach_factories(name, device):
    """torch.{name} takes requires_grad and makes a tensor that requires grad within no_grad too."""
    arguments = FACTORIES.get(name) or (torch.zeros(2, device=device), *LIKE[name])
    with put_back(), torch.no_grad():
        made = getattr(torch, name)(*arguments, device=device, requires_grad=True)

    assert made.requires_grad and made.is_leaf


@documents("torch.no_grad", "torch.nn.Parameter", since="2.1", guide=GUIDE)
def test_no_grad_does_not_reach_parameters(device):
    """A parameter that is made within no_grad requires grad."""
    with put_back(), torch.no_grad():
        parameter = torch.nn.Parameter(tensor(np.zeros(2), device))

    assert parameter.requires_grad


@documents("torch.no_grad", guide=GUIDE)
def test_what_no_grad_computes_is_a_constant(device):
    """A result of no_grad counts as a constant outside: no gradient flows through it."""
    x = leaf(device)
    with torch.no_grad():
        constant = x * 3
    (x * constant).sum().backward()

    assert constant.is_leaf and not constant.requires_grad
    close(x.grad, array(constant), device=device)


@documents("torch.no_grad", guide="Optimizers & Gradient Descent")
def test_no_grad_lets_leaves_be_updated(device):
    """Within no_grad a leaf that requires grad can be changed in place, and requires grad afterwards."""
    x = leaf(device)
    before = draw.normal(0, 3)
    with torch.no_grad():
        x -= 0.5

    close(x, before - 0.5, device=device)
    assert x.requires_grad and x.is_leaf and x.grad_fn is None


@documents("torch.enable_grad", guide=GUIDE)
def test_enable_grad_within_no_grad_records(device):
    """What enable_grad computes within no_grad can be differentiated."""
    x = leaf(device)
    with put_back(), torch.no_grad(), torch.enable_grad():
        y = x * 2
    y.sum().backward()

    close(x.grad, np.full(3, 2.0), device=device)


@documents("torch.inference_mode", "torch.is_inference_mode_enabled", "torch.Tensor.is_inference", guide=GUIDE)
def test_inference_mode_makes_inference_tensors(device):
    """Tensors made within inference_mode are inference tensors for good; with mode=False they are not."""
    with torch.inference_mode():
        inside, on = tensor(np.zeros(2), device) + 1, torch.is_inference_mode_enabled()
        with torch.inference_mode(False):
            outside, off = tensor(np.zeros(2), device) + 1, torch.is_inference_mode_enabled()

    assert (inside.is_inference(), on) == (True, True)
    assert (outside.is_inference(), off) == (False, False)
    assert not torch.is_inference_mode_enabled()


@documents("torch.inference_mode", "torch.Tensor.is_inference", "torch.is_inference", guide=GUIDE)
@given(sample=draw.samples(shape=draw.shapes(least=1, low=1)))
def test_views_are_inference_tensors_where_their_base_is(sample, device):
    """A view is an inference tensor exactly if what it is a view of is one, in whichever mode the view is made."""
    normal = tensor(sample(), device)
    with torch.inference_mode():
        made = tensor(sample(), device) + 0
        views = [made, made[:1], made.t() if made.dim() < 3 else made.mT, made.reshape(-1)]
        others = [normal, normal[:1], normal.view(normal.shape)]
    views += [made.detach(), made[:1], made.view(made.shape)]

    assert all(torch.is_inference(view) and view.is_inference() for view in views)
    assert not any(torch.is_inference(other) or other.is_inference() for other in others)


@documents("torch.inference_mode", guide=GUIDE)
def test_inference_tensors_are_not_saved_for_backward(device):
    """Recording an operation that saves an inference tensor raises RuntimeError; a clone of it can be saved."""
    x = leaf(device)
    with torch.inference_mode():
        made = tensor(np.ones(3), device) * 2

    with pytest.raises(RuntimeError):
        x * made
    (x * made.clone()).sum().backward()
    close(x.grad, np.full(3, 2.0), device=device)


@documents("torch.inference_mode", guide=GUIDE)
def test_inference_tensors_have_no_version_counter(device):
    """An inference tensor does not count its versions: reading _version raises RuntimeError."""
    with torch.inference_mode():
        made = tensor(np.ones(3), device) * 2

    with pytest.raises(RuntimeError):
        _ = made._version


@documents("torch.Tensor.detach", guide=GUIDE)
def test_detach_shares_memory_and_has_no_graph(device):
    """detach gives a tensor over the same memory that does not require grad, is a leaf and has no grad_fn."""
    x = leaf(device)
    y = x * 2
    detached = y.detach()

    assert (detached.requires_grad, detached.is_leaf, detached.grad_fn) == (False, True, None)
    assert share_memory(y, detached)
    assert y.requires_grad and y.grad_fn is not None


@documents("torch.Tensor.detach", guide=GUIDE)
def test_no_gradient_flows_through_detach(device):
    """What is computed from a detached tensor is a constant for the gradient of the rest."""
    x = leaf(device)
    (x * x.detach() + (x * 5).detach()).sum().backward()

    close(x.grad, draw.normal(0, 3), device=device)


@documents("torch.Tensor.detach", guide=GUIDE)
def test_writing_to_a_detached_tensor_is_seen_by_backward(device):
    """A value saved for backward that was changed through its detached twin makes backward raise RuntimeError."""
    x = leaf(device)
    y = x.exp()
    y.detach().zero_()

    with pytest.raises(RuntimeError):
        y.sum().backward()


@documents("torch.Tensor.detach_", guide=GUIDE)
def test_detach_in_place_makes_a_leaf(device):
    """detach_ takes the tensor itself out of its graph and returns it."""
    x = leaf(device)
    y = x * 2
    detached = y.detach_()

    assert detached is y
    assert (y.requires_grad, y.is_leaf, y.grad_fn) == (False, True, None)
    close(y, 2 * draw.normal(0, 3), device=device)


@documents("torch.Tensor.detach_", guide=GUIDE)
def test_views_cannot_be_detached_in_place(device):
    """detach_ of a view raises RuntimeError."""
    view = (leaf(device) * 2)[:2]

    with pytest.raises(RuntimeError):
        view.detach_()
